//! What became of steps over a period, kept small: what many actions have in common is kept once, and the names of
//! customers and invoices are those of the snapshot.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::{Event, Spell};
use crate::calendar::days_between;
use crate::money::Money;
use crate::plan::digest::{Content, Key};
use crate::plan::{Action, Blocker, Charge, Invoice, Member, Recipient};
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
use crate::snapshot::texts::{Text, Texts};

/// An action without its text.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// All that other actions can have as well; what is kept beside it is blank.
    pub(super) common: Arc<Action>,
    pub(super) customer: CustomerRow,
    pub(super) date: NaiveDate,
    pub(super) deadline: Option<NaiveDate>,
    pub(super) address: Option<Text>,
    pub(super) sentence: Text,
    pub(super) invoices: Box<[KeptInvoice]>,
    pub(super) members: Box<[KeptMember]>,
    pub(super) charge: Option<Box<Charge>>,
    pub(super) key: Key,
    pub(super) content: Option<Box<Content>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct KeptInvoice {
    pub(super) row: InvoiceRow,
    pub(super) balance: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct KeptMember {
    pub(super) key: Key,
    pub(super) invoice: Option<InvoiceRow>,
    pub(super) episode: Option<NaiveDate>,
}

/// An event, kept small.
#[derive(Debug, Clone)]
pub(super) struct KeptEvent {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) done: Option<NaiveDate>,
    pub(super) action: Kept,
}

/// A spell, kept small.
#[derive(Debug, Clone)]
pub(super) struct KeptSpell {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) days: u32,
    pub(super) action: Kept,
    pub(super) blockers: Arc<[Blocker]>,
}

/// Events and spells, with the names that they need.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) names: Snapshot,
    pub(super) texts: Texts,
    pub(super) events: Vec<KeptEvent>,
    pub(super) spells: Vec<KeptSpell>,
}

/// An action as a simulation keeps it.
#[derive(Debug, Clone, Copy)]
pub struct ActionRow<'r> {
    kept: &'r Kept,
    record: &'r Record,
}

/// An event as a simulation keeps it.
#[derive(Debug, Clone, Copy)]
pub struct EventRow<'r> {
    /// The first day on which a plan had it.
    pub first: NaiveDate,
    /// The last day on which a plan had it.
    pub last: NaiveDate,
    /// The day it was carried out.
    pub done: Option<NaiveDate>,
    /// The action as the last of these plans had it.
    pub action: ActionRow<'r>,
}

/// A spell as a simulation keeps it.
#[derive(Debug, Clone, Copy)]
pub struct SpellRow<'r> {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// On how many days a plan had it.
    pub days: u32,
    /// What it would have been on the last day.
    pub action: ActionRow<'r>,
    /// What kept it back, as on the last day.
    pub blockers: &'r [Blocker],
}

impl<'r> ActionRow<'r> {
    /// What it is and who does it, as others can have it as well: without customer, invoices, address, dates, keys,
    /// amounts and the sentence why.
    #[must_use]
    pub fn common(self) -> &'r Action {
        &self.kept.common
    }

    /// The customer.
    #[must_use]
    pub fn customer(self) -> CustomerRow {
        self.kept.customer
    }

    /// The customer's id.
    #[must_use]
    pub fn customer_id(self) -> &'r str {
        self.record.names.customer_id(self.kept.customer)
    }

    /// The invoices it is about, with what was open on them, the leading one first.
    pub fn invoices(self) -> impl ExactSizeIterator<Item = (InvoiceRow, Money)> + Clone + use<'r> {
        let currencies = &self.record.names.invoices.currency;
        self.kept.invoices.iter().map(|own| (own.row, Money::new(own.balance, currencies[own.row.index()])))
    }

    /// The ids of these invoices.
    pub fn invoice_ids(self) -> impl ExactSizeIterator<Item = &'r str> + Clone + use<'r> {
        self.kept.invoices.iter().map(move |own| self.record.names.invoice_id(own.row))
    }

    /// The keys of its steps, as numbers.
    pub fn keys(self) -> impl Iterator<Item = Key> + use<'r> {
        self.kept.members.iter().map(|member| member.key)
    }

    /// Why, in a person's words.
    #[must_use]
    pub fn sentence(self) -> &'r str {
        self.record.texts.get(self.kept.sentence)
    }

    /// Whether an amount is booked.
    #[must_use]
    pub fn is_charge(self) -> bool {
        self.kept.charge.is_some()
    }

    /// The whole action.
    #[must_use]
    pub fn action(self) -> Action {
        let (kept, names) = (self.kept, &self.record.names);
        let id = |row: InvoiceRow| names.invoice_id(row).to_owned();
        let mut action = Action::clone(&kept.common);
        (action.date, action.valid_on, action.deadline) = (kept.date, kept.date, kept.deadline);
        self.customer_id().clone_into(&mut action.customer);
        action.customer_name =
            names.customers.name.get(kept.customer.index()).map(|name| names.text(name).to_owned());
        action.invoices = self
            .invoices()
            .map(|(row, balance)| {
                let due_date = names.invoices.due_date[row.index()];
                let days_overdue = days_between(due_date, kept.date);
                Invoice { id: id(row), balance, currency: balance.currency, due_date, days_overdue }
            })
            .collect();
        action.recipient = action.recipient.zip(kept.address).map(|(recipient, address)| Recipient {
            address: Arc::from(self.record.texts.get(address)),
            ..recipient
        });
        for (member, own) in action.members.iter_mut().zip(&kept.members) {
            let Member { invoice, episode, key, .. } = member;
            (*invoice, *episode, *key) = (own.invoice.map(id), own.episode, own.key.to_string());
        }
        action.keys = action.members.iter().map(|member| member.key.clone()).collect();
        action.keys.sort();
        action.key = kept.key.to_string();
        action.content = kept.content.as_ref().map(|content| content.to_string());
        action.charge = kept.charge.as_deref().cloned();
        self.sentence().clone_into(&mut action.because.sentence);
        action
    }
}

impl From<EventRow<'_>> for Event {
    fn from(EventRow { first, last, done, action }: EventRow) -> Event {
        Event { first, last, done, action: action.action() }
    }
}

impl From<SpellRow<'_>> for Spell {
    fn from(SpellRow { first, last, days, action, blockers }: SpellRow) -> Spell {
        Spell { first, last, days, action: action.action(), blockers: blockers.to_vec() }
    }
}

/// The events of a simulation, by first day, customer, invoice and step.
#[derive(Debug, Clone, Default)]
pub struct Events(pub(super) Arc<Record>);

/// The spells of a simulation, in the same order.
#[derive(Debug, Clone, Default)]
pub struct Spells(pub(super) Arc<Record>);

impl Events {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.events.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.events.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn row(&self, at: usize) -> EventRow<'_> {
        let KeptEvent { first, last, done, action } = &self.0.events[at];
        let action = ActionRow { kept: action, record: &self.0 };
        EventRow { first: *first, last: *last, done: *done, action }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = EventRow<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The snapshot that names their customers and invoices; its ledger is left out.
    #[must_use]
    pub fn names(&self) -> &Snapshot {
        &self.0.names
    }
}

impl Spells {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.spells.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.spells.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn row(&self, at: usize) -> SpellRow<'_> {
        let KeptSpell { first, last, days, action, blockers } = &self.0.spells[at];
        let action = ActionRow { kept: action, record: &self.0 };
        SpellRow { first: *first, last: *last, days: *days, action, blockers }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = SpellRow<'_>> {
        (0..self.len()).map(|at| self.row(at))
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Event::from))
    }
}

impl Serialize for Spells {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Spell::from))
    }
}

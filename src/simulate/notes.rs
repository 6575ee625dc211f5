//! Decisions told small: what many have in common is made once, and what is a customer's own are rows and numbers.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::executor::Executable;
use super::record::{Kept, KeptInvoice, KeptMember};
use crate::evaluate::{CustomerState, Day, Decision, Teller};
use crate::plan::digest::{Content, Key};
use crate::plan::{Action, Blocker, Charge, Kind};
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
use crate::snapshot::texts::Texts;

/// So many threads can look for what is common at a time.
const SHELVES: usize = 64;

/// An action without its text, on its way into a record.
#[derive(Debug)]
pub(crate) struct Note {
    /// All that other actions can have as well; what is noted beside it is blank.
    common: Arc<Action>,
    customer: CustomerRow,
    date: NaiveDate,
    deadline: Option<NaiveDate>,
    address: Option<Box<str>>,
    sentence: String,
    invoices: Box<[KeptInvoice]>,
    members: Box<[KeptMember]>,
    charge: Option<Box<Charge>>,
    key: Key,
    content: Option<Box<Content>>,
}

impl Note {
    /// The note with its texts among those of a record.
    pub(super) fn kept(self, texts: &mut Texts) -> Kept {
        let Note { common, customer, date, deadline, invoices, members, charge, key, content, .. } = self;
        let address = self.address.map(|address| texts.intern(&address));
        let sentence = texts.intern(&self.sentence);
        Kept { common, customer, date, deadline, address, sentence, invoices, members, charge, key, content }
    }
}

impl Executable for Note {
    fn common(&self) -> &Action {
        &self.common
    }

    fn customer(&self, _: &Snapshot) -> Option<CustomerRow> {
        Some(self.customer)
    }

    fn invoices(&self, _: &Snapshot, _: CustomerRow) -> Vec<Option<InvoiceRow>> {
        self.members.iter().map(|member| member.invoice).collect()
    }

    fn keys(&self) -> Vec<Key> {
        self.members.iter().map(|member| member.key).collect()
    }

    fn charge(&self) -> Option<&Charge> {
        self.charge.as_deref()
    }
}

/// What decisions have in common, by what it follows from.
type Shelf = FxHashMap<Box<[u8]>, Arc<Action>>;

/// Notes decisions, and keeps what they have in common.
#[derive(Debug)]
pub(crate) struct Keeper {
    shelves: [Mutex<Shelf>; SHELVES],
    common: Mutex<FxHashSet<Arc<Action>>>,
}

impl Default for Keeper {
    fn default() -> Keeper {
        Keeper { shelves: std::array::from_fn(|_| Mutex::default()), common: Mutex::default() }
    }
}

impl Teller for Keeper {
    type Action = Note;
    type Withheld = (Note, Vec<Blocker>);

    fn action<'a>(&self, day: &Day<'a>, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Note {
        let content = day.content(customer, decision).map(Box::new);
        Note { content, ..self.note(day, customer, decision) }
    }

    fn ready(&self, day: &Day<'_>, mut action: Action) -> Note {
        let snapshot = day.snapshot;
        let customer = snapshot.customer_with(&action.customer).unwrap_or(CustomerRow(0));
        let row = |id: &str| snapshot.invoice_with(customer, id);
        let invoices = action.invoices.iter();
        let invoices =
            invoices.filter_map(|own| Some(KeptInvoice { row: row(&own.id)?, balance: own.balance.minor }));
        let members = action.members.iter().map(|member| KeptMember {
            key: Key::read(&member.key).unwrap_or_default(),
            invoice: member.invoice.as_deref().and_then(row),
            episode: member.episode,
        });
        Note {
            customer,
            date: action.date,
            deadline: action.deadline,
            address: action.recipient.as_ref().map(|recipient| (*recipient.address).into()),
            invoices: invoices.collect(),
            members: members.collect(),
            key: Key::read(&action.key).unwrap_or_default(),
            content: action.content.as_deref().and_then(Content::read).map(Box::new),
            sentence: std::mem::take(&mut action.because.sentence),
            charge: action.charge.take().map(Box::new),
            common: self.once(action),
        }
    }

    fn withheld<'a>(
        &self,
        day: &Day<'a>,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> (Note, Vec<Blocker>) {
        (self.note(day, customer, decision), day.blockers(&decision.group.obstacles))
    }
}

impl Keeper {
    fn note<'a>(&self, day: &Day<'a>, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Note {
        let invoice = |at: usize| &customer.invoices[at];
        let lead = decision.lead();
        let keys = day.step_keys(customer, decision);
        let members = decision.group.members.iter().zip(&keys).map(|(member, &key)| KeptMember {
            key,
            invoice: Some(invoice(member.invoice).row),
            episode: member.episode(),
        });
        let invoices = decision.invoices.iter().map(|&at| invoice(at));
        Note {
            common: self.common(day, customer, decision),
            customer: customer.row,
            date: day.today,
            deadline: decision.deadline,
            address: lead.destination.as_ref().map(|destination| (*destination.address).into()),
            sentence: day.reason(lead, invoice(lead.invoice)),
            invoices: invoices.map(|own| KeptInvoice { row: own.row, balance: own.balance.minor }).collect(),
            members: members.collect(),
            charge: decision.charge().cloned().map(Box::new),
            key: Key::of_steps(&keys),
            content: None,
        }
    }

    /// What a decision has in common with others; it is made when it is met for the first time.
    fn common<'a>(
        &self,
        day: &Day<'a>,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Arc<Action> {
        let signature = decision.signature(customer);
        let hash = FxBuildHasher.hash_one(&signature);
        let shelf = &self.shelves[(hash >> 32) as usize % SHELVES];
        if let Some(known) = open(shelf).get(signature.as_slice()) {
            return Arc::clone(known);
        }
        let new = self.once(day.action_without_text(customer, decision));
        open(shelf).insert(signature.into_boxed_slice(), Arc::clone(&new));
        new
    }

    /// An action without what is its own, kept once.
    fn once(&self, mut action: Action) -> Arc<Action> {
        for member in &mut action.members {
            (member.key, member.invoice, member.episode) = (String::new(), None, None);
        }
        if let Some(recipient) = &mut action.recipient {
            recipient.address = Arc::default();
        }
        action.because.sentence = String::new();
        // The text of a message is of no use any more; that of a task says what is to be done.
        let body = action.body.filter(|_| action.kind == Kind::Task);
        let blank = Action {
            date: NaiveDate::MIN,
            valid_on: NaiveDate::MIN,
            customer: String::new(),
            customer_name: None,
            invoices: Vec::new(),
            deadline: None,
            subject: None,
            body,
            charge: None,
            keys: Vec::new(),
            key: String::new(),
            content: None,
            ..action
        };
        let mut common = open(&self.common);
        if let Some(known) = common.get(&blank) {
            return Arc::clone(known);
        }
        let new = Arc::new(blank);
        common.insert(Arc::clone(&new));
        new
    }
}

/// What a lock holds; nobody leaves it half done.
fn open<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What the ledger says once an action is carried out.

use chrono::NaiveDate;

use crate::model::Channel;
use crate::plan::digest::Key;
use crate::plan::{Action, Charge, Member};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::{Details, LedgerRow, Outcome};
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// An action that can be carried out, in whatever form it is told.
pub(crate) trait Executable {
    /// What it is and who does it; its members name step and rung.
    fn common(&self) -> &Action;
    /// Whose it is.
    fn customer(&self, snapshot: &Snapshot) -> Option<CustomerRow>;
    /// The invoices of its members, in their order.
    fn invoices(&self, snapshot: &Snapshot, customer: CustomerRow) -> Vec<Option<InvoiceRow>>;
    /// The keys of its members.
    fn keys(&self) -> Vec<Key>;
    /// What is booked.
    fn charge(&self) -> Option<&Charge>;
}

impl Executable for Action {
    fn common(&self) -> &Action {
        self
    }

    fn customer(&self, snapshot: &Snapshot) -> Option<CustomerRow> {
        snapshot.customer_with(&self.customer)
    }

    fn invoices(&self, snapshot: &Snapshot, customer: CustomerRow) -> Vec<Option<InvoiceRow>> {
        let ids = self.members.iter().map(|member| member.invoice.as_deref());
        ids.map(|id| id.and_then(|id| snapshot.invoice_with(customer, id))).collect()
    }

    fn keys(&self) -> Vec<Key> {
        self.keys.iter().filter_map(|key| Key::read(key)).collect()
    }

    fn charge(&self) -> Option<&Charge> {
        self.charge.as_ref()
    }
}

/// The rows by which an action is carried out on a day, one for each of its steps.
pub(super) fn rows(snapshot: &mut Snapshot, action: &impl Executable, day: NaiveDate) -> Vec<LedgerRow> {
    let Some(customer) = action.customer(snapshot) else { return Vec::new() };
    let invoices = action.invoices(snapshot, customer);
    let members = action.common().members.iter().zip(invoices);
    members.map(|(member, invoice)| row(snapshot, action, member, customer, invoice, day)).collect()
}

fn row(
    snapshot: &mut Snapshot,
    action: &impl Executable,
    member: &Member,
    customer: CustomerRow,
    invoice: Option<InvoiceRow>,
    date: NaiveDate,
) -> LedgerRow {
    let kind = action.common().kind;
    let amount = action.charge().map(|charge| charge.amount);
    let details = Details {
        currency: member.currency.or(amount.map(|amount| amount.currency)),
        amount: amount.map(|amount| amount.minor),
        ..Details::default()
    };
    LedgerRow {
        customer,
        invoice,
        date,
        step: snapshot.texts.intern(&member.step),
        outcome: if kind.message().is_some() { Outcome::Sent } else { Outcome::Done },
        channel: Channel::named(kind.word()),
        rung: member.rung.as_deref().map(|rung| snapshot.texts.intern(rung)),
        details: (details != Details::default()).then(|| Box::new(details)),
    }
}

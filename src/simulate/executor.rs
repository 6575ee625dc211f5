//! What the ledger says once an action is carried out.

use chrono::NaiveDate;

use crate::model::Channel;
use crate::plan::{Action, Member};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::{Details, LedgerRow, Outcome};
use crate::snapshot::tables::CustomerRow;

/// The rows by which an action is carried out on a day, one for each of its steps.
pub(super) fn rows(snapshot: &mut Snapshot, action: &Action, day: NaiveDate) -> Vec<LedgerRow> {
    let Some(customer) = snapshot.customer_with(&action.customer) else { return Vec::new() };
    action.members.iter().map(|member| row(snapshot, customer, action, member, day)).collect()
}

fn row(
    snapshot: &mut Snapshot,
    customer: CustomerRow,
    action: &Action,
    member: &Member,
    date: NaiveDate,
) -> LedgerRow {
    let invoice = member.invoice.as_deref().and_then(|id| snapshot.invoice_with(customer, id));
    let amount = action.charge.as_ref().map(|charge| charge.amount);
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
        outcome: if action.kind.message().is_some() { Outcome::Sent } else { Outcome::Done },
        channel: Channel::named(action.kind.word()),
        rung: member.rung.as_deref().map(|rung| snapshot.texts.intern(rung)),
        details: (details != Details::default()).then(|| Box::new(details)),
    }
}

//! Facts without a date, which a simulation takes as they are today for all of its days.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Policy;
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{Since, Status};

/// A kind of fact that has no date in some rows of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Undated {
    /// What it says, such as `disputed, without a date of opening`.
    pub fact: String,
    /// In how many rows.
    pub rows: u64,
}

/// What the data says without saying since when.
pub(super) fn undated(snapshot: &Snapshot, policy: &Policy) -> Vec<Undated> {
    let invoices = 0..snapshot.invoices.id.len();
    let customers = 0..snapshot.customers.id.len();
    let table = &snapshot.invoices;
    let always = |since: Option<Since>| since == Some(Since::Always);
    let status = |wanted: Status| invoices.clone().filter(|&at| table.status.get(at) == Some(wanted)).count();
    let paid_without_rows = |&at: &usize| {
        let row = crate::snapshot::tables::InvoiceRow(at as u32);
        table.balance.get(at).is_some_and(|balance| balance != table.amount[at])
            && snapshot.payments_of(row).is_empty()
            && table.paid_date.get(at).is_none()
    };
    let own = policy.fields.len();
    let found = [
        (
            "disputed, without a date of opening",
            snapshot.disputes.iter().filter(|dispute| dispute.opened == Since::Always).count(),
        ),
        (
            "promises to pay, without the day they were made",
            snapshot.promises.iter().filter(|promise| promise.made == Since::Always).count(),
        ),
        (
            "partly paid by their balance, without payments",
            invoices.clone().filter(paid_without_rows).count(),
        ),
        ("invoices that are drafts", status(Status::Draft)),
        ("invoices that are void", status(Status::Void)),
        ("invoices that are written off", status(Status::WrittenOff)),
        (
            "with an agency or factor, without a date",
            invoices.clone().filter(|&at| always(table.handed_over.get(at))).count(),
        ),
        (
            "insolvent customers, without a date",
            customers.clone().filter(|&at| always(snapshot.customers.insolvent_since.get(at))).count(),
        ),
        (
            "customers not to be contacted",
            customers.clone().filter(|&at| snapshot.customers.do_not_contact.get(at) == Some(true)).count(),
        ),
        ("columns of the policy's own", own),
    ];
    let named = found.into_iter().filter(|(_, rows)| *rows > 0);
    named.map(|(fact, rows)| Undated { fact: fact.to_owned(), rows: rows as u64 }).collect()
}

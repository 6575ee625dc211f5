//! Data as documents, and the ledger rows of what was carried out.

use std::fmt::Write as _;

use chrono::NaiveDate;
use dun::model::Policy;
use dun::snapshot::{LoadOptions, Snapshot, parse_document};

use crate::interpreter::report::Entry;

/// A document, read for a policy.
pub(crate) fn load(policy: &Policy, document: &str) -> Snapshot {
    let options = LoadOptions::of(policy);
    parse_document("data.yaml", document, &options).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

/// The rows of an action that was carried out, one a member.
pub(crate) fn ledger_rows(entry: &Entry, day: NaiveDate, outcome: &str) -> String {
    let mut rows = String::new();
    for member in &entry.members {
        let subject = if member.invoice.is_empty() { &entry.customer } else { &member.invoice };
        write!(rows, "\nhistory {subject} {day} {} {outcome}", member.step).unwrap();
        for (column, cell) in [("rung", &member.rung), ("currency", &member.currency)] {
            if let Some(cell) = cell {
                write!(rows, ", {column}: {cell}").unwrap();
            }
        }
        if is_message(entry) {
            write!(rows, ", channel: {}", entry.kind).unwrap();
        }
    }
    rows
}

/// Whether an entry is a message.
pub(crate) fn is_message(entry: &Entry) -> bool {
    matches!(entry.kind, "email" | "sms" | "letter")
}

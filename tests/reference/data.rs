//! Data as documents, and the ledger rows of what was carried out.

use std::fmt::Write as _;

use chrono::NaiveDate;
use dun::model::Policy;
use dun::plan::Action;
use dun::snapshot::{LoadOptions, Snapshot, parse_document};

/// A document, read for a policy.
pub(crate) fn load(policy: &Policy, document: &str) -> Snapshot {
    let options = LoadOptions {
        currency: policy.settings.currency,
        fields: &policy.fields,
        terms_days: policy.settings.terms_days,
        timezone: policy.settings.timezone,
    };
    parse_document("data.yaml", document, &options).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

/// The rows of an action that was carried out, one a member; what has no members is about the customer.
pub(crate) fn ledger_rows(action: &Action, day: NaiveDate, outcome: &str) -> String {
    let mut rows = String::new();
    if action.members.is_empty() {
        write!(rows, "\nhistory {} {day} {} {outcome}", action.customer, action.step).unwrap();
    }
    for member in &action.members {
        write!(rows, "\nhistory {} {day} {} {outcome}", member.invoice, member.step).unwrap();
        if let Some(rung) = &member.rung {
            write!(rows, ", rung: {rung}").unwrap();
        }
        if let Some(channel) = action.kind.message() {
            write!(rows, ", channel: {}", channel.word()).unwrap();
        }
    }
    rows
}

//! R17: what was approved. The ledger quotes hashes of the engine; the reference knows what each of them described.

use std::collections::BTreeMap;

use super::people::Person;
use super::report::Stated;

/// The content of an action as an approver saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Content {
    pub(crate) kind: &'static str,
    pub(crate) people: Vec<Option<Person>>,
    pub(crate) cc: Vec<Person>,
    pub(crate) invoices: Vec<(String, i64, String)>,
    pub(crate) attachments: Vec<String>,
    pub(crate) registered: bool,
    pub(crate) flag: Option<String>,
    pub(crate) deadline_days: Option<u32>,
    /// The template in its language, and the facts that it states.
    pub(crate) text: Vec<String>,
    /// What a key names: invoice, step and, in a carve-out, the dispute or promise; in a customer's ladder its currency
    /// and episode.
    pub(crate) members: Vec<(String, String, String)>,
}

impl Content {
    pub(crate) fn invoices(stated: &[Stated]) -> Vec<(String, i64, String)> {
        stated.iter().map(|(id, balance, currency, ..)| (id.clone(), *balance, currency.clone())).collect()
    }
}

/// By key and content digest, what they described.
#[derive(Debug, Clone, Default)]
pub(crate) struct Approvals(pub(crate) BTreeMap<(String, String), Content>);

//! What a step name in the ledger stands for: a step of the policy, or something another policy or tool did.

use std::sync::Arc;

use super::{KeyId, Program};
use crate::model::{Act, Channel, Charge};
use crate::money::Money;

/// A step name of the ledger, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryKey {
    /// The step of the policy, when it knows the name.
    pub key: Option<KeyId>,
    /// Which time of a repeated step, 0 for one that does not repeat.
    pub occurrence: u32,
    /// What kind of thing it is.
    pub kind: HistoryKind,
}

/// What kind of thing a ledger row tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryKind {
    /// A message or a call.
    Contact(Channel),
    /// A mark set on the invoice; `escalated` for an escalation.
    Flag {
        /// The mark.
        name: Arc<str>,
        /// The role it was escalated to.
        escalated_to: Option<Arc<str>>,
    },
    /// The invoice was given to a role.
    HandOff {
        /// The role.
        role: Arc<str>,
    },
    /// A mark was taken away.
    Clear {
        /// The mark.
        name: Arc<str>,
    },
    /// A fee was booked.
    Fee {
        /// How much by the policy, for a row that does not say.
        fee: Option<Money>,
    },
    /// Interest was booked.
    Interest,
    /// Something internal.
    Internal,
    /// Someone was told of a credit that belongs to no invoice; dun's own step, which no policy names.
    CreditNotice,
    /// A name that tells nothing: unless the row names a channel, it is taken for a contact.
    Foreign,
}

impl HistoryKind {
    /// Whether it says what marks an invoice has, or who has it.
    #[must_use]
    pub fn is_mark(&self) -> bool {
        matches!(self, HistoryKind::Flag { .. } | HistoryKind::HandOff { .. } | HistoryKind::Clear { .. })
    }
}

impl HistoryKey {
    /// Understands a step name.
    #[must_use]
    pub fn read(program: &Program, name: &str) -> HistoryKey {
        if let Some(flag) = name.strip_prefix("clear ") {
            return HistoryKey { key: None, occurrence: 0, kind: HistoryKind::Clear { name: flag.into() } };
        }
        if program.key(name).is_none() && is_credit_notice(name) {
            return HistoryKey { key: None, occurrence: 0, kind: HistoryKind::CreditNotice };
        }
        let (base, occurrence) = split_occurrence(name);
        // A name that itself ends like an occurrence is taken as it stands.
        let (key, occurrence) = match program.key(name) {
            Some(key) => (Some(key), 0),
            None => (program.key(base), occurrence),
        };
        let words = || kind_of_words(base.rsplit('/').next().unwrap_or(base));
        let kind = match (key, words()) {
            // What a step did under an earlier name it did as that name says: the mark it set has the old name.
            (
                Some(_),
                former @ (HistoryKind::Flag { .. } | HistoryKind::HandOff { .. } | HistoryKind::Contact(_)),
            ) if program.is_former(base) => former,
            (Some(key), _) => kind_of(program, program.act(key)),
            (None, words) => words,
        };
        HistoryKey { key, occurrence, kind }
    }
}

/// The step by which a role is told of a credit: `notify finance of PAY-7`.
#[must_use]
pub fn credit_notice(role: &str, credit: &str) -> String {
    format!("notify {role} of {credit}")
}

fn is_credit_notice(name: &str) -> bool {
    name.strip_prefix("notify ")
        .and_then(|rest| rest.split_once(' '))
        .is_some_and(|(_, rest)| rest.starts_with("of "))
}

/// `KEY #3` is the third time of `KEY`.
fn split_occurrence(name: &str) -> (&str, u32) {
    match name.rsplit_once(" #") {
        Some((base, number)) => number.parse().map_or((name, 0), |number| (base, number)),
        None => (name, 0),
    }
}

fn kind_of(program: &Program, act: &Act) -> HistoryKind {
    let role_name = |role| Arc::from(program.policy.role(role).name.as_str());
    match act {
        Act::Message { channel, .. } => HistoryKind::Contact(*channel),
        Act::Call { .. } => HistoryKind::Contact(Channel::Call),
        Act::Flag { name } => HistoryKind::Flag { name: name.as_str().into(), escalated_to: None },
        Act::Escalate { role } => {
            HistoryKind::Flag { name: "escalated".into(), escalated_to: Some(role_name(*role)) }
        }
        Act::HandOff { role } => HistoryKind::HandOff { role: role_name(*role) },
        Act::Charge(Charge::Fee(fee)) => HistoryKind::Fee { fee: Some(*fee) },
        Act::Charge(Charge::Interest(_)) => HistoryKind::Interest,
        Act::Notify { .. } | Act::Task { .. } => HistoryKind::Internal,
    }
}

fn kind_of_words(name: &str) -> HistoryKind {
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    match (Channel::named(first), first) {
        (Some(channel), _) => HistoryKind::Contact(channel),
        (None, "flag") => HistoryKind::Flag { name: rest.into(), escalated_to: None },
        (None, "escalate") => HistoryKind::Flag { name: "escalated".into(), escalated_to: Some(rest.into()) },
        (None, "hand") => HistoryKind::HandOff { role: rest.trim_start_matches("off ").into() },
        (None, "charge") if rest == "fee" => HistoryKind::Fee { fee: None },
        (None, "charge") if rest == "interest" => HistoryKind::Interest,
        (None, "notify" | "task" | "charge") => HistoryKind::Internal,
        _ => HistoryKind::Foreign,
    }
}

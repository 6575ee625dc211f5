//! The ledger: what has been done so far, one row a step and outcome.

use chrono::{NaiveDate, NaiveTime};

use super::tables::{CustomerRow, InvoiceRow};
use super::texts::Text;
pub use crate::model::channel::Channel;
use crate::money::Currency;

/// What became of a step (R9), in the order that decides between rows of the same moment:
/// what was carried out comes last, so that a tie never sends again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Someone allowed it; it is not carried out by that (R17).
    Approved,
    /// Taken back before it went out; tried again from the next day.
    Withdrawn,
    /// It did not go out; tried again from the next day.
    Failed,
    /// Nobody knows whether it went out; a person must settle it.
    Unknown,
    /// Someone decided against it; the ladder passes it.
    Declined,
    /// A person has the task.
    Assigned,
    /// It went out and came back: the address is wrong.
    Bounced,
    /// A person did it.
    Done,
    /// It went out.
    Sent,
}

impl Outcome {
    /// All of them, with the word used in the ledger.
    pub const ALL: [(Outcome, &'static str); 9] = [
        (Outcome::Approved, "approved"),
        (Outcome::Withdrawn, "withdrawn"),
        (Outcome::Failed, "failed"),
        (Outcome::Unknown, "unknown"),
        (Outcome::Declined, "declined"),
        (Outcome::Assigned, "assigned"),
        (Outcome::Bounced, "bounced"),
        (Outcome::Done, "done"),
        (Outcome::Sent, "sent"),
    ];

    /// The outcome written with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Outcome> {
        Outcome::ALL.iter().find(|(_, name)| *name == word).map(|&(outcome, _)| outcome)
    }

    /// The word used in the ledger.
    #[must_use]
    pub fn word(self) -> &'static str {
        Outcome::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |&(_, word)| word)
    }

    /// Whether the step counts as carried out.
    #[must_use]
    pub fn carries_out(self) -> bool {
        matches!(self, Outcome::Sent | Outcome::Done | Outcome::Bounced | Outcome::Assigned)
    }
}

/// The less common columns of a ledger row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Details {
    /// The time of day, which orders rows of one date.
    pub at: Option<NaiveTime>,
    /// The key of the action that an approval quotes.
    pub key: Option<Text>,
    /// The content digest that an approval quotes.
    pub content: Option<Text>,
    /// The plan that proposed the action.
    pub plan_id: Option<Text>,
    /// The address used.
    pub address: Option<Text>,
    /// The currency, of a customer's ladder or of the amount.
    pub currency: Option<Currency>,
    /// What was charged, in minor units of the currency.
    pub amount: Option<i64>,
    /// Who did it.
    pub actor: Option<Text>,
    /// Who approved it, as role or address.
    pub approved_by: Option<Text>,
    /// The message's id with the carrier; rows of one message share it.
    pub message_id: Option<Text>,
    /// A remark.
    pub note: Option<Text>,
}

/// One row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The customer concerned.
    pub customer: CustomerRow,
    /// The invoice concerned; none when the row is about the customer as a whole.
    pub invoice: Option<InvoiceRow>,
    /// The day.
    pub date: NaiveDate,
    /// The step key, translated by the mapping where there is one.
    pub step: Text,
    /// What became of it.
    pub outcome: Outcome,
    /// The channel, where the row says.
    pub channel: Option<Channel>,
    /// The rung, such as `D+10`.
    pub rung: Option<Text>,
    /// The other columns, when the row has any of them.
    pub details: Option<Box<Details>>,
}

impl LedgerRow {
    /// The time of day, where the row says.
    #[must_use]
    pub fn at(&self) -> Option<NaiveTime> {
        self.details.as_ref().and_then(|details| details.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_one_word_each() {
        for (outcome, word) in Outcome::ALL {
            assert_eq!(Outcome::named(word), Some(outcome));
            assert_eq!(outcome.word(), word);
        }
        assert_eq!(Outcome::named("delivered"), None);
    }
}

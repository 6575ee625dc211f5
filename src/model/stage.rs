//! Where an invoice stands.

use schemars::JsonSchema;
use serde::Serialize;

/// The stages of an invoice; of those that fit, the first counts (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A draft, or issued after the day.
    NotIssued,
    /// Void or written off.
    Void,
    /// Nothing is open, or less than the tolerance.
    Paid,
    /// A dispute holds.
    Disputed,
    /// A promise is pending.
    Promised,
    /// Escalated and not cleared.
    Escalated,
    /// Past its due date.
    Overdue,
    /// Within the policy's earliest step before the due date, else seven days.
    DueSoon,
    /// Issued, and nothing else applies.
    Sent,
}

impl Stage {
    /// The word used in conditions and plans.
    #[must_use]
    pub fn word(self) -> &'static str {
        super::field::STAGES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_catalogue_and_of_the_plan() {
        for stage in
            [Stage::NotIssued, Stage::Void, Stage::Paid, Stage::Disputed, Stage::Promised, Stage::Sent]
        {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.word());
        }
    }
}

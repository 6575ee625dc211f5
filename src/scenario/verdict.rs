//! What running a scenario came to.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::Serialize;

use crate::plan::{Because, Blocker};

/// What a scenario came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What it shows.
    pub name: String,
    /// The policy file.
    pub file: Arc<str>,
    /// The line of its header.
    pub line: u32,
    /// The first day that was played.
    pub from: NaiveDate,
    /// The last one.
    pub to: NaiveDate,
    /// What is not as expected, by line.
    pub failures: Vec<Failure>,
    /// Day by day what happened; empty when all is as expected.
    pub timeline: Vec<TimelineDay>,
}

impl Verdict {
    /// Whether all is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The line that expects it.
    pub line: u32,
    /// The day; none for what was to be on any day.
    pub day: Option<NaiveDate>,
    /// What was expected, as one would write it.
    pub expected: String,
    /// What there was.
    pub actual: String,
    /// What decided so.
    pub decided: Vec<Decision>,
}

/// A rule that decided, in a person's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decision {
    /// Why.
    pub sentence: String,
    /// The rule's stable name, where the policy decided.
    pub rule: Option<Arc<str>>,
    /// Its file.
    pub file: Option<Arc<str>>,
    /// Its line.
    pub line: Option<u32>,
}

impl From<&Because> for Decision {
    fn from(because: &Because) -> Decision {
        Decision {
            sentence: because.sentence.clone(),
            rule: Some(Arc::clone(&because.rule)),
            file: because.file.clone(),
            line: because.line,
        }
    }
}

impl From<&Blocker> for Decision {
    fn from(blocker: &Blocker) -> Decision {
        Decision {
            sentence: format!("{}: {}", blocker.code, blocker.sentence),
            rule: blocker.rule.clone(),
            file: blocker.file.clone(),
            line: blocker.line,
        }
    }
}

/// A day on which something happened or was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimelineDay {
    /// The day.
    pub day: NaiveDate,
    /// What the scenario says of it.
    pub facts: Vec<String>,
    /// What was expected.
    pub expected: Vec<String>,
    /// What was to be done, and what was withheld for the first time.
    pub actual: Vec<String>,
    /// Whether the two differ.
    pub failed: bool,
}

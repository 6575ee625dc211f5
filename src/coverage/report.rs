//! The results of a test run.

use serde::Serialize;

use super::reached::Coverage;
use super::suggest::Suggestion;
use crate::scenario::Verdict;

/// What a test run found, by policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub format_version: u32,
    /// Whether all is as expected.
    pub passed: bool,
    /// How many there were of what.
    pub totals: Totals,
    /// The policies and snapshot cases that could not be used: what is wrong with them is told beside the results.
    pub unusable: Vec<String>,
    /// The policies, in the order in which they were found.
    pub policies: Vec<PolicyReport>,
}

/// How many there were of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Scenarios that were run.
    pub scenarios: usize,
    /// Those of them that failed.
    pub failed_scenarios: usize,
    /// Snapshot cases that were compared.
    pub cases: usize,
    /// Those of them that differ.
    pub failed_cases: usize,
    /// Policies of which less was reached than asked for.
    pub below_coverage: usize,
}

/// What was found about a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyReport {
    /// Its file.
    pub file: String,
    /// Its scenarios, in file order.
    pub scenarios: Vec<Verdict>,
    /// Its snapshot cases, by folder.
    pub cases: Vec<CaseReport>,
    /// What was reached; none for a policy of which only snapshot cases were asked for.
    pub coverage: Option<Coverage>,
    /// Scenarios that would reach more.
    pub suggestions: Vec<Suggestion>,
    /// Whether less was reached than asked for.
    pub below_coverage: bool,
}

/// A snapshot case beside what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    /// Its folder.
    pub folder: String,
    /// What would change in the expected text; none when nothing does.
    pub difference: Option<String>,
    /// Whether the expected text was rewritten.
    pub accepted: bool,
}

impl CaseReport {
    /// Whether it is as expected, or has been accepted.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.difference.is_none() || self.accepted
    }
}

impl PolicyReport {
    /// Whether all is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(Verdict::passed)
            && self.cases.iter().all(CaseReport::passed)
            && !self.below_coverage
    }
}

impl Report {
    /// The results together.
    #[must_use]
    pub fn of(policies: Vec<PolicyReport>, unusable: Vec<String>) -> Report {
        let scenarios = || policies.iter().flat_map(|policy| &policy.scenarios);
        let cases = || policies.iter().flat_map(|policy| &policy.cases);
        let totals = Totals {
            scenarios: scenarios().count(),
            failed_scenarios: scenarios().filter(|verdict| !verdict.passed()).count(),
            cases: cases().count(),
            failed_cases: cases().filter(|case| !case.passed()).count(),
            below_coverage: policies.iter().filter(|policy| policy.below_coverage).count(),
        };
        let passed = unusable.is_empty() && policies.iter().all(PolicyReport::passed);
        Report { format_version: 1, passed, totals, unusable, policies }
    }
}

//! How often the cases play each rule, and what the plans of them say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::interpreter::report::Report;

/// What must come up, and in how many of a million cases.
const LEAST: u64 = 1_000;

const RULES: [&str; 25] = [
    "R1",
    "R2",
    "R3",
    "R4",
    "R4, by a rate",
    "R5",
    "R6",
    "R7",
    "R8",
    "R9",
    "R10",
    "R11",
    "R12",
    "R13",
    "R14",
    "R15",
    "R16",
    "R17",
    "R18",
    "R19",
    "R20",
    "R21",
    "R22",
    "R23",
    "R24",
];
const FAMILIES: [&str; 6] = [
    "one at a time",
    "one per run",
    "latest",
    "latest, marks made up for",
    "same day only",
    "all, N days apart",
];
const KINDS: [&str; 11] =
    ["email", "sms", "letter", "call", "notify", "task", "hand_off", "escalate", "flag", "clear", "charge"];
const MODES: [&str; 3] = ["automatic", "approval", "manual"];
const BLOCKERS: [&str; 28] = [
    "replay",
    "stale_data",
    "problem",
    "unknown_outcome",
    "do_not_contact",
    "insolvent",
    "handed_over",
    "never",
    "unknown_value",
    "held",
    "hold_until",
    "disputed",
    "promised",
    "pilot",
    "failed_today",
    "not_done",
    "no_address",
    "no_template",
    "no_hours",
    "nobody",
    "missing_value",
    "allocate_first",
    "limit",
    "one_a_day",
    "nothing_to_charge",
    "unknown_amount",
    "no_rate",
    "other_currency",
];

/// In how many cases each came up.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) cases: u64,
    counts: BTreeMap<&'static str, u64>,
}

/// Rules that show in what the plan says.
fn shown(report: &Report) -> Vec<&'static str> {
    let entries = || report.entries.iter();
    let withheld_by = |codes: &[&str]| {
        entries().flat_map(|entry| &entry.blockers).any(|blocker| codes.contains(&blocker.code))
    };
    let rules = [
        ("R5", !report.problems.is_empty()),
        ("R6", withheld_by(&["do_not_contact", "insolvent", "handed_over", "hold_until", "pilot"])),
        ("R12", entries().any(|entry| entry.carve_out.is_some())),
        ("R14", entries().any(|entry| entry.members.iter().any(|member| member.episode.is_some()))),
        ("R15", entries().any(|entry| !entry.approvers.is_empty() || entry.mode == "manual")),
        ("R16", withheld_by(&["held", "disputed", "promised", "unknown_value"])),
        ("R17", entries().any(|entry| !entry.approved_by.is_empty())),
        ("R18", entries().any(|entry| entry.members.len() > 1) || withheld_by(&["one_a_day"])),
        ("R19", withheld_by(&["limit"])),
        ("R20", withheld_by(&["allocate_first"])),
        ("R21", entries().any(|entry| entry.language_fallback)),
        ("R22", entries().any(|entry| entry.charge.is_some())),
        ("R23", entries().any(|entry| !entry.blockers.is_empty()) || !report.waiting.is_empty()),
        ("R24", entries().any(|entry| entry.kind == "clear")),
    ];
    rules.into_iter().filter(|(_, shows)| *shows).map(|(rule, _)| rule).collect()
}

impl Coverage {
    /// One more case: the rules that the reference played, and its plan.
    pub(crate) fn add(&mut self, mut played: BTreeSet<&'static str>, report: &Report) {
        played.extend(shown(report));
        for entry in &report.entries {
            played.insert(entry.kind);
            match entry.blockers.as_slice() {
                [] => _ = played.insert(entry.mode),
                blockers => played.extend(blockers.iter().map(|blocker| blocker.code)),
            }
        }
        self.cases += 1;
        played.into_iter().for_each(|what| *self.counts.entry(what).or_default() += 1);
    }

    /// What both have seen.
    pub(crate) fn join(mut self, other: Coverage) -> Coverage {
        self.cases += other.cases;
        other.counts.into_iter().for_each(|(what, count)| *self.counts.entry(what).or_default() += count);
        self
    }

    fn listed() -> [(&'static str, &'static [&'static str]); 5] {
        [
            ("rules", &RULES),
            ("catch up", &FAMILIES),
            ("kinds", &KINDS),
            ("modes", &MODES),
            ("withheld by", &BLOCKERS),
        ]
    }

    fn count(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    /// How many cases each came up in.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{} cases\n", self.cases);
        for (group, names) in Coverage::listed() {
            writeln!(text, "{group}").unwrap();
            for name in names {
                writeln!(text, "  {name:28}{:>10}", self.count(name)).unwrap();
            }
        }
        text
    }

    /// What came up in too few cases.
    pub(crate) fn rare(&self) -> Vec<String> {
        let names = Coverage::listed().into_iter().flat_map(|(_, names)| names);
        let rare = names.filter(|name| self.count(name) * 1_000_000 < LEAST * self.cases);
        rare.map(|name| format!("{name}: {} of {}", self.count(name), self.cases)).collect()
    }

    /// What a case has that no list names.
    pub(crate) fn unlisted(&self) -> Vec<&'static str> {
        let listed = |what: &&&str| Coverage::listed().iter().any(|(_, names)| names.contains(what));
        self.counts.keys().filter(|what| !listed(what)).copied().collect()
    }
}

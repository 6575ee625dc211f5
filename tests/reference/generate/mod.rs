//! Cases made up: a whole policy, data, and days on which plans are made and carried out.

mod data;
mod policy;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::select;

/// A policy, and stories of it.
///
/// Days in the texts are relative to the base: `«-3»` is a date, `‹-3›` a day of the year.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    base: NaiveDate,
    policy: policy::Text,
    pub(crate) stories: Vec<Story>,
}

/// Data for the policy, and days on which plans are made.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    base: NaiveDate,
    data: data::Rows,
    /// When plans are made, and what becomes of them.
    pub(crate) runs: Vec<Run>,
}

/// One plan of a story.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// Days since the run before, or since the base.
    pub(crate) after: i64,
    /// What becomes of the actions, in turn; the first again when there are more actions.
    pub(crate) outcomes: Vec<&'static str>,
    /// Whether a day before the newest row of the ledger is planned for all the same.
    pub(crate) replay: bool,
}

/// What becomes of an action.
const OUTCOMES: [&str; 15] = [
    "sent",
    "failed",
    "left",
    "approved",
    "done",
    "failed",
    "assigned",
    "assigned",
    "assigned",
    "declined",
    "unknown",
    "bounced",
    "withdrawn",
    "bounced there",
    "sent quietly",
];

pub(crate) fn case() -> BoxedStrategy<Case> {
    let base = prop_oneof![
        4 => Just("2026-10-05"),
        1 => select(vec!["2028-02-27", "2026-12-29", "2026-01-30", "2027-08-31", "2026-05-01"]),
    ];
    (base, policy::text())
        .prop_flat_map(|(base, policy)| {
            let base: NaiveDate = base.parse().unwrap();
            let story =
                (data::rows(policy.keys(), policy.waiting_keys()), prop::collection::vec(run(), 1..5));
            let story = story.prop_map(move |(data, runs)| Story { base, data, runs });
            (Just(base), Just(policy), prop::collection::vec(story, 1..6))
        })
        .prop_map(|(base, policy, stories)| Case { base, policy, stories })
        .boxed()
}

fn run() -> BoxedStrategy<Run> {
    let after = prop_oneof![2 => Just(0_i64), 3 => 0_i64..3, 2 => 3_i64..12, 1 => -4_i64..0, 1 => 12_i64..40];
    let outcome = prop_oneof![5 => Just("sent"), 3 => Just("approved"), 4 => select(OUTCOMES.to_vec())];
    (after, prop::collection::vec(outcome, 1..4), prop::bool::weighted(0.1))
        .prop_map(|(after, outcomes, replay)| Run { after, outcomes, replay })
        .boxed()
}

impl Case {
    pub(crate) fn base(&self) -> NaiveDate {
        self.base
    }

    pub(crate) fn policy(&self) -> String {
        dated(&self.policy.write(), self.base)
    }

    /// The files that the policy names.
    pub(crate) fn files(&self) -> BTreeMap<String, Result<String, String>> {
        let rates = dated("«-300»: 1.5\n«-9»: -0.88\n«4»: 2.27\n", self.base);
        let late = dated("«-12»: 4\n", self.base);
        [("rates.yaml", rates), ("late.yaml", late)].map(|(path, text)| (path.to_owned(), Ok(text))).into()
    }
}

impl Story {
    /// The rows of each table, those of the ledger apart.
    pub(crate) fn document(&self, history: &[String]) -> String {
        dated(&self.data.write(history), self.base)
    }
}

/// A text with its days written out.
fn dated(text: &str, base: NaiveDate) -> String {
    let date = |days: &str| dun::calendar::add_days(base, days.parse().unwrap());
    let replace = |text: &str, open: char, close: char, form: &str| {
        let mut parts = text.split(open);
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (days, rest) = part.split_once(close).unwrap();
            out.push_str(&date(days).format(form).to_string());
            out.push_str(rest);
        }
        out
    };
    replace(&replace(text, '«', '»', "%Y-%m-%d"), '‹', '›', "%m-%d")
}

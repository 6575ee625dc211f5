//! The numbers at the head of a plan: what goes out, what waits for whom, what is withheld.

use super::words::{amounts, by_currency, day};
use crate::plan::{Action, Kind, Mode, Plan};

/// One line of the summary.
pub(super) struct Line {
    /// How many.
    pub(super) number: usize,
    /// Of what, in the number's form.
    pub(super) words: String,
    /// What is open on their invoices, by currency; nothing where no sum is meant.
    pub(super) amounts: Vec<String>,
    /// Whether it belongs into a headline: what goes out, and what waits for a decision.
    pub(super) leads: bool,
}

/// The lines that have something to say, in their order.
pub(super) fn lines(plan: &Plan) -> Vec<Line> {
    let mut lines = Vec::new();
    for (belongs, leads, one, many) in GROUPS {
        let group: Vec<&Action> = plan.actions.iter().filter(|action| belongs(action)).collect();
        lines.extend(line(&group, one, many).map(|line| Line { leads, ..line }));
    }
    let withheld: Vec<&Action> = plan.withheld.iter().map(|withheld| &withheld.action).collect();
    lines.extend(line(&withheld, "is withheld", "are withheld"));
    lines.extend(waiting(plan));
    let problems = plan.problems.len();
    if problems > 0 {
        let words = if problems == 1 { "problem" } else { "problems" };
        let words = format!("{words} in the data, listed at the end");
        lines.push(Line { number: problems, words, amounts: Vec::new(), leads: false });
    }
    lines
}

/// Which actions, whether they lead, and the words for one and for several.
type Group = (fn(&Action) -> bool, bool, &'static str, &'static str);

const GROUPS: [Group; 6] = [
    (
        |action| action.mode == Mode::Automatic && action.kind.message().is_some(),
        true,
        "message goes out by itself",
        "messages go out by themselves",
    ),
    (|action| action.mode == Mode::Approval, true, "waits for approval", "wait for approval"),
    (
        |action| action.mode == Mode::Manual && action.kind == Kind::Call,
        false,
        "call to make",
        "calls to make",
    ),
    (
        |action| action.mode == Mode::Manual && action.kind != Kind::Call,
        false,
        "other task for a person",
        "other tasks for people",
    ),
    (
        |action| action.mode == Mode::Automatic && action.kind == Kind::Charge,
        false,
        "approved charge is booked",
        "approved charges are booked",
    ),
    (
        |action| {
            action.mode == Mode::Automatic && action.kind.message().is_none() && action.kind != Kind::Charge
        },
        false,
        "note, flag or escalation is made by itself",
        "notes, flags and escalations are made by themselves",
    ),
];

fn line(actions: &[&Action], one: &str, many: &str) -> Option<Line> {
    let words = if actions.len() == 1 { one } else { many }.to_owned();
    (!actions.is_empty()).then(|| Line {
        number: actions.len(),
        words,
        amounts: amounts(actions.iter().copied()),
        leads: false,
    })
}

fn waiting(plan: &Plan) -> Option<Line> {
    let next = plan.waiting.iter().filter_map(|waiting| waiting.next).min();
    let next = next.map_or(String::new(), |next| format!(", the next on {}", day(next, plan.header.as_of)));
    let verb = if plan.waiting.len() == 1 { "has" } else { "have" };
    (!plan.waiting.is_empty()).then(|| Line {
        number: plan.waiting.len(),
        words: format!("{verb} nothing due{next}"),
        amounts: by_currency(plan.waiting.iter().map(|waiting| waiting.balance)),
        leads: false,
    })
}

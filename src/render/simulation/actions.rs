//! The actions of a simulation over time, and what was withheld.

use super::super::grid::Grid;
use crate::plan::{Action, Kind};
use crate::render::words::{self, place, sums};
use crate::report::Report;

/// Each action on the day it was carried out, or the last day that it stood in a plan.
pub(super) fn actions(report: &Report, names: bool) -> Grid {
    let columns = [
        ("day", false),
        ("", false),
        ("customer", false),
        ("invoices", false),
        ("open", true),
        ("because", false),
        ("rule", false),
    ];
    let rows = report.events.iter().map(|event| {
        let action = &event.action;
        let (day, verb) = match event.done {
            Some(done) => (done, words::verb(action).to_owned()),
            None => (event.last, format!("not done: {}", words::verb(action))),
        };
        let because = &action.because;
        vec![
            day.to_string(),
            format!("{verb} {}", words::deed(action, names)),
            action.customer.clone(),
            invoices(action),
            open(action),
            because.sentence.clone(),
            place(&because.rule, because.file.as_deref(), because.line),
        ]
    });
    Grid::new("Day by day", "action", &columns).folded().with(rows)
}

/// Each step that was withheld, from the first to the last day.
pub(super) fn withheld(report: &Report) -> Grid {
    let columns = [
        ("from", false),
        ("to", false),
        ("withheld", false),
        ("customer", false),
        ("invoices", false),
        ("open", true),
        ("because", false),
        ("rule", false),
    ];
    let rows = report.withheld.iter().map(|spell| {
        let action = &spell.action;
        let why: Vec<&str> = spell.blockers.iter().map(|blocker| blocker.sentence.as_str()).collect();
        let rule = spell.blockers.iter().map(words::blocker_place).find(|place| !place.is_empty());
        vec![
            spell.first.to_string(),
            spell.last.to_string(),
            words::what(action),
            action.customer.clone(),
            invoices(action),
            open(action),
            why.join("; "),
            rule.unwrap_or_default(),
        ]
    });
    Grid::new("Withheld", "step", &columns).folded().with(rows)
}

fn invoices(action: &Action) -> String {
    const SHOWN: usize = 6;
    let ids: Vec<&str> = action.invoices.iter().take(SHOWN).map(|invoice| invoice.id.as_str()).collect();
    match action.invoices.len().saturating_sub(SHOWN) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

fn open(action: &Action) -> String {
    if action.kind == Kind::Clear {
        String::new()
    } else {
        sums(action.invoices.iter().map(|invoice| invoice.balance))
    }
}

//! The actions of a simulation over time, and what was withheld.

use std::borrow::Cow;

use super::super::grid::Grid;
use crate::plan::{Action, Kind};
use crate::render::words::{self, place, sums};
use crate::report::Report;
use crate::simulate::ActionRow;

/// Each action on the day it was carried out, or the last day that it stood in a plan.
pub(super) fn actions(report: &Report, names: bool) -> Grid<'_> {
    let columns = [
        ("day", false),
        ("", false),
        ("customer", false),
        ("invoices", false),
        ("open", true),
        ("because", false),
        ("rule", false),
    ];
    let row = move |at| {
        let event = report.events.row(at);
        let action = shown(event.action, names);
        let (day, verb) = match event.done {
            Some(done) => (done, words::verb(&action).to_owned()),
            None => (event.last, format!("not done: {}", words::verb(&action))),
        };
        let because = &action.because;
        vec![
            day.to_string(),
            format!("{verb} {}", words::deed(&action, names)),
            event.action.customer_id().to_owned(),
            invoices(event.action),
            open(event.action),
            words::reason(event.action.sentence(), names).to_owned(),
            place(&because.rule, because.file.as_deref(), because.line),
        ]
    };
    Grid::new("Day by day", "action", &columns).folded().with_long(report.events.len(), row)
}

/// Each step that was withheld, from the first to the last day.
pub(super) fn withheld(report: &Report, names: bool) -> Grid<'_> {
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
    let row = move |at| {
        let spell = report.withheld.row(at);
        let why = spell.blockers.iter().map(|blocker| words::reason(&blocker.sentence, names));
        let why: Vec<&str> = why.collect();
        let rule = spell.blockers.iter().map(words::blocker_place).find(|place| !place.is_empty());
        vec![
            spell.first.to_string(),
            spell.last.to_string(),
            words::what(&shown(spell.action, false)),
            spell.action.customer_id().to_owned(),
            invoices(spell.action),
            open(spell.action),
            why.join("; "),
            rule.unwrap_or_default(),
        ]
    };
    Grid::new("Withheld", "step", &columns).folded().with_long(report.withheld.len(), row)
}

/// As much of an action as its words need: amounts and addresses are its own.
fn shown(row: ActionRow<'_>, names: bool) -> Cow<'_, Action> {
    if names || row.is_charge() { Cow::Owned(row.action()) } else { Cow::Borrowed(row.common()) }
}

fn invoices(action: ActionRow) -> String {
    const SHOWN: usize = 6;
    let ids: Vec<&str> = action.invoice_ids().take(SHOWN).collect();
    match action.invoice_ids().len().saturating_sub(SHOWN) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

fn open(action: ActionRow) -> String {
    if action.common().kind == Kind::Clear {
        String::new()
    } else {
        sums(action.invoices().map(|(_, balance)| balance))
    }
}

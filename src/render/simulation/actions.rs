//! The actions of a simulation over time, and what was withheld.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

use super::super::grid::{Grid, Row};
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
    let work_out = move |at, row: &mut Row| {
        let event = report.events.row(at);
        let action = shown(event.action, names);
        let undone = if event.done.is_some() { "" } else { "not done: " };
        let because = &action.because;
        row.add(event.done.unwrap_or(event.last));
        row.add(format_args!("{undone}{} {}", words::verb(&action), words::deed(&action, names)));
        row.add(event.action.customer_id());
        row.add(Invoices(event.action));
        row.add(open(event.action));
        row.add(words::reason(event.action.sentence(), names));
        row.add(place(&because.rule, because.file.as_deref(), because.line));
    };
    Grid::new("Day by day", "action", &columns).folded().with_long(report.events.len(), work_out)
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
    let work_out = move |at, row: &mut Row| {
        let spell = report.withheld.row(at);
        let why = spell.blockers.iter().map(|blocker| words::reason(&blocker.sentence, names));
        let rule = spell.blockers.iter().map(words::blocker_place).find(|place| !place.is_empty());
        row.add(spell.first);
        row.add(spell.last);
        row.add(words::what(&shown(spell.action, false)));
        row.add(spell.action.customer_id());
        row.add(Invoices(spell.action));
        row.add(open(spell.action));
        row.add(why.collect::<Vec<_>>().join("; "));
        row.add(rule.unwrap_or_default());
    };
    Grid::new("Withheld", "step", &columns).folded().with_long(report.withheld.len(), work_out)
}

/// As much of an action as its words need: amounts and addresses are its own.
fn shown(row: ActionRow<'_>, names: bool) -> Cow<'_, Action> {
    if names || row.is_charge() { Cow::Owned(row.action()) } else { Cow::Borrowed(row.common()) }
}

/// The ids of an action's invoices, as many as anybody reads.
struct Invoices<'r>(ActionRow<'r>);

impl Display for Invoices<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 6;
        let ids = self.0.invoice_ids();
        let more = ids.len().saturating_sub(SHOWN);
        for (at, id) in ids.take(SHOWN).enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            f.write_str(id)?;
        }
        if more > 0 { write!(f, " and {more} more") } else { Ok(()) }
    }
}

fn open(action: ActionRow) -> String {
    if action.common().kind == Kind::Clear {
        String::new()
    } else {
        sums(action.invoices().map(|(_, balance)| balance))
    }
}

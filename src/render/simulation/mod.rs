//! A simulation for people: the headline first, then tables, the same ones in a terminal and in Markdown.

mod actions;
mod figures;

use std::io::{self, Write};

use super::escape::{clean, markdown};
use super::grid::Grid;
use super::text::{Colour, Page, WIDE, wrapped};
use super::words::{count, long_date};
use crate::report::Report;

/// What a reader must know before any figure.
const CAVEAT: &str = "Payments, disputes and promises are those that happened: this is what the policy would have \
                      done, not a forecast of what customers would have answered.";

/// Renders a simulation for a terminal; `names` adds addresses and the reasons of disputes, `colour` terminal colours.
///
/// # Errors
/// When the writer fails.
pub fn text(report: &Report, names: bool, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(colour);
    let title = page.paint(Colour::Bold, &clean(&report.policy.name));
    page.line(&format!("{title} · {}", period(report)));
    page.line("");
    page.line(&format!("  {}.", figures::headline(report)));
    wrapped(CAVEAT, WIDE - 2).iter().for_each(|line| {
        let line = page.paint(Colour::Dim, line);
        page.line(&format!("  {line}"));
    });
    if let Some(note) = figures::end_of_data(report) {
        let note = page.paint(Colour::Red, &note);
        page.line(&format!("  {note}"));
    }
    grids(report, names).iter().try_for_each(|grid| grid.draw(&mut page, |page| page.write(out)))?;
    page.write(out)
}

/// Renders a simulation for a pull request or a wiki, with ids only unless `names` asks for more; the long tables are
/// folded away and capped.
#[must_use]
pub fn markdown_page(report: &Report, names: bool) -> String {
    let mut out =
        format!("### {}: {}\n\n", markdown(&report.policy.name), markdown(&figures::headline(report)));
    out.push_str(&format!("{}. {CAVEAT}\n\n", period(report)));
    if let Some(note) = figures::end_of_data(report) {
        out.push_str(&format!("**{note}**\n\n"));
    }
    grids(report, names).iter().for_each(|grid| out.push_str(&grid.markdown()));
    format!("{}\n", out.trim_end())
}

fn period(report: &Report) -> String {
    let takes = |days: u32, what: &str| match days {
        0 => String::new(),
        days => format!(", {what} after {}", count(days as usize, "day")),
    };
    let approvals = takes(report.habits.approval_days, "approvals given");
    let people = format!("{approvals}{}", takes(report.habits.task_days, "tasks done"));
    format!("{} to {}, replayed{people}", long_date(report.from), long_date(report.to))
}

/// All tables that have something to say.
fn grids(report: &Report, names: bool) -> Vec<Grid<'_>> {
    let grids = [
        figures::totals(report),
        figures::days(report),
        figures::weeks(report),
        figures::segments(report),
        figures::work(report, names),
        figures::work_by_day(report, names),
        figures::contact(report),
        figures::receivables(report),
        figures::unmet(report),
        figures::assumptions(report),
        actions::actions(report, names),
        actions::withheld(report, names),
    ];
    grids.into_iter().filter(|grid| !grid.is_empty()).collect()
}

//! Steps by transition and segment.

use super::super::grid::Grid;
use crate::diff::impact::Tally;
use crate::diff::{Impact, Transition};

/// The table of all that differs.
pub(super) fn tally(impact: &Impact) -> Grid<'static> {
    let columns = [("", false), ("segment", false), ("steps", true), ("invoices", true), ("open", true)];
    let rows = impact.tallies.iter().filter(|tally| tally.transition != Transition::Unchanged).map(row);
    let unchanged: u64 = impact
        .tallies
        .iter()
        .filter(|tally| tally.transition == Transition::Unchanged)
        .map(|tally| tally.steps)
        .sum();
    let unchanged = (unchanged > 0).then(|| {
        let words = Transition::Unchanged.words().to_owned();
        vec![words, String::new(), unchanged.to_string(), String::new(), String::new()]
    });
    Grid::new("By transition and segment", "row", &columns).with(rows).with(unchanged)
}

fn row(tally: &Tally) -> Vec<String> {
    let invoices: u64 = tally.invoices.iter().map(|sum| sum.count).sum();
    let amounts: Vec<String> = tally.invoices.iter().map(|sum| sum.amount.grouped()).collect();
    vec![
        tally.transition.words().to_owned(),
        tally.segment.as_deref().unwrap_or("no segment").to_owned(),
        tally.steps.to_string(),
        invoices.to_string(),
        amounts.join(" + "),
    ]
}

//! Open invoices with nothing due: where they stand, and when something comes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::page::Page;
use crate::model::Stage;
use crate::plan::{Plan, Waiting};
use crate::render::escape::clean;
use crate::render::words::{count, day, stage, sums};

/// Days that a stage is shown with by themselves; what comes later is one line.
const DAYS: usize = 5;

/// Ids that a line shows; the others are counted.
const IDS: usize = 4;

/// A list by stage and day of the next step.
pub(super) fn waiting(page: &mut Page, plan: &Plan) {
    if plan.waiting.is_empty() {
        return;
    }
    let all: Vec<&Waiting> = plan.waiting.iter().collect();
    page.heading("NOTHING DUE", &format!("{}, {}", count(all.len(), "invoice"), open(&all)));
    let mut stages: BTreeMap<Stage, Vec<&Waiting>> = BTreeMap::new();
    for waiting in all {
        stages.entry(waiting.stage).or_default().push(waiting);
    }
    for (found, entries) in stages {
        let mut label = stage(found);
        for (when, entries) in days(&entries, plan.header.as_of) {
            let left = format!("  {:<12}  {when:<24}  {}", std::mem::take(&mut label), ids(&entries));
            page.ledger_line(&left, &open(&entries));
        }
    }
}

/// The entries by the day of their next step, soonest first, those without one last.
fn days<'a>(entries: &[&'a Waiting], today: NaiveDate) -> Vec<(String, Vec<&'a Waiting>)> {
    let mut dated: BTreeMap<NaiveDate, Vec<&Waiting>> = BTreeMap::new();
    let mut undated = Vec::new();
    for entry in entries {
        match entry.next {
            Some(next) => dated.entry(next).or_default().push(entry),
            None => undated.push(*entry),
        }
    }
    let mut rows = Vec::new();
    let soon = if dated.len() > DAYS + 1 { DAYS } else { dated.len() };
    let last = dated.keys().next_back().copied();
    let mut dated = dated.into_iter();
    rows.extend(
        dated.by_ref().take(soon).map(|(next, entries)| (format!("next on {}", day(next, today)), entries)),
    );
    let later: Vec<&Waiting> = dated.flat_map(|(_, entries)| entries).collect();
    if let (Some(last), false) = (last, later.is_empty()) {
        rows.push((format!("later, up to {}", day(last, today)), later));
    }
    if !undated.is_empty() {
        rows.push((String::from("no date known"), undated));
    }
    rows
}

fn ids(entries: &[&Waiting]) -> String {
    let shown: Vec<String> = entries.iter().take(IDS).map(|entry| clean(&entry.invoice)).collect();
    let more = entries.len() - shown.len();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn open(entries: &[&Waiting]) -> String {
    sums(entries.iter().map(|entry| entry.balance))
}

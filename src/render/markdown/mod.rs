//! A plan for a pull request or a wiki: the headline first, then tables, what matters less folded away.
//!
//! Ids stand in it, and names, addresses and texts on request only. It fits a comment; what does not is counted.

mod tables;
mod texts;

use chrono::NaiveDate;

use super::escape::{markdown, markdown_id};
use super::summary;
use super::text::count;
use super::words::{self, AGES, sums};
use crate::plan::{Header, Invoice, Plan};
pub(super) use tables::Table;

/// Characters that a cell or a heading takes from data; more would push everything else out of view.
const LONGEST: usize = 200;

/// Ids that a cell shows; the others are counted.
const IDS: usize = 6;

/// Bytes for each part. Together they stay below the 65 536 characters that a comment may have.
struct Room;

impl Room {
    const TOTALS: usize = 4_000;
    const ACTIONS: usize = 22_000;
    const WITHHELD: usize = 13_000;
    const TEXTS: usize = 12_000;
    const WAITING: usize = 3_000;
    const PROBLEMS: usize = 4_000;
}

/// Renders a plan; `names` adds names, addresses and the texts of messages.
#[must_use]
pub fn plan(plan: &Plan, names: bool) -> String {
    let mut out = headline(plan);
    out.push_str(&totals(plan));
    out.push_str(&ageing(&plan.header));
    out.push_str(&tables::actions(plan, names));
    out.push_str(&tables::withheld(plan, names));
    if names {
        out.push_str(&texts::texts(plan));
    }
    out.push_str(&tables::waiting(plan));
    out.push_str(&problems(plan));
    format!("{}\n", out.trim_end())
}

fn headline(plan: &Plan) -> String {
    let header = &plan.header;
    let lines = summary::lines(plan);
    let first = lines.iter().filter(|line| line.leads).map(|line| match line.amounts.as_slice() {
        [] => format!("{} {}", line.number, line.words),
        amounts => format!("{} {}, {}", line.number, line.words, amounts.join(" + ")),
    });
    let mut first: Vec<String> = first.collect();
    if first.is_empty() {
        first.push(String::from("nothing goes out and nothing waits for approval"));
    }
    let mut out = format!("### {}: {}\n\n", data(&header.policy.name), first.join("; "));
    out.push_str(&format!("{} · {}\n\n", words::long_date(header.as_of), open(header)));
    if header.replay {
        out.push_str("**This is a replay of a past day. Do not execute it.**\n\n");
    }
    if let Some(why) = &header.refused {
        out.push_str(&format!("**Every contact is withheld: {}.**\n\n", data(why)));
    }
    out
}

fn open(header: &Header) -> String {
    const CURRENCIES: usize = 4;
    let mut parts: Vec<String> = header.receivables.iter().take(CURRENCIES).map(words::receivables).collect();
    match header.receivables.len() {
        0 => parts.push(String::from("no open invoices")),
        n if n > CURRENCIES => parts.push(format!("{} more currencies", n - CURRENCIES)),
        _ => {}
    }
    parts.join(" · ")
}

fn totals(plan: &Plan) -> String {
    let mut table = Table::new(&["", "", "open"], &[true, false, true], Room::TOTALS);
    for line in summary::lines(plan) {
        table.row(&[line.number.to_string(), line.words, data(&line.amounts.join(" + "))], []);
    }
    table.finish("line")
}

fn ageing(header: &Header) -> String {
    let titles: Vec<&str> = std::iter::once("").chain(AGES).collect();
    let mut table = Table::new(&titles, &[false, true, true, true, true, true], Room::TOTALS);
    for sum in &header.receivables {
        let cells: Vec<String> =
            std::iter::once(sum.currency.code().to_owned()).chain(words::ages(sum)).collect();
        table.row(&cells, []);
    }
    table.finish("currency")
}

fn problems(plan: &Plan) -> String {
    let mut list = String::new();
    let mut shown = 0;
    for problem in &plan.problems {
        let line = format!("- {}\n", data(&words::problem(problem)));
        if list.len() + line.len() > Room::PROBLEMS {
            break;
        }
        list.push_str(&line);
        shown += 1;
    }
    if shown < plan.problems.len() {
        list.push_str(&format!("\n{} more left out here.\n", plan.problems.len() - shown));
    }
    match plan.problems.len() {
        0 => String::new(),
        n => folded(&format!("{} in the data", count(n, "problem")), &list),
    }
}

/// Something that is shown on a click.
pub(super) fn folded(title: &str, text: &str) -> String {
    format!("<details><summary>{title}</summary>\n\n{}\n\n</details>\n\n", text.trim_end())
}

/// Data within a line or a cell, cut where it would push everything else out of view.
pub(super) fn data(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", markdown(&text[..end])),
        None => markdown(text),
    }
}

/// An id, cut like any data.
pub(super) fn id(text: &str) -> String {
    if text.chars().nth(LONGEST).is_some() { data(text) } else { markdown_id(text) }
}

pub(super) fn ids<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = ids.len().saturating_sub(IDS);
    let shown: Vec<String> = ids.take(IDS).map(id).collect();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn invoice_ids(invoices: &[Invoice]) -> String {
    ids(invoices.iter().map(|invoice| invoice.id.as_str()))
}

fn money(invoices: &[Invoice]) -> String {
    sums(invoices.iter().map(|invoice| invoice.balance))
}

fn day(date: Option<NaiveDate>, today: NaiveDate) -> String {
    date.map_or(String::from("no date known"), |date| words::day(date, today))
}

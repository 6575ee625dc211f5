//! A comparison of two policies for a comment on a pull request: ids only, what needs a look first, the rest folded
//! away. It fits a comment; what does not is counted.

use super::super::escape::markdown as escaped;
use super::super::markdown::{Table, data, folded, id};
use super::super::words::{count, sums};
use super::tally::tally;
use super::timeline::timelines;
use super::words;
use crate::diff::{Entry, Impact, PolicyDiff, Transition};

/// The first line, by which a comment is found again and replaced.
pub(super) const MARKER: &str = "<!-- dun -->";

/// Bytes for each part. Together, with what stands between them, they stay below 60 000.
pub(super) struct Room;

impl Room {
    /// For all transitions that need a look, which share it.
    const RISKY: usize = 24_000;
    const MEANING: usize = 8_000;
    const REST: usize = 6_000;
    const UNTOUCHED: usize = 2_500;
    pub(super) const TIMELINES: usize = 7_000;
    const NOTES: usize = 1_000;
}

/// Renders a comparison.
#[must_use]
pub fn markdown(diff: &PolicyDiff) -> String {
    let mut out = format!("{MARKER}\n### {}: {}\n\n", data(&diff.new.name), escaped(&words::headline(diff)));
    if let Some(impact) = &diff.impact {
        out.push_str(&format!("{}.\n\n", escaped(&words::replay(impact))));
        let risks = Transition::RISKY.into_iter().filter(|risk| impact.with(*risk).next().is_some());
        let room = Room::RISKY / risks.clone().count().max(1);
        risks.for_each(|transition| out.push_str(&risky(impact, transition, room)));
    }
    out.push_str(&meaning(diff));
    out.push_str(&timelines(&diff.timelines));
    if let Some(impact) = &diff.impact {
        if impact.differs() {
            out.push_str(&tally(impact).markdown());
        }
        out.push_str(&rest(impact));
        out.push_str(&untouched(diff, impact));
        out.push_str(&notes(impact));
    }
    format!("{}\n", out.trim_end())
}

/// What needs a look: a sentence with counts and money, and every step.
fn risky(impact: &Impact, transition: Transition, room: usize) -> String {
    let entries: Vec<&Entry> = impact.with(transition).collect();
    let words = upper(transition.words());
    let total = data(&words::invoices(&crate::diff::impact::sums(entries.iter().copied())));
    let title = format!("**{words}: {total}, {}.**", words::title(transition));
    let same = words::same_because(&entries);
    let reason = same.as_ref().map_or(String::new(), |same| format!("{}.\n\n", reason(same, words::for_all)));
    format!("{title}\n\n{}{}", upper(&reason), table(impact, &entries, same.is_none(), room))
}

/// A reason with the place of its rule.
fn reason((because, place): &(String, String), said: impl Fn(&str) -> String) -> String {
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    format!("{}{}", data(&said(because)), escaped(&place))
}

fn upper(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map_or(String::new(), |first| first.to_uppercase().collect());
    format!("{first}{}", rest.as_str())
}

/// The steps of a transition, each with its reason where they have several.
fn table(impact: &Impact, entries: &[&Entry], tells_why: bool, room: usize) -> String {
    let titles = ["customer", "invoice", "amount", "before", "after", "because"];
    let columns = if tells_why { titles.len() } else { titles.len() - 1 };
    let numbers = [false, false, true, false, false, false];
    let mut table = Table::new(&titles[..columns], &numbers[..columns], room);
    for entry in entries {
        let open = || entry.invoices.iter().map(|owed| (owed.invoice.as_str(), owed.balance.balance));
        let after = words::after(entry, impact.to);
        let cells = [
            customer(entry),
            invoices(entry),
            data(&sums(open().map(|(_, balance)| balance))),
            data(&words::before(entry, impact.to)),
            format!("**{}** {}", data(&entry.step), data(&after)),
            reason(&words::because(entry), str::to_owned),
        ];
        table.row(&cells[..columns], open());
    }
    table.finish("step")
}

/// The customer's id, and the name on request.
fn customer(entry: &Entry) -> String {
    match &entry.customer_name {
        Some(name) => format!("{} ({})", data(name), id(&entry.customer)),
        None => id(&entry.customer),
    }
}

fn invoices(entry: &Entry) -> String {
    super::super::markdown::ids(entry.invoices.iter().map(|owed| owed.invoice.as_str()))
}

/// Every change of meaning, one sentence each.
fn meaning(diff: &PolicyDiff) -> String {
    if diff.changes.is_empty() {
        return String::new();
    }
    let sentences = diff.changes.iter().map(|change| (change.sentence.as_str(), words::place_of(change)));
    format!("What changes in meaning:\n\n{}\n", bullets(sentences, Room::MEANING, "change"))
}

/// Lines while there is room; the others are counted.
fn bullets<'s>(
    sentences: impl Iterator<Item = (&'s str, String)>,
    room: usize,
    what: &'static str,
) -> String {
    let mut list = String::new();
    let mut left_out = 0;
    for (sentence, place) in sentences {
        let place = if place.is_empty() { place } else { format!(" ({place})") };
        let line = format!("- {}{}\n", escaped(sentence), escaped(&place));
        if left_out > 0 || list.len() + line.len() > room {
            left_out += 1;
        } else {
            list.push_str(&line);
        }
    }
    if left_out > 0 {
        list.push_str(&format!("\nAnd {} more, left out here.\n", count(left_out, what)));
    }
    list
}

/// All other steps, folded away.
fn rest(impact: &Impact) -> String {
    let is_other = |entry: &&Entry| !entry.transition.is_risky() && entry.transition != Transition::Unchanged;
    let entries: Vec<&Entry> = impact.entries.iter().filter(is_other).collect();
    if entries.is_empty() {
        return String::new();
    }
    let titles = ["", "customer", "invoice", "amount", "before", "after"];
    let mut table = Table::new(&titles, &[false, false, false, true, false, false], Room::REST);
    for entry in &entries {
        let money = || entry.invoices.iter().map(|owed| owed.balance.balance);
        let after = words::after(entry, impact.to);
        let cells = [
            entry.transition.words().to_owned(),
            customer(entry),
            invoices(entry),
            data(&sums(money())),
            data(&words::before(entry, impact.to)),
            format!("**{}** {}", data(&entry.step), data(&after)),
        ];
        table.row(&cells, []);
    }
    let title = format!("All other steps that differ: {} (`--format json` has every field)", entries.len());
    folded(&title.replace('`', ""), &table.finish("step"))
}

/// Changes that no invoice met.
fn untouched(diff: &PolicyDiff, impact: &Impact) -> String {
    let changes: Vec<_> = impact.untouched.iter().filter_map(|at| diff.changes.get(*at)).collect();
    if changes.is_empty() {
        return String::new();
    }
    let sentences = changes.iter().map(|change| (change.sentence.as_str(), words::place_of(change)));
    let title = format!("Changed, and no invoice met it: {}", changes.len());
    folded(&title, &bullets(sentences, Room::UNTOUCHED, "change"))
}

fn notes(impact: &Impact) -> String {
    let notes = words::notes(impact);
    if notes.is_empty() {
        return String::new();
    }
    format!("{}\n", bullets(notes.iter().map(|note| (note.as_str(), String::new())), Room::NOTES, "note"))
}

//! A comparison of two policies as a person reads it in a terminal.

use super::super::escape::clean;
use super::super::text::{Colour, Page, WIDE, wrapped};
use super::super::words::{count, sums};
use super::tally::tally;
use super::words;
use crate::diff::{Change, Entry, Impact, PolicyDiff, Transition};

/// Columns that the place of a rule may take beside a sentence.
const PLACE: usize = 34;

/// Steps of one transition that are shown.
const SHOWN: usize = 8;

/// Steps of one transition that are shown where they need a look.
const RISKY_SHOWN: usize = 40;

/// Renders a comparison; `colour` adds terminal colours.
#[must_use]
pub fn text(diff: &PolicyDiff, colour: bool) -> String {
    let mut page = Page::new(colour);
    let name = page.paint(Colour::Bold, &clean(&diff.new.name));
    page.line(&format!("{name} · {}", words::headline(diff)));
    if let Some(impact) = &diff.impact {
        wrapped(&format!("{}.", words::replay(impact)), WIDE).iter().for_each(|line| page.line(line));
        let risky = Transition::RISKY.into_iter();
        risky.for_each(|transition| list(&mut page, impact, transition, RISKY_SHOWN));
    }
    changes(&mut page, diff);
    if let Some(impact) = &diff.impact {
        rest(&mut page, diff, impact);
    }
    page.out
}

fn changes(page: &mut Page, diff: &PolicyDiff) {
    if diff.changes.is_empty() {
        return;
    }
    match &diff.impact {
        Some(_) => page.heading("WHAT CHANGES IN MEANING", ""),
        None => page.line(""),
    }
    diff.changes.iter().for_each(|change| sentence(page, change));
}

/// A sentence with the place of its rule.
fn sentence(page: &mut Page, change: &Change) {
    told(page, "  ", &change.sentence, &words::place_of(change));
}

/// Lines of a sentence, the place of its rule at the end of the last.
fn told(page: &mut Page, indent: &str, sentence: &str, place: &str) {
    let place = clean(place);
    let lines = wrapped(&clean(sentence), WIDE - PLACE);
    for (at, line) in lines.iter().enumerate() {
        let line = format!("{indent}{}{line}", if at == 0 { "" } else { "  " });
        page.beside(&line, &line, if at + 1 == lines.len() { &place } else { "" });
    }
}

/// The steps of a transition.
fn list(page: &mut Page, impact: &Impact, transition: Transition, most: usize) {
    let entries: Vec<&Entry> = impact.with(transition).collect();
    if entries.is_empty() {
        return;
    }
    let total = crate::diff::impact::sums(entries.iter().copied());
    let colour = if transition.is_risky() { Colour::Red } else { Colour::Bold };
    let title = page.paint(colour, &transition.words().to_uppercase());
    let steps = count(entries.len(), "step");
    page.line("");
    page.line(&format!("{title}   {steps}, {}", words::invoices(&total)));
    let same = words::same_because(&entries).filter(|_| transition.is_risky());
    if let Some((because, place)) = &same {
        told(page, "  ", &words::for_all(because), place);
    }
    let tells_why = transition.is_risky() && same.is_none();
    entries.iter().take(most).for_each(|one| entry(page, impact, one, tells_why));
    if let Some(more) = entries.len().checked_sub(most).filter(|more| *more > 0) {
        page.line(&format!("  and {} more, which `--format json` has", count(more, "step")));
    }
}

fn entry(page: &mut Page, impact: &Impact, entry: &Entry, tells_why: bool) {
    let name = entry.customer_name.as_ref().map_or(String::new(), |name| format!("{} ", clean(name)));
    let invoices: Vec<String> = entry.invoices.iter().map(|owed| clean(&owed.invoice)).collect();
    let open = sums(entry.invoices.iter().map(|owed| owed.balance.balance));
    let head = format!("  {name}{}   {}", clean(&entry.customer), invoices.join(", "));
    page.ledger_line(&head, &open);
    let fares =
        format!("{}: {} → {}", entry.step, words::before(entry, impact.to), words::after(entry, impact.to));
    wrapped(&clean(&fares), WIDE - 4).iter().for_each(|line| page.line(&format!("    {line}")));
    if tells_why {
        let (because, place) = words::because(entry);
        told(page, "    ", &because, &place);
    }
}

/// The table, the other steps, and what met nothing.
fn rest(page: &mut Page, diff: &PolicyDiff, impact: &Impact) {
    if impact.differs() {
        tally(impact).text(page);
    }
    for transition in
        Transition::ALL.into_iter().filter(|one| !one.is_risky() && *one != Transition::Unchanged)
    {
        list(page, impact, transition, SHOWN);
    }
    if !impact.untouched.is_empty() {
        page.heading("CHANGED, AND NO INVOICE MET IT", "");
        impact
            .untouched
            .iter()
            .filter_map(|at| diff.changes.get(*at))
            .for_each(|change| sentence(page, change));
    }
    let notes = words::notes(impact);
    if !notes.is_empty() {
        page.line("");
    }
    for note in notes {
        wrapped(&clean(&note), WIDE).iter().for_each(|line| page.line(line));
    }
}

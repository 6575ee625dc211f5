//! A plan as a person reads it in a terminal: the headline first, then customer by customer.

mod customers;
mod page;
mod recheck;
mod waiting;

pub(super) use customers::{action, withhold};
pub(super) use page::{Colour, Page, WIDE, wrapped};

use super::escape::clean;
use super::summary;
use super::words::{self, AGES};
use crate::plan::{Header, Plan};
use crate::snapshot::LoadError;
use crate::snapshot::problem::Problem;

pub use super::words::count;
pub use recheck::recheck;

/// Renders a plan; `colour` adds terminal colours.
#[must_use]
pub fn plan(plan: &Plan, colour: bool) -> String {
    let mut page = Page::new(colour);
    headline(&mut page, &plan.header);
    totals(&mut page, plan);
    ageing(&mut page, &plan.header);
    customers::customers(&mut page, plan);
    waiting::waiting(&mut page, plan);
    problems(&mut page, plan);
    page.out
}

/// A problem of the data, with its place.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    clean(&words::problem(problem))
}

/// Why the data cannot be read: each reason with its code, its place and how to mend it.
#[must_use]
pub fn unreadable(error: &LoadError) -> String {
    let mut text = String::new();
    for reason in &error.reasons {
        let line = reason.line.map_or(String::new(), |line| format!(":{line}"));
        let (file, message) = (clean(&reason.file), clean(&reason.message));
        text.push_str(&format!("error[{}]: {file}{line}: {message}\n", reason.code));
        for help in &reason.help {
            text.push_str(&format!("  = help: {}\n", clean(help)));
        }
    }
    text
}

fn headline(page: &mut Page, header: &Header) {
    let name = page.paint(Colour::Bold, &clean(&header.policy.name));
    let title = format!("{name} · {}", words::long_date(header.as_of));
    match header.receivables.as_slice() {
        [] => page.line(&format!("{title} · no open invoices")),
        [sum] => page.line(&format!("{title} · {}", words::receivables(sum))),
        sums => {
            page.line(&title);
            sums.iter().for_each(|sum| page.line(&format!("  {}", words::receivables(sum))));
        }
    }
    if header.replay {
        let note = page.paint(Colour::Red, "This is a replay of a past day. Do not execute it.");
        page.line(&note);
    }
    if let Some(why) = &header.refused {
        let note = page.paint(Colour::Red, &format!("Every contact is withheld: {}.", clean(why)));
        page.line(&note);
    }
    page.line("");
}

fn totals(page: &mut Page, plan: &Plan) {
    if plan.actions.is_empty() {
        page.line("  Nothing is to be done today.");
    }
    for line in summary::lines(plan) {
        let mut amounts = line.amounts.iter();
        let first = amounts.next().map_or("", String::as_str);
        page.line(&format!("{:>4} {:<52}{first:>18}", line.number, line.words));
        amounts.for_each(|amount| page.line(&format!("{:57}{amount:>18}", "")));
    }
}

/// What is open by days overdue, a line a currency.
fn ageing(page: &mut Page, header: &Header) {
    if header.receivables.is_empty() {
        return;
    }
    let row = |name: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:>17}")).collect();
        format!("  {name:<6}{cells}")
    };
    page.line("");
    page.line(&row("age", &AGES.map(String::from)));
    for sum in &header.receivables {
        page.line(&row(sum.currency.code(), &words::ages(sum)));
    }
}

fn problems(page: &mut Page, plan: &Plan) {
    if plan.problems.is_empty() {
        return;
    }
    page.heading("PROBLEMS IN THE DATA", "");
    for found in &plan.problems {
        page.line(&format!("  {}", problem(found)));
    }
}

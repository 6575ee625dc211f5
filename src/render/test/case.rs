//! Plans and simulations as snapshot cases keep them: an entry a line, ids only, columns that do not move when
//! another line changes.

use chrono::NaiveDate;

use super::super::escape::clean;
use super::super::words;
use crate::money::Money;
use crate::plan::{Action, Blocker, Plan, Waiting};
use crate::simulate::{Event, Simulation, Spell};
use crate::snapshot::problem::Problem;

/// The text of a plan.
#[must_use]
pub fn plan(plan: &Plan) -> String {
    let mut page = format!("plan for {}\n", plan.header.as_of);
    if let Some(why) = &plan.header.refused {
        page.push_str(&format!("every contact is withheld: {}\n", clean(why)));
    }
    section(&mut page, "to do", plan.actions.iter().map(entry));
    let withheld = plan.withheld.iter().map(|withheld| {
        let next = withheld.next.map_or_else(String::new, |next| format!("; next {next}"));
        format!("{}: {}{next}", short(&withheld.action), codes(&withheld.blockers))
    });
    section(&mut page, "withheld", withheld);
    section(&mut page, "waiting", plan.waiting.iter().map(waiting));
    problems(&mut page, &plan.problems);
    page
}

/// The text of a simulation.
#[must_use]
pub fn simulation(simulation: &Simulation) -> String {
    let mut page = format!("simulation from {} to {}\n", simulation.period.from, simulation.period.to);
    section(&mut page, "done", simulation.events.iter().map(|row| event(&Event::from(row))));
    section(&mut page, "withheld", simulation.withheld.iter().map(|row| spell(&Spell::from(row))));
    problems(&mut page, &simulation.problems);
    page
}

fn section(page: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.map(|line| format!("  {line}\n")).collect();
    if !lines.is_empty() {
        page.push_str(&format!("\n{title}\n{}", lines.concat()));
    }
}

fn problems(page: &mut String, problems: &[Problem]) {
    let told = problems.iter().filter(|problem| !problem.is_remark());
    section(page, "problems in the data", told.map(|problem| clean(&words::problem(problem))));
}

fn event(event: &Event) -> String {
    let Event { first, done, action, .. } = event;
    let done = match done {
        Some(done) if done == first => String::new(),
        Some(done) => format!("; done {done}"),
        None => String::from("; not done"),
    };
    format!("{first}  {}{done}", entry(action))
}

fn spell(spell: &Spell) -> String {
    let days = days(spell.first, spell.last);
    format!("{days}  {}: {}", short(&spell.action), codes(&spell.blockers))
}

fn days(first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        format!("{first:<24}", first = first.to_string())
    } else {
        format!("{first} to {last}")
    }
}

/// An action: how, what, for whom, about which invoices, how much, and who takes part.
fn entry(action: &Action) -> String {
    let mut line = format!("{:<9}  {}", action.mode.word(), short(action));
    if let Some(charge) = &action.charge {
        line.push_str(&format!(", to book {}", charge.amount));
    }
    if let Some(actor) = &action.actor {
        line.push_str(&format!(", by {}", clean(&actor.role)));
    }
    if !action.approvers.is_empty() {
        let roles: Vec<String> = action.approvers.iter().map(|approver| clean(&approver.role)).collect();
        line.push_str(&format!(", approved by {}", roles.join(" and ")));
    }
    if let (Some(template), Some(language)) = (&action.template, &action.language) {
        line.push_str(&format!(", {}.{}", clean(template), clean(language)));
    }
    line
}

/// A step, its customer and its invoices with what is open on them.
fn short(action: &Action) -> String {
    let ids: Vec<String> = action.invoices.iter().map(|invoice| clean(&invoice.id)).collect();
    let amounts = words::amounts(std::iter::once(action)).join(" + ");
    format!("{:<40}  {}: {} ({amounts})", clean(&action.step), clean(&action.customer), ids.join(", "))
}

fn waiting(waiting: &Waiting) -> String {
    let Waiting { customer, invoice, stage, balance, .. } = waiting;
    let next = waiting.next.map_or_else(String::new, |next| format!("; next {next}"));
    let balance = Money::grouped(*balance);
    format!("{:<40}  {}: {} ({balance}){next}", words::stage(*stage), clean(customer), clean(invoice))
}

fn codes(blockers: &[Blocker]) -> String {
    let code = |blocker: &Blocker| match &blocker.rule {
        Some(rule) => format!("{} by {}", blocker.code, clean(rule)),
        None => String::from(blocker.code),
    };
    blockers.iter().map(code).collect::<Vec<_>>().join(", ")
}

//! Playing a case: its days planned one after the other, each plan carried out, and what they show as rows.
//!
//! | row | meaning |
//! |---|---|
//! | `2025-04-20 email first I1 100.00 EUR` | an action: mode unless automatic, step, invoice, open amount |
//! | `… flag stop I1 5.00 EUR, I2 9.00 EUR` | the same in a ladder per customer |
//! | `… email b I2 5.00 EUR + email a I1 9.00 EUR` | a message that carries out several steps, the leading one first |
//! | `2025-04-20 withheld disputed: email first I1 100.00 EUR` | a step that is withheld, and all that keeps it back |
//! | `2025-04-20 problem overpaid` | a problem of the data |
//! | `2025-04-20 nothing` | nothing of all that, on a day that was asked for |
//! | `2025-04-20 stands I1 first` | the highest step in force, or `clear` |
//! | `2025-04-20 next I1 2025-04-27` | the next step of an invoice that waits |
//! | `2025-04-20 writes …`, `hours …` | the lines of a message, its hours |

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dun::evaluate::{Options, plan};
use dun::plan::{Action, Invoice, Kind, Mode, Plan};
use serde_json::Value;

use crate::case::{Case, Day, Part, Show};
use crate::policy::{self, Ready};
use crate::world::World;

/// Where the rows of a case are not those expected.
pub(crate) fn differences(case: &Case) -> Vec<String> {
    case.parts.iter().filter_map(|part| difference(case, part)).collect()
}

fn difference(case: &Case, part: &Part) -> Option<String> {
    let title = format!("{}{}", case.id, part.title());
    if !part.finds.is_empty() {
        let found =
            policy::read(&case.folder, &part.policy).map_or_else(|errors| errors, |ready| ready.warnings);
        return (found != part.finds).then(|| format!("{title}: finds {found:?}, not {:?}", part.finds));
    }
    let (rows, _) = play(case, part);
    let mut wrong = compared(&part.rows, &rows);
    let forbidden = part.never.iter().filter(|row| rows.contains(row));
    wrong.extend(forbidden.map(|row| format!("  never  {row}")));
    (!wrong.is_empty()).then(|| format!("{title}:\n{}", wrong.join("\n")))
}

/// The two lists side by side, as whole sets: what is missing, and what is too much.
fn compared(expected: &[String], rows: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for row in expected {
        *counts.entry(row).or_default() += 1;
    }
    for row in rows {
        *counts.entry(row).or_default() -= 1;
    }
    let wrong = counts.into_iter().filter(|(_, count)| *count != 0);
    wrong.map(|(row, count)| format!("  {} {row}", if count > 0 { "missing" } else { "too much" })).collect()
}

/// All rows of a part, and the world at its end.
fn play(case: &Case, part: &Part) -> (Vec<String>, World) {
    let mut world = match &part.continues {
        Some(name) => {
            let before = case.parts.iter().find(|part| part.name == *name).unwrap();
            play(case, before).1
        }
        None => World::read(&case.folder, &part.facts),
    };
    let read = |name: &str| {
        policy::read(&case.folder, name).unwrap_or_else(|codes| panic!("{}, {name}: {codes:?}", case.id))
    };
    let mut policy = read(&part.policy);
    let mut rows = Vec::new();
    for day in &part.days {
        if let Some(name) = &day.policy {
            policy = read(name);
        }
        for (table, changed) in &day.change {
            changed.iter().for_each(|row| world.change(table, row));
        }
        rows.extend(play_days(&policy, &mut world, day));
    }
    (rows, world)
}

fn play_days(policy: &Ready, world: &mut World, day: &Day) -> Vec<String> {
    let mut rows = Vec::new();
    let (first, last) = match (day.on, day.from, day.to) {
        (Some(on), None, None) => (on, on),
        (None, Some(from), Some(to)) => (from, to),
        _ => panic!("either `on`, or `from` and `to`"),
    };
    for date in first.iter_days().take_while(|date| *date <= last) {
        let made = planned(policy, world, date);
        rows.extend(made.actions.iter().map(|action| format!("{date} {}", action_row(action))));
        if day.on.is_some() {
            rows.extend(others(&made, date));
        }
        rows.extend(made.actions.iter().flat_map(|action| messages(action, date, &day.show)));
        for action in made.actions.iter().filter(|_| day.carry_out != "none") {
            world.record(action, date, outcome(action, &day.carry_out));
        }
    }
    rows.extend(standing(policy, world, last, &day.show));
    rows
}

fn planned(policy: &Ready, world: &World, date: NaiveDate) -> Plan {
    plan(&policy.program, &policy.templates, &world.snapshot(policy), date, Options::default())
}

fn outcome<'a>(action: &Action, carry_out: &'a str) -> &'a str {
    match carry_out {
        "all" if action.kind.message().is_some() => "sent",
        "all" => "done",
        other => other,
    }
}

/// `approval(finance) letter last I1 10.00 EUR + letter first I2 5.00 EUR`.
fn action_row(action: &Action) -> String {
    let approvers: Vec<&str> = action.approvers.iter().map(|approver| &*approver.role).collect();
    let mode = match action.mode {
        Mode::Automatic => String::new(),
        Mode::Approval => format!("approval({}) ", approvers.join(" ")),
        Mode::Manual => String::from("manual "),
    };
    format!("{mode}{}", steps(action))
}

/// The steps of an action, each with what it is about: an invoice, all of the action's in a ladder per customer, or
/// the customer as a whole.
fn steps(action: &Action) -> String {
    let open =
        |invoice: &Invoice| format!("{} {} {}", invoice.id, invoice.balance.decimal(), invoice.currency);
    let all = || action.invoices.iter().map(open).collect::<Vec<_>>().join(", ");
    let member = |member: &Value| {
        let invoice = action.invoices.iter().find(|invoice| member["invoice"] == invoice.id.as_str());
        let about = match (invoice, &member["episode"]) {
            (Some(invoice), Value::Null) => open(invoice),
            (Some(_), _) => all(),
            (None, _) => action.customer.clone(),
        };
        format!("{} {about}", text(&member["step"]))
    };
    if action.members.is_empty() {
        return format!("{} {}", action.step, all()).trim_end().to_owned();
    }
    members(action).iter().map(member).collect::<Vec<_>>().join(" + ")
}

/// The members of an action, as whoever carries it out reads them.
pub(crate) fn members(action: &Action) -> Vec<Value> {
    action.members.iter().map(|member| serde_json::to_value(member).unwrap()).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// What a plan says besides actions.
fn others(plan: &Plan, date: NaiveDate) -> Vec<String> {
    let withheld = plan.withheld.iter().map(|withheld| {
        let codes: Vec<&str> = withheld.blockers.iter().map(|blocker| blocker.code).collect();
        format!("{date} withheld {}: {}", codes.join(" "), steps(&withheld.action))
    });
    let problems = plan.problems.iter().map(|problem| format!("{date} problem {}", problem.code));
    let mut rows: Vec<String> = withheld.chain(problems).collect();
    if rows.is_empty() && plan.actions.is_empty() {
        rows.push(format!("{date} nothing"));
    }
    rows
}

fn messages(action: &Action, date: NaiveDate, show: &[Show]) -> Vec<String> {
    let mut rows = Vec::new();
    if show.contains(&Show::Text) {
        let lines = action.body.as_deref().unwrap_or("").lines().filter(|line| !line.trim().is_empty());
        // Amounts are held together by spaces that do not break.
        rows.extend(lines.map(|line| format!("{date} writes {}", line.replace(['\u{a0}', '\u{202f}'], " "))));
    }
    if let Some(window) = action.window.as_ref().filter(|_| show.contains(&Show::Hours)) {
        rows.push(format!("{date} hours {} to {}", window.from, window.to));
    }
    rows
}

/// What stands once everything is carried out.
fn standing(policy: &Ready, world: &World, date: NaiveDate, show: &[Show]) -> Vec<String> {
    if !show.iter().any(|one| matches!(one, Show::Invoices | Show::Customers | Show::Next)) {
        return Vec::new();
    }
    let after = planned(policy, world, date);
    let mut rows = Vec::new();
    if show.contains(&Show::Next) {
        let waiting = after.waiting.iter().map(|waiting| {
            let next = waiting.next.map_or(String::from("none"), |next| next.to_string());
            format!("{date} next {} {next}", waiting.invoice)
        });
        rows.extend(waiting);
    }
    if show.contains(&Show::Invoices) {
        let levels = open_invoices(&after).into_keys().map(|invoice| {
            let level = highest(policy, &world.ledger_of(invoice));
            format!("{date} stands {invoice} {}", level.map_or("clear", |(_, name)| name))
        });
        rows.extend(levels);
    }
    if show.contains(&Show::Customers) {
        let mut customers: BTreeMap<&str, Option<(usize, &str)>> = BTreeMap::new();
        let invoices = open_invoices(&after);
        for (invoice, customer) in invoices {
            let level = highest(policy, &world.ledger_of(invoice));
            let entry = customers.entry(customer).or_default();
            *entry = (*entry).max(level);
        }
        let level = customers.into_values().max().flatten().map_or("clear", |(_, name)| name);
        rows.push(format!("{date} stands {level}"));
    }
    rows
}

/// Open invoices and their customers.
fn open_invoices(plan: &Plan) -> BTreeMap<&str, &str> {
    let waiting = plan.waiting.iter().map(|one| (one.invoice.as_str(), one.customer.as_str()));
    let withheld = plan.withheld.iter().map(|withheld| &withheld.action);
    let acted = plan.actions.iter().chain(withheld).filter(|action| action.kind != Kind::Clear);
    let named = acted.flat_map(|action| {
        action.invoices.iter().map(|invoice| (invoice.id.as_str(), action.customer.as_str()))
    });
    waiting.chain(named).collect()
}

/// The highest step that is carried out and not taken back, by its place in the policy, and the name it ends with.
fn highest<'a>(policy: &Ready, ledger: &[(&'a str, &'a str)]) -> Option<(usize, &'a str)> {
    let mut latest: BTreeMap<&str, &str> = BTreeMap::new();
    for (step, outcome) in ledger {
        latest.insert(step, outcome);
    }
    let done = latest
        .into_iter()
        .filter(|(_, outcome)| matches!(*outcome, "sent" | "done" | "assigned" | "bounced"));
    let placed = done.filter_map(|(step, _)| Some((policy.text.find(step)?, step.rsplit(' ').next()?)));
    placed.max()
}

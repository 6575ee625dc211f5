//! What comparisons say in a person's words, before it is escaped for a terminal or for Markdown.

use chrono::NaiveDate;

use super::super::words::{count, day, kind, place};
use crate::diff::fate::State;
use crate::diff::impact::Done;
use crate::diff::plans::{ComparedPlan, FieldChange};
use crate::diff::{Change, Entry, Fate, Impact, PlanDiff, PolicyDiff, RulePlace, Transition};
use crate::plan::{Kind, Mode, Sum};

/// Kinds of action whose number a headline tells.
const TOLD: [Kind; 6] = [Kind::Email, Kind::Sms, Kind::Letter, Kind::Call, Kind::Task, Kind::HandOff];

/// Currencies that a sum tells.
const CURRENCIES: usize = 4;

/// The whole in one sentence: `41 more e-mails, and 3 changes that need a look: 3 invoices, 48 200.00 EUR`.
pub(super) fn headline(diff: &PolicyDiff) -> String {
    match &diff.impact {
        None if diff.changes.is_empty() => String::from("no change in meaning"),
        None => format!("{} in meaning", count(diff.changes.len(), "change")),
        Some(impact) if !impact.differs() && diff.changes.is_empty() => {
            String::from("no change in meaning, and nothing would have been done otherwise")
        }
        Some(impact) if !impact.differs() => {
            let changes = count(diff.changes.len(), "change");
            format!("{changes} in meaning, and nothing would have been done otherwise")
        }
        Some(impact) => format!("{}, and {}", contacts(impact), risks(impact)),
    }
}

fn contacts(impact: &Impact) -> String {
    let told = impact.done.iter().filter(|done| TOLD.contains(&done.kind) && done.before != done.after);
    let told: Vec<String> = told.map(more).collect();
    if told.is_empty() {
        String::from("as many messages, calls and tasks as before")
    } else {
        told.join(", ")
    }
}

/// `41 more e-mails`, `1 call fewer`.
fn more(done: &Done) -> String {
    let number = usize::try_from(done.before.abs_diff(done.after)).unwrap_or(usize::MAX);
    let what = kind(done.kind);
    let side = if done.after > done.before { "more" } else { "fewer" };
    format!("{number} {side} {what}{}", if number == 1 { "" } else { "s" })
}

fn risks(impact: &Impact) -> String {
    let steps = usize::try_from(impact.risky_steps).unwrap_or(usize::MAX);
    match steps {
        0 if impact.untouched.is_empty() => String::from("nothing that needs a look"),
        0 => {
            let changes = count(impact.untouched.len(), "change");
            format!("no step that needs a look; {changes} in meaning met no invoice")
        }
        1 => format!("1 change that needs a look: {}", invoices(&impact.risky)),
        n => format!("{n} changes that need a look: {}", invoices(&impact.risky)),
    }
}

/// `3 invoices, 48 200.00 EUR`.
pub(super) fn invoices(sums: &[Sum]) -> String {
    let number: u64 = sums.iter().map(|sum| sum.count).sum();
    let mut amounts: Vec<String> = sums.iter().take(CURRENCIES).map(|sum| sum.amount.grouped()).collect();
    if sums.len() > CURRENCIES {
        amounts.push(count(sums.len() - CURRENCIES, "other sum"));
    }
    let number = count(usize::try_from(number).unwrap_or(usize::MAX), "invoice");
    if amounts.is_empty() { number } else { format!("{number}, {}", amounts.join(" + ")) }
}

/// What was replayed, and how many actions that gave: `Replaying 1 September to 30 September 2026: e-mails 212 → 253`.
pub(super) fn replay(impact: &Impact) -> String {
    let mut counts: Vec<String> = impact
        .done
        .iter()
        .map(|done| format!("{}s {} → {}", kind(done.kind), done.before, done.after))
        .collect();
    counts.push(format!("steps withheld throughout {} → {}", impact.withheld[0], impact.withheld[1]));
    let (from, to) = (impact.from, impact.to);
    let days = if from == to { date(to) } else { format!("{} to {}", day(from, to), date(to)) };
    let habits = [(impact.habits.approval_days, "approvals given"), (impact.habits.task_days, "tasks done")];
    let habits = habits.into_iter().filter(|(days, _)| *days > 0);
    let habits: String =
        habits.map(|(days, what)| format!(", {what} after {}", count(days as usize, "day"))).collect();
    format!("Replaying {days}{habits}: {}", counts.join(", "))
}

fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// What a transition means, as the title of its list.
pub(super) fn title(transition: Transition) -> &'static str {
    match transition {
        Transition::NewlyAutomatic => "would go out without a person",
        Transition::NoLongerHeld => "held before",
        Transition::NewlyContacted => "without a contact before",
        Transition::ApprovalDropped => "with an approval less",
        other => other.words(),
    }
}

/// What was done before.
pub(super) fn before(entry: &Entry, to: NaiveDate) -> String {
    match (&entry.before, entry.transition) {
        (Some(fate), _) if fate.state == State::Withheld => fared(fate, to),
        (fate, Transition::NoLongerHeld) if entry.held.is_some() => {
            let held = entry.held.as_ref().map_or("", |held| held.sentence.as_str());
            let later = fate.as_ref().map_or(String::new(), |fate| format!("; {}", fared(fate, to)));
            format!("held: {held}{later}")
        }
        (Some(fate), _) => format!("{}{}", fared(fate, to), recipient(entry, fate)),
        (None, transition) => match (&entry.replaces, transition) {
            (Some(replaced), _) => {
                format!("not due; in its place {}: {}", replaced.step, fared(&replaced.before, to))
            }
            (None, Transition::NewlyAutomatic) => {
                String::from("not due; messages about the invoice by hand or after approval only")
            }
            (None, Transition::NoLongerHeld) => String::from("not due; contacts about the invoice withheld"),
            (None, Transition::NewlyContacted) => String::from("not due; no contact about the invoice"),
            (None, _) => String::from("not due"),
        },
    }
}

/// Whom it goes to on one side, where the other side has somebody else.
fn recipient(entry: &Entry, fate: &Fate) -> String {
    let of = |fate: &Option<Fate>| fate.as_ref().and_then(|fate| fate.recipient.clone());
    let (before, after) = (of(&entry.before), of(&entry.after));
    let role = fate.recipient.as_ref().filter(|_| before.is_some() && after.is_some() && before != after);
    role.map_or(String::new(), |role| format!(", to {role}"))
}

/// What is done after: the step, and how.
pub(super) fn after(entry: &Entry, to: NaiveDate) -> String {
    match &entry.after {
        Some(fate) if entry.changed.is_empty() => format!("{}{}", fared(fate, to), recipient(entry, fate)),
        Some(fate) => format!("{}; other: {}", fared(fate, to), entry.changed.join(", ")),
        None => String::from("not due"),
    }
}

/// `sent on 14 September`, `approval by manager, 14 September`, `withheld: disputed since 12 September`.
fn fared(fate: &Fate, to: NaiveDate) -> String {
    let on = day(fate.on, to);
    let people: Vec<&str> = fate.approvers.iter().map(AsRef::as_ref).collect();
    let people = people.join(" and ");
    let actor = fate.actor.as_deref().unwrap_or("a person");
    match (fate.state, fate.mode) {
        (State::Withheld, _) => {
            let why = fate.blockers.first().map_or("", |blocker| blocker.sentence.as_str());
            format!("withheld: {why}")
        }
        (State::Waiting, Mode::Approval) => format!("waits for the approval of {people}"),
        (State::Waiting, _) => format!("waits for {actor}"),
        (State::Done, Mode::Approval) => format!("approval by {people}, {on}"),
        (State::Done, Mode::Manual) => format!("by {actor}, {on}"),
        (State::Done, Mode::Automatic) if fate.kind.message().is_some() => format!("sent on {on}"),
        (State::Done, Mode::Automatic) => format!("done on {on}"),
    }
}

/// Why, in a person's words, and the place of the rule.
pub(super) fn because(entry: &Entry) -> (String, String) {
    let Some(cause) = &entry.because else { return (String::new(), String::new()) };
    let place = if cause.is_old { before_of_rule } else { of_rule };
    (cause.sentence.clone(), cause.rule.as_ref().map_or(String::new(), place))
}

/// The reason of all of several steps, where it is the same, and the place of its rule.
pub(super) fn same_because(entries: &[&Entry]) -> Option<(String, String)> {
    let all = entries.iter().all(|entry| entry.because == entries[0].because);
    let reason = because(entries.get(1)?);
    (all && !reason.0.is_empty()).then_some(reason)
}

/// The one reason of all steps in a list.
pub(super) fn for_all(because: &str) -> String {
    format!("for all of them – {because}")
}

/// The place of a change: of its line now, else of the line that is gone.
pub(super) fn place_of(change: &Change) -> String {
    match (change.new.first(), change.old.first()) {
        (Some(rule), _) => of_rule(rule),
        (None, Some(rule)) => before_of_rule(rule),
        (None, None) => String::new(),
    }
}

/// The place of a line that only the old policy has.
fn before_of_rule(rule: &RulePlace) -> String {
    format!("before: {}", of_rule(rule))
}

fn of_rule(rule: &RulePlace) -> String {
    place(&rule.rule, Some(&rule.file), Some(rule.line))
}

/// What a reader must know of the data, a sentence each.
pub(super) fn notes(impact: &Impact) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if let Some(taken) = impact.data_ends {
        notes.push(format!("The data was taken on {}: on later days nobody pays in it.", date(taken)));
    }
    for same in impact.undated.chunk_by(|one, other| one.assumed == other.assumed) {
        let facts: Vec<String> = same.iter().map(|own| format!("{} ({})", own.fact, own.rows)).collect();
        let mut facts = facts.join("; ");
        facts[..1].make_ascii_uppercase();
        notes.push(format!("{facts}: {}.", same[0].assumed));
    }
    if impact.problems > 0 {
        let problems = count(usize::try_from(impact.problems).unwrap_or(usize::MAX), "problem");
        notes.push(format!("The data has {problems}, and what they are about is withheld on both sides."));
    }
    notes
}

/// The whole of two plans in one sentence.
pub(super) fn plans_headline(diff: &PlanDiff) -> String {
    if !diff.differs() {
        return String::from("the same actions");
    }
    let parts =
        [(diff.added.len(), "added"), (diff.removed.len(), "removed"), (diff.changed.len(), "changed")];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts.map(|(number, what)| format!("{number} {what}")).collect();
    format!("{}, {} unchanged", parts.join(", "), diff.unchanged)
}

/// `plan 4d2… for 5 October 2026, 12 actions`.
pub(super) fn plan(plan: &ComparedPlan) -> String {
    let actions = count(usize::try_from(plan.actions).unwrap_or(usize::MAX), "action");
    format!("plan {} for {}, {actions}", plan.plan_id, date(plan.as_of))
}

/// `mode: approval → automatic`.
pub(super) fn field(change: &FieldChange) -> String {
    if change.hidden {
        return format!("{}: another one", change.field);
    }
    let value = |value: &Option<serde_json::Value>| match value {
        None => String::from("–"),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Object(_)) => String::from("there"),
        Some(serde_json::Value::Array(parts)) if parts.iter().all(serde_json::Value::is_string) => {
            parts.iter().filter_map(|part| part.as_str()).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    };
    format!("{}: {} → {}", change.field, value(&change.before), value(&change.after))
}

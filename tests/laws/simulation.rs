//! A simulation is each day planned in turn: what it leaves out because nothing can change, it may leave out.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use dun::evaluate::{self, Options};
use dun::plan::{Action, Kind, Mode, Plan};
use dun::simulate::{Event, Habits, Period, Spell, simulate};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::cases::{CATCH_UPS, Case, Compiled, MARKS, carried_out, cases, compile_with, load, today};

/// Who does what on which day, and what is withheld on which day and why.
#[derive(Debug, Default, PartialEq)]
struct Diary {
    /// Day, whether it is carried out that day, and the action.
    actions: Vec<(NaiveDate, bool, Action)>,
    /// Step, reasons, first and last day, on how many days.
    withheld: Vec<(String, Vec<&'static str>, NaiveDate, NaiveDate, u32)>,
}

fn without_text(action: &Action) -> Action {
    let body = action.body.clone().filter(|_| action.kind == Kind::Task);
    Action { subject: None, body, ..action.clone() }
}

/// Whether somebody has to do it himself.
fn is_task(action: &Action) -> bool {
    let by_nature = matches!(action.kind, Kind::Call | Kind::Task | Kind::HandOff);
    by_nature || action.mode == Mode::Manual || (action.kind.message().is_some() && action.actor.is_some())
}

/// Every day planned as a whole, with a document that is read anew.
fn day_by_day(compiled: &Compiled, case: &Case, period: Period, habits: Habits) -> Diary {
    let mut case = case.clone();
    let from = period.from.to_string();
    case.history.retain(|row| row["date"].as_str().unwrap() < from.as_str());
    let mut diary = Diary::default();
    let mut asked: BTreeMap<String, NaiveDate> = BTreeMap::new();
    for day in period.days() {
        let mut snapshot = load(&case.document());
        snapshot.taken_on = Some(day);
        let plan = evaluate::plan(&compiled.program, &compiled.templates, &snapshot, day, Options::default());
        for entry in &plan.withheld {
            let codes: Vec<&str> = entry.blockers.iter().map(|blocker| blocker.code).collect();
            let last = diary.withheld.iter_mut().rfind(|(key, ..)| *key == entry.action.key);
            match last.filter(|(_, known, ..)| *known == codes) {
                Some((_, _, _, last, days)) => (*last, *days) = (day, *days + 1),
                None => diary.withheld.push((entry.action.key.clone(), codes, day, day, 1)),
            }
        }
        let mut done: Vec<Action> = Vec::new();
        for action in &plan.actions {
            let first = action.keys.iter().map(|key| *asked.entry(key.clone()).or_insert(day)).min().unwrap();
            let approval = if action.mode == Mode::Approval { habits.approval_days } else { 0 };
            let task = if is_task(action) { habits.task_days } else { 0 };
            let is_done = first + Days::new(u64::from(approval + task)) <= day;
            diary.actions.push((day, is_done, without_text(action)));
            done.extend(is_done.then(|| action.clone()));
        }
        let plan = Plan { actions: done, ..plan };
        case.history.extend(carried_out(&plan));
    }
    diary
}

/// The same by a simulation: an event is the same action on each of its days but for what the day changes.
fn simulated(compiled: &Compiled, case: &Case, period: Period, habits: Habits) -> Diary {
    let snapshot = load(&case.document());
    let mut days = Vec::new();
    let simulation =
        simulate(&compiled.program, &compiled.templates, snapshot, period, habits, |day| days.push(day));
    assert_eq!(days, period.days().collect::<Vec<_>>());
    let mut diary = Diary::default();
    for event in simulation.events.iter().map(Event::from) {
        diary.actions.push((event.last, event.done.is_some(), event.action.clone()));
        assert!(event.done.is_none_or(|done| done == event.last && event.first <= event.last));
    }
    for spell in simulation.withheld.iter().map(Spell::from) {
        let codes: Vec<&str> = spell.blockers.iter().map(|blocker| blocker.code).collect();
        diary.withheld.push((spell.action.key.clone(), codes, spell.first, spell.last, spell.days));
    }
    diary.actions.sort_by_key(order);
    diary
}

fn order((day, _, action): &(NaiveDate, bool, Action)) -> (NaiveDate, String, String, String) {
    (*day, action.customer.clone(), action.step.clone(), action.key.clone())
}

/// Keeps of each action that waits for people its last day only, as an event does.
fn last_days(mut diary: Diary) -> Diary {
    let mut kept: Vec<(NaiveDate, bool, Action)> = Vec::new();
    for entry in diary.actions {
        let (_, _, action) = &entry;
        kept.retain(|(_, done, known)| known.key != action.key || *done);
        kept.push(entry);
    }
    kept.sort_by_key(order);
    diary.actions = kept;
    diary
}

/// Carve-outs by which one invoice of a customer concerns another, and one that books an amount.
const ACCOUNT: [&str; 6] = [
    "",
    "",
    "carve-out much when customer.balance >= 10_000 EUR:\n  hold",
    "carve-out several when customer.overdue_count >= 3:\n  never email\n  at D+15 notify owner",
    "carve-out slow when customer.average_days_late > 5:\n  needs approval by manager",
    "carve-out fees when invoice.balance >= 100 EUR:\n  at D+15 charge fee 40 EUR",
];

/// What templates say beside: of other invoices, or of the customer's account.
const MORE: [&str; 4] = [
    "",
    "",
    "{% for other in also_open %}{{ other.id }} {% endfor %}",
    "{{ customer.broken_promises }} promises broken, {{ customer.balance }} open",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_129), ..ProptestConfig::default() })]

    #[test]
    fn a_simulation_is_each_day_planned_in_turn(
        case in cases(),
        catch_up in prop::sample::select(CATCH_UPS.to_vec()),
        marked in prop::collection::vec(any::<bool>(), MARKS.len()),
        waits in prop::sample::select(vec![(0, 0), (0, 0), (2, 0), (0, 3), (1, 2)]),
        begins in 0_u64..30,
        account in prop::sample::select(ACCOUNT.to_vec()),
        more in prop::sample::select(MORE.to_vec()),
    ) {
        let mut case = case;
        case.catch_up = catch_up;
        let mut policy = case.policy().replace("\neverywhere:", &format!("\n{account}\neverywhere:"));
        for ((plain, marked_line), _) in MARKS.iter().zip(marked).filter(|(_, wanted)| *wanted) {
            policy = policy.replace(plain, marked_line);
        }
        let compiled = compile_with(&policy, more);
        let from = today() - Days::new(begins);
        let period = Period { from, to: from + Days::new(45) };
        let habits = Habits { approval_days: waits.0, task_days: waits.1 };
        let expected = last_days(day_by_day(&compiled, &case, period, habits));
        let found = simulated(&compiled, &case, period, habits);
        prop_assert_eq!(&found.withheld, &expected.withheld, "{}", policy);
        let shown = |diary: &Diary| -> Vec<Value> {
            diary.actions.iter().map(|entry| serde_json::to_value(entry).unwrap()).collect()
        };
        prop_assert_eq!(shown(&found), shown(&expected), "{}", policy);
    }
}

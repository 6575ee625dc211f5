//! Laws that hold for every policy and invoice, on generated ones.

use std::collections::{BTreeMap, BTreeSet};

use dun::plan::{Action, Mode, Plan};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::RngSeed;

use crate::support::*;

const STEPS: &[&str] = &[
    "at D-3 email early",
    "at D email on_day",
    "at D+2 notify manager",
    "at D+3 email a and sms t",
    "at D+4 email b, if customer.country is \"DE\"",
    "at D+10 email c, needs approval by manager",
    "at D+10 notify finance",
    "at D+15 flag f",
    "at D+20 call by finance",
    "at D+21 email n, formal, deadline 6 days",
    "at D+21 email s, if missed: skip",
    "at D+22 letter l",
    "at D+23 task \"Ask\" for finance and wait",
    "at D+24 notify owner\n  at previous+2 email p",
    "at end of month(D-2)+24 email eom",
    "at D+25 escalate to manager",
    "every 7 days from D+30, at most 2 times: email again",
];

const RESTRICTIONS: &[&str] = &[
    "never auto-send",
    "never sms",
    "never email",
    "never call",
    "never contact",
    "never escalate",
    "needs approval by finance",
    "needs approval by manager from D+8",
    "only by hand",
    "hold",
    "hold until 2026-10-20 and resume 2 days later",
    "messages between 08:00 and 19:00",
    "write to a customer at most once every 5 days",
];

const WHENS: &[&str] = &[
    "invoice.disputed",
    "invoice.promised",
    "invoice.promise_broken",
    "invoice.balance >= 500 EUR",
    "customer.country is \"FR\"",
    "customer.sector is \"x\"",
];

const FACTS: &[&str] = &[
    "payments invoice_id: I1, date: 2026-10-03, amount: 600",
    "disputes invoice_id: I1, opened: 2026-10-02",
    "disputes invoice_id: I1, opened: 2026-09-25, closed: 2026-10-06",
    "promises invoice_id: I1, made: 2026-10-02, due: 2026-10-09",
    "history I1 2026-09-28 email early sent, rung: D-3",
    "history I1 2026-10-05 email a sent, rung: D+3",
    "history I1 2026-10-06 sms t failed, rung: D+3",
    "history I1 2026-10-07 email c declined, rung: D+10",
    "history I1 2026-10-03 email old sent",
    "history I1 2026-10-05 call finance done",
    "history I1 2026-10-08 notify manager done",
    "history I1 2026-10-04 flag f done",
    "history I1 2026-10-08 email again #1 sent",
];

const INVOICES: &[&str] = &["", ", hold_until: 2026-10-14", ", handed_over: yes", ", issue_date: 2026-09-15"];

const CUSTOMERS: &[&str] =
    &["", ", country: FR", ", country: DE, sector: x", ", email: none", ", owner: ann@acme.example"];

fn steps() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(STEPS, 1..=5)
}

fn rows() -> impl Strategy<Value = String> {
    (select(CUSTOMERS), select(INVOICES), subsequence(FACTS, 0..=4)).prop_map(|(customer, invoice, facts)| {
        let invoice = format!("invoices I1, due_date: 2026-10-01{invoice}");
        format!("customers C1{customer}\n{invoice}\n{}", facts.join("\n"))
    })
}

fn settings() -> impl Strategy<Value = &'static str> {
    select(
        &[
            "",
            "  catch up: latest",
            "  catch up: one per run",
            "  catch up: same day only",
            "  catch up: all, 4 days apart",
        ][..],
    )
}

fn calendar() -> impl Strategy<Value = &'static str> {
    select(&["", "calendar c:\n  closed saturday, sunday\n"][..])
}

/// How strict an action is: who must approve, and whether a person acts.
fn strictness(action: &Action) -> (BTreeSet<String>, bool) {
    let approvers = action.approvers.iter().map(|approver| approver.role.to_string()).collect();
    (approvers, action.mode == Mode::Manual)
}

fn by_key(plan: &Plan) -> BTreeMap<String, &Action> {
    let members =
        plan.actions.iter().flat_map(|action| action.members.iter().map(move |m| (m.key.clone(), action)));
    members.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_005), ..ProptestConfig::default() })]

    #[test]
    fn r15_a_further_restriction_never_gives_a_looser_mode(
        steps in steps(), settings in settings(), rows in rows(), day in 9_u32..31,
        given in subsequence(RESTRICTIONS, 0..=2), further in select(RESTRICTIONS), when in select(WHENS),
    ) {
        let segment = format!("segment all otherwise:\n  {}\n  {}\n", given.join("\n  "), steps.join("\n  "));
        let carve_out = format!("carve-out extra when {when}:\n  {further}\n");
        let date = format!("2026-10-{day:02}");
        let looser = case_with(settings, &segment).plan_of(&rows, &date);
        let stricter = case_with(settings, &format!("{segment}{carve_out}")).plan_of(&rows, &date);
        let before = by_key(&looser);
        for (key, after) in by_key(&stricter) {
            let Some(before) = before.get(&key) else { continue };
            let (before, after) = (strictness(before), strictness(after));
            prop_assert!(after.0.is_superset(&before.0) || further == "never auto-send", "{before:?} {after:?}");
            prop_assert!(!after.0.is_empty() || before.0.is_empty(), "{before:?} {after:?}");
            prop_assert!(after.1 >= before.1 || !after.0.is_empty(), "{before:?} {after:?}");
        }
    }

    #[test]
    fn r23_nothing_acts_before_a_known_next(
        steps in steps(), settings in settings(), calendar in calendar(), rows in rows(), day in 9_u32..31,
        given in subsequence(RESTRICTIONS, 0..=1), when in select(WHENS),
    ) {
        let restriction = given.join("\n  ");
        let carve_out = if given.is_empty() { String::new() } else { format!("carve-out extra when {when}:\n  {restriction}\n") };
        let case = case_with(settings, &format!("{calendar}segment all otherwise:\n  {}\n{carve_out}", steps.join("\n  ")));
        case.known_next_holds(&rows, &format!("2026-10-{day:02}"));
    }

    #[test]
    fn r10_no_step_acts_twice_and_a_day_starts_one_rung(
        steps in steps(), settings in settings(), calendar in calendar(), rows in rows(), day in 9_u32..31,
    ) {
        let case = case_with(settings, &format!("{calendar}segment all otherwise:\n  {}\n", steps.join("\n  ")));
        // The timeline itself asserts that a second plan of a day has nothing left.
        let acted = case.timeline(&rows, &format!("2026-10-{day:02}"), "2026-12-10");
        let keys: Vec<&str> = acted.iter().flat_map(|line| {
            let line = line.split_once(' ').map_or("", |(_, rest)| rest);
            line.split_once(' ').map_or("", |(_, rest)| rest).split(" + ")
        }).collect();
        let distinct: BTreeSet<&&str> = keys.iter().collect();
        prop_assert_eq!(distinct.len(), keys.len(), "{:?}", acted);
    }

    #[test]
    fn r23_every_open_invoice_is_told_on_every_day(
        steps in steps(), settings in settings(), calendar in calendar(), rows in rows(), day in 9_u32..31,
        given in subsequence(RESTRICTIONS, 0..=2),
    ) {
        let case = case_with(settings, &format!("{calendar}segment all otherwise:\n  {}\n  {}\n", given.join("\n  "), steps.join("\n  ")));
        let plan = case.plan_of(&rows, &format!("2026-10-{day:02}"));
        let acts = plan.actions.len() + plan.withheld.len();
        prop_assert!((acts > 0) != (plan.waiting.len() == 1), "{:?}", lines(&plan));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_005), ..ProptestConfig::default() })]

    #[test]
    fn r23_a_waiting_invoice_has_something_due_on_its_next(
        steps in steps(), settings in settings(), calendar in calendar(), rows in rows(), day in 9_u32..31,
        hold in any::<bool>(), when in select(WHENS),
    ) {
        let carve_out = if hold { format!("carve-out extra when {when}:\n  hold\n") } else { String::new() };
        let case = case_with(settings, &format!("{calendar}segment all otherwise:\n  {}\n{carve_out}", steps.join("\n  ")));
        let plan = case.plan_of(&rows, &format!("2026-10-{day:02}"));
        if let Some(next) = plan.waiting.first().and_then(|waiting| waiting.next) {
            let then = case.plan_of(&rows, &next.to_string());
            prop_assert!(then.waiting.is_empty(), "{:?} {:?}", lines(&plan), lines(&then));
        }
        // The same for what is held to a known end: on that day it acts, or something still holds it.
        if let Some(next) = plan.withheld.first().and_then(|withheld| withheld.next) {
            let then = case.plan_of(&rows, &next.to_string());
            prop_assert!(then.waiting.is_empty(), "{:?} {:?}", lines(&plan), lines(&then));
        }
    }
}

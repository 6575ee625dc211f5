//! The pilot: outside of it nothing is done, and who is in it stays in it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::*;

const STEPS: &str = "segment all otherwise:\n  at D+3 email first and notify finance\n  at D+10 call by finance\n\
                     carve-out disputes when invoice.disputed:\n  hold\n  at dispute notify owner\n";

/// One overdue invoice each for so many customers, C0 and on; from `first` on.
fn book(first: usize, customers: usize) -> String {
    let mut rows = String::new();
    for at in first..first + customers {
        writeln!(rows, "customers C{at}\ninvoices I{at}, customer_id: C{at}, due_date: 2026-10-01").unwrap();
    }
    rows
}

/// The customers for whom something is done.
fn members(settings: &str, rows: &str) -> BTreeSet<String> {
    let case = case_with(settings, STEPS);
    let plan = case.plan_of(rows, "2026-10-04");
    plan.actions.into_iter().map(|action| action.customer).collect()
}

#[test]
fn pilot_everything_outside_is_withheld() {
    let rows = "customers C1\ncustomers C2, owner: ann@acme.example\ninvoices I1, due_date: 2026-10-01\n\
                invoices I2, customer_id: C2, due_date: 2026-10-01\n\
                invoices I3, customer_id: C2, due_date: 2026-10-01, dispute_opened: 2026-10-02\n\
                invoices I4, customer_id: C2, due_date: 2026-11-01";
    let case = case_with("  pilot: customers \"C1\"\n", STEPS);
    // Internal steps too, and those of carve-outs, which a hold lets go on.
    assert_eq!(
        case.plan(rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic email first I1",
            "2026-10-04 acts automatic notify finance I1",
            "withheld pilot email first I2 next none",
            "withheld pilot notify finance I2 next none",
            "withheld pilot disputes/notify owner I3 next none",
            "withheld pilot disputed email first I3 next none",
            "withheld pilot disputed notify finance I3 next none",
            "waiting I4 sent next none",
        ]
    );
    let plan = case.plan_of(rows, "2026-10-04");
    let blocker = &plan.withheld[0].blockers[0];
    assert_eq!((blocker.rule.as_deref(), blocker.line), (Some("policy/pilot"), Some(7)));
}

#[test]
fn pilot_a_flag_of_a_settled_invoice_is_cleared_outside_too() {
    let rows = "customers C1\ncustomers C2\ninvoices I2, customer_id: C2, due_date: 2026-10-01, paid_date: 2026-10-03\n\
                history I2 2026-10-02 flag pause sent\ninvoices I1, due_date: 2026-12-01";
    let case = case_with("  pilot: customers \"C1\"\n", "segment all otherwise:\n  at D+1 flag pause\n");
    let expected = ["2026-10-04 acts automatic clear pause I2", "waiting I1 sent next 2026-12-02"];
    assert_eq!(case.plan(rows, "2026-10-04"), expected);
}

#[test]
fn pilot_takes_no_place_of_a_limit_per_day() {
    // C2 is overdue longer; outside of the pilot it does not use up the one message of the day.
    let rows = "customers C1\ncustomers C2\ninvoices I1, due_date: 2026-10-01\n\
                invoices I2, customer_id: C2, due_date: 2026-09-01";
    let blocks =
        "segment all otherwise:\n  at D+3 email first\neverywhere:\n  send at most 1 message a day\n";
    let plan = case_with("  pilot: customers \"C1\"\n", blocks).plan(rows, "2026-10-04");
    assert_eq!(plan, ["2026-10-04 acts automatic email first I1", "withheld pilot email first I2 next none"]);
}

#[test]
fn pilot_of_a_number_is_the_same_every_time() {
    let rows = book(0, 50);
    let first = members("  pilot: 20 customers\n", &rows);
    assert_eq!(first.len(), 20);
    // Neither the order of the rows, nor another policy, nor what others owe matters.
    let reversed: Vec<&str> = rows.lines().rev().collect();
    assert_eq!(members("  pilot: 20 customers\n", &reversed.join("\n")), first);
    assert_eq!(members("  pilot: 20 customers\n  terms 30 days\n", &rows), first);
    let paid = rows.replace("C7, due_date: 2026-10-01", "C7, due_date: 2026-10-01, paid_date: 2026-10-02");
    let without: BTreeSet<String> = first.iter().filter(|id| *id != "C7").cloned().collect();
    assert_eq!(members("  pilot: 20 customers\n", &paid), without);
    // More customers are the same ones, and others.
    assert!(members("  pilot: 21 customers\n", &rows).is_superset(&first));
    assert_eq!(members("  pilot: 50 customers\n", &rows).len(), 50);
    assert_eq!(members("  pilot: 51 customers\n", &rows).len(), 50);
}

#[test]
fn pilot_a_new_customer_takes_the_place_of_at_most_one() {
    let before = members("  pilot: 20 customers\n", &book(0, 50));
    let mut moved = 0;
    for new in 50..80 {
        let rows = format!("{}{}", book(0, 50), book(new, 1));
        let after = members("  pilot: 20 customers\n", &rows);
        let (come, gone) = (after.difference(&before).count(), before.difference(&after).count());
        assert!(come == gone && come <= 1, "C{new}: {come} come, {gone} gone");
        moved += come;
    }
    // Of 30 new customers some do, or the test says nothing.
    assert!((1..30).contains(&moved), "{moved}");
}

#[test]
fn pilot_an_id_that_the_data_lacks_is_a_problem() {
    let case =
        case_with("  pilot: customers \"C-01\", \"C1\"\n", "segment all otherwise:\n  at D+3 email first\n");
    let plan = case.plan_of("invoices I1, due_date: 2026-10-01", "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic email first I1", "problem unknown-customer"]);
    assert_eq!((plan.problems[0].customer.as_deref(), plan.problems[0].blocks), (Some("C-01"), false));
    assert!(plan.problems[0].message.contains("pilot"), "{}", plan.problems[0].message);
}

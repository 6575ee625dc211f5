//! The corner cases that systems of this kind get wrong, each by its name. [`NAMES`] is the list of them, in the
//! order of a follow-up's life, and a test holds it to the tests.
//!
//! 2026-10-01 is a Thursday.

use std::collections::BTreeMap;

use dun::check::{Input, check};
use dun::span::Sources;
use dun::syntax;
use dun::template::TemplateSet;

use crate::support::*;

/// Every corner case; each has a test that is called so.
const NAMES: [&str; 44] = [
    "late_first_run",
    "imported_back_book",
    "two_runs_on_one_day",
    "run_before_the_newest_ledger_entry",
    "end_of_month_and_leap_days",
    "two_steps_rolled_onto_one_monday",
    "partial_payment_just_under_the_tolerance",
    "threshold_on_open_not_gross",
    "net_negative_customer",
    "several_currencies",
    "payment_in_flight",
    "reopened_invoice",
    "due_date_moved_earlier_after_steps_were_sent",
    "due_date_moved_later_after_steps_were_sent",
    "dispute_opened_and_closed_mid_ladder",
    "partial_dispute",
    "promise_kept_late",
    "promise_kept_in_part",
    "promise_broken",
    "promise_renewed",
    "oldest_invoice_paid",
    "draft_approved_after_the_facts_changed",
    "manual_step_never_done",
    "invoice_voided",
    "invoice_re_issued",
    "customer_merged",
    "customer_moved_to_another_segment",
    "step_inserted",
    "step_removed",
    "steps_re_ordered",
    "two_segments_match",
    "tightened_policy_makes_many_steps_due_today",
    "unknown_delivery_outcome",
    "no_address",
    "missing_language",
    "missing_template",
    "ledger_entry_without_invoice",
    "stale_snapshot",
    "partial_snapshot",
    "invoice_missing_from_todays_snapshot",
    "duplicate_ids",
    "null_due_date",
    "due_before_issue",
    "zero_and_negative_amounts",
];

#[test]
fn every_corner_case_has_a_test() {
    let text = include_str!("named.rs");
    let mut tests: Vec<&str> =
        text.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next()).collect();
    tests.retain(|name| *name != "every_corner_case_has_a_test" && NAMES.iter().all(|known| known != name));
    assert_eq!(tests, Vec::<&str>::new(), "tests that are not in the list");
    let missing: Vec<_> =
        NAMES.iter().filter(|name| !text.contains(&format!("#[test]\nfn {name}()"))).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "names without a test");
}

const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

/// Due 2026-10-01: 10-04, 10-11 and 10-31.
const THREE: &str = "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n  at D+30 email c\n";

/// Nobody is reminded of what is disputed or promised; a broken promise is a call.
const HELD: &str = "carve-out disputes when invoice.disputed:\n  hold\ncarve-out promises when invoice.promised:\n  hold\ncarve-out broken when invoice.promise_broken:\n  at promise+1 call by finance\n";

fn held() -> Case {
    case(&format!("{THREE}{HELD}"))
}

#[test]
fn late_first_run() {
    // All three have come; they keep their gaps of 7 and 20 days.
    assert_eq!(case(THREE).plan(DUE, "2026-11-20"), ["2026-11-20 acts automatic email a I1"]);
    assert_eq!(
        case(THREE).timeline(DUE, "2026-11-20", "2027-01-31"),
        [
            "2026-11-20 automatic email a I1",
            "2026-11-27 automatic email b I1",
            "2026-12-17 automatic email c I1"
        ]
    );
}

#[test]
fn imported_back_book() {
    // What another tool sent on the 11th day stands above D+3 and D+10; only the third step is left.
    let rows = with("history I1 2026-10-12 Mahnung sent, channel: email");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-20"),
        ["waiting I1 overdue next 2026-10-31", "problem unknown-step"]
    );
    assert_eq!(case(THREE).timeline(&rows, "2026-10-20", "2026-12-31"), ["2026-10-31 automatic email c I1"]);
}

#[test]
fn two_runs_on_one_day() {
    let case = case(THREE);
    assert_eq!(case.plan(DUE, "2026-11-20"), case.plan(DUE, "2026-11-20"));
    let rows = with("history I1 2026-11-20 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-11-20"), ["waiting I1 overdue next 2026-11-27"]);
}

#[test]
fn run_before_the_newest_ledger_entry() {
    let rows = with("history I1 2026-10-05 email a sent, rung: D+3");
    assert_eq!(case(THREE).plan(&rows, "2026-10-04"), ["withheld replay email a I1 next none"]);
}

#[test]
fn end_of_month_and_leap_days() {
    let case = case("segment all otherwise:\n  at D+30 email a\n  at end of month(D+30) email b\n");
    let days = |due: &str, to: &str| case.timeline(&format!("invoices I1, due_date: {due}"), due, to);
    // 30 days after 31 January is 2 March; the end of that day's month is the 31st, not the 30th.
    assert_eq!(
        days("2026-01-31", "2026-06-30"),
        ["2026-03-02 automatic email a I1", "2026-03-31 automatic email b I1"]
    );
    // In a leap year both fall on 29 February, and a ladder takes one step a day.
    assert_eq!(
        days("2028-01-30", "2028-06-30"),
        ["2028-02-29 automatic email a I1", "2028-03-01 automatic email b I1"]
    );
    assert_eq!(
        days("2027-01-30", "2027-06-30"),
        ["2027-03-01 automatic email a I1", "2027-03-31 automatic email b I1"]
    );
}

#[test]
fn two_steps_rolled_onto_one_monday() {
    let case = case(
        "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+2 email a\n  at D+3 email b\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-03"), ["waiting I1 overdue next 2026-10-05"]);
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-31"),
        ["2026-10-05 automatic email a I1", "2026-10-06 automatic email b I1"]
    );
}

#[test]
fn partial_payment_just_under_the_tolerance() {
    let case = case_with("  ignore balances under 5 EUR", THREE);
    let paid = |amount: &str| with(&format!("payments invoice_id: I1, date: 2026-10-02, amount: {amount}"));
    assert_eq!(case.plan(&paid("995.00"), "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    assert_eq!(case.plan(&paid("995.01"), "2026-10-04"), Vec::<String>::new());
}

#[test]
fn threshold_on_open_not_gross() {
    let case = case(
        "segment small when invoice.balance < 200 EUR:\n  at D+3 email small\nsegment all otherwise:\n  at D+3 email a\n",
    );
    let paid = |amount: &str| with(&format!("payments invoice_id: I1, date: 2026-10-02, amount: {amount}"));
    assert_eq!(case.plan(&paid("800.00"), "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    assert_eq!(case.plan(&paid("800.01"), "2026-10-04"), ["2026-10-04 acts automatic email small I1"]);
}

#[test]
fn net_negative_customer() {
    // More credit than the message would ask for: it is withheld, and the fallback is told.
    let rows = with("credit_notes customer_id: C1, date: 2026-10-02, amount: 1500");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic notify finance of N0001 I1",
            "withheld allocate_first email a I1 next none"
        ]
    );
}

#[test]
fn several_currencies() {
    // Two messages, as nobody can add them up; a customer gets one a day, of equal ones the lower id first.
    let rows = with("invoices I2, due_date: 2026-10-01, currency: USD");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "withheld one_a_day email a I2 next 2026-10-05"]
    );
    // A sum over both is unknown, so nothing acts on it; a carve-out that asks for it holds.
    let sum = case(&format!("{THREE}carve-out big when customer.balance >= 5000 EUR:\n  hold\n"));
    assert_eq!(
        sum.plan(&rows, "2026-10-04"),
        ["withheld unknown_value email a I1 next none", "withheld unknown_value email a I2 next none"]
    );
}

#[test]
fn payment_in_flight() {
    // Money that has come and belongs to no invoice yet.
    let rows = with("payments customer_id: C1, date: 2026-10-03, amount: 1000");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic notify finance of P0001 I1",
            "withheld allocate_first email a I1 next none"
        ]
    );
    // Less than is asked for does not stop the message.
    let rows = with("payments customer_id: C1, date: 2026-10-03, amount: 999.99");
    assert_eq!(case(THREE).plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    // Money announced for the day after next is a promise.
    let rows = with("promises invoice_id: I1, made: 2026-10-03, due: 2026-10-06");
    assert_eq!(held().plan(&rows, "2026-10-04"), ["withheld promised email a I1 next 2026-10-07"]);
}

#[test]
fn reopened_invoice() {
    // Paid on 10-06, and the payment came back on 10-20: the age is the old one, and the first step stays sent.
    let rows = with(
        "history I1 2026-10-04 email a sent, rung: D+3\npayments invoice_id: I1, date: 2026-10-06, amount: 1000\npayments invoice_id: I1, date: 2026-10-20, amount: -1000",
    );
    assert_eq!(case(THREE).plan(&rows, "2026-10-12"), Vec::<String>::new());
    assert_eq!(
        case(THREE).timeline(&rows, "2026-10-05", "2026-12-31"),
        ["2026-10-20 automatic email b I1", "2026-11-09 automatic email c I1"]
    );
}

#[test]
fn due_date_moved_earlier_after_steps_were_sent() {
    // The first was sent on 10-04; by the new date, 09-20, that was late: the others keep their distance.
    let rows = "invoices I1, due_date: 2026-09-20\nhistory I1 2026-10-04 email a sent, rung: D+3";
    assert_eq!(case(THREE).plan(rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(
        case(THREE).timeline(rows, "2026-10-05", "2026-12-31"),
        ["2026-10-11 automatic email b I1", "2026-10-31 automatic email c I1"]
    );
}

#[test]
fn due_date_moved_later_after_steps_were_sent() {
    // The first is not sent again before 10-20 + 3; the others count from the new date.
    let rows = "invoices I1, due_date: 2026-10-20\nhistory I1 2026-10-04 email a sent, rung: D+3";
    assert_eq!(case(THREE).plan(rows, "2026-10-23"), ["waiting I1 overdue next 2026-10-30"]);
    assert_eq!(
        case(THREE).timeline(rows, "2026-10-05", "2026-12-31"),
        ["2026-10-30 automatic email b I1", "2026-11-19 automatic email c I1"]
    );
}

#[test]
fn dispute_opened_and_closed_mid_ladder() {
    let rows = with("disputes invoice_id: I1, opened: 2026-10-06, closed: 2026-10-20");
    let sent = format!("{rows}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(held().plan(&sent, "2026-10-11"), ["withheld disputed email b I1 next none"]);
    // Free on the closing day; the third keeps the gap of 20 days.
    assert_eq!(
        held().timeline(&rows, "2026-10-01", "2026-12-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-20 automatic email b I1",
            "2026-11-09 automatic email c I1"
        ]
    );
}

#[test]
fn partial_dispute() {
    // A dispute over a part holds the whole invoice: nobody is asked for a sum of which some is in doubt.
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02, amount: 200");
    assert_eq!(held().plan(&rows, "2026-10-04"), ["withheld disputed email a I1 next none"]);
}

#[test]
fn promise_kept_late() {
    // Broken on 10-09, so there is a call; paid on 10-10, so there is nothing more.
    let rows = with(
        "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-08\npayments invoice_id: I1, date: 2026-10-10, amount: 1000",
    );
    assert_eq!(
        held().timeline(&rows, "2026-10-01", "2026-12-31"),
        ["2026-10-04 automatic email a I1", "2026-10-09 manual broken/call finance I1"]
    );
    assert_eq!(held().plan(&rows, "2026-10-10"), Vec::<String>::new());
}

#[test]
fn promise_kept_in_part() {
    // Half of what was promised is not the promise.
    let promise = "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-08, amount: 600\npayments invoice_id: I1, date: 2026-10-07, amount:";
    assert_eq!(
        held().timeline(&with(&format!("{promise} 300")), "2026-10-01", "2026-12-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-09 manual broken/call finance I1",
            "2026-10-11 automatic email b I1",
            "2026-10-31 automatic email c I1"
        ]
    );
    // All of it is, although the invoice is not paid.
    assert_eq!(
        held().timeline(&with(&format!("{promise} 600")), "2026-10-01", "2026-12-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-11 automatic email b I1",
            "2026-10-31 automatic email c I1"
        ]
    );
}

#[test]
fn promise_broken() {
    // Held through 10-14, the day promised; on 10-15 the call and the step that was kept back.
    let rows = with("promises invoice_id: I1, made: 2026-10-05, due: 2026-10-14");
    let sent = format!("{rows}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(held().plan(&sent, "2026-10-14"), ["withheld promised email b I1 next 2026-10-15"]);
    assert_eq!(
        held().plan(&sent, "2026-10-15"),
        ["2026-10-15 acts manual broken/call finance I1", "2026-10-15 acts automatic email b I1"]
    );
}

#[test]
fn promise_renewed() {
    // Promised for 10-08 and, on that day, for 10-14: the first is not broken, there is one call. The call is a
    // contact of the 14th day, in time there, so the third step keeps its date.
    let rows = with(
        "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-08\npromises invoice_id: I1, made: 2026-10-08, due: 2026-10-14",
    );
    assert_eq!(
        held().timeline(&rows, "2026-10-01", "2026-12-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-15 manual broken/call finance I1",
            "2026-10-15 automatic email b I1",
            "2026-10-31 automatic email c I1"
        ]
    );
}

#[test]
fn oldest_invoice_paid() {
    // Each invoice climbs by its own age: what is paid moves nothing of the other, neither forward nor back.
    let rows = "invoices I1, due_date: 2026-09-01, paid_date: 2026-10-08\ninvoices I2, due_date: 2026-10-01\nhistory I1 2026-09-04 email a sent, rung: D+3\nhistory I1 2026-09-11 email b sent, rung: D+10";
    assert_eq!(
        case(THREE).timeline(rows, "2026-09-29", "2026-12-31"),
        [
            "2026-10-01 automatic email c I1",
            "2026-10-04 automatic email a I2",
            "2026-10-11 automatic email b I2",
            "2026-10-31 automatic email c I2"
        ]
    );
}

#[test]
fn draft_approved_after_the_facts_changed() {
    let case = case("segment all otherwise:\n  at D+3 email a, needs approval by manager\n");
    let plan = case.plan_of(DUE, "2026-10-04");
    let (key, content) = (&plan.actions[0].key, plan.actions[0].content.clone().unwrap());
    let approval = format!(
        "history I1 2026-10-05 email a approved, key: {key}, content: {content}, approved_by: manager@acme.example"
    );
    assert_eq!(
        case.plan(&with(&approval), "2026-10-05"),
        ["2026-10-05 acts automatic(manager)[manager@acme.example] email a I1"]
    );
    // Meanwhile 100 were paid: what was approved is not what would go out.
    let paid = format!("{approval}\npayments invoice_id: I1, date: 2026-10-05, amount: 100");
    assert_eq!(case.plan(&with(&paid), "2026-10-05"), ["2026-10-05 acts approval(manager) email a I1"]);
}

#[test]
fn manual_step_never_done() {
    let blocks = "segment all otherwise:\n  at D+3 call by finance\n  at D+10 email b\n";
    // It stays in every plan, and nothing overtakes it.
    for date in ["2026-10-04", "2026-10-11", "2026-12-01"] {
        assert_eq!(case(blocks).plan(DUE, date), [format!("{date} acts manual call finance I1")]);
    }
    // Given to somebody, it is out of the way; where the ladder is to wait, it waits.
    let rows = with("history I1 2026-10-04 call finance assigned, rung: D+3");
    assert_eq!(case(blocks).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
    let waits = case(&blocks.replace("finance", "finance and wait"));
    assert_eq!(waits.plan(&rows, "2026-12-01"), ["withheld not_done call finance I1 next none"]);
}

#[test]
fn invoice_voided() {
    let blocks = "segment all otherwise:\n  at D+3 flag stop\n  at D+10 email b\n";
    let void = format!("{DUE}, status: void");
    assert_eq!(case(blocks).plan(&void, "2026-10-20"), Vec::<String>::new());
    let rows = format!("{void}\nhistory I1 2026-10-04 flag stop done, rung: D+3");
    assert_eq!(case(blocks).plan(&rows, "2026-10-20"), ["2026-10-20 acts automatic clear stop I1"]);
}

#[test]
fn invoice_re_issued() {
    // The new invoice begins its own ladder, by its own date; what was sent for the old one counts for nothing.
    let rows = "invoices I1, due_date: 2026-10-01, status: void\ninvoices I2, due_date: 2026-10-20\nhistory I1 2026-10-04 email a sent, rung: D+3\nhistory I1 2026-10-11 email b sent, rung: D+10";
    assert_eq!(
        case(THREE).timeline(rows, "2026-10-12", "2026-12-31"),
        [
            "2026-10-23 automatic email a I2",
            "2026-10-30 automatic email b I2",
            "2026-11-19 automatic email c I2"
        ]
    );
}

#[test]
fn customer_merged() {
    // I2 was of a customer that is now C1: its ledger comes along, and counts for the limit of C1.
    let case = case(&format!("{THREE}everywhere:\n  write to a customer at most once every 5 days\n"));
    let rows = "invoices I1, due_date: 2026-10-05\ninvoices I2, due_date: 2026-10-02\nhistory I2 2026-10-05 email a sent, rung: D+3, channel: email";
    assert_eq!(
        case.plan(rows, "2026-10-08"),
        ["withheld limit email a I1 next 2026-10-10", "waiting I2 overdue next 2026-10-12"]
    );
    assert_eq!(
        case.plan(rows, "2026-10-10"),
        ["2026-10-10 acts automatic email a I1", "waiting I2 overdue next 2026-10-12"]
    );
}

#[test]
fn customer_moved_to_another_segment() {
    let case = case(
        "segment gentle:\n  at D+5 email soft\n  at D+20 email softer\nsegment all otherwise:\n  at D+3 email a\n  at D+10 email b\n",
    );
    // Under the gentle segment `soft` was sent; in the new ladder that stands at D+5, so `a` is passed.
    let sent = "history I1 2026-10-06 email soft sent, rung: D+5";
    let rows = format!("customers C1, segment: gentle\n{DUE}\n{sent}");
    assert_eq!(case.plan(&rows, "2026-10-07"), ["waiting I1 overdue next 2026-10-21"]);
    assert_eq!(case.plan(&with(sent), "2026-10-07"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case.plan(&with(sent), "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

/// Two steps of an older policy, `a` at D+3 and `b` at D+10, both sent on their days.
const BETWEEN: &str =
    "history I1 2026-10-04 email a sent, rung: D+3\nhistory I1 2026-10-11 email b sent, rung: D+10";

#[test]
fn step_inserted() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+7 email new\n  at D+10 email b\n  at D+15 email newer\n",
    );
    // Below what was carried out it is passed, above it is due on its day.
    assert_eq!(case.plan(&with(BETWEEN), "2026-10-12"), ["waiting I1 overdue next 2026-10-16"]);
    assert_eq!(case.plan(&with(BETWEEN), "2026-10-16"), ["2026-10-16 acts automatic email newer I1"]);
}

#[test]
fn step_removed() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+8 email x\n  at D+30 email c\n");
    // `b` is gone and still stands at D+10: nothing below it comes back. It is told once.
    assert_eq!(
        case.plan(&with(BETWEEN), "2026-10-12"),
        ["waiting I1 overdue next 2026-10-31", "problem unknown-step"]
    );
}

#[test]
fn steps_re_ordered() {
    let case = case("segment all otherwise:\n  at D+3 email b\n  at D+10 email c\n  at D+20 email a\n");
    // Only `a` was sent. It now stands at D+20, so all below it is passed and nothing is sent twice.
    let rows = with("history I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-30"), ["waiting I1 overdue next none"]);
    // `b` was sent: it stands at D+3 now, and `c` comes in its place.
    let rows = with("history I1 2026-10-04 email b sent, rung: D+10");
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email c I1"]);
}

#[test]
fn two_segments_match() {
    let (small, late) = (
        "segment small when invoice.amount < 2000 EUR:\n  at D+3 email small\n",
        "segment late when invoice.days_overdue >= 3 days:\n  at D+3 email late\n",
    );
    let rest = "segment all otherwise:\n  at D+3 email a\n";
    // The first in the file.
    assert_eq!(
        case(&format!("{small}{late}{rest}")).plan(DUE, "2026-10-04"),
        ["2026-10-04 acts automatic email small I1"]
    );
    assert_eq!(
        case(&format!("{late}{small}{rest}")).plan(DUE, "2026-10-04"),
        ["2026-10-04 acts automatic email late I1"]
    );
}

#[test]
fn tightened_policy_makes_many_steps_due_today() {
    // Steps that are all in the past, for three invoices: one message, one step of each, and no burst after it.
    let case = case(
        "segment all otherwise:\n  at D+1 email a\n  at D+3 email b\n  at D+5 email c\n  at D+7 email d\n",
    );
    let rows = with("invoices I2, due_date: 2026-09-30\ninvoices I3, due_date: 2026-09-01");
    assert_eq!(
        case.plan(&rows, "2026-11-02"),
        ["2026-11-02 acts automatic email a I3 + email a I2 + email a I1"]
    );
    let days = ["11-02", "11-04", "11-06", "11-08"].into_iter().zip(["a", "b", "c", "d"]);
    let expected: Vec<String> = days
        .map(|(day, step)| {
            format!("2026-{day} automatic email {step} I3 + email {step} I2 + email {step} I1")
        })
        .collect();
    assert_eq!(case.timeline(&rows, "2026-11-02", "2026-12-31"), expected);
}

#[test]
fn unknown_delivery_outcome() {
    let rows = with("history I1 2026-10-04 email a unknown, rung: D+3");
    for date in ["2026-10-04", "2026-10-11", "2026-12-01"] {
        let plan = case(THREE).plan(&rows, date);
        assert_eq!(plan, ["withheld unknown_outcome email a I1 next none"], "{date}");
    }
    // A person looks it up: it did go out.
    let settled = format!("{rows}\nhistory I1 2026-10-05 email a sent, rung: D+3");
    assert_eq!(case(THREE).plan(&settled, "2026-10-11"), ["waiting I1 overdue next 2026-10-12"]);
}

#[test]
fn no_address() {
    let nobody = format!("customers C1, email: none\n{DUE}");
    assert_eq!(case(THREE).plan(&nobody, "2026-10-04"), ["withheld no_address email a I1 next none"]);
    // With something to do instead, under the same key.
    let instead = case("segment all otherwise:\n  at D+3 email a else call by finance\n");
    assert_eq!(instead.plan(&nobody, "2026-10-04"), ["2026-10-04 acts manual email a I1"]);
}

#[test]
fn missing_language() {
    // There is no Spanish text: the one without a language goes out, and the plan says so.
    let text = |word: &str| format!("---\nsubject: \"{word}\"\n---\n{word}\n");
    let (en, fr) = (text("Reminder"), text("Rappel"));
    let case = case_written(THREE, &[("a.md", &en), ("a.fr.md", &fr)]);
    let rows = format!("customers C1, language: es\n{DUE}");
    let plan = case.plan_of(&rows, "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic email a I1"]);
    let action = &plan.actions[0];
    let said = (action.subject.as_deref(), action.recipient_language.as_deref(), action.language_fallback);
    assert_eq!(said, (Some("Reminder"), Some("es"), true));
}

#[test]
fn missing_template() {
    // The policy cannot be used, so nobody gets an empty message.
    let mut sources = Sources::default();
    let text = format!("policy \"T\"\n  currency EUR\n  templates \"templates\"\n{THREE}");
    let file = sources.add("policy.dun", &text);
    let (ast, problems) = syntax::parse(&sources, file);
    assert!(problems.is_empty());
    let (templates, files) = (TemplateSet::new(Vec::new(), "en"), BTreeMap::new());
    let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let checked = check(&input);
    let found: Vec<&str> = checked.diagnostics.iter().map(|finding| finding.code.word()).collect();
    assert_eq!((checked.policy.is_none(), found), (true, vec!["unknown-name"; 3]));
}

#[test]
fn ledger_entry_without_invoice() {
    let rows = with("history I9 2026-10-02 email a sent, rung: D+3");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "problem ledger-without-invoice"]
    );
}

#[test]
fn stale_snapshot() {
    let case = case(&format!("{THREE}everywhere:\n  data no older than 2 days\n"));
    let taken = |day: &str| format!("taken: {day}T06:00:00+02:00\n{DUE}");
    assert_eq!(case.plan(&taken("2026-10-02"), "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    assert_eq!(case.plan(&taken("2026-10-01"), "2026-10-04"), ["withheld stale_data email a I1 next none"]);
    assert_eq!(case.plan(DUE, "2026-10-04"), ["withheld stale_data email a I1 next none"]);
}

#[test]
fn partial_snapshot() {
    // A table that breaks off in the middle of a payment, of which nobody can tell whose it is: no contact at all.
    let folder = [
        ("customers.csv", "customer_id,name,email\nC1,Ant,c1@customer.example\n"),
        ("invoices.csv", "invoice_id,customer_id,amount,due_date\nI1,C1,1000,2026-10-01\n"),
        ("payments.csv", "payment_id,invoice_id,date,amount\nP1,I1,2026-10-02,10.00\nP2"),
    ];
    assert_eq!(
        case(THREE).plan_folder(&folder, "2026-10-04"),
        ["withheld problem email a I1 next none", "problem wrong-cell-count"]
    );
}

#[test]
fn invoice_missing_from_todays_snapshot() {
    // It was there yesterday and was reminded of: that it is gone does not mean that it is paid.
    let history = "invoices I1, due_date: 2026-10-20\nhistory I2 2026-10-04 email a sent, rung: D+3";
    let yesterday = format!("{history}\ninvoices I2, due_date: 2026-10-01");
    assert_eq!(
        case(THREE).plan(&yesterday, "2026-10-06"),
        ["waiting I1 sent next 2026-10-23", "waiting I2 overdue next 2026-10-11"]
    );
    assert_eq!(
        case(THREE).plan(history, "2026-10-06"),
        ["waiting I1 sent next 2026-10-23", "problem ledger-without-invoice"]
    );
}

#[test]
fn duplicate_ids() {
    let rows = format!("{DUE}\ninvoices I1, due_date: 2026-10-02\ninvoices I2, due_date: 2026-10-01");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic email a I2", "problem duplicate-invoice", "problem duplicate-invoice"]
    );
}

#[test]
fn null_due_date() {
    let rows = "invoices I1, issue_date: 2026-09-01\ninvoices I2, due_date: 2026-10-01";
    assert_eq!(
        case(THREE).plan(rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I2", "problem no-due-date"]
    );
    // With terms it has one.
    let terms = case_with("  terms 30 days", THREE);
    assert_eq!(terms.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email a I1 + email a I2"]);
}

#[test]
fn due_before_issue() {
    let rows = "invoices I1, issue_date: 2026-10-02, due_date: 2026-10-01";
    assert_eq!(
        case(THREE).plan(rows, "2026-10-04"),
        ["withheld problem email a I1 next none", "problem due-before-issue"]
    );
}

#[test]
fn zero_and_negative_amounts() {
    let rows = "invoices I1, due_date: 2026-10-01, amount: 0\ninvoices I2, due_date: 2026-10-01, amount: -50\ninvoices I3, due_date: 2026-10-01, amount: 100";
    assert_eq!(case(THREE).plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email a I3"]);
}

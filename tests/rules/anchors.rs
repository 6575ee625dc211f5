//! Months, ends of months, `previous`, `payment`, and renamed steps (R7, R9, R12, R13, R24).
//!
//! 2026-10-01 is a Thursday.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

fn days_of(blocks: &str, rows: &str) -> Vec<String> {
    case(blocks).timeline(rows, "2026-01-01", "2027-12-31")
}

// ---- months

#[test]
fn months_are_held_at_the_end_of_a_shorter_one() {
    let blocks = "segment all otherwise:\n  at D+1 month email a\n  at D+2 months email b\n";
    assert_eq!(
        days_of(blocks, "invoices I1, due_date: 2026-01-31"),
        ["2026-02-28 automatic email a I1", "2026-03-31 automatic email b I1"]
    );
    let plan = case(blocks).plan_of("invoices I1, due_date: 2026-01-31", "2026-02-28");
    assert_eq!(plan.actions[0].rung.as_deref(), Some("D+1 month"));
}

#[test]
fn thirty_days_are_no_month() {
    assert_eq!(
        days_of("segment all otherwise:\n  at D+30 email a\n", "invoices I1, due_date: 2026-01-31"),
        ["2026-03-02 automatic email a I1"]
    );
}

#[test]
fn a_step_that_comes_every_month_does_not_drift() {
    // From 2026-01-31: the last day of February, and then the 31st and 30th again.
    assert_eq!(
        days_of(
            "segment all otherwise:\n  every 1 month from D, at most 4 times: email a\n",
            "invoices I1, due_date: 2026-01-31"
        ),
        [
            "2026-01-31 automatic email a #1 I1",
            "2026-02-28 automatic email a #2 I1",
            "2026-03-31 automatic email a #3 I1",
            "2026-04-30 automatic email a #4 I1",
        ]
    );
}

// ---- end of month

#[test]
fn the_end_of_the_month_of_a_day_is_not_that_long_after_the_end_of_a_month() {
    let blocks = "segment all otherwise:\n  at end of month(D+30) email a\n  at end of month(D)+30 email b\n";
    // Due 01-15: 01-15 + 30 = 02-14, so 02-28; 01-31 + 30 = 03-02.
    assert_eq!(
        days_of(blocks, "invoices I1, due_date: 2026-01-15"),
        ["2026-02-28 automatic email a I1", "2026-03-02 automatic email b I1"]
    );
    // Due 01-31: 03-02 lies in March; 01-31 + 30 = 03-02 comes first.
    assert_eq!(
        days_of(blocks, "invoices I1, due_date: 2026-01-31"),
        ["2026-03-02 automatic email b I1", "2026-03-31 automatic email a I1"]
    );
}

#[test]
fn the_end_of_the_month_of_issue_and_of_leap_february() {
    assert_eq!(
        days_of(
            "segment all otherwise:\n  at end of month(issue) notify finance\n",
            "invoices I1, issue_date: 2026-02-03, due_date: 2026-02-05"
        ),
        ["2026-02-28 automatic notify finance I1"]
    );
    assert_eq!(
        case("segment all otherwise:\n  at end of month(D) email a\n").timeline(
            "invoices I1, due_date: 2028-02-01",
            "2028-02-01",
            "2028-03-31"
        ),
        ["2028-02-29 automatic email a I1"]
    );
}

#[test]
fn r13_a_rung_of_another_policy_is_read_with_months_and_month_ends() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+40 email b\n");
    // Sent at the end of the month of D+14, 10-31: a is passed, b is ahead.
    // Late, on 11-05: b, ten days after 10-31, or nine after 11-01, keeps that distance (R11).
    for (rung, next) in [
        ("end of month(D+14)", "2026-11-15"),
        ("D+1 month", "2026-11-14"),
        ("end of month(D)+0", "2026-11-15"),
    ] {
        let rows = with(&format!("history I1 2026-11-05 email old sent, rung: {rung}"));
        assert_eq!(case.plan(&rows, "2026-11-05")[0], format!("waiting I1 overdue next {next}"), "{rung}");
    }
}

// ---- previous

const PREVIOUS: &str =
    "segment all otherwise:\n  at D+10 email a\n  at previous+15 email b\n  at previous+10 letter c\n";

const ADDRESS: &str = "customers C1, street: 1 High St, city: Town\ninvoices I1, due_date: 2026-10-01";

#[test]
fn r07_previous_counts_from_the_last_rung_carried_out() {
    assert_eq!(
        days_of(PREVIOUS, ADDRESS),
        [
            "2026-10-11 automatic email a I1",
            "2026-10-26 automatic email b I1",
            "2026-11-05 automatic letter c I1"
        ]
    );
    // Late by nine days, and everything after it.
    assert_eq!(
        case(PREVIOUS).timeline(ADDRESS, "2026-10-20", "2026-12-31"),
        [
            "2026-10-20 automatic email a I1",
            "2026-11-04 automatic email b I1",
            "2026-11-14 automatic letter c I1"
        ]
    );
    // Sent early by hand, on 10-08: b is due 15 days after that.
    let early = format!("{ADDRESS}\nhistory I1 2026-10-08 email a sent, rung: D+10");
    assert_eq!(case(PREVIOUS).plan(&early, "2026-10-22"), ["waiting I1 overdue next 2026-10-23"]);
    case(PREVIOUS).next_holds(&early, "2026-10-09");
}

#[test]
fn r10_what_repeats_goes_on_above_a_rung_carried_out_ahead_of_its_day() {
    let case = case(
        "segment all otherwise:\n  every 5 days from D+5, at most 9 times: email again\n  at D+20 call by finance\n\
         \x20 at previous+7 notify manager\n",
    );
    // Called on 10-02 instead of 10-21. The next rung above is the fifth e-mail, D+25 = 10-26; `previous+7` stands at
    // D+27 = 10-28, although seven days after the call are 10-09.
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-02 call finance done";
    assert_eq!(case.plan(rows, "2026-10-09"), ["waiting I1 overdue next 2026-10-26"]);
    assert_eq!(case.plan(rows, "2026-10-26"), ["2026-10-26 acts automatic email again #5 I1"]);
}

#[test]
fn r07_previous_in_every_family() {
    let all = |family: &str, from: &str| {
        case_with(&format!("  catch up: {family}"), PREVIOUS).timeline(ADDRESS, from, "2026-12-31")
    };
    for family in ["one per run", "all, 3 days apart"] {
        assert_eq!(
            all(family, "2026-10-20"),
            [
                "2026-10-20 automatic email a I1",
                "2026-11-04 automatic email b I1",
                "2026-11-14 automatic letter c I1"
            ],
            "{family}"
        );
    }
    // By the nominal dates 10-11, 10-26 and 11-05 the highest that has come on 10-30 is b.
    assert_eq!(
        all("latest", "2026-10-30"),
        ["2026-10-30 automatic email b I1", "2026-11-09 automatic letter c I1"]
    );
    assert_eq!(
        all("same day only", "2026-10-12"),
        ["2026-10-26 automatic email b I1", "2026-11-05 automatic letter c I1"]
    );
}

#[test]
fn r07_previous_after_a_declined_rung_counts_from_the_one_carried_out() {
    let rows = format!(
        "{ADDRESS}\nhistory I1 2026-10-11 email a sent, rung: D+10\nhistory I1 2026-10-26 email b declined, rung: previous+15"
    );
    // c is due ten days after a, which is long past: as soon as b is out of the way.
    assert_eq!(case(PREVIOUS).plan(&rows, "2026-10-27"), ["2026-10-27 acts automatic letter c I1"]);
}

#[test]
fn r08_previous_moves_off_closed_days() {
    let blocks = format!("calendar c:\n  closed saturday, sunday\n{PREVIOUS}");
    // D+10 is Sunday 10-11, so Monday 10-12; 15 days later is Tuesday 10-27; ten later Friday 11-06.
    assert_eq!(
        days_of(&blocks, ADDRESS),
        [
            "2026-10-12 automatic email a I1",
            "2026-10-27 automatic email b I1",
            "2026-11-06 automatic letter c I1"
        ]
    );
}

// ---- payment

#[test]
fn r12_a_step_after_a_payment_acts_once() {
    let blocks = "segment all otherwise:\n  at D+90 email z\ncarve-out part_payments when invoice.partly_paid:\n  at payment+2 notify finance\n";
    let rows = with(
        "payments invoice_id: I1, date: 2026-10-06, amount: 400\npayments invoice_id: I1, date: 2026-10-20, amount: 100",
    );
    assert_eq!(
        case(blocks).timeline(&rows, "2026-10-01", "2026-11-30"),
        ["2026-10-08 automatic part_payments/notify finance I1"]
    );
    assert_eq!(case(blocks).timeline(DUE, "2026-10-01", "2026-11-30"), Vec::<String>::new());
    // The last payment counts: planned late, it is the one of 10-20.
    assert_eq!(
        case(blocks).timeline(&rows, "2026-10-21", "2026-11-30"),
        ["2026-10-22 automatic part_payments/notify finance I1"]
    );
}

// ---- formerly

#[test]
fn r13_a_renamed_step_is_known_by_its_former_name() {
    let renamed = case(
        "segment all otherwise:\n  at D+3 email friendly formerly email first formerly email hello\n  at D+10 email b\n",
    );
    for old in ["first", "hello", "friendly"] {
        let rows = with(&format!("history I1 2026-10-04 email {old} sent, rung: D+3"));
        assert_eq!(renamed.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"], "{old}");
    }
    let every = case(
        "segment all otherwise:\n  every 10 days from D+3, at most 2 times: email again formerly email nag\n",
    );
    let rows = with("history I1 2026-10-04 email nag #1 sent, rung: D+3");
    assert_eq!(every.plan(&rows, "2026-10-14"), ["2026-10-14 acts automatic email again #2 I1"]);
    let carve_out = case(
        "segment all otherwise:\n  at D+90 email z\ncarve-out big when invoice.balance > 10 EUR:\n  at D+1 notify manager formerly notify boss\n",
    );
    let rows = with("history I1 2026-10-02 big/notify boss done");
    assert_eq!(carve_out.plan(&rows, "2026-10-03"), ["waiting I1 overdue next 2026-12-30"]);
}

#[test]
fn r24_a_flag_is_cleared_by_the_name_it_was_set_with() {
    let case = case("segment all otherwise:\n  at D+3 flag pause formerly flag stop\n");
    let rows = "invoices I1, due_date: 2026-10-01, paid_date: 2026-10-20\nhistory I1 2026-10-04 flag stop done, rung: D+3";
    assert_eq!(case.plan(rows, "2026-10-20"), ["2026-10-20 acts automatic clear stop I1"]);
}

/// Of two readings the kinder: a rung counted from one that was late is late itself, so that what follows keeps its
/// distance. a was due on 10-04 and came on 10-09, five days late; b follows seven days after it, on 10-16, where in
/// time it would have been on 10-11; c stands twenty days after b and comes on 11-05.
#[test]
fn r11_what_follows_a_late_rung_is_late_as_well() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at previous+7 email b\n  at D+30 email c\n");
    let late = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-09 email a sent, rung: D+3";
    assert_eq!(
        case.timeline(late, "2026-10-10", "2026-11-10"),
        ["2026-10-16 automatic email b I1", "2026-11-05 automatic email c I1"]
    );
}

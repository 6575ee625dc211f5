//! Facts that change under a ladder: invoices that open again, due dates that move, credits, partial disputes, payments
//! that do not fit (R2, R3, R5, R6, R20).

use crate::support::*;

const TWO: &str = "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n";

const FIRST: &str = "segment all otherwise:\n  at D+3 email first\n";

const FAR: &str = "segment all otherwise:\n  at D+90 email first\n";

// ---- invoices that open again

#[test]
fn r02_a_reopened_invoice_keeps_its_age_and_stage() {
    // Settled on 10-10 by a credit note that is taken back on 10-20: 19 days overdue, 49 days old.
    let rows = "invoices I1, issue_date: 2026-09-01, due_date: 2026-10-01\n\
                credit_notes invoice_id: I1, date: 2026-10-10, amount: 1000\n\
                credit_notes invoice_id: I1, date: 2026-10-20, amount: -1000";
    let case = case(&format!(
        "{FAR}carve-out old when invoice.age >= 49 and invoice.days_overdue >= 19:\n  at D+1 notify manager\n"
    ));
    assert!(case.plan(rows, "2026-10-19").is_empty());
    assert_eq!(case.plan(rows, "2026-10-20"), ["2026-10-20 acts automatic old/notify manager I1",]);
    assert_eq!(
        crate::support::case(FAR).stages(rows, "2026-10-20"),
        ["I1 overdue 2026-10-02 finance@acme.example"]
    );
}

#[test]
fn r02_a_reopened_invoice_repeats_nothing() {
    // Both steps went out before it was paid on 10-15; it opens again on 11-02.
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-04 email a sent\nhistory I1 2026-10-11 email b sent\n\
                payments invoice_id: I1, date: 2026-10-15, amount: 1000\n\
                payments invoice_id: I1, date: 2026-11-02, amount: -1000";
    assert_eq!(case(TWO).timeline(rows, "2026-11-02", "2026-11-30"), [""; 0]);
}

#[test]
fn r24_a_flag_that_was_cleared_while_it_was_settled_is_not_set_again() {
    let case = case("segment all otherwise:\n  at D+3 flag look\n  at D+90 email a\n");
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-04 flag look sent\n\
                payments invoice_id: I1, date: 2026-10-15, amount: 1000\nhistory I1 2026-10-15 clear look sent\n\
                payments invoice_id: I1, date: 2026-11-02, amount: -1000";
    assert_eq!(case.plan(rows, "2026-11-02"), ["waiting I1 overdue next 2026-12-30"]);
}

// ---- due dates that move after steps were sent

#[test]
fn r13_a_due_date_that_moves_later_makes_the_ladder_wait_for_it() {
    // a went out on 10-04, for the due date 10-01; now due on 10-20, b is planned for 10-30.
    let rows = "invoices I1, due_date: 2026-10-20\nhistory I1 2026-10-04 email a sent, rung: D+3";
    assert_eq!(case(TWO).plan(rows, "2026-10-11"), ["waiting I1 sent next 2026-10-30"]);
    assert_eq!(case(TWO).timeline(rows, "2026-10-05", "2026-11-10"), ["2026-10-30 automatic email b I1"]);
}

#[test]
fn r11_a_due_date_that_moves_earlier_brings_no_burst() {
    // Now due on 09-01: a counts as late, so b keeps the gap of 7 days after it, 10-11, and c of 20 days after that.
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n  at D+30 email c\n");
    let rows = "invoices I1, due_date: 2026-09-01\nhistory I1 2026-10-04 email a sent, rung: D+3";
    assert_eq!(
        case.timeline(rows, "2026-10-05", "2026-11-10"),
        ["2026-10-11 automatic email b I1", "2026-10-31 automatic email c I1"]
    );
}

#[test]
fn r10_a_step_before_the_due_date_is_not_sent_twice_when_the_date_moves() {
    let case = case("segment all otherwise:\n  at D-3 email early\n  at D+3 email a\n");
    let rows = "invoices I1, due_date: 2026-10-20\nhistory I1 2026-09-28 email early sent, rung: D-3";
    assert_eq!(case.timeline(rows, "2026-10-01", "2026-10-31"), ["2026-10-23 automatic email a I1"]);
}

// ---- credit notes and payments

#[test]
fn r02_a_credit_note_settles_as_a_payment_does() {
    let rows =
        "invoices I1, due_date: 2026-10-01\ncredit_notes invoice_id: I1, date: 2026-10-06, amount: 1000";
    assert_eq!(case(FIRST).plan(rows, "2026-10-05"), ["2026-10-05 acts automatic email first I1"]);
    assert!(case(FIRST).plan(rows, "2026-10-06").is_empty());
}

#[test]
fn r03_a_credit_note_counts_for_a_promise() {
    let case =
        case(&format!("{FAR}carve-out broken when invoice.promise_broken:\n  at promise+1 notify manager\n"));
    let rows = "invoices I1, due_date: 2026-10-01\n\
                promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12, amount: 500\n\
                credit_notes invoice_id: I1, date: 2026-10-08, amount: 500";
    assert_eq!(case.plan(rows, "2026-10-13"), ["waiting I1 overdue next 2026-12-30"]);
    let rows = rows.replace("amount: 500\ncredit", "amount: 501\ncredit");
    assert_eq!(case.plan(&rows, "2026-10-13"), ["2026-10-13 acts automatic broken/notify manager I1"]);
}

#[test]
fn r05_payments_that_fit_no_invoice_withhold() {
    let invoices = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01\n";
    let (both, first) = (
        ["withheld problem email first I1 next none", "withheld problem email first I2 next none"].as_slice(),
        ["2026-10-04 acts automatic email first I2", "withheld problem email first I1 next none"].as_slice(),
    );
    let free = ["2026-10-04 acts automatic email first I1 + email first I2"].as_slice();
    for (row, withheld, code) in [
        // Of an unknown invoice: the customer's contacts, if the row names one.
        ("invoice_id: I9, customer_id: C1, date: 2026-10-02, amount: 5", both, "unknown-invoice"),
        ("invoice_id: I9, date: 2026-10-02, amount: 5", free, "unknown-invoice"),
        // In another currency: the invoice's.
        ("invoice_id: I1, date: 2026-10-02, amount: 5, currency: USD", first, "currency-mismatch"),
        // Of another customer than the invoice's.
        ("invoice_id: I1, customer_id: C2, date: 2026-10-02, amount: 5", first, "customer-mismatch"),
    ] {
        for table in ["payments", "credit_notes"] {
            let rows = format!("customers C1\ncustomers C2\n{invoices}{table} {row}");
            let expected: Vec<String> =
                withheld.iter().map(ToString::to_string).chain([format!("problem {code}")]).collect();
            assert_eq!(case(FIRST).plan(&rows, "2026-10-04"), expected, "{table} {row}");
        }
    }
}

// ---- credits that belong to no invoice

/// An invoice of 1000 EUR that is due, and a credit of the customer.
fn credited(amount: &str) -> String {
    format!("invoices I1, due_date: 2026-10-01\npayments customer_id: C1, date: 2026-10-02, amount: {amount}")
}

#[test]
fn r20_a_credit_that_reaches_the_sum_withholds_and_is_told_once() {
    let case = case(TWO);
    let rows = credited("1000");
    let told = "2026-10-04 acts automatic notify finance of P0001 I1";
    assert_eq!(case.plan(&rows, "2026-10-04"), [told, "withheld allocate_first email a I1 next none"]);
    // Nothing was carried out: the ladder stays where it is, and the note is not made again.
    let rows = format!("{rows}\nhistory I1 2026-10-04 notify finance of P0001 sent");
    assert_eq!(case.plan(&rows, "2026-10-12"), ["withheld allocate_first email a I1 next none"]);
}

#[test]
fn r20_a_smaller_credit_changes_nothing_and_no_balance() {
    let plan = case(FIRST).plan_of(&credited("999.99"), "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic email first I1"]);
    assert_eq!(plan.actions[0].invoices[0].balance.decimal(), "1000.00");
}

#[test]
fn r20_credits_of_the_day_and_the_currency_count_and_the_newest_is_told() {
    let case = case(FIRST);
    let rows = |second: &str| format!("{}\ncredit_notes customer_id: C1, {second}", credited("600"));
    let sent = ["2026-10-04 acts automatic email first I1"];
    assert_eq!(case.plan(&rows("date: 2026-10-05, amount: 400"), "2026-10-04"), sent);
    assert_eq!(case.plan(&rows("date: 2026-10-03, amount: 400, currency: USD"), "2026-10-04"), sent);
    assert_eq!(
        case.plan(&rows("date: 2026-10-03, amount: 400"), "2026-10-04"),
        [
            "2026-10-04 acts automatic notify finance of N0002 I1",
            "withheld allocate_first email first I1 next none"
        ]
    );
}

#[test]
fn r20_the_sum_is_that_of_the_whole_message() {
    // 1000 + 500 are asked for; 1000 settle the first, but not what the message asks for.
    let rows = format!("{}\ninvoices I2, due_date: 2026-10-01, amount: 500", credited("1000"));
    assert_eq!(
        case(FIRST).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I1 + email first I2"]
    );
    let rows = format!("{}\ninvoices I2, due_date: 2026-10-01, amount: 500", credited("1500"));
    let plan = case(FIRST).plan(&rows, "2026-10-04");
    assert_eq!(plan[1], "withheld allocate_first email first I1 + email first I2 next none", "{plan:?}");
}

#[test]
fn r20_other_steps_go_on() {
    let case = case("segment all otherwise:\n  at D+3 call by finance\n  at D+3 notify manager\n");
    assert_eq!(
        case.plan(&credited("5000"), "2026-10-04"),
        ["2026-10-04 acts manual call finance I1", "2026-10-04 acts automatic notify manager I1"]
    );
}

#[test]
fn r20_who_is_owed_more_than_he_owes_is_not_written_to() {
    // A credit note that the export keeps as an invoice, and an invoice that was paid twice.
    for credit in [
        "invoices I9, due_date: 2026-09-20, issue_date: 2026-09-20, amount: -1000",
        "invoices I9, due_date: 2026-09-20, amount: 50, balance: -1000",
    ] {
        let rows = format!("invoices I1, due_date: 2026-10-01\n{credit}");
        assert_eq!(
            case(FIRST).plan(&rows, "2026-10-04"),
            [
                "2026-10-04 acts automatic notify finance of I9 I1",
                "withheld allocate_first email first I1 next none"
            ],
            "{credit}"
        );
    }
    let paid_twice = "invoices I1, due_date: 2026-10-01\ninvoices I9, due_date: 2026-09-20\n\
                      payments invoice_id: I9, date: 2026-09-20, amount: 1000\n\
                      payments invoice_id: I9, date: 2026-09-21, amount: 1000";
    let plan = case(FIRST).plan(paid_twice, "2026-10-04");
    assert_eq!(plan[1], "withheld allocate_first email first I1 next none", "{plan:?}");
    // A void one, one of another customer and one that is not issued yet are no credits.
    for other in [
        "invoices I9, due_date: 2026-09-20, amount: -1000, status: void",
        "customers C1\ncustomers C2\ninvoices I9, customer_id: C2, due_date: 2026-09-20, amount: -1000",
        "invoices I9, issue_date: 2026-10-05, due_date: 2026-10-20, amount: -1000",
    ] {
        let rows = format!("invoices I1, due_date: 2026-10-01\n{other}");
        assert_eq!(
            case(FIRST).plan(&rows, "2026-10-04"),
            ["2026-10-04 acts automatic email first I1"],
            "{other}"
        );
    }
}

// ---- partial disputes

#[test]
fn r03_a_dispute_about_a_part_disputes_the_whole_invoice() {
    let case = case(&format!("{FIRST}carve-out disputes when invoice.disputed:\n  hold\n"));
    for amount in ["", ", amount: 100", ", amount: 0", ", amount: 5000"] {
        let rows =
            format!("invoices I1, due_date: 2026-10-01\ndisputes invoice_id: I1, opened: 2026-10-02{amount}");
        assert_eq!(
            case.plan(&rows, "2026-10-04"),
            ["withheld disputed email first I1 next none"],
            "{amount}"
        );
    }
}

#[test]
fn r03_a_disputed_part_is_still_asked_for_by_nobody_when_the_rest_is_paid() {
    // 100 of 1000 are disputed, 900 are paid: what is left is what is disputed.
    let case = case(&format!("{FIRST}carve-out disputes when invoice.disputed:\n  hold\n"));
    let rows = "invoices I1, due_date: 2026-10-01\ndisputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-20, amount: 100\n\
                payments invoice_id: I1, date: 2026-10-03, amount: 900";
    assert_eq!(case.plan(rows, "2026-10-19"), ["withheld disputed email first I1 next none"]);
    assert_eq!(case.plan(rows, "2026-10-20"), ["2026-10-20 acts automatic email first I1"]);
}

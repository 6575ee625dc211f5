//! Facts: time, open balances, stages, unknown values, problems, built-in holds (R1 to R6).

use dun::evaluate::Options;

use crate::support::*;

/// One step, three days after the due date; no calendar.
const FIRST: &str = "segment all otherwise:\n  at D+3 email first\n";

/// A first step far away, so that every open invoice waits.
const FAR: &str = "segment all otherwise:\n  at D+90 email first\n";

/// A message on each day, which needs approval while a promise is broken.
const BROKEN: &str = "segment all otherwise:\n  at D+1 email first\ncarve-out c when invoice.promise_broken:\n  needs approval by manager\n";

/// The open balance that the first action states.
fn balance(case: &Case, rows: &str, date: &str) -> String {
    let plan = case.plan_of(rows, date);
    plan.actions.first().map_or(String::from("nothing"), |action| action.invoices[0].balance.decimal())
}

#[test]
fn r01_facts_dated_later_do_not_count() {
    let rows = "invoices I1, due_date: 2026-10-01\npayments invoice_id: I1, date: 2026-10-06, amount: 1000";
    // Due 10-01 + 3 = 10-04; the payment of 10-06 is not known on 10-05, and settles on 10-06.
    assert_eq!(case(FIRST).plan(rows, "2026-10-05"), ["2026-10-05 acts automatic email first I1"]);
    assert!(case(FIRST).plan(rows, "2026-10-06").is_empty());
}

#[test]
fn r01_an_insolvency_dated_later_does_not_count() {
    let rows = "customers C1, insolvent_since: 2026-10-05\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(case(FIRST).plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
}

#[test]
fn r01_undated_facts_hold_on_every_day() {
    let case = case(&format!("{FIRST}carve-out disputes when invoice.disputed:\n  hold\n"));
    let rows = "invoices I1, due_date: 2026-10-01, disputed: yes";
    for date in ["2026-10-04", "2026-11-30"] {
        assert_eq!(case.plan(rows, date), ["withheld disputed email first I1 next none"]);
    }
}

#[test]
fn r01_a_day_before_the_newest_ledger_row_is_refused_without_the_option() {
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-10 email first sent";
    let plan = case(FIRST).plan_of(rows, "2026-10-09");
    assert_eq!(lines(&plan), ["withheld replay email first I1 next none"]);
    assert!(plan.header.refused.is_some());
}

#[test]
fn r01_a_replay_is_marked_and_does_not_know_later_rows() {
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-10 email first sent";
    let plan = case(FIRST).plan_with(rows, day("2026-10-09"), Options { replay: true });
    assert_eq!(lines(&plan), ["2026-10-09 acts automatic email first I1"]);
    assert!(plan.header.replay && plan.header.refused.is_none());
    // On the day of the newest row itself nothing is replayed.
    let plan = case(FIRST).plan_of(rows, "2026-10-10");
    assert!(!plan.header.replay);
    assert_eq!(lines(&plan), ["waiting I1 overdue next none"]);
}

#[test]
fn r01_a_ledger_row_of_another_invoice_makes_a_replay_too() {
    let rows = "customers C1\ncustomers C2\ninvoices I1, due_date: 2026-10-01\n\
                invoices I2, due_date: 2026-10-01, customer_id: C2\nhistory I2 2026-10-10 email first sent";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-04"),
        ["withheld replay email first I1 next none", "withheld replay email first I2 next none"]
    );
}

#[test]
fn r01_old_data_withholds_contacts() {
    let case = case(&format!("{FIRST}  at D+3 notify manager\neverywhere:\n  data no older than 2 days\n"));
    let rows = "taken: 2026-10-02T06:00:00+02:00\ninvoices I1, due_date: 2026-10-01";
    // 10-02 to 10-04 are 2 days, to 10-05 are 3.
    let both = ["2026-10-04 acts automatic email first I1", "2026-10-04 acts automatic notify manager I1"];
    assert_eq!(case.plan(rows, "2026-10-04"), both);
    let stale =
        ["2026-10-05 acts automatic notify manager I1", "withheld stale_data email first I1 next none"];
    assert_eq!(case.plan(rows, "2026-10-05"), stale);
    // Without a day the age is unknown, and unknown is too old.
    assert_eq!(case.plan("invoices I1, due_date: 2026-10-01", "2026-10-05"), stale);
}

#[test]
fn r02_rows_of_its_own_decide_over_every_column() {
    let rows = "taken: 2026-10-04T06:00:00+02:00\n\
                invoices I1, due_date: 2026-10-01, balance: 77, paid_date: 2026-10-02\n\
                payments invoice_id: I1, date: 2026-10-03, amount: 400.25\n\
                credit_notes invoice_id: I1, date: 2026-10-05, amount: 100";
    // 1000 − 400.25 = 599.75, and 499.75 once the credit note of 10-05 is there.
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "599.75");
    assert_eq!(balance(&case(FIRST), rows, "2026-10-05"), "499.75");
}

#[test]
fn r02_rows_dated_later_leave_the_amount() {
    let rows = "invoices I1, due_date: 2026-10-01, balance: 77\npayments invoice_id: I1, date: 2026-10-30, amount: 400";
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "1000.00");
}

#[test]
fn r02_a_paid_date_settles_from_that_day_on() {
    let rows = "invoices I1, due_date: 2026-10-01, paid_date: 2026-10-05";
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "1000.00");
    assert!(case(FIRST).plan(rows, "2026-10-05").is_empty());
}

#[test]
fn r02_the_balance_column_counts_from_the_day_the_data_was_taken() {
    let rows = "taken: 2026-10-05T06:00:00+02:00\ninvoices I1, due_date: 2026-10-01, balance: 250";
    assert_eq!(balance(&case(FIRST), rows, "2026-10-05"), "250.00");
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "1000.00");
    // 2026-10-04T23:00Z is 01:00 of 10-05 in Paris.
    let rows = "taken: 2026-10-04T23:00:00Z\ninvoices I1, due_date: 2026-10-01, balance: 250";
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "1000.00");
    // Taken on an unknown day: as_of.
    let rows = "invoices I1, due_date: 2026-10-01, balance: 250";
    assert_eq!(balance(&case(FIRST), rows, "2026-10-04"), "250.00");
}

#[test]
fn r02_a_balance_of_zero_is_settled_but_not_before_the_data_was_taken() {
    let rows = "taken: 2026-10-05T06:00:00+02:00\ninvoices I1, due_date: 2026-10-01, balance: 0";
    assert!(case(FIRST).plan(rows, "2026-10-05").is_empty());
    assert_eq!(case(FIRST).plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
}

#[test]
fn r02_a_balance_under_the_tolerance_is_not_open() {
    let case = case_with("  ignore balances under 5 EUR", FIRST);
    // 1000 − 995.01 = 4.99 is under 5; 1000 − 995 = 5 is not.
    let paid = |amount: &str| {
        format!(
            "invoices I1, due_date: 2026-10-01\npayments invoice_id: I1, date: 2026-10-02, amount: {amount}"
        )
    };
    assert!(case.plan(&paid("995.01"), "2026-10-04").is_empty());
    assert_eq!(balance(&case, &paid("995.00"), "2026-10-04"), "5.00");
    // No tolerance is named for dollars: a cent is open.
    let dollars = "invoices I1, due_date: 2026-10-01, currency: USD, balance: 0.01";
    assert_eq!(balance(&case, dollars, "2026-10-04"), "0.01");
}

#[test]
fn r02_drafts_void_written_off_and_future_invoices_are_not_open() {
    for status in ["draft", "void", "written_off"] {
        let rows = format!("invoices I1, due_date: 2026-10-01, status: {status}");
        assert!(case(FIRST).plan(&rows, "2026-10-04").is_empty(), "{status}");
    }
    let case = case("segment all otherwise:\n  at D-5 email early\n");
    let rows = "invoices I1, issue_date: 2026-10-04, due_date: 2026-10-08";
    // 10-08 − 5 = 10-03, before the issue date; issued on 10-04.
    assert!(case.plan(rows, "2026-10-03").is_empty());
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email early I1"]);
}

#[test]
fn r02_zero_and_negative_amounts_are_not_open() {
    for amount in ["0", "-50"] {
        let rows = format!("invoices I1, due_date: 2026-10-01, amount: {amount}");
        assert!(case(FIRST).plan(&rows, "2026-10-04").iter().all(|line| line.starts_with("problem")));
    }
}

#[test]
fn r02_a_reopened_invoice_keeps_its_due_date_and_age() {
    // Paid on 10-02, the payment returned on 10-20: 19 days after 10-01.
    let rows = "invoices I1, due_date: 2026-10-01\n\
                payments invoice_id: I1, date: 2026-10-02, amount: 1000\n\
                payments invoice_id: I1, date: 2026-10-20, amount: -1000";
    assert!(case(FIRST).plan(rows, "2026-10-19").is_empty());
    let plan = case(FIRST).plan_of(rows, "2026-10-20");
    assert_eq!(lines(&plan), ["2026-10-20 acts automatic email first I1"]);
    assert_eq!(plan.actions[0].invoices[0].days_overdue, 19);
}

#[test]
fn r02_a_condition_on_the_balance_sees_the_open_one() {
    let case = case(
        "segment big when invoice.balance >= 500 EUR:\n  at D+3 email big\nsegment all otherwise:\n  at D+3 email small\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01\npayments invoice_id: I1, date: 2026-10-02, amount: 500.01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email small I1"]);
}

#[test]
fn r03_sent_due_soon_overdue() {
    let rows =
        "customers C1, owner: ann@acme.example\ninvoices I1, issue_date: 2026-09-01, due_date: 2026-10-01";
    let case = case(FAR);
    // No pre-due step: due soon is 7 days, from 09-24; overdue is after the due date.
    assert_eq!(case.stages(rows, "2026-09-23"), ["I1 sent 2026-09-01 ann@acme.example"]);
    assert_eq!(case.stages(rows, "2026-09-24"), ["I1 due_soon 2026-09-24 ann@acme.example"]);
    assert_eq!(case.stages(rows, "2026-10-01"), ["I1 due_soon 2026-09-24 ann@acme.example"]);
    assert_eq!(case.stages(rows, "2026-10-02"), ["I1 overdue 2026-10-02 ann@acme.example"]);
}

#[test]
fn r03_due_soon_begins_with_the_earliest_step_before_the_due_date() {
    let case = case(
        "segment gold when customer.segment is \"gold\":\n  at D-3 email early\nsegment all otherwise:\n  at D+90 email first\n",
    );
    let rows = "customers C1, segment: other\ninvoices I1, due_date: 2026-10-01";
    // 10-01 − 3 = 09-28, for every invoice of the policy.
    assert_eq!(case.plan(rows, "2026-09-27"), ["waiting I1 sent next 2026-12-30"]);
    assert_eq!(case.plan(rows, "2026-09-28"), ["waiting I1 due_soon next 2026-12-30"]);
}

#[test]
fn r03_a_dispute_holds_from_its_opening_to_the_day_before_its_closing() {
    let rows =
        "invoices I1, due_date: 2026-10-01\ndisputes invoice_id: I1, opened: 2026-10-05, closed: 2026-10-10";
    let stage = |date| case(FAR).stages(rows, date);
    assert_eq!(stage("2026-10-04"), ["I1 overdue 2026-10-02 finance@acme.example"]);
    assert_eq!(stage("2026-10-05"), ["I1 disputed 2026-10-05 finance@acme.example"]);
    assert_eq!(stage("2026-10-09"), ["I1 disputed 2026-10-05 finance@acme.example"]);
    assert_eq!(stage("2026-10-10"), ["I1 overdue 2026-10-02 finance@acme.example"]);
}

#[test]
fn r03_a_promise_is_pending_through_its_date_and_broken_after() {
    let case = case(BROKEN);
    let rows =
        "invoices I1, due_date: 2026-10-01\npromises invoice_id: I1, made: 2026-10-05, due: 2026-10-12";
    let case_far = crate::support::case(FAR);
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
    assert_eq!(case_far.stages(rows, "2026-10-05"), ["I1 promised 2026-10-05 finance@acme.example"]);
    assert_eq!(case.plan(rows, "2026-10-12"), ["2026-10-12 acts automatic email first I1"]);
    assert_eq!(case.plan(rows, "2026-10-13"), ["2026-10-13 acts approval(manager) email first I1"]);
}

#[test]
fn r03_a_promise_kept_late_or_in_part() {
    let case = case(BROKEN);
    let rows = "invoices I1, due_date: 2026-10-01\n\
                promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12, amount: 500\n\
                payments invoice_id: I1, date: 2026-10-05, amount: 300\n\
                payments invoice_id: I1, date: 2026-10-14, amount: 200";
    // 300 of 500 by 10-12: broken from 10-13; 500 of 500 on 10-14: kept, late.
    assert_eq!(case.plan(rows, "2026-10-12"), ["2026-10-12 acts automatic email first I1"]);
    assert_eq!(case.plan(rows, "2026-10-13"), ["2026-10-13 acts approval(manager) email first I1"]);
    assert_eq!(case.plan(rows, "2026-10-14"), ["2026-10-14 acts automatic email first I1"]);
}

#[test]
fn r03_payments_before_the_promise_do_not_keep_it() {
    let case = case(BROKEN);
    let rows = "invoices I1, due_date: 2026-10-01\n\
                promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12, amount: 500\n\
                payments invoice_id: I1, date: 2026-10-04, amount: 600";
    assert_eq!(case.plan(rows, "2026-10-13"), ["2026-10-13 acts approval(manager) email first I1"]);
}

#[test]
fn r03_a_promise_kept_in_time_is_no_longer_pending() {
    let rows = "invoices I1, due_date: 2026-10-01\n\
                promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12, amount: 500\n\
                payments invoice_id: I1, date: 2026-10-08, amount: 500";
    assert_eq!(case(FAR).plan(rows, "2026-10-07"), ["waiting I1 promised next 2026-12-30"]);
    assert_eq!(case(FAR).plan(rows, "2026-10-08"), ["waiting I1 overdue next 2026-12-30"]);
}

#[test]
fn r03_the_promise_made_last_counts() {
    let rows = "invoices I1, due_date: 2026-10-01\n\
                promises invoice_id: I1, made: 2026-10-14, due: 2026-10-16\n\
                promises invoice_id: I1, made: 2026-10-05, due: 2026-10-20";
    // On 10-13 only the promise of 10-05 is known; from 10-14 on the other one counts, and ends on 10-16.
    assert_eq!(case(FAR).stages(rows, "2026-10-13"), ["I1 promised 2026-10-05 finance@acme.example"]);
    assert_eq!(case(FAR).stages(rows, "2026-10-16"), ["I1 promised 2026-10-14 finance@acme.example"]);
    assert_eq!(case(FAR).stages(rows, "2026-10-17"), ["I1 overdue 2026-10-02 finance@acme.example"]);
}

#[test]
fn r03_disputed_comes_before_promised_before_escalated() {
    let case = case("segment all otherwise:\n  at D+5 escalate to manager\n  at D+90 email first\n");
    let escalated =
        "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-06 escalate manager done, rung: D+5";
    let promised = format!("{escalated}\npromises invoice_id: I1, made: 2026-10-08, due: 2026-10-12");
    let disputed = format!("{promised}\ndisputes invoice_id: I1, opened: 2026-10-09");
    let owner = "manager";
    assert_eq!(case.stages(escalated, "2026-10-10"), [format!("I1 escalated 2026-10-06 {owner}")]);
    assert_eq!(case.stages(&promised, "2026-10-10"), [format!("I1 promised 2026-10-08 {owner}")]);
    assert_eq!(case.stages(&disputed, "2026-10-10"), [format!("I1 disputed 2026-10-09 {owner}")]);
}

#[test]
fn r03_an_escalation_that_was_cleared_is_over() {
    let case = case("segment all otherwise:\n  at D+5 escalate to manager\n  at D+90 email first\n");
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-06 escalate manager done, rung: D+5\n\
                history I1 2026-10-08 clear escalated done";
    // On 10-07 the row of 10-08 makes a replay; the stage of that day is the escalated one.
    let plan = case.plan_with(rows, day("2026-10-07"), Options { replay: true });
    assert_eq!(lines(&plan), ["waiting I1 escalated next 2026-12-30"]);
    assert_eq!(case.plan(rows, "2026-10-08"), ["waiting I1 overdue next 2026-12-30"]);
}

/// Whether a condition is true, false or unknown: a carve-out that holds tells all three apart.
fn truth(condition: &str, customer: &str) -> &'static str {
    let case = case(&format!("{FIRST}carve-out c when {condition}:\n  hold\n"));
    let rows = format!("customers C1, country: FR{customer}\ninvoices I1, due_date: 2026-10-01");
    match case.plan(&rows, "2026-10-04").as_slice() {
        [line] if line == "2026-10-04 acts automatic email first I1" => "no",
        [line] if line.starts_with("withheld held email first I1") => "yes",
        [line] if line == "withheld unknown_value email first I1 next none" => "unknown",
        other => panic!("{condition}: {other:?}"),
    }
}

#[test]
fn r04_and_or_not_carry_the_unknown() {
    let (t, f, u) = ("customer.country is \"FR\"", "customer.country is \"DE\"", "customer.sector is \"x\"");
    let values = [(t, "yes"), (f, "no"), (u, "unknown")];
    for (a, truth_a) in values {
        let not = match truth_a {
            "yes" => "no",
            "no" => "yes",
            _ => "unknown",
        };
        assert_eq!(truth(&format!("not ({a})"), ""), not, "not {a}");
        for (b, truth_b) in values {
            let both = [truth_a, truth_b];
            let and = if both.contains(&"no") {
                "no"
            } else if both.contains(&"unknown") {
                "unknown"
            } else {
                "yes"
            };
            let or = if both.contains(&"yes") {
                "yes"
            } else if both.contains(&"unknown") {
                "unknown"
            } else {
                "no"
            };
            assert_eq!(truth(&format!("({a}) and ({b})"), ""), and, "{a} and {b}");
            assert_eq!(truth(&format!("({a}) or ({b})"), ""), or, "{a} or {b}");
        }
    }
}

#[test]
fn r04_every_comparison_with_a_missing_value_is_unknown() {
    for condition in [
        "customer.sector is \"x\"",
        "customer.sector is not \"x\"",
        "customer.sector in (\"x\", \"y\")",
        "customer.sector not in (\"x\", \"y\")",
        "customer.credit_limit < 5 EUR",
        "customer.credit_limit between 1 EUR and 5 EUR",
        "customer.since >= 2020-01-01",
    ] {
        assert_eq!(truth(condition, ""), "unknown", "{condition}");
    }
    assert_eq!(truth("customer.sector is missing", ""), "yes");
    assert_eq!(truth("customer.sector is known", ""), "no");
    assert_eq!(truth("customer.sector is known", ", sector: x"), "yes");
    assert_eq!(truth("customer.sector not in (\"x\", \"y\")", ", sector: z"), "yes");
}

#[test]
fn r04_between_includes_both_ends() {
    for (limit, expected) in [("99.99", "no"), ("100", "yes"), ("200", "yes"), ("200.01", "no")] {
        let customer = format!(", credit_limit: {limit}");
        assert_eq!(
            truth("customer.credit_limit between 100 EUR and 200 EUR", &customer),
            expected,
            "{limit}"
        );
    }
    // 10-04 is in the window of each; a window may go over the new year.
    assert_eq!(truth("today between 10-01 and 10-04", ""), "yes");
    assert_eq!(truth("today between 10-04 and 10-31", ""), "yes");
    assert_eq!(truth("today between 10-05 and 10-31", ""), "no");
}

#[test]
fn r04_an_unknown_segment_does_not_match() {
    let case = case(
        "segment a when customer.sector is \"x\":\n  at D+3 email a\nsegment b when customer.sector is not \"x\":\n  at D+3 email b\nsegment c otherwise:\n  at D+3 email c\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email c I1"]);
}

#[test]
fn r04_a_step_whose_condition_is_unknown_does_not_act() {
    let case = case(
        "segment a otherwise:\n  at D+3 email a, if customer.sector is \"x\"\n  at D+5 email b, unless customer.sector is \"x\"\n  at D+7 email c\n",
    );
    // a and b are passed over; c is due on 10-01 + 7 = 10-08.
    let rows = "invoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-07"), ["waiting I1 overdue next 2026-10-08"]);
    assert_eq!(case.timeline(rows, "2026-10-01", "2026-10-20"), ["2026-10-08 automatic email c I1"]);
}

#[test]
fn r04_an_unknown_carve_out_restricts_but_does_not_act() {
    let case = case(&format!(
        "{FIRST}  at D+3 notify manager\ncarve-out c when customer.sector is \"x\":\n  hold\n  at D+3 notify owner\n"
    ));
    let plan = case
        .plan_of("customers C1, owner: ann@acme.example\ninvoices I1, due_date: 2026-10-01", "2026-10-04");
    // A hold stops every cadence step, the internal ones too (R16).
    assert_eq!(
        lines(&plan),
        [
            "withheld unknown_value email first I1 next none",
            "withheld unknown_value notify manager I1 next none"
        ]
    );
    assert!(plan.withheld[0].blockers[0].sentence.contains("customer.sector"));
}

#[test]
fn r04_an_unknown_carve_out_forbids() {
    let case = case(&format!("{FIRST}carve-out c when customer.sector is \"x\":\n  never email\n"));
    let plan = case.plan("invoices I1, due_date: 2026-10-01", "2026-10-04");
    assert_eq!(plan, ["withheld unknown_value email first I1 next none"]);
}

#[test]
fn r04_an_unknown_carve_out_asks_for_approval() {
    let case =
        case(&format!("{FIRST}carve-out c when customer.sector is \"x\":\n  needs approval by manager\n"));
    let plan = case.plan("invoices I1, due_date: 2026-10-01", "2026-10-04");
    assert_eq!(plan, ["2026-10-04 acts approval(manager) email first I1"]);
}

#[test]
fn r04_money_of_two_currencies_without_a_rate_is_unknown() {
    let case = case(
        "segment big when invoice.balance >= 500 EUR:\n  at D+3 email big\nsegment small when invoice.balance < 500 EUR:\n  at D+3 email small\nsegment all otherwise:\n  at D+3 email other\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01, currency: USD\n\
                customers C1\ncustomers C2\ninvoices I2, customer_id: C2, due_date: 2026-10-01";
    let acts = ["2026-10-04 acts automatic email other I1", "2026-10-04 acts automatic email big I2"];
    assert_eq!(case.plan(rows, "2026-10-04"), acts);
}

#[test]
fn r05_a_problem_of_an_invoice_withholds_its_contacts_only() {
    let case = case(&format!("{FIRST}  at D+3 notify manager\n"));
    let rows = "invoices I1, due_date: 2026-10-01, promise_date: soon\ninvoices I2, due_date: 2026-10-01";
    assert_eq!(
        case.plan(rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic notify manager I1",
            "2026-10-04 acts automatic email first I2",
            "2026-10-04 acts automatic notify manager I2",
            "withheld problem email first I1 next none",
            "problem unreadable-value",
        ]
    );
}

#[test]
fn r05_a_problem_of_a_customer_withholds_all_contacts() {
    let rows = "customers C1, do_not_contact: perhaps\ncustomers C2\ninvoices I1, due_date: 2026-10-01\n\
                invoices I2, due_date: 2026-10-01\ninvoices I3, due_date: 2026-10-01, customer_id: C2";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic email first I3",
            "withheld problem email first I1 next none",
            "withheld problem email first I2 next none",
            "problem unreadable-value",
        ]
    );
}

#[test]
fn r05_of_duplicate_ids_none_is_acted_on() {
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I1, due_date: 2026-10-02\ninvoices I2, due_date: 2026-10-01";
    let plan = case(FIRST).plan(rows, "2026-10-06");
    assert!(plan.iter().all(|line| !line.contains("I1")), "{plan:?}");
    assert!(plan.iter().any(|line| line == "problem duplicate-invoice"), "{plan:?}");
}

#[test]
fn r05_an_invoice_without_segment_is_a_problem() {
    let case = case("segment gold when customer.segment is \"gold\":\n  at D+3 email first\n");
    let rows = "invoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["waiting I1 overdue next none", "problem unplaced-invoice"]);
}

#[test]
fn r05_an_invoice_that_only_the_ledger_knows_is_reported() {
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I9 2026-10-02 email first sent";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I1", "problem ledger-without-invoice"]
    );
}

#[test]
fn r05_a_missing_value_in_a_template_withholds_the_message() {
    let text = "---\nsubject: \"Reminder\"\n---\nDear {{ customer.contact_name }}, {{ invoice.id }}\n";
    let case = case_written(FIRST, &[("first.md", text)]);
    let rows = "invoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld missing_value email first I1 next none"]);
    let rows = "customers C1, contact_name: Ann\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
    let text = text.replace("contact_name", "contact_name | default(\"you\")");
    let case = case_written(FIRST, &[("first.md", &text)]);
    let rows = "invoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
}

#[test]
fn r06_do_not_contact_insolvent_and_handed_over_are_not_contacted() {
    for (code, customer, invoice) in [
        ("do_not_contact", ", do_not_contact: yes", ""),
        ("insolvent", ", insolvent_since: 2026-10-04", ""),
        ("insolvent", ", insolvent_since: yes", ""),
        ("handed_over", "", ", handed_over: Agency"),
        ("handed_over", "", ", handed_over: 2026-10-04"),
    ] {
        let rows = format!("customers C1{customer}\ninvoices I1, due_date: 2026-10-01{invoice}");
        let withheld = format!("withheld {code} email first I1 next none");
        assert_eq!(case(FIRST).plan(&rows, "2026-10-04"), [withheld], "{customer}{invoice}");
    }
}

#[test]
fn r06_who_is_not_contacted_still_meets_internal_steps() {
    let case = case("segment all otherwise:\n  at D+3 email first\n  at D+5 notify manager\n");
    let rows = "customers C1, do_not_contact: yes\ninvoices I1, due_date: 2026-10-01";
    // A step that a `never` forbids is passed over (R10): the next one is due on 10-06.
    let acts: Vec<_> =
        case.plan(rows, "2026-10-06").into_iter().filter(|line| line.contains("acts")).collect();
    assert_eq!(acts, ["2026-10-06 acts automatic notify manager I1"]);
}

#[test]
fn r06_hold_until_holds_through_that_date() {
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-10";
    assert_eq!(case(FIRST).plan(rows, "2026-10-10"), ["withheld hold_until email first I1 next 2026-10-11"]);
    assert_eq!(case(FIRST).plan(rows, "2026-10-11"), ["2026-10-11 acts automatic email first I1"]);
    case(FIRST).next_holds(rows, "2026-10-04");
}

#[test]
fn r06_hold_until_before_the_step_is_due_only_waits() {
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-10";
    // Nothing is due on 10-03; the step of 10-04 cannot act before 10-11.
    assert_eq!(case(FIRST).plan(rows, "2026-10-03"), ["waiting I1 overdue next 2026-10-11"]);
}

//! Corner cases: what was tried again, closed days, several blocks that match; those with a name of their own stand
//! in `named`.

mod named;

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

const FIRST: &str = "segment all otherwise:\n  at D+3 email a\n";

const WEEKENDS: &str = "calendar c:\n  closed saturday, sunday\n";

#[test]
fn r09_an_unknown_outcome_of_an_internal_step_blocks_contacts() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 notify manager\ncadence y:\n  at D+5 email b\n",
    );
    let rows = with("history I1 2026-10-04 notify manager unknown");
    let plan = case.plan(&rows, "2026-10-06");
    assert!(plan.contains(&String::from("withheld unknown_outcome email b I1 next none")), "{plan:?}");
}

#[test]
fn r17_one_approval_covers_a_combined_message() {
    let case = case("segment all otherwise:\n  at D+3 email a, needs approval by manager\n");
    let rows = with("invoices I2, due_date: 2026-10-01");
    let plan = case.plan_of(&rows, "2026-10-04");
    let (key, content) = (&plan.actions[0].key, plan.actions[0].content.clone().unwrap());
    for id in ["I1", "I2"] {
        let rows = format!(
            "{rows}\nhistory {id} 2026-10-04 email a approved, key: {key}, content: {content}, approved_by: manager@acme.example"
        );
        assert_eq!(
            case.plan(&rows, "2026-10-04"),
            ["2026-10-04 acts automatic(manager)[manager@acme.example] email a I1 + email a I2"]
        );
    }
}

#[test]
fn r04_a_window_of_the_year_may_go_over_new_year() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out w when today between 12-20 and 01-05:\n  hold\n",
    );
    let rows = "invoices I1, due_date: 2026-12-01";
    for (date, held) in
        [("2026-12-19", false), ("2026-12-20", true), ("2027-01-05", true), ("2027-01-06", false)]
    {
        let plan = case.plan(rows, date);
        assert_eq!(plan[0].starts_with("withheld held"), held, "{plan:?}");
    }
    // The end of the window is known: free on 01-06.
    assert_eq!(case.plan(rows, "2026-12-20"), ["withheld held email a I1 next 2027-01-06"]);
}

#[test]
fn r08_a_late_contact_of_a_carve_out_waits_for_an_open_day() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+1 call by finance\n"
    ));
    // Friday 10-02; a first run on Saturday.
    assert_eq!(case.timeline(DUE, "2026-10-03", "2026-10-20"), ["2026-10-05 manual big/call finance I1"]);
}

#[test]
fn r08_a_failed_message_is_not_tried_again_on_a_closed_day() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D+1 email first\n"));
    // Failed on Friday 10-02: Monday.
    let rows = with("history I1 2026-10-02 email first failed");
    assert_eq!(case.timeline(&rows, "2026-10-03", "2026-10-20"), ["2026-10-05 automatic email first I1"]);
    assert_eq!(case.plan(&rows, "2026-10-02"), ["withheld failed_today email first I1 next 2026-10-05"]);
}

#[test]
fn r08_a_hold_that_ends_before_a_closed_day_frees_on_the_open_one() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D+1 email first\n"));
    // Held through Friday 10-09: Monday 10-12.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-09";
    assert_eq!(case.plan(rows, "2026-10-07"), ["withheld hold_until email first I1 next 2026-10-12"]);
}

#[test]
fn r12_failed_and_declined_steps_of_carve_outs() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+1 call by finance\n",
    );
    let rows = with("history I1 2026-10-02 big/call finance failed");
    assert_eq!(case.plan(&rows, "2026-10-03"), ["2026-10-03 acts manual big/call finance I1"]);
    let rows = with("history I1 2026-10-02 big/call finance declined");
    assert_eq!(case.plan(&rows, "2026-10-03"), ["waiting I1 overdue next 2026-12-30"]);
}

#[test]
fn r24_a_balance_under_the_tolerance_is_settled() {
    let case = case_with("  ignore balances under 5 EUR", "segment all otherwise:\n  at D+3 flag f\n");
    let rows =
        with("history I1 2026-10-04 flag f done\npayments invoice_id: I1, date: 2026-10-06, amount: 995.01");
    assert!(case.plan(&rows, "2026-10-05").iter().all(|line| !line.contains("acts")));
    assert_eq!(case.plan(&rows, "2026-10-06"), ["2026-10-06 acts automatic clear f I1"]);
}

#[test]
fn r10_a_withdrawn_step_of_a_carried_out_rung_is_tried_again() {
    let case = case("segment all otherwise:\n  at D+3 email a and sms b\n  at D+10 email c\n");
    let rows = with("history I1 2026-10-04 email a sent\nhistory I1 2026-10-04 sms b failed");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld failed_today sms b I1 next 2026-10-05"]);
    assert_eq!(case.plan(&rows, "2026-10-05"), ["2026-10-05 acts automatic sms b I1"]);
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email c I1"]);
}

#[test]
fn r15_the_role_of_an_escalation_adds_to_other_approvers() {
    let case = case(
        "segment all otherwise:\n  needs approval by finance\n  at D+3 escalate to manager\n  at D+10 email a\n",
    );
    let rows = with("history I1 2026-10-04 escalate manager done");
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts approval(finance manager) email a I1"]);
}

#[test]
fn r15_an_escalation_that_is_cleared_asks_no_more() {
    let case = case("segment all otherwise:\n  at D+3 escalate to manager\n  at D+10 email a\n");
    let rows =
        with("history I1 2026-10-04 escalate manager done\nhistory I1 2026-10-08 clear escalated done");
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email a I1"]);
}

#[test]
fn r18_one_a_day_counts_a_message_of_another_invoice_that_is_settled() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows =
        with("invoices I2, due_date: 2026-10-01, paid_date: 2026-10-04\nhistory I2 2026-10-04 email a sent");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld one_a_day email a I1 next 2026-10-05"]);
}

#[test]
fn r18_a_message_to_another_role_is_another_message() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 email a\ncadence y:\n  at D+3 email b to legal\n",
    );
    let rows = with("contacts customer_id: C1, role: legal, name: Lea, email: lea@customer.example");
    let plan = case.plan(&rows, "2026-10-04");
    assert_eq!(plan.len(), 2);
    assert!(plan[1].starts_with("withheld one_a_day"), "{plan:?}");
}

#[test]
fn r19_a_daily_limit_counts_what_went_out_today() {
    let case =
        case("segment all otherwise:\n  at D+3 email first\neverywhere:\n  send at most 1 message a day\n");
    let rows = "customers C1\ncustomers C2\ninvoices I1, due_date: 2026-10-01\ninvoices I2, customer_id: C2, due_date: 2026-10-01\nhistory I1 2026-10-04 email first sent, channel: email";
    assert_eq!(
        case.plan(rows, "2026-10-04"),
        ["withheld limit email first I2 next 2026-10-05", "waiting I1 overdue next none"]
    );
}

#[test]
fn r15_two_carve_outs_act_and_restrict_together() {
    // Two carve-outs match: each acts, and both restrict.
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out c1 when invoice.balance >= 500 EUR:\n  needs approval by finance\n  at D+1 notify finance\ncarve-out c2 when invoice.balance >= 900 EUR:\n  needs approval by manager\n  at D+1 notify manager\n",
    );
    let rows = with("history I1 2026-10-02 c1/notify finance done");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic c2/notify manager I1",
            "2026-10-04 acts approval(finance manager) email a I1"
        ]
    );
}

#[test]
fn r17_another_text_needs_approval_again() {
    let blocks = "segment all otherwise:\n  at D+3 email a, needs approval by manager\n";
    let text = |word: &str| format!("---\nsubject: \"{word}\"\n---\n{word}\n");
    let before = case_written(blocks, &[("a.md", &text("Reminder"))]);
    let plan = before.plan_of(DUE, "2026-10-04");
    let (key, content) = (&plan.actions[0].key, plan.actions[0].content.clone().unwrap());
    let rows = with(&format!(
        "history I1 2026-10-04 email a approved, key: {key}, content: {content}, approved_by: manager@acme.example"
    ));
    let after = case_written(blocks, &[("a.md", &text("Final reminder"))]);
    assert_eq!(
        before.plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic(manager)[manager@acme.example] email a I1"]
    );
    assert_eq!(after.plan(&rows, "2026-10-05"), ["2026-10-05 acts approval(manager) email a I1"]);
}

#[test]
fn r12_a_promise_renewed_before_its_step_counts_anew() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out b when invoice.promise_broken:\n  at promise+3 call by finance\n",
    );
    // Promised for 10-12 and renewed on 10-14, before 10-15, for 10-20: 10-23.
    let rows = with(
        "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12\npromises invoice_id: I1, made: 2026-10-14, due: 2026-10-20",
    );
    assert_eq!(case.timeline(&rows, "2026-10-01", "2026-11-15"), ["2026-10-23 manual b/call finance I1"]);
}

#[test]
fn r02_the_tolerance_is_in_the_minor_units_of_its_currency() {
    let case =
        case_with("  ignore balances under 5 EUR, 500 JPY", "segment all otherwise:\n  at D+3 email a\n");
    for (balance, open) in [("499", false), ("500", true)] {
        let rows =
            format!("invoices I1, due_date: 2026-10-01, currency: JPY, amount: 9000, balance: {balance}");
        assert_eq!(case.plan(&rows, "2026-10-04").len(), usize::from(open), "{balance}");
    }
}

#[test]
fn r05_due_before_issue_is_a_problem_and_withholds() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = "invoices I1, issue_date: 2026-10-02, due_date: 2026-10-01";
    let plan = case.plan(rows, "2026-10-04");
    assert_eq!(plan, ["withheld problem email a I1 next none", "problem due-before-issue"]);
}

#[test]
fn r05_overpaid_invoices_are_settled_and_a_problem() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows =
        with("invoices I2, due_date: 2026-10-01\npayments invoice_id: I1, date: 2026-10-02, amount: 1500");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic email a I2", "problem overpaid"]);
}

#[test]
fn r09_a_message_on_the_rolled_day_of_a_failed_one_keeps_the_gap() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n");
    // Failed on 10-04 and 10-05, sent on 10-06, two days late: b on 10-13.
    let rows = with("history I1 2026-10-04 email a failed\nhistory I1 2026-10-05 email a failed");
    assert_eq!(
        case.timeline(&rows, "2026-10-06", "2026-10-31"),
        ["2026-10-06 automatic email a I1", "2026-10-13 automatic email b I1"]
    );
}

#[test]
fn r10_a_task_that_nobody_does_stays_and_the_ladder_waits() {
    let case = case("segment all otherwise:\n  at D+3 call by finance\n  at D+10 email b\n");
    let left = case.timeline_deciding(DUE, "2026-10-11", "2026-10-12", |_, _| None);
    assert_eq!(left, ["2026-10-11 manual call finance I1 left", "2026-10-12 manual call finance I1 left"]);
}

#[test]
fn r18_a_person_who_sends_is_stricter_than_a_program() {
    // The big invoice is sent by hand; the combined message has the stricter of both modes.
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out big when invoice.balance >= 5000 EUR:\n  only by hand\n",
    );
    let rows = with("invoices I2, due_date: 2026-10-01, amount: 9000");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts manual email a I2 + email a I1"]);
}

#[test]
fn r12_an_undated_dispute_and_a_later_one_are_two() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out d when invoice.disputed:\n  at dispute notify manager\n",
    );
    let rows = with(
        "disputes invoice_id: I1, closed: 2026-10-06\ndisputes invoice_id: I1, opened: 2026-10-20\nhistory I1 2026-10-03 d/notify manager done",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-04", "2026-10-31"),
        ["2026-10-20 automatic d/notify manager I1"]
    );
}

#[test]
fn r12_a_dispute_opened_on_the_day_another_closes_is_another() {
    // The first holds through 10-09, the second from 10-10 on.
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out d when invoice.disputed:\n  at dispute notify manager\n",
    );
    let rows = with(
        "disputes invoice_id: I1, opened: 2026-10-05, closed: 2026-10-10\ndisputes invoice_id: I1, opened: 2026-10-10",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-10-31"),
        ["2026-10-05 automatic d/notify manager I1", "2026-10-10 automatic d/notify manager I1"]
    );
}

#[test]
fn r19_a_text_after_an_email_waits_like_an_email() {
    // The text of 10-05 comes one day after an e-mail: 10-04 + 5 = 10-09.
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 email a\ncadence y:\n  at D+4 sms b\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        ["2026-10-04 automatic email a I1", "2026-10-09 automatic sms b I1"]
    );
}

#[test]
fn r19_what_is_held_takes_no_place() {
    let case = case(&format!(
        "{FIRST}carve-out d when invoice.disputed:\n  hold\neverywhere:\n  send at most 1 message a day\n"
    ));
    let rows = "customers C1\ncustomers C2\ninvoices I1, due_date: 2026-10-01\ninvoices I2, customer_id: C2, due_date: 2026-10-02\ndisputes invoice_id: I1, opened: 2026-10-01";
    assert_eq!(
        case.plan(rows, "2026-10-06"),
        ["2026-10-06 acts automatic email a I2", "withheld disputed email a I1 next none"]
    );
}

#[test]
fn r07_a_repeated_step_mixes_with_rungs_by_its_dates() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  every 7 days from D+5, at most 2 times: email r\n  at D+10 email b\n",
    );
    // D+3, D+5, D+10, D+12: 10-04, 10-06, 10-11, 10-13.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-06 automatic email r #1 I1",
            "2026-10-11 automatic email b I1",
            "2026-10-13 automatic email r #2 I1"
        ]
    );
}

#[test]
fn r02_a_reopened_invoice_goes_on_with_its_ladder() {
    // Sent on 10-04 in time; settled from 10-06 to 10-19, when the second rung (10-11) came.
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n");
    let rows = with(
        "payments invoice_id: I1, date: 2026-10-06, amount: 1000\npayments invoice_id: I1, date: 2026-10-20, amount: -1000\nhistory I1 2026-10-04 email a sent",
    );
    assert_eq!(case.plan(&rows, "2026-10-20"), ["2026-10-20 acts automatic email b I1"]);
}

#[test]
fn r18_one_a_day_counts_each_channel_alone() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 email a\ncadence y:\n  at D+3 sms b\n",
    );
    let rows = with("history I1 2026-10-04 email a sent, channel: email");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic sms b I1"]);
}

#[test]
fn r18_never_auto_send_of_one_member_binds_the_message() {
    // I1 would need the owner alone, I2 nobody; together the owner.
    let case = case(
        "segment a when invoice.balance >= 500 EUR:\n  never auto-send\n  at D+3 email a\nsegment all otherwise:\n  at D+3 email a\n",
    );
    let rows = "customers C1, owner: ann@acme.example\ninvoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-09-30, amount: 10";
    assert_eq!(case.plan(rows, "2026-10-04"), ["2026-10-04 acts approval(owner) email a I2 + email a I1"]);
}

#[test]
fn r11_latest_goes_no_lower_after_a_decline() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 email a\n  at D+10 email b, needs approval by manager\n",
    );
    let rows = with("history I1 2026-10-11 email b declined");
    assert_eq!(case.plan(&rows, "2026-10-12"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_latest_tries_a_failed_top_again() {
    let case =
        case_with("  catch up: latest", "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n");
    let rows = with("history I1 2026-10-11 email b failed");
    assert_eq!(case.plan(&rows, "2026-10-12"), ["2026-10-12 acts automatic email b I1"]);
}

#[test]
fn r09_an_unknown_outcome_blocks_even_after_a_higher_rung() {
    // Nobody has settled what became of the first message.
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n  at D+20 email c\n");
    let rows = with("history I1 2026-10-04 email a unknown\nhistory I1 2026-10-11 email b sent");
    assert_eq!(case.plan(&rows, "2026-10-21"), ["withheld unknown_outcome email c I1 next none"]);
}

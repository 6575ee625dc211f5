//! Cases that are easily got wrong: the rules read by the letter, and where two readings remain, in favour of
//! the customer.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

#[test]
fn r09_a_decline_counts_after_the_reason_for_approval_is_gone() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  needs approval by manager\n",
    );
    // Declined on 10-04 by the manager; on 10-06 a payment brings the balance under 500.
    let rows = with(
        "history I1 2026-10-04 email first declined\npayments invoice_id: I1, date: 2026-10-06, amount: 600",
    );
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next none"]);
    assert_eq!(case.plan(&rows, "2026-10-07"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_the_spacing_goes_on_after_a_decline() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+10 email b, needs approval by manager\n  at D+30 email c\n",
    );
    // a late on 04-20, b declined on 04-27; c is no closer to a than 30 − 3 = 27 days: 05-17.
    let rows = "invoices I1, due_date: 2025-03-10\nhistory I1 2025-04-20 email a sent\nhistory I1 2025-04-27 email b declined";
    assert_eq!(case.plan(rows, "2025-04-28"), ["waiting I1 overdue next 2025-05-17"]);
}

#[test]
fn r11_latest_brings_unfinished_flags_below_a_carried_out_rung() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 flag f\n  at D+10 email a\n  at D+20 email b\n",
    );
    let rows = with("history I1 2026-10-12 email a sent\nhistory I1 2026-10-12 flag f failed");
    assert_eq!(
        case.plan(&rows, "2026-10-21"),
        ["2026-10-21 acts automatic email b I1", "2026-10-21 acts automatic flag f I1"]
    );
}

#[test]
fn r13_a_foreign_contact_counts_at_a_rung_of_the_issue_date() {
    let case = case(
        "segment gold when customer.segment is \"gold\":\n  at issue+5 email x\nsegment all otherwise:\n  at issue+5 email y\n  at issue+10 email z\n",
    );
    // Issued 10-01: x was sent late, on 10-20, at issue+5 = 10-06: y is passed, z (10-11) is not. x was 14 days
    // late, so z is due 5 days after 10-20 at the earliest: 10-25.
    let rows = "invoices I1, issue_date: 2026-10-01, due_date: 2026-10-01\nhistory I1 2026-10-20 email x sent, rung: issue+5";
    let timeline = case.timeline(rows, "2026-10-21", "2026-11-30");
    assert_eq!(timeline.len(), 1, "{timeline:?}");
    assert!(timeline[0].ends_with("automatic email z I1"), "{timeline:?}");
}

#[test]
fn r13_a_foreign_contact_counts_at_a_rung_of_business_days() {
    let case = case(
        "calendar c:\n  closed saturday, sunday\nsegment gold when customer.segment is \"gold\":\n  at D+3 business days email x\nsegment all otherwise:\n  at D+5 email y\n  at D+10 email z\n",
    );
    // Three business days after Thursday 10-01 is 10-06 = D+5: y is passed, z (Sunday 10-11, so 10-12) is not.
    let rows = with("history I1 2026-10-20 email x sent, rung: D+3 business days");
    let timeline = case.timeline(&rows, "2026-10-21", "2026-11-30");
    assert_eq!(timeline.len(), 1, "{timeline:?}");
    assert!(timeline[0].ends_with("automatic email z I1"), "{timeline:?}");
}

#[test]
fn r23_a_forbidden_top_has_the_next_rung_as_next() {
    for settings in ["", "  catch up: latest"] {
        let case = case_with(
            settings,
            "segment all otherwise:\n  never sms\n  at D+3 email a\n  at D+10 sms b\n  at D+20 email c\n",
        );
        let rows = with("history I1 2026-10-04 email a sent");
        let plan = case.plan(&rows, "2026-10-15");
        assert_eq!(plan, ["withheld never sms b I1 next 2026-10-21"], "{settings}");
        case.next_holds(&rows, "2026-10-15");
    }
}

#[test]
fn r23_latest_a_step_without_address_has_the_next_rung_as_next() {
    let case =
        case_with("  catch up: latest", "segment all otherwise:\n  at D+10 sms b\n  at D+20 email c\n");
    let rows = format!("customers C1, mobile: none\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-15"), ["withheld no_address sms b I1 next 2026-10-21"]);
}

#[test]
fn r23_a_blocked_step_before_the_due_date_has_the_rung_after_it_as_next() {
    let case = case("segment all otherwise:\n  at D-3 email early\n  at D+3 sms b\n");
    let rows = format!("customers C1, email: none\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-09-29"), ["withheld no_address email early I1 next 2026-10-04"]);
}

#[test]
fn r16_a_hold_in_one_cadence_stops_every_cadence() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  hold\n  at D+3 email a\ncadence y:\n  at D+3 sms b\n",
    );
    assert_eq!(
        case.plan(DUE, "2026-10-04"),
        ["withheld held email a I1 next none", "withheld held sms b I1 next none"]
    );
}

#[test]
fn r03_due_soon_does_not_begin_before_the_invoice_was_issued() {
    let case = case("segment all otherwise:\n  at D+90 email a\n");
    let rows = "invoices I1, issue_date: 2026-09-28, due_date: 2026-10-01";
    assert_eq!(case.stages(rows, "2026-09-29"), ["I1 due_soon 2026-09-28 finance@acme.example"]);
}

#[test]
fn r24_a_clearing_that_failed_is_tried_again() {
    let case = case("segment all otherwise:\n  at D+3 flag f\n");
    let rows = format!(
        "{DUE}, paid_date: 2026-10-05\nhistory I1 2026-10-04 flag f done\nhistory I1 2026-10-05 clear f failed"
    );
    assert!(case.plan(&rows, "2026-10-05").iter().all(|line| !line.contains("acts")));
    assert_eq!(case.plan(&rows, "2026-10-06"), ["2026-10-06 acts automatic clear f I1"]);
}

#[test]
fn r23_who_is_not_contacted_has_the_internal_step_as_next() {
    let case = case("segment all otherwise:\n  at D+3 call by finance\n  at D+5 notify manager\n");
    // The call is passed over (R6, R10); the notice is due on 10-06.
    let rows = format!("customers C1, insolvent_since: 2026-10-01\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld insolvent call finance I1 next 2026-10-06"]);
    case.next_holds(&rows, "2026-10-04");
}

#[test]
fn r08_a_contact_of_a_carve_out_before_the_due_date_rolls_back() {
    let case = case(
        "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D-1 call by finance\n",
    );
    // Due Monday 10-05: Sunday 10-04 rolls back to Friday 10-02.
    let rows = "invoices I1, due_date: 2026-10-05";
    assert_eq!(case.timeline(rows, "2026-09-20", "2026-10-20"), ["2026-10-02 manual big/call finance I1"]);
}

#[test]
fn r23_an_internal_step_is_free_on_a_closed_day() {
    let case =
        case("calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+1 notify manager\n");
    // Held through Friday 10-09; internal steps do not roll (R8): Saturday 10-10.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-09";
    assert_eq!(case.plan(rows, "2026-10-01"), ["waiting I1 due_soon next 2026-10-10"]);
    assert_eq!(case.plan(rows, "2026-10-07"), ["withheld hold_until notify manager I1 next 2026-10-10"]);
    assert_eq!(case.plan(rows, "2026-10-10"), ["2026-10-10 acts automatic notify manager I1"]);
}

#[test]
fn r23_an_internal_step_does_not_act_before_next() {
    let case =
        case("calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+1 notify manager\n");
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-09";
    case.next_holds(rows, "2026-10-01");
    case.next_holds(rows, "2026-10-07");
}

#[test]
fn r09_an_escalation_that_was_withdrawn_is_not_carried_out() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 escalate to manager\ncadence y:\n  at D+5 email a\n",
    );
    // The latest row decides: withdrawn on 10-05, so not escalated; it is tried again, and the message is free.
    let rows =
        with("history I1 2026-10-04 escalate manager done\nhistory I1 2026-10-05 escalate manager withdrawn");
    assert_eq!(
        case.plan(&rows, "2026-10-06"),
        ["2026-10-06 acts automatic email a I1", "2026-10-06 acts automatic escalate manager I1"]
    );
}

#[test]
fn r24_a_flag_whose_latest_row_is_a_failure_is_not_cleared() {
    let case = case("segment all otherwise:\n  at D+3 flag f\n");
    let rows = format!(
        "{DUE}, paid_date: 2026-10-10\nhistory I1 2026-10-04 flag f done\nhistory I1 2026-10-05 flag f withdrawn"
    );
    assert!(case.plan(&rows, "2026-10-10").is_empty());
}

#[test]
fn r19_a_message_about_an_invoice_that_is_gone_still_counts_for_its_customer() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    // OLD is no longer in the data; its row of 10-03 names the customer: free again on 10-08.
    let rows = with("history OLD 2026-10-03 email first sent, customer_id: C1");
    let plan = case.plan(&rows, "2026-10-04");
    assert!(
        plan.iter().any(|line| line.starts_with("withheld limit email first I1 next 2026-10-08")),
        "{plan:?}"
    );
}

#[test]
fn r15_two_escalations_ask_both_roles() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+1 escalate to manager\n  at D+2 escalate to finance\ncadence y:\n  at D+5 email a\n",
    );
    let rows =
        with("history I1 2026-10-02 escalate manager done\nhistory I1 2026-10-03 escalate finance done");
    assert_eq!(case.plan(&rows, "2026-10-06"), ["2026-10-06 acts approval(finance manager) email a I1"]);
    let one = format!("{rows}\nhistory I1 2026-10-04 flag escalated done");
    assert!(
        case.plan(&one, "2026-10-06").iter().any(|line| line.contains("approval(finance manager) email a"))
    );
}

#[test]
fn r21_numbers_are_the_same_when_their_digits_are() {
    let case = case("segment all otherwise:\n  at D+3 sms a\n");
    let rows = "customers C1, mobile: '+33 6 12 34 56 78'\ninvoices I1, due_date: 2026-10-01\nhistory C1 2026-09-01 sms a bounced, address: '+33612345678'";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld no_address sms a I1 next none"]);
}

#[test]
fn r09_an_unknown_contact_of_the_customer_withholds() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = "customers C1\ninvoices I1, due_date: 2026-10-01\nhistory C1 2026-09-20 email a unknown";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld unknown_outcome email a I1 next none"]);
}

#[test]
fn r03_a_promise_of_nothing_promises_the_whole_balance() {
    let case =
        case("segment all otherwise:\n  at D+3 email a\ncarve-out promises when invoice.promised:\n  hold\n");
    let rows = "invoices I1, due_date: 2026-10-01, amount: 1000, promise_date: 2026-10-10, promise_amount: 0";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld promised email a I1 next 2026-10-11"]);
}

#[test]
fn r13_a_rung_beyond_all_bounds_is_no_rung() {
    let case = case("segment all otherwise:\n  at D+30 email a\n");
    let rows = with("history I1 2026-10-04 email gone sent, rung: D+9000000000000 business days");
    assert!(case.plan(&rows, "2026-10-05").iter().any(|line| line == "waiting I1 overdue next 2026-10-31"));
}

#[test]
fn r10_one_step_of_two_ladders_is_done_once() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 notify manager\ncadence y:\n  at D+3 notify manager\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-04"), ["2026-10-04 acts automatic notify manager I1"]);
}

#[test]
fn r18_what_stood_in_for_a_text_counts_on_the_channel_it_went() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    // The text of 10-04 had no number and went out as an e-mail that day: no second e-mail today.
    let rows = "customers C1\ninvoices I1, due_date: 2026-10-01\nhistory C1 2026-10-04 sms nudge sent, channel: email";
    let plan = case.plan(rows, "2026-10-04");
    assert!(plan.iter().any(|line| line.starts_with("withheld one_a_day email a I1")), "{plan:?}");
}

#[test]
fn r17_an_approval_covers_who_is_told() {
    let case = case("segment all otherwise:\n  at D+3 notify owner, needs approval by finance\n");
    let content = |owner: &str| {
        let rows = format!("customers C1, owner: {owner}\ninvoices I1, due_date: 2026-10-01");
        let plan = case.plan_of(&rows, "2026-10-04");
        (plan.actions[0].key.clone(), plan.actions[0].content.clone())
    };
    let (ada, eve) = (content("ada@acme.example"), content("eve@acme.example"));
    assert_eq!(ada.0, eve.0);
    assert_ne!(ada.1, eve.1);
}

#[test]
fn r21_a_text_to_a_role_is_in_the_language_of_its_contact() {
    let case = case_written(
        "segment all otherwise:\n  at D+3 sms nudge to legal\n",
        &[("nudge.md", "Reminder\n"), ("nudge.fr.md", "Rappel\n")],
    );
    let rows = "customers C1, language: en\ncontacts customer_id: C1, role: legal, name: Lea, phone: \"+33600000007\", language: fr\ninvoices I1, due_date: 2026-10-01";
    let plan = case.plan_of(rows, "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic sms nudge I1"]);
    assert_eq!(plan.actions[0].body.as_deref(), Some("Rappel\n"));
}

#[test]
fn r16_what_a_carve_out_never_held_is_not_resumed() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out f when customer.country is \"FR\":\n  hold until 2026-10-03 and resume 5 days later\n",
    );
    let rows = format!("customers C1, country: DE\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    let rows = format!("customers C1, country: FR\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld held email a I1 next 2026-10-09"]);
}

#[test]
fn r23_what_a_ladder_waits_for_before_the_due_date_has_the_rung_after_it_as_next() {
    let case =
        case("segment all otherwise:\n  at D-5 email a and call by finance and wait\n  at D+10 email b\n");
    // The call lapses on 10-01 (R10), and D+10 is 10-11.
    let rows =
        with("history I1 2026-09-26 call finance assigned, rung: D-5\nhistory I1 2026-09-26 email a sent");
    assert_eq!(case.plan(&rows, "2026-09-28"), ["withheld not_done call finance I1 next 2026-10-11"]);
    case.next_holds(&rows, "2026-09-28");
}

#[test]
fn r23_an_invoice_that_time_alone_may_place_is_looked_at_tomorrow() {
    let case = case("segment late when invoice.days_overdue > 5 days:\n  at D+3 email a\n");
    assert_eq!(
        case.plan(DUE, "2026-10-06"),
        ["waiting I1 overdue next 2026-10-07", "problem unplaced-invoice"]
    );
    case.next_holds(DUE, "2026-10-06");
}

#[test]
fn r01_a_replay_reports_no_step_of_a_later_day() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = with("history I1 2026-10-20 email gone sent");
    let plan = case.plan_with(&rows, day("2026-10-04"), dun::evaluate::Options { replay: true });
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic email a I1"]);
}

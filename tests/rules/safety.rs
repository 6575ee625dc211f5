//! Cases of a safety review: what could have gone out twice, too soon or unapproved, or stayed silent.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn with(rows: &str) -> String {
    format!("{DUE}\n{rows}")
}

#[test]
fn r13_a_repeat_that_became_a_single_step_or_the_reverse_counts_at_its_rung() {
    let single = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n");
    let rows = with("history I1 2026-10-04 email a #1 sent, rung: D+3");
    assert_eq!(single.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    let repeated = case("segment all otherwise:\n  every 10 days from D+3, at most 3 times: email a\n");
    let rows = with("history I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(repeated.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-14"]);
    let fewer = case(
        "segment all otherwise:\n  every 10 days from D+3, at most 1 time: email a\n  at D+15 email b\n",
    );
    let rows = with(
        "history I1 2026-10-04 email a #1 sent, rung: D+3\nhistory I1 2026-10-14 email a #2 sent, rung: D+13\nhistory I1 2026-10-24 email a #3 sent, rung: D+23",
    );
    assert_eq!(fewer.plan(&rows, "2026-10-25"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_a_deadline_holds_the_contacts_that_a_ladder_waits_for() {
    let case = case(
        "segment all otherwise:\n  at D+3 email dl, deadline 14 days\n  at D+3 call by finance and wait\n  at D+30 email z\n",
    );
    let rows = with("history I1 2026-10-04 email dl sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-19"]);
    assert_eq!(case.plan(&rows, "2026-10-19"), ["2026-10-19 acts manual call finance I1"]);
}

#[test]
fn r09_the_rest_of_a_waiting_rung_lapses_as_ever() {
    let early = case(
        "segment all otherwise:\n  at D-5 email a\n  at D-5 call by finance and wait\n  at D+10 email b\n",
    );
    let rows = with("history I1 2026-09-26 call finance assigned, rung: D-5");
    // What lies before the due date is over once it has come (R10), the waiting included.
    assert_eq!(early.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    let blocks = "segment all otherwise:\n  at D+3 email a and sms s1 and call by finance and wait\n  at D+10 email b\n";
    let rows = with(
        "history I1 2026-10-04 email a sent, rung: D+3\nhistory I1 2026-10-04 sms s1 failed, rung: D+3\nhistory I1 2026-10-04 call finance assigned, rung: D+3",
    );
    for family in ["one at a time", "latest", "same day only"] {
        let case = case_with(&format!("  catch up: {family}"), blocks);
        assert_eq!(
            case.plan(&rows, "2026-11-20"),
            ["withheld not_done call finance I1 next none"],
            "{family}"
        );
    }
}

#[test]
fn r10_nobody_waits_for_what_was_missed() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+3 call by finance and wait, if missed: skip\n  at D+10 email b\n",
    );
    let rows = with("history I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

#[test]
fn r19_a_limit_per_day_counts_each_message_where_every_invoice_has_its_own() {
    let case = case_with(
        "  one message per invoice",
        "segment all otherwise:\n  at D+3 email a\neverywhere:\n  send at most 3 messages a day\n",
    );
    let mut rows: String = (1..=5).map(|n| format!("invoices I{n}, due_date: 2026-10-01\n")).collect();
    assert_eq!(case.plan_of(&rows, "2026-10-04").actions.len(), 3);
    for n in 1..=3 {
        rows.push_str(&format!("history I{n} 2026-10-04 email a sent, rung: D+3, channel: email\n"));
    }
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        [
            "withheld limit email a I4 next 2026-10-05",
            "withheld limit email a I5 next 2026-10-05",
            "waiting I1 overdue next none",
            "waiting I2 overdue next none",
            "waiting I3 overdue next none",
        ]
    );
}

#[test]
fn r17_an_approval_covers_what_a_template_says_on_either_side_of_a_deadline() {
    let templates = |first: &str| {
        let text = format!(
            "---\nsubject: Notice\n---\n{{% if deadline > today %}}{first}{{% else %}}Too late.{{% endif %}}\n"
        );
        [("notice.md", text)]
    };
    let blocks =
        "segment all otherwise:\n  at D+3 email notice, deadline 14 days, needs approval by manager\n";
    let with_text = |first: &str| {
        let templates = templates(first);
        let templates: Vec<(&str, &str)> =
            templates.iter().map(|(name, text)| (*name, text.as_str())).collect();
        case_written(blocks, &templates)
    };
    let plan = with_text("Please pay.").plan_of(DUE, "2026-10-04");
    let (key, content) = (&plan.actions[0].key, plan.actions[0].content.as_deref().unwrap());
    let rows = with(&format!(
        "history I1 2026-10-04 email notice approved, key: {key}, content: {content}, approved_by: manager"
    ));
    assert_eq!(
        with_text("Please pay.").plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic(manager)[manager] email notice I1"]
    );
    assert_eq!(
        with_text("Pay, or we sue.").plan(&rows, "2026-10-05"),
        ["2026-10-05 acts approval(manager) email notice I1"]
    );
}

#[test]
fn r11_a_deadline_counts_from_the_last_dispatch() {
    let case =
        case("segment all otherwise:\n  at D+20 email dl, deadline 8 days\n  at D+25 call by finance\n");
    let rows = with(
        "history I1 2026-10-21 email dl sent, rung: D+20\nhistory I1 2026-10-22 email dl failed, rung: D+20\nhistory I1 2026-10-26 email dl sent, rung: D+20",
    );
    assert_eq!(case.plan(&rows, "2026-11-03"), ["waiting I1 overdue next 2026-11-04"]);
    assert_eq!(case.plan(&rows, "2026-11-04"), ["2026-11-04 acts manual call finance I1"]);
}

#[test]
fn r19_a_message_counts_for_limits_although_its_step_is_no_message_any_more() {
    let case = case(
        "segment all otherwise:\n  at D+3 notify finance formerly email a\n  at D+4 email b\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    let rows = with("history I1 2026-10-04 email a sent, rung: D+3, channel: email");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["withheld limit email b I1 next 2026-10-09"]);
}

#[test]
fn r16_of_several_resumptions_the_latest_counts() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out c when today between 10-01 and 10-08:\n  hold and resume 1 day later\n  hold and resume 10 days later\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-05"), ["withheld held held email a I1 next 2026-10-19"]);
    assert_eq!(case.plan(DUE, "2026-10-10"), ["withheld held email a I1 next 2026-10-19"]);
    assert_eq!(case.plan(DUE, "2026-10-19"), ["2026-10-19 acts automatic email a I1"]);
}

#[test]
fn r16_a_hold_on_one_of_two_things_resumes_after_the_one_that_is_known_to_end() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out c when invoice.disputed or invoice.promised:\n  hold and resume 10 days later\n",
    );
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-09");
    assert_eq!(case.plan(&rows, "2026-10-09"), ["withheld held email a I1 next 2026-10-19"]);
}

#[test]
fn r18_messages_without_a_common_hour_stay_apart() {
    let case = case(
        "segment x when invoice.amount > 500 EUR:\n  at D+3 email a\n  messages between 08:00 and 10:00\nsegment y otherwise:\n  at D+3 email a\n  messages between 15:00 and 17:00\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01, amount: 100";
    assert_eq!(
        case.plan(rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "withheld one_a_day email a I2 next 2026-10-05"]
    );
}

#[test]
fn r08_a_rung_that_follows_never_shares_the_day_of_the_one_before() {
    let blocks = "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+2 email a\n  at previous+1 email b\n";
    let rows = "invoices I1, due_date: 2026-09-30\nhistory I1 2026-10-02 email a sent, rung: D+2";
    // A day after Friday 10-02 is Saturday; back would be Friday again, so Monday.
    for family in ["one at a time", "same day only", "latest"] {
        let case = case_with(&format!("  weekends: previous business day\n  catch up: {family}"), blocks);
        assert_eq!(case.plan(rows, "2026-10-05"), ["2026-10-05 acts automatic email b I1"], "{family}");
    }
}

#[test]
fn r11_latest_makes_up_for_a_flag_on_the_same_nominal_date() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at issue+40 flag pause\n  at D+10 email a\n",
    );
    let rows = "invoices I1, issue_date: 2026-09-01, due_date: 2026-10-01";
    assert_eq!(
        case.plan(rows, "2026-10-20"),
        ["2026-10-20 acts automatic email a I1", "2026-10-20 acts automatic flag pause I1"]
    );
}

#[test]
fn r09_an_unknown_outcome_is_settled_under_the_new_name() {
    let case = case("segment all otherwise:\n  at D+3 email b formerly email a\n  at D+10 email c\n");
    let rows = with(
        "history I1 2026-10-04 email a unknown, rung: D+3\nhistory I1 2026-10-06 email b sent, rung: D+3",
    );
    assert_eq!(case.plan(&rows, "2026-10-20"), ["2026-10-20 acts automatic email c I1"]);
}

#[test]
fn r23_next_of_a_combined_message_is_that_of_its_first_member() {
    let case = case(
        "segment x when invoice.amount > 500 EUR:\n  use days\nsegment y otherwise:\n  at D+3 email a\ncadence days:\n  catch up: same day only\n  at D+10 email c\n  at D+50 email d\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-08, amount: 100\nhistory C1 2026-10-09 email other sent";
    assert_eq!(
        case.plan(rows, "2026-10-11"),
        ["withheld limit email c I1 + email a I2 next 2026-10-14", "problem unknown-step"]
    );
}

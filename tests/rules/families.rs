//! The remaining families of catching up, and formal notices with a deadline (R11, R18).
//!
//! 2026-10-01 is a Thursday.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

const WEEKENDS: &str = "calendar c:\n  closed saturday, sunday\n";

/// The example of R11: due 2025-03-10, first run 04-20, daily after.
const FIVE: &str = "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n  at D+30 email c\n";
const LATE: &str = "invoices I1, due_date: 2025-03-10";

fn five_families(setting: &str) -> Vec<String> {
    case_with(setting, FIVE).timeline(LATE, "2025-04-20", "2025-06-30")
}

#[test]
fn r11_the_example_in_all_five_families() {
    assert_eq!(
        five_families(""),
        [
            "2025-04-20 automatic email a I1",
            "2025-04-27 automatic email b I1",
            "2025-05-17 automatic email c I1"
        ]
    );
    assert_eq!(five_families("  catch up: latest"), ["2025-04-20 automatic email c I1"]);
    assert_eq!(
        five_families("  catch up: one per run"),
        [
            "2025-04-20 automatic email a I1",
            "2025-04-21 automatic email b I1",
            "2025-04-22 automatic email c I1"
        ]
    );
    assert_eq!(five_families("  catch up: same day only"), Vec::<String>::new());
    assert_eq!(
        five_families("  catch up: all, 5 days apart"),
        [
            "2025-04-20 automatic email a I1",
            "2025-04-25 automatic email b I1",
            "2025-04-30 automatic email c I1"
        ]
    );
}

#[test]
fn r11_in_time_all_families_agree() {
    for setting in ["one at a time", "one per run", "latest", "same day only", "all, 9 days apart"] {
        let case = case_with(&format!("  catch up: {setting}"), FIVE);
        assert_eq!(
            case.timeline(LATE, "2025-03-01", "2025-06-30"),
            [
                "2025-03-13 automatic email a I1",
                "2025-03-20 automatic email b I1",
                "2025-04-09 automatic email c I1"
            ],
            "{setting}"
        );
    }
}

#[test]
fn r11_one_per_run_waits_for_planned_dates_and_open_days() {
    let case = case_with("  catch up: one per run", &format!("{WEEKENDS}{FIVE}"));
    // Due Monday 03-10, first run Friday 03-21: a, then b on Monday 03-24; c is planned for 04-09.
    assert_eq!(
        case.timeline(LATE, "2025-03-21", "2025-06-30"),
        [
            "2025-03-21 automatic email a I1",
            "2025-03-24 automatic email b I1",
            "2025-04-09 automatic email c I1"
        ]
    );
    case.next_holds(LATE, "2025-03-22");
}

#[test]
fn r11_same_day_only_never_comes_back_to_a_day_that_was_missed() {
    let case = case_with("  catch up: same day only", FIVE);
    // First run on the 15th: D+3 (03-13) is over, D+10 is 03-20, D+30 is 04-09.
    assert_eq!(
        case.timeline(LATE, "2025-03-15", "2025-06-30"),
        ["2025-03-20 automatic email b I1", "2025-04-09 automatic email c I1"]
    );
    assert_eq!(case.plan(LATE, "2025-03-15"), ["waiting I1 overdue next 2025-03-20"]);
    assert_eq!(case.plan(LATE, "2025-04-10"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_same_day_only_moves_with_closed_days() {
    let case = case_with("  catch up: same day only", &format!("{WEEKENDS}{FIVE}"));
    // Due 10-01: D+3 is Sunday 10-04, planned for Monday 10-05.
    assert_eq!(case.plan(DUE, "2026-10-04"), ["waiting I1 overdue next 2026-10-05"]);
    assert_eq!(case.plan(DUE, "2026-10-05"), ["2026-10-05 acts automatic email a I1"]);
}

#[test]
fn r11_same_day_only_a_held_day_is_a_missed_day() {
    let blocks = format!("{FIVE}carve-out disputes when invoice.disputed:\n  hold\n");
    let case = case_with("  catch up: same day only", &blocks);
    let rows = format!("{DUE}\ndisputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-06");
    // Held on 10-04, the day of D+3; from 10-06 on the next is D+10, 10-11.
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld disputed email a I1 next none"]);
    assert_eq!(
        case.timeline(&rows, "2026-10-04", "2026-11-30"),
        ["2026-10-11 automatic email b I1", "2026-10-31 automatic email c I1"]
    );
    // A hold whose end is known: the next is the first day planned after it, not the missed one.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-12";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld hold_until email a I1 next 2026-10-31"]);
    case.next_holds(rows, "2026-10-04");
}

#[test]
fn r11_same_day_only_does_not_try_again() {
    let case = case_with("  catch up: same day only", FIVE);
    let rows = format!("{DUE}\nhistory I1 2026-10-04 email a failed, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["withheld failed_today email a I1 next 2026-10-11"]);
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r11_same_day_only_what_a_limit_keeps_back_does_not_come_back() {
    let blocks = format!("{FIVE}everywhere:\n  write to a customer at most once every 8 days\n");
    let case = case_with("  catch up: same day only", &blocks);
    let rows = format!("{DUE}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-11"), ["withheld limit email b I1 next 2026-10-31"]);
    let blocks = format!("{FIVE}everywhere:\n  send at most 0 messages a day\n");
    let case = case_with("  catch up: same day only", &blocks);
    assert_eq!(case.plan(DUE, "2026-10-11"), ["withheld limit email b I1 next 2026-10-31"]);
    // In another family it may go on the next day.
    assert_eq!(case_with("", &blocks).plan(DUE, "2026-10-04"), ["withheld limit email a I1 next 2026-10-05"]);
}

#[test]
fn r09_same_day_only_the_rest_of_a_rung_is_over_with_its_day() {
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+3 email a and call by finance\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts manual call finance I1"]);
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_all_apart_counts_from_the_rung_that_was_late() {
    let case = case_with("  catch up: all, 10 days apart", FIVE);
    // First run 03-22: a; b, planned for 03-20, ten days after a: 04-01; c, planned for 04-09, ten after b: 04-11.
    assert_eq!(
        case.timeline(LATE, "2025-03-22", "2025-06-30"),
        [
            "2025-03-22 automatic email a I1",
            "2025-04-01 automatic email b I1",
            "2025-04-11 automatic email c I1"
        ]
    );
    case.next_holds(&format!("{LATE}\nhistory I1 2025-03-22 email a sent, rung: D+3"), "2025-03-23");
}

// ---- formal, deadline, registered

const NOTICE: &str = "segment all otherwise:\n  at D+20 letter notice registered, formal, deadline 8 days\n  at D+25 call by finance\n  at D+26 notify manager\n  at D+40 email last\n";
const ADDRESS: &str = "customers C1, street: 1 High St, city: Town";

#[test]
fn a_deadline_puts_off_the_contacts_of_its_ladder() {
    let case = case(NOTICE);
    let rows = format!("{ADDRESS}\n{DUE}");
    // The notice of 10-21 gives until 10-29: the call of D+25 (10-26) waits until 10-30. The note of D+26
    // (10-27) is late by then; it comes one day after the call, as the policy has it, and the last 14 days after it.
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-12-31"),
        [
            "2026-10-21 automatic letter notice I1",
            "2026-10-30 manual call finance I1",
            "2026-10-31 automatic notify manager I1",
            "2026-11-14 automatic email last I1",
        ]
    );
    let sent = format!("{rows}\nhistory I1 2026-10-21 letter notice sent, rung: D+20, channel: letter");
    assert_eq!(case.plan(&sent, "2026-10-29"), ["waiting I1 overdue next 2026-10-30"]);
    case.next_holds(&sent, "2026-10-22");
}

#[test]
fn a_deadline_counts_from_the_day_the_message_went_out() {
    let rows =
        format!("{ADDRESS}\n{DUE}\nhistory I1 2026-10-26 letter notice sent, rung: D+20, channel: letter");
    // Sent five days late, on 10-26: until 11-03. One at a time would call on 10-31.
    assert_eq!(case(NOTICE).plan(&rows, "2026-11-03"), ["waiting I1 overdue next 2026-11-04"]);
    assert_eq!(case(NOTICE).plan(&rows, "2026-11-04"), ["2026-11-04 acts manual call finance I1"]);
    let failed = format!("{ADDRESS}\n{DUE}\nhistory I1 2026-10-26 letter notice failed, rung: D+20");
    assert_eq!(case(NOTICE).plan(&failed, "2026-10-27"), ["2026-10-27 acts automatic letter notice I1"]);
}

#[test]
fn a_deadline_holds_in_every_family() {
    let sent = "history I1 2026-10-21 letter notice sent, rung: D+20, channel: letter";
    let rows = format!("{ADDRESS}\n{DUE}\n{sent}");
    for (family, next) in
        [("one per run", "2026-10-30"), ("latest", "2026-10-27"), ("all, 1 day apart", "2026-10-30")]
    {
        let case = case_with(&format!("  catch up: {family}"), NOTICE);
        // `latest` does not wait for the call to tell the manager, and then the call is passed.
        assert_eq!(case.plan(&rows, "2026-10-26"), [format!("waiting I1 overdue next {next}")], "{family}");
        case.next_holds(&rows, "2026-10-22");
    }
    // The call's only day lies within the deadline.
    let case = case_with("  catch up: same day only", NOTICE);
    assert_eq!(case.plan(&rows, "2026-10-26"), ["waiting I1 overdue next 2026-10-27"]);
    case.next_holds(&rows, "2026-10-22");
}

#[test]
fn the_rest_of_a_rung_goes_with_the_notice_or_waits_for_the_deadline() {
    let case = case("segment all otherwise:\n  at D+20 email notice and sms nudge, deadline 8 days\n");
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-12-31"),
        ["2026-10-21 automatic email notice I1", "2026-10-21 automatic sms nudge I1"]
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-21 email notice sent, rung: D+20");
    assert_eq!(case.plan(&rows, "2026-10-21"), ["2026-10-21 acts automatic sms nudge I1"]);
    assert_eq!(case.plan(&rows, "2026-10-25"), ["waiting I1 overdue next 2026-10-30"]);
}

#[test]
fn the_template_knows_the_deadline() {
    let templates = [("notice.md", "---\nsubject: Notice\n---\nPay by {{ deadline | date }}.\n")];
    let with =
        case_written("segment all otherwise:\n  at D+20 email notice, formal, deadline 8 days\n", &templates);
    let plan = with.plan_of(DUE, "2026-10-21");
    let [action] = plan.actions.as_slice() else { panic!("{:?}", lines(&plan)) };
    assert_eq!(action.deadline, Some(day("2026-10-29")));
    assert!(action.formal && !action.registered);
    assert_eq!(action.body.as_deref(), Some("Pay by 29 October 2026.\n"));
    let without = case_written("segment all otherwise:\n  at D+20 email notice\n", &templates);
    assert_eq!(without.plan(DUE, "2026-10-21"), ["withheld missing_value email notice I1 next none"]);
}

const TWO: &str = "customers C1, street: 1 High St, city: Town\ninvoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-11";

#[test]
fn r18_a_formal_notice_joins_only_itself() {
    let blocks =
        |mark: &str| format!("segment all otherwise:\n  at D+10 email first\n  at D+20 email notice{mark}\n");
    // On 10-21 the notice of I1 and the reminder of I2 come together, and become one message only where neither is
    // formal. One e-mail a day: the reminder goes on the next day.
    let sent = format!("{TWO}\nhistory I1 2026-10-11 email first sent, rung: D+10");
    assert_eq!(
        case(&blocks("")).plan(&sent, "2026-10-21"),
        ["2026-10-21 acts automatic email notice I1 + email first I2"]
    );
    assert_eq!(
        case(&blocks(", formal")).plan(&sent, "2026-10-21"),
        ["2026-10-21 acts automatic email notice I1", "withheld one_a_day email first I2 next 2026-10-22"]
    );
    // Two invoices that come to the notice on one day share it.
    let both = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01\nhistory I1 2026-10-11 email first sent, rung: D+10\nhistory I2 2026-10-11 email first sent, rung: D+10";
    assert_eq!(
        case(&blocks(", formal")).plan(both, "2026-10-21"),
        ["2026-10-21 acts automatic email notice I1 + email notice I2"]
    );
}

#[test]
fn r18_members_of_a_message_give_the_same_deadline() {
    let blocks = "segment all otherwise:\n  at D+10 email first\n  at D+20 email second, deadline 5 days\n";
    let sent = format!("{TWO}\nhistory I1 2026-10-11 email first sent, rung: D+10");
    assert_eq!(
        case(blocks).plan(&sent, "2026-10-21"),
        ["2026-10-21 acts automatic email second I1", "withheld one_a_day email first I2 next 2026-10-22"]
    );
}

#[test]
fn r18_a_registered_letter_is_no_plain_one() {
    let blocks = "segment all otherwise:\n  at D+10 letter first\n  at D+20 letter notice registered\n";
    let sent = format!("{TWO}\nhistory I1 2026-10-11 letter first sent, rung: D+10, channel: letter");
    let plan = case(blocks).plan_of(&sent, "2026-10-21");
    assert_eq!(
        lines(&plan),
        ["2026-10-21 acts automatic letter notice I1", "withheld one_a_day letter first I2 next 2026-10-22"]
    );
    assert!(plan.actions[0].registered && !plan.withheld[0].action.registered);
}

#[test]
fn r17_an_approval_of_a_plain_letter_is_none_of_a_registered_one() {
    let blocks = |way: &str| {
        format!("segment all otherwise:\n  at D+20 letter notice{way}, needs approval by manager\n")
    };
    let rows = format!("{ADDRESS}\n{DUE}");
    let plain = case(&blocks("")).plan_of(&rows, "2026-10-21");
    let (key, content) = (&plain.actions[0].key, plain.actions[0].content.as_deref().unwrap());
    let rows = format!(
        "{rows}\nhistory I1 2026-10-21 letter notice approved, key: {key}, content: {content}, approved_by: manager"
    );
    assert_eq!(
        case(&blocks("")).plan(&rows, "2026-10-21"),
        ["2026-10-21 acts automatic(manager)[manager] letter notice I1"]
    );
    assert_eq!(
        case(&blocks(" registered")).plan(&rows, "2026-10-21"),
        ["2026-10-21 acts approval(manager) letter notice I1"]
    );
}

/// A letter that is approved today and sent tomorrow gives its days from tomorrow.
#[test]
fn r17_an_approval_outlasts_the_day_of_a_deadline() {
    let templates =
        [("notice.md", "---\nsubject: Pay by {{ deadline | date }}\n---\nPay by {{ deadline | date }}.\n")];
    let blocks = |days: u32| {
        format!(
            "segment all otherwise:\n  at D+20 email notice, deadline {days} days, needs approval by manager\n"
        )
    };
    let eight = case_written(&blocks(8), &templates);
    let plan = eight.plan_of(DUE, "2026-10-21");
    let (key, content) = (&plan.actions[0].key, plan.actions[0].content.as_deref().unwrap());
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-21 email notice approved, key: {key}, content: {content}, approved_by: manager"
    );
    let plan = eight.plan_of(&rows, "2026-10-23");
    assert_eq!(lines(&plan), ["2026-10-23 acts automatic(manager)[manager] email notice I1"]);
    assert_eq!(plan.actions[0].body.as_deref(), Some("Pay by 31 October 2026.\n"));
    // Another number of days is another message.
    assert_eq!(
        case_written(&blocks(9), &templates).plan(&rows, "2026-10-23"),
        ["2026-10-23 acts approval(manager) email notice I1"]
    );
}

#[test]
fn r11_all_apart_keeps_its_distance_before_a_step_that_follows() {
    // D+3 was late, on 10-20: `previous+1` would come on 10-21, five days apart is 10-25.
    let steps = "segment all otherwise:\n  at D+3 email first\n  at previous+1 email second\n";
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-20 email first sent";
    let apart = case_with("  catch up: all, 5 days apart", steps);
    assert_eq!(apart.timeline(rows, "2026-10-20", "2026-10-31"), ["2026-10-25 automatic email second I1"]);
    let one = case_with("", steps);
    assert_eq!(one.timeline(rows, "2026-10-20", "2026-10-31"), ["2026-10-21 automatic email second I1"]);
}

#[test]
fn r11_latest_a_withheld_top_brings_nothing_lower_back() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 flag stop\n  at D+5 escalate to manager\n  at D+10 email second\n\
         carve-out disputes when invoice.disputed:\n  hold\n",
    );
    let due = "invoices I1, due_date: 2026-10-01";
    // Nobody can be reached: the marks of D+3 and D+5 do not come without the e-mail of D+10.
    let rows = format!("customers C1, email: none\n{due}");
    assert_eq!(case.plan(&rows, "2026-10-12"), ["withheld no_address email second I1 next none"]);
    let rows = format!("{due}\ndisputes invoice_id: I1, opened: 2026-10-02");
    assert_eq!(case.plan(&rows, "2026-10-12"), ["withheld disputed email second I1 next none"]);
    assert_eq!(
        case.plan(due, "2026-10-12"),
        [
            "2026-10-12 acts automatic email second I1",
            "2026-10-12 acts automatic escalate manager I1",
            "2026-10-12 acts automatic flag stop I1",
        ]
    );
}

#[test]
fn r23_same_day_only_what_repeats_comes_after_a_hold() {
    let case =
        case_with("  catch up: same day only", "segment all otherwise:\n  every 6 days from D+2: email a\n");
    // D+2 = 10-03 is missed during the hold, D+8 = 10-09 comes.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-05";
    assert_eq!(case.plan(rows, "2026-10-02"), ["waiting I1 overdue next 2026-10-09"]);
}

#[test]
fn r23_same_day_only_what_repeats_comes_after_a_deadline() {
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  every 6 days from D+2: email a\n  at D+3 letter b, deadline 10 days\n",
    );
    // Sent on 10-04, the letter gives until 10-14: D+8 = 10-09 is missed, D+14 = 10-15 comes.
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-04 letter b sent";
    assert_eq!(case.plan(rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-15"]);
}

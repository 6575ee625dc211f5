//! `if missed: skip`, `and wait`, `weekends:`, holds with an end, hours, and one message an invoice
//! (R8, R9, R10, R16, R18).
//!
//! 2026-10-01 is a Thursday; 2026-10-03 and 10-04 are a weekend, and so are 10-10 and 10-11.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

const WEEKENDS: &str = "calendar c:\n  closed saturday, sunday\n";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

// ---- if missed: skip

const SKIP: &str =
    "segment all otherwise:\n  at D+3 email a\n  at D+10 email b, if missed: skip\n  at D+20 email c\n";

#[test]
fn r10_a_step_to_be_skipped_lapses_the_day_after_its_planned_date() {
    let sent = with("history I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case(SKIP).plan(&sent, "2026-10-10"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case(SKIP).plan(&sent, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
    assert_eq!(case(SKIP).plan(&sent, "2026-10-12"), ["waiting I1 overdue next 2026-10-21"]);
    case(SKIP).next_holds(&sent, "2026-10-12");
}

#[test]
fn r10_what_spacing_puts_off_is_missed() {
    // a goes out on 10-08, four days late: b would come on 10-15, after its planned date 10-11, and is skipped.
    assert_eq!(
        case(SKIP).timeline(DUE, "2026-10-08", "2026-11-30"),
        ["2026-10-08 automatic email a I1", "2026-10-25 automatic email c I1"]
    );
    let sent = with("history I1 2026-10-08 email a sent, rung: D+3");
    assert_eq!(case(SKIP).plan(&sent, "2026-10-09"), ["waiting I1 overdue next 2026-10-25"]);
}

#[test]
fn r10_what_is_held_on_its_day_is_missed() {
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-12\nhistory I1 2026-10-04 email a sent, rung: D+3";
    assert_eq!(case(SKIP).plan(rows, "2026-10-11"), ["withheld hold_until email b I1 next 2026-10-21"]);
    assert_eq!(case(SKIP).plan(rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-21"]);
    let latest = case_with("  catch up: latest", SKIP);
    // Nothing lower comes back (R11).
    assert_eq!(latest.plan(DUE, "2026-10-12"), ["waiting I1 overdue next 2026-10-21"]);
    assert_eq!(latest.plan(DUE, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

// ---- and wait

const WAIT: &str = "segment all otherwise:\n  at D+3 call by finance and wait\n  at D+10 email b\n";

#[test]
fn r09_a_ladder_waits_until_a_person_has_done_it() {
    assert_eq!(case(WAIT).plan(DUE, "2026-10-04"), ["2026-10-04 acts manual call finance I1"]);
    let assigned = with("history I1 2026-10-04 call finance assigned, rung: D+3");
    for day in ["2026-10-04", "2026-10-12", "2026-11-30"] {
        assert_eq!(case(WAIT).plan(&assigned, day), ["withheld not_done call finance I1 next none"], "{day}");
    }
    let done = format!("{assigned}\nhistory I1 2026-10-20 call finance done, rung: D+3");
    // Done on 10-20, so the e-mail comes seven days after it (R11).
    assert_eq!(case(WAIT).plan(&done, "2026-10-26"), ["waiting I1 overdue next 2026-10-27"]);
    assert_eq!(case(WAIT).plan(&done, "2026-10-27"), ["2026-10-27 acts automatic email b I1"]);
    // Without `and wait` an assigned call is carried out.
    let plain = WAIT.replace(" and wait", "");
    assert_eq!(case(&plain).plan(&assigned, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

#[test]
fn r09_every_family_waits() {
    let assigned = with("history I1 2026-10-04 call finance assigned, rung: D+3");
    for family in ["one per run", "latest", "same day only", "all, 2 days apart"] {
        let case = case_with(&format!("  catch up: {family}"), WAIT);
        assert_eq!(
            case.plan(&assigned, "2026-10-11"),
            ["withheld not_done call finance I1 next none"],
            "{family}"
        );
    }
}

#[test]
fn r09_a_declined_or_failed_task_is_not_waited_for_but_tried_or_passed() {
    let declined = with("history I1 2026-10-04 call finance declined, rung: D+3");
    assert_eq!(case(WAIT).plan(&declined, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
    let failed = with("history I1 2026-10-04 call finance failed, rung: D+3");
    assert_eq!(case(WAIT).plan(&failed, "2026-10-05"), ["2026-10-05 acts manual call finance I1"]);
}

#[test]
fn r09_a_step_to_wait_for_does_not_lapse_with_the_next_rung() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a and task \"Ask\" for owner and wait\n  at D+10 email b\n",
    );
    let sent = with("history I1 2026-10-04 email a sent, rung: D+3");
    // The task was not given to anybody yet: it is due until it is, and b waits.
    assert_eq!(case.plan(&sent, "2026-10-15"), ["2026-10-15 acts manual task \"Ask\" I1"]);
    let done = format!("{sent}\nhistory I1 2026-10-15 task \"Ask\" done, rung: D+3");
    assert_eq!(case.plan(&done, "2026-10-22"), ["2026-10-22 acts automatic email b I1"]);
}

#[test]
fn r09_nobody_waits_for_a_task_that_a_condition_takes_away() {
    let case = case(
        "segment all otherwise:\n  at D+3 call by finance and wait, if invoice.balance > 500 EUR\n  at D+10 email b\n",
    );
    let rows = format!(
        "{DUE}\npayments invoice_id: I1, date: 2026-10-06, amount: 600\nhistory I1 2026-10-04 call finance assigned, rung: D+3"
    );
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

// ---- weekends

/// Due Thursday 10-01: D+2 is Saturday 10-03, D+3 Sunday 10-04.
const LADDER: &str = "segment all otherwise:\n  at D+2 email a\n  at D+3 email b\n  at D+10 email c\n";

fn weekends(way: &str) -> Vec<String> {
    case_with(&format!("  weekends: {way}"), &format!("{WEEKENDS}{LADDER}")).timeline(
        DUE,
        "2026-10-01",
        "2026-10-31",
    )
}

#[test]
fn r08_weekends_in_three_ways() {
    // Forward, and two rungs never on one day: Monday and Tuesday; D+10 is Sunday 10-11.
    assert_eq!(
        weekends("next business day"),
        [
            "2026-10-05 automatic email a I1",
            "2026-10-06 automatic email b I1",
            "2026-10-12 automatic email c I1"
        ]
    );
    // Back to Friday 10-02; b is not after that, so the next open day, Monday; c on Friday 10-09.
    assert_eq!(
        weekends("previous business day"),
        [
            "2026-10-02 automatic email a I1",
            "2026-10-05 automatic email b I1",
            "2026-10-09 automatic email c I1"
        ]
    );
    assert_eq!(
        weekends("same day"),
        [
            "2026-10-03 automatic email a I1",
            "2026-10-04 automatic email b I1",
            "2026-10-11 automatic email c I1"
        ]
    );
}

#[test]
fn r08_rolling_back_never_reaches_the_due_date() {
    let case = case_with(
        "  weekends: previous business day",
        &format!("{WEEKENDS}segment all otherwise:\n  at D+1 email a\n"),
    );
    // Due Friday 10-02: D+1 is Saturday; Friday is the due date, so Monday 10-05.
    assert_eq!(
        case.timeline("invoices I1, due_date: 2026-10-02", "2026-10-01", "2026-10-31"),
        ["2026-10-05 automatic email a I1"]
    );
    case.next_holds("invoices I1, due_date: 2026-10-02", "2026-10-02");
}

#[test]
fn r08_a_cadence_moves_in_its_own_way() {
    let case = case_with(
        "  weekends: previous business day",
        &format!(
            "{WEEKENDS}segment all otherwise:\n  use x\ncadence x:\n  weekends: same day\n  at D+2 email a\n"
        ),
    );
    assert_eq!(case.timeline(DUE, "2026-10-01", "2026-10-31"), ["2026-10-03 automatic email a I1"]);
}

#[test]
fn r12_carve_outs_move_as_the_policy_says() {
    let blocks = format!(
        "{WEEKENDS}segment all otherwise:\n  at D+40 email z\ncarve-out big when invoice.balance > 500 EUR:\n  at D+2 call by finance\n"
    );
    let first = |way: &str| {
        case_with(&format!("  weekends: {way}"), &blocks).timeline(DUE, "2026-10-02", "2026-10-20")
    };
    assert_eq!(first("next business day"), ["2026-10-05 manual big/call finance I1"]);
    assert_eq!(first("previous business day"), ["2026-10-02 manual big/call finance I1"]);
    assert_eq!(first("same day"), ["2026-10-03 manual big/call finance I1"]);
}

#[test]
fn r19_a_limit_frees_on_a_closed_day_where_nothing_moves() {
    let blocks = format!("{WEEKENDS}{LADDER}everywhere:\n  write to a customer at most once every 5 days\n");
    let sent = with("history I1 2026-10-05 email a sent, rung: D+2\nhistory C1 2026-10-06 email other sent");
    // Free on 10-11, a Sunday.
    assert_eq!(
        case_with("  weekends: same day\n  catch up: latest", &blocks).plan(&sent, "2026-10-08"),
        ["withheld limit email b I1 next 2026-10-11", "problem unknown-step"]
    );
    assert_eq!(
        case_with("  catch up: latest", &blocks).plan(&sent, "2026-10-08"),
        ["withheld limit email b I1 next 2026-10-12", "problem unknown-step"]
    );
}

// ---- holds with an end

const ONE: &str = "segment all otherwise:\n  at D+3 email a\n";

#[test]
fn r16_hold_until_includes_its_date() {
    let case = case(&format!("{ONE}  hold until 2026-10-10\n"));
    assert_eq!(case.plan(DUE, "2026-10-04"), ["withheld held email a I1 next 2026-10-11"]);
    assert_eq!(case.plan(DUE, "2026-10-10"), ["withheld held email a I1 next 2026-10-11"]);
    assert_eq!(case.plan(DUE, "2026-10-11"), ["2026-10-11 acts automatic email a I1"]);
    case.next_holds(DUE, "2026-10-02");
}

#[test]
fn r16_a_hold_with_a_date_goes_on_some_days_later() {
    let case = case(&format!("{ONE}everywhere:\n  hold until 2026-10-10 and resume 3 days later\n"));
    assert_eq!(case.plan(DUE, "2026-10-12"), ["withheld held email a I1 next 2026-10-14"]);
    assert_eq!(case.plan(DUE, "2026-10-14"), ["2026-10-14 acts automatic email a I1"]);
    case.next_holds(DUE, "2026-10-02");
}

#[test]
fn r16_a_carve_out_goes_on_some_days_after_its_condition_has_ended() {
    let hold = |when: &str| case(&format!("{ONE}carve-out c when {when}:\n  hold and resume 3 days later\n"));
    // A season: through 10-08, and three days more.
    let season = hold("today between 10-01 and 10-08");
    assert_eq!(season.plan(DUE, "2026-10-05"), ["withheld held email a I1 next 2026-10-12"]);
    assert_eq!(season.plan(DUE, "2026-10-11"), ["withheld held email a I1 next 2026-10-12"]);
    assert_eq!(season.plan(DUE, "2026-10-12"), ["2026-10-12 acts automatic email a I1"]);
    season.next_holds(DUE, "2026-10-02");
    // A dispute that was closed on 10-09 held through 10-08.
    let dispute = hold("invoice.disputed");
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-09");
    assert_eq!(dispute.plan(&rows, "2026-10-08"), ["withheld disputed email a I1 next none"]);
    assert_eq!(dispute.plan(&rows, "2026-10-09"), ["withheld held email a I1 next 2026-10-12"]);
    assert_eq!(dispute.plan(&rows, "2026-10-12"), ["2026-10-12 acts automatic email a I1"]);
    // A promise for 10-08 that is broken from 10-09 on.
    let promise = hold("invoice.promised");
    let rows = with("promises invoice_id: I1, made: 2026-10-02, due: 2026-10-08");
    assert_eq!(promise.plan(&rows, "2026-10-08"), ["withheld promised email a I1 next 2026-10-12"]);
    assert_eq!(promise.plan(&rows, "2026-10-10"), ["withheld held email a I1 next 2026-10-12"]);
    assert_eq!(promise.plan(&rows, "2026-10-12"), ["2026-10-12 acts automatic email a I1"]);
    // Other parts of the condition must hold still.
    let french = hold("invoice.disputed and customer.country is \"FR\"");
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-09");
    assert_eq!(
        french.plan(&format!("customers C1, country: DE\n{rows}"), "2026-10-09"),
        ["2026-10-09 acts automatic email a I1"]
    );
    assert_eq!(
        french.plan(&format!("customers C1, country: FR\n{rows}"), "2026-10-09"),
        ["withheld held email a I1 next 2026-10-12"]
    );
}

// ---- hours

#[test]
fn and_wait_brings_no_other_step_of_a_rung_before_its_day() {
    // The task was given on 10-02, and the rung's day is 10-11: the call is not told before anything of it is done.
    let case = case(
        "segment all otherwise:\n  at D+10 task \"Look\" for finance and wait and call by finance and wait\n",
    );
    let given = with("history I1 2026-10-02 task \"Look\" assigned");
    assert_eq!(case.plan(&given, "2026-10-05"), ["withheld not_done task \"Look\" I1 next none"]);
    // Once it is done, the other step of its rung is due.
    let done = format!("{given}\nhistory I1 2026-10-06 task \"Look\" done");
    assert_eq!(case.plan(&done, "2026-10-07"), ["2026-10-07 acts manual call finance I1"]);
}

#[test]
fn messages_go_out_in_the_hours_that_all_restrictions_leave() {
    let case = case(&format!(
        "{ONE}  at D+5 call by finance\n  messages between 09:30 and 20:00\neverywhere:\n  messages between 08:00 and 19:00\n"
    ));
    let plan = case.plan_of(DUE, "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts automatic email a I1"]);
    let window = plan.actions[0].window.as_ref().map(|window| (window.from.as_str(), window.to.as_str()));
    assert_eq!(window, Some(("09:30", "19:00")));
    // A call is no message.
    let sent = with("history I1 2026-10-04 email a sent, rung: D+3");
    let plan = case.plan_of(&sent, "2026-10-06");
    assert_eq!(lines(&plan), ["2026-10-06 acts manual call finance I1"]);
    assert!(plan.actions[0].window.is_none());
}

#[test]
fn without_a_common_hour_nothing_goes_out() {
    let case = case(&format!(
        "{ONE}  messages between 15:00 and 20:00\neverywhere:\n  messages between 08:00 and 12:00\n"
    ));
    assert_eq!(case.plan(DUE, "2026-10-04"), ["withheld no_hours email a I1 next none"]);
    // Told beside everything else that withholds it, and at its step (R23).
    let bounced = with("history I1 2026-09-20 email old bounced, address: a@x.example");
    let plan = case.plan_of(&format!("customers C1, email: a@x.example\n{bounced}"), "2026-10-04");
    let named = plan.withheld[0].blockers.iter();
    let named: Vec<_> = named.map(|blocker| (blocker.code, blocker.rule.as_deref())).collect();
    assert_eq!(named, [("no_address", Some("all/email a")), ("no_hours", Some("all/email a"))]);
}

#[test]
fn without_a_common_hour_nothing_below_it_comes_either() {
    // R11: nothing lower comes with the highest rung, which no hour lets go.
    let case = case(
        "segment all otherwise:\n  use x\ncadence x:\n  catch up: latest\n  at D+1 flag pause\n  at D+3 email a\n  messages between 15:00 and 20:00\neverywhere:\n  messages between 08:00 and 12:00\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-04"), ["withheld no_hours email a I1 next none"]);
}

// ---- one message per invoice

#[test]
fn r18_one_message_per_invoice_combines_nothing_and_lets_all_go() {
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01";
    assert_eq!(case(ONE).plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email a I1 + email a I2"]);
    let each = case_with("  one message per invoice", ONE);
    assert_eq!(
        each.plan(rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "2026-10-04 acts automatic email a I2"]
    );
    let sent = format!("{rows}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(
        each.plan(&sent, "2026-10-04"),
        ["2026-10-04 acts automatic email a I2", "waiting I1 overdue next none"]
    );
    // Limits count days as ever, and today is not a day before.
    let limited = case_with(
        "  one message per invoice",
        &format!("{ONE}everywhere:\n  write to a customer at most once every 5 days\n"),
    );
    let sent = format!("{rows}\nhistory I1 2026-10-03 email other sent");
    assert_eq!(
        limited.plan(&sent, "2026-10-04"),
        [
            "withheld limit email a I1 next 2026-10-08",
            "withheld limit email a I2 next 2026-10-08",
            "problem unknown-step"
        ]
    );
}

#[test]
fn r16_a_hold_by_one_of_two_conditions_ends_with_the_one_that_holds() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\n\
         carve-out quiet when today between 10-01 and 10-10 or invoice.amount > 5000 EUR:\n  hold and resume 2 days later\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01";
    // Through 10-10, and two days more.
    assert_eq!(case.plan(rows, "2026-10-05"), ["withheld held email first I1 next 2026-10-13"]);
    case.next_holds(rows, "2026-10-05");
    assert_eq!(case.timeline(rows, "2026-10-05", "2026-10-20"), ["2026-10-13 automatic email first I1"]);
    // Where the other holds as well, nobody knows.
    let rows = "invoices I1, due_date: 2026-10-01, amount: 6000";
    assert_eq!(case.plan(rows, "2026-10-05"), ["withheld held email first I1 next none"]);
}

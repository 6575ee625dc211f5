//! Ladders: order, dates, what was carried out, what comes next, catching up, carve-out steps (R7 to R12).
//!
//! 2026-10-01 is a Thursday.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

/// Rungs on 10-04 and 10-11.
const TWO: &str = "segment all otherwise:\n  at D+3 email first\n  at D+10 email second\n";

const WEEKENDS: &str = "calendar c:\n  closed saturday, sunday\n";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

#[test]
fn r07_rungs_stand_in_the_order_of_their_dates() {
    let case = case("segment all otherwise:\n  at D+10 email second\n  at D+3 email first\n");
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        ["2026-10-04 automatic email first I1", "2026-10-11 automatic email second I1"]
    );
}

#[test]
fn r07_anchors_mix_by_their_dates() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at issue+5 email b\n");
    // Issued 10-01: issue+5 is 10-06. Due 10-06: D+3 is 10-09. For I2, due on 10-02: D+3 is 10-05.
    let rows = "customers C1\ncustomers C2\ninvoices I1, issue_date: 2026-10-01, due_date: 2026-10-06\n\
                invoices I2, customer_id: C2, issue_date: 2026-10-01, due_date: 2026-10-02";
    assert_eq!(
        case.timeline(rows, "2026-10-01", "2026-10-20"),
        [
            "2026-10-05 automatic email a I2",
            "2026-10-06 automatic email b I1",
            "2026-10-06 automatic email b I2",
            "2026-10-09 automatic email a I1",
        ]
    );
}

#[test]
fn r07_of_rungs_on_one_nominal_date_the_first_in_the_file_comes_first() {
    let blocks = "segment all otherwise:\n  at issue+33 email b\n  at D+3 email a\n";
    // Issued 09-01 + 33 days = 10-04 = due 10-01 + 3: b, and a on the next day (R8).
    let rows = "invoices I1, issue_date: 2026-09-01, due_date: 2026-10-01";
    assert_eq!(
        case(blocks).timeline(rows, "2026-10-01", "2026-10-20"),
        ["2026-10-04 automatic email b I1", "2026-10-05 automatic email a I1"]
    );
}

#[test]
fn r07_each_cadence_is_a_ladder_of_its_own() {
    let case = case(
        "segment all otherwise:\n  use x, y\n  at D+3 call by finance\ncadence x:\n  at D+3 email a\ncadence y:\n  at D+3 notify manager\n",
    );
    assert_eq!(
        case.timeline(DUE, "2026-10-04", "2026-10-20"),
        [
            "2026-10-04 manual call finance I1",
            "2026-10-04 automatic email a I1",
            "2026-10-04 automatic notify manager I1",
        ]
    );
}

#[test]
fn r08_contacts_after_the_due_date_roll_forward() {
    let case = case(&format!("{WEEKENDS}{TWO}"));
    // 10-04 is a Sunday, so is 10-11: Mondays 10-05 and 10-12.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        ["2026-10-05 automatic email first I1", "2026-10-12 automatic email second I1"]
    );
    assert_eq!(case.plan(DUE, "2026-10-04"), ["waiting I1 overdue next 2026-10-05"]);
}

#[test]
fn r08_contacts_before_the_due_date_roll_back() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D-1 email early\n"));
    // Due Monday 10-05: 10-04 is a Sunday, so Friday 10-02.
    let rows = "invoices I1, due_date: 2026-10-05";
    assert_eq!(case.plan(rows, "2026-10-01"), ["waiting I1 sent next 2026-10-02"]);
    assert_eq!(case.timeline(rows, "2026-09-20", "2026-10-20"), ["2026-10-02 automatic email early I1"]);
}

#[test]
fn r08_rungs_rolled_onto_one_day_move_apart() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+2 email a\n  at D+3 email b\n  at D+4 email c\n"
    ));
    // Saturday 10-03 and Sunday 10-04 both roll to Monday 10-05: b moves to 10-06; c, nominally 10-05, to 10-07.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        [
            "2026-10-05 automatic email a I1",
            "2026-10-06 automatic email b I1",
            "2026-10-07 automatic email c I1"
        ]
    );
}

#[test]
fn r08_rungs_rolled_back_onto_one_day_move_to_the_due_date_and_lapse() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D-2 email a\n  at D-1 email b\n"));
    // Due Monday 10-05: Saturday and Sunday roll back to Friday 10-02; b goes to the next open day, which is the
    // due date, where steps before it lapse (R10).
    let rows = "invoices I1, due_date: 2026-10-05";
    assert_eq!(case.timeline(rows, "2026-09-20", "2026-10-20"), ["2026-10-02 automatic email a I1"]);
}

#[test]
fn r08_internal_steps_do_not_roll() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+2 notify manager\n  at D+3 task \"look\" for finance\n  at D+9 call by finance\n"
    ));
    // 10-03 and 10-04 as they are; the call of Saturday 10-10 on Monday.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        [
            "2026-10-03 automatic notify manager I1",
            "2026-10-04 manual task \"look\" I1",
            "2026-10-12 manual call finance I1",
        ]
    );
}

#[test]
fn r08_the_first_calendar_whose_condition_holds_counts() {
    let case = case(
        "calendar france:\n  closed saturday, sunday\ncalendar germany when customer.country is \"DE\":\n  closed saturday, sunday\n  holiday on 2026-10-05 \"x\"\nsegment all otherwise:\n  at D+3 email first\n",
    );
    for (country, planned) in [("FR", "2026-10-05"), ("DE", "2026-10-06"), ("none", "2026-10-05")] {
        let rows = format!("customers C1, country: {country}\n{DUE}");
        let acts = [format!("{planned} automatic email first I1")];
        assert_eq!(case.timeline(&rows, "2026-10-01", "2026-10-10"), acts, "{country}");
    }
}

#[test]
fn r08_yearly_holidays_close_every_year() {
    let case = case(
        "calendar c:\n  closed saturday, sunday\n  holiday every 12-25\nsegment all otherwise:\n  at D+3 email first\n",
    );
    // 2026-12-25 is a Friday: Monday 12-28.
    let rows = "invoices I1, due_date: 2026-12-22";
    assert_eq!(case.timeline(rows, "2026-12-22", "2026-12-31"), ["2026-12-28 automatic email first I1"]);
}

#[test]
fn r08_business_days_are_open_days_strictly_after_the_anchor() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D+3 business days email first\n"));
    // After Thursday 10-01: Friday 2, Monday 5, Tuesday 6.
    assert_eq!(case.timeline(DUE, "2026-10-01", "2026-10-10"), ["2026-10-06 automatic email first I1"]);
    // After Sunday 10-04: Monday 5, Tuesday 6, Wednesday 7.
    let rows = "invoices I1, due_date: 2026-10-04";
    assert_eq!(case.timeline(rows, "2026-10-01", "2026-10-10"), ["2026-10-07 automatic email first I1"]);
}

#[test]
fn r08_on_a_closed_day_no_contact_is_planned() {
    let case = case(&format!("{WEEKENDS}{TWO}"));
    // A first run on Saturday 10-10: the overdue first rung goes out on Monday.
    assert_eq!(case.plan(DUE, "2026-10-10"), ["waiting I1 overdue next 2026-10-12"]);
    // Second: not before Monday 10-12 + 7.
    assert_eq!(
        case.timeline(DUE, "2026-10-10", "2026-10-31"),
        ["2026-10-12 automatic email first I1", "2026-10-19 automatic email second I1"]
    );
}

#[test]
fn r08_days_are_counted_over_the_end_of_months_and_leap_days() {
    let case = case("segment all otherwise:\n  at D+30 email first\n");
    for (due, planned) in
        [("2026-01-31", "2026-03-02"), ("2028-01-31", "2028-03-01"), ("2026-12-31", "2027-01-30")]
    {
        let rows = format!("invoices I1, due_date: {due}");
        let before = later(day(planned), 0).pred_opt().unwrap().to_string();
        assert_eq!(case.plan(&rows, &before), [format!("waiting I1 overdue next {planned}")]);
        assert_eq!(case.plan(&rows, planned), [format!("{planned} acts automatic email first I1")]);
    }
}

#[test]
fn r09_sent_done_assigned_carry_a_step_out() {
    for outcome in ["sent", "done", "assigned"] {
        let rows = with(&format!("history I1 2026-10-04 email first {outcome}"));
        assert_eq!(case(TWO).plan(&rows, "2026-10-04"), ["waiting I1 overdue next 2026-10-11"], "{outcome}");
        assert_eq!(case(TWO).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email second I1"]);
    }
}

#[test]
fn r09_bounced_carries_the_step_out_and_the_address_is_missing() {
    let rows = with("history I1 2026-10-04 email first bounced");
    assert!(case(TWO).plan(&rows, "2026-10-05").iter().all(|line| !line.contains("acts")));
    // R21: no address is left, and the ladder waits.
    assert_eq!(case(TWO).plan(&rows, "2026-10-11"), ["withheld no_address email second I1 next none"]);
}

/// The same rungs, the first of them to be approved.
const ASKED: &str =
    "segment all otherwise:\n  at D+3 email first, needs approval by manager\n  at D+10 email second\n";

#[test]
fn r09_declined_passes_the_step() {
    let rows = with("history I1 2026-10-04 email first declined");
    assert_eq!(case(ASKED).plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case(ASKED).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email second I1"]);
}

#[test]
fn r09_a_decline_is_no_carrying_out_and_spaces_nothing() {
    let rows = with("history I1 2026-10-10 email first declined");
    // Declined on 10-10, after 10-04; the second rung is due on its own date all the same.
    assert_eq!(case(ASKED).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email second I1"]);
}

#[test]
fn r09_failed_and_withdrawn_are_tried_again_the_next_day() {
    for outcome in ["failed", "withdrawn"] {
        let rows = with(&format!("history I1 2026-10-04 email first {outcome}"));
        let plan = case(TWO).plan(&rows, "2026-10-04");
        assert_eq!(plan, ["withheld failed_today email first I1 next 2026-10-05"], "{outcome}");
        assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["2026-10-05 acts automatic email first I1"]);
    }
}

#[test]
fn r09_an_unknown_outcome_blocks_the_contacts_of_the_invoice() {
    let rows = with("invoices I2, due_date: 2026-10-01\nhistory I1 2026-10-04 email first unknown");
    // On 10-04 itself it may have gone out, and I2 would be a second message of that day (R18).
    for date in ["2026-10-05", "2026-10-30"] {
        let plan = case(TWO).plan(&rows, date);
        assert_eq!(
            plan,
            [
                format!("{date} acts automatic email first I2"),
                String::from("withheld unknown_outcome email first I1 next none"),
            ]
        );
    }
}

#[test]
fn r09_an_unknown_outcome_of_any_step_blocks_and_leaves_internal_ones() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 email a\n  at D+5 notify manager\ncadence y:\n  at D+4 email b\n",
    );
    let rows = with("history I1 2026-10-04 email a sent\nhistory I1 2026-10-05 email b unknown");
    assert_eq!(
        case.plan(&rows, "2026-10-06"),
        ["2026-10-06 acts automatic notify manager I1", "withheld unknown_outcome email b I1 next none"]
    );
}

#[test]
fn r09_a_person_settles_an_unknown_outcome() {
    let rows = with("history I1 2026-10-04 email first unknown\nhistory I1 2026-10-06 email first sent");
    // Carried out on 10-06, after 10-04: the second not before 10-06 + 7 = 10-13.
    assert_eq!(case(TWO).plan(&rows, "2026-10-07"), ["waiting I1 overdue next 2026-10-13"]);
    let rows = with("history I1 2026-10-04 email first unknown\nhistory I1 2026-10-06 email first failed");
    assert_eq!(case(TWO).plan(&rows, "2026-10-07"), ["2026-10-07 acts automatic email first I1"]);
}

#[test]
fn r09_an_approval_carries_nothing_out() {
    let rows = with("history I1 2026-10-04 email first approved, key: k, content: c, approved_by: ann");
    assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["2026-10-05 acts automatic email first I1"]);
}

#[test]
fn r09_the_latest_row_decides() {
    let rows = with("history I1 2026-10-06 email first failed\nhistory I1 2026-10-04 email first sent");
    assert_eq!(case(TWO).plan(&rows, "2026-10-07"), ["2026-10-07 acts automatic email first I1"]);
    let rows = with("history I1 2026-10-05 email first sent\nhistory I1 2026-10-04 email first failed");
    // Carried out on 10-05, a day late: 10-05 + 7.
    assert_eq!(case(TWO).plan(&rows, "2026-10-07"), ["waiting I1 overdue next 2026-10-12"]);
}

#[test]
fn r09_the_first_row_that_carried_it_out_gives_the_date() {
    let rows = with("history I1 2026-10-04 email first sent\nhistory I1 2026-10-08 email first done");
    assert_eq!(case(TWO).plan(&rows, "2026-10-09"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r09_of_rows_of_one_day_the_later_time_decides() {
    let rows = with(
        "history I1 2026-10-04 email first sent, at: '09:00'\nhistory I1 2026-10-04 email first failed, at: '10:00'",
    );
    assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["2026-10-05 acts automatic email first I1"]);
    let rows = with(
        "history I1 2026-10-04 email first sent, at: '11:00'\nhistory I1 2026-10-04 email first failed, at: '10:00'",
    );
    assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r09_without_times_a_tie_goes_to_the_message_that_went_out() {
    // Kinder to the customer, and the same for any order of the rows.
    let sent = "history I1 2026-10-04 email first sent";
    let failed = "history I1 2026-10-04 email first failed";
    for rows in [with(&format!("{sent}\n{failed}")), with(&format!("{failed}\n{sent}"))] {
        assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    }
}

#[test]
fn r09_other_steps_of_a_carried_out_rung_stay_due_until_the_next_rung() {
    let case =
        case("segment all otherwise:\n  at D+3 email first and notify manager\n  at D+10 email second\n");
    let rows = with("history I1 2026-10-04 email first sent");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic notify manager I1"]);
    assert_eq!(case.plan(&rows, "2026-10-10"), ["2026-10-10 acts automatic notify manager I1"]);
    // On 10-11 the next rung is planned: the notice lapses.
    assert_eq!(case.plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email second I1"]);
}

#[test]
fn r09_a_rung_is_carried_out_on_the_date_of_its_latest_step() {
    let case =
        case("segment all otherwise:\n  at D+3 email first and notify manager\n  at D+10 email second\n");
    let rows = with("history I1 2026-10-04 email first sent\nhistory I1 2026-10-08 notify manager done");
    // 10-08 is after 10-04: the second not before 10-08 + 7 = 10-15.
    assert_eq!(case.plan(&rows, "2026-10-11"), ["waiting I1 overdue next 2026-10-15"]);
}

#[test]
fn r10_a_rung_whose_condition_does_not_hold_is_passed_over() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a, if customer.country is \"DE\"\n  at D+4 email b, unless customer.country is \"FR\"\n  at D+5 email c\n",
    );
    let rows = format!("customers C1, country: FR\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["waiting I1 overdue next 2026-10-06"]);
    assert_eq!(case.timeline(&rows, "2026-10-01", "2026-10-20"), ["2026-10-06 automatic email c I1"]);
    let rows = format!("customers C1, country: DE\n{DUE}");
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-10-20"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-05 automatic email b I1",
            "2026-10-06 automatic email c I1"
        ]
    );
}

#[test]
fn r10_a_forbidden_step_is_passed_over() {
    let case = case("segment all otherwise:\n  never sms\n  at D+3 sms a\n  at D+5 email b and sms c\n");
    assert_eq!(case.timeline(DUE, "2026-10-01", "2026-10-20"), ["2026-10-06 automatic email b I1"]);
}

#[test]
fn r10_a_held_step_makes_the_ladder_wait() {
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-20";
    // First 10-21; second not before 10-21 + 7.
    assert_eq!(
        case(TWO).timeline(rows, "2026-10-01", "2026-11-10"),
        ["2026-10-21 automatic email first I1", "2026-10-28 automatic email second I1"]
    );
}

#[test]
fn r10_a_step_without_an_address_makes_the_ladder_wait() {
    let rows = format!("customers C1, email: none\n{DUE}");
    assert_eq!(case(TWO).plan(&rows, "2026-10-30"), ["withheld no_address email first I1 next none"]);
}

#[test]
fn r10_a_step_that_awaits_approval_makes_the_ladder_wait() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first, needs approval by manager\n  at D+10 email second\n",
    );
    let left = case.timeline_deciding(DUE, "2026-10-10", "2026-10-12", |_, _| None);
    assert_eq!(
        left,
        [
            "2026-10-10 approval(manager) email first I1 left",
            "2026-10-11 approval(manager) email first I1 left",
            "2026-10-12 approval(manager) email first I1 left",
        ]
    );
}

#[test]
fn r10_a_ladder_starts_at_most_one_rung_a_day() {
    let case = case(
        "segment all otherwise:\n  at D+3 notify manager\n  at D+4 notify finance\n  at D+5 task \"x\" for finance\n",
    );
    assert_eq!(
        case.timeline(DUE, "2026-10-20", "2026-10-30"),
        [
            "2026-10-20 automatic notify manager I1",
            "2026-10-21 automatic notify finance I1",
            "2026-10-22 manual task \"x\" I1",
        ]
    );
}

#[test]
fn r10_steps_before_the_due_date_lapse_on_it() {
    let case = case("segment all otherwise:\n  at D-3 email early\n  at D email day\n  at D+3 email first\n");
    // Planned for 09-28: late on 09-30, lapsed on 10-01, where D itself acts.
    assert_eq!(case.plan(DUE, "2026-09-30"), ["2026-09-30 acts automatic email early I1"]);
    assert_eq!(case.plan(DUE, "2026-10-01"), ["2026-10-01 acts automatic email day I1"]);
    assert_eq!(case.plan(DUE, "2026-10-05"), ["2026-10-05 acts automatic email day I1"]);
}

#[test]
fn r10_steps_counted_from_the_issue_date_lapse_on_the_due_date_too() {
    let case = case("segment all otherwise:\n  at issue+5 email early\n  at D+3 email first\n");
    // Issued 09-20 + 5 = 09-25, before 10-01.
    let rows = "invoices I1, issue_date: 2026-09-20, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-09-30"), ["2026-09-30 acts automatic email early I1"]);
    assert_eq!(case.plan(rows, "2026-10-01"), ["waiting I1 due_soon next 2026-10-04"]);
    // Due on 09-24: 09-25 is after it and does not lapse.
    let rows = "invoices I1, issue_date: 2026-09-20, due_date: 2026-09-24";
    assert_eq!(case.plan(rows, "2026-10-10"), ["2026-10-10 acts automatic email early I1"]);
}

const TABLE: &str = "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n  at D+30 email c\n";

#[test]
fn r11_one_at_a_time_spaces_by_the_gap() {
    // 04-20; + (10 − 3) = 04-27; + (30 − 10) = 05-17.
    assert_eq!(
        case(TABLE).timeline("invoices I1, due_date: 2025-03-10", "2025-04-20", "2025-07-01"),
        [
            "2025-04-20 automatic email a I1",
            "2025-04-27 automatic email b I1",
            "2025-05-17 automatic email c I1"
        ]
    );
}

#[test]
fn r11_latest_goes_to_the_highest_rung() {
    assert_eq!(
        case_with("  catch up: latest", TABLE).timeline(
            "invoices I1, due_date: 2025-03-10",
            "2025-04-20",
            "2025-07-01"
        ),
        ["2025-04-20 automatic email c I1"]
    );
}

#[test]
fn r11_in_time_both_families_agree() {
    // 2025-03-10 + 3, + 10, + 30 = 03-13, 03-20, 04-09.
    let days = [
        "2025-03-13 automatic email a I1",
        "2025-03-20 automatic email b I1",
        "2025-04-09 automatic email c I1",
    ];
    for settings in ["", "  catch up: latest", "  catch up: one at a time"] {
        let case = case_with(settings, TABLE);
        assert_eq!(case.timeline("invoices I1, due_date: 2025-03-10", "2025-03-01", "2025-07-01"), days);
    }
}

#[test]
fn r11_a_cadence_may_catch_up_in_its_own_way() {
    let case = case(
        "segment all otherwise:\n  use x\ncadence x:\n  catch up: latest\n  at D+3 email a\n  at D+10 email b\n",
    );
    assert_eq!(case.timeline(DUE, "2026-10-20", "2026-10-31"), ["2026-10-20 automatic email b I1"]);
}

#[test]
fn r11_the_day_after_the_gap_moves_to_an_open_day() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D+3 email a\n  at D+11 email b\n"));
    // Friday 10-16 + 8 = Saturday 10-24: Monday 10-26.
    assert_eq!(
        case.timeline(DUE, "2026-10-16", "2026-11-10"),
        ["2026-10-16 automatic email a I1", "2026-10-26 automatic email b I1"]
    );
}

#[test]
fn r11_a_rung_carried_out_on_its_rolled_day_is_not_late() {
    let case = case(&format!("{WEEKENDS}segment all otherwise:\n  at D+2 email a\n  at D+6 email b\n"));
    // Saturday 10-03 rolls to Monday 10-05, in time: b on 10-07, not on 10-05 + 4 = 10-09.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        ["2026-10-05 automatic email a I1", "2026-10-07 automatic email b I1"]
    );
}

#[test]
fn r11_a_rung_carried_out_early_does_not_pull_the_next_one() {
    let rows = with("history I1 2026-10-02 email first sent");
    assert_eq!(case(TWO).plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r11_the_spacing_goes_on_after_a_rung_that_was_passed_over() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+10 email b, if customer.country is \"DE\"\n  at D+30 email c\n",
    );
    // a late on 04-20. b never acts; c is no closer to a than 30 − 3 = 27 days: 05-17.
    let rows = "customers C1, country: FR\ninvoices I1, due_date: 2025-03-10";
    assert_eq!(
        case.timeline(rows, "2025-04-20", "2025-07-01"),
        ["2025-04-20 automatic email a I1", "2025-05-17 automatic email c I1"]
    );
}

#[test]
fn r11_latest_brings_flags_and_escalations_below() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 email a\n  at D+5 flag watch\n  at D+7 notify finance\n  at D+10 escalate to manager\n  at D+20 call by finance\n",
    );
    // First run on day 30: flag and escalation with the call; message and notice are passed.
    assert_eq!(
        case.timeline(DUE, "2026-10-31", "2026-11-30"),
        [
            "2026-10-31 manual call finance I1",
            "2026-10-31 automatic escalate manager I1",
            "2026-10-31 automatic flag watch I1",
        ]
    );
}

#[test]
fn r11_latest_with_a_held_top_brings_nothing_lower_back() {
    let case = case_with("  catch up: latest", "segment all otherwise:\n  at D+3 email a\n  at D+10 sms b\n");
    let rows = "customers C1, mobile: none\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-20"), ["withheld no_address sms b I1 next none"]);
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-25";
    assert_eq!(case.plan(rows, "2026-10-20"), ["withheld hold_until sms b I1 next 2026-10-26"]);
    assert_eq!(case.timeline(rows, "2026-10-01", "2026-11-30"), ["2026-10-26 automatic sms b I1"]);
}

#[test]
fn r11_latest_with_a_forbidden_top_brings_nothing_lower_back() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  never sms\n  at D+3 email a\n  at D+10 sms b\n",
    );
    assert!(case.timeline(DUE, "2026-10-11", "2026-11-30").is_empty());
    // Before 10-11 the first rung is the highest.
    assert_eq!(case.timeline(DUE, "2026-10-08", "2026-11-30"), ["2026-10-08 automatic email a I1"]);
}

#[test]
fn r11_every_repeats_as_often_as_it_says() {
    let case =
        case("segment all otherwise:\n  every 15 days from D+60, at most 3 times: task \"x\" for manager\n");
    // 10-01 + 60 = 11-30; + 15 = 12-15; + 15 = 12-30.
    assert_eq!(
        case.timeline(DUE, "2026-11-20", "2027-02-28"),
        [
            "2026-11-30 manual task \"x\" #1 I1",
            "2026-12-15 manual task \"x\" #2 I1",
            "2026-12-30 manual task \"x\" #3 I1"
        ]
    );
}

#[test]
fn r11_every_without_a_number_goes_on() {
    let case = case("segment all otherwise:\n  every 10 days from D+3: email a\n");
    // 10-04, 10-14, 10-24, 11-03, 11-13.
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-11-15"),
        [
            "2026-10-04 automatic email a #1 I1",
            "2026-10-14 automatic email a #2 I1",
            "2026-10-24 automatic email a #3 I1",
            "2026-11-03 automatic email a #4 I1",
            "2026-11-13 automatic email a #5 I1",
        ]
    );
}

#[test]
fn r11_every_after_a_late_first_run() {
    let blocks = "segment all otherwise:\n  every 10 days from D+3: email a\n";
    // One at a time: 10-30, then 10 days apart. Latest: the third (10-24) on 10-30, the fourth on its own 11-03.
    assert_eq!(
        case(blocks).timeline(DUE, "2026-10-30", "2026-11-20"),
        [
            "2026-10-30 automatic email a #1 I1",
            "2026-11-09 automatic email a #2 I1",
            "2026-11-19 automatic email a #3 I1"
        ]
    );
    assert_eq!(
        case_with("  catch up: latest", blocks).timeline(DUE, "2026-10-30", "2026-11-20"),
        [
            "2026-10-30 automatic email a #3 I1",
            "2026-11-03 automatic email a #4 I1",
            "2026-11-13 automatic email a #5 I1"
        ]
    );
}

#[test]
fn r12_a_dispute_step_acts_once_for_each_dispute() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out d when invoice.disputed:\n  hold\n  at dispute hand off to manager\n",
    );
    let rows = with(
        "disputes invoice_id: I1, opened: 2026-10-05, closed: 2026-10-10\ndisputes invoice_id: I1, opened: 2026-10-20, closed: 2026-10-25",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-10-31"),
        ["2026-10-05 manual d/hand off manager I1", "2026-10-20 manual d/hand off manager I1"]
    );
}

#[test]
fn r12_a_dispute_step_acts_late_but_only_while_the_dispute_holds() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out d when invoice.disputed:\n  at dispute+3 notify manager\n",
    );
    let rows = with("disputes invoice_id: I1, opened: 2026-10-05, closed: 2026-10-10");
    // 10-05 + 3 = 10-08; held through 10-09.
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-10-31"),
        ["2026-10-08 automatic d/notify manager I1"]
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-09", "2026-10-31"),
        ["2026-10-09 automatic d/notify manager I1"]
    );
    assert!(case.timeline(&rows, "2026-10-10", "2026-10-31").is_empty());
}

#[test]
fn r12_an_undated_dispute_meets_its_step_in_the_first_plan_that_sees_it() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out d when invoice.disputed:\n  at dispute notify manager\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01, disputed: yes";
    assert_eq!(case.timeline(rows, "2026-10-07", "2026-10-31"), ["2026-10-07 automatic d/notify manager I1"]);
}

#[test]
fn r12_a_promise_step_acts_once_for_each_promise() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+90 email first\ncarve-out b when invoice.promise_broken:\n  at promise+3 business days call by finance\n"
    ));
    // Promised for Monday 10-12: Tuesday, Wednesday, Thursday 10-15. Renewed on 10-16 for Tuesday 10-20: Wednesday,
    // Thursday, Friday 10-23.
    let rows = with(
        "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12\npromises invoice_id: I1, made: 2026-10-16, due: 2026-10-20",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-11-15"),
        ["2026-10-15 manual b/call finance I1", "2026-10-23 manual b/call finance I1"]
    );
}

#[test]
fn r12_other_carve_out_steps_act_once_when_they_match() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+1 notify manager\n",
    );
    // Under 500 until the payment is returned on 10-20.
    let rows = with(
        "payments invoice_id: I1, date: 2026-10-01, amount: 600\npayments invoice_id: I1, date: 2026-10-20, amount: -600",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-11-15"),
        ["2026-10-20 automatic big/notify manager I1"]
    );
    assert_eq!(
        case.timeline(DUE, "2026-09-20", "2026-11-15"),
        ["2026-10-02 automatic big/notify manager I1"]
    );
}

#[test]
fn r12_carve_out_steps_climb_no_ladder() {
    let case = case(
        "segment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+1 notify manager\n  at D+2 notify finance\n",
    );
    // Both on one day: there is no next rung to wait for.
    assert_eq!(
        case.timeline(DUE, "2026-10-20", "2026-11-15"),
        ["2026-10-20 automatic big/notify finance I1", "2026-10-20 automatic big/notify manager I1"]
    );
}

#[test]
fn r12_a_contact_of_a_carve_out_waits_for_an_open_day() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+90 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+3 call by finance\n"
    ));
    // Sunday 10-04 rolls to Monday.
    assert_eq!(case.timeline(DUE, "2026-10-01", "2026-10-20"), ["2026-10-05 manual big/call finance I1"]);
}

#[test]
fn r10_a_step_that_two_ladders_share_starts_a_rung_in_each() {
    // The call stands in both. In `b` it is below the e-mail, which went out first; done on 10-22 it starts that rung
    // there too, so the task of D+20 waits a day.
    let case = case(
        "cadence a:\n  at D+21 call by finance\ncadence b:\n  at D+1 call by finance, if invoice.messages_sent >= 9\n  \
         at D+2 email first\n  at D+20 task \"Look\" for finance\nsegment all otherwise:\n  use a, b\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01\nhistory I1 2026-10-03 email first sent\n\
                history I1 2026-10-22 call finance done";
    assert_eq!(case.plan(rows, "2026-10-22"), ["waiting I1 overdue next 2026-10-23"]);
    assert_eq!(case.plan(rows, "2026-10-23"), ["2026-10-23 acts manual task \"Look\" I1"]);
}

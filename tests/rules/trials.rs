//! What trials against the reference found, made small and worked out by hand.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

#[test]
fn r01_a_payment_to_come_makes_nobody_late_yet() {
    // I2 is too little to be open; it is paid on 10-08, ten days after 09-28.
    let case = case_with(
        "  ignore balances under 5 EUR",
        "segment slow when customer.average_days_late > 3 days:\n  at D+7 notify manager\nsegment all otherwise:\n  at D+3 email a\n",
    );
    let rows = format!("{DUE}\ninvoices I2, due_date: 2026-09-28, amount: 4.99, paid_date: 2026-10-08");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts automatic email a I1"]);
    assert_eq!(case.plan(&rows, "2026-10-07"), ["2026-10-07 acts automatic email a I1"]);
    assert_eq!(case.plan(&rows, "2026-10-08"), ["2026-10-08 acts automatic notify manager I1"]);
}

#[test]
fn r18_what_stood_in_was_declined_on_the_channel_it_went() {
    // Both went as one letter, and neither needs approval: both stay open.
    let by_post = "customers C1, mobile: none, street: 1 High St, city: Town";
    let case = case("segment all otherwise:\n  at D+3 sms a else letter b and letter c\n");
    let rows = format!(
        "{by_post}\n{DUE}\nhistory I1 2026-10-04 sms a declined, channel: letter\nhistory I1 2026-10-04 letter c declined, channel: letter"
    );
    assert_eq!(case.plan(&rows, "2026-10-05"), ["2026-10-05 acts automatic sms a I1 + letter c I1"]);
    // A text and a letter were two messages: each is passed.
    let rows = rows.replace("sms a declined, channel: letter", "sms a declined");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next none"]);
}

#[test]
fn r18_a_call_that_stood_in_was_declined_alone() {
    let case = case("segment all otherwise:\n  at D+3 email a else call by finance\n");
    let declined = ["I2", "I3"].map(|id| {
        format!(
            "invoices {id}, due_date: 2026-10-01\nhistory {id} 2026-10-04 email a declined, channel: email\n"
        )
    });
    let rows = format!("{DUE}\n{}history I1 2026-10-04 email a declined, channel: call", declined.concat());
    assert_eq!(
        case.plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic email a I2 + email a I3", "waiting I1 overdue next none"]
    );
}

#[test]
fn r18_one_step_declined_twice_is_one_message() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let twice = ["first", "second"]
        .map(|note| format!("history I1 2026-10-04 email a declined, channel: email, note: {note}\n"));
    let rows = format!("{DUE}\n{}", twice.concat());
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next none"]);
}

#[test]
fn r11_same_day_only_knows_the_day_of_a_step_counted_from_an_early_one() {
    // The first went out on 10-02, two days early: the next is due on 10-09 and not on 10-11.
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+3 email a\n  at previous+7 notify manager and email b\n",
    );
    let rows =
        format!("{DUE}\nhistory I1 2026-10-02 email a sent\nhistory I1 2026-10-09 notify manager done");
    assert_eq!(case.plan(&rows, "2026-10-09"), ["2026-10-09 acts automatic email b I1"]);
    for later in ["2026-10-10", "2026-10-11"] {
        assert_eq!(case.plan(&rows, later), ["waiting I1 overdue next none"]);
    }
}

#[test]
fn r07_what_follows_a_declined_step_counts_from_its_planned_date() {
    // D+2 is Saturday 10-03 and moves to Monday 10-05; five days later is Saturday 10-10, so Monday 10-12.
    let case = case(
        "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D+2 email a, needs approval by manager\n  at previous+5 email b\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-05 email a declined");
    assert_eq!(case.timeline(&rows, "2026-10-06", "2026-10-20"), ["2026-10-12 automatic email b I1"]);
    assert_eq!(case.plan(&rows, "2026-10-06"), ["waiting I1 overdue next 2026-10-12"]);
}

#[test]
fn r18_a_formal_step_that_repeats_joins_its_other_times() {
    // I1 is at its second time on 10-08 (due 10-01: D+0 and D+7), I2 at its first.
    let case = case("segment all otherwise:\n  every 7 days from D, at most twice: email a, formal\n");
    let rows = format!("{DUE}\ninvoices I2, due_date: 2026-10-08\nhistory I1 2026-10-01 email a #1 sent");
    assert_eq!(case.plan(&rows, "2026-10-08"), ["2026-10-08 acts automatic email a #2 I1 + email a #1 I2"]);
}

#[test]
fn r10_a_step_to_wait_for_below_a_later_rung_is_passed() {
    // A first run on 10-12: the flag of D+10 comes and brings that of D+3 along, without the call beside it.
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 flag pause and call by finance and wait\n  at D+10 flag watch\n  at D+20 email c\n",
    );
    assert_eq!(
        case.plan(DUE, "2026-10-12"),
        ["2026-10-12 acts automatic flag pause I1", "2026-10-12 acts automatic flag watch I1"]
    );
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-12 flag pause done, rung: D+3\nhistory I1 2026-10-12 flag watch done, rung: D+10"
    );
    // D+20 is 10-21.
    for date in ["2026-10-12", "2026-10-13"] {
        assert_eq!(case.plan(&rows, date), ["waiting I1 overdue next 2026-10-21"]);
    }
    // What somebody was given is waited for all the same.
    let rows = format!("{rows}\nhistory I1 2026-10-11 call finance assigned, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-13"), ["withheld not_done call finance I1 next none"]);
}

#[test]
fn r10_what_a_deadline_keeps_back_beyond_its_day_is_missed() {
    // Sent on 10-04, the deadline lasts through 10-13; the second was planned for 10-11, the third is for 10-21.
    let case = case(
        "segment all otherwise:\n  at D+3 email a, deadline 9 days\n  at D+10 email b, if missed: skip\n  at D+20 email c\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    for date in ["2026-10-12", "2026-10-14"] {
        assert_eq!(case.plan(&rows, date), ["waiting I1 overdue next 2026-10-21"]);
    }
}

#[test]
fn r11_latest_does_nothing_lower_while_a_deadline_keeps_the_highest_back() {
    // Sent on 10-04, the deadline lasts through 10-13; the next plan is of 10-11, on which the call has come.
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 email a, deadline 9 days\n  at D+5 notify manager\n  at D+10 call by finance\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-11"), ["waiting I1 overdue next 2026-10-14"]);
    assert_eq!(case.timeline(&rows, "2026-10-11", "2026-10-20"), ["2026-10-14 manual call finance I1"]);
}

#[test]
fn r23_latest_goes_on_without_a_message_that_a_credit_keeps_back() {
    // The credit lasts; the note of D+20 comes on 10-21 all the same.
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 email a\n  at D+20 notify manager\n",
    );
    let rows = format!("{DUE}\npayments customer_id: C1, date: 2026-10-02, amount: 5000, currency: EUR");
    let plan = case.plan(&rows, "2026-10-04");
    assert!(plan.contains(&String::from("withheld allocate_first email a I1 next 2026-10-21")), "{plan:?}");
    case.next_holds(&rows, "2026-10-04");
}

#[test]
fn r23_interest_of_a_rung_that_was_early_grows_from_day_to_day() {
    // The e-mail of D+10 went out on the due date. One day bears 1000 * 0.10 / 365 = 0.27.
    let case = case("segment all otherwise:\n  at D+10 email a and charge interest at 10%\n");
    let rows = format!("{DUE}\nhistory I1 2026-10-01 email a sent, rung: D+10");
    assert_eq!(
        case.plan(&rows, "2026-10-01"),
        ["withheld nothing_to_charge charge interest I1 next 2026-10-02"]
    );
    assert_eq!(case.plan(&rows, "2026-10-02"), ["2026-10-02 acts approval(finance) charge interest I1"]);
}

#[test]
fn r11_a_deadline_that_another_rung_set_today_keeps_back_what_is_left() {
    // The note of D+10 went out on 10-11, the call of D+3 was made on 10-15 only: seven days are through 10-22.
    let case = case(
        "segment all otherwise:\n  at D+3 call by finance, deadline 7 days\n  at D+10 notify manager and email b\n",
    );
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-11 notify manager done, rung: D+10\nhistory I1 2026-10-15 call finance done, rung: D+3"
    );
    for date in ["2026-10-15", "2026-10-22"] {
        assert_eq!(case.plan(&rows, date), ["waiting I1 overdue next 2026-10-23"]);
    }
    assert_eq!(case.plan(&rows, "2026-10-23"), ["2026-10-23 acts automatic email b I1"]);
}

#[test]
fn r11_latest_makes_up_for_nothing_below_a_step_that_is_withheld_in_another_ladder() {
    // Both ladders charge interest on 10-30 (10-01 + 29), which is done once, and the rates of the first begin too late.
    let case = with_file(
        "cadence one:\n  catch up: latest\n  at D+29 charge interest at \"late.yaml\" plus 2 points\n\
         cadence two:\n  catch up: latest\n  at D+14 flag pause\n  at D+29 charge interest at 10%\n\
         segment all otherwise:\n  use one, two\n",
        "late.yaml",
        "2026-10-20: 4\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-30"), ["withheld no_rate charge interest I1 next none"]);
}

#[test]
fn r11_same_day_only_does_not_go_back_to_a_step_to_wait_for() {
    // The note of D+25 went out on 10-03, so that the e-mail was due on 10-04 and what was left of the rung lapsed then.
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+25 call by finance and wait\n  at D+25 notify manager\n  at previous+1 email b\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-03 notify manager done, rung: D+25");
    assert_eq!(case.plan(&rows, "2026-10-03"), ["2026-10-03 acts manual call finance I1"]);
    for date in ["2026-10-05", "2026-10-26", "2026-10-27"] {
        assert_eq!(case.plan(&rows, date), ["waiting I1 overdue next none"]);
    }
}

#[test]
fn r11_what_a_hold_will_have_missed_still_comes_first_until_then() {
    // The e-mail of D+3 went out on 10-06 only, so that the call is planned for 10-08, two days later: the hold, through
    // that day, lets it lapse. The note of D+6, 10-07, stands above it and comes when the call is missed, on 10-09.
    let case = case_with(
        "  catch up: one per run",
        "segment all otherwise:\n  at D+3 email a\n  at previous+2 call by finance, if missed: skip\n  at D+6 notify manager\n  hold until 2026-10-08\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-06 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-07"), ["waiting I1 overdue next 2026-10-09"]);
    assert_eq!(case.plan(&rows, "2026-10-09"), ["2026-10-09 acts automatic notify manager I1"]);
}

#[test]
fn r23_what_will_be_missed_puts_off_nothing_beyond_its_own_day() {
    // The e-mail of D+3 went out on 10-06 only: the call, planned for that day too, and the note of D+6 come ten days later,
    // on 10-16. The call is missed then, and the note does not wait for the day after.
    let case = case_with(
        "  catch up: all, 10 days apart",
        "segment all otherwise:\n  at D+3 email a\n  at D+5 call by finance, if missed: skip\n  at D+6 notify manager\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-06 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-06"), ["waiting I1 overdue next 2026-10-16"]);
    assert_eq!(case.plan(&rows, "2026-10-16"), ["2026-10-16 acts automatic notify manager I1"]);
}

#[test]
fn r09_a_forbidden_step_is_not_waited_for_when_its_rung_has_lapsed() {
    // The mark of D+3 was set on 10-04, and what is left of its rung lapsed on 10-11. The ladder waits for the hand-off;
    // it does not wait for the call, which is forbidden.
    let case = case(
        "segment all otherwise:\n  at D+3 hand off to finance and wait and flag watch and call by finance and wait\n  at D+10 notify manager\n  never call\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-04 flag watch done, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-15"), ["2026-10-15 acts manual hand off finance I1"]);
}

// ---- the day of the next step (R23)

/// Nobody can write to C1 by e-mail.
const SILENT: &str = "customers C1, email: none\ninvoices I1, due_date: 2026-10-01";

#[test]
fn r23_the_next_step_of_another_ladder_is_told_beside_a_withheld_one() {
    let case =
        case("cadence marks:\n  at D+10 flag watch\nsegment all otherwise:\n  use marks\n  at D+3 email a\n");
    assert_eq!(case.plan(SILENT, "2026-10-04"), ["withheld no_address email a I1 next 2026-10-11"]);
    case.next_holds(SILENT, "2026-10-04");
}

#[test]
fn r23_a_ladder_goes_on_without_what_time_ends() {
    // On day 10, 10-11, the e-mail does not apply any more, and the mark of 10-06 comes. It cannot come sooner than its day.
    let ladder =
        "segment all otherwise:\n  at D+3 email a, if invoice.days_overdue < 10 days\n  at D+5 flag watch\n";
    assert_eq!(case(ladder).plan(SILENT, "2026-10-04"), ["withheld no_address email a I1 next 2026-10-06"]);
    assert_eq!(case(ladder).plan(SILENT, "2026-10-11"), ["2026-10-11 acts automatic flag watch I1"]);
    case(ladder).next_holds(SILENT, "2026-10-04");
    // What a carve-out may forbid with time is no different.
    let forbidden = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+5 flag watch\ncarve-out late when invoice.days_overdue >= 10 days:\n  never email\n",
    );
    assert_eq!(forbidden.plan(SILENT, "2026-10-04"), ["withheld no_address email a I1 next 2026-10-06"]);
    assert_eq!(forbidden.plan(SILENT, "2026-10-11"), ["2026-10-11 acts automatic flag watch I1"]);
}

#[test]
fn r23_under_latest_what_stands_below_takes_the_place_of_what_time_ends() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+1 flag watch\n  at D+3 email a, if invoice.days_overdue < 10 days\n",
    );
    assert_eq!(case.plan(SILENT, "2026-10-10"), ["withheld no_address email a I1 next 2026-10-11"]);
    assert_eq!(case.plan(SILENT, "2026-10-11"), ["2026-10-11 acts automatic flag watch I1"]);
}

#[test]
fn r23_what_repeats_comes_again_after_a_hold_that_had_it_missed() {
    // Day 3 is 10-04, on hold; day 10 is 10-11.
    let case = case("segment all otherwise:\n  every 7 days from D+3: email a, if missed: skip\n");
    let held = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-05";
    assert_eq!(case.plan(held, "2026-10-02"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case.plan(held, "2026-10-11"), ["2026-10-11 acts automatic email a #2 I1"]);
}

#[test]
fn r23_what_repeats_comes_again_after_the_days_apart_that_had_it_missed() {
    // The call of D+2 was made on 10-05; nothing comes before 10-15, so that the days 10-08, 10-11 and 10-14 are missed.
    let case = case_with(
        "  catch up: all, 10 days apart",
        "segment all otherwise:\n  at D+2 call by finance\n  every 3 days from D+7: email a, if missed: skip\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-05 call finance done, rung: D+2");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-17"]);
    assert_eq!(case.plan(&rows, "2026-10-17"), ["2026-10-17 acts automatic email a #4 I1"]);
}

#[test]
fn r23_same_day_only_names_the_earliest_planned_day() {
    // `previous+8` stands at 10-11, after D+9, but eight days after the plan of that one: 10-18. D+12 is 10-13.
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+2 flag one\n  at previous+8 email b\n  at D+9 flag two\n  at D+12 flag three\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-11"), ["waiting I1 overdue next 2026-10-13"]);
    assert_eq!(case.plan(DUE, "2026-10-14"), ["waiting I1 overdue next 2026-10-18"]);
}

#[test]
fn r23_what_lapses_under_a_hold_does_not_put_off_what_comes_after_it() {
    // The call of D-1 would come on Monday 10-05, but lapses on the due date; the mark of D+1 comes on Saturday 10-03.
    let case = case(
        "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D-1 call by finance\n  at D+1 flag watch\n",
    );
    let held = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-02";
    for day in ["2026-09-28", "2026-10-02"] {
        let plan = case.plan(held, day);
        assert!(plan.iter().all(|line| line.ends_with("next 2026-10-03")), "{day}: {plan:?}");
    }
    assert_eq!(case.plan(held, "2026-10-03"), ["2026-10-03 acts automatic flag watch I1"]);
    // So it does on a day on which nobody is called: Wednesday 09-30 is closed here.
    let closed = "calendar c:\n  closed wednesday, saturday, sunday\n  holiday 2026-10-02\nsegment all otherwise:\n  at D-1 call by finance\n  at D+1 flag watch\n";
    let call = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-01";
    assert_eq!(
        crate::support::case(closed).plan(call, "2026-09-30"),
        ["waiting I1 due_soon next 2026-10-02"]
    );
}

#[test]
fn r16_a_hold_has_no_known_end_where_time_ends_its_carve_out() {
    // Its own date is 10-20; on day 4, 10-05, the carve-out does not match any more.
    let case = case(
        "segment all otherwise:\n  at D+1 email a\ncarve-out fresh when invoice.days_overdue < 4 days:\n  hold until 2026-10-20\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-02"), ["withheld held email a I1 next none"]);
    assert_eq!(case.plan(DUE, "2026-10-05"), ["2026-10-05 acts automatic email a I1"]);
    // A broken promise is not mended by time.
    let broken = crate::support::case(
        "segment all otherwise:\n  at D+1 email a\ncarve-out broken when invoice.promise_broken:\n  hold until 2026-10-20\n",
    );
    let rows = format!("{DUE}\npromises invoice_id: I1, due: 2026-09-25, made: 2026-09-20");
    assert_eq!(broken.plan(&rows, "2026-10-02"), ["withheld held email a I1 next 2026-10-21"]);
    // So where a value is not known, and time makes the rest fail.
    let unknown = crate::support::case(
        "segment all otherwise:\n  at D+1 email a\ncarve-out fresh when invoice.days_overdue < 4 days and customer.since <= 2020-12-31:\n  hold until 2026-10-20\n",
    );
    assert_eq!(unknown.plan(DUE, "2026-10-02"), ["withheld unknown_value email a I1 next none"]);
    assert_eq!(unknown.plan(DUE, "2026-10-05"), ["2026-10-05 acts automatic email a I1"]);
}

#[test]
fn r13_a_contact_at_the_rung_carried_out_last_passes_what_lies_below_it() {
    // The e-mail of another ladder stands at D+6, where the fee's second time was charged: its first time is passed.
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  every 4 days from D+2, at most 3 times: charge fee 40 EUR\n",
    );
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-08 charge fee #2 done\nhistory I1 2026-10-07 email gone sent, rung: D+6"
    );
    assert_eq!(
        case.plan(&rows, "2026-10-11"),
        ["2026-10-11 acts approval(finance) charge fee #3 I1", "problem unknown-step"]
    );
}

#[test]
fn r23_a_customers_ladder_may_be_anchored_anew_when_a_promise_is_broken() {
    // I1 is due on 10-04 and promised for 10-07. From 10-08 the promise is broken and I1 on hold: the ladder sees I2 and I3
    // only, and its call of day 2 comes on 10-13. While it is anchored on I1 that day was 10-06.
    let case = case_with(
        "  catch up: same day only",
        "cadence account per customer:\n  at D+2 call by finance\n  at D+27 charge fee 40 EUR\nsegment all otherwise:\n  use account\ncarve-out broken when invoice.promise_broken:\n  hold\n",
    );
    let rows = "invoices I1, due_date: 2026-10-04\ninvoices I2, due_date: 2026-10-11\ninvoices I3, due_date: 2026-10-11\npromises invoice_id: I1, due: 2026-10-07";
    let plan = case.plan(rows, "2026-10-07");
    // I2 and I3 are overdue from 10-12 on.
    assert_eq!(
        plan,
        [
            "waiting I1 promised next 2026-10-08",
            "waiting I2 due_soon next 2026-10-12",
            "waiting I3 due_soon next 2026-10-12"
        ]
    );
    assert_eq!(case.plan(rows, "2026-10-13")[..1], ["2026-10-13 acts manual call finance C1: I2 I3"]);
}

#[test]
fn r23_a_step_of_two_ladders_goes_on_with_the_first_of_them() {
    // On hold through 10-07, day 6. One ladder acts on its day or never; the other makes up for day 2 on 10-08.
    let case = case(
        "cadence strict:\n  catch up: same day only\n  at D+6 notify owner\ncadence patient:\n  at D+2 notify owner\nsegment all otherwise:\n  use strict, patient\n",
    );
    let held = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-07";
    assert_eq!(case.plan(held, "2026-10-07"), ["withheld hold_until notify owner I1 next 2026-10-08"]);
    assert_eq!(case.plan(held, "2026-10-08"), ["2026-10-08 acts automatic notify owner I1"]);
}

#[test]
fn r23_a_ladder_goes_on_when_time_ends_what_it_waits_for() {
    // The call applies through day 19, 10-20; the mark of day 10 comes on 10-21.
    let case = case(
        "segment all otherwise:\n  at D+3 call by finance and wait, if invoice.days_overdue < 20 days\n  at D+10 flag watch\n",
    );
    let given = format!("{DUE}\nhistory I1 2026-10-04 call finance assigned, rung: D+3");
    assert_eq!(case.plan(&given, "2026-10-20"), ["withheld not_done call finance I1 next 2026-10-21"]);
    assert_eq!(case.plan(&given, "2026-10-21"), ["2026-10-21 acts automatic flag watch I1"]);
}

#[test]
fn r09_what_was_given_of_the_rung_started_last_is_told_beside_a_higher_one() {
    // The call of D+20 was given through another ladder while the one of D+15 was not made.
    let case = case(
        "segment all otherwise:\n  at D+15 call by finance and task \"Look\" for owner and wait\n  at D+20 call by legal and wait\n",
    );
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-16 call finance done, rung: D+15\nhistory I1 2026-10-16 task \"Look\" assigned, rung: D+15\nhistory I1 2026-10-16 call legal assigned, rung: D+20"
    );
    assert_eq!(
        case.plan(&rows, "2026-10-30"),
        ["withheld not_done call legal I1 next none", "withheld not_done task \"Look\" I1 next none"]
    );
}

#[test]
fn r23_a_ladder_goes_on_when_what_it_waits_for_lapses() {
    // The task of D+15 was given on its day and lapses with it: the letter comes on D+17, and not sooner.
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+14 notify manager\n  at D+15 task \"Look\" for owner and wait, if missed: skip\n  at D+17 email a\n",
    );
    let rows = format!("{DUE}\nhistory I1 2026-10-16 task \"Look\" assigned, rung: D+15");
    assert_eq!(case.plan(&rows, "2026-10-16"), ["withheld not_done task \"Look\" I1 next 2026-10-18"]);
    assert_eq!(case.plan(&rows, "2026-10-17"), ["waiting I1 overdue next 2026-10-18"]);
    assert_eq!(case.plan(&rows, "2026-10-18"), ["2026-10-18 acts automatic email a I1"]);
}

//! Edges of the rules: what a small slip in the code would change, and no other test would notice.
//!
//! 2026-10-01 is a Thursday; 2026-10-03 and 10-04 are a weekend, and so are 10-10 and 10-11.

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

const WEEKENDS: &str = "calendar c:\n  closed saturday, sunday\n";

fn with(rows: &str) -> String {
    format!("{DUE}\n{rows}")
}

// ---- ladders

#[test]
fn r13_repetitions_that_were_sent_stay_sent_when_the_due_date_is_put_off() {
    let case = case("segment all otherwise:\n  every 10 days from D+3, at most 6 times: email a\n");
    // Sent while the invoice was due on 10-01. Due on 12-01, #4 stands at D+33: 2027-01-03.
    let rows = "invoices I1, due_date: 2026-12-01\n\
                history I1 2026-10-04 email a #1 sent, rung: D+3\n\
                history I1 2026-10-14 email a #2 sent, rung: D+13\n\
                history I1 2026-10-24 email a #3 sent, rung: D+23";
    assert_eq!(case.plan(rows, "2026-11-01"), ["waiting I1 sent next 2027-01-03"]);
}

#[test]
fn r18_a_decline_that_does_not_pass_a_step_does_not_pass_its_rung() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\n  at D+10 email second\ncarve-out big when invoice.balance >= 500 EUR:\n  needs approval by manager\n",
    );
    // Both declined as one message. Only I1 needed approval: I2 still gets its first message.
    let rows = with(
        "invoices I2, due_date: 2026-10-01, amount: 10\n\
         history I1 2026-10-04 email first declined\nhistory I2 2026-10-04 email first declined",
    );
    assert_eq!(
        case.plan(&rows, "2026-10-11"),
        ["2026-10-11 acts approval(manager) email second I1 + email first I2"]
    );
}

#[test]
fn r18_a_decline_passes_whatever_let_a_person_see_the_step() {
    let declined = "invoices I2, due_date: 2026-10-01\n\
                    history I1 2026-10-04 email first declined\nhistory I2 2026-10-04 email first declined";
    let passed = ["waiting I1 overdue next none", "waiting I2 overdue next none"];
    for restriction in ["never auto-send", "only by hand", "needs approval by manager"] {
        let blocks = format!("segment all otherwise:\n  at D+3 email first\neverywhere:\n  {restriction}\n");
        assert_eq!(case(&blocks).plan(&with(declined), "2026-10-05"), passed, "{restriction}");
    }
    let escalating = case("segment all otherwise:\n  at D+2 escalate to manager\n  at D+3 email first\n");
    let rows = with(&format!(
        "{declined}\nhistory I1 2026-10-03 escalate manager done\nhistory I2 2026-10-03 escalate manager done"
    ));
    assert_eq!(
        escalating.plan(&rows, "2026-10-05"),
        ["waiting I1 escalated next none", "waiting I2 escalated next none"]
    );
}

#[test]
fn r18_messages_declined_on_two_days_were_no_combined_one() {
    let case = case("segment all otherwise:\n  at D+3 email first\n");
    let rows = with(
        "invoices I2, due_date: 2026-10-01\n\
         history I1 2026-10-04 email first declined\nhistory I2 2026-10-05 email first declined",
    );
    assert_eq!(
        case.plan(&rows, "2026-10-06"),
        ["waiting I1 overdue next none", "waiting I2 overdue next none"]
    );
}

// ---- and wait

/// An e-mail, and a call to wait for.
const CALL: &str =
    "segment all otherwise:\n  at D+3 email a and call by finance and wait\n  at D+10 email b\n";

#[test]
fn r09_nobody_waits_for_a_call_whose_day_is_over() {
    let sent = with("history I1 2026-10-04 email a sent, rung: D+3");
    let same_day = case_with("  catch up: same day only", CALL);
    let skip = case(&CALL.replace(" and wait", " and wait, if missed: skip"));
    for case in [skip, same_day] {
        assert_eq!(case.plan(&sent, "2026-10-04"), ["2026-10-04 acts manual call finance I1"]);
        assert_eq!(case.plan(&sent, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
        // Nobody tries it again on the next day.
        let failed = format!("{sent}\nhistory I1 2026-10-04 call finance failed, rung: D+3");
        assert_eq!(
            case.plan(&failed, "2026-10-04"),
            ["withheld failed_today call finance I1 next 2026-10-11"]
        );
        case.next_holds(&failed, "2026-10-04");
    }
}

#[test]
fn r12_a_carve_outs_call_to_wait_for_is_done_when_it_is_done() {
    let case = case(
        "segment all otherwise:\n  at D+90 email z\ncarve-out big when invoice.balance > 10 EUR:\n  at D+1 call by finance and wait\n",
    );
    // Given on 10-02, it is shown until somebody has called (R9). The ladder goes on without it (R23).
    let given = with("history I1 2026-10-02 big/call finance assigned");
    assert_eq!(case.plan(&given, "2026-10-03"), ["withheld not_done big/call finance I1 next 2026-12-30"]);
    let done = format!("{given}\nhistory I1 2026-10-04 big/call finance done");
    assert_eq!(case.plan(&done, "2026-10-05"), ["waiting I1 overdue next 2026-12-30"]);
}

#[test]
fn r10_a_call_that_lapsed_is_not_waited_for_though_somebody_was_given_it() {
    let case = case(&CALL.replace(" and wait", " and wait, if missed: skip"));
    let given =
        with("history I1 2026-10-04 email a sent, rung: D+3\nhistory I1 2026-10-04 call finance assigned");
    // It lapses the day after its date, and the ladder goes on at D+10.
    assert_eq!(case.plan(&given, "2026-10-04"), ["withheld not_done call finance I1 next 2026-10-11"]);
    assert_eq!(case.plan(&given, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
    assert_eq!(case.plan(&given, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

#[test]
fn r09_what_is_left_of_a_rung_to_wait_for_acts_after_the_next_one_was_planned() {
    // a on Friday 10-02; b would stand on Tuesday 10-06.
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+1 email a and call by finance and wait\n  at D+5 email b\n"
    ));
    let sent = with("history I1 2026-10-02 email a sent, rung: D+1");
    assert_eq!(case.plan(&sent, "2026-10-07"), ["2026-10-07 acts manual call finance I1"]);
    // Nobody is called on Saturday 10-10.
    assert_eq!(case.plan(&sent, "2026-10-10"), ["waiting I1 overdue next 2026-10-12"]);
    let assigned = format!("{sent}\nhistory I1 2026-10-07 call finance assigned, rung: D+1");
    assert_eq!(case.plan(&assigned, "2026-10-10"), ["withheld not_done call finance I1 next none"]);
}

#[test]
fn r09_what_a_person_has_not_done_is_told_beside_what_is_left_of_the_rung() {
    let case = case(&format!(
        "{WEEKENDS}segment all otherwise:\n  at D+1 email a and task \"Look\" for owner and call by finance and wait\n"
    ));
    let rows = with(
        "history I1 2026-10-02 email a sent, rung: D+1\nhistory I1 2026-10-02 call finance assigned, rung: D+1",
    );
    // On Saturday 10-03 as on Monday 10-05.
    for day in ["2026-10-03", "2026-10-05"] {
        assert_eq!(
            case.plan(&rows, day),
            [
                format!("{day} acts manual task \"Look\" I1"),
                String::from("withheld not_done call finance I1 next none")
            ]
        );
    }
}

#[test]
fn r10_a_ladder_that_waits_before_the_due_date_goes_on_after_it() {
    let case = case("segment all otherwise:\n  at D-10 call by finance and wait\n  at D+3 email b\n");
    let rows = with("history I1 2026-09-21 call finance assigned, rung: D-10");
    assert_eq!(case.plan(&rows, "2026-09-25"), ["withheld not_done call finance I1 next 2026-10-04"]);
    // On the due date itself nothing is over yet.
    let on_due = self::case("segment all otherwise:\n  at D call by finance and wait\n  at D+3 email b\n");
    let rows = with("history I1 2026-10-01 call finance assigned, rung: D");
    assert_eq!(on_due.plan(&rows, "2026-10-02"), ["withheld not_done call finance I1 next none"]);
}

// ---- next

#[test]
fn r23_what_time_alone_can_bring_is_next_tomorrow() {
    let late = case("segment all otherwise:\n  at D+3 email a, if invoice.days_overdue >= 20 days\n");
    assert_eq!(late.plan(DUE, "2026-10-10"), ["waiting I1 overdue next 2026-10-11"]);
    late.next_holds(DUE, "2026-10-10");
    // The same where a carve-out forbids the message for a time.
    let quiet = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out quiet when today between 2026-10-01 and 2026-10-12:\n  never email\n",
    );
    assert_eq!(quiet.plan(DUE, "2026-10-10"), ["withheld never email a I1 next 2026-10-11"]);
    quiet.next_holds(DUE, "2026-10-10");
    // And not where it never comes by itself.
    let amount = case("segment all otherwise:\n  at D+3 email a, if invoice.amount > 5000 EUR\n");
    assert_eq!(amount.plan(DUE, "2026-10-10"), ["waiting I1 overdue next none"]);
}

#[test]
fn r23_what_is_spaced_does_not_come_sooner_for_a_step_that_is_forbidden_for_a_time() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\n  at D+10 email b and notify manager\n\
         carve-out quiet when today between 2026-10-01 and 2026-12-31:\n  never email\n",
    );
    // a came sixteen days late: seven days to the next rung (R11).
    let rows = with("history I1 2026-10-20 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-21"), ["waiting I1 overdue next 2026-10-27"]);
    assert_eq!(
        case.plan(&rows, "2026-10-27"),
        ["2026-10-27 acts automatic notify manager I1", "withheld never email b I1 next 2026-10-28"]
    );
}

#[test]
fn r23_a_rung_with_nothing_to_do_is_not_next() {
    for family in ["same day only", "latest", "one at a time", "one per run", "all, 2 days apart"] {
        let case = case_with(
            &format!("  catch up: {family}"),
            "segment all otherwise:\n  at D+3 email a\n  at D+10 email b, if customer.country is \"DE\"\n  at D+20 email c\n",
        );
        let rows = with("customers C1, country: FR\nhistory I1 2026-10-04 email a sent, rung: D+3");
        assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-21"], "{family}");
    }
}

#[test]
fn r11_same_day_only_misses_what_falls_into_a_deadline() {
    let case = case_with(
        "  catch up: same day only",
        "segment all otherwise:\n  at D+3 email a, deadline 10 days\n  at D+6 email b\n  at D+20 email c\n",
    );
    // a gives until 10-14: b, on 10-07, is missed.
    let rows = with("history I1 2026-10-04 email a sent, rung: D+3");
    for day in ["2026-10-05", "2026-10-07", "2026-10-08"] {
        assert_eq!(case.plan(&rows, day), ["waiting I1 overdue next 2026-10-21"], "{day}");
    }
}

#[test]
fn r07_previous_counts_in_its_own_unit_however_late_the_rung_before_it_was() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at previous+1 month email b\n");
    // Nominally 31 days apart, on 10-04 and 11-04; a month after 02-10 is 03-10.
    let rows = with("history I1 2027-02-10 email a sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2027-02-11"), ["waiting I1 overdue next 2027-03-10"]);
}

#[test]
fn r08_an_internal_step_that_is_spaced_stays_on_a_closed_day() {
    let case =
        case(&format!("{WEEKENDS}segment all otherwise:\n  at D+1 email a\n  at D+9 notify manager\n"));
    // a came a week late, on 10-09; eight days later is Saturday 10-17.
    let rows = with("history I1 2026-10-09 email a sent, rung: D+1");
    assert_eq!(case.plan(&rows, "2026-10-16"), ["waiting I1 overdue next 2026-10-17"]);
    assert_eq!(case.plan(&rows, "2026-10-17"), ["2026-10-17 acts automatic notify manager I1"]);
}

// ---- holds

#[test]
fn r16_a_hold_by_dates_is_lengthened_whether_they_have_a_year_or_not() {
    for dates in ["10-01 and 10-08", "2026-10-01 and 2026-10-08"] {
        let case = case(&format!(
            "segment all otherwise:\n  at D+3 email a\ncarve-out closed when today between {dates}:\n  hold and resume 3 days later\n"
        ));
        for day in ["2026-10-05", "2026-10-08", "2026-10-09", "2026-10-11"] {
            assert_eq!(case.plan(DUE, day), ["withheld held email a I1 next 2026-10-12"], "{dates} on {day}");
        }
        assert_eq!(case.plan(DUE, "2026-10-12"), ["2026-10-12 acts automatic email a I1"]);
    }
}

// ---- ladders per customer

#[test]
fn r22_interest_of_a_customer_that_is_all_charged_is_withheld() {
    let case = case(
        "cadence account per customer:\n  every 30 days from D+30, at most 3 times: charge interest at 10%\nsegment all otherwise:\n  use account\n",
    );
    // 16.44 EUR through D+60, and 100 EUR are charged.
    let rows = with("history I1 2026-10-31 charge interest #1 done, amount: 100, rung: D+30");
    assert_eq!(
        case.plan(&rows, "2026-11-30"),
        ["withheld nothing_to_charge charge interest #2 C1: I1 next none"]
    );
}

const ACCOUNT: &str = "cadence account per customer:\n  at D+3 email a\n  at D+10 email b\nsegment all otherwise:\n  use account\n";

#[test]
fn r06_what_a_policy_cannot_lift_withholds_a_customers_ladder_as_well() {
    for (column, code) in
        [("do_not_contact: true", "do_not_contact"), ("insolvent_since: 2026-10-02", "insolvent")]
    {
        let rows = with(&format!("customers C1, {column}"));
        assert_eq!(
            case(ACCOUNT).plan(&rows, "2026-10-04"),
            [format!("withheld {code} email a C1: I1 next none")]
        );
    }
}

#[test]
fn r14_what_time_alone_sets_free_can_join_the_ladder_tomorrow() {
    let case = case(&format!("{ACCOUNT}carve-out fresh when invoice.days_overdue <= 10 days:\n  hold\n"));
    // Free on 10-12, and then at once in step a.
    assert_eq!(case.plan(DUE, "2026-10-02"), ["waiting I1 overdue next 2026-10-03"]);
    case.next_holds(DUE, "2026-10-02");
    assert_eq!(case.plan(DUE, "2026-10-12"), ["2026-10-12 acts automatic email a C1: I1"]);
}

#[test]
fn r13_of_two_contacts_at_one_rung_the_later_counts_for_the_spacing() {
    let case = case(
        "segment gold when customer.segment is \"gold\":\n  at D+3 email x\nsegment all otherwise:\n  at D+3 email a\n  at D+10 email b\n",
    );
    let a = |day: &str| format!("history I1 {day} email a sent, rung: D+3");
    let x = |day: &str| format!("history I1 {day} email x sent, rung: D+3");
    // One on its day, the other sixteen days late, whichever it is: seven days to b (R11).
    for rows in [[a("2026-10-04"), x("2026-10-20")], [x("2026-10-04"), a("2026-10-20")]] {
        assert_eq!(case.plan(&with(&rows.join("\n")), "2026-10-21"), ["waiting I1 overdue next 2026-10-27"]);
    }
}

// ---- messages

#[test]
fn r15_two_roles_with_one_address_are_two_approvers() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a, needs approval by finance, needs approval by owner\n",
    );
    let rows = with("customers C1, owner: finance@acme.example");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts approval(finance owner) email a I1"]);
}

#[test]
fn r18_hours_that_only_touch_have_no_hour_in_common() {
    let blocks = |until: &str| {
        format!(
            "segment large when invoice.amount >= 500 EUR:\n  messages between 08:00 and {until}\n  at D+3 email a\n\
             segment all otherwise:\n  messages between 10:00 and 12:00\n  at D+3 email b\n"
        )
    };
    let rows = with("invoices I2, due_date: 2026-10-01, amount: 10");
    assert_eq!(
        case(&blocks("10:00")).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "withheld one_a_day email b I2 next 2026-10-05"]
    );
    assert_eq!(
        case(&blocks("10:01")).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1 + email b I2"]
    );
}

#[test]
fn r18_what_is_due_today_is_not_before_the_due_date() {
    let case = case("segment all otherwise:\n  at D-1 email early\n  at D email a\n  at D+5 email b\n");
    let rows = with("invoices I2, due_date: 2026-10-01\ninvoices I3, due_date: 2026-10-02");
    // The one due tomorrow waits for its own message.
    assert_eq!(
        case.plan(&rows, "2026-10-01"),
        [
            "2026-10-01 acts automatic email a I1 + email a I2",
            "withheld one_a_day email early I3 next 2026-10-02"
        ]
    );
    let rows = with("invoices I2, due_date: 2026-09-26\nhistory I2 2026-09-26 email a sent, rung: D");
    assert_eq!(case.plan(&rows, "2026-10-01"), ["2026-10-01 acts automatic email b I2 + email a I1"]);
}

#[test]
fn r23_a_repetition_that_lapses_today_has_the_one_after_it_as_next() {
    let case =
        case("segment all otherwise:\n  every 10 days from D+3, at most 3 times: email a, if missed: skip\n");
    let rows = "customers C1, email: none\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld no_address email a #1 I1 next 2026-10-14"]);
}

#[test]
fn r24_a_flag_of_a_customer_is_cleared_whatever_ladders_there_are() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = "invoices I1, due_date: 2026-11-01\nhistory C1 2026-10-02 flag vip done";
    assert_eq!(
        case.plan(rows, "2026-10-10"),
        ["2026-10-10 acts automatic clear vip C1", "waiting I1 sent next 2026-11-04", "problem unknown-step"]
    );
}

#[test]
fn r23_a_withheld_message_says_which_address_is_lacking() {
    let said = |step: &str, rows: &str| {
        let case = case(&format!("segment all otherwise:\n  at D+3 {step}\n"));
        case.plan_of(rows, "2026-10-05").withheld[0].blockers[0].sentence.clone()
    };
    let nobody = "customers C1, email: none, mobile: none\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(said("email a", nobody), "there is no e-mail address that works");
    assert_eq!(said("sms a", nobody), "there is no mobile number that works");
    assert_eq!(said("letter a", nobody), "there is no postal address");
    let bounced = with("history I1 2026-09-30 email old bounced, channel: email");
    assert_eq!(
        said("email a", &bounced),
        "a message bounced, and the ledger does not say at which address: add the address to that row"
    );
}

#[test]
fn r19_a_limit_says_when_and_how_often() {
    let said = |times: &str| {
        let blocks = format!(
            "segment all otherwise:\n  at D+3 email a\neverywhere:\n  write to a customer at most {times} every 30 days\n"
        );
        let rows = with(
            "history C1 2026-09-20 email old sent, channel: email\nhistory C1 2026-09-28 email old sent, channel: email",
        );
        case(&blocks).plan_of(&rows, "2026-10-04").withheld[0].blockers[0].sentence.clone()
    };
    assert_eq!(said("once"), "last written to on 28 September, and at most once every 30 days");
    assert_eq!(said("2 times"), "last written to on 28 September, and at most 2 times every 30 days");
}

// ---- facts and conditions

/// Whether a condition holds for I1 on a day.
fn holds(condition: &str, rows: &str, day: &str) -> bool {
    let fields = "field customer.labels: tags\n";
    let blocks = format!("{fields}segment all otherwise:\n  at D email a, if {condition}\n");
    case(&blocks).plan_of(rows, day).actions.iter().any(|action| action.invoices[0].id == "I1")
}

#[test]
fn customers_are_told_apart_by_what_the_data_says_of_them() {
    let rows = with("customers C1, name: Globex, email: pay@globex.example, phone: \"+33 1\", language: fr");
    for (field, own, other) in [
        ("id", "C1", "C2"),
        ("name", "Globex", "Acme"),
        ("email", "pay@globex.example", "x@globex.example"),
        ("phone", "+33 1", "+33 2"),
        ("language", "fr", "de"),
    ] {
        assert!(holds(&format!("customer.{field} is \"{own}\""), &rows, "2026-10-05"), "{field}");
        assert!(!holds(&format!("customer.{field} is \"{other}\""), &rows, "2026-10-05"), "{field}");
    }
}

#[test]
fn texts_compare_whatever_their_capitals_in_every_script() {
    let sector = |own: &str| with(&format!("customers C1, sector: {own}"));
    assert!(holds("customer.sector is \"Café\"", &sector("CAFÉ"), "2026-10-05"));
    assert!(holds("customer.sector is \"Cafe\"", &sector("CAFE"), "2026-10-05"));
    assert!(!holds("customer.sector is \"Café\"", &sector("Thé"), "2026-10-05"));
    assert!(!holds("customer.sector is \"Cafe\"", &sector("Tea"), "2026-10-05"));
}

#[test]
fn a_list_of_tags_is_never_unknown() {
    let untagged = with("customers C1");
    assert!(holds("not customer.labels has \"late\"", &untagged, "2026-10-05"));
    assert!(holds("customer.labels is missing", &untagged, "2026-10-05"));
}

#[test]
fn a_season_of_one_day_is_that_day() {
    for (day, held) in [("2026-10-08", false), ("2026-10-09", true), ("2026-10-10", false)] {
        assert_eq!(holds("today between 10-09 and 10-09", DUE, day), held, "{day}");
    }
}

#[test]
fn what_is_due_today_is_not_overdue() {
    for (day, overdue) in [("2026-10-01", false), ("2026-10-02", true)] {
        assert_eq!(holds("customer.overdue_count >= 1", DUE, day), overdue, "{day}");
    }
}

#[test]
fn the_mean_of_days_late_is_rounded_half_up() {
    // Ten and five days late: 7.5. With one eight days late 7.66, and with one that was early 5.
    let two = with(
        "invoices I8, due_date: 2026-09-01, paid_date: 2026-09-11\n\
                    invoices I9, due_date: 2026-09-01, paid_date: 2026-09-06",
    );
    let third = |paid: &str| format!("{two}\ninvoices I7, due_date: 2026-09-01, paid_date: {paid}");
    for (rows, mean) in [(two.clone(), 8), (third("2026-09-09"), 8), (third("2026-08-01"), 5)] {
        let at_least =
            |days: i64| holds(&format!("customer.average_days_late >= {days} days"), &rows, "2026-10-05");
        assert_eq!([at_least(mean), at_least(mean + 1)], [true, false], "{mean}\n{rows}");
    }
}

#[test]
fn messages_sent_are_those_that_may_have_arrived() {
    let rows = with(
        "history I1 2026-09-01 email x sent, channel: email\nhistory I1 2026-09-02 sms y sent, channel: sms\n\
         history I1 2026-09-03 email z withdrawn, channel: email\nhistory I1 2026-09-04 email w failed, channel: email",
    );
    assert!(holds("invoice.messages_sent >= 2", &rows, "2026-10-20"));
    assert!(!holds("invoice.messages_sent >= 3", &rows, "2026-10-20"));
    assert!(holds("invoice.messages_sent < 1", DUE, "2026-10-20"));
}

#[test]
fn r12_a_step_at_the_due_date_does_not_lapse_on_it() {
    let case = case(
        "segment all otherwise:\n  at D+30 email a\ncarve-out big when invoice.amount >= 500 EUR:\n  at D notify manager\n",
    );
    for day in ["2026-10-01", "2026-10-03"] {
        assert_eq!(case.plan(DUE, day)[0], format!("{day} acts automatic big/notify manager I1"));
    }
}

#[test]
fn r14_an_invoice_paid_in_part_before_it_is_due_begins_no_episode() {
    let rows = with(
        "history I1 2026-10-04 email a sent, rung: D+3, currency: EUR\n\
         invoices I2, due_date: 2026-11-01\npayments invoice_id: I2, date: 2026-10-02, amount: 10",
    );
    assert_eq!(
        case(ACCOUNT).plan(&rows, "2026-10-11"),
        ["2026-10-11 acts automatic email b C1: I1", "waiting I2 sent next 2026-11-02"]
    );
}

#[test]
fn r24_what_became_of_another_step_takes_no_flag_back() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = "invoices I1, due_date: 2026-11-01\n\
                history C1 2026-10-02 flag vip done\nhistory C1 2026-10-03 notify finance failed";
    assert_eq!(
        case.plan(rows, "2026-10-10"),
        [
            "2026-10-10 acts automatic clear vip C1",
            "waiting I1 sent next 2026-11-04",
            "problem unknown-step",
            "problem unknown-step"
        ]
    );
}

#[test]
fn r24_what_an_ended_episode_set_is_cleared_once_each() {
    let case = case(
        "cadence account per customer:\n  at D+3 email a\n  at D+5 flag slow\n  at D+6 flag vip\nsegment all otherwise:\n  use account\n",
    );
    let flags = "history C1 2026-08-06 flag slow done, currency: EUR\nhistory C1 2026-08-07 flag vip done, currency: EUR\n\
                 history C1 2026-08-09 flag slow done, currency: EUR";
    // Overdue from 08-02 to 08-19, and anew from 10-02 on.
    let rows = with(&format!("invoices I0, due_date: 2026-08-01, paid_date: 2026-08-20\n{flags}"));
    let waits = "waiting I1 overdue next 2026-10-04";
    assert_eq!(
        case.plan(&rows, "2026-10-03"),
        ["2026-10-03 acts automatic clear slow C1", "2026-10-03 acts automatic clear vip C1", waits]
    );
    // What failed afterwards is another step, and takes no clearing back.
    let rows = format!(
        "{rows}\nhistory C1 2026-09-01 clear slow done\nhistory C1 2026-09-01 clear vip done\nhistory C1 2026-09-02 email a failed, currency: EUR"
    );
    assert_eq!(case.plan(&rows, "2026-10-03"), [waits]);
}

#[test]
fn r15_who_was_handed_a_customer_owns_its_invoices() {
    let case = case(
        "cadence account per customer:\n  at D+3 hand off to manager\nsegment all otherwise:\n  use account\n",
    );
    let rows = with("history C1 2026-10-04 hand off manager done, currency: EUR");
    assert_eq!(case.stages(&rows, "2026-10-05"), ["I1 overdue 2026-10-02 manager"]);
}

#[test]
fn r14_an_invoice_that_is_held_brings_nothing_forward_while_nothing_of_it_is_due() {
    let rows = with(
        "history C1 2026-10-04 email a sent, rung: D+3, currency: EUR\n\
         invoices I2, due_date: 2026-10-10, hold_until: 2026-10-06",
    );
    assert_eq!(
        case(ACCOUNT).plan(&rows, "2026-10-05"),
        ["waiting I1 overdue next 2026-10-11", "waiting I2 due_soon next 2026-10-11"]
    );
}

#[test]
fn r14_what_is_due_today_is_in_no_step() {
    let rows = with("invoices I2, due_date: 2026-10-04");
    assert_eq!(
        case(ACCOUNT).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email a C1: I1", "waiting I2 due_soon next 2026-10-05"]
    );
}

#[test]
fn r14_the_day_of_payment_is_not_one_of_the_episode() {
    // Nothing was overdue on 10-06, so that the ladder begins anew with I2.
    let rows = "invoices I1, due_date: 2026-10-01, paid_date: 2026-10-06\ninvoices I2, due_date: 2026-10-06\n\
                history C1 2026-10-04 email a sent, rung: D+3, currency: EUR";
    assert_eq!(case(ACCOUNT).plan(rows, "2026-10-09"), ["2026-10-09 acts automatic email a C1: I2"]);
    // A payment of a later day is not looked at (R1).
    let rows = "invoices I1, due_date: 2026-10-01, paid_date: 2026-10-20";
    assert_eq!(case(ACCOUNT).plan(rows, "2026-10-04"), ["2026-10-04 acts automatic email a C1: I1"]);
}

// ---- what an action says

#[test]
fn an_action_says_why_it_is_due_in_words() {
    let case = case(
        "segment all otherwise:\n  at D-3 notify manager\n  at D-1 notify owner\n  at D notify finance\n  at D+1 notify manager as one\n  at D+3 notify manager as three\n\
         carve-out disputed when invoice.disputed:\n  at dispute+1 notify manager\n\
         carve-out broken when invoice.promise_broken:\n  at promise+2 notify manager\n",
    );
    let said = |rows: &str, day: &str| {
        let plan = case.plan_of(&with(rows), day);
        plan.actions.iter().map(|action| action.because.sentence.clone()).collect::<Vec<_>>()
    };
    for (day, sentence) in [
        ("2026-09-28", "due in 3 days"),
        ("2026-09-30", "due tomorrow"),
        ("2026-10-01", "due today"),
        ("2026-10-02", "1 day overdue"),
        ("2026-10-04", "3 days overdue"),
    ] {
        assert_eq!(said("", day), [sentence]);
    }
    let disputed = "disputes invoice_id: I1, opened: 2025-09-12, reason: missing delivery note";
    assert_eq!(said(disputed, "2026-11-01")[0], "disputed since 12 September 2025, missing delivery note");
    let broken = "promises invoice_id: I1, made: 2026-10-05, due: 2026-10-12";
    assert_eq!(said(broken, "2026-10-14")[0], "the promise for 12 October was not kept");
}

#[test]
fn a_task_carries_its_text() {
    let plan = case("segment all otherwise:\n  at D+3 task \"Ask for the order number\" for finance\n")
        .plan_of(DUE, "2026-10-04");
    assert_eq!(plan.actions[0].body.as_deref(), Some("Ask for the order number"));
}

#[test]
fn what_is_withheld_carries_no_text_and_nothing_to_approve() {
    // The second message of the day to one customer, and one over the limit of a day.
    let steps = "segment large when invoice.amount >= 500 EUR:\n  at D+3 email a\nsegment all otherwise:\n  at D+3 email b, formal\n";
    let limited = "segment all otherwise:\n  at D+3 email a\neverywhere:\n  send at most 1 message a day\n";
    let small = "invoices I2, due_date: 2026-10-01, amount: 10";
    let another = "customers C1\ncustomers C2\ninvoices I2, due_date: 2026-10-01, customer_id: C2";
    let one_a_day = "one e-mail a day to a customer, and a more urgent one goes first";
    let limit = "as many messages as the policy allows go out today, and more urgent ones go first";
    for (blocks, rows, sentence) in [(steps, small, one_a_day), (limited, another, limit)] {
        let plan = case(blocks).plan_of(&with(rows), "2026-10-04");
        assert_eq!(plan.withheld[0].blockers[0].sentence, sentence);
        let action = &plan.withheld[0].action;
        assert_eq!((&action.subject, &action.body, &action.content), (&None, &None, &None));
        let sent = &plan.actions[0];
        assert!(sent.subject.is_some() && sent.body.is_some() && sent.content.is_some());
    }
}

#[test]
fn r21_only_a_bounce_without_address_closes_the_channel_and_only_that_one() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    for row in [
        "sms old bounced, channel: sms",
        "email old sent, channel: email",
        "email old bounced, channel: email, address: old@customer.example",
    ] {
        let rows = with(&format!("history I1 2026-09-20 {row}"));
        assert_eq!(case.plan(&rows, "2026-10-04")[0], "2026-10-04 acts automatic email a I1", "{row}");
        // Without an address nobody is told that a message bounced.
        let plan = case.plan_of(&format!("customers C1, email: none\n{rows}"), "2026-10-04");
        assert_eq!(plan.withheld[0].blockers[0].sentence, "there is no e-mail address that works", "{row}");
    }
}

#[test]
fn r15_nobody_is_asked_at_what_can_be_no_address() {
    let case = case("segment all otherwise:\n  at D+3 email a, needs approval by owner\n");
    let plan = |owner: &str| case.plan(&with(&format!("customers C1, owner: \"{owner}\"")), "2026-10-04");
    assert_eq!(plan("ann@acme.example"), ["2026-10-04 acts approval(owner) email a I1"]);
    for owner in [
        "Ann",
        "@acme.example",
        "ann@",
        "ann@acme@example",
        "ann lee@acme.example",
        "ann@acme.example\\u0007",
    ] {
        assert_eq!(plan(owner), ["2026-10-04 acts approval(finance) email a I1"], "{owner}");
    }
}

#[test]
fn r21_a_telephone_number_has_five_digits() {
    let case = case("segment all otherwise:\n  at D+3 sms a\n");
    let plan = |mobile: &str| case.plan(&with(&format!("customers C1, mobile: \"{mobile}\"")), "2026-10-04");
    assert_eq!(plan("+33 12 3"), ["2026-10-04 acts automatic sms a I1"]);
    assert_eq!(plan("+33 12"), ["withheld no_address sms a I1 next none"]);
}

#[test]
fn r22_a_charge_says_what_was_charged_before() {
    let case =
        case("segment all otherwise:\n  every 30 days from D+30, at most 3 times: charge interest at 10%\n");
    let before = |rows: &str, day: &str| {
        case.plan_of(rows, day).actions[0].charge.as_ref().and_then(|charge| charge.before.clone())
    };
    assert_eq!(before(DUE, "2026-10-31"), None);
    let charged = with("history I1 2026-10-31 charge interest #1 done, amount: 8.22, rung: D+30");
    assert_eq!(before(&charged, "2026-11-30").as_deref(), Some("8.22"));
}

#[test]
fn r24_a_clearing_says_what_became_of_the_invoice() {
    let case = case("segment all otherwise:\n  at D+3 flag f\n");
    for (end, word) in [("paid_date: 2026-10-08", "settled"), ("status: void", "void or written off")] {
        let rows = format!("invoices I1, due_date: 2026-10-01, {end}\nhistory I1 2026-10-04 flag f done");
        let plan = case.plan_of(&rows, "2026-10-09");
        let sentence = format!("set on 4 October, and the invoice is {word}");
        assert_eq!((&*plan.actions[0].step, &plan.actions[0].because.sentence), ("clear f", &sentence));
    }
}

#[test]
fn r22_after_a_decline_only_what_was_charged_since_is_taken_off() {
    let case =
        case("segment all otherwise:\n  every 30 days from D+30, at most 3 times: charge interest at 10%\n");
    // The days through 10-31 are waived. 11-01 to 12-30 are 60 days, 16.44 EUR, and 5 EUR are charged of them.
    let rows = with(
        "history I1 2026-10-31 charge interest #1 declined, rung: D+30\n\
         history I1 2026-11-30 charge interest #2 done, amount: 5, rung: D+60",
    );
    let plan = case.plan_of(&rows, "2026-12-30");
    assert_eq!(plan.actions[0].charge.as_ref().map(|charge| charge.amount.minor), Some(1144));
}

#[test]
fn r22_what_was_charged_on_the_day_of_a_decline_was_charged_before_it() {
    let case = case_with(
        "  catch up: one per run",
        "segment all otherwise:\n  every 30 days from D+30, at most 3 times: charge interest at 10%\n",
    );
    // On 11-30 #1 is charged late, and #2 declined: 16.44 EUR through 11-30 are waived. Of 24.66 EUR 8.22 are left.
    let rows = with(
        "history I1 2026-11-30 charge interest #1 done, amount: 8.22, rung: D+30\n\
         history I1 2026-11-30 charge interest #2 declined, rung: D+60",
    );
    let plan = case.plan_of(&rows, "2026-12-30");
    assert_eq!(plan.actions[0].charge.as_ref().map(|charge| charge.amount.minor), Some(822));
}

#[test]
fn r22_a_rate_that_is_lacking_is_told_with_its_file_and_days() {
    let case = with_file(
        "segment all otherwise:\n  at D+30 charge interest at \"rates/base.yaml\" plus 8 points\n",
        "rates/base.yaml",
        "2026-07-01: 2.00\n2026-10-12: 3.00\n",
    );
    let plan = case.plan_of("invoices I1, due_date: 2026-06-15", "2026-07-15");
    assert_eq!(
        plan.withheld[0].blockers[0].sentence,
        "`rates/base.yaml` has no rate for 2026-06-16, it begins on 2026-07-01: add the earlier ones"
    );
}

/// What a message about I1 says on a day.
fn body(case: &Case, rows: &str, day: &str) -> String {
    case.plan_of(rows, day).actions[0].body.clone().unwrap().trim().to_owned()
}

#[test]
fn r22_a_letter_names_the_interest_of_a_condition_only_where_it_holds() {
    let text = "---\nsubject: Claim\n---\n{{ interest_to_date | money }}\n";
    let steps = "at D+30 email claim\n  at D+60 charge interest at 5% as mild, if invoice.amount > 5000 EUR\n  \
                 at D+61 charge interest at 10%";
    let case = case_written(&format!("segment all otherwise:\n  {steps}\n"), &[("claim.md", text)]);
    // 30 days: 1000 * 0.10 * 30 / 365, and 6000 * 0.05 * 30 / 365.
    assert_eq!(body(&case, DUE, "2026-10-31"), "8.22\u{a0}EUR");
    assert_eq!(body(&case, &format!("{DUE}, amount: 6000"), "2026-10-31"), "24.66\u{a0}EUR");
}

#[test]
fn r22_a_fee_without_an_amount_was_the_one_of_the_policy() {
    let text = "---\nsubject: Claim\n---\n{{ total_with_charges | money }}\n";
    let blocks = "segment all otherwise:\n  at D+3 charge fee 40 EUR\n  at D+5 email claim\n";
    let case = case_written(blocks, &[("claim.md", text)]);
    let rows = with("history I1 2026-10-04 charge fee done, rung: D+3");
    assert_eq!(body(&case, &rows, "2026-10-06"), "1,040.00\u{a0}EUR");
}

#[test]
fn a_message_reads_the_fields_that_the_policy_adds() {
    let text = "---\nsubject: Claim\n---\n{{ customer.region }}, {{ customer.labels | join('+') }}, {{ invoice.order }}\n";
    let blocks = "field customer.region: text\nfield customer.labels: tags\nfield invoice.order: text\n\
                  segment all otherwise:\n  at D+3 email claim\n";
    let case = case_written(blocks, &[("claim.md", text)]);
    let invoice = format!("{DUE}, order: PO-7");
    let rows = |customer: &str| format!("customers C1, {customer}\n{invoice}");
    assert_eq!(body(&case, &rows("region: north, labels: big;late"), "2026-10-04"), "north, big+late, PO-7");
    // No tags are an empty list; a text that is lacking withholds the message.
    assert_eq!(body(&case, &rows("region: north"), "2026-10-04"), "north, , PO-7");
    assert_eq!(
        case.plan(&rows("labels: big"), "2026-10-04"),
        ["withheld missing_value email claim I1 next none"]
    );
}

#[test]
fn r24_a_clearing_of_a_customer_that_failed_is_tried_on_the_next_day() {
    let case = case("segment all otherwise:\n  at D+3 email a\n");
    let rows = "invoices I1, due_date: 2026-11-01\nhistory C1 2026-10-02 flag vip done\nhistory C1 2026-10-10 clear vip failed";
    let rest = ["waiting I1 sent next 2026-11-04", "problem unknown-step"];
    assert_eq!(case.plan(rows, "2026-10-10"), rest);
    let clears = ["2026-10-11 acts automatic clear vip C1"];
    assert_eq!(case.plan(rows, "2026-10-11"), [&clears[..], &rest[..]].concat());
}

#[test]
fn r20_two_messages_that_a_credit_covers_are_one_notice() {
    let case = case(
        "segment large when invoice.amount >= 500 EUR:\n  at D+3 email a\nsegment all otherwise:\n  at D+3 email b, formal\n",
    );
    let rows = with(
        "invoices I2, due_date: 2026-10-01, amount: 10\npayments customer_id: C1, date: 2026-10-02, amount: 5000, currency: EUR",
    );
    let plan = case.plan_of(&rows, "2026-10-04");
    assert_eq!(plan.actions.len(), 1, "{:?}", plan.actions);
    assert_eq!(plan.withheld.len(), 2);
}

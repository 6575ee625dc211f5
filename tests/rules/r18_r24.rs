//! Messages together, limits, addresses and languages, silence explained, clearing (R18 to R24), and the plan
//! as a whole.

use dun::render::json;

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

const FIRST: &str = "segment all otherwise:\n  at D+3 email first\n";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

#[test]
fn r18_messages_of_one_day_become_one_and_the_most_overdue_leads() {
    let rows = "invoices I1, due_date: 2026-10-02\ninvoices I2, due_date: 2026-10-01";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-06"),
        ["2026-10-06 acts automatic email first I2 + email first I1"]
    );
}

#[test]
fn r18_then_the_larger_balance_then_the_id_leads() {
    let rows = "invoices I1, due_date: 2026-10-01, amount: 10\ninvoices I3, due_date: 2026-10-01, amount: 20\n\
                invoices I2, due_date: 2026-10-01, amount: 20";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-06"),
        ["2026-10-06 acts automatic email first I2 + email first I3 + email first I1"]
    );
}

#[test]
fn r18_on_one_invoice_the_later_rung_leads() {
    let case = case(
        "segment all otherwise:\n  use x, y\ncadence x:\n  at D+3 email a\ncadence y:\n  at D+5 email b\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-06"), ["2026-10-06 acts automatic email b I1 + email a I1"]);
}

#[test]
fn r18_different_steps_combine_and_each_is_carried_out() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n");
    // I1 at D+10 on 10-11, I2 (due 10-08) at D+3 on 10-11.
    let rows = with("invoices I2, due_date: 2026-10-08\nhistory I1 2026-10-04 email a sent");
    assert_eq!(
        case.timeline(&rows, "2026-10-08", "2026-10-31"),
        ["2026-10-11 automatic email b I1 + email a I2", "2026-10-18 automatic email b I2"]
    );
}

#[test]
fn r18_before_and_after_the_due_date_stay_apart() {
    let case = case("segment all otherwise:\n  at D-3 email early\n  at D+3 email first\n");
    // I1 is at D+3 on 10-04, I2 (due 10-07) at D-3: two messages, and only one a day.
    let rows = with("invoices I2, due_date: 2026-10-07");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I1", "withheld one_a_day email early I2 next 2026-10-05"]
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-04", "2026-10-09"),
        ["2026-10-04 automatic email first I1", "2026-10-05 automatic email early I2"]
    );
}

#[test]
fn r18_currencies_stay_apart() {
    let rows = with("invoices I2, due_date: 2026-09-30, currency: USD");
    assert_eq!(
        case(FIRST).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I2", "withheld one_a_day email first I1 next 2026-10-05"]
    );
}

#[test]
fn r18_customers_stay_apart() {
    let rows = "customers C1, email: same@x.example\ncustomers C2, email: same@x.example\n\
                invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01, customer_id: C2";
    assert_eq!(
        case(FIRST).plan(rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I1", "2026-10-04 acts automatic email first I2"]
    );
}

#[test]
fn r18_an_email_and_a_text_are_two_messages() {
    let case = case("segment all otherwise:\n  at D+3 email a and sms b\n");
    assert_eq!(
        case.plan(DUE, "2026-10-04"),
        ["2026-10-04 acts automatic email a I1", "2026-10-04 acts automatic sms b I1"]
    );
}

#[test]
fn r18_one_a_day_counts_the_ledger_of_that_day() {
    let rows = with("invoices I2, due_date: 2026-10-01\nhistory I1 2026-10-04 email first sent");
    assert_eq!(
        case(FIRST).plan(&rows, "2026-10-04"),
        ["withheld one_a_day email first I2 next 2026-10-05", "waiting I1 overdue next none"]
    );
    assert_eq!(
        case(FIRST).plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic email first I2", "waiting I1 overdue next none"]
    );
}

#[test]
fn r18_what_is_held_stays_out() {
    let case = case(&format!("{FIRST}carve-out d when invoice.disputed:\n  hold\n"));
    let rows = with("invoices I2, due_date: 2026-10-01\ndisputes invoice_id: I2, opened: 2026-10-02");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic email first I1", "withheld disputed email first I2 next none"]
    );
}

#[test]
fn r18_other_open_invoices_are_offered_to_the_template() {
    let text = "---\nsubject: \"Reminder\"\n---\nFor{% for i in invoices %} {{ i.id }}{% endfor %}; also{% for i in also_open %} {{ i.id }}{% endfor %}; {{ total }}\n";
    let case = case_written(FIRST, &[("first.md", text)]);
    // I2 is not due yet, I3 is in dollars, I4 is paid.
    let rows = with(
        "invoices I2, due_date: 2026-10-20\ninvoices I3, due_date: 2026-10-20, currency: USD\ninvoices I4, due_date: 2026-10-01, paid_date: 2026-10-02",
    );
    let plan = case.plan_of(&rows, "2026-10-04");
    let body = plan.actions[0].body.clone().unwrap();
    assert!(body.starts_with("For I1; also I2; "), "{body}");
    assert!(body.contains("1,000"), "{body}");
    // It carries nothing out of I2: due 10-20 + 3 = 10-23.
    assert_eq!(
        case.timeline(&with("invoices I2, due_date: 2026-10-20"), "2026-10-01", "2026-10-31"),
        ["2026-10-04 automatic email first I1", "2026-10-23 automatic email first I2"]
    );
}

/// Invoices over 500 EUR are approved by the manager.
const BIG: &str = "segment all otherwise:\n  at D+3 email first\ncarve-out big when invoice.balance >= 500 EUR:\n  needs approval by manager\n";

#[test]
fn r18_all_approvers_of_all_members_must_approve() {
    let rows = with("invoices I2, due_date: 2026-10-01, amount: 10");
    assert_eq!(
        case(BIG).plan(&rows, "2026-10-04"),
        ["2026-10-04 acts approval(manager) email first I1 + email first I2"]
    );
}

#[test]
fn r18_a_decline_passes_only_steps_that_needed_approval() {
    let rows = with(
        "invoices I2, due_date: 2026-10-01, amount: 10\n\
                     history I1 2026-10-04 email first declined\nhistory I2 2026-10-04 email first declined",
    );
    assert_eq!(
        case(BIG).plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic email first I2", "waiting I1 overdue next none"]
    );
}

const LIMIT: &str = "segment all otherwise:\n  at D+3 email first\neverywhere:\n  write to a customer at most once every 5 days\n";

#[test]
fn r19_every_five_days_frees_the_day_five_days_later() {
    // I1 on 10-04; I2 (due 10-02) would be 10-05 and may on 10-09.
    let rows = with("invoices I2, due_date: 2026-10-02\nhistory I1 2026-10-04 email first sent");
    let waits = "waiting I1 overdue next none";
    assert_eq!(
        case(LIMIT).plan(&rows, "2026-10-05"),
        ["withheld limit email first I2 next 2026-10-09", waits]
    );
    assert_eq!(
        case(LIMIT).plan(&rows, "2026-10-08"),
        ["withheld limit email first I2 next 2026-10-09", waits]
    );
    assert_eq!(case(LIMIT).plan(&rows, "2026-10-09"), ["2026-10-09 acts automatic email first I2", waits]);
}

#[test]
fn r19_a_message_of_today_counts_for_the_day_on_which_it_may_go() {
    let case = case(
        "segment all otherwise:\n  at D+1 email a\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    // Written to on 10-01, and by post on 10-02, the day of the plan: 10-06 is within five days of that, 10-07 is not.
    let rows = "invoices I1, due_date: 2026-10-01\nhistory C1 2026-10-01 sms old sent\n\
                history C1 2026-10-02 letter old sent";
    assert_eq!(
        case.plan(rows, "2026-10-02"),
        ["withheld limit email a I1 next 2026-10-07", "problem unknown-step", "problem unknown-step"]
    );
}

#[test]
fn r19_the_first_day_on_which_it_may_go_is_an_open_one() {
    let case = case(&format!("calendar c:\n  closed saturday, sunday\n{LIMIT}"));
    // Sent on Monday 10-05; free on Saturday 10-10, so Monday 10-12.
    let rows = with("invoices I2, due_date: 2026-10-03\nhistory I1 2026-10-05 email first sent");
    assert_eq!(
        case.plan(&rows, "2026-10-07"),
        ["withheld limit email first I2 next 2026-10-12", "waiting I1 overdue next none"]
    );
}

#[test]
fn r19_twice_in_so_many_days() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\neverywhere:\n  write to a customer at most twice every 7 days\n",
    );
    // 10-04 and 10-06 are two; 10-04 leaves the window on 10-11.
    let rows = with(
        "invoices I2, due_date: 2026-10-03\ninvoices I3, due_date: 2026-10-04\n\
                     history I1 2026-10-04 email first sent\nhistory I2 2026-10-06 email first sent",
    );
    let waits = ["waiting I1 overdue next none", "waiting I2 overdue next none"];
    assert_eq!(
        case.plan(&rows, "2026-10-07"),
        ["withheld limit email first I3 next 2026-10-11", waits[0], waits[1]]
    );
    assert_eq!(
        case.plan(&rows, "2026-10-11"),
        ["2026-10-11 acts automatic email first I3", waits[0], waits[1]]
    );
}

#[test]
fn r19_every_limit_that_is_met_is_named() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\n  write to a customer at most once every 10 days\neverywhere:\n  write to a customer at most once every 5 days\n  write to a customer at most twice every 30 days\n",
    );
    // Of the message of 10-04 the one is free on 10-09 and the other on 10-14; two in 30 days are allowed (R23).
    let rows = with("invoices I2, due_date: 2026-10-03\nhistory I1 2026-10-04 email first sent");
    let plan = case.plan_of(&rows, "2026-10-06");
    let named = plan.withheld[0].blockers.iter();
    let mut named: Vec<_> =
        named.map(|blocker| (blocker.code, blocker.until.map(|until| until.to_string()))).collect();
    named.sort_unstable();
    let until = |day: &str| ("limit", Some(day.to_owned()));
    assert_eq!(named, [until("2026-10-08"), until("2026-10-13")]);
    assert_eq!(plan.withheld[0].next, Some(day("2026-10-14")));
}

#[test]
fn r19_every_limit_per_day_that_is_met_is_named() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\n  send at most 1 messages a day\neverywhere:\n  send at most 1 messages a day\n  send at most 2 messages a day\n",
    );
    let rows = "customers C1\ncustomers C2\ninvoices I1, customer_id: C1, due_date: 2026-10-01\n\
                invoices I2, customer_id: C2, due_date: 2026-10-02";
    assert_eq!(
        case.plan(rows, "2026-10-06"),
        ["2026-10-06 acts automatic email first I1", "withheld limit limit email first I2 next 2026-10-07",]
    );
}

#[test]
fn r19_an_email_and_its_text_count_once() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a and sms b\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-20"),
        ["2026-10-04 automatic email a I1", "2026-10-04 automatic sms b I1"]
    );
    // Once the e-mail is gone, the text may still go on that day, and on no later one before 10-09.
    let sent = with("history I1 2026-10-04 email a sent, rung: D+3");
    assert_eq!(case.plan(&sent, "2026-10-04"), ["2026-10-04 acts automatic sms b I1"]);
    assert_eq!(case.plan(&sent, "2026-10-05"), ["withheld limit sms b I1 next 2026-10-09"]);
}

#[test]
fn r19_failed_and_declined_messages_and_calls_do_not_count() {
    for row in ["email old failed", "email old declined", "call finance done", "notify finance done"] {
        let rows = with(&format!("invoices I2, due_date: 2026-12-01\nhistory I2 2026-10-03 {row}"));
        let plan = case(LIMIT).plan(&rows, "2026-10-04");
        assert_eq!(plan[0], "2026-10-04 acts automatic email first I1", "{row}");
    }
    for row in ["email old sent", "email old bounced, address: gone@x.example", "email old unknown"] {
        let rows = with(&format!("invoices I2, due_date: 2026-12-01\nhistory I2 2026-10-03 {row}"));
        let plan = case(LIMIT).plan(&rows, "2026-10-04");
        assert_eq!(plan[0], "withheld limit email first I1 next 2026-10-08", "{row}");
    }
}

#[test]
fn r19_messages_awaiting_approval_take_their_place() {
    // Two currencies are two messages; the more overdue one awaits approval and takes the one place.
    let case = case(
        "segment all otherwise:\n  at D+3 email first, needs approval by manager\neverywhere:\n  write to a customer at most once every 5 days\n",
    );
    let rows = with("invoices I2, due_date: 2026-09-30, currency: USD");
    let plan = case.plan(&rows, "2026-10-04");
    assert_eq!(plan[0], "2026-10-04 acts approval(manager) email first I2");
    assert_eq!(plan.len(), 2);
    assert!(plan[1].starts_with("withheld ") && plan[1].contains("email first I1"), "{plan:?}");
}

/// Four customers, the later the less overdue, but C4 most of all.
const MANY: &str = "customers C1\ncustomers C2\ncustomers C3\ncustomers C4\n\
                    invoices I1, customer_id: C1, due_date: 2026-10-01\ninvoices I2, customer_id: C2, due_date: 2026-10-01\n\
                    invoices I3, customer_id: C3, due_date: 2026-10-02\ninvoices I4, customer_id: C4, due_date: 2026-09-30";

#[test]
fn r19_a_limit_per_day_takes_the_most_overdue_first() {
    let case =
        case("segment all otherwise:\n  at D+3 email first\neverywhere:\n  send at most 2 messages a day\n");
    assert_eq!(
        case.plan(MANY, "2026-10-06"),
        [
            "2026-10-06 acts automatic email first I1",
            "2026-10-06 acts automatic email first I4",
            "withheld limit email first I2 next 2026-10-07",
            "withheld limit email first I3 next 2026-10-07",
        ]
    );
    assert_eq!(
        case.timeline(MANY, "2026-10-06", "2026-10-10"),
        [
            "2026-10-06 automatic email first I1",
            "2026-10-06 automatic email first I4",
            "2026-10-07 automatic email first I2",
            "2026-10-07 automatic email first I3",
        ]
    );
}

#[test]
fn r19_a_limit_per_day_counts_automatic_messages_only() {
    let case = case(
        "segment all otherwise:\n  at D+3 email first\ncarve-out old when invoice.days_overdue >= 6:\n  needs approval by manager\neverywhere:\n  send at most 2 messages a day\n",
    );
    // On 10-06 I4 is 6 days overdue and awaits approval; I1 and I2 go before I3.
    assert_eq!(
        case.plan(MANY, "2026-10-06"),
        [
            "2026-10-06 acts automatic email first I1",
            "2026-10-06 acts automatic email first I2",
            "2026-10-06 acts approval(manager) email first I4",
            "withheld limit email first I3 next 2026-10-07",
        ]
    );
}

#[test]
fn r21_a_bounced_address_is_missing_until_another_stands_there() {
    let blocks = "segment all otherwise:\n  at D+3 email a\n  at D+10 email b\n";
    let bounced = "history I1 2026-10-04 email a bounced, address: c1@customer.example";
    assert_eq!(case(blocks).plan(&with(bounced), "2026-10-11"), ["withheld no_address email b I1 next none"]);
    let rows = format!("customers C1, email: new@customer.example\n{DUE}\n{bounced}");
    assert_eq!(case(blocks).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
    // The address of another does not matter.
    let rows = with("history I1 2026-10-04 email a bounced, address: gone@customer.example");
    assert_eq!(case(blocks).plan(&rows, "2026-10-11"), ["2026-10-11 acts automatic email b I1"]);
}

#[test]
fn r21_a_bounced_email_leaves_the_text_messages() {
    let case = case("segment all otherwise:\n  at D+3 email a\n  at D+10 email b else sms c\n");
    let rows = with("history I1 2026-10-04 email a bounced, address: c1@customer.example");
    // The alternative keeps the key of the first action.
    let plan = case.plan_of(&rows, "2026-10-11");
    assert_eq!(lines(&plan), ["2026-10-11 acts automatic email b I1"]);
    assert_eq!(plan.actions[0].kind, dun::plan::Kind::Sms);
}

#[test]
fn r21_languages_fall_back_and_the_plan_says_so() {
    let text = |word: &str| format!("---\nsubject: \"{word}\"\n---\n{word}\n");
    let (en, fr) = (text("Reminder"), text("Rappel"));
    let case = case_written(FIRST, &[("first.md", &en), ("first.fr.md", &fr)]);
    for (language, subject, fallback) in [
        ("fr", "Rappel", false),
        ("en", "Reminder", false),
        ("de", "Reminder", true),
        ("none", "Reminder", false),
    ] {
        let rows = format!("customers C1, language: {language}\n{DUE}");
        let action = &case.plan_of(&rows, "2026-10-04").actions[0];
        assert_eq!(action.subject.as_deref(), Some(subject), "{language}");
        assert_eq!(action.language_fallback, fallback, "{language}");
    }
    let rows = format!("customers C1, language: fr-BE\n{DUE}");
    assert_eq!(case.plan_of(&rows, "2026-10-04").actions[0].subject.as_deref(), Some("Rappel"));
}

const LADDER: &str = "calendar c:\n  closed saturday, sunday\nsegment all otherwise:\n  at D-3 email early\n  at D+3 email a and sms t\n  at D+10 email b, needs approval by manager\n  at D+20 call by finance\n  at D+30 escalate to manager\n  every 10 days from D+40, at most 2 times: task \"x\" for manager\ncarve-out d when invoice.disputed:\n  hold\ncarve-out p when invoice.promised:\n  hold\n";

#[test]
fn r23_nothing_acts_before_next() {
    let case = case(LADDER);
    for rows in [
        String::from(DUE),
        with("history I1 2026-10-05 email a sent\nhistory I1 2026-10-05 sms t sent"),
        with("history I1 2026-10-15 email a sent\nhistory I1 2026-10-15 sms t sent"),
        with("history I1 2026-10-12 email b declined"),
        with("history I1 2026-10-12 email b unknown"),
        with("history I1 2026-10-13 email b failed"),
        with("promises invoice_id: I1, made: 2026-10-02, due: 2026-10-17"),
        with("disputes invoice_id: I1, opened: 2026-10-02"),
        format!("{DUE}, hold_until: 2026-10-17"),
        with("history I1 2026-10-14 email old sent"),
        with("history I1 2026-11-10 task \"x\" #1 done"),
    ] {
        for date in [
            "2026-09-20",
            "2026-09-28",
            "2026-10-01",
            "2026-10-04",
            "2026-10-06",
            "2026-10-18",
            "2026-10-31",
            "2026-11-20",
        ] {
            // A day before the newest ledger row is only replayed.
            if case.plan_of(&rows, date).header.refused.is_none() {
                case.next_holds(&rows, date);
            }
        }
    }
}

#[test]
fn r23_waiting_names_the_next_rung() {
    let case = case(LADDER);
    // D-3 is Monday 09-28; D+3 rolls to Monday 10-05; D+10 to Monday 10-12; D+20 is Wednesday 10-21; D+30 is
    // Saturday 10-31 and internal; D+40 is 11-10, and 11-20.
    assert_eq!(case.plan(DUE, "2026-09-20"), ["waiting I1 sent next 2026-09-28"]);
    assert_eq!(case.plan(DUE, "2026-10-01"), ["waiting I1 due_soon next 2026-10-05"]);
    let mut rows = with("history I1 2026-10-05 email a sent\nhistory I1 2026-10-05 sms t sent");
    for (row, today, next) in [
        ("history I1 2026-10-12 email b sent", "2026-10-06", "2026-10-12"),
        ("history I1 2026-10-21 call finance done", "2026-10-13", "2026-10-21"),
        ("history I1 2026-10-31 escalate manager done", "2026-10-22", "2026-10-31"),
    ] {
        assert_eq!(case.plan(&rows, today), [format!("waiting I1 overdue next {next}")]);
        rows = format!("{rows}\n{row}");
    }
    assert_eq!(case.plan(&rows, "2026-11-01"), ["waiting I1 escalated next 2026-11-10"]);
    rows = format!("{rows}\nhistory I1 2026-11-10 task \"x\" #1 done");
    assert_eq!(case.plan(&rows, "2026-11-11"), ["waiting I1 escalated next 2026-11-20"]);
    rows = format!("{rows}\nhistory I1 2026-11-20 task \"x\" #2 done");
    assert_eq!(case.plan(&rows, "2026-11-21"), ["waiting I1 escalated next none"]);
}

#[test]
fn r23_a_known_end_of_a_hold_moves_next() {
    let case = case(LADDER);
    // Nothing is due on 10-02; the promise holds through 10-17: free on 10-18, a Sunday, so 10-19 for the message.
    let rows = with("promises invoice_id: I1, made: 2026-10-02, due: 2026-10-17");
    assert_eq!(case.plan(&rows, "2026-10-02"), ["waiting I1 promised next 2026-10-19"]);
    // A dispute has no known end.
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02");
    assert_eq!(case.plan(&rows, "2026-10-02"), ["waiting I1 disputed next none"]);
}

#[test]
fn r23_every_open_invoice_is_told_once() {
    let case = case(LADDER);
    let rows = with(
        "invoices I2, due_date: 2026-11-01\ninvoices I3, due_date: 2026-10-01\ninvoices I4, due_date: 2026-10-01\n\
                     disputes invoice_id: I3, opened: 2026-10-02\nhistory I4 2026-10-05 email a sent\nhistory I4 2026-10-05 sms t sent",
    );
    let plan = case.plan_of(&rows, "2026-10-06");
    for id in ["I1", "I2", "I3", "I4"] {
        let has = |action: &dun::plan::Action| action.is_about(id);
        let told = plan.actions.iter().any(has) || plan.withheld.iter().any(|withheld| has(&withheld.action));
        let waits = plan.waiting.iter().filter(|waiting| waiting.invoice == id).count();
        assert_eq!(usize::from(told) + waits, 1, "{id}: {:#?}", lines(&plan));
    }
}

const FLAGS: &str = "segment all otherwise:\n  at D+3 flag pause\n  at D+5 escalate to manager\n";

#[test]
fn r24_what_was_escalated_to_two_roles_is_cleared_once() {
    let case = case("segment all otherwise:\n  at D+3 escalate to manager\n  at D+5 escalate to finance\n");
    let rows = "invoices I1, due_date: 2026-10-01, paid_date: 2026-10-10\n\
                history I1 2026-10-04 escalate manager done\nhistory I1 2026-10-06 escalate finance done";
    assert_eq!(case.plan(rows, "2026-10-10"), ["2026-10-10 acts automatic clear escalated I1"]);
}

#[test]
fn r24_flags_are_cleared_once_the_invoice_is_settled() {
    let rows = with("payments invoice_id: I1, date: 2026-10-20, amount: 1000");
    assert_eq!(
        case(FLAGS).timeline(&rows, "2026-10-01", "2026-10-31"),
        [
            "2026-10-04 automatic flag pause I1",
            "2026-10-06 automatic escalate manager I1",
            "2026-10-20 automatic clear escalated I1",
            "2026-10-20 automatic clear pause I1",
        ]
    );
}

#[test]
fn r24_nothing_is_cleared_that_was_not_carried_out() {
    for outcome in ["failed", "declined", "withdrawn"] {
        let rows = format!("{DUE}, paid_date: 2026-10-10\nhistory I1 2026-10-04 flag pause {outcome}");
        assert!(case(FLAGS).plan(&rows, "2026-10-10").is_empty(), "{outcome}");
    }
}

#[test]
fn r24_void_and_written_off_clear_whatever_holds_and_whatever_the_policy_names() {
    for (status, customer) in [("void", ""), ("written_off", ", do_not_contact: yes")] {
        let rows = format!(
            "customers C1{customer}\n{DUE}, status: {status}, hold_until: 2026-12-31\n\
             history I1 2026-10-04 flag old_mark done\ndisputes invoice_id: I1, opened: 2026-10-01"
        );
        let case = case(&format!("{FLAGS}everywhere:\n  hold\n"));
        let plan = case.plan(&rows, "2026-10-10");
        assert_eq!(plan[0], "2026-10-10 acts automatic clear old_mark I1");
        assert_eq!(
            case.timeline(&rows, "2026-10-10", "2026-10-20"),
            ["2026-10-10 automatic clear old_mark I1"]
        );
    }
}

#[test]
fn r24_a_flag_set_again_is_cleared_again() {
    let rows = format!(
        "{DUE}, paid_date: 2026-10-20\nhistory I1 2026-10-04 flag pause done\n\
         history I1 2026-10-08 clear pause done\nhistory I1 2026-10-12 flag pause done"
    );
    assert_eq!(case(FLAGS).plan(&rows, "2026-10-20"), ["2026-10-20 acts automatic clear pause I1"]);
}

#[test]
fn r24_flags_of_carve_outs_are_cleared() {
    let case = case(
        "segment all otherwise:\n  at D+90 email a\ncarve-out d when invoice.disputed:\n  at dispute flag look\n",
    );
    let rows = with(
        "disputes invoice_id: I1, opened: 2026-10-05\npayments invoice_id: I1, date: 2026-10-20, amount: 1000",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2026-10-31"),
        ["2026-10-05 automatic d/flag look I1", "2026-10-20 automatic clear look I1"]
    );
}

/// The bytes of a plan.
fn bytes(case: &Case, rows: &str) -> Vec<u8> {
    let mut out = Vec::new();
    json::document(&case.plan_of(rows, "2026-10-06"), &mut out).unwrap();
    out
}

/// Data in which much happens.
fn busy() -> String {
    let mut rows = String::new();
    for number in 0..12 {
        let due = number % 9 + 1;
        rows += &format!("customers C{number}, country: FR, owner: o{number}@acme.example\n");
        for part in ["a", "b"] {
            rows += &format!("invoices I{number}{part}, customer_id: C{number}, due_date: 2026-09-1{due}\n");
        }
        rows += &format!("history I{number}a 2026-10-0{} email first sent\n", number % 5 + 1);
        rows += &format!("history I{number}a 2026-10-0{} email old failed\n", number % 4 + 1);
        rows += &format!("history I{number}b 2026-10-0{} email older sent\n", number % 3 + 1);
        rows += &format!("disputes invoice_id: I{number}b, opened: 2026-10-0{}\n", number % 9 + 1);
    }
    rows
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let case = case(&format!(
        "{LIMIT}  send at most 3 messages a day\ncarve-out d when invoice.disputed:\n  hold\n  at dispute notify owner\n"
    ));
    let rows = busy();
    // Payment and credit note ids are not among the rows, so that only the order differs.
    let backwards: Vec<&str> = rows.lines().rev().collect();
    assert_eq!(bytes(&case, &rows), bytes(&case, &backwards.join("\n")));
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let case = case(&format!("{LIMIT}  send at most 3 messages a day\n"));
    let rows = busy();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bytes(&case, &rows))
    };
    assert_eq!(on(1), on(4));
}

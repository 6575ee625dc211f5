//! Ladders per customer and currency, during an episode (R14), and what ends with it (R24).
//!
//! Unless a test says otherwise: D+3 a first e-mail, D+10 a second, D+20 a flag, without calendar. An action of such
//! a ladder is shown as `STEP CUSTOMER: INVOICES`.

use dun::evaluate::Options;

use crate::support::*;

const LADDER: &str = "cadence account per customer:\n  at D+3 email first\n  at D+10 email second\n  at D+20 flag stop\n\
                      segment all otherwise:\n  use account\n";

/// Due 10-01 and 10-06.
const TWO: &str = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-06";

fn with(rows: &str) -> String {
    format!("{TWO}\n{rows}")
}

#[test]
fn r14_one_ladder_for_all_invoices_anchored_on_the_earliest() {
    // 10-01 + 3, + 10, + 20. On 10-04 only I1 is overdue, later both.
    assert_eq!(
        case(LADDER).timeline(TWO, "2026-10-01", "2026-11-30"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-11 automatic email second C1: I1 I2",
            "2026-10-21 automatic flag stop C1: I1 I2",
        ]
    );
}

#[test]
fn r14_what_is_not_overdue_waits_until_it_can_be_in_a_step() {
    let case = case(LADDER);
    // I2 becomes overdue on 10-07, the next rung is 10-11.
    assert_eq!(
        case.plan(TWO, "2026-10-04"),
        ["2026-10-04 acts automatic email first C1: I1", "waiting I2 due_soon next 2026-10-07"]
    );
    let rows = with("history I1 2026-10-04 email first sent, currency: EUR");
    assert_eq!(
        case.plan(&rows, "2026-10-05"),
        ["waiting I1 overdue next 2026-10-11", "waiting I2 due_soon next 2026-10-11"]
    );
    case.next_holds(&rows, "2026-10-05");
}

#[test]
fn r14_oldest_invoice_paid_the_ladder_goes_on_with_the_next() {
    // I1 is paid on 10-08; I2 was overdue from 10-07: the episode goes on. The second rung is 10-06 + 10.
    let rows = with("payments invoice_id: I1, date: 2026-10-08, amount: 1000, currency: EUR");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-01", "2026-11-30"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-16 automatic email second C1: I2",
            "2026-10-26 automatic flag stop C1: I2",
        ]
    );
}

#[test]
fn r14_a_new_episode_begins_anew() {
    // I1 is paid on 10-06, when I2 is not overdue yet: on 10-06 nothing is, so the run is broken. I2: 10-09, 10-16.
    let rows = with("payments invoice_id: I1, date: 2026-10-06, amount: 1000, currency: EUR");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-01", "2026-10-20"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-09 automatic email first C1: I2",
            "2026-10-16 automatic email second C1: I2",
        ]
    );
}

#[test]
fn r14_days_on_end_are_one_episode() {
    // I1 is settled on 10-07, the first day on which I2 is overdue: 10-06 with I1, 10-07 with I2, no break.
    let rows = with("payments invoice_id: I1, date: 2026-10-07, amount: 1000, currency: EUR");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-01", "2026-10-20"),
        ["2026-10-04 automatic email first C1: I1", "2026-10-16 automatic email second C1: I2"]
    );
}

#[test]
fn r14_an_invoice_settled_without_a_date_counts_for_no_day() {
    // Nobody knows when I1 was settled; the first e-mail of 10-04 lies before the episode that begins on 10-07.
    let rows = "taken: 2026-10-09\ninvoices I1, due_date: 2026-10-01, balance: 0\ninvoices I2, due_date: 2026-10-06\n\
                history I1 2026-10-04 email first sent";
    assert_eq!(case(LADDER).plan(rows, "2026-10-09"), ["2026-10-09 acts automatic email first C1: I2"]);
    // With its day it counts: the run goes back to 10-02.
    let rows = "taken: 2026-10-09\ninvoices I1, due_date: 2026-10-01, paid_date: 2026-10-08\n\
                invoices I2, due_date: 2026-10-06\nhistory I1 2026-10-04 email first sent";
    assert_eq!(case(LADDER).plan(rows, "2026-10-09"), ["waiting I2 overdue next 2026-10-16"]);
}

#[test]
fn r14_a_reopened_invoice_opens_an_episode_again() {
    // Paid on 10-05, charged back on 10-12: overdue 10-02 to 10-04 and from 10-12 on. Its due date stays 10-01, so
    // the first rung is due at once, and the second seven days after it.
    let rows = "invoices I1, due_date: 2026-10-01\npayments invoice_id: I1, date: 2026-10-05, amount: 1000, currency: EUR\n\
                payments invoice_id: I1, date: 2026-10-12, amount: -1000, currency: EUR";
    assert_eq!(
        case(LADDER).timeline(rows, "2026-10-01", "2026-10-25"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-12 automatic email first C1: I1",
            "2026-10-19 automatic email second C1: I1",
        ]
    );
}

#[test]
fn r14_each_currency_has_its_own_ladder() {
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-06, currency: USD";
    assert_eq!(
        case(LADDER).timeline(rows, "2026-10-01", "2026-10-17"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-09 automatic email first C1: I2",
            "2026-10-11 automatic email second C1: I1",
            "2026-10-16 automatic email second C1: I2",
        ]
    );
}

#[test]
fn r14_a_row_of_neither_currency_nor_invoice_counts_for_all_currencies() {
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01, currency: USD\n\
                history C1 2026-10-04 email first sent";
    assert_eq!(
        case(LADDER).plan(rows, "2026-10-05"),
        ["waiting I1 overdue next 2026-10-11", "waiting I2 overdue next 2026-10-11"]
    );
    // One that names a currency counts for that one only.
    let rows = rows.replace("first sent", "first sent, currency: USD");
    assert_eq!(
        case(LADDER).plan(&rows, "2026-10-05"),
        ["2026-10-05 acts automatic email first C1: I1", "waiting I2 overdue next 2026-10-11"]
    );
}

#[test]
fn r14_what_is_held_is_not_seen_and_says_why() {
    let case = case(&format!("{LADDER}carve-out disputes when invoice.disputed:\n  hold\n"));
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02");
    // The ladder is anchored on I2: 10-09. I1 alone would have had its first rung on 10-04.
    assert_eq!(
        case.plan(&rows, "2026-10-05"),
        ["withheld disputed email first C1: I1 next none", "waiting I2 due_soon next 2026-10-09"]
    );
    assert_eq!(
        case.plan(&rows, "2026-10-09"),
        ["2026-10-09 acts automatic email first C1: I2", "withheld disputed email first C1: I1 next none"]
    );
    // The dispute is closed on 10-14: I1 is the earliest again, and its second rung was 10-11.
    let rows = with(
        "disputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-14\n\
         history I2 2026-10-09 email first sent, currency: EUR",
    );
    assert_eq!(
        case.timeline(&rows, "2026-10-10", "2026-10-22"),
        ["2026-10-16 automatic email second C1: I1 I2"]
    );
}

#[test]
fn r14_a_hold_with_an_end_can_bring_the_ladder_forward() {
    let case = case(LADDER);
    // I1 is on hold through 10-06. From 10-07 it is the anchor, and D+3 has come.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-06\ninvoices I2, due_date: 2026-10-06";
    assert_eq!(
        case.plan(rows, "2026-10-05"),
        ["withheld hold_until email first C1: I1 next 2026-10-07", "waiting I2 due_soon next 2026-10-07"]
    );
    case.next_holds(rows, "2026-10-03");
    case.next_holds(rows, "2026-10-05");
    assert_eq!(
        case.timeline(rows, "2026-10-03", "2026-10-16"),
        ["2026-10-07 automatic email first C1: I1 I2", "2026-10-14 automatic email second C1: I1 I2"]
    );
}

#[test]
fn r14_an_invoice_handed_over_does_not_silence_the_others() {
    let rows = "invoices I1, due_date: 2026-10-01, handed_over: yes\ninvoices I2, due_date: 2026-10-06";
    assert_eq!(
        case(LADDER).plan(rows, "2026-10-09"),
        ["2026-10-09 acts automatic email first C1: I2", "withheld handed_over email first C1: I1 next none"]
    );
}

#[test]
fn r14_all_restrictions_of_what_it_sees_count() {
    let case = case(&format!(
        "{LADDER}carve-out big when invoice.amount > 5000 EUR:\n  needs approval by manager\n"
    ));
    // The big invoice is not even overdue, but the ladder sees it.
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-20, amount: 6000";
    assert_eq!(
        case.plan(rows, "2026-10-04"),
        ["2026-10-04 acts approval(manager) email first C1: I1", "waiting I2 sent next 2026-10-21"]
    );
}

#[test]
fn r14_an_invoice_of_another_segment_is_not_seen() {
    let case = case(
        "cadence account per customer:\n  at D+3 email first\n\
         segment small when invoice.amount < 100 EUR:\n  at D+5 task \"Look\" for finance\n\
         segment all otherwise:\n  use account\n",
    );
    let rows = "invoices I1, due_date: 2026-10-01, amount: 50\ninvoices I2, due_date: 2026-10-06";
    assert_eq!(
        case.timeline(rows, "2026-10-01", "2026-10-31"),
        ["2026-10-06 manual task \"Look\" I1", "2026-10-09 automatic email first C1: I2"]
    );
}

#[test]
fn r14_an_unknown_outcome_stops_the_whole_ladder() {
    let rows = with("history I1 2026-10-04 email first unknown, currency: EUR");
    assert_eq!(
        case(LADDER).plan(&rows, "2026-10-12"),
        ["withheld unknown_outcome email first C1: I1 I2 next none"]
    );
}

#[test]
fn r14_a_problem_of_one_invoice_withholds_the_message_about_all() {
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-02, issue_date: 2026-10-03";
    assert_eq!(
        case(LADDER).plan(rows, "2026-10-05"),
        ["withheld problem email first C1: I1 I2 next none", "problem due-before-issue"]
    );
}

#[test]
fn r14_the_key_survives_a_change_of_anchor_and_not_one_of_episode() {
    let case = case(LADDER);
    let key = |rows: &str, date: &str| case.plan_of(rows, date).actions[0].keys.clone();
    // Nothing was written into the ledger: on 10-09 I2 anchors the ladder, in the same episode.
    let paid =
        |date: &str| with(&format!("payments invoice_id: I1, date: {date}, amount: 1000, currency: EUR"));
    assert_eq!(key(TWO, "2026-10-04"), key(&paid("2026-10-08"), "2026-10-09"));
    assert_ne!(key(TWO, "2026-10-04"), key(&paid("2026-10-06"), "2026-10-09"));
    let plan = case.plan_of(TWO, "2026-10-07");
    let member = &plan.actions[0].members[0];
    assert_eq!(member.episode, Some(day("2026-10-02")));
    assert_eq!(member.currency.map(|currency| currency.to_string()), Some(String::from("EUR")));
}

#[test]
fn r13_a_contact_of_another_policy_counts_in_the_ladder_of_the_customer() {
    // A letter of another policy, nine days after I2 was due, stands nine days after 10-01, below the second rung
    // (10-11) and above the first.
    let rows = with("history I2 2026-10-15 letter old sent, channel: letter");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-15", "2026-10-31"),
        ["2026-10-16 automatic email second C1: I1 I2", "2026-10-26 automatic flag stop C1: I1 I2"]
    );
}

#[test]
fn r13_a_contact_counts_although_one_about_another_invoice_failed() {
    // The letter about I1 stands three days after its due date and passes the first rung; the second comes on 10-11.
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01\n\
                history I1 2026-10-04 letter old sent\nhistory I2 2026-10-05 letter old failed";
    assert_eq!(
        case(LADDER).plan(rows, "2026-10-06"),
        ["waiting I1 overdue next 2026-10-11", "waiting I2 overdue next 2026-10-11", "problem unknown-step"]
    );
}

#[test]
fn r24_a_flag_of_the_customer_is_cleared_when_the_episode_ends() {
    let rows = with(
        "payments invoice_id: I1, date: 2026-10-23, amount: 1000, currency: EUR\n\
         payments invoice_id: I2, date: 2026-10-28, amount: 1000, currency: EUR",
    );
    // Set on 10-21 with I1 as the anchor; I1 is settled on 10-23, and I2 goes on until 10-28.
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-20", "2026-11-05"),
        ["2026-10-20 automatic email first C1: I1 I2", "2026-10-27 automatic email second C1: I2",]
    );
    let rows = format!("{rows}\nhistory I1 2026-10-21 flag stop done, currency: EUR");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-24", "2026-11-05"),
        ["2026-10-28 automatic clear stop I1"]
    );
    // A row about the customer as a whole is cleared on the customer.
    let rows = rows.replace("history I1", "history C1");
    assert_eq!(
        case(LADDER).timeline(&rows, "2026-10-24", "2026-11-05"),
        ["2026-10-28 automatic clear stop C1"]
    );
}

#[test]
fn r14_an_escalation_concerns_all_invoices_of_the_episode() {
    let case = case(
        "cadence account per customer:\n  at D+3 escalate to manager\n  at D+10 email second\n\
         segment all otherwise:\n  use account\n",
    );
    let rows = with("history I1 2026-10-04 escalate manager done, currency: EUR");
    assert_eq!(
        case.stages(&rows, "2026-10-08"),
        ["I1 escalated 2026-10-04 manager", "I2 escalated 2026-10-04 manager"]
    );
    // I1 is settled, the manager still approves what goes out about I2.
    let rows = format!("{rows}\npayments invoice_id: I1, date: 2026-10-09, amount: 1000, currency: EUR");
    assert_eq!(case.plan(&rows, "2026-10-16"), ["2026-10-16 acts approval(manager) email second C1: I2"]);
}

#[test]
fn r03_whoever_got_an_invoice_last_has_it() {
    let case = case(
        "cadence account per customer:\n  at D+3 escalate to manager\n\
         cadence each:\n  at D+5 hand off to finance\nsegment all otherwise:\n  use account, each\n",
    );
    // The customer's ladder escalated all of it on 10-04; I1 was handed off on 10-06.
    let rows = with(
        "history I1 2026-10-04 escalate manager done, currency: EUR\nhistory I1 2026-10-06 hand off finance done",
    );
    assert_eq!(
        case.stages(&rows, "2026-10-08"),
        ["I1 escalated 2026-10-04 finance", "I2 escalated 2026-10-04 manager"]
    );
}

#[test]
fn r14_steps_before_the_due_date_never_act() {
    // Issue + 10 is 10-01, before the due date; a ladder per invoice would act on it.
    let ladder = "at issue+10 email early\n  at issue+40 email late\nsegment all otherwise:\n  use account\n";
    let rows = "invoices I1, issue_date: 2026-09-21, due_date: 2026-10-21";
    let account = case(&format!("cadence account per customer:\n  {ladder}"));
    assert_eq!(
        account.timeline(rows, "2026-09-21", "2026-11-30"),
        ["2026-10-31 automatic email late C1: I1"]
    );
    let each = case(&format!("cadence account:\n  {ladder}"));
    assert_eq!(
        each.timeline(rows, "2026-09-21", "2026-11-30"),
        ["2026-10-01 automatic email early I1", "2026-10-31 automatic email late I1"]
    );
}

#[test]
fn r14_the_rest_of_a_rung_waits_until_its_next_invoice_is_overdue() {
    let case = case(
        "cadence account per customer:\n  at D+3 email first and task \"Look\" for finance\n\
         segment small when invoice.amount < 100 EUR:\nsegment all otherwise:\n  use account\n",
    );
    // The e-mail went out about I1, which is paid; I3 keeps the episode going. I2, due 10-10, is overdue from 10-11.
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-10\n\
                invoices I3, due_date: 2026-10-01, amount: 50\n\
                payments invoice_id: I1, date: 2026-10-06, amount: 1000, currency: EUR\n\
                history I1 2026-10-04 email first sent, currency: EUR";
    assert_eq!(
        case.plan(rows, "2026-10-07"),
        ["waiting I2 due_soon next 2026-10-11", "waiting I3 overdue next none"]
    );
    assert_eq!(
        case.plan(rows, "2026-10-11"),
        ["2026-10-11 acts manual task \"Look\" C1: I2", "waiting I3 overdue next none"]
    );
}

#[test]
fn r14_beside_a_ladder_of_the_invoice() {
    let case = case(
        "cadence account per customer:\n  at D+3 email first\ncadence each:\n  at D+5 flag late\n\
         segment all otherwise:\n  use account, each\n",
    );
    assert_eq!(
        case.timeline(TWO, "2026-10-01", "2026-10-31"),
        [
            "2026-10-04 automatic email first C1: I1",
            "2026-10-06 automatic flag late I1",
            "2026-10-11 automatic flag late I2",
        ]
    );
}

#[test]
fn r14_one_customer_is_nothing_to_another() {
    let rows = "customers C1\ncustomers C2\ninvoices I1, due_date: 2026-10-01\n\
                invoices I2, customer_id: C2, due_date: 2026-10-06\nhistory I1 2026-10-04 email first sent, currency: EUR";
    assert_eq!(
        case(LADDER).timeline(rows, "2026-10-05", "2026-10-12"),
        ["2026-10-09 automatic email first C2: I2", "2026-10-11 automatic email second C1: I1"]
    );
    assert_eq!(case(LADDER).plan_with(rows, day("2026-10-09"), Options::default()).actions.len(), 1);
}

#[test]
fn r14_two_ladders_with_one_step_do_it_once() {
    let ladder = |name: &str| {
        format!(
            "cadence {name} per customer:\n  at D+3 charge fee 40 EUR\n  at D+3 flag stop\n  at D+3 task \"Look\" for finance\n"
        )
    };
    let case = case(&format!("{}{}segment all otherwise:\n  use one, two\n", ladder("one"), ladder("two")));
    assert_eq!(
        case.plan(TWO, "2026-10-04"),
        [
            "2026-10-04 acts approval(finance) charge fee C1: I1",
            "2026-10-04 acts automatic flag stop C1: I1",
            "2026-10-04 acts manual task \"Look\" C1: I1",
            "waiting I2 due_soon next 2026-10-07",
        ]
    );
}

#[test]
fn r24_a_clearing_that_failed_puts_off_no_other() {
    // Both episodes ended on 10-28. Clearing the one in dollars failed today and is tried again tomorrow (R9).
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-01, currency: USD\n\
                payments invoice_id: I1, date: 2026-10-28, amount: 1000, currency: EUR\n\
                payments invoice_id: I2, date: 2026-10-28, amount: 1000, currency: USD\n\
                history I1 2026-10-21 flag stop done, currency: EUR\nhistory I2 2026-10-21 flag stop done, currency: USD\n\
                history I2 2026-10-28 clear stop failed, currency: USD";
    assert_eq!(case(LADDER).plan(rows, "2026-10-28"), ["2026-10-28 acts automatic clear stop I1"]);
    assert_eq!(
        case(LADDER).plan(rows, "2026-10-29"),
        ["2026-10-29 acts automatic clear stop I1", "2026-10-29 acts automatic clear stop I2"]
    );
}

#[test]
fn r24_a_flag_that_an_invoice_shares_with_its_customers_ladder_stays_its_own() {
    let case = case(
        "cadence account per customer:\n  at D+30 flag stop\ncadence each:\n  at D-3 flag stop\n\
         segment small when invoice.amount < 100 EUR:\n  use each\nsegment all otherwise:\n  use account\n",
    );
    // Set before anything was overdue: an invoice's mark, which stands until the invoice is settled.
    let rows = "invoices I1, due_date: 2026-10-10, amount: 50\nhistory I1 2026-10-07 flag stop done";
    assert_eq!(case.plan(rows, "2026-10-08"), ["waiting I1 due_soon next none"]);
    let paid = format!("{rows}\npayments invoice_id: I1, date: 2026-10-12, amount: 50, currency: EUR");
    assert_eq!(case.plan(&paid, "2026-10-12"), ["2026-10-12 acts automatic clear stop I1"]);
    // The customer's own row names its currency, and lasts as long as the episode.
    let account = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-05\n\
                   payments invoice_id: I1, date: 2026-11-02, amount: 1000, currency: EUR\n\
                   history I1 2026-10-31 flag stop done, currency: EUR";
    assert_eq!(case.plan(account, "2026-11-03"), ["waiting I2 overdue next none"]);
}

#[test]
fn r18_a_declined_message_of_a_customer_needed_approval_when_one_of_its_invoices_is_escalated() {
    let case = case(&format!(
        "{LADDER}  use each\ncadence each:\n  at D+4 escalate to manager, if invoice.amount > 1000 EUR\n  \
         at D+5 email other, if invoice.amount > 1000 EUR\n"
    ));
    // Both e-mails of 10-11 were declined as one: I1 + 10 about both, I2 + 5. The manager approves them because of I2, so
    // the second is passed, and the flag is for 10-21.
    let rows = "invoices I1, due_date: 2026-10-01\ninvoices I2, due_date: 2026-10-06, amount: 2000\n\
                history I1 2026-10-04 email first sent, currency: EUR\nhistory I2 2026-10-10 escalate manager done\n\
                history I1 2026-10-11 email second declined, channel: email, currency: EUR\n\
                history I2 2026-10-11 email other declined, channel: email";
    assert_eq!(
        case.plan(rows, "2026-10-12"),
        ["waiting I1 overdue next 2026-10-21", "waiting I2 escalated next 2026-10-21"]
    );
}

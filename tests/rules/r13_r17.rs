//! Changed policies and segments, restrictions, holds, approvals (R13 to R17).

use crate::support::*;

const DUE: &str = "invoices I1, due_date: 2026-10-01";

/// Rungs on 10-04, 10-11 and 10-31.
const THREE: &str =
    "segment all otherwise:\n  at D+3 email first\n  at D+10 email second\n  at D+30 email third\n";

fn with(row: &str) -> String {
    format!("{DUE}\n{row}")
}

#[test]
fn r13_a_foreign_contact_counts_at_its_rung() {
    let rows = with("history I1 2026-10-11 email old_reminder sent, rung: D+10");
    // First and second are passed; the third on 10-31.
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-12"),
        ["waiting I1 overdue next 2026-10-31", "problem unknown-step"]
    );
}

#[test]
fn r13_a_foreign_contact_without_rung_counts_at_its_age() {
    // 10-08 is 7 days after the due date: D+3 is passed, D+10 is not.
    let rows = with("history I1 2026-10-08 email old_reminder sent");
    let plan = case(THREE).plan(&rows, "2026-10-11");
    assert_eq!(plan, ["2026-10-11 acts automatic email second I1", "problem unknown-step"]);
    // On day 3 and 10 themselves, the rung of that day is passed.
    let rows = with("history I1 2026-10-11 email old_reminder sent");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-12"),
        ["waiting I1 overdue next 2026-10-31", "problem unknown-step"]
    );
}

#[test]
fn r13_a_foreign_internal_step_counts_nowhere() {
    let rows = with("history I1 2026-10-11 notify somebody done, rung: D+10");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-12"),
        ["2026-10-12 acts automatic email first I1", "problem unknown-step"]
    );
}

#[test]
fn r13_unknown_keys_are_listed_once() {
    let rows = with(
        "invoices I2, due_date: 2026-10-01\nhistory I1 2026-10-04 email old sent\nhistory I1 2026-10-05 email old sent\n\
                     history I2 2026-10-05 email old sent\nhistory I2 2026-10-06 email older sent",
    );
    // Both have seen a contact on or after day 3: the second rung on 10-11.
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-07"),
        [
            "waiting I1 overdue next 2026-10-11",
            "waiting I2 overdue next 2026-10-11",
            "problem unknown-step",
            "problem unknown-step",
        ]
    );
}

/// A customer that moves from one segment to another.
const MOVES: &str = "segment gold when customer.segment is \"gold\":\n  at D+5 email soft\n  at D+15 email softer\nsegment all otherwise:\n  at D+3 email first\n  at D+10 email second\n";

#[test]
fn r13_after_a_change_of_segment_contacts_count_at_their_offset() {
    let gold = "customers C1, segment: gold\ninvoices I1, due_date: 2026-10-01\n";
    // First at D+3 passes nothing of gold's: soft on 10-06. Second at D+10 passes soft: softer on 10-16.
    let rows = format!("{gold}history I1 2026-10-04 email first sent, rung: D+3");
    assert_eq!(case(MOVES).plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-06"]);
    let rows = format!("{rows}\nhistory I1 2026-10-11 email second sent, rung: D+10");
    assert_eq!(case(MOVES).plan(&rows, "2026-10-12"), ["waiting I1 overdue next 2026-10-16"]);
}

#[test]
fn r13_a_moved_step_is_not_sent_again() {
    let case = case("segment all otherwise:\n  at D+5 email first\n  at D+10 email second\n");
    let rows = with("history I1 2026-10-04 email first sent, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-06"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r13_a_step_inserted_below_is_passed_and_above_is_due() {
    let case =
        case("segment all otherwise:\n  at D+3 email first\n  at D+6 email new\n  at D+10 email second\n");
    let first = with("history I1 2026-10-04 email first sent, rung: D+3");
    assert_eq!(case.plan(&first, "2026-10-07"), ["2026-10-07 acts automatic email new I1"]);
    let second = format!("{first}\nhistory I1 2026-10-11 email second sent, rung: D+10");
    assert_eq!(case.plan(&second, "2026-10-12"), ["waiting I1 overdue next none"]);
}

#[test]
fn r13_a_removed_step_still_counts() {
    let rows = with(
        "history I1 2026-10-04 email first sent, rung: D+3\nhistory I1 2026-10-13 email gone sent, rung: D+12",
    );
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-14"),
        ["waiting I1 overdue next 2026-10-31", "problem unknown-step"]
    );
}

#[test]
fn r13_reordered_steps_count_at_their_present_offset() {
    let case =
        case("segment all otherwise:\n  at D+3 email second\n  at D+10 email first\n  at D+30 email third\n");
    let rows = with("history I1 2026-10-04 email first sent, rung: D+3");
    // `first` now stands at D+10: `second` below it is passed.
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-31"]);
}

#[test]
fn r13_a_due_date_that_moves_re_sends_nothing() {
    // First sent on 10-04; now due on 10-11, so second is planned for 10-21 and first for 10-14.
    let rows = "invoices I1, due_date: 2026-10-11\nhistory I1 2026-10-04 email first sent, rung: D+3";
    assert_eq!(case(THREE).plan(rows, "2026-10-14"), ["waiting I1 overdue next 2026-10-21"]);
    // Now due on 09-21: second was planned for 10-01, first for 09-24 and carried out late: 10-04 + 7.
    let rows = "invoices I1, due_date: 2026-09-21\nhistory I1 2026-10-04 email first sent, rung: D+3";
    assert_eq!(case(THREE).plan(rows, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
}

#[test]
fn r13_the_back_book_of_another_tool_counts() {
    // On day 11, a day late: the third is 20 days after the second, 10-12 + 20 = 11-01.
    let rows = with("history I1 2026-10-12 Mahnung 2 sent, rung: D+10");
    assert_eq!(
        case(THREE).plan(&rows, "2026-10-13"),
        ["waiting I1 overdue next 2026-11-01", "problem unknown-step"]
    );
}

#[test]
fn r13_a_mapping_translates_the_keys_of_another_tool() {
    let folder = [
        ("customers.csv", "customer_id,name,email\nC1,C1,c1@customer.example\n"),
        ("invoices.csv", "invoice_id,customer_id,amount,due_date\nI1,C1,1000,2026-10-01\n"),
        ("history.csv", "invoice_id,date,step,outcome\nI1,2026-10-04,Relance 1,sent\n"),
        ("snapshot.yaml", "history:\n  steps: { \"Relance 1\": email first }\n"),
    ];
    assert_eq!(case(THREE).plan_folder(&folder, "2026-10-05"), ["waiting I1 overdue next 2026-10-11"]);
}

/// A policy whose one segment has these lines.
fn lines_of(lines: &[&str]) -> Case {
    case(&format!("segment all otherwise:\n  {}\n", lines.join("\n  ")))
}

#[test]
fn r15_each_action_starts_in_its_mode() {
    let case = lines_of(&[
        "at D+3 email a and sms b and letter l and call by finance and notify manager",
        "at D+3 task \"x\" for manager and hand off to manager and escalate to manager and flag f",
    ]);
    let rows = format!("customers C1, street: 1 rue X, postcode: '75001', city: Paris, country: FR\n{DUE}");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts manual call finance I1",
            "2026-10-04 acts automatic email a I1",
            "2026-10-04 acts automatic escalate manager I1",
            "2026-10-04 acts automatic flag f I1",
            "2026-10-04 acts manual hand off manager I1",
            "2026-10-04 acts automatic letter l I1",
            "2026-10-04 acts automatic notify manager I1",
            "2026-10-04 acts automatic sms b I1",
            "2026-10-04 acts manual task \"x\" I1",
        ]
    );
}

#[test]
fn r15_never_auto_send_asks_the_owner() {
    let case = lines_of(&["never auto-send", "at D+3 email a and call by finance and notify manager"]);
    let rows = format!("customers C1, owner: ann@acme.example\n{DUE}");
    let plan = case.plan_of(&rows, "2026-10-04");
    assert_eq!(
        lines(&plan),
        [
            "2026-10-04 acts manual call finance I1",
            "2026-10-04 acts approval(owner) email a I1",
            "2026-10-04 acts automatic notify manager I1",
        ]
    );
    assert_eq!(&*plan.actions[1].approvers[0].address, "ann@acme.example");
}

#[test]
fn r15_never_auto_send_adds_nobody_when_another_is_to_approve() {
    let case = lines_of(&["never auto-send", "needs approval by manager", "at D+3 email a"]);
    assert_eq!(case.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(manager) email a I1"]);
}

#[test]
fn r15_approvers_add_up_and_all_must() {
    let case = case(
        "segment all otherwise:\n  needs approval by finance\n  at D+3 email a\ncarve-out c when invoice.balance >= 500 EUR:\n  needs approval by manager\neverywhere:\n  needs approval by finance\n",
    );
    assert_eq!(case.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(finance manager) email a I1"]);
}

#[test]
fn r15_approval_in_a_block_concerns_messages_and_flags() {
    let case = lines_of(&[
        "needs approval by manager",
        "at D+3 email a and notify finance and flag f and escalate to finance",
        "at D+3 call by finance",
    ]);
    assert_eq!(
        case.plan(DUE, "2026-10-04"),
        [
            "2026-10-04 acts manual call finance I1",
            "2026-10-04 acts approval(manager) email a I1",
            "2026-10-04 acts automatic escalate finance I1",
            "2026-10-04 acts approval(manager) flag f I1",
            "2026-10-04 acts automatic notify finance I1",
        ]
    );
}

#[test]
fn r15_approval_on_a_step_concerns_its_line() {
    let case = lines_of(&["at D+3 email a and notify finance, needs approval by manager", "at D+3 flag f"]);
    assert_eq!(
        case.plan(DUE, "2026-10-04"),
        [
            "2026-10-04 acts approval(manager) email a I1",
            "2026-10-04 acts automatic flag f I1",
            "2026-10-04 acts approval(manager) notify finance I1",
        ]
    );
}

#[test]
fn r15_approval_from_a_day_on() {
    let case = lines_of(&["needs approval by manager from D+15", "at D+3 email a", "at D+15 email b"]);
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-31"),
        ["2026-10-04 automatic email a I1", "2026-10-16 approval(manager) email b I1"]
    );
    // A late message is asked about as well: it goes out on day 15.
    assert_eq!(case.plan(DUE, "2026-10-15"), ["2026-10-15 acts automatic email a I1"]);
    assert_eq!(case.plan(DUE, "2026-10-16"), ["2026-10-16 acts approval(manager) email a I1"]);
}

#[test]
fn r15_only_by_hand_leaves_messages_to_a_person() {
    let case = lines_of(&["only by hand by manager", "at D+3 email a and notify finance"]);
    let plan = case.plan_of(DUE, "2026-10-04");
    assert_eq!(
        lines(&plan),
        ["2026-10-04 acts manual email a I1", "2026-10-04 acts automatic notify finance I1"]
    );
    assert_eq!(plan.actions[0].actor.as_ref().map(|actor| &*actor.role), Some("manager"));
}

#[test]
fn r15_by_hand_and_approved_are_two_things() {
    let case = lines_of(&["only by hand", "needs approval by manager", "at D+3 email a"]);
    assert_eq!(case.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(manager) email a I1"]);
    // Once approved it is still a person who sends it.
    let rows = with(&approval(&case, DUE, "2026-10-04", "manager@acme.example"));
    let approved = ["2026-10-04 acts manual(manager)[manager@acme.example] email a I1"];
    assert_eq!(case.plan(&rows, "2026-10-04"), approved);
}

#[test]
fn r15_never_forbids_its_kind() {
    let rows = format!("customers C1, street: 1 rue X, postcode: '75001', city: Paris, country: FR\n{DUE}");
    let all = ["call finance", "email a", "escalate manager", "letter l", "notify manager", "sms b"];
    for (never, gone) in [
        ("email", vec!["email a"]),
        ("sms", vec!["sms b"]),
        ("letter", vec!["letter l"]),
        ("call", vec!["call finance"]),
        ("escalate", vec!["escalate manager"]),
        ("contact", vec!["call finance", "email a", "letter l", "sms b"]),
    ] {
        let case = lines_of(&[
            &format!("never {never}"),
            "at D+3 email a and sms b and letter l and call by finance and notify manager and escalate to manager",
        ]);
        let acts: Vec<String> = case.timeline(&rows, "2026-10-04", "2026-10-04");
        let expected: Vec<String> = all
            .iter()
            .filter(|key| !gone.contains(key))
            .map(|key| {
                let mode = if key.starts_with("call") { "manual" } else { "automatic" };
                format!("2026-10-04 {mode} {key} I1")
            })
            .collect();
        assert_eq!(acts, expected, "never {never}");
    }
}

#[test]
fn r15_a_role_of_nobody_falls_to_the_fallback() {
    let case = lines_of(&["at D+3 call by owner"]);
    let plan = case.plan_of(DUE, "2026-10-04");
    assert_eq!(lines(&plan), ["2026-10-04 acts manual call owner I1"]);
    assert_eq!(plan.actions[0].actor.as_ref().map(|actor| &*actor.address), Some("finance@acme.example"));
}

#[test]
fn r15_without_a_fallback_the_step_is_withheld() {
    let head = "policy \"T\"\n  currency EUR\n  templates \"templates\"\nrole owner = customer.owner\n";
    let case = whole(&format!("{head}segment all otherwise:\n  at D+3 call by owner\n"), &[]);
    assert_eq!(case.plan(DUE, "2026-10-04"), ["withheld nobody call owner I1 next none"]);
    let rows = format!("customers C1, owner: ann@acme.example\n{DUE}");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts manual call owner I1"]);
}

#[test]
fn r15_after_an_escalation_messages_need_its_approval() {
    let case =
        lines_of(&["at D+3 email a", "at D+10 escalate to manager", "at D+20 email b and notify finance"]);
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-31"),
        [
            "2026-10-04 automatic email a I1",
            "2026-10-11 automatic escalate manager I1",
            "2026-10-21 approval(manager) email b I1",
            "2026-10-21 automatic notify finance I1",
        ]
    );
}

#[test]
fn r16_a_hold_stops_cadence_steps_and_all_contacts() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a and notify finance and flag f\ncarve-out d when invoice.disputed:\n  hold\n  at dispute notify manager and flag g\ncarve-out big when invoice.balance >= 500 EUR:\n  at D+1 call by manager and task \"x\" for manager\n",
    );
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts manual big/task \"x\" I1",
            "2026-10-04 acts automatic d/flag g I1",
            "2026-10-04 acts automatic d/notify manager I1",
            "withheld disputed big/call manager I1 next none",
            "withheld disputed email a I1 next none",
            "withheld disputed flag f I1 next none",
            "withheld disputed notify finance I1 next none",
        ]
    );
}

#[test]
fn r16_a_hold_may_stand_anywhere() {
    for blocks in [
        "segment all otherwise:\n  hold\n  at D+3 email a\n",
        "segment all otherwise:\n  use x\ncadence x:\n  hold\n  at D+3 email a\n",
        "segment all otherwise:\n  at D+3 email a\neverywhere:\n  hold\n",
    ] {
        assert_eq!(case(blocks).plan(DUE, "2026-10-04"), ["withheld held email a I1 next none"], "{blocks}");
    }
}

#[test]
fn r16_all_blockers_are_named_and_the_last_end_counts() {
    let case = case(
        "segment all otherwise:\n  at D+3 email a\ncarve-out d when invoice.disputed:\n  hold\ncarve-out p when invoice.promised:\n  hold\n",
    );
    // Promised through 10-12 and on hold through 10-09: free on 10-13.
    let rows = "invoices I1, due_date: 2026-10-01, hold_until: 2026-10-09\n\
                promises invoice_id: I1, made: 2026-10-02, due: 2026-10-12";
    assert_eq!(case.plan(rows, "2026-10-04"), ["withheld hold_until promised email a I1 next 2026-10-13"]);
    case.next_holds(rows, "2026-10-04");
    assert_eq!(case.plan(rows, "2026-10-13"), ["2026-10-13 acts automatic email a I1"]);
    // A dispute's end is not known before it has come (R1), even where the data has it already.
    let rows = format!("{rows}\ndisputes invoice_id: I1, opened: 2026-10-02, closed: 2026-10-12");
    let withheld = ["withheld hold_until disputed promised email a I1 next none"];
    assert_eq!(case.plan(&rows, "2026-10-04"), withheld);
}

#[test]
fn r16_a_release_brings_no_burst() {
    let case = case(&format!("{THREE}carve-out d when invoice.disputed:\n  hold\n"));
    // Disputed 10-02 to 11-30: first 12-01, then 7 and 20 days apart.
    let rows = with("disputes invoice_id: I1, opened: 2026-10-02, closed: 2026-12-01");
    assert_eq!(
        case.timeline(&rows, "2026-10-01", "2027-01-31"),
        [
            "2026-12-01 automatic email first I1",
            "2026-12-08 automatic email second I1",
            "2026-12-28 automatic email third I1"
        ]
    );
}

/// The approval of the first action of a plan, as a ledger row.
fn approval(case: &Case, rows: &str, date: &str, by: &str) -> String {
    let plan = case.plan_of(rows, date);
    let action = plan.actions.first().unwrap();
    let (step, key, content) = (&action.step, &action.key, action.content.as_deref().unwrap());
    let invoice = action.members[0].invoice.as_ref().unwrap();
    format!("history {invoice} {date} {step} approved, key: {key}, content: {content}, approved_by: {by}")
}

const ASKED: &str = "segment all otherwise:\n  at D+3 email a, needs approval by manager\n";

#[test]
fn r17_an_approved_action_comes_back_as_automatic() {
    let case = case(ASKED);
    let rows = with(&approval(&case, DUE, "2026-10-04", "manager@acme.example"));
    for date in ["2026-10-04", "2026-10-05"] {
        let plan = case.plan(&rows, date);
        assert_eq!(plan, [format!("{date} acts automatic(manager)[manager@acme.example] email a I1")]);
    }
}

#[test]
fn r17_another_amount_needs_approval_again() {
    let case = case(ASKED);
    let approved = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    let rows = with(&format!("payments invoice_id: I1, date: 2026-10-05, amount: 0.01\n{approved}"));
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        ["2026-10-04 acts automatic(manager)[manager@acme.example] email a I1"]
    );
    assert_eq!(case.plan(&rows, "2026-10-05"), ["2026-10-05 acts approval(manager) email a I1"]);
}

#[test]
fn r17_another_recipient_needs_approval_again() {
    let case = case(ASKED);
    let approved = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    let rows = format!("customers C1, email: other@customer.example\n{DUE}\n{approved}");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["2026-10-05 acts approval(manager) email a I1"]);
}

#[test]
fn r17_other_members_need_approval_again() {
    let case = case(ASKED);
    let approved = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    // On 10-05 a second invoice joins the message.
    let rows = with(&format!("invoices I2, due_date: 2026-10-02\n{approved}"));
    assert_eq!(case.plan(&rows, "2026-10-05"), ["2026-10-05 acts approval(manager) email a I1 + email a I2"]);
}

#[test]
fn r17_an_approval_does_not_lift_a_hold() {
    let case = case(&format!("{ASKED}carve-out d when invoice.disputed:\n  hold\n"));
    let approved = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    let rows = with(&format!("disputes invoice_id: I1, opened: 2026-10-05\n{approved}"));
    assert_eq!(case.plan(&rows, "2026-10-05"), ["withheld disputed email a I1 next none"]);
}

#[test]
fn r17_all_approvers_must_approve() {
    let case = case(
        "segment all otherwise:\n  needs approval by finance\n  at D+3 email a, needs approval by manager\n",
    );
    let finance = approval(&case, DUE, "2026-10-04", "finance@acme.example");
    let manager = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    let plan = case.plan(&with(&finance), "2026-10-04");
    assert!(plan[0].starts_with("2026-10-04 acts approval(finance manager)"), "{plan:?}");
    let both = case.plan(&with(&format!("{finance}\n{manager}")), "2026-10-04");
    assert!(both[0].starts_with("2026-10-04 acts automatic(finance manager)"), "{both:?}");
}

#[test]
fn r17_a_withdrawn_or_declined_approval_is_none() {
    let case = case(ASKED);
    let approved = approval(&case, DUE, "2026-10-04", "manager@acme.example");
    let rows = with(&format!("{approved}\nhistory I1 2026-10-05 email a declined"));
    assert_eq!(case.plan(&rows, "2026-10-05"), ["waiting I1 overdue next none"]);
}

#[test]
fn r17_an_approval_written_by_somebody_else_approves_nothing() {
    let case = case(ASKED);
    let rows = with(&approval(&case, DUE, "2026-10-04", "intern@acme.example"));
    let plan = case.plan(&rows, "2026-10-04");
    assert!(plan[0].starts_with("2026-10-04 acts approval(manager)"), "{plan:?}");
}

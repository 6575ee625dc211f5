//! Fees and interest (R22), and who must approve them (R15).
//!
//! Interest is simple, actual/365: balance times rate times days, over 365, rounded half away from zero.

use dun::plan::{ChargeKind, Plan};

use crate::support::*;

/// Over 1000 EUR, due on 10-01: 10-02 is the first day that bears interest.
const DUE: &str = "invoices I1, due_date: 2026-10-01";

fn ladder(step: &str) -> String {
    format!("segment all otherwise:\n  {step}\n")
}

/// What a plan would book: amount, first and last day, rate.
fn charges(plan: &Plan) -> Vec<String> {
    let actions = plan.actions.iter().chain(plan.withheld.iter().map(|withheld| &withheld.action));
    let charge = |action: &dun::plan::Action| {
        let charge = action.charge.as_ref()?;
        Some(match (charge.kind, charge.from, charge.to, charge.rate.as_deref()) {
            (ChargeKind::Interest, Some(from), Some(to), Some(rate)) => {
                format!("{} {} interest {from} {to} at {rate}", charge.amount.decimal(), charge.currency)
            }
            _ => format!("{} {} fee", charge.amount.decimal(), charge.currency),
        })
    };
    actions.filter_map(charge).collect()
}

/// The one amount that a plan would book.
fn amount(case: &Case, rows: &str, date: &str) -> String {
    let plan = case.plan_of(rows, date);
    let [action] = plan.actions.as_slice() else { panic!("{:#?}", lines(&plan)) };
    action.charge.as_ref().map(|charge| charge.amount.decimal()).unwrap()
}

#[test]
fn r22_a_fee_waits_for_the_fallback() {
    let case = case(&ladder("at D+3 charge fee 40 EUR"));
    assert_eq!(case.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(finance) charge fee I1"]);
    assert_eq!(charges(&case.plan_of(DUE, "2026-10-04")), ["40.00 EUR fee"]);
    assert_eq!(
        case.timeline(DUE, "2026-10-01", "2026-10-31"),
        ["2026-10-04 approval(finance) charge fee I1"]
    );
}

#[test]
fn r15_a_charge_has_all_approvers_and_none_without_a_fallback() {
    let both = case(&ladder("at D+3 charge fee 40 EUR, needs approval by manager"));
    assert_eq!(both.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(finance manager) charge fee I1"]);
    // `needs approval` of a block concerns charges as well.
    let block = case(&format!("{}  needs approval by manager\n", ladder("at D+3 charge fee 40 EUR")));
    assert_eq!(block.plan(DUE, "2026-10-04"), ["2026-10-04 acts approval(finance manager) charge fee I1"]);
    let nobody =
        whole("policy \"T\"\n  currency EUR\nsegment all otherwise:\n  at D+3 charge fee 40 EUR\n", &[]);
    assert_eq!(nobody.plan(DUE, "2026-10-04"), ["withheld nobody charge fee I1 next none"]);
}

#[test]
fn r22_interest_from_the_day_after_due() {
    let case = case(&ladder("at D+30 charge interest at 10%"));
    // 10-02 to 10-31 are 30 days: 1000 * 0.10 * 30 / 365 = 8.2191…
    assert_eq!(charges(&case.plan_of(DUE, "2026-10-31")), ["8.22 EUR interest 2026-10-02 2026-10-31 at 10"]);
    // It runs to the day of the step: the next day, and a late first plan, charge no more.
    assert_eq!(amount(&case, DUE, "2026-11-01"), "8.22");
    assert_eq!(amount(&case, DUE, "2027-03-01"), "8.22");
}

#[test]
fn r22_points_come_on_top() {
    // 1000 * (0.0127 + 0.09) * 30 / 365 = 8.4410…
    let case = case(&ladder("at D+30 charge interest at 1.27% plus 9 points"));
    assert_eq!(
        charges(&case.plan_of(DUE, "2026-10-31")),
        ["8.44 EUR interest 2026-10-02 2026-10-31 at 10.27"]
    );
}

#[test]
fn r22_each_day_bears_its_own_balance() {
    let case = case(&ladder("at D+30 charge interest at 10%"));
    // 10-02 to 10-11 on 1000 (10 days), 10-12 to 10-31 on 400 (20 days): (10000 + 8000) * 0.10 / 365 = 4.9315…
    let rows = format!("{DUE}\npayments invoice_id: I1, date: 2026-10-12, amount: 600, currency: EUR");
    assert_eq!(amount(&case, &rows, "2026-10-31"), "4.93");
    // A credit note counts as a payment does.
    let rows = format!("{DUE}\ncredit_notes invoice_id: I1, date: 2026-10-12, amount: 600, currency: EUR");
    assert_eq!(amount(&case, &rows, "2026-10-31"), "4.93");
    // Charged back on 10-22: 10 days on 1000, 10 on 400, 10 on 1000: 24000 * 0.10 / 365 = 6.5753…
    let rows = format!("{rows}\npayments invoice_id: I1, date: 2026-10-22, amount: -600, currency: EUR");
    assert_eq!(amount(&case, &rows, "2026-10-31"), "6.58");
}

#[test]
fn r22_without_dated_payments_the_balance_of_today_counts_for_all_days() {
    // Nobody knows when 600 were paid: 400 * 0.10 * 30 / 365 = 3.2876…
    let case = case(&ladder("at D+30 charge interest at 10%"));
    let rows = "taken: 2026-10-31\ninvoices I1, due_date: 2026-10-01, balance: 400";
    assert_eq!(amount(&case, rows, "2026-10-31"), "3.29");
}

#[test]
fn r22_a_leap_year_is_divided_by_365_as_well() {
    // Due 2028-02-01: 02-02 to 03-02 are 28 days of February and 2 of March. 1000 * 0.10 * 30 / 365 = 8.2191…
    let case = case(&ladder("at D+30 charge interest at 10%"));
    assert_eq!(
        charges(&case.plan_of("invoices I1, due_date: 2028-02-01", "2028-03-02")),
        ["8.22 EUR interest 2028-02-02 2028-03-02 at 10"]
    );
}

#[test]
fn r22_half_a_cent_is_rounded_up() {
    // 36.50 * 0.05 * 1 / 365 = 0.005 exactly; 36.49 is below.
    let case = case(&ladder("at D+1 charge interest at 5%"));
    assert_eq!(amount(&case, "invoices I1, due_date: 2026-10-01, amount: 36.50", "2026-10-02"), "0.01");
    assert_eq!(
        case.plan("invoices I1, due_date: 2026-10-01, amount: 36.49", "2026-10-02"),
        ["waiting I1 overdue next none"]
    );
}

#[test]
fn r22_the_minor_unit_is_the_currencys() {
    let case = case(&ladder("at D+30 charge interest at 10%"));
    // 100000 JPY: 821.9 yen; 1000 KWD with three decimals: 8.2191… dinar.
    assert_eq!(
        amount(&case, "invoices I1, due_date: 2026-10-01, amount: 100000, currency: JPY", "2026-10-31"),
        "822"
    );
    assert_eq!(
        amount(&case, "invoices I1, due_date: 2026-10-01, amount: 1000, currency: KWD", "2026-10-31"),
        "8.219"
    );
}

#[test]
fn r22_what_was_charged_is_not_charged_again() {
    let case = case(&ladder("every 30 days from D+30: charge interest at 10%"));
    // 60 days: 16.4383… = 16.44 less 8.22.
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 done, rung: D+30, amount: 8.22");
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.22");
    // Booked at another amount, the rest makes up for it.
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 done, rung: D+30, amount: 8.00");
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.44");
    // Taken back, it was not charged, and the first is due again.
    let rows = format!("{rows}\nhistory I1 2026-11-02 charge interest #1 withdrawn");
    assert_eq!(case.plan(&rows, "2026-11-30"), ["2026-11-30 acts approval(finance) charge interest #1 I1"]);
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.22");
}

#[test]
fn r22_an_unknown_charge_is_asked_about() {
    let case = case(&ladder("every 30 days from D+30: charge interest at 10%"));
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 done, rung: D+30");
    assert_eq!(case.plan(&rows, "2026-11-30"), ["withheld unknown_amount charge interest #2 I1 next none"]);
}

#[test]
fn r22_a_fee_in_another_currency_is_withheld() {
    let case = case(&ladder("at D+3 charge fee 40 EUR"));
    assert_eq!(
        case.plan("invoices I1, due_date: 2026-10-01, currency: USD", "2026-10-04"),
        ["withheld other_currency charge fee I1 next none"]
    );
}

#[test]
fn r22_rates_by_date_from_a_file() {
    let rates = "2026-07-01: 2.00\n2026-10-12: 3.00\n";
    let case = with_file(
        &ladder("at D+30 charge interest at \"rates/base.yaml\" plus 8 points"),
        "rates/base.yaml",
        rates,
    );
    // 10-02 to 10-11 at 10% (10 days), 10-12 to 10-31 at 11% (20 days): 1000 * (1.00 + 2.20) / 365 = 8.7671…
    assert_eq!(
        charges(&case.plan_of(DUE, "2026-10-31")),
        ["8.77 EUR interest 2026-10-02 2026-10-31 at 10, 11"]
    );
    // The file begins later than the first day that bears interest.
    let rows = "invoices I1, due_date: 2026-06-15";
    assert_eq!(case.plan(rows, "2026-07-15"), ["withheld no_rate charge interest I1 next none"]);
}

#[test]
fn r22_a_rate_below_zero_bears_nothing() {
    let steps = "at D+1 charge interest at \"base.yaml\" plus 1 point\n  at D+3 task \"Look\" for finance";
    let case = with_file(&ladder(steps), "base.yaml", "2026-01-01: -1.5\n");
    // Where there is nothing to charge the ladder goes on.
    assert_eq!(case.timeline(DUE, "2026-10-01", "2026-10-31"), ["2026-10-04 manual task \"Look\" I1"]);
}

#[test]
fn r16_a_charge_is_held_wherever_it_is_written() {
    let hold = "carve-out disputes when invoice.disputed:\n  hold\n";
    let rows = format!("{DUE}\ndisputes invoice_id: I1, opened: 2026-10-03");
    let own = case(&format!("{}{hold}", ladder("at D+3 charge fee 40 EUR")));
    assert_eq!(own.plan(&rows, "2026-10-04"), ["withheld disputed charge fee I1 next none"]);
    let carve_out = case(&format!(
        "{}carve-out late when invoice.days_overdue > 2:\n  at D+3 charge fee 40 EUR\n{hold}",
        ladder("at D+90 task \"Look\" for finance")
    ));
    assert_eq!(carve_out.plan(&rows, "2026-10-04"), ["withheld disputed late/charge fee I1 next none"]);
}

#[test]
fn r10_never_charge_steps_over_it() {
    let case = case(
        "segment all otherwise:\n  at D+3 charge fee 40 EUR\n  at D+5 email first\n\
         carve-out consumers when customer.kind is \"consumer\":\n  never charge\n",
    );
    let rows = "customers C1, kind: consumer\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(case.timeline(rows, "2026-10-01", "2026-10-31"), ["2026-10-06 automatic email first I1"]);
    let rows = "customers C1, kind: business\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(
        case.timeline(rows, "2026-10-01", "2026-10-31"),
        ["2026-10-04 approval(finance) charge fee I1", "2026-10-06 automatic email first I1"]
    );
}

#[test]
fn r11_latest_brings_the_charges_below() {
    let case = case_with(
        "  catch up: latest",
        "segment all otherwise:\n  at D+3 charge fee 40 EUR and email first\n  at D+10 email second\n",
    );
    assert_eq!(
        case.plan(DUE, "2026-10-11"),
        ["2026-10-11 acts approval(finance) charge fee I1", "2026-10-11 acts automatic email second I1",]
    );
}

#[test]
fn r17_an_approval_releases_the_amount_it_quotes() {
    let case = case(&ladder("at D+30 charge interest at 10%"));
    let plan = case.plan_of(DUE, "2026-10-31");
    let action = &plan.actions[0];
    let approved = format!(
        "{DUE}\nhistory I1 2026-10-31 charge interest approved, key: {}, content: {}, approved_by: finance",
        action.key,
        action.content.as_deref().unwrap()
    );
    assert_eq!(
        case.plan(&approved, "2026-10-31"),
        ["2026-10-31 acts automatic(finance)[finance] charge interest I1"]
    );
    // It holds on the next day, since interest runs to the day of the step.
    assert_eq!(
        case.plan(&approved, "2026-11-01"),
        ["2026-11-01 acts automatic(finance)[finance] charge interest I1"]
    );
    // A payment that was dated back makes it another amount, which nobody has approved.
    let paid = format!("{approved}\npayments invoice_id: I1, date: 2026-10-12, amount: 600, currency: EUR");
    assert_eq!(case.plan(&paid, "2026-11-01"), ["2026-11-01 acts approval(finance) charge interest I1"]);
}

#[test]
fn r05_a_charge_is_withheld_by_problems_and_old_data_as_a_contact_is() {
    let rows = "invoices I1, due_date: 2026-10-01, issue_date: 2026-10-03";
    let own = case(&ladder("at D+3 charge fee 40 EUR"));
    assert_eq!(
        own.plan(rows, "2026-10-04"),
        ["withheld problem charge fee I1 next none", "problem due-before-issue"]
    );
    let old =
        case(&format!("{}everywhere:\n  data no older than 2 days\n", ladder("at D+3 charge fee 40 EUR")));
    assert_eq!(old.plan(DUE, "2026-10-04"), ["withheld stale_data charge fee I1 next none"]);
}

#[test]
fn r06_who_is_not_contacted_is_not_charged() {
    let case = case(&ladder("at D+3 charge fee 40 EUR"));
    for (fact, code) in [
        ("customers C1, do_not_contact: yes\ninvoices I1", "do_not_contact"),
        ("customers C1, insolvent_since: 2026-09-01\ninvoices I1", "insolvent"),
        ("customers C1\ninvoices I1, handed_over: factor", "handed_over"),
    ] {
        let rows = format!("{fact}, due_date: 2026-10-01");
        assert_eq!(
            case.plan(&rows, "2026-10-04"),
            [format!("withheld {code} charge fee I1 next none")],
            "{fact}"
        );
    }
}

#[test]
fn r09_a_charge_of_which_nobody_knows_is_withheld_once() {
    let case = case(&ladder("at D+3 charge fee 40 EUR"));
    let rows = format!("{DUE}\nhistory I1 2026-10-04 charge fee unknown, rung: D+3");
    assert_eq!(case.plan(&rows, "2026-10-05"), ["withheld unknown_outcome charge fee I1 next none"]);
}

#[test]
fn r22_interest_of_a_customer_is_that_of_all_invoices_it_is_about() {
    let case = case(
        "cadence account per customer:\n  at D+30 charge interest at 10%\nsegment all otherwise:\n  use account\n",
    );
    // I1: 30 days on 1000, 8.22. I2 due 10-21: 10-22 to 10-31, 10 days on 365: 1.00.
    let rows = format!("{DUE}\ninvoices I2, due_date: 2026-10-21, amount: 365");
    assert_eq!(
        charges(&case.plan_of(&rows, "2026-10-31")),
        ["9.22 EUR interest 2026-10-02 2026-10-31 at 10"]
    );
}

#[test]
fn r22_interest_of_a_customer_goes_less_what_each_invoice_was_charged() {
    let case = case(
        "cadence account per customer:\n  at D+30 charge interest at 10% as late\nsegment all otherwise:\n  use account\n",
    );
    // 8.22 each; 3.00 of it was charged on I1 and 2.00 on I2: 16.44 - 5.00.
    let rows = format!(
        "{DUE}\ninvoices I2, due_date: 2026-10-01\nhistory I1 2026-10-15 charge interest done, amount: 3\n\
         history I2 2026-10-16 charge interest done, amount: 2"
    );
    assert_eq!(
        charges(&case.plan_of(&rows, "2026-10-31")),
        ["11.44 EUR interest 2026-10-02 2026-10-31 at 10"]
    );
}

#[test]
fn r22_templates_see_interest_and_the_total_where_nothing_is_booked() {
    let text = "---\nsubject: Claim\n---\n{{ total | money }}; {{ interest_to_date | money }}; {{ total_with_charges | money }}\n";
    let body = |case: &Case, rows: &str| case.plan_of(rows, "2026-10-31").actions[0].body.clone().unwrap();
    let interest =
        case_written(&ladder("at D+30 email claim\n  at D+60 charge interest at 10%"), &[("claim.md", text)]);
    // 8.22 as above; a fee of 40 was booked.
    assert_eq!(body(&interest, DUE).trim(), "1,000.00\u{a0}EUR; 8.22\u{a0}EUR; 1,008.22\u{a0}EUR");
    let rows = format!("{DUE}\nhistory I1 2026-10-10 charge fee done, amount: 40.00");
    assert_eq!(body(&interest, &rows).trim(), "1,000.00\u{a0}EUR; 8.22\u{a0}EUR; 1,048.22\u{a0}EUR");
    // No interest in the policy, none to name.
    let none = case_written(&ladder("at D+30 email claim"), &[("claim.md", text)]);
    assert_eq!(body(&none, DUE).trim(), "1,000.00\u{a0}EUR; 0.00\u{a0}EUR; 1,000.00\u{a0}EUR");
}

#[test]
fn r22_interest_in_parts_is_interest_at_once() {
    let case = case(&ladder("every 7 days from D+1: charge interest at 9.37%"));
    let rows = String::from(
        "invoices I1, due_date: 2026-10-01, amount: 777.77\n\
         payments invoice_id: I1, date: 2026-10-20, amount: 123.45, currency: EUR",
    );
    let mut ledger = rows.clone();
    let mut total = 0;
    for nth in 1..=12 {
        let date = later(day("2026-10-02"), 7 * (nth - 1)).to_string();
        let plan = case.plan_of(&ledger, &date);
        let charge = plan.actions[0].charge.as_ref().unwrap();
        total += charge.amount.minor;
        ledger.push_str(&format!(
            "\nhistory I1 {date} charge interest #{nth} done, amount: {}",
            charge.amount.decimal()
        ));
        let once = self::case(&ladder(&format!("at D+{} charge interest at 9.37%", 1 + 7 * (nth - 1))));
        let at_once = once.plan_of(&rows, &date);
        assert_eq!(total, at_once.actions[0].charge.as_ref().unwrap().amount.minor, "{date}");
    }
}

#[test]
fn r22_no_day_is_charged_twice_in_one_plan() {
    // Under `latest` the steps of D+10 and D+30 come together: 10 days, then the 20 after them. 2.7397…, 8.2191… in all.
    let case = case_with(
        "  catch up: latest",
        &ladder("at D+10 charge interest at 10%\n  at D+30 charge interest at 10% as more"),
    );
    assert_eq!(
        charges(&case.plan_of(DUE, "2026-11-20")),
        ["2.74 EUR interest 2026-10-02 2026-10-11 at 10", "5.48 EUR interest 2026-10-02 2026-10-31 at 10"]
    );
    // Two cadences on one day.
    let case = self::case(
        "cadence a:\n  at D+30 charge interest at 10%\ncadence b:\n  at D+30 charge interest at 8% as other\n\
         segment all otherwise:\n  use a, b\n",
    );
    assert_eq!(
        case.plan(DUE, "2026-10-31"),
        [
            "2026-10-31 acts approval(finance) charge interest I1",
            "withheld nothing_to_charge other I1 next none"
        ]
    );
}

#[test]
fn r22_a_late_start_charges_each_period_once() {
    // First plan 2027-01-10: #1 through 10-31, #2 through 11-30, #3 through 12-30; 8.22, 16.44, 24.66 in all.
    let case =
        case_with("  catch up: one per run", &ladder("every 30 days from D+30: charge interest at 10%"));
    let mut rows = String::from(DUE);
    let mut booked = Vec::new();
    for date in ["2027-01-10", "2027-01-11", "2027-01-12", "2027-01-13"] {
        let plan = case.plan_of(&rows, date);
        for action in &plan.actions {
            let amount = action.charge.as_ref().unwrap().amount.decimal();
            rows.push_str(&format!("\nhistory I1 {date} {} done, amount: {amount}", action.step));
            booked.push(format!("{date} {} {amount}", action.step));
        }
    }
    assert_eq!(
        booked,
        [
            "2027-01-10 charge interest #1 8.22",
            "2027-01-11 charge interest #2 8.22",
            "2027-01-12 charge interest #3 8.22"
        ]
    );
}

#[test]
fn r22_declined_interest_is_waived() {
    let case = case(&ladder("every 30 days from D+30: charge interest at 10%"));
    // #1 was declined on 10-31: #2 asks for 11-01 to 11-30 only, 16.44 - 8.22.
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 declined");
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.22");
}

#[test]
fn r22_an_amount_in_another_currency_is_asked_about() {
    let case = case(&ladder("every 30 days from D+30: charge interest at 10%"));
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 done, amount: 900, currency: JPY");
    assert_eq!(case.plan(&rows, "2026-11-30"), ["withheld unknown_amount charge interest #2 I1 next none"]);
}

#[test]
fn r22_an_amount_below_zero_is_no_charge() {
    let case = case(&ladder("every 30 days from D+30: charge interest at 10%"));
    let rows = format!("{DUE}\nhistory I1 2026-10-31 charge interest #1 done, amount: -50.00");
    assert_eq!(
        case.plan(&rows, "2026-10-31"),
        ["withheld problem charge interest #1 I1 next none", "problem unreadable-value"]
    );
}

#[test]
fn r22_interest_under_a_name_that_is_gone_still_counts() {
    let case = case(&ladder("at D+60 charge interest at 10%"));
    let rows = format!("{DUE}\nhistory I1 2026-10-31 late_interest done, amount: 8.22");
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.22");
    // A row under the former name is the same charge as one under the new.
    let steps = "every 30 days from D+30: charge interest at 10% as late formerly old_name";
    let case = self::case(&ladder(steps));
    let rows = format!(
        "{DUE}\nhistory I1 2026-10-31 old_name #1 assigned, amount: 8.22\n\
         history I1 2026-11-02 late #1 done, amount: 8.22"
    );
    assert_eq!(amount(&case, &rows, "2026-11-30"), "8.22");
}

#[test]
fn r22_a_letter_names_no_interest_to_whom_none_may_be_charged() {
    let text = "---\nsubject: Claim\n---\n{{ interest_to_date | money }}\n";
    let spared = "carve-out consumers when customer.kind is \"consumer\":\n  never charge\n";
    let steps = "at D+30 email claim\n  at D+60 charge interest at 12%, if invoice.amount > 5000 EUR\n  \
                 at D+61 charge interest at 10% as milder";
    let case = case_written(&format!("{}{spared}", ladder(steps)), &[("claim.md", text)]);
    let body = |rows: &str| case.plan_of(rows, "2026-10-31").actions[0].body.clone().unwrap();
    // The condition of the first does not hold, so the second counts; and nothing for a consumer.
    let business = "customers C1, kind: business\ninvoices I1, due_date: 2026-10-01";
    assert_eq!(body(business).trim(), "8.22\u{a0}EUR");
    assert_eq!(body(&business.replace("business", "consumer")).trim(), "0.00\u{a0}EUR");
    // Where both may be charged the milder one is named: 6000 * 0.10 * 30 / 365 = 49.3150…
    assert_eq!(body(&format!("{business}, amount: 6000")).trim(), "49.32\u{a0}EUR");
}

#[test]
fn r20_credits_that_cover_an_invoice_withhold_its_charges() {
    let case = case(&ladder("at D+3 charge fee 40 EUR"));
    let rows = format!("{DUE}\npayments customer_id: C1, date: 2026-10-02, amount: 1000, currency: EUR");
    assert_eq!(
        case.plan(&rows, "2026-10-04"),
        [
            "2026-10-04 acts automatic notify finance of P0001 I1",
            "withheld allocate_first charge fee I1 next none"
        ]
    );
    let rows = format!("{DUE}\npayments customer_id: C1, date: 2026-10-02, amount: 999, currency: EUR");
    assert_eq!(case.plan(&rows, "2026-10-04"), ["2026-10-04 acts approval(finance) charge fee I1"]);
}

#[test]
fn r22_a_customers_ladder_and_an_invoices_charge_no_day_twice() {
    let case = case(
        "cadence account per customer:\n  at D+30 charge interest at 10%\n\
         cadence each:\n  at D+30 charge interest at 10% as own\n\
         segment all otherwise:\n  use account, each\n",
    );
    assert_eq!(
        case.plan(DUE, "2026-10-31"),
        [
            "2026-10-31 acts approval(finance) charge interest C1: I1",
            "withheld nothing_to_charge own I1 next none"
        ]
    );
    assert_eq!(charges(&case.plan_of(DUE, "2026-10-31")), ["8.22 EUR interest 2026-10-02 2026-10-31 at 10"]);
}

//! Amounts of several currencies: rates, sums, tolerances (R2, R4).

use crate::support::*;

/// One dollar is 0.92 euro, one euro 161.8 yen.
const RATES: &str = "  rate 1 USD = 0.92 EUR\n  rate 1 EUR = 161.8 JPY\n";

/// Whether a condition is true, false or unknown: a carve-out that holds tells all three apart.
fn truth(settings: &str, condition: &str, rows: &str) -> &'static str {
    let case = case_with(
        settings,
        &format!("segment all otherwise:\n  at D+3 email first\ncarve-out c when {condition}:\n  hold\n"),
    );
    let plan = case.plan(rows, "2026-10-04");
    match plan.iter().find(|line| line.contains("I1")).map(String::as_str) {
        Some(line) if line.starts_with("2026-10-04 acts automatic email first I1") => "no",
        Some(line) if line.starts_with("withheld held email first I1") => "yes",
        Some("withheld unknown_value email first I1 next none") => "unknown",
        other => panic!("{condition}: {other:?}"),
    }
}

fn invoice(amount: &str, currency: &str) -> String {
    format!("invoices I1, due_date: 2026-10-01, amount: {amount}, currency: {currency}")
}

#[test]
fn r04_money_compares_by_a_rate_and_its_inverse() {
    let dollars = invoice("1000", "USD");
    // 1000 USD are exactly 920 EUR.
    for (condition, expected) in [
        ("invoice.amount is 920 EUR", "yes"),
        ("invoice.amount is 920.01 EUR", "no"),
        ("invoice.amount is not 920 EUR", "no"),
        ("invoice.amount > 920 EUR", "no"),
        ("invoice.amount >= 920 EUR", "yes"),
        ("invoice.amount < 920 EUR", "no"),
        ("invoice.amount <= 920 EUR", "yes"),
        ("invoice.amount between 919.99 EUR and 920 EUR", "yes"),
        ("invoice.amount in (5 EUR, 920 EUR)", "yes"),
    ] {
        assert_eq!(truth(RATES, condition, &dollars), expected, "{condition}");
    }
    // The inverse: 920 EUR are exactly 1000 USD.
    let euros = invoice("920", "EUR");
    assert_eq!(truth(RATES, "invoice.amount is 1000 USD", &euros), "yes");
    assert_eq!(truth(RATES, "invoice.amount >= 1000.01 USD", &euros), "no");
    // 100 EUR × 161.8 = 16 180 yen, which have no decimals.
    assert_eq!(truth(RATES, "invoice.amount is 100 EUR", &invoice("16180", "JPY")), "yes");
}

#[test]
fn r04_nothing_is_rounded_on_the_way() {
    // 0.01 USD = 0.0092 EUR: less than a cent, and more than nothing.
    let cent = invoice("0.01", "USD");
    assert_eq!(truth(RATES, "invoice.amount < 0.01 EUR", &cent), "yes");
    assert_eq!(truth(RATES, "invoice.amount > 0 EUR", &cent), "yes");
    assert_eq!(truth(RATES, "invoice.amount <= 0 EUR", &cent), "no");
    // 500.01 USD = 460.0092 EUR lies between 460 and 460.01.
    let odd = invoice("500.01", "USD");
    assert_eq!(truth(RATES, "invoice.amount > 460 EUR", &odd), "yes");
    assert_eq!(truth(RATES, "invoice.amount < 460.01 EUR", &odd), "yes");
    assert_eq!(truth(RATES, "invoice.amount in (460 EUR, 460.01 EUR)", &odd), "no");
}

#[test]
fn r04_without_a_rate_of_the_two_it_is_unknown() {
    for (amount, currency, condition) in [
        ("1000", "GBP", "invoice.amount > 5 EUR"),
        ("1000", "USD", "invoice.amount > 5 GBP"),
        // Rates are not chained over the euro.
        ("1000", "USD", "invoice.amount > 5 JPY"),
        ("1000", "JPY", "not invoice.amount > 5 USD"),
    ] {
        assert_eq!(truth(RATES, condition, &invoice(amount, currency)), "unknown", "{condition}");
    }
    // One range that holds is enough; one that nobody can judge is not.
    assert_eq!(truth(RATES, "invoice.amount in (5 GBP, 1000 USD)", &invoice("1000", "USD")), "yes");
    assert_eq!(truth(RATES, "invoice.amount in (5 GBP, 999 USD)", &invoice("1000", "USD")), "unknown");
}

/// 600 EUR and 1000 USD = 920 EUR are open: 1520 EUR. The dollars are overdue, the euros are not.
const TWO: &str = "invoices I1, due_date: 2026-10-01, amount: 1000, currency: USD\n\
                   invoices I2, due_date: 2026-10-20, amount: 600, currency: EUR";

#[test]
fn r04_a_sum_over_several_currencies_is_added_up_in_the_currency_asked_for() {
    for (condition, expected) in [
        ("customer.balance > 1519.99 EUR", "yes"),
        ("customer.balance > 1520 EUR", "no"),
        ("customer.balance is 1520 EUR", "yes"),
        // 1520 EUR / 0.92 = 1652.17… USD.
        ("customer.balance > 1652.17 USD", "yes"),
        ("customer.balance > 1652.18 USD", "no"),
        // There is no rate of dollars to yen.
        ("customer.balance > 1 JPY", "unknown"),
        ("customer.balance is known", "yes"),
        ("customer.overdue_balance is 920 EUR", "yes"),
        ("customer.overdue_balance is 1000 USD", "yes"),
    ] {
        assert_eq!(truth(RATES, condition, TWO), expected, "{condition}");
    }
}

#[test]
fn r04_a_sum_with_a_part_that_has_no_rate_is_unknown_however_large_the_rest_is() {
    let rows = format!("{TWO}\ninvoices I3, due_date: 2026-10-20, amount: 1, currency: GBP");
    assert_eq!(truth(RATES, "customer.balance > 5 EUR", &rows), "unknown");
    assert_eq!(truth(RATES, "customer.balance is missing", &rows), "yes");
    assert_eq!(truth("", "customer.balance > 5 EUR", TWO), "unknown");
    assert_eq!(truth("", "customer.balance is missing", TWO), "yes");
    // What is overdue is in one currency, which is no sum over several.
    assert_eq!(truth("", "customer.overdue_balance >= 1000 USD", &rows), "yes");
}

#[test]
fn r04_the_credit_limit_is_compared_by_rates_too() {
    let limit = |limit: &str| format!("customers C1, credit_limit: {limit}\n{TWO}");
    assert_eq!(truth(RATES, "customer.over_credit_limit", &limit("1519.99")), "yes");
    assert_eq!(truth(RATES, "customer.over_credit_limit", &limit("1520")), "no");
    assert_eq!(truth("", "customer.over_credit_limit", &limit("5")), "unknown");
    assert_eq!(truth(RATES, "customer.over_credit_limit", TWO), "unknown");
}

#[test]
fn r02_each_currency_has_its_own_tolerance_and_rates_lend_none() {
    let settings = format!("{RATES}  ignore balances under 5 EUR, 7 USD\n");
    let case = case_with(&settings, "segment all otherwise:\n  at D+3 email first\n");
    let open = |balance: &str, currency: &str| {
        let rows = format!("{}, balance: {balance}", invoice("1000", currency));
        !case.plan(&rows, "2026-10-04").is_empty()
    };
    let answers = [
        open("4.99", "EUR"),
        open("5.00", "EUR"),
        open("6.99", "USD"),
        open("7.00", "USD"),
        // None is named for yen and pounds: whatever is left is open.
        open("1", "JPY"),
        open("0.01", "GBP"),
    ];
    assert_eq!(answers, [false, true, false, true, true, true]);
}

#[test]
fn r05_a_sum_over_several_currencies_is_no_amount_for_a_letter() {
    let head = format!(
        "policy \"T\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n{RATES}role finance = \"f@acme.example\"\n"
    );
    let template = "---\nsubject: \"You owe {{ customer.balance }}\"\n---\nPlease pay.\n";
    let policy = format!("{head}segment all otherwise:\n  at D+3 email first\n");
    let case = whole(&policy, &[("first.md", template)]);
    assert_eq!(
        case.plan(TWO, "2026-10-04"),
        ["withheld missing_value email first I1 next none", "waiting I2 sent next 2026-10-23"]
    );
}

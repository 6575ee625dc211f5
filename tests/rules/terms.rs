//! Due dates that follow from terms of payment (R2, R5).

use crate::support::*;

/// The due date that each waiting invoice has.
fn due(case: &Case, rows: &str) -> Vec<String> {
    let plan = case.plan_of(rows, "2026-01-31");
    let mut found: Vec<String> =
        plan.waiting.iter().map(|waiting| format!("{} {}", waiting.invoice, waiting.due_date)).collect();
    found.extend(plan.problems.iter().map(|problem| format!("{:?}", problem.code)));
    found
}

fn with(terms: &str) -> Case {
    case_with(terms, "segment all otherwise:\n  at D+90 email first\n")
}

/// Three invoices without a due date: issued on the last day of January, in its middle, and before February's end.
const ISSUED: &str = "invoices I1, issue_date: 2026-01-31\ninvoices I2, issue_date: 2026-01-15\n\
                      invoices I3, issue_date: 2025-12-31";

#[test]
fn r02_terms_to_the_end_of_the_month_add_the_days_first() {
    // 01-31 + 30 = 03-02, 01-15 + 30 = 02-14, 12-31 + 30 = 01-30.
    assert_eq!(due(&with("  terms 30 days"), ISSUED), ["I1 2026-03-02", "I2 2026-02-14", "I3 2026-01-30"]);
    let end = with("  terms 30 days end of month");
    assert_eq!(due(&end, ISSUED), ["I1 2026-03-31", "I2 2026-02-28", "I3 2026-01-31"]);
    assert_eq!(due(&with("  terms 0 days end of month"), ISSUED)[0], "I1 2026-01-31");
}

#[test]
fn r02_a_customers_terms_come_before_the_policys() {
    let policy = with("  terms 30 days end of month");
    for (terms, expected) in [
        ("45", "I1 2026-03-17"),
        ("net 45", "I1 2026-03-17"),
        ("45 Tage", "I1 2026-03-17"),
        ("45 days end of month", "I1 2026-03-31"),
        ("45 jours fin de mois", "I1 2026-03-31"),
    ] {
        let rows = format!("customers C1, terms: {terms}\ninvoices I1, issue_date: 2026-01-31");
        assert_eq!(due(&policy, &rows), [expected], "{terms}");
    }
}

#[test]
fn r02_a_due_date_in_the_data_always_wins() {
    let rows = "customers C1, terms: 45 days end of month\n\
                invoices I1, issue_date: 2026-01-31, due_date: 2026-02-03";
    assert_eq!(due(&with("  terms 30 days end of month"), rows), ["I1 2026-02-03"]);
}

#[test]
fn r05_terms_that_cannot_be_read_are_a_problem_and_no_guess() {
    let rows = "customers C1, terms: EOM\ninvoices I1, issue_date: 2026-01-15\n\
                invoices I2, issue_date: 2026-01-15, due_date: 2026-01-20";
    let case =
        case_with("  terms 10 days", "segment all otherwise:\n  at D+3 email first and notify finance\n");
    // The policy's terms would make I1 due on 01-25; it is left out. I2 has its date, and its customer a problem.
    assert_eq!(
        case.plan(rows, "2026-01-31"),
        [
            "2026-01-31 acts automatic notify finance I2",
            "withheld problem email first I2 next none",
            "problem unreadable-value",
            "problem no-due-date",
        ]
    );
    let plan = case.plan_of(rows, "2026-01-31");
    let about: Vec<_> = plan
        .problems
        .iter()
        .map(|problem| (problem.invoice.as_deref(), problem.message.contains("terms")))
        .collect();
    assert_eq!(about.iter().filter(|(_, named)| *named).count(), 2, "{about:?}");
}

#[test]
fn r05_words_for_terms_are_translated_by_the_mapping() {
    let case = case_with("", "segment all otherwise:\n  at D+3 email first\n");
    let files = |mapping: &'static str| {
        [
            ("snapshot.yaml", mapping),
            ("customers.csv", "customer_id,name,email,terms\nC1,Ant,a@customer.example,Due on receipt\n"),
            ("invoices.csv", "invoice_id,customer_id,amount,issue_date\nI1,C1,10,2026-10-01\n"),
        ]
    };
    let mapped = files("customers:\n  values: { terms: { \"Due on receipt\": 0 } }\n");
    assert_eq!(case.plan_folder(&mapped, "2026-10-04"), ["2026-10-04 acts automatic email first I1"]);
    let problems = ["problem unreadable-value", "problem no-due-date"];
    assert_eq!(case.plan_folder(&files("as_of: 2026-10-04\n"), "2026-10-04"), problems);
}

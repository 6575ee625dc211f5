//! Data as short rows, one a line: the table, then the row.
//!
//! `invoices I1, due_date: 2026-10-01` is of customer C1 and over 1000 EUR unless it says otherwise;
//! `history I1 2026-10-04 email a sent` is a ledger row.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Rows as a snapshot document. Rows of one table stay in their order.
pub(crate) fn document(rows: &str) -> String {
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut head = String::new();
    for (at, line) in rows.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let (table, row) = line.split_once(' ').unwrap();
        if let Some(key) = table.strip_suffix(':') {
            writeln!(head, "{key}: {row}").unwrap();
            continue;
        }
        let row = match table {
            "customers" => customer(row),
            "invoices" => invoice(row),
            "history" => history(row),
            "payments" => format!("payment_id: P{at:04}, {row}"),
            "credit_notes" => format!("credit_id: N{at:04}, {row}"),
            _ => row.to_owned(),
        };
        tables.entry(table).or_default().push(row);
    }
    tables.entry("customers").or_insert_with(|| vec![customer("C1")]);
    tables.entry("invoices").or_default();
    for (table, rows) in tables {
        writeln!(head, "{table}:").unwrap();
        for row in rows {
            writeln!(head, "  - {{ {row} }}").unwrap();
        }
    }
    head
}

fn with_defaults(mut row: String, defaults: &[(&str, &str)]) -> String {
    for (column, value) in defaults {
        if !row.contains(&format!("{column}:")) {
            write!(row, ", {column}: {value}").unwrap();
        }
    }
    // `none` leaves a column out.
    row.split(", ").filter(|cell| !cell.ends_with(": none")).collect::<Vec<_>>().join(", ")
}

fn customer(row: &str) -> String {
    let id = row.split(',').next().unwrap();
    let email = format!("{}@customer.example", id.to_lowercase());
    let row = format!("customer_id: {row}");
    with_defaults(
        row,
        &[("name", id), ("email", &email), ("mobile", "\"+33600000000\""), ("phone", "\"+33100000000\"")],
    )
}

fn invoice(row: &str) -> String {
    let row = format!("invoice_id: {row}");
    with_defaults(row, &[("customer_id", "C1"), ("amount", "1000.00")])
}

fn history(row: &str) -> String {
    let (head, rest) =
        row.split_once(", ").map_or((row, String::new()), |(head, rest)| (head, format!(", {rest}")));
    let words: Vec<&str> = head.split(' ').collect();
    let [id, date, step @ .., outcome] = words.as_slice() else { panic!("no ledger row: {row}") };
    let subject = if id.starts_with('C') { "customer_id" } else { "invoice_id" };
    format!("{subject}: {id}, date: {date}, step: '{}', outcome: {outcome}{rest}", step.join(" "))
}

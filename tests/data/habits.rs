//! Five exports as people make them: what is said, message by message, and that following it makes them load.

use crate::support::{CUSTOMERS, beside, folder, said};

const GERMAN: &str = "invoice_id;customer_id;amount;due_date
I1;C1;1.234,56;2026-10-01
I2;C2;99,90;2026-10-02
I3;C2;100;2026-10-02
";

const SHORT_YEARS: &str = "invoice_id,customer_id,amount,issue_date,due_date
I1,C1,100.00,01/12/26,31/12/26
I2,C2,80.00,30/11/26,30/12/26
";

const TITLED: &str = "Open invoices of Acme as of 5 October,,,
,,,
invoice_id,customer_id,amount,due_date
I1,C1,100.00,2026-10-01
I2,C2,80.00,2026-10-02
Total,,180.00,
";

const LATIN: &str = "\"Rechnungs-Nr.\";\"Käufer\";\"Betrag\";\"Fällig am\"
\"I1\";\"Bäckerei \"\"Zur Mühle\"\"\";\"1.234,56\";\"31.12.2026\"
";

const SHORTENED: &str = "invoice_id,customer_id,amount,due_date
1.23E+05,7,100.00,2026-10-01
I2,1.23457E+11,80.00,2026-10-02
";

/// What is said of a file of invoices without a mapping, and with each one in turn.
fn report(invoices: &[u8], customers: &str, mappings: &[&str]) -> String {
    let files = [("invoices.csv", invoices), ("customers.csv", customers.as_bytes())];
    let mut text = said(&folder(&files));
    for mapping in mappings {
        let folder = beside(&[files[0], files[1], ("snapshot.yaml", mapping.as_bytes())]);
        text.push_str(&format!("\n{mapping}---\n{}", said(&folder)));
    }
    text
}

#[test]
fn german_decimal_commas() {
    insta::assert_snapshot!(report(GERMAN.as_bytes(), CUSTOMERS, &["invoices:\n  decimal: \",\"\n"]));
}

#[test]
fn years_of_two_digits() {
    insta::assert_snapshot!(report(
        SHORT_YEARS.as_bytes(),
        CUSTOMERS,
        &["invoices:\n  date_format: \"%d/%m/%y\"\n"]
    ));
}

#[test]
fn a_title_above_and_a_total_below() {
    insta::assert_snapshot!(report(TITLED.as_bytes(), CUSTOMERS, &["invoices:\n  header: 3\n"]));
}

#[test]
fn a_semicolon_file_in_latin_1() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(LATIN);
    let columns = "invoices:\n  decimal: \",\"\n  date_format: \"%d.%m.%Y\"\n  columns:\n    invoice_id: Rechnungs-Nr.\n    \
        customer_id: Käufer\n    amount: Betrag\n    due_date: Fällig am\n";
    let encoded = format!("{columns}  encoding: windows-1252\n");
    let both = format!(
        "{encoded}customers:\n  file: invoices.csv\n  encoding: windows-1252\n  columns: {{ customer_id: Käufer, name: Käufer }}\n"
    );
    insta::assert_snapshot!(report(&bytes, CUSTOMERS, &[columns, &encoded, &both]));
}

#[test]
fn ids_that_a_spreadsheet_has_changed() {
    insta::assert_snapshot!(report(SHORTENED.as_bytes(), "customer_id,name\n0007,Ant Ltd\n8,Bee Ltd\n", &[]));
}

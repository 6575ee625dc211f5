//! A real ledger of 2,466 invoices, where it is at hand, and how it is read.

use std::path::{Path, PathBuf};

/// How its columns are mapped onto the tables.
pub(crate) const MAPPING: &str = r#"
invoices:
  file: invoices.csv
  date_format: "%m/%d/%Y"
  columns:
    invoice_id: invoiceNumber
    customer_id: customerID
    issue_date: InvoiceDate
    due_date: DueDate
    amount: InvoiceAmount
    disputed: Disputed
    paid_date: SettledDate
  constants: { currency: USD }
customers:
  file: invoices.csv
  columns: { customer_id: customerID }
  constants: { email: "ar@{customer_id}.example" }
"#;

/// The table beside the project; says so when it is not there.
pub(crate) fn data() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/ibm-receivables/invoices.csv");
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

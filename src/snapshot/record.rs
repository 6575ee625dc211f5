//! What a simulation does to a snapshot: it finds rows by id, forgets what came later, and writes the ledger on.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::Snapshot;
use super::ledger::LedgerRow;
use super::tables::{CustomerRow, InvoiceRow};

impl Snapshot {
    /// The customer with this id.
    #[must_use]
    pub fn customer_with(&self, id: &str) -> Option<CustomerRow> {
        let at = self.customers.id.binary_search_by(|&own| self.text(own).cmp(id)).ok()?;
        u32::try_from(at).ok().map(CustomerRow)
    }

    /// A customer's invoice with this id.
    #[must_use]
    pub fn invoice_with(&self, customer: CustomerRow, id: &str) -> Option<InvoiceRow> {
        let rows = self.invoices_of.of(customer.index());
        let ids = &self.invoices.id[rows.clone()];
        let at = ids.binary_search_by(|&own| self.text(own).cmp(id)).ok()?;
        u32::try_from(rows.start + at).ok().map(InvoiceRow)
    }

    /// Forgets the ledger rows of a day and of those after it; how many they were.
    pub fn forget_from(&mut self, day: NaiveDate) -> u64 {
        let before = self.ledger.len() + self.customer_ledger.len();
        self.ledger.retain(|row| row.date < day);
        self.customer_ledger.retain(|row| row.date < day);
        self.index_ledger();
        (before - self.ledger.len() - self.customer_ledger.len()) as u64
    }

    /// The same without a ledger.
    #[must_use]
    pub fn without_ledger(mut self) -> Snapshot {
        (self.ledger, self.customer_ledger) = (Vec::new(), Vec::new());
        self.index_ledger();
        self
    }

    /// Writes rows into the ledger, each where it belongs. `spare` is room that is used again the next time.
    pub fn record(&mut self, rows: Vec<LedgerRow>, spare: &mut Vec<LedgerRow>) {
        let (mut of_invoices, mut of_customers): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.invoice.is_some());
        of_invoices.sort_by(|a, b| self.ledger_order(a, b));
        of_customers.sort_by(|a, b| self.ledger_order(a, b));
        let mut ledger = std::mem::take(&mut self.ledger);
        let mut customer_ledger = std::mem::take(&mut self.customer_ledger);
        merge(&mut ledger, of_invoices, spare, |a, b| self.ledger_order(a, b));
        merge(&mut customer_ledger, of_customers, &mut Vec::new(), |a, b| self.ledger_order(a, b));
        (self.ledger, self.customer_ledger) = (ledger, customer_ledger);
        self.index_ledger();
    }

    /// The order in which the loader leaves the ledger.
    fn ledger_order(&self, a: &LedgerRow, b: &LedgerRow) -> Ordering {
        let subject = |row: &LedgerRow| (row.invoice, row.invoice.is_none().then_some(row.customer));
        subject(a).cmp(&subject(b)).then_with(|| self.in_order(a, b))
    }
}

/// Merges sorted rows into sorted rows; of equal ones those that were there come first. They change places with the
/// room that is spare.
fn merge(
    rows: &mut Vec<LedgerRow>,
    new: Vec<LedgerRow>,
    spare: &mut Vec<LedgerRow>,
    order: impl Fn(&LedgerRow, &LedgerRow) -> Ordering,
) {
    if new.is_empty() {
        return;
    }
    spare.reserve(rows.len() + new.len());
    let mut old = rows.drain(..);
    for row in new {
        let before = in_front(old.as_slice(), |own| order(own, &row) != Ordering::Greater);
        spare.extend(old.by_ref().take(before));
        spare.push(row);
    }
    spare.extend(old);
    std::mem::swap(rows, spare);
}

/// How many rows stand in front, of which the next are looked at first.
fn in_front(rows: &[LedgerRow], is_in_front: impl Fn(&LedgerRow) -> bool) -> usize {
    let mut near = 1;
    while near < rows.len() && is_in_front(&rows[near]) {
        near *= 2;
    }
    let near = rows.len().min(near + 1);
    rows[..near].partition_point(is_in_front)
}

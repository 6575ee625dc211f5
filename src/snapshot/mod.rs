//! The state of receivables on a day: tables of facts and the ledger of what has been done, read from files.
//!
//! Rows become columns, texts are interned once, customers are contiguous ranges of invoices.

pub mod ledger;
pub mod load;
pub mod problem;
mod record;
pub mod tables;
pub mod texts;

use std::cmp::Ordering;

use chrono::NaiveDate;

use ledger::LedgerRow;
use problem::Problem;
use tables::{Contact, CustomerRow, Customers, Dispute, InvoiceRow, Invoices, Payment, Promise, Ranges};
use texts::{Text, Texts};

pub use load::{
    LoadError, LoadOptions, Progress, Unreadable, columns_of, load, load_watched, parse_document, schema,
};

/// Everything known about customers and invoices, as one immutable value.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Every text of the tables below.
    pub texts: Texts,
    /// When the data was taken, as written in `snapshot.yaml`.
    pub taken: Option<String>,
    /// The day of `taken` in the policy's timezone.
    pub taken_on: Option<NaiveDate>,
    /// The default day to plan for.
    pub as_of: Option<NaiveDate>,
    /// Customers by id.
    pub customers: Customers,
    /// Invoices by customer and id.
    pub invoices: Invoices,
    /// Further contacts, by customer, role and name.
    pub contacts: Vec<Contact>,
    /// Payments and credit notes, by customer, invoice, date and id.
    pub payments: Vec<Payment>,
    /// Disputes, by invoice, opening and closing.
    pub disputes: Vec<Dispute>,
    /// Promises, by invoice, making and due date.
    pub promises: Vec<Promise>,
    /// The ledger rows of invoices, by invoice, date, time, outcome and step.
    pub ledger: Vec<LedgerRow>,
    /// The ledger rows that concern a customer as a whole, by customer, date, time, outcome and step.
    pub customer_ledger: Vec<LedgerRow>,
    /// What is wrong with the data, sorted.
    pub problems: Vec<Problem>,
    /// SHA-256 over the typed facts in id order, in hexadecimal.
    pub digest: String,
    invoices_of: Ranges,
    ledger_of: Ranges,
    payments_of: Ranges,
    disputes_of: Ranges,
    promises_of: Ranges,
}

impl Snapshot {
    /// Notes where the rows of each customer and each invoice stand, once the rows do.
    fn index(&mut self) {
        let (customers, invoices) = (self.customers.id.len(), self.invoices.id.len());
        let owners = self.invoices.customer.iter().map(|row| row.index());
        self.invoices_of = Ranges::new(customers, owners);
        let payers = self.payments.iter().map(|payment| payment.customer.index());
        self.payments_of = Ranges::new(customers, payers);
        let disputed = self.disputes.iter().map(|dispute| dispute.invoice.index());
        self.disputes_of = Ranges::new(invoices, disputed);
        let promised = self.promises.iter().map(|promise| promise.invoice.index());
        self.promises_of = Ranges::new(invoices, promised);
        self.index_ledger();
    }

    /// Notes where each invoice's ledger rows stand.
    fn index_ledger(&mut self) {
        let invoices = self.ledger.iter().filter_map(|row| row.invoice).map(InvoiceRow::index);
        self.ledger_of = Ranges::new(self.invoices.id.len(), invoices);
    }

    /// The text itself.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        self.texts.get(text)
    }

    /// A customer's id.
    #[must_use]
    pub fn customer_id(&self, row: CustomerRow) -> &str {
        self.text(self.customers.id[row.index()])
    }

    /// An invoice's id.
    #[must_use]
    pub fn invoice_id(&self, row: InvoiceRow) -> &str {
        self.text(self.invoices.id[row.index()])
    }

    /// All customers.
    pub fn customer_rows(&self) -> impl Iterator<Item = CustomerRow> + use<> {
        (0..u32::try_from(self.customers.id.len()).unwrap_or(u32::MAX)).map(CustomerRow)
    }

    /// A customer's invoices.
    pub fn invoices_of(&self, customer: CustomerRow) -> impl ExactSizeIterator<Item = InvoiceRow> + use<> {
        let rows = self.invoices_of.of(customer.index());
        (rows.start as u32..rows.end as u32).map(InvoiceRow)
    }

    /// An invoice's ledger rows, oldest first.
    #[must_use]
    pub fn ledger_of(&self, invoice: InvoiceRow) -> &[LedgerRow] {
        &self.ledger[self.ledger_of.of(invoice.index())]
    }

    /// All ledger rows of a customer: those of the invoices, then those of the customer as a whole.
    pub fn ledger_of_customer(&self, customer: CustomerRow) -> impl Iterator<Item = &LedgerRow> {
        let invoices = self.invoices_of.of(customer.index());
        let own = self.ledger_of_customer_alone(customer);
        let rows = match invoices.is_empty() {
            true => 0..0,
            false => self.ledger_of.of(invoices.start).start..self.ledger_of.of(invoices.end - 1).end,
        };
        self.ledger[rows].iter().chain(own)
    }

    /// The ledger rows that concern a customer as a whole.
    #[must_use]
    pub fn ledger_of_customer_alone(&self, customer: CustomerRow) -> &[LedgerRow] {
        equal_range(&self.customer_ledger, customer, |row| row.customer)
    }

    /// How two ledger rows of different invoices stand in time: by date, time, outcome and step.
    #[must_use]
    pub fn in_order(&self, a: &LedgerRow, b: &LedgerRow) -> Ordering {
        let key = |row: &LedgerRow| (row.date, row.at(), row.outcome);
        key(a).cmp(&key(b)).then_with(|| self.text(a.step).cmp(self.text(b.step)))
    }

    /// A customer's payments and credit notes, the unallocated ones first.
    #[must_use]
    pub fn payments_of_customer(&self, customer: CustomerRow) -> &[Payment] {
        &self.payments[self.payments_of.of(customer.index())]
    }

    /// An invoice's own payments and credit notes, oldest first.
    #[must_use]
    pub fn payments_of(&self, invoice: InvoiceRow) -> &[Payment] {
        let customer = self.payments_of_customer(self.invoices.customer[invoice.index()]);
        equal_range(customer, Some(invoice), |payment| payment.invoice)
    }

    /// An invoice's disputes, the one opened last at the end.
    #[must_use]
    pub fn disputes_of(&self, invoice: InvoiceRow) -> &[Dispute] {
        &self.disputes[self.disputes_of.of(invoice.index())]
    }

    /// An invoice's promises, the one made last at the end.
    #[must_use]
    pub fn promises_of(&self, invoice: InvoiceRow) -> &[Promise] {
        &self.promises[self.promises_of.of(invoice.index())]
    }

    /// A customer's further contacts.
    #[must_use]
    pub fn contacts_of(&self, customer: CustomerRow) -> &[Contact] {
        equal_range(&self.contacts, customer, |contact| contact.customer)
    }
}

/// The rows with this key, in rows sorted by it.
fn equal_range<T, K: Ord>(sorted: &[T], key: K, of: impl Fn(&T) -> K) -> &[T] {
    let start = sorted.partition_point(|row| of(row) < key);
    let length = sorted[start..].partition_point(|row| of(row) == key);
    &sorted[start..start + length]
}

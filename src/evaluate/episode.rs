//! Episodes: unbroken runs of days on which a customer had something overdue in one currency (R14).

use chrono::NaiveDate;

use super::day::Day;
use crate::calendar::add_days;
use crate::money::Currency;
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// From the first day to the last, both included.
pub(super) type Run = (NaiveDate, NaiveDate);

impl Day<'_> {
    /// The first day of the episode that today belongs to; none when nothing of the currency is overdue today.
    pub(super) fn episode(&self, customer: CustomerRow, currency: Currency) -> Option<NaiveDate> {
        let invoices = self.snapshot.invoices_of(customer);
        let own = invoices.filter(|row| self.snapshot.invoices.currency[row.index()] == currency);
        let mut runs: Vec<Run> = own.flat_map(|row| self.overdue_days(row)).collect();
        runs.sort_unstable();
        let mut last: Option<Run> = None;
        for (from, to) in runs {
            last = match last {
                Some((first, end)) if from <= add_days(end, 1) => Some((first, end.max(to))),
                _ => Some((from, to)),
            };
        }
        last.filter(|&(_, end)| end == self.today).map(|(first, _)| first)
    }

    /// The days up to today on which an invoice was overdue, by its dated payments. One that was settled without a
    /// date counts for none: nobody knows when it was overdue.
    pub(super) fn overdue_days(&self, row: InvoiceRow) -> Vec<Run> {
        let Some(first) = self.first_overdue_day(row) else { return Vec::new() };
        if self.paid_down(row, first).is_some() {
            return self.unpaid_days(row, first);
        }
        let (invoices, at) = (&self.snapshot.invoices, row.index());
        let last = match invoices.paid_date.get(at) {
            Some(paid) if paid <= self.today => Some(add_days(paid, -1)),
            _ => (self.open_balance(row).0 >= self.tolerance(invoices.currency[at])).then_some(self.today),
        };
        last.filter(|&last| last >= first).map(|last| (first, last)).into_iter().collect()
    }

    /// The runs of days from `first` on with an open balance, by the payments and credit notes.
    fn unpaid_days(&self, row: InvoiceRow, first: NaiveDate) -> Vec<Run> {
        let least = self.tolerance(self.snapshot.invoices.currency[row.index()]);
        let changes = self.snapshot.payments_of(row).iter().map(|payment| payment.date);
        let mut starts: Vec<NaiveDate> =
            changes.filter(|&date| date > first && date <= self.today).chain([first]).collect();
        starts.sort_unstable();
        starts.dedup();
        let is_open = |day: NaiveDate| self.paid_down(row, day).is_some_and(|left| left >= least);
        let ends = starts.iter().skip(1).map(|&next| add_days(next, -1)).chain([self.today]);
        starts.iter().copied().zip(ends).filter(|&(from, _)| is_open(from)).collect()
    }

    /// The currency that a ledger row is about: its own, else its invoice's; a row with neither is about all.
    pub(super) fn currency_of(&self, row: &LedgerRow) -> Option<Currency> {
        let own = row.details.as_ref().and_then(|details| details.currency);
        own.or_else(|| row.invoice.map(|invoice| self.snapshot.invoices.currency[invoice.index()]))
    }

    /// The rows of the ledger that count in an episode, oldest first.
    pub(super) fn rows_of_episode(
        &self,
        customer: CustomerRow,
        currency: Currency,
        since: NaiveDate,
    ) -> Vec<LedgerRow> {
        self.rows_in_order(customer, |row| {
            row.date >= since && self.currency_of(row).is_none_or(|own| own == currency)
        })
    }

    /// Some ledger rows of a customer, up to today, oldest first.
    pub(super) fn rows_in_order(
        &self,
        customer: CustomerRow,
        counts: impl Fn(&LedgerRow) -> bool,
    ) -> Vec<LedgerRow> {
        let rows = self.snapshot.ledger_of_customer(customer);
        let rows = rows.filter(|row| row.date <= self.today && counts(row));
        let mut rows: Vec<LedgerRow> = rows.cloned().collect();
        rows.sort_by(|a, b| self.snapshot.in_order(a, b));
        rows
    }
}

//! What is open on a day and what was invoiced before it, without planning anything.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::customer::Contribution;
use super::day::{Day, Options};
use crate::calendar::add_days;
use crate::compile::Program;
use crate::money::{Currency, Money};
use crate::plan::Receivables;
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{CustomerRow, InvoiceRow, Status};
use crate::template::TemplateSet;

/// The state of receivables on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The day.
    pub day: NaiveDate,
    /// What is open, by currency.
    pub receivables: Vec<Receivables>,
    /// What was invoiced in the [`SALES_DAYS`] days up to the day, by currency: gross, without drafts and void ones.
    pub sales: Vec<Money>,
}

/// The days of sales that a [`Standing`] sums.
pub const SALES_DAYS: i64 = 90;

/// A run of days on which an invoice is overdue, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverdueRun {
    /// Whose.
    pub customer: CustomerRow,
    /// Which invoice.
    pub invoice: InvoiceRow,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What is open on a day.
#[must_use]
pub fn standing(program: &Program, templates: &TemplateSet, snapshot: &Snapshot, on: NaiveDate) -> Standing {
    let day = Day::new(program, templates, snapshot, on, Options { replay: true });
    let customers: Vec<CustomerRow> = snapshot.customer_rows().collect();
    let parts: Vec<Contribution> = customers.into_par_iter().map(|row| day.owed_by(row)).collect();
    let mut receivables: BTreeMap<Currency, Receivables> = BTreeMap::new();
    for sum in parts.into_iter().flat_map(|part| part.receivables) {
        receivables.entry(sum.currency).or_insert_with(|| Receivables::none(sum.currency)).join(&sum);
    }
    let sales = sales(snapshot, on);
    Standing { day: on, receivables: receivables.into_values().collect(), sales }
}

/// The days up to `to` on which each invoice is overdue, by its dated payments; what was settled without a date
/// counts for none.
#[must_use]
pub fn overdue_runs(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    to: NaiveDate,
) -> Vec<OverdueRun> {
    let day = Day::new(program, templates, snapshot, to, Options { replay: true });
    let customers: Vec<CustomerRow> = snapshot.customer_rows().collect();
    let runs = customers.into_par_iter().flat_map_iter(|customer| {
        let day = &day;
        snapshot.invoices_of(customer).flat_map(move |invoice| {
            let runs = day.overdue_days(invoice).into_iter();
            runs.map(move |(from, to)| OverdueRun { customer, invoice, from, to })
        })
    });
    runs.collect()
}

/// What was invoiced in the days up to a day.
fn sales(snapshot: &Snapshot, on: NaiveDate) -> Vec<Money> {
    let invoices = &snapshot.invoices;
    let first = add_days(on, 1 - SALES_DAYS);
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for at in 0..invoices.id.len() {
        let is_sold = invoices.issue_date.get(at).is_some_and(|issued| (first..=on).contains(&issued));
        if is_sold && !matches!(invoices.status.get(at), Some(Status::Draft | Status::Void)) {
            let sum = sums.entry(invoices.currency[at]).or_default();
            *sum = sum.saturating_add(invoices.amount[at]);
        }
    }
    sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
}

impl Day<'_> {
    /// What a customer owes, counted as in a plan.
    fn owed_by(&self, row: CustomerRow) -> Contribution {
        let mut owed = Contribution::default();
        let customer = self.customer(row);
        customer.invoices.iter().filter(|invoice| invoice.is_open()).for_each(|invoice| owed.count(invoice));
        owed
    }
}

//! How often customers hear from us, and how soon after the due date.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::{add_days, days_between};
use crate::simulate::{EventRow, Simulation};
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// Messages per customer; calls are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Messages {
    /// How many went out.
    pub messages: u64,
    /// To how many customers.
    pub customers: u64,
    /// Per customer written to, rounded half up to one decimal; none when there is none.
    pub average: Option<String>,
    /// The most for one customer.
    pub most: u64,
    /// The customer with most, the first by id of several.
    pub customer: Option<String>,
}

/// More than one contact with a customer on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Collision {
    /// The day.
    pub day: NaiveDate,
    /// The customer.
    pub customer: String,
    /// The leading steps of the contacts.
    pub steps: Vec<String>,
}

/// From the due date to the first contact after it, over the invoices that became overdue in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FirstContact {
    /// How many invoices became overdue in the period.
    pub invoices: u64,
    /// How many of them were contacted about in the period.
    pub contacted: u64,
    /// The median of the days from due date to first contact, with one decimal; none when nobody was contacted.
    pub median_days: Option<String>,
    /// The one that took longest, the first of several.
    pub worst: Option<Latest>,
}

/// An invoice whose first contact came late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Latest {
    /// The customer.
    pub customer: String,
    /// The invoice.
    pub invoice: String,
    /// Days from due date to first contact.
    pub days: i64,
}

pub(super) fn messages(done: &[EventRow], simulation: &Simulation) -> Messages {
    let mut by_customer: BTreeMap<CustomerRow, u64> = BTreeMap::new();
    for event in done.iter().filter(|event| event.action.common().kind.message().is_some()) {
        *by_customer.entry(event.action.customer()).or_default() += 1;
    }
    let (messages, customers) = (by_customer.values().sum::<u64>(), by_customer.len() as u64);
    let most = by_customer.values().copied().max().unwrap_or(0);
    // Customers stand by id.
    let customer = by_customer.iter().find(|(_, count)| **count == most);
    let customer = customer.map(|(&row, _)| simulation.events.names().customer_id(row).to_owned());
    let average = (customers > 0).then(|| tenths((messages * 20 + customers) / (customers * 2)));
    Messages { messages, customers, average, most, customer }
}

/// `14` is `1.4`.
fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

pub(super) fn collisions(done: &[EventRow]) -> Vec<Collision> {
    let mut days: BTreeMap<(NaiveDate, CustomerRow), Vec<EventRow>> = BTreeMap::new();
    for event in done.iter().filter(|event| event.action.common().kind.is_contact()) {
        let day = event.done.unwrap_or(event.last);
        days.entry((day, event.action.customer())).or_default().push(*event);
    }
    let several = days.into_iter().filter(|(_, events)| events.len() > 1);
    let collision = |((day, _), events): ((NaiveDate, CustomerRow), Vec<EventRow>)| Collision {
        day,
        customer: events[0].action.customer_id().to_owned(),
        steps: events.iter().map(|event| event.action.common().step.clone()).collect(),
    };
    several.map(collision).collect()
}

/// The days on which invoices were contacted about, by customer, invoice and day.
pub(super) struct ContactDays(Vec<(InvoiceRow, NaiveDate)>);

impl ContactDays {
    pub(super) fn of(done: &[EventRow]) -> ContactDays {
        let contacts = done.iter().filter(|event| event.action.common().kind.is_contact());
        let mut days: Vec<(InvoiceRow, NaiveDate)> = contacts
            .flat_map(|event| {
                let day = event.done.unwrap_or(event.last);
                event.action.invoices().map(move |(invoice, _)| (invoice, day))
            })
            .collect();
        days.sort_unstable();
        days.dedup();
        ContactDays(days)
    }

    /// Those of an invoice from a day on.
    pub(super) fn from(&self, invoice: InvoiceRow, day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let start = self.0.partition_point(|contact| *contact < (invoice, day));
        self.0[start..].iter().take_while(move |(row, _)| *row == invoice).map(|&(_, day)| day)
    }
}

pub(super) fn first_contact(contacts: &ContactDays, simulation: &Simulation) -> FirstContact {
    let names = simulation.events.names();
    let due = |invoice: InvoiceRow| names.invoices.due_date[invoice.index()];
    let became = simulation.overdue.iter().filter(|run| run.from == add_days(due(run.invoice), 1));
    let (mut invoices, mut days) = (0, Vec::new());
    for run in became {
        invoices += 1;
        let first = contacts.from(run.invoice, run.from).next();
        days.extend(first.map(|first| (days_between(due(run.invoice), first), run.customer, run.invoice)));
    }
    days.sort_unstable();
    // Of several that took longest the first one: `max_by_key` would give the last.
    let worst = days.iter().rev().max_by_key(|(days, ..)| *days).map(|&(days, customer, invoice)| Latest {
        customer: names.customer_id(customer).to_owned(),
        invoice: names.invoice_id(invoice).to_owned(),
        days,
    });
    let middle = |at: usize| days.get(at).map_or(0, |(days, ..)| *days);
    let doubled = middle(days.len().saturating_sub(1) / 2) + middle(days.len() / 2);
    FirstContact {
        invoices,
        contacted: days.len() as u64,
        median_days: (!days.is_empty()).then(|| tenths(doubled.unsigned_abs() * 5)),
        worst,
    }
}

//! How often customers hear from us, and how soon after the due date.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::calendar::{add_days, days_between};
use crate::simulate::{Event, Simulation};

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

pub(super) fn messages(done: &[&Event]) -> Messages {
    let mut by_customer: BTreeMap<&str, u64> = BTreeMap::new();
    for event in done.iter().filter(|event| event.action.kind.message().is_some()) {
        *by_customer.entry(&event.action.customer).or_default() += 1;
    }
    let (messages, customers) = (by_customer.values().sum::<u64>(), by_customer.len() as u64);
    let most = by_customer.values().copied().max().unwrap_or(0);
    let customer = by_customer.iter().find(|(_, count)| **count == most).map(|(id, _)| (*id).to_owned());
    let average = (customers > 0).then(|| tenths((messages * 20 + customers) / (customers * 2)));
    Messages { messages, customers, average, most, customer }
}

/// `14` is `1.4`.
fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

pub(super) fn collisions(done: &[&Event]) -> Vec<Collision> {
    let mut days: BTreeMap<(NaiveDate, &str), Vec<String>> = BTreeMap::new();
    for event in done.iter().filter(|event| event.action.kind.is_contact()) {
        let day = event.done.unwrap_or(event.last);
        days.entry((day, &event.action.customer)).or_default().push(event.action.step.clone());
    }
    let several = days.into_iter().filter(|(_, steps)| steps.len() > 1);
    several.map(|((day, customer), steps)| Collision { day, customer: customer.to_owned(), steps }).collect()
}

/// The days on which each invoice was contacted about.
pub(super) fn contact_days<'e>(done: &[&'e Event]) -> BTreeMap<(&'e str, &'e str), BTreeSet<NaiveDate>> {
    let mut days: BTreeMap<(&str, &str), BTreeSet<NaiveDate>> = BTreeMap::new();
    for event in done.iter().filter(|event| event.action.kind.is_contact()) {
        for invoice in &event.action.invoices {
            let key = (event.action.customer.as_str(), invoice.id.as_str());
            days.entry(key).or_default().insert(event.done.unwrap_or(event.last));
        }
    }
    days
}

pub(super) fn first_contact(done: &[&Event], simulation: &Simulation) -> FirstContact {
    let contacts = contact_days(done);
    let became = simulation.overdue.iter().filter(|run| run.from == add_days(run.due_date, 1));
    let became: BTreeMap<(&str, &str), NaiveDate> =
        became.map(|run| ((run.customer.as_str(), run.invoice.as_str()), run.due_date)).collect();
    let mut days: Vec<(i64, &str, &str)> = Vec::new();
    for (key @ (customer, invoice), due) in &became {
        let first = contacts.get(key).and_then(|days| days.iter().find(|day| *day > due));
        days.extend(first.map(|first| (days_between(*due, *first), *customer, *invoice)));
    }
    days.sort_unstable();
    // Of several that took longest the first one: `max_by_key` would give the last.
    let worst = days.iter().rev().max_by_key(|(days, ..)| *days).map(|(days, customer, invoice)| Latest {
        customer: (*customer).to_owned(),
        invoice: (*invoice).to_owned(),
        days: *days,
    });
    let middle = |at: usize| days.get(at).map_or(0, |(days, ..)| *days);
    let doubled = middle(days.len().saturating_sub(1) / 2) + middle(days.len() / 2);
    FirstContact {
        invoices: became.len() as u64,
        contacted: days.len() as u64,
        median_days: (!days.is_empty()).then(|| tenths(doubled.unsigned_abs() * 5)),
        worst,
    }
}

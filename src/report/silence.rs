//! Runs of overdue days on which nobody was contacted.

use std::cmp::Reverse;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::contacts::ContactDays;
use crate::calendar::{add_days, days_between};
use crate::simulate::Simulation;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// Days on which an invoice was overdue and the customer not contacted about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silence {
    /// How many days.
    pub days: i64,
    /// The customer.
    pub customer: String,
    /// The invoice.
    pub invoice: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// What kept steps of the invoice back meanwhile, as codes, each once.
    pub withheld: Vec<String>,
}

/// The silent stretches of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silences {
    /// How many are longer than 30 days.
    pub over_30_days: u64,
    /// The longest, at most ten, the longest first.
    pub longest: Vec<Silence>,
}

/// How many of the longest are named.
const NAMED: usize = 10;

/// A silence as it is found, the longest first, then by customer, invoice and day.
type Found = (Reverse<i64>, CustomerRow, InvoiceRow, NaiveDate, NaiveDate);

pub(super) fn silences(contacts: &ContactDays, simulation: &Simulation) -> Silences {
    let mut found: Vec<Found> = Vec::new();
    for run in &simulation.overdue {
        let within = contacts.from(run.invoice, run.from).take_while(|day| *day <= run.to);
        let mut begin = run.from;
        for contact in within.chain([add_days(run.to, 1)]) {
            if contact > begin {
                let days = Reverse(days_between(begin, contact));
                found.push((days, run.customer, run.invoice, begin, add_days(contact, -1)));
            }
            begin = add_days(contact, 1);
        }
    }
    found.sort_unstable();
    let over_30_days = found.iter().filter(|(Reverse(days), ..)| *days > 30).count() as u64;
    let longest = found.iter().take(NAMED).map(|silence| named(silence, simulation)).collect();
    Silences { over_30_days, longest }
}

fn named(&(Reverse(days), customer, invoice, from, to): &Found, simulation: &Simulation) -> Silence {
    let names = simulation.events.names();
    Silence {
        days,
        customer: names.customer_id(customer).to_owned(),
        invoice: names.invoice_id(invoice).to_owned(),
        from,
        to,
        withheld: withheld(invoice, from, to, simulation),
    }
}

/// What kept steps of an invoice back during a silence.
fn withheld(invoice: InvoiceRow, from: NaiveDate, to: NaiveDate, simulation: &Simulation) -> Vec<String> {
    let spells = simulation.withheld.iter().filter(|spell| {
        let mut invoices = spell.action.invoices();
        spell.first <= to && spell.last >= from && invoices.any(|(row, _)| row == invoice)
    });
    let mut codes: Vec<String> =
        spells.flat_map(|spell| spell.blockers).map(|blocker| blocker.code.to_owned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

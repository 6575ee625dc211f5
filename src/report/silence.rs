//! Runs of overdue days on which nobody was contacted.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::contacts::contact_days;
use crate::calendar::{add_days, days_between};
use crate::simulate::{Event, Simulation};

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

pub(super) fn silences(done: &[&Event], simulation: &Simulation) -> Silences {
    let contacts = contact_days(done);
    let mut found: Vec<Silence> = Vec::new();
    for run in &simulation.overdue {
        let key = (run.customer.as_str(), run.invoice.as_str());
        let within = contacts.get(&key).into_iter().flatten();
        let mut begin = run.from;
        for contact in
            within.copied().filter(|day| (run.from..=run.to).contains(day)).chain([add_days(run.to, 1)])
        {
            if contact > begin {
                found.push(Silence {
                    days: days_between(begin, contact),
                    customer: run.customer.clone(),
                    invoice: run.invoice.clone(),
                    from: begin,
                    to: add_days(contact, -1),
                    withheld: Vec::new(),
                });
            }
            begin = add_days(contact, 1);
        }
    }
    found.sort_by(|a, b| {
        (-a.days, &a.customer, &a.invoice, a.from).cmp(&(-b.days, &b.customer, &b.invoice, b.from))
    });
    let over_30_days = found.iter().filter(|silence| silence.days > 30).count() as u64;
    found.truncate(NAMED);
    found.iter_mut().for_each(|silence| silence.withheld = withheld(silence, simulation));
    Silences { over_30_days, longest: found }
}

/// What kept steps of an invoice back during a silence.
fn withheld(silence: &Silence, simulation: &Simulation) -> Vec<String> {
    let spells = simulation.withheld.iter().filter(|spell| {
        spell.action.is_about(&silence.invoice) && spell.first <= silence.to && spell.last >= silence.from
    });
    let mut codes: Vec<String> =
        spells.flat_map(|spell| &spell.blockers).map(|blocker| blocker.code.to_owned()).collect();
    codes.sort();
    codes.dedup();
    codes
}

//! Figures over a simulation: who does how much on which day, how often customers hear from us, where it stays silent,
//! and how receivables stand at both ends.

mod ageing;
mod contacts;
mod counts;
mod silence;

use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::PolicyReference;
use crate::simulate::{Event, EventRow, Events, Habits, Simulation, Spell, Spells, Undated, Unmet};
use crate::snapshot::problem::Problem;

pub use ageing::{Delinquency, Position};
use contacts::ContactDays;
pub use contacts::{Collision, FirstContact, Latest, Messages};
pub use counts::{Count, Work, WorkDay, WorkKind};
use counts::{counts_again, counts_by};
pub use silence::{Silence, Silences};

/// The version of a report's form.
pub const FORMAT_VERSION: u32 = 1;

/// A simulation with its figures.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this form.
    pub format_version: u32,
    /// The policy.
    pub policy: PolicyReference,
    /// SHA-256 of the templates.
    pub templates_digest: String,
    /// SHA-256 of the snapshot's facts.
    pub snapshot_digest: String,
    /// The version of dun.
    pub engine: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// How long people take.
    #[serde(flatten)]
    pub habits: Habits,
    /// What was carried out, by kind, mode and currency.
    pub totals: Vec<Count<Whole>>,
    /// The same by day.
    pub by_day: Vec<Count<NaiveDate>>,
    /// The same by ISO week, such as `2026-W36`.
    pub by_week: Vec<Count<String>>,
    /// The same by segment.
    pub by_segment: Vec<Count<Option<Arc<str>>>>,
    /// How many steps were withheld at some time, each counted once.
    pub withheld_steps: u64,
    /// How many actions still waited for people on the last day, or went away before they were done; those whose steps
    /// were done in another action aside.
    pub undone: u64,
    /// What people do, approve and are told, by role and address.
    pub work: Vec<Work>,
    /// Messages per customer.
    pub messages: Messages,
    /// Days on which a customer got more than one contact.
    pub collisions: Vec<Collision>,
    /// The longest runs of overdue days without a contact.
    pub silences: Silences,
    /// From the due date to the first contact after it.
    pub first_contact: FirstContact,
    /// Receivables at both ends.
    pub start: Position,
    /// Receivables at both ends.
    pub end: Position,
    /// Lines of the policy that no open invoice met.
    pub unmet: Vec<Unmet>,
    /// The day the data was taken, where that is before the last day: nobody knows who pays later.
    pub data_ends: Option<NaiveDate>,
    /// Facts without a date, taken as they are today on all days.
    pub undated: Vec<Undated>,
    /// Ledger rows of the period and after it, which were left out of account.
    pub forgotten_ledger_rows: u64,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
    /// What was to be done, by first day, customer, invoice and step.
    #[schemars(with = "Vec<Event>")]
    pub events: Events,
    /// What was due and withheld, in the same order.
    #[schemars(with = "Vec<Spell>")]
    pub withheld: Spells,
}

/// All of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Whole {
    /// Every day, segment and person.
    Period,
}

/// Works out the figures of a simulation.
#[must_use]
pub fn report(simulation: Simulation) -> Report {
    let done: Vec<EventRow> = simulation.events.iter().filter(|event| event.done.is_some()).collect();
    let of_contacts = || {
        let days = ContactDays::of(&done);
        let first = contacts::first_contact(&days, &simulation);
        (silence::silences(&days, &simulation), first)
    };
    let steps = || counts::steps(simulation.withheld.iter().map(|spell| spell.action));
    // Each goes through all events or spells, so they do it beside one another.
    let ((by_day, by_segment), (work, messages)) = rayon::join(
        || {
            let by_segment = || counts_by(&done, |event| event.action.common().segment.clone());
            rayon::join(|| counts_by(&done, |event| event.done.unwrap_or(event.last)), by_segment)
        },
        || rayon::join(|| counts::work(&done), || contacts::messages(&done, &simulation)),
    );
    let (((silences, first_contact), collisions), (withheld_steps, undone)) = rayon::join(
        || rayon::join(of_contacts, || contacts::collisions(&done)),
        || rayon::join(steps, || counts::undone(&simulation.events)),
    );
    Report {
        format_version: FORMAT_VERSION,
        policy: simulation.policy.clone(),
        templates_digest: simulation.templates_digest.clone(),
        snapshot_digest: simulation.snapshot_digest.clone(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        from: simulation.period.from,
        to: simulation.period.to,
        habits: simulation.habits,
        totals: counts_again(&by_day, |_| Whole::Period),
        by_week: counts_again(&by_day, |day| day.format("%G-W%V").to_string()),
        by_day,
        by_segment,
        withheld_steps,
        undone,
        work,
        messages,
        collisions,
        silences,
        first_contact,
        start: ageing::position(&simulation.start),
        end: ageing::position(&simulation.end),
        unmet: simulation.unmet,
        data_ends: simulation.data_ends,
        undated: simulation.undated,
        forgotten_ledger_rows: simulation.forgotten,
        problems: simulation.problems,
        events: simulation.events,
        withheld: simulation.withheld,
    }
}

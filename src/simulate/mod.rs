//! A policy over many days: each day's plan, its actions taken as carried out, the facts replayed by their dates.
//!
//! Payments, disputes and promises are those of the data: a simulation says what a policy would have done, not what
//! customers would have answered.

mod executor;
mod habits;
mod notes;
mod play;
mod record;
mod simulation;
mod undated;

use chrono::NaiveDate;

use crate::compile::Program;
use crate::snapshot::Snapshot;
use crate::template::TemplateSet;

use notes::Keeper;
use simulation::Recorder;

pub use habits::Habits;
pub(crate) use play::{Play, Told};
pub use record::{ActionRow, EventRow, Events, SpellRow, Spells};
pub use simulation::{Event, Simulation, Spell, Unmet};
pub use undated::Undated;

/// The first and the last day of a simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// Its days, in order.
    pub fn days(self) -> impl Iterator<Item = NaiveDate> {
        self.from.iter_days().take_while(move |day| *day <= self.to)
    }
}

/// Plays a policy over a period. The ledger counts as far as it is dated before the period; an invoice is looked at only
/// on days on which something can change, which gives the same as planning everyone every day. `watch` is told of each
/// day that is done.
#[must_use]
pub fn simulate(
    program: &Program,
    templates: &TemplateSet,
    snapshot: Snapshot,
    period: Period,
    habits: Habits,
    mut watch: impl FnMut(NaiveDate),
) -> Simulation {
    let mut snapshot = snapshot;
    let forgotten = snapshot.forget_from(period.from);
    let mut simulation = Simulation::new(program, templates, &snapshot, period, habits);
    simulation.forgotten = forgotten;
    let mut play = Play::telling(program, templates, snapshot, habits, Keeper::default());
    let mut recorder = Recorder::default();
    // Each day is recorded while the next one is planned.
    let mut before = None;
    for day in period.days() {
        let (recorder, last) = (&mut recorder, before.take());
        before = Some(play.day_beside(day, |_| last.into_iter().for_each(|last| recorder.add(last))));
        watch(day);
    }
    before.into_iter().for_each(|last| recorder.add(last));
    simulation.finish(program, recorder, play.into_snapshot())
}

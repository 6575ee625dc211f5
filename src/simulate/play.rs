//! One day after another: who has to be planned, and what is carried out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::executor;
use super::habits::Habits;
use crate::compile::Program;
use crate::evaluate::{Look, Watch, look};
use crate::plan::{Action, Member};
use crate::snapshot::Snapshot;
use crate::template::TemplateSet;

/// A snapshot whose ledger grows with what its policy does, day by day.
pub struct Play<'a> {
    program: &'a Program,
    templates: &'a TemplateSet,
    snapshot: Snapshot,
    habits: Habits,
    /// Steps whose fate is told.
    told: Vec<Told>,
    /// Days on which every customer is planned.
    whole: BTreeSet<NaiveDate>,
    /// Who has to be planned when.
    watch: Watch,
    /// The first day on which a plan had a step that waits for people, by the step's key.
    asked: BTreeMap<String, NaiveDate>,
}

/// A step of which is told what becomes of it on a later day: until then nobody carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The customer's id.
    pub customer: String,
    /// The invoice's number; none for the customer as a whole.
    pub invoice: Option<String>,
    /// The step's key.
    pub step: String,
    /// The day on which it is told.
    pub on: NaiveDate,
}

/// A day that was played.
#[derive(Debug)]
pub struct Played {
    /// The day.
    pub day: NaiveDate,
    /// The plan of those customers for whom it could differ from that of the day before.
    pub look: Look,
    /// For each action whether it was carried out that day.
    pub done: Vec<bool>,
}

impl<'a> Play<'a> {
    /// A play that has not begun.
    #[must_use]
    pub fn new(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: Snapshot,
        habits: Habits,
    ) -> Play<'a> {
        let (watch, asked) = (Watch::new(&snapshot), BTreeMap::new());
        Play { program, templates, snapshot, habits, told: Vec::new(), whole: BTreeSet::new(), watch, asked }
    }

    /// Leaves steps alone until the days on which the ledger tells what became of them.
    #[must_use]
    pub fn told(self, told: Vec<Told>) -> Play<'a> {
        Play { told, ..self }
    }

    /// Plans every customer on these days, so that they show who is waiting as well.
    #[must_use]
    pub fn whole_on(self, whole: BTreeSet<NaiveDate>) -> Play<'a> {
        Play { whole, ..self }
    }

    /// The snapshot as it stands.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The snapshot as it stands when all is played.
    #[must_use]
    pub fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// Plans a day and carries out what people let go. Days come in order, none left out.
    pub fn day(&mut self, day: NaiveDate) -> Played {
        self.day_beside(day, |_| ())
    }

    /// The same; while the day is planned, something else is done with the snapshot as it stands before.
    pub fn day_beside(&mut self, day: NaiveDate, beside: impl FnOnce(&Snapshot) + Send) -> Played {
        let everyone = self.whole.contains(&day);
        let (snapshot, watch) = (&self.snapshot, &mut self.watch);
        let (look, ()) = rayon::join(
            || look(self.program, self.templates, snapshot, day, watch, everyone),
            || beside(snapshot),
        );
        let done: Vec<bool> = look.actions.iter().map(|action| self.is_let_go(action, day)).collect();
        let mut written = Vec::new();
        for (action, _) in look.actions.iter().zip(&done).filter(|(_, done)| **done) {
            written.extend(executor::rows(&mut self.snapshot, action, day));
        }
        self.snapshot.record(written);
        Played { day, look, done }
    }

    /// Whether people have had the time they take: counted from the first plan that had one of its steps.
    fn is_let_go(&mut self, action: &Action, day: NaiveDate) -> bool {
        if self.told.iter().any(|told| day < told.on && told.concerns(action)) {
            return false;
        }
        let days = self.habits.days_for(action);
        if days == 0 {
            return true;
        }
        let asked = action.keys.iter().map(|key| *self.asked.entry(key.clone()).or_insert(day)).min();
        // Beyond the calendar is never.
        let let_go = asked.and_then(|asked| asked.checked_add_days(Days::new(days)));
        let_go.is_some_and(|let_go| let_go <= day)
    }
}

impl Told {
    fn concerns(&self, action: &Action) -> bool {
        let is_it = |member: &Member| {
            let invoice = self.invoice.is_none() || member.invoice == self.invoice;
            invoice && member.step == self.step
        };
        action.customer == self.customer && action.members.iter().any(is_it)
    }
}

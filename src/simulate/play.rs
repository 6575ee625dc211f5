//! One day after another: who has to be planned, and what is carried out.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use rustc_hash::FxHashMap;

use super::executor::{self, Executable};
use super::habits::Habits;
use crate::compile::Program;
use crate::evaluate::{Entries, Look, Teller, Watch, look};
use crate::plan::digest::Key;
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::LedgerRow;
use crate::template::TemplateSet;

/// A snapshot whose ledger grows with what its policy does, day by day.
pub(crate) struct Play<'a, T = Entries> {
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
    asked: FxHashMap<Key, NaiveDate>,
    teller: T,
    /// Room for the ledger as it stands after a day.
    spare: Vec<LedgerRow>,
}

/// A step of which is told what becomes of it on a later day: until then nobody carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
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
pub(crate) struct Played<A, W> {
    /// The day.
    pub day: NaiveDate,
    /// The plan of those customers for whom it could differ from that of the day before.
    pub look: Look<A, W>,
    /// For each action whether it was carried out that day.
    pub done: Vec<bool>,
}

impl<'a> Play<'a> {
    /// A play that has not begun, of which the plan's entries are told.
    #[must_use]
    pub(crate) fn new(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: Snapshot,
        habits: Habits,
    ) -> Play<'a> {
        Play::telling(program, templates, snapshot, habits, Entries)
    }
}

impl<'a, T: Teller<Action: Executable>> Play<'a, T> {
    /// The same, told in another way.
    pub(super) fn telling(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: Snapshot,
        habits: Habits,
        teller: T,
    ) -> Play<'a, T> {
        let (watch, asked) = (Watch::new(&snapshot), FxHashMap::default());
        let (told, whole, spare) = (Vec::new(), BTreeSet::new(), Vec::new());
        Play { program, templates, snapshot, habits, told, whole, watch, asked, teller, spare }
    }

    /// Leaves steps alone until the days on which the ledger tells what became of them.
    #[must_use]
    pub(crate) fn told(self, told: Vec<Told>) -> Play<'a, T> {
        Play { told, ..self }
    }

    /// Plans every customer on these days, so that they show who is waiting as well.
    #[must_use]
    pub(crate) fn whole_on(self, whole: BTreeSet<NaiveDate>) -> Play<'a, T> {
        Play { whole, ..self }
    }

    /// The snapshot as it stands.
    #[must_use]
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The snapshot as it stands when all is played.
    #[must_use]
    pub(crate) fn into_snapshot(self) -> Snapshot {
        self.snapshot
    }

    /// Plans a day and carries out what people let go. Days come in order, none left out.
    pub(crate) fn day(&mut self, day: NaiveDate) -> Played<T::Action, T::Withheld> {
        self.day_beside(day, |_| ())
    }

    /// The same; while the day is planned, something else is done with the snapshot as it stands before.
    pub(crate) fn day_beside(
        &mut self,
        day: NaiveDate,
        beside: impl FnOnce(&Snapshot) + Send,
    ) -> Played<T::Action, T::Withheld> {
        let everyone = self.whole.contains(&day);
        let (snapshot, watch, teller) = (&self.snapshot, &mut self.watch, &self.teller);
        let (look, ()) = rayon::join(
            || look(self.program, self.templates, snapshot, day, watch, everyone, teller),
            || beside(snapshot),
        );
        let done: Vec<bool> = look.actions.iter().map(|action| self.is_let_go(action, day)).collect();
        let mut written = Vec::new();
        for (action, _) in look.actions.iter().zip(&done).filter(|(_, done)| **done) {
            written.extend(executor::rows(&mut self.snapshot, action, day));
        }
        self.snapshot.record(written, &mut self.spare);
        Played { day, look, done }
    }

    /// Whether people have had the time they take: counted from the first plan that had one of its steps.
    fn is_let_go(&mut self, action: &T::Action, day: NaiveDate) -> bool {
        if self.told.iter().any(|told| day < told.on && told.concerns(action, &self.snapshot)) {
            return false;
        }
        let days = self.habits.days_for(action.common());
        if days == 0 {
            return true;
        }
        let asked = action.keys().into_iter().map(|key| *self.asked.entry(key).or_insert(day)).min();
        // Beyond the calendar is never.
        let let_go = asked.and_then(|asked| asked.checked_add_days(Days::new(days)));
        let_go.is_some_and(|let_go| let_go <= day)
    }
}

impl Told {
    fn concerns(&self, action: &impl Executable, snapshot: &Snapshot) -> bool {
        let Some(customer) = action.customer(snapshot) else { return false };
        if snapshot.customer_id(customer) != self.customer {
            return false;
        }
        let invoices = action.invoices(snapshot, customer).into_iter();
        let mut members = action.common().members.iter().zip(invoices);
        members.any(|(member, invoice)| {
            let invoice = invoice.map(|row| snapshot.invoice_id(row));
            member.step == self.step && (self.invoice.is_none() || invoice == self.invoice.as_deref())
        })
    }
}

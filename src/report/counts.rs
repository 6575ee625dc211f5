//! How many actions of each kind, by day, week or segment, and whose work they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Serialize;

use crate::money::{Currency, Money};
use crate::plan::amount::{Amount, known_decimal};
use crate::plan::digest::Key;
use crate::plan::{Kind, Mode, Person};
use crate::simulate::{ActionRow, EventRow, Events};

/// Actions of one kind, mode and currency, of one day, week or segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Count<T> {
    /// Of what.
    pub of: T,
    /// E-mail, call and so on; its channel where it is a message.
    pub kind: Kind,
    /// Automatic, after approval or by hand.
    pub mode: Mode,
    /// The currency of the invoices; none for what is about no open invoice, as a flag that is cleared.
    pub currency: Option<Currency>,
    /// How many actions were carried out.
    pub actions: u64,
    /// How many steps of invoices they carried out: a combined message has several.
    pub steps: u64,
    /// What was open on their invoices, each counted once for each action, in the currency's decimals.
    #[serde(serialize_with = "known_decimal")]
    #[schemars(with = "Option<Amount>")]
    pub amount: Option<Money>,
}

/// What somebody has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// To approve it.
    Approves,
    /// To do it.
    Does,
    /// To read it.
    IsTold,
}

/// One kind of work of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Work {
    /// The role.
    pub role: Arc<str>,
    /// The address.
    pub address: Arc<str>,
    /// To approve, to do, or to read.
    pub work: WorkKind,
    /// What: a call, a task, the approval of an e-mail.
    pub kind: Kind,
    /// How often in the whole period.
    pub total: u64,
    /// The day with most of it, the first of several.
    pub busiest: WorkDay,
    /// Each day with any.
    pub days: Vec<WorkDay>,
}

/// How much on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WorkDay {
    /// The day.
    pub day: NaiveDate,
    /// How many.
    pub count: u64,
}

/// What is summed up of actions.
#[derive(Debug, Default)]
struct Sums {
    actions: u64,
    steps: u64,
    minor: i64,
}

impl Sums {
    fn add(&mut self, actions: u64, steps: u64, minor: i64) {
        self.actions += actions;
        self.steps += steps;
        self.minor = self.minor.saturating_add(minor);
    }
}

/// Counts events by something, in its order, then by kind, mode and currency.
pub(super) fn counts_by<T: Ord + Clone>(events: &[EventRow], of: impl Fn(&EventRow) -> T) -> Vec<Count<T>> {
    let mut counts: BTreeMap<(T, Kind, Mode, Option<Currency>), Sums> = BTreeMap::new();
    for event in events {
        let action = event.action.common();
        let balances = || event.action.invoices().map(|(_, balance)| balance);
        let lead = balances().next().filter(|_| action.kind != Kind::Clear);
        let currency = lead.map(|lead| lead.currency);
        let own = balances().filter(|balance| Some(balance.currency) == currency);
        let open = own.fold(0_i64, |sum, balance| sum.saturating_add(balance.minor));
        let sums = counts.entry((of(event), action.kind, action.mode, currency)).or_default();
        sums.add(1, action.members.len() as u64, open);
    }
    of_sums(counts)
}

fn of_sums<T>(sums: BTreeMap<(T, Kind, Mode, Option<Currency>), Sums>) -> Vec<Count<T>> {
    let counts = sums.into_iter().map(|((of, kind, mode, currency), Sums { actions, steps, minor })| {
        let amount = currency.map(|currency| Money::new(minor, currency));
        Count { of, kind, mode, currency, actions, steps, amount }
    });
    counts.collect()
}

/// The same counts by something that follows from what they were counted by.
pub(super) fn counts_again<S, T: Ord + Clone>(counts: &[Count<S>], of: impl Fn(&S) -> T) -> Vec<Count<T>> {
    let mut again: BTreeMap<(T, Kind, Mode, Option<Currency>), Sums> = BTreeMap::new();
    for count in counts {
        let sums = again.entry((of(&count.of), count.kind, count.mode, count.currency)).or_default();
        sums.add(count.actions, count.steps, count.amount.map_or(0, |amount| amount.minor));
    }
    of_sums(again)
}

/// How many different steps some actions are about.
pub(super) fn steps<'r>(actions: impl Iterator<Item = ActionRow<'r>>) -> u64 {
    let keys: FxHashSet<Key> = actions.flat_map(ActionRow::keys).collect();
    keys.len() as u64
}

/// How many actions were not done, nor all of their steps in other actions.
pub(super) fn undone(events: &Events) -> u64 {
    let left = || events.iter().filter(|event| event.done.is_none());
    if left().next().is_none() {
        return 0;
    }
    let done = events.iter().filter(|event| event.done.is_some());
    let done: FxHashSet<Key> = done.flat_map(|event| event.action.keys()).collect();
    let is_done = |event: &EventRow| event.action.keys().all(|key| done.contains(&key));
    left().filter(|event| !is_done(event)).count() as u64
}

/// Whose work the events are, by role, address, work and kind.
pub(super) fn work(events: &[EventRow]) -> Vec<Work> {
    let mut days: BTreeMap<(Person, WorkKind, Kind), BTreeMap<NaiveDate, u64>> = BTreeMap::new();
    for event in events {
        let (action, day) = (event.action.common(), event.done.unwrap_or(event.last));
        let approvers = action.approvers.iter().map(|approver| (Person::from(approver), WorkKind::Approves));
        let actor = action.actor.iter().map(|actor| {
            (actor.clone(), if action.is_by_person() { WorkKind::Does } else { WorkKind::IsTold })
        });
        for (person, work) in approvers.chain(actor) {
            *days.entry((person, work, action.kind)).or_default().entry(day).or_default() += 1;
        }
    }
    days.into_iter().map(|((person, work, kind), days)| of_person(person, work, kind, &days)).collect()
}

fn of_person(person: Person, work: WorkKind, kind: Kind, days: &BTreeMap<NaiveDate, u64>) -> Work {
    let days: Vec<WorkDay> = days.iter().map(|(&day, &count)| WorkDay { day, count }).collect();
    let mut busiest = days[0];
    for day in &days {
        if day.count > busiest.count {
            busiest = *day;
        }
    }
    let total = days.iter().map(|day| day.count).sum();
    Work { role: person.role, address: person.address, work, kind, total, busiest, days }
}

//! What a policy did over a period: actions, what was withheld, and the state of receivables at both ends.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Serialize;

use super::Period;
use super::habits::Habits;
use super::notes::Note;
use super::play::Played;
use super::record::{Events, KeptEvent, KeptSpell, Record, Spells};
use super::undated::{Undated, undated};
use crate::compile::Program;
use crate::evaluate::{OverdueRun, Standing, overdue_runs, standing};
use crate::model::RuleId;
use crate::plan::digest::Key;
use crate::plan::{Action, Blocker, PolicyReference};
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::template::TemplateSet;

/// An action over time, from the first plan that had it to the day it was carried out.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Event {
    /// The first day on which a plan had it.
    pub first: NaiveDate,
    /// The last day on which a plan had it.
    pub last: NaiveDate,
    /// The day it was carried out; none when its reason went away before, or the period ended.
    pub done: Option<NaiveDate>,
    /// The action as the last of these plans had it, without its text.
    #[serde(flatten)]
    pub action: Action,
}

/// A step withheld for the same reasons: on each day from the first to the last on which it was due, days on which
/// nothing could go out left aside.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Spell {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
    /// On how many days a plan had it.
    pub days: u32,
    /// What it would have been on the last day.
    #[serde(flatten)]
    pub action: Action,
    /// What kept it back, as on the last day.
    pub blockers: Vec<Blocker>,
}

/// A line of the policy that nothing met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unmet {
    /// The rule's stable name.
    pub rule: Arc<str>,
    /// What it says, as written.
    pub text: Arc<str>,
    /// Its file.
    pub file: Arc<str>,
    /// Its line.
    pub line: u32,
}

/// What a policy did over a period.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The policy.
    pub policy: PolicyReference,
    /// SHA-256 of the templates.
    pub templates_digest: String,
    /// SHA-256 of the snapshot's facts.
    pub snapshot_digest: String,
    /// First and last day.
    pub period: Period,
    /// How long people take.
    pub habits: Habits,
    /// What was to be done, by first day, customer, invoice and step.
    pub events: Events,
    /// What was due and withheld, in the same order.
    pub withheld: Spells,
    /// Receivables before the first day's actions.
    pub start: Standing,
    /// Receivables on the last day.
    pub end: Standing,
    /// The days on which invoices were overdue, within the period, by customer and invoice.
    pub overdue: Vec<OverdueRun>,
    /// Lines of the policy that no open invoice met.
    pub unmet: Vec<Unmet>,
    /// Facts without a date, and what is taken for granted about them.
    pub undated: Vec<Undated>,
    /// How many ledger rows of the period and after it were left out of account.
    pub forgotten: u64,
    /// The day the data was taken, where that is before the last day: nobody knows who pays later.
    pub data_ends: Option<NaiveDate>,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
}

impl Simulation {
    pub(super) fn new(
        program: &Program,
        templates: &TemplateSet,
        snapshot: &Snapshot,
        period: Period,
        habits: Habits,
    ) -> Simulation {
        let policy = &program.policy;
        let reference = PolicyReference {
            name: policy.name.clone(),
            digest: policy.digest.clone(),
            file: policy.file.clone(),
        };
        Simulation {
            policy: reference,
            templates_digest: templates.digest(),
            snapshot_digest: snapshot.digest.clone(),
            period,
            habits,
            events: Events::default(),
            withheld: Spells::default(),
            start: standing(program, templates, snapshot, period.from),
            end: standing(program, templates, snapshot, period.to),
            overdue: overdue(program, templates, snapshot, period),
            unmet: Vec::new(),
            undated: undated(snapshot, period),
            forgotten: 0,
            data_ends: snapshot.taken_on.or(snapshot.as_of).filter(|taken| *taken < period.to),
            problems: snapshot.problems.clone(),
        }
    }

    /// Adds what was recorded, with the snapshot as it stands at the end.
    pub(super) fn finish(mut self, program: &Program, recorder: Recorder, snapshot: Snapshot) -> Simulation {
        let policy = &program.policy;
        let mut met: BTreeSet<&str> = recorder.met.iter().map(|&id| &*policy.rule(id).id).collect();
        let record = Arc::new(Record { names: snapshot.without_ledger(), ..recorder.record });
        (self.events, self.withheld) = (Events(Arc::clone(&record)), Spells(Arc::clone(&record)));
        let spells = || self.withheld.iter();
        met.extend(spells().flat_map(|spell| spell.blockers).filter_map(|blocker| blocker.rule.as_deref()));
        let actions = self.events.iter().map(|event| event.action.common());
        for action in actions.chain(spells().map(|spell| spell.action.common())) {
            met.extend(action.members.iter().map(|member| &*member.rule));
            met.extend(action.approvers.iter().map(|approver| &*approver.rule));
        }
        let unmet = policy.rules.iter().filter(|rule| !met.contains(&*rule.id));
        let unmet = unmet.map(|rule| Unmet {
            rule: Arc::clone(&rule.id),
            text: Arc::clone(&rule.text),
            file: Arc::clone(&rule.file),
            line: rule.line,
        });
        self.unmet = unmet.collect();
        self
    }
}

/// Notes what was played, day after day.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    record: Record,
    blockers: FxHashSet<Arc<[Blocker]>>,
    met: BTreeSet<RuleId>,
    /// The actions that are left undone, by key.
    undone: FxHashMap<Key, usize>,
    /// The last spell of each step, by key.
    spells: FxHashMap<Key, usize>,
}

impl Recorder {
    /// Adds a day.
    pub(super) fn add(&mut self, played: Played<Note, (Note, Vec<Blocker>)>) {
        let Played { day, look, done } = played;
        self.met.extend(look.met);
        for (note, done) in look.actions.into_iter().zip(done) {
            self.note(day, note, done);
        }
        look.withheld.into_iter().for_each(|(note, blockers)| self.withhold(day, note, &blockers));
    }

    /// Goes on with the event of an action that waits, or begins a new one.
    fn note(&mut self, day: NaiveDate, note: Note, done: bool) {
        let action = note.kept(&mut self.record.texts);
        let (key, events) = (action.key, &mut self.record.events);
        let at = self.undone.get(&key).copied().unwrap_or(events.len());
        let first = events.get(at).map_or(day, |event| event.first);
        let event = KeptEvent { first, last: day, done: done.then_some(day), action };
        match events.get_mut(at) {
            Some(known) => *known = event,
            None => events.push(event),
        }
        if done {
            self.undone.remove(&key);
        } else {
            self.undone.insert(key, at);
        }
    }

    /// Goes on with the last spell of a step where the reasons are the same, else begins another.
    fn withhold(&mut self, day: NaiveDate, note: Note, blockers: &[Blocker]) {
        let action = note.kept(&mut self.record.texts);
        let blockers = self.once(blockers);
        let spells = &mut self.record.spells;
        let last = self.spells.get(&action.key).and_then(|&at| spells.get_mut(at));
        let is_same = |last: &&mut KeptSpell| {
            let codes = blockers.iter().map(|blocker| blocker.code);
            last.blockers.iter().map(|blocker| blocker.code).eq(codes)
        };
        match last.filter(is_same) {
            Some(spell) => {
                (spell.last, spell.days) = (day, spell.days + 1);
                (spell.action, spell.blockers) = (action, blockers);
            }
            None => {
                self.spells.insert(action.key, spells.len());
                spells.push(KeptSpell { first: day, last: day, days: 1, action, blockers });
            }
        }
    }

    /// What keeps steps back, kept once.
    fn once(&mut self, blockers: &[Blocker]) -> Arc<[Blocker]> {
        if let Some(known) = self.blockers.get(blockers) {
            return Arc::clone(known);
        }
        let new: Arc<[Blocker]> = Arc::from(blockers);
        self.blockers.insert(Arc::clone(&new));
        new
    }
}

/// The overdue days of a period, one entry for each run of an invoice.
fn overdue(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    period: Period,
) -> Vec<OverdueRun> {
    let runs = overdue_runs(program, templates, snapshot, period.to).into_iter();
    let within = runs.filter(|run| run.to >= period.from);
    within.map(|run| OverdueRun { from: run.from.max(period.from), ..run }).collect()
}

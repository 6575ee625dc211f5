//! What a policy did over a period: actions, what was withheld, and the state of receivables at both ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::Period;
use super::habits::Habits;
use super::play::Played;
use super::undated::{Undated, undated};
use crate::compile::Program;
use crate::evaluate::{Standing, overdue_runs, standing};
use crate::model::RuleId;
use crate::plan::{Action, Blocker, Kind, PolicyReference, Withheld};
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

/// Days without a contact, out of a run of days on which an invoice was overdue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct OverdueDays {
    /// The customer's id.
    pub customer: String,
    /// The invoice's number.
    pub invoice: String,
    /// Its due date.
    pub due_date: NaiveDate,
    /// The first day within the period.
    pub from: NaiveDate,
    /// The last day within the period.
    pub to: NaiveDate,
}

/// What a policy did over a period.
#[derive(Debug, Clone, PartialEq)]
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
    pub events: Vec<Event>,
    /// What was due and withheld, in the same order.
    pub withheld: Vec<Spell>,
    /// Receivables before the first day's actions.
    pub start: Standing,
    /// Receivables on the last day.
    pub end: Standing,
    /// The days on which invoices were overdue, within the period.
    pub overdue: Vec<OverdueDays>,
    /// Lines of the policy that no open invoice met.
    pub unmet: Vec<Unmet>,
    /// Facts without a date, taken as they are today.
    pub undated: Vec<Undated>,
    /// How many ledger rows of the period and after it were left out of account.
    pub forgotten: u64,
    /// The day the data was taken, where that is before the last day: nobody knows who pays later.
    pub data_ends: Option<NaiveDate>,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
    met: BTreeSet<RuleId>,
    /// The actions that are left undone, by key.
    undone: BTreeMap<String, usize>,
    /// The last spell of each step, by key.
    spells: BTreeMap<String, usize>,
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
            events: Vec::new(),
            withheld: Vec::new(),
            start: standing(program, templates, snapshot, period.from),
            end: standing(program, templates, snapshot, period.to),
            overdue: overdue(program, templates, snapshot, period),
            unmet: Vec::new(),
            undated: undated(snapshot, policy),
            forgotten: 0,
            data_ends: snapshot.taken_on.or(snapshot.as_of).filter(|taken| *taken < period.to),
            problems: snapshot.problems.clone(),
            met: BTreeSet::new(),
            undone: BTreeMap::new(),
            spells: BTreeMap::new(),
        }
    }

    /// Adds a day.
    pub(super) fn add(&mut self, played: Played) {
        let Played { day, look, done } = played;
        self.met.extend(look.met);
        for (action, done) in look.actions.into_iter().zip(done) {
            let at = self.event(day, action);
            self.events[at].done = done.then_some(day);
            let key = self.events[at].action.key.clone();
            if done {
                self.undone.remove(&key);
            } else {
                self.undone.insert(key, at);
            }
        }
        look.withheld.into_iter().for_each(|withheld| self.withhold(day, withheld));
    }

    /// The event of an action: the one that waits, or a new one.
    fn event(&mut self, day: NaiveDate, action: Action) -> usize {
        let action = without_text(action);
        if let Some(&at) = self.undone.get(&action.key) {
            let first = self.events[at].first;
            self.events[at] = Event { first, last: day, done: None, action };
            return at;
        }
        self.events.push(Event { first: day, last: day, done: None, action });
        self.events.len() - 1
    }

    /// Goes on with the last spell of a step where the reasons are the same, else begins another.
    fn withhold(&mut self, day: NaiveDate, withheld: Withheld) {
        let Withheld { action, blockers, .. } = withheld;
        let codes = |blockers: &[Blocker]| blockers.iter().map(|blocker| blocker.code).collect::<Vec<_>>();
        let action = without_text(action);
        let last = self.spells.get(&action.key).copied();
        match last.map(|at| &mut self.withheld[at]) {
            Some(spell) if codes(&spell.blockers) == codes(&blockers) => {
                (spell.last, spell.days) = (day, spell.days + 1);
                (spell.action, spell.blockers) = (action, blockers);
            }
            _ => {
                self.spells.insert(action.key.clone(), self.withheld.len());
                self.withheld.push(Spell { first: day, last: day, days: 1, action, blockers });
            }
        }
    }

    /// Works out what needs the whole period.
    pub(super) fn finish(mut self, program: &Program) -> Simulation {
        let policy = &program.policy;
        let mut met: BTreeSet<&str> = self.met.iter().map(|&id| &*policy.rule(id).id).collect();
        let blockers = self.withheld.iter().flat_map(|spell| &spell.blockers);
        met.extend(blockers.filter_map(|blocker| blocker.rule.as_deref()));
        let actions = self.events.iter().map(|event| &event.action);
        let actions: Vec<&Action> = actions.chain(self.withheld.iter().map(|spell| &spell.action)).collect();
        met.extend(actions.iter().flat_map(|action| &action.members).map(|member| &*member.rule));
        met.extend(actions.iter().flat_map(|action| &action.approvers).map(|approver| &*approver.rule));
        let unmet = policy.rules.iter().filter(|rule| !met.contains(&*rule.id));
        let unmet = unmet.map(|rule| Unmet {
            rule: Arc::clone(&rule.id),
            text: Arc::clone(&rule.text),
            file: Arc::clone(&rule.file),
            line: rule.line,
        });
        let unmet = unmet.collect();
        self.unmet = unmet;
        (self.undone, self.spells) = (BTreeMap::new(), BTreeMap::new());
        self.met = BTreeSet::new();
        self
    }
}

/// The text of a message is of no use any more; that of a task says what is to be done.
fn without_text(action: Action) -> Action {
    let body = action.body.filter(|_| action.kind == Kind::Task);
    Action { subject: None, body, ..action }
}

/// The overdue days of a period, one entry for each run of an invoice.
fn overdue(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    period: Period,
) -> Vec<OverdueDays> {
    let runs = overdue_runs(program, templates, snapshot, period.to).into_iter();
    let within = runs.filter(|run| run.to >= period.from).map(|run| OverdueDays {
        customer: snapshot.customer_id(run.customer).to_owned(),
        invoice: snapshot.invoice_id(run.invoice).to_owned(),
        due_date: snapshot.invoices.due_date[run.invoice.index()],
        from: run.from.max(period.from),
        to: run.to,
    });
    within.collect()
}

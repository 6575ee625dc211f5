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
use crate::compile::{HistoryKey, HistoryKind, Program};
use crate::evaluate::{Standing, overdue_runs, standing};
use crate::model::RuleId;
use crate::plan::{Action, Blocker, PolicyReference, Withheld};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::LedgerRow;
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

/// A step withheld for the same reasons on days without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Spell {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
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
    /// The day of the last contact about an invoice before the period, by its number.
    pub contacted: BTreeMap<String, NaiveDate>,
    /// How many customers the data has.
    pub customers: u64,
    /// Lines of the policy that no open invoice met.
    pub unmet: Vec<Unmet>,
    /// Facts without a date, taken as they are today.
    pub undated: Vec<Undated>,
    /// How many ledger rows of the period and after it were left out of account.
    pub forgotten: u64,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
    met: BTreeSet<RuleId>,
    open: Open,
}

/// What the last day that was played left open, by key.
#[derive(Debug, Clone, Default, PartialEq)]
struct Open {
    events: BTreeMap<String, usize>,
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
            contacted: contacted(program, snapshot),
            customers: snapshot.customers.id.len() as u64,
            unmet: Vec::new(),
            undated: undated(snapshot, policy),
            forgotten: 0,
            problems: snapshot.problems.clone(),
            met: BTreeSet::new(),
            open: Open::default(),
        }
    }

    /// Adds a day.
    pub(super) fn add(&mut self, played: Played) {
        let Played { day, look, done } = played;
        self.met.extend(look.met);
        let mut open = Open::default();
        for (action, done) in look.actions.into_iter().zip(done) {
            let at = self.event(day, action);
            self.events[at].done = done.then_some(day);
            if !done {
                open.events.insert(self.events[at].action.key.clone(), at);
            }
        }
        for withheld in look.withheld {
            let at = self.spell(day, withheld);
            open.spells.insert(spell_key(&self.withheld[at].action, &self.withheld[at].blockers), at);
        }
        self.open = open;
    }

    /// The event of an action: the one that waited yesterday, or a new one.
    fn event(&mut self, day: NaiveDate, action: Action) -> usize {
        let action = without_text(action);
        if let Some(&at) = self.open.events.get(&action.key) {
            let first = self.events[at].first;
            self.events[at] = Event { first, last: day, done: None, action };
            return at;
        }
        self.events.push(Event { first: day, last: day, done: None, action });
        self.events.len() - 1
    }

    fn spell(&mut self, day: NaiveDate, withheld: Withheld) -> usize {
        let Withheld { action, blockers, .. } = withheld;
        let action = without_text(action);
        if let Some(&at) = self.open.spells.get(&spell_key(&action, &blockers)) {
            let first = self.withheld[at].first;
            self.withheld[at] = Spell { first, last: day, action, blockers };
            return at;
        }
        self.withheld.push(Spell { first: day, last: day, action, blockers });
        self.withheld.len() - 1
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
        (self.met, self.open) = (BTreeSet::new(), Open::default());
        self
    }
}

/// What tells one spell from another: the step, and what keeps it back.
fn spell_key(action: &Action, blockers: &[Blocker]) -> String {
    let codes: Vec<&str> = blockers.iter().map(|blocker| blocker.code).collect();
    format!("{} {}", action.key, codes.join(" "))
}

fn without_text(action: Action) -> Action {
    Action { subject: None, body: None, ..action }
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

/// The day of the last contact about each invoice.
fn contacted(program: &Program, snapshot: &Snapshot) -> BTreeMap<String, NaiveDate> {
    let is_contact = |row: &&LedgerRow| {
        let kind = HistoryKey::read(program, snapshot.text(row.step)).kind;
        row.outcome.carries_out() && (row.channel.is_some() || matches!(kind, HistoryKind::Contact(_)))
    };
    let rows = snapshot.ledger.iter().filter(is_contact);
    let dates = rows.filter_map(|row| Some((snapshot.invoice_id(row.invoice?).to_owned(), row.date)));
    // Rows stand by date, so that the last of an invoice is kept.
    dates.collect()
}

//! What every decision of one evaluation reads: program, templates, snapshot, history and the day.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::history::History;
use super::ladder::Present;
use super::messages::Wanted;
use super::obstacle::{Obstacle, Why};
use super::pilot::Members;
use crate::calendar::{Calendar, days_between};
use crate::compile::Program;
use crate::model::{Rule, RuleId, SegmentId};
use crate::plan::Because;
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
use crate::template::TemplateSet;

/// What the caller decides about an evaluation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Plan for a day before the newest ledger row, to see what would have been.
    pub replay: bool,
}

/// Everything that stays the same for all customers.
pub(crate) struct Day<'a> {
    pub(super) program: &'a Program,
    pub(super) templates: &'a TemplateSet,
    pub(crate) snapshot: &'a Snapshot,
    pub(super) history: History,
    pub(crate) today: NaiveDate,
    /// Blocks every contact: the data is too old, or the ledger is ahead.
    pub(super) refusal: Option<Obstacle<'a>>,
    /// The calendar of customers for whom no condition holds.
    pub(super) always_open: Calendar,
    /// What each template reads.
    pub(super) wanted: Wanted,
    /// The steps of each segment's ladders.
    pub(super) present: Vec<Vec<Present>>,
    /// Whom the policy is tried on, where that is not everybody.
    pub(super) pilot: Option<Members>,
    problems: FxHashMap<(bool, &'a str), &'a Problem>,
}

impl<'a> Day<'a> {
    pub(super) fn new(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: &'a Snapshot,
        today: NaiveDate,
        options: Options,
    ) -> Day<'a> {
        let mut day = Day {
            program,
            templates,
            snapshot,
            history: History::read(program, snapshot),
            today,
            refusal: None,
            always_open: Calendar::default(),
            wanted: Wanted::of(templates, &program.policy.fields),
            present: (0..program.policy.segments.len())
                .map(|at| Day::present_in(program, program.ladders_of(SegmentId(at))))
                .collect(),
            pilot: program.policy.settings.pilot.as_ref().map(|pilot| Members::of(pilot, snapshot)),
            problems: blocking_problems(snapshot),
        };
        day.refusal = day.too_old().or_else(|| day.ledger_ahead().filter(|_| !options.replay));
        day
    }

    /// What `data no older than N days` brings (unknown is too old).
    fn too_old(&self) -> Option<Obstacle<'a>> {
        let (rule, most) = self.program.data_no_older?;
        let age = self.snapshot.taken_on.map(|taken| days_between(taken, self.today));
        let is_fresh = age.is_some_and(|age| age <= i64::from(most));
        (!is_fresh).then(|| Obstacle::of(rule, Why::StaleData { age, most }))
    }

    /// What stands in the way of a plan for a day before the newest ledger row (R1).
    pub(super) fn ledger_ahead(&self) -> Option<Obstacle<'a>> {
        let newest = self.history.newest.filter(|&newest| newest > self.today)?;
        Some(Obstacle::built_in(Why::Replay(newest)))
    }

    /// The due date of any invoice.
    pub(super) fn due_date(&self, invoice: InvoiceRow) -> NaiveDate {
        self.snapshot.invoices.due_date[invoice.index()]
    }

    pub(super) fn rule(&self, id: RuleId) -> &'a Rule {
        self.program.policy.rule(id)
    }

    pub(super) fn because(&self, rule: RuleId, sentence: String) -> Because {
        let rule = self.rule(rule);
        Because { rule: rule.id.clone(), file: Some(rule.file.clone()), line: Some(rule.line), sentence }
    }

    /// The problem that withholds the contacts of a customer (R5), or those of every customer.
    pub(super) fn customer_problem(&self, customer: CustomerRow) -> Option<&'a Problem> {
        if self.problems.is_empty() {
            return None;
        }
        self.problem(false, self.snapshot.customer_id(customer)).or_else(|| self.problem(false, EVERYONE))
    }

    /// The problem that withholds the contacts of an invoice (R5).
    pub(super) fn invoice_problem(&self, invoice: InvoiceRow) -> Option<&'a Problem> {
        if self.problems.is_empty() { None } else { self.problem(true, self.snapshot.invoice_id(invoice)) }
    }

    fn problem(&self, invoice: bool, id: &'a str) -> Option<&'a Problem> {
        self.problems.get(&(invoice, id)).copied()
    }
}

/// Stands for all customers in place of an id, which is never empty.
const EVERYONE: &str = "";

/// The first problem of each invoice and of each customer that withholds contacts.
fn blocking_problems(snapshot: &Snapshot) -> FxHashMap<(bool, &str), &Problem> {
    let mut found = FxHashMap::default();
    for problem in snapshot.problems.iter().filter(|problem| problem.blocks) {
        let subject = match (&problem.invoice, &problem.customer) {
            (Some(invoice), _) => (true, invoice.as_str()),
            (None, Some(customer)) => (false, customer.as_str()),
            (None, None) => (false, EVERYONE),
        };
        found.entry(subject).or_insert(problem);
    }
    found
}

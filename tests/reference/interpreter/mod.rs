//! The rules R1 to R24 as plainly as they can be written: a day at a time, everything from the raw facts.
//!
//! To be read beside docs/language.md: each file has one group of rules, each function names its rule. It is slow on
//! purpose. With the engine it shares the checked policy, the calendar's arithmetic and the loaded tables, nothing
//! else.

mod account;
pub(crate) mod approvals;
mod carve_outs;
mod charges;
mod clearing;
mod conditions;
mod facts;
mod ladder;
mod ledger;
mod messages;
mod people;
mod pilot;
mod problems;
pub(crate) mod report;
mod restrictions;
mod silence;
mod steps;

use std::cell::RefCell;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use dun::calendar::Calendar;
use dun::model::Policy;
use dun::snapshot::Snapshot;

use approvals::Approvals;
use report::Report;

use crate::templates::Template;

/// What a plan is made of.
///
/// `known` is the day of the plan: facts and ledger rows dated later do not count (R1). `today` is the day looked at:
/// the same day, or a later one when R23 asks what would come if nothing changed.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) templates: &'a [Template],
    pub(crate) data: &'a Snapshot,
    pub(crate) approvals: &'a Approvals,
    pub(crate) known: NaiveDate,
    pub(crate) today: NaiveDate,
    pub(crate) replay: bool,
    pub(crate) always_open: &'a Calendar,
    pub(crate) played: &'a RefCell<BTreeSet<&'static str>>,
}

impl<'a> World<'a> {
    /// Remembers that a rule decided something, for the table of what the cases cover.
    fn played(&self, rule: &'static str) {
        self.played.borrow_mut().insert(rule);
    }

    /// The same facts on a later day.
    fn on(&self, day: NaiveDate) -> World<'a> {
        World { today: day, ..*self }
    }
}

/// The plan of a day.
pub(crate) fn plan(world: &World) -> Report {
    let mut report = Report::default();
    let mut written = Vec::new();
    for customer in world.data.customer_rows() {
        let candidates = steps::of_customer(world, customer);
        written.extend(messages::of_customer(world, customer, candidates));
        report.entries.extend(clearing::of_customer(world, customer));
    }
    messages::limit_the_day(world, &mut written);
    report.entries.extend(messages::credit_notices(world, &written));
    report.left_out = steps::bring_marks_along(world, &mut written);
    let stuck = silence::stuck(world, &written);
    report.firsts = silence::firsts(world, &written, &stuck);
    report.entries.extend(written.into_iter().map(|message| silence::entry(world, message, &report.firsts)));
    report.waiting = silence::waiting(world, &report.entries);
    report.firsts.extend(report.waiting.iter().filter_map(|row| Some((row.invoice.0.clone(), row.next?))));
    report.problems = problems::of_plan(world);
    report
}

//! A day of some customers only, for a simulation: what is to be done, which rules were met, and when each customer
//! has to be looked at again.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::candidate::Bench;
use super::customer::{Contribution, Site};
use super::day::{Day, Options};
use super::facts::CustomerState;
use super::ladder::{Climber, earlier};
use crate::calendar::add_days;
use crate::compile::Program;
use crate::model::RuleId;
use crate::plan::{Action, Waiting, Withheld};
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{CustomerRow, Since};
use crate::template::TemplateSet;

/// A day of some customers: the parts of the day's plan that concern them.
#[derive(Debug, Default)]
pub struct Look {
    /// What is to be done, in the plan's order.
    pub actions: Vec<Action>,
    /// What is due and withheld, in the plan's order.
    pub withheld: Vec<Withheld>,
    /// Open invoices with nothing due.
    pub waiting: Vec<Waiting>,
    /// The blocks that applied to an open invoice, and their restrictions.
    pub met: BTreeSet<RuleId>,
    /// For each customer the first later day on which the plan could differ from one of waiting invoices only,
    /// as long as nobody adds to the ledger; none when no such day is in sight.
    pub again: Vec<Option<NaiveDate>>,
}

/// Plans a day as [`super::plan`] does, for some customers, as if the data had been taken that day: `data no older
/// than` does not apply. What limits per day set against each other is right as long as all customers with something
/// to do are among them.
#[must_use]
pub fn look(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    customers: &[CustomerRow],
) -> Look {
    let mut day = Day::new(program, templates, snapshot, as_of, Options { replay: true });
    day.refusal = None;
    day.traces = true;
    let parts: Vec<(Contribution, Option<NaiveDate>)> = customers
        .par_iter()
        .map(|&row| {
            let part = day.contribution(row);
            let again = day.again(row, &part);
            (part, again)
        })
        .collect();
    let mut look = Look::default();
    let mut whole = Contribution::default();
    for (part, again) in parts {
        look.again.push(again);
        look.met.extend(part.met);
        look.waiting.extend(part.waiting);
        whole.actions.extend(part.actions);
        whole.withheld.extend(part.withheld);
    }
    day.limit_per_day(&mut whole);
    look.actions = whole.actions.into_iter().map(|counted| counted.action).collect();
    look.withheld = whole.withheld;
    look
}

impl<'a> Day<'a> {
    /// The rules that an evaluation meets at the open invoices of a customer, whether or not a step is due.
    pub(super) fn met(&self, sites: &[Site<'a>]) -> BTreeSet<RuleId> {
        let policy = &self.program.policy;
        let mut met = BTreeSet::new();
        for site in sites {
            let segment = &policy.segments[site.placed.segment.0];
            met.insert(segment.rule);
            met.extend(site.scope.rules());
            for ladder in segment.ladders.iter().map(|id| &policy.ladders[id.0]) {
                met.insert(ladder.rule);
                met.extend(ladder.restrictions.iter().map(|restriction| restriction.rule));
            }
            met.extend(site.scope.matching.iter().map(|&at| policy.carve_outs[at].rule));
        }
        met
    }

    /// The first later day on which a customer's plan could be more than waiting invoices, or other ones.
    fn again(&self, row: CustomerRow, part: &Contribution) -> Option<NaiveDate> {
        let tomorrow = add_days(self.today, 1);
        let by_time = self.program.changes_with_time || !self.program.customer_ladders.is_empty();
        if !part.actions.is_empty() || !part.withheld.is_empty() || (by_time && !part.waiting.is_empty()) {
            return Some(tomorrow);
        }
        let fact = self.next_fact(row);
        if part.waiting.is_empty() {
            return fact;
        }
        let next = part.waiting.iter().fold(fact, |first, waiting| earlier(first, waiting.next));
        let customer = self.customer(row);
        let turns = self.sites(&customer).iter().filter_map(|site| self.turn(&customer, site)).min();
        earlier(next, turns).map(|day| day.max(tomorrow))
    }

    /// The first later day that the ladders and carve-outs of an invoice name.
    fn turn(&self, customer: &CustomerState<'a>, site: &Site<'a>) -> Option<NaiveDate> {
        let Site { at, placed, scope } = site;
        let invoice = &customer.invoices[*at];
        let calendar = self.calendar(customer, invoice);
        let present = self.present_keys(placed.segment);
        let ladders = self.program.ladders_of(placed.segment).iter().map(|&id| {
            let rolling = self.rolling(Some(id), calendar);
            let rows = invoice.rows;
            let (day, free_from, present) = (self, None, present);
            Climber { day, id, customer, invoice, rows, calendar, rolling, scope, free_from, present }.turn()
        });
        let segment = Arc::clone(&self.program.policy.segments[placed.segment.0].name);
        let bench = Bench { day: self, customer, at: *at, scope, calendar, segment, together: None };
        let ends = scope.holds.iter().map(|hold| hold.until.map(|until| add_days(until, 1)));
        ladders.chain(ends).fold(bench.carve_outs_turn(), earlier)
    }

    /// The first later day on which a fact about a customer begins or ceases to count.
    fn next_fact(&self, row: CustomerRow) -> Option<NaiveDate> {
        let snapshot = self.snapshot;
        let mut next: Option<NaiveDate> = None;
        let mut meet = |date: Option<NaiveDate>| next = earlier(next, date.filter(|&date| date > self.today));
        let after = |date: NaiveDate| Some(add_days(date, 1));
        meet(snapshot.customers.insolvent_since.get(row.index()).and_then(Since::date));
        meet(snapshot.taken_on.filter(|_| snapshot.invoices.balance.has_values()));
        snapshot.payments_of_customer(row).iter().for_each(|payment| meet(Some(payment.date)));
        snapshot.ledger_of_customer(row).for_each(|row| meet(Some(row.date)));
        for invoice in snapshot.invoices_of(row) {
            let (invoices, at) = (&snapshot.invoices, invoice.index());
            let due = invoices.due_date[at];
            [invoices.issue_date.get(at), invoices.paid_date.get(at), Some(due), after(due)]
                .into_iter()
                .for_each(&mut meet);
            meet(invoices.hold_until.get(at).and_then(after));
            meet(invoices.handed_over.get(at).and_then(Since::date));
            for dispute in snapshot.disputes_of(invoice) {
                [dispute.opened.date(), dispute.closed].into_iter().for_each(&mut meet);
            }
            for promise in snapshot.promises_of(invoice) {
                [promise.made.date(), Some(promise.due), after(promise.due)].into_iter().for_each(&mut meet);
            }
        }
        next
    }
}

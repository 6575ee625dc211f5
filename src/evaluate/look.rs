//! A day of those only for whom something can change, for a simulation: what is to be done, which rules were met, and
//! when each invoice has to be looked at again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::candidate::{Bench, Candidate};
use super::customer::{Decided, Entry, Site};
use super::day::{Day, Options};
use super::decision::Decision;
use super::facts::{CustomerState, InvoiceState};
use super::ladder::{Climber, earlier};
use crate::calendar::add_days;
use crate::compile::Program;
use crate::model::RuleId;
use crate::plan::{Action, Waiting, Withheld};
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{CustomerRow, InvoiceRow, Since};
use crate::template::TemplateSet;

/// A day of some customers: the parts of the day's plan that concern them, as they are told.
#[derive(Debug)]
pub struct Look<A = Action, W = Withheld> {
    /// What is to be done, in the plan's order.
    pub actions: Vec<A>,
    /// What is due and withheld, in the plan's order.
    pub withheld: Vec<W>,
    /// Open invoices with nothing due, where everyone is looked at.
    pub waiting: Vec<Waiting>,
    /// The blocks that applied to an open invoice that was looked at, and their restrictions.
    pub met: BTreeSet<RuleId>,
}

/// How decisions are told: as the plan's entries, or in another form. Several customers are told at a time.
pub(crate) trait Teller: Sync {
    /// What is to be done.
    type Action: Send;
    /// What is withheld.
    type Withheld: Send;

    /// Tells of a decision to do something.
    fn action<'a>(
        &self,
        day: &Day<'a>,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Self::Action;

    /// Tells of what dun does by itself.
    fn ready(&self, day: &Day<'_>, action: Action) -> Self::Action;

    /// Tells of a decision to withhold something.
    fn withheld<'a>(
        &self,
        day: &Day<'a>,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Self::Withheld;
}

/// Tells the plan's entries.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Entries;

impl Teller for Entries {
    type Action = Action;
    type Withheld = Withheld;

    fn action<'a>(&self, day: &Day<'a>, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Action {
        day.action(customer, decision)
    }

    fn ready(&self, _: &Day<'_>, action: Action) -> Action {
        action
    }

    fn withheld<'a>(&self, day: &Day<'a>, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Withheld {
        day.withheld(customer, decision)
    }
}

/// The first day on which each customer and each invoice has to be looked at again, as long as nobody adds to the
/// ledger but by what was planned; none while no such day is in sight.
#[derive(Debug, Clone)]
pub struct Watch {
    customers: Vec<Option<NaiveDate>>,
    invoices: Vec<Option<NaiveDate>>,
}

impl Watch {
    /// Nobody has been looked at yet.
    #[must_use]
    pub fn new(snapshot: &Snapshot) -> Watch {
        let never = |rows: usize| vec![Some(NaiveDate::MIN); rows];
        Watch { customers: never(snapshot.customers.id.len()), invoices: never(snapshot.invoices.id.len()) }
    }
}

fn has_come(again: Option<NaiveDate>, today: NaiveDate) -> bool {
    again.is_some_and(|again| again <= today)
}

/// The rules that were met, noted by several threads.
struct Met(Vec<AtomicBool>);

impl Met {
    /// None of a program's rules yet.
    fn of(program: &Program) -> Met {
        Met(program.policy.rules.iter().map(|_| AtomicBool::new(false)).collect())
    }

    fn note(&self, rule: RuleId) {
        // Most are noted already, and what is only read is nobody's to wait for.
        let met = &self.0[rule.0 as usize];
        if !met.load(Ordering::Relaxed) {
            met.store(true, Ordering::Relaxed);
        }
    }

    fn all(&self) -> BTreeSet<RuleId> {
        let met = self.0.iter().zip(0..).filter(|(met, _)| met.load(Ordering::Relaxed));
        met.map(|(_, rule)| RuleId(rule)).collect()
    }
}

/// What is seen of a customer.
struct Glance<'a> {
    decided: Decided<'a>,
    waiting: Vec<Waiting>,
    /// When the invoices that were looked at have to be looked at again.
    again: Vec<(InvoiceRow, Option<NaiveDate>)>,
}

/// What was seen of a customer, told.
struct Seen<A, W> {
    row: CustomerRow,
    actions: Vec<A>,
    withheld: Vec<W>,
    waiting: Vec<Waiting>,
    again: Vec<(InvoiceRow, Option<NaiveDate>)>,
}

/// Plans a day as [`super::plan`] does, for those for whom something can have changed, as if the data had been taken
/// that day: `data no older than` does not apply. With `everyone` all customers are looked at, and it is told who waits.
#[must_use]
pub(crate) fn look<T: Teller>(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    watch: &mut Watch,
    everyone: bool,
    teller: &T,
) -> Look<T::Action, T::Withheld> {
    let day = Day::as_if_fresh(program, templates, snapshot, as_of);
    let due = |row: &CustomerRow| everyone || has_come(watch.customers[row.index()], as_of);
    let customers: Vec<CustomerRow> = snapshot.customer_rows().filter(due).collect();
    let met = Met::of(program);
    let glance = |row| day.glance(row, &watch.invoices, everyone, &met);
    let told: Vec<Seen<T::Action, T::Withheld>> = if program.limits_by_day {
        let mut glances: Vec<Glance> = customers.into_par_iter().map(glance).collect();
        day.limit_per_day(&mut glances.iter_mut().map(|glance| &mut glance.decided).collect::<Vec<_>>());
        glances.into_par_iter().map(|glance| day.told(glance, teller)).collect()
    } else {
        customers.into_par_iter().map(|row| day.told(glance(row), teller)).collect()
    };
    let (actions, withheld) = (Vec::new(), Vec::new());
    let mut look = Look { actions, withheld, waiting: Vec::new(), met: met.all() };
    for own in told {
        for (invoice, again) in own.again {
            watch.invoices[invoice.index()] = again;
        }
        let is_due = !own.actions.is_empty() || !own.withheld.is_empty();
        let invoices = snapshot.invoices_of(own.row).map(|invoice| watch.invoices[invoice.index()]);
        watch.customers[own.row.index()] = invoices.fold(is_due.then(|| add_days(as_of, 1)), earlier);
        look.waiting.extend(own.waiting);
        look.actions.extend(own.actions);
        look.withheld.extend(own.withheld);
    }
    look
}

/// The rules that a customer's open invoices meet on a day.
#[must_use]
pub fn met(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    customer: CustomerRow,
) -> BTreeSet<RuleId> {
    let day = Day::as_if_fresh(program, templates, snapshot, as_of);
    let mut met = BTreeSet::new();
    day.met(&day.sites(&day.customer(customer)), |rule| {
        met.insert(rule);
    });
    met
}

impl<'a> Day<'a> {
    fn told<T: Teller>(&self, glance: Glance<'a>, teller: &T) -> Seen<T::Action, T::Withheld> {
        let Glance { decided: Decided { customer, entries, .. }, waiting, again } = glance;
        let (mut actions, mut withheld) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                Entry::Ready(action) => actions.push(teller.ready(self, *action)),
                Entry::Decision(decision) if decision.is_done() => {
                    actions.push(teller.action(self, &customer, &decision));
                }
                Entry::Decision(decision) => withheld.push(teller.withheld(self, &customer, &decision)),
            }
        }
        Seen { row: customer.row, actions, withheld, waiting, again }
    }

    /// The rules that an evaluation meets at the open invoices of a customer, whether or not a step is due.
    pub(super) fn met(&self, sites: &[Site<'a>], mut note: impl FnMut(RuleId)) {
        let policy = &self.program.policy;
        for site in sites {
            let segment = &policy.segments[site.placed.segment.0];
            note(segment.rule);
            site.scope.rules().for_each(&mut note);
            for ladder in segment.ladders.iter().map(|id| &policy.ladders[id.0]) {
                note(ladder.rule);
                ladder.restrictions.iter().for_each(|restriction| note(restriction.rule));
            }
            site.scope.matching.iter().for_each(|&at| note(policy.carve_outs[at].rule));
        }
    }

    /// A day as if the data had been taken on it.
    fn as_if_fresh(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: &'a Snapshot,
        as_of: NaiveDate,
    ) -> Day<'a> {
        let mut day = Day::new(program, templates, snapshot, as_of, Options { replay: true });
        day.refusal = None;
        day
    }

    /// What is due for a customer. Invoices are left out that were quiet and whose day to be looked at again has not
    /// come: nothing is due for them.
    fn glance(&self, row: CustomerRow, again: &[Option<NaiveDate>], everyone: bool, met: &Met) -> Glance<'a> {
        let all = everyone || !self.stand_alone(row);
        let is_awake = |invoice: InvoiceRow| all || has_come(again[invoice.index()], self.today);
        let customer = self.customer_among(row, is_awake);
        let sites = self.sites(&customer);
        let mut candidates = Vec::new();
        let next = self.climb(&customer, &sites, &mut candidates);
        let mut acts = vec![false; customer.invoices.len()];
        candidates.iter().flat_map(Candidate::about).for_each(|&at| acts[at] = true);
        let (mut waiting, mut looked_at) = (Vec::new(), Vec::new());
        let of_customer = self.next_fact_of_customer(row);
        let mut placed = sites.iter().zip(next).peekable();
        for (at, invoice) in customer.invoices.iter().enumerate() {
            let placed = placed.next_if(|(site, _)| site.at == at);
            let next = placed.map_or_else(|| self.may_be_placed(), |(_, next)| next);
            let is_quiet = invoice.is_open() && !acts[at];
            if everyone && is_quiet {
                waiting.push(self.waiting(&customer, at, next));
            }
            let again = if acts[at] || self.stays_awake(invoice) {
                Some(add_days(self.today, 1))
            } else {
                let fact = earlier(of_customer, self.next_fact(invoice.row));
                let turn = placed.and_then(|(site, _)| self.turn(&customer, site));
                let next = next.filter(|_| is_quiet);
                [next, turn].into_iter().fold(fact, earlier).map(|day| day.max(add_days(self.today, 1)))
            };
            looked_at.push((invoice.row, again));
        }
        self.met(&sites, |rule| met.note(rule));
        let entries = self.entries(&customer, candidates);
        Glance { decided: Decided::of(customer, entries), waiting, again: looked_at }
    }

    /// Whether an invoice has to be looked at every day: an open one where a day may change what is due, one that is
    /// over but has marks to clear, or is a credit.
    fn stays_awake(&self, invoice: &InvoiceState<'a>) -> bool {
        match invoice.is_open() {
            true => self.turns_unnoticed(),
            false => !invoice.marks.is_empty() || self.below_zero(invoice).is_some(),
        }
    }

    /// Whether a day may change what is due without any fact or date that tells.
    fn turns_unnoticed(&self) -> bool {
        self.program.changes_with_time || !self.program.customer_ladders.is_empty()
    }

    /// Whether nothing about one invoice of a customer concerns another before messages are combined and limited.
    fn stand_alone(&self, row: CustomerRow) -> bool {
        !self.program.reads_account
            && self.program.customer_ladders.is_empty()
            && self.snapshot.ledger_of_customer_alone(row).is_empty()
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
        let segment = placed.segment;
        let bench = Bench { day: self, customer, at: *at, scope, calendar, segment, together: None };
        let ends = scope.holds.iter().map(|hold| hold.until.map(|until| add_days(until, 1)));
        ladders.chain(ends).fold(bench.carve_outs_turn(), earlier)
    }

    /// The first later day on which a fact about a customer, and so about all invoices, begins or ceases to count.
    fn next_fact_of_customer(&self, row: CustomerRow) -> Option<NaiveDate> {
        let snapshot = self.snapshot;
        let insolvent = snapshot.customers.insolvent_since.get(row.index()).and_then(Since::date);
        let taken = snapshot.taken_on.filter(|_| snapshot.invoices.balance.has_values());
        let unallocated =
            snapshot.payments_of_customer(row).iter().filter(|payment| payment.invoice.is_none());
        let unallocated = unallocated.map(|payment| Some(payment.date));
        let ledger = snapshot.ledger_of_customer_alone(row).iter().map(|row| Some(row.date));
        self.first_later([insolvent, taken].into_iter().chain(unallocated).chain(ledger))
    }

    /// The first later day on which a fact about an invoice begins or ceases to count.
    fn next_fact(&self, row: InvoiceRow) -> Option<NaiveDate> {
        let (snapshot, at) = (self.snapshot, row.index());
        let invoices = &snapshot.invoices;
        let after = |date: NaiveDate| Some(add_days(date, 1));
        let due = invoices.due_date[at];
        let own = [
            invoices.issue_date.get(at),
            invoices.paid_date.get(at),
            Some(due),
            after(due),
            invoices.hold_until.get(at).and_then(after),
            invoices.handed_over.get(at).and_then(Since::date),
        ];
        let payments = snapshot.payments_of(row).iter().map(|payment| Some(payment.date));
        let ledger = snapshot.ledger_of(row).iter().map(|row| Some(row.date));
        let disputes = snapshot.disputes_of(row).iter();
        let disputes = disputes.flat_map(|dispute| [dispute.opened.date(), dispute.closed]);
        let promises = snapshot.promises_of(row).iter();
        let promises =
            promises.flat_map(|promise| [promise.made.date(), Some(promise.due), after(promise.due)]);
        let of_others = payments.chain(ledger).chain(disputes).chain(promises);
        self.first_later(own.into_iter().chain(of_others))
    }

    fn first_later(&self, dates: impl Iterator<Item = Option<NaiveDate>>) -> Option<NaiveDate> {
        dates.flatten().filter(|&date| date > self.today).min()
    }
}

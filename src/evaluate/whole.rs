//! The plan as a whole: all customers in parallel, then what concerns them together.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::convert::Infallible;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::customer::{Contribution, Counted};
use super::day::{Day, Options};
use crate::code::Code;
use crate::compile::{HistoryKind, Program};
use crate::model::RuleId;
use crate::plan::header::{FORMAT_VERSION, plan_id};
use crate::plan::{
    Action, Blocker, Customer, Header, Mode, Part, Plan, PolicyReference, Receivables, Tally, Totals,
    Withheld,
};
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::CustomerRow;
use crate::snapshot::texts::Text;
use crate::suggest::nearest;
use crate::template::TemplateSet;

/// So many customers make up a part of a plan.
const CUSTOMERS: usize = 8;

/// So many parts are made while those before them are taken.
const AHEAD: usize = 128;

/// Plans a day: what to do for each open invoice of the snapshot, by the policy of the program.
///
/// The same for any order of the data's rows and any number of threads.
#[must_use]
pub fn plan(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    options: Options,
) -> Plan {
    let mut whole = Part::default();
    let add = |part: Part| {
        whole.customers.extend(part.customers);
        whole.actions.extend(part.actions);
        whole.withheld.extend(part.withheld);
        whole.waiting.extend(part.waiting);
        Ok::<(), Infallible>(())
    };
    let Ok((header, problems)) =
        Planning::new(program, templates, snapshot, as_of, options).parts(|part| part, add);
    let Part { customers, actions, withheld, waiting } = whole;
    Plan { header, customers, actions, withheld, waiting, problems }
}

/// A day to be planned part by part, for plans that are larger than the data they are made from.
pub struct Planning<'a>(Day<'a>);

impl<'a> Planning<'a> {
    /// Prepares to plan a day, as [`plan`] does.
    #[must_use]
    pub fn new(
        program: &'a Program,
        templates: &'a TemplateSet,
        snapshot: &'a Snapshot,
        as_of: NaiveDate,
        options: Options,
    ) -> Planning<'a> {
        Planning(Day::new(program, templates, snapshot, as_of, options))
    }

    /// Makes something of each part of the plan, several at a time, and takes them in the plan's order; gives the
    /// header and the problems, which are known only then.
    ///
    /// # Errors
    /// The first error of `take`.
    pub fn parts<T: Send, E: Send>(
        &self,
        make: impl Fn(Part) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E> + Send,
    ) -> Result<(Header, Vec<Problem>), E> {
        let day = &self.0;
        let mut tally = Tally::default();
        let mut problems: Vec<Problem> = day.snapshot.problems.clone();
        if day.program.limits_by_day {
            // Customers stand against each other for what may go out on the day.
            let (whole, customers) = day.whole();
            whole.receivables.iter().for_each(|sum| tally.add_receivables(sum));
            problems.extend(whole.problems);
            let actions = whole.actions.into_iter().map(|counted| counted.action).collect();
            let part = Part { customers, actions, withheld: whole.withheld, waiting: whole.waiting };
            tally.add(&part.actions, part.withheld.len(), part.waiting.len());
            take(make(part))?;
        } else {
            let customers: Vec<CustomerRow> = day.snapshot.customer_rows().collect();
            let mut made: Vec<T> = Vec::new();
            for rows in customers.chunks(CUSTOMERS * AHEAD) {
                let (taken, next) = rayon::join(
                    || made.drain(..).try_for_each(&mut take),
                    || rows.par_chunks(CUSTOMERS).map(|rows| day.part(rows, &make)).collect::<Vec<_>>(),
                );
                taken?;
                for (part, of_part, found) in next {
                    made.push(part);
                    tally.join(&of_part);
                    problems.extend(found);
                }
            }
            made.into_iter().try_for_each(&mut take)?;
        }
        problems.extend(day.unknown_keys());
        problems.extend(day.unknown_in_pilot());
        problems.sort();
        let totals = tally.totals(problems.len());
        Ok((day.header(tally.receivables(), totals), problems))
    }
}

/// Whether a limit per day can concern an action.
fn is_counted(counted: &Counted) -> bool {
    counted.action.mode == Mode::Automatic && !counted.daily.is_empty()
}

impl Day<'_> {
    /// The part of some customers, its sums and its problems.
    fn part<T>(&self, rows: &[CustomerRow], make: impl Fn(Part) -> T) -> (T, Tally, Vec<Problem>) {
        let (mut part, mut tally, mut problems) = (Part::default(), Tally::default(), Vec::new());
        for &row in rows {
            let own = self.contribution(row);
            part.actions.extend(own.actions.into_iter().map(|counted| counted.action));
            part.withheld.extend(own.withheld);
            part.waiting.extend(own.waiting);
            part.customers.extend(own.customer);
            problems.extend(own.problems);
            own.receivables.iter().for_each(|sum| tally.add_receivables(sum));
        }
        tally.add(&part.actions, part.withheld.len(), part.waiting.len());
        (make(part), tally, problems)
    }

    /// All customers, after what concerns them together, and what each owes.
    fn whole(&self) -> (Contribution, Vec<Customer>) {
        let customers: Vec<_> = self.snapshot.customer_rows().collect();
        let parts: Vec<Contribution> = customers.into_par_iter().map(|row| self.contribution(row)).collect();
        let mut whole = Contribution::default();
        let mut owing: Vec<Customer> = Vec::new();
        for part in parts {
            whole.actions.extend(part.actions);
            whole.withheld.extend(part.withheld);
            whole.waiting.extend(part.waiting);
            whole.problems.extend(part.problems);
            whole.receivables.extend(part.receivables);
            owing.extend(part.customer);
        }
        self.limit_per_day(&mut whole);
        (whole, owing)
    }

    /// The part of the plan that concerns one customer. The others are only looked at when a limit per day
    /// could set them against this one.
    pub(super) fn part_of(&self, customer: CustomerRow) -> Contribution {
        let own = self.contribution(customer);
        if !own.actions.iter().any(is_counted) {
            return own;
        }
        let id = self.snapshot.customer_id(customer);
        let (mut whole, _) = self.whole();
        whole.actions.retain(|counted| counted.action.customer == id);
        whole.withheld.retain(|withheld| withheld.action.customer == id);
        Contribution { actions: whole.actions, withheld: whole.withheld, ..own }
    }

    /// Limits per day on automatic messages: the most overdue first, then by customer and invoice (R19).
    pub(super) fn limit_per_day(&self, whole: &mut Contribution) {
        let mut order: Vec<usize> =
            (0..whole.actions.len()).filter(|&at| is_counted(&whole.actions[at])).collect();
        if order.is_empty() {
            return;
        }
        order.sort_by_cached_key(|&at| {
            let action = &whole.actions[at].action;
            let lead = action.invoices.first();
            (
                Reverse(lead.map(|lead| lead.days_overdue)),
                action.customer.clone(),
                lead.map(|lead| lead.id.clone()),
                action.step.clone(),
            )
        });
        let sent = u32::try_from(self.sent_today()).unwrap_or(u32::MAX);
        let mut used: BTreeMap<RuleId, u32> = BTreeMap::new();
        let mut over: BTreeMap<usize, Vec<RuleId>> = BTreeMap::new();
        for at in order {
            let daily = &whole.actions[at].daily;
            let full = |(rule, most): &&(RuleId, u32)| used.get(rule).copied().unwrap_or(sent) >= *most;
            let met: Vec<RuleId> = daily.iter().filter(full).map(|(rule, _)| *rule).collect();
            if met.is_empty() {
                daily.iter().for_each(|(rule, _)| *used.entry(*rule).or_insert(sent) += 1);
            } else {
                over.insert(at, met);
            }
        }
        self.withhold_over(whole, &over);
    }

    /// Moves the actions over a limit to what is withheld, keeping both in the plan's order.
    fn withhold_over(&self, whole: &mut Contribution, over: &BTreeMap<usize, Vec<RuleId>>) {
        if over.is_empty() {
            return;
        }
        let (mut kept, mut moved) = (Vec::new(), Vec::new());
        for (at, counted) in std::mem::take(&mut whole.actions).into_iter().enumerate() {
            match over.get(&at) {
                None => kept.push(counted),
                Some(met) => moved.push(self.over_limits(counted, met)),
            }
        }
        whole.actions = kept;
        whole.withheld.extend(moved);
        whole.withheld.sort_by_cached_key(|withheld| {
            let action = &withheld.action;
            (
                action.customer.clone(),
                action.invoices.first().map(|lead| lead.id.clone()),
                action.step.clone(),
            )
        });
    }

    fn over_limits(&self, counted: Counted, met: &[RuleId]) -> Withheld {
        let blockers = met.iter().map(|&rule| {
            let sentence = String::from(
                "as many messages as the policy allows go out today, and more urgent ones go first",
            );
            Blocker { until: Some(self.today), ..self.blocker("limit", sentence, Some(rule)) }
        });
        let action = Action { subject: None, body: None, content: None, ..counted.action };
        Withheld { action, blockers: blockers.collect(), next: counted.next }
    }

    /// Whether the ledger has a step name today already: in a replay it may come later (R1).
    fn has_come(&self, step: Text) -> bool {
        let mut rows = self.snapshot.ledger.iter().chain(&self.snapshot.customer_ledger);
        self.history.newest <= Some(self.today) || rows.any(|row| row.step == step && row.date <= self.today)
    }

    /// Step names of the ledger that the policy does not know, once each (R13).
    fn unknown_keys(&self) -> Vec<Problem> {
        let unknown = self.history.names().filter(|&(text, name)| {
            let is_own = matches!(name.kind, HistoryKind::Clear { .. } | HistoryKind::CreditNotice);
            name.key.is_none() && !is_own && self.has_come(text)
        });
        let near = |name: &str| {
            let near = nearest(name, self.program.keys());
            near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
        };
        let problems = unknown.map(|(text, _)| Problem {
            customer: None,
            invoice: None,
            code: Code::UnknownStep,
            message: format!(
                "the ledger has `{}`, which no step of the policy is called: a contact counts at its `rung`; translate it with `history: steps:` if it is one of yours{}",
                self.snapshot.text(text),
                near(self.snapshot.text(text))
            ),
            place: None,
            blocks: false,
        });
        problems.collect()
    }

    pub(super) fn header(&self, receivables: Vec<Receivables>, totals: Totals) -> Header {
        let policy = &self.program.policy;
        let mut header = Header {
            format_version: FORMAT_VERSION,
            policy: PolicyReference {
                name: policy.name.clone(),
                digest: policy.digest.clone(),
                file: policy.file.clone(),
            },
            templates_digest: self.templates.digest(),
            calendars_digest: policy.calendar_digest.clone(),
            snapshot_digest: self.snapshot.digest.clone(),
            as_of: self.today,
            taken: self.snapshot.taken.clone(),
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            plan_id: String::new(),
            replay: self.ledger_ahead().is_some(),
            refused: self.refusal.as_ref().map(|blocker| blocker.sentence.clone()),
            receivables,
            totals,
        };
        let digests = [
            &header.policy.digest,
            &header.templates_digest,
            &header.calendars_digest,
            &header.snapshot_digest,
        ];
        header.plan_id = plan_id(
            digests.map(String::as_str),
            self.today,
            header.taken.as_deref().unwrap_or(""),
            &header.engine,
            header.replay,
            header.refused.is_some(),
        );
        header
    }
}

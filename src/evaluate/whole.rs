//! The plan as a whole: all customers in parallel, then what concerns them together.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::customer::{Contribution, Decided, Entry, daily_limits};
use super::day::{Day, Options};
use super::obstacle::{Obstacle, Why};
use crate::code::Code;
use crate::compile::{HistoryKind, Program};
use crate::model::RuleId;
use crate::money::Currency;
use crate::plan::header::{FORMAT_VERSION, plan_id};
use crate::plan::{Header, Mode, Part, Plan, PolicyReference, Receivables, Tally, Totals};
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
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
    Planning::new(program, templates, snapshot, as_of, options).whole()
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

    /// The header as far as it is known before anything is planned: with nothing receivable and nothing to do in each
    /// currency of the data.
    #[must_use]
    pub fn header(&self) -> Header {
        let currencies: BTreeSet<Currency> = self.0.snapshot.invoices.currency.iter().copied().collect();
        let receivables = currencies.into_iter().map(Receivables::none).collect();
        self.0.header(receivables, Totals::default())
    }

    /// The whole plan.
    #[must_use]
    pub fn whole(&self) -> Plan {
        let mut whole = Part::default();
        let add = |part: Part| {
            whole.customers.extend(part.customers);
            whole.actions.extend(part.actions);
            whole.withheld.extend(part.withheld);
            whole.waiting.extend(part.waiting);
            Ok::<(), Infallible>(())
        };
        let Ok((header, problems)) = self.parts(|part| part, add);
        let Part { customers, actions, withheld, waiting } = whole;
        Plan { header, customers, actions, withheld, waiting, problems }
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
        let add = |(made, of_part, found): (T, Tally, Vec<Problem>)| {
            tally.join(&of_part);
            problems.extend(found);
            take(made)
        };
        if day.program.limits_by_day {
            // Customers stand against each other for what may go out on the day.
            in_parts(&day.whole(), |decided| day.part(decided.iter(), &make), add)?;
        } else {
            let customers: Vec<CustomerRow> = day.snapshot.customer_rows().collect();
            let decided = |row: &CustomerRow| day.decided(*row);
            in_parts(&customers, |rows| day.part(rows.iter().map(decided), &make), add)?;
        }
        problems.extend(day.unknown_keys());
        problems.extend(day.unknown_in_pilot());
        problems.sort();
        let totals = tally.totals(problems.len());
        Ok((day.header(tally.receivables(), totals), problems))
    }
}

/// Makes something of each few of a list, several at a time, and takes it in order.
fn in_parts<I: Sync, T: Send, E: Send>(
    all: &[I],
    make: impl Fn(&[I]) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut made: Vec<T> = Vec::new();
    for several in all.chunks(CUSTOMERS * AHEAD) {
        let (taken, next) = rayon::join(
            || made.drain(..).try_for_each(&mut take),
            || several.par_chunks(CUSTOMERS).map(&make).collect::<Vec<_>>(),
        );
        taken?;
        made = next;
    }
    made.into_iter().try_for_each(take)
}

/// The limits per day that a decision counts for: those of what goes out by itself.
fn counts_for(entry: &Entry) -> Vec<(RuleId, u32)> {
    match entry {
        Entry::Decision(decision) if decision.is_done() && decision.mode == Mode::Automatic => {
            daily_limits(&decision.group)
        }
        _ => Vec::new(),
    }
}

impl<'a> Day<'a> {
    /// The part of some customers, its sums and its problems.
    fn part<T>(
        &self,
        customers: impl Iterator<Item = impl Borrow<Decided<'a>>>,
        make: impl Fn(Part) -> T,
    ) -> (T, Tally, Vec<Problem>) {
        let (mut contribution, mut tally) = (Contribution::default(), Tally::default());
        customers.for_each(|decided| self.contribute(decided.borrow(), &mut contribution));
        let Contribution { actions, withheld, waiting, problems, receivables, customers } = contribution;
        receivables.iter().for_each(|sum| tally.add_receivables(sum));
        tally.add(&actions, withheld.len(), waiting.len());
        let part = Part { customers, actions, withheld, waiting };
        (make(part), tally, problems)
    }

    /// All customers, after what concerns them together.
    fn whole(&self) -> Vec<Decided<'a>> {
        let customers: Vec<_> = self.snapshot.customer_rows().collect();
        let mut all: Vec<Decided> = customers.into_par_iter().map(|row| self.decided(row)).collect();
        self.limit_per_day(&mut all.iter_mut().collect::<Vec<_>>());
        all
    }

    /// What is decided about one customer. The others are only looked at when a limit per day could set them against
    /// this one.
    pub(super) fn decided_among_all(&self, customer: CustomerRow) -> Decided<'a> {
        let own = self.decided(customer);
        if own.entries.iter().all(|entry| counts_for(entry).is_empty()) {
            return own;
        }
        self.whole().into_iter().find(|decided| decided.customer.row == customer).unwrap_or(own)
    }

    /// Limits per day on automatic messages: the most overdue first, then by customer and invoice (R19).
    pub(super) fn limit_per_day(&self, all: &mut [&mut Decided<'a>]) {
        let mut order = Vec::new();
        for (customer, decided) in all.iter().enumerate() {
            for (at, entry) in decided.entries.iter().enumerate() {
                let daily = counts_for(entry);
                if !daily.is_empty() {
                    order.push((self.urgency(decided, entry), customer, at, daily));
                }
            }
        }
        order.sort_by(|a, b| a.0.cmp(&b.0));
        let order: Vec<_> = order.into_iter().map(|(_, customer, at, daily)| (customer, at, daily)).collect();
        if order.is_empty() {
            return;
        }
        let sent = u32::try_from(self.sent_today()).unwrap_or(u32::MAX);
        let mut used: BTreeMap<RuleId, u32> = BTreeMap::new();
        for (customer, at, daily) in order {
            let full = |(rule, most): &&(RuleId, u32)| used.get(rule).copied().unwrap_or(sent) >= *most;
            let met: Vec<RuleId> = daily.iter().filter(full).map(|(rule, _)| *rule).collect();
            if met.is_empty() {
                daily.iter().for_each(|(rule, _)| *used.entry(*rule).or_insert(sent) += 1);
            } else if let Entry::Decision(decision) = &mut all[customer].entries[at] {
                let over = met.into_iter().map(|rule| Obstacle::of(rule, Why::LimitOfDay).until(self.today));
                decision.group.obstacles.extend(over);
            }
        }
    }

    /// What comes first of what may go out on a day.
    fn urgency(
        &self,
        decided: &Decided<'a>,
        entry: &Entry<'a>,
    ) -> (Reverse<Option<i64>>, CustomerRow, Option<InvoiceRow>, String) {
        let customer = &decided.customer;
        let overdue = match entry {
            Entry::Decision(decision) => {
                decision.invoices.first().map(|&at| customer.invoices[at].days_overdue)
            }
            Entry::Ready(_) => None,
        };
        let (invoice, step) = self.place_of(customer, entry);
        (Reverse(overdue), customer.row, invoice, step.into_owned())
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
            refused: self.refusal.as_ref().map(|refusal| self.obstacle_in_words(refusal)),
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

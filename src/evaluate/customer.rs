//! One customer on a day: from open invoices to actions, withheld steps and waiting invoices.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::candidate::{Bench, Candidate};
use super::combine::{Group, combine};
use super::condition::Truth;
use super::day::Day;
use super::decision::Decision;
use super::facts::{CustomerState, InvoiceState};
use super::ladder::{Climber, Present, earlier};
use super::limits::Written;
use super::obstacle::{Obstacle, Why};
use super::restrictions::{Scope, free_again};
use crate::calendar::add_days;
use crate::code::Code;
use crate::compile::{OfCustomer, Program, SegmentFacts};
use crate::model::{Catches, Channel, LadderId, RestrictionKind, RuleId, Segment, SegmentId};
use crate::money::{Currency, Money};
use crate::plan::{Action, Customer, Owed, Receivables, Waiting, Withheld};
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// A customer's day, decided.
pub(super) struct Decided<'a> {
    pub(super) customer: CustomerState<'a>,
    /// What is done and what is withheld, in the plan's order: invoice, then step.
    pub(super) entries: Vec<Entry<'a>>,
    /// Open invoices with nothing due, each with the day of its next step as far as is known.
    quiet: Vec<(usize, Option<NaiveDate>)>,
    /// Open invoices that no segment catches.
    unplaced: Vec<usize>,
}

/// Something to do or to withhold.
pub(super) enum Entry<'a> {
    /// By the policy.
    Decision(Box<Decision<'a>>),
    /// What dun does by itself, which nothing stands in the way of.
    Ready(Box<Action>),
}

impl<'a> Decided<'a> {
    /// What is done and withheld, without those who wait.
    pub(super) fn of(customer: CustomerState<'a>, entries: Vec<Entry<'a>>) -> Decided<'a> {
        Decided { customer, entries, quiet: Vec::new(), unplaced: Vec::new() }
    }
}

/// What some customers contribute to a plan.
#[derive(Default)]
pub(super) struct Contribution {
    pub(super) actions: Vec<Action>,
    pub(super) withheld: Vec<Withheld>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) problems: Vec<Problem>,
    pub(super) receivables: Vec<Receivables>,
    /// Those who owe anything, and what.
    pub(super) customers: Vec<Customer>,
}

/// The segment of an invoice.
pub(super) struct Placed {
    pub(super) segment: SegmentId,
    /// Whether time alone could have put it elsewhere.
    pub(super) may_move: bool,
}

/// An open invoice in its segment, with what restricts it.
pub(super) struct Site<'a> {
    /// The invoice, among the customer's.
    pub(super) at: usize,
    pub(super) placed: Placed,
    pub(super) scope: Scope<'a>,
}

impl<'a> Day<'a> {
    /// Decides what is due for a customer, limits per day apart.
    pub(super) fn decided(&self, row: CustomerRow) -> Decided<'a> {
        let customer = self.customer(row);
        let mut candidates = Vec::new();
        let sites = self.sites(&customer);
        let next = self.climb(&customer, &sites, &mut candidates);
        let mut acts = vec![false; customer.invoices.len()];
        candidates.iter().flat_map(Candidate::about).for_each(|&at| acts[at] = true);
        let (mut quiet, mut unplaced) = (Vec::new(), Vec::new());
        let mut placed = sites.iter().zip(next).peekable();
        for (at, _) in customer.invoices.iter().enumerate().filter(|(_, invoice)| invoice.is_open()) {
            match placed.next_if(|(site, _)| site.at == at) {
                Some((_, next)) if !acts[at] => quiet.push((at, next)),
                Some(_) => {}
                None => {
                    unplaced.push(at);
                    quiet.push((at, self.may_be_placed()));
                }
            }
        }
        let entries = self.entries(&customer, candidates);
        Decided { customer, entries, quiet, unplaced }
    }

    /// What is done and withheld, in the plan's order.
    pub(super) fn entries(
        &self,
        customer: &CustomerState<'a>,
        candidates: Vec<Candidate<'a>>,
    ) -> Vec<Entry<'a>> {
        let mut entries = self.decide(customer, candidates);
        entries.extend(self.clearing(customer).into_iter().map(|action| Entry::Ready(Box::new(action))));
        entries.sort_by(|a, b| self.place_of(customer, a).cmp(&self.place_of(customer, b)));
        entries
    }

    /// Where an entry stands among those of its customer: by invoice, then step. The rows of invoices stand in the order
    /// of their ids.
    pub(super) fn place_of<'e>(
        &self,
        customer: &CustomerState<'a>,
        entry: &'e Entry<'a>,
    ) -> (Option<InvoiceRow>, Cow<'e, str>) {
        match entry {
            Entry::Decision(decision) => {
                let lead = decision.invoices.first().map(|&at| customer.invoices[at].row);
                (lead, decision.lead().step())
            }
            Entry::Ready(action) => {
                let lead = action.invoices.first();
                let row = lead.and_then(|invoice| self.snapshot.invoice_with(customer.row, &invoice.id));
                (row, Cow::Borrowed(action.step.as_str()))
            }
        }
    }

    /// Adds what is decided, as the plan tells it.
    pub(super) fn contribute(&self, decided: &Decided<'a>, contribution: &mut Contribution) {
        let Decided { customer, entries, quiet, unplaced } = decided;
        contribution.customers.extend(self.owing(customer));
        let open = customer.invoices.iter().filter(|invoice| invoice.is_open());
        open.for_each(|invoice| contribution.count(invoice));
        for entry in entries {
            match entry {
                Entry::Ready(action) => contribution.actions.push(Action::clone(action)),
                Entry::Decision(decision) if decision.is_done() => {
                    contribution.actions.push(self.action(customer, decision));
                }
                Entry::Decision(decision) => contribution.withheld.push(self.withheld(customer, decision)),
            }
        }
        contribution.waiting.extend(quiet.iter().map(|&(at, next)| self.waiting(customer, at, next)));
        contribution.problems.extend(unplaced.iter().map(|&at| self.unplaced(&customer.invoices[at])));
    }

    /// Adds what is due in all ladders and carve-outs; when each site's ladders could go on otherwise.
    pub(super) fn climb(
        &self,
        customer: &CustomerState<'a>,
        sites: &[Site<'a>],
        candidates: &mut Vec<Candidate<'a>>,
    ) -> Vec<Option<NaiveDate>> {
        let mut next: Vec<Option<NaiveDate>> =
            sites.iter().map(|site| self.candidates(customer, site, candidates)).collect();
        let first = candidates.len();
        for account in self.accounts(customer, sites) {
            for (site, of_account) in account.climb(candidates) {
                next[site] = earlier(next[site], of_account);
            }
        }
        done_once(candidates, first);
        self.share_interest(candidates);
        for candidate in candidates.iter_mut() {
            // Another ladder of the invoice may go on before this one does.
            let own =
                candidate.about().iter().filter_map(|at| sites.binary_search_by_key(at, |site| site.at).ok());
            let soonest = own.fold(None, |soonest, site| earlier(soonest, next[site]));
            candidate.next = earlier(candidate.next, soonest);
            candidate.goes_on = earlier(candidate.goes_on, soonest);
        }
        next
    }

    /// What the customer owes, by currency; nobody when nothing is open.
    fn owing(&self, customer: &CustomerState<'a>) -> Option<Customer> {
        let mut owed: BTreeMap<Currency, Owed> = BTreeMap::new();
        for invoice in customer.invoices.iter().filter(|invoice| invoice.is_open()) {
            let Money { minor, currency } = invoice.balance;
            owed.entry(currency).or_insert_with(|| Owed::none(currency)).add(minor, invoice.days_overdue);
        }
        (!owed.is_empty()).then(|| Customer {
            id: self.snapshot.customer_id(customer.row).to_owned(),
            name: self.customer_name(customer),
            receivables: owed.into_values().collect(),
        })
    }

    pub(super) fn customer_name(&self, customer: &CustomerState<'a>) -> Option<String> {
        let name = self.snapshot.customers.name.get(customer.row.index());
        name.map(|name| self.snapshot.text(name).to_owned())
    }

    /// The first segment that matches; one whose condition is unknown does not (R4). `tried` is told of each.
    pub(super) fn place(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
        mut tried: impl FnMut(SegmentId, Truth),
    ) -> Option<Placed> {
        let segments = || self.program.policy.segments.iter().zip(&self.program.segments);
        let truth = |segment: &Segment| match &segment.catches {
            Catches::Everything => Truth::Yes,
            Catches::When(condition) => self.truth(condition, customer, invoice),
        };
        // What is asked about the customer is answered once for all invoices and segments.
        let known = customer.segments.get_or_init(|| {
            let asked = self.program.customer_conditions.iter();
            let answers: Vec<Truth> = asked.map(|asked| self.truth(asked, customer, invoice)).collect();
            let answer = |facts: &SegmentFacts| match &facts.of_customer {
                OfCustomer::Whole(at) => Some(answers[*at]),
                OfCustomer::Parts(parts) => {
                    parts.iter().any(|&part| answers[part] == Truth::No).then_some(Truth::No)
                }
            };
            self.program.segments.iter().map(answer).collect()
        });
        let mut may_move = false;
        for ((at, (segment, facts)), known) in segments().enumerate().zip(known) {
            may_move |= facts.changes_with_time;
            let truth = known.unwrap_or_else(|| truth(segment));
            tried(SegmentId(at), truth);
            if truth == Truth::Yes {
                return Some(Placed { segment: SegmentId(at), may_move });
            }
        }
        None
    }

    /// Tomorrow, where time alone may put an invoice into a segment.
    pub(super) fn may_be_placed(&self) -> Option<NaiveDate> {
        let may_catch = self.program.segments.iter().any(|segment| segment.changes_with_time);
        may_catch.then(|| add_days(self.today, 1))
    }

    fn unplaced(&self, invoice: &InvoiceState) -> Problem {
        let message = "no segment catches the invoice: add `segment NAME otherwise:` to the policy, or the missing value to the data";
        Problem {
            customer: Some(
                self.snapshot.customer_id(self.snapshot.invoices.customer[invoice.row.index()]).to_owned(),
            ),
            invoice: Some(self.snapshot.invoice_id(invoice.row).to_owned()),
            code: Code::UnplacedInvoice,
            message: message.to_owned(),
            place: None,
            blocks: true,
        }
    }

    /// The open invoices that a segment catches.
    pub(super) fn sites(&self, customer: &CustomerState<'a>) -> Vec<Site<'a>> {
        let open = || customer.invoices.iter().enumerate().filter(|(_, invoice)| invoice.is_open());
        let mut sites = Vec::with_capacity(open().count());
        sites.extend(open().filter_map(|(at, invoice)| {
            let placed = self.place(customer, invoice, |_, _| {})?;
            let scope = self.scope(placed.segment, customer, invoice);
            Some(Site { at, placed, scope })
        }));
        sites
    }

    /// Adds the steps of an invoice that are due, but for ladders per customer; says when the next is otherwise.
    fn candidates(
        &self,
        customer: &CustomerState<'a>,
        site: &Site<'a>,
        candidates: &mut Vec<Candidate<'a>>,
    ) -> Option<NaiveDate> {
        let Site { at, placed, scope } = site;
        let at = *at;
        let invoice = &customer.invoices[at];
        let calendar = self.calendar(customer, invoice);
        let segment = placed.segment;
        let bench = Bench { day: self, customer, at, scope, calendar, segment, together: None };
        let present = self.present_keys(placed.segment);
        let free_from = free_again(&scope.holds, add_days(self.today, 1));
        let mut next: Option<NaiveDate> = None;
        let first = candidates.len();
        let ladders = self.program.ladders_of(placed.segment).iter();
        for &id in ladders.filter(|&&id| !self.program.is_per_customer(id)) {
            let climber = Climber {
                day: self,
                id,
                customer,
                invoice,
                rows: invoice.rows,
                calendar,
                rolling: self.rolling(Some(id), calendar),
                scope,
                free_from,
                present,
            };
            let climb = climber.climb();
            next = earlier(next, climb.next);
            let judged = bench.of_ladder(climb.due, &candidates[first..]);
            candidates.extend(judged);
        }
        done_once(candidates, first);
        candidates.extend(bench.carve_out_steps().into_iter().filter_map(|due| bench.candidate(due)));
        // An invoice that time alone may move to another segment is looked at again as soon as it can act.
        if placed.may_move { earlier(next, free_from) } else { next }
    }

    /// The steps of a segment's ladders.
    pub(super) fn present_keys(&self, segment: SegmentId) -> &[Present] {
        &self.present[segment.0]
    }

    /// The steps of some ladders, each with the repetitions that it can have.
    pub(super) fn present_in(program: &Program, ladders: &[LadderId]) -> Vec<Present> {
        let mut present = Vec::new();
        for id in ladders {
            let rungs = program.policy.ladders[id.0].rungs.iter();
            for (rung, keys) in rungs.zip(&program.ladders[id.0].keys) {
                let (first, last) =
                    rung.repeat.map_or((0, 0), |repeat| (1, repeat.times.unwrap_or(u32::MAX)));
                present.extend(keys.iter().map(|&key| Present { key, first, last }));
            }
        }
        present
    }

    pub(super) fn waiting(
        &self,
        customer: &CustomerState<'a>,
        at: usize,
        next: Option<NaiveDate>,
    ) -> Waiting {
        let invoice = &customer.invoices[at];
        Waiting {
            customer: self.snapshot.customer_id(customer.row).to_owned(),
            invoice: self.snapshot.invoice_id(invoice.row).to_owned(),
            balance: invoice.balance,
            currency: invoice.balance.currency,
            due_date: invoice.due,
            days_overdue: invoice.days_overdue,
            stage: invoice.stage,
            since: invoice.since,
            owner: self.looked_after_by(customer, invoice),
            next,
        }
    }

    /// Who looks after an invoice: an address, or the role it was handed to.
    pub(super) fn looked_after_by(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<String> {
        match &invoice.handed_to {
            Some(handed) => Some(handed.role.to_string()),
            None => self.owner(customer, invoice).map(|person| person.address.to_owned()),
        }
    }

    /// Combines, limits and writes.
    fn decide(&self, customer: &CustomerState<'a>, candidates: Vec<Candidate<'a>>) -> Vec<Entry<'a>> {
        if candidates.is_empty() {
            return Vec::new();
        }
        let alone = self.program.policy.settings.one_message_per_invoice;
        let groups = combine(candidates, customer, alone);
        let has_message = groups.iter().any(|group| group.is_free() && group.channel().is_some());
        let written = if has_message { Some(self.written(customer)) } else { None };
        let mut taken: Vec<Channel> = written.as_ref().map_or(Vec::new(), |written| written.today.clone());
        let mut entries: Vec<Entry> = Vec::with_capacity(groups.len());
        let mut told: Vec<Action> = Vec::new();
        for mut group in groups {
            if group.is_free() && (group.channel().is_some() || group.lead().act.is_charge()) {
                let found = self.allocate_first(customer, &group);
                if let Some((obstacle, credit)) = found {
                    let notice = self.notify_of_credit(customer, &group, credit);
                    told.extend(notice.filter(|notice| !told.iter().any(|known| known.key == notice.key)));
                    group.obstacles.push(obstacle);
                }
            }
            if let (Some(channel), Some(written), true) = (group.channel(), &written, group.is_free()) {
                self.limit(customer, &mut group, channel, written, &taken);
            }
            let mut decision = self.decision(customer, group);
            decision.next = self.next_of(&decision.group);
            taken.extend(decision.group.channel().filter(|_| decision.is_done()));
            entries.push(Entry::Decision(Box::new(decision)));
        }
        entries.extend(told.into_iter().map(|action| Entry::Ready(Box::new(action))));
        entries
    }

    /// What keeps a message that is free by itself from going out today (R18, R19).
    fn limit(
        &self,
        customer: &CustomerState<'a>,
        group: &mut Group<'a>,
        channel: Channel,
        written: &Written,
        taken: &[Channel],
    ) {
        let calendar = self.calendar(customer, &customer.invoices[group.lead().invoice]);
        let calendar = self.rolling(group.lead().origin.ladder(), calendar);
        group.obstacles.extend(self.customer_limits(group, written, calendar));
        if taken.contains(&channel) && !self.program.policy.settings.one_message_per_invoice {
            group.obstacles.push(Obstacle::built_in(Why::OneADay(channel)).until(self.today));
        }
    }

    /// When the ladder of a group's lead could go on without the group being carried out today.
    fn next_of(&self, group: &Group<'a>) -> Option<NaiveDate> {
        let free = free_again(&group.obstacles, add_days(self.today, 1));
        let next = group.members.iter().map(|member| {
            // What a single step knows of its end comes first: its ladder may have passed it.
            let alone = member.blocked_alone || member.last_chance;
            if alone { member.next } else { earlier(free, member.goes_on) }
        });
        next.reduce(earlier).flatten()
    }
}

/// Two ladders may hold one and the same step about the same invoices: it is done once.
fn done_once(candidates: &mut Vec<Candidate>, first: usize) {
    if candidates.len() < first + 2 {
        return;
    }
    let mut kept: Vec<Candidate> = Vec::with_capacity(candidates.len() - first);
    for candidate in candidates.drain(first..) {
        let same = |own: &&mut Candidate| own.is_same(&candidate);
        match kept.iter_mut().find(same) {
            // What stands in for it tomorrow, if the other one stays away, may be the first to go on.
            Some(own) if candidate.blocked_alone || own.last_chance => {
                own.next = earlier(own.next, candidate.next);
                own.goes_on = earlier(own.goes_on, candidate.goes_on);
            }
            Some(_) => {}
            None => kept.push(candidate),
        }
    }
    candidates.append(&mut kept);
}

/// The limits per day that a message counts for.
pub(super) fn daily_limits(group: &Group) -> Vec<(RuleId, u32)> {
    let limits = group.limits().into_iter().filter_map(|(rule, kind)| match kind {
        RestrictionKind::SendAtMost(most) => Some((rule, *most)),
        _ => None,
    });
    if group.channel().is_some() { limits.collect() } else { Vec::new() }
}

impl Contribution {
    pub(super) fn count(&mut self, invoice: &InvoiceState) {
        let currency = invoice.balance.currency;
        let at = self.receivables.iter().position(|sum| sum.currency == currency).unwrap_or_else(|| {
            self.receivables.push(Receivables::none(currency));
            self.receivables.len() - 1
        });
        self.receivables[at].add(invoice.balance.minor, invoice.days_overdue);
    }
}

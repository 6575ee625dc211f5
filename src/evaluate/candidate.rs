//! A step that is due: what it would do, who acts and approves, and what stands in its way (R15).

use std::borrow::Cow;

use chrono::NaiveDate;

use super::addresses::{Destination, Holder};
use super::combine::Hours;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::history::Status;
use super::ladder::{DueStep, earlier};
use super::obstacle::{Obstacle, Why};
use super::restrictions::{Asked, Scope, free_again};
use crate::calendar::{Calendar, add_days};
use crate::model::{Act, LadderId, Restriction, RestrictionKind, RoleId, RuleId, SegmentId, Step};
use crate::plan::Kind;
use crate::snapshot::ledger::{LedgerRow, Outcome};
use crate::template::Choice;

/// Where a candidate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A rung of a ladder.
    Ladder(LadderId),
    /// A carve-out.
    CarveOut(usize),
}

impl Origin {
    pub(super) fn ladder(self) -> Option<LadderId> {
        if let Origin::Ladder(ladder) = self { Some(ladder) } else { None }
    }
}

/// A step that is due on an invoice.
pub(crate) struct Candidate<'a> {
    /// The invoice, among the customer's; for a ladder per customer the one that it is anchored on.
    pub(crate) invoice: usize,
    /// For a ladder per customer: the invoices that it is about, and the first day of the episode.
    together: Option<(Vec<usize>, NaiveDate)>,
    pub(super) origin: Origin,
    pub(super) rule: RuleId,
    pub(super) step_line: &'a Step,
    pub(super) act: &'a Act,
    /// Which time of a repeated step, 0 for one that does not repeat.
    pub(super) repetition: u32,
    /// The day of the dispute or promise that it belongs to, where one begins anew with each.
    pub(super) event: Option<NaiveDate>,
    pub(super) nominal: NaiveDate,
    pub(super) segment: SegmentId,
    pub(crate) destination: Option<Destination<'a>>,
    pub(super) template: Option<Choice<'a>>,
    /// What it books.
    pub(super) charge: Option<Box<crate::plan::Charge>>,
    pub(super) actor: Option<Holder<'a>>,
    pub(super) by_hand: bool,
    /// Each once, in order.
    pub(super) approvers: Vec<Asking<'a>>,
    /// The hours in which it may go out; none at all when the first is not before the second.
    pub(super) window: Option<Hours>,
    pub(super) limits: Vec<&'a Restriction>,
    pub(super) obstacles: Vec<Obstacle<'a>>,
    /// Whether something stood in its way before it was combined and limited.
    pub(super) blocked_alone: bool,
    /// Whether it is done today or never.
    pub(super) last_chance: bool,
    pub(super) next: Option<NaiveDate>,
    /// The day of the ladder's next rung, where it goes on although this step is not done.
    pub(super) goes_on: Option<NaiveDate>,
}

/// Someone who must approve, and the rule that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asking<'a> {
    pub(super) who: Holder<'a>,
    pub(super) rule: RuleId,
}

impl Candidate<'_> {
    /// The invoices that it is about, the one that it is anchored on first.
    pub(super) fn about(&self) -> &[usize] {
        self.together.as_ref().map_or(std::slice::from_ref(&self.invoice), |(about, _)| about)
    }

    /// The first day of the episode, for a ladder per customer.
    pub(crate) fn episode(&self) -> Option<NaiveDate> {
        self.together.as_ref().map(|&(_, since)| since)
    }

    /// The step key, with its occurrence, as the ledger names it.
    pub(super) fn step(&self) -> Cow<'_, str> {
        named(&self.step_line.key, self.repetition)
    }

    /// Whether another one is the same step of the same invoices.
    pub(super) fn is_same(&self, other: &Candidate) -> bool {
        (self.repetition, self.event, self.episode()) == (other.repetition, other.event, other.episode())
            && self.about() == other.about()
            && self.step_line.key == other.step_line.key
    }

    pub(super) fn is_message(&self) -> bool {
        self.act.is_message()
    }

    pub(super) fn kind(&self) -> Kind {
        kind(self.act)
    }
}

/// What kind of action an act is.
pub(super) fn kind(act: &Act) -> Kind {
    use crate::model::Channel;
    match act {
        Act::Message { channel: Channel::Email, .. } => Kind::Email,
        Act::Message { channel: Channel::Sms, .. } => Kind::Sms,
        Act::Message { .. } => Kind::Letter,
        Act::Call { .. } => Kind::Call,
        Act::Notify { .. } => Kind::Notify,
        Act::Task { .. } => Kind::Task,
        Act::HandOff { .. } => Kind::HandOff,
        Act::Escalate { .. } => Kind::Escalate,
        Act::Flag { .. } => Kind::Flag,
        Act::Charge(_) => Kind::Charge,
    }
}

/// One invoice of a customer, with what restricts it.
pub(super) struct Bench<'d, 'a> {
    pub(super) day: &'d Day<'a>,
    pub(super) customer: &'d CustomerState<'a>,
    pub(super) at: usize,
    pub(super) scope: &'d Scope<'a>,
    pub(super) calendar: &'d Calendar,
    pub(super) segment: SegmentId,
    /// The other invoices of a ladder per customer.
    pub(super) together: Option<Together<'d>>,
}

/// The invoices that climb a ladder per customer together (R14).
pub(super) struct Together<'d> {
    /// All that the ladder sees: their restrictions count.
    pub(super) seen: Vec<usize>,
    /// Those that are overdue, which its steps are about.
    pub(super) about: Vec<usize>,
    /// The ledger rows of the episode.
    pub(super) rows: &'d [LedgerRow],
    /// The first day of the episode.
    pub(super) episode: NaiveDate,
}

/// A step as it is due, from a ladder or a carve-out.
pub(super) struct Due<'a> {
    pub(super) origin: Origin,
    pub(super) step: &'a Step,
    /// Which time of a repeated step, 0 for one that does not repeat.
    pub(super) repetition: u32,
    pub(super) nominal: NaiveDate,
    pub(super) status: Status,
    /// The day of the dispute or promise that it belongs to, where one begins anew with each.
    pub(super) event: Option<NaiveDate>,
    /// The day of the ladder's next rung, where it goes on although this step is not done.
    pub(super) goes_on: Option<NaiveDate>,
    /// Whether it is done today or never.
    pub(super) last_chance: bool,
}

impl<'a> From<DueStep<'a>> for Due<'a> {
    fn from(due: DueStep<'a>) -> Due<'a> {
        Due {
            origin: Origin::Ladder(due.ladder),
            step: due.step,
            repetition: due.rung.occurrence,
            nominal: due.rung.nominal,
            status: due.status,
            event: None,
            goes_on: due.goes_on,
            last_chance: due.last_chance,
        }
    }
}

impl<'a> Bench<'_, 'a> {
    pub(super) fn invoice(&self) -> &InvoiceState<'a> {
        &self.customer.invoices[self.at]
    }

    /// Judges what a ladder has due. What stands below a rung that is withheld does not come without it (R11), nor where
    /// its step is one that another ladder has brought `before` and that is withheld there.
    pub(super) fn of_ladder(&self, due: Vec<DueStep<'a>>, before: &[Candidate]) -> Vec<Candidate<'a>> {
        if due.iter().all(|due| !due.with_top) {
            return due.into_iter().filter_map(|due| self.candidate(Due::from(due))).collect();
        }
        let (with_top, others): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| due.with_top);
        let top = others.iter().map(|due| (due.rung.nominal, due.rung.rung)).max();
        let is_top: Vec<bool> =
            others.iter().map(|due| Some((due.rung.nominal, due.rung.rung)) == top).collect();
        let judged: Vec<Option<Candidate>> =
            others.into_iter().map(|due| self.candidate(Due::from(due))).collect();
        let mut of_top = judged.iter().zip(is_top).filter(|(_, is_top)| *is_top);
        let is_withheld = |own: &Candidate| {
            let first = before.iter().find(|known| known.is_same(own));
            own.blocked_alone || first.is_some_and(|first| first.blocked_alone)
        };
        let acts = of_top.any(|(judged, _)| judged.as_ref().is_some_and(|judged| !is_withheld(judged)));
        let with_top = with_top.into_iter().filter(|_| acts);
        let with_top = with_top.filter_map(|due| self.candidate(Due::from(due)));
        judged.into_iter().flatten().chain(with_top).collect()
    }

    /// Judges a due step.
    pub(super) fn candidate(&self, due: Due<'a>) -> Option<Candidate<'a>> {
        let first = due.step.acts.first()?;
        let ladder = due.origin.ladder();
        let (act, destination) = self.reachable(due.step).unwrap_or((first, None));
        let mut obstacles = self.obstacles(&due, first, act);
        let template = self.template(act, destination.as_ref(), &mut obstacles);
        if act.is_message() && destination.is_none() {
            obstacles.push(self.no_address(act, due.step.rule));
        }
        let (actor, by_hand) = self.actor(ladder, act, due.step.rule, &mut obstacles);
        let approvers = self.approvers(&due, act, &mut obstacles);
        let window = self.scope.window(ladder).filter(|_| act.is_message());
        obstacles.extend(no_hours(window, due.step.rule));
        let charge = match act {
            Act::Charge(charge) => self.charge(charge, &due).map_err(|why| obstacles.push(why)).ok(),
            _ => None,
        };
        Some(Candidate {
            invoice: self.at,
            together: self.together.as_ref().map(|together| (together.about.clone(), together.episode)),
            origin: due.origin,
            rule: due.step.rule,
            step_line: due.step,
            act,
            repetition: due.repetition,
            event: due.event,
            nominal: due.nominal,
            segment: self.segment,
            destination,
            template,
            charge: charge.map(Box::new),
            actor,
            by_hand,
            approvers,
            window,
            limits: if act.is_message() { self.limits(ladder) } else { Vec::new() },
            next: self.next(act, &obstacles, &due),
            goes_on: due.goes_on,
            last_chance: due.last_chance,
            blocked_alone: !obstacles.is_empty(),
            obstacles,
        })
    }

    /// The first of a step's acts that reaches someone; acts that are no message always do.
    fn reachable(&self, step: &'a Step) -> Option<(&'a Act, Option<Destination<'a>>)> {
        step.acts.iter().find_map(|act| {
            if !act.is_message() {
                return Some((act, None));
            }
            let destination = self.day.destination(act, self.customer, self.invoice())?;
            Some((act, Some(destination)))
        })
    }

    /// Everything that stands in the way before addresses and templates, the gravest first.
    fn obstacles(&self, due: &Due<'a>, first: &Act, act: &Act) -> Vec<Obstacle<'a>> {
        let (day, ladder) = (self.day, due.origin.ladder());
        let mut obstacles = Vec::new();
        if act.concerns_customer() {
            obstacles.extend(day.refusal.clone());
            obstacles.extend(self.problem());
            let unknown = self.unknown_outcome();
            obstacles.extend(unknown.map(|row| Obstacle::built_in(Why::UnknownOutcome(Some(row)))));
        }
        obstacles.extend(self.scope.forbidden(day, ladder, act));
        if !std::ptr::eq(first, act) {
            // A fallback never passes a restriction on what it stands in for.
            let known: Vec<_> = obstacles.clone();
            obstacles.extend(
                self.scope.forbidden(day, ladder, first).into_iter().filter(|own| !known.contains(own)),
            );
        }
        obstacles.extend(self.scope.held(ladder, act).iter().cloned());
        obstacles.extend(match due.status {
            Status::FailedToday => {
                let until = self.until_tomorrow(act, self.day.rolling(ladder, self.calendar));
                Some(Obstacle::built_in(Why::FailedToday).until(until))
            }
            Status::Pending(since) => Some(Obstacle::of(due.step.rule, Why::NotDone(since))),
            Status::Unknown if !act.concerns_customer() => {
                Some(Obstacle::built_in(Why::UnknownOutcome(None)))
            }
            _ => None,
        });
        obstacles
    }

    /// The last day before an action may be tried again: contacts wait for an open day.
    fn until_tomorrow(&self, act: &Act, rolling: &Calendar) -> Option<NaiveDate> {
        let tomorrow = add_days(self.day.today, 1);
        let again = if act.contact().is_some() { rolling.open_on_or_after(tomorrow) } else { tomorrow };
        Some(add_days(again, -1))
    }

    /// The problem of the invoice or its customer that withholds contacts (R5).
    fn problem(&self) -> Option<Obstacle<'a>> {
        let of_invoices =
            self.seen().iter().find_map(|&at| self.day.invoice_problem(self.customer.invoices[at].row));
        let found = of_invoices.or_else(|| self.day.customer_problem(self.customer.row));
        found.map(|problem| Obstacle::built_in(Why::Problem(problem)))
    }

    /// The invoice, or all that a ladder per customer sees.
    fn seen(&self) -> &[usize] {
        self.together.as_ref().map_or(std::slice::from_ref(&self.at), |together| &together.seen)
    }

    /// A step whose outcome nobody knows: it blocks the contacts of its invoice, or of the ladder (R9).
    fn unknown_outcome(&self) -> Option<&'a str> {
        let own = self.seen().iter().find_map(|&at| self.unknown_among(self.customer.invoices[at].rows));
        let of_episode = || self.together.as_ref().and_then(|together| self.unknown_among(together.rows));
        own.or_else(of_episode).or_else(|| self.day.unknown_of_customer(self.customer.row))
    }

    fn unknown_among(&self, rows: &[LedgerRow]) -> Option<&'a str> {
        let unknown = rows.iter().filter(|row| row.outcome == Outcome::Unknown);
        let mut unsettled = unknown.filter(|row| {
            let same = rows.iter().filter(|other| self.day.history.is_same(other, row));
            super::history::status(same, self.day.today) == Status::Unknown
        });
        unsettled.next().map(|row| self.day.snapshot.text(row.step))
    }

    fn no_address(&self, act: &Act, rule: RuleId) -> Obstacle<'a> {
        let channel = act.contact();
        let bounced = channel.is_some_and(|channel| self.day.bounced_somewhere(self.customer, channel));
        Obstacle::of(rule, if bounced { Why::Bounced } else { Why::NoAddress(channel) })
    }

    /// The template in the recipient's language (R21).
    fn template(
        &self,
        act: &'a Act,
        destination: Option<&Destination<'a>>,
        obstacles: &mut Vec<Obstacle<'a>>,
    ) -> Option<Choice<'a>> {
        let name = act.template()?;
        let language = destination.and_then(|destination| destination.language);
        let choice = self.day.templates.choose(name, language);
        if choice.is_none() {
            obstacles.push(Obstacle::built_in(Why::NoTemplate { name, language }));
        }
        choice
    }

    /// Who acts: a person for calls, tasks and hand-offs and for messages by hand, else the program.
    fn actor(
        &self,
        ladder: Option<LadderId>,
        act: &Act,
        rule: RuleId,
        obstacles: &mut Vec<Obstacle<'a>>,
    ) -> (Option<Holder<'a>>, bool) {
        let role = match act {
            Act::Call { by: role, .. } | Act::Notify { role, .. } | Act::Task { role, .. } => Some(*role),
            Act::HandOff { role } | Act::Escalate { role } => Some(*role),
            Act::Message { .. } | Act::Flag { .. } | Act::Charge(_) => None,
        };
        let by_person = matches!(act, Act::Call { .. } | Act::Task { .. } | Act::HandOff { .. });
        if let Some(role) = role {
            let person = self.day.person(role, self.customer, self.invoice());
            if person.is_none() {
                obstacles.push(Obstacle::of(rule, Why::Nobody(Some(role))));
            }
            return (person, by_person);
        }
        match self.scope.by_hand(ladder).filter(|_| act.is_message()) {
            None => (None, false),
            Some(role) => {
                let person = self.resolve(role);
                if person.is_none() {
                    obstacles.push(Obstacle::of(rule, Why::Nobody(role)));
                }
                (person, true)
            }
        }
    }

    fn resolve(&self, role: Option<RoleId>) -> Option<Holder<'a>> {
        match role {
            Some(role) => self.day.person(role, self.customer, self.invoice()),
            None => self.day.owner(self.customer, self.invoice()),
        }
    }

    /// Everyone who must approve: all of them (R15).
    fn approvers(&self, due: &Due<'a>, act: &Act, obstacles: &mut Vec<Obstacle<'a>>) -> Vec<Asking<'a>> {
        let ladder = due.origin.ladder();
        let mut asked = self.scope.approvals(self.day, ladder, self.invoice(), due.step, act, self.calendar);
        if act.is_charge() {
            // A charge waits for the fallback, whoever else is asked.
            match self.day.program.policy.settings.fallback {
                Some(role) => asked.push(Asked { by: Some(role), rule: None }),
                None => obstacles.push(Obstacle::of(due.step.rule, Why::NobodyApproves)),
            }
        }
        if act.is_message() {
            let escalated = self.seen().iter().flat_map(|&at| self.customer.invoices[at].escalated_to());
            asked.extend(
                escalated.map(|role| Asked { by: self.day.program.policy.role_named(role), rule: None }),
            );
            if let Some(rule) = self.scope.never_auto_send(ladder).filter(|_| asked.is_empty()) {
                asked.push(Asked { by: None, rule: Some(rule) });
            }
        }
        let mut approvers: Vec<Asking> = Vec::new();
        for one in asked {
            let rule = one.rule.unwrap_or(due.step.rule);
            match self.resolve(one.by) {
                None => obstacles.push(Obstacle::of(rule, Why::Nobody(one.by))),
                Some(who) if approvers.iter().any(|known| known.who == who) => {}
                Some(who) => approvers.push(Asking { who, rule }),
            }
        }
        approvers.sort();
        approvers
    }

    fn limits(&self, ladder: Option<LadderId>) -> Vec<&'a Restriction> {
        let limits = self.scope.limits(ladder);
        limits.filter(|limit| !matches!(limit.kind, RestrictionKind::DataNoOlder(_))).collect()
    }

    /// The first day on which the ladder could go on: with this step after the known ends of what blocks it,
    /// or without it (R23).
    fn next(&self, act: &Act, obstacles: &[Obstacle<'a>], due: &Due) -> Option<NaiveDate> {
        if due.last_chance {
            return due.goes_on;
        }
        // Interest through a day to come grows until then.
        let grows = |own: &&Obstacle| own.why == Why::NothingToCharge && due.nominal > self.day.today;
        let lasting = obstacles.iter().filter(|own| !grows(own));
        let free = free_again(lasting, add_days(self.day.today, 1));
        let rolling = self.day.rolling(due.origin.ladder(), self.calendar);
        let rolled = |day| if act.contact().is_some() { rolling.open_on_or_after(day) } else { day };
        earlier(free.map(rolled), due.goes_on)
    }
}

/// The key of a step at one of its times.
pub(super) fn named(key: &str, repetition: u32) -> Cow<'_, str> {
    match repetition {
        0 => Cow::Borrowed(key),
        nth => Cow::Owned(format!("{key} #{nth}")),
    }
}

/// What keeps a message back that may go out at no hour.
fn no_hours<'a>(window: Option<Hours>, rule: RuleId) -> Option<Obstacle<'a>> {
    let hours = window.filter(|(from, to)| from >= to)?;
    Some(Obstacle::of(rule, Why::NoHours(hours)))
}

//! A step that is due: what it would do, who acts and approves, and what stands in its way (R15).

use std::sync::Arc;

use chrono::NaiveDate;

use super::actions::hour;
use super::addresses::Destination;
use super::combine::Hours;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Promised};
use super::history::Status;
use super::ladder::{DueStep, earlier};
use super::restrictions::{Asked, Scope, free_again};
use super::sentences;
use crate::calendar::{Calendar, add_days};
use crate::model::{Act, Anchor, LadderId, Restriction, RestrictionKind, RoleId, RuleId, Step};
use crate::money::Currency;
use crate::plan::digest::Hasher;
use crate::plan::{Approver, Blocker, Kind, Person};
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
pub(super) struct Candidate<'a> {
    /// The invoice, among the customer's; for a ladder per customer the one that it is anchored on.
    pub(super) invoice: usize,
    /// The invoices that it is about, that one first.
    pub(super) about: Vec<usize>,
    /// The first day of the episode, for a ladder per customer.
    pub(super) episode: Option<NaiveDate>,
    pub(super) origin: Origin,
    pub(super) rule: RuleId,
    pub(super) step_line: &'a Step,
    pub(super) act: &'a Act,
    /// The step key, with its occurrence, for the ledger.
    pub(super) step: String,
    pub(super) rung: String,
    pub(super) nominal: NaiveDate,
    /// A hash of customer, invoice, step key and occurrence.
    pub(super) key: String,
    pub(super) segment: Arc<str>,
    pub(super) destination: Option<Destination<'a>>,
    pub(super) template: Option<Choice>,
    /// What it books.
    pub(super) charge: Option<crate::plan::Charge>,
    pub(super) actor: Option<Person>,
    pub(super) by_hand: bool,
    pub(super) approvers: Vec<Approver>,
    /// The hours in which it may go out; none at all when the first is not before the second.
    pub(super) window: Option<Hours>,
    pub(super) limits: Vec<&'a Restriction>,
    pub(super) blockers: Vec<Blocker>,
    /// Whether something stood in its way before it was combined and limited.
    pub(super) blocked_alone: bool,
    /// Whether it is done today or never.
    pub(super) last_chance: bool,
    pub(super) next: Option<NaiveDate>,
    /// The day of the ladder's next rung, where it goes on although this step is not done.
    pub(super) goes_on: Option<NaiveDate>,
    pub(super) sentence: String,
}

impl Candidate<'_> {
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
    pub(super) segment: Arc<str>,
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
    pub(super) currency: Currency,
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
    /// Which dispute or promise, where one begins anew with each.
    pub(super) event: String,
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
            event: String::new(),
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
        let (with_top, others): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| due.with_top);
        let top = others.iter().map(|due| (due.rung.nominal, due.rung.rung)).max();
        let is_top: Vec<bool> =
            others.iter().map(|due| Some((due.rung.nominal, due.rung.rung)) == top).collect();
        let judged: Vec<Option<Candidate>> =
            others.into_iter().map(|due| self.candidate(Due::from(due))).collect();
        let mut of_top = judged.iter().zip(is_top).filter(|(_, is_top)| *is_top);
        let is_withheld = |own: &Candidate| {
            let first = before.iter().find(|known| known.key == own.key && known.about == own.about);
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
        let mut blockers = self.blockers(&due, first, act);
        let template = self.template(act, destination.as_ref(), &mut blockers);
        if act.is_message() && destination.is_none() {
            blockers.push(self.no_address(act, due.step.rule));
        }
        let (actor, by_hand) = self.actor(ladder, act, due.step.rule, &mut blockers);
        let approvers = self.approvers(&due, act, &mut blockers);
        let window = self.scope.window(ladder).filter(|_| act.is_message());
        blockers.extend(self.no_hours(window, due.step.rule));
        let charge = match act {
            Act::Charge(charge) => self.charge(charge, &due).map_err(|why| blockers.push(why)).ok(),
            _ => None,
        };
        let step = match due.repetition {
            0 => due.step.key.clone(),
            nth => format!("{} #{nth}", due.step.key),
        };
        let key = self.key(&step, &due.event);
        Some(Candidate {
            invoice: self.at,
            episode: self.together.as_ref().map(|together| together.episode),
            about: self.together.as_ref().map_or_else(|| vec![self.at], |together| together.about.clone()),
            origin: due.origin,
            rule: due.step.rule,
            step_line: due.step,
            act,
            rung: due.step.moment.name(),
            nominal: due.nominal,
            key,
            step,
            segment: Arc::clone(&self.segment),
            destination,
            template,
            charge,
            actor,
            by_hand,
            approvers,
            window,
            limits: if act.is_message() { self.limits(ladder) } else { Vec::new() },
            next: self.next(act, &blockers, &due),
            goes_on: due.goes_on,
            last_chance: due.last_chance,
            blocked_alone: !blockers.is_empty(),
            blockers,
            sentence: self.sentence(due.step),
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
    fn blockers(&self, due: &Due<'a>, first: &Act, act: &Act) -> Vec<Blocker> {
        let (day, ladder) = (self.day, due.origin.ladder());
        let mut blockers = Vec::new();
        if act.concerns_customer() {
            blockers.extend(day.refusal.clone());
            blockers.extend(self.problem());
            if let Some(row) = self.unknown_outcome() {
                let sentence = format!("nobody knows what became of `{row}`: settle it in the ledger");
                blockers.push(day.blocker("unknown_outcome", sentence, None));
            }
        }
        blockers.extend(self.scope.forbidden(day, ladder, act));
        if !std::ptr::eq(first, act) {
            // A fallback never passes a restriction on what it stands in for.
            let known: Vec<_> = blockers.clone();
            blockers.extend(
                self.scope.forbidden(day, ladder, first).into_iter().filter(|own| !known.contains(own)),
            );
        }
        blockers.extend(self.scope.held(ladder, act).iter().cloned());
        if due.status == Status::FailedToday {
            let sentence = String::from("it was tried today and is tried again on the next day");
            let until = self.until_tomorrow(act, self.day.rolling(ladder, self.calendar));
            blockers.push(Blocker { until, ..day.blocker("failed_today", sentence, None) });
        }
        if let Status::Pending(since) = due.status {
            let sentence =
                format!("given to a person on {}, and not done yet", sentences::date(since, day.today));
            blockers.push(day.blocker("not_done", sentence, Some(due.step.rule)));
        }
        if due.status == Status::Unknown && !act.concerns_customer() {
            let sentence = String::from("nobody knows what became of it: settle it in the ledger");
            blockers.push(day.blocker("unknown_outcome", sentence, None));
        }
        blockers
    }

    /// The last day before an action may be tried again: contacts wait for an open day.
    fn until_tomorrow(&self, act: &Act, rolling: &Calendar) -> Option<NaiveDate> {
        let tomorrow = add_days(self.day.today, 1);
        let again = if act.contact().is_some() { rolling.open_on_or_after(tomorrow) } else { tomorrow };
        Some(add_days(again, -1))
    }

    /// The problem of the invoice or its customer that withholds contacts (R5).
    fn problem(&self) -> Option<Blocker> {
        let of_invoices =
            self.seen().iter().find_map(|&at| self.day.invoice_problem(self.customer.invoices[at].row));
        let found = of_invoices.or_else(|| self.day.customer_problem(self.customer.row));
        found.map(|problem| self.day.blocker("problem", problem.message.clone(), None))
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

    fn no_address(&self, act: &Act, rule: RuleId) -> Blocker {
        let channel = act.contact().map_or("", |channel| channel.word());
        let sentence = match channel {
            _ if act.contact().is_some_and(|channel| self.day.bounced_somewhere(self.customer, channel)) => {
                "a message bounced, and the ledger does not say at which address: add the address to that row"
            }
            "email" => "there is no e-mail address that works",
            "sms" => "there is no mobile number that works",
            _ => "there is no postal address",
        };
        self.day.blocker("no_address", sentence.to_owned(), Some(rule))
    }

    /// What keeps a message back that may go out at no hour.
    fn no_hours(&self, window: Option<Hours>, rule: RuleId) -> Option<Blocker> {
        let (from, to) = window.filter(|(from, to)| from >= to)?;
        let sentence = format!(
            "`messages between` leaves it no hour: not before {} and not after {}",
            hour(from),
            hour(to)
        );
        Some(self.day.blocker("no_hours", sentence, Some(rule)))
    }

    /// The template in the recipient's language (R21).
    fn template(
        &self,
        act: &Act,
        destination: Option<&Destination>,
        blockers: &mut Vec<Blocker>,
    ) -> Option<Choice> {
        let name = act.template()?;
        let language = destination.and_then(|destination| destination.language);
        let choice = self.day.templates.choose(name, language);
        if choice.is_none() {
            let sentence = match language {
                Some(language) => {
                    format!("there is no template `{name}` in `{language}`, and none without a language")
                }
                None => format!("there is no template `{name}`"),
            };
            blockers.push(self.day.blocker("no_template", sentence, None));
        }
        choice
    }

    /// Who acts: a person for calls, tasks and hand-offs and for messages by hand, else the program.
    fn actor(
        &self,
        ladder: Option<LadderId>,
        act: &Act,
        rule: RuleId,
        blockers: &mut Vec<Blocker>,
    ) -> (Option<Person>, bool) {
        let role = match act {
            Act::Call { by: role, .. } | Act::Notify { role, .. } | Act::Task { role, .. } => Some(*role),
            Act::HandOff { role } | Act::Escalate { role } => Some(*role),
            Act::Message { .. } | Act::Flag { .. } | Act::Charge(_) => None,
        };
        let by_person = matches!(act, Act::Call { .. } | Act::Task { .. } | Act::HandOff { .. });
        if let Some(role) = role {
            let person = self.day.person(role, self.customer, self.invoice());
            if person.is_none() {
                blockers.push(self.nobody(Some(role), rule));
            }
            return (person, by_person);
        }
        match self.scope.by_hand(ladder).filter(|_| act.is_message()) {
            None => (None, false),
            Some(role) => {
                let person = self.resolve(role);
                if person.is_none() {
                    blockers.push(self.nobody(role, rule));
                }
                (person, true)
            }
        }
    }

    fn resolve(&self, role: Option<RoleId>) -> Option<Person> {
        match role {
            Some(role) => self.day.person(role, self.customer, self.invoice()),
            None => self.day.owner(self.customer, self.invoice()),
        }
    }

    fn nobody(&self, role: Option<RoleId>, rule: RuleId) -> Blocker {
        let name = role.map_or("owner", |role| &self.day.roles[role.0].0);
        let sentence = format!("nobody has the role `{name}` here, and there is no fallback");
        self.day.blocker("nobody", sentence, Some(rule))
    }

    fn nobody_approves(&self, rule: RuleId) -> Blocker {
        let sentence = String::from("a charge needs the approval of the fallback, and the policy has none");
        self.day.blocker("nobody", sentence, Some(rule))
    }

    /// Everyone who must approve: all of them (R15).
    fn approvers(&self, due: &Due<'a>, act: &Act, blockers: &mut Vec<Blocker>) -> Vec<Approver> {
        let ladder = due.origin.ladder();
        let mut asked = self.scope.approvals(self.day, ladder, self.invoice(), due.step, act, self.calendar);
        if act.is_charge() {
            // A charge waits for the fallback, whoever else is asked.
            match self.day.program.policy.settings.fallback {
                Some(role) => asked.push(Asked { by: Some(role), rule: None }),
                None => blockers.push(self.nobody_approves(due.step.rule)),
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
        let mut approvers: Vec<Approver> = Vec::new();
        for one in asked {
            let Some(person) = self.resolve(one.by) else {
                blockers.push(self.nobody(one.by, one.rule.unwrap_or(due.step.rule)));
                continue;
            };
            if !approvers.iter().any(|known| known.role == person.role && known.address == person.address) {
                let rule = self.day.rule(one.rule.unwrap_or(due.step.rule));
                let (id, file, line) = (Arc::clone(&rule.id), Arc::clone(&rule.file), rule.line);
                approvers.push(Approver { role: person.role, address: person.address, rule: id, file, line });
            }
        }
        approvers.sort();
        approvers
    }

    fn limits(&self, ladder: Option<LadderId>) -> Vec<&'a Restriction> {
        let limits = self.scope.limits(ladder);
        limits.filter(|limit| !matches!(limit.kind, RestrictionKind::DataNoOlder(_))).collect()
    }

    fn key(&self, step: &str, event: &str) -> String {
        let mut hash = Hasher::default();
        hash.text(self.day.snapshot.customer_id(self.customer.row));
        // The invoice that a ladder per customer is anchored on may change within an episode.
        match &self.together {
            None => hash.text(self.day.snapshot.invoice_id(self.invoice().row)),
            Some(together) => {
                hash.text("per customer").text(together.currency.code()).text(&together.episode.to_string())
            }
        };
        hash.text(step).text(event);
        hash.short()
    }

    /// The first day on which the ladder could go on: with this step after the known ends of what blocks it,
    /// or without it (R23).
    fn next(&self, act: &Act, blockers: &[Blocker], due: &Due) -> Option<NaiveDate> {
        if due.last_chance {
            return due.goes_on;
        }
        // Interest through a day to come grows until then.
        let grows = |blocker: &&Blocker| blocker.code == "nothing_to_charge" && due.nominal > self.day.today;
        let lasting = blockers.iter().filter(|blocker| !grows(blocker));
        let free = free_again(lasting, add_days(self.day.today, 1));
        let rolling = self.day.rolling(due.origin.ladder(), self.calendar);
        let rolled = |day| if act.contact().is_some() { rolling.open_on_or_after(day) } else { day };
        earlier(free.map(rolled), due.goes_on)
    }

    /// Why it is due, in a person's words.
    fn sentence(&self, step: &Step) -> String {
        let invoice = self.invoice();
        match step.moment.anchor {
            Anchor::Dispute => sentences::dispute(invoice, self.day.snapshot, self.day.today),
            Anchor::Promise if invoice.promised != Promised::No => {
                sentences::promise(invoice.promised, self.day.today)
            }
            _ => sentences::overdue(invoice.days_overdue),
        }
    }
}

//! What restricts an invoice's steps: never, holds, approvals, hands (R6, R15, R16). They only add up.

mod trace;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::combine::{Hours, common_hours};
use super::condition::Truth;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Promised};
use super::ladder::earlier;
use super::obstacle::{Obstacle, Why};
use crate::calendar::{Calendar, add_days};
use crate::compile::changes_with_time;
use crate::model::field::{Field, InvoiceField};
use crate::model::{
    Act, Approval, Bounds, CarveOut, Channel, Condition, Forbidden, LadderId, Predicate, Restriction,
    RestrictionKind, RoleId, RuleId, SegmentId, Step, Test,
};
use crate::snapshot::ledger::Outcome;

/// A restriction in force, and the carve-out that brings it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct InForce<'a> {
    restriction: &'a Restriction,
    /// The carve-out, and the field that keeps its condition from being known.
    carve_out: Option<(usize, Option<Field>)>,
}

/// Everything that restricts the steps of one invoice, whatever ladder they stand in.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope<'a> {
    /// Whether somebody it was escalated to approves its messages.
    is_escalated: bool,
    /// What is in force for every invoice of the segment: everywhere, and in the segment itself.
    blocks: [&'a [Restriction]; 2],
    /// What else is in force.
    in_force: Vec<InForce<'a>>,
    ladders: &'a [crate::model::Ladder],
    /// Carve-outs whose condition holds.
    pub(super) matching: Vec<usize>,
    /// What keeps the customer out of the pilot, which holds every step, wherever written.
    pub(super) pilot: Option<Obstacle<'a>>,
    /// What holds the invoice (R16).
    pub(super) holds: Vec<Obstacle<'a>>,
    /// Why the customer is not to be contacted at all (R6).
    pub(super) no_contact: Vec<Obstacle<'a>>,
}

/// A decline that the ledger has of a step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declined<'s> {
    pub(super) step: &'s Step,
    pub(super) ladder: Option<LadderId>,
    /// The day of the decline.
    pub(super) on: NaiveDate,
    /// The channel of what was declined, where it is a contact: what stood in went another way than the step says.
    pub(super) channel: Option<Channel>,
}

/// Who must approve, as far as it is a role; none is the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) by: Option<RoleId>,
    pub(super) rule: Option<RuleId>,
}

impl<'a> Day<'a> {
    /// What restricts an invoice of a segment.
    pub(super) fn scope(
        &self,
        segment: SegmentId,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Scope<'a> {
        let program = self.program;
        let policy = &program.policy;
        let is_escalated = invoice.escalated_to().next().is_some();
        let blocks = [policy.everywhere.as_slice(), policy.segments[segment.0].restrictions.as_slice()];
        let mut scope = Scope { ladders: &policy.ladders, is_escalated, blocks, ..Scope::default() };
        for (at, carve_out) in policy.carve_outs.iter().enumerate() {
            let unknown = match self.truth(&carve_out.when, customer, invoice) {
                Truth::No => {
                    scope.holds.extend(self.not_resumed(carve_out, customer, invoice));
                    continue;
                }
                Truth::Yes => {
                    scope.matching.push(at);
                    None
                }
                Truth::Unknown(field) => Some(field),
            };
            let in_force = |restriction| InForce { restriction, carve_out: Some((at, unknown)) };
            scope.in_force.extend(carve_out.restrictions.iter().map(in_force));
        }
        scope.pilot = self.outside_pilot(customer.row);
        scope.holds.extend(scope.pilot.clone());
        self.no_contact(&mut scope, customer, invoice);
        self.holds(&mut scope, segment, customer, invoice);
        scope
    }

    /// The built-in holds that a policy cannot lift; they withhold charges as well (R6).
    fn no_contact(&self, scope: &mut Scope<'a>, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) {
        let snapshot = self.snapshot;
        let mut add = |why| scope.no_contact.push(Obstacle::built_in(why));
        if snapshot.customers.do_not_contact.get(customer.row.index()) == Some(true) {
            add(Why::DoNotContact);
        }
        if self.insolvent(customer.row) {
            add(Why::Insolvent);
        }
        if self.handed_over(invoice.row) {
            add(Why::HandedOver);
        }
        if let Some(until) =
            snapshot.invoices.hold_until.get(invoice.row.index()).filter(|&until| until >= self.today)
        {
            scope.holds.push(Obstacle::built_in(Why::HoldUntil(until)).until(until));
        }
    }

    /// Whether time alone may bring a carve-out that forbids a step.
    pub(super) fn may_be_forbidden(&self, step: &Step) -> bool {
        let coming = self.program.policy.carve_outs.iter().filter(|own| changes_with_time(&own.when));
        let mut restrictions = coming.flat_map(|own| &own.restrictions);
        step.acts.first().is_some_and(|act| {
            restrictions.any(|own| matches!(own.kind, RestrictionKind::Never(never) if never.covers(act)))
        })
    }

    /// Whether time alone may bring a carve-out that holds an invoice.
    pub(super) fn may_be_held(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> bool {
        let holds = |restriction: &Restriction| matches!(restriction.kind, RestrictionKind::Hold { .. });
        let mut holding = self
            .program
            .policy
            .carve_outs
            .iter()
            .filter(|carve_out| carve_out.restrictions.iter().any(holds));
        holding.any(|carve_out| {
            self.truth(&carve_out.when, customer, invoice) != Truth::Yes
                && self.may_become(&carve_out.when, true, customer, invoice)
        })
    }

    /// A hold stops the whole invoice wherever it is written, in one of its cadences as well (R16).
    fn holds(
        &self,
        scope: &mut Scope<'a>,
        segment: SegmentId,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) {
        let cadences =
            self.program.ladders_of(segment).iter().flat_map(|id| &scope.ladders[id.0].restrictions);
        let cadences = cadences.map(|restriction| InForce { restriction, carve_out: None });
        let in_force = scope.everywhere().chain(cadences);
        let holds: Vec<Obstacle> =
            in_force.filter_map(|in_force| self.hold(&in_force, customer, invoice)).collect();
        scope.holds.extend(holds);
    }

    /// A hold in the words of what brings it, with its end where that is known; none when its own end is over.
    fn hold(
        &self,
        in_force: &InForce<'a>,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Obstacle<'a>> {
        let RestrictionKind::Hold { until, resume } = in_force.restriction.kind else { return None };
        let resumed = |end| add_days(end, i64::from(resume));
        if until.is_some_and(|until| resumed(until) < self.today) {
            return None;
        }
        let hold = self.hold_of(in_force, until, customer, invoice);
        // Where time alone may end what brings it, and nobody can tell the day, its own end is not the known one.
        let may_end = hold.until.is_none()
            && in_force.carve_out.is_some_and(|(at, _)| {
                self.may_become(&self.program.policy.carve_outs[at].when, false, customer, invoice)
            });
        let end = earlier(until.filter(|_| !may_end), hold.until);
        Some(hold.until(end.map(resumed)))
    }

    /// What brings a hold, and the end of that.
    fn hold_of(
        &self,
        in_force: &InForce<'a>,
        until: Option<NaiveDate>,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Obstacle<'a> {
        let rule = in_force.restriction.rule;
        let Some((at, unknown)) = in_force.carve_out else {
            return Obstacle::of(rule, Why::BlockHolds(until));
        };
        let carve_out = &self.program.policy.carve_outs[at];
        if let Some(field) = unknown {
            return Obstacle::of(rule, Why::MayHold(field, &carve_out.name));
        }
        let asks = |field| carve_out.when.conjuncts().iter().any(|part| is_flag(part, field));
        let why = if asks(InvoiceField::Disputed) {
            Why::Disputed(invoice.dispute)
        } else if asks(InvoiceField::Promised) {
            Why::Promised(invoice.promised)
        } else {
            Why::CarveOutHolds(&carve_out.name)
        };
        Obstacle::of(rule, why).until(self.known_end(&carve_out.when, customer, invoice))
    }

    /// A carve-out that held until a known day and goes on some days after it: `hold and resume N days later`.
    fn not_resumed(
        &self,
        carve_out: &'a CarveOut,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Obstacle<'a>> {
        let resumes = |own: &Restriction| matches!(own.kind, RestrictionKind::Hold { resume: 1.., .. });
        if !carve_out.restrictions.iter().any(resumes) {
            return None;
        }
        // Where nobody knows when the condition ended, the hold ended with it.
        let ended = self.ended(&carve_out.when, customer, invoice)?;
        let holds = carve_out.restrictions.iter().filter_map(|restriction| match restriction.kind {
            RestrictionKind::Hold { until, resume: resume @ 1.. } => {
                let ended = until.map_or(ended, |until| until.min(ended));
                let last = add_days(ended, i64::from(resume));
                (last >= self.today).then_some((last, ended, resume, restriction.rule))
            }
            _ => None,
        });
        let (last, ended, resume, rule) = holds.max_by_key(|&(last, ..)| last)?;
        let why = Why::NotResumed { carve_out: &carve_out.name, ended, resume };
        Some(Obstacle::of(rule, why).until(last))
    }

    /// The last day on which a condition held that does not any more, where dates alone tell.
    fn ended(
        &self,
        condition: &Condition,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<NaiveDate> {
        match condition {
            Condition::All(parts) => {
                let over = parts.iter().filter(|part| self.truth(part, customer, invoice) != Truth::Yes);
                let ends: Option<Vec<NaiveDate>> =
                    over.map(|part| self.ended(part, customer, invoice)).collect();
                ends?.into_iter().min()
            }
            // It held as long as the last of its parts did.
            Condition::Any(parts) => {
                parts.iter().filter_map(|part| self.ended(part, customer, invoice)).max()
            }
            part => self.end_of_part(part, invoice),
        }
    }

    fn end_of_part(&self, part: &Condition, invoice: &InvoiceState<'a>) -> Option<NaiveDate> {
        let Condition::Test(test) = part else { return None };
        let over = |end: &NaiveDate| *end < self.today;
        match (test.field, &test.predicate) {
            (Field::Today, Predicate::Date(ranges)) => {
                ranges.iter().filter_map(|range| range.most).filter(over).max()
            }
            (Field::Today, Predicate::Season(ranges)) => {
                let year_ago = add_days(self.today, -364);
                ranges.iter().filter_map(|range| season_end(range, year_ago)).filter(over).max()
            }
            (Field::Invoice(InvoiceField::Disputed), Predicate::Flag) => {
                let closed =
                    self.snapshot.disputes_of(invoice.row).iter().filter_map(|dispute| dispute.closed);
                closed.map(|closed| add_days(closed, -1)).filter(over).max()
            }
            (Field::Invoice(InvoiceField::Promised), Predicate::Flag) => match invoice.promised {
                Promised::Broken(promise) => Some(promise.due),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn field_name(&self, field: Field) -> String {
        match field {
            Field::Today => String::from("today"),
            Field::Invoice(field) => format!("invoice.{}", field.name()),
            Field::Customer(field) => format!("customer.{}", field.name()),
            Field::Own(at) => {
                let own = &self.program.policy.fields[at];
                format!("{}.{}", own.subject.word(), own.name)
            }
        }
    }

    /// The last day on which a condition that holds today can hold, where dates alone tell.
    fn known_end(
        &self,
        condition: &Condition,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<NaiveDate> {
        let end = |part| self.known_end(part, customer, invoice);
        match condition {
            Condition::All(parts) => parts.iter().filter_map(end).min(),
            // It holds as long as the last of the parts that hold today does.
            Condition::Any(parts) => {
                let holding = parts.iter().filter(|part| self.truth(part, customer, invoice) != Truth::No);
                holding.map(end).collect::<Option<Vec<NaiveDate>>>()?.into_iter().max()
            }
            Condition::Test(test) => self.end_of_test(test, invoice),
            Condition::Not(_) => None,
        }
    }

    fn end_of_test(&self, test: &Test, invoice: &InvoiceState<'a>) -> Option<NaiveDate> {
        match (test.field, &test.predicate) {
            (Field::Today, Predicate::Date(ranges)) => {
                let holding = ranges.iter().filter(|range| range.hold(self.today));
                holding.map(|range| range.most).collect::<Option<Vec<NaiveDate>>>()?.into_iter().max()
            }
            (Field::Today, Predicate::Season(ranges)) => match ranges.as_slice() {
                [range] => season_end(range, self.today),
                _ => None,
            },
            (Field::Invoice(InvoiceField::Promised), Predicate::Flag) => match invoice.promised {
                Promised::Pending(promise) => Some(promise.due),
                _ => None,
            },
            _ => None,
        }
    }
}

fn is_flag(condition: &Condition, field: InvoiceField) -> bool {
    matches!(condition, Condition::Test(test) if test.field == Field::Invoice(field) && test.predicate == Predicate::Flag)
}

/// The next last day of a season.
fn season_end(range: &Bounds<(u32, u32)>, today: NaiveDate) -> Option<NaiveDate> {
    let (month, day) = range.most?;
    let in_year = |year| {
        NaiveDate::from_ymd_opt(year, month, day)
            .or_else(|| NaiveDate::from_ymd_opt(year, month, day.saturating_sub(1)))
    };
    [today.year(), today.year() + 1].into_iter().filter_map(in_year).find(|end| *end >= today)
}

impl<'a> Scope<'a> {
    /// All that restricts any of several invoices; what holds one of them is its own (R14).
    pub(super) fn joined<'s>(scopes: impl Iterator<Item = &'s Scope<'a>>) -> Scope<'a>
    where
        'a: 's,
    {
        let mut joined = Scope::default();
        for scope in scopes {
            joined.ladders = scope.ladders;
            joined.is_escalated |= scope.is_escalated;
            for in_force in scope.everywhere() {
                if !joined.in_force.contains(&in_force) {
                    joined.in_force.push(in_force);
                }
            }
            for own in &scope.no_contact {
                if !joined.no_contact.contains(own) {
                    joined.no_contact.push(own.clone());
                }
            }
        }
        joined
    }

    /// The restrictions that apply wherever a step stands.
    pub(super) fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.everywhere().map(|in_force| in_force.restriction.rule)
    }

    /// What applies wherever a step stands.
    fn everywhere(&self) -> impl Iterator<Item = InForce<'a>> + use<'_, 'a> {
        let blocks = self.blocks.into_iter().flatten();
        let blocks = blocks.map(|restriction| InForce { restriction, carve_out: None });
        blocks.chain(self.in_force.iter().copied())
    }

    /// What holds an invoice that a ladder per customer must not see: one on hold, or in other hands (R14).
    pub(super) fn kept_out(&self) -> Option<Scope<'a>> {
        let is_other_hands = |own: &Obstacle| own.why == Why::HandedOver;
        let (other_hands, no_contact): (Vec<Obstacle>, Vec<Obstacle>) =
            self.no_contact.iter().cloned().partition(is_other_hands);
        let holds: Vec<Obstacle> = self.holds.iter().cloned().chain(other_hands).collect();
        (!holds.is_empty()).then(|| Scope { holds, no_contact, ..self.clone() })
    }

    /// Whether time alone may end what a carve-out brings.
    pub(super) fn changes_with_time(&self, day: &Day) -> bool {
        let carve_outs = self.in_force.iter().filter_map(|in_force| in_force.carve_out);
        carve_outs.into_iter().any(|(at, _)| changes_with_time(&day.program.policy.carve_outs[at].when))
    }

    /// The restrictions for a step of a ladder, or of a carve-out.
    fn all(&self, ladder: Option<LadderId>) -> impl Iterator<Item = InForce<'a>> + use<'_, 'a> {
        let cadence = ladder.map_or(&[][..], |ladder| &self.ladders[ladder.0].restrictions[..]);
        let cadence = cadence.iter().map(|restriction| InForce { restriction, carve_out: None });
        self.everywhere().chain(cadence)
    }

    /// Whether a `never`, written or built in, forbids an action of a ladder.
    pub(super) fn forbids(&self, ladder: LadderId, act: &Act) -> bool {
        (act.concerns_customer() && !self.no_contact.is_empty())
            || self.forbidding(Some(ladder), act).next().is_some()
    }

    /// The restrictions that forbid an action.
    fn forbidding<'s>(
        &'s self,
        ladder: Option<LadderId>,
        act: &'s Act,
    ) -> impl Iterator<Item = (InForce<'a>, Forbidden)> + 's {
        self.all(ladder).filter_map(|in_force| match in_force.restriction.kind {
            RestrictionKind::Never(forbidden) if forbidden.covers(act) => Some((in_force, forbidden)),
            _ => None,
        })
    }

    /// Whether what forbids a step may end by itself as time goes on.
    pub(super) fn forbids_for_a_time(&self, day: &Day, ladder: LadderId, step: &Step) -> bool {
        step.acts.first().is_some_and(|act| {
            self.forbidding(Some(ladder), act).any(|(in_force, _)| {
                in_force
                    .carve_out
                    .is_some_and(|(at, _)| changes_with_time(&day.program.policy.carve_outs[at].when))
            })
        })
    }

    /// Everything that forbids an action.
    pub(super) fn forbidden(&self, day: &Day<'a>, ladder: Option<LadderId>, act: &Act) -> Vec<Obstacle<'a>> {
        let built_in = self.no_contact.iter().filter(|_| act.concerns_customer()).cloned();
        let written = self.forbidding(ladder, act).map(|(in_force, _)| {
            let rule = in_force.restriction.rule;
            let why = match in_force.carve_out {
                Some((at, Some(field))) => Why::MayForbid(field, &day.program.policy.carve_outs[at].name),
                _ => Why::Never,
            };
            Obstacle::of(rule, why)
        });
        built_in.chain(written).collect()
    }

    /// What holds a step: every step of a ladder, and every contact and charge wherever written (R16).
    pub(super) fn held(&self, ladder: Option<LadderId>, act: &Act) -> &[Obstacle<'a>] {
        if ladder.is_some() || act.concerns_customer() { &self.holds } else { self.pilot.as_slice() }
    }

    /// Who must approve a step (R15); before roles become people.
    pub(super) fn approvals(
        &self,
        day: &Day<'a>,
        ladder: Option<LadderId>,
        invoice: &InvoiceState<'a>,
        step: &Step,
        act: &Act,
        calendar: &Calendar,
    ) -> Vec<Asked> {
        let has_come = |approval: &Approval| {
            approval
                .from
                .is_none_or(|from| day.nominal(from, invoice, calendar).is_none_or(|from| from <= day.today))
        };
        let mut asked: Vec<Asked> = Vec::new();
        for approval in step.approvals.iter().filter(|approval| has_come(approval)) {
            asked.push(Asked { by: approval.by, rule: Some(approval.rule) });
        }
        let in_block = matches!(act, Act::Message { .. } | Act::Flag { .. } | Act::Charge(_));
        for in_force in self.all(ladder).filter(|_| in_block) {
            if let RestrictionKind::NeedsApproval(approval) = &in_force.restriction.kind
                && has_come(approval)
            {
                asked.push(Asked { by: approval.by, rule: Some(approval.rule) });
            }
        }
        asked
    }

    /// The `never auto-send` in force, if any.
    pub(super) fn never_auto_send(&self, ladder: Option<LadderId>) -> Option<RuleId> {
        self.all(ladder)
            .map(|in_force| in_force.restriction)
            .find(|own| own.kind == RestrictionKind::NeverAutoSend)
            .map(|own| own.rule)
    }

    /// The `only by hand` in force, if any: the role, or the owner. Of several roles the one declared last
    /// acts, so that the order of the restrictions does not matter.
    pub(super) fn by_hand(&self, ladder: Option<LadderId>) -> Option<Option<RoleId>> {
        let roles = self.all(ladder).filter_map(|in_force| match in_force.restriction.kind {
            RestrictionKind::OnlyByHand(role) => Some(role),
            _ => None,
        });
        roles.max()
    }

    /// Whether a decline passes a step. Alone it always does; of a message that was combined it passes only the
    /// steps that needed approval themselves (R18).
    pub(super) fn is_passed(
        &self,
        day: &Day<'a>,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
        declined: Declined,
        calendar: &Calendar,
    ) -> bool {
        let Declined { step, ladder, on, channel } = declined;
        let Some(act) = step.acts.first() else { return true };
        if channel.is_none_or(|channel| !channel.is_message()) {
            return true;
        }
        let asks = self.is_escalated || self.never_auto_send(ladder).is_some();
        let needs_approval = act.is_message() && asks
            || self.by_hand(ladder).is_some()
            || !self.approvals(day, ladder, invoice, step, act, calendar).is_empty();
        let rows = day.snapshot.ledger_of_customer(customer.row);
        let together = rows.filter(|row| {
            row.date == on && row.outcome == Outcome::Declined && day.history.channel(row) == channel
        });
        let steps: BTreeSet<_> = together.map(|row| (row.invoice, row.step)).collect();
        needs_approval || steps.len() <= 1
    }

    /// The hours that all `messages between` in force leave.
    pub(super) fn window(&self, ladder: Option<LadderId>) -> Option<Hours> {
        let windows = self.all(ladder).filter_map(|in_force| match in_force.restriction.kind {
            RestrictionKind::Window(from, to) => Some((from, to)),
            _ => None,
        });
        windows.reduce(common_hours)
    }

    /// Limits on messages: those of a customer and those of a day (R19).
    pub(super) fn limits(
        &self,
        ladder: Option<LadderId>,
    ) -> impl Iterator<Item = &'a Restriction> + use<'_, 'a> {
        self.all(ladder).map(|in_force| in_force.restriction).filter(|restriction| {
            matches!(restriction.kind, RestrictionKind::WriteAtMost { .. } | RestrictionKind::SendAtMost(_))
        })
    }
}

/// The first day after the last known end of what holds, when each has one; today when nothing holds.
pub(super) fn free_again<'o, 'a: 'o>(
    holds: impl IntoIterator<Item = &'o Obstacle<'a>>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let ends = holds.into_iter().map(|hold| hold.until.map(|until| add_days(until, 1)));
    ends.chain([Some(today)]).try_fold(today, |latest, end| end.map(|end| latest.max(end)))
}

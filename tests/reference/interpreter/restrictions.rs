//! R6, R15 and R16: what restricts a step, who acts, who must approve, and what withholds it.

use chrono::{NaiveDate, NaiveTime};
use dun::calendar::add_days;
use dun::model::field::{Field, InvoiceField};
use dun::model::{
    Act, Approval, CarveOut, Catches, Condition, Forbidden, LadderId, Predicate, Restriction,
    RestrictionKind, RoleId, RuleId, Segment, Step,
};
use dun::snapshot::tables::InvoiceRow;

use super::World;
use super::account::Ground;
use super::conditions::Truth;
use super::facts::PromiseState;
use super::people::Person;
use super::report::{Approver, Blocker, Rule};
use super::silence::changes_with_time;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Block {
    Ladder(LadderId),
    CarveOut(usize),
}

/// A restriction in scope, and whether its carve-out's condition is unknown.
pub(super) struct InScope<'a> {
    pub(super) restriction: &'a Restriction,
    pub(super) unknown: bool,
}

impl<'a> World<'a> {
    /// R4, R5: the first segment that catches the invoice.
    pub(super) fn segment(&self, invoice: InvoiceRow) -> Option<&'a Segment> {
        self.policy.segments.iter().find(|segment| match &segment.catches {
            Catches::Everything => true,
            Catches::When(when) => self.truth(invoice, when) == Truth::True,
        })
    }

    /// R15: the restrictions on a step: everywhere, its segment, its cadence, and the carve-outs that hold or may
    /// hold (R4).
    pub(super) fn in_scope(&self, ground: &Ground, ladder: Option<LadderId>) -> Vec<InScope<'a>> {
        let mut found: Vec<InScope> = Vec::new();
        let cadence = ladder.map_or(&[][..], |id| &self.policy.ladders[id.0].restrictions);
        let cadence = cadence.iter().map(|restriction| InScope { restriction, unknown: false });
        for scope in ground.seen.iter().flat_map(|invoice| self.in_scope_of(*invoice)).chain(cadence) {
            let same = |known: &InScope| {
                std::ptr::eq(known.restriction, scope.restriction) && known.unknown == scope.unknown
            };
            if !found.iter().any(same) {
                found.push(scope);
            }
        }
        found
    }

    /// All but those of a cadence.
    fn in_scope_of(&self, invoice: InvoiceRow) -> Vec<InScope<'a>> {
        let policy = self.policy;
        let plain = |restriction| InScope { restriction, unknown: false };
        let segment = self.segment(invoice).map_or(&[][..], |segment| &segment.restrictions);
        let mut found: Vec<InScope> = policy.everywhere.iter().chain(segment).map(plain).collect();
        for carve_out in &policy.carve_outs {
            let truth = self.truth(invoice, &carve_out.when);
            if truth != Truth::False {
                let unknown = truth == Truth::Unknown;
                let of = |restriction| InScope { restriction, unknown };
                found.extend(carve_out.restrictions.iter().map(of));
            }
        }
        found
    }

    // ---- never

    /// R10, R15: whether a `never` forbids a step; what forbids the first action forbids its stand-ins.
    pub(super) fn is_forbidden(&self, ground: &Ground, ladder: Option<LadderId>, step: &Step) -> bool {
        !self.forbidding(ground, ladder, &step.acts[0], &step.acts[0]).is_empty()
    }

    /// What forbids an action: R6, and every `never` in scope.
    pub(super) fn forbidding(
        &self,
        ground: &Ground,
        ladder: Option<LadderId>,
        first: &Act,
        taken: &Act,
    ) -> Vec<Blocker> {
        let mut found = Vec::new();
        let reaches = |act: &Act| act.contact().is_some() || matches!(act, Act::Charge(_));
        if reaches(first) || reaches(taken) {
            found.extend(self.not_contacted(ground));
        }
        for scope in self.in_scope(ground, ladder) {
            let RestrictionKind::Never(what) = scope.restriction.kind else { continue };
            if covers(what, first) || covers(what, taken) {
                let code = if scope.unknown { "unknown_value" } else { "never" };
                found.push(self.blocker(code, Some(scope.restriction.rule), None));
            }
        }
        found
    }

    /// R6: whether an agency or a factor has an invoice.
    pub(super) fn is_handed_over(&self, invoice: InvoiceRow) -> bool {
        let since = self.data.invoices.handed_over.get(invoice.index());
        since.is_some_and(|since| since.holds_on(self.known))
    }

    /// R6: who is not contacted. What is in other hands is kept out of a customer's ladder instead.
    fn not_contacted(&self, ground: &Ground) -> Vec<Blocker> {
        let invoice = ground.invoice;
        let customer = self.customer_of(invoice).index();
        let holds = |since: Option<dun::snapshot::tables::Since>| {
            since.is_some_and(|since| since.holds_on(self.known))
        };
        let reasons = [
            ("do_not_contact", self.data.customers.do_not_contact.get(customer) == Some(true)),
            ("insolvent", holds(self.data.customers.insolvent_since.get(customer))),
            ("handed_over", ground.account.is_none() && self.is_handed_over(invoice)),
        ];
        reasons
            .into_iter()
            .filter(|(_, holds)| *holds)
            .map(|(code, _)| self.blocker(code, None, None))
            .collect()
    }

    pub(super) fn blocker(
        &self,
        code: &'static str,
        rule: Option<RuleId>,
        until: Option<NaiveDate>,
    ) -> Blocker {
        Blocker { code, rule: rule.map(|rule| self.rule(rule)), until }
    }

    pub(super) fn rule(&self, rule: RuleId) -> Rule {
        let rule = self.policy.rule(rule);
        (rule.id.to_string(), rule.file.to_string(), rule.line)
    }

    // ---- R16: holds

    /// R16, R6: every hold on the invoice, wherever it is written: those of all its cadences too.
    pub(super) fn holds_on(&self, invoice: InvoiceRow) -> Vec<Blocker> {
        let mut found = Vec::new();
        if let Some(until) =
            self.data.invoices.hold_until.get(invoice.index()).filter(|until| *until >= self.today)
        {
            found.push(self.blocker("hold_until", None, Some(until)));
        }
        let policy = self.policy;
        let segment = self.segment(invoice);
        let ladders = segment.map_or(&[][..], |segment| &segment.ladders);
        let cadences = ladders.iter().flat_map(|id| &policy.ladders[id.0].restrictions);
        let of_segment = segment.map_or(&[][..], |segment| &segment.restrictions);
        for restriction in policy.everywhere.iter().chain(of_segment).chain(cadences) {
            found.extend(self.plain_hold(restriction));
        }
        for carve_out in &policy.carve_outs {
            let lines = carve_out.restrictions.iter();
            let holds = lines.filter_map(|restriction| self.hold_of(invoice, carve_out, restriction));
            match self.truth(invoice, &carve_out.when) {
                // Of several lines that resume later the latest counts.
                Truth::False => found.extend(holds.max_by_key(|hold| hold.until)),
                _ => found.extend(holds),
            }
        }
        found
    }

    /// A hold outside carve-outs: without an end, or through its date and the days that it resumes later.
    fn plain_hold(&self, restriction: &Restriction) -> Option<Blocker> {
        let RestrictionKind::Hold { until, resume } = restriction.kind else { return None };
        let end = until.map(|until| add_days(until, i64::from(resume)));
        end.is_none_or(|end| end >= self.today).then(|| self.blocker("held", Some(restriction.rule), end))
    }

    /// R16: a hold of a carve-out: while the condition holds or may hold, and some days after its known end.
    fn hold_of(
        &self,
        invoice: InvoiceRow,
        carve_out: &CarveOut,
        restriction: &Restriction,
    ) -> Option<Blocker> {
        let RestrictionKind::Hold { until, resume } = restriction.kind else { return None };
        let truth = self.truth(invoice, &carve_out.when);
        let days = i64::from(resume);
        if until.is_some_and(|until| add_days(until, days) < self.today) {
            return None;
        }
        let dated = until.map(|until| add_days(until, days));
        let earlier = |ends: [Option<NaiveDate>; 2]| ends.into_iter().flatten().min();
        match truth {
            Truth::False => {
                let ended = self.ended(invoice, &carve_out.when)?;
                let end = add_days(ended, days);
                (end >= self.today && days > 0)
                    .then(|| self.blocker("held", Some(restriction.rule), earlier([Some(end), dated])))
            }
            Truth::Unknown => {
                let dated = dated.filter(|_| !self.may_turn(invoice, &carve_out.when, false));
                Some(self.blocker("unknown_value", Some(restriction.rule), dated))
            }
            Truth::True => {
                let end = self.end(invoice, &carve_out.when).map(|end| add_days(end, days));
                let code = self.hold_code(invoice, &carve_out.when);
                // Time may end the condition sooner than the date, on a day that nobody can tell.
                let dated =
                    dated.filter(|_| end.is_some() || !self.may_turn(invoice, &carve_out.when, false));
                Some(self.blocker(code, Some(restriction.rule), earlier([end, dated])))
            }
        }
    }

    /// R16: whether a condition holds, or fails, now or once time has passed and nothing else has happened.
    fn may_turn(&self, invoice: InvoiceRow, condition: &Condition, holding: bool) -> bool {
        let wanted = if holding { Truth::True } else { Truth::False };
        match condition {
            Condition::Not(inner) => self.may_turn(invoice, inner, !holding),
            Condition::All(parts) if holding => parts.iter().all(|part| self.may_turn(invoice, part, true)),
            Condition::Any(parts) if !holding => parts.iter().all(|part| self.may_turn(invoice, part, false)),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().any(|part| self.may_turn(invoice, part, holding))
            }
            // A pending promise ends with its day; what was broken stays so.
            _ if is_flag(condition, InvoiceField::Promised) => {
                !holding || self.truth(invoice, condition) == wanted
            }
            _ if is_flag(condition, InvoiceField::PromiseBroken) => {
                let promise = self.promise(invoice);
                let pending = promise.is_some_and(|promise| self.state_of(promise) == PromiseState::Pending);
                holding && pending || self.truth(invoice, condition) == wanted
            }
            Condition::Test(_) => changes_with_time(condition) || self.truth(invoice, condition) == wanted,
        }
    }

    /// What a carve-out holds: disputed invoices, promised ones, or others.
    fn hold_code(&self, _invoice: InvoiceRow, when: &Condition) -> &'static str {
        let mentions = |field| when.conjuncts().iter().any(|part| is_flag(part, field));
        match () {
            () if mentions(InvoiceField::Disputed) => "disputed",
            () if mentions(InvoiceField::Promised) => "promised",
            () => "held",
        }
    }

    /// R16: the last day of a condition that holds, where it is known: of an `and` the first end of its parts, of an
    /// `or` the last.
    fn end(&self, invoice: InvoiceRow, condition: &Condition) -> Option<NaiveDate> {
        match condition {
            Condition::All(parts) => parts.iter().filter_map(|part| self.end(invoice, part)).min(),
            Condition::Any(parts) => {
                let holding = parts.iter().filter(|part| self.truth(invoice, part) != Truth::False);
                let ends: Option<Vec<NaiveDate>> = holding.map(|part| self.end(invoice, part)).collect();
                ends?.into_iter().max()
            }
            Condition::Not(_) => None,
            Condition::Test(test) => match (test.field, &test.predicate) {
                (Field::Today, Predicate::Date(ranges)) => {
                    let here = ranges.iter().filter(|range| range.hold(self.today));
                    here.map(|range| range.most).collect::<Option<Vec<_>>>()?.into_iter().max()
                }
                (Field::Today, Predicate::Season(seasons)) => {
                    let lasts = |day: &NaiveDate| {
                        seasons.iter().any(|season| super::conditions::in_season(season, *day))
                    };
                    let end = self.today.iter_days().take(400).find(|day| !lasts(day))?;
                    Some(add_days(end, -1))
                }
                (Field::Invoice(InvoiceField::Promised), Predicate::Flag) => {
                    self.promise(invoice).map(|promise| promise.due)
                }
                _ => None,
            },
        }
    }

    /// R16: the last day on which a condition that holds no more did, where it is known.
    fn ended(&self, invoice: InvoiceRow, condition: &Condition) -> Option<NaiveDate> {
        match condition {
            Condition::All(parts) => {
                let gone: Vec<&Condition> =
                    parts.iter().filter(|part| self.truth(invoice, part) != Truth::True).collect();
                let ends: Option<Vec<NaiveDate>> =
                    gone.iter().map(|part| self.ended(invoice, part)).collect();
                ends?.into_iter().min()
            }
            Condition::Any(parts) => parts.iter().filter_map(|part| self.ended(invoice, part)).max(),
            Condition::Not(_) => None,
            Condition::Test(test) => match (test.field, &test.predicate) {
                (Field::Today, Predicate::Date(ranges)) => {
                    ranges.iter().filter_map(|range| range.most).filter(|most| *most < self.today).max()
                }
                (Field::Today, Predicate::Season(seasons)) => {
                    let held = |day: &NaiveDate| {
                        seasons.iter().any(|season| super::conditions::in_season(season, *day))
                    };
                    (1..400).map(|back| add_days(self.today, -back)).find(held)
                }
                (Field::Invoice(InvoiceField::Disputed), Predicate::Flag) => {
                    self.dispute_closed(invoice).map(|closed| add_days(closed, -1))
                }
                (Field::Invoice(InvoiceField::Promised), Predicate::Flag) => {
                    let promise = self.promise(invoice)?;
                    (self.state_of(promise) == PromiseState::Broken).then_some(promise.due)
                }
                _ => None,
            },
        }
    }

    // ---- R15: approvals

    /// R15: who must approve an action; and the rules that ask somebody who is nobody.
    pub(super) fn approvers(
        &self,
        ground: &Ground,
        block: Block,
        step: &Step,
        taken: &Act,
    ) -> (Vec<Approver>, Vec<Rule>) {
        let invoice = ground.invoice;
        let ladder = match block {
            Block::Ladder(id) => Some(id),
            Block::CarveOut(_) => None,
        };
        let scope = self.in_scope(ground, ladder);
        let mut asked: Vec<(Option<Person>, Rule)> = Vec::new();
        for approval in &step.approvals {
            asked.extend(self.asks(invoice, approval));
        }
        let concerned = taken.is_message() || matches!(taken, Act::Flag { .. } | Act::Charge(_));
        for scope in &scope {
            match &scope.restriction.kind {
                RestrictionKind::NeedsApproval(approval) if concerned => {
                    asked.extend(self.asks(invoice, approval))
                }
                _ => {}
            }
        }
        if matches!(taken, Act::Charge(_)) {
            // R22: a charge waits for the fallback, whoever else is asked.
            asked.push((self.fallback(invoice), self.rule(step.rule)));
        }
        if taken.is_message() {
            asked.extend(self.escalation_approvals(ground, step));
            let auto = scope.iter().find(|scope| scope.restriction.kind == RestrictionKind::NeverAutoSend);
            if let Some(auto) = auto.filter(|_| asked.is_empty()) {
                asked.push((self.owner(invoice), self.rule(auto.restriction.rule)));
            }
        }
        let (mut approvers, mut nobody): (Vec<Approver>, Vec<Rule>) = (Vec::new(), Vec::new());
        for (person, rule) in asked {
            match person {
                None => nobody.push(rule),
                Some(person) if approvers.iter().any(|known| known.person == person) => {}
                Some(person) => approvers.push(Approver { person, rule }),
            }
        }
        (approvers, nobody)
    }

    fn asks(&self, invoice: InvoiceRow, approval: &Approval) -> Option<(Option<Person>, Rule)> {
        // R15: `from` that day on; of a day that is not known it is asked.
        let from = approval.from.and_then(|from| self.moment(invoice, from));
        let begun = from.is_none_or(|from| self.today >= from);
        let person = || match approval.by {
            Some(role) => self.person(role, invoice),
            None => self.owner(invoice),
        };
        begun.then(|| (person(), self.rule(approval.rule)))
    }

    /// R15: after an escalation messages need its role, or the owner where the policy has that role no more.
    fn escalation_approvals(&self, ground: &Ground, step: &Step) -> Vec<(Option<Person>, Rule)> {
        let invoice = ground.invoice;
        let person = |role: &str| match self.policy.role_named(role) {
            Some(role) => self.person(role, invoice),
            None => self.owner(invoice),
        };
        let roles = ground.seen.iter().flat_map(|seen| self.escalated_to(*seen));
        roles.map(|role| (person(&role), self.rule(step.rule))).collect()
    }

    /// R15: whether a person sends it, and who: the role declared last, else the owner.
    pub(super) fn by_hand(&self, ground: &Ground, ladder: Option<LadderId>) -> Option<Option<RoleId>> {
        let scope = self.in_scope(ground, ladder);
        let hands = scope.iter().filter_map(|scope| match scope.restriction.kind {
            RestrictionKind::OnlyByHand(role) => Some(role),
            _ => None,
        });
        hands.max()
    }

    /// The hours that all restrictions leave: from, to.
    pub(super) fn hours(&self, ground: &Ground, ladder: Option<LadderId>) -> Option<(NaiveTime, NaiveTime)> {
        let scope = self.in_scope(ground, ladder);
        let windows = scope.iter().filter_map(|scope| match scope.restriction.kind {
            RestrictionKind::Window(from, to) => Some((from, to)),
            _ => None,
        });
        windows.reduce(common_hours)
    }
}

pub(super) fn common_hours(
    one: (NaiveTime, NaiveTime),
    other: (NaiveTime, NaiveTime),
) -> (NaiveTime, NaiveTime) {
    (one.0.max(other.0), one.1.min(other.1))
}

fn is_flag(part: &Condition, field: InvoiceField) -> bool {
    match part {
        Condition::Test(test) => test.field == Field::Invoice(field) && test.predicate == Predicate::Flag,
        _ => false,
    }
}

/// R15: what a `never` covers.
fn covers(what: Forbidden, act: &Act) -> bool {
    match what {
        Forbidden::Channel(channel) => act.contact() == Some(channel),
        Forbidden::Contact => act.contact().is_some(),
        Forbidden::Escalate => matches!(act, Act::Escalate { .. }),
        Forbidden::Charge => matches!(act, Act::Charge(_)),
    }
}

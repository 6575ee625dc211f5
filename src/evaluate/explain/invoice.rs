//! An invoice: where it stands, how it came there, and what comes next.

use chrono::NaiveDate;

use super::super::candidate::Bench;
use super::super::condition::Truth;
use super::super::customer::Placed;
use super::super::day::Day;
use super::super::facts::{InvoiceState, Promised, Value};
use super::super::history::up_to;
use super::super::ladder::Climber;
use super::super::restrictions::{Scope, free_again};
use super::Teller;
use super::ledger::Present;
use super::story::{
    Answer, Dispute, FactRead, Flag, InForce, InvoiceStory, LadderStory, Next, NextState, Place, Promise,
    PromiseState, RungStory, State, StepStory, Tried,
};
use crate::calendar::add_days;
use crate::model::field::Field;
use crate::model::{Catches, Condition, Restriction, RuleId};
use crate::money::Money;
use crate::plan::{Action, Kind};
use crate::snapshot::tables;

impl<'a> Teller<'_, 'a> {
    pub(super) fn invoice_story(&self, at: usize) -> InvoiceStory {
        let invoice = &self.customer.invoices[at];
        let mut story = self.facts(invoice);
        if !invoice.is_open() {
            let all = super::Day::present_in(self.day.program, &self.day.program.ladder_ids());
            story.ledger = self.ledger(invoice.rows, &Present { keys: &all, passes_up_to: &|_| None });
            return story;
        }
        let placed = self.day.place(self.customer, invoice, |segment, truth| {
            let segment = &self.day.program.policy.segments[segment.0];
            let condition = match &segment.catches {
                Catches::When(condition) => Some(condition),
                Catches::Everything => None,
            };
            story.segments.push(self.tried(segment.rule, condition, truth, invoice));
        });
        story.carve_outs = self.carve_outs(invoice);
        match placed {
            Some(placed) => self.place_in(&mut story, at, &placed),
            None => {
                story.ledger = self.ledger(invoice.rows, &Present { keys: &[], passes_up_to: &|_| None });
            }
        }
        story.next = self.next(&story);
        story
    }

    /// What the data and the ledger say, before any rule is looked at.
    fn facts(&self, invoice: &InvoiceState<'a>) -> InvoiceStory {
        let (invoices, row) = (&self.day.snapshot.invoices, invoice.row);
        let currency = invoice.balance.currency;
        let payments = self.day.snapshot.payments_of(row).iter();
        InvoiceStory {
            id: self.day.snapshot.invoice_id(row).to_owned(),
            customer: self.day.snapshot.customer_id(self.customer.row).to_owned(),
            amount: self.amount(invoice),
            balance: invoice.balance,
            currency,
            balance_from: self.day.open_balance(row).1,
            open_from: Money::new(self.day.tolerance(currency), currency),
            payments: payments.map(|payment| self.payment(payment)).collect(),
            paid_date: invoices.paid_date.get(row.index()),
            issue_date: invoices.issue_date.get(row.index()),
            due_date: invoice.due,
            days_overdue: invoice.days_overdue,
            stage: invoice.stage,
            since: invoice.since,
            owner: self.day.looked_after_by(self.customer, invoice),
            calendar: self.day.policy_calendar(self.customer, invoice).map(|own| own.name.clone()),
            next: Next { state: NextState::Closed, on: None, steps: Vec::new() },
            segment: None,
            segments: Vec::new(),
            carve_outs: Vec::new(),
            restrictions: Vec::new(),
            holds: Vec::new(),
            disputes: self.disputes(invoice),
            promises: self.promises(invoice),
            flags: self.flags(invoice),
            ledger: Vec::new(),
            ladders: Vec::new(),
            carve_out_steps: Vec::new(),
        }
    }

    pub(super) fn amount(&self, invoice: &InvoiceState) -> Money {
        Money::new(self.day.snapshot.invoices.amount[invoice.row.index()], invoice.balance.currency)
    }

    /// What the segment, the carve-outs and their steps make of it.
    fn place_in(&self, story: &mut InvoiceStory, at: usize, placed: &Placed) {
        let (day, customer) = (self.day, self.customer);
        let invoice = &customer.invoices[at];
        let scope = day.scope(placed.segment, customer, invoice);
        let calendar = day.calendar(customer, invoice);
        let present = day.present_keys(placed.segment);
        let ladders = day.program.ladders_of(placed.segment);
        let is_shared = ladders.iter().any(|&id| day.program.is_per_customer(id));
        let sites = if is_shared { day.sites(customer) } else { Vec::new() };
        let accounts = day.accounts(customer, &sites);
        let free_from = free_again(&scope.holds, add_days(day.today, 1));
        let climbers: Vec<Climber> = ladders
            .iter()
            .map(|&id| match accounts.iter().find(|account| account.concerns(id, at)) {
                Some(account) => account.climber(at),
                None => Climber {
                    day,
                    id,
                    customer,
                    invoice,
                    rows: invoice.rows,
                    calendar,
                    rolling: day.rolling(Some(id), calendar),
                    scope: &scope,
                    free_from,
                    present,
                },
            })
            .collect();
        let segment = &day.program.policy.segments[placed.segment.0].name;
        story.segment = Some(segment.clone());
        story.restrictions = self.restrictions(&scope.in_force(ladders));
        let holds = scope.no_contact.iter().chain(&scope.holds);
        story.holds = holds.map(|hold| day.blocker(hold)).collect();
        let passes = |row: &_| climbers.first().and_then(|climber| climber.passes_up_to(row));
        let present = Present { keys: present, passes_up_to: &passes };
        story.ledger = self.ledger(up_to(invoice.rows, day.today), &present);
        story.ladders = climbers.iter().map(|climber| self.ladder(climber, at)).collect();
        let segment = placed.segment;
        let bench = Bench { day, customer, at, scope: &scope, calendar, segment, together: None };
        story.carve_out_steps =
            bench.attended().into_iter().map(|attended| self.carve_out_step(&bench, &attended)).collect();
    }

    fn ladder(&self, climber: &Climber<'_, 'a>, at: usize) -> LadderStory {
        let ladder = &self.day.program.policy.ladders[climber.id.0];
        let invoice = &self.customer.invoices[at];
        let mut rungs = self.rungs(climber, invoice);
        // Before it is overdue, no step of a ladder per customer is about an invoice (R14); what stands below a rung
        // that is withheld comes with that one (R11).
        let why = match ladder.per_customer && invoice.days_overdue <= 0 {
            true => "it is about what is overdue, and this invoice is not yet",
            false => "it comes together with the step above it, which is withheld",
        };
        self.put_off(&mut rungs, self.day.snapshot.invoice_id(invoice.row), why);
        LadderStory { name: ladder.name.clone(), place: self.place(ladder.rule), rungs }
    }

    /// What is due and has no entry in the plan comes later.
    fn put_off(&self, rungs: &mut [RungStory], invoice: &str, why: &str) {
        let waiting = self.entries.waiting.iter().filter(|waiting| waiting.invoice == invoice);
        let withheld = self.entries.withheld.iter().filter(|entry| entry.action.is_about(invoice));
        let on =
            waiting.filter_map(|waiting| waiting.next).chain(withheld.filter_map(|entry| entry.next)).min();
        for rung in rungs {
            let mut steps = rung.steps.iter_mut().filter(|step| step.state == State::Due);
            let mut put_off = false;
            for step in steps.by_ref().filter(|step| step.entry.is_none()) {
                (step.state, step.on, step.why) = (State::Waiting, on, Some(why.to_owned()));
                put_off = true;
            }
            let is_due = rung.steps.iter().any(|step| step.state == State::Due);
            if put_off && !is_due && rung.state == State::Due {
                (rung.state, rung.on, rung.why) = (State::Waiting, on, Some(why.to_owned()));
            }
        }
    }

    pub(super) fn place(&self, rule: RuleId) -> Place {
        let rule = self.day.rule(rule);
        Place { rule: rule.id.clone(), file: rule.file.clone(), line: rule.line }
    }

    fn tried(
        &self,
        rule: RuleId,
        condition: Option<&Condition>,
        truth: Truth,
        invoice: &InvoiceState<'a>,
    ) -> Tried {
        let (matches, unknown) = match truth {
            Truth::Yes => (Answer::Yes, None),
            Truth::No => (Answer::No, None),
            Truth::Unknown(field) => (Answer::Unknown, Some(self.day.field_name(field))),
        };
        let own = self.day.rule(rule);
        Tried {
            name: own.block.clone(),
            text: own.text.clone(),
            place: self.place(rule),
            matches,
            unknown,
            facts: condition.map_or(Vec::new(), |condition| self.facts_read(condition, invoice)),
        }
    }

    /// What a condition reads, each field once.
    pub(super) fn facts_read(&self, condition: &Condition, invoice: &InvoiceState<'a>) -> Vec<FactRead> {
        let mut fields: Vec<Field> = Vec::new();
        condition.each_test(&mut |test| {
            if !fields.contains(&test.field) {
                fields.push(test.field);
            }
        });
        let read = |field: Field| FactRead {
            field: self.day.field_name(field),
            value: in_words(self.day.value(field, self.customer, invoice)),
        };
        fields.into_iter().map(read).collect()
    }

    fn carve_outs(&self, invoice: &InvoiceState<'a>) -> Vec<Tried> {
        let carve_outs = self.day.program.policy.carve_outs.iter();
        let tried = carve_outs.map(|carve_out| {
            let truth = self.day.truth(&carve_out.when, self.customer, invoice);
            self.tried(carve_out.rule, Some(&carve_out.when), truth, invoice)
        });
        tried.collect()
    }

    fn restrictions(&self, in_force: &[(&Restriction, Option<Field>)]) -> Vec<InForce> {
        let restrictions = in_force.iter().map(|(restriction, unknown)| InForce {
            text: self.day.rule(restriction.rule).text.clone(),
            place: self.place(restriction.rule),
            unknown: unknown.map(|field| self.day.field_name(field)),
        });
        restrictions.collect()
    }

    /// The disputes opened up to the day.
    fn disputes(&self, invoice: &InvoiceState<'a>) -> Vec<Dispute> {
        let today = self.day.today;
        let opened = self.day.snapshot.disputes_of(invoice.row).iter();
        let told = opened.filter(|dispute| dispute.opened.holds_on(today)).map(|dispute| Dispute {
            opened: dispute.opened.date(),
            closed: dispute.closed.filter(|&closed| closed <= today),
            holds: invoice.dispute.is_some() && dispute.closed.is_none_or(|closed| closed > today),
            reason: self.text(dispute.reason),
            amount: dispute.amount.map(|minor| Money::new(minor, invoice.balance.currency)),
            waiting_for: self.text(dispute.waiting_for),
            owner: self.text(dispute.owner),
        });
        told.collect()
    }

    /// The promises made up to the day, each judged by what was paid.
    fn promises(&self, invoice: &InvoiceState<'a>) -> Vec<Promise> {
        let made = self.day.snapshot.promises_of(invoice.row).iter();
        let made: Vec<&tables::Promise> =
            made.filter(|promise| promise.made.holds_on(self.day.today)).collect();
        let (balance, last) = (invoice.balance, made.len());
        let told = made.into_iter().enumerate().map(|(at, promise)| Promise {
            made: promise.made.date(),
            due: promise.due,
            amount: promise.amount.map(|minor| Money::new(minor, balance.currency)),
            paid: Money::new(self.day.paid_since(promise, balance.minor), balance.currency),
            state: match self.day.judge(promise, balance.minor) {
                Promised::Pending(_) | Promised::No => PromiseState::Pending,
                Promised::Kept(_) => PromiseState::Kept,
                Promised::Broken(_) => PromiseState::Broken,
            },
            counts: at + 1 == last,
        });
        told.collect()
    }

    fn flags(&self, invoice: &InvoiceState<'a>) -> Vec<Flag> {
        let flags = invoice.marks.iter().map(|mark| Flag {
            name: mark.name.to_string(),
            since: mark.since,
            escalated_to: mark.escalated_to.as_deref().map(str::to_owned),
        });
        flags.collect()
    }

    /// What happens next, from the plan's entries and the rungs.
    fn next(&self, story: &InvoiceStory) -> Next {
        let steps_of = |action: &Action| {
            action.steps_for(&story.id).map(|member| member.step.clone()).collect::<Vec<_>>()
        };
        let acts = self.entries.actions.iter().filter(|action| action.kind != Kind::Clear);
        let today: Vec<String> = acts.flat_map(steps_of).collect();
        if !today.is_empty() {
            return Next { state: NextState::Today, on: Some(self.day.today), steps: today };
        }
        let own = self.entries.withheld.iter().filter(|withheld| withheld.action.is_about(&story.id));
        let steps: Vec<String> = own.clone().flat_map(|withheld| steps_of(&withheld.action)).collect();
        if !steps.is_empty() {
            let on = own.filter_map(|withheld| withheld.next).min();
            return Next { state: NextState::Withheld, on, steps };
        }
        let waiting = self.entries.waiting.iter().find(|waiting| waiting.invoice == story.id);
        let carve_outs = story.carve_out_steps.iter().filter(|step| step.state == State::Waiting);
        let on = carve_outs.filter_map(|step| step.on).chain(waiting.and_then(|waiting| waiting.next)).min();
        let state = if on.is_some() { NextState::Waiting } else { NextState::Nothing };
        Next { state, on, steps: on.map_or(Vec::new(), |on| steps_on(story, on)) }
    }
}

/// The steps that come on a day.
fn steps_on(story: &InvoiceStory, on: NaiveDate) -> Vec<String> {
    let ladders = story.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let comes =
        |step: &&StepStory| step.on == Some(on) && matches!(step.state, State::Waiting | State::SteppedOver);
    ladders.chain(&story.carve_out_steps).filter(comes).map(|step| step.step.clone()).collect()
}

/// A value in words; none when it is missing.
fn in_words(value: Value) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Text(text) => Some(text.to_owned()),
        Value::Number(millionths) => Some(number(millionths)),
        Value::Money(money) => Some(money.grouped()),
        Value::Sum(parts) => Some(parts.iter().map(|part| part.grouped()).collect::<Vec<_>>().join(" and ")),
        Value::Date(date) => Some(date.format("%-d %B %Y").to_string()),
        Value::Flag(true) => Some(String::from("yes")),
        Value::Flag(false) => Some(String::from("no")),
        Value::Tags("") => Some(String::from("none")),
        Value::Tags(tags) => Some(tags.replace(';', ", ")),
    }
}

/// A number in millionths, without zeros that say nothing.
fn number(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let decimals = format!("{rest:06}");
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{decimals}"),
    }
}

/// The sentence of what holds an invoice, where something does.
pub(super) fn hold_of<'a>(day: &Day<'a>, scope: &Scope<'a>) -> Option<String> {
    scope.holds.first().map(|hold| day.obstacle_in_words(hold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_short() {
        let written = [12_000_000, -500_000, 0, 1_250_001].map(number);
        assert_eq!(written, ["12", "-0.5", "0", "1.250001"]);
    }
}

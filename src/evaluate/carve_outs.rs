//! Steps of carve-outs: each acts once when its day has come and the carve-out matches (R12).

mod trace;

use chrono::NaiveDate;

use super::candidate::{Bench, Due, Origin};
use super::condition::Truth;
use super::history::{self, Status};
use super::restrictions::Declined;
use crate::calendar::add_days;
use crate::compile::KeyId;
use crate::model::{Anchor, Step};
use crate::snapshot::tables::Since;

pub(super) use trace::Attended;

/// The day of a carve-out's step, and what became of it.
struct Appointment {
    nominal: NaiveDate,
    /// The day it acts on: contacts on an open one.
    day: NaiveDate,
    lapsed: bool,
    /// The day of the dispute or promise that it belongs to: ledger rows before it are not about it.
    event: Option<NaiveDate>,
    status: Status,
    /// Whether it is carried out or passed.
    finished: bool,
}

impl<'a> Bench<'_, 'a> {
    /// The steps that the matching carve-outs ask for today.
    pub(super) fn carve_out_steps(&self) -> Vec<Due<'a>> {
        let program = self.day.program;
        let mut due = Vec::new();
        for &at in &self.scope.matching {
            let steps = program.policy.carve_outs[at].steps.iter().zip(&program.carve_out_keys[at]);
            due.extend(steps.filter_map(|(step, &key)| self.carve_out_step(at, step, key)));
        }
        due
    }

    fn carve_out_step(&self, at: usize, step: &'a Step, key: KeyId) -> Option<Due<'a>> {
        let Appointment { nominal, day, lapsed, event, status, finished } = self.appointment(step, key)?;
        let closed = self.is_contact(step) && !self.day.rolling(None, self.calendar).is_open(self.day.today);
        if day > self.day.today || lapsed || closed || !self.applies(step) {
            return None;
        }
        (!finished).then_some(Due {
            origin: Origin::CarveOut(at),
            step,
            repetition: 0,
            nominal,
            status,
            event,
            goes_on: None,
            last_chance: false,
        })
    }

    /// The first later day that a step of the matching carve-outs names, tomorrow where one could act by now.
    pub(super) fn carve_outs_turn(&self) -> Option<NaiveDate> {
        let program = self.day.program;
        let tomorrow = add_days(self.day.today, 1);
        let steps = self
            .scope
            .matching
            .iter()
            .flat_map(|&at| program.policy.carve_outs[at].steps.iter().zip(&program.carve_out_keys[at]));
        let open = steps.filter_map(|(step, &key)| self.appointment(step, key));
        open.filter(|open| !open.finished && !open.lapsed).map(|open| open.day.max(tomorrow)).min()
    }

    fn is_contact(&self, step: &Step) -> bool {
        step.acts.iter().any(|act| act.contact().is_some())
    }

    /// Whether its own condition holds today.
    fn applies(&self, step: &Step) -> bool {
        let holds =
            |when| self.day.truth(when, self.customer, &self.customer.invoices[self.at]) == Truth::Yes;
        step.when.as_ref().is_none_or(holds)
    }

    /// When a step acts, and what became of it; none while it has no day.
    fn appointment(&self, step: &Step, key: KeyId) -> Option<Appointment> {
        let invoice = &self.customer.invoices[self.at];
        let today = self.day.today;
        // An event without a date acts on the first plan that sees it.
        let nominal = self.day.nominal(step.moment, invoice, self.calendar).or_else(|| self.undated(step))?;
        let rolling = self.day.rolling(None, self.calendar);
        let day = match self.is_contact(step) {
            true => self.day.weekends(None).roll(nominal, invoice.due, rolling),
            false => nominal,
        };
        let lapsed = nominal < invoice.due && today >= invoice.due && step.moment.anchor.is_of_invoice();
        let event = self.event(step, nominal);
        let rows = history::rows_of(&self.day.history, invoice.rows, key, 0);
        let rows = rows.filter(|row| event.is_none_or(|since| row.date >= since));
        let status = if step.waits { history::status_of_waiting } else { history::status };
        let status = status(rows.clone(), today);
        let finished = match status {
            Status::CarriedOut(_) => true,
            Status::Declined(on) => {
                let channel = self.day.history.channel_declined(rows, on);
                let declined = Declined { step, ladder: None, on, channel };
                self.scope.is_passed(self.day, self.customer, invoice, declined, self.calendar)
            }
            Status::Open | Status::FailedToday | Status::Unknown | Status::Pending(_) => false,
        };
        Some(Appointment { nominal, day, lapsed, event, status, finished })
    }

    /// Today, for a step counted from an event that is there but has no date.
    fn undated(&self, step: &Step) -> Option<NaiveDate> {
        let invoice = &self.customer.invoices[self.at];
        let undated = invoice.dispute.is_some_and(|dispute| dispute.opened == Since::Always);
        (step.moment.anchor == Anchor::Dispute && undated).then_some(self.day.today)
    }

    /// The day of the dispute or promise that a step belongs to.
    fn event(&self, step: &Step, nominal: NaiveDate) -> Option<NaiveDate> {
        let invoice = &self.customer.invoices[self.at];
        match step.moment.anchor {
            Anchor::Dispute => invoice.dispute.and_then(|dispute| dispute.opened.date()),
            Anchor::Promise => invoice
                .promised
                .promise()
                .map(|promise| promise.made.date().unwrap_or(promise.due.min(nominal))),
            _ => None,
        }
    }
}

//! How often a customer is written to (R18, R19).

use chrono::NaiveDate;

use super::combine::Group;
use super::day::Day;
use super::facts::CustomerState;
use super::obstacle::{Obstacle, Why};
use crate::calendar::{Calendar, add_days};
use crate::model::{Channel, RestrictionKind};
use crate::snapshot::ledger::Outcome;

/// The days on which a customer was written to, as the ledger has it.
pub(super) struct Written {
    /// Days with a message, each once, oldest first.
    pub(super) days: Vec<NaiveDate>,
    /// The channels on which a message went out today.
    pub(super) today: Vec<Channel>,
}

impl<'a> Day<'a> {
    pub(super) fn written(&self, customer: &CustomerState<'a>) -> Written {
        let mut written = Written { days: Vec::new(), today: Vec::new() };
        for row in self.snapshot.ledger_of_customer(customer.row).filter(|row| row.date <= self.today) {
            let Some(channel) = self.history.message(row) else { continue };
            written.days.push(row.date);
            if row.date == self.today {
                written.today.push(channel);
            }
        }
        written.days.sort_unstable();
        written.days.dedup();
        written
    }

    /// The limits per customer that a group meets, each with the last day on which it may not go.
    pub(super) fn customer_limits(
        &self,
        group: &Group<'a>,
        written: &Written,
        calendar: &Calendar,
    ) -> Vec<Obstacle<'a>> {
        let limits = group.limits().into_iter().filter_map(|(rule, kind)| match kind {
            RestrictionKind::WriteAtMost { times, days } => Some((rule, *times, i64::from(*days))),
            _ => None,
        });
        let over = limits.filter_map(|(rule, times, days)| {
            let free = written.free_on(self.today, times, days).filter(|&free| free > self.today)?;
            let why = Why::Limit { last: written.days.last().copied(), times, days };
            Some(Obstacle::of(rule, why).until(add_days(calendar.open_on_or_after(free), -1)))
        });
        over.collect()
    }

    /// Messages that went out by themselves today, as the ledger has it: one a customer and channel, or an
    /// invoice and channel where every invoice has its own.
    pub(super) fn sent_today(&self) -> usize {
        let rows = self.snapshot.ledger.iter().chain(&self.snapshot.customer_ledger);
        let went = |outcome| matches!(outcome, Outcome::Sent | Outcome::Bounced | Outcome::Unknown);
        let mut sent: Vec<_> = rows
            .filter(|row| row.date == self.today && went(row.outcome))
            .filter_map(|row| {
                let invoice = row.invoice.filter(|_| self.program.policy.settings.one_message_per_invoice);
                self.history.message(row).map(|channel| (row.customer, invoice, channel))
            })
            .collect();
        sent.sort_unstable();
        sent.dedup();
        sent.len()
    }
}

impl Written {
    /// The first day from `today` on that has fewer than `times` days with a message in the `days` days that
    /// end with it, itself not counted.
    pub(super) fn free_on(&self, today: NaiveDate, times: u32, days: i64) -> Option<NaiveDate> {
        let times = times as usize;
        // A message of today is among them, and another of the same day is none more.
        let within =
            |day: NaiveDate| self.days.iter().filter(|&&own| own > add_days(day, -days) && own < day).count();
        if within(today) < times {
            return Some(today);
        }
        // The window frees up as the old days leave it, one by one.
        self.days
            .iter()
            .map(|&day| add_days(day, days))
            .filter(|&day| day > today)
            .find(|&day| within(day) < times)
    }
}

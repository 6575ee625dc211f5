//! Nominal and planned dates of the rungs of a ladder on an invoice (R7, R8).

use chrono::NaiveDate;

use super::condition::Truth;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use crate::calendar::{Calendar, add_days, add_months, end_of_month};
use crate::model::{Anchor, Ladder, LadderId, Moment, Offset, PolicyCalendar, Unit, Weekends};

/// A rung at one of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planned {
    /// The rung in its ladder.
    pub(super) rung: usize,
    /// Which time of a repeated rung, from 1; 0 for one that does not repeat.
    pub(super) occurrence: u32,
    /// Anchor plus offset, before rolling.
    pub(super) nominal: NaiveDate,
    /// The day it is planned for.
    pub(super) planned: NaiveDate,
    /// The day it was planned for before a deadline put it off.
    pub(super) put_off: Option<NaiveDate>,
}

impl Planned {
    fn at(rung: usize, occurrence: u32, nominal: NaiveDate) -> Planned {
        Planned { rung, occurrence, nominal, planned: nominal, put_off: None }
    }

    /// The day it is planned for, whatever deadline runs: what is missed then is over (R10).
    pub(super) fn own_day(&self) -> NaiveDate {
        self.put_off.unwrap_or(self.planned)
    }
}

/// More repetitions than this are never looked at: it is 27 years of daily ones.
const MOST_REPETITIONS: u32 = 10_000;

impl<'a> Day<'a> {
    /// The customer's calendar: the first whose condition holds, else the one without, else none.
    pub(super) fn calendar(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> &Calendar {
        self.policy_calendar(customer, invoice).map_or(&self.always_open, |found| &found.calendar)
    }

    /// The same, with its name; none when no calendar of the policy is the customer's.
    pub(super) fn policy_calendar(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<&'a PolicyCalendar> {
        let calendars = &self.program.policy.calendars;
        let matching = calendars.iter().find(|calendar| {
            calendar.when.as_ref().is_some_and(|when| self.truth(when, customer, invoice) == Truth::Yes)
        });
        let general = || calendars.iter().find(|calendar| calendar.when.is_none());
        matching.or_else(general)
    }

    /// The day of a moment; none while its anchor has no date.
    pub(super) fn nominal(
        &self,
        moment: Moment,
        invoice: &InvoiceState<'a>,
        calendar: &Calendar,
    ) -> Option<NaiveDate> {
        let anchor = match moment.anchor {
            Anchor::Due => Some(invoice.due),
            Anchor::Issue => self.snapshot.invoices.issue_date.get(invoice.row.index()),
            Anchor::Dispute => invoice.dispute.and_then(|dispute| dispute.opened.date()),
            Anchor::Promise => invoice.promised.promise().map(|promise| promise.due),
            Anchor::Payment => self.last_payment(invoice.row),
            Anchor::EndOfMonth { from_issue, offset } => {
                let anchor = if from_issue { Anchor::Issue } else { Anchor::Due };
                self.nominal(Moment { anchor, offset }, invoice, calendar).map(end_of_month)
            }
            // What stands above decides, see `rungs`.
            Anchor::Previous => None,
        };
        anchor.map(|anchor| offset(anchor, moment.offset, calendar))
    }

    /// All rungs of a ladder on an invoice, in the order of their nominal dates, up to the first repetition
    /// of each repeated rung that lies beyond the horizon and beyond `known`, the highest one the ledger has.
    pub(super) fn rungs(
        &self,
        id: LadderId,
        invoice: &InvoiceState<'a>,
        calendar: &Calendar,
        horizon: NaiveDate,
        known: impl Fn(usize) -> u32,
    ) -> Vec<Planned> {
        let ladder: &Ladder = &self.program.policy.ladders[id.0];
        let mut planned = Vec::with_capacity(ladder.rungs.len());
        let mut above: Option<NaiveDate> = None;
        for (at, rung) in ladder.rungs.iter().enumerate() {
            let own = match rung.moment.anchor {
                Anchor::Previous => above.map(|above| offset(above, rung.moment.offset, calendar)),
                _ => self.nominal(rung.moment, invoice, calendar),
            };
            above = own.or(above);
            let Some(first) = own else { continue };
            let Some(repeat) = rung.repeat else {
                planned.push(Planned::at(at, 0, first));
                continue;
            };
            let least = known(at).saturating_add(1);
            let mut nominal = first;
            for occurrence in 1..=repeat.times.unwrap_or(MOST_REPETITIONS).min(MOST_REPETITIONS) {
                planned.push(Planned::at(at, occurrence, nominal));
                if nominal > horizon && occurrence >= least {
                    break;
                }
                let count = repeat.period.count.saturating_mul(i64::from(occurrence));
                nominal = offset(first, Offset { count, ..repeat.period }, calendar);
            }
        }
        planned.sort_by_key(|rung| (rung.nominal, rung.rung, rung.occurrence));
        let contacts = &self.program.ladders[id.0].has_contact;
        let mut before: Option<NaiveDate> = None;
        for rung in &mut planned {
            if contacts[rung.rung] {
                rung.planned = ladder.weekends.roll(rung.nominal, invoice.due, calendar);
            }
            if let Some(before) = before.filter(|&before| rung.planned <= before) {
                // Two rungs never share a day: the later one goes to the next open day.
                rung.planned = calendar.open_on_or_after(add_days(before, 1));
            }
            before = Some(rung.planned);
        }
        planned
    }

    /// How contacts of a ladder move off closed days, or those of carve-outs, which follow the policy.
    pub(super) fn weekends(&self, ladder: Option<LadderId>) -> Weekends {
        let policy = &self.program.policy;
        ladder.map_or(policy.settings.weekends, |ladder| policy.ladders[ladder.0].weekends)
    }

    /// The calendar that moves the contacts of a ladder, or of carve-outs: one without closed days where nothing
    /// moves.
    pub(super) fn rolling<'c>(&'c self, ladder: Option<LadderId>, calendar: &'c Calendar) -> &'c Calendar {
        if self.weekends(ladder) == Weekends::SameDay { &self.always_open } else { calendar }
    }
}

pub(super) fn offset(anchor: NaiveDate, offset: Offset, calendar: &Calendar) -> NaiveDate {
    match offset.unit {
        Unit::Days => add_days(anchor, offset.count),
        Unit::BusinessDays => calendar.add_business_days(anchor, offset.count),
        Unit::Months => add_months(anchor, offset.count),
    }
}

//! Which rung of a ladder is due (R9, R10, R11, R13).

mod trace;

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::condition::Truth;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::history::{self, Status};
use super::restrictions::{Declined, Scope};
use super::schedule::{Planned, offset};
use crate::calendar::{Calendar, add_days, days_between};
use crate::compile::{HistoryKey, KeyId};
use crate::model::{Act, Anchor, CatchUp, Charge, Ladder, LadderId, Moment, Step};
use crate::snapshot::ledger::LedgerRow;

pub(super) use trace::{Delay, Seen, SeenStep, Standing};

/// A step of a ladder that is due today, or would be if nothing stood in its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct DueStep<'a> {
    pub(super) ladder: LadderId,
    pub(super) rung: Planned,
    pub(super) step: &'a Step,
    pub(super) status: Status,
    /// The day of the next rung, where the ladder goes on although this step is not done.
    pub(super) goes_on: Option<NaiveDate>,
    /// Whether it is done today or never (`same day only`).
    pub(super) last_chance: bool,
    /// Whether it stands below the rung that acts, and comes with it or not at all (`latest`).
    pub(super) with_top: bool,
}

/// What a ladder says of an invoice on a day.
#[derive(Debug, Default)]
pub(super) struct Climb<'a> {
    /// Steps that are due, in file order.
    pub(super) due: Vec<DueStep<'a>>,
    /// When nothing of a new rung is due: the first day on which something could be.
    pub(super) next: Option<NaiveDate>,
}

/// A step of a ladder that an invoice climbs, with the repetitions that it can have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Present {
    pub(super) key: KeyId,
    pub(super) first: u32,
    pub(super) last: u32,
}

impl Present {
    /// Whether a ledger name is one of them.
    pub(super) fn is(self, name: &HistoryKey) -> bool {
        name.key == Some(self.key) && (self.first..=self.last).contains(&name.occurrence)
    }
}

/// The highest rung behind the invoice: carried out, declined, or passed by what another policy did.
#[derive(Debug, Clone, Copy)]
struct Behind {
    /// Rungs up to this one are behind; none when only a foreign contact lies below all rungs.
    index: Option<usize>,
    nominal: NaiveDate,
    planned: NaiveDate,
    /// The day it was carried out; none when it was declined.
    carried_out: Option<NaiveDate>,
    /// The last day on which anything of it was done, carried out or declined.
    touched: NaiveDate,
    /// Whether it is a contact that stands in no present ladder.
    is_foreign: bool,
}

/// The days that a step carried out gives the customer (`deadline N days`).
#[derive(Debug, Clone, Copy)]
struct Deadline {
    /// Its rung, and which time of it.
    of: (usize, u32),
    /// The day it was carried out, and the last day it gives.
    set: NaiveDate,
    over: NaiveDate,
}

/// One ladder on one invoice.
pub(super) struct Climber<'d, 'a> {
    pub(super) day: &'d Day<'a>,
    pub(super) id: LadderId,
    pub(super) customer: &'d CustomerState<'a>,
    /// The invoice that it is anchored on.
    pub(super) invoice: &'d InvoiceState<'a>,
    /// The ledger rows that count, oldest first.
    pub(super) rows: &'d [LedgerRow],
    pub(super) calendar: &'d Calendar,
    /// The calendar that moves its contacts: one without closed days where nothing moves.
    pub(super) rolling: &'d Calendar,
    pub(super) scope: &'d Scope<'a>,
    /// The first day after today on which nothing holds the invoice, where that is known.
    pub(super) free_from: Option<NaiveDate>,
    /// The keys of all ladders that the invoice climbs now.
    pub(super) present: &'d [Present],
}

impl<'a> Climber<'_, 'a> {
    /// The rungs on this invoice, what lies behind it, and the last that was carried out.
    fn ground(&self) -> (Vec<Planned>, Option<Behind>, Option<Behind>) {
        let foreign = self.foreign_contact();
        // What comes on its day only is missed while something holds it or a deadline runs.
        let has_skip = self.day.program.ladders[self.id.0].has_skip;
        let free = self.free_from.filter(|_| has_skip).map(|free| self.rolling.open_on_or_after(free));
        let horizon = [foreign.map(|(nominal, _)| nominal), free].into_iter().flatten();
        let horizon = horizon.fold(self.day.today, NaiveDate::max);
        let through = |horizon| {
            let known = |rung| self.highest_known(rung);
            let rungs = self.day.rungs(self.id, self.invoice, self.calendar, horizon, known);
            let behind = self.behind(&rungs, foreign);
            (rungs, behind)
        };
        let (mut rungs, mut behind) = through(horizon);
        let spaced = match self.ladder().catch_up {
            CatchUp::All { days_apart } => Some(days_apart),
            _ => None,
        };
        let spaced = spaced.and_then(|days| Some(add_days(behind?.carried_out?, days)));
        let over = self.deadline(&rungs).max(spaced).filter(|_| has_skip);
        // What repeats goes on above a rung carried out ahead of its day.
        if let Some(further) = behind.map(|behind| behind.nominal).max(over).filter(|day| *day > horizon) {
            (rungs, behind) = through(further);
        }
        let last = self.carried_out(&rungs, behind);
        self.follow(&mut rungs, above(behind), last);
        (rungs, behind, last)
    }

    /// The steps that are due, and otherwise when the next is.
    pub(super) fn climb(&self) -> Climb<'a> {
        let (mut rungs, behind, last) = self.ground();
        let first = above(behind);
        let mut climb = Climb::default();
        if let Some(behind) = behind {
            self.remaining(&rungs, behind, &mut climb);
        }
        if let Some(rung) = self.waited_for(&rungs) {
            self.wait(&rungs, rung, behind, &mut climb);
            return climb;
        }
        let left = climb.due.len();
        let started_today = self.started_today(&rungs);
        self.respect_deadline(&mut rungs, first);
        match self.ladder().catch_up {
            CatchUp::OneAtATime | CatchUp::OnePerRun | CatchUp::All { .. } => {
                self.next_rung(&rungs[first..], last, started_today, &mut climb);
            }
            CatchUp::SameDayOnly => self.rung_of_today(&rungs[first..], started_today, &mut climb),
            CatchUp::Latest => {
                // What is passed because of another ladder's contact does not come back.
                let foreign = self.foreign_contact().map(|(nominal, _)| nominal);
                let is_passed = behind.is_some_and(|behind| foreign == Some(behind.nominal));
                let below = if is_passed { first } else { 0 };
                self.latest_rung(&rungs[first..], &rungs[below..], started_today, &mut climb);
            }
        }
        // What is left of a rung that was started does not keep the ladder from its next one.
        climb.due[..left].iter_mut().for_each(|due| due.goes_on = climb.next);
        climb
    }

    /// The first later day on which a rung comes, whatever holds or forbids it.
    pub(super) fn turn(&self) -> Option<NaiveDate> {
        let (mut rungs, behind, last) = self.ground();
        if !self.rolling.is_open(self.day.today) || self.started_today(&rungs) {
            return Some(add_days(self.day.today, 1));
        }
        self.respect_deadline(&mut rungs, above(behind));
        let days = rungs.iter().flat_map(|rung| [rung.planned, self.spaced(rung, last)]);
        days.filter(|&day| day > self.day.today).min()
    }

    /// Whether a rung was started, carried on or declined today, or a contact counted that stands in no ladder: the next
    /// one waits for tomorrow (R10). A lower rung counts too, which another ladder with the same step can start.
    fn started_today(&self, rungs: &[Planned]) -> bool {
        let today = self.day.today;
        let any_row = self.rows.iter().any(|row| row.date == today);
        let own = || rungs.iter().any(|rung| self.started(0, rung).is_some_and(|own| own.touched == today));
        let foreign = || self.rows.iter().any(|row| row.date == today && self.is_foreign_contact(row));
        any_row && (own() || foreign())
    }

    fn ladder(&self) -> &'a Ladder {
        &self.day.program.policy.ladders[self.id.0]
    }

    fn steps(&self, rung: &Planned) -> impl Iterator<Item = (&'a Step, KeyId)> + use<'a> {
        let keys = &self.day.program.ladders[self.id.0].keys[rung.rung];
        self.ladder().rungs[rung.rung].steps.iter().zip(keys.iter().copied())
    }

    fn has_contact(&self, rung: &Planned) -> bool {
        self.day.program.ladders[self.id.0].has_contact[rung.rung]
    }

    /// The highest repetition of a rung that the ledger knows.
    fn highest_known(&self, rung: usize) -> u32 {
        let keys = &self.day.program.ladders[self.id.0].keys[rung];
        let names = self.rows.iter().map(|row| self.day.history.name(row));
        names
            .filter(|name| name.key.is_some_and(|key| keys.contains(&key)))
            .map(|name| name.occurrence)
            .max()
            .unwrap_or(0)
    }

    fn status(&self, step: &Step, key: KeyId, occurrence: u32) -> Status {
        if self.rows.is_empty() {
            return Status::Open;
        }
        let rows = history::rows_of(&self.day.history, self.rows, key, occurrence);
        let status = if step.waits { history::status_of_waiting } else { history::status };
        status(rows, self.day.today)
    }

    /// What lies behind the invoice: its own rungs, and what stands in no present ladder (R13).
    fn behind(&self, rungs: &[Planned], foreign: Option<(NaiveDate, NaiveDate)>) -> Option<Behind> {
        if self.rows.is_empty() {
            return None;
        }
        let own = rungs.iter().enumerate().rev().find_map(|(index, rung)| self.started(index, rung));
        let foreign = foreign.map(|contact| self.foreign(rungs, contact));
        match (own, foreign) {
            (Some(own), Some(foreign)) => {
                // Both pass what lies below them; of two at one rung the later spaces the next.
                let index = own.index.max(foreign.index);
                let is_beyond = (foreign.nominal, foreign.carried_out) > (own.nominal, own.carried_out);
                Some(Behind { index, ..if is_beyond { foreign } else { own } })
            }
            (own, foreign) => own.or(foreign),
        }
    }

    /// Plans the rungs that count from the one above them: from the last one carried out, or from the plan of the one
    /// above when that is still to come (R7).
    fn follow(&self, rungs: &mut [Planned], first: usize, last: Option<Behind>) {
        for at in 0..rungs.len() {
            let rung = rungs[at];
            let moment = self.ladder().rungs[rung.rung].moment;
            if moment.anchor != Anchor::Previous {
                continue;
            }
            let carried_out = match at.cmp(&first) {
                // What lies behind was planned after a rung of its own ladder.
                Ordering::Less => self.carried_out_below(&rungs[..at]),
                Ordering::Equal => last,
                Ordering::Greater => None,
            };
            let planned = at.checked_sub(1).map(|above| rungs[above].planned);
            let Some(above) = carried_out.and_then(|behind| behind.carried_out).or(planned) else { continue };
            let day = offset(above, moment.offset, self.calendar);
            let moves = self.has_contact(&rung);
            rungs[at].planned = match moves {
                true => self.ladder().weekends.roll(day, self.invoice.due, self.calendar),
                false => day,
            };
            if rungs[at].planned <= above {
                // Two rungs never share a day.
                rungs[at].planned = self.calendar.open_on_or_after(add_days(above, 1));
            }
        }
    }

    /// The highest rung that was carried out, which spaces the next: one declined above it does not (R11).
    fn carried_out(&self, rungs: &[Planned], behind: Option<Behind>) -> Option<Behind> {
        let declined = behind.filter(|behind| behind.carried_out.is_none());
        let Some(index) = declined.and_then(|behind| behind.index) else { return behind };
        let own = self.carried_out_below(&rungs[..index]);
        let foreign = self.foreign_contact().map(|contact| self.foreign(rungs, contact));
        [own, foreign].into_iter().flatten().max_by_key(|below| (below.nominal, below.carried_out))
    }

    /// The highest of these rungs that was carried out.
    fn carried_out_below(&self, rungs: &[Planned]) -> Option<Behind> {
        let started = rungs.iter().enumerate().rev().filter_map(|(index, rung)| self.started(index, rung));
        started.into_iter().find(|below| below.carried_out.is_some())
    }

    /// A rung of this ladder that one of its steps has started: carried out or declined.
    fn started(&self, index: usize, rung: &Planned) -> Option<Behind> {
        let mut carried_out: Option<NaiveDate> = None;
        let mut touched: Option<NaiveDate> = None;
        for (step, key) in self.steps(rung) {
            match self.status(step, key, rung.occurrence) {
                Status::CarriedOut(date) => {
                    carried_out = carried_out.max(Some(date));
                    touched = touched.max(Some(date));
                }
                Status::Declined(date) if self.can_be_declined(step, key, rung.occurrence, date) => {
                    touched = touched.max(Some(date))
                }
                _ => {}
            }
        }
        touched.map(|touched| Behind {
            index: Some(index),
            nominal: rung.nominal,
            planned: rung.planned,
            carried_out,
            touched,
            is_foreign: false,
        })
    }

    fn can_be_declined(&self, step: &Step, key: KeyId, occurrence: u32, on: NaiveDate) -> bool {
        let rows = history::rows_of(&self.day.history, self.rows, key, occurrence);
        let channel = self.day.history.channel_declined(rows, on);
        let declined = Declined { step, ladder: Some(self.id), on, channel };
        self.scope.is_passed(self.day, self.customer, self.invoice, declined, self.calendar)
    }

    /// The highest contact that stands in no present ladder: where it stands, and its day (R13).
    fn foreign_contact(&self) -> Option<(NaiveDate, NaiveDate)> {
        let contacts = self.rows.iter().filter(|row| self.is_foreign_contact(row));
        contacts.map(|row| (self.rung_day(row), row.date)).max()
    }

    fn is_foreign_contact(&self, row: &LedgerRow) -> bool {
        let name = self.day.history.name(row);
        let is_present = self.present.iter().any(|present| present.is(name));
        row.outcome.carries_out()
            && !is_present
            && self.day.history.channel(row).is_some()
            && !self.undone(row)
    }

    /// A contact that stands in no present ladder, as if it were a rung of this one (R13).
    fn foreign(&self, rungs: &[Planned], (nominal, date): (NaiveDate, NaiveDate)) -> Behind {
        let index = rungs.iter().rposition(|rung| rung.nominal <= nominal);
        let planned = self.rolling.open_on_or_after(nominal);
        Behind { index, nominal, planned, carried_out: Some(date), touched: date, is_foreign: true }
    }

    /// Where a ledger row stands among rungs: at its `rung`, else as many days after the due date as it came (R13).
    fn rung_day(&self, row: &LedgerRow) -> NaiveDate {
        let rung = row.rung.and_then(|rung| Moment::read(self.day.snapshot.text(rung)));
        let of_ladder = rung.filter(|rung| rung.anchor.is_of_invoice());
        let at_rung = of_ladder.and_then(|rung| self.day.nominal(rung, self.invoice, self.calendar));
        at_rung.unwrap_or_else(|| {
            // Another invoice's contact stands as many days after this due date as it came after its own.
            let due = row.invoice.map_or(self.invoice.due, |own| self.day.due_date(own));
            add_days(self.invoice.due, days_between(due, row.date))
        })
    }

    /// Whether a later row of the same step says that it did not go out after all.
    fn undone(&self, row: &LedgerRow) -> bool {
        let same = self.rows.iter().filter(|other| {
            // On another invoice of the customer it is another message.
            other.invoice == row.invoice && self.day.history.is_same(other, row)
        });
        !matches!(history::status(same, self.day.today), Status::CarriedOut(_))
    }

    /// The rung that holds up its ladder: a step of it waits for a person who has not done it yet (`and wait`). What
    /// was given to nobody on a rung below one that was started is passed like the rest of it.
    fn waited_for<'r>(&self, rungs: &'r [Planned]) -> Option<&'r Planned> {
        let program = &self.day.program.ladders[self.id.0];
        if self.rows.is_empty() || !program.has_wait {
            return None;
        }
        let begun = self.begun(rungs);
        rungs.iter().rev().filter(|rung| !self.lapsed(rung)).find(|rung| {
            self.live_steps(rung, self.day.today).any(|(step, key)| {
                let holds_up = match self.status(step, key, rung.occurrence) {
                    Status::Pending(_) => true,
                    Status::CarriedOut(_) | Status::Declined(_) => false,
                    Status::Open | Status::FailedToday | Status::Unknown => {
                        !self.is_last_chance(rung, step) && begun == Some(*rung)
                    }
                };
                step.waits && holds_up && self.applies(rung, step) && !self.forbidden(step)
            })
        })
    }

    /// The highest rung that was started.
    fn begun<'r>(&self, rungs: &'r [Planned]) -> Option<&'r Planned> {
        rungs.iter().rev().find(|rung| self.started(0, rung).is_some())
    }

    /// What the ladder waits for, beside what is left of its rung; nobody knows when it goes on, unless it lapses.
    fn wait(&self, rungs: &[Planned], rung: &Planned, behind: Option<Behind>, climb: &mut Climb<'a>) {
        let mut waited = Climb::default();
        self.add_steps(rung, &mut waited, |_| true);
        let known = |due: &DueStep| {
            climb.due.iter().any(|known| known.rung == due.rung && std::ptr::eq(known.step, due.step))
        };
        // Of another rung than the one started last only what somebody was given; so of this one, where what is left of
        // it does not come back.
        let begun = self.begun(rungs) == Some(rung) && !self.is_over(rungs, rung, behind);
        // What is forbidden is not waited for, and lapses with the rest.
        let is_begun = |due: &DueStep| begun && !self.forbidden(due.step);
        waited.due.retain(|due| due.step.waits && !known(due) && (is_given(due) || is_begun(due)));
        let before = waited.due.len();
        if self.quiet_until(rung, rungs).is_some() || !self.rolling.is_open(self.day.today) {
            waited.due.retain(|due| is_given(due) || !is_contact(due.step));
        }
        if waited.due.len() < before {
            climb.next = earlier(climb.next, self.rest_of(rung, rungs));
        }
        // What somebody was given of the rung started last is told as well where a higher one is waited for.
        let last = behind.and_then(|behind| behind.index).map(|at| &rungs[at]);
        if let Some(last) = self.begun(rungs).filter(|begun| *begun != rung && Some(*begun) == last) {
            let mut left = Climb::default();
            self.add_steps(last, &mut left, |_| true);
            left.due
                .retain(|due| due.step.waits && is_given(due) && !self.forbidden(due.step) && !known(due));
            waited.due.append(&mut left.due);
        }
        let goes_on =
            earlier(self.after_due_date(rungs, rung), self.after_ceasing(&rungs[above(behind)..], rung));
        climb.next = earlier(climb.next, goes_on);
        climb.due.append(&mut waited.due);
        climb.due.iter_mut().for_each(|due| due.goes_on = goes_on);
    }

    /// Whether the next rung was planned before what is left of the one started last came (`same day only`).
    fn is_over(&self, rungs: &[Planned], rung: &Planned, behind: Option<Behind>) -> bool {
        let at = behind.and_then(|behind| behind.index).filter(|&at| rungs[at] == *rung);
        let next = at.and_then(|at| rungs.get(at + 1));
        let is_same_day = self.ladder().catch_up == CatchUp::SameDayOnly;
        is_same_day && next.is_some_and(|next| self.day.today >= next.planned)
    }

    /// Where a rung lapses on the due date: the first day on which one after it could act.
    fn after_due_date(&self, rungs: &[Planned], rung: &Planned) -> Option<NaiveDate> {
        let due = self.invoice.due;
        let after = rungs.iter().filter(|after| rung.nominal < due && after.nominal >= due);
        let could_act = after.filter(|after| self.any_acts(after) || self.may_apply_later(after));
        could_act.filter_map(|after| self.first_free(after, after.planned.max(due))).min()
    }

    /// Where time can end what is waited for: the first day on which another rung ahead could act.
    fn after_ceasing(&self, ahead: &[Planned], rung: &Planned) -> Option<NaiveDate> {
        // What is not done on its day may lapse with it.
        let mut tomorrow = self.live_steps(rung, add_days(self.day.today, 1));
        let ends = !tomorrow.any(|(step, _)| step.waits) || self.may_cease(rung);
        let is_missed =
            |own: &Planned| self.ladder().catch_up == CatchUp::SameDayOnly && own.planned <= self.day.today;
        let others = ahead.iter().filter(|own| *own != rung && ends && !is_missed(own));
        let could_act = others.filter(|own| self.any_acts(own) || self.may_apply_later(own));
        could_act.filter_map(|own| self.first_free(own, own.planned)).min()
    }

    /// The first day on which what is left of a rung could act: not before a deadline is over.
    fn rest_of(&self, rung: &Planned, rungs: &[Planned]) -> Option<NaiveDate> {
        let day = self.quiet_until(rung, rungs).map_or(self.day.today, |over| add_days(over, 1));
        self.first_free(rung, day)
    }

    /// The last day on which deadlines keep back what is left of a rung; its own of today does not.
    fn quiet_until(&self, rung: &Planned, rungs: &[Planned]) -> Option<NaiveDate> {
        let (own, today) = ((rung.rung, rung.occurrence), self.day.today);
        let running = self
            .deadlines(rungs)
            .into_iter()
            .filter(|deadline| deadline.over >= today && (deadline.set < today || deadline.of != own));
        running.map(|deadline| deadline.over).max()
    }

    /// The other steps of the rung that was started last stay due until the next rung's planned date (R9).
    fn remaining(&self, rungs: &[Planned], behind: Behind, climb: &mut Climb<'a>) {
        let Some(rung) = self.unfinished(rungs, behind) else { return };
        self.add_steps(&rung, climb, |_| true);
        let before = climb.due.len();
        if self.quiet_until(&rung, rungs).is_some() || !self.rolling.is_open(self.day.today) {
            // What somebody was given does not come again.
            climb.due.retain(|due| is_given(due) || !is_contact(due.step));
        }
        if climb.due.len() < before || self.may_apply_later(&rung) {
            climb.next = self.rest_of(&rung, rungs);
        }
    }

    /// The rung that was started last, while its other steps have not lapsed.
    fn unfinished(&self, rungs: &[Planned], behind: Behind) -> Option<Planned> {
        let rung = behind.index.map(|index| rungs[index])?;
        let next = behind.index.and_then(|index| rungs.get(index + 1));
        let late = self.ladder().catch_up == CatchUp::SameDayOnly && self.day.today > rung.planned;
        let lapsed = next.is_some_and(|next| self.day.today >= next.planned) || self.lapsed(&rung);
        (!late && !lapsed && self.started(0, &rung).is_some()).then_some(rung)
    }

    /// Steps counted from the due or issue date with a day before the due date lapse on the due date (R10).
    fn lapsed(&self, rung: &Planned) -> bool {
        // A ladder per customer has no step before the due date at all (R14).
        rung.nominal < self.invoice.due && (self.ladder().per_customer || self.day.today >= self.invoice.due)
    }

    /// Whether a step would act today: its condition holds, and it has something to do.
    fn applies(&self, rung: &Planned, step: &Step) -> bool {
        self.holds(step) && !self.is_charged(rung, step)
    }

    /// Whether a step's interest is charged already, up to the day of its rung.
    fn is_charged(&self, rung: &Planned, step: &Step) -> bool {
        let Some(Act::Charge(Charge::Interest(rate))) = step.acts.first() else { return false };
        if self.ladder().per_customer || rung.nominal > self.day.today {
            return false;
        }
        matches!(self.day.interest_left(&[self.invoice], self.rows, rate, rung.nominal), Ok(left) if left.amount <= 0)
    }

    fn holds(&self, step: &Step) -> bool {
        step.when.as_ref().is_none_or(|when| self.day.truth(when, self.customer, self.invoice) == Truth::Yes)
    }

    /// Whether time alone may make the condition of a step hold, or fail.
    fn may_become(&self, step: &Step, holding: bool) -> bool {
        step.when.as_ref().is_some_and(|when| self.day.may_become(when, holding, self.customer, self.invoice))
    }

    fn forbidden(&self, step: &Step) -> bool {
        step.acts.first().is_some_and(|act| self.scope.forbids(self.id, act))
    }

    /// `one at a time`: the next rung, spaced by the gap when the one before it was late (R10, R11).
    fn next_rung(&self, rungs: &[Planned], last: Option<Behind>, started_today: bool, climb: &mut Climb<'a>) {
        let mut skipped: Option<&Planned> = None;
        let mut sooner: Option<NaiveDate> = None;
        // What will be missed is not missed yet: what stands above it comes after its day.
        let mut not_before = NaiveDate::MIN;
        // A rung that is due may lapse or cease to apply before anything lets it go: from when on others come then.
        let mut instead: Option<NaiveDate> = None;
        for rung in rungs.iter().filter(|rung| !self.lapsed(rung)) {
            let (day, today) = (self.spaced(rung, last).max(not_before), self.day.today);
            let later = day > today || started_today || self.is_closed(rung);
            let first = if later { self.first_free(rung, day).unwrap_or(day.max(today)) } else { today };
            let is_before_due = rung.nominal < self.invoice.due;
            let mut live = self.live_steps(rung, first);
            let can_act = live.any(|(step, _)| self.applies(rung, step) && !self.forbidden(step));
            if !can_act && day > today && self.any_acts(rung) {
                not_before = not_before.max(add_days(rung.own_day(), 1));
            }
            let from = instead.unwrap_or(today);
            if can_act && is_before_due && first.max(from) >= self.invoice.due {
                // It lapses before anything lets it go.
                instead = Some(self.invoice.due.max(from));
                continue;
            }
            if instead.is_some() && can_act {
                sooner = earlier(sooner, self.first_free(rung, day.max(from)));
                break;
            }
            let before = climb.due.len();
            if can_act {
                self.act_or_wait(rung, day, started_today, climb);
            } else if instead.is_none()
                && rung.planned <= today
                && self.live_steps(rung, first).any(|(step, _)| self.applies(rung, step))
            {
                skipped = Some(rung);
            }
            let is_acting = climb.due.len() > before;
            if (is_acting || !can_act) && self.may_apply_later(rung) {
                sooner = earlier(sooner, self.first_free(rung, rung.planned));
            }
            if is_acting {
                let stays = self.live_steps(rung, add_days(first, 1)).next().is_some();
                let ends = !stays || self.may_cease(rung);
                instead = if ends { Some(today) } else { is_before_due.then_some(self.invoice.due) };
            }
            if can_act && instead.is_none() {
                break;
            }
        }
        climb.next = earlier(climb.next, sooner);
        if let Some(rung) = skipped.filter(|_| climb.due.is_empty()) {
            self.add_steps(rung, climb, |_| true);
        }
        climb.due.iter_mut().for_each(|due| due.goes_on = climb.next);
    }

    fn any_acts(&self, rung: &Planned) -> bool {
        self.live_steps(rung, self.day.today)
            .any(|(step, _)| self.applies(rung, step) && !self.forbidden(step))
    }

    fn any_applies(&self, rung: &Planned) -> bool {
        self.live_steps(rung, self.day.today).any(|(step, _)| self.applies(rung, step))
    }

    /// The steps of a rung that have not lapsed on a day: what is marked so lapses when its day is missed (R10).
    fn live_steps(&self, rung: &Planned, on: NaiveDate) -> impl Iterator<Item = (&'a Step, KeyId)> + use<'a> {
        let missed = on > rung.own_day();
        self.steps(rung).filter(move |(step, _)| !(missed && step.skip_if_missed))
    }

    /// `latest`: the highest rung whose day has come, with unfinished flags, escalations and charges below it (R11).
    fn latest_rung(&self, ahead: &[Planned], all: &[Planned], started_today: bool, climb: &mut Climb<'a>) {
        let ahead = || ahead.iter().filter(|rung| !self.lapsed(rung));
        // One that a deadline keeps back has come, and nothing lower takes its place.
        let has_come = |rung: &&Planned| rung.own_day() <= self.day.today;
        // What lapsed because its day was missed still passes what lies below it.
        let top = ahead()
            .rfind(|rung| has_come(rung) && self.steps(rung).any(|(step, _)| self.applies(rung, step)));
        let before = climb.due.len();
        if let Some(top) = top {
            self.act_or_wait(top, top.planned, started_today, climb);
            if climb.due[before..].iter().any(|due| !self.forbidden(due.step)) {
                let below = all.iter().take_while(|rung| *rung != top).filter(|rung| !self.lapsed(rung));
                let of_top = climb.due.len();
                for rung in below {
                    self.add_steps(rung, climb, |act| {
                        matches!(act, Act::Flag { .. } | Act::Escalate { .. } | Act::Charge(_))
                    });
                }
                climb.due[of_top..].iter_mut().for_each(|due| due.with_top = true);
            }
        }
        let next = ahead().filter(|rung| !has_come(rung) && self.any_applies(rung));
        let sooner = ahead().filter(|rung| self.may_apply_later(rung));
        // What stands below the highest one takes its place once that applies no more.
        let top = top.filter(|top| self.may_not_apply_later(top));
        let instead = top.into_iter().flat_map(|top| ahead().take_while(move |rung| *rung != top));
        let later = next.chain(sooner).chain(instead.filter(|rung| self.any_applies(rung)));
        let later = later.filter_map(|rung| self.first_free(rung, rung.planned)).min();
        climb.next = earlier(climb.next, later);
        climb.due[before..].iter_mut().for_each(|due| due.goes_on = climb.next);
    }

    /// `same day only`: what is planned for today acts today or never (R11).
    fn rung_of_today(&self, ahead: &[Planned], started_today: bool, climb: &mut Climb<'a>) {
        let before = climb.due.len();
        let ahead = || ahead.iter().filter(|rung| !self.lapsed(rung));
        if let Some(rung) = ahead().find(|rung| rung.planned == self.day.today).filter(|_| !started_today) {
            self.add_steps(rung, climb, |_| true);
        }
        let can_act = |rung: &&Planned| self.any_acts(rung) || self.may_apply_later(rung);
        let later = |free| ahead().filter(move |rung| rung.planned >= free).filter(can_act);
        let later = self.free_from.and_then(|free| later(free).map(|rung| rung.planned).min());
        climb.next = earlier(climb.next, later);
        climb.due[before..].iter_mut().for_each(|due| due.goes_on = climb.next);
    }

    /// The last day that a deadline gives, of those that steps carried out have set (`deadline N days`).
    fn deadline(&self, rungs: &[Planned]) -> Option<NaiveDate> {
        self.deadlines(rungs).iter().map(|deadline| deadline.over).max()
    }

    /// The deadlines that steps carried out have set.
    fn deadlines(&self, rungs: &[Planned]) -> Vec<Deadline> {
        if self.rows.is_empty() || !self.day.program.ladders[self.id.0].has_deadline {
            return Vec::new();
        }
        let steps = rungs.iter().flat_map(|rung| self.steps(rung).map(move |(step, key)| (step, key, rung)));
        let set = steps.filter_map(|(step, key, rung)| {
            let days = i64::from(step.deadline?);
            let Status::CarriedOut(_) = self.status(step, key, rung.occurrence) else { return None };
            // Of several dispatches the last gives its days.
            let rows = history::rows_of(&self.day.history, self.rows, key, rung.occurrence);
            let set = rows.filter(|row| row.outcome.carries_out()).map(|row| row.date).max()?;
            Some(Deadline { of: (rung.rung, rung.occurrence), set, over: add_days(set, days) })
        });
        set.collect()
    }

    /// Puts the contacts ahead off to the day after a deadline that was set; `same day only` has then missed them.
    fn respect_deadline(&self, rungs: &mut [Planned], first: usize) {
        let Some(over) = self.deadline(rungs) else { return };
        let free = match self.ladder().catch_up {
            CatchUp::SameDayOnly => add_days(self.day.today, -1),
            _ => self.rolling.open_on_or_after(add_days(over, 1)),
        };
        for rung in rungs[first..].iter_mut().filter(|rung| rung.planned <= over && self.has_contact(rung)) {
            rung.put_off = Some(rung.planned);
            rung.planned = free;
        }
    }

    /// The day of a rung: planned, but some time after the one before it when that one was late (R11).
    fn spaced(&self, rung: &Planned, last: Option<Behind>) -> NaiveDate {
        let follows = self.ladder().rungs[rung.rung].moment.anchor == Anchor::Previous;
        let late = last.and_then(|behind| {
            let carried_out = behind.carried_out.filter(|&date| date > behind.planned)?;
            let gap = match self.ladder().catch_up {
                CatchUp::All { days_apart } => days_apart,
                CatchUp::OnePerRun => return None,
                // It counts from the one before it as it is.
                _ if follows => return None,
                _ => days_between(behind.nominal, rung.nominal),
            };
            Some(add_days(carried_out, gap))
        });
        match late {
            None => rung.planned,
            Some(earliest) if self.has_contact(rung) => {
                rung.planned.max(self.rolling.open_on_or_after(earliest))
            }
            Some(earliest) => rung.planned.max(earliest),
        }
    }

    fn act_or_wait(&self, rung: &Planned, day: NaiveDate, started_today: bool, climb: &mut Climb<'a>) {
        let today = self.day.today;
        if day > today || started_today || self.is_closed(rung) {
            climb.next = earlier(climb.next, self.first_free(rung, day));
        } else {
            self.add_steps(rung, climb, |_| true);
        }
    }

    /// Whether nobody is contacted today, where the rung has a contact.
    fn is_closed(&self, rung: &Planned) -> bool {
        self.has_contact(rung) && !self.rolling.is_open(self.day.today)
    }

    /// The first day from tomorrow on, and after all that holds the invoice, on which a rung could act; none
    /// when nobody knows the end of a hold.
    fn first_free(&self, rung: &Planned, day: NaiveDate) -> Option<NaiveDate> {
        let day = self.free_from?.max(day);
        Some(if self.has_contact(rung) { self.rolling.open_on_or_after(day) } else { day })
    }

    /// Whether time alone can bring a rung that does not apply today.
    fn may_apply_later(&self, rung: &Planned) -> bool {
        let by_condition = |step: &Step| !self.holds(step) && self.may_become(step, true);
        self.live_steps(rung, add_days(self.day.today, 1)).any(|(step, _)| {
            by_condition(step)
                || (self.forbidden(step) && self.scope.forbids_for_a_time(self.day, self.id, step))
        })
    }

    /// Whether time alone can take away all that a rung could do today.
    fn may_cease(&self, rung: &Planned) -> bool {
        let steps = self.live_steps(rung, self.day.today);
        let mut acting = steps.filter(|(step, _)| self.applies(rung, step) && !self.forbidden(step));
        acting.all(|(step, _)| self.may_become(step, false) || self.day.may_be_forbidden(step))
    }

    /// Whether time alone can end that a rung applies, whatever forbids it.
    fn may_not_apply_later(&self, rung: &Planned) -> bool {
        let mut applying = self.steps(rung).filter(|(step, _)| self.applies(rung, step));
        applying.all(|(step, _)| self.may_become(step, false))
    }

    /// Whether a step is done today or never: its day has come, and nothing makes up for it (R10, R11).
    fn is_last_chance(&self, rung: &Planned, step: &Step) -> bool {
        let lapses = step.skip_if_missed || self.ladder().catch_up == CatchUp::SameDayOnly;
        lapses && self.day.today >= rung.planned
    }

    /// Adds the steps of a rung that apply and are not finished.
    fn add_steps(&self, rung: &Planned, climb: &mut Climb<'a>, wanted: impl Fn(&Act) -> bool) {
        for (step, key) in self.live_steps(rung, self.day.today) {
            let status = self.status(step, key, rung.occurrence);
            let finished = match status {
                Status::CarriedOut(_) => true,
                Status::Declined(on) => self.can_be_declined(step, key, rung.occurrence, on),
                Status::Open | Status::FailedToday | Status::Unknown | Status::Pending(_) => false,
            };
            let is_wanted = step.acts.first().is_some_and(&wanted);
            if is_wanted && !finished && self.applies(rung, step) {
                climb.due.push(DueStep {
                    ladder: self.id,
                    rung: *rung,
                    step,
                    status,
                    goes_on: None,
                    last_chance: self.is_last_chance(rung, step),
                    with_top: false,
                });
            }
        }
    }
}

/// The lowest rung above what lies behind.
fn above(behind: Option<Behind>) -> usize {
    behind.and_then(|behind| behind.index).map_or(0, |index| index + 1)
}

/// Whether a person was given it and has not done it yet.
fn is_given(due: &DueStep) -> bool {
    matches!(due.status, Status::Pending(_))
}

fn is_contact(step: &Step) -> bool {
    step.acts.iter().any(|act| act.contact().is_some())
}

pub(super) fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

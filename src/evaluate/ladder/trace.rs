//! What a ladder says of each of its rungs, for explanations: the decisions of the climb, told one by one.

use chrono::NaiveDate;

use super::{Behind, Climb, Climber, Planned, Status, above, is_contact};
use crate::calendar::{add_days, days_between};
use crate::model::{CatchUp, Step};
use crate::snapshot::ledger::LedgerRow;

/// A rung and what became of it.
#[derive(Debug)]
pub(in crate::evaluate) struct Seen<'a> {
    pub(in crate::evaluate) rung: Planned,
    pub(in crate::evaluate) standing: Standing,
    pub(in crate::evaluate) steps: Vec<SeenStep<'a>>,
}

/// A step of a rung.
#[derive(Debug)]
pub(in crate::evaluate) struct SeenStep<'a> {
    pub(in crate::evaluate) step: &'a Step,
    pub(in crate::evaluate) status: Status,
    /// Carried out, or passed because it was declined.
    pub(in crate::evaluate) is_finished: bool,
    pub(in crate::evaluate) is_due: bool,
    /// A `never` forbids it.
    pub(in crate::evaluate) is_forbidden: bool,
    /// Its `if` holds today.
    pub(in crate::evaluate) applies: bool,
    /// It is over because its day was missed (`if missed: skip`).
    pub(in crate::evaluate) is_missed: bool,
}

/// Where a rung stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evaluate) enum Standing {
    /// The day of the latest of its steps; what is left of it may come on the other day.
    CarriedOut(NaiveDate, Option<NaiveDate>),
    Declined(NaiveDate, Option<NaiveDate>),
    /// A rung further up was carried out or declined.
    PassedByRung(Planned, NaiveDate),
    /// A contact that stands in no present ladder stands at this rung or further up.
    PassedByContact(NaiveDate),
    /// A rung further up acts, and only the latest does.
    PassedByLatest,
    /// The due date came before it was done.
    Lapsed,
    /// Its day has passed, or passes while something stands in its way, and it is not caught up.
    Missed,
    /// Due today, whatever becomes of it.
    Due,
    /// Its day, where that is known, and why it is not the planned one.
    Waiting(Option<NaiveDate>, Option<Delay>),
    /// Nothing of it applies today; the day on which time may change that.
    SteppedOver(Option<NaiveDate>),
}

impl Standing {
    /// The day on which the rung acts, where that lies ahead.
    fn day(&self) -> Option<NaiveDate> {
        match self {
            Standing::CarriedOut(_, day) | Standing::Declined(_, day) => *day,
            Standing::Waiting(day, _) | Standing::SteppedOver(day) => *day,
            _ => None,
        }
    }
}

/// Why a rung waits beyond its planned date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::evaluate) enum Delay {
    /// The one before it was late: so many days after the day it was carried out.
    Gap { days: i64, after: Option<Planned>, on: NaiveDate },
    /// The ladder has done something today already.
    OneRungADay,
    /// A message gave the customer until this day.
    Deadline(NaiveDate),
    /// Someone has not done yet what the ladder waits for (`and wait`).
    NotDone,
}

/// What the rungs ahead are counted from, as the trace goes up.
struct Ahead<'r> {
    rungs: &'r [Planned],
    /// The last day of a deadline that was set.
    over: Option<NaiveDate>,
    last: Option<Behind>,
    /// The last day, today or later, on which the ladder does something.
    busy: Option<NaiveDate>,
    /// The highest rung that has come, for `latest`.
    top: Option<Planned>,
    /// Whether a rung before had no known day.
    lost: bool,
}

impl<'a> Climber<'_, 'a> {
    /// Every rung from the lowest on. `assumed` is the day on which what is due today is done, where that is
    /// known; rungs further up wait on the assumption that each before them is carried out on its day.
    pub(in crate::evaluate) fn trace(
        &self,
        assumed: impl Fn(&Planned) -> Option<NaiveDate>,
    ) -> Vec<Seen<'a>> {
        let (rungs, behind, last) = self.ground();
        let climb = self.climb();
        let first = above(behind);
        let mut moved = rungs.clone();
        self.respect_deadline(&mut moved, first);
        let is_held_up = self.waited_for(&rungs).is_some();
        let over = self.deadline(&rungs);
        let mut ahead = Ahead { over, last, ..self.ahead(&moved, first) };
        let mut seen = Vec::with_capacity(rungs.len());
        for (index, rung) in moved.iter().enumerate() {
            let standing = if let Some(started) = self.started(index, rung) {
                self.done(started, &rungs[index], &rungs, behind, &climb)
            } else if climb.due.iter().any(|due| due.rung == *rung) {
                ahead.count_on(self, rung, assumed(rung));
                Standing::Due
            } else if index < first {
                self.passed(index, &rungs, behind)
            } else if self.lapsed(rung) {
                Standing::Lapsed
            } else if is_held_up {
                Standing::Waiting(None, Some(Delay::NotDone))
            } else {
                self.stands_ahead(rung, &mut ahead)
            };
            let steps = self.seen_steps(rung, &climb, standing.day().unwrap_or(self.day.today));
            seen.push(Seen { rung: rungs[index], standing, steps });
        }
        seen
    }

    fn ahead<'r>(&self, rungs: &'r [Planned], first: usize) -> Ahead<'r> {
        let has_come = |rung: &&Planned| {
            !self.lapsed(rung) && rung.own_day() <= self.day.today && self.any_applies(rung)
        };
        Ahead {
            rungs,
            over: None,
            last: None,
            busy: self.started_today(rungs).then_some(self.day.today),
            top: rungs[first..].iter().rfind(has_come).copied(),
            lost: false,
        }
    }

    /// A rung that was carried out or declined, and the day on which what is left of it can come.
    fn done(
        &self,
        started: Behind,
        rung: &Planned,
        rungs: &[Planned],
        behind: Option<Behind>,
        climb: &Climb<'a>,
    ) -> Standing {
        let waited_for = self.waited_for(rungs);
        let last = behind.and_then(|behind| self.unfinished(rungs, behind));
        let is_open = waited_for.or(last.as_ref()) == Some(rung);
        let left =
            |seen: &SeenStep| !seen.is_finished && !seen.is_due && seen.applies && is_contact(seen.step);
        let waits = self.seen_steps(rung, climb, self.day.today).iter().any(left);
        let later = (is_open && (waits || waited_for.is_none() && self.may_apply_later(rung)))
            .then(|| self.rest_of(rung, rungs))
            .flatten();
        match started.carried_out {
            Some(on) => Standing::CarriedOut(on, later),
            None => Standing::Declined(started.touched, later),
        }
    }

    /// Why a rung that nothing was done of is behind the invoice.
    fn passed(&self, index: usize, rungs: &[Planned], behind: Option<Behind>) -> Standing {
        let above = rungs.iter().enumerate().skip(index + 1);
        let rung = above.into_iter().find_map(|(at, rung)| Some((*rung, self.started(at, rung)?.touched)));
        let (on, by) = match (rung, behind) {
            (Some((rung, on)), _) => (on, Standing::PassedByRung(rung, on)),
            (None, Some(behind)) => (behind.touched, Standing::PassedByContact(behind.touched)),
            (None, None) => return Standing::Lapsed,
        };
        // A rung before the due date was over when a later one was done after it.
        if self.lapsed(&rungs[index]) && on >= self.invoice.due { Standing::Lapsed } else { by }
    }

    fn stands_ahead(&self, rung: &Planned, ahead: &mut Ahead) -> Standing {
        let later = || self.may_apply_later(rung).then(|| self.first_free(rung, rung.planned)).flatten();
        if self.live_steps(rung, self.day.today).next().is_none() {
            return Standing::Missed;
        }
        match self.ladder().catch_up {
            CatchUp::Latest => match ahead.top {
                Some(top) if rung.nominal < top.nominal && rung.own_day() <= self.day.today => {
                    Standing::PassedByLatest
                }
                _ if !self.any_applies(rung) => Standing::SteppedOver(later()),
                _ => {
                    let busy = ahead.busy.filter(|&busy| rung.planned <= busy);
                    let delay = busy.map(|_| Delay::OneRungADay).or_else(|| ahead.put_off(rung));
                    Standing::Waiting(self.first_free(rung, rung.planned), delay)
                }
            },
            CatchUp::SameDayOnly => self.on_its_day(rung),
            CatchUp::OneAtATime | CatchUp::OnePerRun | CatchUp::All { .. } => {
                ahead.next(self, rung).unwrap_or_else(|| Standing::SteppedOver(later()))
            }
        }
    }

    /// `same day only`: a rung acts on its day or never.
    fn on_its_day(&self, rung: &Planned) -> Standing {
        let has_come = rung.planned <= self.day.today;
        let can_come = |free| rung.planned >= free;
        match self.free_from {
            _ if !self.any_acts(rung) => {
                let later = self.may_apply_later(rung) && self.free_from.is_some_and(can_come);
                Standing::SteppedOver(later.then_some(rung.planned))
            }
            _ if has_come => Standing::Missed,
            None => Standing::Waiting(None, None),
            Some(free) if can_come(free) => Standing::Waiting(Some(rung.planned), None),
            Some(_) => Standing::Missed,
        }
    }

    /// The steps of a rung, which acts on a day if it can.
    fn seen_steps(&self, rung: &Planned, climb: &Climb<'a>, on: NaiveDate) -> Vec<SeenStep<'a>> {
        let steps = self.steps(rung).map(|(step, key)| {
            let status = self.status(step, key, rung.occurrence);
            let is_due = |due: &super::DueStep| due.rung == *rung && std::ptr::eq(due.step, step);
            SeenStep {
                step,
                status,
                is_finished: match status {
                    Status::CarriedOut(_) => true,
                    Status::Declined(on) => self.can_be_declined(step, key, rung.occurrence, on),
                    Status::Open | Status::FailedToday | Status::Unknown | Status::Pending(_) => false,
                },
                is_due: climb.due.iter().any(is_due),
                is_forbidden: self.forbidden(step),
                applies: self.applies(rung, step),
                is_missed: step.skip_if_missed && on > rung.own_day(),
            }
        });
        steps.collect()
    }

    /// Up to which nominal date a ledger row passes the rungs of every present ladder, where it is a contact that
    /// stands in none of them (R13).
    pub(in crate::evaluate) fn passes_up_to(&self, row: &LedgerRow) -> Option<NaiveDate> {
        self.is_foreign_contact(row).then(|| self.rung_day(row))
    }
}

impl Ahead<'_> {
    /// Counts on a rung being carried out on a day. A pre-due one that cannot be done before the due date lapses.
    fn count_on(&mut self, climber: &Climber, rung: &Planned, day: Option<NaiveDate>) {
        let (today, tomorrow) = (climber.day.today, add_days(climber.day.today, 1));
        let stays = climber.live_steps(rung, day.unwrap_or(tomorrow)).next().is_some();
        if !climber.any_acts(rung) || (day != Some(today) && !stays) {
            // Nothing of it, or it is over when its day has passed: the ladder goes on without it.
            return;
        }
        let due = climber.invoice.due;
        match day {
            Some(day) if rung.nominal >= due || day < due => {
                let index = self.rungs.iter().position(|own| own == rung);
                self.last = Some(Behind {
                    index,
                    nominal: rung.nominal,
                    planned: rung.planned,
                    carried_out: Some(day),
                    touched: day,
                    is_foreign: false,
                });
                self.busy = Some(day);
            }
            _ => self.lost |= rung.nominal >= due,
        }
    }

    /// A rung that counts from the one before it, when that one is counted on for another day than planned.
    fn followed(&self, climber: &Climber, rung: &Planned) -> Planned {
        let mut followed = [*rung];
        let at = self.rungs.iter().position(|own| own == rung);
        if self.last.is_some_and(|last| last.index.map(|index| index + 1) == at) {
            climber.follow(&mut followed, 0, self.last);
            let over = self.over.filter(|&over| followed[0].planned <= over && climber.has_contact(rung));
            if let Some(over) = over {
                followed[0].put_off = Some(followed[0].planned);
                followed[0].planned = climber.rolling.open_on_or_after(add_days(over, 1));
            }
        }
        followed[0]
    }

    /// The deadline that puts a contact off.
    fn put_off(&self, rung: &Planned) -> Option<Delay> {
        rung.put_off.and(self.over).map(Delay::Deadline)
    }

    /// The day of the next rung that can act: planned, or spaced from the one before it. None when nothing of it
    /// could act on that day.
    fn next(&mut self, climber: &Climber, rung: &Planned) -> Option<Standing> {
        if self.lost {
            return climber.any_acts(rung).then_some(Standing::Waiting(None, None));
        }
        let (own, rung) = (rung, &self.followed(climber, rung));
        let mut day = climber.spaced(rung, self.last);
        let mut delay = self.last.filter(|_| day > rung.planned).and_then(|last| {
            let on = last.carried_out?;
            let days = match climber.ladder().catch_up {
                CatchUp::All { days_apart } => days_apart,
                _ => days_between(last.nominal, rung.nominal),
            };
            let after = last.index.filter(|_| !last.is_foreign).map(|index| self.rungs[index]);
            Some(Delay::Gap { days, after, on })
        });
        delay = delay.or_else(|| self.put_off(rung));
        // A ladder starts at most one rung a day.
        if let Some(busy) = self.busy.filter(|&busy| day <= busy) {
            day = add_days(busy, 1);
            delay = Some(Delay::OneRungADay);
        }
        let on = climber.first_free(rung, day);
        let mut live = climber.live_steps(rung, on.unwrap_or(day)).peekable();
        if live.peek().is_none() {
            return Some(Standing::Missed);
        }
        let can_act = live.any(|(step, _)| climber.applies(rung, step) && !climber.forbidden(step));
        can_act.then(|| {
            self.count_on(climber, own, on);
            Standing::Waiting(on, delay)
        })
    }
}

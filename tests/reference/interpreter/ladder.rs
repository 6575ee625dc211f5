//! R7, R8, R10 and R11: the rungs of a ladder on an invoice, their dates, and which of them has its turn.

use chrono::NaiveDate;
use dun::calendar::{add_days, add_months, days_between, end_of_month};
use dun::model::{Act, Anchor, CatchUp, Ladder, LadderId, Moment, Offset, Rung, Step, Unit, Weekends};
use dun::snapshot::tables::InvoiceRow;

use super::World;
use super::account::Ground;
use super::conditions::Truth;
use super::ledger::{Known, State};
use super::restrictions::Block;

/// How often a step without end is followed into the future.
const ENDLESS: u32 = 60;

/// A rung on an invoice: one time of it, where it repeats.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) rung: &'a Rung,
    /// Its place in the file.
    pub(super) at: usize,
    /// Which time of a repeated rung; 0 for one that does not repeat.
    pub(super) time: u32,
    pub(super) nominal: NaiveDate,
    pub(super) planned: NaiveDate,
    /// Its planned date, had all before it been in time (R8).
    pub(super) in_time: NaiveDate,
    /// What became of each step.
    pub(super) states: Vec<State>,
}

/// A rung, or a contact that counts as one (R13), that was carried out.
#[derive(Clone, Copy)]
struct Carried {
    nominal: NaiveDate,
    planned: NaiveDate,
    on: NaiveDate,
}

/// A step of a ladder that has its turn.
#[derive(Clone)]
pub(super) struct Turn<'a> {
    pub(super) step: &'a Step,
    pub(super) place: Place<'a>,
    pub(super) state: State,
    /// Forbidden, and shown for that only.
    pub(super) forbidden: bool,
    /// A mark below the highest rung, made up for (R11, `latest`).
    pub(super) brought_along: bool,
}

/// A ladder on an invoice.
#[derive(Clone)]
pub(super) struct Climb<'a> {
    world: World<'a>,
    ground: Ground,
    /// The invoice, or the one that it is anchored on.
    invoice: InvoiceRow,
    ladder: &'a Ladder,
    id: LadderId,
    places: Vec<Place<'a>>,
    foreign: Vec<Carried>,
    /// All that was carried out, the highest last.
    carried: Vec<Carried>,
    /// How many rungs are passed.
    passed: usize,
    /// The last day that a step with a deadline gave (R11).
    deadline: Option<NaiveDate>,
}

impl<'a> World<'a> {
    // ---- R7: days

    /// A date some distance later, on the customer's calendar.
    pub(super) fn later(&self, invoice: InvoiceRow, date: NaiveDate, offset: Offset) -> NaiveDate {
        match offset.unit {
            Unit::Days => add_days(date, offset.count),
            Unit::Months => add_months(date, offset.count),
            Unit::BusinessDays => self.calendar(invoice).add_business_days(date, offset.count),
        }
    }

    /// The day of a moment; none where what it counts from is missing, or is `previous`.
    pub(super) fn moment(&self, invoice: InvoiceRow, moment: Moment) -> Option<NaiveDate> {
        let anchor = match moment.anchor {
            Anchor::Due => self.due(invoice),
            Anchor::Issue => self.issued_on(invoice)?,
            Anchor::EndOfMonth { from_issue, offset } => {
                let from = if from_issue { self.issued_on(invoice)? } else { self.due(invoice) };
                end_of_month(self.later(invoice, from, offset))
            }
            Anchor::Dispute => self.dispute(invoice)?.opened.date()?,
            Anchor::Promise => self.promise(invoice)?.due,
            Anchor::Payment => self.payments(invoice).iter().map(|row| row.date).max()?,
            Anchor::Previous => return None,
        };
        Some(self.later(invoice, anchor, moment.offset))
    }

    /// R7: the nominal date of a rung, at its nth time (the first is 1; 0 for one that does not repeat).
    pub(super) fn nominal_of(&self, invoice: InvoiceRow, rung: &Rung, time: u32) -> Option<NaiveDate> {
        let first = self.moment(invoice, rung.moment)?;
        let Some(repeat) = rung.repeat else { return Some(first) };
        let count = repeat.period.count * i64::from(time.saturating_sub(1));
        Some(self.later(invoice, first, Offset { count, unit: repeat.period.unit }))
    }

    // ---- R8: closed days

    /// R8: where a contact nominally on a date moves.
    pub(super) fn rolled(&self, invoice: InvoiceRow, nominal: NaiveDate, weekends: Weekends) -> NaiveDate {
        let calendar = self.calendar(invoice);
        let (before, after) = (calendar.open_on_or_before(nominal), calendar.open_on_or_after(nominal));
        let due = self.due(invoice);
        match weekends {
            Weekends::SameDay => nominal,
            Weekends::NextBusinessDay if nominal < due => before,
            Weekends::NextBusinessDay => after,
            Weekends::PreviousBusinessDay if nominal < due || before > due => before,
            Weekends::PreviousBusinessDay => after,
        }
    }

    pub(super) fn is_closed_for_contacts(&self, invoice: InvoiceRow, weekends: Weekends) -> bool {
        weekends != Weekends::SameDay && !self.calendar(invoice).is_open(self.today)
    }

    pub(super) fn open_from(&self, invoice: InvoiceRow, date: NaiveDate, weekends: Weekends) -> NaiveDate {
        match weekends {
            Weekends::SameDay => date,
            _ => self.calendar(invoice).open_on_or_after(date),
        }
    }

    /// R4, R10: whether the `if`s of a step hold today.
    pub(super) fn holds(&self, invoice: InvoiceRow, step: &Step) -> bool {
        step.when.as_ref().is_none_or(|when| self.truth(invoice, when) == Truth::True)
    }

    /// R10: what lies before the due date is over once that has come.
    pub(super) fn lapsed_before_due(&self, invoice: InvoiceRow, nominal: NaiveDate) -> bool {
        nominal < self.due(invoice) && self.today >= self.due(invoice)
    }
}

impl Place<'_> {
    /// When it stands in the policy, as plan and ledger name it.
    pub(super) fn name(&self) -> String {
        self.rung.moment.name()
    }
}

pub(super) fn is_contact(act: &Act) -> bool {
    matches!(act, Act::Message { .. } | Act::Call { .. })
}

/// R8: a rung with any contact in it moves as a whole.
fn has_contact(rung: &Rung) -> bool {
    rung.steps.iter().any(|step| step.acts.iter().any(is_contact))
}

impl<'a> Climb<'a> {
    pub(super) fn new(world: &World<'a>, ground: Ground, id: LadderId) -> Climb<'a> {
        let invoice = ground.invoice;
        let ladder = &world.policy.ladders[id.0];
        let (places, foreign, carried) = (Vec::new(), Vec::new(), Vec::new());
        let world = *world;
        let mut climb =
            Climb { world, ground, invoice, ladder, id, places, foreign, carried, passed: 0, deadline: None };
        climb.places = climb.in_order();
        climb.foreign = climb.foreign_contacts();
        climb.passed = climb.passed();
        climb.plan_dates();
        climb.carried = climb.carried();
        climb.deadline = climb.deadline();
        climb.tell();
        climb
    }

    /// The rules that this ladder plays.
    fn tell(&self) {
        let rules = [
            ("R7", self.places.len() > 1),
            ("R8", self.places.iter().any(|place| place.planned != place.nominal)),
            ("R10", self.passed > 0 && self.passed < self.places.len()),
            ("R11", self.carried.last().is_some_and(|last| last.on > last.planned)),
            ("R13", !self.foreign.is_empty()),
            ("R14", self.passed > 0 && self.ground.account.is_some_and(|account| account.episode.is_some())),
        ];
        rules.iter().filter(|(_, plays)| *plays).for_each(|(rule, _)| self.world.played(rule));
    }

    /// Looks at a later day, if nothing changes until then.
    pub(super) fn turn_to(&mut self, day: NaiveDate) {
        self.world = self.world.on(day);
    }

    /// R7: the rungs by their nominal dates, those of one date in the order of the file.
    fn in_order(&self) -> Vec<Place<'a>> {
        let mut nominal_above: Option<NaiveDate> = None;
        let mut places = Vec::new();
        for (at, rung) in self.ladder.rungs.iter().enumerate() {
            let times = match rung.repeat {
                None => 0..=0,
                Some(repeat) => 1..=repeat.times.unwrap_or(ENDLESS),
            };
            let mut first = None;
            for time in times {
                let nominal = match rung.moment.anchor {
                    Anchor::Previous => {
                        nominal_above.map(|above| self.world.later(self.invoice, above, rung.moment.offset))
                    }
                    _ => self.world.nominal_of(self.invoice, rung, time),
                };
                first = first.or(nominal);
                let states = rung.steps.iter().map(|step| self.state(rung, step, time)).collect();
                places.extend(nominal.map(|nominal| Place {
                    rung,
                    at,
                    time,
                    nominal,
                    planned: nominal,
                    in_time: nominal,
                    states,
                }));
            }
            nominal_above = first.or(nominal_above);
        }
        places.sort_by_key(|place| (place.nominal, place.at, place.time));
        places
    }

    fn state(&self, rung: &Rung, step: &Step, time: u32) -> State {
        let repeats = rung.repeat.map(|_| (rung, time));
        let rows = self.world.rows_of_step(&self.ground, step, repeats);
        self.world.state_declined(&self.ground, Block::Ladder(self.id), step, &rows)
    }

    // ---- R9: what was carried out

    /// R9: one step is enough for its rung; of several the latest gives the day.
    fn carried_on(place: &Place) -> Option<NaiveDate> {
        let days = place.states.iter().filter_map(|state| match state {
            State::Done { first, .. } => Some(*first),
            _ => None,
        });
        days.max()
    }

    fn declined_on(place: &Place) -> Option<NaiveDate> {
        let days = place.states.iter().filter_map(|state| match state {
            State::Declined(day) => Some(*day),
            _ => None,
        });
        days.max()
    }

    fn begun_at(&self) -> Option<usize> {
        self.places.iter().rposition(Climb::is_begun)
    }

    fn is_begun(place: &Place) -> bool {
        place.states.iter().any(|state| matches!(state, State::Done { .. } | State::Declined(_)))
    }

    /// R13: contacts whose key stands in none of the invoice's ladders, carried out, each at the moment that its row
    /// names, else on its own date.
    fn foreign_contacts(&self) -> Vec<Carried> {
        let world = &self.world;
        let rows = world.rows_on(&self.ground).into_iter();
        let foreign = rows.filter(|row| row.outcome.carries_out() && self.is_foreign(row));
        let done = foreign.filter(|row| {
            let same = world.rows_alike(&self.ground, row);
            matches!(world.state(&same, false), State::Done { .. })
        });
        let counted = done.map(|row| {
            let moment =
                world.text(row.rung).and_then(Moment::read).filter(|moment| moment.anchor.is_of_invoice());
            let nominal = moment.and_then(|moment| world.moment(self.invoice, moment));
            // As many days after the due date as it came after that of its own invoice.
            let late = row.invoice.map_or(0, |own| days_between(world.due(own), world.due(self.invoice)));
            let nominal = nominal.unwrap_or(add_days(row.date, late));
            let planned = world.open_from(self.invoice, nominal, self.ladder.weekends);
            Carried { nominal, planned, on: row.date }
        });
        counted.collect()
    }

    fn is_foreign(&self, row: &dun::snapshot::ledger::LedgerRow) -> bool {
        self.world.channel_of(row).is_some() && !self.stands_in_a_ladder(row)
    }

    fn stands_in_a_ladder(&self, row: &dun::snapshot::ledger::LedgerRow) -> bool {
        let world = &self.world;
        let Some((key, number)) = world.known_step(world.name_of(row)) else { return false };
        let invoices = match self.ground.account {
            Some(account) => world.open_invoices(account.customer),
            None => vec![self.invoice],
        };
        let segments = invoices.into_iter().filter_map(|invoice| world.segment(invoice));
        let ladders = segments.flat_map(|segment| &segment.ladders).map(|id| &world.policy.ladders[id.0]);
        let mut steps = ladders.flat_map(|ladder| {
            ladder
                .rungs
                .iter()
                .flat_map(|rung| rung.steps.iter().map(move |step| Known { step, rung: Some(rung) }))
        });
        steps.any(|known| known.step.key == key && world.repetition(number, known.rung).is_some())
    }

    /// All that was carried out, the highest last.
    fn carried(&self) -> Vec<Carried> {
        let own = self.places.iter().filter_map(|place| {
            let on = Climb::carried_on(place)?;
            // Late is what comes after the date it would have had, had all before it been in time: so a chain that was
            // late keeps its distance to the end.
            Some(Carried { nominal: place.nominal, planned: place.in_time, on })
        });
        let (own, mut foreign): (Vec<Carried>, Vec<Carried>) = (own.collect(), self.foreign.clone());
        foreign.sort_by_key(|carried| (carried.nominal, carried.on));
        // Of rungs at one date that of the file decides, of another contact at it the later day.
        let highest = |all: &[Carried]| all.last().map(|carried| (carried.nominal, carried.on));
        match highest(&foreign) > highest(&own) {
            true => own.into_iter().chain(foreign).collect(),
            false => foreign.into_iter().chain(own).collect(),
        }
    }

    /// R10, R13: how many rungs are passed: those up to the highest that was carried out or declined, and up to the
    /// highest contact that counts.
    fn passed(&self) -> usize {
        let begun = self.places.iter().rposition(Climb::is_begun).map_or(0, |at| at + 1);
        let foreign = self.foreign.iter().map(|carried| carried.nominal).max();
        let below = self
            .places
            .iter()
            .filter(|place| foreign.is_some_and(|foreign| place.nominal <= foreign))
            .count();
        begun.max(below)
    }

    // ---- R8: planned dates

    /// First by their nominal dates; then what counts from the rung before moves with what was carried out, and does
    /// not push what comes after it.
    fn plan_dates(&mut self) {
        for at in 0..self.places.len() {
            let before = at.checked_sub(1).map(|before| self.places[before].planned);
            self.places[at].planned = self.planned(at, self.places[at].nominal, before);
            self.places[at].in_time = self.places[at].planned;
        }
        for at in 0..self.places.len() {
            if self.places[at].rung.moment.anchor == Anchor::Previous {
                let (wanted, floor) = self.after_previous(at);
                self.places[at].planned = self.planned(at, wanted, floor);
            }
        }
    }

    /// R8: a date rolled to an open day, and after the rung before it.
    fn planned(&self, at: usize, wanted: NaiveDate, floor: Option<NaiveDate>) -> NaiveDate {
        let place = &self.places[at];
        let rolled = match has_contact(place.rung) {
            true => self.world.rolled(self.invoice, wanted, self.ladder.weekends),
            false => wanted,
        };
        match floor {
            Some(floor) if rolled <= floor => {
                self.world.calendar(self.invoice).open_on_or_after(add_days(floor, 1))
            }
            _ => rolled,
        }
    }

    /// R7: `previous+N` is due N days after the last rung carried out; while the rung above is still to come, N days
    /// after its planned date.
    fn after_previous(&self, at: usize) -> (NaiveDate, Option<NaiveDate>) {
        let place = &self.places[at];
        let below = &self.places[..at];
        // Of rungs at one date that of the file is the highest.
        let own = below.iter().rev().find_map(|place| Some((place.nominal, Climb::carried_on(place)?)));
        // What lies behind was planned after a rung of its own ladder.
        let ahead = at >= self.passed;
        let foreign = self.foreign.iter().filter(|carried| ahead && carried.nominal <= place.nominal);
        let last = own.into_iter().chain(foreign.map(|carried| (carried.nominal, carried.on))).max();
        let offset = place.rung.moment.offset;
        let later = |from| self.world.later(self.invoice, from, offset);
        match (last, below.last()) {
            (Some((_, on)), _) if at <= self.passed => (later(on), Some(on)),
            // While it is still to come, from the plan of the rung that comes before.
            (_, Some(before)) => (later(before.planned), Some(before.planned)),
            (_, None) => (place.nominal, None),
        }
    }

    // ---- R10: what may still act

    /// Whether a step of a place is over.
    fn is_lapsed(&self, place: &Place, step: &Step) -> bool {
        let missed = step.skip_if_missed && self.world.today > place.planned;
        missed || self.is_before_due(place)
    }

    /// Whether a place lies before the due date and that has come; R14: no step of a customer's ladder comes before it.
    fn is_before_due(&self, place: &Place) -> bool {
        let before = self.ground.account.is_some() && place.nominal < self.world.due(self.invoice);
        before || self.world.lapsed_before_due(self.invoice, place.nominal)
    }

    /// R10, R22: whether the `if`s of a step hold, and interest is left to charge.
    fn applies(&self, place: &Place, step: &Step) -> bool {
        self.world.holds(self.invoice, step) && !self.world.is_charged(&self.ground, step, place.nominal)
    }

    /// The steps of a place that are not done with and whose `if` holds; whether they are forbidden is told apart.
    fn left(&self, place: &Place<'a>) -> Vec<Turn<'a>> {
        let steps = place.rung.steps.iter().zip(&place.states);
        let left = steps.filter(|(step, state)| {
            !matches!(state, State::Done { .. } | State::Declined(_))
                && self.applies(place, step)
                && !self.is_lapsed(place, step)
        });
        let turn = |(step, state): (&'a Step, &State)| Turn {
            step,
            place: place.clone(),
            state: *state,
            forbidden: self.world.is_forbidden(&self.ground, Some(self.id), step),
            brought_along: false,
        };
        left.map(turn).collect()
    }

    fn is_live(&self, place: &Place<'a>) -> bool {
        self.left(place).iter().any(|turn| !turn.forbidden)
    }

    // ---- R11: when a rung is due

    /// The day on which the rung at `at` is due, given what was carried out.
    fn due(&self, at: usize) -> NaiveDate {
        let place = &self.places[at];
        let carried = &self.carried;
        let last = carried.last();
        let late = last.filter(|last| last.on > last.planned);
        let mut due = place.planned;
        let follows = place.rung.moment.anchor == Anchor::Previous;
        if let (Some(late), CatchUp::OneAtATime, false) = (late, self.ladder.catch_up, follows) {
            due = due.max(add_days(late.on, days_between(late.nominal, place.nominal)));
        }
        if let (Some(late), CatchUp::All { days_apart }) = (late, self.ladder.catch_up) {
            due = due.max(add_days(late.on, days_apart));
        }
        // R10: no two rungs on one day, nor one on the day on which another was declined.
        let declined = self.places.iter().filter_map(Climb::declined_on).max();
        if let Some(started) = carried.iter().map(|carried| carried.on).chain(declined).max() {
            due = due.max(add_days(started, 1));
        }
        if has_contact(place.rung) {
            due = self.deadline.map_or(due, |end| due.max(add_days(end, 1)));
            if due != place.planned {
                due = self.world.open_from(self.invoice, due, self.ladder.weekends);
            }
        }
        due
    }

    /// R11: the last day that a step with a deadline gave.
    fn deadline(&self) -> Option<NaiveDate> {
        self.deadlines().into_iter().map(|(_, _, over)| over).max()
    }

    /// R11: of each step with a deadline its rung, the day on which it was carried out last, and the last day it gave.
    fn deadlines(&self) -> Vec<((usize, u32), NaiveDate, NaiveDate)> {
        let places = self.places.iter();
        let steps =
            places.flat_map(|place| place.rung.steps.iter().zip(&place.states).map(move |of| (place, of)));
        let set = steps.filter_map(|(place, (step, state))| match (step.deadline, state) {
            (Some(days), State::Done { last, .. }) => {
                Some(((place.at, place.time), *last, add_days(*last, i64::from(days))))
            }
            _ => None,
        });
        set.collect()
    }

    /// R11: whether a deadline keeps back what is left of a rung: not one that the rung itself set today.
    fn is_given_time(&self, place: &Place) -> bool {
        let today = self.world.today;
        let own = |of: (usize, u32), set: NaiveDate| of == (place.at, place.time) && set == today;
        self.deadlines().into_iter().any(|(of, set, over)| today <= over && !own(of, set))
    }

    /// R11: whether a deadline keeps the contacts of a rung back that would have come before its end.
    fn is_put_off(&self, place: &Place) -> bool {
        let end = self.deadline.filter(|end| has_contact(place.rung) && place.planned <= *end);
        end.is_some_and(|end| {
            self.world.today < self.world.open_from(self.invoice, add_days(end, 1), self.ladder.weekends)
        })
    }

    /// R8: a rung with a contact is not started on a closed day.
    fn may_start(&self, at: usize) -> bool {
        let place = &self.places[at];
        let on_time = match self.ladder.catch_up {
            CatchUp::SameDayOnly => place.planned == self.world.today,
            _ => true,
        };
        let closed =
            has_contact(place.rung) && self.world.is_closed_for_contacts(self.invoice, self.ladder.weekends);
        on_time && self.due(at) <= self.world.today && !closed
    }

    // ---- what has its turn

    /// The steps of this ladder that have their turn today.
    pub(super) fn turns(&self) -> Vec<Turn<'a>> {
        let turns = self.turns_of_family();
        if !turns.is_empty() {
            self.world.played(match self.ladder.catch_up {
                CatchUp::OneAtATime => "one at a time",
                CatchUp::OnePerRun => "one per run",
                CatchUp::Latest => "latest",
                CatchUp::SameDayOnly => "same day only",
                CatchUp::All { .. } => "all, N days apart",
            });
        }
        if turns.iter().any(|turn| turn.brought_along) {
            self.world.played("latest, marks made up for");
        }
        turns
    }

    fn turns_of_family(&self) -> Vec<Turn<'a>> {
        let rest = self.rest();
        if self.waits_for_a_person() {
            return self.given().into_iter().chain(rest).collect();
        }
        let mut next = match self.ladder.catch_up {
            CatchUp::Latest => self.highest(),
            CatchUp::SameDayOnly => self.of_today(),
            _ => self.lowest(),
        };
        next.extend(rest);
        next
    }

    /// The highest rung that was begun, if nothing passed it.
    fn begun(&self) -> Option<usize> {
        let begun = self.begun_at()?;
        (begun + 1 == self.passed).then_some(begun)
    }

    /// R9: the steps left of the rung that was begun, until the next rung is planned; one to wait for stays, unless a higher
    /// rung is waited for.
    fn rest(&self) -> Vec<Turn<'a>> {
        let Some(begun) = self.begun() else { return Vec::new() };
        let (world, place) = (&self.world, &self.places[begun]);
        let late = self.ladder.catch_up == CatchUp::SameDayOnly && world.today > place.planned;
        let over = late || self.places.get(begun + 1).is_some_and(|next| world.today >= next.planned);
        let closed = world.is_closed_for_contacts(self.invoice, self.ladder.weekends);
        let given_time = self.is_given_time(place);
        // R11, `same day only`: the other steps of a rung do not come back.
        let mut waited_for = self.waited_for().into_iter();
        let highest = waited_for.all(|turn| (turn.place.at, turn.place.time) == (place.at, place.time));
        let waits_on = self.ladder.catch_up != CatchUp::SameDayOnly && highest;
        let mut rest = self.left(place);
        rest.retain(|turn| {
            let contact = turn.step.acts.iter().any(is_contact);
            let stays = !over || waits_on && turn.step.waits && !turn.forbidden;
            let given = turn.step.waits && turn.state == State::Given && !turn.forbidden;
            given || stays && !(contact && (closed || given_time))
        });
        rest
    }

    /// R9: whether a person must do something first: what is left of a rung that was begun, or what was given to
    /// somebody, wherever it stands.
    fn waits_for_a_person(&self) -> bool {
        !self.waited_for().is_empty()
    }

    /// Of several rungs that hold the ladder up the highest comes first. What was given to nobody on a rung below the
    /// highest that was begun is passed (R10).
    fn waited_for(&self) -> Vec<Turn<'a>> {
        let begun = self.begun_at();
        let of_place = |at: usize| {
            let place = &self.places[at];
            let mut turns = self.left(place);
            turns.retain(|turn| {
                let late = self.ladder.catch_up == CatchUp::SameDayOnly && self.world.today > place.planned;
                let held_up = turn.state == State::Given || begun == Some(at) && !late;
                turn.step.waits && held_up && !turn.forbidden
            });
            turns
        };
        let mut from_above = (0..self.places.len()).rev().map(of_place);
        from_above.find(|turns| !turns.is_empty()).unwrap_or_default()
    }

    /// The steps waited for that are not left of the rung that was begun last; contacts of them wait for an open day
    /// and for the end of a deadline like others.
    fn given(&self) -> Vec<Turn<'a>> {
        let begun = self.begun().map(|at| (self.places[at].at, self.places[at].time));
        let closed = self.world.is_closed_for_contacts(self.invoice, self.ladder.weekends);
        let mut given = self.waited_for();
        given.retain(|turn| {
            let contact = turn.step.acts.iter().any(is_contact);
            let may = turn.state == State::Given || !(contact && (closed || self.is_given_time(&turn.place)));
            Some((turn.place.at, turn.place.time)) != begun && may
        });
        given
    }

    /// R10, R11: the lowest rung above what is passed with a step that may act.
    fn lowest(&self) -> Vec<Turn<'a>> {
        let above = self.passed..self.places.len();
        let live = above.clone().find(|at| self.is_live(&self.places[*at]));
        if let Some(at) = live.filter(|at| self.may_start(*at)) {
            return self.left(&self.places[at]);
        }
        // R23: what is forbidden and stepped over is told while nothing else has its turn: the highest of it. What a
        // deadline puts off is not told before.
        let stepped_over = above.take_while(|at| Some(*at) != live).filter(|at| {
            let place = &self.places[*at];
            place.planned <= self.world.today && !self.is_put_off(place)
        });
        // What lapses before its turn is not told.
        let told = stepped_over.map(|at| {
            let missed = self.due(at) > self.places[at].planned;
            let mut left = self.left(&self.places[at]);
            left.retain(|turn| !(turn.step.skip_if_missed && missed));
            left
        });
        let told = told.filter(|left| !left.is_empty()).last();
        told.filter(|_| self.rest().is_empty()).unwrap_or_default()
    }

    /// R11, `same day only`: the rung planned for today; what lies before the due date is over (R10).
    fn of_today(&self) -> Vec<Turn<'a>> {
        let mut above = self.passed..self.places.len();
        let at = above.find(|at| self.may_start(*at) && !self.is_before_due(&self.places[*at]));
        at.map_or(Vec::new(), |at| self.left(&self.places[at]))
    }

    /// R11, `latest`: the highest rung whose planned date has come; when it is held or forbidden nothing lower.
    fn highest(&self) -> Vec<Turn<'a>> {
        let has_come = |at: &usize| {
            let place = &self.places[*at];
            let holds = place.rung.steps.iter().any(|step| self.applies(place, step));
            place.planned <= self.world.today && holds
        };
        let Some(at) = (self.passed..self.places.len()).rev().find(has_come) else { return Vec::new() };
        if !self.may_start(at) {
            return Vec::new();
        }
        let mut turns = self.left(&self.places[at]);
        if turns.iter().any(|turn| !turn.forbidden) {
            turns.extend(self.marks_below(at));
        }
        turns
    }

    /// R11: flags, escalations and charges below the highest rung that are not done yet; what another ladder's contact passed
    /// does not come back (R13).
    fn marks_below(&self, at: usize) -> Vec<Turn<'a>> {
        let foreign = self.foreign.iter().map(|carried| carried.nominal).max();
        let own = self.begun_at().map(|begun| self.places[begun].nominal);
        let passed = foreign.filter(|foreign| own.is_none_or(|own| *foreign >= own));
        let comes_back = |place: &&Place| passed.is_none_or(|passed| place.nominal > passed);
        let below = self.places[..at].iter().filter(comes_back).flat_map(|place| self.left(place));
        let marks = below.filter(|turn| {
            matches!(turn.step.acts[0], Act::Flag { .. } | Act::Escalate { .. } | Act::Charge(_))
        });
        marks.map(|turn| Turn { brought_along: true, ..turn }).collect()
    }

    pub(super) fn id(&self) -> LadderId {
        self.id
    }

    pub(super) fn ground(&self) -> &Ground {
        &self.ground
    }

    /// The last day on which a rung, a deadline or the spacing can bring something new.
    pub(super) fn horizon(&self) -> Option<NaiveDate> {
        (self.passed..self.places.len()).map(|at| self.due(at)).max()
    }
}

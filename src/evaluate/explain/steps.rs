//! Rungs and steps: what became of each, from what the ladder and the plan's entries say.

use super::super::candidate::{Bench, kind, named};
use super::super::carve_outs::Attended;
use super::super::condition::Truth;
use super::super::facts::InvoiceState;
use super::super::history::Status;
use super::super::ladder::{Climber, Delay, Seen, SeenStep, Standing};
use super::super::schedule::Planned;
use super::super::sentences;
use super::Teller;
use super::invoice::hold_of;
use super::story::{Repetition, RungStory, State, StepStory};
use crate::model::{Act, Rung, Step, Unit};
use crate::plan::{Action, Blocker};
use chrono::NaiveDate;

/// What became of a step: state, day, why.
type Outcome = (State, Option<NaiveDate>, Option<String>);

impl<'a> Teller<'_, 'a> {
    /// The rungs of a ladder as an invoice meets them; of a repeated one what was done and the next time. A ladder per
    /// customer may be anchored on another invoice.
    pub(super) fn rungs(&self, climber: &Climber<'_, 'a>, invoice: &InvoiceState<'a>) -> Vec<RungStory> {
        let mut ahead: Vec<usize> = Vec::new();
        let seen = climber.trace(|rung| self.assumed(climber, rung)).into_iter().filter(|seen| {
            let is_told = match seen.standing {
                _ if seen.rung.occurrence == 0 => true,
                Standing::CarriedOut(..) | Standing::Declined(..) | Standing::Due => true,
                Standing::PassedByRung(..) | Standing::PassedByContact(_) | Standing::PassedByLatest => false,
                _ => !ahead.contains(&seen.rung.rung),
            };
            if seen.rung.occurrence > 0
                && matches!(seen.standing, Standing::Waiting(..) | Standing::SteppedOver(_))
            {
                ahead.push(seen.rung.rung);
            }
            is_told
        });
        seen.map(|seen| self.rung(climber, invoice, &seen)).collect()
    }

    /// The day on which a rung that is due is done, if nothing changes: today when the plan does one of its steps,
    /// else when what is withheld may go.
    fn assumed(&self, climber: &Climber<'_, 'a>, rung: &Planned) -> Option<NaiveDate> {
        let id = self.day.snapshot.invoice_id(climber.invoice.row);
        let steps = &self.day.program.policy.ladders[climber.id.0].rungs[rung.rung].steps;
        let names: Vec<String> = steps.iter().map(|step| name(step, rung.occurrence)).collect();
        let does = |action: &Action| action.steps_for(id).any(|member| names.contains(&member.step));
        if self.all.actions.iter().any(does) {
            return Some(self.day.today);
        }
        let withheld = self.all.withheld.iter().filter(|entry| does(&entry.action));
        withheld.filter_map(|entry| entry.next).min()
    }

    fn rung(&self, climber: &Climber<'_, 'a>, invoice: &InvoiceState<'a>, seen: &Seen<'a>) -> RungStory {
        let own = &self.day.program.policy.ladders[climber.id.0].rungs[seen.rung.rung];
        let (state, on, why) = self.standing(climber, seen);
        let mut steps: Vec<StepStory> =
            seen.steps.iter().map(|step| self.ladder_step(climber, invoice, seen, step)).collect();
        // What has the same reason as its rung says it there.
        for step in steps.iter_mut().filter(|step| step.state == state && step.why == why) {
            step.why = None;
        }
        RungStory {
            rung: own.moment.name(),
            repeat: repetition(own, seen.rung.occurrence),
            nominal: seen.rung.nominal,
            planned: seen.rung.planned,
            state,
            on,
            why,
            steps,
        }
    }

    fn standing(&self, climber: &Climber<'_, 'a>, seen: &Seen<'a>) -> Outcome {
        let date = |day| sentences::date(day, self.day.today);
        let rung = |rung: &Planned| self.rung_name(climber, rung);
        match &seen.standing {
            Standing::CarriedOut(on, _) => (State::CarriedOut, Some(*on), None),
            Standing::Declined(on, _) => (State::Declined, Some(*on), None),
            Standing::PassedByRung(by, on) => {
                (State::Passed, None, Some(format!("{} followed on {}", rung(by), date(*on))))
            }
            Standing::PassedByContact(on) => {
                let why = format!("a contact of {} that is no step here counts instead", date(*on));
                (State::Passed, None, Some(why))
            }
            Standing::PassedByLatest => {
                let why = "only the latest step whose day has come is done";
                (State::Passed, None, Some(String::from(why)))
            }
            Standing::Lapsed => {
                let why = "not done in time";
                (State::Lapsed, Some(climber.invoice.due), Some(String::from(why)))
            }
            Standing::Missed => {
                let why = match hold_of(self.day, climber.scope) {
                    Some(hold) if seen.rung.planned >= self.day.today => hold,
                    _ => String::from("its day has passed, and what is missed is not caught up"),
                };
                (State::Lapsed, Some(seen.rung.planned), Some(why))
            }
            Standing::Due => (State::Due, Some(self.day.today), None),
            Standing::Waiting(on, delay) => {
                (State::Waiting, *on, self.delay(climber, seen, *on, delay.as_ref()))
            }
            Standing::SteppedOver(on) => {
                let why = seen.steps.iter().find_map(|step| self.obstacle(climber, step));
                (State::SteppedOver, *on, why)
            }
        }
    }

    /// `D+10`, or `D+60, the 2nd time`.
    fn rung_name(&self, climber: &Climber<'_, 'a>, rung: &Planned) -> String {
        let own = &self.day.program.policy.ladders[climber.id.0].rungs[rung.rung];
        match rung.occurrence {
            0 => own.moment.name(),
            nth => format!("{} (#{nth})", own.moment.name()),
        }
    }

    /// Why a rung does not come on its planned date.
    fn delay(
        &self,
        climber: &Climber<'_, 'a>,
        seen: &Seen<'a>,
        on: Option<NaiveDate>,
        delay: Option<&Delay>,
    ) -> Option<String> {
        let hold = hold_of(self.day, climber.scope).filter(|_| on.is_none_or(|on| on > seen.rung.planned));
        match delay {
            Some(Delay::NotDone) => {
                Some(String::from("the ladder waits until someone has done what was given to them"))
            }
            _ if on.is_none() => {
                Some(hold.unwrap_or_else(|| {
                    String::from("it waits for the step before it, whose day is not known")
                }))
            }
            Some(Delay::Gap { days, after, on }) => {
                let days = if *days == 1 { String::from("1 day") } else { format!("{days} days") };
                let after = after
                    .as_ref()
                    .map_or_else(|| String::from("the last contact"), |rung| self.rung_name(climber, rung));
                let late = if *on < self.day.today { "came late, on" } else { "comes late, on" };
                Some(format!("{days} after {after}, which {late} {}", sentences::date(*on, self.day.today)))
            }
            Some(Delay::Deadline(over)) => {
                Some(format!("the customer was given until {}", sentences::date(*over, self.day.today)))
            }
            Some(Delay::OneRungADay) => hold.or_else(|| Some(String::from("one rung a day"))),
            None => hold,
        }
    }

    fn ladder_step(
        &self,
        climber: &Climber<'_, 'a>,
        invoice: &InvoiceState<'a>,
        seen: &Seen<'a>,
        own: &SeenStep<'a>,
    ) -> StepStory {
        let (state, on, why) = self.step_state(climber, seen, own);
        let step = name(own.step, seen.rung.occurrence);
        let mut story = self.step(invoice, own.step, step, (state, on, why));
        if state == State::SteppedOver
            && own.is_forbidden
            && let Some(act) = own.step.acts.first()
        {
            story.blockers = self.day.blockers(&climber.scope.forbidden(self.day, Some(climber.id), act));
        }
        story
    }

    fn step_state(&self, climber: &Climber<'_, 'a>, seen: &Seen<'a>, own: &SeenStep<'a>) -> Outcome {
        let obstacle = || self.obstacle(climber, own);
        match (own.status, &seen.standing) {
            (Status::CarriedOut(on), _) => (State::CarriedOut, Some(on), None),
            (Status::Declined(on), _) if own.is_finished => (State::Declined, Some(on), None),
            _ if own.is_due => (State::Due, Some(self.day.today), None),
            _ if own.is_missed => {
                let why = String::from("its day has passed, and what is missed is not caught up");
                (State::Lapsed, None, Some(why))
            }
            (_, Standing::CarriedOut(_, later) | Standing::Declined(_, later)) => match (obstacle(), later) {
                (Some(why), Some(on)) => (State::SteppedOver, Some(*on), Some(why)),
                (None, Some(on)) => (State::Waiting, Some(*on), None),
                (why, None) => {
                    (State::Lapsed, None, why.or_else(|| Some(String::from("the time of its rung is over"))))
                }
            },
            (_, Standing::Due) => match obstacle() {
                Some(why) => (State::SteppedOver, None, Some(why)),
                None => self.standing(
                    climber,
                    &Seen { standing: Standing::PassedByLatest, steps: Vec::new(), ..*seen },
                ),
            },
            (_, Standing::Waiting(..)) if obstacle().is_some() => (State::SteppedOver, None, obstacle()),
            (_, Standing::SteppedOver(on)) => (State::SteppedOver, *on, obstacle()),
            _ => self.standing(climber, seen),
        }
    }

    /// What keeps a step from applying today: its condition, or a `never`.
    fn obstacle(&self, climber: &Climber<'_, 'a>, own: &SeenStep<'a>) -> Option<String> {
        if !own.applies {
            return self.condition(own.step, climber.invoice);
        }
        let act = own.step.acts.first().filter(|_| own.is_forbidden)?;
        let forbidden = climber.scope.forbidden(self.day, Some(climber.id), act);
        forbidden.first().map(|own| self.day.obstacle_in_words(own))
    }

    /// Why the condition of a step does not hold.
    fn condition(&self, step: &Step, invoice: &InvoiceState<'a>) -> Option<String> {
        let when = step.when.as_ref()?;
        match self.day.truth(when, self.customer, invoice) {
            Truth::Yes => None,
            Truth::Unknown(field) => Some(format!("`{}` is not known", self.day.field_name(field))),
            Truth::No => {
                let facts = self.facts_read(when, invoice).into_iter();
                let facts = facts.map(|fact| match fact.value {
                    Some(value) => format!("`{}` is {value}", fact.field),
                    None => format!("`{}` is missing", fact.field),
                });
                let facts: Vec<String> = facts.collect();
                Some(format!("its condition does not hold today: {}", facts.join(", ")))
            }
        }
    }

    pub(super) fn carve_out_step(&self, bench: &Bench<'_, 'a>, attended: &Attended<'a>) -> StepStory {
        let (step, invoice) = (attended.step, &self.customer.invoices[bench.at]);
        let obstacle = || self.condition(step, invoice).filter(|_| !attended.applies);
        let outcome = match (attended.status, attended.day) {
            (Status::CarriedOut(on), _) => (State::CarriedOut, Some(on), None),
            (Status::Declined(on), _) if attended.is_finished => (State::Declined, Some(on), None),
            _ if attended.lapsed => {
                (State::Lapsed, Some(invoice.due), Some(String::from("not done in time")))
            }
            (_, None) => (State::Waiting, None, Some(String::from("what it counts from has no date"))),
            (_, Some(day)) if !attended.applies => (State::SteppedOver, Some(day), obstacle()),
            (_, Some(day)) if day > self.day.today => (State::Waiting, Some(day), None),
            (_, Some(day)) => (State::Due, Some(day), None),
        };
        let mut story = self.step(invoice, step, step.key.clone(), outcome);
        story.nominal = attended.nominal;
        story
    }

    fn step(&self, invoice: &InvoiceState<'a>, step: &Step, name: String, outcome: Outcome) -> StepStory {
        let id = self.day.snapshot.invoice_id(invoice.row);
        let (state, on, why) = outcome;
        let (entry, blockers) =
            if state == State::Due { self.entry_of(id, &name) } else { (None, Vec::new()) };
        let act = step.acts.first();
        let role = act.and_then(|act| match act {
            Act::Call { by: role, .. } | Act::Notify { role, .. } | Act::Task { role, .. } => Some(*role),
            Act::HandOff { role } | Act::Escalate { role } => Some(*role),
            Act::Message { to, .. } => *to,
            Act::Flag { .. } | Act::Charge(_) => None,
        });
        StepStory {
            step: name,
            kind: act.map_or(crate::plan::Kind::Task, kind),
            template: act.and_then(Act::template).map(str::to_owned),
            role: role.map(|role| self.day.program.policy.role(role).name.clone()),
            text: self.day.rule(step.rule).text.clone(),
            place: self.place(step.rule),
            nominal: None,
            state,
            on,
            why,
            entry,
            blockers,
        }
    }

    /// The plan's entry about a step that is due, and what stands in its way there.
    fn entry_of(&self, invoice: &str, step: &str) -> (Option<String>, Vec<Blocker>) {
        let does = |action: &Action| action.steps_for(invoice).any(|member| member.step == step);
        if let Some(action) = self.entries.actions.iter().find(|&action| does(action)) {
            return (Some(action.key.clone()), Vec::new());
        }
        let withheld = self.entries.withheld.iter().find(|entry| does(&entry.action));
        withheld.map_or((None, Vec::new()), |entry| (Some(entry.action.key.clone()), entry.blockers.clone()))
    }
}

/// The key of a step at one of its times.
fn name(step: &Step, occurrence: u32) -> String {
    named(&step.key, occurrence).into_owned()
}

fn repetition(rung: &Rung, time: u32) -> Option<Repetition> {
    let repeat = rung.repeat?;
    let unit = match (repeat.period.count, repeat.period.unit) {
        (1, Unit::Days) => "day",
        (_, Unit::Days) => "days",
        (1, Unit::BusinessDays) => "business day",
        (_, Unit::BusinessDays) => "business days",
        (1, Unit::Months) => "month",
        (_, Unit::Months) => "months",
    };
    Some(Repetition {
        time,
        times: repeat.times,
        left: repeat.times.map(|times| times.saturating_sub(time)),
        every: format!("{} {unit}", repeat.period.count),
    })
}

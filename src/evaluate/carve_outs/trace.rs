//! What the matching carve-outs say of each of their steps, for explanations.

use chrono::NaiveDate;

use super::{Appointment, Bench, Status};
use crate::model::Step;

/// A step of a matching carve-out on a day.
pub(in crate::evaluate) struct Attended<'a> {
    pub(in crate::evaluate) step: &'a Step,
    /// Before it is moved to an open day; none while its anchor has no date.
    pub(in crate::evaluate) nominal: Option<NaiveDate>,
    /// The day it acts on, today when that is past; none when nothing is known of it.
    pub(in crate::evaluate) day: Option<NaiveDate>,
    pub(in crate::evaluate) status: Status,
    pub(in crate::evaluate) is_finished: bool,
    pub(in crate::evaluate) lapsed: bool,
    pub(in crate::evaluate) applies: bool,
}

impl<'a> Bench<'_, 'a> {
    /// The steps of the carve-outs that match, in file order.
    pub(in crate::evaluate) fn attended(&self) -> Vec<Attended<'a>> {
        let program = self.day.program;
        let mut attended = Vec::new();
        for &carve_out in &self.scope.matching {
            let steps =
                program.policy.carve_outs[carve_out].steps.iter().zip(&program.carve_out_keys[carve_out]);
            attended.extend(steps.map(|(step, &key)| self.attend(step, self.appointment(step, key))));
        }
        attended
    }

    fn attend(&self, step: &'a Step, appointment: Option<Appointment>) -> Attended<'a> {
        let day = appointment.as_ref().map(|appointment| {
            let day = appointment.day.max(self.day.today);
            let rolling = self.day.rolling(None, self.calendar);
            if self.is_contact(step) { rolling.open_on_or_after(day) } else { day }
        });
        let applies = self.applies(step);
        match appointment {
            Some(Appointment { nominal, status, finished, lapsed, .. }) => {
                Attended { step, nominal: Some(nominal), day, status, is_finished: finished, lapsed, applies }
            }
            None => Attended {
                step,
                nominal: None,
                day,
                status: Status::Open,
                is_finished: false,
                lapsed: false,
                applies,
            },
        }
    }
}

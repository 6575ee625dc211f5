//! What happens next, in one sentence.

use super::super::escape::clean;
use super::super::words::{deed, long_date as long, remedy, verb, what};
use super::Telling;
use super::history::steps;
use crate::evaluate::explain::story::{InvoiceStory, NextState, State, StepStory};
use crate::model::Stage;
use crate::plan::{Action, Kind, Mode, Withheld};
use chrono::NaiveDate;

impl Telling<'_> {
    pub(super) fn sentence(&mut self, invoice: &InvoiceStory) {
        let sentence = match invoice.next.state {
            NextState::Today => self.acts_today(invoice),
            NextState::Withheld => self.is_withheld(invoice),
            NextState::Waiting => self.waits(invoice),
            NextState::Nothing => {
                format!("Nothing is due, and no step is left: {} stay open.", invoice.balance.grouped())
            }
            NextState::Closed => self.is_closed(invoice),
        };
        self.paragraph(&sentence);
    }

    fn own_actions(&self, invoice: &InvoiceStory) -> impl Iterator<Item = &Action> {
        let id = invoice.id.clone();
        let actions = self.explanation.actions.iter();
        actions.filter(move |action| action.is_about(&id))
    }

    fn acts_today(&self, invoice: &InvoiceStory) -> String {
        let done = self.own_actions(invoice).filter(|action| action.kind != Kind::Clear);
        let done: Vec<String> = done.map(phrase).collect();
        let withheld = self.withheld_steps(invoice);
        let then = match after_today(invoice) {
            _ if withheld.is_some() => String::new(),
            Some((on, steps)) => format!(" If that is done, next comes {steps} on {}.", long(on)),
            None => String::new(),
        };
        let withheld = withheld.map_or(String::new(), |said| format!(" Withheld: {said}."));
        format!("Today, about {}: {}.{withheld}{then}", invoice.balance.grouped(), done.join("; "))
    }

    /// What is withheld, and the first reason.
    fn withheld_steps(&self, invoice: &InvoiceStory) -> Option<String> {
        let own = || self.own_withheld(invoice);
        let steps: Vec<String> = own().map(|entry| clean(&what(&entry.action))).collect();
        let blocker = own().find_map(|entry| entry.blockers.first())?;
        Some(format!("{}, because: {}", steps.join(" and "), clean(&blocker.sentence)))
    }

    fn own_withheld(&self, invoice: &InvoiceStory) -> impl Iterator<Item = &Withheld> {
        let id = invoice.id.clone();
        let withheld = self.explanation.withheld.iter();
        withheld.filter(move |entry| entry.action.is_about(&id))
    }

    fn is_withheld(&self, invoice: &InvoiceStory) -> String {
        let said = self.withheld_steps(invoice).unwrap_or_default();
        let until = match invoice.next.on {
            Some(on) => format!("The next day on which the invoice can go on is {}.", long(on)),
            None => {
                let blockers = self.own_withheld(invoice).next().map_or(&[][..], |entry| &entry.blockers);
                format!("It stays so {}.", remedy(blockers))
            }
        };
        format!("Withheld today, about {}: {said}. {until}", invoice.balance.grouped())
    }

    fn waits(&self, invoice: &InvoiceStory) -> String {
        let on = invoice.next.on.map(long).unwrap_or_default();
        if invoice.next.steps.is_empty() {
            return format!(
                "Nothing is due today. It is looked at again on {on}, about {}.",
                invoice.balance.grouped()
            );
        }
        let steps = steps(invoice).filter(|step| invoice.next.steps.contains(&step.step));
        let steps: Vec<String> = steps.map(in_words).collect();
        format!(
            "Nothing is due today. Next comes {} on {on}, about {}.",
            steps.join(" and "),
            invoice.balance.grouped()
        )
    }

    fn is_closed(&self, invoice: &InvoiceStory) -> String {
        let why = match invoice.stage {
            Stage::NotIssued => String::from("It is not issued yet: nothing happens before it is."),
            Stage::Void => String::from("It is void or written off: nobody is asked for it."),
            _ if invoice.balance.minor > 0 => format!(
                "{} are left, and from {} on a balance counts as open: nobody is asked for it.",
                invoice.balance.grouped(),
                invoice.open_from.grouped()
            ),
            _ => {
                let since =
                    invoice.since.map_or(String::new(), |since| format!(" since {}", self.day(since)));
                format!("It is settled{since}: nobody is asked for it.")
            }
        };
        let clears: Vec<String> = self.own_actions(invoice).map(phrase).collect();
        if clears.is_empty() { why } else { format!("{why} Today: {}.", clears.join("; ")) }
    }
}

/// What waits behind the steps of today, and from when on.
fn after_today(invoice: &InvoiceStory) -> Option<(NaiveDate, String)> {
    let waits = |step: &&StepStory| step.state == State::Waiting;
    let on = steps(invoice).filter(waits).filter_map(|step| step.on).min()?;
    let own = steps(invoice).filter(waits).filter(|step| step.on == Some(on)).map(in_words);
    Some((on, own.collect::<Vec<_>>().join(" and ")))
}

/// A step in a few words, such as `a call by shop`.
fn in_words(step: &StepStory) -> String {
    let role = step.role.as_deref().map_or(String::new(), clean);
    let template = step.template.as_deref().map_or(String::new(), clean);
    match step.kind {
        Kind::Email => format!("the e-mail {template}"),
        Kind::Sms => format!("the text message {template}"),
        Kind::Letter => format!("the letter {template}"),
        Kind::Call => format!("a call by {role}"),
        Kind::Notify => format!("a note to {role}"),
        Kind::HandOff => format!("the hand-off to {role}"),
        Kind::Escalate => format!("the escalation to {role}"),
        Kind::Charge => format!("the {}", clean(&step.step)),
        Kind::Task | Kind::Flag | Kind::Clear => clean(&step.step),
    }
}

/// An action in a few words, such as `send e-mail first_reminder (en) to ar@ant.example`.
fn phrase(action: &Action) -> String {
    let deed = clean(&deed(action, true));
    match (action.mode, action.kind) {
        (Mode::Approval, _) => {
            let by: Vec<String> = action.approvers.iter().map(|by| clean(&by.address)).collect();
            format!("{deed}, once approved by {}", by.join(" and "))
        }
        (Mode::Manual, Kind::Call) => deed,
        _ => format!("{} {deed}", verb(action)),
    }
}

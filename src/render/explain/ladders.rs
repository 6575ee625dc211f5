//! The steps of an invoice, each with its state, and the rules that apply.

use super::super::escape::clean;
use super::super::text::Colour;
use super::super::words::blocker_place;
use super::{Telling, place};
use crate::evaluate::explain::story::{
    Answer, InvoiceStory, LadderStory, Repetition, RungStory, State, StepStory, Tried,
};
use crate::plan::Blocker;

impl Telling<'_> {
    pub(super) fn ladders(&mut self, invoice: &InvoiceStory) {
        for ladder in &invoice.ladders {
            self.ladder(ladder);
        }
        if !invoice.carve_out_steps.is_empty() {
            self.section("THE STEPS OF CARVE-OUTS THAT APPLY");
            for step in &invoice.carve_out_steps {
                let state = self.state(step);
                self.step("", step, &state);
                self.step_notes(step);
            }
        }
    }

    fn ladder(&mut self, ladder: &LadderStory) {
        self.section(&format!("THE STEPS OF {}", clean(&ladder.name)));
        let mut last = "";
        for rung in &ladder.rungs {
            self.rung(rung, if rung.rung == last { "" } else { &rung.rung });
            last = &rung.rung;
        }
    }

    fn rung(&mut self, rung: &RungStory, name: &str) {
        let inline = rung.why.as_deref().filter(|_| matches!(rung.state, State::Passed | State::Lapsed));
        for (at, step) in rung.steps.iter().enumerate() {
            let why = inline.filter(|_| at == 0).map_or(String::new(), |why| format!(": {}", clean(why)));
            let state = format!("{}{why}", self.state(step));
            self.step(if at == 0 { name } else { "" }, step, &state);
            self.step_notes(step);
        }
        let is_dated =
            matches!(rung.state, State::CarriedOut | State::Declined | State::Waiting | State::Due);
        let moved = rung.on.filter(|&on| is_dated && on != rung.planned);
        let planned = moved.map(|_| format!("planned for {}", self.day(rung.planned)));
        let repeat = rung.repeat.as_ref().filter(|_| rung.state != State::CarriedOut).map(repeats);
        let why = rung.why.clone().filter(|_| inline.is_none());
        let notes: Vec<String> = [planned, why, repeat].into_iter().flatten().collect();
        if !notes.is_empty() {
            self.note(&notes.join("; "));
        }
    }

    fn step(&mut self, rung: &str, step: &StepStory, state: &str) {
        let colour = match step.state {
            State::Due => Colour::Green,
            State::Waiting => Colour::Cyan,
            _ => Colour::Dim,
        };
        // A moment that is longer than its column takes from that of the step, so that the states stay in theirs.
        let names = format!("{rung:<7} {}", clean(&step.step));
        let head = format!("  {names:<34}  ");
        let shown = format!("{head}{}", self.text.paint(colour, state));
        self.text.beside(&format!("{head}{state}"), &shown, &place(&step.place));
    }

    fn step_notes(&mut self, step: &StepStory) {
        if let Some(why) = &step.why {
            self.note(why);
        }
        // What withholds a step of today stands with the plan's entry.
        for blocker in step.blockers.iter().filter(|_| step.state != State::Due) {
            let line = format!("{:37} {}", "", self.stop(blocker));
            self.text.beside(&line, &line, &clean(&blocker_place(blocker)));
        }
    }

    fn note(&mut self, text: &str) {
        self.text.line(&format!("{:37} {}", "", clean(text)));
    }

    fn state(&self, step: &StepStory) -> String {
        let on = step.on.map(|on| self.day(on));
        let dated = |word: &str| on.as_ref().map_or(word.to_owned(), |on| format!("{word} on {on}"));
        match step.state {
            State::CarriedOut => dated("done"),
            State::Declined => dated("declined"),
            State::Passed => String::from("passed"),
            State::Lapsed => String::from("lapsed"),
            State::Due if step.blockers.is_empty() => String::from("due today, and in the plan"),
            State::Due => String::from("due today, and withheld"),
            State::Waiting => dated(if on.is_some() { "comes" } else { "waits" }),
            State::SteppedOver => String::from("does not apply"),
        }
    }

    pub(super) fn rules(&mut self, invoice: &InvoiceStory) {
        if invoice.segments.is_empty() {
            return;
        }
        self.section("THE RULES");
        for segment in &invoice.segments {
            match segment.matches {
                Answer::Yes => self.tried("falls into", segment, ""),
                Answer::No | Answer::Unknown => self.tried("not in", segment, ""),
            }
        }
        if invoice.segment.is_none() {
            self.text.line("  no segment catches it: nothing can be done");
        }
        for carve_out in &invoice.carve_outs {
            match carve_out.matches {
                Answer::Yes => self.tried("", carve_out, " applies"),
                Answer::No => self.tried("", carve_out, " does not apply"),
                Answer::Unknown => self.tried("", carve_out, " may apply"),
            }
        }
        self.restrictions(invoice);
    }

    /// A segment or carve-out with its condition, and what that reads.
    fn tried(&mut self, before: &str, tried: &Tried, after: &str) {
        let when = tried.text.split_once(" when ").map_or("", |(_, when)| when);
        let condition = if when.is_empty() { String::new() } else { format!(", when {}", clean(when)) };
        let space = if before.is_empty() { "" } else { " " };
        let line = format!("  {before}{space}{}{after}{condition}", clean(&tried.name));
        self.text.beside(&line, &line, &place(&tried.place));
        let facts = facts(tried, when);
        if !facts.is_empty() {
            self.text.line(&format!("    {facts}"));
        }
    }

    fn restrictions(&mut self, invoice: &InvoiceStory) {
        for restriction in &invoice.restrictions {
            let of = &restriction.place;
            let own = |hold: &&Blocker| hold.rule.as_ref() == Some(&of.rule) && hold.line == Some(of.line);
            let hold = invoice.holds.iter().find(own);
            let hold = hold.map_or(String::new(), |hold| format!(": {}", self.stop(hold)));
            let unknown = restriction.unknown.as_ref().filter(|_| hold.is_empty());
            let unknown =
                unknown.map_or(String::new(), |field| format!(", because `{}` is not known", clean(field)));
            let line = format!("  in force: {}{hold}{unknown}", clean(&restriction.text));
            self.text.beside(&line, &line, &place(of));
        }
        for hold in invoice.holds.iter().filter(|hold| hold.rule.is_none()) {
            let line = format!("  always in force: {}", self.stop(hold));
            self.text.line(&line);
        }
        // A setting of the policy block, so no restriction tells of it.
        for hold in invoice.holds.iter().filter(|hold| hold.code == "pilot") {
            let line = format!("  in force: {}", self.stop(hold));
            self.text.line(&line);
        }
    }

    /// What stops something, and until when.
    fn stop(&self, blocker: &Blocker) -> String {
        let until = blocker.until.map_or(String::new(), |until| format!(", through {}", self.day(until)));
        // `on hold through 9 October` says it already.
        let until = if blocker.code == "hold_until" { String::new() } else { until };
        format!("{}{until}", clean(&blocker.sentence))
    }
}

/// What the condition of a segment or carve-out reads; nothing where that is plain from the condition.
fn facts(tried: &Tried, when: &str) -> String {
    let read =
        tried.facts.iter().filter(|fact| fact.field != when && tried.unknown.as_ref() != Some(&fact.field));
    let read = read.map(|fact| {
        let value = fact.value.as_deref().map_or_else(|| String::from("missing"), clean);
        format!("{} is {value}", clean(&fact.field))
    });
    let value = |field: &String| tried.facts.iter().find(|fact| fact.field == *field)?.value.as_deref();
    let unknown = tried.unknown.iter().map(|field| match value(field) {
        // An amount in a currency without a rate.
        Some(value) => format!("{} is {}, which cannot be compared", clean(field), clean(value)),
        None => format!("{} is not known", clean(field)),
    });
    unknown.chain(read).collect::<Vec<_>>().join(", ")
}

/// `the 2nd of 3 times, every 15 days`.
fn repeats(repeat: &Repetition) -> String {
    let times = repeat.times.map_or(String::new(), |times| format!(" of {times}"));
    let left = match repeat.left {
        None => String::from("without end"),
        Some(0) => String::from("the last"),
        Some(left) => format!("{left} left after it"),
    };
    format!("time {}{times}, every {}, {left}", repeat.time, repeat.every)
}

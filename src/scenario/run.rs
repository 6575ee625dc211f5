//! Running a scenario: each day played, each expectation held against it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::expect::{fits, is_reason, named, phrase, step};
use super::load::Scene;
use super::verdict::{Failure, TimelineDay, Verdict};
use super::why;
use crate::compile::Program;
use crate::evaluate::{Look, met};
use crate::plan::{Action, Withheld};
use crate::simulate::{Habits, Play};
use crate::span::Sources;
use crate::syntax::ast::{Expected, Name, Reason, Scenario, ScenarioLine, Spanned};
use crate::template::TemplateSet;

/// A scenario that was run.
#[derive(Debug)]
pub struct Ran {
    /// What it came to.
    pub verdict: Verdict,
    /// The plan of each day.
    pub days: Vec<Look>,
}

/// A day of a run.
pub(super) struct DayRun {
    pub(super) day: NaiveDate,
    pub(super) look: Look,
    done: Vec<bool>,
}

/// Everything that the expectations are held against.
pub(super) struct Run<'a> {
    pub(super) program: &'a Program,
    pub(super) days: Vec<DayRun>,
    /// Whether there are several invoices, so that an action says which it is about.
    several: bool,
    /// For each customer that a segment must catch: the segment, and the rules that it met instead.
    misplaced: Vec<(&'a Name, BTreeSet<String>)>,
}

/// Runs a scenario.
#[must_use]
pub fn run(
    program: &Program,
    templates: &TemplateSet,
    sources: &Sources,
    scenario: &Scenario,
    scene: Scene,
) -> Ran {
    let period = scene.period;
    let run = play(program, templates, &scene);
    let judged = |line: &Spanned<ScenarioLine>| {
        let found = run.judge(&line.node);
        let at = sources.line(line.span);
        found.into_iter().map(move |failure| Failure { line: at, ..failure })
    };
    let mut failures: Vec<Failure> = run.unplaced(sources);
    failures.extend(scenario.lines.iter().flat_map(judged));
    failures.sort_by_key(|failure| failure.line);
    let timeline = if failures.is_empty() { Vec::new() } else { timeline(&run, &scene, scenario, &failures) };
    let verdict = Verdict {
        name: scenario.name.clone(),
        file: Arc::clone(&sources.get(scenario.span.file).name),
        line: sources.line(scenario.span),
        from: period.from,
        to: period.to,
        failures,
        timeline,
    };
    Ran { verdict, days: run.days.into_iter().map(|day| day.look).collect() }
}

fn play<'a>(program: &'a Program, templates: &'a TemplateSet, scene: &'a Scene) -> Run<'a> {
    let mut play = Play::new(program, templates, scene.snapshot.clone(), Habits::default())
        .told(scene.told.clone())
        .whole_on(scene.named.clone());
    let placed =
        scene.customers.iter().filter_map(|customer| Some((&customer.id, customer.segment.as_ref()?)));
    let mut misplaced: Vec<(&str, &Name, BTreeSet<String>)> =
        placed.map(|(id, name)| (id.as_str(), name, BTreeSet::new())).collect();
    let mut days = Vec::new();
    for day in scene.period.days() {
        misplaced.retain_mut(|(id, name, met)| {
            let caught = segments(program, templates, &play, id, day);
            let is_placed = caught.contains(&name.text);
            met.extend(caught);
            !is_placed
        });
        let played = play.day(day);
        days.push(DayRun { day, look: played.look, done: played.done });
    }
    let misplaced = misplaced.into_iter().map(|(_, name, met)| (name, met)).collect();
    Run { program, days, several: scene.snapshot.invoices.id.len() > 1, misplaced }
}

/// The segments that catch a customer's invoices on a day.
fn segments(
    program: &Program,
    templates: &TemplateSet,
    play: &Play<'_>,
    customer: &str,
    day: NaiveDate,
) -> BTreeSet<String> {
    let Some(row) = play.snapshot().customer_with(customer) else { return BTreeSet::new() };
    let met = met(program, templates, play.snapshot(), day, row);
    let segments = program.policy.segments.iter().filter(|segment| met.contains(&segment.rule));
    segments.map(|segment| segment.name.to_string()).collect()
}

impl Run<'_> {
    pub(super) fn on(&self, day: NaiveDate) -> Option<&DayRun> {
        self.days.iter().find(|run| run.day == day)
    }

    /// What an expectation finds otherwise than it says; lines are filled in by the caller.
    fn judge(&self, line: &ScenarioLine) -> Vec<Failure> {
        match line {
            ScenarioLine::ExpectOn(on, all) => {
                let Some(day) = self.on(*on) else { return Vec::new() };
                let missing =
                    all.iter().filter(|one| !day.look.actions.iter().any(|action| fits(one, action)));
                missing.map(|one| self.failure(day, phrase(one), why::missing(self, day, one))).collect()
            }
            ScenarioLine::ExpectNothingOn(on, because) => {
                self.on(*on).and_then(|day| self.nothing(day, because.as_ref())).into_iter().collect()
            }
            ScenarioLine::ExpectNothingAfter(after) => {
                let later = self.days.iter().filter(|day| day.day > *after);
                let busy = later.filter(|day| !day.look.actions.is_empty());
                let expected = || format!("nothing after {after}");
                let failed = |day| self.failure(day, expected(), why::done(day.look.actions.iter()));
                busy.map(failed).take(1).collect()
            }
            ScenarioLine::ExpectNever(all) => all.iter().filter_map(|one| self.never(one)).collect(),
            _ => Vec::new(),
        }
    }

    fn nothing(&self, day: &DayRun, because: Option<&Reason>) -> Option<Failure> {
        let expected = nothing(because);
        if !day.look.actions.is_empty() {
            return Some(self.failure(day, expected, why::done(day.look.actions.iter())));
        }
        let reason = because?;
        let blockers = day.look.withheld.iter().flat_map(|withheld| &withheld.blockers);
        let stages = day.look.waiting.iter().map(|waiting| waiting.stage.word());
        let holds = blockers.clone().any(|blocker| is_reason(reason, blocker))
            || stages.clone().any(|stage| stage == reason.text());
        (!holds).then(|| self.failure(day, expected, why::quiet(self, day)))
    }

    fn never(&self, expected: &Expected) -> Option<Failure> {
        let day =
            self.days.iter().find(|day| day.look.actions.iter().any(|action| fits(expected, action)))?;
        let actions = day.look.actions.iter().filter(|action| fits(expected, action));
        Some(self.failure(day, format!("never {}", phrase(expected)), why::done(actions)))
    }

    fn failure(&self, day: &DayRun, expected: String, decided: Vec<super::Decision>) -> Failure {
        Failure { line: 0, day: Some(day.day), expected, actual: self.actual(day), decided }
    }

    /// The actions of a day in words.
    fn actual(&self, day: &DayRun) -> String {
        match day.look.actions.as_slice() {
            [] => String::from("nothing"),
            actions => actions.iter().map(|action| self.named(action)).collect::<Vec<_>>().join(" and "),
        }
    }

    fn named(&self, action: &Action) -> String {
        format!("{}{}", named(action), self.about(action))
    }

    /// The invoices that an action is about, where there are others.
    fn about(&self, action: &Action) -> String {
        let ids: Vec<String> = action.invoices.iter().map(|invoice| format!("`{}`", invoice.id)).collect();
        if self.several && !ids.is_empty() { format!(" about {}", ids.join(", ")) } else { String::new() }
    }

    fn acted(&self, action: &Action, done: bool) -> String {
        format!("{}{}", self.named(action), if done { "" } else { ", not yet done" })
    }

    fn withheld(&self, withheld: &Withheld) -> String {
        let codes: Vec<&str> = withheld.blockers.iter().map(|blocker| blocker.code).collect();
        let action = &withheld.action;
        format!("withheld: {}{} ({})", step(action), self.about(action), codes.join(", "))
    }

    /// The customers that their segment never caught.
    fn unplaced(&self, sources: &Sources) -> Vec<Failure> {
        let failure = |(name, met): &(&Name, BTreeSet<String>)| {
            let caught: Vec<String> = met.iter().map(|name| format!("`{name}`")).collect();
            let actual = match caught.as_slice() {
                [] => String::from("no segment"),
                caught => format!("segment {}", caught.join(" and ")),
            };
            Failure {
                line: sources.line(name.span),
                day: None,
                expected: format!("a customer in segment {}", name.text),
                actual,
                decided: why::segments(self.program, met),
            }
        };
        self.misplaced.iter().map(failure).collect()
    }
}

/// That nothing is expected, as one writes it.
fn nothing(because: Option<&Reason>) -> String {
    because.map_or_else(|| String::from("nothing"), |why| format!("nothing because {}", why.text()))
}

/// The days on which something happened or was expected.
fn timeline(run: &Run, scene: &Scene, scenario: &Scenario, failures: &[Failure]) -> Vec<TimelineDay> {
    let mut withheld_before = BTreeSet::new();
    let mut days = Vec::new();
    for day in &run.days {
        let withheld: BTreeSet<String> =
            day.look.withheld.iter().map(|withheld| run.withheld(withheld)).collect();
        let acted = day.look.actions.iter().zip(&day.done);
        let mut actual: Vec<String> = acted.map(|(action, done)| run.acted(action, *done)).collect();
        actual.extend(withheld.difference(&withheld_before).cloned());
        if !day.look.met.is_empty() {
            withheld_before = withheld;
        }
        let told = TimelineDay {
            day: day.day,
            facts: scene.events.get(&day.day).cloned().unwrap_or_default(),
            expected: scenario.lines.iter().flat_map(|line| expected_on(&line.node, day.day)).collect(),
            actual,
            failed: failures.iter().any(|failure| failure.day == Some(day.day)),
        };
        if !(told.facts.is_empty() && told.expected.is_empty() && told.actual.is_empty()) || told.failed {
            days.push(told);
        }
    }
    days
}

fn expected_on(line: &ScenarioLine, day: NaiveDate) -> Vec<String> {
    match line {
        ScenarioLine::ExpectOn(on, all) if *on == day => all.iter().map(phrase).collect(),
        ScenarioLine::ExpectNothingOn(on, because) if *on == day => vec![nothing(because.as_ref())],
        ScenarioLine::ExpectNothingAfter(on) if *on == day => vec![String::from("nothing from tomorrow on")],
        _ => Vec::new(),
    }
}

//! Scenarios that would reach what nothing has reached: worlds made up from the policy's own conditions, the least
//! first, each played before it is proposed.

mod candidates;
mod satisfy;
mod world;

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::reached::{Missing, Reached};
use crate::compile::Program;
use crate::evaluate::Look;
use crate::scenario;
use crate::simulate::{Habits, Play};
use crate::span::Sources;
use crate::syntax::ast::{Ast, Block, Scenario};
use crate::syntax::{self, spoken};
use crate::template::TemplateSet;
use candidates::{candidates, horizon};
use world::World;

/// How many days one suggestion speaks of.
const MOST_DAYS: usize = 3;

/// A ready scenario, and what it reaches that nothing else has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// What it reaches.
    pub reaches: Vec<Missing>,
    /// The scenario, in canonical form.
    pub scenario: String,
}

/// The least scenarios that reach what is missing; what none of them reaches is in none.
#[must_use]
pub fn suggestions(program: &Program, templates: &TemplateSet, missing: &[Missing]) -> Vec<Suggestion> {
    let mut open: BTreeSet<Missing> = missing.iter().cloned().collect();
    let mut found = Vec::new();
    for world in candidates(&program.policy) {
        if open.is_empty() {
            break;
        }
        let Some(suggestion) = suggestion(program, templates, &world, &open, found.len() + 1) else {
            continue;
        };
        suggestion.reaches.iter().for_each(|reached| _ = open.remove(reached));
        found.push(suggestion);
    }
    found
}

/// The scenario of a world, when it reaches something.
fn suggestion(
    program: &Program,
    templates: &TemplateSet,
    world: &World,
    open: &BTreeSet<Missing>,
    number: usize,
) -> Option<Suggestion> {
    let days = play(program, templates, world)?;
    let mut chosen: Vec<(NaiveDate, String)> = Vec::new();
    let mut reaches: Vec<&Missing> = Vec::new();
    for one in open {
        let reaching = || days.iter().filter(|day| day.reached.has(one));
        let Some(first) = reaching().find(|day| day.tells()).or_else(|| reaching().next()) else { continue };
        let known = chosen.iter().any(|(other, _)| *other == first.day);
        if !known && chosen.len() == MOST_DAYS {
            continue;
        }
        if !known {
            chosen.push((first.day, expectation(first.day, &first.look)));
        }
        reaches.push(one);
    }
    chosen.sort();
    let expectations: Vec<String> = chosen.into_iter().map(|(_, text)| text).collect();
    let name = format!("suggestion {number}: {}", reaches.first()?.name);
    let text = world.scenario(&name, &expectations);
    let (reached, scenario) = verified(program, templates, &text)?;
    let reaches: Vec<Missing> = reaches.into_iter().filter(|one| reached.has(one)).cloned().collect();
    (!reaches.is_empty()).then_some(Suggestion { reaches, scenario })
}

/// A day of a world.
struct WorldDay {
    day: NaiveDate,
    look: Look,
    reached: Reached,
}

impl WorldDay {
    /// Whether a step is due.
    fn tells(&self) -> bool {
        !self.look.actions.is_empty() || !self.look.withheld.is_empty()
    }
}

/// The days of a world on which its plan could change.
fn play(program: &Program, templates: &TemplateSet, world: &World) -> Option<Vec<WorldDay>> {
    let far = world.due.checked_add_days(Days::new(horizon(&program.policy)))?;
    let text = world.scenario("a world", &[format!("expect nothing after {far}")]);
    let (_, scenario, _) = read(&text)?;
    let scene = scenario::load(&program.policy, &scenario).ok()?;
    let mut play = Play::new(program, templates, scene.snapshot.clone(), Habits::default());
    let days = scene.period.days().map(|day| {
        let look = play.day(day).look;
        let mut reached = Reached::default();
        reached.add_look(&program.policy, &look);
        WorldDay { day, look, reached }
    });
    Some(days.filter(|day| !day.look.met.is_empty() || day.tells()).collect())
}

/// What is true of a day, as an expectation.
fn expectation(day: NaiveDate, look: &Look) -> String {
    let step = |action: &crate::plan::Action| {
        let key = action.step.split_once('/').map_or(action.step.as_str(), |(_, own)| own);
        format!("{} {}", action.mode.word(), spoken(key))
    };
    if !look.actions.is_empty() {
        return format!(
            "expect on {day}: {}",
            look.actions.iter().map(step).collect::<Vec<_>>().join(" and ")
        );
    }
    let code =
        look.withheld.iter().flat_map(|withheld| &withheld.blockers).map(|blocker| blocker.code).next();
    let because = code.map_or_else(String::new, |code| format!(" because {code}"));
    format!("expect nothing on {day}{because}")
}

/// What a scenario reaches when it is run, and its canonical text; none when it does not pass.
fn verified(program: &Program, templates: &TemplateSet, text: &str) -> Option<(Reached, String)> {
    let (sources, scenario, canonical) = read(text)?;
    let scene = scenario::load(&program.policy, &scenario).ok()?;
    let ran = scenario::run(program, templates, &sources, &scenario, scene);
    let mut reached = Reached::default();
    ran.days.iter().for_each(|look| reached.add_look(&program.policy, look));
    ran.verdict.passed().then_some((reached, canonical))
}

/// A scenario's text, read; and in canonical form.
fn read(text: &str) -> Option<(Sources, Scenario, String)> {
    let mut sources = Sources::default();
    let file = sources.add("suggestion.dun", text);
    let (ast, mistakes): (Ast, _) = syntax::parse(&sources, file);
    if !mistakes.is_empty() {
        return None;
    }
    let canonical = syntax::format(&sources, file, &ast).ok()?;
    match ast.blocks.into_iter().next() {
        Some(Block::Scenario(scenario)) => Some((sources, scenario, canonical)),
        _ => None,
    }
}

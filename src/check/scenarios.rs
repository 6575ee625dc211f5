//! The names in scenarios: segments, and the steps that are expected or that the ledger tells of.

use std::collections::BTreeSet;

use super::Checker;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Act, CarveOut, Ladder, Step};
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Block, Expected, RulesBlock, RulesHeader, Scenario, ScenarioLine};
use crate::syntax::{CLASSES, spoken};

/// The steps of a policy, by the names under which a scenario can know them.
struct Known {
    /// What can be expected.
    steps: BTreeSet<String>,
    /// What the ledger may have besides: keys that steps had before.
    former: BTreeSet<String>,
    segments: Vec<String>,
}

/// Reports the names that the policy does not have; steps only where nothing else is wrong, for what has an error is
/// not among them.
pub(super) fn scenarios(c: &mut Checker, ladders: &[Ladder], carve_outs: &[CarveOut]) {
    let sound = !c.found.iter().any(Diagnostic::is_error);
    let known = known(c, ladders, carve_outs);
    let blocks = &c.input.ast.blocks;
    let scenarios = blocks.iter().filter_map(|block| match block {
        Block::Scenario(scenario) => Some(scenario),
        _ => None,
    });
    scenarios.for_each(|scenario| names(c, &known, scenario, sound));
}

fn known(c: &Checker, ladders: &[Ladder], carve_outs: &[CarveOut]) -> Known {
    let of_ladders = || ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let of_carve_outs = || carve_outs.iter().flat_map(|carve_out| &carve_out.steps);
    let steps = || of_ladders().chain(of_carve_outs());
    let mut names: BTreeSet<String> = steps().map(|step| step.key.clone()).collect();
    names.extend(of_carve_outs().filter_map(|step| Some(step.key.split_once('/')?.1.to_owned())));
    names.extend(steps().flat_map(marks).map(|mark| format!("clear {mark}")));
    let segments = c.input.ast.blocks.iter().filter_map(|block| match block {
        Block::Rules(RulesBlock { header: RulesHeader::Segment { name, .. }, .. }) => Some(name.text.clone()),
        _ => None,
    });
    let former = steps().flat_map(|step| step.formerly.iter().cloned()).collect();
    Known { steps: names, former, segments: segments.collect() }
}

/// The marks that a step sets, which the plan clears one day.
fn marks(step: &Step) -> impl Iterator<Item = &str> {
    step.acts.iter().filter_map(|act| match act {
        Act::Flag { name } => Some(name.as_str()),
        Act::Escalate { .. } => Some("escalated"),
        _ => None,
    })
}

fn names(c: &mut Checker, known: &Known, scenario: &Scenario, sound: bool) {
    for line in &scenario.lines {
        match &line.node {
            ScenarioLine::Customer { segment: Some(name), .. } if !known.segments.contains(&name.text) => {
                c.unknown("segment", name, &known.segments, "write a `segment` block for it");
            }
            ScenarioLine::ExpectOn(_, all) | ScenarioLine::ExpectNever(all) if sound => {
                all.iter().for_each(|expected| known.expected(c, expected));
            }
            ScenarioLine::Past { step, .. } if sound => known.past(c, step, line.span),
            _ => {}
        }
    }
}

impl Known {
    fn has(&self, step: &str) -> bool {
        let base = step.rsplit_once(" #").map_or(step, |(base, _)| base);
        self.steps.contains(step) || self.steps.contains(base) || is_credit_notice(step)
    }

    fn expected(&self, c: &mut Checker, expected: &Expected) {
        let what = expected.what.as_str();
        if CLASSES.contains(&what) || self.has(what) {
            return;
        }
        let error = Diagnostic::error(Code::UnknownName, expected.span, missing(what));
        let mode = expected.mode.as_ref().map_or_else(String::new, |mode| format!("{mode} "));
        c.report(match self.near(what) {
            Some(near) => error.fix(expected.span, format!("{mode}{}", spoken(near))),
            None => error.help("write a step as the policy has it, its name with `as` in quotes, or a kind such as `message`"),
        });
    }

    /// The ledger may tell of what another policy did: that is worth a word, and no error.
    fn past(&self, c: &mut Checker, step: &str, span: Span) {
        if self.has(step) || self.former.contains(step) {
            return;
        }
        let note = Diagnostic::note(Code::UnknownStep, span, missing(step));
        c.report(match self.near(step) {
            Some(near) => {
                note.help(format!("it counts as what another policy did; is it `{}`?", spoken(near)))
            }
            None => note.help("it counts as what another policy did"),
        });
    }

    fn near(&self, step: &str) -> Option<&str> {
        nearest(step, self.steps.iter().map(String::as_str))
    }
}

fn missing(step: &str) -> String {
    format!("the policy has no step `{}`", spoken(step).trim_matches('"'))
}

/// What a credit that belongs to no invoice brings about (R20).
fn is_credit_notice(step: &str) -> bool {
    step.strip_prefix("notify ")
        .and_then(|rest| rest.split_once(' '))
        .is_some_and(|(_, of)| of.starts_with("of "))
}

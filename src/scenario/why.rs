//! Why a day is not as expected: the rules that its plan names.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::expect::is_it;
use super::run::{DayRun, Run};
use super::verdict::Decision;
use crate::calendar::days_between;
use crate::compile::Program;
use crate::model::RuleId;
use crate::plan::{Action, Mode, Withheld};
use crate::syntax::ast::Expected;

/// Why there is what should not be: what asks for it.
pub(super) fn done<'a>(actions: impl Iterator<Item = &'a Action>) -> Vec<Decision> {
    actions.map(|action| Decision::from(&action.because)).collect()
}

/// Why a step is not among a day's: what makes it another mode, what withholds it, when it comes instead, or
/// which segment has no such step.
pub(super) fn missing(run: &Run, day: &DayRun, expected: &Expected) -> Vec<Decision> {
    let acts = |action: &&Action| is_it(expected, action);
    if let Some(action) = day.look.actions.iter().find(acts) {
        return other_mode(action);
    }
    let withheld = |day: &DayRun| -> Vec<Decision> {
        let own = day.look.withheld.iter().filter(|withheld| is_it(expected, &withheld.action));
        own.flat_map(blockers).collect()
    };
    let today = withheld(day);
    if !today.is_empty() {
        return today;
    }
    let acting =
        run.days.iter().filter(|other| other.look.actions.iter().any(|action| is_it(expected, action)));
    if let Some(other) = acting.min_by_key(|other| days_between(day.day, other.day).abs()) {
        let actions = other.look.actions.iter().filter(acts);
        return actions.map(|action| instead(other, action)).collect();
    }
    let ever = run.days.iter().map(|other| (other, withheld(other))).filter(|(_, why)| !why.is_empty());
    match ever.min_by_key(|(other, _)| days_between(day.day, other.day).abs()) {
        Some((other, why)) => why.into_iter().map(|why| on(other, why)).collect(),
        None => quiet(run, day),
    }
}

/// Why nothing is to be done on a day: what is withheld, or the segments whose steps are not due.
pub(super) fn quiet(run: &Run, day: &DayRun) -> Vec<Decision> {
    let withheld: Vec<Decision> = day.look.withheld.iter().flat_map(blockers).collect();
    if !withheld.is_empty() {
        return withheld;
    }
    let policy = &run.program.policy;
    let met = policy.segments.iter().filter(|segment| day.look.met.contains(&segment.rule));
    let next = day.look.waiting.iter().filter_map(|waiting| waiting.next).min();
    let next = next
        .map_or_else(|| String::from("no step is in sight"), |next| format!("the next step comes on {next}"));
    let decided: Vec<Decision> = met
        .map(|segment| {
            decision(run.program, segment.rule, format!("the invoice is in `{}`; {next}", segment.name))
        })
        .collect();
    match decided.is_empty() {
        true => vec![plain("no invoice that a segment catches is open on this day")],
        false => decided,
    }
}

/// The segments that caught a customer's invoices.
pub(super) fn segments(program: &Program, met: &BTreeSet<String>) -> Vec<Decision> {
    let segments = program.policy.segments.iter().filter(|segment| met.contains(&*segment.name));
    let sentence = |name: &str| format!("the first segment that fits is `{name}`");
    segments.map(|segment| decision(program, segment.rule, sentence(&segment.name))).collect()
}

fn other_mode(action: &Action) -> Vec<Decision> {
    let because = Decision::from(&action.because);
    let sentence = match action.mode {
        Mode::Automatic => "nobody has to approve it, and the program acts",
        Mode::Manual => "a person acts",
        Mode::Approval => "it needs approval",
    };
    let approvers = action.approvers.iter().map(|approver| Decision {
        sentence: format!("`{}` must approve it", approver.role),
        rule: Some(Arc::clone(&approver.rule)),
        file: Some(Arc::clone(&approver.file)),
        line: Some(approver.line),
    });
    let mode = Decision { sentence: format!("{sentence}: {}", because.sentence), ..because };
    std::iter::once(mode).chain(approvers).collect()
}

fn blockers(withheld: &Withheld) -> impl Iterator<Item = Decision> {
    withheld.blockers.iter().map(Decision::from)
}

fn instead(day: &DayRun, action: &Action) -> Decision {
    let because = Decision::from(&action.because);
    Decision { sentence: format!("it comes on {}: {}", day.day, because.sentence), ..because }
}

fn on(day: &DayRun, why: Decision) -> Decision {
    Decision { sentence: format!("withheld on {}: {}", day.day, why.sentence), ..why }
}

fn decision(program: &Program, rule: RuleId, sentence: String) -> Decision {
    let rule = program.policy.rule(rule);
    Decision {
        sentence,
        rule: Some(Arc::clone(&rule.id)),
        file: Some(Arc::clone(&rule.file)),
        line: Some(rule.line),
    }
}

fn plain(sentence: &str) -> Decision {
    Decision { sentence: String::from(sentence), rule: None, file: None, line: None }
}

//! Whatever a policy says is read back once: each rule that a decision can name has one sentence.

use dun::model::Policy;
use dun::read::{Reading, reading};
use dun::render;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::agreement::{SHEET, TEMPLATES};
use crate::checked::checked;
use crate::generate::{Case, case};

/// Rules by what tells them apart, in order.
fn rules<'a>(rules: impl Iterator<Item = (&'a str, u32, &'a str)>) -> Vec<(&'a str, u32, &'a str)> {
    let mut rules: Vec<_> = rules.collect();
    rules.sort_unstable();
    rules
}

/// What is wrong with a reading of a policy.
fn wrong(policy: &Policy, reading: &Reading) -> Option<String> {
    let known = rules(policy.rules.iter().map(|rule| (&*rule.id, rule.line, &*rule.text)));
    let told = rules(reading.rules.iter().map(|rule| (&*rule.rule, rule.line, &*rule.text)));
    if known != told {
        return Some(format!("the rules are {known:#?}, and these are told: {told:#?}"));
    }
    let lines: Vec<u32> = reading.rules.iter().map(|rule| rule.line).collect();
    if !lines.is_sorted() {
        return Some(format!("not in file order: {lines:?}"));
    }
    let is_sentence = |text: &str| {
        let begins = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
        begins && text.ends_with('.') && !text.contains("  ") && !text.contains(" .")
    };
    let odd = reading.rules.iter().map(|rule| &rule.sentence).find(|sentence| !is_sentence(sentence));
    odd.map(|sentence| format!("no sentence: {sentence}"))
}

/// What is drawn of a policy: every step of every ladder that a segment climbs, once.
fn drawn(policy: &Policy, reading: &Reading) -> Option<String> {
    for (segment, told) in policy.segments.iter().zip(&reading.segments) {
        let rungs = segment.ladders.iter().flat_map(|id| &policy.ladders[id.0].rungs);
        let steps = rungs.flat_map(|rung| &rung.steps).map(|step| &*policy.rule(step.rule).id);
        let mut steps: Vec<&str> = steps.collect();
        let mut told_steps: Vec<&str> =
            told.timeline.iter().flat_map(|rung| &rung.steps).map(|step| &*step.rule).collect();
        steps.sort_unstable();
        told_steps.sort_unstable();
        if steps != told_steps {
            return Some(format!("{}: {steps:?}, and drawn are {told_steps:?}", segment.name));
        }
    }
    None
}

fn policy(case: &Case) -> Policy {
    let templates: Vec<(&str, &str)> = TEMPLATES.into_iter().chain([SHEET]).collect();
    checked(&case.policy(), &templates, &case.files()).unwrap().0
}

#[test]
fn every_rule_has_one_sentence_and_every_step_one_place() {
    let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
    let held = runner.run(&case(), |case| {
        let policy = policy(&case);
        let reading = reading(&policy);
        let wrong = wrong(&policy, &reading).or_else(|| drawn(&policy, &reading));
        prop_assert_eq!(wrong, None, "{}", case.policy());
        // Lines are broken between words only.
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = words(&render::read::text(&reading, false));
        let untold = reading.rules.iter().find(|rule| !text.contains(&words(&rule.sentence)));
        prop_assert_eq!(untold, None, "{}", text);
        Ok(())
    });
    held.unwrap();
}

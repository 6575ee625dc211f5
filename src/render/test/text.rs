//! A test run as a person reads it: what failed and why, what was not reached, and the sum.

use unicode_width::UnicodeWidthStr as _;

use super::super::escape::clean;
use super::super::text::{Colour, Page};
use super::super::words::{count, place};
use crate::coverage::{CaseReport, Coverage, Kind, Missing, PolicyReport, Report, Suggestion};
use crate::scenario::{Decision, Failure, TimelineDay, Verdict};

/// The greatest width of what was expected, beside what there was.
const EXPECTED: usize = 44;

/// Renders the results; `colour` adds terminal colours.
#[must_use]
pub fn text(report: &Report, colour: bool) -> String {
    let mut page = Page::new(colour);
    for (at, policy) in report.policies.iter().enumerate() {
        if at > 0 {
            page.line("");
        }
        self::policy(&mut page, policy);
    }
    page.line("");
    page.line(&sum(report));
    page.out
}

fn policy(page: &mut Page, policy: &PolicyReport) {
    let title = page.paint(Colour::Bold, &clean(&policy.file));
    page.line(&title);
    if policy.scenarios.is_empty() && policy.cases.is_empty() {
        page.line("  no scenarios and no snapshot cases");
    }
    policy.scenarios.iter().for_each(|verdict| scenario(page, verdict));
    policy.cases.iter().for_each(|case| self::case(page, case));
    if let Some(coverage) = &policy.coverage {
        self::coverage(page, coverage, policy.below_coverage);
        policy.suggestions.iter().for_each(|suggestion| self::suggestion(page, suggestion));
        unsuggested(page, coverage, &policy.suggestions);
    }
}

fn mark(page: &Page, passed: bool) -> String {
    if passed { page.paint(Colour::Green, "ok    ") } else { page.paint(Colour::Red, "FAILED") }
}

fn scenario(page: &mut Page, verdict: &Verdict) {
    let mark = mark(page, verdict.passed());
    page.line(&format!("  {mark}  {}, line {}", clean(&verdict.name), verdict.line));
    if verdict.passed() {
        return;
    }
    for failure in &verdict.failures {
        self::failure(page, failure);
    }
    page.line("");
    timeline(page, &verdict.timeline);
    page.line("");
}

fn failure(page: &mut Page, failure: &Failure) {
    let day = failure.day.map_or_else(String::new, |day| format!(", {day}"));
    page.line("");
    page.line(&format!("    line {}{day}: expected {}", failure.line, clean(&failure.expected)));
    page.line(&format!("      but there was {}", clean(&failure.actual)));
    failure.decided.iter().for_each(|decision| decided(page, decision));
}

fn decided(page: &mut Page, decision: &Decision) {
    let rule = decision.rule.as_ref();
    let place = rule.map_or_else(String::new, |rule| place(rule, decision.file.as_deref(), decision.line));
    let text = format!("      {}", clean(&decision.sentence));
    page.beside(&text, &text, &clean(&place));
}

/// The days, with what was expected beside what there was.
pub(super) fn timeline(page: &mut Page, days: &[TimelineDay]) {
    let widest = days.iter().flat_map(|day| &day.expected).map(|text| clean(text).width()).max();
    let width = widest.unwrap_or(0).clamp(8, EXPECTED);
    let head = format!("    {:<16}{:<width$}  actual", "day", "expected");
    let head = page.paint(Colour::Dim, &head);
    page.line(&head);
    for day in days {
        let mut actual: Vec<String> = day.facts.iter().map(|fact| format!("({})", clean(fact))).collect();
        actual.extend(day.actual.iter().map(|text| clean(text)));
        if day.actual.is_empty() && !day.expected.is_empty() {
            actual.push(String::from("nothing"));
        }
        let expected: Vec<String> = day.expected.iter().map(|text| clean(text)).collect();
        for at in 0..expected.len().max(actual.len()) {
            let date = if at == 0 { day.day.format("%a %Y-%m-%d").to_string() } else { String::new() };
            let sign = if day.failed && at == 0 { page.paint(Colour::Red, "!") } else { String::from(" ") };
            let left = expected.get(at).map_or("", String::as_str);
            let gap = " ".repeat(width.saturating_sub(left.width()));
            let right = actual.get(at).map_or("", String::as_str);
            page.line(&format!("  {sign} {date:<16}{left}{gap}  {right}"));
        }
    }
}

fn case(page: &mut Page, case: &CaseReport) {
    let mark = mark(page, case.passed());
    let accepted = if case.accepted { ", rewritten" } else { "" };
    page.line(&format!("  {mark}  {}{accepted}", clean(&case.folder)));
    let Some(difference) = &case.difference else { return };
    for line in difference.lines() {
        let colour = match line.chars().next() {
            Some('+') => Some(Colour::Green),
            Some('-') => Some(Colour::Red),
            _ => None,
        };
        let line = colour.map_or_else(|| String::from(line), |colour| page.paint(colour, line));
        page.line(&format!("    {line}"));
    }
}

fn coverage(page: &mut Page, coverage: &Coverage, below: bool) {
    let shares = coverage.shares.iter().filter(|share| share.all > 0);
    let shares: Vec<String> =
        shares.map(|share| format!("{} {} of {}", plural(share.kind), share.reached, share.all)).collect();
    let percent = format!("reached {} %", coverage.percent);
    let percent = if below { page.paint(Colour::Red, &format!("{percent}, too little")) } else { percent };
    page.line(&format!("  {percent}: {}", shares.join(", ")));
}

fn suggestion(page: &mut Page, suggestion: &Suggestion) {
    page.line("");
    page.line("  not reached, and what would reach it:");
    suggestion.reaches.iter().for_each(|missing| self::missing(page, missing));
    page.line("");
    suggestion.scenario.lines().for_each(|line| page.line(&format!("    {}", clean(line))));
}

/// What no scenario was found for.
fn unsuggested(page: &mut Page, coverage: &Coverage, suggestions: &[Suggestion]) {
    let is_suggested = |missing: &&Missing| suggestions.iter().any(|own| own.reaches.contains(missing));
    let rest: Vec<&Missing> = coverage.missing.iter().filter(|missing| !is_suggested(missing)).collect();
    if rest.is_empty() {
        return;
    }
    page.line("");
    page.line("  not reached, and no simple scenario was found that would reach it:");
    rest.into_iter().for_each(|missing| self::missing(page, missing));
}

fn missing(page: &mut Page, missing: &Missing) {
    let line = missing.line.map_or_else(String::new, |line| format!(", line {line}"));
    page.line(&format!("    {} {}{line}", word(missing.kind), clean(&missing.name)));
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Rule => "rule",
        Kind::CarveOut => "carve-out",
        Kind::Mode => "mode",
        Kind::Template => "template",
    }
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Rule => "rules",
        Kind::CarveOut => "carve-outs",
        Kind::Mode => "modes",
        Kind::Template => "templates",
    }
}

fn sum(report: &Report) -> String {
    let totals = report.totals;
    let failed = |number: usize| if number == 0 { String::new() } else { format!(", {number} failed") };
    let scenarios = format!("{}{}", count(totals.scenarios, "scenario"), failed(totals.failed_scenarios));
    let cases = format!("{}{}", count(totals.cases, "snapshot case"), failed(totals.failed_cases));
    let below = match totals.below_coverage {
        0 => String::new(),
        1 => String::from("; 1 policy is reached too little"),
        number => format!("; {number} policies are reached too little"),
    };
    format!("{scenarios}; {cases}{below}")
}

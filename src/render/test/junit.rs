//! A test run as JUnit XML, which build servers read: a suite for each policy, a case for each scenario, snapshot case
//! and coverage.

use std::fmt::Write as _;

use super::super::text::Page;
use super::text::timeline;
use crate::coverage::{CaseReport, PolicyReport, Report};
use crate::scenario::{Failure, Verdict};

/// Renders the results.
#[must_use]
pub fn junit(report: &Report) -> String {
    let suites: Vec<(String, usize, usize)> = report.policies.iter().map(suite).collect();
    let tests: usize = suites.iter().map(|(_, tests, _)| tests).sum();
    let failures: usize = suites.iter().map(|(_, _, failures)| failures).sum();
    let mut text: String = suites.into_iter().map(|(text, ..)| text).collect();
    text.extend(report.unusable.iter().map(|path| unusable(path)));
    let (tests, errors) = (tests + report.unusable.len(), report.unusable.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dun test\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">\n{text}</testsuites>\n"
    )
}

/// The suite of what could not be used: one case, which is an error.
fn unusable(path: &str) -> String {
    let name = escaped(path);
    format!(
        "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    <testcase classname=\"{name}\" name=\"can be used\">\n      <error message=\"it cannot be used: what is wrong with it stands beside the results\"/>\n    </testcase>\n  </testsuite>\n"
    )
}

/// The suite of a policy, how many tests it has, and how many of them failed.
fn suite(policy: &PolicyReport) -> (String, usize, usize) {
    let mut cases: Vec<(String, Option<String>)> = policy.scenarios.iter().map(scenario).collect();
    cases.extend(policy.cases.iter().map(case));
    cases.extend(policy.coverage.as_ref().map(|coverage| {
        let reached = format!("{} % of the policy is reached", coverage.percent);
        (String::from("coverage"), policy.below_coverage.then_some(reached))
    }));
    let failures = cases.iter().filter(|(_, failure)| failure.is_some()).count();
    let name = escaped(&policy.file);
    let mut text =
        format!("  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\">\n", cases.len());
    for (case, failure) in &cases {
        let head = format!("    <testcase classname=\"{name}\" name=\"{}\"", escaped(case));
        // A string takes what is written to it.
        let _ = match failure {
            None => writeln!(text, "{head}/>"),
            Some(failure) => {
                let message = escaped(failure.lines().next().unwrap_or_default());
                let whole = escaped(failure);
                writeln!(
                    text,
                    "{head}>\n      <failure message=\"{message}\">{whole}</failure>\n    </testcase>"
                )
            }
        };
    }
    text.push_str("  </testsuite>\n");
    (text, cases.len(), failures)
}

fn scenario(verdict: &Verdict) -> (String, Option<String>) {
    let failures: Vec<String> = verdict.failures.iter().map(failure).collect();
    let days = || {
        let mut page = Page::new(false);
        timeline(&mut page, &verdict.timeline);
        page.out
    };
    let told = (!failures.is_empty()).then(|| format!("{}\n\n{}", failures.join("\n"), days()));
    (verdict.name.clone(), told)
}

fn failure(failure: &Failure) -> String {
    let day = failure.day.map_or_else(String::new, |day| format!(", {day}"));
    let mut text = format!(
        "line {}{day}: expected {}, but there was {}",
        failure.line, failure.expected, failure.actual
    );
    for decision in &failure.decided {
        let line = decision.line.map_or_else(String::new, |line| format!(" (line {line})"));
        text.push_str(&format!("\n{}{line}", decision.sentence));
    }
    text
}

fn case(case: &CaseReport) -> (String, Option<String>) {
    let failure = case.difference.clone().filter(|_| !case.passed());
    (case.folder.clone(), failure.map(|shown| format!("it gives something else\n{shown}")))
}

/// Text within XML; characters that XML cannot hold become the one that stands for them.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_would_misread_is_escaped() {
        assert_eq!(escaped("a < b & \"c\" > \u{7}\n"), "a &lt; b &amp; &quot;c&quot; &gt; \u{fffd}\n");
    }
}

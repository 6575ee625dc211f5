//! The list of all cases with its counts, which is also a page of the documentation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::case::{Case, Exclusion, Verdict};

/// The counts, as the test prints them, and every case that is no plain agreement.
pub(crate) fn counts(cases: &[Case], exclusions: &BTreeMap<String, Exclusion>) -> String {
    let with = |verdict: Verdict| cases.iter().filter(move |case| case.verdict() == verdict);
    let mut text = format!(
        "{} cases: {} agree, {} contradict, {} shown not to happen, {} excluded; {} policies in them\n",
        cases.len() + exclusions.len(),
        with(Verdict::Agrees).count(),
        with(Verdict::Contradicts).count(),
        with(Verdict::Avoids).count(),
        exclusions.len(),
        cases.iter().map(|case| case.policies.len()).sum::<usize>()
    );
    for (case, rule, title, _) in contradictions(cases) {
        writeln!(text, "  contradicts {rule}: {}{title}", case.id).unwrap();
    }
    for case in with(Verdict::Avoids) {
        writeln!(text, "  shown not to happen: {}", case.id).unwrap();
    }
    for (id, exclusion) in exclusions {
        writeln!(text, "  excluded, {}: {id}", exclusion.about.words()).unwrap();
    }
    text
}

#[expect(clippy::print_stdout, reason = "the list is printed for whoever runs the test")]
pub(crate) fn print(text: &str) {
    println!("{text}");
}

fn contradictions(cases: &[Case]) -> impl Iterator<Item = (&Case, &str, String, &str)> {
    cases.iter().flat_map(|case| {
        case.parts.iter().filter_map(move |part| {
            Some((case, part.contradicts.as_deref()?, part.title(), part.why.as_deref().unwrap_or("")))
        })
    })
}

/// The page.
pub(crate) fn page(cases: &[Case], exclusions: &BTreeMap<String, Exclusion>) -> String {
    let with = |verdict: Verdict| cases.iter().filter(move |case| case.verdict() == verdict);
    let mut page = String::from(HEAD);
    writeln!(page, "| | cases |\n|---|---|").unwrap();
    let counted = [
        ("dun gives the same", with(Verdict::Agrees).count()),
        ("dun does otherwise, by a rule of its language", with(Verdict::Contradicts).count()),
        ("a mistake of another system that dun does not make", with(Verdict::Avoids).count()),
        ("no matter of follow-up", exclusions.len()),
        ("together", cases.len() + exclusions.len()),
    ];
    for (what, count) in counted {
        writeln!(page, "| {what} | {count} |").unwrap();
    }
    table(&mut page, "Where dun gives the same", with(Verdict::Agrees));
    page.push_str("\n## Where dun does otherwise\n\n| case | part | rule | why |\n|---|---|---|---|\n");
    for (case, rule, title, why) in contradictions(cases) {
        let title = title.trim_start_matches(", ");
        writeln!(page, "| `{}` | {title} | {rule} | {why} |", case.id).unwrap();
    }
    table(&mut page, "Mistakes that dun does not make", with(Verdict::Avoids));
    page.push_str("\n## What is left out\n\n| case | it is about | why |\n|---|---|---|\n");
    for (id, exclusion) in exclusions {
        writeln!(page, "| `{id}` | {} | {} |", exclusion.about.words(), exclusion.why).unwrap();
    }
    page
}

const HEAD: &str = "# How other systems follow up\n\n\
The behaviour of other systems is known from their tests, their code and their documentation. Each case is a \
folder of [`tests/conformance/cases`](../tests/conformance/cases) with a policy, facts, days and every row that \
is expected on them, and all of them run with the tests. This page is written by those tests.\n\n\
A case that agrees does so under a policy that says what the other system takes for granted: how missed steps \
are caught up, what days count from, which day is the first. The policies stand in the folders.\n\n";

fn table<'a>(page: &mut String, title: &str, cases: impl Iterator<Item = &'a Case>) {
    writeln!(page, "\n## {title}\n\n| case | system | what happens |\n|---|---|---|").unwrap();
    for case in cases {
        writeln!(page, "| `{}` | {} | {} |", case.id, case.system, case.says.trim()).unwrap();
    }
}

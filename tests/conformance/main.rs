//! How other systems behave, and what dun does in the same place.
//!
//! `cases/<id>/` holds one case: policies, facts, and `case.yaml` with the days to plan and every row expected on
//! them. Days are planned one after the other, each plan is carried out unless the case says otherwise, and all
//! rows are compared. The expected rows were worked out from the other system's outcomes and the rules of
//! `docs/language.md`. [`case::Case`] describes the file.
//!
//! `exclusions.yaml` names what is no matter of follow-up, with its reason. The facts themselves are collected in
//! a file of their own; where it is at hand, every date, amount and outcome of a case is looked up in it.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the tests read and write files and one of their settings")]

mod case;
mod fact;
mod list;
mod peers;
mod play;
mod policy;
mod quote;
mod world;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use case::{Case, Verdict, cases, exclusions};
use peers::Peers;

/// The project's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of this test.
fn here() -> PathBuf {
    root().join("tests/conformance")
}

/// A file, or all files in a folder and below.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    fs::read_dir(path).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect()
}

/// What is wrong, all of it, rather than the first thing.
fn nothing_wrong(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The cases, or those that `CASE` names, for work on one of them.
fn chosen() -> Vec<Case> {
    let only = env::var("CASE").unwrap_or_default();
    cases().into_iter().filter(|case| only.is_empty() || case.id == only).collect()
}

#[test]
fn every_row_is_as_expected() {
    let cases = chosen();
    assert!(!cases.is_empty(), "the cases are found");
    let wrong: Vec<String> = cases.iter().flat_map(play::differences).collect();
    nothing_wrong(&wrong);
}

/// A case that shows what another system does wrong names its rows, and a case that contradicts one names the rule.
#[test]
fn what_differs_is_said() {
    let wrong: Vec<String> = chosen().iter().flat_map(Case::unsaid).collect();
    nothing_wrong(&wrong);
}

/// A law is held by tests over generated cases; the case names them.
#[test]
fn the_tests_that_hold_a_law_exist() {
    let places = ["tests/laws", "tests/rules", "tests/cli.rs"].map(|path| root().join(path));
    let texts = places.iter().flat_map(|place| files(place)).map(|file| fs::read_to_string(file).unwrap());
    let mut known = BTreeSet::new();
    for text in texts {
        let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
        known.extend(names.map(str::to_owned));
    }
    let named = cases()
        .into_iter()
        .flat_map(|case| case.held_by.into_iter().map(move |name| (case.id.clone(), name)));
    let missing: Vec<String> = named
        .filter(|(_, name)| !known.contains(name))
        .map(|(id, name)| format!("{id}: no test `{name}`"))
        .collect();
    nothing_wrong(&missing);
}

/// Each id has one folder, or one exclusion, or is a policy that a case expresses.
#[test]
fn every_id_is_accounted_for() {
    let Some(peers) = Peers::read() else { return };
    nothing_wrong(&peers.unaccounted(&cases(), &exclusions()));
}

/// Dates, amounts and outcomes are those of the file, and none is passed over in silence.
#[test]
fn facts_and_outcomes_are_those_of_the_file() {
    let Some(peers) = Peers::read() else { return };
    let wrong: Vec<String> = chosen().iter().flat_map(|case| peers.misquoted(case)).collect();
    nothing_wrong(&wrong);
}

/// `CONFORMANCE=update` writes the page.
#[test]
fn the_list_is_the_page() {
    let list = list::page(&cases(), &exclusions());
    let path = root().join("docs/conformance.md");
    if env::var("CONFORMANCE").is_ok_and(|value| value == "update") {
        fs::write(&path, &list).unwrap();
    }
    list::print(&list::counts(&cases(), &exclusions()));
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == list, "docs/conformance.md is not what the cases say: CONFORMANCE=update writes it");
}

#[test]
fn the_ledger_of_2013_agrees() {
    let ledger = cases().into_iter().find(|case| case.id == "oca-ledger-2013").unwrap();
    let parts: Vec<(&str, Verdict)> =
        ledger.parts.iter().map(|part| (part.name.as_str(), ledger.verdict_of(part))).collect();
    assert_eq!(
        parts,
        [("January to July", Verdict::Agrees), ("August", Verdict::Agrees), ("September", Verdict::Agrees)]
    );
}

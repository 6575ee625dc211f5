//! Pages that are to be followed are followed: their files written, their commands run, their outputs compared.
//!
//! A block whose fence says `file=PATH` is a file to be written. A `console` block has commands behind `$ ` and
//! below them what they print, on either stream, or nothing when that is not shown. `WALK=update` writes what they
//! print into the page, to be read in the difference.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the test writes files and runs commands")]

#[path = "shared/fences.rs"]
mod fences;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use fences::blocks;
use tempfile::TempDir;

/// What a command prints, in a folder where `dun` is known, for a person at a keyboard, also where a build server
/// runs the test; git has no settings but those of the page.
fn run(folder: &Path, command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_dun")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .env("PATH", path)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("CI")
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A console block as it is when its commands are run.
fn console(folder: &Path, block: &str) -> String {
    let mut out = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        writeln!(out, "$ {command}").unwrap();
        out.push_str(&run(folder, command));
    }
    out
}

/// Follows a page in a folder of its own; gives the page as it would be with true outputs.
fn walk(page: &str) -> String {
    let folder = TempDir::new().unwrap();
    let mut walked = page.to_owned();
    for block in blocks(page) {
        let file = block.info.split(' ').find_map(|word| word.strip_prefix("file="));
        if let Some(path) = file {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &block.text).unwrap();
        } else if block.info == "console" {
            let was = format!("```console\n{}```\n", block.text);
            let is = format!("```console\n{}```\n", console(folder.path(), &block.text));
            assert!(walked.contains(&was), "the block after line {}", block.line);
            walked = walked.replacen(&was, &is, 1);
        }
    }
    walked
}

/// Follows a page, and compares it with what its commands print, or writes that into it.
fn follow(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).unwrap();
    let walked = walk(&text);
    if std::env::var_os("WALK").is_some_and(|walk| walk == "update") {
        fs::write(&path, walked).unwrap();
    } else {
        assert!(text == walked, "{page} is not what its commands print; WALK=update writes it:\n{walked}");
    }
}

#[test]
fn the_tutorial_is_true_from_top_to_bottom() {
    follow("docs/tutorial.md");
}

#[test]
fn a_repository_is_set_up_as_its_page_says() {
    follow("docs/repository.md");
}

#[test]
fn the_page_about_tests_is_true_from_top_to_bottom() {
    follow("docs/testing.md");
}

#[test]
fn the_rules_are_true_from_top_to_bottom() {
    follow("docs/rules.md");
}

#[test]
fn the_comparison_is_true_from_top_to_bottom() {
    follow("docs/diff.md");
}

#[test]
fn the_simulation_is_true_from_top_to_bottom() {
    follow("docs/simulate.md");
}

#[test]
fn what_is_read_back_is_true_from_top_to_bottom() {
    follow("docs/read.md");
}

/// The part of the README that is to be followed, from its title to the next one.
#[test]
fn the_change_that_is_stopped_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let start = readme.find("## A change that is stopped").unwrap();
    let end = start + readme[start..].find("\n## ").unwrap();
    let part = &readme[start..end];
    let walked = walk(part);
    if std::env::var("WALK").is_ok_and(|walk| walk == "update") {
        fs::write(&path, readme.replacen(part, &walked, 1)).unwrap();
    } else {
        assert_eq!(part, walked);
    }
}

/// The sections of a page: title and text, in their order.
fn sections(page: &str) -> Vec<(&str, &str)> {
    page.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap()).collect()
}

/// What a section about a rule lacks: a policy, or a command with what it prints.
fn lacks(title: &str, text: &str) -> Vec<String> {
    let rule = title.split(' ').next().unwrap();
    let blocks = blocks(text);
    let policy = blocks.iter().any(|block| block.info.starts_with("dun file="));
    let plan = blocks.iter().any(|block| block.info == "console" && !block.text.is_empty());
    let mut lacks = Vec::new();
    if !policy {
        lacks.push(format!("{rule} has no policy"));
    }
    if !plan {
        lacks.push(format!("{rule} has no plan"));
    }
    lacks
}

#[test]
fn every_rule_has_an_example_with_its_plan() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md")).unwrap();
    let sections = sections(&page);
    let rules: Vec<&str> = sections.iter().map(|(title, _)| title.split(' ').next().unwrap()).collect();
    let all: Vec<String> = (1..=24).map(|number| format!("R{number}")).collect();
    assert_eq!(rules, all);
    let lacking: Vec<String> = sections.iter().flat_map(|(title, text)| lacks(title, text)).collect();
    assert_eq!(lacking, Vec::<String>::new());
}

/// The reference names each rule as its example does, and leads to it.
#[test]
fn the_reference_leads_to_each_example() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let page = fs::read_to_string(docs.join("rules.md")).unwrap();
    let reference = fs::read_to_string(docs.join("language.md")).unwrap();
    let leads = |title: &str| {
        let (rule, name) = title.split_once(' ').unwrap();
        let begins = format!("**{rule}. {name}.** ");
        let link = format!(" [Example](rules.md#{}).", title.to_lowercase().replace(' ', "-"));
        reference.lines().any(|line| line.starts_with(&begins) && line.ends_with(&link))
    };
    let lost: Vec<&str> =
        sections(&page).into_iter().map(|(title, _)| title).filter(|title| !leads(title)).collect();
    assert_eq!(lost, Vec::<&str>::new());
}

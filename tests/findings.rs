//! `dun check` for programs: the same findings as JSON, as SARIF and as annotations of GitHub, whatever text they hold.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use dun::code::Code;
use dun::render::reference;
use serde_json::Value;
use tempfile::TempDir;

/// Runs `dun check` in a folder; gives the exit code and what it prints.
fn check(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// A finding of each kind of place: in a policy within a line and over several, in a template, about a file as a
/// whole, in a line of data, and about a file that is not there.
fn every_kind() -> (TempDir, [&'static str; 5]) {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "rules/policy.dun",
        "policy \"Acme\"\n  currency EUR\n  templates \"letters\"\n  sender finance\n\
         role finance = \"finance@acme.example\"\nsegment everyone otherwise:\n  at D+3 email frist_reminder\n",
    );
    write("rules/letters/first_reminder.md", "---\nsubject: Invoice # {{ invoice.id }}\n---\nPlease pay.\n");
    write("empty.dun", "role finance = \"finance@acme.example\"\n");
    write(
        "sound.dun",
        "policy \"Acme\"\n  currency EUR\nrole finance = \"finance@acme.example\"\n\
         segment everyone otherwise:\n  at D+20 call by finance\n",
    );
    write("data/snapshot.yaml", "taken: 2026-10-05\nas_of: 2026-10-05\n");
    write("data/customers.csv", "customer_id,name\nC-1,Globex\n");
    write("data/invoices.csv", "invoice_id,customer_id,amount\nINV-1,C-1,250.00\n");
    (folder, ["rules/policy.dun", "empty.dun", "sound.dun", "gone.dun", "--data=data"])
}

/// Text that would be a command, a property, an argument, a link or a new line where it is taken for more than text.
fn hostile() -> (TempDir, [&'static str; 1]) {
    let folder = TempDir::new().unwrap();
    let name = "100%,line=1::error::[x](y)\n::error::é{0}.dun";
    let text = "policy \"Acme\"\n  currency EUR\n\
                templates \"%0A::error file=x,line=1::{0} [pay](https://evil.example) \u{1b}[2J\"\n\
                segment everyone otherwise:\n  at D+20 flag review\n";
    fs::write(folder.path().join(name), text).unwrap();
    (folder, [name])
}

#[test]
fn findings_of_every_kind_as_sarif() {
    let (folder, paths) = every_kind();
    let (code, out) = check(folder.path(), &[&paths[..], &["--format=sarif"]].concat());
    assert_eq!(code, 1);
    insta::assert_snapshot!(out.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn findings_of_every_kind_as_annotations() {
    let (folder, paths) = every_kind();
    let (code, out) = check(folder.path(), &[&paths[..], &["--format=github"]].concat());
    assert_eq!(code, 1);
    insta::assert_snapshot!(out);
}

#[test]
fn hostile_text_stays_text_in_both() {
    let (folder, paths) = hostile();
    let annotations = check(folder.path(), &[&paths[..], &["--format=github"]].concat()).1;
    let sarif = check(folder.path(), &[&paths[..], &["--format=sarif"]].concat()).1;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = serde_json::to_string_pretty(&sarif["runs"][0]["results"]).unwrap();
    insta::assert_snapshot!(format!("{annotations}\n{results}\n"));
}

/// A finding by what all formats have of it.
type Told = (String, String, String, Option<u64>);

fn as_json(out: &str) -> Vec<Told> {
    let found: Value = serde_json::from_str(out).unwrap();
    let text = |found: &Value, name: &str| found[name].as_str().unwrap().to_owned();
    let told = |found: &Value| {
        (text(found, "severity"), text(found, "code"), text(found, "file"), found["line"].as_u64())
    };
    found.as_array().unwrap().iter().map(told).collect()
}

fn as_sarif(out: &str) -> Vec<Told> {
    let document: Value = serde_json::from_str(out).unwrap();
    let told = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let file = text(&place["artifactLocation"]["uri"]);
        (text(&result["level"]), text(&result["ruleId"]), file, place["region"]["startLine"].as_u64())
    };
    document["runs"][0]["results"].as_array().unwrap().iter().map(told).collect()
}

fn as_annotations(out: &str) -> Vec<Told> {
    let told = |line: &str| {
        let (level, rest) = line.strip_prefix("::").unwrap().split_once(' ').unwrap();
        let properties = rest.split("::").next().unwrap();
        let value = |name: &str| {
            let mut pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let level = if level == "notice" { "note" } else { level };
        let line = value("line").map(|line| line.parse().unwrap());
        (level.to_owned(), value("title").unwrap(), value("file").unwrap(), line)
    };
    out.lines().map(told).collect()
}

/// A path is told from the folder in which the check runs, however it was written.
#[test]
fn all_formats_tell_the_same_findings() {
    let (folder, paths) = every_kind();
    let run = |format: &str| check(folder.path(), &[&paths[..], &[format]].concat()).1;
    let expected = as_json(&run("--format=json"));
    assert!(expected.len() > 4, "{expected:?}");
    assert_eq!(as_sarif(&run("--format=sarif")), expected);
    assert_eq!(as_annotations(&run("--format=github")), expected);
    let whole = folder.path().canonicalize().unwrap().join("rules/policy.dun");
    let written = [whole.to_str().unwrap(), "./rules/policy.dun", "rules//policy.dun"];
    let expected = as_json(&check(folder.path(), &["rules/policy.dun", "--format=json"]).1);
    for path in written {
        assert_eq!(as_sarif(&check(folder.path(), &[path, "--format=sarif"]).1), expected, "{path}");
        assert_eq!(as_annotations(&check(folder.path(), &[path, "--format=github"]).1), expected, "{path}");
    }
}

#[test]
fn what_is_sound_has_no_findings() {
    let (folder, _) = every_kind();
    assert_eq!(check(folder.path(), &["sound.dun", "--format=github"]), (0, String::new()));
    let (code, out) = check(folder.path(), &["sound.dun", "--format=sarif"]);
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(document["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(document["runs"][0]["tool"]["driver"]["rules"], serde_json::json!([]));
}

/// A document explains the rules that its results name, and no others.
#[test]
fn rules_are_those_of_the_results() {
    let (folder, paths) = every_kind();
    let out = check(folder.path(), &[&paths[..], &["--format=sarif"]].concat()).1;
    let document: Value = serde_json::from_str(&out).unwrap();
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rules: Vec<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let named: BTreeSet<String> = as_sarif(&out).into_iter().map(|(_, code, _, _)| code).collect();
    assert_eq!(rules, named.iter().map(String::as_str).collect::<Vec<_>>());
}

/// GitHub cuts descriptions at 1024 characters; each code says in a sentence what it means.
#[test]
fn every_code_is_explained() {
    let unfit = |code: &&Code| {
        let section = reference::section(**code);
        let first = section.lines().next().unwrap_or("");
        !first.ends_with('.') || first.contains("```") || first.chars().count() > 1024
    };
    let unfit: Vec<&Code> = Code::ALL.iter().filter(unfit).collect();
    assert_eq!(unfit, Vec::<&Code>::new());
}

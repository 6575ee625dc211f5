//! The shipped policies on the shipped data: what a person reads, and a month carried out day by day.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::NaiveDate;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `dun` in the project's folder; gives its standard output.
fn dun(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dun")).current_dir(root()).args(arguments).output().unwrap();
    assert!(output.status.success(), "dun {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text_of(case: &str) -> String {
    dun(&["plan", &format!("policies/{case}/policy.dun"), "--data", &format!("fixtures/{case}")])
}

#[test]
fn the_first_policy_as_text() {
    insta::assert_snapshot!(text_of("first"));
}

#[test]
fn the_small_business_as_text() {
    insta::assert_snapshot!(text_of("small-business"));
}

#[test]
fn key_accounts_as_text() {
    insta::assert_snapshot!(text_of("key-accounts"));
}

#[test]
fn the_first_policy_as_json() {
    let plan = dun(&["plan", "policies/first/policy.dun", "--data", "fixtures/first", "--format", "json"]);
    insta::assert_snapshot!(plan);
}

fn shown(case: &str, format: &str, more: &[&str]) -> String {
    let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
    dun(&[&["plan", &policy, "--data", &data, "--format", format], more].concat())
}

#[test]
fn the_first_policy_as_yaml() {
    insta::assert_snapshot!(shown("first", "yaml", &[]));
}

#[test]
fn the_first_policy_as_csv() {
    insta::assert_snapshot!(shown("first", "csv", &[]).replace('\r', ""));
}

#[test]
fn the_first_policy_as_markdown_with_names() {
    insta::assert_snapshot!(shown("first", "markdown", &["--show-names"]));
}

#[test]
fn key_accounts_as_markdown() {
    let markdown = shown("key-accounts", "markdown", &[]);
    // Every address of the data and the policy has one, and no other text in this plan does.
    assert!(!markdown.contains('@'), "{markdown}");
    insta::assert_snapshot!(markdown);
}

#[test]
fn key_accounts_as_csv() {
    let table = shown("key-accounts", "csv", &[]);
    assert!(!table.contains('@'), "{table}");
    insta::assert_snapshot!(table.replace('\r', ""));
}

#[test]
fn the_readme_shows_true_output() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let policy = fs::read_to_string(root().join("policies/first/policy.dun")).unwrap();
    assert!(
        readme.contains(policy.trim_end()),
        "README.md shows another policy than policies/first/policy.dun"
    );
    assert!(
        readme.contains(text_of("first").trim_end()),
        "README.md shows another plan than the command prints"
    );
}

/// Every message of the fixtures, as the customer gets it.
#[test]
fn messages_as_customers_read_them() {
    let mut shown = String::new();
    for case in ["small-business", "key-accounts"] {
        let policy = format!("policies/{case}/policy.dun");
        let plan = dun(&["plan", &policy, "--data", &format!("fixtures/{case}"), "--format", "json"]);
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
        for action in plan["actions"].as_array().unwrap() {
            if let (Some(template), Some(body)) = (action["template"].as_str(), action["body"].as_str()) {
                let subject = action["subject"].as_str().unwrap_or("(no subject)");
                let language = action["language"].as_str().unwrap_or("").to_owned();
                let written = format!("{case}: {template} ({language})\n{subject}\n\n{body}");
                seen.entry((template.to_owned(), language)).or_insert(written);
            }
        }
        shown.extend(seen.into_values().map(|written| format!("{written}\n----------\n")));
    }
    insta::assert_snapshot!(shown);
}

/// A copy of a fixture that can be taken from day to day.
struct Ledger {
    folder: tempfile::TempDir,
    policy: PathBuf,
    columns: Vec<String>,
}

impl Ledger {
    fn of(case: &str) -> Ledger {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(root().join("fixtures").join(case)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        let history = fs::read_to_string(folder.path().join("history.csv")).unwrap();
        let columns = history.lines().next().unwrap().split(',').map(str::to_owned).collect();
        Ledger { folder, policy: root().join("policies").join(case).join("policy.dun"), columns }
    }

    /// Plans a day with the data taken that morning.
    fn plan(&self, day: NaiveDate) -> Value {
        let path = self.folder.path().join("snapshot.yaml");
        let manifest = fs::read_to_string(&path).unwrap();
        let lines = manifest.lines().map(|line| match line.split(':').next() {
            Some("taken") => format!("taken: {day}T06:00:00+02:00"),
            Some("as_of") => format!("as_of: {day}"),
            _ => line.to_owned(),
        });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let data = self.folder.path().to_str().unwrap();
        serde_json::from_str(&dun(&[
            "plan",
            self.policy.to_str().unwrap(),
            "--data",
            data,
            "--format",
            "json",
        ]))
        .unwrap()
    }

    /// Writes all actions of a plan into the ledger as carried out.
    fn carry_out(&self, plan: &Value) {
        let path = self.folder.path().join("history.csv");
        let mut history = fs::read_to_string(&path).unwrap();
        for action in plan["actions"].as_array().unwrap() {
            for member in action["members"].as_array().unwrap() {
                let kind = action["kind"].as_str().unwrap();
                let is_message = matches!(kind, "email" | "sms" | "letter");
                let cells = self.columns.iter().map(|column| match column.as_str() {
                    "invoice_id" => member["invoice"].as_str().unwrap().to_owned(),
                    "date" => action["date"].as_str().unwrap().to_owned(),
                    "step" => format!("\"{}\"", member["step"].as_str().unwrap().replace('"', "\"\"")),
                    "rung" => member["rung"].as_str().unwrap_or("").to_owned(),
                    "channel" if is_message || kind == "call" => kind.to_owned(),
                    "outcome" => String::from(if is_message { "sent" } else { "done" }),
                    _ => String::new(),
                });
                history.push_str(&cells.collect::<Vec<_>>().join(","));
                history.push('\n');
            }
        }
        fs::write(&path, history).unwrap();
    }
}

/// The actions of a day, one line each.
fn lines(plan: &Value) -> Vec<String> {
    let line = |action: &Value| {
        let members = action["members"].as_array().unwrap();
        let invoices: Vec<&str> = members.iter().map(|member| member["invoice"].as_str().unwrap()).collect();
        let text = |name: &str| action[name].as_str().unwrap().to_owned();
        format!(
            "{} {:<9} {:<34} {} {}",
            text("date"),
            text("mode"),
            text("step"),
            text("customer"),
            invoices.join(" ")
        )
    };
    plan["actions"].as_array().unwrap().iter().map(line).collect()
}

/// Plans and carries out each day from 5 October to 4 November; nothing is paid meanwhile.
fn month(case: &str) -> String {
    let ledger = Ledger::of(case);
    let first = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
    let mut shown = Vec::new();
    for day in first.iter_days().take(31) {
        let plan = ledger.plan(day);
        shown.extend(lines(&plan));
        ledger.carry_out(&plan);
        let again = lines(&ledger.plan(day));
        assert!(again.is_empty(), "a second run on {day} gives further actions:\n{}", again.join("\n"));
    }
    shown.join("\n")
}

#[test]
fn a_month_of_the_small_business() {
    insta::assert_snapshot!(month("small-business"));
}

#[test]
fn a_month_of_key_accounts() {
    insta::assert_snapshot!(month("key-accounts"));
}

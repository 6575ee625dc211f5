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
fn france_as_text() {
    insta::assert_snapshot!(text_of("france"));
}

#[test]
fn germany_as_text() {
    insta::assert_snapshot!(text_of("germany"));
}

#[test]
fn the_uk_as_text() {
    insta::assert_snapshot!(text_of("uk"));
}

#[test]
fn the_first_policy_as_json() {
    let plan = dun(&["plan", "policies/first/policy.dun", "--data", "fixtures/first", "--format", "json"]);
    insta::assert_snapshot!(plan);
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

/// Every message of some plans, as the customer gets it: the first of each template and language.
fn messages(case: &str, plans: &[Value]) -> String {
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for action in plans.iter().flat_map(|plan| plan["actions"].as_array().unwrap()) {
        if let (Some(template), Some(body)) = (action["template"].as_str(), action["body"].as_str()) {
            let subject = action["subject"].as_str().unwrap_or("(no subject)");
            let language = action["language"].as_str().unwrap_or("").to_owned();
            let written = format!("{case}: {template} ({language})\n{subject}\n\n{body}");
            seen.entry((template.to_owned(), language)).or_insert(written);
        }
    }
    seen.into_values().map(|written| format!("{written}\n----------\n")).collect()
}

#[test]
fn messages_as_customers_read_them() {
    let mut shown = String::new();
    for case in ["small-business", "key-accounts"] {
        let policy = format!("policies/{case}/policy.dun");
        let plan = dun(&["plan", &policy, "--data", &format!("fixtures/{case}"), "--format", "json"]);
        shown.push_str(&messages(case, &[serde_json::from_str(&plan).unwrap()]));
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

/// Plans and carries out each day of a month from its first day on; nothing is paid meanwhile.
fn month(case: &str, first: [u32; 2]) -> Vec<Value> {
    let ledger = Ledger::of(case);
    let first = NaiveDate::from_ymd_opt(2026, first[0], first[1]).unwrap();
    let one_day = |day| {
        let plan = ledger.plan(day);
        ledger.carry_out(&plan);
        let again = lines(&ledger.plan(day));
        assert!(again.is_empty(), "a second run on {day} gives further actions:\n{}", again.join("\n"));
        plan
    };
    first.iter_days().take(31).map(one_day).collect()
}

fn all_lines(plans: &[Value]) -> String {
    plans.iter().flat_map(lines).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_month_of_the_small_business() {
    insta::assert_snapshot!(all_lines(&month("small-business", [10, 5])));
}

#[test]
fn a_month_of_key_accounts() {
    insta::assert_snapshot!(all_lines(&month("key-accounts", [10, 5])));
}

/// The 14th of July is closed, and August is left in peace.
#[test]
fn a_month_of_france() {
    insta::assert_snapshot!(all_lines(&month("france", [7, 6])));
}

#[test]
fn messages_of_france() {
    insta::assert_snapshot!(messages("france", &month("france", [7, 6])));
}

/// Whit Monday is closed everywhere, Corpus Christi in Bavaria and North Rhine-Westphalia only.
#[test]
fn a_month_of_germany() {
    insta::assert_snapshot!(all_lines(&month("germany", [5, 18])));
}

#[test]
fn messages_of_germany() {
    insta::assert_snapshot!(messages("germany", &month("germany", [5, 18])));
}

/// St Andrew's Day is closed in Scotland only, and Christmas everywhere.
#[test]
fn a_month_of_the_uk() {
    insta::assert_snapshot!(all_lines(&month("uk", [11, 30])));
}

#[test]
fn messages_of_the_uk() {
    insta::assert_snapshot!(messages("uk", &month("uk", [11, 30])));
}

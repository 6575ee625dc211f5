//! What tests of the shipped policies share: running `dun`, and carrying plans out day by day.
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

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `dun` in the project's folder; gives its standard output.
pub(crate) fn dun(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dun")).current_dir(root()).args(arguments).output().unwrap();
    assert!(output.status.success(), "dun {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The plan of a shipped policy on its own data, as a person reads it.
pub(crate) fn text_of(case: &str) -> String {
    dun(&["plan", &format!("policies/{case}/policy.dun"), "--data", &format!("fixtures/{case}")])
}

/// A copy of a policy's data that can be taken from day to day.
pub(crate) struct Ledger {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) policy: PathBuf,
}

impl Ledger {
    /// A shipped policy on the data shipped for it.
    pub(crate) fn of(case: &str) -> Ledger {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(root().join("fixtures").join(case)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Ledger { folder, policy: root().join("policies").join(case).join("policy.dun") }
    }

    /// Plans a day with the data taken that morning.
    pub(crate) fn plan(&self, day: NaiveDate) -> Value {
        let path = self.folder.path().join("snapshot.yaml");
        let manifest = fs::read_to_string(&path).unwrap();
        let lines = manifest.lines().map(|line| match line.split(':').next() {
            Some("taken") => format!("taken: {day}T06:00:00+02:00"),
            Some("as_of") => format!("as_of: {day}"),
            _ => line.to_owned(),
        });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
        let policy = self.policy.to_str().unwrap();
        let data = self.folder.path().to_str().unwrap();
        serde_json::from_str(&dun(&["plan", policy, "--data", data, "--format", "json"])).unwrap()
    }

    /// Writes all actions of a plan into the ledger as carried out.
    pub(crate) fn carry_out(&self, plan: &Value) {
        let path = self.folder.path().join("history.csv");
        let mut history = fs::read_to_string(&path).unwrap();
        let columns: Vec<String> = history.lines().next().unwrap().split(',').map(str::to_owned).collect();
        for action in plan["actions"].as_array().unwrap() {
            for member in action["members"].as_array().unwrap() {
                let kind = action["kind"].as_str().unwrap();
                let is_message = matches!(kind, "email" | "sms" | "letter");
                let cells = columns.iter().map(|column| match column.as_str() {
                    "invoice_id" => member["invoice"].as_str().unwrap().to_owned(),
                    "date" => action["date"].as_str().unwrap().to_owned(),
                    "step" => format!("\"{}\"", member["step"].as_str().unwrap().replace('"', "\"\"")),
                    "rung" => member["rung"].as_str().unwrap_or("").to_owned(),
                    "channel" if is_message || kind == "call" => kind.to_owned(),
                    "outcome" => String::from(if is_message { "sent" } else { "done" }),
                    "amount" => action["charge"]["amount"].as_str().unwrap_or("").to_owned(),
                    _ => String::new(),
                });
                history.push_str(&cells.collect::<Vec<_>>().join(","));
                history.push('\n');
            }
        }
        fs::write(&path, history).unwrap();
    }

    /// Plans and carries out each of the days: messages as sent, approvals and tasks as given and done at once.
    pub(crate) fn replay(&self, days: impl IntoIterator<Item = NaiveDate>) -> Vec<Value> {
        let play = |day| {
            let plan = self.plan(day);
            self.carry_out(&plan);
            let again = lines(&self.plan(day));
            assert!(again.is_empty(), "a second run on {day} gives further actions:\n{}", again.join("\n"));
            plan
        };
        days.into_iter().map(play).collect()
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

/// All actions of some days, one line each.
pub(crate) fn listed(plans: &[Value]) -> String {
    plans.iter().flat_map(lines).collect::<Vec<_>>().join("\n")
}

/// Each day from 5 October to 4 November carried out; nothing is paid meanwhile.
pub(crate) fn month(case: &str) -> Vec<Value> {
    let first = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
    Ledger::of(case).replay(first.iter_days().take(31))
}

/// The first message of each template and language, as the customer gets it.
pub(crate) fn messages(case: &str, plans: &[Value]) -> BTreeMap<(String, String), String> {
    let mut seen = BTreeMap::new();
    for action in plans.iter().flat_map(|plan| plan["actions"].as_array().unwrap()) {
        if let (Some(template), Some(body)) = (action["template"].as_str(), action["body"].as_str()) {
            let subject = action["subject"].as_str().unwrap_or("(no subject)");
            let language = action["language"].as_str().unwrap_or("").to_owned();
            let written = format!("{case}: {template} ({language})\n{subject}\n\n{body}\n----------\n");
            seen.entry((template.to_owned(), language)).or_insert(written);
        }
    }
    seen
}

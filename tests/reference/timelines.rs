//! Timelines worked out by hand from the rules, one file each in `timelines`, with the arithmetic beside the rows.
//!
//! | key | meaning |
//! |---|---|
//! | `settings` | further lines of the policy block |
//! | `policy` | the blocks of the policy; the usual head with its roles stands before them |
//! | `whole_policy` | a policy with its own head, in place of both |
//! | `templates` | templates by path; those that the policy names besides get a text of their own |
//! | `data` | the rows, see `tests/shared/rows.rs` |
//! | `approvals` | approvals to write into the ledger: of which plan's action, by whom |
//! | `carried_out`, `acts` | planned from day to day, everything carried out: all that acts |
//! | `days` | the whole plan of a day from the data as it is |
//! | `balances` | whether rows show the open balance |

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use dun::compile::Program;
use dun::evaluate::{Options, plan};
use dun::plan::{Kind, Plan};
use serde::Deserialize;

use crate::checked::checked;
use crate::data::load;
use crate::line::lines;
use crate::rows;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeline {
    #[serde(default)]
    settings: String,
    #[serde(default)]
    policy: String,
    whole_policy: Option<String>,
    #[serde(default)]
    templates: BTreeMap<String, String>,
    data: String,
    #[serde(default)]
    approvals: Vec<Approval>,
    carried_out: Option<Period>,
    #[serde(default)]
    acts: Vec<String>,
    #[serde(default)]
    days: BTreeMap<NaiveDate, Vec<String>>,
    #[serde(default)]
    balances: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Approval {
    plan: NaiveDate,
    action: String,
    by: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Period {
    from: NaiveDate,
    to: NaiveDate,
}

const HEAD: &str = r#"policy "T"
  currency EUR
  timezone Europe/Paris
  templates "templates"
  sender finance
  fallback finance
"#;
const ROLES: &str = r#"role finance = "finance@acme.example"
role manager = "manager@acme.example"
role owner = customer.owner
role legal = contact
"#;

/// What makes a plan of rows and a day.
type Planner<'a> = &'a dyn Fn(&str, NaiveDate) -> Plan;

impl Timeline {
    fn text(&self) -> String {
        match &self.whole_policy {
            Some(whole) => whole.clone(),
            None => format!("{HEAD}{}\n{ROLES}{}", indented(&self.settings), self.policy),
        }
    }

    /// Everything that is not as the file says.
    fn differences(&self, planner: Planner) -> Vec<String> {
        let rows = self.with_approvals(planner);
        let mut found = Vec::new();
        for (day, expected) in &self.days {
            found.extend(difference(
                &format!("on {day}"),
                expected,
                &lines(&planner(&rows, *day), self.balances),
            ));
        }
        if let Some(period) = self.carried_out {
            found.extend(difference("all acts", &self.acts, &self.carry_out(rows, period, planner)));
        }
        found
    }

    fn with_approvals(&self, planner: Planner) -> String {
        let mut rows = self.data.clone();
        for approval in &self.approvals {
            let plan = planner(&rows, approval.plan);
            let asked =
                plan.actions.iter().find(|action| crate::line::members(action, false) == approval.action);
            let action = asked.expect("the action that is approved");
            let (invoice, content) =
                (&action.members[0].invoice, action.content.as_deref().expect("content"));
            rows.push_str(&format!(
                "\nhistory {invoice} {} {} approved, key: {}, content: {content}, approved_by: {}",
                approval.plan, action.step, action.key, approval.by
            ));
        }
        rows
    }

    fn carry_out(&self, mut rows: String, period: Period, planner: Planner) -> Vec<String> {
        let mut acts = Vec::new();
        for day in period.from.iter_days().take_while(|day| *day <= period.to) {
            let plan = planner(&rows, day);
            for action in &plan.actions {
                acts.push(format!("{day} {}", crate::line::action(action, self.balances)));
                let outcome = if action.kind.message().is_some() { "sent" } else { "done" };
                rows.push_str(&crate::data::ledger_rows(action, day, outcome));
            }
            let again = planner(&rows, day);
            assert!(
                again.actions.iter().all(|action| action.kind == Kind::Clear),
                "a second run on {day} acts"
            );
            assert!(again.actions.is_empty(), "a second run on {day} clears");
        }
        acts
    }
}

fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

/// Two lists of rows compared as sets.
fn difference(what: &str, expected: &[String], found: &[String]) -> Option<String> {
    let sorted = |rows: &[String]| {
        let mut rows = rows.to_vec();
        rows.sort();
        rows
    };
    let (expected, found) = (sorted(expected), sorted(found));
    (expected != found).then(|| format!("{what}:\n  expected {expected:#?}\n  found {found:#?}"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/timelines")
}

fn read(path: &Path) -> Timeline {
    serde_yaml::from_str(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// What is not as the files say, with the engine.
fn of_engine(path: &Path) -> Vec<String> {
    let timeline = read(path);
    let templates: Vec<(&str, &str)> =
        timeline.templates.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (policy, templates) = match checked(&timeline.text(), &templates) {
        Ok(checked) => checked,
        Err(found) => return vec![found],
    };
    let program = Program::new(policy);
    let planner = |data: &str, day: NaiveDate| {
        plan(&program, &templates, &load(&program.policy, &rows::document(data)), day, Options::default())
    };
    timeline.differences(&planner)
}

fn report(of: fn(&Path) -> Vec<String>) {
    let mut wrong = String::new();
    let files = files(&folder());
    assert!(files.len() >= 40, "{} timelines", files.len());
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for found in of(&path) {
            wrong.push_str(&format!("\n{name} {found}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_engine_gives_the_timelines() {
    report(of_engine);
}

/// Timelines of what is read and not evaluated yet: each is refused, and for that reason only.
#[test]
fn the_waiting_timelines_are_refused() {
    let files = files(&folder().join("waiting"));
    assert!(!files.is_empty());
    for path in files {
        let found =
            checked(&read(&path).text(), &[]).err().unwrap_or_else(|| panic!("{path:?} is evaluated now"));
        assert!(found.contains("NotEvaluated"), "{path:?}: {found}");
    }
}

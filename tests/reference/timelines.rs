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

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use dun::calendar::Calendar;
use dun::compile::Program;
use dun::evaluate::{Options, plan};
use dun::plan::Plan;
use dun::snapshot::Snapshot;
use dun::template::TemplateSet;
use serde::Deserialize;

use crate::checked::{checked, with_usual_templates};
use crate::data::{is_message, ledger_rows, load};
use crate::interpreter::approvals::Approvals;
use crate::interpreter::report::Report;
use crate::interpreter::{self, World};
use crate::line::{line, lines, members};
use crate::rows;
use crate::templates::Template;

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

/// A policy with its templates, and who plans with it.
struct Planner {
    program: Program,
    templates: TemplateSet,
    known: Vec<Template>,
    by_reference: bool,
}

impl Planner {
    fn new(timeline: &Timeline, by_reference: bool) -> Result<Planner, String> {
        let given: Vec<(&str, &str)> =
            timeline.templates.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let written = with_usual_templates(&timeline.text(), &given);
        let all: Vec<(&str, &str)> =
            written.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (policy, templates) = checked(&timeline.text(), &all, &BTreeMap::new())?;
        let known = all.iter().map(|(path, text)| Template::new(path, text)).collect();
        Ok(Planner { program: Program::new(policy), templates, known, by_reference })
    }

    fn snapshot(&self, data: &str) -> Snapshot {
        load(&self.program.policy, &rows::document(data))
    }

    fn engine(&self, data: &str, day: NaiveDate) -> Plan {
        plan(&self.program, &self.templates, &self.snapshot(data), day, Options::default())
    }

    fn reference(&self, data: &str, day: NaiveDate, approvals: &Approvals) -> Report {
        let snapshot = self.snapshot(data);
        let always_open = Calendar::default();
        interpreter::plan(&World {
            policy: &self.program.policy,
            templates: &self.known,
            data: &snapshot,
            approvals,
            known: day,
            today: day,
            replay: false,
            always_open: &always_open,
            played: &RefCell::default(),
        })
    }

    fn plan(&self, data: &str, day: NaiveDate, approvals: &Approvals) -> Report {
        match self.by_reference {
            true => self.reference(data, day, approvals),
            false => Report::of(&self.engine(data, day)),
        }
    }
}

impl Timeline {
    fn text(&self) -> String {
        match &self.whole_policy {
            Some(whole) => whole.clone(),
            None => format!("{HEAD}{}\n{ROLES}{}", indented(&self.settings), self.policy),
        }
    }

    /// Everything that is not as the file says.
    fn differences(&self, planner: &Planner) -> Vec<String> {
        let (rows, approvals) = self.with_approvals(planner);
        let mut found = Vec::new();
        for (day, expected) in &self.days {
            let plan = planner.plan(&rows, *day, &approvals);
            found.extend(difference(&format!("on {day}"), expected, &lines(&plan, self.balances)));
        }
        if let Some(period) = self.carried_out {
            found.extend(difference(
                "all acts",
                &self.acts,
                &self.carry_out(rows, period, planner, &approvals),
            ));
        }
        found
    }

    /// The data with rows for the approvals: key and content are the engine's, what they describe the reference's.
    fn with_approvals(&self, planner: &Planner) -> (String, Approvals) {
        let (mut rows, mut approvals) = (self.data.clone(), Approvals::default());
        for approval in &self.approvals {
            let plan = planner.engine(&rows, approval.plan);
            let mut shown = Report::of(&plan).entries.into_iter().zip(&plan.actions);
            let action = shown
                .find(|(entry, _)| members(entry, false) == approval.action)
                .expect("what is approved")
                .1;
            let reference = planner.reference(&rows, approval.plan, &approvals);
            let same = reference.entries.into_iter().find(|entry| members(entry, false) == approval.action);
            let content = same.and_then(|entry| entry.content).expect("what is approved");
            let invoice = action.members[0].invoice.as_ref().expect("an invoice");
            let digest = action.content.clone().expect("content");
            rows.push_str(&format!(
                "\nhistory {invoice} {} {} approved, key: {}, content: {digest}, approved_by: {}",
                approval.plan, action.step, action.key, approval.by
            ));
            approvals.0.insert((action.key.clone(), digest), content);
        }
        (rows, approvals)
    }

    fn carry_out(
        &self,
        mut rows: String,
        period: Period,
        planner: &Planner,
        approvals: &Approvals,
    ) -> Vec<String> {
        let mut acts = Vec::new();
        let actions = |rows: &str, day| {
            let plan = planner.plan(rows, day, approvals);
            plan.entries.into_iter().filter(|entry| entry.blockers.is_empty()).collect::<Vec<_>>()
        };
        for day in period.from.iter_days().take_while(|day| *day <= period.to) {
            for entry in actions(&rows, day) {
                acts.push(format!("{day} {}", line(&entry, self.balances)));
                let outcome = if is_message(&entry) { "sent" } else { "done" };
                rows.push_str(&ledger_rows(&entry, day, outcome));
            }
            let again = actions(&rows, day);
            assert!(again.is_empty(), "a second run on {day} acts: {again:#?}");
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

/// What is not as the file says.
fn wrong(path: &Path, by_reference: bool) -> Vec<String> {
    let timeline = read(path);
    match Planner::new(&timeline, by_reference) {
        Ok(planner) => timeline.differences(&planner),
        Err(found) => vec![found],
    }
}

fn all_as_written(folder: &Path, least: usize, by_reference: bool) {
    let mut found = String::new();
    let files = files(folder);
    assert!(files.len() >= least, "{} timelines", files.len());
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for difference in wrong(&path, by_reference) {
            found.push_str(&format!("\n{name} {difference}\n"));
        }
    }
    assert!(found.is_empty(), "{found}");
}

#[test]
fn the_engine_gives_the_timelines() {
    all_as_written(&folder(), 45, false);
}

#[test]
fn the_reference_gives_the_timelines() {
    all_as_written(&folder(), 45, true);
}

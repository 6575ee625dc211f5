//! A period replayed: figures worked out by hand, a real ledger counted by another way, and what people read.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests touch files and fail by panicking"
)]

#[path = "shared/real_ledger.rs"]
mod real_ledger;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const POLICY: &str = r#"policy "Acme"
  currency EUR
  templates "templates"
  sender finance
  fallback finance
role finance = "finance@acme.example"
role manager = "manager@acme.example"
segment everyone otherwise:
  at D+3  email first
  at D+10 call by finance
  at D+20 email second, needs approval by manager
carve-out disputes when invoice.disputed:
  hold
carve-out vip when customer.tags has "vip":
  never call
"#;

const DATA: &str = r#"
taken: 2026-10-01
customers:
  - { customer_id: C1, name: Ant Ltd, email: ar@ant.example }
  - { customer_id: C2, name: Bee Ltd, email: ar@bee.example }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 100.00, issue_date: 2026-08-01, due_date: 2026-09-01 }
  - { invoice_id: I2, customer_id: C1, amount: 50.00, issue_date: 2026-08-01, due_date: 2026-09-01 }
  - { invoice_id: I3, customer_id: C2, amount: 200.00, issue_date: 2026-07-20, due_date: 2026-08-20, dispute_opened: 2026-09-05, dispute_closed: 2026-09-15 }
payments:
  - { payment_id: P1, invoice_id: I1, customer_id: C1, date: 2026-09-13, amount: 100.00, currency: EUR }
history:
  - { invoice_id: I2, date: 2026-09-18, step: email second, outcome: sent }
"#;

/// A folder with a policy, its templates and data, in which `dun` runs.
struct Project(TempDir);

impl Project {
    fn new(policy: &str, templates: &[&str]) -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        project.write("policy.dun", policy);
        for name in templates {
            let text = "---\nsubject: Invoice {{ invoice.id }}\n---\n{{ total }}\n";
            project.write(&format!("templates/{name}.md"), text);
        }
        project
    }

    fn acme() -> Project {
        let project = Project::new(POLICY, &["first", "second"]);
        project.write("data.yaml", DATA);
        project
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dun")).current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    /// The simulation as JSON.
    fn simulate(&self, data: &str, from: &str, to: &str, more: &[&str]) -> Value {
        let simulate =
            ["simulate", "policy.dun", "--data", data, "--from", from, "--to", to, "--format", "json"];
        let output = self.run(&[&simulate, more].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn september(more: &[&str]) -> Value {
    Project::acme().simulate("data.yaml", "2026-09-01", "2026-09-30", more)
}

/// `2026-09-01 automatic email first I3`, on the day it was done.
fn rows(report: &Value) -> Vec<String> {
    let events = report["events"].as_array().unwrap().iter().filter(|event| !event["done"].is_null());
    let row = |event: &Value| {
        let ids: Vec<&str> = event["invoices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|invoice| invoice["id"].as_str().unwrap())
            .collect();
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        format!("{} {} {} {}", text("done"), text("mode"), text("step"), ids.join(" "))
    };
    events.map(row).collect()
}

/// I3 is twelve days late on the first day, so that its call is due seven days later; the dispute holds it until the
/// 15th, and the second reminder comes ten days after the call. The ledger's row of the 18th is of the period: nobody
/// knows of it yet.
#[test]
fn a_month_is_played_day_by_day() {
    let expected = [
        "2026-09-01 automatic email first I3",
        "2026-09-04 automatic email first I1 I2",
        "2026-09-11 manual call finance I1",
        "2026-09-11 manual call finance I2",
        "2026-09-15 manual call finance I3",
        "2026-09-21 approval email second I2",
        "2026-09-25 approval email second I3",
    ];
    let report = september(&[]);
    assert_eq!(rows(&report), expected);
    assert_eq!(report["forgotten_ledger_rows"], 1);
    let withheld = report["withheld"].as_array().unwrap();
    let spells: Vec<Value> = withheld
        .iter()
        .map(|spell| {
            json!([spell["first"], spell["last"], spell["days"], spell["step"], spell["blockers"][0]["code"]])
        })
        .collect();
    assert_eq!(spells, [json!(["2026-09-08", "2026-09-14", 7, "call finance", "disputed"])]);
}

/// An approval that takes two days is given two days after the first plan that asked for it.
#[test]
fn people_take_their_time() {
    let report = september(&["--approval-days", "2", "--task-days", "1"]);
    let expected = [
        "2026-09-01 automatic email first I3",
        "2026-09-04 automatic email first I1 I2",
        // Planned on the 11th, done on the 12th.
        "2026-09-12 manual call finance I1",
        "2026-09-12 manual call finance I2",
        // Held until the 14th, planned on the 15th.
        "2026-09-16 manual call finance I3",
        // The call was a day late: ten days after it, and two days to approve.
        "2026-09-24 approval email second I2",
        "2026-09-28 approval email second I3",
    ];
    assert_eq!(rows(&report), expected);
    let asked: Vec<&Value> =
        report["events"].as_array().unwrap().iter().map(|event| &event["first"]).collect();
    assert_eq!(asked[5..], ["2026-09-22", "2026-09-26"]);
}

/// A time that leaves the calendar is longer than any period.
#[test]
fn people_who_take_forever_never_act() {
    for forever in ["100000000", "4294967295"] {
        let report = september(&["--approval-days", forever, "--task-days", forever]);
        let done = rows(&report);
        assert!(done.iter().all(|row| row.contains(" automatic ")), "{done:?}");
        let asked = report["events"].as_array().unwrap().iter().filter(|event| event["done"].is_null());
        assert_eq!(asked.count(), 3, "the calls are asked for");
    }
}

#[test]
fn figures_are_those_worked_out_by_hand() {
    let report = september(&[]);
    let totals = json!([
        { "of": "period", "kind": "email", "mode": "automatic", "currency": "EUR", "actions": 2, "steps": 3, "amount": "350.00" },
        { "of": "period", "kind": "email", "mode": "approval", "currency": "EUR", "actions": 2, "steps": 2, "amount": "250.00" },
        { "of": "period", "kind": "call", "mode": "manual", "currency": "EUR", "actions": 3, "steps": 3, "amount": "350.00" },
    ]);
    assert_eq!(report["totals"], totals);
    assert_eq!(report["withheld_steps"], 1);
    assert_eq!(report["undone"], 0);
    assert_eq!(
        report["messages"],
        json!({ "messages": 4, "customers": 2, "average": "2.0", "most": 2, "customer": "C1" })
    );
    let two_calls =
        json!([{ "day": "2026-09-11", "customer": "C1", "steps": ["call finance", "call finance"] }]);
    assert_eq!(report["collisions"], two_calls);
    // I1 and I2 became overdue on the 2nd and were written to on the 4th; I3 was overdue before.
    let worst = json!({ "customer": "C1", "invoice": "I1", "days": 3 });
    assert_eq!(
        report["first_contact"],
        json!({ "invoices": 2, "contacted": 2, "median_days": "3.0", "worst": worst })
    );
    let silences: Vec<(i64, &str, &str)> = report["silences"]["longest"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| {
            (run["days"].as_i64().unwrap(), run["invoice"].as_str().unwrap(), run["from"].as_str().unwrap())
        })
        .collect();
    let expected = [
        (13, "I3", "2026-09-02"),
        (9, "I2", "2026-09-12"),
        (9, "I2", "2026-09-22"),
        (9, "I3", "2026-09-16"),
        (6, "I1", "2026-09-05"),
        (6, "I2", "2026-09-05"),
        (5, "I3", "2026-09-26"),
        (2, "I1", "2026-09-02"),
        (2, "I2", "2026-09-02"),
        (1, "I1", "2026-09-12"),
    ];
    assert_eq!(silences, expected);
    assert_eq!(report["silences"]["longest"][0]["withheld"], json!(["disputed"]));
    assert_eq!(report["silences"]["over_30_days"], 0);
}

/// 350.00 invoiced within 90 days. On the 1st all of it is open and 150.00 not yet due: 90 days, at best
/// 150/350 × 90 = 38.57. On the 30th 250.00 is open and overdue: 250/350 × 90 = 64.29.
#[test]
fn receivables_stand_at_both_ends() {
    let report = september(&[]);
    let days = |end: &str| {
        let own = &report[end]["delinquency"][0];
        json!([own["sales"], own["dso"], own["best_possible_dso"], own["average_days_delinquent"]])
    };
    assert_eq!(days("start"), json!(["350.00", "90.0", "38.6", "51.4"]));
    assert_eq!(days("end"), json!(["350.00", "64.3", "0.0", "64.3"]));
    let ages = |end: &str| {
        let sum = &report[end]["receivables"][0];
        let ages = ["open", "current", "days_1_30", "days_31_60", "days_61_90", "days_over_90"];
        ages.map(|age| sum[age]["amount"].as_str().unwrap().to_owned())
    };
    assert_eq!(ages("start"), ["350.00", "150.00", "200.00", "0.00", "0.00", "0.00"]);
    assert_eq!(ages("end"), ["250.00", "0.00", "50.00", "200.00", "0.00", "0.00"]);
}

#[test]
fn work_is_told_by_person_and_day() {
    let report = september(&[]);
    let day = |day: &str, count: u64| json!({ "day": day, "count": count });
    let expected = json!([
        {
            "role": "finance", "address": "finance@acme.example", "work": "does", "kind": "call", "total": 3,
            "busiest": day("2026-09-11", 2), "days": [day("2026-09-11", 2), day("2026-09-15", 1)],
        },
        {
            "role": "manager", "address": "manager@acme.example", "work": "approves", "kind": "email", "total": 2,
            "busiest": day("2026-09-21", 1), "days": [day("2026-09-21", 1), day("2026-09-25", 1)],
        },
    ]);
    assert_eq!(report["work"], expected);
}

#[test]
fn lines_that_nothing_met_are_named() {
    let report = september(&[]);
    let unmet: Vec<&str> =
        report["unmet"].as_array().unwrap().iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    assert_eq!(unmet, ["vip", "vip/never call"]);
}

/// What is counted by day, week and segment is what the events say, and all of it.
#[test]
fn counts_add_up_to_the_events() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .current_dir(root)
        .args(["simulate", "policies/small-business/policy.dun", "--data", "fixtures/small-business"])
        .args(["--from", "2026-10-01", "--to", "2026-10-31", "--format", "json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut by_day: BTreeMap<String, u64> = BTreeMap::new();
    let events = report["events"].as_array().unwrap().iter().filter(|event| !event["done"].is_null());
    for event in events {
        let text = |name: &str| event[name].as_str().unwrap();
        *by_day.entry(format!("{} {} {}", text("done"), text("kind"), text("mode"))).or_default() += 1;
    }
    let counted = |name: &str| -> BTreeMap<String, u64> {
        let rows = report[name].as_array().unwrap().iter();
        rows.map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            let key = format!("{} {} {}", text("of"), text("kind"), text("mode"));
            (key, row["actions"].as_u64().unwrap())
        })
        .collect()
    };
    assert_eq!(counted("by_day"), by_day);
    let all: u64 = by_day.values().sum();
    for name in ["totals", "by_week", "by_segment"] {
        assert_eq!(counted(name).values().sum::<u64>(), all, "{name}");
    }
    assert!(all > 40);
}

fn shown(more: &[&str]) -> String {
    let simulate =
        ["simulate", "policy.dun", "--data", "data.yaml", "--from", "2026-09-01", "--to", "2026-09-30"];
    String::from_utf8(Project::acme().run(&[&simulate[..], more].concat()).stdout).unwrap()
}

#[test]
fn a_simulation_in_a_terminal() {
    insta::assert_snapshot!(shown(&[]));
}

#[test]
fn a_simulation_in_markdown() {
    insta::assert_snapshot!(shown(&["--format", "markdown", "--approval-days", "2"]));
}

#[test]
fn names_are_shown_on_request_only() {
    for format in ["text", "markdown"] {
        // Markdown keeps a mention apart.
        let has_address =
            |more: &[&str]| shown(&[&["--format", format], more].concat()).contains("ant.example");
        assert!(!has_address(&[]) && has_address(&["--show-names"]), "{format}");
    }
}

#[test]
fn exit_codes_and_what_is_refused() {
    let project = Project::acme();
    let run = |from: &str, to: &str, data: &str| {
        let output = project.run(&["simulate", "policy.dun", "--data", data, "--from", from, "--to", to]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run("2026-09-01", "2026-09-02", "data.yaml"), (Some(0), String::new()));
    let refused = [
        run("2026-09-02", "2026-09-01", "data.yaml"),
        run("1926-09-02", "2026-09-01", "data.yaml"),
        run("2026-09-01", "2026-09-31", "data.yaml"),
        run("2026-09-01", "2026-09-02", "nowhere"),
        run("today", "2026-09-02", "data.yaml"),
    ];
    for (code, why) in &refused {
        assert_eq!(*code, Some(1), "{why}");
    }
    assert_eq!(refused[0].1, "error: `--to 2026-09-01` is before `--from 2026-09-02`\n");
    assert_eq!(
        refused[1].1,
        "error: from 1926-09-02 to 2026-09-01 is longer than ten years: look at the years\n"
    );
    let written = "write a date such as 2026-10-05\n";
    assert!(refused[2].1.contains(&format!(": there is no such day; {written}")), "{}", refused[2].1);
    assert!(refused[4].1.contains(&format!(": {written}")), "{}", refused[4].1);
    project.write(
        "policy.dun",
        "policy \"Acme\"\n  currency EUR\nsegment all otherwise: at D+3 email nothing\n",
    );
    assert_eq!(run("2026-09-01", "2026-09-02", "data.yaml").0, Some(1));
}

/// Runs a policy over the whole of a real ledger; none where it is not at hand.
fn real_ledger(carve_out: &str) -> Option<Value> {
    let path = real_ledger::data()?;
    let policy = format!(
        r#"policy "Receivables"
  currency USD
  templates "templates"
  sender finance
  catch up: same day only
  one message per invoice
role finance = "finance@acme.example"
segment everyone otherwise:
  at D-3  email note
  at D+3  email first
  at D+10 email second
  at D+20 email third
  at D+30 escalate to finance
{carve_out}"#
    );
    let project = Project::new(&policy, &["note", "first", "second", "third"]);
    project.write("data/snapshot.yaml", real_ledger::MAPPING);
    fs::copy(path, project.0.path().join("data/invoices.csv")).unwrap();
    Some(project.simulate("data", "2012-01-01", "2014-02-01", &[]))
}

/// How often each step was carried out, or withheld.
fn steps(report: &Value, list: &str) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let entries = report[list].as_array().unwrap().iter();
    for entry in entries.filter(|entry| list != "events" || !entry["done"].is_null()) {
        *counts.entry(entry["step"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn counted(steps: &[(&str, u64)]) -> Vec<(String, u64)> {
    steps.iter().map(|(step, count)| ((*step).to_owned(), *count)).collect()
}

/// The numbers follow from the ledger alone: an invoice gets the step of a day on which it is issued and not settled.
#[test]
fn two_years_of_a_real_ledger() {
    let Some(report) = real_ledger("") else { return };
    let expected = [
        ("clear escalated", 8),
        ("email first", 700),
        ("email note", 1104),
        ("email second", 338),
        ("email third", 81),
        ("escalate finance", 8),
    ];
    assert_eq!(steps(&report, "events"), counted(&expected));
    assert_eq!(report["withheld"], json!([]));
}

/// 561 invoices are disputed, nobody knows since when: they are withheld on each of their days, and the rest goes on.
#[test]
fn two_years_of_a_real_ledger_with_disputes_held() {
    let Some(report) = real_ledger("carve-out disputes when invoice.disputed:\n  hold\n") else { return };
    let expected = [
        ("clear escalated", 1),
        ("email first", 363),
        ("email note", 673),
        ("email second", 127),
        ("email third", 13),
        ("escalate finance", 1),
    ];
    assert_eq!(steps(&report, "events"), counted(&expected));
    let held = [
        ("email first", 337),
        ("email note", 431),
        ("email second", 211),
        ("email third", 68),
        ("escalate finance", 7),
    ];
    assert_eq!(steps(&report, "withheld"), counted(&held));
    let undated = json!([{
        "fact": "disputed, without a date of opening",
        "rows": 561,
        "assumed": "taken as it is today on every day",
    }]);
    assert_eq!(report["undated"], undated);
}

/// What has no date is listed with what the replay takes for granted, and that is what it does.
#[test]
fn facts_without_a_date_are_listed_as_they_are_taken() {
    let project = Project::acme();
    let invoice = |id: &str, more: &str| {
        format!(
            "  - {{ invoice_id: {id}, customer_id: C1, amount: 100.00, issue_date: 2026-08-01, due_date: 2026-09-01{more} }}\n"
        )
    };
    let invoices = [
        invoice("ZERO", ", balance: 0"),
        invoice("PART", ", balance: 40"),
        invoice("HELD", ", hold_until: 2026-09-20"),
        invoice("PAST", ", hold_until: 2026-08-20"),
        invoice("LOST", ", status: written_off"),
    ];
    let customer =
        "customers: [{ customer_id: C1, name: Ant Ltd, email: ar@ant.example, do_not_contact: \"no\" }]\n";
    let history = "history: [{ invoice_id: PART, date: 2026-09-02, step: email first, outcome: sent }]\n";
    let days = ["--data", "data.yaml", "--from", "2026-09-01", "--to", "2026-09-30"];
    let mut told = Vec::new();
    for taken in ["2026-09-15", "2026-09-01"] {
        project.write(
            "data.yaml",
            &format!("taken: {taken}\n{customer}invoices:\n{}{history}", invoices.concat()),
        );
        let output = project.run(&[&["simulate", "policy.dun"], days.as_slice()].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        told.push(
            text.split("ABOUT THE DATA").nth(1).unwrap().split("DAY BY DAY").next().unwrap().to_owned(),
        );
    }
    insta::assert_snapshot!(told.concat());
}

/// Data taken on the 1st of October says nothing of who pays in November, and the head of the report says so.
#[test]
fn days_after_the_data_are_named() {
    let project = Project::acme();
    let run = |to: &str| {
        let simulate = ["simulate", "policy.dun", "--data", "data.yaml", "--from", "2026-09-01", "--to", to];
        String::from_utf8(project.run(&simulate).stdout).unwrap()
    };
    let note = "The data was taken on 1 October: on the days after it nobody pays, disputes or promises anything here.";
    assert!(run("2026-11-30").contains(note));
    assert!(!run("2026-10-01").contains("The data was taken"));
}

/// What is wrong with the data is told with its place, by the verbs that do not list it in their result.
#[test]
fn problems_of_the_data_are_told_with_their_place() {
    let project = Project::acme();
    project.write("data.yaml", &DATA.replace("amount: 200.00", "amount: 2OO.00"));
    let days = ["--data", "data.yaml", "--from", "2026-09-01", "--to", "2026-09-02"];
    for verb in [&["simulate", "policy.dun"][..], &["diff", "policy.dun", "policy.dun"][..]] {
        let output = project.run(&[verb, &days[..]].concat());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0));
        let expected = "warning: data.yaml:9 (amount): I3: `amount` is not an amount: it is not a number; correct it in the data\n";
        assert_eq!(told, expected, "{verb:?}");
    }
    let wrong = project.run(&[
        "simulate",
        "policy.dun",
        "--data",
        "data.yaml",
        "--from",
        "2026-13-01",
        "--to",
        "2026-09-02",
    ]);
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("write a date such as 2026-10-05"));
}

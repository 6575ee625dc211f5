//! `dun test`: scenarios run day by day, snapshot cases, coverage and its suggestions, and the three outputs.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const POLICY: &str = r#"policy "Acme"
  currency EUR
  templates "templates"
  sender finance
  fallback finance
role finance = "finance@acme.example"
role manager = "manager@acme.example"
segment big when invoice.amount >= 5000 EUR:
  use standard
  needs approval by manager
segment everyone_else otherwise:
  use standard
cadence standard:
  at D+3 email first_reminder
  at D+10 call by finance
carve-out disputes when invoice.disputed:
  hold
  at dispute notify manager
"#;

/// Everything that [`POLICY`] can do, as scenarios.
const ALL_IN_ALL: &str = r#"
scenario "two steps":
  customer
  invoice 1200 EUR due 2026-10-01
  expect on 2026-10-04: automatic email first_reminder
  expect on 2026-10-11: manual call by finance
  expect nothing after 2026-10-11
scenario "a big one":
  customer in segment big
  invoice 5000 EUR due 2026-10-01
  dispute on 2026-10-06
  expect on 2026-10-04: approval message
  expect on 2026-10-06: notify manager
  expect nothing on 2026-10-11 because disputed
  expect never: automatic email
"#;

const TEMPLATE: &str = "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }}.\n";

const DATA: &str = "taken: 2026-10-05\nas_of: 2026-10-05\ncustomers:\n  - { customer_id: C1, name: Ant Ltd, email: ar@ant.example }\ninvoices:\n  - { invoice_id: I1, customer_id: C1, amount: 1200.00, due_date: 2026-10-01 }\n";

/// A folder with a policy and its template, in which `dun` runs.
struct Project(TempDir);

impl Project {
    fn with_scenarios(scenarios: &str) -> Project {
        let project = Project(TempDir::new().unwrap());
        project
            .with("templates/first_reminder.md", TEMPLATE)
            .with("policy.dun", &format!("{POLICY}{scenarios}"))
    }

    fn with(self, path: &str, text: &str) -> Project {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.0.path(), arguments, None)
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, _) = self.run(&[&["test", "--format", "json"], arguments].concat());
        (code, serde_json::from_str(&out).unwrap())
    }
}

/// Runs `dun` in a folder, on a build server if so said: exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str], ci: Option<&str>) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).env_remove("CI");
    command.envs(ci.map(|value| ("CI", value)));
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// What scenarios fail for, each as `line day: expected / actual`.
fn failures(scenarios: &str) -> Vec<String> {
    let project = Project::with_scenarios(scenarios);
    let (_, report) = project.json(&["policy.dun"]);
    let above = POLICY.lines().count() as u64;
    let verdicts = report["policies"][0]["scenarios"].as_array().unwrap();
    let failures = verdicts.iter().flat_map(|verdict| verdict["failures"].as_array().unwrap());
    let told = failures.map(|failure| {
        let text = |name: &str| failure[name].as_str().unwrap_or("-").to_owned();
        let line = failure["line"].as_u64().unwrap() - above;
        format!("{line} {}: {} / {}", text("day"), text("expected"), text("actual"))
    });
    told.collect()
}

#[test]
fn what_is_as_expected_ends_with_0() {
    let project = Project::with_scenarios(ALL_IN_ALL);
    let (code, out, err) = project.run(&["test", "policy.dun", "--min-coverage", "100"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let expected = "policy.dun
  ok      two steps, line 20
  ok      a big one, line 26
  reached 100 %: rules 8 of 8, carve-outs 1 of 1, modes 4 of 4, templates 1 of 1

2 scenarios; 0 snapshot cases
";
    assert_eq!(out, expected);
}

#[test]
fn a_failure_shows_the_days_and_the_rule_that_decided() {
    let scenarios = r#"
scenario "nothing is as one thinks":
  customer in segment big
  invoice 1200 EUR due 2026-10-01
  payment 200 EUR on 2026-10-08
  dispute on 2026-10-12 until 2026-11-02 because "short delivery"
  expect on 2026-10-04: approval email first_reminder
  expect on 2026-10-05: email first_reminder
  expect on 2026-10-12: call by finance and notify manager
  expect nothing on 2026-10-04
  expect nothing on 2026-10-13 because promised
  expect nothing after 2026-10-04
  expect never: call, automatic message
scenario "one that passes":
  customer
  invoice 1200 EUR due 2026-10-01
  expect on 2026-10-04: email first_reminder
"#;
    let project = Project::with_scenarios(scenarios);
    let (code, out, err) = project.run(&["test", "policy.dun"]);
    assert_eq!((code, err.as_str()), (3, ""));
    insta::assert_snapshot!(out);
}

/// Where there are several invoices, what is done says which it is about.
#[test]
fn a_failure_names_the_invoices_where_there_are_several() {
    let scenarios = r#"
scenario "two invoices":
  invoice "A" 1200 EUR due 2026-10-01
  invoice "B" 800 EUR due 2026-10-06
  dispute on 2026-10-08 for invoice "B"
  expect on 2026-10-04: call by finance
"#;
    let (_, out, _) = Project::with_scenarios(scenarios).run(&["test", "policy.dun"]);
    insta::assert_snapshot!(out.split("  reached").next().unwrap());
}

#[test]
fn a_step_is_left_until_the_day_on_which_its_fate_is_told() {
    let scenarios = r#"
scenario "sent late":
  customer
  invoice 1200 EUR due 2026-10-01
  past email first_reminder sent on 2026-10-20
  expect on 2026-10-04: email first_reminder
  expect on 2026-10-19: email first_reminder
  expect nothing on 2026-10-20
  expect on 2026-10-27: call by finance
scenario "approved late":
  customer
  invoice 6000 EUR due 2026-10-01
  past email first_reminder approved on 2026-10-20
  expect on 2026-10-04: approval email first_reminder
  expect on 2026-10-20: approval email first_reminder
  expect nothing on 2026-10-21
  expect on 2026-10-27: call by finance
scenario "failed, and tried again":
  customer
  invoice 1200 EUR due 2026-10-01
  past email first_reminder failed on 2026-10-04
  expect nothing on 2026-10-04 because failed_today
  expect on 2026-10-05: email first_reminder
scenario "declined":
  customer
  invoice 1200 EUR due 2026-10-01
  past email first_reminder declined on 2026-10-04
  expect nothing on 2026-10-04
  expect never: email first_reminder
  expect on 2026-10-11: call by finance
"#;
    // Nobody sends the reminder of the last one before it is declined, and the plan of the day itself passes it.
    assert_eq!(failures(scenarios), Vec::<String>::new());
}

#[test]
fn lines_are_about_the_invoice_above_them() {
    let scenarios = r#"
scenario "two customers, and one has paid":
  customer "A"
  payment 50 EUR on 2026-10-02
  invoice "A-1" 1200 EUR due 2026-10-01
  invoice "A-2" 300 EUR due 2026-11-01
  payment 1200 EUR on 2026-10-03 for invoice "A-1"
  customer "B"
  invoice "B-1" 700 EUR due 2026-10-01
  dispute on 2026-09-20
  expect nothing on 2026-10-04 because disputed
  expect on 2026-11-04: email first_reminder
  expect on 2026-09-20: notify manager
"#;
    assert_eq!(failures(scenarios), Vec::<String>::new());
}

#[test]
fn names_and_facts_that_are_not_there_are_errors_with_a_near_name() {
    let scenarios = r#"
scenario "slips":
  customer in segment bigg with contry "FR", do_not_contact "perhaps", country "FR", country "DE"
  dispute on 2026-10-02
  invoice 1200 EUR due 2026-10-01 with stage "paid"
  past email frist_reminder sent on 2026-10-04
  past letter what_another_policy_sent sent on 2026-10-04
  promise on 2026-10-02 for 2026-10-09 for invoice "I-2"
  expect on 2026-10-04: approval email first_remindr
  expect never: call by finanse, "everything"
"#;
    let project = Project::with_scenarios(scenarios);
    let (code, _, err) = project.run(&["check", "policy.dun"]);
    assert_eq!(code, 1);
    let slips = err;
    let facts = scenarios.replace("bigg", "big").replace("first_remindr", "first_reminder");
    let facts = facts.replace("finanse, \"everything\"", "finance");
    let (code, _, err) = Project::with_scenarios(&facts).run(&["test", "policy.dun"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(format!("{slips}\n=== with the names mended\n\n{err}"));
}

/// A reason that no plan gives would fail on every day, or pass for what it does not say.
#[test]
fn reasons_that_no_plan_gives_are_errors() {
    let check = |reason: &str| {
        let scenario = format!(
            "scenario \"s\":\n  invoice 1200 EUR due 2026-10-01\n  expect nothing on 2026-10-02 because {reason}\n"
        );
        Project::with_scenarios(&scenario).run(&["check", "policy.dun"])
    };
    for known in ["disputed", "no_rate", "disputes", "everyone_else", "standard", "overdue", "\"bogus\""] {
        assert_eq!(check(known), (0, String::from("policy.dun: no errors\n"), String::new()), "{known}");
    }
    let refused = ["bogus", "dispted", "dispute", "paid", "not_issued"].map(|reason| check(reason).2);
    insta::assert_snapshot!(refused.join("\n"));
}

/// In quotes are words of the explanation; without them a reason is never one by accident.
#[test]
fn a_reason_is_a_code_a_block_a_stage_or_in_quotes_words() {
    let scenarios = r#"
scenario "reasons":
  invoice 1200 EUR due 2026-10-01
  dispute on 2026-10-02 because "goods"
  expect nothing on 2026-10-04 because disputed
  expect nothing on 2026-10-04 because disputes
  expect nothing on 2026-10-04 because "Since 2 october"
  expect nothing on 2026-10-04 because "disputed"
  expect nothing on 2026-10-04 because "never"
  expect nothing on 2026-10-04 because held
"#;
    let failed =
        ["9 2026-10-04: nothing because never / nothing", "10 2026-10-04: nothing because held / nothing"];
    assert_eq!(failures(scenarios), failed);
}

#[test]
fn values_that_the_data_could_not_have_are_told_at_their_place() {
    let scenarios = r#"
scenario "values":
  customer with do_not_contact "perhaps", credit_limit 5 USD
  invoice 1200 EUR due 2026-10-01
  expect nothing on 2026-10-01
scenario "late":
  customer with do_not_contact "perhaps"
  invoice 1200 EUR issued 2026-10-02 due 2026-10-01
  expect nothing on 2026-10-01
scenario "early":
  customer
  invoice 1200 EUR due 2026-10-01
  expect nothing on 2026-08-01
  expect nothing on 2026-08-02
scenario "no invoice":
  customer
  expect nothing on 2026-08-02
scenario "no expectation":
  customer
  invoice 1200 EUR due 2026-10-01
"#;
    let (code, _, err) = Project::with_scenarios(scenarios).run(&["check", "policy.dun"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(err);
}

#[test]
fn what_is_not_reached_is_listed_with_a_scenario_that_passes() {
    let project = Project::with_scenarios("");
    let (code, report) = project.json(&["policy.dun"]);
    assert_eq!(code, 0);
    let policy = &report["policies"][0];
    assert_eq!(policy["coverage"]["percent"], 0);
    let suggestions = policy["suggestions"].as_array().unwrap();
    let texts: Vec<&str> = suggestions.iter().map(|one| one["scenario"].as_str().unwrap()).collect();
    let project = Project::with_scenarios(&format!("\n{}", texts.join("\n")));
    let (code, out, _) = project.run(&["test", "policy.dun", "--min-coverage", "100"]);
    assert_eq!(code, 0, "{out}");
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn less_coverage_than_asked_for_ends_with_3() {
    let project = Project::with_scenarios(&ALL_IN_ALL.replace("  dispute on 2026-10-06\n", "").replace(
        "  expect on 2026-10-06: notify manager\n  expect nothing on 2026-10-11 because disputed\n",
        "",
    ));
    let coverage = |least: &str| project.run(&["test", "policy.dun", "--min-coverage", least]).0;
    // Of 14 the carve-out, its two lines and what is withheld are left: 10 of 14 are 71 %.
    assert_eq!([coverage("71"), coverage("72")], [0, 3]);
}

/// Snapshot cases alone measure nothing: their policy is named as well.
#[test]
fn coverage_of_nothing_is_refused() {
    let project = Project::with_scenarios("")
        .with("data.yaml", DATA)
        .with("cases/today/case.yaml", "policy: ../../policy.dun\ndata: ../../data.yaml\n");
    project.run(&["test", "cases", "--accept"]);
    let (code, out, err) = project.run(&["test", "cases", "--min-coverage", "1"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("error: `--min-coverage` measures the policies that are named"), "{err}");
    let measured = ["test", "cases", "policy.dun", "--min-coverage"];
    let with = |least: &str| project.run(&[&measured[..], &[least]].concat()).0;
    assert_eq!((with("1"), with("100")), (0, 3));
}

#[test]
fn snapshot_cases_are_compared_shown_and_accepted_where_people_read() {
    let project = Project::with_scenarios("")
        .with("data.yaml", DATA)
        .with("cases/today/case.yaml", "policy: ../../policy.dun\ndata: ../../data.yaml\n")
        .with(
            "cases/october/case.yaml",
            "policy: ../../policy.dun\ndata: ../../data.yaml\nfrom: 2026-10-05\nto: 2026-10-31\n",
        );
    let (code, out, _) = project.run(&["test", "cases"]);
    assert_eq!(code, 3);
    assert!(out.contains("+  automatic  email first_reminder"), "{out}");
    let (code, _, err) = run(project.0.path(), &["test", "cases", "--accept"], Some("true"));
    assert_eq!(code, 1);
    assert!(err.starts_with("error: nothing is accepted with `CI=true`"), "{err}");
    assert!(!project.0.path().join("cases/today/expected.txt").exists());
    let (code, shown, _) = project.run(&["test", "cases", "--accept"]);
    assert_eq!(code, 0);
    assert_eq!(shown.matches(", rewritten").count(), 2);
    let texts = ["today", "october"].map(|case| project.read(&format!("cases/{case}/expected.txt")));
    insta::assert_snapshot!(texts.join("\n===\n"));
    assert_eq!(run(project.0.path(), &["test", "cases"], Some("true")).0, 0);
    let project = project.with("data.yaml", &DATA.replace("1200.00", "1300.00"));
    let (code, out, _) = project.run(&["test", "cases/today"]);
    assert_eq!(code, 3);
    insta::assert_snapshot!(out);
}

/// People who take longer than the calendar goes never act; the case is played all the same.
#[test]
fn a_case_whose_people_take_forever_is_played() {
    let case = "policy: ../../policy.dun\ndata: ../../data.yaml\nfrom: 2026-10-01\nto: 2026-10-20\ntask_days: 100000000\n";
    let project = Project::with_scenarios("").with("data.yaml", DATA).with("cases/slow/case.yaml", case);
    let (code, _, err) = project.run(&["test", "cases", "--accept"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(project.read("cases/slow/expected.txt").contains("; not done\n"));
}

#[test]
fn what_cannot_be_tested_ends_with_1() {
    let wrong = |path: &str, text: &str, argument: &str| {
        let project = Project::with_scenarios("").with("data.yaml", DATA).with(path, text);
        let (code, _, err) = project.run(&["test", argument]);
        format!("{code} {err}")
    };
    let cases = [
        wrong("other/readme.txt", "", "other"),
        wrong("other/readme.txt", "", "missing.dun"),
        wrong("broken.dun", "policy \"x\"\n", "broken.dun"),
        wrong("c/case.yaml", "policy: ../policy.dun\ndates: 2026-10-05\n", "c"),
        wrong("c/case.yaml", "policy: ../policy.dun\ndata: ../none.yaml\n", "c"),
        wrong(
            "c/case.yaml",
            "policy: ../policy.dun\ndata: ../data.yaml\nas_of: 2026-10-05\nto: 2026-10-06\n",
            "c",
        ),
        wrong(
            "c/case.yaml",
            "policy: ../policy.dun\ndata: ../data.yaml\nfrom: 2026-10-07\nto: 2026-10-06\n",
            "c",
        ),
    ];
    let said = |lines: &str| wrong("c/case.yaml", lines, "c");
    let lines = [
        said("policy: ../policy.dun\ndata:\n"),
        said("as_of: 5.10.2026\n"),
        said("from: 2026-02-30\n"),
        said("\npolcy: ../policy.dun\n"),
        said("approval_days: some\n"),
        said("as_of: 2026-10-05\nas_of: 2026-10-06\n"),
        said("- as_of\n"),
    ];
    insta::assert_snapshot!([&cases[..], &lines].concat().join("\n"));
}

#[test]
fn programs_read_json_and_build_servers_junit() {
    let scenarios = ALL_IN_ALL.replace("2026-10-04: automatic", "2026-10-05: automatic");
    let project = Project::with_scenarios(&scenarios);
    let (code, report) = project.json(&["policy.dun"]);
    assert_eq!((code, &report["passed"]), (3, &Value::Bool(false)));
    assert_eq!(report["totals"]["failed_scenarios"], 1);
    let failure = &report["policies"][0]["scenarios"][0]["failures"][0];
    assert_eq!((&failure["line"], &failure["day"]), (&Value::from(23), &Value::from("2026-10-05")));
    assert_eq!(failure["decided"][0]["rule"], "standard/email first_reminder");
    let (code, out, _) = project.run(&["test", "policy.dun", "--format", "junit"]);
    assert_eq!(code, 3);
    insta::assert_snapshot!(out);
}

/// What is shipped passes; and two policies of it are reached whole.
#[test]
fn shipped_policies_and_cases_are_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let junit = ["--format", "junit"];
    let (code, out, err) = run(root, &[&["test", "policies", "fixtures"][..], &junit].concat(), None);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let whole = ["test", "policies/key-accounts", "policies/small-business", "--min-coverage", "100"];
    let (code, out, _) = run(root, &[&whole[..], &junit].concat(), None);
    assert_eq!(code, 0, "{out}");
}

/// A build server that reads the XML alone sees that a policy could not be used.
#[test]
fn a_policy_that_cannot_be_used_is_an_error_for_build_servers() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("policy.dun"),
        "policy \"A\"\n  currency EUR\nsegment a otherwise: use b\n",
    )
    .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_dun"))
        .current_dir(folder.path())
        .args(["test", "policy.dun", "--format", "junit"])
        .output()
        .unwrap();
    let xml = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(xml.contains("<testsuites name=\"dun test\" tests=\"1\" failures=\"0\" errors=\"1\">"), "{xml}");
    assert!(xml.contains("<error message="), "{xml}");
}

//! The command line as a script or a person sees it: exit codes, where results and messages go, files that are
//! whole or not there, and hostile data.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write the files that they run on, and one reads the clock"
)]

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const POLICY: &str = r#"policy "Acme"
  currency EUR
  messages in en
  templates "templates"
  sender finance
  fallback finance
role finance = "finance@acme.example"
segment everyone otherwise:
  at D+3 email first_reminder
  at D+10 call by finance
carve-out disputes when invoice.disputed:
  hold
everywhere:
  data no older than 2 days
"#;

const TEMPLATE: &str = "---\nsubject: Invoice {{ invoice.id }} for {{ customer.name }}\n---\nDear {{ customer.name }}, please pay {{ total }}.\n";

const DATA: &str = r#"taken: 2026-10-05T06:00:00+02:00
as_of: 2026-10-05
customers:
  - { customer_id: C1, name: Ant Ltd, email: ar@ant.example }
  - { customer_id: C2, name: Bee Ltd, email: ar@bee.example }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 1200.00, due_date: 2026-10-01 }
  - { invoice_id: I2, customer_id: C2, amount: 300.00, due_date: 2026-09-20 }
  - { invoice_id: I3, customer_id: C2, amount: 80.00, due_date: 2026-12-01 }
history:
  - { invoice_id: I2, date: 2026-10-04, step: email first_reminder, outcome: sent }
"#;

/// A folder with a policy, its templates and data, in which `dun` runs.
struct Project(TempDir);

impl Project {
    fn new() -> Project {
        let project = Project(tempfile::tempdir().unwrap());
        fs::create_dir(project.0.path().join("templates")).unwrap();
        project
            .with("policy.dun", POLICY)
            .with("templates/first_reminder.md", TEMPLATE)
            .with("data.yaml", DATA)
    }

    fn with(self, name: &str, text: impl AsRef<[u8]>) -> Project {
        fs::write(self.0.path().join(name), text).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    /// The names in the folder, sorted.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs `dun`: exit code, standard output, standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        told(&self.command(arguments).output().unwrap())
    }

    /// Runs `dun plan` on the policy and the data.
    fn plan(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run(&[&["plan", "policy.dun", "--data", "data.yaml"], arguments].concat())
    }

    /// The plan as JSON, with its exit code.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, err) = self.plan(&[arguments, &["--format", "json"]].concat());
        (code, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}\n{out}\n{err}")))
    }
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let code = output.status.code().expect("it ends by itself");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (code, out, err)
}

fn list<'a>(plan: &'a Value, name: &str) -> &'a Vec<Value> {
    plan[name].as_array().unwrap()
}

/// The formats of a plan.
const FORMATS: [&str; 6] = ["text", "json", "jsonl", "yaml", "csv", "markdown"];

/// Data with so many invoices that a plan is larger than any pipe holds.
fn large() -> String {
    let mut data = String::from("taken: 2026-10-05\nas_of: 2026-10-05\ncustomers:\n");
    for n in 0..500 {
        data.push_str(&format!("  - {{ customer_id: C{n}, name: Ant {n}, email: ar{n}@ant.example }}\n"));
    }
    data.push_str("invoices:\n");
    for n in 0..500 {
        data.push_str(&format!(
            "  - {{ invoice_id: I{n}, customer_id: C{n}, amount: 10, due_date: 2026-10-01 }}\n"
        ));
    }
    data
}

/// A policy that is legal but probably not meant: the subject ends where a comment begins.
const WARNED: &str = "---\nsubject: Invoice # {{ invoice.id }}\n---\nPlease pay.\n";

// ---- check

/// A policy with a lint that stands in its own block.
const LATE: &str = "  at D+30 email first_reminder as late_reminder\n";

#[test]
fn lints_fail_a_check_only_when_denied_and_not_when_allowed() {
    let with = |lines: &str| {
        let call = "  at D+10 call by finance\n";
        Project::new().with("policy.dun", POLICY.replace(call, &format!("{call}{lines}")))
    };
    let late = with(LATE);
    let (code, out, err) = late.run(&["check", "policy.dun"]);
    assert_eq!((code, out.as_str()), (0, "policy.dun: 1 warning\n"));
    assert!(err.contains("warning[late-message-without-approval]"), "{err}");
    let (code, out, _) = late.run(&["check", "policy.dun", "--deny", "warnings"]);
    assert_eq!((code, out.as_str()), (1, "policy.dun: 1 warning\n"));
    let allow = "  allow(late-message-without-approval, \"agreed in the contracts\")\n";
    let allowed = with(&format!("{LATE}{allow}"));
    let silent = (0, String::from("policy.dun: no errors, 1 warning allowed\n"), String::new());
    assert_eq!(allowed.run(&["check", "policy.dun", "--deny", "warnings"]), silent);
    let unused = with(allow);
    let (code, _, err) = unused.run(&["check", "policy.dun", "--deny", "warnings"]);
    assert!(code == 1 && err.contains("warning[unused-allow]"), "{err}");
}

/// The lints would bury the plan: it says how many there are, and shows them where they end the run.
#[test]
fn plan_counts_lints_and_shows_them_when_denied() {
    let call = "  at D+10 call by finance\n";
    let project = Project::new().with("policy.dun", POLICY.replace(call, &format!("{call}{LATE}")));
    let (code, _, err) = project.plan(&[]);
    assert_eq!((code, err.as_str()), (0, "note: 1 warning about the policy, which `dun check` shows\n"));
    let (code, out, err) = project.plan(&["--deny", "warnings"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("warning[late-message-without-approval]"), "{err}");
    assert!(err.ends_with("error: 1 warning in `policy.dun`\n"), "{err}");
}

#[test]
fn check_with_data_finds_what_only_data_shows() {
    let carve_out = "carve-out hotels when customer.sector is \"hospitality\":\n  never auto-send\n";
    let project = Project::new().with("policy.dun", format!("{POLICY}{carve_out}"));
    let without = (0, String::from("policy.dun: no errors\n"), String::new());
    assert_eq!(project.run(&["check", "policy.dun"]), without);
    let (code, out, err) = project.run(&["check", "policy.dun", "--data", "data.yaml"]);
    assert_eq!((code, out.as_str()), (0, "policy.dun: 1 warning\n"));
    assert!(err.starts_with("warning[field-without-data]: `customer.sector` has no value"), "{err}");
    let (code, _, _) = project.run(&["check", "policy.dun", "--data", "data.yaml", "--deny", "warnings"]);
    assert_eq!(code, 1);
    // Problems of the data are counted; they are shown by a plan.
    let data = format!(
        "{DATA}  - {{ invoice_id: I9, date: 2026-10-04, step: email first_reminder, outcome: sent }}\n"
    );
    let project = Project::new().with("data.yaml", data);
    let (code, out, err) = project.run(&["check", "policy.dun", "--data", "data.yaml"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "policy.dun: no errors, 1 problem in the data\n", ""));
}

#[test]
fn check_with_data_that_cannot_be_loaded_is_1() {
    let project = Project::new();
    let (code, out, err) = project.run(&["check", "policy.dun", "--data", "gone"]);
    let planned = project.run(&["plan", "policy.dun", "--data", "gone"]).2;
    assert_eq!((code, out.as_str(), &err), (1, "policy.dun: no errors\n", &planned));
    let (code, out, _) = project.run(&["check", "policy.dun", "--data", "gone", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found[0]["code"].as_str()), (1, Some("unreadable-file")));
}

#[test]
fn check_of_a_sound_policy_is_0() {
    let project = Project::new();
    assert_eq!(
        project.run(&["check", "policy.dun"]),
        (0, String::from("policy.dun: no errors\n"), String::new())
    );
}

#[test]
fn check_of_a_wrong_policy_is_1_with_diagnostics_on_stderr_and_the_count_on_stdout() {
    let project = Project::new().with("policy.dun", POLICY.replace("first_reminder", "frist_reminder"));
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, out.as_str()), (1, "policy.dun: 1 error\n"));
    assert!(err.contains("policy.dun:9:16") && err.contains("write `first_reminder`"), "{err}");
}

#[test]
fn a_failing_check_names_the_way_to_more_once() {
    let text = POLICY.replace("first_reminder", "frist_reminder").replace("by finance", "by fnance");
    let project = Project::new().with("policy.dun", text);
    let (_, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!(out, "policy.dun: 2 errors\n");
    assert_eq!(err.matches("`dun check --explain unknown-name` says more\n").count(), 1, "{err}");
    assert_eq!(Project::new().run(&["check", "policy.dun"]).2, "");
}

#[test]
fn check_explains_a_code_and_proposes_a_near_one() {
    let project = Project::new();
    let (code, out, err) = project.run(&["check", "--explain", "bad-holiday-file"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    let (code, out, err) = project.run(&["check", "--explain", "bad-holday-file"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, "error: there is no code `bad-holday-file`; did you mean `bad-holiday-file`?\n");
    let (code, _, err) = project.run(&["check", "--explain", "nonsense"]);
    assert_eq!(code, 1);
    assert_eq!(
        err,
        "error: there is no code `nonsense`; codes stand in brackets, as in `error[unknown-name]`\n"
    );
}

#[test]
fn check_reports_syntax_errors_without_what_follows_from_them() {
    let text =
        format!("{POLICY}field customer.tier: colour\nsegment gold when customer.tier is \"x\":\n  hold\n");
    let template = format!("{TEMPLATE}{{{{ customer.tier }}}}");
    let project = Project::new().with("policy.dun", text).with("templates/first_reminder.md", template);
    let (code, _, err) = project.run(&["check", "policy.dun"]);
    assert_eq!(code, 1);
    assert!(err.contains("error[syntax]"), "{err}");
    assert!(!err.contains("unknown-field") && !err.contains("template-unknown-name"), "{err}");
}

#[test]
fn check_says_once_that_templates_cannot_be_read() {
    let project = Project::new().with("policy.dun", POLICY.replace("\"templates\"", "\"letters\""));
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, out.as_str()), (1, "policy.dun: 1 error\n"));
    assert!(err.contains("error[file-not-read]") && err.contains("policy.dun:4:3"), "{err}");
    let project = Project::new().with("templates/second.md", b"\xff\xfe");
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, out.as_str()), (1, "policy.dun: 1 error\n"), "{err}");
    assert!(err.contains("second.md"), "{err}");
}

#[test]
fn warnings_fail_a_check_only_when_denied() {
    let project = Project::new().with("templates/first_reminder.md", WARNED);
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, out.as_str()), (0, "policy.dun: 1 warning\n"));
    assert!(err.contains("warning["), "{err}");
    assert_eq!(project.run(&["check", "policy.dun", "--deny", "warnings"]).0, 1);
}

#[test]
fn check_of_what_is_no_text_file_is_1_and_says_why() {
    let project = Project::new().with("latin.dun", b"policy \"Acm\xe9\"\n");
    let said = |path: &str| {
        let (code, out, err) = project.run(&["check", path]);
        assert_eq!((code, out.as_str()), (1, ""), "{path}");
        err
    };
    assert!(said("gone.dun").starts_with("error: `gone.dun` cannot be read: "));
    assert!(said("latin.dun").contains("`latin.dun` is not UTF-8 text: line 1"));
    assert_eq!(said("templates"), "error: `templates` is a folder; name the policy file in it\n");
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let project = Project::new().with("other.dun", "policy \"Other\"\n");
    let (code, out, err) = project.run(&["check", "gone.dun", "policy.dun", "other.dun"]);
    assert_eq!((code, out.as_str()), (1, "policy.dun: no errors\nother.dun: 2 errors\n"));
    assert!(err.contains("`gone.dun`") && err.contains("error[no-currency]"), "{err}");
    let (code, out, _) = project.run(&["check", "gone.dun", "other.dun", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, found.as_array().unwrap().len(), &found[0]["code"]), (1, 3, &"file-not-read".into()));
}

#[test]
fn check_as_json_has_place_code_help_and_fixes() {
    let project = Project::new().with("policy.dun", POLICY.replace("first_reminder", "frist_reminder"));
    let (code, out, err) = project.run(&["check", "policy.dun", "--format", "json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, err.as_str()), (1, ""));
    let at = POLICY.find("first_reminder").unwrap();
    let expected = serde_json::json!([{
        "severity": "error",
        "code": "unknown-name",
        "message": "there is no template `frist_reminder`",
        "file": "policy.dun",
        "line": 9,
        "column": 16,
        "span": [at, at + 14],
        "help": ["write `first_reminder`"],
        "fixes": [{ "span": [at, at + 14], "replacement": "first_reminder" }],
    }]);
    assert_eq!(found, expected);
    let sound = Project::new().run(&["check", "policy.dun", "--format", "json"]);
    assert_eq!(sound, (0, String::from("[]\n"), String::new()));
}

// ---- usage

#[test]
fn usage_errors_are_1_and_help_is_0() {
    let project = Project::new();
    for wrong in [
        &[][..],
        &["chekc"],
        &["check"],
        &["check", "policy.dun", "--frobnicate"],
        &["plan", "policy.dun"],
        &["plan", "policy.dun", "--data", "data.yaml", "--format", "pdf"],
        &["plan", "policy.dun", "--data", "data.yaml", "--as-of", "2026-13-01"],
        &["plan", "policy.dun", "--data", "data.yaml", "--as-of", "tomorrow"],
    ] {
        let (code, out, err) = project.run(wrong);
        assert_eq!((code, out.as_str()), (1, ""), "{wrong:?}");
        assert!(!err.is_empty());
    }
    for help in [&["--help"][..], &["help"], &["check", "--help"], &["plan", "--help"], &["--version"]] {
        let (code, out, err) = project.run(help);
        assert_eq!((code, err.as_str()), (0, ""), "{help:?}");
        assert!(!out.is_empty());
    }
    let (_, _, err) = project.plan(&["--as-of", "05/10/2026"]);
    assert!(err.contains("write a date such as 2026-10-05, or `today`"), "{err}");
}

// ---- plan

#[test]
fn plan_is_0_with_the_plan_on_stdout() {
    let (code, out, err) = Project::new().plan(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("Acme · Monday 5 October 2026 · 3 open invoices"), "{out}");
}

#[test]
fn plan_with_problems_in_the_data_is_0_and_1_when_strict() {
    let project = Project::new().with("data.yaml", DATA.replace("due_date: 2026-12-01", "due_date: soon"));
    let (code, plan) = project.json(&[]);
    assert_eq!((code, &plan["totals"]["problems"]), (0, &1.into()));
    let (code, out, err) = project.plan(&["--strict"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("1 problem in the data") && err.contains("due_date"), "{err}");
    assert_eq!(Project::new().plan(&["--strict"]).0, 0);
}

#[test]
fn plan_with_a_wrong_policy_is_1() {
    let project = Project::new().with("policy.dun", POLICY.replace("call by finance", "call by finence"));
    let (code, out, err) = project.plan(&[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("policy.dun:10:19") && err.ends_with("error: 1 error in `policy.dun`\n"), "{err}");
}

#[test]
fn plan_with_warnings_is_0_and_1_when_they_are_denied() {
    let project = Project::new().with("templates/first_reminder.md", WARNED);
    let (code, out, err) = project.plan(&[]);
    assert_eq!(code, 0);
    assert!(!out.is_empty() && err.contains("warning["), "{err}");
    assert_eq!(project.plan(&["--deny", "warnings"]).0, 1);
}

#[test]
fn plan_without_a_day_is_1_and_names_the_option() {
    let project = Project::new().with("data.yaml", DATA.replace("as_of: 2026-10-05\n", ""));
    let (code, out, err) = project.plan(&[]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("--as-of"), "{err}");
    assert_eq!(project.plan(&["--as-of", "2026-10-05"]).0, 0);
}

#[test]
fn plan_for_today_reads_the_clock_in_the_timezone_of_the_policy() {
    let policy = POLICY.replace("everywhere:\n  data no older than 2 days\n", "");
    for zone in ["UTC", "Pacific/Kiritimati"] {
        let policy = policy.replace("  currency EUR\n", &format!("  currency EUR\n  timezone {zone}\n"));
        let project = Project::new().with("policy.dun", policy);
        let zone: chrono_tz::Tz = zone.parse().unwrap();
        let today = || chrono::Utc::now().with_timezone(&zone).date_naive().to_string();
        let before = today();
        let (code, plan) = project.json(&["--as-of", "today"]);
        let as_of = plan["as_of"].as_str().unwrap();
        assert!(code == 0 && [before, today()].contains(&as_of.to_owned()), "{as_of}");
    }
}

/// A line of payments that does not say whose it is may be anybody's: nobody is written to until it is mended.
#[test]
fn a_payment_of_nobody_legible_withholds_every_contact() {
    let project = Project::new();
    let folder = project.0.path().join("data");
    fs::create_dir(&folder).unwrap();
    let tables = [
        ("snapshot.yaml", "taken: 2026-10-05\nas_of: 2026-10-05\n"),
        ("customers.csv", "customer_id,name,email\nC1,Ant Ltd,ar@ant.example\nC2,Bee Ltd,ar@bee.example\n"),
        (
            "invoices.csv",
            "invoice_id,customer_id,amount,due_date\nI1,C1,1200.00,2026-10-01\nI2,C2,300.00,2026-09-20\n",
        ),
        ("payments.csv", "payment_id,date,amount,invoice_id\nP1\n"),
    ];
    for (name, text) in tables {
        fs::write(folder.join(name), text).unwrap();
    }
    let plan = || {
        let (code, out, err) = project.run(&["plan", "policy.dun", "--data", "data", "--format", "json"]);
        assert_eq!((code, err.as_str()), (0, ""));
        let plan: Value = serde_json::from_str(&out).unwrap();
        let of = |list: &str, text: &dyn Fn(&Value) -> String| list_of(&plan, list, text);
        let acts = of("actions", &|action| action["customer"].to_string());
        (acts, of("withheld", &|entry| format!("{} {}", entry["customer"], entry["blockers"][0]["code"])))
    };
    let withheld = ["\"C1\" \"problem\"", "\"C2\" \"problem\""].map(String::from).to_vec();
    assert_eq!(plan(), (Vec::new(), withheld));
    fs::write(folder.join("payments.csv"), "payment_id,date,amount,invoice_id\nP1,2026-10-02,5.00,I1\n")
        .unwrap();
    assert_eq!(plan(), (vec![String::from("\"C1\""), String::from("\"C2\"")], Vec::new()));
}

fn list_of(plan: &Value, name: &str, text: &dyn Fn(&Value) -> String) -> Vec<String> {
    list(plan, name).iter().map(text).collect()
}

#[test]
fn plan_without_its_data_is_1() {
    let project = Project::new();
    let (code, out, err) = project.run(&["plan", "policy.dun", "--data", "gone"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(
        err.starts_with("error[unreadable-file]: gone: there is no such file or folder\n  = help: "),
        "{err}"
    );
    let (code, _, err) = project.run(&["plan", "policy.dun", "--data", "templates"]);
    assert_eq!(code, 1);
    assert!(err.contains("invoices"), "{err}");
}

fn contacts(plan: &Value, list_name: &str) -> usize {
    let is_contact = |kind: &Value| ["email", "sms", "letter", "call"].iter().any(|contact| kind == contact);
    list(plan, list_name).iter().filter(|entry| is_contact(&entry["kind"])).count()
}

/// Nothing goes out, and each withheld step says why.
fn assert_refused(plan: &Value, code: &str) {
    assert!(plan["refused"].is_string());
    assert_eq!(contacts(plan, "actions"), 0);
    assert!(!list(plan, "withheld").is_empty());
    for withheld in list(plan, "withheld") {
        assert!(list(withheld, "blockers").iter().any(|blocker| blocker["code"] == code), "{withheld}");
    }
}

#[test]
fn plan_from_data_too_old_is_4_with_every_contact_withheld() {
    let project = Project::new();
    let (code, plan) = project.json(&["--as-of", "2026-10-08"]);
    assert_eq!(code, 4);
    assert_refused(&plan, "stale_data");
    assert_eq!(project.json(&["--as-of", "2026-10-07"]).0, 0);
    let (code, out, err) = project.plan(&["--as-of", "2026-10-08"]);
    assert_eq!(code, 4);
    assert!(out.contains("Every contact is withheld") && err.starts_with("warning: every contact"), "{err}");
    let unknown = Project::new().with("data.yaml", DATA.replace("taken: 2026-10-05T06:00:00+02:00\n", ""));
    assert_eq!(unknown.plan(&[]).0, 4);
}

#[test]
fn plan_before_the_ledger_is_4_unless_it_is_a_replay() {
    let policy = POLICY.replace("everywhere:\n  data no older than 2 days\n", "");
    let data = DATA.replace("due_date: 2026-10-01", "due_date: 2026-09-28");
    let project = Project::new().with("policy.dun", policy).with("data.yaml", data);
    let (code, plan) = project.json(&["--as-of", "2026-10-03"]);
    assert_eq!((code, &plan["replay"]), (4, &true.into()));
    assert_refused(&plan, "replay");
    let (code, plan) = project.json(&["--as-of", "2026-10-03", "--replay"]);
    assert_eq!((code, &plan["replay"], &plan["refused"]), (0, &true.into(), &Value::Null));
    assert!(contacts(&plan, "actions") > 0);
    let (code, out, _) = project.plan(&["--as-of", "2026-10-03", "--replay"]);
    assert!(code == 0 && out.contains("replay"), "{out}");
    // A replay that is none is not marked.
    assert_eq!(project.json(&["--replay"]).1["replay"], false);
}

#[test]
fn json_lines_end_with_totals_that_equal_the_counts() {
    let data = DATA.replace("due_date: 2026-12-01", "due_date: soon");
    let (code, out, _) = Project::new().with("data.yaml", data).plan(&["--format", "jsonl"]);
    assert_eq!(code, 0);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (first, last) = (lines.first().unwrap(), lines.last().unwrap());
    assert_eq!((&first["type"], &last["type"]), (&"header".into(), &"end".into()));
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    for (kind, total) in
        [("action", "actions"), ("withheld", "withheld"), ("waiting", "waiting"), ("problem", "problems")]
    {
        assert_eq!(last["totals"][total], count(kind), "{kind}");
    }
    assert_eq!((count("header"), count("end"), &last["plan_id"]), (1, 1, &first["plan_id"]));
    assert_eq!(first["totals"], last["totals"]);
}

#[test]
fn a_plan_is_the_same_in_every_format_and_to_a_file() {
    let project = Project::new();
    for format in FORMATS {
        let (_, shown, _) = project.plan(&["--format", format]);
        let (code, out, err) = project.plan(&["--format", format, "-o", "plan.out"]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
        assert_eq!(project.read("plan.out"), shown);
    }
}

#[test]
fn every_format_ends_with_the_code_of_the_plan() {
    let bad = POLICY.replace("first_reminder", "frist_reminder");
    let project = Project::new().with("bad.dun", bad).with("plan.out", "old");
    for format in FORMATS {
        assert_eq!(project.plan(&["--format", format]).0, 0, "{format}");
        let (code, out, err) = project.plan(&["--format", format, "--as-of", "2026-10-20"]);
        assert_eq!((code, out.is_empty()), (4, false), "{format}");
        assert!(err.starts_with("warning: every contact is withheld"), "{format}: {err}");
        let arguments = ["plan", "bad.dun", "--data", "data.yaml", "--format", format, "-o", "plan.out"];
        assert_eq!((project.run(&arguments).0, project.read("plan.out").as_str()), (1, "old"), "{format}");
    }
}

/// What a pull request or a spreadsheet is not to show unasked: names, addresses and texts of the data above.
const PERSONAL: [&str; 6] = ["Ant Ltd", "Bee Ltd", "ant.example", "acme.example", "Dear", "Invoice I1 for"];

#[test]
fn markdown_and_csv_show_names_only_when_asked() {
    // A message to one customer, a call to the other.
    let project = Project::new().with("data.yaml", DATA.replace("date: 2026-10-04", "date: 2026-09-23"));
    for format in ["markdown", "csv"] {
        let (_, out, _) = project.plan(&["--format", format]);
        let shown: Vec<&str> = PERSONAL.into_iter().filter(|text| out.contains(text)).collect();
        assert_eq!(shown, Vec::<&str>::new(), "{format}: {out}");
        assert!(
            ["C1", "I1", "I2", "I3", "1200.00", "finance"]
                .iter()
                .all(|id| { out.contains(id) || out.contains(&id.replace("1200", "1 200")) }),
            "{format}: {out}"
        );
        let (_, out, _) = project.plan(&["--format", format, "--show-names"]);
        // Markdown keeps addresses from being links by a character that cannot be seen.
        let out = out.replace("&#8203;", "");
        let hidden: Vec<&str> = PERSONAL.into_iter().filter(|text| !out.contains(text)).collect();
        assert_eq!(hidden, Vec::<&str>::new(), "{format}: {out}");
    }
}

#[test]
fn formats_that_show_names_always_take_the_option_for_granted() {
    let project = Project::new();
    for format in ["text", "json", "jsonl", "yaml"] {
        let (code, shown, err) = project.plan(&["--format", format, "--show-names"]);
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
        assert!(shown.to_lowercase().contains("ant ltd"), "{format}: {shown}");
        assert_eq!(shown, project.plan(&["--format", format]).1, "{format}");
    }
}

#[test]
fn a_day_without_work_says_so() {
    let data = DATA.split("invoices:").next().unwrap();
    let quiet = format!(
        "{data}invoices:\n  - {{ invoice_id: I3, customer_id: C2, amount: 80.00, due_date: 2026-12-01 }}\n"
    );
    let project = Project::new().with("data.yaml", &quiet);
    let (_, out, _) = project.plan(&[]);
    assert_eq!(
        out,
        "Acme · Monday 5 October 2026 · 1 open invoice, 80.00 EUR, none overdue

  Nothing is to be done today.
   1 has nothing due, the next on 4 December                      80.00 EUR

  age         not yet due     1 to 30 days    31 to 60 days    61 to 90 days     over 90 days
  EUR               80.00                –                –                –                –

NOTHING DUE   1 invoice, 80.00 EUR
  not yet due   next on 4 December        I3                                           80.00 EUR
"
    );
    let (_, out, _) = project.plan(&["--format", "markdown"]);
    assert!(out.starts_with("### Acme: nothing goes out and nothing waits for approval\n"), "{out}");
    assert!(out.contains("\nNothing is to be done today.\n"), "{out}");
}

// ---- schema

#[test]
fn schema_prints_a_schema_and_knows_no_other() {
    let project = Project::new();
    for (of, title) in [("plan", "Plan"), ("snapshot", "Snapshot")] {
        let (code, out, err) = project.run(&["schema", of]);
        let schema: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, err.as_str(), &schema["title"]), (0, "", &title.into()));
    }
    for wrong in [&["schema"][..], &["schema", "invoice"], &["schema", "plan", "snapshot"]] {
        let (code, out, err) = project.run(wrong);
        assert_eq!((code, out.as_str(), err.is_empty()), (1, "", false), "{wrong:?}");
    }
}

// ---- files

#[test]
fn a_failed_run_leaves_the_old_file_and_nothing_else() {
    let bad = POLICY.replace("first_reminder", "frist_reminder");
    let project = Project::new().with("plan.json", "old").with("bad.dun", bad);
    let before = project.names();
    let runs: [&[&str]; 4] = [
        &["plan", "bad.dun", "--data", "data.yaml", "-o", "plan.json"],
        &["plan", "policy.dun", "--data", "gone", "-o", "plan.json"],
        &["plan", "policy.dun", "--data", "data.yaml", "-o", "templates"],
        &["plan", "policy.dun", "--data", "data.yaml", "-o", "gone/plan.json"],
    ];
    let said: Vec<String> = runs
        .iter()
        .map(|arguments| {
            let (code, out, err) = project.run(arguments);
            assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
            err
        })
        .collect();
    assert_eq!(said[2], "error: `templates` cannot be written: it is a folder\n");
    assert_eq!(said[3], "error: `gone/plan.json` cannot be written: there is no folder `gone`\n");
    assert_eq!((project.read("plan.json").as_str(), project.names()), ("old", before));
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let project = Project::new().with("plan.out", "old").with("data.yaml", large());
    let before = project.names();
    for format in FORMATS {
        let script = format!(
            "trap '' XFSZ; ulimit -f 8; exec \"$0\" plan policy.dun --data data.yaml --format {format} -o plan.out"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_dun")]).current_dir(project.0.path());
        let (code, _, err) = told(&shell.output().unwrap());
        assert_eq!(code, 1, "{format}");
        assert!(err.starts_with("error: `plan.out` cannot be written: "), "{format}: {err}");
        assert_eq!((project.read("plan.out").as_str(), project.names()), ("old", before.clone()), "{format}");
    }
}

#[test]
fn a_refused_plan_is_written_all_the_same() {
    let project = Project::new().with("plan.json", "old");
    let (code, _, _) = project.plan(&["--as-of", "2026-10-20", "--format", "json", "-o", "plan.json"]);
    let plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    assert_eq!(code, 4);
    assert_refused(&plan, "stale_data");
}

#[cfg(unix)]
#[test]
fn a_written_plan_has_the_permissions_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new();
    for (umask, mode) in [("022", 0o644), ("027", 0o640), ("077", 0o600)] {
        let script = format!("umask {umask}; exec \"$0\" plan policy.dun --data data.yaml -o {umask}.json");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_dun")]).current_dir(project.0.path());
        assert_eq!(told(&shell.output().unwrap()).0, 0);
        let file = project.0.path().join(format!("{umask}.json"));
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, mode, "umask {umask}");
    }
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;
    let (code, _, err) = Project::new().plan(&["-o", "/dev/null"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(fs::metadata(Path::new("/dev/null")).unwrap().file_type().is_char_device());
}

// ---- pipes

#[test]
fn a_closed_pipe_ends_a_plan_quietly() {
    let project = Project::new().with("data.yaml", large());
    for format in FORMATS {
        let arguments = ["plan", "policy.dun", "--data", "data.yaml", "--format", format];
        let mut command = project.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 64]).unwrap();
        drop(out);
        let (code, _, err) = told(&child.wait_with_output().unwrap());
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
    }
}

#[test]
fn nobody_reading_changes_no_exit_code() {
    let bad = POLICY.replace("first_reminder", "frist_reminder");
    let project = Project::new().with("bad.dun", bad);
    for (policy, code) in [("policy.dun", 0), ("bad.dun", 1)] {
        let mut command = project.command(&["check", policy]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(code), "{policy}");
    }
}

// ---- hostile data

/// What steers a terminal or reorders what is read.
fn steers(text: &str) -> Option<char> {
    let odd = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().find(odd)
}

const HOSTILE: &str = r#"taken: 2026-10-05T06:00:00+02:00
as_of: 2026-10-05
customers:
  - { customer_id: "C1\e[31m\u202E", name: "Ant\e]0;owned\a\r\nBcc: all@evil.example\u2066", email: ar@ant.example }
  - { customer_id: C2, name: Newline, email: "ar@bee.example\r\nBcc: all@evil.example" }
  - { customer_id: C3, name: Two, email: "ar@cat.example, all@evil.example" }
  - { customer_id: C4, name: Angle, email: "Dog <ar@dog.example>" }
  - { customer_id: C5, name: "Last\u2028line\u0085end", email: ar@eel.example }
invoices:
  - { invoice_id: "I1\e[2J\n\u202Efake", customer_id: "C1\e[31m\u202E", amount: 1200.00, due_date: 2026-10-01 }
  - { invoice_id: I2, customer_id: C2, amount: 300.00, due_date: 2026-10-01 }
  - { invoice_id: I3, customer_id: C3, amount: 300.00, due_date: 2026-10-01 }
  - { invoice_id: I4, customer_id: C4, amount: 300.00, due_date: 2026-10-01 }
  - { invoice_id: I5, customer_id: C5, amount: 300.00, due_date: 2026-10-01 }
  - { invoice_id: "I6\e[2J", customer_id: "gone\e[2J\nEvil", amount: "1\e[2J", due_date: 2026-10-01 }
history:
  - { invoice_id: "I7\e[2J\nEvil", date: 2026-10-01, step: "email \e[2J\nevil", outcome: sent }
"#;

#[test]
fn hostile_data_does_not_steer_a_terminal() {
    let project = Project::new().with("data.yaml", HOSTILE);
    for arguments in [&[][..], &["--strict"], &["--as-of", "2026-11-05"]] {
        let (_, out, err) = project.plan(arguments);
        assert_eq!((steers(&out), steers(&err)), (None, None), "{out}\n{err}");
        assert!(!out.lines().chain(err.lines()).any(|line| line.starts_with("Bcc:")), "{out}");
    }
}

#[test]
fn hostile_data_stays_data_in_json() {
    let project = Project::new().with("data.yaml", HOSTILE);
    let (code, plan) = project.json(&[]);
    assert_eq!(code, 0);
    let sent: Vec<&str> = list(&plan, "actions")
        .iter()
        .map(|action| action["recipient"]["address"].as_str().unwrap())
        .collect();
    assert_eq!(sent, ["ar@ant.example", "ar@eel.example"]);
    for action in list(&plan, "actions") {
        let subject = action["subject"].as_str().unwrap();
        assert!(
            subject.starts_with("Invoice I") && steers(subject).is_none_or(|c| !c.is_control()),
            "{subject:?}"
        );
        assert_eq!(subject.lines().count(), 1, "{subject:?}");
        assert!(!subject.contains(['\u{2028}', '\u{85}']), "{subject:?}");
    }
    for withheld in list(&plan, "withheld") {
        assert_eq!(withheld["blockers"][0]["code"], "no_address", "{withheld}");
        assert!(withheld["recipient"].is_null(), "{withheld}");
    }
    assert_eq!(list(&plan, "withheld").len(), 3);
    // One line each: nothing in the data ends a line of JSON lines.
    let (_, lines, _) = project.plan(&["--format", "jsonl"]);
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

/// Sender, answers and copies come from the data as well, where a role is a field of the customer.
#[test]
fn a_hostile_owner_does_not_get_into_the_head_of_a_mail() {
    let policy = POLICY
        .replace("sender finance", "sender owner")
        .replace("role finance", "role owner = customer.owner\nrole finance")
        .replace("email first_reminder", "email first_reminder cc owner");
    for owner in [
        "a@b.example\\r\\nBcc: all@evil.example",
        "a@b.example, all@evil.example",
        "a <b@c.example>",
        "a\\u0001@b.example",
    ] {
        let data =
            DATA.replace("email: ar@ant.example", &format!("email: ar@ant.example, owner: \"{owner}\""));
        let (code, plan) = Project::new().with("policy.dun", &policy).with("data.yaml", data).json(&[]);
        let action = &list(&plan, "actions")[0];
        let finance = serde_json::json!({ "role": "finance", "address": "finance@acme.example" });
        assert_eq!((code, &action["sender"], &action["cc"][0]), (0, &finance, &finance), "{owner}");
        assert!(!plan.to_string().contains("evil"), "{owner}: {plan}");
    }
}

#[test]
fn a_hostile_policy_does_not_steer_a_terminal() {
    let text = "policy \"A\x1b[2J\u{202e}\"\n  currency EUR\nrole a\x1b[2J = \"x\"\nrole b = \"\x1b[2J\u{202e}\"\nsegment c when customer.name < \"\x1b[31m\u{2066}\":\n  hold\n";
    let project = Project::new().with("policy.dun", text);
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, steers(&out), steers(&err)), (1, None, None), "{err}");
}

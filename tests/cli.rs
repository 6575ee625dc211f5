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
        format!("{POLICY}field customer.tier: txt\nsegment gold when customer.tier is \"x\":\n  hold\n");
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

#[test]
fn plan_without_its_data_is_1() {
    let project = Project::new();
    let (code, out, err) = project.run(&["plan", "policy.dun", "--data", "gone"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("error: ") && err.contains("gone"), "{err}");
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
    for format in ["text", "json", "jsonl"] {
        let (_, shown, _) = project.plan(&["--format", format]);
        let (code, out, err) = project.plan(&["--format", format, "-o", "plan.out"]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
        assert_eq!(project.read("plan.out"), shown);
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
    let project = Project::new().with("plan.json", "old").with("data.yaml", large());
    let before = project.names();
    let script = "trap '' XFSZ; ulimit -f 8; exec \"$0\" plan policy.dun --data data.yaml -o plan.json";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_dun")]).current_dir(project.0.path());
    let (code, _, err) = told(&shell.output().unwrap());
    assert_eq!(code, 1);
    assert!(err.starts_with("error: `plan.json` cannot be written: "), "{err}");
    assert_eq!((project.read("plan.json").as_str(), project.names()), ("old", before));
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
    for format in ["text", "json", "jsonl"] {
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

#[test]
fn a_hostile_policy_does_not_steer_a_terminal() {
    let text = "policy \"A\x1b[2J\u{202e}\"\n  currency EUR\nrole a\x1b[2J = \"x\"\nrole b = \"\x1b[2J\u{202e}\"\nsegment c when customer.name < \"\x1b[31m\u{2066}\":\n  hold\n";
    let project = Project::new().with("policy.dun", text);
    let (code, out, err) = project.run(&["check", "policy.dun"]);
    assert_eq!((code, steers(&out), steers(&err)), (1, None, None), "{err}");
}

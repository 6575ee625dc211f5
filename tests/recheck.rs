//! `dun recheck`: which actions of a saved plan still stand, one test for each reason why one does not; plans that are
//! not whole; exit codes.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const POLICY: &str = "policy \"Acme\"
  currency EUR
  templates \"templates\"
  sender finance
role finance = \"collections@acme.example\"
role manager = \"manager@acme.example\"
segment gold when customer.tags has \"gold\":
  at D+20 notify finance
segment all otherwise:
  at D+3  email first
  at D+10 email second, needs approval by finance
carve-out disputes when invoice.disputed:
  hold
carve-out audit when customer.tags has \"audit\":
  needs approval by manager
";

const FIRST: &str = "---\nsubject: \"About {{ invoice.id }}\"\n---\nPlease pay {{ total }}.\n";

/// Two customers, the first with two invoices in one message.
const DATA: &str = "taken: 2026-10-05
as_of: 2026-10-05
customers:
  - { customer_id: C1, name: Ant Ltd, email: ant@customer.example }
  - { customer_id: C2, name: Bee Ltd, email: bee@customer.example }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 100, issue_date: 2026-09-01, due_date: 2026-10-01 }
  - { invoice_id: I2, customer_id: C1, amount: 70, issue_date: 2026-09-01, due_date: 2026-10-02 }
  - { invoice_id: I3, customer_id: C2, amount: 900, issue_date: 2026-09-01, due_date: 2026-09-25 }
history:
  - { invoice_id: I3, date: 2026-09-28, step: email first, outcome: sent, rung: D+3 }
";

/// A policy, its data and the plan that was saved.
struct Desk(TempDir);

impl Desk {
    /// The plan is saved in both forms; the data is replaced afterwards.
    fn new() -> Desk {
        Desk::of(POLICY)
    }

    /// The same of another policy.
    fn of(policy: &str) -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.write("policy.dun", policy);
        fs::create_dir(desk.0.path().join("templates")).unwrap();
        desk.write("templates/first.md", FIRST);
        desk.write("templates/second.md", FIRST);
        desk.write("data.yaml", DATA);
        for form in ["json", "jsonl"] {
            let file = format!("plan.{form}");
            let arguments = ["plan", "policy.dun", "--data", "data.yaml", "--format", form, "-o", &file];
            assert_eq!(desk.run(&arguments), (0, String::new(), String::new()));
        }
        desk
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    /// The data with some texts replaced, each of which must be there.
    fn data(&self, changes: &[(&str, &str)]) -> &Desk {
        let text = changes.iter().fold(String::from(DATA), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        self.write("data.yaml", &text);
        self
    }

    /// A row of the ledger more.
    fn row(&self, row: &str) -> &Desk {
        self.write("data.yaml", &format!("{DATA}  - {{ {row} }}\n"));
        self
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
        let output =
            command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(!err.contains("panicked"), "{err}");
        (output.status.code().unwrap(), out, err)
    }

    fn recheck(&self, plan: &str, more: &[&str]) -> (i32, String, String) {
        self.run(&[&["recheck", plan, "--data", "data.yaml"], more].concat())
    }

    /// What is found, in short: what speaks against the whole, then each action with its reasons.
    fn found(&self) -> Vec<String> {
        let both = ["plan.json", "plan.jsonl"].map(|plan| self.found_of(plan, &[]));
        assert_eq!(both[0], both[1]);
        both[0].clone()
    }

    fn found_of(&self, plan: &str, more: &[&str]) -> Vec<String> {
        let (_, out, err) = self.recheck(plan, &[&["--format", "json"], more].concat());
        let found: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let codes = |reasons: &Value| {
            let code = |reason: &Value| {
                let blockers = reason["blockers"].as_array().unwrap().iter();
                let blockers: Vec<&str> = blockers.map(|blocker| blocker["code"].as_str().unwrap()).collect();
                let invoice = reason["invoice"].as_str().map_or(String::new(), |id| format!("{id} "));
                let code = format!("{invoice}{}", reason["code"].as_str().unwrap());
                if blockers.is_empty() { code } else { format!("{code} ({})", blockers.join(" ")) }
            };
            reasons.as_array().unwrap().iter().map(code).collect::<Vec<_>>().join(", ")
        };
        let mut lines = Vec::new();
        if found["changed"].as_array().is_some_and(|changed| !changed.is_empty()) {
            lines.push(format!("whole: {}", codes(&found["changed"])));
        }
        for action in found["actions"].as_array().unwrap() {
            let stands = if action["stands"].as_bool().unwrap() { "stands" } else { "falls" };
            let line =
                format!("{} {stands} {}", action["invoices"][0].as_str().unwrap(), codes(&action["reasons"]));
            lines.push(line.trim_end().to_owned());
        }
        let totals = &found["totals"];
        let standing = lines.iter().filter(|line| line.contains(" stands")).count();
        assert_eq!(totals["stand"], standing, "{found:#}");
        assert_eq!(totals["stand"].as_u64().unwrap() + totals["fallen"].as_u64().unwrap(), totals["actions"]);
        lines
    }
}

const BOTH: [&str; 2] = ["I1 stands", "I3 stands"];

#[test]
fn nothing_has_changed() {
    assert_eq!(Desk::new().found(), BOTH);
}

#[test]
fn what_does_not_concern_an_action_does_not_matter() {
    let desk = Desk::new();
    // Another customer, and later data; neither changes what was planned.
    let more = "customers:\n  - { customer_id: C0, name: Zed Ltd, email: z@customer.example }\n";
    desk.data(&[("taken: 2026-10-05", "taken: 2026-10-05T18:00:00Z"), ("customers:\n", more)]);
    assert_eq!(desk.found(), BOTH);
}

#[test]
fn an_invoice_was_paid() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, paid_date: 2026-10-05 }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls paid"]);
}

#[test]
fn one_of_two_invoices_was_paid() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-10-02 }", "due_date: 2026-10-02, paid_date: 2026-10-05 }")]);
    assert_eq!(desk.found(), ["I1 falls I1 regrouped, I2 paid", "I3 stands"]);
}

#[test]
fn an_invoice_was_paid_in_part() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, balance: 400 }")]);
    // The amount is in the text as well.
    assert_eq!(desk.found(), ["I1 stands", "I3 falls amount_changed, text_changed"]);
}

#[test]
fn an_invoice_is_disputed() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, dispute_opened: 2026-10-05 }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls withheld (disputed)"]);
    // What somebody wrote about it is nobody's business here.
    desk.data(&[(
        "due_date: 2026-09-25 }",
        "due_date: 2026-09-25, dispute_opened: 2026-10-05, dispute_reason: Mrs Smith is ill }",
    )]);
    for format in ["text", "json"] {
        let (_, out, _) = desk.recheck("plan.json", &["--format", format]);
        assert!(out.contains("disputed since 5 October") && !out.contains("Smith"), "{out}");
    }
}

#[test]
fn an_invoice_is_on_hold() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-10-02 }", "due_date: 2026-10-02, hold_until: 2026-10-09 }")]);
    assert_eq!(desk.found(), ["I1 falls I1 regrouped, I2 withheld (hold_until)", "I3 stands"]);
}

#[test]
fn an_invoice_is_void() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, status: void }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls void"]);
}

#[test]
fn an_invoice_is_no_longer_issued() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, status: draft }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls not_issued"]);
}

#[test]
fn an_invoice_that_cannot_be_used_says_why() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25 }", "due_date: soon }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls not_in_data"]);
    let (_, out, _) = desk.recheck("plan.json", &[]);
    let why = "the data has no invoice `I3` that can be used: `due_date`";
    assert!(out.contains(why), "{out}");
}

#[test]
fn an_invoice_is_not_in_the_data_any_more() {
    let desk = Desk::new();
    desk.data(&[("invoice_id: I3, customer_id: C2", "invoice_id: I9, customer_id: C2")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls not_in_data"]);
}

#[test]
fn a_due_date_moved() {
    let desk = Desk::new();
    desk.data(&[("due_date: 2026-09-25", "due_date: 2026-10-20")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls due_date_changed"]);
}

#[test]
fn an_address_is_another_one() {
    let desk = Desk::new();
    desk.data(&[("bee@customer.example", "accounts@customer.example")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls recipient_changed"]);
}

#[test]
fn an_address_is_gone() {
    let desk = Desk::new();
    desk.data(&[(", email: bee@customer.example", "")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls withheld (no_address)"]);
}

#[test]
fn a_customer_is_in_another_segment() {
    let desk = Desk::new();
    desk.data(&[("name: Bee Ltd", "name: Bee Ltd, tags: gold")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls segment_changed"]);
}

#[test]
fn somebody_else_has_to_approve_as_well() {
    let desk = Desk::new();
    desk.data(&[
        ("name: Bee Ltd", "name: Bee Ltd, tags: audit"),
        ("name: Ant Ltd", "name: Ant Ltd, tags: audit"),
    ]);
    assert_eq!(desk.found(), ["I1 falls mode_changed", "I3 falls approvers_changed"]);
}

#[test]
fn an_action_was_approved_since() {
    let desk = Desk::new();
    let plan: Value = serde_json::from_str(&desk.read("plan.json")).unwrap();
    let text = |key: &str| plan["actions"][1][key].as_str().unwrap().to_owned();
    desk.row(&format!(
        "invoice_id: I3, date: 2026-10-05, step: email second, outcome: approved, approved_by: finance, key: {}, content: {}",
        text("key"),
        text("content")
    ));
    assert_eq!(desk.found(), ["I1 stands", "I3 falls mode_changed"]);
}

#[test]
fn an_action_was_carried_out_already() {
    let desk = Desk::new();
    desk.row("invoice_id: I3, date: 2026-10-05, step: email second, outcome: sent, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls carried_out"]);
}

#[test]
fn an_action_was_carried_out_under_its_former_name() {
    let desk = Desk::of(&POLICY.replace("email second", "email second formerly email reminder"));
    desk.row("invoice_id: I3, date: 2026-10-05, step: email reminder, outcome: sent, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls carried_out"]);
}

#[test]
fn a_step_of_a_customers_ladder_was_carried_out_already() {
    let own =
        "segment all otherwise:\n  at D+3  email first\n  at D+10 email second, needs approval by finance\n";
    let shared = own.replace("segment all otherwise:", "cadence account per customer:");
    assert!(POLICY.contains(own));
    let desk = Desk::of(&POLICY.replace(own, &format!("{shared}segment all otherwise:\n  use account\n")));
    assert_eq!(desk.found(), BOTH);
    desk.row("invoice_id: I3, date: 2026-10-05, step: email second, outcome: sent, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls carried_out"]);
}

#[test]
fn an_invoice_that_is_disputed_or_promised_falls_into_another_segment() {
    let gold = "segment gold when";
    let others = "segment questioned when invoice.disputed or invoice.promised:\n  at D+90 notify finance\n";
    let desk = Desk::of(&POLICY.replace(gold, &format!("{others}{gold}")));
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, dispute_opened: 2026-10-05 }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls disputed"]);
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, promise_date: 2026-10-09 }")]);
    assert_eq!(desk.found(), ["I1 stands", "I3 falls promised"]);
}

#[test]
fn an_action_was_declined() {
    let desk = Desk::new();
    desk.row("invoice_id: I3, date: 2026-10-05, step: email second, outcome: declined, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls declined"]);
}

#[test]
fn an_attempt_failed_or_nobody_knows() {
    let desk = Desk::new();
    desk.row("invoice_id: I3, date: 2026-10-05, step: email second, outcome: failed, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls withheld (failed_today)"]);
    desk.row("invoice_id: I3, date: 2026-10-05, step: email second, outcome: unknown, rung: D+10");
    assert_eq!(desk.found(), ["I1 stands", "I3 falls withheld (unknown_outcome)"]);
}

#[test]
fn a_new_invoice_joins_a_message() {
    let desk = Desk::new();
    let new = "invoices:\n  - { invoice_id: I0, customer_id: C1, amount: 5, issue_date: 2026-09-01, due_date: 2026-10-02 }\n";
    desk.data(&[("invoices:\n", new)]);
    assert_eq!(desk.found(), ["I1 falls I1 regrouped, I2 regrouped", "I3 stands"]);
}

#[test]
fn what_a_plan_made_now_has_besides_is_counted() {
    let desk = Desk::new();
    let said = "of a plan made now";
    assert!(!desk.recheck("plan.json", &[]).1.contains(said));
    let customer = "customers:\n  - { customer_id: C3, name: Cat Ltd, email: cat@customer.example }\n";
    let invoice = "invoices:\n  - { invoice_id: I4, customer_id: C3, amount: 5, due_date: 2026-10-01 }\n";
    desk.data(&[("customers:\n", customer), ("invoices:\n", invoice)]);
    assert_eq!(desk.found(), BOTH);
    let (_, out, _) = desk.recheck("plan.json", &[]);
    assert!(out.contains("1 action of a plan made now is not in it."), "{out}");
}

#[test]
fn the_policy_changed() {
    let desk = Desk::new();
    desk.write("policy.dun", &format!("{POLICY}# nothing but a comment\n"));
    assert_eq!(desk.found(), ["whole: policy_changed", "I1 falls", "I3 falls"]);
}

#[test]
fn a_template_changed() {
    let desk = Desk::new();
    desk.write("templates/second.md", &FIRST.replace("Please", "Do"));
    assert_eq!(desk.found(), ["whole: templates_changed", "I1 falls", "I3 falls text_changed"]);
}

#[test]
fn the_calendars_and_the_engine_changed() {
    let desk = Desk::new();
    let change = |key: &str| {
        let mut plan: Value = serde_json::from_str(&desk.read("plan.json")).unwrap();
        plan[key] = Value::from("0.0.1");
        // The plan of another dun names itself in another way.
        plan["engine"] = Value::from("0.0.1");
        desk.write("other.json", &plan.to_string());
        desk.found_of("other.json", &[])[0].clone()
    };
    assert_eq!(change("engine"), "whole: engine_changed");
    assert_eq!(change("calendars_digest"), "whole: calendars_changed, engine_changed");
}

#[test]
fn the_day_is_another_one() {
    let desk = Desk::new();
    assert_eq!(
        desk.found_of("plan.json", &["--as-of", "2026-10-06"]),
        ["whole: other_day", "I1 falls", "I3 falls"]
    );
}

#[test]
fn a_replay_is_never_carried_out() {
    let desk = Desk::new();
    desk.row("invoice_id: I3, date: 2026-10-09, step: email second, outcome: sent, rung: D+10");
    let arguments =
        ["plan", "policy.dun", "--data", "data.yaml", "--replay", "--format", "json", "-o", "replay.json"];
    assert_eq!(desk.run(&arguments).0, 0);
    desk.data(&[]);
    assert_eq!(desk.found_of("replay.json", &[]), ["whole: replay", "I1 falls", "I3 falls"]);
}

#[test]
fn a_plan_that_withheld_every_contact_is_never_carried_out() {
    let desk = Desk::new();
    desk.row("invoice_id: I3, date: 2026-10-09, step: email second, outcome: sent, rung: D+10");
    let arguments = ["plan", "policy.dun", "--data", "data.yaml", "--format", "json", "-o", "refused.json"];
    assert_eq!(desk.run(&arguments).0, 4);
    desk.data(&[]);
    assert_eq!(desk.found_of("refused.json", &[]), ["whole: replay, refused"]);
}

// ---- plans that were changed

/// The plan with a text replaced, which must be there.
fn changed(desk: &Desk, plan: &str, from: &str, to: &str) {
    let text = desk.read(plan);
    assert!(text.contains(from), "{from}");
    desk.write("changed.json", &text.replacen(from, to, 1));
}

#[test]
fn what_was_edited_does_not_stand() {
    let desk = Desk::new();
    for (from, to, expected) in [
        (
            "\"address\": \"ant@customer.example\"",
            "\"address\": \"x@y.example\"",
            "I1 falls edited, recipient_changed",
        ),
        ("Please pay 170.00", "Please pay 1700.00", "I1 falls edited, text_changed"),
        ("\"balance\": \"100.00\"", "\"balance\": \"1.00\"", "I1 falls edited, I1 amount_changed"),
        (
            "\"mode\": \"approval\",\n      \"actor\"",
            "\"mode\": \"automatic\",\n      \"actor\"",
            "I3 falls mode_changed",
        ),
        ("\"valid_on\": \"2026-10-05\"", "\"valid_on\": \"2026-10-06\"", "I1 falls edited"),
        ("\"customer\": \"C1\"", "\"customer\": \"C2\"", "I1 falls edited"),
        ("\"step\": \"email first\"", "\"step\": \"email none\"", "I1 falls edited"),
        ("\"content\": \"", "\"content\": \"0", "I1 falls edited"),
        ("\"key\": \"", "\"key\": \"0", "I1 falls edited, I1 not_due"),
        (
            "\"kind\": \"email\",\n      \"step\"",
            "\"kind\": \"letter\",\n      \"step\"",
            "I1 falls edited, details_changed",
        ),
    ] {
        changed(&desk, "plan.json", from, to);
        let found = desk.found_of("changed.json", &[]);
        let fallen: Vec<&String> = found.iter().filter(|line| line.contains("falls")).collect();
        assert!(fallen.len() == 1 && fallen[0].starts_with(expected), "{from} → {to}: {found:?}");
    }
}

#[test]
fn an_action_that_stands_there_twice_does_not_stand_twice() {
    let desk = Desk::new();
    let mut plan: Value = serde_json::from_str(&desk.read("plan.json")).unwrap();
    let twice = plan["actions"][0].clone();
    plan["actions"].as_array_mut().unwrap().push(twice);
    plan["totals"]["actions"] = Value::from(3);
    desk.write("changed.json", &plan.to_string());
    assert_eq!(desk.found_of("changed.json", &[]), ["I1 stands", "I3 stands", "I1 falls twice"]);
}

// ---- plans that are not whole, and exit codes

/// What is said of a plan that is refused.
fn refused(desk: &Desk, text: &str) -> String {
    desk.write("broken", text);
    let (code, out, err) = desk.recheck("broken", &[]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    err
}

#[test]
fn a_plan_that_is_not_whole_is_refused() {
    let desk = Desk::new();
    let lines = desk.read("plan.jsonl");
    let all: Vec<&str> = lines.lines().collect();
    let without_end = all[..all.len() - 1].join("\n");
    assert!(refused(&desk, &without_end).contains("it was cut off: its last line is not `end`"));
    assert!(refused(&desk, &lines[..lines.len() - 9]).contains("it was cut off"));
    let without_action: Vec<&str> = all.iter().copied().filter(|line| !line.contains("\"I3\"")).collect();
    assert!(refused(&desk, &without_action.join("\n")).contains("it has 1 actions, and says 2"));
    assert!(refused(&desk, &format!("{lines}{lines}")).contains("its parts do not belong together"));
    let document = desk.read("plan.json");
    assert!(refused(&desk, &document[..document.len() / 2]).contains("it is no plan as"));
    assert!(
        refused(&desk, &document.replacen("\"taken\": \"2026-10-05", "\"taken\": \"2026-10-09", 1))
            .contains("it was changed after it was made")
    );
    assert!(
        refused(&desk, &document.replacen("\"format_version\": 1", "\"format_version\": 2", 1))
            .contains("it is a plan of format version 2, and this dun reads version 1 only")
    );
    assert!(refused(&desk, "").contains("it is no plan as"));
    assert!(refused(&desk, "[]").contains("it is no plan as"));
    assert!(refused(&desk, "{}").contains("there is no list of `actions`"));
}

#[test]
fn the_exit_code_tells_of_differences_only_when_asked() {
    let desk = Desk::new();
    let code = |more: &[&str]| desk.recheck("plan.json", more).0;
    assert_eq!((code(&[]), code(&["--exit-code"])), (0, 0));
    desk.data(&[("due_date: 2026-09-25 }", "due_date: 2026-09-25, paid_date: 2026-10-05 }")]);
    assert_eq!((code(&[]), code(&["--exit-code"])), (0, 2));
    // Data that withholds every contact comes before differences.
    desk.row("invoice_id: I3, date: 2026-10-09, step: email second, outcome: sent, rung: D+10");
    assert_eq!((code(&[]), code(&["--exit-code"])), (4, 4));
    assert_eq!(desk.run(&["recheck", "nowhere.json", "--data", "data.yaml"]).0, 1);
    assert_eq!(desk.run(&["recheck", "plan.json"]).0, 1);
}

#[test]
fn the_policy_is_where_the_plan_says_or_where_one_says() {
    let desk = Desk::new();
    fs::create_dir(desk.0.path().join("elsewhere")).unwrap();
    fs::rename(desk.0.path().join("policy.dun"), desk.0.path().join("elsewhere/policy.dun")).unwrap();
    fs::rename(desk.0.path().join("templates"), desk.0.path().join("elsewhere/templates")).unwrap();
    let (code, _, err) = desk.recheck("plan.json", &[]);
    assert!(code == 1 && err.contains("policy.dun"), "{err}");
    assert_eq!(desk.found_of("plan.json", &["--policy", "elsewhere/policy.dun"]), BOTH);
}

#[test]
fn what_people_read_shows_ids_only() {
    let desk = Desk::new();
    let (mail, hold) = ("bee@customer.example", "due_date: 2026-10-02, hold_until: 2026-10-09 }");
    desk.data(&[(mail, "accounts@customer.example"), ("due_date: 2026-10-02 }", hold)]);
    let (code, out, err) = desk.recheck("plan.jsonl", &[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(!out.contains("Ltd") && !out.contains('@'), "{out}");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter("plan [0-9a-f]{32}", "plan [id]");
    settings.bind(|| insta::assert_snapshot!(out));
}

/// Against the data that it was made from, everything of a plan stands, whatever the policy does.
#[test]
fn against_its_own_data_every_shipped_plan_stands() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let desk = tempfile::tempdir().unwrap();
    let plan = desk.path().join("plan.jsonl");
    let mut actions = 0;
    for case in fs::read_dir(root.join("fixtures")).unwrap() {
        let case = case.unwrap().file_name().into_string().unwrap();
        let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
        if !root.join(&policy).is_file() {
            continue;
        }
        let run = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
            let output = command.args(arguments).current_dir(root).stdin(Stdio::null()).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap())
        };
        let plan = plan.to_str().unwrap();
        assert_eq!(
            run(&["plan", &policy, "--data", &data, "--format", "jsonl", "-o", plan]).0,
            Some(0),
            "{case}"
        );
        let (code, out) = run(&["recheck", plan, "--data", &data, "--format", "json", "--exit-code"]);
        let found: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((code, &found["totals"]["added"]), (Some(0), &Value::from(0)), "{case}: {found:#}");
        actions += found["totals"]["stand"].as_u64().unwrap();
    }
    assert!(actions > 20, "{actions}");
}

//! `dun explain`: what people and programs are told about an invoice or a customer, and what a run ends with.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests write the files that they run on and read the documentation"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `dun` in a folder: exit code, standard output, standard error.
fn dun(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code().unwrap(), out, err)
}

/// Explains something of a shipped fixture.
fn of(case: &str, arguments: &[&str]) -> (i32, String, String) {
    let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
    dun(root(), &[&["explain", &policy, "--data", &data], arguments].concat())
}

/// The text about something of a fixture, with its exit code when that is not 0.
fn text(case: &str, arguments: &[&str]) -> String {
    let (code, out, err) = of(case, arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    out
}

fn json(case: &str, arguments: &[&str]) -> Value {
    serde_json::from_str(&text(case, &[arguments, &["--format", "json"]].concat())).unwrap()
}

// ---- what people read

/// Two steps go out today.
#[test]
fn an_invoice_with_steps_due() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3305"]));
}

#[test]
fn a_disputed_invoice() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3310"]));
}

#[test]
fn a_promised_invoice() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3312"]));
}

/// The dispute is over; the call keeps its distance from a reminder that came late.
#[test]
fn a_waiting_invoice() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3311"]));
}

#[test]
fn a_paid_invoice() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3318"]));
}

/// Escalated, flagged, and at the second time of a repeated step.
#[test]
fn an_escalated_invoice() {
    insta::assert_snapshot!(text("key-accounts", &["--invoice", "INV-2262"]));
}

/// A broken promise and a call that stands in no ladder.
#[test]
fn an_invoice_called_about_by_a_carve_out() {
    insta::assert_snapshot!(text("key-accounts", &["--invoice", "INV-2239"]));
}

/// In a currency without a rate: what cannot be compared applies.
#[test]
fn an_invoice_in_another_currency() {
    insta::assert_snapshot!(text("key-accounts", &["--invoice", "INV-2231"]));
}

#[test]
fn a_customer_with_several_invoices() {
    insta::assert_snapshot!(text("small-business", &["--customer", "C-0507"]));
}

/// Settled and cleared invoices stand beside the open ones.
#[test]
fn a_customer_with_settled_invoices() {
    insta::assert_snapshot!(text("key-accounts", &["--customer", "C-0402"]));
}

#[test]
fn invoices_that_are_not_open_say_why() {
    let mut told = String::new();
    for (case, invoice) in [
        ("small-business", "INV-3319"),
        ("key-accounts", "INV-2207"),
        ("key-accounts", "INV-2212"),
        ("key-accounts", "INV-2265"),
    ] {
        let text = text(case, &["--invoice", invoice]);
        let head: Vec<&str> = text.split("\n\nWHAT HAS").next().unwrap().lines().collect();
        writeln!(told, "{}\n", head.join("\n")).unwrap();
    }
    insta::assert_snapshot!(told);
}

// ---- what programs read

#[test]
fn an_explanation_as_json() {
    insta::assert_snapshot!(text("small-business", &["--invoice", "INV-3314", "--format", "json"]));
}

/// The entries are the plan's, word for word, on all days on which the data may be used.
#[test]
fn the_entries_are_those_of_the_plan() {
    for case in ["small-business", "key-accounts"] {
        let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
        for day in ["2026-10-05", "2026-10-06", "2026-10-07"] {
            let arguments = ["plan", &policy, "--data", &data, "--as-of", day, "--format", "json"];
            let plan: Value = serde_json::from_str(&dun(root(), &arguments).1).unwrap();
            let customers = fs::read_to_string(root().join(&data).join("customers.csv")).unwrap();
            for id in customers.lines().skip(1).map(|line| line.split(',').next().unwrap()) {
                let told = json(case, &["--customer", id, "--as-of", day]);
                for list in ["actions", "withheld", "waiting"] {
                    let own = plan[list].as_array().unwrap().iter().filter(|entry| entry["customer"] == id);
                    let own: Vec<&Value> = own.collect();
                    let told: Vec<&Value> = told[list].as_array().unwrap().iter().collect();
                    assert_eq!(told, own, "{list} of {id} on {day}");
                }
                assert_eq!(told["plan_id"], plan["plan_id"]);
            }
        }
    }
}

// ---- every state of a rung

const POLICY: &str = r#"policy "Acme"
  currency EUR
  messages in en
  templates "templates"
  sender finance
  fallback finance
CATCH_UP
role finance = "finance@acme.example"
role manager = "manager@acme.example"
calendar week:
  closed saturday, sunday
segment everyone otherwise:
  use standard
cadence standard:
  at D-3  email mail
  at D+3  email mail as second and sms mail
  at D+10 call by finance
  at D+20 call by manager, if customer.country is "FR"
  at D+30 escalate to manager
  every 15 days from D+45, at most 3 times: task "Decide" for manager
carve-out quiet when customer.tags has "quiet":
  never call
carve-out disputes when invoice.disputed:
  hold
carve-out promises when invoice.promised:
  hold
everywhere:
  data no older than 2 days
"#;

/// A folder with the policy and data of one customer.
fn project(catch_up: &str, data: &str) -> tempfile::TempDir {
    let setting = if catch_up.is_empty() { String::new() } else { format!("  catch up: {catch_up}") };
    folder(&POLICY.replace("CATCH_UP", &setting), data)
}

fn folder(policy: &str, data: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("templates")).unwrap();
    write("policy.dun", policy);
    write("templates/mail.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay.\n");
    write("data.yaml", data);
    folder
}

/// The data: one invoice over 100 EUR, the given facts and ledger rows. It is Monday 5 October 2026.
fn data(customer: &str, invoice: &str, history: &str) -> String {
    let history = history.lines().map(str::trim).filter(|row| !row.is_empty());
    let history: Vec<String> = history.map(|row| format!("  - {{ invoice_id: I1, {row} }}\n")).collect();
    let history = if history.is_empty() { String::new() } else { format!("history:\n{}", history.concat()) };
    format!(
        "taken: 2026-10-05T06:00:00+02:00\nas_of: 2026-10-05\ncustomers:\n  - {{ customer_id: C1, name: Ant Ltd, email: ar@ant.example, mobile: \"+33600000000\"{customer} }}\ninvoices:\n  - {{ invoice_id: I1, customer_id: C1, amount: 100.00, {invoice} }}\n{history}"
    )
}

/// What programs read about something of a folder.
fn told(folder: &tempfile::TempDir, arguments: &[&str]) -> Value {
    let explain = ["explain", "policy.dun", "--data", "data.yaml", "--format", "json"];
    let (code, out, err) = dun(folder.path(), &[&explain[..], arguments].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// The rungs of the invoice, a line each and one for each of its steps.
fn rungs(folder: &tempfile::TempDir) -> String {
    rungs_of(folder, "I1")
}

fn rungs_of(folder: &tempfile::TempDir, invoice: &str) -> String {
    let told = told(folder, &["--invoice", invoice]);
    let words = |value: &Value, keys: &[&str]| {
        let found = keys.iter().filter_map(|key| value[key].as_str());
        found.collect::<Vec<_>>().join(" | ")
    };
    let mut shown = String::new();
    for rung in told["invoices"][0]["ladders"][0]["rungs"].as_array().unwrap() {
        writeln!(shown, "{}", words(rung, &["rung", "planned", "state", "on", "why"])).unwrap();
        for step in rung["steps"].as_array().unwrap() {
            write!(shown, "    {}", words(step, &["step", "state", "on", "why"])).unwrap();
            let blockers = step["blockers"].as_array().unwrap().iter();
            blockers.for_each(|blocker| write!(shown, " [{}]", blocker["code"].as_str().unwrap()).unwrap());
            shown.push('\n');
        }
    }
    shown
}

#[test]
fn every_state_of_a_rung() {
    let second = "date: 2026-09-25, step: second, outcome: sent, rung: D+3";
    let call = "date: 2026-10-01, step: call finance, outcome: done, rung: D+10";
    let cases = [
        ("lapsed before the due date, due today, and ahead", "", data("", "due_date: 2026-10-02", "")),
        ("carried out late, so the next keeps its distance", "", data("", "due_date: 2026-09-20", second)),
        ("passed by what came later; a condition nobody knows", "", data("", "due_date: 2026-09-20", call)),
        (
            "declined, with the other step left; a `never` in the way",
            "",
            data(
                ", tags: quiet",
                "due_date: 2026-09-30",
                "date: 2026-10-05, step: second, outcome: declined",
            ),
        ),
        (
            "tried and failed today",
            "",
            data("", "due_date: 2026-10-02", "date: 2026-10-05, step: second, outcome: failed"),
        ),
        (
            "nobody knows what became of it",
            "",
            data("", "due_date: 2026-09-30", "date: 2026-10-03, step: second, outcome: unknown"),
        ),
        ("held without a known end", "", data("", "due_date: 2026-10-02, disputed: yes", "")),
        ("held until a promise is over", "", data("", "due_date: 2026-10-02, promise_date: 2026-10-09", "")),
        (
            "a contact that is no step",
            "",
            data("", "due_date: 2026-09-20", "date: 2026-10-02, step: fax, outcome: sent"),
        ),
        ("a condition that does not hold", "", data(", country: DE", "due_date: 2026-09-10", call)),
        (
            "repeated, the second time ahead",
            "",
            data(
                "",
                "due_date: 2026-08-15",
                "date: 2026-09-29, step: 'task \"Decide\" #1', outcome: done, rung: D+45",
            ),
        ),
        ("only the latest", "latest", data("", "due_date: 2026-09-20", "")),
        ("only the latest of what repeats", "latest", data(", country: DE", "due_date: 2026-06-01", "")),
        ("all that repeats is late", "", data(", country: DE", "due_date: 2026-06-01", call)),
        (
            "the same day only, while a promise holds",
            "same day only",
            data(", country: FR", "due_date: 2026-09-17, promise_date: 2026-10-09", ""),
        ),
        (
            "a promise that ends before the next step",
            "",
            data("", "due_date: 2026-09-25, promise_date: 2026-10-06", call),
        ),
        (
            "a promise that ends after the next step",
            "",
            data(", country: FR", "due_date: 2026-09-22, promise_date: 2026-10-14", call),
        ),
        ("the same day only", "same day only", data("", "due_date: 2026-09-20", "")),
        ("without spacing", "one per run", data("", "due_date: 2026-09-10", second)),
        ("three days apart", "all, 3 days apart", data("", "due_date: 2026-09-10", second)),
    ];
    let shown = cases.map(|(title, catch_up, data)| format!("{title}\n{}", rungs(&project(catch_up, &data))));
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn steps_that_lapse_wait_or_give_time() {
    let due = |date: &str, history: &str| data("", &format!("due_date: {date}"), history);
    let second = "date: 2026-09-25, step: second, outcome: sent, rung: D+3";
    let assigned = "date: 2026-10-01, step: call finance, outcome: assigned, rung: D+10";
    let cases = [
        (
            "missed, and not done any more",
            (
                "at D+3  email mail as second and sms mail",
                "at D+3  email mail as second and sms mail, if missed: skip",
            ),
            due("2026-09-20", ""),
        ),
        (
            "someone has it, and the ladder waits",
            ("call by finance", "call by finance and wait"),
            due("2026-09-20", assigned),
        ),
        (
            "the customer was given time",
            ("email mail as second and sms mail", "email mail as second, deadline 14 days"),
            due("2026-09-20", second),
        ),
        (
            "on closed days as well",
            ("cadence standard:", "cadence standard:\n  weekends: same day"),
            due("2026-09-30", ""),
        ),
    ];
    let shown = cases.map(|(title, (line, marked), data)| {
        let policy = POLICY.replace("CATCH_UP", "");
        assert!(policy.contains(line), "{line}");
        format!("{title}\n{}", rungs(&folder(&policy.replace(line, marked), &data)))
    });
    insta::assert_snapshot!(shown.join("\n"));
}

/// A small policy with these rules, which may begin with settings, and the data of 5 October 2026.
fn small(rules: &str, data: &str) -> tempfile::TempDir {
    let head = "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n";
    let role = "role finance = \"finance@acme.example\"\n";
    folder(&format!("{head}{rules}{role}"), &format!("taken: 2026-10-05\nas_of: 2026-10-05\n{data}"))
}

/// An invoice that is not overdue waits for its customer's ladder until it is.
#[test]
fn what_is_due_for_other_invoices_of_the_customer() {
    let folder = small(
        "cadence account per customer:\n  at D+3 call by finance\n  at D+30 notify finance\n\
         segment everyone otherwise:\n  use account\n",
        "customers: [{ customer_id: C1 }]\ninvoices:\n  \
         - { invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-02 }\n  \
         - { invoice_id: I2, customer_id: C1, amount: 100, due_date: 2026-10-08 }\n",
    );
    let rest = "D+30 | 2026-11-01 | waiting | 2026-11-01\n    notify finance | waiting | 2026-11-01\n";
    let why = "it is about what is overdue, and this invoice is not yet";
    let due = "D+3 | 2026-10-05 | due | 2026-10-05\n    call finance | due | 2026-10-05\n";
    assert_eq!(rungs_of(&folder, "I1"), format!("{due}{rest}"));
    let waits = format!(
        "D+3 | 2026-10-05 | waiting | 2026-10-09 | {why}\n    call finance | waiting | 2026-10-09 | {why}\n"
    );
    assert_eq!(rungs_of(&folder, "I2"), format!("{waits}{rest}"));
    // Whether it is told alone or beside the others of its customer.
    let beside = told(&folder, &["--customer", "C1"])["invoices"][1].clone();
    assert_eq!(told(&folder, &["--invoice", "I2"])["invoices"][0], beside);
}

#[test]
fn only_disputes_that_are_open_hold_an_invoice() {
    let folder = small(
        "segment everyone otherwise:\n  at D+3 notify finance\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-01 }]\ndisputes:\n  \
         - { invoice_id: I1, opened: 2026-09-10, closed: 2026-09-20 }\n  \
         - { invoice_id: I1, opened: 2026-09-12, closed: 2026-10-05 }\n  \
         - { invoice_id: I1, opened: 2026-09-14, closed: 2026-10-09 }\n  \
         - { invoice_id: I1, opened: 2026-09-16 }\n",
    );
    let told = told(&folder, &["--invoice", "I1"]);
    let disputes = told["invoices"][0]["disputes"].as_array().unwrap().iter();
    let shown: Vec<_> =
        disputes.map(|own| (own["closed"].as_str(), own["holds"].as_bool().unwrap())).collect();
    assert_eq!(shown, [(Some("2026-09-20"), false), (Some("2026-10-05"), false), (None, true), (None, true)]);
}

#[test]
fn a_customer_is_told_with_contacts_rows_of_its_own_and_limits() {
    let folder = small(
        "calendar week:\n  closed saturday, sunday\nsegment everyone otherwise:\n  at D+90 notify finance\n\
         everywhere:\n  write to a customer at most once every 5 days\n",
        "customers: [{ customer_id: C1 }]\n\
         contacts: [{ customer_id: C1, role: billing, name: Ann, email: ann@ant.example }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-09-01 }]\nhistory:\n  \
         - { customer_id: C1, date: 2026-09-29, step: email old, outcome: sent, channel: email }\n  \
         - { customer_id: C1, date: 2026-10-05, step: flag vip, outcome: done }\n",
    );
    let customer =
        |day: &str| told(&folder, &["--customer", "C1", "--as-of", day, "--replay"])["customer"].clone();
    // Five days after 09-29 is Sunday 10-04: ahead of it Monday is told, and on it the day itself.
    for (day, free_on) in [("2026-10-02", "2026-10-05"), ("2026-10-04", "2026-10-04")] {
        assert_eq!(customer(day)["limits"][0]["free_on"], free_on, "{day}");
    }
    let customer = customer("2026-10-02");
    let steps: Vec<_> = customer["ledger"].as_array().unwrap().iter().map(|row| &row["step"]).collect();
    assert_eq!(steps, ["email old"]);
    let contacts = customer["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 1);
    assert_eq!((&contacts[0]["role"], &contacts[0]["name"]), (&"billing".into(), &"Ann".into()));
}

/// Of two invoices that are settled, only the one whose flag is cleared today is told at length.
#[test]
fn a_customer_is_told_what_is_cleared_and_what_is_wrong() {
    let folder = small(
        "segment everyone otherwise:\n  at D+3 flag slow\n",
        "customers: [{ customer_id: C1 }, { customer_id: C2 }]\ninvoices:\n  \
         - { invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-09-01, paid_date: 2026-10-02 }\n  \
         - { invoice_id: I2, customer_id: C1, amount: 100, due_date: 2026-09-01, paid_date: 2026-10-02 }\n  \
         - { invoice_id: I3, customer_id: C1, amount: 100, due_date: 2026-11-01, issue_date: 2026-11-20 }\n  \
         - { invoice_id: I4, customer_id: C1, amount: much, due_date: 2026-11-01 }\n  \
         - { invoice_id: I5, customer_id: C2, amount: much, due_date: 2026-11-01 }\n\
         history: [{ invoice_id: I1, date: 2026-09-04, step: flag slow, outcome: done }]\n",
    );
    let ids = |told: &Value, list: &str, id: &str| {
        let entries = told[list].as_array().unwrap().iter();
        entries.map(|entry| entry[id].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let customer = told(&folder, &["--customer", "C1"]);
    assert_eq!(ids(&customer, "invoices", "id"), ["I1"]);
    assert_eq!(ids(&customer, "settled", "id"), ["I2", "I3"]);
    assert_eq!(ids(&customer, "problems", "invoice"), ["I3", "I4"]);
    assert_eq!(ids(&told(&folder, &["--invoice", "I3"]), "problems", "invoice"), ["I3"]);
}

#[test]
fn every_state_of_a_step_of_a_carve_out() {
    let folder = small(
        "segment everyone otherwise:\n  at D+90 notify finance\ncarve-out late when invoice.balance > 10 EUR:\n  \
         at D-3 notify finance as early\n  at D+1 task \"Look\" for finance\n  \
         at D+2 notify finance as large, if invoice.balance > 500 EUR\n  at D+2 notify finance as now\n  \
         at D+9 notify finance as ahead\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-02 }]\nhistory:\n  \
         - { invoice_id: I1, date: 2026-10-03, step: 'late/task \"Look\"', outcome: declined }\n",
    );
    let told = told(&folder, &["--invoice", "I1"]);
    let steps = told["invoices"][0]["carve_out_steps"].as_array().unwrap().iter();
    let shown: Vec<_> = steps
        .map(|step| {
            let words = ["step", "state", "on", "why"].iter().filter_map(|key| step[key].as_str());
            words.collect::<Vec<_>>().join(" | ")
        })
        .collect();
    assert_eq!(
        shown,
        [
            "late/early | lapsed | 2026-10-02 | not done in time",
            "late/task \"Look\" | declined | 2026-10-03",
            "late/large | stepped_over | 2026-10-05 | its condition does not hold today: `invoice.balance` is 100.00 EUR",
            "late/now | due | 2026-10-05",
            "late/ahead | waiting | 2026-10-11",
        ]
    );
}

/// Both invoices were declined as one message, and only the first had to be approved (R18).
#[test]
fn a_decline_that_passes_nothing_leaves_the_step_due() {
    let approval = "carve-out big when invoice.balance >= 500 EUR:\n  needs approval by finance\n";
    let of_ladder = format!("segment everyone otherwise:\n  at D+3 email mail\n{approval}");
    let of_carve_out = format!(
        "segment everyone otherwise:\n  at D+90 notify finance\n{approval}\
         carve-out late when invoice.balance > 1 EUR:\n  at D+3 email mail\n"
    );
    for (rules, step, path) in [
        (of_ladder, "email mail", "/invoices/0/ladders/0/rungs/0/steps/0/state"),
        (of_carve_out, "late/email mail", "/invoices/0/carve_out_steps/0/state"),
    ] {
        let folder = small(
            &rules,
            &format!(
                "customers: [{{ customer_id: C1, email: ann@ant.example }}]\ninvoices:\n  \
                 - {{ invoice_id: I1, customer_id: C1, amount: 1000, due_date: 2026-10-01 }}\n  \
                 - {{ invoice_id: I2, customer_id: C1, amount: 10, due_date: 2026-10-01 }}\nhistory:\n  \
                 - {{ invoice_id: I1, date: 2026-10-04, step: {step}, outcome: declined }}\n  \
                 - {{ invoice_id: I2, date: 2026-10-04, step: {step}, outcome: declined }}\n"
            ),
        );
        let state = |id| told(&folder, &["--invoice", id]).pointer(path).cloned();
        assert_eq!((state("I1"), state("I2")), (Some("declined".into()), Some("due".into())), "{step}");
    }
}

/// A hold to the 14th outlasts the day of a step that is not done late.
#[test]
fn what_is_missed_by_the_end_of_a_hold() {
    let folder = small(
        "segment everyone otherwise:\n  at D+5 email mail\n  at D+5 call by finance, if missed: skip\n\
         carve-out promises when invoice.promised:\n  hold\n",
        "customers: [{ customer_id: C1, email: ann@ant.example }]\ninvoices:\n  \
         - { invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-04, promise_date: 2026-10-14 }\n",
    );
    let why = "its day has passed, and what is missed is not caught up";
    assert_eq!(
        rungs(&folder),
        format!(
            "D+5 | 2026-10-09 | waiting | 2026-10-15 | promised for 14 October\n    email mail | waiting | 2026-10-15\n    \
             call finance | lapsed | {why}\n"
        )
    );
    let folder = small(
        "segment everyone otherwise:\n  at D+5 call by finance, if missed: skip\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-04 }]\n",
    );
    let on_its_day = "D+5 | 2026-10-09 | waiting | 2026-10-09\n    call finance | waiting | 2026-10-09\n";
    assert_eq!(rungs(&folder), on_its_day);
}

/// A month after the step that comes late today, which is thirty-one days.
#[test]
fn what_counts_from_a_step_that_comes_late() {
    let folder = small(
        "segment everyone otherwise:\n  at D+3 notify finance\n  at previous+1 month notify finance as again\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-09-25 }]\n",
    );
    let told = rungs(&folder);
    let again: Vec<&str> = told.lines().filter(|line| line.contains("again")).collect();
    assert_eq!(again, ["    again | waiting | 2026-11-05"], "{told}");
}

#[test]
fn two_steps_of_a_rung_that_are_stepped_over_for_two_reasons() {
    let folder = small(
        "segment everyone otherwise:\n  at D+20 notify finance, if invoice.balance > 500 EUR\n  \
         at D+20 task \"Look\" for finance, if invoice.balance > 900 EUR and invoice.disputed\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-01 }]\n",
    );
    let why =
        |facts: &str| format!("its condition does not hold today: `invoice.balance` is 100.00 EUR{facts}");
    let (first, second) = (why(""), why(", `invoice.disputed` is no"));
    assert_eq!(
        rungs(&folder),
        format!(
            "D+20 | 2026-10-21 | stepped_over | {first}\n    notify finance | stepped_over\n    \
             task \"Look\" | stepped_over | {second}\n"
        )
    );
}

/// What stands below a rung that is withheld comes with that one.
#[test]
fn what_comes_with_a_step_that_is_withheld() {
    let folder = small(
        "  catch up: latest\nsegment everyone otherwise:\n  at D-10 flag early\n  at D-5 email mail\n",
        "customers: [{ customer_id: C1 }]\n\
         invoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-08 }]\n",
    );
    let why = "it comes together with the step above it, which is withheld";
    assert_eq!(
        rungs(&folder),
        format!(
            "D-10 | 2026-09-28 | waiting | {why}\n    flag early | waiting | {why}\n\
             D-5 | 2026-10-03 | due | 2026-10-05\n    email mail | due | 2026-10-05 [no_address]\n"
        )
    );
}

#[test]
fn a_row_of_the_ledger_says_what_it_counts_as() {
    let row = |step: &str, outcome: &str| {
        format!("  - {{ invoice_id: I1, date: 2026-10-04, step: {step}, outcome: {outcome} }}\n")
    };
    let rows = ["notify finance", "late/notify finance", "clear vip", "fax", "notify boss", "other"]
        .map(|step| row(step, "done"));
    let folder = small(
        "segment gold when customer.tags has \"gold\":\n  at D+3 notify finance as other\n\
         segment everyone otherwise:\n  at D+3 notify finance\n\
         carve-out late when invoice.days_overdue > 1:\n  at D+2 notify finance\n",
        &format!(
            "customers: [{{ customer_id: C1 }}]\n\
             invoices: [{{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-01 }}]\nhistory:\n{}{}",
            rows.concat(),
            row("notify finance", "approved, approved_by: finance, key: a1, content: b2")
        ),
    );
    let told = told(&folder, &["--invoice", "I1"]);
    let rows = told["invoices"][0]["ledger"].as_array().unwrap().iter();
    let mut shown: Vec<_> = rows
        .map(|row| ["step", "outcome", "counts_as"].map(|key| row[key].as_str().unwrap()).join(", "))
        .collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "clear vip, done, clearing",
            "fax, done, contact",
            "late/notify finance, done, carve_out",
            "notify boss, done, nothing",
            "notify finance, approved, approval",
            "notify finance, done, rung",
            "other, done, nothing",
        ]
    );
}

// ---- ids and exit codes

#[test]
fn unknown_ids_are_1_with_the_near_name_or_what_the_data_says() {
    let mut told = String::new();
    for arguments in [
        ["--invoice", "INV-2230X"],
        ["--invoice", "inv-2231"],
        ["--invoice", "C-0401"],
        ["--invoice", "something else"],
        ["--invoice", "INV-2199"],
        ["--invoice", "INV-2255"],
        ["--invoice", "INV-2256"],
        ["--invoice", "INV\u{1b}[2J\u{202e}"],
        ["--customer", "C-04O1"],
        ["--customer", "INV-2230"],
        ["--customer", ""],
    ] {
        let (code, out, err) = of("key-accounts", &arguments);
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
        writeln!(told, "{}\n{err}", arguments.join(" ").escape_debug()).unwrap();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn usage_and_policy_errors_are_1() {
    let folder = project("", &data("", "due_date: 2026-10-02", ""));
    fs::write(folder.path().join("bad.dun"), "policy \"Bad\"\n").unwrap();
    let explain = ["explain", "policy.dun", "--data", "data.yaml"];
    for wrong in [
        &explain[..],
        &[&explain[..], &["--invoice", "I1", "--customer", "C1"]].concat(),
        &[&explain[..], &["--invoice", "I1", "--as-of", "tomorrow"]].concat(),
        &[&explain[..], &["--invoice", "I1", "--format", "jsonl"]].concat(),
        &["explain", "bad.dun", "--data", "data.yaml", "--invoice", "I1"],
        &["explain", "policy.dun", "--data", "gone", "--invoice", "I1"],
    ] {
        let (code, out, err) = dun(folder.path(), wrong);
        assert_eq!((code, out.as_str()), (1, ""), "{wrong:?}");
        assert!(!err.is_empty());
    }
}

#[test]
fn data_too_old_and_a_ledger_ahead_are_4_and_say_so() {
    let row = "date: 2026-10-05, step: second, outcome: sent";
    let folder = project("", &data("", "due_date: 2026-10-02", row));
    let run = |arguments: &[&str]| {
        let explain = ["explain", "policy.dun", "--data", "data.yaml", "--invoice", "I1"];
        dun(folder.path(), &[&explain[..], arguments].concat())
    };
    let (code, out, err) = run(&["--as-of", "2026-10-20"]);
    assert_eq!(code, 4);
    assert!(err.starts_with("warning: every contact is withheld: the data is 15 days old"), "{err}");
    assert!(out.contains("Every contact is withheld: the data is 15 days old"), "{out}");
    let (code, out, _) = run(&["--as-of", "2026-10-04"]);
    assert_eq!(code, 4);
    assert!(out.contains("the ledger goes on to 2026-10-05"), "{out}");
    let (code, out, err) = run(&["--as-of", "2026-10-05", "--replay", "--format", "json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, err.as_str(), &told["refused"], &told["replay"]), (0, "", &Value::Null, &false.into()));
    let (code, out, _) = run(&["--as-of", "2026-10-04", "--replay"]);
    assert!(code == 0 && out.contains("This is a replay of a past day"), "{out}");
}

// ---- hostile data

#[test]
fn hostile_names_do_not_steer_a_terminal() {
    let customer = ", contact_name: \"a\\e[2J\", language: \"e\\u202En\", country: \"F\\e[31mR\"";
    let history = "date: 2026-10-03, step: \"email \\e[2J\\nevil\", outcome: sent, note: \"x\\u2066\\e]0;y\\a\"
        date: 2026-10-04, step: second, outcome: bounced, address: \"ar@ant.example\\e[2J\", actor: \"\\e[2J\"";
    let invoice = "due_date: 2026-09-20, disputed: yes, dispute_reason: \"gone\\e[2J\\u202E\", owner: \"o\\e[2J@x.example\"";
    let text =
        data(customer, invoice, history).replace("Ant Ltd", "\"Ant\\e]0;owned\\a\\u202E\\r\\nBcc: all\"");
    let folder = project("", &text);
    for subject in [["--invoice", "I1"], ["--customer", "C1"]] {
        let arguments = [&["explain", "policy.dun", "--data", "data.yaml"], &subject[..]].concat();
        let (code, out, err) = dun(folder.path(), &arguments);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("gone") && out.contains("Bcc: all") && out.contains("evil"), "{out}");
        let steers = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert_eq!(out.chars().find(|&c| steers(c)), None, "{out:?}");
        assert!(!out.lines().any(|line| line.starts_with("Bcc") || line.starts_with("evil")), "{out}");
    }
}

// ---- the documentation

#[test]
fn the_reference_shows_true_output_and_names_every_key() {
    let page = fs::read_to_string(root().join("docs/explain.md")).unwrap();
    let shown = text("small-business", &["--invoice", "INV-3311"]);
    assert!(page.contains(shown.trim_end()), "docs/explain.md shows another text than the command prints");
    let mut keys = std::collections::BTreeSet::new();
    for (case, subject, id) in [
        ("small-business", "--invoice", "INV-3314"),
        ("small-business", "--customer", "C-0507"),
        ("key-accounts", "--customer", "C-0404"),
        ("key-accounts", "--customer", "C-0414"),
        ("key-accounts", "--customer", "C-0426"),
        ("key-accounts", "--customer", "C-0427"),
    ] {
        collect(&json(case, &[subject, id]), &mut keys);
    }
    assert!(keys.len() > 80, "{keys:?}");
    let missing: Vec<&String> = keys.iter().filter(|key| !page.contains(&format!("`{key}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new(), "keys that docs/explain.md does not name");
}

/// The keys of an explanation, its plan entries and sums apart, which `docs/plan.md` defines.
fn collect(value: &Value, keys: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                keys.insert(key.clone());
                if ![
                    "actions",
                    "withheld",
                    "waiting",
                    "problems",
                    "receivables",
                    "holds",
                    "blockers",
                    "policy",
                ]
                .contains(&key.as_str())
                {
                    collect(value, keys);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}

/// A customer outside of the pilot, with an amount that no rate lets compare: both are told where they matter.
#[test]
fn a_customer_outside_of_the_pilot_with_sums_over_currencies() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "policy \"Acme\"\n  currency EUR\n  rate 1 USD = 0.92 EUR\n  pilot: customers \"C-2\"\n\
        role finance = \"collections@acme.example\"\n\
        segment large when customer.balance > 1500 EUR:\n  at D+3 notify finance\n\
        segment everyone_else otherwise:\n  at D+10 notify finance\n";
    let data = "taken: 2026-10-04\nas_of: 2026-10-04\ncustomers: [{ customer_id: C-1 }, { customer_id: C-2 }]\n\
        invoices:\n  - { invoice_id: I-1, customer_id: C-1, amount: 1000, currency: USD, due_date: 2026-10-01 }\n  \
        - { invoice_id: I-2, customer_id: C-1, amount: 600, due_date: 2026-10-20 }\n";
    fs::write(folder.path().join("policy.dun"), policy).unwrap();
    fs::write(folder.path().join("data.yaml"), data).unwrap();
    let (code, out, err) =
        dun(folder.path(), &["explain", "policy.dun", "--data", "data.yaml", "--invoice", "I-1"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
}

/// What an invoice has below zero is told as what it is to R20: a credit that settles nothing yet.
#[test]
fn a_credit_note_that_is_kept_as_an_invoice() {
    let folder = tempfile::tempdir().unwrap();
    let policy = "policy \"Acme\"\n  currency EUR\nrole finance = \"collections@acme.example\"\n\
        segment everyone_else otherwise:\n  at D+3 notify finance\n";
    let data = "as_of: 2026-10-05\ncustomers: [{ customer_id: C-1 }]\ninvoices:\n  \
        - { invoice_id: I-1, customer_id: C-1, amount: 100, due_date: 2026-10-01 }\n  \
        - { invoice_id: I-9, customer_id: C-1, amount: -40, due_date: 2026-09-01 }\n";
    fs::write(folder.path().join("policy.dun"), policy).unwrap();
    fs::write(folder.path().join("data.yaml"), data).unwrap();
    let (code, out, _) =
        dun(folder.path(), &["explain", "policy.dun", "--data", "data.yaml", "--customer", "C-1"]);
    assert_eq!(code, 0);
    let told = "  credit note I-9 of 40.00 EUR of 1 September belongs to no invoice yet\n";
    assert!(out.contains(told), "{out}");
}

// ---- the day and the reason of what lies ahead

/// The rungs of an invoice over 100 EUR of one customer, due on this day, with these ledger rows.
fn ahead(rules: &str, due: &str, history: &[&str]) -> String {
    let rows = history.iter().map(|row| format!("  - {{ invoice_id: I1, {row} }}\n"));
    let rows =
        if history.is_empty() { String::new() } else { format!("history:\n{}", rows.collect::<String>()) };
    rungs(&small(
        rules,
        &format!(
            "customers: [{{ customer_id: C1, email: ann@ant.example }}]\n\
             invoices: [{{ invoice_id: I1, customer_id: C1, amount: 100, due_date: {due} }}]\n{rows}"
        ),
    ))
}

const MISSED: &str = "its day has passed, and what is missed is not caught up";
const TOO_LITTLE: &str = "its condition does not hold today: `invoice.balance` is 100.00 EUR";

/// The e-mail of D+5, which is 10-07, went out on 10-04 and gives five days: until 10-09.
#[test]
fn what_is_left_of_a_rung_comes_after_its_deadline_or_lapses() {
    let rules = |skip: &str| {
        format!(
            "segment everyone otherwise:\n  at D+5 email mail, deadline 5 days\n  at D+5 call by finance{skip}\n"
        )
    };
    let sent = ["date: 2026-10-04, step: email mail, outcome: sent, rung: D+5"];
    let done = "D+5 | 2026-10-07 | carried_out | 2026-10-04\n    email mail | carried_out | 2026-10-04\n";
    assert_eq!(
        ahead(&rules(""), "2026-10-02", &sent),
        format!("{done}    call finance | waiting | 2026-10-10\n")
    );
    assert_eq!(
        ahead(&rules(", if missed: skip"), "2026-10-02", &sent),
        format!("{done}    call finance | lapsed | {MISSED}\n")
    );
}

#[test]
fn what_does_not_apply_beside_what_is_done_or_due() {
    let rules = "segment everyone otherwise:\n  at D+3 email mail\n  at D+3 call by finance, if invoice.balance > 500 EUR\n";
    let sent = ["date: 2026-10-04, step: email mail, outcome: sent, rung: D+3"];
    // Nothing brings it by time alone.
    assert_eq!(
        ahead(rules, "2026-10-01", &sent),
        format!(
            "D+3 | 2026-10-04 | carried_out | 2026-10-04\n    email mail | carried_out | 2026-10-04\n    \
             call finance | lapsed | {TOO_LITTLE}\n"
        )
    );
    assert_eq!(
        ahead(rules, "2026-10-02", &[]),
        format!(
            "D+3 | 2026-10-05 | due | 2026-10-05\n    email mail | due | 2026-10-05\n    \
             call finance | stepped_over | {TOO_LITTLE}\n"
        )
    );
}

/// Monday is closed, so the latest step whose day has come waits for Tuesday; the one further up has not come.
#[test]
fn the_latest_step_waits_for_an_open_day() {
    let rules = "  catch up: latest\ncalendar week:\n  closed monday\nsegment everyone otherwise:\n  \
                 at D+1 notify finance\n  at D+3 email mail\n  at D+30 task \"Look\" for finance\n";
    assert_eq!(
        ahead(rules, "2026-10-01", &[]),
        "D+1 | 2026-10-02 | passed | only the latest step whose day has come is done\n    notify finance | passed\n\
         D+3 | 2026-10-04 | waiting | 2026-10-06\n    email mail | waiting | 2026-10-06\n\
         D+30 | 2026-10-31 | waiting | 2026-10-31\n    task \"Look\" | waiting | 2026-10-31\n"
    );
}

#[test]
fn what_was_missed_stays_missed_while_a_hold_goes_on() {
    let rules = "  catch up: same day only\nsegment everyone otherwise:\n  at D+1 notify finance\n\
                 carve-out small when invoice.balance < 500 EUR:\n  hold\n";
    assert_eq!(
        ahead(rules, "2026-10-01", &[]),
        format!(
            "D+1 | 2026-10-02 | lapsed | 2026-10-02 | {MISSED}\n    notify finance | lapsed | 2026-10-02\n"
        )
    );
}

/// What is withheld today and will not be done is not counted on: the next rung comes on its own day.
#[test]
fn what_is_not_counted_on_spaces_nothing() {
    let next = |told: &str| told.lines().find(|line| line.starts_with("D+10")).unwrap().to_owned();
    let on_its_day = "D+10 | 2026-10-11 | waiting | 2026-10-11";
    let forbidden = "segment everyone otherwise:\n  at D+3 call by finance\n  at D+10 email mail\neverywhere:\n  never call\n";
    assert_eq!(next(&ahead(forbidden, "2026-10-01", &[])), on_its_day);
    let skipped =
        "segment everyone otherwise:\n  at D+4 email mail as first, if missed: skip\n  at D+10 email mail\n";
    let failed = ["date: 2026-10-05, step: first, outcome: failed"];
    assert_eq!(next(&ahead(skipped, "2026-10-01", &failed)), on_its_day);
}

/// What comes before the due date is counted on only as long as it can.
#[test]
fn what_comes_before_the_due_date_spaces_the_next_until_then() {
    let rules = "segment everyone otherwise:\n  at D-3 email mail\n  at D notify finance\n";
    let failed = ["date: 2026-10-05, step: email mail, outcome: failed"];
    let told = ahead(rules, "2026-10-06", &failed);
    assert!(
        told.ends_with(
            "D+0 | 2026-10-06 | waiting | 2026-10-06\n    notify finance | waiting | 2026-10-06\n"
        ),
        "{told}"
    );
    // D-8 is 10-02 and comes three days late; four days later is 10-09.
    let rules = "segment everyone otherwise:\n  at D-8 email mail\n  at D-4 notify finance\n";
    let why = "4 days after D-8, which comes late, on 5 October";
    let told = ahead(rules, "2026-10-10", &[]);
    assert!(told.contains(&format!("D-4 | 2026-10-06 | waiting | 2026-10-09 | {why}\n")), "{told}");
}

/// Sent on 10-04, with two or ten days: until 10-06, or 10-14.
#[test]
fn a_deadline_is_told_where_it_puts_a_contact_off() {
    let rules = |days: &str, next: &str| {
        format!(
            "segment everyone otherwise:\n  at D+3 email mail, deadline {days} days\n  at {next} call by finance\n"
        )
    };
    let sent = ["date: 2026-10-04, step: email mail, outcome: sent, rung: D+3"];
    let last = |told: String| told.lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(
        last(ahead(&rules("2", "D+30"), "2026-10-01", &sent)),
        "D+30 | 2026-10-31 | waiting | 2026-10-31"
    );
    let why = "the customer was given until 14 October";
    assert_eq!(
        last(ahead(&rules("10", "D+5"), "2026-10-01", &sent)),
        format!("D+5 | 2026-10-06 | waiting | 2026-10-15 | {why}")
    );
    // Five days after it is 10-09, which lies before the end as well.
    assert_eq!(
        last(ahead(&rules("10", "previous+5"), "2026-10-01", &sent)),
        format!("previous+5 | 2026-10-09 | waiting | 2026-10-15 | {why}")
    );
}

/// D+9 is Saturday the 10th, and Sunday is the last day that the message of 10-04 gives. The call moves to Monday because
/// of the weekend alone; where it moves back to Friday, the message puts it off.
#[test]
fn a_deadline_is_not_told_where_a_weekend_moves_a_contact() {
    let rules = |weekends: &str| {
        format!(
            "  weekends: {weekends}\ncalendar week:\n  closed saturday, sunday\nsegment everyone otherwise:\n  \
             at D+3 email mail, deadline 7 days\n  at D+9 call by finance\n"
        )
    };
    let sent = ["date: 2026-10-04, step: email mail, outcome: sent, rung: D+3"];
    let last = |told: String| told.lines().rev().nth(1).unwrap().to_owned();
    assert_eq!(
        last(ahead(&rules("next business day"), "2026-10-01", &sent)),
        "D+9 | 2026-10-12 | waiting | 2026-10-12"
    );
    assert_eq!(
        last(ahead(&rules("previous business day"), "2026-10-01", &sent)),
        "D+9 | 2026-10-09 | waiting | 2026-10-12 | the customer was given until 11 October"
    );
}

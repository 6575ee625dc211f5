//! `dun read`: what people read of a policy, what they see of it, and what programs get.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

#[path = "shared/folders.rs"]
mod folders;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A policy with every construct of the language.
const WHOLE: &str = include_str!("shared/whole.dun");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `dun` in a folder: exit code, standard output, standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().expect("it ends by itself");
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(!err.contains("panicked"), "{err}");
    (code, out, err)
}

/// What `dun read` prints of a shipped policy.
fn shipped(case: &str, arguments: &[&str]) -> String {
    let policy = format!("policies/{case}/policy.dun");
    let (code, out, err) = run(root(), &[&["read", &policy], arguments].concat());
    assert_eq!(code, 0, "{err}");
    out
}

/// The names of the shipped policies.
fn all_shipped() -> Vec<String> {
    let entries = fs::read_dir(root().join("policies")).unwrap().map(|entry| entry.unwrap().path());
    let folders = entries.filter(|path| path.join("policy.dun").is_file());
    let mut names: Vec<String> =
        folders.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert!(names.len() > 10, "{names:?}");
    names
}

/// A folder with a policy and the templates that it names.
struct Project(TempDir);

impl Project {
    fn new(policy: &str) -> Project {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("templates")).unwrap();
        fs::write(folder.path().join("policy.dun"), policy).unwrap();
        for name in ["hello", "reminder", "nudge", "final", "statement", "note", "sheet"] {
            let text = "---\nsubject: \"About {{ invoice.id }}\"\n---\nPlease pay {{ total }}.\n";
            fs::write(folder.path().join(format!("templates/{name}.md")), text).unwrap();
        }
        Project(folder)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        run(self.0.path(), arguments)
    }

    fn read(&self, arguments: &[&str]) -> String {
        let (code, out, err) = self.run(&[&["read", "policy.dun"], arguments].concat());
        assert_eq!(code, 0, "{err}");
        out
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.read(&["--format", "json"])).unwrap()
    }
}

// ---- what people read

#[test]
fn the_first_policy() {
    insta::assert_snapshot!(shipped("first", &[]));
}

#[test]
fn key_accounts() {
    insta::assert_snapshot!(shipped("key-accounts", &[]));
}

#[test]
fn a_small_business() {
    insta::assert_snapshot!(shipped("small-business", &[]));
}

#[test]
fn every_construct() {
    insta::assert_snapshot!(Project::new(WHOLE).read(&[]));
}

#[test]
fn every_construct_in_markdown() {
    insta::assert_snapshot!(Project::new(WHOLE).read(&["--format", "markdown"]));
}

/// The policy of the language's design, where that is at hand.
#[test]
fn the_policy_that_the_language_was_designed_with() {
    let path = root().join("../shared/design/language.md");
    let Ok(page) = fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return;
    };
    let policy = page.split("```\n").nth(1).unwrap();
    // Its templates, calendars and folder are those of the shipped policy.
    let folder = TempDir::new().unwrap();
    let source = root().join("policies/key-accounts");
    folders::copy(&source.join("templates"), &folder.path().join("templates"));
    folders::copy(&source.join("calendars"), &folder.path().join("calendars"));
    fs::write(folder.path().join("policy.dun"), policy).unwrap();
    let (code, out, err) = run(folder.path(), &["read", "policy.dun", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    // It says the same as the shipped one, which grew from it, lines apart.
    let sentences = |text: &str| -> Vec<(String, String)> {
        let reading: Value = serde_json::from_str(text).unwrap();
        let rules = reading["rules"].as_array().unwrap().iter();
        let text = |rule: &Value, key: &str| rule[key].as_str().unwrap().to_owned();
        rules.map(|rule| (text(rule, "rule"), text(rule, "sentence"))).collect()
    };
    assert_eq!(sentences(&out), sentences(&shipped("key-accounts", &["--format", "json"])));
}

// ---- one sentence a rule

/// Each rule that a decision can name, once, with the name that `because` shows.
#[test]
fn the_rules_of_a_plan_are_those_that_are_read() {
    for case in ["first", "key-accounts", "small-business", "mahnwesen", "france"] {
        let reading: Value = serde_json::from_str(&shipped(case, &["--format", "json"])).unwrap();
        let mut told: BTreeMap<(String, u64), usize> = BTreeMap::new();
        for rule in reading["rules"].as_array().unwrap() {
            let key = (rule["rule"].as_str().unwrap().to_owned(), rule["line"].as_u64().unwrap());
            *told.entry(key).or_default() += 1;
        }
        let more = told.iter().filter(|(_, times)| **times != 1).collect::<Vec<_>>();
        assert_eq!(more, [], "{case}");
        let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
        let (_, plan, _) = run(root(), &["plan", &policy, "--data", &data, "--format", "json"]);
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let mut named = Vec::new();
        collect(&plan, &mut named);
        assert!(!named.is_empty(), "{case}");
        let unknown: Vec<_> = named.iter().filter(|place| !told.contains_key(place)).collect();
        assert_eq!(unknown, Vec::<&(String, u64)>::new(), "{case}");
    }
}

/// Every rule and line that a plan names.
fn collect(value: &Value, found: &mut Vec<(String, u64)>) {
    if let (Some(rule), Some(line)) = (value["rule"].as_str(), value["line"].as_u64()) {
        found.push((rule.to_owned(), line));
    }
    let parts: Vec<&Value> = match value {
        Value::Array(parts) => parts.iter().collect(),
        Value::Object(parts) => parts.values().collect(),
        _ => Vec::new(),
    };
    parts.into_iter().for_each(|part| collect(part, found));
}

#[test]
fn the_rules_of_every_shipped_policy_are_told_in_every_form() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for case in all_shipped() {
        let reading: Value = serde_json::from_str(&shipped(&case, &["--format", "json"])).unwrap();
        let text = words(&shipped(&case, &[]));
        let markdown = shipped(&case, &["--format", "markdown"]);
        let rules = reading["rules"].as_array().unwrap();
        for rule in rules {
            let sentence = rule["sentence"].as_str().unwrap();
            let place = format!("policy.dun:{}", rule["line"]);
            assert!(text.contains(&words(sentence)), "{case}: {sentence}");
            assert!(text.contains(&place), "{case}: {place}");
        }
        let told = markdown.lines().filter(|line| line.starts_with("- ") && line.contains("`policy.dun:"));
        assert_eq!(told.count(), rules.len(), "{case}");
    }
}

/// What a condition means, negations taken inwards, in words that stand for nothing else.
#[test]
fn conditions_read_as_they_are_meant() {
    let cases = [
        ("invoice.disputed", "the invoice is disputed"),
        ("not invoice.disputed", "the invoice is not disputed"),
        ("customer.phone is missing", "the customer's telephone number is missing"),
        ("not customer.phone is missing", "the customer's telephone number is known"),
        ("customer.country is \"FR\"", "the customer's country is “FR”"),
        ("customer.country is not \"FR\"", "the customer's country is not “FR”"),
        (
            "not customer.country in (\"FR\", \"BE\", \"LU\")",
            "the customer's country is none of “FR”, “BE” and “LU”",
        ),
        ("customer.tags has \"vip\"", "the customer has the tag “vip”"),
        ("not invoice.tags has \"vip\"", "the invoice does not have the tag “vip”"),
        ("invoice.days_overdue > 30", "the number of days overdue is more than 30"),
        ("invoice.days_overdue >= 30", "the number of days overdue is 30 or more"),
        ("invoice.days_overdue < 30", "the number of days overdue is less than 30"),
        ("not invoice.days_overdue < 30", "the number of days overdue is 30 or more"),
        ("not invoice.days_overdue <= 30", "the number of days overdue is more than 30"),
        ("invoice.days_overdue in (1, 2, 3)", "the number of days overdue is 1, 2 or 3"),
        ("not invoice.days_overdue between 1 and 3", "the number of days overdue is not from 1 to 3"),
        ("invoice.amount < 200 EUR", "the invoice's amount is less than 200.00 EUR"),
        ("not invoice.amount < 200 EUR", "the invoice's amount is 200.00 EUR or more"),
        ("invoice.balance > 9.90 EUR", "what is open on the invoice is more than 9.90 EUR"),
        ("not invoice.balance > 9.90 EUR", "what is open on the invoice is 9.90 EUR or less"),
        ("invoice.balance is 5 EUR", "what is open on the invoice is 5.00 EUR"),
        ("invoice.issue_date > 2026-10-31", "the issue date is 1 November 2026 or later"),
        ("not invoice.issue_date > 2026-10-31", "the issue date is 31 October 2026 or earlier"),
        ("today between 12-20 and 01-06", "today is from 20 December to 6 January"),
        (
            "invoice.disputed and not (invoice.promised or invoice.escalated)",
            "the invoice is disputed and (no payment of the invoice is promised and the invoice is not escalated)",
        ),
        (
            "not (invoice.disputed and customer.insolvent)",
            "the invoice is not disputed or the customer is not insolvent",
        ),
        (
            "invoice.disputed or customer.kind in (\"consumer\", \"public\")",
            "the invoice is disputed, or the kind of customer is “consumer” or “public”",
        ),
    ];
    let segments = cases.iter().enumerate();
    let segments = segments.map(|(at, (text, _))| format!("segment s{at} when {text}:\n  hold\n"));
    let policy = format!("policy \"P\"\n  currency EUR\n{}", segments.collect::<String>());
    let reading = Project::new(&policy).json();
    let headers = reading["rules"].as_array().unwrap().iter().filter(|rule| rule["kind"] == "block");
    let told: Vec<&str> = headers.map(|rule| rule["sentence"].as_str().unwrap()).collect();
    let expected = cases.iter().enumerate().map(|(at, (_, meaning))| {
        let which = if at == 0 { "every invoice" } else { "every other invoice" };
        format!("The segment s{at} takes {which} where {meaning}; it has no steps.")
    });
    assert_eq!(told, expected.collect::<Vec<_>>());
}

/// The modes of the steps by what the rules say (R15): what a block restricts concerns its own segment.
#[test]
fn who_acts_follows_from_the_restrictions() {
    let steps = "  at D-3 email hello\n  at D+1 sms nudge\n  at D+5 call by finance\n  at D+6 flag late\n  at D+7 notify finance\n  at D+8 charge fee 5 EUR\n  at D+9 task \"x\" for finance\n";
    let modes = |restrictions: &str| -> Vec<String> {
        let policy = format!(
            "policy \"P\"\n  currency EUR\n  templates \"templates\"\n  fallback finance\nrole finance = \"f@acme.example\"\nsegment all otherwise:\n{restrictions}{steps}"
        );
        let reading = Project::new(&policy).json();
        let rungs = reading["segments"][0]["timeline"].as_array().unwrap().clone();
        rungs.iter().map(|rung| rung["steps"][0]["who"].as_str().unwrap().to_owned()).collect()
    };
    for (restrictions, expected) in [
        ("", "automatic automatic manual internal internal approval manual"),
        ("  never auto-send\n", "approval approval manual internal internal approval manual"),
        ("  needs approval by finance\n", "approval approval manual approval internal approval manual"),
        (
            "  needs approval by finance from D+1\n",
            "automatic approval manual approval internal approval manual",
        ),
        ("  only by hand\n", "manual manual manual internal internal approval manual"),
        ("  never contact\n", "stopped stopped stopped internal internal approval manual"),
        ("  never sms\n  never charge\n", "automatic stopped manual internal internal stopped manual"),
        ("  hold\n", "stopped stopped stopped stopped stopped stopped stopped"),
        ("  hold until 2026-12-31\n", "automatic automatic manual internal internal approval manual"),
        (
            "  at D escalate to finance\n",
            "automatic internal approval manual internal internal approval manual",
        ),
    ] {
        assert_eq!(modes(restrictions).join(" "), expected, "{restrictions}");
    }
}

/// The engine says the same of each step, alone on an invoice that is five days overdue.
#[test]
fn who_acts_is_what_a_plan_says() {
    let steps = [
        "email hello",
        "sms nudge",
        "call by finance",
        "flag late",
        "notify finance",
        "charge fee 5 EUR",
        "task \"x\" for finance",
        "hand off to finance",
        "escalate to finance",
        "email hello, needs approval by finance",
    ];
    let restrictions = [
        "",
        "  never auto-send\n",
        "  needs approval by finance\n",
        "  needs approval from D+6\n",
        "  only by hand by finance\n",
        "  only by hand\n  needs approval\n",
        "  never email\n  never escalate\n",
        "  never contact\n  never charge\n",
        "  hold\n",
    ];
    let data = "taken: 2026-10-06\nas_of: 2026-10-06\ncustomers:\n  - { customer_id: C1, name: Ant, email: ar@ant.example, mobile: \"+33 6 39 98 00 01\" }\ninvoices:\n  - { invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-10-01 }\n";
    for (step, restriction) in
        steps.iter().flat_map(|step| restrictions.map(|restriction| (step, restriction)))
    {
        let policy = format!(
            "policy \"P\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n  fallback finance\nrole finance = \"f@acme.example\"\nsegment all otherwise:\n{restriction}  at D+5 {step}\n"
        );
        let project = Project::new(&policy);
        fs::write(project.0.path().join("data.yaml"), data).unwrap();
        let told = project.json()["segments"][0]["timeline"][0]["steps"][0]["who"].clone();
        let (_, plan, err) = project.run(&["plan", "policy.dun", "--data", "data.yaml", "--format", "json"]);
        let plan: Value = serde_json::from_str(&plan).unwrap_or_else(|error| panic!("{error}\n{err}"));
        let actions = plan["actions"].as_array().unwrap();
        let done = match actions.as_slice() {
            [] => "stopped",
            [one] => match (one["mode"].as_str().unwrap(), one["kind"].as_str().unwrap()) {
                ("automatic", "notify" | "flag" | "escalate") => "internal",
                (mode, _) => mode,
            },
            more => panic!("{more:?}"),
        };
        assert_eq!(told, done, "{policy}");
    }
}

/// What does not count whole days from the due date stands about where it usually comes.
#[test]
fn days_are_counted_from_the_due_date() {
    let policy = "policy \"P\"\n  currency EUR\n  terms 14 days\n  templates \"templates\"\nrole finance = \"f@acme.example\"\nsegment all otherwise:\n  at issue+4 email hello\n  at D+5 business days email reminder\n  at previous+10 sms nudge\n  at D+10 email statement\n  at D+2 months letter final\n  every 7 days from D+70, at most 3 times: call by finance\n";
    let reading = Project::new(policy).json();
    let rungs = reading["segments"][0]["timeline"].as_array().unwrap();
    let days: Vec<Value> = rungs.iter().map(|rung| json!([rung["at"], rung["day"], rung["exact"]])).collect();
    // 14 days before the due date it is issued; five business days are a week; two months are 60 days.
    assert_eq!(
        Value::from(days),
        json!([
            ["issue+4", -10, false],
            ["D+5 business days", 7, false],
            ["D+10", 10, true],
            ["previous+10", 17, false],
            ["D+2 months", 60, false],
            ["D+70", 70, true],
        ])
    );
    assert_eq!(rungs[5]["repeat"], json!({ "every": "7 days", "days": 7, "times": 3 }));
}

// ---- what people see

/// The picture that the documentation shows.
#[test]
fn the_picture_in_the_documentation_is_what_the_command_draws() {
    let path = root().join("docs/read.svg");
    let drawn = shipped("key-accounts", &["--format", "svg"]);
    let says = "docs/read.svg is not what is drawn; write it again: dun read policies/key-accounts/policy.dun --format svg -o docs/read.svg";
    assert!(fs::read_to_string(path).unwrap() == drawn, "{says}");
}

/// The tags of an XML text are closed in order, and nothing in it is loaded or run.
fn check_picture(name: &str, svg: &str) {
    let mut open: Vec<&str> = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{name}: {part}"));
        let first = tag.split([' ', '/']).find(|word| !word.is_empty()).unwrap();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) => assert_eq!(open.pop(), Some(first), "{name}"),
            (false, true) => {}
            (false, false) => open.push(first),
        }
        for entity in text.split('&').skip(1) {
            let known = ["lt;", "gt;", "amp;", "quot;"].iter().any(|known| entity.starts_with(known));
            assert!(known, "{name}: &{entity}");
        }
        let allowed = ["svg", "title", "style", "rect", "text", "tspan", "path", "g", "circle"];
        assert!(allowed.contains(&first), "{name}: <{tag}>");
    }
    assert_eq!(open, Vec::<&str>::new(), "{name}");
    assert!(!svg.contains("href") && !svg.contains("url(") && !svg.contains("@import"), "{name}");
}

#[test]
fn pictures_are_whole_and_name_every_step() {
    for case in all_shipped() {
        let svg = shipped(&case, &["--format", "svg"]);
        check_picture(&case, &svg);
        let reading: Value = serde_json::from_str(&shipped(&case, &["--format", "json"])).unwrap();
        for segment in reading["segments"].as_array().unwrap() {
            let steps = segment["timeline"].as_array().unwrap().iter();
            let steps: usize = steps.map(|rung| rung["steps"].as_array().unwrap().len()).sum();
            let name = segment["name"].as_str().unwrap();
            let one = shipped(&case, &["--format", "svg", "--segment", name]);
            check_picture(name, &one);
            assert_eq!(one.matches("<g>").count(), steps, "{case} {name}");
        }
    }
}

#[test]
fn a_diagram_is_of_one_segment_or_of_all() {
    assert_eq!(
        shipped("first", &["--format", "mermaid"]),
        "timeline
    title Acme receivables
    section key_accounts
        D+3 : notify owner (internal)
    section everyone_else
        D+3 : e-mail first_reminder (goes out by itself)
        D+10 : e-mail second_reminder (after approval)
        D+20 : call by finance (by hand)
"
    );
    assert_eq!(
        shipped("key-accounts", &["--format", "mermaid", "--segment", "everyone_else"]),
        "timeline
    title everyone_else
    section before the due date
        D-3 : e-mail pre_due (goes out by itself)
    section from the due date on
        D+3 : e-mail first_reminder (goes out by itself)
        D+10 : e-mail second_reminder (goes out by itself) : text message short_nudge (goes out by itself)
        D+20 : call by finance (by hand)
        D+30 : escalate to manager (internal)
        D+45 : flag pause_work (after approval)
        D+60 : task “Decide case by case” for manager (by hand, every 15 days, 3 times)
"
    );
}

// ---- what comes from the policy is shown, not obeyed

const HOSTILE: &str = r##"policy "<b>&\" | `x` @all %%{init: {}}%%"
  currency EUR
  templates "templates"
role finance = "f@acme.example"
segment all when customer.name is "</text><script>alert(1)</script> [a](http://x.example)":
  at D+3 task "one: two; #3 <img src=x> ```" for finance
"##;

#[test]
fn pictures_show_hostile_texts() {
    let svg = Project::new(HOSTILE).read(&["--format", "svg"]);
    check_picture("hostile", &svg);
    assert!(svg.contains("&lt;b&gt;&amp;&quot; | `x` @all %%{init: {}}%%"), "{svg}");
    assert!(svg.contains("task “one: two; #3 &lt;img src=x&gt; ```”"), "{svg}");
}

#[test]
fn diagrams_show_hostile_texts() {
    let diagram = Project::new(HOSTILE).read(&["--format", "mermaid"]);
    assert_eq!(
        diagram,
        "timeline
    title ＜b＞＆\" | ｀x｀ @all ％％｛init： ｛｝｝％％
    section all
        D+3 : task “one： two； ＃3 ＜img src=x＞ ｀｀｀” for finance (by hand)
"
    );
}

#[test]
fn markdown_shows_hostile_texts() {
    let markdown = Project::new(HOSTILE).read(&["--format", "markdown"]);
    assert!(markdown.starts_with("# &lt;b&gt;&amp;&#8203;\" \\| \\`x\\` @&#8203;all "), "{markdown}");
    assert!(!markdown.contains("<script>") && !markdown.contains("<img"), "{markdown}");
    assert!(!markdown.contains("[a](http"), "{markdown}");
    assert_eq!(markdown.matches("```").count(), 2, "{markdown}");
}

/// The language refuses characters that steer a terminal, so none comes this far; they would be replaced.
#[test]
fn a_terminal_is_not_steered() {
    let (code, out, _) = Project::new(&HOSTILE.replace("@all", "\x1b[2J")).run(&["read", "policy.dun"]);
    assert_eq!((code, out.as_str()), (1, ""));
    let text = Project::new(HOSTILE).read(&[]);
    assert!(!text.contains('\x1b'), "{text}");
}

/// Addresses stand where people of the house read, and in Markdown on request.
#[test]
fn markdown_has_addresses_on_request_only() {
    let plain = shipped("first", &["--format", "markdown"]);
    assert!(!plain.contains("acme.example") && plain.contains("The role finance is"), "{plain}");
    let named = shipped("first", &["--format", "markdown", "--show-names"]);
    assert!(named.contains("The role finance is collections@&#8203;acme.example."), "{named}");
    assert!(shipped("first", &[]).contains("collections@acme.example"));
}

// ---- exit codes

#[test]
fn read_is_0_with_the_result_on_stdout_or_in_a_file() {
    let project = Project::new(WHOLE);
    for format in ["text", "markdown", "mermaid", "json", "svg"] {
        let (code, out, err) = project.run(&["read", "policy.dun", "--format", format]);
        assert_eq!((code, err.as_str()), (0, ""), "{format}");
        let written = project.run(&["read", "policy.dun", "--format", format, "-o", "out"]);
        assert_eq!(written, (0, String::new(), String::new()), "{format}");
        assert_eq!(fs::read_to_string(project.0.path().join("out")).unwrap(), out, "{format}");
    }
}

#[test]
fn read_of_a_wrong_policy_is_1_and_writes_nothing() {
    let project = Project::new(&HOSTILE.replace("for finance", "for fnance"));
    let (code, out, err) = project.run(&["read", "policy.dun", "-o", "out"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("write `finance`") && err.ends_with("error: 1 error in `policy.dun`\n"), "{err}");
    assert!(!project.0.path().join("out").exists());
    let (code, _, err) = project.run(&["read", "gone.dun"]);
    assert!(code == 1 && err.starts_with("error: `gone.dun` cannot be read: "), "{err}");
}

#[test]
fn a_segment_that_is_not_there_is_1_with_the_near_ones() {
    let project = Project::new(WHOLE);
    let said = |arguments: &[&str]| {
        let (code, out, err) = project.run(&[&["read", "policy.dun"], arguments].concat());
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}");
        err
    };
    assert_eq!(
        said(&["--format", "svg", "--segment", "consumer"]),
        "error: there is no segment `consumer`; did you mean `consumers`?\n"
    );
    assert_eq!(
        said(&["--format", "svg", "--segment", "x"]),
        "error: there is no segment `x`; the policy has `consumers`, `risky`, `halted`, `nobody` or `rest`\n"
    );
    assert_eq!(
        said(&["--segment", "rest"]),
        "error: `--segment` chooses what is drawn: add `--format svg` or `--format mermaid`\n"
    );
}

#[test]
fn the_same_bytes_every_time() {
    for format in ["text", "markdown", "mermaid", "json", "svg"] {
        assert_eq!(
            shipped("key-accounts", &["--format", format]),
            shipped("key-accounts", &["--format", format])
        );
    }
}

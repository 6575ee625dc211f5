//! `dun diff`: what changes in meaning, told for one edit after the other; plans; the impact; exit codes.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const POLICY: &str = "policy \"Acme\"
  currency EUR
  templates \"templates\"
  terms 30 days
  sender finance
  fallback finance
role finance = \"collections@acme.example\"
role manager = \"manager@acme.example\"
role auditor = \"audit@acme.example\"
field customer.tier: \"gold\" or \"silver\"
calendar office:
  closed saturday, sunday
calendar berlin when customer.country is \"DE\":
  closed sunday
segment key_accounts:
  at D+3 notify manager
  never auto-send
segment small when invoice.amount < 200 EUR:
  use gentle
segment everyone otherwise:
  use standard
cadence standard:
  at D+3  email first_reminder
  at D+10 email second_reminder and sms short_nudge
  at D+20 call by finance
  at D+45 flag pause_work, needs approval by manager
cadence gentle:
  at D+5 email soft_reminder
  at previous+10 call by finance
carve-out disputes when invoice.disputed:
  hold
  at dispute hand off to manager
carve-out promises when invoice.promised:
  hold
carve-out big_tickets when invoice.balance >= 25_000 EUR:
  needs approval by auditor
everywhere:
  write to a customer at most once every 5 days
";

/// The templates of the policy and of its edits.
const TEMPLATES: [&str; 6] = [
    "first_reminder.md",
    "second_reminder.md",
    "short_nudge.txt",
    "soft_reminder.md",
    "pre_due.md",
    "last_call.md",
];

/// A folder with an old and a new policy, templates and data.
struct Desk(TempDir);

impl Desk {
    /// Both policies are the same.
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        fs::create_dir(desk.0.path().join("templates")).unwrap();
        for template in TEMPLATES {
            let subject =
                if template.ends_with(".md") { "---\nsubject: \"{{ invoice.id }}\"\n---\n" } else { "" };
            desk.write(&format!("templates/{template}"), &format!("{subject}Please pay {{{{ total }}}}.\n"));
        }
        desk.write("old.dun", POLICY);
        desk.write("new.dun", POLICY);
        desk
    }

    /// The new policy is the old one with some texts replaced, each of which must be there.
    fn edited(edits: &[(&str, &str)]) -> Desk {
        let desk = Desk::new();
        desk.write("new.dun", &edit(edits));
        desk
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
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

    fn json(&self, arguments: &[&str]) -> Value {
        let (_, out, err) = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"))
    }

    /// The sentences about the new policy.
    fn sentences(&self) -> Vec<String> {
        sentences(&self.json(&["diff", "old.dun", "new.dun"]))
    }

    /// The same the other way round.
    fn back(&self) -> Vec<String> {
        sentences(&self.json(&["diff", "new.dun", "old.dun"]))
    }
}

fn edit(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(String::from(POLICY), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

fn sentences(found: &Value) -> Vec<String> {
    let changes = found["changes"].as_array().unwrap().iter();
    changes.map(|change| change["sentence"].as_str().unwrap().to_owned()).collect()
}

/// What one edit changes, and what taking it back changes.
fn told(edits: &[(&str, &str)], there: &[&str], back: &[&str]) {
    let desk = Desk::edited(edits);
    assert_eq!(desk.sentences(), there, "{edits:?}");
    assert_eq!(desk.back(), back, "back from {edits:?}");
}

#[test]
fn what_means_the_same_is_no_change() {
    let promises = "carve-out promises when invoice.promised:\n  hold\n";
    let gentle = "cadence gentle:\n  at D+5 email soft_reminder\n  at previous+10 call by finance\n";
    let edits: [&[(&str, &str)]; 17] = [
        &[],
        // Names that no key has, comments.
        &[("cadence standard:", "cadence usual: # as ever"), ("use standard", "use usual")],
        &[("carve-out promises", "carve-out believed")],
        &[("segment small when", "segment little when")],
        &[("calendar office", "calendar desk")],
        &[("auditor", "controller")],
        // The order of what may stand in any order.
        &[(promises, ""), ("everywhere:", &format!("{promises}everywhere:"))],
        &[(gentle, ""), ("cadence standard:", &format!("{gentle}cadence standard:"))],
        &[("  at D+3 notify manager\n  never auto-send\n", "  never auto-send\n  at D+3 notify manager\n")],
        &[
            ("calendar office:\n  closed saturday, sunday\n", ""),
            ("segment key_accounts", "calendar office:\n  closed sunday, saturday\nsegment key_accounts"),
        ],
        // Another spelling of a condition or an amount.
        &[("when invoice.disputed:", "when not (not invoice.disputed):")],
        &[("when invoice.disputed:", "when invoice.stage is \"disputed\":")],
        &[("invoice.amount < 200 EUR", "not invoice.amount >= 200.00 EUR")],
        &[("\"DE\"", "\"de\"")],
        // A cadence written into its segment, one that nothing uses, a copy of one.
        &[
            ("  use gentle\n", "  at D+5 email soft_reminder\n  at previous+10 call by finance\n"),
            (gentle, ""),
        ],
        &[("carve-out disputes", "cadence spare:\n  at D+9 email pre_due\ncarve-out disputes")],
        &[("use gentle", "use mild"), (gentle, &format!("{gentle}{}", gentle.replace("gentle", "mild")))],
    ];
    for edits in edits {
        told(edits, &[], &[]);
    }
}

/// The order of segments matters where one invoice can fit both.
#[test]
fn segments_that_change_places() {
    let (key, small) = (
        "segment key_accounts:\n  at D+3 notify manager\n  never auto-send\n",
        "segment small when invoice.amount < 200 EUR:\n  use gentle\n",
    );
    let turned = [(key, ""), (small, &*format!("{small}{key}"))];
    told(
        &turned,
        &["invoices that fit both small and key_accounts now belong to small"],
        &["invoices that fit both key_accounts and small now belong to key_accounts"],
    );
    let apart = "segment small when invoice.amount < 200 EUR and customer.segment is not \"key_accounts\":\n  use gentle\n";
    let desk = Desk::new();
    desk.write("old.dun", &edit(&[(small, apart)]));
    desk.write("new.dun", &edit(&[(key, ""), (small, &format!("{apart}{key}"))]));
    assert_eq!((desk.sentences(), desk.back()), (Vec::new(), Vec::new()));
}

#[test]
fn steps_move_come_and_go() {
    told(
        &[("at D+3  email first_reminder", "at D+5  email first_reminder")],
        &["standard: the first reminder moves from D+3 to D+5"],
        &["standard: the first reminder moves from D+5 to D+3"],
    );
    told(
        &[("at D+10 email", "at D+12 email")],
        &["standard: the second reminder and the short nudge move from D+10 to D+12"],
        &["standard: the second reminder and the short nudge move from D+12 to D+10"],
    );
    told(
        &[
            (" and sms short_nudge", ""),
            ("  at D+20 call by finance\n", "  at D+20 call by finance\n  at D-3 email pre_due\n"),
        ],
        &["standard: a new step, e-mail pre_due at D-3", "standard: the short nudge at D+10 is gone"],
        &[
            "standard: a new step, text message short_nudge at D+10",
            "standard: the e-mail pre_due at D-3 is gone",
        ],
    );
    told(
        &[("at D+45 flag", "every 15 days from D+45: flag")],
        &[
            "standard: the flag pause_work now comes 45 days after the due date and every 15 days from then on; before, 45 days after the due date",
        ],
        &[
            "standard: the flag pause_work now comes 45 days after the due date; before, 45 days after the due date and every 15 days from then on",
        ],
    );
    told(
        &[("  at D+5 email soft_reminder\n", "  at D+5 email soft_reminder\n  at D+6 email pre_due\n")],
        &[
            "gentle: the call by finance now follows the e-mail pre_due instead of the soft reminder",
            "gentle: a new step, e-mail pre_due at D+6",
        ],
        &[
            "gentle: the call by finance now follows the soft reminder instead of the e-mail pre_due",
            "gentle: the e-mail pre_due at D+6 is gone",
        ],
    );
    told(
        &[("email second_reminder and sms short_nudge", "email second_reminder and email pre_due")],
        &["standard: a new step, e-mail pre_due at D+10", "standard: the short nudge at D+10 is gone"],
        &[
            "standard: a new step, text message short_nudge at D+10",
            "standard: the e-mail pre_due at D+10 is gone",
        ],
    );
}

#[test]
fn steps_are_done_otherwise() {
    told(
        &[("at D+3  email first_reminder", "at D+3  email first_reminder, needs approval by manager")],
        &["standard: the first reminder now needs the approval of manager"],
        &["standard: the first reminder no longer needs the approval of manager"],
    );
    told(
        &[("at D+20 call by finance", "at D+20 call by finance, if invoice.balance > 50 EUR")],
        &[
            "standard: the call by finance now comes only if what is open on the invoice is more than 50.00 EUR",
        ],
        &[
            "standard: the call by finance now comes always, not only if what is open on the invoice is more than 50.00 EUR",
        ],
    );
    told(
        &[(
            "at D+3  email first_reminder",
            "at D+3  email first_reminder to manager cc finance, if missed: skip",
        )],
        &[
            "standard: the first reminder is now left out when its day was missed",
            "standard: now the e-mail first_reminder goes to manager, with a copy to finance; before, the e-mail first_reminder goes to the customer",
        ],
        &[
            "standard: the first reminder is now caught up when its day was missed",
            "standard: now the e-mail first_reminder goes to the customer; before, the e-mail first_reminder goes to manager, with a copy to finance",
        ],
    );
    told(
        &[("at D+10 email second_reminder", "at D+10 email second_reminder and email last_call")],
        &["standard: a new step, e-mail last_call at D+10"],
        &["standard: the last call at D+10 is gone"],
    );
    told(
        &[("email soft_reminder", "email soft_reminder, formal, deadline 10 days")],
        &[
            "gentle: the soft reminder is now formal, joined with no other message",
            "gentle: the soft reminder now gives 10 days, and no contact follows before they are over",
        ],
        &[
            "gentle: the soft reminder is no longer formal, and may be joined with other messages",
            "gentle: the soft reminder no longer gives a deadline",
        ],
    );
}

/// The ledger remembers a step by its key.
#[test]
fn steps_that_the_ledger_knows_by_another_name() {
    told(
        &[("email soft_reminder", "email soft_reminder as hello")],
        &[
            "gentle: the soft reminder is now known to the ledger as “hello”, so what was done as “email soft_reminder” does not count",
        ],
        &[
            "gentle: the soft reminder is now known to the ledger as “email soft_reminder”, so what was done as “hello” does not count",
        ],
    );
    let desk =
        Desk::edited(&[("email soft_reminder", "email soft_reminder as hello formerly email soft_reminder")]);
    assert_eq!(desk.sentences(), Vec::<String>::new());
    told(
        &[("carve-out disputes", "carve-out claims")],
        &[
            "the carve-out disputes is now called claims, and what its steps did under the old name does not count",
        ],
        &[
            "the carve-out claims is now called disputes, and what its steps did under the old name does not count",
        ],
    );
}

#[test]
fn restrictions_come_and_go() {
    told(
        &[("  never auto-send\n", "")],
        &["key_accounts: messages may now go out by themselves"],
        &[
            "key_accounts: now no message goes out by itself: the invoice's owner approves it when nobody else does",
        ],
    );
    told(
        &[("every 5 days", "every 7 days")],
        &["everywhere: a customer is written to at most once every 7 days instead of once every 5 days"],
        &["everywhere: a customer is written to at most once every 5 days instead of once every 7 days"],
    );
    told(
        &[("needs approval by auditor", "needs approval by manager")],
        &["big_tickets: messages, flags and charges need the approval of manager instead of that of auditor"],
        &["big_tickets: messages, flags and charges need the approval of auditor instead of that of manager"],
    );
    told(
        &[("  use gentle\n", "  use gentle\n  hold\n  never call\n")],
        &["small: now every scheduled step, contact and charge is on hold", "small: now nobody calls"],
        &["small: nothing is on hold any more", "small: customers may now be called"],
    );
}

#[test]
fn carve_outs_apply_elsewhere() {
    told(
        &[("when invoice.disputed:", "when invoice.disputed and not customer.segment is \"key_accounts\":")],
        &[
            "disputes no longer holds key_accounts: it applies where the invoice is disputed and the segment recorded with the customer is not “key_accounts”; before, where the invoice is disputed",
        ],
        &[
            "disputes now holds key_accounts as well: it applies where the invoice is disputed; before, where the invoice is disputed and the segment recorded with the customer is not “key_accounts”",
        ],
    );
    let gone = "carve-out big_tickets when invoice.balance >= 25_000 EUR:\n  needs approval by auditor\n";
    told(
        &[(gone, "")],
        &[
            "the carve-out big_tickets is gone; it said that where what is open on the invoice is 25 000.00 EUR or more, messages, flags and charges need the approval of auditor",
        ],
        &[
            "the carve-out big_tickets is new: where what is open on the invoice is 25 000.00 EUR or more, messages, flags and charges need the approval of auditor",
        ],
    );
}

#[test]
fn segments_take_and_follow_something_else() {
    told(
        &[("invoice.amount < 200 EUR", "invoice.amount < 500 EUR")],
        &[
            "small now takes invoices where the invoice's amount is less than 500.00 EUR; before, where the invoice's amount is less than 200.00 EUR",
        ],
        &[
            "small now takes invoices where the invoice's amount is less than 200.00 EUR; before, where the invoice's amount is less than 500.00 EUR",
        ],
    );
    told(
        &[("  use gentle\n", "  use standard\n")],
        &["small now follows standard instead of gentle"],
        &["small now follows gentle instead of standard"],
    );
    told(
        &[(
            "segment everyone otherwise",
            "segment gold when customer.tier is \"gold\":\n  hold\nsegment everyone otherwise",
        )],
        &[
            "the segment gold is new: it takes invoices where the customer's tier is “gold”; it has no steps: every scheduled step, contact and charge is on hold",
        ],
        &[
            "the segment gold is gone: invoices where the customer's tier is “gold” go to the segments after it",
        ],
    );
    // The name catches: the customers' column has it.
    let (gone, new) = (
        |name: &str| {
            format!(
                "the segment {name} is gone: invoices where the segment recorded with the customer is “{name}” go to the segments after it"
            )
        },
        |name: &str| {
            format!(
                "the segment {name} is new: it takes invoices where the segment recorded with the customer is “{name}”; it follows steps of its own: notify manager at D+3; no message goes out by itself: the invoice's owner approves it when nobody else does"
            )
        },
    );
    told(
        &[("segment key_accounts:", "segment vips:")],
        &[&new("vips"), &gone("key_accounts")],
        &[&new("key_accounts"), &gone("vips")],
    );
}

#[test]
fn settings_roles_calendars_and_texts() {
    told(
        &[("terms 30 days", "terms 45 days")],
        &[
            "now an invoice without a due date is due 45 days after its issue date; before, an invoice without a due date is due 30 days after its issue date",
        ],
        &[
            "now an invoice without a due date is due 30 days after its issue date; before, an invoice without a due date is due 45 days after its issue date",
        ],
    );
    told(
        &[("  sender finance\n", "  sender finance\n  pilot: 10 customers\n")],
        &["now the policy is tried on 10 customers only, the same ones every day"],
        &["the policy is no longer tried on some customers only: it is for all"],
    );
    told(
        &[("manager@acme.example", "cfo@acme.example")],
        &["the role manager is now cfo@acme.example; before, manager@acme.example"],
        &["the role manager is now manager@acme.example; before, cfo@acme.example"],
    );
    told(
        &[(
            "calendar berlin when customer.country is \"DE\":\n  closed sunday",
            "calendar berlin when customer.country is \"DE\":\n  closed friday",
        )],
        &[
            "now the calendar berlin is for customers where the customer's country is “DE”; it closes Fridays; before, the calendar berlin is for customers where the customer's country is “DE”; it closes Sundays",
        ],
        &[
            "now the calendar berlin is for customers where the customer's country is “DE”; it closes Sundays; before, the calendar berlin is for customers where the customer's country is “DE”; it closes Fridays",
        ],
    );
    let desk = Desk::new();
    desk.write("other/new.dun", POLICY);
    for template in TEMPLATES {
        let text = fs::read_to_string(desk.0.path().join("templates").join(template)).unwrap();
        let text = if template == "soft_reminder.md" { text.replace("Please", "Kindly") } else { text };
        desk.write(&format!("other/templates/{template}"), &text);
    }
    desk.write("other/templates/first_reminder.fr.md", "---\nsubject: \"{{ invoice.id }}\"\n---\nMerci.\n");
    let found = sentences(&desk.json(&["diff", "old.dun", "other/new.dun"]));
    assert_eq!(
        found,
        [
            "the template first_reminder (fr) is now written in this language as well",
            "the template soft_reminder (en) has another text",
        ]
    );
}

/// One invoice for each risk, and one for none: due dates and balances decide what each policy does with them.
const DATA: &str = "as_of: 2026-10-05
customers:
  - { customer_id: C1, name: Ant Ltd, email: ant@customer.example, mobile: \"+44 7700 900001\" }
  - { customer_id: C2, name: Bee Ltd, email: bee@customer.example }
  - { customer_id: C3, name: Cat Ltd, email: cat@customer.example }
  - { customer_id: C4, name: Dog Ltd, email: dog@customer.example, segment: key_accounts }
  - { customer_id: C5, name: Elk Ltd, email: elk@customer.example }
invoices:
  - { invoice_id: BIG, customer_id: C1, amount: 30000, issue_date: 2026-09-01, due_date: 2026-09-28 }
  - { invoice_id: PROMISED, customer_id: C2, amount: 900, issue_date: 2026-09-01, due_date: 2026-09-28, promise_made: 2026-09-20, promise_date: 2026-11-30 }
  - { invoice_id: LATE, customer_id: C3, amount: 700, issue_date: 2026-07-01, due_date: 2026-08-19 }
  - { invoice_id: KEY, customer_id: C4, amount: 4000, issue_date: 2026-09-01, due_date: 2026-09-28 }
  - { invoice_id: USUAL, customer_id: C5, amount: 600, issue_date: 2026-09-01, due_date: 2026-09-28 }
history:
  - { invoice_id: LATE, date: 2026-09-08, step: call finance, outcome: done, rung: D+20 }
";

/// The edits that bring each risk about.
const RISKS: [(&str, &str); 5] = [
    ("carve-out big_tickets when invoice.balance >= 25_000 EUR:\n  needs approval by auditor\n", ""),
    ("carve-out promises when invoice.promised:\n  hold\n", ""),
    (
        "  at D+3 notify manager\n  never auto-send\n",
        "  at D+3 notify manager\n  at D+4 email pre_due\n  never auto-send\n",
    ),
    ("flag pause_work, needs approval by manager", "flag pause_work"),
    ("segment small when invoice.amount < 200 EUR", "segment small when invoice.amount < 100 EUR"),
];

const PERIOD: [&str; 6] = ["--data", "data.yaml", "--from", "2026-09-28", "--to", "2026-10-04"];

fn risky() -> Desk {
    let desk = Desk::edited(&RISKS);
    desk.write("data.yaml", DATA);
    desk
}

/// Transition, invoice and step of each entry that differs.
fn transitions(found: &Value) -> Vec<String> {
    let entries = found["impact"]["entries"].as_array().unwrap().iter();
    let differing = entries.filter(|entry| entry["transition"] != "unchanged");
    let line = |entry: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let invoice = text(&entry["invoices"][0]["invoice"]);
        format!("{} {invoice} {}", text(&entry["transition"]), text(&entry["step"]))
    };
    differing.map(line).collect()
}

#[test]
fn each_risk_is_found_and_told_first() {
    let desk = risky();
    let found = desk.json(&[&["diff", "old.dun", "new.dun"], PERIOD.as_slice()].concat());
    assert_eq!(
        transitions(&found),
        [
            "newly_automatic BIG email first_reminder",
            "no_longer_held PROMISED email first_reminder",
            "newly_contacted KEY email pre_due",
            "approval_dropped LATE flag pause_work",
        ]
    );
    assert_eq!(found["impact"]["untouched"], serde_json::json!([1]), "no invoice is small");
    let because: Vec<&str> = found["impact"]["entries"].as_array().unwrap()[..4]
        .iter()
        .map(|entry| entry["because"]["sentence"].as_str().unwrap())
        .collect();
    for (sentence, begins) in because.iter().zip([
        "the carve-out big_tickets is gone",
        "the carve-out promises is gone",
        "key_accounts: a new step",
        "standard: the flag pause_work no longer needs the approval of manager",
    ]) {
        assert!(sentence.starts_with(begins), "{sentence}");
    }
    let (_, text, _) = desk.run(&[&["diff", "old.dun", "new.dun"], PERIOD.as_slice()].concat());
    insta::assert_snapshot!(text);
    let arguments = [&["diff", "old.dun", "new.dun", "--format", "markdown"], PERIOD.as_slice()].concat();
    let (_, markdown, _) = desk.run(&arguments);
    assert!(markdown.starts_with("<!-- dun -->\n"));
    for name in ["Ant", "Bee", "Cat", "Dog", "customer.example"] {
        assert!(!markdown.contains(name) && !text.contains(name), "{name}");
    }
    insta::assert_snapshot!(markdown);
    let (_, named, _) = desk.run(&[arguments.as_slice(), &["--show-names"]].concat());
    assert!(named.contains("Ant Ltd (`C1`)"), "{named}");
}

/// The sides of every step of a simulation, as a reader would work them out: key, furthest state, mode.
fn naive(desk: &Desk, policy: &str, period: &[&str]) -> BTreeMap<String, (u8, String, String)> {
    let told = desk.json(&[&["simulate", policy], period].concat());
    let mut fates: BTreeMap<String, (u8, String, String)> = BTreeMap::new();
    let mut add = |entry: &Value, state: u8| {
        for member in entry["members"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let fate = (state, text(&entry["mode"]), text(&entry["kind"]));
            let known = fates.entry(text(&member["key"])).or_insert_with(|| fate.clone());
            if known.0 <= state {
                *known = fate;
            }
        }
    };
    told["withheld"].as_array().unwrap().iter().for_each(|spell| add(spell, 0));
    let events = told["events"].as_array().unwrap();
    events.iter().for_each(|event| add(event, if event["done"].is_null() { 1 } else { 2 }));
    fates
}

/// On a shipped policy and its data: every step of both sides has one transition; what the naive reading calls a risk
/// is one; the way back mirrors the way there; every number can be worked out again from the entries.
#[test]
fn transitions_are_complete_and_mirrored() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = fs::read_to_string(root.join("policies/key-accounts/policy.dun")).unwrap();
    let folder = root.join("policies/key-accounts");
    let desk = Desk::new();
    let absolute = |text: &str| {
        text.replace("\"templates\"", &format!("\"{}\"", folder.join("templates").display()))
            .replace("calendars/", &format!("{}/", folder.join("calendars").display()))
    };
    desk.write("old.dun", &absolute(&shipped));
    let edits = [
        ("at D+3  email first_reminder", "at D+5  email first_reminder"),
        ("  needs approval by finance\n\nsegment small", "\nsegment small"),
        ("invoice.amount < 200 EUR", "invoice.amount < 500 EUR"),
        ("carve-out promises when invoice.promised:\n  hold\n", ""),
        ("every 5 days", "every 7 days"),
    ];
    let edited = edits.iter().fold(shipped, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    desk.write("new.dun", &absolute(&edited));
    let data = root.join("fixtures/key-accounts");
    let period = ["--data", data.to_str().unwrap(), "--from", "2026-09-21", "--to", "2026-10-09"];
    let there = desk.json(&[&["diff", "old.dun", "new.dun"], period.as_slice()].concat());
    let back = desk.json(&[&["diff", "new.dun", "old.dun"], period.as_slice()].concat());
    let (old, new) = (naive(&desk, "old.dun", &period), naive(&desk, "new.dun", &period));
    let of = |found: &Value| -> BTreeMap<String, String> {
        let entries = found["impact"]["entries"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let map: BTreeMap<_, _> =
            entries.iter().map(|entry| (text(&entry["key"]), text(&entry["transition"]))).collect();
        assert_eq!(map.len(), entries.len(), "each key once");
        map
    };
    let (forth, reverse) = (of(&there), of(&back));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    assert_eq!(forth.keys().collect::<BTreeSet<_>>(), keys);
    for key in keys {
        let (was, is) = (old.get(key), new.get(key));
        let (to, from) = (forth[key].as_str(), reverse[key].as_str());
        let by_itself = |fate: &(u8, String, String)| {
            fate.0 > 0 && fate.1 == "automatic" && matches!(fate.2.as_str(), "email" | "sms" | "letter")
        };
        let expected: &[(&str, &str)] = match (was, is) {
            // One that only waited for a limit was not held.
            (Some(was), Some(is)) if was.0 == 0 && is.0 > 0 => {
                &[("no_longer_held", "newly_held"), ("added", "newly_held")]
            }
            (Some(was), Some(is)) if was.0 > 0 && is.0 == 0 => {
                &[("newly_held", "no_longer_held"), ("newly_held", "added")]
            }
            (Some(was), Some(is)) if was.0 == 0 && is.0 == 0 => {
                &[("unchanged", "unchanged"), ("held_otherwise", "held_otherwise")]
            }
            (Some(was), Some(is)) if by_itself(is) && !by_itself(was) => {
                &[("newly_automatic", "approval_added")]
            }
            (Some(was), Some(is)) if by_itself(was) && !by_itself(is) => {
                &[("approval_added", "newly_automatic")]
            }
            (Some(_), Some(_)) => &[
                ("unchanged", "unchanged"),
                ("changed", "changed"),
                ("earlier", "later"),
                ("later", "earlier"),
                // Held on the day on which the other side does it.
                ("no_longer_held", "later"),
                ("no_longer_held", "earlier"),
                ("later", "no_longer_held"),
                ("earlier", "no_longer_held"),
                ("approval_dropped", "approval_added"),
                ("approval_added", "approval_dropped"),
            ],
            (None, Some(is)) if is.0 == 0 => &[("withheld_added", "withheld_removed")],
            (Some(was), None) if was.0 == 0 => &[("withheld_removed", "withheld_added")],
            (None, _) => &[
                ("added", "removed"),
                ("newly_contacted", "removed"),
                ("newly_automatic", "removed"),
                ("no_longer_held", "removed"),
            ],
            (_, None) => &[
                ("removed", "added"),
                ("removed", "newly_contacted"),
                ("removed", "newly_automatic"),
                ("removed", "no_longer_held"),
            ],
        };
        assert!(expected.contains(&(to, from)), "{key}: {to} and back {from}, not of {expected:?}");
    }
    numbers_are_those_of_the_entries(&there["impact"]);
    let same = desk.json(&[&["diff", "old.dun", "old.dun"], period.as_slice()].concat());
    assert!(same["changes"].as_array().unwrap().is_empty());
    assert!(of(&same).values().all(|transition| transition == "unchanged"));
}

/// The counts of an impact, worked out again from its entries.
fn numbers_are_those_of_the_entries(impact: &Value) {
    let entries = impact["entries"].as_array().unwrap();
    for done in impact["done"].as_array().unwrap() {
        let count = |side: &str| {
            let fates = entries.iter().map(|entry| &entry[side]).filter(|fate| fate["state"] == "done");
            let own = fates.filter(|fate| fate["kind"] == done["kind"]);
            own.map(|fate| (fate["action"].to_string(), fate["on"].to_string()))
                .collect::<BTreeSet<_>>()
                .len()
        };
        assert_eq!(
            (done["before"].as_u64(), done["after"].as_u64()),
            (Some(count("before") as u64), Some(count("after") as u64)),
            "{done}"
        );
    }
    let risks = ["newly_automatic", "no_longer_held", "newly_contacted", "approval_dropped"];
    let is_risky = |entry: &&Value| risks.contains(&entry["transition"].as_str().unwrap());
    assert_eq!(impact["risky_steps"], entries.iter().filter(is_risky).count());
    let mut balances: BTreeMap<(String, String), i64> = BTreeMap::new();
    for owed in entries.iter().filter(is_risky).flat_map(|entry| entry["invoices"].as_array().unwrap()) {
        let minor = owed["balance"].as_str().unwrap().replace('.', "").parse().unwrap();
        let key = (owed["currency"].to_string(), owed["invoice"].to_string());
        let known = balances.entry(key).or_insert(minor);
        *known = minor.max(*known);
    }
    let sum: i64 = balances.values().sum();
    let told = impact["risky"].as_array().unwrap();
    let amounts =
        told.iter().map(|own| own["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap());
    assert_eq!(amounts.sum::<i64>(), sum);
    assert_eq!(told.iter().map(|own| own["count"].as_u64().unwrap()).sum::<u64>(), balances.len() as u64);
}

/// Thousands of transitions, long ids and signs that Markdown would obey: it fits a comment and counts what it leaves out.
#[test]
fn a_comment_always_fits() {
    let desk = Desk::edited(&[RISKS[0], ("at D+10 email", "at D+12 email")]);
    let mut data = String::from("as_of: 2026-10-05\ncustomers:\n");
    for at in 0..2_000 {
        writeln!(data, "  - {{ customer_id: \"C|<{at}>\", name: N, email: a{at}@customer.example }}")
            .unwrap();
    }
    data.push_str("invoices:\n");
    for at in 0..2_000 {
        let amount = if at % 2 == 0 { 30_000 } else { 500 };
        writeln!(data, "  - {{ invoice_id: \"I{}{at}\", customer_id: \"C|<{at}>\", amount: {amount}, issue_date: 2026-08-01, due_date: 2026-09-21 }}", "x".repeat(150)).unwrap();
    }
    desk.write("data.yaml", &data);
    let (code, out, err) =
        desk.run(&[&["diff", "old.dun", "new.dun", "--format", "markdown"], PERIOD.as_slice()].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.len() < 60_000, "{}", out.len());
    assert!(out.contains("left out here"), "{out}");
    assert!(
        out.contains("1000 changes that need a look: 1000 invoices, 30 000 000.00 EUR"),
        "{}",
        &out[..400]
    );
    assert!(!out.contains("<0>"), "ids are escaped");
}

/// Sixty invoices of two currencies: the largest first, the reason once, and what a terminal leaves out counted.
#[test]
fn what_needs_a_look_stands_by_amount() {
    let with = |approval: &str| format!("  at D+3 email pre_due{approval}\n");
    let desk = of_steps(&with(", needs approval by boss"), &with(""));
    let mut data = String::from("customers:\n");
    for at in 0..60 {
        writeln!(data, "  - {{ customer_id: C{at:02}, name: N, email: a{at}@ant.example }}").unwrap();
    }
    data.push_str("invoices:\n");
    for at in 0..60 {
        let (amount, currency) = (at / 4 * 10 + 100, if at % 2 == 0 { "EUR" } else { "USD" });
        let due = if at % 4 < 2 { "2026-09-08" } else { "2026-09-01" };
        writeln!(data, "  - {{ invoice_id: I{at:02}, customer_id: C{at:02}, amount: {amount}, currency: {currency}, issue_date: 2026-08-01, due_date: {due} }}").unwrap();
    }
    desk.write("data.yaml", &data);
    let told = transitions(&september(&desk));
    let steps: Vec<&str> = told.iter().filter_map(|line| line.split(' ').nth(1)).collect();
    assert_eq!(&steps[..4], ["I58", "I56", "I54", "I52"]);
    assert_eq!(&steps[28..32], ["I02", "I00", "I59", "I57"]);
    let (_, text, _) = desk.run(&[SEPTEMBER.as_slice(), &["2026-09-30"]].concat());
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words.matches("no longer needs the approval of boss").count(), 2, "{text}");
    assert!(text.contains("  and 20 steps more, which `--format json` has"), "{text}");
    let markdown = [SEPTEMBER.as_slice(), &["2026-09-30", "--format", "markdown"]].concat();
    let (_, markdown, _) = desk.run(&markdown);
    assert_eq!(markdown.matches("no longer needs the approval of boss").count(), 2, "{markdown}");
    assert!(markdown.contains("For all of them – all: the e-mail pre\\_due no longer needs"), "{markdown}");
    assert_eq!(markdown.matches("| `C").count(), 60, "all fit");
}

#[test]
fn one_test_for_each_exit_code() {
    let desk = risky();
    let diff = |more: &[&str]| desk.run(&[&["diff", "old.dun", "new.dun"], more].concat()).0;
    assert_eq!(diff(&[]), 0);
    assert_eq!(diff(&["--exit-code"]), 2);
    assert_eq!(desk.run(&["diff", "old.dun", "old.dun", "--exit-code"]).0, 0);
    let with = |more: &[&str]| diff(&[PERIOD.as_slice(), more].concat());
    for risk in ["newly-automatic", "no-longer-held", "newly-contacted", "approval-dropped"] {
        assert_eq!(with(&["--fail-on", risk]), 3, "{risk}");
    }
    assert_eq!(with(&["--fail-on", "approval-dropped,newly-automatic", "--exit-code"]), 3);
    let asked = ["--fail-on", "newly-contacted,approval-dropped,newly-automatic"];
    let (_, out, err) = desk.run(&[&["diff", "old.dun", "new.dun"], PERIOD.as_slice(), &asked].concat());
    let met = "`newly-contacted`, `approval-dropped`, `newly-automatic`";
    assert!(!out.is_empty());
    assert_eq!(err, format!("error: steps become {met}, which `--fail-on` forbids\n"));
    let back =
        [&["diff", "new.dun", "old.dun", "--fail-on", "newly-automatic,no-longer-held"], PERIOD.as_slice()]
            .concat();
    assert_eq!(desk.run(&back).0, 0);
    for wrong in [
        &["--fail-on", "newly-automatic"][..],
        &["--from", "2026-09-28", "--to", "2026-10-04"],
        &["--data", "data.yaml", "--from", "2026-10-04", "--to", "2026-09-28"],
        &["--data", "none.yaml"],
        &["--format", "csv"],
    ] {
        assert_eq!(diff(wrong), 1, "{wrong:?}");
    }
    // The day of the data, one day, and people who take their time.
    assert_eq!(diff(&["--data", "data.yaml"]), 0);
    assert_eq!(diff(&["--data", "data.yaml", "--as-of", "2026-10-01", "--fail-on", "newly-automatic"]), 3);
    assert_eq!(with(&["--approval-days", "3", "--task-days", "2"]), 0);
    assert_eq!(with(&["--approval-days", "100000000", "--task-days", "100000000"]), 0);
    assert_eq!(with(&["-o", "out.md", "--format", "markdown"]), 0);
    assert!(fs::read_to_string(desk.0.path().join("out.md")).unwrap().ends_with('\n'));
}

#[test]
fn two_plans_are_compared_action_by_action() {
    let desk = risky();
    for (policy, plan) in [("old.dun", "old.json"), ("new.dun", "new.jsonl")] {
        let form = plan.rsplit('.').next().unwrap();
        let arguments = ["plan", policy, "--data", "data.yaml", "--format", form, "-o", plan];
        assert_eq!(desk.run(&arguments).0, 0);
    }
    let (code, text, _) = desk.run(&["diff", "old.json", "new.jsonl", "--exit-code"]);
    assert_eq!(code, 2);
    assert!(!text.contains("customer.example") && !text.contains("Ltd"), "{text}");
    insta::assert_snapshot!(text);
    let (_, markdown, _) = desk.run(&["diff", "old.json", "new.jsonl", "--format", "markdown"]);
    assert!(markdown.starts_with("<!-- dun -->\n") && !markdown.contains("Ltd"), "{markdown}");
    assert_eq!(desk.run(&["diff", "old.json", "old.json", "--exit-code"]).0, 0);
    let plan = fs::read_to_string(desk.0.path().join("old.json")).unwrap();
    desk.write("later.json", &plan.replacen("\"format_version\": 1", "\"format_version\": 9", 1));
    for (files, expected) in [
        (
            ["old.json", "new.dun"],
            "`old.json` is a plan and `new.dun` is none: give two policies, or two plans",
        ),
        (
            ["new.dun", "old.json"],
            "`old.json` is a plan and `new.dun` is none: give two policies, or two plans",
        ),
        (
            ["old.json", "later.json"],
            "`later.json` cannot be used: it is a plan of format version 9, and this dun reads version 1 only; use the dun that made it",
        ),
    ] {
        let (code, _, err) = desk.run(&["diff", files[0], files[1]]);
        assert_eq!((code, err), (1, format!("error: {expected}\n")));
    }
    assert_eq!(desk.run(&["diff", "old.json", "new.jsonl", "--data", "data.yaml"]).0, 1);
}

/// The comment that the documentation shows is that of three edits of a shipped policy.
#[test]
fn the_comment_in_the_documentation_is_true() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = fs::read_to_string(root.join("policies/key-accounts/policy.dun")).unwrap();
    let edits = [
        ("at D+3  email first_reminder", "at D+5  email first_reminder"),
        (
            "carve-out disputes when invoice.disputed:\n  hold\n",
            "carve-out disputes when invoice.disputed:\n",
        ),
        ("  at D+1 notify manager\n  needs approval by manager\n", "  at D+1 notify manager\n"),
    ];
    let edited = edits.iter().fold(shipped.clone(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let folder = tempfile::tempdir().unwrap();
    let policies = root.join("policies/key-accounts");
    let absolute = |text: &str| {
        text.replace("\"templates\"", &format!("\"{}\"", policies.join("templates").display()))
            .replace("\"calendars/", &format!("\"{}/", policies.join("calendars").display()))
    };
    fs::write(folder.path().join("policy.dun"), absolute(&shipped)).unwrap();
    fs::write(folder.path().join("new.dun"), absolute(&edited)).unwrap();
    let data = root.join("fixtures/key-accounts");
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .current_dir(folder.path())
        .args(["diff", "policy.dun", "new.dun", "--data", data.to_str().unwrap()])
        .args(["--from", "2026-09-01", "--to", "2026-10-05", "--format", "markdown"])
        .output()
        .unwrap();
    let comment = String::from_utf8(output.stdout).unwrap();
    let kept = root.join("docs/pull-request.md");
    if std::env::var("WALK").is_ok_and(|walk| walk == "update") {
        fs::write(&kept, &comment).unwrap();
    }
    assert_eq!(comment, fs::read_to_string(kept).unwrap());
}

/// A policy of one segment with these steps, and of two invoices that are due one after the other.
fn of_steps(old: &str, new: &str) -> Desk {
    let desk = Desk::new();
    let policy = |steps: &str| {
        let roles =
            "role finance = \"f@acme.example\"\nrole boss = \"b@acme.example\"\nrole buyer = contact\n";
        let head =
            "policy \"A\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n  fallback finance\n";
        format!("{head}{roles}segment all otherwise:\n{steps}")
    };
    desk.write("old.dun", &policy(old));
    desk.write("new.dun", &policy(new));
    let customer = "customers: [{ customer_id: C1, name: Ant, email: a@ant.example }]\n";
    let contact = "contacts: [{ customer_id: C1, role: buyer, name: Bea, email: b@ant.example }]\n";
    let invoice = |id: &str, amount: u32, due: &str| {
        format!(
            "  - {{ invoice_id: {id}, customer_id: C1, amount: {amount}, issue_date: 2026-08-01, due_date: {due} }}\n"
        )
    };
    let invoices = invoice("I1", 100, "2026-09-01") + &invoice("I2", 40, "2026-09-08");
    desk.write("data.yaml", &format!("{customer}{contact}invoices:\n{invoices}"));
    desk
}

const SEPTEMBER: [&str; 8] =
    ["diff", "old.dun", "new.dun", "--data", "data.yaml", "--from", "2026-08-25", "--to"];

fn september(desk: &Desk) -> Value {
    desk.json(&[SEPTEMBER.as_slice(), &["2026-09-30"]].concat())
}

/// The exit codes of the gates for each risk, in the order of risks.
fn gates(desk: &Desk) -> [i32; 4] {
    let risks = ["newly-automatic", "no-longer-held", "newly-contacted", "approval-dropped"];
    risks.map(|risk| desk.run(&[SEPTEMBER.as_slice(), &["2026-09-30", "--fail-on", risk]].concat()).0)
}

#[test]
fn a_renamed_step_is_the_same_step() {
    let first = "  at D-3 email pre_due\n";
    let with = |step: &str| format!("{first}  at D+3 email second_reminder{step}\n");
    let name = " as final formerly email second_reminder";
    let pure = of_steps(&with(""), &with(name));
    assert_eq!((transitions(&september(&pure)), gates(&pure)), (Vec::new(), [0; 4]));
    assert_eq!(sentences(&september(&pure)), Vec::<String>::new());
    let back = of_steps(&with(name), &with(""));
    assert_eq!((transitions(&september(&back)), gates(&back)), (Vec::new(), [0; 4]));
    let dropped = of_steps(&with(", needs approval by boss"), &with(name));
    assert_eq!(transitions(&september(&dropped)), ["newly_automatic I1 final", "newly_automatic I2 final"]);
    assert_eq!(gates(&dropped), [3, 0, 0, 3]);
    let by_two = with(", needs approval by boss, needs approval by finance");
    let one = of_steps(&by_two, &with(&format!("{name}, needs approval by finance")));
    assert_eq!(transitions(&september(&one)), ["approval_dropped I1 final", "approval_dropped I2 final"]);
    assert_eq!(gates(&one), [0, 0, 0, 3]);
}

/// The name of a step in a carve-out, a repeated step, and one of a ladder per customer.
#[test]
fn renamed_steps_are_found_wherever_they_stand() {
    let steps = |name: &str, of_customer: &str| {
        format!(
            "  use together\n  every 5 days from D+3, at most 3 times: email pre_due{name}\ncadence together per customer:\n  at D+4 letter first_reminder{of_customer}\ncarve-out late when invoice.days_overdue > 10 days:\n  at D+12 task \"look\" for boss{name}\n"
        )
    };
    let plain = steps("", "");
    let named = "  use together\n  every 5 days from D+3, at most 3 times: email pre_due as again formerly email pre_due\ncadence together per customer:\n  at D+4 letter first_reminder as paper formerly letter first_reminder\ncarve-out late when invoice.days_overdue > 10 days:\n  at D+12 task \"look\" for boss as look formerly task \"look\"\n";
    let desk = of_steps(&plain, named);
    let found = september(&desk);
    assert_eq!(transitions(&found), Vec::<String>::new());
    let entries = found["impact"]["entries"].as_array().unwrap();
    assert!(entries.len() >= 8, "{}", entries.len());
}

/// Of two steps that became one, one is gone.
#[test]
fn steps_that_became_one() {
    let two = "  at D+3 email second_reminder\n  at D+9 email last_call, needs approval by boss\n";
    let one = "  at D+9 email last_call as final formerly email second_reminder formerly email last_call\n";
    let desk = of_steps(two, one);
    let found = september(&desk);
    let told = transitions(&found);
    let entries = found["impact"]["entries"].as_array().unwrap();
    let keys: BTreeSet<&str> = entries.iter().map(|entry| entry["key"].as_str().unwrap()).collect();
    assert_eq!((entries.len(), keys.len()), (4, 4), "{told:?}");
    assert_eq!(
        told,
        [
            "newly_automatic I1 final",
            "newly_automatic I2 final",
            "removed I1 email second_reminder",
            "removed I2 email second_reminder",
        ]
    );
}

#[test]
fn a_message_that_takes_the_place_of_one_that_people_released() {
    let first = "  at D-3 email pre_due\n";
    let with = |step: &str| format!("{first}  at D+3 {step}\n");
    let approved = with("email second_reminder, needs approval by boss");
    let swapped = of_steps(&approved, &with("email last_call"));
    let found = september(&swapped);
    assert_eq!(
        transitions(&found),
        [
            "newly_automatic I1 email last_call",
            "newly_automatic I2 email last_call",
            "removed I1 email second_reminder",
            "removed I2 email second_reminder",
        ]
    );
    assert_eq!(found["impact"]["entries"][0]["replaces"]["step"], "email second_reminder");
    assert_eq!(gates(&swapped), [3, 0, 0, 3]);
    let (_, text, _) = swapped.run(&[SEPTEMBER.as_slice(), &["2026-09-30"]].concat());
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected =
        "last_call: not due; in its place email second_reminder: approval by boss, 4 September → sent on";
    assert!(told.contains(expected), "{text}");
    // By hand, and by telephone.
    let call = of_steps(&with("call by finance"), &with("email last_call"));
    assert_eq!(gates(&call), [3, 0, 0, 0]);
    // One approval less, and none less.
    let two = with("email second_reminder, needs approval by boss, needs approval by finance");
    assert_eq!(gates(&of_steps(&two, &with("email last_call, needs approval by finance"))), [0, 0, 0, 3]);
    assert_eq!(gates(&of_steps(&approved, &with("email last_call, needs approval by boss"))), [0; 4]);
    // The step of people is still there.
    let beside = of_steps(&approved, &format!("{approved}  at D+9 email last_call\n"));
    assert_eq!(gates(&beside), [0; 4]);
}

#[test]
fn messages_to_people_of_ours_contact_nobody() {
    let with = |step: &str| format!("  at D+3 email second_reminder{step}\n");
    let ours = with(" to boss");
    let cases = [
        // It goes to the customer instead, to a contact of theirs, or as a copy.
        (ours.clone(), with(""), ["newly_automatic"; 2], [3, 0, 0, 0]),
        (ours.clone(), with(" to buyer"), ["newly_automatic"; 2], [3, 0, 0, 0]),
        (ours.clone(), with(" to boss cc buyer"), ["newly_automatic"; 2], [3, 0, 0, 0]),
        (ours.clone(), with(", needs approval by boss"), ["newly_contacted"; 2], [0, 0, 3, 0]),
        // From one of ours to another, and from one of theirs to another.
        (ours.clone(), with(" to finance"), ["changed"; 2], [0; 4]),
        (with(" to buyer"), with(""), ["changed"; 2], [0; 4]),
        (with(""), ours.clone(), ["changed"; 2], [0; 4]),
        // Nobody at the customer knew of the invoice.
        (ours.clone(), format!("{ours}  at D+5 call by finance\n"), ["newly_contacted"; 2], [0, 0, 3, 0]),
        (ours.clone(), format!("{ours}  at D+5 email last_call\n"), ["newly_contacted"; 2], [0, 0, 3, 0]),
        (with(""), format!("{}  at D+5 email last_call to boss\n", with("")), ["added"; 2], [0; 4]),
    ];
    for (old, new, expected, exits) in cases {
        let desk = of_steps(&old, &new);
        let told = transitions(&september(&desk));
        let told: Vec<&str> = told.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!((told, gates(&desk)), (expected.to_vec(), exits), "{old} {new}");
    }
    let (_, text, _) = of_steps(&ours, &with("")).run(&[SEPTEMBER.as_slice(), &["2026-09-30"]].concat());
    assert!(text.contains("sent on 4 September, to boss → sent on 4 September, to billing"), "{text}");
}

/// A step that only waited for a limit and loses its approval is not merely added.
#[test]
fn what_waited_for_a_limit_keeps_its_approval() {
    let with = |step: &str| {
        format!("  at D+3 email second_reminder{step}\n  write to a customer at most once every 60 days\n")
    };
    let desk = of_steps(&with(", needs approval by boss"), &with("").replace("60", "5"));
    let found = september(&desk);
    assert_eq!(
        transitions(&found),
        ["newly_automatic I1 email second_reminder", "newly_automatic I2 email second_reminder"]
    );
}

/// What somebody wrote about a dispute stands in no output that may be posted, unless it is asked for.
#[test]
fn reasons_of_disputes_are_shown_on_request() {
    let with = |more: &str| {
        format!(
            "  at D+3 email pre_due\ncarve-out disputes when invoice.disputed:\n{more}  at dispute notify boss\n"
        )
    };
    let desk = of_steps(&with("  hold\n"), &with(""));
    let data = fs::read_to_string(desk.0.path().join("data.yaml")).unwrap();
    let dispute = "disputes: [{ invoice_id: I1, opened: 2026-09-02, reason: \"Mrs Jane Smith, jane@home.example, is ill\" }]\n";
    desk.write("data.yaml", &format!("{data}{dispute}"));
    let days = ["--data", "data.yaml", "--from", "2026-08-25", "--to", "2026-09-30"];
    let day = ["--data", "data.yaml", "--as-of", "2026-09-04"];
    let as_of = ["--data", "data.yaml", "--as-of", "2026-09-02", "--format", "json", "-o", "old.json"];
    desk.run(&[&["plan", "old.dun"], as_of.as_slice()].concat());
    let plan = fs::read_to_string(desk.0.path().join("old.json")).unwrap();
    desk.write("edited.json", &plan.replace("Jane Smith", "Jane Doe"));
    let mut runs: Vec<Vec<&str>> = vec![vec!["diff", "old.json", "edited.json"]];
    for form in ["text", "markdown", "json"] {
        runs.push([&["diff", "old.dun", "new.dun", "--format", form], days.as_slice()].concat());
    }
    for form in ["text", "markdown"] {
        runs.push([&["simulate", "old.dun", "--format", form], days.as_slice()].concat());
    }
    for form in ["markdown", "csv"] {
        runs.push([&["plan", "old.dun", "--format", form], day.as_slice()].concat());
    }
    for run in runs {
        let (code, plain, err) = desk.run(&run);
        let (_, named, _) = desk.run(&[run.as_slice(), &["--show-names"]].concat());
        assert_eq!(code, 0, "{run:?} {err}");
        assert!(!plain.contains("Jane") && !plain.contains("home.example"), "{run:?}\n{plain}");
        assert!(named.contains("Jane"), "{run:?}\n{named}");
        assert!(run[1] == "old.json" || plain.contains("disputed since 2 September"), "{run:?}\n{plain}");
    }
}

/// A step whose only approval is dropped is told as newly automatic, and fails the gate for dropped approvals as well.
#[test]
fn the_gate_for_dropped_approvals_knows_those_that_were_the_last() {
    let desk = Desk::new();
    let with = "policy \"A\"\n  currency EUR\n  templates \"templates\"\n  sender finance\nrole finance = \"f@acme.example\"\nsegment all otherwise:\n  at D+3 email first_reminder, needs approval by finance\n";
    desk.write("old.dun", with);
    desk.write("new.dun", &with.replace(", needs approval by finance", ""));
    desk.write("data.yaml", "customers: [{ customer_id: C1, name: Ant, email: a@ant.example }]\ninvoices: [{ invoice_id: I1, customer_id: C1, amount: 100, due_date: 2026-09-01 }]\n");
    let run = |gate: &str| {
        let days = ["--from", "2026-09-01", "--to", "2026-09-30", "--fail-on", gate];
        desk.run(&[&["diff", "old.dun", "new.dun", "--data", "data.yaml"], days.as_slice()].concat()).0
    };
    let gates = ["approval-dropped", "newly-automatic", "newly-contacted"];
    assert_eq!(gates.map(run), [3, 3, 0]);
}

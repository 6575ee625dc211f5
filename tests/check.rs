//! What the checker refuses, and what it says: names, types, duplicates, units, charges, and misplaced lines.
#![expect(clippy::disallowed_methods, reason = "one test reads the checker's own source")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dun::check::{self, Input};
use dun::diagnostic::Diagnostic;
use dun::model::Policy;
use dun::render;
use dun::span::Sources;
use dun::syntax;
use dun::template::{self, TemplateFile, TemplateSet};

const TEMPLATES: [(&str, &str); 4] = [
    ("first_reminder.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }}.\n"),
    ("second_reminder.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }} now.\n"),
    ("call_sheet.md", "Call {{ customer.name }}.\n"),
    ("short_nudge.txt", "Please pay {{ total }}.\n"),
];

/// The files of holidays and of rates that a policy can name.
const FILES: [(&str, Result<&str, &str>); 12] = [
    ("calendars/fr.yaml", Ok("2026-05-01: Fête du Travail\n")),
    ("calendars/gone.yaml", Err("No such file or directory (os error 2)")),
    ("calendars/list.yaml", Ok("- 2026-05-01\n- 2026-07-14\n")),
    ("calendars/odd.yaml", Ok("2026-05-01: Fête du Travail\n14/07/2026: Fête nationale\n")),
    ("rates/ecb.yaml", Ok("2026-01-01: -0.88\n2026-07-01: 2.27\n")),
    ("rates/gone.yaml", Err("No such file or directory (os error 2)")),
    ("rates/empty.yaml", Ok("# none yet\n")),
    ("rates/nothing.yaml", Ok("{}\n")),
    ("rates/list.yaml", Ok("- 2.27\n")),
    ("rates/day.yaml", Ok("01/07/2026: 2.27\n")),
    ("rates/comma.yaml", Ok("2026-07-01: 2,27\n")),
    ("rates/twice.yaml", Ok("2026-07-01: 2.27\n2026-07-01: 2.37\n")),
];

/// A policy with all that it names, checked.
struct Checked {
    sources: Sources,
    found: Vec<Diagnostic>,
    policy: Option<Policy>,
}

impl Checked {
    fn of(text: &str, files: &[(&str, &str)]) -> Checked {
        let mut sources = Sources::default();
        let file = sources.add("policy.dun", text);
        let (ast, mut found) = syntax::parse(&sources, file);
        assert!(found.is_empty(), "{text}\n{}", render::diagnostic::diagnostics(&found, &sources, false));
        let named = check::references(&ast);
        let files = if named.templates.is_some() { files } else { &[] };
        let files = files.iter().map(|(path, text)| TemplateFile {
            file: sources.add(&format!("templates/{path}"), text),
            path: String::from(*path),
            text: (*text).into(),
        });
        let templates = TemplateSet::new(files.collect(), "en");
        let files: BTreeMap<_, _> = FILES
            .iter()
            .filter(|(path, _)| named.files.contains(*path))
            .map(|(path, text)| (String::from(*path), text.map(String::from).map_err(String::from)))
            .collect();
        let checked = check::check(&Input {
            sources: &sources,
            file,
            ast: &ast,
            templates: Some(&templates),
            files: &files,
        });
        found.extend(checked.diagnostics);
        found.extend(template::check(&templates, &checked.fields));
        assert_eq!(checked.policy.is_some(), !found.iter().any(Diagnostic::is_error), "{text}");
        Checked { sources, found, policy: checked.policy }
    }

    fn messages(&self) -> String {
        render::diagnostic::diagnostics(&self.found, &self.sources, false)
    }
}

/// A policy made of these lines and, below them, whatever else a whole policy needs.
fn whole(lines: &str) -> String {
    let has = |word: &str| lines.lines().any(|line| line.starts_with(word));
    let mut text = format!("{lines}\n");
    if !has("policy ") {
        text.push_str("policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n");
    }
    for role in ["finance", "manager"] {
        if !has(&format!("role {role} ")) {
            text.push_str(&format!("role {role} = \"{role}@acme.example\"\n"));
        }
    }
    if !has("segment ") {
        text.push_str("segment everyone otherwise:\n  at D+3 email first_reminder\n");
    }
    text
}

fn checked(lines: &str) -> Checked {
    Checked::of(&whole(lines), &TEMPLATES)
}

/// Each case with its messages, as people read them.
fn shown(cases: &[&str]) -> String {
    let entry = |lines: &&str| format!("{lines}\n---\n{}", checked(lines).messages());
    cases.iter().map(entry).collect::<Vec<_>>().join("==========\n")
}

const NAMES: &[&str] = &[
    "segment everyone otherwise:\n  use standrad\ncadence standard:\n  at D+3 email first_reminder",
    "segment everyone otherwise:\n  use standard",
    "segment everyone otherwise:\n  at D+3 email frist_reminder",
    "segment everyone otherwise:\n  at D+3 email farewell",
    "segment everyone otherwise:\n  at D+3 email call_sheet",
    "segment everyone otherwise:\n  at D+3 notify mananger",
    "segment everyone otherwise:\n  at D+3 call by lawyer with call_shet",
    "segment everyone otherwise:\n  at D+3 email first_reminder to accounting cc boss",
    "segment everyone otherwise:\n  needs approval by boss from D+15\n  only by hand by boss",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  sender shop\n  fallback finence",
    "policy \"Acme\"\n  currency EUR\nsegment everyone otherwise:\n  at D+3 sms hello",
    "role owner = customer.ovner",
    "segment big when invoice.balanse > 100 EUR:\n  hold",
    "segment big when customer.amount > 100 EUR:\n  hold",
    "segment big when invoice.colour is \"red\":\n  hold",
    "segment big when supplier.country is \"FR\":\n  hold",
    "field invoice.project: text\nsegment big when invoice.projekt is \"X\":\n  hold",
    "field supplier.rating: text",
    "segment paid when invoice.stage is \"overdu\":\n  hold",
    "segment gold when customer.kind in (\"business\", \"government\"):\n  hold",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  timezone Europe/Pariss",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  timezone Head_Office",
    "policy \"Acme\"\n  language 2\n  currency EUR\n  templates \"templates\"",
    "calendar france:\n  holidays from \"calendars/gone.yaml\"",
    "scenario \"a\":\n  customer in segment everyon\n  invoice 9 EUR due 2026-10-01\n  past email older sent on 2026-10-04\n  expect never: email first_remindr",
];

const TYPES: &[&str] = &[
    "segment a when invoice.balance > 200:\n  hold",
    "segment a when invoice.balance > \"200 EUR\":\n  hold",
    "segment a when invoice.balance between 100 EUR and 200 USD:\n  hold",
    "segment a when invoice.balance between 200 EUR and 100 EUR:\n  hold",
    "segment a when invoice.days_overdue > 2026-10-01:\n  hold",
    "segment a when invoice.days_overdue >= 2.5:\n  hold",
    "segment a when invoice.due_date < 30 days:\n  hold",
    "segment a when invoice.due_date is \"2026-10-01\":\n  hold",
    "segment a when today > 08-01:\n  hold",
    "segment a when today between 2026-08-01 and 08-21:\n  hold",
    "segment a when today between 08-01 and 2026-08-21:\n  hold",
    "segment a when today in (2026-08-01, 12-25):\n  hold",
    "segment a when customer.country is 33:\n  hold",
    "segment a when customer.country < \"M\":\n  hold",
    "segment a when customer.name between \"A\" and \"M\":\n  hold",
    "segment a when invoice.stage > \"sent\":\n  hold",
    "segment a when customer.country:\n  hold",
    "segment a when customer.balance:\n  hold",
    "segment a when customer.tags:\n  hold",
    "segment a when customer.tags is \"vip\":\n  hold",
    "segment a when customer.tags > 3:\n  hold",
    "segment a when customer.tags has 3:\n  hold",
    "segment a when customer.country has \"FR\":\n  hold",
    "segment a when invoice.disputed is \"yes\":\n  hold",
    "segment a when invoice.disputed >= 1:\n  hold",
    "field customer.score: number\nsegment a when customer.score is \"high\":\n  hold",
    "role owner = invoice.due_date",
    "role owner = \"accounts receivable\"",
    "role owner = \"Acme <ar@acme.example>\"",
    "role owner = \"ar@acme.example, cfo@acme.example\"",
    "calendar france:\n  holidays from \"calendars/list.yaml\"",
    "calendar france:\n  holidays from \"calendars/odd.yaml\"",
    "calendar shut:\n  closed monday, tuesday, wednesday, thursday\n  closed friday, saturday and sunday",
];

const DUPLICATES: &[&str] = &[
    "segment gold when customer.tags has \"gold\":\n  at D+3 notify finance as last\nsegment rest otherwise:\n  at D+3 escalate to manager as last",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\npolicy \"Acme again\"\n  currency USD",
    "role boss = \"a@acme.example\"\nrole boss = \"b@acme.example\"",
    "field customer.tier: text\nfield customer.tier: number",
    "field invoice.balance: money",
    "cadence a:\n  at D+3 email first_reminder\ncadence a:\n  at D+5 email first_reminder",
    "segment a when invoice.disputed:\n  hold\nsegment a otherwise:\n  at D+3 email first_reminder",
    "carve-out a when invoice.disputed:\n  hold\ncarve-out a when invoice.promised:\n  hold",
    "calendar a:\n  closed sunday\ncalendar a when customer.country is \"FR\":\n  closed saturday",
    "calendar a:\n  closed sunday\ncalendar b:\n  closed saturday",
    "scenario \"one\":\n  customer\nscenario \"one\":\n  customer",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  terms 30 days\n  terms 60 days",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  ignore balances under 5 EUR, 5 USD, 7 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1 USD = 0.92 EUR\n  rate 1 EUR = 1.09 USD",
    "cadence a:\n  catch up: latest\n  catch up: one at a time\n  at D+3 email first_reminder",
    "segment everyone otherwise:\n  use a, a\ncadence a:\n  at D+3 email first_reminder",
    "cadence a:\n  at D+3 email first_reminder\n  at D+10 email first_reminder",
    "cadence a:\n  at D+3 call by finance as talk\n  at D+10 notify manager as talk",
    "segment everyone otherwise:\n  at D+3 email first_reminder\nsegment big when invoice.balance > 9 EUR:\n  hold",
    "segment a otherwise:\n  hold\nsegment b otherwise:\n  hold",
    "cadence a:\n  at D+3 email first_reminder\n  at D+5 email second_reminder formerly email first_reminder",
    "cadence a:\n  at D+3 email first_reminder formerly email old\n  at D+5 email second_reminder formerly email old",
];

const SETTINGS: &[&str] = &[
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  pilot: 0 customers",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1 EUR = 1 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 0 USD = 0.92 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1 USD = -0.92 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1 USD = 0.9200001 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1_000_000_001 USD = 1 EUR",
    "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  rate 1_00 USD = 92 EUR",
];

const MISPLACED: &[&str] = &[
    "role boss = \"boss@acme.example\"\npolicy \"Acme\"",
    "cadence a:\n  use b\n  at D+3 email first_reminder\ncadence b:\n  at D+3 email first_reminder",
    "carve-out disputes when invoice.disputed:\n  use a\ncadence a:\n  at D+3 email first_reminder",
    "everywhere:\n  use a\ncadence a:\n  at D+3 email first_reminder",
    "cadence a per customer:\n  at D-3 email first_reminder\n  at D email first_reminder as b\n  every 5 days from D: email first_reminder as c\n  at D+1 email first_reminder as d",
    "everywhere:\n  at D+3 email first_reminder",
    "everywhere:\n  catch up: latest",
    "segment everyone otherwise:\n  catch up: latest\n  at D+3 email first_reminder",
    "segment everyone otherwise:\n  data no older than 2 days\n  at D+3 email first_reminder",
    "cadence a:\n  at D+3 notify manager, formal",
    "cadence a:\n  at D+3 notify manager and flag stop, deadline 8 days",
    "cadence a:\n  at D+3 call by finance, formal",
    "cadence a:\n  at D+3 email first_reminder registered",
    "cadence a:\n  at D+3 email first_reminder and wait",
    "cadence a:\n  at D+3 email first_reminder else call by finance and wait",
    "cadence a:\n  hold and resume 3 days later\n  at D+3 email first_reminder",
    "everywhere:\n  messages between 19:00 and 08:00",
    "cadence a:\n  at previous+7 email first_reminder",
    "cadence a:\n  every 5 days from D+3, at most twice: email first_reminder\n  at previous+7 email second_reminder",
    "cadence a:\n  at D+3 email first_reminder\n  at previous-7 email second_reminder",
    "cadence a:\n  at D+3 email first_reminder\n  every 5 days from previous+7: email second_reminder",
    "carve-out a when invoice.disputed:\n  at previous+7 notify manager",
    "cadence a:\n  at payment+7 notify manager",
    "cadence a:\n  at D+3 email first_reminder else call by finance formerly call manager",
    "carve-out a when invoice.disputed:\n  at dispute notify manager, if missed: skip",
    "carve-out a when invoice.promise_broken:\n  at promise+3 call by finance, deadline 5 days",
    "cadence a:\n  at dispute notify manager",
    "cadence a:\n  at promise+3 business days call by finance",
    "everywhere:\n  needs approval by manager from promise+3",
    "carve-out a when invoice.disputed:\n  every 5 days from dispute: notify manager",
    "carve-out a when invoice.disputed:\n  hold\n  at dispute email first_reminder",
    "carve-out a when invoice.disputed:\n  hold; at dispute call by finance",
    "carve-out a when invoice.disputed:\n  hold\n  at dispute email first_reminder else notify manager",
    "cadence a:\n  at D+3 notify manager to finance",
    "cadence a:\n  at D+3 call by finance cc manager attach invoice",
    "cadence a:\n  at D+3 email first_reminder with call_sheet",
    "cadence a:\n  at D+3 notify manager else call by finance",
    "cadence a:\n  at D+3 email first_reminder else call by finance as talk",
];

const CHARGES: &[&str] = &[
    "cadence a:\n  at D+3 charge fee 0 EUR",
    "cadence a:\n  at D+3 charge interest at 1000%",
    "cadence a:\n  at D+3 charge interest at 9.1234567%",
    "cadence a:\n  at D+3 charge interest at 10% plus 1000 points",
    "cadence a:\n  at D+3 charge interest at \"rates/gone.yaml\"",
    "cadence a:\n  at D+3 charge interest at \"rates/empty.yaml\"",
    "cadence a:\n  at D+3 charge interest at \"rates/nothing.yaml\"",
    "cadence a:\n  at D+3 charge interest at \"rates/list.yaml\" plus 9 points",
    "cadence a:\n  at D+3 charge interest at \"rates/day.yaml\" plus 9 points",
    "cadence a:\n  at D+3 charge interest at \"rates/comma.yaml\" plus 9 points",
    "cadence a:\n  at D+3 charge interest at \"rates/twice.yaml\" plus 9 points",
    "carve-out a when invoice.disputed:\n  hold\n  at dispute charge fee 40 EUR",
    "carve-out a when invoice.disputed:\n  hold; at dispute charge interest at 10%",
    "cadence a:\n  at D+3 charge fee 40 EUR as late\n  at D+9 charge fee 20 EUR as late",
];

/// Cases with more than a few lines, or whose point is what the policy lacks.
const WHOLE: &[&str] = &[
    "role finance = \"collections@acme.example\"\nsegment everyone otherwise:\n  hold\n",
    "policy \"Acme\"\n  currency EUR\n",
    "policy \"Acme\"\n  currency EUR\nsegment everyone otherwise:\n  hold\nscenario \"nothing\":\n  customer\n",
];

fn shown_whole(cases: &[&str]) -> String {
    let entry = |text: &&str| format!("{text}---\n{}", Checked::of(text, &TEMPLATES).messages());
    cases.iter().map(entry).collect::<Vec<_>>().join("==========\n")
}

#[test]
fn settings() {
    insta::assert_snapshot!(shown(SETTINGS));
}

#[test]
fn names() {
    insta::assert_snapshot!(shown(NAMES));
}

#[test]
fn types_and_units() {
    insta::assert_snapshot!(shown(TYPES));
}

#[test]
fn duplicates() {
    insta::assert_snapshot!(shown(DUPLICATES));
}

#[test]
fn misplaced_lines() {
    insta::assert_snapshot!(shown(MISPLACED));
}

#[test]
fn what_a_policy_lacks() {
    insta::assert_snapshot!(shown_whole(WHOLE));
}

#[test]
fn charges() {
    insta::assert_snapshot!(shown(CHARGES));
}

/// One run tells what is wrong in every block and in the templates.
#[test]
fn one_run_reports_every_block_and_the_templates() {
    let text = r#"policy "Acme"
  currency EUR
  templates "templates"
  timezone Europe/Pariss
role finance = customer.ovner
field customer.tier: "gold" or "silver"
calendar france when customer.country is 33:
  closed sunday
cadence standard:
  at D+3 email frist_reminder
  at D+10 call by nobody and notify finance
  at D+20 email second_reminder, if invoice.balance > 5
segment gold when customer.tier is "golden":
  use standrad
segment everyone otherwise:
  use standard
carve-out disputes when invoice.disputd:
  hold
  at D+3 email first_reminder to nobody
everywhere:
  needs approval by nobody
"#;
    let templates = [
        ("first_reminder.md", "---\nsubject: Invoice {{ invoice.idd }}\n---\nPlease pay {{ totl }}.\n"),
        (
            "second_reminder.md",
            "---\nsubject: Invoice {{ invoice.id }}\n---\n{% if count > 1 %}Please pay.\n",
        ),
    ];
    insta::assert_snapshot!(Checked::of(text, &templates).messages());
}

/// One mistake, one message: what depends on the mistake is not reported as well.
#[test]
fn one_mistake_is_one_message() {
    let single = [
        // The only segment, the role of a step, the first of two actions, the field of a condition.
        "segment everyone when invoice.balanse > 5 EUR:\n  at D+3 email first_reminder",
        "segment everyone otherwise:\n  at D+3 notify nobody\n  at D+5 email first_reminder",
        "segment everyone otherwise:\n  at D+3 email frist_reminder and sms short_nudge",
        "field supplier.rating: text",
        "role boss = customer.ovner\nsegment everyone otherwise:\n  at D+3 notify boss",
        "cadence a:\n  at D+3 notify boss\nrole boss = \"nobody\"\nsegment everyone otherwise:\n  use a",
        "calendar a:\n  closed sunday\n  holidays from \"calendars/list.yaml\"",
        "carve-out a when invoice.disputd:\n  at dispute notify manager",
        "segment a when invoice.disputed and not invoice.promised and invoice.balance > 5:\n  hold",
    ];
    for lines in single {
        let checked = checked(lines);
        assert_eq!(checked.found.len(), 1, "{lines}\n{}", checked.messages());
    }
}

/// The folder of templates could not be read: that is said elsewhere, and no template is called unknown.
#[test]
fn without_templates_no_template_is_called_unknown() {
    let text = whole("segment everyone otherwise:\n  at D+3 email first_reminder");
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", &text);
    let (ast, _) = syntax::parse(&sources, file);
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: None, files: &files };
    let checked = check::check(&input);
    assert!(checked.diagnostics.is_empty(), "{:?}", checked.diagnostics);
}

/// What the catalogue and the grammar offer is accepted, so a refusal above is about the mistake alone.
#[test]
fn sound_policies_pass() {
    let sound = [
        "segment a when invoice.balance between 100 EUR and 200 EUR and today between 12-15 and 01-05:\n  hold",
        "segment a when today in (12-25, 01-01) or today in (2026-05-01, 2026-05-08):\n  hold",
        "segment a when customer.name is not \"X\" and customer.kind in (\"Business\", \"public\"):\n  hold",
        "segment a when invoice.days_overdue > 30 days and customer.overdue_count >= 2:\n  hold",
        "segment a when customer.tags has \"vip\" and not invoice.disputed and invoice.po_number is missing:\n  hold",
        "segment gold:\n  at D+3 email first_reminder and sms short_nudge else call by finance with call_sheet",
        "cadence a:\n  catch up: latest\n  every 5 days from D+3, at most twice: email first_reminder",
        "calendar france:\n  closed saturday, sunday\n  holidays from \"calendars/fr.yaml\"",
        "cadence a:\n  at D+3 email first_reminder as one\n  at D+5 email first_reminder as two",
        "carve-out a when invoice.disputed:\n  hold\n  at dispute+3 task \"Look into it\" for finance",
        "segment a when customer.kind is \"business\":\n  at D+3 charge interest at \"rates/ecb.yaml\" plus 9 points\n  at D+9 charge fee 40 EUR",
        "everywhere:\n  never charge",
    ];
    for lines in sound {
        let checked = checked(lines);
        assert_eq!(checked.messages(), "", "{lines}");
        assert!(checked.policy.is_some());
    }
}

#[test]
fn a_number_may_stand_before_and() {
    let checked = checked("segment a when customer.overdue_count >= 2 and invoice.disputed:\n  hold");
    assert_eq!(checked.messages(), "");
}

/// Errors never come without a remedy, and read as the house style has them.
#[test]
fn every_message_is_lower_case_without_a_full_stop_and_has_a_remedy() {
    let lists = [NAMES, TYPES, DUPLICATES, MISPLACED, SETTINGS, CHARGES].concat();
    for checked in lists.iter().map(|lines| checked(lines)) {
        for found in checked.found.iter().filter(|found| found.is_error()) {
            let first = found.message.chars().next().unwrap();
            assert!(!first.is_uppercase() && !found.message.ends_with('.'), "{}", found.message);
            assert!(!found.help.is_empty(), "no remedy: {}", found.message);
            assert!(found.help.iter().all(|help| !help.ends_with('.')), "{:?}", found.help);
        }
    }
}

/// The codes in a source text: what stands first in a `Diagnostic::error(…)` and its sisters.
fn codes_of(source: &str) -> BTreeSet<String> {
    let made = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note(", "Diagnostic::global("];
    let calls = made.iter().flat_map(|call| source.split(call).skip(1));
    let code = |rest: &str| {
        let rest = rest.trim_start().strip_prefix("Code::")?;
        rest.split_once(',').map(|(code, _)| String::from(code))
    };
    calls.map(|rest| code(rest).unwrap_or_else(|| panic!("a code is not written out: {rest:.60}"))).collect()
}

#[test]
fn every_code_of_the_checker_is_reached() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // Those of the lints are tried in tests/lints.rs.
    let codes: BTreeSet<String> = files
        .filter(|file| file.is_file())
        .flat_map(|file| codes_of(&std::fs::read_to_string(file).unwrap()))
        .collect();
    let lists = [NAMES, TYPES, DUPLICATES, MISPLACED, SETTINGS, CHARGES].concat();
    let cases = lists.into_iter().map(checked).chain(WHOLE.iter().map(|text| Checked::of(text, &TEMPLATES)));
    let reached: BTreeSet<String> =
        cases.flat_map(|checked| checked.found).map(|found| format!("{:?}", found.code)).collect();
    let missed: Vec<&String> = codes.difference(&reached).collect();
    assert!(codes.len() > 20 && missed.is_empty(), "no case reaches {missed:?}");
}

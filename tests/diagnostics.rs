//! `docs/diagnostics.md`: a section for each code, whose wrong example yields the code and whose right one does not.
//!
//! A section is a heading ``### `code` `` with the cause in plain words and two examples, the wrong one first. An
//! example is one fenced block or several in a row; those of the wrong one have `,wrong` behind their first word:
//!
//! | fence | what the block is | where it stands |
//! |---|---|---|
//! | `dun` | lines of a policy | `policy.dun` |
//! | `template` | a message template | `templates/first_reminder.md` |
//! | `yaml` | a document of data | `data.yaml` |
//! | `csv` | a table of data | `data/invoices.csv` |
//! | any other | as it is | nowhere, so it needs `file=…` |
//!
//! Two words can follow. `file=PATH` gives another place, beside the policy: `csv,wrong file=data/customers.csv`,
//! `yaml file=calendars/fr.yaml`, `template file=templates/parts/sign.md`. `whole` keeps the text as it is; otherwise
//! it is completed with whatever it lacks:
//!
//! - a policy with its policy block, the roles `finance`, `manager` and `owner` and the templates `first_reminder`,
//!   `second_reminder`, `call_sheet` and `short_nudge` where it names them, and a segment for everyone;
//! - a template with a head that gives a subject;
//! - a document with the keys `taken`, `as_of`, `customers` (C-1 and C-2) and `invoices` (I-1 of C-1);
//! - a folder of tables with `snapshot.yaml`, `customers.csv` and `invoices.csv` of the same content.
//!
//! All sections are run by `dun check`, with `--data` where the example has data, and those about data by `dun plan` too.
//! The right example must yield nothing but warnings and notes of other codes, and no problem of the data at all.
//! A code that no example can show is named in [`NOT_SHOWN`].
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

#[path = "shared/fences.rs"]
mod fences;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dun::code::{About, Code};
use fences::blocks;
use serde_json::Value;

const PAGE: &str = include_str!("../docs/diagnostics.md");

/// The headings whose sections are complete, each with what its codes are about.
const HEADINGS: &[(&str, About)] = &[
    ("Policies", About::Policy),
    ("Templates", About::Template),
    ("Data", About::Data),
    ("Warnings about policies that are legal", About::Lint),
];

/// Codes whose section has no examples, and where they are tried instead.
const NOT_SHOWN: [(Code, &str); 3] = [
    (Code::FileTooLarge, "needs more than 8 MiB: tests/hostile.rs"),
    (Code::DataTooLarge, "needs more than 4 MiB, or a packed file: tests/data/hostile.rs"),
    (Code::UnreadableText, "bytes that are no text cannot stand in a page: tests/data/hostile.rs"),
];

/// One section of the page.
struct Section {
    code: Code,
    text: &'static str,
}

/// The part of the page below a heading of the second level.
fn under(heading: &str) -> &'static str {
    let start = format!("\n## {heading}\n");
    let (_, rest) = PAGE.split_once(&start).unwrap_or_else(|| panic!("no heading {heading}"));
    rest.split("\n## ").next().unwrap()
}

fn sections(part: &'static str) -> Vec<Section> {
    let section = |text: &'static str| {
        let (heading, text) = text.split_once('\n').unwrap();
        let word = heading.trim_matches('`');
        Section { code: Code::named(word).unwrap_or_else(|| panic!("there is no code `{word}`")), text }
    };
    part.split("\n### ").skip(1).map(section).collect()
}

fn all_sections() -> Vec<Section> {
    sections(PAGE)
}

/// The files of an example, by their path beside the policy.
#[derive(Default)]
struct Example {
    files: BTreeMap<String, String>,
    /// The paths of files that are taken as they are.
    whole: Vec<String>,
}

impl Example {
    fn add(&mut self, info: &str, text: String) {
        let mut words = info.split(' ');
        let kind = words.next().unwrap().trim_end_matches(",wrong");
        let words: Vec<&str> = words.collect();
        let path = words.iter().find_map(|word| word.strip_prefix("file=")).unwrap_or_else(|| match kind {
            "dun" => "policy.dun",
            "template" => "templates/first_reminder.md",
            "yaml" => "data.yaml",
            "csv" => "data/invoices.csv",
            _ => panic!("a block `{info}` needs `file=PATH`"),
        });
        let known = |word: &&str| *word == "whole" || word.starts_with("file=");
        assert!(words.iter().all(known), "`{info}` has a word that says nothing");
        if words.contains(&"whole") {
            self.whole.push(String::from(path));
        }
        assert!(self.files.insert(String::from(path), text).is_none(), "`{path}` stands there twice");
    }

    /// Changes a file that is there and not whole, or adds it.
    fn complete(&mut self, path: &str, complete: impl FnOnce(&str) -> String) {
        if !self.whole.iter().any(|whole| whole == path) {
            let text = self.files.entry(String::from(path)).or_default();
            *text = complete(text);
        }
    }

    /// Writes the example with all that it lacks.
    fn write(mut self, folder: &Path) -> Written {
        self.complete("policy.dun", policy);
        for (path, text) in TEMPLATES {
            let name = path.trim_start_matches("templates/").split('.').next().unwrap();
            if self.files["policy.dun"].contains(name) && !self.files.contains_key(path) {
                self.files.insert(String::from(path), String::from(text));
            }
        }
        let templates: Vec<String> =
            self.files.keys().filter(|path| path.starts_with("templates/")).cloned().collect();
        templates.iter().for_each(|path| self.complete(path, template));
        let data = self.data();
        for (path, text) in &self.files {
            fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
            fs::write(folder.join(path), text).unwrap();
        }
        fs::create_dir_all(folder.join("templates")).unwrap();
        Written { data }
    }

    /// Completes the data, and says where it is.
    fn data(&mut self) -> Option<&'static str> {
        if self.files.contains_key("data.yaml") {
            self.complete("data.yaml", document);
            return Some("data.yaml");
        }
        let has_tables = self.files.keys().any(|path| path.starts_with("data/"));
        if has_tables {
            for (path, text) in TABLES {
                self.files.entry(String::from(path)).or_insert_with(|| String::from(text));
            }
        }
        has_tables.then_some("data")
    }
}

/// An example on disk.
struct Written {
    data: Option<&'static str>,
}

const TEMPLATES: [(&str, &str); 4] = [
    ("templates/first_reminder.md", "Please pay {{ total }}.\n"),
    ("templates/second_reminder.md", "Please pay {{ total }} now.\n"),
    ("templates/call_sheet.md", "Call {{ customer.name }}.\n"),
    ("templates/short_nudge.txt", "Please pay {{ total }}.\n"),
];

const TABLES: [(&str, &str); 3] = [
    ("data/snapshot.yaml", "taken: 2026-10-05\nas_of: 2026-10-05\n"),
    ("data/customers.csv", "customer_id,name,email\nC-1,Ant,ar@ant.example\nC-2,Bee,ar@bee.example\n"),
    ("data/invoices.csv", "invoice_id,customer_id,amount,due_date\nI-1,C-1,1200.00,2026-09-20\n"),
];

const KEYS: [(&str, &str); 4] = [
    ("taken", " 2026-10-05"),
    ("as_of", " 2026-10-05"),
    (
        "customers",
        "\n  - { customer_id: C-1, name: Ant, email: ar@ant.example }\n  - { customer_id: C-2, name: Bee, email: ar@bee.example }",
    ),
    ("invoices", "\n  - { invoice_id: I-1, customer_id: C-1, amount: 1200.00, due_date: 2026-09-20 }"),
];

/// A policy made of these lines and, below them, what they lack.
fn policy(lines: &str) -> String {
    let has = |word: &str| lines.lines().any(|line| line.starts_with(word));
    let mut text = String::from(lines);
    if !has("segment ") {
        text.push_str("segment everyone otherwise:\n  at D+3 email first_reminder\n");
    }
    for role in ["finance", "manager", "owner"] {
        let named = text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == role);
        if named && !has(&format!("role {role} ")) {
            text.push_str(&format!("role {role} = \"{role}@acme.example\"\n"));
        }
    }
    if !has("policy ") {
        text.push_str("policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n");
    }
    text
}

fn template(text: &str) -> String {
    if text.starts_with("---") {
        return String::from(text);
    }
    format!("---\nsubject: \"Invoice {{{{ invoice.id }}}}\"\n---\n{text}")
}

fn document(text: &str) -> String {
    let lacks = |key: &str| !text.lines().any(|line| line.starts_with(&format!("{key}:")));
    let lacking = KEYS.iter().filter(|(key, _)| lacks(key));
    let lacking: Vec<String> = lacking.map(|(key, value)| format!("{key}:{value}\n")).collect();
    format!("{}{text}", lacking.concat())
}

/// Something found: an error or not, and its code.
type Found = (bool, String);

/// Runs an example: `check` finds everything but the problems of data that can be loaded, which `plan` shows.
fn run(about: About, example: Example) -> Vec<Found> {
    let folder = tempfile::tempdir().unwrap();
    let written = example.write(folder.path());
    let dun = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
        command.args(arguments).current_dir(folder.path()).output().unwrap()
    };
    let check = ["check", "policy.dun", "--format", "json"];
    let data = written.data.map(|data| ["--data", data]);
    let found = dun(&[&check[..], data.iter().flatten().copied().collect::<Vec<_>>().as_slice()].concat());
    let found = json(&found).expect("a list of findings");
    let found = found.as_array().unwrap().iter().map(|it| (it["severity"] == "error", code_of(it)));
    let mut found: Vec<Found> = found.collect();
    if about == About::Data {
        let data = written.data.expect("an example of data has data");
        // Data that cannot be loaded gives no plan; `check` has said why.
        let plan = json(&dun(&["plan", "policy.dun", "--data", data, "--format", "json"]));
        let problems = plan.iter().flat_map(|plan| plan["problems"].as_array().unwrap());
        found.extend(problems.map(|problem| (true, code_of(problem))));
    }
    found
}

fn json(output: &Output) -> Option<Value> {
    serde_json::from_slice(&output.stdout).ok()
}

fn code_of(found: &Value) -> String {
    String::from(found["code"].as_str().unwrap())
}

/// The wrong and the right example of a section.
fn examples(section: &Section) -> (Example, Example) {
    let mut examples = (Example::default(), Example::default());
    let mut right_begun = false;
    for block in blocks(section.text) {
        let wrong = block.info.split(' ').next().is_some_and(|word| word.ends_with(",wrong"));
        assert!(!(wrong && right_begun), "`{}`: the wrong example stands first, in one piece", section.code);
        right_begun |= !wrong;
        let example = if wrong { &mut examples.0 } else { &mut examples.1 };
        example.add(&block.info, block.text);
    }
    examples
}

fn is_shown(code: Code) -> bool {
    !NOT_SHOWN.iter().any(|(not_shown, _)| *not_shown == code)
}

#[test]
fn each_heading_has_the_sections_of_its_codes() {
    for &(heading, about) in HEADINGS {
        let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.about() == about).collect();
        let shown: Vec<Code> = sections(under(heading)).iter().map(|section| section.code).collect();
        assert_eq!(shown, codes, "under {heading}");
    }
}

#[test]
fn a_section_says_the_cause_before_its_examples() {
    for section in all_sections() {
        let cause = section.text.split("```").next().unwrap().trim();
        assert!(cause.ends_with('.') && cause.len() > 20, "`{}`: {cause:?}", section.code);
    }
}

#[test]
fn what_is_not_shown_has_no_examples_that_nothing_runs() {
    for section in all_sections().iter().filter(|section| !is_shown(section.code)) {
        assert!(blocks(section.text).is_empty(), "`{}`", section.code);
    }
}

#[test]
fn wrong_examples_yield_their_code() {
    for section in all_sections().into_iter().filter(|section| is_shown(section.code)) {
        let (wrong, _) = examples(&section);
        assert!(!wrong.files.is_empty(), "`{}` has no wrong example", section.code);
        let found = run(section.code.about(), wrong);
        let codes: Vec<&str> = found.iter().map(|(_, code)| code.as_str()).collect();
        assert!(codes.contains(&section.code.word()), "the wrong example of `{}`: {codes:?}", section.code);
    }
}

#[test]
fn right_examples_yield_no_error_and_not_their_code() {
    for section in all_sections().into_iter().filter(|section| is_shown(section.code)) {
        let (_, right) = examples(&section);
        assert!(!right.files.is_empty(), "`{}` has no right example", section.code);
        let found = run(section.code.about(), right);
        let bad = |(is_error, code): &&Found| *is_error || code == section.code.word();
        let bad: Vec<&Found> = found.iter().filter(bad).collect();
        assert!(bad.is_empty(), "the right example of `{}`: {bad:?}", section.code);
    }
}

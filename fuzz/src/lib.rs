//! What is fuzzed: everything that reads what comes from outside. Each function must come back, whatever it is
//! given, and panics when a promise is broken. `tests/fuzz.rs` of the package runs them on the seeds.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a fuzz target writes files and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::OnceLock;

use chrono::NaiveDate;
use dun::check::{Checked, Input, check};
use dun::compile::Program;
use dun::diagnostic::Diagnostic;
use dun::evaluate::{self, Options};
use dun::plan::Plan;
use dun::render;
use dun::snapshot::{LoadOptions, Snapshot, load, parse_document};
use dun::span::Sources;
use dun::syntax;
use dun::template::{TemplateFile, TemplateSet};

/// Reads a policy, prints what is wrong with it, and checks what can be read.
pub fn parser(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, found) = syntax::parse(&sources, file);
    said(&found, &sources);
    let templates = TemplateSet::new(Vec::new(), "en");
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let Checked { diagnostics, .. } = check(&input);
    said(&diagnostics, &sources);
}

/// What is wrong is said in words, whatever it points at.
fn said(found: &[Diagnostic], sources: &Sources) {
    let shown = render::diagnostic::diagnostics(found, sources, false);
    assert_eq!(found.is_empty(), shown.trim().is_empty());
}

/// What is formatted means the same, and stays as it is when it is formatted again.
pub fn formatter(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, found) = syntax::parse(&sources, file);
    if !found.is_empty() {
        return;
    }
    let first = syntax::format(&sources, file, &ast).unwrap();
    let file = sources.add("formatted.dun", &first);
    let (again, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{first}");
    assert_eq!(ast.without_places(), again.clone().without_places(), "{first}");
    assert_eq!(syntax::format(&sources, file, &again).unwrap(), first);
}

/// Reads a snapshot from one document, and plans with what could be read.
pub fn document(text: &str) {
    match parse_document("data.yaml", text, &options()) {
        Ok(snapshot) => drop(plan(&snapshot)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Reads a table of invoices, with whatever bytes it has; after a NUL byte one of ledger rows.
pub fn tables(data: &[u8]) {
    let mut parts = data.splitn(2, |&byte| byte == 0);
    let folder = tempfile::tempdir_in(scratch()).unwrap();
    fs::write(folder.path().join("invoices.csv"), parts.next().unwrap_or_default()).unwrap();
    if let Some(history) = parts.next() {
        fs::write(folder.path().join("history.csv"), history).unwrap();
    }
    if let Ok(snapshot) = load(folder.path(), &options()) {
        plan(&snapshot);
    }
}

/// Reads a Parquet file of invoices, with whatever bytes it has.
pub fn parquet(data: &[u8]) {
    let folder = tempfile::tempdir_in(scratch()).unwrap();
    fs::write(folder.path().join("invoices.parquet"), data).unwrap();
    if let Ok(snapshot) = load(folder.path(), &options()) {
        plan(&snapshot);
    }
}

/// Reads a small export through a mapping.
pub fn mapping(text: &str) {
    const EXPORT: &str = "Facture;Client;Échéance;TTC;Payée le\n\
                          F-1;C-1;31/10/2026;1.234,56;\nF-2;C-2;01.11.2026;99,90;02/11/2026\n;;;;\n";
    let folder = tempfile::tempdir_in(scratch()).unwrap();
    fs::write(folder.path().join("invoices.csv"), EXPORT).unwrap();
    fs::write(folder.path().join("export.csv"), EXPORT).unwrap();
    fs::write(folder.path().join("snapshot.yaml"), text).unwrap();
    if let Ok(snapshot) = load(folder.path(), &options()) {
        plan(&snapshot);
    }
}

/// Checks a template, and writes a message with it when nothing is wrong.
pub fn template(text: &str) {
    let Some(program) = compile(text) else { return };
    let (program, templates) = program;
    let snapshot = parse_document("data.yaml", DATA, &options()).unwrap();
    let plan = evaluate::plan(&program, &templates, &snapshot, today(), Options::default());
    assert_eq!(plan.actions.len() + plan.withheld.len(), 1, "one message is due");
}

const POLICY: &str = "policy \"Fuzz\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n\
                      role finance = \"finance@acme.example\"\n\
                      segment all otherwise:\n  at D+3 email first\n  at D+10 email first as second\n";

const DATA: &str = "customers: [{ customer_id: C-1, name: Globex, email: ar@globex.example }]\n\
                    invoices: [{ invoice_id: INV-1, customer_id: C-1, due_date: 2026-10-01, amount: 250 }]\n";

/// The policy with a template of its own; none when something is wrong with it.
fn compile(template: &str) -> Option<(Program, TemplateSet)> {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", POLICY);
    let (ast, found) = syntax::parse(&sources, file);
    assert!(found.is_empty());
    let path = String::from("first.md");
    let own = sources.add("templates/first.md", template);
    let files = vec![TemplateFile { file: own, path, text: Arc::from(template) }];
    let templates = TemplateSet::new(files, "en");
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let checked = check(&input);
    said(&checked.diagnostics, &sources);
    Some((Program::new(checked.policy?), templates))
}

fn plan(snapshot: &Snapshot) -> Plan {
    static SOUND: OnceLock<(Program, TemplateSet)> = OnceLock::new();
    let text = "---\nsubject: \"{{ invoice.id }}\"\n---\nPlease pay {{ total }}.\n";
    let (program, templates) = SOUND.get_or_init(|| compile(text).unwrap());
    let plan = evaluate::plan(program, templates, snapshot, today(), Options::default());
    let open: u64 = plan.header.receivables.iter().map(|sum| sum.open.count).sum();
    assert!(plan.waiting.len() as u64 <= open);
    plan
}

fn options() -> LoadOptions<'static> {
    LoadOptions {
        currency: "EUR".parse().unwrap(),
        fields: &[],
        terms: None,
        timezone: chrono_tz::Europe::Paris,
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 6).unwrap()
}

/// In memory where there is such a folder.
fn scratch() -> std::path::PathBuf {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() }
}

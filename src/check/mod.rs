//! Tree to policy: names, types, units, duplicates. All errors of a file in one run.

mod blocks;
mod calendars;
mod conditions;
mod names;
mod settings;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::OwnField;
use crate::model::{Policy, Rule, RuleId};
use crate::span::{FileId, Sources, Span};
use crate::syntax::ast::{Ast, Block, CalendarLine, Setting};
use crate::template::TemplateSet;

use names::Names;

/// What a policy is checked with.
#[derive(Debug)]
pub struct Input<'a> {
    /// All sources; the policy is one of them.
    pub sources: &'a Sources,
    /// The policy.
    pub file: FileId,
    /// Its tree.
    pub ast: &'a Ast,
    /// The templates in its folder; none when the folder could not be read, which has been reported.
    pub templates: Option<&'a TemplateSet>,
    /// The holiday files it names: their text, or why they could not be read.
    pub holidays: &'a BTreeMap<String, Result<String, String>>,
}

/// The files that a policy names, to be read before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// The folder of the templates, and the line that names it.
    pub templates: Option<(String, Span)>,
    /// The language of templates that name none.
    pub language: Option<String>,
    /// Holiday files.
    pub holidays: BTreeSet<String>,
}

/// The files that a tree names.
#[must_use]
pub fn references(ast: &Ast) -> References {
    let mut found = References::default();
    for block in &ast.blocks {
        match block {
            Block::Policy(policy) => {
                for setting in &policy.settings {
                    match &setting.node {
                        Setting::Templates(folder) => found.templates = Some((folder.clone(), setting.span)),
                        Setting::MessagesIn(tag) => found.language = Some(tag.clone()),
                        _ => {}
                    }
                }
            }
            Block::Calendar(calendar) => {
                for line in &calendar.lines {
                    if let CalendarLine::HolidaysFrom(path) = &line.node {
                        found.holidays.insert(path.node.clone());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// What a check found.
#[derive(Debug)]
pub struct Checked {
    /// The policy, when no diagnostic is an error.
    pub policy: Option<Policy>,
    /// The policy's own fields, even when other parts of it are wrong.
    pub fields: Vec<OwnField>,
    /// What was found, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a tree.
#[must_use]
pub fn check(input: &Input) -> Checked {
    let mut checker = Checker {
        input,
        found: Vec::new(),
        rules: Vec::new(),
        names: Rc::default(),
        keys: BTreeMap::new(),
        formerly: Vec::new(),
    };
    checker.names = Rc::new(names::collect(&mut checker));
    let policy = blocks::policy(&mut checker);
    let mut diagnostics = checker.found;
    diagnostics.sort_by_key(|found| found.span.map(|span| (span.file, span.start)));
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    Checked { policy: policy.filter(|_| sound), fields: checker.names.fields.clone(), diagnostics }
}

/// The state of one check.
struct Checker<'a> {
    input: &'a Input<'a>,
    found: Vec<Diagnostic>,
    rules: Vec<Rule>,
    names: Rc<Names>,
    /// What the ledger remembers of the ladders' steps: each key, what kind of thing it is, and where.
    keys: BTreeMap<String, (String, Span)>,
    /// Keys that steps had before, and where they are named.
    formerly: Vec<(String, Span)>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Refuses by name what is parsed but not evaluated yet.
    fn not_yet(&mut self, span: Span, what: &str) {
        let message = format!("`{what}` is not evaluated yet");
        let help = "leave it out for now; dun refuses it rather than ignore it";
        self.report(Diagnostic::error(Code::NotEvaluated, span, message).help(help));
    }

    /// Notes a rule; `what` tells it from the other rules of its block.
    fn rule(&mut self, block: &str, what: Option<&str>, span: Span) -> RuleId {
        let text = self.input.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let id = what.map_or_else(|| String::from(block), |what| format!("{block}/{what}"));
        self.rules.push(Rule {
            block: block.into(),
            id: id.into(),
            text: text.into(),
            file: self.input.sources.get(span.file).name.clone(),
            line: self.input.sources.line(span),
        });
        RuleId(u32::try_from(self.rules.len() - 1).unwrap_or(u32::MAX))
    }
}

/// SHA-256 in hexadecimal.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A shared name.
fn shared(text: &str) -> Arc<str> {
    Arc::from(text)
}

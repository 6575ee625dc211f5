//! Tree to policy: names, types, units, duplicates. All errors of a file in one run.

mod blocks;
mod calendars;
mod charges;
mod conditions;
pub mod lints;
mod names;
mod scenarios;
mod settings;
mod steps;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::model::field::OwnField;
use crate::model::{Policy, Rule, RuleId};
use crate::span::{FileId, Sources, Span};
use crate::syntax::ast::{ActKind, Ast, Block, CalendarLine, Clause, InterestRate, RulesBlock, Setting};
use crate::template::TemplateSet;

use lints::allow::{self, Allows};
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
    /// The files of holidays and rates that it names: their text, or why they could not be read.
    pub files: &'a BTreeMap<String, Result<String, String>>,
}

/// The files that a policy names, to be read before it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// The folder of the templates, and the line that names it.
    pub templates: Option<(String, Span)>,
    /// The language of templates that name none.
    pub language: Option<String>,
    /// Files of holidays and of rates.
    pub files: BTreeSet<String>,
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
                        found.files.insert(path.node.clone());
                    }
                }
            }
            Block::Rules(block) => found.files.extend(rate_files(block)),
            _ => {}
        }
    }
    found
}

/// The files of rates that a block's steps name.
fn rate_files(block: &RulesBlock) -> impl Iterator<Item = String> {
    let steps = block.clauses.iter().filter_map(|clause| match &clause.node {
        Clause::Step(step) => Some(step),
        _ => None,
    });
    let acts = steps.flat_map(|step| step.actions.iter().flat_map(|action| &action.alternatives));
    acts.filter_map(|act| match &act.kind {
        ActKind::ChargeInterest { rate: InterestRate::File(path), .. } => Some(path.clone()),
        _ => None,
    })
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
    /// What is legal and hardly meant, by place.
    pub lints: Vec<Diagnostic>,
    /// The warnings that the policy allows; nothing has been taken out yet.
    pub allows: Allows,
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
    let allows = allow::allows(&mut checker);
    let sound = !checker.found.iter().any(Diagnostic::is_error);
    let policy = policy.filter(|_| sound);
    let mut lints = lints::lints(&checker, policy.as_ref());
    let mut diagnostics = checker.found;
    sort(&mut diagnostics);
    sort(&mut lints);
    Checked { policy, fields: checker.names.fields.clone(), diagnostics, lints, allows }
}

fn sort(found: &mut [Diagnostic]) {
    found.sort_by_key(|found| found.span.map(|span| (span.file, span.start)));
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
            span,
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

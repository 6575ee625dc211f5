//! Lints that need data: what a policy asks of data that the data cannot answer. Those of the policy alone stand in
//! `check::lints`.

mod fields;
mod languages;

use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::snapshot::Snapshot;
use crate::syntax::ast::Ast;
use crate::template::TemplateSet;

/// What is told of a sound policy beside data, by place.
#[must_use]
pub fn lints(policy: &Policy, ast: &Ast, templates: &TemplateSet, snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut found = fields::lints(policy, ast, snapshot);
    found.extend(languages::lints(policy, ast, templates, snapshot));
    found.sort_by_key(|found| found.span.map(|span| (span.file, span.start)));
    found
}

/// A number of things in words.
fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

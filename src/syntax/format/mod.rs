//! Tree to canonical text: one spelling for each construct, and every comment of the source in its place.
//!
//! `written` holds what only the source knows, `flow` breaks a statement into lines, `page` aligns what stands
//! behind them, `blocks` puts the file together; the other files have the spelling, a part of the tree each.

mod blocks;
mod conditions;
mod flow;
mod page;
mod scenarios;
mod settings;
mod steps;
mod values;
mod written;

pub use scenarios::{CLASSES, step as spoken};

use super::ast::Ast;
use super::layout;
use super::parser::parse;
use crate::span::{FileId, Sources};
use written::Written;

/// The canonical text would not say what the source says: a mistake in dun, never in the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text in canonical form would not say the same")]
pub struct NotFaithful {
    /// That text.
    pub text: String,
}

/// The canonical text of a file that was parsed without a diagnostic, and of its tree.
///
/// The result is read again before it is given out, and has to give the same tree with the same comments. A
/// policy decides who is asked for money: a formatter that changes its meaning does damage which no reader of
/// a reformatted file would look for, and formatters of other policy languages have done so.
///
/// # Errors
/// When the text would not give the same tree and comments.
pub fn format(sources: &Sources, file: FileId, ast: &Ast) -> Result<String, NotFaithful> {
    let source = &sources.get(file).text;
    let text = blocks::file(ast, Written::new(source, layout::prepare(file, source)));
    let mut again = Sources::default();
    let copy = again.add(&sources.get(file).name, &text);
    let (read, wrong) = parse(&again, copy);
    let same_tree = wrong.is_empty() && read.without_places() == ast.clone().without_places();
    if same_tree && comments(file, source) == comments(copy, &text) {
        Ok(text)
    } else {
        Err(NotFaithful { text })
    }
}

/// The comments of a text in their order, without blanks at their ends.
fn comments(file: FileId, text: &str) -> Vec<&str> {
    let ranges = layout::prepare(file, text).comments.into_iter();
    ranges.map(|range| text[range].trim_end()).collect()
}

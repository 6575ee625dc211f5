//! Everything that can be said about templates before there is data.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::parse;

use super::engine::syntax;
use super::error::RenderError;
use super::error::describe;
use super::fact::Fact;
use super::front_matter::span;
use super::nesting;
use super::set::{Loaded, TemplateSet};
use super::variables::{sample_where, table};
use super::walk::{Context, Unit, Walk};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::OwnField;
use crate::span::Span;

/// Checks all templates of a set for a policy with these fields of its own: names and heads of the
/// files, syntax, every variable, filter, test, function and include, and then, where nothing was
/// found, that each template renders from sample facts in its language.
///
/// The findings are sorted by place.
#[must_use]
pub fn check(set: &TemplateSet, own: &[OwnField]) -> Vec<Diagnostic> {
    let mut found = set.problems.clone();
    let table = table(own);
    let paths: BTreeSet<&str> = set.files.iter().map(|file| file.path.as_ref()).collect();
    let bodies: BTreeMap<&str, Unit<'_>> =
        set.files.iter().filter_map(|file| body(file, &mut found)).map(|unit| (unit.path, unit)).collect();
    let subjects: Vec<Unit<'_>> = set.files.iter().filter_map(|file| subject(file, &mut found)).collect();
    walk_all(&Context { bodies: &bodies, paths: &paths, table: &table }, &subjects, &mut found);
    if !found.iter().any(Diagnostic::is_error) {
        try_out(set, own, &mut found);
    }
    found.sort_by(|a, b| (a.span, &a.message).cmp(&(b.span, &b.message)));
    found.dedup();
    found
}

/// Walks what is rendered on its own, then the parts in folders that nothing includes.
fn walk_all<'a>(context: &'a Context<'a>, subjects: &'a [Unit<'a>], found: &mut Vec<Diagnostic>) {
    let (parts, whole): (Vec<_>, Vec<_>) = context.bodies.values().partition(|unit| unit.path.contains('/'));
    let mut included = BTreeSet::new();
    for unit in whole.into_iter().chain(subjects) {
        let walk = Walk::new(context, unit);
        included.extend(walk.included);
        found.extend(walk.found);
    }
    let alone = parts.into_iter().filter(|unit| !included.contains(unit.path));
    found.extend(alone.flat_map(|unit| Walk::new(context, unit).found));
}

fn body<'a>(file: &'a Loaded, found: &mut Vec<Diagnostic>) -> Option<Unit<'a>> {
    unit(file, &file.text[file.front.body..], file.front.body, None, found)
}

fn subject<'a>(file: &'a Loaded, found: &mut Vec<Diagnostic>) -> Option<Unit<'a>> {
    let subject = file.front.subject.as_ref()?;
    let whole = (!subject.verbatim).then(|| span(file.file, subject.start, subject.end));
    unit(file, &subject.text, subject.start, whole, found)
}

fn unit<'a>(
    file: &'a Loaded,
    source: &'a str,
    base: usize,
    whole: Option<Span>,
    found: &mut Vec<Diagnostic>,
) -> Option<Unit<'a>> {
    if let Some(tag) = nesting::too_deep(source) {
        let at = whole.unwrap_or_else(|| span(file.file, base + tag.start, base + tag.start + 2));
        let message = "the template nests deeper than any text for people needs";
        let help = "split it into parts, each a file of its own that is included";
        found.push(Diagnostic::error(Code::TemplateSyntax, at, message).help(help));
        return None;
    }
    match parse(source, &file.path, syntax()) {
        Ok(tree) => Some(Unit { file: file.file, path: &file.path, source, base, whole, tree }),
        Err(error) => {
            let range = error.range().unwrap_or(0..0);
            let at = whole.unwrap_or_else(|| span(file.file, base + range.start, base + range.end));
            let error = Diagnostic::error(Code::TemplateSyntax, at, in_plain_words(&describe(&error)));
            found.push(
                error.help("values stand in `{{ … }}`, and each `{% if … %}` and `{% for … %}` has its end"),
            );
            None
        }
    }
}

/// What the engine says about a text that is no template, in words that need no knowledge of it.
fn in_plain_words(message: &str) -> String {
    let plain = |part: &str| match part {
        "end of variable block" => String::from("`}}`"),
        "end of block" => String::from("`%}`"),
        "end of input" => String::from("the end of the text"),
        other => String::from(other),
    };
    if let Some(word) = message.strip_prefix("unknown statement ") {
        return format!("no `{word}` can stand here: nothing that it ends or belongs to is open");
    }
    let Some(found) = message.strip_prefix("unexpected ") else { return String::from(message) };
    match found.split_once(", expected ") {
        Some(("end of input", expected)) => format!("the text ends before {}", plain(expected)),
        Some((found, expected)) => format!("{} does not fit here, but {}", plain(found), plain(expected)),
        None => format!("{} does not fit here", plain(found)),
    }
}

/// Renders each template twice, with every yes-or-no answered one way and then the other.
fn try_out(set: &TemplateSet, own: &[OwnField], found: &mut Vec<Diagnostic>) {
    let samples: [Fact; 2] = [sample_where(own, true), sample_where(own, false)];
    for id in set.names().flat_map(|name| set.languages_of(name)) {
        for facts in &samples {
            if let Err(error) = set.render(id, facts) {
                let place = error.place();
                let at = place.span.unwrap_or_else(|| span(place.file, 0, 0));
                found.push(Diagnostic::error(Code::TemplateFails, at, why(&error)));
            }
        }
    }
}

fn why(error: &RenderError) -> String {
    match error {
        RenderError::Missing { name, .. } => format!("`{name}` has no value here"),
        RenderError::Failed { message, .. } => message.clone(),
    }
}

#[cfg(test)]
mod tests;

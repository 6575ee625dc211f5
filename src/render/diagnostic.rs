//! Diagnostics as text, with the lines they speak of.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::{Sources, Span};

/// Renders diagnostics one after another, each with file, line, excerpt, cause and remedy.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for diagnostic in found {
        out.push_str(&renderer.render(&[group(diagnostic, sources)]));
        out.push_str("\n\n");
    }
    out
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.word());
    let mut group = match diagnostic.span {
        None => Group::with_title(title),
        Some(span) => {
            let primary = AnnotationKind::Primary.span(range(span)).label(clean(&diagnostic.label));
            let mut group = title.element(snippet(sources, span).annotation(primary));
            for label in &diagnostic.labels {
                let context = AnnotationKind::Context.span(range(label.span)).label(clean(&label.text));
                group = group.element(snippet(sources, label.span).annotation(context));
            }
            group
        }
    };
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    group
}

fn snippet<'a, T: Clone>(sources: &'a Sources, span: Span) -> Snippet<'a, T> {
    let source = sources.get(span.file);
    Snippet::source(&*source.text).path(&*source.name)
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

/// User text for a terminal: without characters that steer it.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// The closing line: how many errors and warnings.
#[must_use]
pub fn summary(found: &[Diagnostic]) -> String {
    let count = |severity, word: &str| match found.iter().filter(|d| d.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts: Vec<String> = [count(Severity::Error, "error"), count(Severity::Warning, "warning")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() { String::from("no errors") } else { parts.join(", ") }
}

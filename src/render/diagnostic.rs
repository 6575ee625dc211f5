//! Diagnostics as text, with the lines they speak of.

use std::collections::BTreeMap;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Severity};
use crate::span::{FileId, Sources, Span};

/// How many findings of one file are shown.
const SHOWN: usize = 200;

/// The most of a line that is shown before, under and behind a place, in bytes.
const EXCERPT: usize = 400;

/// The longest sentence, in characters; what a user wrote may be of any length.
const SENTENCE: usize = 400;

/// Renders diagnostics one after another, each with file, line, excerpt, cause and remedy. Of a file with very many
/// the first are shown, and how many there are more.
#[must_use]
pub fn diagnostics(found: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut counts: BTreeMap<Option<FileId>, usize> = BTreeMap::new();
    let mut out = String::new();
    for diagnostic in found {
        let count = counts.entry(diagnostic.span.map(|span| span.file)).or_default();
        *count += 1;
        if *count <= SHOWN {
            out.push_str(&renderer.render(&[group(diagnostic, sources)]));
            out.push_str("\n\n");
        }
    }
    for (file, count) in counts.into_iter().filter(|&(_, count)| count > SHOWN) {
        let name = file.map(|file| format!(" in {}", sources.get(file).name)).unwrap_or_default();
        out.push_str(&format!("{} more{name}\n\n", count - SHOWN));
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
            let mut group =
                shown(Group::with_title(title), sources, span, AnnotationKind::Primary, &diagnostic.label);
            for label in &diagnostic.labels {
                group = shown(group, sources, label.span, AnnotationKind::Context, &label.text);
            }
            group
        }
    };
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(clean(help)));
    }
    group
}

/// Adds a place with the lines it is in; of very long lines only what is around it.
fn shown<'a>(
    group: Group<'a>,
    sources: &'a Sources,
    span: Span,
    kind: AnnotationKind,
    label: &'a str,
) -> Group<'a> {
    let source = sources.get(span.file);
    let text = &*source.text;
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let end = text.floor_char_boundary(end.min(start + EXCERPT).max(start));
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |length| end + length);
    let is_long = start - first > EXCERPT;
    let from = if is_long { text.ceil_char_boundary(start - EXCERPT / 4) } else { first };
    let to = text.floor_char_boundary(last.min(end + EXCERPT));
    let location = sources.location(span);
    let line = location.line as usize;
    let annotation: Annotation = kind.span(start - from..end - from).label(clean(label));
    let snippet = Snippet::source(&text[from..to]).line_start(line).annotation(annotation);
    if is_long {
        let origin = Origin::path(&*source.name).line(line).char_column(location.column as usize);
        return group.element(origin).element(snippet);
    }
    group.element(snippet.path(&*source.name))
}

/// User text for a terminal: without characters that steer it, and not without end.
fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let safe = |c: char| if steers(c) { '\u{fffd}' } else { c };
    let length = text.chars().count();
    if length <= SENTENCE {
        return text.chars().map(safe).collect();
    }
    let (head, tail) = (SENTENCE * 3 / 4, SENTENCE / 4);
    let head = text.chars().take(head).map(safe);
    head.chain(['…']).chain(text.chars().skip(length - tail).map(safe)).collect()
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

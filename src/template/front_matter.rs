//! The head of a template file: a few lines of YAML between two lines of `---`.
//!
//! It knows one key, `subject`, whose value is template text like the body.

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};
use crate::suggest::nearest;

/// The keys, in the order of the reference.
const KEYS: [&str; 1] = ["subject"];

/// A file's text, taken apart.
#[derive(Debug, Default)]
pub(super) struct FrontMatter {
    /// The subject line, before rendering.
    pub(super) subject: Option<Subject>,
    /// Where the body starts, in bytes.
    pub(super) body: usize,
    /// What is wrong with the head.
    pub(super) problems: Vec<Diagnostic>,
}

/// The subject as written in the head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) text: String,
    /// The bytes of the file it was read from.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether those bytes are the text itself, so that places in one are places in the other.
    pub(super) verbatim: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    subject: Option<Spanned<String>>,
}

impl FrontMatter {
    /// Reads the head of a file; a file that does not start with `---` has none.
    pub(super) fn parse(file: FileId, text: &str) -> FrontMatter {
        let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let Some(start) = after_fence(text, mark) else {
            return FrontMatter { body: mark, ..FrontMatter::default() };
        };
        let Some((end, body)) = closing_fence(text, start) else {
            let problem =
                Diagnostic::error(CODE, span(file, mark, start), "the head of the template is not closed")
                    .here("it starts here")
                    .help("write `---` on a line of its own after the subject");
            return FrontMatter { subject: None, body: text.len(), problems: vec![problem] };
        };
        match serde_yaml::from_str::<Option<Head>>(&text[start..end]) {
            Ok(head) => {
                let subject =
                    head.and_then(|head| head.subject).map(|value| Subject::new(text, start, &value));
                let problems =
                    subject.as_ref().and_then(|subject| cut_short(file, text, subject)).into_iter().collect();
                FrontMatter { subject, body, problems }
            }
            Err(error) => {
                let problem = explain(file, start..end, error.without_snippet());
                FrontMatter { subject: None, body, problems: vec![problem] }
            }
        }
    }
}

impl Subject {
    fn new(file: &str, base: usize, value: &Spanned<String>) -> Subject {
        let span = value.referenced.span();
        let start = base + usize::try_from(span.byte_offset().unwrap_or(0)).unwrap_or(0);
        let end = (start + usize::try_from(span.byte_len().unwrap_or(0)).unwrap_or(0)).min(file.len());
        let quote = usize::from(file[start..].starts_with(['"', '\'']));
        let verbatim = file[start + quote..].starts_with(value.value.as_str());
        let start = if verbatim { start + quote } else { start };
        let end = if verbatim { start + value.value.len() } else { end };
        Subject { text: value.value.clone(), start, end, verbatim }
    }
}

/// What some editors put before a text; it is no part of it.
const BYTE_ORDER_MARK: char = '\u{feff}';

const CODE: Code = Code::TemplateFrontMatter;

/// The byte after a line of `---` that starts at `at`.
fn after_fence(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].strip_prefix("---")?;
    let line = rest.find('\n').map_or(rest.len(), |end| end + 1);
    rest[..line].trim().is_empty().then_some(at + 3 + line)
}

/// Where the closing line starts and ends.
fn closing_fence(text: &str, start: usize) -> Option<(usize, usize)> {
    let mut at = start;
    while at < text.len() {
        if let Some(body) = after_fence(text, at) {
            return Some((at, body));
        }
        at += text[at..].find('\n').map_or(text.len() - at, |end| end + 1);
    }
    None
}

/// YAML takes ` #` for a comment: a subject that goes on after it would lose its end in silence.
fn cut_short(file: FileId, text: &str, subject: &Subject) -> Option<Diagnostic> {
    let line = text[subject.end..].lines().next()?;
    let comment = line.trim_start().starts_with('#');
    (subject.verbatim && comment).then(|| {
        let at = span(file, subject.end, subject.end + line.len());
        Diagnostic::warning(CODE, at, "the subject ends before `#`, which starts a comment")
            .help("put the whole subject in quotes to keep what follows")
    })
}

fn explain(file: FileId, head: std::ops::Range<usize>, error: &serde_yaml::Error) -> Diagnostic {
    let at = error.location().map_or(span(file, head.start, head.end), |location| {
        let offset = usize::try_from(location.span().byte_offset().unwrap_or(0)).unwrap_or(0);
        let length = usize::try_from(location.span().byte_len().unwrap_or(0)).unwrap_or(0);
        let start = (head.start + offset).min(head.end);
        span(file, start, (start + length).min(head.end))
    });
    match error {
        serde_yaml::Error::SerdeUnknownField { field, .. } => {
            let message = format!("the head of a template has no key `{field}`");
            let found = Diagnostic::error(CODE, key(at, field), message);
            match nearest(field, KEYS) {
                Some(near) => found.fix(key(at, field), near),
                None => found.help("write the `subject` there and everything else in the body"),
            }
        }
        _ => Diagnostic::error(CODE, at, "the head of the template cannot be read").help(
            "write one line, such as `subject: \"Invoice {{ invoice.id }}\"`, with the subject in quotes",
        ),
    }
}

fn key(at: Span, name: &str) -> Span {
    Span { end: at.start + u32::try_from(name.len()).unwrap_or(0), ..at }
}

pub(super) fn span(file: FileId, start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: offset(start), end: offset(end) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Sources;

    fn read(text: &str) -> (FrontMatter, Sources) {
        let mut sources = Sources::default();
        let file = sources.add("final.md", text);
        (FrontMatter::parse(file, text), sources)
    }

    #[test]
    fn the_subject_is_found_where_it_stands() {
        for (text, subject, body) in [
            ("---\nsubject: Invoice {{ invoice.id }}\n---\nHello", Some("Invoice {{ invoice.id }}"), "Hello"),
            ("---\r\nsubject: \"{{ count }} #1: é\"\r\n---\r\nHello", Some("{{ count }} #1: é"), "Hello"),
            ("---\nsubject: 'a'\n---\n", Some("a"), ""),
            ("---\n---\nHello", None, "Hello"),
            ("\u{feff}---\nsubject: a\n---\nHello", Some("a"), "Hello"),
            ("\u{feff}Hello", None, "Hello"),
            ("Hello\n---\n", None, "Hello\n---\n"),
            ("----\nHello", None, "----\nHello"),
        ] {
            let (front, _) = read(text);
            assert_eq!(front.problems, [], "{text}");
            assert_eq!(&text[front.body..], body);
            let found = front.subject.map(|found| (found.verbatim, text[found.start..found.end].to_owned()));
            assert_eq!(found, subject.map(|subject| (true, subject.to_owned())));
        }
    }

    #[test]
    fn a_subject_with_escapes_is_one_place() {
        let text = "---\nsubject: \"a\\u00e9 {{ x }}\"\n---\n";
        let found = read(text).0.subject.unwrap();
        assert_eq!((found.verbatim, found.text.as_str()), (false, "aé {{ x }}"));
        assert_eq!(&text[found.start..found.end], "\"a\\u00e9 {{ x }}\"");
    }

    #[test]
    fn a_head_that_cannot_be_read_is_explained() {
        for (text, message, place) in [
            ("---\nsubjet: a\n---\n", "the head of a template has no key `subjet`", "subjet"),
            ("---\nsubject: a\nto: b\n---\n", "the head of a template has no key `to`", "to"),
            ("---\nsubject: a\n", "the head of the template is not closed", "---\n"),
            (
                "---\nsubject: Invoice #12\n---\n",
                "the subject ends before `#`, which starts a comment",
                " #12",
            ),
        ] {
            let (front, sources) = read(text);
            let found: Vec<_> = front
                .problems
                .iter()
                .map(|it| (it.message.as_str(), sources.text(it.span.unwrap())))
                .collect();
            assert_eq!(found, [(message, place)]);
        }
        for text in ["---\nsubject: {{ count }} left\n---\n", "---\nsubject: a: b\n---\n", "---\n- a\n---\n"]
        {
            assert_eq!(read(text).0.problems[0].message, "the head of the template cannot be read", "{text}");
        }
        assert_eq!(read("---\nsubjet: a\n---\n").0.problems[0].fixes[0].replacement, "subject");
    }
}

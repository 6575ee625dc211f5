//! The step before the grammar: which line ends and which comments matter.
//!
//! The result has the same length as the text, byte for byte, so every span holds in both. Comments become
//! spaces, and so do line ends inside parentheses and after a comma, `and` or `or`.

use std::ops::Range;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};

/// How deep parentheses may stand in each other.
const DEEPEST: usize = 64;

const NO_BREAK_SPACE: &[u8] = "\u{a0}".as_bytes();

/// The words that begin a block at the start of a line.
pub(super) const HEADERS: [&str; 9] =
    ["policy", "role", "field", "calendar", "segment", "cadence", "carve-out", "everywhere", "scenario"];

/// A text ready for the grammar.
pub(super) struct Layout {
    /// As long as the source text.
    pub(super) text: String,
    /// Where the comments stood, without their line ends.
    pub(super) comments: Vec<Range<usize>>,
    /// What is wrong with the nesting itself.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Prepares a text.
pub(super) fn prepare(file: FileId, source: &str) -> Layout {
    let mut bytes = source.as_bytes().to_vec();
    let comments = blank_comments(&mut bytes);
    let mut diagnostics = Vec::new();
    join_parentheses(file, &mut bytes, &mut diagnostics);
    join_continuations(&mut bytes);
    // Only whole characters were replaced, by spaces: the text is still UTF-8.
    let text = String::from_utf8(bytes).unwrap_or_else(|_| String::from(source));
    Layout { text, comments, diagnostics }
}

/// Whether the line that starts here begins a block.
pub(super) fn starts_block(text: &str, line_start: usize) -> bool {
    let line = text[line_start..].trim_start_matches([' ', '\t']);
    HEADERS.iter().any(|header| {
        line.strip_prefix(header)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    })
}

/// Walks over the bytes that are not inside a string: calls `visit` with each position.
fn outside_strings(bytes: &mut [u8], mut visit: impl FnMut(&mut [u8], usize) -> usize) {
    let mut at = 0;
    let mut in_string = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if in_string => at += 2,
            b'"' => {
                in_string = !in_string;
                at += 1;
            }
            b'\n' if in_string => {
                in_string = false;
                at = visit(bytes, at);
            }
            _ if in_string => at += 1,
            _ => at = visit(bytes, at),
        }
    }
}

/// Blanks comments, and the spaces that word processors put where no line shall end.
fn blank_comments(bytes: &mut [u8]) -> Vec<Range<usize>> {
    let mut comments = Vec::new();
    outside_strings(bytes, |bytes, at| {
        if bytes[at..].starts_with(NO_BREAK_SPACE) {
            bytes[at..at + NO_BREAK_SPACE.len()].fill(b' ');
        }
        if bytes[at] != b'#' {
            return at + 1;
        }
        let end = bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |length| at + length);
        bytes[at..end].fill(b' ');
        comments.push(at..end);
        end
    });
    comments
}

/// Blanks the line ends between each `(` and its `)`; an unclosed one joins nothing.
fn join_parentheses(file: FileId, bytes: &mut [u8], diagnostics: &mut Vec<Diagnostic>) {
    let mut open: Vec<usize> = Vec::new();
    let mut line_ends: Vec<usize> = Vec::new();
    let text = String::from_utf8_lossy(bytes).into_owned();
    outside_strings(bytes, |bytes, at| {
        match bytes[at] {
            b'(' => {
                open.push(at);
                if open.len() == DEEPEST + 1 {
                    let here = Span { file, start: at as u32, end: at as u32 + 1 };
                    diagnostics.push(
                        Diagnostic::error(
                            Code::NestedTooDeep,
                            here,
                            format!("more than {DEEPEST} parentheses inside each other"),
                        )
                        .help("split the condition, or write it with fewer parentheses"),
                    );
                }
            }
            b')' => {
                open.pop();
                if open.is_empty() {
                    line_ends.drain(..).for_each(|end| bytes[end] = b' ');
                }
            }
            b'\n' if !open.is_empty() => {
                if at + 1 < text.len() && starts_block(&text, at + 1) {
                    open.clear();
                    line_ends.clear();
                } else {
                    line_ends.push(at);
                }
            }
            _ => {}
        }
        at + 1
    });
}

/// Blanks the line ends after a comma, `and` or `or`.
fn join_continuations(bytes: &mut [u8]) {
    let mut end = 0;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\n' if continues(&bytes[..end]) => bytes[at] = b' ',
            b' ' | b'\t' | b'\r' => {}
            _ => end = at + 1,
        }
    }
}

/// Whether a line that ends like this goes on.
pub(super) fn continues(line: &[u8]) -> bool {
    let word = |word: &[u8]| {
        line.strip_suffix(word).is_some_and(|rest| matches!(rest.last(), Some(b' ' | b'\t' | b'\r' | b')')))
    };
    line.last() == Some(&b',') || word(b"and") || word(b"or")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Sources;

    fn laid_out(text: &str) -> String {
        prepare(Sources::default().add("a.dun", text), text).text
    }

    #[test]
    fn comments_are_blanked_but_not_in_strings() {
        assert_eq!(laid_out("a # é\nb \"x # y\"\n"), "a     \nb \"x # y\"\n");
    }

    #[test]
    fn lines_go_on_inside_parentheses_and_after_a_comma_and_or() {
        assert_eq!(laid_out("a in (\n1,\n2)\nb"), "a in ( 1, 2)\nb");
        assert_eq!(laid_out("a,  # why\n b and\n c\nd"), "a,         b and  c\nd");
        assert_eq!(laid_out("band\nb"), "band\nb");
        assert_eq!(laid_out("a\u{a0}and\u{a0}\nb"), "a  and   b");
    }

    #[test]
    fn an_unclosed_parenthesis_ends_at_the_next_block() {
        assert_eq!(laid_out("a (b\nsegment x:\n"), "a (b\nsegment x:\n");
    }
}

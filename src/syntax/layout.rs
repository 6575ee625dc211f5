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
    /// What is wrong with comments and with the nesting.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Whether parentheses stand too deep in each other for the grammar to read the text.
    pub(super) too_deep: bool,
}

/// Prepares a text.
pub(super) fn prepare(file: FileId, source: &str) -> Layout {
    let mut bytes = source.as_bytes().to_vec();
    let (comments, mut diagnostics) = blank_comments(file, &mut bytes);
    // Only whole characters are replaced, by spaces: the text stays UTF-8.
    let starts = block_starts(&String::from_utf8_lossy(&bytes));
    let too_deep = join_parentheses(file, &mut bytes, &starts);
    join_continuations(&mut bytes, &starts);
    let text = String::from_utf8(bytes).unwrap_or_else(|_| String::from(source));
    let deep = too_deep.is_some();
    diagnostics.extend(too_deep);
    Layout { text, comments, diagnostics, too_deep: deep }
}

/// Where the lines begin that begin a block.
pub(super) fn block_starts(text: &str) -> Vec<usize> {
    let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1));
    starts.filter(|&start| start < text.len() && starts_block(text, start)).collect()
}

/// Whether the line that starts here begins a block.
fn starts_block(text: &str, line_start: usize) -> bool {
    let line = text[line_start..].trim_start_matches([' ', '\t', '\u{feff}']);
    HEADERS.iter().any(|header| {
        line.strip_prefix(header)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    })
}

/// Walks over the bytes that are not inside a string: calls `visit` with each position.
///
/// A string may be opened and closed by typographic quotes: they are refused later, as quotes.
fn outside_strings(bytes: &mut [u8], mut visit: impl FnMut(&mut [u8], usize) -> usize) {
    let mut at = 0;
    let mut in_string = false;
    while at < bytes.len() {
        let typographic = bytes[at] == 0xE2 && bytes[at..].starts_with(&[0xE2, 0x80]) && {
            matches!(bytes.get(at + 2), Some(0x9C..=0x9F))
        };
        match bytes[at] {
            b'\\' if in_string => at += 2,
            _ if typographic || bytes[at] == b'"' => {
                in_string = !in_string;
                at += if typographic { 3 } else { 1 };
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

/// Blanks comments, those of other languages with a word about them, and the spaces that word processors put where
/// no line shall end.
fn blank_comments(file: FileId, bytes: &mut [u8]) -> (Vec<Range<usize>>, Vec<Diagnostic>) {
    let (mut comments, mut found) = (Vec::new(), Vec::new());
    outside_strings(bytes, |bytes, at| {
        if bytes[at..].starts_with(NO_BREAK_SPACE) {
            bytes[at..at + NO_BREAK_SPACE.len()].fill(b' ');
        }
        let begins_word = at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b';');
        let foreign = bytes[at] != b'#'
            && begins_word
            && (bytes[at..].starts_with(b"//") || bytes[at..].starts_with(b"--"));
        if bytes[at..].starts_with(b"/*") {
            let (end, error) = between_stars(file, bytes, at);
            found.push(error);
            blank(bytes, at..end);
            return end;
        }
        if bytes[at] != b'#' && !foreign {
            return at + 1;
        }
        if foreign {
            let span = Span { file, start: at as u32, end: at as u32 + 2 };
            let mark = String::from_utf8_lossy(&bytes[at..at + 2]).into_owned();
            let message = format!("`{mark}` does not begin a comment");
            found.push(Diagnostic::error(Code::CommentNotHash, span, message).fix(span, "#"));
        }
        let end = line_end(bytes, at);
        blank(bytes, at..end);
        comments.push(at..end);
        end
    });
    (comments, found)
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |length| at + length)
}

fn blank(bytes: &mut [u8], range: std::ops::Range<usize>) {
    bytes[range].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// A comment between `/*` and `*/`: where it ends, and what to write instead.
fn between_stars(file: FileId, bytes: &[u8], at: usize) -> (usize, Diagnostic) {
    let close = bytes[at + 2..].windows(2).position(|two| two == b"*/").map(|length| at + 2 + length);
    let end = close.map_or(bytes.len(), |close| close + 2);
    let span = |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    let message = "`/*` does not begin a comment";
    let error = Diagnostic::error(Code::CommentNotHash, span(at, at + 2), message);
    let rest = &bytes[end..line_end(bytes, end.min(bytes.len()))];
    let alone = rest.iter().all(|byte| byte.is_ascii_whitespace());
    let one_line = !bytes[at..end].contains(&b'\n');
    (
        end,
        match close {
            Some(close) if alone && one_line => error
                .edit(span(at, at + 2), "#")
                .edit(span(close, end), "")
                .help("write `#`, which ends with the line"),
            _ => error.help("begin each line of the comment with `#`"),
        },
    )
}

/// Blanks the line ends between each `(` and its `)`; an unclosed one joins nothing.
///
/// Says where parentheses stand too deep in each other.
fn join_parentheses(file: FileId, bytes: &mut [u8], starts: &[usize]) -> Option<Diagnostic> {
    let mut open = 0_usize;
    let mut line_ends: Vec<usize> = Vec::new();
    let mut too_deep = None;
    outside_strings(bytes, |bytes, at| {
        match bytes[at] {
            b'(' => {
                open += 1;
                if open > DEEPEST && too_deep.is_none() {
                    too_deep = Some(nested_too_deep(Span { file, start: at as u32, end: at as u32 + 1 }));
                }
            }
            b')' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    line_ends.drain(..).for_each(|end| bytes[end] = b' ');
                }
            }
            b'\n' if open > 0 => {
                if starts.binary_search(&(at + 1)).is_ok() {
                    open = 0;
                    line_ends.clear();
                } else {
                    line_ends.push(at);
                }
            }
            _ => {}
        }
        at + 1
    });
    too_deep
}

fn nested_too_deep(at: Span) -> Diagnostic {
    let message = format!("more than {DEEPEST} parentheses inside each other");
    Diagnostic::error(Code::NestedTooDeep, at, message)
        .help("split the condition, or write it with fewer parentheses")
}

/// Blanks the line ends after a comma, `and` or `or`, except before a block.
fn join_continuations(bytes: &mut [u8], starts: &[usize]) {
    let mut end = 0;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\n' if continues(&bytes[..end]) && starts.binary_search(&(at + 1)).is_err() => bytes[at] = b' ',
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

//! Characters that look like others or like nothing: typographic quotes and dashes, hidden characters, letters of
//! two alphabets in one name.

use super::piece::Piece;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};

/// Characters that nobody sees and that may stand nowhere, not even in comments: they let a text read otherwise
/// than it is executed.
pub(super) fn hidden_anywhere(file: FileId, source: &str) -> Vec<Diagnostic> {
    let hidden = source.char_indices().filter(|&(_, c)| steers_direction(c) || is_control(c));
    hidden.map(|(at, c)| refuse_hidden(span(file, at, c), c, "")).collect()
}

fn span(file: FileId, at: usize, c: char) -> Span {
    Span { file, start: at as u32, end: (at + c.len_utf8()) as u32 }
}

fn refuse_hidden(at: Span, c: char, instead: &str) -> Diagnostic {
    let what = match c {
        _ if steers_direction(c) => "turns the direction of the text around it",
        _ if !instead.is_empty() => "looks like a space and is none",
        _ => "cannot be seen",
    };
    let message = format!("here stands U+{:04X}, a character that {what}", u32::from(c));
    let error = Diagnostic::error(Code::HiddenCharacter, at, message).edit(at, instead);
    error.help(if instead.is_empty() { "leave it out" } else { "write a plain space" })
}

fn steers_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Corrects the characters outside strings, and says what was corrected.
pub(super) fn straighten(piece: &mut Piece) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = piece.text[at..].chars().next() {
        let next = at + c.len_utf8();
        at = match c {
            '"' => string_end(&piece.text, next),
            '“' | '”' | '„' | '‟' => quotes(piece, at, c, &mut found),
            // Found in the whole text already.
            _ if steers_direction(c) || is_control(c) => {
                piece.replace(at..next, "");
                at
            }
            _ if c.is_ascii() => next,
            '–' | '—' | '−' | '‐' | '‑' | '‒' | '﹣' | '－' => {
                let place = piece.span(at, next);
                let message = format!("`{c}` is a dash and no hyphen");
                found.push(Diagnostic::error(Code::DashNotPlain, place, message).fix(place, "-"));
                piece.replace(at..next, "-");
                at + 1
            }
            _ if c.is_whitespace() && c != '\u{a0}' => {
                found.push(refuse_hidden(piece.span(at, next), c, " "));
                piece.replace(at..next, " ");
                at + 1
            }
            _ if is_nothing(c) && piece.span(at, next).start > 0 => {
                found.push(refuse_hidden(piece.span(at, next), c, ""));
                piece.replace(at..next, "");
                at
            }
            _ => next,
        };
    }
    found
}

fn is_nothing(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{61c}')
}

/// Where a string ends that begins before this place: behind its closing quote, or at the line end.
fn string_end(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            '\n' => return from + at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Straightens a pair of quotes; goes on behind it.
fn quotes(piece: &mut Piece, at: usize, c: char, found: &mut Vec<Diagnostic>) -> usize {
    let inside = at + c.len_utf8();
    let rest = &piece.text[inside..];
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let close = line.char_indices().find(|(_, c)| matches!(c, '“' | '”' | '‟' | '"'));
    let first = piece.span(at, inside);
    let error =
        Diagnostic::error(Code::QuoteNotPlain, first, format!("`{c}` is a typographic quotation mark"));
    let mut error = error.edit(first, "\"");
    let mut end = inside;
    if let Some((length, close)) = close {
        let (from, to) = (inside + length, inside + length + close.len_utf8());
        if close != '"' {
            error = error.edit(piece.span(from, to), "\"");
        }
        piece.replace(from..to, "\"");
        end = from + 1;
    }
    piece.replace(at..inside, "\"");
    found.push(error.help("write the straight one, `\"`"));
    // The opening quote became shorter.
    end + 1 - c.len_utf8()
}

/// Letters that look like Latin ones, and the Latin ones.
const LOOKALIKES: [(char, char); 46] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('һ', 'h'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('к', 'k'),
    ('м', 'm'),
    ('т', 't'),
    ('в', 'b'),
    ('н', 'h'),
    ('г', 'r'),
    ('п', 'n'),
    ('ѵ', 'v'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('У', 'Y'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('υ', 'u'),
    ('τ', 't'),
    ('օ', 'o'),
    ('հ', 'h'),
    ('ո', 'n'),
    ('ս', 'u'),
];

/// A name with Latin letters in the place of those that only look like them.
pub(super) fn in_latin(name: &str) -> String {
    let latin = |c: char| LOOKALIKES.iter().find(|(like, _)| *like == c).map_or(c, |(_, latin)| *latin);
    name.chars().map(latin).collect()
}

/// Whether a name has letters of the Latin and of a lookalike alphabet. Names wholly in another script are fine.
pub(super) fn mixes_scripts(name: &str) -> bool {
    let has = |of: fn(char) -> bool| name.chars().any(of);
    let latin = |c: char| c.is_alphabetic() && matches!(c, 'A'..='z' | '\u{c0}'..='\u{24f}');
    let other = |c: char| c.is_alphabetic() && matches!(c, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}');
    has(latin) && has(other)
}

//! What leaves a template: subjects of one line and bodies without control characters.

/// A subject as one line: control characters and line separators become spaces, runs of white space
/// become one space, and the ends are trimmed. So no value can start a new mail header.
pub(super) fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A body: lines end with `\n`, control characters other than tabs are dropped, blank lines at both
/// ends are cut, and what is left ends with exactly one `\n`. A body of nothing stays empty.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len() + 1);
    let mut previous = ' ';
    for c in text.chars() {
        match c {
            '\n' if previous == '\r' => {}
            '\r' => cleaned.push('\n'),
            '\n' | '\t' => cleaned.push(c),
            c if c.is_control() => {}
            c => cleaned.push(c),
        }
        previous = c;
    }
    trim_lines(&mut cleaned);
    cleaned
}

fn trim_lines(text: &mut String) {
    text.truncate(text.trim_end_matches(['\n', ' ', '\t']).len());
    let blank = text.len() - text.trim_start_matches(['\n', ' ', '\t']).len();
    let indent = text[..blank].rfind('\n').map_or(0, |at| at + 1);
    text.drain(..indent);
    if !text.is_empty() {
        text.push('\n');
    }
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        for (text, line) in [
            ("Invoice 1", "Invoice 1"),
            ("  Invoice\r\nBcc: all@customer.example ", "Invoice Bcc: all@customer.example"),
            ("a\u{85}b\u{2028}c\u{2029}d\u{b}e\0f", "a b c d e f"),
            ("1\u{202f}234,50\u{a0}EUR", "1\u{202f}234,50\u{a0}EUR"),
            ("\n", ""),
        ] {
            assert_eq!(one_line(text), line);
        }
    }

    #[test]
    fn a_body_has_lines_tabs_and_nothing_else_that_controls() {
        for (text, body) in [
            ("Hello", "Hello\n"),
            ("Hello\n\n\n", "Hello\n"),
            ("\n\n  Hello\n", "  Hello\n"),
            ("a\r\nb\rc\td\x1b[31me\0", "a\nb\nc\td[31me\n"),
            (" \n", ""),
        ] {
            assert_eq!(clean(text), body);
        }
    }
}

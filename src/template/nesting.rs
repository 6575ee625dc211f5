//! How deep a template's text may nest, checked before the engine reads it: the engine goes down for each level and
//! would fall off its stack.

use std::ops::Range;

/// How many blocks such as `{% for … %}` may stand in each other; each `{% elif … %}` counts.
const BLOCKS: usize = 40;

/// How many operators, brackets, dots and filters one `{{ … }}` or `{% … %}` may have.
const OPERATORS: usize = 200;

/// The tag at which a text nests too deep.
pub(super) fn too_deep(text: &str) -> Option<Range<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(tag) = next_tag(text, at) {
        at = tag.end;
        let inside = &text[tag.start + 2..tag.end];
        if operators(inside) > OPERATORS {
            return Some(tag);
        }
        if text[tag.clone()].starts_with("{%") {
            let word = inside.trim_start_matches(['-', '+', ' ', '\t', '\n', '\r']);
            let word = &word[..word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len())];
            match word {
                "for" | "if" | "with" | "filter" | "block" | "macro" | "call" | "autoescape" | "set" => {
                    open.push(1)
                }
                "elif" => open.last_mut().into_iter().for_each(|levels| *levels += 1),
                _ if word.starts_with("end") => drop(open.pop()),
                _ => {}
            }
            // A `set` with a value opens nothing.
            if word == "set" && inside.contains('=') {
                open.pop();
            }
        }
        if open.iter().sum::<usize>() > BLOCKS {
            return Some(tag);
        }
    }
    None
}

/// The next `{{ … }}` or `{% … %}` from a place on; one that is not closed goes to the end.
fn next_tag(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    loop {
        let start = at + text[at..].find('{')?;
        let close = match text.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => {
                at = text[start..].find("#}").map_or(text.len(), |length| start + length + 2);
                continue;
            }
            _ => {
                at = start + 1;
                continue;
            }
        };
        let end = text[start + 2..].find(close).map_or(text.len(), |length| start + 2 + length + 2);
        return Some(start..end);
    }
}

fn operators(tag: &str) -> usize {
    let marks = tag.bytes().filter(|byte| b".|+-*/~([{<>=".contains(byte)).count();
    let words = tag.split(|c: char| !c.is_alphanumeric() && c != '_');
    marks + words.filter(|word| matches!(*word, "not" | "and" | "or" | "if" | "else" | "in" | "is")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_never_too_deep() {
        let table =
            "{% set a = 1 %}{% for i in invoices %}{% if i.disputed %}{{ i.id }}{% endif %}{% endfor %}";
        assert_eq!(too_deep(&table.repeat(500)), None);
        assert_eq!(too_deep("{# {{ {% #} { not closed"), None);
    }

    #[test]
    fn levels_and_operators_are_counted() {
        assert!(too_deep(&"{% for i in a %}".repeat(41)).is_some());
        assert!(too_deep(&format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(41))).is_some());
        for part in ["not ", "(", "a.", "a|", "-", "a + ", "[", "a if b else "] {
            assert!(too_deep(&format!("{{{{ {}x }}}}", part.repeat(201))).is_some(), "{part}");
        }
    }
}

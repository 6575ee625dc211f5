//! `dun check --explain`: a code's section of `docs/diagnostics.md`, for a terminal.

use super::output::deliver;
use super::{Exit, fail};
use crate::code::Code;
use crate::suggest::nearest;

const PAGE: &str = include_str!("../../docs/diagnostics.md");

/// Where lines of a paragraph are broken.
const WIDTH: usize = 80;

/// Prints the section of a code.
pub(super) fn explain(word: &str) -> Exit {
    let Some(section) = Code::named(word).and_then(section) else {
        let known = Code::ALL.iter().map(|code| code.word());
        return match nearest(word, known) {
            Some(near) => fail(&format!("there is no code `{word}`; did you mean `{near}`?")),
            None => fail(&format!(
                "there is no code `{word}`; codes stand in brackets, as in `error[unknown-name]`"
            )),
        };
    };
    let text = format!("{word}\n\n{}", readable(section));
    deliver(None, Exit::Done, |out| out.write_all(text.as_bytes()))
}

/// The text below the heading of a code.
fn section(code: Code) -> Option<&'static str> {
    let (_, rest) = PAGE.split_once(&format!("\n### `{code}`\n"))?;
    let end = ["\n### ", "\n## "].iter().filter_map(|next| rest.find(next)).min();
    Some(rest[..end.unwrap_or(rest.len())].trim())
}

/// Paragraphs broken into lines, and examples indented below what they are.
fn readable(section: &str) -> String {
    let mut out = String::new();
    let mut in_block = false;
    for line in section.lines() {
        match line.strip_prefix("```") {
            Some(info) if !in_block => {
                out.push_str(&format!("{}:\n", label(info)));
                in_block = true;
            }
            Some(_) => in_block = false,
            None if in_block && line.is_empty() => out.push('\n'),
            None if in_block => out.push_str(&format!("    {line}\n")),
            None => out.push_str(&wrapped(line)),
        }
    }
    out
}

/// What the words behind a fence say: wrong or right, and in which file.
fn label(info: &str) -> String {
    let mut words = info.split(' ');
    let kind = if words.next().is_some_and(|word| word.ends_with(",wrong")) { "wrong" } else { "right" };
    match words.find_map(|word| word.strip_prefix("file=")) {
        Some(file) => format!("{kind} ({file})"),
        None => String::from(kind),
    }
}

fn wrapped(paragraph: &str) -> String {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let line = lines.len() - 1;
        let length = lines[line].chars().count();
        if length > 0 && length + 1 + word.chars().count() > WIDTH {
            lines.push(String::from(word));
        } else {
            let space = if length > 0 { " " } else { "" };
            lines[line].push_str(&format!("{space}{word}"));
        }
    }
    format!("{}\n", lines.join("\n"))
}

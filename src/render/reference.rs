//! A code's section of `docs/diagnostics.md`: for a terminal, and for pages that show Markdown.

use crate::code::Code;

const PAGE: &str = include_str!("../../docs/diagnostics.md");

/// Where lines of a paragraph are broken.
const WIDTH: usize = 80;

/// The text below the heading of a code, as it is written there.
#[must_use]
pub fn section(code: Code) -> &'static str {
    let Some((_, rest)) = PAGE.split_once(&format!("\n### `{code}`\n")) else { return "" };
    let end = ["\n### ", "\n## "].iter().filter_map(|next| rest.find(next)).min();
    rest[..end.unwrap_or(rest.len())].trim()
}

/// What a code means: the first paragraph of its section.
pub(super) fn paragraph(code: Code) -> &'static str {
    section(code).lines().next().unwrap_or("")
}

/// Paragraphs broken into lines, and examples indented below what they are.
#[must_use]
pub fn readable(section: &str) -> String {
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

/// The section for pages that show Markdown: what the words behind a fence say stands above it.
pub(super) fn markdown(section: &str) -> String {
    let mut out = String::new();
    let mut in_block = false;
    for line in section.lines() {
        match line.strip_prefix("```") {
            Some(info) if !in_block => out.push_str(&format!("{}:\n\n```\n", label(info))),
            _ => out.push_str(&format!("{line}\n")),
        }
        in_block ^= line.starts_with("```");
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

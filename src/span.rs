//! Places in source files: which file, which bytes, and the line and column a person reads.

use std::fmt;
use std::sync::Arc;

/// One file known to [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The place of what was not read from a file.
    pub const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

    /// The smallest span that covers both; they must be of one file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A line and a column, both counted from 1, in a named file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file's name as the user gave it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One file's name and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name shown to people.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl Source {
    fn new(name: &str, text: &str) -> Source {
        let newlines = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let line_starts = std::iter::once(0).chain(newlines.map(|(at, _)| offset(at + 1))).collect();
        Source { name: name.into(), text: text.into(), line_starts }
    }

    /// The line, from 1, in which a byte stands.
    #[must_use]
    pub fn line(&self, at: u32) -> u32 {
        offset(self.line_starts.partition_point(|&start| start <= at))
    }
}

/// All files of one run: the policy and its templates.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file. Files above 4 GiB are the caller's to refuse.
    pub fn add(&mut self, name: &str, text: &str) -> FileId {
        self.files.push(Source::new(name, text));
        FileId(offset(self.files.len() - 1))
    }

    /// The file's name and text.
    #[must_use]
    pub fn get(&self, file: FileId) -> &Source {
        &self.files[file.0 as usize]
    }

    /// The text that a span covers.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.get(span.file).text[span.start as usize..span.end as usize]
    }

    /// The line in which a span starts, from 1.
    #[must_use]
    pub fn line(&self, span: Span) -> u32 {
        self.get(span.file).line(span.start)
    }

    /// Where a span starts, for people.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let source = self.get(span.file);
        let line = source.line(span.start);
        let start = source.line_starts[line as usize - 1] as usize;
        let column = source.text[start..span.start as usize].chars().count() + 1;
        Location { file: source.name.clone(), line, column: offset(column) }
    }
}

/// A position as stored: files are below 4 GiB, and what lies beyond is the last position.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_knows_its_line_and_column_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.dun", "première\nélan vital\n");
        let at = "première\nélan ".len() as u32;
        let span = Span { file, start: at, end: at + 5 };
        assert_eq!(sources.location(span).to_string(), "a.dun:2:6");
        assert_eq!(sources.text(span), "vital");
    }
}

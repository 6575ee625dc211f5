//! What only the source knows and the tree does not: comments, blank lines, and where separators stand.

use std::collections::VecDeque;

use super::super::layout::Layout;
use crate::span::Span;

/// A comment of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    /// Where it begins.
    pub(super) at: usize,
    /// Its text from `#` on, without blanks at its end.
    pub(super) text: &'a str,
    /// Whether nothing stands before it on its line.
    pub(super) own_line: bool,
    /// How far it is indented, in bytes.
    column: usize,
}

/// The column of a comment that belongs to its block wherever the next one begins.
const IN_ITS_BLOCK: usize = usize::MAX;

/// The source, with the comments that have not been written yet.
pub(super) struct Written<'a> {
    source: &'a str,
    /// The source as the grammar sees it: of the same length, comments blanked.
    text: String,
    comments: VecDeque<Comment<'a>>,
    /// The end of what was written last.
    seen: usize,
}

impl<'a> Written<'a> {
    pub(super) fn new(source: &'a str, layout: Layout) -> Written<'a> {
        let comments = layout.comments.into_iter().map(|range| {
            let line = source[..range.start].rfind('\n').map_or(0, |end| end + 1);
            Comment {
                at: range.start,
                text: source[range.clone()].trim_end(),
                own_line: is_blank(&layout.text[line..range.start]),
                column: range.start - line,
            }
        });
        Written { source, comments: comments.collect(), text: layout.text, seen: 0 }
    }

    /// The end of the source.
    pub(super) fn end(&self) -> usize {
        self.source.len()
    }

    /// Notes that everything up to here has been written.
    pub(super) fn reach(&mut self, end: usize) {
        self.seen = self.seen.max(end);
    }

    /// Whether the author left a blank line between what was written last and this place.
    pub(super) fn blank_before(&self, at: usize) -> bool {
        self.blank_between(self.seen, at)
    }

    /// Whether the author left a blank line between two places.
    pub(super) fn blank_between(&self, from: usize, to: usize) -> bool {
        let between = self.source.get(from..to).unwrap_or_default();
        let mut lines = between.split('\n').skip(1).peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_some() && is_blank(line) {
                return true;
            }
        }
        false
    }

    /// Whether the author wrote all of this on one line.
    pub(super) fn on_one_line(&self, from: usize, to: usize) -> bool {
        self.source.get(from..to).is_some_and(|text| !text.is_empty() && !text.contains('\n'))
    }

    /// Whether a comment stands between two places.
    pub(super) fn comment_between(&self, from: usize, to: usize) -> bool {
        let first = self.comments.partition_point(|comment| comment.at < from);
        self.comments.get(first).is_some_and(|comment| comment.at < to)
    }

    /// Takes the comments inside a statement that ends here.
    pub(super) fn take_inside(&mut self, end: usize) -> Vec<Comment<'a>> {
        let count = self.comments.partition_point(|comment| comment.at < end);
        self.comments.drain(..count).collect()
    }

    /// Takes the comment that stands behind a statement on its last line.
    pub(super) fn take_behind(&mut self, end: usize) -> Option<Comment<'a>> {
        let comment = *self.comments.front()?;
        let between = self.source.get(end..comment.at)?;
        (!between.contains('\n') && is_blank(between)).then(|| self.take(comment))
    }

    /// Takes the next comment before a place, and whether a blank line stands before it.
    pub(super) fn take_before(&mut self, limit: usize) -> Option<(bool, Comment<'a>)> {
        let comment = *self.comments.front()?;
        let apart = self.blank_before(comment.at);
        (comment.at < limit).then(|| (apart, self.take(comment)))
    }

    /// Takes the next comment before a block if it is indented further than the block.
    pub(super) fn take_indented(&mut self, block: usize) -> Option<(bool, Comment<'a>)> {
        let comment = self.comments.front().filter(|comment| comment.at < block)?;
        // The block's line begins within the last bytes before it, as many as the comment is indented by.
        let from = block.saturating_sub(comment.column);
        let further = match comment.column {
            IN_ITS_BLOCK => true,
            column if block == self.end() => column > 0,
            _ => self.source.as_bytes()[from..block].contains(&b'\n'),
        };
        if further { self.take_before(block) } else { None }
    }

    fn take(&mut self, comment: Comment<'a>) -> Comment<'a> {
        self.comments.pop_front();
        self.reach(comment.at + comment.text.len());
        comment
    }

    /// Gives comments back that found no place in their statement: they come on lines of their own after it.
    pub(super) fn give_back(&mut self, comments: impl DoubleEndedIterator<Item = Comment<'a>>) {
        for comment in comments.rev() {
            self.comments.push_front(Comment { column: IN_ITS_BLOCK, ..comment });
        }
    }

    /// Where the parenthesis is closed that holds what ends here.
    pub(super) fn closing(&self, end: usize) -> usize {
        self.text.get(end..).and_then(|rest| rest.find(')')).map_or(end, |at| end + at)
    }

    /// The end of a header: one past the first `:` that is in no string.
    pub(super) fn after_colon(&self, start: usize) -> usize {
        self.plain(start, self.text.len())
            .find(|&(_, byte)| byte == b':')
            .map_or(self.end(), |(at, _)| at + 1)
    }

    /// The end of a statement that is a line of its own.
    pub(super) fn end_of_line(&self, start: usize) -> usize {
        let mut plain = self.plain(start, self.text.len());
        let end = plain.find(|&(_, byte)| matches!(byte, b'\n' | b';')).map_or(self.text.len(), |(at, _)| at);
        start + self.text.get(start..end).unwrap_or_default().trim_end().len()
    }

    /// The end of `policy "…"`, with the colon that may follow.
    pub(super) fn end_of_title(&self, start: usize) -> usize {
        let line = self.end_of_line(start);
        let mut colon = self.plain(start, line).filter(|&(_, byte)| byte == b':');
        colon.next().map_or(line, |(at, _)| at + 1)
    }

    /// Where what follows each comma, `and` or `or` of a statement begins.
    pub(super) fn after_separators(&self, span: Span) -> Vec<usize> {
        let (start, end) = (span.start as usize, span.end as usize);
        let text = self.text.as_bytes();
        let is_word = |at: usize, word: &[u8]| {
            text[at..end].starts_with(word)
                && text[..at].last().is_some_and(u8::is_ascii_whitespace)
                && text.get(at + word.len()).is_some_and(u8::is_ascii_whitespace)
        };
        let ends = self.plain(start, end).filter_map(|(at, byte)| match byte {
            b',' => Some(at + 1),
            b'a' if is_word(at, b"and") => Some(at + 3),
            b'o' if is_word(at, b"or") => Some(at + 2),
            _ => None,
        });
        ends.map(|at| end - self.text[at..end].trim_start().len()).collect()
    }

    /// The bytes between two places that stand in no string.
    fn plain(&self, start: usize, end: usize) -> impl Iterator<Item = (usize, u8)> + '_ {
        let mut quoted = false;
        let mut escaped = false;
        let bytes = self.text.as_bytes().get(start..end).unwrap_or_default();
        bytes.iter().enumerate().filter_map(move |(at, &byte)| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if !quoted => return Some((start + at, byte)),
                _ => {}
            }
            None
        })
    }
}

/// Whether a stretch of text says nothing.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, ';' | '\u{feff}'))
}

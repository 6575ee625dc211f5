//! A block's text on its way through the grammar, corrected where a slip is exactly known.
//!
//! A correction lets parsing go on in the same line, so one run reports several slips of a block. Each byte
//! remembers where it came from, so a place in the corrected text is a place in the file.

use std::ops::Range;

use crate::span::{FileId, Span};

/// The text of one block.
pub(super) struct Piece {
    file: FileId,
    /// The text, corrected so far.
    pub(super) text: String,
    /// Where each byte of the text stands in the file, and at the end where the text ends.
    origins: Vec<u32>,
}

impl Piece {
    /// The part of a laid-out file in this range.
    pub(super) fn new(file: FileId, laid_out: &str, range: Range<usize>) -> Piece {
        let origins = (range.start..=range.end).map(|at| at as u32).collect();
        Piece { file, text: String::from(&laid_out[range]), origins }
    }

    /// The place in the file of some bytes of the text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let last = self.origins.len() - 1;
        let (start, end) = (start.min(last), end.min(last));
        // What was put in has no end of its own: it ends where the byte after it begins.
        Span { file: self.file, start: self.origins[start], end: self.origins[end].max(self.origins[start]) }
    }

    /// Whether these bytes stand in the file as they are here.
    pub(super) fn is_original(&self, range: &Range<usize>) -> bool {
        let (start, end) = (self.origins[range.start], self.origins[range.end]);
        (end - start) as usize == range.len()
    }

    /// Puts other text in the place of some bytes.
    pub(super) fn replace(&mut self, range: Range<usize>, text: &str) {
        let origin = self.origins[range.start];
        self.origins.splice(range.clone(), std::iter::repeat_n(origin, text.len()));
        self.text.replace_range(range, text);
    }

    /// Blanks some bytes, but not their line ends.
    pub(super) fn blank(&mut self, range: Range<usize>) {
        let blanks: String =
            self.text[range.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        self.replace(range, &blanks);
    }
}

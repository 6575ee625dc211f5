//! A CSV file in blocks of whole records, which several threads can cut at once.
//!
//! Where a record ends can be told without cutting it: a line end within quotation marks is none, and a quotation mark
//! opens a cell only where one begins.

use std::io::{self, BufRead};

use csv::ByteRecord;
use memchr::{memchr, memchr_iter, memrchr};

use super::error::LoadError;
use super::limits::{Allowance, Limit, RECORD, csv_stopped, stopped};
use crate::code::Code;

/// So much is read before a block ends: enough to be worth a thread's while, and little enough for its cache.
const BLOCK: usize = 1 << 18;

/// Some whole records of a CSV file, with plain line ends.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    /// The line on which it starts.
    pub(super) line: u64,
    /// How many lines it has.
    pub(super) lines: u64,
    /// Whether it holds any quotation mark.
    pub(super) quoted: bool,
    pub(super) shape: Shape,
}

/// What the records of a file look like.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// What stands between cells.
    pub(super) delimiter: u8,
    /// How many cells the header has.
    pub(super) width: usize,
}

/// A CSV file while it is parted into blocks.
pub(super) struct Blocks {
    reader: Box<dyn BufRead + Send>,
    allowance: Allowance,
    shape: Shape,
    /// What was read behind the end of the last block.
    rest: Vec<u8>,
    /// The line on which the rest starts.
    line: u64,
    /// What stands behind the first record in its block.
    first: Option<Block>,
}

impl Blocks {
    /// The blocks of a reader that stands below so many lines.
    pub(super) fn new(
        reader: Box<dyn BufRead + Send>,
        allowance: Allowance,
        delimiter: u8,
        above: u64,
    ) -> Blocks {
        let shape = Shape { delimiter, width: 0 };
        Blocks { reader, allowance, shape, rest: Vec::new(), line: above + 1, first: None }
    }

    /// Takes the first record, which is as wide as others should be, and the line on which it starts; nothing when there
    /// is none.
    pub(super) fn take_first(&mut self, file: &str) -> Result<Option<(u64, ByteRecord)>, LoadError> {
        let mut record = ByteRecord::new();
        while let Some(mut block) = self.next(file, Vec::new())? {
            let mut csv = reader(self.shape.delimiter).from_reader(block.bytes.as_slice());
            let found =
                csv.read_byte_record(&mut record).map_err(|error| csv_stopped(file, block.line, error))?;
            if found {
                let (read, lines) = (csv.position().byte() as usize, csv.position().line() - 1);
                block.bytes.drain(..read);
                let line = block.line + lines - lines_of(&record);
                block.line += lines;
                self.shape.width = record.len();
                block.shape = self.shape;
                self.first = Some(block);
                return Ok(Some((line, record)));
            }
        }
        Ok(None)
    }

    /// The next block, in a buffer that is used again; nothing at the end of the file.
    pub(super) fn next(&mut self, file: &str, mut bytes: Vec<u8>) -> Result<Option<Block>, LoadError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        bytes.clear();
        std::mem::swap(&mut bytes, &mut self.rest);
        let mut ends = Ends::new(self.shape.delimiter);
        loop {
            let read = self.read(&mut bytes).map_err(|error| stopped(file, Some(self.line), &error))?;
            let end = ends.last(&bytes);
            let full = end > 0 && bytes.len() >= BLOCK;
            if !full && (bytes.len() - end) as u64 > RECORD {
                let line = self.line + line_ends(&bytes[..end]);
                return Err(stopped(file, Some(line), &Limit::Record.into()));
            }
            if full || !read {
                return self.parted(file, bytes, end, ends.quoted);
            }
        }
    }

    /// Parts what was read at the end of its last whole record.
    fn parted(
        &mut self,
        file: &str,
        mut bytes: Vec<u8>,
        end: usize,
        quoted: bool,
    ) -> Result<Option<Block>, LoadError> {
        self.rest.clear();
        self.rest.extend_from_slice(&bytes[end..]);
        bytes.truncate(end);
        let (line, lines) = (self.line, line_ends(&bytes));
        self.line += lines;
        if end == 0 {
            return if self.rest.is_empty() { Ok(None) } else { Err(self.unclosed(file)) };
        }
        Ok(Some(Block { bytes, line, lines, quoted, shape: self.shape }))
    }

    /// Reads some more; false when there is no more.
    fn read(&mut self, bytes: &mut Vec<u8>) -> io::Result<bool> {
        let before = bytes.len();
        bytes.resize(before + BLOCK, 0);
        let mut filled = before;
        while filled < bytes.len() {
            self.allowance.renew();
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(filled > before)
    }

    /// The end of the file belongs to a cell.
    fn unclosed(&self, file: &str) -> LoadError {
        let blank = self.rest.iter().take_while(|&&byte| byte == b'\n').count() as u64;
        let message = "a quotation mark in the record that begins here is never closed, so that the rest of the file belongs to it";
        LoadError::new(Code::UnclosedQuote, file, Some(self.line + blank), message)
            .help("close the quotation mark, double one that stands for itself (`\"\"`), or take it out")
    }
}

/// What cuts records.
pub(super) fn reader(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}

/// How many lines a record takes.
pub(super) fn lines_of(record: &ByteRecord) -> u64 {
    line_ends(record.as_slice()) + 1
}

fn line_ends(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Finds where records end, in bytes that grow.
struct Ends {
    delimiter: u8,
    /// How far the bytes are looked through.
    at: usize,
    /// Whether that is within quotation marks.
    open: bool,
    /// Behind the last record that is whole.
    end: usize,
    /// Whether there was any quotation mark.
    quoted: bool,
}

impl Ends {
    fn new(delimiter: u8) -> Ends {
        Ends { delimiter, at: 0, open: false, end: 0, quoted: false }
    }

    /// Behind the last record that is whole.
    fn last(&mut self, bytes: &[u8]) -> usize {
        while let Some(mark) = memchr(b'"', &bytes[self.at..]).map(|length| self.at + length) {
            self.quoted = true;
            if !self.open {
                self.note_end(&bytes[..mark]);
                // Elsewhere it is a sign like any other.
                self.open =
                    mark.checked_sub(1).is_none_or(|before| [self.delimiter, b'\n'].contains(&bytes[before]));
                self.at = mark + 1;
                continue;
            }
            match bytes.get(mark + 1) {
                // Whether it is doubled is told from what follows.
                None => {
                    self.at = mark;
                    return self.end;
                }
                Some(b'"') => self.at = mark + 2,
                Some(_) => (self.open, self.at) = (false, mark + 1),
            }
        }
        if !self.open {
            self.note_end(bytes);
        }
        self.at = bytes.len();
        self.end
    }

    /// Up to here, from where it was looked before, every line end is that of a record.
    fn note_end(&mut self, bytes: &[u8]) {
        if let Some(last) = memrchr(b'\n', &bytes[self.at..]) {
            self.end = self.at + last + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where the `csv` crate ends records, blank lines apart.
    fn ends_by_csv(bytes: &[u8]) -> Vec<usize> {
        let mut csv = reader(b',').from_reader(bytes);
        let mut record = ByteRecord::new();
        let mut ends = Vec::new();
        while csv.read_byte_record(&mut record).unwrap() {
            ends.push(csv.position().byte() as usize);
        }
        ends
    }

    proptest! {
        #[test]
        fn records_end_where_the_csv_crate_ends_them(text in "[a,\"\n]{0,40}", step in 1_usize..8) {
            // What is open at the end is no record; with its mark closed or not, nothing follows it.
            let bytes = text.as_bytes();
            let mut ends = Ends::new(b',');
            let mut known = ends_by_csv(bytes);
            known.retain(|&end| {
                let more = [&bytes[..end], b"a"].concat();
                bytes[end - 1] == b'\n' && ends_by_csv(&more).len() > ends_by_csv(&bytes[..end]).len()
            });
            for length in (0..bytes.len()).step_by(step).chain([bytes.len()]) {
                let end = ends.last(&bytes[..length]);
                let blank = bytes[..end].iter().rev().take_while(|&&byte| byte == b'\n').count();
                let expected = known.iter().copied().filter(|&known| known <= length).max();
                if let Some(expected) = expected {
                    prop_assert!(end >= expected && end - expected <= blank, "{end} {expected} of {length}");
                }
                // Cutting in two loses nothing.
                let mut parts = ends_by_csv(&bytes[..end]);
                parts.extend(ends_by_csv(&bytes[end..]).iter().map(|more| end + more));
                prop_assert_eq!(parts, ends_by_csv(bytes));
            }
        }
    }
}

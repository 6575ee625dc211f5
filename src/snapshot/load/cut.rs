//! Cutting a block of a CSV file into the cells of its records.
//!
//! Lines without quotation marks are cut where they stand: every delimiter parts two cells. Others are cut by the `csv`
//! crate.

use std::io::{Chain, Cursor, Read};

use csv::ByteRecord;
use memchr::memmem;

use super::blocks::{Block, Shape, lines_of, reader};
use super::records::{Cells, Record, Schema, Step};
use crate::code::Code;

/// A mark that ends a text, on a line of its own: it is no record.
pub(super) const END_OF_TEXT: &[u8] = b"\x03";

/// The text of a block whose lines can be cut where they stand; else the block.
pub(super) fn plain_text(block: Block, schema: &Schema) -> Result<String, Block> {
    let Block { bytes, line, lines, quoted, shape } = block;
    let is_odd = |bytes: &[u8]| {
        memchr::memchr(0, bytes).is_some()
            || schema.decoded && memmem::find(bytes, "\u{fffd}".as_bytes()).is_some()
    };
    if quoted || !schema.layout.templates.is_empty() || is_odd(&bytes) {
        return Err(Block { bytes, line, lines, quoted, shape });
    }
    String::from_utf8(bytes).map_err(|error| Block { bytes: error.into_bytes(), line, lines, quoted, shape })
}

/// Why a line that is no record is none.
pub(super) fn wrong_count(cells: usize, width: usize) -> (Code, String) {
    let cells = if cells == 1 { String::from("1 cell") } else { format!("{cells} cells") };
    let message = format!("the line has {cells} where the header has {width}; correct the line");
    (Code::WrongCellCount, message)
}

/// The records of a block, cut one by one.
pub(super) struct BlockRows {
    reader: csv::Reader<Chain<&'static [u8], Cursor<Vec<u8>>>>,
    shape: Shape,
    /// How many lines stand above what the reader reads.
    above: u64,
}

impl BlockRows {
    /// The records of a block.
    pub(super) fn new(block: Block) -> BlockRows {
        let Block { bytes, line, shape, .. } = block;
        // At its start the reader would drop a byte order mark, which is none in the middle of a file. A blank line is
        // dropped as well.
        let bytes = b"\n".chain(Cursor::new(bytes));
        BlockRows { reader: reader(shape.delimiter).from_reader(bytes), shape, above: line.saturating_sub(2) }
    }

    /// What held the block.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.reader.into_inner().into_inner().1.into_inner()
    }

    /// Fills a record with the next one.
    pub(super) fn advance(&mut self, schema: &Schema, row: &mut Record) -> Step {
        let Cells::Bytes(record) = &mut row.cells else { return Step::End };
        // Nothing that is read from memory fails.
        while self.reader.read_byte_record(record).unwrap_or_default() {
            if record.as_slice() != END_OF_TEXT {
                return self.told(schema, row);
            }
        }
        Step::End
    }

    fn told(&self, schema: &Schema, row: &mut Record) -> Step {
        let Cells::Bytes(record) = &row.cells else { return Step::End };
        // Every line ends with one LF here, so the start is told from the end, past blank lines.
        let lines = lines_of(record);
        row.line = self.above + self.reader.position().line() - lines;
        let step = self.step(record, lines - 1);
        if !schema.layout.templates.is_empty() {
            row.fill_constants(schema);
        }
        step
    }

    /// Whether a record over so many lines more is one.
    fn step(&self, record: &ByteRecord, inner: u64) -> Step {
        if record.len() == self.shape.width && (inner == 0 || !self.has_swallowed(record)) {
            return Step::Record;
        }
        if inner > 0 {
            let message = format!("a quotation mark here seems to take in the {inner} lines below; close it");
            return Step::Broken(Code::UnclosedQuote, message.replace("the 1 lines", "the line"));
        }
        let (code, message) = wrong_count(record.len(), self.shape.width);
        Step::Broken(code, message)
    }

    /// Whether a cell holds something that looks like a whole line of this file.
    fn has_swallowed(&self, record: &ByteRecord) -> bool {
        let Shape { width, delimiter } = self.shape;
        let like_a_line =
            |line: &[u8]| width > 2 && line.iter().filter(|&&byte| byte == delimiter).count() + 1 >= width;
        let several = record.iter().filter(|cell| cell.contains(&b'\n'));
        several.into_iter().any(|cell| cell.split(|&byte| byte == b'\n').any(like_a_line))
    }
}

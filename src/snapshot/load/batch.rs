//! Some records of a table with the place of each of their cells.

use chrono::NaiveDate;
use memchr::{memchr, memchr2_iter};

use super::blocks::Shape;
use super::cut::{END_OF_TEXT, wrong_count};
use super::error::LoadError;
use super::layout::Origin;
use super::limits::RECORD;
use super::records::{Record, Schema, Step, Unfit, plain};
use crate::code::Code;

/// So many records are handed over at a time: few enough to stay in the processor's cache.
const RECORDS: usize = 512;

/// A place in the text of a batch always fits: records are bounded in length.
const _: () = assert!(RECORDS as u64 * RECORD <= u32::MAX as u64);

/// Some records of one table, their cells one after another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    /// By record and column; a column is a slot that the file can fill.
    cells: Vec<Cell>,
    heads: Vec<Head>,
    /// Where the cells of the line end that is being cut.
    ends: Vec<u32>,
}

/// How far a text is cut into records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) at: usize,
    pub(super) line: u64,
}

#[derive(Debug, Clone, Copy)]
enum Cell {
    Empty,
    Text {
        start: u32,
        end: u32,
    },
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet files hold typed values"))]
    Date(NaiveDate),
    #[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only Parquet files hold typed values"))]
    Number(Number),
    Unfit(Unfit),
}

/// A number as a file of typed values has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) digits: i64,
    /// How many of the digits are decimals.
    pub(super) scale: u8,
}

impl Number {
    /// The number with so many decimals; nothing when it has more, or is too large.
    pub(super) fn with_decimals(self, decimals: u32) -> Option<i64> {
        let Number { digits, scale } = self;
        let more = decimals.checked_sub(scale.into());
        let digits = match more {
            Some(more) => digits.checked_mul(10_i64.checked_pow(more)?)?,
            None => {
                let factor = 10_i64.checked_pow(u32::from(scale) - decimals)?;
                Some(digits / factor).filter(|_| digits % factor == 0)?
            }
        };
        // No text is read as the least of all numbers.
        Some(digits).filter(|&digits| digits != i64::MIN)
    }

    /// The number as a text.
    pub(super) fn spelled(self, decimal: char) -> String {
        let width = usize::from(self.scale) + 1;
        let mut text = format!("{:0width$}", self.digits.unsigned_abs());
        if self.scale > 0 {
            text.insert(text.len() + 1 - width, decimal);
        }
        if self.digits < 0 { format!("-{text}") } else { text }
    }
}

/// A cell of a file of typed values.
#[cfg(feature = "parquet")]
pub(super) enum Typed<'v> {
    Text(&'v [u8]),
    Date(NaiveDate),
    Number(Number),
}

/// What is known of a record beside its cells.
#[derive(Debug, Clone)]
struct Head {
    line: u64,
    /// Why the line cannot be read as a record.
    broken: Option<Box<(Code, String)>>,
}

/// Shown for a date or a number to those who ask for a text. Nobody does: such cells are only put where dates and
/// numbers are read.
const TYPED: &str = "a value that is no text";

/// One record of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    batch: &'b Batch,
    columns: &'b Columns,
    /// Its cells, by column.
    cells: &'b [Cell],
    at: usize,
}

impl<'b> Row<'b> {
    fn of(batch: &'b Batch, columns: &'b Columns, at: usize) -> Row<'b> {
        let width = columns.slots.len();
        let cells = batch.cells.get(at * width..(at + 1) * width).unwrap_or_default();
        Row { batch, columns, cells, at }
    }

    /// The line on which it starts.
    pub(super) fn line(self) -> u64 {
        self.batch.heads[self.at].line
    }

    /// Why the line cannot be read as a record; the cells that can be told are there all the same.
    pub(super) fn broken(self) -> Option<&'b (Code, String)> {
        self.batch.heads[self.at].broken.as_deref()
    }

    /// The record by itself.
    pub(super) fn copied(self) -> Batch {
        let Batch { text, heads, .. } = self.batch;
        let head = &heads[self.at];
        let mut copy = Batch { heads: vec![head.clone()], ..Batch::default() };
        for cell in self.cells {
            let start = copy.text.len() as u32;
            copy.cells.push(match *cell {
                Cell::Text { start: from, end: to } => {
                    copy.text.push_str(&text[from as usize..to as usize]);
                    Cell::Text { start, end: start + (to - from) }
                }
                other => other,
            });
        }
        copy
    }

    /// Whether a cell holds nothing, as most do.
    #[inline]
    pub(super) fn is_blank(self, slot: usize) -> bool {
        matches!(self.at_slot(slot), Cell::Empty)
    }

    /// A cell: trimmed, and nothing when empty.
    pub(super) fn cell(self, slot: usize) -> Result<Option<&'b str>, Unfit> {
        match *self.at_slot(slot) {
            Cell::Empty => Ok(None),
            Cell::Text { start, end } => Ok(Some(&self.batch.text[start as usize..end as usize])),
            Cell::Date(_) | Cell::Number(_) => Ok(Some(TYPED)),
            Cell::Unfit(unfit) => Err(unfit),
        }
    }

    /// A date that stands there as one.
    #[inline]
    pub(super) fn date(self, slot: usize) -> Option<NaiveDate> {
        if let Cell::Date(date) = self.at_slot(slot) { Some(*date) } else { None }
    }

    /// A number that stands there as one.
    #[inline]
    pub(super) fn number(self, slot: usize) -> Option<Number> {
        if let Cell::Number(number) = self.at_slot(slot) { Some(*number) } else { None }
    }

    #[inline]
    fn at_slot(self, slot: usize) -> &'b Cell {
        self.cells.get(self.columns.of_slot(slot)).unwrap_or(&Cell::Empty)
    }
}

/// Which slots have a column in a batch.
#[derive(Debug)]
pub(super) struct Columns {
    slots: Vec<usize>,
    /// The places in a record of those that are cells.
    places: Vec<usize>,
    /// By slot the column, or a number beyond all columns.
    of_slots: Vec<usize>,
}

impl Columns {
    /// The columns of a table.
    pub(super) fn of(schema: &Schema) -> Columns {
        let slots: Vec<usize> = schema.layout.filled().collect();
        let mut of_slots = vec![usize::MAX; schema.layout.len()];
        slots.iter().enumerate().for_each(|(column, &slot)| of_slots[slot] = column);
        let place = |&slot: &usize| match schema.layout.origin(slot) {
            Origin::Cell(at) => Some(at),
            _ => None,
        };
        Columns { places: slots.iter().filter_map(place).collect(), slots, of_slots }
    }

    /// The slots in the order of their columns, with the place of each in a record; they are all cells.
    #[cfg(feature = "parquet")]
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.slots.iter().copied().zip(self.places.iter().copied())
    }

    fn of_slot(&self, slot: usize) -> usize {
        self.of_slots.get(slot).copied().unwrap_or(usize::MAX)
    }
}

impl Batch {
    /// One record on this line, all its cells empty.
    pub(super) fn bare(line: u64) -> Batch {
        Batch { heads: vec![Head { line, broken: None }], ..Batch::default() }
    }

    /// How many records it has.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// The first record.
    pub(super) fn first<'b>(&'b self, columns: &'b Columns) -> Row<'b> {
        Row::of(self, columns, 0)
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.heads.clear();
    }

    /// How many more records are taken into one batch.
    #[cfg(feature = "parquet")]
    pub(super) const MOST: usize = RECORDS;

    /// Begins a batch of so many records, whose cells are put there column by column.
    #[cfg(feature = "parquet")]
    pub(super) fn begin(&mut self, first_line: u64, records: usize, columns: &Columns) {
        self.clear();
        let lines = (0..records as u64).map(|at| first_line + at);
        self.heads.extend(lines.map(|line| Head { line, broken: None }));
        self.cells.resize(records * columns.slots.len(), Cell::Empty);
    }

    /// Puts a cell there.
    #[cfg(feature = "parquet")]
    pub(super) fn put(&mut self, record: usize, column: usize, columns: &Columns, value: &Typed<'_>) {
        let cell = match value {
            Typed::Date(date) => Cell::Date(*date),
            Typed::Number(number) => Cell::Number(*number),
            Typed::Text(bytes) => self.put_text(bytes),
        };
        self.cells[record * columns.slots.len() + column] = cell;
    }

    #[cfg(feature = "parquet")]
    fn put_text(&mut self, bytes: &[u8]) -> Cell {
        match std::str::from_utf8(bytes) {
            Ok(text) if memchr(0, bytes).is_none() => {
                let base = self.text.len();
                self.text.push_str(text);
                match is_plain(bytes) {
                    true => Cell::Text { start: base as u32, end: self.text.len() as u32 },
                    false => cell_of(plain(text), text, base),
                }
            }
            _ => Cell::Unfit(Unfit::NotText),
        }
    }

    /// Takes a text to be cut.
    pub(super) fn hold(&mut self, text: String) {
        self.text = text;
    }

    /// The text, which is cut.
    pub(super) fn release(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// Cuts the lines of the text that is held, none of which has quotation marks, until the batch is full; how far that
    /// is.
    pub(super) fn cut(&mut self, from: Reached, shape: Shape, columns: &Columns) -> Reached {
        self.cells.clear();
        self.heads.clear();
        self.ends.clear();
        let Batch { text, cells, heads, ends } = self;
        let Reached { mut at, mut line } = from;
        for mark in memchr2_iter(shape.delimiter, b'\n', &text.as_bytes()[from.at..]) {
            let mark = from.at + mark;
            ends.push(mark as u32);
            if text.as_bytes()[mark] == shape.delimiter {
                continue;
            }
            let blank = ends.len() == 1 && matches!(&text.as_bytes()[at..mark], b"" | END_OF_TEXT);
            if !blank {
                let broken = ends.len() != shape.width;
                let broken = broken.then(|| Box::new(wrong_count(ends.len(), shape.width)));
                heads.push(Head { line, broken });
                cells.extend(columns.places.iter().map(|&place| cut_cell(text, ends, at, place)));
            }
            ends.clear();
            (at, line) = (mark + 1, line + 1);
            if heads.len() == RECORDS {
                break;
            }
        }
        Reached { at, line }
    }

    /// Takes records one by one until the batch is full; false when there are no more.
    pub(super) fn fill(
        &mut self,
        record: &mut Record,
        schema: &Schema,
        columns: &Columns,
        mut next: impl FnMut(&mut Record) -> Result<Step, LoadError>,
    ) -> Result<bool, LoadError> {
        self.clear();
        while self.heads.len() < RECORDS {
            let broken = match next(record)? {
                Step::End => return Ok(false),
                Step::Record => None,
                Step::Broken(code, message) => Some(Box::new((code, message))),
            };
            self.heads.push(Head { line: record.line, broken });
            if !self.push_whole(record, schema, columns) {
                self.push_each(record, schema, columns);
            }
        }
        Ok(true)
    }

    /// Adds the cells of a record whose bytes are text as a whole; false when they have to be looked at one by one.
    fn push_whole(&mut self, record: &Record, schema: &Schema, columns: &Columns) -> bool {
        let Some(bytes) = record.bytes().filter(|_| !schema.decoded) else { return false };
        let Ok(text) = std::str::from_utf8(bytes.as_slice()) else { return false };
        if memchr(0, text.as_bytes()).is_some() || !schema.layout.templates.is_empty() {
            return false;
        }
        let (first, base) = (self.cells.len(), self.text.len());
        for &slot in &columns.slots {
            let Origin::Cell(at) = schema.layout.origin(slot) else { continue };
            let range = bytes.range(at).unwrap_or_default();
            let Some(cell) = text.get(range.clone()) else {
                self.cells.truncate(first);
                return false;
            };
            self.cells.push(cell_of(plain(cell), text, base));
        }
        self.text.push_str(text);
        true
    }

    fn push_each(&mut self, record: &Record, schema: &Schema, columns: &Columns) {
        for &slot in &columns.slots {
            let base = self.text.len();
            let cell = record.cell(schema, slot);
            let text = cell.ok().flatten().unwrap_or_default();
            self.text.push_str(text);
            self.cells.push(cell_of(cell, text, base));
        }
    }

    /// Its records.
    pub(super) fn rows<'b>(&'b self, columns: &'b Columns) -> impl Iterator<Item = Row<'b>> {
        (0..self.heads.len()).map(move |at| Row::of(self, columns, at))
    }
}

/// Where a cell stands that is part of a text put at `base`.
fn cell_of(cell: Result<Option<&str>, Unfit>, within: &str, base: usize) -> Cell {
    match cell {
        Ok(None) => Cell::Empty,
        Err(unfit) => Cell::Unfit(unfit),
        Ok(Some(cell)) => {
            let start = base + (cell.as_ptr() as usize - within.as_ptr() as usize);
            Cell::Text { start: start as u32, end: (start + cell.len()) as u32 }
        }
    }
}

/// A cell of the line that begins at `from` and whose cells end there.
fn cut_cell(text: &str, ends: &[u32], from: usize, place: usize) -> Cell {
    let Some(&end) = ends.get(place) else { return Cell::Empty };
    let start = place.checked_sub(1).map_or(from, |before| ends[before] as usize + 1);
    match &text.as_bytes()[start..end as usize] {
        [] => Cell::Empty,
        bytes if is_plain(bytes) => Cell::Text { start: start as u32, end },
        _ => cell_of(plain(&text[start..end as usize]), text, 0),
    }
}

/// Whether a text is a cell as it stands: between visible signs nothing is trimmed, and spreadsheets' errors begin
/// with `#`.
fn is_plain(bytes: &[u8]) -> bool {
    let is_visible = |sign: &u8| (b'$'..=b'~').contains(sign);
    bytes.first().is_some_and(is_visible) && bytes.last().is_some_and(is_visible)
}

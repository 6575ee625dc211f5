//! Some records of a table with the place of each of their cells.

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
    Text { start: u32, end: u32 },
    Unfit(Unfit),
}

/// What is known of a record beside its cells.
#[derive(Debug, Clone)]
struct Head {
    line: u64,
    /// Why the line cannot be read as a record.
    broken: Option<Box<(Code, String)>>,
}

/// One record of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    batch: &'b Batch,
    columns: &'b Columns,
    at: usize,
}

impl<'b> Row<'b> {
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
        let Batch { text, cells, heads, .. } = self.batch;
        let (width, head) = (self.columns.slots.len(), &heads[self.at]);
        let mut copy = Batch { heads: vec![head.clone()], ..Batch::default() };
        for cell in &cells[self.at * width..][..width] {
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

    /// A cell: trimmed, and nothing when empty.
    pub(super) fn cell(self, slot: usize) -> Result<Option<&'b str>, Unfit> {
        let Some(column) = self.columns.of_slot(slot) else { return Ok(None) };
        let cell = self.batch.cells.get(self.at * self.columns.slots.len() + column);
        match *cell.unwrap_or(&Cell::Empty) {
            Cell::Empty => Ok(None),
            Cell::Text { start, end } => Ok(Some(&self.batch.text[start as usize..end as usize])),
            Cell::Unfit(unfit) => Err(unfit),
        }
    }
}

/// Which slots have a column in a batch.
#[derive(Debug)]
pub(super) struct Columns {
    slots: Vec<usize>,
    /// The places in a record of those that are cells.
    places: Vec<usize>,
    of_slots: Vec<Option<usize>>,
}

impl Columns {
    /// The columns of a table.
    pub(super) fn of(schema: &Schema) -> Columns {
        let slots: Vec<usize> = schema.layout.filled().collect();
        let mut of_slots = vec![None; schema.layout.len()];
        slots.iter().enumerate().for_each(|(column, &slot)| of_slots[slot] = Some(column));
        let place = |&slot: &usize| match schema.layout.origin(slot) {
            Origin::Cell(at) => Some(at),
            _ => None,
        };
        Columns { places: slots.iter().filter_map(place).collect(), slots, of_slots }
    }

    fn of_slot(&self, slot: usize) -> Option<usize> {
        self.of_slots.get(slot).copied().flatten()
    }
}

impl Batch {
    /// One record on this line, all its cells empty.
    pub(super) fn bare(line: u64) -> Batch {
        Batch { heads: vec![Head { line, broken: None }], ..Batch::default() }
    }

    /// The first record.
    pub(super) fn first<'b>(&'b self, columns: &'b Columns) -> Row<'b> {
        Row { batch: self, columns, at: 0 }
    }

    fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.heads.clear();
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
        (0..self.heads.len()).map(move |at| Row { batch: self, columns, at })
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
    let bytes = &text.as_bytes()[start..end as usize];
    // Between visible signs nothing is trimmed, and spreadsheets' errors begin with `#`.
    let is_visible = |sign: &u8| (b'$'..=b'~').contains(sign);
    match (bytes.first(), bytes.last()) {
        (None, _) => Cell::Empty,
        (Some(first), Some(last)) if is_visible(first) && is_visible(last) => {
            Cell::Text { start: start as u32, end }
        }
        _ => cell_of(plain(&text[start..end as usize]), text, 0),
    }
}

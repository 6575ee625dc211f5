//! Records read ahead of those who make values of them, many at a time and in a thread of their own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread;

use memchr::memchr;

use super::error::LoadError;
use super::layout::Origin;
use super::limits::RECORD;
use super::records::{Record, Records, Schema, Step, Unfit, plain};
use super::values::Context;
use crate::code::Code;

/// So many records are handed over at a time: few enough to stay in the processor's cache.
const RECORDS: usize = 512;

/// A place in the text of a batch always fits: records are bounded in length.
const _: () = assert!(RECORDS as u64 * RECORD <= u32::MAX as u64);

/// So many batches are read ahead.
const AHEAD: usize = 8;

/// Some records of one table, their cells one after another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    /// By record and column; a column is a slot that the file can fill.
    cells: Vec<Cell>,
    heads: Vec<Head>,
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
        let Batch { text, cells, heads } = self.batch;
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
    of_slots: Vec<Option<usize>>,
}

impl Columns {
    /// The columns of a table.
    pub(super) fn of(schema: &Schema) -> Columns {
        let slots: Vec<usize> = schema.layout.filled().collect();
        let mut of_slots = vec![None; schema.layout.len()];
        slots.iter().enumerate().for_each(|(column, &slot)| of_slots[slot] = Some(column));
        Columns { slots, of_slots }
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

    /// Reads records until the batch is full; false when there are no more.
    fn fill(
        &mut self,
        records: &mut Records,
        columns: &Columns,
        record: &mut Record,
    ) -> Result<bool, LoadError> {
        self.clear();
        while self.heads.len() < RECORDS {
            let broken = match records.advance(record)? {
                Step::End => return Ok(false),
                Step::Record => None,
                Step::Broken(code, message) => Some(Box::new((code, message))),
            };
            self.heads.push(Head { line: record.line, broken });
            if !self.push_whole(record, &records.schema, columns) {
                self.push_each(record, &records.schema, columns);
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

    fn rows<'b>(&'b self, columns: &'b Columns) -> impl Iterator<Item = Row<'b>> {
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

/// Gives every record of a table in order, and tells how far it is. A table larger than one batch is read ahead in a
/// second thread.
pub(super) fn each_row<'o>(
    mut records: Records,
    context: &mut Context<'o>,
    mut each: impl FnMut(&mut Context<'o>, &Schema, Row<'_>),
) -> Result<(Arc<Schema>, BTreeSet<String>), LoadError> {
    let (schema, columns) = (Arc::clone(&records.schema), Columns::of(&records.schema));
    let mut take = |batch: &Batch| {
        context.gauge.tell();
        batch.rows(&columns).for_each(|row| each(context, &schema, row));
    };
    let (mut record, mut batch) = (records.record(), Batch::default());
    let more = batch.fill(&mut records, &columns, &mut record)?;
    take(&batch);
    if more {
        records = thread::scope(|scope| {
            let (full, filled) = sync_channel(AHEAD);
            let (used, empty) = channel();
            let columns = &columns;
            let reader = scope.spawn(move || read_ahead(records, columns, record, &full, &empty));
            for batch in filled {
                take(&batch);
                // The reader may be done, and needs no batch any more.
                let _ = used.send(batch);
            }
            reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
    }
    Ok((schema, records.seen))
}

/// Fills batches until there are no more records or nobody wants them.
fn read_ahead(
    mut records: Records,
    columns: &Columns,
    mut record: Record,
    full: &SyncSender<Batch>,
    empty: &Receiver<Batch>,
) -> Result<Records, LoadError> {
    loop {
        let mut batch = empty.try_recv().unwrap_or_default();
        let more = batch.fill(&mut records, columns, &mut record)?;
        if full.send(batch).is_err() || !more {
            return Ok(records);
        }
    }
}

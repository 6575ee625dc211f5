//! Tables in Parquet files: of the columns only those that are used are decoded, some rows at a time.
//!
//! The `parquet` crate decodes them. A file that is damaged can make it panic, which is caught and told like any other
//! damage; what the file says of itself is held against the limits before it is used.

mod cell;
mod column;
mod disk;
mod flaw;
mod kind;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::schema::types::TypePtr;

use super::batch::{Batch, Columns, Typed};
use super::error::LoadError;
use super::header::{Headed, seen};
use super::layout::{Layout, Request};
use super::limits::{COLUMNS, FOOTER, Limit, RECORD, likely, stopped};
use super::progress::Counted;
use super::records::{Cells as RecordCells, Record, Schema, Source, Step};
use super::spelling::Spelling;
use crate::code::Code;
use cell::Wanted;
use column::Cells;
use disk::Disk;
use flaw::{Flaw, guarded};

/// What a Parquet file begins and ends with, and how long that is together with the footer's length.
const MAGIC: &[u8; 4] = b"PAR1";
const ENCRYPTED: &[u8; 4] = b"PARE";
const TAIL: u64 = 8;

/// So many bytes that come out of a file are counted at a time: threads count together, and wait for one another.
const TOGETHER: usize = 1 << 16;

/// The rows of a Parquet file, group by group.
pub(super) struct ParquetRows {
    disk: Arc<Disk>,
    spelling: Arc<Spelling>,
    /// The used columns, in the order of the layout's cells.
    columns: Vec<Cells>,
    groups: std::vec::IntoIter<RowGroupMetaData>,
    /// The number of the last row of the groups that were taken.
    row: u64,
}

/// Some rows of a Parquet file, which are decoded by themselves.
pub(super) struct Group {
    disk: Arc<Disk>,
    spelling: Arc<Spelling>,
    columns: Vec<Cells>,
    metadata: RowGroupMetaData,
    opened: bool,
    /// How many rows are left.
    left: usize,
    /// The number of the last row.
    row: u64,
}

/// One column of the table, which is several leaves where it holds lists or groups.
struct Column {
    name: String,
    /// What it is read as, or why it cannot be read.
    cells: Result<Cells, Flaw>,
}

/// Finds our columns in a Parquet file.
pub(super) fn open(request: &Request<'_>, mut file: Counted<File>, size: u64) -> Result<Headed, LoadError> {
    let told = |flaw: Flaw| flaw.told(request.file, None, None);
    let footer = footer(request.file, &mut file, size)?;
    let metadata = guarded(|| Ok(ParquetMetaDataReader::decode_metadata(&footer)?)).map_err(told)?;
    let columns = guarded(|| columns(&metadata)).map_err(told)?;
    counted(&metadata, size).map_err(told)?;
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut layout = request.headed(&names, None)?;
    let rows = ParquetRows {
        disk: Arc::new(Disk::new(file, size)),
        spelling: Arc::new(Spelling {
            decimal: request.mapping.numbers.decimal,
            dates: request.mapping.dates.clone(),
        }),
        columns: used(request.file, &mut layout, columns)?,
        groups: metadata.into_builder().take_row_groups().into_iter(),
        row: 0,
    };
    Ok(Headed { layout, source: Source::Parquet(Box::new(rows)), seen: seen(names) })
}

/// The columns of the table, in order.
fn columns(metadata: &ParquetMetaData) -> Result<Vec<Column>, Flaw> {
    let schema = metadata.file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    if fields.len() > COLUMNS {
        return Err(Limit::Columns.into());
    }
    let mut leaves = vec![None; fields.len()];
    for leaf in (0..schema.num_columns()).rev() {
        leaves[schema.get_column_root_idx(leaf)] = Some(leaf);
    }
    let column = |(field, leaf): (&TypePtr, Option<usize>)| Column {
        name: String::from(field.name().trim()),
        cells: Cells::of(field, leaf.unwrap_or_default()),
    };
    Ok(fields.iter().zip(leaves).map(column).collect())
}

/// Each row counts as a byte at least of what the file unpacks to.
fn counted(metadata: &ParquetMetaData, size: u64) -> Result<(), Flaw> {
    let mut rows: u64 = 0;
    for group in metadata.row_groups() {
        let more = u64::try_from(group.num_rows()).map_err(|_| Flaw::damaged("it has less than no rows"))?;
        rows = rows.saturating_add(more);
    }
    Ok(likely(rows, size)?)
}

/// The columns that a layout uses; what cannot be read of them is told at once.
fn used(file: &str, layout: &mut Layout, columns: Vec<Column>) -> Result<Vec<Cells>, LoadError> {
    let wanted = layout.only_used();
    let mut errors: Option<LoadError> = None;
    let mut used = Vec::new();
    for (at, column) in columns.into_iter().enumerate() {
        if wanted.binary_search(&at).is_err() {
            continue;
        }
        match column.cells {
            Ok(cells) => used.push(cells),
            Err(flaw) => {
                let error = flaw.told(file, Some(&column.name), None);
                errors = Some(errors.map_or(error.clone(), |errors| errors.and(error)));
            }
        }
    }
    errors.map_or(Ok(used), Err)
}

/// Reads what stands at the end of a file.
fn footer(name: &str, file: &mut Counted<File>, size: u64) -> Result<Vec<u8>, LoadError> {
    is_parquet(name, file, size)?;
    let told = |flaw: Flaw| flaw.told(name, None, None);
    let mut tail = [0; TAIL as usize];
    let unread = |error: std::io::Error| stopped(name, None, &error);
    file.seek(SeekFrom::Start(size - TAIL)).map_err(unread)?;
    file.read_exact(&mut tail).map_err(unread)?;
    let [length @ .., a, b, c, d] = tail;
    match [a, b, c, d] {
        magic if magic == *ENCRYPTED => return Err(encrypted(name)),
        magic if magic != *MAGIC => {
            return Err(stopped(name, None, &std::io::ErrorKind::UnexpectedEof.into()));
        }
        _ => {}
    }
    let length = u64::from(u32::from_le_bytes(length));
    let start = (size - TAIL).checked_sub(length);
    let start = start.ok_or_else(|| told(Flaw::damaged("its footer is longer than the file")))?;
    if length > FOOTER {
        return Err(told(Limit::Footer.into()));
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(unread)?;
    file.by_ref().take(length).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}

/// Tells a Parquet file by its first bytes.
fn is_parquet(name: &str, file: &mut Counted<File>, size: u64) -> Result<(), LoadError> {
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(|error| stopped(name, None, &error))?;
    match start.as_slice() {
        [] => Err(LoadError::new(Code::EmptyFile, name, None, "it is empty").help("export it again")),
        start if start == ENCRYPTED => Err(encrypted(name)),
        start if start != MAGIC => {
            let message = "it is no Parquet file, whatever its name says";
            Err(LoadError::new(Code::UnreadableParquet, name, None, message)
                .help("if it holds lines of text, give it the ending `.csv`"))
        }
        _ if size < TAIL + 4 => Err(stopped(name, None, &std::io::ErrorKind::UnexpectedEof.into())),
        _ => Ok(()),
    }
}

fn encrypted(name: &str) -> LoadError {
    LoadError::new(Code::UnreadableParquet, name, None, "it is encrypted").help("write it without encryption")
}

impl ParquetRows {
    /// The next group; nothing when there is none.
    pub(super) fn next(&mut self) -> Option<Group> {
        let Some(metadata) = self.groups.next() else {
            self.disk.finish();
            return None;
        };
        // Less than none was refused before.
        let left = usize::try_from(metadata.num_rows()).unwrap_or_default();
        let row = self.row;
        self.row += left as u64;
        let (disk, spelling) = (Arc::clone(&self.disk), Arc::clone(&self.spelling));
        let columns = self.columns.iter().map(Cells::again).collect();
        Some(Group { disk, spelling, columns, metadata, opened: false, left, row })
    }
}

impl Group {
    /// How many rows are left.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    /// Fills a batch with the next rows; false when there are no more.
    pub(super) fn fill(
        &mut self,
        batch: &mut Batch,
        record: &mut Record,
        schema: &Schema,
        columns: &Columns,
    ) -> Result<bool, LoadError> {
        if !std::mem::replace(&mut self.opened, true) {
            for column in &mut self.columns {
                let opened = column.open(&self.metadata, &self.disk);
                opened.map_err(|flaw| flaw.told(&schema.file, Some(&column.name), None))?;
            }
        }
        if !schema.layout.templates.is_empty() {
            // Constants may quote any cell.
            return batch.fill(record, schema, columns, |record| self.advance(schema, record));
        }
        let rows = self.left.min(Batch::MOST);
        batch.begin(self.row + 1, rows, columns);
        let mut written = vec![0; rows];
        for place in 0..self.columns.len() {
            self.put_column(place, batch, schema, columns, &mut written)?;
        }
        self.left -= rows;
        self.row += rows as u64;
        Ok(self.left > 0)
    }

    /// Puts the cells of a column into a batch; of each row it is counted how much is written.
    fn put_column(
        &mut self,
        place: usize,
        batch: &mut Batch,
        schema: &Schema,
        columns: &Columns,
        written: &mut [usize],
    ) -> Result<(), LoadError> {
        let Group { disk, spelling, columns: all, left, row: before, .. } = self;
        let column = &mut all[place];
        let name = column.name.clone();
        let here = columns.places().enumerate().filter(|(_, (_, at))| *at == place);
        let slots: Vec<(usize, Wanted)> =
            here.map(|(column, (slot, _))| (column, wanted(schema, slot))).collect();
        // A column that several slots are read from is a text when they do not want the same.
        let wanted =
            slots.iter().map(|(_, wanted)| *wanted).reduce(|a, b| if a == b { a } else { Wanted::Text });
        let wanted = wanted.unwrap_or(Wanted::Text);
        let count = |bytes: &mut usize| {
            let counted = disk.unpacked(std::mem::take(bytes));
            counted.map_err(|limit| Flaw::from(limit).told(&schema.file, None, None))
        };
        let mut uncounted = 0;
        for (at, written) in written.iter_mut().enumerate() {
            let row = *before + at as u64 + 1;
            let told = |flaw: Flaw| flaw.told(&schema.file, Some(&name), Some(row));
            let Some(value) = column.next_typed(*left - at, spelling, wanted).map_err(told)? else {
                continue;
            };
            let length = if let Typed::Text(text) = value { text.len() } else { size_of::<i64>() };
            *written += length;
            if *written as u64 > RECORD {
                return Err(Flaw::from(Limit::Record).told(&schema.file, None, Some(row)));
            }
            uncounted += length;
            if uncounted > TOGETHER {
                count(&mut uncounted)?;
            }
            slots.iter().for_each(|(slot, _)| batch.put(at, *slot, columns, &value));
        }
        count(&mut uncounted)
    }

    /// Fills a record with the cells of the next row.
    fn advance(&mut self, schema: &Schema, row: &mut Record) -> Result<Step, LoadError> {
        let RecordCells::Bytes(record) = &mut row.cells else { return Ok(Step::End) };
        if self.left == 0 {
            return Ok(Step::End);
        }
        self.row += 1;
        record.clear();
        for column in &mut self.columns {
            match column.next(self.left, &self.spelling) {
                Ok(cell) => record.push_field(cell.unwrap_or_default()),
                Err(flaw) => return Err(flaw.told(&schema.file, Some(&column.name), Some(self.row))),
            }
            if record.as_slice().len() as u64 > RECORD {
                return Err(Flaw::from(Limit::Record).told(&schema.file, None, Some(self.row)));
            }
        }
        self.left -= 1;
        let written = self.disk.unpacked(record.as_slice().len());
        written.map_err(|limit| Flaw::from(limit).told(&schema.file, None, None))?;
        row.line = self.row;
        row.fill_constants(schema);
        Ok(Step::Record)
    }
}

/// What a cell is read as. Where rows become one, and where words are translated, cells are texts.
fn wanted(schema: &Schema, slot: usize) -> Wanted {
    let translated = schema.values.get(slot).is_some_and(Option::is_some);
    if schema.sum_lines || schema.derived || translated {
        Wanted::Text
    } else if schema.table.dates().contains(&slot) {
        Wanted::Date
    } else if schema.table.amounts().contains(&slot) {
        Wanted::Number
    } else {
        Wanted::Text
    }
}

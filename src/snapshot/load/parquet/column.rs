//! One column of a Parquet file, given value by value as the texts of cells.

use std::sync::Arc;

use parquet::basic::{Compression, Repetition};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FixedLenByteArrayType, FloatType, Int32Type, Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::reader::SerializedPageReader;
use parquet::schema::types::Type;

use super::super::batch::Typed as TypedCell;
use super::super::spelling::Spelling;
use super::cell::{Raw, Wanted, spell, typed};
use super::disk::{Disk, Pages};
use super::flaw::{Flaw, guarded};
use super::kind::{Kind, int96};

/// So many rows are decoded at a time.
const BATCH: usize = 1024;

/// A column while it is read.
pub(super) struct Cells {
    pub(super) name: String,
    leaf: usize,
    optional: bool,
    kind: Kind,
    batch: Option<Batch>,
    /// Of each decoded row whether it has a value, in a column that can lack some.
    levels: Vec<i16>,
    /// How many rows are decoded, and how many of them and of the values are read.
    rows: usize,
    row: usize,
    value: usize,
    /// What is written of the value.
    text: Vec<u8>,
}

impl Cells {
    /// A column that can be read as cells.
    pub(super) fn of(field: &Type, leaf: usize) -> Result<Cells, Flaw> {
        let repetition = Some(field.get_basic_info()).filter(|info| info.has_repetition());
        let repetition = repetition.map_or(Repetition::REQUIRED, |info| info.repetition());
        if !field.is_primitive() || repetition == Repetition::REPEATED {
            return Err(Flaw::Unread(
                String::from("holds lists or groups, which no cell of a table can hold"),
                "write one plain value into each row, such as a list joined with `;`",
            ));
        }
        let name = String::from(field.name().trim());
        Ok(Cells::unread(name, leaf, repetition == Repetition::OPTIONAL, Kind::of(field)?))
    }

    fn unread(name: String, leaf: usize, optional: bool, kind: Kind) -> Cells {
        let (levels, text) = (Vec::new(), Vec::new());
        Cells { name, leaf, optional, kind, batch: None, levels, rows: 0, row: 0, value: 0, text }
    }

    /// Goes to the first of some rows.
    pub(super) fn open(&mut self, group: &RowGroupMetaData, disk: &Arc<Disk>) -> Result<(), Flaw> {
        let unequal = || Flaw::damaged("it has another number of values than of rows");
        let chunk = group.columns().get(self.leaf).ok_or_else(unequal)?;
        within_reach(chunk)?;
        if chunk.num_values() != group.num_rows() {
            return Err(unequal());
        }
        let rows = usize::try_from(group.num_rows()).map_err(|_| unequal())?;
        let reader = guarded(|| {
            let pages = SerializedPageReader::new(Arc::clone(disk), chunk, rows, None)?;
            let pages = Pages { pages, disk: Arc::clone(disk) };
            Ok(get_column_reader(chunk.column_descr_ptr(), Box::new(pages)))
        })?;
        self.batch = Some(Batch::of(reader)?);
        (self.rows, self.row) = (0, 0);
        Ok(())
    }

    /// The same column, to be read from another group.
    pub(super) fn again(&self) -> Cells {
        Cells::unread(self.name.clone(), self.leaf, self.optional, self.kind)
    }

    /// The text of the next value, of so many in this group; nothing where it is missing.
    pub(super) fn next(&mut self, left: usize, spelling: &Spelling) -> Result<Option<&[u8]>, Flaw> {
        let Some(at) = self.step(left)? else { return Ok(None) };
        spell(self.kind, raw(self.batch.as_ref(), at)?, spelling, &mut self.text).map(Some)
    }

    /// The same value, as a date or a number where it is one and is wanted as such.
    pub(super) fn next_typed(
        &mut self,
        left: usize,
        spelling: &Spelling,
        wanted: Wanted,
    ) -> Result<Option<TypedCell<'_>>, Flaw> {
        let Some(at) = self.step(left)? else { return Ok(None) };
        let raw = raw(self.batch.as_ref(), at)?;
        if let Some(typed) = typed(self.kind, raw, wanted) {
            return Ok(Some(typed));
        }
        spell(self.kind, raw, spelling, &mut self.text).map(|text| Some(TypedCell::Text(text)))
    }

    /// Goes to the next value, of so many in this group; nothing where it is missing.
    fn step(&mut self, left: usize) -> Result<Option<usize>, Flaw> {
        if self.row == self.rows {
            self.turn(left)?;
        }
        let fewer = || Flaw::damaged("it has fewer values than rows");
        let at = self.row;
        self.row += 1;
        if self.optional && *self.levels.get(at).ok_or_else(fewer)? == 0 {
            return Ok(None);
        }
        self.value += 1;
        Ok(Some(self.value - 1))
    }

    /// Decodes some rows more.
    fn turn(&mut self, left: usize) -> Result<(), Flaw> {
        let (batch, levels) = (&mut self.batch, &mut self.levels);
        let rows = guarded(|| match batch {
            Some(batch) => Ok(batch.fill(BATCH.min(left), levels)?),
            None => Ok(0),
        })?;
        (self.rows, self.row, self.value) = (rows, 0, 0);
        if rows == 0 { Err(Flaw::damaged("it has fewer values than rows")) } else { Ok(()) }
    }
}

fn raw(batch: Option<&Batch>, at: usize) -> Result<Raw<'_>, Flaw> {
    let raw = batch.and_then(|batch| batch.get(at));
    raw.ok_or_else(|| Flaw::damaged("it has fewer values than rows"))
}

/// Whether the values stand in this file, packed in a way that is read.
fn within_reach(chunk: &ColumnChunkMetaData) -> Result<(), Flaw> {
    if chunk.file_path().is_some_and(|path| !path.is_empty()) {
        return Err(Flaw::Unread(String::from("stands in another file"), "write the table into one file"));
    }
    let name = match chunk.compression() {
        Compression::LZO => "LZO",
        Compression::BROTLI(_) => "Brotli",
        _ => return Ok(()),
    };
    Err(Flaw::Unread(
        format!("is packed with {name}"),
        "write it with Snappy, Zstandard, gzip or LZ4, or not packed at all",
    ))
}

/// Values that are decoded, and what decodes those that follow.
enum Batch {
    Flags(Typed<BoolType>),
    Int32(Typed<Int32Type>),
    Int64(Typed<Int64Type>),
    Single(Typed<FloatType>),
    Double(Typed<DoubleType>),
    Bytes(Typed<ByteArrayType>),
    Fixed(Typed<FixedLenByteArrayType>),
}

struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    fn new(reader: ColumnReaderImpl<T>) -> Typed<T> {
        Typed { reader, values: Vec::new() }
    }

    fn fill(&mut self, rows: usize, levels: &mut Vec<i16>) -> Result<usize, ParquetError> {
        self.values.clear();
        levels.clear();
        let (rows, ..) = self.reader.read_records(rows, Some(levels), None, &mut self.values)?;
        Ok(rows)
    }
}

impl Batch {
    fn of(reader: ColumnReader) -> Result<Batch, Flaw> {
        Ok(match reader {
            ColumnReader::BoolColumnReader(reader) => Batch::Flags(Typed::new(reader)),
            ColumnReader::Int32ColumnReader(reader) => Batch::Int32(Typed::new(reader)),
            ColumnReader::Int64ColumnReader(reader) => Batch::Int64(Typed::new(reader)),
            ColumnReader::FloatColumnReader(reader) => Batch::Single(Typed::new(reader)),
            ColumnReader::DoubleColumnReader(reader) => Batch::Double(Typed::new(reader)),
            ColumnReader::ByteArrayColumnReader(reader) => Batch::Bytes(Typed::new(reader)),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => Batch::Fixed(Typed::new(reader)),
            ColumnReader::Int96ColumnReader(_) => return Err(int96()),
        })
    }

    /// Decodes up to so many rows; gives how many there were.
    fn fill(&mut self, rows: usize, levels: &mut Vec<i16>) -> Result<usize, ParquetError> {
        match self {
            Batch::Flags(typed) => typed.fill(rows, levels),
            Batch::Int32(typed) => typed.fill(rows, levels),
            Batch::Int64(typed) => typed.fill(rows, levels),
            Batch::Single(typed) => typed.fill(rows, levels),
            Batch::Double(typed) => typed.fill(rows, levels),
            Batch::Bytes(typed) => typed.fill(rows, levels),
            Batch::Fixed(typed) => typed.fill(rows, levels),
        }
    }

    fn get(&self, at: usize) -> Option<Raw<'_>> {
        Some(match self {
            Batch::Flags(typed) => Raw::Number((*typed.values.get(at)?).into()),
            Batch::Int32(typed) => Raw::Number((*typed.values.get(at)?).into()),
            Batch::Int64(typed) => Raw::Number(*typed.values.get(at)?),
            Batch::Single(typed) => Raw::Single(*typed.values.get(at)?),
            Batch::Double(typed) => Raw::Double(*typed.values.get(at)?),
            Batch::Bytes(typed) => Raw::Bytes(typed.values.get(at)?.data()),
            Batch::Fixed(typed) => Raw::Bytes(typed.values.get(at)?.data()),
        })
    }
}

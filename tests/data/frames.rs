//! Parquet files as the `parquet` crate writes them, from typed columns or from the text of a CSV file.

use std::ops::Range;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, Timelike};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    FloatType, Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

/// The values of a column, as they are stored.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    Flags(Vec<Option<bool>>),
    Int32(Vec<Option<i32>>),
    Int64(Vec<Option<i64>>),
    Single(Vec<Option<f32>>),
    Double(Vec<Option<f64>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
    /// So many times in the old form.
    Moments(usize),
    /// So many lists of texts, none of them there.
    Lists(usize),
}

/// A table: each column as the format declares it, such as `OPTIONAL INT32 due_date (DATE)`, and its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frame {
    pub(crate) columns: Vec<(String, Values)>,
}

/// How the columns of a CSV file are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Typing {
    /// All are texts.
    Texts,
    /// Numbers are decimals, dates are dates.
    Types,
    /// As data frames have it: numbers are floating, dates are times at midnight.
    Frames,
}

impl Frame {
    /// The text of a CSV file, each column of one type.
    pub(crate) fn of(csv_text: &str, typing: Typing) -> Frame {
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let column = |(at, name): (usize, &str)| {
            let cells: Vec<Option<&str>> =
                rows.iter().map(|row| Some(&row[at]).filter(|cell| !cell.is_empty())).collect();
            typed(name, &cells, typing)
        };
        Frame { columns: header.iter().enumerate().map(column).collect() }
    }

    /// Adds a column.
    pub(crate) fn with(mut self, declaration: &str, values: Values) -> Frame {
        self.columns.push((String::from(declaration), values));
        self
    }

    /// The file, all rows in one group.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.written(WriterProperties::default(), usize::MAX)
    }

    /// The file, so many rows in a group.
    pub(crate) fn written(&self, properties: WriterProperties, group: usize) -> Vec<u8> {
        // A group ends with its brace.
        let ended = |column: &str| if column.ends_with('}') { "" } else { ";" };
        let columns: String =
            self.columns.iter().map(|(column, _)| format!("{column}{}", ended(column))).collect();
        let schema = Arc::new(parse_message_type(&format!("message table {{ {columns} }}")).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let rows = self.columns[0].1.len();
        for start in (0..rows).step_by(group.min(rows.max(1))) {
            let mut group_writer = writer.next_row_group().unwrap();
            for (_, values) in &self.columns {
                let mut column = group_writer.next_column().unwrap().unwrap();
                values.write(start..rows.min(start.saturating_add(group)), &mut column);
                column.close().unwrap();
            }
            group_writer.close().unwrap();
        }
        writer.into_inner().unwrap()
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Flags(values) => values.len(),
            Values::Int32(values) => values.len(),
            Values::Int64(values) => values.len(),
            Values::Single(values) => values.len(),
            Values::Double(values) => values.len(),
            Values::Bytes(values) | Values::Fixed(values) => values.len(),
            Values::Moments(count) | Values::Lists(count) => *count,
        }
    }

    fn write(&self, rows: Range<usize>, column: &mut SerializedColumnWriter<'_>) {
        match self {
            Values::Flags(values) => put::<BoolType>(column, &values[rows]),
            Values::Int32(values) => put::<Int32Type>(column, &values[rows]),
            Values::Int64(values) => put::<Int64Type>(column, &values[rows]),
            Values::Single(values) => put::<FloatType>(column, &values[rows]),
            Values::Double(values) => put::<DoubleType>(column, &values[rows]),
            Values::Bytes(values) => {
                let values = values[rows].iter().map(|value| value.clone().map(ByteArray::from));
                put::<ByteArrayType>(column, &values.collect::<Vec<_>>());
            }
            Values::Fixed(values) => {
                let fixed = |bytes: Vec<u8>| FixedLenByteArray::from(bytes);
                let values = values[rows].iter().map(|value| value.clone().map(fixed));
                put::<FixedLenByteArrayType>(column, &values.collect::<Vec<_>>());
            }
            Values::Moments(_) => put::<Int96Type>(column, &vec![Some(Int96::default()); rows.len()]),
            Values::Lists(_) => {
                let none = vec![0; rows.len()];
                column.typed::<ByteArrayType>().write_batch(&[], Some(&none), Some(&none)).unwrap();
            }
        }
    }
}

/// Writes what is there, and where something is missing.
fn put<T: DataType>(column: &mut SerializedColumnWriter<'_>, values: &[Option<T::T>]) {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let there: Vec<T::T> = values.iter().flatten().cloned().collect();
    column.typed::<T>().write_batch(&there, Some(&levels), None).unwrap();
}

/// The column that cells of a CSV file would be in a typed table.
fn typed(name: &str, cells: &[Option<&str>], typing: Typing) -> (String, Values) {
    let all = |fits: &dyn Fn(&str) -> bool| {
        typing != Typing::Texts
            && cells.iter().flatten().all(|cell| fits(cell))
            && cells.iter().any(Option::is_some)
    };
    let column = |declaration: &str, values| (declaration.replace('#', name), values);
    if all(&|cell| cell.parse::<NaiveDate>().is_ok()) {
        let days = |cell: &str| cell.parse::<NaiveDate>().unwrap().to_epoch_days();
        return match typing {
            Typing::Types => column("OPTIONAL INT32 # (DATE)", Values::Int32(each(cells, days))),
            _ => {
                let nanos = |cell: &str| i64::from(days(cell)) * 86_400_000_000_000;
                column("OPTIONAL INT64 # (TIMESTAMP(NANOS,false))", Values::Int64(each(cells, nanos)))
            }
        };
    }
    if all(&|cell| cell.len() == 5 && NaiveTime::parse_from_str(cell, "%H:%M").is_ok()) {
        let seconds =
            |cell: &str| NaiveTime::parse_from_str(cell, "%H:%M").unwrap().num_seconds_from_midnight();
        let millis = |cell: &str| i32::try_from(seconds(cell)).unwrap() * 1000;
        return column("OPTIONAL INT32 # (TIME(MILLIS,true))", Values::Int32(each(cells, millis)));
    }
    if all(&|cell| matches!(cell, "yes" | "no")) {
        return column("OPTIONAL BOOLEAN #", Values::Flags(each(cells, |cell| cell == "yes")));
    }
    if all(&|cell| !cell.starts_with('+') && cell.parse::<f64>().is_ok()) {
        let whole = cells.iter().flatten().all(|cell| !cell.contains('.'));
        let cents = |cell: &str| {
            let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
            format!("{whole}{decimals:0<2}").parse().unwrap()
        };
        return match typing {
            Typing::Frames => {
                column("OPTIONAL DOUBLE #", Values::Double(each(cells, |cell| cell.parse().unwrap())))
            }
            _ if whole => {
                column("OPTIONAL INT64 #", Values::Int64(each(cells, |cell| cell.parse().unwrap())))
            }
            _ => column("OPTIONAL INT64 # (DECIMAL(18,2))", Values::Int64(each(cells, cents))),
        };
    }
    column("OPTIONAL BYTE_ARRAY # (UTF8)", Values::Bytes(each(cells, |cell| cell.as_bytes().to_vec())))
}

fn each<T>(cells: &[Option<&str>], value: impl Fn(&str) -> T) -> Vec<Option<T>> {
    cells.iter().map(|cell| cell.map(&value)).collect()
}

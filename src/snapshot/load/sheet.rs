//! The first sheet of a workbook as rows of text, each cell written as the mapping says that the file writes it.

use std::io::{BufReader, Read, Seek, SeekFrom};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use csv::ByteRecord;

use super::dates::calendar_date;
use super::error::LoadError;
use super::layout::Request;
use super::limits::{COLUMNS, stopped, workbook};
use super::progress::Gauge;
use super::spelling::Spelling;
use crate::code::Code;

/// So many rows are read whole; those below are cut to the widest of them. One of them is the header.
const WHOLE: usize = 21;

/// Where the table of shared texts must begin.
const HEAD: u64 = 1 << 16;

/// The rows of the first visible sheet that hold anything, each with its number in the sheet.
pub(super) fn rows(
    request: &Request<'_>,
    mut file: impl Read + Seek,
    size: u64,
    gauge: &mut Gauge<'_>,
) -> Result<Vec<(u64, ByteRecord)>, LoadError> {
    is_workbook(request.file, &mut file)?;
    is_safe(request.file, &mut file, size)?;
    let damaged = |error: XlsxError| damaged(request.file, &error);
    let mut book = Xlsx::new(BufReader::new(file)).map_err(damaged)?;
    let first = book
        .sheets_metadata()
        .iter()
        .find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let Some(name) = first.map(|sheet| sheet.name.clone()) else {
        let message = "it has no visible sheet";
        return Err(LoadError::new(Code::UnreadableWorkbook, request.file, None, message)
            .help("put the table on the first sheet, its columns named in the first row"));
    };
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let spelling =
        Spelling { decimal: request.mapping.numbers.decimal, dates: request.mapping.dates.clone() };
    let mut rows = Rows::new(request.mapping.header.unwrap_or(1));
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        gauge.step();
        let (row, column) = cell.get_position();
        rows.put(row, column as usize, &spelling.text(cell.get_value())).map_err(|Misplaced| {
            let message = "its cells do not stand in order";
            LoadError::new(Code::UnreadableWorkbook, request.file, Some(u64::from(row) + 1), message)
                .help("open it in a spreadsheet and save it again, or as CSV")
        })?;
    }
    Ok(rows.finish())
}

/// What to say of a workbook that cannot be read.
fn damaged(file: &str, error: &XlsxError) -> LoadError {
    let message = match error {
        XlsxError::Password => return protected(file),
        XlsxError::Io(error) => return stopped(file, None, error),
        XlsxError::FileNotFound(_) => String::from("it is an archive, but no workbook"),
        error => format!("it is damaged: {error}"),
    };
    LoadError::new(Code::UnreadableWorkbook, file, None, message)
        .help("open it in a spreadsheet and save it again, or as CSV")
}

fn protected(file: &str) -> LoadError {
    let message = "it is protected by a password, or an old workbook (.xls)";
    LoadError::new(Code::UnreadableWorkbook, file, None, message)
        .help("save it without a password as a workbook that ends with `.xlsx`, or as CSV")
}

/// A workbook is a zip archive; one with a password is not.
fn is_workbook(name: &str, file: &mut (impl Read + Seek)) -> Result<(), LoadError> {
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start).map_err(|error| stopped(name, None, &error))?;
    match start.as_slice() {
        [b'P', b'K', ..] => Ok(()),
        [0xd0, 0xcf, 0x11, 0xe0] => Err(protected(name)),
        [] => Err(LoadError::new(Code::EmptyFile, name, None, "it is empty").help("export it again")),
        _ => Err(LoadError::new(
            Code::UnreadableWorkbook,
            name,
            None,
            "it is no workbook, whatever its name says",
        )
        .help("if it holds lines of text, give it the ending `.csv`")),
    }
}

/// Unpacks everything once and counts: what the archive says of sizes need not be true.
fn is_safe(name: &str, file: &mut (impl Read + Seek), size: u64) -> Result<(), LoadError> {
    let unread = |error: std::io::Error| stopped(name, None, &error);
    let broken = |error: zip::result::ZipError| damaged(name, &XlsxError::Zip(error));
    file.seek(SeekFrom::Start(0)).map_err(unread)?;
    let mut archive = zip::ZipArchive::new(BufReader::new(&mut *file)).map_err(broken)?;
    let (mut unpacked, mut buffer) = (0, vec![0; 1 << 16]);
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(broken)?;
        let shared = entry.name().map_err(broken)?.to_lowercase().ends_with("sharedstrings.xml");
        let mut head = Vec::new();
        entry.by_ref().take(HEAD).read_to_end(&mut head).map_err(unread)?;
        let mut length = head.len() as u64;
        loop {
            workbook(unpacked + length, size).map_err(|limit| unread(limit.into()))?;
            match entry.read(&mut buffer).map_err(unread)? {
                0 => break,
                read => length += read as u64,
            }
        }
        if shared && !counts_rightly(&head, length) {
            return Err(damaged(
                name,
                &XlsxError::Unexpected("its table of shared texts is not what it says"),
            ));
        }
        unpacked += length;
    }
    file.seek(SeekFrom::Start(0)).map_err(unread).map(|_| ())
}

/// Whether the table of shared texts has room for as many as it says: the reader makes room for them at once.
fn counts_rightly(head: &[u8], length: u64) -> bool {
    let head = String::from_utf8_lossy(head);
    let Some((_, table)) = head.split_once("<sst").or_else(|| head.split_once(":sst")) else { return false };
    let Some((_, count)) = table.split_once("uniqueCount") else { return true };
    let digits: String =
        count.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    digits.is_empty() || digits.parse().is_ok_and(|count: u64| count <= length)
}

/// A cell that does not stand behind the one before it.
struct Misplaced;

/// Rows while their cells are read.
struct Rows {
    done: Vec<(u64, ByteRecord)>,
    number: u64,
    cells: ByteRecord,
    /// The row that names the columns, at the earliest.
    from: u64,
    /// Cells further right belong to no column.
    width: usize,
}

impl Rows {
    fn new(from: u64) -> Rows {
        Rows { done: Vec::new(), number: 0, cells: ByteRecord::new(), from, width: 0 }
    }

    fn put(&mut self, row: u32, column: usize, text: &str) -> Result<(), Misplaced> {
        let number = u64::from(row) + 1;
        if number < self.number {
            return Err(Misplaced);
        }
        if number > self.number {
            self.end();
            self.number = number;
        }
        let whole = self.done.len() < WHOLE;
        if number < self.from || text.trim().is_empty() || !whole && column >= self.width {
            return Ok(());
        }
        if column < self.cells.len() || column >= COLUMNS {
            return Err(Misplaced);
        }
        while self.cells.len() < column {
            self.cells.push_field(b"");
        }
        self.cells.push_field(text.as_bytes());
        Ok(())
    }

    fn end(&mut self) {
        if self.cells.is_empty() {
            return;
        }
        if self.done.len() < WHOLE {
            self.width = self.width.max(self.cells.len());
        }
        let mut cells = self.cells.clone();
        self.cells.clear();
        cells.set_position(None);
        self.done.push((self.number, cells));
    }

    fn finish(mut self) -> Vec<(u64, ByteRecord)> {
        self.end();
        self.done
    }
}

impl Spelling {
    /// The text of a sheet's cell.
    fn text(&self, value: &DataRef<'_>) -> String {
        match value {
            DataRef::Float(number) => self.number(*number),
            DataRef::DateTime(moment) => self.moment(moment).unwrap_or_else(|| self.number(moment.as_f64())),
            DataRef::DateTimeIso(text) => self.iso(text),
            DataRef::Bool(true) => String::from("TRUE"),
            DataRef::Bool(false) => String::from("FALSE"),
            other => Data::from(other.clone()).to_string(),
        }
    }

    /// A date, with its time where it has one; a time of day alone.
    fn moment(&self, moment: &ExcelDateTime) -> Option<String> {
        let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
        let time = NaiveTime::from_hms_opt(hour.into(), minute.into(), second.into())?;
        let rounded = TimeDelta::seconds(i64::from(milli >= 500));
        if moment.is_duration() || moment.as_f64() < 1.0 {
            return Some(time.overflowing_add_signed(rounded).0.to_string());
        }
        let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
        date.and_time(time).checked_add_signed(rounded).map(|moment| self.dates.spell(moment))
    }

    fn iso(&self, text: &str) -> String {
        match calendar_date(text, chrono_tz::UTC) {
            Some((date, time)) => self.dates.spell(NaiveDateTime::new(date, time.unwrap_or_default())),
            None => String::from(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dates::DateFormat;
    use super::*;

    #[test]
    fn dates_are_written_as_the_file_writes_them() {
        let moment =
            |value, is_1904| ExcelDateTime::new(value, calamine::ExcelDateTimeType::DateTime, is_1904);
        let french = DateFormat(Some(String::from("%d/%m/%y")));
        for (dates, value, is_1904, expected) in [
            (&DateFormat(None), 46_300.0, false, "2026-10-05"),
            (&DateFormat(None), 44_838.0, true, "2026-10-05"),
            (&DateFormat(None), 46_300.395_833_333_3, false, "2026-10-05T09:30:00"),
            (&DateFormat(None), 0.395_833_333_3, false, "09:30:00"),
            (&french, 46_300.0, false, "05/10/26"),
            (&french, 23_802.0, false, "1965-03-01T00:00:00"),
            (&french, 46_300.5, false, "2026-10-05T12:00:00"),
        ] {
            let spelling = Spelling { decimal: '.', dates: dates.clone() };
            assert_eq!(spelling.moment(&moment(value, is_1904)).as_deref(), Some(expected), "{value}");
        }
    }
}

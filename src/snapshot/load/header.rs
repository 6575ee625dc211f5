//! The header of a table: the line that names the columns, and what stands there instead when it is not found.

use std::collections::BTreeSet;
use std::io::BufRead;

use csv::ByteRecord;

use super::blocks::Blocks;
use super::error::LoadError;
use super::layout::{Layout, Request};
use super::limits::{Allowance, COLUMNS, stopped};
use super::records::Source;
use super::stream;
use crate::code::Code;

/// So many lines below the first are looked through for a header that was not found.
const NEARBY: usize = 20;

/// A table whose columns are found.
pub(super) struct Headed {
    pub(super) layout: Layout,
    pub(super) source: Source,
    /// The columns of the file.
    pub(super) seen: BTreeSet<String>,
}

/// Reads a CSV file's header and finds our columns in it.
pub(super) fn header_of_csv(
    request: &Request<'_>,
    reader: Box<dyn BufRead + Send>,
    allowance: Allowance,
) -> Result<Headed, LoadError> {
    let unread = |error: std::io::Error| stopped(request.file, Some(1), &error);
    let (mut head, reader) = stream::head(reader).map_err(unread)?;
    no_text(request.file, &head)?;
    let above = request.mapping.header.map_or(0, |line| line - 1);
    let reader = below(request, reader, above)?;
    head.drain(..length_of_lines(&head, above));
    let first = lines(&head).find(|line| !line.is_empty()).unwrap_or_default();
    let delimiter = request.mapping.delimiter.unwrap_or_else(|| stream::likely_delimiter(first));
    let mut blocks = Blocks::new(reader, allowance, delimiter, above);
    let first = blocks.take_first(request.file).map_err(of_header)?;
    let (line, record) = first.ok_or_else(|| empty(request))?;
    let header = names(request, &record, line)?;
    let layout = request.headed(&header, line).map_err(|error| {
        let below = lines(&head)
            .enumerate()
            .skip(1)
            .take(NEARBY)
            .map(|(at, text)| (above + at as u64 + 1, cells(text)));
        explained(request, error, &header, below)
    })?;
    Ok(Headed { layout, source: Source::Csv(blocks), seen: seen(header) })
}

/// What to say when the record that is not whole is the header.
fn of_header(error: LoadError) -> LoadError {
    match error.reasons.as_slice() {
        [reason] if reason.code == Code::UnclosedQuote => {
            let message = "a quotation mark in the header is not closed";
            LoadError::new(reason.code, &reason.file, reason.line, message).help("close it, or leave it out")
        }
        _ => error,
    }
}

/// Finds our columns in the first row of a sheet, or in the row that the mapping names.
#[cfg(feature = "xlsx")]
pub(super) fn header_of_sheet(
    request: &Request<'_>,
    mut rows: Vec<(u64, ByteRecord)>,
) -> Result<Headed, LoadError> {
    rows.retain(|(line, _)| request.mapping.header.is_none_or(|header| *line >= header));
    let Some((line, record)) = rows.first() else { return Err(empty(request)) };
    let header = names(request, record, *line)?;
    let layout = request.headed(&header, *line).map_err(|error| {
        let below = rows.iter().skip(1).take(NEARBY).map(|(line, record)| (*line, texts(record)));
        explained(request, error, &header, below)
    })?;
    let mut rows = rows.into_iter();
    rows.next();
    Ok(Headed { layout, source: Source::Sheet(rows), seen: seen(header) })
}

/// The names of columns, without those that have none.
pub(super) fn seen(header: Vec<String>) -> BTreeSet<String> {
    header.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The reader below so many lines.
fn below(
    request: &Request<'_>,
    mut reader: Box<dyn BufRead + Send>,
    lines: u64,
) -> Result<Box<dyn BufRead + Send>, LoadError> {
    for _ in 0..lines {
        reader.skip_until(b'\n').map_err(|error| stopped(request.file, Some(1), &error))?;
    }
    Ok(reader)
}

fn length_of_lines(text: &[u8], lines: u64) -> usize {
    let mut ends = text.iter().enumerate().filter(|&(_, &byte)| byte == b'\n').map(|(at, _)| at + 1);
    match usize::try_from(lines).ok().and_then(|lines| lines.checked_sub(1)) {
        None => 0,
        Some(before) => ends.nth(before).unwrap_or(text.len()),
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|&byte| byte == b'\n')
}

/// The cells of a line, whatever delimiter it has.
fn cells(line: &[u8]) -> Vec<String> {
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(stream::likely_delimiter(line))
        .from_reader(line);
    let mut record = ByteRecord::new();
    match csv.read_byte_record(&mut record) {
        Ok(true) => texts(&record),
        _ => Vec::new(),
    }
}

fn texts(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_string()).collect()
}

/// The names that stand in a header, once it is plausible that it is one.
fn names(request: &Request<'_>, record: &ByteRecord, line: u64) -> Result<Vec<String>, LoadError> {
    let fail = |code, message: String| LoadError::new(code, request.file, Some(line), message);
    if record.is_empty() {
        return Err(empty(request));
    }
    if record.len() > COLUMNS {
        let message =
            format!("the header has {} cells, and a table has at most {COLUMNS} columns", record.len());
        return Err(
            fail(Code::DataTooLarge, message).help("look for the line ends: without them a file is one line")
        );
    }
    Ok(texts(record))
}

fn empty(request: &Request<'_>) -> LoadError {
    let message = match request.mapping.header {
        Some(line) => format!("there is no line {line}, where `header` says that the columns are named"),
        None => String::from("it is empty"),
    };
    LoadError::new(Code::EmptyFile, request.file, None, message)
        .help("export it again; the first line must name the columns, even when nothing stands below it")
}

/// A file that holds something else than lines of text.
fn no_text(file: &str, head: &[u8]) -> Result<(), LoadError> {
    let fail =
        |message: &str, help: &str| Err(LoadError::new(Code::UnreadableFile, file, None, message).help(help));
    match head {
        [b'P', b'A', b'R', b'1', ..] => {
            fail("it is a Parquet file, not lines of text", "give it the ending `.parquet`")
        }
        [b'P', b'K', 3, 4, ..] => fail(
            "it is a workbook or a zip archive, not lines of text",
            "give a workbook the ending `.xlsx`; unpack an archive",
        ),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            fail("it is an old workbook (.xls), not lines of text", "save it as `.xlsx` or as CSV")
        }
        [0x1f, 0x8b, ..] => fail("it is packed with gzip", "give it the ending `.csv.gz`"),
        [b'<', ..] => fail(
            "it is a page or an XML file, not lines of text separated by a delimiter",
            "export it as CSV, or open it in a spreadsheet and save it as `.xlsx`",
        ),
        _ if is_wide(head) => fail(
            "it holds NUL bytes, as text in UTF-16 does when it is read as another encoding",
            "write `encoding: utf-16le` for the file in snapshot.yaml, or save it as UTF-8",
        ),
        _ => Ok(()),
    }
}

/// Whether text has a NUL beside every character, as ASCII text in UTF-16 does.
fn is_wide(head: &[u8]) -> bool {
    let start = &head[..head.len().min(200)];
    start.iter().filter(|&&byte| byte == 0).count() * 3 > start.len()
}

/// Says where the header may be, when it was not found on the line where it should be.
fn explained(
    request: &Request<'_>,
    error: LoadError,
    header: &[String],
    below: impl Iterator<Item = (u64, Vec<String>)>,
) -> LoadError {
    let table = request.table.name();
    if let Some((line, _)) = below.into_iter().find(|(line, cells)| request.headed(cells, *line).is_ok()) {
        return error.only_help(format!(
            "the columns are named on line {line}: write `header: {line}` under `{table}:` in {}",
            request.manifest
        ));
    }
    let all = header.concat();
    if all.contains('\u{fffd}') {
        return error.only_help(format!(
            "the header holds bytes that are not UTF-8 text: write `encoding: windows-1252` under `{table}:` in {}",
            request.manifest
        ));
    }
    if all.contains("Ã") {
        return error
            .only_help("the header looks like UTF-8 text read as another encoding: leave `encoding` out");
    }
    match (header, request.mapping.delimiter) {
        ([only], Some(_)) if only.contains([',', ';', '\t', '|']) => error.only_help(format!(
            "the header is a single cell with the `delimiter` of {}: leave `delimiter` out, or correct it",
            request.manifest
        )),
        _ => error,
    }
}

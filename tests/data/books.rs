//! Workbooks written by hand, so that every cell is what the test says.

use std::io::{Cursor, Write as _};

/// A cell of a sheet.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    Empty,
    Text(String),
    /// As it stands in the file, such as `0.30000000000000004`.
    Number(String),
    /// Days since 1899-12-30, or 1904-01-01, with a date's format.
    Date(String),
    Flag(bool),
    Error(&'static str),
    /// The result that was stored with a formula.
    Formula(String),
}

/// What a cell of a CSV file would be in a sheet.
pub(crate) fn typed(text: &str, epoch: &str) -> Cell {
    let epoch: chrono::NaiveDate = epoch.parse().unwrap();
    if text.is_empty() {
        return Cell::Empty;
    }
    if let Ok(date) = text.parse::<chrono::NaiveDate>() {
        return Cell::Date((date - epoch).num_days().to_string());
    }
    if text.len() == 5 && text.as_bytes()[2] == b':' {
        let minutes: u32 = text[..2].parse::<u32>().unwrap() * 60 + text[3..].parse::<u32>().unwrap();
        return Cell::Date(format!("0.{:012}", u64::from(minutes) * 1_000_000_000_000 / 1440));
    }
    match text.parse::<f64>() {
        Ok(number) if !text.starts_with('+') => Cell::Number(number.to_string()),
        _ => Cell::Text(String::from(text)),
    }
}

/// The rows of a CSV text as cells.
pub(crate) fn cells(csv_text: &str, epoch: &str) -> Vec<Vec<Cell>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv_text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(|cell| typed(cell, epoch)).collect()).collect()
}

/// A workbook: sheets with their state (`visible` or `hidden`) and rows; some rows may be left empty.
#[derive(Debug, Default)]
pub(crate) struct Book {
    pub(crate) sheets: Vec<(&'static str, Vec<Vec<Cell>>)>,
    pub(crate) is_1904: bool,
}

impl Book {
    /// A workbook with one sheet.
    pub(crate) fn of(rows: Vec<Vec<Cell>>) -> Book {
        Book { sheets: vec![("visible", rows)], is_1904: false }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut files = vec![
            (String::from("_rels/.rels"), String::from(ROOT)),
            (String::from("xl/workbook.xml"), self.workbook()),
            (String::from("xl/_rels/workbook.xml.rels"), self.relations()),
            (String::from("xl/styles.xml"), String::from(STYLES)),
        ];
        let mut shared = Vec::new();
        for (at, (_, rows)) in self.sheets.iter().enumerate() {
            files.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet(rows, &mut shared)));
        }
        files.push((String::from("xl/sharedStrings.xml"), strings(&shared)));
        archive(files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
    }

    fn workbook(&self) -> String {
        let sheets: String = (1..)
            .zip(&self.sheets)
            .map(|(at, (state, _))| {
                format!(r#"<sheet name="S{at}" sheetId="{at}" state="{state}" r:id="rId{at}"/>"#)
            })
            .collect();
        let date1904 = if self.is_1904 { r#"<workbookPr date1904="1"/>"# } else { "<workbookPr/>" };
        format!(
            r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{date1904}<sheets>{sheets}</sheets></workbook>"#
        )
    }

    fn relations(&self) -> String {
        let sheets: String = (1..=self.sheets.len())
            .map(|at| {
                format!(
                    r#"<Relationship Id="rId{at}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{at}.xml"/>"#
                )
            })
            .collect();
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{sheets}</Relationships>"#
        )
    }
}

/// Where the workbook stands in the archive.
const ROOT: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;

/// Style 1 is a date, style 2 a time of day.
const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;

/// Texts are shared and inline by turns.
fn sheet(rows: &[Vec<Cell>], shared: &mut Vec<String>) -> String {
    let mut text = String::from(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#,
    );
    for (number, cells) in (1..).zip(rows).filter(|(_, cells)| !cells.is_empty()) {
        text.push_str(&format!(r#"<row r="{number}">"#));
        for (at, cell) in cells.iter().enumerate() {
            let place = format!("{}{number}", char::from(b'A' + u8::try_from(at).unwrap()));
            text.push_str(&cell_xml(cell, &place, shared));
        }
        text.push_str("</row>");
    }
    text + "</sheetData></worksheet>"
}

fn cell_xml(cell: &Cell, place: &str, shared: &mut Vec<String>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) if text.len() % 2 == 0 => {
            shared.push(escaped(text));
            format!(r#"<c r="{place}" t="s"><v>{}</v></c>"#, shared.len() - 1)
        }
        Cell::Text(text) => format!(r#"<c r="{place}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(text)),
        Cell::Number(number) => format!(r#"<c r="{place}"><v>{number}</v></c>"#),
        Cell::Date(serial) => {
            let style = if serial.contains('.') { 2 } else { 1 };
            format!(r#"<c r="{place}" s="{style}"><v>{serial}</v></c>"#)
        }
        Cell::Flag(flag) => format!(r#"<c r="{place}" t="b"><v>{}</v></c>"#, u8::from(*flag)),
        Cell::Error(error) => format!(r#"<c r="{place}" t="e"><v>{error}</v></c>"#),
        Cell::Formula(value) => format!(r#"<c r="{place}"><f>SUM(Z1:Z9)</f><v>{value}</v></c>"#),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn strings(shared: &[String]) -> String {
    let items: String = shared.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{}">{items}</sst>"#,
        shared.len()
    )
}

/// A zip archive of these files.
pub(crate) fn archive<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

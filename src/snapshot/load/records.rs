//! The records of one table, whatever its file's format: CSV, JSON lines, a sheet, or a list in a document.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::sync::Arc;

use csv::ByteRecord;
use rustc_hash::FxHashMap;

use super::blocks::{Block, Blocks};
use super::columns::Table;
use super::dates::DateFormat;
use super::error::LoadError;
use super::layout::{Layout, Origin};
use super::limits::{Allowance, stopped};
use super::manifest::Mapping;
use super::node::{Node, Pairs, Value, json_cell};
#[cfg(feature = "parquet")]
use super::parquet::{Group, ParquetRows};
use crate::code::Code;
use crate::money::NumberFormat;

/// What is known of a table before its rows are read.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    pub(super) table: Table,
    /// The file as named in problems.
    pub(super) file: String,
    pub(super) layout: Layout,
    /// The slots of the ids of customer and invoice, which problems name.
    pub(super) ids: [Option<usize>; 2],
    pub(super) numbers: NumberFormat,
    pub(super) dates: DateFormat,
    /// By slot: what a word of theirs is in ours.
    pub(super) values: Vec<Option<FxHashMap<String, String>>>,
    /// Bytes were translated: U+FFFD marks one that did not belong.
    pub(super) decoded: bool,
    /// Read from the file of another table.
    pub(super) derived: bool,
    /// A file of typed values, whose texts are UTF-8 whatever the mapping says.
    pub(super) typed: bool,
    /// Listed in a document, which has no mapping.
    pub(super) written_out: bool,
    /// One row a line of an invoice, to be added up.
    pub(super) sum_lines: bool,
}

impl Schema {
    /// A table laid out and written as its mapping says.
    pub(super) fn new(table: Table, file: &str, layout: Layout, mapping: &Mapping) -> Schema {
        let words = |slot| {
            let pairs = mapping.values.get(&slot)?;
            Some(pairs.iter().map(|(theirs, ours)| (theirs.clone(), ours.clone())).collect())
        };
        Schema {
            table,
            file: String::from(file),
            values: (0..layout.len()).map(words).collect(),
            layout,
            ids: ["customer_id", "invoice_id"]
                .map(|id| table.columns().iter().position(|column| *column == id)),
            numbers: mapping.numbers,
            dates: mapping.dates.clone(),
            decoded: false,
            typed: false,
            derived: false,
            written_out: false,
            sum_lines: mapping.sum_lines,
        }
    }
}

/// One record as it stands in its source, its buffers used again for the next.
#[derive(Debug)]
pub(super) struct Record {
    /// The line on which it starts.
    pub(super) line: u64,
    pub(super) cells: Cells,
    constants: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Cells {
    /// By position in the file.
    Bytes(ByteRecord),
    /// By slot.
    Texts(Vec<String>),
}

/// A cell that holds something else than a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Bytes that are not text in the file's encoding.
    NotText,
    /// What a spreadsheet shows when a formula fails.
    FormulaError,
}

/// What spreadsheets show when a formula fails.
const FORMULA_ERRORS: [&str; 9] =
    ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#ERROR!"];

impl Record {
    /// An empty record to read into, of a table of cells.
    pub(super) fn of_bytes() -> Record {
        Record { line: 0, cells: Cells::Bytes(ByteRecord::new()), constants: Vec::new() }
    }

    /// The record's bytes and the place of each cell in them, where it comes from a table of cells.
    pub(super) fn bytes(&self) -> Option<&ByteRecord> {
        if let Cells::Bytes(record) = &self.cells { Some(record) } else { None }
    }

    /// A cell: trimmed, and nothing when empty.
    pub(super) fn cell(&self, schema: &Schema, slot: usize) -> Result<Option<&str>, Unfit> {
        let text = match (schema.layout.origin(slot), &self.cells) {
            (Origin::Absent, _) => "",
            (Origin::Constant(at), _) => self.constants.get(at).map_or("", String::as_str),
            (Origin::Cell(at), Cells::Bytes(record)) => {
                std::str::from_utf8(record.get(at).unwrap_or_default()).map_err(|_| Unfit::NotText)?
            }
            (Origin::Cell(at), Cells::Texts(texts)) => texts.get(at).map_or("", String::as_str),
        };
        if text.contains('\0') || schema.decoded && text.contains('\u{fffd}') {
            return Err(Unfit::NotText);
        }
        plain(text)
    }

    /// Fills in the constants, which may quote other cells.
    pub(super) fn fill_constants(&mut self, schema: &Schema) {
        let templates = &schema.layout.templates;
        let filled = templates.iter().map(|template| {
            let mut text = String::new();
            for piece in &template.0 {
                match piece {
                    super::manifest::Piece::Text(plain) => text.push_str(plain),
                    super::manifest::Piece::Cell(slot) => match self.cell(schema, *slot) {
                        Ok(Some(cell)) => text.push_str(cell),
                        _ => return String::new(),
                    },
                }
            }
            text
        });
        self.constants = filled.collect();
    }
}

/// The text of a cell: trimmed, and nothing when empty.
pub(super) fn plain(text: &str) -> Result<Option<&str>, Unfit> {
    let text = text.trim();
    if text.starts_with('#') && FORMULA_ERRORS.contains(&text) {
        return Err(Unfit::FormulaError);
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// What became of reading one record.
pub(super) enum Step {
    /// The record is filled.
    Record,
    /// The line cannot be read as a record: code and message. Cells that can be told are in the record.
    Broken(Code, String),
    /// There are no more.
    End,
}

/// A table being read.
pub(super) struct Records {
    pub(super) schema: Arc<Schema>,
    /// Columns of the file that were seen; those that no table uses are reported.
    pub(super) seen: BTreeSet<String>,
    source: Source,
}

/// A part of a table, whose records are yet to be told apart.
pub(super) enum Uncut {
    /// Of a CSV file.
    Block(Block),
    /// Of a Parquet file.
    #[cfg(feature = "parquet")]
    Group(Box<Group>),
}

/// Where records come from.
pub(super) enum Source {
    /// The lines of a CSV file below its header, which are cut block by block.
    Csv(Blocks),
    /// JSON lines.
    Lines(JsonLines),
    /// The rows of a sheet, each with its number.
    #[cfg(feature = "xlsx")]
    Sheet(std::vec::IntoIter<(u64, ByteRecord)>),
    /// The rows of a Parquet file.
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows>),
    /// A list in a document.
    Nodes(std::vec::IntoIter<Node>),
    /// Cells by slot with their line, made of several records each.
    Merged(std::vec::IntoIter<(u64, Vec<String>)>),
}

impl Records {
    /// The records of a source.
    pub(super) fn new(schema: Schema, source: Source, seen: BTreeSet<String>) -> Records {
        Records { schema: Arc::new(schema), seen, source }
    }

    /// An empty record to read into.
    pub(super) fn record(&self) -> Record {
        let cells = match self.source {
            #[cfg(feature = "xlsx")]
            Source::Sheet(..) => Cells::Bytes(ByteRecord::new()),
            _ => Cells::Texts(vec![String::new(); self.schema.layout.len()]),
        };
        Record { line: 0, cells, constants: Vec::new() }
    }

    /// The next part of a table that comes in parts, in a buffer that is used again; nothing for others, whose records
    /// come one by one.
    pub(super) fn uncut(&mut self, buffer: Vec<u8>) -> Option<Result<Option<Uncut>, LoadError>> {
        match &mut self.source {
            Source::Csv(blocks) => {
                Some(blocks.next(&self.schema.file, buffer).map(|block| block.map(Uncut::Block)))
            }
            #[cfg(feature = "parquet")]
            Source::Parquet(rows) => Some(Ok(rows.next().map(|group| Uncut::Group(Box::new(group))))),
            _ => None,
        }
    }

    /// Reads the next record.
    pub(super) fn advance(&mut self, row: &mut Record) -> Result<Step, LoadError> {
        let step = match (&mut self.source, &mut row.cells) {
            (Source::Lines(lines), Cells::Texts(texts)) => {
                let keys = Keys { layout: &self.schema.layout, seen: &mut self.seen };
                let step = lines.advance(keys, texts);
                row.line = lines.line;
                step.map_err(|error| stopped(&self.schema.file, Some(row.line + 1), &error))?
            }
            #[cfg(feature = "xlsx")]
            (Source::Sheet(rows), Cells::Bytes(record)) => match rows.next() {
                None => Step::End,
                Some((line, cells)) => {
                    (row.line, *record) = (line, cells);
                    Step::Record
                }
            },
            (Source::Nodes(nodes), Cells::Texts(texts)) => match nodes.next() {
                None => Step::End,
                Some(node) => {
                    row.line = node.line;
                    let keys = Keys { layout: &self.schema.layout, seen: &mut self.seen };
                    read_node(node, keys, texts)
                }
            },
            (Source::Merged(rows), Cells::Texts(texts)) => match rows.next() {
                None => Step::End,
                Some((line, cells)) => {
                    row.line = line;
                    *texts = cells;
                    Step::Record
                }
            },
            _ => Step::End,
        };
        if !self.schema.layout.templates.is_empty() {
            row.fill_constants(&self.schema);
        }
        Ok(step)
    }
}

/// The slots that keys stand for, and where unknown keys are noted.
struct Keys<'a> {
    layout: &'a Layout,
    seen: &'a mut BTreeSet<String>,
}

impl Keys<'_> {
    /// Puts a cell into each slot its key stands for; false when the key is known and its cell unfit.
    fn put(&mut self, key: &str, texts: &mut [String], fill: impl Fn(&mut String) -> bool) -> bool {
        let slots = self.layout.slots_of(key);
        if slots.is_empty() && !self.seen.contains(key) {
            self.seen.insert(String::from(key));
        }
        slots.iter().all(|&slot| {
            let fresh = texts[slot].is_empty();
            fresh && fill(&mut texts[slot])
        })
    }
}

const UNFIT: &str = "a cell holds an object, or a key stands twice; give each column one plain value";

/// A file of JSON objects, one a line.
pub(super) struct JsonLines {
    reader: Box<dyn BufRead + Send>,
    /// How many lines have been read.
    line: u64,
    text: Vec<u8>,
    allowance: Allowance,
}

impl JsonLines {
    /// The lines of a reader.
    pub(super) fn new(reader: Box<dyn BufRead + Send>, allowance: Allowance) -> JsonLines {
        JsonLines { reader, line: 0, text: Vec::new(), allowance }
    }

    fn advance(&mut self, mut keys: Keys<'_>, texts: &mut [String]) -> std::io::Result<Step> {
        loop {
            self.text.clear();
            self.allowance.renew();
            if self.reader.read_until(b'\n', &mut self.text)? == 0 {
                return Ok(Step::End);
            }
            self.line += 1;
            if !self.text.trim_ascii().is_empty() {
                break;
            }
        }
        texts.iter_mut().for_each(String::clear);
        let Ok(Pairs(pairs)) = serde_json::from_slice(&self.text) else {
            return Ok(Step::Broken(Code::UnreadableLine, String::from(no_object(&self.text))));
        };
        let mut fit = true;
        for (key, raw) in &pairs {
            fit &= keys.put(key, texts, |text| json_cell(raw, text));
        }
        Ok(if fit { Step::Record } else { Step::Broken(Code::UnreadableLine, String::from(UNFIT)) })
    }
}

fn no_object(line: &[u8]) -> &'static str {
    match std::str::from_utf8(line) {
        Ok(_) => "the line is not a JSON object; write one object a line",
        Err(_) => {
            "the line holds bytes that are not text in the file's encoding; set `encoding`, often `windows-1252`"
        }
    }
}

fn read_node(node: Node, mut keys: Keys<'_>, texts: &mut [String]) -> Step {
    texts.iter_mut().for_each(String::clear);
    let Value::Map(pairs) = node.value else {
        let message = format!("a record must hold keys, not {}", node.describe());
        return Step::Broken(Code::UnreadableLine, message);
    };
    let mut fit = true;
    for (key, node) in &pairs {
        let cell = node.cell();
        fit &= keys.put(key, texts, |text| match &cell {
            Some(cell) => {
                text.push_str(cell);
                true
            }
            None => false,
        });
    }
    if fit { Step::Record } else { Step::Broken(Code::UnreadableLine, String::from(UNFIT)) }
}

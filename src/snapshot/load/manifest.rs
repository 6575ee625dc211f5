//! `snapshot.yaml`: when the data was taken, and how foreign exports map onto the tables.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono::format::{Item, StrftimeItems};
use encoding_rs::Encoding;

use super::columns::Table;
use super::dates::{DateFormat, calendar_date};
use super::error::LoadError;
use super::node::{Node, Value};
use super::options::LoadOptions;
use crate::model::field::Subject;
use crate::money::NumberFormat;
use crate::suggest::{nearest, one_of};

/// Everything a manifest or a document says.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) taken: Option<String>,
    pub(super) taken_on: Option<NaiveDate>,
    pub(super) as_of: Option<NaiveDate>,
    /// How files are mapped onto tables.
    pub(super) mappings: BTreeMap<Table, Mapping>,
    /// Records written out in the document itself.
    pub(super) records: BTreeMap<Table, Vec<Node>>,
}

/// How one file becomes one table.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    pub(super) line: u64,
    pub(super) file: Option<String>,
    pub(super) delimiter: Option<u8>,
    pub(super) numbers: NumberFormat,
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) dates: DateFormat,
    /// Slot, their name, and the line that says so.
    pub(super) columns: Vec<(usize, String, u64)>,
    pub(super) constants: Vec<(usize, Template)>,
    /// By slot: what a word of theirs is in ours.
    pub(super) values: BTreeMap<usize, BTreeMap<String, String>>,
    pub(super) sum_lines: bool,
}

/// A constant, with cells of the same row in braces.
#[derive(Debug, Clone)]
pub(super) struct Template(pub(super) Vec<Piece>);

/// A part of a [`Template`].
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Text(String),
    Cell(usize),
}

/// Our columns of a table, the policy's own fields last.
pub(super) fn slot_names<'a>(table: Table, options: &LoadOptions<'a>) -> Vec<&'a str> {
    let subject = match table {
        Table::Invoices => Some(Subject::Invoice),
        Table::Customers => Some(Subject::Customer),
        _ => None,
    };
    // A field of the other subject keeps its slot, so that slot and field count alike, but has no name.
    let own = options.fields.iter().filter(|_| subject.is_some());
    let own = own.map(|field| if Some(field.subject) == subject { field.name.as_str() } else { "" });
    table.columns().iter().copied().chain(own).collect()
}

/// Reads a manifest or a document.
pub(super) fn parse_manifest(
    file: &str,
    root: Node,
    options: &LoadOptions<'_>,
) -> Result<Manifest, LoadError> {
    let mut manifest = Manifest::default();
    let pairs = match root.value {
        Value::Map(pairs) => pairs,
        Value::Null => return Ok(manifest),
        _ => return Err(LoadError::new(file, Some(root.line), "it must hold keys such as `taken:`")),
    };
    for (name, node) in pairs {
        let table = Table::ALL.into_iter().find(|table| table.name() == name);
        match (table, node.value) {
            (Some(_), Value::Null) => {}
            (Some(table), Value::List(records)) => {
                manifest.records.insert(table, records);
            }
            (Some(table), value) => {
                let mapping = Entry { file, table, options }.mapping(Node { line: node.line, value })?;
                manifest.mappings.insert(table, mapping);
            }
            (None, value) => setting(file, &mut manifest, &name, &Node { line: node.line, value }, options)?,
        }
    }
    Ok(manifest)
}

fn setting(
    file: &str,
    manifest: &mut Manifest,
    name: &str,
    node: &Node,
    options: &LoadOptions<'_>,
) -> Result<(), LoadError> {
    let fail = |message: String| Err(LoadError::new(file, Some(node.line), message));
    let text = node.cell().unwrap_or_default();
    match name {
        "taken" if text.is_empty() => {}
        "taken" => {
            manifest.taken_on = calendar_date(&text, options.timezone).map(|(date, _)| date);
            manifest.taken = Some(text);
            if manifest.taken_on.is_none() {
                return fail(String::from(
                    "`taken` must be a date or a time with offset, such as 2026-10-05T06:00:00+02:00",
                ));
            }
        }
        "as_of" if text.is_empty() => {}
        "as_of" => {
            manifest.as_of = calendar_date(&text, options.timezone).map(|(date, _)| date);
            if manifest.as_of.is_none() {
                return fail(String::from("`as_of` must be a date, such as 2026-10-05"));
            }
        }
        _ => {
            let known = ["taken", "as_of"].into_iter().chain(Table::ALL.iter().map(|table| table.name()));
            return fail(unknown("key", name, known));
        }
    }
    Ok(())
}

/// "unknown key `x`; did you mean `y`?"
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(name, known.clone().filter(|name| !name.is_empty())) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => {
            format!("unknown {what} `{name}`; known are {}", one_of(known.filter(|name| !name.is_empty())))
        }
    }
}

pub(super) const KEYS: [&str; 10] = [
    "file",
    "delimiter",
    "decimal",
    "encoding",
    "date_format",
    "columns",
    "constants",
    "values",
    "lines",
    "steps",
];

/// One table's entry while it is read.
struct Entry<'a> {
    file: &'a str,
    table: Table,
    options: &'a LoadOptions<'a>,
}

impl Entry<'_> {
    fn fail(&self, line: u64, message: impl Into<String>) -> LoadError {
        LoadError::new(self.file, Some(line), message)
    }

    fn mapping(&self, node: Node) -> Result<Mapping, LoadError> {
        let mut mapping = Mapping { line: node.line, ..Mapping::default() };
        let found = node.describe();
        let Value::Map(pairs) = node.value else {
            let name = self.table.name();
            return Err(self.fail(node.line, format!("`{name}` is {found}; give keys or a list of records")));
        };
        for (name, node) in pairs {
            self.key(&mut mapping, &name, node)?;
        }
        let both = mapping.columns.iter().find(|(slot, ..)| mapping.constants.iter().any(|(c, _)| c == slot));
        if let Some((slot, _, line)) = both {
            let name = slot_names(self.table, self.options)[*slot];
            return Err(
                self.fail(*line, format!("`{name}` stands in `columns` and in `constants`; keep one"))
            );
        }
        Ok(mapping)
    }

    fn key(&self, mapping: &mut Mapping, name: &str, node: Node) -> Result<(), LoadError> {
        let line = node.line;
        match name {
            "file" => mapping.file = Some(self.word(&node, name)?),
            "delimiter" => mapping.delimiter = Some(self.delimiter(&node)?),
            "decimal" => mapping.numbers = self.decimal(&node)?,
            "encoding" => mapping.encoding = Some(self.encoding(&node)?),
            "date_format" => mapping.dates = self.date_format(&node)?,
            "columns" => mapping.columns = self.columns(node)?,
            "constants" => mapping.constants = self.constants(node)?,
            "values" => {
                for (column, node) in self.pairs(node, name)? {
                    let slot = self.slot(&column, line)?;
                    mapping.values.insert(slot, self.words(node, &column)?);
                }
            }
            "lines" if self.table == Table::Invoices => match self.word(&node, name)?.as_str() {
                "sum" => mapping.sum_lines = true,
                _ => {
                    return Err(
                        self.fail(line, "`lines` can only be `sum`: one row a line, added up by invoice")
                    );
                }
            },
            "steps" if self.table == Table::History => {
                let slot = self.slot("step", line)?;
                mapping.values.insert(slot, self.words(node, name)?);
            }
            "lines" => return Err(self.fail(line, "`lines` belongs to `invoices`")),
            "steps" => return Err(self.fail(line, "`steps` belongs to `history`")),
            _ => return Err(self.fail(line, unknown("key", name, KEYS.into_iter()))),
        }
        Ok(())
    }

    fn word(&self, node: &Node, name: &str) -> Result<String, LoadError> {
        match &node.value {
            Value::Text(text) if !text.is_empty() => Ok(text.clone()),
            _ => Err(self.fail(node.line, format!("`{name}` must be a text, not {}", node.describe()))),
        }
    }

    fn pairs(&self, node: Node, name: &str) -> Result<Vec<(String, Node)>, LoadError> {
        let found = node.describe();
        match node.value {
            Value::Map(pairs) => Ok(pairs),
            Value::Null => Ok(Vec::new()),
            _ => Err(self.fail(node.line, format!("`{name}` must hold keys, not {found}"))),
        }
    }

    fn words(&self, node: Node, name: &str) -> Result<BTreeMap<String, String>, LoadError> {
        let pairs = self.pairs(node, name)?.into_iter();
        pairs.map(|(theirs, node)| Ok((theirs.trim().to_string(), self.word(&node, &theirs)?))).collect()
    }

    fn slot(&self, column: &str, line: u64) -> Result<usize, LoadError> {
        let names = slot_names(self.table, self.options);
        names.iter().position(|&name| name == column && !name.is_empty()).ok_or_else(|| {
            let what = format!("column of {}", self.table.name());
            self.fail(line, unknown(&what, column, names.iter().copied()))
        })
    }

    fn columns(&self, node: Node) -> Result<Vec<(usize, String, u64)>, LoadError> {
        let mut columns = Vec::new();
        for (ours, node) in self.pairs(node, "columns")? {
            let theirs = self.word(&node, &ours)?.trim().to_string();
            columns.push((self.slot(&ours, node.line)?, theirs, node.line));
        }
        Ok(columns)
    }

    fn constants(&self, node: Node) -> Result<Vec<(usize, Template)>, LoadError> {
        let mut constants = Vec::new();
        for (ours, node) in self.pairs(node, "constants")? {
            let text = self.word(&node, &ours)?;
            constants.push((self.slot(&ours, node.line)?, self.template(&text, node.line)?));
        }
        Ok(constants)
    }

    fn template(&self, text: &str, line: u64) -> Result<Template, LoadError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((column, after)) = after.split_once('}') else {
                return Err(self.fail(line, "a `{` without its `}`; a column's name stands between them"));
            };
            pieces.push(Piece::Text(String::from(before)));
            pieces.push(Piece::Cell(self.slot(column.trim(), line)?));
            rest = after;
        }
        pieces.push(Piece::Text(String::from(rest)));
        Ok(Template(pieces))
    }

    fn delimiter(&self, node: &Node) -> Result<u8, LoadError> {
        match self.word(node, "delimiter")?.as_str() {
            "tab" | "\\t" => Ok(b'\t'),
            text if text.len() == 1 && !text.contains(['"', '\n', '\r']) => Ok(text.as_bytes()[0]),
            _ => Err(self.fail(node.line, "`delimiter` must be one character, such as \";\", or tab")),
        }
    }

    fn decimal(&self, node: &Node) -> Result<NumberFormat, LoadError> {
        match self.word(node, "decimal")?.as_str() {
            "," => Ok(NumberFormat { decimal: ',' }),
            "." => Ok(NumberFormat { decimal: '.' }),
            _ => Err(self.fail(node.line, "`decimal` must be \",\" or \".\"")),
        }
    }

    fn encoding(&self, node: &Node) -> Result<&'static Encoding, LoadError> {
        let label = self.word(node, "encoding")?;
        Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            self.fail(
                node.line,
                format!("unknown encoding `{label}`; usual are utf-8, windows-1252 and utf-16le"),
            )
        })
    }

    fn date_format(&self, node: &Node) -> Result<DateFormat, LoadError> {
        let format = self.word(node, "date_format")?;
        let wrong = StrftimeItems::new(&format).any(|item| matches!(item, Item::Error));
        if wrong || !format.contains('%') {
            return Err(self.fail(node.line, "`date_format` must be written like \"%d/%m/%Y\""));
        }
        Ok(DateFormat(Some(format)))
    }
}

//! Finding and opening the files of a snapshot's folder.
#![expect(clippy::disallowed_methods, reason = "loaders read files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::columns::Table;
use super::error::LoadError;
use super::layout::Request;
use super::manifest::{Manifest, Mapping, slot_names};
use super::options::LoadOptions;
use super::records::{Records, Schema, Source};
use super::stream::{self, CHUNK};

/// What files of a table end with.
const ENDINGS: [&str; 4] = [".csv", ".csv.gz", ".jsonl", ".jsonl.gz"];

/// Names of the file that maps and dates the others.
const MANIFESTS: [&str; 3] = ["snapshot.yaml", "snapshot.yml", "snapshot.json"];

/// The manifest of a folder: its name and text, or the name it would have.
pub(super) fn manifest_text(folder: &Path) -> Result<(&'static str, Option<String>), LoadError> {
    let there: Vec<&'static str> = MANIFESTS.into_iter().filter(|name| folder.join(name).exists()).collect();
    match there.as_slice() {
        [] => Ok((MANIFESTS[0], None)),
        [name] => Ok((name, Some(text_of(&folder.join(name), name)?))),
        [first, second, ..] => {
            Err(LoadError::new(first, None, format!("there is `{second}` as well; keep one of them")))
        }
    }
}

/// A whole file as text.
pub(super) fn text_of(path: &Path, name: &str) -> Result<String, LoadError> {
    std::fs::read_to_string(path).map_err(|error| unopened(name, &error))
}

fn unopened(name: &str, error: &io::Error) -> LoadError {
    LoadError::new(name, None, format!("it cannot be read: {error}"))
}

/// Opens all tables of a folder, or takes those written out in a document; all that is wrong is told at once.
pub(super) fn open_tables(
    folder: Option<&Path>,
    manifest_name: &str,
    mut manifest: Manifest,
    options: &LoadOptions<'_>,
) -> Result<BTreeMap<Table, Records>, LoadError> {
    let mut opener = Opener { folder, manifest_name, options, taken: BTreeSet::new() };
    let mut tables = BTreeMap::new();
    let mut errors: Option<LoadError> = None;
    for table in Table::ALL {
        let mapping = manifest.mappings.remove(&table);
        let opened = match manifest.records.remove(&table) {
            Some(nodes) => Ok(Some(opener.written_out(table, nodes))),
            None => opener.table(table, mapping),
        };
        match opened {
            Ok(records) => tables.extend(records.map(|records| (table, records))),
            Err(error) => errors = Some(errors.map_or(error.clone(), |errors| errors.and(error))),
        }
    }
    errors.map_or(Ok(tables), Err)
}

struct Opener<'a> {
    folder: Option<&'a Path>,
    manifest_name: &'a str,
    options: &'a LoadOptions<'a>,
    /// Files that a table has been read from.
    taken: BTreeSet<String>,
}

impl Opener<'_> {
    /// The records of a list in a document.
    fn written_out(&self, table: Table, nodes: Vec<super::node::Node>) -> Records {
        let mapping = Mapping::default();
        let ours = slot_names(table, self.options);
        let layout = self.request(table, self.manifest_name, &ours, &mapping, false).keyed();
        let schema = Schema::new(table, self.manifest_name, layout, &mapping);
        Records::new(schema, Source::Nodes(nodes.into_iter()), BTreeSet::new())
    }

    fn request<'r>(
        &'r self,
        table: Table,
        file: &'r str,
        ours: &'r [&'r str],
        mapping: &'r Mapping,
        derived: bool,
    ) -> Request<'r> {
        Request { table, file, manifest: self.manifest_name, ours, mapping, derived }
    }

    /// Opens a table's file, where there is one.
    fn table(&mut self, table: Table, mapping: Option<Mapping>) -> Result<Option<Records>, LoadError> {
        let Some(folder) = self.folder else {
            return match (mapping, table) {
                (Some(mapping), _) => {
                    let message = format!("a single document lists its records under `{}:`", table.name());
                    Err(LoadError::new(self.manifest_name, Some(mapping.line), message))
                }
                (None, Table::Invoices) => Err(LoadError::new(
                    self.manifest_name,
                    None,
                    "there is no list `invoices:` in the document",
                )),
                (None, _) => Ok(None),
            };
        };
        let Some(name) = self.file_name(folder, table, mapping.as_ref())? else { return Ok(None) };
        let derived = !self.taken.insert(name.clone());
        self.open(folder, table, &name, mapping.unwrap_or_default(), derived).map(Some)
    }

    /// The file that the mapping names, or the one with the table's name.
    fn file_name(
        &self,
        folder: &Path,
        table: Table,
        mapping: Option<&Mapping>,
    ) -> Result<Option<String>, LoadError> {
        if let Some(file) = mapping.and_then(|mapping| mapping.file.clone()) {
            return Ok(Some(file));
        }
        let names = ENDINGS.map(|ending| format!("{}{ending}", table.name()));
        let there: Vec<&String> = names.iter().filter(|name| folder.join(name).exists()).collect();
        match (there.as_slice(), table, mapping) {
            ([name], ..) => Ok(Some(String::from(*name))),
            ([first, second, ..], ..) => {
                let message = format!("there is `{second}` as well; keep one file for one table");
                Err(LoadError::new(first, None, message))
            }
            ([], Table::Invoices, _) | ([], _, Some(_)) => Err(self.nothing_found(folder, table, &names)),
            ([], ..) => Ok(None),
        }
    }

    fn nothing_found(&self, folder: &Path, table: Table, names: &[String]) -> LoadError {
        let names = crate::suggest::one_of(names.iter().map(String::as_str));
        let message = format!(
            "there is no file of {}; looked for {names}; another name is given in {} under `{}:` as `file:`",
            table.name(),
            self.manifest_name,
            table.name()
        );
        LoadError::new(&folder.display().to_string(), None, message)
    }

    fn open(
        &self,
        folder: &Path,
        table: Table,
        name: &str,
        mapping: Mapping,
        derived: bool,
    ) -> Result<Records, LoadError> {
        let stream = open_stream(&folder.join(name), &mapping).map_err(|error| unopened(name, &error))?;
        let ours = slot_names(table, self.options);
        let request = self.request(table, name, &ours, &mapping, derived);
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let (layout, source, seen) = if plain.ends_with(".jsonl") || plain.ends_with(".ndjson") {
            (request.keyed(), Source::Lines(stream.reader, 0), BTreeSet::new())
        } else {
            headed(&request, stream.reader)?
        };
        let mut schema = Schema::new(table, name, layout, &mapping);
        schema.decoded = stream.decoded;
        schema.derived = derived;
        Ok(Records::new(schema, source, seen))
    }
}

fn open_stream(path: &Path, mapping: &Mapping) -> io::Result<stream::Stream> {
    let file = File::open(path)?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let raw: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    stream::open(raw, mapping.encoding)
}

/// Reads a CSV file's header and finds our columns in it.
fn headed(
    request: &Request<'_>,
    reader: Box<dyn BufRead>,
) -> Result<(super::layout::Layout, Source, BTreeSet<String>), LoadError> {
    let unread = |error: &dyn std::fmt::Display| {
        LoadError::new(request.file, Some(1), format!("its header cannot be read: {error}"))
    };
    let (guessed, reader) = stream::guess_delimiter(reader).map_err(|error| unread(&error))?;
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(request.mapping.delimiter.unwrap_or(guessed))
        .buffer_capacity(CHUNK)
        .from_reader(reader);
    let mut record = csv::ByteRecord::new();
    if !csv.read_byte_record(&mut record).map_err(|error| unread(&error))? {
        return Err(LoadError::new(request.file, None, "it is empty; its first line must name the columns"));
    }
    let header: Vec<String> =
        record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_string()).collect();
    let layout = request.headed(&header)?;
    let seen = header.into_iter().filter(|name| !name.is_empty()).collect();
    Ok((layout, Source::Csv(csv, record.len()), seen))
}

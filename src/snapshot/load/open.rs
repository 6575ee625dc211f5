//! Opening the tables of a snapshot: each file's header is read and its columns are found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::columns::Table;
use super::error::LoadError;
use super::folder::{file_named_after, no_file, opened};
use super::header::{Headed, header_of_csv};
use super::layout::Request;
use super::limits::stopped;
use super::manifest::{Manifest, Mapping, slot_names};
use super::options::LoadOptions;
use super::progress::{Counted, Gauge};
use super::records::{JsonLines, Records, Schema, Source};
use super::stream;
use super::unpack::Unpacked;
use crate::code::Code;

/// Opens all tables of a folder, or takes those written out in a document; all that is wrong is told at once.
pub(super) fn open_tables(
    folder: Option<&Path>,
    manifest_name: &str,
    mut manifest: Manifest,
    options: &LoadOptions<'_>,
    gauge: &mut Gauge<'_>,
) -> Result<BTreeMap<Table, Records>, LoadError> {
    let mut opener = Opener { folder, manifest_name, options, gauge, taken: BTreeSet::new() };
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

struct Opener<'a, 'p> {
    folder: Option<&'a Path>,
    manifest_name: &'a str,
    options: &'a LoadOptions<'a>,
    gauge: &'a mut Gauge<'p>,
    /// Files that a table has been read from.
    taken: BTreeSet<String>,
}

impl Opener<'_, '_> {
    /// The records of a list in a document.
    fn written_out(&self, table: Table, nodes: Vec<super::node::Node>) -> Records {
        let mapping = Mapping::default();
        let ours = slot_names(table, self.options);
        let layout = self.request(table, self.manifest_name, &ours, &mapping, false).keyed();
        let mut schema = Schema::new(table, self.manifest_name, layout, &mapping);
        schema.written_out = true;
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
                (Some(mapping), _) => Err(self.mapping_of_no_file(table, mapping.line)),
                (None, Table::Invoices) => Err(self.no_invoices()),
                (None, _) => Ok(None),
            };
        };
        let named = mapping.as_ref().and_then(|mapping| mapping.file.clone());
        let name = match named {
            Some(name) => Some(name),
            None => file_named_after(folder, table)?,
        };
        let Some(name) = name else {
            let needed = table == Table::Invoices || mapping.is_some();
            return if needed { Err(no_file(folder, table, self.manifest_name)) } else { Ok(None) };
        };
        let derived = !self.taken.insert(name.clone());
        self.open(folder, table, &name, mapping.unwrap_or_default(), derived).map(Some)
    }

    fn mapping_of_no_file(&self, table: Table, line: u64) -> LoadError {
        let table = table.name();
        let message = format!("`{table}` is a mapping, and there are no files beside a single document");
        LoadError::new(Code::BadSetting, self.manifest_name, Some(line), message).help(format!(
            "list the records under `{table}:`, or give the folder of the files instead of the document"
        ))
    }

    fn no_invoices(&self) -> LoadError {
        let message = "there is no list `invoices:` in the document";
        LoadError::new(Code::NoInvoices, self.manifest_name, None, message)
            .help("list them, one `- { invoice_id: …, customer_id: …, amount: …, due_date: … }` each")
    }

    fn open(
        &mut self,
        folder: &Path,
        table: Table,
        name: &str,
        mapping: Mapping,
        derived: bool,
    ) -> Result<Records, LoadError> {
        let format = Format::of(name)?;
        let (file, size) = opened(&folder.join(name), name)?;
        let file = self.gauge.count(file, size);
        let ours = slot_names(table, self.options);
        let request = Request {
            table,
            file: name,
            manifest: self.manifest_name,
            ours: &ours,
            mapping: &mapping,
            derived,
        };
        let (headed, decoded) = match format {
            Format::Workbook => (workbook(&request, file, size, self.gauge)?, false),
            Format::Parquet => (parquet(&request, file, size)?, false),
            format => text(&request, file, format)?,
        };
        let mut schema = Schema::new(table, name, headed.layout, &mapping);
        schema.decoded = decoded;
        schema.typed = format == Format::Parquet;
        schema.derived = derived;
        Ok(Records::new(schema, headed.source, headed.seen))
    }
}

/// What a file holds, told from the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv { packed: bool },
    Lines { packed: bool },
    Workbook,
    Parquet,
}

impl Format {
    fn of(name: &str) -> Result<Format, LoadError> {
        let lower = name.to_lowercase();
        let packed = lower.ends_with(".gz");
        let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
        let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending {
            "jsonl" | "ndjson" => Ok(Format::Lines { packed }),
            "xlsx" | "xlsm" if !packed => Ok(Format::Workbook),
            "parquet" if !packed => Ok(Format::Parquet),
            "parquet" => {
                let message = "a Parquet file is not packed again with gzip";
                Err(LoadError::new(Code::UnreadableFile, name, None, message)
                    .help("unpack it; its own packing is read"))
            }
            "xls" | "xlsb" | "ods" | "xlsx" | "xlsm" | "numbers" | "zip" | "pdf" => {
                let message = format!("files that end with `.{ending}` are not read here");
                let message =
                    if packed { String::from("a workbook is not packed again with gzip") } else { message };
                Err(LoadError::new(Code::UnreadableFile, name, None, message)
                    .help("save it as a workbook that ends with `.xlsx`, or as CSV"))
            }
            _ => Ok(Format::Csv { packed }),
        }
    }
}

/// Opens a file of lines.
fn text(request: &Request<'_>, file: Counted<File>, format: Format) -> Result<(Headed, bool), LoadError> {
    let packed = matches!(format, Format::Csv { packed: true } | Format::Lines { packed: true });
    let unread = |error: std::io::Error| stopped(request.file, None, &error);
    let raw: Box<dyn Read + Send> =
        if packed { Box::new(Unpacked::of(file).map_err(unread)?) } else { Box::new(file) };
    let stream = stream::open(raw, request.mapping.encoding).map_err(unread)?;
    let (decoded, allowance) = (stream.decoded, stream.allowance);
    let headed = match format {
        Format::Lines { .. } => {
            let source = Source::Lines(JsonLines::new(stream.reader, allowance));
            Headed { layout: request.keyed(), source, seen: BTreeSet::new() }
        }
        _ => header_of_csv(request, stream.reader, allowance)?,
    };
    Ok((headed, decoded))
}

#[cfg(feature = "xlsx")]
fn workbook(
    request: &Request<'_>,
    file: Counted<File>,
    size: u64,
    gauge: &mut Gauge<'_>,
) -> Result<Headed, LoadError> {
    let rows = super::sheet::rows(request, file, size, gauge)?;
    super::header::header_of_sheet(request, rows)
}

#[cfg(not(feature = "xlsx"))]
fn workbook(request: &Request<'_>, _: Counted<File>, _: u64, _: &mut Gauge<'_>) -> Result<Headed, LoadError> {
    let message = "it is a workbook, and this dun was built without the feature `xlsx`";
    Err(LoadError::new(Code::UnreadableWorkbook, request.file, None, message)
        .help("save the sheet as CSV, or build dun with its default features"))
}

#[cfg(feature = "parquet")]
fn parquet(request: &Request<'_>, file: Counted<File>, size: u64) -> Result<Headed, LoadError> {
    super::parquet::open(request, file, size)
}

#[cfg(not(feature = "parquet"))]
fn parquet(request: &Request<'_>, _: Counted<File>, _: u64) -> Result<Headed, LoadError> {
    let message = "it is a Parquet file, and this dun was built without the feature `parquet`";
    Err(LoadError::new(Code::UnreadableParquet, request.file, None, message)
        .help("write the table as CSV, or build dun with its default features"))
}

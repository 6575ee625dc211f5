//! Loading a snapshot: from a folder of tables, or from one YAML or JSON document.
//!
//! What cannot be read as a whole is a [`LoadError`]; a single bad line is a problem of the snapshot, and the
//! rest goes on. Nothing in the result depends on the order of rows.

mod batch;
mod blocks;
mod columns;
mod customers;
mod cut;
mod dates;
mod digest;
mod error;
mod facts;
mod folder;
mod header;
mod hints;
mod history;
mod invoices;
mod layout;
mod limits;
mod manifest;
mod merge;
mod node;
mod open;
mod options;
mod order;
#[cfg(feature = "parquet")]
mod parquet;
mod progress;
mod reading;
mod records;
mod schema;
#[cfg(feature = "xlsx")]
mod sheet;
mod short_ids;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod spelling;
mod stream;
mod supply;
mod terms;
mod unpack;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use columns::Table;
use customers::CustomerDrafts;
use facts::Index;
use folder::{manifest_text, stands, text_of, unused_files};
use history::HistoryDrafts;
use invoices::InvoiceDrafts;
use manifest::{Manifest, parse_manifest};
use open::open_tables;
use progress::Gauge;
use records::Records;
use values::Context;

pub use error::{LoadError, Unreadable};
pub use options::LoadOptions;
pub use progress::Progress;
pub use schema::schema;

use super::Snapshot;
use super::problem::{Place, Problem};
use crate::code::Code;
use crate::model::field::Subject;
use crate::suggest::nearest;

/// Loads a snapshot from a folder of tables, or from one YAML or JSON document.
///
/// # Errors
/// When the data as a whole cannot be read: no invoices, a required column missing, a mapping that does not fit.
pub fn load(path: &Path, options: &LoadOptions<'_>) -> Result<Snapshot, LoadError> {
    load_watched(path, options, &mut ())
}

/// Loads a snapshot and tells `progress` how far it has come.
///
/// # Errors
/// The same as those of [`load`].
pub fn load_watched(
    path: &Path,
    options: &LoadOptions<'_>,
    progress: &mut dyn Progress,
) -> Result<Snapshot, LoadError> {
    let shown = path.display().to_string();
    if path.is_dir() {
        let (name, text) = manifest_text(path)?;
        let manifest = match text {
            Some(text) => parse_manifest(name, node::parse(name, &text)?, options)?,
            None => Manifest::default(),
        };
        return build(Some(path), name, manifest, options, progress);
    }
    let document =
        path.extension().is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending == *known));
    if stands(path) && !document {
        let message = "it is no folder of tables and no YAML or JSON document";
        return Err(LoadError::new(Code::NotASnapshot, &shown, None, message)
            .help("name the folder it stands in; a table alone is called `invoices` there"));
    }
    let name = path.file_name().map_or(shown, |name| name.to_string_lossy().into_owned());
    parse_document(&name, &text_of(path, &name)?, options)
}

/// Reads a snapshot from the text of one YAML or JSON document; `name` is used in messages.
///
/// # Errors
/// When the text is no such document or has no invoices.
pub fn parse_document(name: &str, text: &str, options: &LoadOptions<'_>) -> Result<Snapshot, LoadError> {
    let manifest = parse_manifest(name, node::parse(name, text)?, options)?;
    build(None, name, manifest, options, &mut ())
}

fn build(
    folder: Option<&Path>,
    name: &str,
    manifest: Manifest,
    options: &LoadOptions<'_>,
    progress: &mut dyn Progress,
) -> Result<Snapshot, LoadError> {
    let mut snapshot = Snapshot {
        taken: manifest.taken.clone(),
        taken_on: manifest.taken_on,
        as_of: manifest.as_of,
        ..Snapshot::default()
    };
    let mut gauge = Gauge::new(progress);
    let mut tables = open_tables(folder, name, manifest, options, &mut gauge)?;
    let mut context = Context::new(options, gauge);
    if let Some(folder) = folder {
        let read = tables.keys().copied().collect();
        let files: BTreeSet<String> = tables.values().map(|records| records.schema.file.clone()).collect();
        context.problems.extend(unused_files(folder, &read, &files));
    }
    read_tables(&mut snapshot, &mut tables, &mut context)?;
    context.gauge.tell();
    unmapped_columns(&mut context);
    snapshot.texts = context.texts;
    snapshot.problems = context.problems;
    snapshot.problems.sort();
    snapshot.index();
    snapshot.digest = digest::digest(&snapshot, options.fields);
    Ok(snapshot)
}

/// Customers first, for their terms; then invoices; then what names either. The ledger is read beside them.
fn read_tables(
    snapshot: &mut Snapshot,
    tables: &mut BTreeMap<Table, Records>,
    context: &mut Context<'_>,
) -> Result<(), LoadError> {
    let (ledger, options) = (tables.remove(&Table::History), context.options);
    thread::scope(|scope| {
        let ledger = ledger.map(|records| scope.spawn(|| HistoryDrafts::read(records, options)));
        read_others(snapshot, tables, context, || {
            let drafts = ledger.map(|ledger| ledger.join().unwrap_or_else(|panic| resume_unwind(panic)));
            drafts.transpose()
        })
    })
}

fn read_others(
    snapshot: &mut Snapshot,
    tables: &mut BTreeMap<Table, Records>,
    context: &mut Context<'_>,
    ledger: impl FnOnce() -> Result<Option<HistoryDrafts>, LoadError>,
) -> Result<(), LoadError> {
    let mut customers = CustomerDrafts::read(tables.remove(&Table::Customers), context)?;
    let Some(records) = tables.remove(&Table::Invoices) else { return Ok(()) };
    let mut invoices = InvoiceDrafts::read(records, &customers.short_ids(&context.texts), context)?;
    invoices.resolve(&mut customers, context);
    let (customers, customer_index) = customers.finish(context);
    let invoices = invoices.finish(&customer_index, context);
    let index = Index {
        customers: &customer_index,
        customer_ids: &customers.id,
        invoices: &invoices.index,
        table: &invoices.table,
    };
    snapshot.contacts = facts::contacts(tables.remove(&Table::Contacts), &index, context)?;
    let paid = [Table::Payments, Table::CreditNotes].map(|table| tables.remove(&table));
    snapshot.payments = facts::payments(paid, &index, context)?;
    snapshot.disputes = facts::disputes(tables.remove(&Table::Disputes), invoices.disputes, &index, context)?;
    snapshot.promises = facts::promises(tables.remove(&Table::Promises), invoices.promises, &index, context)?;
    if let Some(drafts) = ledger()? {
        let history = drafts.finish(&index, context);
        (snapshot.ledger, snapshot.customer_ledger) = (history.of_invoices, history.of_customers);
    }
    (snapshot.customers, snapshot.invoices) = (customers, invoices.table);
    Ok(())
}

/// The columns of the table of customers or of invoices, the policy's own left out.
#[must_use]
pub fn columns_of(subject: Subject) -> &'static [&'static str] {
    match subject {
        Subject::Invoice => Table::Invoices.columns(),
        Subject::Customer => Table::Customers.columns(),
    }
}

/// What to say of a column that nothing reads; it may be one of ours, written another way.
fn unused(file: &str, column: &str, used: &BTreeSet<String>) -> String {
    let plain = |name: &str| name.to_lowercase().replace([' ', '-', '_', '.'], "");
    if let Some(other) = used.iter().find(|other| plain(other) == plain(column)) {
        return format!("the column `{column}` is not used beside `{other}`; rename or remove one of them");
    }
    // A file called after a table is asked about that table's columns only.
    let own = Table::ALL.iter().find(|table| file.starts_with(table.name()));
    let tables =
        move || Table::ALL.iter().filter(move |table| own.is_none_or(|own| own.name() == table.name()));
    let known = || tables().flat_map(|table| table.columns()).copied();
    let same = known().find(|name| plain(name) == plain(column));
    let inside = || known().find(|name| name.len() > 4 && plain(column).ends_with(&plain(name)));
    let near = same.or_else(|| nearest(column, known())).or_else(inside).filter(|near| !used.contains(*near));
    match near {
        Some(near) => format!(
            "the column `{column}` is not used; if it is `{near}`, write `columns: {{ {near}: {column} }}` in snapshot.yaml"
        ),
        None => {
            format!("the column `{column}` is not used; map it in snapshot.yaml or declare it with `field`")
        }
    }
}

/// Remarks on the columns of each file that no table uses.
fn unmapped_columns(context: &mut Context<'_>) {
    for (file, (seen, used)) in &context.columns {
        for column in seen.difference(used) {
            context.problems.push(Problem {
                customer: None,
                invoice: None,
                code: Code::UnmappedColumn,
                message: unused(file, column, used),
                place: Some(Place { file: file.clone(), line: None, column: Some(column.clone()) }),
                blocks: false,
            });
        }
    }
}

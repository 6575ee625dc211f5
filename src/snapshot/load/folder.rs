//! The folder of a snapshot: which file holds which table, and files that probably should.
#![expect(clippy::disallowed_methods, reason = "loaders read files")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::columns::Table;
use super::error::LoadError;
use super::limits::{DOCUMENT, stopped};
use crate::code::Code;
use crate::snapshot::problem::{Place, Problem};
use crate::suggest::{nearest, one_of};

/// What files of a table end with.
pub(super) const ENDINGS: [&str; 6] = [".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".parquet", ".xlsx"];

/// Names of the file that maps and dates the others.
const MANIFESTS: [&str; 3] = ["snapshot.yaml", "snapshot.yml", "snapshot.json"];

/// What files of tables end with in the world, read here or not.
const TABULAR: [&str; 11] =
    ["csv", "tsv", "txt", "jsonl", "ndjson", "xlsx", "xlsm", "xls", "xlsb", "ods", "parquet"];

/// In a folder with more files than this, misnamed ones are not looked for.
const MOST: usize = 10_000;

/// The manifest of a folder: its name and text, or the name it would have.
pub(super) fn manifest_text(folder: &Path) -> Result<(&'static str, Option<String>), LoadError> {
    let there: Vec<&'static str> = MANIFESTS.into_iter().filter(|name| stands(&folder.join(name))).collect();
    match there.as_slice() {
        [] => Ok((MANIFESTS[0], None)),
        [name] => Ok((name, Some(text_of(&folder.join(name), name)?))),
        [first, second, ..] => Err(LoadError::new(
            Code::TwoFiles,
            first,
            None,
            format!("there is `{second}` as well, and only one can map the data"),
        )
        .help("keep one of them")),
    }
}

/// Whether something stands there, be it a link that leads nowhere: that is told, not passed over.
pub(super) fn stands(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// A file opened for reading, and its size. What is no plain file is refused: reading it may never end.
pub(super) fn opened(path: &Path, name: &str) -> Result<(File, u64), LoadError> {
    let found = path.metadata().map_err(|error| stopped(name, None, &error))?;
    if !found.is_file() {
        let what = if found.is_dir() { "a folder" } else { "a pipe or a device" };
        let message = format!("it is {what}, not a file");
        return Err(LoadError::new(Code::UnreadableFile, name, None, message)
            .help("put the file itself there, or take it out of the folder"));
    }
    let file = File::open(path).map_err(|error| stopped(name, None, &error))?;
    Ok((file, found.len()))
}

/// A whole file as text.
pub(super) fn text_of(path: &Path, name: &str) -> Result<String, LoadError> {
    let (file, size) = opened(path, name)?;
    if size > DOCUMENT {
        let message = format!("it is larger than {} MiB", DOCUMENT >> 20);
        return Err(LoadError::new(Code::DataTooLarge, name, None, message)
            .help("a document is for small cases; give the tables as CSV or JSON lines in a folder"));
    }
    let mut bytes = Vec::new();
    file.take(DOCUMENT).read_to_end(&mut bytes).map_err(|error| stopped(name, None, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count() as u64;
        LoadError::new(Code::UnreadableText, name, Some(line), "it holds bytes that are not UTF-8 text")
            .help("save it as UTF-8")
    })
}

/// The file of a table by its name; nothing when there is none.
pub(super) fn file_named_after(folder: &Path, table: Table) -> Result<Option<String>, LoadError> {
    let names = ENDINGS.map(|ending| format!("{}{ending}", table.name()));
    let there: Vec<&String> = names.iter().filter(|name| stands(&folder.join(name))).collect();
    match there.as_slice() {
        [] => Ok(None),
        [name] => Ok(Some(String::from(*name))),
        [first, second, ..] => {
            let message = format!("there is `{second}` as well, and both would be {}", table.name());
            Err(LoadError::new(Code::TwoFiles, first, None, message).help("keep one file for one table"))
        }
    }
}

/// What to say when a table that must be there has no file.
pub(super) fn no_file(folder: &Path, table: Table, manifest: &str) -> LoadError {
    let table = table.name();
    let names = ENDINGS.map(|ending| format!("{table}{ending}"));
    let looked_for = one_of(names.iter().map(String::as_str));
    let message = format!("there is no file of {table}; looked for {looked_for}");
    let code = if table == Table::Invoices.name() { Code::NoInvoices } else { Code::UnreadableFile };
    let error = LoadError::new(code, &folder.display().to_string(), None, message);
    let others = tabular(folder).unwrap_or_default();
    let others: Vec<&str> = others.iter().map(String::as_str).take(5).collect();
    match (nearest_file(table, &others), others.as_slice()) {
        (Some(near), _) => error.help(format!(
            "if `{near}` holds them, name it `{table}` with its ending, or write `file: {near}` under `{table}:` in {manifest}"
        )),
        (None, []) => error.help(format!("put the export there, or write its name as `file:` under `{table}:` in {manifest}")),
        (None, others) => error.help(format!(
            "the folder has {}; write which one holds them as `file:` under `{table}:` in {manifest}",
            one_of(others.iter().copied()).replace(" or ", " and ")
        )),
    }
}

/// The name that is nearest to a table's; endings are compared as if they were right.
fn nearest_file<'a>(table: &str, names: &[&'a str]) -> Option<&'a str> {
    names.iter().copied().find(|name| nearest(stem(name), [table]).is_some())
}

fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The files of a folder that may hold tables, sorted; nothing when there are too many to go through.
fn tabular(folder: &Path) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for (at, entry) in std::fs::read_dir(folder).ok()?.enumerate() {
        if at == MOST {
            return None;
        }
        let name = entry.ok()?.file_name().to_string_lossy().into_owned();
        let lower = name.to_lowercase();
        let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
        if plain.rsplit_once('.').is_some_and(|(_, ending)| TABULAR.contains(&ending)) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Some(names)
}

/// Remarks on files that no table is read from although they are called almost like one.
pub(super) fn unused_files(folder: &Path, read: &BTreeSet<Table>, files: &BTreeSet<String>) -> Vec<Problem> {
    let Some(names) = tabular(folder) else {
        let message =
            format!("the folder has more than {MOST} files; no one has looked for misnamed ones among them");
        return vec![remark(folder.display().to_string(), message)];
    };
    let missing = || Table::ALL.iter().filter(|table| !read.contains(table)).map(|table| table.name());
    let unread = names.into_iter().filter(|name| !files.contains(name));
    unread
        .filter_map(|name| {
            let table = nearest(stem(&name), missing())?;
            let message = format!(
                "the file `{name}` is not read; if it holds {table}, call it or export it as `{table}.csv` or `{table}.xlsx`"
            );
            Some(remark(name, message))
        })
        .collect()
}

fn remark(file: String, message: String) -> Problem {
    let place = Some(Place { file, line: None, column: None });
    Problem { customer: None, invoice: None, code: Code::UnusedFile, message, place, blocks: false }
}

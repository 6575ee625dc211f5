//! What is fuzzed, on its seeds, the shipped policies and what fuzzing has found: none of them breaks a promise.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the functions are what the fuzz targets call")]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(files(&entry));
        } else {
            found.push(entry);
        }
    }
    found.sort();
    found
}

fn each(folder: &str, least: usize, run: impl Fn(&[u8])) {
    let seeds = files(&root().join(folder));
    assert!(seeds.len() >= least, "{folder} has {} seeds", seeds.len());
    seeds.iter().for_each(|seed| run(&fs::read(seed).unwrap()));
}

fn each_text(folder: &str, least: usize, run: impl Fn(&str)) {
    each(folder, least, |bytes| {
        if let Ok(text) = std::str::from_utf8(bytes) {
            run(text);
        }
    });
}

#[test]
fn policies_are_read_and_formatted() {
    for folder in ["policies", "fuzz/seeds/parser"] {
        each_text(folder, 1, targets::parser);
        each_text(folder, 1, targets::formatter);
    }
}

#[test]
fn documents_are_read() {
    each_text("fuzz/seeds/document", 2, targets::document);
}

#[test]
fn tables_are_read() {
    each("fuzz/seeds/tables", 2, targets::tables);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_files_are_read() {
    each("fuzz/seeds/parquet", 4, targets::parquet);
}

#[test]
fn mappings_are_read() {
    each_text("fuzz/seeds/mapping", 1, targets::mapping);
}

#[test]
fn templates_are_read_and_written() {
    each_text("fuzz/seeds/template", 1, targets::template);
    each_text("policies", 1, |text| {
        if text.starts_with("---") {
            targets::template(text);
        }
    });
}

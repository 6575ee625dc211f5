//! Folders to load, and what is said about them.

use std::io::Write as _;

use dun::money::Currency;
use dun::render::text::{problem, unreadable};
use dun::snapshot::{LoadOptions, Snapshot, load};
use tempfile::TempDir;

pub(crate) const CUSTOMERS: &str = "customer_id,name\nC1,Ant Ltd\nC2,Bee Ltd\n";
pub(crate) const INVOICES: &str =
    "invoice_id,customer_id,amount,due_date\nI1,C1,100.00,2026-10-01\nI2,C2,80.00,2026-10-02\n";

pub(crate) fn options() -> LoadOptions<'static> {
    LoadOptions {
        currency: Currency::EUR,
        fields: &[],
        terms: Some(dun::model::Terms::days(30)),
        timezone: chrono_tz::Europe::Paris,
    }
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A folder with these files beside customers and invoices that are in order.
pub(crate) fn beside(files: &[(&str, &[u8])]) -> TempDir {
    let there = |table: &str| files.iter().any(|(name, _)| name.split('.').next() == Some(table));
    let sound = [("customers.csv", CUSTOMERS), ("invoices.csv", INVOICES)];
    let sound = sound.iter().filter(|(name, _)| !there(&name[..name.len() - 4]));
    let all: Vec<(&str, &[u8])> =
        sound.map(|(name, text)| (*name, text.as_bytes())).chain(files.iter().copied()).collect();
    folder(&all)
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What is said about a folder, with the invoices that are read all the same.
pub(crate) fn said(folder: &TempDir) -> String {
    match load(folder.path(), &options()) {
        Err(error) => unreadable(&error).replace(&folder.path().display().to_string(), "DATA"),
        Ok(snapshot) => told(&snapshot).replace(&folder.path().display().to_string(), "DATA"),
    }
}

/// The problems of a snapshot, each with its code and whom it withholds, and the invoices.
pub(crate) fn told(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for found in &snapshot.problems {
        let withholds = match (&found.customer, &found.invoice, found.blocks) {
            (.., false) => "",
            (None, None, true) => " [withholds all]",
            (Some(_), None, true) => " [withholds the customer]",
            (_, Some(_), true) => " [withholds the invoice]",
        };
        text.push_str(&format!("{}{withholds}: {}\n", found.code, problem(found)));
    }
    let ids: Vec<&str> = snapshot.invoices.id.iter().map(|&id| snapshot.text(id)).collect();
    text.push_str(&format!(
        "read: {}\n",
        if ids.is_empty() { String::from("nothing") } else { ids.join(" ") }
    ));
    text
}

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

/// Every table, each with all kinds of values.
#[cfg(any(feature = "parquet", feature = "xlsx"))]
pub(crate) const TABLES: [(&str, &str); 8] = [
    (
        "customers",
        "customer_id,name,email,language,kind,tags,credit_limit,terms,since,do_not_contact,insolvent_since
1001,\"Ant, Bee & Co\",ar@ant.example,fr-BE,business,\"b;a\",1000.50,45,2020-01-31,no,
C2,Caterpillar,ar@cat.example,,consumer,,,,,yes,2026-09-01
",
    ),
    (
        "invoices",
        "invoice_id,customer_id,amount,due_date,issue_date,currency,balance,paid_date,status,dispute_opened,\
dispute_reason,promise_date,promise_amount,hold_until,handed_over,po_number
2026001,1001,1200.00,2026-10-01,2026-09-01,EUR,200.00,,open,2026-10-03,\"missing \"\"PO\"\"\",,,,,4711
I2,1001,99.90,,2026-09-01,USD,,2026-09-20,,,,2026-10-20,50,,,
I3,C2,1000,2026-11-01,,JPY,,,void,,,,,2026-12-24,Agency Ltd,
",
    ),
    (
        "contacts",
        "customer_id,role,name,email,phone,language\n1001,legal,Dora,dora@ant.example,+32 2 555,nl\n",
    ),
    (
        "payments",
        "payment_id,date,amount,currency,invoice_id,customer_id\nP1,2026-10-02,1000.00,EUR,2026001,\n\
P2,2026-10-04,5,EUR,,1001\n",
    ),
    ("credit_notes", "credit_id,date,amount,currency,invoice_id\nN1,2026-10-02,100,JPY,I3\n"),
    (
        "disputes",
        "invoice_id,opened,closed,amount,reason,waiting_for,owner\n\
2026001,2026-09-10,2026-09-12,10.00,price,proof,sales@acme.example\n",
    ),
    ("promises", "invoice_id,made,due,amount\n2026001,2026-10-01,2026-10-09,200\n"),
    (
        "history",
        "invoice_id,customer_id,date,step,outcome,rung,channel,at,key,content,approved_by,currency
2026001,,2026-10-04,email first_reminder,sent,D+3,email,09:30,,,,
2026001,,2026-10-11,email second_reminder,approved,D+10,email,,k1,c1,finance,
,1001,2026-10-05,email statement,bounced,,email,,,,,EUR
",
    ),
];

/// All tables, each as one file.
#[cfg(any(feature = "parquet", feature = "xlsx"))]
pub(crate) fn in_format(ending: &str, write: impl Fn(&str) -> Vec<u8>) -> Snapshot {
    let folder = folder(&[("snapshot.yaml", b"taken: 2026-10-05\n")]);
    for (name, text) in TABLES {
        std::fs::write(folder.path().join(format!("{name}{ending}")), write(text)).unwrap();
    }
    load(folder.path(), &options()).unwrap_or_else(|error| panic!("{error}"))
}

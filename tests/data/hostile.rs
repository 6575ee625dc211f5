//! Files that are broken, absurd or mean harm: each ends in a reason or a problem.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;

use dun::snapshot::{load, parse_document};
use tempfile::TempDir;

use crate::support::{INVOICES, beside, gzip, options, said};

/// What is said of each folder, under its name.
pub(crate) fn report(cases: &[(&str, TempDir)]) -> String {
    cases.iter().map(|(name, folder)| format!("-- {name}\n{}\n", said(folder))).collect()
}

/// Customers and invoices in order, and this file of payments.
fn payments(rows: &[u8]) -> TempDir {
    let header = b"payment_id,date,amount,invoice_id,reference\n";
    beside(&[("payments.csv", &[header, rows].concat())])
}

/// A file that unpacks to far more than its size: one line with a very long reference, again and again.
fn bomb() -> Vec<u8> {
    let line = format!("P,2026-10-01,1,I1,{}\n", "x".repeat(1 << 16));
    gzip(line.repeat(1100).as_bytes())
}

#[test]
fn packed_files() {
    let whole = gzip(INVOICES.as_bytes());
    let changed = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        bytes
    };
    let packed = |bytes: &[u8]| beside(&[("invoices.csv.gz", bytes)]);
    insta::assert_snapshot!(report(&[
        (
            "a bomb",
            beside(&[(
                "payments.csv.gz",
                &[gzip(b"payment_id,date,amount,invoice_id,reference\n"), bomb()].concat()
            )])
        ),
        ("cut off", packed(&whole[..whole.len() - 9])),
        ("junk behind it", packed(&[&whole[..], b"junk that is not gzip"].concat())),
        ("one byte changed", packed(&changed(20))),
        ("not packed at all", packed(INVOICES.as_bytes())),
        ("packed but not called so", beside(&[("invoices.csv", &whole)])),
    ]));
}

#[cfg(feature = "xlsx")]
#[test]
fn workbooks() {
    use crate::books::{Book, archive, cells};
    let sound = Book::of(cells(INVOICES, "1899-12-30")).bytes();
    let spaces = " ".repeat(80 << 20);
    let shared = r#"<sst uniqueCount="999999999999"><si><t>a</t></si></sst>"#;
    let book = |bytes: &[u8]| beside(&[("invoices.xlsx", bytes)]);
    insta::assert_snapshot!(report(&[
        ("a bomb", book(&archive([("xl/workbook.xml", spaces.as_bytes())]))),
        ("more shared texts than bytes", book(&archive([("xl/sharedStrings.xml", shared.as_bytes())]))),
        ("an archive of something else", book(&archive([("letter.txt", &b"Dear Sir"[..])]))),
        ("cut off", book(&sound[..sound.len() / 2])),
        ("with a password", book(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])),
        ("lines of text", book(INVOICES.as_bytes())),
        ("empty", book(b"")),
        ("called CSV", beside(&[("invoices.csv", &sound)])),
    ]));
}

#[cfg(not(feature = "xlsx"))]
#[test]
fn a_workbook_without_the_feature() {
    assert_eq!(
        said(&beside(&[("invoices.xlsx", b"PK")])),
        "error[unreadable-workbook]: invoices.xlsx: it is a workbook, and this dun was built without the feature `xlsx`\n  \
         = help: save the sheet as CSV, or build dun with its default features\n"
    );
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_parquet_file_without_the_feature() {
    assert_eq!(
        said(&beside(&[("invoices.parquet", b"PAR1")])),
        "error[unreadable-parquet]: invoices.parquet: it is a Parquet file, and this dun was built without the feature \
         `parquet`\n  = help: write the table as CSV, or build dun with its default features\n"
    );
}

#[test]
fn lines_without_end() {
    let long = [b"P1,2026-10-01,1,I1,".as_slice(), &vec![b'x'; 50 << 20]].concat();
    let wide = ["c"; 1_000_000].join(",");
    let invoices = |text: &str| beside(&[("invoices.csv", text.as_bytes())]);
    insta::assert_snapshot!(report(&[
        ("one line of 50 MB", payments(&long)),
        ("JSON of 50 MB", beside(&[("payments.jsonl", &[b"{}\n{\"a\": \"".as_slice(), &long].concat())])),
        ("a million columns", invoices(&format!("{wide}\n"))),
        ("a row of a million cells", payments(format!("P1,2026-10-01,1,I1,{wide}\n").as_bytes())),
        (
            "a quotation mark that is not closed",
            payments(b"P0,2026-10-01,1,I1,a\nP1,2026-10-01,1,I1,\"a\nP2,2026-10-01,1,I2,b\n")
        ),
        ("the same in the last cell", payments(b"P1,2026-10-01,1,I1,\"a\n")),
        ("the same in the header", invoices("invoice_id,\"customer_id,amount\nI1,C1,1\n")),
        (
            "one that swallows a line",
            payments(b"P1,2026-10-01,1,I1,\"a\nP2,2026-10-01,1,I2,b\"\nP3,2026-10-01,1,I2,b\n")
        ),
        ("an end of file in the middle", payments(b"P1,2026-10-01,1,I1,a\n\x03\nP2,2026-10-01,1,I2,b\n")),
        ("no line end at all", payments(b"P1,2026-10-01,1,I1,a")),
    ]));
}

#[test]
fn bytes_that_are_no_text() {
    let utf16: Vec<u8> = INVOICES.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], utf16.as_slice()].concat();
    let mixed =
        b"\xef\xbb\xbfinvoice_id,customer_id,amount,due_date\r\nI1,C1,1,2026-10-01\rI2,C2,1,2026-10-02\n\n";
    let invoices = |bytes: &[u8]| beside(&[("invoices.csv", bytes)]);
    let mapped = |encoding: &str, bytes: &[u8]| {
        let mapping = format!("invoices:\n  encoding: {encoding}\n  columns: {{ due_date: Fällig }}\n");
        beside(&[("invoices.csv", bytes), ("snapshot.yaml", mapping.as_bytes())])
    };
    let german = "invoice_id,customer_id,amount,Fällig\nI1,C1,1,2026-10-01\n";
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(german);
    insta::assert_snapshot!(report(&[
        ("a mark and mixed line ends", invoices(mixed)),
        ("UTF-16 with its mark", invoices(&marked)),
        ("UTF-16 without its mark", invoices(&utf16)),
        ("Latin-1 in the header", mapped("utf-8", &latin)),
        ("UTF-8 read as Latin-1", mapped("windows-1252", german.as_bytes())),
        ("Latin-1 in the id of a payment", payments(b"P1,2026-10-01,1,I\xe9,a\n")),
        ("NUL bytes in a cell", beside(&[("customers.csv", b"customer_id,name\nC1,Ant\0Ltd\nC2,Bee\n")])),
        (
            "Latin-1 in JSON lines",
            beside(&[("disputes.jsonl", b"{\"invoice_id\": \"I1\", \"reason\": \"\xe9\"}\n")])
        ),
        ("a web page", invoices(b"<html><table><tr><td>Invoice</td></tr></table></html>")),
        ("nothing but spaces", invoices(b"  \n \n")),
        ("nothing", invoices(b"")),
    ]));
}

#[test]
fn values_that_cannot_be() {
    let mut invoices = String::from("invoice_id,customer_id,amount,due_date\n");
    for (at, (amount, due)) in [
        ("1", "2026-02-30"),
        ("1", "99999-01-01"),
        ("1", "0000-00-00"),
        ("1", "2026-10-01T25:61:00"),
        (&"9".repeat(40), "2026-10-01"),
        ("1e999", "2026-10-01"),
        ("NaN", "2026-10-01"),
        ("-", "2026-10-01"),
        (&"0.".repeat(100_000), "2026-10-01"),
        ("#REF!", "2026-10-01"),
        ("١٢٣", "2026-10-01"),
        ("1", "#N/A"),
    ]
    .iter()
    .enumerate()
    {
        invoices.push_str(&format!("I{at},C1,{amount},{due}\n"));
    }
    insta::assert_snapshot!(said(&beside(&[("invoices.csv", invoices.as_bytes())])));
}

/// Nine levels of nine aliases each would be 387 million values.
fn laughs() -> String {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..9 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![below; 9].join(", ")));
    }
    text
}

#[test]
fn documents() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let manifest = |text: &str| beside(&[("snapshot.yaml", text.as_bytes())]);
    let mut text = report(&[
        ("a mapping that laughs", manifest(&laughs())),
        ("a mapping nested deeply", manifest(&format!("taken: {}", deep("[", "]")))),
        ("a mapping that is a list", manifest("- a\n- b\n")),
        ("a mapping that is broken", manifest("invoices:\n  columns: { amount: \"x }\n")),
        ("two documents in one", manifest("taken: 2026-10-05\n---\ntaken: 2026-10-06\n")),
        ("a key given twice", manifest("taken: 2026-10-05\ntaken: 2026-10-06\n")),
        (
            "a line nested deeply",
            beside(&[("disputes.jsonl", format!("{{\"invoice_id\": {}}}\n", deep("[", "]")).as_bytes())]),
        ),
    ]);
    for (name, document) in [
        ("data.yaml", laughs()),
        ("data.yaml", format!("invoices: {}", deep("[", "]"))),
        ("data.json", format!("{{\"invoices\": {}}}", deep("[", "]"))),
        ("data.json", format!("{{\"invoices\": {}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000))),
        ("data.json", String::from("{\"invoices\": [}")),
        ("data.json", String::from("[1, 2]")),
        ("data.yaml", String::from("invoices: [1, [2], {invoice_id: {a: b}}]")),
    ] {
        let said = match parse_document(name, &document, &options()) {
            Ok(snapshot) => crate::support::told(&snapshot),
            Err(error) => dun::render::text::unreadable(&error),
        };
        text.push_str(&format!("-- {}\n{said}\n", document.chars().take(40).collect::<String>().trim()));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn headers() {
    let invoices = |header: &str| beside(&[("invoices.csv", format!("{header}\n").as_bytes())]);
    let mapped = |header: &str, mapping: &str| {
        beside(&[("invoices.csv", format!("{header}\n").as_bytes()), ("snapshot.yaml", mapping.as_bytes())])
    };
    let sound = "invoice_id,customer_id,amount,due_date";
    insta::assert_snapshot!(report(&[
        ("a name twice", invoices("invoice_id,customer_id,amount,due_date,amount")),
        ("a name twice but for spaces", invoices("invoice_id,customer_id,amount,due_date, amount ")),
        ("a name twice but for case", invoices("invoice_id,customer_id,amount,due_date,Amount")),
        ("another case", invoices("Invoice_ID,Customer ID,AMOUNT,due-date")),
        ("no header but a record", invoices("I1,C1,100.00,2026-10-01")),
        ("names that say nothing", invoices("a,b,c,d")),
        (
            "a delimiter that is not there",
            mapped(&sound.replace(',', ";"), "invoices:\n  delimiter: \",\"\n")
        ),
        ("a column that is not there", mapped(sound, "invoices:\n  columns: { balance: Ammount }\n")),
        ("a header below the file", mapped(sound, "invoices:\n  header: 9\n")),
        ("a header on no line", mapped(sound, "invoices:\n  header: top\n")),
    ]));
}

#[test]
fn settings() {
    let mapped = |mapping: &str| beside(&[("snapshot.yaml", mapping.as_bytes())]);
    let mut text = String::new();
    for mapping in [
        "invoice:\n  file: x.csv\n",
        "shoes: 9\n",
        "invoices:\n  delimeter: \";\"\n",
        "invoices:\n  columns: { amuont: Total }\n",
        "invoices:\n  columns: { amount: { a: b } }\n",
        "invoices:\n  constants: { email: \"{customer_id\" }\n",
        "invoices:\n  constants: { owner: \"{customer_id\" }\n",
        "invoices:\n  constants: { owner: \"{custmer_id}\" }\n",
        "invoices:\n  columns: { owner: X }\n  constants: { owner: Y }\n",
        "invoices:\n  delimiter: ab\n",
        "invoices:\n  decimal: \";\"\n",
        "invoices:\n  encoding: ansi-german\n",
        "invoices:\n  date_format: dd/mm/yyyy\n",
        "invoices:\n  date_format: \"%Q\"\n",
        "invoices:\n  lines: add\n",
        "customers:\n  lines: sum\n",
        "invoices: today\n",
        "invoices:\n  file: [a, b]\n",
        "taken: yesterday\n",
        "as_of: soon\n",
        "payments:\n  columns: { amount: Total }\n",
        "invoices:\n  file: gone.csv\n",
        "invoices:\n  file: export.ods\n",
    ] {
        text.push_str(&format!("{mapping}{}\n", said(&mapped(mapping))));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn files_that_are_none() {
    let with = |make: &dyn Fn(&std::path::Path)| {
        let folder = beside(&[]);
        make(folder.path());
        folder
    };
    let fifo = |folder: &std::path::Path| {
        fs::remove_file(folder.join("invoices.csv")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.join("invoices.csv")).status().unwrap();
        assert!(made.success());
    };
    insta::assert_snapshot!(report(&[
        ("a pipe", with(&fifo)),
        ("a device", with(&|folder| symlink("/dev/zero", folder.join("payments.csv")).unwrap())),
        ("a link to itself", with(&|folder| symlink("payments.csv", folder.join("payments.csv")).unwrap())),
        ("a link to nothing", with(&|folder| symlink("gone.csv", folder.join("disputes.csv")).unwrap())),
        ("a folder", with(&|folder| fs::create_dir(folder.join("history.csv")).unwrap())),
        ("a mapping that is a folder", with(&|folder| fs::create_dir(folder.join("snapshot.yaml")).unwrap())),
    ]));
}

#[test]
fn files_that_are_called_almost_right() {
    let named = |name: &str| {
        let folder = beside(&[(name, b"a,b\n")]);
        fs::rename(folder.path().join("invoices.csv"), folder.path().join("export.csv")).unwrap_or(());
        folder
    };
    insta::assert_snapshot!(report(&[
        ("misspelt", beside(&[("payment.csv", b"payment_id\n")])),
        ("in capitals", beside(&[("Payments.CSV", b"payment_id\n")])),
        ("another ending", beside(&[("disputes.xls", b"x"), ("notes.txt", b"x")])),
        ("a spare copy", beside(&[("customers-old.csv", b"x"), ("backup.csv", b"x")])),
        ("invoices misspelt", named("invoice.csv")),
        ("invoices under another name", named("letter.txt")),
    ]));
}

#[test]
fn a_folder_with_very_many_files() {
    let folder = beside(&[]);
    for at in 0..10_001 {
        fs::File::create(folder.path().join(format!("{at}.log"))).unwrap();
    }
    assert_eq!(
        said(&folder),
        "unused-file: DATA: the folder has more than 10000 files; no one has looked for misnamed ones among them\nread: I1 I2\n"
    );
}

#[test]
fn a_document_that_is_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.yaml");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(b"invoices:\n").unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    let error = load(&path, &options()).map(|_| ()).unwrap_err().to_string();
    assert_eq!(
        error,
        "data.yaml: it is larger than 64 MiB\n  = help: a document is for small cases; give the tables as CSV or JSON lines \
         in a folder"
    );
}

/// Lines that may be about anybody withhold everybody; those that name somebody withhold him alone.
#[test]
fn lines_about_nobody() {
    let table = |name: &str, text: &str| beside(&[(name, text.as_bytes())]);
    insta::assert_snapshot!(report(&[
        ("a payment cut short", payments(b"P1\n")),
        ("a payment cut behind its invoice", payments(b"P1,2026-10-01,1,I1\n")),
        ("a payment of nobody", payments(b"P1,2026-10-01,1,,\n")),
        ("a broken line of disputes", table("disputes.jsonl", "{\"invoice_id\": \"I1\"\n")),
        ("a broken line of the ledger", table("history.jsonl", "sent\n")),
        ("a broken line of contacts", table("contacts.jsonl", "Dora\n")),
        ("an id that is a formula's error", table("promises.csv", "invoice_id,due\n#REF!,2026-10-09\n")),
    ]));
}

#[test]
fn payments_given_twice() {
    let credits = |rows: &str| {
        beside(&[("credit_notes.csv", format!("credit_id,date,amount,customer_id\n{rows}").as_bytes())])
    };
    let cases = [
        ("the same row twice", payments(b"P1,2026-10-01,60,I1,\nP1,2026-10-01,60,I1,\n")),
        ("one number, two amounts", payments(b"P1,2026-10-01,60,I1,\nP1,2026-10-01,30,I1,\n")),
        ("one payment for two invoices", payments(b"P1,2026-10-01,60,I1,\nP1,2026-10-01,60,I2,\n")),
        (
            "a credit note three times",
            credits("N1,2026-10-01,5,C1\nN1,2026-10-01,5,C1\nN1,2026-10-02,5,C1\n"),
        ),
    ];
    let mut text = report(&cases);
    for (name, folder) in &cases {
        let snapshot = load(folder.path(), &options()).unwrap();
        let amounts: Vec<i64> = snapshot.payments.iter().map(|payment| payment.money.minor).collect();
        text.push_str(&format!("{name}: {amounts:?}\n"));
    }
    insta::assert_snapshot!(text);
}

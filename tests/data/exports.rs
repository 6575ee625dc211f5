//! Exports of accounting tools: real ones where they are at hand, and every mapping that the documentation shows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dun::snapshot::{Snapshot, load};
use tempfile::TempDir;

use crate::support::{folder, options, said};

/// A text in the column of a row, or nothing.
type Cells = BTreeMap<String, String>;

/// The sample exports beside the repository; without them the test says so and passes.
fn samples() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/accounting-exports");
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

/// The rows of a CSV file by the names of its columns.
fn rows(path: &Path) -> Vec<Cells> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let named = |record: csv::StringRecord| {
        header.iter().map(String::from).zip(record.iter().map(String::from)).collect()
    };
    reader.records().map(|record| named(record.unwrap())).collect()
}

/// An amount such as `1,020.00` in cents.
fn cents(text: &str) -> i64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(text.len() - text.find('.').unwrap(), 3, "{text}");
    digits.parse().unwrap()
}

/// The mapping that the documentation shows for a tool, under its heading.
fn documented(tool: &str) -> &'static str {
    let page = include_str!("../../docs/exports.md");
    let section = page.split_once(&format!("\n## {tool}\n")).unwrap().1;
    let (before, rest) = section.split_once("```yaml\n").unwrap();
    assert!(!before.contains("\n## "), "{tool} has a mapping");
    rest.split_once("```").unwrap().0
}

/// A folder with a mapping and two of the samples.
fn mapped(samples: &Path, tool: &str, mapping: &str) -> (TempDir, [PathBuf; 2]) {
    let folder = folder(&[("snapshot.yaml", mapping.as_bytes())]);
    let paths = ["invoices", "clients"].map(|table| samples.join(format!("{tool}_{table}.csv")));
    for path in &paths {
        std::fs::copy(path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    (folder, paths)
}

fn loaded(folder: &TempDir) -> Snapshot {
    let snapshot = load(folder.path(), &options()).unwrap_or_else(|error| panic!("{error}"));
    let blocking: Vec<_> = snapshot.problems.iter().filter(|problem| problem.blocks).collect();
    assert!(blocking.is_empty(), "{blocking:?}");
    snapshot
}

/// Id, customer, cents, currency, issue, due and payment dates of every invoice.
fn invoices(snapshot: &Snapshot) -> BTreeSet<(String, String, i64, String, [String; 3])> {
    let table = &snapshot.invoices;
    let day = |date: Option<chrono::NaiveDate>| date.map_or(String::new(), |date| date.to_string());
    let rows = (0..table.id.len()).map(|row| {
        let dates = [table.issue_date.get(row), Some(table.due_date[row]), table.paid_date.get(row)].map(day);
        let customer = String::from(snapshot.customer_id(table.customer[row]));
        (
            String::from(snapshot.text(table.id[row])),
            customer,
            table.amount[row],
            table.currency[row].to_string(),
            dates,
        )
    });
    rows.collect()
}

/// Id, name, address and telephone number of every customer.
fn customers(snapshot: &Snapshot) -> BTreeSet<[String; 4]> {
    let table = &snapshot.customers;
    let text = |text: Option<_>| text.map_or(String::new(), |text| String::from(snapshot.text(text)));
    let rows = 0..table.id.len();
    rows.map(|row| {
        [
            text(Some(table.id[row])),
            text(table.name.get(row)),
            text(table.email.get(row)),
            text(table.phone.get(row)),
        ]
    })
    .collect()
}

fn listed(rows: &[Cells], columns: [&str; 4]) -> BTreeSet<[String; 4]> {
    rows.iter().map(|row| columns.map(|column| row[column].clone())).collect()
}

#[test]
fn freshbooks_lines_become_invoices() {
    let Some(samples) = samples() else { return };
    let (folder, [lines, clients]) = mapped(&samples, "freshbooks", documented("FreshBooks"));
    let snapshot = loaded(&folder);
    let mut expected: BTreeMap<String, (String, i64, String, String)> = BTreeMap::new();
    for row in rows(&lines) {
        let first = || (row["Client Name"].clone(), 0, row["Currency"].clone(), row["Date Issued"].clone());
        expected.entry(row["Invoice #"].clone()).or_insert_with(first).1 += cents(&row["Line Total"]);
    }
    let after_terms = |issued: &str| {
        let issued: chrono::NaiveDate = issued.parse().unwrap();
        (issued + chrono::Days::new(30)).to_string()
    };
    let expected = expected.into_iter().map(|(id, (customer, cents, currency, issued))| {
        let due = after_terms(&issued);
        (id, customer, cents, currency, [issued, due, String::new()])
    });
    assert_eq!(invoices(&snapshot), expected.collect());
    assert_eq!(
        customers(&snapshot),
        listed(&rows(&clients), ["Organization", "Organization", "Email", "Phone"])
    );
}

#[test]
fn invoicely_invoices_are_read() {
    let Some(samples) = samples() else { return };
    let (folder, [list, clients]) = mapped(&samples, "invoicely", documented("Invoicely"));
    let snapshot = loaded(&folder);
    let iso = |date: &str| chrono::NaiveDate::parse_from_str(date, "%b %d %Y").unwrap().to_string();
    let expected = rows(&list).into_iter().map(|row| {
        let dates = [iso(&row["Date"]), iso(&row["Due"]), String::new()];
        (row["Details"].clone(), row["Client"].clone(), cents(&row["Total"]), String::from("USD"), dates)
    });
    assert_eq!(invoices(&snapshot), expected.collect());
    assert_eq!(
        customers(&snapshot),
        listed(&rows(&clients), ["Client Name", "Client Name", "Email", "Phone"])
    );
}

#[test]
fn without_a_mapping_the_missing_columns_are_named() {
    let Some(samples) = samples() else { return };
    let mut text = String::new();
    for tool in ["freshbooks", "invoicely"] {
        let (folder, paths) = mapped(&samples, tool, "taken: 2021-02-01\n");
        text.push_str(&format!("-- {tool}\n{}", said(&folder)));
        for (path, table) in paths.iter().zip(["invoices.csv", "customers.csv"]) {
            std::fs::copy(path, folder.path().join(table)).unwrap();
        }
        text.push_str(&format!("{}\n", said(&folder)));
    }
    insta::assert_snapshot!(text);
}

/// A column and the value that a row has in it.
fn example(ours: &str, mapping: &serde_json::Value) -> String {
    let comma = mapping["decimal"] == ",";
    let date = || {
        let format = mapping["date_format"].as_str().unwrap_or("%Y-%m-%d");
        let day: chrono::NaiveDate = "2026-10-21".parse().unwrap();
        day.format(format).to_string()
    };
    let word =
        |column: &str| mapping["values"][column].as_object().and_then(|words| words.keys().next().cloned());
    match ours {
        _ if word(ours).is_some() => word(ours).unwrap(),
        "amount" | "balance" | "credit_limit" => String::from(if comma { "1234,50" } else { "1234.50" }),
        "currency" => String::from("EUR"),
        "status" => String::from("open"),
        "terms" => String::from("30"),
        "language" => String::from("fr"),
        "invoice_id" | "payment_id" | "credit_id" => String::from("A1"),
        "customer_id" => String::from("K1"),
        _ if ours.ends_with("date") || ours == "date" => date(),
        _ => format!("{ours} of it"),
    }
}

/// The files that a mapping reads, each with the columns that it names and one row.
fn files(mapping: &serde_json::Value) -> BTreeMap<String, Vec<u8>> {
    let mut columns: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut writing: BTreeMap<String, &serde_json::Value> = BTreeMap::new();
    for (table, entry) in mapping.as_object().unwrap().iter().filter(|(_, entry)| entry.is_object()) {
        let file = entry["file"].as_str().map_or(format!("{table}.csv"), String::from);
        writing.entry(file.clone()).or_insert(entry);
        let of_file = columns.entry(file).or_default();
        let mapped = entry["columns"].as_object().into_iter().flatten();
        for (ours, theirs) in mapped {
            let theirs = theirs.as_str().unwrap();
            of_file.entry(String::from(theirs)).or_insert_with(|| example(ours, entry));
        }
    }
    let text = |file: &String, columns: &BTreeMap<String, String>| {
        let entry = writing[file];
        let delimiter = match entry["delimiter"].as_str() {
            None => b',',
            Some("tab") => b'\t',
            Some(other) => other.as_bytes()[0],
        };
        let mut writer =
            csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
        let above = entry["header"].as_str().map_or(0, |line| line.parse::<usize>().unwrap() - 1);
        (0..above).for_each(|_| writer.write_record(["a title"]).unwrap());
        writer.write_record(columns.keys()).unwrap();
        writer.write_record(columns.values()).unwrap();
        let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let label = entry["encoding"].as_str().unwrap_or("utf-8");
        encoding_rs::Encoding::for_label(label.as_bytes()).unwrap().encode(&text).0.into_owned()
    };
    columns.iter().map(|(file, columns)| (file.clone(), text(file, columns))).collect()
}

/// A value of YAML with everything but lists and mappings as text.
fn plain(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Object(pairs) => {
            pairs.into_iter().map(|(key, value)| (key, plain(value))).collect()
        }
        serde_json::Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

/// Every mapping that the page shows reads a file with just the columns that it names: none is missing, and each
/// of them is one that dun knows.
#[test]
fn documented_mappings_load() {
    let page = include_str!("../../docs/exports.md");
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(blocks.len() >= 10, "the mappings are found: {}", blocks.len());
    for block in blocks {
        // A sheet names its columns as a CSV file does.
        let block = &block.replace(".xlsx", ".csv");
        let mapping = plain(serde_yaml::from_str(block).unwrap());
        let files = files(&mapping);
        let mut all: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        all.push(("snapshot.yaml", block.as_bytes()));
        let folder = folder(&all);
        let snapshot = load(folder.path(), &options()).unwrap_or_else(|error| panic!("{block}\n{error}"));
        assert_eq!(crate::support::told(&snapshot), "read: A1\n", "{block}");
        assert_eq!(snapshot.invoices.amount, [123_450], "{block}");
    }
}

//! Loading snapshots: the same facts from every format, foreign exports by mapping, and every problem at its
//! exact place.
#![expect(clippy::print_stderr, reason = "a test without its data says that it was skipped")]
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write the files that they load")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dun::code::Code;
use dun::model::field::{FieldType, OwnField, Subject};
use dun::money::Currency;
use dun::snapshot::tables::{OwnValue, Since, Status};
use dun::snapshot::{LoadOptions, Snapshot, load, parse_document};
use tempfile::TempDir;

fn options(fields: &[OwnField]) -> LoadOptions<'_> {
    LoadOptions {
        currency: Currency::EUR,
        fields,
        terms: Some(dun::model::Terms::days(30)),
        timezone: chrono_tz::Europe::Paris,
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn loaded(files: &[(&str, &str)]) -> Snapshot {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    load(folder(&files).path(), &options(&[])).unwrap_or_else(|error| panic!("{error}"))
}

/// What is told when the folder cannot be loaded.
fn refused(files: &[(&str, &str)]) -> String {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let folder = folder(&files);
    let error = load(folder.path(), &options(&[])).map(|_| ()).unwrap_err();
    dun::render::text::unreadable(&error).replace(&folder.path().display().to_string(), "DATA")
}

/// One line a problem: code, place, ids, whether it blocks.
fn problems(snapshot: &Snapshot) -> String {
    let mut text = String::new();
    for problem in &snapshot.problems {
        let place = problem.place.as_ref().map_or_else(String::new, |place| {
            let line = place.line.map_or_else(String::new, |line| line.to_string());
            format!("{}:{line}:{}", place.file, place.column.as_deref().unwrap_or(""))
        });
        let ids = [("customer", &problem.customer), ("invoice", &problem.invoice)];
        let ids: String =
            ids.iter().filter_map(|(what, id)| id.as_ref().map(|id| format!(" {what} {id}"))).collect();
        let blocks = if problem.blocks { "" } else { " (remark)" };
        writeln!(text, "{} {place}{ids}{blocks}", problem.code).unwrap();
    }
    text
}

fn gzip(bytes: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Data that stands beside the repository; without it the test says so and passes.
fn shared(path: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !shared.exists() {
        eprintln!("skipped: {path} is not there");
        return None;
    }
    Some(shared)
}

/// Every table, each with all kinds of values.
const TABLES: [(&str, &str); 8] = [
    (
        "customers",
        "customer_id,name,email,language,kind,tags,credit_limit,terms,since,do_not_contact,insolvent_since
C1,\"Ant, Bee & Co\",ar@ant.example,fr-BE,business,\"b;a\",1000.50,45,2020-01-31,no,
C2,Caterpillar,ar@cat.example,,consumer,,,,,yes,2026-09-01
",
    ),
    (
        "invoices",
        "invoice_id,customer_id,amount,due_date,issue_date,currency,balance,paid_date,status,dispute_opened,\
dispute_reason,promise_date,promise_amount,hold_until,handed_over,po_number
I1,C1,1200.00,2026-10-01,2026-09-01,EUR,200.00,,open,2026-10-03,\"missing \"\"PO\"\"\",,,,,P1
I2,C1,99.90,,2026-09-01,USD,,2026-09-20,,,,2026-10-20,50,,,
I3,C2,1000,2026-11-01,,JPY,,,void,,,,,2026-12-24,Agency Ltd,
",
    ),
    ("contacts", "customer_id,role,name,email,phone,language\nC1,legal,Dora,dora@ant.example,+32 2 555,nl\n"),
    (
        "payments",
        "payment_id,date,amount,currency,invoice_id,customer_id\nP1,2026-10-02,1000.00,EUR,I1,\n\
P2,2026-10-04,5,EUR,,C1\n",
    ),
    ("credit_notes", "credit_id,date,amount,currency,invoice_id\nN1,2026-10-02,100,JPY,I3\n"),
    (
        "disputes",
        "invoice_id,opened,closed,amount,reason,waiting_for,owner\n\
I1,2026-09-10,2026-09-12,10.00,price,proof,sales@acme.example\n",
    ),
    ("promises", "invoice_id,made,due,amount\nI1,2026-10-01,2026-10-09,200\n"),
    (
        "history",
        "invoice_id,customer_id,date,step,outcome,rung,channel,at,key,content,approved_by,currency
I1,,2026-10-04,email first_reminder,sent,D+3,email,09:30,,,,
I1,,2026-10-11,email second_reminder,approved,D+10,email,,k1,c1,finance,
,C1,2026-10-05,email statement,bounced,,email,,,,,EUR
",
    ),
];

const DATED: &str = "taken: 2026-10-05T23:30:00Z\nas_of: 2026-10-05\n";

/// The records of a CSV text as JSON objects, numbers and dates as texts.
fn records(csv_text: &str) -> Vec<serde_json::Map<String, serde_json::Value>> {
    let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        let pairs = header.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        pairs.map(|(name, cell)| (String::from(name), cell.into())).collect()
    });
    records.collect()
}

/// The same table with rows and columns the other way round.
fn reversed(csv_text: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv_text.as_bytes());
    let mut rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    rows[1..].reverse();
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().rev()).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// All tables in one format, with the manifest.
fn in_format(ending: &str, write: impl Fn(&str) -> Vec<u8>) -> Snapshot {
    let folder = folder(&[("snapshot.yaml", DATED.as_bytes())]);
    for (name, text) in TABLES {
        std::fs::write(folder.path().join(format!("{name}{ending}")), write(text)).unwrap();
    }
    load(folder.path(), &options(&[])).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_same_facts_have_one_digest_in_every_format() {
    let plain = in_format(".csv", |text| text.into());
    assert_eq!(problems(&plain), "");
    let json_lines = |text: &str| -> String {
        records(text).iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect()
    };
    let mut document = serde_json::Map::new();
    document.insert("taken".into(), "2026-10-05T23:30:00Z".into());
    for (name, text) in TABLES {
        let records = records(text).into_iter().map(serde_json::Value::Object).collect();
        document.insert(name.into(), serde_json::Value::Array(records));
    }
    let yaml = serde_yaml::to_string(&document).unwrap();
    let json = serde_json::to_string_pretty(&document).unwrap();
    for (name, other) in [
        ("reversed", in_format(".csv", |text| reversed(text).into())),
        ("csv.gz", in_format(".csv.gz", gzip)),
        ("jsonl", in_format(".jsonl", |text| json_lines(text).into())),
        ("jsonl.gz", in_format(".jsonl.gz", |text| gzip(&json_lines(text)))),
        ("yaml", parse_document("small.yaml", &yaml, &options(&[])).unwrap()),
        ("json", parse_document("small.json", &json, &options(&[])).unwrap()),
    ] {
        assert_eq!(problems(&other), "", "{name}");
        assert_eq!(other.digest, plain.digest, "{name}");
    }
    assert_eq!(plain.digest.len(), 64);
}

#[test]
fn every_fact_counts_in_the_digest() {
    let plain = in_format(".csv", |text| text.into());
    let changes = [
        ("Caterpillar", "Butterfly"),
        ("1200.00", "1200.01"),
        ("I3,C2", "I3,C1"),
        ("dora@", "dana@"),
        ("P2,2026-10-04", "P2,2026-10-05"),
        ("N1,", "N2,"),
        ("proof", "goods"),
        ("2026-10-09,200", "2026-10-09,201"),
        ("09:30", "09:31"),
        ("sent,D+3", "done,D+3"),
        ("k1,c1", "k1c,1"),
    ];
    let mut digests = vec![plain.digest];
    for (from, to) in changes {
        digests.push(in_format(".csv", |text| text.replace(from, to).into()).digest);
    }
    let count = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), count);
}

#[test]
fn tables_are_sorted_and_typed() {
    let snapshot = in_format(".csv", |text| reversed(text).into());
    assert_eq!(snapshot.taken_on.unwrap().to_string(), "2026-10-06");
    assert_eq!(snapshot.as_of.unwrap().to_string(), "2026-10-05");
    let rows: Vec<_> = snapshot.customer_rows().collect();
    assert_eq!(rows.iter().map(|&row| snapshot.customer_id(row)).collect::<Vec<_>>(), ["C1", "C2"]);
    let customers = &snapshot.customers;
    assert_eq!(snapshot.text(customers.tags.get(0).unwrap()), "a;b");
    assert_eq!(customers.credit_limit.get(0), Some(100_050));
    assert_eq!((customers.do_not_contact.get(0), customers.do_not_contact.get(1)), (Some(false), Some(true)));
    assert_eq!(customers.insolvent_since.get(1), Some(Since::Date("2026-09-01".parse().unwrap())));
    let invoices = &snapshot.invoices;
    let of_first: Vec<_> = snapshot.invoices_of(rows[0]).collect();
    assert_eq!(of_first.iter().map(|&row| snapshot.invoice_id(row)).collect::<Vec<_>>(), ["I1", "I2"]);
    assert_eq!(invoices.amount, [120_000, 9_990, 1_000]);
    assert_eq!(invoices.due_date[1].to_string(), "2026-10-16", "the customer's terms are 45 days");
    assert_eq!(invoices.status.get(2), Some(Status::Void));
    assert_eq!(invoices.handed_over.get(2), Some(Since::Always));
    assert_eq!(snapshot.disputes_of(of_first[0]).len(), 2);
    assert_eq!(snapshot.promises_of(of_first[1])[0].amount, Some(5_000));
    assert_eq!(snapshot.payments_of(of_first[0]).len(), 1);
    assert_eq!(snapshot.payments_of_customer(rows[0]).len(), 2);
    assert_eq!(snapshot.ledger_of(of_first[0]).len(), 2);
    assert_eq!(snapshot.ledger_of_customer(rows[0]).count(), 3);
    assert_eq!(snapshot.contacts_of(rows[0]).len(), 1);
}

#[test]
fn own_fields_are_typed() {
    let field = |subject, name: &str, kind| OwnField { subject, name: String::from(name), kind };
    let tiers = FieldType::OneOf(vec![String::from("gold"), String::from("silver")]);
    let fields = [
        field(Subject::Customer, "tier", tiers),
        field(Subject::Invoice, "weight", FieldType::Number),
        field(Subject::Invoice, "deposit", FieldType::Money),
        field(Subject::Invoice, "absent", FieldType::Date),
    ];
    let folder = folder(&[
        ("customers.csv", b"customer_id,name,tier\nC1,A,Gold\nC2,B,bronze\n"),
        (
            "invoices.csv",
            b"invoice_id,customer_id,amount,due_date,weight,deposit\nI1,C1,1,2026-10-01,1.5,2.50\n",
        ),
    ]);
    let snapshot = load(folder.path(), &options(&fields)).unwrap();
    assert_eq!(problems(&snapshot), "unreadable-value customers.csv:3:tier customer C2\n");
    let Some(OwnValue::Text(tier)) = snapshot.customers.own[0].get(0) else { panic!("no tier") };
    assert_eq!(snapshot.text(tier), "gold");
    assert_eq!(snapshot.invoices.own[1].get(0), Some(OwnValue::Number(1_500_000)));
    assert!(matches!(snapshot.invoices.own[2].get(0), Some(OwnValue::Money(money)) if money.minor == 250));
    assert_eq!((snapshot.customers.own.len(), snapshot.invoices.own.len()), (4, 4));
    assert!(!snapshot.invoices.own[0].has_values() && !snapshot.invoices.own[3].has_values());
}

/// The YAML examples of the page about data.
fn documented() -> Vec<&'static str> {
    let page = include_str!("../docs/data.md");
    page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_documented_small_case_is_read() {
    let snapshot = parse_document("small.yaml", documented()[0], &options(&[])).unwrap();
    assert_eq!(problems(&snapshot), "");
    assert_eq!((snapshot.invoices.amount[0], snapshot.ledger.len()), (120_000, 1));
}

#[test]
fn a_document_spells_values_in_its_own_way() {
    let yaml = "customers:\n- {customer_id: 007, name: ~, tags: [b, a], do_not_contact: yes, credit_limit: 1e3}\n\
        invoices:\n- customer_id: 007\n  invoice_id: 12\n  amount: 12345678901234.10\n  due_date: 2026-10-01\n";
    let json = "{\"customers\": [{\"customer_id\": \"007\", \"tags\": [\"b\", \"a\"], \"do_not_contact\": true,\n\
        \"credit_limit\": 1e3, \"name\": null}],\n\"invoices\": [{\"customer_id\": \"007\", \"invoice_id\": 12,\n\
        \"amount\": 12345678901234.10, \"due_date\": \"2026-10-01\"}]}";
    for (name, text) in [("a.yaml", yaml), ("a.json", json)] {
        let snapshot = parse_document(name, text, &options(&[])).unwrap_or_else(|error| panic!("{error}"));
        let line = if name == "a.yaml" { 2 } else { 1 };
        let expected = format!("unreadable-value {name}:{line}:credit_limit customer 007\n");
        assert_eq!(problems(&snapshot), expected);
        assert_eq!(snapshot.invoices.amount, [1_234_567_890_123_410], "{name}");
        assert_eq!(snapshot.customers.do_not_contact.get(0), Some(true), "{name}");
        assert_eq!(snapshot.text(snapshot.customers.tags.get(0).unwrap()), "a;b", "{name}");
        assert_eq!(snapshot_ids(&snapshot), ["12"], "{name}");
    }
}

#[test]
fn a_file_that_breaks_off_is_no_snapshot() {
    let whole = gzip(INVOICES);
    let folder = folder(&[("invoices.csv.gz", &whole[..whole.len() - 9])]);
    let error = load(folder.path(), &options(&[])).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("invoices.csv.gz"), "{error}");
}

#[test]
fn a_foreign_export_is_mapped() {
    let export = "Facture;Client;Échéance;TTC;Payée le;Dépôt\r\n\
        F1;dupont;1/10/2026;1 234,50;;x\r\n\r\n\
        F2;dupont;15/09/2026;99,9;02/10/2026;\r\n\
        F3;été;31/02/2026;5,00;;\r\n";
    let (export, _, _) = encoding_rs::WINDOWS_1252.encode(export);
    let folder = folder(&[
        ("snapshot.yaml", documented()[1].as_bytes()),
        ("export.csv", &export),
        ("history.csv", b"invoice_id,date,step,outcome\nF1,04/10/2026,Relance 1,sent\n"),
    ]);
    let snapshot = load(folder.path(), &options(&[])).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        problems(&snapshot),
        "unmapped-column export.csv::Dépôt (remark)\n\
         unreadable-value export.csv:5:Échéance customer été invoice F3\n"
    );
    assert_eq!(snapshot.invoices.amount, [123_450, 9_990]);
    assert_eq!(snapshot.invoices.due_date[0].to_string(), "2026-10-01");
    assert_eq!(snapshot.invoices.paid_date.get(1).unwrap().to_string(), "2026-10-02");
    let emails: Vec<&str> =
        (0..2).map(|row| snapshot.text(snapshot.customers.email.get(row).unwrap())).collect();
    assert_eq!(emails, ["ar@dupont.example", "ar@été.example"]);
    assert_eq!(snapshot.text(snapshot.ledger[0].step), "email first_reminder");
}

#[test]
fn invoice_lines_are_summed() {
    let manifest = "invoices: { lines: sum, columns: { amount: line_total } }\n";
    let lines = "invoice_id,customer_id,due_date,line_total,po_number
I1,C1,2026-10-01,\"1,000.005\",P1
I2,C1,2026-10-01,10,
I1,C1,2026-10-01,0.005,
I3,C1,2026-10-01,1,A
I3,C1,2026-10-01,2,B
I4,C1,2026-10-01,2,
I4,C1,2026-10-01,two,
";
    let customers = "customer_id,name\nC1,A\n";
    let files = [("snapshot.yaml", manifest), ("invoices.csv", lines), ("customers.csv", customers)];
    let snapshot = loaded(&files);
    assert_eq!(
        problems(&snapshot),
        "rows-disagree invoices.csv:6:po_number customer C1 invoice I3\n\
         unreadable-value invoices.csv:8:line_total customer C1 invoice I4\n"
    );
    assert_eq!(snapshot.invoices.amount, [100_001, 1_000, 300]);
}

const CUSTOMERS: &str = "customer_id,name\nC1,A\nC2,B\n";
const INVOICES: &str = "invoice_id,customer_id,amount,due_date\nI1,C1,100,2026-10-01\nI2,C2,100,2026-10-01\n";

/// The problems that one table brings when the others are in order.
fn with(name: &str, text: &str) -> String {
    let mut files = vec![("customers.csv", CUSTOMERS), ("invoices.csv", INVOICES)];
    files.retain(|(other, _)| *other != name);
    files.push((name, text));
    problems(&loaded(&files))
}

#[test]
fn problems_of_invoices_stand_at_their_place() {
    let header = "invoice_id,customer_id,amount,due_date,issue_date,currency,status,po_number,paid_date\n";
    for (rows, expected) in [
        ("I1,C1,ten,2026-10-01,,,,,", "unreadable-value invoices.csv:2:amount customer C1 invoice I1"),
        ("I1,C1,1.005,2026-10-01,,,,,", "unreadable-value invoices.csv:2:amount customer C1 invoice I1"),
        ("I1,C1,,2026-10-01,,,,,", "missing-value invoices.csv:2:amount customer C1 invoice I1"),
        (",C1,1,2026-10-01,,,,,", "missing-value invoices.csv:2:invoice_id customer C1"),
        ("I1,,1,2026-10-01,,,,,", "missing-value invoices.csv:2:customer_id invoice I1"),
        ("I1,C1,1,1026-10-01,,,,,", "unreadable-value invoices.csv:2:due_date customer C1 invoice I1"),
        ("I1,C1,1,2026-10-01,,EURO,,,", "unreadable-value invoices.csv:2:currency customer C1 invoice I1"),
        ("I1,C1,1,2026-10-01,,,odd,,", "unreadable-value invoices.csv:2:status customer C1 invoice I1"),
        ("I1,C1,1,2026-10-01,,,,,soon", "unreadable-value invoices.csv:2:paid_date customer C1 invoice I1"),
        ("I1,C1,1,,,,,,", "no-due-date invoices.csv:2:due_date customer C1 invoice I1"),
        (
            "I1,C1,1,2026-10-01,2026-10-02,,,,",
            "due-before-issue invoices.csv:2:due_date customer C1 invoice I1",
        ),
        ("I1,C1,1,2026-10-01", "wrong-cell-count invoices.csv:2: customer C1 invoice I1"),
        ("I1,C9,1,2026-10-01,,,,,", "unknown-customer invoices.csv:2:customer_id customer C9"),
        (
            "I1,C1,1,2026-10-01,,,,\"a\nb\",\n\nI2,C1,x,2026-10-01,,,,,",
            "unreadable-value invoices.csv:5:amount customer C1 invoice I2",
        ),
        (
            "I1,C1,1,2026-10-01,,,,,\nI1,C1,1,2026-10-01,,,,,",
            "duplicate-invoice invoices.csv:2:invoice_id customer C1 invoice I1\n\
             duplicate-invoice invoices.csv:3:invoice_id customer C1 invoice I1",
        ),
    ] {
        assert_eq!(with("invoices.csv", &format!("{header}{rows}\n")).trim_end(), expected, "{rows}");
        let crlf = format!("{header}{rows}\n").replace('\n', "\r\n");
        assert_eq!(with("invoices.csv", &crlf).trim_end(), expected, "{rows} with CR LF");
    }
}

#[test]
fn problems_of_other_tables_stand_at_their_place() {
    for (name, text, expected) in [
        (
            "customers.csv",
            "customer_id,name\nC1,A\nC2,B\nC1,C\n",
            "duplicate-customer customers.csv:4:customer_id customer C1",
        ),
        (
            "customers.csv",
            "customer_id,name,kind,do_not_contact\nC1,A,robot,perhaps\nC2,B,public,0\n",
            "unreadable-value customers.csv:2:do_not_contact customer C1\nunreadable-value customers.csv:2:kind customer C1",
        ),
        (
            "customers.csv",
            "customer_id,name,shoe\nC1,A,7\nC2,B,8\n",
            "unmapped-column customers.csv::shoe (remark)",
        ),
        (
            "contacts.csv",
            "customer_id,role,name\nC9,legal,X\n",
            "unknown-customer contacts.csv:2: customer C9 (remark)",
        ),
        ("contacts.csv", "customer_id,role,name\nC1,,X\n", "missing-value contacts.csv:2:role customer C1"),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id\nP1,2026-10-01,1,I9\n",
            "unknown-invoice payments.csv:2: invoice I9 (remark)",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id,customer_id\nP1,2026-10-01,1,I9,C1\n",
            "unknown-invoice payments.csv:2: customer C1",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id,customer_id\nP1,2026-10-01,1,I1,C2\n",
            "customer-mismatch payments.csv:2: customer C2 invoice I1",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id\nP1,2026-10-01,1,\n",
            "missing-value payments.csv:2: (remark)",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id\nP1,soon,1,I1\n",
            "unreadable-value payments.csv:2:date invoice I1",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,currency,invoice_id\nP1,2026-10-01,1,USD,I1\n",
            "currency-mismatch payments.csv:2:currency invoice I1",
        ),
        (
            "payments.csv",
            "payment_id,date,amount,invoice_id\nP1,2026-10-01,60,I1\nP2,2026-10-01,60,I1\n",
            "overpaid invoices.csv:2:amount invoice I1",
        ),
        (
            "disputes.csv",
            "invoice_id,opened\nI1,x\nI9,\n",
            "unreadable-value disputes.csv:2:opened invoice I1\nunknown-invoice disputes.csv:3: invoice I9 (remark)",
        ),
        (
            "promises.csv",
            "invoice_id,made,due\nI1,2026-10-01,\n",
            "missing-value promises.csv:2:due invoice I1",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome\nI9,2026-10-01,call finance,done\nI9,2026-10-02,call finance,done\n",
            "ledger-without-invoice history.csv:2:invoice_id invoice I9 (remark)",
        ),
        (
            "history.csv",
            "customer_id,date,step,outcome\nC9,2026-10-01,call finance,done\n",
            "ledger-without-customer history.csv:2:customer_id customer C9 (remark)",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome\nI1,2026-10-01,call finance,delivered\n",
            "unreadable-value history.csv:2:outcome invoice I1",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome\nI1,2026-10-01,call finance,done,more\n",
            "wrong-cell-count history.csv:2: invoice I1",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome\nI1,2026-10-01,\"call,done\nI1,2026-10-02,call,done\nI1,2026-10-03,call\",done\n",
            "unclosed-quote history.csv:2:",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome\nI1,2026-10-01,,done\n",
            "missing-value history.csv:2:step invoice I1",
        ),
        (
            "history.csv",
            "invoice_id,date,step,outcome,key\nI1,2026-10-01,email x,approved,k\n",
            "incomplete-approval history.csv:2:content invoice I1",
        ),
        ("history.jsonl", "{\"invoice_id\": \"I1\",\n", "unreadable-line history.jsonl:1:"),
        (
            "history.jsonl",
            "\n{\"invoice_id\": \"I1\", \"date\": {}, \"step\": \"call x\", \"outcome\": \"done\"}\n",
            "unreadable-line history.jsonl:2: invoice I1",
        ),
    ] {
        assert_eq!(with(name, text).trim_end(), expected, "{text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_problem_of_their_line() {
    let folder = folder(&[
        ("customers.csv", b"customer_id,name\nC1,Caf\xe9\n"),
        ("invoices.csv", b"invoice_id,customer_id,amount,due_date\nI1,C1,1,2026-10-01\n"),
    ]);
    let snapshot = load(folder.path(), &options(&[])).unwrap();
    assert_eq!(problems(&snapshot), "unreadable-text customers.csv:2:name customer C1\n");
}

#[test]
fn problems_never_show_what_a_row_says() {
    let secret = "invoice_id,customer_id,amount,due_date,currency,status,paid_date,disputed,promise_amount\n\
        I1,C1,Q-SECRET,Q-SECRET,Q-SECRET,Q-SECRET,Q-SECRET,Q-SECRET,Q-SECRET\n\
        I2,C2,1,2026-10-01,EUR,Q-SECRET,Q-SECRET,Q-SECRET,Q-SECRET\n";
    let snapshot = loaded(&[("customers.csv", CUSTOMERS), ("invoices.csv", secret)]);
    assert!(snapshot.problems.len() > 4);
    assert!(!format!("{:?}", snapshot.problems).contains("SECRET"));
}

#[test]
fn duplicates_and_line_order_do_not_decide_anything() {
    let customers = ["customer_id,name", "C1,A", "C1,B", "C2,B"];
    let invoices = [
        "invoice_id,customer_id,amount,due_date,disputed",
        "I1,C1,1,2026-10-01,yes",
        "I1,C1,2,2026-10-01,no",
        "I2,C7,3,2026-10-01,no",
    ];
    let history = [
        "invoice_id,date,step,outcome",
        "I1,2026-10-02,call x,done",
        "I2,2026-10-02,call x,done",
        "I2,2026-10-02,call a,done",
    ];
    let text = |rows: [&str; 4], order: [usize; 4]| order.map(|at| rows[at]).join("\n") + "\n";
    let read = |order: [usize; 4]| {
        let files = [
            ("customers.csv", text(customers, order)),
            ("invoices.csv", text(invoices, order)),
            ("history.csv", text(history, order)),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let mut snapshot = loaded(&files);
        for problem in &mut snapshot.problems {
            problem.place.as_mut().unwrap().line = None;
        }
        snapshot
    };
    let first = read([0, 1, 2, 3]);
    assert_eq!(snapshot_ids(&first), ["I2"]);
    assert_eq!(first.disputes, []);
    for order in [[0, 2, 1, 3], [0, 3, 2, 1], [0, 1, 3, 2], [0, 2, 3, 1]] {
        let other = read(order);
        assert_eq!(other.problems, first.problems, "{order:?}");
        assert_eq!(other.digest, first.digest, "{order:?}");
        let names = |snapshot: &Snapshot| {
            (0..2)
                .map(|row| String::from(snapshot.text(snapshot.customers.name.get(row).unwrap())))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&other), names(&first), "{order:?}");
    }
}

fn snapshot_ids(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.invoices.id.iter().map(|&id| snapshot.text(id)).collect()
}

#[test]
fn disputes_and_promises_stand_in_the_columns_of_invoices_too() {
    let invoices = "invoice_id,customer_id,amount,due_date,disputed,dispute_opened,dispute_closed,promise_date\n\
        I1,C1,1,2026-10-01,yes,,,\nI2,C1,1,2026-10-01,no,2026-10-02,,\nI3,C1,1,2026-10-01,no,,,2026-10-09\n\
        I4,C1,1,2026-10-01,yes,2026-10-02,2026-10-05,\n";
    let disputes = "invoice_id,opened,closed\nI4,2026-10-02,2026-10-05\nI4,2026-10-07,\nI3,,\n";
    let snapshot =
        loaded(&[("customers.csv", CUSTOMERS), ("invoices.csv", invoices), ("disputes.csv", disputes)]);
    assert_eq!(problems(&snapshot), "");
    let disputes: Vec<String> = snapshot
        .disputes
        .iter()
        .map(|dispute| {
            let opened = dispute.opened.date().map_or(String::from("always"), |date| date.to_string());
            format!("{} {opened} {:?}", snapshot.invoice_id(dispute.invoice), dispute.closed)
        })
        .collect();
    assert_eq!(
        disputes,
        [
            "I1 always None",
            "I2 2026-10-02 None",
            "I3 always None",
            "I4 2026-10-02 Some(2026-10-05)",
            "I4 2026-10-07 None"
        ]
    );
    assert_eq!(snapshot.promises[0].made, Since::Always);
}

#[test]
fn data_that_cannot_be_read_at_all_says_what_to_do() {
    let cases: [&[(&str, &str)]; 6] = [
        &[("customers.csv", CUSTOMERS)],
        &[("invoices.csv", "invoice_id,customer,amount,due_date\n")],
        &[("invoices.csv", INVOICES), ("invoices.jsonl", "")],
        &[("invoices.csv", INVOICES), ("snapshot.yaml", ""), ("snapshot.json", "{}")],
        &[("invoices.csv", INVOICES), ("snapshot.yaml", "invoices:\n  columns:\n    balance: Amount\n")],
        &[
            ("invoices.csv", INVOICES),
            ("snapshot.yaml", "customers:\n  file: gone.csv\npayments:\n  file: lost.csv\n"),
        ],
    ];
    insta::assert_snapshot!(cases.map(refused).join("\n"));
}

#[test]
fn a_real_receivables_ledger_is_mapped() {
    let Some(export) = shared("data/ibm-receivables/invoices.csv") else { return };
    let manifest = r#"
invoices:
  file: export.csv
  date_format: "%m/%d/%Y"
  columns:
    invoice_id: invoiceNumber
    customer_id: customerID
    amount: InvoiceAmount
    issue_date: InvoiceDate
    due_date: DueDate
    disputed: Disputed
    paid_date: SettledDate
  constants: { currency: USD }
customers:
  file: export.csv
  columns: { customer_id: customerID, name: customerID, country: countryCode }
  constants: { email: "ar@{customer_id}.example" }
"#;
    let folder = folder(&[("snapshot.yaml", manifest.as_bytes())]);
    std::fs::copy(export, folder.path().join("export.csv")).unwrap();
    let snapshot = load(folder.path(), &options(&[])).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((snapshot.invoices.id.len(), snapshot.customers.id.len()), (2466, 100));
    assert!(
        snapshot.problems.iter().all(|problem| problem.code == Code::UnmappedColumn),
        "{}",
        problems(&snapshot)
    );
    let day: chrono::NaiveDate = "2013-06-30".parse().unwrap();
    let open: Vec<usize> = (0..2466)
        .filter(|&row| snapshot.invoices.issue_date.get(row).is_some_and(|issued| issued <= day))
        .filter(|&row| snapshot.invoices.paid_date.get(row).is_none_or(|paid| paid > day))
        .collect();
    let sum: i64 = open.iter().map(|&row| snapshot.invoices.amount[row]).sum();
    assert_eq!((open.len(), sum), (84, 511_985));
}

/// What may have been done is not done again: the row counts, and the problem withholds the contacts of its invoice.
#[test]
fn a_line_of_history_that_is_no_record_counts_as_far_as_it_can_be_told() {
    let customers = ("customers.csv", "customer_id\nC1\n");
    let invoices =
        ("invoices.csv", "invoice_id,customer_id,amount,currency,due_date\nI1,C1,10,EUR,2026-09-01\n");
    let ledger = |lines: &str| {
        let history = format!("invoice_id,date,step,outcome\n{lines}");
        let snapshot = loaded(&[customers, invoices, ("history.csv", &history)]);
        let rows = snapshot.ledger.iter();
        let rows: Vec<String> =
            rows.map(|row| format!("{} {} {:?}", row.date, snapshot.text(row.step), row.outcome)).collect();
        (rows, problems(&snapshot))
    };
    let told = |rows: &[&str], problems: &str| {
        (rows.iter().map(|&row| String::from(row)).collect::<Vec<_>>(), String::from(problems))
    };
    let problem = "wrong-cell-count history.csv:2: invoice I1\n";
    let done = "2026-10-01 call finance Done";
    assert_eq!(ledger("I1,2026-10-01,call finance,done,more\n"), told(&[done], problem));
    // Without an outcome nobody can tell what was done.
    assert_eq!(ledger("I1,2026-10-01,call finance\n"), told(&[], problem));
    assert_eq!(ledger("I1,2026-10-01,call finance,done\n"), told(&[done], ""));
}

/// Tables that are read in many parts, by several threads: in order, shuffled, with every cell quoted, and with line
/// ends of a carriage return and a line feed.
#[test]
fn a_table_read_in_parts_says_the_same_however_it_is_written() {
    let mut customers = String::from("customer_id,name\n");
    (0..300).for_each(|at| writeln!(customers, "C{at:04},Customer {at}").unwrap());
    let mut invoices = vec![String::from("invoice_id,customer_id,amount,due_date,po_number,tags")];
    let mut history = vec![String::from("invoice_id,date,step,outcome,rung")];
    for at in 0..20_000 {
        let (customer, day) = (at * 7919 % 310, at % 28 + 1);
        invoices.push(format!("I{at:06},C{customer:04},{at}.50,2026-09-{day:02},PO-{at},t{}", at % 7));
        if at % 5 > 0 {
            history.push(format!("I{at:06},2026-09-{day:02},email step {},sent,D+{}", at % 9, at % 4));
        }
    }
    invoices[15_001].push_str(",more");
    history[9_001] = history[9_001].replace("2026", "1026");
    let shuffled = |lines: &[String]| {
        let (header, rows) = lines.split_at(1);
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| row.bytes().rev().collect::<Vec<u8>>());
        [header.to_vec(), rows].concat()
    };
    let quoted = |lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| format!("\"{}\"", line.replace(',', "\",\""))).collect()
    };
    let told = |invoices: &[String], history: &[String], end: &str| {
        let [invoices, history] = [invoices, history].map(|lines| lines.join(end));
        let files =
            [("customers.csv", &*customers), ("invoices.csv", &*invoices), ("history.csv", &*history)];
        let snapshot = loaded(&files);
        (snapshot.digest.clone(), problems(&snapshot))
    };
    let (digest, found) = told(&invoices, &history, "\n");
    assert!(found.contains("wrong-cell-count invoices.csv:15002: customer C"), "{found}");
    assert!(found.contains("unreadable-value history.csv:9002:date invoice I"), "{found}");
    assert_eq!(found.lines().filter(|line| line.contains("unknown-customer")).count(), 10);
    assert_eq!(told(&quoted(&invoices), &quoted(&history), "\r\n"), (digest.clone(), found));
    assert_eq!(told(&shuffled(&invoices), &shuffled(&history), "\n").0, digest);
}

//! Parquet files: the same facts as from CSV whatever wrote them, and each problem at the row that it is in.

use std::path::Path;

use dun::snapshot::load;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};

use crate::frames::{Frame, Typing, Values};
use crate::hostile::report;
use crate::support::{INVOICES, TABLES, beside, folder, gzip, in_format, options, said, told};

/// Ways in which the `parquet` crate writes a file, each with the number of rows in a group.
fn styles() -> Vec<(WriterProperties, usize)> {
    let version = |version| WriterProperties::builder().set_writer_version(version);
    let (first, second) = (version(WriterVersion::PARQUET_1_0), version(WriterVersion::PARQUET_2_0));
    let plain = |style: WriterPropertiesBuilder| style.set_dictionary_enabled(false);
    let small = |style: WriterPropertiesBuilder| {
        style.set_data_page_row_count_limit(1).set_write_batch_size(1).set_dictionary_page_size_limit(9)
    };
    let zipped = first.clone().set_compression(Compression::GZIP(Default::default()));
    vec![
        (first.clone().build(), 10),
        (plain(first.clone()).build(), 2),
        (small(first).build(), 2),
        (zipped.build(), 10),
        (second.clone().set_compression(Compression::SNAPPY).build(), 1),
        (plain(second.clone()).set_compression(Compression::LZ4_RAW).build(), 10),
        (small(plain(second)).build(), 10),
    ]
}

#[test]
fn a_parquet_file_holds_the_same_facts_as_csv() {
    let plain = in_format(".csv", |text| text.into());
    assert_eq!(told(&plain), "read: 2026001 I2 I3\n");
    for typing in [Typing::Texts, Typing::Types, Typing::Frames] {
        for (properties, group) in styles() {
            let other =
                in_format(".parquet", |text| Frame::of(text, typing).written(properties.clone(), group));
            assert_eq!(told(&other), told(&plain), "{typing:?} {properties:?}");
            assert_eq!(other.digest, plain.digest, "{typing:?} {properties:?}");
            assert_eq!(format!("{other:?}"), format!("{plain:?}"), "{typing:?} {properties:?}");
        }
    }
    assert_eq!(TABLES.len(), 8);
}

/// Every encoding that suits a type, on a table long enough for several pages and for runs of missing values.
#[test]
fn values_are_read_in_every_encoding() {
    let mut text = String::from("invoice_id,customer_id,amount,due_date,balance,disputed,po_number\n");
    for at in 0..3000_u32 {
        let (cents, day) = (at * 7 % 100, 1 + at % 28);
        let balance = if at / 500 % 2 == 0 { String::new() } else { format!("{}.{cents:02}", at % 9) };
        let (disputed, order) =
            (["", "yes", "no"][at as usize % 3], ["", "PO-é", "4,5", "x"][at as usize / 40 % 4]);
        text += &format!(
            "INV-{at:05},C{},{at}.{cents:02},2026-10-{day:02},{balance},{disputed},\"{order}\"\n",
            at % 7
        );
    }
    let loaded = |name: &str, bytes: &[u8]| load(folder(&[(name, bytes)]).path(), &options()).unwrap();
    let plain = loaded("invoices.csv", text.as_bytes());
    for (column, encoding) in [
        ("invoice_id", Encoding::DELTA_BYTE_ARRAY),
        ("invoice_id", Encoding::DELTA_LENGTH_BYTE_ARRAY),
        ("amount", Encoding::DELTA_BINARY_PACKED),
        ("amount", Encoding::BYTE_STREAM_SPLIT),
        ("due_date", Encoding::DELTA_BINARY_PACKED),
        ("due_date", Encoding::BYTE_STREAM_SPLIT),
        ("balance", Encoding::DELTA_BINARY_PACKED),
        ("po_number", Encoding::DELTA_BYTE_ARRAY),
        ("disputed", Encoding::RLE),
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            let style = WriterProperties::builder()
                .set_writer_version(version)
                .set_column_dictionary_enabled(column.into(), false)
                .set_column_encoding(column.into(), encoding)
                .set_data_page_row_count_limit(700);
            let other =
                loaded("invoices.parquet", &Frame::of(&text, Typing::Types).written(style.build(), 1300));
            assert_eq!(other.digest, plain.digest, "{column} {encoding} {version:?}");
        }
    }
}

/// Files of one table, as other programs wrote it: see `fuzz/README.md`.
#[test]
fn files_of_other_programs_are_read() {
    let csv = "invoice_id,customer_id,amount,due_date,balance,disputed,po_number\n\
        INV-1,C-1,1200.00,2026-10-01,200,,4711\nINV-2,C-2,99.90,2026-10-15,,yes,\n\
        INV-3,C-1,0.30,2026-10-01,0.30,no,\nINV-4,C-3,-15.00,2026-11-30,,,\"PO \"\"é\"\", 2\"\n\
        INV-5,C-1,1000000.01,2026-09-01,,,\nINV-6,C-2,7.00,2026-10-01,7.00,,\n";
    let plain = load(folder(&[("invoices.csv", csv.as_bytes())]).path(), &options()).unwrap();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/parquet");
    for program in ["duckdb", "fastparquet", "polars", "pyarrow"] {
        let bytes = std::fs::read(seeds.join(format!("{program}.parquet"))).unwrap();
        let other = load(folder(&[("invoices.parquet", &bytes)]).path(), &options()).unwrap();
        assert_eq!(other.digest, plain.digest, "{program}");
        let remarks = told(&other).matches("the column `lines` is not used").count();
        assert_eq!(remarks, 1, "{program}: {}", told(&other));
    }
}

fn texts(cells: &[&str]) -> Values {
    Values::Bytes(
        cells.iter().map(|cell| Some(cell.as_bytes().to_vec()).filter(|cell| !cell.is_empty())).collect(),
    )
}

/// Invoices of C1 with these amounts and due dates.
fn invoices(ids: &[&str], amounts: (&str, Values), dates: (&str, Values)) -> Frame {
    Frame::default()
        .with("OPTIONAL BYTE_ARRAY invoice_id (UTF8)", texts(ids))
        .with("OPTIONAL BYTE_ARRAY customer_id (UTF8)", texts(&vec!["C1"; ids.len()]))
        .with(amounts.0, amounts.1)
        .with(dates.0, dates.1)
}

const TEXT_DATE: &str = "OPTIONAL BYTE_ARRAY due_date (UTF8)";
const TEXT_AMOUNT: &str = "OPTIONAL BYTE_ARRAY amount (UTF8)";

#[test]
fn amounts_of_every_type_are_read() {
    let dates = || (TEXT_DATE, texts(&["2026-10-01"; 3]));
    let amounts = |declaration: &'static str, values| {
        let frame = invoices(&["I1", "I2", "I3"], (declaration, values), dates());
        let snapshot = load(beside(&[("invoices.parquet", &frame.bytes())]).path(), &options()).unwrap();
        (snapshot.invoices.amount.clone(), told(&snapshot))
    };
    let fixed = |numbers: [i64; 3], length: usize| {
        let bytes = |number: i64| i128::from(number).to_be_bytes()[16 - length..].to_vec();
        numbers.map(|number| Some(bytes(number))).to_vec()
    };
    let cents = [120_050, -1, 7];
    let some = |numbers: [i64; 3]| numbers.map(Some).to_vec();
    for (declaration, values) in [
        ("OPTIONAL INT32 amount (DECIMAL(9,2))", Values::Int32(vec![Some(120_050), Some(-1), Some(7)])),
        ("OPTIONAL INT64 amount (DECIMAL(18,2))", Values::Int64(some(cents))),
        ("OPTIONAL INT64 amount (DECIMAL(18,4))", Values::Int64(some(cents.map(|cents| cents * 100)))),
        ("OPTIONAL BYTE_ARRAY amount (DECIMAL(20,2))", Values::Bytes(fixed(cents, 9))),
        ("OPTIONAL FIXED_LEN_BYTE_ARRAY (16) amount (DECIMAL(38,2))", Values::Fixed(fixed(cents, 16))),
        ("OPTIONAL DOUBLE amount", Values::Double(vec![Some(1200.5), Some(-0.01), Some(0.07)])),
        ("OPTIONAL FLOAT amount", Values::Single(vec![Some(1200.5), Some(-0.01), Some(0.07)])),
        (TEXT_AMOUNT, texts(&["1,200.50", "-0.01", "0.07"])),
    ] {
        let (read, said) = amounts(declaration, values);
        assert_eq!((read, said.as_str()), (cents.to_vec(), "read: I1 I2 I3\n"), "{declaration}");
    }
    let whole = |declaration, values| amounts(declaration, values).0;
    let bytes = Values::Int32(vec![Some(200), Some(-1), Some(0)]);
    assert_eq!(whole("OPTIONAL INT32 amount", bytes.clone()), [20_000, -100, 0]);
    assert_eq!(whole("OPTIONAL INT32 amount (INTEGER(32,false))", bytes), [20_000, 429_496_729_500, 0]);
    let odd = Values::Double(vec![Some(f64::NAN), Some(1e300), None]);
    insta::assert_snapshot!(amounts("OPTIONAL DOUBLE amount", odd).1);
}

#[test]
fn days_of_every_type_are_read() {
    let amounts = || (TEXT_AMOUNT, texts(&["1"; 2]));
    // 5 October 2026 at 00:00, and at 23:30 UTC, which is the 6th in Paris.
    let (midnight, late) = (1_791_158_400_i64, 1_791_243_000_i64);
    let times = |unit: i64| Values::Int64(vec![Some(midnight * unit), Some(late * unit)]);
    for (declaration, values, second) in [
        ("OPTIONAL INT32 due_date (DATE)", Values::Int32(vec![Some(20_731), Some(20_732)]), "2026-10-06"),
        ("OPTIONAL INT64 due_date (TIMESTAMP(MILLIS,true))", times(1_000), "2026-10-06"),
        ("OPTIONAL INT64 due_date (TIMESTAMP(MICROS,true))", times(1_000_000), "2026-10-06"),
        ("OPTIONAL INT64 due_date (TIMESTAMP(NANOS,false))", times(1_000_000_000), "2026-10-05"),
        ("OPTIONAL INT64 due_date (TIMESTAMP_MILLIS)", times(1_000), "2026-10-06"),
        (TEXT_DATE, texts(&["2026-10-05", "2026-10-05T23:30:00Z"]), "2026-10-06"),
    ] {
        let frame = invoices(&["I1", "I2"], amounts(), (declaration, values));
        let snapshot = load(beside(&[("invoices.parquet", &frame.bytes())]).path(), &options()).unwrap();
        let days: Vec<String> = snapshot.invoices.due_date.iter().map(ToString::to_string).collect();
        assert_eq!(days, ["2026-10-05", second], "{declaration}");
    }
}

/// The number of a row stands where that of a line would; what is missing or odd in a row is told as in a line.
#[test]
fn problems_name_the_row() {
    let dates = vec![Some(20_731), None, Some(i32::MAX), Some(20_731), Some(20_731)];
    let frame = invoices(
        &["I1", "I2", "I3", "I4", ""],
        (
            TEXT_AMOUNT,
            Values::Bytes([&b"1"[..], b"2", b"3", b"\xe9", b"5"].map(|cell| Some(cell.to_vec())).to_vec()),
        ),
        ("OPTIONAL INT32 due_date (DATE)", Values::Int32(dates)),
    );
    let frame = frame.with("OPTIONAL BYTE_ARRAY Betrag (UTF8)", texts(&["x"; 5]));
    let small = WriterProperties::builder().set_data_page_row_count_limit(1).build();
    insta::assert_snapshot!(said(&beside(&[("invoices.parquet", &frame.written(small, 2))])));
}

#[test]
fn a_mapped_file_is_read_as_its_texts_are_written() {
    let mapping = "invoices:\n  file: Export.parquet\n  lines: sum\n  decimal: \",\"\n  date_format: \"%d/%m/%Y\"\n  \
        columns: { invoice_id: Nummer, customer_id: Kunde, amount: Betrag, balance: Offen, due_date: Fällig, issue_date: Datum }\n\
        customers:\n  file: Export.parquet\n  columns: { customer_id: Kunde, name: Name }\n  \
        constants: { email: \"ar@{customer_id}.example\" }\n";
    let frame = Frame::default()
        .with(
            "OPTIONAL group Zeilen (LIST) { REPEATED group list { OPTIONAL BYTE_ARRAY element (UTF8); } }",
            Values::Lists(3),
        )
        .with("OPTIONAL BYTE_ARRAY Name (UTF8)", texts(&["Ant", "Bee", "Ant"]))
        .with("OPTIONAL BYTE_ARRAY Kunde (UTF8)", texts(&["C1", "C2", "C1"]))
        .with("OPTIONAL INT64 Nummer", Values::Int64(vec![Some(1), Some(2), Some(1)]))
        .with(
            "OPTIONAL INT64 Betrag (DECIMAL(18,2))",
            Values::Int64(vec![Some(123_450), Some(100), Some(50)]),
        )
        .with("OPTIONAL BYTE_ARRAY Offen (UTF8)", texts(&["1.234,50", "1", ""]))
        .with("OPTIONAL BYTE_ARRAY Datum (UTF8)", texts(&["01/10/2026", "02/10/2026", "01/10/2026"]))
        .with("OPTIONAL INT32 \u{46}ällig (DATE)", Values::Int32(vec![Some(20_731); 3]));
    let files = [("snapshot.yaml", mapping.as_bytes()), ("Export.parquet", &frame.bytes())];
    let snapshot = load(folder(&files).path(), &options()).unwrap();
    assert_eq!(
        told(&snapshot),
        "unmapped-column: Export.parquet (Zeilen): the column `Zeilen` is not used; map it in snapshot.yaml or declare it with `field`\nread: 1 2\n"
    );
    assert_eq!(snapshot.invoices.amount, [123_500, 100]);
    assert_eq!(snapshot.invoices.due_date[0].to_string(), "2026-10-05");
    assert_eq!(snapshot.text(snapshot.customers.email.get(1).unwrap()), "ar@C2.example");
}

#[test]
fn files_that_are_not_what_they_say() {
    let sound = Frame::of(INVOICES, Typing::Texts).bytes();
    let changed = |at: usize, to: &[u8]| {
        let mut bytes = sound.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        beside(&[("invoices.parquet", &bytes)])
    };
    let first = sound.windows(6).position(|bytes| bytes == b"\x02\0\0\0I1").unwrap();
    let length = sound.len() - 8;
    let file = |bytes: &[u8]| beside(&[("invoices.parquet", bytes)]);
    let packed =
        [("snapshot.yaml", &b"invoices: { file: x.parquet.gz }"[..]), ("x.parquet.gz", &gzip(&sound))];
    let said = report(&[
        ("a text longer than its page", changed(first, &[0xff; 4])),
        ("a footer larger than the file", changed(length, &u32::MAX.to_le_bytes())),
        ("encrypted", changed(0, b"PARE")),
        ("only its footer encrypted", changed(length + 4, b"PARE")),
        ("cut off", file(&sound[..sound.len() / 2])),
        ("a few bytes", file(b"PAR1")),
        ("empty", file(b"")),
        ("lines of text", file(INVOICES.as_bytes())),
        ("called CSV", beside(&[("invoices.csv", &sound)])),
        ("packed again", beside(&packed)),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn files_that_hold_too_much() {
    let packed = WriterProperties::builder()
        .set_compression(Compression::GZIP(Default::default()))
        .set_dictionary_enabled(false)
        .build();
    let payments = |reference: &str, rows: usize| {
        let column = |frame: Frame, name: &str, text: &str| {
            frame.with(&format!("OPTIONAL BYTE_ARRAY {name} (UTF8)"), texts(&vec![text; rows]))
        };
        let all = [("payment_id", "P"), ("date", "2026-10-01"), ("amount", "1"), ("invoice_id", "I1")];
        let frame = all.into_iter().fold(Frame::default(), |frame, (name, text)| column(frame, name, text));
        let frame = column(frame, "reference", reference);
        beside(&[("payments.parquet", &frame.written(packed.clone(), usize::MAX))])
    };
    let wide = |count: usize| {
        let column = |at| (format!("OPTIONAL INT32 c{at}"), Values::Int32(vec![Some(1)]));
        let frame = Frame { columns: (0..count).map(column).collect() };
        beside(&[("payments.parquet", &frame.bytes())])
    };
    let said = report(&[
        ("a bomb", payments(&"x".repeat(1 << 16), 1100)),
        ("a text of 5 MB", payments(&"x".repeat(5 << 20), 2)),
        ("17,000 columns", wide(17_000)),
    ]);
    insta::assert_snapshot!(said);
}

#[test]
fn columns_that_no_cell_can_hold() {
    let frame = Frame::of(INVOICES, Typing::Texts);
    let with = |declaration: &str, values| {
        beside(&[("invoices.parquet", &frame.clone().with(declaration, values).bytes())])
    };
    let list = |name: &str| {
        format!(
            "OPTIONAL group {name} (LIST) {{ REPEATED group list {{ OPTIONAL BYTE_ARRAY element (UTF8); }} }}"
        )
    };
    let without = |name: &str| {
        let columns = frame.columns.iter().filter(|(column, _)| !column.contains(name)).cloned();
        beside(&[("invoices.parquet", &Frame { columns: columns.collect() }.bytes())])
    };
    let said = report(&[
        ("lists", with(&list("tags"), Values::Lists(2))),
        ("lists that nothing uses", with(&list("lines"), Values::Lists(2))),
        ("times that may be anywhere", with("OPTIONAL INT96 issue_date", Values::Moments(2))),
        ("bytes of another kind", with("OPTIONAL BYTE_ARRAY balance (BSON)", texts(&["x"; 2]))),
        ("a column twice but for spaces", with("OPTIONAL BYTE_ARRAY amount (UTF8)", texts(&["1"; 2]))),
        ("no amounts", without("amount")),
    ]);
    insta::assert_snapshot!(said);
}

/// A file with a byte or two changed is read or refused; it never ends the program.
#[test]
fn a_damaged_file_is_refused_or_read() {
    let (mut refused, mut read) = (0, 0);
    for (properties, group) in styles() {
        let whole = Frame::of(INVOICES, Typing::Types).written(properties, group);
        for at in (0..whole.len()).step_by(7) {
            for change in [1, 0x80] {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                match load(beside(&[("invoices.parquet", &damaged)]).path(), &options()) {
                    Ok(_) => read += 1,
                    Err(_) => refused += 1,
                }
            }
            assert!(
                load(beside(&[("invoices.parquet", &whole[..at])]).path(), &options()).is_err(),
                "cut at {at}"
            );
        }
    }
    assert!(refused > 300 && read > 100, "{refused} refused, {read} read");
}

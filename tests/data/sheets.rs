//! Workbooks: the same facts as from CSV, and each problem at the row that a person sees.

use dun::snapshot::load;

use crate::books::{Book, Cell, cells};
use crate::support::{beside, folder, in_format, options, said, told};

const EPOCH: &str = "1899-12-30";
const EPOCH_1904: &str = "1904-01-01";

#[test]
fn a_workbook_holds_the_same_facts_as_csv() {
    let plain = in_format(".csv", |text| text.into());
    assert_eq!(told(&plain), "read: 2026001 I2 I3\n");
    let book = |text: &str, is_1904: bool| {
        let epoch = if is_1904 { EPOCH_1904 } else { EPOCH };
        Book { is_1904, ..Book::of(cells(text, epoch)) }.bytes()
    };
    for is_1904 in [false, true] {
        let other = in_format(".xlsx", |text| book(text, is_1904));
        assert_eq!(told(&other), told(&plain), "1904: {is_1904}");
        assert_eq!(other.digest, plain.digest, "1904: {is_1904}");
    }
}

fn text(text: &str) -> Cell {
    Cell::Text(String::from(text))
}

fn row(texts: &[&str]) -> Vec<Cell> {
    texts.iter().map(|cell| text(cell)).collect()
}

fn number(text: &str) -> Cell {
    Cell::Number(String::from(text))
}

/// An invoice with these cells behind its ids.
fn invoice(id: &str, amount: Cell, due: Cell) -> Vec<Cell> {
    vec![text(id), text("C1"), amount, due]
}

fn due() -> Cell {
    Cell::Date(String::from("46296"))
}

#[test]
fn cells_of_every_type_are_read() {
    let rows = vec![
        row(&["invoice_id", "customer_id", "amount", "due_date"]),
        invoice("I1", number("0.30000000000000004"), due()),
        invoice("I2", Cell::Formula(String::from("3.3000000000000003")), due()),
        invoice("I3", text("1,020.50"), text("2026-10-01")),
        vec![],
        invoice("I4", Cell::Error("#N/A"), due()),
        invoice("I5", number("1e300"), due()),
        invoice("I6", number("12"), number("46296")),
        invoice("I7", Cell::Empty, due()),
        invoice("I8", Cell::Flag(true), due()),
        invoice("I9", number("7"), Cell::Date(String::from("46296.75"))),
        vec![Cell::Empty, Cell::Empty, number("99")],
    ];
    let folder = beside(&[("invoices.xlsx", &Book::of(rows).bytes())]);
    let snapshot = load(folder.path(), &options()).unwrap();
    assert_eq!(snapshot.invoices.amount, [30, 330, 102_050, 700]);
    let days: Vec<String> = snapshot.invoices.due_date.iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2026-10-01"; 4]);
    insta::assert_snapshot!(told(&snapshot));
}

#[test]
fn a_mapped_workbook_is_read_as_its_texts_are_written() {
    let mapping = "invoices:\n  file: Export.xlsx\n  header: 3\n  decimal: \",\"\n  date_format: \"%d/%m/%y\"\n  \
        columns: { invoice_id: Nummer, customer_id: Kunde, amount: Betrag, due_date: Fällig }\n";
    let sheet = vec![
        row(&["Offene Posten zum 05.10.2026"]),
        vec![],
        row(&["Nummer", "Kunde", "Betrag", "Fällig"]),
        vec![text("I1"), text("C1"), number("1234.5"), due()],
        vec![text("I2"), text("C2"), text("1.234,50"), text("01/10/26")],
    ];
    let hidden = vec![row(&["not", "this"])];
    let book = Book { sheets: vec![("hidden", hidden), ("visible", sheet)], is_1904: false };
    let folder = folder(&[
        ("snapshot.yaml", mapping.as_bytes()),
        ("Export.xlsx", &book.bytes()),
        ("customers.csv", b"customer_id,name\nC1,Ant\nC2,Bee\n"),
    ]);
    let snapshot = load(folder.path(), &options()).unwrap();
    assert_eq!(told(&snapshot), "read: I1 I2\n");
    assert_eq!(snapshot.invoices.amount, [123_450, 123_450]);
    assert_eq!(snapshot.invoices.due_date[0], snapshot.invoices.due_date[1]);
}

#[test]
fn ids_that_a_sheet_cannot_hold_are_told() {
    let rows = vec![
        row(&["invoice_id", "customer_id", "amount", "due_date"]),
        vec![number("12345678901234567890"), text("C1"), number("1"), due()],
        vec![text("I2"), text("1.23E+05"), number("2"), due()],
    ];
    insta::assert_snapshot!(said(&beside(&[("invoices.xlsx", &Book::of(rows).bytes())])));
}

/// A workbook with one byte or one stretch changed is read or refused; it never ends the program.
#[test]
fn a_damaged_workbook_is_refused_or_read() {
    let rows =
        cells("invoice_id,customer_id,amount,due_date\nI1,C1,1,2026-10-01\nI22,C1,2.5,2026-10-02\n", EPOCH);
    let whole = Book::of(rows).bytes();
    let (mut refused, mut read) = (0, 0);
    for at in (0..whole.len()).step_by(7) {
        for change in [1, 0x80] {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            match load(beside(&[("invoices.xlsx", &damaged)]).path(), &options()) {
                Ok(_) => read += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(load(beside(&[("invoices.xlsx", &whole[..at])]).path(), &options()).is_err(), "cut at {at}");
    }
    assert!(refused > 50 && read > 0, "{refused} refused, {read} read");
}

//! What cells look like that cannot be read as they are: the habits of spreadsheets and of other countries.

use crate::money::NumberFormat;

use super::dates::DateFormat;

/// Formats of dates in exports, each with a date written in it.
const DATES: [(&str, &str); 16] = [
    ("%d/%m/%Y", "31/12/2026"),
    ("%m/%d/%Y", "12/31/2026"),
    ("%d.%m.%Y", "31.12.2026"),
    ("%d-%m-%Y", "31-12-2026"),
    ("%Y/%m/%d", "2026/12/31"),
    ("%Y%m%d", "20261231"),
    ("%d/%m/%y", "31/12/26"),
    ("%m/%d/%y", "12/31/26"),
    ("%d.%m.%y", "31.12.26"),
    ("%d-%m-%y", "31-12-26"),
    ("%b %d %Y", "Dec 31 2026"),
    ("%b %d, %Y", "Dec 31, 2026"),
    ("%d %b %Y", "31 Dec 2026"),
    ("%d-%b-%Y", "31-Dec-2026"),
    ("%d-%b-%y", "31-Dec-26"),
    ("%d/%m/%Y %H:%M", "31/12/2026 14:30"),
];

/// What a cell that is no date in the file's format looks like, and what to do about it.
pub(super) fn date(text: &str, table: &str) -> Option<String> {
    // The timezone decides about timestamps only, which these formats do not have.
    let fits = |format: &str| {
        DateFormat(Some(String::from(format)))
            .parse(text, chrono_tz::UTC)
            .is_some_and(|(date, _)| date >= recent())
    };
    let found: Vec<&(&str, &str)> = DATES.iter().filter(|(format, _)| fits(format)).take(2).collect();
    let set = |format: &str| format!("`date_format: \"{format}\"`");
    match found.as_slice() {
        [] if DateFormat(None).parse(text, chrono_tz::UTC).is_some() => Some(format!(
            "it looks like 2026-12-31: leave `date_format` out under `{table}:` in snapshot.yaml"
        )),
        [] if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) => Some(String::from(
            "it looks like the number of a day in a spreadsheet: format the column as a date and export it again",
        )),
        [] => None,
        [(format, example), rest @ ..] => {
            let or = rest
                .first()
                .map_or(String::new(), |(format, example)| format!(", or {} if like {example}", set(format)));
            Some(format!(
                "it looks like {example}: write {}{or} under `{table}:` in snapshot.yaml",
                set(format)
            ))
        }
    }
}

/// Dates before this one are more likely read in the wrong format than meant.
fn recent() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap_or_default()
}

/// What a cell that is no amount looks like, and what to do about it.
pub(super) fn amount(text: &str, numbers: NumberFormat, exponent: u32, table: &str) -> Option<String> {
    let other = NumberFormat { decimal: if numbers.decimal == '.' { ',' } else { '.' } };
    let fits = |numbers: NumberFormat, text: &str| numbers.parse(text, exponent).is_ok();
    if fits(other, text) {
        let (decimal, example) = if other.decimal == ',' { (',', "1.234,56") } else { ('.', "1,234.56") };
        return Some(format!(
            "it looks like {example}: write `decimal: \"{decimal}\"` under `{table}:` in snapshot.yaml"
        ));
    }
    let bare = text.trim_matches(|c: char| !c.is_ascii_digit());
    let advice = if is_shortened(text) {
        "it looks like 1.2E+05, a number that a spreadsheet has shortened: format the column as a number with decimals"
    } else if text.starts_with('(') && text.ends_with(')') {
        "it looks like (12.00): write a minus sign before what is negative"
    } else if text.ends_with('-') {
        "it looks like 12.00-: write the minus sign in front"
    } else if bare.len() < text.len() && (fits(numbers, bare) || fits(other, bare)) {
        "it looks like 12.00 EUR: leave the currency out of the column, and give it as `currency`"
    } else {
        return None;
    };
    Some(String::from(advice))
}

/// Whether a text is a number as a spreadsheet shows it when it is too long for its cell, such as `1.23E+05`.
pub(super) fn is_shortened(text: &str) -> bool {
    // Asked of every id: most have no `+` at all.
    let Some((digits, exponent)) = text.split_once('+') else { return false };
    let Some(digits) = digits.strip_suffix('E') else { return false };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    number(exponent) && digits.split(['.', ',']).all(number)
}

/// Whether a line that should name columns holds values instead: a date, an amount or an address among its cells.
pub(super) fn looks_like_a_record(cells: &[String]) -> bool {
    let value = |cell: &String| {
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        cell.contains('@') || digits > 1 && digits * 2 >= cell.chars().count()
    };
    cells.iter().any(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_other_countries_are_recognised() {
        for (text, expected) in [
            (
                "31/12/2025",
                "it looks like 31/12/2026: write `date_format: \"%d/%m/%Y\"` under `invoices:` in snapshot.yaml",
            ),
            (
                "05/10/2026",
                "it looks like 31/12/2026: write `date_format: \"%d/%m/%Y\"`, or `date_format: \"%m/%d/%Y\"` if like \
                 12/31/2026 under `invoices:` in snapshot.yaml",
            ),
            (
                "31.12.25",
                "it looks like 31.12.26: write `date_format: \"%d.%m.%y\"` under `invoices:` in snapshot.yaml",
            ),
            (
                "Jan 28 2021",
                "it looks like Dec 31 2026: write `date_format: \"%b %d %Y\"` under `invoices:` in snapshot.yaml",
            ),
            (
                "2026-10-05",
                "it looks like 2026-12-31: leave `date_format` out under `invoices:` in snapshot.yaml",
            ),
            (
                "46300",
                "it looks like the number of a day in a spreadsheet: format the column as a date and export it again",
            ),
        ] {
            assert_eq!(date(text, "invoices").as_deref(), Some(expected), "{text}");
        }
        for text in ["soon", "2026-02-30", "99/99/9999", ""] {
            assert_eq!(date(text, "invoices"), None, "{text}");
        }
    }

    #[test]
    fn amounts_of_other_habits_are_recognised() {
        for (text, expected) in [
            ("1.234,56", Some("it looks like 1.234,56:")),
            ("12,5", Some("it looks like 1.234,56:")),
            ("1.23E+05", Some("it looks like 1.2E+05, a number")),
            ("(12.00)", Some("it looks like (12.00):")),
            ("12.00-", Some("it looks like 12.00-")),
            ("12.00 €", Some("it looks like 12.00 EUR")),
            ("ten", None),
            ("1,23,45", None),
        ] {
            let found = amount(text, NumberFormat::default(), 2, "invoices");
            assert_eq!(found.is_some(), expected.is_some(), "{text}");
            assert!(found.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{text}");
        }
    }

    #[test]
    fn a_shortened_number_is_told_from_a_code() {
        assert!(is_shortened("1.23E+05") && is_shortened("1,23457E+11") && is_shortened("5E+11"));
        assert!(
            !is_shortened("E+05")
                && !is_shortened("A1E+05")
                && !is_shortened("1.23E+")
                && !is_shortened("12E5")
        );
    }

    #[test]
    fn a_record_is_told_from_a_header() {
        let cells = |text: &str| text.split(',').map(String::from).collect::<Vec<String>>();
        assert!(looks_like_a_record(&cells("I1,C1,100.00,2026-10-01")));
        assert!(looks_like_a_record(&cells("Ant Ltd,ar@ant.example")));
        assert!(!looks_like_a_record(&cells("Invoice #,Tax 1 Type,0-30 days,Betrag 2026")));
    }
}

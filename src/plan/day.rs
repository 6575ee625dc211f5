//! How days stand in a plan: texts such as `2026-10-05`.

use chrono::{Datelike, NaiveDate};
use serde::Serializer;

/// Writes a day as `2026-10-05`.
///
/// # Errors
/// When the serializer fails.
pub fn day<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    let digits = digits(*day);
    match digits.as_ref().map(|digits| std::str::from_utf8(digits)) {
        Some(Ok(text)) => serializer.serialize_str(text),
        _ => serializer.collect_str(day),
    }
}

/// The same for a day that may be missing.
///
/// # Errors
/// When the serializer fails.
pub fn known_day<S: Serializer>(known: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    match known {
        Some(known) => day(known, serializer),
        None => serializer.serialize_none(),
    }
}

/// The digits of a day in a year of four digits. A plan has several days for each invoice: chrono's own way goes
/// through the machinery for texts of any form.
fn digits(day: NaiveDate) -> Option<[u8; 10]> {
    let year = u32::try_from(day.year()).ok().filter(|year| *year < 10_000)?;
    let digit = |number: u32, place: u32| b'0' + (number / place % 10) as u8;
    let [y, m, d] = [year, day.month(), day.day()].map(|number| move |place| digit(number, place));
    Some([y(1000), y(100), y(10), y(1), b'-', m(10), m(1), b'-', d(10), d(1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_chrono_writes_them() {
        for (year, month, date) in [(2026, 10, 5), (1, 1, 1), (9999, 12, 31), (10_000, 1, 1), (-1, 2, 3)] {
            let own = NaiveDate::from_ymd_opt(year, month, date).unwrap();
            let mut text = Vec::new();
            day(&own, &mut serde_json::Serializer::new(&mut text)).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), serde_json::to_string(&own).unwrap());
        }
    }
}

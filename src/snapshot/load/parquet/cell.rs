//! A value of a Parquet file as the text of a cell, written as a CSV file of the same mapping would write it.

use std::io::Write;

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike};

use super::super::batch::{Number, Typed};
use super::super::dates::sensible;
use super::super::spelling::Spelling;
use super::flaw::Flaw;
use super::kind::{Kind, Unit};

/// A value as it is stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Raw<'v> {
    Number(i64),
    Single(f32),
    Double(f64),
    Bytes(&'v [u8]),
}

/// What a cell is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Text,
    Date,
    Number,
}

/// A value as it is wanted, where that says the same as its text would.
pub(super) fn typed<'v>(kind: Kind, raw: Raw<'v>, wanted: Wanted) -> Option<Typed<'v>> {
    match (wanted, kind, raw) {
        (Wanted::Date, Kind::Date, Raw::Number(days)) => {
            let date = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
            date.filter(sensible).map(Typed::Date)
        }
        (Wanted::Number, Kind::Whole, Raw::Number(digits)) => {
            Some(Typed::Number(Number { digits, scale: 0 }))
        }
        (Wanted::Number, Kind::Decimal(scale @ ..=18), Raw::Number(digits)) => {
            Some(Typed::Number(Number { digits, scale: scale as u8 }))
        }
        (Wanted::Number, Kind::Double, Raw::Double(number)) => cents(number).map(Typed::Number),
        _ => None,
    }
}

/// Below this, so many cents have fewer than fifteen digits.
const CENTS: f64 = 1e11;

/// A number that is the nearest to so many cents: those digits are what a sheet shows of it.
#[expect(clippy::float_arithmetic, reason = "the result is compared with the number itself")]
fn cents(number: f64) -> Option<Number> {
    let cents = (number * 100.0).round();
    if !(number.abs() < CENTS && cents / 100.0 == number) {
        return None;
    }
    let (mut digits, mut scale) = (cents as i64, 2);
    while scale > 0 && digits % 10 == 0 {
        (digits, scale) = (digits / 10, scale - 1);
    }
    Some(Number { digits, scale })
}

/// Writes a value; a text is given as it stands.
pub(super) fn spell<'t>(
    kind: Kind,
    raw: Raw<'t>,
    spelling: &Spelling,
    into: &'t mut Vec<u8>,
) -> Result<&'t [u8], Flaw> {
    into.clear();
    match (kind, raw) {
        (Kind::Text, Raw::Bytes(bytes)) => return Ok(bytes),
        (Kind::Flag, Raw::Number(flag)) => {
            into.extend_from_slice(if flag == 0 { &b"false"[..] } else { b"true" });
        }
        (Kind::Whole, Raw::Number(number)) => put_decimal(number.into(), 0, '.', into),
        (Kind::Unsigned32, Raw::Number(number)) => put_decimal((number as u32).into(), 0, '.', into),
        (Kind::Unsigned64, Raw::Number(number)) => put_decimal((number as u64).into(), 0, '.', into),
        (Kind::Decimal(scale), Raw::Number(number)) => {
            put_decimal(number.into(), scale, spelling.decimal, into);
        }
        (Kind::Decimal(scale), Raw::Bytes(bytes)) => match whole(bytes) {
            Some(number) => put_decimal(number, scale, spelling.decimal, into),
            // Nothing that is counted is that much, and what is written is no amount.
            None => into.extend_from_slice(b"1E+38"),
        },
        (Kind::Single, Raw::Single(number)) => {
            into.extend_from_slice(spelling.single(number).as_bytes());
        }
        (Kind::Double, Raw::Double(number)) => {
            into.extend_from_slice(spelling.number(number).as_bytes());
        }
        (Kind::Uuid, Raw::Bytes(bytes)) => put_uuid(bytes, into),
        (Kind::Date, Raw::Number(days)) => put_date(days, spelling, into),
        (Kind::Time(unit), Raw::Number(number)) => put_time(number, unit, into),
        (Kind::Moment { unit, utc }, Raw::Number(number)) => put_moment(number, unit, utc, spelling, into),
        _ => return Err(Flaw::damaged("it has values of another type than it says")),
    }
    Ok(into)
}

/// A number with so many decimals.
fn put_decimal(number: i128, scale: u32, point: char, into: &mut Vec<u8>) {
    if number < 0 {
        into.push(b'-');
    }
    let width = scale as usize + 1;
    // Nothing that is written to memory fails. Numbers of 64 bits are written much faster.
    let _ = match u64::try_from(number.unsigned_abs()) {
        Ok(number) => write!(into, "{number:0width$}"),
        Err(_) => write!(into, "{:0width$}", number.unsigned_abs()),
    };
    if scale > 0 {
        into.insert(into.len() - scale as usize, point as u8);
    }
}

/// A whole number of any length, its highest byte first; nothing when it is longer than numbers are.
fn whole(bytes: &[u8]) -> Option<i128> {
    let sign = if bytes.first().is_some_and(|&first| first >= 0x80) { -1 } else { 0 };
    let (above, low) = bytes.split_at(bytes.len().saturating_sub(16));
    let number = low.iter().fold(sign, |sum: i128, &byte| sum << 8 | i128::from(byte));
    let same_sign = (number < 0) == (sign < 0);
    Some(number).filter(|_| same_sign && above.iter().all(|&byte| byte == sign as u8))
}

fn put_uuid(bytes: &[u8], into: &mut Vec<u8>) {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            into.push(b'-');
        }
        let _ = write!(into, "{byte:02x}");
    }
}

/// A day, counted from 1970; beyond the calendar the number itself, which is no date.
fn put_date(days: i64, spelling: &Spelling, into: &mut Vec<u8>) {
    let date = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
    match date {
        Some(date) => into.extend_from_slice(spelling.dates.spell(date.and_time(NaiveTime::MIN)).as_bytes()),
        None => put_decimal(days.into(), 0, '.', into),
    }
}

/// A time of day.
fn put_time(number: i64, unit: Unit, into: &mut Vec<u8>) {
    let (seconds, nanos) = split(number, unit);
    let time = u32::try_from(seconds)
        .ok()
        .and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos));
    match time {
        Some(time) => {
            let _ = write!(into, "{time}");
        }
        None => put_decimal(number.into(), 0, '.', into),
    }
}

/// A moment: with its offset when it is one in UTC, else as the file writes dates.
fn put_moment(number: i64, unit: Unit, utc: bool, spelling: &Spelling, into: &mut Vec<u8>) {
    let (seconds, nanos) = split(number, unit);
    let Some(moment) = DateTime::from_timestamp(seconds, nanos).map(|moment| moment.naive_utc()) else {
        return put_decimal(number.into(), 0, '.', into);
    };
    let _ = match utc {
        true => write!(into, "{}", moment.format("%Y-%m-%dT%H:%M:%S%.fZ")),
        false if moment.nanosecond() > 0 => write!(into, "{}", moment.format("%Y-%m-%dT%H:%M:%S%.f")),
        false => write!(into, "{}", spelling.dates.spell(moment)),
    };
}

/// Whole seconds and nanoseconds.
fn split(number: i64, unit: Unit) -> (i64, u32) {
    let in_a_second = unit.in_a_second();
    let nanos = number.rem_euclid(in_a_second) * (1_000_000_000 / in_a_second);
    (number.div_euclid(in_a_second), nanos as u32)
}

#[cfg(test)]
mod tests {
    use super::super::super::dates::DateFormat;
    use super::*;
    use crate::money::NumberFormat;

    fn written(kind: Kind, raw: Raw<'_>, decimal: char, dates: Option<&str>) -> String {
        let spelling = Spelling { decimal, dates: DateFormat(dates.map(String::from)) };
        let mut text = Vec::new();
        String::from_utf8(spell(kind, raw, &spelling, &mut text).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn numbers_are_written_as_in_a_csv_file() {
        use Raw::{Bytes as B, Number as N};
        for (kind, raw, expected) in [
            (Kind::Whole, N(-12), "-12"),
            (Kind::Unsigned32, N(-1), "4294967295"),
            (Kind::Unsigned64, N(-1), "18446744073709551615"),
            (Kind::Flag, N(1), "true"),
            (Kind::Decimal(2), N(120_050), "1200,50"),
            (Kind::Decimal(2), N(-5), "-0,05"),
            (Kind::Decimal(0), N(7), "7"),
            (Kind::Decimal(2), B(&[0xff, 0x38]), "-2,00"),
            (Kind::Decimal(3), B(&[]), "0,000"),
            (Kind::Decimal(2), B(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200]), "2,00"),
            (Kind::Decimal(2), B(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "1E+38"),
            (Kind::Double, Raw::Double(1234.5), "1234,5"),
            (Kind::Single, Raw::Single(1234.56), "1234,56"),
            (Kind::Text, B(b"  a "), "  a "),
            (Kind::Uuid, B(&[0x12; 16]), "12121212-1212-1212-1212-121212121212"),
        ] {
            assert_eq!(written(kind, raw, ',', None), expected, "{kind:?} {raw:?}");
        }
        let many = i128::MAX.to_be_bytes();
        assert_eq!(
            written(Kind::Decimal(38), B(&many), '.', None),
            "1.70141183460469231731687303715884105727"
        );
    }

    #[test]
    fn typed_values_say_what_their_texts_say() {
        let spelled = |kind, raw| written(kind, raw, '.', None);
        let pennies =
            [0.0, -0.0, 0.1, -0.05, 1234.56, 1200.0, 99_999_999_999.99, 0.1 + 0.2, 1.005, 1e11, 1e-3];
        let doubles = pennies.map(|number| (Kind::Double, Raw::Double(number)));
        let wholes = [0, -12, 7_000_000_000].map(|number| (Kind::Whole, Raw::Number(number)));
        let decimals = [(2, 120_050), (2, -5), (0, 7), (18, -1), (3, 1000)]
            .map(|(scale, number)| (Kind::Decimal(scale), Raw::Number(number)));
        for (kind, raw) in doubles.into_iter().chain(wholes).chain(decimals) {
            if let Some(Typed::Number(number)) = typed(kind, raw, Wanted::Number) {
                assert_eq!(number.spelled('.'), spelled(kind, raw), "{kind:?} {raw:?}");
                for decimals in [0, 2, 6] {
                    let read = NumberFormat { decimal: '.' }.parse(&spelled(kind, raw), decimals);
                    assert_eq!(number.with_decimals(decimals), read.ok(), "{kind:?} {raw:?} {decimals}");
                }
            }
        }
        assert!(typed(Kind::Double, Raw::Double(0.1 + 0.2), Wanted::Number).is_none());
        assert!(typed(Kind::Double, Raw::Double(f64::NAN), Wanted::Number).is_none());
        assert!(typed(Kind::Date, Raw::Number(-1_000_000), Wanted::Date).is_none());
        let day = typed(Kind::Date, Raw::Number(20_731), Wanted::Date);
        assert!(matches!(day, Some(Typed::Date(date)) if date.to_string() == "2026-10-05"));
    }

    #[test]
    fn days_and_times_are_written_as_the_file_writes_dates() {
        let (millis, nanos) = (Unit::Millis, Unit::Nanos);
        let french = Some("%d/%m/%Y");
        for (kind, number, dates, expected) in [
            (Kind::Date, 20_731, None, "2026-10-05"),
            (Kind::Date, -1, None, "1969-12-31"),
            (Kind::Date, 20_731, french, "05/10/2026"),
            (Kind::Date, i64::from(i32::MAX), None, "2147483647"),
            (Kind::Time(millis), 34_200_000, None, "09:30:00"),
            (Kind::Time(nanos), 500_000_000, None, "00:00:00.500"),
            (Kind::Time(millis), -1, None, "-1"),
            (Kind::Moment { unit: millis, utc: true }, 1_791_158_400_000, None, "2026-10-05T00:00:00Z"),
            (Kind::Moment { unit: millis, utc: false }, 1_791_158_400_000, None, "2026-10-05"),
            (Kind::Moment { unit: millis, utc: false }, 1_791_158_400_000, french, "05/10/2026"),
            (Kind::Moment { unit: millis, utc: false }, 1_791_158_400_250, french, "2026-10-05T00:00:00.250"),
            (Kind::Moment { unit: nanos, utc: true }, -1, None, "1969-12-31T23:59:59.999999999Z"),
            (Kind::Moment { unit: millis, utc: true }, i64::MIN, None, "-9223372036854775808"),
        ] {
            assert_eq!(written(kind, Raw::Number(number), '.', dates), expected, "{kind:?} {number}");
        }
    }
}

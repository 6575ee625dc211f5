//! Texts, numbers, amounts and days as they are written.

use chrono::NaiveDate;

use super::super::ast::{Literal, Offset, Unit};
use super::super::values::grouped;
use crate::money::Money;

/// `"…"`.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A whole number, with `_` between thousands from five digits on.
pub(super) fn whole(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&number.unsigned_abs().to_string()))
}

/// A count with its word: `1 day`, `2 days`.
pub(super) fn counted(count: i64, one: &str, several: &str) -> String {
    let word = if count.abs() == 1 { one } else { several };
    format!("{} {word}", whole(count))
}

/// `N days`.
pub(super) fn days(count: i64) -> String {
    counted(count, "day", "days")
}

/// `once`, `twice`, `N times`.
pub(super) fn times(count: i64) -> String {
    match count {
        1 => String::from("once"),
        2 => String::from("twice"),
        _ => format!("{} times", whole(count)),
    }
}

/// A number of a unit: `15 days`, `1 business day`.
pub(super) fn duration(Offset { count, unit }: Offset) -> String {
    match unit {
        Unit::Days => days(count),
        Unit::BusinessDays => counted(count, "business day", "business days"),
        Unit::Months => counted(count, "month", "months"),
    }
}

/// What follows an anchor: nothing for the day itself, else `+3` or `+3 business days`.
pub(super) fn offset(offset: Offset) -> String {
    let sign = if offset.count < 0 { "-" } else { "+" };
    let distance = Offset { count: offset.count.abs(), ..offset };
    match offset {
        Offset { count: 0, unit: Unit::Days } => String::new(),
        Offset { unit: Unit::Days, .. } => format!("{sign}{}", distance.count),
        _ => format!("{sign}{}", duration(distance)),
    }
}

/// `25_000 EUR`, `9.90 EUR`: the currency's decimals, or none when they are all zero.
pub(super) fn money(amount: Money) -> String {
    let plain = amount.decimal();
    let (sign, digits) = plain.split_at(usize::from(plain.starts_with('-')));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = grouped(whole);
    match fraction.bytes().all(|digit| digit == b'0') {
        true => format!("{sign}{whole} {}", amount.currency),
        false => format!("{sign}{whole}.{fraction} {}", amount.currency),
    }
}

/// `2026-10-01`.
pub(super) fn date(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// `12-25`.
pub(super) fn month_day(month: u32, day: u32) -> String {
    format!("{month:02}-{day:02}")
}

/// A value of a condition or of a fact.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Number(millionths) => number(*millionths),
        Literal::Days(count) => days(*count),
        Literal::Money(amount) => money(*amount),
        Literal::Date(day) => date(*day),
        Literal::MonthDay(month, day) => month_day(*month, *day),
    }
}

/// A number given in millionths, with no more decimals than it needs.
fn number(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let size = millionths.unsigned_abs();
    let whole = grouped(&(size / 1_000_000).to_string());
    let fraction = format!("{:06}", size % 1_000_000);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn numbers_have_one_spelling() {
        let numbers = [0, 1_000_000, -1_500_000, 25_000_000_000, 9_999_000_000, 1].map(number);
        assert_eq!(numbers, ["0", "1", "-1.5", "25_000", "9999", "0.000001"]);
        let amounts = [2_500_000, 990, -5, 100_000_010].map(|minor| money(Money::new(minor, Currency::EUR)));
        assert_eq!(amounts, ["25_000 EUR", "9.90 EUR", "-0.05 EUR", "1_000_000.10 EUR"]);
        assert_eq!([1, 2, 3, 10_000].map(times), ["once", "twice", "3 times", "10_000 times"]);
    }

    #[test]
    fn offsets_say_no_more_than_they_must() {
        let written = |count, unit| offset(Offset { count, unit });
        let days = [-3, 0, 3650].map(|count| written(count, Unit::Days));
        assert_eq!(days, ["-3", "", "+3650"]);
        let business = [-2, 0, 1].map(|count| written(count, Unit::BusinessDays));
        assert_eq!(business, ["-2 business days", "+0 business days", "+1 business day"]);
    }
}

//! What can be charged: a fee, or interest at a yearly rate (R22).

use chrono::NaiveDate;

use crate::money::Money;

/// An amount to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Charge {
    /// A fixed amount.
    Fee(Money),
    /// Interest on the open balance of each day.
    Interest(InterestRate),
}

/// A yearly rate: a base, and points on top. Rates are in millionths of a percent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestRate {
    /// The rate itself, or rates by date.
    pub base: BaseRate,
    /// Percentage points on top.
    pub points: i64,
}

/// The rate that points come on top of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseRate {
    /// The same on every day.
    Fixed(i64),
    /// From each date on, in the order of the dates; with the name of the file.
    ByDate(String, Vec<(NaiveDate, i64)>),
}

/// Parts of the whole that a rate is written in: millionths of a percent.
pub const RATE_PARTS: i128 = 100_000_000;

impl InterestRate {
    /// The rate of a day, in millionths of a percent and never below zero; none before the first date of a file.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<i64> {
        let base = match &self.base {
            BaseRate::Fixed(rate) => *rate,
            BaseRate::ByDate(_, rates) => rates.iter().rfind(|(from, _)| *from <= day)?.1,
        };
        Some(base.saturating_add(self.points).max(0))
    }

    /// The days after `first` and up to `last` on which the rate may be another one.
    pub fn changes(&self, first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        let dates: &[(NaiveDate, i64)] = match &self.base {
            BaseRate::Fixed(_) => &[],
            BaseRate::ByDate(_, rates) => rates,
        };
        dates.iter().map(|(from, _)| *from).filter(move |&from| first < from && from <= last)
    }
}

/// A rate in percent as written, such as `9.25`, in millionths of a percent.
///
/// # Errors
/// What keeps it from being one.
pub fn parse_rate(text: &str) -> Result<i64, &'static str> {
    const MOST: i64 = 1_000;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(part) || (part.is_empty() && digits.contains('.'))
    {
        return Err("is not a number in percent, such as 2.27");
    }
    if part.len() > 6 {
        return Err("has more than six decimals");
    }
    let whole: i64 = whole.parse().ok().filter(|&whole| whole < MOST).ok_or("is 1000 percent or more")?;
    let part: i64 = format!("{part:0<6}").parse().unwrap_or(0);
    Ok(sign * (whole * 1_000_000 + part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_exact() {
        assert_eq!(parse_rate("10"), Ok(10_000_000));
        assert_eq!(parse_rate("9.25"), Ok(9_250_000));
        assert_eq!(parse_rate("-0.88"), Ok(-880_000));
        for wrong in ["", "9.", ".5", "9,25", "1e3", "9.1234567", "1000", "--1", "+1", "9.2.5"] {
            assert!(parse_rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_file_gives_the_rate_of_the_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let rates = vec![(day("2026-01-01"), -880_000), (day("2026-07-01"), 2_270_000)];
        let rate =
            InterestRate { base: BaseRate::ByDate(String::from("ecb.yaml"), rates), points: 9_000_000 };
        assert_eq!(rate.on(day("2025-12-31")), None);
        assert_eq!(rate.on(day("2026-06-30")), Some(8_120_000));
        assert_eq!(rate.on(day("2026-07-01")), Some(11_270_000));
        let changes: Vec<_> = rate.changes(day("2026-01-01"), day("2026-12-31")).collect();
        assert_eq!(changes, [day("2026-07-01")]);
    }
}

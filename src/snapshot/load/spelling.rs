//! How a file writes numbers and dates, so that a typed value reads like one in a text.

use super::dates::DateFormat;

/// How a file writes numbers and dates.
#[derive(Debug)]
pub(super) struct Spelling {
    pub(super) decimal: char,
    pub(super) dates: DateFormat,
}

/// What a kind of floating numbers holds.
struct Precision {
    /// So many digits are what was meant; those behind them come from reckoning in twos.
    digits: usize,
    /// Whole numbers up to this one are exact.
    exact: f64,
    /// Below this, the digits reach the cents.
    cents: f64,
}

const DOUBLE: Precision = Precision { digits: 15, exact: 9_007_199_254_740_992.0, cents: 1e13 };
#[cfg(feature = "parquet")]
const SINGLE: Precision = Precision { digits: 7, exact: 16_777_216.0, cents: 1e5 };

impl Spelling {
    /// A number with the fifteen digits that a spreadsheet shows: the sum of 0.1 and 0.2 is 0.3. A number that
    /// cannot be held exactly is written as a spreadsheet shows large ones, which no amount and no id looks like.
    pub(super) fn number(&self, number: f64) -> String {
        self.shown(number, &DOUBLE)
    }

    /// A number of half the length, of which seven digits are meant.
    #[cfg(feature = "parquet")]
    pub(super) fn single(&self, number: f32) -> String {
        self.shown(number.into(), &SINGLE)
    }

    fn shown(&self, number: f64, precision: &Precision) -> String {
        let shown = number.to_string();
        let whole = !shown.contains('.');
        if !number.is_finite() || number.abs() <= precision.exact && whole {
            return if number == 0.0 { String::from("0") } else { shown };
        }
        let scientific = format!("{number:.*e}", precision.digits - 1);
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        match plain(digits, exponent).filter(|_| number.abs() < precision.cents) {
            Some(text) => text.replace('.', &self.decimal.to_string()),
            None => format!("{digits}E+{exponent}"),
        }
    }
}

/// The digits of a scientific number as people write it, without zeros at the end.
fn plain(digits: &str, exponent: &str) -> Option<String> {
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-30..=30).contains(exponent))?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut digits = digits.replace('.', "");
    let point = exponent + 1;
    let before = usize::try_from(point).unwrap_or_default();
    digits.insert_str(0, &"0".repeat(usize::try_from(-point).unwrap_or_default()));
    digits.push_str(&"0".repeat(before.saturating_sub(digits.len())));
    let (whole, fraction) = digits.split_at(before);
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_a_sheet_shows_them() {
        let spelling = Spelling { decimal: '.', dates: DateFormat(None) };
        for (number, expected) in [
            (1200.0, "1200"),
            (0.1 + 0.2, "0.3"),
            (1.1 * 3.0, "3.3"),
            (-1234.5, "-1234.5"),
            (0.000_5, "0.0005"),
            (1020.005, "1020.005"),
            (123_456_789_012.34, "123456789012.34"),
            (4_111_111_111_111_111.0, "4111111111111111"),
            (12_345_678_901_234.56, "1.23456789012346E+13"),
            (12_345_678_901_234_567_890.0, "1.23456789012346E+19"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e300, "1.00000000000000E+300"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(spelling.number(number), expected, "{number}");
        }
        let comma = Spelling { decimal: ',', dates: DateFormat(None) };
        assert_eq!(comma.number(12.5), "12,5");
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn numbers_of_half_the_length_are_written_as_far_as_they_hold() {
        let spelling = Spelling { decimal: '.', dates: DateFormat(None) };
        for (number, expected) in [
            (1200.0, "1200"),
            (0.1 + 0.2, "0.3"),
            (1.1 * 3.0, "3.3"),
            (-12_345.67, "-12345.67"),
            (99_999.99, "99999.99"),
            (131_072.05, "1.310720E+5"),
            (16_777_216.0, "16777216"),
            (123_456_789.0, "1.234568E+8"),
        ] {
            assert_eq!(spelling.single(number), expected, "{number}");
        }
    }
}

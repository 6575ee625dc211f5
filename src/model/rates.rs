//! Exchange rates of a policy, and the comparison of amounts over currencies (R4): exact, in fractions.

use std::cmp::Ordering;

use crate::money::{Currency, Money};

/// The greatest number that a rate can have on one side. With it no single amount overflows a fraction.
pub const GREATEST: i64 = 1_000_000_000;

/// A rate: so many units of one currency are so many of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The left side, in millionths of a unit.
    pub left: (i64, Currency),
    /// The right side, in millionths of a unit.
    pub right: (i64, Currency),
}

/// The rates that a policy declares. They serve in both directions and are never chained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rates(pub Vec<Rate>);

impl Rates {
    /// Whether amounts of a currency compare with those of any other.
    #[must_use]
    pub fn concern(&self, currency: Currency) -> bool {
        self.0.iter().any(|rate| rate.left.1 == currency || rate.right.1 == currency)
    }

    /// Whether the sum of some amounts is less or more than another; none where a rate is missing.
    ///
    /// A sum over so many odd rates that it leaves 128 bits has no answer either.
    #[must_use]
    pub fn compare(&self, sum: &[Money], with: Money) -> Option<Ordering> {
        if sum.iter().all(|money| money.currency == with.currency) {
            let sum: i128 = sum.iter().map(|money| i128::from(money.minor)).sum();
            return Some(sum.cmp(&i128::from(with.minor)));
        }
        let sum = sum.iter().try_fold(Fraction::ZERO, |sum, &money| {
            let (from, to) = self.between(money.currency, with.currency)?;
            sum.plus(Fraction::converted(money, from, (to, with.currency))?)
        })?;
        Some(sum.above.cmp(&i128::from(with.minor).checked_mul(sum.below)?))
    }

    /// How much of one currency is how much of another, in millionths.
    #[must_use]
    pub fn between(&self, from: Currency, to: Currency) -> Option<(i64, i64)> {
        if from == to {
            return Some((1, 1));
        }
        self.0.iter().find_map(|rate| match (rate.left, rate.right) {
            ((left, a), (right, b)) if a == from && b == to => Some((left, right)),
            ((left, a), (right, b)) if a == to && b == from => Some((right, left)),
            _ => None,
        })
    }
}

/// A fraction in lowest terms, positive below the line.
#[derive(Debug, Clone, Copy)]
struct Fraction {
    above: i128,
    below: i128,
}

impl Fraction {
    const ZERO: Fraction = Fraction { above: 0, below: 1 };

    /// An amount in minor units of another currency, of which `to` are `from` of its own.
    fn converted(money: Money, from: i64, (to, currency): (i64, Currency)) -> Option<Fraction> {
        let scale = |currency: Currency| 10_i128.pow(currency.exponent());
        let above = i128::from(money.minor).checked_mul(i128::from(to))?.checked_mul(scale(currency))?;
        let below = i128::from(from).checked_mul(scale(money.currency))?;
        Some(Fraction { above, below }.reduced())
    }

    fn plus(self, other: Fraction) -> Option<Fraction> {
        let own = self.above.checked_mul(other.below)?;
        let above = own.checked_add(other.above.checked_mul(self.below)?)?;
        Some(Fraction { above, below: self.below.checked_mul(other.below)? }.reduced())
    }

    fn reduced(self) -> Fraction {
        let (mut a, mut b) = (self.above.unsigned_abs(), self.below.unsigned_abs());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        // What divides the positive number below the line fits where that fits.
        let common = i128::try_from(a).unwrap_or(1).max(1);
        Fraction { above: self.above / common, below: self.below / common }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    fn rates(rates: &[(i64, &str, i64, &str)]) -> Rates {
        let rate = |&(left, a, right, b): &(i64, &str, i64, &str)| Rate {
            left: (left, a.parse().unwrap()),
            right: (right, b.parse().unwrap()),
        };
        Rates(rates.iter().map(rate).collect())
    }

    #[test]
    fn a_rate_serves_in_both_directions_and_is_exact() {
        let rates = rates(&[(1_000_000, "USD", 920_000, "EUR"), (1_000_000, "EUR", 161_800_000, "JPY")]);
        // 1000 USD × 0.92 = 920 EUR.
        assert_eq!(rates.compare(&[money(100_000, "USD")], money(92_000, "EUR")), Some(Ordering::Equal));
        assert_eq!(rates.compare(&[money(92_000, "EUR")], money(100_000, "USD")), Some(Ordering::Equal));
        // 1 EUR / 0.92 = 1.08695… USD lies between 1.08 and 1.09, and is neither.
        assert_eq!(rates.compare(&[money(100, "EUR")], money(108, "USD")), Some(Ordering::Greater));
        assert_eq!(rates.compare(&[money(100, "EUR")], money(109, "USD")), Some(Ordering::Less));
        // Yen have no decimals: 161.8 JPY are 1 EUR.
        assert_eq!(rates.compare(&[money(1618, "JPY")], money(1000, "EUR")), Some(Ordering::Equal));
        assert_eq!(rates.compare(&[money(1619, "JPY")], money(1000, "EUR")), Some(Ordering::Greater));
    }

    #[test]
    fn rates_are_not_chained() {
        let rates = rates(&[(1_000_000, "USD", 920_000, "EUR"), (1_000_000, "EUR", 161_800_000, "JPY")]);
        assert_eq!(rates.compare(&[money(100, "USD")], money(1, "JPY")), None);
        assert_eq!(rates.compare(&[money(100, "GBP")], money(100, "GBP")), Some(Ordering::Equal));
    }

    #[test]
    fn sums_are_taken_before_anything_is_compared() {
        let rates = rates(&[(3_000_000, "EUR", 1_000_000, "USD"), (7_000_000, "EUR", 1_000_000, "GBP")]);
        // 1/3 + 2/3 of a dollar from 1 and 2 EUR, and nothing else.
        let thirds = [money(1, "EUR"), money(2, "EUR")];
        assert_eq!(rates.compare(&thirds, money(1, "USD")), Some(Ordering::Equal));
        let mixed = [money(100, "USD"), money(100, "GBP"), money(1, "EUR")];
        assert_eq!(rates.compare(&mixed, money(1001, "EUR")), Some(Ordering::Equal));
        assert_eq!(rates.compare(&mixed, money(1002, "EUR")), Some(Ordering::Less));
        assert_eq!(rates.compare(&mixed, money(1, "USD")), None);
    }

    #[test]
    fn the_greatest_amounts_and_rates_fit() {
        let most = GREATEST * 1_000_000;
        let rates = rates(&[(1, "KWD", most, "JPY"), (most, "TND", 1, "VND")]);
        let sum = [money(i64::MAX, "KWD")];
        assert_eq!(rates.compare(&sum, money(i64::MAX, "JPY")), Some(Ordering::Greater));
        assert_eq!(rates.compare(&[money(i64::MIN, "JPY")], money(0, "KWD")), Some(Ordering::Less));
        assert_eq!(rates.compare(&[money(i64::MIN, "VND")], money(i64::MIN, "TND")), Some(Ordering::Less));
    }
}

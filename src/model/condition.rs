//! Checked conditions.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::field::Field;
use crate::money::{Currency, Money};

/// A condition whose comparisons fit their fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// One comparison.
    Test(Test),
    /// The contrary.
    Not(Box<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// A comparison of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The field.
    pub field: Field,
    /// What is asked of it.
    pub predicate: Predicate,
}

/// What is asked of a field. Ranges stand side by side for `in (…)`: one of them must hold the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Whether it has no value.
    Missing,
    /// A flag that must be set.
    Flag,
    /// A text equal to one of these, whatever the capitals.
    Text(Vec<String>),
    /// A tag equal to this one, whatever the capitals.
    Tag(String),
    /// A number in millionths (days as well).
    Number(Vec<Bounds<i64>>),
    /// An amount of money.
    Money(Vec<Amounts>),
    /// A date.
    Date(Vec<Bounds<NaiveDate>>),
    /// A day of the year; from a later to an earlier one runs over the new year.
    Season(Vec<Bounds<(u32, u32)>>),
}

/// The least and the greatest value that fit, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds<T> {
    /// At least this.
    pub least: Option<T>,
    /// At most this.
    pub most: Option<T>,
}

impl<T: Ord + Copy> Bounds<T> {
    /// Exactly one value.
    pub fn only(value: T) -> Bounds<T> {
        Bounds { least: Some(value), most: Some(value) }
    }

    /// Whether a value fits.
    pub fn hold(&self, value: T) -> bool {
        self.least.is_none_or(|least| value >= least) && self.most.is_none_or(|most| value <= most)
    }
}

/// Amounts of one currency between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// The currency of both ends.
    pub currency: Currency,
    /// Not less than this.
    pub least: Option<End>,
    /// Not more than this.
    pub most: Option<End>,
}

/// Where a range of amounts ends. An amount of another currency can lie between the end and the next minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// In minor units.
    pub minor: i64,
    /// Whether the end itself belongs to the range.
    pub included: bool,
}

impl Amounts {
    /// The amounts of the currency itself, in whole minor units.
    #[must_use]
    pub fn whole(&self) -> Bounds<i64> {
        let step = |end: End, inwards: i64| {
            if end.included { end.minor } else { end.minor.saturating_add(inwards) }
        };
        Bounds { least: self.least.map(|end| step(end, 1)), most: self.most.map(|end| step(end, -1)) }
    }

    /// Whether an amount of the currency itself fits, in minor units.
    #[must_use]
    pub fn hold_own(&self, minor: i64) -> bool {
        let fits = |end: Option<End>, outwards: Ordering| {
            end.is_none_or(|end| {
                let order = minor.cmp(&end.minor);
                order != outwards && (end.included || order != Ordering::Equal)
            })
        };
        fits(self.least, Ordering::Less) && fits(self.most, Ordering::Greater)
    }

    /// Whether an amount fits, told how it compares with an amount of this currency; none when nobody knows.
    pub fn hold(&self, compare: impl Fn(Money) -> Option<Ordering>) -> Option<bool> {
        let fits = |end: Option<End>, outwards: Ordering| {
            let Some(end) = end else { return Some(true) };
            let order = compare(Money::new(end.minor, self.currency))?;
            Some(order != outwards && (end.included || order != Ordering::Equal))
        };
        Some(fits(self.least, Ordering::Less)? && fits(self.most, Ordering::Greater)?)
    }
}

impl Condition {
    /// Calls `visit` with every comparison.
    pub fn each_test<'a>(&'a self, visit: &mut impl FnMut(&'a Test)) {
        match self {
            Condition::Test(test) => visit(test),
            Condition::Not(inner) => inner.each_test(visit),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| part.each_test(visit))
            }
        }
    }

    /// The comparisons that must all hold for the condition to hold: itself, or the parts of an `and`.
    pub fn conjuncts(&self) -> &[Condition] {
        match self {
            Condition::All(parts) => parts,
            _ => std::slice::from_ref(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_the_currency_itself_fits_as_any_other() {
        let limits = [i64::MIN, -1, 0, 1, i64::MAX];
        let ends = || {
            let end = |minor| [true, false].map(|included| Some(End { minor, included }));
            limits.into_iter().flat_map(end).chain([None])
        };
        for least in ends() {
            for most in ends() {
                let range = Amounts { currency: Currency::EUR, least, most };
                for minor in limits {
                    let told = range.hold(|end| Some(minor.cmp(&end.minor)));
                    assert_eq!(Some(range.hold_own(minor)), told, "{range:?} {minor}");
                }
            }
        }
    }
}

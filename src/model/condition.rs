//! Checked conditions.

use chrono::NaiveDate;

use super::field::Field;
use crate::money::Currency;

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
    /// An amount in minor units of a currency.
    Money(Vec<(Bounds<i64>, Currency)>),
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

//! Conditions on a day: yes, no, or unknown when a value is missing (R4).

use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Promised, Value};
use crate::compile::changes_with_time;
use crate::model::field::{Field, InvoiceField};
use crate::model::{Amounts, Bounds, Condition, Predicate, Test};
use crate::money::Money;
use chrono::Datelike;

/// The answer to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    /// This field has no value, or its amount is of a currency without a rate.
    Unknown(Field),
}

impl Truth {
    fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Truth {
        if holds { Truth::Yes } else { Truth::No }
    }
}

impl<'a> Day<'a> {
    /// Whether a condition holds for an invoice.
    pub(super) fn truth(
        &self,
        condition: &Condition,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Truth {
        match condition {
            Condition::Test(test) => self.test(test, customer, invoice),
            Condition::Not(inner) => self.truth(inner, customer, invoice).not(),
            Condition::All(parts) => self.fold(parts, Truth::No, Truth::Yes, customer, invoice),
            Condition::Any(parts) => self.fold(parts, Truth::Yes, Truth::No, customer, invoice),
        }
    }

    /// Whether time alone, with no new fact, may make a condition hold; or fail, when that is asked.
    pub(super) fn may_become(
        &self,
        condition: &Condition,
        holding: bool,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> bool {
        let may = |part: &Condition| self.may_become(part, holding, customer, invoice);
        match condition {
            Condition::Test(test) => {
                let pending = matches!(invoice.promised, Promised::Pending(_));
                let changes = match (test.field, &test.predicate) {
                    // A promise that nobody keeps is broken, and no other is made.
                    (Field::Invoice(InvoiceField::Promised), Predicate::Flag) => pending && !holding,
                    (Field::Invoice(InvoiceField::PromiseBroken), Predicate::Flag) => pending && holding,
                    _ => changes_with_time(condition),
                };
                changes || self.test(test, customer, invoice) == Truth::from(holding)
            }
            Condition::Not(inner) => self.may_become(inner, !holding, customer, invoice),
            Condition::All(parts) if holding => parts.iter().all(may),
            Condition::Any(parts) if !holding => parts.iter().all(may),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(may),
        }
    }

    /// `and` ends at the first no, `or` at the first yes; otherwise one unknown makes the whole unknown.
    fn fold(
        &self,
        parts: &[Condition],
        decisive: Truth,
        otherwise: Truth,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Truth {
        let mut answer = otherwise;
        for part in parts {
            match self.truth(part, customer, invoice) {
                truth if truth == decisive => return decisive,
                unknown @ Truth::Unknown(_) if answer == otherwise => answer = unknown,
                _ => {}
            }
        }
        answer
    }

    fn test(&self, test: &Test, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> Truth {
        let value = self.value(test.field, customer, invoice);
        let holds = match (&test.predicate, value) {
            (Predicate::Missing, Value::Sum(parts)) => {
                let nothing = Money::new(0, self.program.policy.settings.currency);
                Some(self.program.policy.settings.rates.compare(parts, nothing).is_none())
            }
            (Predicate::Missing, value) => Some(matches!(value, Value::Missing | Value::Tags(""))),
            (Predicate::Flag, Value::Flag(flag)) => Some(flag),
            (Predicate::Text(texts), Value::Text(text)) => Some(texts.iter().any(|one| same_text(one, text))),
            (Predicate::Tag(tag), Value::Tags(tags)) => Some(tags.split(';').any(|one| same_text(tag, one))),
            (Predicate::Number(ranges), Value::Number(number)) => Some(within(ranges, number)),
            (Predicate::Date(ranges), Value::Date(date)) => Some(within(ranges, date)),
            (Predicate::Season(ranges), Value::Date(date)) => {
                Some(ranges.iter().any(|range| in_season(range, (date.month(), date.day()))))
            }
            (Predicate::Money(ranges), Value::Money(money)) => self.any_amount(ranges, money),
            (Predicate::Money(ranges), Value::Sum(parts)) => self.any_amounts(ranges, parts),
            _ => None,
        };
        holds.map_or(Truth::Unknown(test.field), Truth::from)
    }

    /// Whether one of some ranges holds an amount.
    fn any_amount(&self, ranges: &[Amounts], money: Money) -> Option<bool> {
        if ranges.iter().all(|range| range.currency == money.currency) {
            return Some(ranges.iter().any(|range| range.hold_own(money.minor)));
        }
        self.any_amounts(ranges, std::slice::from_ref(&money))
    }

    /// Whether one of some ranges holds a sum. A range in a currency without a rate could hold it.
    fn any_amounts(&self, ranges: &[Amounts], sum: &[Money]) -> Option<bool> {
        let rates = &self.program.policy.settings.rates;
        let answers = || ranges.iter().map(|range| range.hold(|with| rates.compare(sum, with)));
        if answers().any(|held| held == Some(true)) {
            return Some(true);
        }
        answers().all(|held| held.is_some()).then_some(false)
    }
}

fn within<T: Ord + Copy>(ranges: &[Bounds<T>], value: T) -> bool {
    ranges.iter().any(|range| range.hold(value))
}

fn in_season(range: &Bounds<(u32, u32)>, day: (u32, u32)) -> bool {
    match (range.least, range.most) {
        (Some(least), Some(most)) if least > most => day >= least || day <= most,
        _ => range.hold(day),
    }
}

/// Texts compare whatever their capitals.
pub(super) fn same_text(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

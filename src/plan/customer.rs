//! What a customer owes on the day of a plan.

use schemars::JsonSchema;
use serde::Serialize;

use super::header::Sum;
use crate::money::Currency;

/// A customer with open invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Customer {
    /// The customer's id.
    pub id: String,
    /// The customer's name.
    pub name: Option<String>,
    /// What is open, by currency.
    pub receivables: Vec<Owed>,
}

/// What a customer owes in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Owed {
    /// The currency.
    pub currency: Currency,
    /// All open invoices.
    pub open: Sum,
    /// Those past their due date.
    pub overdue: Sum,
    /// Days since the earliest due date of an open invoice, negative before it.
    pub days_overdue: i64,
}

impl Owed {
    /// Nothing yet.
    #[must_use]
    pub fn none(currency: Currency) -> Owed {
        let zero = Sum::zero(currency);
        Owed { currency, open: zero, overdue: zero, days_overdue: i64::MIN }
    }

    /// Adds an open invoice.
    pub fn add(&mut self, balance: i64, days_overdue: i64) {
        self.open.add(balance);
        if days_overdue > 0 {
            self.overdue.add(balance);
        }
        self.days_overdue = self.days_overdue.max(days_overdue);
    }
}

//! A customer with an invoice, made up to have certain facts.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::model::Policy;
use crate::model::field::Subject;
use crate::money::{Currency, Money};

/// The due date of an invoice of which no fact asks for another: a Thursday.
const DUE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 10, 1);
/// What an invoice amounts to when no fact asks for more or less, in whole units.
const USUAL: i64 = 100;

/// The facts of a customer and its one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct World {
    customer: BTreeMap<String, String>,
    invoice: BTreeMap<String, String>,
    segment: Option<String>,
    pub(super) currency: Currency,
    least: i64,
    most: i64,
    pub(super) due: NaiveDate,
    issued: Option<NaiveDate>,
    lines: Vec<String>,
}

impl World {
    /// A world of which nothing is asked.
    pub(super) fn usual(policy: &Policy) -> World {
        let tolerance = policy.settings.tolerances.iter().map(|amount| amount.minor).max();
        World {
            customer: BTreeMap::new(),
            invoice: BTreeMap::new(),
            segment: None,
            currency: policy.settings.currency,
            least: tolerance.unwrap_or(1).max(1),
            most: i64::MAX,
            due: DUE.unwrap_or_default(),
            issued: None,
            lines: Vec::new(),
        }
    }

    /// How much is said beyond the usual: the least world is the one of which least is said.
    pub(super) fn size(&self) -> usize {
        let facts = self.customer.len() + self.invoice.len() + usize::from(self.segment.is_some());
        let amounts = usize::from(self.amount() != self.usual_amount()) + usize::from(self.issued.is_some());
        facts + amounts + 2 * self.lines.len()
    }

    /// With a column; none when it says something else already.
    pub(super) fn with(mut self, subject: Subject, column: &str, value: String) -> Option<World> {
        let facts = if subject == Subject::Customer { &mut self.customer } else { &mut self.invoice };
        let known = facts.entry(String::from(column)).or_insert_with(|| value.clone());
        (*known == value).then_some(self)
    }

    /// In a segment that the customer's record names.
    pub(super) fn in_segment(mut self, name: &str) -> Option<World> {
        let known = self.segment.get_or_insert_with(|| String::from(name));
        (known == name).then_some(self)
    }

    /// In another currency.
    pub(super) fn in_currency(self, currency: Currency) -> World {
        World { currency, ..self }
    }

    /// With an amount between two others, both included, in minor units; none when it cannot be.
    pub(super) fn between(mut self, least: Option<i64>, most: Option<i64>) -> Option<World> {
        self.least = self.least.max(least.unwrap_or(self.least));
        self.most = self.most.min(most.unwrap_or(self.most));
        (self.least <= self.most).then_some(self)
    }

    /// With another line of the scenario.
    pub(super) fn line(mut self, line: String) -> World {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
        self
    }

    /// Due on another day.
    pub(super) fn due_on(self, due: NaiveDate) -> World {
        World { due, ..self }
    }

    /// Issued on a day.
    pub(super) fn issued_on(self, issued: NaiveDate) -> World {
        World { issued: Some(issued), ..self }
    }

    /// A day counted from the due date.
    pub(super) fn after_due(&self, days: i64) -> NaiveDate {
        let distance = Days::new(days.unsigned_abs());
        let moved =
            if days < 0 { self.due.checked_sub_days(distance) } else { self.due.checked_add_days(distance) };
        moved.unwrap_or(self.due)
    }

    fn usual_amount(&self) -> i64 {
        USUAL.saturating_mul(10_i64.saturating_pow(self.currency.exponent()))
    }

    /// What the invoice amounts to.
    pub(super) fn amount(&self) -> i64 {
        self.usual_amount().clamp(self.least, self.most)
    }

    /// The scenario with these expectations, as text that can be read.
    pub(super) fn scenario(&self, name: &str, expectations: &[String]) -> String {
        let amount = Money::new(self.amount(), self.currency);
        let segment = self.segment.as_ref().map_or_else(String::new, |name| format!(" in segment {name}"));
        let issued = self.issued.map_or_else(String::new, |day| format!(" issued {day}"));
        let mut lines = vec![
            format!("scenario {}:", quoted(name)),
            format!("customer{segment}{}", facts(&self.customer)),
            format!(
                "invoice {} {}{issued} due {}{}",
                amount.decimal(),
                self.currency,
                self.due,
                facts(&self.invoice)
            ),
        ];
        lines.extend(self.lines.iter().cloned());
        lines.extend(expectations.iter().cloned());
        lines.join("\n") + "\n"
    }
}

fn facts(facts: &BTreeMap<String, String>) -> String {
    let facts: Vec<String> = facts.iter().map(|(column, value)| format!("{column} {value}")).collect();
    if facts.is_empty() { String::new() } else { format!(" with {}", facts.join(", ")) }
}

/// A text as the language writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

//! The table of what a template may read: names, types and meanings, for checking and the reference.
//!
//! Every template gets all of it, whatever channel it is for. What the data does not have is
//! [`Fact::Missing`].

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use super::fact::{Fact, Record};
use crate::model::field::{CustomerField, FieldType, InvoiceField, OwnField, Subject};
use crate::money::{Currency, Money};

/// What kind of value a variable holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// An amount; it has the parts `amount` and `currency`.
    Money,
    /// A date.
    Date,
    /// Yes or no.
    Flag,
    /// A list of texts.
    Texts,
    /// A record with these fields.
    Record(Arc<[Variable]>),
    /// A list of such records.
    Records(Arc<[Variable]>),
}

impl Kind {
    /// The kind in the user's words.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Kind::Text => "a text",
            Kind::Number => "a number",
            Kind::Money => "an amount of money",
            Kind::Date => "a date",
            Kind::Flag => "yes or no",
            Kind::Texts => "a list of texts",
            Kind::Record(_) => "a record",
            Kind::Records(_) => "a list",
        }
    }

    fn of(field: &FieldType) -> Kind {
        match field {
            FieldType::Text | FieldType::OneOf(_) => Kind::Text,
            FieldType::Number | FieldType::Days => Kind::Number,
            FieldType::Money => Kind::Money,
            FieldType::Date => Kind::Date,
            FieldType::Flag => Kind::Flag,
            FieldType::Tags => Kind::Texts,
        }
    }
}

/// One name that a template may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name, without what stands before its dot.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub kind: Kind,
    /// What it means.
    pub meaning: &'static str,
}

/// The variables at the top, for a policy with these fields of its own.
#[must_use]
pub fn table(own: &[OwnField]) -> Vec<Variable> {
    let invoice: Arc<[Variable]> = invoice(own).into();
    let invoices = || Kind::Records(Arc::clone(&invoice));
    vec![
        variable("today", Kind::Date, "the date of the plan"),
        variable("policy", record(policy()), "the policy"),
        variable("sender", record(sender()), "the role that sends the message"),
        variable("customer", record(customer(own)), "the customer"),
        variable(
            "invoice",
            Kind::Record(Arc::clone(&invoice)),
            "the invoice that leads: the most overdue one",
        ),
        variable("invoices", invoices(), "the invoices that the message is about, the leading one first"),
        variable("also_open", invoices(), "the customer's other open invoices in the same currency"),
        variable("open_invoices", invoices(), "all open invoices of the customer"),
        variable("total", Kind::Money, "the sum of the open balances of `invoices`"),
        variable(
            "interest_to_date",
            Kind::Money,
            "the interest on `invoices` from the day after due up to today, booked or not; 0 without `charge interest`",
        ),
        variable(
            "total_with_charges",
            Kind::Money,
            "`total`, `interest_to_date` and the fees booked for `invoices`",
        ),
        variable("count", Kind::Number, "how many invoices `invoices` holds"),
        variable("deadline", Kind::Date, "the last day to pay, where the step sets a `deadline`"),
        variable(
            "contacts",
            Kind::Records(contact().into()),
            "past contacts with the customer, the latest first",
        ),
        variable("promises", Kind::Records(promise().into()), "promises to pay, the latest first"),
    ]
}

/// A record with a value for every variable; every list has two members.
#[must_use]
pub fn sample(own: &[OwnField]) -> Fact {
    sample_where(own, true)
}

/// The same, with every yes-or-no answered this way.
pub(super) fn sample_where(own: &[OwnField], flag: bool) -> Fact {
    record_of(&table(own), "", flag)
}

fn record_of(variables: &[Variable], prefix: &str, flag: bool) -> Fact {
    let field = |variable: &Variable| {
        let name = format!("{prefix}{}", variable.name);
        (variable.name.clone(), fact_of(&variable.kind, &name, flag))
    };
    Fact::from(variables.iter().map(field).collect::<Record>())
}

fn fact_of(kind: &Kind, name: &str, flag: bool) -> Fact {
    match kind {
        Kind::Text => Fact::from(name),
        Kind::Number => Fact::Number(12),
        Kind::Money => Fact::Money(Money::new(123_450, Currency::EUR)),
        Kind::Date => NaiveDate::from_ymd_opt(2026, 10, 5).into(),
        Kind::Flag => Fact::Flag(flag),
        Kind::Texts => Fact::list([Fact::from("first"), Fact::from("second")]),
        Kind::Record(fields) => record_of(fields, &format!("{name}."), flag),
        Kind::Records(fields) => Fact::list([1, 2].map(|_| record_of(fields, &format!("{name}."), flag))),
    }
}

fn variable(name: &'static str, kind: Kind, meaning: &'static str) -> Variable {
    Variable { name: Cow::Borrowed(name), kind, meaning }
}

fn record(fields: Vec<Variable>) -> Kind {
    Kind::Record(fields.into())
}

fn policy() -> Vec<Variable> {
    vec![variable("name", Kind::Text, "the policy's name")]
}

fn sender() -> Vec<Variable> {
    vec![
        variable("name", Kind::Text, "the role's name in the policy"),
        variable("address", Kind::Text, "its e-mail address"),
    ]
}

fn customer(own: &[OwnField]) -> Vec<Variable> {
    let known = CustomerField::ALL
        .iter()
        .map(|field| variable(field.name(), Kind::of(&field.kind()), field.meaning()));
    let address = [
        variable("contact_name", Kind::Text, "the person to write to"),
        variable("mobile", Kind::Text, "the number for texts"),
        variable("street", Kind::Text, "street and house number"),
        variable("postcode", Kind::Text, "the postcode"),
        variable("city", Kind::Text, "the town"),
    ];
    known.chain(address).chain(own_fields(own, Subject::Customer)).collect()
}

fn invoice(own: &[OwnField]) -> Vec<Variable> {
    let known = InvoiceField::ALL
        .iter()
        .map(|field| variable(field.name(), Kind::of(&field.kind()), field.meaning()));
    let links = [
        variable("document_url", Kind::Text, "where the invoice can be seen"),
        variable("payment_link", Kind::Text, "where it can be paid"),
    ];
    known.chain(links).chain(own_fields(own, Subject::Invoice)).collect()
}

fn own_fields(own: &[OwnField], subject: Subject) -> impl Iterator<Item = Variable> {
    own.iter().filter(move |field| field.subject == subject).map(|field| Variable {
        name: Cow::Owned(field.name.clone()),
        kind: Kind::of(&field.kind),
        meaning: "a column of your own",
    })
}

fn contact() -> Vec<Variable> {
    vec![
        variable("date", Kind::Date, "the day"),
        variable("step", Kind::Text, "the step, such as `email first_reminder`"),
        variable("channel", Kind::Text, "email, sms, letter or call"),
        variable("outcome", Kind::Text, "what became of it, such as `sent` or `done`"),
        variable("note", Kind::Text, "what was noted"),
    ]
}

fn promise() -> Vec<Variable> {
    vec![
        variable("made", Kind::Date, "the day it was made"),
        variable("due", Kind::Date, "the day promised"),
        variable("amount", Kind::Money, "the amount promised"),
        variable("state", Kind::Text, "pending, kept or broken"),
        variable("invoice", Kind::Text, "the number of the invoice"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<OwnField> {
        vec![
            OwnField { subject: Subject::Customer, name: String::from("tier"), kind: FieldType::Text },
            OwnField { subject: Subject::Invoice, name: String::from("project"), kind: FieldType::Text },
        ]
    }

    fn paths(variables: &[Variable], prefix: &str, found: &mut Vec<String>) {
        for variable in variables {
            found.push(format!("{prefix}{}", variable.name));
            if let Kind::Record(fields) | Kind::Records(fields) = &variable.kind {
                paths(fields, &format!("{prefix}{}.", variable.name), found);
            }
        }
    }

    #[test]
    fn own_fields_stand_with_their_subject() {
        let mut found = Vec::new();
        paths(&table(&own()), "", &mut found);
        let of_own = |path: &&String| path.ends_with(".tier") || path.ends_with(".project");
        let found: Vec<_> = found.iter().filter(of_own).collect();
        assert_eq!(
            found,
            [
                "customer.tier",
                "invoice.project",
                "invoices.project",
                "also_open.project",
                "open_invoices.project"
            ]
        );
    }

    #[test]
    fn the_sample_has_what_the_table_has() {
        let Fact::Record(sample) = sample(&own()) else { panic!("a record") };
        let table = table(&own());
        assert!(sample.names().eq(table.iter().map(|variable| variable.name.as_ref())));
        assert!(table.iter().all(|variable| sample.get(&variable.name) != Some(&Fact::Missing)));
    }

    /// The lines of the reference; the fields of an invoice once, though four lists have them.
    fn reference() -> Vec<String> {
        let mut lines = Vec::new();
        for variable in table(&[]) {
            lines.push(line("", &variable));
            let again = matches!(variable.name.as_ref(), "invoices" | "also_open" | "open_invoices");
            match &variable.kind {
                Kind::Record(fields) | Kind::Records(fields) if !again => {
                    lines.extend(fields.iter().map(|field| line(&format!("{}.", variable.name), field)));
                }
                _ => {}
            }
        }
        lines
    }

    fn line(prefix: &str, variable: &Variable) -> String {
        format!("| `{prefix}{}` | {} | {} |", variable.name, variable.kind.describe(), variable.meaning)
    }

    #[test]
    fn the_reference_has_a_line_for_every_variable() {
        let written: Vec<_> = include_str!("../../docs/templates.md").lines().collect();
        let missing: Vec<_> =
            reference().into_iter().filter(|line| !written.contains(&line.as_str())).collect();
        assert!(missing.is_empty(), "docs/templates.md lacks\n{}", missing.join("\n"));
    }
}

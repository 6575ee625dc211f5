//! A field of the catalogue, as a person would name it.

use crate::model::Policy;
use crate::model::field::{CustomerField, Field, FieldType, InvoiceField};

/// A field as a noun: `the customer's country`.
#[must_use]
pub fn field(policy: &Policy, field: Field) -> String {
    match field {
        Field::Today => String::from("today"),
        Field::Invoice(field) => String::from(invoice(field)),
        Field::Customer(field) => String::from(customer(field)),
        Field::Own(at) => {
            let own = &policy.fields[at];
            format!("the {}'s {}", own.subject.word(), own.name)
        }
    }
}

/// A field of yes and no as a clause: that it is so, or that it is not.
#[must_use]
pub fn flag(policy: &Policy, field: Field, holds: bool) -> String {
    let (yes, no) = match field {
        Field::Invoice(InvoiceField::Disputed) => ("the invoice is disputed", "the invoice is not disputed"),
        Field::Invoice(InvoiceField::Promised) => {
            ("payment of the invoice is promised", "no payment of the invoice is promised")
        }
        Field::Invoice(InvoiceField::PromiseBroken) => {
            ("the promise to pay the invoice is broken", "no promise to pay the invoice is broken")
        }
        Field::Invoice(InvoiceField::PartlyPaid) => {
            ("the invoice is partly paid", "the invoice is not partly paid")
        }
        Field::Invoice(InvoiceField::Escalated) => {
            ("the invoice is escalated", "the invoice is not escalated")
        }
        Field::Invoice(InvoiceField::HandedOver) => {
            ("an agency or a factor has the invoice", "no agency or factor has the invoice")
        }
        Field::Customer(CustomerField::DoNotContact) => {
            ("the customer is not to be contacted", "the customer may be contacted")
        }
        Field::Customer(CustomerField::Insolvent) => {
            ("the customer is insolvent", "the customer is not insolvent")
        }
        Field::Customer(CustomerField::OverCreditLimit) => {
            ("the customer is over the credit limit", "the customer is not over the credit limit")
        }
        other => {
            let word = if holds { "yes" } else { "no" };
            return format!("{} is {word}", self::field(policy, other));
        }
    };
    String::from(if holds { yes } else { no })
}

/// A tag as a clause: that the list has it, or that it does not.
#[must_use]
pub fn tag(policy: &Policy, field: Field, tag: &str, holds: bool) -> String {
    let has = if holds { "has" } else { "does not have" };
    let is = if holds { "is" } else { "is not" };
    match field {
        Field::Customer(CustomerField::Tags) => format!("the customer {has} the tag “{tag}”"),
        Field::Invoice(InvoiceField::Tags) => format!("the invoice {has} the tag “{tag}”"),
        other => format!("“{tag}” {is} among {}", self::field(policy, other)),
    }
}

/// What a field holds, in a person's words.
#[must_use]
pub fn kind(kind: &FieldType) -> String {
    match kind {
        FieldType::OneOf(values) => {
            let values: Vec<String> = values.iter().map(|value| super::words::quoted(value)).collect();
            super::words::list(&values, "or")
        }
        other => other.describe(),
    }
}

fn invoice(field: InvoiceField) -> &'static str {
    match field {
        InvoiceField::Id => "the invoice's number",
        InvoiceField::Amount => "the invoice's amount",
        InvoiceField::Balance => "what is open on the invoice",
        InvoiceField::Currency => "the invoice's currency",
        InvoiceField::IssueDate => "the issue date",
        InvoiceField::DueDate => "the due date",
        InvoiceField::DaysOverdue => "the number of days overdue",
        InvoiceField::Age => "the number of days since the issue date",
        InvoiceField::Disputed => "whether the invoice is disputed",
        InvoiceField::DisputeReason => "the reason of the dispute",
        InvoiceField::Promised => "whether payment of the invoice is promised",
        InvoiceField::PromiseDate => "the promised date",
        InvoiceField::PromiseBroken => "whether the promise to pay the invoice is broken",
        InvoiceField::PartlyPaid => "whether the invoice is partly paid",
        InvoiceField::Escalated => "whether the invoice is escalated",
        InvoiceField::HandedOver => "whether an agency or a factor has the invoice",
        InvoiceField::Stage => "the invoice's stage",
        InvoiceField::PoNumber => "the customer's order number",
        InvoiceField::Tags => "the list of the invoice's tags",
        InvoiceField::MessagesSent => "the number of messages sent about the invoice",
    }
}

fn customer(field: CustomerField) -> &'static str {
    match field {
        CustomerField::Id => "the customer's number",
        CustomerField::Name => "the customer's name",
        CustomerField::Email => "the customer's e-mail address",
        CustomerField::Phone => "the customer's telephone number",
        CustomerField::Language => "the customer's language",
        CustomerField::Country => "the customer's country",
        CustomerField::Sector => "the customer's line of business",
        CustomerField::Segment => "the segment recorded with the customer",
        CustomerField::Kind => "the kind of customer",
        CustomerField::Owner => "the customer's account manager",
        CustomerField::Tags => "the list of the customer's tags",
        CustomerField::CreditLimit => "the customer's credit limit",
        CustomerField::Since => "the day the customer became one",
        CustomerField::DoNotContact => "whether the customer is not to be contacted",
        CustomerField::Insolvent => "whether the customer is insolvent",
        CustomerField::Balance => "what the customer owes in all",
        CustomerField::OverdueBalance => "what the customer owes past its due date",
        CustomerField::OverdueCount => "the number of the customer's overdue invoices",
        CustomerField::OldestOverdue => "the number of days the customer's oldest invoice is overdue",
        CustomerField::OverCreditLimit => "whether the customer is over the credit limit",
        CustomerField::BrokenPromises => "the number of the customer's broken promises",
        CustomerField::AverageDaysLate => "the number of days the customer pays late on average",
        CustomerField::DaysSinceMessage => "the number of days since the last message to the customer",
    }
}

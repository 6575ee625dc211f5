//! The catalogue of facts: every field a condition can read, its type, and what it counts.
//!
//! Conditions, hints and the language reference all come from this table.

/// What kind of value a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Any text.
    Text,
    /// One of a fixed list of texts.
    OneOf(Vec<String>),
    /// A number, exact to six decimals.
    Number,
    /// A whole number of days.
    Days,
    /// An amount in a currency.
    Money,
    /// A calendar date.
    Date,
    /// Yes or no.
    Flag,
    /// A list of texts.
    Tags,
}

impl FieldType {
    /// The type in the user's words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            FieldType::Text => String::from("a text"),
            FieldType::OneOf(values) => {
                format!("one of {}", crate::suggest::one_of(values.iter().map(String::as_str)))
            }
            FieldType::Number => String::from("a number"),
            FieldType::Days => String::from("a number of days"),
            FieldType::Money => String::from("an amount of money"),
            FieldType::Date => String::from("a date"),
            FieldType::Flag => String::from("yes or no"),
            FieldType::Tags => String::from("a list of tags"),
        }
    }
}

/// Whose record a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The invoice under decision.
    Invoice,
    /// Its customer.
    Customer,
}

impl Subject {
    /// The word before the dot.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Subject::Invoice => "invoice",
            Subject::Customer => "customer",
        }
    }
}

/// A column of the user's own, declared with `field`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnField {
    /// Invoice or customer.
    pub subject: Subject,
    /// The column's name.
    pub name: String,
    /// What it holds.
    pub kind: FieldType,
}

/// A field that a condition reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The date of the plan.
    Today,
    /// A built-in fact about the invoice.
    Invoice(InvoiceField),
    /// A built-in fact about the customer.
    Customer(CustomerField),
    /// The policy's own field with this index.
    Own(usize),
}

macro_rules! catalogue {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal $kind:expr, $meaning:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $meaning] $variant,)* }

        impl $name {
            /// All of them, in the order of the reference.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name after the dot.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// What kind of value it holds.
            #[must_use]
            pub fn kind(self) -> FieldType {
                match self { $($name::$variant => $kind,)* }
            }

            /// The defining line: which facts and outcomes it counts.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $($name::$variant => $meaning,)* }
            }

            /// The field of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|field| field.name() == name)
            }
        }
    };
}

/// The names of the stages, in the order in which the first that fits is taken (R3).
pub const STAGES: [&str; 9] =
    ["not_issued", "void", "paid", "disputed", "promised", "escalated", "overdue", "due_soon", "sent"];

/// The kinds of customer.
pub const CUSTOMER_KINDS: [&str; 3] = ["business", "consumer", "public"];

fn one_of(values: &[&str]) -> FieldType {
    FieldType::OneOf(values.iter().map(ToString::to_string).collect())
}

catalogue! {
    /// Built-in facts about an invoice, all as of the day of the plan.
    InvoiceField {
        Id "id" FieldType::Text, "the invoice's number";
        Amount "amount" FieldType::Money, "the gross amount as issued";
        Balance "balance" FieldType::Money, "what is still open: the amount less payments and credit notes dated up to the day, or the balance column";
        Currency "currency" FieldType::Text, "the ISO code of the invoice's currency";
        IssueDate "issue_date" FieldType::Date, "the day the invoice was issued";
        DueDate "due_date" FieldType::Date, "the day payment is due";
        DaysOverdue "days_overdue" FieldType::Days, "days from the due date to today, negative before it";
        Age "age" FieldType::Days, "days from the issue date to today";
        Disputed "disputed" FieldType::Flag, "a dispute was opened and is not closed yet; the closing day itself is free";
        DisputeReason "dispute_reason" FieldType::Text, "the reason given with the dispute that holds today";
        Promised "promised" FieldType::Flag, "the promise made last is pending: its date has not passed and it is not kept yet";
        PromiseDate "promise_date" FieldType::Date, "the day the promise made last falls due";
        PromiseBroken "promise_broken" FieldType::Flag, "the date of the promise made last has passed and payments since it was made do not reach it";
        PartlyPaid "partly_paid" FieldType::Flag, "something, but not all, has been paid or credited";
        Escalated "escalated" FieldType::Flag, "an `escalate` step was carried out and not cleared since";
        HandedOver "handed_over" FieldType::Flag, "an agency or a factor has the invoice";
        Stage "stage" one_of(&STAGES), "where the invoice stands, the first stage that fits";
        PoNumber "po_number" FieldType::Text, "the customer's order number";
        Tags "tags" FieldType::Tags, "the invoice's tags";
        MessagesSent "messages_sent" FieldType::Number, "ledger rows of e-mails, texts and letters about the invoice that neither failed nor were declined or withdrawn";
    }
}

catalogue! {
    /// Built-in facts about a customer, all as of the day of the plan.
    CustomerField {
        Id "id" FieldType::Text, "the customer's number";
        Name "name" FieldType::Text, "the customer's name";
        Email "email" FieldType::Text, "the e-mail address for bills";
        Phone "phone" FieldType::Text, "the telephone number";
        Language "language" FieldType::Text, "the language tag, such as `fr` or `fr-BE`";
        Country "country" FieldType::Text, "the country as the data has it, usually an ISO code";
        Sector "sector" FieldType::Text, "the line of business";
        Segment "segment" FieldType::Text, "the segment recorded with the customer";
        Kind "kind" one_of(&CUSTOMER_KINDS), "business, consumer or public";
        Owner "owner" FieldType::Text, "the address of the account manager";
        Tags "tags" FieldType::Tags, "the customer's tags";
        CreditLimit "credit_limit" FieldType::Money, "the credit limit, in the policy's currency";
        Since "since" FieldType::Date, "the day the customer became one";
        DoNotContact "do_not_contact" FieldType::Flag, "the customer is not to be contacted";
        Insolvent "insolvent" FieldType::Flag, "insolvency proceedings have begun";
        Balance "balance" FieldType::Money, "the sum of the open balances of all the customer's invoices, over several currencies by `rate`";
        OverdueBalance "overdue_balance" FieldType::Money, "the sum of the open balances past their due date, over several currencies by `rate`";
        OverdueCount "overdue_count" FieldType::Number, "how many open invoices are past their due date";
        OldestOverdue "oldest_overdue" FieldType::Days, "days overdue of the open invoice that is overdue longest, 0 when none is";
        OverCreditLimit "over_credit_limit" FieldType::Flag, "the open balance exceeds the credit limit";
        BrokenPromises "broken_promises" FieldType::Number, "promises, of all the customer's invoices, whose date passed without the payments they named";
        AverageDaysLate "average_days_late" FieldType::Days, "mean days from due date to settlement over the settled invoices, early ones counting 0, rounded";
        DaysSinceMessage "days_since_message" FieldType::Days, "days since the last ledger row of an e-mail, text or letter that neither failed nor was declined or withdrawn";
    }
}

impl CustomerField {
    /// Whether it is what all of the customer's invoices, or messages about them, come to together.
    #[must_use]
    pub fn is_of_account(self) -> bool {
        use CustomerField::*;
        matches!(
            self,
            Balance
                | OverdueBalance
                | OverdueCount
                | OldestOverdue
                | OverCreditLimit
                | BrokenPromises
                | AverageDaysLate
                | DaysSinceMessage
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_says_what_it_counts() {
        for &field in InvoiceField::ALL {
            assert_eq!(InvoiceField::named(field.name()), Some(field));
            assert!(!field.meaning().ends_with('.'), "{}", field.name());
        }
        for &field in CustomerField::ALL {
            assert_eq!(CustomerField::named(field.name()), Some(field));
        }
        assert_eq!(InvoiceField::ALL.len() + CustomerField::ALL.len(), 43);
    }
}

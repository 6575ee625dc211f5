//! The tables a snapshot can have and the columns of each.

/// Declares the columns of one table; a column's number is its slot in a row.
macro_rules! columns {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)* }

        impl $name {
            /// The names, by slot.
            pub(super) const NAMES: &'static [&'static str] = &[$($text),*];
        }

        impl From<$name> for usize {
            fn from(column: $name) -> usize {
                column as usize
            }
        }
    };
}

columns! {
    /// Columns of `customers`; those up to `Tags` but the id are kept as text.
    CustomerColumn {
        CustomerId "customer_id", Name "name", ContactName "contact_name", Email "email", Mobile "mobile",
        Phone "phone", Street "street", Postcode "postcode", City "city", Country "country",
        Language "language", Kind "kind", Sector "sector", Segment "segment", Owner "owner", Tags "tags",
        CreditLimit "credit_limit", Terms "terms", Since "since", DoNotContact "do_not_contact",
        InsolventSince "insolvent_since",
    }
}

columns! {
    /// Columns of `invoices`.
    InvoiceColumn {
        InvoiceId "invoice_id", CustomerId "customer_id", Amount "amount", DueDate "due_date",
        Currency "currency", IssueDate "issue_date", Balance "balance", PaidDate "paid_date", Status "status",
        Disputed "disputed", DisputeOpened "dispute_opened", DisputeClosed "dispute_closed",
        DisputeReason "dispute_reason", PromiseMade "promise_made", PromiseDate "promise_date",
        PromiseAmount "promise_amount", HoldUntil "hold_until", HandedOver "handed_over",
        PoNumber "po_number", Owner "owner", Tags "tags", DocumentUrl "document_url",
        PaymentLink "payment_link",
    }
}

columns! {
    /// Columns of `contacts`.
    ContactColumn {
        CustomerId "customer_id", Role "role", Name "name", Email "email", Phone "phone", Language "language",
    }
}

columns! {
    /// Columns of `payments`.
    PaymentColumn {
        Id "payment_id", Date "date", Amount "amount", Currency "currency", InvoiceId "invoice_id",
        CustomerId "customer_id", Reference "reference",
    }
}

columns! {
    /// Columns of `credit_notes`: those of payments, without the reference.
    CreditNoteColumn {
        Id "credit_id", Date "date", Amount "amount", Currency "currency", InvoiceId "invoice_id",
        CustomerId "customer_id",
    }
}

columns! {
    /// Columns of `disputes`.
    DisputeColumn {
        InvoiceId "invoice_id", Opened "opened", Closed "closed", Amount "amount", Reason "reason",
        WaitingFor "waiting_for", Owner "owner",
    }
}

columns! {
    /// Columns of `promises`.
    PromiseColumn {
        InvoiceId "invoice_id", Made "made", Due "due", Amount "amount",
    }
}

columns! {
    /// Columns of `history`, the ledger.
    HistoryColumn {
        InvoiceId "invoice_id", CustomerId "customer_id", Date "date", Step "step", Outcome "outcome",
        Rung "rung", Key "key", Content "content", PlanId "plan_id", At "at", Channel "channel",
        Address "address", Currency "currency", Actor "actor", ApprovedBy "approved_by",
        MessageId "message_id", Note "note", Amount "amount",
    }
}

/// A table of the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Invoices,
    Customers,
    Contacts,
    Payments,
    CreditNotes,
    Disputes,
    Promises,
    History,
}

impl Table {
    /// All of them; a file that two of them share belongs to the earlier one.
    pub(super) const ALL: [Table; 8] = [
        Table::Invoices,
        Table::Customers,
        Table::Contacts,
        Table::Payments,
        Table::CreditNotes,
        Table::Disputes,
        Table::Promises,
        Table::History,
    ];

    /// The name of its file and of its entry in `snapshot.yaml`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Table::Invoices => "invoices",
            Table::Customers => "customers",
            Table::Contacts => "contacts",
            Table::Payments => "payments",
            Table::CreditNotes => "credit_notes",
            Table::Disputes => "disputes",
            Table::Promises => "promises",
            Table::History => "history",
        }
    }

    /// Its columns, by slot.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Table::Invoices => InvoiceColumn::NAMES,
            Table::Customers => CustomerColumn::NAMES,
            Table::Contacts => ContactColumn::NAMES,
            Table::Payments => PaymentColumn::NAMES,
            Table::CreditNotes => CreditNoteColumn::NAMES,
            Table::Disputes => DisputeColumn::NAMES,
            Table::Promises => PromiseColumn::NAMES,
            Table::History => HistoryColumn::NAMES,
        }
    }

    /// What a file must have: one column of each group.
    pub(super) fn required(self) -> &'static [&'static [&'static str]] {
        match self {
            Table::Invoices => &[&["invoice_id"], &["customer_id"], &["amount"], &["due_date", "issue_date"]],
            Table::Customers => &[&["customer_id"]],
            Table::Contacts => &[&["customer_id"], &["role"]],
            Table::Payments => &[&["payment_id"], &["date"], &["amount"], &["invoice_id", "customer_id"]],
            Table::CreditNotes => &[&["credit_id"], &["date"], &["amount"], &["invoice_id", "customer_id"]],
            Table::Disputes => &[&["invoice_id"]],
            Table::Promises => &[&["invoice_id"], &["due"]],
            Table::History => &[&["invoice_id", "customer_id"], &["date"], &["step"], &["outcome"]],
        }
    }

    /// The slots that tell one record from another, where rows of one record can become one.
    pub(super) fn key(self) -> &'static [usize] {
        match self {
            Table::Invoices | Table::Customers | Table::Payments | Table::CreditNotes => &[0],
            Table::Contacts => &[0, 1, 2],
            Table::Disputes | Table::Promises => &[0],
            Table::History => &[],
        }
    }

    /// The slots that are read as dates and as nothing else.
    #[cfg(feature = "parquet")]
    pub(super) fn dates(self) -> &'static [usize] {
        use {CustomerColumn as C, HistoryColumn as H, InvoiceColumn as I, PaymentColumn as P};
        match self {
            Table::Invoices => &[
                I::DueDate as usize,
                I::IssueDate as usize,
                I::PaidDate as usize,
                I::DisputeOpened as usize,
                I::DisputeClosed as usize,
                I::PromiseMade as usize,
                I::PromiseDate as usize,
                I::HoldUntil as usize,
            ],
            Table::Customers => &[C::Since as usize],
            Table::History => &[H::Date as usize],
            Table::Payments | Table::CreditNotes => &[P::Date as usize],
            Table::Contacts | Table::Disputes | Table::Promises => &[],
        }
    }

    /// The slots that are read as amounts and as nothing else.
    #[cfg(feature = "parquet")]
    pub(super) fn amounts(self) -> &'static [usize] {
        use {CustomerColumn as C, HistoryColumn as H, InvoiceColumn as I, PaymentColumn as P};
        match self {
            Table::Invoices => &[I::Amount as usize, I::Balance as usize, I::PromiseAmount as usize],
            Table::Customers => &[C::CreditLimit as usize],
            Table::History => &[H::Amount as usize],
            Table::Payments | Table::CreditNotes => &[P::Amount as usize],
            Table::Contacts | Table::Disputes | Table::Promises => &[],
        }
    }

    /// Whether a row can be the reason to leave somebody alone: money received, a dispute, a promise, what was sent.
    pub(super) fn speaks_against_contacts(self) -> bool {
        match self {
            Table::Payments | Table::CreditNotes | Table::Disputes | Table::Promises | Table::History => true,
            Table::Invoices | Table::Customers | Table::Contacts => false,
        }
    }

    /// The slots of amounts that are added up over invoice lines.
    pub(super) fn sums(self) -> &'static [usize] {
        match self {
            Table::Invoices => &[InvoiceColumn::Amount as usize, InvoiceColumn::Balance as usize],
            _ => &[],
        }
    }

    /// For a table read from another's file: the slots of which a row must have at least one to say
    /// anything about this table (none: every row does).
    pub(super) fn evidence(self) -> &'static [usize] {
        match self {
            Table::Payments | Table::CreditNotes => {
                &[PaymentColumn::Date as usize, PaymentColumn::Amount as usize]
            }
            Table::Disputes => &[DisputeColumn::Opened as usize],
            Table::Promises => &[PromiseColumn::Due as usize],
            Table::Contacts => {
                &[ContactColumn::Name as usize, ContactColumn::Email as usize, ContactColumn::Phone as usize]
            }
            Table::Invoices | Table::Customers | Table::History => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_documented() {
        let page = include_str!("../../../docs/data.md");
        for table in Table::ALL {
            for column in table.columns() {
                assert!(page.contains(&format!("`{column}`")), "{} {column}", table.name());
            }
        }
    }

    #[test]
    fn required_columns_are_columns() {
        for table in Table::ALL {
            let required = table.required().iter().flat_map(|group| group.iter());
            for column in required {
                assert!(table.columns().contains(column), "{} {column}", table.name());
            }
        }
    }
}

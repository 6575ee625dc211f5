//! The tables of a snapshot, in columns: customers by id, invoices by customer and id, and the facts about them.

use std::ops::Range;

use chrono::NaiveDate;

use super::texts::Text;
use crate::model::Terms;
use crate::money::{Currency, Money};

/// One optional column: a value a row, or nothing at all when no row has one. Rows behind the last value have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<T>(Vec<Option<T>>);

impl<T> Default for Column<T> {
    fn default() -> Column<T> {
        Column(Vec::new())
    }
}

impl<T: Copy> Column<T> {
    /// A column with these values; it takes no room when all are missing.
    #[must_use]
    pub fn new(values: Vec<Option<T>>) -> Column<T> {
        if values.iter().all(Option::is_none) { Column(Vec::new()) } else { Column(values) }
    }

    /// Gives a row behind all that have a value its own. The first value makes room for so many rows.
    pub fn put(&mut self, row: usize, value: Option<T>, room: usize) {
        if value.is_some() {
            if self.0.is_empty() {
                self.0.reserve_exact(room);
            }
            self.0.resize(row, None);
            self.0.push(value);
        }
    }

    /// Changes every value.
    pub fn each(&mut self, change: impl FnMut(&mut T)) {
        self.0.iter_mut().flatten().for_each(change);
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<T> {
        self.0.get(row).copied().flatten()
    }

    /// The value of a row, to be changed.
    pub fn get_mut(&mut self, row: usize) -> Option<&mut T> {
        self.0.get_mut(row)?.as_mut()
    }

    /// Whether any row has a value.
    #[must_use]
    pub fn has_values(&self) -> bool {
        !self.0.is_empty()
    }
}

/// The row of a customer in [`Customers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerRow(pub u32);

/// The row of an invoice in [`Invoices`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvoiceRow(pub u32);

impl CustomerRow {
    /// The row as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl InvoiceRow {
    /// The row as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Since when something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Since {
    /// The data says that it holds, not since when: it holds on every day.
    Always,
    /// From this day on.
    Date(NaiveDate),
}

impl Since {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(self, day: NaiveDate) -> bool {
        match self {
            Since::Always => true,
            Since::Date(since) => since <= day,
        }
    }

    /// The day, where it is known.
    #[must_use]
    pub fn date(self) -> Option<NaiveDate> {
        match self {
            Since::Always => None,
            Since::Date(date) => Some(date),
        }
    }
}

/// A value in a column of the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnValue {
    /// A text, or one of a fixed list.
    Text(Text),
    /// A number in millionths.
    Number(i64),
    /// Minor units of the row's currency (a customer's: the policy's).
    Money(Money),
    /// A date.
    Date(NaiveDate),
    /// Yes or no.
    Flag(bool),
    /// Tags, joined as in [`Customers::tags`].
    Tags(Text),
}

impl OwnValue {
    /// The same value, its text changed where it is one.
    #[must_use]
    pub fn with_text(self, change: impl FnOnce(Text) -> Text) -> OwnValue {
        match self {
            OwnValue::Text(text) => OwnValue::Text(change(text)),
            OwnValue::Tags(text) => OwnValue::Tags(change(text)),
            other => other,
        }
    }
}

/// Customers, sorted by id; one row each.
#[derive(Debug, Clone, Default)]
pub struct Customers {
    /// The customer's number.
    pub id: Vec<Text>,
    /// Name.
    pub name: Column<Text>,
    /// Whom bills are addressed to.
    pub contact_name: Column<Text>,
    /// E-mail address for bills.
    pub email: Column<Text>,
    /// Mobile number, for text messages.
    pub mobile: Column<Text>,
    /// Telephone number.
    pub phone: Column<Text>,
    /// Street, for letters.
    pub street: Column<Text>,
    /// Postcode.
    pub postcode: Column<Text>,
    /// City.
    pub city: Column<Text>,
    /// Country.
    pub country: Column<Text>,
    /// Language tag.
    pub language: Column<Text>,
    /// business, consumer or public.
    pub kind: Column<Text>,
    /// Line of business.
    pub sector: Column<Text>,
    /// Recorded segment.
    pub segment: Column<Text>,
    /// Account manager's address.
    pub owner: Column<Text>,
    /// Tags, sorted, joined with `;`.
    pub tags: Column<Text>,
    /// Credit limit in minor units of the policy's currency.
    pub credit_limit: Column<i64>,
    /// The customer's own terms.
    pub terms: Column<Terms>,
    /// Customer since.
    pub since: Column<NaiveDate>,
    /// Not to be contacted.
    pub do_not_contact: Column<bool>,
    /// Insolvent since.
    pub insolvent_since: Column<Since>,
    /// The policy's own customer fields, by index in its list of own fields (empty columns for invoice fields).
    pub own: Vec<Column<OwnValue>>,
}

/// What the issuing system says of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not sent yet.
    Draft,
    /// Issued.
    Open,
    /// Cancelled.
    Void,
    /// Given up.
    WrittenOff,
}

/// Invoices, sorted by customer and id; one row each, ids unique.
#[derive(Debug, Clone, Default)]
pub struct Invoices {
    /// The invoice's number.
    pub id: Vec<Text>,
    /// Its customer.
    pub customer: Vec<CustomerRow>,
    /// Its currency.
    pub currency: Vec<Currency>,
    /// Gross amount in minor units.
    pub amount: Vec<i64>,
    /// Due date, from the data or from issue date and terms.
    pub due_date: Vec<NaiveDate>,
    /// Issue date.
    pub issue_date: Column<NaiveDate>,
    /// Open balance on the day the data was taken, in minor units.
    pub balance: Column<i64>,
    /// The day it was settled.
    pub paid_date: Column<NaiveDate>,
    /// Draft, void and so on; missing means open.
    pub status: Column<Status>,
    /// Not to be chased through this day.
    pub hold_until: Column<NaiveDate>,
    /// With an agency or factor.
    pub handed_over: Column<Since>,
    /// The customer's order number.
    pub po_number: Column<Text>,
    /// Who looks after it, when not the customer's owner.
    pub owner: Column<Text>,
    /// Tags, sorted, joined with `;`.
    pub tags: Column<Text>,
    /// Where the document is.
    pub document_url: Column<Text>,
    /// Where it can be paid.
    pub payment_link: Column<Text>,
    /// The policy's own invoice fields, by index in its list of own fields (empty columns for customer fields).
    pub own: Vec<Column<OwnValue>>,
}

/// A further person at a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Whose.
    pub customer: CustomerRow,
    /// In which role.
    pub role: Text,
    /// Name.
    pub name: Option<Text>,
    /// E-mail address.
    pub email: Option<Text>,
    /// Telephone number.
    pub phone: Option<Text>,
    /// Language tag.
    pub language: Option<Text>,
}

/// A payment or a credit note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payment {
    /// Whose.
    pub customer: CustomerRow,
    /// For which invoice; none while it is not allocated.
    pub invoice: Option<InvoiceRow>,
    /// The day it counts from.
    pub date: NaiveDate,
    /// Its number.
    pub id: Text,
    /// How much.
    pub money: Money,
    /// A credit note, not a payment.
    pub credit_note: bool,
}

/// A dispute about an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dispute {
    /// Which invoice.
    pub invoice: InvoiceRow,
    /// When it was opened; [`Since::Always`] where the data only says that it is disputed.
    pub opened: Since,
    /// The first day on which it no longer holds.
    pub closed: Option<NaiveDate>,
    /// Why.
    pub reason: Option<Text>,
    /// How much of the balance it concerns, in minor units of the invoice.
    pub amount: Option<i64>,
    /// What is being waited for.
    pub waiting_for: Option<Text>,
    /// Who settles it.
    pub owner: Option<Text>,
}

/// A promise to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// Which invoice.
    pub invoice: InvoiceRow,
    /// When it was made; [`Since::Always`] where the data does not say.
    pub made: Since,
    /// The day by which it is to be paid.
    pub due: NaiveDate,
    /// How much, in minor units of the invoice; none means the whole open balance.
    pub amount: Option<i64>,
}

/// For sorted rows, where each group starts: one entry a group and one for the end; none at all without rows.
#[derive(Debug, Clone, Default)]
pub struct Ranges(Vec<u32>);

impl Ranges {
    /// The ranges of `groups` groups in rows sorted by group.
    pub fn new(groups: usize, sorted: impl Iterator<Item = usize>) -> Ranges {
        let mut sorted = sorted.peekable();
        if sorted.peek().is_none() {
            return Ranges::default();
        }
        let mut starts = vec![0; groups + 1];
        for group in sorted {
            starts[group + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Ranges(starts)
    }

    /// The rows of a group.
    #[must_use]
    pub fn of(&self, group: usize) -> Range<usize> {
        match self.0.get(group..group + 2) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }
}

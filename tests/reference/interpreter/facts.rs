//! R1 to R3: what is known on a day, what is open, where an invoice stands.

use chrono::NaiveDate;
use dun::calendar::{Calendar, add_days, days_between};
use dun::model::{Anchor, Stage};
use dun::money::Currency;
use dun::snapshot::tables::{CustomerRow, Dispute, InvoiceRow, Payment, Promise, Status};
use dun::snapshot::texts::Text;

use super::World;
use super::conditions::Truth;

/// What became of a promise (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromiseState {
    Pending,
    Kept,
    Broken,
}

impl<'a> World<'a> {
    pub(super) fn text(&self, text: Option<Text>) -> Option<&'a str> {
        text.map(|text| self.data.text(text))
    }

    pub(super) fn id(&self, invoice: InvoiceRow) -> &'a str {
        self.data.invoice_id(invoice)
    }

    pub(super) fn customer_of(&self, invoice: InvoiceRow) -> CustomerRow {
        self.data.invoices.customer[invoice.index()]
    }

    pub(super) fn currency(&self, invoice: InvoiceRow) -> Currency {
        self.data.invoices.currency[invoice.index()]
    }

    pub(super) fn due(&self, invoice: InvoiceRow) -> NaiveDate {
        self.data.invoices.due_date[invoice.index()]
    }

    pub(super) fn issued_on(&self, invoice: InvoiceRow) -> Option<NaiveDate> {
        self.data.invoices.issue_date.get(invoice.index())
    }

    pub(super) fn days_overdue(&self, invoice: InvoiceRow) -> i64 {
        days_between(self.due(invoice), self.today)
    }

    /// All invoices of the data.
    pub(super) fn invoices(&self) -> impl Iterator<Item = InvoiceRow> + use<> {
        (0..self.data.invoices.id.len()).map(|row| InvoiceRow(u32::try_from(row).unwrap()))
    }

    pub(super) fn invoices_of(&self, customer: CustomerRow) -> Vec<InvoiceRow> {
        self.invoices().filter(|invoice| self.customer_of(*invoice) == customer).collect()
    }

    // ---- R2: open balances

    /// The payments and credit notes of the invoice itself, of all days.
    pub(super) fn own_rows(&self, invoice: InvoiceRow) -> Vec<&'a Payment> {
        self.data.payments.iter().filter(|row| row.invoice == Some(invoice)).collect()
    }

    /// Those known.
    pub(super) fn payments(&self, invoice: InvoiceRow) -> Vec<&'a Payment> {
        self.own_rows(invoice).into_iter().filter(|row| row.date <= self.known).collect()
    }

    pub(super) fn amount(&self, invoice: InvoiceRow) -> i64 {
        self.data.invoices.amount[invoice.index()]
    }

    /// R2: the open balance.
    pub(super) fn balance(&self, invoice: InvoiceRow) -> i64 {
        let invoices = &self.data.invoices;
        let row = invoice.index();
        if !self.own_rows(invoice).is_empty() {
            self.played("R2");
            let paid: i64 = self.payments(invoice).iter().map(|row| row.money.minor).sum();
            return self.amount(invoice) - paid;
        }
        if invoices.paid_date.get(row).is_some_and(|paid| paid <= self.known) {
            return 0;
        }
        let taken = self.data.taken_on.unwrap_or(self.known);
        invoices.balance.get(row).filter(|_| self.known >= taken).unwrap_or(self.amount(invoice))
    }

    /// R2: nothing is left, or less than is ignored in the currency.
    pub(super) fn is_settled(&self, invoice: InvoiceRow) -> bool {
        self.is_little(invoice, self.balance(invoice))
    }

    /// R2: whether what is left of an invoice counts as nothing.
    pub(super) fn is_little(&self, invoice: InvoiceRow, left: i64) -> bool {
        let of_currency = |money: &&dun::money::Money| money.currency == self.currency(invoice);
        let ignored = self.policy.settings.tolerances.iter().find(of_currency).map_or(0, |money| money.minor);
        left <= 0 || left < ignored
    }

    pub(super) fn is_issued(&self, invoice: InvoiceRow) -> bool {
        self.data.invoices.status.get(invoice.index()) != Some(Status::Draft)
            && self.issued_on(invoice).is_none_or(|issued| issued <= self.known)
    }

    pub(super) fn is_void(&self, invoice: InvoiceRow) -> bool {
        matches!(self.data.invoices.status.get(invoice.index()), Some(Status::Void | Status::WrittenOff))
    }

    /// R2: issued, neither void nor written off, and not settled.
    pub(super) fn is_open(&self, invoice: InvoiceRow) -> bool {
        self.is_issued(invoice) && !self.is_void(invoice) && !self.is_settled(invoice)
    }

    pub(super) fn open_invoices(&self, customer: CustomerRow) -> Vec<InvoiceRow> {
        self.invoices_of(customer).into_iter().filter(|invoice| self.is_open(*invoice)).collect()
    }

    // ---- R3: disputes, promises, stages

    /// R3: the dispute that holds: opened, and not closed by the day of the plan; of several the one opened last.
    pub(super) fn dispute(&self, invoice: InvoiceRow) -> Option<&'a Dispute> {
        let known = self.data.disputes.iter().filter(|dispute| dispute.invoice == invoice);
        known
            .filter(|dispute| dispute.opened.holds_on(self.known))
            .filter(|dispute| dispute.closed.is_none_or(|closed| closed > self.known))
            .max_by_key(|dispute| dispute.opened)
    }

    /// R3: the day before which a closed dispute held, of the one closed last.
    pub(super) fn dispute_closed(&self, invoice: InvoiceRow) -> Option<NaiveDate> {
        let known = self.data.disputes.iter().filter(|dispute| dispute.invoice == invoice);
        let closed =
            known.filter(|dispute| dispute.opened.holds_on(self.known)).filter_map(|dispute| dispute.closed);
        closed.filter(|closed| *closed <= self.known).max()
    }

    fn promises(&self, invoice: InvoiceRow) -> Vec<&'a Promise> {
        let of_invoice = self.data.promises.iter().filter(|promise| promise.invoice == invoice);
        of_invoice.filter(|promise| promise.made.holds_on(self.known)).collect()
    }

    /// R3: the promise made last.
    pub(super) fn promise(&self, invoice: InvoiceRow) -> Option<&'a Promise> {
        self.promises(invoice).into_iter().max_by_key(|promise| (promise.made, promise.due))
    }

    /// R3: kept once payments since it was made reach its amount or settle the invoice; pending through its date.
    pub(super) fn state_of(&self, promise: &Promise) -> PromiseState {
        let invoice = promise.invoice;
        let since = |row: &&Payment| promise.made.date().is_none_or(|made| row.date >= made);
        let paid: i64 = match self.own_rows(invoice).is_empty() {
            true => self.amount(invoice) - self.balance(invoice),
            false => self.payments(invoice).into_iter().filter(since).map(|row| row.money.minor).sum(),
        };
        let reached = promise.amount.is_some_and(|amount| amount > 0 && paid >= amount);
        match reached || self.is_settled(invoice) {
            true => PromiseState::Kept,
            false if promise.due >= self.today => PromiseState::Pending,
            false => PromiseState::Broken,
        }
    }

    pub(super) fn broken_promises(&self, customer: CustomerRow) -> i64 {
        let all = self.invoices_of(customer).into_iter().flat_map(|invoice| self.promises(invoice));
        all.filter(|promise| self.state_of(promise) == PromiseState::Broken).count().try_into().unwrap()
    }

    /// R3: the first stage that fits, of an open invoice, and since when.
    pub(super) fn stage(&self, invoice: InvoiceRow) -> (Stage, Option<NaiveDate>) {
        if !self.is_issued(invoice) {
            return (Stage::NotIssued, None);
        }
        if self.is_void(invoice) {
            return (Stage::Void, None);
        }
        if self.is_settled(invoice) {
            return (Stage::Paid, None);
        }
        self.played("R3");
        if let Some(dispute) = self.dispute(invoice) {
            return (Stage::Disputed, dispute.opened.date());
        }
        if let Some(promise) =
            self.promise(invoice).filter(|promise| self.state_of(promise) == PromiseState::Pending)
        {
            return (Stage::Promised, promise.made.date());
        }
        if let Some(since) = self.flag_set(invoice, "escalated") {
            return (Stage::Escalated, Some(since));
        }
        let due = self.due(invoice);
        if self.today > due {
            return (Stage::Overdue, Some(add_days(due, 1)));
        }
        let soon = self.due_soon_from(invoice);
        if self.today >= soon {
            let since = self.issued_on(invoice).map_or(soon, |issued| soon.max(issued));
            return (Stage::DueSoon, Some(since));
        }
        (Stage::Sent, self.issued_on(invoice))
    }

    /// R3: the day of the earliest step that a ladder of the policy takes before the due date, else seven days.
    fn due_soon_from(&self, invoice: InvoiceRow) -> NaiveDate {
        let rungs = self.policy.ladders.iter().flat_map(|ladder| &ladder.rungs);
        let moments = rungs.map(|rung| rung.moment).filter(|moment| moment.anchor == Anchor::Due);
        let before = moments.filter(|moment| moment.offset.count < 0);
        let days = before.filter_map(|moment| self.moment(invoice, moment));
        days.min().unwrap_or(add_days(self.due(invoice), -7))
    }

    // ---- calendars

    /// R8: the first calendar whose condition holds for the customer, else the one without a condition.
    pub(super) fn calendar(&self, invoice: InvoiceRow) -> &'a Calendar {
        let holds = |calendar: &&dun::model::PolicyCalendar| {
            let when = calendar.when.as_ref();
            when.is_some_and(|when| self.truth(invoice, when) == Truth::True)
        };
        let calendars = &self.policy.calendars;
        let found =
            calendars.iter().find(holds).or_else(|| calendars.iter().find(|other| other.when.is_none()));
        found.map_or(self.always_open, |found| &found.calendar)
    }
}

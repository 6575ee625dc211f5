//! The state of invoices and customers on a day (R2, R3), and every field of the catalogue.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Serialize;

use super::condition::Truth;
use super::day::Day;
use super::history::up_to;
use super::marks::{AccountMark, AccountMarks, Handed, Mark};
use crate::calendar::{add_days, days_between};
use crate::model::Stage;
use crate::model::field::{CustomerField, Field, FieldType, InvoiceField, Subject};
use crate::money::{Currency, Money};
use crate::snapshot::ledger::{LedgerRow, Outcome};
use crate::snapshot::tables::{CustomerRow, Dispute, InvoiceRow, OwnValue, Payment, Promise, Since, Status};

const MILLION: i64 = 1_000_000;

/// What became of the promise made last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promised<'a> {
    No,
    Pending(&'a Promise),
    Kept(&'a Promise),
    Broken(&'a Promise),
}

impl<'a> Promised<'a> {
    pub(super) fn promise(self) -> Option<&'a Promise> {
        match self {
            Promised::No => None,
            Promised::Pending(promise) | Promised::Kept(promise) | Promised::Broken(promise) => Some(promise),
        }
    }
}

/// What tells the open balance of an invoice (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceSource {
    /// The amount less payments and credit notes of its own.
    Payments,
    /// The day it was settled has come.
    PaidDate,
    /// The column of open balances.
    BalanceColumn,
    /// Nothing was paid: the amount.
    Amount,
}

/// An invoice on a day.
#[derive(Debug)]
pub(crate) struct InvoiceState<'a> {
    pub(crate) row: InvoiceRow,
    pub(crate) balance: Money,
    pub(super) due: NaiveDate,
    pub(super) days_overdue: i64,
    pub(super) stage: Stage,
    pub(super) since: Option<NaiveDate>,
    pub(super) dispute: Option<&'a Dispute>,
    pub(super) promised: Promised<'a>,
    /// Flags set and not cleared, `escalated` among them.
    pub(super) marks: Vec<Mark>,
    /// The role that has the invoice, after a hand-off or an escalation.
    pub(super) handed_to: Option<Handed>,
    /// Its ledger rows up to the day.
    pub(super) rows: &'a [LedgerRow],
}

impl InvoiceState<'_> {
    /// Whether it is open (R2): only open invoices are acted on.
    pub(super) fn is_open(&self) -> bool {
        self.stage > Stage::Paid
    }

    /// The roles that an escalation has made approvers of later messages.
    pub(super) fn escalated_to(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter_map(|mark| mark.escalated_to.as_deref())
    }

    fn escalated(&self) -> Option<NaiveDate> {
        self.marks.iter().find(|mark| &*mark.name == "escalated").map(|mark| mark.since)
    }
}

/// A customer on a day.
pub(crate) struct CustomerState<'a> {
    pub(crate) row: CustomerRow,
    pub(crate) invoices: Vec<InvoiceState<'a>>,
    /// Marks of the customer as a whole whose episode has ended (R24).
    pub(super) ended_marks: Vec<AccountMark>,
    /// By segment: whether its condition holds, where what it asks about the customer alone tells.
    pub(super) segments: OnceLock<Vec<Option<Truth>>>,
    sums: OnceLock<Sums>,
    /// All invoices, for one of whom some were left out, once somebody asks for them.
    all: OnceLock<Vec<InvoiceState<'a>>>,
}

/// Figures over all of a customer's invoices, worked out when first asked for.
struct Sums {
    /// One amount a currency, never none.
    balance: Vec<Money>,
    overdue_balance: Vec<Money>,
    overdue_count: i64,
    oldest_overdue: i64,
    broken_promises: i64,
    average_days_late: Option<i64>,
    days_since_message: Option<i64>,
}

/// The value of a field; a sum is the customer's of the day, a text the data's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'s, 'a> {
    Missing,
    Text(&'a str),
    /// In millionths.
    Number(i64),
    Money(Money),
    /// A sum over several currencies, one amount for each.
    Sum(&'s [Money]),
    Date(NaiveDate),
    Flag(bool),
    /// Joined with `;`; a record without tags has none, which is not missing.
    Tags(&'a str),
}

fn days(days: i64) -> Value<'static, 'static> {
    Value::Number(days.saturating_mul(MILLION))
}

fn or_missing<'s, 'a, T>(value: Option<T>, some: impl Fn(T) -> Value<'s, 'a>) -> Value<'s, 'a> {
    value.map_or(Value::Missing, some)
}

fn in_currencies<'s>(sum: &'s [Money]) -> Value<'s, 'static> {
    if let [only] = sum { Value::Money(*only) } else { Value::Sum(sum) }
}

impl<'a> Day<'a> {
    /// A customer with all invoices as of the day.
    pub(super) fn customer(&self, row: CustomerRow) -> CustomerState<'a> {
        self.customer_among(row, |_| true)
    }

    /// All invoices of a customer, those left out of it as well.
    pub(super) fn all_invoices<'s>(&self, customer: &'s CustomerState<'a>) -> &'s [InvoiceState<'a>] {
        if self.snapshot.invoices_of(customer.row).len() == customer.invoices.len() {
            return &customer.invoices;
        }
        customer.all.get_or_init(|| self.customer(customer.row).invoices)
    }

    /// A customer with some of the invoices.
    pub(super) fn customer_among(
        &self,
        row: CustomerRow,
        wanted: impl Fn(InvoiceRow) -> bool,
    ) -> CustomerState<'a> {
        let marks = self.account_marks(row);
        let rows = || self.snapshot.invoices_of(row).filter(|&invoice| wanted(invoice));
        let mut invoices = Vec::with_capacity(rows().count());
        invoices.extend(rows().map(|invoice| self.invoice(invoice, &marks)));
        let ended_marks = marks.ended;
        let (segments, sums, all) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        CustomerState { row, invoices, ended_marks, segments, sums, all }
    }

    fn invoice(&self, row: InvoiceRow, marks: &AccountMarks) -> InvoiceState<'a> {
        let snapshot = self.snapshot;
        let at = row.index();
        let due = snapshot.invoices.due_date[at];
        let mut state = InvoiceState {
            row,
            balance: Money::new(self.open_balance(row).0, snapshot.invoices.currency[at]),
            due,
            days_overdue: days_between(due, self.today),
            stage: Stage::Sent,
            since: snapshot.invoices.issue_date.get(at),
            dispute: None,
            promised: Promised::No,
            marks: Vec::new(),
            handed_to: None,
            rows: up_to(snapshot.ledger_of(row), self.today),
        };
        if !state.rows.is_empty() {
            self.read_marks(&mut state);
        }
        marks.put_on(&mut state);
        self.stage(&mut state);
        state
    }

    /// The open balance, before any tolerance, and what tells it (R2).
    pub(super) fn open_balance(&self, row: InvoiceRow) -> (i64, BalanceSource) {
        let invoices = &self.snapshot.invoices;
        let at = row.index();
        let amount = invoices.amount[at];
        if let Some(left) = self.paid_down(row, self.today) {
            return (left, BalanceSource::Payments);
        }
        if invoices.paid_date.get(at).is_some_and(|paid| paid <= self.today) {
            return (0, BalanceSource::PaidDate);
        }
        let is_current = self.snapshot.taken_on.is_none_or(|taken| taken <= self.today);
        match invoices.balance.get(at).filter(|_| is_current) {
            Some(balance) => (balance, BalanceSource::BalanceColumn),
            None => (amount, BalanceSource::Amount),
        }
    }

    /// The amount less the payments and credit notes of an invoice's own up to a day; none where it has none at all.
    pub(super) fn paid_down(&self, row: InvoiceRow, day: NaiveDate) -> Option<i64> {
        let own = self.snapshot.payments_of(row);
        let paid = own.iter().filter(|payment| payment.date <= day);
        let amount = self.snapshot.invoices.amount[row.index()];
        (!own.is_empty()).then(|| paid.fold(amount, |left, payment| left.saturating_sub(payment.money.minor)))
    }

    /// The first day on which an invoice can be overdue: the day after due, or that of issue if it is later; none for
    /// a draft, or one that is void or written off.
    pub(super) fn first_overdue_day(&self, row: InvoiceRow) -> Option<NaiveDate> {
        let (invoices, at) = (&self.snapshot.invoices, row.index());
        let is_none =
            matches!(invoices.status.get(at), Some(Status::Draft | Status::Void | Status::WrittenOff));
        let after_due = add_days(invoices.due_date[at], 1);
        let first = invoices.issue_date.get(at).map_or(after_due, |issued| issued.max(after_due));
        (!is_none && first <= self.today).then_some(first)
    }

    /// The least balance that is open.
    pub(super) fn tolerance(&self, currency: Currency) -> i64 {
        let settings = &self.program.policy.settings;
        let tolerance = settings.tolerances.iter().find(|amount| amount.currency == currency);
        // Nothing at all is never open, so the least open balance is one minor unit.
        tolerance.map_or(1, |amount| amount.minor.max(1))
    }

    /// The first stage that fits (R3), and since when.
    fn stage(&self, state: &mut InvoiceState<'a>) {
        let (invoices, at) = (&self.snapshot.invoices, state.row.index());
        let issued = invoices.issue_date.get(at);
        let status = invoices.status.get(at);
        let (stage, since) = if status == Some(Status::Draft) || issued.is_some_and(|date| date > self.today)
        {
            (Stage::NotIssued, None)
        } else if matches!(status, Some(Status::Void | Status::WrittenOff)) {
            (Stage::Void, None)
        } else if state.balance.minor < self.tolerance(state.balance.currency) {
            (Stage::Paid, self.settled_on(state.row))
        } else {
            state.dispute = self.dispute(state.row);
            state.promised = self.promise(state.row, state.balance.minor);
            self.open_stage(state, issued)
        };
        (state.stage, state.since) = (stage, since);
    }

    fn open_stage(&self, state: &InvoiceState<'a>, issued: Option<NaiveDate>) -> (Stage, Option<NaiveDate>) {
        let due_soon = add_days(state.due, -self.program.due_soon_days);
        if let Some(dispute) = state.dispute {
            (Stage::Disputed, dispute.opened.date())
        } else if let Promised::Pending(promise) = state.promised {
            (Stage::Promised, promise.made.date())
        } else if let Some(since) = state.escalated() {
            (Stage::Escalated, Some(since))
        } else if state.days_overdue > 0 {
            (Stage::Overdue, Some(add_days(state.due, 1)))
        } else if self.today >= due_soon {
            (Stage::DueSoon, Some(issued.map_or(due_soon, |issued| issued.max(due_soon))))
        } else {
            (Stage::Sent, issued)
        }
    }

    /// The day of the last payment or credit note of an invoice's own.
    pub(super) fn last_payment(&self, row: InvoiceRow) -> Option<NaiveDate> {
        self.snapshot
            .payments_of(row)
            .iter()
            .map(|payment| payment.date)
            .filter(|&date| date <= self.today)
            .max()
    }

    /// The day an invoice was settled, as far as the data says. A day to come is not known yet: what is left of the
    /// invoice is little enough to be ignored.
    fn settled_on(&self, row: InvoiceRow) -> Option<NaiveDate> {
        let paid_date = || self.snapshot.invoices.paid_date.get(row.index());
        self.last_payment(row).or_else(paid_date).filter(|&settled| settled <= self.today)
    }

    /// The dispute that holds today: from its opening to the day before its closing.
    fn dispute(&self, row: InvoiceRow) -> Option<&'a Dispute> {
        let holds = |dispute: &&Dispute| {
            dispute.opened.holds_on(self.today) && dispute.closed.is_none_or(|closed| closed > self.today)
        };
        self.snapshot.disputes_of(row).iter().rfind(holds)
    }

    /// The promise made last, and whether it is pending, kept or broken.
    fn promise(&self, row: InvoiceRow, balance: i64) -> Promised<'a> {
        let made = self.snapshot.promises_of(row).iter().rfind(|promise| promise.made.holds_on(self.today));
        made.map_or(Promised::No, |promise| self.judge(promise, balance))
    }

    /// What became of a promise, given the open balance of its invoice.
    pub(super) fn judge(&self, promise: &'a Promise, balance: i64) -> Promised<'a> {
        let settled = balance < self.tolerance(self.snapshot.invoices.currency[promise.invoice.index()]);
        let paid = self.paid_since(promise, balance);
        // An amount of nothing is no amount: the whole balance is promised.
        let reached = promise.amount.is_some_and(|promised| promised > 0 && paid >= promised);
        if settled || reached {
            Promised::Kept(promise)
        } else if self.today <= promise.due {
            Promised::Pending(promise)
        } else {
            Promised::Broken(promise)
        }
    }

    /// What counts for a promise: the payments since it was made.
    pub(super) fn paid_since(&self, promise: &Promise, balance: i64) -> i64 {
        let own = self.snapshot.payments_of(promise.invoice);
        if own.is_empty() {
            // Nobody knows when it was paid: what was paid counts for the promise.
            return self.snapshot.invoices.amount[promise.invoice.index()].saturating_sub(balance);
        }
        let since = |payment: &&Payment| promise.made.holds_on(payment.date) && payment.date <= self.today;
        own.iter().filter(since).fold(0_i64, |sum, payment| sum.saturating_add(payment.money.minor))
    }

    /// The value of a field for an invoice and its customer.
    pub(super) fn value<'s>(
        &self,
        field: Field,
        customer: &'s CustomerState<'a>,
        invoice: &'s InvoiceState<'a>,
    ) -> Value<'s, 'a>
    where
        'a: 's,
    {
        match field {
            Field::Today => Value::Date(self.today),
            Field::Invoice(field) => self.invoice_value(field, invoice),
            Field::Customer(field) => self.customer_value(field, customer),
            Field::Own(at) => self.own(at, customer.row, invoice.row),
        }
    }

    fn own(&self, at: usize, customer: CustomerRow, invoice: InvoiceRow) -> Value<'a, 'a> {
        let field = &self.program.policy.fields[at];
        let value = match field.subject {
            Subject::Invoice => {
                self.snapshot.invoices.own.get(at).and_then(|column| column.get(invoice.index()))
            }
            Subject::Customer => {
                self.snapshot.customers.own.get(at).and_then(|column| column.get(customer.index()))
            }
        };
        match value {
            None if field.kind == FieldType::Tags => Value::Tags(""),
            None => Value::Missing,
            Some(value) => self.own_value(value),
        }
    }

    fn own_value(&self, value: OwnValue) -> Value<'a, 'a> {
        match value {
            OwnValue::Text(text) => Value::Text(self.snapshot.text(text)),
            OwnValue::Number(number) => Value::Number(number),
            OwnValue::Money(money) => Value::Money(money),
            OwnValue::Date(date) => Value::Date(date),
            OwnValue::Flag(flag) => Value::Flag(flag),
            OwnValue::Tags(tags) => Value::Tags(self.snapshot.text(tags)),
        }
    }

    fn invoice_value<'s>(&self, field: InvoiceField, invoice: &'s InvoiceState<'a>) -> Value<'s, 'a> {
        let (invoices, at) = (&self.snapshot.invoices, invoice.row.index());
        let text = |text| or_missing(text, |text| Value::Text(self.snapshot.text(text)));
        let amount = Money::new(invoices.amount[at], invoice.balance.currency);
        match field {
            InvoiceField::Id => Value::Text(self.snapshot.invoice_id(invoice.row)),
            InvoiceField::Amount => Value::Money(amount),
            InvoiceField::Balance => Value::Money(invoice.balance),
            InvoiceField::Currency => Value::Text(currency_code(&self.snapshot.invoices.currency[at])),
            InvoiceField::IssueDate => or_missing(invoices.issue_date.get(at), Value::Date),
            InvoiceField::DueDate => Value::Date(invoice.due),
            InvoiceField::DaysOverdue => days(invoice.days_overdue),
            InvoiceField::Age => {
                or_missing(invoices.issue_date.get(at), |issued| days(days_between(issued, self.today)))
            }
            InvoiceField::Disputed => Value::Flag(invoice.dispute.is_some()),
            InvoiceField::DisputeReason => text(invoice.dispute.and_then(|dispute| dispute.reason)),
            InvoiceField::Promised => Value::Flag(matches!(invoice.promised, Promised::Pending(_))),
            InvoiceField::PromiseDate => {
                or_missing(invoice.promised.promise(), |promise| Value::Date(promise.due))
            }
            InvoiceField::PromiseBroken => Value::Flag(matches!(invoice.promised, Promised::Broken(_))),
            InvoiceField::PartlyPaid => {
                Value::Flag(0 < invoice.balance.minor && invoice.balance.minor < amount.minor)
            }
            InvoiceField::Escalated => Value::Flag(invoice.escalated().is_some()),
            InvoiceField::HandedOver => Value::Flag(self.handed_over(invoice.row)),
            InvoiceField::Stage => Value::Text(invoice.stage.word()),
            InvoiceField::PoNumber => text(invoices.po_number.get(at)),
            InvoiceField::Tags => {
                Value::Tags(invoices.tags.get(at).map_or("", |tags| self.snapshot.text(tags)))
            }
            InvoiceField::MessagesSent => days(self.messages_sent(invoice)),
        }
    }

    pub(super) fn handed_over(&self, row: InvoiceRow) -> bool {
        self.snapshot.invoices.handed_over.get(row.index()).is_some_and(|since| since.holds_on(self.today))
    }

    fn messages_sent(&self, invoice: &InvoiceState) -> i64 {
        let sent =
            |row: &&LedgerRow| row.outcome != Outcome::Withdrawn && self.history.message(row).is_some();
        invoice.rows.iter().filter(sent).count() as i64
    }

    fn customer_value<'s>(&self, field: CustomerField, customer: &'s CustomerState<'a>) -> Value<'s, 'a> {
        let (customers, at) = (&self.snapshot.customers, customer.row.index());
        let text = |text| or_missing(text, |text| Value::Text(self.snapshot.text(text)));
        match field {
            CustomerField::Id => Value::Text(self.snapshot.customer_id(customer.row)),
            CustomerField::Name => text(customers.name.get(at)),
            CustomerField::Email => text(customers.email.get(at)),
            CustomerField::Phone => text(customers.phone.get(at)),
            CustomerField::Language => text(customers.language.get(at)),
            CustomerField::Country => text(customers.country.get(at)),
            CustomerField::Sector => text(customers.sector.get(at)),
            CustomerField::Segment => text(customers.segment.get(at)),
            CustomerField::Kind => text(customers.kind.get(at)),
            CustomerField::Owner => text(customers.owner.get(at)),
            CustomerField::Tags => {
                Value::Tags(customers.tags.get(at).map_or("", |tags| self.snapshot.text(tags)))
            }
            CustomerField::CreditLimit => or_missing(self.credit_limit(customer.row), Value::Money),
            CustomerField::Since => or_missing(customers.since.get(at), Value::Date),
            CustomerField::DoNotContact => Value::Flag(customers.do_not_contact.get(at).unwrap_or(false)),
            CustomerField::Insolvent => Value::Flag(self.insolvent(customer.row)),
            _ => self.sum_value(field, customer),
        }
    }

    fn credit_limit(&self, row: CustomerRow) -> Option<Money> {
        let limit = self.snapshot.customers.credit_limit.get(row.index());
        limit.map(|minor| Money::new(minor, self.program.policy.settings.currency))
    }

    pub(super) fn insolvent(&self, row: CustomerRow) -> bool {
        let since: Option<Since> = self.snapshot.customers.insolvent_since.get(row.index());
        since.is_some_and(|since| since.holds_on(self.today))
    }

    /// Figures over all of the customer's invoices.
    fn sum_value<'s>(&self, field: CustomerField, customer: &'s CustomerState<'a>) -> Value<'s, 'a> {
        let sums = customer.sums.get_or_init(|| self.sums(customer));
        match field {
            CustomerField::Balance => in_currencies(&sums.balance),
            CustomerField::OverdueBalance => in_currencies(&sums.overdue_balance),
            CustomerField::OverdueCount => days(sums.overdue_count),
            CustomerField::OldestOverdue => days(sums.oldest_overdue),
            CustomerField::OverCreditLimit => {
                let rates = &self.program.policy.settings.rates;
                let limit = self.credit_limit(customer.row);
                let order = limit.and_then(|limit| rates.compare(&sums.balance, limit));
                or_missing(order, |order| Value::Flag(order == Ordering::Greater))
            }
            CustomerField::BrokenPromises => days(sums.broken_promises),
            CustomerField::AverageDaysLate => or_missing(sums.average_days_late, days),
            _ => or_missing(sums.days_since_message, days),
        }
    }

    fn sums(&self, customer: &CustomerState<'a>) -> Sums {
        let all = self.all_invoices(customer);
        let open = || all.iter().filter(|invoice| invoice.is_open());
        let overdue = || open().filter(|invoice| invoice.days_overdue > 0);
        Sums {
            balance: self.sum(open()),
            overdue_balance: self.sum(overdue()),
            overdue_count: overdue().count() as i64,
            oldest_overdue: overdue().map(|invoice| invoice.days_overdue).max().unwrap_or(0),
            broken_promises: self.broken_promises(all),
            average_days_late: average_days_late(all),
            days_since_message: self.last_message(customer.row).map(|last| days_between(last, self.today)),
        }
    }

    /// The sum of open balances, one amount a currency; nothing at all is nothing of the policy's.
    fn sum<'s>(&self, invoices: impl Iterator<Item = &'s InvoiceState<'a>>) -> Vec<Money>
    where
        'a: 's,
    {
        let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
        for Money { minor, currency } in invoices.map(|invoice| invoice.balance) {
            let sum = sums.entry(currency).or_insert(0);
            *sum = sum.saturating_add(minor);
        }
        if sums.is_empty() {
            sums.insert(self.program.policy.settings.currency, 0);
        }
        sums.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect()
    }

    fn broken_promises(&self, invoices: &[InvoiceState<'a>]) -> i64 {
        let promises = invoices.iter().flat_map(|invoice| {
            self.snapshot.promises_of(invoice.row).iter().map(|promise| (promise, invoice.balance.minor))
        });
        let broken = promises.filter(|(promise, balance)| {
            promise.made.holds_on(self.today) && matches!(self.judge(promise, *balance), Promised::Broken(_))
        });
        broken.count() as i64
    }

    /// The day of the last message to a customer.
    pub(super) fn last_message(&self, row: CustomerRow) -> Option<NaiveDate> {
        let rows = self.snapshot.ledger_of_customer(row).filter(|row| row.date <= self.today);
        let sent =
            rows.filter(|row| row.outcome != Outcome::Withdrawn && self.history.message(row).is_some());
        sent.map(|row| row.date).max()
    }
}

fn currency_code(currency: &Currency) -> &str {
    currency.code()
}

/// The mean of days from due date to settlement, early ones counting 0, rounded half up.
fn average_days_late(invoices: &[InvoiceState]) -> Option<i64> {
    let settled = invoices.iter().filter(|invoice| invoice.stage == Stage::Paid);
    let late: Vec<i64> = settled
        .filter_map(|invoice| invoice.since.map(|paid| days_between(invoice.due, paid).max(0)))
        .collect();
    let count = late.len() as i64;
    (count > 0).then(|| (late.iter().sum::<i64>() * 2 + count) / (count * 2))
}

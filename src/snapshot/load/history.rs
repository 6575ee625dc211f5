//! The ledger: what has been done so far.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::columns::HistoryColumn as H;
use super::error::LoadError;
use super::facts::{Ids, Index, Subject};
use super::invoices::Known;
use super::order::{by_text, by_texts, in_groups};
use super::reading::read_rows;
use super::records::Records;
use super::values::{Context, Line};
use crate::code::Code;
use crate::money::Currency;
use crate::snapshot::ledger::{Channel, Details, LedgerRow, Outcome};
use crate::snapshot::problem::{Place, Problem};
use crate::snapshot::tables::InvoiceRow;
use crate::snapshot::texts::Texts;

/// The ledger rows of a snapshot.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Those of invoices.
    pub(super) of_invoices: Vec<LedgerRow>,
    /// Those of customers as a whole.
    pub(super) of_customers: Vec<LedgerRow>,
    /// Ids that only the ledger knows: customer, invoice, how many rows, and the first place.
    strangers: BTreeMap<(Option<String>, Option<String>), (u64, Place)>,
    /// The invoice of the row before: a ledger often lists the rows of one together.
    last: Option<(String, Known)>,
}

impl History {
    /// Reads the table and sorts it.
    pub(super) fn read(
        records: Option<Records>,
        index: &Index<'_>,
        context: &mut Context<'_>,
    ) -> Result<History, LoadError> {
        let mut history = History::default();
        if let Some(records) = records {
            read_rows(records, context, |line| history.add(line, index))?;
        }
        let texts = &context.texts;
        let invoice = |row: &LedgerRow| row.invoice.map_or(0, InvoiceRow::index);
        let compare = |a: &LedgerRow, b: &LedgerRow| compare(a, b, texts);
        history.of_invoices = in_groups(history.of_invoices, index.table.id.len(), invoice, compare);
        let customer = |row: &LedgerRow| row.customer.index();
        history.of_customers = in_groups(history.of_customers, index.customers.len(), customer, compare);
        for (ids, (rows, place)) in std::mem::take(&mut history.strangers) {
            context.problems.push(stranger(ids, rows, place));
        }
        Ok(history)
    }

    fn add(&mut self, line: &mut Line<'_, '_>, index: &Index<'_>) {
        line.name_ids();
        let subject = match self.known(line, index) {
            Ids { invoice: Some(Known::No), customer: Some(customer) } => {
                // The ladder of the invoice is gone, but the customer was written to all the same.
                self.count(line, H::InvoiceId);
                Some(Subject { customer, invoice: None })
            }
            Ids { invoice: Some(Known::No), .. } => return self.count(line, H::InvoiceId),
            Ids { invoice: None, customer: None } if line.customer.is_some() => {
                return self.count(line, H::CustomerId);
            }
            ids => index.subject_of(line, ids),
        };
        let Some(subject) = subject else { return };
        let currency = subject.invoice.map(|invoice| index.table.currency[invoice.index()]);
        let Some(row) = ledger_row(line, subject, currency) else { return };
        match row.invoice {
            Some(_) => self.of_invoices.push(row),
            None => self.of_customers.push(row),
        }
    }

    fn known(&mut self, line: &Line<'_, '_>, index: &Index<'_>) -> Ids {
        if let (Some((last, known)), Some(id), None) = (&self.last, line.invoice, line.customer)
            && last == id
        {
            return Ids { customer: None, invoice: Some(*known) };
        }
        let ids = index.known(line);
        self.last = line.invoice.map(String::from).zip(ids.invoice);
        ids
    }

    /// Counts a row about an invoice or a customer that the data lacks; they are not listed one by one.
    fn count(&mut self, line: &Line<'_, '_>, column: H) {
        let customer = if line.invoice.is_some() { None } else { line.customer };
        let ids = (customer.map(String::from), line.invoice.map(String::from));
        let place = line.place(Some(column.into()));
        self.strangers.entry(ids).or_insert((0, place)).0 += 1;
    }
}

fn stranger(ids: (Option<String>, Option<String>), rows: u64, place: Place) -> Problem {
    let (customer, invoice) = ids;
    let (code, what) = match (&invoice, &customer) {
        (Some(invoice), _) => (Code::LedgerWithoutInvoice, format!("invoice `{invoice}`")),
        (None, customer) => {
            (Code::LedgerWithoutCustomer, format!("customer `{}`", customer.as_deref().unwrap_or("")))
        }
    };
    let times = if rows == 1 { String::from("one row") } else { format!("{rows} rows") };
    let message = format!("the ledger has {times} of {what}, which the data lacks; add it, settled or not");
    Problem { customer, invoice, code, message, place: Some(place), blocks: false }
}

fn ledger_row(line: &mut Line<'_, '_>, subject: Subject, currency: Option<Currency>) -> Option<LedgerRow> {
    let moment = line.moment(H::Date);
    let moment = line.require(H::Date, moment);
    let step = line.text(H::Step);
    let step = line.require(H::Step, step);
    let outcome = line.word(H::Outcome, &Outcome::ALL.map(|(_, word)| word), Outcome::named);
    let outcome = line.require(H::Outcome, outcome);
    let channel = line.word(H::Channel, &["email", "sms", "letter", "call"], Channel::named);
    let rung = line.text(H::Rung);
    let problems = line.context.problems.len();
    let mut details = details(line, currency);
    if line.context.problems.len() > problems {
        return None;
    }
    let (date, time) = moment?;
    details.at = details.at.or(time);
    let outcome = outcome?;
    if outcome == Outcome::Approved && !approval_is_whole(line, &details) {
        return None;
    }
    let details = (details != Details::default()).then(|| Box::new(details));
    let Subject { customer, invoice } = subject;
    Some(LedgerRow { customer, invoice, date, step: step?, outcome, channel, rung, details })
}

fn details(line: &mut Line<'_, '_>, of_invoice: Option<Currency>) -> Details {
    let own = line.cell(H::Currency).and_then(|_| line.currency(H::Currency));
    let mut currency = own.map(|(currency, _)| currency);
    let mut amount = None;
    if line.cell(H::Amount).is_some() {
        // An amount is in the row's currency, else in the invoice's, else in the policy's.
        currency = currency.or(of_invoice).or(Some(line.context.options.currency));
        amount = line.amount(H::Amount, currency.map_or(2, Currency::exponent));
        if amount.is_some_and(|amount| amount < 0) {
            line.unreadable(H::Amount, "what was charged: for what was taken back write `withdrawn`");
        }
    }
    Details {
        at: line.time(H::At),
        key: line.text(H::Key),
        content: line.text(H::Content),
        plan_id: line.text(H::PlanId),
        address: line.text(H::Address),
        currency,
        amount,
        actor: line.text(H::Actor),
        approved_by: line.text(H::ApprovedBy),
        message_id: line.text(H::MessageId),
        note: line.text(H::Note),
    }
}

/// An approval must say what was approved, and by whom (R17).
fn approval_is_whole(line: &mut Line<'_, '_>, details: &Details) -> bool {
    let parts = [
        (H::Key, "key", details.key),
        (H::Content, "content", details.content),
        (H::ApprovedBy, "approved_by", details.approved_by),
    ];
    let missing = parts.iter().find(|(_, _, text)| text.is_none());
    if let Some((column, name, _)) = missing {
        let message =
            format!("an `approved` row without `{name}` approves nothing; fill it in or remove the row");
        line.problem(Code::IncompleteApproval, Some((*column).into()), message);
    }
    missing.is_none()
}

/// By date, time, outcome and step, then by everything else.
fn compare(a: &LedgerRow, b: &LedgerRow, texts: &Texts) -> Ordering {
    let key = |row: &LedgerRow| (row.date, row.at(), row.outcome);
    let order = key(a).cmp(&key(b)).then_with(|| by_text(texts, a.step, b.step));
    let order =
        order.then_with(|| a.channel.cmp(&b.channel)).then_with(|| by_texts(texts, [a.rung], [b.rung]));
    order.then_with(|| compare_details(a, b, texts))
}

fn compare_details(a: &LedgerRow, b: &LedgerRow, texts: &Texts) -> Ordering {
    let details = |row: &LedgerRow| row.details.as_deref().copied().unwrap_or_default();
    let (a, b) = (details(a), details(b));
    let rest = |row: &Details| {
        [row.key, row.content, row.plan_id, row.address, row.actor, row.approved_by, row.message_id, row.note]
    };
    (a.currency, a.amount).cmp(&(b.currency, b.amount)).then_with(|| by_texts(texts, rest(&a), rest(&b)))
}

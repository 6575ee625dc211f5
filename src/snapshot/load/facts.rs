//! The tables about customers and invoices: contacts, payments, credit notes, disputes, promises.

use std::cmp::Ordering;

use super::columns::{
    ContactColumn, CreditNoteColumn, DisputeColumn as D, PaymentColumn as P, PromiseColumn, Table,
};
use super::customers::CustomerIndex;
use super::error::LoadError;
use super::invoices::{InvoiceIndex, Known};
use super::order::{by_text, by_texts};
use super::reading::read_rows;
use super::records::{Records, Schema};
use super::values::{Context, Line, place};
use crate::code::Code;
use crate::money::Money;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{Contact, CustomerRow, Dispute, InvoiceRow, Invoices, Payment, Promise, Since};
use crate::snapshot::texts::{Text, Texts};

/// Credit notes are read as payments are: their columns stand in the same slots, the reference apart.
const _: () = assert!(
    P::Id as usize == CreditNoteColumn::Id as usize
        && P::Date as usize == CreditNoteColumn::Date as usize
        && P::Amount as usize == CreditNoteColumn::Amount as usize
        && P::Currency as usize == CreditNoteColumn::Currency as usize
        && P::InvoiceId as usize == CreditNoteColumn::InvoiceId as usize
        && P::CustomerId as usize == CreditNoteColumn::CustomerId as usize
        && P::Reference as usize == CreditNoteColumn::NAMES.len()
);

/// The rows that ids stand for.
pub(super) struct Index<'a> {
    pub(super) customers: &'a CustomerIndex,
    pub(super) customer_ids: &'a [Text],
    pub(super) invoices: &'a InvoiceIndex,
    pub(super) table: &'a Invoices,
}

/// Whom a record is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) customer: CustomerRow,
    pub(super) invoice: Option<InvoiceRow>,
}

/// What is known of the ids that a record names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    pub(super) customer: Option<CustomerRow>,
    pub(super) invoice: Option<Known>,
}

impl Index<'_> {
    /// What is known of the ids that a record names.
    pub(super) fn known(&self, line: &Line<'_, '_>) -> Ids {
        let texts = &line.context.texts;
        Ids {
            customer: line.customer.and_then(|id| self.customers.named(texts, id)),
            invoice: line.invoice.map(|id| self.invoices.named(texts, id)),
        }
    }

    /// The customer and the invoice of a record that names one or both; what does not fit is a problem.
    fn subject(&self, line: &mut Line<'_, '_>) -> Option<Subject> {
        line.name_ids();
        let ids = self.known(line);
        self.subject_of(line, ids)
    }

    /// The same, with the ids looked up before.
    pub(super) fn subject_of(&self, line: &mut Line<'_, '_>, ids: Ids) -> Option<Subject> {
        match (ids.invoice, ids.customer, line.customer) {
            (Some(Known::Row(row)), customer, _) => Some(self.of_invoice(line, row, customer)),
            (Some(Known::LeftOut), ..) => None,
            (Some(Known::No), customer, _) => {
                self.unknown_invoice(line, customer);
                None
            }
            (None, Some(customer), _) => Some(Subject { customer, invoice: None }),
            (None, None, Some(id)) => {
                let message = format!("customer `{id}` is not in the data; add it to the customers");
                self.unblocked(line, Code::UnknownCustomer, message);
                None
            }
            (None, None, None) if line.has_illegible_ids() => None,
            (None, None, None) => {
                line.problem(
                    Code::MissingValue,
                    None,
                    "the line names neither an invoice nor a customer; name one",
                );
                None
            }
        }
    }

    fn of_invoice(&self, line: &mut Line<'_, '_>, row: InvoiceRow, named: Option<CustomerRow>) -> Subject {
        let customer = self.table.customer[row.index()];
        if line.customer.is_some() && named != Some(customer) {
            let message = "the line names another customer than its invoice does; correct one of them";
            line.problem(Code::CustomerMismatch, None, message);
        }
        Subject { customer, invoice: Some(row) }
    }

    fn unknown_invoice(&self, line: &mut Line<'_, '_>, customer: Option<CustomerRow>) {
        let id = line.invoice.unwrap_or_default();
        let table = line.schema.table.name();
        let message = format!("invoice `{id}`, named in {table}, is not in the data; add it to the invoices");
        if customer.is_none() {
            return self.unblocked(line, Code::UnknownInvoice, message);
        }
        // Without the invoice, the problem is the customer's.
        line.invoice = None;
        line.problem(Code::UnknownInvoice, None, message);
    }

    /// Notes a problem about ids the data does not have: there is nobody to withhold contacts from.
    fn unblocked(&self, line: &mut Line<'_, '_>, code: Code, message: String) {
        line.problem(code, None, message);
        if let Some(problem) = line.context.problems.last_mut() {
            problem.blocks = false;
        }
    }

    /// The invoice of a record that must name one.
    fn invoice(&self, line: &mut Line<'_, '_>, column: impl Into<usize>) -> Option<InvoiceRow> {
        line.name_ids();
        line.require(column, line.invoice)?;
        self.subject(line)?.invoice
    }

    fn exponent(&self, invoice: InvoiceRow) -> u32 {
        self.table.currency[invoice.index()].exponent()
    }
}

/// Reads the contacts.
pub(super) fn contacts(
    records: Option<Records>,
    index: &Index<'_>,
    context: &mut Context<'_>,
) -> Result<Vec<Contact>, LoadError> {
    let mut list = Vec::new();
    if let Some(records) = records {
        read_rows(records, context, |line| list.extend(contact(line, index)))?;
    }
    let texts = &context.texts;
    list.sort_unstable_by(|a: &Contact, b| compare_contacts(a, b, texts));
    list.dedup();
    Ok(list)
}

fn contact(line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<Contact> {
    use ContactColumn as C;
    line.name_ids();
    line.require(C::CustomerId, line.customer)?;
    let customer = index.subject(line)?.customer;
    let role = line.text(C::Role);
    let role = line.require(C::Role, role)?;
    let (name, email, phone) = (line.text(C::Name), line.text(C::Email), line.text(C::Phone));
    Some(Contact { customer, role, name, email, phone, language: line.text(C::Language) })
}

fn compare_contacts(a: &Contact, b: &Contact, texts: &Texts) -> Ordering {
    let rest = |contact: &Contact| [contact.name, contact.email, contact.phone, contact.language];
    let order = a.customer.cmp(&b.customer).then_with(|| by_text(texts, a.role, b.role));
    order.then_with(|| by_texts(texts, rest(a), rest(b)))
}

/// Reads payments and credit notes.
pub(super) fn payments(
    tables: [Option<Records>; 2],
    index: &Index<'_>,
    context: &mut Context<'_>,
) -> Result<Vec<Payment>, LoadError> {
    let mut list = Vec::new();
    for records in tables.into_iter().flatten() {
        let mut rows = Vec::new();
        let schema = read_rows(records, context, |line| {
            rows.extend(payment(line, index).map(|payment| (payment, line.number())));
        })?;
        duplicate_payments(&mut rows, &schema, index, context);
        list.extend(rows.into_iter().map(|(payment, _)| payment));
    }
    let texts = &context.texts;
    list.sort_unstable_by(|a: &Payment, b| compare_payments(a, b, texts));
    overpaid(&list, index, context);
    Ok(list)
}

fn payment(line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<Payment> {
    let credit_note = line.schema.table == Table::CreditNotes;
    let Subject { customer, invoice } = index.subject(line)?;
    let id = line.text(P::Id);
    let id = line.require(P::Id, id);
    let date = line.date(P::Date);
    let date = line.require(P::Date, date);
    let (currency, exponent) = line.currency(P::Currency)?;
    let amount = line.amount(P::Amount, exponent);
    let amount = line.require(P::Amount, amount);
    let money = Money::new(amount?, currency);
    let expected = invoice.map(|invoice| index.table.currency[invoice.index()]);
    if let Some(expected) = expected.filter(|expected| *expected != currency) {
        let message = format!("it is in {currency}, but its invoice is in {expected}; it is left out");
        line.problem(Code::CurrencyMismatch, Some(P::Currency.into()), message);
        return None;
    }
    Some(Payment { customer, invoice, date: date?, id: id?, money, credit_note })
}

/// Notes payments that stand in a file several times with one number for one invoice, or for a customer
/// unallocated. Rows that say the same count once; of others nobody can tell which are right, so all count.
fn duplicate_payments(
    rows: &mut Vec<(Payment, u64)>,
    schema: &Schema,
    index: &Index<'_>,
    context: &mut Context<'_>,
) {
    let texts = &context.texts;
    let subject = |payment: &Payment| (payment.customer, payment.invoice);
    rows.sort_unstable_by(|(a, _), (b, _)| {
        let order = subject(a).cmp(&subject(b)).then_with(|| by_text(texts, a.id, b.id));
        order.then_with(|| compare_payments(a, b, texts))
    });
    for same in rows.chunk_by(|(a, _), (b, _)| subject(a) == subject(b) && a.id == b.id) {
        let &[(first, line), (_, next), ..] = same else { continue };
        let line = same.iter().fold(line.max(next), |last, &(_, line)| last.max(line));
        let what = if first.credit_note { "credit note" } else { "payment" };
        let (id, lines) = (texts.get(first.id), same.len());
        let text = |id: Text| String::from(texts.get(id));
        context.problems.push(Problem {
            customer: first.invoice.is_none().then(|| text(index.customer_ids[first.customer.index()])),
            invoice: first.invoice.map(|row| text(index.table.id[row.index()])),
            code: Code::DuplicatePayment,
            message: format!(
                "{what} `{id}` stands on {lines} lines; keep one, or give each a number of its own"
            ),
            place: Some(place(schema, line, Some(P::Id.into()))),
            blocks: true,
        });
    }
    rows.dedup_by(|(later, _), (first, _)| later == first);
}

fn compare_payments(a: &Payment, b: &Payment, texts: &Texts) -> Ordering {
    let key = |payment: &Payment| (payment.customer, payment.invoice, payment.date);
    let rest = |payment: &Payment| (payment.money.currency, payment.money.minor, payment.credit_note);
    key(a).cmp(&key(b)).then_with(|| by_text(texts, a.id, b.id)).then_with(|| rest(a).cmp(&rest(b)))
}

/// Notes invoices whose payments and credit notes add up to more than their amount.
fn overpaid(sorted: &[Payment], index: &Index<'_>, context: &mut Context<'_>) {
    for payments in sorted.chunk_by(|a, b| a.customer == b.customer && a.invoice == b.invoice) {
        let Some(invoice) = payments[0].invoice else { continue };
        let paid: i128 = payments.iter().map(|payment| i128::from(payment.money.minor)).sum();
        if paid <= i128::from(index.table.amount[invoice.index()]) {
            continue;
        }
        let id = context.texts.get(index.table.id[invoice.index()]);
        context.problems.push(Problem {
            customer: None,
            invoice: Some(String::from(id)),
            code: Code::Overpaid,
            message: format!(
                "payments and credit notes of invoice `{id}` exceed its amount; leave the rest unallocated"
            ),
            place: Some(index.invoices.place(invoice)),
            blocks: true,
        });
    }
}

/// Reads the disputes and adds those of the invoices' own columns.
pub(super) fn disputes(
    records: Option<Records>,
    of_invoices: Vec<Dispute>,
    index: &Index<'_>,
    context: &mut Context<'_>,
) -> Result<Vec<Dispute>, LoadError> {
    let mut list = of_invoices;
    if let Some(records) = records {
        read_rows(records, context, |line| list.extend(dispute(line, index)))?;
    }
    let texts = &context.texts;
    list.sort_unstable_by(|a, b| compare_disputes(a, b, texts));
    list.dedup();
    Ok(list)
}

fn dispute(line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<Dispute> {
    let invoice = index.invoice(line, D::InvoiceId)?;
    // A dispute whose dates cannot be read holds all the same.
    let opened = line.date(D::Opened).map_or(Since::Always, Since::Date);
    Some(Dispute {
        invoice,
        opened,
        closed: line.date(D::Closed),
        reason: line.text(D::Reason),
        amount: line.amount(D::Amount, index.exponent(invoice)),
        waiting_for: line.text(D::WaitingFor),
        owner: line.text(D::Owner),
    })
}

fn compare_disputes(a: &Dispute, b: &Dispute, texts: &Texts) -> Ordering {
    let key = |dispute: &Dispute| (dispute.invoice, dispute.opened, dispute.closed, dispute.amount);
    let rest = |dispute: &Dispute| [dispute.reason, dispute.waiting_for, dispute.owner];
    key(a).cmp(&key(b)).then_with(|| by_texts(texts, rest(a), rest(b)))
}

/// Reads the promises and adds those of the invoices' own columns.
pub(super) fn promises(
    records: Option<Records>,
    of_invoices: Vec<Promise>,
    index: &Index<'_>,
    context: &mut Context<'_>,
) -> Result<Vec<Promise>, LoadError> {
    let mut list = of_invoices;
    if let Some(records) = records {
        read_rows(records, context, |line| list.extend(promise(line, index)))?;
    }
    list.sort_unstable_by_key(|promise| (promise.invoice, promise.made, promise.due, promise.amount));
    list.dedup();
    Ok(list)
}

fn promise(line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<Promise> {
    use PromiseColumn as C;
    let invoice = index.invoice(line, C::InvoiceId)?;
    let made = line.date(C::Made).map_or(Since::Always, Since::Date);
    let due = line.date(C::Due);
    let due = line.require(C::Due, due);
    let amount = line.amount(C::Amount, index.exponent(invoice));
    Some(Promise { invoice, made, due: due?, amount })
}

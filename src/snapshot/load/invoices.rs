//! Invoices: reading, duplicates, due dates from terms, and their columns.

use std::sync::Arc;

use chrono::NaiveDate;

use super::columns::InvoiceColumn as I;
use super::customers::{CustomerDrafts, CustomerIndex};
use super::error::LoadError;
use super::order::{Numbers, by_text, in_groups};
use super::reading::read_rows;
use super::records::{Records, Schema};
use super::values::{Context, Line, place};
use crate::code::Code;
use crate::model::field::Subject;
use crate::money::Currency;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{
    Column, CustomerRow, Dispute, InvoiceRow, Invoices, OwnValue, Promise, Since, Status,
};
use crate::snapshot::texts::{Text, Texts};

/// The columns that are kept as text, in order.
const TEXTS: [I; 5] = [I::PoNumber, I::Owner, I::Tags, I::DocumentUrl, I::PaymentLink];

/// The words of the status column.
const STATUSES: [(&str, Status); 4] = [
    ("draft", Status::Draft),
    ("open", Status::Open),
    ("void", Status::Void),
    ("written_off", Status::WrittenOff),
];

/// Invoices as read, in columns, in the order of their lines.
#[derive(Debug, Default)]
struct Drafts {
    id: Vec<Text>,
    customer: Vec<Text>,
    /// The customers' ids, as they stand.
    customers: Texts,
    currency: Vec<Currency>,
    amount: Vec<i64>,
    due_date: Vec<Option<NaiveDate>>,
    line: Vec<u64>,
    issue_date: Column<NaiveDate>,
    balance: Column<i64>,
    paid_date: Column<NaiveDate>,
    status: Column<Status>,
    hold_until: Column<NaiveDate>,
    handed_over: Column<Since>,
    texts: [Column<Text>; TEXTS.len()],
    own: Vec<Column<OwnValue>>,
}

impl Drafts {
    /// No invoice yet, and room for so many.
    fn with_room(room: usize) -> Drafts {
        Drafts {
            id: Vec::with_capacity(room),
            currency: Vec::with_capacity(room),
            amount: Vec::with_capacity(room),
            due_date: Vec::with_capacity(room),
            line: Vec::with_capacity(room),
            ..Drafts::default()
        }
    }

    /// Adds an invoice: its place and its currency. A line that is none is left out.
    fn read(&mut self, line: &mut Line<'_, '_>) -> Option<(usize, Currency)> {
        let read = self.read_values(line);
        if read.is_none() {
            line.leave_out();
        }
        read
    }

    fn read_values(&mut self, line: &mut Line<'_, '_>) -> Option<(usize, Currency)> {
        line.customer = line.cell(I::CustomerId);
        line.invoice = line.cell(I::InvoiceId);
        line.require(I::InvoiceId, line.invoice)?;
        line.require(I::CustomerId, line.customer)?;
        line.look_at_ids();
        let (currency, exponent) = line.currency(I::Currency)?;
        let amount = line.amount(I::Amount, exponent);
        let amount = line.require(I::Amount, amount);
        let problems = line.context.problems.len();
        let due_date = line.date(I::DueDate);
        if line.context.problems.len() > problems {
            // Terms would make up a date where the data has one.
            return None;
        }
        let (amount, customer, invoice) = (amount?, line.customer?, line.invoice?);
        let at = self.id.len();
        // Ids are many, and looked for only when all are there.
        self.id.push(line.context.texts.add(invoice));
        self.customers.add(customer);
        self.currency.push(currency);
        self.amount.push(amount);
        self.due_date.push(due_date);
        self.line.push(line.number());
        self.issue_date.put(at, line.date(I::IssueDate));
        self.balance.put(at, line.amount(I::Balance, exponent));
        self.paid_date.put(at, line.date(I::PaidDate));
        self.status.put(at, line.word(I::Status, &STATUSES.map(|(word, _)| word), status));
        self.hold_until.put(at, line.date(I::HoldUntil));
        self.handed_over.put(at, line.since(I::HandedOver, Some(Since::Always)));
        for (values, column) in self.texts.iter_mut().zip(TEXTS) {
            let text = match column {
                I::Tags => line.tags(column),
                I::Owner => line.text(column),
                // Each invoice has its own.
                _ => line.cell(column).map(|text| line.context.texts.add(text)),
            };
            values.put(at, text);
        }
        self.own.resize_with(line.context.options.fields.len(), Column::default);
        for (field, value) in line.own(Subject::Invoice, currency) {
            self.own[field].put(at, Some(value));
        }
        Some((at, currency))
    }
}

fn status(word: &str) -> Option<Status> {
    STATUSES.iter().find(|(name, _)| *name == word).map(|&(_, status)| status)
}

/// The dispute that an invoice's own columns tell of.
fn dispute(line: &mut Line<'_, '_>) -> Option<Dispute> {
    let disputed = line.flag(I::Disputed);
    let opened = line.date(I::DisputeOpened);
    let closed = line.date(I::DisputeClosed);
    let reason = line.text(I::DisputeReason);
    let dated = opened.is_some() || closed.is_some();
    let holds = match disputed {
        Some(false) => dated,
        Some(true) => true,
        None => dated || reason.is_some(),
    };
    let opened = opened.map_or(Since::Always, Since::Date);
    let (amount, waiting_for, owner) = (None, None, None);
    holds.then_some(Dispute { invoice: InvoiceRow(0), opened, closed, reason, amount, waiting_for, owner })
}

/// The promise that an invoice's own columns tell of.
fn promise(line: &mut Line<'_, '_>, currency: Currency) -> Option<Promise> {
    let made = line.date(I::PromiseMade);
    let due = line.date(I::PromiseDate);
    let amount = line.amount(I::PromiseAmount, currency.exponent());
    if made.is_some() || amount.is_some() {
        line.require(I::PromiseDate, due);
    }
    let made = made.map_or(Since::Always, Since::Date);
    due.map(|due| Promise { invoice: InvoiceRow(0), made, due, amount })
}

/// All invoices as read, with the disputes and promises that stand in their columns.
#[derive(Debug)]
pub(super) struct InvoiceDrafts {
    drafts: Drafts,
    /// Those of the drafts that are kept.
    kept: Vec<u32>,
    schema: Arc<Schema>,
    pub(super) disputes: Vec<(Text, Dispute)>,
    pub(super) promises: Vec<(Text, Promise)>,
    left_out: Numbers,
}

impl InvoiceDrafts {
    /// Reads the table, with room for so many rows set aside; of rows with one id none is kept, nor those of which a line
    /// was unreadable.
    pub(super) fn read(
        records: Records,
        room: usize,
        context: &mut Context<'_>,
    ) -> Result<InvoiceDrafts, LoadError> {
        let (mut drafts, mut disputes, mut promises) = (Drafts::with_room(room), Vec::new(), Vec::new());
        let schema = read_rows(records, context, |line| {
            if let Some((at, currency)) = drafts.read(line) {
                disputes.extend(dispute(line).map(|dispute| (at, dispute)));
                promises.extend(promise(line, currency).map(|promise| (at, promise)));
            }
        })?;
        drafts.customer = context.texts.absorb(&std::mem::take(&mut drafts.customers));
        context.texts.list(&mut drafts.id);
        let disputes = disputes.into_iter().map(|(at, dispute)| (drafts.id[at], dispute)).collect();
        let promises = promises.into_iter().map(|(at, promise)| (drafts.id[at], promise)).collect();
        let mut left_out = Numbers::default();
        for id in std::mem::take(&mut context.left_out) {
            left_out.set(context.texts.intern(&id), 1);
        }
        let kept = (0..u32::try_from(drafts.id.len()).unwrap_or(u32::MAX)).collect();
        let mut drafts = InvoiceDrafts { drafts, kept, schema, disputes, promises, left_out };
        drafts.drop_duplicates(context);
        Ok(drafts)
    }

    fn drop_duplicates(&mut self, context: &mut Context<'_>) {
        let mut counts = Numbers::default();
        for id in &self.drafts.id {
            counts.count(*id);
        }
        let InvoiceDrafts { drafts, kept, schema, left_out, .. } = self;
        kept.retain(|&at| {
            let id = drafts.id[at as usize];
            let lines = counts.get(id).unwrap_or(1);
            if lines > 1 {
                let message = format!(
                    "invoice id `{}` stands on {lines} lines; none of them is used until one remains",
                    context.texts.get(id)
                );
                let problem =
                    problem(context, schema, drafts, at, (Code::DuplicateInvoice, I::InvoiceId), message);
                context.problems.push(problem);
                left_out.set(id, 1);
            }
            left_out.get(id).is_none()
        });
    }

    /// Gives every invoice its customer, made up where the table has none, and its due date.
    pub(super) fn resolve(&mut self, customers: &mut CustomerDrafts, context: &mut Context<'_>) {
        let InvoiceDrafts { drafts, kept, schema, left_out, .. } = self;
        kept.retain(|&row| {
            let at = row as usize;
            let issued = drafts.issue_date.get(at);
            if drafts.due_date[at].is_none() {
                let customer = customers.find(drafts.customer[at]);
                let unclear = customer.is_some_and(|customer| customer.terms_unclear);
                let own = customer.and_then(|customer| customer.terms);
                let terms = if unclear { None } else { own.or(context.options.terms) };
                drafts.due_date[at] = terms.and_then(|terms| terms.due(issued?));
                if drafts.due_date[at].is_none() {
                    context.problems.push(no_due_date(context, schema, drafts, row, unclear));
                    left_out.set(drafts.id[at], 1);
                }
            }
            let due = drafts.due_date[at];
            if due.is_some() && due < issued {
                let message = String::from("the due date is before the issue date; correct one of them");
                let problem =
                    problem(context, schema, drafts, row, (Code::DueBeforeIssue, I::DueDate), message);
                context.problems.push(problem);
            }
            due.is_some()
        });
        let known = customers.list.len();
        for &row in kept.iter() {
            let id = drafts.customer[row as usize];
            if customers.find_or_add(id).1 {
                let alike = customers.alike_but_for_zeros(id, known, &context.texts);
                context.problems.push(unknown_customer(context, schema, drafts, row, alike));
            }
        }
    }

    /// The table in order of customers and ids, and the row of each id.
    pub(super) fn finish(self, customers: &CustomerIndex, context: &Context<'_>) -> Finished {
        let InvoiceDrafts { drafts, kept, schema, disputes, promises, left_out } = self;
        let texts = &context.texts;
        let row_of = |at: u32| customers.get(drafts.customer[at as usize]).unwrap_or(CustomerRow(0));
        let order = in_groups(
            kept,
            customers.len(),
            |&at| row_of(at).index(),
            |&a, &b| by_text(texts, drafts.id[a as usize], drafts.id[b as usize]),
        );
        let mut rows = Numbers::default();
        for (row, &at) in (0..).zip(&order) {
            rows.set(drafts.id[at as usize], row);
        }
        let lines = order.iter().map(|&at| drafts.line[at as usize]).collect();
        let index = InvoiceIndex { rows, left_out, lines, schema };
        let customer = order.iter().map(|&at| row_of(at)).collect();
        Finished { table: drafts.columns(&order, customer), index, disputes, promises }
    }
}

fn problem(
    context: &Context<'_>,
    schema: &Schema,
    drafts: &Drafts,
    at: u32,
    (code, column): (Code, I),
    message: String,
) -> Problem {
    let at = at as usize;
    Problem {
        customer: Some(String::from(context.texts.get(drafts.customer[at]))),
        invoice: Some(String::from(context.texts.get(drafts.id[at]))),
        code,
        message,
        place: Some(place(schema, drafts.line[at], Some(column.into()))),
        blocks: true,
    }
}

fn no_due_date(context: &Context<'_>, schema: &Schema, drafts: &Drafts, at: u32, unclear: bool) -> Problem {
    let message = match drafts.issue_date.get(at as usize) {
        Some(_) if unclear => {
            "there is no due date, and the customer's `terms` cannot be read; give `due_date`, or mend the terms"
        }
        Some(_) => {
            "there is no due date and no terms; give `due_date`, the customer's `terms` or the policy's"
        }
        None => "there is neither a due date nor an issue date; give `due_date`",
    };
    problem(context, schema, drafts, at, (Code::NoDueDate, I::DueDate), String::from(message))
}

fn unknown_customer(
    context: &Context<'_>,
    schema: &Schema,
    drafts: &Drafts,
    at: u32,
    alike: Option<Text>,
) -> Problem {
    let id = context.texts.get(drafts.customer[at as usize]);
    let message = match alike.map(|alike| context.texts.get(alike)) {
        Some(alike) => format!(
            "customer `{id}` is not in the customers table, but `{alike}` is; a spreadsheet may have dropped zeros in front: \
             format the column as text and export it again"
        ),
        None => format!("customer `{id}` has invoices but is not in the customers table; add it there"),
    };
    let found = problem(context, schema, drafts, at, (Code::UnknownCustomer, I::CustomerId), message);
    Problem { invoice: None, ..found }
}

/// The invoices of a snapshot, and what else was learnt from their file.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) table: Invoices,
    pub(super) index: InvoiceIndex,
    pub(super) disputes: Vec<(Text, Dispute)>,
    pub(super) promises: Vec<(Text, Promise)>,
}

/// The row of each invoice.
#[derive(Debug)]
pub(super) struct InvoiceIndex {
    rows: Numbers,
    left_out: Numbers,
    lines: Vec<u64>,
    schema: Arc<Schema>,
}

/// What is known of an invoice id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It has a row.
    Row(InvoiceRow),
    /// It stands in the data but was left out, for a problem already noted.
    LeftOut,
    /// The data does not have it.
    No,
}

impl InvoiceIndex {
    /// What is known of an id.
    pub(super) fn get(&self, id: Text) -> Known {
        match (self.rows.get(id), self.left_out.get(id)) {
            (Some(row), _) => Known::Row(InvoiceRow(row)),
            (None, Some(_)) => Known::LeftOut,
            (None, None) => Known::No,
        }
    }

    /// What is known of an id.
    pub(super) fn named(&self, texts: &Texts, id: &str) -> Known {
        texts.find(id).map_or(Known::No, |id| self.get(id))
    }

    /// Where an invoice stands in its file.
    pub(super) fn place(&self, row: InvoiceRow) -> crate::snapshot::problem::Place {
        place(&self.schema, self.lines[row.index()], Some(I::Amount.into()))
    }
}

impl Drafts {
    /// The table of these drafts in this order.
    fn columns(self, order: &[u32], customer: Vec<CustomerRow>) -> Invoices {
        fn picked<T: Copy>(order: &[u32], values: &[T]) -> Vec<T> {
            order.iter().map(|&at| values[at as usize]).collect()
        }
        let [po_number, owner, tags, document_url, payment_link] =
            self.texts.map(|column| column.in_order(order));
        Invoices {
            id: picked(order, &self.id),
            customer,
            currency: picked(order, &self.currency),
            amount: picked(order, &self.amount),
            due_date: order.iter().filter_map(|&at| self.due_date[at as usize]).collect(),
            issue_date: self.issue_date.in_order(order),
            balance: self.balance.in_order(order),
            paid_date: self.paid_date.in_order(order),
            status: self.status.in_order(order),
            hold_until: self.hold_until.in_order(order),
            handed_over: self.handed_over.in_order(order),
            po_number,
            owner,
            tags,
            document_url,
            payment_link,
            own: self.own.into_iter().map(|column| column.in_order(order)).collect(),
        }
    }
}

//! Invoices: reading, duplicates, due dates from terms, and their columns.

use chrono::NaiveDate;

use super::columns::InvoiceColumn as I;
use super::customers::{CustomerDrafts, CustomerIndex};
use super::error::LoadError;
use super::order::{Numbers, sort_by_text};
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

/// One invoice as read.
#[derive(Debug)]
struct Draft {
    id: Text,
    customer: Text,
    row: CustomerRow,
    currency: Currency,
    amount: i64,
    due_date: Option<NaiveDate>,
    issue_date: Option<NaiveDate>,
    balance: Option<i64>,
    paid_date: Option<NaiveDate>,
    status: Option<Status>,
    hold_until: Option<NaiveDate>,
    handed_over: Option<Since>,
    texts: [Option<Text>; TEXTS.len()],
    own: Box<[Option<OwnValue>]>,
    line: u64,
}

impl Draft {
    fn read(line: &mut Line<'_, '_>) -> Option<Draft> {
        let draft = Draft::read_values(line);
        if draft.is_none() {
            line.leave_out();
        }
        draft
    }

    fn read_values(line: &mut Line<'_, '_>) -> Option<Draft> {
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
        Some(Draft {
            id: line.text(I::InvoiceId)?,
            customer: line.text(I::CustomerId)?,
            row: CustomerRow(0),
            currency,
            amount: amount?,
            due_date,
            issue_date: line.date(I::IssueDate),
            balance: line.amount(I::Balance, exponent),
            paid_date: line.date(I::PaidDate),
            status: line.word(I::Status, &STATUSES.map(|(word, _)| word), status),
            hold_until: line.date(I::HoldUntil),
            handed_over: line.since(I::HandedOver, Some(Since::Always)),
            texts: TEXTS.map(|column| match column {
                I::Tags => line.tags(column),
                _ => line.text(column),
            }),
            own: line.own(Subject::Invoice, currency),
            line: line.number(),
        })
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
    list: Vec<Draft>,
    schema: Schema,
    pub(super) disputes: Vec<(Text, Dispute)>,
    pub(super) promises: Vec<(Text, Promise)>,
    left_out: Numbers,
}

impl InvoiceDrafts {
    /// Reads the table; of rows with one id none is kept, nor those of which a line was unreadable.
    pub(super) fn read(records: Records, context: &mut Context<'_>) -> Result<InvoiceDrafts, LoadError> {
        let (mut list, mut disputes, mut promises) = (Vec::new(), Vec::new(), Vec::new());
        let schema = read_rows(records, context, |line| {
            if let Some(draft) = Draft::read(line) {
                disputes.extend(dispute(line).map(|dispute| (draft.id, dispute)));
                promises.extend(promise(line, draft.currency).map(|promise| (draft.id, promise)));
                list.push(draft);
            }
        })?;
        let mut left_out = Numbers::default();
        for id in std::mem::take(&mut context.left_out) {
            left_out.set(context.texts.intern(&id), 1);
        }
        let mut drafts = InvoiceDrafts { list, schema, disputes, promises, left_out };
        drafts.drop_duplicates(context);
        Ok(drafts)
    }

    fn drop_duplicates(&mut self, context: &mut Context<'_>) {
        let mut counts = Numbers::default();
        for draft in &self.list {
            counts.count(draft.id);
        }
        let (schema, left_out) = (&self.schema, &mut self.left_out);
        self.list.retain(|draft| {
            let lines = counts.get(draft.id).unwrap_or(1);
            if lines > 1 {
                let id = context.texts.get(draft.id);
                let message = format!(
                    "invoice id `{id}` stands on {lines} lines; none of them is used until one remains"
                );
                let problem = problem(context, schema, draft, Code::DuplicateInvoice, I::InvoiceId, message);
                context.problems.push(problem);
                left_out.set(draft.id, 1);
            }
            left_out.get(draft.id).is_none()
        });
    }

    /// Gives every invoice its customer, made up where the table has none, and its due date.
    pub(super) fn resolve(&mut self, customers: &mut CustomerDrafts, context: &mut Context<'_>) {
        let (schema, left_out) = (&self.schema, &mut self.left_out);
        self.list.retain_mut(|draft| {
            let customer = customers.find(draft.customer);
            let unclear = customer.is_some_and(|customer| customer.terms_unclear);
            let own = customer.and_then(|customer| customer.terms);
            let terms = if unclear { None } else { own.or(context.options.terms) };
            let due = draft.due_date.or_else(|| terms?.due(draft.issue_date?));
            draft.due_date = due;
            if due.is_none() {
                context.problems.push(no_due_date(context, schema, draft, unclear));
                left_out.set(draft.id, 1);
            } else if due < draft.issue_date {
                let message = String::from("the due date is before the issue date; correct one of them");
                let problem = problem(context, schema, draft, Code::DueBeforeIssue, I::DueDate, message);
                context.problems.push(problem);
            }
            due.is_some()
        });
        let known = customers.list.len();
        for draft in &self.list {
            if customers.find_or_add(draft.customer).1 {
                let alike = customers.alike_but_for_zeros(draft.customer, known, &context.texts);
                context.problems.push(unknown_customer(context, schema, draft, alike));
            }
        }
    }

    /// The table in order of customers and ids, and the row of each id.
    pub(super) fn finish(mut self, customers: &CustomerIndex, context: &Context<'_>) -> Finished {
        for draft in &mut self.list {
            draft.row = customers.get(draft.customer).unwrap_or(CustomerRow(0));
        }
        sort_by_text(&mut self.list, &context.texts, |draft| (draft.row.0, draft.id));
        let mut rows = Numbers::default();
        let mut lines = Vec::new();
        for (at, draft) in self.list.iter().enumerate() {
            rows.set(draft.id, u32::try_from(at).unwrap_or(u32::MAX));
            lines.push(draft.line);
        }
        let index = InvoiceIndex { rows, left_out: self.left_out, lines, schema: self.schema };
        Finished {
            table: columns(&self.list, context.options.fields.len()),
            index,
            disputes: self.disputes,
            promises: self.promises,
        }
    }
}

fn problem(
    context: &Context<'_>,
    schema: &Schema,
    draft: &Draft,
    code: Code,
    column: I,
    message: String,
) -> Problem {
    Problem {
        customer: Some(String::from(context.texts.get(draft.customer))),
        invoice: Some(String::from(context.texts.get(draft.id))),
        code,
        message,
        place: Some(place(schema, draft.line, Some(column.into()))),
        blocks: true,
    }
}

fn no_due_date(context: &Context<'_>, schema: &Schema, draft: &Draft, unclear: bool) -> Problem {
    let message = match draft.issue_date {
        Some(_) if unclear => {
            "there is no due date, and the customer's `terms` cannot be read; give `due_date`, or mend the terms"
        }
        Some(_) => {
            "there is no due date and no terms; give `due_date`, the customer's `terms` or the policy's"
        }
        None => "there is neither a due date nor an issue date; give `due_date`",
    };
    problem(context, schema, draft, Code::NoDueDate, I::DueDate, String::from(message))
}

fn unknown_customer(context: &Context<'_>, schema: &Schema, draft: &Draft, alike: Option<Text>) -> Problem {
    let id = context.texts.get(draft.customer);
    let message = match alike.map(|alike| context.texts.get(alike)) {
        Some(alike) => format!(
            "customer `{id}` is not in the customers table, but `{alike}` is; a spreadsheet may have dropped zeros in front: \
             format the column as text and export it again"
        ),
        None => format!("customer `{id}` has invoices but is not in the customers table; add it there"),
    };
    let found = problem(context, schema, draft, Code::UnknownCustomer, I::CustomerId, message);
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
    schema: Schema,
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

fn columns(list: &[Draft], own: usize) -> Invoices {
    fn column<T: Copy>(list: &[Draft], of: impl Fn(&Draft) -> Option<T>) -> Column<T> {
        Column::new(list.iter().map(of).collect())
    }
    let text = |wanted: I| {
        let at = TEXTS.iter().position(|column| *column == wanted).unwrap_or_default();
        column(list, |draft| draft.texts[at])
    };
    Invoices {
        id: list.iter().map(|draft| draft.id).collect(),
        customer: list.iter().map(|draft| draft.row).collect(),
        currency: list.iter().map(|draft| draft.currency).collect(),
        amount: list.iter().map(|draft| draft.amount).collect(),
        due_date: list.iter().filter_map(|draft| draft.due_date).collect(),
        issue_date: column(list, |draft| draft.issue_date),
        balance: column(list, |draft| draft.balance),
        paid_date: column(list, |draft| draft.paid_date),
        status: column(list, |draft| draft.status),
        hold_until: column(list, |draft| draft.hold_until),
        handed_over: column(list, |draft| draft.handed_over),
        po_number: text(I::PoNumber),
        owner: text(I::Owner),
        tags: text(I::Tags),
        document_url: text(I::DocumentUrl),
        payment_link: text(I::PaymentLink),
        own: (0..own).map(|at| column(list, |draft| draft.own.get(at).copied().flatten())).collect(),
    }
}

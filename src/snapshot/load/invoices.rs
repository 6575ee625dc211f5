//! Invoices: reading, duplicates, due dates from terms, and their columns.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::columns::InvoiceColumn as I;
use super::customers::{CustomerDrafts, CustomerIndex};
use super::error::LoadError;
use super::order::{Groups, LineNumbers, Numbers};
use super::reading::{Part, read_parts};
use super::records::{Records, Schema};
use super::short_ids::ShortIds;
use super::values::{Context, Line, place};
use crate::code::Code;
use crate::model::field::Subject;
use crate::money::Currency;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{
    Column, CustomerRow, Dispute, InvoiceRow, Invoices, OwnValue, Promise, Since, Status,
};
use crate::snapshot::texts::{Text, Texts, hash};

/// The columns of texts of which each invoice has its own, beside the id.
const OWN_TEXTS: [I; 3] = [I::PoNumber, I::DocumentUrl, I::PaymentLink];

/// The words of the status column.
const STATUSES: [(&str, Status); 4] = [
    ("draft", Status::Draft),
    ("open", Status::Open),
    ("void", Status::Void),
    ("written_off", Status::WrittenOff),
];

/// Some invoices as read, in columns, in the order of their lines.
#[derive(Debug, Default)]
struct Drafts {
    /// The ids, by row.
    ids: Texts,
    /// The other texts of which each invoice has its own: order numbers and addresses.
    own_texts: Texts,
    /// Whether an id does not come behind that of the line before, as in most lists it does: then none stands there twice.
    unordered: bool,
    /// Among the snapshot's texts; none while it does not have it.
    customer: Vec<Option<Text>>,
    /// The customers that the snapshot did not have, by row, among the own texts.
    strangers: Vec<(usize, Text)>,
    currency: Vec<Currency>,
    amount: Vec<i64>,
    due_date: Vec<Option<NaiveDate>>,
    line: LineNumbers,
    issue_date: Column<NaiveDate>,
    balance: Column<i64>,
    paid_date: Column<NaiveDate>,
    status: Column<Status>,
    hold_until: Column<NaiveDate>,
    handed_over: Column<Since>,
    /// Among the own texts.
    own_columns: [Column<Text>; OWN_TEXTS.len()],
    owner: Column<Text>,
    tags: Column<Text>,
    own: Vec<Column<OwnValue>>,
}

/// Where the customers of invoices are looked for.
#[derive(Clone, Copy)]
struct Customers<'a> {
    ids: &'a ShortIds,
    texts: &'a Texts,
}

impl Drafts {
    /// Adds an invoice: its place and its currency. A line that is none is left out.
    fn read(&mut self, line: &mut Line<'_, '_>, customers: Customers<'_>) -> Option<(usize, Currency)> {
        let read = self.read_values(line, customers);
        if read.is_none() {
            line.leave_out();
        }
        read
    }

    fn read_values(
        &mut self,
        line: &mut Line<'_, '_>,
        customers: Customers<'_>,
    ) -> Option<(usize, Currency)> {
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
        let (at, room) = (self.len(), self.amount.capacity());
        self.unordered |= at > 0 && self.ids.at(at - 1) >= invoice;
        self.ids.add_alike(invoice, room);
        let known = customers.ids.find(customer, customers.texts);
        if known.is_none() {
            self.strangers.push((at, self.own_texts.add(customer)));
        }
        self.customer.push(known);
        self.currency.push(currency);
        self.amount.push(amount);
        self.due_date.push(due_date);
        self.line.push(line.number());
        self.issue_date.put(at, line.date(I::IssueDate), room);
        self.balance.put(at, line.amount(I::Balance, exponent), room);
        self.paid_date.put(at, line.date(I::PaidDate), room);
        self.status.put(at, line.word(I::Status, &STATUSES.map(|(word, _)| word), status), room);
        self.hold_until.put(at, line.date(I::HoldUntil), room);
        self.handed_over.put(at, line.since(I::HandedOver, Some(Since::Always)), room);
        for (values, column) in self.own_columns.iter_mut().zip(OWN_TEXTS) {
            values.put(at, line.cell(column).map(|text| self.own_texts.add_alike(text, room)), room);
        }
        self.owner.put(at, line.text(I::Owner), room);
        self.tags.put(at, line.tags(I::Tags), room);
        self.own.resize_with(line.context.options.fields.len(), Column::default);
        for (field, value) in line.own(Subject::Invoice, currency) {
            self.own[field].put(at, Some(value), room);
        }
        Some((at, currency))
    }

    /// Finds the customers among the texts of a snapshot, and moves the words there, whose places in it are `moved`.
    fn settle(&mut self, moved: &[Text], texts: &mut Texts) {
        for (at, name) in take(&mut self.strangers) {
            self.customer[at] = Some(texts.intern(self.own_texts.get(name)));
        }
        self.owner.each(|text| *text = moved[text.index()]);
        self.tags.each(|text| *text = moved[text.index()]);
        for column in &mut self.own {
            column.each(|value| *value = value.with_text(|text| moved[text.index()]));
        }
    }

    fn len(&self) -> usize {
        self.ids.len()
    }

    fn id(&self, at: usize) -> &str {
        self.ids.at(at)
    }
}

/// A row of one of the parts in which the table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    part: u32,
    row: u32,
}

/// The parts in which the table was read, in the order of the lines.
#[derive(Debug, Default)]
struct Parts(Vec<Drafts>);

impl Parts {
    fn at(&self, at: At) -> (&Drafts, usize) {
        (&self.0[at.part as usize], at.row as usize)
    }

    fn id(&self, at: At) -> &str {
        let (part, row) = self.at(at);
        part.id(row)
    }

    fn customer(&self, at: At) -> Option<Text> {
        let (part, row) = self.at(at);
        part.customer[row]
    }

    /// How many rows there are.
    fn len(&self) -> usize {
        self.0.iter().map(Drafts::len).sum()
    }

    /// All rows.
    fn all(&self) -> impl Iterator<Item = At> {
        let parts = (0..).zip(&self.0);
        parts.flat_map(|(part, drafts)| (0..drafts.len() as u32).map(move |row| At { part, row }))
    }

    /// Whether each id comes behind the one before.
    fn are_ordered(&self) -> bool {
        let filled: Vec<&Drafts> = self.0.iter().filter(|part| part.len() > 0).collect();
        let in_order = |pair: &[&Drafts]| pair[0].id(pair[0].len() - 1) < pair[1].id(0);
        !self.0.iter().any(|part| part.unordered) && filled.windows(2).all(in_order)
    }

    /// The rows of ids that stand there more than once, and how often.
    fn duplicates(&self) -> BTreeMap<At, usize> {
        let mut hashed: Vec<(u32, At)> = self.all().map(|at| (hash(self.id(at)), at)).collect();
        hashed.par_sort_unstable();
        let mut duplicates = BTreeMap::new();
        for alike in hashed.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
            for (_, at) in alike {
                let lines = alike.iter().filter(|(_, other)| self.id(*other) == self.id(*at)).count();
                duplicates.extend((lines > 1).then_some((*at, lines)));
            }
        }
        duplicates
    }
}

/// Some lines of the table, with the disputes and promises that stand in their columns, by row.
#[derive(Debug, Default)]
struct Lines {
    drafts: Drafts,
    disputes: Vec<(usize, Dispute)>,
    promises: Vec<(usize, Promise)>,
}

impl Lines {
    /// None yet; lists that grow would be half empty in the end.
    fn with_room(lines: usize) -> Lines {
        let drafts = Drafts {
            customer: Vec::with_capacity(lines),
            currency: Vec::with_capacity(lines),
            amount: Vec::with_capacity(lines),
            due_date: Vec::with_capacity(lines),
            ..Drafts::default()
        };
        Lines { drafts, ..Lines::default() }
    }

    fn read(&mut self, line: &mut Line<'_, '_>, customers: Customers<'_>) {
        if let Some((code, message)) = line.no_record() {
            return line.broken(*code, message.clone());
        }
        if let Some((at, currency)) = self.drafts.read(line, customers) {
            self.disputes.extend(dispute(line).map(|dispute| (at, dispute)));
            self.promises.extend(promise(line, currency).map(|promise| (at, promise)));
        }
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
    parts: Parts,
    /// Those of the rows that are kept.
    kept: Vec<At>,
    ordered: bool,
    schema: Arc<Schema>,
    disputes: Vec<(At, Dispute)>,
    promises: Vec<(At, Promise)>,
    /// Ids of which a line was unreadable, or that stand on several.
    left_out: BTreeSet<String>,
}

impl InvoiceDrafts {
    /// Reads the table; of rows with one id none is kept, nor those of which a line was unreadable.
    pub(super) fn read(
        records: Records,
        ids: &ShortIds,
        context: &mut Context<'_>,
    ) -> Result<InvoiceDrafts, LoadError> {
        let (schema, read) =
            read_parts(records, context, Lines::with_room, |lines: &mut Lines, line, texts| {
                lines.read(line, Customers { ids, texts });
            })?;
        let (mut parts, mut disputes, mut promises) = (Parts::default(), Vec::new(), Vec::new());
        for (part, Part { drafts: mut lines, words }) in (0..).zip(read) {
            let moved = context.texts.absorb(&words);
            lines.drafts.settle(&moved, &mut context.texts);
            let at = |row: usize| At { part, row: row as u32 };
            disputes.extend(lines.disputes.into_iter().map(|(row, dispute)| {
                let reason = dispute.reason.map(|text| moved[text.index()]);
                (at(row), Dispute { reason, ..dispute })
            }));
            promises.extend(lines.promises.into_iter().map(|(row, promise)| (at(row), promise)));
            parts.0.push(lines.drafts);
        }
        let (mut kept, ordered) = (Vec::with_capacity(parts.len()), parts.are_ordered());
        kept.extend(parts.all());
        let left_out = take(&mut context.left_out);
        let mut drafts = InvoiceDrafts { parts, kept, ordered, schema, disputes, promises, left_out };
        drafts.drop_duplicates(context);
        Ok(drafts)
    }

    fn drop_duplicates(&mut self, context: &mut Context<'_>) {
        let InvoiceDrafts { parts, kept, schema, left_out, .. } = self;
        let duplicates = if self.ordered { BTreeMap::new() } else { parts.duplicates() };
        for (&at, lines) in &duplicates {
            let id = parts.id(at);
            let message =
                format!("invoice id `{id}` stands on {lines} lines; none of them is used until one remains");
            let found = problem(context, schema, parts, at, (Code::DuplicateInvoice, I::InvoiceId), message);
            context.problems.push(found);
            left_out.insert(String::from(id));
        }
        if !left_out.is_empty() {
            kept.retain(|&at| !left_out.contains(parts.id(at)));
        }
    }

    /// Gives every invoice its customer, made up where the table has none, and its due date.
    pub(super) fn resolve(&mut self, customers: &mut CustomerDrafts, context: &mut Context<'_>) {
        let InvoiceDrafts { parts, kept, schema, left_out, .. } = self;
        kept.retain(|&at| {
            let (part, row) = (&mut parts.0[at.part as usize], at.row as usize);
            let issued = part.issue_date.get(row);
            let mut unclear = false;
            if part.due_date[row].is_none() {
                let customer = part.customer[row].and_then(|id| customers.find(id));
                unclear = customer.is_some_and(|customer| customer.terms_unclear);
                let own = customer.and_then(|customer| customer.terms);
                let terms = if unclear { None } else { own.or(context.options.terms) };
                part.due_date[row] = terms.and_then(|terms| terms.due(issued?));
            }
            let due = part.due_date[row];
            if due.is_none() {
                context.problems.push(no_due_date(context, schema, parts, at, unclear));
                left_out.insert(String::from(parts.id(at)));
            } else if due < issued {
                let message = String::from("the due date is before the issue date; correct one of them");
                let found = problem(context, schema, parts, at, (Code::DueBeforeIssue, I::DueDate), message);
                context.problems.push(found);
            }
            due.is_some()
        });
        let known = customers.list.len();
        for &at in kept.iter() {
            let Some(id) = parts.customer(at) else { continue };
            if customers.find_or_add(id).1 {
                let alike = customers.alike_but_for_zeros(id, known, &context.texts);
                context.problems.push(unknown_customer(context, schema, parts, at, alike));
            }
        }
    }

    /// The table in order of customers and ids, and the row of each id; their texts stand in that order too.
    pub(super) fn finish(self, customers: &CustomerIndex, context: &mut Context<'_>) -> Finished {
        let InvoiceDrafts { mut parts, kept, ordered, schema, disputes, promises, left_out } = self;
        let row_of = |at: At| parts.customer(at).and_then(|id| customers.get(id)).unwrap_or(CustomerRow(0));
        let compare = |a: &At, b: &At| match ordered {
            true => a.cmp(b),
            false => parts.id(*a).cmp(parts.id(*b)),
        };
        // To look a customer up is to wait for memory: several threads wait at once.
        let rows: Vec<CustomerRow> = kept.par_iter().map(|&at| row_of(at)).collect();
        let of_customers = rows.iter().map(|row| row.index()).zip(kept.iter().copied());
        let mut groups = Groups::deal(customers.len(), of_customers);
        drop((rows, kept));
        groups.sort(compare);
        let customer: Vec<CustomerRow> = groups.groups().map(CustomerRow).collect();
        let order = groups.into_rows();
        let table = parts.columns(&order, customer);
        let texts = &mut context.texts;
        let table = parts.lay_out(&order, texts).listed(table, texts);
        let mut index = InvoiceIndex {
            rows: Numbers::with_room(texts.len()),
            left_out: Numbers::default(),
            listed: parts.listed(&order),
            order,
            schema,
        };
        (0..).zip(&table.id).for_each(|(row, &id)| index.rows.set(id, row));
        left_out.iter().for_each(|id| index.left_out.set(texts.intern(id), 1));
        let row = |at: At| index.listed[at.part as usize].row[at.row as usize];
        let of_row = |(at, dispute): (At, Dispute)| Some(Dispute { invoice: row(at)?, ..dispute });
        let disputes = disputes.into_iter().filter_map(of_row).collect();
        let of_row = |(at, promise): (At, Promise)| Some(Promise { invoice: row(at)?, ..promise });
        let promises = promises.into_iter().filter_map(of_row).collect();
        Finished { table, index, disputes, promises }
    }
}

fn problem(
    context: &Context<'_>,
    schema: &Schema,
    parts: &Parts,
    at: At,
    (code, column): (Code, I),
    message: String,
) -> Problem {
    let (part, row) = parts.at(at);
    Problem {
        customer: part.customer[row].map(|id| String::from(context.texts.get(id))),
        invoice: Some(String::from(part.id(row))),
        code,
        message,
        place: Some(place(schema, part.line.get(row), Some(column.into()))),
        blocks: true,
    }
}

fn no_due_date(context: &Context<'_>, schema: &Schema, parts: &Parts, at: At, unclear: bool) -> Problem {
    let (part, row) = parts.at(at);
    let message = match part.issue_date.get(row) {
        Some(_) if unclear => {
            "there is no due date, and the customer's `terms` cannot be read; give `due_date`, or mend the terms"
        }
        Some(_) => {
            "there is no due date and no terms; give `due_date`, the customer's `terms` or the policy's"
        }
        None => "there is neither a due date nor an issue date; give `due_date`",
    };
    problem(context, schema, parts, at, (Code::NoDueDate, I::DueDate), String::from(message))
}

fn unknown_customer(
    context: &Context<'_>,
    schema: &Schema,
    parts: &Parts,
    at: At,
    alike: Option<Text>,
) -> Problem {
    let id = parts.customer(at).map_or("", |id| context.texts.get(id));
    let message = match alike.map(|alike| context.texts.get(alike)) {
        Some(alike) => format!(
            "customer `{id}` is not in the customers table, but `{alike}` is; a spreadsheet may have dropped zeros in front: \
             format the column as text and export it again"
        ),
        None => format!("customer `{id}` has invoices but is not in the customers table; add it there"),
    };
    let found = problem(context, schema, parts, at, (Code::UnknownCustomer, I::CustomerId), message);
    Problem { invoice: None, ..found }
}

/// The invoices of a snapshot, and what else was learnt from their file.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) table: Invoices,
    pub(super) index: InvoiceIndex,
    pub(super) disputes: Vec<Dispute>,
    pub(super) promises: Vec<Promise>,
}

/// The row of each invoice.
#[derive(Debug)]
pub(super) struct InvoiceIndex {
    rows: Numbers,
    left_out: Numbers,
    listed: Vec<Listed>,
    /// Where each row is listed.
    order: Vec<At>,
    schema: Arc<Schema>,
}

/// The ids of some lines of the table, in their order.
#[derive(Debug)]
struct Listed {
    ids: Texts,
    line: LineNumbers,
    /// The row that a line has become.
    row: Vec<Option<InvoiceRow>>,
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
        let At { part, row } = self.order[row.index()];
        place(&self.schema, self.listed[part as usize].line.get(row as usize), Some(I::Amount.into()))
    }

    /// Looks for ids that are likely to come in the order in which the invoices are listed.
    pub(super) fn follower<'i>(&'i self, texts: &'i Texts) -> Follower<'i> {
        Follower { index: self, texts, last: None }
    }
}

/// Finds invoices that are named one after another. Another table often names them in the order of their own: those
/// that are listed next stand ready in the cache, where to look an id up is to wait for memory.
pub(super) struct Follower<'i> {
    index: &'i InvoiceIndex,
    texts: &'i Texts,
    last: Option<At>,
}

impl Follower<'_> {
    /// So many of the invoices that follow are looked at.
    const NEAR: usize = 12;

    /// What is known of an id.
    pub(super) fn named(&mut self, id: &str) -> Known {
        if let Some((at, row)) = self.next(id) {
            self.last = Some(at);
            return Known::Row(row);
        }
        let known = self.index.named(self.texts, id);
        if let Known::Row(row) = known {
            self.last = self.index.order.get(row.index()).copied();
        }
        known
    }

    fn next(&self, id: &str) -> Option<(At, InvoiceRow)> {
        let mut at = self.last?;
        for _ in 0..Self::NEAR {
            let mut part = self.index.listed.get(at.part as usize)?;
            at.row += 1;
            if at.row as usize >= part.ids.len() {
                at = At { part: at.part + 1, row: 0 };
                part = self.index.listed.get(at.part as usize)?;
            }
            if (at.row as usize) < part.ids.len() && part.ids.at(at.row as usize) == id {
                return Some((at, part.row[at.row as usize]?));
            }
        }
        None
    }
}

/// The texts of rows, laid out in their order.
#[derive(Default)]
struct Laid {
    texts: Texts,
    id: Vec<Text>,
    hashes: Vec<u32>,
    own_columns: [Vec<Option<Text>>; OWN_TEXTS.len()],
}

impl Laid {
    /// Lays out the texts of one more row.
    fn push(&mut self, part: &Drafts, row: usize) {
        let id = part.id(row);
        self.id.push(self.texts.add(id));
        self.hashes.push(hash(id));
        for (laid, column) in self.own_columns.iter_mut().zip(&part.own_columns) {
            if column.has_values() {
                let text = column.get(row).map(|text| self.texts.add(part.own_texts.get(text)));
                laid.resize(self.id.len() - 1, None);
                laid.push(text);
            }
        }
    }

    /// Puts the texts behind others, and gives their places there.
    fn append(&mut self, rows: Laid, texts: &mut Texts) {
        let (before, done) = (texts.len(), self.id.len());
        texts.append(&rows.texts);
        self.id.extend(rows.id.iter().map(|id| id.behind(before)));
        self.hashes.extend(rows.hashes);
        for (column, more) in self.own_columns.iter_mut().zip(rows.own_columns) {
            if !more.is_empty() {
                column.resize(done, None);
                column.extend(more.into_iter().map(|text| text.map(|text| text.behind(before))));
            }
        }
    }

    /// Lets the ids be found, and gives the table its columns of texts.
    fn listed(mut self, table: Invoices, texts: &mut Texts) -> Invoices {
        texts.list(&mut self.id, &self.hashes);
        let [po_number, document_url, payment_link] = self.own_columns.map(Column::new);
        Invoices { id: self.id, po_number, document_url, payment_link, ..table }
    }
}

/// So many rows are laid out together, beside others.
const LAID_OUT: usize = 1 << 13;

/// So many times are rows laid out beside others before they are put behind one another: a copy of all of them would
/// be as large as the texts themselves.
const ROUND: usize = 16;

impl Parts {
    /// Lays out the texts of these rows behind others. Of the parts' own only the ids are left.
    fn lay_out(&mut self, order: &[At], texts: &mut Texts) -> Laid {
        let mut all = self.laid_with_room(order.len(), texts);
        for round in order.chunks(LAID_OUT * ROUND) {
            let laid: Vec<Laid> = round
                .par_chunks(LAID_OUT)
                .map(|rows| {
                    let mut laid = Laid::default();
                    rows.iter().map(|&at| self.at(at)).for_each(|(part, row)| laid.push(part, row));
                    laid
                })
                .collect();
            laid.into_iter().for_each(|rows| all.append(rows, texts));
        }
        let columns = all.own_columns.iter_mut().filter(|column| !column.is_empty());
        columns.for_each(|column| column.resize(order.len(), None));
        for part in &mut self.0 {
            part.own_texts = Texts::default();
            part.own_columns = Default::default();
        }
        all
    }

    /// None laid out yet; lists that grow are copied, and for a while there are two.
    fn laid_with_room(&self, rows: usize, texts: &mut Texts) -> Laid {
        let all = || self.0.iter().flat_map(|part| [&part.ids, &part.own_texts]);
        // A word that comes after them must not make a copy of them all.
        let and_more = |room: usize| room + room / 8;
        texts.make_room(and_more(all().map(Texts::len).sum()), and_more(all().map(Texts::bytes).sum()));
        let has_values = |at: usize| self.0.iter().any(|part| part.own_columns[at].has_values());
        let room = |at: usize| if has_values(at) { rows } else { 0 };
        Laid {
            id: Vec::with_capacity(rows),
            hashes: Vec::with_capacity(rows),
            own_columns: std::array::from_fn(|at| Vec::with_capacity(room(at))),
            ..Laid::default()
        }
    }

    /// The table of these rows in this order, without the texts of which each has its own. Each column of the parts goes
    /// as soon as the table has it.
    fn columns(&mut self, order: &[At], customer: Vec<CustomerRow>) -> Invoices {
        let own = self.0.first().map_or(0, |part| part.own.len());
        Invoices {
            customer,
            currency: self.picked(order, |part| take(&mut part.currency)),
            amount: self.picked(order, |part| take(&mut part.amount)),
            due_date: self.due_dates(order),
            issue_date: self.column(order, |part| take(&mut part.issue_date)),
            balance: self.column(order, |part| take(&mut part.balance)),
            paid_date: self.column(order, |part| take(&mut part.paid_date)),
            status: self.column(order, |part| take(&mut part.status)),
            hold_until: self.column(order, |part| take(&mut part.hold_until)),
            handed_over: self.column(order, |part| take(&mut part.handed_over)),
            owner: self.column(order, |part| take(&mut part.owner)),
            tags: self.column(order, |part| take(&mut part.tags)),
            own: (0..own)
                .map(|at| self.column(order, |part| part.own.get_mut(at).map(take).unwrap_or_default()))
                .collect(),
            ..Invoices::default()
        }
    }

    fn due_dates(&mut self, order: &[At]) -> Vec<NaiveDate> {
        let parts: Vec<Vec<Option<NaiveDate>>> =
            self.0.iter_mut().map(|part| take(&mut part.due_date)).collect();
        // Rows without are not among them.
        gathered(order, |part, row| parts[part][row].unwrap_or_default())
    }

    fn picked<T: Copy + Send + Sync>(&mut self, order: &[At], of: impl Fn(&mut Drafts) -> Vec<T>) -> Vec<T> {
        let parts: Vec<Vec<T>> = self.0.iter_mut().map(of).collect();
        gathered(order, |part, row| parts[part][row])
    }

    fn column<T: Copy + Send + Sync>(
        &mut self,
        order: &[At],
        of: impl Fn(&mut Drafts) -> Column<T>,
    ) -> Column<T> {
        let parts: Vec<Column<T>> = self.0.iter_mut().map(of).collect();
        if !parts.iter().any(Column::has_values) {
            return Column::default();
        }
        Column::new(gathered(order, |part, row| parts[part].get(row)))
    }

    /// What remains to be known once rows stand in this order.
    fn listed(self, order: &[At]) -> Vec<Listed> {
        let rest = |part: Drafts| {
            let row = vec![None; part.len()];
            Listed { ids: part.ids, line: part.line, row }
        };
        let mut listed: Vec<Listed> = self.0.into_iter().map(rest).collect();
        for (row, at) in (0..).zip(order) {
            listed[at.part as usize].row[at.row as usize] = Some(InvoiceRow(row));
        }
        listed
    }
}

/// The values of rows in this order, each told by its part and its place there.
fn gathered<T: Send>(order: &[At], of: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    let value = |at: &At| of(at.part as usize, at.row as usize);
    order.par_iter().with_min_len(LAID_OUT).map(value).collect()
}

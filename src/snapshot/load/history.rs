//! The ledger: what has been done so far.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;

use rayon::prelude::*;

use super::batch::{Batch, Columns};
use super::columns::HistoryColumn as H;
use super::error::LoadError;
use super::facts::{self, Index, Subject};
use super::invoices::Known;
use super::options::LoadOptions;
use super::order::{Groups, LineNumbers, by_text, by_texts};
use super::progress::Gauge;
use super::reading::{Part, read_parts};
use super::records::{Records, Schema};
use super::values::{Context, Line, SeenAndUsed};
use crate::code::Code;
use crate::money::Currency;
use crate::snapshot::ledger::{Channel, Details, LedgerRow, Outcome};
use crate::snapshot::problem::{Place, Problem};
use crate::snapshot::tables::{Column, CustomerRow, InvoiceRow};
use crate::snapshot::texts::{Text, Texts};

/// The ledger as read, before it is known which invoices and customers the data has: the largest table is read
/// beside the others.
pub(super) struct HistoryDrafts {
    schema: Arc<Schema>,
    parts: Vec<Part<Lines>>,
    columns: SeenAndUsed,
}

/// Some lines of the ledger.
#[derive(Default)]
struct Lines {
    /// Rows that could be read as they stand; whom they are about is told by the ids that they name.
    rows: Vec<LedgerRow>,
    customers: Column<Text>,
    invoices: Column<Text>,
    lines: LineNumbers,
    /// The ids as they stand.
    names: Texts,
    /// The others, to be read again.
    apart: Vec<Batch>,
}

impl Lines {
    /// None yet; lists that grow would be half empty in the end.
    fn with_room(lines: usize) -> Lines {
        Lines { rows: Vec::with_capacity(lines), ..Lines::default() }
    }

    fn read(&mut self, line: &mut Line<'_, '_>, _: &Texts) {
        match draft(line) {
            Some((names, row)) => {
                self.store(names);
                self.rows.push(row);
                self.lines.push(line.number());
            }
            None => self.apart.push(line.copied()),
        }
    }

    /// Stores the ids of the next row; a ledger often lists the rows of one invoice together.
    fn store(&mut self, names: [Option<&str>; 2]) {
        let (at, room) = (self.rows.len(), self.rows.capacity());
        for (column, name) in [&mut self.customers, &mut self.invoices].into_iter().zip(names) {
            let last = at.checked_sub(1).and_then(|last| column.get(last));
            let same = last.filter(|&last| name == Some(self.names.get(last)));
            let id = same.or_else(|| name.map(|name| self.names.add_alike(name, room)));
            column.put(at, id, room);
        }
    }

    /// The ids that a row names: customer and invoice.
    fn ids(&self, at: usize) -> [Option<Text>; 2] {
        [self.customers.get(at), self.invoices.get(at)]
    }

    /// Finds the invoices that the rows are about; `moved` are the places of the words that were interned for them.
    fn find(&mut self, moved: &[Text], index: &Index<'_>, texts: &Texts) {
        let (mut last, mut follower) = ((None, Known::No), index.invoices.follower(texts));
        for (at, row) in self.rows.iter_mut().enumerate() {
            each_text(row, |text| *text = moved[text.index()]);
            // Nearly all name an invoice of the data and nothing else.
            let (None, Some(id)) = (self.customers.get(at), self.invoices.get(at)) else { continue };
            if last.0 != Some(id) {
                last = (Some(id), follower.named(self.names.get(id)));
            }
            if let Known::Row(invoice) = last.1 {
                (row.customer, row.invoice) = (index.table.customer[invoice.index()], Some(invoice));
            }
        }
    }

    /// Finds the others one by one, and reads again what was put apart. Rows about nobody go; those about customers as a
    /// whole are moved from those about invoices.
    fn sift(
        mut self,
        history: &mut History,
        (schema, columns): (&Schema, &Columns),
        index: &Index<'_>,
        context: &mut Context<'_>,
    ) -> Vec<LedgerRow> {
        let mut rows = take(&mut self.rows);
        let mut at = 0..;
        rows.retain_mut(|row| {
            let at = at.next().unwrap_or_default();
            row.invoice.is_some() || self.name(at, row, history, (schema, columns), index, context)
        });
        for batch in &self.apart {
            let row = batch.first(columns);
            let mut line = Line::new(context, schema, row);
            match row.broken() {
                None => rows.extend(history.add(&mut line, index)),
                Some((code, message)) => {
                    // What may have been done is not done again, also where the problem concerns nobody any more.
                    rows.extend(history.as_far_as_told(&mut line, index));
                    line.broken(*code, message.clone());
                }
            }
        }
        history.of_customers.extend(rows.extract_if(.., |row| row.invoice.is_none()));
        rows
    }

    /// Says of a row whom it is about; false when that is nobody.
    fn name(
        &self,
        at: usize,
        row: &mut LedgerRow,
        history: &mut History,
        (schema, columns): (&Schema, &Columns),
        index: &Index<'_>,
        context: &mut Context<'_>,
    ) -> bool {
        let batch = Batch::bare(self.lines.get(at));
        let mut line = Line::new(context, schema, batch.first(columns));
        [line.customer, line.invoice] = self.ids(at).map(|id| id.map(|id| self.names.get(id)));
        let subject = history.subject(&mut line, index);
        if let Some(Subject { customer, invoice }) = subject {
            (row.customer, row.invoice) = (customer, invoice);
        }
        subject.is_some()
    }
}

impl HistoryDrafts {
    /// Reads the table.
    pub(super) fn read(records: Records, options: &LoadOptions<'_>) -> Result<HistoryDrafts, LoadError> {
        let nobody = &mut ();
        let mut context = Context::new(options, Gauge::new(nobody));
        let (schema, parts) = read_parts(records, &mut context, Lines::with_room, Lines::read)?;
        Ok(HistoryDrafts { schema, parts, columns: context.columns })
    }

    /// Finds whom the rows are about, and sorts them.
    pub(super) fn finish(self, index: &Index<'_>, context: &mut Context<'_>) -> History {
        let HistoryDrafts { schema, mut parts, columns } = self;
        for (file, (seen, used)) in columns {
            let known = context.columns.entry(file).or_default();
            known.0.extend(seen);
            known.1.extend(used);
        }
        let moved: Vec<Vec<Text>> = parts.iter().map(|part| context.texts.absorb(&part.words)).collect();
        let texts = &context.texts;
        parts.par_iter_mut().zip(moved).for_each(|(part, moved)| part.drafts.find(&moved, index, texts));
        let mut history = History::default();
        let columns = Columns::of(&schema);
        let sift = |part: Part<Lines>| part.drafts.sift(&mut history, (&schema, &columns), index, context);
        let parts: Vec<Vec<LedgerRow>> = parts.into_iter().map(sift).collect();
        history.sort(parts, index, context);
        history
    }
}

/// A row that can be read as it stands, with its ids. An amount without a currency is in the invoice's.
fn draft<'a>(line: &mut Line<'a, '_>) -> Option<([Option<&'a str>; 2], LedgerRow)> {
    if line.no_record().is_some() {
        return None;
    }
    let problems = line.context.problems.len();
    line.name_ids();
    let names = [line.customer, line.invoice];
    let is_plain = names.iter().any(Option::is_some)
        && (!line.is_given(H::Amount) || line.is_given(H::Currency))
        && line.context.problems.len() == problems;
    let nobody = Subject { customer: CustomerRow(0), invoice: None };
    let row = is_plain.then(|| ledger_row(line, nobody, None)).flatten();
    let row = row.filter(|_| line.context.problems.len() == problems);
    // What is wrong is told when it is known whom the row is about.
    line.context.problems.truncate(problems);
    row.map(|row| (names, row))
}

/// The ledger rows of a snapshot.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Those of invoices.
    pub(super) of_invoices: Vec<LedgerRow>,
    /// Those of customers as a whole.
    pub(super) of_customers: Vec<LedgerRow>,
    /// Ids that only the ledger knows: customer, invoice, how many rows, and the first place.
    strangers: BTreeMap<(Option<String>, Option<String>), (u64, Place)>,
}

impl History {
    /// Sorts the rows of invoices, which come in parts, and those of customers.
    fn sort(&mut self, parts: Vec<Vec<LedgerRow>>, index: &Index<'_>, context: &mut Context<'_>) {
        let texts = &context.texts;
        let compare = |a: &LedgerRow, b: &LedgerRow| compare(a, b, texts);
        let invoice = |row: &LedgerRow| row.invoice.map_or(0, InvoiceRow::index);
        self.of_invoices = sorted(parts, index.table.id.len(), invoice, compare);
        let customer = |row: &LedgerRow| row.customer.index();
        let of_customers = vec![take(&mut self.of_customers)];
        self.of_customers = sorted(of_customers, index.customers.len(), customer, compare);
        for (ids, (rows, place)) in take(&mut self.strangers) {
            context.problems.push(stranger(ids, rows, place));
        }
    }

    fn add(&mut self, line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<LedgerRow> {
        line.name_ids();
        let subject = self.subject(line, index)?;
        let currency = subject.invoice.map(|invoice| index.table.currency[invoice.index()]);
        ledger_row(line, subject, currency)
    }

    /// What can be told of a line that is no whole record, if that is a row.
    fn as_far_as_told(&mut self, line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<LedgerRow> {
        let problems = line.context.problems.len();
        let row = self.add(line, index).filter(|_| line.context.problems.len() == problems);
        line.context.problems.truncate(problems);
        row
    }

    /// Whom a row is about, whose ids are named.
    fn subject(&mut self, line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<Subject> {
        match index.known(line) {
            facts::Ids { invoice: Some(Known::No), customer } => {
                // The ladder of the invoice is gone, but the customer was written to all the same.
                self.count(line, H::InvoiceId);
                customer.map(|customer| Subject { customer, invoice: None })
            }
            facts::Ids { invoice: None, customer: None } if line.customer.is_some() => {
                self.count(line, H::CustomerId);
                None
            }
            ids => index.subject_of(line, ids),
        }
    }

    /// Counts a row about an invoice or a customer that the data lacks; they are not listed one by one.
    fn count(&mut self, line: &Line<'_, '_>, column: H) {
        let customer = if line.invoice.is_some() { None } else { line.customer };
        let ids = (customer.map(String::from), line.invoice.map(String::from));
        let place = line.place(Some(column.into()));
        let (rows, first) = self.strangers.entry(ids).or_insert((0, place.clone()));
        *rows += 1;
        *first = place.min(first.clone());
    }
}

/// Sorts rows by their group, of `groups`, and within a group by `compare`. They are dealt out from the parts in which
/// they come: one list of them all would be as large again.
fn sorted(
    parts: Vec<Vec<LedgerRow>>,
    groups: usize,
    group: impl Fn(&LedgerRow) -> usize + Clone,
    compare: impl Fn(&LedgerRow, &LedgerRow) -> Ordering + Sync,
) -> Vec<LedgerRow> {
    let rows = (0_u32..).zip(&parts).flat_map(|(part, rows)| {
        let group = group.clone();
        (0_u32..).zip(rows).map(move |(at, row)| (group(row), (part, at)))
    });
    let dealt = Groups::deal(groups, rows);
    let mut sorted = dealt.map(|(part, at)| parts[part as usize][at as usize].clone());
    drop(parts);
    sorted.sort(compare);
    sorted.into_rows()
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

/// Changes every text of a ledger row.
fn each_text(row: &mut LedgerRow, mut change: impl FnMut(&mut Text)) {
    change(&mut row.step);
    row.rung.iter_mut().for_each(&mut change);
    let Some(details) = row.details.as_deref_mut() else { return };
    let all = [
        &mut details.key,
        &mut details.content,
        &mut details.plan_id,
        &mut details.address,
        &mut details.actor,
        &mut details.approved_by,
        &mut details.message_id,
        &mut details.note,
    ];
    all.into_iter().flatten().for_each(change);
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

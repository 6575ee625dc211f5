//! The ledger: what has been done so far.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::batch::{Batch, Columns};
use super::columns::HistoryColumn as H;
use super::error::LoadError;
use super::facts::{self, Index, Subject};
use super::invoices::Known;
use super::options::LoadOptions;
use super::order::{by_text, by_texts, in_groups};
use super::progress::Gauge;
use super::reading::read_lines;
use super::records::{Records, Schema};
use super::relay::each_text;
use super::values::{Context, Line, SeenAndUsed};
use crate::code::Code;
use crate::money::Currency;
use crate::snapshot::ledger::{Channel, Details, LedgerRow, Outcome};
use crate::snapshot::problem::{Place, Problem};
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
use crate::snapshot::texts::{Text, Texts};

/// The ledger as read, before it is known which invoices and customers the data has: the largest table is read
/// beside the others.
pub(super) struct HistoryDrafts {
    schema: Arc<Schema>,
    /// Rows that could be read as they stand; whom they are about is in `ids`.
    rows: Vec<LedgerRow>,
    ids: Vec<Ids>,
    lines: Vec<u64>,
    /// The others, to be read again.
    apart: Vec<Batch>,
    texts: Texts,
    columns: SeenAndUsed,
}

/// The ids that a row names: customer and invoice.
type Ids = [Option<Text>; 2];

impl HistoryDrafts {
    /// Reads the table, with room for so many rows set aside.
    pub(super) fn read(
        records: Records,
        options: &LoadOptions<'_>,
        room: usize,
    ) -> Result<HistoryDrafts, LoadError> {
        let nobody = &mut ();
        let mut context = Context::new(options, Gauge::new(nobody));
        let mut rows = Vec::with_capacity(room);
        let (mut ids, mut lines) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let mut apart = Vec::new();
        let mut last = [None; 2];
        let schema = read_lines(records, &mut context, |line| match draft(line, last) {
            Some((own, row)) => {
                rows.push(row);
                ids.push(own);
                lines.push(line.number());
                last = own;
            }
            None => apart.push(line.copied()),
        })?;
        let Context { texts, columns, .. } = context;
        Ok(HistoryDrafts { schema, rows, ids, lines, apart, texts, columns })
    }

    /// Finds whom the rows are about, and sorts them.
    pub(super) fn finish(self, index: &Index<'_>, context: &mut Context<'_>) -> History {
        let HistoryDrafts { schema, mut rows, ids, lines, apart, texts, columns } = self;
        let moved = context.texts.absorb(&texts);
        drop(texts);
        for (file, (seen, used)) in columns {
            let known = context.columns.entry(file).or_default();
            known.0.extend(seen);
            known.1.extend(used);
        }
        // Nearly all name an invoice of the data and nothing else.
        rows.par_iter_mut().zip(&ids).for_each(|(row, ids)| {
            each_text(row, |text| *text = moved[text.index()]);
            if let [None, Some(id)] = ids
                && let Known::Row(invoice) = index.invoices.get(moved[id.index()])
            {
                (row.customer, row.invoice) = (index.table.customer[invoice.index()], Some(invoice));
            }
        });
        let columns = Columns::of(&schema);
        let mut history = History::default();
        let mut lines = ids.into_iter().zip(lines);
        rows.retain_mut(|row| {
            let Some((ids, line)) = lines.next().filter(|_| row.invoice.is_none()) else { return true };
            let names = ids.map(|id| id.map(|id| context.texts.get(moved[id.index()]).to_owned()));
            let batch = Batch::bare(line);
            let mut line = Line::new(context, &schema, batch.first(&columns));
            [line.customer, line.invoice] = names.each_ref().map(Option::as_deref);
            let found = history.subject(&mut line, index);
            if let Some(Subject { customer, invoice }) = found {
                (row.customer, row.invoice) = (customer, invoice);
            }
            found.is_some()
        });
        for batch in &apart {
            let row = batch.first(&columns);
            let mut line = Line::new(context, &schema, row);
            match row.broken() {
                None => rows.extend(history.add(&mut line, index)),
                Some((code, message)) => line.broken(*code, message.clone()),
            }
        }
        history.sort(rows, index, context);
        history
    }
}

/// A row that can be read as it stands, with its ids; `last` are those of the row before. An amount without a currency
/// is in the invoice's.
fn draft(line: &mut Line<'_, '_>, last: Ids) -> Option<(Ids, LedgerRow)> {
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
    let texts = &mut line.context.texts;
    // They are interned with the others; a ledger often lists the rows of one invoice together.
    let mut stored = |name: Option<&str>, last: Option<Text>| {
        let same = last.filter(|&last| name == Some(texts.get(last)));
        same.or_else(|| name.map(|name| texts.add(name)))
    };
    row.map(|row| ([stored(names[0], last[0]), stored(names[1], last[1])], row))
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
    fn sort(&mut self, rows: Vec<LedgerRow>, index: &Index<'_>, context: &mut Context<'_>) {
        let mut of_invoices = rows;
        let of_customers = of_invoices.extract_if(.., |row| row.invoice.is_none()).collect();
        let texts = &context.texts;
        let compare = |a: &LedgerRow, b: &LedgerRow| compare(a, b, texts);
        let invoice = |row: &LedgerRow| row.invoice.map_or(0, InvoiceRow::index);
        self.of_invoices = in_groups(of_invoices, index.table.id.len(), invoice, compare);
        let customer = |row: &LedgerRow| row.customer.index();
        self.of_customers = in_groups(of_customers, index.customers.len(), customer, compare);
        for (ids, (rows, place)) in std::mem::take(&mut self.strangers) {
            context.problems.push(stranger(ids, rows, place));
        }
    }

    fn add(&mut self, line: &mut Line<'_, '_>, index: &Index<'_>) -> Option<LedgerRow> {
        line.name_ids();
        let subject = self.subject(line, index)?;
        let currency = subject.invoice.map(|invoice| index.table.currency[invoice.index()]);
        ledger_row(line, subject, currency)
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

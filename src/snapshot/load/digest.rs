//! The snapshot's digest: SHA-256 over the typed facts, written in one unambiguous way.
//!
//! Every text and list is preceded by its length, every optional value by whether it is there, so that no two
//! snapshots are written alike. File formats, line numbers and the default day are no facts; what blocks
//! contacts is.

use std::ops::Range;

use chrono::{NaiveDate, Timelike};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::model::Terms;
use crate::model::field::OwnField;
use crate::money::{Currency, Money};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::{Column, OwnValue, Since};
use crate::snapshot::texts::{Text, Texts};

/// How much is written before it is digested.
const BLOCK: usize = 1 << 16;

/// So many rows of a table are digested together, beside others; the digest is that of the parts' digests.
const ROWS: usize = 1 << 15;

/// A part of a snapshot that is digested by itself.
#[derive(Debug, Clone)]
enum Part {
    Customers(Range<usize>),
    Invoices(Range<usize>),
    Facts,
    Ledger(Range<usize>),
    CustomerLedger(Range<usize>),
    Problems,
}

/// The digest of a snapshot, in hexadecimal.
pub(super) fn digest(snapshot: &Snapshot, fields: &[OwnField]) -> String {
    let rows = |rows: usize, part: fn(Range<usize>) -> Part| {
        (0..rows).step_by(ROWS).map(move |start| part(start..rows.min(start + ROWS)))
    };
    let parts: Vec<Part> = rows(snapshot.customers.id.len(), Part::Customers)
        .chain(rows(snapshot.invoices.id.len(), Part::Invoices))
        .chain([Part::Facts])
        .chain(rows(snapshot.ledger.len(), Part::Ledger))
        .chain(rows(snapshot.customer_ledger.len(), Part::CustomerLedger))
        .chain([Part::Problems])
        .collect();
    let digests: Vec<[u8; 32]> = parts.par_iter().map(|part| part.digest(snapshot, fields)).collect();
    let mut writer = Writer::new(&snapshot.texts);
    writer.word("dun snapshot 2");
    writer.optional(snapshot.taken.as_deref(), Writer::word);
    let tables = [
        snapshot.customers.id.len(),
        snapshot.invoices.id.len(),
        snapshot.ledger.len(),
        snapshot.customer_ledger.len(),
    ];
    tables.into_iter().for_each(|rows| writer.number(rows as i64));
    digests.iter().for_each(|digest| writer.bytes(digest));
    writer.finish().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Part {
    fn digest(&self, snapshot: &Snapshot, fields: &[OwnField]) -> [u8; 32] {
        let mut writer = Writer::new(&snapshot.texts);
        match self {
            Part::Customers(rows) => customers(&mut writer, snapshot, fields, rows),
            Part::Invoices(rows) => invoices(&mut writer, snapshot, fields, rows),
            Part::Facts => {
                contacts(&mut writer, snapshot);
                payments(&mut writer, snapshot);
                disputes(&mut writer, snapshot);
                promises(&mut writer, snapshot);
            }
            Part::Ledger(rows) => {
                snapshot.ledger[rows.clone()].iter().for_each(|row| ledger_row(&mut writer, row));
            }
            Part::CustomerLedger(rows) => {
                snapshot.customer_ledger[rows.clone()].iter().for_each(|row| ledger_row(&mut writer, row));
            }
            Part::Problems => problems(&mut writer, snapshot),
        }
        writer.finish()
    }
}

fn customers(writer: &mut Writer<'_>, snapshot: &Snapshot, fields: &[OwnField], rows: &Range<usize>) {
    let table = &snapshot.customers;
    let texts = [
        &table.name,
        &table.contact_name,
        &table.email,
        &table.mobile,
        &table.phone,
        &table.street,
        &table.postcode,
        &table.city,
        &table.country,
        &table.language,
        &table.kind,
        &table.sector,
        &table.segment,
        &table.owner,
        &table.tags,
    ];
    for row in rows.clone() {
        writer.row();
        writer.text(table.id[row]);
        texts.iter().for_each(|column| writer.optional(column.get(row), Writer::text));
        writer.optional(table.credit_limit.get(row), Writer::number);
        writer.optional(table.terms.get(row).map(terms), Writer::number);
        writer.optional(table.since.get(row), Writer::date);
        writer.optional(table.do_not_contact.get(row).map(i64::from), Writer::number);
        writer.optional(table.insolvent_since.get(row), Writer::since);
        own(writer, &table.own, fields, row);
    }
}

/// Days; counted down from -1 where the end of the month follows them.
fn terms(terms: Terms) -> i64 {
    let days = i64::from(terms.days);
    if terms.end_of_month { -1 - days } else { days }
}

fn invoices(writer: &mut Writer<'_>, snapshot: &Snapshot, fields: &[OwnField], rows: &Range<usize>) {
    let table = &snapshot.invoices;
    let texts = [&table.po_number, &table.owner, &table.tags, &table.document_url, &table.payment_link];
    for row in rows.clone() {
        writer.row();
        writer.text(table.id[row]);
        writer.number(i64::from(table.customer[row].0));
        writer.currency(table.currency[row]);
        writer.number(table.amount[row]);
        writer.date(table.due_date[row]);
        writer.optional(table.issue_date.get(row), Writer::date);
        writer.optional(table.balance.get(row), Writer::number);
        writer.optional(table.paid_date.get(row), Writer::date);
        writer.optional(table.status.get(row).map(|status| status as i64), Writer::number);
        writer.optional(table.hold_until.get(row), Writer::date);
        writer.optional(table.handed_over.get(row), Writer::since);
        texts.iter().for_each(|column| writer.optional(column.get(row), Writer::text));
        own(writer, &table.own, fields, row);
    }
}

/// The own fields that have a value in this row, by name.
fn own(writer: &mut Writer<'_>, columns: &[Column<OwnValue>], fields: &[OwnField], row: usize) {
    for (column, field) in columns.iter().zip(fields) {
        if let Some(value) = column.get(row) {
            writer.word(&field.name);
            writer.own_value(value);
        }
    }
    writer.word("");
}

fn contacts(writer: &mut Writer<'_>, snapshot: &Snapshot) {
    writer.section("contacts", snapshot.contacts.len());
    for contact in &snapshot.contacts {
        writer.row();
        writer.number(i64::from(contact.customer.0));
        writer.text(contact.role);
        for text in [contact.name, contact.email, contact.phone, contact.language] {
            writer.optional(text, Writer::text);
        }
    }
}

fn payments(writer: &mut Writer<'_>, snapshot: &Snapshot) {
    writer.section("payments", snapshot.payments.len());
    for payment in &snapshot.payments {
        writer.row();
        writer.number(i64::from(payment.customer.0));
        writer.optional(payment.invoice.map(|row| i64::from(row.0)), Writer::number);
        writer.date(payment.date);
        writer.text(payment.id);
        writer.money(payment.money);
        writer.number(i64::from(payment.credit_note));
    }
}

fn disputes(writer: &mut Writer<'_>, snapshot: &Snapshot) {
    writer.section("disputes", snapshot.disputes.len());
    for dispute in &snapshot.disputes {
        writer.row();
        writer.number(i64::from(dispute.invoice.0));
        writer.since(dispute.opened);
        writer.optional(dispute.closed, Writer::date);
        writer.optional(dispute.amount, Writer::number);
        for text in [dispute.reason, dispute.waiting_for, dispute.owner] {
            writer.optional(text, Writer::text);
        }
    }
}

fn promises(writer: &mut Writer<'_>, snapshot: &Snapshot) {
    writer.section("promises", snapshot.promises.len());
    for promise in &snapshot.promises {
        writer.row();
        writer.number(i64::from(promise.invoice.0));
        writer.since(promise.made);
        writer.date(promise.due);
        writer.optional(promise.amount, Writer::number);
    }
}

fn ledger_row(writer: &mut Writer<'_>, row: &LedgerRow) {
    writer.row();
    writer.number(i64::from(row.customer.0));
    writer.optional(row.invoice.map(|row| i64::from(row.0)), Writer::number);
    writer.date(row.date);
    writer.text(row.step);
    writer.word(row.outcome.word());
    writer.optional(row.channel.map(|channel| channel.word()), Writer::word);
    writer.optional(row.rung, Writer::text);
    let Some(details) = row.details.as_deref().copied() else {
        // None of the eleven that follow.
        return writer.bytes(&[0; 11]);
    };
    let time = |at: chrono::NaiveTime| {
        i64::from(at.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(at.nanosecond())
    };
    writer.optional(details.at.map(time), Writer::number);
    writer.optional(details.currency, Writer::currency);
    writer.optional(details.amount, Writer::number);
    for text in [
        details.key,
        details.content,
        details.plan_id,
        details.address,
        details.actor,
        details.approved_by,
        details.message_id,
        details.note,
    ] {
        writer.optional(text, Writer::text);
    }
}

/// Problems that withhold contacts change the plan, so they count; where they were found does not.
fn problems(writer: &mut Writer<'_>, snapshot: &Snapshot) {
    let blocking = snapshot.problems.iter().filter(|problem| problem.blocks);
    let mut keys: Vec<_> = blocking
        .map(|problem| (problem.customer.as_deref(), problem.invoice.as_deref(), problem.code))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    writer.section("problems", keys.len());
    for (customer, invoice, code) in keys {
        writer.row();
        writer.optional(customer, Writer::word);
        writer.optional(invoice, Writer::word);
        writer.word(code.word());
    }
}

/// Writes values one after another into the hash.
struct Writer<'a> {
    texts: &'a Texts,
    buffer: Vec<u8>,
    hasher: Sha256,
}

impl Writer<'_> {
    fn new(texts: &Texts) -> Writer<'_> {
        Writer { texts, buffer: Vec::with_capacity(BLOCK + 1024), hasher: Sha256::new() }
    }

    fn section(&mut self, name: &str, rows: usize) {
        self.word(name);
        self.bytes(&(rows as u64).to_le_bytes());
    }

    /// Begins a row: what was written before is digested once it is much.
    fn row(&mut self) {
        if self.buffer.len() >= BLOCK {
            self.hasher.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    fn word(&mut self, text: &str) {
        self.bytes(&(text.len() as u64).to_le_bytes());
        self.bytes(text.as_bytes());
    }

    fn text(&mut self, text: Text) {
        let texts = self.texts;
        self.word(texts.get(text));
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    fn date(&mut self, date: NaiveDate) {
        use chrono::Datelike;
        self.bytes(&date.num_days_from_ce().to_le_bytes());
    }

    fn since(&mut self, since: Since) {
        self.optional(since.date(), Writer::date);
    }

    fn currency(&mut self, currency: Currency) {
        self.bytes(currency.code().as_bytes());
    }

    fn money(&mut self, money: Money) {
        self.currency(money.currency);
        self.number(money.minor);
    }

    fn own_value(&mut self, value: OwnValue) {
        match value {
            OwnValue::Text(text) => {
                self.bytes(b"x");
                self.text(text);
            }
            OwnValue::Number(millionths) => {
                self.bytes(b"n");
                self.number(millionths);
            }
            OwnValue::Money(money) => {
                self.bytes(b"m");
                self.money(money);
            }
            OwnValue::Date(date) => {
                self.bytes(b"d");
                self.date(date);
            }
            OwnValue::Flag(flag) => {
                self.bytes(b"f");
                self.number(i64::from(flag));
            }
            OwnValue::Tags(tags) => {
                self.bytes(b"t");
                self.text(tags);
            }
        }
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl Fn(&mut Self, T)) {
        self.buffer.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn finish(mut self) -> [u8; 32] {
        self.hasher.update(&self.buffer);
        self.hasher.finalize().into()
    }
}

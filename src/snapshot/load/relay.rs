//! Texts laid out in the order of the tables that hold them: those of a customer and its invoices stand together, as
//! they are read.

use crate::snapshot::Snapshot;
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::{Column, Customers, Invoices, OwnValue};
use crate::snapshot::texts::{Relaid, Text};

/// Lays out the texts of a snapshot anew.
pub(super) fn relay(snapshot: &mut Snapshot) {
    let mut texts = Relaid::new(std::mem::take(&mut snapshot.texts));
    customers(&mut texts, &mut snapshot.customers);
    invoices(&mut texts, &mut snapshot.invoices);
    for contact in &mut snapshot.contacts {
        texts.place(&mut contact.role);
        let others = [&mut contact.name, &mut contact.email, &mut contact.phone, &mut contact.language];
        others.into_iter().flatten().for_each(|text| texts.place(text));
    }
    snapshot.payments.iter_mut().for_each(|payment| texts.place(&mut payment.id));
    for dispute in &mut snapshot.disputes {
        let all = [&mut dispute.reason, &mut dispute.waiting_for, &mut dispute.owner];
        all.into_iter().flatten().for_each(|text| texts.place(text));
    }
    for rows in [&mut snapshot.ledger, &mut snapshot.customer_ledger] {
        rows.iter_mut().for_each(|row| each_text(row, |text| texts.place(text)));
    }
    snapshot.texts = texts.finish();
}

fn customers(texts: &mut Relaid, table: &mut Customers) {
    let mut columns = [
        &mut table.name,
        &mut table.contact_name,
        &mut table.email,
        &mut table.mobile,
        &mut table.phone,
        &mut table.street,
        &mut table.postcode,
        &mut table.city,
        &mut table.country,
        &mut table.language,
        &mut table.kind,
        &mut table.sector,
        &mut table.segment,
        &mut table.owner,
        &mut table.tags,
    ];
    for row in 0..table.id.len() {
        texts.place(&mut table.id[row]);
        columns.iter_mut().for_each(|column| cell(texts, column, row));
        table.own.iter_mut().for_each(|column| own_cell(texts, column, row));
    }
}

fn invoices(texts: &mut Relaid, table: &mut Invoices) {
    let mut columns = [
        &mut table.po_number,
        &mut table.owner,
        &mut table.tags,
        &mut table.document_url,
        &mut table.payment_link,
    ];
    for row in 0..table.id.len() {
        texts.place(&mut table.id[row]);
        columns.iter_mut().for_each(|column| cell(texts, column, row));
        table.own.iter_mut().for_each(|column| own_cell(texts, column, row));
    }
}

fn cell(texts: &mut Relaid, column: &mut Column<Text>, row: usize) {
    if let Some(text) = column.get_mut(row) {
        texts.place(text);
    }
}

fn own_cell(texts: &mut Relaid, column: &mut Column<OwnValue>, row: usize) {
    if let Some(OwnValue::Text(text) | OwnValue::Tags(text)) = column.get_mut(row) {
        texts.place(text);
    }
}

/// Changes every text of a ledger row.
pub(super) fn each_text(row: &mut LedgerRow, mut change: impl FnMut(&mut Text)) {
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

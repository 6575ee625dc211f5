//! Going through the records of a table, whole or made one by key; in order, or in parts that several threads read.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::error::LoadError;
use super::merge::merge;
use super::progress::Gauge;
use super::records::{Records, Schema};
use super::supply::{Made, each_row, in_parts};
use super::values::{Context, Line};
use crate::snapshot::texts::Texts;

/// Reads every record of a table; lines that are no records become problems.
pub(super) fn read_rows<'o>(
    records: Records,
    context: &mut Context<'o>,
    mut read: impl FnMut(&mut Line<'_, 'o>),
) -> Result<Arc<Schema>, LoadError> {
    let records = whole(records, context)?;
    let (schema, seen) = each_row(records, context, |context, schema, row| {
        let mut line = Line::new(context, schema, row);
        match line.no_record() {
            None => read(&mut line),
            Some((code, message)) => line.broken(*code, message.clone()),
        }
    })?;
    note_columns(context, &schema, seen);
    Ok(schema)
}

/// No more room is set aside at once: a file may say that it has rows without end.
const ROOM: usize = 1 << 18;

/// What was read of some lines of a table, with the texts that were interned for it.
pub(super) struct Part<D> {
    pub(super) drafts: D,
    pub(super) words: Texts,
}

/// Reads every line of a table, whether or not it is a record, in parts by several threads; the parts are in the order of
/// the lines. A part is started with room for so many lines; to read one, the texts are
/// given that are known before.
pub(super) fn read_parts<D: Send>(
    records: Records,
    context: &mut Context<'_>,
    start: impl Fn(usize) -> D + Sync,
    read: impl Fn(&mut D, &mut Line<'_, '_>, &Texts) + Sync,
) -> Result<(Arc<Schema>, Vec<Part<D>>), LoadError> {
    let records = whole(records, context)?;
    let Context { options, gauge, texts, .. } = context;
    let (options, known) = (*options, &*texts);
    let made = in_parts(
        records,
        || gauge.tell(),
        |rows| {
            let nobody = &mut ();
            let mut apart = Context::new(options, Gauge::new(nobody));
            let mut drafts = start(rows.most().min(ROOM));
            rows.for_each(|schema, row| read(&mut drafts, &mut Line::new(&mut apart, schema, row), known))?;
            let Context { texts, problems, left_out, .. } = apart;
            Ok((Part { drafts, words: texts }, problems, left_out))
        },
    )?;
    let Made { schema, seen, parts: made } = made;
    note_columns(context, &schema, seen);
    let mut parts = Vec::with_capacity(made.len());
    for (part, problems, left_out) in made {
        context.problems.extend(problems);
        context.left_out.extend(left_out);
        parts.push(part);
    }
    Ok((schema, parts))
}

/// The records, several of one key made one where the table says so.
fn whole(records: Records, context: &mut Context<'_>) -> Result<Records, LoadError> {
    let one_by_key = records.schema.sum_lines || records.schema.derived;
    let whole = !one_by_key || records.schema.table.key().is_empty();
    if whole { Ok(records) } else { merge(records, context) }
}

fn note_columns(context: &mut Context<'_>, schema: &Schema, mut all: BTreeSet<String>) {
    let (seen, used) = context.columns.entry(schema.file.clone()).or_default();
    used.extend(schema.layout.used());
    seen.append(&mut all);
}

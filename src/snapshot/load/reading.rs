//! Going through the records of a table, whole or made one by key.

use std::sync::Arc;

use super::batch::each_row;
use super::error::LoadError;
use super::merge::merge;
use super::records::{Records, Schema};
use super::values::{Context, Line};

/// Reads every record of a table; lines that are no records become problems.
pub(super) fn read_rows<'o>(
    records: Records,
    context: &mut Context<'o>,
    mut read: impl FnMut(&mut Line<'_, 'o>),
) -> Result<Arc<Schema>, LoadError> {
    read_lines(records, context, |line| match line.no_record() {
        None => read(line),
        Some((code, message)) => line.broken(*code, message.clone()),
    })
}

/// Reads every line of a table, whether or not it is a record.
pub(super) fn read_lines<'o>(
    records: Records,
    context: &mut Context<'o>,
    mut read: impl FnMut(&mut Line<'_, 'o>),
) -> Result<Arc<Schema>, LoadError> {
    let one_by_key = records.schema.sum_lines || records.schema.derived;
    let whole = !one_by_key || records.schema.table.key().is_empty();
    let records = if whole { records } else { merge(records, context)? };
    let (schema, mut all) =
        each_row(records, context, |context, schema, row| read(&mut Line::new(context, schema, row)))?;
    let (seen, used) = context.columns.entry(schema.file.clone()).or_default();
    used.extend(schema.layout.used());
    seen.append(&mut all);
    Ok(schema)
}

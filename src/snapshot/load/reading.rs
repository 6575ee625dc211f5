//! Going through the records of a table, whole or made one by key.

use super::error::LoadError;
use super::merge::merge;
use super::records::{Records, Schema, Step};
use super::values::{Context, Line};

/// Reads every record of a table; lines that are no records become problems.
pub(super) fn read_rows<'o>(
    records: Records,
    context: &mut Context<'o>,
    mut read: impl FnMut(&mut Line<'_, 'o>),
) -> Result<Schema, LoadError> {
    let one_by_key = records.schema.sum_lines || records.schema.derived;
    let whole = !one_by_key || records.schema.table.key().is_empty();
    let mut records = if whole { records } else { merge(records, context)? };
    let mut row = records.row();
    loop {
        context.gauge.step();
        match records.advance(&mut row)? {
            Step::End => break,
            Step::Record => read(&mut Line::new(context, &records.schema, &row)),
            Step::Broken(code, message) => {
                Line::new(context, &records.schema, &row).broken(code, message);
            }
        }
    }
    let (seen, used) = context.columns.entry(records.schema.file.clone()).or_default();
    used.extend(records.schema.layout.used());
    seen.append(&mut records.seen);
    Ok(records.schema)
}

//! Several records of one key made one: the lines of an invoice, the customers in a list of invoices.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::batch::Row;
use super::error::LoadError;
use super::records::{Records, Schema, Source};
use super::supply::each_row;
use super::values::{Context, Line};
use crate::code::Code;

/// What has been read of one key.
struct Group {
    line: u64,
    cells: Vec<String>,
    /// Sums of the columns that are added up, in millionths.
    sums: Vec<Option<i128>>,
    /// Slots reported to differ.
    differing: BTreeSet<usize>,
    broken: bool,
}

/// All groups in the order of their first record.
#[derive(Default)]
struct Groups {
    list: Vec<Group>,
    by_key: FxHashMap<String, usize>,
    key: String,
}

/// Makes one record of all those with the same key: first values that are not empty, sums of amounts.
pub(super) fn merge(records: Records, context: &mut Context<'_>) -> Result<Records, LoadError> {
    let mut groups = Groups::default();
    let (schema, seen) = each_row(records, context, |context, schema, row| {
        let mut line = Line::new(context, schema, row);
        match row.broken() {
            None => groups.add(&mut line, row),
            // The table whose file it is reports the line.
            Some(_) if schema.derived => {}
            Some((code, message)) => line.broken(*code, message.clone()),
        }
    })?;
    let decimal = schema.numbers.decimal;
    let slots = schema.table.sums();
    let rows: Vec<(u64, Vec<String>)> = groups
        .list
        .into_iter()
        .filter(|group| !group.broken)
        .map(|group| group.finish(slots, decimal))
        .collect();
    let mut schema = Schema::clone(&schema);
    schema.layout = schema.layout.by_slot();
    Ok(Records::new(schema, Source::Merged(rows.into_iter()), seen))
}

impl Groups {
    fn add(&mut self, line: &mut Line<'_, '_>, row: Row<'_>) {
        let schema = line.schema;
        if schema.derived && !self.says_something(line, row) {
            return;
        }
        self.key.clear();
        for &slot in schema.table.key() {
            self.key.push_str(row.cell(slot).ok().flatten().unwrap_or_default());
            self.key.push('\u{1f}');
        }
        let at = match self.by_key.get(self.key.as_str()) {
            Some(&at) => at,
            None => {
                self.by_key.insert(self.key.clone(), self.list.len());
                self.list.push(Group::new(row.line(), schema.layout.len(), schema.table.sums().len()));
                self.list.len() - 1
            }
        };
        self.list[at].add(line, row);
    }

    /// Whether a row of another table's file holds a record of this one.
    fn says_something(&self, line: &Line<'_, '_>, row: Row<'_>) -> bool {
        let table = line.schema.table;
        let filled = |slot: &usize| !matches!(row.cell(*slot), Ok(None));
        let keyed = table.key().first().is_none_or(filled);
        keyed && (table.evidence().is_empty() || table.evidence().iter().any(filled))
    }
}

impl Group {
    fn new(line: u64, slots: usize, sums: usize) -> Group {
        Group {
            line,
            cells: vec![String::new(); slots],
            sums: vec![None; sums],
            differing: BTreeSet::new(),
            broken: false,
        }
    }

    fn add(&mut self, line: &mut Line<'_, '_>, row: Row<'_>) {
        for slot in 0..self.cells.len() {
            let sum = line.schema.table.sums().iter().position(|&sum| sum == slot);
            match (sum, row.cell(slot)) {
                (_, Ok(None)) => {}
                (Some(at), _) if line.schema.sum_lines => self.add_amount(at, line, slot),
                (_, Ok(Some(text))) if self.cells[slot] == text => {}
                (_, Ok(Some(text))) => self.fill(line, slot, text),
                (_, Err(_)) => {
                    line.name_ids();
                    line.cell(slot);
                }
            }
        }
    }

    fn fill(&mut self, line: &mut Line<'_, '_>, slot: usize, text: &str) {
        if self.cells[slot].is_empty() {
            self.cells[slot].push_str(text);
            return;
        }
        if self.differing.insert(slot) {
            line.name_ids();
            let name = line.schema.layout.name(slot);
            let message = format!(
                "the rows that make up one record of {} differ in `{name}`; make them agree",
                line.schema.table.name()
            );
            line.problem(Code::RowsDisagree, Some(slot), message);
        }
        if text < self.cells[slot].as_str() {
            self.cells[slot] = String::from(text);
        }
    }

    fn add_amount(&mut self, at: usize, line: &mut Line<'_, '_>, slot: usize) {
        line.name_ids();
        match line.amount(slot, 6) {
            Some(millionths) => *self.sums[at].get_or_insert(0) += i128::from(millionths),
            None => {
                self.broken = true;
                line.leave_out();
            }
        }
    }

    /// The cells, with the sums written like the other amounts of the file.
    fn finish(mut self, slots: &[usize], decimal: char) -> (u64, Vec<String>) {
        for (slot, sum) in slots.iter().zip(&self.sums) {
            if let Some(sum) = sum {
                let sign = if *sum < 0 { "-" } else { "" };
                let (whole, rest) = (sum.unsigned_abs() / 1_000_000, sum.unsigned_abs() % 1_000_000);
                self.cells[*slot] = format!("{sign}{whole}{decimal}{rest:06}");
            }
        }
        (self.line, self.cells)
    }
}

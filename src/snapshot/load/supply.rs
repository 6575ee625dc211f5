//! The records of a table, handed out to several threads, each of which cuts and reads what it has taken.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::batch::{Batch, Columns, Reached, Row};
use super::blocks::Block;
use super::cut::{BlockRows, plain_text};
use super::error::LoadError;
use super::records::{Record, Records, Schema, Uncut};
use super::values::Context;

/// What a thread takes at a time.
enum Lot {
    /// A part of a file, yet to be cut.
    Uncut(Uncut),
    /// Records that came one by one.
    Batch(Batch),
}

/// A lot with its number, or why there are no more.
type Taken = (usize, Result<Lot, LoadError>);

/// A table that lots are taken from.
struct Supply {
    records: Records,
    columns: Arc<Columns>,
    record: Record,
    ended: bool,
    /// How many lots were taken.
    taken: usize,
}

impl Supply {
    fn new(records: Records) -> Supply {
        let (columns, record) = (Arc::new(Columns::of(&records.schema)), records.record());
        Supply { records, columns, record, ended: false, taken: 0 }
    }

    /// The next lot with its number, and what was used up for one before; nothing when there are no more.
    fn take(&mut self, used: &mut Cutter) -> Option<Taken> {
        if self.ended {
            return None;
        }
        let lot = self.lot(used);
        self.ended |= lot.is_err();
        self.taken += 1;
        Some((self.taken, lot.transpose()?))
    }

    fn lot(&mut self, used: &mut Cutter) -> Result<Option<Lot>, LoadError> {
        if let Some(part) = self.records.uncut(std::mem::take(&mut used.spare)) {
            let part = part?;
            self.ended = part.is_none();
            return Ok(part.map(Lot::Uncut));
        }
        let Supply { records, columns, record, .. } = self;
        let mut batch = std::mem::take(&mut used.batch);
        let schema = Arc::clone(&records.schema);
        let more = batch.fill(record, &schema, columns, |record| records.advance(record))?;
        self.ended = !more;
        Ok(Some(Lot::Batch(batch)))
    }
}

/// What one thread cuts lots with; its buffers are used again for the next.
#[derive(Default)]
struct Cutter {
    batch: Batch,
    spare: Vec<u8>,
}

/// The records of one lot.
pub(super) struct Rows<'s> {
    lot: Lot,
    cutter: &'s mut Cutter,
    schema: &'s Schema,
    columns: &'s Columns,
    /// Called now and then.
    tell: &'s mut dyn FnMut(),
}

impl Rows<'_> {
    /// How many records there are at most.
    pub(super) fn most(&self) -> usize {
        match &self.lot {
            Lot::Batch(batch) => batch.len(),
            Lot::Uncut(Uncut::Block(block)) => usize::try_from(block.lines).unwrap_or_default(),
            #[cfg(feature = "parquet")]
            Lot::Uncut(Uncut::Group(group)) => group.left(),
        }
    }

    /// Gives every record in order.
    pub(super) fn for_each(self, mut each: impl FnMut(&Schema, Row<'_>)) -> Result<(), LoadError> {
        let Rows { lot, cutter, schema, columns, tell } = self;
        let mut take = |batch: &Batch| {
            tell();
            batch.rows(columns).for_each(|row| each(schema, row));
        };
        match lot {
            Lot::Batch(batch) => {
                take(&batch);
                cutter.batch = batch;
                Ok(())
            }
            #[cfg(feature = "parquet")]
            Lot::Uncut(Uncut::Group(mut group)) => {
                cutter.take_filled(&mut take, |batch, record| group.fill(batch, record, schema, columns))
            }
            Lot::Uncut(Uncut::Block(block)) => cutter.cut(block, schema, columns, &mut take),
        }
    }
}

impl Cutter {
    fn cut(
        &mut self,
        block: Block,
        schema: &Schema,
        columns: &Columns,
        take: &mut impl FnMut(&Batch),
    ) -> Result<(), LoadError> {
        let (line, shape) = (block.line, block.shape);
        match plain_text(block, schema) {
            Ok(text) => {
                let (mut reached, length) = (Reached { at: 0, line }, text.len());
                self.batch.hold(text);
                while reached.at < length {
                    reached = self.batch.cut(reached, shape, columns);
                    take(&self.batch);
                }
                self.spare = self.batch.release().into_bytes();
            }
            Err(block) => {
                let mut rows = BlockRows::new(block);
                self.take_filled(take, |batch, record| {
                    batch.fill(record, schema, columns, |record| Ok(rows.advance(schema, record)))
                })?;
                self.spare = rows.into_bytes();
            }
        }
        Ok(())
    }

    /// Takes batch after batch, as long as there are more.
    fn take_filled(
        &mut self,
        take: &mut impl FnMut(&Batch),
        mut fill: impl FnMut(&mut Batch, &mut Record) -> Result<bool, LoadError>,
    ) -> Result<(), LoadError> {
        let (mut record, mut more) = (Record::of_bytes(), true);
        while more {
            more = fill(&mut self.batch, &mut record)?;
            take(&self.batch);
        }
        Ok(())
    }
}

/// Gives every record of a table in order, and tells how far it is.
pub(super) fn each_row<'o>(
    records: Records,
    context: &mut Context<'o>,
    mut each: impl FnMut(&mut Context<'o>, &Schema, Row<'_>),
) -> Result<(Arc<Schema>, BTreeSet<String>), LoadError> {
    let schema = Arc::clone(&records.schema);
    let (mut supply, mut cutter) = (Supply::new(records), Cutter::default());
    while let Some((_, lot)) = supply.take(&mut cutter) {
        context.gauge.tell();
        let (columns, tell) = (&supply.columns, &mut || {});
        let rows = Rows { lot: lot?, cutter: &mut cutter, schema: &schema, columns, tell };
        rows.for_each(|schema, row| each(context, schema, row))?;
    }
    Ok((schema, supply.records.seen))
}

/// What was made of the lots of a table, in order.
pub(super) struct Made<P> {
    pub(super) schema: Arc<Schema>,
    pub(super) seen: BTreeSet<String>,
    pub(super) parts: Vec<P>,
}

/// Makes something of every lot of a table, by as many threads as there are; the one that asks for it is among them and
/// tells how far it is.
pub(super) fn in_parts<P: Send>(
    records: Records,
    mut tell: impl FnMut(),
    make: impl Fn(Rows<'_>) -> Result<P, LoadError> + Sync,
) -> Result<Made<P>, LoadError> {
    let supply = Supply::new(records);
    let (schema, columns) = (Arc::clone(&supply.records.schema), Arc::clone(&supply.columns));
    let supply = Mutex::new(supply);
    let work = |first: Option<Taken>, tell: &mut dyn FnMut()| {
        let (mut cutter, mut parts, mut next) = (Cutter::default(), Vec::new(), first);
        while let Some((number, lot)) = next {
            let (cutter, schema, columns) = (&mut cutter, &*schema, &*columns);
            let part = lot.and_then(|lot| make(Rows { lot, cutter, schema, columns, tell: &mut *tell }));
            parts.push((number, part));
            next = held(&supply).take(cutter);
        }
        parts
    };
    let first = held(&supply).take(&mut Cutter::default());
    let mut parts = thread::scope(|scope| {
        let other = || {
            let first = held(&supply).take(&mut Cutter::default());
            work(first, &mut || {})
        };
        let others: Vec<_> = (1..threads()).map(|_| scope.spawn(other)).collect();
        let mut parts = work(first, &mut tell);
        for other in others {
            parts.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        parts
    });
    parts.sort_unstable_by_key(|(number, _)| *number);
    let parts: Result<Vec<P>, LoadError> = parts.into_iter().map(|(_, part)| part).collect();
    let seen = held(&supply).records.seen.clone();
    Ok(Made { schema, seen, parts: parts? })
}

/// How many threads work on one table.
fn threads() -> usize {
    rayon::current_num_threads()
}

/// Nobody leaves a supply in disorder: a panic ends the whole of loading.
fn held(supply: &Mutex<Supply>) -> MutexGuard<'_, Supply> {
    supply.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The rows of the ledger about an invoice, and what each counts as.

use chrono::NaiveDate;

use super::Teller;
use super::story::{CountsAs, LedgerEntry};
use crate::compile::HistoryKind;
use crate::evaluate::ladder;
use crate::snapshot::ledger::{LedgerRow, Outcome};

/// The ladders that an invoice climbs, as far as ledger rows are concerned.
pub(super) struct Present<'p> {
    /// The keys of their steps.
    pub(super) keys: &'p [ladder::Present],
    /// Up to which nominal date a row passes their rungs.
    pub(super) passes_up_to: &'p dyn Fn(&LedgerRow) -> Option<NaiveDate>,
}

impl Teller<'_, '_> {
    pub(super) fn ledger(&self, rows: &[LedgerRow], present: &Present) -> Vec<LedgerEntry> {
        rows.iter().map(|row| self.ledger_entry(row, present)).collect()
    }

    pub(super) fn ledger_entry(&self, row: &LedgerRow, present: &Present) -> LedgerEntry {
        let details = row.details.as_deref().copied().unwrap_or_default();
        let passes_up_to = (present.passes_up_to)(row);
        LedgerEntry {
            date: row.date,
            at: row.at(),
            step: self.day.snapshot.text(row.step).to_owned(),
            outcome: row.outcome.word(),
            rung: self.text(row.rung),
            channel: self.day.history.channel(row),
            address: self.text(details.address),
            actor: self.text(details.actor),
            approved_by: self.text(details.approved_by),
            note: self.text(details.note),
            counts_as: self.counts_as(row, present, passes_up_to),
            passes_up_to,
        }
    }

    fn counts_as(&self, row: &LedgerRow, present: &Present, passes: Option<NaiveDate>) -> CountsAs {
        let name = self.day.history.name(row);
        let in_carve_out = |key| self.day.program.carve_out_keys.iter().flatten().any(|own| *own == key);
        match (name.key, &name.kind) {
            _ if row.outcome == Outcome::Approved => CountsAs::Approval,
            (Some(_), _) if present.keys.iter().any(|present| present.is(name)) => CountsAs::Rung,
            (Some(key), _) if in_carve_out(key) => CountsAs::CarveOut,
            (_, HistoryKind::Clear { .. }) => CountsAs::Clearing,
            _ if passes.is_some() => CountsAs::Contact,
            _ => CountsAs::Nothing,
        }
    }
}

//! Marks that the ledger shows set and not cleared: flags, escalations, and who has an invoice (R9, R24).

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use super::day::Day;
use super::facts::InvoiceState;
use super::history::{self, status};
use crate::compile::HistoryKind;
use crate::money::Currency;
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};

/// A mark, from the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) name: Arc<str>,
    /// The role it was escalated to, for the mark `escalated`.
    pub(super) escalated_to: Option<Arc<str>>,
    pub(super) since: NaiveDate,
    /// Whether it is the customer's as a whole.
    pub(super) of_account: bool,
}

/// A mark that a ladder per customer set, or a ledger row about the customer as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountMark {
    pub(super) mark: Mark,
    /// The invoice that the row names.
    pub(super) invoice: Option<InvoiceRow>,
    pub(super) currency: Option<Currency>,
}

/// The role that something was handed or escalated to, and when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Handed {
    on: (NaiveDate, Option<NaiveTime>),
    pub(super) role: Arc<str>,
}

impl Handed {
    fn by(row: &LedgerRow, role: &Arc<str>) -> Handed {
        Handed { on: (row.date, row.at()), role: Arc::clone(role) }
    }
}

/// What the ledger says of a customer as a whole.
#[derive(Debug, Default)]
pub(super) struct AccountMarks {
    /// Those of episodes that go on, each in its currency: they concern every open invoice of it.
    standing: Vec<(Currency, Mark)>,
    /// Who has the invoices of a currency, after a hand-off or an escalation in its episode.
    handed_to: Vec<(Currency, Handed)>,
    /// Those whose episode has ended.
    pub(super) ended: Vec<AccountMark>,
}

impl AccountMarks {
    /// Puts what stands on an invoice.
    pub(super) fn put_on(&self, state: &mut InvoiceState) {
        let currency = state.balance.currency;
        state
            .marks
            .extend(self.standing.iter().filter(|(own, _)| *own == currency).map(|(_, mark)| mark.clone()));
        let of_account = self.handed_to.iter().rfind(|(own, _)| *own == currency);
        let of_account = of_account.map(|(_, handed)| handed.clone());
        // Whoever got it last has it.
        let own = state.handed_to.take();
        let later = own.as_ref().map(|own| own.on) > of_account.as_ref().map(|handed| handed.on);
        state.handed_to = if later { own } else { of_account };
    }
}

impl<'a> Day<'a> {
    /// Flags, hand-offs and escalations of an invoice that stand.
    pub(super) fn read_marks(&self, state: &mut InvoiceState<'a>) {
        let mut cleared: Vec<(&str, NaiveDate)> = Vec::new();
        let marking = state.rows.iter().filter(|row| self.history.name(row).kind.is_mark());
        for row in marking.filter(|row| !self.is_of_account(row)) {
            let same = state.rows.iter().filter(|other| other.step == row.step);
            if !stands(row, same, self.today) {
                continue;
            }
            match &self.history.name(row).kind {
                HistoryKind::Flag { name, escalated_to } => {
                    let handed = escalated_to.as_ref().map(|role| Handed::by(row, role));
                    state.handed_to = handed.or(state.handed_to.take());
                    set(
                        &mut state.marks,
                        Mark {
                            name: Arc::clone(name),
                            escalated_to: escalated_to.clone(),
                            since: row.date,
                            of_account: false,
                        },
                    );
                }
                HistoryKind::HandOff { role } => state.handed_to = Some(Handed::by(row, role)),
                HistoryKind::Clear { name } => cleared.push((name, row.date)),
                HistoryKind::Contact(_)
                | HistoryKind::Internal
                | HistoryKind::Fee { .. }
                | HistoryKind::Interest
                | HistoryKind::CreditNotice
                | HistoryKind::Foreign => {}
            }
        }
        let is_cleared =
            |mark: &Mark| cleared.iter().any(|(name, on)| **name == *mark.name && *on >= mark.since);
        state.marks.retain(|mark| !is_cleared(mark));
    }

    /// Whether a row is a customer's, not its invoice's: a step of a ladder per customer. Where a ladder of invoices
    /// has the step as well, the currency tells, which only rows of customers' ladders are written with.
    fn is_of_account(&self, row: &LedgerRow) -> bool {
        let names_currency = || row.details.as_ref().is_some_and(|details| details.currency.is_some());
        let is_customers = |key| {
            self.program.customer_keys.contains(&key)
                && (!self.program.shared_keys.contains(&key) || names_currency())
        };
        row.invoice.is_none() || self.history.name(row).key.is_some_and(is_customers)
    }

    /// The marks of a customer as a whole: a flag stands until its episode ends (R24).
    pub(super) fn account_marks(&self, customer: CustomerRow) -> AccountMarks {
        let mut marks = AccountMarks::default();
        if !self.history.has_account_marks {
            return marks;
        }
        let rows = self.rows_in_order(customer, |_| true);
        let currencies = self.currencies_of(customer);
        let episodes: Vec<(Currency, NaiveDate)> = currencies
            .into_iter()
            .filter_map(|currency| Some((currency, self.episode(customer, currency)?)))
            .collect();
        for row in rows.iter().filter(|row| self.is_of_account(row)) {
            let same = rows.iter().filter(|other| {
                other.step == row.step
                    && self.is_of_account(other)
                    && self.currency_of(other) == self.currency_of(row)
            });
            if stands(row, same, self.today) {
                self.read_account_mark(row, &rows, &episodes, &mut marks);
            }
        }
        marks
    }

    fn read_account_mark(
        &self,
        row: &LedgerRow,
        rows: &[LedgerRow],
        episodes: &[(Currency, NaiveDate)],
        marks: &mut AccountMarks,
    ) {
        let own = self.currency_of(row);
        let within = |(currency, since): &&(Currency, NaiveDate)| {
            own.is_none_or(|own| own == *currency) && *since <= row.date
        };
        let mut going_on = episodes.iter().filter(within).map(|&(currency, _)| currency).peekable();
        let kind = &self.history.name(row).kind;
        if let HistoryKind::HandOff { role } | HistoryKind::Flag { escalated_to: Some(role), .. } = kind {
            let handed = Handed::by(row, role);
            marks.handed_to.extend(going_on.clone().map(|currency| (currency, handed.clone())));
        }
        if let HistoryKind::Flag { name, escalated_to } = kind {
            let (name, escalated_to) = (Arc::clone(name), escalated_to.clone());
            let mark = Mark { name, escalated_to, since: row.date, of_account: true };
            if self.is_cleared(row, &mark, rows) {
                return;
            }
            if going_on.peek().is_none() {
                let ended = AccountMark { mark, invoice: row.invoice, currency: own };
                marks.ended.retain(|known| known.mark.name != ended.mark.name || known.currency != own);
                marks.ended.push(ended);
                return;
            }
            marks.standing.extend(going_on.map(|currency| (currency, mark.clone())));
        }
    }

    /// Whether a later row clears a customer's mark: one about the customer, or about the invoice that it names.
    fn is_cleared(&self, set: &LedgerRow, mark: &Mark, rows: &[LedgerRow]) -> bool {
        rows.iter().any(|row| {
            let clears =
                matches!(&self.history.name(row).kind, HistoryKind::Clear { name } if *name == mark.name);
            let same = rows.iter().filter(|other| other.step == row.step && other.invoice == row.invoice);
            clears
                && row.date >= mark.since
                && (row.invoice.is_none() || row.invoice == set.invoice)
                && stands(row, same, self.today)
        })
    }

    fn currencies_of(&self, customer: CustomerRow) -> Vec<Currency> {
        let invoices = self.snapshot.invoices_of(customer);
        let mut currencies: Vec<Currency> =
            invoices.map(|row| self.snapshot.invoices.currency[row.index()]).collect();
        currencies.sort_unstable();
        currencies.dedup();
        currencies
    }
}

/// Sets a mark in place of an older one of its name and role.
fn set(marks: &mut Vec<Mark>, mark: Mark) {
    marks.retain(|known| known.name != mark.name || known.escalated_to != mark.escalated_to);
    marks.push(mark);
}

/// Whether a row carried its step out and no later row of the step says otherwise (R9).
fn stands<'r>(row: &LedgerRow, same: impl Iterator<Item = &'r LedgerRow>, today: NaiveDate) -> bool {
    row.outcome.carries_out() && matches!(status(same, today), history::Status::CarriedOut(_))
}

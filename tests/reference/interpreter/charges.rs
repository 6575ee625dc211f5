//! R22: fees, and interest summed up day by day.

use chrono::NaiveDate;
use dun::calendar::add_days;
use dun::model::charge::{BaseRate, InterestRate};
use dun::model::{Act, Charge, Step};
use dun::money::{Currency, Money};
use dun::snapshot::ledger::{LedgerRow, Outcome};
use dun::snapshot::tables::{InvoiceRow, Status};

use super::World;
use super::account::Ground;
use super::conditions::Truth;
use super::ledger::{Named, State, moment_of, numbered};
use super::report;

/// Rates are in millionths of a percent: so many make the whole.
const WHOLE: i128 = 100_000_000;

impl World<'_> {
    /// R22: what an action of a step nominally on a day books, or the code of what stands in its way; nothing for what
    /// is no charge. Interest runs through the day of its step.
    pub(super) fn charge(
        &self,
        ground: &Ground,
        act: &Act,
        nominal: NaiveDate,
    ) -> Result<Option<report::Charge>, &'static str> {
        let currency = self.currency(ground.invoice);
        let blank = report::Charge { currency: currency.to_string(), ..report::Charge::default() };
        match act {
            Act::Charge(Charge::Fee(fee)) if fee.currency != currency => Err("other_currency"),
            Act::Charge(Charge::Fee(fee)) => {
                Ok(Some(report::Charge { kind: "fee", minor: fee.minor, ..blank }))
            }
            Act::Charge(Charge::Interest(rate)) => {
                let through = nominal.min(self.today);
                let left = self.interest_left(ground, rate, through)?;
                if left <= 0 {
                    return Err("nothing_to_charge");
                }
                let before = self.interest_charged(ground, None).unwrap_or(0);
                let about = self.about(ground).into_iter();
                let first = about.filter_map(|invoice| self.bears_interest_from(invoice)).min();
                let mut rates: Vec<String> = first
                    .unwrap()
                    .iter_days()
                    .take_while(|day| *day <= through)
                    .map(|day| percent(rate_of(rate, day).unwrap()))
                    .collect();
                rates.dedup();
                Ok(Some(report::Charge {
                    kind: "interest",
                    minor: left,
                    from: first,
                    to: Some(through),
                    rate: Some(rates.join(", ")),
                    before: (before > 0).then(|| Money::new(before, currency).decimal()),
                    ..blank
                }))
            }
            _ => Ok(None),
        }
    }

    /// R22: whether all interest through the day of a step is charged or waived, so that a ladder of an invoice steps
    /// over it.
    pub(super) fn is_charged(&self, ground: &Ground, step: &Step, nominal: NaiveDate) -> bool {
        ground.account.is_none()
            && nominal <= self.today
            && self.charge(ground, &step.acts[0], nominal) == Err("nothing_to_charge")
    }

    /// R22: the interest through a day, less what was charged; what was declined is waived up to that day.
    fn interest_left(
        &self,
        ground: &Ground,
        rate: &InterestRate,
        through: NaiveDate,
    ) -> Result<i64, &'static str> {
        let accrued = |through| {
            let about = self.about(ground).into_iter();
            about.map(|invoice| self.accrued(invoice, rate, through)).sum::<Option<i64>>()
        };
        let all = accrued(through).ok_or("no_rate")?;
        let left = all - self.interest_charged(ground, None).ok_or("unknown_amount")?;
        let rows = self.rows_of_interest(ground).into_iter();
        let named = rows.filter(|row| self.named(row) == Named::Interest);
        let declined = named.filter(|row| row.outcome == Outcome::Declined).map(|row| row.date).max();
        let Some(declined) = declined else { return Ok(left) };
        let waived = accrued(declined.min(through)).ok_or("no_rate")?;
        let since = self.interest_charged(ground, Some(declined)).ok_or("unknown_amount")?;
        Ok(left.min(all - waived - since))
    }

    /// R22: simple interest, actual/365: of each day its open balance at its rate, rounded once, half a unit up. None
    /// where a day has no rate.
    pub(super) fn accrued(
        &self,
        invoice: InvoiceRow,
        rate: &InterestRate,
        through: NaiveDate,
    ) -> Option<i64> {
        let mut parts: i128 = 0;
        let Some(first) = self.bears_interest_from(invoice) else { return Some(0) };
        for day in first.iter_days().take_while(|day| *day <= through) {
            parts += i128::from(self.balance_of(invoice, day).max(0)) * rate_of(rate, day)?;
        }
        let year = WHOLE * 365;
        let (units, rest) = (parts / year, parts % year);
        Some(i64::try_from(units + i128::from(rest * 2 >= year)).unwrap())
    }

    /// The day after due, or the day of issue where that is later; an invoice that is void or not issued bears none.
    fn bears_interest_from(&self, invoice: InvoiceRow) -> Option<NaiveDate> {
        let status = self.data.invoices.status.get(invoice.index());
        let none = matches!(status, Some(Status::Draft | Status::Void | Status::WrittenOff));
        let after_due = add_days(self.due(invoice), 1);
        let first = self.issued_on(invoice).map_or(after_due, |issued| issued.max(after_due));
        (!none && first <= self.today).then_some(first)
    }

    /// The balance of a day by the payments up to it; without any, nobody knows when it became what it is.
    fn balance_of(&self, invoice: InvoiceRow, day: NaiveDate) -> i64 {
        let rows = self.own_rows(invoice);
        if rows.is_empty() {
            return self.balance(invoice);
        }
        let paid = rows.iter().filter(|row| row.date <= day && row.date <= self.known);
        self.amount(invoice) - paid.map(|row| row.money.minor).sum::<i64>()
    }

    /// The rows of interest; a step that nobody knows any more counts when its row has an amount.
    fn rows_of_interest(&self, ground: &Ground) -> Vec<&LedgerRow> {
        let rows = self.rows_on(ground).into_iter();
        let has_amount =
            |row: &LedgerRow| row.details.as_ref().is_some_and(|details| details.amount.is_some());
        let counts = |row: &&LedgerRow| match self.named(row) {
            Named::Interest => true,
            Named::Nothing => has_amount(row),
            _ => false,
        };
        rows.filter(counts).collect()
    }

    /// What the ledger has as charged, after a day or at all: of each step that was carried out the last amount told;
    /// none where one does not say how much.
    fn interest_charged(&self, ground: &Ground, after: Option<NaiveDate>) -> Option<i64> {
        let rows = self.rows_of_interest(ground).into_iter();
        let later: Vec<&LedgerRow> = rows.filter(|row| after.is_none_or(|after| row.date > after)).collect();
        let mut sum = 0;
        let mut told: Vec<Vec<&LedgerRow>> = Vec::new();
        for row in later {
            let mut alike = self.rows_alike(ground, row);
            alike.sort_by_key(|row| moment_of(row));
            if told.contains(&alike) {
                continue;
            }
            if let State::Done { .. } = self.state(&alike, false) {
                sum += self.amount_told(&alike, self.currency(ground.invoice))?;
            }
            told.push(alike);
        }
        Some(sum)
    }

    // ---- what templates are told

    /// R22: what has accrued on some invoices up to today at the mildest rate that may be charged; nothing where none
    /// may be, unknown where no rate tells.
    pub(super) fn interest_to_date(&self, invoices: &[InvoiceRow]) -> Option<i64> {
        let rates = self.rates_of(invoices[0]);
        if rates.is_empty() {
            return Some(0);
        }
        let of_rate = |rate: &InterestRate| {
            invoices.iter().map(|invoice| self.accrued(*invoice, rate, self.today)).sum::<Option<i64>>()
        };
        rates.into_iter().filter_map(of_rate).min()
    }

    /// R22: the rates of the interest in the invoice's ladders and in the carve-outs that match it.
    fn rates_of(&self, invoice: InvoiceRow) -> Vec<&InterestRate> {
        let ladders = self.segment(invoice).map_or(&[][..], |segment| &segment.ladders);
        let of_ladders = ladders.iter().flat_map(|id| {
            let rungs = &self.policy.ladders[id.0].rungs;
            rungs.iter().flat_map(|rung| &rung.steps).map(move |step| (Some(*id), step))
        });
        let carve_outs =
            self.policy.carve_outs.iter().filter(|one| self.truth(invoice, &one.when) == Truth::True);
        let of_carve_outs = carve_outs.flat_map(|one| &one.steps).map(|step| (None, step));
        let ground = Ground::of(invoice);
        let may = of_ladders
            .chain(of_carve_outs)
            .filter(|(ladder, step)| self.holds(invoice, step) && !self.is_forbidden(&ground, *ladder, step));
        may.filter_map(|(_, step)| match &step.acts[0] {
            Act::Charge(Charge::Interest(rate)) => Some(rate),
            _ => None,
        })
        .collect()
    }

    /// R22: the fees that the ledger has as charged for some invoices; of a row without an amount what the policy has.
    pub(super) fn fees_to_date(&self, invoices: &[InvoiceRow]) -> Option<i64> {
        invoices.iter().map(|invoice| self.fees_of(*invoice)).sum()
    }

    fn fees_of(&self, invoice: InvoiceRow) -> Option<i64> {
        let (ground, currency) = (Ground::of(invoice), self.currency(invoice));
        let mut sum = 0;
        let mut told: Vec<Vec<&LedgerRow>> = Vec::new();
        for row in self.rows_on(&ground) {
            let Some(usual) = self.fee_of(row) else { continue };
            let mut alike = self.rows_alike(&ground, row);
            alike.sort_by_key(|row| moment_of(row));
            if told.contains(&alike) {
                continue;
            }
            if let State::Done { .. } = self.state(&alike, false) {
                let says = |row: &&LedgerRow| {
                    row.outcome.carries_out()
                        && row.details.as_ref().is_some_and(|details| details.amount.is_some())
                };
                sum += match alike.iter().any(says) {
                    true => self.amount_told(&alike, currency)?,
                    false => usual.filter(|usual| usual.currency == currency)?.minor,
                };
            }
            told.push(alike);
        }
        Some(sum)
    }

    /// Whether a row is about a fee, and what the policy has for it.
    fn fee_of(&self, row: &LedgerRow) -> Option<Option<Money>> {
        let name = self.name_of(row);
        // What a step did under an earlier name it did as that name says.
        if !matches!(self.named(row), Named::Internal | Named::Nothing) {
            return None;
        }
        match self.known_step(name) {
            Some((key, _)) => {
                let step = self.steps().find(|known| known.step.key == key).unwrap().step;
                match &step.acts[0] {
                    Act::Charge(Charge::Fee(fee)) => Some(Some(*fee)),
                    _ => None,
                }
            }
            None => (numbered(name).0.rsplit('/').next() == Some("charge fee")).then_some(None),
        }
    }

    /// R22: the last amount that rows which carried a step out tell; it counts in its own currency only.
    fn amount_told(&self, rows: &[&LedgerRow], currency: Currency) -> Option<i64> {
        let carried = rows.iter().filter(|row| row.outcome.carries_out());
        let mut told =
            carried.filter_map(|row| row.details.as_ref().filter(|details| details.amount.is_some()));
        let last = told.next_back()?;
        last.amount.filter(|_| last.currency.is_none_or(|own| own == currency))
    }
}

/// The rate of a day and the points on top, never below zero; none before a file's first date.
fn rate_of(rate: &InterestRate, day: NaiveDate) -> Option<i128> {
    let base = match &rate.base {
        BaseRate::Fixed(base) => *base,
        BaseRate::ByDate(_, rates) => {
            rates.iter().filter(|(from, _)| *from <= day).max_by_key(|(from, _)| *from)?.1
        }
    };
    Some(i128::from(base + rate.points).max(0))
}

/// A rate as people write it: `9.25`.
fn percent(rate: i128) -> String {
    let digits = format!("{:06}", rate % 1_000_000);
    let decimals = digits.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}", rate / 1_000_000)
}

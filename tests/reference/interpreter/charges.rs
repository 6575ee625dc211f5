//! R22: fees, and interest summed up day by day.

use chrono::NaiveDate;
use dun::calendar::add_days;
use dun::model::charge::{BaseRate, InterestRate};
use dun::model::{Act, Charge};
use dun::snapshot::ledger::LedgerRow;
use dun::snapshot::tables::{InvoiceRow, Status};

use super::World;
use super::ledger::{Named, State, moment_of};
use super::report;

/// Rates are in millionths of a percent: so many make the whole.
const WHOLE: i128 = 100_000_000;

impl World<'_> {
    /// R22: what an action books, or the code of what stands in its way; nothing for what is no charge.
    pub(super) fn charge(
        &self,
        invoice: InvoiceRow,
        act: &Act,
    ) -> Result<Option<report::Charge>, &'static str> {
        let currency = self.currency(invoice);
        match act {
            Act::Charge(Charge::Fee(fee)) if fee.currency != currency => Err("other_currency"),
            Act::Charge(Charge::Fee(fee)) => {
                Ok(Some(("fee", fee.minor, currency.to_string(), None, None, None)))
            }
            Act::Charge(Charge::Interest(rate)) => {
                let accrued = self.accrued(invoice, rate).ok_or("no_rate")?;
                let left = accrued - self.interest_charged(invoice).ok_or("unknown_amount")?;
                if left <= 0 {
                    return Err("nothing_to_charge");
                }
                let first = self.bears_interest_from(invoice);
                let today = rate_of(rate, self.today).map(percent);
                Ok(Some(("interest", left, currency.to_string(), first, Some(self.today), today)))
            }
            _ => Ok(None),
        }
    }

    /// R22: simple interest, actual/365: of each day its open balance at its rate, rounded once, half a unit up. None
    /// where a day has no rate.
    fn accrued(&self, invoice: InvoiceRow, rate: &InterestRate) -> Option<i64> {
        let mut parts: i128 = 0;
        let Some(first) = self.bears_interest_from(invoice) else { return Some(0) };
        for day in first.iter_days().take_while(|day| *day <= self.today) {
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

    /// What the ledger has as charged; none where a row that counts does not say how much.
    fn interest_charged(&self, invoice: InvoiceRow) -> Option<i64> {
        let rows = self.rows().into_iter().filter(|row| row.invoice == Some(invoice));
        let interest: Vec<&LedgerRow> = rows.filter(|row| self.named(row) == Named::Interest).collect();
        let mut names: Vec<&str> = interest.iter().map(|row| self.name_of(row)).collect();
        names.sort_unstable();
        names.dedup();
        let mut sum = 0;
        for name in names {
            let mut rows: Vec<&LedgerRow> =
                interest.iter().copied().filter(|row| self.name_of(row) == name).collect();
            rows.sort_by_key(|row| moment_of(row));
            if let State::Done { .. } = self.state(&rows, false) {
                let told = rows.iter().filter(|row| row.outcome.carries_out());
                let amounts = told.filter_map(|row| row.details.as_ref().and_then(|details| details.amount));
                sum += amounts.last()?;
            }
        }
        Some(sum)
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

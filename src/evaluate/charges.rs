//! Fees and interest: what is to be booked, and what the ledger has as booked already (R22).

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::candidate::Bench;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::history::{self, Status};
use crate::calendar::{add_days, days_between};
use crate::compile::HistoryKind;
use crate::model::charge::{BaseRate, RATE_PARTS};
use crate::model::{Act, Charge, InterestRate, Step};
use crate::money::{Currency, Money};
use crate::plan::{self, Blocker, ChargeKind};
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::Status as Standing;

const DAYS_OF_A_YEAR: i128 = 365;

/// Why interest cannot be worked out.
pub(super) enum Unclear {
    /// The rates of the file begin later than the first day that bears interest.
    NoRate(NaiveDate),
    /// The ledger has interest of this day as charged, and not how much.
    NoAmount(NaiveDate),
}

impl<'a> Day<'a> {
    /// The interest on an invoice up to today: simple, actual/365, on each day's open balance from the day after due,
    /// rounded half away from zero to the currency's minor unit (R22). In minor units.
    ///
    /// The error is the first day without a rate.
    pub(super) fn accrued(&self, invoice: &InvoiceState<'a>, rate: &InterestRate) -> Result<i64, NaiveDate> {
        let Some(first) = self.first_interest_day(invoice) else { return Ok(0) };
        let mut starts: Vec<NaiveDate> = rate.changes(first, self.today).chain([first]).collect();
        let own = self.snapshot.payments_of(invoice.row).iter().map(|payment| payment.date);
        starts.extend(own.filter(|&date| first < date && date <= self.today));
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([add_days(self.today, 1)]);
        let mut parts: i128 = 0;
        for (from, to) in starts.iter().copied().zip(ends) {
            let yearly = rate.on(from).ok_or(from)?;
            let balance = self.balance_on(invoice, from).max(0);
            parts += i128::from(balance) * i128::from(yearly) * i128::from(days_between(from, to));
        }
        Ok(rounded(parts, RATE_PARTS * DAYS_OF_A_YEAR))
    }

    /// The first day that bears interest: the day after due, or that of issue if it is later; none before it.
    fn first_interest_day(&self, invoice: &InvoiceState<'a>) -> Option<NaiveDate> {
        let (invoices, at) = (&self.snapshot.invoices, invoice.row.index());
        let unborn =
            matches!(invoices.status.get(at), Some(Standing::Draft | Standing::Void | Standing::WrittenOff));
        let after_due = add_days(invoice.due, 1);
        let first = invoices.issue_date.get(at).map_or(after_due, |issued| issued.max(after_due));
        (!unborn && first <= self.today).then_some(first)
    }

    /// The open balance of a day, by the payments and credit notes; without any, the one of today, since nobody knows
    /// when it became that.
    fn balance_on(&self, invoice: &InvoiceState<'a>, day: NaiveDate) -> i64 {
        let own = self.snapshot.payments_of(invoice.row);
        if own.is_empty() {
            return invoice.balance.minor;
        }
        let paid = own.iter().filter(|payment| payment.date <= day);
        let amount = self.snapshot.invoices.amount[invoice.row.index()];
        paid.fold(amount, |left, payment| left.saturating_sub(payment.money.minor))
    }

    /// The interest that the ledger has as charged in some rows, in minor units.
    fn interest_charged(&self, rows: &[LedgerRow]) -> Result<i64, NaiveDate> {
        self.booked(rows, |kind| matches!(kind, HistoryKind::Interest).then_some(None))
    }

    /// The fees in a currency that the ledger has as charged in some rows; one without an amount is the policy's.
    fn fees_charged(&self, rows: &[LedgerRow], currency: Currency) -> i64 {
        let of_policy = |kind: &HistoryKind| match kind {
            HistoryKind::Fee { fee } => {
                Some(Some(fee.filter(|fee| fee.currency == currency).map_or(0, |fee| fee.minor)))
            }
            _ => None,
        };
        self.booked(rows, of_policy).unwrap_or(0)
    }

    /// The sum of what is booked: for each step that was carried out, the last amount that a row gives, else the
    /// usual one. The error is the day of a row that has neither.
    fn booked(
        &self,
        rows: &[LedgerRow],
        usual: impl Fn(&HistoryKind) -> Option<Option<i64>>,
    ) -> Result<i64, NaiveDate> {
        let steps: BTreeSet<&str> = rows
            .iter()
            .filter(|row| usual(&self.history.name(row).kind).is_some())
            .map(|row| self.snapshot.text(row.step))
            .collect();
        steps.into_iter().try_fold(0_i64, |sum, step| {
            let own = || rows.iter().filter(|row| self.snapshot.text(row.step) == step);
            let Status::CarriedOut(on) = history::status(own(), self.today) else { return Ok(sum) };
            let done = own().filter(|row| row.outcome.carries_out());
            let told =
                done.filter_map(|row| row.details.as_ref().and_then(|details| details.amount)).next_back();
            let usual = own().next().and_then(|row| usual(&self.history.name(row).kind)).flatten();
            Ok(sum.saturating_add(told.or(usual).ok_or(on)?))
        })
    }

    /// What a template is told of interest: all that has accrued on some invoices up to today, charged or not; none
    /// where it cannot be worked out. Without a rate in the policy there is none to pay.
    pub(super) fn interest_to_date(&self, customer: &CustomerState<'a>, invoices: &[usize]) -> Option<i64> {
        let lead = &customer.invoices[*invoices.first()?];
        let Some(rate) = self.rate_of(customer, lead) else { return Some(0) };
        let accrued = invoices.iter().map(|&at| self.accrued(&customer.invoices[at], rate));
        accrued.sum::<Result<i64, NaiveDate>>().ok()
    }

    /// The fees that the ledger has as charged for some invoices.
    pub(super) fn fees_to_date(&self, customer: &CustomerState<'a>, invoices: &[usize]) -> i64 {
        let fees = invoices.iter().map(|&at| {
            let invoice = &customer.invoices[at];
            self.fees_charged(invoice.rows, invoice.balance.currency)
        });
        fees.fold(0, i64::saturating_add)
    }

    /// The rate of the first interest in the ladders of an invoice, then in the carve-outs that match it.
    fn rate_of(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> Option<&'a InterestRate> {
        let policy = &self.program.policy;
        let placed = self.place(customer, invoice, |_, _| {})?;
        let ladders = self.program.ladders_of(placed.segment).iter().map(|id| &policy.ladders[id.0]);
        let of_ladders = ladders.flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
        let scope = self.scope(placed.segment, customer, invoice);
        let of_carve_outs = scope.matching.iter().flat_map(|&at| &policy.carve_outs[at].steps);
        let rate = |step: &'a Step| match step.acts.first()? {
            Act::Charge(Charge::Interest(rate)) => Some(rate),
            _ => None,
        };
        of_ladders.chain(of_carve_outs).find_map(rate)
    }
}

impl<'a> Bench<'_, 'a> {
    /// What a step books, or what stands in its way.
    pub(super) fn charge(&self, charge: &Charge, step: &Step) -> Result<plan::Charge, Blocker> {
        match charge {
            Charge::Fee(fee) => self.fee(*fee, step),
            Charge::Interest(rate) => self.interest(rate, step),
        }
    }

    fn fee(&self, fee: Money, step: &Step) -> Result<plan::Charge, Blocker> {
        let currency = self.invoice().balance.currency;
        if fee.currency != currency {
            let sentence = format!("the fee is in {}, and the invoice in {currency}", fee.currency);
            return Err(self.day.blocker("other_currency", sentence, Some(step.rule)));
        }
        Ok(plan::Charge { kind: ChargeKind::Fee, amount: fee, currency, from: None, to: None, rate: None })
    }

    fn interest(&self, rate: &InterestRate, step: &Step) -> Result<plan::Charge, Blocker> {
        let day = self.day;
        let currency = self.invoice().balance.currency;
        let left = self.interest_left(rate).map_err(|unclear| {
            let (code, sentence) = match unclear {
                Unclear::NoRate(first) => ("no_rate", no_rate(rate, first)),
                Unclear::NoAmount(on) => (
                    "unknown_amount",
                    format!("the ledger has interest of {on} as charged and not how much: add `amount` to that row"),
                ),
            };
            day.blocker(code, sentence, Some(step.rule))
        })?;
        if left <= 0 {
            let sentence = String::from("all interest up to today is charged already");
            return Err(day.blocker("nothing_to_charge", sentence, Some(step.rule)));
        }
        let first =
            self.about().iter().filter_map(|&at| day.first_interest_day(&self.customer.invoices[at])).min();
        Ok(plan::Charge {
            kind: ChargeKind::Interest,
            amount: Money::new(left, currency),
            currency,
            from: first,
            to: Some(day.today),
            rate: rate.on(day.today).map(percent),
        })
    }

    /// The interest of the step's invoices up to today, less what was charged of it.
    fn interest_left(&self, rate: &InterestRate) -> Result<i64, Unclear> {
        let mut left = 0_i64;
        for &at in self.about() {
            let accrued = self.day.accrued(&self.customer.invoices[at], rate).map_err(Unclear::NoRate)?;
            left = left.saturating_add(accrued);
        }
        let charged = match &self.together {
            None => self.day.interest_charged(self.invoice().rows),
            Some(together) => self.day.interest_charged(together.rows),
        };
        Ok(left.saturating_sub(charged.map_err(Unclear::NoAmount)?))
    }

    /// The invoices that the step is about.
    fn about(&self) -> &[usize] {
        self.together.as_ref().map_or(std::slice::from_ref(&self.at), |together| &together.about)
    }
}

fn no_rate(rate: &InterestRate, first: NaiveDate) -> String {
    let (file, from) = match &rate.base {
        BaseRate::ByDate(file, rates) => (file.as_str(), rates.first().map(|(from, _)| *from)),
        BaseRate::Fixed(_) => ("", None),
    };
    let begins = from.map_or(String::new(), |from| format!(", it begins on {from}"));
    format!("`{file}` has no rate for {first}{begins}: add the earlier ones")
}

/// A rate in millionths of a percent, as people write it.
fn percent(rate: i64) -> String {
    let text = format!("{}.{:06}", rate / 1_000_000, rate % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A fraction of whole numbers, none of them below zero, rounded half away from zero.
fn rounded(parts: i128, whole: i128) -> i64 {
    i64::try_from((parts * 2 + whole) / (whole * 2)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([rounded(49, 100), rounded(50, 100), rounded(150, 100), rounded(0, 100)], [0, 1, 2, 0]);
    }

    #[test]
    fn rates_read_as_written() {
        assert_eq!([percent(10_000_000), percent(9_250_000), percent(880_000)], ["10", "9.25", "0.88"]);
    }
}

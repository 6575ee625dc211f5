//! Fees and interest: what is to be booked, and what the ledger has as booked already (R22).

use chrono::NaiveDate;

use super::candidate::{Bench, Candidate, Due};
use super::condition::Truth;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::history::{self, Status};
use super::obstacle::{Obstacle, Why};
use crate::calendar::{add_days, days_between};
use crate::compile::HistoryKind;
use crate::model::charge::RATE_PARTS;
use crate::model::{Act, Charge, InterestRate, LadderId, RuleId, Step};
use crate::money::{Currency, Money};
use crate::plan::{self, ChargeKind};
use crate::snapshot::ledger::{LedgerRow, Outcome};

const DAYS_OF_A_YEAR: i128 = 365;

/// Why interest cannot be worked out.
pub(super) enum Unclear {
    /// The rates of the file begin later than this day, which bears interest.
    NoRate(NaiveDate),
    /// The ledger has something of this day as charged, and not how much in the invoice's currency.
    NoAmount(NaiveDate),
}

/// Interest that is still to be charged, in minor units.
pub(super) struct Left {
    pub(super) amount: i64,
    /// What was charged before, and is taken off.
    charged: i64,
}

impl<'a> Day<'a> {
    /// The interest on an invoice through a day: simple, actual/365, on each day's open balance from the day after due,
    /// rounded half away from zero to the currency's minor unit (R22). In minor units.
    fn accrued(
        &self,
        invoice: &InvoiceState<'a>,
        rate: &InterestRate,
        through: NaiveDate,
    ) -> Result<i64, Unclear> {
        let Some(first) = self.first_overdue_day(invoice.row).filter(|&first| first <= through) else {
            return Ok(0);
        };
        let mut starts: Vec<NaiveDate> = rate.changes(first, through).chain([first]).collect();
        let own = self.snapshot.payments_of(invoice.row).iter().map(|payment| payment.date);
        starts.extend(own.filter(|&date| first < date && date <= through));
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).copied().chain([add_days(through, 1)]);
        let mut parts: i128 = 0;
        for (from, to) in starts.iter().copied().zip(ends) {
            let yearly = rate.on(from).ok_or(Unclear::NoRate(from))?;
            let balance = self.balance_on(invoice, from).max(0);
            parts += i128::from(balance) * i128::from(yearly) * i128::from(days_between(from, to));
        }
        Ok(rounded(parts, RATE_PARTS * DAYS_OF_A_YEAR))
    }

    /// The interest on some invoices of one currency through a day, less what their ledger rows have as charged. What
    /// was declined is waived: the days up to a decline do not come back.
    pub(super) fn interest_left(
        &self,
        invoices: &[&InvoiceState<'a>],
        rows: &[LedgerRow],
        rate: &InterestRate,
        through: NaiveDate,
    ) -> Result<Left, Unclear> {
        let Some(currency) = invoices.first().map(|invoice| invoice.balance.currency) else {
            return Ok(Left { amount: 0, charged: 0 });
        };
        let accrued = |through| {
            let each = invoices.iter().map(|invoice| self.accrued(invoice, rate, through));
            each.sum::<Result<i64, Unclear>>()
        };
        let (all, charged) = (accrued(through)?, self.interest_charged(rows, currency, None)?);
        let mut amount = all.saturating_sub(charged);
        if let Some(declined) = self.interest_declined(rows) {
            let since = self.interest_charged(rows, currency, Some(declined))?;
            let waived = accrued(declined.min(through))?;
            amount = amount.min(all.saturating_sub(waived).saturating_sub(since));
        }
        Ok(Left { amount, charged })
    }

    /// The last day on which somebody decided against charging interest.
    fn interest_declined(&self, rows: &[LedgerRow]) -> Option<NaiveDate> {
        let own = rows.iter().filter(|row| matches!(self.history.name(row).kind, HistoryKind::Interest));
        let declined = own.filter(|row| row.outcome == Outcome::Declined && row.date <= self.today);
        declined.map(|row| row.date).max()
    }

    /// The open balance of a day, by the payments and credit notes; without any, the one of today, since nobody knows
    /// when it became that.
    fn balance_on(&self, invoice: &InvoiceState<'a>, day: NaiveDate) -> i64 {
        self.paid_down(invoice.row, day).unwrap_or(invoice.balance.minor)
    }

    /// The interest that the ledger has as charged, after a day or at all, in minor units of a currency. A row of a
    /// step that nobody knows any more counts when it has an amount.
    fn interest_charged(
        &self,
        rows: &[LedgerRow],
        currency: Currency,
        after: Option<NaiveDate>,
    ) -> Result<i64, Unclear> {
        let is_interest = |row: &LedgerRow| match self.history.name(row).kind {
            HistoryKind::Interest => true,
            HistoryKind::Foreign => row.details.as_ref().is_some_and(|details| details.amount.is_some()),
            _ => false,
        };
        self.booked(rows, currency, |row| {
            (is_interest(row) && after.is_none_or(|after| row.date > after)).then_some(None)
        })
    }

    /// The fees in a currency that the ledger has as charged; one without an amount is the policy's.
    fn fees_charged(&self, rows: &[LedgerRow], currency: Currency) -> Option<i64> {
        let fee = |row: &LedgerRow| match &self.history.name(row).kind {
            HistoryKind::Fee { fee } => Some(fee.filter(|fee| fee.currency == currency).map(|fee| fee.minor)),
            _ => None,
        };
        self.booked(rows, currency, fee).ok()
    }

    /// The sum of what is booked: for each step that was carried out, the last amount that a row gives, else the
    /// usual one of the step.
    fn booked(
        &self,
        rows: &[LedgerRow],
        currency: Currency,
        usual: impl Fn(&LedgerRow) -> Option<Option<i64>>,
    ) -> Result<i64, Unclear> {
        // What was booked on another invoice of the customer is another amount.
        let is_same = |a: &LedgerRow, b: &LedgerRow| a.invoice == b.invoice && self.history.is_same(a, b);
        let mut steps: Vec<&LedgerRow> = Vec::new();
        for row in rows.iter().filter(|row| usual(row).is_some()) {
            if !steps.iter().any(|known| is_same(known, row)) {
                steps.push(row);
            }
        }
        steps.into_iter().try_fold(0_i64, |sum, step| {
            let own = || rows.iter().filter(|row| is_same(row, step));
            let Status::CarriedOut(on) = history::status(own(), self.today) else { return Ok(sum) };
            let told = own().filter(|row| row.outcome.carries_out()).filter_map(|row| row.details.as_ref());
            let told = told.filter_map(|details| Some((details.amount?, details.currency))).next_back();
            let amount = match told {
                Some((amount, own)) => Some(amount).filter(|_| own.is_none_or(|own| own == currency)),
                None => usual(step).flatten(),
            };
            Ok(sum.saturating_add(amount.ok_or(Unclear::NoAmount(on))?))
        })
    }

    /// What a template is told of interest: all that has accrued on some invoices up to today, charged or not, at the
    /// mildest rate that may be charged; none where it cannot be worked out, and nothing where none may be.
    pub(super) fn interest_to_date(&self, customer: &CustomerState<'a>, invoices: &[usize]) -> Option<i64> {
        let lead = &customer.invoices[*invoices.first()?];
        let rates = self.rates_of(customer, lead);
        if rates.is_empty() {
            return Some(0);
        }
        let of_rate = |rate: &&InterestRate| {
            let each = invoices.iter().map(|&at| self.accrued(&customer.invoices[at], rate, self.today));
            each.sum::<Result<i64, Unclear>>().ok()
        };
        rates.iter().filter_map(of_rate).min()
    }

    /// The fees that the ledger has as charged for some invoices; none where it does not say how much.
    pub(super) fn fees_to_date(&self, customer: &CustomerState<'a>, invoices: &[usize]) -> Option<i64> {
        let fees = invoices.iter().map(|&at| {
            let invoice = &customer.invoices[at];
            self.fees_charged(invoice.rows, invoice.balance.currency)
        });
        fees.sum()
    }

    /// The rates of the interest in the ladders of an invoice and in the carve-outs that match it, as far as nothing
    /// forbids it and its condition holds.
    fn rates_of(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> Vec<&'a InterestRate> {
        let policy = &self.program.policy;
        let Some(placed) = self.place(customer, invoice, |_, _| {}) else { return Vec::new() };
        let scope = self.scope(placed.segment, customer, invoice);
        let of_ladders = self.program.ladders_of(placed.segment).iter().flat_map(|id| {
            let steps = policy.ladders[id.0].rungs.iter().flat_map(|rung| &rung.steps);
            steps.map(|step| (Some(*id), step))
        });
        let of_carve_outs =
            scope.matching.iter().flat_map(|&at| policy.carve_outs[at].steps.iter().map(|step| (None, step)));
        let rate = |(ladder, step): (Option<LadderId>, &'a Step)| {
            let act = step.acts.first()?;
            let Act::Charge(Charge::Interest(rate)) = act else { return None };
            let holds = |when| self.truth(when, customer, invoice) == Truth::Yes;
            let may = step.when.as_ref().is_none_or(holds) && scope.forbidden(self, ladder, act).is_empty();
            may.then_some(rate)
        };
        of_ladders.chain(of_carve_outs).filter_map(rate).collect()
    }

    /// Of several interest steps of one day, in whatever ladders, each charges only what those before it do not.
    pub(super) fn share_interest(&self, candidates: &mut [Candidate<'a>]) {
        let is_interest = |candidate: &Candidate<'a>| {
            candidate.charge.as_ref().is_some_and(|charge| charge.kind == ChargeKind::Interest)
        };
        let mut order: Vec<usize> =
            (0..candidates.len()).filter(|&at| is_interest(&candidates[at])).collect();
        order.sort_by_key(|&at| (candidates[at].nominal, candidates[at].rule));
        let mut taken: Vec<(Vec<usize>, i64)> = Vec::new();
        for at in order {
            let about = candidates[at].about();
            let of_same = taken.iter().filter(|(known, _)| known.iter().any(|own| about.contains(own)));
            let before = of_same.fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
            let candidate = &mut candidates[at];
            let Some(charge) = &mut candidate.charge else { continue };
            let own = charge.amount.minor.saturating_sub(before);
            charge.amount = Money::new(own, charge.currency);
            if own > 0 {
                taken.push((candidate.about().to_vec(), own));
            } else {
                candidate.charge = None;
                candidate.obstacles.push(nothing_to_charge(candidate.rule));
                (candidate.blocked_alone, candidate.next) = (true, None);
            }
        }
    }
}

impl<'a> Bench<'_, 'a> {
    /// What a due step books, or what stands in its way.
    pub(super) fn charge(&self, charge: &'a Charge, due: &Due<'a>) -> Result<plan::Charge, Obstacle<'a>> {
        match charge {
            Charge::Fee(fee) => self.fee(*fee, due),
            Charge::Interest(rate) => self.interest(rate, due),
        }
    }

    fn fee(&self, fee: Money, due: &Due<'a>) -> Result<plan::Charge, Obstacle<'a>> {
        let currency = self.invoice().balance.currency;
        if fee.currency != currency {
            let why = Why::OtherCurrency { fee: fee.currency, invoice: currency };
            return Err(Obstacle::of(due.step.rule, why));
        }
        Ok(plan::Charge {
            kind: ChargeKind::Fee,
            amount: fee,
            currency,
            from: None,
            to: None,
            rate: None,
            before: None,
        })
    }

    /// Interest runs to the day at which the step stands: a step that comes late charges no more, and what was
    /// approved stays what it was.
    fn interest(&self, rate: &'a InterestRate, due: &Due<'a>) -> Result<plan::Charge, Obstacle<'a>> {
        let currency = self.invoice().balance.currency;
        let through = due.nominal.min(self.day.today);
        let about: Vec<&InvoiceState> = self.about().iter().map(|&at| &self.customer.invoices[at]).collect();
        let rows = self.together.as_ref().map_or(self.invoice().rows, |together| together.rows);
        let left = self.day.interest_left(&about, rows, rate, through);
        let Left { amount, charged } = left.map_err(|unclear| self.unclear(&unclear, rate, due))?;
        if amount <= 0 {
            return Err(nothing_to_charge(due.step.rule));
        }
        let first = about.iter().filter_map(|invoice| self.day.first_overdue_day(invoice.row)).min();
        Ok(plan::Charge {
            kind: ChargeKind::Interest,
            amount: Money::new(amount, currency),
            currency,
            from: first,
            to: Some(through),
            rate: first.and_then(|first| rates(rate, first, through)),
            before: (charged > 0).then(|| Money::new(charged, currency).decimal()),
        })
    }

    fn unclear(&self, unclear: &Unclear, rate: &'a InterestRate, due: &Due<'a>) -> Obstacle<'a> {
        let why = match unclear {
            Unclear::NoRate(day) => Why::NoRate(rate, *day),
            Unclear::NoAmount(on) => Why::UnknownAmount(*on, self.invoice().balance.currency),
        };
        Obstacle::of(due.step.rule, why)
    }

    /// The invoices that the step is about.
    fn about(&self) -> &[usize] {
        self.together.as_ref().map_or(std::slice::from_ref(&self.at), |together| &together.about)
    }
}

fn nothing_to_charge<'a>(rule: RuleId) -> Obstacle<'a> {
    Obstacle::of(rule, Why::NothingToCharge)
}

/// The rates of some days in percent, in the order of the days.
fn rates(rate: &InterestRate, first: NaiveDate, last: NaiveDate) -> Option<String> {
    let days = [first].into_iter().chain(rate.changes(first, last));
    let mut rates: Vec<String> = days.map(|day| rate.on(day).map(percent)).collect::<Option<_>>()?;
    rates.dedup();
    Some(rates.join(", "))
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

//! What a plan was made from, and its totals.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Kind, Mode};
use super::amount::{Amount, decimal};
use super::digest::Hasher;
use crate::money::{Currency, Money};

/// The version of the plan's form.
pub const FORMAT_VERSION: u32 = 1;

/// The policy a plan was made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyReference {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Its path, as it was given.
    pub file: String,
}

/// A number of invoices and their sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// How much, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub amount: Money,
}

impl Sum {
    /// Nothing yet.
    #[must_use]
    pub fn zero(currency: Currency) -> Sum {
        Sum { count: 0, amount: Money::new(0, currency) }
    }

    fn widest(currency: Currency) -> Sum {
        Sum { count: u64::MAX, amount: Money::new(i64::MIN, currency) }
    }

    /// Adds an amount; sums beyond what fits stay at the limit.
    pub fn add(&mut self, minor: i64) {
        self.count += 1;
        self.amount.minor = self.amount.minor.saturating_add(minor);
    }

    fn join(&mut self, other: &Sum) {
        self.count += other.count;
        self.amount.minor = self.amount.minor.saturating_add(other.amount.minor);
    }
}

/// What is open in one currency, by days overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receivables {
    /// The currency.
    pub currency: Currency,
    /// All open invoices.
    pub open: Sum,
    /// Those past their due date.
    pub overdue: Sum,
    /// Not overdue.
    pub current: Sum,
    /// 1 to 30 days overdue.
    pub days_1_30: Sum,
    /// 31 to 60 days overdue.
    pub days_31_60: Sum,
    /// 61 to 90 days overdue.
    pub days_61_90: Sum,
    /// More than 90 days overdue.
    pub days_over_90: Sum,
}

impl Receivables {
    /// Nothing yet.
    #[must_use]
    pub fn none(currency: Currency) -> Receivables {
        Receivables::alike(currency, Sum::zero(currency))
    }

    fn widest(currency: Currency) -> Receivables {
        Receivables::alike(currency, Sum::widest(currency))
    }

    fn alike(currency: Currency, sum: Sum) -> Receivables {
        Receivables {
            currency,
            open: sum,
            overdue: sum,
            current: sum,
            days_1_30: sum,
            days_31_60: sum,
            days_61_90: sum,
            days_over_90: sum,
        }
    }

    /// Adds an open invoice.
    pub fn add(&mut self, balance: i64, days_overdue: i64) {
        self.open.add(balance);
        if days_overdue > 0 {
            self.overdue.add(balance);
        }
        let bucket = match days_overdue {
            ..=0 => &mut self.current,
            1..=30 => &mut self.days_1_30,
            31..=60 => &mut self.days_31_60,
            61..=90 => &mut self.days_61_90,
            _ => &mut self.days_over_90,
        };
        bucket.add(balance);
    }

    /// Adds another part of the same currency.
    pub fn join(&mut self, other: &Receivables) {
        self.open.join(&other.open);
        self.overdue.join(&other.overdue);
        self.current.join(&other.current);
        self.days_1_30.join(&other.days_1_30);
        self.days_31_60.join(&other.days_31_60);
        self.days_61_90.join(&other.days_61_90);
        self.days_over_90.join(&other.days_over_90);
    }
}

/// Actions of one mode and kind in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Total {
    /// Automatic, approval or manual.
    pub mode: Mode,
    /// E-mail, call and so on.
    pub kind: Kind,
    /// The currency of the invoices.
    pub currency: Currency,
    /// How many actions.
    pub actions: u64,
    /// What is open on their invoices, each counted once per action, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub amount: Money,
}

/// Totals of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// How many actions.
    pub actions: u64,
    /// How many withheld entries.
    pub withheld: u64,
    /// How many invoices wait.
    pub waiting: u64,
    /// How many problems the data has.
    pub problems: u64,
    /// Actions by mode, kind and currency.
    pub by_mode: Vec<Total>,
}

impl Totals {
    fn widest(currencies: &[Currency]) -> Totals {
        let kinds = Mode::ALL.into_iter().flat_map(|mode| Kind::ALL.map(|kind| (mode, kind)));
        let total = |(mode, kind), currency| {
            let Sum { count, amount } = Sum::widest(currency);
            Total { mode, kind, currency, actions: count, amount }
        };
        Totals {
            actions: u64::MAX,
            withheld: u64::MAX,
            waiting: u64::MAX,
            problems: u64::MAX,
            by_mode: kinds
                .flat_map(|of_kind| currencies.iter().map(move |&currency| total(of_kind, currency)))
                .collect(),
        }
    }
}

/// Counts and sums of a plan, part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    sums: BTreeMap<(Mode, Kind, Currency), Sum>,
    receivables: BTreeMap<Currency, Receivables>,
    actions: u64,
    withheld: u64,
    waiting: u64,
}

impl Tally {
    /// Adds actions, and how many steps are withheld and invoices wait.
    pub fn add(&mut self, actions: &[Action], withheld: usize, waiting: usize) {
        for action in actions {
            let Some(first) = action.invoices.first() else { continue };
            let of_kind = (action.mode, action.kind, first.currency);
            let amount =
                action.invoices.iter().fold(0_i64, |sum, invoice| sum.saturating_add(invoice.balance.minor));
            self.sums.entry(of_kind).or_insert(Sum::zero(first.currency)).add(amount);
        }
        self.actions += actions.len() as u64;
        self.withheld += withheld as u64;
        self.waiting += waiting as u64;
    }

    /// Adds what is open in a currency.
    pub fn add_receivables(&mut self, sum: &Receivables) {
        self.receivables.entry(sum.currency).or_insert_with(|| Receivables::none(sum.currency)).join(sum);
    }

    /// Adds another part.
    pub fn join(&mut self, other: &Tally) {
        for (of_kind, sum) in &other.sums {
            self.sums.entry(*of_kind).or_insert(Sum::zero(of_kind.2)).join(sum);
        }
        other.receivables.values().for_each(|sum| self.add_receivables(sum));
        self.actions += other.actions;
        self.withheld += other.withheld;
        self.waiting += other.waiting;
    }

    /// What is open, by currency.
    #[must_use]
    pub fn receivables(&self) -> Vec<Receivables> {
        self.receivables.values().cloned().collect()
    }

    /// The totals, with so many problems of the data.
    #[must_use]
    pub fn totals(&self, problems: usize) -> Totals {
        let total = |(&(mode, kind, currency), sum): (&(Mode, Kind, Currency), &Sum)| Total {
            mode,
            kind,
            currency,
            actions: sum.count,
            amount: sum.amount,
        };
        Totals {
            actions: self.actions,
            withheld: self.withheld,
            waiting: self.waiting,
            problems: problems as u64,
            by_mode: self.sums.iter().map(total).collect(),
        }
    }
}

/// What a plan was made from, and its totals.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Header {
    /// The version of this form.
    pub format_version: u32,
    /// The policy.
    pub policy: PolicyReference,
    /// SHA-256 of the templates.
    pub templates_digest: String,
    /// SHA-256 of the calendars.
    pub calendars_digest: String,
    /// SHA-256 of the snapshot's facts.
    pub snapshot_digest: String,
    /// The day planned for.
    pub as_of: NaiveDate,
    /// When the data was taken, as the data says.
    pub taken: Option<String>,
    /// The version of dun.
    pub engine: String,
    /// A hash of all of the above: equal inputs give equal plans.
    pub plan_id: String,
    /// The ledger knows later days: the plan shows what would have been, and is never to be executed.
    pub replay: bool,
    /// Why every contact is withheld, when the data is too old or the ledger is ahead.
    pub refused: Option<String>,
    /// What is open, by currency.
    pub receivables: Vec<Receivables>,
    /// Totals.
    pub totals: Totals,
}

impl Header {
    /// The same with the longest numbers and totals that a plan in its currencies could have.
    #[must_use]
    pub fn widest(mut self) -> Header {
        let currencies: Vec<Currency> = self.receivables.iter().map(|sum| sum.currency).collect();
        self.receivables = currencies.iter().map(|&currency| Receivables::widest(currency)).collect();
        self.totals = Totals::widest(&currencies);
        self
    }
}

/// The id of a plan: a hash of the digests of policy, templates, calendars and data, and of what else decides.
#[must_use]
pub fn plan_id(
    digests: [&str; 4],
    as_of: NaiveDate,
    taken: &str,
    engine: &str,
    replay: bool,
    is_refused: bool,
) -> String {
    let mut hash = Hasher::default();
    digests.into_iter().for_each(|digest| {
        hash.text(digest);
    });
    hash.text(&as_of.to_string()).text(taken).text(engine);
    hash.number(i64::from(replay)).number(i64::from(is_refused));
    hash.key().to_string()
}

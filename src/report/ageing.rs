//! Receivables on a day by age, and the days that sales stay unpaid.
//!
//! The formulas are those of the Credit Research Foundation, over the credit sales of the last 90 days:
//! DSO = open receivables / credit sales × 90; best possible DSO = receivables not yet due / credit sales × 90;
//! average days delinquent = DSO − best possible DSO.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::evaluate::{SALES_DAYS, Standing};
use crate::money::{Currency, Money};
use crate::plan::Receivables;
use crate::plan::amount::{Amount, decimal};

/// Receivables on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Position {
    /// The day.
    pub day: NaiveDate,
    /// What is open, by currency and age.
    pub receivables: Vec<Receivables>,
    /// How long sales stay unpaid, by currency; a currency without sales in the last 90 days has no entry.
    pub delinquency: Vec<Delinquency>,
}

/// How long sales stay unpaid, in days with one decimal, rounded half up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Delinquency {
    /// The currency.
    pub currency: Currency,
    /// What was invoiced in the last 90 days, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub sales: Money,
    /// Days sales outstanding.
    pub dso: String,
    /// The DSO if everything were paid on its due date.
    pub best_possible_dso: String,
    /// The difference of the two.
    pub average_days_delinquent: String,
}

pub(super) fn position(standing: &Standing) -> Position {
    let of = |sales: &Money| {
        let open = standing.receivables.iter().find(|sum| sum.currency == sales.currency);
        (sales.minor > 0).then(|| delinquency(open, *sales))
    };
    Position {
        day: standing.day,
        receivables: standing.receivables.clone(),
        delinquency: standing.sales.iter().filter_map(of).collect(),
    }
}

fn delinquency(open: Option<&Receivables>, sales: Money) -> Delinquency {
    let tenths = |minor: i64| {
        let (sales, days) = (i128::from(sales.minor), i128::from(SALES_DAYS));
        (i128::from(minor) * days * 20 + sales) / (sales * 2)
    };
    let dso = open.map_or(0, |sum| tenths(sum.open.amount.minor));
    let best = open.map_or(0, |sum| tenths(sum.current.amount.minor));
    let text = |tenths: i128| format!("{}.{}", tenths / 10, tenths % 10);
    Delinquency {
        currency: sales.currency,
        sales,
        dso: text(dso),
        best_possible_dso: text(best),
        average_days_delinquent: text(dso - best),
    }
}

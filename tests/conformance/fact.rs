//! Facts that one can reckon with: `D+3`, `R1+16..17`, `D - 6months`.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};
use serde_json::Value;

/// A fact, as far as one can reckon with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fact {
    Date(NaiveDate),
    Number(i64),
    Text(String),
}

/// A fact such as `D+3`, `D-6months` or `R1+16..17`; none when it is something else.
pub(crate) fn reckon(text: &str, given: &BTreeMap<String, Value>) -> Option<Vec<Fact>> {
    let sum = text.split([',', '(']).next().unwrap_or("");
    let text: String = sum.chars().filter(|c| !c.is_whitespace()).collect();
    let mut sums: Option<Vec<Fact>> = None;
    for (sign, term) in terms(&text) {
        let facts = match given.get(term) {
            Some(value) => vec![plain(value)],
            None => steps(term)?,
        };
        sums = Some(match sums {
            None => facts,
            Some(sums) => {
                let pairs = sums.iter().flat_map(|sum| facts.iter().map(move |fact| add(sum, fact, sign)));
                pairs.collect::<Result<_, _>>().ok()?
            }
        });
    }
    sums
}

/// The terms of a sum with their signs.
fn terms(text: &str) -> Vec<(i64, &str)> {
    let mut terms = Vec::new();
    let (mut sign, mut from) = (1, 0);
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '+' | '-')) {
        terms.push((sign, &text[from..at]));
        (sign, from) = (if c == '+' { 1 } else { -1 }, at + 1);
    }
    terms.push((sign, &text[from..]));
    terms
}

/// `3`, `16..17`, `6months`, `1year`.
fn steps(term: &str) -> Option<Vec<Fact>> {
    if let Some((first, last)) = term.split_once("..") {
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        return Some((first..=last).map(Fact::Number).collect());
    }
    let digits = term.find(|c: char| !c.is_ascii_digit()).unwrap_or(term.len());
    let (number, unit) = term.split_at(digits);
    match unit {
        "" | "days" => Some(vec![Fact::Number(number.parse().ok()?)]),
        "month" | "months" | "year" => Some(vec![Fact::Text(term.to_owned())]),
        _ => None,
    }
}

/// A value as it stands.
pub(crate) fn plain(value: &Value) -> Fact {
    match value {
        Value::Number(number) => number.as_i64().map_or_else(|| Fact::Text(number.to_string()), Fact::Number),
        Value::String(text) => text.parse().map_or_else(|_| Fact::Text(text.clone()), Fact::Date),
        other => Fact::Text(other.to_string()),
    }
}

/// The sum, or what keeps the two from adding up.
pub(crate) fn add(sum: &Fact, fact: &Fact, sign: i64) -> Result<Fact, String> {
    let moved = |date: NaiveDate, days: i64| {
        let days_of = Days::new(days.unsigned_abs());
        if days < 0 { date.checked_sub_days(days_of) } else { date.checked_add_days(days_of) }
    };
    let result = match (sum, fact) {
        (Fact::Number(sum), Fact::Number(number)) => Some(Fact::Number(sum + sign * number)),
        (Fact::Date(date), Fact::Number(days)) => moved(*date, sign * days).map(Fact::Date),
        (Fact::Date(date), Fact::Text(span)) => {
            let count: u32 =
                span.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
            let months = Months::new(if span.ends_with("year") { 12 * count } else { count });
            let date =
                if sign < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) };
            date.map(Fact::Date)
        }
        _ => None,
    };
    result.ok_or_else(|| format!("{sum:?} and {fact:?} do not add up"))
}

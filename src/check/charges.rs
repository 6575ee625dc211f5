//! Fees, and interest with its rates.

use chrono::NaiveDate;

use super::{Checker, yaml};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::Charge;
use crate::model::charge::{BaseRate, InterestRate, parse_rate};
use crate::money::Money;
use crate::span::Span;
use crate::syntax::ast::{self, Spanned};

/// A fee is more than nothing.
pub(super) fn fee(c: &mut Checker, fee: &Spanned<Money>) -> Option<Charge> {
    if fee.node.minor <= 0 {
        let error = Diagnostic::error(Code::OutOfRange, fee.span, "a fee is more than nothing");
        c.report(error.help("write the amount to book, such as `charge fee 40 EUR`"));
        return None;
    }
    Some(Charge::Fee(fee.node))
}

/// A yearly rate, or one by date from a file, and points on top.
pub(super) fn interest(
    c: &mut Checker,
    rate: &ast::InterestRate,
    points: Option<&str>,
    span: Span,
) -> Option<Charge> {
    let points = points.map_or(Some(0), |points| percent(c, points, span));
    let base = match rate {
        ast::InterestRate::Percent(text) => percent(c, text, span).map(BaseRate::Fixed),
        ast::InterestRate::File(path) => file(c, path, span),
    };
    Some(Charge::Interest(InterestRate { base: base?, points: points? }))
}

fn percent(c: &mut Checker, text: &str, span: Span) -> Option<i64> {
    let why = match parse_rate(text) {
        Ok(rate) => return Some(rate),
        Err(why) => why,
    };
    let error = Diagnostic::error(Code::BadInterestRate, span, format!("the rate `{text}` {why}"));
    c.report(error.help("a rate is percent a year, such as `charge interest at 10%`"));
    None
}

/// A file of rates maps dates to percent: `2026-01-01: 2.27`, from that day on.
fn file(c: &mut Checker, path: &str, span: Span) -> Option<BaseRate> {
    let text = match c.input.files.get(path)? {
        Ok(text) => text,
        Err(why) => {
            let message = format!("the file of rates `{path}` cannot be read: {why}");
            let error = Diagnostic::error(Code::FileNotRead, span, message);
            c.report(error.help("the path is relative to the policy file"));
            return None;
        }
    };
    match rates(text) {
        Ok(rates) => Some(BaseRate::ByDate(path.to_owned(), rates)),
        Err(why) => {
            let message = format!("`{path}` does not give rates: {why}");
            let error = Diagnostic::error(Code::BadInterestRate, span, message);
            c.report(error.help(
                "a file of rates has a line for each day on which a rate begins, such as `2026-07-01: 2.27`",
            ));
            None
        }
    }
}

fn rates(text: &str) -> Result<Vec<(NaiveDate, i64)>, String> {
    let lines = yaml::lines(text)?;
    let rate = |(day, rate): (&String, &String)| {
        let from = day.parse().map_err(|_| format!("`{day}` is not a date"))?;
        Ok((from, parse_rate(rate).map_err(|why| format!("the rate `{rate}` of {day} {why}"))?))
    };
    let mut rates = lines.iter().map(rate).collect::<Result<Vec<(NaiveDate, i64)>, String>>()?;
    rates.sort_unstable();
    if rates.is_empty() {
        return Err(String::from("it is empty"));
    }
    match rates.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(format!("{} stands there twice", pair[0].0)),
        None => Ok(rates),
    }
}

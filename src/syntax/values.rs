//! Numbers, money, dates and names; and what people write instead of them.

use chrono::{NaiveDate, NaiveTime};

use super::ast::{Literal, Name, Spanned, Value};
use super::characters;
use super::parser::{Builder, Pair, Parts, Rule, only};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::money::{AmountError, Currency, Money, NumberFormat};
use crate::span::Span;

/// Words that belong to the language and cannot be names.
pub(super) const RESERVED: [&str; 38] = [
    "and",
    "or",
    "not",
    "if",
    "unless",
    "when",
    "otherwise",
    "is",
    "in",
    "has",
    "between",
    "at",
    "every",
    "from",
    "to",
    "by",
    "with",
    "as",
    "else",
    "for",
    "cc",
    "attach",
    "use",
    "never",
    "hold",
    "needs",
    "segment",
    "cadence",
    "everywhere",
    "scenario",
    "policy",
    "role",
    "field",
    "calendar",
    "today",
    "until",
    "missing",
    "known",
];

pub(super) fn name(b: &mut Builder, pair: Pair) -> Name {
    let (text, span) = (String::from(pair.as_str()), b.span(&pair));
    let snake = snake_case(&text);
    b.named(&text, span);
    if let Some(error) = mixed_scripts(&text, span) {
        b.refuse(error);
    } else if RESERVED.contains(&text.as_str()) {
        let message = format!("`{text}` is a word of the language and cannot be a name");
        b.refuse(Diagnostic::error(Code::ReservedWord, span, message).help("choose another name"));
    } else if snake != text {
        let message = format!("the name `{text}` is not written in snake_case");
        b.refuse(Diagnostic::error(Code::NotSnakeCase, span, message).fix(span, snake));
    }
    Name { text, span }
}

/// A name with letters of two alphabets that look alike.
pub(super) fn mixed_scripts(text: &str, span: Span) -> Option<Diagnostic> {
    if !characters::mixes_scripts(text) {
        return None;
    }
    let latin = characters::in_latin(text);
    let message = format!("`{text}` mixes letters of two alphabets that look alike");
    let error = Diagnostic::error(Code::ConfusableName, span, message);
    Some(match characters::mixes_scripts(&latin) {
        false => error.edit(span, &*latin).help(format!("write `{latin}` in Latin letters only")),
        true => error.help("write the whole name in one alphabet"),
    })
}

fn snake_case(text: &str) -> String {
    let mut snake = String::new();
    for c in text.chars() {
        if c.is_uppercase() && snake.ends_with(|before: char| before.is_lowercase() || before.is_numeric()) {
            snake.push('_');
        }
        match c {
            '-' => snake.push('_'),
            c => snake.extend(c.to_lowercase()),
        }
    }
    snake
}

pub(super) fn string(b: &Builder, pair: Pair) -> Spanned<String> {
    let span = b.span(&pair);
    let node = only(pair).as_str().replace("\\\"", "\"").replace("\\\\", "\\");
    Spanned { node, span }
}

pub(super) fn integer(b: &mut Builder, pair: &Pair) -> i64 {
    let digits = pair.as_str().replace('_', "");
    digits.parse().unwrap_or_else(|_| {
        let message = format!("`{}` is too large", pair.as_str());
        b.refuse(
            Diagnostic::error(Code::NumberTooLarge, b.span(pair), message).help("write a smaller number"),
        );
        0
    })
}

/// A whole number between two bounds, which the message names.
pub(super) fn bounded(b: &mut Builder, pair: &Pair, least: i64, most: i64, what: &str) -> i64 {
    let number = integer(b, pair);
    if number < least || number > most {
        let message = format!("{what} must be between {least} and {most}, not {number}");
        b.refuse(Diagnostic::error(Code::OutOfRange, b.span(pair), message));
        return least;
    }
    number
}

/// `N days`.
pub(super) fn days(b: &mut Builder, pair: Pair) -> i64 {
    bounded(b, &only(pair), 0, 3660, "the number of days")
}

/// `once`, `twice`, `N times`.
pub(super) fn count(b: &mut Builder, pair: Pair) -> i64 {
    let part = only(pair);
    match part.as_rule() {
        Rule::once => 1,
        Rule::twice => 2,
        _ => bounded(b, &part, 1, 1000, "the number of times"),
    }
}

pub(super) fn date(b: &mut Builder, pair: Pair) -> NaiveDate {
    let (text, span) = (pair.as_str(), b.span(&pair));
    if pair.as_rule() == Rule::slip_date {
        let mut error =
            Diagnostic::error(Code::DateNotIso, span, format!("`{text}` is not a date as dun reads it"));
        error = match iso_readings(text).as_slice() {
            [only] => error.fix(span, only.to_string()),
            [first, second] => error
                .help(format!("dates are year-month-day: write `{first}` or `{second}`, whichever is meant")),
            _ => error.help("dates are year-month-day, such as `2026-10-31`"),
        };
        b.refuse(error);
        return NaiveDate::default();
    }
    let parsed =
        text.parse::<NaiveDate>().ok().filter(|date| (1900..=2200).contains(&chrono::Datelike::year(date)));
    parsed.unwrap_or_else(|| {
        let message = format!("there is no day `{text}` between 1900 and 2200");
        b.refuse(
            Diagnostic::error(Code::NoSuchDay, span, message)
                .help("dates are year-month-day, such as `2026-10-31`"),
        );
        NaiveDate::default()
    })
}

/// What a date with slashes or points can mean: month first, day first, year first.
fn iso_readings(text: &str) -> Vec<NaiveDate> {
    let parts: Vec<u32> = text.split(['/', '.']).filter_map(|part| part.parse().ok()).collect();
    let &[a, b, c] = parts.as_slice() else { return Vec::new() };
    let year = |y: u32| i32::try_from(if y < 100 { 2000 + y } else { y }).unwrap_or(0);
    let mut readings = match a > 31 {
        true => vec![NaiveDate::from_ymd_opt(year(a), b, c)],
        false if text.contains('.') => vec![NaiveDate::from_ymd_opt(year(c), b, a)],
        false => vec![NaiveDate::from_ymd_opt(year(c), a, b), NaiveDate::from_ymd_opt(year(c), b, a)],
    };
    readings.dedup();
    readings.into_iter().flatten().collect()
}

pub(super) fn month_day(b: &mut Builder, pair: &Pair) -> (u32, u32) {
    let text = pair.as_str();
    let leap_year = format!("2024-{text}").parse::<NaiveDate>();
    leap_year.map_or_else(
        |_| {
            let message = format!("there is no day `{text}` in a year");
            b.refuse(
                Diagnostic::error(Code::NoSuchDay, b.span(pair), message)
                    .help("write month and day, such as `12-25`"),
            );
            (1, 1)
        },
        |date| (chrono::Datelike::month(&date), chrono::Datelike::day(&date)),
    )
}

pub(super) fn time(b: &mut Builder, pair: &Pair) -> NaiveTime {
    NaiveTime::parse_from_str(pair.as_str(), "%H:%M").unwrap_or_else(|_| {
        let message = format!("there is no time `{}`", pair.as_str());
        b.refuse(
            Diagnostic::error(Code::NoSuchTime, b.span(pair), message)
                .help("write hours and minutes, such as `08:00`"),
        );
        NaiveTime::default()
    })
}

pub(super) fn currency(b: &mut Builder, pair: &Pair) -> Currency {
    pair.as_str().parse().unwrap_or_else(|()| {
        let (text, span) = (pair.as_str(), b.span(pair));
        let error = Diagnostic::error(
            Code::UnknownCurrency,
            span,
            format!("`{text}` is not a currency in circulation"),
        );
        b.refuse(match currency_for(text) {
            Some(code) => error.fix(span, code),
            None => error.help("write an ISO 4217 code in capitals, such as `EUR`"),
        });
        Currency::EUR
    })
}

/// The code behind a symbol, a name, or a code with a slip in it.
fn currency_for(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    match lower.as_str() {
        "€" | "euro" | "euros" => Some("EUR"),
        "$" | "dollar" | "dollars" => Some("USD"),
        "£" | "pound" | "pounds" => Some("GBP"),
        "¥" => Some("JPY"),
        _ => crate::suggest::nearest(text, Currency::known()),
    }
}

pub(super) fn money(b: &mut Builder, pair: Pair) -> Spanned<Money> {
    let span = b.span(&pair);
    if pair.as_rule() == Rule::slip_money {
        slip_money(b, pair);
        return Spanned { node: Money::new(0, Currency::EUR), span };
    }
    let mut parts = Parts::of(pair);
    let amount = parts.need();
    let currency = currency(b, &parts.need());
    let minor = NumberFormat::default().parse(amount.as_str(), currency.exponent()).unwrap_or_else(|error| {
        let (digits, code) = (amount.as_str(), currency.code());
        let place = b.span(&amount);
        let refusal = Diagnostic::error(
            Code::BadAmount,
            place,
            format!("`{digits}` is not an amount of {code}: {error}"),
        );
        let help =
            format!("write at most {} decimals, and `_` between thousands if you like", currency.exponent());
        b.refuse(refusal.help(help));
        0
    });
    Spanned { node: Money::new(minor, currency), span }
}

/// `10,000 €`, `$5`, `1.000,50 eur`, `EUR 200`, `10k EUR`: refused with the amount as it should be written.
fn slip_money(b: &mut Builder, pair: Pair) {
    let (text, span) = (String::from(pair.as_str().trim()), b.span(&pair));
    let mut number = String::new();
    let mut currency = None;
    for part in Parts::of(pair) {
        match part.as_rule() {
            Rule::slip_number => number = String::from(part.as_str()),
            _ => currency = currency_for(part.as_str()),
        }
    }
    let error =
        Diagnostic::error(Code::AmountNotPlain, span, format!("`{text}` is not an amount as dun reads it"));
    let plain = plain_number(&number);
    b.refuse(match (plain, currency) {
        (Some(plain), Some(code)) => error.fix(span, format!("{plain} {code}")),
        _ => error.help(
            "write digits, a point before decimals, and the currency's code: `25_000 EUR` or `9.90 EUR`",
        ),
    });
}

/// A number with any separators, as dun writes it; none when it can be read in two ways.
fn plain_number(text: &str) -> Option<String> {
    let (digits, thousand) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let last = digits.rfind([',', '.']);
    let decimals = last.map(|at| digits.len() - at - 1);
    let is_decimal = matches!(decimals, Some(1 | 2));
    let (whole, fraction) = match last {
        Some(at) if is_decimal => (&digits[..at], &digits[at + 1..]),
        _ => (digits, ""),
    };
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    match (thousand, fraction) {
        (true, "") => Some(grouped(&format!("{whole}000"))),
        (true, _) => None,
        (false, "") => Some(grouped(&whole)),
        (false, fraction) => Some(format!("{}.{fraction:0<2}", grouped(&whole))),
    }
}

/// Digits with `_` between thousands from five digits on.
pub(super) fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return String::from(digits);
    }
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

pub(super) fn value(b: &mut Builder, pair: Pair) -> Value {
    let span = b.span(&pair);
    let mut parts = Parts::of(pair);
    let part = parts.need();
    let literal = match part.as_rule() {
        Rule::string => Literal::Text(string(b, part).node),
        Rule::money | Rule::slip_money => Literal::Money(money(b, part).node),
        Rule::date | Rule::slip_date => Literal::Date(date(b, part)),
        Rule::month_day => {
            let (month, day) = month_day(b, &part);
            Literal::MonthDay(month, day)
        }
        Rule::number => number(b, &part, &span.to(span)),
        rule => {
            refuse_value(b, &part, rule);
            Literal::Text(String::from(part.as_str()))
        }
    };
    Value { span, literal }
}

fn number(b: &mut Builder, pair: &Pair, whole: &crate::span::Span) -> Literal {
    let has_unit = whole.end > b.span(pair).end;
    match NumberFormat::default().parse(pair.as_str(), 6) {
        Ok(millionths) if has_unit => Literal::Days(millionths / 1_000_000),
        Ok(millionths) => Literal::Number(millionths),
        Err(error) => {
            let why = match error {
                AmountError::TooPrecise => "it has more than six decimals",
                _ => "it is too large",
            };
            let message = format!("`{}` cannot be used as a number: {why}", pair.as_str());
            b.refuse(Diagnostic::error(Code::BadNumber, b.span(pair), message));
            Literal::Number(0)
        }
    }
}

fn refuse_value(b: &mut Builder, pair: &Pair, rule: Rule) {
    let (text, span) = (pair.as_str(), b.span(pair));
    b.refuse(match rule {
        Rule::slip_number => {
            let error =
                Diagnostic::error(Code::BadNumber, span, format!("`{text}` is not a number as dun reads it"));
            match plain_number(text) {
                Some(plain) => error.fix(span, plain),
                None => error.help("write digits, with a point before decimals"),
            }
        }
        _ => Diagnostic::error(Code::TextNotQuoted, span, format!("`{text}` is a text and needs quotes"))
            .fix(span, format!("\"{text}\"")),
    });
}

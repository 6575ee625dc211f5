//! A condition in English: `the invoice is disputed and the customer's country is “FR”`.

use chrono::NaiveDate;

use super::field::{field, flag, tag};
use super::words::{date, list, number, quoted, season};
use crate::calendar::add_days;
use crate::model::{Amounts, Bounds, Condition, End, Policy, Predicate, Test};
use crate::money::Money;

/// A condition as a clause that can stand after `if` or `where`.
#[must_use]
pub fn condition(policy: &Policy, condition: &Condition) -> String {
    clause(policy, condition, true)
}

/// A condition, or its contrary.
fn clause(policy: &Policy, condition: &Condition, holds: bool) -> String {
    match condition {
        Condition::Test(one) => test(policy, one, holds),
        Condition::Not(inner) => clause(policy, inner, !holds),
        // What is not both is not the one or not the other.
        Condition::All(parts) => clauses(policy, parts, holds, if holds { "and" } else { "or" }),
        Condition::Any(parts) => clauses(policy, parts, holds, if holds { "or" } else { "and" }),
    }
}

fn clauses(policy: &Policy, parts: &[Condition], holds: bool, word: &str) -> String {
    let part = |part: &Condition| {
        let text = clause(policy, part, holds);
        if is_group(part) { format!("({text})") } else { text }
    };
    let parts: Vec<String> = parts.iter().map(part).collect();
    // A comma parts clauses from the lists in them.
    let has_list =
        |text: &String| !text.starts_with('(') && (text.contains(" or ") || text.contains(" and "));
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() && parts.iter().any(has_list) => {
            format!("{}, {word} {last}", rest.join(", "))
        }
        _ => list(&parts, word),
    }
}

/// Whether several comparisons stand in it side by side.
fn is_group(condition: &Condition) -> bool {
    match condition {
        Condition::Test(_) => false,
        Condition::Not(inner) => is_group(inner),
        Condition::All(parts) | Condition::Any(parts) => parts.len() > 1,
    }
}

fn test(policy: &Policy, test: &Test, holds: bool) -> String {
    let noun = || field(policy, test.field);
    if let Some(contrary) = contrary(&test.predicate).filter(|_| !holds) {
        return self::test(policy, &Test { field: test.field, predicate: contrary }, true);
    }
    let is = if holds { "is" } else { "is not" };
    match &test.predicate {
        Predicate::Flag => flag(policy, test.field, holds),
        Predicate::Tag(name) => tag(policy, test.field, name, holds),
        Predicate::Missing => format!("{} is {}", noun(), if holds { "missing" } else { "known" }),
        Predicate::Text(values) => format!("{} {}", noun(), texts(values, holds)),
        Predicate::Number(ranges) => format!("{} {is} {}", noun(), either(ranges, numbers)),
        Predicate::Money(ranges) => format!("{} {is} {}", noun(), either(ranges, amounts)),
        Predicate::Date(ranges) => format!("{} {is} {}", noun(), either(ranges, dates)),
        Predicate::Season(ranges) => format!("{} {is} {}", noun(), either(ranges, seasons)),
    }
}

/// What holds of a known value when a comparison with one end does not: `7 or more` for `less than 7`.
fn contrary(predicate: &Predicate) -> Option<Predicate> {
    Some(match predicate {
        Predicate::Number(ranges) => Predicate::Number(vec![beyond(ranges, i64::saturating_add)?]),
        Predicate::Date(ranges) => Predicate::Date(vec![beyond(ranges, add_days)?]),
        Predicate::Money(ranges) => {
            let [Amounts { currency, least, most }] = ranges.as_slice() else { return None };
            let (least, most) = one_end(*least, *most)?;
            let other = |end: End| End { included: !end.included, ..end };
            Predicate::Money(vec![Amounts {
                currency: *currency,
                least: most.map(other),
                most: least.map(other),
            }])
        }
        _ => return None,
    })
}

/// The values beyond the one end of a range.
fn beyond<T: Copy>(ranges: &[Bounds<T>], step: fn(T, i64) -> T) -> Option<Bounds<T>> {
    let [range] = ranges else { return None };
    let (least, most) = one_end(range.least, range.most)?;
    Some(Bounds { least: most.map(|most| step(most, 1)), most: least.map(|least| step(least, -1)) })
}

/// The ends of a range that has one.
fn one_end<T>(least: Option<T>, most: Option<T>) -> Option<(Option<T>, Option<T>)> {
    (least.is_some() != most.is_some()).then_some((least, most))
}

fn texts(values: &[String], holds: bool) -> String {
    let texts: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    match (holds, texts.as_slice()) {
        (true, _) => format!("is {}", list(&texts, "or")),
        (false, [_]) => format!("is not {}", list(&texts, "or")),
        (false, _) => format!("is none of {}", list(&texts, "and")),
    }
}

fn either<T>(ranges: &[T], one: fn(&T) -> String) -> String {
    list(&ranges.iter().map(one).collect::<Vec<_>>(), "or")
}

/// Numbers lie a millionth apart, so an end that is a millionth off a rounder one excludes that.
fn numbers(range: &Bounds<i64>) -> String {
    const ROUND: i64 = 10;
    match (range.least, range.most) {
        (Some(least), Some(most)) if least == most => number(least),
        (Some(least), Some(most)) => format!("from {} to {}", number(least), number(most)),
        (Some(least), None) if least.rem_euclid(ROUND) == 1 => format!("more than {}", number(least - 1)),
        (Some(least), None) => format!("{} or more", number(least)),
        (None, Some(most)) if most.rem_euclid(ROUND) == ROUND - 1 => {
            format!("less than {}", number(most + 1))
        }
        (None, Some(most)) => format!("{} or less", number(most)),
        (None, None) => String::from("any number"),
    }
}

fn amounts(range: &Amounts) -> String {
    let money = |minor: i64| Money::new(minor, range.currency).grouped();
    match (range.least, range.most) {
        (Some(least), Some(most)) if least == most => money(least.minor),
        (Some(least), Some(most)) => format!("from {} to {}", money(least.minor), money(most.minor)),
        (Some(least), None) if least.included => format!("{} or more", money(least.minor)),
        (Some(least), None) => format!("more than {}", money(least.minor)),
        (None, Some(most)) if most.included => format!("{} or less", money(most.minor)),
        (None, Some(most)) => format!("less than {}", money(most.minor)),
        (None, None) => String::from("any amount"),
    }
}

fn dates(range: &Bounds<NaiveDate>) -> String {
    match (range.least, range.most) {
        (Some(least), Some(most)) if least == most => date(least),
        (Some(least), Some(most)) => format!("from {} to {}", date(least), date(most)),
        (Some(least), None) => format!("{} or later", date(least)),
        (None, Some(most)) => format!("{} or earlier", date(most)),
        (None, None) => String::from("any date"),
    }
}

fn seasons(range: &Bounds<(u32, u32)>) -> String {
    match (range.least, range.most) {
        (Some(least), Some(most)) if least != most => format!("from {} to {}", season(least), season(most)),
        (Some(day), _) | (None, Some(day)) => season(day),
        (None, None) => String::from("any day of the year"),
    }
}

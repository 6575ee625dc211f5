//! Conditions.

use super::super::ast::{Comparison, Condition, Operand, Path, Predicate, Test, Value};
use super::flow::Flow;
use super::values::literal;
use super::written::Written;

/// The condition behind a keyword that begins at `from`.
///
/// Parentheses around the whole are left out, unless a comment stands directly behind the opening one.
pub(super) fn condition(flow: &mut Flow, written: &Written, condition: &Condition, from: usize) {
    let start = condition.span().start as usize;
    match condition {
        _ if written.comment_between(from, start) => parentheses(flow, written, condition),
        Condition::And(..) | Condition::Or(..) => flow.group(|flow| chain(flow, written, condition)),
        _ => term(flow, written, condition),
    }
}

/// Terms joined by `and` or `or`.
fn chain(flow: &mut Flow, written: &Written, condition: &Condition) {
    let (terms, word) = match condition {
        Condition::And(terms, _) => (terms, " and"),
        Condition::Or(terms, _) => (terms, " or"),
        _ => return term(flow, written, condition),
    };
    for (at, part) in terms.iter().enumerate() {
        if at > 0 {
            flow.push(word);
            flow.space(part.span().start as usize);
        }
        term(flow, written, part);
    }
}

fn term(flow: &mut Flow, written: &Written, condition: &Condition) {
    match condition {
        Condition::Test(one) => test(flow, written, one),
        Condition::And(..) | Condition::Or(..) => parentheses(flow, written, condition),
        Condition::Not(inner, _) => {
            flow.push("not ");
            match &**inner {
                Condition::Test(one) => test(flow, written, one),
                // Two `not` beside each other are read as none.
                inner => parentheses(flow, written, inner),
            }
        }
    }
}

fn parentheses(flow: &mut Flow, written: &Written, condition: &Condition) {
    let span = condition.span();
    let end = written.closing(span.end as usize);
    flow.parenthesised(span.start as usize, end, false, |flow| chain(flow, written, condition));
}

fn test(flow: &mut Flow, written: &Written, Test { operand, predicate, .. }: &Test) {
    flow.push(match operand {
        Operand::Today(_) => String::from("today"),
        Operand::Path(field) => path(field),
    });
    let compare = |flow: &mut Flow, word: &str, value: &Value| {
        flow.push(format!(" {word} {}", literal(&value.literal)));
    };
    match predicate {
        Predicate::Holds => {}
        Predicate::IsMissing => flow.push(" is missing"),
        Predicate::IsKnown => flow.push(" is known"),
        Predicate::Is { value, negated: false } => compare(flow, "is", value),
        Predicate::Is { value, negated: true } => compare(flow, "is not", value),
        Predicate::In { values, negated } => {
            flow.push(if *negated { " not in " } else { " in " });
            list(flow, written, values);
        }
        Predicate::Has(value) => compare(flow, "has", value),
        Predicate::Between(least, most) => flow.filled(|flow| {
            compare(flow, "between", least);
            flow.push(" and");
            flow.space(most.span.start as usize);
            flow.push(literal(&most.literal));
        }),
        Predicate::Compare(order, value) => compare(flow, sign(*order), value),
    }
}

/// `customer.tier`.
pub(super) fn path(Path { subject, field, .. }: &Path) -> String {
    format!("{subject}.{}", field.text)
}

fn sign(order: Comparison) -> &'static str {
    match order {
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::More => ">",
        Comparison::AtLeast => ">=",
    }
}

/// `(a, b, c)`.
pub(super) fn list(flow: &mut Flow, written: &Written, values: &[Value]) {
    let start = values.first().map_or(0, |value| value.span.start as usize);
    let end = values.last().map_or(0, |value| written.closing(value.span.end as usize));
    flow.parenthesised(start, end, true, |flow| {
        let places = values.iter().map(|value| value.span.start as usize);
        separated(flow, ",", places, values.iter().map(|value| literal(&value.literal)));
    });
}

/// Parts with a separator between them, after which the line may end.
pub(super) fn separated(
    flow: &mut Flow,
    separator: &str,
    places: impl IntoIterator<Item = usize>,
    parts: impl Iterator<Item = String>,
) {
    let mut places = places.into_iter();
    for (at, part) in parts.enumerate() {
        let place = places.next().unwrap_or(0);
        if at > 0 {
            flow.push(separator);
            flow.space(place);
        }
        flow.push(part);
    }
}

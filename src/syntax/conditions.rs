//! Conditions.

use super::ast::{Comparison, Condition, Operand, Path, Predicate, Test, Value};
use super::parser::{Builder, Pair, Parts, Rule, only};
use super::values;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{CustomerField, InvoiceField};
use crate::span::Span;

/// `when CONDITION`, `if CONDITION`, `unless CONDITION`, `( CONDITION )`.
pub(super) fn inside(b: &mut Builder, pair: Pair) -> Condition {
    condition(b, only(pair))
}

fn condition(b: &mut Builder, pair: Pair) -> Condition {
    let span = b.span(&pair);
    let mut terms = Vec::new();
    let mut connectives: Vec<(bool, Span)> = Vec::new();
    for part in Parts::of(pair) {
        match part.as_rule() {
            Rule::connective => connectives.extend(connective(b, only(part))),
            _ => terms.push(term(b, part)),
        }
    }
    let any = connectives.iter().any(|&(is_or, _)| is_or);
    if let Some(&(_, mixed)) = connectives.iter().find(|&&(is_or, _)| is_or != connectives[0].0) {
        b.refuse(
            Diagnostic::error(Code::AndWithOr, mixed, "`and` and `or` stand side by side")
                .help("put parentheses around the part that belongs together, as in `a and (b or c)`"),
        );
    }
    match (terms.len(), any) {
        (1, _) => terms.swap_remove(0),
        (_, true) => Condition::Or(terms, span),
        (_, false) => Condition::And(terms, span),
    }
}

fn connective(b: &mut Builder, pair: Pair) -> Option<(bool, Span)> {
    let span = b.span(&pair);
    let is_or = match pair.as_rule() {
        Rule::op_or => true,
        Rule::op_and => false,
        _ => {
            let is_or = matches!(pair.as_str(), "||" | "OR");
            let message = format!("`{}` is written out in dun", pair.as_str());
            b.refuse(
                Diagnostic::error(Code::OperatorNotAWord, span, message)
                    .fix(span, if is_or { "or" } else { "and" }),
            );
            is_or
        }
    };
    Some((is_or, span))
}

fn term(b: &mut Builder, pair: Pair) -> Condition {
    let span = b.span(&pair);
    let mut negated = false;
    let mut inner = None;
    for part in Parts::of(pair) {
        match part.as_rule() {
            Rule::negation => negated = !negated,
            Rule::group => inner = Some(inside(b, part)),
            _ => inner = Some(Condition::Test(test(b, part))),
        }
    }
    match (inner, negated) {
        (Some(inner), false) => inner,
        (Some(inner), true) => Condition::Not(Box::new(inner), span),
        (None, _) => Condition::And(Vec::new(), span),
    }
}

fn test(b: &mut Builder, pair: Pair) -> Test {
    let span = b.span(&pair);
    let constant = constant_of_a_program(b, &pair);
    let mut parts = Parts::of(pair);
    let operand = operand(b, only(parts.need()));
    let predicate = match constant {
        Some(predicate) => predicate,
        None => parts.next().map_or(Predicate::Holds, |part| predicate(b, part)),
    };
    Test { span, operand, predicate }
}

/// `= true`, `is null`: constants that programs have, refused with what is written instead.
fn constant_of_a_program(b: &mut Builder, pair: &Pair) -> Option<Predicate> {
    let mut parts = pair.clone().into_inner();
    let operand = b.span(&parts.next()?);
    let predicate = parts.next()?;
    let value = predicate.clone().into_inner().last()?.into_inner().next()?;
    if value.as_rule() != Rule::slip_value {
        return None;
    }
    let negated = match predicate.as_rule() {
        Rule::is => false,
        Rule::is_not => true,
        Rule::slip_compare => ["!=", "<>", "≠"].iter().any(|op| predicate.as_str().starts_with(op)),
        _ => return None,
    };
    let (word, behind) = (value.as_str(), Span { start: operand.end, ..b.span(pair) });
    let error =
        Diagnostic::error(Code::ConditionNotPlain, b.span(&value), format!("`{word}` is not a value here"));
    let (error, predicate) = match word.to_lowercase().as_str() {
        "true" | "yes" | "on" | "false" | "no" | "off" => {
            let holds = matches!(word.to_lowercase().as_str(), "true" | "yes" | "on") != negated;
            let before = Span { end: operand.start, ..operand };
            let error = error.edit(behind, "");
            let path = pair.as_str().split([' ', '=', '!', '<']).next().unwrap_or_default();
            match holds {
                true => (error.help(format!("a yes-or-no field stands alone: `{path}`")), Predicate::Holds),
                false => (error.edit(before, "not ").help(format!("write `not {path}`")), Predicate::Holds),
            }
        }
        "null" | "none" | "nil" | "empty" | "blank" if negated => {
            (error.edit(behind, " is known").help("write `is known`"), Predicate::IsKnown)
        }
        "null" | "none" | "nil" | "empty" | "blank" => {
            (error.edit(behind, " is missing").help("write `is missing`"), Predicate::IsMissing)
        }
        _ => return None,
    };
    b.refuse(error);
    Some(predicate)
}

fn operand(b: &mut Builder, pair: Pair) -> Operand {
    let span = b.span(&pair);
    match pair.as_rule() {
        Rule::op_today => Operand::Today(span),
        Rule::path => Operand::Path(path(b, &pair)),
        _ => {
            b.refuse(bare_field(pair.as_str(), span));
            Operand::Today(span)
        }
    }
}

/// A field without `invoice.` or `customer.` before it.
fn bare_field(text: &str, span: Span) -> Diagnostic {
    let error =
        Diagnostic::error(Code::FieldWithoutSubject, span, format!("`{text}` does not say whose it is"));
    let invoice = InvoiceField::named(text).map(|field| format!("invoice.{}", field.name()));
    let customer = CustomerField::named(text).map(|field| format!("customer.{}", field.name()));
    match (invoice, customer) {
        (Some(path), None) | (None, Some(path)) => error.fix(span, path),
        (Some(invoice), Some(customer)) => error.help(format!("write `{invoice}` or `{customer}`")),
        (None, None) => {
            error.help("fields are written `invoice.NAME` or `customer.NAME`, and the date is `today`")
        }
    }
}

/// `customer.tier`.
pub(super) fn path(b: &mut Builder, pair: &Pair) -> Path {
    let span = b.span(pair);
    let (subject, field) = pair.as_str().split_once('.').unwrap_or((pair.as_str(), ""));
    let name = super::ast::Name {
        text: String::from(field),
        span: Span { start: (span.start + subject.len() as u32 + 1).min(span.end), ..span },
    };
    if let Some(error) = values::mixed_scripts(pair.as_str(), span) {
        b.refuse(error);
    }
    b.named(field, name.span);
    Path { span, subject: String::from(subject), field: name }
}

fn predicate(b: &mut Builder, pair: Pair) -> Predicate {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    match rule {
        Rule::is_missing => Predicate::IsMissing,
        Rule::is_known => Predicate::IsKnown,
        Rule::is | Rule::is_not => {
            Predicate::Is { value: values::value(b, parts.need()), negated: rule == Rule::is_not }
        }
        Rule::is_in | Rule::not_in => {
            Predicate::In { values: list(b, parts.need()), negated: rule == Rule::not_in }
        }
        Rule::has => Predicate::Has(values::value(b, parts.need())),
        Rule::between => {
            let least = values::value(b, parts.need());
            Predicate::Between(least, values::value(b, parts.need()))
        }
        Rule::compare => {
            let order = match parts.need().as_str() {
                "<" => Comparison::Less,
                "<=" => Comparison::AtMost,
                ">" => Comparison::More,
                _ => Comparison::AtLeast,
            };
            Predicate::Compare(order, values::value(b, parts.need()))
        }
        _ => slip_compare(b, parts),
    }
}

/// `==`, `!=`, `≥` and their like.
fn slip_compare(b: &mut Builder, mut parts: Parts) -> Predicate {
    let op = parts.need();
    let right = match op.as_str() {
        "=" | "==" => "is",
        "!=" | "<>" | "≠" => "is not",
        "=<" | "≤" => "<=",
        _ => ">=",
    };
    let message = format!("`{}` is not an operator of dun", op.as_str());
    let span = b.span(&op);
    b.refuse(Diagnostic::error(Code::UnknownOperator, span, message).fix(span, right));
    Predicate::Is { value: values::value(b, parts.need()), negated: false }
}

/// `(a, b, c)`.
pub(super) fn list(b: &mut Builder, pair: Pair) -> Vec<Value> {
    Parts::of(pair).map(|part| values::value(b, part)).collect()
}

//! Scenarios: facts and expectations.

use super::ast::{Expected, Fact, Reason, Scenario, ScenarioLine, Spanned};
use super::blocks::header_span;
use super::parser::{Builder, Pair, Parts, Rule, only};
use super::{conditions, steps, values};

pub(super) fn scenario(b: &mut Builder, pair: Pair) -> Scenario {
    let span = header_span(b, &pair);
    let mut parts = Parts::of(pair);
    let name = values::string(b, parts.need()).node;
    let lines = parts.map(|part| Spanned { span: b.span(&part), node: line(b, part) }).collect();
    Scenario { span, name, lines }
}

fn line(b: &mut Builder, pair: Pair) -> ScenarioLine {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    match rule {
        Rule::given_customer => customer(b, parts),
        Rule::given_invoice => invoice(b, parts),
        Rule::given_payment => ScenarioLine::Payment {
            amount: values::money(b, parts.need()).node,
            on: values::date(b, parts.need()),
            invoice: for_invoice(b, &mut parts),
        },
        Rule::given_dispute => dispute(b, parts),
        Rule::given_promise => promise(b, parts),
        Rule::given_past => ScenarioLine::Past {
            step: steps::step_key(&parts.need()),
            outcome: String::from(parts.need().as_str()),
            on: values::date(b, parts.need()),
            invoice: for_invoice(b, &mut parts),
        },
        Rule::expect_on => ScenarioLine::ExpectOn(values::date(b, parts.need()), expected(b, parts)),
        Rule::expect_nothing_on => {
            let on = values::date(b, parts.need());
            ScenarioLine::ExpectNothingOn(on, because(b, &mut parts))
        }
        Rule::expect_nothing_after => ScenarioLine::ExpectNothingAfter(values::date(b, parts.need())),
        _ => ScenarioLine::ExpectNever(expected(b, parts)),
    }
}

fn customer(b: &mut Builder, mut parts: Parts) -> ScenarioLine {
    let id = text(b, &mut parts);
    let segment = parts.optional(Rule::in_segment).map(|part| values::name(b, only(part)));
    ScenarioLine::Customer { id, segment, facts: facts(b, &mut parts) }
}

fn invoice(b: &mut Builder, mut parts: Parts) -> ScenarioLine {
    let id = text(b, &mut parts);
    let amount = values::money(b, parts.need()).node;
    let issued = parts.optional(Rule::issued_on).map(|part| values::date(b, only(part)));
    let due = values::date(b, parts.need());
    ScenarioLine::Invoice { id, amount, issued, due, facts: facts(b, &mut parts) }
}

fn dispute(b: &mut Builder, mut parts: Parts) -> ScenarioLine {
    let on = values::date(b, parts.need());
    let until = optional_date(b, &mut parts);
    let because = because(b, &mut parts).map(|reason| String::from(reason.text()));
    ScenarioLine::Dispute { on, until, because, invoice: for_invoice(b, &mut parts) }
}

fn promise(b: &mut Builder, mut parts: Parts) -> ScenarioLine {
    let on = values::date(b, parts.need());
    let amount = parts
        .optional(Rule::money)
        .or_else(|| parts.optional(Rule::slip_money))
        .map(|part| values::money(b, part).node);
    let due = values::date(b, parts.need());
    ScenarioLine::Promise { on, amount, due, invoice: for_invoice(b, &mut parts) }
}

fn optional_date(b: &mut Builder, parts: &mut Parts) -> Option<chrono::NaiveDate> {
    parts.optional(Rule::date).or_else(|| parts.optional(Rule::slip_date)).map(|part| values::date(b, part))
}

fn text(b: &Builder, parts: &mut Parts) -> Option<String> {
    parts.optional(Rule::string).map(|part| values::string(b, part).node)
}

fn for_invoice(b: &Builder, parts: &mut Parts) -> Option<String> {
    parts.optional(Rule::for_invoice).map(|part| values::string(b, only(part)).node)
}

fn because(b: &mut Builder, parts: &mut Parts) -> Option<Reason> {
    parts.optional(Rule::because).map(|part| {
        let reason = only(part);
        match reason.as_rule() {
            Rule::string => Reason::Words(values::string(b, reason).node),
            _ => Reason::Named(values::name(b, reason)),
        }
    })
}

fn facts(b: &mut Builder, parts: &mut Parts) -> Vec<Fact> {
    let facts = parts.optional(Rule::with_facts).map(Parts::of).into_iter().flatten();
    facts
        .map(|part| {
            let mut parts = Parts::of(part);
            let name = values::name(b, parts.need());
            let value = parts.need();
            let values = match value.as_rule() {
                Rule::list => conditions::list(b, value),
                _ => vec![values::value(b, value)],
            };
            Fact { name, values }
        })
        .collect()
}

fn expected(b: &mut Builder, parts: Parts) -> Vec<Expected> {
    parts
        .map(|pair| {
            let span = b.span(&pair);
            let mut parts = Parts::of(pair);
            let mode = parts.optional(Rule::expect_mode).map(|part| String::from(part.as_str()));
            Expected { span, mode, what: what(b, parts.need()) }
        })
        .collect()
}

/// A step as people write it (`call by finance`), as the ledger has it (`call finance`).
fn what(b: &Builder, pair: Pair) -> String {
    match pair.as_rule() {
        Rule::string => values::string(b, pair).node,
        _ => steps::step_key(&pair),
    }
}

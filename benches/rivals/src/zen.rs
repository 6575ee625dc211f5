//! GoRules' expression language: one expression for segment and step, compiled once, run by one machine over
//! contexts that are made beforehand.

use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Scope, Variable, compile_expression};

use crate::Engine;
use crate::portfolio::{Answer, Invoice, STEPS, Test, decoded};

pub struct Zen {
    expression: Expression<Standard>,
    scopes: Vec<Scope>,
    machine: VM,
    found: Vec<Variable>,
}

impl Zen {
    pub fn new(segments: &[Vec<Test>], invoices: &[Invoice]) -> Zen {
        let expression = compile_expression(&policy(segments)).expect("a sound expression");
        let scopes = invoices.iter().map(|invoice| Scope::new(context(invoice))).collect();
        Zen { expression, scopes, machine: VM::new(), found: Vec::new() }
    }
}

impl Engine for Zen {
    fn name(&self) -> &'static str {
        "zen-expression"
    }

    fn evaluate(&mut self) {
        let Zen { expression, scopes, machine, found } = self;
        found.extend(
            scopes.iter().map(|scope| expression.evaluate_with_scope(scope, machine).expect("a value")),
        );
    }

    fn answers(&mut self, _: usize) -> Vec<Answer> {
        let numbers = self.found.drain(..);
        numbers.map(|value| decoded(value.to_string().parse().expect("a number"))).collect()
    }
}

fn context(invoice: &Invoice) -> Variable {
    serde_json::json!({
        "amount": invoice.amount,
        "days": invoice.days_overdue,
        "country": invoice.country,
        "sector": invoice.sector,
        "tags": invoice.tags,
    })
    .into()
}

fn policy(segments: &[Vec<Test>]) -> String {
    let mut segment = String::new();
    for (at, tests) in segments.iter().enumerate() {
        let parts: Vec<String> = tests.iter().map(condition).collect();
        match parts.is_empty() {
            true => segment += &at.to_string(),
            false => segment += &format!("{} ? {at} : ", parts.join(" and ")),
        }
    }
    let steps = STEPS.iter().enumerate().rev();
    let step: String = steps.map(|(at, (day, _))| format!("days >= {day} ? {} : ", at + 1)).collect();
    format!("({segment}) * 10 + ({step} 0)")
}

fn condition(test: &Test) -> String {
    match test {
        Test::Tag(tag) => format!("'{tag}' in tags"),
        Test::Sector(sector) => format!("sector == '{sector}'"),
        Test::Countries(countries) => format!("country in ['{}']", countries.join("', '")),
        Test::Below(cents) => format!("amount < {cents}"),
    }
}

//! Rego in regorus: a chain of `else` for the segment and one for the step, compiled once for its register machine,
//! which is given inputs that are made beforehand.

use std::fmt::Write as _;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Rego, Value};

use crate::Engine;
use crate::portfolio::{Answer, Invoice, STEPS, Test, decoded};

const ENTRY: &str = "data.dunning.answer";

pub struct Regorus {
    machine: RegoVM,
    inputs: Vec<Value>,
    found: Vec<Value>,
}

impl Regorus {
    pub fn new(segments: &[Vec<Test>], invoices: &[Invoice]) -> Regorus {
        let mut engine = Rego::new();
        engine.add_policy(String::from("dunning.rego"), policy(segments)).expect("a sound policy");
        let compiled = engine.compile_with_entrypoint(&ENTRY.into()).expect("a sound policy");
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("a sound policy");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Regorus { machine, inputs: invoices.iter().map(input).collect(), found: Vec::new() }
    }
}

impl Engine for Regorus {
    fn name(&self) -> &'static str {
        "regorus"
    }

    fn evaluate(&mut self) {
        for input in &self.inputs {
            self.machine.set_input(input.clone());
            self.found.push(self.machine.execute().expect("a value"));
        }
    }

    fn answers(&mut self, _: usize) -> Vec<Answer> {
        self.found.drain(..).map(|value| decoded(value.as_i64().expect("a number"))).collect()
    }
}

fn input(invoice: &Invoice) -> Value {
    let text = serde_json::json!({
        "amount": invoice.amount,
        "days": invoice.days_overdue,
        "country": invoice.country,
        "sector": invoice.sector,
        "tags": invoice.tags,
    });
    Value::from_json_str(&text.to_string()).expect("sound JSON")
}

fn policy(segments: &[Vec<Test>]) -> String {
    let mut text = String::from("package dunning\n\nanswer := (segment * 10) + step\n\nsegment");
    for (at, tests) in segments.iter().enumerate() {
        let lines: String = tests.iter().map(|test| format!("  {}\n", condition(test))).collect();
        let body = if tests.is_empty() { String::new() } else { format!(" if {{\n{lines}}} else") };
        write!(text, " := {at}{body}").expect("a text");
    }
    text.push_str("\n\nstep");
    for (at, (day, _)) in STEPS.iter().enumerate().rev() {
        write!(text, " := {} if {{\n  input.days >= {day}\n}} else", at + 1).expect("a text");
    }
    text.push_str(" := 0\n");
    text
}

fn condition(test: &Test) -> String {
    match test {
        Test::Tag(tag) => format!("\"{tag}\" in input.tags"),
        Test::Sector(sector) => format!("input.sector == \"{sector}\""),
        Test::Countries(countries) => format!("input.country in {{\"{}\"}}", countries.join("\", \"")),
        Test::Below(cents) => format!("input.amount < {cents}"),
    }
}

//! Scenarios: facts and expectations.

use super::super::ast::{Expected, Fact, Reason, ScenarioLine, Spanned};
use super::super::parser::{self, Rule};
use super::super::steps::step_key;
use super::super::values::RESERVED;
use super::conditions::{list, separated};
use super::flow::Flow;
use super::values::{date, literal, money, quoted};
use super::written::Written;

/// What an expectation may name in place of a step.
pub const CLASSES: [&str; 12] = [
    "message", "contact", "action", "email", "sms", "letter", "call", "task", "notify", "flag", "charge",
    "escalate",
];

/// A line of a scenario.
pub(super) fn line(written: &Written, Spanned { node, .. }: &Spanned<ScenarioLine>) -> Flow {
    Flow::of(match node {
        ScenarioLine::Customer { id, segment, facts } => {
            let segment =
                segment.as_ref().map_or_else(String::new, |name| format!(" in segment {}", name.text));
            return with_facts(written, format!("customer{}{segment}", optional(" ", id)), facts);
        }
        ScenarioLine::Invoice { id, amount, issued, due, facts } => {
            let issued = issued.map_or_else(String::new, |day| format!(" issued {}", date(day)));
            let amount = money(*amount);
            let text = format!("invoice{} {amount}{issued} due {}", optional(" ", id), date(*due));
            return with_facts(written, text, facts);
        }
        ScenarioLine::Payment { amount, on, invoice } => {
            format!("payment {} on {}{}", money(*amount), date(*on), for_invoice(invoice))
        }
        ScenarioLine::Dispute { on, until, because, invoice } => {
            let until = until.map_or_else(String::new, |day| format!(" until {}", date(day)));
            let because = optional(" because ", because);
            format!("dispute on {}{until}{because}{}", date(*on), for_invoice(invoice))
        }
        ScenarioLine::Promise { on, amount, due, invoice } => {
            let amount = amount.map_or_else(String::new, |amount| format!(" of {}", money(amount)));
            format!("promise on {}{amount} for {}{}", date(*on), date(*due), for_invoice(invoice))
        }
        ScenarioLine::Past { step, outcome, on, invoice } => {
            format!("past {step} {outcome} on {}{}", date(*on), for_invoice(invoice))
        }
        ScenarioLine::ExpectOn(on, all) => {
            return expected(format!("expect on {}: ", date(*on)), " and", all);
        }
        ScenarioLine::ExpectNothingOn(on, because) => {
            format!("expect nothing on {}{}", date(*on), because.as_ref().map_or_else(String::new, reason))
        }
        ScenarioLine::ExpectNothingAfter(on) => format!("expect nothing after {}", date(*on)),
        ScenarioLine::ExpectNever(all) => return expected(String::from("expect never: "), ",", all),
    })
}

/// A quoted text behind a word, or nothing.
fn optional(word: &str, text: &Option<String>) -> String {
    text.as_ref().map_or_else(String::new, |text| format!("{word}{}", quoted(text)))
}

fn for_invoice(invoice: &Option<String>) -> String {
    optional(" for invoice ", invoice)
}

/// Why nothing is expected.
fn reason(reason: &Reason) -> String {
    match reason {
        Reason::Named(name) => format!(" because {}", name.text),
        Reason::Words(words) => format!(" because {}", quoted(words)),
    }
}

fn with_facts(written: &Written, text: String, facts: &[Fact]) -> Flow {
    let mut flow = Flow::of(text);
    flow.filled(|flow| {
        for (at, Fact { name, values }) in facts.iter().enumerate() {
            if at > 0 {
                flow.push(",");
                flow.space(name.span.start as usize);
            }
            flow.push(format!("{}{} ", if at == 0 { " with " } else { "" }, name.text));
            match values.as_slice() {
                [value] => flow.push(literal(&value.literal)),
                values => list(flow, written, values),
            }
        }
    });
    flow
}

fn expected(head: String, separator: &str, all: &[Expected]) -> Flow {
    let mut flow = Flow::of(head);
    let parts = all.iter().map(|Expected { mode, what, .. }| {
        let mode = mode.as_ref().map_or_else(String::new, |mode| format!("{mode} "));
        mode + &step(what)
    });
    let places = all.iter().map(|one| one.span.start as usize);
    flow.filled(|flow| separated(flow, separator, places, parts));
    flow
}

/// A step key as a sentence says it (`call by finance`), a kind of thing, or else a text.
#[must_use]
pub fn step(what: &str) -> String {
    if CLASSES.contains(&what) {
        return String::from(what);
    }
    let (kind, object) = what.split_once(' ').unwrap_or((what, ""));
    let sentence = match kind {
        "hand" => format!("hand off to {}", object.trim_start_matches("off ")),
        "call" => format!("call by {object}"),
        "escalate" => format!("escalate to {object}"),
        _ => String::from(what),
    };
    // A text may say anything: only what is read as the same step again does without quotes.
    let same = parser::read(Rule::step_any, &sentence).is_some_and(|pair| step_key(&pair) == what);
    if same && !RESERVED.contains(&object) { sentence } else { quoted(what) }
}

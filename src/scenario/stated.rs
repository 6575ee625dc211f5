//! What a scenario states: its customers and invoices with what is not said filled in, and what becomes of them.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::document::{Document, Row};
use super::facts;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, FieldType, Subject};
use crate::model::{Policy, RoleHolder};
use crate::money::{Currency, Money};
use crate::simulate::Told;
use crate::snapshot::ledger::Outcome;
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Fact, Name, Scenario, ScenarioLine, Spanned};

/// Days from issue to due date where neither the scenario nor the policy says.
const USUAL_TERMS: u32 = 30;

/// A customer of a scenario, and the segment that must catch one of its invoices.
#[derive(Debug, Clone)]
pub(super) struct StatedCustomer {
    pub(super) id: String,
    pub(super) segment: Option<Name>,
}

/// What a scenario states.
#[derive(Default)]
pub(super) struct Stated {
    pub(super) document: Document,
    pub(super) customers: Vec<StatedCustomer>,
    /// Steps of which a later line tells what became of them.
    pub(super) told: Vec<Told>,
    /// What happens on which day, in words.
    pub(super) events: BTreeMap<NaiveDate, Vec<String>>,
    pub(super) found: Vec<Diagnostic>,
    /// Each invoice's number, its customer, and where it stands.
    invoices: Vec<(String, String)>,
    payments: usize,
}

/// Reads the lines of a scenario.
pub(super) fn stated(policy: &Policy, scenario: &Scenario) -> Stated {
    let mut stated = Stated::default();
    for Spanned { span, node } in &scenario.lines {
        stated.line(policy, *span, node);
    }
    stated
}

impl Stated {
    fn line(&mut self, policy: &Policy, span: Span, line: &ScenarioLine) {
        match line {
            ScenarioLine::Customer { id, segment, facts } => {
                self.customer(policy, span, id.as_deref(), segment.as_ref(), facts);
            }
            ScenarioLine::Invoice { id, amount, issued, due, facts } => {
                let dates = (*issued, *due);
                self.invoice(policy, span, id.as_deref(), *amount, dates, facts);
            }
            ScenarioLine::Payment { amount, on, invoice } => {
                self.payment(span, *amount, *on, invoice.as_deref());
            }
            ScenarioLine::Dispute { on, until, because, invoice } => {
                let Some(id) = self.needed(span, invoice.as_deref(), "dispute") else { return };
                self.happens(*on, format!("`{id}` is disputed"));
                until.iter().for_each(|end| self.happens(*end, format!("the dispute of `{id}` is closed")));
                let row = Row::new(span).with("invoice_id", id).with("opened", on.to_string());
                let row = row.with_some("closed", until.map(|end| end.to_string()));
                self.document.add("disputes", row.with_some("reason", because.clone()));
            }
            ScenarioLine::Promise { on, amount, due, invoice } => {
                let Some(id) = self.needed(span, invoice.as_deref(), "promise") else { return };
                self.happens(*on, format!("`{id}` is promised for {due}"));
                let row = Row::new(span).with("invoice_id", id).with("made", on.to_string());
                let row = row.with("due", due.to_string());
                self.document.add("promises", row.with_some("amount", amount.map(Money::decimal)));
            }
            ScenarioLine::Past { step, outcome, on, invoice } => {
                self.past(policy, span, step, outcome, (*on, invoice.as_deref()));
            }
            ScenarioLine::ExpectOn(..)
            | ScenarioLine::ExpectNothingOn(..)
            | ScenarioLine::ExpectNothingAfter(..)
            | ScenarioLine::ExpectNever(..) => {}
        }
    }

    fn happens(&mut self, day: NaiveDate, what: String) {
        self.events.entry(day).or_default().push(what);
    }

    fn customer(
        &mut self,
        policy: &Policy,
        span: Span,
        id: Option<&str>,
        segment: Option<&Name>,
        facts: &[Fact],
    ) {
        let number = self.customers.len() + 1;
        let id = id.map_or_else(|| format!("C-{number}"), String::from);
        let row = usual_customer(policy, Row::new(span), number, &id);
        let row = row.with_some("segment", segment.map(|name| name.text.clone()));
        let row = self.facts(policy, row, Subject::Customer, policy.settings.currency, facts);
        self.document.add("customers", row);
        let contacts = policy.roles.iter().filter(|role| role.holder == RoleHolder::Contact);
        for role in contacts {
            let email = format!("{}@customer-{number}.example", role.name);
            let row = Row::new(span).with("customer_id", &id).with("role", &role.name);
            self.document.add("contacts", row.with("name", &role.name).with("email", email));
        }
        self.customers.push(StatedCustomer { id, segment: segment.cloned() });
    }

    fn invoice(
        &mut self,
        policy: &Policy,
        span: Span,
        id: Option<&str>,
        amount: Money,
        (issued, due): (Option<NaiveDate>, NaiveDate),
        facts: &[Fact],
    ) {
        if self.customers.is_empty() {
            self.customer(policy, span, None, None, &[]);
        }
        let customer = self.customers.last().map(|customer| customer.id.clone()).unwrap_or_default();
        let id = id.map_or_else(|| format!("I-{}", self.invoices.len() + 1), String::from);
        let terms = policy.settings.terms.map_or(USUAL_TERMS, |terms| terms.days);
        let issued = issued.or_else(|| due.checked_sub_days(Days::new(u64::from(terms))));
        let row = Row::new(span)
            .with("invoice_id", &id)
            .with("customer_id", &customer)
            .with("amount", amount.decimal())
            .with("currency", amount.currency.code())
            .with("due_date", due.to_string())
            .with_some("issue_date", issued.map(|day| day.to_string()));
        let row = usual_addresses(policy, row, Subject::Invoice);
        let row = self.facts(policy, row, Subject::Invoice, amount.currency, facts);
        self.document.add("invoices", row);
        self.happens(due, format!("`{id}` is due"));
        self.invoices.push((id, customer));
    }

    fn payment(&mut self, span: Span, amount: Money, on: NaiveDate, invoice: Option<&str>) {
        let Some(subject) = self.subject(span, invoice) else { return };
        self.payments += 1;
        let what = subject.1.as_ref().map_or(String::from("no invoice named"), |id| format!("for `{id}`"));
        self.happens(on, format!("{} is paid, {what}", amount.grouped()));
        let row = Row::new(span)
            .with("payment_id", format!("P-{}", self.payments))
            .with("customer_id", subject.0)
            .with_some("invoice_id", subject.1)
            .with("date", on.to_string())
            .with("amount", amount.decimal())
            .with("currency", amount.currency.code());
        self.document.add("payments", row);
    }

    /// A ledger row. An approval is none by itself: it quotes a plan's content, so that it is given when its day comes.
    fn past(
        &mut self,
        policy: &Policy,
        span: Span,
        step: &str,
        outcome: &str,
        (on, invoice): (NaiveDate, Option<&str>),
    ) {
        let Some((customer, invoice)) = self.subject(span, invoice) else { return };
        self.happens(on, format!("{step}: {outcome}"));
        let step = key(policy, step);
        if outcome != Outcome::Approved.word() {
            let row = Row::new(span)
                .with_some("invoice_id", invoice.clone())
                .with("customer_id", &customer)
                .with("date", on.to_string())
                .with("step", &step)
                .with("outcome", outcome);
            self.document.add("history", row);
        }
        self.told.push(Told { customer, invoice, step, on });
    }

    /// The customer and the invoice that a line is about: the invoice it names, else the one above it; above all
    /// invoices the customer as a whole.
    fn subject(&mut self, span: Span, named: Option<&str>) -> Option<(String, Option<String>)> {
        if let Some(named) = named {
            let known = self.invoices.iter().find(|(id, _)| id == named);
            if known.is_none() {
                self.found.push(unknown_invoice(span, named, &self.invoices));
            }
            return known.map(|(id, customer)| (customer.clone(), Some(id.clone())));
        }
        let Some(customer) = self.customers.last() else {
            self.found.push(nothing_above(span, "no customer and no invoice stands above this line"));
            return None;
        };
        let above = self.invoices.last().filter(|(_, of)| *of == customer.id);
        Some((customer.id.clone(), above.map(|(id, _)| id.clone())))
    }

    /// The invoice that a line must have.
    fn needed(&mut self, span: Span, named: Option<&str>, what: &str) -> Option<String> {
        if named.is_none() && self.invoices.is_empty() {
            let message = format!("no invoice stands above this {what}");
            self.found.push(nothing_above(span, &message));
            return None;
        }
        let (_, invoice) = self.subject(span, named)?;
        if invoice.is_none() {
            let message = format!("the customer has no invoice above this {what}");
            self.found.push(nothing_above(span, &message));
        }
        invoice
    }

    fn facts(
        &mut self,
        policy: &Policy,
        mut row: Row,
        subject: Subject,
        currency: Currency,
        stated: &[Fact],
    ) -> Row {
        for (at, fact) in stated.iter().enumerate() {
            let twice = stated[..at].iter().any(|other| other.name.text == fact.name.text);
            match facts::cell(policy, subject, currency, fact) {
                Err(wrong) => self.found.push(*wrong),
                Ok(_) if twice => {
                    let message = format!("`{}` is stated twice", fact.name.text);
                    let error = Diagnostic::error(Code::SaidTwice, fact.name.span, message);
                    self.found.push(error.help("keep one of them"));
                }
                Ok(cell) => row = row.stating(&fact.name, cell),
            }
        }
        row
    }
}

fn nothing_above(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(Code::ScenarioIncomplete, span, message)
        .help("a line belongs to the invoice above it, or to the one that `for invoice \"ID\"` names")
}

fn unknown_invoice(span: Span, named: &str, invoices: &[(String, String)]) -> Diagnostic {
    let message = format!("there is no invoice `{named}` above this line");
    let error = Diagnostic::error(Code::UnknownName, span, message);
    let near = nearest(named, invoices.iter().map(|(id, _)| id.as_str()));
    match (near, invoices) {
        (Some(near), _) => error.help(format!("write `for invoice \"{near}\"`")),
        (None, []) => error.help("write the invoice first"),
        (None, _) => error.help("invoices without a number are `I-1`, `I-2` and so on, in their order"),
    }
}

/// The key under which the ledger has a step: a carve-out's begins with the carve-out's name.
fn key(policy: &Policy, step: &str) -> String {
    let of_ladders =
        policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    if of_ladders.clone().any(|own| own.key == step || own.formerly.iter().any(|old| old == step)) {
        return String::from(step);
    }
    let keys = policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps).map(|own| &own.key);
    let mut fitting = keys.filter(|key| key.rsplit_once('/').is_some_and(|(_, short)| short == step));
    fitting.next().cloned().unwrap_or_else(|| String::from(step))
}

/// A customer who can be reached in every way, and whose records name whoever a role asks for.
fn usual_customer(policy: &Policy, row: Row, number: usize, id: &str) -> Row {
    let row = row
        .with("customer_id", id)
        .with("name", format!("Customer {number}"))
        .with("email", format!("billing@customer-{number}.example"))
        .with("mobile", format!("+44 7700 {:06}", 900_000 + number))
        .with("phone", format!("+44 20 7946 {number:04}"))
        .with("street", format!("{number} Market Street"))
        .with("postcode", "12345")
        .with("city", "Sampletown")
        .with("owner", "owner@company.example");
    usual_addresses(policy, row, Subject::Customer)
}

/// Addresses in the policy's own columns that roles read.
fn usual_addresses(policy: &Policy, mut row: Row, subject: Subject) -> Row {
    for role in &policy.roles {
        let RoleHolder::Field(Field::Own(at)) = role.holder else { continue };
        let field = &policy.fields[at];
        if field.subject == subject && field.kind == FieldType::Text {
            row = row.with(&field.name, format!("{}@company.example", role.name));
        }
    }
    row
}

//! dun itself: the day planned for a snapshot that is loaded, on one thread. Its plan holds more than the answers:
//! every step's reason, digest and place in the order, and what waits.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{NaiveDate, TimeDelta};
use dun::check::{self, Input};
use dun::compile::Program;
use dun::evaluate::{self, Options};
use dun::plan::Plan;
use dun::snapshot::{self, LoadOptions, Snapshot};
use dun::span::Sources;
use dun::syntax;
use dun::template::TemplateSet;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Engine;
use crate::portfolio::{Answer, Invoice, STEPS, Test};

const AS_OF: &str = "2026-09-30";

pub struct Dun {
    program: Program,
    templates: TemplateSet,
    snapshot: Snapshot,
    as_of: NaiveDate,
    alone: ThreadPool,
    plan: Option<Plan>,
}

impl Dun {
    pub fn new(segments: &[Vec<Test>], invoices: &[Invoice]) -> Dun {
        let mut sources = Sources::default();
        let file = sources.add("policy.dun", &policy(segments));
        let (ast, mistakes) = syntax::parse(&sources, file);
        assert!(mistakes.is_empty(), "{mistakes:#?}");
        let templates = TemplateSet::new(Vec::new(), "en");
        let files = BTreeMap::new();
        let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
        let checked = check::check(&input);
        let policy = checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
        let as_of = AS_OF.parse().expect("a date");
        let data = document(invoices, as_of);
        let snapshot =
            snapshot::parse_document("data.yaml", &data, &LoadOptions::of(&policy)).expect("sound data");
        let alone = ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        Dun { program: Program::new(policy), templates, snapshot, as_of, alone, plan: None }
    }
}

impl Engine for Dun {
    fn name(&self) -> &'static str {
        "dun"
    }

    fn evaluate(&mut self) {
        let plan = self.alone.install(|| {
            evaluate::plan(&self.program, &self.templates, &self.snapshot, self.as_of, Options::default())
        });
        self.plan = Some(plan);
    }

    fn answers(&mut self, count: usize) -> Vec<Answer> {
        let plan = self.plan.take().expect("it has been evaluated");
        assert!(plan.withheld.is_empty() && plan.problems.is_empty(), "{:#?}", plan.problems);
        let mut answers = vec![None; count];
        for member in plan.actions.iter().flat_map(|action| &action.members) {
            let number =
                |text: Option<&str>| text.and_then(|text| text[1..].parse::<usize>().ok()).expect("a number");
            let step = STEPS.iter().position(|(_, name)| *name == member.step).expect("a step") + 1;
            answers[number(member.invoice.as_deref())] = Some((number(member.segment.as_deref()), step));
        }
        answers
    }
}

fn policy(segments: &[Vec<Test>]) -> String {
    let mut text = String::from(
        "policy \"Rivals\"\n  currency EUR\n  catch up: latest\nrole clerk = \"clerk@acme.example\"\ncadence usual:\n",
    );
    for (day, name) in STEPS {
        writeln!(text, "  at D+{day} notify clerk as {name}").expect("a text");
    }
    for (at, tests) in segments.iter().enumerate() {
        let parts: Vec<String> = tests.iter().map(condition).collect();
        let when = if parts.is_empty() {
            String::from("otherwise")
        } else {
            format!("when {}", parts.join(" and "))
        };
        writeln!(text, "segment s{at} {when}: use usual").expect("a text");
    }
    text
}

fn condition(test: &Test) -> String {
    match test {
        Test::Tag(tag) => format!("customer.tags has \"{tag}\""),
        Test::Sector(sector) => format!("customer.sector is \"{sector}\""),
        Test::Countries(countries) => format!("customer.country in (\"{}\")", countries.join("\", \"")),
        Test::Below(cents) => format!("invoice.amount < {}.{:02} EUR", cents / 100, cents % 100),
    }
}

fn document(invoices: &[Invoice], as_of: NaiveDate) -> String {
    let mut text = String::from("customers:\n");
    let mut customers: Vec<&Invoice> = invoices.iter().collect();
    customers.dedup_by_key(|invoice| invoice.customer);
    for Invoice { customer, country, sector, tags, .. } in customers {
        let tags = tags.join(";");
        writeln!(
            text,
            "  - {{ customer_id: C{customer}, name: N, country: {country}, sector: {sector}, tags: \"{tags}\" }}"
        )
        .expect("a text");
    }
    text.push_str("invoices:\n");
    for (at, Invoice { customer, amount, days_overdue, .. }) in invoices.iter().enumerate() {
        let (due, euros, cents) = (as_of - TimeDelta::days(*days_overdue), amount / 100, amount % 100);
        writeln!(
            text,
            "  - {{ invoice_id: I{at}, customer_id: C{customer}, due_date: {due}, amount: {euros}.{cents:02} }}"
        )
        .expect("a text");
    }
    text
}

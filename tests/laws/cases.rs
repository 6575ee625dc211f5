//! Made-up policies and data, small enough to read when a law is broken.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use dun::check::{self, Input};
use dun::compile::Program;
use dun::evaluate::{self, Options};
use dun::plan::Plan;
use dun::snapshot::{LoadOptions, Snapshot, parse_document};
use dun::span::Sources;
use dun::template::{TemplateFile, TemplateSet};
use dun::{render, syntax};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A case: which lines the policy has, and the rows of the data.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) catch_up: &'static str,
    /// `cadence standard`, with its steps before the due date, or `cadence standard per customer` (R14).
    pub(crate) standard: &'static str,
    pub(crate) lines: Vec<&'static str>,
    pub(crate) carve_outs: Vec<&'static str>,
    pub(crate) customers: Vec<Value>,
    pub(crate) invoices: Vec<Value>,
    pub(crate) history: Vec<Value>,
    pub(crate) payments: Vec<Value>,
}

pub(crate) const CARVE_OUTS: [&str; 8] = [
    "carve-out disputes when invoice.disputed:\n  hold\n  at dispute hand off to owner",
    "carve-out promises when invoice.promised:\n  hold",
    "carve-out broken when invoice.promise_broken:\n  at promise+3 business days call by finance",
    "carve-out big when invoice.balance >= 10_000 EUR:\n  at D+1 notify manager\n  needs approval by manager",
    "carve-out unknown_country when customer.country is \"ES\":\n  hold",
    "carve-out season when today between 10-01 and 10-12 and customer.country is \"FR\":\n  never email",
    "carve-out second_look when invoice.days_overdue > 12:\n  at D+12 notify owner",
    "carve-out by_hand when customer.tags has \"sensitive\":\n  only by hand by finance",
];
pub(crate) const LINES: [&str; 8] = [
    "write to a customer at most once every 5 days",
    "write to a customer at most twice every 9 days",
    "send at most 1 message a day",
    "never auto-send",
    "never sms",
    "never call",
    "needs approval by manager from D+8",
    "never escalate",
];
/// The restrictions that say who must approve; limits and a `never` change what is due instead.
pub(crate) const APPROVALS: [&str; 2] = ["never auto-send", "needs approval by manager from D+8"];
/// Lines of the policy, and the same with something that changes when they act.
pub(crate) const MARKS: [(&str, &str); 5] = [
    ("at D+3 email first", "at D+3 email first, if missed: skip"),
    ("at D+20 call by finance,", "at D+20 call by finance and wait,"),
    ("at D+10 email second and sms nudge", "at D+10 email second and sms nudge, deadline 12 days"),
    ("at D+30 escalate to manager", "at previous+10 escalate to manager"),
    ("cadence standard:", "cadence standard:\n  weekends: same day"),
];
/// All ways of catching up.
pub(crate) const CATCH_UPS: [&str; 5] =
    ["one at a time", "one per run", "latest", "same day only", "all, 3 days apart"];
pub(crate) const STEPS: [&str; 14] = [
    "email pre",
    "email first",
    "email second",
    "sms nudge",
    "call finance",
    "escalate manager",
    "flag stop",
    "task \"Decide\" #1",
    "email small",
    "notify owner",
    "fax",
    "broken/call finance",
    "disputes/hand off owner",
    "email gone",
];
pub(crate) const OUTCOMES: [&str; 8] =
    ["sent", "done", "bounced", "assigned", "declined", "failed", "withdrawn", "unknown"];

pub(crate) fn today() -> NaiveDate {
    "2026-10-05".parse().unwrap()
}

pub(crate) fn before(days: i64) -> String {
    let date =
        if days >= 0 { today() - Days::new(days as u64) } else { today() + Days::new(days.unsigned_abs()) };
    date.to_string()
}

/// A value now and then.
pub(crate) fn sometimes<T: std::fmt::Debug + Clone + 'static>(
    chance: f64,
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop::option::weighted(chance, of).boxed()
}

/// The row without its empty cells.
pub(crate) fn row(cells: Vec<(&str, Option<String>)>) -> Value {
    let kept = cells.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    Value::Object(kept.collect())
}

pub(crate) fn customers() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        sometimes(0.7, prop::sample::select(vec!["FR", "DE", "GB"])),
        sometimes(0.9, Just("billing@c.example")),
        sometimes(0.7, Just("+33 6 39 98 00 01")),
        sometimes(0.3, Just("sensitive")),
        sometimes(0.2, Just("key_accounts")),
        sometimes(0.7, Just("owner@acme.example")),
        sometimes(0.05, Just("yes")),
    );
    prop::collection::vec(one, 1..4).prop_map(|all| {
        let text = |value: Option<&str>| value.map(str::to_owned);
        let rows =
            all.into_iter().enumerate().map(|(at, (country, email, mobile, tags, segment, owner, quiet))| {
                row(vec![
                    ("customer_id", Some(format!("C-{at}"))),
                    ("name", Some(format!("Customer {at}"))),
                    ("country", text(country)),
                    ("email", text(email)),
                    ("mobile", text(mobile)),
                    ("tags", text(tags)),
                    ("segment", text(segment)),
                    ("owner", text(owner)),
                    ("do_not_contact", text(quiet)),
                ])
            });
        rows.collect()
    })
}

pub(crate) fn invoices() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        (0_usize..4, -10_i64..70, 1_i64..2_000_000),
        sometimes(0.1, -5_i64..30),
        sometimes(0.15, 0_i64..20),
        sometimes(0.5, -10_i64..10),
        sometimes(0.2, -10_i64..20),
        sometimes(0.1, -10_i64..5),
        sometimes(0.1, prop::sample::select(vec!["USD", "EUR"])),
        sometimes(0.05, prop::sample::select(vec!["draft", "void", "written_off"])),
    );
    prop::collection::vec(one, 1..9).prop_map(|all| {
        let rows = all.into_iter().enumerate().map(
            |(at, ((customer, overdue, cents), paid, opened, closed, promise, hold, currency, status))| {
                row(vec![
                    ("invoice_id", Some(format!("I-{at}"))),
                    ("customer_id", Some(format!("C-{}", customer % 3))),
                    ("issue_date", Some(before(overdue + 30))),
                    ("due_date", Some(before(overdue))),
                    ("amount", Some(format!("{}.{:02}", cents / 100, cents % 100))),
                    ("paid_date", paid.map(before)),
                    ("dispute_opened", opened.map(before)),
                    ("dispute_closed", opened.and(closed).map(before)),
                    ("promise_date", promise.map(before)),
                    ("hold_until", hold.map(before)),
                    ("currency", currency.map(str::to_owned)),
                    ("status", status.map(str::to_owned)),
                ])
            },
        );
        rows.collect()
    })
}

pub(crate) fn history() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        0_usize..9,
        0_i64..50,
        prop::sample::select(&STEPS),
        prop::sample::select(&OUTCOMES),
        sometimes(0.5, -3_i64..60),
    );
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let rows = all.into_iter().map(|(invoice, ago, step, outcome, rung)| {
            row(vec![
                ("invoice_id", Some(format!("I-{invoice}"))),
                ("date", Some(before(ago))),
                ("step", Some(step.to_owned())),
                ("outcome", Some(outcome.to_owned())),
                ("rung", rung.map(|days| format!("D{days:+}"))),
            ])
        });
        rows.collect()
    })
}

pub(crate) fn payments() -> impl Strategy<Value = Vec<Value>> {
    let one = (0_usize..9, 0_usize..3, 0_i64..40, 1_i64..500_000, any::<bool>());
    prop::collection::vec(one, 0..3).prop_map(|all| {
        let rows = all.into_iter().enumerate().map(|(at, (invoice, customer, ago, cents, allocated))| {
            row(vec![
                ("payment_id", Some(format!("P-{at}"))),
                ("invoice_id", allocated.then(|| format!("I-{invoice}"))),
                ("customer_id", (!allocated).then(|| format!("C-{customer}"))),
                ("date", Some(before(ago))),
                ("amount", Some(format!("{}.{:02}", cents / 100, cents % 100))),
                ("currency", Some(String::from("EUR"))),
            ])
        });
        rows.collect()
    })
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(vec!["one at a time", "latest"]),
        prop::sample::select(vec!["cadence standard:\n  at D-3 email pre", "cadence standard per customer:"]),
        prop::sample::subsequence(LINES.to_vec(), 0..4),
        prop::sample::subsequence(CARVE_OUTS.to_vec(), 0..6),
        customers(),
        invoices(),
        history(),
        payments(),
    )
        .prop_map(|(catch_up, standard, lines, carve_outs, customers, invoices, history, payments)| {
            Case { catch_up, standard, lines, carve_outs, customers, invoices, history, payments }
        })
}

impl Case {
    pub(crate) fn policy(&self) -> String {
        format!(
            r#"policy "Laws"
  currency EUR
  templates "templates"
  timezone Europe/Paris
  catch up: {}
  ignore balances under 5 EUR
  sender finance
  fallback finance
role finance = "finance@acme.example"
role manager = "manager@acme.example"
role owner = customer.owner
calendar france when customer.country is "FR":
  closed saturday, sunday
calendar germany when customer.country is "DE":
  closed sunday
  holiday every 10-03
segment key_accounts: at D+3 notify owner; at D+6 email second; needs approval by owner
segment small when invoice.amount < 200 EUR:
  at D+7 email small
  at D+30 email second, needs approval by manager
segment everyone otherwise:
  use standard
{}
  at D+3 email first
  at D+10 email second and sms nudge
  at D+20 call by finance, unless invoice.balance < 50 EUR
  at D+30 escalate to manager
  at D+45 flag stop
  every 15 days from D+50, at most 2 times: task "Decide" for manager
{}
everywhere:
  {}
"#,
            self.catch_up,
            self.standard,
            self.carve_outs.join("\n"),
            if self.lines.is_empty() {
                String::from("data no older than 400 days")
            } else {
                self.lines.join("\n  ")
            },
        )
    }

    pub(crate) fn document(&self) -> Value {
        json!({
            "taken": "2026-10-05",
            "customers": self.customers,
            "invoices": self.invoices,
            "payments": self.payments,
            "history": self.history,
        })
    }

    pub(crate) fn with_history(&self, rows: Vec<Value>) -> Case {
        let mut case = self.clone();
        case.history.extend(rows);
        case
    }
}

/// The text of all templates.
const TEXT: &str = "---\nsubject: Invoice {{ invoice.id }}\n---\nDear {{ customer.name }}, {{ total }}\n";

/// A policy compiled, with its templates.
pub(crate) struct Compiled {
    pub(crate) program: Program,
    pub(crate) templates: TemplateSet,
}

pub(crate) fn compile(policy: &str) -> Compiled {
    compile_with(policy, "")
}

/// A policy compiled, with templates that say something more.
pub(crate) fn compile_with(policy: &str, more: &str) -> Compiled {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", policy);
    let files = ["pre", "first", "second", "small", "nudge"].map(|name| {
        let text = format!("{TEXT}{more}");
        let file = sources.add(name, text.as_str());
        TemplateFile { file, path: format!("{name}.md"), text: Arc::from(text) }
    });
    let templates = TemplateSet::new(files.into(), "en");
    let (ast, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{}", render::diagnostic::diagnostics(&found, &sources, false));
    let checked = check::check(&Input {
        sources: &sources,
        file,
        ast: &ast,
        templates: Some(&templates),
        files: &BTreeMap::new(),
    });
    let shown = render::diagnostic::diagnostics(&checked.diagnostics, &sources, false);
    Compiled { program: Program::new(checked.policy.expect(&shown)), templates }
}

pub(crate) fn load(document: &Value) -> Snapshot {
    let options = LoadOptions {
        currency: dun::money::Currency::EUR,
        fields: &[],
        terms: None,
        timezone: chrono_tz::Europe::Paris,
    };
    parse_document("case.json", &document.to_string(), &options).unwrap()
}

pub(crate) fn plan_on(policy: &str, document: &Value, day: NaiveDate) -> Plan {
    let compiled = compile(policy);
    let mut snapshot = load(document);
    snapshot.taken_on = Some(today());
    evaluate::plan(&compiled.program, &compiled.templates, &snapshot, day, Options::default())
}

pub(crate) fn plan(case: &Case) -> Plan {
    plan_on(&case.policy(), &case.document(), today())
}

pub(crate) fn json_of(plan: &Plan) -> String {
    let mut out = Vec::new();
    render::json::document(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The ledger rows of a plan's actions, all carried out on its day.
pub(crate) fn carried_out(plan: &Plan) -> Vec<Value> {
    let rows = plan.actions.iter().flat_map(|action| {
        let outcome = if action.kind.message().is_some() { "sent" } else { "done" };
        action.members.iter().map(move |member| {
            row(vec![
                ("invoice_id", member.invoice.clone()),
                ("customer_id", Some(action.customer.clone())),
                ("currency", member.currency.map(|currency| currency.to_string())),
                ("date", Some(action.date.to_string())),
                ("step", Some(member.step.clone())),
                ("rung", member.rung.clone()),
                ("outcome", Some(outcome.to_owned())),
            ])
        })
    });
    rows.collect()
}

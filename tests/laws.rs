//! What must always hold, for generated policies, data and days.
//!
//! `PROPTEST_CASES` sets how many cases are tried and `PROPTEST_RNG_SEED` which; without them the same ones are
//! tried every time. A failing case is shrunk to one that a person can read.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use dun::check::{self, Input};
use dun::compile::Program;
use dun::evaluate::explain::Subject;
use dun::evaluate::explain::story::{Explanation, State};
use dun::evaluate::{self, Options};
use dun::plan::{Action, Kind, Mode, Plan, Withheld};
use dun::snapshot::{LoadOptions, Snapshot, parse_document};
use dun::span::Sources;
use dun::template::{TemplateFile, TemplateSet};
use dun::{render, syntax};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

/// A case: which lines the policy has, and the rows of the data.
#[derive(Debug, Clone)]
struct Case {
    catch_up: &'static str,
    /// `cadence standard`, with its steps before the due date, or `cadence standard per customer` (R14).
    standard: &'static str,
    lines: Vec<&'static str>,
    carve_outs: Vec<&'static str>,
    customers: Vec<Value>,
    invoices: Vec<Value>,
    history: Vec<Value>,
    payments: Vec<Value>,
}

const CARVE_OUTS: [&str; 8] = [
    "carve-out disputes when invoice.disputed:\n  hold\n  at dispute hand off to owner",
    "carve-out promises when invoice.promised:\n  hold",
    "carve-out broken when invoice.promise_broken:\n  at promise+3 business days call by finance",
    "carve-out big when invoice.balance >= 10_000 EUR:\n  at D+1 notify manager\n  needs approval by manager",
    "carve-out unknown_country when customer.country is \"ES\":\n  hold",
    "carve-out season when today between 10-01 and 10-12 and customer.country is \"FR\":\n  never email",
    "carve-out second_look when invoice.days_overdue > 12:\n  at D+12 notify owner",
    "carve-out by_hand when customer.tags has \"sensitive\":\n  only by hand by finance",
];
const LINES: [&str; 8] = [
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
const APPROVALS: [&str; 2] = ["never auto-send", "needs approval by manager from D+8"];
/// Lines of the policy, and the same with something that changes when they act.
const MARKS: [(&str, &str); 5] = [
    ("at D+3 email first", "at D+3 email first, if missed: skip"),
    ("at D+20 call by finance,", "at D+20 call by finance and wait,"),
    ("at D+10 email second and sms nudge", "at D+10 email second and sms nudge, deadline 12 days"),
    ("at D+30 escalate to manager", "at previous+10 escalate to manager"),
    ("cadence standard:", "cadence standard:\n  weekends: same day"),
];
/// All ways of catching up.
const CATCH_UPS: [&str; 5] = ["one at a time", "one per run", "latest", "same day only", "all, 3 days apart"];
const STEPS: [&str; 14] = [
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
const OUTCOMES: [&str; 8] =
    ["sent", "done", "bounced", "assigned", "declined", "failed", "withdrawn", "unknown"];

fn today() -> NaiveDate {
    "2026-10-05".parse().unwrap()
}

fn before(days: i64) -> String {
    let date =
        if days >= 0 { today() - Days::new(days as u64) } else { today() + Days::new(days.unsigned_abs()) };
    date.to_string()
}

/// A value now and then.
fn sometimes<T: std::fmt::Debug + Clone + 'static>(
    chance: f64,
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop::option::weighted(chance, of).boxed()
}

/// The row without its empty cells.
fn row(cells: Vec<(&str, Option<String>)>) -> Value {
    let kept = cells.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))));
    Value::Object(kept.collect())
}

fn customers() -> impl Strategy<Value = Vec<Value>> {
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

fn invoices() -> impl Strategy<Value = Vec<Value>> {
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

fn history() -> impl Strategy<Value = Vec<Value>> {
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

fn payments() -> impl Strategy<Value = Vec<Value>> {
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

fn cases() -> impl Strategy<Value = Case> {
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
    fn policy(&self) -> String {
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

    fn document(&self) -> Value {
        json!({
            "taken": "2026-10-05",
            "customers": self.customers,
            "invoices": self.invoices,
            "payments": self.payments,
            "history": self.history,
        })
    }

    fn with_history(&self, rows: Vec<Value>) -> Case {
        let mut case = self.clone();
        case.history.extend(rows);
        case
    }
}

/// A policy compiled, with its templates.
struct Compiled {
    program: Program,
    templates: TemplateSet,
}

fn compile(policy: &str) -> Compiled {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", policy);
    let files = ["pre", "first", "second", "small", "nudge"].map(|name| {
        let text = "---\nsubject: Invoice {{ invoice.id }}\n---\nDear {{ customer.name }}, {{ total }}\n";
        TemplateFile { file: sources.add(name, text), path: format!("{name}.md"), text: Arc::from(text) }
    });
    let templates = TemplateSet::new(files.into(), "en");
    let (ast, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{}", render::diagnostic::diagnostics(&found, &sources, false));
    let checked = check::check(&Input {
        sources: &sources,
        file,
        ast: &ast,
        templates: Some(&templates),
        holidays: &BTreeMap::new(),
    });
    let shown = render::diagnostic::diagnostics(&checked.diagnostics, &sources, false);
    Compiled { program: Program::new(checked.policy.expect(&shown)), templates }
}

fn load(document: &Value) -> Snapshot {
    let options = LoadOptions {
        currency: dun::money::Currency::EUR,
        fields: &[],
        terms: None,
        timezone: chrono_tz::Europe::Paris,
    };
    parse_document("case.json", &document.to_string(), &options).unwrap()
}

fn plan_on(policy: &str, document: &Value, day: NaiveDate) -> Plan {
    let compiled = compile(policy);
    let mut snapshot = load(document);
    snapshot.taken_on = Some(today());
    evaluate::plan(&compiled.program, &compiled.templates, &snapshot, day, Options::default())
}

fn plan(case: &Case) -> Plan {
    plan_on(&case.policy(), &case.document(), today())
}

fn json_of(plan: &Plan) -> String {
    let mut out = Vec::new();
    render::json::document(plan, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The ledger rows of a plan's actions, all carried out on its day.
fn carried_out(plan: &Plan) -> Vec<Value> {
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

/// How strict a mode is.
fn strictness(mode: Mode) -> u8 {
    match mode {
        Mode::Automatic => 0,
        Mode::Approval => 1,
        Mode::Manual => 2,
    }
}

fn is_ladder(action: &Action) -> bool {
    action.cadence.is_some()
}

/// Every entry about the invoice stands at a step that is due, every due step has its entry, and what waits has a
/// day no other than the plan's.
fn steps_are_those_of_the_entries(told: &Explanation, is_shared: bool) -> Result<(), TestCaseError> {
    let invoice = &told.invoices[0];
    let rungs = || invoice.ladders.iter().flat_map(|ladder| &ladder.rungs);
    let steps: Vec<_> = rungs().flat_map(|rung| &rung.steps).chain(&invoice.carve_out_steps).collect();
    let due = steps.iter().filter(|step| step.state == State::Due);
    let due: BTreeSet<(&str, Option<&str>)> =
        due.map(|step| (step.step.as_str(), step.entry.as_deref())).collect();
    let entries = told.actions.iter().chain(told.withheld.iter().map(|entry| &entry.action));
    let planned = entries.filter(|action| action.rung.is_some()).flat_map(|action| {
        action.steps_for(&invoice.id).map(|member| (member.step.as_str(), Some(action.key.as_str())))
    });
    prop_assert_eq!(due, planned.collect::<BTreeSet<_>>());
    // What joins a ladder per customer can bring it forward.
    let shared = told.invoices[0].ladders.iter().any(|ladder| &*ladder.name == "standard") && is_shared;
    for waiting in &told.waiting {
        let later = |state| matches!(state, State::Waiting | State::SteppedOver);
        let of_rungs = rungs().filter(|rung| later(rung.state)).filter_map(|rung| rung.on);
        let of_steps = rungs().flat_map(|rung| &rung.steps).filter(|step| later(step.state));
        let days = of_rungs.chain(of_steps.filter_map(|step| step.on));
        // A rung that was begun may be looked at again although none of its steps is left.
        let begun = rungs().any(|rung| matches!(rung.state, State::CarriedOut | State::Declined));
        match days.min() {
            None if begun || shared => {}
            // Until it is overdue, an invoice is in no step of a ladder per customer.
            Some(_) if shared && invoice.days_overdue <= 0 => {}
            Some(day) if begun || shared => {
                prop_assert!(waiting.next.is_some_and(|next| next <= day), "{:#?}", invoice)
            }
            day => prop_assert_eq!(day, waiting.next, "{:#?}", invoice.ladders),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_005), ..ProptestConfig::default() })]

    /// Every open invoice is in `waiting` once, or in at least one of actions and withheld (R23); no action is
    /// dated other than the day planned for; actions only concern open invoices, clearing apart (R2, R24).
    #[test]
    fn silence_is_explained(case in cases()) {
        let plan = plan(&case);
        let mut spoken: BTreeSet<&str> = BTreeSet::new();
        let mut acted: BTreeSet<&str> = BTreeSet::new();
        for action in plan.actions.iter().chain(plan.withheld.iter().map(|withheld| &withheld.action)) {
            prop_assert_eq!(action.date, today());
            let about = action.invoices.iter().map(|invoice| invoice.id.as_str());
            match action.kind {
                Kind::Clear => acted.extend(about),
                _ => spoken.extend(about),
            }
        }
        let waiting: Vec<&str> = plan.waiting.iter().map(|waiting| waiting.invoice.as_str()).collect();
        let once: BTreeSet<&str> = waiting.iter().copied().collect();
        prop_assert_eq!(waiting.len(), once.len());
        prop_assert!(once.is_disjoint(&spoken));
        prop_assert!(acted.is_disjoint(&spoken) && acted.is_disjoint(&once));
        let open: u64 = plan.header.receivables.iter().map(|sum| sum.open.count).sum();
        prop_assert_eq!(open, (spoken.len() + once.len()) as u64);
        prop_assert!(plan.withheld.iter().all(|withheld| !withheld.blockers.is_empty()));
    }

    /// The same bytes whatever the order of the rows and the number of threads.
    #[test]
    fn order_and_threads_change_nothing(case in cases(), seed in any::<u64>()) {
        let first = json_of(&plan(&case));
        let mut shuffled = case.clone();
        for rows in [&mut shuffled.customers, &mut shuffled.invoices, &mut shuffled.history, &mut shuffled.payments] {
            let turn = if rows.is_empty() { 0 } else { seed as usize % rows.len() };
            rows.rotate_left(turn);
            rows.reverse();
        }
        let strip = |text: &str| -> String {
            text.lines().filter(|line| !line.trim_start().starts_with("\"line\"")).collect::<Vec<_>>().join("\n")
        };
        prop_assert_eq!(strip(&first), strip(&json_of(&plan(&shuffled))));
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let many = rayon::ThreadPoolBuilder::new().num_threads(5).build().unwrap();
        prop_assert_eq!(&first, &one.install(|| json_of(&plan(&case))));
        prop_assert_eq!(&first, &many.install(|| json_of(&plan(&case))));
    }

    /// Carrying a plan out and planning again the same day gives no action.
    #[test]
    fn a_second_run_does_nothing(case in cases()) {
        let rows = carried_out(&plan(&case));
        let again = plan(&case.with_history(rows));
        let left: Vec<_> = again.actions.iter().map(|action| (&action.step, &action.members)).collect();
        prop_assert!(left.is_empty(), "{left:?}");
    }

    /// No message and no call about an invoice that is held, paid, or whose customer is not to be contacted.
    #[test]
    fn what_is_held_is_not_contacted(case in cases()) {
        let plan = plan(&case);
        let holds_disputes = case.carve_outs.iter().any(|text| text.starts_with("carve-out disputes"));
        let quiet: BTreeSet<&str> = case.customers.iter().filter(|row| row.get("do_not_contact").is_some())
            .map(|row| row["customer_id"].as_str().unwrap()).collect();
        for action in plan.actions.iter().filter(|action| action.kind.is_contact()) {
            prop_assert!(!quiet.contains(action.customer.as_str()));
            for own in &action.invoices {
                let invoice = case.invoices.iter().find(|row| row["invoice_id"] == own.id.as_str()).unwrap();
                let date = |name: &str| invoice.get(name).map(|cell| cell.as_str().unwrap().parse::<NaiveDate>().unwrap());
                prop_assert!(date("hold_until").is_none_or(|until| until < today()));
                prop_assert!(date("paid_date").is_none_or(|paid| paid > today()) || case.payments.iter().any(|row| row.get("invoice_id") == Some(&invoice["invoice_id"])));
                prop_assert!(invoice.get("status").is_none());
                let disputed = date("dispute_opened").is_some_and(|opened| opened <= today())
                    && date("dispute_closed").is_none_or(|closed| closed > today());
                prop_assert!(!(holds_disputes && disputed));
            }
        }
    }

    /// At most one message a channel, day and customer; a message has one recipient and a subject of one line.
    #[test]
    fn one_message_a_channel_and_day(case in cases()) {
        let plan = plan(&case);
        let mut seen = BTreeSet::new();
        for action in plan.actions.iter().filter(|action| action.kind.message().is_some()) {
            prop_assert!(seen.insert((action.customer.clone(), action.kind)), "two messages: {}", action.customer);
            prop_assert!(action.recipient.is_some() && action.content.is_some());
        }
    }

    /// More restrictions never give a looser mode (R15): what acts with them acts at least as strictly as without.
    #[test]
    fn restrictions_only_tighten(case in cases(), line in prop::sample::select(&APPROVALS)) {
        prop_assume!(!case.lines.contains(&line));
        let mut tighter = case.clone();
        tighter.lines.push(line);
        let modes = |plan: &Plan| -> BTreeMap<(Option<String>, String), (Mode, usize)> {
            let rows = plan.actions.iter().chain(plan.withheld.iter().map(|withheld| &withheld.action));
            rows.flat_map(|action| {
                let found = (action.mode, action.approvers.len());
                action.members.iter().map(move |member| ((member.invoice.clone(), member.step.clone()), found))
            }).collect()
        };
        let (loose, tight) = (modes(&plan(&case)), modes(&plan(&tighter)));
        for (step, (mode, _)) in &loose {
            if let Some((other, _)) = tight.get(step) {
                prop_assert!(strictness(*other) >= strictness(*mode) || *mode == Mode::Manual && *other == Mode::Approval, "{step:?}: {mode:?} became {other:?}");
            }
        }
    }

    /// An explanation shows the plan's own entries, those of the customer and those of each invoice; each of them
    /// is found at its step, and an invoice that waits has a step on the day that the plan names (R23).
    #[test]
    fn explanations_are_those_of_the_plan(
        case in cases(),
        catch_up in prop::sample::select(&CATCH_UPS),
        marks in prop::sample::subsequence(MARKS.to_vec(), 0..3),
    ) {
        let mut policy = Case { catch_up, ..case.clone() }.policy();
        for (line, marked) in marks {
            prop_assert!(policy.contains(line) || line == "cadence standard:" && case.standard.contains("per customer"));
            policy = policy.replace(line, marked);
        }
        let compiled = compile(&policy);
        let snapshot = load(&case.document());
        let options = Options::default();
        let plan = evaluate::plan(&compiled.program, &compiled.templates, &snapshot, today(), options);
        let explained = |subject| {
            evaluate::explain(&compiled.program, &compiled.templates, &snapshot, today(), options, &subject).unwrap()
        };
        for row in snapshot.customer_rows() {
            let id = snapshot.customer_id(row);
            let told = explained(Subject::Customer(id.to_owned()));
            prop_assert_eq!(&told.plan_id, &plan.header.plan_id);
            let actions: Vec<_> = plan.actions.iter().filter(|action| action.customer == id).cloned().collect();
            prop_assert_eq!(&told.actions, &actions);
            let withheld: Vec<_> = plan.withheld.iter().filter(|entry| entry.action.customer == id).cloned().collect();
            prop_assert_eq!(&told.withheld, &withheld);
            let waiting: Vec<_> = plan.waiting.iter().filter(|waiting| waiting.customer == id).cloned().collect();
            prop_assert_eq!(&told.waiting, &waiting);
            let of = |action: &Action, invoice: &str| action.is_about(invoice);
            for invoice in snapshot.invoices_of(row).map(|row| snapshot.invoice_id(row)) {
                let told = explained(Subject::Invoice(invoice.to_owned()));
                let own: Vec<_> = actions.iter().filter(|action| of(action, invoice)).cloned().collect();
                prop_assert_eq!(&told.actions, &own);
                let own: Vec<_> = withheld.iter().filter(|entry| of(&entry.action, invoice)).cloned().collect();
                prop_assert_eq!(&told.withheld, &own);
                let own: Vec<_> = waiting.iter().filter(|waiting| waiting.invoice == invoice).cloned().collect();
                prop_assert_eq!(&told.waiting, &own);
                prop_assert_eq!(told.invoices.len(), 1);
                steps_are_those_of_the_entries(&told, case.standard.contains("per customer"))?;
            }
        }
    }

    /// If nothing changes, no ladder step comes for an invoice before its `next` (R23).
    #[test]
    fn nothing_comes_before_next(case in cases()) {
        let policy = case.policy();
        let document = case.document();
        let first = plan_on(&policy, &document, today());
        let mut promised: BTreeMap<String, Option<NaiveDate>> = BTreeMap::new();
        for waiting in &first.waiting {
            promised.insert(waiting.invoice.clone(), waiting.next);
        }
        let acts: BTreeSet<&str> =
            first.actions.iter().flat_map(|action| &action.invoices).map(|invoice| invoice.id.as_str()).collect();
        // What credits withhold depends on what is combined with it, which is not foreseen.
        let foreseen = |withheld: &&Withheld| {
            is_ladder(&withheld.action) && withheld.blockers.iter().all(|blocker| blocker.code != "allocate_first")
        };
        for withheld in first.withheld.iter().filter(foreseen) {
            for invoice in withheld.action.invoices.iter().filter(|invoice| !acts.contains(invoice.id.as_str())) {
                let known = promised.entry(invoice.id.clone()).or_insert(withheld.next);
                *known = [*known, withheld.next].into_iter().flatten().min();
            }
        }
        for ahead in 1..=25 {
            let day = today() + Days::new(ahead);
            let later = plan_on(&policy, &document, day);
            for action in later.actions.iter().filter(|action| is_ladder(action)) {
                for invoice in &action.invoices {
                    if let Some(Some(next)) = promised.get(&invoice.id) {
                        prop_assert!(day >= *next, "{} acts on {day}, before {next}", invoice.id);
                    }
                    if let Some(None) = promised.get(&invoice.id) {
                        prop_assert!(false, "{} acts on {day}, though no next was known", invoice.id);
                    }
                }
            }
        }
    }
}

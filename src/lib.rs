//! Collections policy as code: a policy and a snapshot of invoices become an action plan.
//!
//! ```text
//! policy text ─ syntax ─> Ast ─ check ─> Policy ─ compile ─> Program ┐
//!                                                                    ├─ evaluate ─> Plan ─ render ─> text, JSON
//! files ─ snapshot ─> Snapshot: facts and ledger, by customer ───────┘
//! ```
//!
//! `model` holds the words that the layers share, `template` writes messages, `cli` is the command. Imports point
//! along the line only, and only `snapshot::load` and `cli` touch files, clock or terminal: the same policy, data
//! and day give the same bytes.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use dun::{check, compile::Program, evaluate, snapshot, span::Sources, syntax, template::TemplateSet};
//!
//! let mut sources = Sources::default();
//! let file = sources.add("policy.dun", r#"
//! policy "Acme receivables"
//!   currency EUR
//! role finance = "collections@acme.example"
//! segment everyone otherwise: at D+20 call by finance
//! "#);
//! let (ast, mistakes) = syntax::parse(&sources, file);
//! assert!(mistakes.is_empty());
//! let templates = TemplateSet::new(Vec::new(), "en");
//! let input = check::Input {
//!     sources: &sources,
//!     file,
//!     ast: &ast,
//!     templates: Some(&templates),
//!     files: &BTreeMap::new(),
//! };
//! let policy = check::check(&input).policy.expect("the policy is sound");
//!
//! let data = r#"
//! customers: [{ customer_id: C-1, name: Globex }]
//! invoices: [{ invoice_id: INV-1, customer_id: C-1, due_date: 2026-10-01, amount: 250 }]
//! "#;
//! let options = snapshot::LoadOptions::of(&policy);
//! let snapshot = snapshot::parse_document("data.yaml", data, &options).expect("the data can be read");
//!
//! let day = "2026-10-21".parse().expect("a date");
//! let plan = evaluate::plan(&Program::new(policy), &templates, &snapshot, day, evaluate::Options::default());
//! assert_eq!(plan.actions[0].step, "call finance");
//! assert_eq!(plan.actions[0].because.sentence, "20 days overdue");
//! ```

pub mod calendar;
pub mod check;
pub mod cli;
pub mod code;
pub mod compile;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod evaluate;
pub mod lint;
pub mod locale;
pub mod model;
pub mod money;
pub mod plan;
pub mod read;
pub mod region;
pub mod render;
pub mod report;
pub mod scenario;
pub mod simulate;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod syntax;
pub mod template;

//! A scenario made ready: its data loaded, its first and its last day known.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::document::Row;
use super::reasons;
use super::stated::{Stated, StatedCustomer, stated};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::simulate::{Period, Told};
use crate::snapshot::problem::Problem;
use crate::snapshot::{LoadOptions, Snapshot, parse_document};
use crate::syntax::ast::{Ast, Block, Fact, Literal, Scenario, ScenarioLine, Spanned};

/// Days before the first due date on which a scenario begins.
const BEFORE: u64 = 60;
/// Days after the last date that it names on which it ends.
const AFTER: u64 = 120;
/// What the data of a scenario is called in messages, which are told at its lines instead.
const NAME: &str = "scenario.json";

/// A scenario ready to be run.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Its data.
    pub snapshot: Snapshot,
    /// Its first and its last day.
    pub period: Period,
    /// The days that it names.
    pub(super) named: BTreeSet<NaiveDate>,
    pub(super) told: Vec<Told>,
    pub(super) customers: Vec<StatedCustomer>,
    pub(super) events: BTreeMap<NaiveDate, Vec<String>>,
}

/// What is wrong with the facts and the reasons of a policy's scenarios, by place.
#[must_use]
pub fn findings(policy: &Policy, ast: &Ast) -> Vec<Diagnostic> {
    let scenarios = ast.blocks.iter().filter_map(|block| match block {
        Block::Scenario(scenario) => Some(scenario),
        _ => None,
    });
    scenarios.filter_map(|scenario| load(policy, scenario).err()).flatten().collect()
}

/// Makes a scenario ready.
///
/// # Errors
/// When its facts cannot be used or a reason is none, each with its place.
pub fn load(policy: &Policy, scenario: &Scenario) -> Result<Scene, Vec<Diagnostic>> {
    let mut stated = stated(policy, scenario);
    stated.found.extend(reasons::unknown(policy, scenario));
    if !stated.found.is_empty() {
        return Err(stated.found);
    }
    let period = period(scenario).ok_or_else(|| vec![no_invoice(scenario)])?;
    let early = unexpected(scenario, period);
    if !early.is_empty() {
        return Err(early);
    }
    let snapshot = read(policy, scenario, &stated)?;
    let Stated { told, customers, events, .. } = stated;
    let named = scenario.lines.iter().flat_map(|line| dates(&line.node)).collect();
    Ok(Scene { snapshot, period, named, told, customers, events })
}

fn no_invoice(scenario: &Scenario) -> Diagnostic {
    Diagnostic::error(Code::ScenarioIncomplete, scenario.span, "the scenario has no invoice")
        .help("add one: `invoice 1200 EUR due 2026-10-01`")
}

/// What can never be looked at: there is no expectation, or one of a day before the first.
fn unexpected(scenario: &Scenario, period: Period) -> Vec<Diagnostic> {
    let mut expectations = scenario.lines.iter().filter(|line| {
        matches!(
            line.node,
            ScenarioLine::ExpectOn(..)
                | ScenarioLine::ExpectNothingOn(..)
                | ScenarioLine::ExpectNothingAfter(..)
                | ScenarioLine::ExpectNever(..)
        )
    });
    if expectations.clone().next().is_none() {
        let error =
            Diagnostic::error(Code::ScenarioIncomplete, scenario.span, "the scenario expects nothing");
        return vec![error.help("say what should happen: `expect on 2026-10-04: email first_reminder`")];
    }
    let early = expectations.by_ref().filter(|line| dates(&line.node).iter().any(|date| *date < period.from));
    let error = |line: &Spanned<ScenarioLine>| {
        let message =
            format!("the scenario begins on {}, {BEFORE} days before its first due date", period.from);
        Diagnostic::error(Code::ScenarioIncomplete, line.span, message).help("expect a later day")
    };
    early.map(error).collect()
}

/// Reads the stated facts as data.
fn read(policy: &Policy, scenario: &Scenario, stated: &Stated) -> Result<Snapshot, Vec<Diagnostic>> {
    let (text, rows) = stated.document.text();
    let snapshot = parse_document(NAME, &text, &LoadOptions::of(policy)).map_err(|error| {
        let wrong = |reason: &crate::snapshot::Unreadable| {
            Diagnostic::error(reason.code, scenario.span, reason.message.clone())
        };
        error.reasons.iter().map(wrong).collect::<Vec<_>>()
    })?;
    let wrong: Vec<Diagnostic> =
        snapshot.problems.iter().map(|problem| misfit(scenario, &rows, problem)).collect();
    if wrong.is_empty() { Ok(snapshot) } else { Err(wrong) }
}

/// A problem of the data, told at the line that states it.
fn misfit(scenario: &Scenario, rows: &BTreeMap<u64, &Row>, problem: &Problem) -> Diagnostic {
    let place = problem.place.as_ref();
    let row = place.and_then(|place| rows.get(&place.line?));
    let column = place.and_then(|place| place.column.as_deref());
    let span = row.map_or(scenario.span, |row| row.place(column));
    let (message, help) = problem.message.split_once("; ").unwrap_or((&problem.message, ""));
    let error = Diagnostic::error(problem.code, span, message);
    match help {
        "" => error,
        help => error.help(help.replace("in the data", "here")),
    }
}

/// From 60 days before the first due date to 120 days after the last date that is named.
fn period(scenario: &Scenario) -> Option<Period> {
    let lines = || scenario.lines.iter().map(|line| &line.node);
    let from = first_day(scenario)?;
    let last = lines().flat_map(dates).max()?;
    Some(Period { from, to: last.checked_add_days(Days::new(AFTER))? })
}

/// The first day of a scenario; none when it has no invoice.
fn first_day(scenario: &Scenario) -> Option<NaiveDate> {
    let due = scenario.lines.iter().filter_map(|line| match line.node {
        ScenarioLine::Invoice { due, .. } => Some(due),
        _ => None,
    });
    due.min()?.checked_sub_days(Days::new(BEFORE))
}

/// The dates that a line names.
fn dates(line: &ScenarioLine) -> Vec<NaiveDate> {
    match line {
        ScenarioLine::Customer { facts, .. } => dates_of(facts).collect(),
        ScenarioLine::Invoice { issued, due, facts, .. } => {
            dates_of(facts).chain(*issued).chain([*due]).collect()
        }
        ScenarioLine::Dispute { on, until, .. } => [Some(*on), *until].into_iter().flatten().collect(),
        ScenarioLine::Promise { on, due, .. } => vec![*on, *due],
        ScenarioLine::Payment { on, .. }
        | ScenarioLine::Past { on, .. }
        | ScenarioLine::ExpectOn(on, _)
        | ScenarioLine::ExpectNothingOn(on, _)
        | ScenarioLine::ExpectNothingAfter(on) => vec![*on],
        ScenarioLine::ExpectNever(_) => Vec::new(),
    }
}

fn dates_of(facts: &[Fact]) -> impl Iterator<Item = NaiveDate> {
    facts.iter().flat_map(|fact| &fact.values).filter_map(|value| match value.literal {
        Literal::Date(date) => Some(date),
        _ => None,
    })
}

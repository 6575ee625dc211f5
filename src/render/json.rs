//! What programs read: one JSON document, or of a plan JSON lines.

use std::io::{self, Write};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::finding::Finding;
use crate::diff::{PlanDiff, PolicyDiff};
use crate::evaluate::Explanation;
use crate::plan::recheck::Recheck;
use crate::plan::{Plan, Totals};
use crate::read::Reading;
use crate::report::Report;

/// One JSON document.
///
/// # Errors
/// When the writer fails.
pub fn document(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, plan)?;
    writeln!(out)
}

/// An explanation as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn explanation(explanation: &Explanation, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, explanation)?;
    writeln!(out)
}

/// What has become of a saved plan as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn recheck(recheck: &Recheck, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, recheck)?;
    writeln!(out)
}

/// A simulation with its figures as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// Findings as one JSON list.
///
/// # Errors
/// When the writer fails.
pub fn findings(findings: &[Finding<'_>], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, findings)?;
    writeln!(out)
}

/// A comparison of two plans as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn plan_diff(diff: &PlanDiff, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    writeln!(out)
}

/// A comparison of two policies as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn diff(diff: &PolicyDiff, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    writeln!(out)
}

/// A policy read back as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn reading(reading: &Reading, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, reading)?;
    writeln!(out)
}

/// A line of the JSON lines form: the entry, and what it is.
#[derive(Serialize)]
struct Line<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    entry: &'a T,
}

/// The last line; a file without it is not whole and must not be used.
#[derive(Serialize, JsonSchema)]
pub(super) struct End<'a> {
    plan_id: &'a str,
    totals: &'a Totals,
}

/// A header line, one line for each customer, action, withheld step, waiting invoice and problem, and an end line.
///
/// # Errors
/// When the writer fails.
pub fn lines(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    all(out, "header", std::slice::from_ref(&plan.header))?;
    all(out, "customer", &plan.customers)?;
    all(out, "action", &plan.actions)?;
    all(out, "withheld", &plan.withheld)?;
    all(out, "waiting", &plan.waiting)?;
    all(out, "problem", &plan.problems)?;
    all(out, "end", &[End { plan_id: &plan.header.plan_id, totals: &plan.header.totals }])
}

/// So many entries are rendered at a time, in parallel, before they are written in order.
const BATCH: usize = 1 << 14;

fn all<T: Serialize + Sync>(out: &mut dyn Write, kind: &'static str, entries: &[T]) -> io::Result<()> {
    for batch in entries.chunks(BATCH) {
        let parts: Vec<io::Result<Vec<u8>>> =
            batch.par_chunks(BATCH / 32).map(|part| render(kind, part)).collect();
        for part in parts {
            out.write_all(&part?)?;
        }
    }
    Ok(())
}

fn render<T: Serialize>(kind: &'static str, entries: &[T]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, &Line { r#type: kind, entry })?;
        text.push(b'\n');
    }
    Ok(text)
}

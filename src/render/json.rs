//! Plans for programs: one JSON document, or JSON lines.

use std::io::{self, Write};

use serde::Serialize;

use crate::plan::{Plan, Totals};

/// One JSON document.
///
/// # Errors
/// When the writer fails.
pub fn document(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, plan)?;
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
#[derive(Serialize)]
struct End<'a> {
    plan_id: &'a str,
    totals: &'a Totals,
}

/// A header line, one line for each action, withheld step, waiting invoice and problem, and an end line.
///
/// # Errors
/// When the writer fails.
pub fn lines(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    line(out, "header", &plan.header)?;
    plan.actions.iter().try_for_each(|action| line(out, "action", action))?;
    plan.withheld.iter().try_for_each(|withheld| line(out, "withheld", withheld))?;
    plan.waiting.iter().try_for_each(|waiting| line(out, "waiting", waiting))?;
    plan.problems.iter().try_for_each(|problem| line(out, "problem", problem))?;
    line(out, "end", &End { plan_id: &plan.header.plan_id, totals: &plan.header.totals })
}

fn line<T: Serialize>(out: &mut dyn Write, kind: &'static str, entry: &T) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line { r#type: kind, entry })?;
    out.write_all(b"\n")
}

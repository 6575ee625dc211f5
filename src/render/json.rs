//! What programs read: one JSON document, or of a plan JSON lines.

use std::io::{self, BufReader, Read, Seek, Write};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::Finding;
use crate::diff::{PlanDiff, PolicyDiff};
use crate::evaluate::{Explanation, Planning};
use crate::plan::recheck::Recheck;
use crate::plan::{Header, Part, Plan, Totals};
use crate::read::Reading;
use crate::report::Report;
use crate::snapshot::problem::Problem;

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
    out.write_all(&all("header", std::slice::from_ref(&plan.header))?)?;
    out.write_all(&all("customer", &plan.customers)?)?;
    out.write_all(&all("action", &plan.actions)?)?;
    out.write_all(&all("withheld", &plan.withheld)?)?;
    out.write_all(&all("waiting", &plan.waiting)?)?;
    last(&plan.header, &plan.problems, out)
}

/// The same lines, made while the plan is: the plan as a whole is never held. The header has totals and comes first,
/// so what follows it is put aside until all is known, in one place for each kind of line.
pub struct Lines<S> {
    /// The plan's header.
    pub header: Header,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
    asides: [S; 4],
}

impl<S: Read + Write + Seek + Send> Lines<S> {
    /// Plans a day and puts its lines aside.
    ///
    /// # Errors
    /// When a place fails.
    pub fn of(planning: &Planning<'_>, mut aside: impl FnMut() -> S) -> io::Result<Lines<S>> {
        let mut asides: [S; 4] = std::array::from_fn(|_| aside());
        // Room for text that was written is used again: asking for new room each time costs more than filling it.
        let spare: Mutex<Vec<[Vec<u8>; 4]>> = Mutex::default();
        let used = || spare.lock().unwrap_or_else(PoisonError::into_inner);
        let make = |part: Part| -> io::Result<[Vec<u8>; 4]> {
            let mut texts = used().pop().unwrap_or_default();
            let [customers, actions, withheld, waiting] = &mut texts;
            add("customer", &part.customers, customers)?;
            add("action", &part.actions, actions)?;
            add("withheld", &part.withheld, withheld)?;
            add("waiting", &part.waiting, waiting)?;
            Ok(texts)
        };
        let (header, problems) = planning.parts(make, |texts| -> io::Result<()> {
            let mut texts = texts?;
            for (aside, text) in asides.iter_mut().zip(&mut texts) {
                aside.write_all(text)?;
                text.clear();
            }
            used().push(texts);
            Ok(())
        })?;
        Ok(Lines { header, problems, asides })
    }

    /// Writes all lines in order.
    ///
    /// # Errors
    /// When the writer or a place fails.
    pub fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&all("header", std::slice::from_ref(&self.header))?)?;
        for aside in &mut self.asides {
            aside.rewind()?;
            io::copy(&mut BufReader::with_capacity(BUFFER, aside), out)?;
        }
        last(&self.header, &self.problems, out)
    }
}

/// How much is copied at a time.
const BUFFER: usize = 1 << 18;

fn last(header: &Header, problems: &[Problem], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&all("problem", problems)?)?;
    out.write_all(&all("end", &[End { plan_id: &header.plan_id, totals: &header.totals }])?)
}

/// The lines of some entries: each as it serializes, with what it is as its first key.
fn all<T: Serialize>(kind: &'static str, entries: &[T]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    add(kind, entries, &mut text)?;
    Ok(text)
}

/// Adds the lines of some entries to a text.
fn add<T: Serialize>(kind: &'static str, entries: &[T], text: &mut Vec<u8>) -> io::Result<()> {
    for entry in entries {
        write!(text, r#"{{"type":"{kind}""#)?;
        // The comma takes the place of the entry's brace.
        let brace = text.len();
        serde_json::to_writer(&mut *text, entry)?;
        text[brace] = b',';
        text.push(b'\n');
    }
    Ok(())
}

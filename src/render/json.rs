//! What programs read: one JSON document, or of a plan JSON lines.

use std::io::{self, BufReader, Read, Seek, Write};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::Finding;
use crate::diff::{PlanDiff, PolicyDiff};
use crate::evaluate::{Explanation, Planning};
use crate::plan::recheck::Recheck;
use crate::plan::{Action, Customer, Header, Part, Plan, Totals, Waiting, Withheld};
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

/// A plan that is held as a whole as JSON lines: a header; of each customer a line, and one for each action, withheld
/// step and waiting invoice; one for each problem; and an end.
///
/// # Errors
/// When the writer fails.
pub fn lines(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let Plan { header, customers, actions, withheld, waiting, problems } = plan;
    let mut text = first(header)?;
    by_customer(customers, actions, withheld, waiting, &mut text)?;
    last(header, problems, &mut text)?;
    out.write_all(&text)
}

/// Lines up to this size are kept in memory.
const IN_MEMORY: usize = 4 << 20;

/// The same lines, made while the plan is, which is never held as a whole. The header comes first and has totals, so
/// what stands below it is kept until they are known: in memory, or, when it is long, in a place outside, such as a
/// file, which has room for the header. What is left of that room is filled with spaces behind the header, which are
/// nothing in JSON.
pub struct Lines<S> {
    /// The plan's header.
    pub header: Header,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
    kept: Kept<S>,
}

enum Kept<S> {
    /// All but the header.
    Inside(Vec<u8>),
    /// All lines.
    Outside(S),
}

impl<S: Read + Write + Seek + Send> Lines<S> {
    /// Plans a day and makes its lines, when they are long in the empty place that `open` gives.
    ///
    /// # Errors
    /// When the place fails.
    pub fn of(planning: &Planning<'_>, open: impl FnMut() -> io::Result<S> + Send) -> io::Result<Lines<S>> {
        // Room for text that was written is used again: asking for new room each time costs more than filling it.
        let spare: Mutex<Vec<Vec<u8>>> = Mutex::default();
        let used = || spare.lock().unwrap_or_else(PoisonError::into_inner);
        let make = |Part { customers, actions, withheld, waiting }: Part| -> io::Result<Vec<u8>> {
            let mut text = used().pop().unwrap_or_default();
            by_customer(&customers, &actions, &withheld, &waiting, &mut text)?;
            Ok(text)
        };
        let mut keeper = Keeper { planning, open, room: 0, kept: Kept::Inside(Vec::new()) };
        let (header, problems) = planning.parts(make, |text| -> io::Result<()> {
            let mut text = text?;
            keeper.add(&text)?;
            text.clear();
            used().push(text);
            Ok(())
        })?;
        let mut text = Vec::new();
        last(&header, &problems, &mut text)?;
        keeper.add(&text)?;
        let Keeper { mut kept, room, .. } = keeper;
        if let Kept::Outside(place) = &mut kept {
            place.rewind()?;
            place.write_all(&first_in(room, &header)?)?;
        }
        Ok(Lines { header, problems, kept })
    }

    /// Writes all lines.
    ///
    /// # Errors
    /// When the writer or the place fails.
    pub fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        match &mut self.kept {
            Kept::Inside(text) => {
                out.write_all(&first(&self.header)?)?;
                out.write_all(text)
            }
            Kept::Outside(place) => {
                place.rewind()?;
                io::copy(&mut BufReader::with_capacity(BUFFER, place), out).map(drop)
            }
        }
    }
}

/// How much is copied at a time.
const BUFFER: usize = 1 << 18;

/// Keeps the lines below the header.
struct Keeper<'k, 'a, S, O> {
    planning: &'k Planning<'a>,
    open: O,
    /// The bytes left for the header at the beginning of a place outside.
    room: usize,
    kept: Kept<S>,
}

impl<S: Write, O: FnMut() -> io::Result<S>> Keeper<'_, '_, S, O> {
    fn add(&mut self, more: &[u8]) -> io::Result<()> {
        match &mut self.kept {
            Kept::Outside(place) => place.write_all(more),
            Kept::Inside(text) if text.len() + more.len() <= IN_MEMORY => text.write_all(more),
            Kept::Inside(text) => {
                self.room = first(&self.planning.header().widest())?.len();
                let mut place = (self.open)()?;
                place.write_all(&vec![b' '; self.room])?;
                place.write_all(text)?;
                place.write_all(more)?;
                self.kept = Kept::Outside(place);
                Ok(())
            }
        }
    }
}

fn first(header: &Header) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    add("header", header, &mut line)?;
    Ok(line)
}

/// The first line, as long as the room that was left for it.
fn first_in(room: usize, header: &Header) -> io::Result<Vec<u8>> {
    let mut line = first(header)?;
    let rest = room.checked_sub(line.len()).ok_or_else(|| io::Error::other("the header has no room"))?;
    line.splice(line.len() - 1..line.len() - 1, std::iter::repeat_n(b' ', rest));
    Ok(line)
}

fn last(header: &Header, problems: &[Problem], text: &mut Vec<u8>) -> io::Result<()> {
    problems.iter().try_for_each(|problem| add("problem", problem, text))?;
    add("end", &End { plan_id: &header.plan_id, totals: &header.totals }, text)
}

/// Adds the lines of some customers: what each owes, what is done, what is withheld and what waits.
fn by_customer(
    customers: &[Customer],
    actions: &[Action],
    withheld: &[Withheld],
    waiting: &[Waiting],
    text: &mut Vec<u8>,
) -> io::Result<()> {
    let mut customers = Queue { entries: customers, customer: |customer| &customer.id };
    let mut actions = Queue { entries: actions, customer: |action| &action.customer };
    let mut withheld = Queue { entries: withheld, customer: |withheld| &withheld.action.customer };
    let mut waiting = Queue { entries: waiting, customer: |waiting| &waiting.customer };
    // Somebody who owes nothing can have a mark to clear.
    while let Some(id) =
        [customers.next(), actions.next(), withheld.next(), waiting.next()].into_iter().flatten().min()
    {
        customers.take(id).iter().try_for_each(|entry| add("customer", entry, text))?;
        actions.take(id).iter().try_for_each(|entry| add("action", entry, text))?;
        withheld.take(id).iter().try_for_each(|entry| add("withheld", entry, text))?;
        waiting.take(id).iter().try_for_each(|entry| add("waiting", entry, text))?;
    }
    Ok(())
}

/// Entries of one kind, by customer.
struct Queue<'e, T> {
    entries: &'e [T],
    customer: fn(&T) -> &String,
}

impl<'e, T> Queue<'e, T> {
    /// The customer of the next entry.
    fn next(&self) -> Option<&'e str> {
        self.entries.first().map(|entry| (self.customer)(entry).as_str())
    }

    /// The next entries of a customer.
    fn take(&mut self, id: &str) -> &'e [T] {
        let count = self.entries.iter().take_while(|entry| (self.customer)(entry) == id).count();
        let (own, others) = self.entries.split_at(count);
        self.entries = others;
        own
    }
}

/// Adds the line of an entry: as it serializes, with what it is as its first key.
fn add(kind: &'static str, entry: &impl Serialize, text: &mut Vec<u8>) -> io::Result<()> {
    write!(text, r#"{{"type":"{kind}""#)?;
    // The comma takes the place of the entry's brace.
    let brace = text.len();
    serde_json::to_writer(&mut *text, entry)?;
    text[brace] = b',';
    text.push(b'\n');
    Ok(())
}

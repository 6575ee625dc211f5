//! One customer or invoice explained: why, why not, and when.
//!
//! Nothing is decided here. The entries are those of the day's plan, and what is told beside them comes from the
//! functions that planned: segments and conditions, scope, ladders and their rungs, promises, limits.

mod customer;
mod find;
mod invoice;
mod ledger;
mod steps;
pub mod story;

use chrono::NaiveDate;

pub use find::NotFound;
pub use story::{Explanation, Subject};

use super::customer::Contribution;
use super::day::{Day, Options};
use super::facts::CustomerState;
use crate::compile::Program;
use crate::plan::{Action, Kind, Totals, Waiting, Withheld};
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::InvoiceRow;
use crate::template::TemplateSet;

/// The version of an explanation's form.
const FORMAT_VERSION: u32 = 1;

/// Explains a customer or one invoice on a day.
///
/// # Errors
/// When the data has no such customer or invoice that can be used.
pub fn explain(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    options: Options,
    subject: &Subject,
) -> Result<Explanation, NotFound> {
    let (row, invoice) = find::find(snapshot, subject)?;
    let day = Day::new(program, templates, snapshot, as_of, options);
    let customer = day.customer(row);
    let mut part = Contribution::default();
    day.contribute(&day.decided_among_all(row), &mut part);
    let mut problems: Vec<Problem> = snapshot.problems.iter().cloned().chain(part.problems).collect();
    problems.retain(|problem| concerns(problem, snapshot.customer_id(row), &customer, &day));
    problems.sort();
    let all = Entries { actions: part.actions, withheld: part.withheld, waiting: part.waiting, problems };
    let entries = match invoice {
        Some(invoice) => all.clone().of(snapshot.invoice_id(invoice)),
        None => all.clone(),
    };
    let teller = Teller { day: &day, customer: &customer, entries: &entries, all: &all };
    let header = day.header(Vec::new(), Totals::default());
    Ok(Explanation {
        format_version: FORMAT_VERSION,
        subject: subject.clone(),
        policy: header.policy,
        as_of,
        taken: header.taken,
        engine: header.engine,
        plan_id: header.plan_id,
        replay: header.replay,
        refused: header.refused,
        customer: teller.customer_story(part.receivables),
        invoices: teller.invoices(invoice),
        settled: if invoice.is_none() { teller.settled() } else { Vec::new() },
        actions: entries.actions.clone(),
        withheld: entries.withheld.clone(),
        waiting: entries.waiting.clone(),
        problems: entries.problems.clone(),
    })
}

/// Whether a problem is the customer's, or that of one of its invoices.
fn concerns(problem: &Problem, id: &str, customer: &CustomerState, day: &Day) -> bool {
    let own = |invoice: &str| customer.invoices.iter().any(|own| day.snapshot.invoice_id(own.row) == invoice);
    match (&problem.invoice, &problem.customer) {
        (Some(invoice), Some(of)) => of == id || own(invoice),
        (Some(invoice), None) => own(invoice),
        (None, customer) => customer.as_deref() == Some(id),
    }
}

/// The plan's entries about the customer, or about one invoice.
#[derive(Clone)]
struct Entries {
    actions: Vec<Action>,
    withheld: Vec<Withheld>,
    waiting: Vec<Waiting>,
    problems: Vec<Problem>,
}

impl Entries {
    /// Those about one invoice.
    fn of(mut self, invoice: &str) -> Entries {
        self.actions.retain(|action| action.is_about(invoice));
        self.withheld.retain(|withheld| withheld.action.is_about(invoice));
        self.waiting.retain(|waiting| waiting.invoice == invoice);
        self.problems.retain(|problem| problem.invoice.as_deref().is_none_or(|own| own == invoice));
        self
    }
}

/// A customer on a day, with the plan's entries.
struct Teller<'d, 'a> {
    day: &'d Day<'a>,
    customer: &'d CustomerState<'a>,
    entries: &'d Entries,
    /// Those of the customer, where `entries` are those of one invoice: its ladder may be about others today.
    all: &'d Entries,
}

impl Teller<'_, '_> {
    /// The one invoice, or all that are open, and those not open that the plan acts on.
    fn invoices(&self, only: Option<InvoiceRow>) -> Vec<story::InvoiceStory> {
        let told = |at: &usize| match only {
            Some(row) => self.customer.invoices[*at].row == row,
            None => self.is_told(*at),
        };
        (0..self.customer.invoices.len()).filter(told).map(|at| self.invoice_story(at)).collect()
    }

    /// Whether an invoice is told at length beside the others of its customer.
    fn is_told(&self, at: usize) -> bool {
        let invoice = &self.customer.invoices[at];
        let id = self.day.snapshot.invoice_id(invoice.row);
        let cleared = |action: &Action| action.kind == Kind::Clear && action.is_about(id);
        invoice.is_open() || self.entries.actions.iter().any(cleared)
    }
}

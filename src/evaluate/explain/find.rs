//! The customer or invoice that is asked about, and what to say when there is none.

use super::Subject;
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{CustomerRow, InvoiceRow};
use crate::snapshot::texts::Text;
use crate::suggest::nearest;

/// Why an id cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for.
    pub subject: Subject,
    /// An id that is near.
    pub near: Option<String>,
    /// Whether the near id differs in its capitals only.
    pub capitals: bool,
    /// Whether it is a customer's id where an invoice's was asked for, or the other way round.
    pub is_other_kind: bool,
    /// What the data says about the id: it stands twice, only the ledger knows it, a cell cannot be read.
    pub problems: Vec<Problem>,
}

/// The rows that a subject names.
pub(super) fn find(
    snapshot: &Snapshot,
    subject: &Subject,
) -> Result<(CustomerRow, Option<InvoiceRow>), NotFound> {
    let found = match subject {
        Subject::Invoice(id) => position(snapshot, id, &snapshot.invoices.id)
            .map(|at| (snapshot.invoices.customer[at], Some(InvoiceRow(row(at))))),
        Subject::Customer(id) => {
            position(snapshot, id, &snapshot.customers.id).map(|at| (CustomerRow(row(at)), None))
        }
    };
    found.ok_or_else(|| not_found(snapshot, subject))
}

fn position(snapshot: &Snapshot, id: &str, ids: &[Text]) -> Option<usize> {
    let text = snapshot.texts.find(id)?;
    ids.iter().position(|&own| own == text)
}

fn row(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn not_found(snapshot: &Snapshot, subject: &Subject) -> NotFound {
    let (id, own, other) = match subject {
        Subject::Invoice(id) => (id, &snapshot.invoices.id, &snapshot.customers.id),
        Subject::Customer(id) => (id, &snapshot.customers.id, &snapshot.invoices.id),
    };
    let about = |problem: &&Problem| match subject {
        Subject::Invoice(id) => problem.invoice.as_ref() == Some(id),
        Subject::Customer(id) => problem.invoice.is_none() && problem.customer.as_ref() == Some(id),
    };
    let ids = || own.iter().map(|&text| snapshot.text(text));
    let lower = id.to_lowercase();
    let same = ids().find(|known| known.to_lowercase() == lower);
    NotFound {
        subject: subject.clone(),
        near: same.or_else(|| nearest(id, ids())).map(str::to_owned),
        capitals: same.is_some(),
        is_other_kind: position(snapshot, id, other).is_some(),
        problems: snapshot.problems.iter().filter(about).cloned().collect(),
    }
}

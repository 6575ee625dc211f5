//! The pilot: the customers that a policy is tried on. Everybody else's steps are withheld.

use std::collections::BTreeSet;

use super::day::Day;
use super::obstacle::{Obstacle, Why};
use crate::code::Code;
use crate::model::RuleId;
use crate::model::policy::{Pilot, PilotCustomers};
use crate::plan::digest::{Hasher, Key};
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::CustomerRow;
use crate::suggest::nearest;

/// Who is in the pilot.
pub(super) struct Members {
    rule: RuleId,
    /// The rows of the members, sorted.
    rows: Vec<CustomerRow>,
}

impl Members {
    /// The members among the customers of some data.
    pub(super) fn of(pilot: &Pilot, snapshot: &Snapshot) -> Members {
        let mut rows: Vec<CustomerRow> = match &pilot.customers {
            PilotCustomers::Listed(ids) => {
                let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
                let listed = |row: &CustomerRow| ids.contains(snapshot.customer_id(*row));
                snapshot.customer_rows().filter(listed).collect()
            }
            PilotCustomers::Count(count) => least(*count, snapshot),
        };
        rows.sort_unstable();
        Members { rule: pilot.rule, rows }
    }
}

/// So many customers of least hash. A hash is of the id alone, so the others hardly matter: a new customer takes the
/// place of at most one, and one that is gone leaves its place to one.
fn least(count: u64, snapshot: &Snapshot) -> Vec<CustomerRow> {
    let mut hashed: Vec<(Key, CustomerRow)> = snapshot
        .customer_rows()
        .map(|row| {
            let mut hash = Hasher::default();
            hash.text("pilot").text(snapshot.customer_id(row));
            (hash.key(), row)
        })
        .collect();
    hashed.sort_unstable();
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    hashed.into_iter().take(count).map(|(_, row)| row).collect()
}

impl<'a> Day<'a> {
    /// What withholds every step of a customer outside of the pilot.
    pub(super) fn outside_pilot(&self, customer: CustomerRow) -> Option<Obstacle<'a>> {
        let pilot = self.pilot.as_ref().filter(|pilot| pilot.rows.binary_search(&customer).is_err())?;
        Some(Obstacle::of(pilot.rule, Why::Pilot))
    }

    /// Customers that the pilot names and the data lacks.
    pub(super) fn unknown_in_pilot(&self) -> Vec<Problem> {
        let Some(Pilot { customers: PilotCustomers::Listed(ids), .. }) = &self.program.policy.settings.pilot
        else {
            return Vec::new();
        };
        let known = || self.snapshot.customer_rows().map(|row| self.snapshot.customer_id(row));
        let lacking = ids.iter().filter(|id| !known().any(|known| known == *id));
        let problem = |id: &String| {
            let near = nearest(id, known());
            let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            Problem {
                customer: Some(id.clone()),
                invoice: None,
                code: Code::UnknownCustomer,
                message: format!(
                    "the policy's pilot names customer `{id}`, which the data does not have: correct it in the policy, or \
                     add the customer{near}"
                ),
                place: None,
                blocks: false,
            }
        };
        lacking.map(problem).collect()
    }
}

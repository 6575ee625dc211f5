//! R6: whom a policy is tried on.

use dun::model::policy::PilotCustomers;
use dun::plan::digest::Hasher;
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::report::Blocker;

impl World<'_> {
    /// R6: what withholds every step of a customer outside of the pilot.
    pub(super) fn outside_pilot(&self, invoice: InvoiceRow) -> Option<Blocker> {
        let pilot = self.policy.settings.pilot.as_ref()?;
        let id = |row: CustomerRow| self.data.customer_id(row);
        let own = id(self.customer_of(invoice));
        let is_in = match &pilot.customers {
            PilotCustomers::Listed(ids) => ids.iter().any(|listed| listed == own),
            // Those that fewer than so many come before, by the hashes of their ids.
            PilotCustomers::Count(count) => {
                let hash = |id: &str| {
                    let mut hash = Hasher::default();
                    hash.text("pilot").text(id);
                    hash.key()
                };
                let before = self.data.customer_rows().filter(|other| hash(id(*other)) < hash(own)).count();
                u64::try_from(before).unwrap() < *count
            }
        };
        (!is_in).then(|| self.blocker("pilot", Some(pilot.rule), None))
    }

    /// Customers that the pilot names and the data lacks.
    pub(super) fn unknown_in_pilot(&self) -> Vec<(String, Option<String>, Option<String>)> {
        let pilot = self.policy.settings.pilot.as_ref().map(|pilot| &pilot.customers);
        let Some(PilotCustomers::Listed(ids)) = pilot else { return Vec::new() };
        let known = |id: &String| self.data.customer_rows().any(|row| self.data.customer_id(row) == id);
        let lacking = ids.iter().filter(|id| !known(id));
        lacking.map(|id| (String::from("unknown-customer"), Some(id.clone()), None)).collect()
    }
}

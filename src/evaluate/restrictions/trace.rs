//! The restrictions in force, one by one, for explanations.

use super::{InForce, Scope};
use crate::model::field::Field;
use crate::model::{LadderId, Restriction};

impl<'a> Scope<'a> {
    /// Every restriction in force on an invoice that climbs these ladders, with the field that keeps its
    /// carve-out's condition from being known.
    pub(in crate::evaluate) fn in_force(
        &self,
        ladders: &[LadderId],
    ) -> Vec<(&'a Restriction, Option<Field>)> {
        let cadences = ladders.iter().flat_map(|ladder| &self.ladders[ladder.0].restrictions);
        let cadences = cadences.map(|restriction| InForce { restriction, carve_out: None });
        let all = self.everywhere().chain(cadences);
        all.map(|own| (own.restriction, own.carve_out.and_then(|(_, unknown)| unknown))).collect()
    }
}

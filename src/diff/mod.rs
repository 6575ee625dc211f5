//! What changes from one policy to another: in meaning, and in what would have been done. Two plans are compared
//! action by action.
//!
//! The meaning is told over the phrases of [`crate::read`]; the impact joins two simulations by the keys of steps, and
//! by what steps were called `formerly`.

mod carve_outs;
pub mod cause;
pub mod change;
mod common;
pub mod fate;
pub mod impact;
mod ladders;
mod meaning;
mod ours;
mod pairs;
pub mod plans;
mod renamed;
mod restrictions;
mod same;
mod segments;
mod settings;
mod steps;
mod texts;
mod timelines;
pub mod transition;

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::PolicyReference;

pub use cause::Cause;
pub use change::{Change, ChangeKind, RulePlace};
pub use fate::{Fate, State};
pub use impact::{Entry, Impact};
pub use meaning::meaning;
pub use plans::{PlanDiff, plans};
pub use timelines::Timelines;
pub use transition::Transition;

/// The version of the form of comparisons.
pub const FORMAT_VERSION: u32 = 1;

/// What changes from one policy to another.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PolicyDiff {
    /// The version of this form.
    pub format_version: u32,
    /// The old policy.
    pub old: PolicyReference,
    /// The new policy.
    pub new: PolicyReference,
    /// What changes in meaning; nothing when the two mean the same.
    pub changes: Vec<Change>,
    /// When the steps of changed cadences come.
    pub timelines: Vec<Timelines>,
    /// What would have been done otherwise; none without data.
    pub impact: Option<Impact>,
}

impl PolicyDiff {
    /// Whether the meaning changes, or anything would have been done otherwise.
    #[must_use]
    pub fn differs(&self) -> bool {
        !self.changes.is_empty() || self.impact.as_ref().is_some_and(Impact::differs)
    }
}

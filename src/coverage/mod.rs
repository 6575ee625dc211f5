//! What a test run found: scenarios, snapshot cases, and what of the policy neither of them reached.

mod reached;
mod report;
mod suggest;

pub use reached::{Coverage, Kind, Missing, Reached, Share, coverage};
pub use report::{CaseReport, PolicyReport, Report, Totals};
pub use suggest::{Suggestion, suggestions};

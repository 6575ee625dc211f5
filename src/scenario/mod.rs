//! Scenarios: what a policy should do to an example, run day by day.
//!
//! What a scenario states becomes a document of data that the ordinary loader reads; the simulation plays it, and the
//! plan of each day is held against what is expected. Reasons are those of the plans.

mod document;
mod expect;
mod facts;
mod load;
mod reasons;
mod run;
mod stated;
mod verdict;
mod why;

pub use load::{Scene, findings, load};
pub use run::{Ran, run};
pub use verdict::{Decision, Failure, TimelineDay, Verdict};

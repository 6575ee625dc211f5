//! Program, snapshot and day to plan.
//!
//! Two steps: each customer alone (pure, in parallel), then one small pass over all (limits per day, totals).
//! Reasons come out of the decisions themselves. Rule numbers such as R11 are those of the language reference.

mod account;
mod actions;
mod addresses;
mod candidate;
mod carve_outs;
mod charges;
mod clearing;
mod combine;
mod condition;
mod credits;
mod customer;
mod day;
mod decision;
mod episode;
pub mod explain;
mod facts;
mod history;
mod ladder;
mod limits;
mod look;
mod marks;
mod messages;
mod obstacle;
mod pilot;
pub mod recheck;
mod restrictions;
mod schedule;
mod seal;
mod sentences;
mod standing;
mod whole;

pub(crate) use day::Day;
pub use day::Options;
pub(crate) use decision::Decision;
pub use explain::{Explanation, explain};
pub(crate) use facts::CustomerState;
pub(crate) use look::{Entries, Teller, look};
pub use look::{Look, Watch, met};
pub use recheck::recheck;
pub use standing::{OverdueRun, SALES_DAYS, Standing, overdue_runs, standing};
pub use whole::{Planning, plan};

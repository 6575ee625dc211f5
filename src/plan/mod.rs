//! The action plan: the contract between a policy and whoever carries it out.
//!
//! Keys are added by later minor versions and never change their meaning; readers ignore unknown ones.

pub mod action;
pub mod amount;
pub mod customer;
pub mod day;
pub mod digest;
pub mod header;
pub mod recheck;
pub mod remark;
pub mod saved;

use schemars::JsonSchema;
use serde::Serialize;

pub use action::{
    Action, Approver, Because, Blocker, Charge, ChargeKind, Invoice, Kind, Member, Mode, Person, Recipient,
    Waiting, Window, Withheld,
};
pub use customer::{Customer, Owed};
pub use header::{Header, PolicyReference, Receivables, Sum, Tally, Totals};

use crate::snapshot::problem::Problem;

/// Some customers' share of a plan, in the plan's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    /// Who owes what.
    pub customers: Vec<Customer>,
    /// What to do.
    pub actions: Vec<Action>,
    /// What would be due but is not to be done.
    pub withheld: Vec<Withheld>,
    /// Open invoices with nothing due.
    pub waiting: Vec<Waiting>,
}

/// What is to be done on a day, what is withheld and why, and what waits.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// What the plan was made from, and its totals.
    #[serde(flatten)]
    pub header: Header,
    /// Who owes what: the customers with open invoices, by id.
    pub customers: Vec<Customer>,
    /// What to do, by customer, invoice and step.
    pub actions: Vec<Action>,
    /// What would be due but is not to be done, in the same order.
    pub withheld: Vec<Withheld>,
    /// Open invoices with nothing due, by customer and invoice.
    pub waiting: Vec<Waiting>,
    /// What is wrong with the data.
    pub problems: Vec<Problem>,
}

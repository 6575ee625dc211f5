//! Policy text to tree: layout, grammar, and messages for what does not fit.

pub mod ast;
mod blocks;
mod characters;
mod conditions;
mod layout;
mod mistakes;
mod parser;
mod piece;
mod scenarios;
mod slips;
mod steps;
mod values;

pub use parser::{LONGEST, parse};

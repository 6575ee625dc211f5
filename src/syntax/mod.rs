//! Policy text to tree: layout, grammar, and messages for what does not fit; and tree to canonical text.

pub mod ast;
mod blocks;
mod characters;
mod conditions;
mod format;
mod layout;
mod mistakes;
mod parser;
mod piece;
mod scenarios;
mod slips;
mod steps;
mod values;

pub use format::{CLASSES, NotFaithful, format, spoken};
pub use parser::{LONGEST, parse};

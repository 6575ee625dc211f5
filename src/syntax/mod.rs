//! Policy text to tree: layout, grammar, and messages for what does not fit.

pub mod ast;
mod blocks;
mod conditions;
mod layout;
mod mistakes;
mod parser;
mod scenarios;
mod steps;
mod values;

pub use parser::parse;

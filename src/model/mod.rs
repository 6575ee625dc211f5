//! The checked policy: every name resolved, every value typed.

pub mod field;

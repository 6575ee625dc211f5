//! Values to text: what people and programs read.

pub mod diagnostic;

//! Values to text: what people and programs read.

pub mod diagnostic;
pub mod explain;
pub mod json;
pub mod text;

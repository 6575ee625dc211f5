//! Values to text: what people and programs read.

pub mod diagnostic;
pub mod difference;
pub mod json;
pub mod text;

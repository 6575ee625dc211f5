//! Values to text: what people and programs read.

pub mod csv;
pub mod diagnostic;
pub mod diff;
pub mod difference;
pub mod escape;
pub mod explain;
pub mod finding;
pub mod github;
mod grid;
pub mod json;
pub mod markdown;
pub mod read;
pub mod reference;
pub mod sarif;
pub mod schema;
pub mod simulation;
mod summary;
pub mod test;
pub mod text;
mod words;
pub mod yaml;

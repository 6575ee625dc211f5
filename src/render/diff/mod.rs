//! What changes between two policies or two plans, for people and for pull requests.

mod markdown;
mod plans;
mod tally;
mod text;
mod timeline;
mod words;

pub use markdown::markdown;
pub use plans::{plans_markdown, plans_text};
pub use text::text;

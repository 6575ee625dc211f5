//! Message templates: which one a customer gets, what it may read, and the text that comes out.
//!
//! A [`TemplateSet`] is built once from the texts of a folder; nothing here touches a file or a
//! clock. A template can only read the [`Fact`]s it is given and include other files of its set, and
//! fuel, depth and size bound what it can cost.

mod check;
mod engine;
mod error;
mod fact;
mod file;
mod front_matter;
mod nesting;
mod output;
mod set;
pub mod variables;
mod view;
mod walk;

pub use check::check;
pub use engine::{FUEL, MAX_OUTPUT, RECURSION};
pub use error::{Place, RenderError};
pub use fact::{Fact, Record};
pub use file::{BodyFormat, TemplateFile};
pub use set::{Choice, Rendered, TemplateId, TemplateSet};

//! Collections policy as code.

pub mod calendar;
pub mod diagnostic;
pub mod model;
pub mod money;
pub mod render;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod syntax;

//! Collections policy as code.

pub mod calendar;
pub mod check;
pub mod cli;
pub mod compile;
pub mod diagnostic;
pub mod evaluate;
pub mod locale;
pub mod model;
pub mod money;
pub mod plan;
pub mod render;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod syntax;
pub mod template;

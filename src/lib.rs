//! Collections policy as code.

pub mod calendar;
pub mod diagnostic;
pub mod locale;
pub mod model;
pub mod money;
pub mod snapshot;
pub mod span;
pub mod suggest;
pub mod template;

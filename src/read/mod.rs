//! A policy read back in English. Each file has the phrases for one kind of thing, over the checked policy; whoever
//! speaks of a rule, of its change or of what it covers, takes them from here.

pub mod act;
pub mod carve_out;
pub mod change;
pub mod condition;
pub mod field;
pub mod moment;
pub mod reading;
pub mod restriction;
pub mod segment;
pub mod setting;
pub mod step;
pub mod timeline;
pub mod words;

pub use act::{act, label};
pub use carve_out::carve_out;
pub use condition::condition;
pub use moment::{moment, schedule};
pub use reading::{Reading, reading};
pub use restriction::{limits, restriction};
pub use segment::{cadence, segment};
pub use setting::{calendar, catch_up, holder, own_field, pilot, settings, weekends};
pub use step::{approver, deed, step};

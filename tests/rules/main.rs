//! The rules of the language, R1 to R24, one test a case: the expected plans are worked out by hand from the
//! reference, and the whole plan is compared.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "a test writes the files that it loads")]

mod anchors;
#[path = "../shared/checked.rs"]
mod checked;
mod corners;
mod currencies;
mod edges;
mod facts;
mod families;
mod laws;
mod modifiers;
mod pilot;
mod r01_r06;
mod r07_r12;
mod r13_r17;
mod r14;
mod r18_r24;
mod r22;
mod readings;
#[path = "../shared/rows.rs"]
mod rows;
mod safety;
mod support;
mod terms;
mod trials;

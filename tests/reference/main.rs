//! The language once more, as plainly as it can be written, and the engine held to it.
//!
//! `timelines` are worked out by hand from the rules; the `interpreter` follows the rules from the raw facts, to be
//! read beside docs/language.md; both it and the engine give the timelines.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests read the files that they are made of")]

mod agreement;
#[path = "../shared/checked.rs"]
mod checked;
mod coverage;
mod data;
mod generate;
mod interpreter;
mod line;
mod read_back;
#[path = "../shared/rows.rs"]
mod rows;
mod templates;
mod timelines;

//! What a test run found, and the texts that snapshot cases keep.

mod case;
mod junit;
mod text;

use std::io::{self, Write};

use crate::coverage::Report;

pub use case::{plan, simulation};
pub use junit::junit;
pub use text::text;

/// What a test run found, as one JSON document.
///
/// # Errors
/// When the writer fails.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

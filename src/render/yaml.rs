//! A plan as one YAML document, with the keys and values of the JSON document.

use std::io::{self, Write};

use crate::plan::Plan;

/// One YAML document. Texts that older or newer readers would take for something else are quoted.
///
/// # Errors
/// When the writer fails.
pub fn document(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_yaml::to_string(plan).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

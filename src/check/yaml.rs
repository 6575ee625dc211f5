//! The small YAML files that a policy names, of holidays and of rates: a line a date.

use std::collections::BTreeMap;

/// What stands behind each date.
///
/// The error says what keeps the text from being such a file, in one line.
pub(super) fn lines(text: &str) -> Result<BTreeMap<String, String>, String> {
    serde_yaml::from_str(text).map_err(|error| {
        let error = error.to_string();
        let first = error.lines().next().unwrap_or("");
        let first = first.strip_prefix("error: ").unwrap_or(first);
        // What follows is advice for programs that read YAML.
        let (why, _) = first.split_once(", set DuplicateKeyPolicy").unwrap_or((first, ""));
        why.to_owned()
    })
}

//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::path::Path;

use super::escape::clean;
use super::finding::{Finding, Region};
use crate::diagnostic::Severity;

/// A line for each finding; files are named from the root of the repository.
#[must_use]
pub fn annotations(findings: &[Finding<'_>], root: &Path) -> String {
    findings.iter().map(|finding| annotation(finding, root)).collect()
}

fn annotation(finding: &Finding<'_>, root: &Path) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = property(&finding.path_below(root));
    let place = place(finding.line, finding.region.as_ref());
    let title = property(finding.code.word());
    let sentences: Vec<String> = finding.sentences().map(|sentence| clean(&sentence)).collect();
    format!("::{level} file={file}{place},title={title}::{}\n", data(&sentences.join("\n")))
}

/// Lines and columns; columns are understood only within one line.
fn place(line: Option<u64>, region: Option<&Region>) -> String {
    match (line, region) {
        (None, _) => String::new(),
        (Some(line), None) => format!(",line={line}"),
        (Some(line), Some(Region { column, end, .. })) if u64::from(end.line) == line => {
            format!(",line={line},col={column},endColumn={}", end.column)
        }
        (Some(line), Some(Region { end, .. })) => format!(",line={line},endLine={}", end.line),
    }
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which colons and commas would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! Findings as SARIF 2.1.0, which code scanning services and editors read.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::escape::clean;
use super::finding::Finding;
use super::reference;
use crate::code::Code;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One run with its findings and the rules that they name; files are named from the root of the repository.
///
/// # Errors
/// When the writer fails.
pub fn document(findings: &[Finding<'_>], root: &Path, out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeSet<Code> = findings.iter().map(|finding| finding.code).collect();
    let rules: Vec<Value> = codes.into_iter().map(rule).collect();
    let results: Vec<Value> = findings.iter().map(|finding| result(finding, root)).collect();
    let driver = json!({ "name": "dun", "version": env!("CARGO_PKG_VERSION"), "rules": rules });
    let run = json!({ "tool": { "driver": driver }, "columnKind": "unicodeCodePoints", "results": results });
    let document = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// A code with what the reference says about it.
fn rule(code: Code) -> Value {
    let paragraph = reference::paragraph(code);
    let short = paragraph.split_once(". ").map_or(paragraph, |(first, _)| first).trim_end_matches('.');
    let section = reference::section(code);
    json!({
        "id": code,
        "shortDescription": { "text": format!("{short}.") },
        "fullDescription": { "text": paragraph },
        "help": { "text": reference::readable(section), "markdown": reference::markdown(section) },
    })
}

fn result(finding: &Finding<'_>, root: &Path) -> Value {
    let sentences: Vec<String> = finding.sentences().map(|sentence| message(&sentence)).collect();
    let mut place = json!({ "artifactLocation": { "uri": uri(&finding.path_below(root)) } });
    if let Some(region) = region(finding) {
        place["region"] = region;
    }
    json!({
        "ruleId": finding.code,
        "level": finding.severity,
        "message": { "text": sentences.join("\n") },
        "locations": [{ "physicalLocation": place }],
    })
}

fn region(finding: &Finding<'_>) -> Option<Value> {
    let line = finding.line?;
    Some(match &finding.region {
        None => json!({ "startLine": line }),
        Some(region) => json!({
            "startLine": line,
            "startColumn": region.column,
            "endLine": region.end.line,
            "endColumn": region.end.column,
        }),
    })
}

/// A sentence as plain text of a message, where braces stand for arguments and `[…](…)` for a link.
fn message(sentence: &str) -> String {
    clean(sentence).replace('{', "{{").replace('}', "}}").replace("](", "] (")
}

/// A path as a URI: relative to the root, or of a file elsewhere.
fn uri(path: &str) -> String {
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    let escaped = path.bytes().map(|byte| match byte {
        byte if plain(byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    escaped.fold(String::from(scheme), |uri, part| uri + &part)
}

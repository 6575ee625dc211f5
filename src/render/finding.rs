//! Findings for programs: what a check found in policies, templates and data, each with its file.

use std::path::{Component, Path};

use serde::Serialize;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::snapshot::LoadError;
use crate::span::{Location, Sources, Span};

/// One finding.
#[derive(Debug, Serialize)]
pub struct Finding<'a> {
    /// How bad it is.
    pub severity: Severity,
    /// A stable name for this kind of finding.
    pub code: Code,
    /// What is wrong, in the user's words.
    pub message: &'a str,
    /// The file or folder, as the user named it.
    pub file: String,
    /// The line from 1; none when the file as a whole is meant.
    pub line: Option<u64>,
    /// Where in the line; only in a policy or a template.
    #[serde(flatten)]
    pub region: Option<Region>,
    /// How to mend it, one sentence each.
    pub help: &'a [String],
    /// The same as edits, where the advice is exact.
    pub fixes: Vec<Edit<'a>>,
}

/// A place within a text.
#[derive(Debug, Serialize)]
pub struct Region {
    /// The first column in characters, from 1.
    pub column: u32,
    /// The first byte of the file, and one past the last.
    pub span: (u32, u32),
    /// The line and the column behind the last character.
    #[serde(skip)]
    pub end: Location,
}

/// An exact correction.
#[derive(Debug, Serialize)]
pub struct Edit<'a> {
    /// The bytes to replace.
    pub span: (u32, u32),
    /// What to put there.
    pub replacement: &'a str,
}

impl<'a> Finding<'a> {
    /// What was found in a policy and its templates; what has no place is about the policy file as a whole.
    #[must_use]
    pub fn of_policy(policy: &str, found: &'a [Diagnostic], sources: &Sources) -> Vec<Finding<'a>> {
        found.iter().map(|found| Finding::of(policy, found, sources)).collect()
    }

    fn of(policy: &str, found: &'a Diagnostic, sources: &Sources) -> Finding<'a> {
        let place = found.span.map(|span| (sources.location(span), region(span, sources)));
        let (file, line, region) = match place {
            Some((start, region)) => (start.file.to_string(), Some(u64::from(start.line)), Some(region)),
            None => (String::from(policy), None, None),
        };
        let edits = found.fixes.iter();
        Finding {
            severity: found.severity,
            code: found.code,
            message: &found.message,
            file,
            line,
            region,
            help: &found.help,
            fixes: edits
                .map(|fix| Edit { span: (fix.span.start, fix.span.end), replacement: &fix.replacement })
                .collect(),
        }
    }

    /// Why data cannot be read.
    #[must_use]
    pub fn of_data(error: &'a LoadError) -> Vec<Finding<'a>> {
        let reasons = error.reasons.iter();
        reasons
            .map(|reason| Finding {
                line: reason.line,
                help: &reason.help,
                ..Finding::of_file(reason.code, &reason.file, &reason.message)
            })
            .collect()
    }

    /// An error about a file as a whole.
    #[must_use]
    pub fn of_file(code: Code, file: &str, message: &'a str) -> Finding<'a> {
        Finding {
            severity: Severity::Error,
            code,
            message,
            file: String::from(file),
            line: None,
            region: None,
            help: &[],
            fixes: Vec::new(),
        }
    }

    /// The message, and below it the advice.
    pub(super) fn sentences(&self) -> impl Iterator<Item = String> {
        let help = self.help.iter().map(|help| format!("help: {help}"));
        std::iter::once(String::from(self.message)).chain(help)
    }

    /// The file as a path below a folder, with `/` between its parts; as it is when it lies elsewhere.
    pub(super) fn path_below(&self, root: &Path) -> String {
        let path = Path::new(&self.file);
        let parts = path.strip_prefix(root).unwrap_or(path).components();
        let parts: Vec<_> = parts
            .filter(|part| *part != Component::CurDir)
            .map(|part| match part {
                Component::RootDir => "".into(),
                part => part.as_os_str().to_string_lossy(),
            })
            .collect();
        parts.join("/")
    }
}

fn region(span: Span, sources: &Sources) -> Region {
    let column = sources.location(span).column;
    let end = sources.location(Span { start: span.end, ..span });
    Region { column, span: (span.start, span.end), end }
}

//! `dun check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{colour_errors, deliver, tell};
use super::project::{self, Project, Unread};
use super::{Exit, fail, reference};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render;
use crate::span::{Sources, Span};

/// Parse and check policies with their templates and calendars, and list everything that is wrong
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Policy files
    #[arg(required_unless_present = "explain")]
    paths: Vec<PathBuf>,
    /// Say what a code means, with a wrong and a right example
    #[arg(long, value_name = "CODE")]
    explain: Option<String>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: CheckFormat,
    /// Fail on these as well
    #[arg(long, value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum CheckFormat {
    /// For people
    #[default]
    Text,
    /// A list of findings
    Json,
}

/// What else counts as a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Deny {
    /// Warnings
    Warnings,
}

/// Whether findings end the run.
pub(super) fn fails(found: &[Diagnostic], deny: Option<Deny>) -> bool {
    found.iter().any(|d| d.is_error() || (deny.is_some() && d.severity == Severity::Warning))
}

impl Check {
    pub(super) fn run(self) -> Exit {
        if let Some(code) = &self.explain {
            return reference::explain(code);
        }
        // A file that cannot be read says nothing about the others.
        let opened: Vec<_> = self.paths.iter().map(|path| (path, project::open(path))).collect();
        let failed = |opened: &Result<Project, Unread>| match opened {
            Ok(project) => fails(&project.diagnostics, self.deny),
            Err(_) => true,
        };
        let exit = if opened.iter().any(|(_, opened)| failed(opened)) { Exit::Failed } else { Exit::Done };
        if let CheckFormat::Json = self.format {
            let all: Vec<Finding> = opened.iter().flat_map(|(_, opened)| findings(opened)).collect();
            return deliver(None, exit, |out| {
                serde_json::to_writer_pretty(&mut *out, &all)?;
                writeln!(out)
            });
        }
        let mut summaries = String::new();
        for (path, opened) in &opened {
            match opened {
                Ok(Project { diagnostics, sources, .. }) => {
                    tell(&render::diagnostic::diagnostics(diagnostics, sources, colour_errors()));
                    let summary = render::diagnostic::summary(diagnostics);
                    summaries.push_str(&format!("{}: {summary}\n", path.display()));
                }
                Err(unread) => _ = fail(&unread.why),
            }
        }
        self.more(&opened);
        deliver(None, exit, |out| out.write_all(summaries.as_bytes()))
    }

    /// Names the way to more about what made the check fail, once.
    fn more(&self, opened: &[(&PathBuf, Result<Project, Unread>)]) {
        let projects = opened.iter().filter_map(|(_, opened)| opened.as_ref().ok());
        let mut found = projects.flat_map(|project| &project.diagnostics);
        if let Some(first) = found.find(|found| fails(std::slice::from_ref(found), self.deny)) {
            tell(&format!("`dun check --explain {}` says more\n", first.code));
        }
    }
}

/// A finding for programs.
#[derive(Serialize)]
struct Finding<'a> {
    severity: &'static str,
    code: Code,
    message: &'a str,
    #[serde(flatten)]
    place: Option<FindingPlace>,
    help: &'a [String],
    fixes: Vec<FindingFix<'a>>,
}

#[derive(Serialize)]
struct FindingPlace {
    file: String,
    line: u32,
    column: u32,
    /// Bytes of the file.
    span: (u32, u32),
}

#[derive(Serialize)]
struct FindingFix<'a> {
    span: (u32, u32),
    replacement: &'a str,
}

fn findings(opened: &Result<Project, Unread>) -> Vec<Finding<'_>> {
    match opened {
        Ok(project) => findings_in(&project.diagnostics, &project.sources),
        Err(Unread { code, why }) => {
            let (severity, code, message) = (Severity::Error.word(), *code, why.as_str());
            vec![Finding { severity, code, message, place: None, help: &[], fixes: Vec::new() }]
        }
    }
}

fn findings_in<'a>(found: &'a [Diagnostic], sources: &Sources) -> Vec<Finding<'a>> {
    let place = |span: Span| {
        let location = sources.location(span);
        FindingPlace {
            file: location.file.to_string(),
            line: location.line,
            column: location.column,
            span: (span.start, span.end),
        }
    };
    found
        .iter()
        .map(|diagnostic| Finding {
            severity: diagnostic.severity.word(),
            code: diagnostic.code,
            message: &diagnostic.message,
            place: diagnostic.span.map(place),
            help: &diagnostic.help,
            fixes: diagnostic
                .fixes
                .iter()
                .map(|fix| FindingFix { span: (fix.span.start, fix.span.end), replacement: &fix.replacement })
                .collect(),
        })
        .collect()
}

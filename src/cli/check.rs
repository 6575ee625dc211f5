//! `dun check`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{colour_errors, deliver, tell};
use super::project::{self, Project, Unread};
use super::{Exit, data, fail, reference};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render;
use crate::snapshot::LoadError;
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
    /// A snapshot as for `plan`: what the policies ask of data that it cannot answer is found as well
    #[arg(long)]
    data: Option<PathBuf>,
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
        let opened: Vec<_> = self.paths.iter().map(|path| (path, self.open(path))).collect();
        let failed = |opened: &Result<Opened, Unread>| match opened {
            Ok(opened) => opened.unread.is_some() || fails(&opened.project.diagnostics, self.deny),
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
                Ok(opened) => {
                    let Project { diagnostics, sources, .. } = &opened.project;
                    tell(&render::diagnostic::diagnostics(diagnostics, sources, colour_errors()));
                    opened.unread.iter().for_each(|error| tell(&render::text::unreadable(error)));
                    summaries.push_str(&format!("{}: {}\n", path.display(), opened.summary()));
                }
                Err(unread) => _ = fail(&unread.why),
            }
        }
        self.more(&opened);
        deliver(None, exit, |out| out.write_all(summaries.as_bytes()))
    }

    /// Names the way to more about what made the check fail, once.
    fn more(&self, opened: &[(&PathBuf, Result<Opened, Unread>)]) {
        let projects = opened.iter().filter_map(|(_, opened)| opened.as_ref().ok());
        let mut found = projects.flat_map(|opened| &opened.project.diagnostics);
        if let Some(first) = found.find(|found| fails(std::slice::from_ref(found), self.deny)) {
            tell(&format!("`dun check --explain {}` says more\n", first.code));
        }
    }

    /// Opens a policy, and with it the data if any is given.
    fn open(&self, path: &Path) -> Result<Opened, Unread> {
        let mut project = project::open(path)?;
        let mut opened = match (&self.data, project.policy.take()) {
            (Some(data), Some(policy)) => match data::read(&policy, data) {
                Ok(snapshot) => {
                    project.look_at(&policy, &snapshot);
                    let problems = snapshot.problems.iter().filter(|problem| !problem.is_remark()).count();
                    Opened { project, unread: None, problems }
                }
                Err(error) => Opened { project, unread: Some(error), problems: 0 },
            },
            _ => Opened { project, unread: None, problems: 0 },
        };
        opened.project.join_lints();
        Ok(opened)
    }
}

/// A policy that has been looked at, with its data if there is any.
struct Opened {
    project: Project,
    /// Why the data could not be loaded.
    unread: Option<LoadError>,
    /// How many problems the data has.
    problems: usize,
}

impl Opened {
    /// The closing line: what was found, what is allowed, and what is wrong with the data.
    fn summary(&self) -> String {
        let mut summary = render::diagnostic::summary(&self.project.diagnostics);
        if self.project.allowed > 0 {
            summary.push_str(&format!(", {} allowed", render::text::count(self.project.allowed, "warning")));
        }
        if self.problems > 0 {
            summary.push_str(&format!(", {} in the data", render::text::count(self.problems, "problem")));
        }
        summary
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
    line: Option<u64>,
    /// In the policy or a template, not in data.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    /// Bytes of the file; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<(u32, u32)>,
}

#[derive(Serialize)]
struct FindingFix<'a> {
    span: (u32, u32),
    replacement: &'a str,
}

fn findings(opened: &Result<Opened, Unread>) -> Vec<Finding<'_>> {
    let severity = Severity::Error.word();
    match opened {
        Ok(Opened { project, unread, .. }) => {
            let mut found = findings_in(&project.diagnostics, &project.sources);
            let reasons = unread.iter().flat_map(|error| &error.reasons);
            found.extend(reasons.map(|reason| Finding {
                severity,
                code: reason.code,
                message: &reason.message,
                place: Some(FindingPlace {
                    file: reason.file.clone(),
                    line: reason.line,
                    column: None,
                    span: None,
                }),
                help: &reason.help,
                fixes: Vec::new(),
            }));
            found
        }
        Err(Unread { code, why }) => {
            let (code, message) = (*code, why.as_str());
            vec![Finding { severity, code, message, place: None, help: &[], fixes: Vec::new() }]
        }
    }
}

fn findings_in<'a>(found: &'a [Diagnostic], sources: &Sources) -> Vec<Finding<'a>> {
    let place = |span: Span| {
        let location = sources.location(span);
        FindingPlace {
            file: location.file.to_string(),
            line: Some(u64::from(location.line)),
            column: Some(location.column),
            span: Some((span.start, span.end)),
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

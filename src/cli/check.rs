//! `dun check`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{colour_errors, deliver, tell};
use super::project::{self, Project, Unread};
use super::{Exit, data, fail, reference};
use crate::diagnostic::{Diagnostic, Severity};
use crate::render;
use crate::render::finding::Finding;
use crate::snapshot::LoadError;

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
    /// SARIF 2.1.0, for code scanning services and editors
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations of a pull request
    Github,
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
        let opened: Vec<Looked<'_>> = self.paths.iter().map(|path| (path, self.open(path))).collect();
        let failed = |opened: &Result<Opened, Unread>| match opened {
            Ok(opened) => opened.unread.is_some() || fails(&opened.project.diagnostics, self.deny),
            Err(_) => true,
        };
        let exit = if opened.iter().any(|(_, opened)| failed(opened)) { Exit::Failed } else { Exit::Done };
        if let CheckFormat::Text = self.format {
            return self.text(&opened, exit);
        }
        let found: Vec<Finding> =
            opened.iter().flat_map(|(path, opened)| self.findings(path, opened)).collect();
        deliver(None, exit, |out| self.write(&found, out))
    }

    /// The findings for programs.
    fn write(&self, found: &[Finding<'_>], out: &mut dyn Write) -> io::Result<()> {
        let root = std::env::current_dir().unwrap_or_default();
        match self.format {
            CheckFormat::Sarif => render::sarif::document(found, &root, out),
            CheckFormat::Github => out.write_all(render::github::annotations(found, &root).as_bytes()),
            CheckFormat::Text | CheckFormat::Json => render::json::findings(found, out),
        }
    }

    /// The findings for people, file by file.
    fn text(&self, opened: &[Looked<'_>], exit: Exit) -> Exit {
        let mut summaries = String::new();
        for (path, opened) in opened {
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
        self.more(opened);
        deliver(None, exit, |out| out.write_all(summaries.as_bytes()))
    }

    /// What was found in a policy and the data, or why the policy cannot be read.
    fn findings<'a>(&self, path: &Path, opened: &'a Result<Opened, Unread>) -> Vec<Finding<'a>> {
        let file = path.display().to_string();
        match opened {
            Ok(Opened { project, unread, .. }) => {
                let mut found = Finding::of_policy(&file, &project.diagnostics, &project.sources);
                let in_data = unread.iter().flat_map(Finding::of_data);
                found.extend(in_data.map(|found| Finding { file: self.file_of_data(&found.file), ..found }));
                found
            }
            Err(Unread { code, why }) => vec![Finding::of_file(*code, &file, why)],
        }
    }

    /// A file of the data as a path from where the check runs; loading names it within the folder.
    fn file_of_data(&self, name: &str) -> String {
        let inside = self.data.iter().map(|data| data.join(name)).find(|path| path.is_file());
        inside.map_or_else(|| String::from(name), |path| path.display().to_string())
    }

    /// Names the way to more about what made the check fail, once.
    fn more(&self, opened: &[Looked<'_>]) {
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

/// A path, and what it holds.
type Looked<'a> = (&'a PathBuf, Result<Opened, Unread>);

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

//! `dun recheck`.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::day::{self, AsOf, DayArguments};
use super::output::{colour_results, deliver};
use super::{Exit, data, fail};
use crate::compile::Program;
use crate::evaluate;
use crate::plan::recheck::Recheck;
use crate::plan::saved::SavedPlan;
use crate::render;

/// Check which actions of a saved plan still stand, and why the others do not; carries nothing out
#[derive(Debug, Args)]
pub(super) struct RecheckArguments {
    /// The plan, as `--format json` or `--format jsonl` writes it
    plan: PathBuf,
    /// The data as it is now: a folder of tables, or one YAML or JSON document
    #[arg(long)]
    data: PathBuf,
    /// The policy, when it is not where the plan says
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The day to check for: a date such as 2026-10-05, or `today` in the policy's timezone [default: the
    /// snapshot's `as_of`, else the plan's day]
    #[arg(long, value_name = "DATE")]
    as_of: Option<AsOf>,
    /// How to print what was found; ids only
    #[arg(long, value_enum, default_value_t)]
    format: RecheckFormat,
    /// Write it to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 2 when an action does not stand
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum RecheckFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

impl RecheckArguments {
    pub(super) fn run(self) -> Exit {
        self.recheck().unwrap_or_else(|exit| exit)
    }

    fn recheck(&self) -> Result<Exit, Exit> {
        let saved = read(&self.plan)?;
        let policy = self.policy.clone().or_else(|| saved.header.policy.file.as_ref().map(PathBuf::from));
        let policy = policy
            .ok_or_else(|| fail("the plan does not say which policy it is of: give `--policy FILE`"))?;
        let (project, policy) = day::open(&policy, None)?;
        let snapshot = data::load(&policy, &self.data)?;
        let as_of: NaiveDate = match self.as_of {
            Some(as_of) => as_of.date(&policy),
            None => snapshot.as_of.unwrap_or(saved.header.as_of),
        };
        let program = Program::new(policy);
        let found = evaluate::recheck(&program, &project.templates, &snapshot, as_of, &saved);
        let exit = self.exit(&found);
        let colour = colour_results(self.output.as_deref());
        Ok(deliver(self.output.as_deref(), exit, |out| match self.format {
            RecheckFormat::Text => out.write_all(render::text::recheck(&found, colour).as_bytes()),
            RecheckFormat::Json => render::json::recheck(&found, out),
        }))
    }

    fn exit(&self, found: &Recheck) -> Exit {
        match DayArguments::refusal(found.refused.as_ref()) {
            Exit::Done if self.exit_code && found.totals.fallen > 0 => Exit::Differs,
            exit => exit,
        }
    }
}

/// Reads the plan, whole and unchanged.
pub(super) fn read(path: &Path) -> Result<SavedPlan, Exit> {
    let file = path.display();
    let text =
        fs::read_to_string(path).map_err(|error| fail(&format!("`{file}` cannot be read: {error}")))?;
    SavedPlan::read(&text).map_err(|why| fail(&format!("`{file}` cannot be used: {why}")))
}

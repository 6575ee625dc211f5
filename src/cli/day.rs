//! What the verbs share that look at a day: the policy, the data, and which day it is.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use clap::Args;

use super::check::{Deny, fails};
use super::output::{colour_errors, tell};
use super::project::{self, Project};
use super::{Exit, data, fail};
use crate::model::Policy;
use crate::render;
use crate::snapshot::Snapshot;

/// Which policy, data and day.
#[derive(Debug, Args)]
pub(super) struct DayArguments {
    /// The policy file
    policy: PathBuf,
    /// The snapshot: a folder of tables, or one YAML or JSON document
    #[arg(long)]
    data: PathBuf,
    /// The day to plan for: a date such as 2026-10-05, or `today` in the policy's timezone [default:
    /// the snapshot's `as_of`]
    #[arg(long, value_name = "DATE")]
    as_of: Option<AsOf>,
    /// Plan for a day before the newest ledger row: marked as a replay, never to be executed
    #[arg(long)]
    pub(super) replay: bool,
}

/// A day as it is given.
#[derive(Debug, Clone, Copy)]
pub(super) enum AsOf {
    Today,
    Date(NaiveDate),
}

impl std::str::FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<AsOf, String> {
        if text == "today" {
            return Ok(AsOf::Today);
        }
        let date = text.parse().map_err(|_| String::from("write a date such as 2026-10-05, or `today`"))?;
        Ok(AsOf::Date(date))
    }
}

/// Reads a policy, tells what is wrong with it, and takes it when nothing ends the run.
pub(super) fn open(path: &Path, deny: Option<Deny>) -> Result<(Project, Policy), Exit> {
    let mut project = project::open(path).map_err(|unread| fail(&unread.why))?;
    if deny.is_some() {
        project.join_lints();
    }
    let shown: Vec<_> =
        project.diagnostics.iter().filter(|found| found.severity.word() != "note").cloned().collect();
    tell(&render::diagnostic::diagnostics(&shown, &project.sources, colour_errors()));
    match project.policy.take().filter(|_| !fails(&project.diagnostics, deny)) {
        Some(policy) => Ok((project, policy)),
        None => {
            let summary = render::diagnostic::summary(&shown);
            Err(fail(&format!("{summary} in `{}`", path.display())))
        }
    }
}

impl AsOf {
    /// The day itself; only `today` reads the clock.
    pub(super) fn date(self, policy: &Policy) -> NaiveDate {
        match self {
            AsOf::Date(date) => date,
            AsOf::Today => Utc::now().with_timezone(&policy.settings.timezone).date_naive(),
        }
    }
}

impl DayArguments {
    /// Reads the policy as [`open`] does.
    pub(super) fn open(&self, deny: Option<Deny>) -> Result<(Project, Policy), Exit> {
        open(&self.policy, deny)
    }

    /// Reads the data as the policy asks for.
    pub(super) fn load(&self, policy: &Policy) -> Result<Snapshot, Exit> {
        data::load(policy, &self.data)
    }

    /// The day: as given, or the data's own.
    pub(super) fn day(&self, policy: &Policy, snapshot: &Snapshot) -> Result<NaiveDate, Exit> {
        match self.as_of {
            Some(as_of) => Ok(as_of.date(policy)),
            None => snapshot.as_of.ok_or_else(|| {
                fail("which day? Give `--as-of DATE`, or `as_of: DATE` in the snapshot.yaml of the data")
            }),
        }
    }

    /// Tells why every contact is withheld, where that is so; how the run ends.
    pub(super) fn refusal(refused: Option<&String>) -> Exit {
        let Some(why) = refused else { return Exit::Done };
        tell(&format!("warning: every contact is withheld: {why}\n"));
        Exit::Refused
    }
}

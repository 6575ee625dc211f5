//! `dun plan`.

use std::io::{self, Write};
use std::path::PathBuf;

use chrono::{NaiveDate, Utc};
use clap::{Args, ValueEnum};

use super::check::{Deny, fails};
use super::output::{colour_errors, colour_results, deliver, tell};
use super::project::{self, Project};
use super::{Exit, fail};
use crate::compile::Program;
use crate::evaluate::{self, Options};
use crate::model::Policy;
use crate::plan::Plan;
use crate::render;
use crate::snapshot::{self, LoadOptions, Snapshot};

/// Evaluate a policy against a snapshot of invoices and print what is to be done
#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// The policy file
    policy: PathBuf,
    /// The snapshot: a folder of tables, or one YAML or JSON document
    #[arg(long)]
    data: PathBuf,
    /// The day to plan for: a date such as 2026-10-05, or `today` in the policy's timezone [default:
    /// the snapshot's `as_of`]
    #[arg(long, value_name = "DATE")]
    as_of: Option<AsOf>,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormat,
    /// Write the plan to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Plan for a day before the newest ledger row: marked as a replay, never to be executed
    #[arg(long)]
    replay: bool,
    /// Fail when anything is wrong with the data
    #[arg(long)]
    strict: bool,
    /// Fail on these as well
    #[arg(long, value_enum)]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// JSON lines: a header, one line for each entry, an end
    Jsonl,
}

#[derive(Debug, Clone, Copy)]
enum AsOf {
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

impl PlanArguments {
    pub(super) fn run(self) -> Exit {
        let mut project = match project::open(&self.policy) {
            Ok(project) => project,
            Err(unread) => return fail(&unread.why),
        };
        let shown: Vec<_> =
            project.diagnostics.iter().filter(|found| found.severity.word() != "note").cloned().collect();
        tell(&render::diagnostic::diagnostics(&shown, &project.sources, colour_errors()));
        let Some(policy) = project.policy.take().filter(|_| !fails(&project.diagnostics, self.deny)) else {
            return fail(&format!("{} in `{}`", render::diagnostic::summary(&shown), self.policy.display()));
        };
        let options = LoadOptions {
            currency: policy.settings.currency,
            fields: &policy.fields.clone(),
            terms_days: policy.settings.terms_days,
            timezone: policy.settings.timezone,
        };
        let snapshot = match snapshot::load(&self.data, &options) {
            Ok(snapshot) => snapshot,
            Err(error) => return fail(&error.to_string()),
        };
        if self.strict && snapshot.problems.iter().any(|problem| !problem.is_remark()) {
            return self.strict(&snapshot);
        }
        self.plan(policy, &project, &snapshot)
    }

    fn strict(&self, snapshot: &Snapshot) -> Exit {
        let problems = || snapshot.problems.iter().filter(|problem| !problem.is_remark());
        for problem in problems() {
            tell(&format!("{}\n", render::text::problem(problem)));
        }
        fail(&format!(
            "{} in the data, and `--strict` asks for none",
            render::text::count(problems().count(), "problem")
        ))
    }

    fn plan(&self, policy: Policy, project: &Project, snapshot: &Snapshot) -> Exit {
        let as_of = match self.as_of {
            Some(AsOf::Date(date)) => date,
            Some(AsOf::Today) => Utc::now().with_timezone(&policy.settings.timezone).date_naive(),
            None => match snapshot.as_of {
                Some(date) => date,
                None => {
                    return fail(
                        "which day? Give `--as-of DATE`, or `as_of: DATE` in the snapshot.yaml of the data",
                    );
                }
            },
        };
        let program = Program::new(policy);
        let plan =
            evaluate::plan(&program, &project.templates, snapshot, as_of, Options { replay: self.replay });
        if let Some(why) = &plan.header.refused {
            tell(&format!("warning: every contact is withheld: {why}\n"));
        }
        let exit = if plan.header.refused.is_some() { Exit::Refused } else { Exit::Done };
        let colour = colour_results(self.output.as_deref());
        deliver(self.output.as_deref(), exit, |out| write(self.format, &plan, colour, out))
    }
}

fn write(format: PlanFormat, plan: &Plan, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    match format {
        PlanFormat::Text => out.write_all(render::text::plan(plan, colour).as_bytes()),
        PlanFormat::Json => render::json::document(plan, out),
        PlanFormat::Jsonl => render::json::lines(plan, out),
    }
}

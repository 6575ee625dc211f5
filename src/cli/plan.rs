//! `dun plan`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::check::Deny;
use super::day::DayArguments;
use super::output::{Draft, colour_results, deliver, tell};
use super::project::Project;
use super::{Exit, fail};
use crate::compile::Program;
use crate::evaluate::{Options, Planning};
use crate::model::Policy;
use crate::plan::{Header, Plan};
use crate::render;
use crate::render::json::Lines;
use crate::snapshot::Snapshot;
use crate::snapshot::problem::Problem;

/// Evaluate a policy against a snapshot of invoices and print what is to be done
#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    #[command(flatten)]
    day: DayArguments,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t)]
    format: PlanFormat,
    /// Show names, addresses and texts in Markdown and CSV, which have ids only; the other formats show
    /// them always
    #[arg(long)]
    show_names: bool,
    /// Write the plan to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
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
    /// One YAML document
    Yaml,
    /// A table for spreadsheets
    Csv,
    /// For pull requests and wikis
    Markdown,
}

impl PlanArguments {
    pub(super) fn run(self) -> Exit {
        self.opened().unwrap_or_else(|exit| exit)
    }

    fn opened(&self) -> Result<Exit, Exit> {
        let (project, policy) = self.day.open(self.deny)?;
        // They would bury the plan, and the one who runs it is seldom the one who can mend them.
        if !project.lints.is_empty() {
            let lints = render::text::count(project.lints.len(), "warning");
            tell(&format!("note: {lints} about the policy, which `dun check` shows\n"));
        }
        let snapshot = self.day.load(&policy)?;
        if self.strict && snapshot.problems.iter().any(|problem| !problem.is_remark()) {
            return Ok(self.strict(&snapshot));
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

    fn plan(&self, policy: Policy, project: &Project, snapshot: &Snapshot) -> Result<Exit, Exit> {
        let as_of = self.day.day(&policy, snapshot)?;
        let program = Program::new(policy);
        let options = Options { replay: self.day.replay };
        let planning = Planning::new(&program, &project.templates, snapshot, as_of, options);
        let colour = colour_results(self.output.as_deref());
        Ok(match self.format {
            PlanFormat::Jsonl => self.lines(&planning),
            PlanFormat::Json => self.whole(&planning, render::json::document),
            PlanFormat::Yaml => self.whole(&planning, render::yaml::document),
            PlanFormat::Csv => {
                self.whole(&planning, |plan, out| render::csv::table(plan, self.show_names, out))
            }
            PlanFormat::Text => {
                self.whole(&planning, |plan, out| out.write_all(render::text::plan(plan, colour).as_bytes()))
            }
            PlanFormat::Markdown => self.whole(&planning, |plan, out| {
                out.write_all(render::markdown::plan(plan, self.show_names).as_bytes())
            }),
        })
    }

    fn whole(
        &self,
        planning: &Planning<'_>,
        write: impl FnOnce(&Plan, &mut dyn Write) -> io::Result<()>,
    ) -> Exit {
        let plan = planning.whole();
        tell_if_unread(&plan.header, &plan.problems);
        let exit = DayArguments::refusal(plan.header.refused.as_ref());
        deliver(self.output.as_deref(), exit, |out| write(&plan, out))
    }

    /// JSON lines are made while the plan is, which may be larger than memory.
    fn lines(&self, planning: &Planning<'_>) -> Exit {
        let mut draft = Draft::of(self.output.as_deref());
        let lines = match Lines::of(planning, || draft.open()) {
            Ok(lines) => lines,
            Err(error) => return draft.failed(&error),
        };
        tell_if_unread(&lines.header, &lines.problems);
        let exit = DayArguments::refusal(lines.header.refused.as_ref());
        draft.deliver(exit, |out| lines.write(out))
    }
}

/// Warns when there are problems and no open invoice at all: nothing may have been read.
fn tell_if_unread(header: &Header, problems: &[Problem]) {
    let problems = problems.iter().filter(|problem| !problem.is_remark()).count();
    if header.receivables.is_empty() && problems > 0 {
        let problems = render::text::count(problems, "problem");
        tell(&format!("warning: no open invoice could be read, and there are {problems} in the data\n"));
    }
}

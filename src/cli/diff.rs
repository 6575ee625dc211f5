//! `dun diff`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::day::AsOf;
use super::output::{colour_results, deliver, tell};
use super::project::Project;
use super::simulate::{Days, HabitArguments, date, period};
use super::{Exit, data, day, fail, recheck};
use crate::compile::Program;
use crate::diff::{self, Impact, PlanDiff, PolicyDiff, Transition};
use crate::model::Policy;
use crate::render;
use crate::simulate::{self, Period, Simulation};
use crate::snapshot::Snapshot;

/// Say what changes from one policy to another, in meaning and in what would have been done; or from one plan to another
#[derive(Debug, Args)]
#[command(after_help = "For a pull request, against the policy of the main branch:\n\n  \
                        dun diff main/policy.dun policy.dun --data data --from 2026-09-01 --to 2026-09-30 \\\n    \
                        --format markdown --fail-on newly-automatic,no-longer-held")]
pub(super) struct DiffArguments {
    /// The old policy, or the first plan as `--format json` or `--format jsonl` writes it
    old: PathBuf,
    /// The new policy, or the second plan
    new: PathBuf,
    /// The snapshot to replay both policies on: a folder of tables, or one YAML or JSON document
    #[arg(long)]
    data: Option<PathBuf>,
    /// The first day to replay; the ledger counts as far as it is dated before it
    #[arg(long, value_name = "DATE", requires = "data", requires = "to", value_parser = date)]
    from: Option<NaiveDate>,
    /// The last day to replay
    #[arg(long, value_name = "DATE", requires = "data", requires = "from", value_parser = date)]
    to: Option<NaiveDate>,
    /// The only day to replay: a date, or `today` in the new policy's timezone [default: the snapshot's `as_of`]
    #[arg(long, value_name = "DATE", requires = "data", conflicts_with = "from")]
    as_of: Option<AsOf>,
    #[command(flatten)]
    habits: HabitArguments,
    /// How to print what changes
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
    /// Show the names of customers and the reasons of disputes, and of plans addresses and texts, which are left out
    #[arg(long)]
    show_names: bool,
    /// Write it to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 2 when there are differences
    #[arg(long)]
    exit_code: bool,
    /// End with 3 when a step becomes one of these
    #[arg(long, value_enum, value_delimiter = ',', requires = "data")]
    fail_on: Vec<Risk>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    /// For people
    #[default]
    Text,
    /// For a comment on a pull request
    Markdown,
    /// One JSON document
    Json,
}

/// What a run may be failed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Risk {
    /// Reaches the customer without a person
    NewlyAutomatic,
    /// Was withheld, and is to be done
    NoLongerHeld,
    /// About an invoice that nobody was contacted about
    NewlyContacted,
    /// Without somebody's approval
    ApprovalDropped,
}

impl From<Risk> for Transition {
    fn from(risk: Risk) -> Transition {
        match risk {
            Risk::NewlyAutomatic => Transition::NewlyAutomatic,
            Risk::NoLongerHeld => Transition::NoLongerHeld,
            Risk::NewlyContacted => Transition::NewlyContacted,
            Risk::ApprovalDropped => Transition::ApprovalDropped,
        }
    }
}

impl DiffArguments {
    pub(super) fn run(self) -> Exit {
        self.diff().unwrap_or_else(|exit| exit)
    }

    fn diff(&self) -> Result<Exit, Exit> {
        let mixed = |plan: &Path, other: &Path| {
            let (plan, other) = (plan.display(), other.display());
            Err(fail(&format!("`{plan}` is a plan and `{other}` is none: give two policies, or two plans")))
        };
        match (is_plan(&self.old), is_plan(&self.new)) {
            (true, true) => self.plans(),
            (false, false) => self.policies(),
            (true, false) => mixed(&self.old, &self.new),
            (false, true) => mixed(&self.new, &self.old),
        }
    }

    fn plans(&self) -> Result<Exit, Exit> {
        if self.data.is_some() {
            return Err(fail("two plans are compared as they are: leave `--data` out"));
        }
        let (old, new) = (recheck::read(&self.old)?, recheck::read(&self.new)?);
        let found = diff::plans(&old, &new, self.show_names);
        let exit = if self.exit_code && found.differs() { Exit::Differs } else { Exit::Done };
        let colour = colour_results(self.output.as_deref());
        Ok(deliver(self.output.as_deref(), exit, |out| self.write_plans(&found, colour, out)))
    }

    fn write_plans(&self, found: &PlanDiff, colour: bool, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            DiffFormat::Text => out.write_all(render::diff::plans_text(found, colour).as_bytes()),
            DiffFormat::Markdown => out.write_all(render::diff::plans_markdown(found).as_bytes()),
            DiffFormat::Json => render::json::plan_diff(found, out),
        }
    }

    fn policies(&self) -> Result<Exit, Exit> {
        let (old_project, old) = day::open(&self.old, None)?;
        let (new_project, new) = day::open(&self.new, None)?;
        let mut found = diff::meaning((&old, &old_project.templates), (&new, &new_project.templates));
        if let Some(path) = &self.data {
            let ((old, before), (new, after)) = self.replay(path, (old_project, old), (new_project, new))?;
            found.impact = Some(Impact::of(&found.changes, (&old, &before), (&new, &after), self.show_names));
        }
        let met = self.met(&found);
        let exit = match met.is_empty() {
            false => Exit::Unexpected,
            true if self.exit_code && found.differs() => Exit::Differs,
            true => Exit::Done,
        };
        let colour = colour_results(self.output.as_deref());
        let exit = deliver(self.output.as_deref(), exit, |out| self.write(&found, colour, out));
        if exit == Exit::Unexpected {
            tell(&format!("error: steps become {}, which `--fail-on` forbids\n", met.join(", ")));
        }
        Ok(exit)
    }

    /// Replays both policies on the data as each of them reads it.
    fn replay(
        &self,
        path: &Path,
        old: (Project, Policy),
        new: (Project, Policy),
    ) -> Result<(Replayed, Replayed), Exit> {
        let snapshot = data::load(&new.1, path)?;
        let period = self.period(&new.1, &snapshot)?;
        data::tell_problems(&snapshot);
        let before = replayed(old.0, old.1, |policy| data::load(policy, path), period, self.habits)?;
        let after = replayed(new.0, new.1, |_| Ok(snapshot), period, self.habits)?;
        Ok((before, after))
    }

    fn period(&self, policy: &Policy, snapshot: &Snapshot) -> Result<Period, Exit> {
        if let (Some(from), Some(to)) = (self.from, self.to) {
            return period(from, to);
        }
        let day = self.as_of.map(|as_of| as_of.date(policy)).or(snapshot.as_of);
        let day = day
            .ok_or_else(|| fail("which days? Give `--from DATE --to DATE`, or `--as-of DATE` for one day"))?;
        Ok(Period { from: day, to: day })
    }

    /// What the run is failed on, as it was asked for.
    fn met(&self, found: &PolicyDiff) -> Vec<String> {
        let is_met = |risk: &&Risk| found.impact.iter().any(|impact| impact.has(Transition::from(**risk)));
        let names = self.fail_on.iter().filter(is_met).filter_map(ValueEnum::to_possible_value);
        names.map(|name| format!("`{}`", name.get_name())).collect()
    }

    fn write(&self, found: &PolicyDiff, colour: bool, out: &mut dyn Write) -> io::Result<()> {
        match self.format {
            DiffFormat::Text => out.write_all(render::diff::text(found, colour).as_bytes()),
            DiffFormat::Markdown => out.write_all(render::diff::markdown(found).as_bytes()),
            DiffFormat::Json => render::json::diff(found, out),
        }
    }
}

/// Whether a file holds a plan: no policy begins as JSON does.
fn is_plan(path: &Path) -> bool {
    fs::read_to_string(path).is_ok_and(|text| text.trim_start().starts_with('{'))
}

/// A policy, and what it did.
type Replayed = (Policy, Simulation);

fn replayed(
    project: Project,
    policy: Policy,
    load: impl FnOnce(&Policy) -> Result<Snapshot, Exit>,
    period: Period,
    habits: HabitArguments,
) -> Result<Replayed, Exit> {
    let snapshot = load(&policy)?;
    let program = Program::new(policy);
    let mut days = Days::new(period);
    let simulation =
        simulate::simulate(&program, &project.templates, snapshot, period, habits.into(), |day| {
            days.done(day);
        });
    Ok((program.policy, simulation))
}

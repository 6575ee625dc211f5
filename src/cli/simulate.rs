//! `dun simulate`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};

use super::output::{colour_results, deliver};
use super::progress::Bar;
use super::{Exit, data, day, fail};
use crate::calendar::days_between;
use crate::compile::Program;
use crate::render;
use crate::report;
use crate::simulate::{self, Habits, Period};

/// Replay a period: plan each day, take its actions as carried out, and sum up what the policy would have done
#[derive(Debug, Args)]
pub(super) struct SimulateArguments {
    /// The policy file
    policy: PathBuf,
    /// The snapshot: a folder of tables, or one YAML or JSON document
    #[arg(long)]
    data: PathBuf,
    /// The first day; the ledger counts as far as it is dated before it
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: NaiveDate,
    /// The last day
    #[arg(long, value_name = "DATE", value_parser = date)]
    to: NaiveDate,
    #[command(flatten)]
    habits: HabitArguments,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: SimulateFormat,
    /// Show the addresses of people and the reasons of disputes in text and Markdown; JSON shows them always
    #[arg(long)]
    show_names: bool,
    /// Write it to a file, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How long people take.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct HabitArguments {
    /// Days that people take to approve
    #[arg(long, value_name = "N", default_value_t = 0)]
    approval_days: u32,
    /// Days that people take to do a task
    #[arg(long, value_name = "N", default_value_t = 0)]
    task_days: u32,
}

impl From<HabitArguments> for Habits {
    fn from(HabitArguments { approval_days, task_days }: HabitArguments) -> Habits {
        Habits { approval_days, task_days }
    }
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum SimulateFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document with every action and every figure
    Json,
    /// For pull requests and wikis
    Markdown,
}

/// A day as it is given.
pub(super) fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| {
        let is_shaped = text.split('-').map(|part| (part.len(), part.parse::<u16>().is_ok()));
        match is_shaped.eq([(4, true), (2, true), (2, true)]) {
            true => String::from("there is no such day; write a date such as 2026-10-05"),
            false => String::from("write a date such as 2026-10-05"),
        }
    })
}

/// A period longer than this is a slip of the pen.
const LONGEST: i64 = 3660;

/// The period from one day to another.
pub(super) fn period(from: NaiveDate, to: NaiveDate) -> Result<Period, Exit> {
    match days_between(from, to) {
        ..0 => Err(fail(&format!("`--to {to}` is before `--from {from}`"))),
        LONGEST.. => Err(fail(&format!("from {from} to {to} is longer than ten years: look at the years"))),
        _ => Ok(Period { from, to }),
    }
}

impl SimulateArguments {
    pub(super) fn run(self) -> Exit {
        self.simulate().unwrap_or_else(|exit| exit)
    }

    fn simulate(&self) -> Result<Exit, Exit> {
        let period = period(self.from, self.to)?;
        let (project, policy) = day::open(&self.policy, None)?;
        let snapshot = data::load(&policy, &self.data)?;
        data::tell_problems(&snapshot);
        let program = Program::new(policy);
        let mut days = Days::new(period);
        let simulation =
            simulate::simulate(&program, &project.templates, snapshot, period, self.habits.into(), |day| {
                days.done(day);
            });
        drop(days);
        let report = report::report(simulation);
        let colour = colour_results(self.output.as_deref());
        let exit = deliver(self.output.as_deref(), Exit::Done, |out| match self.format {
            SimulateFormat::Text => render::simulation::text(&report, self.show_names, colour, out),
            SimulateFormat::Json => render::json::report(&report, out),
            SimulateFormat::Markdown => {
                out.write_all(render::simulation::markdown_page(&report, self.show_names).as_bytes())
            }
        });
        // The process ends here: to give its memory back piece by piece would only take time.
        std::mem::forget(report);
        Ok(exit)
    }
}

/// A bar of days.
pub(super) struct Days {
    period: Period,
    bar: Bar,
}

impl Days {
    pub(super) fn new(period: Period) -> Days {
        Days { period, bar: Bar::new("replaying {wide_bar} {msg}") }
    }

    /// Tells that a day is done.
    pub(super) fn done(&mut self, day: NaiveDate) {
        let days = |to| (days_between(self.period.from, to) + 1).unsigned_abs();
        self.bar.tell(days(day), days(self.period.to), || day.to_string());
    }
}

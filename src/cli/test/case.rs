//! A snapshot case: a policy, data and dates, and the plan or the simulation that they should give.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::NaiveDate;
use serde_yaml::Spanned;

use super::find::CASE;
use crate::cli::output::{replace, to_file};
use crate::cli::{Exit, data, fail};
use crate::compile::Program;
use crate::coverage::{CaseReport, Reached};
use crate::evaluate::{self, Entries, Options, Watch, look};
use crate::render;
use crate::simulate::{Habits, Period, simulate};
use crate::snapshot::Snapshot;
use crate::suggest::{nearest, one_of};
use crate::template::TemplateSet;

/// The file with what a case should give.
const EXPECTED: &str = "expected.txt";

/// What `case.yaml` says.
#[derive(Debug)]
pub(super) struct Case {
    /// The folder it stands in.
    folder: PathBuf,
    policy: PathBuf,
    data: PathBuf,
    as_of: Option<NaiveDate>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    habits: Habits,
}

/// What a case can say.
const KEYS: [&str; 7] = ["policy", "data", "as_of", "from", "to", "approval_days", "task_days"];

/// A path without `..` behind the name of a folder.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        let is_name = matches!(plain.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if is_name => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    plain
}

/// What a case asks for.
enum Asked {
    Plan(NaiveDate),
    Simulation(Period),
}

impl Case {
    /// Reads a case.
    pub(super) fn read(folder: &Path) -> Result<Case, Exit> {
        let path = folder.join(CASE);
        let shown = path.display();
        let text =
            fs::read_to_string(&path).map_err(|error| fail(&format!("`{shown}` cannot be read: {error}")))?;
        let said: Option<BTreeMap<String, Spanned<Option<String>>>> =
            serde_yaml::from_str(&text).map_err(|error| {
                let line = error.location().map_or_else(String::new, |at| format!(", line {}", at.line()));
                fail(&format!("`{shown}`{line}: a line of a case is a key and its value, such as `as_of: 2026-10-05`, and each key stands there once"))
            })?;
        let mut case = Case {
            folder: folder.to_path_buf(),
            policy: PathBuf::from("policy.dun"),
            data: PathBuf::from("data"),
            as_of: None,
            from: None,
            to: None,
            habits: Habits::default(),
        };
        for (key, said) in said.into_iter().flatten() {
            let line = said.referenced.line();
            case.take(&key, said.value).map_err(|why| fail(&format!("`{shown}`, line {line}: {why}")))?;
        }
        Ok(case)
    }

    /// Takes what a key says; else what is wrong with it.
    fn take(&mut self, key: &str, value: Option<String>) -> Result<(), String> {
        let value =
            value.ok_or_else(|| format!("`{key}` has no value: write one behind it, or leave the line out"));
        let day = |value: String| {
            let day = value.parse().map(Some);
            day.map_err(|_| format!("`{key}` is a day of the calendar, such as `2026-10-05`, not `{value}`"))
        };
        let days = |value: String| {
            value.parse().map_err(|_| format!("`{key}` is a number of days, such as `3`, not `{value}`"))
        };
        match key {
            "policy" => self.policy = value?.into(),
            "data" => self.data = value?.into(),
            "as_of" => self.as_of = day(value?)?,
            "from" => self.from = day(value?)?,
            "to" => self.to = day(value?)?,
            "approval_days" => self.habits.approval_days = days(value?)?,
            "task_days" => self.habits.task_days = days(value?)?,
            _ => {
                let meant = match nearest(key, KEYS) {
                    Some(near) => format!("write `{near}`"),
                    None => format!("it can say {}", one_of(KEYS)),
                };
                return Err(format!("a case does not say `{key}`: {meant}"));
            }
        }
        Ok(())
    }

    /// Where its policy is.
    pub(super) fn policy(&self) -> PathBuf {
        plain(&self.folder.join(&self.policy))
    }

    fn asked(&self, snapshot: &Snapshot) -> Result<Asked, Exit> {
        match (self.as_of, self.from, self.to) {
            (None, Some(from), Some(to)) if from <= to => Ok(Asked::Simulation(Period { from, to })),
            (None, Some(_), Some(_)) => Err(self.wrong("`to` is before `from`")),
            (as_of, None, None) => match as_of.or(snapshot.as_of) {
                Some(as_of) => Ok(Asked::Plan(as_of)),
                None => Err(self.wrong("say which day, with `as_of`, or which days, with `from` and `to`")),
            },
            _ => Err(self.wrong("say either `as_of`, for a plan, or `from` and `to`, for a simulation")),
        }
    }

    fn wrong(&self, why: &str) -> Exit {
        fail(&format!("`{}`: {why}", self.folder.join(CASE).display()))
    }

    /// Compares what the case gives with what it should, and rewrites that if it is to be accepted.
    pub(super) fn compare(
        &self,
        program: &Program,
        templates: &TemplateSet,
        accept: bool,
    ) -> Result<(CaseReport, Reached), Exit> {
        let snapshot = data::load(&program.policy, &self.folder.join(&self.data))?;
        let (actual, reached) = match self.asked(&snapshot)? {
            Asked::Plan(day) => plan(program, templates, &snapshot, day),
            Asked::Simulation(period) => self.simulation(program, templates, snapshot, period),
        };
        let path = self.folder.join(EXPECTED);
        let shown = path.display().to_string();
        let before = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(fail(&format!("`{shown}` cannot be read: {error}"))),
        };
        let expected = before.as_deref().unwrap_or_default();
        let difference = (expected != actual).then(|| {
            let shown = render::difference::unified(&shown, expected, &actual);
            shown.unwrap_or_else(|| String::from("they are too long to show where\n"))
        });
        let accepted = accept && difference.is_some();
        if accepted {
            let written = match before {
                Some(_) => replace(&path, &actual),
                None => to_file(&path, |out| out.write_all(actual.as_bytes())),
            };
            written.map_err(|error| fail(&format!("`{shown}` cannot be written: {error}")))?;
        }
        Ok((CaseReport { folder: self.folder.display().to_string(), difference, accepted }, reached))
    }

    fn simulation(
        &self,
        program: &Program,
        templates: &TemplateSet,
        snapshot: Snapshot,
        period: Period,
    ) -> (String, Reached) {
        let simulation = simulate(program, templates, snapshot, period, self.habits, |_| ());
        let mut reached = Reached::default();
        reached.add_simulation(&program.policy, &simulation);
        (render::test::simulation(&simulation), reached)
    }
}

fn plan(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    day: NaiveDate,
) -> (String, Reached) {
    let plan = evaluate::plan(program, templates, snapshot, day, Options::default());
    let mut reached = Reached::default();
    reached.add_look(
        &program.policy,
        &look(program, templates, snapshot, day, &mut Watch::new(snapshot), true, &Entries),
    );
    (render::test::plan(&plan), reached)
}

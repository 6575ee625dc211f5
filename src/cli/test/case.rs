//! A snapshot case: a policy, data and dates, and the plan or the simulation that they should give.

use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use super::find::CASE;
use crate::cli::output::{replace, to_file};
use crate::cli::{Exit, data, fail};
use crate::compile::Program;
use crate::coverage::{CaseReport, Reached};
use crate::evaluate::{self, Options, Watch, look};
use crate::render;
use crate::simulate::{Habits, Period, simulate};
use crate::snapshot::Snapshot;
use crate::template::TemplateSet;

/// The file with what a case should give.
const EXPECTED: &str = "expected.txt";

/// What `case.yaml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The folder it stands in.
    #[serde(skip)]
    folder: PathBuf,
    #[serde(default = "usual_policy")]
    policy: PathBuf,
    #[serde(default = "usual_data")]
    data: PathBuf,
    as_of: Option<NaiveDate>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    #[serde(default)]
    approval_days: u32,
    #[serde(default)]
    task_days: u32,
}

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

fn usual_policy() -> PathBuf {
    PathBuf::from("policy.dun")
}

fn usual_data() -> PathBuf {
    PathBuf::from("data")
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
        let case: Case = serde_yaml::from_str(&text).map_err(|error| {
            let why = error.to_string();
            let why = why.lines().next().unwrap_or_default().trim_start_matches("error: ");
            fail(&format!("`{shown}` is no snapshot case: {why}"))
        })?;
        Ok(Case { folder: folder.to_path_buf(), ..case })
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
        let habits = Habits { approval_days: self.approval_days, task_days: self.task_days };
        let simulation = simulate(program, templates, snapshot, period, habits, |_| ());
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
    reached
        .add_look(&program.policy, &look(program, templates, snapshot, day, &mut Watch::new(snapshot), true));
    (render::test::plan(&plan), reached)
}

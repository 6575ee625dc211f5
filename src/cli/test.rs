//! `dun test`.

mod case;
mod find;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::output::{colour_results, deliver};
use super::project::Project;
use super::{Exit, day, fail};
use crate::compile::Program;
use crate::coverage::{PolicyReport, Reached, Report, coverage, suggestions};
use crate::render;
use crate::scenario::{self, Verdict};
use crate::syntax::ast::{Block, Scenario};
use case::Case;
use find::{Found, find};

/// Run the scenarios of policies, and compare snapshot cases with what they should give
#[derive(Debug, Args)]
pub(super) struct TestArguments {
    /// Policy files, and folders to look through for policies and for snapshot cases (`case.yaml`)
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Rewrite what snapshot cases should give, after showing what changes; refused with `CI=true`
    #[arg(long)]
    accept: bool,
    /// Fail when less of a policy is reached
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
    /// How to report
    #[arg(long, value_enum, default_value_t)]
    format: TestFormat,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum TestFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// JUnit XML, for build servers
    Junit,
}

/// A policy under test.
struct Tested {
    /// Its path without links and dots.
    path: PathBuf,
    program: Program,
    project: Project,
    /// Whether it is tested itself, and not only used by snapshot cases.
    named: bool,
    reached: Reached,
    report: PolicyReport,
}

impl TestArguments {
    pub(super) fn run(self) -> Exit {
        if self.accept && is_ci() {
            return fail(
                "nothing is accepted with `CI=true`: run `dun test --accept` where a person reads what changes",
            );
        }
        let found = match find(&self.paths) {
            Ok(found) => found,
            Err(why) => return fail(&why),
        };
        if self.min_coverage.is_some() && found.policies.is_empty() {
            return fail(
                "`--min-coverage` measures the policies that are named, and none is: name the policy beside its snapshot cases, as in `dun test policy.dun cases --min-coverage 90`",
            );
        }
        let (tested, unusable) = self.test(&found);
        let policies = tested.into_iter().map(|tested| self.finish(tested)).collect();
        let report = Report::of(policies, unusable);
        let exit = match (report.unusable.is_empty(), report.passed) {
            (false, _) => Exit::Failed,
            (true, true) => Exit::Done,
            (true, false) => Exit::Unexpected,
        };
        deliver(None, exit, |out| match self.format {
            TestFormat::Text => out.write_all(render::test::text(&report, colour_results(None)).as_bytes()),
            TestFormat::Json => render::test::json(&report, out),
            TestFormat::Junit => out.write_all(render::test::junit(&report).as_bytes()),
        })
    }

    /// Tests everything that can be read; the paths of what cannot.
    fn test(&self, found: &Found) -> (Vec<Tested>, Vec<String>) {
        let mut tested: Vec<Tested> = Vec::new();
        let mut unusable: Vec<String> = Vec::new();
        for path in &found.policies {
            match Tested::open(path, true, &mut tested) {
                Ok(at) => tested[at].scenarios(),
                Err(_) => unusable.push(path.display().to_string()),
            }
        }
        for folder in &found.cases {
            if self.case(folder, &mut tested).is_err() {
                unusable.push(folder.display().to_string());
            }
        }
        (tested, unusable)
    }

    fn case(&self, folder: &Path, tested: &mut Vec<Tested>) -> Result<(), Exit> {
        let case = Case::read(folder)?;
        let at = Tested::open(&case.policy(), false, tested)?;
        let Tested { program, project, reached, report, .. } = &mut tested[at];
        let (compared, met) = case.compare(program, &project.templates, self.accept)?;
        reached.add(met);
        report.cases.push(compared);
        Ok(())
    }

    /// What a policy's tests came to.
    fn finish(&self, tested: Tested) -> PolicyReport {
        let Tested { program, project, named, reached, report, .. } = tested;
        if !named {
            return report;
        }
        let coverage = coverage(&program.policy, &reached);
        let below_coverage = self.min_coverage.is_some_and(|least| coverage.percent < usize::from(least));
        let suggestions = match self.format {
            TestFormat::Junit => Vec::new(),
            TestFormat::Text | TestFormat::Json => {
                suggestions(&program, &project.templates, &coverage.missing)
            }
        };
        PolicyReport { coverage: Some(coverage), suggestions, below_coverage, ..report }
    }
}

impl Tested {
    /// Opens a policy, each once; gives its place.
    fn open(path: &Path, named: bool, tested: &mut Vec<Tested>) -> Result<usize, Exit> {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(known) = tested.iter().position(|tested| tested.path == canonical) {
            return Ok(known);
        }
        let (project, policy) = day::open(path, None)?;
        let report = PolicyReport {
            file: path.display().to_string(),
            scenarios: Vec::new(),
            cases: Vec::new(),
            coverage: None,
            suggestions: Vec::new(),
            below_coverage: false,
        };
        let program = Program::new(policy);
        tested.push(Tested { path: canonical, program, project, named, reached: Reached::default(), report });
        Ok(tested.len() - 1)
    }

    /// Runs the scenarios of the policy.
    fn scenarios(&mut self) {
        let blocks = self.project.ast.blocks.iter();
        let scenarios =
            blocks.filter_map(|block| if let Block::Scenario(own) = block { Some(own) } else { None });
        let ran: Vec<(Verdict, Reached)> = scenarios.filter_map(|own| self.scenario(own)).collect();
        for (verdict, reached) in ran {
            self.report.scenarios.push(verdict);
            self.reached.add(reached);
        }
    }

    /// Runs a scenario; one whose facts cannot be used has kept the policy from being opened.
    fn scenario(&self, scenario: &Scenario) -> Option<(Verdict, Reached)> {
        let policy = &self.program.policy;
        let scene = scenario::load(policy, scenario).ok()?;
        let Project { templates, sources, .. } = &self.project;
        let ran = scenario::run(&self.program, templates, sources, scenario, scene);
        let mut reached = Reached::default();
        ran.days.iter().for_each(|look| reached.add_look(policy, look));
        Some((ran.verdict, reached))
    }
}

/// Whether a build server runs this, where nobody reads what would be accepted.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

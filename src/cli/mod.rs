//! The command line: the only place beside the loaders that touches files, clock and terminal.
#![expect(clippy::disallowed_methods, reason = "the command line reads files, the clock and the environment")]

mod check;
mod completions;
mod data;
mod day;
mod diff;
mod explain;
mod fmt;
mod init;
mod output;
mod plan;
mod progress;
mod project;
mod read;
mod recheck;
mod reference;
mod schema;
mod simulate;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Collections policy as code: rules a manager can read, a plan an executor can trust.
#[derive(Debug, Parser)]
#[command(name = "dun", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Check),
    Diff(diff::DiffArguments),
    Explain(explain::ExplainArguments),
    Fmt(fmt::Fmt),
    Plan(plan::PlanArguments),
    Read(read::ReadArguments),
    Recheck(recheck::RecheckArguments),
    Simulate(simulate::SimulateArguments),
    Test(test::TestArguments),
    Schema(schema::SchemaArguments),
    Init(init::Init),
    Completions(completions::Completions),
}

/// How a verb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Done; warnings, problems and withheld steps included.
    Done,
    /// Usage, policy or unreadable data; `--strict`; `--deny warnings`.
    Failed,
    /// `fmt --check` found what would change; `recheck --exit-code` what does not stand, `diff --exit-code` a
    /// difference.
    Differs,
    /// `diff --fail-on` found what it names; a scenario, a snapshot case or the coverage is not as expected.
    Unexpected,
    /// The data is too old, or the ledger is ahead: the plan withholds every contact.
    Refused,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Differs => 2,
            Exit::Unexpected => 3,
            Exit::Refused => 4,
        })
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is a usage error, and ours is 1.
            let exit = if error.use_stderr() { Exit::Failed } else { Exit::Done };
            let _ = error.print();
            return exit.into();
        }
    };
    let exit = match cli.verb {
        Verb::Check(arguments) => arguments.run(),
        Verb::Diff(arguments) => arguments.run(),
        Verb::Explain(arguments) => arguments.run(),
        Verb::Fmt(arguments) => arguments.run(),
        Verb::Plan(arguments) => arguments.run(),
        Verb::Read(arguments) => arguments.run(),
        Verb::Recheck(arguments) => arguments.run(),
        Verb::Simulate(arguments) => arguments.run(),
        Verb::Test(arguments) => arguments.run(),
        Verb::Schema(arguments) => arguments.run(),
        Verb::Init(arguments) => arguments.run(),
        Verb::Completions(arguments) => arguments.run(),
    };
    exit.into()
}

/// Says what went wrong, without a place in a policy file.
fn fail(message: &str) -> Exit {
    output::tell(&format!("error: {message}\n"));
    Exit::Failed
}

//! `dun completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::deliver;
use super::{Cli, Exit};

/// Print what a shell needs to complete dun's commands and options
#[derive(Debug, Args)]
#[command(after_help = "For bash, add this to ~/.bashrc:\n\n  source <(dun completions bash)")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "dun", &mut script);
        deliver(None, Exit::Done, |out| out.write_all(&script))
    }
}

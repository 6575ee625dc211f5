//! The `dun` command: only the exit code is made here.

use std::process::ExitCode;

fn main() -> ExitCode {
    dun::cli::main()
}

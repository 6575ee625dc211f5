//! The `dun` command: only the exit code is made here.

use std::process::ExitCode;

/// A plan is made of many small texts, and large ones between them, which the system's allocator is slow to sort out.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    dun::cli::main()
}

//! The `dun` command.

fn main() {}

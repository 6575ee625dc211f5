//! The data of a verb: read with a bar that shows how far it is, and what is wrong said with its code and a cure.

use std::path::Path;

use super::Exit;
use super::output::tell;
use super::progress::Bar;
use crate::model::Policy;
use crate::render;
use crate::snapshot::{self, LoadError, LoadOptions, Progress, Snapshot};

/// How the bar of a load looks.
const STYLE: &str = "reading {wide_bar} {bytes} of {total_bytes}";

/// Reads the data as a policy asks for.
pub(super) fn read(policy: &Policy, path: &Path) -> Result<Snapshot, LoadError> {
    let options = LoadOptions::of(policy);
    snapshot::load_watched(path, &options, &mut Bar::new(STYLE))
}

/// The same; what cannot be read is told, and ends the run.
pub(super) fn load(policy: &Policy, path: &Path) -> Result<Snapshot, Exit> {
    read(policy, path).map_err(|error| {
        tell(&render::text::unreadable(&error));
        Exit::Failed
    })
}

/// How many problems of the data are told where the verb does not list them.
const TOLD: usize = 8;

/// Tells what is wrong with the data, each with its place, for a verb that does not list it; the others are counted.
pub(super) fn tell_problems(snapshot: &Snapshot) {
    let problems = || snapshot.problems.iter().filter(|problem| !problem.is_remark());
    for problem in problems().take(TOLD) {
        tell(&format!("warning: {}\n", render::text::problem(problem)));
    }
    if let Some(more) = problems().count().checked_sub(TOLD).filter(|more| *more > 0) {
        let more = render::text::count(more, "more problem");
        tell(&format!("warning: {more} in the data, which `dun plan` lists\n"));
    }
}

impl Progress for Bar {
    fn read(&mut self, bytes: u64, of: u64) {
        self.tell(bytes, of, String::new);
    }
}

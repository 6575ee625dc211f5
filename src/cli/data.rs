//! The data of a verb: read with a bar that shows how far it is, and what is wrong said with its code and a cure.

use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Exit;
use super::output::tell;
use crate::model::Policy;
use crate::render;
use crate::snapshot::{self, LoadError, LoadOptions, Progress, Snapshot};

/// What is read sooner is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads the data as a policy asks for.
pub(super) fn read(policy: &Policy, path: &Path) -> Result<Snapshot, LoadError> {
    let options = LoadOptions::of(policy);
    snapshot::load_watched(path, &options, &mut Bar::new())
}

/// The same; what cannot be read is told, and ends the run.
pub(super) fn load(policy: &Policy, path: &Path) -> Result<Snapshot, Exit> {
    read(policy, path).map_err(|error| {
        tell(&render::text::unreadable(&error));
        Exit::Failed
    })
}

/// A bar on standard error, where that is a terminal that can draw one; gone when it is dropped.
struct Bar {
    begun: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    fn new() -> Bar {
        Bar { begun: Instant::now(), bar: None }
    }

    fn draw(of: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("reading {wide_bar} {bytes} of {total_bytes}");
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}

impl Progress for Bar {
    fn read(&mut self, bytes: u64, of: u64) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            self.bar = Some(Bar::draw(of));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

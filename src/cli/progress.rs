//! A bar on standard error for what takes a while, where that is a terminal that can draw one; gone when it is dropped.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is done sooner is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far something has come.
pub(super) struct Bar {
    begun: Instant,
    style: &'static str,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// A bar that is drawn in a style of indicatif's, once it is worth it.
    pub(super) fn new(style: &'static str) -> Bar {
        Bar { begun: Instant::now(), style, bar: None }
    }

    /// Tells how much of the whole is done, and what was done last.
    pub(super) fn tell(&mut self, done: u64, of: u64, last: impl Fn() -> String) {
        if self.bar.is_none() && self.begun.elapsed() >= PATIENCE {
            let bar = ProgressBar::with_draw_target(Some(of), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(self.style);
            self.bar = Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(done);
            bar.set_message(last());
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

//! Carve-outs in English: when one applies.

use super::condition::condition;
use super::words::sentence;
use crate::model::{CarveOut, Policy};

/// A carve-out as a sentence; what it then does are sentences of their own.
#[must_use]
pub fn carve_out(policy: &Policy, carve_out: &CarveOut) -> String {
    let when = condition(policy, &carve_out.when);
    sentence(&format!("the carve-out {} applies as long as {when}", carve_out.name))
}

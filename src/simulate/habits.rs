//! How long people take in a simulation.

use schemars::JsonSchema;
use serde::Serialize;

use crate::plan::{Action, Mode};

/// How many days people take. None means that they act on the day they are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Habits {
    /// Days from the first plan that asks for an approval to the day it is given.
    pub approval_days: u32,
    /// Days from the first plan that gives a task to the day it is done.
    pub task_days: u32,
}

impl Habits {
    /// How many days an action waits for people: first for those who approve it, then for the one who does it.
    pub(super) fn days_for(self, action: &Action) -> u64 {
        let approval = if action.mode == Mode::Approval { self.approval_days } else { 0 };
        let task = if action.is_by_person() { self.task_days } else { 0 };
        u64::from(approval) + u64::from(task)
    }
}

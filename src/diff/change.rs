//! One change of meaning.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Policy, RuleId};

/// What changes in the meaning of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A setting of the policy block, or the policy's name.
    Setting,
    /// Who has a role.
    Role,
    /// What a field of the policy's own holds.
    Field,
    /// A calendar.
    Calendar,
    /// A segment is new.
    SegmentAdded,
    /// A segment is gone.
    SegmentRemoved,
    /// A segment takes other invoices.
    SegmentTakes,
    /// Invoices that fit two segments belong to the other one.
    SegmentOrder,
    /// A segment follows other cadences.
    SegmentFollows,
    /// A cadence is new.
    CadenceAdded,
    /// A cadence is gone.
    CadenceRemoved,
    /// How a cadence climbs: per customer, after missed steps, on closed days.
    CadenceChanged,
    /// A carve-out is new.
    CarveOutAdded,
    /// A carve-out is gone.
    CarveOutRemoved,
    /// A carve-out has another name, which the ledger knows its steps by.
    CarveOutRenamed,
    /// A carve-out applies to other invoices.
    CarveOutApplies,
    /// A restriction is new.
    RestrictionAdded,
    /// A restriction is gone.
    RestrictionRemoved,
    /// A restriction has other terms.
    RestrictionChanged,
    /// A step is new.
    StepAdded,
    /// A step is gone.
    StepRemoved,
    /// A step comes at another time.
    StepMoved,
    /// Of messages of one day another one stands first.
    StepOrder,
    /// A step depends on something else.
    StepCondition,
    /// A step needs an approval that it did not need.
    ApprovalAdded,
    /// A step no longer needs an approval.
    ApprovalRemoved,
    /// A step does something else, or otherwise.
    StepChanged,
    /// The ledger knows a step by another name.
    StepRenamed,
    /// The text of a template.
    Text,
}

/// A line of a policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct RulePlace {
    /// The rule's stable name.
    pub rule: Arc<str>,
    /// The policy file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u32,
}

/// A change of meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// What it is.
    pub kind: ChangeKind,
    /// The block that it is about: a segment, a cadence or a carve-out, `everywhere` or `policy`.
    pub block: Arc<str>,
    /// What changes, as a manager would say it.
    pub sentence: String,
    /// The lines of the old policy that say how it was.
    pub old: Vec<RulePlace>,
    /// The lines of the new policy that say how it is.
    pub new: Vec<RulePlace>,
}

impl Change {
    /// A change without lines that a decision could name.
    pub(super) fn general(kind: ChangeKind, block: &str, sentence: String) -> Change {
        Change { kind, block: Arc::from(block), sentence, old: Vec::new(), new: Vec::new() }
    }

    /// The same with its lines.
    pub(super) fn at(self, old: (&Policy, &[RuleId]), new: (&Policy, &[RuleId])) -> Change {
        Change { old: places(old.0, old.1), new: places(new.0, new.1), ..self }
    }
}

fn places(policy: &Policy, rules: &[RuleId]) -> Vec<RulePlace> {
    let place = |&id: &RuleId| {
        let rule = policy.rule(id);
        RulePlace { rule: Arc::clone(&rule.id), file: Arc::clone(&rule.file), line: rule.line }
    };
    rules.iter().map(place).collect()
}

//! Why a step fares otherwise: the change of meaning that touches the rule that decided, else the decision's own words.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::change::{Change, ChangeKind, RulePlace};
use super::fate::{Found, Side, place};

/// Why a step fares otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cause {
    /// In a person's words.
    pub sentence: String,
    /// The line that decided.
    pub rule: Option<RulePlace>,
    /// Whether the line is one of the old policy, since the new one has none for it.
    pub is_old: bool,
    /// The change of meaning behind it, by its place among all; none where no change touches that line.
    pub change: Option<usize>,
}

/// The cause, the first of these that there is: a change of who approves or of what keeps back; of a step that only
/// one side has, the change by which its line went or came; the change by which its invoice fell into another segment;
/// any other change of its line; where the policy has one change only, that one.
pub(super) fn cause(
    changes: &[Change],
    (before, after): (Option<&Found>, Option<&Found>),
    (old, new): (&Side, &Side),
) -> Option<Cause> {
    let mut lost = before.map(|found| rules(found, after)).unwrap_or_default();
    lost.extend(after.and_then(|found| old.hold_of(found)).and_then(|blocker| blocker.rule.clone()));
    let gained = after.map(|found| rules(found, before)).unwrap_or_default();
    let own = |found: Option<&Found>| -> Vec<Arc<str>> {
        found.map(|found| Arc::clone(&found.member.rule)).into_iter().collect()
    };
    let came_or_went = |change: &Change| {
        change.kind == ChangeKind::StepRenamed || change.old.is_empty() || change.new.is_empty()
    };
    let is_one_sided = before.is_none() || after.is_none();
    let found = position(changes, &lost, &gained, |_| true)
        .or_else(|| position(changes, &own(before), &own(after), |one| is_one_sided && came_or_went(one)))
        .or_else(|| of_segment(changes, segment(before.or(after), old), segment(after.or(before), new)))
        .or_else(|| position(changes, &own(before), &own(after), |_| true))
        .or_else(|| (changes.len() == 1).then_some(0));
    if let Some(at) = found {
        let change = &changes[at];
        let rule = change.new.first().or(change.old.first()).cloned();
        let is_old = rule.is_some() && change.new.is_empty();
        return Some(Cause { sentence: change.sentence.clone(), rule, is_old, change: Some(at) });
    }
    let because = &after.or(before)?.action.because;
    let rule = place(because);
    let is_old = rule.is_some() && after.is_none();
    Some(Cause { sentence: because.sentence.clone(), rule, is_old, change: None })
}

/// The first change of these that names one of the rules, or its block, on its side.
fn position(
    changes: &[Change],
    old: &[Arc<str>],
    new: &[Arc<str>],
    fits: impl Fn(&Change) -> bool,
) -> Option<usize> {
    // The header of a block speaks of all its lines.
    let touches = |place: &RulePlace, rule: &str| {
        rule.strip_prefix(&*place.rule).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let names = |rules: &[RulePlace], wanted: &[Arc<str>]| {
        rules.iter().any(|place| wanted.iter().any(|rule| touches(place, rule)))
    };
    changes.iter().position(|change| fits(change) && (names(&change.old, old) || names(&change.new, new)))
}

/// The segment that a step's invoice is in on a side.
fn segment<'a>(found: Option<&Found>, side: &Side<'a>) -> Option<&'a Arc<str>> {
    side.segments.get(found?.member.invoice.as_deref()?).copied()
}

/// The rules by which a step waits for people or is withheld and that the other side does not know.
fn rules(found: &Found, other: Option<&Found>) -> Vec<Arc<str>> {
    let all = |found: &Found| -> Vec<Arc<str>> {
        let approvers = found.action.approvers.iter().map(|approver| Arc::clone(&approver.rule));
        approvers.chain(found.blockers.iter().filter_map(|blocker| blocker.rule.clone())).collect()
    };
    let known = other.map(all).unwrap_or_default();
    all(found).into_iter().filter(|rule| !known.contains(rule)).collect()
}

/// The change by which an invoice fell into another segment, or its segment follows something else.
fn of_segment(changes: &[Change], was: Option<&Arc<str>>, is: Option<&Arc<str>>) -> Option<usize> {
    let concerns = |change: &Change| {
        let block = Some(&change.block);
        match change.kind {
            ChangeKind::SegmentFollows => was == block || is == block,
            ChangeKind::SegmentAdded
            | ChangeKind::SegmentRemoved
            | ChangeKind::SegmentTakes
            | ChangeKind::SegmentOrder => was != is && (was == block || is == block),
            _ => false,
        }
    };
    changes.iter().position(concerns)
}

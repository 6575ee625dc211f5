//! What means the same: conditions by what they catch, lines without their places.

use std::collections::BTreeSet;

use super::common::Common;
use crate::model::{
    Act, Approval, Condition, Predicate, Rates, Restriction, RestrictionKind, RuleId, Step, Test,
};
use crate::region::{Region, Space};

/// The number of every rule where only the meaning counts.
const NO_RULE: RuleId = RuleId(u32::MAX);

/// The conditions of two policies, as far as they can be worked out.
pub(super) struct Ground<'a> {
    space: Space<'a>,
}

impl<'a> Ground<'a> {
    /// `rates` are those of both.
    pub(super) fn new(common: &'a Common, rates: &'a Rates) -> Ground<'a> {
        let new = &common.new;
        let space = Space { fields: &new.fields, currency: new.settings.currency, rates };
        Ground { space }
    }

    /// Whether two conditions hold for the same invoices, and are unknown for the same.
    pub(super) fn same_condition(&self, a: &Condition, b: &Condition) -> bool {
        let both = |one: Option<Region>, other: Option<Region>| match (one, other) {
            (Some(one), Some(other)) => self.space.covers(&one, &other) && self.space.covers(&other, &one),
            _ => false,
        };
        plain(a) == plain(b)
            || (both(self.space.holds(a), self.space.holds(b))
                && both(self.space.fails(a), self.space.fails(b)))
    }

    /// The same of conditions that need not be there.
    pub(super) fn same_when(&self, a: Option<&Condition>, b: Option<&Condition>) -> bool {
        match (a, b) {
            (Some(a), Some(b)) => self.same_condition(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }

    /// Whether no invoice can be in both; no when that is not sure.
    pub(super) fn disjoint(&self, a: Option<&Condition>, b: Option<&Condition>) -> bool {
        let region =
            |of: Option<&Condition>| of.map_or(Some(Region::everything()), |when| self.space.holds(when));
        let both = region(a).zip(region(b)).and_then(|(a, b)| self.space.and(&a, &b));
        both.is_some_and(|both| both.is_empty())
    }

    /// Whether a condition is known not to hold for any invoice of which `all` holds; no when that is not sure.
    pub(super) fn spares(&self, when: &Condition, all: &Condition) -> bool {
        let regions = self.space.fails(when).zip(self.space.holds(all));
        regions.is_some_and(|(fails, all)| !all.is_empty() && self.space.covers(&fails, &all))
    }
}

/// A condition in one of its spellings: what stands side by side in order, texts in small letters.
fn plain(condition: &Condition) -> Condition {
    match condition {
        Condition::Test(test) => Condition::Test(plain_test(test)),
        Condition::Not(inner) => match plain(inner) {
            Condition::Not(twice) => *twice,
            inner => Condition::Not(Box::new(inner)),
        },
        Condition::All(parts) => joined(parts, Condition::All, |part| match part {
            Condition::All(parts) => Ok(parts),
            other => Err(other),
        }),
        Condition::Any(parts) => joined(parts, Condition::Any, |part| match part {
            Condition::Any(parts) => Ok(parts),
            other => Err(other),
        }),
    }
}

fn joined(
    parts: &[Condition],
    join: fn(Vec<Condition>) -> Condition,
    opened: fn(Condition) -> Result<Vec<Condition>, Condition>,
) -> Condition {
    let parts = parts.iter().map(plain).flat_map(|part| opened(part).unwrap_or_else(|one| vec![one]));
    let mut parts: Vec<Condition> = parts.collect();
    parts.sort_by_cached_key(|part| format!("{part:?}"));
    parts.dedup();
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

fn plain_test(test: &Test) -> Test {
    let predicate = match &test.predicate {
        Predicate::Text(texts) => {
            let texts: BTreeSet<String> = texts.iter().map(|text| text.to_lowercase()).collect();
            Predicate::Text(texts.into_iter().collect())
        }
        Predicate::Tag(tag) => Predicate::Tag(tag.to_lowercase()),
        other => other.clone(),
    };
    Test { field: test.field, predicate }
}

/// A restriction without its line.
pub(super) fn bare(restriction: &Restriction) -> RestrictionKind {
    match &restriction.kind {
        RestrictionKind::NeedsApproval(approval) => RestrictionKind::NeedsApproval(unruled(*approval)),
        kind => kind.clone(),
    }
}

/// Who must approve a step by its own line, in one order and each once.
pub(super) fn approvals(step: &Step) -> BTreeSet<Approval> {
    step.approvals.iter().map(|approval| unruled(*approval)).collect()
}

fn unruled(approval: Approval) -> Approval {
    Approval { rule: NO_RULE, ..approval }
}

/// What a step does, with copies and attachments in one order.
pub(super) fn acts(step: &Step) -> Vec<Act> {
    let mut acts = step.acts.clone();
    for act in &mut acts {
        if let Act::Message { cc, attach, .. } = act {
            cc.sort();
            cc.dedup();
            attach.sort();
            attach.dedup();
        }
    }
    acts
}

//! Restrictions of a block: those that are new, those that are gone, and those with other terms. They add up in any
//! order, and one said twice is said once.

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::same::bare;
use crate::model::{Restriction, RestrictionKind, RuleId};
use crate::read::change::{instead, lifted};
use crate::read::limits;

impl Meaning<'_> {
    /// The changes of a block's restrictions.
    pub(super) fn restrictions(&self, block: &str, old: &[Restriction], new: &[Restriction]) -> Vec<Change> {
        let mut gone = without(old, new);
        let mut found = Vec::new();
        for (kind, rule) in without(new, old) {
            let other = gone.iter().enumerate().find_map(|(at, (before, rule))| {
                instead(self.new, before, &kind).map(|sentence| (at, *rule, sentence))
            });
            let change = match other {
                Some((at, before, sentence)) => {
                    gone.remove(at);
                    let sentence = format!("{block}: {sentence}");
                    self.change(ChangeKind::RestrictionChanged, block, sentence, (&[before], &[rule]))
                }
                None => {
                    let sentence = format!("{block}: now {}", limits(self.new, &kind));
                    self.change(ChangeKind::RestrictionAdded, block, sentence, (&[], &[rule]))
                }
            };
            found.push(change);
        }
        let lifted = gone.into_iter().map(|(kind, rule)| {
            let sentence = format!("{block}: {}", lifted(self.old, &kind));
            self.change(ChangeKind::RestrictionRemoved, block, sentence, (&[rule], &[]))
        });
        found.extend(lifted);
        found
    }
}

/// The restrictions of one side that the other does not have, each once.
fn without(of: &[Restriction], other: &[Restriction]) -> Vec<(RestrictionKind, RuleId)> {
    let other: Vec<RestrictionKind> = other.iter().map(bare).collect();
    let mut left: Vec<(RestrictionKind, RuleId)> = Vec::new();
    for restriction in of {
        let kind = bare(restriction);
        if !other.contains(&kind) && !left.iter().any(|(known, _)| *known == kind) {
            left.push((kind, restriction.rule));
        }
    }
    left
}

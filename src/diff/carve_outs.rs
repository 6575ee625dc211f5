//! Carve-outs: they add up in any order, and their names stand in the keys of their steps.

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::pairs::pairs;
use super::steps::{Placed, step_pairs};
use crate::model::{CarveOut, Catches, Policy, RestrictionKind, RuleId};
use crate::read;
use crate::read::change::contents;
use crate::read::words::list;

impl Meaning<'_> {
    /// The changes of carve-outs.
    pub(super) fn carve_outs(&self) -> Vec<Change> {
        let (old, new) = (&self.old.carve_outs, &self.new.carve_outs);
        let same_name = |a: usize, b: usize| old[a].name == new[b].name;
        let same_when = |a: usize, b: usize| self.ground.same_condition(&old[a].when, &new[b].when);
        let same = |a: usize, b: usize| self.carve_out(&old[a], &new[b]).is_empty();
        let both = |a: usize, b: usize| same_name(a, b) && same(a, b);
        let pairs = pairs(old.len(), new.len(), &[&both, &same, &same_name, &same_when]);
        let mut found = Vec::new();
        for at in &pairs.added {
            let sentence = format!("the carve-out {} is new: {}", new[*at].name, about(self.new, &new[*at]));
            let rules = rules(&new[*at]);
            found.push(self.change(ChangeKind::CarveOutAdded, &new[*at].name, sentence, (&[], &rules)));
        }
        for at in &pairs.gone {
            let sentence = format!(
                "the carve-out {} is gone; it said that {}",
                old[*at].name,
                about(self.old, &old[*at])
            );
            let rules = rules(&old[*at]);
            found.push(self.change(ChangeKind::CarveOutRemoved, &old[*at].name, sentence, (&rules, &[])));
        }
        for &(a, b) in &pairs.both {
            found.extend(self.carve_out(&old[a], &new[b]));
        }
        found
    }

    /// The changes between two carve-outs; none when they mean the same.
    fn carve_out(&self, old: &CarveOut, new: &CarveOut) -> Vec<Change> {
        let block = &*new.name;
        let mut found = Vec::new();
        let prefixes = [old, new].map(|carve_out| format!("{}/", carve_out.name));
        let prefixes = [prefixes[0].as_str(), prefixes[1].as_str()];
        let (before, after) = (placed(old), placed(new));
        let keeps_steps = !step_pairs(self, &before, &after, prefixes).both.is_empty();
        if old.name != new.name && keeps_steps {
            let sentence = format!(
                "the carve-out {} is now called {block}, and what its steps did under the old name does not count",
                old.name
            );
            found.push(self.of_carve_out(ChangeKind::CarveOutRenamed, sentence, old, new));
        }
        if !self.ground.same_condition(&old.when, &new.when) {
            let sentence = self.applies(old, new);
            found.push(self.of_carve_out(ChangeKind::CarveOutApplies, sentence, old, new));
        }
        found.extend(self.restrictions(block, &old.restrictions, &new.restrictions));
        found.extend(self.steps(block, &before, &after, prefixes));
        found
    }

    fn of_carve_out(&self, kind: ChangeKind, sentence: String, old: &CarveOut, new: &CarveOut) -> Change {
        self.change(kind, &new.name, sentence, (&[old.rule], &[new.rule]))
    }

    /// Whom a carve-out applies to now: by the segments that it spares or no longer spares, and by its condition.
    fn applies(&self, old: &CarveOut, new: &CarveOut) -> String {
        let segments = |policy: &Policy, one: &CarveOut, other: &CarveOut| -> Vec<String> {
            let is_spared = |catches: &Catches| match catches {
                Catches::When(all) => {
                    self.ground.spares(&one.when, all) && !self.ground.spares(&other.when, all)
                }
                Catches::Everything => false,
            };
            let spared = policy.segments.iter().filter(|segment| is_spared(&segment.catches));
            spared.map(|segment| segment.name.to_string()).collect()
        };
        let spared = segments(self.new, new, old);
        let caught = segments(self.new, old, new);
        let holds = |of: &CarveOut| {
            of.restrictions.iter().any(|own| matches!(own.kind, RestrictionKind::Hold { .. }))
        };
        let verb = if holds(old) && holds(new) { "hold" } else { "concern" };
        let mut parts = Vec::new();
        if !spared.is_empty() {
            parts.push(format!("no longer {verb}s {}", list(&spared, "and")));
        }
        if !caught.is_empty() {
            parts.push(format!("now {verb}s {} as well", list(&caught, "and")));
        }
        let (before, after) = (read::condition(self.old, &old.when), read::condition(self.new, &new.when));
        let told = if parts.is_empty() { String::new() } else { format!("{}: it ", parts.join(" and ")) };
        let verb = if told.is_empty() { "now applies" } else { "applies" };
        format!("{} {told}{verb} where {after}; before, where {before}", new.name)
    }
}

/// The steps of a carve-out, each on its own.
fn placed(carve_out: &CarveOut) -> Vec<Placed<'_>> {
    carve_out.steps.iter().map(|step| Placed { step, repeat: None, above: None }).collect()
}

/// A whole carve-out in one breath.
fn about(policy: &Policy, carve_out: &CarveOut) -> String {
    let restrictions = carve_out.restrictions.iter().map(|restriction| &restriction.kind);
    let does = contents(policy, carve_out.steps.iter(), restrictions);
    format!("where {}, {does}", read::condition(policy, &carve_out.when))
}

fn rules(carve_out: &CarveOut) -> Vec<RuleId> {
    let steps = carve_out.steps.iter().map(|step| step.rule);
    let restrictions = carve_out.restrictions.iter().map(|restriction| restriction.rule);
    std::iter::once(carve_out.rule).chain(steps).chain(restrictions).collect()
}

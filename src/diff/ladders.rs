//! Ladders: cadences, and the steps of segments of their own.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::pairs::{Pairs, pairs};
use super::steps::{Placed, step_pairs};
use crate::model::{Act, Anchor, Channel, Ladder, LadderId, Moment, Policy, RuleId, Step};
use crate::read;
use crate::read::change::{contents, named};

/// Which ladder is which: one that means the same, else the one of its name, else one that has half of its steps.
pub(super) fn ladder_pairs(meaning: &Meaning) -> Pairs {
    let (old, new) = (&meaning.old.ladders, &meaning.new.ladders);
    let same_name = |a: usize, b: usize| {
        let (a, b) = (&old[a], &new[b]);
        a.name == b.name && a.is_cadence == b.is_cadence
    };
    let same = |a: usize, b: usize| meaning.ladder("", &old[a], &new[b]).is_empty();
    let both = |a: usize, b: usize| same_name(a, b) && same(a, b);
    let similar = |a: usize, b: usize| {
        let (a, b) = (keys(&old[a]), keys(&new[b]));
        let shared = a.intersection(&b).count();
        shared > 0 && shared * 2 >= a.len().max(b.len())
    };
    pairs(old.len(), new.len(), &[&both, &same, &same_name, &similar])
}

fn keys(ladder: &Ladder) -> BTreeSet<&str> {
    ladder.rungs.iter().flat_map(|rung| &rung.steps).map(|step| step.key.as_str()).collect()
}

/// The steps of a ladder, where they stand.
fn placed(ladder: &Ladder) -> Vec<Placed<'_>> {
    let mut above = None;
    let mut found = Vec::new();
    for rung in &ladder.rungs {
        let follows = above.filter(|_| rung.moment.anchor == Anchor::Previous);
        let steps = rung.steps.iter().map(|step| Placed { step, repeat: rung.repeat, above: follows });
        found.extend(steps);
        above = rung.steps.first();
    }
    found
}

fn rules(ladder: &Ladder) -> Vec<RuleId> {
    let steps = ladder.rungs.iter().flat_map(|rung| &rung.steps).map(|step| step.rule);
    let restrictions = ladder.restrictions.iter().map(|restriction| restriction.rule);
    std::iter::once(ladder.rule).chain(steps).chain(restrictions).collect()
}

/// What a ladder does, in one breath.
fn does(policy: &Policy, ladder: &Ladder) -> String {
    let steps = ladder.rungs.iter().flat_map(|rung| &rung.steps);
    contents(policy, steps, ladder.restrictions.iter().map(|restriction| &restriction.kind))
}

impl Meaning<'_> {
    /// The changes of cadences that some segment follows.
    pub(super) fn cadences(&self) -> Vec<Change> {
        let (old, new) = (&self.old.ladders, &self.new.ladders);
        let used = |policy: &Policy, at: usize| {
            policy.ladders[at].is_cadence
                && policy.segments.iter().any(|segment| segment.ladders.contains(&LadderId(at)))
        };
        let mut found = Vec::new();
        for &(a, b) in &self.ladders.both {
            if used(self.old, a) || used(self.new, b) {
                found.extend(self.ladder(&new[b].name, &old[a], &new[b]));
            }
        }
        let is_copy = |at: usize| old.iter().any(|other| self.ladder("", other, &new[at]).is_empty());
        for &at in self.ladders.added.iter().filter(|&&at| used(self.new, at) && !is_copy(at)) {
            let name = &new[at].name;
            let sentence = format!("the cadence {name} is new: {}", does(self.new, &new[at]));
            found.push(self.change(ChangeKind::CadenceAdded, name, sentence, (&[], &rules(&new[at]))));
        }
        let is_kept = |at: usize| new.iter().any(|other| self.ladder("", &old[at], other).is_empty());
        for &at in self.ladders.gone.iter().filter(|&&at| used(self.old, at) && !is_kept(at)) {
            let name = &old[at].name;
            let sentence = format!("the cadence {name} is gone; it had {}", does(self.old, &old[at]));
            found.push(self.change(ChangeKind::CadenceRemoved, name, sentence, (&rules(&old[at]), &[])));
        }
        found
    }

    /// The changes between two ladders; none when they mean the same.
    pub(super) fn ladder(&self, block: &str, old: &Ladder, new: &Ladder) -> Vec<Change> {
        let mut found = self.climbing(block, old, new);
        let (before, after) = (placed(old), placed(new));
        found.extend(self.steps(block, &before, &after, ["", ""]));
        found.extend(self.order(block, &before, &after));
        found.extend(self.restrictions(block, &old.restrictions, &new.restrictions));
        found
    }

    /// How a ladder climbs, where the settings of the policy do not say it for it.
    fn climbing(&self, block: &str, old: &Ladder, new: &Ladder) -> Vec<Change> {
        let mut said = Vec::new();
        if old.per_customer != new.per_customer {
            said.push(String::from(if new.per_customer {
                "now climbed once for all overdue invoices of a customer in one currency, not once for each"
            } else {
                "now climbed once for each invoice, not once for all of a customer"
            }));
        }
        let (before, after) = (&self.old.settings, &self.new.settings);
        let by_setting = old.catch_up == before.catch_up && new.catch_up == after.catch_up;
        if old.catch_up != new.catch_up && !by_setting {
            let (new, old) = (read::catch_up(new.catch_up), read::catch_up(old.catch_up));
            said.push(format!("when steps were missed, {new}; before, {old}"));
        }
        let by_setting = old.weekends == before.weekends && new.weekends == after.weekends;
        if old.weekends != new.weekends && !by_setting {
            let (new, old) = (read::weekends(new.weekends), read::weekends(old.weekends));
            said.push(format!("a contact that falls on a closed day {new}; before, it {old}"));
        }
        let rules = ([old.rule], [new.rule]);
        let change = |what: String| {
            let sentence = format!("{block}: {what}");
            self.change(ChangeKind::CadenceChanged, block, sentence, (&rules.0, &rules.1))
        };
        said.into_iter().map(change).collect()
    }

    /// Messages of one channel and moment: the first of those on both sides leads when they are joined.
    fn order(&self, block: &str, old: &[Placed], new: &[Placed]) -> Vec<Change> {
        let pairs = step_pairs(self, old, new, ["", ""]);
        let of = |placed: &Placed| Some((placed.step.moment, channel(placed.step)?));
        let mut found: Vec<Change> = Vec::new();
        let mut told: BTreeSet<(Moment, Channel)> = BTreeSet::new();
        for (at, &(a, b)) in pairs.both.iter().enumerate() {
            let Some(place) = of(&new[b]).filter(|place| of(&old[a]) == Some(*place)) else { continue };
            let overtaken = pairs.both[at + 1..].iter().any(|&(other, with)| {
                other < a && of(&new[with]) == Some(place) && of(&old[other]) == Some(place)
            });
            if overtaken && told.insert(place) {
                let name = named(self.new, new[b].step);
                let sentence = format!(
                    "{block}: of the messages at {} {name} now stands first, and leads when they are joined",
                    place.0.name()
                );
                let rules = (&[old[a].step.rule], &[new[b].step.rule]);
                found.push(self.change(ChangeKind::StepOrder, block, sentence, (rules.0, rules.1)));
            }
        }
        found
    }
}

/// The channel of a message.
fn channel(step: &Step) -> Option<Channel> {
    step.acts.first().filter(|act| act.is_message()).and_then(Act::contact)
}

//! Steps of a block: which is which, by the key that the ledger knows it by, and what changes in one.

use std::collections::BTreeSet;

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::pairs::{Pairs, pairs};
use super::same::{acts, approvals};
use crate::model::{Approval, Moment, Repeat, RuleId, Step};
use crate::read;
use crate::read::change::{at as moment, contents, named};
use crate::read::words::list;

/// A step where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    /// The step.
    pub(super) step: &'a Step,
    /// How it comes back.
    pub(super) repeat: Option<Repeat>,
    /// The steps that one written after `previous` follows: those of the rung above.
    pub(super) above: Option<&'a Step>,
}

/// Steps that move from one moment to another, by their places on both sides.
type Moves = ([Moment; 2], Vec<(usize, usize)>);

impl Placed<'_> {
    fn moment(&self) -> Moment {
        self.step.moment
    }

    fn rule(&self) -> RuleId {
        self.step.rule
    }
}

/// Which step is which: by the key, by a key it had before, or by all that it does at the same moment.
pub(super) fn step_pairs(meaning: &Meaning, old: &[Placed], new: &[Placed], prefix: [&str; 2]) -> Pairs {
    // A carve-out's name stands before the keys of its steps.
    let key = |step: &Step, prefix: &str| step.key.strip_prefix(prefix).unwrap_or(&step.key).to_owned();
    let same_key = |a: usize, b: usize| key(old[a].step, prefix[0]) == key(new[b].step, prefix[1]);
    let formerly = |a: usize, b: usize| new[b].step.formerly.contains(&old[a].step.key);
    let same = |a: usize, b: usize| {
        old[a].moment() == new[b].moment() && meaning.step("", &old[a], &new[b]).is_empty()
    };
    pairs(old.len(), new.len(), &[&same_key, &formerly, &same])
}

impl Meaning<'_> {
    /// The changes of a block's steps.
    pub(super) fn steps(
        &self,
        block: &str,
        old: &[Placed],
        new: &[Placed],
        prefix: [&str; 2],
    ) -> Vec<Change> {
        let pairs = step_pairs(self, old, new, prefix);
        let mut found = self.moved(block, &pairs, old, new);
        for &(a, b) in &pairs.both {
            found.extend(self.renamed(block, &old[a], &new[b], prefix));
            found.extend(self.step(block, &old[a], &new[b]));
        }
        for at in &pairs.added {
            let step = new[*at].step;
            let what = contents(self.new, std::iter::once(step), std::iter::empty());
            let approval = read::step::approved(self.new, step);
            let approval = if approval.is_empty() { approval } else { format!(", once {approval}") };
            let sentence = format!("{block}: a new step, {what}{approval}");
            found.push(self.change(ChangeKind::StepAdded, block, sentence, (&[], &[step.rule])));
        }
        for at in &pairs.gone {
            let step = old[*at].step;
            let sentence = format!("{block}: {} at {} is gone", named(self.old, step), moment(step.moment));
            found.push(self.change(ChangeKind::StepRemoved, block, sentence, (&[step.rule], &[])));
        }
        found
    }

    /// Steps that come at another time, those that move together in one sentence.
    fn moved(&self, block: &str, pairs: &Pairs, old: &[Placed], new: &[Placed]) -> Vec<Change> {
        let mut moves: Vec<Moves> = Vec::new();
        let mut found = Vec::new();
        for &(a, b) in &pairs.both {
            let between = [old[a].moment(), new[b].moment()];
            if old[a].repeat != new[b].repeat {
                found.push(self.rescheduled(block, &old[a], &new[b]));
            } else if between[0] != between[1] {
                match moves.iter_mut().find(|(known, _)| *known == between) {
                    Some((_, steps)) => steps.push((a, b)),
                    None => moves.push((between, vec![(a, b)])),
                }
            }
        }
        let together = moves.into_iter().map(|([from, to], steps)| {
            let names: Vec<String> = steps.iter().map(|&(_, b)| named(self.new, new[b].step)).collect();
            let verb = if names.len() == 1 { "moves" } else { "move" };
            let names = list(&names, "and");
            let sentence = format!("{block}: {names} {verb} from {} to {}", moment(from), moment(to));
            let rules = |side: &[Placed], at: fn(&(usize, usize)) -> usize| -> Vec<RuleId> {
                steps.iter().map(|pair| side[at(pair)].rule()).collect()
            };
            let rules = (rules(old, |pair| pair.0), rules(new, |pair| pair.1));
            self.change(ChangeKind::StepMoved, block, sentence, (&rules.0, &rules.1))
        });
        found.splice(0..0, together.collect::<Vec<_>>());
        found
    }

    fn rescheduled(&self, block: &str, old: &Placed, new: &Placed) -> Change {
        let when = |of: &Placed| read::schedule(of.moment(), of.repeat.as_ref());
        let step = named(self.new, new.step);
        let sentence = format!("{block}: {step} now comes {}; before, {}", when(new), when(old));
        self.of_step(ChangeKind::StepMoved, block, sentence, old, new)
    }

    /// A step that the ledger knows by another name: done under the old one, it counts only where that is said.
    fn renamed(&self, block: &str, old: &Placed, new: &Placed, prefix: [&str; 2]) -> Option<Change> {
        let key = &new.step.key;
        let is_same = old.step.key == *key
            || prefix[0] != prefix[1]
            || new.step.formerly.contains(&old.step.key)
            || old.step.formerly.contains(key);
        if is_same {
            return None;
        }
        let sentence = format!(
            "{block}: {} is now known to the ledger as “{key}”, so what was done as “{}” does not count",
            named(self.new, new.step),
            old.step.key
        );
        Some(self.of_step(ChangeKind::StepRenamed, block, sentence, old, new))
    }

    /// What changes in a step, its time apart.
    pub(super) fn step(&self, block: &str, old: &Placed, new: &Placed) -> Vec<Change> {
        let name = named(self.new, new.step);
        let mut found = Vec::new();
        let mut say = |kind: ChangeKind, what: String| {
            found.push(self.of_step(kind, block, format!("{block}: {name} {what}"), old, new));
        };
        if let Some(what) = self.condition_of(old.step, new.step) {
            say(ChangeKind::StepCondition, what);
        }
        let (before, after) = (approvals(old.step), approvals(new.step));
        for approval in after.difference(&before) {
            say(ChangeKind::ApprovalAdded, format!("now needs the approval of {}", self.approver(*approval)));
        }
        for approval in before.difference(&after) {
            let by = self.approver(*approval);
            say(ChangeKind::ApprovalRemoved, format!("no longer needs the approval of {by}"));
        }
        for what in modifiers(old.step, new.step) {
            say(ChangeKind::StepChanged, what);
        }
        if let Some(what) = self.follows(old, new) {
            say(ChangeKind::StepChanged, what);
        }
        if let Some(sentence) = self.acts(old.step, new.step) {
            let sentence = format!("{block}: {sentence}");
            found.push(self.of_step(ChangeKind::StepChanged, block, sentence, old, new));
        }
        found
    }

    fn of_step(&self, kind: ChangeKind, block: &str, sentence: String, old: &Placed, new: &Placed) -> Change {
        self.change(kind, block, sentence, (&[old.rule()], &[new.rule()]))
    }

    fn approver(&self, approval: Approval) -> String {
        read::approver(self.new, &approval)
    }

    fn condition_of(&self, old: &Step, new: &Step) -> Option<String> {
        if self.ground.same_when(old.when.as_ref(), new.when.as_ref()) {
            return None;
        }
        let said = |when: &Option<_>| when.as_ref().map(|when| read::condition(self.new, when));
        Some(match (said(&old.when), said(&new.when)) {
            (Some(old), Some(new)) => format!("now comes only if {new}; before, if {old}"),
            (None, Some(new)) => format!("now comes only if {new}"),
            (Some(old), None) => format!("now comes always, not only if {old}"),
            (None, None) => return None,
        })
    }

    /// What a step counted from the one before it follows.
    fn follows(&self, old: &Placed, new: &Placed) -> Option<String> {
        let (before, after) = (old.above?, new.above?);
        let is_same = before.key == after.key
            || after.formerly.contains(&before.key)
            || before.formerly.contains(&after.key);
        let (before, after) = (named(self.old, before), named(self.new, after));
        (!is_same && before != after).then(|| format!("now follows {after} instead of {before}"))
    }

    /// What is done, where that is something else.
    fn acts(&self, old: &Step, new: &Step) -> Option<String> {
        let (before, after) = (acts(old), acts(new));
        if before == after {
            return None;
        }
        let said = |of: &[crate::model::Act]| {
            let acts: Vec<String> = of.iter().map(|act| read::act(self.new, act)).collect();
            acts.join(", or where there is no address for that, ")
        };
        let (before, after) = (said(&before), said(&after));
        Some(match before == after {
            false => format!("now {after}; before, {before}"),
            // Rates of a file have their dates there.
            true => format!("{after}, with other rates in that file than before"),
        })
    }
}

/// What changes in what stands beside a step's condition and approval.
fn modifiers(old: &Step, new: &Step) -> Vec<String> {
    let mut said = Vec::new();
    let mut flag = |of: fn(&Step) -> bool, on: &str, off: &str| {
        if of(old) != of(new) {
            said.push(String::from(if of(new) { on } else { off }));
        }
    };
    flag(
        |step| step.skip_if_missed,
        "is now left out when its day was missed",
        "is now caught up when its day was missed",
    );
    flag(
        |step| step.waits,
        "now keeps the steps after it waiting until it is done",
        "no longer keeps the steps after it waiting",
    );
    flag(
        |step| step.formal,
        "is now formal, joined with no other message",
        "is no longer formal, and may be joined with other messages",
    );
    if old.deadline != new.deadline {
        said.push(match (old.deadline, new.deadline) {
            (_, None) => String::from("no longer gives a deadline"),
            (None, Some(days)) => {
                format!("now gives {days} days, and no contact follows before they are over")
            }
            (Some(before), Some(days)) => format!("now gives {days} days instead of {before}"),
        });
    }
    let keys =
        |step: &Step| -> BTreeSet<String> { step.formerly.iter().chain([&step.key]).cloned().collect() };
    let known = keys(old);
    let more: Vec<String> =
        new.formerly.iter().filter(|key| !known.contains(*key)).map(|key| format!("“{key}”")).collect();
    if !more.is_empty() {
        said.push(format!("now counts what the ledger knows as {}", list(&more, "or")));
    }
    said
}

//! Segments: which invoices they take, what those follow, and who stands first.

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::pairs::{Pairs, pairs};
use crate::model::{Catches, Condition, Ladder, LadderId, Policy, RuleId, Segment};
use crate::read;
use crate::read::change::{contents, takes};
use crate::read::words::list;

/// The condition of a segment; none for the one that takes the rest.
fn when(segment: &Segment) -> Option<&Condition> {
    match &segment.catches {
        Catches::When(when) => Some(when),
        Catches::Everything => None,
    }
}

impl Meaning<'_> {
    /// The changes of segments.
    pub(super) fn segments(&self) -> Vec<Change> {
        let (old, new) = (&self.old.segments, &self.new.segments);
        let same_name = |a: usize, b: usize| old[a].name == new[b].name;
        let same_when = |a: usize, b: usize| self.ground.same_when(when(&old[a]), when(&new[b]));
        let same = |a: usize, b: usize| same_when(a, b) && self.segment(&old[a], &new[b]).is_empty();
        let both = |a: usize, b: usize| same_name(a, b) && same(a, b);
        let pairs = pairs(old.len(), new.len(), &[&both, &same, &same_name, &same_when]);
        let mut found = Vec::new();
        for at in &pairs.added {
            let sentence = format!("the segment {} is new: {}", new[*at].name, about(self.new, &new[*at]));
            let rules = rules(self.new, &new[*at]);
            found.push(self.change(ChangeKind::SegmentAdded, &new[*at].name, sentence, (&[], &rules)));
        }
        for at in &pairs.gone {
            let taken = takes(self.old, &old[*at]);
            let sentence =
                format!("the segment {} is gone: {taken} go to the segments after it", old[*at].name);
            let rules = rules(self.old, &old[*at]);
            found.push(self.change(ChangeKind::SegmentRemoved, &old[*at].name, sentence, (&rules, &[])));
        }
        for &(a, b) in &pairs.both {
            found.extend(self.segment(&old[a], &new[b]));
        }
        found.extend(self.overtaken(&pairs));
        found
    }

    /// The changes between two segments; none when they mean the same.
    fn segment(&self, old: &Segment, new: &Segment) -> Vec<Change> {
        let block = &*new.name;
        let mut found = Vec::new();
        if !self.ground.same_when(when(old), when(new)) {
            let (before, after) = (takes(self.old, old), takes(self.new, new));
            let before = before.trim_start_matches("invoices ");
            let sentence = format!("{block} now takes {after}; before, {before}");
            found.push(self.of_segment(ChangeKind::SegmentTakes, sentence, old, new));
        }
        found.extend(self.followed(old, new));
        found.extend(self.restrictions(block, &old.restrictions, &new.restrictions));
        found
    }

    fn of_segment(&self, kind: ChangeKind, sentence: String, old: &Segment, new: &Segment) -> Change {
        self.change(kind, &new.name, sentence, (&[old.rule], &[new.rule]))
    }

    /// Which cadences are followed; steps of a segment's own are told as its steps.
    fn followed(&self, old: &Segment, new: &Segment) -> Vec<Change> {
        let is_same = |a: LadderId, b: LadderId| {
            let (before, after) = (&self.old.ladders[a.0], &self.new.ladders[b.0]);
            self.ladders.new_of(a.0) == Some(b.0) || self.ladder("", before, after).is_empty()
        };
        let gone = old.ladders.iter().filter(|&&a| !new.ladders.iter().any(|&b| is_same(a, b)));
        let added = new.ladders.iter().filter(|&&b| !old.ladders.iter().any(|&a| is_same(a, b)));
        let (gone, own_gone): (Vec<&Ladder>, Vec<&Ladder>) =
            gone.map(|id| &self.old.ladders[id.0]).partition(|ladder| ladder.is_cadence);
        let (added, own_added): (Vec<&Ladder>, Vec<&Ladder>) =
            added.map(|id| &self.new.ladders[id.0]).partition(|ladder| ladder.is_cadence);
        let mut found = Vec::new();
        if let Some(what) = exchanged(&gone, &added) {
            let sentence = format!("{} {what}", new.name);
            found.push(self.of_segment(ChangeKind::SegmentFollows, sentence, old, new));
        }
        found.extend(self.own_steps(&new.name, old, new, own_gone.first(), own_added.first()));
        found
    }

    /// The changes of a segment's own steps; where one side has none they are all gone, or all new.
    fn own_steps(
        &self,
        block: &str,
        old: &Segment,
        new: &Segment,
        gone: Option<&&Ladder>,
        added: Option<&&Ladder>,
    ) -> Vec<Change> {
        let empty = |ladder: &Ladder| Ladder { rungs: Vec::new(), ..ladder.clone() };
        let own = |policy: &Policy, segment: &Segment| {
            let mut ladders = segment.ladders.iter().filter(|id| !policy.ladders[id.0].is_cadence);
            ladders.next().copied()
        };
        match (gone, added) {
            (Some(gone), Some(added)) => self.ladder(block, gone, added),
            (Some(gone), None) => self.ladder(block, gone, &empty(gone)),
            (None, Some(added)) => self.ladder(block, &empty(added), added),
            (None, None) => match (own(self.old, old), own(self.new, new)) {
                (Some(a), Some(b)) => self.ladder(block, &self.old.ladders[a.0], &self.new.ladders[b.0]),
                _ => Vec::new(),
            },
        }
    }

    /// Segments that some invoice may fit both of and of which another one stands first now.
    fn overtaken(&self, pairs: &Pairs) -> Vec<Change> {
        let mut found = Vec::new();
        for (at, &(a, b)) in pairs.both.iter().enumerate() {
            for &(other, with) in &pairs.both[at + 1..] {
                let (first, second) = (&self.new.segments[b], &self.new.segments[with]);
                if other < a && !self.ground.disjoint(when(first), when(second)) {
                    let (one, two) = (&first.name, &second.name);
                    let sentence = format!("invoices that fit both {one} and {two} now belong to {one}");
                    let old = [self.old.segments[a].rule, self.old.segments[other].rule];
                    let new = [first.rule, second.rule];
                    found.push(self.change(ChangeKind::SegmentOrder, one, sentence, (&old, &new)));
                }
            }
        }
        found
    }
}

/// What is followed instead of what.
fn exchanged(gone: &[&Ladder], added: &[&Ladder]) -> Option<String> {
    let names = |of: &[&Ladder]| {
        let names: Vec<String> = of.iter().map(|ladder| ladder.name.to_string()).collect();
        list(&names, "and")
    };
    match (gone, added) {
        ([], []) => None,
        ([], added) => Some(format!("now also follows {}", names(added))),
        (gone, []) => Some(format!("no longer follows {}", names(gone))),
        (gone, added) => Some(format!("now follows {} instead of {}", names(added), names(gone))),
    }
}

/// A whole segment in one breath.
fn about(policy: &Policy, segment: &Segment) -> String {
    let own = segment.ladders.iter().map(|id| &policy.ladders[id.0]).filter(|ladder| !ladder.is_cadence);
    let steps = own.flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
    let does = contents(policy, steps, segment.restrictions.iter().map(|restriction| &restriction.kind));
    let follows = read::segment::follows(policy, segment);
    let does = if does.is_empty() { does } else { format!(": {does}") };
    format!("it takes {}; {follows}{does}", takes(policy, segment))
}

fn rules(policy: &Policy, segment: &Segment) -> Vec<RuleId> {
    let own = segment.ladders.iter().map(|id| &policy.ladders[id.0]).filter(|ladder| !ladder.is_cadence);
    let steps = own.flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps).map(|step| step.rule);
    let restrictions = segment.restrictions.iter().map(|restriction| restriction.rule);
    std::iter::once(segment.rule).chain(steps).chain(restrictions).collect()
}

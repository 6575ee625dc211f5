//! When the steps of a changed cadence come, before and after.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::common::Common;
use super::meaning::Meaning;
use crate::model::{LadderId, Policy, SegmentId};
use crate::read::timeline::{RungReading, timeline};

/// The steps of a cadence, or of a segment's own, by their days; nothing on a side that does not have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Timelines {
    /// The cadence or segment.
    pub name: Arc<str>,
    /// Under the old policy, in the first segment that follows it.
    pub before: Vec<RungReading>,
    /// Under the new policy.
    pub after: Vec<RungReading>,
}

/// The ladders that have other steps, on other days or by other people.
pub(super) fn timelines(meaning: &Meaning, common: &Common) -> Vec<Timelines> {
    let (old, new) = (&common.old, &common.new);
    let ladders = &meaning.ladders;
    let both = ladders.both.iter().map(|&(a, b)| (Some(a), Some(b)));
    let added = ladders.added.iter().map(|&at| (None, Some(at)));
    let gone = ladders.gone.iter().map(|&at| (Some(at), None));
    let drawn = |(a, b): (Option<usize>, Option<usize>)| {
        let name = b.map(|at| &new.ladders[at].name).or(a.map(|at| &old.ladders[at].name))?;
        let before = a.map_or_else(Vec::new, |at| rungs(old, at));
        let after = b.map_or_else(Vec::new, |at| rungs(new, at));
        (plain(&before) != plain(&after)).then(|| Timelines { name: Arc::clone(name), before, after })
    };
    both.chain(added).chain(gone).filter_map(drawn).collect()
}

/// The rungs of a ladder where the first segment that follows it has them.
fn rungs(policy: &Policy, ladder: usize) -> Vec<RungReading> {
    let follows = policy.segments.iter().position(|segment| segment.ladders.contains(&LadderId(ladder)));
    let Some(segment) = follows else { return Vec::new() };
    let own = &policy.ladders[ladder].name;
    timeline(policy, SegmentId(segment)).into_iter().filter(|rung| rung.ladder == *own).collect()
}

/// What a reader sees of rungs: no lines of the file.
fn plain(rungs: &[RungReading]) -> Vec<String> {
    let plain = |rung: &RungReading| {
        let steps =
            rung.steps.iter().map(|step| format!("{} {:?} {}", step.label, step.who, step.conditional));
        let steps: Vec<String> = steps.collect();
        format!("{} {:?} {} {}", rung.at, rung.repeat, rung.per_customer, steps.join(", "))
    };
    rungs.iter().map(plain).collect()
}

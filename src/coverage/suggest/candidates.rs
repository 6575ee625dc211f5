//! The worlds that a policy's conditions suggest.

use super::satisfy::satisfy;
use super::world::World;
use crate::model::field::Subject;
use crate::model::{CatchUp, Catches, Condition, Offset, Policy, Predicate, Segment, Step, Unit};

/// The farthest day after the due date that is looked at.
const FARTHEST: i64 = 730;

/// Worlds by size: in each segment the usual one, each carve-out, each step's own condition, and a customer without
/// an e-mail address.
pub(super) fn candidates(policy: &Policy) -> Vec<World> {
    let mut worlds: Vec<World> = Vec::new();
    for (at, segment) in policy.segments.iter().enumerate() {
        for base in bases(policy, at) {
            worlds.extend(base.clone().with(Subject::Customer, "email", String::from("\"\"")));
            let conditions = conditions(policy, segment);
            let with = conditions.iter().flat_map(|asked| all(policy, &base, asked));
            worlds.extend(with);
            worlds.push(base);
        }
    }
    worlds.sort_by_key(World::size);
    let mut unique: Vec<World> = Vec::new();
    for world in worlds {
        if !unique.contains(&world) {
            unique.push(world);
        }
    }
    unique
}

/// The worlds in which a segment catches the invoice: with the segments above it left out of account, or ruled out.
fn bases(policy: &Policy, at: usize) -> Vec<World> {
    let when = |segment: &'_ Segment| match &segment.catches {
        Catches::When(condition) => Some(condition.clone()),
        Catches::Everything => None,
    };
    let usual = World::usual(policy);
    let caught = match when(&policy.segments[at]) {
        Some(condition) => satisfy(policy, &usual, &condition, true),
        None => vec![usual],
    };
    let above: Vec<Condition> = policy.segments[..at].iter().filter_map(when).collect();
    let ruled_out = above.iter().fold(caught.clone(), |worlds, condition| {
        worlds.iter().flat_map(|world| satisfy(policy, world, condition, false)).take(4).collect()
    });
    caught.into_iter().chain(ruled_out).collect()
}

/// What the carve-outs and the steps that concern a segment ask for, each a list of what must hold together.
fn conditions<'a>(policy: &'a Policy, segment: &'a Segment) -> Vec<Vec<&'a Condition>> {
    let ladders = segment.ladders.iter().map(|id| &policy.ladders[id.0]);
    let steps = ladders.flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let mut asked: Vec<Vec<&Condition>> = steps.filter_map(|step| Some(vec![step.when.as_ref()?])).collect();
    for carve_out in &policy.carve_outs {
        asked.push(vec![&carve_out.when]);
        let own = carve_out.steps.iter().filter_map(|step: &Step| step.when.as_ref());
        asked.extend(own.map(|when| vec![&carve_out.when, when]));
    }
    asked
}

fn all(policy: &Policy, base: &World, asked: &[&Condition]) -> Vec<World> {
    asked.iter().fold(vec![base.clone()], |worlds, condition| {
        worlds.iter().flat_map(|world| satisfy(policy, world, condition, true)).collect()
    })
}

/// How many days after the due date the last step of the policy can come for the first time.
pub(super) fn horizon(policy: &Policy) -> u64 {
    let rungs = policy.ladders.iter().flat_map(|ladder| &ladder.rungs);
    let steps = rungs.map(|rung| days(rung.moment.offset)).chain(policy.carve_outs.iter().flat_map(waits));
    let apart: i64 = policy
        .ladders
        .iter()
        .map(|ladder| match ladder.catch_up {
            CatchUp::All { days_apart } => days_apart,
            _ => 0,
        })
        .sum();
    let far = steps.max().unwrap_or(0).saturating_add(apart);
    far.clamp(0, FARTHEST).unsigned_abs()
}

fn days(offset: Offset) -> i64 {
    match offset.unit {
        Unit::Days => offset.count,
        Unit::BusinessDays => offset.count.saturating_mul(2),
        Unit::Months => offset.count.saturating_mul(31),
    }
}

/// The days that a carve-out's condition and steps wait for.
fn waits(carve_out: &crate::model::CarveOut) -> Vec<i64> {
    let mut found: Vec<i64> = carve_out.steps.iter().map(|step| days(step.moment.offset)).collect();
    carve_out.when.each_test(&mut |test| {
        if let Predicate::Number(ranges) = &test.predicate {
            found.extend(ranges.iter().filter_map(|range| range.least).map(|least| least / 1_000_000));
        }
    });
    found
}

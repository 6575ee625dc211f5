//! Segments and cadences in English: which invoices, and which steps they climb.

use super::condition::condition;
use super::setting::{catch_up, weekends};
use super::words::{list, sentence};
use crate::model::{Catches, Ladder, LadderId, Policy, Segment, SegmentId};

/// A segment as a sentence: which invoices it takes, after those that stand before it.
#[must_use]
pub fn segment(policy: &Policy, id: SegmentId) -> String {
    let segment = &policy.segments[id.0];
    let takes = match (&segment.catches, id.0) {
        (Catches::When(when), 0) => format!("every invoice where {}", condition(policy, when)),
        (Catches::When(when), _) => format!("every other invoice where {}", condition(policy, when)),
        (Catches::Everything, 0) => String::from("every invoice"),
        (Catches::Everything, _) => String::from("all other invoices"),
    };
    sentence(&format!("the segment {} takes {takes}; {}", segment.name, follows(policy, segment)))
}

/// What is done in a segment: `it follows the cadence standard`.
#[must_use]
pub fn follows(policy: &Policy, segment: &Segment) -> String {
    let cadences: Vec<String> = cadences(policy, segment).map(|ladder| ladder.name.to_string()).collect();
    let has_own = segment.ladders.iter().any(|id| !policy.ladders[id.0].is_cadence);
    let word = if cadences.len() == 1 { "cadence" } else { "cadences" };
    match (cadences.is_empty(), has_own) {
        (true, true) => String::from("it follows steps of its own"),
        (true, false) => String::from("it has no steps"),
        (false, false) => format!("it follows the {word} {}", list(&cadences, "and")),
        (false, true) => {
            format!("it follows the {word} {}, and steps of its own", list(&cadences, "and"))
        }
    }
}

/// The cadences that a segment uses.
pub(super) fn cadences<'a>(policy: &'a Policy, segment: &'a Segment) -> impl Iterator<Item = &'a Ladder> {
    segment.ladders.iter().map(|id| &policy.ladders[id.0]).filter(|ladder| ladder.is_cadence)
}

/// A cadence as a sentence: who follows it, and in what it differs from the policy's settings.
#[must_use]
pub fn cadence(policy: &Policy, id: LadderId) -> String {
    let ladder = &policy.ladders[id.0];
    let users = policy.segments.iter().filter(|segment| segment.ladders.contains(&id));
    let users: Vec<String> = users.map(|segment| segment.name.to_string()).collect();
    let users = if users.is_empty() { String::from("nobody") } else { list(&users, "and") };
    let per_customer = if ladder.per_customer {
        ", once for all overdue invoices of a customer in one currency instead of once for each invoice"
    } else {
        ""
    };
    let settings = &policy.settings;
    let missed = (ladder.catch_up != settings.catch_up)
        .then(|| format!("; when steps were missed, {}", catch_up(ladder.catch_up)));
    let closed = (ladder.weekends != settings.weekends)
        .then(|| format!("; a contact that falls on a closed day {}", weekends(ladder.weekends)));
    let own = [missed, closed].into_iter().flatten().collect::<String>();
    sentence(&format!("the cadence {} is followed by {users}{per_customer}{own}", ladder.name))
}

//! A step in English: when, what, and under which conditions.

use super::act::act;
use super::condition::condition;
use super::moment::{distance, moment, schedule};
use super::words::{list, role_or_owner, sentence};
use crate::model::step::Repeat;
use crate::model::{Act, Approval, Offset, Policy, Step, Unit};

/// A step as a sentence: `10 days after the due date, the e-mail second_reminder goes to the customer once finance
/// has approved it.`
#[must_use]
pub fn step(policy: &Policy, step: &Step, repeat: Option<&Repeat>) -> String {
    let when = schedule(step.moment, repeat);
    let only_if = step.when.as_ref().map_or(String::new(), |when| format!(" if {}", condition(policy, when)));
    sentence(&format!("{when}, {}{only_if}{}", deed(policy, step), modifiers(step)))
}

/// What a step does and who must approve it: `the e-mail first_reminder goes to the customer`.
#[must_use]
pub fn deed(policy: &Policy, step: &Step) -> String {
    let mut acts = step.acts.iter().map(|one| act(policy, one));
    let first = acts.next().unwrap_or_default();
    let approval = approved(policy, step);
    let approval = if approval.is_empty() { approval } else { format!(" once {approval}") };
    let others: String =
        acts.map(|other| format!(", or where there is no address for that, {other}")).collect();
    format!("{first}{approval}{others}")
}

/// `finance has approved it`; nothing when nobody must. A charge needs the approval of the fallback (R15).
#[must_use]
pub fn approved(policy: &Policy, step: &Step) -> String {
    let mut parts: Vec<String> = step.approvals.iter().map(|approval| approver(policy, approval)).collect();
    let is_charge = step.acts.iter().any(Act::is_charge);
    if let Some(fallback) = policy.settings.fallback.filter(|_| is_charge) {
        let fallback = role_or_owner(policy, Some(fallback));
        if !parts.contains(&fallback) {
            parts.push(fallback);
        }
    }
    match parts.len() {
        0 => String::new(),
        1 => format!("{} has approved it", parts.concat()),
        _ => format!("{} have approved it", list(&parts, "and")),
    }
}

/// Who approves: `finance`, `manager (from 15 days after the due date on)`.
#[must_use]
pub fn approver(policy: &Policy, approval: &Approval) -> String {
    let who = role_or_owner(policy, approval.by);
    approval.from.map_or_else(|| who.clone(), |from| format!("{who} (from {} on)", moment(from)))
}

/// What the modifiers of a step say beside its condition and approval.
fn modifiers(step: &Step) -> String {
    let days = |days: u32| distance(Offset { count: i64::from(days), unit: Unit::Days });
    let mut said = String::new();
    if step.formal {
        said.push_str("; it is formal, so it is joined with no other message");
    }
    if let Some(deadline) = step.deadline {
        said.push_str(&format!("; it gives {}, and no contact follows before they are over", days(deadline)));
    }
    if step.skip_if_missed {
        said.push_str("; when its day was missed, it is left out");
    }
    if step.waits {
        said.push_str("; the steps after it wait until this is done");
    }
    said
}

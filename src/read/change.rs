//! What a change says: a step by its name, a restriction that is gone or has other terms, a block in one breath.

use super::act::{label, message};
use super::condition::condition;
use super::moment::{distance, moment};
use super::restriction::limits;
use super::words::{count, list, quoted, role, role_or_owner, times};
use crate::model::{
    Act, Anchor, Catches, Channel, Charge, Forbidden, Moment, Offset, Policy, RestrictionKind, Segment, Step,
    Unit,
};

/// Last words of templates' names that people say instead of `e-mail`.
const NOUNS: [&str; 9] =
    ["reminder", "notice", "nudge", "warning", "demand", "letter", "statement", "dunning", "call"];

/// A step as a noun: `the first reminder`, `the e-mail pre_due`, `the call by finance`.
#[must_use]
pub fn named(policy: &Policy, step: &Step) -> String {
    let name = |of| role(policy, of);
    match step.acts.first() {
        None => step.key.clone(),
        Some(Act::Message { template, .. }) if is_spoken(policy, template) => {
            format!("the {}", template.replace('_', " "))
        }
        Some(Act::Message { channel, template, registered, .. }) => {
            format!("the {} {template}", message(*channel, *registered))
        }
        Some(Act::Call { by, .. }) => format!("the call by {}", name(*by)),
        Some(Act::Notify { role, .. }) => format!("the note to {}", name(*role)),
        Some(Act::Task { text, role }) => format!("the task {} for {}", quoted(text), name(*role)),
        Some(Act::HandOff { role }) => format!("the hand-off to {}", name(*role)),
        Some(Act::Escalate { role }) => format!("the escalation to {}", name(*role)),
        Some(Act::Flag { name }) => format!("the flag {name}"),
        Some(Act::Charge(Charge::Fee(fee))) => format!("the fee of {}", fee.grouped()),
        Some(Act::Charge(Charge::Interest(_))) => String::from("the interest"),
    }
}

/// Whether a template's name says what the message is, and no other kind of message has it.
fn is_spoken(policy: &Policy, template: &str) -> bool {
    let is_plain = template.chars().all(|c| c.is_ascii_lowercase() || c == '_') && template.contains('_');
    let last = template.rsplit('_').next().unwrap_or(template);
    let of_ladders = policy.ladders.iter().flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
    let steps = of_ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
    let mut ways = steps.flat_map(|step| &step.acts).filter(|act| act.template() == Some(template));
    let first = ways.next().map(Act::way);
    is_plain && NOUNS.contains(&last) && ways.all(|act| Some(act.way()) == first)
}

/// A restriction that stands no more, as a clause.
#[must_use]
pub fn lifted(policy: &Policy, kind: &RestrictionKind) -> String {
    let by = |role| role_or_owner(policy, role);
    match kind {
        RestrictionKind::NeverAutoSend => String::from("messages may now go out by themselves"),
        RestrictionKind::Never(what) => String::from(allowed(*what)),
        RestrictionKind::OnlyByHand(role) => {
            format!("messages are no longer drafts that {} sends by hand", by(*role))
        }
        RestrictionKind::NeedsApproval(approval) => {
            let from = approval.from.map_or(String::new(), |from| format!(" from {} on", moment(from)));
            format!("messages, flags and charges no longer need the approval of {}{from}", by(approval.by))
        }
        RestrictionKind::Hold { .. } => String::from("nothing is on hold any more"),
        RestrictionKind::Window(..) => String::from("messages may now go out at any hour"),
        RestrictionKind::WriteAtMost { .. } => {
            String::from("nothing limits any more how often a customer is written to")
        }
        RestrictionKind::SendAtMost(_) => {
            String::from("nothing limits any more how many messages go out in a day")
        }
        RestrictionKind::DataNoOlder(_) => String::from("data of any age may now be used"),
    }
}

fn allowed(what: Forbidden) -> &'static str {
    match what {
        Forbidden::Channel(Channel::Email) => "e-mails may now be sent",
        Forbidden::Channel(Channel::Sms) => "text messages may now be sent",
        Forbidden::Channel(Channel::Letter) => "letters may now be sent",
        Forbidden::Channel(Channel::Call) => "customers may now be called",
        Forbidden::Contact => "customers may now be contacted",
        Forbidden::Escalate => "invoices may now be escalated",
        Forbidden::Charge => "fees and interest may now be charged",
    }
}

/// A restriction with other terms, as a clause; none when the two are of different kinds.
#[must_use]
pub fn instead(policy: &Policy, old: &RestrictionKind, new: &RestrictionKind) -> Option<String> {
    use RestrictionKind as Kind;
    Some(match (old, new) {
        (Kind::WriteAtMost { times: few, days }, Kind::WriteAtMost { times: now, days: ever }) => format!(
            "a customer is written to at most {} every {} instead of {} every {}",
            times(*now),
            self::days(*ever),
            times(*few),
            self::days(*days)
        ),
        (Kind::SendAtMost(old), Kind::SendAtMost(new)) => {
            format!("at most {} a day may go out by themselves instead of {old}", messages(*new))
        }
        (Kind::DataNoOlder(old), Kind::DataNoOlder(new)) => {
            format!("the data may be {} old instead of {}", self::days(*new), self::days(*old))
        }
        (Kind::NeedsApproval(old), Kind::NeedsApproval(new)) if old.by != new.by => {
            let by = |role| role_or_owner(policy, role);
            let from = new.from.map_or(String::new(), |from| format!(" from {} on", moment(from)));
            let (new, old) = (by(new.by), by(old.by));
            format!("messages, flags and charges need the approval of {new}{from} instead of that of {old}")
        }
        (Kind::Window(..), Kind::Window(..))
        | (Kind::OnlyByHand(_), Kind::OnlyByHand(_))
        | (Kind::NeedsApproval(_), Kind::NeedsApproval(_))
        | (Kind::Hold { .. }, Kind::Hold { .. }) => {
            format!("now {}; before, {}", limits(policy, new), limits(policy, old))
        }
        _ => return None,
    })
}

fn days(days: u32) -> String {
    distance(Offset { count: i64::from(days), unit: Unit::Days })
}

fn messages(number: u32) -> String {
    count(number as usize, "message")
}

/// A moment as policies write it: `D+10`, `dispute`.
#[must_use]
pub fn at(moment: Moment) -> String {
    let name = moment.name();
    if moment.anchor == Anchor::Due { name } else { name.trim_end_matches("+0").to_owned() }
}

/// Whom a segment takes: `every invoice where the invoice's amount is less than 200.00 EUR`.
#[must_use]
pub fn takes(policy: &Policy, segment: &Segment) -> String {
    match &segment.catches {
        Catches::When(when) => format!("invoices where {}", condition(policy, when)),
        Catches::Everything => String::from("all invoices that no other segment takes"),
    }
}

/// Steps and restrictions in one breath: `at D+3 notify owner; no message goes out by itself`.
#[must_use]
pub fn contents<'a>(
    policy: &Policy,
    steps: impl Iterator<Item = &'a Step>,
    restrictions: impl Iterator<Item = &'a RestrictionKind>,
) -> String {
    let step = |step: &Step| {
        let act = step.acts.first().map_or(String::new(), |act| label(policy, act));
        let only_if =
            step.when.as_ref().map_or(String::new(), |when| format!(" if {}", condition(policy, when)));
        format!("{act} at {}{only_if}", at(step.moment))
    };
    let steps: Vec<String> = steps.map(step).collect();
    let limits: Vec<String> = restrictions.map(|kind| limits(policy, kind)).collect();
    let steps = list(&steps, "and");
    let parts: Vec<String> =
        Some(steps).filter(|steps| !steps.is_empty()).into_iter().chain(limits).collect();
    parts.join("; ")
}

//! What happens in a segment, and when: its steps by their days from the due date, and who acts.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::act::label;
use super::moment::period;
use crate::model::{
    Act, Anchor, Approval, Ladder, Moment, Offset, Policy, Restriction, RestrictionKind, Rung, SegmentId,
    Step, Unit,
};

/// The terms taken where the policy has none: a step that counts from the issue date stands somewhere.
const USUAL_TERMS: i64 = 30;

/// Steps of a segment at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RungReading {
    /// When, as the ledger and the plan name it: `D+10`.
    pub at: String,
    /// Days from the due date.
    pub day: i64,
    /// Whether it is always that many days: business days, months and other dates than the due date move it.
    pub exact: bool,
    /// How it comes back.
    pub repeat: Option<RepeatReading>,
    /// The cadence it stands in, or the segment for its own steps.
    pub ladder: Arc<str>,
    /// Whether it comes once for a customer rather than for each invoice.
    pub per_customer: bool,
    /// What is done, in file order.
    pub steps: Vec<StepReading>,
}

/// How steps come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RepeatReading {
    /// After how long, such as `15 days` or `month`.
    pub every: String,
    /// The same in days, about so where months and business days are counted.
    pub days: i64,
    /// How often in all; none means without end.
    pub times: Option<u32>,
}

/// A step in a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepReading {
    /// The stable name of its rule.
    pub rule: Arc<str>,
    /// Its line in the policy.
    pub line: u32,
    /// What is done, in a few words.
    pub label: String,
    /// Who acts, under the restrictions of the segment, of its cadence and of `everywhere`.
    pub who: Who,
    /// Whether it has a condition of its own.
    pub conditional: bool,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The program writes to the customer.
    Automatic,
    /// The program, once a person has approved it.
    Approval,
    /// A person.
    Manual,
    /// The program, and the customer sees nothing of it.
    Internal,
    /// Nobody: a restriction that always stands forbids or holds it.
    Stopped,
}

impl Who {
    /// All of them, in the order of a legend.
    pub const ALL: [Who; 5] = [Who::Automatic, Who::Approval, Who::Manual, Who::Internal, Who::Stopped];

    /// A few words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Who::Automatic => "goes out by itself",
            Who::Approval => "after approval",
            Who::Manual => "by hand",
            Who::Internal => "internal",
            Who::Stopped => "never happens",
        }
    }
}

/// The rungs of a segment's ladders, by day; those of one day in file order.
#[must_use]
pub fn timeline(policy: &Policy, segment: SegmentId) -> Vec<RungReading> {
    let ladders = policy.segments[segment.0].ladders.iter().map(|id| &policy.ladders[id.0]);
    let mut rungs: Vec<RungReading> = ladders.flat_map(|ladder| climbed(policy, segment, ladder)).collect();
    rungs.sort_by_key(|rung| rung.day);
    escalated(policy, segment, &mut rungs);
    rungs
}

/// The messages after an escalation wait for the approval of whom it went to.
fn escalated(policy: &Policy, segment: SegmentId, rungs: &mut [RungReading]) {
    let steps = policy.segments[segment.0].ladders.iter().flat_map(|id| &policy.ladders[id.0].rungs);
    let steps = steps.flat_map(|rung| &rung.steps).filter(|step| step.when.is_none());
    let escalations = steps.filter(|step| matches!(step.acts.first(), Some(Act::Escalate { .. })));
    let escalations: Vec<&Arc<str>> = escalations.map(|step| &policy.rule(step.rule).id).collect();
    let escalates = |rung: &RungReading| {
        rung.steps.iter().any(|step| escalations.contains(&&step.rule) && step.who == Who::Internal)
    };
    let Some(first) = rungs.iter().find(|rung| escalates(rung)).map(|rung| rung.day) else { return };
    let later = rungs.iter_mut().filter(|rung| rung.day > first).flat_map(|rung| &mut rung.steps);
    later.filter(|step| step.who == Who::Automatic).for_each(|step| step.who = Who::Approval);
}

fn climbed(policy: &Policy, segment: SegmentId, ladder: &Ladder) -> Vec<RungReading> {
    let mut above = Place { day: 0, exact: true };
    let mut rungs = Vec::new();
    for rung in &ladder.rungs {
        above = place(policy, rung.moment, above);
        rungs.push(rung_reading(policy, segment, ladder, rung, above));
    }
    rungs
}

fn rung_reading(
    policy: &Policy,
    segment: SegmentId,
    ladder: &Ladder,
    rung: &Rung,
    place: Place,
) -> RungReading {
    let restrictions = [&policy.everywhere, &policy.segments[segment.0].restrictions, &ladder.restrictions];
    let restrictions: Vec<&Restriction> = restrictions.into_iter().flatten().collect();
    let step = |step: &Step| StepReading {
        rule: policy.rule(step.rule).id.clone(),
        line: policy.rule(step.rule).line,
        label: step.acts.first().map_or(String::new(), |act| label(policy, act)),
        who: who(policy, step, place.day, &restrictions),
        conditional: step.when.is_some(),
    };
    RungReading {
        at: rung.moment.name(),
        day: place.day,
        exact: place.exact,
        repeat: rung.repeat.map(|repeat| RepeatReading {
            every: period(repeat.period),
            days: days(repeat.period),
            times: repeat.times,
        }),
        ladder: ladder.name.clone(),
        per_customer: ladder.per_customer,
        steps: rung.steps.iter().map(step).collect(),
    }
}

/// A day from the due date, and whether it is that one always.
#[derive(Debug, Clone, Copy)]
struct Place {
    day: i64,
    exact: bool,
}

/// Where a moment lies, told where the rung above it does.
fn place(policy: &Policy, moment: Moment, above: Place) -> Place {
    let issue = -policy.settings.terms.map_or(USUAL_TERMS, |terms| i64::from(terms.days));
    let offset = days(moment.offset);
    let exact = moment.offset.unit == Unit::Days;
    match moment.anchor {
        Anchor::Previous => Place { day: above.day + offset, exact: above.exact && exact },
        Anchor::Issue => Place { day: issue + offset, exact: false },
        Anchor::EndOfMonth { from_issue, offset: inner } => {
            // A month ends half a month later, on average.
            let from = if from_issue { issue } else { 0 };
            Place { day: from + days(inner) + 15 + offset, exact: false }
        }
        Anchor::Due | Anchor::Dispute | Anchor::Promise | Anchor::Payment => Place { day: offset, exact },
    }
}

/// A distance in days; of five business days a week has seven.
fn days(offset: Offset) -> i64 {
    match offset.unit {
        Unit::Days => offset.count,
        Unit::BusinessDays => offset.count * 7 / 5,
        Unit::Months => offset.count * 365 / 12,
    }
}

/// Who acts on a day, under restrictions that only add up (R15).
fn who(policy: &Policy, step: &Step, day: i64, restrictions: &[&Restriction]) -> Who {
    let Some(act) = step.acts.first() else { return Who::Stopped };
    let any = |test: fn(&RestrictionKind, &Act) -> bool| {
        restrictions.iter().any(|restriction| test(&restriction.kind, act))
    };
    let asks = |approval: &Approval| {
        let origin = Place { day: 0, exact: true };
        approval.from.is_none_or(|from| place(policy, from, origin).day <= day)
    };
    let asked = restrictions.iter().any(|restriction| match &restriction.kind {
        RestrictionKind::NeedsApproval(approval) => is_approved(act) && asks(approval),
        RestrictionKind::NeverAutoSend => act.is_message(),
        _ => false,
    });
    if any(stops) {
        Who::Stopped
    } else if asked || act.is_charge() || step.approvals.iter().any(asks) {
        Who::Approval
    } else if any(|kind, act| act.is_message() && matches!(kind, RestrictionKind::OnlyByHand(_))) {
        Who::Manual
    } else {
        alone(act)
    }
}

/// Whether a restriction keeps an action from happening at any time.
fn stops(kind: &RestrictionKind, act: &Act) -> bool {
    match kind {
        RestrictionKind::Never(what) => what.covers(act),
        RestrictionKind::Hold { until, .. } => until.is_none(),
        _ => false,
    }
}

/// What `needs approval` of a block is about.
fn is_approved(act: &Act) -> bool {
    act.is_message() || act.is_charge() || matches!(act, Act::Flag { .. })
}

/// Who acts where nothing restricts it.
fn alone(act: &Act) -> Who {
    match act {
        Act::Message { .. } => Who::Automatic,
        Act::Call { .. } | Act::Task { .. } | Act::HandOff { .. } => Who::Manual,
        Act::Charge(_) => Who::Approval,
        Act::Notify { .. } | Act::Escalate { .. } | Act::Flag { .. } => Who::Internal,
    }
}

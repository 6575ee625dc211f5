//! Which rules, carve-outs, modes and templates of a policy plans have reached.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::evaluate::Look;
use crate::model::{Act, Policy, Restriction, RestrictionKind, Step};
use crate::plan::{Action, Blocker, Mode};
use crate::simulate::Simulation;

/// The word for a step that was due and not done.
const WITHHELD: &str = "withheld";

/// What plans have reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    rules: BTreeSet<String>,
    modes: BTreeSet<&'static str>,
    templates: BTreeSet<String>,
}

/// What can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A line or block of the policy.
    Rule,
    /// A carve-out that applied.
    CarveOut,
    /// A way in which steps are carried out, or withheld.
    Mode,
    /// A template that was written.
    Template,
}

/// What was not reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    /// What it is.
    pub kind: Kind,
    /// The rule's stable name, the carve-out's, the mode or the template.
    pub name: String,
    /// The line in the policy.
    pub line: Option<u32>,
}

/// How much of one kind was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    /// What it is.
    pub kind: Kind,
    /// How many were reached.
    pub reached: usize,
    /// Of how many.
    pub all: usize,
}

/// How much of a policy was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The part that was reached, in whole percent, rounded down.
    pub percent: usize,
    /// By kind.
    pub shares: Vec<Share>,
    /// What was not reached, by kind and name.
    pub missing: Vec<Missing>,
}

impl Reached {
    /// Adds a day's plan.
    pub fn add_look(&mut self, policy: &Policy, look: &Look) {
        self.rules.extend(look.met.iter().map(|&id| policy.rule(id).id.to_string()));
        look.actions.iter().for_each(|action| self.add_action(action));
        for withheld in &look.withheld {
            self.add_withheld(&withheld.action, &withheld.blockers);
        }
    }

    /// Adds what a policy did over a period.
    pub fn add_simulation(&mut self, policy: &Policy, simulation: &Simulation) {
        let unmet: BTreeSet<&str> = simulation.unmet.iter().map(|unmet| &*unmet.rule).collect();
        let met = policy.rules.iter().filter(|rule| !unmet.contains(&*rule.id));
        self.rules.extend(met.map(|rule| rule.id.to_string()));
        simulation.events.iter().for_each(|event| self.add_action(event.action.common()));
        for spell in simulation.withheld.iter() {
            self.add_withheld(spell.action.common(), spell.blockers);
        }
    }

    /// Adds what others have reached.
    pub fn add(&mut self, other: Reached) {
        self.rules.extend(other.rules);
        self.modes.extend(other.modes);
        self.templates.extend(other.templates);
    }

    fn add_action(&mut self, action: &Action) {
        self.modes.insert(action.mode.word());
        self.templates.extend(action.template.clone());
        self.add_members(action);
    }

    fn add_withheld(&mut self, action: &Action, blockers: &[Blocker]) {
        self.modes.insert(WITHHELD);
        self.rules.extend(blockers.iter().filter_map(|blocker| Some(blocker.rule.as_ref()?.to_string())));
        self.add_members(action);
    }

    fn add_members(&mut self, action: &Action) {
        self.rules.extend(action.members.iter().map(|member| member.rule.to_string()));
        self.rules.extend(action.approvers.iter().map(|approver| approver.rule.to_string()));
    }

    /// Whether something was reached.
    #[must_use]
    pub fn has(&self, missing: &Missing) -> bool {
        match missing.kind {
            Kind::Rule | Kind::CarveOut => self.rules.contains(&missing.name),
            Kind::Mode => self.modes.contains(missing.name.as_str()),
            Kind::Template => self.templates.contains(&missing.name),
        }
    }
}

/// How much of a policy was reached.
#[must_use]
pub fn coverage(policy: &Policy, reached: &Reached) -> Coverage {
    let all = everything(policy);
    let share = |kind: Kind| {
        let of_kind = all.iter().filter(|one| one.kind == kind);
        Share { kind, reached: of_kind.clone().filter(|one| reached.has(one)).count(), all: of_kind.count() }
    };
    let shares: Vec<Share> = [Kind::Rule, Kind::CarveOut, Kind::Mode, Kind::Template].map(share).to_vec();
    let sum = |of: fn(&Share) -> usize| shares.iter().map(of).sum::<usize>();
    let percent = (sum(|share| share.reached) * 100).checked_div(sum(|share| share.all)).unwrap_or(100);
    let missing = all.into_iter().filter(|one| !reached.has(one)).collect();
    Coverage { percent, shares, missing }
}

/// All that a policy has to be reached, by kind and name.
fn everything(policy: &Policy) -> BTreeSet<Missing> {
    let carve_outs: BTreeSet<&str> = policy.carve_outs.iter().map(|own| &*policy.rule(own.rule).id).collect();
    let mut seen = BTreeSet::new();
    let mut all = BTreeSet::new();
    for rule in policy.rules.iter().filter(|rule| seen.insert(&*rule.id)) {
        let kind = if carve_outs.contains(&*rule.id) { Kind::CarveOut } else { Kind::Rule };
        all.insert(Missing { kind, name: rule.id.to_string(), line: Some(rule.line) });
    }
    let named = |kind: Kind, name: &str| Missing { kind, name: String::from(name), line: None };
    all.extend(modes(policy).into_iter().map(|mode| named(Kind::Mode, mode)));
    let templates = steps(policy).flat_map(|step| &step.acts).filter_map(Act::template);
    all.extend(templates.map(|template| named(Kind::Template, template)));
    all
}

/// All steps of a policy.
pub(super) fn steps(policy: &Policy) -> impl Iterator<Item = &Step> {
    let of_ladders =
        policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    of_ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps))
}

fn restrictions(policy: &Policy) -> impl Iterator<Item = &Restriction> {
    let of_ladders = policy.ladders.iter().flat_map(|ladder| &ladder.restrictions);
    let of_segments = policy.segments.iter().flat_map(|segment| &segment.restrictions);
    let of_carve_outs = policy.carve_outs.iter().flat_map(|carve_out| &carve_out.restrictions);
    of_ladders.chain(of_segments).chain(of_carve_outs).chain(&policy.everywhere)
}

/// The modes that a policy can give.
fn modes(policy: &Policy) -> BTreeSet<&'static str> {
    let acts = || steps(policy).flat_map(|step| &step.acts);
    let by_program = |act: &Act| {
        matches!(act, Act::Message { .. } | Act::Notify { .. } | Act::Flag { .. } | Act::Escalate { .. })
    };
    let by_person = |act: &Act| matches!(act, Act::Call { .. } | Act::Task { .. } | Act::HandOff { .. });
    let asks = |act: &Act| matches!(act, Act::Charge(_) | Act::Escalate { .. });
    let approved = steps(policy).any(|step| !step.approvals.is_empty()) || acts().any(asks);
    let restricted = |fits: fn(&RestrictionKind) -> bool| restrictions(policy).any(|own| fits(&own.kind));
    let needs = |kind: &RestrictionKind| {
        matches!(kind, RestrictionKind::NeedsApproval(_) | RestrictionKind::NeverAutoSend)
    };
    let stops = |kind: &RestrictionKind| {
        matches!(
            kind,
            RestrictionKind::Hold { .. }
                | RestrictionKind::Never(_)
                | RestrictionKind::WriteAtMost { .. }
                | RestrictionKind::SendAtMost(_)
        )
    };
    let by_hand = restricted(|kind| matches!(kind, RestrictionKind::OnlyByHand(_)));
    let can = [
        (Mode::Automatic.word(), acts().any(by_program)),
        (Mode::Approval.word(), approved || restricted(needs)),
        (Mode::Manual.word(), acts().any(by_person) || by_hand),
        (WITHHELD, restricted(stops)),
    ];
    can.into_iter().filter(|(_, can)| *can).map(|(mode, _)| mode).collect()
}

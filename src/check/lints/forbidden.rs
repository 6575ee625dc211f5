//! Steps that a restriction in scope always forbids: they stand in the policy and never act.

use std::collections::BTreeMap;

use super::{Lint, holds};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Act, LadderId, Restriction, RestrictionKind, RuleId, Step};
use crate::region::Region;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    Ladder(usize),
    CarveOut(usize),
}

impl<'a> Lint<'a> {
    /// One finding for all steps of a block that the same lines stop, or one for a hold on everything.
    pub(super) fn forbidden(&mut self) {
        let everywhere = self.policy.everywhere.iter();
        if let Some(hold) = everywhere.into_iter().find(|restriction| holds(restriction)) {
            let message = "no step of a segment or cadence ever acts, and nobody is contacted";
            let found = Diagnostic::warning(Code::ForbiddenStep, self.span(hold.rule), message)
                .here("this holds every invoice");
            self.report(
                found.help("put it in a carve-out that says when, or allow it for as long as it is meant"),
            );
            return;
        }
        let mut found: BTreeMap<(Home, Vec<RuleId>), Vec<&Step>> = BTreeMap::new();
        for (id, ladder) in self.ladders() {
            for step in ladder.rungs.iter().flat_map(|rung| &rung.steps) {
                if let Some(by) = self.stops_in_all(id, step) {
                    found.entry((Home::Ladder(id.0), by)).or_default().push(step);
                }
            }
        }
        for (at, carve_out) in self.policy.carve_outs.iter().enumerate() {
            for step in &carve_out.steps {
                if let Some(by) = self.stop_in_carve_out(at, step) {
                    found.entry((Home::CarveOut(at), vec![by])).or_default().push(step);
                }
            }
        }
        for ((_, by), steps) in found {
            let [first, others @ ..] = steps.as_slice() else { continue };
            let message = match others.len() {
                0 => format!("`{}` never acts", first.key),
                1 => format!("`{}` and another step never act", first.key),
                n => format!("`{}` and {n} other steps never act", first.key),
            };
            let mut finding = Diagnostic::warning(Code::ForbiddenStep, self.span(first.rule), message);
            if !others.is_empty() {
                finding = finding.here("the first of them");
            }
            for rule in by {
                let is_hold = self.policy.rule(rule).text.starts_with("hold");
                let text = if is_hold {
                    "what would come to it is held here"
                } else {
                    "what would come to it is forbidden here"
                };
                finding = finding.label(self.span(rule), text);
            }
            self.report(finding.help("leave out the step or the restriction"));
        }
    }

    /// What stops a step in each of the segments that use its ladder, if something does in all of them.
    fn stops_in_all(&self, ladder: LadderId, step: &Step) -> Option<Vec<RuleId>> {
        let act = step.acts.first()?;
        let mut by = Vec::new();
        for (at, segment) in self.users(ladder) {
            let plain = self.scope(segment, ladder).find(|restriction| stops(restriction, act, true));
            let rule = match plain {
                Some(restriction) => restriction.rule,
                None => self.carve_out_that_stops(self.reached[at].as_ref()?, step, act, None)?,
            };
            if !by.contains(&rule) {
                by.push(rule);
            }
        }
        (!by.is_empty()).then_some(by)
    }

    fn stop_in_carve_out(&self, at: usize, step: &Step) -> Option<RuleId> {
        let act = step.acts.first()?;
        let carve_out = &self.policy.carve_outs[at];
        let in_scope = self.policy.everywhere.iter().chain(&carve_out.restrictions);
        let plain = in_scope.into_iter().find(|restriction| stops(restriction, act, false));
        match plain {
            Some(restriction) => Some(restriction.rule),
            None => self.carve_out_that_stops(&self.space.holds(&carve_out.when)?, step, act, Some(at)),
        }
    }

    /// A restriction of a carve-out that holds whenever the step could act.
    fn carve_out_that_stops(
        &self,
        reached: &Region,
        step: &Step,
        act: &Act,
        home: Option<usize>,
    ) -> Option<RuleId> {
        let reached = match &step.when {
            Some(when) => self.space.and(reached, &self.space.holds(when)?)?,
            None => reached.clone(),
        };
        if reached.is_empty() {
            return None;
        }
        let others = self.policy.carve_outs.iter().enumerate().filter(|(at, _)| Some(*at) != home);
        let mut stopping = others.filter_map(|(_, other)| {
            let mut restrictions = other.restrictions.iter();
            let restriction = restrictions.find(|restriction| stops(restriction, act, home.is_none()))?;
            self.space.covers(&self.space.holds(&other.when)?, &reached).then_some(restriction.rule)
        });
        stopping.next()
    }
}

/// Whether a restriction stops an action for good: a hold stops every step of a ladder, and contacts of carve-outs.
fn stops(restriction: &Restriction, act: &Act, in_ladder: bool) -> bool {
    match restriction.kind {
        RestrictionKind::Hold { .. } => holds(restriction) && (in_ladder || act.contact().is_some()),
        RestrictionKind::Never(forbidden) => forbidden.covers(act),
        _ => false,
    }
}

//! The reasons of a scenario, `expect nothing on DATE because REASON`: those that a plan can give.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::STAGES;
use crate::model::{Policy, Stage};
use crate::plan::Blocker;
use crate::suggest::{nearest, one_of};
use crate::syntax::ast::{Name, Reason, Scenario, ScenarioLine};

/// The stages of invoices that are not open.
const CLOSED: [Stage; 3] = [Stage::NotIssued, Stage::Void, Stage::Paid];

/// The reasons that no plan gives: neither a code, nor a block, nor the stage of an open invoice.
pub(super) fn unknown(policy: &Policy, scenario: &Scenario) -> Vec<Diagnostic> {
    let named = scenario.lines.iter().filter_map(|line| match &line.node {
        ScenarioLine::ExpectNothingOn(_, Some(Reason::Named(name))) => Some(name),
        _ => None,
    });
    named.filter_map(|name| misfit(policy, name)).collect()
}

fn misfit(policy: &Policy, name: &Name) -> Option<Diagnostic> {
    let reason = name.text.as_str();
    let closed = CLOSED.map(Stage::word);
    let open = || STAGES.into_iter().filter(|stage| !closed.contains(stage));
    let blocks = policy.rules.iter().map(|rule| &*rule.block);
    let known: Vec<&str> = Blocker::CODES.into_iter().chain(open()).chain(blocks).collect();
    if known.contains(&reason) {
        return None;
    }
    let error = |message| Diagnostic::error(Code::UnknownName, name.span, message);
    if closed.contains(&reason) {
        let error =
            error(format!("`{reason}` is no reason that a plan gives: it says nothing of such an invoice"));
        return Some(
            error.help(format!("leave `because {reason}` out: `expect nothing on` a day is enough")),
        );
    }
    let error = error(format!("`{reason}` is no reason that a plan gives"));
    Some(match nearest(reason, known) {
        Some(near) => error.fix(name.span, near),
        None => error.help(format!(
            "write the code of what withholds a step, such as `held`, `disputed` or `limit`; the block whose rule does; the stage of an open invoice, {}; or in quotes words of the explanation",
            one_of(open())
        )),
    })
}

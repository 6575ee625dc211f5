//! Lints: policies that are legal and can hardly mean what their author wants. One family a file.
//!
//! A lint speaks only of what it can prove: silence is cheap, and a warning that is wrong costs the next ten.

pub mod allow;
mod approvals;
mod charges;
mod contradictions;
mod covered;
mod disputes;
mod first_message;
mod forbidden;
mod languages;
mod limits;
mod order;
mod overlaps;
mod sms;
mod unused;

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Act, Catches, Ladder, LadderId, Policy, Restriction, RestrictionKind, RuleId, Segment, Step,
};
use crate::region::{Region, Space};
use crate::span::{Sources, Span};
use crate::syntax::ast::{Ast, Block, Clause, RulesBlock};
use crate::template::TemplateSet;

pub use languages::message_templates;

/// What is said of a sound policy; of another one only what its tree tells.
pub(super) fn lints(c: &Checker, policy: Option<&Policy>) -> Vec<Diagnostic> {
    let mut found = charges::charges(c);
    if let Some(policy) = policy {
        let mut lint = Lint::new(c, policy);
        lint.covered();
        lint.overlaps();
        lint.contradictions();
        lint.forbidden();
        lint.out_of_order();
        lint.unused();
        lint.disputes();
        lint.first_messages();
        lint.late_messages();
        lint.limits();
        lint.long_texts();
        lint.languages();
        found.extend(lint.found);
    }
    found
}

/// A sound policy under the lints.
struct Lint<'a> {
    sources: &'a Sources,
    ast: &'a Ast,
    policy: &'a Policy,
    templates: Option<&'a TemplateSet>,
    space: Space<'a>,
    /// What each segment catches by itself; none when that is too much to work out.
    catches: Vec<Option<Region>>,
    /// The same without what earlier segments catch.
    reached: Vec<Option<Region>>,
    found: Vec<Diagnostic>,
}

impl<'a> Lint<'a> {
    fn new(c: &Checker<'a>, policy: &'a Policy) -> Lint<'a> {
        let space = Space {
            fields: &policy.fields,
            currency: policy.settings.currency,
            rates: &policy.settings.rates,
        };
        let catches: Vec<Option<Region>> = policy
            .segments
            .iter()
            .map(|segment| match &segment.catches {
                Catches::When(condition) => space.holds(condition),
                Catches::Everything => Some(Region::everything()),
            })
            .collect();
        let reached = reached(&space, &catches);
        Lint {
            sources: c.input.sources,
            ast: c.input.ast,
            policy,
            templates: c.input.templates,
            space,
            catches,
            reached,
            found: Vec::new(),
        }
    }

    fn report(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    /// The place of a line, or of a block's header.
    fn span(&self, rule: RuleId) -> Span {
        self.policy.rule(rule).span
    }

    /// The blocks of rules as written.
    fn blocks(&self) -> impl Iterator<Item = &'a RulesBlock> + use<'a> {
        self.ast.blocks.iter().filter_map(|block| match block {
            Block::Rules(rules) => Some(rules),
            _ => None,
        })
    }

    /// The block of a rule as written.
    fn block(&self, rule: RuleId) -> Option<&'a RulesBlock> {
        let span = self.span(rule);
        self.blocks().find(|block| (block.span.file, block.span.start) == (span.file, span.start))
    }

    /// The step line of a rule as written.
    fn line(&self, rule: RuleId) -> Option<&'a crate::syntax::ast::Step> {
        let span = self.span(rule);
        self.blocks().flat_map(|block| &block.clauses).find_map(|clause| match &clause.node {
            Clause::Step(step) if clause.span == span => Some(step),
            _ => None,
        })
    }

    /// A line with something added at its end, where it stands on one line.
    fn with_modifier(&self, span: Span, modifier: &str) -> Option<String> {
        let text = self.sources.text(span);
        (!text.contains('\n')).then(|| format!("{}, {modifier}", text.trim_end()))
    }

    fn ladders(&self) -> impl Iterator<Item = (LadderId, &'a Ladder)> + use<'a> {
        self.policy.ladders.iter().enumerate().map(|(at, ladder)| (LadderId(at), ladder))
    }

    /// The segments whose invoices climb a ladder, each with its place in the file's order.
    fn users(&self, ladder: LadderId) -> impl Iterator<Item = (usize, &'a Segment)> + use<'a> {
        let segments = self.policy.segments.iter().enumerate();
        segments.filter(move |(_, segment)| segment.ladders.contains(&ladder))
    }

    /// The restrictions on every step of a ladder in a segment, whatever the invoice (R15); a hold in another
    /// cadence of the segment is among them (R16).
    fn scope(&self, segment: &'a Segment, ladder: LadderId) -> impl Iterator<Item = &'a Restriction> {
        let policy = self.policy;
        let own = &policy.ladders[ladder.0].restrictions;
        let others = segment.ladders.iter().filter(move |id| **id != ladder);
        let holds =
            others.flat_map(|id| &policy.ladders[id.0].restrictions).filter(|restriction| holds(restriction));
        policy.everywhere.iter().chain(&segment.restrictions).chain(own).chain(holds)
    }

    /// Whether a step is a message that nothing and nobody in scope stops, whatever the invoice.
    fn is_automatic(&self, scope: impl Iterator<Item = &'a Restriction>, step: &Step) -> bool {
        let Some(act) = step.acts.first().filter(|act| act.is_message()) else { return false };
        step.approvals.iter().all(|approval| approval.from.is_some()) && !stopped(scope, act)
    }
}

/// Whether a restriction is a hold that no date ends.
fn holds(restriction: &Restriction) -> bool {
    matches!(restriction.kind, RestrictionKind::Hold { until: None, .. })
}

/// Whether a restriction stops a message, or asks a person before it goes.
fn stopped<'a>(mut scope: impl Iterator<Item = &'a Restriction>, act: &Act) -> bool {
    scope.any(|restriction| match restriction.kind {
        RestrictionKind::NeverAutoSend | RestrictionKind::OnlyByHand(_) => true,
        RestrictionKind::Hold { .. } => holds(restriction),
        RestrictionKind::NeedsApproval(approval) => approval.from.is_none(),
        RestrictionKind::Never(forbidden) => forbidden.covers(act),
        _ => false,
    })
}

/// So many pairs of cases of two segments are compared in a policy, and no more: each segment stands against all
/// before it. What is beyond that proves nothing.
pub(super) const MOST_PAIRS: usize = 100_000;

/// What is left to each segment by those before it.
fn reached(space: &Space, catches: &[Option<Region>]) -> Vec<Option<Region>> {
    let mut pairs = 0;
    let mut left = |at: usize| {
        catches[..at].iter().try_fold(catches[at].clone()?, |left, earlier| {
            let earlier = earlier.as_ref()?;
            pairs += left.0.len().max(1) * earlier.0.len();
            if pairs > MOST_PAIRS { None } else { space.minus(&left, earlier) }
        })
    };
    (0..catches.len()).map(&mut left).collect()
}

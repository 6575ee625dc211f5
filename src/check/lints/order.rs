//! Rungs that do not stand in the order in which they come.

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{Anchor, Clause, Moment, Offset, RulesBlock, RulesHeader, Schedule, Unit};

impl Lint<'_> {
    /// Each line that comes before one above it; the first such line of a block.
    pub(super) fn out_of_order(&mut self) {
        for block in self.blocks().filter(|block| is_ladder(block)) {
            let mut above: Vec<(Moment, Span)> = Vec::new();
            for (moment, span) in moments(block) {
                if let Some((later, place)) = above.iter().find(|(earlier, _)| comes_before(moment, *earlier))
                {
                    let text = |moment: &Moment| self.sources.text(moment.span).to_owned();
                    let message =
                        format!("`{}` stands below `{}`, which comes after it", text(&moment), text(later));
                    let line = self.sources.line(*place);
                    let found = Diagnostic::warning(Code::RungsOutOfOrder, span, message)
                        .label(*place, "this comes later")
                        .help(format!("move the line above line {line}, or correct one of the two moments"));
                    self.report(found);
                    break;
                }
                above.push((moment, span));
            }
        }
    }
}

fn is_ladder(block: &RulesBlock) -> bool {
    matches!(block.header, RulesHeader::Segment { .. } | RulesHeader::Cadence { .. })
}

/// When the lines of a block first act, and where each stands.
fn moments(block: &RulesBlock) -> impl Iterator<Item = (Moment, Span)> {
    block.clauses.iter().filter_map(|clause| match &clause.node {
        Clause::Step(step) => match step.schedule {
            Schedule::At(moment) | Schedule::Every { from: moment, .. } => Some((moment, clause.span)),
        },
        _ => None,
    })
}

/// Whether one moment comes before another on every invoice.
fn comes_before(moment: Moment, other: Moment) -> bool {
    let (ours, others) = (moment.offset, other.offset);
    let is_fixed = matches!(moment.anchor, Anchor::Due | Anchor::Issue | Anchor::EndOfMonth { .. });
    let by_days = || most_days(ours).zip(least_days(others)).is_some_and(|(most, least)| most < least);
    is_fixed
        && moment.anchor == other.anchor
        && (ours.unit == others.unit && ours.count < others.count || by_days())
}

/// The fewest calendar days that an offset can be: closed days only make it longer, either way.
fn least_days(offset: Offset) -> Option<i64> {
    match offset.unit {
        Unit::Days => Some(offset.count),
        Unit::BusinessDays => (offset.count >= 0).then_some(offset.count),
        Unit::Months => None,
    }
}

/// The most calendar days that an offset can be.
fn most_days(offset: Offset) -> Option<i64> {
    match offset.unit {
        Unit::Days => Some(offset.count),
        Unit::BusinessDays => (offset.count <= 0).then_some(offset.count),
        Unit::Months => None,
    }
}

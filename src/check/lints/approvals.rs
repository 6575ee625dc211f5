//! Messages long after the due date that go out without anyone's word.

use std::collections::BTreeMap;

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Act, Anchor, Approval, LadderId, Moment, Repeat, Restriction, RestrictionKind, RuleId, Segment, Step,
    Unit,
};
use crate::span::Span;

/// A message later than this many days after the due date should be somebody's decision.
const LATEST: i64 = 15;

/// A line with messages that nobody approves.
struct Open<'a> {
    keys: Vec<&'a str>,
    late: Late,
    /// The segments in which that is so.
    segments: Vec<RuleId>,
    /// Whether somebody approves them later.
    asks_later: bool,
}

/// How long after the due date.
#[derive(Debug, Clone, Copy)]
struct Late {
    count: i64,
    unit: Unit,
}

impl<'a> Lint<'a> {
    /// One finding a line.
    pub(super) fn late_messages(&mut self) {
        let mut lines: BTreeMap<Span, Open> = BTreeMap::new();
        for (id, ladder) in self.ladders() {
            for rung in &ladder.rungs {
                let Some(late) = late(rung.moment, rung.repeat) else { continue };
                for step in &rung.steps {
                    let open =
                        self.users(id).filter(|(_, segment)| self.is_open(segment, id, step, late.count));
                    self.note(&mut lines, step, late, open.map(|(_, segment)| segment.rule).collect());
                }
            }
        }
        for carve_out in &self.policy.carve_outs {
            for step in &carve_out.steps {
                let scope = || self.policy.everywhere.iter().chain(&carve_out.restrictions);
                let late = late(step.moment, None).filter(|late| self.is_unasked(scope, step, late.count));
                if let Some(late) = late {
                    self.note(&mut lines, step, late, vec![carve_out.rule]);
                }
            }
        }
        for (line, open) in lines {
            let finding = self.late_message(line, &open);
            self.report(finding);
        }
    }

    fn note(&self, lines: &mut BTreeMap<Span, Open<'a>>, step: &'a Step, late: Late, segments: Vec<RuleId>) {
        if segments.is_empty() {
            return;
        }
        let asks_later = !step.approvals.is_empty();
        let new = || Open { keys: Vec::new(), late, segments, asks_later };
        lines.entry(self.span(step.rule)).or_insert_with(new).keys.push(&step.key);
    }

    fn late_message(&self, line: Span, open: &Open) -> Diagnostic {
        let keys: Vec<String> = open.keys.iter().map(|key| format!("`{key}`")).collect();
        let verb = if keys.len() == 1 { "goes" } else { "go" };
        let days = match open.late.unit {
            Unit::Days => "days",
            Unit::BusinessDays => "business days",
        };
        let (keys, count) = (keys.join(" and "), open.late.count);
        let message =
            format!("{keys} {verb} out without anyone's approval {count} {days} after the due date");
        let mut finding = Diagnostic::warning(Code::LateMessageWithoutApproval, line, message);
        for &segment in open.segments.iter().filter(|segment| !encloses(self.block_span(**segment), line)) {
            finding = finding.label(self.span(segment), "nothing asks for an approval here");
        }
        finding = finding
            .help("say who decides: `needs approval by ROLE`; without a role it is the owner of the invoice");
        match self.with_modifier(line, "needs approval") {
            Some(fixed) if !open.asks_later => finding.fix(line, fixed),
            _ => finding,
        }
    }

    /// From the header of a block to its last line.
    fn block_span(&self, rule: RuleId) -> Span {
        let last = self.block(rule).and_then(|block| block.clauses.last());
        last.map_or(self.span(rule), |last| self.span(rule).to(last.span))
    }

    /// Whether a message goes out by itself so late, in a segment.
    fn is_open(&self, segment: &'a Segment, ladder: LadderId, step: &Step, late: i64) -> bool {
        self.is_unasked(|| self.scope(segment, ladder), step, late) && !self.escalated_by(segment, late)
    }

    /// Whether nobody is asked about a message by then.
    fn is_unasked<S>(&self, scope: impl Fn() -> S, step: &Step, late: i64) -> bool
    where
        S: Iterator<Item = &'a Restriction>,
    {
        let by_then = |from: Moment| from.anchor != Anchor::Due || from.offset.count <= late;
        let asks = |approval: &Approval| approval.from.is_some_and(by_then);
        let restricts = |restriction: &Restriction| match &restriction.kind {
            RestrictionKind::NeedsApproval(approval) => asks(approval),
            _ => false,
        };
        self.is_automatic(scope(), step) && !step.approvals.iter().any(asks) && !scope().any(restricts)
    }

    /// Whether the invoice has been escalated by then, whose messages need the role's approval.
    fn escalated_by(&self, segment: &Segment, late: i64) -> bool {
        let rungs = segment.ladders.iter().flat_map(|id| &self.policy.ladders[id.0].rungs);
        let before =
            rungs.filter(|rung| rung.moment.anchor == Anchor::Due && rung.moment.offset.count < late);
        before
            .flat_map(|rung| &rung.steps)
            .any(|step| step.when.is_none() && matches!(step.acts.first(), Some(Act::Escalate { .. })))
    }
}

/// The first time that steps come too late. Open days are at least as many as days.
fn late(moment: Moment, repeat: Option<Repeat>) -> Option<Late> {
    let (first, unit) = (moment.offset.count, moment.offset.unit);
    if moment.anchor != Anchor::Due {
        return None;
    }
    if first > LATEST {
        return Some(Late { count: first, unit });
    }
    let repeat = repeat?;
    let period = repeat.period.count.max(1);
    let again = (LATEST - first) / period + 1;
    let comes = repeat.times.is_none_or(|times| again < i64::from(times));
    comes.then(|| Late { count: first + again * period, unit })
}

fn encloses(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

//! Messages long after the due date that go out without anyone's word.

use std::collections::BTreeMap;

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Act, Anchor, Approval, LadderId, Restriction, RestrictionKind, RuleId, Rung, Segment, Step,
};
use crate::span::Span;

/// A message later than this many days after the due date should be somebody's decision.
const LATEST: i64 = 15;

impl<'a> Lint<'a> {
    /// One finding a line.
    pub(super) fn late_messages(&mut self) {
        let mut found: BTreeMap<Span, (Vec<&str>, i64, Vec<RuleId>)> = BTreeMap::new();
        for (id, ladder) in self.ladders() {
            for rung in &ladder.rungs {
                let Some(late) = late(rung) else { continue };
                for step in &rung.steps {
                    let open: Vec<RuleId> = self
                        .users(id)
                        .filter(|(_, segment)| self.is_open(segment, id, step, late))
                        .map(|(_, segment)| segment.rule)
                        .collect();
                    if !open.is_empty() {
                        let line =
                            found.entry(self.span(step.rule)).or_insert_with(|| (Vec::new(), late, open));
                        line.0.push(&step.key);
                    }
                }
            }
        }
        for (line, (keys, late, segments)) in found {
            let finding = self.late_message(line, &keys, late, &segments);
            self.report(finding);
        }
    }

    fn late_message(&self, line: Span, keys: &[&str], late: i64, segments: &[RuleId]) -> Diagnostic {
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let verb = if keys.len() == 1 { "goes" } else { "go" };
        let message = format!(
            "{} {verb} out without anyone's approval {late} days after the due date",
            keys.join(" and ")
        );
        let mut finding = Diagnostic::warning(Code::LateMessageWithoutApproval, line, message);
        for &segment in segments.iter().filter(|segment| !encloses(self.block_span(**segment), line)) {
            finding = finding.label(self.span(segment), "nothing asks for an approval here");
        }
        finding = finding
            .help("say who decides: `needs approval by ROLE`; without a role it is the owner of the invoice");
        match self.with_modifier(line, "needs approval") {
            Some(fixed) => finding.fix(line, fixed),
            None => finding,
        }
    }

    /// From the header of a block to its last line.
    fn block_span(&self, rule: RuleId) -> Span {
        let last = self.block(rule).and_then(|block| block.clauses.last());
        last.map_or(self.span(rule), |last| self.span(rule).to(last.span))
    }

    /// Whether a message goes out by itself so late, in a segment.
    fn is_open(&self, segment: &'a Segment, ladder: LadderId, step: &Step, late: i64) -> bool {
        let asked = |approval: &Approval| {
            approval.from.is_some_and(|from| from.anchor != Anchor::Due || from.offset.count <= late)
        };
        let by_then = |restriction: &Restriction| matches!(&restriction.kind, RestrictionKind::NeedsApproval(approval) if asked(approval));
        self.is_automatic(self.scope(segment, ladder), step)
            && !step.approvals.iter().any(asked)
            && !self.scope(segment, ladder).any(by_then)
            && !self.escalated_by(segment, late)
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

/// The first time that a rung comes too late, in days after the due date. Open days are at least as many.
fn late(rung: &Rung) -> Option<i64> {
    let (anchor, first) = (rung.moment.anchor, rung.moment.offset.count);
    if anchor != Anchor::Due {
        return None;
    }
    if first > LATEST {
        return Some(first);
    }
    let repeat = rung.repeat?;
    let period = repeat.period.count.max(1);
    let again = (LATEST - first) / period + 1;
    repeat.times.is_none_or(|times| again < i64::from(times)).then(|| first + again * period)
}

fn encloses(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

//! Messages long after the due date that go out without anyone's word.

use std::collections::BTreeMap;

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Act, Anchor, Approval, LadderId, Moment, Offset, Repeat, Restriction, RestrictionKind, RuleId, Segment,
    Step, Unit,
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
#[derive(Debug, Clone)]
struct Late {
    /// At least so many days.
    days: i64,
    /// In the words of the policy.
    said: String,
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
                        self.users(id).filter(|(_, segment)| self.is_open(segment, id, step, late.days));
                    self.note(&mut lines, step, &late, open.map(|(_, segment)| segment.rule).collect());
                }
            }
        }
        for carve_out in &self.policy.carve_outs {
            for step in &carve_out.steps {
                let scope = || self.policy.everywhere.iter().chain(&carve_out.restrictions);
                let late = late(step.moment, None).filter(|late| self.is_unasked(scope, step, late.days));
                if let Some(late) = late {
                    self.note(&mut lines, step, &late, vec![carve_out.rule]);
                }
            }
        }
        for (line, open) in lines {
            let finding = self.late_message(line, &open);
            self.report(finding);
        }
    }

    fn note(&self, lines: &mut BTreeMap<Span, Open<'a>>, step: &'a Step, late: &Late, segments: Vec<RuleId>) {
        if segments.is_empty() {
            return;
        }
        let asks_later = !step.approvals.is_empty();
        let new = || Open { keys: Vec::new(), late: late.clone(), segments, asks_later };
        lines.entry(self.span(step.rule)).or_insert_with(new).keys.push(&step.key);
    }

    fn late_message(&self, line: Span, open: &Open) -> Diagnostic {
        let keys: Vec<String> = open.keys.iter().map(|key| format!("`{key}`")).collect();
        let verb = if keys.len() == 1 { "goes" } else { "go" };
        let (keys, late) = (keys.join(" and "), &open.late.said);
        let message = format!("{keys} {verb} out without anyone's approval {late} after the due date");
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
        let by_then = |from: Moment| days_after_due(from).is_none_or(|from| from <= late);
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
        let before = rungs.filter(|rung| days_after_due(rung.moment).is_some_and(|days| days < late));
        before
            .flat_map(|rung| &rung.steps)
            .any(|step| step.when.is_none() && matches!(step.acts.first(), Some(Act::Escalate { .. })))
    }
}

/// The first time that steps come too late.
fn late(moment: Moment, repeat: Option<Repeat>) -> Option<Late> {
    let first = days_after_due(moment)?;
    if first > LATEST {
        let said = match (moment.anchor, moment.offset.unit, moment.offset.count) {
            (Anchor::Due, Unit::Days, count) => format!("{count} days"),
            (Anchor::Due, Unit::BusinessDays, count) => format!("{count} business days"),
            (Anchor::Due, Unit::Months, 1) => String::from("1 month"),
            (Anchor::Due, Unit::Months, count) => format!("{count} months"),
            _ => format!("at least {first} days"),
        };
        return Some(Late { days: first, said });
    }
    let repeat = repeat?;
    let period = least_days(repeat.period).max(1);
    let again = (LATEST - first) / period + 1;
    let days = first + again * period;
    let comes = repeat.times.is_none_or(|times| again < i64::from(times));
    comes.then(|| Late { days, said: format!("{days} days") })
}

/// How many days after the due date a moment lies at least; none when that is not known.
fn days_after_due(moment: Moment) -> Option<i64> {
    let anchor = match moment.anchor {
        Anchor::Due => 0,
        Anchor::EndOfMonth { from_issue: false, offset } => least_days(offset),
        _ => return None,
    };
    Some(anchor + least_days(moment.offset))
}

/// Open days are at least as many days, and a month has at least 28.
fn least_days(offset: Offset) -> i64 {
    match offset.unit {
        Unit::Days | Unit::BusinessDays => offset.count,
        Unit::Months if offset.count > 0 => offset.count * 28,
        Unit::Months => offset.count * 31,
    }
}

fn encloses(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

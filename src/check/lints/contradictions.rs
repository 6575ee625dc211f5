//! Conditions that no open invoice ever meets.

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, InvoiceField};
use crate::model::{Catches, Condition, LadderId, Predicate, Step};
use crate::region::Aspect;
use crate::syntax::ast::{self, Block, Modifier, RulesHeader, SegmentCatches};

impl<'a> Lint<'a> {
    pub(super) fn contradictions(&mut self) {
        let policy = self.policy;
        for block in &self.ast.blocks {
            let (written, checked) = match block {
                Block::Rules(rules) => match &rules.header {
                    RulesHeader::Segment { name, catches: SegmentCatches::When(written) } => {
                        let segment = policy.segments.iter().find(|one| *one.name == *name.text);
                        (Some(written), segment.and_then(|one| when(&one.catches)))
                    }
                    RulesHeader::CarveOut { name, when } => {
                        let carve_out = policy.carve_outs.iter().find(|one| *one.name == *name.text);
                        (Some(when), carve_out.map(|one| &one.when))
                    }
                    _ => continue,
                },
                Block::Calendar(calendar) => {
                    let known = policy.calendars.iter().find(|one| one.name == calendar.name.text);
                    (calendar.when.as_ref(), known.and_then(|one| one.when.as_ref()))
                }
                _ => continue,
            };
            if let (Some(written), Some(checked)) = (written, checked) {
                let found = self.contradiction(written, checked);
                self.found.extend(found);
            }
        }
        self.steps_that_never_hold();
    }

    fn steps_that_never_hold(&mut self) {
        let ladders = self.ladders().flat_map(|(id, ladder)| {
            ladder.rungs.iter().flat_map(|rung| &rung.steps).map(move |step| (Some(id), step))
        });
        let carve_outs = self.policy.carve_outs.iter().flat_map(|one| &one.steps).map(|step| (None, step));
        let steps: Vec<(Option<LadderId>, &Step)> = ladders.chain(carve_outs).collect();
        let mut last = None;
        for (ladder, step) in steps {
            let line = self.span(step.rule);
            let Some(when) = step.when.as_ref().filter(|_| last != Some(line)) else { continue };
            last = Some(line);
            let found = self.guard(step, when).or_else(|| self.elsewhere(ladder?, step, when));
            self.found.extend(found);
        }
    }

    /// The `if` or `unless` of a line that rules everything out.
    fn guard(&self, step: &Step, when: &Condition) -> Option<Diagnostic> {
        if !self.space.holds(when)?.is_empty() {
            return None;
        }
        let written = self.line(step.rule)?.modifiers.iter().filter_map(|modifier| match &modifier.node {
            Modifier::If(condition) => Some((condition, modifier.span)),
            _ => None,
        });
        let conditions: Vec<_> = written.collect();
        match (conditions.as_slice(), when) {
            ([(written, _)], checked) if self.parallel(written, checked) => {
                self.contradiction(written, checked)
            }
            _ => Some(
                Diagnostic::warning(Code::NeverHolds, self.span(step.rule), "this line never acts")
                    .here("its conditions exclude each other")
                    .help("correct one of them"),
            ),
        }
    }

    /// A condition that only invoices of other segments meet.
    fn elsewhere(&self, ladder: LadderId, step: &Step, when: &Condition) -> Option<Diagnostic> {
        let guard = self.space.holds(when)?;
        let mut users = self.users(ladder).peekable();
        users.peek()?;
        let none_of = |at: usize| {
            let both = self.space.and(self.reached[at].as_ref()?, &guard)?;
            (both.is_empty() && !self.reached[at].as_ref()?.is_empty()).then_some(())
        };
        let segments: Vec<_> = users.collect();
        if !segments.iter().all(|(at, _)| none_of(*at).is_some()) {
            return None;
        }
        let mut found = Diagnostic::warning(Code::NeverHolds, self.span(step.rule), "this line never acts")
            .here("no invoice of the segment meets its condition");
        for (_, segment) in segments {
            found = found.label(self.span(segment.rule), "the invoices that come here");
        }
        Some(found.help("correct the condition of the line or that of the segment"))
    }

    /// Whether a checked condition has the parts of a written one, and not the `unless` of its line.
    fn parallel(&self, written: &ast::Condition, checked: &Condition) -> bool {
        match (written, checked) {
            (ast::Condition::And(parts, _), Condition::All(checked)) => parts.len() == checked.len(),
            (ast::Condition::And(..), _) | (_, Condition::All(_)) => false,
            _ => true,
        }
    }

    fn contradiction(&self, written: &ast::Condition, checked: &Condition) -> Option<Diagnostic> {
        if !self.space.holds(checked)?.is_empty() {
            return None;
        }
        let found =
            |span| Diagnostic::warning(Code::NeverHolds, span, "no open invoice ever meets this condition");
        let parts = match (written, checked) {
            (ast::Condition::And(written, _), Condition::All(checked)) => {
                written.iter().zip(checked).collect()
            }
            _ => vec![(written, checked)],
        };
        let region = |condition: &Condition| self.space.holds(condition);
        if let Some((part, checked)) =
            parts.iter().find(|(_, part)| region(part).is_some_and(|r| r.is_empty()))
        {
            return Some(found(part.span()).help(self.why(checked)));
        }
        let pairs = parts.iter().enumerate().flat_map(|(at, a)| parts[at + 1..].iter().map(move |b| (a, b)));
        let excluded = |a: &Condition, b: &Condition| {
            Some(self.space.and(&region(a)?, &region(b)?)?.is_empty()).filter(|empty| *empty)
        };
        for ((a, one), (b, other)) in pairs {
            if excluded(one, other).is_some() {
                let found = found(b.span()).here("this excludes the other");
                return Some(found.label(a.span(), "the other").help("correct one of the two"));
            }
        }
        Some(found(written.span()).help("its parts exclude each other; correct one of them"))
    }

    /// Why a single comparison never holds.
    fn why(&self, condition: &Condition) -> String {
        let (test, negated) = match condition {
            Condition::Test(test) => (Some(test), false),
            Condition::Not(inner) => match &**inner {
                Condition::Test(test) => (Some(test), true),
                _ => (None, true),
            },
            _ => (None, false),
        };
        let Some(test) = test else {
            return String::from("its parts exclude each other; correct one of them");
        };
        let name = self.field_name(test.field);
        match &test.predicate {
            Predicate::Missing if !negated => format!("`{name}` is never missing"),
            Predicate::Text(_) if test.field == Field::Invoice(InvoiceField::Stage) => {
                let stages = self.space.domain(&Aspect::Word(test.field)).listed().unwrap_or_default();
                format!(
                    "an invoice that is acted on is {}",
                    crate::suggest::one_of(stages.iter().map(String::as_str))
                )
            }
            _ => format!("`{name}` has no such value"),
        }
    }
}

fn when(catches: &Catches) -> Option<&Condition> {
    match catches {
        Catches::When(condition) => Some(condition),
        Catches::Everything => None,
    }
}

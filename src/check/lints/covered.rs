//! Segments and calendars that nothing reaches, because earlier ones catch all that they could.

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::region::Region;
use crate::span::Span;
use crate::syntax::ast::Block;

impl Lint<'_> {
    pub(super) fn covered(&mut self) {
        self.covered_segments();
        self.covered_calendars();
    }

    fn covered_segments(&mut self) {
        for at in 0..self.policy.segments.len() {
            let Some(catches) = self.catches[at].clone().filter(|catches| !catches.is_empty()) else {
                continue;
            };
            if !self.reached[at].as_ref().is_some_and(Region::is_empty) {
                continue;
            }
            let segment = &self.policy.segments[at];
            let message = format!("no invoice reaches the segment `{}`", segment.name);
            let earlier = self.earlier(at, &catches);
            let names: Vec<&str> = earlier.iter().map(|at| &*self.policy.segments[*at].name).collect();
            let help = match names.as_slice() {
                [one] => format!("move it above `{one}`, or let `{one}` catch less"),
                _ => String::from("move it up, or let the earlier ones catch less"),
            };
            let mut found = Diagnostic::warning(Code::UnreachableSegment, self.span(segment.rule), message);
            for &at in &earlier {
                let text = if earlier.len() > 1 {
                    "this one catches some of them first"
                } else {
                    "this one catches them first"
                };
                found = found.label(self.span(self.policy.segments[at].rule), text);
            }
            self.report(found.help(help));
        }
    }

    /// The one earlier segment that catches all of these, else all that catch some.
    fn earlier(&self, at: usize, catches: &Region) -> Vec<usize> {
        let earlier = || (0..at).filter_map(|at| Some((at, self.catches[at].as_ref()?)));
        if let Some((one, _)) = earlier().find(|(_, earlier)| self.space.covers(earlier, catches)) {
            return vec![one];
        }
        let touches = |earlier: &Region| self.space.and(earlier, catches).is_none_or(|both| !both.is_empty());
        earlier().filter(|(_, earlier)| touches(earlier)).map(|(at, _)| at).collect()
    }

    /// The first calendar whose condition holds counts, else the one without.
    fn covered_calendars(&mut self) {
        let mut taken: Vec<(Region, Span)> = Vec::new();
        let calendars = || self.policy.calendars.iter();
        let in_turn =
            calendars().filter(|one| one.when.is_some()).chain(calendars().filter(|one| one.when.is_none()));
        let mut covered = Vec::new();
        for calendar in in_turn {
            let region = match &calendar.when {
                Some(condition) => self.space.holds(condition),
                None => Some(Region::everything()),
            };
            let (Some(region), Some(span)) = (region, self.calendar_span(&calendar.name)) else { return };
            let left =
                taken.iter().try_fold(region.clone(), |left, (earlier, _)| self.space.minus(&left, earlier));
            if !region.is_empty() && left.is_some_and(|left| left.is_empty()) {
                let message = format!("no customer gets the calendar `{}`", calendar.name);
                let mut found = Diagnostic::warning(Code::UnreachableCalendar, span, message);
                for (earlier, place) in &taken {
                    if self.space.and(earlier, &region).is_none_or(|both| !both.is_empty()) {
                        found = found.label(*place, "this one comes first");
                    }
                }
                covered.push(found.help("leave it out, or let the earlier ones hold for fewer customers"));
            }
            taken.push((region, span));
        }
        covered.into_iter().for_each(|found| self.report(found));
    }

    fn calendar_span(&self, name: &str) -> Option<Span> {
        self.ast.blocks.iter().find_map(|block| match block {
            Block::Calendar(calendar) if calendar.name.text == name => Some(calendar.span),
            _ => None,
        })
    }
}

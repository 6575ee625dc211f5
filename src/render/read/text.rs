//! A policy for a terminal: how it works in general, who is who, what happens to whom and when, and what limits it.

use unicode_width::UnicodeWidthStr as _;

use super::super::escape::clean;
use super::super::text::{Colour, Page, WIDE, wrapped};
use super::{blocks, remarks};
use crate::read::Reading;
use crate::read::reading::{BlockKind, RuleReading, SegmentReading};
use crate::read::timeline::Who;

/// The widest column of steps; a longer one moves what stands behind it.
const LONGEST: usize = 48;

/// Renders a reading; `colour` adds terminal colours.
#[must_use]
pub fn text(reading: &Reading, colour: bool) -> String {
    let mut telling = Telling { page: Page::new(colour) };
    let name = telling.page.paint(Colour::Bold, &clean(&reading.policy.name));
    telling.page.line(&format!("{name} · {}", clean(&reading.policy.file)));
    telling.general(reading);
    for (segment, (_, rules)) in reading.segments.iter().zip(blocks(reading, BlockKind::Segment)) {
        telling.section(&format!("THE SEGMENT {}", clean(&segment.name)));
        telling.segment(segment, &rules);
    }
    telling.blocks(reading, BlockKind::Cadence, "THE CADENCE");
    telling.blocks(reading, BlockKind::CarveOut, "THE CARVE-OUT");
    for (_, rules) in blocks(reading, BlockKind::Everywhere) {
        telling.section("EVERYWHERE");
        rules.into_iter().for_each(|rule| telling.rule(rule));
    }
    telling.page.out
}

/// The text as it grows.
struct Telling {
    page: Page,
}

impl Telling {
    fn general(&mut self, reading: &Reading) {
        self.section("HOW IT WORKS IN GENERAL");
        reading.settings.iter().for_each(|setting| self.sentence(&setting.sentence, ""));
        for (_, rules) in blocks(reading, BlockKind::Policy) {
            rules.into_iter().for_each(|rule| self.rule(rule));
        }
        if !reading.roles.is_empty() {
            self.section("WHO IS WHO");
        }
        for role in &reading.roles {
            match &role.address {
                Some(address) => self.sentence(&format!("The role {} is {address}.", role.name), ""),
                None => self.sentence(&role.sentence, ""),
            }
        }
        let others = || reading.fields.iter().chain(&reading.calendars);
        if others().next().is_some() {
            self.section("FIELDS AND CALENDARS");
        }
        others().for_each(|other| self.sentence(&other.sentence, ""));
    }

    /// A segment: whom it takes, its steps in brief with who acts, then what else its own lines say.
    fn segment(&mut self, segment: &SegmentReading, rules: &[&RuleReading]) {
        let (header, others) = rules.split_at(rules.len().min(1));
        header.iter().for_each(|rule| self.rule(rule));
        if !segment.timeline.is_empty() {
            self.page.line("");
        }
        let first = segment.timeline.iter().map(|rung| rung.at.width()).max().unwrap_or(0);
        let steps = segment.timeline.iter().flat_map(|rung| &rung.steps);
        let widest = steps.map(|step| clean(&step.label).width()).max().unwrap_or(0).min(LONGEST);
        for rung in &segment.timeline {
            for (at, step) in rung.steps.iter().enumerate() {
                let when = if at == 0 { rung.at.as_str() } else { "" };
                let label = clean(&step.label);
                let gap = " ".repeat(widest.saturating_sub(label.width()) + 3);
                let who = self.page.paint(colour(step.who), &remarks(step, rung));
                self.page.line(&format!("    {when:<first$}   {label}{gap}{who}"));
            }
        }
        if !others.is_empty() {
            self.page.line("");
        }
        others.iter().for_each(|rule| self.rule(rule));
    }

    fn blocks(&mut self, reading: &Reading, kind: BlockKind, title: &str) {
        for (name, rules) in blocks(reading, kind) {
            self.section(&format!("{title} {}", clean(name)));
            rules.into_iter().for_each(|rule| self.rule(rule));
        }
    }

    fn section(&mut self, title: &str) {
        let title = self.page.paint(Colour::Bold, title);
        self.page.line("");
        self.page.line(&title);
    }

    fn rule(&mut self, rule: &RuleReading) {
        let file = rule.file.rsplit(['/', '\\']).next().unwrap_or(&rule.file);
        self.sentence(&rule.sentence, &format!("{}:{}", clean(file), rule.line));
    }

    /// A sentence, over several lines where it is long, with its place at the end of the last one.
    fn sentence(&mut self, sentence: &str, place: &str) {
        let lines = wrapped(&clean(sentence), WIDE.saturating_sub(place.width() + 6).max(WIDE / 2));
        for (at, line) in lines.iter().enumerate() {
            let line = format!("{}{line}", if at == 0 { "  " } else { "    " });
            let place = if at + 1 == lines.len() { place } else { "" };
            self.page.beside(&line, &line, place);
        }
    }
}

fn colour(who: Who) -> Colour {
    match who {
        Who::Automatic => Colour::Green,
        Who::Approval => Colour::Yellow,
        Who::Manual => Colour::Cyan,
        Who::Internal => Colour::Dim,
        Who::Stopped => Colour::Red,
    }
}

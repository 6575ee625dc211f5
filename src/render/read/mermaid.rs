//! The steps of segments as a Mermaid timeline, which GitHub and wikis draw.

use super::super::escape;
use super::remarks;
use crate::read::Reading;
use crate::read::reading::SegmentReading;
use crate::read::timeline::RungReading;

/// One diagram: of one segment, or of all with a section for each.
#[must_use]
pub fn mermaid(reading: &Reading, segment: Option<&SegmentReading>) -> String {
    match segment {
        Some(segment) => of_segment(segment),
        None => of_all(reading),
    }
}

/// A segment, before and after the due date.
pub(super) fn of_segment(segment: &SegmentReading) -> String {
    let mut out = head(&segment.name);
    let (before, after): (Vec<_>, Vec<_>) = segment.timeline.iter().partition(|rung| rung.day < 0);
    for (title, rungs) in [("before the due date", before), ("from the due date on", after)] {
        if !rungs.is_empty() {
            section(&mut out, title, &rungs);
        }
    }
    if segment.timeline.is_empty() {
        out.push_str("    no steps\n");
    }
    out
}

fn of_all(reading: &Reading) -> String {
    let mut out = head(&reading.policy.name);
    for segment in &reading.segments {
        section(&mut out, &segment.name, &segment.timeline.iter().collect::<Vec<_>>());
    }
    out
}

pub(in crate::render) fn head(title: &str) -> String {
    format!("timeline\n    title {}\n", escape::mermaid(title))
}

pub(in crate::render) fn section(out: &mut String, title: &str, rungs: &[&RungReading]) {
    out.push_str(&format!("    section {}\n", escape::mermaid(title)));
    for rung in rungs {
        let steps = rung.steps.iter().map(|step| {
            format!(" : {} ({})", escape::mermaid(&step.label), escape::mermaid(&remarks(step, rung)))
        });
        out.push_str(&format!("        {}{}\n", escape::mermaid(&rung.at), steps.collect::<String>()));
    }
    if rungs.is_empty() {
        out.push_str("        no steps\n");
    }
}

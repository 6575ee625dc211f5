//! A policy for a wiki or a pull request: its sentences in lists, its segments with a timeline each.

use super::super::escape::{clean, markdown as data, markdown_id};
use super::{blocks, mermaid};
use crate::read::Reading;
use crate::read::reading::{BlockKind, RuleReading};

/// Renders a reading; `names` adds the addresses of roles.
#[must_use]
pub fn markdown(reading: &Reading, names: bool) -> String {
    let mut out = format!("# {}\n", data(&reading.policy.name));
    general(&mut out, reading, names);
    for (segment, (_, rules)) in reading.segments.iter().zip(blocks(reading, BlockKind::Segment)) {
        section(&mut out, &format!("The segment {}", data(&segment.name)));
        list(&mut out, &rules);
        out.push_str(&format!("\n```mermaid\n{}```\n", mermaid::of_segment(segment)));
    }
    for (kind, title) in [(BlockKind::Cadence, "The cadence"), (BlockKind::CarveOut, "The carve-out")] {
        for (name, rules) in blocks(reading, kind) {
            section(&mut out, &format!("{title} {}", data(name)));
            list(&mut out, &rules);
        }
    }
    for (_, rules) in blocks(reading, BlockKind::Everywhere) {
        section(&mut out, "Everywhere");
        list(&mut out, &rules);
    }
    out
}

fn general(out: &mut String, reading: &Reading, names: bool) {
    section(out, "How it works in general");
    reading.settings.iter().for_each(|setting| item(out, &setting.sentence));
    blocks(reading, BlockKind::Policy).iter().for_each(|(_, rules)| list(out, rules));
    if !reading.roles.is_empty() {
        section(out, "Who is who");
    }
    for role in &reading.roles {
        match role.address.as_ref().filter(|_| names) {
            Some(address) => item(out, &format!("The role {} is {address}.", role.name)),
            None => item(out, &role.sentence),
        }
    }
    let others = || reading.fields.iter().chain(&reading.calendars);
    if others().next().is_some() {
        section(out, "Fields and calendars");
    }
    others().for_each(|other| item(out, &other.sentence));
}

fn section(out: &mut String, title: &str) {
    out.push_str(&format!("\n## {title}\n\n"));
}

fn item(out: &mut String, sentence: &str) {
    out.push_str(&format!("- {}\n", data(sentence)));
}

fn list(out: &mut String, rules: &[&RuleReading]) {
    for rule in rules {
        let file = rule.file.rsplit(['/', '\\']).next().unwrap_or(&rule.file);
        let place = markdown_id(&format!("{}:{}", clean(file), rule.line));
        out.push_str(&format!("- {} {place}\n", data(&rule.sentence)));
    }
}

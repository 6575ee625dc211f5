//! A policy read back: as a text, as Markdown, and as pictures of when its steps come.

mod layout;
mod markdown;
mod mermaid;
mod svg;
mod text;

pub use markdown::markdown;
pub use mermaid::mermaid;
pub(super) use mermaid::{head, section};
pub use svg::svg;
pub use text::text;

use crate::read::Reading;
use crate::read::reading::{BlockKind, RuleReading};
use crate::read::timeline::{RungReading, StepReading, Who};
use crate::read::words::times;

/// The blocks of a kind in file order, each with its rules; of a segment or a cadence its header first.
fn blocks(reading: &Reading, kind: BlockKind) -> Vec<(&str, Vec<&RuleReading>)> {
    let mut blocks: Vec<(&str, Vec<&RuleReading>)> = Vec::new();
    for rule in reading.rules.iter().filter(|rule| rule.block_kind == kind) {
        match blocks.iter_mut().find(|(name, _)| *name == &*rule.block) {
            Some((_, rules)) => rules.push(rule),
            None => blocks.push((&*rule.block, vec![rule])),
        }
    }
    blocks
}

/// What stands behind a step in a list: who acts, and how it comes back.
fn remarks(step: &StepReading, rung: &RungReading) -> String {
    if step.who == Who::Stopped {
        return String::from(step.who.words());
    }
    let condition = if step.conditional { ", if its condition holds" } else { "" };
    let per_customer = if rung.per_customer { ", once for all invoices of a customer" } else { "" };
    format!("{}{condition}{per_customer}{}", step.who.words(), repeats(rung))
}

/// `, every 15 days, 3 times`.
fn repeats(rung: &RungReading) -> String {
    let Some(repeat) = &rung.repeat else { return String::new() };
    let limit = repeat.times.map_or(String::new(), |most| format!(", {}", times(most)));
    format!(", every {}{limit}", repeat.every)
}

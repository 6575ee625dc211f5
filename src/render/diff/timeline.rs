//! Timelines of changed cadences as Mermaid diagrams, before and after in one.

use super::super::markdown::folded;
use super::super::read::{head, section};
use super::super::words::count;
use super::markdown::Room;
use crate::diff::Timelines;

/// Each changed cadence, folded away while there is room; the others are counted.
pub(super) fn timelines(timelines: &[Timelines]) -> String {
    let mut drawn = String::new();
    let mut left_out = 0;
    for one in timelines {
        let diagram = format!("```mermaid\n{}```\n\n", timeline(one));
        if drawn.len() + diagram.len() > Room::TIMELINES {
            left_out += 1;
        } else {
            drawn.push_str(&diagram);
        }
    }
    if timelines.is_empty() {
        return String::new();
    }
    if left_out > 0 {
        drawn.push_str(&format!("And {} more, left out here.\n", count(left_out, "timeline")));
    }
    folded(&format!("{}, before and after", count(timelines.len(), "timeline")), &drawn)
}

fn timeline(timelines: &Timelines) -> String {
    let mut out = head(&timelines.name);
    for (title, rungs) in [("before", &timelines.before), ("after", &timelines.after)] {
        section(&mut out, title, &rungs.iter().collect::<Vec<_>>());
    }
    out
}

//! When something is done, in English: `3 days after the due date`.

use crate::model::step::Repeat;
use crate::model::{Anchor, Moment, Offset, Unit};

/// A moment: `on the due date`, `3 business days after the promised date`.
#[must_use]
pub fn moment(moment: Moment) -> String {
    match (moment.offset.count, moment.anchor) {
        (0, Anchor::EndOfMonth { .. }) => format!("at {}", anchor(moment.anchor)),
        (0, Anchor::Dispute) => String::from("on the day the dispute is opened"),
        (0, Anchor::Payment) => String::from("on the day of the last payment"),
        (0, _) => format!("on {}", anchor(moment.anchor)),
        (count, _) => {
            let side = if count < 0 { "before" } else { "after" };
            format!("{} {side} {}", distance(moment.offset), anchor(moment.anchor))
        }
    }
}

/// What is counted from.
#[must_use]
pub fn anchor(anchor: Anchor) -> String {
    let fixed = match anchor {
        Anchor::Due => "the due date",
        Anchor::Issue => "the issue date",
        Anchor::Dispute => "the opening of the dispute",
        Anchor::Promise => "the promised date",
        Anchor::Payment => "the last payment",
        Anchor::Previous => "the step before it is done",
        Anchor::EndOfMonth { from_issue, offset } => {
            let anchor = if from_issue { Anchor::Issue } else { Anchor::Due };
            return match offset.count {
                0 => format!("the end of the month of {}", self::anchor(anchor)),
                _ => format!("the end of the month reached {}", self::moment(Moment { anchor, offset })),
            };
        }
    };
    String::from(fixed)
}

/// A distance, whichever way: `1 month`, `3 business days`.
#[must_use]
pub fn distance(offset: Offset) -> String {
    let unit = match offset.unit {
        Unit::Days => "day",
        Unit::BusinessDays => "business day",
        Unit::Months => "month",
    };
    let plural = if offset.count.unsigned_abs() == 1 { "" } else { "s" };
    format!("{} {unit}{plural}", offset.count.unsigned_abs())
}

/// When a step comes, and how it comes back: `60 days after the due date and every 15 days from then on, 3 times
/// in all`.
#[must_use]
pub fn schedule(first: Moment, repeat: Option<&Repeat>) -> String {
    let Some(repeat) = repeat else { return moment(first) };
    let limit =
        repeat.times.map_or(String::new(), |times| format!(", {} at most", super::words::times(times)));
    format!("{} and every {} from then on{limit}", moment(first), period(repeat.period))
}

/// A distance after `every`: `month`, `15 days`.
#[must_use]
pub fn period(offset: Offset) -> String {
    let text = distance(offset);
    text.strip_prefix("1 ").map_or_else(|| text.clone(), String::from)
}

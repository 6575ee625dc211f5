//! Where things stand in the picture of a policy, in whole pixels: a lane for each segment, and in it rows of steps.
//!
//! Every step is a mark on its day with its text to the right. The steps of a lane fill its rows as words fill lines:
//! one that would begin within the text before it begins a new row. So nothing ever covers a text.

use unicode_width::UnicodeWidthStr as _;

use super::super::escape::clean;
use super::repeats;
use crate::read::reading::SegmentReading;
use crate::read::timeline::{RungReading, StepReading};

/// Where names begin.
pub(super) const LEFT: i64 = 28;
/// Where the days begin: their names are written across them.
const FIRST: i64 = LEFT + 24;
/// How far the days reach.
const DAYS: i64 = 880;
/// From the upper end of a lane to its first row: the segment's name stands there.
pub(super) const HEAD: i64 = 34;
/// The height of a row.
pub(super) const ROW: i64 = 22;
/// From a mark to its text.
pub(super) const MARK: i64 = 12;
/// Between a text and the next mark of its row.
const GAP: i64 = 24;
/// No common letter of the font is wider on average.
const LETTER: i64 = 8;
/// What is shown of a text.
const LONGEST: usize = 60;
/// The least number of days that are shown.
const SHORTEST: i64 = 14;
/// Repetitions that are shown after the first time.
const REPETITIONS: u32 = 3;

/// The days that all lanes show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    first: i64,
    last: i64,
}

impl Scale {
    /// From the earliest step to the last one, the due date among them.
    pub(super) fn of(segments: &[&SegmentReading]) -> Scale {
        let days = segments.iter().flat_map(|segment| &segment.timeline).flat_map(times);
        let (first, last) = days.fold((0, 0), |(first, last), day| (day.min(first), day.max(last)));
        Scale { first, last: last.max(first + SHORTEST) }
    }

    /// Where a day lies.
    pub(super) fn x(self, day: i64) -> i64 {
        FIRST + (day - self.first) * DAYS / (self.last - self.first)
    }

    /// The right end of the days.
    pub(super) fn right() -> i64 {
        FIRST + DAYS
    }

    /// The days that are named above: the due date, and as many round ones as have room.
    pub(super) fn ticks(self) -> Vec<i64> {
        const STEPS: [i64; 9] = [1, 2, 5, 10, 15, 30, 60, 90, 180];
        const ROOM: i64 = 64;
        let length = self.last - self.first;
        let fits = |step: &i64| step * DAYS / length >= ROOM;
        let step = STEPS.into_iter().find(fits).unwrap_or(length);
        (self.first / step..=self.last / step).map(|tick| tick * step).collect()
    }
}

/// The days of a rung: its own, and the first of its repetitions.
fn times(rung: &RungReading) -> Vec<i64> {
    let repeat = rung.repeat.as_ref();
    let more = repeat.map_or(0, |repeat| repeat.times.map_or(REPETITIONS, |times| times.saturating_sub(1)));
    let period = repeat.map_or(0, |repeat| repeat.days);
    (0..=i64::from(more.min(REPETITIONS))).map(|time| rung.day + time * period).collect()
}

/// The picture of one segment.
pub(super) struct Lane<'r> {
    /// The segment.
    pub(super) segment: &'r SegmentReading,
    /// Its steps, in the order of their days.
    pub(super) steps: Vec<Placed<'r>>,
    /// How many rows the steps take.
    pub(super) rows: i64,
}

/// A step in its place.
pub(super) struct Placed<'r> {
    /// Its rung.
    pub(super) rung: &'r RungReading,
    /// The step.
    pub(super) step: &'r StepReading,
    /// The row, from 0.
    pub(super) row: i64,
    /// Where its marks are: the first time, and its repetitions.
    pub(super) marks: Vec<i64>,
    /// The moment and what is done.
    pub(super) text: (String, String),
}

impl Lane<'_> {
    /// The lane of a segment.
    pub(super) fn of(segment: &SegmentReading, scale: Scale) -> Lane<'_> {
        let steps = segment.timeline.iter().flat_map(|rung| rung.steps.iter().map(move |step| (rung, step)));
        let mut steps: Vec<Placed<'_>> = steps.map(|(rung, step)| placed(rung, step, scale)).collect();
        let (mut row, mut end) = (0, i64::MIN);
        for step in &mut steps {
            if step.begin() < end {
                row += 1;
            }
            step.row = row;
            end = step.end() + GAP;
        }
        Lane { segment, steps, rows: row + 1 }
    }

    /// The height, the segment's name included.
    pub(super) fn height(&self) -> i64 {
        HEAD + self.rows * ROW + MARK
    }
}

impl Placed<'_> {
    fn begin(&self) -> i64 {
        self.marks.first().copied().unwrap_or(FIRST)
    }

    /// Where the text begins.
    pub(super) fn text_x(&self) -> i64 {
        self.marks.last().copied().unwrap_or(FIRST) + MARK
    }

    /// Where the text ends.
    pub(super) fn end(&self) -> i64 {
        self.text_x() + wide(&self.text.0) + LETTER + wide(&self.text.1)
    }
}

fn placed<'r>(rung: &'r RungReading, step: &'r StepReading, scale: Scale) -> Placed<'r> {
    let about = if rung.exact { "" } else { "≈ " };
    let condition = if step.conditional { ", under a condition" } else { "" };
    let what = format!("{}{condition}{}", short(&clean(&step.label)), repeats(rung));
    let marks = times(rung).into_iter().map(|day| scale.x(day)).collect();
    Placed { rung, step, row: 0, marks, text: (format!("{about}{}", rung.at), what) }
}

/// How wide a text is.
pub(super) fn wide(text: &str) -> i64 {
    LETTER.saturating_mul(i64::try_from(text.width()).unwrap_or(i64::MAX))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::read::timeline::{RepeatReading, Who};

    fn rung(day: i64, labels: &[&str], times: Option<u32>) -> RungReading {
        let step = |label: &&str| StepReading {
            rule: Arc::from("a"),
            line: 1,
            label: (*label).to_owned(),
            who: Who::Automatic,
            conditional: false,
        };
        RungReading {
            at: format!("D{day:+}"),
            day,
            exact: true,
            repeat: times.map(|times| RepeatReading {
                every: String::from("5 days"),
                days: 5,
                times: Some(times),
            }),
            ladder: Arc::from("a"),
            per_customer: false,
            steps: labels.iter().map(step).collect(),
        }
    }

    fn segment(timeline: Vec<RungReading>) -> SegmentReading {
        SegmentReading { name: Arc::from("a"), cadences: Vec::new(), timeline }
    }

    #[test]
    fn nothing_covers_a_text() {
        let labels =
            ["a", "e-mail 株式会社", "a label that is so long that it is cut somewhere in the end of it"];
        let rungs = (-9..60).step_by(3).zip(labels.iter().cycle());
        let rungs = rungs.map(|(day, label)| rung(day, &[label, "b"], (day % 4 == 0).then_some(3)));
        let segment = segment(rungs.collect());
        let lane = Lane::of(&segment, Scale::of(&[&segment]));
        assert_eq!(lane.steps.len(), 46);
        for (at, step) in lane.steps.iter().enumerate() {
            let mut later = lane.steps[at + 1..].iter().filter(|other| other.row == step.row);
            assert!(later.all(|other| other.begin() > step.end()), "{:?}", step.text);
            assert!(step.marks.iter().all(|&mark| mark < step.text_x()), "{:?}", step.text);
        }
        let rows: Vec<i64> = lane.steps.iter().map(|step| step.row).collect();
        assert!(rows.is_sorted() && lane.rows == rows[45] + 1, "{rows:?}");
    }

    #[test]
    fn steps_with_room_share_a_row() {
        let segment = segment(vec![rung(0, &["a"], None), rung(40, &["b"], None), rung(41, &["c"], None)]);
        let lane = Lane::of(&segment, Scale::of(&[&segment]));
        assert_eq!(lane.steps.iter().map(|step| step.row).collect::<Vec<_>>(), [0, 0, 1]);
    }

    #[test]
    fn the_days_are_those_of_all_steps_and_the_due_date() {
        let (early, late) = (segment(vec![rung(-6, &["a"], None)]), segment(vec![rung(30, &["a"], Some(2))]));
        let scale = Scale::of(&[&early, &late]);
        assert_eq!((scale.first, scale.last), (-6, 35));
        assert_eq!(scale.ticks(), [-5, 0, 5, 10, 15, 20, 25, 30, 35]);
        let empty = Scale::of(&[&segment(Vec::new())]);
        assert_eq!((empty.first, empty.last), (0, SHORTEST));
    }
}

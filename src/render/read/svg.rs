//! The steps of segments as a picture: a lane for each segment, days from left to right, a mark for each step that
//! tells who acts by its form and its colour. Nothing in it is loaded from elsewhere.

use super::super::escape::xml;
use super::layout::{HEAD, LEFT, Lane, MARK, Placed, ROW, Scale, wide};
use super::remarks;
use crate::read::Reading;
use crate::read::reading::SegmentReading;
use crate::read::timeline::Who;

/// Colours for light and for dark surroundings; a text has its ground around it, which parts it from lines.
const STYLE: &str = "\
text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
.step { paint-order: stroke; stroke: #f6f8fa; stroke-width: 4px; stroke-linejoin: round; }
.name { font-weight: 600; font-size: 15px; } .when { font-weight: 600; } .faint { fill: #59636e; }
.ground { fill: #ffffff; } .lane { fill: #f6f8fa; }
.day { stroke: #d1d9e0; } .due { stroke: #59636e; stroke-width: 2; } .again { stroke: #b0b8c1; }
.automatic { fill: #1a7f37; } .approval { fill: #bc6c00; } .manual { fill: #0969da; }
.internal { fill: #f6f8fa; stroke: #59636e; stroke-width: 2; } .stopped { stroke: #d1242f; stroke-width: 2; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.step { stroke: #151b23; }
.faint { fill: #9198a1; }
.ground { fill: #0d1117; } .lane { fill: #151b23; }
.day { stroke: #2a313c; } .due { stroke: #9198a1; } .again { stroke: #4a525b; }
.automatic { fill: #3fb950; } .approval { fill: #e3a03c; } .manual { fill: #58a6ff; }
.internal { fill: #151b23; stroke: #9198a1; } .stopped { stroke: #f85149; }
}";

/// Where the first lane begins: above it the title and the days.
const TOP: i64 = 72;

/// Between two lanes.
const BETWEEN: i64 = 10;

/// A picture of some segments of a policy.
#[must_use]
pub fn svg(reading: &Reading, segments: &[&SegmentReading]) -> String {
    let scale = Scale::of(segments);
    let lanes: Vec<Lane<'_>> = segments.iter().map(|segment| Lane::of(segment, scale)).collect();
    let mut drawing = Drawing { out: String::new(), width: width(reading, &lanes), scale };
    let mut y = TOP;
    for lane in &lanes {
        y = drawing.lane(lane, y) + BETWEEN;
    }
    drawing.legend(&lanes, y + ROW);
    drawing.whole(&reading.policy.name, y + ROW * 2)
}

/// As wide as the longest thing in it.
fn width(reading: &Reading, lanes: &[Lane<'_>]) -> i64 {
    let steps = lanes.iter().flat_map(|lane| &lane.steps).map(Placed::end);
    let heads = lanes.iter().map(|lane| LEFT + wide(&head(lane.segment)) * 5 / 4);
    let all = steps.chain(heads).chain([LEFT + wide(&reading.policy.name) * 5 / 4, Scale::right()]);
    all.max().unwrap_or(0) + LEFT
}

/// A segment's name, and the cadences it follows.
fn head(segment: &SegmentReading) -> String {
    format!("{}{}", segment.name, follows(segment))
}

fn follows(segment: &SegmentReading) -> String {
    match segment.cadences.as_slice() {
        [] if segment.timeline.is_empty() => String::from(" has no steps"),
        [] => String::new(),
        names => format!(" follows {}", names.join(" and ")),
    }
}

/// A picture as it grows.
struct Drawing {
    out: String,
    width: i64,
    scale: Scale,
}

impl Drawing {
    /// Draws a lane; gives its lower end.
    fn lane(&mut self, lane: &Lane<'_>, y: i64) -> i64 {
        let (height, width, x) = (lane.height(), self.width - LEFT, LEFT / 2);
        self.line(&format!(
            r#"<rect class="lane" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>"#
        ));
        let (name, follows) = (xml(&lane.segment.name), xml(&follows(lane.segment)));
        let text = format!(r#"<tspan class="name">{name}</tspan><tspan class="faint">{follows}</tspan>"#);
        self.text(LEFT, y + ROW, "step", &text);
        for day in self.scale.ticks() {
            let (class, x) = (if day == 0 { "due" } else { "day" }, self.scale.x(day));
            self.line(&format!(r#"<path class="{class}" d="M{x} {}V{}"/>"#, y + HEAD, y + height));
        }
        lane.steps.iter().for_each(|step| self.step(step, y + HEAD + step.row * ROW + ROW / 2));
        y + height
    }

    /// A step: its marks, joined where it comes back, and its text.
    fn step(&mut self, step: &Placed<'_>, y: i64) {
        let told = format!("{}: {} ({})", step.rung.at, step.step.label, remarks(step.step, step.rung));
        self.line(&format!("<g><title>{}</title>", xml(&told)));
        if let [first, .., last] = step.marks.as_slice() {
            self.line(&format!(r#"<path class="again" d="M{first} {y}H{last}"/>"#));
        }
        step.marks.iter().for_each(|&x| self.mark(step.step.who, x, y));
        let (when, what) = (xml(&step.text.0), xml(&step.text.1));
        let text = format!(r#"<tspan class="when">{when}</tspan> {what}"#);
        self.text(step.text_x(), y + 5, "step", &text);
        self.line("</g>");
    }

    /// A mark: circle, diamond, square, ring or cross.
    fn mark(&mut self, who: Who, x: i64, y: i64) {
        let mark = match who {
            Who::Automatic => format!(r#"<circle class="automatic" cx="{x}" cy="{y}" r="5"/>"#),
            Who::Approval => format!(r#"<path class="approval" d="M{x} {}l6 6-6 6-6-6z"/>"#, y - 6),
            Who::Manual => {
                format!(r#"<rect class="manual" x="{}" y="{}" width="10" height="10"/>"#, x - 5, y - 5)
            }
            Who::Internal => format!(r#"<circle class="internal" cx="{x}" cy="{y}" r="4"/>"#),
            Who::Stopped => {
                format!(r#"<path class="stopped" d="M{} {}l8 8m0-8l-8 8"/>"#, x - 4, y - 4)
            }
        };
        self.line(&mark);
    }

    /// What the marks mean that are there.
    fn legend(&mut self, lanes: &[Lane<'_>], y: i64) {
        let steps = || lanes.iter().flat_map(|lane| &lane.steps);
        let mut x = LEFT;
        for who in Who::ALL.into_iter().filter(|who| steps().any(|step| step.step.who == *who)) {
            self.mark(who, x, y - 5);
            self.text(x + MARK, y, "faint", who.words());
            x += MARK * 3 + wide(who.words());
        }
        if steps().any(|step| !step.rung.exact) {
            self.text(x, y, "faint", "≈ about that day");
        }
    }

    /// The days above the lanes.
    fn days(&self) -> String {
        let ticks = self.scale.ticks().into_iter().map(|day| {
            let name = if day == 0 { String::from("due date") } else { format!("D{day:+}") };
            let (x, y) = (self.scale.x(day), TOP - BETWEEN);
            format!("<text class=\"faint\" text-anchor=\"middle\" x=\"{x}\" y=\"{y}\">{name}</text>\n")
        });
        ticks.collect()
    }

    fn text(&mut self, x: i64, y: i64, class: &str, text: &str) {
        let class = if class.is_empty() { String::new() } else { format!(r#" class="{class}""#) };
        self.line(&format!(r#"<text{class} x="{x}" y="{y}">{text}</text>"#));
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn whole(self, name: &str, height: i64) -> String {
        let (width, name, days, out) = (self.width, xml(name), self.days(), &self.out);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n<title>{name}</title>\n<style>\n{STYLE}\n</style>\n\
             <rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n\
             <text class=\"name\" x=\"{LEFT}\" y=\"28\">{name}</text>\n{days}{out}</svg>\n"
        )
    }
}

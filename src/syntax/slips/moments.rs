//! Days: `on D+3`, `3 days after due`, `day 3`, `D3`, `every two weeks`.

use std::ops::Range;

use super::{Cursor, Home, Slip, Statement};
use crate::code::Code;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    if s.home != Home::Rules {
        return None;
    }
    every(s).or_else(|| at(s)).or_else(|| from(s)).or_else(|| mark_behind(s)).or_else(|| no_day(s))
}

/// `email first_reminder` without a day.
fn no_day(s: &Statement) -> Option<Slip> {
    let word = s.starter();
    let c = s.cursor(s.range.start);
    (s.is_first() && super::actions::begins_one(c)).then(|| {
        let message = format!("`{word}` does not say on which day");
        let help = format!("begin with the day: `at D+3 {}`", s.whole());
        Slip::new(Code::MomentNotPlain, s.range.start..s.range.start + word.len(), message).help(help)
    })
}

/// The day a step acts on, at the beginning of its line.
fn at(s: &Statement) -> Option<Slip> {
    let start = s.range.start;
    let mut c = s.cursor(start);
    let begins_right = c.phrase("at");
    let from = if begins_right { c.at } else { start };
    let (moment, end) = moment(s.cursor(from), begins_right)?;
    let written = s.text[from..end].trim_end();
    let end = from + written.len();
    let bare = written.trim_end_matches([':', ',', ' ']);
    let right = if begins_right { moment } else { format!("at {moment}") };
    if s.at > end || bare == right {
        return None;
    }
    let message = match right.strip_prefix("at ") == Some(bare) {
        true => format!("no `at` stands before the day `{bare}`"),
        false => format!("`{bare}` is not how a day is written"),
    };
    Some(Slip::new(Code::MomentNotPlain, from..end, message).put(right))
}

/// `needs approval from day 15`, `every 5 days from day 10`.
fn from(s: &Statement) -> Option<Slip> {
    if !s.before().ends_with(" from") {
        return None;
    }
    let (moment, end) = moment(s.cursor(s.at), true)?;
    let written = s.text[s.at..end].trim_end();
    let end = s.at + written.len();
    let colon = if written.ends_with(':') { ":" } else { "" };
    let message = format!("`{}` is not how a day is written", written.trim_end_matches([':', ',']));
    Some(Slip::new(Code::MomentNotPlain, s.at..end, message).put(format!("{moment}{colon}")))
}

/// `at D+3: email x`, `at D+3, email x`, `at D+3 - email x`.
fn mark_behind(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    c.any(&["at"])?;
    let (_, c) = anchored(c, true)?;
    let marks = c.rest().len() - c.rest().trim_start_matches([':', ',', '-', '>', '=']).len();
    if marks == 0 || c.rest().len() == marks || s.at > c.at {
        return None;
    }
    let mark = &c.rest()[..marks];
    let message = format!("no `{mark}` stands between the day and the action");
    Some(Slip::new(Code::MomentNotPlain, c.at..c.at + marks, message).put(""))
}

const UNITS: [(&[&str], &str, u32); 6] = [
    (
        &["business days", "business day", "working days", "working day", "workdays", "bd"],
        " business days",
        1,
    ),
    (&["calendar days", "days", "day", "d"], "", 1),
    (&["weeks", "week", "w"], "", 7),
    (&["fortnights", "fortnight"], "", 14),
    (&["months", "month"], " months", 1),
    (&["quarters", "quarter"], " months", 3),
];

fn unit(c: &mut Cursor) -> Option<(&'static str, u32)> {
    UNITS.iter().find(|(words, _, _)| c.any(words).is_some()).map(|&(_, unit, times)| (unit, times))
}

const AFTER: [&str; 8] = ["after", "past", "overdue", "late", "following", "from", "post", "beyond"];
const BEFORE: [&str; 5] = ["before", "prior to", "ahead of", "in advance of", "early"];
const ANCHORS: [(&[&str], &str); 5] = [
    (
        &[
            "invoice due date",
            "invoice is due",
            "due date",
            "due day",
            "being due",
            "it is due",
            "due",
            "payment is due",
            "maturity",
            "d",
            "t",
            "j",
        ],
        "D",
    ),
    (&["issue date", "invoice date", "issue", "issuing", "invoicing", "invoice"], "issue"),
    (&["dispute is opened", "dispute"], "dispute"),
    (&["promised date", "promise"], "promise"),
    (&["last payment", "payment"], "payment"),
];

/// A day in the words people use, as it is written here; and where it ends, with a mark behind it.
fn moment(start: Cursor, announced: bool) -> Option<(String, usize)> {
    let mut c = start;
    let intro = c.any(&["on", "after", "in", "within", "by", "from", "when", "@", "at", "as of"]);
    let found =
        counted(c, announced || intro.is_some()).or_else(|| anchored(c, announced || intro.is_some()))?;
    let (moment, mut c) = found;
    c.mark(":");
    c.mark(",");
    Some((moment, c.at))
}

/// `3 days after due`, `2 weeks before the due date`, `3 days late`.
fn counted(mut c: Cursor, announced: bool) -> Option<(String, Cursor)> {
    let number = c.number()?;
    let (unit, times) = unit(&mut c)?;
    let back = c.any(&BEFORE);
    let forth = if back.is_none() { c.any(&AFTER) } else { None };
    if back.is_none() && forth.is_none() && !announced {
        return None;
    }
    c.any(&["the", "its", "an", "a"]);
    let anchor = ANCHORS.iter().find(|(words, _)| c.any(words).is_some()).map_or("D", |(_, anchor)| anchor);
    let sign = if back.is_some() { '-' } else { '+' };
    Some((format!("{anchor}{sign}{}{unit}", number.checked_mul(times)?), c))
}

/// `D+3`, `D3`, `day 3`, `J+3`, `D+3d`, `due date + 3`, `+3`.
fn anchored(mut c: Cursor, announced: bool) -> Option<(String, Cursor)> {
    let begun = c;
    let anchor = anchor(&mut c)?;
    let sign = if c.mark("+") {
        '+'
    } else if c.mark("-") {
        '-'
    } else {
        '+'
    };
    let signed = begun.rest()[..c.at - begun.at].trim_end().ends_with(['+', '-']);
    let Some(number) = c.number() else {
        return (announced && !signed).then(|| (String::from(anchor), c));
    };
    let (unit, times) = unit(&mut c).unwrap_or(("", 1));
    Some((format!("{anchor}{sign}{}{unit}", number.checked_mul(times)?), c))
}

/// The anchor, which may be left out before a sign, or be glued to its number.
fn anchor(c: &mut Cursor) -> Option<&'static str> {
    if c.rest().starts_with(['+', '-']) {
        return Some("D");
    }
    let word = c.peek();
    let glued = word.len() > 1
        && word.starts_with(['D', 'd', 'J', 'j', 'T', 't'])
        && word[1..].chars().next().is_some_and(|c| c.is_ascii_digit());
    if glued {
        c.at += 1;
        return Some("D");
    }
    if c.any(&["day", "due date", "due day"]).is_some() {
        return Some("D");
    }
    ANCHORS.iter().find(|(words, _)| c.any(words).is_some()).map(|(_, anchor)| *anchor)
}

const OFTEN: [(&str, &str); 7] = [
    ("daily", "every 1 day"),
    ("weekly", "every 7 days"),
    ("biweekly", "every 14 days"),
    ("bi-weekly", "every 14 days"),
    ("fortnightly", "every 14 days"),
    ("monthly", "every 1 month"),
    ("quarterly", "every 3 months"),
];

/// `every two weeks`, `every month`, `weekly`, and what is missing or misspelt behind it.
fn every(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    let right = match OFTEN.iter().find(|(word, _)| c.phrase(word)) {
        Some((_, right)) => String::from(*right),
        None => period(&mut c)?,
    };
    let place = trimmed(s, s.range.start..c.at);
    if s.text[place.clone()] != right {
        let message = format!("`{}` is not how a period is written", &s.text[place.clone()]);
        return Some(Slip::new(Code::PeriodNotPlain, place, message).put(right));
    }
    if !c.phrase("from") {
        let message = format!("`{right}` does not say from which day on");
        let help = format!("name the first day: `{right} from D+60`");
        return Some(Slip::new(Code::PeriodNotPlain, place, message).help(help));
    }
    let (_, from) = [counted(c, true), anchored(c, true)].into_iter().flatten().next()?;
    let ahead = Statement { at: from.at, ..s.clone() };
    times(&ahead).or_else(|| colon(&ahead))
}

fn period(c: &mut Cursor) -> Option<String> {
    c.any(&["every", "each"])?;
    let counted = c.rest().starts_with(|c: char| c.is_ascii_digit());
    let number = if c.phrase("other") { Some(2) } else { c.number().or((!counted).then_some(1)) }?;
    let (unit, times) = unit(c)?;
    let count = number.checked_mul(times)?;
    let unit = match (unit.trim(), count) {
        ("", 1) => "day",
        ("", _) => "days",
        ("months", 1) => "month",
        ("business days", 1) => "business day",
        (unit, _) => unit,
    };
    Some(format!("every {count} {unit}"))
}

/// `max 3 times`, `up to 3 times`.
fn times(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    let comma = c.mark(",");
    let from = c.at;
    let known =
        c.any(&["max .", "max", "maximum", "up to", "no more than", "not more than", "for", "at most"]);
    let number = c.number()?;
    let counted = c.any(&["times", "time", "x"]).is_some();
    let right = match number {
        1 => String::from("at most once"),
        2 => String::from("at most twice"),
        number => format!("at most {number} times"),
    };
    let place = trimmed(s, from..c.at);
    let written = &s.text[place.clone()];
    if !(known.is_some() || counted) || (comma && written == right) {
        return None;
    }
    let message = format!("`{written}` is not how a number of times is limited");
    let behind = s.range.start + s.before().len();
    let slip = Slip::new(Code::PeriodNotPlain, place.clone(), message);
    Some(if comma { slip.put(right) } else { slip.edit(behind..place.end, format!(", {right}")) })
}

/// A repeated step without its colon.
fn colon(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    if c.mark(",") {
        c.phrase("at most");
        let counted = c.number().is_some();
        c.any(if counted { &["times", "time"] } else { &["once", "twice"] });
    }
    let end = s.range.start + s.text[s.range.start..c.at].trim_end().len();
    let first = c.peek();
    super::actions::begins_one(c).then(|| {
        let message = "the action of a repeated step stands behind `:`";
        Slip::new(Code::PeriodNotPlain, c.at..c.at + first.len(), message).edit(end..end, ":")
    })
}

fn trimmed(s: &Statement, range: Range<usize>) -> Range<usize> {
    range.start..range.start + s.text[range].trim_end().len()
}

//! Calendars and their holiday files.

use chrono::NaiveDate;

use super::{Checker, conditions, digest, yaml};
use crate::calendar::Calendar;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::PolicyCalendar;
use crate::model::charge::BaseRate;
use crate::span::Span;
use crate::syntax::ast::{Block, CalendarBlock, CalendarLine};

/// All calendars, in file order; at most one without a condition.
pub(super) fn calendars(c: &mut Checker) -> Vec<PolicyCalendar> {
    let mut checked = Vec::new();
    let mut general: Option<Span> = None;
    for block in &c.input.ast.blocks {
        let Block::Calendar(block) = block else { continue };
        if block.when.is_none() {
            if let Some(first) = general {
                let message = format!(
                    "the calendar `{}` has no condition, and neither has another one",
                    block.name.text
                );
                c.report(
                    Diagnostic::error(Code::TwoGeneralCalendars, block.span, message)
                        .label(first, "this one is everybody's already")
                        .help("say whose it is: `calendar germany when customer.country is \"DE\":`"),
                );
            }
            general.get_or_insert(block.span);
        }
        checked.extend(calendar(c, block));
    }
    checked
}

fn calendar(c: &mut Checker, block: &CalendarBlock) -> Option<PolicyCalendar> {
    let mut calendar = Calendar::default();
    for line in &block.lines {
        match &line.node {
            CalendarLine::Closed(days) => days.iter().for_each(|&day| calendar.close_weekday(day)),
            CalendarLine::HolidayEvery { day: (month, day), .. } => calendar.close_yearly(*month, *day),
            CalendarLine::HolidayOn { date, .. } => calendar.close_date(*date),
            CalendarLine::HolidaysFrom(path) => holidays(c, &mut calendar, &path.node, path.span),
        }
    }
    if !calendar.has_open_weekday() {
        let message = format!("the calendar `{}` has no open day", block.name.text);
        c.report(
            Diagnostic::error(Code::NeverOpen, block.span, message)
                .help("leave at least one day of the week open"),
        );
    }
    let when = match &block.when {
        Some(condition) => Some(conditions::condition(c, condition)?),
        None => None,
    };
    Some(PolicyCalendar { name: block.name.text.clone(), when, calendar })
}

/// A holiday file maps dates to names: `2026-05-01: Fête du Travail`.
fn holidays(c: &mut Checker, calendar: &mut Calendar, path: &str, span: Span) {
    let text = match c.input.files.get(path) {
        Some(Ok(text)) => text,
        Some(Err(why)) => {
            let message = format!("the holiday file `{path}` cannot be read: {why}");
            return c.report(
                Diagnostic::error(Code::FileNotRead, span, message)
                    .help("the path is relative to the policy file"),
            );
        }
        None => return,
    };
    let help = "a holiday file has a line for each day, such as `2026-05-01: Fête du Travail`";
    match yaml::lines(text) {
        Err(why) => {
            let message = format!("`{path}` does not give holidays: {why}");
            c.report(Diagnostic::error(Code::BadHolidayFile, span, message).help(help));
        }
        Ok(days) => {
            for day in days.keys() {
                match day.parse::<NaiveDate>() {
                    Ok(date) => calendar.close_date(date),
                    Err(_) => {
                        let message = format!("`{path}` has a holiday on `{day}`, which is not a date");
                        c.report(Diagnostic::error(Code::BadHolidayFile, span, message).help(help));
                    }
                }
            }
        }
    }
}

/// A digest of all closed days and of the files of rates, so that a plan names what it was made with.
pub(super) fn calendar_digest(calendars: &[PolicyCalendar], rates: &[&BaseRate]) -> String {
    let mut lines: Vec<String> = calendars
        .iter()
        .map(|calendar| {
            let days = &calendar.calendar;
            let dates: Vec<String> = days.closed_dates().map(|date| date.to_string()).collect();
            let yearly: Vec<String> =
                days.closed_yearly().map(|(month, day)| format!("{month}-{day}")).collect();
            format!("{} {:?} {} {}", calendar.name, days.closed_weekdays(), yearly.join(","), dates.join(","))
        })
        .collect();
    lines.extend(rates.iter().map(|rates| format!("{rates:?}")));
    digest(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

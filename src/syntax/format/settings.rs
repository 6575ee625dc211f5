//! The settings of the policy, roles, fields and calendars.

use chrono::Weekday;

use super::super::ast::{
    Allow, CalendarLine, FieldDeclaration, Pilot, Rate, Role, RoleHolder, Setting, Spanned, Weekends,
};
use super::conditions::{path, separated};
use super::flow::Flow;
use super::values::{counted, date, days, money, month_day, quoted, whole};
use super::written::Written;
use crate::model::CatchUp;
use crate::model::field::FieldType;
use crate::span::Span;

/// A line of the policy block.
pub(super) fn setting(written: &Written, Spanned { node, span }: &Spanned<Setting>) -> Flow {
    Flow::of(match node {
        Setting::Language(version) => format!("language {}", whole(*version)),
        Setting::Currency(currency) => format!("currency {currency}"),
        Setting::MessagesIn(language) => format!("messages in {language}"),
        Setting::Timezone(zone) => format!("timezone {zone}"),
        Setting::Templates(folder) => format!("templates {}", quoted(folder)),
        Setting::Terms { days: count, end_of_month: false } => format!("terms {}", days(*count)),
        Setting::Terms { days: count, end_of_month: true } => format!("terms {} end of month", days(*count)),
        Setting::Ignore(amounts) => return ignore(amounts),
        Setting::Sender(role) => format!("sender {}", role.text),
        Setting::ReplyTo(role) => format!("reply to {}", role.text),
        Setting::Fallback(role) => format!("fallback {}", role.text),
        Setting::CatchUp(way) => return catch_up(written, *way, *span),
        Setting::Weekends(way) => weekends(*way),
        Setting::OneMessagePerInvoice => String::from("one message per invoice"),
        Setting::Pilot(Pilot::Count(count)) => {
            format!("pilot: {}", counted(*count, "customer", "customers"))
        }
        Setting::Pilot(Pilot::Customers(ids)) => {
            let word = if ids.len() == 1 { "pilot: customer " } else { "pilot: customers " };
            return listed(written, word, ",", *span, ids.iter().map(|id| quoted(id)));
        }
        Setting::Rate(Rate { left, right }) => {
            format!("rate {} {} = {} {}", left.0, left.1, right.0, right.1)
        }
        Setting::Allow(what) => return allow(written, what, *span),
    })
}

fn ignore(amounts: &[Spanned<crate::money::Money>]) -> Flow {
    let mut flow = Flow::of("ignore balances under ");
    let places = amounts.iter().map(|amount| amount.span.start as usize);
    flow.filled(|flow| separated(flow, ",", places, amounts.iter().map(|amount| money(amount.node))));
    flow
}

/// `catch up: FAMILY`.
pub(super) fn catch_up(written: &Written, way: CatchUp, span: Span) -> Flow {
    Flow::of(match way {
        CatchUp::OneAtATime => "catch up: one at a time",
        CatchUp::OnePerRun => "catch up: one per run",
        CatchUp::Latest => "catch up: latest",
        CatchUp::SameDayOnly => "catch up: same day only",
        CatchUp::All { days_apart } => {
            let parts = [String::from("all"), format!("{} apart", days(days_apart))];
            return listed(written, "catch up: ", ",", span, parts.into_iter());
        }
    })
}

/// `weekends: WAY`.
pub(super) fn weekends(way: Weekends) -> String {
    let way = match way {
        Weekends::NextBusinessDay => "next business day",
        Weekends::PreviousBusinessDay => "previous business day",
        Weekends::SameDay => "same day",
    };
    format!("weekends: {way}")
}

/// `allow(CODE, "reason")`.
pub(super) fn allow(written: &Written, Allow { code, reason }: &Allow, span: Span) -> Flow {
    let mut flow = Flow::of("allow");
    let reason_at = written.after_separators(span).first().copied().unwrap_or(0);
    let places = [code.span.start as usize, reason_at];
    flow.parenthesised(places[0], (span.end as usize).saturating_sub(1), true, |flow| {
        separated(flow, ",", places, [code.text.clone(), quoted(reason)].into_iter());
    });
    flow
}

/// Parts whose places the tree does not have: they begin after the separators in the source.
pub(super) fn listed(
    written: &Written,
    word: &str,
    separator: &str,
    span: Span,
    parts: impl Iterator<Item = String>,
) -> Flow {
    let mut flow = Flow::of(word);
    let places = std::iter::once(span.start as usize).chain(written.after_separators(span));
    flow.filled(|flow| separated(flow, separator, places, parts));
    flow
}

/// `role NAME = …`, the name filled up to a width.
pub(super) fn role(Role { name, holder, .. }: &Role, width: usize) -> Flow {
    let holder = match holder {
        RoleHolder::Address(address) => quoted(&address.node),
        RoleHolder::Field(field) => path(field),
        RoleHolder::Contact => String::from("contact"),
    };
    Flow::of(format!("role {:width$} = {holder}", name.text))
}

/// `field invoice.NAME: TYPE`.
pub(super) fn field(written: &Written, declared: &FieldDeclaration, span: Span) -> Flow {
    let head = format!("field {}: ", path(&declared.path));
    let kind = match &declared.kind {
        FieldType::OneOf(values) => {
            return listed(written, &head, " or", span, values.iter().map(|value| quoted(value)));
        }
        FieldType::Text => "text",
        // The language has no word for a number of days: no field of one's own is one.
        FieldType::Number | FieldType::Days => "number",
        FieldType::Money => "money",
        FieldType::Date => "date",
        FieldType::Flag => "yes or no",
        FieldType::Tags => "tags",
    };
    Flow::of(head + kind)
}

/// A line of a calendar.
pub(super) fn calendar_line(written: &Written, Spanned { node, span }: &Spanned<CalendarLine>) -> Flow {
    let named =
        |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!(" {}", quoted(name)));
    Flow::of(match node {
        CalendarLine::Closed(days) => {
            return listed(
                written,
                "closed ",
                ",",
                *span,
                days.iter().map(|day| String::from(weekday(*day))),
            );
        }
        CalendarLine::HolidayEvery { day: (month, day), name } => {
            format!("holiday every {}{}", month_day(*month, *day), named(name))
        }
        CalendarLine::HolidayOn { date: day, name } => format!("holiday {}{}", date(*day), named(name)),
        CalendarLine::HolidaysFrom(file) => format!("holidays from {}", quoted(&file.node)),
    })
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}

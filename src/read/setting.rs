//! Settings, roles, fields and calendars in English: how the policy works in general, and who is who.

use super::condition::condition;
use super::field;
use super::words::{count, list, number, quoted, role, season, sentence};
use crate::model::field::OwnField;
use crate::model::policy::{Pilot, PilotCustomers};
use crate::model::{CatchUp, Policy, PolicyCalendar, Rate, Role, RoleHolder, Settings, Terms, Weekends};

/// What the policy block says, each setting by its word; what it leaves out has its default.
#[must_use]
pub fn settings(policy: &Policy) -> Vec<(&'static str, String)> {
    let Settings { currency, language, timezone, templates, terms, .. } = &policy.settings;
    let settings = &policy.settings;
    let named = |of: Option<crate::model::RoleId>| of.map(|of| role(policy, of));
    let mut said = vec![
        ("currency", format!("amounts are in {currency} where nothing else is said")),
        (
            "messages in",
            format!("messages are written in {} where the customer's language has none", quoted(language)),
        ),
        ("timezone", format!("a day begins and ends in {timezone}")),
    ];
    let mut add =
        |word: &'static str, phrase: Option<String>| said.extend(phrase.map(|phrase| (word, phrase)));
    add(
        "templates",
        templates.as_ref().map(|folder| format!("the texts of messages are in {}", quoted(folder))),
    );
    add("terms", terms.map(self::terms));
    settings.rates.0.iter().for_each(|one| add("rate", Some(rate(one))));
    add("ignore balances under", tolerances(settings));
    add("sender", named(settings.sender).map(|who| format!("messages go out in the name of {who}")));
    add("reply to", named(settings.reply_to).map(|who| format!("answers go to {who}")));
    add(
        "fallback",
        named(settings.fallback).map(|who| {
            format!("what has no one else goes to {who}, and so does the approval of every charge")
        }),
    );
    add("catch up", Some(format!("when steps were missed, {}", catch_up(settings.catch_up))));
    add("weekends", Some(format!("a contact that falls on a closed day {}", weekends(settings.weekends))));
    let single = "each invoice has its own messages, with no limit of one a day";
    let joined =
        "messages of one day to one customer are joined into one, and there is one a day for each channel";
    add(
        "one message per invoice",
        Some(String::from(if settings.one_message_per_invoice { single } else { joined })),
    );
    said.into_iter().map(|(word, phrase)| (word, sentence(&phrase))).collect()
}

fn terms(terms: Terms) -> String {
    let days = count(terms.days as usize, "day");
    let end = if terms.end_of_month { " at the end of the month reached" } else { "" };
    format!("an invoice without a due date is due{end} {days} after its issue date")
}

fn rate(rate: &Rate) -> String {
    let side =
        |(millionths, currency): (i64, crate::money::Currency)| format!("{} {currency}", number(millionths));
    format!("{} counts as {}", side(rate.left), side(rate.right))
}

fn tolerances(settings: &Settings) -> Option<String> {
    let amounts: Vec<String> = settings.tolerances.iter().map(|amount| amount.grouped()).collect();
    (!amounts.is_empty())
        .then(|| format!("an invoice with less than {} open counts as paid", list(&amounts, "or")))
}

/// What becomes of missed steps, after `when steps were missed,`.
#[must_use]
pub fn catch_up(way: CatchUp) -> String {
    match way {
        CatchUp::OneAtATime => String::from("the next one is done, and those after it keep their distance"),
        CatchUp::OnePerRun => String::from("they are done one a day, without their distance"),
        CatchUp::Latest => String::from("the latest one is done, and those before it are left out"),
        CatchUp::SameDayOnly => String::from("they are left out"),
        CatchUp::All { days_apart } => {
            let days = count(usize::try_from(days_apart).unwrap_or(usize::MAX), "day");
            format!("all are done, {days} apart")
        }
    }
}

/// Where a contact goes, after `a contact that falls on a closed day`.
#[must_use]
pub fn weekends(way: Weekends) -> &'static str {
    match way {
        Weekends::NextBusinessDay => {
            "moves to the next open day, or before the due date to the open day before"
        }
        Weekends::PreviousBusinessDay => {
            "moves to the open day before, or where that reaches the due date to the next one"
        }
        Weekends::SameDay => "stays there",
    }
}

/// Whom the policy is tried on.
#[must_use]
pub fn pilot(pilot: &Pilot) -> String {
    match &pilot.customers {
        PilotCustomers::Count(number) => {
            let customers = count(usize::try_from(*number).unwrap_or(usize::MAX), "customer");
            sentence(&format!("the policy is tried on {customers} only, the same ones every day"))
        }
        PilotCustomers::Listed(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| quoted(id)).collect();
            let word = if ids.len() == 1 { "customer" } else { "customers" };
            sentence(&format!("the policy is tried on the {word} {} only", list(&ids, "and")))
        }
    }
}

/// Who has a role, without the address.
#[must_use]
pub fn holder(policy: &Policy, of: &Role) -> String {
    let name = &of.name;
    sentence(&match &of.holder {
        RoleHolder::Address(_) => format!("the role {name} is always the same address"),
        RoleHolder::Field(read) => format!("the role {name} is {}", field::field(policy, *read)),
        RoleHolder::Contact => format!("the role {name} is the customer's contact with that role"),
    })
}

/// A field of the policy's own.
#[must_use]
pub fn own_field(own: &OwnField) -> String {
    let kind = field::kind(&own.kind);
    sentence(&format!("every {} may have a field {}, which is {kind}", own.subject.word(), own.name))
}

/// A calendar: whose it is, and the days it closes.
#[must_use]
pub fn calendar(policy: &Policy, of: &PolicyCalendar) -> String {
    let whose = of.when.as_ref().map_or_else(
        || String::from("all customers without another one"),
        |when| format!("customers where {}", condition(policy, when)),
    );
    let weekdays = WEEK.iter().zip(of.calendar.closed_weekdays()).filter(|(_, closed)| *closed);
    let mut days: Vec<String> = weekdays.map(|(name, _)| String::from(*name)).collect();
    days.extend(of.calendar.closed_yearly().map(season));
    match of.calendar.closed_dates().count() {
        0 => {}
        single => days.push(count(single, "single date")),
    }
    let closed = if days.is_empty() { String::from("no day") } else { list(&days, "and") };
    sentence(&format!("the calendar {} is for {whose}; it closes {closed}", of.name))
}

const WEEK: [&str; 7] = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

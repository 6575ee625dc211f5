//! Decisions in a person's words.

use chrono::{Datelike, NaiveDate};

use super::facts::Promised;
use crate::model::charge::BaseRate;
use crate::model::{Channel, InterestRate};
use crate::snapshot::Snapshot;
use crate::snapshot::tables::Dispute;

/// `5 October`, with the year when it is another one than the plan's.
pub(super) fn date(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() { "%-d %B" } else { "%-d %B %Y" };
    day.format(form).to_string()
}

/// `12 days overdue`, `due today`, `due in 3 days`.
pub(super) fn overdue(days: i64) -> String {
    match days {
        0 => String::from("due today"),
        1 => String::from("1 day overdue"),
        2.. => format!("{days} days overdue"),
        -1 => String::from("due tomorrow"),
        _ => format!("due in {} days", -days),
    }
}

/// `disputed since 12 September, missing delivery note`.
pub(super) fn dispute(dispute: Option<&Dispute>, snapshot: &Snapshot, today: NaiveDate) -> String {
    let Some(dispute) = dispute else { return String::from("disputed") };
    let since = dispute.opened.date().map_or(String::new(), |since| format!(" since {}", date(since, today)));
    let reason = dispute.reason.map_or(String::new(), |reason| format!(", {}", snapshot.text(reason)));
    format!("disputed{since}{reason}")
}

/// `promised for 12 October`, `the promise of 12 October was not kept`.
pub(super) fn promise(promised: Promised, today: NaiveDate) -> String {
    match promised {
        Promised::No => String::from("nothing is promised"),
        Promised::Pending(promise) => format!("promised for {}", date(promise.due, today)),
        Promised::Kept(promise) => format!("the promise for {} was kept", date(promise.due, today)),
        Promised::Broken(promise) => format!("the promise for {} was not kept", date(promise.due, today)),
    }
}

/// A channel as the thing that goes out on it.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "text message",
        Channel::Letter => "letter",
        Channel::Call => "call",
    }
}

/// Why there is no interest on a day.
pub(super) fn no_rate(rate: &InterestRate, day: NaiveDate) -> String {
    let (file, from) = match &rate.base {
        BaseRate::ByDate(file, rates) => (file.as_str(), rates.first().map(|(from, _)| *from)),
        BaseRate::Fixed(_) => ("", None),
    };
    let begins = from.map_or(String::new(), |from| format!(", it begins on {from}"));
    format!("`{file}` has no rate for {day}{begins}: add the earlier ones")
}

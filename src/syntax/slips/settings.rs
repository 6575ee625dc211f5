//! Settings, roles, fields and calendars: `currency: EUR`, `currency = "EUR"`, `role finance: "…"`, `terms 30`.

use super::{Home, Slip, Statement};
use crate::code::Code;

/// Settings without a sign between word and value; and whether the value stands in quotes.
const PLAIN: [(&str, bool); 9] = [
    ("language", false),
    ("currency", false),
    ("messages in", false),
    ("timezone", false),
    ("templates", true),
    ("terms", false),
    ("sender", false),
    ("reply to", false),
    ("fallback", false),
];

/// The words of [`PLAIN`].
pub(super) const WORDS: [&str; 9] = [
    "language",
    "currency",
    "messages in",
    "timezone",
    "templates",
    "terms",
    "sender",
    "reply to",
    "fallback",
];

pub(super) fn of(s: &Statement) -> Option<Slip> {
    match s.home {
        Home::Policy => {
            ignore(s).or_else(|| sign(s)).or_else(|| quotes(s)).or_else(|| terms(s)).or_else(|| weekends(s))
        }
        Home::Line => role(s),
        Home::Calendar => calendar(s),
        Home::Rules => weekends(s),
        Home::File | Home::Scenario => None,
    }
}

fn setting(s: &Statement) -> Option<(&'static str, bool, usize)> {
    let mut c = s.cursor(s.range.start);
    let found = PLAIN.iter().find(|(word, _)| c.phrase(word));
    found.map(|&(word, quoted)| (word, quoted, s.range.start + word.len()))
}

/// `currency: EUR`, `currency = EUR`.
fn sign(s: &Statement) -> Option<Slip> {
    let (word, _, end) = setting(s)?;
    let mark = s.rest().chars().next().filter(|mark| [':', '='].contains(mark))?;
    if s.range.start + s.before().len() != end {
        return None;
    }
    let mut c = s.cursor(s.at + 1);
    c.space();
    let message = format!("no `{mark}` stands between `{word}` and its value");
    Some(Slip::new(Code::SettingNotPlain, s.at..s.at + 1, message).edit(end..c.at, " "))
}

/// `currency "EUR"`, `templates letters`.
fn quotes(s: &Statement) -> Option<Slip> {
    let (word, quoted, end) = setting(s)?;
    if s.range.start + s.before().len() != end || s.rest().is_empty() {
        return None;
    }
    if quoted {
        let value = s.rest().trim_end();
        return (!value.contains('"')).then(|| {
            let message = format!("`{value}` is a text and needs quotes");
            Slip::new(Code::TextNotQuoted, s.at..s.range.end, message).put(format!("\"{value}\""))
        });
    }
    let value = s.rest().strip_prefix('"')?.split_once('"')?.0;
    let message = format!("the value of `{word}` has no quotes");
    Some(Slip::new(Code::SettingNotPlain, s.at..s.at + value.len() + 2, message).put(value))
}

/// `terms 30`, `terms 30 d`, `terms 4 weeks`, `terms 30 EOM`.
fn terms(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    if !c.any(&["terms of payment", "payment terms", "terms"]).is_some_and(|_| true) {
        return None;
    }
    let number = c.number()?;
    let times = if c.any(&["weeks", "week"]).is_some() { 7 } else { 1 };
    c.any(&["days net", "net", "days", "day", "d"]);
    let goes_on = c.any(&["end of the month", "end of month", "eom", "fin de mois", "fdm"]).is_some();
    let place = s.range.start..s.range.start + s.text[s.range.start..c.at].trim_end().len();
    if s.at > place.end {
        return None;
    }
    let days = number.checked_mul(times)?;
    let message = format!("`{}` is not how terms are written", &s.text[place.clone()]);
    let end = if goes_on { " end of month" } else { "" };
    Some(Slip::new(Code::TermsNotPlain, place, message).put(format!("terms {days} days{end}")))
}

/// `ignore under 5 EUR`, `ignore balances below 5 EUR`.
fn ignore(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    c.any(&["ignore", "tolerance"])?;
    c.any(&["open balances", "balances", "balance", "amounts", "invoices", "all"]);
    c.any(&["under", "below", "less than", "smaller than", "up to", "of", "< =", "<", "="]);
    let place = s.range.start..s.range.start + s.text[s.range.start..c.at].trim_end().len();
    let begins_amount = c.rest().starts_with(|c: char| c.is_ascii_digit() || "€$£¥".contains(c));
    if !begins_amount || s.at > c.at || &s.text[place.clone()] == "ignore balances under" {
        return None;
    }
    let message = format!("`{}` is not how small balances are ignored", &s.text[place.clone()]);
    Some(Slip::new(Code::SettingNotPlain, place, message).put("ignore balances under"))
}

/// `weekends: skip`, `skip weekends`.
fn weekends(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    let place = s.range.clone();
    if c.any(&["skip weekends", "no weekends", "not on weekends", "skip weekend", "exclude weekends"])
        .is_some()
    {
        let message = format!("`{}` is not how closed days are named", s.whole());
        let help = "name them in a calendar: `calendar office:` with `closed saturday, sunday`";
        return Some(Slip::new(Code::SettingNotPlain, place, message).help(help));
    }
    if !c.phrase("weekends") || s.at < c.at {
        return None;
    }
    c.mark(":");
    c.mark("=");
    let right = match c.any(&["skip", "move", "next", "monday", "no", "off", "postpone", "later"]) {
        Some(_) => "next business day",
        None => c.any(&["friday", "previous", "before", "earlier"]).map(|_| "previous business day")?,
    };
    let message = format!("`{}` does not say where a contact moves", s.whole());
    Some(Slip::new(Code::SettingNotPlain, place, message).put(format!("weekends: {right}")))
}

/// `role finance: "…"`, `role finance "…"`, `role finance = ar@acme.example`.
fn role(s: &Statement) -> Option<Slip> {
    let before: Vec<&str> = s.before().split_whitespace().collect();
    let after_name = s.range.start + s.before().len();
    match before.as_slice() {
        ["role", name] if s.rest().starts_with([':', '"']) => {
            let end = s.at + usize::from(s.rest().starts_with(':'));
            let message = format!("`=` stands between the role `{name}` and who has it");
            let mut c = s.cursor(end);
            c.space();
            Some(Slip::new(Code::SettingNotPlain, s.at..s.at + 1, message).edit(after_name..c.at, " = "))
        }
        ["role", _, "="] | ["role", _] if s.rest().trim_start_matches("= ").contains('@') => {
            let address = s.rest().trim_start_matches("= ").trim();
            let start = s.range.end - address.len();
            (!address.contains('"')).then(|| {
                let message = format!("`{address}` is a text and needs quotes");
                Slip::new(Code::TextNotQuoted, start..s.range.end, message).put(format!("\"{address}\""))
            })
        }
        ["field", path] if s.rest().starts_with('=') => {
            let message = format!("`:` stands between the field `{path}` and its type");
            let mut c = s.cursor(s.at + 1);
            c.space();
            Some(Slip::new(Code::SettingNotPlain, s.at..s.at + 1, message).edit(after_name..c.at, ": "))
        }
        _ => field_type(s),
    }
}

/// `field customer.vip: boolean`, `field invoice.note: string`.
fn field_type(s: &Statement) -> Option<Slip> {
    if s.starter() != "field" || !s.before().ends_with(':') {
        return None;
    }
    let mut c = s.cursor(s.at);
    let types: [(&[&str], &str); 6] = [
        (&["boolean", "bool", "flag", "yes/no", "yes no", "checkbox"], "yes or no"),
        (&["string", "str", "txt", "varchar"], "text"),
        (&["integer", "int", "float", "decimal", "numeric", "double"], "number"),
        (&["amount", "currency"], "money"),
        (&["datetime", "timestamp", "day"], "date"),
        (&["list", "array", "labels"], "tags"),
    ];
    let (_, right) = types.iter().find(|(words, _)| c.any(words).is_some())?;
    let place = s.at..s.at + s.text[s.at..c.at].trim_end().len();
    let message = format!("`{}` is not a type of field", &s.text[place.clone()]);
    Some(Slip::new(Code::SettingNotPlain, place, message).put(*right))
}

/// `closed: saturday`, `closed on weekends`, `closed Saturday`, `closed sat`.
fn calendar(s: &Statement) -> Option<Slip> {
    if s.starter() != "closed" {
        return None;
    }
    let end = s.range.start + s.before().len();
    let mut c = s.cursor(s.at);
    if s.before() == "closed" && (c.mark(":") || c.mark("=") || c.phrase("on") || c.phrase("every")) {
        let message = "a day of the week stands directly behind `closed`";
        return Some(Slip::new(Code::SettingNotPlain, s.at..s.at + 1, message).edit(end..c.at, " "));
    }
    let word = s.cursor(s.at).peek();
    let right = match word.to_lowercase().as_str() {
        "weekend" | "weekends" => "saturday, sunday",
        day => DAYS.iter().find(|known| {
            day.len() >= 2
                && day != **known
                && (known.starts_with(day) || day.strip_suffix('s') == Some(known))
                || word != **known && day == **known
        })?,
    };
    let message = format!("`{word}` is not how a day of the week is written");
    Some(Slip::new(Code::SettingNotPlain, s.at..s.at + word.len(), message).put(right))
}

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

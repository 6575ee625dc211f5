//! What plans say in a person's words, before it is escaped for a terminal or for Markdown.

use chrono::{Datelike, NaiveDate};

use crate::model::Stage;
use crate::money::{Currency, Money};
use crate::plan::remark::without_remark;
use crate::plan::{
    Action, Approver, Blocker, ChargeKind, Customer, Kind, Mode, Person, Receivables, Sum, Withheld,
};
use crate::snapshot::problem::Problem;

pub use crate::read::words::count;

/// `Monday 5 October 2026`.
pub(super) fn long_date(date: NaiveDate) -> String {
    date.format("%A %-d %B %Y").to_string()
}

/// `6 October`, with the year when it is another than today's.
pub(super) fn day(date: NaiveDate, today: NaiveDate) -> String {
    date.format(if date.year() == today.year() { "%-d %B" } else { "%-d %B %Y" }).to_string()
}

/// `6 open invoices, 29 030.00 EUR, of them 5 overdue, 28 720.00 EUR`.
pub(super) fn receivables(sum: &Receivables) -> String {
    let open = format!("{}, {}", count(sum.open.count as usize, "open invoice"), sum.open.amount.grouped());
    match sum.overdue.count {
        0 => format!("{open}, none overdue"),
        n => format!("{open}, of them {n} overdue, {}", sum.overdue.amount.grouped()),
    }
}

/// The columns of the ageing table.
pub(super) const AGES: [&str; 5] =
    ["not yet due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "over 90 days"];

/// What stands under [`AGES`] for a currency, without its code.
pub(super) fn ages(sum: &Receivables) -> [String; 5] {
    [&sum.current, &sum.days_1_30, &sum.days_31_60, &sum.days_61_90, &sum.days_over_90].map(figure)
}

fn figure(sum: &Sum) -> String {
    if sum.count == 0 {
        return String::from("–");
    }
    let text = sum.amount.grouped();
    text.strip_suffix(sum.amount.currency.code()).unwrap_or(&text).trim_end().to_owned()
}

/// `3 invoices, 2 540.00 EUR, of them 2 overdue, 900.00 EUR, the oldest by 31 days`.
pub(super) fn owed(customer: Option<&Customer>) -> String {
    let Some(customer) = customer else { return String::from("no open invoices") };
    let all = || customer.receivables.iter();
    let (open, overdue): (u64, u64) =
        (all().map(|owed| owed.open.count).sum(), all().map(|owed| owed.overdue.count).sum());
    let days = count(all().map(|owed| owed.days_overdue).max().unwrap_or(0).max(0) as usize, "day");
    let total = format!("{}, {}", count(open as usize, "invoice"), sums(all().map(|owed| owed.open.amount)));
    let late = || sums(all().filter(|owed| owed.overdue.count > 0).map(|owed| owed.overdue.amount));
    match overdue {
        0 => format!("{total}, not yet due"),
        1 if open == 1 => format!("{total}, overdue by {days}"),
        n if n == open => format!("{total}, all overdue, the oldest by {days}"),
        1 => format!("{total}, of them 1 overdue by {days}, {}", late()),
        n => format!("{total}, of them {n} overdue, {}, the oldest by {days}", late()),
    }
}

/// What one action of a kind is called.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "e-mail",
        Kind::Sms => "text message",
        Kind::Letter => "letter",
        Kind::Call => "call",
        Kind::Notify => "note",
        Kind::Task => "task",
        Kind::HandOff => "hand-off",
        Kind::Escalate => "escalation",
        Kind::Flag => "flag",
        Kind::Clear => "cleared flag",
        Kind::Charge => "charge",
    }
}

/// What is done with an action.
pub(super) fn verb(action: &Action) -> &'static str {
    match (action.mode, action.kind) {
        (Mode::Approval, _) => "approve",
        (Mode::Manual, Kind::Call) => "call",
        (Mode::Manual, Kind::HandOff) => "hand off",
        (Mode::Manual, Kind::Task) => "do",
        (Mode::Manual, _) => "by hand",
        (Mode::Automatic, Kind::Notify) => "notify",
        (Mode::Automatic, Kind::Flag) => "flag",
        (Mode::Automatic, Kind::Escalate) => "escalate",
        (Mode::Automatic, Kind::Clear) => "clear",
        (Mode::Automatic, Kind::Charge) => "charge",
        (Mode::Automatic, _) => "send",
    }
}

/// What an action is and to whom it goes, after its verb; `names` shows addresses beside roles.
pub(super) fn deed(action: &Action, names: bool) -> String {
    let phrase = what(action);
    // The verb is not said twice: `flag pause_work`, `hand off to …`.
    let phrase = phrase.strip_prefix(verb(action)).map_or(phrase.as_str(), str::trim_start);
    format!("{phrase}{}", whom(action, names)).trim_start().to_owned()
}

/// What an action is.
pub(super) fn what(action: &Action) -> String {
    let language = language(action);
    let template = action.template.as_deref().unwrap_or("");
    let flag = action.flag.as_deref().unwrap_or("");
    match action.kind {
        Kind::Email => format!("e-mail {template}{language}"),
        Kind::Sms => format!("text message {template}{language}"),
        Kind::Letter if action.registered => format!("registered letter {template}{language}"),
        Kind::Letter => format!("letter {template}{language}"),
        Kind::Call => String::from("telephone the customer"),
        Kind::Notify => String::from("notify"),
        Kind::Task => format!("“{}”", action.body.as_deref().unwrap_or(&action.step)),
        Kind::HandOff => String::from("hand off"),
        Kind::Escalate => String::from("escalate"),
        Kind::Flag => format!("flag {flag}"),
        Kind::Clear => format!("clear {flag}"),
        Kind::Charge => charge(action),
    }
}

/// What is charged, such as `charge a fee of 40.00 EUR`.
fn charge(action: &Action) -> String {
    match &action.charge {
        None => String::from("charge"),
        Some(charge) => {
            let amount = charge.amount.grouped();
            match (charge.kind, &charge.rate, charge.from, charge.to) {
                (ChargeKind::Interest, Some(rate), Some(from), Some(to)) => {
                    let before = charge.before.as_ref();
                    let before = before.map_or(String::new(), |before| format!(", less {before} before"));
                    format!("charge interest of {amount}, {from} to {to}, at {rate}%{before}")
                }
                (ChargeKind::Interest, ..) => format!("charge interest of {amount}"),
                (ChargeKind::Fee, ..) => format!("charge a fee of {amount}"),
            }
        }
    }
}

/// The language of a message, and the one it stands in for: ` (en for de)`.
fn language(action: &Action) -> String {
    match (&action.language, &action.recipient_language) {
        _ if action.kind.message().is_none() => String::new(),
        (None, _) => String::new(),
        (Some(language), Some(wanted)) if !language.eq_ignore_ascii_case(wanted) => {
            format!(" ({language} for {wanted})")
        }
        (Some(language), _) => format!(" ({language})"),
    }
}

/// To whom an action goes, or who does it.
fn whom(action: &Action, names: bool) -> String {
    let recipient = action
        .recipient
        .as_ref()
        .map(|recipient| if names { recipient.address.as_ref() } else { recipient.role.as_ref() });
    let actor = action.actor.as_ref().map(|actor| person(actor, names));
    match (recipient, actor, action.kind) {
        (Some(recipient), None, _) => format!(" to {recipient}"),
        (Some(recipient), Some(actor), _) => format!(" to {recipient}, by {actor}"),
        (None, Some(actor), Kind::Call | Kind::Task) => format!(": {actor}"),
        (None, Some(actor), Kind::HandOff | Kind::Escalate) => format!(" to {actor}"),
        (None, Some(actor), _) => format!(" {actor}"),
        (None, None, _) => String::new(),
    }
}

/// A role, with its address on request.
pub(super) fn person(person: &Person, names: bool) -> String {
    if names { format!("{} ({})", person.address, person.role) } else { person.role.to_string() }
}

/// Who decides or has decided about an action, each with the place of the rule that asks for it.
pub(super) fn approvals(action: &Action, names: bool) -> Vec<(String, String)> {
    let done: Vec<&Approver> = approved(action).collect();
    let line = |approver: &Approver| {
        let verb = if done.contains(&approver) { "has approved" } else { "decides" };
        let place = place(&approver.rule, Some(&approver.file), Some(approver.line));
        (format!("{} {verb}", person(&Person::from(approver), names)), place)
    };
    let asked = action.mode == Mode::Approval || !action.approved_by.is_empty();
    action.approvers.iter().filter(|_| asked).map(line).collect()
}

/// When it may go out, and what it gives the customer.
pub(super) fn terms(action: &Action) -> Vec<String> {
    let window = action.window.as_ref();
    let window = window.map(|window| format!("goes out between {} and {}", window.from, window.to));
    let deadline = action.deadline.map(|last| format!("gives until {}", day(last, action.date)));
    window.into_iter().chain(deadline).collect()
}

/// Those who must approve and have.
pub(super) fn approved(action: &Action) -> impl Iterator<Item = &Approver> {
    let has = |approver: &&Approver| {
        let mut by = action.approved_by.iter();
        by.any(|by| by.eq_ignore_ascii_case(&approver.role) || by.eq_ignore_ascii_case(&approver.address))
    };
    action.approvers.iter().filter(has)
}

/// A reason, with what somebody wrote about a dispute on request.
pub(super) fn reason(sentence: &str, names: bool) -> &str {
    if names { sentence } else { without_remark(sentence) }
}

/// `standard, policy.dun:47`.
pub(super) fn place(rule: &str, file: Option<&str>, line: Option<u32>) -> String {
    let block = rule.split('/').next().unwrap_or(rule);
    match (file, line) {
        (Some(file), Some(line)) => {
            format!("{block}, {}:{line}", file.rsplit(['/', '\\']).next().unwrap_or(file))
        }
        _ => block.to_owned(),
    }
}

/// The place of the rule behind a blocker; nothing when no rule of the policy decided.
pub(super) fn blocker_place(blocker: &Blocker) -> String {
    let rule = blocker.rule.as_ref();
    rule.map_or(String::new(), |rule| place(rule, blocker.file.as_deref(), blocker.line))
}

/// When a withholding ends: a date where every blocker has one, else what has to happen.
pub(super) fn until(entry: &Withheld, today: NaiveDate) -> String {
    let ends: Option<Vec<NaiveDate>> = entry.blockers.iter().map(|blocker| blocker.until).collect();
    match (ends.and_then(|ends| ends.into_iter().max()), entry.next) {
        (Some(end), Some(_)) if end <= today => String::from("until tomorrow"),
        (Some(end), Some(_)) => format!("through {}", day(end, today)),
        (_, Some(next)) => {
            format!("{}; the next step comes on {}", remedy(&entry.blockers), day(next, today))
        }
        (_, None) => remedy(&entry.blockers).to_owned(),
    }
}

/// What ends a withholding that no date ends.
pub(super) fn remedy(blockers: &[Blocker]) -> &'static str {
    match blockers.first().map(|blocker| blocker.code) {
        Some("disputed") => "until the dispute is closed",
        Some("no_address") => "until the data has an address",
        Some("do_not_contact" | "insolvent" | "handed_over") => "until the data says otherwise",
        Some("pilot") => "until the pilot takes the customer in",
        Some("never") => "as long as the rule stands",
        Some("problem") => "until the data is mended",
        Some("unknown_outcome") => "until someone writes into the ledger what became of it",
        Some("not_done") => "until it is done or declined",
        Some("no_hours") => "until the policy leaves it an hour",
        Some("unknown_value") => "until the value is known",
        Some("missing_value") => "until the value is there, or the template does without",
        Some("allocate_first") => "until the credits are allocated",
        Some("stale_data") => "until the data is fresh, and says when it was taken",
        Some("no_template" | "template_fails") => "until the templates are mended",
        _ => "until that changes",
    }
}

/// Where an invoice with nothing due stands.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::DueSoon => "due soon",
        Stage::Sent => "not yet due",
        other => other.word(),
    }
}

/// A problem of the data, with its place.
pub(super) fn problem(problem: &Problem) -> String {
    let place = problem.place.as_ref().map_or(String::new(), |place| {
        let line = place.line.map_or(String::new(), |line| format!(":{line}"));
        let column = place.column.as_ref().map_or(String::new(), |column| format!(" ({column})"));
        format!("{}{line}{column}: ", place.file)
    });
    let subject = match (&problem.invoice, &problem.customer) {
        (Some(invoice), _) => format!("{invoice}: "),
        (None, Some(customer)) => format!("{customer}: "),
        (None, None) => String::new(),
    };
    format!("{place}{subject}{}", problem.message)
}

/// What is open on the invoices of actions, each counted once, by currency.
pub(super) fn amounts<'a>(actions: impl Iterator<Item = &'a Action>) -> Vec<String> {
    let mut invoices: Vec<_> = actions.flat_map(|action| &action.invoices).collect();
    invoices.sort_by(|a, b| a.id.cmp(&b.id));
    invoices.dedup_by(|a, b| a.id == b.id);
    by_currency(invoices.iter().map(|invoice| invoice.balance))
}

/// What is open on the invoices of an action in a currency.
pub(super) fn total(action: &Action, currency: Currency) -> Money {
    let own = action.invoices.iter().filter(|invoice| invoice.currency == currency);
    Money::new(own.fold(0, |sum: i64, invoice| sum.saturating_add(invoice.balance.minor)), currency)
}

/// Sums by currency, joined with a plus.
pub(super) fn sums(amounts: impl Iterator<Item = Money>) -> String {
    by_currency(amounts).join(" + ")
}

/// Sums by currency.
pub(super) fn by_currency(amounts: impl Iterator<Item = Money>) -> Vec<String> {
    let mut sums: Vec<Money> = Vec::new();
    for amount in amounts {
        match sums.iter_mut().find(|sum| sum.currency == amount.currency) {
            Some(sum) => sum.minor = sum.minor.saturating_add(amount.minor),
            None => sums.push(amount),
        }
    }
    sums.sort_by_key(|sum| sum.currency);
    sums.into_iter().map(Money::grouped).collect()
}

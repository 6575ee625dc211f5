//! Rows of a plan, each on one line, as the timelines write them.

use chrono::NaiveDate;

use crate::interpreter::report::{Entry, Member, Report};

/// The whole plan.
pub(crate) fn lines(report: &Report, balances: bool) -> Vec<String> {
    let mut lines: Vec<String> = report.entries.iter().map(|entry| line(entry, balances)).collect();
    for waiting in &report.waiting {
        lines.push(format!("waiting {} {}; next {}", waiting.invoice.0, waiting.stage, day(waiting.next)));
    }
    for (code, customer, invoice) in &report.problems {
        let subject = invoice.as_ref().or(customer.as_ref());
        lines.push(format!("problem {code} {}", subject.map_or("", String::as_str)).trim_end().to_owned());
    }
    lines
}

/// What acts, and how; or what does not, why, and when it may.
pub(crate) fn line(entry: &Entry, balances: bool) -> String {
    let what = described(entry, balances);
    if !entry.blockers.is_empty() {
        let blockers = entry.blockers.iter().map(|blocker| match blocker.until {
            Some(until) => format!("{} until {until}", blocker.code),
            None => blocker.code.to_owned(),
        });
        let blockers: Vec<String> = blockers.collect();
        return format!("withheld {what} by {}; next {}", blockers.join(" and "), day(entry.next));
    }
    let list = |names: &[&str], open: char, close: char| match names {
        [] => String::new(),
        names => format!("{open}{}{close}", names.join(" ")),
    };
    let mut roles: Vec<&str> = entry.approvers.iter().map(|approver| approver.person.0.as_str()).collect();
    roles.sort_unstable();
    let approved: Vec<&str> = entry.approved_by.iter().map(String::as_str).collect();
    format!("{}{}{} {what}", entry.mode, list(&roles, '(', ')'), list(&approved, '[', ']'))
}

/// The steps with their invoices, and whatever is not as usual.
fn described(entry: &Entry, balances: bool) -> String {
    let mut text = members(entry, balances);
    if let Some(charge) = &entry.charge {
        let amount = dun::money::Money::new(charge.minor, charge.currency.parse().unwrap());
        text.push_str(&format!(" {}", amount.decimal()));
    }
    let key = entry.step.rsplit('/').next().unwrap_or(&entry.step);
    if !key.replacen(' ', "_", 1).starts_with(entry.kind) && !key.starts_with(entry.kind) {
        text.push_str(&format!(" as {}", entry.kind));
    }
    if let Some(language) =
        entry.language.as_deref().filter(|language| *language != "en" || entry.language_fallback)
    {
        text.push_str(&format!(" in {language}"));
        if let Some(wanted) = entry.language_wanted.as_deref().filter(|_| entry.language_fallback) {
            text.push_str(&format!(" instead of {wanted}"));
        }
    }
    text
}

/// The steps with their invoices, and with their balances.
pub(crate) fn members(entry: &Entry, balances: bool) -> String {
    let balance = |id: &str| {
        let stated = entry.invoices.iter().find(|stated| stated.0 == id).filter(|_| balances);
        stated.map_or(String::new(), |stated| {
            let currency = stated.2.parse().unwrap();
            format!(" {}", dun::money::Money::new(stated.1, currency).decimal())
        })
    };
    let one = |Member { invoice, step, .. }: &Member| {
        let subject = if invoice.is_empty() { &entry.customer } else { invoice };
        format!("{step} {subject}{}", balance(invoice))
    };
    entry.members.iter().map(one).collect::<Vec<_>>().join(" + ")
}

fn day(date: Option<NaiveDate>) -> String {
    date.map_or(String::from("none"), |date| date.to_string())
}

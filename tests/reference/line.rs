//! Rows of a plan, each on one line, as the timelines write them.

use dun::plan::{Action, Plan, Withheld};

/// The whole plan.
pub(crate) fn lines(plan: &Plan, balances: bool) -> Vec<String> {
    let mut lines: Vec<String> = plan.actions.iter().map(|entry| action(entry, balances)).collect();
    lines.extend(plan.withheld.iter().map(|entry| withheld(entry, balances)));
    for waiting in &plan.waiting {
        lines.push(format!(
            "waiting {} {}; next {}",
            waiting.invoice,
            waiting.stage.word(),
            day(waiting.next)
        ));
    }
    for problem in &plan.problems {
        let subject = problem.invoice.as_ref().or(problem.customer.as_ref());
        lines.push(
            format!("problem {} {}", problem.code, subject.map_or("", String::as_str)).trim_end().to_owned(),
        );
    }
    lines
}

/// What acts, and how.
pub(crate) fn action(action: &Action, balances: bool) -> String {
    let list = |names: Vec<&str>, open: char, close: char| match names.as_slice() {
        [] => String::new(),
        names => format!("{open}{}{close}", names.join(" ")),
    };
    let mut roles: Vec<&str> = action.approvers.iter().map(|approver| &*approver.role).collect();
    roles.sort_unstable();
    let approved = list(action.approved_by.iter().map(String::as_str).collect(), '[', ']');
    format!("{}{}{approved} {}", action.mode.word(), list(roles, '(', ')'), described(action, balances))
}

fn withheld(entry: &Withheld, balances: bool) -> String {
    let blockers: Vec<String> = entry
        .blockers
        .iter()
        .map(|blocker| match blocker.until {
            Some(until) => format!("{} until {until}", blocker.code),
            None => blocker.code.to_owned(),
        })
        .collect();
    let what = described(&entry.action, balances);
    format!("withheld {what} by {}; next {}", blockers.join(" and "), day(entry.next))
}

/// The steps with their invoices, and whatever is not as usual.
fn described(action: &Action, balances: bool) -> String {
    let mut text = members(action, balances);
    let word = action.kind.word();
    let key = action.step.rsplit('/').next().unwrap_or(&action.step);
    if !key.replacen(' ', "_", 1).starts_with(word) && !key.starts_with(word) {
        text.push_str(&format!(" as {word}"));
    }
    if let Some(language) =
        action.language.as_deref().filter(|language| *language != "en" || action.language_fallback)
    {
        text.push_str(&format!(" in {language}"));
        if let Some(wanted) = action.recipient_language.as_deref().filter(|_| action.language_fallback) {
            text.push_str(&format!(" instead of {wanted}"));
        }
    }
    text
}

/// The steps with their invoices, and with their balances.
pub(crate) fn members(action: &Action, balances: bool) -> String {
    if action.members.is_empty() {
        return format!("{} {}", action.step, action.customer);
    }
    let balance = |id: &str| {
        let invoice = action.invoices.iter().find(|invoice| invoice.id == id).filter(|_| balances);
        invoice.map_or(String::new(), |invoice| format!(" {}", invoice.balance.decimal()))
    };
    let one = |member: &dun::plan::Member| {
        format!("{} {}{}", member.step, member.invoice, balance(&member.invoice))
    };
    action.members.iter().map(one).collect::<Vec<_>>().join(" + ")
}

fn day(date: Option<chrono::NaiveDate>) -> String {
    date.map_or(String::from("none"), |date| date.to_string())
}

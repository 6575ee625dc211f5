//! Customer by customer: what is done, what is withheld and why.

use chrono::NaiveDate;

use super::page::{Colour, Page};
use crate::plan::{Action, Customer, Kind, Mode, Plan, Withheld};
use crate::render::escape::clean;
use crate::render::words::{self, approvals, blocker_place, count, deed, place, sums, until, what};

/// A part for each customer with an action or a withheld step.
pub(super) fn customers(page: &mut Page, plan: &Plan) {
    let mut actions = plan.actions.iter().peekable();
    let mut withheld = plan.withheld.iter().peekable();
    loop {
        let next = [actions.peek().map(|a| &a.customer), withheld.peek().map(|w| &w.action.customer)];
        let Some(id) = next.into_iter().flatten().min().cloned() else { break };
        let mut own: Vec<&Action> = Vec::new();
        while let Some(action) = actions.next_if(|action| action.customer == id) {
            own.push(action);
        }
        let mut kept: Vec<&Withheld> = Vec::new();
        while let Some(entry) = withheld.next_if(|entry| entry.action.customer == id) {
            kept.push(entry);
        }
        let mut all = own.iter().copied().chain(kept.iter().map(|entry| &entry.action));
        let name = all.find_map(|action| action.customer_name.as_deref());
        let customer = plan.customers.binary_search_by(|customer| customer.id.cmp(&id));
        heading(page, &id, name, customer.ok().map(|at| &plan.customers[at]));
        own.iter().for_each(|entry| action(page, entry));
        kept.iter().for_each(|entry| withhold(page, entry, plan.header.as_of));
    }
}

fn heading(page: &mut Page, id: &str, name: Option<&str>, customer: Option<&Customer>) {
    let id = clean(id);
    let title = name.map_or(id.clone(), |name| format!("{} ({id})", clean(name).to_uppercase()));
    page.heading(&title, &words::owed(customer));
}

/// An action, with its reason and who approves.
pub(in crate::render) fn action(page: &mut Page, action: &Action) {
    page.entry((tone(action), words::verb(action)), &clean(&deed(action, true)), &ids(action));
    let because = &action.because;
    let sentence = format!("{}{}", money(action), because.sentence);
    page.more(&clean(&sentence), &clean(&place(&because.rule, because.file.as_deref(), because.line)));
    words::terms(action).iter().for_each(|sentence| page.more(sentence, ""));
    for (sentence, place) in approvals(action, true) {
        page.more(&clean(&sentence), &clean(&place));
    }
}

fn tone(action: &Action) -> Colour {
    match (action.mode, action.kind) {
        (Mode::Approval, _) => Colour::Yellow,
        (Mode::Manual, _) => Colour::Cyan,
        (Mode::Automatic, kind) if kind.message().is_some() => Colour::Green,
        (Mode::Automatic, _) => Colour::Dim,
    }
}

/// What is open on the invoices of an action, before its reason; nothing where they are settled, and where a
/// reason without a rule names its own amounts.
fn money(action: &Action) -> String {
    match (action.kind, &action.because.file) {
        (Kind::Clear, _) | (_, None) => String::new(),
        _ => format!("{}, ", sums(action.invoices.iter().map(|invoice| invoice.balance))),
    }
}

fn ids(action: &Action) -> Vec<String> {
    action.invoices.iter().map(|invoice| clean(&invoice.id)).collect()
}

/// What is withheld, with everything that keeps it back.
pub(in crate::render) fn withhold(page: &mut Page, entry: &Withheld, today: NaiveDate) {
    let sum = sums(entry.action.invoices.iter().map(|invoice| invoice.balance));
    let what = clean(&what(&entry.action));
    let ids = ids(&entry.action);
    match ids.as_slice() {
        [id] => page.entry((Colour::Red, "withheld"), &format!("{id}, {sum}: {what}"), &[]),
        _ => {
            let text = format!("{}, {sum}: {what}", count(ids.len(), "invoice"));
            page.entry((Colour::Red, "withheld"), &text, &ids);
        }
    }
    for blocker in &entry.blockers {
        page.more(&clean(&blocker.sentence), &clean(&blocker_place(blocker)));
    }
    page.more(&until(entry, today), "");
}

//! The tables of a plan in Markdown, each within its room.

use std::collections::BTreeMap;

use super::{Room, data, day, folded, id, invoice_ids, money};
use crate::money::Money;
use crate::plan::{Action, Kind, Plan, Waiting, Withheld};
use crate::render::words::{self, approvals, blocker_place, count, deed, place, sums, until, what};

/// A table that takes rows while there is room and counts the others.
pub(in crate::render) struct Table {
    head: String,
    rows: String,
    room: usize,
    left_out: usize,
    /// What is open on the invoices that the rows left out are about, each once.
    left_out_money: BTreeMap<String, Money>,
}

impl Table {
    /// Titles, and which columns are numbers.
    pub(in crate::render) fn new(titles: &[&str], numbers: &[bool], room: usize) -> Table {
        let rule: Vec<&str> = numbers.iter().map(|number| if *number { "---:" } else { "---" }).collect();
        let head = format!("| {} |\n| {} |\n", titles.join(" | "), rule.join(" | "));
        Table { head, rows: String::new(), room, left_out: 0, left_out_money: BTreeMap::new() }
    }

    /// Adds a row of escaped cells, or counts it and what is open on its invoices as left out. After the first that is
    /// left out all others are, so that what is shown is the beginning.
    pub(in crate::render) fn row<'r>(
        &mut self,
        cells: &[String],
        open: impl IntoIterator<Item = (&'r str, Money)>,
    ) {
        let row = format!("| {} |\n", cells.join(" | "));
        if self.left_out == 0 && self.rows.len() + row.len() <= self.room {
            self.rows.push_str(&row);
        } else {
            self.left_out += 1;
            self.left_out_money.extend(open.into_iter().map(|(invoice, money)| (invoice.to_owned(), money)));
        }
    }

    /// The table, nothing when it has no rows, and what was left out of it.
    pub(in crate::render) fn finish(self, what: &str) -> String {
        if self.rows.is_empty() && self.left_out == 0 {
            return String::new();
        }
        let mut out = format!("{}{}\n", self.head, self.rows);
        if self.left_out > 0 {
            let sum = sums(self.left_out_money.into_values());
            let sum = if sum.is_empty() { sum } else { format!(", {}", data(&sum)) };
            out.push_str(&format!("And {} more{sum}, left out here.\n\n", count(self.left_out, what)));
        }
        out
    }
}

fn balances(action: &Action) -> impl Iterator<Item = (&str, Money)> {
    action.invoices.iter().map(|invoice| (invoice.id.as_str(), invoice.balance))
}

/// The customer's id, and the name on request.
fn customer(action: &Action, names: bool) -> String {
    match action.customer_name.as_deref().filter(|_| names) {
        Some(name) => format!("{} ({})", data(name), id(&action.customer)),
        None => id(&action.customer),
    }
}

/// Sentences below each other in one cell.
fn stacked(lines: Vec<String>) -> String {
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("<br>")
}

/// What is to be done.
pub(super) fn actions(plan: &Plan, names: bool) -> String {
    if plan.actions.is_empty() {
        return String::from("Nothing is to be done today.\n\n");
    }
    let titles = ["customer", "what", "invoices", "open", "because", "rule"];
    let mut table = Table::new(&titles, &[false, false, false, true, false, false], Room::ACTIONS);
    for action in &plan.actions {
        let because = &action.because;
        let mut why = vec![data(words::reason(&because.sentence, names))];
        why.extend(words::terms(action).iter().map(|sentence| data(sentence)));
        let mut rules = vec![data(&place(&because.rule, because.file.as_deref(), because.line))];
        for (sentence, place) in approvals(action, names) {
            why.push(data(&sentence));
            rules.push(data(&place));
        }
        rules.dedup();
        let cells = [
            customer(action, names),
            format!("**{}** {}", words::verb(action), data(&deed(action, names))),
            invoice_ids(&action.invoices),
            data(&if action.kind == Kind::Clear { String::new() } else { money(&action.invoices) }),
            stacked(why),
            stacked(rules),
        ];
        table.row(&cells, balances(action));
    }
    format!("#### To do\n\n{}", table.finish("action"))
}

/// What is withheld, and why.
pub(super) fn withheld(plan: &Plan, names: bool) -> String {
    let titles = ["customer", "withheld", "invoices", "open", "because", "rule"];
    let mut table = Table::new(&titles, &[false, false, false, true, false, false], Room::WITHHELD);
    for entry in &plan.withheld {
        let Withheld { action, blockers, .. } = entry;
        let mut why: Vec<String> =
            blockers.iter().map(|blocker| data(words::reason(&blocker.sentence, names))).collect();
        why.push(data(&until(entry, plan.header.as_of)));
        let mut rules: Vec<String> = blockers.iter().map(|blocker| data(&blocker_place(blocker))).collect();
        rules.dedup();
        let cells = [
            customer(action, names),
            data(&what(action)),
            invoice_ids(&action.invoices),
            data(&money(&action.invoices)),
            stacked(why),
            stacked(rules),
        ];
        table.row(&cells, balances(action));
    }
    let table = table.finish("withheld step");
    if table.is_empty() { table } else { format!("#### Withheld\n\n{table}") }
}

/// Invoices with nothing due, by customer, folded away.
pub(super) fn waiting(plan: &Plan) -> String {
    if plan.waiting.is_empty() {
        return String::new();
    }
    let titles = ["customer", "invoice", "stage", "next", "open"];
    let mut table = Table::new(&titles, &[false, false, false, false, true], Room::WAITING);
    for Waiting { customer, invoice, stage, next, balance, .. } in &plan.waiting {
        let cells = [
            id(customer),
            id(invoice),
            words::stage(*stage).to_owned(),
            day(*next, plan.header.as_of),
            balance.grouped(),
        ];
        table.row(&cells, [(invoice.as_str(), *balance)]);
    }
    let sum = sums(plan.waiting.iter().map(|waiting| waiting.balance));
    let title = format!("Nothing due: {}, {}", count(plan.waiting.len(), "invoice"), data(&sum));
    folded(&title, &table.finish("invoice"))
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::money::Money;

    #[test]
    fn what_is_left_out_counts_an_invoice_once() {
        let mut table = Table::new(&["step"], &[false], 0);
        let open = Money::new(12_000, "EUR".parse().expect("a currency"));
        for step in ["email first", "email second"] {
            table.row(&[step.to_owned()], [("I1", open)]);
        }
        table.row(&["call finance".to_owned()], [("I2", open)]);
        assert!(table.finish("step").ends_with("And 3 steps more, 240.00 EUR, left out here.\n\n"));
    }
}

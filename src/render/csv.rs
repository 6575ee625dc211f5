//! A plan as a table for spreadsheets: one row for each action, withheld step and waiting invoice.

use std::io::{self, Write};

use chrono::NaiveDate;

use super::escape::cell;
use super::words::{approved, person, reason, total};
use crate::money::Money;
use crate::plan::{Action, Approver, Blocker, Person, Plan, Waiting, Withheld};

/// The columns, in their order.
pub const COLUMNS: [&str; 37] = [
    "entry",
    "date",
    "customer",
    "customer_name",
    "invoice",
    "other_invoices",
    "amount",
    "currency",
    "due_date",
    "days_overdue",
    "stage",
    "mode",
    "kind",
    "step",
    "rung",
    "segment",
    "cadence",
    "carve_out",
    "actor",
    "approvers",
    "approved_by",
    "recipient",
    "template",
    "language",
    "window",
    "deadline",
    "charge",
    "charge_currency",
    "reason",
    "rule",
    "blockers",
    "withheld_because",
    "until",
    "next",
    "key",
    "subject",
    "body",
];

/// A header and the rows, by customer, invoice and step; `names` fills in names, addresses and texts, which
/// are left empty otherwise. Begins with a byte order mark, without which spreadsheets misread accents.
///
/// # Errors
/// When the writer fails.
pub fn table(plan: &Plan, names: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    out.write_all(COLUMNS.join(",").as_bytes())?;
    out.write_all(b"\r\n")?;
    for entry in entries(plan) {
        let mut row = Row { cells: vec![String::new(); COLUMNS.len()], names };
        row.set("date", plan.header.as_of.to_string());
        match entry {
            Entry::Action(action) => row.action("action", action),
            Entry::Withheld(withheld) => row.withheld(withheld),
            Entry::Waiting(waiting) => row.waiting(waiting, customer_name(plan, &waiting.customer)),
        }
        out.write_all(row.line().as_bytes())?;
    }
    Ok(())
}

enum Entry<'a> {
    Action(&'a Action),
    Withheld(&'a Withheld),
    Waiting(&'a Waiting),
}

/// All entries in one order.
fn entries(plan: &Plan) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = plan.actions.iter().map(Entry::Action).collect();
    entries.extend(plan.withheld.iter().map(Entry::Withheld));
    entries.extend(plan.waiting.iter().map(Entry::Waiting));
    entries.sort_by(|a, b| a.order().cmp(&b.order()));
    entries
}

impl Entry<'_> {
    fn order(&self) -> (&str, Option<&str>, &str) {
        match self {
            Entry::Action(action) => order(action),
            Entry::Withheld(withheld) => order(&withheld.action),
            Entry::Waiting(waiting) => (&waiting.customer, Some(&waiting.invoice), ""),
        }
    }
}

fn order(action: &Action) -> (&str, Option<&str>, &str) {
    let lead = action.invoices.first();
    (&action.customer, lead.map(|lead| lead.id.as_str()), &action.step)
}

fn customer_name<'a>(plan: &'a Plan, id: &str) -> Option<&'a str> {
    let at = plan.customers.binary_search_by(|customer| customer.id.as_str().cmp(id)).ok()?;
    plan.customers[at].name.as_deref()
}

/// One row; what is not set stays empty.
struct Row {
    cells: Vec<String>,
    names: bool,
}

impl Row {
    /// What dun itself writes, such as numbers, dates and words.
    fn set(&mut self, column: &str, value: impl Into<String>) {
        if let Some(at) = COLUMNS.iter().position(|known| *known == column) {
            self.cells[at] = value.into();
        }
    }

    /// What policy and data put into the row.
    fn data(&mut self, column: &str, text: Option<&str>) {
        self.set(column, text.map_or(String::new(), cell));
    }

    /// What is shown on request only.
    fn named(&mut self, column: &str, text: Option<&str>) {
        self.data(column, text.filter(|_| self.names));
    }

    fn action(&mut self, entry: &str, action: &Action) {
        self.set("entry", entry);
        self.data("customer", Some(&action.customer));
        self.named("customer_name", action.customer_name.as_deref());
        self.invoices(action);
        self.set("mode", action.mode.word());
        self.set("kind", action.kind.word());
        self.data("step", Some(&action.step));
        self.data("rung", action.rung.as_deref());
        self.data("segment", action.segment.as_deref());
        self.data("cadence", action.cadence.as_deref());
        self.data("carve_out", action.carve_out.as_deref());
        self.people(action);
        self.data("template", action.template.as_deref());
        self.data("language", action.language.as_deref());
        let window = action.window.as_ref();
        self.set(
            "window",
            window.map_or(String::new(), |window| format!("{} to {}", window.from, window.to)),
        );
        self.date("deadline", action.deadline);
        if let Some(charge) = &action.charge {
            self.set("charge", charge.amount.decimal());
            self.set("charge_currency", charge.currency.code());
        }
        let because = &action.because;
        self.data("reason", Some(reason(&because.sentence, self.names)));
        self.data("rule", Some(&rule(&because.rule, because.file.as_deref(), because.line)));
        self.set("key", action.key.clone());
        self.named("subject", action.subject.as_deref());
        self.named("body", action.body.as_deref());
    }

    fn invoices(&mut self, action: &Action) {
        let Some(lead) = action.invoices.first() else { return };
        let others: Vec<&str> = action.invoices.iter().skip(1).map(|invoice| invoice.id.as_str()).collect();
        self.data("invoice", Some(&lead.id));
        self.data("other_invoices", Some(&others.join("; ")));
        self.money(total(action, lead.currency));
        self.age(lead.due_date, lead.days_overdue);
    }

    fn money(&mut self, amount: Money) {
        self.set("amount", amount.decimal());
        self.set("currency", amount.currency.code());
    }

    fn age(&mut self, due_date: NaiveDate, days_overdue: i64) {
        self.set("due_date", due_date.to_string());
        self.set("days_overdue", days_overdue.to_string());
    }

    fn people(&mut self, action: &Action) {
        let names = self.names;
        let approver = |approver: &Approver| person(&Person::from(approver), names);
        let actor = action.actor.as_ref().map(|actor| person(actor, names));
        self.data("actor", actor.as_deref());
        let approvers: Vec<String> = action.approvers.iter().map(approver).collect();
        self.data("approvers", Some(&approvers.join("; ")));
        let approved: Vec<String> = approved(action).map(approver).collect();
        self.data("approved_by", Some(&approved.join("; ")));
        let recipient =
            action.recipient.as_ref().map(|to| if names { &to.address } else { &to.role }.as_ref());
        self.data("recipient", recipient);
    }

    fn withheld(&mut self, withheld: &Withheld) {
        self.action("withheld", &withheld.action);
        let codes: Vec<&str> = withheld.blockers.iter().map(|blocker| blocker.code).collect();
        let why = |blocker: &'_ Blocker| reason(&blocker.sentence, self.names).to_owned();
        let why: Vec<String> = withheld.blockers.iter().map(why).collect();
        self.data("blockers", Some(&codes.join("; ")));
        self.data("withheld_because", Some(&why.join("; ")));
        let ends: Option<Vec<NaiveDate>> = withheld.blockers.iter().map(|blocker| blocker.until).collect();
        self.date("until", ends.and_then(|ends| ends.into_iter().max()));
        self.date("next", withheld.next);
    }

    fn waiting(&mut self, waiting: &Waiting, name: Option<&str>) {
        self.set("entry", "waiting");
        self.data("customer", Some(&waiting.customer));
        self.named("customer_name", name);
        self.data("invoice", Some(&waiting.invoice));
        self.money(waiting.balance);
        self.age(waiting.due_date, waiting.days_overdue);
        self.set("stage", waiting.stage.word());
        self.date("next", waiting.next);
    }

    fn date(&mut self, column: &str, date: Option<NaiveDate>) {
        self.set(column, date.map_or(String::new(), |date| date.to_string()));
    }

    fn line(&self) -> String {
        let cells: Vec<String> = self.cells.iter().map(|cell| quoted(cell)).collect();
        format!("{}\r\n", cells.join(","))
    }
}

/// `standard/call finance, policy.dun:47`.
fn rule(rule: &str, file: Option<&str>, line: Option<u32>) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("{rule}, {file}:{line}"),
        _ => rule.to_owned(),
    }
}

/// A field as RFC 4180 has it; spaces at its ends are kept by quotation marks, too.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) || field.trim() != field {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

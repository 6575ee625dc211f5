//! An explanation as a person reads it, on the telephone with the customer: what happens next, how it came to
//! this, and which lines of the policy say so.

mod customer;
mod headline;
mod history;
mod ladders;

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::escape::clean;
use super::text::{self, Colour, Page, WIDE, problem, wrapped};
use super::words::{self, count};
use crate::evaluate::explain::NotFound;
use crate::evaluate::explain::story::{Explanation, InvoiceStory, Place, Subject};
use crate::model::Stage;
use crate::money::Money;

/// Renders an explanation; `colour` adds terminal colours.
#[must_use]
pub fn text(explanation: &Explanation, colour: bool) -> String {
    let mut telling = Telling { text: Page::new(colour), explanation };
    match (&explanation.subject, explanation.invoices.first()) {
        (Subject::Invoice(_), Some(invoice)) => telling.of_invoice(invoice),
        _ => telling.of_customer(),
    }
    telling.text.out
}

/// Why an id cannot be explained, and what was probably meant.
#[must_use]
pub fn not_found(unknown: &NotFound) -> String {
    let (what, id, other, option) = match &unknown.subject {
        Subject::Invoice(id) => ("invoice", id, "a customer", "customer"),
        Subject::Customer(id) => ("customer", id, "an invoice", "invoice"),
    };
    let mut message = if unknown.problems.is_empty() {
        format!("there is no {what} `{}` in the data", clean(id))
    } else {
        format!("the data has no {what} `{}` that can be used", clean(id))
    };
    for found in &unknown.problems {
        let _ = write!(message, "\n  {}", problem(found));
    }
    match &unknown.near {
        _ if unknown.is_other_kind => {
            let _ = write!(message, "; it is the id of {other}: write `--{option} {}`", clean(id));
        }
        Some(near) if unknown.capitals => {
            let _ = write!(message, "; capitals count in ids: did you mean `{}`?", clean(near));
        }
        Some(near) if unknown.problems.is_empty() => {
            let _ = write!(message, "; did you mean `{}`?", clean(near));
        }
        _ if unknown.problems.is_empty() => {
            let _ = write!(message, "; write the id as the table of {what}s has it, capitals included");
        }
        _ => {}
    }
    message
}

/// The text as it grows, and what it tells.
struct Telling<'e> {
    text: Page,
    explanation: &'e Explanation,
}

impl Telling<'_> {
    fn of_invoice(&mut self, invoice: &InvoiceStory) {
        let customer = &self.explanation.customer;
        let name = customer.name.as_deref().map_or(String::new(), |name| format!("{} ", clean(name)));
        let id = self.text.paint(Colour::Bold, &clean(&invoice.id));
        self.text.line(&format!("{id} · {name}({}) · {}", clean(&customer.id), self.today()));
        self.warnings();
        self.text.line("");
        self.sentence(invoice);
        self.facts(invoice);
        self.section("WHAT HAS HAPPENED");
        self.history(invoice);
        self.section("TODAY");
        self.entries();
        self.ladders(invoice);
        self.rules(invoice);
        self.customer();
        self.problems();
    }

    /// The day, in full.
    fn today(&self) -> String {
        words::long_date(self.explanation.as_of)
    }

    fn warnings(&mut self) {
        if self.explanation.replay {
            let note = "This is a replay of a past day: the ledger goes on after it.";
            let note = self.text.paint(Colour::Red, note);
            self.text.line(&note);
        }
        if let Some(why) = &self.explanation.refused {
            let note = format!("Every contact is withheld: {}.", clean(why));
            let note = self.text.paint(Colour::Red, &note);
            self.text.line(&note);
        }
    }

    fn facts(&mut self, invoice: &InvoiceStory) {
        let issued =
            invoice.issue_date.map_or(String::new(), |date| format!("issued on {}, ", self.day(date)));
        let due = format!("{issued}due on {}", self.day(invoice.due_date));
        let stage = words::stage(invoice.stage).replace('_', " ");
        let since = invoice.since.map_or(String::new(), |since| format!(" since {}", self.day(since)));
        let owner = invoice.owner.as_deref();
        let owner = owner.map_or(String::new(), |owner| format!(", looked after by {}", clean(owner)));
        let late = match invoice.days_overdue {
            days @ 1.. if invoice.stage > Stage::Paid => {
                format!(", overdue by {}", count(usize::try_from(days).unwrap_or(0), "day"))
            }
            _ => String::new(),
        };
        self.paragraph(&format!("{}, {due}{late}", self.balance(invoice)));
        self.text.line(&format!("{stage}{since}{owner}"));
        for flag in &invoice.flags {
            let to = flag.escalated_to.as_deref().map_or(String::new(), |to| format!(" to {}", clean(to)));
            let line = format!("flag {}{to}, since {}", clean(&flag.name), self.day(flag.since));
            self.text.line(&line);
        }
    }

    /// How much is open, and what tells it.
    fn balance(&self, invoice: &InvoiceStory) -> String {
        use crate::evaluate::explain::story::BalanceSource;
        let (amount, balance) = (invoice.amount.grouped(), invoice.balance.grouped());
        match invoice.balance_from {
            BalanceSource::Amount => format!("{amount}, nothing paid"),
            BalanceSource::BalanceColumn => {
                format!("{balance} open of {amount}, as the balance in the data says")
            }
            BalanceSource::PaidDate => format!("{amount}, settled as the data says"),
            BalanceSource::Payments => format!("{balance} open of {amount}, after payments and credit notes"),
        }
    }

    /// `5 October`, with the year when it is another one than the plan's.
    fn day(&self, date: NaiveDate) -> String {
        words::day(date, self.explanation.as_of)
    }

    fn section(&mut self, title: &str) {
        let title = self.text.paint(Colour::Bold, title);
        self.text.line("");
        self.text.line(&title);
    }

    /// The plan's entries.
    fn entries(&mut self) {
        let explanation = self.explanation;
        explanation.actions.iter().for_each(|action| text::action(&mut self.text, action));
        explanation
            .withheld
            .iter()
            .for_each(|entry| text::withhold(&mut self.text, entry, explanation.as_of));
        if explanation.actions.is_empty() && explanation.withheld.is_empty() {
            self.text.line("  nothing is due");
        }
    }

    /// A sentence over as many lines as it needs.
    fn paragraph(&mut self, sentence: &str) {
        wrapped(sentence, WIDE).iter().for_each(|line| self.text.line(line));
    }

    fn problems(&mut self) {
        if self.explanation.problems.is_empty() {
            return;
        }
        self.section("PROBLEMS IN THE DATA");
        for found in &self.explanation.problems {
            self.text.line(&format!("  {}", problem(found)));
        }
    }
}

/// `standard, policy.dun:32`.
fn place(place: &Place) -> String {
    clean(&words::place(&place.rule, Some(&place.file), Some(place.line)))
}

/// An amount that may be none.
fn amount(money: Option<Money>) -> Option<String> {
    money.map(Money::grouped)
}

//! A customer: what is open, how they are reached, what limits messages, and each invoice.

use super::super::escape::clean;
use super::super::text::Colour;
use super::super::words::{count, long_date as long};
use super::history::paid;
use super::{Telling, place};
use crate::evaluate::explain::story::{Address, CustomerStory};

impl Telling<'_> {
    pub(super) fn of_customer(&mut self) {
        let explanation = self.explanation;
        let customer = &explanation.customer;
        let name = customer.name.as_deref().unwrap_or(&customer.id);
        let name = self.text.paint(Colour::Bold, &clean(name));
        self.text.line(&format!("{name} ({}) · {}", clean(&customer.id), self.today()));
        self.warnings();
        self.text.line("");
        self.open(customer);
        self.section("TODAY");
        self.entries();
        self.customer();
        self.problems();
        for invoice in &explanation.invoices {
            let id = self.text.paint(Colour::Bold, &clean(&invoice.id));
            self.text.line("");
            self.text.line(&format!("INVOICE {id}"));
            self.sentence(invoice);
            self.facts(invoice);
            self.section("WHAT HAS HAPPENED");
            self.history(invoice);
            self.ladders(invoice);
            self.rules(invoice);
        }
        self.settled();
    }

    /// What is open, and when the next thing happens.
    fn open(&mut self, customer: &CustomerStory) {
        for sum in &customer.receivables {
            let overdue = match sum.overdue.count {
                0 => String::from("none overdue"),
                n => format!("of them {n} overdue, {}", sum.overdue.amount.grouped()),
            };
            let open = count(usize::try_from(sum.open.count).unwrap_or(usize::MAX), "open invoice");
            self.text.line(&format!("{open}, {}, {overdue}.", sum.open.amount.grouped()));
        }
        if customer.receivables.is_empty() {
            self.text.line("Nothing is open.");
        }
        let (acts, withheld) = (self.explanation.actions.len(), self.explanation.withheld.len());
        let next = self.explanation.invoices.iter().filter_map(|invoice| invoice.next.on).min();
        let sentence = match (acts, withheld, next) {
            (0, 0, Some(next)) => format!("Nothing is due today; the next step comes on {}.", long(next)),
            (0, 0, None) => String::from("Nothing is due today, and no step is left."),
            _ => {
                let verb = if withheld == 1 { "is" } else { "are" };
                format!("Today {} in the plan, and {withheld} {verb} withheld.", count_is(acts))
            }
        };
        self.text.line(&sentence);
    }

    /// How the customer is reached, and what keeps messages back.
    pub(super) fn customer(&mut self) {
        let customer = &self.explanation.customer;
        self.section("THE CUSTOMER");
        let known = [
            customer.language.as_deref().map(|language| format!("language {}", clean(language))),
            customer.country.as_deref().map(|country| format!("country {}", clean(country))),
            customer.owner.as_deref().map(|owner| format!("looked after by {}", clean(owner))),
        ];
        let known: Vec<String> = known.into_iter().flatten().collect();
        if !known.is_empty() {
            self.text.line(&format!("  {}", known.join(", ")));
        }
        if customer.do_not_contact {
            self.text.line("  not to be contacted");
        }
        if customer.insolvent {
            self.text.line("  insolvent");
        }
        for address in &customer.addresses {
            let line = self.address(address);
            self.text.line(&format!("  {line}"));
        }
        for contact in &customer.contacts {
            let known = [&contact.name, &contact.email, &contact.phone, &contact.language];
            let known: Vec<String> = known.into_iter().flatten().map(|text| clean(text)).collect();
            self.text.line(&format!("  {}: {}", clean(&contact.role), known.join(", ")));
        }
        self.messages(customer);
    }

    fn address(&self, address: &Address) -> String {
        let channel = match address.channel {
            crate::model::Channel::Email => "e-mail",
            crate::model::Channel::Sms => "text messages",
            crate::model::Channel::Call => "calls",
            crate::model::Channel::Letter => "letters",
        };
        match (&address.address, address.bounced) {
            (None, _) => format!("{channel}: no address"),
            (Some(to), Some(on)) => format!("{channel}: {}, bounced on {}", clean(to), self.day(on)),
            (Some(to), None) if !address.usable => format!("{channel}: {}, which is no address", clean(to)),
            (Some(to), None) => format!("{channel}: {}", clean(to)),
        }
    }

    fn messages(&mut self, customer: &CustomerStory) {
        let last = customer.last_message.map(|last| format!("  last written to on {}", self.day(last)));
        self.text.line(&last.unwrap_or_else(|| String::from("  never written to")));
        for limit in &customer.limits {
            let free = match limit.free_on {
                free if free <= self.explanation.as_of => String::from("free today"),
                free => format!("free again on {}", self.day(free)),
            };
            let line = format!("  {}: {free}", clean(&limit.text));
            self.text.beside(&line, &line, &place(&limit.place));
        }
        for credit in customer.credits.iter().filter(|credit| credit.counts) {
            let day = self.day(credit.date);
            self.text.line(&format!("  {} of {day} belongs to no invoice yet", paid(credit)));
        }
        for row in &customer.ledger {
            let note = row.note.as_deref().map_or(String::new(), |note| format!(", “{}”", clean(note)));
            self.event(Some(row.date), &format!("{}: {}{note}", clean(&row.step), row.outcome), "");
        }
    }

    fn settled(&mut self) {
        if self.explanation.settled.is_empty() {
            return;
        }
        self.section("NOT OPEN");
        for settled in &self.explanation.settled {
            let stage = settled.stage.word().replace('_', " ");
            let since = settled.since.map_or(String::new(), |since| format!(" since {}", self.day(since)));
            let line = format!("  {}, {}: {stage}{since}", clean(&settled.id), settled.amount.grouped());
            self.text.line(&line);
        }
    }
}

/// `1 action is`, `2 actions are`.
fn count_is(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", count(number, "action"))
}

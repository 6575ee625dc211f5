//! The facts about a customer that decisions used.

use super::Teller;
use super::ledger::Present;
use super::story::{Address, Contact, CustomerStory, LedgerEntry, Limit, Payment, Settled};
use crate::calendar::Calendar;
use crate::model::{Channel, Restriction, RestrictionKind};
use crate::plan::Receivables;
use crate::snapshot::tables;
use crate::snapshot::texts::Text;

impl<'a> Teller<'_, 'a> {
    pub(super) fn customer_story(&self, receivables: Vec<Receivables>) -> CustomerStory {
        let (customers, at) = (&self.day.snapshot.customers, self.customer.row.index());
        CustomerStory {
            id: self.day.snapshot.customer_id(self.customer.row).to_owned(),
            name: self.text(customers.name.get(at)),
            language: self.text(customers.language.get(at)),
            country: self.text(customers.country.get(at)),
            owner: self.text(customers.owner.get(at)),
            do_not_contact: customers.do_not_contact.get(at).unwrap_or(false),
            insolvent: self.day.insolvent(self.customer.row),
            receivables,
            addresses: self.addresses(),
            contacts: self.contacts(),
            last_message: self.day.last_message(self.customer.row),
            limits: self.limits(),
            credits: self.credits(),
            ledger: self.customer_ledger(),
        }
    }

    pub(super) fn text(&self, text: Option<Text>) -> Option<String> {
        text.map(|text| self.day.snapshot.text(text).to_owned())
    }

    fn addresses(&self) -> Vec<Address> {
        let channels = [Channel::Email, Channel::Sms, Channel::Call, Channel::Letter];
        let address = |channel| {
            let address = self.day.standing_address(channel, self.customer);
            let (day, customer) = (self.day, self.customer);
            Address {
                channel,
                usable: address.as_deref().is_some_and(|to| day.is_usable(customer, channel, to)),
                bounced: address.as_deref().and_then(|to| day.last_bounce(customer, channel, to)),
                address: address.map(|address| address.to_string()),
            }
        };
        channels.into_iter().map(address).collect()
    }

    fn contacts(&self) -> Vec<Contact> {
        let contacts = self.day.snapshot.contacts_of(self.customer.row).iter();
        let contact = |contact: &tables::Contact| Contact {
            role: self.day.snapshot.text(contact.role).to_owned(),
            name: self.text(contact.name),
            email: self.text(contact.email),
            phone: self.text(contact.phone),
            language: self.text(contact.language),
        };
        contacts.map(contact).collect()
    }

    /// The limits that any open invoice brings, each once, with the first day on which it lets a message go.
    fn limits(&self) -> Vec<Limit> {
        let mut limits: Vec<(&'a Restriction, &Calendar)> = Vec::new();
        for invoice in self.customer.invoices.iter().filter(|invoice| invoice.is_open()) {
            let Some(placed) = self.day.place(self.customer, invoice, |_, _| {}) else { continue };
            let scope = self.day.scope(placed.segment, self.customer, invoice);
            let calendar = self.day.calendar(self.customer, invoice);
            let ladders = self.day.program.ladders_of(placed.segment);
            for (restriction, _) in scope.in_force(ladders) {
                let known = limits.iter().any(|(known, _)| known.rule == restriction.rule);
                if !known && matches!(restriction.kind, RestrictionKind::WriteAtMost { .. }) {
                    limits.push((restriction, calendar));
                }
            }
        }
        let written = self.day.written(self.customer);
        let free_on = |restriction: &Restriction, calendar: &Calendar| match restriction.kind {
            RestrictionKind::WriteAtMost { times, days } => {
                let free = written.free_on(self.day.today, times, i64::from(days))?;
                Some(if free > self.day.today { calendar.open_on_or_after(free) } else { free })
            }
            _ => None,
        };
        let limit = |(restriction, calendar): (&'a Restriction, &Calendar)| {
            Some(Limit {
                text: self.day.rule(restriction.rule).text.clone(),
                place: self.place(restriction.rule),
                free_on: free_on(restriction, calendar)?,
            })
        };
        limits.into_iter().filter_map(limit).collect()
    }

    fn customer_ledger(&self) -> Vec<LedgerEntry> {
        let rows = self.day.snapshot.ledger_of_customer(self.customer.row);
        let own = rows.filter(|row| row.invoice.is_none() && row.date <= self.day.today);
        own.map(|row| self.ledger_entry(row, &Present { keys: &[], passes_up_to: &|_| None })).collect()
    }

    fn credits(&self) -> Vec<Payment> {
        let payments = self.day.snapshot.payments_of_customer(self.customer.row).iter();
        let unallocated =
            payments.filter(|payment| payment.invoice.is_none()).map(|payment| self.payment(payment));
        let below_zero = self.customer.invoices.iter().filter_map(|invoice| self.day.below_zero(invoice));
        let below_zero = below_zero.map(|credit| Payment {
            id: credit.id.to_owned(),
            date: credit.date,
            amount: credit.money,
            currency: credit.money.currency,
            credit_note: true,
            counts: true,
        });
        unallocated.chain(below_zero).collect()
    }

    pub(super) fn payment(&self, payment: &tables::Payment) -> Payment {
        Payment {
            id: self.day.snapshot.text(payment.id).to_owned(),
            date: payment.date,
            amount: payment.money,
            currency: payment.money.currency,
            credit_note: payment.credit_note,
            counts: payment.date <= self.day.today,
        }
    }

    /// The invoices that are not told at length.
    pub(super) fn settled(&self) -> Vec<Settled> {
        let rest = (0..self.customer.invoices.len()).filter(|&at| !self.is_told(at));
        let settled = rest.map(|at| {
            let invoice = &self.customer.invoices[at];
            let currency = invoice.balance.currency;
            Settled {
                id: self.day.snapshot.invoice_id(invoice.row).to_owned(),
                amount: self.amount(invoice),
                currency,
                stage: invoice.stage,
                since: invoice.since,
            }
        });
        settled.collect()
    }
}

//! R15, R21: who has a role, and which addresses can be used.

use chrono::{NaiveDate, NaiveTime};
use dun::model::{Act, Channel, RoleHolder, RoleId};
use dun::snapshot::ledger::LedgerRow;
use dun::snapshot::ledger::Outcome;
use dun::snapshot::tables::{Contact, InvoiceRow};

use super::World;
use super::conditions::Value;
use super::ledger::{Named, moment_of};

/// A role and the address of whoever has it.
pub(crate) type Person = (String, String);

impl<'a> World<'a> {
    /// Who has a role for an invoice.
    fn holder(&self, role: RoleId, invoice: InvoiceRow) -> Option<String> {
        match &self.policy.role(role).holder {
            RoleHolder::Address(address) => Some(address.clone()),
            RoleHolder::Field(field) => match self.value(invoice, *field) {
                Value::Text(text) => Some(text),
                _ => None,
            },
            RoleHolder::Contact => {
                let email = self.contact(role, invoice)?.email;
                self.text(email).map(str::to_owned)
            }
        }
    }

    fn contact(&self, role: RoleId, invoice: InvoiceRow) -> Option<&'a Contact> {
        let customer = self.customer_of(invoice);
        let name = self.policy.role(role).name.as_str();
        self.data
            .contacts
            .iter()
            .find(|contact| contact.customer == customer && self.data.text(contact.role) == name)
    }

    /// R15: whoever has the role, or the fallback in its place.
    pub(super) fn person(&self, role: RoleId, invoice: InvoiceRow) -> Option<Person> {
        match self.holder(role, invoice) {
            Some(address) => Some((self.policy.role(role).name.clone(), address)),
            None => self.fallback(invoice),
        }
    }

    /// R15: the owner: the role it was handed or escalated to, else the invoice's, the customer's, the fallback.
    pub(super) fn owner(&self, invoice: InvoiceRow) -> Option<Person> {
        let handed_to = self.handed_to(invoice).and_then(|role| self.policy.role_named(&role));
        if let Some(role) = handed_to {
            return self.person(role, invoice);
        }
        let customer = self.customer_of(invoice).index();
        let own = self.data.invoices.owner.get(invoice.index()).or(self.data.customers.owner.get(customer));
        match self.text(own) {
            Some(address) => Some((String::from("owner"), address.to_owned())),
            None => self.fallback(invoice),
        }
    }

    pub(super) fn fallback(&self, invoice: InvoiceRow) -> Option<Person> {
        let role = self.policy.settings.fallback?;
        Some((self.policy.role(role).name.clone(), self.holder(role, invoice)?))
    }

    /// The role that an invoice was handed or escalated to last; on one day and time by its customer's ladder.
    pub(super) fn handed_to(&self, invoice: InvoiceRow) -> Option<String> {
        let rows = self.rows().into_iter().filter(|row| row.invoice == Some(invoice));
        let rows = rows.filter(|row| !self.is_of_account(row));
        let stands = |row: &&LedgerRow| {
            let same = self.rows_named(invoice, self.name_of(row));
            row.outcome.carries_out() && self.last_carried(&same).is_some()
        };
        let own = self.handed_last(rows.filter(stands));
        let of_account = self.handed_last(self.account_rows(invoice).into_iter());
        own.into_iter().chain(of_account).max_by_key(|(moment, _)| *moment).map(|(_, role)| role)
    }

    /// When and to whom rows handed or escalated something last; of rows of one moment as R9 orders them, then by name.
    fn handed_last(
        &self,
        rows: impl Iterator<Item = &'a LedgerRow>,
    ) -> Option<((NaiveDate, Option<NaiveTime>), String)> {
        let handed = rows.filter_map(|row| match self.named(row) {
            Named::HandOff(role) | Named::Flag { role: Some(role), .. } => Some((row, role)),
            _ => None,
        });
        let last = handed.max_by_key(|(row, _)| (moment_of(row), self.name_of(row)));
        last.map(|(row, role)| ((row.date, row.at()), role))
    }

    // ---- R21

    /// R21: to whom a message goes, and at which address.
    pub(super) fn recipient(&self, act: &Act, invoice: InvoiceRow) -> Option<Person> {
        let Act::Message { channel, to, .. } = act else { return None };
        let customers = &self.data.customers;
        let row = self.customer_of(invoice).index();
        let address = match (channel, to) {
            (Channel::Email, None) => self.text(customers.email.get(row)).map(str::to_owned),
            (Channel::Sms, None) => self.text(customers.mobile.get(row)).map(str::to_owned),
            (Channel::Letter, None) => {
                let street = self.text(customers.street.get(row))?;
                let city = self.text(customers.city.get(row))?;
                Some(format!("{street} {city}"))
            }
            (Channel::Email, Some(role)) => self.holder(*role, invoice),
            (Channel::Sms, Some(role)) => {
                self.text(self.contact(*role, invoice).and_then(|contact| contact.phone)).map(str::to_owned)
            }
            _ => None,
        };
        let address = address.filter(|address| !self.has_bounced(invoice, *channel, address))?;
        Some((to.map_or(String::from("billing"), |role| self.policy.role(role).name.clone()), address))
    }

    /// R21: a bounced row marks its address; without one the customer's whole channel.
    fn has_bounced(&self, invoice: InvoiceRow, channel: Channel, address: &str) -> bool {
        let rows = self.rows_of_customer(self.customer_of(invoice)).into_iter();
        let mut bounced =
            rows.filter(|row| row.outcome == Outcome::Bounced && self.channel_of(row) == Some(channel));
        bounced.any(|row| {
            let of_row = row.details.as_ref().and_then(|details| details.address);
            let closed = self.text(of_row).is_none_or(|of_row| same_address(channel, of_row, address));
            if closed {
                self.played("R21");
            }
            closed
        })
    }

    /// R21: the language that the recipient's record asks for; without a recipient nobody asks.
    pub(crate) fn language_wanted(&self, act: &Act, invoice: InvoiceRow) -> Option<&'a str> {
        let Act::Message { to, .. } = act else { return None };
        self.recipient(act, invoice)?;
        let contact = to.and_then(|role| self.contact(role, invoice)).and_then(|contact| contact.language);
        let customer = self.customer_of(invoice).index();
        self.text(contact.or(self.data.customers.language.get(customer)))
    }
}

fn same_address(channel: Channel, one: &str, other: &str) -> bool {
    let plain = |text: &str| -> String {
        match channel {
            Channel::Sms | Channel::Call => text.chars().filter(char::is_ascii_digit).collect(),
            _ => text.to_lowercase(),
        }
    };
    plain(one) == plain(other)
}

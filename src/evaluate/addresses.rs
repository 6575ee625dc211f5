//! Who has a role, who owns an invoice, and where a message goes (R15, R21).

use std::borrow::Cow;

use chrono::NaiveDate;

use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Value};
use crate::model::{Act, Channel, RoleHolder, RoleId};
use crate::plan::{Person, Recipient};
use crate::snapshot::ledger::Outcome;
use crate::snapshot::tables::Contact;

/// Someone in a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holder<'a> {
    pub(super) role: &'a str,
    pub(super) address: &'a str,
}

impl From<Holder<'_>> for Person {
    fn from(Holder { role, address }: Holder) -> Person {
        Person { role: role.into(), address: address.into() }
    }
}

/// Where a message goes, and in which language it should be.
pub(crate) struct Destination<'a> {
    /// `billing`, or the role named with `to`.
    pub(super) role: &'a str,
    pub(crate) address: Cow<'a, str>,
    pub(super) language: Option<&'a str>,
}

impl From<&Destination<'_>> for Recipient {
    fn from(destination: &Destination) -> Recipient {
        Recipient { role: destination.role.into(), address: destination.address.as_ref().into() }
    }
}

impl<'a> Day<'a> {
    /// Who has a role for an invoice; the fallback when nobody does; none when there is no fallback either.
    pub(super) fn person(
        &self,
        role: RoleId,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Holder<'a>> {
        self.holder(role, customer, invoice).or_else(|| {
            let fallback = self.program.policy.settings.fallback?;
            self.holder(fallback, customer, invoice)
        })
    }

    fn holder(
        &self,
        role: RoleId,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Holder<'a>> {
        let role = self.program.policy.role(role);
        let address = match &role.holder {
            RoleHolder::Address(address) => address,
            RoleHolder::Field(field) => match self.value(*field, customer, invoice) {
                Value::Text(text) if is_address(Channel::Email, text) => text,
                _ => return None,
            },
            RoleHolder::Contact => {
                let email = self.contact(customer, &role.name)?.email;
                let email = email.map(|email| self.snapshot.text(email));
                email.filter(|text| is_address(Channel::Email, text))?
            }
        };
        Some(Holder { role: &role.name, address })
    }

    /// The owner of an invoice: the role it was handed to, else its own owner, else its customer's, else
    /// the fallback.
    pub(super) fn owner(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Holder<'a>> {
        let handed_to =
            invoice.handed_to.as_ref().and_then(|handed| self.program.policy.role_named(&handed.role));
        if let Some(role) = handed_to {
            return self.person(role, customer, invoice);
        }
        let own = self.snapshot.invoices.owner.get(invoice.row.index());
        let owner = own.or(self.snapshot.customers.owner.get(customer.row.index()));
        let address =
            owner.map(|owner| self.snapshot.text(owner)).filter(|text| is_address(Channel::Email, text));
        match address {
            Some(address) => Some(Holder { role: "owner", address }),
            None => {
                self.program.policy.settings.fallback.and_then(|role| self.holder(role, customer, invoice))
            }
        }
    }

    /// Where a customer is reached on a channel when no role is named, whether or not it works.
    pub(super) fn standing_address(
        &self,
        channel: Channel,
        customer: &CustomerState<'a>,
    ) -> Option<Cow<'a, str>> {
        let billing = self.contact(customer, "billing").filter(|contact| contact.email.is_some());
        self.billing_address(channel, customer, billing)
    }

    /// Whether a contact can go to an address.
    pub(super) fn is_usable(&self, customer: &CustomerState<'a>, channel: Channel, address: &str) -> bool {
        is_address(channel, address) && self.last_bounce(customer, channel, address).is_none()
    }

    fn contact(&self, customer: &CustomerState<'a>, role: &str) -> Option<&'a Contact> {
        let contacts = self.snapshot.contacts_of(customer.row);
        contacts.iter().find(|contact| self.snapshot.text(contact.role).eq_ignore_ascii_case(role))
    }

    /// Where a message goes; none when there is no usable address on its channel.
    pub(super) fn destination(
        &self,
        act: &Act,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Destination<'a>> {
        let Act::Message { channel, to, .. } = act else { return None };
        let customers = &self.snapshot.customers;
        let own_language = customers.language.get(customer.row.index()).map(|tag| self.snapshot.text(tag));
        let (role, address, language): (&str, Cow<str>, _) = match to {
            Some(role) if *channel == Channel::Email => {
                let person = self.holder(*role, customer, invoice)?;
                let contact = self.contact(customer, person.role);
                let language =
                    contact.and_then(|contact| contact.language).map(|tag| self.snapshot.text(tag));
                (person.role, Cow::Borrowed(person.address), language.or(own_language))
            }
            Some(role) => {
                let name = &self.program.policy.role(*role).name;
                let contact = self.contact(customer, name)?;
                let phone = contact.phone.filter(|_| *channel == Channel::Sms)?;
                let language = contact.language.map(|tag| self.snapshot.text(tag));
                (name, Cow::Borrowed(self.snapshot.text(phone)), language.or(own_language))
            }
            None => {
                let billing = self.contact(customer, "billing").filter(|contact| contact.email.is_some());
                let language =
                    billing.and_then(|contact| contact.language).map(|tag| self.snapshot.text(tag));
                ("billing", self.billing_address(*channel, customer, billing)?, language.or(own_language))
            }
        };
        self.is_usable(customer, *channel, &address).then_some(Destination { role, address, language })
    }

    fn billing_address(
        &self,
        channel: Channel,
        customer: &CustomerState<'a>,
        billing: Option<&Contact>,
    ) -> Option<Cow<'a, str>> {
        let (customers, at) = (&self.snapshot.customers, customer.row.index());
        let text = |text| Cow::Borrowed(self.snapshot.text(text));
        match channel {
            Channel::Email => billing.and_then(|contact| contact.email).or(customers.email.get(at)).map(text),
            Channel::Sms => customers.mobile.get(at).map(text),
            Channel::Call => customers.phone.get(at).map(text),
            Channel::Letter => {
                let street = customers.street.get(at)?;
                let city = customers.city.get(at)?;
                let town: Vec<&str> = [customers.postcode.get(at), Some(city)]
                    .into_iter()
                    .flatten()
                    .map(|part| self.snapshot.text(part))
                    .collect();
                let name = customers.contact_name.get(at).or(customers.name.get(at));
                let lines = [name.map(|name| self.snapshot.text(name)), Some(self.snapshot.text(street))];
                let country = customers.country.get(at).map(|country| self.snapshot.text(country));
                let town = town.join(" ");
                let lines: Vec<&str> =
                    lines.into_iter().flatten().chain([town.as_str()]).chain(country).collect();
                Some(Cow::Owned(lines.join(", ")))
            }
        }
    }

    /// Whether the ledger has a bounce on a channel that names no address: nobody knows which one is wrong.
    pub(super) fn bounced_somewhere(&self, customer: &CustomerState<'a>, channel: Channel) -> bool {
        self.snapshot.ledger_of_customer(customer.row).any(|row| {
            row.outcome == Outcome::Bounced
                && row.date <= self.today
                && self.history.channel(row) == Some(channel)
                && row.details.as_ref().is_none_or(|details| details.address.is_none())
        })
    }

    /// The last day on which the ledger says that this address, or the customer's on this channel, does not work
    /// (R21).
    pub(super) fn last_bounce(
        &self,
        customer: &CustomerState<'a>,
        channel: Channel,
        address: &str,
    ) -> Option<NaiveDate> {
        if !self.history.has_bounces {
            return None;
        }
        let rows = self.snapshot.ledger_of_customer(customer.row);
        let bounces = rows.filter(|row| {
            row.outcome == Outcome::Bounced
                && row.date <= self.today
                && self.history.channel(row) == Some(channel)
                && match row.details.as_ref().and_then(|details| details.address) {
                    Some(bounced) => same_address(channel, self.snapshot.text(bounced), address),
                    None => true,
                }
        });
        bounces.map(|row| row.date).max()
    }
}

/// Something on both sides of a single `@`.
fn is_mailbox(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// Telephone numbers are the same when their digits are, whatever the spaces.
fn same_address(channel: Channel, a: &str, b: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match channel {
        Channel::Sms | Channel::Call => digits(a) == digits(b),
        Channel::Email | Channel::Letter => a.eq_ignore_ascii_case(b),
    }
}

/// Whether a text can be an address on a channel: nothing that could add a header or a second recipient.
fn is_address(channel: Channel, text: &str) -> bool {
    let is_control = match text.is_ascii() {
        true => text.bytes().any(|byte| byte.is_ascii_control()),
        false => text.chars().any(char::is_control),
    };
    let plain = !text.is_empty() && !is_control;
    match channel {
        Channel::Email => plain && is_mailbox(text) && !text.contains([' ', ',', ';', '<', '>', '"']),
        Channel::Sms | Channel::Call => plain && text.chars().filter(char::is_ascii_digit).count() >= 5,
        Channel::Letter => plain,
    }
}

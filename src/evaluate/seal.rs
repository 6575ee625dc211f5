//! Keys and digests of what is decided: who carries it out never does it twice, and an approval is of exactly this.

use chrono::NaiveDate;

use super::addresses::Holder;
use super::candidate::Candidate;
use super::day::Day;
use super::decision::Decision;
use super::facts::{CustomerState, InvoiceState};
use crate::calendar::days_between;
use crate::model::Attachment;
use crate::money::Money;
use crate::plan::Kind;
use crate::plan::digest::{self, Hasher, Key};

/// Everything that an approval is about.
pub(super) struct Content<'c> {
    pub(super) kind: Kind,
    pub(super) actor: Option<Holder<'c>>,
    pub(super) sender: Option<Holder<'c>>,
    pub(super) reply_to: Option<Holder<'c>>,
    pub(super) recipient: Option<Holder<'c>>,
    pub(super) cc: &'c [Holder<'c>],
    pub(super) subject: &'c str,
    pub(super) body: &'c str,
    pub(super) format: &'c str,
    pub(super) flag: &'c str,
    pub(super) registered: bool,
    /// The days that the customer is given.
    pub(super) deadline: Option<i64>,
    /// The numbers and balances of its invoices.
    pub(super) invoices: Vec<(&'c str, Money)>,
    pub(super) attachments: &'c [Attachment],
    pub(super) charge: Option<Money>,
}

impl<'c> Content<'c> {
    /// That of an action of a kind about some invoices, with nothing else.
    pub(super) fn bare(kind: Kind, invoices: Vec<(&'c str, Money)>) -> Content<'c> {
        Content {
            kind,
            actor: None,
            sender: None,
            reply_to: None,
            recipient: None,
            cc: &[],
            subject: "",
            body: "",
            format: "",
            flag: "",
            registered: false,
            deadline: None,
            invoices,
            attachments: &[],
            charge: None,
        }
    }

    pub(super) fn digest(&self) -> digest::Content {
        let mut hash = Hasher::default();
        let person = |hash: &mut Hasher, person: Option<Holder>| {
            let Holder { role, address } = person.unwrap_or(Holder { role: "", address: "" });
            hash.text(role).text(address);
        };
        hash.text(self.kind.word());
        for one in [self.actor, self.sender, self.reply_to, self.recipient] {
            person(&mut hash, one);
        }
        hash.number(self.cc.len() as i64);
        self.cc.iter().for_each(|copy| person(&mut hash, Some(*copy)));
        hash.text(self.subject).text(self.body).text(self.format).text(self.flag);
        hash.number(i64::from(self.registered)).number(self.deadline.unwrap_or(-1));
        hash.number(self.invoices.len() as i64);
        for (id, balance) in &self.invoices {
            hash.text(id).number(balance.minor).text(balance.currency.code());
        }
        hash.number(self.attachments.len() as i64);
        for attachment in self.attachments {
            hash.text(match attachment {
                Attachment::Invoice => "invoice",
                Attachment::Statement => "statement",
            });
        }
        if let Some(charge) = &self.charge {
            hash.text("charge").number(charge.minor).text(charge.currency.code());
        }
        hash.content()
    }
}

impl<'a> Day<'a> {
    /// Hashes of customer, invoice, step key and occurrence, one for each step in its order.
    pub(crate) fn step_keys(&self, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Vec<Key> {
        decision.group.members.iter().map(|member| self.step_key(customer, member)).collect()
    }

    fn step_key(&self, customer: &CustomerState<'a>, member: &Candidate<'a>) -> Key {
        let mut hash = Hasher::default();
        hash.text(self.snapshot.customer_id(customer.row));
        let invoice = &customer.invoices[member.invoice];
        // The invoice that a ladder per customer is anchored on may change within an episode.
        match member.episode() {
            None => hash.text(self.snapshot.invoice_id(invoice.row)),
            Some(episode) => {
                hash.text("per customer").text(invoice.balance.currency.code()).text(&episode.to_string())
            }
        };
        hash.text(&member.step()).text(&member.event.map_or(String::new(), |event| event.to_string()));
        hash.key()
    }

    /// SHA-256 of everything that an approval is about; none where the text of another day cannot be written.
    pub(crate) fn content(
        &self,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Option<digest::Content> {
        let text = decision.text.as_ref();
        let subject = text.and_then(|text| text.subject.as_deref());
        let mut content = Content {
            kind: decision.kind(),
            actor: decision.actor,
            sender: decision.sender,
            reply_to: decision.reply_to,
            recipient: decision
                .lead()
                .destination
                .as_ref()
                .map(|to| Holder { role: to.role, address: &to.address }),
            cc: &decision.cc,
            subject: subject.unwrap_or(""),
            body: text.map(|text| text.body.as_str()).or(decision.task()).unwrap_or(""),
            format: text.map_or("", |text| text.format),
            flag: decision.flag().unwrap_or(""),
            registered: decision.is_registered(),
            deadline: decision.deadline.map(|deadline| days_between(self.today, deadline)),
            invoices: decision.invoices.iter().map(|&at| self.numbered(&customer.invoices[at])).collect(),
            attachments: &decision.attachments,
            charge: decision.charge().map(|charge| charge.amount),
        };
        if decision.deadline.is_none() || (decision.text.is_none() && decision.task().is_none()) {
            return Some(content.digest());
        }
        let (subject, body) = self.text_of_any_day(customer, decision)?;
        (content.subject, content.body) = (&subject, &body);
        Some(content.digest())
    }

    /// An invoice as a content names it.
    pub(super) fn numbered(&self, invoice: &InvoiceState<'a>) -> (&'a str, Money) {
        (self.snapshot.invoice_id(invoice.row), invoice.balance)
    }

    /// Subject and body of a message that gives a deadline: what is approved is the number of days, not the date, which
    /// moves from day to day until the message goes out (R17). The text is taken with a date long past and with one
    /// far ahead, so that it is covered on both sides of what the template compares the deadline with.
    fn text_of_any_day(
        &self,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Option<(String, String)> {
        let template = decision.lead().template?;
        let (mut subjects, mut bodies) = (Vec::new(), Vec::new());
        for year in [1900, 2200] {
            let some_day = NaiveDate::from_ymd_opt(year, 1, 1);
            let written = self.write(template.id, customer, &decision.invoices, some_day).ok()?;
            subjects.push(written.subject.unwrap_or_default());
            bodies.push(written.body);
        }
        Some((subjects.join("\n"), bodies.join("\n")))
    }
}

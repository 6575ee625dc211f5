//! From a group to the action of the plan: what is done, who does and approves it, its text, keys and digests.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use super::candidate::{Candidate, Origin};
use super::combine::Group;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use crate::calendar::{add_days, days_between};
use crate::model::Act;
use crate::plan::digest::Hasher;
use crate::plan::{Action, Because, Invoice, Kind, Member, Mode, Window};
use crate::snapshot::ledger::Outcome;

impl<'a> Day<'a> {
    /// The action of a group; when it cannot be written the group gets a blocker.
    pub(super) fn action(&self, customer: &CustomerState<'a>, group: &mut Group<'a>) -> Action {
        let invoices = group.invoices();
        let lead = group.lead();
        let invoice = &customer.invoices[lead.invoice];
        let because = self.because(lead.rule, lead.sentence.clone());
        let mut action =
            self.blank_action(customer, lead.kind(), Mode::Automatic, lead.step.clone(), because);
        action.invoices = invoices.iter().map(|&at| self.plan_invoice(&customer.invoices[at])).collect();
        action.rung = Some(lead.rung.clone());
        action.segment = Some(Arc::clone(&lead.segment));
        match lead.origin {
            Origin::Ladder(ladder) => {
                action.cadence = Some(Arc::clone(&self.program.policy.ladders[ladder.0].name))
            }
            Origin::CarveOut(at) => {
                action.carve_out = Some(Arc::clone(&self.program.policy.carve_outs[at].name))
            }
        }
        action.actor = group.members.iter().find_map(|member| member.actor.clone());
        action.approvers = group.approvers();
        if let Some(destination) = &lead.destination {
            action.recipient = Some(destination.recipient.clone());
            action.recipient_language = destination.language.map(str::to_owned);
        }
        if let Some(template) = &lead.template {
            action.template = lead.act.template().map(str::to_owned);
            action.language = Some(template.language.to_string());
            action.language_fallback = !template.exact;
        }
        match lead.act {
            Act::Flag { name } => action.flag = Some(name.clone()),
            Act::Charge(_) => action.charge = lead.charge.clone(),
            Act::Escalate { .. } => action.flag = Some(String::from("escalated")),
            Act::Task { text, .. } => action.body = Some(text.clone()),
            Act::Message { registered, .. } => {
                action.registered = *registered;
                action.formal = lead.step_line.formal;
                action.sender = self.sender(customer, invoice);
                action.reply_to = self.reply_to(customer, invoice);
            }
            _ => {}
        }
        let lead_deadline = lead.step_line.deadline;
        action.deadline = lead_deadline.map(|days| add_days(self.today, i64::from(days)));
        action.window = group.hours().map(|(from, to)| Window { from: hour(from), to: hour(to) });
        self.enclosures(customer, group, &mut action);
        action.members = group.members.iter().map(|member| self.member(customer, member)).collect();
        action.keys = group.members.iter().map(|member| member.key.clone()).collect();
        self.write_action(customer, group, &invoices, &mut action);
        self.seal(&mut action);
        if lead_deadline.is_some() && action.body.is_some() {
            action.content = self.content_of_any_day(customer, group, &action);
        }
        self.settle_mode(customer, group, &mut action);
        action
    }

    /// Copies and attachments that any member asks for.
    fn enclosures(&self, customer: &CustomerState<'a>, group: &Group<'a>, action: &mut Action) {
        for member in &group.members {
            let Act::Message { cc, attach, .. } = member.act else { continue };
            let invoice = &customer.invoices[member.invoice];
            for person in cc.iter().filter_map(|&role| self.person(role, customer, invoice)) {
                if !action.cc.contains(&person) {
                    action.cc.push(person);
                }
            }
            action.attachments.extend(attach.iter().copied());
        }
        action.cc.sort();
        action.attachments.sort();
        action.attachments.dedup();
    }

    fn member(&self, customer: &CustomerState<'a>, member: &Candidate<'a>) -> Member {
        Member {
            invoice: Some(self.snapshot.invoice_id(customer.invoices[member.invoice].row).to_owned()),
            currency: member.episode.map(|_| customer.invoices[member.invoice].balance.currency),
            episode: member.episode,
            step: member.step.clone(),
            rung: Some(member.rung.clone()),
            segment: Some(Arc::clone(&member.segment)),
            rule: Arc::clone(&self.rule(member.rule).id),
            key: member.key.clone(),
        }
    }

    fn write_action(
        &self,
        customer: &CustomerState<'a>,
        group: &mut Group<'a>,
        invoices: &[usize],
        action: &mut Action,
    ) {
        let Some(template) = group.lead().template.as_ref().filter(|_| group.is_free()) else { return };
        match self.write(template.id, customer, invoices, action.deadline) {
            Ok(written) => {
                action.subject = written.subject.filter(|subject| !subject.is_empty());
                action.body = Some(written.body);
                action.body_format = Some(written.format);
                if action.kind == Kind::Email && action.subject.is_none() {
                    let sentence = String::from("the e-mail's subject is empty");
                    group.blockers.push(self.blocker("missing_value", sentence, Some(group.lead().rule)));
                }
            }
            Err((code, sentence)) => {
                group.blockers.push(self.blocker(code, sentence, Some(group.lead().rule)));
            }
        }
    }

    /// The content of a message that gives a deadline: what is approved is the number of days, not the date, which
    /// moves from day to day until the message goes out (R17). The text is taken with a date long past and with one
    /// far ahead, so that it is covered on both sides of what the template compares the deadline with.
    fn content_of_any_day(
        &self,
        customer: &CustomerState<'a>,
        group: &Group<'a>,
        action: &Action,
    ) -> Option<String> {
        let template = group.lead().template.as_ref()?;
        let mut texts = Vec::new();
        for year in [1900, 2200] {
            let some_day = NaiveDate::from_ymd_opt(year, 1, 1);
            let written = self.write(template.id, customer, &group.invoices(), some_day).ok()?;
            texts.push((written.subject.unwrap_or_default(), written.body));
        }
        let subject = texts.iter().map(|(subject, _)| subject.as_str()).collect::<Vec<_>>().join("\n");
        let body = texts.iter().map(|(_, body)| body.as_str()).collect::<Vec<_>>().join("\n");
        Some(content(&Action { subject: Some(subject), body: Some(body), ..action.clone() }))
    }

    /// Who has to do what before it is carried out (R15, R17).
    fn settle_mode(&self, customer: &CustomerState<'a>, group: &Group<'a>, action: &mut Action) {
        let by_person = group.members.iter().any(|member| member.by_hand);
        action.approved_by = self.approved_by(customer, action);
        let approved = |approver: &crate::plan::Approver| {
            let names = action.approved_by.iter();
            names.into_iter().any(|by| {
                by.eq_ignore_ascii_case(&approver.role) || by.eq_ignore_ascii_case(&approver.address)
            })
        };
        action.mode = match (action.approvers.iter().all(approved), by_person) {
            (false, _) => Mode::Approval,
            (true, true) => Mode::Manual,
            (true, false) => Mode::Automatic,
        };
    }

    /// Those who approved exactly this: the key and the content of the action (R17).
    fn approved_by(&self, customer: &CustomerState<'a>, action: &Action) -> Vec<String> {
        if action.approvers.is_empty() {
            return Vec::new();
        }
        let is = |text: Option<crate::snapshot::texts::Text>, expected: &str| {
            text.is_some_and(|text| self.snapshot.text(text) == expected)
        };
        let rows = self.snapshot.ledger_of_customer(customer.row);
        let rows = rows.filter(|row| row.outcome == Outcome::Approved && row.date <= self.today);
        let mut by: Vec<String> = rows
            .filter_map(|row| row.details.as_ref())
            .filter(|details| {
                is(details.key, &action.key) && is(details.content, action.content.as_deref().unwrap_or(""))
            })
            .filter_map(|details| details.approved_by.or(details.actor))
            .map(|by| self.snapshot.text(by).to_owned())
            .collect();
        by.sort();
        by.dedup();
        by
    }

    /// An action with nothing but its customer, kind and reason.
    pub(super) fn blank_action(
        &self,
        customer: &CustomerState<'a>,
        kind: Kind,
        mode: Mode,
        step: String,
        because: Because,
    ) -> Action {
        Action {
            date: self.today,
            valid_on: self.today,
            window: None,
            customer: self.snapshot.customer_id(customer.row).to_owned(),
            customer_name: self.customer_name(customer),
            invoices: Vec::new(),
            kind,
            step,
            rung: None,
            segment: None,
            cadence: None,
            carve_out: None,
            mode,
            actor: None,
            approvers: Vec::new(),
            approved_by: Vec::new(),
            sender: None,
            reply_to: None,
            recipient: None,
            cc: Vec::new(),
            attachments: Vec::new(),
            template: None,
            language: None,
            recipient_language: None,
            language_fallback: false,
            subject: None,
            body: None,
            body_format: None,
            registered: false,
            formal: false,
            deadline: None,
            flag: None,
            charge: None,
            members: Vec::new(),
            keys: Vec::new(),
            key: String::new(),
            content: None,
            because,
        }
    }

    pub(super) fn plan_invoice(&self, invoice: &InvoiceState) -> Invoice {
        Invoice {
            id: self.snapshot.invoice_id(invoice.row).to_owned(),
            balance: invoice.balance,
            currency: invoice.balance.currency,
            due_date: invoice.due,
            days_overdue: invoice.days_overdue,
        }
    }

    /// Sorts the keys and names key and content of an action.
    pub(super) fn seal(&self, action: &mut Action) {
        action.keys.sort();
        let mut key = Hasher::default();
        action.keys.iter().for_each(|member| {
            key.text(member);
        });
        action.key = key.short();
        action.content = Some(content(action));
    }
}

/// SHA-256 of everything that an approval is about.
fn content(action: &Action) -> String {
    let mut hash = Hasher::default();
    let person = |hash: &mut Hasher, person: Option<&crate::plan::Person>| {
        hash.text(person.map_or("", |person| &person.role)).text(person.map_or("", |person| &person.address));
    };
    hash.text(action.kind.word());
    person(&mut hash, action.actor.as_ref());
    person(&mut hash, action.sender.as_ref());
    person(&mut hash, action.reply_to.as_ref());
    hash.text(action.recipient.as_ref().map_or("", |recipient| &recipient.role));
    hash.text(action.recipient.as_ref().map_or("", |recipient| &recipient.address));
    hash.number(action.cc.len() as i64);
    action.cc.iter().for_each(|copy| person(&mut hash, Some(copy)));
    hash.text(action.subject.as_deref().unwrap_or(""));
    hash.text(action.body.as_deref().unwrap_or(""));
    hash.text(action.body_format.unwrap_or(""));
    hash.text(action.flag.as_deref().unwrap_or(""));
    hash.number(i64::from(action.registered));
    hash.number(action.deadline.map_or(-1, |deadline| days_between(action.date, deadline)));
    hash.number(action.invoices.len() as i64);
    for invoice in &action.invoices {
        hash.text(&invoice.id).number(invoice.balance.minor).text(invoice.currency.code());
    }
    hash.number(action.attachments.len() as i64);
    for attachment in &action.attachments {
        hash.text(match attachment {
            crate::model::Attachment::Invoice => "invoice",
            crate::model::Attachment::Statement => "statement",
        });
    }
    if let Some(charge) = &action.charge {
        hash.text("charge").number(charge.amount.minor).text(charge.currency.code());
    }
    hash.long()
}

/// A time of day, as messages and windows name it.
pub(super) fn hour(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

//! From a decision to the plan's words: what is done, who does and approves it, its text, keys and digests.

use chrono::NaiveTime;

use super::addresses::Holder;
use super::candidate::{Asking, Candidate, Origin};
use super::day::Day;
use super::decision::Decision;
use super::facts::{CustomerState, InvoiceState, Promised};
use super::sentences;
use crate::model::Anchor;
use crate::plan::digest::Key;
use crate::plan::{Action, Approver, Because, Invoice, Kind, Member, Mode, Person, Window, Withheld};

impl<'a> Day<'a> {
    /// A decision to do something, as the plan tells it.
    pub(super) fn action(&self, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Action {
        let text = decision.text.as_ref();
        let content = self.content(customer, decision);
        let action = self.action_without_text(customer, decision);
        Action {
            subject: text.and_then(|text| text.subject.clone()),
            body: text.map(|text| text.body.clone()).or(action.body),
            content: content.map(|content| content.to_string()),
            ..action
        }
    }

    /// A decision to withhold something, as the plan tells it.
    pub(super) fn withheld(&self, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Withheld {
        Withheld {
            action: self.action_without_text(customer, decision),
            blockers: self.blockers(&decision.group.obstacles),
            next: decision.next,
        }
    }

    /// All but the text of a message and the digest of the content.
    pub(crate) fn action_without_text(
        &self,
        customer: &CustomerState<'a>,
        decision: &Decision<'a>,
    ) -> Action {
        let lead = decision.lead();
        let invoice = &customer.invoices[lead.invoice];
        let because = self.because(lead.rule, self.reason(lead, invoice));
        let keys = self.step_keys(customer, decision);
        let mut action = self.blank_action(customer, decision.kind(), lead.step().into_owned(), because);
        action.members = self.members(customer, decision, &keys);
        self.name_keys(&mut action, keys);
        action.invoices =
            decision.invoices.iter().map(|&at| self.plan_invoice(&customer.invoices[at])).collect();
        action.rung = Some(lead.step_line.moment.name());
        action.segment = Some(self.program.policy.segments[lead.segment.0].name.clone());
        match lead.origin {
            Origin::Ladder(ladder) => {
                action.cadence = Some(self.program.policy.ladders[ladder.0].name.clone());
            }
            Origin::CarveOut(at) => action.carve_out = Some(self.program.policy.carve_outs[at].name.clone()),
        }
        action.mode = decision.mode;
        action.actor = decision.actor.map(Person::from);
        action.approvers = decision.approvers.iter().map(|asking| self.approver(asking)).collect();
        action.approved_by = decision.approved_by.iter().map(|&by| by.to_owned()).collect();
        action.sender = decision.sender.map(Person::from);
        action.reply_to = decision.reply_to.map(Person::from);
        action.cc = decision.cc.iter().map(|&copy| Person::from(copy)).collect();
        action.attachments = decision.attachments.clone();
        action.window = decision.hours.map(|(from, to)| Window { from: hour(from), to: hour(to) });
        if let Some(destination) = &lead.destination {
            action.recipient = Some(destination.into());
            action.recipient_language = destination.language.map(str::to_owned);
        }
        if let Some(template) = &lead.template {
            action.template = lead.act.template().map(str::to_owned);
            action.language = Some(template.language.to_owned());
            action.language_fallback = !template.exact;
        }
        action.body = decision.task().map(str::to_owned);
        action.body_format = decision.text.as_ref().map(|text| text.format);
        action.registered = decision.is_registered();
        action.formal = lead.is_message() && lead.step_line.formal;
        action.deadline = decision.deadline;
        action.flag = decision.flag().map(str::to_owned);
        action.charge = decision.charge().cloned();
        action
    }

    /// The members' keys, sorted, and that of the action.
    fn name_keys(&self, action: &mut Action, mut keys: Vec<Key>) {
        keys.sort_unstable();
        action.keys = keys.iter().map(Key::to_string).collect();
        action.key = Key::of_steps(&keys).to_string();
    }

    fn members(&self, customer: &CustomerState<'a>, decision: &Decision<'a>, keys: &[Key]) -> Vec<Member> {
        let members = decision.group.members.iter().zip(keys);
        members.map(|(member, key)| self.member(customer, member, *key)).collect()
    }

    fn member(&self, customer: &CustomerState<'a>, member: &Candidate<'a>, key: Key) -> Member {
        let invoice = &customer.invoices[member.invoice];
        Member {
            invoice: Some(self.snapshot.invoice_id(invoice.row).to_owned()),
            currency: member.episode().map(|_| invoice.balance.currency),
            episode: member.episode(),
            step: member.step().into_owned(),
            rung: Some(member.step_line.moment.name()),
            segment: Some(self.program.policy.segments[member.segment.0].name.clone()),
            rule: self.rule(member.rule).id.clone(),
            key: key.to_string(),
        }
    }

    fn approver(&self, Asking { who: Holder { role, address }, rule }: &Asking<'a>) -> Approver {
        let rule = self.rule(*rule);
        Approver {
            role: (*role).into(),
            address: (*address).into(),
            rule: rule.id.clone(),
            file: rule.file.clone(),
            line: rule.line,
        }
    }

    /// Why a step is due, in a person's words.
    pub(crate) fn reason(&self, candidate: &Candidate<'a>, invoice: &InvoiceState<'a>) -> String {
        match candidate.step_line.moment.anchor {
            Anchor::Dispute => sentences::dispute(invoice.dispute, self.snapshot, self.today),
            Anchor::Promise if invoice.promised != Promised::No => {
                sentences::promise(invoice.promised, self.today)
            }
            _ => sentences::overdue(invoice.days_overdue),
        }
    }

    /// An action with nothing but its customer, kind and reason, that goes out by itself.
    pub(super) fn blank_action(
        &self,
        customer: &CustomerState<'a>,
        kind: Kind,
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
            mode: Mode::Automatic,
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
}

/// A time of day, as messages and windows name it.
pub(super) fn hour(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

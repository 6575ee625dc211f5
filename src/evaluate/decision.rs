//! What is decided about steps that are due: done or withheld, by whom, to whom and how. Nothing is written out yet
//! but the text of a message, which may fail.

use chrono::{NaiveDate, Timelike};

use super::addresses::Holder;
use super::candidate::{Asking, Candidate, Origin};
use super::combine::{Group, Hours};
use super::day::Day;
use super::facts::CustomerState;
use super::messages::Written;
use super::obstacle::{Obstacle, Why};
use crate::calendar::add_days;
use crate::model::{Act, Attachment};
use crate::money::Currency;
use crate::plan::digest::Key;
use crate::plan::{Kind, Mode};
use crate::snapshot::ledger::Outcome;
use crate::snapshot::texts::Text;

/// One step, or the steps of one message.
pub(crate) struct Decision<'a> {
    /// The steps, the leading one first, and what stands in their way: without that, they are done.
    pub(crate) group: Group<'a>,
    /// The invoices that it is about, among the customer's, the leading one first.
    pub(crate) invoices: Vec<usize>,
    pub(super) actor: Option<Holder<'a>>,
    pub(super) approvers: Vec<Asking<'a>>,
    /// Who has approved exactly this.
    pub(super) approved_by: Vec<&'a str>,
    pub(super) mode: Mode,
    pub(super) sender: Option<Holder<'a>>,
    pub(super) reply_to: Option<Holder<'a>>,
    pub(super) cc: Vec<Holder<'a>>,
    pub(super) attachments: Vec<Attachment>,
    pub(super) hours: Option<Hours>,
    pub(crate) deadline: Option<NaiveDate>,
    /// The message, where one was written.
    pub(super) text: Option<Written>,
    /// When its ladder could go on without it.
    pub(super) next: Option<NaiveDate>,
}

impl<'a> Decision<'a> {
    /// The step that leads.
    pub(crate) fn lead(&self) -> &Candidate<'a> {
        self.group.lead()
    }

    pub(super) fn kind(&self) -> Kind {
        self.lead().kind()
    }

    pub(super) fn is_done(&self) -> bool {
        self.group.is_free()
    }

    /// The flag that it sets.
    pub(super) fn flag(&self) -> Option<&'a str> {
        match self.lead().act {
            Act::Flag { name } => Some(name),
            Act::Escalate { .. } => Some("escalated"),
            _ => None,
        }
    }

    /// What is booked.
    pub(crate) fn charge(&self) -> Option<&crate::plan::Charge> {
        self.lead().charge.as_deref().filter(|_| self.lead().act.is_charge())
    }

    /// What a person is to do.
    pub(super) fn task(&self) -> Option<&'a str> {
        if let Act::Task { text, .. } = self.lead().act { Some(text) } else { None }
    }

    pub(super) fn is_registered(&self) -> bool {
        matches!(self.lead().act, Act::Message { registered: true, .. })
    }

    /// Bytes that are the same for two decisions of one program when these differ in nothing but customer, invoices,
    /// address, day, text, keys and amounts, and in the sentence why.
    pub(crate) fn signature(&self, customer: &CustomerState<'a>) -> Vec<u8> {
        let mut signature = Signature::default();
        signature.number(self.group.members.len());
        for member in &self.group.members {
            signature.place(member.step_line).place(member.act).number(member.repetition as usize);
            signature.number(member.segment.0);
            match member.origin {
                Origin::Ladder(ladder) => signature.number(0).number(ladder.0),
                Origin::CarveOut(at) => signature.number(1).number(at),
            };
            let currency = member.episode().map(|_| customer.invoices[member.invoice].balance.currency);
            signature.text(currency.as_ref().map(Currency::code));
        }
        let destination = self.lead().destination.as_ref();
        signature.text(destination.map(|to| to.role)).text(destination.and_then(|to| to.language));
        let template = self.lead().template;
        signature.text(template.map(|template| template.language));
        signature.number(template.map_or(0, |template| 1 + usize::from(template.exact)));
        for holder in [self.actor, self.sender, self.reply_to] {
            signature.holder(holder);
        }
        signature.number(self.cc.len());
        self.cc.iter().for_each(|copy| signature.holder(Some(*copy)));
        signature.number(self.approvers.len());
        for asking in &self.approvers {
            signature.holder(Some(asking.who));
            signature.number(asking.rule.0 as usize);
        }
        signature.number(self.approved_by.len());
        self.approved_by.iter().for_each(|by| {
            signature.text(Some(by));
        });
        signature.number(self.mode as usize);
        signature.number(usize::from(self.hours.is_some()));
        for hour in self.hours.into_iter().flat_map(|(from, to)| [from, to]) {
            signature.number(hour.num_seconds_from_midnight() as usize);
        }
        signature.text(self.text.as_ref().map(|text| text.format));
        signature.0
    }
}

/// A list of parts that cannot run into each other.
#[derive(Default)]
struct Signature(Vec<u8>);

impl Signature {
    fn number(&mut self, number: usize) -> &mut Signature {
        self.0.extend((number as u64).to_le_bytes());
        self
    }

    fn text(&mut self, text: Option<&str>) -> &mut Signature {
        self.number(text.map_or(0, |text| 1 + text.len()));
        self.0.extend(text.unwrap_or_default().as_bytes());
        self
    }

    /// What stands in the program, by its place in memory: the program is not moved while it is evaluated.
    fn place<T>(&mut self, part: &T) -> &mut Signature {
        self.number(std::ptr::from_ref(part).addr())
    }

    fn holder(&mut self, holder: Option<Holder>) {
        self.text(holder.map(|holder| holder.role)).text(holder.map(|holder| holder.address));
    }
}

impl<'a> Day<'a> {
    /// Decides about a group; when its message cannot be written it gets an obstacle.
    pub(super) fn decision(&self, customer: &CustomerState<'a>, group: Group<'a>) -> Decision<'a> {
        let lead = group.lead();
        let invoice = &customer.invoices[lead.invoice];
        let is_message = lead.is_message();
        let deadline = lead.step_line.deadline.map(|days| add_days(self.today, i64::from(days)));
        let mut decision = Decision {
            invoices: group.invoices(),
            actor: group.members.iter().find_map(|member| member.actor),
            approvers: group.approvers(),
            approved_by: Vec::new(),
            mode: Mode::Automatic,
            sender: if is_message { self.sender(customer, invoice) } else { None },
            reply_to: if is_message { self.reply_to(customer, invoice) } else { None },
            cc: Vec::new(),
            attachments: Vec::new(),
            hours: group.hours(),
            deadline,
            text: None,
            next: None,
            group,
        };
        self.enclose(customer, &mut decision);
        self.write_text(customer, &mut decision);
        self.settle_mode(customer, &mut decision);
        decision
    }

    /// Copies and attachments that any member asks for.
    fn enclose(&self, customer: &CustomerState<'a>, decision: &mut Decision<'a>) {
        let Decision { group, cc, attachments, .. } = decision;
        for member in &group.members {
            let Act::Message { cc: copies, attach, .. } = member.act else { continue };
            let invoice = &customer.invoices[member.invoice];
            for person in copies.iter().filter_map(|&role| self.person(role, customer, invoice)) {
                if !cc.contains(&person) {
                    cc.push(person);
                }
            }
            attachments.extend(attach.iter().copied());
        }
        cc.sort();
        attachments.sort();
        attachments.dedup();
    }

    fn write_text(&self, customer: &CustomerState<'a>, decision: &mut Decision<'a>) {
        let lead = decision.lead();
        let Some(template) = lead.template.filter(|_| decision.is_done()) else { return };
        let (rule, is_email) = (lead.rule, lead.kind() == Kind::Email);
        match self.write(template.id, customer, &decision.invoices, decision.deadline) {
            Ok(mut written) => {
                written.subject = written.subject.filter(|subject| !subject.is_empty());
                if is_email && written.subject.is_none() {
                    decision.group.obstacles.push(Obstacle::of(rule, Why::EmptySubject));
                }
                decision.text = Some(written);
            }
            Err(why) => decision.group.obstacles.push(Obstacle::of(rule, why)),
        }
    }

    /// Who has to do what before it is carried out (R15, R17).
    fn settle_mode(&self, customer: &CustomerState<'a>, decision: &mut Decision<'a>) {
        let by_person = decision.group.members.iter().any(|member| member.by_hand);
        decision.approved_by = self.approved_by(customer, decision);
        let approved = |asking: &Asking| {
            let names = decision.approved_by.iter();
            names.into_iter().any(|by| {
                by.eq_ignore_ascii_case(asking.who.role) || by.eq_ignore_ascii_case(asking.who.address)
            })
        };
        decision.mode = match (decision.approvers.iter().all(approved), by_person) {
            (false, _) => Mode::Approval,
            (true, true) => Mode::Manual,
            (true, false) => Mode::Automatic,
        };
    }

    /// Those who approved exactly this: the key and the content of the action (R17).
    fn approved_by(&self, customer: &CustomerState<'a>, decision: &Decision<'a>) -> Vec<&'a str> {
        if decision.approvers.is_empty() {
            return Vec::new();
        }
        let rows = self.snapshot.ledger_of_customer(customer.row);
        let approved = rows.filter(|row| row.outcome == Outcome::Approved && row.date <= self.today);
        let mut approved = approved.filter_map(|row| row.details.as_ref()).peekable();
        if approved.peek().is_none() {
            return Vec::new();
        }
        let key = Key::of_steps(&self.step_keys(customer, decision)).to_string();
        let content = self.content(customer, decision).map_or(String::new(), |content| content.to_string());
        let is = |text: Option<Text>, expected: &str| {
            text.is_some_and(|text| self.snapshot.text(text) == expected)
        };
        let mut by: Vec<&str> = approved
            .filter(|details| is(details.key, &key) && is(details.content, &content))
            .filter_map(|details| details.approved_by.or(details.actor))
            .map(|by| self.snapshot.text(by))
            .collect();
        by.sort_unstable();
        by.dedup();
        by
    }
}

//! One action, one withheld step, one waiting invoice.

use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::amount::{Amount, decimal};
use super::day::{day, known_day};
use crate::model::{Attachment, Channel, Stage};
use crate::money::{Currency, Money};

/// How an action is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// By the program that executes the plan.
    Automatic,
    /// Only once all approvers have approved exactly this content.
    Approval,
    /// By a person.
    Manual,
}

impl Mode {
    /// All modes.
    pub const ALL: [Mode; 3] = [Mode::Automatic, Mode::Approval, Mode::Manual];

    /// The word used in plans.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Mode::Automatic => "automatic",
            Mode::Approval => "approval",
            Mode::Manual => "manual",
        }
    }
}

/// What an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A letter.
    Letter,
    /// A call that a person makes.
    Call,
    /// Someone is told.
    Notify,
    /// Something that a person closes.
    Task,
    /// The invoice gets another owner.
    HandOff,
    /// The invoice gets another owner and the stage escalated.
    Escalate,
    /// A mark is set.
    Flag,
    /// A mark is taken away.
    Clear,
    /// An amount is booked.
    Charge,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 11] = [
        Kind::Email,
        Kind::Sms,
        Kind::Letter,
        Kind::Call,
        Kind::Notify,
        Kind::Task,
        Kind::HandOff,
        Kind::Escalate,
        Kind::Flag,
        Kind::Clear,
        Kind::Charge,
    ];

    /// The word used in plans.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Email => "email",
            Kind::Sms => "sms",
            Kind::Letter => "letter",
            Kind::Call => "call",
            Kind::Notify => "notify",
            Kind::Task => "task",
            Kind::HandOff => "hand_off",
            Kind::Escalate => "escalate",
            Kind::Flag => "flag",
            Kind::Clear => "clear",
            Kind::Charge => "charge",
        }
    }

    /// The channel of a message.
    #[must_use]
    pub fn message(self) -> Option<Channel> {
        match self {
            Kind::Email => Some(Channel::Email),
            Kind::Sms => Some(Channel::Sms),
            Kind::Letter => Some(Channel::Letter),
            _ => None,
        }
    }

    /// Whether it reaches the customer: a message or a call.
    #[must_use]
    pub fn is_contact(self) -> bool {
        self == Kind::Call || self.message().is_some()
    }
}

/// Someone in a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Person {
    /// The role's name.
    pub role: Arc<str>,
    /// The address.
    pub address: Arc<str>,
}

/// Someone who must approve, and the rule that asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Approver {
    /// The role's name.
    pub role: Arc<str>,
    /// The address.
    pub address: Arc<str>,
    /// The rule that asks.
    pub rule: Arc<str>,
    /// Its file.
    pub file: Arc<str>,
    /// Its line.
    pub line: u32,
}

impl From<&Approver> for Person {
    fn from(approver: &Approver) -> Person {
        Person { role: Arc::clone(&approver.role), address: Arc::clone(&approver.address) }
    }
}

/// To whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Recipient {
    /// `billing`, or the role named with `to`.
    pub role: Arc<str>,
    /// E-mail address, telephone number or postal address.
    pub address: Arc<str>,
}

/// An invoice of an action, as it stood on the day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Invoice {
    /// Its number.
    pub id: String,
    /// The open balance, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub balance: Money,
    /// Its currency.
    pub currency: Currency,
    /// Due date.
    #[serde(serialize_with = "day")]
    #[schemars(with = "NaiveDate")]
    pub due_date: NaiveDate,
    /// Days since the due date, negative before it.
    pub days_overdue: i64,
}

/// One step that an action carries out; a combined message has several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Member {
    /// The invoice; for a step of a ladder per customer the one it is anchored on, and none for a mark that is
    /// cleared on the customer as a whole.
    pub invoice: Option<String>,
    /// The currency, for a step of a ladder per customer: to be written into the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The first day of the episode that a step of a ladder per customer belongs to: it is about all of the
    /// action's invoices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<NaiveDate>,
    /// The step key to write into the ledger.
    pub step: String,
    /// The rung to write into the ledger, such as `D+10`.
    pub rung: Option<String>,
    /// The segment of the invoice.
    pub segment: Option<Arc<str>>,
    /// The rule that asks for it: the policy's line, as in `because`.
    pub rule: Arc<str>,
    /// A hash of customer, invoice (or currency and episode), step key and occurrence: never carry out an action when one of its keys is.
    pub key: String,
}

/// Why: the rule that decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Because {
    /// The rule's stable name.
    pub rule: Arc<str>,
    /// The policy file; none for what dun does by itself.
    pub file: Option<Arc<str>>,
    /// The line.
    pub line: Option<u32>,
    /// In a person's words.
    pub sentence: String,
}

/// The hours in which a message may go out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Window {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
}

/// What is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// A fixed amount.
    Fee,
    /// Interest, less what was charged before.
    Interest,
}

/// An amount to book.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Charge {
    /// A fee or interest.
    pub kind: ChargeKind,
    /// How much, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
    /// For interest, the first day that bears it.
    pub from: Option<NaiveDate>,
    /// For interest, the last day that bears it.
    pub to: Option<NaiveDate>,
    /// For interest, the yearly rates of these days, in percent.
    pub rate: Option<String>,
    /// For interest, what was charged before and is taken off, in the currency's decimals.
    pub before: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Action {
    /// The day of the plan.
    #[serde(serialize_with = "day")]
    #[schemars(with = "NaiveDate")]
    pub date: NaiveDate,
    /// The only day on which it may be carried out.
    #[serde(serialize_with = "day")]
    #[schemars(with = "NaiveDate")]
    pub valid_on: NaiveDate,
    /// The hours in which it may go out; none means any.
    pub window: Option<Window>,
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// The invoices it is about, the leading one first.
    pub invoices: Vec<Invoice>,
    /// What it is.
    pub kind: Kind,
    /// The leading step's key.
    pub step: String,
    /// The leading step's rung.
    pub rung: Option<String>,
    /// The leading invoice's segment.
    pub segment: Option<Arc<str>>,
    /// The cadence, or the segment whose own steps these are.
    pub cadence: Option<Arc<str>>,
    /// The carve-out.
    pub carve_out: Option<Arc<str>>,
    /// How it is carried out.
    pub mode: Mode,
    /// The person who acts, or who is told.
    pub actor: Option<Person>,
    /// Who must approve; all of them.
    pub approvers: Vec<Approver>,
    /// Who has approved exactly this.
    pub approved_by: Vec<String>,
    /// In whose name it goes out.
    pub sender: Option<Person>,
    /// Where answers go.
    pub reply_to: Option<Person>,
    /// To whom it goes.
    pub recipient: Option<Recipient>,
    /// Copies.
    pub cc: Vec<Person>,
    /// What goes with it.
    pub attachments: Vec<Attachment>,
    /// The template's name.
    pub template: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
    /// The language that the recipient's record asks for.
    pub recipient_language: Option<String>,
    /// Whether that language has no template.
    pub language_fallback: bool,
    /// The subject line.
    pub subject: Option<String>,
    /// The text of the message, call sheet or note; for a task what is to be done.
    pub body: Option<String>,
    /// `text`, `markdown` or `html`.
    pub body_format: Option<&'static str>,
    /// Whether a letter goes by registered post.
    pub registered: bool,
    /// Whether it is a formal notice, which stands alone.
    pub formal: bool,
    /// The last day that it gives the customer.
    pub deadline: Option<NaiveDate>,
    /// The flag that is set or cleared.
    pub flag: Option<String>,
    /// What is to be booked.
    pub charge: Option<Charge>,
    /// The steps it carries out, the leading one first.
    pub members: Vec<Member>,
    /// The members' keys, sorted.
    pub keys: Vec<String>,
    /// A hash of the keys: it names the action.
    pub key: String,
    /// SHA-256 of kind, actor, sender, recipients, subject, body, invoices with balances, flag,
    /// registered post and attachments; an
    /// approval quotes it with the key. Withheld steps have none: nothing was written.
    pub content: Option<String>,
    /// Why.
    pub because: Because,
}

impl Action {
    /// Whether a person does it, once it is approved where that is needed: a call, a task, a hand-off, or a draft.
    #[must_use]
    pub fn is_by_person(&self) -> bool {
        let is_task = matches!(self.kind, Kind::Call | Kind::Task | Kind::HandOff);
        let is_draft = self.kind.message().is_some() && self.actor.is_some();
        self.mode == Mode::Manual || is_task || is_draft
    }

    /// Whether it is about an invoice.
    #[must_use]
    pub fn is_about(&self, invoice: &str) -> bool {
        self.invoices.iter().any(|own| own.id == invoice)
    }

    /// The steps that it carries out for an invoice: the invoice's own, and those of ladders per customer.
    pub fn steps_for<'s>(&'s self, invoice: &'s str) -> impl Iterator<Item = &'s Member> {
        let is_about = self.is_about(invoice);
        self.members.iter().filter(move |member| {
            member.invoice.as_deref() == Some(invoice) || (member.episode.is_some() && is_about)
        })
    }
}

/// What keeps a step from being done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Blocker {
    /// A stable code.
    pub code: &'static str,
    /// In a person's words.
    pub sentence: String,
    /// The rule, where the policy decided.
    pub rule: Option<Arc<str>>,
    /// Its file.
    pub file: Option<Arc<str>>,
    /// Its line.
    pub line: Option<u32>,
    /// The last day on which it is known to hold.
    #[serde(serialize_with = "known_day")]
    #[schemars(with = "Option<NaiveDate>")]
    pub until: Option<NaiveDate>,
}

impl Blocker {
    /// The codes, as `docs/plan.md` tells them.
    pub const CODES: [&str; 29] = [
        "stale_data",
        "replay",
        "problem",
        "unknown_outcome",
        "pilot",
        "do_not_contact",
        "insolvent",
        "handed_over",
        "never",
        "unknown_value",
        "hold_until",
        "held",
        "disputed",
        "promised",
        "failed_today",
        "no_template",
        "no_address",
        "nobody",
        "allocate_first",
        "limit",
        "not_done",
        "no_hours",
        "one_a_day",
        "missing_value",
        "template_fails",
        "other_currency",
        "no_rate",
        "unknown_amount",
        "nothing_to_charge",
    ];
}

/// A step that is due and not done.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Withheld {
    /// What it would be.
    #[serde(flatten)]
    pub action: Action,
    /// Everything that keeps it from being done, the gravest first.
    pub blockers: Vec<Blocker>,
    /// The first day on which it could be done, as far as is known.
    #[serde(serialize_with = "known_day")]
    #[schemars(with = "Option<NaiveDate>")]
    pub next: Option<NaiveDate>,
}

/// An open invoice with nothing due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// The customer's id.
    pub customer: String,
    /// The invoice's number.
    pub invoice: String,
    /// The open balance, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    #[schemars(with = "Amount")]
    pub balance: Money,
    /// Its currency.
    pub currency: Currency,
    /// Due date.
    #[serde(serialize_with = "day")]
    #[schemars(with = "NaiveDate")]
    pub due_date: NaiveDate,
    /// Days since the due date, negative before it.
    pub days_overdue: i64,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    #[serde(serialize_with = "known_day")]
    #[schemars(with = "Option<NaiveDate>")]
    pub since: Option<NaiveDate>,
    /// Who looks after it: an address, or the role it was handed to.
    pub owner: Option<String>,
    /// The day of its next step, as far as is known.
    #[serde(serialize_with = "known_day")]
    #[schemars(with = "Option<NaiveDate>")]
    pub next: Option<NaiveDate>,
}

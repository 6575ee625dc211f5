//! Steps, their schedule and actions, and restrictions.

use chrono::{NaiveDate, NaiveTime};

use super::channel::Channel;
use super::charge::Charge;
use super::condition::Condition;
use super::policy::RoleId;
use super::rule::RuleId;

/// What can be attached to a message.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Attachment {
    /// The documents of the message's invoices.
    Invoice,
    /// A statement of account.
    Statement,
}

/// What a step counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Anchor {
    /// The due date.
    Due,
    /// The issue date.
    Issue,
    /// The opening of the dispute.
    Dispute,
    /// The promised date.
    Promise,
    /// The last payment.
    Payment,
    /// The last rung carried out.
    Previous,
    /// The end of the month of another moment.
    EndOfMonth {
        /// Counted from the issue date, not from the due date.
        from_issue: bool,
        /// Counted before the month's end is taken.
        offset: Offset,
    },
}

impl Anchor {
    /// Whether a date of the invoice itself decides: the due or the issue date.
    #[must_use]
    pub fn is_of_invoice(self) -> bool {
        matches!(self, Anchor::Due | Anchor::Issue | Anchor::EndOfMonth { .. })
    }
}

/// The unit of an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Calendar days.
    Days,
    /// Open days of the customer's calendar.
    BusinessDays,
    /// Months, held at the end of a shorter one.
    Months,
}

/// A distance in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset {
    /// How many; negative is earlier.
    pub count: i64,
    /// Of what.
    pub unit: Unit,
}

/// A day counted from an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// What it counts from.
    pub anchor: Anchor,
    /// How far.
    pub offset: Offset,
}

/// The greatest offset, in days: ten years, as in policies.
const FARTHEST: u64 = 3660;

impl Offset {
    /// No distance at all.
    pub const ZERO: Offset = Offset { count: 0, unit: Unit::Days };

    fn read(text: &str) -> Option<Offset> {
        let (count, unit) = match text.split_once(' ') {
            None => (text, Unit::Days),
            Some((count, "business day" | "business days")) => (count, Unit::BusinessDays),
            Some((count, "month" | "months")) => (count, Unit::Months),
            Some((count, "day" | "days")) => (count, Unit::Days),
            Some(_) => return None,
        };
        let count: i64 = if count.is_empty() { 0 } else { count.parse().ok()? };
        (count.unsigned_abs() <= FARTHEST).then_some(Offset { count, unit })
    }

    fn name(self) -> String {
        let plural = if self.count.abs() == 1 { "" } else { "s" };
        match (self.count, self.unit) {
            (0, _) => String::from("+0"),
            (count, Unit::Days) => format!("{count:+}"),
            (count, Unit::BusinessDays) => format!("{count:+} business day{plural}"),
            (count, Unit::Months) => format!("{count:+} month{plural}"),
        }
    }
}

impl Moment {
    /// Reads a moment as [`Moment::name`] writes it.
    #[must_use]
    pub fn read(text: &str) -> Option<Moment> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("end of month(") {
            let (inner, rest) = rest.split_once(')')?;
            let inner = Moment::read(inner)?;
            let from_issue = match inner.anchor {
                Anchor::Due => false,
                Anchor::Issue => true,
                _ => return None,
            };
            let anchor = Anchor::EndOfMonth { from_issue, offset: inner.offset };
            return Some(Moment { anchor, offset: Offset::read(rest)? });
        }
        let anchors = [
            ("D", Anchor::Due),
            ("issue", Anchor::Issue),
            ("dispute", Anchor::Dispute),
            ("promise", Anchor::Promise),
            ("payment", Anchor::Payment),
            ("previous", Anchor::Previous),
        ];
        let (rest, anchor) =
            anchors.into_iter().find_map(|(name, anchor)| Some((text.strip_prefix(name)?, anchor)))?;
        Some(Moment { anchor, offset: Offset::read(rest)? })
    }

    /// The moment as the ledger and the plan name it: `D+10`, `promise+3 business days`.
    #[must_use]
    pub fn name(self) -> String {
        let anchor = match self.anchor {
            Anchor::Due => "D",
            Anchor::Issue => "issue",
            Anchor::Dispute => "dispute",
            Anchor::Promise => "promise",
            Anchor::Payment => "payment",
            Anchor::Previous => "previous",
            Anchor::EndOfMonth { from_issue, offset } => {
                let anchor = if from_issue { Anchor::Issue } else { Anchor::Due };
                let after = if self.offset.count == 0 { String::new() } else { self.offset.name() };
                return format!("end of month({}){after}", Moment { anchor, offset }.name());
            }
        };
        format!("{anchor}{}", self.offset.name())
    }
}

/// How a step comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repeat {
    /// After how many days.
    pub period: Offset,
    /// How often in all; none means without end.
    pub times: Option<u32>,
}

/// The steps of a ladder at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// When, for the first time.
    pub moment: Moment,
    /// How it comes back.
    pub repeat: Option<Repeat>,
    /// What is done, in file order.
    pub steps: Vec<Step>,
}

/// One step: something to do, remembered in the ledger under its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the ledger remembers; a repeated step adds ` #n`, a carve-out's begins with its name and `/`.
    pub key: String,
    /// Keys that it had before, under which the ledger may remember it.
    pub formerly: Vec<String>,
    /// The line.
    pub rule: RuleId,
    /// When it acts, for a carve-out's step as well.
    pub moment: Moment,
    /// What must hold for it to act.
    pub when: Option<Condition>,
    /// Who must approve it, by its own line.
    pub approvals: Vec<Approval>,
    /// Whether it lapses the day after its planned date (`if missed: skip`).
    pub skip_if_missed: bool,
    /// Whether its ladder waits until a person has done it: only `done` carries it out (R9).
    pub waits: bool,
    /// Whether its message is combined with nothing but itself (R18).
    pub formal: bool,
    /// The days that its message gives the customer; until they are over the ladder makes no contact.
    pub deadline: Option<u32>,
    /// What is done; the later ones when the earlier ones have no address.
    pub acts: Vec<Act>,
}

/// An approval asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Approval {
    /// The line that asks.
    pub rule: RuleId,
    /// Who must approve; none means the owner of the invoice.
    pub by: Option<RoleId>,
    /// From which day on.
    pub from: Option<Moment>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// An e-mail, a text or a letter.
    Message {
        /// Which of them.
        channel: Channel,
        /// The template's name.
        template: String,
        /// Whether a letter goes by registered post.
        registered: bool,
        /// To whom; none means the customer's billing contact.
        to: Option<RoleId>,
        /// Copies to.
        cc: Vec<RoleId>,
        /// What goes with it.
        attach: Vec<Attachment>,
    },
    /// A telephone call, made by a person.
    Call {
        /// Who calls.
        by: RoleId,
        /// The call sheet's template.
        sheet: Option<String>,
    },
    /// Tells someone.
    Notify {
        /// Whom.
        role: RoleId,
        /// The note's template.
        note: Option<String>,
    },
    /// Something a person must close.
    Task {
        /// What.
        text: String,
        /// Who.
        role: RoleId,
    },
    /// Makes a role the owner of the invoice.
    HandOff {
        /// Which role.
        role: RoleId,
    },
    /// Hands off, and later messages need the role's approval.
    Escalate {
        /// Which role.
        role: RoleId,
    },
    /// A mark that other systems read.
    Flag {
        /// Its name.
        name: String,
    },
    /// An amount to book (R22).
    Charge(Charge),
}

impl Act {
    /// The channel of a contact: a message or a call.
    #[must_use]
    pub fn contact(&self) -> Option<Channel> {
        match self {
            Act::Message { channel, .. } => Some(*channel),
            Act::Call { .. } => Some(Channel::Call),
            _ => None,
        }
    }

    /// How a message goes: the channel, and whether by registered post.
    #[must_use]
    pub fn way(&self) -> (Option<Channel>, bool) {
        (self.contact(), matches!(self, Act::Message { registered: true, .. }))
    }

    /// Whether it books an amount.
    #[must_use]
    pub fn is_charge(&self) -> bool {
        matches!(self, Act::Charge(_))
    }

    /// Whether it reaches the customer: a contact, or an amount on their account.
    #[must_use]
    pub fn concerns_customer(&self) -> bool {
        self.contact().is_some() || self.is_charge()
    }

    /// Whether it is a message.
    #[must_use]
    pub fn is_message(&self) -> bool {
        matches!(self, Act::Message { .. })
    }

    /// The template it is written from.
    #[must_use]
    pub fn template(&self) -> Option<&str> {
        match self {
            Act::Message { template, .. } => Some(template),
            Act::Call { sheet: template, .. } | Act::Notify { note: template, .. } => template.as_deref(),
            _ => None,
        }
    }
}

/// A restriction and the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// The line.
    pub rule: RuleId,
    /// What it restricts.
    pub kind: RestrictionKind,
}

/// What a restriction does (R15, R16, R19).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestrictionKind {
    /// No message goes out without a person's word: the owner approves when nobody else does.
    NeverAutoSend,
    /// Something is forbidden.
    Never(Forbidden),
    /// Messages are drafts that a person sends: the role, or the owner of the invoice.
    OnlyByHand(Option<RoleId>),
    /// Messages, flags and charges need approval.
    NeedsApproval(Approval),
    /// Nothing goes on.
    Hold {
        /// The last day, where one is written.
        until: Option<NaiveDate>,
        /// How many days after its end things go on.
        resume: u32,
    },
    /// The hours in which messages go out.
    Window(NaiveTime, NaiveTime),
    /// Days with a message to a customer.
    WriteAtMost {
        /// How many of them,
        times: u32,
        /// in this many days.
        days: u32,
    },
    /// Automatic messages a day.
    SendAtMost(u32),
    /// The greatest age of the data, in days.
    DataNoOlder(u32),
}

/// What a `never` forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// Contacts on one channel.
    Channel(Channel),
    /// Messages and calls.
    Contact,
    /// Escalation.
    Escalate,
    /// Fees and interest.
    Charge,
}

impl Forbidden {
    /// Whether it forbids an action.
    #[must_use]
    pub fn covers(self, act: &Act) -> bool {
        match self {
            Forbidden::Channel(channel) => act.contact() == Some(channel),
            Forbidden::Contact => act.contact().is_some(),
            Forbidden::Escalate => matches!(act, Act::Escalate { .. }),
            Forbidden::Charge => act.is_charge(),
        }
    }
}

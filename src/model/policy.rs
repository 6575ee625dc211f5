//! The policy as a whole.

use std::sync::Arc;

use chrono::NaiveDate;

use super::condition::Condition;
use super::field::{Field, OwnField};
use super::rates::Rates;
use super::rule::{Rule, RuleId};
use super::step::{Restriction, Rung, Step};
use super::terms::Terms;
use crate::calendar::Calendar;
use crate::money::{Currency, Money};

/// The number of a role in [`Policy::roles`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleId(pub usize);

/// The number of a ladder in [`Policy::ladders`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LadderId(pub usize);

/// The number of a segment in [`Policy::segments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub usize);

/// A checked policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its path, as it was given.
    pub file: String,
    /// SHA-256 of its text, in hexadecimal.
    pub digest: String,
    /// SHA-256 of its calendars, in hexadecimal.
    pub calendar_digest: String,
    /// The settings of the policy block.
    pub settings: Settings,
    /// Roles, in file order.
    pub roles: Vec<Role>,
    /// The policy's own fields.
    pub fields: Vec<OwnField>,
    /// Calendars, in file order.
    pub calendars: Vec<PolicyCalendar>,
    /// The ladders of cadences and of segments' own steps.
    pub ladders: Vec<Ladder>,
    /// Segments, in file order: the first that matches counts.
    pub segments: Vec<Segment>,
    /// Carve-outs, in file order.
    pub carve_outs: Vec<CarveOut>,
    /// The restrictions of `everywhere`.
    pub everywhere: Vec<Restriction>,
    /// Every rule a decision can name.
    pub rules: Vec<Rule>,
}

impl Policy {
    /// The rule of a number.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// The role of a number.
    #[must_use]
    pub fn role(&self, id: RoleId) -> &Role {
        &self.roles[id.0]
    }

    /// The role of a name.
    #[must_use]
    pub fn role_named(&self, name: &str) -> Option<RoleId> {
        self.roles.iter().position(|role| role.name == name).map(RoleId)
    }
}

/// What the policy block says.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// The language of templates that name none.
    pub language: String,
    /// Where `today` is.
    pub timezone: chrono_tz::Tz,
    /// The folder of the templates, relative to the policy.
    pub templates: Option<String>,
    /// From issue to due date, for invoices that have no due date.
    pub terms: Option<Terms>,
    /// How amounts of different currencies compare.
    pub rates: Rates,
    /// Below these balances an invoice is not open.
    pub tolerances: Vec<Money>,
    /// In whose name messages go out.
    pub sender: Option<RoleId>,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<RoleId>,
    /// Who gets what has no one else.
    pub fallback: Option<RoleId>,
    /// How missed rungs are caught up.
    pub catch_up: CatchUp,
    /// How contacts move off closed days.
    pub weekends: Weekends,
    /// Whom the policy is tried on; everybody without it.
    pub pilot: Option<Pilot>,
    /// Whether messages are neither combined nor held to one a day (R18).
    pub one_message_per_invoice: bool,
}

/// Whom a policy is tried on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pilot {
    /// Its line.
    pub rule: RuleId,
    /// Who is in it.
    pub customers: PilotCustomers,
}

/// Who is in a pilot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PilotCustomers {
    /// So many of the data's, the same ones every time.
    Count(u64),
    /// Those with these ids.
    Listed(Vec<String>),
}

/// How missed rungs are caught up (R11).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// The next rung, spaced by the gap when the one before it was late.
    #[default]
    OneAtATime,
    /// The next rung, without spacing.
    OnePerRun,
    /// The highest rung whose day has come.
    Latest,
    /// On its day or never.
    SameDayOnly,
    /// All of them, this many days apart when the one before was late.
    All {
        /// Days between two rungs.
        days_apart: i64,
    },
}

/// How contacts move off closed days (R8).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weekends {
    /// Forward; back before the due date.
    #[default]
    NextBusinessDay,
    /// Back, unless that reaches the due date.
    PreviousBusinessDay,
    /// Not at all.
    SameDay,
}

impl Weekends {
    /// The day to which a contact of an invoice due on `due` moves.
    #[must_use]
    pub fn roll(self, nominal: NaiveDate, due: NaiveDate, calendar: &Calendar) -> NaiveDate {
        let before = calendar.open_on_or_before(nominal);
        match self {
            Weekends::SameDay => nominal,
            _ if nominal < due => before,
            Weekends::PreviousBusinessDay if before > due => before,
            Weekends::PreviousBusinessDay | Weekends::NextBusinessDay => calendar.open_on_or_after(nominal),
        }
    }
}

/// A role and who has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Who has it.
    pub holder: RoleHolder,
}

/// Who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleHolder {
    /// Always this address.
    Address(String),
    /// The address in this field.
    Field(Field),
    /// The customer's contact recorded with the role's name.
    Contact,
}

/// A calendar and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyCalendar {
    /// Its name.
    pub name: String,
    /// Whose it is; without one, everybody else's.
    pub when: Option<Condition>,
    /// The closed days.
    pub calendar: Calendar,
}

/// A cadence, or the steps that stand in a segment itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// The cadence's or the segment's name.
    pub name: Arc<str>,
    /// Whether it is a cadence.
    pub is_cadence: bool,
    /// Whether a customer climbs it, once for each currency, rather than each invoice (R14).
    pub per_customer: bool,
    /// Its block.
    pub rule: RuleId,
    /// How its missed rungs are caught up.
    pub catch_up: CatchUp,
    /// How its contacts move off closed days.
    pub weekends: Weekends,
    /// Its rungs, in file order of their first step.
    pub rungs: Vec<Rung>,
    /// The cadence's restrictions (a segment's stand with the segment).
    pub restrictions: Vec<Restriction>,
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its name.
    pub name: Arc<str>,
    /// Its block.
    pub rule: RuleId,
    /// Which invoices it catches.
    pub catches: Catches,
    /// The ladders its invoices climb.
    pub ladders: Vec<LadderId>,
    /// Its restrictions.
    pub restrictions: Vec<Restriction>,
}

/// Which invoices a segment catches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Catches {
    /// Those for which the condition holds.
    When(Condition),
    /// The rest.
    Everything,
}

/// A carve-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarveOut {
    /// Its name.
    pub name: Arc<str>,
    /// Its block.
    pub rule: RuleId,
    /// When it holds.
    pub when: Condition,
    /// Its restrictions.
    pub restrictions: Vec<Restriction>,
    /// Its steps, each on its own.
    pub steps: Vec<Step>,
}

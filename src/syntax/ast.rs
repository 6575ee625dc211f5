//! The tree of a policy as written: every construct of the language with its place, nothing resolved yet.

mod places;

use chrono::{NaiveDate, NaiveTime, Weekday};

pub use crate::model::{Anchor, CatchUp, Offset, Unit, Weekends};
use crate::model::{Attachment, Channel};
use crate::money::Money;
use crate::span::Span;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// Something with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The thing.
    pub node: T,
    /// Its place.
    pub span: Span,
}

/// One policy file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ast {
    /// Its blocks in file order.
    pub blocks: Vec<Block>,
}

/// A block, from its header to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// `policy "…"` and its settings.
    Policy(PolicyBlock),
    /// `role NAME = …`.
    Role(Role),
    /// `field invoice.NAME: TYPE`.
    Field(FieldDeclaration),
    /// `calendar NAME [when …]:`.
    Calendar(CalendarBlock),
    /// `segment`, `cadence`, `carve-out` or `everywhere`.
    Rules(RulesBlock),
    /// `scenario "…":`.
    Scenario(Scenario),
}

/// `policy "…"` and its settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyBlock {
    /// The header's place.
    pub span: Span,
    /// The policy's name.
    pub name: String,
    /// Its settings in file order.
    pub settings: Vec<Spanned<Setting>>,
}

/// A line of the policy block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// `language N`.
    Language(i64),
    /// `currency CODE`.
    Currency(crate::money::Currency),
    /// `messages in TAG`.
    MessagesIn(String),
    /// `timezone ZONE`.
    Timezone(String),
    /// `templates "FOLDER"`.
    Templates(String),
    /// `terms N days [end of month]`.
    Terms {
        /// Days from issue to due date.
        days: i64,
        /// Due at the end of the month in which they end.
        end_of_month: bool,
    },
    /// `ignore balances under MONEY, …`.
    Ignore(Vec<Spanned<Money>>),
    /// `sender ROLE`.
    Sender(Name),
    /// `reply to ROLE`.
    ReplyTo(Name),
    /// `fallback ROLE`.
    Fallback(Name),
    /// `catch up: FAMILY`.
    CatchUp(CatchUp),
    /// `weekends: WAY`.
    Weekends(Weekends),
    /// `one message per invoice`.
    OneMessagePerInvoice,
    /// `pilot: N customers` or `pilot: customers "…", …`.
    Pilot(Pilot),
    /// `rate 1 USD = 0.92 EUR`.
    Rate(Rate),
    /// `allow(CODE, "reason")`, for the whole file.
    Allow(Allow),
}

/// `allow(CODE, "reason")`: a lint that is not wanted here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The lint's code, as written.
    pub code: Name,
    /// Why; an empty one has been refused.
    pub reason: String,
}

/// A trial on some customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pilot {
    /// This many, always the same ones.
    Count(i64),
    /// These ids.
    Customers(Vec<String>),
}

/// An exchange rate: `left` of one currency are `right` of another, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Amount and currency on the left.
    pub left: (String, crate::money::Currency),
    /// Amount and currency on the right.
    pub right: (String, crate::money::Currency),
}

/// `role NAME = …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The whole line.
    pub span: Span,
    /// The role's name.
    pub name: Name,
    /// Who has it.
    pub holder: RoleHolder,
}

/// Who has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleHolder {
    /// A fixed address.
    Address(Spanned<String>),
    /// The address in a field of the customer's or the invoice's record.
    Field(Path),
    /// The customer's contact recorded with this role's name.
    Contact,
}

/// `customer.tier`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The whole path.
    pub span: Span,
    /// Before the dot.
    pub subject: String,
    /// After the dot.
    pub field: Name,
}

/// `field invoice.project: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDeclaration {
    /// The whole line.
    pub span: Span,
    /// The field.
    pub path: Path,
    /// Its type.
    pub kind: crate::model::field::FieldType,
}

/// `calendar NAME [when …]:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarBlock {
    /// The header's place.
    pub span: Span,
    /// The calendar's name.
    pub name: Name,
    /// Whose it is; without one, everybody else's.
    pub when: Option<Condition>,
    /// Its lines.
    pub lines: Vec<Spanned<CalendarLine>>,
}

/// A line of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarLine {
    /// `closed saturday, sunday`.
    Closed(Vec<Weekday>),
    /// `holiday every 12-25 "…"`.
    HolidayEvery {
        /// Month and day.
        day: (u32, u32),
        /// What is celebrated.
        name: Option<String>,
    },
    /// `holiday 2026-05-01 "…"`.
    HolidayOn {
        /// The date.
        date: NaiveDate,
        /// What is celebrated.
        name: Option<String>,
    },
    /// `holidays from "FILE"`.
    HolidaysFrom(Spanned<String>),
}

/// A block of steps and restrictions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesBlock {
    /// The header's place.
    pub span: Span,
    /// Which kind, with its name and condition.
    pub header: RulesHeader,
    /// Its lines in file order.
    pub clauses: Vec<Spanned<Clause>>,
}

/// The header of a block of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RulesHeader {
    /// `segment NAME [when … | otherwise]:`.
    Segment {
        /// Its name.
        name: Name,
        /// Which invoices it catches.
        catches: SegmentCatches,
    },
    /// `cadence NAME [per customer]:`.
    Cadence {
        /// Its name.
        name: Name,
        /// One ladder a customer instead of one an invoice.
        per_customer: Option<Span>,
    },
    /// `carve-out NAME when …:`.
    CarveOut {
        /// Its name.
        name: Name,
        /// When it holds.
        when: Condition,
    },
    /// `everywhere:`.
    Everywhere,
}

/// Which invoices a segment catches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentCatches {
    /// Customers whose record names this segment.
    Recorded,
    /// A condition.
    When(Condition),
    /// The rest.
    Otherwise(Span),
}

/// A line of a block of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// `use CADENCE, …`.
    Use(Vec<Name>),
    /// `catch up: …`.
    CatchUp(CatchUp),
    /// `weekends: …`.
    Weekends(Weekends),
    /// `at … ACTIONS` or `every … from …: ACTIONS`.
    Step(Step),
    /// A restriction.
    Restriction(Restriction),
    /// `allow(CODE, "reason")`, for this block.
    Allow(Allow),
}

/// A step line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub schedule: Schedule,
    /// What, joined by `and`.
    pub actions: Vec<Action>,
    /// What holds for the whole line.
    pub modifiers: Vec<Spanned<Modifier>>,
}

/// When a step acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Once.
    At(Moment),
    /// Again and again.
    Every {
        /// The period.
        period: Spanned<Offset>,
        /// The first time.
        from: Moment,
        /// How often at most.
        times: Option<Spanned<i64>>,
    },
}

/// A day counted from an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The whole expression.
    pub span: Span,
    /// What it counts from.
    pub anchor: Anchor,
    /// How far.
    pub offset: Offset,
}

/// An action with what to do instead when there is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The first, whose key the step keeps, then what follows each `else`.
    pub alternatives: Vec<Act>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its place.
    pub span: Span,
    /// What it does.
    pub kind: ActKind,
    /// `to ROLE`.
    pub to: Option<Name>,
    /// `cc ROLE`.
    pub cc: Vec<Name>,
    /// `attach invoice`, `attach statement`.
    pub attach: Vec<Spanned<Attachment>>,
    /// `with TEMPLATE`.
    pub with: Option<Name>,
    /// `as NAME`.
    pub key_name: Option<Name>,
    /// `formerly NAME`.
    pub formerly: Vec<Spanned<String>>,
    /// `and wait`.
    pub wait: Option<Span>,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActKind {
    /// `email T`, `sms T`, `letter T [registered]`.
    Message {
        /// The way it goes.
        channel: Channel,
        /// The template.
        template: Name,
        /// By registered letter.
        registered: Option<Span>,
    },
    /// `call by ROLE`.
    Call(Name),
    /// `notify ROLE`.
    Notify(Name),
    /// `task "…" for ROLE`.
    Task(Spanned<String>, Name),
    /// `hand off to ROLE`.
    HandOff(Name),
    /// `escalate to ROLE`.
    Escalate(Name),
    /// `flag NAME`.
    Flag(Name),
    /// `charge fee MONEY`.
    ChargeFee(Spanned<Money>),
    /// `charge interest at … [plus N points]`.
    ChargeInterest {
        /// A yearly rate in per cent as written, or a file of rates by date.
        rate: InterestRate,
        /// Percentage points on top, as written.
        points: Option<String>,
    },
}

/// Where an interest rate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterestRate {
    /// Per cent a year, as written.
    Percent(String),
    /// A file of rates by date.
    File(String),
}

/// What holds for a whole step line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// `needs approval [by ROLE]`.
    NeedsApproval(NeedsApproval),
    /// `if …`.
    If(Condition),
    /// `unless …`.
    Unless(Condition),
    /// `if missed: skip`.
    SkipIfMissed,
    /// `formal`.
    Formal,
    /// `deadline N days`.
    Deadline(i64),
}

/// `needs approval [by ROLE] [from D+15]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsApproval {
    /// Who approves; without one, the owner.
    pub by: Option<Name>,
    /// From which day on.
    pub from: Option<Moment>,
}

/// A restriction (R15): it only ever tightens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restriction {
    /// `never …`.
    Never(Never),
    /// `only by hand [by ROLE]`.
    OnlyByHand(Option<Name>),
    /// `needs approval …`.
    NeedsApproval(NeedsApproval),
    /// `hold [until DATE] [and resume N days later]`.
    Hold {
        /// The last day.
        until: Option<NaiveDate>,
        /// Days before it goes on.
        resume: Option<Spanned<i64>>,
    },
    /// `write to a customer at most N times every M days`.
    WriteAtMost {
        /// Days with a message.
        times: i64,
        /// In how many days.
        days: i64,
    },
    /// `send at most N messages a day`.
    SendAtMost(i64),
    /// `messages between A and B`.
    Window(NaiveTime, NaiveTime),
    /// `data no older than N days`.
    DataNoOlder(i64),
}

/// What a `never` forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// Sending without a person's word.
    AutoSend,
    /// E-mails.
    Email,
    /// Text messages.
    Sms,
    /// Letters.
    Letter,
    /// Calls.
    Call,
    /// Messages and calls.
    Contact,
    /// Charges.
    Charge,
    /// Escalation.
    Escalate,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A comparison.
    Test(Test),
    /// `not …`.
    Not(Box<Condition>, Span),
    /// All of them.
    And(Vec<Condition>, Span),
    /// At least one of them.
    Or(Vec<Condition>, Span),
}

impl Condition {
    /// Its place.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Condition::Test(test) => test.span,
            Condition::Not(_, span) | Condition::And(_, span) | Condition::Or(_, span) => *span,
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// The whole comparison.
    pub span: Span,
    /// What is compared.
    pub operand: Operand,
    /// With what, and how.
    pub predicate: Predicate,
}

/// The left side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// `today`.
    Today(Span),
    /// `invoice.balance`.
    Path(Path),
}

/// How an operand is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// Nothing: the flag itself.
    Holds,
    /// `is missing`.
    IsMissing,
    /// `is known`.
    IsKnown,
    /// `is`, or `is not`.
    Is {
        /// The value.
        value: Value,
        /// `is not`.
        negated: bool,
    },
    /// `in (…)`, or `not in (…)`.
    In {
        /// The values.
        values: Vec<Value>,
        /// `not in`.
        negated: bool,
    },
    /// `has VALUE`.
    Has(Value),
    /// `between A and B`, both included.
    Between(Value, Value),
    /// `<`, `<=`, `>`, `>=`.
    Compare(Comparison, Value),
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
}

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub literal: Literal,
}

/// A literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `"…"`.
    Text(String),
    /// A number in millionths.
    Number(i64),
    /// `30 days`.
    Days(i64),
    /// `25_000 EUR`.
    Money(Money),
    /// `2026-10-01`.
    Date(NaiveDate),
    /// `12-25`.
    MonthDay(u32, u32),
}

/// `scenario "…":`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The header's place.
    pub span: Span,
    /// What it shows.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Spanned<ScenarioLine>>,
}

/// A line of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScenarioLine {
    /// `customer ["ID"] [in segment NAME] [with FACTS]`.
    Customer {
        /// Its id.
        id: Option<String>,
        /// The segment that must catch it.
        segment: Option<Name>,
        /// Facts by column name.
        facts: Vec<Fact>,
    },
    /// `invoice ["ID"] MONEY [issued DATE] due DATE [with FACTS]`.
    Invoice {
        /// Its id.
        id: Option<String>,
        /// Its amount.
        amount: Money,
        /// When it was issued.
        issued: Option<NaiveDate>,
        /// When it is due.
        due: NaiveDate,
        /// Facts by column name.
        facts: Vec<Fact>,
    },
    /// `payment MONEY on DATE [for invoice "ID"]`.
    Payment {
        /// How much.
        amount: Money,
        /// When.
        on: NaiveDate,
        /// For which invoice.
        invoice: Option<String>,
    },
    /// `dispute on DATE [until DATE] [because …] [for invoice "ID"]`.
    Dispute {
        /// When it was opened.
        on: NaiveDate,
        /// When it was closed.
        until: Option<NaiveDate>,
        /// Why.
        because: Option<String>,
        /// About which invoice.
        invoice: Option<String>,
    },
    /// `promise on DATE [of MONEY] for DATE [for invoice "ID"]`.
    Promise {
        /// When it was made.
        on: NaiveDate,
        /// How much.
        amount: Option<Money>,
        /// The promised day.
        due: NaiveDate,
        /// For which invoice.
        invoice: Option<String>,
    },
    /// `[past] STEP OUTCOME on DATE [for invoice "ID"]`.
    Past {
        /// The step key.
        step: String,
        /// What became of it.
        outcome: String,
        /// When.
        on: NaiveDate,
        /// For which invoice.
        invoice: Option<String>,
    },
    /// `expect on DATE: …`.
    ExpectOn(NaiveDate, Vec<Expected>),
    /// `expect nothing on DATE [because …]`.
    ExpectNothingOn(NaiveDate, Option<Reason>),
    /// `expect nothing after DATE`.
    ExpectNothingAfter(NaiveDate),
    /// `expect never: …`.
    ExpectNever(Vec<Expected>),
}

/// A fact of a scenario: a column and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The column.
    pub name: Name,
    /// One value, or several for tags.
    pub values: Vec<Value>,
}

/// Why nothing is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A code, the block of a rule, or a stage.
    Named(Name),
    /// In quotes: words of the explanation.
    Words(String),
}

impl Reason {
    /// The reason without quotes.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Reason::Named(name) => &name.text,
            Reason::Words(words) => words,
        }
    }
}

/// An action that a scenario names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its place.
    pub span: Span,
    /// `automatic`, `approval` or `manual`.
    pub mode: Option<String>,
    /// A step key, or a class such as `message`.
    pub what: String,
}

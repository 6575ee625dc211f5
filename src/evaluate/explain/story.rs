//! What an explanation says: one value, for people and for programs. `docs/explain.md` defines its keys.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use serde::{Serialize, Serializer};

pub use super::super::facts::BalanceSource;
use crate::model::{Channel, Stage};
use crate::money::{Currency, Money};
use crate::plan::{Action, Blocker, Kind, PolicyReference, Receivables, Waiting, Withheld};
use crate::snapshot::problem::Problem;

/// What an explanation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
pub enum Subject {
    /// One invoice.
    Invoice(String),
    /// A customer, with all invoices.
    Customer(String),
}

/// Why, why not, and when: an invoice or a customer on a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The version of this form.
    pub format_version: u32,
    /// What it is about.
    pub subject: Subject,
    /// The policy.
    pub policy: PolicyReference,
    /// The day.
    pub as_of: NaiveDate,
    /// When the data was taken, as the data says.
    pub taken: Option<String>,
    /// The version of dun.
    pub engine: String,
    /// The plan of the day, whose entries are shown.
    pub plan_id: String,
    /// The ledger knows later days.
    pub replay: bool,
    /// Why every contact is withheld, when the data is too old or the ledger is ahead.
    pub refused: Option<String>,
    /// The customer.
    pub customer: CustomerStory,
    /// The invoice; of a customer all that are open, in order of their ids.
    pub invoices: Vec<InvoiceStory>,
    /// Of a customer: the invoices that are not open.
    pub settled: Vec<Settled>,
    /// The plan's actions about them.
    pub actions: Vec<Action>,
    /// What the plan withholds about them.
    pub withheld: Vec<Withheld>,
    /// Those of the invoices that wait.
    pub waiting: Vec<Waiting>,
    /// What is wrong with the data about them.
    pub problems: Vec<Problem>,
}

/// The line of the policy that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The rule's stable name.
    pub rule: Arc<str>,
    /// The policy file.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
}

/// The facts about a customer that decisions used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerStory {
    /// The customer's number.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Language tag.
    pub language: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// The account manager's address.
    pub owner: Option<String>,
    /// Not to be contacted.
    pub do_not_contact: bool,
    /// Insolvency proceedings have begun.
    pub insolvent: bool,
    /// What is open, by currency.
    pub receivables: Vec<Receivables>,
    /// Where messages and calls go when no role is named.
    pub addresses: Vec<Address>,
    /// Further contacts.
    pub contacts: Vec<Contact>,
    /// The day of the last message.
    pub last_message: Option<NaiveDate>,
    /// The limits on messages to the customer.
    pub limits: Vec<Limit>,
    /// Payments and credit notes that belong to no invoice.
    pub credits: Vec<Payment>,
    /// The ledger's rows about the customer as a whole, oldest first.
    pub ledger: Vec<LedgerEntry>,
}

/// Where a customer is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The way.
    pub channel: Channel,
    /// The address; none when the data has none.
    pub address: Option<String>,
    /// Whether a contact can go there.
    pub usable: bool,
    /// The day of the last bounce that says otherwise.
    pub bounced: Option<NaiveDate>,
}

/// A further person at the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// In which role.
    pub role: String,
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Language tag.
    pub language: Option<String>,
}

/// A limit on messages to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What the line says.
    pub text: Arc<str>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The first day, from the plan's on, on which it lets a message go.
    pub free_on: NaiveDate,
}

/// A payment or a credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payment {
    /// Its number.
    pub id: String,
    /// The day it counts from.
    pub date: NaiveDate,
    /// How much, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
    /// A credit note, not a payment.
    pub credit_note: bool,
    /// Whether it counts on the day: it is not dated later.
    pub counts: bool,
}

/// An invoice that is not open, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Its number.
    pub id: String,
    /// The gross amount, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    pub amount: Money,
    /// Its currency.
    pub currency: Currency,
    /// `not_issued`, `void` or `paid`.
    pub stage: Stage,
    /// Since when.
    pub since: Option<NaiveDate>,
}

/// An invoice: where it stands, how it came there, and what comes next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InvoiceStory {
    /// Its number.
    pub id: String,
    /// Its customer.
    pub customer: String,
    /// The gross amount, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    pub amount: Money,
    /// What is open.
    #[serde(serialize_with = "decimal")]
    pub balance: Money,
    /// Its currency.
    pub currency: Currency,
    /// What tells the balance.
    pub balance_from: BalanceSource,
    /// The least balance that is open, in the currency's decimals.
    #[serde(serialize_with = "decimal")]
    pub open_from: Money,
    /// Payments and credit notes of its own.
    pub payments: Vec<Payment>,
    /// The day it was settled, as the data says.
    pub paid_date: Option<NaiveDate>,
    /// The day it was issued.
    pub issue_date: Option<NaiveDate>,
    /// The day payment is due.
    pub due_date: NaiveDate,
    /// Days since then, negative before it.
    pub days_overdue: i64,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Option<NaiveDate>,
    /// Who looks after it: an address, or the role it was handed to.
    pub owner: Option<String>,
    /// The calendar that moves its contacts off closed days.
    pub calendar: Option<String>,
    /// What happens next.
    pub next: Next,
    /// The segment it falls in.
    pub segment: Option<Arc<str>>,
    /// The segments that were tried, up to the one that matched.
    pub segments: Vec<Tried>,
    /// All carve-outs.
    pub carve_outs: Vec<Tried>,
    /// The restrictions in force.
    pub restrictions: Vec<InForce>,
    /// What holds it, and why its customer is not to be contacted.
    pub holds: Vec<Blocker>,
    /// Its disputes.
    pub disputes: Vec<Dispute>,
    /// The promises to pay it.
    pub promises: Vec<Promise>,
    /// Flags set and not cleared.
    pub flags: Vec<Flag>,
    /// Its rows of the ledger, oldest first.
    pub ledger: Vec<LedgerEntry>,
    /// The ladders it climbs.
    pub ladders: Vec<LadderStory>,
    /// The steps of the carve-outs that match.
    pub carve_out_steps: Vec<StepStory>,
}

/// What happens next with an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Which kind of answer it is.
    pub state: NextState,
    /// The day, as far as it is known.
    pub on: Option<NaiveDate>,
    /// The steps that come on that day.
    pub steps: Vec<String>,
}

/// Whether something happens with an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextState {
    /// The plan of the day acts on it.
    Today,
    /// Something is due and withheld.
    Withheld,
    /// Nothing is due; the next step comes on a day.
    Waiting,
    /// No step is left that time alone would bring.
    Nothing,
    /// It is not open.
    Closed,
}

/// The answer to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// A value is missing.
    Unknown,
}

/// A segment or a carve-out that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tried {
    /// Its name.
    pub name: Arc<str>,
    /// Its header, as written.
    pub text: Arc<str>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Whether it matches.
    pub matches: Answer,
    /// The field that keeps it from being known.
    pub unknown: Option<String>,
    /// What its condition reads: each field with its value.
    pub facts: Vec<FactRead>,
}

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactRead {
    /// The field, such as `invoice.amount`.
    pub field: String,
    /// Its value in words; none when it is missing.
    pub value: Option<String>,
}

/// A restriction in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InForce {
    /// What the line says.
    pub text: Arc<str>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The field because of which nobody knows whether it applies; so it does.
    pub unknown: Option<String>,
}

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// When it was opened, where that is known.
    pub opened: Option<NaiveDate>,
    /// The first day on which it no longer held.
    pub closed: Option<NaiveDate>,
    /// Whether it holds on the day.
    pub holds: bool,
    /// Why.
    pub reason: Option<String>,
    /// How much of the balance it concerns, in the currency's decimals.
    #[serde(serialize_with = "decimal_if_any")]
    pub amount: Option<Money>,
    /// What is being waited for.
    pub waiting_for: Option<String>,
    /// Who settles it.
    pub owner: Option<String>,
}

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PromiseState {
    /// Its day has not passed.
    Pending,
    /// What was promised was paid.
    Kept,
    /// Its day passed without the payments.
    Broken,
}

/// A promise to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// When it was made, where that is known.
    pub made: Option<NaiveDate>,
    /// The day by which it is to be paid.
    pub due: NaiveDate,
    /// How much, in the currency's decimals; none means all that is open.
    #[serde(serialize_with = "decimal_if_any")]
    pub amount: Option<Money>,
    /// What was paid since it was made.
    #[serde(serialize_with = "decimal")]
    pub paid: Money,
    /// What became of it.
    pub state: PromiseState,
    /// Whether it is the one made last, which counts.
    pub counts: bool,
}

/// A mark on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flag {
    /// Its name; `escalated` for an escalation.
    pub name: String,
    /// Since when.
    pub since: NaiveDate,
    /// The role it was escalated to.
    pub escalated_to: Option<String>,
}

/// What a row of the ledger counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CountsAs {
    /// A step of a ladder that the invoice climbs.
    Rung,
    /// A step of a carve-out.
    CarveOut,
    /// A contact that stands in no ladder of the invoice: it passes rungs all the same.
    Contact,
    /// An approval, which carries nothing out.
    Approval,
    /// A flag that was cleared.
    Clearing,
    /// Nothing that the ladders look at.
    Nothing,
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// The day.
    pub date: NaiveDate,
    /// The time of day.
    pub at: Option<NaiveTime>,
    /// The step key.
    pub step: String,
    /// What became of it.
    pub outcome: &'static str,
    /// The rung, as the row has it.
    pub rung: Option<String>,
    /// The way it went, where it was a contact.
    pub channel: Option<Channel>,
    /// The address used.
    pub address: Option<String>,
    /// Who did it.
    pub actor: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// What it counts as.
    pub counts_as: CountsAs,
    /// The rungs up to this nominal date are passed by it, where it is a contact that stands in no ladder.
    pub passes_up_to: Option<NaiveDate>,
}

/// A ladder on an invoice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderStory {
    /// The cadence, or the segment whose own steps these are.
    pub name: Arc<str>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Its rungs in order.
    pub rungs: Vec<RungStory>,
}

/// What became of a rung or of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Done.
    CarriedOut,
    /// Someone decided against it.
    Declined,
    /// What came after it was done instead.
    Passed,
    /// Its time is over.
    Lapsed,
    /// Due on the day.
    Due,
    /// It comes later.
    Waiting,
    /// Its condition does not hold on the day, or a `never` forbids it.
    SteppedOver,
}

/// A rung on an invoice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RungStory {
    /// When it stands in the policy, such as `D+10`.
    pub rung: String,
    /// How it comes back, where it does.
    pub repeat: Option<Repetition>,
    /// Anchor plus offset.
    pub nominal: NaiveDate,
    /// Moved to an open day.
    pub planned: NaiveDate,
    /// What became of it.
    pub state: State,
    /// The day on which it was done or lapsed, or comes.
    pub on: Option<NaiveDate>,
    /// Why, where that is not plain.
    pub why: Option<String>,
    /// Its steps in file order.
    pub steps: Vec<StepStory>,
}

/// Which time of a repeated rung it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repetition {
    /// The time, from 1.
    pub time: u32,
    /// How often in all; none means without end.
    pub times: Option<u32>,
    /// How many come after this one; none means without end.
    pub left: Option<u32>,
    /// The distance, such as `15 days`.
    pub every: String,
}

/// A step on an invoice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepStory {
    /// The step key, with its repetition.
    pub step: String,
    /// What kind of action it is.
    pub kind: Kind,
    /// The template's name.
    pub template: Option<String>,
    /// Who does it, is told or gets the invoice.
    pub role: Option<String>,
    /// The line, as written.
    pub text: Arc<str>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The day of a carve-out's step before it is moved to an open day.
    pub nominal: Option<NaiveDate>,
    /// What became of it.
    pub state: State,
    /// The day on which it was done or lapsed, or comes.
    pub on: Option<NaiveDate>,
    /// Why, where that is not plain.
    pub why: Option<String>,
    /// The key of the plan's action that does it, or of the entry that withholds it.
    pub entry: Option<String>,
    /// What stands in its way.
    pub blockers: Vec<Blocker>,
}

fn decimal<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money.decimal())
}

fn decimal_if_any<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    match money {
        Some(money) => decimal(money, serializer),
        None => serializer.serialize_none(),
    }
}

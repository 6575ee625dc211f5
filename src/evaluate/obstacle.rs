//! What keeps a step from being done, as it is decided; its words come when somebody is told.

use chrono::NaiveDate;

use super::actions::hour;
use super::combine::Hours;
use super::day::Day;
use super::facts::Promised;
use super::sentences;
use crate::model::field::Field;
use crate::model::{Channel, InterestRate, RoleId, RuleId};
use crate::money::{Currency, Money};
use crate::plan::Blocker;
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::Dispute;

/// Something that stands in the way of a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Obstacle<'a> {
    pub(super) why: Why<'a>,
    /// The rule, where the policy decided.
    pub(super) rule: Option<RuleId>,
    /// The last day on which it is known to hold.
    pub(super) until: Option<NaiveDate>,
}

impl<'a> Obstacle<'a> {
    /// What dun does by itself, with no known end.
    pub(super) fn built_in(why: Why<'a>) -> Obstacle<'a> {
        Obstacle { why, rule: None, until: None }
    }

    /// What a rule of the policy brings, with no known end.
    pub(super) fn of(rule: RuleId, why: Why<'a>) -> Obstacle<'a> {
        Obstacle { why, rule: Some(rule), until: None }
    }

    /// The same, with its last day.
    pub(super) fn until(self, until: impl Into<Option<NaiveDate>>) -> Obstacle<'a> {
        Obstacle { until: until.into(), ..self }
    }
}

/// What an obstacle is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why<'a> {
    /// The data is so many days old, or nobody knows how old, where a rule allows fewer.
    StaleData {
        age: Option<i64>,
        most: u32,
    },
    /// The ledger goes on to this day.
    Replay(NaiveDate),
    Problem(&'a Problem),
    /// Nobody knows what became of this row's step, or of the step itself.
    UnknownOutcome(Option<&'a str>),
    Pilot,
    DoNotContact,
    Insolvent,
    HandedOver,
    /// A `never` of the policy.
    Never,
    /// A carve-out whose condition asks for something unknown may forbid the step.
    MayForbid(Field, &'a str),
    /// The same, and it holds the invoice.
    MayHold(Field, &'a str),
    /// The data holds the invoice through this day.
    HoldUntil(NaiveDate),
    /// A block holds everything, until this day where it says so.
    BlockHolds(Option<NaiveDate>),
    CarveOutHolds(&'a str),
    /// What a carve-out held until this day goes on so many days later.
    NotResumed {
        carve_out: &'a str,
        ended: NaiveDate,
        resume: u32,
    },
    Disputed(Option<&'a Dispute>),
    Promised(Promised<'a>),
    FailedToday,
    NoTemplate {
        name: &'a str,
        language: Option<&'a str>,
    },
    NoAddress(Option<Channel>),
    /// A message bounced, and nobody knows at which address.
    Bounced,
    /// Nobody has a role, or owns the invoice.
    Nobody(Option<RoleId>),
    /// A charge needs a fallback to approve it.
    NobodyApproves,
    /// So much of the customer's money belongs to no invoice yet.
    AllocateFirst(Money),
    /// The customer is written to at most so often in so many days, and was last written to on this one.
    Limit {
        last: Option<NaiveDate>,
        times: u32,
        days: i64,
    },
    /// No more messages go out today.
    LimitOfDay,
    /// Given to a person on this day, who has not done it yet.
    NotDone(NaiveDate),
    /// No hour is left for it.
    NoHours(Hours),
    OneADay(Channel),
    /// What a template needs has no value, in these words.
    MissingValue(String),
    /// A template fails, in these words.
    TemplateFails(String),
    EmptySubject,
    OtherCurrency {
        fee: Currency,
        invoice: Currency,
    },
    NoRate(&'a InterestRate, NaiveDate),
    /// The ledger does not say how much was charged on this day in a currency.
    UnknownAmount(NaiveDate, Currency),
    NothingToCharge,
}

impl Why<'_> {
    /// The stable code, one of [`Blocker::CODES`].
    pub(super) fn code(&self) -> &'static str {
        match self {
            Why::StaleData { .. } => "stale_data",
            Why::Replay(_) => "replay",
            Why::Problem(_) => "problem",
            Why::UnknownOutcome(_) => "unknown_outcome",
            Why::Pilot => "pilot",
            Why::DoNotContact => "do_not_contact",
            Why::Insolvent => "insolvent",
            Why::HandedOver => "handed_over",
            Why::Never => "never",
            Why::MayForbid(..) | Why::MayHold(..) => "unknown_value",
            Why::HoldUntil(_) => "hold_until",
            Why::BlockHolds(_) | Why::CarveOutHolds(_) | Why::NotResumed { .. } => "held",
            Why::Disputed(_) => "disputed",
            Why::Promised(_) => "promised",
            Why::FailedToday => "failed_today",
            Why::NoTemplate { .. } => "no_template",
            Why::NoAddress(_) | Why::Bounced => "no_address",
            Why::Nobody(_) | Why::NobodyApproves => "nobody",
            Why::AllocateFirst(_) => "allocate_first",
            Why::Limit { .. } | Why::LimitOfDay => "limit",
            Why::NotDone(_) => "not_done",
            Why::NoHours(_) => "no_hours",
            Why::OneADay(_) => "one_a_day",
            Why::MissingValue(_) | Why::EmptySubject => "missing_value",
            Why::TemplateFails(_) => "template_fails",
            Why::OtherCurrency { .. } => "other_currency",
            Why::NoRate(..) => "no_rate",
            Why::UnknownAmount(..) => "unknown_amount",
            Why::NothingToCharge => "nothing_to_charge",
        }
    }
}

impl<'a> Day<'a> {
    /// An obstacle as the plan tells it, with the place of its rule.
    pub(super) fn blocker(&self, obstacle: &Obstacle<'a>) -> Blocker {
        let rule = obstacle.rule.map(|id| self.rule(id));
        Blocker {
            code: obstacle.why.code(),
            sentence: self.obstacle_in_words(obstacle),
            rule: rule.map(|rule| rule.id.clone()),
            file: rule.map(|rule| rule.file.clone()),
            line: rule.map(|rule| rule.line),
            until: obstacle.until,
        }
    }

    /// All of them, in their order.
    pub(crate) fn blockers(&self, obstacles: &[Obstacle<'a>]) -> Vec<Blocker> {
        obstacles.iter().map(|obstacle| self.blocker(obstacle)).collect()
    }

    /// An obstacle in a person's words: an arm for each, so it is as long as there are reasons.
    pub(super) fn obstacle_in_words(&self, obstacle: &Obstacle<'a>) -> String {
        let date = |day| sentences::date(day, self.today);
        match &obstacle.why {
            Why::StaleData { age: Some(age), most } => {
                format!("the data is {age} days old, and the policy allows {most}")
            }
            Why::StaleData { age: None, most } => format!(
                "nobody knows when the data was taken, and the policy allows {most} days: write `taken: DATE` in snapshot.yaml"
            ),
            Why::Replay(newest) => {
                format!("the ledger goes on to {newest}: a plan for this day can only be a replay")
            }
            Why::Problem(problem) => problem.message.clone(),
            Why::UnknownOutcome(Some(step)) => {
                format!("nobody knows what became of `{step}`: settle it in the ledger")
            }
            Why::UnknownOutcome(None) => {
                String::from("nobody knows what became of it: settle it in the ledger")
            }
            Why::Pilot => String::from("the policy is on trial, and the customer is not in its pilot"),
            Why::DoNotContact => String::from("the customer is not to be contacted"),
            Why::Insolvent => String::from("the customer is insolvent"),
            Why::HandedOver => String::from("an agency or a factor has the invoice"),
            Why::Never => {
                format!("`{}`", obstacle.rule.map_or("never", |rule| &self.rule(rule).text))
            }
            Why::MayForbid(field, carve_out) => {
                let field = self.field_name(*field);
                format!("`{field}` is not known, and the carve-out `{carve_out}` may forbid it")
            }
            Why::MayHold(field, carve_out) => {
                let field = self.field_name(*field);
                format!("`{field}` is not known, and the carve-out `{carve_out}` holds when it may apply")
            }
            Why::HoldUntil(until) => format!("on hold through {}", date(*until)),
            Why::BlockHolds(until) => {
                let block = obstacle.rule.map_or("policy", |rule| &self.rule(rule).block);
                let end = until.map_or(String::new(), |until| format!(" until {}", date(until)));
                format!("`{block}` holds everything{end}")
            }
            Why::CarveOutHolds(carve_out) => format!("the carve-out `{carve_out}` holds it"),
            Why::NotResumed { carve_out, ended, resume } => {
                format!("what `{carve_out}` held until {} goes on {resume} days later", date(*ended))
            }
            Why::Disputed(dispute) => sentences::dispute(*dispute, self.snapshot, self.today),
            Why::Promised(promised) => sentences::promise(*promised, self.today),
            Why::FailedToday => String::from("it was tried today and is tried again on the next day"),
            Why::NoTemplate { name, language: Some(language) } => {
                format!("there is no template `{name}` in `{language}`, and none without a language")
            }
            Why::NoTemplate { name, language: None } => format!("there is no template `{name}`"),
            Why::NoAddress(Some(Channel::Email)) => String::from("there is no e-mail address that works"),
            Why::NoAddress(Some(Channel::Sms)) => String::from("there is no mobile number that works"),
            Why::NoAddress(_) => String::from("there is no postal address"),
            Why::Bounced => String::from(
                "a message bounced, and the ledger does not say at which address: add the address to that row",
            ),
            Why::Nobody(role) => {
                let name = role.map_or("owner", |role| &self.program.policy.role(role).name);
                format!("nobody has the role `{name}` here, and there is no fallback")
            }
            Why::NobodyApproves => {
                String::from("a charge needs the approval of the fallback, and the policy has none")
            }
            Why::AllocateFirst(credits) => format!(
                "{} of the customer's payments and credit notes belong to no invoice yet: allocate them first",
                credits.grouped()
            ),
            Why::Limit { last, times, days } => {
                let last = last.map_or(String::new(), |last| format!("last written to on {}, ", date(last)));
                let often = if *times == 1 { String::from("once") } else { format!("{times} times") };
                format!("{last}and at most {often} every {days} days")
            }
            Why::LimitOfDay => String::from(
                "as many messages as the policy allows go out today, and more urgent ones go first",
            ),
            Why::NotDone(since) => format!("given to a person on {}, and not done yet", date(*since)),
            Why::NoHours((from, to)) => format!(
                "`messages between` leaves it no hour: not before {} and not after {}",
                hour(*from),
                hour(*to)
            ),
            Why::OneADay(channel) => {
                let name = sentences::channel(*channel);
                format!("one {name} a day to a customer, and a more urgent one goes first")
            }
            Why::MissingValue(sentence) | Why::TemplateFails(sentence) => sentence.clone(),
            Why::EmptySubject => String::from("the e-mail's subject is empty"),
            Why::OtherCurrency { fee, invoice } => {
                format!("the fee is in {fee}, and the invoice in {invoice}")
            }
            Why::NoRate(rate, day) => sentences::no_rate(rate, *day),
            Why::UnknownAmount(on, currency) => format!(
                "the ledger has a charge of {on}, and not how much it was in {currency}: add `amount` to that row"
            ),
            Why::NothingToCharge => {
                String::from("all interest up to the day of this step is charged or waived")
            }
        }
    }
}

//! A restriction in English: `messages go out between 08:00 and 19:00 only`.

use super::moment::{distance, moment, period};
use super::words::{count, date, role_or_owner, sentence, times};
use crate::model::{Channel, Forbidden, Offset, Policy, Restriction, RestrictionKind, Unit};

/// A restriction as a sentence; its scope is that of the block it stands in.
#[must_use]
pub fn restriction(policy: &Policy, restriction: &Restriction) -> String {
    sentence(&limits(policy, &restriction.kind))
}

/// A restriction as a clause.
#[must_use]
pub fn limits(policy: &Policy, kind: &RestrictionKind) -> String {
    match kind {
        RestrictionKind::NeverAutoSend => String::from(
            "no message goes out by itself: the invoice's owner approves it when nobody else does",
        ),
        RestrictionKind::Never(what) => String::from(forbidden(*what)),
        RestrictionKind::OnlyByHand(by) => {
            format!("messages are drafts that {} sends by hand", role_or_owner(policy, *by))
        }
        RestrictionKind::NeedsApproval(approval) => {
            let from = approval.from.map_or(String::new(), |from| format!(" from {} on", moment(from)));
            let by = role_or_owner(policy, approval.by);
            format!("messages, flags and charges need the approval of {by}{from}")
        }
        RestrictionKind::Hold { until, resume } => hold(until.map(date), *resume),
        RestrictionKind::Window(from, to) => {
            format!("messages go out between {} and {} only", from.format("%H:%M"), to.format("%H:%M"))
        }
        RestrictionKind::WriteAtMost { times: most, days } => {
            format!("a customer is written to at most {} every {}", times(*most), period(day_count(*days)))
        }
        RestrictionKind::SendAtMost(most) => {
            format!("at most {} a day may go out without a person", count(*most as usize, "message"))
        }
        RestrictionKind::DataNoOlder(days) => {
            format!(
                "nobody is contacted when the data is older than {}, or of unknown age",
                self::days(*days)
            )
        }
    }
}

fn hold(until: Option<String>, resume: u32) -> String {
    let until = until.map_or(String::new(), |last| format!(" through {last}"));
    let resume = match resume {
        0 => String::new(),
        resume => format!(", and goes on {} after that ends", days(resume)),
    };
    format!("every scheduled step, contact and charge is on hold{until}{resume}")
}

/// What a `never` forbids.
#[must_use]
pub fn forbidden(what: Forbidden) -> &'static str {
    match what {
        Forbidden::Channel(Channel::Email) => "no e-mail is sent",
        Forbidden::Channel(Channel::Sms) => "no text message is sent",
        Forbidden::Channel(Channel::Letter) => "no letter is sent",
        Forbidden::Channel(Channel::Call) => "nobody calls",
        Forbidden::Contact => "the customer is not contacted at all",
        Forbidden::Escalate => "nothing is escalated",
        Forbidden::Charge => "nothing is charged",
    }
}

fn days(days: u32) -> String {
    distance(day_count(days))
}

fn day_count(days: u32) -> Offset {
    Offset { count: i64::from(days), unit: Unit::Days }
}

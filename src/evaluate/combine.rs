//! Messages of one day to one address become one (R18).

use std::cmp::Reverse;

use chrono::{NaiveDate, NaiveTime};

use super::candidate::{Asking, Candidate};
use super::facts::CustomerState;
use super::obstacle::Obstacle;
use crate::model::{Channel, RestrictionKind, RuleId};
use crate::snapshot::tables::InvoiceRow;

/// What is done together: one candidate, or the members of one message, the leading one first.
pub(crate) struct Group<'a> {
    pub(crate) members: Vec<Candidate<'a>>,
    /// What stands in the way of all members.
    pub(crate) obstacles: Vec<Obstacle<'a>>,
}

impl<'a> Group<'a> {
    pub(super) fn alone(candidate: Candidate<'a>) -> Group<'a> {
        let mut candidate = candidate;
        let obstacles = std::mem::take(&mut candidate.obstacles);
        Group { members: vec![candidate], obstacles }
    }

    /// The member that leads.
    pub(super) fn lead(&self) -> &Candidate<'a> {
        &self.members[0]
    }

    pub(super) fn is_free(&self) -> bool {
        self.obstacles.is_empty()
    }

    pub(super) fn channel(&self) -> Option<Channel> {
        self.lead().act.contact().filter(|channel| channel.is_message())
    }

    /// The invoices it is about, the leading one first, each once.
    pub(super) fn invoices(&self) -> Vec<usize> {
        if let [only] = self.members.as_slice() {
            return only.about().to_vec();
        }
        let mut invoices: Vec<usize> = Vec::new();
        for &invoice in self.members.iter().flat_map(Candidate::about) {
            if !invoices.contains(&invoice) {
                invoices.push(invoice);
            }
        }
        invoices
    }

    /// The hours in which all members may go out.
    pub(super) fn hours(&self) -> Option<Hours> {
        self.members.iter().filter_map(|member| member.window).reduce(common_hours)
    }

    /// All approvers of all members.
    pub(super) fn approvers(&self) -> Vec<Asking<'a>> {
        let mut all: Vec<Asking> = Vec::new();
        for asking in self.members.iter().flat_map(|member| &member.approvers) {
            if !all.iter().any(|known| known.who == asking.who) {
                all.push(*asking);
            }
        }
        all.sort();
        all
    }

    /// The limits on messages that any member brings.
    pub(super) fn limits(&self) -> Vec<(RuleId, &'a RestrictionKind)> {
        let mut limits: Vec<(RuleId, &RestrictionKind)> = Vec::new();
        for limit in self.members.iter().flat_map(|member| &member.limits) {
            if !limits.iter().any(|(rule, _)| *rule == limit.rule) {
                limits.push((limit.rule, &limit.kind));
            }
        }
        limits
    }
}

/// From and to; no hour at all when the first is not before the second.
pub(super) type Hours = (NaiveTime, NaiveTime);

/// The hours that lie within both.
pub(super) fn common_hours(a: Hours, b: Hours) -> Hours {
    (a.0.max(b.0), a.1.min(b.1))
}

/// Whether there is an hour at which both may go out.
fn have_common_hours(a: Option<Hours>, b: Option<Hours>) -> bool {
    a.zip(b).is_none_or(|(a, b)| {
        let (from, to) = common_hours(a, b);
        from < to
    })
}

/// What leads: the most overdue, then the larger balance, the lower id, the later rung, the file's order. The rows of a
/// customer's invoices stand in the order of their ids.
type Rank = (Reverse<i64>, Reverse<i64>, InvoiceRow, Reverse<NaiveDate>, RuleId);

fn rank(candidate: &Candidate, customer: &CustomerState) -> Rank {
    let invoice = &customer.invoices[candidate.invoice];
    (
        Reverse(invoice.days_overdue),
        Reverse(invoice.balance.minor),
        invoice.row,
        Reverse(candidate.nominal),
        candidate.rule,
    )
}

/// Sorts candidates by rank and joins the messages that are free today: same address, channel, currency, and
/// pre-due apart from overdue. Everything else stays alone, and with `each_alone` (`one message per invoice`) every
/// message.
pub(super) fn combine<'a>(
    mut candidates: Vec<Candidate<'a>>,
    customer: &CustomerState<'a>,
    each_alone: bool,
) -> Vec<Group<'a>> {
    candidates.sort_by_cached_key(|candidate| rank(candidate, customer));
    let mut groups: Vec<Group<'a>> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let joins = |group: &&mut Group<'a>| {
            group.is_free()
                && together(group.lead(), &candidate, customer)
                && have_common_hours(group.hours(), candidate.window)
        };
        let is_free = candidate.is_message() && candidate.obstacles.is_empty() && !each_alone;
        match groups.iter_mut().find(|group| is_free && joins(group)) {
            Some(group) => group.members.push(candidate),
            None => groups.push(Group::alone(candidate)),
        }
    }
    groups
}

/// Whether two messages are one: what is formal joins only itself, and all members give the same deadline.
fn together(a: &Candidate, b: &Candidate, customer: &CustomerState) -> bool {
    let (Some(to), Some(other)) = (&a.destination, &b.destination) else { return false };
    let (first, second) = (&customer.invoices[a.invoice], &customer.invoices[b.invoice]);
    let formal = a.step_line.formal || b.step_line.formal;
    a.act.way() == b.act.way()
        && (!formal || a.rule == b.rule)
        && a.step_line.deadline == b.step_line.deadline
        && to.address == other.address
        && first.balance.currency == second.balance.currency
        && (first.days_overdue < 0) == (second.days_overdue < 0)
}

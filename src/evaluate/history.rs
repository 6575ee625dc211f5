//! The ledger as evaluation reads it: what each step name means, and what became of each step (R9).

use crate::compile::{HistoryKey, HistoryKind, KeyId, Program};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::{Channel, LedgerRow, Outcome};
use crate::snapshot::tables::CustomerRow;
use crate::snapshot::texts::Text;
use chrono::NaiveDate;

use super::day::Day;

/// The step names of a ledger, understood once.
#[derive(Debug, Default)]
pub(super) struct History {
    names: Vec<(Text, HistoryKey)>,
    /// The lowest number of a step's text.
    first: usize,
    /// By the number of a text, counted from the lowest: its place among the names, from 1; 0 for what is no step.
    places: Vec<u32>,
    /// The newest day of the ledger.
    pub(super) newest: Option<NaiveDate>,
    /// Whether any row could set a mark on a customer as a whole.
    pub(super) has_account_marks: bool,
    /// Whether any message came back.
    pub(super) has_bounces: bool,
}

impl History {
    pub(super) fn read(program: &Program, snapshot: &Snapshot) -> History {
        let rows = || snapshot.ledger.iter().chain(&snapshot.customer_ledger);
        let numbers = rows().map(|row| row.step.index());
        let (first, last) = numbers.fold((usize::MAX, 0), |(first, last), at| (first.min(at), last.max(at)));
        let mut history = History { first, ..History::default() };
        history.places = vec![0; (last + 1).saturating_sub(first)];
        for row in rows() {
            let place = &mut history.places[row.step.index() - first];
            if *place == 0 {
                history.names.push((row.step, HistoryKey::read(program, snapshot.text(row.step))));
                *place = u32::try_from(history.names.len()).unwrap_or(u32::MAX);
            }
            history.newest = history.newest.max(Some(row.date));
            history.has_bounces |= row.outcome == Outcome::Bounced;
        }
        history.has_account_marks =
            !snapshot.customer_ledger.is_empty() || !program.customer_ladders.is_empty();
        history
    }

    /// What a row's step name stands for.
    pub(super) fn name(&self, row: &LedgerRow) -> &HistoryKey {
        &self.names[self.places[row.step.index() - self.first] as usize - 1].1
    }

    /// The step names of the ledger, each once.
    pub(super) fn names(&self) -> impl Iterator<Item = (Text, &HistoryKey)> {
        self.names.iter().map(|(text, name)| (*text, name))
    }

    /// Whether two rows are about one step: by its name, or by one that it had before.
    pub(super) fn is_same(&self, a: &LedgerRow, b: &LedgerRow) -> bool {
        let (first, second) = (self.name(a), self.name(b));
        a.step == b.step
            || (first.key.is_some() && (first.key, first.occurrence) == (second.key, second.occurrence))
    }

    /// The channel of a contact; a name that tells nothing is one unless the row names no channel at all.
    pub(super) fn channel(&self, row: &LedgerRow) -> Option<Channel> {
        match self.name(row).kind {
            // What stood in for a message without address went another way, and the row says which.
            HistoryKind::Contact(channel) => Some(row.channel.unwrap_or(channel)),
            HistoryKind::Foreign => row.channel.or(Some(Channel::Letter)),
            _ => None,
        }
    }

    /// The channel of the contact that was declined on a day, of the rows of one step.
    pub(super) fn channel_declined<'r>(
        &self,
        rows: impl Iterator<Item = &'r LedgerRow>,
        on: NaiveDate,
    ) -> Option<Channel> {
        let declined = rows.filter(|row| row.outcome == Outcome::Declined && row.date == on);
        declined.last().and_then(|row| self.channel(row))
    }

    /// The channel of a row that counts as a day with a message: neither failed nor declined (R19).
    pub(super) fn message(&self, row: &LedgerRow) -> Option<Channel> {
        let counts = !matches!(row.outcome, Outcome::Failed | Outcome::Declined | Outcome::Approved);
        self.channel(row).filter(|channel| counts && channel.is_message())
    }
}

/// What became of a step on one invoice, as of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing, or an attempt on an earlier day that left it open.
    Open,
    /// An attempt today left it open: not again before tomorrow.
    FailedToday,
    /// Carried out, first on this day.
    CarriedOut(NaiveDate),
    /// Declined on this day.
    Declined(NaiveDate),
    /// Nobody knows.
    Unknown,
    /// Given to a person on this day, who has not done it yet; the ladder waits (`and wait`).
    Pending(NaiveDate),
}

/// The rows up to a day, which are the first ones: rows are sorted by date.
pub(super) fn up_to(rows: &[LedgerRow], today: NaiveDate) -> &[LedgerRow] {
    &rows[..rows.partition_point(|row| row.date <= today)]
}

/// What became of a step that its ladder waits for: only `done` carries it out (R9).
pub(super) fn status_of_waiting<'a>(
    rows: impl Iterator<Item = &'a LedgerRow> + Clone,
    today: NaiveDate,
) -> Status {
    match status(rows.clone(), today) {
        Status::CarriedOut(since) => {
            let done = rows.into_iter().find(|row| row.outcome == Outcome::Done);
            done.map_or(Status::Pending(since), |row| Status::CarriedOut(row.date))
        }
        other => other,
    }
}

/// What became of a step: the latest of its rows decides (R9). Approvals decide nothing.
pub(super) fn status<'a>(rows: impl Iterator<Item = &'a LedgerRow>, today: NaiveDate) -> Status {
    let mut latest: Option<&LedgerRow> = None;
    let mut carried_out = None;
    for row in rows.filter(|row| row.outcome != Outcome::Approved) {
        if row.outcome.carries_out() {
            carried_out = carried_out.or(Some(row.date));
        }
        latest = Some(row);
    }
    let Some(latest) = latest else { return Status::Open };
    match (latest.outcome, carried_out) {
        (Outcome::Declined, _) => Status::Declined(latest.date),
        (Outcome::Unknown, _) => Status::Unknown,
        (Outcome::Failed | Outcome::Withdrawn, _) if latest.date == today => Status::FailedToday,
        (outcome, Some(first)) if outcome.carries_out() => Status::CarriedOut(first),
        _ => Status::Open,
    }
}

impl<'a> Day<'a> {
    /// A contact of the customer as a whole whose outcome nobody knows (R9).
    pub(super) fn unknown_of_customer(&self, customer: CustomerRow) -> Option<&'a str> {
        let rows = self.snapshot.ledger_of_customer_alone(customer).iter();
        let rows: Vec<&LedgerRow> =
            rows.filter(|row| row.date <= self.today && self.history.channel(row).is_some()).collect();
        let unknown = rows.iter().filter(|row| row.outcome == Outcome::Unknown);
        let mut unsettled = unknown.filter(|row| {
            status(rows.iter().copied().filter(|other| other.step == row.step), self.today) == Status::Unknown
        });
        unsettled.next().map(|row| self.snapshot.text(row.step))
    }
}

/// The rows of one step of the policy.
pub(super) fn rows_of<'a>(
    history: &'a History,
    rows: &'a [LedgerRow],
    key: KeyId,
    occurrence: u32,
) -> impl Iterator<Item = &'a LedgerRow> + Clone {
    rows.iter().filter(move |row| {
        let name = history.name(row);
        name.key == Some(key) && name.occurrence == occurrence
    })
}

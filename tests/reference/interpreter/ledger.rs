//! R9 and R13: what the ledger says of a step.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use dun::model::{Act, Channel, Charge, Rung, Step};
use dun::snapshot::ledger::{LedgerRow, Outcome};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::account::Ground;

/// What became of a step (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing, or nothing that lasts.
    Open,
    /// It failed or was withdrawn on this day: tried again from the next one.
    Tried(NaiveDate),
    /// A person has it, and the ladder waits until it is done.
    Given,
    /// Nobody knows.
    Unknown,
    /// Carried out on this day first, and on that day last.
    Done { first: NaiveDate, last: NaiveDate },
    /// Declined on this day.
    Declined(NaiveDate),
}

/// What a step name in the ledger stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    Contact(Channel),
    Flag {
        name: String,
        role: Option<String>,
    },
    HandOff(String),
    Clear(String),
    CreditNotice,
    Interest,
    Internal,
    /// A name that tells nothing: taken for a contact (R13).
    Nothing,
}

/// A step of the policy, with the block it stands in.
pub(super) struct Known<'a> {
    pub(super) step: &'a Step,
    pub(super) rung: Option<&'a Rung>,
}

impl<'a> World<'a> {
    /// R1: the ledger rows known.
    pub(super) fn rows(&self) -> Vec<&'a LedgerRow> {
        let all = || self.data.ledger.iter().chain(&self.data.customer_ledger);
        let known: Vec<&LedgerRow> = all().filter(|row| row.date <= self.known).collect();
        if known.len() < all().count() {
            self.played("R1");
        }
        known
    }

    pub(super) fn rows_of_customer(&self, customer: CustomerRow) -> Vec<&'a LedgerRow> {
        self.rows().into_iter().filter(|row| row.customer == customer).collect()
    }

    pub(super) fn name_of(&self, row: &LedgerRow) -> &'a str {
        self.data.text(row.step)
    }

    /// Every step of the policy.
    pub(super) fn steps(&self) -> impl Iterator<Item = Known<'a>> + use<'a> {
        let policy = self.policy;
        let rungs = policy.ladders.iter().flat_map(|ladder| &ladder.rungs);
        let of_ladders =
            rungs.flat_map(|rung| rung.steps.iter().map(move |step| Known { step, rung: Some(rung) }));
        let carve_outs = policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps);
        of_ladders.chain(carve_outs.map(|step| Known { step, rung: None }))
    }

    /// The step of the policy that a name in the ledger stands for, and which time of a repeated one.
    pub(super) fn known_step(&self, name: &str) -> Option<(&'a str, Option<u32>)> {
        let find = |key: &str| {
            let is =
                |known: &Known| known.step.key == key || known.step.formerly.iter().any(|old| old == key);
            self.steps().find(is).map(|known| known.step.key.as_str())
        };
        if let Some(key) = find(name) {
            return Some((key, None));
        }
        let (base, number) = numbered(name);
        Some((find(base)?, number))
    }

    /// What a row tells of: as its name says, else as the step of that name does.
    pub(super) fn named(&self, row: &LedgerRow) -> Named {
        let name = self.name_of(row);
        if let Some(flag) = name.strip_prefix("clear ") {
            return Named::Clear(flag.to_owned());
        }
        if self.known_step(name).is_none() && is_credit_notice(name) {
            return Named::CreditNotice;
        }
        let (base, _) = numbered(name);
        let words = words(base.rsplit('/').next().unwrap());
        match (words, self.known_step(name)) {
            (Named::Nothing, Some((key, _))) => {
                let step = self.steps().find(|known| known.step.key == key).unwrap().step;
                self.done_by(&step.acts[0])
            }
            (words, _) => words,
        }
    }

    fn done_by(&self, act: &Act) -> Named {
        let role = |role| self.policy.role(role).name.clone();
        match act {
            Act::Message { channel, .. } => Named::Contact(*channel),
            Act::Call { .. } => Named::Contact(Channel::Call),
            Act::Flag { name } => Named::Flag { name: name.clone(), role: None },
            Act::Escalate { role: to } => {
                Named::Flag { name: String::from("escalated"), role: Some(role(*to)) }
            }
            Act::HandOff { role: to } => Named::HandOff(role(*to)),
            Act::Charge(Charge::Interest(_)) => Named::Interest,
            Act::Charge(Charge::Fee(_)) | Act::Notify { .. } | Act::Task { .. } => Named::Internal,
        }
    }

    /// The channel of a contact: as the row says, since what stood in for a message may have gone another way, else
    /// as its name does. A name that tells nothing is taken for a contact (R13), and that for a letter.
    pub(super) fn channel_of(&self, row: &LedgerRow) -> Option<Channel> {
        match self.named(row) {
            Named::Contact(channel) => Some(row.channel.unwrap_or(channel)),
            Named::Nothing => Some(row.channel.unwrap_or(Channel::Letter)),
            _ => None,
        }
    }

    pub(super) fn is_message(&self, row: &LedgerRow) -> bool {
        self.channel_of(row).is_some_and(Channel::is_message)
    }

    /// A message that neither failed nor was declined or withdrawn.
    pub(super) fn is_message_sent(&self, row: &LedgerRow) -> bool {
        let no = matches!(
            row.outcome,
            Outcome::Failed | Outcome::Declined | Outcome::Withdrawn | Outcome::Approved
        );
        self.is_message(row) && !no
    }

    /// R19: a message that counts: one that may have gone out, or was taken back.
    pub(super) fn is_message_counted(&self, row: &LedgerRow) -> bool {
        let no = matches!(row.outcome, Outcome::Failed | Outcome::Declined | Outcome::Approved);
        self.is_message(row) && !no
    }

    // ---- R9

    /// R13: the rows about a step. A row of a repeated step counts for the repetitions there are now.
    pub(super) fn rows_of_step(
        &self,
        ground: &Ground,
        step: &Step,
        repeats: Option<(&Rung, u32)>,
    ) -> Vec<&'a LedgerRow> {
        let rows = self.rows_on(ground).into_iter();
        let mine = rows.filter(|row| {
            let Some((key, number)) = self.known_step(self.name_of(row)) else { return false };
            key == step.key
                && self.repetition(number, repeats.map(|(rung, _)| rung))
                    == repeats.map(|(_, n)| n).or(Some(0))
        });
        mine.collect()
    }

    /// Which repetition a row counts for; 0 where the step does not repeat. None where the step has no such time, as
    /// when it did not repeat before: the row counts at its rung, like a step that is gone.
    pub(super) fn repetition(&self, number: Option<u32>, rung: Option<&Rung>) -> Option<u32> {
        match (rung.and_then(|rung| rung.repeat), number) {
            (None, None) => Some(0),
            (None, Some(_)) | (Some(_), None) => None,
            (Some(repeat), Some(number)) => {
                Some(number).filter(|number| *number > 0 && repeat.times.is_none_or(|times| *number <= times))
            }
        }
    }

    /// R9: the latest row decides; of rows of one moment the one that carried the step out.
    pub(super) fn state(&self, rows: &[&LedgerRow], waits: bool) -> State {
        let carries = |row: &&&LedgerRow| match waits {
            true => row.outcome == Outcome::Done,
            false => row.outcome.carries_out(),
        };
        let decided = rows.iter().filter(|row| row.outcome != Outcome::Approved);
        let Some(last) = decided.max_by_key(|row| moment_of(row)) else { return State::Open };
        self.played("R9");
        match last.outcome {
            Outcome::Failed | Outcome::Withdrawn => State::Tried(last.date),
            Outcome::Unknown => State::Unknown,
            Outcome::Declined => State::Declined(last.date),
            // What a person has done is not given anew.
            _ if rows.iter().any(|row| carries(&row)) => {
                let days: Vec<NaiveDate> = rows.iter().filter(carries).map(|row| row.date).collect();
                State::Done { first: *days.iter().min().unwrap(), last: *days.iter().max().unwrap() }
            }
            _ => State::Given,
        }
    }

    /// R9, R14: a step of an invoice that is seen, of its customer's ladder, or a contact of the customer, of which
    /// nobody knows what became of it.
    pub(super) fn has_unknown_outcome(&self, ground: &Ground) -> bool {
        let of_ladder = ground.account.is_some() && self.has_unknown_among(&self.rows_on(ground), false);
        of_ladder || ground.seen.iter().any(|invoice| self.has_unknown_of(*invoice))
    }

    fn has_unknown_of(&self, invoice: InvoiceRow) -> bool {
        let customer = self.customer_of(invoice);
        let rows = self.rows().into_iter().filter(|row| {
            let of_customer = row.invoice.is_none() && row.customer == customer;
            row.invoice == Some(invoice) || of_customer && self.channel_of(row).is_some()
        });
        self.has_unknown_among(&rows.collect::<Vec<_>>(), true)
    }

    /// Whether nobody knows what became of a step: of each invoice, or of a customer's ladder as a whole.
    fn has_unknown_among(&self, rows: &[&LedgerRow], each_invoice: bool) -> bool {
        let key = |row: &LedgerRow| {
            let name = self.name_of(row);
            let known = self.known_step(name).map(|(key, number)| (key.to_owned(), number.unwrap_or(0)));
            (row.invoice.filter(|_| each_invoice), known.unwrap_or((name.to_owned(), 0)))
        };
        rows.iter().any(|row| {
            let same: Vec<&LedgerRow> = rows.iter().copied().filter(|other| key(other) == key(row)).collect();
            self.state(&same, false) == State::Unknown
        })
    }

    // ---- R24 and R3: marks

    /// The rows of a mark on an invoice, by the name of their step.
    fn rows_setting(&self, invoice: InvoiceRow, flag: &str) -> Vec<Vec<&'a LedgerRow>> {
        let rows = self.rows().into_iter().filter(|row| row.invoice == Some(invoice));
        let of_invoice: Vec<&LedgerRow> = rows.filter(|row| !self.is_of_account(row)).collect();
        let sets = |row: &&LedgerRow| matches!(self.named(row), Named::Flag { name, .. } if name == flag);
        let mut names: Vec<&str> =
            of_invoice.iter().filter(|row| sets(row)).map(|row| self.name_of(row)).collect();
        names.sort_unstable();
        names.dedup();
        let same = |name: &str| of_invoice.iter().copied().filter(|row| self.name_of(row) == name).collect();
        names.into_iter().map(same).collect()
    }

    /// R14, R24: when a mark was set that is not cleared, on the invoice or on its customer.
    pub(super) fn flag_set(&self, invoice: InvoiceRow, flag: &str) -> Option<NaiveDate> {
        let of_account = self.account_marks_on(invoice).into_iter().filter(|mark| mark.name == flag);
        self.own_flag_set(invoice, flag).or(of_account.map(|mark| mark.since).min())
    }

    /// R24: when a mark of the invoice's own was set.
    pub(super) fn own_flag_set(&self, invoice: InvoiceRow, flag: &str) -> Option<NaiveDate> {
        let cleared = self.last_carried(&self.rows_named(invoice, &format!("clear {flag}")));
        let settings = self.rows_setting(invoice, flag);
        let role = |row: &LedgerRow| match self.named(row) {
            Named::Flag { role, .. } => role,
            _ => None,
        };
        let set = settings.iter().filter_map(|rows| Some((role(rows[0]), self.last_carried(rows)?.0)));
        // What was cleared on the day on which it was set is cleared.
        let stands = set.filter(|(_, set)| cleared.is_none_or(|cleared| *set > cleared.0));
        // Of several steps that set it for one role since the last, of several roles since the first.
        let mut last: BTreeMap<Option<String>, NaiveDate> = BTreeMap::new();
        for (role, set) in stands {
            let known = last.entry(role).or_insert(set);
            *known = set.max(*known);
        }
        last.into_values().min()
    }

    /// R15: the roles to which the invoice was escalated, while that is not cleared.
    pub(super) fn escalated_to(&self, invoice: InvoiceRow) -> Vec<String> {
        let cleared = self.last_carried(&self.rows_named(invoice, "clear escalated"));
        let mut roles = Vec::new();
        for rows in self.rows_setting(invoice, "escalated") {
            let set = self.last_carried(&rows).filter(|set| cleared.is_none_or(|cleared| set.0 > cleared.0));
            if let (Some(_), Named::Flag { role: Some(role), .. }) = (set, self.named(rows[0])) {
                roles.push(role);
            }
        }
        roles.extend(self.account_marks_on(invoice).into_iter().filter_map(|mark| mark.role));
        roles
    }

    /// The rows about the same step: by its name, or one that it had before.
    pub(super) fn rows_alike(&self, ground: &Ground, row: &LedgerRow) -> Vec<&'a LedgerRow> {
        let key = |row: &LedgerRow| {
            let name = self.name_of(row);
            let known = self.known_step(name).map_or((name, None), |(key, number)| (key, Some(number)));
            (row.invoice, known)
        };
        let rows = self.rows_on(ground).into_iter();
        rows.filter(|other| key(other) == key(row)).collect()
    }

    pub(super) fn rows_named(&self, invoice: InvoiceRow, name: &str) -> Vec<&'a LedgerRow> {
        let rows = self.rows().into_iter().filter(|row| row.invoice == Some(invoice));
        rows.filter(|row| self.name_of(row) == name).collect()
    }

    /// The last moment at which rows were carried out, if their latest row is one that carries out.
    pub(super) fn last_carried(&self, rows: &[&LedgerRow]) -> Option<(NaiveDate, Option<NaiveTime>)> {
        match self.state(rows, false) {
            State::Done { .. } => {
                let carried = rows.iter().filter(|row| row.outcome.carries_out());
                carried.map(|row| (row.date, row.at())).max()
            }
            _ => None,
        }
    }
}

/// R9: by date, then by time of day; of rows of one moment the one that carried out comes last.
pub(super) fn moment_of(row: &LedgerRow) -> (NaiveDate, Option<NaiveTime>, Outcome) {
    (row.date, row.at(), row.outcome)
}

/// `KEY #3` is the third time of `KEY`.
pub(super) fn numbered(name: &str) -> (&str, Option<u32>) {
    match name.rsplit_once(" #") {
        Some((base, number)) => number.parse().map_or((name, None), |number| (base, Some(number))),
        None => (name, None),
    }
}

fn is_credit_notice(name: &str) -> bool {
    let mut words = name.split(' ');
    words.next() == Some("notify")
        && words.next().is_some()
        && words.next() == Some("of")
        && words.next().is_some()
}

/// What the words of a step name say.
fn words(name: &str) -> Named {
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    match first {
        "email" => Named::Contact(Channel::Email),
        "sms" => Named::Contact(Channel::Sms),
        "letter" => Named::Contact(Channel::Letter),
        "call" => Named::Contact(Channel::Call),
        "flag" => Named::Flag { name: rest.to_owned(), role: None },
        "escalate" => Named::Flag { name: String::from("escalated"), role: Some(rest.to_owned()) },
        "hand" => Named::HandOff(rest.strip_prefix("off ").unwrap_or(rest).to_owned()),
        "charge" if rest == "interest" => Named::Interest,
        "notify" | "task" | "charge" => Named::Internal,
        _ => Named::Nothing,
    }
}

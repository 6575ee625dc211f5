//! What would have been done otherwise over a period: both policies replayed, their steps joined by key, a renamed one
//! by its key under the new policy.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::cause::{Cause, cause};
use super::change::Change;
use super::fate::{Fate, Found, Played, Reason, Side, State};
use super::ours::Ours;
use super::renamed::{renamed, same_steps};
use super::transition::{Transition, changed, transition};
use crate::model::Policy;
use crate::money::{Currency, Money};
use crate::plan::{Kind, Sum};
use crate::simulate::{Habits, Simulation, Undated};

/// An invoice of a step, with what is open on it on the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Owed {
    /// Its number.
    pub invoice: String,
    /// What is open.
    #[serde(flatten)]
    pub balance: Balance,
}

/// An amount and its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Balance {
    /// In the currency's decimals.
    #[serde(serialize_with = "crate::plan::amount::decimal")]
    #[schemars(with = "crate::plan::amount::Amount")]
    pub balance: Money,
    /// The currency.
    pub currency: Currency,
}

/// A step, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Entry {
    /// What becomes of it.
    pub transition: Transition,
    /// The step's own key; of a step that is renamed the one under the new policy, where that has it.
    pub key: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name, on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
    /// The invoices that the step itself is about, as they stand on the new side where that has it.
    pub invoices: Vec<Owed>,
    /// The step's key in the ledger.
    pub step: String,
    /// What is other about it, where it is `changed`.
    pub changed: Vec<&'static str>,
    /// What the old policy does.
    pub before: Option<Fate>,
    /// What the new policy does.
    pub after: Option<Fate>,
    /// What kept it back under the old policy on the day on which the new one does it.
    pub held: Option<Reason>,
    /// The step that people released under the old policy and that this one took the place of, where that is why it
    /// needs a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
    /// Why it differs; none where it does not.
    pub because: Option<Cause>,
}

/// A step of the old policy that the new one has not any more.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Replaced {
    /// The step's key in the ledger.
    pub step: String,
    /// What the old policy did.
    pub before: Fate,
}

impl Entry {
    /// The segment of the invoice under the new policy, or the old one where that has nothing.
    #[must_use]
    pub fn segment(&self) -> Option<&Arc<str>> {
        self.after.as_ref().or(self.before.as_ref()).and_then(|fate| fate.segment.as_ref())
    }

    /// Whether somebody approved the step, or the one that it took the place of, who is not asked any more.
    fn loses_approval(&self) -> bool {
        let before = self.before.as_ref().or(self.replaces.as_ref().map(|replaced| &replaced.before));
        before.zip(self.after.as_ref()).is_some_and(|(before, after)| {
            after.state != State::Withheld
                && before.approvers.iter().any(|role| !after.approvers.contains(role))
        })
    }
}

/// Steps of one transition, in one segment or in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tally {
    /// Which transition.
    pub transition: Transition,
    /// Which segment; none for what is in no segment.
    pub segment: Option<Arc<str>>,
    /// How many steps.
    pub steps: u64,
    /// The invoices, each once, by currency, with the largest balance they have in these steps.
    pub invoices: Vec<Sum>,
}

/// How many actions of a kind were carried out, a message of several steps counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Done {
    /// Which kind.
    pub kind: Kind,
    /// Under the old policy.
    pub before: u64,
    /// Under the new policy.
    pub after: u64,
}

/// What a change of policy would have done.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Impact {
    /// The first day that was replayed.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// SHA-256 of the snapshot's facts, as the new policy reads them.
    pub snapshot_digest: String,
    /// How long people take.
    pub habits: Habits,
    /// Actions carried out, by kind.
    pub done: Vec<Done>,
    /// How many steps were due and withheld throughout, before and after.
    pub withheld: [u64; 2],
    /// All that needs a look, each invoice once.
    pub risky: Vec<Sum>,
    /// How many steps need a look.
    pub risky_steps: u64,
    /// By transition and segment.
    pub tallies: Vec<Tally>,
    /// Every step of either side: the riskiest first, then by currency and amount, the largest first, then by day,
    /// customer, invoice and step.
    pub entries: Vec<Entry>,
    /// The changes, by their place among all, whose lines no open invoice met under either policy.
    pub untouched: Vec<usize>,
    /// The day the data was taken, where that is before the last day.
    pub data_ends: Option<NaiveDate>,
    /// Facts without a date, and what is taken for granted about them.
    pub undated: Vec<Undated>,
    /// How much is wrong with the data.
    pub problems: u64,
}

impl Impact {
    /// Compares two replays of the same data and days, each with its policy; `names` takes customers' names and the
    /// reasons of disputes along.
    #[must_use]
    pub fn of(
        changes: &[Change],
        (old_policy, old): (&Policy, &Simulation),
        (new_policy, new): (&Policy, &Simulation),
        names: bool,
    ) -> Impact {
        let (played_before, played_after) = (Played::of(old, names), Played::of(new, names));
        let keys = same_steps(&played_before, &played_after, &renamed(old_policy, new_policy));
        let played_before = played_before.with_keys(&keys);
        let (old_ours, new_ours) = (Ours::from(old_policy), Ours::from(new_policy));
        let (before, after) = (Side::of(&played_before, &old_ours), Side::of(&played_after, &new_ours));
        let entries = entries(changes, &before, &after, names);
        let withheld = |side: fn(&Entry) -> Option<&Fate>| {
            let is_withheld = |entry: &&Entry| side(entry).is_some_and(|fate| fate.state == State::Withheld);
            entries.iter().filter(is_withheld).count() as u64
        };
        let risky = || entries.iter().filter(|entry| entry.transition.is_risky());
        Impact {
            from: new.period.from,
            to: new.period.to,
            snapshot_digest: new.snapshot_digest.clone(),
            habits: new.habits,
            done: done(&before, &after),
            withheld: [withheld(|entry| entry.before.as_ref()), withheld(|entry| entry.after.as_ref())],
            risky: sums(risky()),
            risky_steps: risky().count() as u64,
            tallies: tallies(&entries),
            untouched: untouched(changes, old, new),
            data_ends: new.data_ends,
            undated: new.undated.clone(),
            problems: new.problems.iter().filter(|problem| !problem.is_remark()).count() as u64,
            entries,
        }
    }

    /// The steps of one transition.
    pub fn with(&self, transition: Transition) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.transition == transition)
    }

    /// Whether a step has a transition. Of several that fit a step is told by the gravest; that an approval is dropped
    /// holds of it all the same.
    #[must_use]
    pub fn has(&self, transition: Transition) -> bool {
        let is_dropped = |entry: &Entry| {
            transition == Transition::ApprovalDropped && entry.transition.is_risky() && entry.loses_approval()
        };
        self.entries.iter().any(|entry| entry.transition == transition || is_dropped(entry))
    }

    /// Whether anything would have been done otherwise.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.entries.iter().any(|entry| entry.transition != Transition::Unchanged)
    }
}

fn entries(changes: &[Change], before: &Side, after: &Side, names: bool) -> Vec<Entry> {
    let keys: BTreeSet<&str> = before.fates.keys().chain(after.fates.keys()).copied().collect();
    let entry = |key: &str| {
        let (was, is) = (before.fates.get(key), after.fates.get(key));
        let shown = is.or(was)?;
        let because = || cause(changes, (was, is), (before, after));
        let held = is.and_then(|is| before.hold_of(is)).map(Reason::from);
        let entry = entry(transition((was, is), (before, after)), (was, is), shown, names, because);
        let held = held.filter(|_| entry.transition.is_risky());
        let replaced = is.filter(|_| was.is_none() && entry.transition.tells_people_apart());
        let replaces = replaced
            .and_then(|is| before.replaced_by(is, after))
            .map(|gone| Replaced { step: gone.member.step.clone(), before: Fate::from(gone) });
        Some(Entry { held, replaces, ..entry })
    };
    let mut entries: Vec<Entry> = keys.into_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| place(a).cmp(&place(b)));
    entries
}

fn entry(
    transition: Transition,
    (before, after): (Option<&Found>, Option<&Found>),
    shown: &Found,
    names: bool,
    because: impl FnOnce() -> Option<Cause>,
) -> Entry {
    let owed = shown.invoices().map(|invoice| Owed {
        invoice: invoice.id.clone(),
        balance: Balance { balance: invoice.balance, currency: invoice.currency },
    });
    let other = match (before, after) {
        (Some(before), Some(after)) if transition == Transition::Changed => {
            changed(before.action, after.action)
        }
        _ => Vec::new(),
    };
    Entry {
        transition,
        key: shown.member.key.clone(),
        customer: shown.action.customer.clone(),
        customer_name: shown.action.customer_name.clone().filter(|_| names),
        invoices: owed.collect(),
        step: shown.member.step.clone(),
        changed: other,
        before: before.copied().map(Fate::from),
        after: after.copied().map(Fate::from),
        held: None,
        replaces: None,
        because: (transition != Transition::Unchanged).then(because).flatten(),
    }
}

/// Where an entry stands among all.
type Place<'a> = (
    Transition,
    Option<Currency>,
    Reverse<i64>,
    Option<NaiveDate>,
    &'a str,
    Option<&'a str>,
    &'a str,
    &'a str,
);

fn place(entry: &Entry) -> Place<'_> {
    let first = entry.invoices.first();
    let invoice = first.map(|owed| owed.invoice.as_str());
    let currency = first.map(|owed| owed.balance.currency);
    let open = entry.invoices.iter().fold(0_i64, |sum, owed| sum.saturating_add(owed.balance.balance.minor));
    let on = entry.after.as_ref().or(entry.before.as_ref()).map(|fate| fate.on);
    (entry.transition, currency, Reverse(open), on, &entry.customer, invoice, &entry.step, &entry.key)
}

fn done(before: &Side, after: &Side) -> Vec<Done> {
    let kinds: BTreeSet<Kind> = before.done.keys().chain(after.done.keys()).copied().collect();
    let count = |side: &Side, kind: Kind| side.done.get(&kind).copied().unwrap_or(0);
    kinds
        .into_iter()
        .map(|kind| Done { kind, before: count(before, kind), after: count(after, kind) })
        .collect()
}

/// The invoices of some steps, each once, by currency.
#[must_use]
pub fn sums<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Sum> {
    let mut balances: BTreeMap<(Currency, &str), i64> = BTreeMap::new();
    for owed in entries.flat_map(|entry| &entry.invoices) {
        let known = balances.entry((owed.balance.currency, &owed.invoice)).or_insert(i64::MIN);
        *known = (*known).max(owed.balance.balance.minor);
    }
    let mut sums: BTreeMap<Currency, Sum> = BTreeMap::new();
    for ((currency, _), minor) in balances {
        sums.entry(currency).or_insert(Sum::zero(currency)).add(minor);
    }
    sums.into_values().collect()
}

fn tallies(entries: &[Entry]) -> Vec<Tally> {
    let mut groups: BTreeMap<(Transition, Option<&Arc<str>>), Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        groups.entry((entry.transition, entry.segment())).or_default().push(entry);
    }
    let tally = |((transition, segment), entries): ((Transition, Option<&Arc<str>>), Vec<&Entry>)| Tally {
        transition,
        segment: segment.cloned(),
        steps: entries.len() as u64,
        invoices: sums(entries.into_iter()),
    };
    groups.into_iter().map(tally).collect()
}

/// The changes none of whose lines decided anything, on either side.
fn untouched(changes: &[Change], old: &Simulation, new: &Simulation) -> Vec<usize> {
    let unmet = |side: &Simulation| -> BTreeSet<Arc<str>> {
        side.unmet.iter().map(|unmet| Arc::clone(&unmet.rule)).collect()
    };
    let (before, after) = (unmet(old), unmet(new));
    let is_untouched = |change: &Change| {
        let lines = change.old.len() + change.new.len();
        lines > 0
            && change.old.iter().all(|rule| before.contains(&rule.rule))
            && change.new.iter().all(|rule| after.contains(&rule.rule))
    };
    (0..changes.len()).filter(|&at| is_untouched(&changes[at])).collect()
}

//! Steps that the ledger knows by another name: `email final formerly email second` is the step that the other policy
//! calls `email second`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::fate::Played;
use super::texts::steps;
use crate::model::Policy;
use crate::money::Currency;
use crate::plan::{Action, Member};

/// Two names of one step: the one of the old policy, and the one of the new.
pub(super) type Names<'a> = (&'a str, &'a str);

/// The steps of two policies that are one by `formerly`, in either of them.
pub(super) fn renamed<'a>(old: &'a Policy, new: &'a Policy) -> Vec<Names<'a>> {
    let known = |policy: &'a Policy| steps(policy).map(|step| step.key.as_str()).collect::<BTreeSet<&str>>();
    let (before, after) = (known(old), known(new));
    let former = |policy: &'a Policy| {
        steps(policy).flat_map(|step| step.formerly.iter().map(|key| (key.as_str(), step.key.as_str())))
    };
    let there = former(new).filter(|(key, _)| before.contains(key));
    let back = former(old).filter(|(key, _)| after.contains(key)).map(|(key, name)| (name, key));
    there.chain(back).collect()
}

/// What a step is about, and what it is called. A ladder per customer may be anchored on another invoice.
type Place<'a> = (&'a str, Option<&'a str>, Option<(Currency, NaiveDate)>, String);

/// For each key of renamed steps of the old side the key that the new side has for it. What comes several times, as
/// for one dispute after the other, is told apart by its order. Of two steps that became one only the first is it.
pub(super) fn same_steps(old: &Played, new: &Played, renamed: &[Names]) -> BTreeMap<String, String> {
    if renamed.is_empty() {
        return BTreeMap::new();
    }
    let (before, mut after) = (occurrences(old), occurrences(new));
    let keys = |of: &BTreeMap<Place, Vec<String>>| of.values().flatten().cloned().collect::<BTreeSet<_>>();
    let (known, taken) = (keys(&before), keys(&after));
    let mut same = BTreeMap::new();
    for ((customer, invoice, episode, step), own) in &before {
        for name in renamed.iter().filter_map(|names| called(step, *names)) {
            let place: Place = (*customer, *invoice, *episode, name);
            let others = after.remove(&place).into_iter().flatten().filter(|key| !known.contains(key));
            same.extend(own.iter().filter(|key| !taken.contains(*key)).cloned().zip(others));
        }
    }
    same
}

/// What the new policy calls a step, repetitions with their number.
fn called(step: &str, (old, new): Names) -> Option<String> {
    let rest = step.strip_prefix(old)?;
    (rest.is_empty() || rest.starts_with(" #")).then(|| format!("{new}{rest}"))
}

/// The keys of each step, in the order of their days.
fn occurrences(played: &Played) -> BTreeMap<Place<'_>, Vec<String>> {
    let mut found: Vec<(NaiveDate, &Action, &Member)> = Vec::new();
    for (day, action) in played.actions() {
        found.extend(action.members.iter().map(|member| (day, action, member)));
    }
    found.sort_by_key(|(day, ..)| *day);
    let mut keys: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for (_, action, member) in found {
        let episode = member.currency.zip(member.episode);
        let invoice = member.invoice.as_deref().filter(|_| episode.is_none());
        let own = keys.entry((&action.customer, invoice, episode, member.step.clone())).or_default();
        if !own.contains(&member.key) {
            own.push(member.key.clone());
        }
    }
    keys
}

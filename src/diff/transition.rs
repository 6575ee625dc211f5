//! What a policy change does to one step: exactly one transition, the riskiest that fits.

use schemars::JsonSchema;
use serde::Serialize;

use super::fate::{Found, Side};
use crate::plan::{Action, Mode};

/// What becomes of a step, from the old to the new policy. `docs/diff.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// It reaches the customer without a person, and did not before.
    NewlyAutomatic,
    /// It was withheld on every day, or on the day on which it is to be done now.
    NoLongerHeld,
    /// It contacts the customer about an invoice that the customer was not contacted about, or went to people of ours.
    NewlyContacted,
    /// Somebody who had to approve it need not any more.
    ApprovalDropped,
    /// It was to be done, and is withheld on every day.
    NewlyHeld,
    /// Somebody has to approve it, or to send it by hand, who had not to.
    ApprovalAdded,
    /// It is to be done, and was not.
    Added,
    /// It was to be done, and is not.
    Removed,
    /// It comes on an earlier day.
    Earlier,
    /// It comes on a later day.
    Later,
    /// It goes to somebody else, or says something else.
    Changed,
    /// It is due and withheld, and was not due.
    WithheldAdded,
    /// It was due and withheld, and is not due.
    WithheldRemoved,
    /// Something else keeps it back.
    HeldOtherwise,
    /// Nothing of this.
    Unchanged,
}

impl Transition {
    /// All of them, the riskiest first.
    pub const ALL: [Transition; 15] = [
        Transition::NewlyAutomatic,
        Transition::NoLongerHeld,
        Transition::NewlyContacted,
        Transition::ApprovalDropped,
        Transition::NewlyHeld,
        Transition::ApprovalAdded,
        Transition::Added,
        Transition::Removed,
        Transition::Earlier,
        Transition::Later,
        Transition::Changed,
        Transition::WithheldAdded,
        Transition::WithheldRemoved,
        Transition::HeldOtherwise,
        Transition::Unchanged,
    ];

    /// Those that need a look.
    pub const RISKY: [Transition; 4] = [
        Transition::NewlyAutomatic,
        Transition::NoLongerHeld,
        Transition::NewlyContacted,
        Transition::ApprovalDropped,
    ];

    /// Whether it needs a look.
    #[must_use]
    pub fn is_risky(self) -> bool {
        Transition::RISKY.contains(&self)
    }

    /// Whether it says that people have less of a say.
    pub(super) fn tells_people_apart(self) -> bool {
        matches!(self, Transition::NewlyAutomatic | Transition::ApprovalDropped)
    }

    /// A few words for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Transition::NewlyAutomatic => "newly automatic",
            Transition::NoLongerHeld => "no longer held",
            Transition::NewlyContacted => "newly contacted",
            Transition::ApprovalDropped => "approval dropped",
            Transition::NewlyHeld => "newly held",
            Transition::ApprovalAdded => "approval added",
            Transition::Added => "added",
            Transition::Removed => "removed",
            Transition::Earlier => "earlier",
            Transition::Later => "later",
            Transition::Changed => "changed",
            Transition::WithheldAdded => "due now, and withheld",
            Transition::WithheldRemoved => "withheld before, and no longer due",
            Transition::HeldOtherwise => "held for another reason",
            Transition::Unchanged => "unchanged",
        }
    }
}

/// What becomes of a step, from its side under the old policy to that under the new one. Some fate is there.
pub(super) fn transition(
    (before, after): (Option<&Found>, Option<&Found>),
    (old, new): (&Side, &Side),
) -> Transition {
    match (before, after) {
        (None, Some(after)) if !after.acts() => Transition::WithheldAdded,
        (None, Some(after)) => appeared(after, old, new),
        (Some(before), None) if before.acts() => Transition::Removed,
        (Some(_), None) => Transition::WithheldRemoved,
        (Some(before), Some(after)) => of_both(before, after, old),
        (None, None) => Transition::Unchanged,
    }
}

/// A step that the old side has not: as risky as for the invoice that fared best, or as what it took the place of says.
fn appeared(after: &Found, old: &Side, new: &Side) -> Transition {
    if !after.reaches_customer {
        return Transition::Added;
    }
    if old.hold_of(after).is_some() {
        return Transition::NoLongerHeld;
    }
    let of = |id: &str| match (after.is_automatic(), old.automatic.contains(id), old.contacted.contains(id)) {
        (_, true, _) | (false, _, true) => Transition::Added,
        (true, false, true) => Transition::NewlyAutomatic,
        _ if old.withheld.contains(id) => Transition::NoLongerHeld,
        _ => Transition::NewlyContacted,
    };
    let alone = after.invoices().map(|invoice| of(&invoice.id)).min().unwrap_or(Transition::Added);
    let replacing = old.replaced_by(after, new).map_or(Transition::Added, |gone| {
        if after.is_automatic() {
            Transition::NewlyAutomatic
        } else if gone.asks_more_than(after) {
            Transition::ApprovalDropped
        } else {
            Transition::Added
        }
    });
    alone.min(replacing)
}

fn of_both(before: &Found, after: &Found, old: &Side) -> Transition {
    match (before.acts(), after.acts()) {
        (false, true) if !before.only_waited() => return Transition::NoLongerHeld,
        (true, false) => return Transition::NewlyHeld,
        (false, false) if before.codes() == after.codes() => return Transition::Unchanged,
        (false, false) => return Transition::HeldOtherwise,
        (_, true) => {}
    }
    // What only waited for its turn, and has it, is added; what else it is goes before.
    let waited = !before.acts();
    let is_new = || after.invoices().any(|invoice| !old.contacted.contains(invoice.id.as_str()));
    let by_hand = |found: &Found| found.action.mode == Mode::Manual && found.action.kind.message().is_some();
    if after.is_automatic() && !before.is_automatic() {
        Transition::NewlyAutomatic
    } else if !waited && old.hold_of(after).is_some() {
        Transition::NoLongerHeld
    } else if after.reaches_customer && (!before.reaches_customer || (!waited && is_new())) {
        Transition::NewlyContacted
    } else if before.asks_more_than(after) {
        Transition::ApprovalDropped
    } else if waited {
        Transition::Added
    } else if after.asks_more_than(before) || (by_hand(after) && !by_hand(before)) {
        Transition::ApprovalAdded
    } else if after.on < before.on {
        Transition::Earlier
    } else if after.on > before.on {
        Transition::Later
    } else if changed(before.action, after.action).is_empty() {
        Transition::Unchanged
    } else {
        Transition::Changed
    }
}

/// What is other about an action, in a few words each; what a text says is told where nothing else explains it.
pub(super) fn changed(before: &Action, after: &Action) -> Vec<&'static str> {
    let roles = |action: &Action| {
        let people = [&action.sender, &action.reply_to, &action.actor];
        people.map(|person| person.as_ref().map(|person| std::sync::Arc::clone(&person.role)))
    };
    let address = |person: &Option<crate::plan::Person>| person.as_ref().map(|own| own.address.clone());
    let parts = [
        (before.kind != after.kind || before.registered != after.registered, "kind"),
        (before.recipient != after.recipient, "recipient"),
        (address(&before.actor) != address(&after.actor), "who acts"),
        (before.template != after.template, "template"),
        (before.language != after.language, "language"),
        (address(&before.sender) != address(&after.sender), "sender"),
        (address(&before.reply_to) != address(&after.reply_to), "where answers go"),
        (before.cc != after.cc, "copies"),
        (before.attachments != after.attachments, "attachments"),
        (before.window != after.window, "hours"),
        (before.deadline != after.deadline, "deadline"),
        (before.charge != after.charge, "amount charged"),
        (before.flag != after.flag, "flag"),
        (before.keys != after.keys, "what it is joined with"),
    ];
    let mut said: Vec<&str> =
        parts.into_iter().filter(|(is_other, _)| *is_other).map(|(_, what)| what).collect();
    // A role of another name is in the digest as well.
    if said.is_empty() && before.content != after.content && roles(before) == roles(after) {
        said.push("text");
    }
    said
}

//! What became of a step over a period: done, asked for, withheld.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::change::RulePlace;
use super::ours::Ours;
use crate::calendar::days_between;
use crate::plan::remark::without_remark;
use crate::plan::{Action, Approver, Because, Blocker, Invoice, Kind, Member, Mode};
use crate::simulate::{Event, Simulation, Spell};

/// How far a step came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was due and something kept it back on every day.
    Withheld,
    /// People were asked, and had not answered when the period ended or its reason went away.
    Waiting,
    /// It was carried out.
    Done,
}

/// A step on one side of a comparison, where the simulation has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) state: State,
    /// The day it was done, else the last day of a plan that has it.
    pub(super) on: NaiveDate,
    pub(super) action: &'a Action,
    pub(super) member: &'a Member,
    pub(super) blockers: &'a [Blocker],
    /// Whether it is a contact with the customer, not only with people of ours.
    pub(super) reaches_customer: bool,
}

impl<'a> Found<'a> {
    /// The invoices that the step itself is about: all of the action's for a step per customer.
    pub(super) fn invoices(&self) -> impl Iterator<Item = &'a Invoice> {
        let member = self.member;
        let own = move |invoice: &&Invoice| {
            member.episode.is_some() || member.invoice.as_deref() == Some(invoice.id.as_str())
        };
        self.action.invoices.iter().filter(own)
    }

    /// Whether it was done, or people were asked.
    pub(super) fn acts(&self) -> bool {
        self.state != State::Withheld
    }

    /// Whether it reaches the customer without a person, once nothing keeps it back.
    pub(super) fn is_automatic(&self) -> bool {
        let reaches = self.reaches_customer || self.action.kind == Kind::Charge;
        reaches && self.action.mode == Mode::Automatic
    }

    /// Whether it reaches the customer, and people did it or had to release it.
    fn is_by_people(&self) -> bool {
        self.acts() && self.reaches_customer && self.action.mode != Mode::Automatic
    }

    /// Whether somebody must approve it who need not on the other side: neither in that role nor at that address.
    pub(super) fn asks_more_than(&self, other: &Found) -> bool {
        let asked = &other.action.approvers;
        let is_new = |own: &Approver| {
            !asked
                .iter()
                .any(|known| known.role == own.role || known.address.eq_ignore_ascii_case(&own.address))
        };
        self.action.approvers.iter().any(is_new)
    }

    /// Whether what kept it back passes by itself.
    pub(super) fn only_waited(&self) -> bool {
        self.state == State::Withheld && only_passing(self.blockers)
    }

    /// What keeps it back, by code.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        self.blockers.iter().map(|blocker| blocker.code).collect()
    }
}

/// The first and the last day, and what kept back.
type Span<'a> = (NaiveDate, NaiveDate, &'a Blocker);

/// What passes by itself: it says nothing about whether the customer may be written to.
const PASSING: [&str; 3] = ["limit", "one_a_day", "failed_today"];

/// What keeps every contact about an invoice back until a fact or the policy lifts it.
const HOLDS: [&str; 5] = ["held", "disputed", "promised", "unknown_value", "pilot"];

/// What was played on one side, written out.
pub(super) struct Played {
    events: Vec<Event>,
    withheld: Vec<Spell>,
}

impl Played {
    /// What a simulation did; `names` takes along what somebody wrote into the data.
    pub(super) fn of(simulation: &Simulation, names: bool) -> Played {
        let mut played = Played {
            events: simulation.events.iter().map(Event::from).collect(),
            withheld: simulation.withheld.iter().map(Spell::from).collect(),
        };
        if !names {
            let events = played.events.iter_mut().map(|event| &mut event.action.because.sentence);
            let withheld = played.withheld.iter_mut().flat_map(|Spell { action, blockers, .. }| {
                let blockers = blockers.iter_mut().map(|blocker| &mut blocker.sentence);
                blockers.chain([&mut action.because.sentence])
            });
            events.chain(withheld).for_each(|sentence| {
                let kept = without_remark(sentence).len();
                sentence.truncate(kept);
            });
        }
        played
    }

    /// Each action, done or withheld, with the first day on which a plan had it.
    pub(super) fn actions(&self) -> impl Iterator<Item = (NaiveDate, &Action)> {
        let events = self.events.iter().map(|event| (event.first, &event.action));
        events.chain(self.withheld.iter().map(|spell| (spell.first, &spell.action)))
    }

    /// Gives steps other keys.
    pub(super) fn with_keys(mut self, keys: &BTreeMap<String, String>) -> Played {
        let events = self.events.iter_mut().map(|event| &mut event.action);
        for action in events.chain(self.withheld.iter_mut().map(|spell| &mut spell.action)) {
            let own = action.members.iter_mut().map(|member| &mut member.key);
            for key in own.chain(&mut action.keys) {
                if let Some(other) = keys.get(key.as_str()) {
                    key.clone_from(other);
                }
            }
            action.keys.sort();
        }
        self
    }
}

/// One side of a comparison.
#[derive(Debug, Default)]
pub(super) struct Side<'a> {
    /// What became of each step, by its key: the furthest that it came, the last of those.
    pub(super) fates: BTreeMap<&'a str, Found<'a>>,
    /// Invoices that messages went out about to the customer without a person.
    pub(super) automatic: BTreeSet<&'a str>,
    /// Invoices that the customer was contacted about, or would have been had people answered.
    pub(super) contacted: BTreeSet<&'a str>,
    /// Invoices a contact about which was withheld, for a limit's sake only ones left aside.
    pub(super) withheld: BTreeSet<&'a str>,
    /// The steps that reach a customer and that people did or released, by invoice.
    by_people: BTreeMap<&'a str, Vec<Found<'a>>>,
    /// From when to when a contact was kept back by what only a policy or a fact lifts, by the key of its step.
    held_steps: BTreeMap<&'a str, Vec<Span<'a>>>,
    /// The same by invoice, where all contacts about it were kept back.
    held_invoices: BTreeMap<&'a str, Vec<Span<'a>>>,
    /// The segment of each invoice, where a step says it: the last one.
    pub(super) segments: BTreeMap<&'a str, &'a Arc<str>>,
    /// How many actions of each kind were carried out, a message of several steps once.
    pub(super) done: BTreeMap<Kind, u64>,
}

impl<'a> Side<'a> {
    /// What was played on a side, on which some people are ours.
    pub(super) fn of(played: &'a Played, ours: &Ours) -> Side<'a> {
        let mut side = Side::default();
        for spell in &played.withheld {
            let action = &spell.action;
            let reaches_customer = ours.reach_customer_by(action);
            if reaches_customer && !only_passing(&spell.blockers) {
                side.withheld.extend(ids(action));
            }
            if action.kind.is_contact() {
                side.hold(spell);
            }
            side.add((State::Withheld, spell.last), action, &spell.blockers, reaches_customer);
        }
        for event in &played.events {
            let action = &event.action;
            let reaches_customer = ours.reach_customer_by(action);
            if reaches_customer {
                side.contacted.extend(ids(action));
            }
            if reaches_customer && action.mode == Mode::Automatic {
                side.automatic.extend(ids(action));
            }
            if event.done.is_some() {
                *side.done.entry(action.kind).or_default() += 1;
            }
            let state = if event.done.is_some() { State::Done } else { State::Waiting };
            side.add((state, event.done.unwrap_or(event.last)), action, &[], reaches_customer);
        }
        for found in side.fates.values().filter(|found| found.is_by_people()) {
            for invoice in found.invoices() {
                side.by_people.entry(&invoice.id).or_default().push(*found);
            }
        }
        side
    }

    /// What people did or released on this side about an invoice of a step that this side has not, and that the other
    /// side has not any more: the step took its place. Of several it is the nearest in time.
    pub(super) fn replaced_by(&self, found: &Found, other: &Side) -> Option<Found<'a>> {
        let own = found.invoices().filter_map(|invoice| self.by_people.get(invoice.id.as_str())).flatten();
        let gone = own.filter(|own| !other.fates.contains_key(own.member.key.as_str()));
        gone.min_by_key(|own| (days_between(own.on, found.on).abs(), own.on, &own.member.key)).copied()
    }

    fn hold(&mut self, spell: &'a Spell) {
        let first_of = |codes: &[&str]| spell.blockers.iter().find(|blocker| codes.contains(&blocker.code));
        let hold = first_of(&HOLDS);
        if let Some(blocker) = hold.or_else(|| first_of(&["never"])) {
            for member in &spell.action.members {
                self.held_steps.entry(&member.key).or_default().push((spell.first, spell.last, blocker));
            }
        }
        if let Some(blocker) = hold {
            let span = (spell.first, spell.last, blocker);
            ids(&spell.action).for_each(|id| self.held_invoices.entry(id).or_default().push(span));
        }
    }

    /// What keeps a step back on this side on the day on which the other does it: the step, or every contact about one
    /// of its invoices.
    pub(super) fn hold_of(&self, found: &Found) -> Option<&'a Blocker> {
        let own = on(self.held_steps.get(found.member.key.as_str()), found.on);
        let is_contact = found.action.kind.is_contact();
        let mut invoices = found.invoices().filter(|_| is_contact);
        own.or_else(|| invoices.find_map(|invoice| on(self.held_invoices.get(invoice.id.as_str()), found.on)))
            .filter(|_| found.acts())
    }

    fn add(
        &mut self,
        (state, on): (State, NaiveDate),
        action: &'a Action,
        blockers: &'a [Blocker],
        reaches_customer: bool,
    ) {
        for member in &action.members {
            if let (Some(invoice), Some(segment)) = (&member.invoice, &member.segment) {
                self.segments.insert(invoice, segment);
            }
            let found = Found { state, on, action, member, blockers, reaches_customer };
            let known = self.fates.entry(&member.key).or_insert(found);
            if (known.state, known.on) <= (state, on) {
                *known = found;
            }
        }
    }
}

fn only_passing(blockers: &[Blocker]) -> bool {
    blockers.iter().all(|blocker| PASSING.contains(&blocker.code))
}

fn on<'a>(spans: Option<&Vec<Span<'a>>>, day: NaiveDate) -> Option<&'a Blocker> {
    let mut spans = spans.into_iter().flatten();
    spans.find(|(first, last, _)| (*first..=*last).contains(&day)).map(|(_, _, blocker)| *blocker)
}

fn ids(action: &Action) -> impl Iterator<Item = &str> {
    action.invoices.iter().map(|invoice| invoice.id.as_str())
}

/// What keeps a step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// A stable code, as in plans.
    pub code: &'static str,
    /// In a person's words.
    pub sentence: String,
    /// The rule, where the policy decided.
    pub rule: Option<Arc<str>>,
}

impl From<&Blocker> for Reason {
    fn from(blocker: &Blocker) -> Reason {
        Reason { code: blocker.code, sentence: blocker.sentence.clone(), rule: blocker.rule.clone() }
    }
}

/// What became of a step on one side. Names and addresses are not in it, and reasons of disputes on request only.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Fate {
    /// How far it came.
    pub state: State,
    /// The day it was done, else the last day of a plan that has it.
    pub on: NaiveDate,
    /// The key of the action: the steps of one message share it.
    pub action: String,
    /// What the action is.
    pub kind: Kind,
    /// How it is carried out.
    pub mode: Mode,
    /// The step's rung.
    pub rung: Option<String>,
    /// The segment of the invoice.
    pub segment: Option<Arc<str>>,
    /// The template's name.
    pub template: Option<String>,
    /// The language it is written in.
    pub language: Option<String>,
    /// The role of whom it goes to.
    pub recipient: Option<Arc<str>>,
    /// The role of the person who acts, or who is told.
    pub actor: Option<Arc<str>>,
    /// The roles of those who must approve.
    pub approvers: Vec<Arc<str>>,
    /// What kept it back.
    pub blockers: Vec<Reason>,
    /// The rule that asks for it.
    pub rule: Option<RulePlace>,
    /// Why it was due, in a person's words.
    pub because: String,
}

impl From<Found<'_>> for Fate {
    fn from(found: Found) -> Fate {
        let Found { state, on, action, member, blockers, .. } = found;
        Fate {
            state,
            on,
            action: action.key.clone(),
            kind: action.kind,
            mode: action.mode,
            rung: member.rung.clone(),
            segment: member.segment.clone(),
            template: action.template.clone(),
            language: action.language.clone(),
            recipient: action.recipient.as_ref().map(|recipient| Arc::clone(&recipient.role)),
            actor: action.actor.as_ref().map(|actor| Arc::clone(&actor.role)),
            approvers: action.approvers.iter().map(|approver| Arc::clone(&approver.role)).collect(),
            blockers: blockers.iter().map(Reason::from).collect(),
            rule: place(&action.because),
            because: action.because.sentence.clone(),
        }
    }
}

/// Where a decision stands.
pub(super) fn place(because: &Because) -> Option<RulePlace> {
    let (file, line) = (because.file.as_ref()?, because.line?);
    Some(RulePlace { rule: Arc::clone(&because.rule), file: Arc::clone(file), line })
}

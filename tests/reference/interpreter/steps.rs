//! The steps that have their turn, with everything that withholds each by itself.

use chrono::{NaiveDate, NaiveTime};
use dun::model::{Act, Channel, RoleId, Step};
use dun::snapshot::ledger::{LedgerRow, Outcome};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::carve_outs;
use super::ladder::Climb;
use super::ledger::State;
use super::messages::Message;
use super::people::Person;
use super::report::{Approver, Blocker};
use super::restrictions::Block;

use crate::templates::Chosen;

/// A step whose turn it is.
#[derive(Clone)]
pub(super) struct Due<'a> {
    pub(super) invoice: InvoiceRow,
    pub(super) block: Block,
    pub(super) step: &'a Step,
    /// Which time of a repeated step; 0 for one that does not repeat.
    pub(super) time: u32,
    pub(super) rung: String,
    pub(super) nominal: NaiveDate,
    pub(super) state: State,
    /// The dispute or promise that it counts for.
    pub(super) occasion: String,
    pub(super) brought_along: bool,
}

/// The same with what would be done, and what withholds it.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) due: Due<'a>,
    pub(super) taken: &'a Act,
    pub(super) recipient: Option<Person>,
    pub(super) template: Option<Chosen<'a>>,
    pub(super) actor: Option<Person>,
    pub(super) approvers: Vec<Approver>,
    /// By hand of the role, or of the owner.
    pub(super) by_hand: Option<Option<RoleId>>,
    pub(super) hours: Option<(NaiveTime, NaiveTime)>,
    pub(super) blockers: Vec<Blocker>,
}

impl Due<'_> {
    pub(super) fn key(&self) -> String {
        match self.time {
            0 => self.step.key.clone(),
            time => format!("{} #{time}", self.step.key),
        }
    }
}

/// All candidates of a customer: the steps of its open invoices whose turn it is.
pub(super) fn of_customer<'a>(world: &World<'a>, customer: CustomerRow) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate> = Vec::new();
    for invoice in world.open_invoices(customer) {
        let mut due = of_ladders(world, invoice);
        due.extend(carve_outs::due(world, invoice));
        for due in due {
            // R10: one step of two ladders is done once.
            let same = |other: &Candidate| other.due.invoice == invoice && other.due.key() == due.key();
            if !found.iter().any(same) {
                found.push(candidate(world, due));
            }
        }
    }
    found
}

/// R7: each cadence of the segment is a ladder, and so are the segment's own steps.
pub(super) fn climbs<'a>(world: &World<'a>, invoice: InvoiceRow) -> Vec<Climb<'a>> {
    let ladders = world.segment(invoice).map_or(&[][..], |segment| &segment.ladders);
    ladders.iter().map(|id| Climb::new(world, invoice, *id)).collect()
}

pub(super) fn of_climb<'a>(climb: &Climb<'a>) -> Vec<Due<'a>> {
    let turns = climb.turns().into_iter().map(|turn| Due {
        invoice: climb.invoice(),
        block: Block::Ladder(climb.id()),
        step: turn.step,
        time: turn.place.time,
        rung: turn.place.name(),
        nominal: turn.place.nominal,
        state: turn.state,
        occasion: String::new(),
        brought_along: turn.brought_along,
    });
    turns.collect()
}

fn of_ladders<'a>(world: &World<'a>, invoice: InvoiceRow) -> Vec<Due<'a>> {
    climbs(world, invoice).iter().flat_map(of_climb).collect()
}

/// R15, R21: what is taken, by whom, to whom; and what stands in its way.
pub(super) fn candidate<'a>(world: &World<'a>, due: Due<'a>) -> Candidate<'a> {
    let invoice = due.invoice;
    let ladder = match due.block {
        Block::Ladder(id) => Some(id),
        Block::CarveOut(_) => None,
    };
    let reachable = |act: &&Act| !act.is_message() || world.recipient(act, invoice).is_some();
    let first = &due.step.acts[0];
    let taken = due.step.acts.iter().find(reachable).unwrap_or(first);
    let recipient = world.recipient(taken, invoice);
    let approvers = world.approvers(invoice, due.block, due.step, taken);
    let by_hand = taken.is_message().then(|| world.by_hand(invoice, ladder)).flatten();
    let hours = taken.is_message().then(|| world.hours(invoice, ladder)).flatten();
    let actor = actor(world, invoice, taken, by_hand);
    let template = taken.template().and_then(|name| crate::templates::choose(world, name, taken, invoice));
    let mut blockers = standing_in_the_way(world, &due, taken);
    let mut block = |code| blockers.push(world.blocker(code, None, None));
    if taken.is_message() && recipient.is_none() {
        block("no_address");
    }
    if taken.template().is_some() && template.is_none() {
        block("no_template");
    }
    if hours.is_some_and(|(from, to)| from >= to) {
        block("no_hours");
    }
    let people_missing = approvers.is_err()
        || actor.is_err()
        || taken.is_message() && letterhead(world, taken, invoice).is_none();
    if people_missing {
        block("nobody");
    }
    Candidate {
        taken,
        recipient,
        template,
        actor: actor.unwrap_or(None),
        approvers: approvers.unwrap_or_default(),
        by_hand,
        hours,
        blockers,
        due,
    }
}

/// R1, R5, R6, R9, R15, R16: what withholds a step by itself.
fn standing_in_the_way(world: &World, due: &Due, taken: &Act) -> Vec<Blocker> {
    let (invoice, first) = (due.invoice, &due.step.acts[0]);
    let ladder = match due.block {
        Block::Ladder(id) => Some(id),
        Block::CarveOut(_) => None,
    };
    let contact = first.contact().is_some() || taken.contact().is_some();
    let mut blockers = Vec::new();
    if contact {
        blockers.extend(world.refusal());
        if world.has_problem(invoice) {
            blockers.push(world.blocker("problem", None, None));
        }
    }
    if contact && world.has_unknown_outcome(invoice) || due.state == State::Unknown {
        blockers.push(world.blocker("unknown_outcome", None, None));
    }
    blockers.extend(world.forbidding(invoice, ladder, first, taken));
    if contact || ladder.is_some() {
        blockers.extend(world.holds_on(invoice));
    }
    match due.state {
        State::Tried(day) if day == world.today => {
            blockers.push(world.blocker("failed_today", None, Some(day)))
        }
        State::Given => blockers.push(world.blocker("not_done", None, None)),
        _ => {}
    }
    blockers
}

/// R15: the person who acts or is told.
fn actor(
    world: &World,
    invoice: InvoiceRow,
    taken: &Act,
    by_hand: Option<Option<RoleId>>,
) -> Result<Option<Person>, ()> {
    let role = match taken {
        Act::Message { .. } => match by_hand {
            None => return Ok(None),
            Some(None) => return world.owner(invoice).map(Some).ok_or(()),
            Some(Some(role)) => role,
        },
        Act::Flag { .. } => return Ok(None),
        Act::Call { by: role, .. }
        | Act::Notify { role, .. }
        | Act::Task { role, .. }
        | Act::HandOff { role }
        | Act::Escalate { role } => *role,
    };
    world.person(role, invoice).map(Some).ok_or(())
}

/// Sender, reply address and copies of a message.
pub(super) type Letterhead = (Option<Person>, Option<Person>, Vec<Person>);

/// None when one of them has nobody.
pub(super) fn letterhead(world: &World, taken: &Act, invoice: InvoiceRow) -> Option<Letterhead> {
    let person = |role: Option<RoleId>| match role {
        None => Some(None),
        Some(role) => world.person(role, invoice).map(Some),
    };
    let Act::Message { cc, .. } = taken else { return Some((None, None, Vec::new())) };
    let copies: Option<Vec<Person>> = cc.iter().map(|role| world.person(*role, invoice)).collect();
    Some((person(world.policy.settings.sender)?, person(world.policy.settings.reply_to)?, copies?))
}

impl<'a> World<'a> {
    /// R9, R18: the state of a step. Of several messages of one customer and channel declined on one day only those
    /// that need approval themselves, or go by hand, are passed.
    pub(super) fn state_declined(
        &self,
        invoice: InvoiceRow,
        block: Block,
        step: &Step,
        rows: &[&LedgerRow],
    ) -> State {
        let state = self.state(rows, step.waits);
        let State::Declined(day) = state else { return state };
        let row = rows.iter().rev().find(|row| row.outcome == Outcome::Declined && row.date == day).unwrap();
        let Some(channel) = self.channel_of(row).filter(|channel| channel.is_message()) else { return state };
        match self.declined_together(self.customer_of(invoice), day, channel) > 1 {
            true if !self.needs_a_person(invoice, block, step) => State::Open,
            _ => state,
        }
    }

    fn declined_together(&self, customer: CustomerRow, day: NaiveDate, channel: Channel) -> usize {
        let rows = self.rows_of_customer(customer).into_iter();
        let declined = rows.filter(|row| row.outcome == Outcome::Declined && row.date == day);
        let mut steps: Vec<_> = declined
            .filter(|row| self.channel_of(row) == Some(channel))
            .map(|row| (row.invoice, row.step))
            .collect();
        steps.sort();
        steps.dedup();
        steps.len()
    }

    fn needs_a_person(&self, invoice: InvoiceRow, block: Block, step: &Step) -> bool {
        let ladder = match block {
            Block::Ladder(id) => Some(id),
            Block::CarveOut(_) => None,
        };
        let asked = self.approvers(invoice, block, step, &step.acts[0]);
        asked.is_err()
            || asked.is_ok_and(|asked| !asked.is_empty())
            || self.by_hand(invoice, ladder).is_some()
    }
}

/// R11, `latest`: marks below come on the day on which the highest rung acts, and otherwise not at all.
pub(super) fn bring_flags_along(world: &World, written: &mut Vec<Message>) {
    let acts = |message: &Message| message.blockers.is_empty();
    let acting: Vec<(InvoiceRow, Block)> = written
        .iter()
        .filter(|message| acts(message))
        .flat_map(|message| message.members.iter())
        .filter(|member| !member.due.brought_along)
        .map(|member| (member.due.invoice, member.due.block))
        .collect();
    let _ = world;
    written.retain(|message| {
        let due = &message.members[0].due;
        !due.brought_along || acting.contains(&(due.invoice, due.block))
    });
}

//! The steps that have their turn, with everything that withholds each by itself.

use chrono::{NaiveDate, NaiveTime};
use dun::calendar::add_days;
use dun::model::{Act, Channel, RoleId, Step};
use dun::snapshot::ledger::{LedgerRow, Outcome};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::account::Ground;
use super::carve_outs;
use super::ladder::Climb;
use super::ledger::State;
use super::messages::Message;
use super::people::Person;
use super::report::{Approver, Blocker, Charge};
use super::restrictions::Block;

use crate::templates::Chosen;

/// A step whose turn it is.
#[derive(Clone)]
pub(super) struct Due<'a> {
    /// The invoice, or the one that the customer's ladder is anchored on.
    pub(super) invoice: InvoiceRow,
    pub(super) ground: Ground,
    /// The invoices that it is about.
    pub(super) about: Vec<InvoiceRow>,
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
    /// Told only because it is forbidden.
    pub(super) forbidden: bool,
}

/// The same with what would be done, and what withholds it.
#[derive(Clone)]
pub(super) struct Candidate<'a> {
    pub(super) due: Due<'a>,
    pub(super) taken: &'a Act,
    pub(super) recipient: Option<Person>,
    pub(super) template: Option<Chosen<'a>>,
    pub(super) actor: Option<Person>,
    pub(super) charge: Option<Charge>,
    pub(super) approvers: Vec<Approver>,
    /// By hand of the role, or of the owner.
    pub(super) by_hand: Option<Option<RoleId>>,
    pub(super) hours: Option<(NaiveTime, NaiveTime)>,
    pub(super) blockers: Vec<Blocker>,
    /// Where else it stands and is done with this one: other ladders, and the nominal dates there.
    pub(super) twins: Vec<(Block, NaiveDate)>,
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
    let mut all: Vec<Candidate> = Vec::new();
    for invoice in world.open_invoices(customer) {
        // R5: an invoice that no segment catches only waits.
        if world.segment(invoice).is_none() {
            continue;
        }
        let mut due = of_ladders(world, invoice);
        due.extend(carve_outs::due(world, invoice));
        all.extend(due.into_iter().map(|due| candidate(world, due)));
    }
    all.extend(of_accounts(world, customer).into_iter().map(|due| candidate(world, due)));
    let mut found = each_once(all);
    share_interest(world, &mut found);
    found
}

/// R10: one step of two ladders about the same invoices is done once.
fn each_once<'a>(all: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate> = Vec::new();
    let comes: Vec<bool> = all.iter().map(|candidate| comes_along(&all, &candidate.due)).collect();
    for (candidate, _) in all.into_iter().zip(comes).filter(|(_, comes)| *comes) {
        let of_account = |due: &Due| due.ground.account.is_some();
        let step = |due: &Due| (of_account(due), due.about.clone(), due.key());
        match found.iter_mut().find(|other| step(&other.due) == step(&candidate.due)) {
            None => found.push(candidate),
            Some(_) if candidate.due.brought_along => {}
            Some(twin) => twin.twins.push((candidate.due.block, candidate.due.nominal)),
        }
    }
    found
}

/// R22: of several interest steps of one day each charges only what those before it do not.
fn share_interest(world: &World, found: &mut [Candidate]) {
    let of_interest =
        |candidate: &Candidate| candidate.charge.as_ref().is_some_and(|charge| charge.kind == "interest");
    let mut order: Vec<usize> = (0..found.len()).filter(|at| of_interest(&found[*at])).collect();
    order.sort_by_key(|at| (found[*at].due.nominal, found[*at].due.step.rule));
    let mut taken: Vec<(Vec<InvoiceRow>, i64)> = Vec::new();
    for at in order {
        let Candidate { due, charge, blockers, .. } = &mut found[at];
        let same = taken.iter().filter(|(about, _)| about.iter().any(|own| due.about.contains(own)));
        let left = charge.as_ref().unwrap().minor - same.map(|(_, minor)| minor).sum::<i64>();
        match left > 0 {
            true => {
                charge.as_mut().unwrap().minor = left;
                taken.push((due.about.clone(), left));
            }
            false => {
                *charge = None;
                blockers.push(world.blocker("nothing_to_charge", Some(due.step.rule), None));
            }
        }
    }
}

/// R11, `latest`: what stands below a rung that is withheld does not come without it.
fn comes_along(found: &[Candidate], due: &Due) -> bool {
    let of_ladder = found.iter().filter(|other| {
        !other.due.brought_along && (other.due.invoice, other.due.block) == (due.invoice, due.block)
    });
    let top = of_ladder.clone().map(|other| other.due.nominal).max();
    let mut at_top = of_ladder.filter(|other| Some(other.due.nominal) == top);
    !due.brought_along || at_top.any(|other| other.blockers.is_empty())
}

/// R14: what the customer's ladders have due, about what is overdue in an episode.
pub(super) fn of_accounts<'a>(world: &World<'a>, customer: CustomerRow) -> Vec<Due<'a>> {
    let accounts = world.accounts(customer).into_iter();
    let climbs = accounts.map(|(id, ground)| Climb::new(world, ground, id));
    climbs.flat_map(|climb| of_climb(world, &climb)).filter(|due| !due.about.is_empty()).collect()
}

/// R7: each cadence of the segment is a ladder, and so are the segment's own steps.
pub(super) fn climbs<'a>(world: &World<'a>, invoice: InvoiceRow) -> Vec<Climb<'a>> {
    let ladders = world.segment(invoice).map_or(&[][..], |segment| &segment.ladders);
    let own = ladders.iter().filter(|id| !world.policy.ladders[id.0].per_customer);
    own.map(|id| Climb::new(world, Ground::of(invoice), *id)).collect()
}

pub(super) fn of_climb<'a>(world: &World<'a>, climb: &Climb<'a>) -> Vec<Due<'a>> {
    let ground = climb.ground();
    if ground.account.is_some_and(|account| account.episode.is_none()) {
        return Vec::new();
    }
    let turns = climb.turns().into_iter().map(|turn| Due {
        invoice: ground.invoice,
        about: world.about(ground),
        ground: ground.clone(),
        block: Block::Ladder(climb.id()),
        step: turn.step,
        time: turn.place.time,
        rung: turn.place.name(),
        nominal: turn.place.nominal,
        state: turn.state,
        occasion: String::new(),
        brought_along: turn.brought_along,
        forbidden: turn.forbidden,
    });
    turns.collect()
}

fn of_ladders<'a>(world: &World<'a>, invoice: InvoiceRow) -> Vec<Due<'a>> {
    climbs(world, invoice).iter().flat_map(|climb| of_climb(world, climb)).collect()
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
    let (approvers, nobody) = world.approvers(&due.ground, due.block, due.step, taken);
    let by_hand = taken.is_message().then(|| world.by_hand(&due.ground, ladder)).flatten();
    let hours = taken.is_message().then(|| world.hours(&due.ground, ladder)).flatten();
    let actor = actor(world, invoice, taken, by_hand);
    let template = taken.template().and_then(|name| crate::templates::choose(world, name, taken, invoice));
    let mut blockers = standing_in_the_way(world, &due, taken);
    let own = Some(due.step.rule);
    let mut block = |code, rule| blockers.push(world.blocker(code, rule, None));
    if taken.is_message() && recipient.is_none() {
        block("no_address", own);
    }
    if taken.template().is_some() && template.is_none() {
        block("no_template", None);
    }
    let charge = world.charge(&due.ground, taken, due.nominal).unwrap_or_else(|code| {
        block(code, own);
        None
    });
    if hours.is_some_and(|(from, to)| from >= to) {
        block("no_hours", own);
    }
    if actor.is_err() {
        block("nobody", own);
    }
    blockers.extend(nobody.into_iter().map(|rule| Blocker { code: "nobody", rule: Some(rule), until: None }));
    Candidate {
        taken,
        recipient,
        template,
        actor: actor.unwrap_or(None),
        charge,
        approvers,
        by_hand,
        hours,
        blockers,
        twins: Vec::new(),
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
    // What forbids the first action forbids its stand-in, but a problem only withholds contacts.
    let contact = taken.contact().is_some();
    // A charge reaches the customer as well.
    let reaches = contact || matches!(taken, Act::Charge(_));
    let mut blockers: Vec<Blocker> = world.outside_pilot(invoice).into_iter().collect();
    if reaches {
        blockers.extend(world.refusal());
        if due.ground.seen.iter().any(|seen| world.has_problem(*seen)) {
            blockers.push(world.blocker("problem", None, None));
        }
    }
    if reaches && world.has_unknown_outcome(&due.ground) || due.state == State::Unknown {
        blockers.push(world.blocker("unknown_outcome", None, None));
    }
    blockers.extend(world.forbidding(&due.ground, ladder, first, taken));
    if reaches || ladder.is_some() {
        blockers.extend(world.holds_of(&due.ground));
    }
    match due.state {
        State::Tried(day) if day == world.today => {
            // Tried again from the next day, a contact from the next open one.
            let weekends = world.weekends_of(due.block);
            let tomorrow = add_days(day, 1);
            let again = if contact { world.open_from(invoice, tomorrow, weekends) } else { tomorrow };
            blockers.push(world.blocker("failed_today", None, Some(add_days(again, -1))));
        }
        State::Given => blockers.push(world.blocker("not_done", Some(due.step.rule), None)),
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
        Act::Flag { .. } | Act::Charge(_) => return Ok(None),
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

/// Whoever of them there is.
pub(super) fn letterhead(world: &World, taken: &Act, invoice: InvoiceRow) -> Letterhead {
    let person = |role: Option<RoleId>| role.and_then(|role| world.person(role, invoice));
    let Act::Message { cc, .. } = taken else { return (None, None, Vec::new()) };
    let copies = cc.iter().filter_map(|role| world.person(*role, invoice)).collect();
    (person(world.policy.settings.sender), person(world.policy.settings.reply_to), copies)
}

impl<'a> World<'a> {
    /// R9, R18: the state of a step. Of several messages of one customer and channel declined on one day only those
    /// that need approval themselves, or go by hand, are passed.
    pub(super) fn state_declined(
        &self,
        ground: &Ground,
        block: Block,
        step: &Step,
        rows: &[&LedgerRow],
    ) -> State {
        let state = self.state(rows, step.waits);
        let State::Declined(day) = state else { return state };
        let row = rows.iter().rev().find(|row| row.outcome == Outcome::Declined && row.date == day).unwrap();
        let Some(channel) = self.channel_of(row).filter(|channel| channel.is_message()) else { return state };
        match self.declined_together(self.customer_of(ground.invoice), day, channel) > 1 {
            true if !self.needs_a_person(ground, block, step) => State::Open,
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

    fn needs_a_person(&self, ground: &Ground, block: Block, step: &Step) -> bool {
        let ladder = match block {
            Block::Ladder(id) => Some(id),
            Block::CarveOut(_) => None,
        };
        let (asked, nobody) = self.approvers(ground, block, step, &step.acts[0]);
        !asked.is_empty() || !nobody.is_empty() || self.by_hand(ground, ladder).is_some()
    }
}

/// R11, `latest`: marks below come on the day on which the highest rung acts, and otherwise not at all. Gives the
/// invoices and steps of those whose rung is withheld only by what is looked at last.
pub(super) fn bring_marks_along(world: &World, written: &mut Vec<Message>) -> Vec<(String, String)> {
    let tops: Vec<(InvoiceRow, Block, NaiveDate, Fate)> = written
        .iter()
        .flat_map(|message| message.members.iter().map(move |member| (message, member)))
        .flat_map(|(message, member)| {
            let due = &member.due;
            let own = (!due.brought_along).then_some((due.block, due.nominal));
            let places = own.into_iter().chain(member.twins.iter().copied());
            places.map(move |(block, nominal)| (due.invoice, block, nominal, fate(message)))
        })
        .collect();
    let of_top = |due: &Due| {
        let own = || tops.iter().filter(|top| (top.0, top.1) == (due.invoice, due.block));
        let highest = own().map(|top| top.2).max();
        own().filter(|top| Some(top.2) == highest).map(|top| top.3).min().unwrap_or(Fate::Acts)
    };
    let mut left_out = Vec::new();
    written.retain(|message| {
        let due = &message.members[0].due;
        let fate = match (due.brought_along, due.forbidden) {
            (false, _) => Fate::Acts,
            // Whether a forbidden one is told, the rules do not say.
            (true, true) => Fate::PutOff,
            (true, false) => of_top(due),
        };
        if fate == Fate::PutOff {
            left_out.push((world.id(due.invoice).to_owned(), due.key()));
        }
        fate == Fate::Acts
    });
    left_out
}

/// What becomes of a step on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Acts,
    /// Free by itself, and kept back by a limit, a credit or a missing value.
    PutOff,
    Withheld,
}

fn fate(message: &Message) -> Fate {
    let last = ["limit", "one_a_day", "allocate_first", "missing_value"];
    match message.blockers.as_slice() {
        [] => Fate::Acts,
        // R22: the marks below charge it already.
        [only] if only.code == "nothing_to_charge" => Fate::Acts,
        blockers if blockers.iter().all(|blocker| last.contains(&blocker.code)) => Fate::PutOff,
        _ => Fate::Withheld,
    }
}

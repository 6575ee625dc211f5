//! R23: entries as the plan shows them, what waits, and the day of the next step.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use dun::calendar::add_days;
use dun::model::field::{CustomerField, Field, InvoiceField};
use dun::model::{Act, Catches, Condition};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::ladder::Climb;
use super::messages::Message;
use super::report::{Entry, Member, Waiting};
use super::restrictions::Block;
use super::steps::{self, letterhead};

/// The kind of an action, as plans name it.
pub(super) fn kind(act: &Act) -> &'static str {
    match act {
        Act::Message { channel, .. } => channel.word(),
        Act::Call { .. } => "call",
        Act::Notify { .. } => "notify",
        Act::Task { .. } => "task",
        Act::HandOff { .. } => "hand_off",
        Act::Escalate { .. } => "escalate",
        Act::Flag { .. } => "flag",
        Act::Charge(_) => "charge",
    }
}

pub(super) fn flag(act: &Act) -> Option<String> {
    match act {
        Act::Flag { name } => Some(name.clone()),
        Act::Escalate { .. } => Some(String::from("escalated")),
        _ => None,
    }
}

pub(super) fn attachments(act: &Act) -> Vec<String> {
    let Act::Message { attach, .. } = act else { return Vec::new() };
    attach.iter().map(|attached| format!("{attached:?}").to_lowercase()).collect()
}

/// An entry with nothing but the customer of an invoice.
pub(super) fn blank(world: &World, invoice: InvoiceRow) -> Entry {
    of_customer_only(world, world.customer_of(invoice))
}

/// An entry with nothing but its customer.
pub(super) fn of_customer_only(world: &World, customer: CustomerRow) -> Entry {
    Entry {
        customer: world.data.customer_id(customer).to_owned(),
        invoices: Vec::new(),
        kind: "",
        step: String::new(),
        members: Vec::new(),
        cadence: None,
        carve_out: None,
        mode: "automatic",
        actor: None,
        approvers: Vec::new(),
        approved_by: Vec::new(),
        sender: None,
        reply_to: None,
        recipient: None,
        cc: Vec::new(),
        attachments: Vec::new(),
        template: None,
        language: None,
        language_wanted: None,
        language_fallback: false,
        registered: false,
        formal: false,
        deadline: None,
        flag: None,
        window: None,
        because: None,
        blockers: Vec::new(),
        next: None,
        charge: None,
        content: None,
    }
}

/// An action or a withheld step as the plan shows it.
pub(super) fn entry(world: &World, message: Message, firsts: &BTreeMap<String, NaiveDate>) -> Entry {
    let lead = message.lead();
    let (invoice, taken, step) = (lead.due.invoice, lead.taken, lead.due.step);
    let (sender, reply_to, _) = letterhead(world, taken, invoice);
    let segment = |invoice| world.segment(invoice).map(|segment| segment.name.to_string());
    let members = message.members.iter().map(|member| {
        let due = &member.due;
        let account = due.ground.account;
        Member {
            invoice: world.id(due.invoice).to_owned(),
            step: due.key(),
            rung: Some(due.rung.clone()),
            segment: segment(due.invoice),
            currency: account.map(|account| account.currency.to_string()),
            episode: account.and_then(|account| account.episode),
        }
    });
    let (cadence, carve_out) = match lead.due.block {
        Block::Ladder(id) => (Some(world.policy.ladders[id.0].name.to_string()), None),
        Block::CarveOut(at) => (None, Some(world.policy.carve_outs[at].name.to_string())),
    };
    let chosen = lead.template.as_ref();
    let time = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    let next = match message.blockers.is_empty() {
        true => None,
        false => {
            message.invoices().iter().filter_map(|invoice| firsts.get(world.id(*invoice)).copied()).min()
        }
    };
    Entry {
        invoices: message.invoices().iter().map(|invoice| world.stated(*invoice)).collect(),
        kind: kind(taken),
        step: lead.due.key(),
        members: members.collect(),
        cadence,
        carve_out,
        mode: message.mode,
        actor: message.actor(),
        approvers: message.approvers.clone(),
        approved_by: message.approved_by.clone(),
        sender,
        reply_to,
        recipient: lead.recipient.clone().map(|(role, address)| match taken.contact() {
            Some(dun::model::Channel::Letter) => (role, String::from("by post")),
            _ => (role, address),
        }),
        cc: message.copies(world),
        attachments: message.attachments(),
        template: chosen.and(taken.template()).map(str::to_owned),
        language: chosen.map(|chosen| chosen.language.clone()),
        language_wanted: world.language_wanted(taken, invoice).map(str::to_owned),
        language_fallback: chosen.is_some_and(|chosen| chosen.fallback),
        registered: matches!(taken, Act::Message { registered: true, .. }),
        formal: step.formal && taken.is_message(),
        deadline: step.deadline.map(|days| add_days(world.today, i64::from(days))),
        flag: flag(taken),
        window: message.hours.map(|(from, to)| (time(from), time(to))),
        because: Some(world.rule(step.rule)),
        charge: lead.charge.clone(),
        blockers: message.blockers.clone(),
        next,
        content: super::messages::content(world, &message),
        ..blank(world, invoice)
    }
}

/// R23: the open invoices of which nothing else is said.
pub(super) fn waiting(world: &World, entries: &[Entry]) -> Vec<Waiting> {
    let told = |invoice: &InvoiceRow| {
        let id = world.id(*invoice);
        let is_about =
            |entry: &&Entry| entry.kind != "clear" && entry.invoices.iter().any(|about| about.0 == id);
        entries.iter().any(|entry| is_about(&entry))
    };
    let silent = world.invoices().filter(|invoice| world.is_open(*invoice) && !told(invoice));
    let waiting = silent.map(|invoice| {
        let (stage, since) = world.stage(invoice);
        Waiting {
            invoice: world.stated(invoice),
            customer: world.data.customer_id(world.customer_of(invoice)).to_owned(),
            stage: stage.word(),
            since,
            owner: world.looked_after_by(invoice),
            next: next_of_waiting(world, invoice),
        }
    });
    waiting.collect()
}

impl World<'_> {
    /// R3: who looks after an invoice: an address, or the role that it was handed to.
    fn looked_after_by(&self, invoice: InvoiceRow) -> Option<String> {
        self.handed_to(invoice).or_else(|| self.owner(invoice).map(|(_, address)| address))
    }
}

/// A step of an invoice that is withheld, for good or through a day.
pub(super) type Stuck = (InvoiceRow, String, Option<NaiveDate>);

fn is_stuck(stuck: &[Stuck], due: &steps::Due, on: NaiveDate) -> bool {
    let own = stuck.iter().filter(|(invoice, key, _)| (*invoice, key) == (due.invoice, &due.key()));
    own.into_iter().any(|(_, _, until)| until.is_none_or(|until| on <= until))
}

/// R23: what no day on the calendar ends withholds a step on every later day as well, a limit through its day.
pub(super) fn stuck(world: &World, written: &[Message]) -> Vec<Stuck> {
    let passing = ["limit", "one_a_day", "failed_today", "hold_until", "held", "disputed", "promised"];
    let mut found = Vec::new();
    for message in written {
        // Interest up to a day to come grows until then.
        let grows = message.lead().due.nominal > world.today;
        let passes = |code: &str| passing.contains(&code) || (code == "nothing_to_charge" && grows);
        let lasts = message.blockers.iter().any(|blocker| !passes(blocker.code));
        let over = message.blockers.iter().filter(|blocker| matches!(blocker.code, "limit" | "one_a_day"));
        let limited = over.filter_map(|blocker| blocker.until).max();
        if lasts || limited.is_some() {
            let until = limited.filter(|_| !lasts);
            found.extend(message.members.iter().map(|member| (member.due.invoice, member.due.key(), until)));
        }
    }
    found
}

/// R23: the first later day on which a ladder of an invoice goes on, of which something is withheld.
pub(super) fn firsts(world: &World, written: &[Message], stuck: &[Stuck]) -> BTreeMap<String, NaiveDate> {
    let mut firsts = BTreeMap::new();
    for message in written.iter().filter(|message| !message.blockers.is_empty()) {
        let over = message.blockers.iter().filter(|blocker| matches!(blocker.code, "limit" | "one_a_day"));
        let limited = over.filter_map(|blocker| blocker.until).max();
        for invoice in message.invoices() {
            let Some(first) = next_of_invoice(world, invoice, stuck, limited) else { continue };
            let known = firsts.entry(world.id(invoice).to_owned()).or_insert(first);
            *known = first.min(*known);
        }
    }
    firsts
}

/// R23: the next day of any ladder of an invoice that nothing is said of.
fn next_of_waiting(world: &World, invoice: InvoiceRow) -> Option<NaiveDate> {
    next_of_invoice(world, invoice, &[], None)
}

fn next_of_invoice(
    world: &World,
    invoice: InvoiceRow,
    stuck: &[Stuck],
    limited: Option<NaiveDate>,
) -> Option<NaiveDate> {
    // What is met on days to come does not decide today.
    let aside = RefCell::default();
    let world = &World { played: &aside, ..*world };
    let climbs = steps::climbs(world, invoice);
    let own = climbs.iter().filter_map(|climb| next_of(world, climb, stuck, limited));
    let next = own.chain(next_of_accounts(world, invoice, stuck, limited)).min();
    no_later_than_a_change(world, invoice, next)
}

/// How far customers' ladders are looked ahead.
const AHEAD: i64 = 40;

/// R14, R23: the same for the customer's ladders: the first later day on which one of them has a step about the invoice.
fn next_of_accounts(
    world: &World,
    invoice: InvoiceRow,
    stuck: &[Stuck],
    limited: Option<NaiveDate>,
) -> Option<NaiveDate> {
    let ladders = world.segment(invoice).map_or(&[][..], |segment| &segment.ladders);
    if !ladders.iter().any(|id| world.policy.ladders[id.0].per_customer) {
        return None;
    }
    let customer = world.customer_of(invoice);
    let segment = world.segment(invoice).map(|segment| segment.rule);
    let mut days = (1..AHEAD).map(|days| add_days(world.known, days));
    days.find(|day| {
        let later = world.on(*day);
        let limited = limited.is_some_and(|limited| *day <= limited)
            || later.segment(invoice).map(|segment| segment.rule) != segment;
        let due = steps::of_accounts(&later, customer).into_iter();
        let mut due = due.filter(|due| {
            due.about.contains(&invoice)
                && !due.brought_along
                && !due.forbidden
                && !is_stuck(stuck, due, *day)
        });
        !limited && due.any(|due| steps::candidate(&later, due).blockers.is_empty())
    })
}

/// R23: the first later day on which a step of the ladder has its turn and nothing withholds it, if nothing changes
/// until then. `stuck` steps are withheld for good, and everything is through the day `limited`.
fn next_of(world: &World, climb: &Climb, stuck: &[Stuck], limited: Option<NaiveDate>) -> Option<NaiveDate> {
    // R16, R23: where nobody knows the end of a hold, nothing is known to come.
    let invoice = climb.ground().invoice;
    if world.holds_on(invoice).iter().any(|hold| hold.until.is_none()) {
        return None;
    }
    let last = climb.horizon().max(world.holds_on(invoice).iter().filter_map(|hold| hold.until).max())?;
    // Steps without end aside, what has not come by then never comes.
    let last = last.max(limited.unwrap_or(last)).max(world.known).min(add_days(world.known, 110));
    let mut climb = climb.clone();
    let segment = world.segment(invoice).map(|segment| segment.rule);
    let mut days = world.known.iter_days().skip(1).take_while(|day| *day <= add_days(last, 15));
    days.find(|day| {
        let later = world.on(*day);
        climb.turn_to(*day);
        // In another segment it climbs other ladders.
        let stays = later.segment(invoice).map(|segment| segment.rule) == segment;
        let limited = limited.is_some_and(|limited| *day <= limited);
        !limited
            && stays
            && steps::of_climb(&later, &climb)
                .into_iter()
                .filter(|due| !due.brought_along && !due.forbidden)
                .any(|due| !is_stuck(stuck, &due, *day) && steps::candidate(&later, due).blockers.is_empty())
    })
}

/// R23: where a segment's condition changes with time alone, the invoice may be in another segment tomorrow.
fn no_later_than_a_change(world: &World, invoice: InvoiceRow, next: Option<NaiveDate>) -> Option<NaiveDate> {
    // Not before the last known end of what holds it; where none is known, nothing is.
    let holds = world.holds_on(invoice);
    let held = holds.iter().any(|hold| hold.until.is_none()) || world.outside_pilot(invoice).is_some();
    let free = holds.iter().filter_map(|hold| hold.until).max().unwrap_or(world.known);
    let tomorrow = add_days(free.max(world.known), 1);
    let mut tried = Vec::new();
    for segment in &world.policy.segments {
        tried.push(segment);
        if world.segment(invoice).is_some_and(|own| std::ptr::eq(own, segment)) {
            break;
        }
    }
    let changes = tried.iter().any(|segment| match &segment.catches {
        Catches::When(when) => changes_with_time(when),
        Catches::Everything => false,
    });
    match changes && !held {
        true => Some(next.map_or(tomorrow, |next| next.min(tomorrow))),
        false => next,
    }
}

/// Whether time alone can change a condition.
pub(super) fn changes_with_time(condition: &Condition) -> bool {
    match condition {
        Condition::Not(inner) => changes_with_time(inner),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(changes_with_time),
        Condition::Test(test) => match test.field {
            Field::Today => true,
            Field::Invoice(field) => matches!(
                field,
                InvoiceField::DaysOverdue
                    | InvoiceField::Age
                    | InvoiceField::Promised
                    | InvoiceField::PromiseBroken
                    | InvoiceField::Stage
            ),
            Field::Customer(field) => matches!(
                field,
                CustomerField::OverdueBalance
                    | CustomerField::OverdueCount
                    | CustomerField::OldestOverdue
                    | CustomerField::BrokenPromises
                    | CustomerField::DaysSinceMessage
            ),
            Field::Own(_) => false,
        },
    }
}

//! R17 to R20: messages together, limits, credits, texts and approvals.

use chrono::{NaiveDate, NaiveTime};
use dun::calendar::add_days;
use dun::model::{Act, Channel, RestrictionKind, RuleId, Weekends};
use dun::money::Currency;
use dun::snapshot::ledger::{LedgerRow, Outcome};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::account::Account;
use super::approvals::Content;
use super::people::Person;
use super::report::{Approver, Blocker, Entry, Member, Stated};
use super::restrictions::{Block, common_hours};
use super::steps::{Candidate, letterhead};

/// One action to be, or a withheld step: a message of one or several steps, or something else of one.
pub(super) struct Message<'a> {
    pub(super) members: Vec<Candidate<'a>>,
    pub(super) blockers: Vec<Blocker>,
    pub(super) approvers: Vec<Approver>,
    pub(super) approved_by: Vec<String>,
    pub(super) mode: &'static str,
    pub(super) hours: Option<(NaiveTime, NaiveTime)>,
}

impl<'a> Message<'a> {
    fn new(members: Vec<Candidate<'a>>) -> Message<'a> {
        let mut approvers: Vec<Approver> = Vec::new();
        for approver in members.iter().flat_map(|member| &member.approvers) {
            if !approvers.iter().any(|known| known.person == approver.person) {
                approvers.push(approver.clone());
            }
        }
        let hours = members.iter().filter_map(|member| member.hours).reduce(common_hours);
        let blockers = members[0].blockers.clone();
        Message { members, blockers, approvers, approved_by: Vec::new(), mode: "", hours }
    }

    pub(super) fn lead(&self) -> &Candidate<'a> {
        &self.members[0]
    }

    fn channel(&self) -> Option<Channel> {
        self.lead().taken.contact().filter(|channel| channel.is_message())
    }

    /// The invoices, each once, the leading one first.
    pub(super) fn invoices(&self) -> Vec<InvoiceRow> {
        let mut invoices: Vec<InvoiceRow> = Vec::new();
        for member in &self.members {
            let new: Vec<InvoiceRow> =
                member.due.about.iter().copied().filter(|invoice| !invoices.contains(invoice)).collect();
            invoices.extend(new);
        }
        invoices
    }

    /// The copies and attachments that any member asks for.
    pub(super) fn copies(&self, world: &World) -> Vec<Person> {
        let of = |member: &Candidate| letterhead(world, member.taken, member.due.invoice).2;
        let mut copies: Vec<Person> = self.members.iter().flat_map(of).collect();
        copies.sort();
        copies.dedup();
        copies
    }

    pub(super) fn attachments(&self) -> Vec<String> {
        let mut all: Vec<String> =
            self.members.iter().flat_map(|member| super::silence::attachments(member.taken)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Who sends it by hand, if anybody: the first of the members that says.
    pub(super) fn actor(&self) -> Option<Person> {
        self.members.iter().find_map(|member| member.actor.clone())
    }

    fn withhold(&mut self, blocker: Blocker) {
        self.blockers.push(blocker);
    }
}

/// What comes first: the most overdue, the larger balance, the lower id, the later rung, the order of the file.
fn precedence(world: &World, candidate: &Candidate) -> impl Ord + use<> {
    let due = &candidate.due;
    (
        std::cmp::Reverse(world.days_overdue(due.invoice)),
        std::cmp::Reverse(world.balance(due.invoice)),
        world.id(due.invoice).to_owned(),
        std::cmp::Reverse(due.nominal),
        candidate.due.block,
        world.policy.rule(due.step.rule).line,
    )
}

/// All actions of a customer, its messages combined, limited and written.
pub(super) fn of_customer<'a>(
    world: &World<'a>,
    customer: CustomerRow,
    candidates: Vec<Candidate<'a>>,
) -> Vec<Message<'a>> {
    let free = |candidate: &Candidate| candidate.taken.is_message() && candidate.blockers.is_empty();
    let (mut free, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(free);
    free.sort_by_cached_key(|candidate| precedence(world, candidate));
    let mut messages = combined(world, free);
    let mut used = channels_of_today(world, customer);
    for message in &mut messages {
        hold_for_credits(world, message);
        limit_the_customer(world, customer, message, &used);
        write(world, message);
        used.extend(message.channel().filter(|_| message.blockers.is_empty()));
    }
    let mut others: Vec<Message> =
        others.into_iter().map(|candidate| Message::new(vec![candidate])).collect();
    for message in &mut others {
        if message.lead().taken.is_charge() {
            hold_for_credits(world, message);
        }
        write(world, message);
    }
    messages.extend(others);
    messages
}

/// R18: messages that become one.
fn combined<'a>(world: &World<'a>, free: Vec<Candidate<'a>>) -> Vec<Message<'a>> {
    let mut messages: Vec<Message> = Vec::new();
    for candidate in free {
        let joins = |message: &&mut Message| {
            !world.policy.settings.one_message_per_invoice && belong_together(world, message, &candidate)
        };
        match messages.iter_mut().find(joins) {
            Some(message) => {
                let mut members = std::mem::take(&mut message.members);
                members.push(candidate);
                *message = Message::new(members);
            }
            None => messages.push(Message::new(vec![candidate])),
        }
    }
    messages
}

/// R18: same address, channel and currency; before and after the due date, registered and plain letters, different
/// deadlines and hours stay apart; a formal step is joined by the same step only, at whichever time of it.
fn belong_together(world: &World, message: &Message, other: &Candidate) -> bool {
    let lead = message.lead();
    let before = |candidate: &Candidate| world.days_overdue(candidate.due.invoice) < 0;
    let registered = |candidate: &Candidate| matches!(candidate.taken, Act::Message { registered: true, .. });
    let formal = lead.due.step.formal || other.due.step.formal;
    let address = |candidate: &Candidate| candidate.recipient.as_ref().map(|(_, address)| address.clone());
    let hours = [message.hours, other.hours].into_iter().flatten().reduce(common_hours);
    lead.taken.contact() == other.taken.contact()
        && address(lead) == address(other)
        && world.currency(lead.due.invoice) == world.currency(other.due.invoice)
        && before(lead) == before(other)
        && registered(lead) == registered(other)
        && lead.due.step.deadline == other.due.step.deadline
        && (!formal || lead.due.step.rule == other.due.step.rule)
        && hours.is_none_or(|(from, to)| from < to)
}

/// R18: a customer gets one message a channel and day, the ledger's of that day included.
fn channels_of_today(world: &World, customer: CustomerRow) -> Vec<Channel> {
    if world.policy.settings.one_message_per_invoice {
        return Vec::new();
    }
    let rows = world.rows_of_customer(customer).into_iter();
    let today = rows.filter(|row| row.date == world.today && world.is_message_counted(row));
    today.filter_map(|row| world.channel_of(row)).collect()
}

// ---- R19

/// The limits in scope of any member.
fn limits(world: &World, message: &Message) -> Vec<(RuleId, RestrictionKind)> {
    let mut found = Vec::new();
    for member in &message.members {
        let ladder = match member.due.block {
            Block::Ladder(id) => Some(id),
            Block::CarveOut(_) => None,
        };
        for scope in world.in_scope(&member.due.ground, ladder) {
            let limit = (scope.restriction.rule, scope.restriction.kind.clone());
            if matches!(limit.1, RestrictionKind::WriteAtMost { .. } | RestrictionKind::SendAtMost(_))
                && !found.contains(&limit)
            {
                found.push(limit);
            }
        }
    }
    found
}

/// R18, R19: one message a channel, and so many days with a message to the customer.
fn limit_the_customer(world: &World, customer: CustomerRow, message: &mut Message, used: &[Channel]) {
    if !message.blockers.is_empty() {
        return;
    }
    let one_message_per_invoice = world.policy.settings.one_message_per_invoice;
    if message.channel().is_some_and(|channel| !one_message_per_invoice && used.contains(&channel)) {
        message.withhold(world.blocker("one_a_day", None, Some(world.today)));
    }
    let rows = world.rows_of_customer(customer).into_iter();
    let mut days: Vec<NaiveDate> =
        rows.filter(|row| world.is_message_counted(row)).map(|row| row.date).collect();
    days.sort_unstable();
    days.dedup();
    for (rule, limit) in limits(world, message) {
        let RestrictionKind::WriteAtMost { times, days: window } = limit else { continue };
        let free = |day: NaiveDate| {
            let from = add_days(day, -i64::from(window));
            let before = days.iter().filter(|used| **used > from && **used < day).count();
            before < usize::try_from(times).unwrap()
        };
        if !free(world.today) {
            let weekends = world.weekends_of(message.lead().due.block);
            let on = world.today.iter_days().skip(1).find(|day| free(*day)).unwrap();
            let on = world.open_from(message.lead().due.invoice, on, weekends);
            message.withhold(world.blocker("limit", Some(rule), Some(add_days(on, -1))));
        }
    }
}

impl World<'_> {
    /// R8: how contacts move off closed days.
    pub(super) fn weekends_of(&self, block: Block) -> Weekends {
        match block {
            Block::Ladder(id) => self.policy.ladders[id.0].weekends,
            Block::CarveOut(_) => self.policy.settings.weekends,
        }
    }
}

/// R19: automatic messages of a day, over all customers: the most overdue first, then by customer and invoice.
pub(super) fn limit_the_day(world: &World, written: &mut [Message]) {
    let gone = sent_today(world);
    let mut order: Vec<usize> = (0..written.len())
        .filter(|at| {
            written[*at].channel().is_some()
                && written[*at].blockers.is_empty()
                && written[*at].mode == "automatic"
        })
        .collect();
    order.sort_by_key(|at| {
        let invoice = written[*at].lead().due.invoice;
        let customer = world.data.customer_id(world.customer_of(invoice));
        let step = written[*at].lead().due.key();
        (std::cmp::Reverse(world.days_overdue(invoice)), customer, world.id(invoice), step)
    });
    let mut counts: Vec<(RuleId, u32)> = Vec::new();
    for at in order {
        let limits: Vec<(RuleId, u32)> = limits(world, &written[at])
            .into_iter()
            .filter_map(|(rule, limit)| match limit {
                RestrictionKind::SendAtMost(most) => Some((rule, most)),
                _ => None,
            })
            .collect();
        let used = |rule: RuleId, counts: &[(RuleId, u32)]| {
            gone + counts.iter().find(|(other, _)| *other == rule).map_or(0, |(_, count)| *count)
        };
        let over: Vec<RuleId> = limits
            .iter()
            .filter(|(rule, most)| used(*rule, &counts) >= *most)
            .map(|(rule, _)| *rule)
            .collect();
        for rule in &over {
            written[at].withhold(world.blocker("limit", Some(*rule), Some(world.today)));
        }
        if over.is_empty() {
            for (rule, _) in limits {
                match counts.iter_mut().find(|(other, _)| *other == rule) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((rule, 1)),
                }
            }
        }
    }
}

/// R19: the messages that went out today by themselves, or may have.
fn sent_today(world: &World) -> u32 {
    let rows = world.rows().into_iter().filter(|row| row.date == world.today && world.is_message(row));
    let went = |outcome| matches!(outcome, Outcome::Sent | Outcome::Bounced | Outcome::Unknown);
    let sent = rows.filter(|row| went(row.outcome));
    let per_invoice = world.policy.settings.one_message_per_invoice;
    let message =
        |row: &LedgerRow| (row.customer, world.channel_of(row), row.invoice.filter(|_| per_invoice));
    let mut messages: Vec<_> = sent.map(message).collect();
    messages.sort();
    messages.dedup();
    u32::try_from(messages.len()).unwrap()
}

// ---- R20

/// A credit: when, its id, how much.
type Credit<'a> = (NaiveDate, &'a str, i64);

/// R20: the credits of a customer in a currency: what belongs to no invoice, and what invoices have below zero.
fn credits<'a>(world: &World<'a>, customer: CustomerRow, currency: Currency) -> Vec<Credit<'a>> {
    let rows = world.data.payments.iter().filter(|row| row.customer == customer && row.invoice.is_none());
    let free = rows.filter(|row| row.money.currency == currency && row.date <= world.known);
    let free = free.map(|row| (row.date, world.data.text(row.id), row.money.minor));
    let paid = |invoice: &InvoiceRow| world.is_issued(*invoice) && !world.is_void(*invoice);
    let own = world.invoices_of(customer).into_iter().filter(paid);
    let below = own.filter(|invoice| world.currency(*invoice) == currency && world.balance(*invoice) < 0);
    let below = below.map(|invoice| {
        let last = world.payments(invoice).iter().map(|row| row.date).max();
        let on = last.or(world.issued_on(invoice)).unwrap_or(world.due(invoice));
        (on, world.id(invoice), -world.balance(invoice))
    });
    free.chain(below).collect()
}

/// R20: a message or a charge about no more than the customer has in credits.
fn hold_for_credits(world: &World, message: &mut Message) {
    if !message.blockers.is_empty() {
        return;
    }
    let invoices = message.invoices();
    let asked: i64 = invoices.iter().map(|invoice| world.balance(*invoice)).sum();
    let credits = credits(world, world.customer_of(invoices[0]), world.currency(invoices[0]));
    let sum: i64 = credits.iter().map(|credit| credit.2).sum();
    if !credits.is_empty() && sum >= asked {
        message.withhold(world.blocker("allocate_first", None, None));
    }
}

/// R20: the fallback is told once of the newest of them.
pub(super) fn credit_notices(world: &World, written: &[Message]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut withheld: Vec<&Message> = written
        .iter()
        .filter(|message| message.blockers.iter().any(|blocker| blocker.code == "allocate_first"))
        .collect();
    withheld.sort_by_cached_key(|message| precedence(world, message.lead()));
    for message in withheld {
        let invoice = message.lead().due.invoice;
        let customer = world.customer_of(invoice);
        let credits = credits(world, customer, world.currency(invoice));
        let (_, newest, _) = credits.iter().max().unwrap();
        let Some(person) = world.fallback(invoice) else { continue };
        let step = format!("notify {} of {newest}", person.0);
        let told = world
            .rows_of_customer(customer)
            .into_iter()
            .any(|row| world.name_of(row) == step && row.outcome.carries_out());
        let here = |entry: &Entry| entry.step == step && entry.customer == world.data.customer_id(customer);
        if !told && !entries.iter().any(here) {
            entries.push(notice(world, message, step, person));
        }
    }
    entries
}

fn notice(world: &World, message: &Message, step: String, person: Person) -> Entry {
    let lead = &message.lead().due;
    Entry {
        members: vec![Member::of_invoice(world.id(lead.invoice), &step)],
        step,
        kind: "notify",
        mode: "automatic",
        actor: Some(person),
        invoices: vec![world.stated(lead.invoice)],
        ..super::silence::blank(world, lead.invoice)
    }
}

// ---- R5, R17: the text, and whether it is approved

impl World<'_> {
    pub(super) fn stated(&self, invoice: InvoiceRow) -> Stated {
        let currency = self.currency(invoice).to_string();
        (
            self.id(invoice).to_owned(),
            self.balance(invoice),
            currency,
            self.due(invoice),
            self.days_overdue(invoice),
        )
    }
}

/// R5, R17: writes a message, and settles who has approved it and how it is carried out.
fn write(world: &World, message: &mut Message) {
    let content = content(world, message);
    if message.blockers.is_empty() && content.is_none() {
        let rule = message.lead().due.step.rule;
        message.withhold(world.blocker("missing_value", Some(rule), None));
    }
    let lead = message.lead();
    // No text is written of what is withheld.
    let written = message.blockers.is_empty() || lead.template.is_none();
    if let Some(content) = content.filter(|_| written && !message.approvers.is_empty()) {
        message.approved_by = approved_by(world, &content, world.customer_of(lead.due.invoice));
    }
    let approved = |approver: &Approver| {
        let (role, address) = &approver.person;
        message.approved_by.iter().any(|by| by == role || by == address)
    };
    let person = matches!(message.lead().taken, Act::Call { .. } | Act::Task { .. } | Act::HandOff { .. });
    message.mode = match () {
        () if !message.approvers.iter().all(approved) => "approval",
        () if person || message.members.iter().any(|member| member.by_hand.is_some()) => "manual",
        () => "automatic",
    };
}

/// R17: what is approved; none when a value is missing that the template needs (R5).
pub(super) fn content(world: &World, message: &Message) -> Option<Content> {
    let lead = message.lead();
    let invoices: Vec<Stated> = message.invoices().iter().map(|invoice| world.stated(*invoice)).collect();
    let letterhead = letterhead(world, lead.taken, lead.due.invoice);
    let mut text = Vec::new();
    if let Some(chosen) = &lead.template {
        text.push(chosen.template.path().to_owned());
        for (name, can_do_without) in chosen.template.facts() {
            let value = fact(world, message, &letterhead, name);
            if value.is_none() && !can_do_without {
                return None;
            }
            text.extend(value);
        }
    }
    if let Some(charge) = &lead.charge {
        text.push(format!("{} {} {}", charge.kind, charge.minor, charge.currency));
    }
    if let Act::Task { text: task, .. } = lead.taken {
        text.push(task.clone());
    }
    let member = |member: &Candidate| {
        let due = &member.due;
        let of_account = |account: Account| format!("{} {:?}", account.currency, account.episode);
        let occasion = due.ground.account.map_or(due.occasion.clone(), of_account);
        (world.id(due.invoice).to_owned(), due.key(), occasion)
    };
    let mut members: Vec<_> = message.members.iter().map(member).collect();
    members.sort();
    let (sender, reply_to, _) = letterhead;
    Some(Content {
        kind: super::silence::kind(lead.taken),
        people: vec![message.actor(), sender, reply_to, lead.recipient.clone()],
        cc: message.copies(world),
        invoices: Content::invoices(&invoices),
        attachments: message.attachments(),
        registered: matches!(lead.taken, Act::Message { registered: true, .. }),
        flag: super::silence::flag(lead.taken),
        deadline_days: lead.due.step.deadline,
        text,
        members,
    })
}

/// What a template states for one of its gaps.
fn fact(
    world: &World,
    message: &Message,
    letterhead: &super::steps::Letterhead,
    name: &str,
) -> Option<String> {
    let lead = message.lead().due.invoice;
    let customer = world.customer_of(lead);
    let customers = &world.data.customers;
    let ids = |invoices: Vec<InvoiceRow>| -> String {
        let ids: Vec<&str> = invoices.into_iter().map(|invoice| world.id(invoice)).collect();
        ids.join(" ")
    };
    match name {
        "policy.name" => Some(world.policy.name.clone()),
        "sender.address" => letterhead.0.as_ref().map(|(_, address)| address.clone()),
        "customer.id" => Some(world.data.customer_id(customer).to_owned()),
        "customer.name" => world.text(customers.name.get(customer.index())).map(str::to_owned),
        "customer.contact_name" => {
            world.text(customers.contact_name.get(customer.index())).map(str::to_owned)
        }
        "invoice.id" => Some(world.id(lead).to_owned()),
        "invoice.balance" => Some(world.balance(lead).to_string()),
        "invoice.due_date" => Some(world.due(lead).to_string()),
        "invoice.days_overdue" => Some(world.days_overdue(lead).to_string()),
        "total" => {
            Some(message.invoices().iter().map(|invoice| world.balance(*invoice)).sum::<i64>().to_string())
        }
        "interest_to_date" => world.interest_to_date(&message.invoices()).map(|minor| minor.to_string()),
        "total_with_charges" => {
            let invoices = message.invoices();
            let total: i64 = invoices.iter().map(|invoice| world.balance(*invoice)).sum();
            let charges = world.interest_to_date(&invoices).zip(world.fees_to_date(&invoices));
            charges.map(|(interest, fees)| (total + interest + fees).to_string())
        }
        "count" => Some(message.invoices().len().to_string()),
        "today" => Some(world.today.to_string()),
        "deadline" => message.lead().due.step.deadline.map(|days| format!("{days} days")),
        "invoices" => Some(ids(message.invoices())),
        "also_open" => {
            let mine = message.invoices();
            let open = world.open_invoices(customer).into_iter();
            let others =
                open.filter(|other| !mine.contains(other) && world.currency(*other) == world.currency(lead));
            Some(ids(others.collect()))
        }
        other => panic!("the reference knows no {other}"),
    }
}

/// R17: who approved exactly this.
fn approved_by(world: &World, content: &Content, customer: CustomerRow) -> Vec<String> {
    let rows = world.rows_of_customer(customer).into_iter().filter(|row| row.outcome == Outcome::Approved);
    let mut by: Vec<String> = Vec::new();
    for row in rows {
        let Some(details) = row.details.as_ref() else { continue };
        let (Some(key), Some(digest), Some(person)) = (details.key, details.content, details.approved_by)
        else {
            continue;
        };
        let quoted = (world.data.text(key).to_owned(), world.data.text(digest).to_owned());
        let person = world.data.text(person);
        let fits = world.approvals.0.get(&quoted) == Some(content);
        if fits && !by.iter().any(|known| known == person) {
            by.push(person.to_owned());
        }
    }
    by
}

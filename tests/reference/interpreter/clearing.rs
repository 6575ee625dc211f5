//! R24: marks that are taken away.

use dun::model::{Act, Stage};
use dun::snapshot::ledger::LedgerRow;
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::account::AccountMark;
use super::ledger::{Named, State};
use super::report::{Entry, Member, Rule};
use super::silence::{blank, of_customer_only};

/// R24: for every mark that the ledger shows set and not cleared on an invoice that is settled, void or written off.
pub(super) fn of_customer(world: &World, customer: CustomerRow) -> Vec<Entry> {
    let over = |invoice: &InvoiceRow| matches!(world.stage(*invoice).0, Stage::Void | Stage::Paid);
    let over = world.invoices_of(customer).into_iter().filter(over);
    let of_invoices = over
        .flat_map(|invoice| marks(world, invoice).into_iter().map(move |mark| clear(world, invoice, &mark)));
    of_invoices.chain(ended(world, customer)).collect()
}

/// R14, R24: marks of the customer as a whole whose episode has ended, each name once a currency.
fn ended(world: &World, customer: CustomerRow) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for mark in set_last(world, customer) {
        let step = format!("clear {}", mark.name);
        let rows = world.rows_of_customer(customer).into_iter();
        let clears = |row: &&LedgerRow| {
            world.name_of(row) == step && (row.invoice.is_none() || row.invoice == mark.invoice)
        };
        let tried: Vec<_> = rows.filter(clears).collect();
        let currency = mark.currency.map(|currency| currency.to_string());
        // One that failed is tried again tomorrow (R9).
        if world.state(&tried, false) == State::Tried(world.today) {
            continue;
        }
        let invoice = mark.invoice.map_or(String::new(), |invoice| world.id(invoice).to_owned());
        entries.push(Entry {
            members: vec![Member { invoice, step: step.clone(), currency, ..Member::default() }],
            step,
            kind: "clear",
            flag: Some(mark.name.clone()),
            because: rule_of(world, &mark.name),
            ..of_customer_only(world, customer)
        });
    }
    entries
}

/// Of the marks whose episode has ended the one set last, of each name and currency.
fn set_last(world: &World, customer: CustomerRow) -> Vec<AccountMark> {
    let mut last: Vec<AccountMark> = Vec::new();
    for mark in world.account_marks(customer).into_iter().rev().filter(|mark| mark.standing.is_empty()) {
        let same = |known: &AccountMark| (&known.name, known.currency) == (&mark.name, mark.currency);
        if !last.iter().any(same) {
            last.push(mark);
        }
    }
    last
}

/// The marks on an invoice that are set, not cleared, and whose clearing was not tried today.
fn marks(world: &World, invoice: InvoiceRow) -> Vec<String> {
    let rows = world.rows().into_iter().filter(|row| row.invoice == Some(invoice));
    let mut names: Vec<String> = rows
        .filter(|row| !world.is_of_account(row))
        .filter_map(|row| match world.named(row) {
            Named::Flag { name, .. } => Some(name),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names.retain(|name| {
        let clearing = world.state(&world.rows_named(invoice, &format!("clear {name}")), false);
        world.own_flag_set(invoice, name).is_some() && clearing != State::Tried(world.today)
    });
    names
}

fn clear(world: &World, invoice: InvoiceRow, mark: &str) -> Entry {
    let step = format!("clear {mark}");
    Entry {
        members: vec![Member::of_invoice(world.id(invoice), &step)],
        step,
        kind: "clear",
        flag: Some(mark.to_owned()),
        invoices: vec![world.stated(invoice)],
        because: rule_of(world, mark),
        ..blank(world, invoice)
    }
}

/// The first step of the policy that sets a mark; none where the policy has none any more.
fn rule_of(world: &World, mark: &str) -> Option<Rule> {
    let sets = |act: &Act| match act {
        Act::Flag { name } => name == mark,
        Act::Escalate { .. } => mark == "escalated",
        _ => false,
    };
    let mut steps = world.steps().map(|known| known.step);
    steps.find(|step| step.acts.iter().any(sets)).map(|step| world.rule(step.rule))
}

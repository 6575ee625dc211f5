//! R24: marks that are taken away.

use dun::model::{Act, Stage};
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::ledger::{Named, State};
use super::report::{Entry, Rule};
use super::silence::blank;

/// R24: for every mark that the ledger shows set and not cleared on an invoice that is settled, void or written off.
pub(super) fn of_customer(world: &World, customer: CustomerRow) -> Vec<Entry> {
    let over = |invoice: &InvoiceRow| matches!(world.stage(*invoice).0, Stage::Void | Stage::Paid);
    let over = world.invoices_of(customer).into_iter().filter(over);
    over.flat_map(|invoice| marks(world, invoice).into_iter().map(move |mark| clear(world, invoice, &mark)))
        .collect()
}

/// The marks on an invoice that are set, not cleared, and whose clearing was not tried today.
fn marks(world: &World, invoice: InvoiceRow) -> Vec<String> {
    let rows = world.rows().into_iter().filter(|row| row.invoice == Some(invoice));
    let mut names: Vec<String> = rows
        .filter_map(|row| match world.named(row) {
            Named::Flag { name, .. } => Some(name),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names.retain(|name| {
        let clearing = world.state(&world.rows_named(invoice, &format!("clear {name}")), false);
        world.flag_set(invoice, name).is_some() && clearing != State::Tried(world.today)
    });
    names
}

fn clear(world: &World, invoice: InvoiceRow, mark: &str) -> Entry {
    let step = format!("clear {mark}");
    Entry {
        members: vec![(world.id(invoice).to_owned(), step.clone(), None, None)],
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
    let mut steps = world.steps().into_iter().map(|known| known.step);
    steps.find(|step| step.acts.iter().any(sets)).map(|step| world.rule(step.rule))
}

//! R24: marks that are taken away.

use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::ledger::{Named, State};
use super::report::Entry;
use super::silence::blank;

/// R24: for every mark that the ledger shows set and not cleared on an invoice that is settled, void or written off.
pub(super) fn of_customer(world: &World, customer: CustomerRow) -> Vec<Entry> {
    let over = |invoice: &InvoiceRow| world.is_void(*invoice) || world.is_settled(*invoice);
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
        world.flag_set(invoice, name).is_some()
            && clearing != State::Tried(world.today)
            && clearing != State::Unknown
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
        ..blank(world, invoice)
    }
}

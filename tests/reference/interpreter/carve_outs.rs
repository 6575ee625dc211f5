//! R12: the steps of carve-outs, each on its own and once.

use dun::model::{Anchor, CarveOut, Step};
use dun::snapshot::ledger::LedgerRow;
use dun::snapshot::tables::{InvoiceRow, Since};

use super::World;
use super::account::Ground;
use super::conditions::Truth;
use super::ladder::is_contact;
use super::ledger::State;
use super::restrictions::Block;
use super::steps::Due;

/// R12: the steps of the carve-outs that hold for an invoice whose day has come.
pub(super) fn due<'a>(world: &World<'a>, invoice: InvoiceRow) -> Vec<Due<'a>> {
    let mut found = Vec::new();
    for (at, carve_out) in world.policy.carve_outs.iter().enumerate() {
        if world.truth(invoice, &carve_out.when) == Truth::True {
            found.extend(
                carve_out.steps.iter().filter_map(|step| of_step(world, invoice, at, carve_out, step)),
            );
        }
    }
    found
}

fn of_step<'a>(
    world: &World<'a>,
    invoice: InvoiceRow,
    at: usize,
    _: &CarveOut,
    step: &'a Step,
) -> Option<Due<'a>> {
    let (since, occasion) = occasion(world, invoice, step)?;
    let ground = Ground::of(invoice);
    let rows = world.rows_of_step(&ground, step, None);
    let rows: Vec<&LedgerRow> =
        rows.into_iter().filter(|row| since.is_none_or(|since| row.date >= since)).collect();
    let state = world.state_declined(&ground, Block::CarveOut(at), step, &rows);
    if matches!(state, State::Done { .. } | State::Declined(_)) || !world.holds(invoice, step) {
        return None;
    }
    let weekends = world.policy.settings.weekends;
    // Without a date: the first plan that sees it.
    let nominal = match step.moment.anchor {
        Anchor::Dispute if since.is_none() => world.known,
        _ => world.moment(invoice, step.moment)?,
    };
    let contact = step.acts.iter().any(is_contact);
    let planned = if contact { world.rolled(invoice, nominal, weekends) } else { nominal };
    let closed = contact && world.is_closed_for_contacts(invoice, weekends);
    let lapsed = step.moment.anchor.is_of_invoice() && world.lapsed_before_due(invoice, nominal);
    (planned <= world.today && !closed && !lapsed).then(|| Due {
        invoice,
        about: vec![invoice],
        ground,
        block: Block::CarveOut(at),
        step,
        time: 0,
        rung: step.moment.name(),
        nominal,
        state,
        occasion,
        brought_along: false,
        forbidden: false,
    })
}

/// R12: the dispute or promise that the step counts for, and since when rows belong to it.
fn occasion(world: &World, invoice: InvoiceRow, step: &Step) -> Option<(Option<chrono::NaiveDate>, String)> {
    let of = |since: Since, word: &str| (since.date(), format!("{word} {:?}", since.date()));
    match step.moment.anchor {
        Anchor::Dispute => world.dispute(invoice).map(|dispute| of(dispute.opened, "dispute")),
        Anchor::Promise => world.promise(invoice).map(|promise| {
            let (since, text) = of(promise.made, "promise");
            // Without a date of its own, what was done before the step's day was for another promise.
            let nominal = world.moment(invoice, step.moment).unwrap_or(promise.due);
            (since.or(Some(promise.due.min(nominal))), format!("{text} {}", promise.due))
        }),
        _ => Some((None, String::new())),
    }
}

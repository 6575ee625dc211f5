//! R1 and R5: what is wrong with the data, and whose contacts that withholds.

use dun::model::RestrictionKind;
use dun::snapshot::tables::InvoiceRow;

use super::World;
use super::ledger::Named;
use super::report::Blocker;

impl World<'_> {
    /// R1: contacts on data that is too old, and of a day before the newest row of the ledger.
    pub(super) fn refusal(&self) -> Option<Blocker> {
        let limits = self.policy.everywhere.iter().filter_map(|restriction| match restriction.kind {
            RestrictionKind::DataNoOlder(days) => Some((days, restriction.rule)),
            _ => None,
        });
        let age = self.data.taken_on.map(|taken| dun::calendar::days_between(taken, self.known));
        let too_old = limits.min().filter(|(days, _)| age.is_none_or(|age| age > i64::from(*days)));
        if let Some((_, rule)) = too_old {
            return Some(self.blocker("stale_data", Some(rule), None));
        }
        let rows = self.data.ledger.iter().chain(&self.data.customer_ledger);
        let newer = rows.map(|row| row.date).max().is_some_and(|last| last > self.known);
        (newer && !self.replay).then(|| self.blocker("replay", None, None))
    }

    /// R5: a problem of the invoice, of its customer, or of nobody knows whom.
    pub(super) fn has_problem(&self, invoice: InvoiceRow) -> bool {
        let (id, customer) = (self.id(invoice), self.data.customer_id(self.customer_of(invoice)));
        let blocking = self.data.problems.iter().filter(|problem| problem.blocks);
        blocking.into_iter().any(|problem| match (&problem.invoice, &problem.customer) {
            (Some(other), _) => other == id,
            (None, Some(other)) => other == customer,
            (None, None) => true,
        })
    }
}

/// R5, R13: the problems of the data, invoices that no segment catches, steps that the policy does not know.
pub(super) fn of_plan(world: &World) -> Vec<(String, Option<String>, Option<String>)> {
    let of_data =
        world.data.problems.iter().map(|problem| {
            (problem.code.word().to_owned(), problem.customer.clone(), problem.invoice.clone())
        });
    let mut problems: Vec<_> = of_data.collect();
    for invoice in
        world.invoices().filter(|invoice| world.is_open(*invoice) && world.segment(*invoice).is_none())
    {
        let customer = world.data.customer_id(world.customer_of(invoice)).to_owned();
        problems.push((String::from("unplaced-invoice"), Some(customer), Some(world.id(invoice).to_owned())));
    }
    problems.extend(world.unknown_in_pilot());
    let rows = world.rows().into_iter();
    let unknown = rows.filter(|row| world.known_step(world.name_of(row)).is_none());
    let unknown = unknown.filter(|row| !matches!(world.named(row), Named::Clear(_) | Named::CreditNotice));
    let mut names: Vec<&str> = unknown.map(|row| world.name_of(row)).collect();
    names.sort_unstable();
    names.dedup();
    problems.extend(names.iter().map(|_| (String::from("unknown-step"), None, None)));
    problems
}

//! Messages that go out by themselves about an invoice in dispute.

use super::Lint;
use super::stopped;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, InvoiceField};
use crate::model::{Condition, Predicate, Restriction, RuleId, Step, Test};
use crate::region::Region;
use crate::span::Span;
use crate::syntax::ast::Block;

impl<'a> Lint<'a> {
    /// One finding for the policy, with the first message that gets through.
    pub(super) fn disputes(&mut self) {
        let Some(step) = self.first_to_a_dispute() else { return };
        let Some(header) = self.policy_header() else { return };
        let asks = |condition: &Condition| {
            let mut asks = false;
            condition.each_test(&mut |test| asks |= is_about_disputes(test));
            asks
        };
        let message = match self.policy.carve_outs.iter().any(|carve_out| asks(&carve_out.when)) {
            true => "not every invoice in dispute is held",
            false => "no carve-out holds invoices in dispute",
        };
        let key = self.policy.rule(step).id.split_once('/').map_or("this", |(_, key)| key).to_owned();
        let found = Diagnostic::warning(Code::NoDisputeCarveOut, header, message)
            .label(self.span(step), format!("`{key}` goes out all the same"))
            .help("add `carve-out disputes when invoice.disputed: hold`");
        self.report(found);
    }

    fn policy_header(&self) -> Option<Span> {
        self.ast.blocks.iter().find_map(|block| match block {
            Block::Policy(policy) => Some(policy.span),
            _ => None,
        })
    }

    /// The first message step, in the order of the file, that an invoice in dispute gets without anyone's word.
    fn first_to_a_dispute(&self) -> Option<RuleId> {
        let disputed = Condition::Test(Test {
            field: Field::Invoice(InvoiceField::Disputed),
            predicate: Predicate::Flag,
        });
        let disputed = self.space.holds(&disputed)?;
        let mut through: Vec<RuleId> = Vec::new();
        for (id, ladder) in self.ladders() {
            for (at, segment) in self.users(id) {
                let Some(reached) = &self.reached[at] else { continue };
                let Some(in_dispute) = self.space.and(reached, &disputed) else { continue };
                let steps = ladder.rungs.iter().flat_map(|rung| &rung.steps);
                let automatic = steps.filter(|step| self.is_automatic(self.scope(segment, id), step));
                through.extend(
                    automatic.filter(|step| self.gets_through(&in_dispute, step)).map(|step| step.rule),
                );
            }
        }
        for carve_out in &self.policy.carve_outs {
            let Some(in_dispute) =
                self.space.holds(&carve_out.when).and_then(|reached| self.space.and(&reached, &disputed))
            else {
                continue;
            };
            let own = || self.policy.everywhere.iter().chain(&carve_out.restrictions);
            let automatic = carve_out.steps.iter().filter(|step| self.is_automatic(own(), step));
            through
                .extend(automatic.filter(|step| self.gets_through(&in_dispute, step)).map(|step| step.rule));
        }
        through.into_iter().min_by_key(|&rule| self.span(rule).start)
    }

    /// Whether a message surely goes out about some of these invoices, whatever carve-outs say of them.
    fn gets_through(&self, invoices: &Region, step: &Step) -> bool {
        let Some(act) = step.acts.first() else { return false };
        let free = || {
            let mut left = match &step.when {
                Some(when) => self.space.and(invoices, &self.space.holds(when)?)?,
                None => invoices.clone(),
            };
            for carve_out in &self.policy.carve_outs {
                let restrictions: std::slice::Iter<Restriction> = carve_out.restrictions.iter();
                if stopped(restrictions, act) {
                    // What cannot be decided restricts as well (R4).
                    let released = self.space.fails(&carve_out.when)?;
                    left = self.space.and(&left, &released)?;
                }
            }
            Some(!left.is_empty())
        };
        free().unwrap_or(false)
    }
}

fn is_about_disputes(test: &Test) -> bool {
    match (test.field, &test.predicate) {
        (Field::Invoice(InvoiceField::Disputed | InvoiceField::DisputeReason), _) => true,
        (Field::Invoice(InvoiceField::Stage), Predicate::Text(stages)) => {
            stages.iter().any(|stage| stage.eq_ignore_ascii_case("disputed"))
        }
        _ => false,
    }
}

//! Flags to clear on invoices that are settled, void or written off (R24).

use std::sync::Arc;

use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Mark};
use super::history::{self, Status};
use super::sentences;
use crate::model::{Act, Stage};
use crate::plan::digest::Hasher;
use crate::plan::{Action, Because, Kind, Member, Mode};

impl<'a> Day<'a> {
    /// The flags of a customer that are to be cleared, whether or not the policy still names them.
    pub(super) fn clearing(&self, customer: &CustomerState<'a>) -> Vec<Action> {
        let ended =
            customer.invoices.iter().filter(|invoice| matches!(invoice.stage, Stage::Paid | Stage::Void));
        let marks = ended.flat_map(|invoice| invoice.marks.iter().map(move |mark| (invoice, mark)));
        let due = marks.filter(|(invoice, mark)| !self.tried_today(invoice, mark));
        due.map(|(invoice, mark)| self.clear(customer, invoice, mark)).collect()
    }

    /// A clearing that failed today is tried again from tomorrow (R9).
    fn tried_today(&self, invoice: &InvoiceState<'a>, mark: &Mark) -> bool {
        let step = format!("clear {}", mark.name);
        let rows = invoice.rows.iter().filter(|row| self.snapshot.text(row.step) == step);
        history::status(rows, self.today) == Status::FailedToday
    }

    fn clear(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>, mark: &Mark) -> Action {
        let (customer_id, id) =
            (self.snapshot.customer_id(customer.row), self.snapshot.invoice_id(invoice.row));
        let step = format!("clear {}", mark.name);
        let mut hash = Hasher::default();
        hash.text(customer_id).text(id).text(&step).text(&mark.since.to_string());
        let key = hash.short();
        let what = if invoice.stage == Stage::Paid { "settled" } else { "void or written off" };
        let sentence =
            format!("set on {}, and the invoice is {what}", sentences::date(mark.since, self.today));
        let member = Member {
            invoice: id.to_owned(),
            step: step.clone(),
            rung: None,
            segment: None,
            key: key.clone(),
        };
        let mut action = Action {
            invoices: vec![self.plan_invoice(invoice)],
            flag: Some(mark.name.to_string()),
            members: vec![member],
            keys: vec![key],
            ..self.blank_action(customer, Kind::Clear, Mode::Automatic, step, self.clear_rule(mark, sentence))
        };
        self.seal(&mut action);
        action
    }

    /// The rule that set the flag, where the policy still has it.
    fn clear_rule(&self, mark: &Mark, sentence: String) -> Because {
        let policy = &self.program.policy;
        let ladders =
            policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
        let mut steps = ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
        let sets = |act: &Act| match act {
            Act::Flag { name } => **name == *mark.name,
            Act::Escalate { .. } => &*mark.name == "escalated",
            _ => false,
        };
        match steps.find(|step| step.acts.iter().any(sets)) {
            Some(step) => self.because(step.rule, sentence),
            None => Because { rule: Arc::from("clearing"), file: None, line: None, sentence },
        }
    }
}

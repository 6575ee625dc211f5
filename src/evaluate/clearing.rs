//! Flags to clear on invoices that are settled, void or written off (R24).

use std::sync::Arc;

use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::history::{self, Status};
use super::marks::{AccountMark, Mark};
use super::seal::Content;
use super::sentences;
use crate::model::{Act, Stage};
use crate::money::{Currency, Money};
use crate::plan::digest::{Hasher, Key};
use crate::plan::{Action, Because, Kind, Member};
use crate::snapshot::ledger::LedgerRow;

/// What a mark is on, as the ledger names it.
struct Subject<'s> {
    invoice: Option<&'s str>,
    currency: Option<Currency>,
}

impl<'a> Day<'a> {
    /// The flags of a customer that are to be cleared, whether or not the policy still names them: those of invoices
    /// that are settled, void or written off, and those of the customer whose episode has ended.
    pub(super) fn clearing(&self, customer: &CustomerState<'a>) -> Vec<Action> {
        let ended =
            customer.invoices.iter().filter(|invoice| matches!(invoice.stage, Stage::Paid | Stage::Void));
        let marks = ended.flat_map(|invoice| {
            let mut own: Vec<&Mark> = invoice.marks.iter().filter(|mark| !mark.of_account).collect();
            // Escalated to several roles, it is cleared once.
            own.sort_by(|a, b| a.name.cmp(&b.name));
            own.dedup_by(|a, b| a.name == b.name);
            own.into_iter().map(move |mark| (invoice, mark))
        });
        let due = marks.filter(|(invoice, mark)| !self.tried_today(invoice.rows.iter(), mark));
        let of_invoices = due.map(|(invoice, mark)| self.clear(customer, invoice, mark));
        let rows = |own: &AccountMark| {
            let invoice = own.invoice;
            let rows = self.snapshot.ledger_of_customer(customer.row).filter(|row| row.date <= self.today);
            rows.filter(move |row| row.invoice.is_none() || row.invoice == invoice)
        };
        let of_account = customer.ended_marks.iter().filter(|own| !self.tried_today(rows(own), &own.mark));
        of_invoices.chain(of_account.map(|own| self.clear_account(customer, own))).collect()
    }

    /// A clearing that failed today is tried again from tomorrow (R9).
    fn tried_today<'r>(&self, rows: impl Iterator<Item = &'r LedgerRow>, mark: &Mark) -> bool {
        let step = format!("clear {}", mark.name);
        let rows = rows.filter(|row| self.snapshot.text(row.step) == step);
        history::status(rows, self.today) == Status::FailedToday
    }

    fn clear(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>, mark: &Mark) -> Action {
        let what = if invoice.stage == Stage::Paid { "settled" } else { "void or written off" };
        let sentence =
            format!("set on {}, and the invoice is {what}", sentences::date(mark.since, self.today));
        let id = self.snapshot.invoice_id(invoice.row);
        let subject = Subject { invoice: Some(id), currency: None };
        let action = self.clear_mark(customer, subject, mark, sentence);
        let content = cleared(mark, vec![self.numbered(invoice)]);
        Action { invoices: vec![self.plan_invoice(invoice)], content: Some(content), ..action }
    }

    fn clear_account(&self, customer: &CustomerState<'a>, own: &AccountMark) -> Action {
        let sentence = format!(
            "set on {}, and nothing of that customer has been overdue without a break since",
            sentences::date(own.mark.since, self.today)
        );
        let invoice = own.invoice.map(|row| self.snapshot.invoice_id(row));
        let action =
            self.clear_mark(customer, Subject { invoice, currency: own.currency }, &own.mark, sentence);
        Action { content: Some(cleared(&own.mark, Vec::new())), ..action }
    }

    fn clear_mark(
        &self,
        customer: &CustomerState<'a>,
        subject: Subject,
        mark: &Mark,
        sentence: String,
    ) -> Action {
        let step = format!("clear {}", mark.name);
        let mut hash = Hasher::default();
        hash.text(self.snapshot.customer_id(customer.row)).text(subject.invoice.unwrap_or(""));
        hash.text(&step).text(&mark.since.to_string());
        let key = hash.key();
        let because = self.clear_rule(mark, sentence);
        let member = Member {
            invoice: subject.invoice.map(str::to_owned),
            currency: subject.currency,
            episode: None,
            step: step.clone(),
            rung: None,
            segment: None,
            rule: Arc::clone(&because.rule),
            key: key.to_string(),
        };
        Action {
            flag: Some(mark.name.to_string()),
            members: vec![member],
            keys: vec![key.to_string()],
            key: Key::of_steps(&[key]).to_string(),
            ..self.blank_action(customer, Kind::Clear, step, because)
        }
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

/// What an approval of a clearing would be about.
fn cleared(mark: &Mark, invoices: Vec<(&str, Money)>) -> String {
    Content { flag: &mark.name, ..Content::bare(Kind::Clear, invoices) }.digest().to_string()
}

//! Unallocated payments and credit notes: nobody is asked for what they have already paid (R20).

use std::sync::Arc;

use chrono::NaiveDate;

use super::combine::Group;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState};
use super::obstacle::{Obstacle, Why};
use super::seal::Content;
use super::sentences;
use crate::compile::credit_notice;
use crate::model::Stage;
use crate::money::{Currency, Money};
use crate::plan::digest::{Hasher, Key};
use crate::plan::{Action, Because, Kind, Member};

/// Money of a customer that settles nothing yet: a payment or credit note that belongs to no invoice, or an invoice
/// whose balance is below zero.
#[derive(Debug, Clone, Copy)]
pub(super) struct Credit<'a> {
    /// The number of the payment, the credit note or the invoice.
    pub(super) id: &'a str,
    pub(super) date: NaiveDate,
    pub(super) money: Money,
}

impl<'a> Day<'a> {
    /// What stands in the way of a message that asks for no more than the customer's unallocated credits, and the
    /// newest of those credits.
    pub(super) fn allocate_first(
        &self,
        customer: &CustomerState<'a>,
        group: &Group<'a>,
    ) -> Option<(Obstacle<'a>, Credit<'a>)> {
        let invoices = group.invoices();
        let currency = customer.invoices[*invoices.first()?].balance.currency;
        let credits = self.credits(customer, currency);
        let newest = *credits.iter().max_by_key(|credit| (credit.date, credit.id))?;
        let credits = credits.iter().fold(0_i64, |sum, credit| sum.saturating_add(credit.money.minor));
        let asked =
            invoices.iter().fold(0_i64, |sum, &at| sum.saturating_add(customer.invoices[at].balance.minor));
        if credits < asked {
            return None;
        }
        Some((Obstacle::built_in(Why::AllocateFirst(Money::new(credits, currency))), newest))
    }

    /// What a customer has in credits of one currency, up to today.
    fn credits(&self, customer: &CustomerState<'a>, currency: Currency) -> Vec<Credit<'a>> {
        let payments = self.snapshot.payments_of_customer(customer.row).iter();
        let unallocated = payments.filter(|payment| payment.invoice.is_none() && payment.date <= self.today);
        let unallocated = unallocated.map(|payment| Credit {
            id: self.snapshot.text(payment.id),
            date: payment.date,
            money: payment.money,
        });
        let below_zero = customer.invoices.iter().filter_map(|invoice| self.below_zero(invoice));
        unallocated.chain(below_zero).filter(|credit| credit.money.currency == currency).collect()
    }

    /// An invoice that was paid too much, or a credit note that is kept as an invoice.
    pub(super) fn below_zero(&self, invoice: &InvoiceState<'a>) -> Option<Credit<'a>> {
        if invoice.stage != Stage::Paid || invoice.balance.minor >= 0 {
            return None;
        }
        Some(Credit {
            id: self.snapshot.invoice_id(invoice.row),
            date: self
                .last_payment(invoice.row)
                .or(self.snapshot.invoices.issue_date.get(invoice.row.index()))
                .unwrap_or(invoice.due),
            money: Money::new(-invoice.balance.minor, invoice.balance.currency),
        })
    }

    /// The notification about a credit, unless the ledger has one.
    pub(super) fn notify_of_credit(
        &self,
        customer: &CustomerState<'a>,
        group: &Group<'a>,
        credit: Credit<'a>,
    ) -> Option<Action> {
        let lead = &customer.invoices[group.lead().invoice];
        let person = self.person(self.program.policy.settings.fallback?, customer, lead)?;
        let (id, customer_id) = (credit.id, self.snapshot.customer_id(customer.row));
        let step = credit_notice(person.role, id);
        let mut rows = self.snapshot.ledger_of_customer(customer.row).filter(|row| row.date <= self.today);
        if rows.any(|row| row.outcome.carries_out() && self.snapshot.text(row.step) == step) {
            return None;
        }
        let mut hash = Hasher::default();
        hash.text(customer_id).text(&step);
        let key = hash.key();
        let about = vec![self.numbered(lead)];
        let content = Content { actor: Some(person), ..Content::bare(Kind::Notify, about) };
        let invoice = self.plan_invoice(lead);
        let day = sentences::date(credit.date, self.today);
        let sentence = format!(
            "{} of {day}, {id}, belongs to no invoice yet and could settle this",
            credit.money.grouped()
        );
        let because = Because { rule: Arc::from("unallocated_credit"), file: None, line: None, sentence };
        let member = Member {
            invoice: Some(invoice.id.clone()),
            currency: None,
            episode: None,
            step: step.clone(),
            rung: None,
            segment: None,
            rule: Arc::clone(&because.rule),
            key: key.to_string(),
        };
        let action = Action {
            invoices: vec![invoice],
            actor: Some(person.into()),
            members: vec![member],
            keys: vec![key.to_string()],
            key: Key::of_steps(&[key]).to_string(),
            content: Some(content.digest().to_string()),
            ..self.blank_action(customer, Kind::Notify, step, because)
        };
        Some(action)
    }
}

//! What has happened with an invoice, in the order of time.

use chrono::NaiveDate;

use super::super::escape::clean;
use super::{Telling, amount, place};
use crate::evaluate::explain::story::{
    BalanceSource, CountsAs, Dispute, InvoiceStory, LedgerEntry, Payment, Promise, PromiseState, StepStory,
};

/// Something that happened: the day where it is known, in words, and the line of the policy behind it.
type Event = (Option<NaiveDate>, String, String);

impl Telling<'_> {
    pub(super) fn history(&mut self, invoice: &InvoiceStory) {
        let today = self.explanation.as_of;
        let mut events: Vec<Event> = Vec::new();
        let plain = |date, text: &str| (Some(date), text.to_owned(), String::new());
        events.extend(invoice.issue_date.map(|date| plain(date, "issued")));
        events.push(plain(invoice.due_date, "due"));
        events.extend(
            invoice.payments.iter().map(|payment| (Some(payment.date), paid(payment), String::new())),
        );
        let settled = invoice.paid_date.filter(|_| invoice.balance_from == BalanceSource::PaidDate);
        events.extend(settled.map(|date| plain(date, "settled")));
        events.extend(invoice.disputes.iter().flat_map(disputed));
        events.extend(invoice.promises.iter().map(|promise| self.promised(promise)));
        events.extend(invoice.ledger.iter().map(|row| self.done(row, invoice)));
        events.retain(|(date, ..)| date.is_none_or(|date| date <= today));
        events.sort_by_key(|&(date, ..)| date);
        for (date, text, right) in events {
            self.event(date, &text, &right);
        }
    }

    pub(super) fn event(&mut self, date: Option<NaiveDate>, text: &str, right: &str) {
        let date = date.map_or_else(|| String::from("(no date)"), |date| self.day(date));
        let line = format!("  {date:<18}  {text}");
        self.text.beside(&line, &line, right);
    }

    /// A promise with what came of it.
    fn promised(&self, promise: &Promise) -> Event {
        let what = amount(promise.amount).unwrap_or_else(|| String::from("payment of all that is open"));
        let paid = promise.paid.grouped();
        let came = match promise.state {
            PromiseState::Pending => format!("{paid} paid since, and its day has not passed"),
            PromiseState::Kept => format!("{paid} paid since, so it was kept"),
            PromiseState::Broken => format!("{paid} paid since, so it was not kept"),
        };
        let later = if promise.counts { "" } else { "; a later promise counts instead" };
        let text = format!("{what} promised by {}: {came}{later}", self.day(promise.due));
        (promise.made, text, String::new())
    }

    /// A row of the ledger, with what it counts as where that is not plain.
    pub(super) fn done(&self, row: &LedgerEntry, invoice: &InvoiceStory) -> Event {
        let mut text = format!("{}: {}", clean(&row.step), row.outcome);
        let details = [
            row.at.map(|at| at.format("at %H:%M").to_string()),
            row.address.as_deref().map(|address| format!("to {}", clean(address))),
            row.actor.as_deref().map(|actor| format!("by {}", clean(actor))),
            row.approved_by.as_deref().map(|by| format!("approved by {}", clean(by))),
            row.note.as_deref().map(|note| format!("“{}”", clean(note))),
        ];
        details.into_iter().flatten().for_each(|detail| text.push_str(&format!(", {detail}")));
        let passes = |up_to: NaiveDate| format!("passes the steps up to {}", self.day(up_to));
        match (row.counts_as, row.passes_up_to) {
            (CountsAs::Contact | CountsAs::CarveOut, Some(up_to)) => {
                text.push_str(&format!("; a contact that {}", passes(up_to)));
            }
            (CountsAs::Nothing, _) => text.push_str("; counts as no step"),
            (CountsAs::Approval, _) => text.push_str("; carries nothing out"),
            _ => {}
        }
        let step = steps(invoice).find(|step| step.step == row.step);
        (Some(row.date), text, step.map_or(String::new(), |step| place(&step.place)))
    }
}

/// All steps of an invoice.
pub(super) fn steps(invoice: &InvoiceStory) -> impl Iterator<Item = &StepStory> {
    let ladders = invoice.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    ladders.chain(&invoice.carve_out_steps)
}

pub(super) fn paid(payment: &Payment) -> String {
    let what = if payment.credit_note { "credit note" } else { "payment" };
    format!("{what} {} of {}", clean(&payment.id), payment.amount.grouped())
}

/// The opening of a dispute, and its closing.
fn disputed(dispute: &Dispute) -> Vec<Event> {
    let mut text = String::from("disputed");
    let details = [
        dispute.reason.as_deref().map(clean),
        amount(dispute.amount).map(|amount| format!("{amount} of it")),
        dispute.waiting_for.as_deref().map(|what| format!("waiting for {}", clean(what))),
        dispute.owner.as_deref().map(|owner| format!("settled by {}", clean(owner))),
    ];
    details.into_iter().flatten().for_each(|detail| text.push_str(&format!(", {detail}")));
    if dispute.holds {
        text.push_str("; it still holds");
    }
    let closed = dispute.closed.map(|date| (Some(date), String::from("dispute closed"), String::new()));
    [(dispute.opened, text, String::new())].into_iter().chain(closed).collect()
}

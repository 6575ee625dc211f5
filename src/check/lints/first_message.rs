//! Policies under which nobody ever gets a first message.

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{CustomerField, Field, InvoiceField};
use crate::model::{Condition, Policy, Predicate, Step, Test};

impl Lint<'_> {
    /// Every message asks for one before it: what is missing at the first is unknown, so none ever goes out (R4).
    pub(super) fn first_messages(&mut self) {
        let mut messages = messages(self.policy).peekable();
        let Some(first) = messages.peek().copied() else { return };
        if !messages.all(needs_another) {
            return;
        }
        let field = "customer.days_since_message";
        let message =
            format!("`{}` asks for a message before it, and so does every other message", first.key);
        let found = Diagnostic::warning(Code::NoFirstMessage, self.span(first.rule), message)
            .help("nobody was written to at the beginning, so nobody ever is")
            .help(format!(
                "ask `({field} is missing or {field} >= 10 days)`, or let `write to a customer at most once every 10 days` keep the distance"
            ));
        self.report(found);
    }
}

/// The steps of ladders and carve-outs that are messages.
fn messages(policy: &Policy) -> impl Iterator<Item = &Step> {
    let rungs = policy.ladders.iter().flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
    let carved = policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps);
    rungs.chain(carved).filter(|step| step.acts.first().is_some_and(|act| act.is_message()))
}

/// Whether a step acts only after a message has gone out.
fn needs_another(step: &Step) -> bool {
    step.when.iter().flat_map(Condition::conjuncts).any(|part| match part {
        Condition::Test(test) => counts_from_another(test),
        Condition::Not(inner) => matches!(&**inner, Condition::Test(test) if is_of_days(test)),
        _ => false,
    })
}

fn counts_from_another(test: &Test) -> bool {
    let is_sent = test.field == Field::Invoice(InvoiceField::MessagesSent);
    match &test.predicate {
        Predicate::Number(bounds) if is_sent => bounds.iter().all(|bounds| bounds.least > Some(0)),
        _ => is_of_days(test),
    }
}

/// Whether it compares the days since the last message, which are unknown before the first.
fn is_of_days(test: &Test) -> bool {
    test.field == Field::Customer(CustomerField::DaysSinceMessage) && test.predicate != Predicate::Missing
}

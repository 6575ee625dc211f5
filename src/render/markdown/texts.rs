//! The messages and call sheets of a plan, as they would be read; only on request.

use super::{Room, data, folded, id, invoice_ids};
use crate::plan::{Action, Kind, Plan};
use crate::render::escape::markdown_block;
use crate::render::text::count;
use crate::render::words::verb;

/// The texts, whole or not at all.
pub(super) fn texts(plan: &Plan) -> String {
    let written = || plan.actions.iter().filter(|action| action.kind != Kind::Task && action.body.is_some());
    let mut out = String::new();
    let mut shown = 0;
    for action in written() {
        let text = text(action);
        if out.len() + text.len() > Room::TEXTS {
            break;
        }
        out.push_str(&text);
        shown += 1;
    }
    let total = written().count();
    if shown < total {
        out.push_str(&format!("And {} more left out here.\n", count(total - shown, "text")));
    }
    if total == 0 { String::new() } else { folded(&count(total, "text"), &out) }
}

fn text(action: &Action) -> String {
    let subject = action.subject.as_deref().map_or(String::new(), |subject| format!(": {}", data(subject)));
    let (customer, invoices) = (id(&action.customer), invoice_ids(&action.invoices));
    let block = markdown_block(action.body.as_deref().unwrap_or_default());
    format!("**{}** {customer}, {invoices}{subject}\n\n{block}\n", verb(action))
}

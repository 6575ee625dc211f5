//! A comparison of two plans, for a terminal and for a pull request.

use super::super::escape::{clean, markdown};
use super::super::markdown::{Table, data, folded, id, ids};
use super::super::text::{Colour, Page, WIDE, wrapped};
use super::super::words::count;
use super::markdown::MARKER;
use super::words;
use crate::diff::PlanDiff;
use crate::diff::plans::{FieldChange, PlanAction};

/// Bytes that each list takes in Markdown.
const ROOM: usize = 16_000;

/// Renders a comparison of plans for a terminal; `colour` adds terminal colours.
#[must_use]
pub fn plans_text(diff: &PlanDiff, colour: bool) -> String {
    let mut page = Page::new(colour);
    let name = page.paint(Colour::Bold, &clean(&diff.new.policy));
    page.line(&format!("{name} · {}", words::plans_headline(diff)));
    page.line(&format!("from {}", clean(&words::plan(&diff.old))));
    page.line(&format!("  to {}", clean(&words::plan(&diff.new))));
    fields(&mut page, &diff.made_from);
    for (title, actions) in [("ADDED", &diff.added), ("REMOVED", &diff.removed), ("CHANGED", &diff.changed)] {
        if !actions.is_empty() {
            page.heading(title, &count(actions.len(), "action"));
            actions.iter().for_each(|one| action(&mut page, one));
        }
    }
    page.out
}

fn action(page: &mut Page, action: &PlanAction) {
    let invoices: Vec<String> = action.action.invoices.iter().map(|id| clean(id)).collect();
    let what = format!("{} for {}", clean(&action.action.step), clean(&action.action.customer));
    page.entry((Colour::Yellow, &clean(&action.action.mode)), &what, &invoices);
    fields(page, &action.fields);
}

fn fields(page: &mut Page, fields: &[FieldChange]) {
    for change in fields {
        let lines = wrapped(&clean(&words::field(change)), WIDE - 6);
        lines.iter().for_each(|line| page.line(&format!("      {line}")));
    }
}

/// Renders a comparison of plans for a comment on a pull request.
#[must_use]
pub fn plans_markdown(diff: &PlanDiff) -> String {
    let mut out = format!("{MARKER}\n### {}: {}\n\n", data(&diff.new.policy), words::plans_headline(diff));
    out.push_str(&format!(
        "From {} to {}.\n\n",
        markdown(&words::plan(&diff.old)),
        markdown(&words::plan(&diff.new))
    ));
    let made_from: Vec<String> = diff.made_from.iter().map(|change| data(&words::field(change))).collect();
    if !made_from.is_empty() {
        out.push_str(&format!("Made from other input: {}.\n\n", made_from.join(" · ")));
    }
    for (title, actions) in [("Added", &diff.added), ("Removed", &diff.removed), ("Changed", &diff.changed)] {
        if !actions.is_empty() {
            let title = format!("{title}: {}", count(actions.len(), "action"));
            out.push_str(&folded(&title, &table(actions)));
        }
    }
    format!("{}\n", out.trim_end())
}

fn table(actions: &[PlanAction]) -> String {
    let mut table = Table::new(&["customer", "invoices", "step", "how", "what differs"], &[false; 5], ROOM);
    for action in actions {
        let fields: Vec<String> = action.fields.iter().map(|change| data(&words::field(change))).collect();
        let cells = [
            id(&action.action.customer),
            ids(action.action.invoices.iter().map(String::as_str)),
            data(&action.action.step),
            data(&action.action.mode),
            fields.join("<br>"),
        ];
        table.row(&cells, []);
    }
    table.finish("action")
}

//! What has become of a saved plan, as a person reads it: ids only.

use super::page::{Colour, Page};
use crate::plan::recheck::{Reason, Recheck, Rechecked};
use crate::render::escape::clean;
use crate::render::words::{self, count};

/// Renders a recheck; `colour` adds terminal colours.
#[must_use]
pub fn recheck(recheck: &Recheck, colour: bool) -> String {
    let mut page = Page::new(colour);
    headline(&mut page, recheck);
    if !recheck.changed.is_empty() {
        page.heading("THE PLAN AS A WHOLE DOES NOT STAND", "");
        recheck.changed.iter().for_each(|why| reason(&mut page, why));
    }
    let (stand, fallen): (Vec<&Rechecked>, Vec<&Rechecked>) =
        recheck.actions.iter().partition(|action| action.reasons.is_empty());
    let title = if recheck.changed.is_empty() { "STANDS" } else { "WOULD STAND BY ITSELF" };
    part(&mut page, title, Colour::Green, &stand);
    part(&mut page, "DOES NOT STAND", Colour::Red, &fallen);
    page.out
}

fn headline(page: &mut Page, recheck: &Recheck) {
    let name = page.paint(Colour::Bold, &clean(&recheck.policy));
    let day = words::long_date(recheck.planned_for);
    page.line(&format!("{name} · plan {} for {day}", clean(&recheck.plan_id)));
    if let Some(why) = &recheck.refused {
        let note = page.paint(Colour::Red, &format!("Every contact is withheld by now: {}.", clean(why)));
        page.line(&note);
    }
    let totals = &recheck.totals;
    page.line(&format!("{} of {} stand.", totals.stand, actions(totals.actions)));
    if totals.added > 0 {
        let what = if totals.added == 1 { "is" } else { "are" };
        page.line(&format!("{} of a plan made now {what} not in it.", actions(totals.added)));
    }
}

fn actions(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "action")
}

fn part(page: &mut Page, title: &str, colour: Colour, actions: &[&Rechecked]) {
    if actions.is_empty() {
        return;
    }
    page.heading(title, "");
    for action in actions {
        let ids: Vec<String> = action.action.invoices.iter().map(|id| clean(id)).collect();
        let text = format!("{} for {}", clean(&action.action.step), clean(&action.action.customer));
        page.entry((colour, &clean(&action.action.mode)), &text, &ids);
        action.reasons.iter().for_each(|why| reason(page, why));
    }
}

fn reason(page: &mut Page, reason: &Reason) {
    let invoice = reason.invoice.as_ref().map_or(String::new(), |id| format!("{}: ", clean(id)));
    page.more(&format!("{invoice}{}", clean(&reason.sentence)), reason.code);
}

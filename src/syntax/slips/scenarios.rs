//! Lines of a scenario: an expectation without its `on` or its colon, an invoice whose number has no quotes or that
//! does not say when it is due.

use super::{Cursor, Home, Slip, Statement};
use crate::code::Code;
use crate::money::Currency;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    match s.starter() {
        _ if s.home != Home::Scenario => None,
        "expect" => expectation(s),
        "invoice" => number(s).or_else(|| undue(s)),
        _ => None,
    }
}

const EXPECTATIONS: &str = "an expectation is written `expect on 2026-10-04: email first_reminder`, `expect nothing on 2026-10-04`, `expect nothing after 2026-10-04` or `expect never: email first_reminder`";

/// `expect 2026-10-04: email x`, `expect on 2026-10-04 email x`, `expect never email x`, `expect nothing 2026-10-04`.
fn expectation(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    c.word();
    let (never, nothing) = (c.phrase("never"), c.phrase("nothing"));
    let day = c.at;
    let has_on = never || c.phrase("on") || nothing && c.phrase("after");
    let dated = never || date(&mut c);
    let end = s.range.start + s.text[s.range.start..c.at].trim_end().len();
    let lacks_colon = !nothing && c.rest().starts_with(char::is_alphabetic);
    let slip = Slip::new(Code::Syntax, s.range.clone(), "this is not how an expectation is written");
    let is_whole = nothing || c.rest().starts_with(':');
    match (dated, has_on, lacks_colon) {
        (true, false, true) => Some(slip.edit(day..day, "on ").edit(end..end, ":")),
        (true, false, false) if is_whole => Some(slip.edit(day..day, "on ")),
        (true, true, true) => Some(slip.edit(end..end, ":")),
        _ => s.is_first().then(|| slip.help(EXPECTATIONS)),
    }
}

fn date(c: &mut Cursor) -> bool {
    c.number().is_some() && c.mark("-") && c.number().is_some() && c.mark("-") && c.number().is_some()
}

/// `invoice INV-7 1200 EUR due …`, `invoice 4711 1200 EUR due …`.
fn number(s: &Statement) -> Option<Slip> {
    let mut words = s.whole().split_whitespace().skip(1);
    let (first, next) = (words.next()?, words.next()?);
    let is_amount = first.starts_with(|c: char| c.is_ascii_digit()) && next.parse::<Currency>().is_ok();
    let is_currency = first.parse::<Currency>().is_ok();
    let digit = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    if is_amount || is_currency || first.contains('"') || first == "of" || !digit(next) {
        return None;
    }
    let start = s.range.start + s.whole().find(first)?;
    let message = "the number of an invoice stands in quotes";
    Some(Slip::new(Code::TextNotQuoted, start..start + first.len(), message).put(format!("\"{first}\"")))
}

/// `invoice 1200 EUR`.
fn undue(s: &Statement) -> Option<Slip> {
    let says = s.whole().split_whitespace().any(|word| word == "due");
    (!says).then(|| {
        Slip::new(Code::ScenarioIncomplete, s.range.clone(), "the invoice does not say when it is due")
            .help("an invoice of a scenario is written `invoice 1200 EUR due 2026-10-01`, or with its number: `invoice \"INV-7\" 1200 EUR due 2026-10-01`")
    })
}

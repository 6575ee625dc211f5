//! Marks that other languages and prose put into lines: a dash of a list, single quotes, a full stop.

use super::{Slip, Statement};
use crate::code::Code;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    list_dash(s).or_else(|| single_quotes(s)).or_else(|| trailing_comma(s)).or_else(|| unclosed(s))
}

/// A parenthesis that the line opens and does not close.
fn unclosed(s: &Statement) -> Option<Slip> {
    let rest = s.rest();
    if !(rest.is_empty() || rest == ":") || s.before().ends_with('(') {
        return None;
    }
    let mut open = Vec::new();
    for (at, mark) in s.before().match_indices(['(', ')']) {
        if mark == "(" { open.push(at) } else { open.truncate(open.len().saturating_sub(1)) }
    }
    let first = s.range.start + open.first()?;
    let end = s.range.start + s.before().len();
    let slip = Slip::new(Code::Syntax, first..first + 1, "this parenthesis is not closed");
    Some(slip.edit(end..end, ")".repeat(open.len())))
}

/// `- email x`, `* hold`, `• hold`, `1. email x`.
fn list_dash(s: &Statement) -> Option<Slip> {
    let first = s.whole().split_whitespace().next()?;
    let mut c = s.cursor(s.range.start + first.len());
    (s.is_first() && ["-", "*", "•", "–", "·"].contains(&first) && c.space()).then(|| {
        let message = format!("lines do not begin with `{first}`");
        let place = s.range.start..s.range.start + first.len();
        Slip::new(Code::LineMark, place, message).edit(s.range.start..c.at, "").help("leave it out")
    })
}

/// `'overdue'`.
fn single_quotes(s: &Statement) -> Option<Slip> {
    let inside = s.rest().strip_prefix('\'')?;
    let (text, _) = inside.split_once('\'')?;
    let place = s.at..s.at + text.len() + 2;
    let fits = !text.contains(['"', '\n', '\\']);
    fits.then(|| {
        Slip::new(Code::QuoteNotPlain, place, "texts stand in double quotes").put(format!("\"{text}\""))
    })
}

/// A comma at the end of a line joins the next line to it.
fn trailing_comma(s: &Statement) -> Option<Slip> {
    let before = s.before().strip_suffix(',')?;
    let words = [
        "at", "every", "use", "hold", "never", "only", "write", "send", "messages", "data", "catch",
        "weekends", "closed", "holiday", "holidays",
    ];
    let starts_line = words.contains(&s.cursor(s.at).peek());
    let gap = s.at - s.range.start - before.len();
    (starts_line && gap > 2).then(|| {
        let comma = s.range.start + before.len();
        let message = "the line ends with `,`, so the next one belongs to it";
        // The line end after the comma was joined away: the correction puts it back.
        Slip::new(Code::LineMark, comma..comma + 1, message).put("\n").help("leave it out")
    })
}

/// A full stop, comma or colon at the end of a line.
pub(super) fn at_the_end(s: &Statement) -> Option<Slip> {
    let rest = s.rest();
    let marks = !rest.is_empty() && rest.chars().all(|c| matches!(c, '.' | ',' | ':' | '!' | '\\'));
    let after_comma = rest.is_empty() && s.before().ends_with(',');
    let place = match (marks, after_comma) {
        (true, _) => s.at..s.range.end,
        (false, true) => s.range.end - 1..s.range.end,
        _ => return None,
    };
    if s.before().is_empty() || s.rest() == ":" && super::headers::header(s).is_some() {
        return None;
    }
    let message = format!("a line does not end with `{}`", &s.text[place.clone()]);
    Some(Slip::new(Code::LineMark, place, message).put(""))
}

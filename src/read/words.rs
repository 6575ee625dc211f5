//! The words that every phrase needs: lists, counts, dates, numbers and names.

use chrono::NaiveDate;

use crate::model::{Policy, RoleId};

/// Parts as a person lists them: `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list(parts: &[String], word: &str) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}

/// `1 problem`, `2 problems`.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// `once`, `3 times`.
#[must_use]
pub fn times(number: u32) -> String {
    if number == 1 { String::from("once") } else { format!("{number} times") }
}

/// `5 October 2026`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `12 December`, of any year.
#[must_use]
pub fn season((month, day): (u32, u32)) -> String {
    // A leap year has every day.
    let day = NaiveDate::from_ymd_opt(2000, month, day).unwrap_or_default();
    day.format("%-d %B").to_string()
}

/// A number in millionths, without zeros at its end: `30`, `9.25`.
#[must_use]
pub fn number(millionths: i64) -> String {
    const MILLION: u64 = 1_000_000;
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.unsigned_abs() / MILLION, millionths.unsigned_abs() % MILLION);
    let text = format!("{sign}{whole}.{part:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A role's name.
#[must_use]
pub fn role(policy: &Policy, role: RoleId) -> &str {
    &policy.role(role).name
}

/// A role's name, or who stands in where none is named.
#[must_use]
pub fn role_or_owner(policy: &Policy, role: Option<RoleId>) -> String {
    role.map_or_else(|| String::from("the invoice's owner"), |role| self::role(policy, role).to_owned())
}

/// A text of the user's.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("“{text}”")
}

/// A phrase as a sentence: a capital first, a full stop last.
#[must_use]
pub fn sentence(phrase: &str) -> String {
    let mut rest = phrase.chars();
    let first = rest.next().map_or(String::new(), |first| first.to_uppercase().collect());
    format!("{first}{}.", rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_listed() {
        let parts = |parts: &[&str]| parts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(list(&[], "and"), "");
        assert_eq!(list(&parts(&["a"]), "and"), "a");
        assert_eq!(list(&parts(&["a", "b"]), "or"), "a or b");
        assert_eq!(list(&parts(&["a", "b", "c"]), "and"), "a, b and c");
    }

    #[test]
    fn numbers_have_no_zeros_at_their_end() {
        let shown = [0, 30_000_000, 9_250_000, -500_000, 1].map(number);
        assert_eq!(shown, ["0", "30", "9.25", "-0.5", "0.000001"]);
    }

    #[test]
    fn days_of_the_year_have_no_year() {
        assert_eq!([season((2, 29)), season((12, 1))], ["29 February", "1 December"]);
    }

    #[test]
    fn a_sentence_begins_and_ends() {
        assert_eq!(sentence("écrit"), "Écrit.");
        assert_eq!(sentence("3 days"), "3 days.");
    }
}

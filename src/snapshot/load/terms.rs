//! Terms of payment as people write them in the table of customers.

use crate::model::Terms;

/// More days than this are a mistake.
const MOST: u32 = 3650;

const DAYS: [&str; 8] = ["days", "day", "d", "jours", "jour", "j", "tage", "tag"];
const NET: [&str; 2] = ["net", "netto"];
const END_OF_MONTH: [&str; 4] = ["end of month", "eom", "fin de mois", "fdm"];

/// Reads a number of days, with or without `net`, and with or without the end of the month.
///
/// What leaves open how many days, or counts them from the end of the month, is not read: it can be meant in two ways.
pub(super) fn read(text: &str) -> Option<Terms> {
    let mut rest = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let before = strip(&mut rest, &NET);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let days = rest[..digits].parse().ok().filter(|days| *days <= MOST)?;
    rest = rest[digits..].trim_start().to_owned();
    strip(&mut rest, &DAYS);
    if !before {
        strip(&mut rest, &NET);
    }
    let end_of_month = strip(&mut rest, &END_OF_MONTH);
    rest.is_empty().then_some(Terms { days, end_of_month })
}

/// Takes one of some words off the front of a text.
fn strip(rest: &mut String, words: &[&str]) -> bool {
    let after = words.iter().find_map(|word| {
        let after = rest.strip_prefix(word)?;
        (after.is_empty() || after.starts_with(' ')).then(|| after.trim_start().to_owned())
    });
    after.map(|after| *rest = after).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_spellings_are_read() {
        for text in
            ["30", "30 days", "30days", "30 d", "Net 30", "net 30 days", "30 Days Net", "30 jours", "30 j"]
        {
            assert_eq!(read(text), Some(Terms::days(30)), "{text}");
        }
        for text in ["30 Tage", "30 Tage netto", "netto 30 Tage", " 30  jours ", "30 jours net"] {
            assert_eq!(read(text), Some(Terms::days(30)), "{text}");
        }
        for text in ["30 days end of month", "30 EOM", "net 30 EOM", "30 jours fin de mois", "30J FDM"] {
            assert_eq!(read(text), Some(Terms { days: 30, end_of_month: true }), "{text}");
        }
        assert_eq!(read("0"), Some(Terms::days(0)));
    }

    #[test]
    fn what_could_mean_two_things_is_not_read() {
        for text in [
            "",
            "EOM",
            "end of month",
            "EOM 30",
            "end of month + 30",
            "30 days from end of month",
            "fin de mois 30 jours",
            "2/10 net 30",
            "2% 10 days, net 30",
            "net",
            "netto",
            "1 month",
            "4 weeks",
            "on receipt",
            "COD",
            "-30",
            "30.5",
            "3651",
            "99999999999",
            "30 30",
            "30 days le 10",
            "net 30 net",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

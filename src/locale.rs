//! How amounts and dates are written in a language, from the CLDR tables.
//!
//! An amount is a number in the language's form, a no-break space and the ISO code
//! (`1,234.50 EUR`, `1.234,50 EUR`): the code, unlike `$`, means one currency only. Dates are
//! Gregorian. Plain `en` means international English (`5 October 2026`); `en-US` has its own forms.
//! A region that the tables do not know falls back to its language, and a language that they do not
//! know, or a text that is no language tag, to plain forms: `1,234.50 EUR` and `2026-10-05`.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_datetime::options::YearStyle;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::{Locale as Tag, locale};

use crate::money::Money;

type DateFormatter = FixedCalendarDateTimeFormatter<Gregorian, YMD>;

/// What stands between a number and its currency: a space at which no line breaks.
const NO_BREAK_SPACE: char = '\u{a0}';

/// How much of a date is spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// The month in words: `5 October 2026`.
    Long,
    /// Figures in the language's order, the year in full: `05/10/2026`.
    Short,
    /// Year, month, day, the same in every language: `2026-10-05`.
    Iso,
}

impl DateStyle {
    /// The names of the styles, in the order of the reference.
    pub const NAMES: [&'static str; 3] = ["long", "short", "iso"];

    /// The style of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<DateStyle> {
        match name {
            "long" => Some(DateStyle::Long),
            "short" => Some(DateStyle::Short),
            "iso" => Some(DateStyle::Iso),
            _ => None,
        }
    }
}

/// The forms of one language, loaded once; formatting needs no lock and may run on many threads.
pub struct Locale {
    tag: String,
    decimal: Option<DecimalFormatter>,
    long: Option<DateFormatter>,
    short: Option<DateFormatter>,
}

impl Locale {
    /// The forms of a language tag such as `fr` or `fr-BE`.
    #[must_use]
    pub fn new(tag: &str) -> Locale {
        let known = Tag::try_from_str(tag).unwrap_or(Tag::UNKNOWN);
        let forms = if known == locale!("en") { locale!("en-001") } else { known };
        let speaks = knows_months_of(&forms);
        Locale {
            tag: tag.to_owned(),
            decimal: DecimalFormatter::try_new((&forms).into(), Default::default()).ok(),
            long: dates(&forms, YMD::long()).filter(|_| speaks),
            short: dates(&forms, YMD::short().with_year_style(YearStyle::Full)).filter(|_| speaks),
        }
    }

    /// The tag this was made from.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// An amount with the currency's decimals and its code: `1 234,50 EUR`.
    #[must_use]
    pub fn money(&self, money: Money) -> String {
        let mut text = self.amount(money);
        text.push(NO_BREAK_SPACE);
        text.push_str(money.currency.code());
        text
    }

    /// The number alone: `1 234,50`.
    #[must_use]
    pub fn amount(&self, money: Money) -> String {
        let mut decimal = Decimal::from(money.minor);
        decimal.multiply_pow10(-i16::try_from(money.currency.exponent()).unwrap_or_default());
        match &self.decimal {
            Some(formatter) => formatter.format(&decimal).to_string(),
            None => money.decimal(),
        }
    }

    /// A date.
    #[must_use]
    pub fn date(&self, date: NaiveDate, style: DateStyle) -> String {
        let formatter = match style {
            DateStyle::Long => self.long.as_ref(),
            DateStyle::Short => self.short.as_ref(),
            DateStyle::Iso => None,
        };
        match (formatter, gregorian(date)) {
            (Some(formatter), Some(date)) => formatter.format(&date).to_string(),
            _ => date.to_string(),
        }
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Locale").field(&self.tag).finish()
    }
}

fn dates(forms: &Tag, fields: YMD) -> Option<DateFormatter> {
    DateFormatter::try_new(forms.into(), fields).ok()
}

/// Whether the tables have month names for a language: those of the root are `M01` to `M12`.
fn knows_months_of(forms: &Tag) -> bool {
    let sample = NaiveDate::from_ymd_opt(2026, 10, 5).and_then(gregorian);
    let written = dates(forms, YMD::long()).zip(sample).map(|(dates, day)| dates.format(&day).to_string());
    written.is_some_and(|text| !text.contains("M10"))
}

fn gregorian(date: NaiveDate) -> Option<Date<Gregorian>> {
    let month = u8::try_from(date.month()).ok()?;
    let day = u8::try_from(date.day()).ok()?;
    Date::try_new_gregorian(date.year(), month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(tag: &str, minor: i64, currency: &str) -> String {
        Locale::new(tag).money(Money::new(minor, currency.parse().unwrap())).replace('\u{a0}', "~")
    }

    fn date(tag: &str) -> [String; 3] {
        let day = NaiveDate::from_ymd_opt(2026, 10, 5).unwrap();
        [DateStyle::Long, DateStyle::Short, DateStyle::Iso].map(|style| Locale::new(tag).date(day, style))
    }

    #[test]
    fn money_is_written_as_the_language_does() {
        for (tag, minor, currency, written) in [
            ("en", 123_450, "EUR", "1,234.50~EUR"),
            ("en-US", 123_450, "USD", "1,234.50~USD"),
            ("fr", 123_450, "EUR", "1\u{202f}234,50~EUR"),
            ("fr-BE", 123_450, "EUR", "1\u{202f}234,50~EUR"),
            ("de", 123_450, "EUR", "1.234,50~EUR"),
            ("de-CH", 123_450, "CHF", "1'234.50~CHF"),
            ("es", 123_450, "EUR", "1234,50~EUR"),
            ("es", 1_234_560, "EUR", "12.345,60~EUR"),
            ("ja", 1_234_560, "JPY", "1,234,560~JPY"),
            ("en", -5, "EUR", "-0.05~EUR"),
            ("en", 1200, "KWD", "1.200~KWD"),
            ("en", i64::MIN, "EUR", "-92,233,720,368,547,758.08~EUR"),
            ("en-IN", 1_234_567_890, "INR", "1,23,45,678.90~INR"),
            ("xx", 123_450, "EUR", "1,234.50~EUR"),
            ("not a tag", 123_450, "EUR", "1,234.50~EUR"),
        ] {
            assert_eq!(money(tag, minor, currency), written, "{tag}");
        }
    }

    #[test]
    fn dates_are_written_as_the_language_does() {
        for (tag, long, short) in [
            ("en", "5 October 2026", "05/10/2026"),
            ("en-GB", "5 October 2026", "05/10/2026"),
            ("en-US", "October 5, 2026", "10/5/2026"),
            ("fr", "5 octobre 2026", "05/10/2026"),
            ("de", "5. Oktober 2026", "05.10.2026"),
            ("es", "5 de octubre de 2026", "5/10/2026"),
            ("ja", "2026年10月5日", "2026/10/05"),
            ("th", "5 ตุลาคม ค.ศ. 2026", "5/10/2026"),
            ("xx", "2026-10-05", "2026-10-05"),
            ("not a tag", "2026-10-05", "2026-10-05"),
        ] {
            assert_eq!(date(tag), [long, short, "2026-10-05"], "{tag}");
        }
    }

    #[test]
    fn a_locale_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Locale>();
    }

    #[test]
    fn every_style_is_found_by_its_name() {
        assert!(DateStyle::NAMES.iter().all(|name| DateStyle::named(name).is_some()));
    }
}

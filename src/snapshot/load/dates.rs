//! Reading dates: ISO, timestamps, and the format that a mapping names.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

/// How dates are written in a file: ISO unless the mapping says otherwise.
#[derive(Debug, Clone, Default)]
pub(super) struct DateFormat(pub(super) Option<String>);

impl DateFormat {
    /// Reads a date, and the time of day where one stands with it.
    pub(super) fn parse(&self, text: &str, timezone: Tz) -> Option<(NaiveDate, Option<NaiveTime>)> {
        let Some(format) = &self.0 else { return calendar_date(text, timezone) };
        if is_timestamp(text) {
            return calendar_date(text, timezone);
        }
        let time = NaiveDateTime::parse_from_str(text, format).ok().map(|moment| moment.time());
        NaiveDate::parse_from_str(text, format).ok().filter(sensible).map(|date| (date, time))
    }

    /// Writes a moment as the file writes dates; as a timestamp where the format cannot hold all of it.
    #[cfg(any(feature = "parquet", feature = "xlsx"))]
    pub(super) fn spell(&self, moment: NaiveDateTime) -> String {
        let (date, time) = (moment.date(), Some(moment.time()).filter(|time| *time != NaiveTime::MIN));
        match &self.0 {
            None if time.is_none() => date.to_string(),
            Some(format) if self.reads_back(format, moment, time) => moment.format(format).to_string(),
            _ => moment.format("%Y-%m-%dT%H:%M:%S").to_string(),
        }
    }

    #[cfg(any(feature = "parquet", feature = "xlsx"))]
    fn reads_back(&self, format: &str, moment: NaiveDateTime, time: Option<NaiveTime>) -> bool {
        let read = self.parse(&moment.format(format).to_string(), Tz::UTC);
        read.is_some_and(|(date, read)| {
            date == moment.date() && read.unwrap_or_default() == time.unwrap_or_default()
        })
    }

    /// The format in words.
    pub(super) fn describe(&self) -> String {
        match &self.0 {
            None => String::from("a date like 2026-10-05"),
            Some(format) => format!("a date written like `{format}`"),
        }
    }
}

/// Whether a text begins like `2026-10-05T14:30`, which no other format does.
fn is_timestamp(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && text.get(..10).is_some_and(|date| iso_date(date).is_some())
}

/// Reads an ISO date or a timestamp, which counts in the timezone.
pub(super) fn calendar_date(text: &str, timezone: Tz) -> Option<(NaiveDate, Option<NaiveTime>)> {
    if let Some(date) = iso_date(text) {
        return Some((date, None)).filter(|(date, _)| sensible(date));
    }
    let moment = timestamp(text, timezone)?;
    Some((moment.date(), Some(moment.time()))).filter(|(date, _)| sensible(date))
}

/// A timestamp with offset, turned into the timezone, or one without, taken as it stands.
fn timestamp(text: &str, timezone: Tz) -> Option<NaiveDateTime> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.with_timezone(&timezone).naive_local());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// Reads a time of day, or that of a timestamp.
pub(super) fn time_of_day(text: &str, timezone: Tz) -> Option<NaiveTime> {
    let time =
        ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok());
    time.or_else(|| timestamp(text, timezone).map(|moment| moment.time()))
}

/// Years that receivables can have; others are slips of the pen.
pub(super) fn sensible(date: &NaiveDate) -> bool {
    (1900..=2200).contains(&date.year())
}

/// Reads `2026-10-05` and nothing else.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0_u32, |n, digit| digit.is_ascii_digit().then(|| n * 10 + u32::from(digit - b'0')))
    };
    let year = i32::try_from(number(&[a, b, c, d])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[e, f])?, number(&[g, h])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_exports_write() {
        let read = |format: Option<&str>, text: &str| {
            let format = DateFormat(format.map(String::from));
            format.parse(text, chrono_tz::Europe::Paris).map(|(date, time)| match time {
                Some(time) => format!("{date} {time}"),
                None => date.to_string(),
            })
        };
        for (format, text, expected) in [
            (None, "2026-10-05", Some("2026-10-05")),
            (None, "2026-10-05T23:30:00Z", Some("2026-10-06 01:30:00")),
            (None, "2026-10-05 23:30", Some("2026-10-05 23:30:00")),
            (None, "2026-02-30", None),
            (None, "2026-1-5", None),
            (None, "1026-10-05", None),
            (None, "05/10/2026", None),
            (Some("%d/%m/%Y"), "5/1/2026", Some("2026-01-05")),
            (Some("%d/%m/%Y"), "05/10/2026", Some("2026-10-05")),
            (Some("%b %d %Y"), "Jan 8 2021", Some("2021-01-08")),
            (Some("%d.%m.%Y %H:%M"), "5.1.2026 7:05", Some("2026-01-05 07:05:00")),
            (Some("%d/%m/%Y"), "05/10/26", None),
            (Some("%d/%m/%Y"), "2026-10-05", None),
            (Some("%d/%m/%Y"), "2026-10-05T23:30:00Z", Some("2026-10-06 01:30:00")),
            (None, "99999-10-05", None),
            (Some("%d/%m/%Y"), "05/10/99999", None),
        ] {
            assert_eq!(read(format, text).as_deref(), expected, "{format:?} {text}");
        }
    }
}

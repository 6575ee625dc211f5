//! Open and closed days, and arithmetic on dates that never leaves their range.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Which days a customer is not to be contacted on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    closed: [bool; 7],
    yearly: BTreeSet<(u32, u32)>,
    dates: BTreeSet<NaiveDate>,
}

/// The longest run of closed days a calendar may have; beyond it a search for an open day gives up.
const LONGEST_CLOSURE: usize = 400;

impl Calendar {
    /// Closes a day of every week.
    pub fn close_weekday(&mut self, day: Weekday) {
        self.closed[day.num_days_from_monday() as usize] = true;
    }

    /// Closes a month and day of every year.
    pub fn close_yearly(&mut self, month: u32, day: u32) {
        self.yearly.insert((month, day));
    }

    /// Closes one date.
    pub fn close_date(&mut self, date: NaiveDate) {
        self.dates.insert(date);
    }

    /// Whether some day of every week stays open.
    #[must_use]
    pub fn has_open_weekday(&self) -> bool {
        self.closed.iter().any(|closed| !closed)
    }

    /// The single dates that are closed, in order.
    pub fn closed_dates(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        self.dates.iter().copied()
    }

    /// The months and days closed every year, in order.
    pub fn closed_yearly(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.yearly.iter().copied()
    }

    /// The days of the week that are closed, Monday first.
    #[must_use]
    pub fn closed_weekdays(&self) -> [bool; 7] {
        self.closed
    }

    /// Whether contacts may go out on this day.
    #[must_use]
    pub fn is_open(&self, date: NaiveDate) -> bool {
        !self.closed[date.weekday().num_days_from_monday() as usize]
            && (self.yearly.is_empty() || !self.yearly.contains(&(date.month(), date.day())))
            && !self.dates.contains(&date)
    }

    /// The first open day on or after a date (the date itself when none comes within 400 days).
    #[must_use]
    pub fn open_on_or_after(&self, date: NaiveDate) -> NaiveDate {
        self.search(date, 1)
    }

    /// The last open day on or before a date (the date itself when none lies within 400 days).
    #[must_use]
    pub fn open_on_or_before(&self, date: NaiveDate) -> NaiveDate {
        self.search(date, -1)
    }

    fn search(&self, date: NaiveDate, direction: i64) -> NaiveDate {
        if self.is_open(date) {
            return date;
        }
        let days = (1..LONGEST_CLOSURE as i64).map(|n| add_days(date, n * direction));
        days.into_iter().find(|&day| self.is_open(day)).unwrap_or(date)
    }

    /// The `count`th open day strictly after `date`, or strictly before it for a negative count;
    /// `date` itself for zero.
    #[must_use]
    pub fn add_business_days(&self, date: NaiveDate, count: i64) -> NaiveDate {
        let step = count.signum();
        let mut day = date;
        for _ in 0..count.unsigned_abs() {
            day = self.search(add_days(day, step), step);
        }
        day
    }
}

/// A date some days later (earlier for a negative number), held at the ends of the calendar's range.
#[must_use]
pub fn add_days(date: NaiveDate, days: i64) -> NaiveDate {
    let distance = Days::new(days.unsigned_abs());
    if days < 0 {
        date.checked_sub_days(distance).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_days(distance).unwrap_or(NaiveDate::MAX)
    }
}

/// A date some months later (earlier for a negative number), held at the end of a shorter month.
#[must_use]
pub fn add_months(date: NaiveDate, months: i64) -> NaiveDate {
    let distance = Months::new(u32::try_from(months.unsigned_abs()).unwrap_or(u32::MAX));
    if months < 0 {
        date.checked_sub_months(distance).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_months(distance).unwrap_or(NaiveDate::MAX)
    }
}

/// The last day of a date's month.
#[must_use]
pub fn end_of_month(date: NaiveDate) -> NaiveDate {
    let first = add_days(date, 1 - i64::from(date.day()));
    add_days(add_months(first, 1), -1)
}

/// The days from one date to another: positive when `to` is later.
#[must_use]
pub fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::from(to.num_days_from_ce()) - i64::from(from.num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn weekends_and_christmas() -> Calendar {
        let mut calendar = Calendar::default();
        calendar.close_weekday(Weekday::Sat);
        calendar.close_weekday(Weekday::Sun);
        calendar.close_yearly(12, 25);
        calendar
    }

    #[test]
    fn rolls_over_weekends_and_holidays() {
        let calendar = weekends_and_christmas();
        // 2026-12-25 is a Friday.
        assert_eq!(calendar.open_on_or_after(day("2026-12-25")), day("2026-12-28"));
        assert_eq!(calendar.open_on_or_before(day("2026-12-27")), day("2026-12-24"));
        assert_eq!(calendar.open_on_or_after(day("2026-12-24")), day("2026-12-24"));
    }

    #[test]
    fn business_days_are_open_days_strictly_after() {
        let calendar = weekends_and_christmas();
        assert_eq!(calendar.add_business_days(day("2026-10-02"), 3), day("2026-10-07"));
        assert_eq!(calendar.add_business_days(day("2026-10-03"), 1), day("2026-10-05"));
        assert_eq!(calendar.add_business_days(day("2026-10-05"), -1), day("2026-10-02"));
        assert_eq!(calendar.add_business_days(day("2026-10-03"), 0), day("2026-10-03"));
    }

    #[test]
    fn date_arithmetic_stays_in_range() {
        assert_eq!(add_days(day("2026-01-31"), 30), day("2026-03-02"));
        assert_eq!(add_days(day("2026-01-31"), i64::MAX), NaiveDate::MAX);
        assert_eq!(add_days(day("2026-01-31"), i64::MIN), NaiveDate::MIN);
        assert_eq!(add_months(day("2026-01-31"), 1), day("2026-02-28"));
        assert_eq!(add_months(day("2028-01-31"), 1), day("2028-02-29"));
        assert_eq!(add_months(day("2026-03-31"), -1), day("2026-02-28"));
        assert_eq!(add_months(day("2026-01-31"), i64::MAX), NaiveDate::MAX);
        assert_eq!(end_of_month(day("2028-02-01")), day("2028-02-29"));
        assert_eq!(end_of_month(day("2026-12-31")), day("2026-12-31"));
        assert_eq!(days_between(day("2026-03-02"), day("2026-01-31")), -30);
    }
}

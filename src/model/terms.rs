//! Terms of payment: how the due date follows from the issue date.

use chrono::{Days, NaiveDate};

use crate::calendar::end_of_month;

/// Days from issue to due date, or to the end of the month in which they end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Terms {
    /// Days from the issue date.
    pub days: u32,
    /// Whether payment is due on the last day of the month that those days reach.
    pub end_of_month: bool,
}

impl Terms {
    /// Plain days.
    #[must_use]
    pub fn days(days: u32) -> Terms {
        Terms { days, end_of_month: false }
    }

    /// When an invoice is due; none beyond the calendar's range.
    #[must_use]
    pub fn due(self, issued: NaiveDate) -> Option<NaiveDate> {
        let day = issued.checked_add_days(Days::new(u64::from(self.days)))?;
        Some(if self.end_of_month { end_of_month(day) } else { day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_come_before_the_end_of_the_month() {
        let due = |issued: &str, days: u32| {
            Terms { days, end_of_month: true }.due(issued.parse().unwrap()).unwrap().to_string()
        };
        // 2026-01-31 + 30 days is 2026-03-02, and March ends on the 31st.
        assert_eq!(due("2026-01-31", 30), "2026-03-31");
        assert_eq!(due("2026-01-15", 30), "2026-02-28");
        assert_eq!(due("2028-01-15", 30), "2028-02-29");
        assert_eq!(due("2026-12-31", 0), "2026-12-31");
        assert_eq!(Terms::days(30).due("2026-01-31".parse().unwrap()).unwrap().to_string(), "2026-03-02");
        assert_eq!(Terms::days(1).due(NaiveDate::MAX), None);
    }
}

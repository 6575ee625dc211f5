//! The holiday files of the shipped policies, worked out again from their rules and compared as whole sets.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, Weekday};

const YEARS: [i32; 3] = [2026, 2027, 2028];

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Easter Sunday, by the rule of Gauss for the years from 1900 to 2099.
fn easter(year: i32) -> NaiveDate {
    let golden = year % 19;
    let moon = (19 * golden + 24) % 30;
    let sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + 5) % 7;
    let late = moon == 29 || (moon == 28 && golden > 10);
    let days = if late && sunday == 6 { moon + sunday - 7 } else { moon + sunday };
    date(year, 3, 22) + Days::new(u64::try_from(days).unwrap())
}

/// A day counted from Easter Sunday.
fn from_easter(year: i32, days: i64) -> NaiveDate {
    easter(year) + chrono::TimeDelta::days(days)
}

/// The days of some holiday files, each of which stands in one of them only.
fn days_of(files: &[&str]) -> BTreeSet<NaiveDate> {
    let mut days = BTreeSet::new();
    for file in files {
        let text =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(file)).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (day, name) = line.split_once(": ").unwrap();
            assert!(!name.is_empty(), "{file}: {line}");
            assert!(days.insert(day.parse().unwrap()), "{file} has {day} again");
        }
    }
    days
}

/// The same days in each year, and some that move with Easter.
fn every_year(fixed: &[(u32, u32)], moving: &[i64]) -> BTreeSet<NaiveDate> {
    let in_year = |year: i32| {
        let fixed = fixed.iter().map(move |&(month, day)| date(year, month, day));
        fixed.chain(moving.iter().map(move |&days| from_easter(year, days)))
    };
    YEARS.into_iter().flat_map(in_year).collect()
}

/// The first, or the last, Monday of a month.
fn monday(year: i32, month: u32, last: bool) -> NaiveDate {
    let mut days = date(year, month, 1)
        .iter_days()
        .take_while(|day| day.month() == month)
        .filter(|day| day.weekday() == Weekday::Mon);
    if last { days.last().unwrap() } else { days.next().unwrap() }
}

/// Bank holidays: one on a weekend gives way to the next weekday that none of the others has.
fn bank_holidays(year: i32, fixed: &[(u32, u32)], moving: &[NaiveDate]) -> BTreeSet<NaiveDate> {
    let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let (late, kept): (Vec<_>, Vec<_>) =
        fixed.iter().map(|&(month, day)| date(year, month, day)).partition(weekend);
    let mut days: BTreeSet<NaiveDate> = kept.into_iter().chain(moving.iter().copied()).collect();
    for day in late {
        let free = day.iter_days().find(|day| !weekend(day) && !days.contains(day)).unwrap();
        days.insert(free);
    }
    days
}

#[test]
fn easter_falls_where_it_is_known_to_fall() {
    let known = [(1954, 4, 18), (1981, 4, 19), (2000, 4, 23), (2008, 3, 23), (2025, 4, 20), (2038, 4, 25)];
    for (year, month, day) in known {
        assert_eq!(easter(year), date(year, month, day));
    }
}

#[test]
fn france() {
    let fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    let national = every_year(&fixed, &[1, 39, 50]);
    assert_eq!(days_of(&["france/calendars/fr.yaml"]), national);
    let moselle = every_year(&[(12, 26)], &[-2]);
    assert_eq!(days_of(&["france/calendars/fr-alsace-moselle.yaml"]), moselle);
    assert!(national.is_disjoint(&moselle));
}

#[test]
fn germany() {
    let fixed = [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)];
    let national = every_year(&fixed, &[-2, 1, 39, 50]);
    assert_eq!(days_of(&["germany/calendars/de.yaml"]), national);
    let bavaria = every_year(&[(1, 6), (8, 15), (11, 1)], &[60]);
    assert_eq!(days_of(&["germany/calendars/de-by.yaml"]), bavaria);
    assert_eq!(days_of(&["germany/calendars/de-nw.yaml"]), every_year(&[(11, 1)], &[60]));
    assert!(national.is_disjoint(&bavaria));
}

#[test]
fn the_united_kingdom() {
    let nation = |fixed: &[(u32, u32)], easter_monday: bool, summer: (u32, bool)| -> BTreeSet<NaiveDate> {
        let in_year = |year: i32| {
            let mut moving = vec![from_easter(year, -2), monday(year, 5, false), monday(year, 5, true)];
            moving.push(monday(year, summer.0, summer.1));
            moving.extend(easter_monday.then(|| from_easter(year, 1)));
            bank_holidays(year, fixed, &moving)
        };
        YEARS.into_iter().flat_map(in_year).collect()
    };
    let england = nation(&[(1, 1), (12, 25), (12, 26)], true, (8, true));
    assert_eq!(days_of(&["uk/calendars/england-and-wales.yaml"]), england);
    let ireland = nation(&[(1, 1), (3, 17), (7, 12), (12, 25), (12, 26)], true, (8, true));
    assert_eq!(days_of(&["uk/calendars/northern-ireland.yaml"]), ireland);
    let mut scotland = nation(&[(1, 1), (1, 2), (11, 30), (12, 25), (12, 26)], false, (8, false));
    scotland.insert(date(2026, 6, 15)); // proclaimed for that year only
    assert_eq!(days_of(&["uk/calendars/scotland.yaml"]), scotland);
}

/// The older policy has the same holidays, and a year more.
#[test]
fn key_accounts_have_the_holidays_of_both_countries() {
    for (file, country) in [("fr", "france"), ("de", "germany")] {
        let mut days = days_of(&[&format!("key-accounts/calendars/{file}.yaml")]);
        days.retain(|day| day.year() > 2025);
        assert_eq!(days, days_of(&[&format!("{country}/calendars/{file}.yaml")]));
    }
}

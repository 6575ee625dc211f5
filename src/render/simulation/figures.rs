//! The figures of a simulation in words.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::grid::Grid;
use crate::money::{Currency, Money};
use crate::plan::{Kind, Mode};
use crate::render::words::{AGES, ages, count, day, kind, place, sums};
use crate::report::{Count, Position, Report, Work, WorkKind};

/// `9 messages by themselves, 3 after approval, 4 calls; 6 steps withheld`.
pub(super) fn headline(report: &Report) -> String {
    let of = |wanted: fn(Kind, Mode) -> bool| -> u64 {
        report.totals.iter().filter(|count| wanted(count.kind, count.mode)).map(|count| count.actions).sum()
    };
    let messages = of(|kind, mode| kind.message().is_some() && mode == Mode::Automatic);
    let approved = of(|kind, mode| kind.message().is_some() && mode == Mode::Approval);
    let by_hand = of(|kind, mode| kind.message().is_some() && mode == Mode::Manual);
    let calls = of(|kind, _| kind == Kind::Call);
    let mut parts = vec![format!("{} by themselves", number(messages, "message"))];
    parts.extend((approved > 0).then(|| format!("{approved} after approval")));
    parts.extend((by_hand > 0).then(|| format!("{by_hand} by hand")));
    parts.extend((calls > 0).then(|| number(calls, "call")));
    parts.push(format!("{} withheld for a time or throughout", number(report.withheld_steps, "step")));
    parts.join(", ")
}

/// What a reader must know where the period goes on after the data.
pub(super) fn end_of_data(report: &Report) -> Option<String> {
    let taken = report.data_ends?;
    Some(format!(
        "The data was taken on {}: on the days after it nobody pays, disputes or promises anything here.",
        day(taken, report.to)
    ))
}

fn number(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

/// What so many actions of a kind are called.
fn of_kind(number: u64, what: Kind) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{}{plural}", kind(what))
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Automatic => "by themselves",
        Mode::Approval => "after approval",
        Mode::Manual => "by a person",
    }
}

pub(super) fn totals(report: &Report) -> Grid<'static> {
    let rows = report.totals.iter().map(|count| {
        let amount = count.amount.map_or(String::new(), Money::grouped);
        vec![
            count.actions.to_string(),
            of_kind(count.actions, count.kind),
            mode(count.mode).to_owned(),
            amount,
        ]
    });
    let undone = (report.undone > 0).then(|| {
        let what = String::from("left undone");
        vec![report.undone.to_string(), what, String::new(), String::new()]
    });
    Grid::new("Carried out", "kind", &[("", true), ("", false), ("", false), (EACH_TIME, true)])
        .with(rows)
        .with(undone)
}

/// What is open on the invoices of actions, once for each action.
const EACH_TIME: &str = "open, each time";

/// The columns of counts by something: each mode and each kind with any, in their order.
const COLUMNS: [(&str, bool); 12] = [
    ("", false),
    ("by themselves", true),
    ("after approval", true),
    ("by a person", true),
    ("e-mails", true),
    ("texts", true),
    ("letters", true),
    ("calls", true),
    ("tasks", true),
    ("charges", true),
    ("other", true),
    (EACH_TIME, true),
];

fn column(kind: Kind) -> usize {
    match kind {
        Kind::Email => 4,
        Kind::Sms => 5,
        Kind::Letter => 6,
        Kind::Call => 7,
        Kind::Task => 8,
        Kind::Charge => 9,
        Kind::HandOff | Kind::Notify | Kind::Escalate | Kind::Flag | Kind::Clear => 10,
    }
}

fn column_of_mode(mode: Mode) -> usize {
    match mode {
        Mode::Automatic => 1,
        Mode::Approval => 2,
        Mode::Manual => 3,
    }
}

fn by<T: Ord + Clone>(counts: &[Count<T>], name: impl Fn(&T) -> String) -> Vec<Vec<String>> {
    let mut rows: BTreeMap<T, ([u64; 11], BTreeMap<Currency, i64>)> = BTreeMap::new();
    for count in counts {
        let (numbers, open) = rows.entry(count.of.clone()).or_default();
        numbers[column(count.kind)] += count.actions;
        numbers[column_of_mode(count.mode)] += count.actions;
        if let Some(amount) = count.amount {
            *open.entry(amount.currency).or_default() += amount.minor;
        }
    }
    let row = |(of, (numbers, open)): (T, ([u64; 11], BTreeMap<Currency, i64>))| {
        let mut cells = vec![name(&of)];
        let shown =
            numbers[1..].iter().map(|count| if *count == 0 { String::new() } else { count.to_string() });
        cells.extend(shown);
        cells.push(sums(open.into_iter().map(|(currency, minor)| Money::new(minor, currency))));
        cells
    };
    rows.into_iter().map(row).collect()
}

/// The days on which anything is done.
pub(super) fn days(report: &Report) -> Grid<'static> {
    Grid::new("By day", "day", &COLUMNS).folded().with(by(&report.by_day, NaiveDate::to_string))
}

pub(super) fn weeks(report: &Report) -> Grid<'static> {
    Grid::new("By week", "week", &COLUMNS).with(by(&report.by_week, String::clone))
}

pub(super) fn segments(report: &Report) -> Grid<'static> {
    let name = |segment: &Option<std::sync::Arc<str>>| segment.as_deref().unwrap_or("no segment").to_owned();
    Grid::new("By segment", "segment", &COLUMNS).with(by(&report.by_segment, name))
}

/// Who does how much of what, and on which day most.
pub(super) fn work(report: &Report, names: bool) -> Grid<'static> {
    let rows = report.work.iter().map(|work| {
        let verb = match work.work {
            WorkKind::Approves => "approves",
            WorkKind::Does => "does",
            WorkKind::IsTold => "is told of",
        };
        let busiest = format!("at most {} on {}", work.busiest.count, day(work.busiest.day, report.to));
        vec![
            who(work, names),
            format!("{verb} {}", of_kind(work.total, work.kind)),
            work.total.to_string(),
            busiest,
        ]
    });
    let columns = [("", false), ("", false), ("", true), ("", false)];
    Grid::new("Who does what", "person", &columns).with(rows)
}

/// Days of work that a terminal shows.
const WORK_SHOWN: usize = 62;

/// What each person has to do on each day.
pub(super) fn work_by_day(report: &Report, names: bool) -> Grid<'static> {
    let mut days: BTreeMap<(NaiveDate, String), Vec<String>> = BTreeMap::new();
    for work in &report.work {
        for day in &work.days {
            let what = match work.work {
                WorkKind::Approves => "approve",
                WorkKind::Does => "do",
                WorkKind::IsTold => "be told of",
            };
            let what = format!("{what} {} {}", day.count, of_kind(day.count, work.kind));
            days.entry((day.day, who(work, names))).or_default().push(what);
        }
    }
    let rows = days.into_iter().map(|((day, who), what)| vec![day.to_string(), who, what.join(", ")]);
    Grid::new("Who has to do what on which day", "row", &[("", false), ("", false), ("", false)])
        .folded()
        .at_most(WORK_SHOWN)
        .with(rows)
}

/// A person's role, with the address on request.
fn who(work: &Work, names: bool) -> String {
    if names { format!("{} ({})", work.address, work.role) } else { work.role.to_string() }
}

/// How often customers hear from us, and where it stays silent.
pub(super) fn contact(report: &Report) -> Grid<'static> {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let messages = &report.messages;
    if let (Some(average), Some(customer)) = (&messages.average, &messages.customer) {
        let most = format!("{average} on average, {} at most ({customer})", messages.most);
        rows.push(("messages to a customer", most));
    }
    if let Some(first) = report.collisions.first() {
        let days = number(report.collisions.len() as u64, "day");
        let example = format!("{}, {}", day(first.day, report.to), first.customer);
        rows.push(("several contacts on one day", format!("{days} of a customer, the first {example}")));
    }
    let first = &report.first_contact;
    if first.invoices > 0 {
        let reached = format!("{} of {} that became overdue", first.contacted, first.invoices);
        let after = match (&first.median_days, &first.worst) {
            (Some(median), Some(worst)) => {
                format!(
                    ": {median} days after due at the median, {} at worst ({})",
                    worst.days, worst.invoice
                )
            }
            _ => String::new(),
        };
        rows.push(("first contact after due", format!("{reached}{after}")));
    }
    if let Some(longest) = report.silences.longest.first() {
        let why = match longest.withheld.as_slice() {
            [] => String::new(),
            codes => format!(", withheld: {}", codes.join(", ")),
        };
        let span = format!("{} to {}", day(longest.from, report.to), day(longest.to, report.to));
        let run = format!(
            "{}, {span}, {} of {}{why}",
            number(longest.days as u64, "day"),
            longest.invoice,
            longest.customer
        );
        rows.push(("longest silence while overdue", run));
        rows.push(("silences of more than 30 days", report.silences.over_30_days.to_string()));
    }
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]);
    Grid::new("Contact", "figure", &[("", false), ("", false)]).with(rows)
}

/// Receivables at both ends.
pub(super) fn receivables(report: &Report) -> Grid<'static> {
    let mut columns = vec![("", false), ("open", true)];
    columns.extend(AGES.map(|age| (age, true)));
    columns.extend([("DSO", true), ("at best", true), ("days delinquent", true)]);
    let rows =
        [&report.start, &report.end].into_iter().flat_map(|position| position_rows(position, report.to));
    Grid::new("Receivables", "row", &columns).with(rows)
}

fn position_rows(position: &Position, today: NaiveDate) -> Vec<Vec<String>> {
    let rows = position.receivables.iter().map(|sum| {
        let mut row = vec![day(position.day, today), sum.open.amount.grouped()];
        row.extend(ages(sum));
        let own = position.delinquency.iter().find(|own| own.currency == sum.currency);
        let days = own
            .map(|own| [&own.dso, &own.best_possible_dso, &own.average_days_delinquent].map(String::clone));
        row.extend(days.unwrap_or_default());
        row
    });
    rows.collect()
}

pub(super) fn unmet(report: &Report) -> Grid<'static> {
    let rows = report
        .unmet
        .iter()
        .map(|rule| vec![rule.text.to_string(), place(&rule.rule, Some(&rule.file), Some(rule.line))]);
    Grid::new("Rules that no open invoice met", "rule", &[("", false), ("", false)]).with(rows)
}

/// What was taken for granted.
pub(super) fn assumptions(report: &Report) -> Grid<'static> {
    let undated =
        report.undated.iter().map(|undated| (undated.rows, format!("{}: {}", undated.fact, undated.assumed)));
    let forgotten = report.forgotten_ledger_rows;
    let rows = if forgotten == 1 { "row" } else { "rows" };
    let forgotten = (forgotten, format!("ledger {rows} of the period and after it, left out"));
    let problems = report.problems.iter().filter(|problem| !problem.is_remark()).count() as u64;
    let what = if problems == 1 { "problem" } else { "problems" };
    let problems = (problems, format!("{what} in the data, which `dun plan` lists"));
    let found = undated.chain([forgotten, problems]).filter(|(rows, _)| *rows > 0);
    let rows = found.map(|(rows, what)| vec![rows.to_string(), what]);
    Grid::new("About the data", "fact", &[("", true), ("", false)]).with(rows)
}

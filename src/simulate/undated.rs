//! Facts without a date, and what a simulation takes for granted about them.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::Period;
use crate::snapshot::Snapshot;
use crate::snapshot::tables::{Column, InvoiceRow, OwnValue, Since, Status};

/// A kind of fact that has no date in some rows of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Undated {
    /// What it says, such as `disputed, without a date of opening`.
    pub fact: String,
    /// In how many rows.
    pub rows: u64,
    /// What is taken for granted, such as `taken as it is today on every day`.
    pub assumed: String,
}

/// A fact, and in how many rows it stands.
type Fact = (&'static str, usize);

/// What holds on every day where nobody says since when.
const EVERY_DAY: &str = "taken as it is today on every day";

/// What the data says without saying since when.
pub(super) fn undated(snapshot: &Snapshot, period: Period) -> Vec<Undated> {
    let assume = |facts: Vec<Fact>, assumed: String| {
        facts.into_iter().filter(|(_, rows)| *rows > 0).map(move |(fact, rows)| Undated {
            fact: fact.to_owned(),
            rows: rows as u64,
            assumed: assumed.clone(),
        })
    };
    let always = assume(always(snapshot), EVERY_DAY.to_owned());
    let balances = assume(balances(snapshot), counted_from(snapshot, period));
    let holds = assume(holds(snapshot, period), String::from("held on every day until then"));
    always.chain(balances).chain(holds).collect()
}

/// What is taken as it is today.
fn always(snapshot: &Snapshot) -> Vec<Fact> {
    let (invoices, customers) = (&snapshot.invoices, &snapshot.customers);
    let invoices_with = |fits: &dyn Fn(usize) -> bool| (0..invoices.id.len()).filter(|&at| fits(at)).count();
    let customers_with =
        |fits: &dyn Fn(usize) -> bool| (0..customers.id.len()).filter(|&at| fits(at)).count();
    let status = |wanted: Status| invoices_with(&|at| invoices.status.get(at) == Some(wanted));
    let has_own = |columns: &[Column<OwnValue>], at: usize| columns.iter().any(|own| own.get(at).is_some());
    let disputed = snapshot.disputes.iter().filter(|dispute| dispute.opened == Since::Always).count();
    let promised = snapshot.promises.iter().filter(|promise| promise.made == Since::Always).count();
    let handed_over = invoices_with(&|at| invoices.handed_over.get(at) == Some(Since::Always));
    let insolvent = customers_with(&|at| customers.insolvent_since.get(at) == Some(Since::Always));
    let shunned = customers_with(&|at| customers.do_not_contact.get(at) == Some(true));
    let own = invoices_with(&|at| has_own(&invoices.own, at));
    let own = own + customers_with(&|at| has_own(&customers.own, at));
    vec![
        ("disputed, without a date of opening", disputed),
        ("promised, without the day of the promise", promised),
        ("marked as a draft", status(Status::Draft)),
        ("marked as void", status(Status::Void)),
        ("marked as written off", status(Status::WrittenOff)),
        ("with an agency or factor, without a date", handed_over),
        ("insolvent, without a date", insolvent),
        ("not to be contacted", shunned),
        ("with values in columns of the policy's own", own),
    ]
}

/// Invoices of which only the column of balances tells what is open.
fn balances(snapshot: &Snapshot) -> Vec<Fact> {
    let invoices = &snapshot.invoices;
    let with = |fits: &dyn Fn(i64, i64) -> bool| {
        let is_it = |at: &usize| {
            let (balance, amount) = (invoices.balance.get(*at), invoices.amount[*at]);
            let row = InvoiceRow(u32::try_from(*at).unwrap_or(u32::MAX));
            balance.is_some_and(|balance| balance != amount && fits(balance, amount))
                && invoices.paid_date.get(*at).is_none()
                && snapshot.payments_of(row).is_empty()
        };
        (0..invoices.id.len()).filter(is_it).count()
    };
    let is_partly = |balance: i64, amount: i64| (1..amount).contains(&balance);
    vec![
        ("settled by their balance, without a date of payment", with(&|balance, _| balance == 0)),
        ("partly paid by their balance, without payments", with(&is_partly)),
        (
            "with a balance that is not within their amount",
            with(&|balance, amount| balance != 0 && !is_partly(balance, amount)),
        ),
    ]
}

/// From when a balance counts: the day the data was taken, where that is known (R2).
fn counted_from(snapshot: &Snapshot, period: Period) -> String {
    let day = |day: NaiveDate| day.format("%-d %B %Y");
    snapshot.taken_on.filter(|taken| *taken > period.from).map_or(EVERY_DAY.to_owned(), |taken| {
        format!("their full amount counts before {}, when the data was taken", day(taken))
    })
}

/// What is on hold until a day of the period or after it.
fn holds(snapshot: &Snapshot, period: Period) -> Vec<Fact> {
    let invoices = &snapshot.invoices;
    let is_held = |at: &usize| invoices.hold_until.get(*at).is_some_and(|until| until >= period.from);
    let held = (0..invoices.id.len()).filter(is_held).count();
    vec![("on hold until a day, without the day from which on", held)]
}

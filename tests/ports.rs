//! Policies of other systems, as they are written for dun: a month of each carried out, and the days on
//! which the originals act, restated for those that dun gives as well.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

mod common;
#[path = "shared/folders.rs"]
mod folders;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use chrono::NaiveDate;
use common::{Ledger, listed, messages, month, root, text_of};
use serde_json::Value;

const PORTS: [&str; 7] = [
    "business-central",
    "german-7-21-40",
    "kill-bill",
    "mahnwesen",
    "oca-three-time",
    "oca-two-time",
    "xero",
];

/// What `dun check` finds in a file: severity, code and message, in the order of the file.
fn findings(file: &str) -> Vec<(String, String, String)> {
    let path = root().join(file);
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .args(["check", "--format", "json", path.to_str().unwrap()])
        .output()
        .unwrap();
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let one = |finding: &Value| (text(finding, "severity"), text(finding, "code"), text(finding, "message"));
    list.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn policies_that_run_have_neither_errors_nor_warnings() {
    for port in PORTS {
        let mut found = findings(&format!("policies/{port}/policy.dun"));
        found.retain(|(severity, _, _)| severity != "note");
        assert_eq!(found, [], "{port}");
    }
}

/// A port as people see it: the plan of its data, a month carried out, and the first message of each template
/// and language, of which none is left out.
fn shown(port: &str) -> String {
    let plans = month(port);
    let written = messages(port, &plans);
    assert_eq!(written.keys().cloned().collect::<BTreeSet<_>>(), templates(port), "{port}");
    let written: Vec<String> = written.into_values().collect();
    format!("{}\n{}\n\n{}", text_of(port), listed(&plans), written.join("\n"))
}

/// The templates of a port, by name and language.
fn templates(port: &str) -> BTreeSet<(String, String)> {
    let main = if matches!(port, "mahnwesen" | "german-7-21-40") { "de" } else { "en" };
    let folder = root().join("policies").join(port).join("templates");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = files.filter(|path| path.is_file()).map(|path| {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (name, language) = stem.split_once('.').unwrap_or((&stem, main));
        (name.to_owned(), language.to_owned())
    });
    named.collect()
}

#[test]
fn business_central() {
    insta::assert_snapshot!(shown("business-central"));
}

#[test]
fn german_7_21_40() {
    insta::assert_snapshot!(shown("german-7-21-40"));
}

#[test]
fn kill_bill() {
    insta::assert_snapshot!(shown("kill-bill"));
}

#[test]
fn mahnwesen() {
    insta::assert_snapshot!(shown("mahnwesen"));
}

#[test]
fn oca_three_time() {
    insta::assert_snapshot!(shown("oca-three-time"));
}

#[test]
fn oca_two_time() {
    insta::assert_snapshot!(shown("oca-two-time"));
}

#[test]
fn xero() {
    insta::assert_snapshot!(shown("xero"));
}

// ---- the days on which the originals act

/// So many days from one on.
fn daily(from: &str, days: usize) -> Vec<NaiveDate> {
    day(from).iter_days().take(days).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const CUSTOMERS: &str = "customer_id,name,email,street,postcode,city,segment,tags\n\
    C,Ant Ltd,ar@ant.example,1 Hill Road,AB1 2ZZ,Antham,,\n";
const INVOICES: &str = "invoice_id,customer_id,amount,issue_date,due_date,currency,status,paid_date\n";
const HISTORY: &str = "invoice_id,date,step,outcome,rung\n";

impl Ledger {
    /// One customer, `C`, with these invoices, under some policy.
    fn under(policy: PathBuf, invoices: &str) -> Ledger {
        let ledger = Ledger { folder: tempfile::tempdir().unwrap(), policy };
        ledger.write("snapshot.yaml", "taken:\nas_of:\n");
        ledger.write("customers.csv", CUSTOMERS);
        ledger.write("invoices.csv", &format!("{INVOICES}{invoices}"));
        ledger.write("history.csv", HISTORY);
        ledger
    }

    /// The same under the policy of a port.
    fn port(port: &str, invoices: &str) -> Ledger {
        Ledger::under(root().join("policies").join(port).join("policy.dun"), invoices)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// What is done on the days, `date invoice step`, in the order of invoices and steps.
    fn steps(&self, days: impl IntoIterator<Item = NaiveDate>) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        for plan in days.into_iter().map(|day| self.plan(day)) {
            self.carry_out(&plan);
            let actions = plan["actions"].as_array().unwrap();
            let members = actions.iter().flat_map(|action| action["members"].as_array().unwrap());
            let text = |member: &Value, key: &str| member[key].as_str().unwrap().to_owned();
            let line = |member| {
                let day = plan["as_of"].as_str().unwrap();
                format!("{day} {} {}", text(member, "invoice"), text(member, "step"))
            };
            let mut day: Vec<String> = members.map(line).collect();
            day.sort();
            steps.append(&mut day);
        }
        steps
    }
}

/// A policy of its own, with the steps D+3, D+10 and D+30, in a folder that lasts as long as the value.
fn three_steps(catch_up: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("templates")).unwrap();
    let policy = format!(
        "policy \"Three steps\"\n  currency EUR\n  templates \"templates\"\n  sender us\n  fallback us\n\
         {catch_up}\nrole us = \"us@ant.example\"\nsegment all otherwise:\n  at D+3 email first\n  \
         at D+10 email second\n  at D+30 email third\ncarve-out disputes when invoice.disputed:\n  hold\n"
    );
    fs::write(folder.path().join("policy.dun"), policy).unwrap();
    for name in ["first", "second", "third"] {
        let text = "---\nsubject: \"Invoice {{ invoice.id }}\"\n---\nPlease pay {{ total }}.\n";
        fs::write(folder.path().join(format!("templates/{name}.md")), text).unwrap();
    }
    folder
}

/// Five families of systems answer the same case differently; dun has a word for each of them (R11).
const FAMILIES: [&str; 5] = [
    "  catch up: one at a time",
    "  catch up: one per run",
    "  catch up: latest",
    "  catch up: same day only",
    "  catch up: all, 2 days apart",
];

/// Due on 10 March 2025, first run on 20 April, then daily. By their dates the steps stand on 13 and 20 March
/// and 9 April, so all three are missed (R11): one at a time keeps the gaps of 7 and 20 days; per run there is
/// one a day; the latest acts alone; a step that has its day only never acts; and two days apart.
#[test]
fn five_families_start_late() {
    let expected: [&[&str]; 5] = [
        &["2025-04-20 I email first", "2025-04-27 I email second", "2025-05-17 I email third"],
        &["2025-04-20 I email first", "2025-04-21 I email second", "2025-04-22 I email third"],
        &["2025-04-20 I email third"],
        &[],
        &["2025-04-20 I email first", "2025-04-22 I email second", "2025-04-24 I email third"],
    ];
    for (family, expected) in FAMILIES.iter().zip(expected) {
        let policy = three_steps(family);
        let ledger =
            Ledger::under(policy.path().join("policy.dun"), "I,C,100.00,2025-02-10,2025-03-10,EUR,,\n");
        assert_eq!(ledger.steps(daily("2025-04-20", 35)), expected, "{family}");
    }
}

/// The first step is sent on its day, 13 March; a dispute runs from 15 March and is closed on 12 April, which
/// is free again (R3). Meanwhile the second and the third have missed 20 March and 9 April (R11, R16).
#[test]
fn five_families_go_on_after_a_hold() {
    let expected: [&[&str]; 5] = [
        &["2025-04-12 I email second", "2025-05-02 I email third"],
        &["2025-04-12 I email second", "2025-04-13 I email third"],
        &["2025-04-12 I email third"],
        &[],
        &["2025-04-12 I email second", "2025-04-14 I email third"],
    ];
    for (family, expected) in FAMILIES.iter().zip(expected) {
        let policy = three_steps(family);
        let ledger =
            Ledger::under(policy.path().join("policy.dun"), "I,C,100.00,2025-02-10,2025-03-10,EUR,,\n");
        ledger.write("disputes.csv", "invoice_id,opened,closed\nI,2025-03-15,2025-04-12\n");
        assert_eq!(ledger.steps(daily("2025-03-13", 1)), ["2025-03-13 I email first"], "{family}");
        let held = ["2025-03-14", "2025-03-15", "2025-03-20", "2025-04-09", "2025-04-11"].map(day);
        let free = daily("2025-04-12", 4).into_iter().chain(daily("2025-04-30", 5));
        assert_eq!(ledger.steps(held.into_iter().chain(free)), expected, "{family}");
    }
}

/// The due date is put off from 10 March to 10 April after the first step: that is not repeated, and the others
/// count from the new date, 20 April and 10 May, in every family (R7, R9).
#[test]
fn a_later_due_date_moves_what_is_left() {
    for family in FAMILIES {
        let policy = three_steps(family);
        let ledger =
            Ledger::under(policy.path().join("policy.dun"), "I,C,100.00,2025-02-10,2025-03-10,EUR,,\n");
        assert_eq!(ledger.steps(daily("2025-03-13", 2)), ["2025-03-13 I email first"], "{family}");
        ledger.write("invoices.csv", &format!("{INVOICES}I,C,100.00,2025-02-10,2025-04-10,EUR,,\n"));
        let expected = ["2025-04-20 I email second", "2025-05-10 I email third"];
        let further = ["2025-03-15", "2025-03-20", "2025-04-09", "2025-04-19"].map(day);
        let further = further.into_iter().chain(daily("2025-04-20", 4)).chain(daily("2025-05-09", 4));
        assert_eq!(ledger.steps(further), expected, "{family}");
    }
}

/// A customer of OCA's year, and what it owes by instalment, each an invoice of its own to dun. Customers who
/// owe in two currencies are two here: to one address, dun would write in one currency a day (R18).
fn oca(port: &str, rows: &[(&str, &str, &str, &str, &str)]) -> Ledger {
    let mut invoices = String::new();
    let mut customers: BTreeSet<&str> = BTreeSet::new();
    for (id, customer, amount, due, issued) in rows {
        let currency = if customer.ends_with("_usd") { "USD" } else { "EUR" };
        invoices.push_str(&format!("{id},{customer},{amount},{issued},{due},{currency},,\n"));
        customers.insert(customer);
    }
    let ledger = Ledger::port(port, &invoices);
    let mut table = String::from(CUSTOMERS.lines().next().unwrap());
    for customer in customers {
        let segment = if customer == "never" { "no_follow_up" } else { "" };
        let address = format!("{customer}@ant.example,1 Hill Road,AB1 2ZZ,Antham");
        table.push_str(&format!("\n{customer},Ant {customer},{address},{segment},"));
    }
    ledger.write("customers.csv", &table);
    ledger
}

/// The runs of OCA's tests, each on the last day of a month of 2013.
const MONTH_ENDS: [&str; 7] =
    ["2013-01-31", "2013-02-28", "2013-03-31", "2013-04-30", "2013-05-31", "2013-06-30", "2013-07-31"];

/// The year 2013 of OCA's own tests, those who are followed up in three steps. The first step comes with the
/// run after D+10, the second with the first run on or after the end of the month of D+30 that comes after the
/// first step, the third with the first run ten days after the second: with runs at the end of each month that
/// is one step a run, and dun gives all of them (R11, `one per run`).
#[test]
fn oca_three_times_through_2013() {
    let ledger = oca(
        "oca-three-time",
        &[
            ("i01", "never", "2000.00", "2013-01-15", "2013-01-15"),
            ("i10a", "four", "300.00", "2013-01-18", "2013-01-18"),
            ("i10b", "four", "700.00", "2013-02-28", "2013-01-18"),
            ("i11a", "four_usd", "360.00", "2013-02-15", "2013-02-15"),
            ("i11b", "four_usd", "840.00", "2013-03-31", "2013-02-15"),
            ("i12a", "four_usd", "449.99", "2013-03-15", "2013-03-15"),
            ("i12b", "four_usd", "1050.01", "2013-04-30", "2013-03-15"),
            ("i13", "five_usd", "1000.00", "2013-02-17", "2013-01-18"),
            ("i14", "five_usd", "1200.00", "2013-03-17", "2013-02-15"),
            ("i15", "five_usd", "1500.00", "2013-04-14", "2013-03-15"),
            ("i16", "four", "1500.00", "2013-04-14", "2013-03-15"),
            ("i17", "seven", "1500.00", "2013-04-14", "2013-03-15"),
            ("i18a", "eight", "450.00", "2013-03-15", "2013-03-15"),
            ("i18b", "eight", "1050.00", "2013-04-30", "2013-03-15"),
            ("i19a", "nine", "450.00", "2013-03-15", "2013-03-15"),
            ("i19b", "nine", "1050.00", "2013-04-30", "2013-03-15"),
            ("i20", "six", "0.09", "2013-04-22", "2013-03-23"),
        ],
    );
    ledger.write(
        "payments.csv",
        "payment_id,invoice_id,date,amount,currency\np1,i19a,2013-03-20,300.00,EUR\n\
         p2,i16,2013-05-15,1500.00,EUR\np3,i17,2013-05-15,1000.00,EUR\np4,i18a,2013-05-15,450.00,EUR\n",
    );
    let expected = [
        "2013-01-31 i10a email first_reminder",
        "2013-02-28 i10a email second_reminder",
        "2013-02-28 i11a email first_reminder",
        "2013-02-28 i13 email first_reminder",
        "2013-03-31 i10a letter last_reminder",
        "2013-03-31 i10b email first_reminder",
        "2013-03-31 i11a email second_reminder",
        "2013-03-31 i12a email first_reminder",
        "2013-03-31 i13 email second_reminder",
        "2013-03-31 i14 email first_reminder",
        "2013-03-31 i18a email first_reminder",
        "2013-03-31 i19a email first_reminder",
        "2013-04-30 i10b email second_reminder",
        "2013-04-30 i11a letter last_reminder",
        "2013-04-30 i11b email first_reminder",
        "2013-04-30 i12a email second_reminder",
        "2013-04-30 i13 letter last_reminder",
        "2013-04-30 i14 email second_reminder",
        "2013-04-30 i15 email first_reminder",
        "2013-04-30 i16 email first_reminder",
        "2013-04-30 i17 email first_reminder",
        "2013-04-30 i18a email second_reminder",
        "2013-04-30 i19a email second_reminder",
        "2013-05-31 i10b letter last_reminder",
        "2013-05-31 i11b email second_reminder",
        "2013-05-31 i12a letter last_reminder",
        "2013-05-31 i12b email first_reminder",
        "2013-05-31 i14 letter last_reminder",
        "2013-05-31 i15 email second_reminder",
        "2013-05-31 i17 email second_reminder",
        "2013-05-31 i18b email first_reminder",
        "2013-05-31 i19a letter last_reminder",
        "2013-05-31 i19b email first_reminder",
        "2013-06-30 i11b letter last_reminder",
        "2013-06-30 i12b email second_reminder",
        "2013-06-30 i15 letter last_reminder",
        "2013-06-30 i17 letter last_reminder",
        "2013-06-30 i18b email second_reminder",
        "2013-06-30 i19b email second_reminder",
        "2013-07-31 i12b letter last_reminder",
        "2013-07-31 i18b letter last_reminder",
        "2013-07-31 i19b letter last_reminder",
    ];
    assert_eq!(ledger.steps(MONTH_ENDS.map(day)), expected);
}

/// The same year for those who are followed up in two steps: the first at the end of the month of D+30, the
/// second with the first run sixty days later. 31 March and 60 days is 30 May; 30 April, 29 June (R11).
#[test]
fn oca_two_times_through_2013() {
    let ledger = oca(
        "oca-two-time",
        &[
            ("i4", "two", "1000.00", "2013-02-28", "2013-01-18"),
            ("i5", "two_usd", "1200.00", "2013-03-31", "2013-02-15"),
            ("i6", "two_usd", "1500.00", "2013-04-30", "2013-03-15"),
            ("i7", "three", "1000.00", "2013-02-17", "2013-01-18"),
            ("i8", "three_usd", "1200.00", "2013-03-17", "2013-02-15"),
            ("i9", "three_usd", "1500.00", "2013-04-14", "2013-03-15"),
        ],
    );
    let expected = [
        "2013-03-31 i4 email first_reminder",
        "2013-03-31 i7 email first_reminder",
        "2013-04-30 i5 email first_reminder",
        "2013-04-30 i8 email first_reminder",
        "2013-05-31 i4 letter last_reminder",
        "2013-05-31 i6 email first_reminder",
        "2013-05-31 i7 letter last_reminder",
        "2013-05-31 i9 email first_reminder",
        "2013-06-30 i5 letter last_reminder",
        "2013-06-30 i8 letter last_reminder",
        "2013-07-31 i6 letter last_reminder",
        "2013-07-31 i9 letter last_reminder",
    ];
    assert_eq!(ledger.steps(MONTH_ENDS.map(day)), expected);
}

/// With a run each day the steps come on the very days of the original. Due on 14 January 2026: D+10 is 24
/// January, D+30 is 13 February and its month ends on the 28th, ten days later is 10 March. Due on 31 January:
/// D+30 is 2 March, not February, so that its month ends on 31 March (R7, R10, R11).
#[test]
fn oca_three_times_day_by_day() {
    let ledger = oca(
        "oca-three-time",
        &[
            ("a", "one", "100.00", "2026-01-14", "2026-01-01"),
            ("b", "two", "100.00", "2026-01-31", "2026-01-01"),
        ],
    );
    let expected = [
        "2026-01-24 a email first_reminder",
        "2026-02-10 b email first_reminder",
        "2026-02-28 a email second_reminder",
        "2026-03-10 a letter last_reminder",
        "2026-03-31 b email second_reminder",
        "2026-04-10 b letter last_reminder",
    ];
    assert_eq!(ledger.steps(daily("2026-01-20", 90)), expected);
}

/// Kill Bill's months of 2012: an invoice of 31 May and one of 30 June, looked at on the days of its test. The
/// states begin 30, 40 and 50 days after the oldest, 30 June, 10 and 20 July, and end when it is paid (R24).
#[test]
fn kill_bill_climbs_three_states() {
    let ledger = Ledger::port("kill-bill", "i1,C,249.95,2012-05-31,,USD,,\ni2,C,249.95,2012-06-30,,USD,,\n");
    let days = [
        "2012-06-08",
        "2012-06-16",
        "2012-06-24",
        "2012-06-30",
        "2012-07-02",
        "2012-07-08",
        "2012-07-10",
        "2012-07-16",
        "2012-07-18",
        "2012-07-20",
    ];
    let expected = [
        "2012-06-30 i1 email changes_blocked",
        "2012-06-30 i1 flag od1",
        "2012-07-10 i1 email service_paused",
        "2012-07-10 i1 flag od2",
        "2012-07-20 i1 email account_review",
        "2012-07-20 i1 flag od3",
    ];
    assert_eq!(ledger.steps(days.map(day)), expected);
    ledger.write(
        "payments.csv",
        "payment_id,invoice_id,date,amount,currency\np1,i1,2012-07-20,249.95,USD\n\
        p2,i2,2012-07-20,249.95,USD\n",
    );
    let cleared = ["2012-07-20 i1 clear od1", "2012-07-20 i1 clear od2", "2012-07-20 i1 clear od3"];
    assert_eq!(ledger.steps(daily("2012-07-20", 3)), cleared);
}

/// When the oldest is paid, or credited, the state falls to that of the next: here none, for it is five days
/// old on 5 July, until it is looked at again on 4 August, 35 days old (R11, `latest`; R24).
#[test]
fn kill_bill_falls_back_to_the_next_oldest() {
    for table in ["payments.csv", "credit_notes.csv"] {
        let ledger = Ledger::port(
            "kill-bill",
            "i1,C,249.95,2012-05-31,,USD,,\ni2,C,249.95,2012-06-30,,USD,,\ni3,C,249.95,2012-07-31,,USD,,\n",
        );
        let first = ["2012-07-05 i1 email changes_blocked", "2012-07-05 i1 flag od1"];
        assert_eq!(ledger.steps(["2012-06-15", "2012-07-05"].map(day)), first, "{table}");
        let key = if table == "payments.csv" { "payment_id" } else { "credit_id" };
        ledger.write(table, &format!("{key},invoice_id,date,amount,currency\nx,i1,2012-07-05,249.95,USD\n"));
        let then =
            ["2012-07-05 i1 clear od1", "2012-08-04 i2 email changes_blocked", "2012-08-04 i2 flag od1"];
        let days = ["2012-07-05", "2012-07-10", "2012-07-20", "2012-08-04"];
        assert_eq!(ledger.steps(days.map(day)), then, "{table}");
    }
}

/// A draft has no age; an invoice that is open again has the age it always had: 35 days on 5 July (R2).
#[test]
fn kill_bill_reopens_with_the_old_age() {
    let ledger = Ledger::port(
        "kill-bill",
        "draft,C,10.00,2012-05-06,,USD,draft,\ni1,C,249.95,2012-05-31,,USD,,2012-05-31\n",
    );
    let days = ["2012-05-31", "2012-06-06", "2012-06-15", "2012-07-05"];
    assert_eq!(ledger.steps(days.map(day)), [""; 0]);
    ledger.write("invoices.csv", &format!("{INVOICES}i1,C,249.95,2012-05-31,,USD,,\n"));
    let reopened = ["2012-07-05 i1 email changes_blocked", "2012-07-05 i1 flag od1"];
    assert_eq!(ledger.steps([day("2012-07-05")]), reopened);
}

/// First looked at after 45 days, an account is in the second state at once. The original never enters the
/// first; dun sets its flag as well, so that whoever reads flags finds both, and writes one message (R11).
#[test]
fn kill_bill_starts_late_in_the_most_severe_state() {
    let ledger = Ledger::port("kill-bill", "i1,C,249.95,2012-05-31,,USD,,\n");
    let expected = ["2012-07-15 i1 email service_paused", "2012-07-15 i1 flag od1", "2012-07-15 i1 flag od2"];
    assert_eq!(ledger.steps([day("2012-07-15")]), expected);
}

/// Without enforcement nothing begins; on the day on which it is switched on again the state is entered, and a
/// hold and its release on one day do not enter it twice (R16). Unlike the original, a hold takes no flag back.
#[test]
fn kill_bill_can_be_switched_off_for_an_account() {
    let ledger = Ledger::port("kill-bill", "i1,C,249.95,2012-05-31,,USD,,\n");
    let off = CUSTOMERS.replace("Antham,,", "Antham,,enforcement off");
    ledger.write("customers.csv", &off);
    assert_eq!(ledger.steps(daily("2012-06-28", 9)), [""; 0]);
    ledger.write("customers.csv", CUSTOMERS);
    let entered = ["2012-07-06 i1 email changes_blocked", "2012-07-06 i1 flag od1"];
    assert_eq!(ledger.steps([day("2012-07-06")]), entered);
    ledger.write("customers.csv", &off);
    assert_eq!(ledger.steps([day("2012-07-06")]), [""; 0]);
    ledger.write("customers.csv", CUSTOMERS);
    assert_eq!(ledger.steps([day("2012-07-06")]), [""; 0]);
}

/// The stages of dolibarr-mahnwesen begin on their day: nothing two days after the due date, the first on the
/// third. 31 January and 30 days is 2 March, and the clock change of 29 March 2026 moves nothing (R7).
#[test]
fn mahnwesen_begins_each_stage_on_its_day() {
    let ledger = Ledger::port("mahnwesen", "i1,C,100.00,2026-01-10,2026-01-31,EUR,,\n");
    let expected = [
        "2026-02-03 i1 email payment_reminder",
        "2026-02-10 i1 email first_notice",
        "2026-02-20 i1 email second_notice",
        "2026-03-02 i1 email third_notice",
    ];
    assert_eq!(ledger.steps(daily("2026-01-31", 40)), expected);
    let ledger = Ledger::port("mahnwesen", "i1,C,100.00,2026-03-10,2026-03-25,EUR,,\n");
    let expected = ["2026-03-28 i1 email payment_reminder"];
    assert_eq!(ledger.steps(daily("2026-03-26", 9)), expected);
}

/// Due on 1 January 2026; the reminder went out on some day. The first notice comes on the later of D+10, the
/// 11th, and seven days after the reminder, whatever its hour; and not before the day after the deadline that
/// the reminder named (R11). A reminder of the 2nd, before its day, delays nothing.
#[test]
fn mahnwesen_keeps_its_distance() {
    let cases = [
        ("2026-01-14T14:00:00", "2026-01-21"),
        ("2026-01-14T23:59:59", "2026-01-21"),
        ("2026-01-02", "2026-01-11"),
    ];
    for (sent, expected) in cases {
        let ledger = Ledger::port("mahnwesen", "i1,C,100.00,2025-12-18,2026-01-01,EUR,,\n");
        ledger.write("history.csv", &format!("{HISTORY}i1,{sent},email payment_reminder,sent,D+3\n"));
        let from = if sent == "2026-01-02" { "2026-01-02" } else { "2026-01-14" };
        let steps = ledger.steps(daily(from, 11));
        assert_eq!(steps, [format!("{expected} i1 email first_notice")], "{sent}");
    }
}

/// A reminder that was declined on the 14th starts no clock, unlike in the original: the first notice, planned
/// for the 11th, comes on the next day (R10, R11).
#[test]
fn mahnwesen_does_not_wait_for_what_was_declined() {
    let ledger = Ledger::port("mahnwesen", "i1,C,100.00,2025-12-18,2026-01-01,EUR,,\n");
    ledger.write("history.csv", &format!("{HISTORY}i1,2026-01-14,email payment_reminder,declined,D+3\n"));
    assert_eq!(ledger.steps(daily("2026-01-14", 4)), ["2026-01-15 i1 email first_notice"]);
}

/// With ten days to pay, the reminder of the 14th names the 24th, and the first notice comes on the 25th.
#[test]
fn mahnwesen_waits_for_the_deadline_it_named() {
    let folder = tempfile::tempdir().unwrap();
    let policy = root().join("policies/mahnwesen");
    folders::copy(&policy.join("templates"), &folder.path().join("templates"));
    let text = fs::read_to_string(policy.join("policy.dun")).unwrap();
    let longer = text.replacen("payment_reminder, deadline 6 days", "payment_reminder, deadline 10 days", 1);
    assert_ne!(text, longer);
    fs::write(folder.path().join("policy.dun"), longer).unwrap();
    let invoice = "i1,C,100.00,2025-12-18,2026-01-01,EUR,,\n";
    let ledger = Ledger::under(folder.path().join("policy.dun"), invoice);
    ledger.write("history.csv", &format!("{HISTORY}i1,2026-01-14,email payment_reminder,sent,D+3\n"));
    assert_eq!(ledger.steps(daily("2026-01-14", 14)), ["2026-01-25 i1 email first_notice"]);
}

/// Two days of grace and seven to pay, both to be exceeded: nothing on D+2, a reminder on D+3, the next ten
/// days after each, for ever; the fee is somebody's task on the day after (R7, R11). Due on 1 September.
#[test]
fn business_central_reminds_every_ten_days() {
    let ledger = Ledger::port("business-central", "i1,C,100.00,2026-08-02,2026-09-01,GBP,,\n");
    ledger.write("customers.csv", "customer_id,name,email,kind\nC,Ant,ant@ant.example,business\n");
    let expected = [
        "2026-09-04 i1 email first_reminder",
        "2026-09-05 i1 first_fee",
        "2026-09-14 i1 email second_reminder",
        "2026-09-15 i1 second_fee",
        "2026-09-24 i1 email third_reminder #1",
        "2026-09-25 i1 third_fee #1",
        "2026-10-04 i1 email third_reminder #2",
        "2026-10-05 i1 third_fee #2",
        "2026-10-14 i1 email third_reminder #3",
    ];
    assert_eq!(ledger.steps(daily("2026-09-03", 42)), expected);
}

/// A late start keeps the ten days: the next deadline counts from the reminder, not from the invoice (R11).
#[test]
fn business_central_counts_from_the_last_reminder() {
    let ledger = Ledger::port("business-central", "i1,C,100.00,2026-05-02,2026-06-01,GBP,,\n");
    let mut steps = ledger.steps(daily("2026-09-01", 25));
    steps.retain(|step| step.contains("email"));
    let expected = [
        "2026-09-01 i1 email first_reminder",
        "2026-09-11 i1 email second_reminder",
        "2026-09-21 i1 email third_reminder #1",
    ];
    assert_eq!(steps, expected);
}

/// Consumers get the same reminders and are not charged, and neither is anybody of whom nobody knows (R4).
#[test]
fn business_central_charges_no_consumer() {
    for kind in ["consumer", ""] {
        let ledger = Ledger::port("business-central", "i1,C,100.00,2026-08-02,2026-09-01,GBP,,\n");
        ledger.write(
            "customers.csv",
            &format!("customer_id,name,email,kind\nC,Mr Ant,ant@ant.example,{kind}\n"),
        );
        let expected = ["2026-09-04 i1 email first_reminder", "2026-09-14 i1 email second_reminder"];
        assert_eq!(ledger.steps(daily("2026-09-03", 15)), expected, "{kind}");
    }
}

/// Each level has its fee, in the currency of the sample company; nothing is booked before somebody says yes (R22).
#[test]
fn business_central_proposes_a_fee_a_level() {
    let ledger = Ledger::port("business-central", "i1,C,100.00,2026-08-02,2026-09-01,GBP,,\n");
    ledger.write("customers.csv", "customer_id,name,email,kind\nC,Ant,ant@ant.example,business\n");
    let plans = ledger.replay(daily("2026-09-03", 42));
    let actions = plans.iter().flat_map(|plan| plan["actions"].as_array().unwrap());
    let fees = actions.filter(|action| action["kind"] == "charge").map(|action| {
        let charge = &action["charge"];
        ["mode"]
            .map(|key| &action[key])
            .into_iter()
            .chain(["kind", "amount", "currency"].map(|key| &charge[key]))
            .map(|value| value.as_str().unwrap())
            .collect::<Vec<_>>()
            .join(" ")
    });
    let expected = ["5.00", "10.00", "15.00", "15.00"].map(|fee| format!("approval fee {fee} GBP"));
    assert_eq!(fees.collect::<Vec<_>>(), expected);
}

/// Switched on when the invoice is eight days overdue: nothing on day 8, the second reminder on day 14 and the
/// third on day 21 (R11, `same day only`). Due on 1 September.
#[test]
fn xero_does_not_catch_up() {
    let ledger = Ledger::port("xero", "i1,C,100.00,2026-08-18,2026-09-01,NZD,,\n");
    let expected = ["2026-09-15 i1 email second_reminder", "2026-09-22 i1 email third_reminder"];
    assert_eq!(ledger.steps(daily("2026-09-09", 30)), expected);
}

/// Each invoice has an e-mail of its own, for the early morning only (R18). On one day D+7 and D+14.
#[test]
fn xero_writes_one_early_message_per_invoice() {
    let invoices = "i1,C,100.00,2026-08-18,2026-09-08,NZD,,\ni2,C,100.00,2026-08-18,2026-09-01,NZD,,\n";
    let plan = Ledger::port("xero", invoices).plan(day("2026-09-15"));
    let actions = plan["actions"].as_array().unwrap().iter();
    let message = |action: &Value| {
        let hours = &action["window"];
        (action["invoices"].as_array().unwrap().len(), hours["from"].clone(), hours["to"].clone())
    };
    let one = (1, Value::from("04:00"), Value::from("08:00"));
    assert_eq!(actions.map(message).collect::<Vec<_>>(), [one.clone(), one]);
}

/// A reminder on D+7, a notice on D+21, the management on D+40. Five thousand euros go out by themselves, a cent
/// more is sent by a person, and so are invoices that together come to more (R15). The rungs of 1 September
/// are 8 and 22 September and 11 October, a Sunday, on which what stays in the house may happen (R8).
#[test]
fn german_large_sums_are_never_dunned_automatically() {
    let all = |mode| {
        let days = ["2026-09-08", "2026-09-22", "2026-10-11"];
        let steps = ["email payment_reminder", "email notice", "escalate management"];
        let modes = [mode, mode, "automatic"];
        let lines = days.iter().zip(steps).zip(modes);
        lines.map(|((day, step), mode)| format!("{day} {mode} {step}")).collect::<Vec<_>>()
    };
    let cases = [
        ("i1,C,5000.00,2026-08-18,2026-09-01,EUR,,\n", "automatic"),
        ("i1,C,5000.01,2026-08-18,2026-09-01,EUR,,\n", "manual"),
        ("i1,C,2500.00,2026-08-18,2026-09-01,EUR,,\ni2,C,2500.01,2026-08-18,2026-09-01,EUR,,\n", "manual"),
    ];
    for (invoices, mode) in cases {
        let ledger = Ledger::port("german-7-21-40", invoices);
        let plans = ledger.replay(daily("2026-09-02", 45));
        let actions = plans.iter().flat_map(|plan| plan["actions"].as_array().unwrap());
        let text = |action: &Value, key: &str| action[key].as_str().unwrap().to_owned();
        let line =
            |action| format!("{} {} {}", text(action, "date"), text(action, "mode"), text(action, "step"));
        let mut done: Vec<String> = actions.map(line).collect();
        // Each invoice is handed to the management by itself; messages about both are one.
        done.dedup();
        assert_eq!(done, all(mode), "{invoices}");
    }
}

//! The shipped policies on the shipped data: what a person reads, and a month carried out day by day.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

mod common;

use std::fs;
use std::sync::LazyLock;

use chrono::NaiveDate;
use common::{Ledger, dun, listed, messages, month, root, text_of};
use serde_json::Value;

#[test]
fn the_first_policy_as_text() {
    insta::assert_snapshot!(text_of("first"));
}

#[test]
fn the_small_business_as_text() {
    insta::assert_snapshot!(text_of("small-business"));
}

#[test]
fn key_accounts_as_text() {
    insta::assert_snapshot!(text_of("key-accounts"));
}

#[test]
fn france_as_text() {
    insta::assert_snapshot!(text_of("france"));
}

#[test]
fn germany_as_text() {
    insta::assert_snapshot!(text_of("germany"));
}

#[test]
fn the_uk_as_text() {
    insta::assert_snapshot!(text_of("uk"));
}

#[test]
fn the_first_policy_as_json() {
    let plan = dun(&["plan", "policies/first/policy.dun", "--data", "fixtures/first", "--format", "json"]);
    insta::assert_snapshot!(plan);
}

fn shown(case: &str, format: &str, more: &[&str]) -> String {
    let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
    dun(&[&["plan", &policy, "--data", &data, "--format", format], more].concat())
}

#[test]
fn the_first_policy_as_yaml() {
    insta::assert_snapshot!(shown("first", "yaml", &[]));
}

#[test]
fn the_first_policy_as_csv() {
    insta::assert_snapshot!(shown("first", "csv", &[]).replace('\r', ""));
}

#[test]
fn the_first_policy_as_markdown_with_names() {
    insta::assert_snapshot!(shown("first", "markdown", &["--show-names"]));
}

#[test]
fn key_accounts_as_markdown() {
    let markdown = shown("key-accounts", "markdown", &[]);
    // Every address of the data and the policy has one, and no other text in this plan does.
    assert!(!markdown.contains('@'), "{markdown}");
    insta::assert_snapshot!(markdown);
}

#[test]
fn key_accounts_as_csv() {
    let table = shown("key-accounts", "csv", &[]);
    assert!(!table.contains('@'), "{table}");
    insta::assert_snapshot!(table.replace('\r', ""));
}

#[test]
fn the_readme_shows_true_output() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let policy = fs::read_to_string(root().join("policies/first/policy.dun")).unwrap();
    assert!(
        readme.contains(policy.trim_end()),
        "README.md shows another policy than policies/first/policy.dun"
    );
    assert!(
        readme.contains(text_of("first").trim_end()),
        "README.md shows another plan than the command prints"
    );
}

/// Every message of the fixtures, as the customer gets it.
#[test]
fn messages_as_customers_read_them() {
    let mut shown = String::new();
    for case in ["small-business", "key-accounts"] {
        let policy = format!("policies/{case}/policy.dun");
        let plan = dun(&["plan", &policy, "--data", &format!("fixtures/{case}"), "--format", "json"]);
        let plan: Value = serde_json::from_str(&plan).unwrap();
        shown.extend(messages(case, &[plan]).into_values());
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_month_of_the_small_business() {
    insta::assert_snapshot!(listed(&month("small-business")));
}

#[test]
fn a_month_of_key_accounts() {
    insta::assert_snapshot!(listed(&month("key-accounts")));
}

/// A month from one of its days on, carried out; nothing is paid meanwhile.
fn month_from(case: &str, month: u32, day: u32) -> Vec<Value> {
    let first = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    Ledger::of(case).replay(first.iter_days().take(31))
}

static FRANCE: LazyLock<Vec<Value>> = LazyLock::new(|| month_from("france", 7, 6));
static GERMANY: LazyLock<Vec<Value>> = LazyLock::new(|| month_from("germany", 5, 18));
static UK: LazyLock<Vec<Value>> = LazyLock::new(|| month_from("uk", 11, 30));

fn texts(case: &str, plans: &[Value]) -> String {
    messages(case, plans).into_values().collect()
}

/// The 14th of July is closed, and August is left in peace.
#[test]
fn a_month_of_france() {
    insta::assert_snapshot!(listed(&FRANCE));
}

#[test]
fn messages_of_france() {
    insta::assert_snapshot!(texts("france", &FRANCE));
}

/// Whit Monday is closed everywhere, Corpus Christi in Bavaria and North Rhine-Westphalia only.
#[test]
fn a_month_of_germany() {
    insta::assert_snapshot!(listed(&GERMANY));
}

#[test]
fn messages_of_germany() {
    insta::assert_snapshot!(texts("germany", &GERMANY));
}

/// St Andrew's Day is closed in Scotland only, and Christmas everywhere.
#[test]
fn a_month_of_the_uk() {
    insta::assert_snapshot!(listed(&UK));
}

#[test]
fn messages_of_the_uk() {
    insta::assert_snapshot!(texts("uk", &UK));
}

//! The shipped policies on the shipped data: what a person reads, and a month carried out day by day.
#![expect(clippy::disallowed_methods, reason = "a test reads the README")]

mod common;

use std::fs;

use common::{dun, listed, messages, month, root, text_of};
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
fn the_first_policy_as_json() {
    let plan = dun(&["plan", "policies/first/policy.dun", "--data", "fixtures/first", "--format", "json"]);
    insta::assert_snapshot!(plan);
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

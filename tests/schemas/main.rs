//! The JSON Schemas: what is checked in is what the types and tables say, real plans and data keep to it, and no
//! later one drops or narrows what was released.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the tests read the schemas and the sample data")]

mod compatible;
mod validate;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use compatible::{Direction, breaks};
use validate::validate;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn dun(arguments: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dun")).current_dir(root()).args(arguments).output().unwrap();
    assert!(output.status.success(), "dun {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn schema(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap()
}

#[test]
fn what_is_checked_in_is_what_dun_prints() {
    for of in ["plan", "snapshot", "policy"] {
        let path = format!("schemas/{of}.schema.json");
        let says = format!("{path} is not what dun prints; write it again: dun schema {of} > {path}");
        assert!(read(&path) == dun(&["schema", of]), "{says}");
    }
}

const ADVICE: &str = "readers of the released form would break: bring it back, or raise FORMAT_VERSION and release a new form beside the old one";

#[test]
fn the_plan_keeps_what_was_released() {
    let (released, now) =
        (schema("schemas/released/plan.v1.schema.json"), schema("schemas/plan.schema.json"));
    assert_eq!(breaks(&released, &now, Direction::Written), Vec::<String>::new(), "{ADVICE}");
}

#[test]
fn a_policy_read_back_keeps_what_was_released() {
    let (released, now) =
        (schema("schemas/released/policy.v1.schema.json"), schema("schemas/policy.schema.json"));
    assert_eq!(breaks(&released, &now, Direction::Written), Vec::<String>::new(), "{ADVICE}");
}

#[test]
fn the_data_that_was_accepted_is_accepted() {
    let released = schema("schemas/released/snapshot.v1.schema.json");
    let now = schema("schemas/snapshot.schema.json");
    assert_eq!(breaks(&released, &now, Direction::Read), Vec::<String>::new(), "{ADVICE}");
}

#[test]
fn plans_keep_to_the_schema() {
    let whole = schema("schemas/plan.schema.json");
    let line = json!({ "$ref": "#/$defs/Line", "$defs": whole["$defs"] });
    for case in ["first", "key-accounts", "small-business"] {
        let (policy, data) = (format!("policies/{case}/policy.dun"), format!("fixtures/{case}"));
        // The second day is one on which the data is too old, or all is quiet.
        for day in ["2026-10-05", "2026-11-20"] {
            let show = |format: &str| {
                let arguments = ["plan", &policy, "--data", &data, "--as-of", day, "--format", format];
                let output =
                    Command::new(env!("CARGO_BIN_EXE_dun")).current_dir(root()).args(arguments).output();
                String::from_utf8(output.unwrap().stdout).unwrap()
            };
            let plan: Value = serde_json::from_str(&show("json")).unwrap();
            assert_eq!(validate(&whole, &plan), Vec::<String>::new(), "{case} {day}");
            for text in show("jsonl").lines() {
                let entry: Value = serde_json::from_str(text).unwrap();
                assert_eq!(validate(&line, &entry), Vec::<String>::new(), "{case} {day}: {text}");
            }
        }
    }
}

#[test]
fn policies_read_back_keep_to_the_schema() {
    let whole = schema("schemas/policy.schema.json");
    let read = |case: &str| -> Value {
        let policy = format!("policies/{case}/policy.dun");
        serde_json::from_str(&dun(&["read", &policy, "--format", "json"])).unwrap()
    };
    for case in ["first", "key-accounts", "small-business", "business-central", "oca-two-time"] {
        assert_eq!(validate(&whole, &read(case)), Vec::<String>::new(), "{case}");
    }
    let mut wrong = read("first");
    wrong["rules"][0]["kind"] = json!("wish");
    wrong["segments"][0]["timeline"][0]["day"] = json!("soon");
    assert_eq!(
        validate(&whole, &wrong),
        [
            "$.segments[0].timeline[0].day: not of the type integer",
            "$.segments[0].timeline[0].day: not a int64",
            "$.rules[0].kind: none of the choices fits"
        ]
    );
}

#[test]
fn what_is_no_plan_does_not_keep_to_the_schema() {
    let whole = schema("schemas/plan.schema.json");
    let text = dun(&["plan", "policies/first/policy.dun", "--data", "fixtures/first", "--format", "json"]);
    let plan: Value = serde_json::from_str(&text).unwrap();
    let spoilt = |spoil: fn(&mut Value)| {
        let mut plan = plan.clone();
        spoil(&mut plan);
        validate(&whole, &plan)
    };
    let found: Vec<Vec<String>> = [
        (|plan| plan["replay"] = json!("no")) as fn(&mut Value),
        |plan| _ = plan.as_object_mut().unwrap().remove("actions"),
        |plan| plan["actions"][0]["kind"] = json!("telepathy"),
        |plan| plan["actions"][0]["invoices"][0]["balance"] = json!("12,50"),
        |plan| plan["withheld"][0]["blockers"][0]["until"] = json!(7),
        |plan| plan["as_of"] = json!("5 October 2026"),
    ]
    .into_iter()
    .map(spoilt)
    .collect();
    assert_eq!(
        found,
        [
            vec!["$.replay: not of the type boolean"],
            vec!["$: without `actions`"],
            vec!["$.actions[0].kind: none of the choices fits"],
            vec!["$.actions[0].invoices[0].balance: not of the form ^-?[0-9]+(\\.[0-9]+)?$"],
            vec!["$.withheld[0].blockers[0].until: not of the type string or null"],
            vec!["$.as_of: not a date"],
        ]
    );
}

/// The data that is shipped and that the documentation shows.
#[test]
fn data_keeps_to_the_schema() {
    let schema = schema("schemas/snapshot.schema.json");
    let mut shown: Vec<(String, String)> = Vec::new();
    for entry in fs::read_dir(root().join("fixtures")).unwrap() {
        let path = entry.unwrap().path().join("snapshot.yaml");
        if path.is_file() {
            shown.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
        }
    }
    let page = read("docs/data.md");
    for (at, block) in page.split("```yaml\n").skip(1).enumerate() {
        shown
            .push((format!("docs/data.md, block {}", at + 1), block.split("```").next().unwrap().to_owned()));
    }
    assert!(shown.len() >= 5, "{shown:?}");
    for (name, text) in shown {
        let data: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(validate(&schema, &data), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_no_data_does_not_keep_to_the_schema() {
    let schema = schema("schemas/snapshot.schema.json");
    for (wrong, found) in [
        (json!({ "invoice": [] }), vec!["$: `invoice` is not known"]),
        (json!({ "customers": [{ "name": "Ant" }] }), vec!["$.customers: none of the choices fits"]),
        (
            json!({ "invoices": [{ "invoice_id": 1, "customer_id": 2, "amount": 3 }] }),
            vec!["$.invoices: none of the choices fits"],
        ),
        (json!({ "invoices": { "fiel": "a.csv" } }), vec!["$.invoices: none of the choices fits"]),
        (json!({ "payments": { "lines": "sum" } }), vec!["$.payments: none of the choices fits"]),
    ] {
        assert_eq!(validate(&schema, &wrong), found, "{wrong}");
    }
}

/// Where the released forms stand: one for each version, never changed.
#[test]
fn every_format_version_has_its_released_form() {
    let mut released: Vec<PathBuf> =
        fs::read_dir(root().join("schemas/released")).unwrap().map(|entry| entry.unwrap().path()).collect();
    released.sort();
    let names: Vec<&str> = released.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    let versions = |of: &str, last: u32| -> Vec<String> {
        (1..=last).map(|version| format!("{of}.v{version}.schema.json")).collect()
    };
    let expected = [
        versions("plan", dun::plan::header::FORMAT_VERSION),
        versions("policy", dun::read::reading::FORMAT_VERSION),
        versions("snapshot", 1),
    ]
    .concat();
    assert_eq!(names, expected);
}

//! A real ledger of 2,466 invoices, read through a mapping, where the data is at hand.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests touch files and fail by panicking"
)]

#[path = "shared/real_ledger.rs"]
mod real_ledger;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use real_ledger::{MAPPING, data};
use serde_json::Value;

const POLICY: &str = r#"
policy "Receivables"
  currency USD
  templates "templates"
  sender finance
role finance = "finance@acme.example"
segment everyone otherwise:
  at D-3  email note
  at D+3  email first
  at D+10 email second
  at D+20 email third
  at D+30 escalate to finance
carve-out disputes when invoice.disputed:
  hold
"#;

fn plan(source: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("policy/templates")).unwrap();
    fs::create_dir_all(at("data")).unwrap();
    fs::write(at("policy/policy.dun"), POLICY).unwrap();
    for template in ["note", "first", "second", "third"] {
        let text = "---\nsubject: Invoice {{ invoice.id }}\n---\n{{ total }}\n";
        fs::write(at("policy/templates").join(template).with_extension("md"), text).unwrap();
    }
    fs::copy(source, at("data/invoices.csv")).unwrap();
    fs::write(at("data/snapshot.yaml"), MAPPING).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dun"))
        .current_dir(folder.path())
        .args(["plan", "policy/policy.dun", "--data", "data", "--as-of", "2013-06-30", "--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_open_invoice_of_a_real_ledger_is_accounted_for() {
    let Some(source) = data() else { return };
    let plan = plan(&source);
    let receivables = &plan["receivables"][0];
    assert_eq!(receivables["currency"], "USD");
    assert_eq!(
        (&receivables["open"]["count"], &receivables["open"]["amount"]),
        (&84.into(), &"5119.85".into())
    );
    assert_eq!(receivables["overdue"]["count"], 12);

    // Each invoice in exactly one place: waiting, or actions and withheld.
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut customers: Vec<String> = Vec::new();
    for list in ["actions", "withheld"] {
        for entry in plan[list].as_array().unwrap() {
            customers.push(entry["customer"].to_string());
            let what = match list {
                "actions" => {
                    format!("{} {}", entry["mode"].as_str().unwrap(), entry["step"].as_str().unwrap())
                }
                _ => format!("withheld: {}", entry["blockers"][0]["code"].as_str().unwrap()),
            };
            for member in entry["members"].as_array().unwrap() {
                places.entry(member["invoice"].as_str().unwrap().to_owned()).or_default().push(what.clone());
            }
        }
    }
    for entry in plan["waiting"].as_array().unwrap() {
        customers.push(entry["customer"].to_string());
        let what = format!("waiting: {}", entry["stage"].as_str().unwrap());
        places.entry(entry["invoice"].as_str().unwrap().to_owned()).or_default().push(what);
    }
    customers.sort();
    customers.dedup();
    assert_eq!((places.len(), customers.len()), (84, 52));
    assert!(places.values().all(|outcomes| outcomes.len() == 1), "an invoice stands in two places");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for outcome in places.values().flatten() {
        *counts.entry(outcome).or_default() += 1;
    }
    insta::assert_debug_snapshot!(counts);
}

/// Disputed invoices are never contacted, and each one that has a step due says why it is withheld.
#[test]
fn disputed_invoices_of_a_real_ledger_are_held() {
    let Some(source) = data() else { return };
    let disputed: Vec<String> = fs::read_to_string(&source)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|cells| cells[7] == "Yes")
        .map(|cells| cells[3].clone())
        .collect();
    let plan = plan(&source);
    let acted: Vec<&str> = plan["actions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|action| action["members"].as_array().unwrap())
        .map(|member| member["invoice"].as_str().unwrap())
        .collect();
    assert!(acted.iter().all(|id| !disputed.iter().any(|known| known == id)));
    let held = plan["withheld"].as_array().unwrap();
    assert!(!held.is_empty());
    for entry in held {
        assert_eq!(entry["blockers"][0]["code"], "disputed");
        assert!(disputed.contains(&entry["members"][0]["invoice"].as_str().unwrap().to_owned()));
    }
}

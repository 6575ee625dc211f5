//! The same bytes from any number of threads, on data that is large enough to be parted among them.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

#[path = "../benches/made_up.rs"]
mod made_up;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const CUSTOMERS: usize = 5000;
const INVOICES: usize = 20_000;
/// One in so many invoices cannot be read.
const BROKEN: usize = 997;

/// Writes the policy and its data. Names run over two lines here and there, so that a table cannot be parted at any
/// line break, and some amounts are none, so that problems name lines all over it. Gives the numbers of those lines.
fn write(folder: &Path) -> BTreeSet<u64> {
    fs::create_dir(folder.join("templates")).unwrap();
    for (path, text) in made_up::templates() {
        fs::write(folder.join("templates").join(path), text).unwrap();
    }
    fs::write(folder.join("policy.dun"), made_up::policy(12)).unwrap();
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    let mut broken = BTreeSet::new();
    for (name, mut text) in made_up::portfolio(CUSTOMERS, INVOICES) {
        if name == "customers.csv" {
            text = text.replace("7, Ltd", "7,\nLtd");
        }
        if name == "invoices.csv" {
            let lines = text.lines().enumerate().map(|(at, line)| {
                let is_broken = at % BROKEN == BROKEN - 1;
                broken.extend(is_broken.then_some(at as u64 + 1));
                if is_broken { line.replace('.', "?") } else { String::from(line) }
            });
            text = lines.collect::<Vec<_>>().join("\n");
        }
        fs::write(data.join(name), text).unwrap();
    }
    broken
}

/// What makes the plan by so many threads.
fn command(folder: &Path, threads: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dun"));
    command.current_dir(folder).env("RAYON_NUM_THREADS", threads.to_string()).args([
        "plan",
        "policy.dun",
        "--data",
        "data",
        "--format",
        "jsonl",
    ]);
    command
}

fn plan(folder: &Path, threads: usize) -> String {
    let output = command(folder, threads).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_large_plan() {
    let folder = tempfile::tempdir().unwrap();
    let broken = write(folder.path());
    let alone = plan(folder.path(), 1);
    for threads in [2, 16] {
        let together = plan(folder.path(), threads);
        let differing = alone.lines().zip(together.lines()).find(|(one, other)| one != other);
        assert_eq!(differing, None, "{threads} threads");
        assert_eq!(alone.len(), together.len(), "{threads} threads");
    }
    // What is written to a file of its own begins with its last part.
    let status = command(folder.path(), 2).args(["-o", "plan.jsonl"]).status().unwrap();
    assert!(status.success() && fs::read_to_string(folder.path().join("plan.jsonl")).unwrap() == alone);
    assert!(alone.len() > 4 << 20 && alone.lines().next().unwrap().ends_with(' '), "the plan is short");
    let entries: Vec<Value> = alone.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind = |kind: &'static str| entries.iter().filter(move |entry| entry["type"] == kind);
    assert!(of_kind("action").count() > 4000 && of_kind("withheld").count() > 500, "the data says little");
    let told = of_kind("problem").filter(|problem| problem["code"] == "unreadable-value");
    let told: BTreeSet<u64> = told.map(|problem| problem["line"].as_u64().unwrap()).collect();
    assert_eq!(told, broken);
}

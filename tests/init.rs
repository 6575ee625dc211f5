//! `dun init`: what it writes is sound, can be planned with at once, and touches nothing that was there.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests look at the files that are written")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

fn dun(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_dun")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn files(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/"));
            }
        }
    }
    found
}

/// The names that `--list` prints.
fn listed() -> Vec<String> {
    let (code, out, err) = dun(Path::new("."), &["init", "--list"]);
    assert_eq!((code, err.as_str()), (0, ""));
    out.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn it_writes_a_policy_with_all_it_needs_and_says_how_to_go_on() {
    let folder = TempDir::new().unwrap();
    let (code, out, err) = dun(folder.path(), &["init", "acme"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    let command: Vec<&str> = out.lines().last().unwrap().trim().split(' ').collect();
    assert_eq!(command[0], "dun");
    let (code, out, err) = dun(folder.path(), &command[1..]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("Lantern Workshop · Monday 5 October 2026 · "), "{out}");
}

#[test]
fn what_is_written_is_what_is_shipped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = TempDir::new().unwrap();
    assert_eq!(dun(folder.path(), &["init"]).0, 0);
    let mut expected: BTreeSet<String> = files(&root.join("policies/small-business"));
    expected.remove("README.md");
    let mut data = files(&root.join("fixtures/small-business"));
    data.remove("README.md");
    for name in &expected {
        let shipped = fs::read(root.join("policies/small-business").join(name)).unwrap();
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), shipped, "{name}");
    }
    for name in &data {
        let shipped = fs::read(root.join("fixtures/small-business").join(name)).unwrap();
        assert_eq!(fs::read(folder.path().join("data").join(name)).unwrap(), shipped, "{name}");
    }
    expected.extend(data.iter().map(|name| format!("data/{name}")));
    expected.extend([".gitattributes", ".github/workflows/dun.yml"].map(String::from));
    assert_eq!(files(folder.path()), expected);
}

/// Every policy that has sample data can be started from, and is sound where it lands.
#[test]
fn every_shipped_policy_can_be_started_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fixtures = fs::read_dir(root.join("fixtures")).unwrap();
    let names: BTreeSet<String> =
        fixtures.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // What `dun test` compares stands beside the data.
    let names: BTreeSet<String> = names.into_iter().filter(|name| name != "cases").collect();
    assert_eq!(listed().into_iter().collect::<BTreeSet<_>>(), names);
    for name in names {
        let folder = TempDir::new().unwrap();
        assert_eq!(dun(folder.path(), &["init", "--from", &name]).0, 0, "{name}");
        let (code, out, err) = dun(folder.path(), &["check", "policy.dun", "--deny", "warnings"]);
        assert!(code == 0 && out.starts_with("policy.dun: no errors"), "{name}: {out}{err}");
        let (code, _, err) = dun(folder.path(), &["plan", "policy.dun", "--data", "data"]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
    }
}

#[test]
fn nothing_that_is_there_is_touched() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("policy.dun"), "mine").unwrap();
    let (code, out, err) = dun(folder.path(), &["init"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, "error: nothing was written: `./policy.dun` would be overwritten; name another folder\n");
    assert_eq!(files(folder.path()), BTreeSet::from([String::from("policy.dun")]));
    assert_eq!(fs::read_to_string(folder.path().join("policy.dun")).unwrap(), "mine");
    // A file where a folder should be: what was written before it is taken away again.
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("templates"), "mine").unwrap();
    let (code, _, err) = dun(folder.path(), &["init"]);
    assert_eq!(code, 1);
    assert!(err.starts_with("error: nothing was kept: `./templates/"), "{err}");
    assert_eq!(files(folder.path()), BTreeSet::from([String::from("templates")]));
}

#[test]
fn an_unknown_policy_is_named_with_a_near_one() {
    let folder = TempDir::new().unwrap();
    let (code, out, err) = dun(folder.path(), &["init", "--from", "small-busines"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(
        err,
        "error: there is no policy `small-busines` to start from: did you mean `small-business`?\n"
    );
    assert!(files(folder.path()).is_empty());
}

/// In a folder of a repository the workflow lands at its top, where it is looked for, and names files from there.
#[test]
fn the_workflow_stands_at_the_top_of_the_repository() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::create_dir(folder.path().join("finance")).unwrap();
    assert_eq!(dun(&folder.path().join("finance"), &["init", "dunning"]).0, 0);
    let text = fs::read_to_string(folder.path().join(".github/workflows/dun.yml")).unwrap();
    assert!(text.contains("policy: \"finance/dunning/policy.dun\"\n"), "{text}");
    assert!(text.contains("fixtures: \"finance/dunning/data\"\n"), "{text}");
    assert!(folder.path().join("finance/dunning/policy.dun").is_file());
    assert!(!folder.path().join("finance/dunning/.github").exists());
}

/// A file of attributes is common in a repository, and is no reason to write nothing.
#[test]
fn attributes_that_are_there_stay_as_they_are() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".gitattributes"), "*.png binary\n").unwrap();
    let (code, out, err) = dun(folder.path(), &["init"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("  .gitattributes             is there and stays as it is; the line `*.dun"),
        "{out}"
    );
    assert_eq!(fs::read_to_string(folder.path().join(".gitattributes")).unwrap(), "*.png binary\n");
}

#[test]
fn completions_name_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, out, err) = dun(Path::new("."), &["completions", shell]);
        assert_eq!((code, err.as_str()), (0, ""), "{shell}");
        for verb in ["check", "completions", "explain", "fmt", "init", "plan", "schema"] {
            assert!(out.contains(verb), "{shell}: {verb}");
        }
    }
    let (code, out, _) = dun(Path::new("."), &["completions", "tcl"]);
    assert_eq!((code, out.as_str()), (1, ""));
}

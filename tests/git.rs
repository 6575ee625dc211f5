//! Policies under git itself: a difference names the block of each change, and hooks stop what should not be committed.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "tests write files and run commands")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs a program in a folder, with `dun` on the path and without the settings of whoever runs the tests.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_dun")).parent().unwrap();
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PATH", format!("{}:{}", binary.display(), std::env::var("PATH").unwrap()))
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap()
}

/// Runs git, which succeeds; gives what it prints.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, "git", arguments);
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A repository with what `dun init` writes, committed.
fn repository() -> TempDir {
    let folder = TempDir::new().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["config", "user.name", "Ada"]);
    git(folder.path(), &["config", "user.email", "ada@acme.example"]);
    assert!(run(folder.path(), "dun", &["init", "rules"]).status.success());
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "the policy"]);
    folder
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "there is no `{from}`");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// What git shows behind the numbers of each change.
fn headings(folder: &Path) -> Vec<String> {
    let shown = git(folder, &["diff", "--unified=0"]);
    let changes = shown.lines().filter_map(|line| line.strip_prefix("@@ "));
    changes.map(|line| line.split_once(" @@").unwrap().1.trim().to_owned()).collect()
}

/// A block of each kind, in the words with which it begins.
const BLOCKS: &str = "policy \"Acme\"
  currency EUR
role finance = \"finance@acme.example\"
field invoice.dept: text
  # a change
calendar office when customer.country is \"FR\":
  closed saturday, sunday
segment large when invoice.balance > 5_000 EUR:
  at D+3 notify finance
segment everyone otherwise:
  use standard
cadence standard:
  at D+3 notify finance
carve-out disputes when invoice.disputed:
  hold
everywhere:
  data no older than 2 days
scenario \"an invoice\":
  customer
";

/// The blocks in which lines change, one after another.
fn blocks_of_changes() -> Vec<&'static str> {
    let mut above = "";
    let mut expected = Vec::new();
    for (at, line) in BLOCKS.lines().enumerate() {
        let changes = line.starts_with("  ");
        // Lines that change beside each other are one change.
        if changes && !BLOCKS.lines().nth(at - 1).is_some_and(|before| before.starts_with("  ")) {
            expected.push(above);
        } else if !changes {
            above = line;
        }
    }
    expected
}

/// The setting is the one that the file with the attributes proposes, and the attributes are those of the file.
/// It holds whether lines are indented or not, which decides nothing.
#[test]
fn a_difference_names_the_block_of_each_change() {
    let folder = repository();
    let attributes = fs::read_to_string(folder.path().join("rules/.gitattributes")).unwrap();
    let proposed = attributes.lines().find_map(|line| line.strip_prefix("#   ")).unwrap();
    assert!(proposed.starts_with("git config diff.dun.xfuncname '"), "{proposed}");
    let within = |layout: &dyn Fn(&str) -> String, comment: &str| -> String {
        let line = |line: &str| match line.strip_prefix("  ") {
            Some(_) => format!("{}{comment}\n", layout(line)),
            None => format!("{}\n", layout(line)),
        };
        BLOCKS.lines().map(line).collect()
    };
    let layouts: [&dyn Fn(&str) -> String; 3] =
        [&str::to_owned, &|line| line.trim().to_owned(), &|line| format!("\t{}", line.trim())];
    for layout in layouts {
        let policy = folder.path().join("rules/policy.dun");
        fs::write(&policy, within(layout, "")).unwrap();
        git(folder.path(), &["commit", "--quiet", "--all", "--message", "a block of each kind"]);
        fs::write(&policy, within(layout, " # changed")).unwrap();
        assert!(run(folder.path(), "bash", &["-c", proposed]).status.success());
        assert_eq!(headings(folder.path()), blocks_of_changes());
        git(folder.path(), &["config", "--unset", "diff.dun.xfuncname"]);
    }
    assert_ne!(headings(folder.path()), blocks_of_changes(), "git alone does not see what begins a block");
}

/// The page proposes the version that it describes, and the hooks that there are.
#[test]
fn the_page_names_this_version_and_its_hooks() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/repository.md")).unwrap();
    let shown = format!(
        "    rev: v{}\n    hooks:\n      - id: {}\n      - id: {}\n```\n",
        env!("CARGO_PKG_VERSION"),
        hook("dun-fmt")["id"].as_str().unwrap(),
        hook("dun-check")["id"].as_str().unwrap(),
    );
    assert!(page.contains(&shown), "{shown}");
}

/// One of the hooks that the repository of dun offers.
fn hook(id: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let hooks: Value = serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    hooks.as_array().unwrap().iter().find(|hook| hook["id"] == id).unwrap().clone()
}

/// Makes a hook git's own: it runs the entry with its arguments on the policies of the commit, as pre-commit would,
/// and fails, as pre-commit does, when the entry changes a file.
fn install(folder: &Path, id: &str) {
    let hook = hook(id);
    assert_eq!((hook["language"].as_str(), hook["files"].as_str()), (Some("rust"), Some("\\.dun$")));
    let arguments = hook["args"].as_array().into_iter().flatten().map(|word| word.as_str().unwrap());
    let words: Vec<&str> = [hook["entry"].as_str().unwrap()].into_iter().chain(arguments).collect();
    let script = format!(
        "#!/bin/sh\ngit diff --cached --name-only -- '*.dun' | xargs -r {} && git diff --quiet\n",
        words.join(" ")
    );
    let path = folder.join(".git/hooks/pre-commit");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Tries to commit all that is changed; whether git did, and what was said.
fn commit(folder: &Path) -> (bool, String) {
    let output = run(folder, "git", &["commit", "--quiet", "--all", "--message", "a change"]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn the_hook_that_checks_stops_errors_and_warnings() {
    let folder = repository();
    let policy = folder.path().join("rules/policy.dun");
    install(folder.path(), "dun-check");
    replace(&policy, "at D+20 call", "at D+21 call");
    assert!(commit(folder.path()).0);
    replace(&policy, "call by shop", "call by shoop");
    let (done, said) = commit(folder.path());
    assert!(!done && said.contains("error[unknown-name]") && said.contains("rules/policy.dun:"), "{said}");
    replace(&policy, "call by shoop", "call by shop");
    replace(&policy, "cadence standard:", "cadence unused:\n  at D+3 notify shop\n\ncadence standard:");
    let (done, said) = commit(folder.path());
    assert!(!done && said.contains("warning[unused-cadence]"), "{said}");
    // What is no policy is nothing to it.
    git(folder.path(), &["checkout", "--quiet", "HEAD", "."]);
    fs::write(folder.path().join("rules/data/customers.csv"), "broken").unwrap();
    assert!(commit(folder.path()).0);
}

#[test]
fn the_hook_that_formats_stops_once_and_leaves_the_policy_in_its_form() {
    let folder = repository();
    let policy = folder.path().join("rules/policy.dun");
    install(folder.path(), "dun-fmt");
    let before = fs::read_to_string(&policy).unwrap();
    replace(&policy, "at D+20 call", "at   D+21 call");
    let (done, said) = commit(folder.path());
    assert!(!done && said.contains("formatted rules/policy.dun"), "{said}");
    let after = before.replace("at D+20 call", "at D+21 call");
    assert_eq!(fs::read_to_string(&policy).unwrap(), after);
    assert!(commit(folder.path()).0);
    assert_eq!(git(folder.path(), &["show", "HEAD:rules/policy.dun"]), after);
}

//! Pages that are to be followed are followed: their files written, their commands run, their outputs compared.
//!
//! A block whose fence says `file=PATH` is a file to be written. A `console` block has commands behind `$ ` and
//! below them what they print, on either stream, or nothing when that is not shown. `WALK=update` writes what they
//! print into the page, to be read in the difference.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the test writes files and runs commands")]

#[path = "shared/fences.rs"]
mod fences;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use fences::blocks;
use tempfile::TempDir;

/// What a command prints, in a folder where `dun` is known.
fn run(folder: &Path, command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_dun")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .env("PATH", path)
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A console block as it is when its commands are run.
fn console(folder: &Path, block: &str) -> String {
    let mut out = String::new();
    for command in block.lines().filter_map(|line| line.strip_prefix("$ ")) {
        writeln!(out, "$ {command}").unwrap();
        out.push_str(&run(folder, command));
    }
    out
}

/// Follows a page in a folder of its own; gives the page as it would be with true outputs.
fn walk(page: &str) -> String {
    let folder = TempDir::new().unwrap();
    let mut walked = page.to_owned();
    for block in blocks(page) {
        let file = block.info.split(' ').find_map(|word| word.strip_prefix("file="));
        if let Some(path) = file {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &block.text).unwrap();
        } else if block.info == "console" {
            let was = format!("```console\n{}```\n", block.text);
            let is = format!("```console\n{}```\n", console(folder.path(), &block.text));
            assert!(walked.contains(&was), "the block after line {}", block.line);
            walked = walked.replacen(&was, &is, 1);
        }
    }
    walked
}

#[test]
fn the_tutorial_is_true_from_top_to_bottom() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md");
    let page = fs::read_to_string(&path).unwrap();
    let walked = walk(&page);
    if std::env::var_os("WALK").is_some_and(|walk| walk == "update") {
        fs::write(&path, walked).unwrap();
    } else {
        similar_asserts(&page, &walked);
    }
}

fn similar_asserts(page: &str, walked: &str) {
    assert!(
        page == walked,
        "docs/tutorial.md is not what its commands print; WALK=update writes it:\n{walked}"
    );
}

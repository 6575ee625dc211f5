//! The French texts of the shipped policies are set as French is: a space before a colon does not break.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests touch files and fail by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The texts of a folder, those of its folders too.
fn texts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
    found
}

/// What is wrong with a text. The texts for telephones are left out: there each such space costs money.
fn slips(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let wrong = |line: &str| [" :", " ;", " !", " ?", " »", "'"].iter().any(|slip| line.contains(slip));
    let lines = text.lines().enumerate().filter(|(_, line)| wrong(line));
    lines.map(|(at, line)| format!("{}:{}: {line}", path.display(), at + 1)).collect()
}

#[test]
fn french_spaces_do_not_break() {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut french = texts(&policies.join("france/templates"));
    french.retain(|path| !name(path).ends_with(".en.md"));
    for other in ["key-accounts", "oca-three-time", "oca-two-time", "small-business"] {
        let translated = texts(&policies.join(other).join("templates"));
        french.extend(translated.into_iter().filter(|path| name(path).ends_with(".fr.md")));
    }
    assert!(french.len() > 20, "the French texts are found");
    let slips: Vec<String> = french.iter().flat_map(|path| slips(path)).collect();
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

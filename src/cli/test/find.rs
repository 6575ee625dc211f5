//! What the paths of `dun test` mean: policies, and folders of snapshot cases.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The file that makes a folder a snapshot case.
pub(super) const CASE: &str = "case.yaml";

/// What is to be tested, by path.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) policies: BTreeSet<PathBuf>,
    pub(super) cases: BTreeSet<PathBuf>,
}

/// Looks at the paths: a file is a policy, and a folder is looked through, hidden files left out.
pub(super) fn find(paths: &[PathBuf]) -> Result<Found, String> {
    let mut found = Found::default();
    for path in paths {
        if !path.is_dir() {
            found.policies.insert(path.clone());
            continue;
        }
        let before = found.policies.len() + found.cases.len();
        look_through(path, &mut found)?;
        if found.policies.len() + found.cases.len() == before {
            let shown = path.display();
            return Err(format!("there is no policy, named `*.dun`, and no `{CASE}` below `{shown}`"));
        }
    }
    Ok(found)
}

fn look_through(folder: &Path, found: &mut Found) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("`{}` cannot be read: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        let path = entry.path();
        match is_folder {
            _ if name.starts_with('.') => {}
            true => look_through(&path, found)?,
            false if name == CASE => _ = found.cases.insert(folder.to_path_buf()),
            false if path.extension().is_some_and(|end| end == "dun") => _ = found.policies.insert(path),
            false => {}
        }
    }
    Ok(())
}

//! `dun fmt`.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{colour_errors, deliver, replace, tell};
use super::{Exit, fail, project};
use crate::span::Sources;
use crate::{render, syntax};

/// What standard input is called in messages.
const STANDARD_INPUT: &str = "standard input";

/// Write policies in their canonical form: one layout and one spelling, the same meaning, every comment kept
#[derive(Debug, Args)]
pub(super) struct Fmt {
    /// Policy files, folders with policy files, or `-` for standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Write nothing, show what would change, and end with 2 when anything would
    #[arg(long)]
    check: bool,
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    shown: String,
    files: usize,
    changed: usize,
    failed: usize,
}

impl Fmt {
    pub(super) fn run(self) -> Exit {
        let input = Path::new("-");
        match self.paths.as_slice() {
            [only] if only == input => return self.standard_input(),
            paths if paths.iter().any(|path| path == input) => {
                return fail("`-` is standard input and cannot be named beside other files");
            }
            _ => {}
        }
        let mut tally = Tally::default();
        for path in &self.paths {
            match policies(path) {
                Ok(files) => files.iter().for_each(|file| self.file(file, &mut tally)),
                Err(message) => tally.fail(&message),
            }
        }
        tally.shown.push_str(&tally.summary(self.check));
        deliver(None, tally.exit(self.check), |out| out.write_all(tally.shown.as_bytes()))
    }

    fn file(&self, path: &Path, tally: &mut Tally) {
        tally.files += 1;
        let name = path.display().to_string();
        let formatted = project::read_text(path).map_err(|unread| unread.why).and_then(|text| {
            let canonical = canonical(&name, &text)?;
            let changed = canonical != text;
            match (changed, self.check) {
                (true, true) => tally.shown.push_str(&difference(&name, &text, &canonical)),
                (true, false) => {
                    replace(path, &canonical)
                        .map_err(|error| format!("`{name}` cannot be written: {error}"))?;
                    tally.shown.push_str(&format!("formatted {name}\n"));
                }
                (false, _) => {}
            }
            Ok(changed)
        });
        match formatted {
            Ok(changed) => tally.changed += usize::from(changed),
            Err(message) => tally.fail(&message),
        }
    }

    fn standard_input(&self) -> Exit {
        let mut bytes = Vec::new();
        if let Err(error) = io::stdin().lock().read_to_end(&mut bytes) {
            return fail(&format!("`{STANDARD_INPUT}` cannot be read: {error}"));
        }
        let formatted = project::utf8(STANDARD_INPUT, bytes)
            .and_then(|text| Ok((canonical(STANDARD_INPUT, &text)?, text)));
        match formatted {
            Err(message) => fail(&message),
            Ok((canonical, _)) if !self.check => {
                deliver(None, Exit::Done, |out| out.write_all(canonical.as_bytes()))
            }
            Ok((canonical, text)) if canonical == text => Exit::Done,
            Ok((canonical, text)) => {
                let shown = difference(STANDARD_INPUT, &text, &canonical);
                deliver(None, Exit::Differs, |out| out.write_all(shown.as_bytes()))
            }
        }
    }
}

impl Tally {
    fn fail(&mut self, message: &str) {
        self.failed += 1;
        fail(message);
    }

    fn exit(&self, check: bool) -> Exit {
        match (self.failed, self.changed) {
            (0, 0) => Exit::Done,
            (0, _) if check => Exit::Differs,
            (0, _) => Exit::Done,
            _ => Exit::Failed,
        }
    }

    /// The closing line: how many files.
    fn summary(&self, check: bool) -> String {
        let Tally { files, changed, failed, .. } = self;
        let of = if *files == 1 { String::from("1 file") } else { format!("{files} files") };
        let done = if check { "would change" } else { "formatted" };
        let failed = if *failed == 0 { String::new() } else { format!(", {failed} could not be formatted") };
        format!("{changed} of {of} {done}{failed}\n")
    }
}

/// The canonical text of a policy, or why there is none; what does not parse has been shown.
fn canonical(name: &str, text: &str) -> Result<String, String> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (ast, found) = syntax::parse(&sources, file);
    if !found.is_empty() {
        tell(&render::diagnostic::diagnostics(&found, &sources, colour_errors()));
        return Err(format!("`{name}` is left as it is: {}", render::diagnostic::summary(&found)));
    }
    syntax::format(&sources, file, &ast).map_err(|error| {
        format!("`{name}` is left as it is: {error}; this is a mistake in dun, not in the policy, please report it")
    })
}

fn difference(name: &str, before: &str, after: &str) -> String {
    let shown = render::difference::unified(name, before, after);
    shown.unwrap_or_else(|| format!("{name} would change; it is too long to show where\n"))
}

/// The policy files that a path means: the file itself, or all below a folder that are not hidden.
fn policies(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    collect(path, &mut found)?;
    found.sort();
    if found.is_empty() {
        return Err(format!("there is no policy file, named `*.dun`, below `{}`", path.display()));
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let unreadable = |error: io::Error| format!("`{}` cannot be read: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
        let path = entry.path();
        match (hidden, is_folder) {
            (true, _) => {}
            (false, true) => collect(&path, found)?,
            (false, false) if path.extension().is_some_and(|end| end == "dun") => found.push(path),
            (false, false) => {}
        }
    }
    Ok(())
}

//! The policies of a case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dun::check::{Input, check};
use dun::compile::Program;
use dun::diagnostic::Severity;
use dun::span::Sources;
use dun::syntax;
use dun::template::{TemplateFile, TemplateSet};

/// A policy ready to plan with.
pub(crate) struct Ready {
    pub(crate) program: Program,
    pub(crate) templates: TemplateSet,
    /// The text, in which steps stand from the mildest to the most severe.
    pub(crate) text: String,
    /// The codes of warnings.
    pub(crate) warnings: Vec<String>,
}

/// A policy, or the codes of the errors for which it is refused.
pub(crate) fn read(folder: &Path, name: &str) -> Result<Ready, Vec<String>> {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut sources = Sources::default();
    let file = sources.add(name, &text);
    let (ast, problems) = syntax::parse(&sources, file);
    assert!(problems.is_empty(), "{path:?}: {problems:#?}");
    let given = folder.join("templates");
    let files = templates(&text, &given).into_iter().map(|(path, text)| {
        let file = sources.add(&format!("templates/{path}"), &text);
        TemplateFile { file, path, text: Arc::from(text) }
    });
    let templates = TemplateSet::new(files.collect(), "en");
    let files = BTreeMap::new();
    let input = Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let checked = check(&input);
    let codes = |severity: Severity| -> Vec<String> {
        let all = checked.diagnostics.iter().chain(&checked.lints);
        let found = all.filter(|finding| finding.severity == severity);
        found.map(|finding| finding.code.word().to_owned()).collect()
    };
    let (errors, warnings) = (codes(Severity::Error), codes(Severity::Warning));
    let policy = checked.policy.ok_or(errors)?;
    Ok(Ready { program: Program::new(policy), templates, text, warnings })
}

/// The templates of the folder, and for the others that the policy names a plain one.
fn templates(policy: &str, given: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(given).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.insert(name, fs::read_to_string(&path).unwrap());
    }
    let known: BTreeSet<String> =
        files.keys().map(|path| path.split('.').next().unwrap().to_owned()).collect();
    let words: Vec<&str> = policy.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    for pair in words.windows(2).filter(|pair| !pair[1].is_empty() && !known.contains(pair[1])) {
        if matches!(pair[0], "email" | "sms" | "letter" | "with") {
            let text = "---\nsubject: \"Invoice {{ invoice.id }}\"\n---\nPlease pay {{ total }}.\n";
            files.insert(format!("{}.md", pair[1]), text.to_owned());
        }
    }
    files
}

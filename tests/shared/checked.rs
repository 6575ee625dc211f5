//! A policy text, checked, with the templates that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dun::check::{Input, check};
use dun::model::Policy;
use dun::span::Sources;
use dun::syntax;
use dun::template::{TemplateFile, TemplateSet};

/// The policy of a whole text, and its templates: those given as path and text, and one for each other name.
pub(crate) fn checked(text: &str, given: &[(&str, &str)]) -> Result<(Policy, TemplateSet), String> {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, mistakes) = syntax::parse(&sources, file);
    if !mistakes.is_empty() {
        return Err(format!("{mistakes:#?}"));
    }
    let mut files: Vec<TemplateFile> = Vec::new();
    let mut add = |path: String, text: &str| {
        let file = sources.add(&format!("templates/{path}"), text);
        files.push(TemplateFile { file, path, text: Arc::from(text) });
    };
    let known: BTreeSet<&str> = given.iter().filter_map(|(path, _)| path.split('.').next()).collect();
    for (path, text) in given {
        add((*path).to_owned(), text);
    }
    let (mut mails, mut others) = (BTreeSet::new(), BTreeSet::new());
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    for pair in words.windows(2).filter(|pair| !pair[1].is_empty() && !known.contains(pair[1])) {
        match pair[0] {
            "email" => mails.insert(pair[1]),
            "sms" | "letter" | "with" => others.insert(pair[1]),
            _ => continue,
        };
    }
    let body = "Please pay {{ total }} for {{ invoice.id }}.\n";
    for name in &mails {
        add(format!("{name}.md"), &format!("---\nsubject: \"About {{{{ invoice.id }}}}\"\n---\n{body}"));
    }
    for name in others.difference(&mails) {
        add(format!("{name}.md"), body);
    }
    let templates = TemplateSet::new(files, "en");
    let holidays = BTreeMap::new();
    let checked = check(&Input {
        sources: &sources,
        file,
        ast: &ast,
        templates: Some(&templates),
        holidays: &holidays,
    });
    let policy = checked.policy.ok_or_else(|| format!("{:#?}", checked.diagnostics))?;
    Ok((policy, templates))
}

//! A policy text, checked, with the templates that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dun::check::{Input, check};
use dun::model::Policy;
use dun::span::Sources;
use dun::syntax;
use dun::template::{TemplateFile, TemplateSet};

/// The policy of a whole text, its templates by path and text, and the files that it names by path.
pub(crate) fn checked(
    text: &str,
    templates: &[(&str, &str)],
    files: &BTreeMap<String, Result<String, String>>,
) -> Result<(Policy, TemplateSet), String> {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, mistakes) = syntax::parse(&sources, file);
    if !mistakes.is_empty() {
        return Err(format!("{mistakes:#?}"));
    }
    let own = templates.iter().map(|(path, text)| {
        let file = sources.add(&format!("templates/{path}"), text);
        TemplateFile { file, path: (*path).to_owned(), text: Arc::from(*text) }
    });
    let templates = TemplateSet::new(own.collect(), "en");
    let checked = check(&Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files });
    let policy = checked.policy.ok_or_else(|| format!("{:#?}", checked.diagnostics))?;
    Ok((policy, templates))
}

/// The templates given, and one with a text of its own for each other that a policy names.
pub(crate) fn with_usual_templates(text: &str, given: &[(&str, &str)]) -> Vec<(String, String)> {
    let known: BTreeSet<&str> = given.iter().filter_map(|(path, _)| path.split('.').next()).collect();
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
    let mail = format!("---\nsubject: \"About {{{{ invoice.id }}}}\"\n---\n{body}");
    let mut all: Vec<(String, String)> =
        given.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    all.extend(mails.iter().map(|name| (format!("{name}.md"), mail.clone())));
    all.extend(others.difference(&mails).map(|name| (format!("{name}.md"), body.to_owned())));
    all
}

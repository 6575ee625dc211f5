//! Messages that are not written in a language in which others of the same policy are.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Act, Policy};
use crate::template::{TemplateId, TemplateSet};

impl Lint<'_> {
    pub(super) fn languages(&mut self) {
        let Some(templates) = self.templates else { return };
        let names = message_templates(self.policy);
        let written = written_languages(templates, &names);
        for name in names {
            let served = |tag: &str| templates.choose(name, Some(tag)).is_some_and(|choice| choice.exact);
            let missing: Vec<(&str, TemplateId)> = written
                .iter()
                .filter(|(tag, _)| !served(tag))
                .map(|(tag, one)| (tag.as_str(), *one))
                .collect();
            let Some(own) = templates.languages_of(name).next() else { continue };
            if let Some(&(tag, example)) = missing.first() {
                let tags = list(missing.iter().map(|(tag, _)| (*tag).to_owned()));
                let ending = templates.path(own).rsplit('.').next().unwrap_or("md");
                let files = list(missing.iter().map(|(tag, _)| format!("{name}.{tag}.{ending}")));
                let meanwhile = match templates.choose(name, Some(tag)) {
                    Some(choice) => format!("those who read `{tag}` get `{}` until then", choice.language),
                    None => format!("those who read `{tag}` get nothing until then"),
                };
                let message = format!("`{name}` is not written in {tags}");
                let found = Diagnostic::warning(Code::MissingLanguage, templates.place(own), message)
                    .label(templates.place(example), format!("this one is written in `{tag}`"))
                    .help(format!("add {files} to the templates; {meanwhile}"));
                self.report(found);
            }
        }
    }
}

/// Names in a row: "`a`, `b` and `c`".
fn list(names: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The names of the templates from which messages to customers are written.
#[must_use]
pub fn message_templates(policy: &Policy) -> BTreeSet<&str> {
    let ladders = policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let steps = ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
    let messages = steps.flat_map(|step| &step.acts).filter(|act| act.is_message());
    messages.filter_map(Act::template).collect()
}

/// The languages in which templates are written, each with one that is.
fn written_languages(templates: &TemplateSet, names: &BTreeSet<&str>) -> BTreeMap<String, TemplateId> {
    let mut written = BTreeMap::new();
    for id in names.iter().flat_map(|name| templates.languages_of(name)) {
        written.entry(templates.language(id).to_owned()).or_insert(id);
    }
    written
}

//! Messages that are not written in a language in which others of the same policy are.

use std::collections::{BTreeMap, BTreeSet};

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Act, Policy};
use crate::suggest::one_of;
use crate::template::{TemplateId, TemplateSet};

impl Lint<'_> {
    pub(super) fn languages(&mut self) {
        let Some(templates) = self.templates else { return };
        let names = message_templates(self.policy);
        let written = written_languages(templates, &names);
        for name in names {
            let missing: Vec<(&str, TemplateId)> = written
                .iter()
                .filter(|(tag, _)| !templates.choose(name, Some(tag)).is_some_and(|choice| choice.exact))
                .map(|(tag, example)| (tag.as_str(), *example))
                .collect();
            let (Some(own), Some((tag, example))) = (templates.languages_of(name).next(), missing.first())
            else {
                continue;
            };
            let message = format!(
                "`{name}` is not written in {}",
                one_of(missing.iter().map(|(tag, _)| *tag)).replace(" or ", " and ")
            );
            let found = Diagnostic::warning(Code::MissingLanguage, templates.place(own), message)
                .label(templates.place(*example), "another message of this policy is")
                .help(format!("add a file `{name}.{tag}` beside it, with its ending; until then its readers get the policy's language, or nothing"));
            self.report(found);
        }
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

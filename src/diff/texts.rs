//! Texts of templates that the steps of both policies use.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use crate::model::{Policy, RuleId, Step};
use crate::template::TemplateSet;

/// Every step of a policy.
pub(super) fn steps(policy: &Policy) -> impl Iterator<Item = &Step> {
    let of_ladders = policy.ladders.iter().flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
    of_ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps))
}

/// The steps that each template is used by.
fn users(policy: &Policy) -> BTreeMap<&str, Vec<RuleId>> {
    let mut users: BTreeMap<&str, Vec<RuleId>> = BTreeMap::new();
    for step in steps(policy) {
        for name in step.acts.iter().filter_map(crate::model::Act::template) {
            users.entry(name).or_default().push(step.rule);
        }
    }
    users
}

/// What a template says in each of its languages, with what it includes.
fn texts<'t>(templates: &'t TemplateSet, name: &'t str) -> BTreeMap<&'t str, String> {
    let all = templates.languages_of(name);
    all.map(|id| (templates.language(id), templates.whole_text(id))).collect()
}

impl Meaning<'_> {
    /// The changes of texts, for each template and language once.
    pub(super) fn texts(&self, old: &TemplateSet, new: &TemplateSet) -> Vec<Change> {
        let (before, after) = (users(self.old), users(self.new));
        let mut found = Vec::new();
        for (name, new_rules) in &after {
            let Some(old_rules) = before.get(name) else { continue };
            let (was, is) = (texts(old, name), texts(new, name));
            let languages: BTreeSet<&str> = was.keys().chain(is.keys()).copied().collect();
            for language in languages {
                let what = match (was.get(language), is.get(language)) {
                    (Some(a), Some(b)) if a != b => "has another text",
                    (None, Some(_)) => "is now written in this language as well",
                    (Some(_), None) => "is no longer written in this language",
                    _ => continue,
                };
                let sentence = format!("the template {name} ({language}) {what}");
                let block = self.new.rule(new_rules[0]).block.clone();
                found.push(self.change(ChangeKind::Text, &block, sentence, (old_rules, new_rules)));
            }
        }
        found
    }
}

//! Customers whose language no message is written in.

use std::collections::{BTreeMap, BTreeSet};

use super::count;
use crate::check::lints::message_templates;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::snapshot::Snapshot;
use crate::span::Span;
use crate::syntax::ast::{Ast, Block, Setting};
use crate::template::TemplateSet;

/// One finding for each language that some customers read and no template is in. A template that lacks a language in
/// which others are written is told without data.
pub(super) fn lints(
    policy: &Policy,
    ast: &Ast,
    templates: &TemplateSet,
    snapshot: &Snapshot,
) -> Vec<Diagnostic> {
    let names = message_templates(policy);
    let (Some(place), Some(example)) = (place(ast), names.first()) else { return Vec::new() };
    let exact = |name: &&str, tag: &str| templates.choose(name, Some(tag)).is_some_and(|choice| choice.exact);
    let unserved = spoken(snapshot).into_iter().filter(|(tag, _)| !names.iter().any(|name| exact(name, tag)));
    let finding = |(tag, readers): (String, BTreeSet<usize>)| {
        let (readers, verb) =
            (count(readers.len(), "customer"), if readers.len() == 1 { "reads" } else { "read" });
        let message = format!("{readers} {verb} `{tag}`, in which no message is written");
        Diagnostic::warning(Code::MissingLanguage, place, message)
            .here(format!("they are written to in `{}`", policy.settings.language))
            .help(format!("add templates in that language, such as `{example}.{tag}.md`"))
    };
    unserved.map(finding).collect()
}

/// The line that says the language of messages, else the header of the policy.
fn place(ast: &Ast) -> Option<Span> {
    ast.blocks.iter().find_map(|block| {
        let Block::Policy(policy) = block else { return None };
        let line = policy.settings.iter().find(|line| matches!(line.node, Setting::MessagesIn(_)));
        Some(line.map_or(policy.span, |line| line.span))
    })
}

/// The languages of customers and of their contacts, each with the customers that read it. A region is left out:
/// `fr-BE` reads what is written in `fr`.
fn spoken(snapshot: &Snapshot) -> BTreeMap<String, BTreeSet<usize>> {
    let mut spoken: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let language = &snapshot.customers.language;
    let customers =
        snapshot.customer_rows().filter_map(|row| Some((row.index(), language.get(row.index())?)));
    let contacts = snapshot.contacts.iter().filter_map(|one| Some((one.customer.index(), one.language?)));
    for (customer, language) in customers.chain(contacts) {
        let tag = snapshot.text(language).to_lowercase();
        let tag = tag.split(['-', '_']).next().unwrap_or(&tag).to_owned();
        spoken.entry(tag).or_default().insert(customer);
    }
    spoken
}

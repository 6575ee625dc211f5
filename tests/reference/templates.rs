//! Templates as the reference knows them: name, language, and the facts that they state.

use dun::model::Act;
use dun::snapshot::tables::InvoiceRow;

use crate::interpreter::World;

/// A template file.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    name: String,
    language: Option<String>,
    /// The facts, in the order of the text, and whether the message can do without.
    facts: Vec<(String, bool)>,
    path: String,
}

/// A template chosen for someone.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<'a> {
    pub(crate) template: &'a Template,
    pub(crate) language: String,
    pub(crate) fallback: bool,
}

impl Template {
    /// A file of the templates folder: `first.fr.md` is French.
    pub(crate) fn new(path: &str, text: &str) -> Template {
        let parts: Vec<&str> = path.split('.').collect();
        let language = (parts.len() == 3).then(|| parts[1].to_owned());
        Template { name: parts[0].to_owned(), language, facts: facts(text), path: path.to_owned() }
    }

    pub(crate) fn facts(&self) -> &[(String, bool)] {
        &self.facts
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

/// What stands in `{{ … }}`, and the lists that are walked.
fn facts(text: &str) -> Vec<(String, bool)> {
    let gaps = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    let mut facts: Vec<(String, bool)> = gaps
        .map(|gap| {
            let name = gap.trim().split(['|', ' ']).next().unwrap().to_owned();
            (name, gap.contains("default"))
        })
        .filter(|(name, _)| !name.starts_with("i."))
        .collect();
    for list in ["also_open", "invoices"] {
        if text.contains(&format!("in {list} ")) {
            facts.push((list.to_owned(), true));
        }
    }
    facts
}

/// R21: `fr-BE` falls back to `fr`, then to the template without a language. Sheets and notes are for colleagues, in
/// the policy's language.
pub(crate) fn choose<'a>(
    world: &World<'a>,
    name: &str,
    taken: &Act,
    invoice: InvoiceRow,
) -> Option<Chosen<'a>> {
    let own = world.policy.settings.language.as_str();
    let wanted = world.language_wanted(taken, invoice).map(str::to_owned);
    let of_name = || world.templates.iter().filter(|template| template.name == name);
    let in_language = |tag: &str| {
        of_name().find(|other| {
            other.language.as_deref().is_some_and(|language| language.eq_ignore_ascii_case(tag))
        })
    };
    let plain = of_name().find(|template| template.language.is_none());
    let mut tag = wanted.clone().unwrap_or_else(|| own.to_owned());
    loop {
        if let Some(template) = in_language(&tag) {
            let language = template.language.clone().unwrap();
            return Some(Chosen { template, language, fallback: false });
        }
        match tag.rsplit_once('-') {
            Some((shorter, _)) => tag = shorter.to_owned(),
            None => break,
        }
    }
    let fallback = wanted.is_some() && !tag.eq_ignore_ascii_case(own.split('-').next().unwrap());
    plain.map(|template| Chosen { template, language: own.to_owned(), fallback })
}

//! All templates of one policy: found by name and language, rendered by the thousand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use icu_locale_core::Locale as Tag;
use minijinja::{Environment, Error, Value};
use sha2::{Digest, Sha256};

use super::engine::{MAX_OUTPUT, engine};
use super::error::{Place, RenderError, describe, innermost, missing};
use super::fact::Fact;
use super::file::{BadName, BodyFormat, FileName, TemplateFile};
use super::front_matter::{FrontMatter, span};
use super::nesting;
use super::output::{clean, one_line};
use super::view::value;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::locale::Locale;
use crate::span::{FileId, Span};
use crate::suggest::one_of;

/// What the engine's name of a subject adds to the path of its file. No path ends so, and what does
/// not end in `.html` is not escaped: a subject is plain text whatever the body is.
const SUBJECT: &str = "#subject";

/// One template of a [`TemplateSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(usize);

/// The template that a customer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<'t> {
    /// Which one.
    pub id: TemplateId,
    /// The language it is written in, such as `fr` or `fr-BE`.
    pub language: &'t str,
    /// Whether that is the customer's language, the region apart. A customer without a language
    /// gets the policy's, and that is exact.
    pub exact: bool,
}

/// What a template gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, when the template has a subject.
    pub subject: Option<String>,
    /// The text: lines end with `\n`, the last one too, and there are no other control characters
    /// than tabs.
    pub body: String,
}

/// All templates of one policy. It may be shared between threads.
#[derive(Debug)]
pub struct TemplateSet {
    /// By path.
    pub(super) files: Vec<Loaded>,
    names: BTreeMap<String, Vec<TemplateId>>,
    policy_language: Arc<str>,
    engine: Environment<'static>,
    pub(super) problems: Vec<Diagnostic>,
}

/// A file of the set, read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) file: FileId,
    pub(super) path: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) name: FileName,
    pub(super) front: FrontMatter,
    language: Arc<str>,
    pub(super) locale: Arc<Locale>,
    subject_path: String,
    words: BTreeSet<Box<str>>,
}

impl Loaded {
    fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// The words of a text, each once.
fn words(text: &str) -> BTreeSet<Box<str>> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.map(Box::from).collect()
}

impl TemplateSet {
    /// Reads a set. Nothing fails here: [`check`](super::check) says what is wrong, and a template
    /// with errors is chosen like others and fails when it is rendered.
    ///
    /// `policy_language` is what files without a language in their name are written in: the
    /// policy's `messages in`.
    #[must_use]
    pub fn new(mut files: Vec<TemplateFile>, policy_language: &str) -> TemplateSet {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut set = TemplateSet {
            files: Vec::new(),
            names: BTreeMap::new(),
            policy_language: policy_language.into(),
            engine: engine(),
            problems: Vec::new(),
        };
        let mut locales = BTreeMap::new();
        for file in files {
            set.add(file, &mut locales);
        }
        set
    }

    fn add(&mut self, file: TemplateFile, locales: &mut BTreeMap<Arc<str>, Arc<Locale>>) {
        let name = match FileName::parse(&file.path) {
            Ok(name) => name,
            Err(why) => return self.problems.push(bad_name(&file, &why)),
        };
        let language = name.language.as_deref().map_or_else(|| Arc::clone(&self.policy_language), canonical);
        let locale =
            locales.entry(Arc::clone(&language)).or_insert_with_key(|tag| Arc::new(Locale::new(tag)));
        let loaded = Loaded {
            file: file.file,
            front: FrontMatter::parse(file.file, &file.text),
            subject_path: format!("{}{SUBJECT}", file.path),
            path: file.path.into(),
            words: words(&file.text),
            text: file.text,
            locale: Arc::clone(locale),
            name,
            language,
        };
        // What does not compile is not found when it is rendered; `check` parses it again and says why.
        let body = loaded.text[loaded.front.body..].to_owned();
        let compile = |engine: &mut Environment<'static>, path: String, text: String| {
            if nesting::too_deep(&text).is_none() {
                let _ = engine.add_template_owned(path, text);
            }
        };
        compile(&mut self.engine, loaded.path.to_string(), body);
        if let Some(subject) = &loaded.front.subject {
            compile(&mut self.engine, loaded.subject_path.clone(), subject.text.clone());
        }
        self.enter(loaded);
    }

    fn enter(&mut self, loaded: Loaded) {
        self.problems.extend(loaded.front.problems.iter().cloned());
        let id = TemplateId(self.files.len());
        if !loaded.name.is_part() {
            let ids = self.names.entry(loaded.name.name.clone()).or_default();
            match ids.iter().find(|id| self.files[id.0].name.language == loaded.name.language) {
                Some(twin) => self.problems.push(ambiguous(&loaded, &self.files[twin.0])),
                None => ids.push(id),
            }
        }
        self.files.push(loaded);
    }

    /// The names that a policy can use, sorted. Files in folders are parts for others to include.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// The template of a name in all its languages; none when there is no such name.
    pub fn languages_of(&self, name: &str) -> impl Iterator<Item = TemplateId> {
        self.names.get(name).into_iter().flatten().copied()
    }

    /// The files in folders, which are there for others to include.
    pub fn parts(&self) -> impl Iterator<Item = TemplateId> {
        (0..self.files.len()).map(TemplateId).filter(|id| self.files[id.0].name.is_part())
    }

    /// Whether the path of the template stands in another file, as where that includes it.
    #[must_use]
    pub fn is_included(&self, id: TemplateId) -> bool {
        let path = &*self.files[id.0].path;
        self.files.iter().any(|file| &*file.path != path && file.text.contains(path))
    }

    /// Whether a name stands in any file as a word of its own.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        self.files.iter().any(|file| {
            file.text.match_indices(name).any(|(at, _)| {
                let (before, after) = (&file.text[..at], &file.text[at + name.len()..]);
                !before.ends_with(is_part) && !after.starts_with(is_part)
            })
        })
    }

    /// The language in which the template is written, such as `fr` or `fr-BE`.
    #[must_use]
    pub fn language(&self, id: TemplateId) -> &str {
        &self.files[id.0].language
    }

    /// The template of a name for a customer's language (R21): `fr-BE` falls to `fr`, then to the
    /// file without a language. None when the name has neither.
    #[must_use]
    pub fn choose(&self, name: &str, language: Option<&str>) -> Option<Choice<'_>> {
        let ids = self.names.get(name)?;
        let find = |tag: Option<&str>| {
            ids.iter().copied().find(|id| self.files[id.0].name.language.as_deref() == tag)
        };
        let wanted = language.unwrap_or(&self.policy_language).to_lowercase().replace('_', "-");
        let mut tag = wanted.as_str();
        loop {
            if let Some(id) = find(Some(tag)) {
                return Some(self.choice(id, true));
            }
            match tag.rsplit_once('-') {
                Some((shorter, _)) => tag = shorter,
                None => break,
            }
        }
        let same = tag == primary(&self.policy_language.to_lowercase());
        find(None).map(|id| self.choice(id, same))
    }

    fn choice(&self, id: TemplateId, exact: bool) -> Choice<'_> {
        Choice { id, language: &self.files[id.0].language, exact }
    }

    /// Whether the template has a subject, as an e-mail needs.
    #[must_use]
    pub fn has_subject(&self, id: TemplateId) -> bool {
        self.files[id.0].front.subject.is_some()
    }

    /// Whether the template may read a variable of the table, such as `also_open`. Where it does
    /// not, the fact need not be gathered. It looks for the word in the text, or in the whole set
    /// when the template uses other files.
    #[must_use]
    pub fn reads(&self, id: TemplateId, variable: &str) -> bool {
        let file = &self.files[id.0];
        let uses_others = ["include", "import", "extends"].iter().any(|word| file.has_word(word));
        file.has_word(variable) || uses_others && self.files.iter().any(|file| file.has_word(variable))
    }

    /// What the body is written in.
    #[must_use]
    pub fn body_format(&self, id: TemplateId) -> BodyFormat {
        self.files[id.0].name.format
    }

    /// The start of the template's file, for a diagnostic about the template as a whole.
    #[must_use]
    pub fn place(&self, id: TemplateId) -> Span {
        span(self.files[id.0].file, 0, 0)
    }

    /// The text of the template with the texts of the files that it names, as where it includes them.
    #[must_use]
    pub fn whole_text(&self, id: TemplateId) -> String {
        let mut files = vec![id.0];
        let mut at = 0;
        while let Some(text) = files.get(at).map(|&file| &self.files[file].text) {
            let named = (0..self.files.len()).filter(|other| text.contains(&*self.files[*other].path));
            let named: Vec<usize> = named.filter(|other| !files.contains(other)).collect();
            files.extend(named);
            at += 1;
        }
        files.into_iter().map(|file| &*self.files[file].text).collect::<Vec<_>>().join("\0")
    }

    /// The path of the template's file in the templates folder.
    #[must_use]
    pub fn path(&self, id: TemplateId) -> &str {
        &self.files[id.0].path
    }

    /// SHA-256 over paths and texts in the order of the paths, in hexadecimal. The policy's language
    /// is not in it: the policy's own digest covers that.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in self.files.iter().flat_map(|file| [&file.path, &file.text]) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Subject and body for these facts, a record, in the language of the template.
    ///
    /// # Errors
    /// When something that the template needs is missing, or the template itself fails.
    pub fn render(&self, id: TemplateId, facts: &Fact) -> Result<Rendered, RenderError> {
        let chosen = &self.files[id.0];
        let language = Arc::new(Arc::clone(&chosen.locale));
        let context = value(facts, &language).unwrap_or_default();
        let subject = match &chosen.front.subject {
            Some(_) => Some(one_line(&self.text(chosen, &chosen.subject_path, context.clone())?)),
            None => None,
        };
        let body = self.text(chosen, &chosen.path, context)?;
        if body.len() > MAX_OUTPUT {
            return Err(self.failed(chosen, format!("the text is longer than {MAX_OUTPUT} bytes")));
        }
        Ok(Rendered { subject, body: clean(&body) })
    }

    fn text(&self, chosen: &Loaded, template: &str, context: Value) -> Result<String, RenderError> {
        let Ok(template) = self.engine.get_template(template) else {
            return Err(self.failed(chosen, String::from("the template has errors")));
        };
        template.render(context).map_err(|error| self.explain(chosen, &error))
    }

    fn failed(&self, chosen: &Loaded, message: String) -> RenderError {
        let place = Place { file: chosen.file, path: Arc::clone(&chosen.path), line: 1, span: None };
        RenderError::Failed { message, place }
    }

    fn explain(&self, chosen: &Loaded, error: &Error) -> RenderError {
        let error = innermost(error);
        let place = self.place_of(chosen, error);
        match missing(error) {
            Some(name) => RenderError::Missing { name, place },
            None => RenderError::Failed { message: describe(error), place },
        }
    }

    /// Where an error stands in the file: the engine knows a body or a subject, not the file's head.
    fn place_of(&self, chosen: &Loaded, error: &Error) -> Place {
        let template = error.name().unwrap_or(&chosen.path);
        let path = template.strip_suffix(SUBJECT).unwrap_or(template);
        let at = self.files.binary_search_by(|file| file.path.as_ref().cmp(path));
        let loaded = at.map_or(chosen, |at| &self.files[at]);
        let base = match &loaded.front.subject {
            Some(subject) if template.ends_with(SUBJECT) => {
                let whole = (!subject.verbatim).then(|| span(loaded.file, subject.start, subject.end));
                return loaded.place(subject.start, error, whole);
            }
            _ => loaded.front.body,
        };
        loaded.place(base, error, None)
    }
}

impl Loaded {
    fn place(&self, base: usize, error: &Error, whole: Option<Span>) -> Place {
        let before = self.text[..base].matches('\n').count();
        let line = before + error.line().unwrap_or(1);
        let range = error.range().map(|range| span(self.file, base + range.start, base + range.end));
        Place {
            file: self.file,
            path: Arc::clone(&self.path),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            span: whole.or(range),
        }
    }
}

/// The usual spelling of a tag, such as `fr-BE`.
fn canonical(tag: &str) -> Arc<str> {
    Tag::try_from_str(tag).map_or_else(|_| Arc::from(tag), |tag| Arc::from(tag.to_string()))
}

fn primary(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or(tag)
}

fn bad_name(file: &TemplateFile, why: &BadName) -> Diagnostic {
    let at = span(file.file, 0, 0);
    let path = &file.path;
    match why {
        BadName::Ending => {
            Diagnostic::warning(Code::TemplateFileName, at, format!("`{path}` is not used as a template"))
                .help(format!("give templates the ending {}", one_of(BodyFormat::ENDINGS)))
        }
        BadName::Language(tag) => Diagnostic::error(
            Code::TemplateFileName,
            at,
            format!("`{tag}` in `{path}` is not a language"),
        )
        .help("name the file after the template and, if need be, its language: `final.md`, `final.fr.md`"),
    }
}

fn ambiguous(file: &Loaded, twin: &Loaded) -> Diagnostic {
    let message = format!("`{}` and `{}` are the same template in the same language", twin.path, file.path);
    Diagnostic::error(Code::TemplateAmbiguous, span(file.file, 0, 0), message).help("keep one of them")
}

#[cfg(test)]
mod tests;

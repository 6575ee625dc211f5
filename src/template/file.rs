//! A template file: what its name says about it.

use std::sync::Arc;

use icu_locale_core::Locale as Tag;
use serde::Serialize;

use crate::span::FileId;

/// One file of the templates folder, as read.
#[derive(Debug, Clone)]
pub struct TemplateFile {
    /// The file, for diagnostics.
    pub file: FileId,
    /// Its path relative to the templates folder, with `/` between folders.
    pub path: String,
    /// Its whole text.
    pub text: Arc<str>,
}

/// What the body of a message is written in; the ending of the file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BodyFormat {
    /// `.md`
    Markdown,
    /// `.txt`
    Text,
    /// `.html`; values are escaped.
    Html,
}

impl BodyFormat {
    /// The endings, in the order of the reference.
    pub const ENDINGS: [&'static str; 3] = ["md", "txt", "html"];

    /// The word used in a plan.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            BodyFormat::Markdown => "markdown",
            BodyFormat::Text => "text",
            BodyFormat::Html => "html",
        }
    }

    fn of_ending(ending: &str) -> Option<BodyFormat> {
        match ending {
            "md" => Some(BodyFormat::Markdown),
            "txt" => Some(BodyFormat::Text),
            "html" => Some(BodyFormat::Html),
            _ => None,
        }
    }
}

/// `NAME.EXT` or `NAME.LANG.EXT`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileName {
    /// The name that a policy uses; folders belong to it, so a policy cannot name a file in one.
    pub(super) name: String,
    /// The language tag in lower case; none when the file is in the policy's language.
    pub(super) language: Option<String>,
    pub(super) format: BodyFormat,
}

/// Why a file name says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BadName {
    /// The ending is none of the three.
    Ending,
    /// What stands before the ending is no language tag.
    Language(String),
}

impl FileName {
    pub(super) fn parse(path: &str) -> Result<FileName, BadName> {
        let (rest, ending) = path.rsplit_once('.').ok_or(BadName::Ending)?;
        let format = BodyFormat::of_ending(ending).ok_or(BadName::Ending)?;
        let start = rest.rfind('/').map_or(0, |at| at + 1);
        let Some(dot) = rest[start..].find('.').map(|at| start + at) else {
            return Ok(FileName { name: rest.to_owned(), language: None, format });
        };
        let language = &rest[dot + 1..];
        if !is_tag(language) {
            return Err(BadName::Language(language.to_owned()));
        }
        Ok(FileName { name: rest[..dot].to_owned(), language: Some(language.to_lowercase()), format })
    }

    /// Whether a policy can name it: files in folders are parts for others to include.
    pub(super) fn is_part(&self) -> bool {
        self.name.contains('/')
    }
}

fn is_tag(text: &str) -> bool {
    text.len() <= 35 && Tag::try_from_str(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_holds_name_language_and_format() {
        for (path, name, language, format) in [
            ("final.md", "final", None, BodyFormat::Markdown),
            ("final.fr.txt", "final", Some("fr"), BodyFormat::Text),
            ("final.fr-BE.html", "final", Some("fr-be"), BodyFormat::Html),
            ("parts/sign.de.md", "parts/sign", Some("de"), BodyFormat::Markdown),
        ] {
            let parsed = FileName::parse(path).unwrap();
            assert_eq!(
                (parsed.name.as_str(), parsed.language.as_deref(), parsed.format),
                (name, language, format)
            );
        }
    }

    #[test]
    fn other_names_are_refused() {
        for (path, why) in [
            ("final", BadName::Ending),
            ("final.docx", BadName::Ending),
            ("final.old.version.md", BadName::Language(String::from("old.version"))),
            ("final.2.md", BadName::Language(String::from("2"))),
        ] {
            assert_eq!(FileName::parse(path), Err(why), "{path}");
        }
    }
}

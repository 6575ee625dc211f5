//! Why a template gave no text.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;

use minijinja::{Error, ErrorKind};

use crate::span::{FileId, Span};

/// Where in a template file something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file; with includes, not always the one that was rendered.
    pub file: FileId,
    /// Its path in the templates folder.
    pub path: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The expression, where the engine knows it.
    pub span: Option<Span>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// Why a template gave no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The data has no value for something that the template needs and gives no default for.
    #[error("`{name}` has no value ({place})")]
    Missing {
        /// What is missing, as the template writes it, such as `customer.contact_name`.
        name: String,
        /// Where it is needed.
        place: Place,
    },
    /// Anything else: `dun check` would have said so, or the template costs too much.
    #[error("{message} ({place})")]
    Failed {
        /// What went wrong, in lower case and without a full stop.
        message: String,
        /// Where.
        place: Place,
    },
}

impl RenderError {
    /// Where it failed.
    #[must_use]
    pub fn place(&self) -> &Place {
        match self {
            RenderError::Missing { place, .. } | RenderError::Failed { place, .. } => place,
        }
    }
}

/// The error at the bottom: an include only says that what it includes failed.
pub(super) fn innermost(error: &Error) -> &Error {
    let mut error = error;
    while let Some(cause) = error.source().and_then(|cause| cause.downcast_ref::<Error>()) {
        error = cause;
    }
    error
}

/// The missing value that an error is about, as the template writes it.
pub(super) fn missing(error: &Error) -> Option<String> {
    let named = error.detail().and_then(|detail| {
        let (before, _) = detail.split_once("` is undefined")?;
        before.rsplit_once('`').map(|(_, name)| name.to_owned())
    });
    named.or_else(|| (error.kind() == ErrorKind::UndefinedError).then(|| source_of(error)).flatten())
}

fn source_of(error: &Error) -> Option<String> {
    let text = error.template_source()?.get(error.range()?)?;
    Some(text.split('|').next().unwrap_or(text).trim().to_owned())
}

/// What went wrong, in the words of a template's author.
pub(super) fn describe(error: &Error) -> String {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel => String::from("the template does too much work"),
        ErrorKind::InvalidOperation if detail.contains("recursion limit") => {
            String::from("the template includes or calls itself without end")
        }
        ErrorKind::TemplateNotFound => {
            String::from("a template that it includes does not exist in the templates folder")
        }
        kind if detail.is_empty() => kind.to_string(),
        _ => detail.to_owned(),
    }
}

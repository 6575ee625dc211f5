//! Data that cannot be read at all, as against single bad lines.

use std::fmt;

use crate::code::Code;

/// One reason why the data as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// A stable name for this kind of reason, such as `missing-column`.
    pub code: Code,
    /// The file or folder.
    pub file: String,
    /// The line, where one is to blame; of a workbook the row of its sheet.
    pub line: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// How to mend it, one sentence each.
    pub help: Vec<String>,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message)?,
            None => write!(f, "{}: {}", self.file, self.message)?,
        }
        self.help.iter().try_for_each(|help| write!(f, "\n  = help: {help}"))
    }
}

/// Why the data as a whole cannot be read: at least one reason, in the order of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The reasons.
    pub reasons: Vec<Unreadable>,
}

impl LoadError {
    /// One reason about a file.
    pub(super) fn new(code: Code, file: &str, line: Option<u64>, message: impl Into<String>) -> LoadError {
        let (file, message, help) = (String::from(file), message.into(), Vec::new());
        LoadError { reasons: vec![Unreadable { code, file, line, message, help }] }
    }

    /// Says how to mend the last reason.
    pub(super) fn help(mut self, text: impl Into<String>) -> LoadError {
        if let Some(reason) = self.reasons.last_mut() {
            reason.help.push(text.into());
        }
        self
    }

    /// Says this and nothing else on how to mend the last reason.
    pub(super) fn only_help(mut self, text: impl Into<String>) -> LoadError {
        if let Some(reason) = self.reasons.last_mut() {
            reason.help.clear();
        }
        self.help(text)
    }

    /// Adds the reasons of another.
    pub(super) fn and(mut self, other: LoadError) -> LoadError {
        self.reasons.extend(other.reasons);
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, reason) in self.reasons.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}{reason}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

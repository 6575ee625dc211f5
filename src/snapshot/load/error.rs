//! Data that cannot be read at all, as against single bad lines.

use std::fmt;

/// One reason why the data as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unreadable {
    /// The file or folder.
    pub file: String,
    /// The line, where one is to blame.
    pub line: Option<u64>,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
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
    pub(super) fn new(file: &str, line: Option<u64>, message: impl Into<String>) -> LoadError {
        LoadError { reasons: vec![Unreadable { file: String::from(file), line, message: message.into() }] }
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

//! What is wrong with the data: found once, counted, never silent (R5).

use schemars::JsonSchema;
use serde::Serialize;

use crate::code::Code;

/// Where in a data file; never the row's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Place {
    /// The file, relative to the snapshot's folder.
    pub file: String,
    /// The line, from 1 (the header is line 1 of a CSV file).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column's name as the file has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

/// One finding about the data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Problem {
    /// The customer concerned, whose contacts are withheld when no invoice is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The invoice concerned, whose contacts are withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// A stable name for this kind of problem.
    #[schemars(with = "String")]
    pub code: Code,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Where.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Whether contacts are withheld because of it (not for remarks such as an unmapped column).
    pub blocks: bool,
}

impl Problem {
    /// Whether it only says that a column is not used, which is no fault of the data.
    #[must_use]
    pub fn is_remark(&self) -> bool {
        self.code == Code::UnmappedColumn
    }
}

//! Rules: the lines of a policy that decisions name.

use std::sync::Arc;

use crate::span::Span;

/// The number of a rule in [`crate::model::Policy::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// A line or block of the policy that can decide something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The block it stands in: a segment, cadence or carve-out, or `everywhere`.
    pub block: Arc<str>,
    /// A stable name: the block, and for a line what it says, as in `standard/email first_reminder`.
    pub id: Arc<str>,
    /// What the line says, as written.
    pub text: Arc<str>,
    /// The policy file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u32,
    /// The whole line, or the block's header.
    pub span: Span,
}

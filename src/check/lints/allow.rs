//! `allow(CODE, "reason")`: warnings that are meant.
//!
//! In the policy block it speaks for the policy and its templates, in another block for what is found there.

use crate::check::Checker;
use crate::code::{About, Code};
use crate::diagnostic::{Diagnostic, Severity};
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{Allow, Block, Clause, RulesBlock, Setting};

/// One `allow`.
#[derive(Debug, Clone)]
struct Allowed {
    code: Code,
    /// The line.
    span: Span,
    /// The block that it speaks for; none means everything.
    within: Option<Span>,
    used: bool,
}

/// The `allow`s of a policy, and which of them have had something to allow.
#[derive(Debug, Clone, Default)]
pub struct Allows(Vec<Allowed>);

impl Allows {
    /// Takes out the warnings that are allowed; says how many.
    pub fn silence(&mut self, found: &mut Vec<Diagnostic>) -> usize {
        let before = found.len();
        found.retain(|found| !self.covers(found));
        before - found.len()
    }

    fn covers(&mut self, found: &Diagnostic) -> bool {
        if found.severity != Severity::Warning {
            return false;
        }
        let mut covered = false;
        for allowed in self.0.iter_mut().filter(|allowed| allowed.code == found.code) {
            if allowed.within.is_none_or(|within| found.span.is_some_and(|span| encloses(within, span))) {
                allowed.used = true;
                covered = true;
            }
        }
        covered
    }

    /// The `allow`s that have had nothing to allow, once policy and templates have been looked at.
    #[must_use]
    pub fn unused(&self) -> Vec<Diagnostic> {
        self.unused_where(|code| !needs_data(code) && code != Code::UnusedAllow)
    }

    /// The same of what only data can tell.
    #[must_use]
    pub fn unused_with_data(&self) -> Vec<Diagnostic> {
        self.unused_where(needs_data)
    }

    fn unused_where(&self, of: fn(Code) -> bool) -> Vec<Diagnostic> {
        let unused = self.0.iter().filter(|allowed| !allowed.used && of(allowed.code));
        let told = unused.map(|allowed| {
            let message = format!("there is no `{}` here to allow", allowed.code);
            Diagnostic::warning(Code::UnusedAllow, allowed.span, message).help("leave the line out")
        });
        told.collect()
    }
}

/// Whether data can bring the warning.
fn needs_data(code: Code) -> bool {
    matches!(code, Code::FieldWithoutData | Code::MissingLanguage)
}

fn encloses(outer: Span, inner: Span) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

/// Checks the `allow`s of a tree: each names a warning.
pub(in crate::check) fn allows(c: &mut Checker) -> Allows {
    let mut allows = Allows::default();
    for block in &c.input.ast.blocks {
        match block {
            Block::Policy(policy) => {
                for line in &policy.settings {
                    if let Setting::Allow(allow) = &line.node {
                        allows.add(c, allow, line.span, None);
                    }
                }
            }
            Block::Rules(rules) => {
                for clause in &rules.clauses {
                    if let Clause::Allow(allow) = &clause.node {
                        allows.add(c, allow, clause.span, Some(extent(rules)));
                    }
                }
            }
            _ => {}
        }
    }
    allows
}

/// From the header to the last line.
fn extent(block: &RulesBlock) -> Span {
    block.clauses.last().map_or(block.span, |last| block.span.to(last.span))
}

impl Allows {
    fn add(&mut self, c: &mut Checker, allow: &Allow, span: Span, within: Option<Span>) {
        let word = allow.code.text.as_str();
        let warnings = || Code::ALL.iter().copied().filter(|code| code.is_warning()).map(Code::word);
        match Code::named(word) {
            Some(code) if code.is_warning() => self.0.push(Allowed { code, span, within, used: false }),
            Some(code) => {
                let (message, help) = match code.about() {
                    About::Data => (
                        format!("`{word}` is about data, and a policy does not allow it"),
                        "mend the data, or the mapping in its `snapshot.yaml`",
                    ),
                    _ => (
                        format!("`{word}` is not a warning"),
                        "only warnings can be allowed; mend what is found",
                    ),
                };
                c.report(Diagnostic::error(Code::AllowError, allow.code.span, message).help(help));
            }
            None => {
                let message = format!("there is no warning `{word}`");
                let error = Diagnostic::error(Code::UnknownName, allow.code.span, message);
                c.report(match nearest(word, warnings()) {
                    Some(near) => error.fix(allow.code.span, near),
                    None => error.help("copy the code from the brackets of the warning"),
                });
            }
        }
    }
}

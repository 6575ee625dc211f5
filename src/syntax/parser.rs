//! Runs the grammar over a file, block by block after an error, so that one run reports every block's first mistake.

use pest::Parser as _;
use pest::error::InputLocation;
use pest::iterators::Pair as PestPair;

use super::ast::{Ast, Block};
use super::layout::{self, Layout};
use super::{blocks, mistakes};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Source, Sources, Span};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/dun.pest"]
struct DunParser;

pub(super) type Pair<'a> = PestPair<'a, Rule>;

/// The longest policy file, in bytes. A policy is written by people; beyond this it is something else.
const LONGEST: usize = 64 << 20;

/// Parses a policy file.
///
/// The tree holds every block that could be read; it is complete when there is no diagnostic.
#[must_use]
pub fn parse(sources: &Sources, file: FileId) -> (Ast, Vec<Diagnostic>) {
    let source = sources.get(file);
    if source.text.len() > LONGEST {
        let message = format!("`{}` is larger than {} MiB", source.name, LONGEST >> 20);
        return (Ast::default(), vec![Diagnostic::global(Code::FileTooLarge, message)]);
    }
    let Layout { text, diagnostics, .. } = layout::prepare(file, &source.text);
    let mut builder = Builder { file, base: 0, errors: diagnostics };
    let mut ast = Ast::default();
    if builder.errors.is_empty() {
        builder.parse_blocks(source, &text, &mut ast.blocks);
    }
    (ast, builder.errors)
}

/// A text that is, as a whole, what a rule describes.
pub(super) fn read(rule: Rule, text: &str) -> Option<Pair<'_>> {
    DunParser::parse(rule, text).ok()?.next().filter(|pair| pair.as_str() == text)
}

/// Turns pairs of the grammar into the tree and collects what is wrong on the way.
pub(super) struct Builder {
    file: FileId,
    base: usize,
    errors: Vec<Diagnostic>,
}

impl Builder {
    fn parse_blocks(&mut self, source: &Source, text: &str, out: &mut Vec<Block>) {
        let mut from = 0;
        while from < text.len() {
            let rest = &text[from..];
            let Err(error) = self.parse_part(source, rest, from, out) else { return };
            let (at, diagnostic) = *error;
            self.errors.push(diagnostic);
            let broken = from + block_start(rest, at);
            if broken > from {
                // The blocks before the broken one are sound: parsing them alone cannot fail.
                let _ = self.parse_part(source, &text[from..broken], from, out);
            }
            from = next_block(text, (from + at).max(broken + 1));
        }
    }

    /// Parses text that begins at `base`; on an error says where and what.
    fn parse_part(
        &mut self,
        source: &Source,
        text: &str,
        base: usize,
        out: &mut Vec<Block>,
    ) -> Result<(), Box<(usize, Diagnostic)>> {
        self.base = base;
        match DunParser::parse(Rule::file, text) {
            Ok(mut pairs) => {
                let file = pairs.next().map(Pair::into_inner).into_iter().flatten();
                let blocks = file.filter(|pair| pair.as_rule() != Rule::EOI);
                out.extend(blocks.map(|pair| blocks::block(self, pair)));
                Ok(())
            }
            Err(error) => {
                let at = match error.location {
                    InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
                };
                Err(Box::new((at, mistakes::explain(self.file, source, base + at, &error.variant))))
            }
        }
    }

    /// The place of a pair.
    pub(super) fn span(&self, pair: &Pair) -> Span {
        let span = pair.as_span();
        self.bytes(span.start(), span.end())
    }

    /// A place given in bytes of the text being parsed.
    pub(super) fn bytes(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: (self.base + start) as u32, end: (self.base + end) as u32 }
    }

    /// Notes an error.
    pub(super) fn refuse(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }
}

/// The start of the last block that begins at or before a position.
fn block_start(text: &str, at: usize) -> usize {
    let before = line_starts(text).take_while(|&start| start <= at);
    before.filter(|&start| layout::starts_block(text, start)).last().unwrap_or(0)
}

/// The start of the first block whose line begins at or after a position.
fn next_block(text: &str, at: usize) -> usize {
    let from = text[..at.min(text.len())].rfind('\n').map_or(0, |end| end + 1);
    line_starts(&text[from..])
        .map(|start| from + start)
        .find(|&start| start >= at && layout::starts_block(text, start))
        .unwrap_or(text.len())
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
    std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).filter(|&start| start < text.len())
}

/// The parts of a pair, taken one after another as the grammar promises them.
pub(super) struct Parts<'a> {
    rest: std::iter::Peekable<pest::iterators::Pairs<'a, Rule>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(pair: Pair<'a>) -> Parts<'a> {
        Parts { rest: pair.into_inner().peekable() }
    }

    /// The next part, which the grammar promises.
    pub(super) fn need(&mut self) -> Pair<'a> {
        self.rest.next().expect("the grammar promises another part")
    }

    /// The next part when it is of this rule.
    pub(super) fn optional(&mut self, rule: Rule) -> Option<Pair<'a>> {
        self.rest.next_if(|pair| pair.as_rule() == rule)
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        self.rest.next()
    }
}

/// The only part of a pair.
pub(super) fn only(pair: Pair) -> Pair {
    Parts::of(pair).need()
}

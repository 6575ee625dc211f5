//! Runs the grammar over a file, block by block, and goes on after a mistake, so that one run reports them all.

use std::collections::BTreeSet;
use std::ops::Range;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pair as PestPair;

use super::ast::{Ast, Block};
use super::layout::{self, Layout};
use super::piece::Piece;
use super::{blocks, characters, mistakes};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Sources, Span};

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/dun.pest"]
struct DunParser;

pub(super) type Pair<'a> = PestPair<'a, Rule>;

/// The longest policy file, in bytes. A policy is written by people; beyond this it is something else.
pub const LONGEST: usize = 8 << 20;

/// How many mistakes of one block are reported.
const MOST_IN_BLOCK: usize = 50;

/// How many bytes may be parsed again, after corrections, in one file.
const PARSED_AGAIN: usize = 16 << 20;

/// Parses a policy file.
///
/// The tree holds every block that could be read; it is complete when there is no diagnostic. What is exactly
/// known to be a slip is corrected on the way, so the tree has what was meant.
#[must_use]
pub fn parse(sources: &Sources, file: FileId) -> (Ast, Vec<Diagnostic>) {
    let source = sources.get(file);
    if source.text.len() > LONGEST {
        let message = format!("`{}` is larger than {} MiB", source.name, LONGEST >> 20);
        let help = "a policy is written by people; put data into tables";
        return (Ast::default(), vec![Diagnostic::global(Code::FileTooLarge, message).help(help)]);
    }
    let mut errors = characters::hidden_anywhere(file, &source.text);
    let Layout { text, diagnostics, too_deep, .. } = layout::prepare(file, &source.text);
    errors.extend(diagnostics);
    let mut ast = Ast::default();
    if !too_deep {
        let mut builder =
            Builder { piece: Piece::new(file, "", 0..0), errors, names: Vec::new(), again: PARSED_AGAIN };
        for range in pieces(&text) {
            builder.piece = Piece::new(file, &text, range);
            builder.parse_piece(&mut ast.blocks);
        }
        builder.refuse_twins();
        errors = builder.errors;
    }
    errors.sort_by_key(|error| error.span.map(|span| span.start));
    (ast, errors)
}

/// The parts of a file, each with one block; before the first block there is only space.
fn pieces(text: &str) -> Vec<Range<usize>> {
    let mut starts = layout::block_starts(text);
    if starts.first() != Some(&0) {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

/// A text that is, as a whole, what a rule describes.
pub(super) fn read(rule: Rule, text: &str) -> Option<Pair<'_>> {
    DunParser::parse(rule, text).ok()?.next().filter(|pair| pair.as_str() == text)
}

/// Turns pairs of the grammar into the tree and collects what is wrong on the way.
pub(super) struct Builder {
    piece: Piece,
    errors: Vec<Diagnostic>,
    /// Every name that is written, for those that only look like another one.
    names: Vec<(String, Span)>,
    /// How many bytes may still be parsed again.
    again: usize,
}

impl Builder {
    /// Parses the piece. After a mistake it goes on in the same line where the correction is known, else in the
    /// next line, and after a header that cannot be read in the next block.
    fn parse_piece(&mut self, out: &mut Vec<Block>) {
        let corrected = characters::straighten(&mut self.piece);
        self.errors.extend(corrected);
        let mut last: Option<u32> = None;
        for _ in 0..MOST_IN_BLOCK {
            let text = std::mem::take(&mut self.piece.text);
            let parsed = self.parse_text(&text, out);
            self.piece.text = text;
            let Err(error) = parsed else { return };
            let (at, variant) = *error;
            let statement = mistakes::statement(&self.piece.text, at);
            let begins = self.piece.span(statement.range.start, statement.range.end).start;
            let slip = mistakes::explain(&statement, &variant);
            // Where a line has been corrected already, a vague word about the rest would only confuse, and
            // what stands inside a correction is no text of the author's.
            let follows = last == Some(begins) && slip.is_vague() || !slip.is_original(&self.piece);
            last = Some(begins);
            if !follows {
                self.errors.push(slip.diagnostic(&self.piece, &statement.range));
            }
            let (range, is_header) = (statement.range.clone(), mistakes::is_header(&statement));
            match (!follows && slip.changes(&self.piece), is_header) {
                (true, _) => slip.apply(&mut self.piece),
                (false, true) => return,
                (false, false) if range.is_empty() => return,
                (false, false) => self.piece.blank(range),
            }
            match self.again.checked_sub(self.piece.text.len()) {
                Some(left) => self.again = left,
                None => return,
            }
        }
    }

    /// Parses a text; on an error says where it stopped and what it expected.
    fn parse_text(
        &mut self,
        text: &str,
        out: &mut Vec<Block>,
    ) -> Result<(), Box<(usize, ErrorVariant<Rule>)>> {
        let mut pairs = DunParser::parse(Rule::file, text).map_err(|error| {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            Box::new((at, error.variant))
        })?;
        let file = pairs.next().map(Pair::into_inner).into_iter().flatten();
        let blocks = file.filter(|pair| pair.as_rule() != Rule::EOI);
        out.extend(blocks.map(|pair| blocks::block(self, pair)));
        Ok(())
    }

    /// The place of a pair.
    pub(super) fn span(&self, pair: &Pair) -> Span {
        let span = pair.as_span();
        self.bytes(span.start(), span.end())
    }

    /// A place given in bytes of the text being parsed.
    pub(super) fn bytes(&self, start: usize, end: usize) -> Span {
        self.piece.span(start, end)
    }

    /// Notes an error.
    pub(super) fn refuse(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// Notes a name.
    pub(super) fn named(&mut self, name: &str, span: Span) {
        self.names.push((String::from(name), span));
    }

    /// Refuses names in another script that look like a name of the file or a field.
    fn refuse_twins(&mut self) {
        let latin: BTreeSet<String> =
            self.names.iter().map(|(name, _)| name).filter(|name| name.is_ascii()).cloned().collect();
        for (name, span) in &self.names {
            let twin = characters::in_latin(name);
            if *name != twin && !characters::mixes_scripts(name) && latin.contains(&twin) {
                let message =
                    format!("`{name}` only looks like `{twin}`: its letters are of another alphabet");
                self.errors.push(Diagnostic::error(Code::ConfusableName, *span, message).fix(*span, twin));
            }
        }
    }
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

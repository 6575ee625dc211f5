//! What people write out of habit instead of a construct: recognised in a statement that the grammar refused,
//! and corrected by name.
//!
//! Recognisers only ever see statements that do not parse, so none can make a right text fail. Each looks at the
//! place where the grammar stopped.

mod actions;
mod conditions;
mod cursor;
mod headers;
mod marks;
mod moments;
mod restrictions;
mod scenarios;
mod settings;

use std::ops::Range;

use super::piece::Piece;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

pub(super) use cursor::Cursor;

/// The kind of block in which a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Before the first block.
    File,
    Policy,
    Calendar,
    /// A segment, cadence, carve-out or `everywhere`.
    Rules,
    Scenario,
    /// A role or a field, which have no lines.
    Line,
}

/// A statement that the grammar refused.
#[derive(Debug, Clone)]
pub(super) struct Statement<'a> {
    /// The text of the whole block.
    pub(super) text: &'a str,
    /// The statement, without the space around it.
    pub(super) range: Range<usize>,
    /// Where the grammar stopped, at the start of a word or mark.
    pub(super) at: usize,
    /// The block around it.
    pub(super) home: Home,
}

impl<'a> Statement<'a> {
    /// The whole statement.
    pub(super) fn whole(&self) -> &'a str {
        &self.text[self.range.clone()]
    }

    /// What stands before the place, without space at its end.
    pub(super) fn before(&self) -> &'a str {
        self.text[self.range.start..self.at].trim_end()
    }

    /// What stands from the place on.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..self.range.end]
    }

    /// Whether the grammar stopped at the first word.
    pub(super) fn is_first(&self) -> bool {
        self.at == self.range.start
    }

    /// The first word.
    pub(super) fn starter(&self) -> &'a str {
        let whole = self.whole();
        &whole[..whole.find(|c: char| !cursor::is_word(c)).unwrap_or(whole.len())]
    }

    /// A cursor at some place of the text.
    pub(super) fn cursor(&self, at: usize) -> Cursor<'a> {
        Cursor::new(&self.text[..self.range.end], at)
    }
}

/// What was found in a statement, with places in the text of its block.
#[derive(Debug)]
pub(super) struct Slip {
    code: Code,
    place: Range<usize>,
    message: String,
    help: Option<String>,
    edits: Vec<(Range<usize>, String)>,
}

impl Slip {
    pub(super) fn new(code: Code, place: Range<usize>, message: impl Into<String>) -> Slip {
        Slip { code, place, message: message.into(), help: None, edits: Vec::new() }
    }

    /// Advice, instead of the sentence that the edits give.
    pub(super) fn help(mut self, help: impl Into<String>) -> Slip {
        self.help = Some(help.into());
        self
    }

    /// An exact correction at the place itself.
    pub(super) fn put(self, replacement: impl Into<String>) -> Slip {
        let place = self.place.clone();
        self.edit(place, replacement)
    }

    /// An exact correction; several of one slip do not overlap.
    pub(super) fn edit(mut self, range: Range<usize>, replacement: impl Into<String>) -> Slip {
        self.edits.push((range, replacement.into()));
        self
    }

    /// Whether the corrections make a difference, so that parsing can go on with them.
    pub(super) fn changes(&self, piece: &Piece) -> bool {
        self.edits.iter().any(|(range, text)| piece.text[range.clone()] != *text)
    }

    /// Whether it is no more than a place at which the text does not fit.
    pub(super) fn is_vague(&self) -> bool {
        matches!(self.code, Code::Syntax | Code::UnknownLine)
    }

    /// Whether all places are in the file as they are here, and not in a correction made before.
    pub(super) fn is_original(&self, piece: &Piece) -> bool {
        std::iter::once(&self.place)
            .chain(self.edits.iter().map(|(range, _)| range))
            .all(|range| piece.is_original(range))
    }

    /// The message, with places in the file.
    pub(super) fn diagnostic(&self, piece: &Piece, statement: &Range<usize>) -> Diagnostic {
        let span = piece.span(self.place.start, self.place.end);
        let mut error = Diagnostic::error(self.code, span, self.message.clone());
        for (range, replacement) in &self.edits {
            error = error.edit(piece.span(range.start, range.end), replacement.clone());
        }
        match (&self.help, self.edits.as_slice()) {
            (Some(help), _) => error.help(help.clone()),
            (None, []) => error,
            (None, [(_, replacement)]) if replacement.trim().is_empty() => error.help("leave it out"),
            (None, [(range, replacement)]) if *range == self.place => {
                error.help(format!("write `{}`", replacement.trim()))
            }
            _ => error.help(format!("write `{}`", self.corrected(&piece.text, statement))),
        }
    }

    /// The statement as it should be.
    fn corrected(&self, text: &str, statement: &Range<usize>) -> String {
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|(range, _)| range.start);
        let mut at = statement.start;
        let mut out = String::new();
        for (range, replacement) in edits {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(replacement);
            at = range.end;
        }
        out.push_str(text.get(at..statement.end).unwrap_or_default());
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Applies the corrections.
    pub(super) fn apply(&self, piece: &mut Piece) {
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, replacement) in edits {
            piece.replace(range.clone(), replacement);
        }
    }
}

type Recogniser = fn(&Statement) -> Option<Slip>;

/// What each looks for is told in its own file. The first that knows the slip is taken.
const RECOGNISERS: [Recogniser; 9] = [
    marks::of,
    headers::of,
    scenarios::of,
    settings::of,
    moments::of,
    restrictions::of,
    actions::of,
    conditions::of,
    marks::at_the_end,
];

/// The slip in a statement, when it is a known one.
pub(super) fn recognise(statement: &Statement) -> Option<Slip> {
    let known = |statement: &Statement| RECOGNISERS.iter().find_map(|recogniser| recogniser(statement));
    known(statement).or_else(|| known(&further(statement)?))
}

/// The grammar names the start of a construct whose fixed words do not go on as they should: the same statement
/// with the place behind those words.
fn further<'a>(s: &Statement<'a>) -> Option<Statement<'a>> {
    let mut c = s.cursor(s.at);
    let verb = c.any(&[
        "call",
        "escalate",
        "hand off",
        "charge interest",
        "notify",
        "task",
        "hold",
        "needs approval",
        "closed",
    ]);
    match (verb, s.home) {
        (Some("task"), _) => drop(c.string()),
        (Some(_), _) => {}
        (None, Home::Policy) if s.is_first() => drop(c.any(&settings::WORDS)?),
        (None, _) if s.is_first() && headers::header(s).is_some() => {
            let word = headers::header(s)?;
            c.at += word.len();
            c.space();
            if word != "everywhere" && !c.string() {
                c.path();
            }
        }
        _ => return None,
    }
    (c.at > s.at).then(|| Statement { at: c.at, ..s.clone() })
}

//! The file: blocks with their lines, and the comments and blank lines between them.

use super::super::ast::{Anchor, Ast, Block, Clause, RulesBlock, RulesHeader, SegmentCatches, Spanned};
use super::super::layout;
use super::conditions::condition;
use super::flow::{Flow, Line, WIDTH};
use super::values::quoted;
use super::written::Written;
use super::{page, scenarios, settings, steps};
use crate::span::Span;

/// How far the lines of a block are indented.
const INDENT: usize = 2;

/// The canonical text of a file.
pub(super) fn file(ast: &Ast, written: Written) -> String {
    let mut file = File { written, lines: Vec::new(), before: None };
    let widths = role_widths(&file.written, &ast.blocks);
    for (at, block) in ast.blocks.iter().enumerate() {
        let limit = ast.blocks.get(at + 1).map_or(file.written.end(), start);
        file.block(block, widths[at], limit);
    }
    let rest = file.comments_before(file.written.end(), 0);
    file.add(rest, Vec::new());
    page::text(&file.lines)
}

/// How many lines a block takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    OneLine,
    Longer,
}

/// A line, and whether the author left a blank one before it.
type Apart = (bool, Line);

struct File<'a> {
    written: Written<'a>,
    lines: Vec<Line>,
    /// The block written last.
    before: Option<Size>,
}

impl File<'_> {
    /// Writes a block and the comments before and in it; the next one begins at `limit`.
    fn block(&mut self, block: &Block, width: usize, limit: usize) {
        let leading = self.comments_before(start(block), 0);
        let lines = match block {
            Block::Role(role) => self.statement(settings::role(role, width), 0, self.line_of(role.span)),
            Block::Field(declared) => {
                let span = self.line_of(declared.span);
                self.statement(settings::field(&self.written, declared, span), 0, span)
            }
            _ => self.with_body(block, limit),
        };
        self.add(leading, lines);
    }

    /// A statement's whole line, of which the tree has the place where it begins.
    fn line_of(&self, span: Span) -> Span {
        Span { end: self.written.end_of_line(span.start as usize) as u32, ..span }
    }

    /// Adds a block with the comments before it. A blank line stands between blocks; between two blocks of one
    /// line each the author decides.
    fn add(&mut self, leading: Vec<Apart>, lines: Vec<Apart>) {
        let size = if lines.len() > 1 { Size::Longer } else { Size::OneLine };
        let mut all = leading;
        all.extend(lines);
        if let Some((apart, _)) = all.first_mut() {
            *apart = match (self.before, size) {
                (None, _) => false,
                (Some(Size::OneLine), Size::OneLine) => *apart,
                _ => true,
            };
        }
        push(&mut self.lines, all);
        self.before = Some(size);
    }

    /// The comments before a place, on lines of their own.
    fn comments_before(&mut self, limit: usize, indent: usize) -> Vec<Apart> {
        let taken = std::iter::from_fn(|| self.written.take_before(limit));
        taken.map(|(apart, comment)| (apart, Line::of_comment(indent, &comment))).collect()
    }

    /// Lays out a statement with the comments inside and behind it.
    fn statement(&mut self, flow: Flow, indent: usize, span: Span) -> Vec<Apart> {
        let end = span.end as usize;
        let apart = self.written.blank_before(span.start as usize);
        let (mut lines, mut behind) = flow.lay(indent, self.written.take_inside(end));
        self.written.reach(end);
        behind.extend(self.written.take_behind(end));
        let mut behind = behind.into_iter();
        if let Some(last) = lines.last_mut() {
            close(last, behind.next().map(|comment| comment.text));
        }
        self.written.give_back(behind);
        lines.into_iter().enumerate().map(|(at, line)| (at == 0 && apart, line)).collect()
    }

    /// A block with lines of its own.
    fn with_body(&mut self, block: &Block, limit: usize) -> Vec<Apart> {
        let spans = spans(block);
        if let Some(line) = self.on_one_line(block, &spans) {
            return vec![line];
        }
        let (header, body) = (header(&self.written, block), body(&self.written, block, true));
        let head = Span { end: self.end_of_header(block) as u32, ..place(block) };
        let mut lines = self.statement(header, 0, head);
        let mut inside = Vec::new();
        for (flow, span) in body.into_iter().zip(spans) {
            inside.extend(self.comments_before(span.start as usize, INDENT));
            inside.extend(self.statement(flow, INDENT, span));
        }
        let last = std::iter::from_fn(|| self.written.take_indented(limit));
        inside.extend(last.map(|(apart, comment)| (apart, Line::of_comment(INDENT, &comment))));
        if let Some((apart, _)) = inside.first_mut() {
            *apart = false;
        }
        lines.extend(inside);
        lines
    }

    /// A block that the author wrote on one line, if it fits on one.
    fn on_one_line(&mut self, block: &Block, spans: &[Span]) -> Option<Apart> {
        let (from, to) = (start(block), spans.last()?.end as usize);
        if matches!(block, Block::Policy(_)) || !self.written.on_one_line(from, to) {
            return None;
        }
        let body: Vec<String> = body(&self.written, block, false).iter().map(Flow::flat).collect();
        let text = format!("{} {}", header(&self.written, block).flat(), body.join("; "));
        if text.chars().count() > WIDTH {
            return None;
        }
        let apart = self.written.blank_before(from);
        self.written.reach(to);
        let mut line = Line { text, comment: None };
        close(&mut line, self.written.take_behind(to).map(|comment| comment.text));
        Some((apart, line))
    }

    /// One past a block's header.
    fn end_of_header(&self, block: &Block) -> usize {
        match block {
            Block::Policy(_) => self.written.end_of_title(start(block)),
            _ => self.written.after_colon(start(block)),
        }
    }
}

/// Ends a statement's last line. One that ends like a line that goes on, such as `messages in or`, is ended by
/// a semicolon.
fn close(line: &mut Line, comment: Option<&str>) {
    if layout::continues(line.text.as_bytes()) {
        line.text.push(';');
    }
    line.comment = comment.map(String::from);
}

/// Adds lines, with blank ones between them.
fn push(lines: &mut Vec<Line>, added: Vec<Apart>) {
    for (apart, line) in added {
        lines.extend(apart.then(Line::default));
        lines.push(line);
    }
}

/// The place of a block's header.
fn place(block: &Block) -> Span {
    match block {
        Block::Policy(policy) => policy.span,
        Block::Role(role) => role.span,
        Block::Field(field) => field.span,
        Block::Calendar(calendar) => calendar.span,
        Block::Rules(rules) => rules.span,
        Block::Scenario(scenario) => scenario.span,
    }
}

fn start(block: &Block) -> usize {
    place(block).start as usize
}

/// The places of a block's lines.
fn spans(block: &Block) -> Vec<Span> {
    match block {
        Block::Role(_) | Block::Field(_) => Vec::new(),
        Block::Policy(policy) => policy.settings.iter().map(|line| line.span).collect(),
        Block::Calendar(calendar) => calendar.lines.iter().map(|line| line.span).collect(),
        Block::Rules(rules) => rules.clauses.iter().map(|line| line.span).collect(),
        Block::Scenario(scenario) => scenario.lines.iter().map(|line| line.span).collect(),
    }
}

/// A block's lines.
fn body(written: &Written, block: &Block, aligned: bool) -> Vec<Flow> {
    match block {
        Block::Role(_) | Block::Field(_) => Vec::new(),
        Block::Policy(policy) => {
            policy.settings.iter().map(|line| settings::setting(written, line)).collect()
        }
        Block::Calendar(calendar) => {
            calendar.lines.iter().map(|line| settings::calendar_line(written, line)).collect()
        }
        Block::Rules(rules) => {
            let widths =
                if aligned { step_widths(written, &rules.clauses) } else { vec![0; rules.clauses.len()] };
            let lines = rules.clauses.iter().zip(widths);
            lines.map(|(line, width)| steps::clause(written, line, width)).collect()
        }
        Block::Scenario(scenario) => {
            scenario.lines.iter().map(|line| scenarios::line(written, line)).collect()
        }
    }
}

fn header(written: &Written, block: &Block) -> Flow {
    match block {
        // Neither has lines of its own: each is a statement.
        Block::Role(_) | Block::Field(_) => Flow::default(),
        Block::Policy(policy) => Flow::of(format!("policy {}", quoted(&policy.name))),
        Block::Scenario(scenario) => Flow::of(format!("scenario {}:", quoted(&scenario.name))),
        Block::Calendar(calendar) => {
            let mut flow = Flow::of(format!("calendar {}", calendar.name.text));
            if let Some(when) = &calendar.when {
                flow.push(" when ");
                condition(&mut flow, written, when, calendar.name.span.end as usize);
            }
            flow.push(":");
            flow
        }
        Block::Rules(rules) => rules_header(written, rules),
    }
}

fn rules_header(written: &Written, rules: &RulesBlock) -> Flow {
    let mut flow = Flow::default();
    let (name, when) = match &rules.header {
        RulesHeader::Everywhere => return Flow::of("everywhere:"),
        RulesHeader::Cadence { name, per_customer } => {
            let per_customer = if per_customer.is_some() { " per customer" } else { "" };
            return Flow::of(format!("cadence {}{per_customer}:", name.text));
        }
        RulesHeader::CarveOut { name, when } => {
            flow.push(format!("carve-out {} when ", name.text));
            (name, when)
        }
        RulesHeader::Segment { name, catches: SegmentCatches::When(when) } => {
            flow.push(format!("segment {} when ", name.text));
            (name, when)
        }
        RulesHeader::Segment { name, catches: SegmentCatches::Otherwise(_) } => {
            return Flow::of(format!("segment {} otherwise:", name.text));
        }
        RulesHeader::Segment { name, catches: SegmentCatches::Recorded } => {
            return Flow::of(format!("segment {}:", name.text));
        }
    };
    condition(&mut flow, written, when, name.span.end as usize);
    flow.push(":");
    flow
}

/// How wide the name of each role is made: as wide as the widest among roles without a blank line between them.
fn role_widths(written: &Written, blocks: &[Block]) -> Vec<usize> {
    let mut widths = Vec::new();
    let joined = |a: &Block, b: &Block| match (a, b) {
        (Block::Role(_), Block::Role(_)) => !written.blank_between(written.end_of_line(start(a)), start(b)),
        _ => false,
    };
    for run in blocks.chunk_by(joined) {
        let names = run.iter().map(|block| match block {
            Block::Role(role) => role.name.text.chars().count(),
            _ => 0,
        });
        let widest = names.max().unwrap_or(0);
        widths.extend(run.iter().map(|_| widest));
    }
    widths
}

/// How wide the moment of each step is made: as wide as the widest that counts days from the same anchor, among
/// steps without a blank line or another line between them.
fn step_widths(written: &Written, clauses: &[Spanned<Clause>]) -> Vec<usize> {
    let mut widths = Vec::new();
    let is_step = |line: &Spanned<Clause>| matches!(line.node, Clause::Step(_));
    let joined = |a: &Spanned<Clause>, b: &Spanned<Clause>| {
        is_step(a) && is_step(b) && !written.blank_between(a.span.end as usize, b.span.start as usize)
    };
    for run in clauses.chunk_by(joined) {
        let moments: Vec<_> = run.iter().map(|line| steps::aligned(&line.node)).collect();
        let mut widest: Vec<(Anchor, usize)> = Vec::new();
        for &(anchor, width) in moments.iter().flatten() {
            match widest.iter_mut().find(|(of, _)| *of == anchor) {
                Some((_, most)) => *most = width.max(*most),
                None => widest.push((anchor, width)),
            }
        }
        let width = |anchor| widest.iter().find(|(of, _)| *of == anchor).map_or(0, |&(_, most)| most);
        widths.extend(moments.iter().map(|moment| moment.map_or(0, |(anchor, _)| width(anchor))));
    }
    widths
}

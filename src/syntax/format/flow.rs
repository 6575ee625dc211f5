//! A statement as a flow of text with the places where its line may end, and the lines that it becomes.
//!
//! A line may end where the language lets it go on: inside parentheses, and after a comma, `and` or `or`. A
//! group of such places is kept on one line when it fits; otherwise the line ends at each of them, or, in a
//! group that is filled, where it is full. A comment inside a statement stands at the first place that comes
//! after it in the source, and the line ends there.

use super::written::Comment;

/// What a line should not exceed, in characters.
pub(super) const WIDTH: usize = 110;

/// How far a line is indented that goes on, and how much further one inside of it.
const FURTHER: usize = 4;

/// A line of the result.
#[derive(Debug, Default, Clone)]
pub(super) struct Line {
    /// What stands on it, indented.
    pub(super) text: String,
    /// The comment behind it.
    pub(super) comment: Option<String>,
}

impl Line {
    /// A comment on a line of its own.
    pub(super) fn of_comment(indent: usize, comment: &Comment) -> Line {
        Line { text: format!("{:indent$}{}", "", comment.text), comment: None }
    }
}

#[derive(Debug)]
enum Token {
    Text(String),
    Break(Break),
    Open { filled: bool, indent: usize },
    Close,
}

/// A place where the line may end.
#[derive(Debug, Clone, Copy)]
struct Break {
    /// Whether a space stands here when it does not end.
    space: bool,
    /// Whether the next line closes the group and is indented like what is around it.
    closes: bool,
    /// Where what follows begins in the source.
    at: usize,
}

/// A statement under construction.
#[derive(Debug, Default)]
pub(super) struct Flow {
    tokens: Vec<Token>,
}

impl Flow {
    /// A flow that begins with a text.
    pub(super) fn of(text: impl Into<String>) -> Flow {
        Flow { tokens: vec![Token::Text(text.into())] }
    }

    /// Adds text as it is.
    pub(super) fn push(&mut self, text: impl Into<String>) {
        self.tokens.push(Token::Text(text.into()));
    }

    /// A space, or the end of the line.
    pub(super) fn space(&mut self, at: usize) {
        self.tokens.push(Token::Break(Break { space: true, closes: false, at }));
    }

    /// A group whose lines are indented further: all its places end lines, or none does.
    pub(super) fn group(&mut self, inside: impl FnOnce(&mut Flow)) {
        self.nested(false, FURTHER, inside);
    }

    /// A group whose lines are filled, and indented further.
    pub(super) fn filled(&mut self, inside: impl FnOnce(&mut Flow)) {
        self.nested(true, FURTHER, inside);
    }

    /// More of a group, filled.
    pub(super) fn continued(&mut self, inside: impl FnOnce(&mut Flow)) {
        self.nested(true, 0, inside);
    }

    /// Parentheses around something that begins and ends at these places; they end before the closing one.
    pub(super) fn parenthesised(
        &mut self,
        start: usize,
        end: usize,
        filled: bool,
        inside: impl FnOnce(&mut Flow),
    ) {
        self.push("(");
        self.group(|flow| {
            flow.tokens.push(Token::Break(Break { space: false, closes: false, at: start }));
            flow.nested(filled, 0, inside);
            flow.tokens.push(Token::Break(Break { space: false, closes: true, at: end }));
        });
        self.push(")");
    }

    fn nested(&mut self, filled: bool, indent: usize, inside: impl FnOnce(&mut Flow)) {
        self.tokens.push(Token::Open { filled, indent });
        inside(self);
        self.tokens.push(Token::Close);
    }

    /// The whole on one line.
    pub(super) fn flat(&self) -> String {
        let mut line = String::new();
        for token in &self.tokens {
            match token {
                Token::Text(text) => line.push_str(text),
                Token::Break(Break { space: true, .. }) => line.push(' '),
                _ => {}
            }
        }
        line
    }

    /// Lays the statement out with the comments inside it. Those that find no place are given back.
    pub(super) fn lay<'c>(self, indent: usize, comments: Vec<Comment<'c>>) -> (Vec<Line>, Vec<Comment<'c>>) {
        let mut waiting = comments.into_iter().peekable();
        let mut placed: Vec<Vec<Comment>> = Vec::new();
        for token in &self.tokens {
            let mut here = Vec::new();
            if let Token::Break(place) = token {
                here.extend(std::iter::from_fn(|| waiting.next_if(|comment| comment.at < place.at)));
            }
            placed.push(here);
        }
        let widths = Widths::of(&self.tokens, &placed);
        let mut lines = Lines::new(indent);
        for (at, token) in self.tokens.into_iter().enumerate() {
            lines.token(token, &placed[at], &widths, at);
        }
        lines.done.push(lines.line);
        (lines.done, waiting.collect())
    }
}

/// How wide things are, for each token of a flow.
struct Widths {
    /// For the opening of a group: its width on one line, with what stands directly behind it; none when a comment
    /// ends a line in it.
    group: Vec<Option<usize>>,
    /// For a place where the line may end: the width of what follows up to the next such place of its group; none
    /// when a comment ends a line in it.
    item: Vec<Option<usize>>,
}

/// What has been measured of a group, from its end.
#[derive(Clone, Copy)]
struct Measured {
    /// What stands directly behind it.
    behind: usize,
    /// All of it so far.
    width: Option<usize>,
    /// Since the last place where the line may end.
    item: Option<usize>,
}

impl Widths {
    fn of(tokens: &[Token], placed: &[Vec<Comment>]) -> Widths {
        let mut widths = Widths { group: vec![None; tokens.len()], item: vec![None; tokens.len()] };
        let outermost = Measured { behind: 0, width: Some(0), item: Some(0) };
        let mut open = vec![outermost];
        // The width up to the next place where the line may end, whichever group it belongs to.
        let mut behind = 0;
        for (at, token) in tokens.iter().enumerate().rev() {
            let own = match token {
                Token::Text(text) => Some(text.chars().count()),
                Token::Break(_) if !placed[at].is_empty() => None,
                Token::Break(place) => Some(usize::from(place.space)),
                Token::Close => {
                    open.push(Measured { behind, width: Some(0), item: Some(behind) });
                    continue;
                }
                Token::Open { .. } => {
                    let inside = open.pop().unwrap_or(outermost);
                    widths.group[at] = sum(inside.width, Some(inside.behind));
                    inside.width
                }
            };
            let Some(group) = open.last_mut() else { break };
            group.width = sum(group.width, own);
            match token {
                Token::Break(_) => {
                    widths.item[at] = group.item.replace(0);
                    behind = 0;
                }
                Token::Text(text) => {
                    group.item = sum(group.item, own);
                    behind += text.chars().count();
                }
                _ => group.item = sum(group.item, own),
            }
        }
        widths
    }
}

fn sum(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    a.zip(b).map(|(a, b)| a + b)
}

/// A group that is being laid out.
#[derive(Clone, Copy)]
struct Open {
    broken: bool,
    filled: bool,
    indent: usize,
    /// How what is around the group is indented.
    outside: usize,
}

/// The lines so far.
struct Lines {
    done: Vec<Line>,
    line: Line,
    column: usize,
    open: Vec<Open>,
}

impl Lines {
    fn new(indent: usize) -> Lines {
        let line = Line { text: " ".repeat(indent), comment: None };
        let open = vec![Open { broken: false, filled: false, indent, outside: indent }];
        Lines { done: Vec::new(), line, column: indent, open }
    }

    fn token(&mut self, token: Token, comments: &[Comment], widths: &Widths, at: usize) {
        match token {
            Token::Text(text) => {
                self.column += text.chars().count();
                self.line.text.push_str(&text);
            }
            Token::Open { filled, indent } => {
                let outside = self.open.last().map_or(0, |open| open.indent);
                let broken = widths.group[at].is_none_or(|width| self.column + width > WIDTH);
                // A statement's own further lines stand at the same column whether it stands in a block or not.
                let indent = if self.open.len() == 1 { indent } else { outside + indent };
                self.open.push(Open { broken, filled, indent, outside });
            }
            Token::Close => _ = self.open.pop(),
            Token::Break(place) => self.place(place, comments, widths.item[at]),
        }
    }

    fn place(&mut self, place: Break, comments: &[Comment], item: Option<usize>) {
        let Some(&open) = self.open.last() else { return };
        let full = item.is_none_or(|item| self.column + usize::from(place.space) + item > WIDTH);
        let ends = !comments.is_empty() || (open.broken && (!open.filled || full));
        if !ends {
            self.line.text.push_str(if place.space { " " } else { "" });
            self.column += usize::from(place.space);
            return;
        }
        let indent = if place.closes { open.outside } else { open.indent };
        let mut comments = comments.iter().peekable();
        if let Some(behind) = comments.next_if(|comment| !comment.own_line) {
            self.line.comment = Some(String::from(behind.text));
        }
        self.done.push(std::mem::take(&mut self.line));
        self.done.extend(comments.map(|comment| Line::of_comment(open.indent, comment)));
        self.line.text = " ".repeat(indent);
        self.column = indent;
    }
}

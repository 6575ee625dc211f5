//! The lines of the whole result: blank lines, and comments behind lines aligned.

use super::flow::Line;

/// Where comments behind lines stand, counted from 0, unless their lines are longer.
const COMMENTS: usize = 43;

/// What keeps a comment from the line before it.
const APART: usize = 2;

/// The text of the lines, each with its comment.
pub(super) fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for run in lines.chunk_by(|a, b| a.comment.is_some() == b.comment.is_some()) {
        let widths = run.iter().map(|line| line.text.chars().count());
        let column = widths.max().map_or(COMMENTS, |widest| COMMENTS.max(widest + APART));
        for line in run {
            match &line.comment {
                Some(comment) => text.push_str(&format!("{:column$}{comment}\n", line.text)),
                None => text.extend([line.text.as_str(), "\n"]),
            }
        }
    }
    text
}

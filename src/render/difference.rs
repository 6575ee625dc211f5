//! What would change in a text, as a unified difference of its lines.

use similar::{ChangeTag, TextDiff};

use super::escape::clean;

/// Lines shown around a change.
const AROUND: usize = 2;

/// Texts beyond this many lines are not compared: finding the smallest difference takes the square of their number.
const LONGEST: usize = 5_000;

/// The difference between two versions of a file; none when they are equal or too long to be compared.
///
/// What a terminal would not show, or obey, is shown by a character in its place, a carriage return as `␍`.
#[must_use]
pub fn unified(name: &str, before: &str, after: &str) -> Option<String> {
    if before == after || before.lines().count().max(after.lines().count()) > LONGEST {
        return None;
    }
    let difference = TextDiff::from_lines(before, after);
    let mut shown = format!("--- {0}\n+++ {0}\n", visible(name));
    for part in difference.unified_diff().context_radius(AROUND).iter_hunks() {
        shown.push_str(&format!("{}\n", part.header()));
        for change in part.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let ended = change.value().strip_suffix('\n');
            let end = if ended.is_some() { "" } else { "\n\\ No newline at end of file" };
            shown.push_str(&format!("{sign}{}{end}\n", visible(ended.unwrap_or(change.value()))));
        }
    }
    Some(shown)
}

fn visible(line: &str) -> String {
    let parts: Vec<String> = line.replace('\r', "␍").split('\t').map(clean).collect();
    parts.join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_shown_with_what_is_around_them() {
        let before = "a\nb\nc\nd\r\ne\x1b[0m\nf";
        let after = "a\nb\nc\nd\ne\x1b[0m\nf\n";
        let shown = "--- x.dun\n+++ x.dun\n@@ -2,5 +2,5 @@\n b\n c\n-d␍\n+d\n e\u{fffd}[0m\n-f\n\\ No newline at end of file\n+f\n";
        assert_eq!(unified("x.dun", before, after).as_deref(), Some(shown));
        assert_eq!(unified("x.dun", before, before), None);
    }
}

//! Lines for a terminal: colours, and columns that hold whatever the width of their characters.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

/// The width of a line, at whose end the ids and the places of rules stand.
pub(in crate::render) const WIDE: usize = 96;

/// What stands before the text of an entry: two spaces, the verb, a space.
const INDENT: usize = 12;

/// A terminal colour.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) enum Colour {
    Bold,
    Green,
    Yellow,
    Cyan,
    Dim,
    Red,
}

/// Lines so far.
pub(in crate::render) struct Page {
    pub(in crate::render) out: String,
    colour: bool,
}

impl Page {
    pub(in crate::render) fn new(colour: bool) -> Page {
        Page { out: String::new(), colour }
    }

    /// Writes the lines so far, and forgets them.
    pub(in crate::render) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.out.as_bytes())?;
        self.out.clear();
        Ok(())
    }

    pub(in crate::render) fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Bold => 1,
            Colour::Dim => 2,
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    pub(in crate::render) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// A heading, and what stands behind it on the same line.
    pub(in crate::render) fn heading(&mut self, title: &str, rest: &str) {
        let title = self.paint(Colour::Bold, title);
        self.line("");
        self.line(&format!("{title}   {rest}"));
    }

    /// The first line of an entry: its verb, what it is, and its ids at the end.
    pub(in crate::render) fn entry(&mut self, verb: (Colour, &str), text: &str, ids: &[String]) {
        let head = format!(
            "  {}{}",
            self.paint(verb.0, verb.1),
            spaces((INDENT - 2).saturating_sub(verb.1.width()))
        );
        self.row(&head, text, ids);
    }

    /// A further line of an entry, with a rule's place at its end.
    pub(super) fn more(&mut self, text: &str, place: &str) {
        let place: Vec<String> = (!place.is_empty()).then(|| place.to_owned()).into_iter().collect();
        self.row(&spaces(INDENT), text, &place);
    }

    /// A line with a text and an amount at its end.
    pub(in crate::render) fn ledger_line(&mut self, text: &str, amount: &str) {
        let gap = WIDE.saturating_sub(text.width() + amount.width()).max(2);
        self.line(&format!("{text}{}{amount}", spaces(gap)));
    }

    /// A line with a text, which `shown` is in colour, and a rule's place at its end; without room the place stands
    /// at the end of the next line.
    pub(in crate::render) fn beside(&mut self, text: &str, shown: &str, place: &str) {
        let painted = self.paint(Colour::Dim, place);
        let used = text.width();
        if !place.is_empty() && used + 2 + place.width() > WIDE {
            self.line(shown);
            self.line(&format!("{}{painted}", spaces(WIDE.saturating_sub(place.width()))));
        } else {
            self.line(&format!("{shown}{}{painted}", spaces(WIDE.saturating_sub(used + place.width()))));
        }
    }

    /// A line with a text and items at its end; items without room go to the ends of further lines.
    fn row(&mut self, head: &str, text: &str, items: &[String]) {
        let mut before = format!("{head}{text}");
        let mut used = INDENT + text.width();
        for (at, line) in fit(items, WIDE.saturating_sub(used + 2), WIDE - INDENT).iter().enumerate() {
            if at > 0 {
                self.line(&std::mem::replace(&mut before, spaces(INDENT)));
                used = INDENT;
            }
            let gap = spaces(WIDE.saturating_sub(used + line.width()));
            before = format!("{before}{gap}{}", self.paint(Colour::Dim, line));
        }
        self.line(&before);
    }
}

/// Lines of words, no wider than `wide` where a word is not wider by itself.
pub(in crate::render) fn wrapped(text: &str, wide: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= wide => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn spaces(number: usize) -> String {
    " ".repeat(number)
}

/// Lines of items with commas between them: the first no wider than `first`, which may be empty, the others
/// no wider than `other` where an item is not wider by itself.
pub(super) fn fit(items: &[String], first: usize, other: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for (at, item) in items.iter().enumerate() {
        let item = if at + 1 < items.len() { format!("{item},") } else { item.clone() };
        let room = if lines.len() == 1 { first } else { other };
        let line = lines.last_mut().map(|line| (line.width(), line));
        match line {
            Some((0, line)) if item.width() <= room || room == other => line.push_str(&item),
            Some((width, line)) if width > 0 && width + 1 + item.width() <= room => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn items_go_to_further_lines_where_there_is_no_room() {
        let items = texts(&["INV-1", "INV-2", "INV-3"]);
        assert_eq!(fit(&items, 40, 40), ["INV-1, INV-2, INV-3"]);
        assert_eq!(fit(&items, 13, 40), ["INV-1, INV-2,", "INV-3"]);
        assert_eq!(fit(&items, 3, 13), ["", "INV-1, INV-2,", "INV-3"]);
        assert_eq!(fit(&texts(&["a very long one"]), 3, 5), ["", "a very long one"]);
        assert_eq!(fit(&[], 40, 40), [""]);
    }

    #[test]
    fn words_go_to_further_lines_where_there_is_no_room() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("株式 会社", 8), ["株式", "会社"]);
        assert_eq!(wrapped("a longest b", 3), ["a", "longest", "b"]);
    }

    #[test]
    fn columns_hold_for_wide_characters_and_colours() {
        let mut plain = Page::new(false);
        let mut coloured = Page::new(true);
        for page in [&mut plain, &mut coloured] {
            page.entry((Colour::Green, "send"), "Ant", &texts(&["INV-1"]));
            page.entry((Colour::Green, "send"), "株式会社 🦀", &texts(&["INV-1"]));
            page.more("e\u{301}", "standard, policy.dun:4");
        }
        let ends: Vec<usize> = plain.out.lines().map(|line| line.width()).collect();
        assert_eq!(ends, [WIDE, WIDE, WIDE]);
        let colours = ["\x1b[32m", "\x1b[2m", "\x1b[0m"];
        let stripped = colours.iter().fold(coloured.out, |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain.out);
    }
}

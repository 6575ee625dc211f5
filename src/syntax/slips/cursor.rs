//! Reading a statement word by word, whatever its capitals.

/// A letter, digit or `_`: what words are made of.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(in crate::syntax) struct Cursor<'a> {
    text: &'a str,
    /// In bytes of the text.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Cursor<'a> {
        Cursor { text, at }
    }

    /// What is still to be read.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes over space; says whether there was any.
    pub(super) fn space(&mut self) -> bool {
        let before = self.at;
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at > before
    }

    /// The word at the place, which may be empty.
    pub(super) fn peek(&self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())]
    }

    /// Takes the word at the place, and the space after it.
    pub(super) fn word(&mut self) -> &'a str {
        let word = self.peek();
        self.at += word.len();
        self.space();
        word
    }

    /// Takes a text in quotes, and the space after it.
    pub(super) fn string(&mut self) -> bool {
        let length = self.rest().strip_prefix('"').and_then(|inside| inside.find('"'));
        if let Some(length) = length {
            self.at += length + 2;
            self.space();
        }
        length.is_some()
    }

    /// Takes a name or a field, and the space after it.
    pub(super) fn path(&mut self) {
        self.at += self.peek().len();
        if self.rest().starts_with('.') {
            self.at += 1 + Cursor::new(self.text, self.at + 1).peek().len();
        }
        self.space();
    }

    /// Takes a mark, and the space after it.
    pub(super) fn mark(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
            self.space();
        }
        found
    }

    /// Takes a phrase of words and marks, and the space after it.
    pub(super) fn phrase(&mut self, phrase: &str) -> bool {
        let mut ahead = *self;
        let all = phrase.split(' ').all(|part| match part.starts_with(is_word) {
            // A hyphen is part of a word here: `e-mail`, `auto-send`.
            true => part.split('-').enumerate().all(|(at, word)| {
                (at == 0 || ahead.mark("-"))
                    && ahead.peek().to_lowercase() == word
                    && !ahead.word().is_empty()
            }),
            false => ahead.mark(part),
        });
        if all {
            *self = ahead;
        }
        all
    }

    /// Takes the first of these phrases that stands here.
    pub(super) fn any(&mut self, phrases: &[&'static str]) -> Option<&'static str> {
        phrases.iter().copied().find(|phrase| self.phrase(phrase))
    }

    /// Takes a whole number, in digits or as a word, and the space after it.
    pub(super) fn number(&mut self) -> Option<u32> {
        let rest = self.rest();
        let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
        if !digits.is_empty() {
            self.at += digits.len();
            self.space();
            return digits.parse().ok().filter(|&number| number <= 3660);
        }
        let word = self.peek().to_lowercase();
        let number = NUMBERS.iter().position(|&number| number == word)?;
        self.word();
        u32::try_from(number).ok()
    }
}

const NUMBERS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

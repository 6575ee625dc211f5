//! Interned text: every identifier, name and address of the data is stored once and compared as a number.

use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroU32;

use rustc_hash::FxBuildHasher;

/// A text stored in [`Texts`]. Two texts of one snapshot are equal when their numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(NonZeroU32);

impl Text {
    /// Its place among the texts of the snapshot, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// All texts of a snapshot, one after another in one buffer.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    buffer: String,
    ends: Vec<usize>,
    table: Vec<Option<Text>>,
}

impl Texts {
    /// How many different texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text itself.
    #[must_use]
    pub fn get(&self, text: Text) -> &str {
        let at = text.index();
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.buffer[start..self.ends[at]]
    }

    /// The number of a text, if it is known.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Text> {
        if self.table.is_empty() { None } else { self.table[self.slot(text)] }
    }

    /// Stores a text, or finds it stored.
    pub fn intern(&mut self, text: &str) -> Text {
        if self.ends.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(text);
        if let Some(known) = self.table[slot] {
            return known;
        }
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        let number = u32::try_from(self.ends.len()).ok().and_then(NonZeroU32::new);
        let new = Text(number.unwrap_or(NonZeroU32::MAX));
        self.table[slot] = Some(new);
        new
    }

    /// The slot where a text stands or would stand (linear probing; the table is never full).
    fn slot(&self, text: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = fold(text) & mask;
        while let Some(there) = self.table[slot] {
            if self.get(there) == text {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.table = vec![None; (self.table.len() * 2).max(64)];
        for number in 1..=self.ends.len() {
            let text = u32::try_from(number).ok().and_then(NonZeroU32::new).map(Text);
            if let Some(text) = text {
                let slot = self.slot(self.get(text));
                self.table[slot] = Some(text);
            }
        }
    }
}

fn fold(text: &str) -> usize {
    let mut hasher = FxBuildHasher.build_hasher();
    text.hash(&mut hasher);
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_equal_numbers() {
        let mut texts = Texts::default();
        let first: Vec<Text> = (0..1000).map(|n| texts.intern(&format!("INV-{n}"))).collect();
        let again: Vec<Text> = (0..1000).map(|n| texts.intern(&format!("INV-{n}"))).collect();
        assert_eq!(first, again);
        assert_eq!(texts.len(), 1000);
        assert_eq!(texts.get(first[417]), "INV-417");
        assert_eq!(texts.find("INV-999"), Some(first[999]));
        assert_eq!(texts.find("INV-1000"), None);
    }
}

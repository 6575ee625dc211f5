//! Interned text: every identifier, name and address of the data is stored once and compared as a number.

use std::hash::BuildHasher;
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
    table: Vec<Entry>,
}

/// A place of the hash table. The hash tells most texts apart without looking at them.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    text: Option<Text>,
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
        if self.table.is_empty() { None } else { self.table[self.place(text, hash(text))].text }
    }

    /// Stores a text, or finds it stored.
    pub fn intern(&mut self, text: &str) -> Text {
        if self.ends.len() * 2 >= self.table.len() {
            self.grow();
        }
        let hash = hash(text);
        let place = self.place(text, hash);
        if let Some(known) = self.table[place].text {
            return known;
        }
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        let number = u32::try_from(self.ends.len()).ok().and_then(NonZeroU32::new);
        let new = Text(number.unwrap_or(NonZeroU32::MAX));
        self.table[place] = Entry { hash, text: Some(new) };
        new
    }

    /// Where a text stands or would stand (linear probing; the table is never full).
    fn place(&self, text: &str, hash: u32) -> usize {
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        while let Entry { hash: there, text: Some(known) } = self.table[place] {
            if there == hash && self.get(known) == text {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    /// Doubles the table; the entries' hashes say where they go.
    fn grow(&mut self) {
        let room = (self.table.len() * 2).max(64);
        let old = std::mem::replace(&mut self.table, vec![Entry::default(); room]);
        for entry in old.into_iter().filter(|entry| entry.text.is_some()) {
            let mut place = entry.hash as usize & (room - 1);
            while self.table[place].text.is_some() {
                place = (place + 1) & (room - 1);
            }
            self.table[place] = entry;
        }
    }
}

fn hash(text: &str) -> u32 {
    FxBuildHasher.hash_one(text) as u32
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

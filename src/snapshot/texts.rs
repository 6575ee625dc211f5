//! Interned text: every identifier, name and address of the data is stored once and compared as a number.

use std::fmt;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

/// A text stored in [`Texts`]. Two texts that were interned in one snapshot are equal when their numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(NonZeroU32);

impl Text {
    /// Its place among the texts of the snapshot, from 0.
    #[must_use]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// Where it stands behind so many others.
    #[must_use]
    pub fn behind(self, others: usize) -> Text {
        Text::last_of(self.index() + 1 + others)
    }

    /// The last one of so many.
    fn last_of(texts: usize) -> Text {
        Text(u32::try_from(texts).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX))
    }
}

/// All texts of a snapshot, one after another in one buffer.
#[derive(Clone, Default)]
pub struct Texts {
    buffer: String,
    ends: Vec<usize>,
    table: Vec<Entry>,
    /// How many texts the table has.
    listed: usize,
}

/// No room is made for longer texts than this.
const LONG: usize = 1 << 5;

/// A place of the hash table. The hash tells most texts apart without looking at them.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    hash: u32,
    text: Option<Text>,
}

/// The texts; how they are found is nobody's business.
impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

impl Texts {
    /// The texts in order.
    fn all(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.buffer[std::mem::replace(&mut start, end)..end])
    }

    /// How many texts there are.
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
        self.at(text.index())
    }

    /// The text at a place among all, from 0.
    #[must_use]
    pub fn at(&self, at: usize) -> &str {
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
        if (self.listed + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let hash = hash(text);
        let place = self.place(text, hash);
        if let Some(known) = self.table[place].text {
            return known;
        }
        let new = self.add(text);
        self.table[place] = Entry { hash, text: Some(new) };
        self.listed += 1;
        new
    }

    /// Interns all texts of another store; by the numbers that they have there, those that they have here.
    pub fn absorb(&mut self, other: &Texts) -> Vec<Text> {
        // Most are known, and to look for them is to wait for memory: several threads wait at once.
        let known: Vec<Option<Text>> =
            (0..other.len()).into_par_iter().map(|at| self.find(other.at(at))).collect();
        let texts = known.into_iter().zip(other.all());
        texts.map(|(known, text)| known.unwrap_or_else(|| self.intern(text))).collect()
    }

    /// Stores a text that nobody will look for, such as an order number, or not before it is listed: it may stand
    /// there twice.
    pub fn add(&mut self, text: &str) -> Text {
        self.buffer.push_str(text);
        self.ends.push(self.buffer.len());
        Text::last_of(self.ends.len())
    }

    /// Makes room for so many texts of so many bytes in all, whether or not they will be found.
    pub fn make_room(&mut self, texts: usize, bytes: usize) {
        self.ends.reserve_exact(texts);
        self.buffer.reserve_exact(bytes);
    }

    /// How many bytes the texts have in all.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Stores a text as [`Texts::add`] does; the first one makes room for so many that are about as long.
    pub fn add_alike(&mut self, text: &str, room: usize) -> Text {
        if self.is_empty() {
            self.make_room(room, room * text.len().min(LONG));
        }
        self.add(text)
    }

    /// Stores all texts of another store behind those that are there, none of them listed: each keeps its place among
    /// them, [behind](Text::behind) those of before.
    pub fn append(&mut self, other: &Texts) {
        let before = self.buffer.len();
        self.buffer.push_str(&other.buffer);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// Lets texts be found that were only stored, whose [hashes](hash) are these, and gives each the number of the first
    /// that says the same.
    pub fn list(&mut self, stored: &mut [Text], hashes: &[u32]) {
        self.reserve(stored.len());
        for (text, &hash) in stored.iter_mut().zip(hashes) {
            let place = self.place(self.get(*text), hash);
            match self.table[place].text {
                Some(known) => *text = known,
                None => {
                    self.table[place] = Entry { hash, text: Some(*text) };
                    self.listed += 1;
                }
            }
        }
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

    /// Makes room for so many texts to be interned.
    pub fn reserve(&mut self, more: usize) {
        let room = ((self.listed + more) * 4 / 3 + 1).next_power_of_two();
        if room > self.table.len() {
            self.resize(room);
        }
    }

    /// Doubles the table.
    fn grow(&mut self) {
        self.resize((self.table.len() * 2).max(64));
    }

    /// Moves the entries into a larger table; their hashes say where they go.
    fn resize(&mut self, room: usize) {
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

/// What a text is found by.
#[must_use]
pub fn hash(text: &str) -> u32 {
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

    #[test]
    fn what_is_stored_is_found_once_it_is_listed() {
        let mut texts = Texts::default();
        let known = texts.intern("INV-3");
        let mut stored: Vec<Text> = (0..100).map(|n| texts.add(&format!("INV-{}", n % 50))).collect();
        assert_eq!(texts.find("INV-7"), None);
        let hashes: Vec<u32> = stored.iter().map(|&text| hash(texts.get(text))).collect();
        texts.list(&mut stored, &hashes);
        assert_eq!(stored[3], known);
        assert_eq!(stored[..50], stored[50..]);
        assert_eq!((texts.find("INV-7"), texts.get(stored[7])), (Some(stored[7]), "INV-7"));
        assert_eq!(texts.intern("INV-49"), stored[99]);
    }
}

//! The ids of customers for those who look for many of them: an id that is short stands beside the number of its text,
//! so that to find it is to wait for memory once, where the texts themselves would be waited for three times.

use crate::snapshot::texts::{Text, Texts, hash};

/// So many bytes of an id stand in an entry.
const SHORT: usize = 11;

/// The bytes of an id, and behind them how many they are.
type Key = [u8; SHORT + 1];

/// Ids and their texts.
#[derive(Debug, Default)]
pub(super) struct ShortIds {
    /// A hash table with linear probing; at most half of it is filled.
    entries: Vec<(Key, Option<Text>)>,
}

impl ShortIds {
    /// Those of these ids that are short.
    pub(super) fn of(ids: impl ExactSizeIterator<Item = Text>, texts: &Texts) -> ShortIds {
        let room = (ids.len() * 2 + 1).next_power_of_two();
        let mut short = ShortIds { entries: vec![(Key::default(), None); room] };
        for id in ids {
            if let Some(key) = key(texts.get(id)) {
                let place = short.place(texts.get(id), &key);
                short.entries[place] = (key, Some(id));
            }
        }
        short
    }

    /// The text of an id that is among these, or else among the texts.
    pub(super) fn find(&self, id: &str, texts: &Texts) -> Option<Text> {
        match key(id).filter(|_| !self.entries.is_empty()) {
            Some(key) => self.entries[self.place(id, &key)].1,
            None => texts.find(id),
        }
    }

    /// Where an id stands or would stand.
    fn place(&self, id: &str, key: &Key) -> usize {
        let mask = self.entries.len() - 1;
        let mut place = hash(id) as usize & mask;
        while self.entries[place].1.is_some() && self.entries[place].0 != *key {
            place = (place + 1) & mask;
        }
        place
    }
}

fn key(id: &str) -> Option<Key> {
    let mut key = Key::default();
    key.get_mut(..id.len()).filter(|bytes| bytes.len() <= SHORT)?.copy_from_slice(id.as_bytes());
    key[SHORT] = id.len() as u8;
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_whatever_their_length() {
        let mut texts = Texts::default();
        let names: Vec<String> =
            (0..2000_u64).map(|at| format!("C{}", at * at * at % 1_000_003_999_333)).collect();
        let ids: Vec<Text> = names.iter().map(|name| texts.intern(name)).collect();
        let others =
            ["an id of many letters", "elevenbytes", "twelve bytes", ""].map(|name| texts.intern(name));
        let short =
            ShortIds::of(ids.iter().chain(&others[..3]).copied().collect::<Vec<_>>().into_iter(), &texts);
        for (name, id) in names.iter().zip(&ids) {
            assert_eq!(short.find(name, &texts), Some(*id), "{name}");
        }
        assert_eq!(short.find("an id of many letters", &texts), Some(others[0]));
        assert_eq!(short.find("elevenbytes", &texts), Some(others[1]));
        assert_eq!(short.find("twelve bytes", &texts), Some(others[2]));
        assert_eq!(short.find("elevenbyte", &texts), None);
        assert_eq!(short.find("C", &texts), None);
        assert_eq!(short.find("C\0", &texts), None);
        assert_eq!(ShortIds::default().find("C1", &texts), texts.find("C1"));
    }
}

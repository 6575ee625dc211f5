//! The ids of customers for those who look for many of them: an id that is short stands in the table itself, so that to
//! find it is not to wait for its text as well.

use rustc_hash::FxHashMap;

use crate::snapshot::texts::{Text, Texts};

/// So many bytes of an id stand in the table.
const SHORT: usize = 11;

/// The bytes of an id, and behind them how many they are.
type Key = [u8; SHORT + 1];

/// Ids and their texts.
#[derive(Debug, Default)]
pub(super) struct ShortIds(FxHashMap<Key, Text>);

impl ShortIds {
    /// Those of these ids that are short.
    pub(super) fn of(ids: impl Iterator<Item = Text>, texts: &Texts) -> ShortIds {
        ShortIds(ids.filter_map(|id| Some((key(texts.get(id))?, id))).collect())
    }

    /// The text of an id that is among these, or else among the texts.
    pub(super) fn find(&self, id: &str, texts: &Texts) -> Option<Text> {
        match key(id) {
            Some(key) => self.0.get(&key).copied(),
            None => texts.find(id),
        }
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
        let short = ShortIds::of(ids.iter().chain(&others[..3]).copied(), &texts);
        for (name, id) in names.iter().zip(&ids) {
            assert_eq!(short.find(name, &texts), Some(*id), "{name}");
        }
        assert_eq!(short.find("an id of many letters", &texts), Some(others[0]));
        assert_eq!(short.find("elevenbytes", &texts), Some(others[1]));
        assert_eq!(short.find("twelve bytes", &texts), Some(others[2]));
        assert_eq!(short.find("elevenbyte", &texts), None);
        assert_eq!(short.find("C", &texts), None);
        assert_eq!(short.find("C\0", &texts), None);
    }
}

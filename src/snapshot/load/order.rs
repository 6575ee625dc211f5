//! Orders by what texts say, so that nothing depends on the order in which they were read.

use std::cmp::Ordering;

use crate::snapshot::texts::{Text, Texts};

/// Compares two texts by what they say.
pub(super) fn by_text(texts: &Texts, a: Text, b: Text) -> Ordering {
    if a == b { Ordering::Equal } else { texts.get(a).cmp(texts.get(b)) }
}

/// Compares lists of optional texts, missing ones first.
pub(super) fn by_texts<const N: usize>(
    texts: &Texts,
    a: [Option<Text>; N],
    b: [Option<Text>; N],
) -> Ordering {
    for (a, b) in a.into_iter().zip(b) {
        let order = match (a, b) {
            (Some(a), Some(b)) => by_text(texts, a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// For each text of the snapshot a number, where it has one: texts are numbered from 0.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    const NONE: u32 = u32::MAX;

    /// The number of a text.
    pub(super) fn get(&self, text: Text) -> Option<u32> {
        self.0.get(text.index()).copied().filter(|&number| number != Numbers::NONE)
    }

    /// Gives a text a number.
    pub(super) fn set(&mut self, text: Text, number: u32) {
        if self.0.len() <= text.index() {
            self.0.resize(text.index() + 1, Numbers::NONE);
        }
        self.0[text.index()] = number;
    }

    /// Counts a text once more; how often it was counted before.
    pub(super) fn count(&mut self, text: Text) -> u32 {
        let before = self.get(text).unwrap_or(0);
        self.set(text, before.saturating_add(1));
        before
    }
}

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

/// Sorts rows by a group and then by a text, which most often differs in its first bytes: those are compared
/// where they stand, the text itself only when they are equal.
pub(super) fn sort_by_text<T>(rows: &mut [T], texts: &Texts, key: impl Fn(&T) -> (u32, Text)) {
    let mut order: Vec<(u32, u128, Text, u32)> = Vec::with_capacity(rows.len());
    for (at, row) in (0..).zip(rows.iter()) {
        let (group, text) = key(row);
        order.push((group, first_bytes(texts.get(text)), text, at));
    }
    order.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| by_text(texts, a.2, b.2)));
    let mut from: Vec<u32> = order.into_iter().map(|(.., at)| at).collect();
    // Each cycle of the permutation is walked once, its rows moved by swaps.
    for start in 0..from.len() {
        let mut at = start;
        loop {
            let next = std::mem::replace(&mut from[at], at as u32) as usize;
            if next == start || next == at {
                break;
            }
            rows.swap(at, next);
            at = next;
        }
    }
}

/// The first sixteen bytes of a text as a number that compares like them.
fn first_bytes(text: &str) -> u128 {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u128::from_be_bytes(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_by_group_and_text() {
        let mut texts = Texts::default();
        let ids: Vec<String> = (0..500_u32).map(|n| format!("INVOICE-NUMBER-{}", n * 7919 % 500)).collect();
        let mut rows: Vec<(u32, Text)> =
            (0..500).zip(&ids).map(|(n, id)| (n % 3, texts.intern(id))).collect();
        let mut expected = rows.clone();
        expected.sort_by_key(|&(group, text)| (group, String::from(texts.get(text))));
        sort_by_text(&mut rows, &texts, |row| *row);
        assert_eq!(rows, expected);
        assert!(first_bytes("a") < first_bytes("a\u{1}") && first_bytes("a9") < first_bytes("b"));
    }
}

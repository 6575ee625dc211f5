//! Orders by what texts say, so that nothing depends on the order in which they were read.

use std::cmp::Ordering;

use rayon::prelude::*;

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

/// Sorts rows by their group, of `groups`, and within a group by `compare`.
///
/// Groups are small and many: rows are dealt out to them at once, and only the few of each are compared.
pub(super) fn in_groups<T: Clone + Send + Sync>(
    rows: Vec<T>,
    groups: usize,
    group: impl Fn(&T) -> usize + Sync,
    compare: impl Fn(&T, &T) -> Ordering + Sync,
) -> Vec<T> {
    let mut places = vec![0_u32; groups + 1];
    for row in &rows {
        places[group(row) + 1] += 1;
    }
    for at in 1..places.len() {
        places[at] += places[at - 1];
    }
    let mut from: Vec<u32> = vec![0; rows.len()];
    for (at, row) in (0..).zip(&rows) {
        let place = &mut places[group(row)];
        from[*place as usize] = at;
        *place += 1;
    }
    let mut rows: Vec<T> = from.into_par_iter().map(|at| rows[at as usize].clone()).collect();
    rows.par_chunk_by_mut(|a, b| group(a) == group(b))
        .for_each(|of_group| of_group.sort_unstable_by(&compare));
    rows
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
    fn rows_are_sorted_by_group_and_then_compared() {
        let rows: Vec<(usize, u32)> = (0..500).map(|n| (n as usize * 7919 % 13, n * 104_729 % 500)).collect();
        let mut expected = rows.clone();
        expected.sort_unstable();
        assert_eq!(in_groups(rows, 13, |row| row.0, |a, b| a.1.cmp(&b.1)), expected);
        assert_eq!(in_groups(Vec::<u32>::new(), 0, |_| 0, Ord::cmp), Vec::<u32>::new());
    }
}

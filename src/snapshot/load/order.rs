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

/// Rows by group. Groups are small and many: rows are dealt out to them at once, and only the few of each are compared.
pub(super) struct Groups<T> {
    rows: Vec<T>,
    /// Behind the last row of each group.
    ends: Vec<u32>,
}

/// So many groups are sorted together, beside others.
const TOGETHER: usize = 1 << 10;

impl<T: Send> Groups<T> {
    /// Deals out rows to so many groups; each comes with its group.
    pub(super) fn deal(groups: usize, rows: impl Iterator<Item = (usize, T)> + Clone) -> Groups<T>
    where
        T: Copy,
    {
        let mut ends = vec![0_u32; groups + 1];
        rows.clone().for_each(|(group, _)| ends[group + 1] += 1);
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let blank = rows.clone().next().map(|(_, row)| row);
        let mut dealt: Vec<T> = blank.map_or_else(Vec::new, |row| vec![row; ends[groups] as usize]);
        rows.for_each(|(group, row)| {
            let place = &mut ends[group];
            dealt[*place as usize] = row;
            *place += 1;
        });
        ends.truncate(groups);
        Groups { rows: dealt, ends }
    }

    /// Makes another row of each, in its place.
    pub(super) fn map<U: Send>(self, row: impl Fn(T) -> U + Sync + Send) -> Groups<U> {
        Groups { rows: self.rows.into_par_iter().map(row).collect(), ends: self.ends }
    }

    /// Sorts the rows of each group.
    pub(super) fn sort(&mut self, compare: impl Fn(&T, &T) -> Ordering + Sync) {
        let (mut rest, mut done) = (self.rows.as_mut_slice(), 0);
        let spans = self.ends.chunks(TOGETHER).map(|ends| {
            let (from, end) = (done, ends.last().copied().unwrap_or(done));
            let (rows, behind) = std::mem::take(&mut rest).split_at_mut((end - from) as usize);
            (rest, done) = (behind, end);
            (rows, from, ends)
        });
        let spans: Vec<_> = spans.collect();
        spans.into_par_iter().for_each(|(mut rows, mut from, ends)| {
            for &end in ends {
                let (group, behind) = rows.split_at_mut((end - from) as usize);
                group.sort_unstable_by(&compare);
                (rows, from) = (behind, end);
            }
        });
    }

    /// Of each row its group.
    pub(super) fn groups(&self) -> impl Iterator<Item = u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let sizes = self.ends.iter().zip(starts).map(|(end, start)| (end - start) as usize);
        (0..).zip(sizes).flat_map(|(group, rows)| std::iter::repeat_n(group, rows))
    }

    /// The rows.
    pub(super) fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

/// The lines on which rows stand: nearly every one below the one before, so that few have to be noted.
#[derive(Debug, Default)]
pub(super) struct LineNumbers {
    rows: usize,
    /// Rows whose line is not below that of the row before, each with its line.
    starts: Vec<(usize, u64)>,
}

impl LineNumbers {
    /// Adds a row.
    pub(super) fn push(&mut self, line: u64) {
        let next = self.starts.last().map(|&(row, first)| first + (self.rows - row) as u64);
        if next != Some(line) {
            self.starts.push((self.rows, line));
        }
        self.rows += 1;
    }

    /// The line of a row.
    pub(super) fn get(&self, row: usize) -> u64 {
        let behind = self.starts.partition_point(|&(start, _)| start <= row);
        let start = behind.checked_sub(1).map(|at| self.starts[at]);
        start.map_or(0, |(start, line)| line + (row - start) as u64)
    }
}

/// For each text of the snapshot a number, where it has one: texts are numbered from 0.
#[derive(Debug, Default)]
pub(super) struct Numbers(Vec<u32>);

impl Numbers {
    const NONE: u32 = u32::MAX;

    /// None yet, with room for so many texts.
    pub(super) fn with_room(texts: usize) -> Numbers {
        Numbers(Vec::with_capacity(texts))
    }

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
        let rows: Vec<(usize, u32)> =
            (0..5000).map(|n| (n as usize * 7919 % 1300, n * 104_729 % 5000)).collect();
        let mut expected = rows.clone();
        expected.sort_unstable();
        let mut groups = Groups::deal(1302, rows.iter().map(|&row| (row.0, row.1))).map(u64::from);
        groups.sort(Ord::cmp);
        assert!(groups.groups().eq(expected.iter().map(|row| row.0 as u32)));
        assert!(groups.into_rows().into_iter().eq(expected.iter().map(|row| u64::from(row.1))));
        let mut none = Groups::<u32>::deal(0, std::iter::empty());
        none.sort(Ord::cmp);
        assert_eq!(none.groups().count(), 0);
        assert!(none.into_rows().is_empty());
    }

    #[test]
    fn lines_are_those_of_the_rows() {
        let lines = [7, 8, 9, 12, 13, 4, 4, 5, 9];
        let mut numbers = LineNumbers::default();
        lines.into_iter().for_each(|line| numbers.push(line));
        assert_eq!((0..lines.len()).map(|row| numbers.get(row)).collect::<Vec<u64>>(), lines);
        assert_eq!(numbers.starts.len(), 5);
    }
}

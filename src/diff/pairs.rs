//! Which block of the old policy is which of the new one.

/// Blocks of one kind on both sides, by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pairs {
    /// Those that belong together, in the order of the new side.
    pub(super) both: Vec<(usize, usize)>,
    /// Those that only the old side has.
    pub(super) gone: Vec<usize>,
    /// Those that only the new side has.
    pub(super) added: Vec<usize>,
}

/// Says whether the block at a place of the old side is the one at a place of the new side.
pub(super) type Test<'a> = &'a dyn Fn(usize, usize) -> bool;

/// Pairs the blocks of two sides; of several tests an earlier one goes before all later ones.
pub(super) fn pairs(old: usize, new: usize, tests: &[Test]) -> Pairs {
    let mut partner: Vec<Option<usize>> = vec![None; new];
    let mut left: Vec<bool> = vec![true; old];
    for is_same in tests {
        for (at, found) in partner.iter_mut().enumerate().filter(|(_, found)| found.is_none()) {
            *found = (0..old).find(|&from| left[from] && is_same(from, at));
            if let Some(from) = *found {
                left[from] = false;
            }
        }
    }
    let both = partner.iter().enumerate().filter_map(|(at, from)| from.map(|from| (from, at)));
    let added = partner.iter().enumerate().filter(|(_, from)| from.is_none()).map(|(at, _)| at);
    Pairs {
        both: both.collect(),
        gone: (0..old).filter(|&from| left[from]).collect(),
        added: added.collect(),
    }
}

impl Pairs {
    /// The place on the new side.
    pub(super) fn new_of(&self, old: usize) -> Option<usize> {
        self.both.iter().find(|(from, _)| *from == old).map(|(_, at)| *at)
    }
}

//! What changes in the meaning of a policy: block by block, told once.

use super::change::{Change, ChangeKind};
use super::common::Common;
use super::ladders::ladder_pairs;
use super::pairs::Pairs;
use super::same::Ground;
use super::timelines::{Timelines, timelines};
use super::{FORMAT_VERSION, PolicyDiff};
use crate::model::{Policy, Rates, RuleId};
use crate::plan::PolicyReference;
use crate::template::TemplateSet;

/// What changes from an old to a new policy, each with its templates; without changes the two mean the same.
///
/// Renamed blocks, other spellings of a condition and another order of what may stand in any order are no changes.
#[must_use]
pub fn meaning(old: (&Policy, &TemplateSet), new: (&Policy, &TemplateSet)) -> PolicyDiff {
    let common = Common::new(old.0, new.0);
    let mut rates = common.new.settings.rates.clone();
    rates.0.extend(common.old.settings.rates.0.iter().copied());
    let meaning = Meaning::new(&common, &rates);
    let changes = meaning.all(old.1, new.1);
    let timelines: Vec<Timelines> =
        if changes.is_empty() { Vec::new() } else { timelines(&meaning, &common) };
    PolicyDiff {
        format_version: FORMAT_VERSION,
        old: reference(old.0),
        new: reference(new.0),
        changes,
        timelines,
        impact: None,
    }
}

fn reference(policy: &Policy) -> PolicyReference {
    PolicyReference { name: policy.name.clone(), digest: policy.digest.clone(), file: policy.file.clone() }
}

/// Two policies under comparison.
pub(super) struct Meaning<'a> {
    pub(super) common: &'a Common,
    pub(super) old: &'a Policy,
    pub(super) new: &'a Policy,
    pub(super) ground: Ground<'a>,
    /// Which ladder is which.
    pub(super) ladders: Pairs,
}

impl<'a> Meaning<'a> {
    fn new(common: &'a Common, rates: &'a Rates) -> Meaning<'a> {
        let ground = Ground::new(common, rates);
        let (old, new) = (&common.old, &common.new);
        let mut meaning = Meaning { common, old, new, ground, ladders: Pairs::default() };
        meaning.ladders = ladder_pairs(&meaning);
        meaning
    }

    fn all(&self, old: &TemplateSet, new: &TemplateSet) -> Vec<Change> {
        let mut found = self.settings();
        found.extend(self.roles());
        found.extend(self.calendars());
        found.extend(self.segments());
        found.extend(self.cadences());
        found.extend(self.carve_outs());
        let everywhere = (self.old.everywhere.as_slice(), self.new.everywhere.as_slice());
        found.extend(self.restrictions("everywhere", everywhere.0, everywhere.1));
        found.extend(self.texts(old, new));
        found
    }

    /// A change of one line, or of the lines that stand for it on each side.
    pub(super) fn change(
        &self,
        kind: ChangeKind,
        block: &str,
        sentence: String,
        (old, new): (&[RuleId], &[RuleId]),
    ) -> Change {
        Change::general(kind, block, sentence).at((self.old, old), (self.new, new))
    }
}

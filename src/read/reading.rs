//! A policy read back: one value, for people and for programs. `docs/read.md` defines its keys.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::timeline::{RungReading, timeline};
use super::{carve_out, holder, own_field, pilot, restriction, segment, setting, step};
use crate::model::{
    CarveOut, Ladder, LadderId, Policy, Restriction, RoleHolder, Rule, RuleId, SegmentId, Step,
};

/// The version of the reading's form.
pub const FORMAT_VERSION: u32 = 1;

/// A whole policy in English: every rule once, and when its steps come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reading {
    /// The version of this form.
    pub format_version: u32,
    /// The policy.
    pub policy: PolicyRead,
    /// What the policy block says, what it leaves out included.
    pub settings: Vec<SettingReading>,
    /// Who is who, in file order.
    pub roles: Vec<RoleReading>,
    /// The policy's own fields, in file order.
    pub fields: Vec<NamedReading>,
    /// Its calendars, in file order.
    pub calendars: Vec<NamedReading>,
    /// Its segments in file order, each with its steps in the order of their days.
    pub segments: Vec<SegmentReading>,
    /// Every rule a decision can name, in file order.
    pub rules: Vec<RuleReading>,
}

/// The policy that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PolicyRead {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text.
    pub digest: String,
    /// Its path, as it was given.
    pub file: String,
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SettingReading {
    /// Its words in the policy.
    pub setting: String,
    /// What it means.
    pub sentence: String,
}

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoleReading {
    /// Its name.
    pub name: String,
    /// Its address, where it is always the same.
    pub address: Option<String>,
    /// Who has it, without the address.
    pub sentence: String,
}

/// A field or a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NamedReading {
    /// Its name.
    pub name: String,
    /// What it is.
    pub sentence: String,
}

/// A segment. Its rules stand among the others, under its block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SegmentReading {
    /// Its name.
    pub name: Arc<str>,
    /// The cadences it follows.
    pub cadences: Vec<Arc<str>>,
    /// What happens when, by days from the due date.
    pub timeline: Vec<RungReading>,
}

/// What a block of rules is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The policy block.
    Policy,
    /// A segment.
    Segment,
    /// A cadence.
    Cadence,
    /// A carve-out.
    CarveOut,
    /// `everywhere`.
    Everywhere,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// The header of its block: whom or what it concerns.
    Block,
    /// Something to do.
    Step,
    /// A limit on what is done.
    Restriction,
    /// Whom the policy is tried on.
    Pilot,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleReading {
    /// Its stable name, as `because` gives it.
    pub rule: Arc<str>,
    /// What it does.
    pub kind: RuleKind,
    /// What its block is.
    pub block_kind: BlockKind,
    /// The name of its block.
    pub block: Arc<str>,
    /// The policy file.
    pub file: Arc<str>,
    /// The line in it, from 1.
    pub line: u32,
    /// What the line says, as written.
    pub text: Arc<str>,
    /// What it says in English, within its block.
    pub sentence: String,
}

/// Reads a policy back.
#[must_use]
pub fn reading(policy: &Policy) -> Reading {
    let settings = setting::settings(policy).into_iter();
    let roles = policy.roles.iter().map(|role| RoleReading {
        name: role.name.clone(),
        address: match &role.holder {
            RoleHolder::Address(address) => Some(address.clone()),
            _ => None,
        },
        sentence: holder(policy, role),
    });
    let fields = policy.fields.iter().map(|own| NamedReading {
        name: format!("{}.{}", own.subject.word(), own.name),
        sentence: own_field(own),
    });
    let calendars = policy.calendars.iter().map(|calendar| NamedReading {
        name: calendar.name.clone(),
        sentence: setting::calendar(policy, calendar),
    });
    Reading {
        format_version: FORMAT_VERSION,
        policy: PolicyRead {
            name: policy.name.clone(),
            digest: policy.digest.clone(),
            file: policy.file.clone(),
        },
        settings: settings
            .map(|(word, sentence)| SettingReading { setting: String::from(word), sentence })
            .collect(),
        roles: roles.collect(),
        fields: fields.collect(),
        calendars: calendars.collect(),
        segments: (0..policy.segments.len()).map(|at| segment_reading(policy, SegmentId(at))).collect(),
        rules: Rules::of(policy),
    }
}

fn segment_reading(policy: &Policy, id: SegmentId) -> SegmentReading {
    let segment = &policy.segments[id.0];
    SegmentReading {
        name: segment.name.clone(),
        cadences: segment::cadences(policy, segment).map(|ladder| ladder.name.clone()).collect(),
        timeline: timeline(policy, id),
    }
}

/// The rules of a policy as they are told, block by block.
struct Rules<'a> {
    policy: &'a Policy,
    told: Vec<(RuleId, RuleReading)>,
}

impl Rules<'_> {
    /// All of them, in file order.
    fn of(policy: &Policy) -> Vec<RuleReading> {
        let mut rules = Rules { policy, told: Vec::new() };
        if let Some(of) = &policy.settings.pilot {
            rules.add(of.rule, RuleKind::Pilot, BlockKind::Policy, pilot(of));
        }
        for (at, of) in policy.segments.iter().enumerate() {
            let sentence = segment::segment(policy, SegmentId(at));
            rules.add(of.rule, RuleKind::Block, BlockKind::Segment, sentence);
            rules.restrictions(&of.restrictions, BlockKind::Segment);
        }
        for (at, of) in policy.ladders.iter().enumerate() {
            rules.ladder(of, LadderId(at));
        }
        policy.carve_outs.iter().for_each(|of| rules.carve_out(of));
        rules.restrictions(&policy.everywhere, BlockKind::Everywhere);
        // Two steps of one line keep their order.
        rules.told.sort_by_key(|(id, _)| (policy.rule(*id).span.start, *id));
        rules.told.into_iter().map(|(_, told)| told).collect()
    }

    fn ladder(&mut self, ladder: &Ladder, id: LadderId) {
        let block = if ladder.is_cadence { BlockKind::Cadence } else { BlockKind::Segment };
        if ladder.is_cadence {
            // A segment's own steps stand under the segment's header.
            self.add(ladder.rule, RuleKind::Block, block, segment::cadence(self.policy, id));
        }
        for rung in &ladder.rungs {
            for one in &rung.steps {
                let sentence = step(self.policy, one, rung.repeat.as_ref());
                self.add(one.rule, RuleKind::Step, block, sentence);
            }
        }
        self.restrictions(&ladder.restrictions, block);
    }

    fn carve_out(&mut self, of: &CarveOut) {
        let block = BlockKind::CarveOut;
        self.add(of.rule, RuleKind::Block, block, carve_out(self.policy, of));
        self.restrictions(&of.restrictions, block);
        let sentence = |one: &Step| step(self.policy, one, None);
        let steps: Vec<_> = of.steps.iter().map(|one| (one.rule, sentence(one))).collect();
        steps.into_iter().for_each(|(rule, sentence)| self.add(rule, RuleKind::Step, block, sentence));
    }

    fn restrictions(&mut self, restrictions: &[Restriction], block: BlockKind) {
        for one in restrictions {
            let sentence = restriction(self.policy, one);
            self.add(one.rule, RuleKind::Restriction, block, sentence);
        }
    }

    fn add(&mut self, id: RuleId, kind: RuleKind, block_kind: BlockKind, sentence: String) {
        let Rule { block, id: name, text, file, line, .. } = self.policy.rule(id).clone();
        let told = RuleReading { rule: name, kind, block_kind, block, file, line, text, sentence };
        self.told.push((id, told));
    }
}

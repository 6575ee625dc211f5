//! Two policies in one numbering: the same role and the same field of the user's own have the same number on both
//! sides, so that conditions, steps and restrictions can be compared as values.

use crate::model::field::{Field, OwnField};
use crate::model::{
    Act, Approval, Catches, Condition, Policy, Restriction, RestrictionKind, Role, RoleHolder, RoleId, Step,
};

/// The old and the new policy, in one numbering of roles and fields.
#[derive(Debug, Clone)]
pub(super) struct Common {
    /// The old policy.
    pub(super) old: Policy,
    /// The new policy.
    pub(super) new: Policy,
    /// Roles of both that somebody else has: the name, and who had and has it.
    pub(super) holders: Vec<(String, RoleHolder, RoleHolder)>,
    /// Fields of both that hold something else: as they were and are.
    pub(super) retyped: Vec<(OwnField, OwnField)>,
}

impl Common {
    /// Brings two policies together. Roles and fields are those of the new one, then those that only the old one has;
    /// a role that only has another name is one role.
    pub(super) fn new(old: &Policy, new: &Policy) -> Common {
        let (mut old, mut new) = (old.clone(), new.clone());
        let mut fields = new.fields.clone();
        let mut retyped = Vec::new();
        let numbers: Vec<usize> =
            old.fields.iter().map(|own| field(&mut fields, &mut retyped, own)).collect();
        Renumber { roles: &[], fields: &numbers }.policy(&mut old);
        let names: Vec<String> = old.roles.iter().map(|role| role.name.clone()).collect();
        let mut roles = new.roles.clone();
        let mut holders = Vec::new();
        let numbers: Vec<RoleId> =
            old.roles.iter().map(|own| role(&mut roles, &names, &mut holders, own)).collect();
        Renumber { roles: &numbers, fields: &[] }.policy(&mut old);
        for side in [&mut old, &mut new] {
            side.roles.clone_from(&roles);
            side.fields.clone_from(&fields);
        }
        Common { old, new, holders, retyped }
    }
}

fn field(fields: &mut Vec<OwnField>, retyped: &mut Vec<(OwnField, OwnField)>, own: &OwnField) -> usize {
    let same = fields.iter().position(|other| other.subject == own.subject && other.name == own.name);
    match same {
        Some(at) => {
            if fields[at].kind != own.kind {
                retyped.push((own.clone(), fields[at].clone()));
            }
            at
        }
        None => {
            fields.push(own.clone());
            fields.len() - 1
        }
    }
}

/// The number of a role of the old policy: that of its name, or of a new name for who has it.
fn role(
    roles: &mut Vec<Role>,
    old_names: &[String],
    holders: &mut Vec<(String, RoleHolder, RoleHolder)>,
    own: &Role,
) -> RoleId {
    if let Some(at) = roles.iter().position(|other| other.name == own.name) {
        if roles[at].holder != own.holder {
            holders.push((own.name.clone(), own.holder.clone(), roles[at].holder.clone()));
        }
        return RoleId(at);
    }
    // A contact is found by the role's name, so that another name is another contact.
    let is_renamed = |other: &Role| {
        other.holder == own.holder && own.holder != RoleHolder::Contact && !old_names.contains(&other.name)
    };
    if let Some(at) = roles.iter().position(is_renamed) {
        return RoleId(at);
    }
    roles.push(own.clone());
    RoleId(roles.len() - 1)
}

/// Other numbers for roles and fields; without a list they stay.
struct Renumber<'a> {
    roles: &'a [RoleId],
    fields: &'a [usize],
}

impl Renumber<'_> {
    fn policy(&self, policy: &mut Policy) {
        let settings = &mut policy.settings;
        [&mut settings.sender, &mut settings.reply_to, &mut settings.fallback]
            .into_iter()
            .flatten()
            .for_each(|role| self.role(role));
        for role in &mut policy.roles {
            if let RoleHolder::Field(field) = &mut role.holder {
                self.field(field);
            }
        }
        policy.calendars.iter_mut().filter_map(|own| own.when.as_mut()).for_each(|when| self.condition(when));
        for ladder in &mut policy.ladders {
            ladder.rungs.iter_mut().flat_map(|rung| &mut rung.steps).for_each(|step| self.step(step));
            self.restrictions(&mut ladder.restrictions);
        }
        for segment in &mut policy.segments {
            if let Catches::When(when) = &mut segment.catches {
                self.condition(when);
            }
            self.restrictions(&mut segment.restrictions);
        }
        for carve_out in &mut policy.carve_outs {
            self.condition(&mut carve_out.when);
            self.restrictions(&mut carve_out.restrictions);
            carve_out.steps.iter_mut().for_each(|step| self.step(step));
        }
        self.restrictions(&mut policy.everywhere);
    }

    fn role(&self, role: &mut RoleId) {
        *role = self.roles.get(role.0).copied().unwrap_or(*role);
    }

    fn field(&self, field: &mut Field) {
        if let Field::Own(at) = field {
            *at = self.fields.get(*at).copied().unwrap_or(*at);
        }
    }

    fn condition(&self, condition: &mut Condition) {
        match condition {
            Condition::Test(test) => self.field(&mut test.field),
            Condition::Not(inner) => self.condition(inner),
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter_mut().for_each(|part| self.condition(part));
            }
        }
    }

    fn approval(&self, approval: &mut Approval) {
        approval.by.iter_mut().for_each(|role| self.role(role));
    }

    fn restrictions(&self, restrictions: &mut [Restriction]) {
        for restriction in restrictions {
            match &mut restriction.kind {
                RestrictionKind::OnlyByHand(by) => by.iter_mut().for_each(|role| self.role(role)),
                RestrictionKind::NeedsApproval(approval) => self.approval(approval),
                _ => {}
            }
        }
    }

    fn step(&self, step: &mut Step) {
        step.when.iter_mut().for_each(|when| self.condition(when));
        step.approvals.iter_mut().for_each(|approval| self.approval(approval));
        for act in &mut step.acts {
            match act {
                Act::Message { to, cc, .. } => to.iter_mut().chain(cc).for_each(|role| self.role(role)),
                Act::Call { by: role, .. }
                | Act::Notify { role, .. }
                | Act::Task { role, .. }
                | Act::HandOff { role }
                | Act::Escalate { role } => self.role(role),
                Act::Flag { .. } | Act::Charge(_) => {}
            }
        }
    }
}

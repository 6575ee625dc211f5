//! What is declared and used by nothing: cadences, templates, roles, fields.

use std::collections::BTreeSet;

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, Subject};
use crate::model::{Act, Approval, Catches, Condition, RestrictionKind, RoleHolder, RoleId, Step};
use crate::syntax::ast::Block;

impl<'a> Lint<'a> {
    pub(super) fn unused(&mut self) {
        self.unused_cadences();
        self.unused_roles();
        self.unused_fields();
        self.unused_templates();
    }

    fn unused_cadences(&mut self) {
        for (id, ladder) in self.ladders().filter(|(_, ladder)| ladder.is_cadence) {
            if self.users(id).next().is_none() {
                let message = format!("no segment uses the cadence `{}`", ladder.name);
                let found = Diagnostic::warning(Code::UnusedCadence, self.span(ladder.rule), message);
                self.report(
                    found.help(format!("write `use {}` in a segment, or leave the cadence out", ladder.name)),
                );
            }
        }
    }

    /// Every step of the policy.
    fn steps(&self) -> impl Iterator<Item = &'a Step> + use<'a> {
        let policy = self.policy;
        let ladders =
            policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
        ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps))
    }

    fn unused_roles(&mut self) {
        let used = self.used_roles();
        for block in &self.ast.blocks {
            if let Block::Role(role) = block
                && !self.policy.role_named(&role.name.text).is_some_and(|id| used.contains(&id.0))
            {
                let message = format!("nothing uses the role `{}`", role.name.text);
                let found = Diagnostic::warning(Code::UnusedRole, role.span, message);
                self.report(found.help("leave the line out, or give the role something to do"));
            }
        }
    }

    fn used_roles(&self) -> BTreeSet<usize> {
        let policy = self.policy;
        let settings = &policy.settings;
        let mut used: Vec<RoleId> =
            [settings.sender, settings.reply_to, settings.fallback].into_iter().flatten().collect();
        for step in self.steps() {
            used.extend(step.approvals.iter().filter_map(|approval: &Approval| approval.by));
            step.acts.iter().for_each(|act| roles_of(act, &mut used));
        }
        let restrictions = policy.everywhere.iter().chain(
            policy
                .ladders
                .iter()
                .map(|ladder| &ladder.restrictions)
                .chain(policy.segments.iter().map(|segment| &segment.restrictions))
                .chain(policy.carve_outs.iter().map(|carve_out| &carve_out.restrictions))
                .flatten(),
        );
        used.extend(restrictions.filter_map(|restriction| match restriction.kind {
            RestrictionKind::OnlyByHand(role) => role,
            RestrictionKind::NeedsApproval(approval) => approval.by,
            _ => None,
        }));
        used.into_iter().map(|role| role.0).collect()
    }

    fn unused_fields(&mut self) {
        let read = self.read_fields();
        for block in &self.ast.blocks {
            let Block::Field(declared) = block else { continue };
            let (subject, name) = (declared.path.subject.as_str(), declared.path.field.text.as_str());
            let is_it = |subject_of: Subject, of: &str| subject_of.word() == subject && of == name;
            let at = self.policy.fields.iter().position(|field| is_it(field.subject, &field.name));
            if at.is_some_and(|at| !read.contains(&at)) && !self.in_templates(name) {
                let message = format!("nothing reads the field `{subject}.{name}`");
                let found = Diagnostic::warning(Code::UnusedField, declared.span, message);
                self.report(found.help("leave the line out, or use the field in a condition or a template"));
            }
        }
    }

    /// The own fields that conditions and roles read.
    fn read_fields(&self) -> BTreeSet<usize> {
        let policy = self.policy;
        let mut read = BTreeSet::new();
        let mut note = |field: Field| {
            if let Field::Own(at) = field {
                read.insert(at);
            }
        };
        let segments = policy.segments.iter().filter_map(|segment| match &segment.catches {
            Catches::When(condition) => Some(condition),
            Catches::Everything => None,
        });
        let carve_outs = policy.carve_outs.iter().map(|carve_out| &carve_out.when);
        let calendars = policy.calendars.iter().filter_map(|calendar| calendar.when.as_ref());
        let steps = self.steps().filter_map(|step| step.when.as_ref());
        let conditions = segments.chain(carve_outs).chain(calendars).chain(steps);
        conditions.for_each(|condition: &Condition| condition.each_test(&mut |test| note(test.field)));
        for role in &policy.roles {
            if let RoleHolder::Field(field) = role.holder {
                note(field);
            }
        }
        read
    }

    /// Whether the word stands in any template; where there are none to look at, it may.
    fn in_templates(&self, word: &str) -> bool {
        self.templates.is_none_or(|templates| templates.mentions(word))
    }

    fn unused_templates(&mut self) {
        let Some(templates) = self.templates else { return };
        let used: BTreeSet<&str> =
            self.steps().flat_map(|step| step.acts.iter().filter_map(Act::template)).collect();
        for name in templates.names().filter(|name| !used.contains(name)) {
            let Some(id) = templates.languages_of(name).find(|&id| !templates.is_included(id)) else {
                continue;
            };
            let message = format!("no step uses the template `{}`", templates.path(id));
            let found = Diagnostic::warning(Code::UnusedTemplate, templates.place(id), message);
            self.report(
                found.help("use it in a step, remove the file, or move it to a folder if others include it"),
            );
        }
        for id in templates.parts().filter(|&id| !templates.is_included(id)) {
            let message = format!("no template includes `{}`", templates.path(id));
            let found = Diagnostic::warning(Code::UnusedTemplate, templates.place(id), message);
            self.report(found.help("include it, or remove the file"));
        }
    }
}

/// The roles that an action names.
fn roles_of(act: &Act, used: &mut Vec<RoleId>) {
    match act {
        Act::Message { to, cc, .. } => used.extend(to.iter().chain(cc)),
        Act::Call { by: role, .. }
        | Act::Notify { role, .. }
        | Act::Task { role, .. }
        | Act::HandOff { role }
        | Act::Escalate { role } => used.push(*role),
        Act::Flag { .. } | Act::Charge(_) => {}
    }
}

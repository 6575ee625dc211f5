//! Settings, roles, fields and calendars.

use super::change::{Change, ChangeKind};
use super::meaning::Meaning;
use super::pairs::pairs;
use crate::model::policy::{Pilot, PilotCustomers};
use crate::model::{Condition, Policy, PolicyCalendar, Role, RoleHolder, RuleId};
use crate::read;

/// The block that settings, roles, fields and calendars stand in.
const POLICY: &str = "policy";

impl Meaning<'_> {
    /// What the policy block says.
    pub(super) fn settings(&self) -> Vec<Change> {
        let (old, new) = (said(self.old), said(self.new));
        let mut words: Vec<&str> = new.iter().map(|(word, _)| *word).collect();
        words.extend(old.iter().map(|(word, _)| *word));
        let mut told: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        if self.old.name != self.new.name {
            let sentence =
                format!("the policy is now called “{}”, before “{}”", self.new.name, self.old.name);
            found.push(general(ChangeKind::Setting, sentence));
        }
        for word in words {
            if told.contains(&word) {
                continue;
            }
            told.push(word);
            let of = |side: &[(&str, String)]| -> Vec<String> {
                let own = side.iter().filter(|(own, _)| *own == word);
                let mut own: Vec<String> = own.map(|(_, sentence)| clause(sentence)).collect();
                own.sort();
                own
            };
            found.extend(exchanged(word, &of(&old), &of(&new)));
        }
        found.extend(self.pilot());
        found
    }

    fn pilot(&self) -> Option<Change> {
        let (old, new) = (&self.old.settings.pilot, &self.new.settings.pilot);
        if old.as_ref().map(customers) == new.as_ref().map(customers) {
            return None;
        }
        let whom = |pilot: &Pilot| clause(&read::pilot(pilot));
        let sentence = match (old, new) {
            (Some(old), Some(new)) => format!("now {}; before, {}", whom(new), whom(old)),
            (None, Some(new)) => format!("now {}", whom(new)),
            _ => String::from("the policy is no longer tried on some customers only: it is for all"),
        };
        let rule = |pilot: &Option<Pilot>| -> Vec<RuleId> { pilot.iter().map(|pilot| pilot.rule).collect() };
        Some(self.change(ChangeKind::Setting, POLICY, sentence, (&rule(old), &rule(new))))
    }

    /// Who has a role, and what a field of the policy's own holds.
    pub(super) fn roles(&self) -> Vec<Change> {
        let holder = |name: &String, holder: &RoleHolder| match holder {
            RoleHolder::Address(address) => address.clone(),
            holder => {
                let role = Role { name: name.clone(), holder: holder.clone() };
                let said = clause(&read::holder(self.new, &role));
                said.strip_prefix(&format!("the role {name} is ")).map_or(said.clone(), String::from)
            }
        };
        let roles = self.common.holders.iter().map(|(name, old, new)| {
            let (old, new) = (holder(name, old), holder(name, new));
            general(ChangeKind::Role, format!("the role {name} is now {new}; before, {old}"))
        });
        let fields = self.common.retyped.iter().map(|(old, new)| {
            let kind = |of: &crate::model::field::OwnField| read::field::kind(&of.kind);
            let name = format!("{}.{}", new.subject.word(), new.name);
            let sentence = format!("the field {name} now holds {}; before, {}", kind(new), kind(old));
            general(ChangeKind::Field, sentence)
        });
        roles.chain(fields).collect()
    }

    /// Whose days are closed: the first calendar that fits a customer counts.
    pub(super) fn calendars(&self) -> Vec<Change> {
        let (old, new) = (&self.old.calendars, &self.new.calendars);
        let same_name = |a: usize, b: usize| old[a].name == new[b].name;
        let same = |a: usize, b: usize| self.same_calendar(&old[a], &new[b]);
        let both = |a: usize, b: usize| same_name(a, b) && same(a, b);
        let pairs = pairs(old.len(), new.len(), &[&both, &same, &same_name]);
        let mut found = Vec::new();
        let say = |policy: &Policy, calendar: &PolicyCalendar| clause(&read::calendar(policy, calendar));
        for &at in &pairs.added {
            let sentence = format!("a new calendar: {}", say(self.new, &new[at]));
            found.push(general(ChangeKind::Calendar, sentence));
        }
        for &at in &pairs.gone {
            let sentence = format!("a calendar is gone: {}", say(self.old, &old[at]));
            found.push(general(ChangeKind::Calendar, sentence));
        }
        for &(a, b) in pairs.both.iter().filter(|(a, b)| !self.same_calendar(&old[*a], &new[*b])) {
            let (before, after) = (say(self.old, &old[a]), say(self.new, &new[b]));
            let sentence = match before == after {
                true => format!("the calendar {} closes other dates", new[b].name),
                false => format!("now {after}; before, {before}"),
            };
            found.push(general(ChangeKind::Calendar, sentence));
        }
        for (at, &(a, b)) in pairs.both.iter().enumerate() {
            for &(_, with) in pairs.both[at + 1..].iter().filter(|(other, _)| *other < a) {
                let (one, two) = (&new[b], &new[with]);
                let whens = (when(one), when(two));
                if whens.0.is_some() && whens.1.is_some() && !self.ground.disjoint(whens.0, whens.1) {
                    let (one, two) = (&one.name, &two.name);
                    let sentence =
                        format!("customers that fit both calendars, {one} and {two}, now have {one}");
                    found.push(general(ChangeKind::Calendar, sentence));
                }
            }
        }
        found
    }

    fn same_calendar(&self, old: &PolicyCalendar, new: &PolicyCalendar) -> bool {
        old.calendar == new.calendar && self.ground.same_when(when(old), when(new))
    }
}

fn when(calendar: &PolicyCalendar) -> Option<&Condition> {
    calendar.when.as_ref()
}

fn customers(pilot: &Pilot) -> PilotCustomers {
    match &pilot.customers {
        PilotCustomers::Listed(ids) => {
            let mut ids = ids.clone();
            ids.sort();
            ids.dedup();
            PilotCustomers::Listed(ids)
        }
        count => count.clone(),
    }
}

fn general(kind: ChangeKind, sentence: String) -> Change {
    Change::general(kind, POLICY, sentence)
}

/// The settings by their words; where texts are kept changes nothing by itself.
fn said(policy: &Policy) -> Vec<(&'static str, String)> {
    read::settings(policy).into_iter().filter(|(word, _)| *word != "templates").collect()
}

/// A sentence as a clause: without its capital and its full stop.
fn clause(sentence: &str) -> String {
    let mut rest = sentence.trim_end_matches('.').chars();
    let first = rest.next().map_or(String::new(), |first| first.to_lowercase().collect());
    format!("{first}{}", rest.as_str())
}

/// A setting that says something else; one may be said several times, as rates are.
fn exchanged(word: &str, old: &[String], new: &[String]) -> Vec<Change> {
    let gone: Vec<&String> = old.iter().filter(|one| !new.contains(one)).collect();
    let added: Vec<&String> = new.iter().filter(|one| !old.contains(one)).collect();
    let sentences = match (gone.as_slice(), added.as_slice()) {
        ([before], [after]) => vec![format!("now {after}; before, {before}")],
        (gone, added) => {
            let added = added.iter().map(|after| format!("now {after}"));
            let gone = gone.iter().map(|before| format!("no longer said in `{word}`: {before}"));
            added.chain(gone).collect()
        }
    };
    sentences.into_iter().map(|sentence| general(ChangeKind::Setting, sentence)).collect()
}

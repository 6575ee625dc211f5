//! Two plans, action by action and field by field.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::FORMAT_VERSION;
use crate::plan::remark::without_remark;
use crate::plan::saved::{Named, SavedAction, SavedHeader, SavedPlan};

/// A plan that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedPlan {
    /// Its id.
    pub plan_id: String,
    /// The name of its policy.
    pub policy: String,
    /// The day that it was made for.
    pub as_of: NaiveDate,
    /// How many actions it has.
    pub actions: u64,
}

/// A field that differs. Of people there are only roles, and of texts nothing, unless they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldChange {
    /// The field, with dots between keys: `invoices.INV-7.balance`.
    pub field: String,
    /// What it was, as in the plan.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
    /// Whether the values are left out.
    pub hidden: bool,
}

/// An action of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanAction {
    /// What names it.
    #[serde(flatten)]
    pub action: Named,
    /// What differs, where both plans have it.
    pub fields: Vec<FieldChange>,
}

/// What changes from one plan to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanDiff {
    /// The version of this form.
    pub format_version: u32,
    /// The first plan.
    pub old: ComparedPlan,
    /// The second plan.
    pub new: ComparedPlan,
    /// What they were made from, where that differs.
    pub made_from: Vec<FieldChange>,
    /// Actions that only the second plan has, in its order.
    pub added: Vec<PlanAction>,
    /// Actions that only the first plan has, in its order.
    pub removed: Vec<PlanAction>,
    /// Actions of both that differ, in the order of the second plan.
    pub changed: Vec<PlanAction>,
    /// How many actions of both do not differ.
    pub unchanged: u64,
}

impl PlanDiff {
    /// Whether any action differs.
    #[must_use]
    pub fn differs(&self) -> bool {
        !(self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty())
    }
}

/// Compares two plans; `names` shows names, addresses and texts.
#[must_use]
pub fn plans(old: &SavedPlan, new: &SavedPlan, names: bool) -> PlanDiff {
    let days_differ = old.header.as_of != new.header.as_of;
    let partners = partners(&old.actions, &new.actions);
    let mut changed = Vec::new();
    let mut added = Vec::new();
    for (action, partner) in new.actions.iter().zip(&partners) {
        match partner {
            None => added.push(shown(action, Vec::new())),
            Some(at) => changed.push(shown(action, fields(&old.actions[*at], action, days_differ, names))),
        }
    }
    let kept: BTreeSet<usize> = partners.iter().flatten().copied().collect();
    let removed = old.actions.iter().enumerate().filter(|(at, _)| !kept.contains(at));
    let removed = removed.map(|(_, action)| shown(action, Vec::new())).collect();
    let both = changed.len();
    changed.retain(|action| !action.fields.is_empty());
    PlanDiff {
        format_version: FORMAT_VERSION,
        old: compared(old),
        new: compared(new),
        made_from: made_from(&old.header, &new.header),
        added,
        removed,
        unchanged: (both - changed.len()) as u64,
        changed,
    }
}

/// For each action of the new plan the one of the old plan: of the same key, else the first that carries out one of
/// its steps, where messages were joined otherwise.
fn partners(old: &[SavedAction], new: &[SavedAction]) -> Vec<Option<usize>> {
    let mut left: Vec<bool> = vec![true; old.len()];
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    let keys: BTreeSet<&str> = new.iter().map(|action| action.key.as_str()).collect();
    let by_key: std::collections::BTreeMap<&str, usize> =
        old.iter().enumerate().map(|(at, action)| (action.key.as_str(), at)).collect();
    for (partner, action) in partners.iter_mut().zip(new) {
        *partner = by_key.get(action.key.as_str()).copied();
        if let Some(at) = *partner {
            left[at] = false;
        }
    }
    let by_step = old.iter().enumerate().filter(|(_, action)| !keys.contains(action.key.as_str()));
    let by_step: std::collections::BTreeMap<&str, usize> =
        by_step.flat_map(|(at, action)| action.keys.iter().map(move |key| (key.as_str(), at))).collect();
    for (partner, action) in partners.iter_mut().zip(new).filter(|(partner, _)| partner.is_none()) {
        let mut shared = action.keys.iter().filter_map(|key| by_step.get(key.as_str()).copied());
        *partner = shared.find(|&at| left[at]);
        if let Some(at) = *partner {
            left[at] = false;
        }
    }
    partners
}

fn compared(plan: &SavedPlan) -> ComparedPlan {
    ComparedPlan {
        plan_id: plan.header.plan_id.clone(),
        policy: plan.header.policy.name.clone(),
        as_of: plan.header.as_of,
        actions: plan.actions.len() as u64,
    }
}

fn shown(action: &SavedAction, fields: Vec<FieldChange>) -> PlanAction {
    PlanAction { action: Named::from(action), fields }
}

fn made_from(old: &SavedHeader, new: &SavedHeader) -> Vec<FieldChange> {
    let parts = |header: &SavedHeader| {
        [
            ("policy.name", Value::from(header.policy.name.clone())),
            ("policy.digest", Value::from(header.policy.digest.clone())),
            ("templates_digest", Value::from(header.templates_digest.clone())),
            ("calendars_digest", Value::from(header.calendars_digest.clone())),
            ("snapshot_digest", Value::from(header.snapshot_digest.clone())),
            ("as_of", Value::from(header.as_of.to_string())),
            ("engine", Value::from(header.engine.clone())),
            ("replay", Value::from(header.replay)),
            ("refused", Value::from(header.refused.clone())),
        ]
    };
    let both = parts(old).into_iter().zip(parts(new)).filter(|((_, before), (_, after))| before != after);
    let change = |((field, before), (_, after)): ((&str, Value), (&str, Value))| FieldChange {
        field: field.to_owned(),
        before: Some(before),
        after: Some(after),
        hidden: false,
    };
    both.map(change).collect()
}

/// Fields that do not say what is done: hashes of others, where a line stands, what a line of JSON lines is.
const ASIDE: [&str; 5] = ["key", "keys", "file", "line", "type"];

/// What differs between two actions. The digest of the content is told where nothing else explains it.
fn fields(old: &SavedAction, new: &SavedAction, days_differ: bool, names: bool) -> Vec<FieldChange> {
    let mut found = Vec::new();
    compare("", &old.whole, &new.whole, &mut found);
    let is_day = |field: &str| field == "date" || field == "valid_on" || field.ends_with(".days_overdue");
    found.retain(|change: &FieldChange| {
        let field = change.field.as_str();
        let last = field.rsplit('.').next().unwrap_or(field);
        let is_aside = ASIDE.contains(&last) || (days_differ && is_day(field));
        !is_aside
    });
    if found.iter().any(|change| change.field != "content") {
        found.retain(|change| change.field != "content");
    }
    if !names {
        found.iter_mut().filter(|change| change.field == "because.sentence").for_each(hide_remark);
        found.iter_mut().filter(|change| is_personal(&change.field)).for_each(hide);
    }
    found
}

/// Leaves of a reason what dun says.
fn hide_remark(change: &mut FieldChange) {
    for value in [&mut change.before, &mut change.after].into_iter().flatten() {
        if let Value::String(sentence) = value {
            let kept = without_remark(sentence).len();
            sentence.truncate(kept);
        }
    }
    if change.before == change.after {
        (change.before, change.after, change.hidden) = (None, None, true);
    }
}

/// Leaves roles of people, and nothing of texts.
fn hide(change: &mut FieldChange) {
    let (before, after) = (roles(change.before.as_ref()), roles(change.after.as_ref()));
    change.hidden = before == after;
    (change.before, change.after) = if change.hidden { (None, None) } else { (before, after) };
}

/// The roles of the people in a value.
fn roles(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::Array(people) => {
            let roles: Vec<Value> = people.iter().filter_map(|one| roles(Some(one))).collect();
            (!roles.is_empty()).then_some(Value::Array(roles))
        }
        person => person.get("role").cloned(),
    }
}

/// Whether a field holds names, addresses or texts.
fn is_personal(field: &str) -> bool {
    let top = field.split('.').next().unwrap_or(field);
    let last = field.rsplit('.').next().unwrap_or(field);
    let holds_people =
        matches!(top, "actor" | "approvers" | "approved_by" | "sender" | "reply_to" | "recipient" | "cc");
    let is_text = matches!(last, "address" | "customer_name" | "subject" | "body");
    is_text || (holds_people && !matches!(last, "role" | "rule" | "file" | "line"))
}

/// The places at which two values differ.
fn compare(field: &str, before: &Value, after: &Value, found: &mut Vec<FieldChange>) {
    let below = |key: &str| if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") };
    match (before, after) {
        _ if before == after => {}
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let part = |of: &serde_json::Map<String, Value>| of.get(key).cloned().unwrap_or(Value::Null);
                compare(&below(key), &part(a), &part(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if has_ids(a) && has_ids(b) => {
            let ids: BTreeSet<String> = a.iter().chain(b).filter_map(id).collect();
            for key in ids {
                let is_own = |own: &&Value| id(own).as_ref() == Some(&key);
                let part = |of: &[Value]| of.iter().find(is_own).cloned().unwrap_or(Value::Null);
                compare(&below(&key), &part(a), &part(b), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() && a.iter().all(Value::is_object) => {
            for (at, (a, b)) in a.iter().zip(b).enumerate() {
                compare(&below(&(at + 1).to_string()), a, b, found);
            }
        }
        _ => {
            let value = |of: &Value| Some(of.clone()).filter(|of| !of.is_null());
            found.push(FieldChange {
                field: field.to_owned(),
                before: value(before),
                after: value(after),
                hidden: false,
            });
        }
    }
}

/// What tells the entries of a list apart: the number of an invoice, or the invoice and step of a member.
fn id(value: &Value) -> Option<String> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match (text("id"), text("step")) {
        (Some(id), _) => Some(id.to_owned()),
        (None, Some(step)) => {
            Some(format!("{} {step}", text("invoice").unwrap_or_default()).trim_start().to_owned())
        }
        (None, None) => None,
    }
}

fn has_ids(values: &[Value]) -> bool {
    values.iter().all(|value| id(value).is_some())
}

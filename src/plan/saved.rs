//! A saved plan, read back from JSON or JSON lines: whole and unchanged, or not at all.
//!
//! Only what a recheck looks at is typed; everything else is kept as it stands, and unknown keys are ignored.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest::Hasher;
use super::header::{FORMAT_VERSION, plan_id};

/// A saved plan.
#[derive(Debug, Clone)]
pub struct SavedPlan {
    /// What it was made from.
    pub header: SavedHeader,
    /// What it says is to be done.
    pub actions: Vec<SavedAction>,
}

/// What a saved plan was made from.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the keys of `Header`")]
pub struct SavedHeader {
    pub format_version: u32,
    pub policy: SavedPolicy,
    pub templates_digest: String,
    pub calendars_digest: String,
    pub snapshot_digest: String,
    pub as_of: NaiveDate,
    pub taken: Option<String>,
    pub engine: String,
    pub plan_id: String,
    pub replay: bool,
    pub refused: Option<String>,
    pub totals: SavedTotals,
}

/// The policy of a saved plan.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the keys of `PolicyReference`")]
pub struct SavedPolicy {
    pub name: String,
    pub digest: String,
    pub file: Option<String>,
}

/// How much a saved plan has.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "a key of `Totals`")]
pub struct SavedTotals {
    pub actions: u64,
}

/// A saved action: the keys that tell which it is, and the whole of it.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the keys of `Action`")]
pub struct SavedAction {
    pub valid_on: NaiveDate,
    pub customer: String,
    pub invoices: Vec<SavedInvoice>,
    pub kind: String,
    pub step: String,
    pub mode: String,
    pub members: Vec<SavedMember>,
    pub keys: Vec<String>,
    pub key: String,
    pub content: Option<String>,
    /// All its keys.
    #[serde(skip)]
    pub whole: Value,
}

/// What names an action of a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Named {
    /// The action's key.
    pub key: String,
    /// The customer's id.
    pub customer: String,
    /// The ids of its invoices.
    pub invoices: Vec<String>,
    /// What it is.
    pub kind: String,
    /// The leading step's key.
    pub step: String,
    /// How it is carried out.
    pub mode: String,
}

impl From<&SavedAction> for Named {
    fn from(action: &SavedAction) -> Named {
        Named {
            key: action.key.clone(),
            customer: action.customer.clone(),
            invoices: action.invoices.iter().map(|invoice| invoice.id.clone()).collect(),
            kind: action.kind.clone(),
            step: action.step.clone(),
            mode: action.mode.clone(),
        }
    }
}

/// An invoice of a saved action.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the keys of `Invoice`")]
pub struct SavedInvoice {
    pub id: String,
    pub balance: String,
    pub currency: String,
    pub due_date: NaiveDate,
}

/// A step of a saved action.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "the keys of `Member`")]
pub struct SavedMember {
    pub invoice: Option<String>,
    /// The first day of the episode, for a step of a ladder per customer.
    #[serde(default)]
    pub episode: Option<NaiveDate>,
    pub step: String,
    pub segment: Option<String>,
    pub key: String,
}

/// Why a text is no plan that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPlan {
    /// The JSON lines do not end with their end line.
    #[error("it was cut off: its last line is not `end`; make the plan again")]
    CutOff,
    /// Something that is no plan, or no JSON.
    #[error("it is no plan as `--format json` or `--format jsonl` writes it: {0}")]
    Malformed(String),
    /// A later form.
    #[error(
        "it is a plan of format version {0}, and this dun reads version {FORMAT_VERSION} only; use the dun that \
         made it"
    )]
    OtherForm(u32),
    /// Lines of two plans, or a header that was edited.
    #[error("its parts do not belong together: it was changed after it was made, or two plans were joined")]
    Changed,
    /// Actions are missing or were added.
    #[error("it has {found} actions, and says {said}: it was changed after it was made")]
    OtherNumber {
        /// How many there are.
        found: u64,
        /// How many its header says.
        said: u64,
    },
}

impl SavedPlan {
    /// Reads a plan.
    ///
    /// # Errors
    /// When it is not whole, of another form, or its header was changed.
    pub fn read(text: &str) -> Result<SavedPlan, NotAPlan> {
        let first = text.lines().next().unwrap_or("");
        let is_lines = serde_json::from_str::<Value>(first).is_ok_and(|line| line["type"] == "header");
        let (header, actions) = if is_lines { lines(text)? } else { document(text)? };
        if header["format_version"] != FORMAT_VERSION {
            let version = header["format_version"].as_u64().and_then(|version| u32::try_from(version).ok());
            return Err(version.map_or_else(|| malformed("no `format_version`"), NotAPlan::OtherForm));
        }
        let header: SavedHeader = serde_json::from_value(header).map_err(malformed)?;
        if header.engine == env!("CARGO_PKG_VERSION") && header.plan_id != header.expected_id() {
            return Err(NotAPlan::Changed);
        }
        let (found, said) = (actions.len() as u64, header.totals.actions);
        if found != said {
            return Err(NotAPlan::OtherNumber { found, said });
        }
        let actions = actions.into_iter().map(action).collect::<Result<_, _>>()?;
        Ok(SavedPlan { header, actions })
    }
}

impl SavedHeader {
    fn expected_id(&self) -> String {
        let digests =
            [&self.policy.digest, &self.templates_digest, &self.calendars_digest, &self.snapshot_digest];
        let taken = self.taken.as_deref().unwrap_or("");
        plan_id(
            digests.map(String::as_str),
            self.as_of,
            taken,
            &self.engine,
            self.replay,
            self.refused.is_some(),
        )
    }
}

impl SavedAction {
    /// Whether its keys are those of its members and its key is theirs.
    #[must_use]
    pub fn keys_fit(&self) -> bool {
        let mut keys: Vec<&str> = self.members.iter().map(|member| member.key.as_str()).collect();
        keys.sort_unstable();
        let mut hash = Hasher::default();
        keys.iter().for_each(|key| {
            hash.text(key);
        });
        keys == self.keys && hash.key().to_string() == self.key
    }

    /// What stands under a key; null where it is missing.
    #[must_use]
    pub fn part(&self, key: &str) -> &Value {
        self.whole.get(key).unwrap_or(&Value::Null)
    }
}

fn malformed(why: impl ToString) -> NotAPlan {
    NotAPlan::Malformed(why.to_string())
}

fn action(whole: Value) -> Result<SavedAction, NotAPlan> {
    let read = SavedAction::deserialize(&whole).map_err(malformed)?;
    Ok(SavedAction { whole, ..read })
}

/// The header and the actions of a JSON document.
fn document(text: &str) -> Result<(Value, Vec<Value>), NotAPlan> {
    let mut header: Value = serde_json::from_str(text).map_err(malformed)?;
    match header.get_mut("actions").map(Value::take) {
        Some(Value::Array(actions)) => Ok((header, actions)),
        _ => Err(malformed("there is no list of `actions`")),
    }
}

/// The header and the actions of JSON lines, which end with `end` and belong to one plan.
fn lines(text: &str) -> Result<(Value, Vec<Value>), NotAPlan> {
    let mut header = Value::Null;
    let mut actions = Vec::new();
    let mut end = Value::Null;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if !end.is_null() {
            return Err(NotAPlan::Changed);
        }
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            let is_last = text.lines().nth(at + 1).is_none();
            let error = format!("line {} cannot be read", at + 1);
            return Err(if is_last { NotAPlan::CutOff } else { malformed(error) });
        };
        match line["type"].as_str() {
            Some("header") if header.is_null() => header = line,
            Some("header") => return Err(NotAPlan::Changed),
            Some("action") => actions.push(line),
            Some("end") => end = line,
            _ => {}
        }
    }
    match (end.is_null(), end["plan_id"] == header["plan_id"] && end["totals"] == header["totals"]) {
        (true, _) => Err(NotAPlan::CutOff),
        (_, false) => Err(NotAPlan::Changed),
        (_, true) => Ok((header, actions)),
    }
}

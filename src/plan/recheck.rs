//! What has become of a saved plan: which of its actions still stand, and why the others do not.

use chrono::NaiveDate;
use serde::Serialize;

use super::action::Blocker;
use super::saved::Named;

/// A saved plan against fresh data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recheck {
    /// The version of this form.
    pub format_version: u32,
    /// The saved plan.
    pub plan_id: String,
    /// The name of its policy.
    pub policy: String,
    /// The day that it was made for.
    pub planned_for: NaiveDate,
    /// The day that it was checked for.
    pub as_of: NaiveDate,
    /// When the fresh data was taken, as it says.
    pub taken: Option<String>,
    /// The version of dun that checked.
    pub engine: String,
    /// Why every contact is withheld by now.
    pub refused: Option<String>,
    /// What speaks against the plan as a whole, so against each of its actions.
    pub changed: Vec<Reason>,
    /// Its actions, in its order.
    pub actions: Vec<Rechecked>,
    /// How many they are.
    pub totals: RecheckTotals,
}

/// An action of a saved plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rechecked {
    /// What names it.
    #[serde(flatten)]
    pub action: Named,
    /// Whether it may be carried out as it stands in the plan.
    pub stands: bool,
    /// Why it may not, apart from what speaks against the plan as a whole.
    pub reasons: Vec<Reason>,
}

/// Why an action, or a whole plan, does not stand.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// A stable code.
    pub code: &'static str,
    /// In a person's words.
    pub sentence: String,
    /// The invoice, where it is about one of several.
    pub invoice: Option<String>,
    /// What withholds the step now.
    pub blockers: Vec<Blocker>,
}

impl Reason {
    /// A reason without further detail.
    #[must_use]
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Reason {
        Reason { code, sentence: sentence.into(), invoice: None, blockers: Vec::new() }
    }
}

/// How many actions there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RecheckTotals {
    /// In the saved plan.
    pub actions: u64,
    /// That stand.
    pub stand: u64,
    /// That do not.
    pub fallen: u64,
    /// That a plan made now has, and the saved one has not.
    pub added: u64,
}

//! A case as it is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use crate::here;

/// What the other system's behaviour is to dun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Adopt {
    /// What one should expect without asking for it.
    Default,
    /// What a policy asks for.
    Profile,
    /// What must not happen.
    Anti,
}

/// How dun stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// dun gives the same rows.
    Agrees,
    /// dun gives other rows, by one of its rules.
    Contradicts,
    /// dun does not do what the other system does wrong.
    Avoids,
}

/// `case.yaml`. What stands below `source:` is looked up in the collected facts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The folder's name and the id of the facts.
    pub(crate) id: String,
    /// Whose behaviour it is.
    pub(crate) system: String,
    /// What it is to dun.
    pub(crate) adopt: Adopt,
    /// What happens, in one or two sentences.
    pub(crate) says: String,
    /// Collected policies that this case expresses.
    #[serde(default)]
    pub(crate) policies: Vec<String>,
    /// Tests that hold the same for generated cases.
    #[serde(default)]
    pub(crate) held_by: Vec<String>,
    /// Names that the facts leave open, such as a base date, and what they are here.
    #[serde(default, rename = "let")]
    pub(crate) given: BTreeMap<String, Value>,
    /// Words of the facts, and ours for them.
    #[serde(default)]
    pub(crate) words: BTreeMap<String, String>,
    /// What is played.
    pub(crate) parts: Vec<Part>,
    /// Facts that are not part of the case, with the reason; a path speaks for everything below it.
    #[serde(default)]
    pub(crate) left_out: BTreeMap<String, String>,
    /// Lines of this folder as the facts give them.
    #[serde(default)]
    pub(crate) source: Vec<Quote>,
    /// The folder.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// A line of the folder, with `{{path}}` where a fact stands.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Quote {
    /// One line.
    Line(String),
    /// A line for each fact below a path with `*`; paths in it begin there.
    Each {
        /// The path.
        each: String,
        /// The line.
        line: String,
    },
}

/// Days played on one ledger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Part {
    /// What it is called.
    #[serde(default)]
    pub(crate) name: String,
    /// The policy's file.
    #[serde(default = "policy_file")]
    pub(crate) policy: String,
    /// The facts' file.
    #[serde(default = "facts_file")]
    pub(crate) facts: String,
    /// A part whose last day this one begins after.
    pub(crate) continues: Option<String>,
    /// The rule by which dun does otherwise.
    pub(crate) contradicts: Option<String>,
    /// Why it does.
    pub(crate) why: Option<String>,
    /// What `dun check` says of the policy, as codes: its errors, or else its warnings. Then there are no days.
    #[serde(default)]
    pub(crate) finds: Vec<String>,
    /// The days.
    #[serde(default)]
    pub(crate) days: Vec<Day>,
    /// Every row of these days.
    #[serde(default)]
    pub(crate) rows: Vec<String>,
    /// Rows that the other system has and dun must not have.
    #[serde(default)]
    pub(crate) never: Vec<String>,
}

fn policy_file() -> String {
    String::from("policy.dun")
}

fn facts_file() -> String {
    String::from("facts.yaml")
}

/// A day that is planned, or each of several. Of one day actions, withheld steps and problems are shown, and
/// `nothing` where there are none; of several days only actions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Day {
    /// The day.
    pub(crate) on: Option<NaiveDate>,
    /// The first of several.
    pub(crate) from: Option<NaiveDate>,
    /// The last of several.
    pub(crate) to: Option<NaiveDate>,
    /// Another policy from this day on.
    pub(crate) policy: Option<String>,
    /// Rows by table that are new or otherwise before the day is planned.
    #[serde(default)]
    pub(crate) change: BTreeMap<String, Vec<Value>>,
    /// What becomes of the actions: `all` done, `none`, or one outcome for each of them.
    #[serde(default = "all")]
    pub(crate) carry_out: String,
    /// What else is shown.
    #[serde(default)]
    pub(crate) show: Vec<Show>,
}

fn all() -> String {
    String::from("all")
}

/// What a day may show besides actions and withheld steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Show {
    /// The highest step in force of each open invoice once the plan is carried out.
    Invoices,
    /// The same over all invoices of a customer.
    Customers,
    /// The date of the next step of each waiting invoice once the plan is carried out.
    Next,
    /// The lines of each message.
    Text,
    /// The hours of each message.
    Hours,
}

impl Part {
    /// Text that names it among the parts.
    pub(crate) fn title(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(", {}", self.name) }
    }
}

impl Case {
    /// How dun stands to one part.
    pub(crate) fn verdict_of(&self, part: &Part) -> Verdict {
        match (&part.contradicts, self.adopt) {
            (Some(_), _) => Verdict::Contradicts,
            (_, Adopt::Anti) => Verdict::Avoids,
            _ => Verdict::Agrees,
        }
    }

    /// How dun stands to the whole: the part that says most decides.
    pub(crate) fn verdict(&self) -> Verdict {
        self.parts.iter().map(|part| self.verdict_of(part)).max().unwrap_or(Verdict::Agrees)
    }

    /// What a case must say and does not.
    pub(crate) fn unsaid(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut say = |part: &Part, what: &str| wrong.push(format!("{}{}: {what}", self.id, part.title()));
        for part in &self.parts {
            let verdict = self.verdict_of(part);
            if part.contradicts.is_some() != part.why.is_some() {
                say(part, "`contradicts` and `why` go together");
            }
            let rule = part.contradicts.as_deref().unwrap_or("R1");
            if !rule.strip_prefix('R').is_some_and(|number| (1..=24).contains(&number.parse().unwrap_or(0))) {
                say(part, "`contradicts` names a rule, R1 to R24");
            }
            if verdict == Verdict::Contradicts && part.never.is_empty() {
                say(part, "what contradicts names the rows of the other system under `never`");
            }
            if part.days.is_empty() == part.finds.is_empty() {
                say(part, "either days or codes under `finds`");
            }
        }
        let shown = self.parts.iter().any(|part| !part.never.is_empty() || !part.finds.is_empty());
        if self.adopt == Adopt::Anti && !shown {
            wrong.push(format!("{}: what the other system does wrong stands under `never`", self.id));
        }
        wrong
    }
}

/// All cases, by id.
pub(crate) fn cases() -> Vec<Case> {
    let folders = fs::read_dir(here().join("cases")).unwrap().map(|entry| entry.unwrap().path());
    let read = folders.map(|folder| {
        let text = fs::read_to_string(folder.join("case.yaml")).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
        let case: Case = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        assert_eq!(Some(case.id.as_str()), folder.file_name().and_then(|name| name.to_str()));
        Case { folder, ..case }
    });
    let mut cases: Vec<Case> = read.collect();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    cases
}

/// What no case is made of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exclusion {
    /// What it is about instead.
    pub(crate) about: About,
    /// Why.
    pub(crate) why: String,
}

/// What is no matter of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum About {
    /// Another product's screens.
    Screens,
    /// What its ledgers book.
    Accounting,
    /// Blocking what a subscriber has bought.
    SubscriptionBlocking,
}

impl About {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            About::Screens => "screens",
            About::Accounting => "accounting",
            About::SubscriptionBlocking => "subscription blocking",
        }
    }
}

/// The exclusions, by id.
pub(crate) fn exclusions() -> BTreeMap<String, Exclusion> {
    serde_yaml::from_str(&fs::read_to_string(here().join("exclusions.yaml")).unwrap()).unwrap()
}

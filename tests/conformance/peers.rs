//! The collected facts about other systems, and whether a case says the same.
//!
//! A case quotes lines of its own folder, with `{{path}}` where a fact stands: the path of the fact below the
//! case's id, such as `timeline/0/at`. Each quoted line, with the facts put in, must stand in the folder, and each
//! fact must be quoted or be left out with a reason. So a wrong date in the folder and a wrong date in the quote
//! are both found.
//!
//! In the braces may stand sums, `{{timeline/0/at + 1}}`, names that the case gives a value, `{{D - cases/0/days}}`,
//! and at the end `|lower` or `|date`. A fact such as `D+3` is worked out with the names of the case, `R1+16..17`
//! is either day. `id:path` is a fact of another id, `../` the fact one higher in a line `each`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::case::{Case, Exclusion};
use crate::quote::Reader;
use crate::root;

/// The collected facts, by id.
pub(crate) struct Peers {
    items: BTreeMap<String, Value>,
    /// The ids of whole policies, which cases may share.
    policies: BTreeSet<String>,
}

/// Where they are, seen from the project.
const FILE: &str = "../shared/conformance/peers.yaml";

/// What is said about a fact, and is none.
const REMARKS: [&str; 18] = [
    "note",
    "why",
    "because",
    "verified",
    "rules_in_words",
    "lesson",
    "question",
    "meaning",
    "feature_file",
    "text",
    "provenance",
    "peers",
    "peers_that_test_it",
    "peers_that_break_it",
    "peers_that_broke_it",
    "name",
    "derived",
    "family",
];

/// What stands beside the facts of an id.
const FRAME: [&str; 6] = ["id", "system", "source", "provenance", "adopt", "axes"];

impl Peers {
    /// The file; without it the tests that need it say that they are skipped.
    #[expect(clippy::print_stderr, reason = "a test without its data says that it was skipped")]
    pub(crate) fn read() -> Option<Peers> {
        let Ok(text) = fs::read_to_string(root().join(FILE)) else {
            eprintln!("skipped: {FILE} is not there");
            return None;
        };
        let whole: Value = serde_yaml::from_str(&text).unwrap();
        let of = |list: &str| whole[list].as_array().unwrap().iter();
        let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
        let lists = ["policies", "scenarios", "differential_probes", "invariants"];
        let items: Vec<(String, Value)> =
            lists.iter().flat_map(|list| of(list).map(|item| (id(item), item.clone()))).collect();
        let count = items.len();
        let peers = Peers { items: items.into_iter().collect(), policies: of("policies").map(id).collect() };
        assert_eq!(peers.items.len(), count, "the ids are unique");
        Some(peers)
    }

    /// The facts of an id.
    pub(crate) fn item(&self, id: &str) -> Option<&Value> {
        self.items.get(id)
    }

    /// Ids without a folder or an exclusion, with both, and folders and exclusions without an id.
    pub(crate) fn unaccounted(
        &self,
        cases: &[Case],
        exclusions: &BTreeMap<String, Exclusion>,
    ) -> Vec<String> {
        let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for case in cases {
            places.entry(&case.id).or_default().push("a folder");
        }
        for id in exclusions.keys() {
            places.entry(id).or_default().push("an exclusion");
        }
        for id in cases.iter().flat_map(|case| &case.policies).collect::<BTreeSet<_>>() {
            places.entry(id).or_default().push("a policy that a case expresses");
        }
        let mut wrong = Vec::new();
        for id in self.items.keys().filter(|id| !places.contains_key(id.as_str())) {
            wrong.push(format!("{id}: neither a folder nor an exclusion"));
        }
        for (id, places) in places {
            let expressed_only = places == ["a policy that a case expresses"];
            if places.len() > 1
                || !self.items.contains_key(id)
                || (expressed_only && !self.policies.contains(id))
            {
                wrong.push(format!("{id}: {}", places.join(" and ")));
            }
        }
        wrong
    }

    /// What a case quotes wrongly, or says nothing about.
    pub(crate) fn misquoted(&self, case: &Case) -> Vec<String> {
        let Some(item) = self.items.get(&case.id) else { return Vec::new() };
        let mut reader = Reader::new(self, case);
        let mut wrong = Vec::new();
        for (key, ours) in
            [("adopt", format!("{:?}", case.adopt).to_lowercase()), ("system", case.system.clone())]
        {
            if item.get(key).is_some_and(|theirs| theirs.as_str() != Some(&ours)) {
                wrong.push(format!("{}: {key} is {}, not {ours}", case.id, item[key]));
            }
        }
        for quote in &case.source {
            wrong.extend(reader.check(quote));
        }
        let mut facts = vec![(case.id.clone(), item)];
        facts.extend(case.policies.iter().filter_map(|id| Some((id.clone(), self.items.get(id)?))));
        for (id, item) in facts {
            let own = id == case.id;
            let silent =
                leaves(item).into_iter().filter(|path| !reader.covers(if own { "" } else { &id }, path));
            wrong.extend(silent.map(|path| format!("{}: says nothing of {id}: {path}", case.id)));
        }
        let idle = case.left_out.keys().filter(|path| reader.at(path).is_none());
        wrong.extend(idle.map(|path| format!("{}: leaves out {path}, which is not there", case.id)));
        wrong
    }
}

/// The paths of all facts of an item.
fn leaves(item: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), item)];
    while let Some((path, value)) = open.pop() {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
        match value {
            Value::Object(map) => {
                let said = |key: &str| REMARKS.contains(&key) || (path.is_empty() && FRAME.contains(&key));
                open.extend(map.iter().filter(|(key, _)| !said(key)).map(|(key, value)| (below(key), value)));
            }
            Value::Array(list) => {
                open.extend(list.iter().enumerate().map(|(at, value)| (below(&at.to_string()), value)));
            }
            _ => found.push(path),
        }
    }
    found.sort();
    found
}

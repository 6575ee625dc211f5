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

use chrono::{Days, Months, NaiveDate};
use serde_json::Value;

use crate::case::{Case, Exclusion, Quote};
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

/// A fact, as far as one can reckon with it.
#[derive(Debug, Clone, PartialEq)]
enum Fact {
    Date(NaiveDate),
    Number(i64),
    Text(String),
}

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
        let mut reader = Reader { peers: self, case, used: BTreeSet::new(), lines: folder_lines(case) };
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

/// The lines of a case's files, of `case.yaml` those before `source:`.
fn folder_lines(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    let mut folders = vec![case.folder.clone()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let facts = text.split("\nsource:").next().unwrap();
            lines.extend(facts.lines().map(canonical));
        }
    }
    lines
}

/// A line without what says nothing: columns, and decimals that are zero.
fn canonical(line: &str) -> String {
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = words.split(".00").peekable();
    let mut text = String::new();
    while let Some(part) = parts.next() {
        text.push_str(part);
        if parts.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            text.push_str(".00");
        }
    }
    text
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

/// Reads the quotes of one case.
struct Reader<'a> {
    peers: &'a Peers,
    case: &'a Case,
    /// The facts that were quoted.
    used: BTreeSet<String>,
    lines: Vec<String>,
}

impl Reader<'_> {
    fn check(&mut self, quote: &Quote) -> Vec<String> {
        match quote {
            Quote::Line(line) => self.check_line(line, "").into_iter().collect(),
            Quote::Each { each, line } => {
                let places = self.places(each);
                let none = places.is_empty().then(|| format!("{}: nothing at {each}", self.case.id));
                places.iter().filter_map(|place| self.check_line(line, place)).chain(none).collect()
            }
        }
    }

    /// The paths that a path with `*` stands for.
    fn places(&self, pattern: &str) -> Vec<String> {
        let mut places = vec![String::new()];
        for part in pattern.split('/') {
            let grown = places.iter().flat_map(|place| {
                let below = |key: String| if place.is_empty() { key } else { format!("{place}/{key}") };
                let keys = match (part, self.at(place)) {
                    ("*", Some(Value::Array(list))) => (0..list.len()).map(|at| at.to_string()).collect(),
                    ("*", Some(Value::Object(map))) => map.keys().cloned().collect(),
                    (key, _) => vec![key.to_owned()],
                };
                keys.into_iter().map(below).collect::<Vec<_>>()
            });
            places = grown.collect();
            places.retain(|place| self.at(place).is_some());
        }
        places
    }

    /// The fact at a path.
    fn at(&self, path: &str) -> Option<&Value> {
        let (id, path) = path.split_once(':').unwrap_or((&self.case.id, path));
        let mut value = self.peers.items.get(id)?;
        for key in path.split('/').filter(|key| !key.is_empty()) {
            value = match value {
                Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
                other => other.get(key)?,
            };
        }
        Some(value)
    }

    /// Whether something is said of a fact.
    fn covers(&self, id: &str, path: &str) -> bool {
        let path = if id.is_empty() { path.to_owned() } else { format!("{id}:{path}") };
        let left_out =
            |out: &String| path == *out || path.starts_with(&format!("{out}/")) || *out == format!("{id}:");
        self.used.contains(&path) || self.case.left_out.keys().any(left_out)
    }

    fn check_line(&mut self, line: &str, place: &str) -> Option<String> {
        let wanted = match self.filled(line, place) {
            Ok(wanted) => wanted,
            Err(what) => return Some(format!("{}: {line}\n  {what}", self.case.id)),
        };
        let found = wanted.iter().any(|wanted| self.lines.iter().any(|line| stands_in(line, wanted)));
        (!found).then(|| format!("{}: {line}\n  no line `{}`", self.case.id, wanted.join("`, `")))
    }

    /// The line with the facts put in; several where a fact leaves a choice.
    fn filled(&mut self, line: &str, place: &str) -> Result<Vec<String>, String> {
        let mut filled = vec![String::new()];
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}").ok_or("a brace is not closed")?;
            let facts = self.value(inside, place)?;
            let with =
                |text: &String| facts.iter().map(|fact| format!("{text}{before}{fact}")).collect::<Vec<_>>();
            filled = filled.iter().flat_map(with).collect();
            rest = after;
        }
        Ok(filled.into_iter().map(|text| canonical(&format!("{text}{rest}"))).collect())
    }

    /// What stands in a pair of braces.
    fn value(&mut self, inside: &str, place: &str) -> Result<Vec<String>, String> {
        let (sum, filter) = inside.split_once('|').unwrap_or((inside, ""));
        let mut sums: Vec<Fact> = Vec::new();
        let mut sign = 1;
        // A path may have blanks in it.
        let whole = self.at(&join(place, sum)).is_some();
        let terms: Vec<&str> = if whole { vec![sum] } else { sum.split_whitespace().collect() };
        for term in terms {
            match term {
                "+" => sign = 1,
                "-" => sign = -1,
                term => {
                    let facts = self.term(term, place)?;
                    sums = if sums.is_empty() {
                        facts
                    } else {
                        let pairs =
                            sums.iter().flat_map(|sum| facts.iter().map(move |fact| add(sum, fact, sign)));
                        pairs.collect::<Result<_, _>>()?
                    };
                }
            }
        }
        let shown = sums.iter().map(|fact| match fact {
            Fact::Date(date) => date.to_string(),
            Fact::Number(number) => number.to_string(),
            Fact::Text(text) => text.clone(),
        });
        let filtered = shown.map(|text| match filter {
            "lower" => text.to_lowercase(),
            "date" => text.chars().take(10).collect(),
            _ => text,
        });
        Ok(filtered.collect())
    }

    /// A number, a name of the case, or the fact at a path.
    fn term(&mut self, term: &str, place: &str) -> Result<Vec<Fact>, String> {
        if let Ok(number) = term.parse() {
            return Ok(vec![Fact::Number(number)]);
        }
        if let Some(given) = self.case.given.get(term) {
            return Ok(vec![plain(given)]);
        }
        let path = join(place, term);
        let value = self.at(&path).ok_or_else(|| format!("there is no fact {path}"))?.clone();
        self.used.insert(path);
        if value.is_object() || value.is_array() {
            return Err(format!("{term} is no single fact"));
        }
        let fact = plain(&value);
        let Fact::Text(text) = &fact else { return Ok(vec![fact]) };
        if let Some(word) = self.case.words.get(text) {
            return Ok(vec![Fact::Text(word.clone())]);
        }
        let open = self.case.given.keys().any(|name| text.starts_with(name.as_str()));
        Ok(open.then(|| self.reckon(text)).flatten().unwrap_or_else(|| vec![fact.clone()]))
    }

    /// A fact such as `D+3`, `D-6months` or `R1+16..17`; none when it is something else.
    fn reckon(&self, text: &str) -> Option<Vec<Fact>> {
        let sum = text.split([',', '(']).next().unwrap_or("");
        let text: String = sum.chars().filter(|c| !c.is_whitespace()).collect();
        let mut sums: Option<Vec<Fact>> = None;
        for (sign, term) in terms(&text) {
            let facts = match self.case.given.get(term) {
                Some(given) => vec![plain(given)],
                None => steps(term)?,
            };
            sums = Some(match sums {
                None => facts,
                Some(sums) => {
                    let pairs =
                        sums.iter().flat_map(|sum| facts.iter().map(move |fact| add(sum, fact, sign)));
                    pairs.collect::<Result<_, _>>().ok()?
                }
            });
        }
        sums
    }
}

/// The terms of a sum with their signs.
fn terms(text: &str) -> Vec<(i64, &str)> {
    let mut terms = Vec::new();
    let (mut sign, mut from) = (1, 0);
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '+' | '-')) {
        terms.push((sign, &text[from..at]));
        (sign, from) = (if c == '+' { 1 } else { -1 }, at + 1);
    }
    terms.push((sign, &text[from..]));
    terms
}

/// `3`, `16..17`, `6months`, `1year`.
fn steps(term: &str) -> Option<Vec<Fact>> {
    if let Some((first, last)) = term.split_once("..") {
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        return Some((first..=last).map(Fact::Number).collect());
    }
    let digits = term.find(|c: char| !c.is_ascii_digit()).unwrap_or(term.len());
    let (number, unit) = term.split_at(digits);
    match unit {
        "" | "days" => Some(vec![Fact::Number(number.parse().ok()?)]),
        "month" | "months" | "year" => Some(vec![Fact::Text(term.to_owned())]),
        _ => None,
    }
}

fn plain(value: &Value) -> Fact {
    match value {
        Value::Number(number) => number.as_i64().map_or_else(|| Fact::Text(number.to_string()), Fact::Number),
        Value::String(text) => text.parse().map_or_else(|_| Fact::Text(text.clone()), Fact::Date),
        other => Fact::Text(other.to_string()),
    }
}

fn add(sum: &Fact, fact: &Fact, sign: i64) -> Result<Fact, String> {
    let moved = |date: NaiveDate, days: i64| {
        let days_of = Days::new(days.unsigned_abs());
        if days < 0 { date.checked_sub_days(days_of) } else { date.checked_add_days(days_of) }
    };
    let result = match (sum, fact) {
        (Fact::Number(sum), Fact::Number(number)) => Some(Fact::Number(sum + sign * number)),
        (Fact::Date(date), Fact::Number(days)) => moved(*date, sign * days).map(Fact::Date),
        (Fact::Date(date), Fact::Text(span)) => {
            let count: u32 =
                span.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
            let months = Months::new(if span.ends_with("year") { 12 * count } else { count });
            let date =
                if sign < 0 { date.checked_sub_months(months) } else { date.checked_add_months(months) };
            date.map(Fact::Date)
        }
        _ => None,
    };
    result.ok_or_else(|| format!("{sum:?} and {fact:?} do not add up"))
}

/// A path from a place; each `../` goes one up.
fn join(place: &str, term: &str) -> String {
    if place.is_empty() || term.contains(':') || term.starts_with('/') {
        return term.trim_start_matches('/').to_owned();
    }
    let mut parts: Vec<&str> = place.split('/').collect();
    let mut rest = term;
    while let Some(after) = rest.strip_prefix("../") {
        parts.pop();
        rest = after;
    }
    if rest != "." {
        parts.extend(rest.split('/'));
    }
    parts.join("/")
}

/// Whether a line has the words, not inside of longer ones.
fn stands_in(line: &str, words: &str) -> bool {
    let apart = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(words).any(|(at, _)| {
        let after = &line[at + words.len()..];
        let mut next = after.chars();
        let goes_on = match next.next() {
            Some('.') => next.next().is_some_and(|c| c.is_ascii_digit()),
            other => !apart(other),
        };
        let ends_in_word = words.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let begins_in_word = words.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        (!begins_in_word || apart(line[..at].chars().last())) && (!ends_in_word || !goes_on)
    })
}

//! Lines of a case with the facts put in, and whether they stand in its folder.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::case::{Case, Quote};
use crate::fact::{Fact, add, plain, reckon};
use crate::files;
use crate::peers::Peers;

/// Reads the quotes of one case.
pub(crate) struct Reader<'a> {
    peers: &'a Peers,
    case: &'a Case,
    /// The facts that were quoted.
    used: BTreeSet<String>,
    lines: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(peers: &'a Peers, case: &'a Case) -> Reader<'a> {
        Reader { peers, case, used: BTreeSet::new(), lines: folder_lines(case) }
    }

    /// What is wrong with a quote.
    pub(crate) fn check(&mut self, quote: &Quote) -> Vec<String> {
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
    pub(crate) fn at(&self, path: &str) -> Option<&Value> {
        let (id, path) = path.split_once(':').unwrap_or((&self.case.id, path));
        let mut value = self.peers.item(id)?;
        for key in path.split('/').filter(|key| !key.is_empty()) {
            value = match value {
                Value::Array(list) => list.get(key.parse::<usize>().ok()?)?,
                other => other.get(key)?,
            };
        }
        Some(value)
    }

    /// Whether something is said of a fact.
    pub(crate) fn covers(&self, id: &str, path: &str) -> bool {
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
        Ok(open.then(|| reckon(text, &self.case.given)).flatten().unwrap_or_else(|| vec![fact.clone()]))
    }
}

/// The lines of a case's files, of `case.yaml` those before `source:`.
fn folder_lines(case: &Case) -> Vec<String> {
    let texts = files(&case.folder).into_iter().map(|path| fs::read_to_string(path).unwrap());
    let lines = texts.flat_map(|text| {
        let facts = text.split("\nsource:").next().unwrap();
        facts.lines().map(canonical).collect::<Vec<_>>()
    });
    lines.collect()
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

//! Whether a later schema keeps what an earlier one promised.
//!
//! A plan is written by one version and read by another, in both directions: a program older than dun reads the
//! new plan, and dun reads a plan that it wrote before. So a key keeps its type. Keys may be added.
//!
//! Data is read only. What was accepted must be accepted, so a type may widen and nothing may newly be required.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Who reads what the schema describes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// dun writes it, others and later versions read it.
    Written,
    /// Others write it, dun reads it.
    Read,
}

/// What breaks between two schemas, each with its place.
pub(crate) fn breaks(old: &Value, new: &Value, direction: Direction) -> Vec<String> {
    let mut comparison = Comparison { direction, found: Vec::new() };
    comparison.schema(old, new, "$");
    let none = Map::new();
    let definitions = |schema: &Value| schema["$defs"].as_object().unwrap_or(&none).clone();
    let later = definitions(new);
    for (name, old) in definitions(old) {
        match later.get(&name) {
            Some(new) => comparison.schema(&old, new, &name),
            None => comparison.found.push(format!("{name}: the definition is gone")),
        }
    }
    comparison.found
}

struct Comparison {
    direction: Direction,
    found: Vec<String>,
}

impl Comparison {
    fn schema(&mut self, old: &Value, new: &Value, at: &str) {
        self.types(old, new, at);
        for keyword in ["$ref", "format", "pattern", "minimum"] {
            self.constraint(keyword, old, new, at);
        }
        self.choices(old, new, at);
        self.properties(old, new, at);
        self.required(old, new, at);
        self.others(old, new, at);
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(old, new, &format!("{at}[]"));
        }
        if let (Some(Value::Array(old)), Some(Value::Array(new))) = (old.get("allOf"), new.get("allOf")) {
            old.iter().zip(new).for_each(|(old, new)| self.schema(old, new, at));
        }
    }

    fn report(&mut self, at: &str, says: String) {
        self.found.push(format!("{at}: {says}"));
    }

    fn types(&mut self, old: &Value, new: &Value, at: &str) {
        let (before, after) = (types(old), types(new));
        let lost: Vec<&str> = before.difference(&after).map(String::as_str).collect();
        let gained: Vec<&str> = after.difference(&before).map(String::as_str).collect();
        // No type at all means any, so the first one that is named narrows.
        if !lost.is_empty() || (before.is_empty() && !after.is_empty()) {
            let lost = if lost.is_empty() { String::from("anything") } else { lost.join(", ") };
            self.report(at, format!("no longer {lost}"));
        }
        if self.direction == Direction::Written && !gained.is_empty() && !before.is_empty() {
            self.report(at, format!("may now be {}", gained.join(", ")));
        }
    }

    /// A constraint that is added or changed narrows; one that is changed or taken away widens.
    fn constraint(&mut self, keyword: &str, old: &Value, new: &Value, at: &str) {
        match (old.get(keyword), new.get(keyword)) {
            (before, after) if before == after => {}
            (Some(_), None) if self.direction == Direction::Read => {}
            (before, after) => {
                let word = |value: Option<&Value>| value.map_or(String::from("nothing"), Value::to_string);
                self.report(at, format!("{keyword} changes from {} to {}", word(before), word(after)));
            }
        }
    }

    /// A written word more is one that a reader does not know, an accepted word less one that is refused.
    fn choices(&mut self, old: &Value, new: &Value, at: &str) {
        let (before, after) = (choices(old), choices(new));
        let (Some(before), Some(after)) = (&before, &after) else {
            let narrows = before.is_none() && after.is_some();
            let widens = before.is_some() && after.is_none() && self.direction == Direction::Written;
            if narrows || widens {
                self.report(at, String::from("choices where there were none, or none where there were"));
            }
            return;
        };
        let changed: Vec<String> = match self.direction {
            Direction::Written => after.difference(before).map(|word| format!("may now be {word}")).collect(),
            Direction::Read => {
                before.difference(after).map(|word| format!("may no longer be {word}")).collect()
            }
        };
        changed.into_iter().for_each(|says| self.report(at, says));
    }

    fn properties(&mut self, old: &Value, new: &Value, at: &str) {
        let Some(Value::Object(before)) = old.get("properties") else { return };
        for (key, old) in before {
            match new.get("properties").and_then(|after| after.get(key)) {
                Some(new) => self.schema(old, new, &format!("{at}.{key}")),
                None => self.report(at, format!("`{key}` is gone")),
            }
        }
    }

    fn required(&mut self, old: &Value, new: &Value, at: &str) {
        let (before, after) = (required(old), required(new));
        match self.direction {
            Direction::Written => {
                for key in before.difference(&after) {
                    self.report(at, format!("`{key}` may now be absent"));
                }
            }
            Direction::Read => {
                for key in after.difference(&before) {
                    self.report(at, format!("`{key}` is now required"));
                }
            }
        }
    }

    fn others(&mut self, old: &Value, new: &Value, at: &str) {
        let open = |schema: &Value| schema.get("additionalProperties") != Some(&Value::Bool(false));
        if open(old) && !open(new) {
            self.report(at, String::from("other keys are no longer allowed"));
        }
        if let (Some(old @ Value::Object(_)), Some(new @ Value::Object(_))) =
            (old.get("additionalProperties"), new.get("additionalProperties"))
        {
            self.schema(old, new, &format!("{at}.*"));
        }
    }
}

fn texts(list: Option<&Value>) -> BTreeSet<String> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(String::from).collect()
}

fn types(schema: &Value) -> BTreeSet<String> {
    match schema.get("type") {
        Some(Value::String(name)) => BTreeSet::from([name.clone()]),
        list => texts(list),
    }
}

fn required(schema: &Value) -> BTreeSet<String> {
    texts(schema.get("required"))
}

/// The choices of a schema, descriptions left out: words, references and types.
fn choices(schema: &Value) -> Option<BTreeSet<String>> {
    if let Some(word) = schema.get("const") {
        return Some(BTreeSet::from([word.to_string()]));
    }
    let list = ["enum", "oneOf", "anyOf"].into_iter().find_map(|keyword| schema.get(keyword))?;
    let plain = |choice: &Value| {
        let mut choice = choice.clone();
        if let Value::Object(choice) = &mut choice {
            choice.remove("description");
        }
        match choice.get("const") {
            Some(word) => word.to_string(),
            None => choice.to_string(),
        }
    };
    Some(list.as_array()?.iter().map(plain).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A form with something of everything.
    fn form() -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": { "type": "string", "pattern": "^I" },
                "next": { "type": ["string", "null"], "format": "date" },
                "mode": { "oneOf": [{ "const": "automatic", "description": "a" }, { "const": "manual" }] },
                "sum": { "$ref": "#/$defs/Sum" },
                "lines": { "type": "array", "items": { "type": "integer" } },
            },
            "required": ["id", "next"],
            "$defs": { "Sum": { "type": "object", "properties": { "count": { "type": "integer" } } } },
        })
    }

    type Change = fn(&mut Value);

    fn found(change: Change) -> [Vec<String>; 2] {
        let mut later = form();
        change(&mut later);
        [Direction::Written, Direction::Read].map(|direction| breaks(&form(), &later, direction))
    }

    fn remove(schema: &mut Value, key: &str) {
        schema.as_object_mut().unwrap().remove(key);
    }

    #[test]
    fn what_breaks_neither() {
        let changes: [Change; 5] = [
            |_| {},
            |form| form["properties"]["id"]["description"] = json!("other words"),
            |form| form["properties"]["mode"]["oneOf"][0]["description"] = json!("b"),
            |form| form["properties"]["new"] = json!({ "type": "string" }),
            |form| form["$defs"]["New"] = json!({ "type": "string" }),
        ];
        for change in changes {
            assert_eq!(found(change), [const { Vec::<String>::new() }; 2]);
        }
    }

    #[test]
    fn what_breaks_both() {
        let changes: [(Change, &str); 11] = [
            (|form| remove(&mut form["properties"], "next"), "$: `next` is gone"),
            (|form| remove(&mut form["$defs"], "Sum"), "Sum: the definition is gone"),
            (|form| remove(&mut form["$defs"]["Sum"]["properties"], "count"), "Sum: `count` is gone"),
            (|form| form["properties"]["next"]["type"] = json!("string"), "$.next: no longer null"),
            (|form| form["properties"]["lines"]["items"]["type"] = json!([]), "$.lines[]: no longer integer"),
            (
                |form| form["properties"]["id"]["pattern"] = json!("^J"),
                "$.id: pattern changes from \"^I\" to \"^J\"",
            ),
            (
                |form| form["properties"]["id"]["format"] = json!("date"),
                "$.id: format changes from nothing to \"date\"",
            ),
            (
                |form| form["properties"]["sum"]["$ref"] = json!("#/$defs/Other"),
                "$.sum: $ref changes from \"#/$defs/Sum\" to \"#/$defs/Other\"",
            ),
            (|form| form["additionalProperties"] = json!(false), "$: other keys are no longer allowed"),
            (
                |form| form["properties"]["id"]["enum"] = json!(["I1"]),
                "$.id: choices where there were none, or none where there were",
            ),
            (
                |form| form["$defs"]["Sum"]["properties"]["count"] = json!({ "type": "string" }),
                "Sum.count: no longer integer",
            ),
        ];
        for (change, says) in changes {
            let found = found(change);
            assert!(found.iter().all(|found| found.contains(&says.to_owned())), "{says}: {found:?}");
        }
    }

    #[test]
    fn what_breaks_readers_of_plans_only() {
        let changes: [(Change, &str); 5] = [
            (|form| form["required"] = json!(["id"]), "$: `next` may now be absent"),
            (|form| form["properties"]["id"]["type"] = json!(["string", "null"]), "$.id: may now be null"),
            (
                |form| {
                    let words = form["properties"]["mode"]["oneOf"].as_array_mut();
                    words.unwrap().push(json!({ "const": "auto" }));
                },
                "$.mode: may now be \"auto\"",
            ),
            (
                |form| remove(&mut form["properties"]["id"], "pattern"),
                "$.id: pattern changes from \"^I\" to nothing",
            ),
            (
                |form| remove(&mut form["properties"]["mode"], "oneOf"),
                "$.mode: choices where there were none, or none where there were",
            ),
        ];
        for (change, says) in changes {
            assert_eq!(found(change), [vec![says.to_owned()], Vec::new()], "{says}");
        }
    }

    #[test]
    fn what_breaks_writers_of_data_only() {
        let changes: [(Change, &str); 2] = [
            (|form| form["required"] = json!(["id", "next", "mode"]), "$: `mode` is now required"),
            (
                |form| form["properties"]["mode"]["oneOf"] = json!([{ "const": "manual" }]),
                "$.mode: may no longer be \"automatic\"",
            ),
        ];
        for (change, says) in changes {
            assert_eq!(found(change), [Vec::new(), vec![says.to_owned()]], "{says}");
        }
    }
}

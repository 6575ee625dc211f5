//! A small validator for the keywords that the schemas use; a keyword it does not know is a failed test.

use chrono::NaiveDate;
use serde_json::{Map, Value};

/// What of an instance does not keep to a schema, each with its place.
pub(crate) fn validate(schema: &Value, instance: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Validator { root: schema, found: &mut found }.value(schema, instance, "$");
    found
}

struct Validator<'a> {
    root: &'a Value,
    found: &'a mut Vec<String>,
}

impl Validator<'_> {
    fn value(&mut self, schema: &Value, instance: &Value, at: &str) {
        let Value::Object(schema) = schema else {
            assert_eq!(schema, &Value::Bool(true), "{at}: no schema");
            return;
        };
        for (keyword, says) in schema {
            self.keyword(keyword, says, schema, instance, at);
        }
    }

    fn keyword(
        &mut self,
        keyword: &str,
        says: &Value,
        schema: &Map<String, Value>,
        instance: &Value,
        at: &str,
    ) {
        match keyword {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let pointer = says.as_str().unwrap().trim_start_matches('#');
                let target = self.root.pointer(pointer).unwrap_or_else(|| panic!("{at}: no {pointer}"));
                self.value(target, instance, at);
            }
            "type" => self.check(at, is_of(says, instance), || format!("not of the type {}", words(says))),
            "const" => self.check(at, says == instance, || format!("not {says}")),
            "enum" => {
                self.check(at, says.as_array().unwrap().contains(instance), || format!("none of {says}"))
            }
            "pattern" => {
                let fits = instance.as_str().is_none_or(|text| matches(says.as_str().unwrap(), text));
                self.check(at, fits, || format!("not of the form {}", says.as_str().unwrap()));
            }
            "format" => self.format(says.as_str().unwrap(), instance, at),
            "minimum" => {
                let least = says.as_i64().unwrap();
                self.check(at, instance.as_i64().is_none_or(|n| n >= least), || format!("below {least}"));
            }
            "allOf" => says.as_array().unwrap().iter().for_each(|part| self.value(part, instance, at)),
            "oneOf" | "anyOf" => self.choices(keyword, says, instance, at),
            "required" => {
                for key in says.as_array().unwrap().iter().filter_map(Value::as_str) {
                    let there = instance.as_object().is_none_or(|object| object.contains_key(key));
                    self.check(at, there, || format!("without `{key}`"));
                }
            }
            "properties" => self.properties(says, instance, at),
            "additionalProperties" => self.others(says, schema, instance, at),
            "items" => {
                for (n, item) in instance.as_array().into_iter().flatten().enumerate() {
                    self.value(says, item, &format!("{at}[{n}]"));
                }
            }
            _ => panic!("{at}: the validator does not know `{keyword}`"),
        }
    }

    fn check(&mut self, at: &str, fits: bool, says: impl Fn() -> String) {
        if !fits {
            self.found.push(format!("{at}: {}", says()));
        }
    }

    fn format(&mut self, format: &str, instance: &Value, at: &str) {
        let fits = match (format, instance.as_str()) {
            ("date", Some(text)) => text.parse::<NaiveDate>().is_ok(),
            ("date", None) => true,
            ("uint" | "uint32" | "uint64", _) => instance.is_null() || instance.is_u64(),
            ("int64", _) => instance.is_null() || instance.is_i64(),
            _ => panic!("{at}: the validator does not know the format `{format}`"),
        };
        self.check(at, fits, || format!("not a {format}"));
    }

    fn choices(&mut self, keyword: &str, says: &Value, instance: &Value, at: &str) {
        let fits = |choice: &&Value| {
            let mut found = Vec::new();
            Validator { root: self.root, found: &mut found }.value(choice, instance, at);
            found.is_empty()
        };
        let number = says.as_array().unwrap().iter().filter(fits).count();
        self.check(at, number > 0, || String::from("none of the choices fits"));
        self.check(at, number < 2 || keyword == "anyOf", || String::from("several choices fit"));
    }

    fn properties(&mut self, says: &Value, instance: &Value, at: &str) {
        let Value::Object(object) = instance else { return };
        for (key, schema) in says.as_object().unwrap() {
            if let Some(value) = object.get(key) {
                self.value(schema, value, &format!("{at}.{key}"));
            }
        }
    }

    fn others(&mut self, says: &Value, schema: &Map<String, Value>, instance: &Value, at: &str) {
        let Value::Object(object) = instance else { return };
        let known = |key: &str| schema.get("properties").is_some_and(|known| known.get(key).is_some());
        for (key, value) in object.iter().filter(|(key, _)| !known(key)) {
            match says {
                Value::Bool(allowed) => self.check(at, *allowed, || format!("`{key}` is not known")),
                says => self.value(says, value, &format!("{at}.{key}")),
            }
        }
    }
}

fn names(types: &Value) -> Vec<&str> {
    match types {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => panic!("no type: {types}"),
    }
}

fn words(types: &Value) -> String {
    names(types).join(" or ")
}

fn is_of(types: &Value, instance: &Value) -> bool {
    names(types).into_iter().any(|name| match name {
        "null" => instance.is_null(),
        "boolean" => instance.is_boolean(),
        "integer" => instance.is_i64() || instance.is_u64(),
        "number" => instance.is_number(),
        "string" => instance.is_string(),
        "array" => instance.is_array(),
        "object" => instance.is_object(),
        _ => panic!("no type: {name}"),
    })
}

/// The two patterns that the schemas have.
fn matches(pattern: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match pattern {
        "^[A-Z]{3}$" => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        r"^-?[0-9]+(\.[0-9]+)?$" => {
            let text = text.strip_prefix('-').unwrap_or(text);
            text.split_once('.').map_or(digits(text), |(whole, fraction)| digits(whole) && digits(fraction))
        }
        _ => panic!("the validator does not know the pattern {pattern}"),
    }
}

//! The forms of a plan and of a policy read back as JSON Schemas, made from the types that are written.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::json::End;
use crate::plan::{Action, Customer, Header, Plan, Waiting, Withheld};
use crate::read::Reading;
use crate::snapshot::problem::Problem;

/// The schema of a plan. The JSON and the YAML document are its root; a line of JSON lines is `$defs/Line`.
#[must_use]
pub fn plan() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let lines = [
        line::<Header>(&mut generator, "header"),
        line::<Customer>(&mut generator, "customer"),
        line::<Action>(&mut generator, "action"),
        line::<Withheld>(&mut generator, "withheld"),
        line::<Waiting>(&mut generator, "waiting"),
        line::<Problem>(&mut generator, "problem"),
        line::<End>(&mut generator, "end"),
    ];
    let mut root = generator.into_root_schema_for::<Plan>();
    let definitions = root.ensure_object().entry("$defs").or_insert_with(|| json!({}));
    if let Some(definitions) = definitions.as_object_mut() {
        let description = "One line of the JSON lines form.";
        definitions.insert(String::from("Line"), json!({ "description": description, "oneOf": lines }));
        definitions.sort_keys();
    }
    root.to_value()
}

/// The schema of a policy read back.
#[must_use]
pub fn policy() -> Value {
    let mut root =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Reading>();
    if let Some(definitions) = root.ensure_object().get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.sort_keys();
    }
    root.to_value()
}

/// An entry with its `type`.
fn line<T: JsonSchema>(generator: &mut SchemaGenerator, kind: &str) -> Schema {
    let entry = generator.subschema_for::<T>();
    schemars::json_schema!({
        "type": "object",
        "properties": { "type": { "const": kind } },
        "required": ["type"],
        "allOf": [entry],
    })
}

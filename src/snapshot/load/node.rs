//! YAML and JSON as one small tree that keeps lines and the exact spelling of numbers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_yaml::Spanned;

use super::error::LoadError;
use crate::code::Code;

/// How deep lists and mappings may stand in each other; data has three levels.
const DEEPEST: usize = 32;

/// A value and the line on which it starts.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) value: Value,
}

/// What a node holds. Numbers and truth values stay text, as written.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The text of a scalar; a list of scalars is joined with `;`. Nothing for a mapping.
    pub(super) fn cell(&self) -> Option<String> {
        match &self.value {
            Value::Null => Some(String::new()),
            Value::Text(text) => Some(text.clone()),
            Value::List(items) => {
                items.iter().map(Node::cell).collect::<Option<Vec<String>>>().map(|texts| texts.join(";"))
            }
            Value::Map(_) => None,
        }
    }

    /// In words, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}

/// Reads a YAML or JSON text.
pub(super) fn parse(file: &str, text: &str) -> Result<Node, LoadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with('{') {
        return parse_yaml(file, text);
    }
    // A YAML text may start with a brace, too; JSON is tried first, since it keeps its own escapes.
    parse_json(file, text).or_else(|error| match std::path::Path::new(file).extension() {
        Some(extension) if extension == "json" => Err(error),
        _ => parse_yaml(file, text),
    })
}

fn parse_json(file: &str, text: &str) -> Result<Node, LoadError> {
    let fail = |line, message| LoadError::new(Code::InvalidDocument, file, line, message);
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| {
        fail(Some(error.line() as u64), format!("it is not valid JSON: {error}"))
            .help("look at this line and the one above it")
    })?;
    Json::new(text).node(raw, DEEPEST).ok_or_else(|| {
        fail(None, format!("its lists and objects stand in each other more than {DEEPEST} deep"))
            .help("data has tables, records and values; look at where the file comes from")
    })
}

/// Where a JSON text stands in memory and its lines begin; what was read of it borrows from it.
struct Json {
    base: usize,
    newlines: Vec<usize>,
}

impl Json {
    fn new(text: &str) -> Json {
        let newlines =
            text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at).collect();
        Json { base: text.as_ptr() as usize, newlines }
    }

    /// The tree of a value; nothing when it is deeper than `levels`.
    fn node(&self, raw: &RawValue, levels: usize) -> Option<Node> {
        let source = raw.get();
        let start = (source.as_ptr() as usize).saturating_sub(self.base);
        let line = 1 + self.newlines.partition_point(|&at| at < start) as u64;
        let below = || levels.checked_sub(1);
        let value = match source.as_bytes().first() {
            Some(b'{') => {
                let levels = below()?;
                let pairs = json_pairs(source).into_iter();
                Value::Map(
                    pairs.map(|(name, raw)| Some((name, self.node(raw, levels)?))).collect::<Option<_>>()?,
                )
            }
            Some(b'[') => {
                let levels = below()?;
                let items: Vec<&RawValue> = serde_json::from_str(source).unwrap_or_default();
                Value::List(items.into_iter().map(|raw| self.node(raw, levels)).collect::<Option<_>>()?)
            }
            _ => scalar(source).map_or(Value::Null, Value::Text),
        };
        Some(Node { line, value })
    }
}

/// The text of a JSON scalar; nothing for null.
fn scalar(source: &str) -> Option<String> {
    match source.as_bytes().first() {
        Some(b'"') => serde_json::from_str(source).ok(),
        Some(b'n') => None,
        _ => Some(String::from(source)),
    }
}

fn json_pairs(source: &str) -> Vec<(String, &RawValue)> {
    serde_json::from_str(source).map_or_else(|_| Vec::new(), |pairs: Pairs<'_>| pairs.0)
}

/// The members of one JSON object, in order, their values still as written.
pub(super) struct Pairs<'a>(pub(super) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs<'de>, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The cell of a JSON value, appended to `into`; false for an object, which no cell can hold.
pub(super) fn json_cell(raw: &RawValue, into: &mut String) -> bool {
    let source = raw.get();
    match source.as_bytes().first() {
        Some(b'{') => return false,
        Some(b'"') if !source.contains('\\') => into.push_str(&source[1..source.len() - 1]),
        Some(b'[') => match Json::new(source).node(raw, DEEPEST).and_then(|node| node.cell()) {
            Some(text) => into.push_str(&text),
            None => return false,
        },
        _ => into.push_str(&scalar(source).unwrap_or_default()),
    }
    true
}

/// What YAML says before the spelling of plain scalars is looked up in the source.
enum Draft {
    Null,
    Plain,
    Text(String),
    List(Vec<Spanned<Draft>>),
    Map(Vec<(String, Spanned<Draft>)>),
}

fn parse_yaml(file: &str, text: &str) -> Result<Node, LoadError> {
    let draft: Spanned<Draft> = serde_yaml::from_str_with_options(text, yaml_options()).map_err(|error| {
        let line = error.location().map(|at| at.line());
        let (message, help) = no_yaml(error.without_snippet());
        LoadError::new(Code::InvalidDocument, file, line, message).help(help)
    })?;
    Ok(node_of_draft(draft, text))
}

/// What is wrong with a YAML text, and what to do about it.
fn no_yaml(error: &serde_yaml::Error) -> (String, &'static str) {
    use serde_yaml::Error as E;
    use serde_yaml::budget::BudgetBreach as B;
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or(&said);
    match error {
        E::DuplicateMappingKey { key, .. } => {
            let key = key.as_ref().map_or(String::from("a key"), |key| format!("the key `{key}`"));
            (format!("{key} stands twice"), "keep one of them")
        }
        E::Budget { breach: B::Documents { .. }, .. } => {
            (String::from("it holds several documents"), "keep one, and leave out lines of `---`")
        }
        _ if said.contains("budget breached") || said.contains("alias replay") => (
            String::from("it is larger, deeper or repeats more than a document may"),
            "give the tables as CSV or JSON lines in a folder; data needs no anchors and aliases",
        ),
        _ if said.contains("recursion limit") => (
            format!("its lists and mappings stand in each other more than {DEEPEST} deep"),
            "data has tables, records and values; look at where the file comes from",
        ),
        _ => (
            format!("it is not valid YAML: {said}"),
            "look at the indentation and the quotation marks of this line and the one above it",
        ),
    }
}

/// Numbers with leading zeros or underscores are texts, and only `true` and `false` are truth values.
fn yaml_options() -> serde_yaml::Options {
    serde_yaml::options! {
        // No anchor is needed in data, so that what aliases repeat stays small.
        budget: serde_yaml::budget! {
            max_events: 20_000_000,
            max_nodes: 4_000_000,
            max_depth: DEEPEST,
            max_documents: 1,
            max_recorded_anchor_events: 100_000,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_yaml::NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

fn node_of_draft(draft: Spanned<Draft>, text: &str) -> Node {
    let line = draft.referenced.line();
    let value = match draft.value {
        Draft::Null => Value::Null,
        Draft::Text(text) => Value::Text(text),
        Draft::Plain => Value::Text(spelling(draft.defined, text)),
        Draft::List(items) => Value::List(items.into_iter().map(|item| node_of_draft(item, text)).collect()),
        Draft::Map(pairs) => {
            Value::Map(pairs.into_iter().map(|(name, value)| (name, node_of_draft(value, text))).collect())
        }
    };
    Node { line, value }
}

/// A plain scalar as it stands in the source.
fn spelling(at: serde_yaml::Location, text: &str) -> String {
    let span = at.span();
    let start = span.byte_offset().and_then(|start| usize::try_from(start).ok());
    let length = span.byte_len().and_then(|length| usize::try_from(length).ok());
    let range = start.zip(length).and_then(|(start, length)| text.get(start..start.checked_add(length)?));
    String::from(range.unwrap_or_default().trim())
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Draft, D::Error> {
        deserializer.deserialize_any(Drafts)
    }
}

struct Drafts;

impl<'de> Visitor<'de> for Drafts {
    type Value = Draft;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Draft, E> {
        Ok(Draft::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Draft, E> {
        Ok(Draft::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Draft, E> {
        Ok(Draft::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Draft, E> {
        Ok(Draft::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Draft, E> {
        Ok(Draft::Plain)
    }

    fn visit_str<E>(self, text: &str) -> Result<Draft, E> {
        Ok(Draft::Text(String::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Draft, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Draft::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Draft, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Draft::Map(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(node: &Node) -> String {
        match &node.value {
            Value::Null => String::from("~"),
            Value::Text(text) => format!("{}:{text}", node.line),
            Value::List(items) => format!("[{}]", items.iter().map(outline).collect::<Vec<_>>().join(" ")),
            Value::Map(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={}", outline(v))).collect();
                format!("{{{}}}", pairs.join(" "))
            }
        }
    }

    #[test]
    fn numbers_keep_their_spelling_and_values_their_line() {
        let yaml = "é: 1200.10\nb: 0x1F # c\nc: [1.50, no, true, 007, ~]\nd: 12345678901234567890.12\n";
        let node = parse("a.yaml", yaml).unwrap();
        assert_eq!(
            outline(&node),
            "{é=1:1200.10 b=2:0x1F c=[3:1.50 3:no 3:true 3:007 ~] d=4:12345678901234567890.12}"
        );
        let json = "{\n\t\"a\": 1200.10,\n \"c\": [1.50,\n null, true, \"x\\u0041\"]}";
        assert_eq!(outline(&parse("a.json", json).unwrap()), "{a=2:1200.10 c=[3:1.50 ~ 4:true 4:xA]}");
    }

    #[test]
    fn a_syntax_error_has_its_line() {
        assert!(parse("a.yaml", "a: 1\nb: [1\n").unwrap_err().reasons[0].line.is_some());
        assert_eq!(parse("a.json", "{\"a\": 1,\n}").unwrap_err().reasons[0].line, Some(2));
    }
}

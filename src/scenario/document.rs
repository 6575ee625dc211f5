//! Stated facts as a document of data, which the loader reads like any other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::span::Span;
use crate::syntax::ast::Name;

/// A row of a table, and the places of what it was stated with.
pub(super) struct Row {
    /// The line of the scenario.
    pub(super) span: Span,
    cells: Map<String, Value>,
    facts: Vec<(String, Span)>,
}

impl Row {
    pub(super) fn new(span: Span) -> Row {
        Row { span, cells: Map::new(), facts: Vec::new() }
    }

    /// With the value of a column, in place of one that was there.
    pub(super) fn with(mut self, column: &str, value: impl Into<String>) -> Row {
        self.cells.insert(String::from(column), Value::String(value.into()));
        self
    }

    /// With the value of a column where there is one.
    pub(super) fn with_some(self, column: &str, value: Option<impl Into<String>>) -> Row {
        match value {
            Some(value) => self.with(column, value),
            None => self,
        }
    }

    /// With a fact that the author states.
    pub(super) fn stating(mut self, name: &Name, value: String) -> Row {
        self.facts.push((name.text.clone(), name.span));
        self.with(&name.text, value)
    }

    /// Where a column's value was stated.
    pub(super) fn place(&self, column: Option<&str>) -> Span {
        let fact = self.facts.iter().find(|(name, _)| Some(name.as_str()) == column);
        fact.map_or(self.span, |(_, span)| *span)
    }
}

/// Tables of rows.
#[derive(Default)]
pub(super) struct Document {
    tables: BTreeMap<&'static str, Vec<Row>>,
}

impl Document {
    pub(super) fn add(&mut self, table: &'static str, row: Row) {
        self.tables.entry(table).or_default().push(row);
    }

    /// The text, with each row on a line of its own, and the row of each line.
    pub(super) fn text(&self) -> (String, BTreeMap<u64, &Row>) {
        let (mut text, mut rows, mut line) = (String::from("{"), BTreeMap::new(), 1);
        for (at, (table, list)) in self.tables.iter().enumerate() {
            text.push_str(&format!("{}\"{table}\": [", if at == 0 { "" } else { ",\n" }));
            line += u64::from(at > 0);
            for (at, row) in list.iter().enumerate() {
                text.push_str(if at == 0 { "\n" } else { ",\n" });
                text.push_str(&Value::Object(row.cells.clone()).to_string());
                line += 1;
                rows.insert(line, row);
            }
            text.push(']');
        }
        text.push('}');
        (text, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_on_the_line_that_is_told() {
        let mut document = Document::default();
        let row = |id: &str| Row::new(Span::NOWHERE).with("id", id);
        document.add("invoices", row("I-1"));
        document.add("customers", row("C-1"));
        document.add("customers", row("C-2"));
        let (text, rows) = document.text();
        let lines: Vec<&str> = text.lines().collect();
        let told: Vec<(u64, &str)> = rows.keys().map(|line| (*line, lines[*line as usize - 1])).collect();
        let all = [(2, r#"{"id":"C-1"},"#), (3, r#"{"id":"C-2"}],"#), (5, r#"{"id":"I-1"}]}"#)];
        assert_eq!(told, all);
    }
}

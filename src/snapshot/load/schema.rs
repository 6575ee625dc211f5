//! The form of the data as a JSON Schema, made from the tables' columns.

use serde_json::{Map, Value, json};

use super::columns::Table;
use super::manifest::{KEYS, LAST_HEADER};

/// The schema of a document with tables, and of `snapshot.yaml`, which maps files onto them.
#[must_use]
pub fn schema() -> Value {
    let mut properties = Map::new();
    let moment = "A date, or a time with offset such as 2026-10-05T06:00:00+02:00.";
    properties.insert(String::from("taken"), json!({ "description": moment, "type": ["string", "null"] }));
    properties.insert(
        String::from("as_of"),
        json!({ "description": "The default day to plan for.", "type": ["string", "null"] }),
    );
    let mut definitions = Map::new();
    for table in Table::ALL {
        let entry = json!({ "anyOf": [
            { "type": "array", "items": { "$ref": format!("#/$defs/{}", table.name()) } },
            { "$ref": format!("#/$defs/{}", mapping_name(table)) },
            { "type": "null" },
        ]});
        properties.insert(String::from(table.name()), entry);
        definitions.insert(String::from(table.name()), record(table));
        definitions.insert(mapping_name(table), mapping(table));
    }
    for kind in Kind::ALL {
        definitions.insert(String::from(kind.name()), kind.definition());
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Snapshot",
        "description": "Invoices, customers and what is known of them: the tables themselves, or how files are mapped onto them.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": definitions,
    })
}

fn mapping_name(table: Table) -> String {
    format!("{}_mapping", table.name())
}

/// One record. Further columns are the policy's own fields, or are reported as not used.
fn record(table: Table) -> Value {
    let columns = table
        .columns()
        .iter()
        .map(|column| (String::from(*column), json!({ "$ref": format!("#/$defs/{}", kind(column).name()) })));
    let properties: Map<String, Value> = columns.collect();
    let groups = || table.required().iter().copied();
    let single: Vec<&str> = groups().filter(|group| group.len() == 1).map(|group| group[0]).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "required": single });
    if let Some(group) = groups().find(|group| group.len() > 1) {
        let choices = group.iter().map(|column| json!({ "required": [column] }));
        schema["anyOf"] = choices.collect();
    }
    schema
}

/// How a file is mapped onto a table.
fn mapping(table: Table) -> Value {
    let mut properties = Map::new();
    for key in KEYS {
        let texts = json!({ "type": ["object", "null"], "additionalProperties": { "type": ["string", "number", "boolean"] } });
        let form = match key {
            "columns" | "constants" => texts,
            "steps" if table == Table::History => texts,
            "values" => json!({ "type": ["object", "null"], "additionalProperties": texts }),
            "lines" if table == Table::Invoices => json!({ "const": "sum" }),
            "steps" | "lines" => continue,
            "header" => json!({ "type": "integer", "minimum": 1, "maximum": LAST_HEADER }),
            "decimal" => json!({ "enum": [",", "."] }),
            _ => json!({ "type": "string" }),
        };
        properties.insert(String::from(key), form);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// How a column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    Time,
    Amount,
    Currency,
    YesOrNo,
    Tags,
    Days,
    Status,
    Sort,
    HandedOver,
    InsolventSince,
    Outcome,
    Channel,
}

/// The kind of a column; columns of one name are of one kind in all tables.
fn kind(column: &str) -> Kind {
    match column {
        "amount" | "balance" | "promise_amount" | "credit_limit" => Kind::Amount,
        "due_date" | "issue_date" | "paid_date" | "dispute_opened" | "dispute_closed" | "promise_made"
        | "promise_date" | "hold_until" | "since" | "date" | "opened" | "closed" | "made" | "due" => {
            Kind::Date
        }
        "at" => Kind::Time,
        "currency" => Kind::Currency,
        "disputed" | "do_not_contact" => Kind::YesOrNo,
        "tags" => Kind::Tags,
        "terms" => Kind::Days,
        "status" => Kind::Status,
        "kind" => Kind::Sort,
        "handed_over" => Kind::HandedOver,
        "insolvent_since" => Kind::InsolventSince,
        "outcome" => Kind::Outcome,
        "channel" => Kind::Channel,
        _ => Kind::Text,
    }
}

impl Kind {
    const ALL: [Kind; 14] = [
        Kind::Text,
        Kind::Date,
        Kind::Time,
        Kind::Amount,
        Kind::Currency,
        Kind::YesOrNo,
        Kind::Tags,
        Kind::Days,
        Kind::Status,
        Kind::Sort,
        Kind::HandedOver,
        Kind::InsolventSince,
        Kind::Outcome,
        Kind::Channel,
    ];

    fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Amount => "amount",
            Kind::Currency => "currency",
            Kind::YesOrNo => "yes_or_no",
            Kind::Tags => "tags",
            Kind::Days => "days",
            Kind::Status => "status",
            Kind::Sort => "customer_kind",
            Kind::HandedOver => "handed_over",
            Kind::InsolventSince => "insolvent_since",
            Kind::Outcome => "outcome",
            Kind::Channel => "channel",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Kind::Text => "A text.",
            Kind::Date => {
                "A date such as 2026-10-05, or a timestamp, which becomes the date in the policy's timezone; years from 1900 to 2200."
            }
            Kind::Time => "A time of day such as 09:30.",
            Kind::Amount => "An amount such as 1200.50, with no more decimals than the currency has.",
            Kind::Currency => "An ISO 4217 code in capitals; the policy's currency where there is none.",
            Kind::YesOrNo => "`yes` `no`, `true` `false`, `y` `n`, `1` `0`, in any case.",
            Kind::Tags => "Marks: a list, or a text with `;`, `,` or `|` between them.",
            Kind::Days => "Days, such as 30, `30 days`, `net 30` or `30 days end of month`.",
            Kind::Status => "`draft`, `open`, `void` or `written_off`; missing means open.",
            Kind::Sort => "`business`, `consumer` or `public`.",
            Kind::HandedOver => "A date, the name of an agency, or yes or no.",
            Kind::InsolventSince => "A date, or yes or no.",
            Kind::Outcome => {
                "`approved`, `withdrawn`, `failed`, `unknown`, `declined`, `assigned`, `bounced`, `done` or `sent`."
            }
            Kind::Channel => "`email`, `sms`, `letter` or `call`.",
        }
    }

    /// Values are texts, or what YAML and JSON make of the same spelling; nothing means that it is not known.
    fn definition(self) -> Value {
        let scalars = ["string", "number", "boolean"];
        let mut schema = match self {
            Kind::Date | Kind::Time | Kind::Currency | Kind::Outcome | Kind::Channel => {
                json!({ "type": ["string", "null"] })
            }
            Kind::Amount => json!({ "type": ["string", "number", "null"] }),
            Kind::Tags => json!({
                "type": ["string", "number", "boolean", "null", "array"],
                "items": { "type": scalars },
            }),
            _ => json!({ "type": ["string", "number", "boolean", "null"] }),
        };
        schema["description"] = json!(self.description());
        schema
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::snapshot::{LoadOptions, parse_document};

    /// A document whose tables have one record each, with one cell replaced.
    fn document(table: Table, column: &str, cell: Value) -> String {
        let mut document = json!({
            "customers": [{ "customer_id": "C1" }],
            "invoices": [{ "invoice_id": "I1", "customer_id": "C1", "amount": 100, "due_date": "2026-10-01" }],
            "contacts": [{ "customer_id": "C1", "role": "billing" }],
            "payments": [{ "payment_id": "P1", "date": "2026-10-01", "amount": 1, "customer_id": "C1" }],
            "credit_notes": [{ "credit_id": "N1", "date": "2026-10-01", "amount": 1, "customer_id": "C1" }],
            "disputes": [{ "invoice_id": "I1" }],
            "promises": [{ "invoice_id": "I1", "due": "2026-10-01" }],
            "history": [{ "invoice_id": "I1", "date": "2026-10-01", "step": "call finance", "outcome": "done" }],
        });
        document[table.name()][0][column] = cell;
        document.to_string()
    }

    fn problems(table: Table, column: &str, cell: Value) -> Vec<String> {
        let options = LoadOptions {
            currency: Currency::EUR,
            fields: &[],
            terms: None,
            timezone: chrono_tz::Europe::Paris,
        };
        let snapshot = parse_document("data.json", &document(table, column, cell), &options).unwrap();
        let is_of = |place: &crate::snapshot::problem::Place| place.column.as_deref() == Some(column);
        let of_column = snapshot.problems.iter().filter(|problem| problem.place.as_ref().is_some_and(is_of));
        of_column.map(|problem| problem.code.word().to_owned()).collect()
    }

    /// What the loader takes for a column is what its kind says: a text that is none of the other kinds.
    #[test]
    fn kinds_are_those_that_the_loader_reads() {
        let mut wrong = Vec::new();
        let mut columns = 0;
        for table in Table::ALL {
            for column in table.columns() {
                columns += 1;
                let refuses = problems(table, column, json!("~ no such value ~"))
                    .contains(&"unreadable-value".to_owned());
                let open = matches!(kind(column), Kind::Text | Kind::Tags | Kind::HandedOver);
                if refuses == open {
                    wrong.push(format!("{} {column}: {:?}", table.name(), kind(column)));
                }
            }
        }
        assert_eq!((wrong, columns > 60), (Vec::<String>::new(), true));
    }

    #[test]
    fn examples_of_each_kind_are_read() {
        for (column, table, cells) in [
            ("due_date", Table::Invoices, json!(["2026-10-05", "2026-10-05T23:30:00Z"])),
            ("at", Table::History, json!(["09:30"])),
            ("amount", Table::Invoices, json!(["1200.50", 1200.5, 7])),
            ("currency", Table::Invoices, json!(["EUR"])),
            ("disputed", Table::Invoices, json!(["yes", "No", true, 0])),
            ("tags", Table::Invoices, json!(["a;b", ["a", 1], 7])),
            ("terms", Table::Customers, json!([30, "30 days", "30 days end of month"])),
            ("status", Table::Invoices, json!(["draft", "open", "void", "written_off"])),
            ("kind", Table::Customers, json!(["business", "consumer", "public"])),
            ("handed_over", Table::Invoices, json!(["Agency", "2026-10-01", "yes", false])),
            ("insolvent_since", Table::Customers, json!(["2026-10-01", "yes", false])),
            (
                "outcome",
                Table::History,
                json!(["withdrawn", "failed", "unknown", "declined", "done", "sent"]),
            ),
            ("channel", Table::History, json!(["email", "sms", "letter", "call"])),
        ] {
            for cell in cells.as_array().unwrap() {
                assert_eq!(problems(table, column, cell.clone()), Vec::<String>::new(), "{column}: {cell}");
            }
        }
    }
}

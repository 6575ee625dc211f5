//! The facts of a case and its ledger, as they change from day to day.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use dun::plan::Action;
use dun::snapshot::{LoadOptions, Snapshot, parse_document};
use serde_json::{Map, Value, json};

use crate::play::members;
use crate::policy::Ready;

/// A snapshot document that can be changed.
#[derive(Debug, Clone)]
pub(crate) struct World {
    document: Map<String, Value>,
}

/// The tables whose rows have a number of their own.
const IDS: [(&str, &str); 4] = [
    ("customers", "customer_id"),
    ("invoices", "invoice_id"),
    ("payments", "payment_id"),
    ("credit_notes", "credit_id"),
];

impl World {
    /// The facts as the case begins.
    pub(crate) fn read(folder: &Path, name: &str) -> World {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        World { document: serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}")) }
    }

    fn table(&mut self, name: &str) -> &mut Vec<Value> {
        let table = self.document.entry(name).or_insert_with(|| json!([]));
        table.as_array_mut().unwrap()
    }

    /// A row that is new, or new values of the row with its number; `null` takes a value away.
    pub(crate) fn change(&mut self, table: &str, row: &Value) {
        let id = IDS.iter().find(|(name, _)| *name == table).map(|(_, id)| *id);
        let rows = self.table(table);
        let old = rows.iter_mut().find(|old| id.is_some_and(|id| old[id] == row[id]));
        let Some(old) = old.and_then(Value::as_object_mut) else { return rows.push(row.clone()) };
        for (column, value) in row.as_object().unwrap() {
            if value.is_null() {
                old.remove(column);
            } else {
                old.insert(column.clone(), value.clone());
            }
        }
    }

    /// Writes an action into the ledger.
    pub(crate) fn record(&mut self, action: &Action, date: NaiveDate, outcome: &str) {
        let channel = action.kind.is_contact().then(|| action.kind.word());
        let done = json!({ "date": date, "step": action.step, "outcome": outcome, "channel": channel });
        let of_member = |member: &Value| {
            let mut row = done.clone();
            row["step"] = member["step"].clone();
            row["rung"] = member["rung"].clone();
            row["currency"] = member["currency"].clone();
            row["invoice_id"] = member["invoice"].clone();
            row
        };
        let mut rows: Vec<Value> = members(action).iter().map(of_member).collect();
        if rows.is_empty() {
            rows.push(done.clone());
            rows[0]["invoice_id"] = json!(action.invoices.first().map(|invoice| &invoice.id));
        }
        for row in &mut rows {
            if row["invoice_id"].is_null() {
                row["customer_id"] = json!(action.customer);
            }
            row.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        self.table("history").extend(rows);
    }

    /// The ledger rows about an invoice, in their order: step and outcome.
    pub(crate) fn ledger_of(&self, invoice: &str) -> Vec<(&str, &str)> {
        let rows = self.document.get("history").and_then(Value::as_array).into_iter().flatten();
        let of_invoice = rows.filter(|row| row["invoice_id"] == invoice);
        of_invoice.filter_map(|row| Some((row["step"].as_str()?, row["outcome"].as_str()?))).collect()
    }

    /// The facts as dun reads them.
    pub(crate) fn snapshot(&self, policy: &Ready) -> Snapshot {
        let options = LoadOptions::of(&policy.program.policy);
        let text = serde_json::to_string(&self.document).unwrap();
        parse_document("facts.json", &text, &options).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

//! How amounts stand in a plan: texts with the decimals of their currency.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serializer;

use crate::money::{Currency, Money};

/// The form of an amount, for the schema.
pub struct Amount;

impl JsonSchema for Amount {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Amount")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A decimal number with the decimals of its currency.",
            "type": "string",
            "pattern": "^-?[0-9]+(\\.[0-9]+)?$",
        })
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Currency")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An ISO 4217 currency code.",
            "type": "string",
            "pattern": "^[A-Z]{3}$",
        })
    }
}

/// Writes an amount with the decimals of its currency.
///
/// # Errors
/// When the serializer fails.
pub fn decimal<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&money.decimal())
}

/// The same for an amount that may be missing.
///
/// # Errors
/// When the serializer fails.
pub fn known_decimal<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    match money {
        Some(money) => decimal(money, serializer),
        None => serializer.serialize_none(),
    }
}

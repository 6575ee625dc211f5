//! The template engine as it is set up here: strict, bounded, and without a way out of its set.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use super::view::View;
use crate::locale::DateStyle;
use crate::money::Money;
use crate::suggest::one_of;
use chrono::NaiveDate;

/// What one rendering may cost, in the engine's unit: about one an instruction or 64 bytes of text.
/// A statement of some thousand invoices fits; a loop over a loop does not.
pub const FUEL: u64 = 500_000;

/// How deep includes, macros and blocks may nest; an include counts ten.
pub const RECURSION: usize = 120;

/// The longest body, in bytes.
pub const MAX_OUTPUT: usize = 1 << 20;

/// The filters a template may use, in the order of the reference.
pub(super) const FILTERS: [&str; 49] = [
    "money",
    "amount",
    "date",
    "default",
    "d",
    "join",
    "length",
    "count",
    "first",
    "last",
    "sort",
    "unique",
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "groupby",
    "batch",
    "slice",
    "list",
    "items",
    "dictsort",
    "reverse",
    "chain",
    "zip",
    "min",
    "max",
    "sum",
    "upper",
    "lower",
    "title",
    "capitalize",
    "trim",
    "replace",
    "split",
    "lines",
    "indent",
    "format",
    "string",
    "int",
    "float",
    "bool",
    "round",
    "abs",
    "attr",
    "escape",
    "e",
    "safe",
];

/// The tests that may follow `is`.
pub(super) const TESTS: [&str; 37] = [
    "defined",
    "undefined",
    "none",
    "true",
    "false",
    "boolean",
    "number",
    "integer",
    "int",
    "float",
    "string",
    "sequence",
    "iterable",
    "mapping",
    "odd",
    "even",
    "divisibleby",
    "startingwith",
    "endingwith",
    "lower",
    "upper",
    "in",
    "eq",
    "equalto",
    "ne",
    "lt",
    "lessthan",
    "le",
    "gt",
    "greaterthan",
    "ge",
    "sameas",
    "safe",
    "escaped",
    "filter",
    "test",
    "==",
];

/// The functions that may be called.
pub(super) const FUNCTIONS: [&str; 3] = ["range", "dict", "namespace"];

/// How template text is read: a line that holds only a `{% … %}` leaves no blank line behind.
pub(super) fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default()
}

/// An engine without templates. It has no loader, so a template finds only what is added to it.
pub(super) fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_syntax(syntax());
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.set_recursion_limit(RECURSION);
    // Without it the engine does not name the value that is missing; it costs only where rendering fails.
    engine.set_debug(true);
    engine.set_auto_escape_callback(|path| {
        if path.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None }
    });
    // Both print whatever the template was given, in a form that is nobody's contract.
    engine.remove_filter("pprint");
    engine.remove_global("debug");
    engine.add_filter("money", money);
    engine.add_filter("amount", amount);
    engine.add_filter("date", date);
    engine
}

fn money(value: &Value) -> Result<String, Error> {
    let view: &View<Money> = known(value, "money", "an amount of money")?;
    Ok(view.language.money(view.it))
}

fn amount(value: &Value) -> Result<String, Error> {
    let view: &View<Money> = known(value, "amount", "an amount of money")?;
    Ok(view.language.amount(view.it))
}

fn date(value: &Value, style: Option<&str>) -> Result<String, Error> {
    let view: &View<NaiveDate> = known(value, "date", "a date")?;
    let style = style.unwrap_or("long");
    let style = DateStyle::named(style).ok_or_else(|| {
        let known = one_of(DateStyle::NAMES);
        Error::new(
            ErrorKind::InvalidOperation,
            format!("`{style}` is no way to write a date; there is {known}"),
        )
    })?;
    Ok(view.language.date(view.it, style))
}

fn known<'a, T>(value: &'a Value, filter: &str, what: &str) -> Result<&'a View<T>, Error>
where
    View<T>: minijinja::value::Object + 'static,
{
    // A look into a missing value is the engine's way to say which one is missing.
    if value.is_undefined() {
        value.get_attr(filter)?;
    }
    value
        .downcast_object_ref()
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("the filter `{filter}` needs {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(names: &[&str], test: &str) -> Vec<String> {
        let engine = engine();
        let knows = engine.compile_expression_owned(format!("name is {test}")).unwrap();
        let missing = |name: &&&str| !knows.eval(minijinja::context!(name => **name)).unwrap().is_true();
        names.iter().filter(missing).map(ToString::to_string).collect()
    }

    #[test]
    fn the_engine_has_every_filter_and_test_that_is_offered() {
        assert_eq!(unknown(&FILTERS, "filter"), [""; 0]);
        assert_eq!(unknown(&TESTS, "test"), [""; 0]);
    }

    #[test]
    fn nothing_prints_all_that_a_template_was_given() {
        assert_eq!(unknown(&["pprint", "tojson"], "filter"), ["pprint", "tojson"]);
        assert!(engine().render_str("{{ debug() }}", ()).is_err());
    }
}

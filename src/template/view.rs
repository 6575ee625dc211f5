//! Facts as the template engine sees them: converted when they are read, not before.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use minijinja::Value;
use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr};

use super::fact::{Fact, Record};
use crate::locale::{DateStyle, Locale};
use crate::money::Money;

/// The language of one rendering. The outer count belongs to that rendering alone, so threads that
/// render in the same language do not contend for the inner one.
pub(super) type Language = Arc<Arc<Locale>>;

/// A fact that must know the language to print itself, or the facts below it.
#[derive(Debug)]
pub(super) struct View<T> {
    pub(super) it: T,
    pub(super) language: Language,
}

/// The engine's value for a fact; `None` where it is missing.
pub(super) fn value(fact: &Fact, language: &Language) -> Option<Value> {
    Some(match fact {
        Fact::Missing => return None,
        Fact::Text(text) => Value::from(text),
        Fact::Number(number) => Value::from(*number),
        Fact::Flag(flag) => Value::from(*flag),
        Fact::Money(money) => view(*money, language),
        Fact::Date(date) => view(*date, language),
        Fact::List(facts) => view(Arc::clone(facts), language),
        Fact::Record(record) => view(Arc::clone(record), language),
    })
}

fn view<T>(it: T, language: &Language) -> Value
where
    View<T>: Object + 'static,
{
    Value::from_object(View { it, language: Arc::clone(language) })
}

impl Object for View<Arc<Record>> {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        value(self.it.get(key)?, &self.language)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.it.names().map(Value::from).collect())
    }
}

impl Object for View<Arc<[Fact]>> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        value(self.it.get(key.as_usize()?)?, &self.language)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.it.len())
    }
}

impl Object for View<Money> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "amount" => Some(Value::from(self.language.amount(self.it))),
            "currency" => Some(Value::from(self.it.currency.code())),
            _ => None,
        }
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.it.minor != 0
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?.it;
        Some((self.it.currency, self.it.minor).cmp(&(other.currency, other.minor)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.language.money(self.it))
    }
}

impl Object for View<NaiveDate> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.it.cmp(&other.downcast_ref::<Self>()?.it))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.language.date(self.it, DateStyle::Long))
    }
}

//! What a template is told: a tree of facts, cheap to share.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::money::Money;

/// One fact. Cloning it copies no text, list or record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The data has no value; a template that prints it fails unless it gives a default.
    Missing,
    /// A text.
    Text(Arc<str>),
    /// A whole number.
    Number(i64),
    /// An amount, printed in the language of the template.
    Money(Money),
    /// A date, printed in the language of the template.
    Date(NaiveDate),
    /// Yes or no.
    Flag(bool),
    /// Several of one kind, in order.
    List(Arc<[Fact]>),
    /// Named facts.
    Record(Arc<Record>),
}

impl Fact {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Fact {
        Fact::Text(text.into())
    }

    /// A list.
    pub fn list(facts: impl IntoIterator<Item = Fact>) -> Fact {
        Fact::List(facts.into_iter().collect())
    }
}

impl<T: Into<Fact>> From<Option<T>> for Fact {
    fn from(fact: Option<T>) -> Fact {
        fact.map_or(Fact::Missing, Into::into)
    }
}

impl From<Arc<str>> for Fact {
    fn from(text: Arc<str>) -> Fact {
        Fact::Text(text)
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Fact {
        Fact::Text(text.into())
    }
}

impl From<i64> for Fact {
    fn from(number: i64) -> Fact {
        Fact::Number(number)
    }
}

impl From<Money> for Fact {
    fn from(money: Money) -> Fact {
        Fact::Money(money)
    }
}

impl From<NaiveDate> for Fact {
    fn from(date: NaiveDate) -> Fact {
        Fact::Date(date)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Fact {
        Fact::Flag(flag)
    }
}

impl From<Record> for Fact {
    fn from(record: Record) -> Fact {
        Fact::Record(Arc::new(record))
    }
}

/// Named facts, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record(Vec<(Cow<'static, str>, Fact)>);

impl Record {
    /// A record without facts.
    #[must_use]
    pub fn new() -> Record {
        Record::default()
    }

    /// Adds a fact under a name that the record does not have yet.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, fact: impl Into<Fact>) -> Record {
        self.push(name, fact);
        self
    }

    /// Adds a fact under a name that the record does not have yet.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>, fact: impl Into<Fact>) {
        self.0.push((name.into(), fact.into()));
    }

    /// The fact of this name; records are short, so this looks at one after the other.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_ref())
    }
}

impl<N: Into<Cow<'static, str>>, F: Into<Fact>> FromIterator<(N, F)> for Record {
    fn from_iter<I: IntoIterator<Item = (N, F)>>(fields: I) -> Record {
        Record(fields.into_iter().map(|(name, fact)| (name.into(), fact.into())).collect())
    }
}

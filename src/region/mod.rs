//! What a condition catches, worked out far enough to prove that conditions cover, exclude or contradict others.
//!
//! A [`Region`] is a union of cases; a case bounds some [`Aspect`]s of an invoice, and each aspect by itself. A test
//! that cannot be decided because a value is missing lies in neither its own region nor that of its contrary (R4).
//! Whatever is proved here holds for every open invoice. What is too large to be worked out proves nothing.

pub mod values;

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;

use crate::model::field::{CustomerField, Field, FieldType, InvoiceField, OwnField, Subject};
use crate::model::{Amounts, Bounds, Condition, Predicate, Rates, Test};
use crate::money::Currency;
use values::{Spans, Values};

const MILLION: i64 = 1_000_000;

/// More cases than this are not worked out.
const MOST_CASES: usize = 256;

/// Something of an invoice that has one value. `Known` stands first: it decides about the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Whether the field has a value: 1 or 0.
    Known(Field),
    /// A text or the stage, in small letters.
    Word(Field),
    /// The currency of an amount, in small letters.
    Currency(Field),
    /// An amount in minor units of its currency.
    Amount(Field),
    /// A number: whole where the field is, else in millionths.
    Number(Field),
    /// A date, as days.
    Day(Field),
    /// The day of the year of a date, from 1, in a year of 366 days.
    Season(Field),
    /// Yes or no: 1 or 0.
    Flag(Field),
    /// Whether the list has this tag: 1 or 0.
    Tag(Field, String),
}

impl Aspect {
    /// The field that it is about.
    pub fn field(&self) -> Field {
        match self {
            Aspect::Known(field)
            | Aspect::Word(field)
            | Aspect::Currency(field)
            | Aspect::Amount(field)
            | Aspect::Number(field)
            | Aspect::Day(field)
            | Aspect::Season(field)
            | Aspect::Flag(field)
            | Aspect::Tag(field, _) => *field,
        }
    }
}

/// Bounds on some aspects; the others are free.
pub type Case = BTreeMap<Aspect, Values>;

/// The invoices of any of these cases. None of them is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Region(pub Vec<Case>);

impl Region {
    /// Every invoice.
    pub fn everything() -> Region {
        Region(vec![Case::new()])
    }

    /// Whether no invoice lies in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the fields of a policy can hold.
#[derive(Debug, Clone, Copy)]
pub struct Space<'a> {
    /// The policy's own fields.
    pub fields: &'a [OwnField],
    /// The currency of amounts that name none.
    pub currency: Currency,
    /// How amounts of different currencies compare.
    pub rates: &'a Rates,
}

impl Space<'_> {
    /// The invoices for which a condition holds; none when that is too much to work out.
    pub fn holds(&self, condition: &Condition) -> Option<Region> {
        match condition {
            Condition::Test(test) => self.test(test),
            Condition::Not(inner) => self.fails(inner),
            Condition::All(parts) => self.all(parts.iter().map(|part| self.holds(part))),
            Condition::Any(parts) => any(parts.iter().map(|part| self.holds(part))),
        }
    }

    /// The invoices for which a condition is known not to hold.
    pub fn fails(&self, condition: &Condition) -> Option<Region> {
        match condition {
            Condition::Test(test) => self.contrary(test),
            Condition::Not(inner) => self.holds(inner),
            Condition::All(parts) => any(parts.iter().map(|part| self.fails(part))),
            Condition::Any(parts) => self.all(parts.iter().map(|part| self.fails(part))),
        }
    }

    fn all(&self, parts: impl Iterator<Item = Option<Region>>) -> Option<Region> {
        parts.into_iter().try_fold(Region::everything(), |so_far, part| self.and(&so_far, &part?))
    }

    /// The invoices of both.
    pub fn and(&self, a: &Region, b: &Region) -> Option<Region> {
        let both = a.0.iter().flat_map(|a| b.0.iter().filter_map(|b| self.join(a, b)));
        small(Region(both.collect()))
    }

    /// The invoices of `a` that are not of `b`.
    pub fn minus(&self, a: &Region, b: &Region) -> Option<Region> {
        b.0.iter().try_fold(a.clone(), |rest, case| {
            small(Region(rest.0.iter().flat_map(|from| self.without(from, case)).collect()))
        })
    }

    /// Whether every invoice of `a` is one of `b`; no when it is not sure.
    pub fn covers(&self, b: &Region, a: &Region) -> bool {
        self.minus(a, b).is_some_and(|rest| rest.is_empty())
    }

    /// A case without another: one case for each aspect of the other, which lies outside there and inside before.
    fn without(&self, from: &Case, taken: &Case) -> Vec<Case> {
        let mut inside = from.clone();
        let mut outside = Vec::new();
        for (aspect, values) in taken {
            let contrary = values.without(&self.domain(aspect));
            outside.extend(self.join(&inside, &Case::from([(aspect.clone(), contrary)])));
            match self.join(&inside, &Case::from([(aspect.clone(), values.clone())])) {
                Some(joined) => inside = joined,
                None => break,
            }
        }
        outside
    }

    /// Both cases at once, if any invoice can be in both.
    fn join(&self, a: &Case, b: &Case) -> Option<Case> {
        let mut joined = a.clone();
        for (aspect, values) in b {
            let known = joined.remove(aspect).unwrap_or_else(|| self.domain(aspect));
            joined.insert(aspect.clone(), known.and(values));
        }
        let empty =
            joined.values().any(Values::is_empty) || joined.keys().any(|aspect| unheld(&joined, aspect));
        (!empty).then_some(joined)
    }

    fn test(&self, test: &Test) -> Option<Region> {
        self.region(test, false)
    }

    fn contrary(&self, test: &Test) -> Option<Region> {
        self.region(test, true)
    }

    /// None where rates let amounts of other currencies compare: those are not worked out.
    fn region(&self, test: &Test, negated: bool) -> Option<Region> {
        let field = test.field;
        let cases: Vec<(Aspect, Values)> = match &test.predicate {
            Predicate::Missing => {
                return Some(self.cases(vec![Case::from([(Aspect::Known(field), one(negated))])]));
            }
            Predicate::Tag(tag) => {
                let tag = Aspect::Tag(field, tag.to_lowercase());
                return Some(self.cases(vec![Case::from([(tag, one(!negated))])]));
            }
            // The first stage of an open invoice, so the two say the same (R3).
            Predicate::Flag if field == Field::Invoice(InvoiceField::Disputed) => {
                let stage = Aspect::Word(Field::Invoice(InvoiceField::Stage));
                vec![(stage, Values::words(["disputed"]))]
            }
            Predicate::Flag => vec![(Aspect::Flag(field), one(true))],
            Predicate::Text(texts) => {
                let words = texts.iter().map(|text| text.to_lowercase());
                vec![(Aspect::Word(field), Values::words(words))]
            }
            Predicate::Number(ranges) => {
                let whole = self.is_whole(field);
                let spans = ranges.iter().map(|range| if whole { days(range) } else { ends(range) });
                vec![(Aspect::Number(field), Values::spans(spans))]
            }
            Predicate::Date(ranges) => {
                let day = |date: chrono::NaiveDate| i64::from(date.num_days_from_ce());
                let spans = ranges
                    .iter()
                    .map(|range| ends(&Bounds { least: range.least.map(day), most: range.most.map(day) }));
                vec![(Aspect::Day(field), Values::spans(spans))]
            }
            Predicate::Season(ranges) => {
                vec![(Aspect::Season(field), Values::spans(ranges.iter().flat_map(season)))]
            }
            Predicate::Money(ranges) if ranges.iter().any(|range| self.rates.concern(range.currency)) => {
                return None;
            }
            Predicate::Money(ranges) => return Some(self.money(field, ranges, negated)),
        };
        let known = |(aspect, values): (Aspect, Values)| {
            let values = if negated { values.without(&self.domain(&aspect)) } else { values };
            Case::from([(Aspect::Known(field), one(true)), (aspect, values)])
        };
        Some(self.cases(cases.into_iter().map(known).collect()))
    }

    /// An amount in another currency than all that is asked for cannot be decided (R4).
    fn money(&self, field: Field, ranges: &[Amounts], negated: bool) -> Region {
        let of = |currency: Currency, amounts: Values| {
            Case::from([
                (Aspect::Known(field), one(true)),
                (currency_of(field), Values::words([currency.code().to_lowercase()])),
                (Aspect::Amount(field), amounts),
            ])
        };
        let Some(first) = ranges.first().map(|range| range.currency) else { return Region::default() };
        if !negated {
            let cases = ranges.iter().map(|range| of(range.currency, Values::spans([ends(&range.whole())])));
            return self.cases(cases.collect());
        }
        if ranges.iter().any(|range| range.currency != first) {
            return Region::default();
        }
        let amounts = Values::spans(ranges.iter().map(|range| ends(&range.whole())));
        self.cases(vec![of(first, amounts.without(&self.domain(&Aspect::Amount(field))))])
    }

    /// Those of these cases in which an invoice can be.
    fn cases(&self, cases: Vec<Case>) -> Region {
        Region(cases.iter().filter_map(|case| self.join(&Case::new(), case)).collect())
    }

    /// Every value that an aspect of an open invoice can have.
    pub fn domain(&self, aspect: &Aspect) -> Values {
        match aspect {
            Aspect::Known(field) => Values::spans([(if self.always_known(*field) { 1 } else { 0 }, 1)]),
            Aspect::Flag(_) | Aspect::Tag(..) => Values::spans([(0, 1)]),
            Aspect::Season(_) => Values::spans([(1, 366)]),
            Aspect::Amount(Field::Invoice(InvoiceField::Balance)) => Values::spans([(1, i64::MAX)]),
            Aspect::Number(field) if is_count(*field) => Values::spans([(0, i64::MAX)]),
            Aspect::Amount(_) | Aspect::Number(_) | Aspect::Day(_) => Values::spans([(i64::MIN, i64::MAX)]),
            Aspect::Word(Field::Invoice(InvoiceField::Stage)) => {
                Values::words(["disputed", "promised", "escalated", "overdue", "due_soon", "sent"])
            }
            Aspect::Word(field) => match self.kind(*field) {
                FieldType::OneOf(words) => Values::words(words.iter().map(|word| word.to_lowercase())),
                _ => Values::any_word(),
            },
            Aspect::Currency(field) if self.in_policy_currency(*field) => {
                Values::words([self.currency.code().to_lowercase()])
            }
            Aspect::Currency(_) => Values::any_word(),
        }
    }

    /// What kind of value a field holds.
    pub fn kind(&self, field: Field) -> FieldType {
        match field {
            Field::Today => FieldType::Date,
            Field::Invoice(field) => field.kind(),
            Field::Customer(field) => field.kind(),
            Field::Own(at) => self.fields.get(at).map_or(FieldType::Text, |field| field.kind.clone()),
        }
    }

    fn in_policy_currency(&self, field: Field) -> bool {
        let own = |at: usize| self.fields.get(at).is_some_and(|field| field.subject == Subject::Customer);
        field == Field::Customer(CustomerField::CreditLimit) || matches!(field, Field::Own(at) if own(at))
    }

    /// Whether the field only holds whole numbers, and is reckoned in them.
    pub fn is_whole(&self, field: Field) -> bool {
        self.kind(field) == FieldType::Days || is_count(field)
    }

    /// Whether the field has a value on every open invoice. An empty list of tags counts as missing.
    pub fn always_known(&self, field: Field) -> bool {
        match field {
            Field::Today => true,
            Field::Invoice(field) => !matches!(
                field,
                InvoiceField::IssueDate
                    | InvoiceField::Age
                    | InvoiceField::DisputeReason
                    | InvoiceField::PromiseDate
                    | InvoiceField::PoNumber
                    | InvoiceField::Tags
            ),
            Field::Customer(field) => matches!(
                field,
                CustomerField::Id
                    | CustomerField::DoNotContact
                    | CustomerField::Insolvent
                    | CustomerField::OverdueCount
                    | CustomerField::OldestOverdue
                    | CustomerField::BrokenPromises
            ),
            Field::Own(_) => false,
        }
    }
}

fn any(parts: impl Iterator<Item = Option<Region>>) -> Option<Region> {
    let parts: Vec<Region> = parts.collect::<Option<_>>()?;
    small(Region(parts.into_iter().flat_map(|part| part.0).collect()))
}

fn small(region: Region) -> Option<Region> {
    (region.0.len() <= MOST_CASES).then_some(region)
}

/// A tag on a list that is said to be missing.
fn unheld(case: &Case, aspect: &Aspect) -> bool {
    matches!(aspect, Aspect::Tag(field, _)
        if case.get(aspect) == Some(&one(true)) && case.get(&Aspect::Known(*field)) == Some(&one(false)))
}

/// The amounts of one invoice have one currency, which can be asked for as well.
fn currency_of(field: Field) -> Aspect {
    match field {
        Field::Invoice(_) => Aspect::Word(Field::Invoice(InvoiceField::Currency)),
        other => Aspect::Currency(other),
    }
}

fn is_count(field: Field) -> bool {
    matches!(
        field,
        Field::Invoice(InvoiceField::MessagesSent)
            | Field::Customer(
                CustomerField::OverdueCount
                    | CustomerField::OldestOverdue
                    | CustomerField::BrokenPromises
                    | CustomerField::AverageDaysLate
            )
    )
}

fn one(yes: bool) -> Values {
    Values::spans([(i64::from(yes), i64::from(yes))])
}

fn ends(range: &Bounds<i64>) -> (i64, i64) {
    (range.least.unwrap_or(i64::MIN), range.most.unwrap_or(i64::MAX))
}

/// Millionths as whole numbers; what lies between two of them does not occur.
fn days(range: &Bounds<i64>) -> (i64, i64) {
    let up = |millionths: i64| millionths.div_euclid(MILLION) + i64::from(millionths.rem_euclid(MILLION) > 0);
    (range.least.map_or(i64::MIN, up), range.most.map_or(i64::MAX, |most| most.div_euclid(MILLION)))
}

/// A season as days of a leap year, in two parts when it runs over the new year.
fn season(range: &Bounds<(u32, u32)>) -> Spans {
    let day = |(month, day): (u32, u32)| {
        chrono::NaiveDate::from_ymd_opt(2024, month, day).map_or(366, |date| i64::from(date.ordinal()))
    };
    match (range.least.map_or(1, day), range.most.map_or(366, day)) {
        (least, most) if least > most => vec![(1, most), (least, 366)],
        (least, most) => vec![(least, most)],
    }
}

/// The aspects that two regions bound, each of them in all of its cases.
pub fn aspects(region: &Region) -> BTreeSet<&Aspect> {
    region.0.iter().flat_map(BTreeMap::keys).collect()
}

#[cfg(test)]
mod tests;

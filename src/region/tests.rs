//! Regions against conditions evaluated one invoice after the other.

use chrono::{Datelike, NaiveDate};
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::*;
use crate::model::End;

const AMOUNT: Field = Field::Invoice(InvoiceField::Amount);
const LIMIT: Field = Field::Customer(CustomerField::CreditLimit);
const COUNTRY: Field = Field::Customer(CustomerField::Country);
const KIND: Field = Field::Customer(CustomerField::Kind);
const AGE: Field = Field::Invoice(InvoiceField::Age);
const SINCE: Field = Field::Customer(CustomerField::Since);
const OVER: Field = Field::Customer(CustomerField::OverCreditLimit);
const TAGS: Field = Field::Customer(CustomerField::Tags);
const STAGE: Field = Field::Invoice(InvoiceField::Stage);
const DISPUTED: Field = Field::Invoice(InvoiceField::Disputed);
const CURRENCY: Field = Field::Invoice(InvoiceField::Currency);

fn space() -> Space<'static> {
    static NO_RATES: Rates = Rates(Vec::new());
    Space { fields: &[], currency: Currency::EUR, rates: &NO_RATES }
}

fn amounts(range: Bounds<i64>, currency: Currency) -> Amounts {
    let end = |minor| End { minor, included: true };
    Amounts { currency, least: range.least.map(end), most: range.most.map(end) }
}

fn dollar() -> Currency {
    "USD".parse().unwrap()
}

/// The values of one invoice; a field that is not there is missing.
#[derive(Debug, Clone)]
struct Invoice {
    amount: (i64, Currency),
    limit: Option<i64>,
    country: Option<&'static str>,
    kind: Option<&'static str>,
    age: Option<i64>,
    since: Option<NaiveDate>,
    over: Option<bool>,
    tags: Vec<&'static str>,
    stage: &'static str,
}

fn invoices() -> impl Strategy<Value = Invoice> {
    let amount = (0_i64..8, prop_oneof![Just(Currency::EUR), Just(dollar())]);
    let maybe = |range: std::ops::Range<i64>| proptest::option::of(range);
    let country = proptest::option::of(prop_oneof![Just("FR"), Just("be"), Just("nl")]);
    let kind = proptest::option::of(prop_oneof![Just("business"), Just("consumer"), Just("public")]);
    let since = proptest::option::of((0_i64..800).prop_map(|day| date(2023, day)));
    let tags = prop_oneof![Just(vec![]), Just(vec!["a"]), Just(vec!["b"]), Just(vec!["a", "b"])];
    let stage = prop_oneof![Just("disputed"), Just("overdue"), Just("sent")];
    (amount, maybe(0..8), country, kind, maybe(0..8), since, any::<Option<bool>>(), tags, stage).prop_map(
        |(amount, limit, country, kind, age, since, over, tags, stage)| Invoice {
            amount,
            limit,
            country,
            kind,
            age,
            since,
            over,
            tags,
            stage,
        },
    )
}

fn date(year: i32, days: i64) -> NaiveDate {
    crate::calendar::add_days(NaiveDate::from_ymd_opt(year, 1, 1).unwrap(), days)
}

fn bounds() -> impl Strategy<Value = Bounds<i64>> {
    (any::<Option<bool>>(), 0_i64..8, 0_i64..8).prop_map(|(kind, a, b)| match kind {
        None => Bounds { least: Some(a.min(b)), most: Some(a.max(b)) },
        Some(true) => Bounds { least: Some(a), most: None },
        Some(false) => Bounds { least: None, most: Some(b) },
    })
}

fn tests() -> impl Strategy<Value = Condition> {
    let currency = || prop_oneof![3 => Just(Currency::EUR), 1 => Just(dollar())];
    let test = |field, predicate| Condition::Test(Test { field, predicate });
    let words = |field, words: &'static [&'static str]| {
        proptest::sample::subsequence(words, 1..=2).prop_map(move |words| {
            test(field, Predicate::Text(words.into_iter().map(String::from).collect()))
        })
    };
    let several =
        proptest::collection::vec((bounds(), currency()).prop_map(|(range, of)| amounts(range, of)), 1..3);
    let millions = |range: Bounds<i64>| Bounds {
        least: range.least.map(|least| least * MILLION - 1),
        most: range.most.map(|most| most * MILLION + 1),
    };
    let days = |range: Bounds<i64>| Bounds {
        least: range.least.map(|least| date(2023, least * 90)),
        most: range.most.map(|most| date(2023, most * 90)),
    };
    let season =
        (1_u32..12, 1_u32..12).prop_map(|(from, to)| Bounds { least: Some((from, 1)), most: Some((to, 28)) });
    let missing =
        prop_oneof![Just(LIMIT), Just(COUNTRY), Just(AGE), Just(SINCE), Just(OVER), Just(TAGS), Just(AMOUNT)];
    prop_oneof![
        4 => several.prop_map(move |ranges| test(AMOUNT, Predicate::Money(ranges))),
        1 => bounds().prop_map(move |range| test(LIMIT, Predicate::Money(vec![amounts(range, Currency::EUR)]))),
        2 => words(COUNTRY, &["fr", "BE", "nl", "de"]),
        2 => words(KIND, &["business", "consumer", "public"]),
        1 => words(CURRENCY, &["EUR", "USD"]),
        1 => words(STAGE, &["disputed", "overdue", "paid"]),
        2 => bounds().prop_map(move |range| test(AGE, Predicate::Number(vec![millions(range)]))),
        1 => bounds().prop_map(move |range| test(SINCE, Predicate::Date(vec![days(range)]))),
        1 => season.prop_map(move |range| test(SINCE, Predicate::Season(vec![range]))),
        1 => Just(test(OVER, Predicate::Flag)),
        1 => Just(test(DISPUTED, Predicate::Flag)),
        2 => prop_oneof![Just("a"), Just("B")].prop_map(move |tag| test(TAGS, Predicate::Tag(tag.into()))),
        2 => missing.prop_map(move |field| test(field, Predicate::Missing)),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    tests().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Condition::All),
            proptest::collection::vec(inner, 2..4).prop_map(Condition::Any),
        ]
    })
}

impl Invoice {
    /// Whether a condition holds; none when it cannot be decided.
    fn truth(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Test(test) => self.test(test),
            Condition::Not(inner) => self.truth(inner).map(|holds| !holds),
            Condition::All(parts) => self.fold(parts, false),
            Condition::Any(parts) => self.fold(parts, true),
        }
    }

    /// The answer that decides by itself, if any part gives it; else the other one, if all parts do.
    fn fold(&self, parts: &[Condition], decisive: bool) -> Option<bool> {
        let answers: Vec<Option<bool>> = parts.iter().map(|part| self.truth(part)).collect();
        if answers.contains(&Some(decisive)) {
            return Some(decisive);
        }
        (!answers.contains(&None)).then_some(!decisive)
    }

    fn test(&self, test: &Test) -> Option<bool> {
        let money = |ranges: &[Amounts], (minor, currency): (i64, Currency)| {
            let held = ranges.iter().any(|range| range.currency == currency && range.whole().hold(minor));
            (held || ranges.iter().all(|range| range.currency == currency)).then_some(held)
        };
        let text = |texts: &[String], value: &str| texts.iter().any(|text| text.eq_ignore_ascii_case(value));
        match (test.field, &test.predicate) {
            (field, Predicate::Missing) => Some(self.is_missing(field)),
            (AMOUNT, Predicate::Money(ranges)) => money(ranges, self.amount),
            (LIMIT, Predicate::Money(ranges)) => money(ranges, (self.limit?, Currency::EUR)),
            (COUNTRY, Predicate::Text(texts)) => Some(text(texts, self.country?)),
            (KIND, Predicate::Text(texts)) => Some(text(texts, self.kind?)),
            (CURRENCY, Predicate::Text(texts)) => Some(text(texts, self.amount.1.code())),
            (STAGE, Predicate::Text(texts)) => Some(text(texts, self.stage)),
            (AGE, Predicate::Number(ranges)) => {
                Some(ranges.iter().any(|range| range.hold(self.age.unwrap_or(-99) * MILLION)))
                    .filter(|_| self.age.is_some())
            }
            (SINCE, Predicate::Date(ranges)) => {
                let since = self.since?;
                Some(ranges.iter().any(|range| range.hold(since)))
            }
            (SINCE, Predicate::Season(ranges)) => {
                let day = (self.since?.month(), self.since?.day());
                Some(ranges.iter().any(|range| match (range.least, range.most) {
                    (Some(least), Some(most)) if least > most => day >= least || day <= most,
                    _ => range.hold(day),
                }))
            }
            (OVER, Predicate::Flag) => self.over,
            (DISPUTED, Predicate::Flag) => Some(self.stage == "disputed"),
            (TAGS, Predicate::Tag(tag)) => Some(self.tags.iter().any(|one| one.eq_ignore_ascii_case(tag))),
            other => panic!("the tests have no {other:?}"),
        }
    }

    fn is_missing(&self, field: Field) -> bool {
        match field {
            LIMIT => self.limit.is_none(),
            COUNTRY => self.country.is_none(),
            KIND => self.kind.is_none(),
            AGE => self.age.is_none(),
            SINCE => self.since.is_none(),
            OVER => self.over.is_none(),
            TAGS => self.tags.is_empty(),
            _ => false,
        }
    }

    /// Whether the invoice lies in a region. What is missing has any value, for `Known` tells it.
    fn is_in(&self, region: &Region) -> bool {
        region.0.iter().any(|case| {
            case.iter().all(|(aspect, values)| match values {
                Values::Spans(spans) => {
                    let number = self.number(aspect);
                    spans.iter().any(|&(least, most)| least <= number && number <= most)
                }
                Values::Words { listed, others } => listed.contains(&self.word(aspect)) != *others,
            })
        })
    }

    fn number(&self, aspect: &Aspect) -> i64 {
        match aspect {
            Aspect::Known(field) => i64::from(!self.is_missing(*field)),
            Aspect::Amount(AMOUNT) => self.amount.0,
            Aspect::Amount(_) => self.limit.unwrap_or(0),
            Aspect::Number(_) => self.age.unwrap_or(0),
            Aspect::Day(_) => self.since.map_or(0, |since| i64::from(since.num_days_from_ce())),
            Aspect::Season(_) => {
                self.since.map_or(1, |since| i64::from(since.with_year(2024).unwrap().ordinal()))
            }
            Aspect::Flag(_) => i64::from(self.over.unwrap_or(false)),
            Aspect::Tag(_, tag) => i64::from(self.tags.contains(&tag.as_str())),
            other => panic!("{other:?} is no number"),
        }
    }

    fn word(&self, aspect: &Aspect) -> String {
        match aspect {
            Aspect::Word(COUNTRY) => self.country.unwrap_or_default().to_lowercase(),
            Aspect::Word(KIND) => self.kind.unwrap_or("business").to_owned(),
            Aspect::Word(STAGE) => self.stage.to_owned(),
            Aspect::Word(CURRENCY) => self.amount.1.code().to_lowercase(),
            Aspect::Currency(_) => String::from("eur"),
            other => panic!("{other:?} is no word"),
        }
    }
}

proptest! {
    /// A region holds the invoices for which its condition holds, the contrary those for which it does not, and what
    /// cannot be decided is in neither.
    #[test]
    fn regions_are_what_conditions_say(condition in conditions(), invoices in proptest::collection::vec(invoices(), 24)) {
        if let (Some(holds), Some(fails)) = (space().holds(&condition), space().fails(&condition)) {
            for invoice in invoices {
                let truth = invoice.truth(&condition);
                prop_assert_eq!(invoice.is_in(&holds), truth == Some(true), "{:?}", invoice);
                prop_assert_eq!(invoice.is_in(&fails), truth == Some(false), "{:?}", invoice);
            }
        }
    }

    /// What is claimed of two conditions is so for every invoice.
    #[test]
    fn claims_are_true(a in conditions(), b in conditions(), invoices in proptest::collection::vec(invoices(), 24)) {
        let space = space();
        let (Some(first), Some(second)) = (space.holds(&a), space.holds(&b)) else { return Ok(()) };
        let (both, rest) = (space.and(&first, &second), space.minus(&first, &second));
        let covers = space.covers(&second, &first);
        for invoice in invoices {
            let (of_a, of_b) = (invoice.truth(&a) == Some(true), invoice.truth(&b) == Some(true));
            prop_assert!(!covers || !of_a || of_b, "{:?}", invoice);
            if let Some(both) = &both {
                prop_assert_eq!(invoice.is_in(both), of_a && of_b, "{:?}", invoice);
            }
            if let Some(rest) = &rest {
                prop_assert_eq!(invoice.is_in(rest), of_a && !of_b, "{:?}", invoice);
            }
        }
    }
}

fn holds(field: Field, predicate: Predicate) -> Region {
    space().holds(&Condition::Test(Test { field, predicate })).unwrap()
}

fn under(minor: i64, currency: Currency) -> Predicate {
    Predicate::Money(vec![amounts(Bounds { least: None, most: Some(minor) }, currency)])
}

/// The claims are not only true: those that lints live by are made.
#[test]
fn what_is_plain_is_proved() {
    let space = space();
    let text = |words: &[&str]| Predicate::Text(words.iter().map(ToString::to_string).collect());
    let covers = |b: &Region, a: &Region| space.covers(b, a);
    assert!(covers(&holds(AMOUNT, under(500, Currency::EUR)), &holds(AMOUNT, under(100, Currency::EUR))));
    assert!(!covers(&holds(AMOUNT, under(100, Currency::EUR)), &holds(AMOUNT, under(500, Currency::EUR))));
    assert!(!covers(&holds(AMOUNT, under(500, Currency::EUR)), &holds(AMOUNT, under(100, dollar()))));
    assert!(covers(&holds(COUNTRY, text(&["FR", "be"])), &holds(COUNTRY, text(&["fr"]))));
    assert!(covers(&holds(DISPUTED, Predicate::Flag), &holds(STAGE, text(&["disputed"]))));
    assert!(covers(&holds(STAGE, text(&["disputed", "paid"])), &holds(DISPUTED, Predicate::Flag)));
    assert!(holds(STAGE, text(&["paid"])).is_empty());
    assert!(holds(AMOUNT, Predicate::Missing).is_empty());
    let tag = Condition::Test(Test { field: TAGS, predicate: Predicate::Tag(String::from("a")) });
    let either = Condition::Any(vec![tag.clone(), Condition::Not(Box::new(tag))]);
    assert!(covers(&space.holds(&either).unwrap(), &Region::everything()));
}

/// Conditions that branch too often are not worked out, and nothing is claimed of them.
#[test]
fn what_is_too_large_proves_nothing() {
    let either = |at: usize| {
        let test = |tag: &str| {
            Condition::Test(Test { field: TAGS, predicate: Predicate::Tag(format!("{tag}{at}")) })
        };
        Condition::Any(vec![test("a"), test("b")])
    };
    let fits = Condition::All((0..8).map(either).collect());
    assert_eq!(space().holds(&fits).map(|region| region.0.len()), Some(MOST_CASES));
    assert_eq!(space().holds(&Condition::All((0..9).map(either).collect())), None);
}

/// An amount that a rate lets compare with other currencies is not worked out, so nothing is claimed of it.
#[test]
fn rates_leave_amounts_open() {
    let rates =
        Rates(vec![crate::model::Rate { left: (1_000_000, dollar()), right: (920_000, Currency::EUR) }]);
    let space = Space { rates: &rates, ..space() };
    let test = |currency: Currency| Condition::Test(Test { field: AMOUNT, predicate: under(500, currency) });
    assert_eq!(space.holds(&test(Currency::EUR)), None);
    assert_eq!(space.fails(&test(dollar())), None);
    assert!(space.holds(&test("GBP".parse().unwrap())).is_some());
}

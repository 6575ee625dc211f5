//! Segments that catch some of the same invoices, and neither all of the other's.
//!
//! A narrow segment before a wide one is how exceptions are written, and segments that ask for different things
//! overlap nearly always. Only two that draw lines through the same fields, and not the same lines, are told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Lint, MOST_PAIRS};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, InvoiceField};
use crate::model::{Catches, Condition, Predicate};
use crate::money::{Currency, Money};
use crate::region::values::Values;
use crate::region::{Aspect, Case, Region, aspects};

impl Lint<'_> {
    pub(super) fn overlaps(&mut self) {
        let mut alike: BTreeMap<BTreeSet<&Aspect>, Vec<usize>> = BTreeMap::new();
        let (mut found, mut pairs) = (Vec::new(), 0);
        for later in 0..self.policy.segments.len() {
            let Some(region) = self.drawn(later) else { continue };
            let fields = lines(region);
            if fields.is_empty() {
                continue;
            }
            let others = alike.entry(fields.clone()).or_default();
            pairs += others.len();
            if pairs > MOST_PAIRS {
                break;
            }
            let shared =
                others.iter().find_map(|&earlier| Some((earlier, self.overlap(&fields, [earlier, later])?)));
            found.extend(shared.map(|(earlier, shared)| (earlier, later, shared)));
            others.push(later);
        }
        for (earlier, later, shared) in found {
            let (first, second) = (&self.policy.segments[earlier], &self.policy.segments[later]);
            let message = format!("`{}` and `{}` both catch invoices with {shared}", first.name, second.name);
            let found = Diagnostic::warning(Code::OverlappingSegments, self.span(second.rule), message)
                .here("they do not come here")
                .label(self.span(first.rule), "this one stands first and gets them")
                .help("let one of the two end where the other begins");
            self.report(found);
        }
    }

    /// What a segment catches, where a condition says so.
    fn drawn(&self, at: usize) -> Option<&Region> {
        match self.policy.segments[at].catches {
            Catches::When(_) => self.catches[at].as_ref(),
            Catches::Everything => None,
        }
    }

    /// What two segments both catch that draw lines through these fields.
    fn overlap(&self, fields: &BTreeSet<&Aspect>, segments: [usize; 2]) -> Option<String> {
        let (a, b) = (self.drawn(segments[0])?, self.drawn(segments[1])?);
        if self.space.covers(a, b) || self.space.covers(b, a) {
            return None;
        }
        let both = self.space.and(a, b)?;
        let case = both.0.first()?;
        let parts: Vec<String> =
            fields.iter().filter_map(|aspect| self.describe(aspect, case, segments)).collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }

    /// The values of one aspect in words.
    fn describe(&self, aspect: &Aspect, case: &Case, segments: [usize; 2]) -> Option<String> {
        let field = self.field_name(aspect.field());
        let values = match case.get(aspect)? {
            Values::Words { listed, others: false } => {
                let words = listed.iter().map(|word| format!("`{}`", self.spelling(word, segments)));
                words.collect::<Vec<_>>().join(" or ")
            }
            Values::Words { .. } => return None,
            Values::Spans(spans) => self.range(aspect, *spans.first()?, case)?,
        };
        Some(format!("`{field}` {values}"))
    }

    fn range(&self, aspect: &Aspect, (least, most): (i64, i64), case: &Case) -> Option<String> {
        let value = |value: i64| match aspect {
            Aspect::Amount(field) => amount(value, *field, case),
            Aspect::Day(_) => {
                Some(NaiveDate::from_num_days_from_ce_opt(i32::try_from(value).ok()?)?.to_string())
            }
            Aspect::Season(_) => {
                let date = NaiveDate::from_yo_opt(2024, u32::try_from(value).ok()?)?;
                Some(date.format("%m-%d").to_string())
            }
            aspect if self.space.is_whole(aspect.field()) => Some(value.to_string()),
            _ => Some(millionths(value)),
        };
        let has_ends = |end: i64| end != i64::MIN && end != i64::MAX;
        match (has_ends(least).then_some(least), has_ends(most).then_some(most)) {
            (Some(least), Some(most)) if least == most => value(least),
            (Some(least), Some(most)) => Some(format!("from {} to {}", value(least)?, value(most)?)),
            (Some(least), None) => Some(format!("of {} or more", value(least)?)),
            (None, Some(most)) => Some(format!("of {} or less", value(most)?)),
            (None, None) => None,
        }
    }

    /// A word as the policy spells it.
    fn spelling(&self, word: &str, segments: [usize; 2]) -> String {
        let mut spelled = word.to_owned();
        for at in segments {
            let Catches::When(condition) = &self.policy.segments[at].catches else { continue };
            Condition::each_test(condition, &mut |test| {
                if let Predicate::Text(texts) = &test.predicate {
                    spelled =
                        texts.iter().find(|text| text.to_lowercase() == word).unwrap_or(&spelled).clone();
                }
            });
        }
        spelled
    }

    /// A field as it is written in conditions.
    pub(super) fn field_name(&self, field: Field) -> String {
        match field {
            Field::Today => String::from("today"),
            Field::Invoice(field) => format!("invoice.{}", field.name()),
            Field::Customer(field) => format!("customer.{}", field.name()),
            Field::Own(at) => {
                let own = &self.policy.fields[at];
                format!("{}.{}", own.subject.word(), own.name)
            }
        }
    }
}

/// The aspects of a region through which lines can be drawn. Yes, no and tags stand beside each other; a region
/// that asks for them as well is about something else.
fn lines(region: &Region) -> BTreeSet<&Aspect> {
    let bounded = aspects(region);
    if bounded.iter().any(|aspect| matches!(aspect, Aspect::Flag(_) | Aspect::Tag(..))) {
        return BTreeSet::new();
    }
    let is_line = |aspect: &&Aspect| {
        !matches!(
            aspect,
            Aspect::Known(_) | Aspect::Currency(_) | Aspect::Word(Field::Invoice(InvoiceField::Currency))
        )
    };
    bounded.into_iter().filter(is_line).collect()
}

/// A number of six decimals, as few of them as it needs.
fn millionths(number: i64) -> String {
    let (whole, part) = (number.unsigned_abs() / 1_000_000, number.unsigned_abs() % 1_000_000);
    let sign = if number < 0 { "-" } else { "" };
    let decimals = format!("{part:06}");
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{decimals}"),
    }
}

fn amount(minor: i64, field: Field, case: &Case) -> Option<String> {
    let word = [Aspect::Word(Field::Invoice(InvoiceField::Currency)), Aspect::Currency(field)];
    let Values::Words { listed, .. } = word.iter().find_map(|aspect| case.get(aspect))? else { return None };
    let currency: Currency = listed.first()?.to_uppercase().parse().ok()?;
    Some(Money::new(minor, currency).to_string())
}

//! Conditions: does each comparison fit its field.

use chrono::{Datelike, NaiveDate};

use super::{Checker, names};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{Field, FieldType};
use crate::model::{Amounts, Bounds, Condition, End, Predicate, Test};
use crate::money::Money;
use crate::span::Span;
use crate::suggest::{nearest, one_of};
use crate::syntax::ast::{self, Comparison, Literal, Operand, Value};

const MILLION: i64 = 1_000_000;

/// Checks a condition; none when it cannot be meant, which has been reported.
pub(super) fn condition(c: &mut Checker, condition: &ast::Condition) -> Option<Condition> {
    match condition {
        ast::Condition::Test(test) => self::test(c, test),
        ast::Condition::Not(inner, _) => Some(Condition::Not(Box::new(self::condition(c, inner)?))),
        ast::Condition::And(parts, _) => all(c, parts).map(Condition::All),
        ast::Condition::Or(parts, _) => all(c, parts).map(Condition::Any),
    }
}

fn all(c: &mut Checker, parts: &[ast::Condition]) -> Option<Vec<Condition>> {
    let checked: Vec<Option<Condition>> = parts.iter().map(|part| condition(c, part)).collect();
    checked.into_iter().collect()
}

fn test(c: &mut Checker, test: &ast::Test) -> Option<Condition> {
    let (field, kind) = match &test.operand {
        Operand::Today(_) => (Field::Today, FieldType::Date),
        Operand::Path(path) => names::field(c, path)?,
    };
    let asked =
        Asked { kind, span: test.span, name: c.input.sources.text(operand_span(&test.operand)).into() };
    let (predicate, negated) = match &test.predicate {
        ast::Predicate::IsMissing => (Predicate::Missing, false),
        ast::Predicate::IsKnown => (Predicate::Missing, true),
        ast::Predicate::Holds => (asked.flag(c)?, false),
        ast::Predicate::Is { value, negated } => (asked.equal(c, std::slice::from_ref(value))?, *negated),
        ast::Predicate::In { values, negated } => (asked.equal(c, values)?, *negated),
        ast::Predicate::Has(value) => (asked.has(c, value)?, false),
        ast::Predicate::Between(least, most) => (asked.between(c, least, most)?, false),
        ast::Predicate::Compare(order, value) => (asked.compare(c, *order, value)?, false),
    };
    let test = Condition::Test(Test { field, predicate });
    Some(if negated { Condition::Not(Box::new(test)) } else { test })
}

fn operand_span(operand: &Operand) -> Span {
    match operand {
        Operand::Today(span) => *span,
        Operand::Path(path) => path.span,
    }
}

/// A field under comparison.
struct Asked {
    kind: FieldType,
    span: Span,
    name: String,
}

/// A literal that fits a kind of field which has an order.
#[derive(Clone, Copy)]
enum Ordered {
    Number(i64),
    Money(Money),
    Date(NaiveDate),
    Season((u32, u32)),
}

impl Asked {
    fn wrong(&self, c: &mut Checker, span: Span, message: String, help: &str) {
        c.report(Diagnostic::error(Code::WrongType, span, message).help(help));
    }

    fn flag(&self, c: &mut Checker) -> Option<Predicate> {
        if self.kind == FieldType::Flag {
            return Some(Predicate::Flag);
        }
        let message = format!("`{}` is {}, not yes or no", self.name, self.kind.describe());
        let help = match self.kind {
            FieldType::Tags => format!("ask for a tag: `{} has \"…\"`", self.name),
            FieldType::Text | FieldType::OneOf(_) => {
                format!("compare it: `{0} is \"…\"`; or ask `{0} is known`", self.name)
            }
            _ => format!("compare it with `<`, `>` or `between`, or ask `{} is known`", self.name),
        };
        self.wrong(c, self.span, message, &help);
        None
    }

    /// `is` and `in`.
    fn equal(&self, c: &mut Checker, values: &[Value]) -> Option<Predicate> {
        match &self.kind {
            FieldType::Text | FieldType::OneOf(_) => {
                let texts: Vec<Option<String>> = values.iter().map(|value| self.text(c, value)).collect();
                texts.into_iter().collect::<Option<_>>().map(Predicate::Text)
            }
            FieldType::Flag => {
                let help = format!("write `{0}` or `not {0}`", self.name);
                self.wrong(c, self.span, format!("`{}` is yes or no and is not compared", self.name), &help);
                None
            }
            FieldType::Tags => {
                let help = format!("write `{} has \"…\"`, and `or` between several", self.name);
                self.wrong(
                    c,
                    self.span,
                    format!("`{}` is a list of tags and is not compared as a whole", self.name),
                    &help,
                );
                None
            }
            _ => {
                let ordered: Vec<Option<Ordered>> =
                    values.iter().map(|value| self.ordered(c, value)).collect();
                let ordered = ordered.into_iter().collect::<Option<Vec<_>>>()?;
                self.ranges(c, ordered.into_iter().map(|value| (Some(value), Some(value))).collect())
            }
        }
    }

    fn text(&self, c: &mut Checker, value: &Value) -> Option<String> {
        let Literal::Text(text) = &value.literal else {
            self.misfit(c, value);
            return None;
        };
        if let FieldType::OneOf(allowed) = &self.kind
            && !allowed.iter().any(|one| one.eq_ignore_ascii_case(text))
        {
            let names = || allowed.iter().map(String::as_str);
            let error = Diagnostic::error(
                Code::UnknownValue,
                value.span,
                format!("`{}` is never `{text}`", self.name),
            );
            c.report(match nearest(text, names()) {
                Some(near) => error.fix(value.span, format!("\"{near}\"")),
                None => error.help(format!("it is {}", one_of(names()))),
            });
            return None;
        }
        Some(text.clone())
    }

    fn has(&self, c: &mut Checker, value: &Value) -> Option<Predicate> {
        match (&self.kind, &value.literal) {
            (FieldType::Tags, Literal::Text(tag)) => Some(Predicate::Tag(tag.clone())),
            (FieldType::Tags, _) => {
                self.wrong(c, value.span, String::from("a tag is a text"), "write it in quotes");
                None
            }
            _ => {
                let message = format!("`{}` is {}, not a list of tags", self.name, self.kind.describe());
                self.wrong(c, self.span, message, "`has` asks for a tag; compare other fields with `is`");
                None
            }
        }
    }

    fn between(&self, c: &mut Checker, least: &Value, most: &Value) -> Option<Predicate> {
        self.has_order(c)?;
        let (low, high) = (self.ordered(c, least)?, self.ordered(c, most)?);
        let reversed = match (low, high) {
            (Ordered::Number(low), Ordered::Number(high)) => low > high,
            (Ordered::Date(low), Ordered::Date(high)) => low > high,
            (Ordered::Money(low), Ordered::Money(high)) => {
                low.currency == high.currency && low.minor > high.minor
            }
            // A season may run over the new year.
            _ => false,
        };
        if reversed {
            let span = least.span.to(most.span);
            let message =
                String::from("the first value is greater than the second, so nothing lies between them");
            c.report(Diagnostic::error(Code::EmptyRange, span, message).help("swap the two values"));
            return None;
        }
        self.ranges(c, vec![(Some(low), Some(high))])
    }

    fn compare(&self, c: &mut Checker, order: Comparison, value: &Value) -> Option<Predicate> {
        self.has_order(c)?;
        let bound = self.ordered(c, value)?;
        if let Ordered::Season(_) = bound {
            let help = "compare `today` with a whole date, or write `between 08-01 and 08-21`";
            self.wrong(
                c,
                value.span,
                format!(
                    "`{}` comes back every year, so nothing is before or after it",
                    c.input.sources.text(value.span)
                ),
                help,
            );
            return None;
        }
        if let Ordered::Money(money) = bound {
            return Some(Predicate::Money(vec![amounts(order, money)]));
        }
        let range = match order {
            Comparison::Less => (None, Some(bound.stepped(-1))),
            Comparison::AtMost => (None, Some(bound)),
            Comparison::More => (Some(bound.stepped(1)), None),
            Comparison::AtLeast => (Some(bound), None),
        };
        self.ranges(c, vec![range])
    }

    /// Reports a field whose values are not less or more than others.
    fn has_order(&self, c: &mut Checker) -> Option<()> {
        let help = match self.kind {
            FieldType::Text | FieldType::OneOf(_) => {
                format!("compare it with `{0} is \"…\"` or `{0} in (\"…\", \"…\")`", self.name)
            }
            FieldType::Flag => format!("write `{0}` or `not {0}`", self.name),
            FieldType::Tags => format!("ask for a tag: `{} has \"…\"`", self.name),
            FieldType::Number | FieldType::Days | FieldType::Money | FieldType::Date => return Some(()),
        };
        let message = format!("`{}` is {}, which has no order", self.name, self.kind.describe());
        self.wrong(c, self.span, message, &help);
        None
    }

    /// A literal that fits the field, as something with an order.
    fn ordered(&self, c: &mut Checker, value: &Value) -> Option<Ordered> {
        match (&self.kind, &value.literal) {
            (FieldType::Number, Literal::Number(number)) => Some(Ordered::Number(*number)),
            (FieldType::Days, Literal::Number(number)) if number % MILLION == 0 => {
                Some(Ordered::Number(*number))
            }
            (FieldType::Days, Literal::Days(days)) => Some(Ordered::Number(days.saturating_mul(MILLION))),
            (FieldType::Money, Literal::Money(money)) => Some(Ordered::Money(*money)),
            (FieldType::Date, Literal::Date(date)) => Some(Ordered::Date(*date)),
            (FieldType::Date, Literal::MonthDay(month, day)) => Some(Ordered::Season((*month, *day))),
            _ => {
                self.misfit(c, value);
                None
            }
        }
    }

    fn misfit(&self, c: &mut Checker, value: &Value) {
        let text = c.input.sources.text(value.span).to_owned();
        let message = format!("`{}` is {}, and `{text}` is not", self.name, self.kind.describe());
        let error = Diagnostic::error(Code::WrongType, value.span, message);
        c.report(match (&self.kind, &value.literal) {
            (FieldType::Money, Literal::Number(_)) => {
                error.help(format!("say of which currency: `{text} EUR`"))
            }
            (FieldType::Money, _) => error.help("write an amount such as `200 EUR`, without quotes"),
            (FieldType::Date, Literal::Text(text)) if text.parse::<NaiveDate>().is_ok() => {
                error.fix(value.span, text)
            }
            (FieldType::Date, Literal::Days(_) | Literal::Number(_)) => error.help(
                "write a date such as `2026-10-31`; for a number of days ask `invoice.days_overdue` or `invoice.age`",
            ),
            (FieldType::Date, _) => error.help("write a date such as `2026-10-31`"),
            (FieldType::Text | FieldType::OneOf(_), _) => error.fix(value.span, format!("\"{text}\"")),
            (FieldType::Days, _) => error.help("write a whole number such as `30`"),
            _ => error.help("write a number such as `30`"),
        });
    }

    fn ranges(&self, c: &mut Checker, ranges: Vec<(Option<Ordered>, Option<Ordered>)>) -> Option<Predicate> {
        let mut ends = ranges.iter().flat_map(|range| [range.0, range.1]).flatten();
        let seasons = ends.clone().any(|end| matches!(end, Ordered::Season(_)));
        let dates = ends.any(|end| matches!(end, Ordered::Date(_)));
        if seasons && dates {
            self.wrong(
                c,
                self.span,
                String::from("dates with and without a year stand together"),
                "write them all with a year, or all without",
            );
            return None;
        }
        Some(match self.kind {
            FieldType::Money => {
                let money = ranges.iter().map(|range| money_bounds(c, self.span, range)).collect::<Vec<_>>();
                Predicate::Money(money.into_iter().collect::<Option<_>>()?)
            }
            FieldType::Date if seasons => {
                Predicate::Season(ranges.iter().map(|r| bounds(r, Ordered::season)).collect())
            }
            FieldType::Date => Predicate::Date(ranges.iter().map(|r| bounds(r, Ordered::date)).collect()),
            _ => Predicate::Number(ranges.iter().map(|r| bounds(r, Ordered::number)).collect()),
        })
    }
}

fn bounds<T>(range: &(Option<Ordered>, Option<Ordered>), part: fn(Ordered) -> Option<T>) -> Bounds<T> {
    Bounds { least: range.0.and_then(part), most: range.1.and_then(part) }
}

/// The amounts that compare so with one.
fn amounts(order: Comparison, Money { minor, currency }: Money) -> Amounts {
    let included = matches!(order, Comparison::AtMost | Comparison::AtLeast);
    let end = Some(End { minor, included });
    match order {
        Comparison::Less | Comparison::AtMost => Amounts { currency, least: None, most: end },
        Comparison::More | Comparison::AtLeast => Amounts { currency, least: end, most: None },
    }
}

fn money_bounds(c: &mut Checker, span: Span, range: &(Option<Ordered>, Option<Ordered>)) -> Option<Amounts> {
    let (least, most) = (range.0.and_then(Ordered::money), range.1.and_then(Ordered::money));
    match (least, most) {
        (Some(a), Some(b)) if a.currency != b.currency => {
            let error =
                Diagnostic::error(Code::TwoCurrencies, span, "the two amounts are of different currencies");
            c.report(error.help("write both in one currency"));
            None
        }
        (Some(one), _) | (None, Some(one)) => {
            let end = |money: Money| End { minor: money.minor, included: true };
            Some(Amounts { currency: one.currency, least: least.map(end), most: most.map(end) })
        }
        (None, None) => None,
    }
}

impl Ordered {
    /// The next value above (1) or below (-1).
    fn stepped(self, step: i64) -> Ordered {
        match self {
            Ordered::Number(number) => Ordered::Number(number.saturating_add(step)),
            Ordered::Date(date) => Ordered::Date(crate::calendar::add_days(date, step)),
            // Amounts of other currencies lie between two of them, and seasons come back.
            other @ (Ordered::Money(_) | Ordered::Season(_)) => other,
        }
    }

    fn number(self) -> Option<i64> {
        if let Ordered::Number(number) = self { Some(number) } else { None }
    }

    fn money(self) -> Option<Money> {
        if let Ordered::Money(money) = self { Some(money) } else { None }
    }

    fn date(self) -> Option<NaiveDate> {
        if let Ordered::Date(date) = self { Some(date) } else { None }
    }

    fn season(self) -> Option<(u32, u32)> {
        match self {
            Ordered::Season(day) => Some(day),
            Ordered::Date(date) => Some((date.month(), date.day())),
            _ => None,
        }
    }
}

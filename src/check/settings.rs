//! The policy block.

use chrono_tz::Tz;

use super::Checker;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::policy::{Pilot, PilotCustomers};
use crate::model::rates::{GREATEST, Rate, Rates};
use crate::model::{CatchUp, Settings, Terms, Weekends};
use crate::money::{AmountError, Currency, Money, NumberFormat};
use crate::span::Span;
use crate::suggest::nearest;
use crate::syntax::ast::{self, PolicyBlock, Setting, Spanned};

/// Checks the settings; what is said twice is an error.
pub(super) fn settings(c: &mut Checker, block: &PolicyBlock) -> Settings {
    let mut settings = Settings {
        currency: Currency::EUR,
        language: String::from("en"),
        timezone: Tz::UTC,
        templates: None,
        terms: None,
        rates: Rates::default(),
        tolerances: Vec::new(),
        sender: None,
        reply_to: None,
        fallback: None,
        catch_up: CatchUp::OneAtATime,
        weekends: Weekends::default(),
        pilot: None,
        one_message_per_invoice: false,
    };
    let mut seen: Vec<(std::mem::Discriminant<Setting>, Span)> = Vec::new();
    for line in &block.settings {
        let kind = std::mem::discriminant(&line.node);
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == kind)
            && !matches!(line.node, Setting::Rate(_) | Setting::Allow(_))
        {
            c.report(set_twice(line.span, *first));
        }
        seen.push((kind, line.span));
        setting(c, &mut settings, line);
    }
    if !block.settings.iter().any(|line| matches!(line.node, Setting::Currency(_))) {
        let error = Diagnostic::error(Code::NoCurrency, block.span, "the policy does not say its currency");
        c.report(error.help("add a line such as `currency EUR` to the policy block"));
    }
    settings
}

/// One setting, two lines.
pub(super) fn set_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateSetting, span, "this is set twice")
        .label(first, "the first time")
        .help("keep one of the two lines")
}

fn setting(c: &mut Checker, settings: &mut Settings, line: &Spanned<Setting>) {
    match &line.node {
        Setting::Language(version) => language(c, *version, line.span),
        Setting::Currency(currency) => settings.currency = *currency,
        Setting::MessagesIn(tag) => settings.language.clone_from(tag),
        Setting::Timezone(zone) => settings.timezone = timezone(c, zone, line.span),
        Setting::Templates(folder) => settings.templates = Some(folder.clone()),
        Setting::Terms { days, end_of_month } => {
            let end_of_month = *end_of_month;
            settings.terms = u32::try_from(*days).ok().map(|days| Terms { days, end_of_month });
        }
        Setting::Ignore(amounts) => settings.tolerances = tolerances(c, amounts),
        Setting::Sender(role) => settings.sender = c.role(role),
        Setting::ReplyTo(role) => settings.reply_to = c.role(role),
        Setting::Fallback(role) => settings.fallback = c.role(role),
        Setting::CatchUp(family) => settings.catch_up = *family,
        Setting::Weekends(way) => settings.weekends = *way,
        Setting::OneMessagePerInvoice => settings.one_message_per_invoice = true,
        Setting::Pilot(customers) => settings.pilot = Some(pilot(c, customers, line.span)),
        Setting::Rate(rate) => settings.rates.0.extend(checked_rate(c, &settings.rates, rate, line.span)),
        Setting::Allow(_) => {}
    }
}

fn pilot(c: &mut Checker, customers: &ast::Pilot, span: Span) -> Pilot {
    let customers = match customers {
        ast::Pilot::Count(count) => {
            let count = u64::try_from(*count).unwrap_or(0);
            if count == 0 {
                let error = Diagnostic::error(Code::OutOfRange, span, "a pilot has at least one customer");
                c.report(error.help("write how many, such as `pilot: 20 customers`"));
            }
            PilotCustomers::Count(count)
        }
        ast::Pilot::Customers(ids) => PilotCustomers::Listed(ids.clone()),
    };
    Pilot { rule: c.rule("policy", Some("pilot"), span), customers }
}

fn language(c: &mut Checker, version: i64, span: Span) {
    if version != 1 {
        let message = format!("this dun does not know language {version}");
        c.report(Diagnostic::error(Code::UnknownLanguageVersion, span, message).fix(span, "language 1"));
    }
}

fn timezone(c: &mut Checker, zone: &str, span: Span) -> Tz {
    zone.parse().unwrap_or_else(|_| {
        let error = Diagnostic::error(Code::UnknownTimezone, span, format!("there is no timezone `{zone}`"));
        c.report(match nearest(zone, chrono_tz::TZ_VARIANTS.iter().map(|known| known.name())) {
            Some(near) => error.fix(span, format!("timezone {near}")),
            None => error.help("write a continent and a city, such as `Europe/Paris`"),
        });
        Tz::UTC
    })
}

fn tolerances(c: &mut Checker, amounts: &[Spanned<Money>]) -> Vec<Money> {
    for (at, amount) in amounts.iter().enumerate() {
        if amounts[..at].iter().any(|before| before.node.currency == amount.node.currency) {
            let message = format!("there are two amounts in {}", amount.node.currency);
            c.report(
                Diagnostic::error(Code::DuplicateSetting, amount.span, message)
                    .help("keep one amount for each currency"),
            );
        }
    }
    amounts.iter().map(|amount| amount.node).collect()
}

/// A rate between two currencies that no line before has, each side more than nothing.
fn checked_rate(c: &mut Checker, known: &Rates, rate: &ast::Rate, span: Span) -> Option<Rate> {
    let (a, b) = (rate.left.1, rate.right.1);
    if a == b {
        let error = Diagnostic::error(Code::BadRate, span, format!("this is a rate of {a} to itself"));
        c.report(error.help("a rate stands between two currencies, such as `rate 1 USD = 0.92 EUR`"));
        return None;
    }
    if known.between(a, b).is_some() {
        let error =
            Diagnostic::error(Code::DuplicateSetting, span, format!("there are two rates of {a} and {b}"));
        c.report(error.help("keep one of the two; it serves in both directions"));
        return None;
    }
    let (left, right) = (side(c, &rate.left.0, span)?, side(c, &rate.right.0, span)?);
    Some(Rate { left: (left, a), right: (right, b) })
}

/// The number of one side, in millionths.
fn side(c: &mut Checker, number: &str, span: Span) -> Option<i64> {
    let millionths = NumberFormat::default().parse(number, 6);
    let why = match millionths {
        Ok(millionths) if millionths <= 0 => "it must be more than nothing",
        Ok(millionths) if millionths <= GREATEST * 1_000_000 => return Some(millionths),
        Err(AmountError::TooPrecise) => "it has more than six decimals",
        Err(AmountError::BadGroups) => "its `_` do not stand between groups of three digits",
        Ok(_) | Err(_) => "it is too large",
    };
    let error = Diagnostic::error(Code::BadRate, span, format!("`{number}` cannot stand in a rate: {why}"));
    c.report(
        error.help(
            "write such as `rate 1 USD = 0.92 EUR`, or more on both sides: `rate 10_000 VND = 0.35 EUR`",
        ),
    );
    None
}

//! Blocks and their headers, the settings of the policy, calendars.

use chrono::Weekday;

use super::ast::{
    Block, CalendarBlock, CalendarLine, FieldDeclaration, Pilot, PolicyBlock, Rate, Role, RoleHolder,
    RulesBlock, RulesHeader, SegmentCatches, Setting, Spanned,
};
use super::parser::{Builder, Pair, Parts, Rule, only};
use super::{conditions, scenarios, steps, values};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::FieldType;

pub(super) fn block(b: &mut Builder, pair: Pair) -> Block {
    match pair.as_rule() {
        Rule::policy => Block::Policy(policy(b, pair)),
        Rule::role => Block::Role(role(b, pair)),
        Rule::field => Block::Field(field(b, pair)),
        Rule::calendar => Block::Calendar(calendar(b, pair)),
        Rule::scenario => Block::Scenario(scenarios::scenario(b, pair)),
        _ => Block::Rules(rules(b, pair)),
    }
}

/// The place of a header: the first line of its block.
pub(super) fn header_span(b: &Builder, pair: &Pair) -> crate::span::Span {
    let text = pair.as_str();
    let line = text.find(['\n', ';']).unwrap_or(text.len());
    let start = pair.as_span().start();
    b.bytes(start, start + text[..line].trim_end().len())
}

fn policy(b: &mut Builder, pair: Pair) -> PolicyBlock {
    let span = header_span(b, &pair);
    let mut parts = Parts::of(pair);
    let name = values::string(b, parts.need()).node;
    let settings = parts.map(|part| Spanned { span: b.span(&part), node: setting(b, part) }).collect();
    PolicyBlock { span, name, settings }
}

fn setting(b: &mut Builder, pair: Pair) -> Setting {
    let (rule, span) = (pair.as_rule(), b.span(&pair));
    let mut parts = Parts::of(pair);
    match rule {
        Rule::set_language => Setting::Language(values::integer(b, &parts.need())),
        Rule::set_currency => Setting::Currency(values::currency(b, &parts.need())),
        Rule::set_messages_in => Setting::MessagesIn(String::from(parts.need().as_str())),
        Rule::set_timezone => Setting::Timezone(String::from(parts.need().as_str())),
        Rule::set_templates => Setting::Templates(values::string(b, parts.need()).node),
        Rule::set_terms => Setting::Terms {
            days: values::days(b, parts.need()),
            end_of_month: parts.optional(Rule::terms_end_of_month).is_some(),
        },
        Rule::slip_net => {
            let days = values::bounded(b, &parts.need(), 0, 3660, "the number of days");
            let error = Diagnostic::error(Code::TermsNotPlain, span, "terms are written in days");
            b.refuse(error.fix(span, format!("terms {days} days")));
            Setting::Terms { days, end_of_month: false }
        }
        Rule::set_ignore => Setting::Ignore(parts.map(|part| values::money(b, part)).collect()),
        Rule::set_sender => Setting::Sender(values::name(b, parts.need())),
        Rule::set_reply_to => Setting::ReplyTo(values::name(b, parts.need())),
        Rule::set_fallback => Setting::Fallback(values::name(b, parts.need())),
        Rule::catch_up => Setting::CatchUp(steps::catch_up(b, parts.need())),
        Rule::weekends => Setting::Weekends(steps::weekends(&parts.need())),
        Rule::set_one_message => Setting::OneMessagePerInvoice,
        Rule::set_pilot => Setting::Pilot(pilot(b, parts.need())),
        Rule::allow => Setting::Allow(steps::allow(b, parts, span)),
        _ => Setting::Rate(rate(b, parts)),
    }
}

fn pilot(b: &mut Builder, pair: Pair) -> Pilot {
    match pair.as_rule() {
        Rule::pilot_count => Pilot::Count(values::integer(b, &only(pair))),
        _ => Pilot::Customers(Parts::of(pair).map(|part| values::string(b, part).node).collect()),
    }
}

fn rate(b: &mut Builder, mut parts: Parts) -> Rate {
    let mut side = || (String::from(parts.need().as_str()), values::currency(b, &parts.need()));
    let left = side();
    Rate { left, right: side() }
}

fn role(b: &mut Builder, pair: Pair) -> Role {
    let span = header_span(b, &pair);
    let mut parts = Parts::of(pair);
    let name = values::name(b, parts.need());
    let holder = parts.need();
    let holder = match holder.as_rule() {
        Rule::string => RoleHolder::Address(values::string(b, holder)),
        Rule::path => RoleHolder::Field(conditions::path(b, &holder)),
        _ => RoleHolder::Contact,
    };
    Role { span, name, holder }
}

fn field(b: &mut Builder, pair: Pair) -> FieldDeclaration {
    let span = header_span(b, &pair);
    let mut parts = Parts::of(pair);
    let path = conditions::path(b, &parts.need());
    let kind = parts.need();
    let kind = match kind.as_rule() {
        Rule::type_text => FieldType::Text,
        Rule::type_number => FieldType::Number,
        Rule::type_money => FieldType::Money,
        Rule::type_date => FieldType::Date,
        Rule::type_flag => FieldType::Flag,
        Rule::type_tags => FieldType::Tags,
        _ => FieldType::OneOf(Parts::of(kind).map(|part| values::string(b, part).node).collect()),
    };
    FieldDeclaration { span, path, kind }
}

fn calendar(b: &mut Builder, pair: Pair) -> CalendarBlock {
    let span = header_span(b, &pair);
    let mut parts = Parts::of(pair);
    let name = values::name(b, parts.need());
    let when = parts.optional(Rule::when).map(|part| conditions::inside(b, part));
    let lines = parts.map(|part| Spanned { span: b.span(&part), node: calendar_line(b, part) }).collect();
    CalendarBlock { span, name, when, lines }
}

fn calendar_line(b: &mut Builder, pair: Pair) -> CalendarLine {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    match rule {
        Rule::closed => {
            CalendarLine::Closed(parts.filter_map(|part| part.as_str().parse::<Weekday>().ok()).collect())
        }
        Rule::holidays_from => CalendarLine::HolidaysFrom(values::string(b, parts.need())),
        Rule::holiday_every => {
            let day = values::month_day(b, &parts.need());
            CalendarLine::HolidayEvery { day, name: parts.next().map(|part| values::string(b, part).node) }
        }
        _ => {
            let date = values::date(b, parts.need());
            CalendarLine::HolidayOn { date, name: parts.next().map(|part| values::string(b, part).node) }
        }
    }
}

fn rules(b: &mut Builder, pair: Pair) -> RulesBlock {
    let (rule, span) = (pair.as_rule(), header_span(b, &pair));
    let mut parts = Parts::of(pair);
    let header = match rule {
        Rule::segment => segment(b, &mut parts),
        Rule::cadence => RulesHeader::Cadence {
            name: values::name(b, parts.need()),
            per_customer: parts.optional(Rule::per_customer).map(|part| b.span(&part)),
        },
        Rule::carve_out => carve_out(b, &mut parts, span),
        _ => RulesHeader::Everywhere,
    };
    RulesBlock { span, header, clauses: steps::clauses(b, parts) }
}

fn segment(b: &mut Builder, parts: &mut Parts) -> RulesHeader {
    let name = values::name(b, parts.need());
    let catches = if let Some(when) = parts.optional(Rule::when) {
        SegmentCatches::When(conditions::inside(b, when))
    } else if let Some(otherwise) = parts.optional(Rule::otherwise) {
        SegmentCatches::Otherwise(b.span(&otherwise))
    } else {
        SegmentCatches::Recorded
    };
    RulesHeader::Segment { name, catches }
}

fn carve_out(b: &mut Builder, parts: &mut Parts, header: crate::span::Span) -> RulesHeader {
    if let Some(slip) = parts.optional(Rule::slip_carve_out) {
        let span = b.span(&slip);
        let message = format!("`{}` is written with a hyphen", slip.as_str());
        b.refuse(Diagnostic::error(Code::CarveOutSpelling, span, message).fix(span, "carve-out"));
    }
    let name = values::name(b, parts.need());
    let when = match parts.optional(Rule::when) {
        Some(when) => conditions::inside(b, when),
        None => {
            let message = format!("the carve-out `{}` does not say when it holds", name.text);
            let help = "add a condition, as in `carve-out disputes when invoice.disputed:`; what always holds belongs in `everywhere:`";
            b.refuse(Diagnostic::error(Code::CarveOutWithoutWhen, header, message).help(help));
            super::ast::Condition::And(Vec::new(), header)
        }
    };
    RulesHeader::CarveOut { name, when }
}

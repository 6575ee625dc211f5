//! Steps, their actions and modifiers, and restrictions.

use super::ast::{
    Act, ActKind, Action, Allow, Anchor, Clause, InterestRate, Modifier, Moment, Name, NeedsApproval, Never,
    Offset, Restriction, Schedule, Spanned, Step, Unit,
};
use super::parser::{Builder, Pair, Parts, Rule, only};
use super::{conditions, values};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Attachment, CatchUp, Channel, Weekends};
use crate::span::Span;

/// The lines of a block of rules.
pub(super) fn clauses(b: &mut Builder, parts: Parts) -> Vec<Spanned<Clause>> {
    parts.map(|pair| Spanned { span: b.span(&pair), node: clause(b, pair) }).collect()
}

fn clause(b: &mut Builder, pair: Pair) -> Clause {
    match pair.as_rule() {
        Rule::use_cadence => Clause::Use(Parts::of(pair).map(|part| values::name(b, part)).collect()),
        Rule::catch_up => Clause::CatchUp(catch_up(b, only(pair))),
        Rule::weekends => Clause::Weekends(weekends(&only(pair))),
        Rule::step | Rule::every => Clause::Step(step(b, pair)),
        Rule::allow => {
            let span = b.span(&pair);
            Clause::Allow(allow(b, Parts::of(pair), span))
        }
        _ => Clause::Restriction(restriction(b, pair)),
    }
}

/// `allow(CODE, "reason")`; without a reason it is refused.
pub(super) fn allow(b: &mut Builder, mut parts: Parts, span: Span) -> Allow {
    let code = parts.need();
    let code = Name { text: String::from(code.as_str()), span: b.span(&code) };
    let reason = parts.next().map_or_else(String::new, |part| values::string(b, part).node);
    if reason.trim().is_empty() {
        let message = format!("`allow({})` does not say why", code.text);
        let help = format!("add the reason: `allow({}, \"why it is meant\")`", code.text);
        b.refuse(Diagnostic::error(Code::AllowWithoutReason, span, message).help(help));
    }
    Allow { code, reason }
}

pub(super) fn catch_up(b: &mut Builder, pair: Pair) -> CatchUp {
    match pair.as_rule() {
        Rule::one_at_a_time => CatchUp::OneAtATime,
        Rule::one_per_run => CatchUp::OnePerRun,
        Rule::latest => CatchUp::Latest,
        Rule::same_day_only => CatchUp::SameDayOnly,
        _ => CatchUp::All { days_apart: values::days(b, only(pair)) },
    }
}

pub(super) fn weekends(pair: &Pair) -> Weekends {
    match pair.as_rule() {
        Rule::weekends_next => Weekends::NextBusinessDay,
        Rule::weekends_previous => Weekends::PreviousBusinessDay,
        _ => Weekends::SameDay,
    }
}

fn step(b: &mut Builder, pair: Pair) -> Step {
    let is_every = pair.as_rule() == Rule::every;
    let mut parts = Parts::of(pair);
    let schedule = if is_every {
        let period = duration(b, parts.need());
        let from = moment(b, parts.need());
        let times = parts
            .optional(Rule::count)
            .map(|pair| Spanned { span: b.span(&pair), node: values::count(b, pair) });
        Schedule::Every { period, from, times }
    } else {
        Schedule::At(moment(b, parts.need()))
    };
    let actions = Parts::of(parts.need()).map(|part| action(b, part)).collect();
    let modifiers = Parts::of(parts.need())
        .map(|part| Spanned { span: b.span(&part), node: modifier(b, part) })
        .collect();
    Step { schedule, actions, modifiers }
}

fn duration(b: &mut Builder, pair: Pair) -> Spanned<Offset> {
    let span = b.span(&pair);
    let mut parts = Parts::of(pair);
    let count = values::bounded(b, &parts.need(), 1, 3660, "the period");
    Spanned { span, node: Offset { count, unit: unit(Some(parts.need())) } }
}

fn unit(pair: Option<Pair>) -> Unit {
    match pair.map(|pair| pair.as_str().chars().next()) {
        Some(Some('b')) => Unit::BusinessDays,
        Some(Some('m')) => Unit::Months,
        _ => Unit::Days,
    }
}

pub(super) fn moment(b: &mut Builder, pair: Pair) -> Moment {
    let span = b.span(&pair);
    let mut parts = Parts::of(pair);
    let anchor = anchor(b, only(parts.need()));
    let offset = match parts.next() {
        None => Offset { count: 0, unit: Unit::Days },
        Some(part) => {
            if part.as_rule() == Rule::slip_offset {
                let place = b.span(&part);
                let tight = part.as_str().trim().replacen([' ', '\t'], "", 1);
                let message = format!("`{}` has a space inside", part.as_str().trim());
                b.refuse(Diagnostic::error(Code::SpaceInOffset, place, message).fix(place, tight));
            }
            offset(b, part)
        }
    };
    Moment { span, anchor, offset }
}

fn offset(b: &mut Builder, pair: Pair) -> Offset {
    let mut parts = Parts::of(pair);
    let negative = parts.need().as_str() == "-";
    let count = values::bounded(b, &parts.need(), 0, 3660, "an offset");
    Offset { count: if negative { -count } else { count }, unit: unit(parts.next()) }
}

fn anchor(b: &mut Builder, pair: Pair) -> Anchor {
    match pair.as_rule() {
        Rule::anchor_due => Anchor::Due,
        Rule::anchor_issue => Anchor::Issue,
        Rule::anchor_dispute => Anchor::Dispute,
        Rule::anchor_promise => Anchor::Promise,
        Rule::anchor_payment => Anchor::Payment,
        Rule::anchor_previous => Anchor::Previous,
        Rule::end_of_month => {
            let mut parts = Parts::of(pair);
            let from_issue = parts.need().as_rule() == Rule::anchor_issue;
            let offset = parts.next().map_or(Offset { count: 0, unit: Unit::Days }, |part| offset(b, part));
            Anchor::EndOfMonth { from_issue, offset }
        }
        _ => {
            let span = b.span(&pair);
            let message = format!("`{}` is not an anchor; the due date is `D`", pair.as_str());
            b.refuse(Diagnostic::error(Code::UnknownAnchor, span, message).fix(span, "D"));
            Anchor::Due
        }
    }
}

fn action(b: &mut Builder, pair: Pair) -> Action {
    Action { alternatives: Parts::of(pair).map(|part| act(b, part)).collect() }
}

fn act(b: &mut Builder, pair: Pair) -> Act {
    let span = b.span(&pair);
    let mut parts = Parts::of(pair);
    let kind = act_kind(b, parts.need());
    let mut act = Act {
        span,
        kind,
        to: None,
        cc: Vec::new(),
        attach: Vec::new(),
        with: None,
        key_name: None,
        formerly: Vec::new(),
        wait: None,
    };
    parts.for_each(|part| act_option(b, &mut act, part));
    act
}

fn act_option(b: &mut Builder, act: &mut Act, pair: Pair) {
    let (span, rule) = (b.span(&pair), pair.as_rule());
    let replaced = match rule {
        Rule::and_wait => act.wait.replace(span).is_some(),
        Rule::attach => {
            let node = match only(pair).as_rule() {
                Rule::attach_invoice => Attachment::Invoice,
                _ => Attachment::Statement,
            };
            act.attach.push(Spanned { node, span });
            false
        }
        Rule::formerly => {
            let part = only(pair);
            act.formerly.push(Spanned { node: step_key(&part), span });
            false
        }
        Rule::cc_role => {
            act.cc.push(values::name(b, only(pair)));
            false
        }
        _ => {
            let name = values::name(b, only(pair));
            let slot = match rule {
                Rule::to_role => &mut act.to,
                Rule::with_template => &mut act.with,
                _ => &mut act.key_name,
            };
            slot.replace(name).is_some()
        }
    };
    if replaced {
        b.refuse(
            Diagnostic::error(Code::SaidTwice, span, "this is said twice for one action")
                .help("keep one of them"),
        );
    }
}

/// A step key as the ledger has it: its kind, one space, and the name or the text as written.
///
/// What may stand between them in a sentence, such as the `by` of `call by finance`, is not part of it.
pub(super) fn step_key(pair: &Pair) -> String {
    let kind = pair.as_str().split_whitespace().next().unwrap_or_default();
    match pair.clone().into_inner().last() {
        None => String::from(kind),
        Some(object) if kind == "hand" => format!("hand off {}", object.as_str()),
        Some(object) => format!("{kind} {}", object.as_str()),
    }
}

fn act_kind(b: &mut Builder, pair: Pair) -> ActKind {
    let rule = pair.as_rule();
    let mut parts = Parts::of(pair);
    match rule {
        Rule::message => {
            let channel = match parts.need().as_str() {
                "email" => Channel::Email,
                "sms" => Channel::Sms,
                _ => Channel::Letter,
            };
            let template = values::name(b, parts.need());
            ActKind::Message { channel, template, registered: parts.next().map(|pair| b.span(&pair)) }
        }
        Rule::task => {
            let text = values::string(b, parts.need());
            ActKind::Task(text, values::name(b, parts.need()))
        }
        Rule::charge_fee => ActKind::ChargeFee(values::money(b, parts.need())),
        Rule::charge_interest => charge_interest(b, parts),
        _ => {
            let role = values::name(b, parts.need());
            named_act(rule, role)
        }
    }
}

fn named_act(rule: Rule, name: Name) -> ActKind {
    match rule {
        Rule::call => ActKind::Call(name),
        Rule::notify => ActKind::Notify(name),
        Rule::hand_off => ActKind::HandOff(name),
        Rule::escalate => ActKind::Escalate(name),
        _ => ActKind::Flag(name),
    }
}

fn charge_interest(b: &mut Builder, mut parts: Parts) -> ActKind {
    let rate = parts.need();
    let rate = match rate.as_rule() {
        Rule::string => InterestRate::File(values::string(b, rate).node),
        _ => InterestRate::Percent(String::from(only(rate).as_str())),
    };
    ActKind::ChargeInterest { rate, points: parts.next().map(|pair| String::from(only(pair).as_str())) }
}

fn modifier(b: &mut Builder, pair: Pair) -> Modifier {
    match pair.as_rule() {
        Rule::needs_approval => Modifier::NeedsApproval(needs_approval(b, pair)),
        Rule::if_missed => Modifier::SkipIfMissed,
        Rule::if_condition => Modifier::If(conditions::inside(b, pair)),
        Rule::unless_condition => Modifier::Unless(conditions::inside(b, pair)),
        Rule::formal => Modifier::Formal,
        _ => Modifier::Deadline(values::days(b, only(pair))),
    }
}

fn needs_approval(b: &mut Builder, pair: Pair) -> NeedsApproval {
    let mut parts = Parts::of(pair);
    let by = parts.optional(Rule::by_role).map(|part| values::name(b, only(part)));
    let from = parts.optional(Rule::approval_from).map(|part| moment(b, only(part)));
    NeedsApproval { by, from }
}

fn restriction(b: &mut Builder, pair: Pair) -> Restriction {
    let rule = pair.as_rule();
    if rule == Rule::needs_approval {
        return Restriction::NeedsApproval(needs_approval(b, pair));
    }
    let mut parts = Parts::of(pair);
    match rule {
        Rule::never => Restriction::Never(never(parts.need().as_str())),
        Rule::only_by_hand => Restriction::OnlyByHand(parts.next().map(|part| values::name(b, only(part)))),
        Rule::hold => Restriction::Hold {
            until: parts.optional(Rule::hold_until).map(|part| values::date(b, only(part))),
            resume: parts
                .optional(Rule::hold_resume)
                .map(|part| Spanned { span: b.span(&part), node: values::days(b, only(part)) }),
        },
        Rule::write_limit => {
            let times = values::count(b, parts.need());
            let period = parts.need();
            let days = if period.as_rule() == Rule::one_day {
                1
            } else {
                values::bounded(b, &only(period), 1, 366, "the number of days")
            };
            Restriction::WriteAtMost { times, days }
        }
        Rule::send_limit => Restriction::SendAtMost(values::bounded(
            b,
            &parts.need(),
            0,
            1_000_000_000,
            "the number of messages",
        )),
        Rule::message_window => {
            let from = values::time(b, &parts.need());
            Restriction::Window(from, values::time(b, &parts.need()))
        }
        _ => Restriction::DataNoOlder(values::days(b, parts.need())),
    }
}

fn never(word: &str) -> Never {
    match word {
        "auto-send" => Never::AutoSend,
        "email" => Never::Email,
        "sms" => Never::Sms,
        "letter" => Never::Letter,
        "call" => Never::Call,
        "contact" => Never::Contact,
        "charge" => Never::Charge,
        _ => Never::Escalate,
    }
}

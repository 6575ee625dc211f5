//! Steps, their actions and modifiers, and restrictions.

use super::super::ast::{
    Act, ActKind, Anchor, Clause, InterestRate, Modifier, Moment, NeedsApproval, Never, Offset, Restriction,
    Schedule, Spanned, Step, Unit,
};
use super::conditions::{condition, separated};
use super::flow::Flow;
use super::settings::{allow, catch_up, listed, weekends};
use super::values::{date, days, duration, money, offset, quoted, times, whole};
use super::written::Written;
use crate::model::Attachment;
use crate::span::Span;

/// A line of a block of rules; the moment of a step is filled up to a width.
pub(super) fn clause(written: &Written, Spanned { node, span }: &Spanned<Clause>, width: usize) -> Flow {
    match node {
        Clause::Use(names) => {
            let mut flow = Flow::of("use ");
            let places = names.iter().map(|name| name.span.start as usize);
            flow.filled(|flow| separated(flow, ",", places, names.iter().map(|name| name.text.clone())));
            flow
        }
        Clause::CatchUp(way) => catch_up(written, *way, *span),
        Clause::Weekends(way) => Flow::of(weekends(*way)),
        Clause::Step(one) => step(written, one, width),
        Clause::Restriction(one) => restriction(written, one, *span),
        Clause::Allow(what) => allow(written, what, *span),
    }
}

/// What a step line is aligned by: the anchor of a moment in plain days, and how wide the moment is.
pub(super) fn aligned(clause: &Clause) -> Option<(Anchor, usize)> {
    let Clause::Step(Step { schedule: Schedule::At(at), .. }) = clause else { return None };
    let plain = at.offset.unit == Unit::Days && !matches!(at.anchor, Anchor::EndOfMonth { .. });
    plain.then(|| (at.anchor, moment(at).chars().count()))
}

fn step(written: &Written, Step { schedule, actions, modifiers }: &Step, width: usize) -> Flow {
    let mut flow = head(schedule, width);
    flow.filled(|flow| {
        for (at, action) in actions.iter().enumerate() {
            for (instead, one) in action.alternatives.iter().enumerate() {
                match (at, instead) {
                    (0, 0) => {}
                    (_, 0) => {
                        flow.push(" and");
                        flow.space(one.span.start as usize);
                    }
                    _ => flow.push(" else "),
                }
                act(flow, one);
            }
        }
    });
    // Modifiers that do not fit behind the actions have lines of their own.
    flow.group(|flow| {
        let Some((first, others)) = modifiers.split_first() else { return };
        flow.push(",");
        flow.space(first.span.start as usize);
        modifier(flow, written, first);
        flow.continued(|flow| {
            for other in others {
                flow.push(",");
                flow.space(other.span.start as usize);
                modifier(flow, written, other);
            }
        });
    });
    flow
}

fn head(schedule: &Schedule, width: usize) -> Flow {
    match schedule {
        Schedule::At(at) => Flow::of(format!("at {:width$} ", moment(at))),
        Schedule::Every { period, from, times: most } => {
            let mut flow = Flow::of(format!("every {} from {}", duration(period.node), moment(from)));
            if let Some(most) = most {
                flow.filled(|flow| {
                    flow.push(",");
                    flow.space(most.span.start as usize);
                    flow.push(format!("at most {}", times(most.node)));
                });
            }
            flow.push(": ");
            flow
        }
    }
}

/// `D+3`, `end of month(D+30)`.
fn moment(Moment { anchor, offset: distance, .. }: &Moment) -> String {
    let anchor = match *anchor {
        Anchor::Due => String::from("D"),
        Anchor::Issue => String::from("issue"),
        Anchor::Dispute => String::from("dispute"),
        Anchor::Promise => String::from("promise"),
        Anchor::Payment => String::from("payment"),
        Anchor::Previous => String::from("previous"),
        Anchor::EndOfMonth { from_issue, offset: inner } => end_of_month(from_issue, inner),
    };
    anchor + &offset(*distance)
}

fn end_of_month(from_issue: bool, inner: Offset) -> String {
    format!("end of month({}{})", if from_issue { "issue" } else { "D" }, offset(inner))
}

fn act(flow: &mut Flow, act: &Act) {
    flow.push(kind(&act.kind));
    act.to.iter().for_each(|name| flow.push(format!(" to {}", name.text)));
    act.cc.iter().for_each(|name| flow.push(format!(" cc {}", name.text)));
    for attached in &act.attach {
        flow.push(match attached.node {
            Attachment::Invoice => " attach invoice",
            Attachment::Statement => " attach statement",
        });
    }
    act.with.iter().for_each(|name| flow.push(format!(" with {}", name.text)));
    act.key_name.iter().for_each(|name| flow.push(format!(" as {}", name.text)));
    if let Some(wait) = act.wait {
        flow.push(" and");
        flow.space(wait.end as usize);
        flow.push("wait");
    }
    act.formerly.iter().for_each(|key| flow.push(format!(" formerly {}", key.node)));
}

fn kind(kind: &ActKind) -> String {
    match kind {
        ActKind::Message { channel, template, registered } => {
            let registered = if registered.is_some() { " registered" } else { "" };
            format!("{} {}{registered}", channel.word(), template.text)
        }
        ActKind::Call(role) => format!("call by {}", role.text),
        ActKind::Notify(role) => format!("notify {}", role.text),
        ActKind::Task(text, role) => format!("task {} for {}", quoted(&text.node), role.text),
        ActKind::HandOff(role) => format!("hand off to {}", role.text),
        ActKind::Escalate(role) => format!("escalate to {}", role.text),
        ActKind::Flag(name) => format!("flag {}", name.text),
        ActKind::ChargeFee(amount) => format!("charge fee {}", money(amount.node)),
        ActKind::ChargeInterest { rate, points } => {
            let rate = match rate {
                InterestRate::Percent(percent) => format!("{percent}%"),
                InterestRate::File(file) => quoted(file),
            };
            let points = points.as_ref().map_or_else(String::new, |points| {
                format!(" plus {points} {}", if points == "1" { "point" } else { "points" })
            });
            format!("charge interest at {rate}{points}")
        }
    }
}

fn modifier(flow: &mut Flow, written: &Written, Spanned { node, span }: &Spanned<Modifier>) {
    match node {
        Modifier::NeedsApproval(approval) => flow.push(needs_approval(approval)),
        Modifier::If(holds) => {
            flow.push("if ");
            condition(flow, written, holds, span.start as usize);
        }
        Modifier::Unless(holds) => {
            flow.push("unless ");
            condition(flow, written, holds, span.start as usize);
        }
        Modifier::SkipIfMissed => flow.push("if missed: skip"),
        Modifier::Formal => flow.push("formal"),
        Modifier::Deadline(count) => flow.push(format!("deadline {}", days(*count))),
    }
}

fn needs_approval(NeedsApproval { by, from }: &NeedsApproval) -> String {
    let by = by.as_ref().map_or_else(String::new, |role| format!(" by {}", role.text));
    let from = from.as_ref().map_or_else(String::new, |from| format!(" from {}", moment(from)));
    format!("needs approval{by}{from}")
}

fn restriction(written: &Written, restriction: &Restriction, span: Span) -> Flow {
    Flow::of(match restriction {
        Restriction::Never(what) => format!("never {}", never(*what)),
        Restriction::OnlyByHand(None) => String::from("only by hand"),
        Restriction::OnlyByHand(Some(role)) => format!("only by hand by {}", role.text),
        Restriction::NeedsApproval(approval) => needs_approval(approval),
        Restriction::Hold { until, resume } => return hold(until.map(date), resume.as_ref()),
        Restriction::WriteAtMost { times: count, days: period } => {
            let period = if *period == 1 { String::from("day") } else { days(*period) };
            format!("write to a customer at most {} every {period}", times(*count))
        }
        Restriction::SendAtMost(count) => {
            let word = if *count == 1 { "message" } else { "messages" };
            format!("send at most {} {word} a day", whole(*count))
        }
        Restriction::Window(from, to) => {
            let times = [from, to].map(|time| time.format("%H:%M").to_string());
            return listed(written, "messages between ", " and", span, times.into_iter());
        }
        Restriction::DataNoOlder(count) => format!("data no older than {}", days(*count)),
    })
}

fn hold(until: Option<String>, resume: Option<&Spanned<i64>>) -> Flow {
    let mut flow = Flow::of(until.map_or_else(|| String::from("hold"), |date| format!("hold until {date}")));
    if let Some(resume) = resume {
        flow.push(" and");
        flow.filled(|flow| {
            flow.space(resume.span.end as usize);
            flow.push(format!("resume {} later", days(resume.node)));
        });
    }
    flow
}

fn never(what: Never) -> &'static str {
    match what {
        Never::AutoSend => "auto-send",
        Never::Email => "email",
        Never::Sms => "sms",
        Never::Letter => "letter",
        Never::Call => "call",
        Never::Contact => "contact",
        Never::Charge => "charge",
        Never::Escalate => "escalate",
    }
}

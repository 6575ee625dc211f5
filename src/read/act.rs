//! What is done, in English: as a clause, and as the short label of a picture.

use super::words::{list, number, quoted, role};
use crate::model::charge::BaseRate;
use crate::model::{Act, Attachment, Channel, Charge, InterestRate, Policy};

/// An action as a clause: `the e-mail first_reminder goes to the customer`.
#[must_use]
pub fn act(policy: &Policy, act: &Act) -> String {
    let name = |of| role(policy, of);
    match act {
        Act::Message { to, cc, attach, .. } => {
            let to = to.map_or("the customer", |to| name(to));
            format!("the {} goes to {to}{}{}", label(policy, act), copies(policy, cc), attached(attach))
        }
        Act::Call { by, sheet } => {
            let sheet = sheet.as_ref().map_or(String::new(), |sheet| format!(" with the call sheet {sheet}"));
            format!("{} calls the customer{sheet}", name(*by))
        }
        Act::Notify { role, note } => {
            let note = note.as_ref().map_or(String::new(), |note| format!(" with the note {note}"));
            format!("{} is told{note}", name(*role))
        }
        Act::Task { text, role } => format!("{} gets the task {}", name(*role), quoted(text)),
        Act::HandOff { role } => format!("the invoice is handed off to {}", name(*role)),
        Act::Escalate { role } => {
            let role = name(*role);
            format!(
                "the invoice is escalated to {role}, who becomes its owner and approves its later messages"
            )
        }
        Act::Flag { name } => format!("the flag {name} is set"),
        Act::Charge(charge) => format!("{} is charged", amount(charge)),
    }
}

/// An action in a few words: `e-mail first_reminder`, `call by finance`.
#[must_use]
pub fn label(policy: &Policy, act: &Act) -> String {
    let name = |of| role(policy, of);
    match act {
        Act::Message { channel, template, registered, .. } => {
            format!("{} {template}", message(*channel, *registered))
        }
        Act::Call { by, .. } => format!("call by {}", name(*by)),
        Act::Notify { role, .. } => format!("notify {}", name(*role)),
        Act::Task { text, role } => format!("task {} for {}", quoted(text), name(*role)),
        Act::HandOff { role } => format!("hand off to {}", name(*role)),
        Act::Escalate { role } => format!("escalate to {}", name(*role)),
        Act::Flag { name } => format!("flag {name}"),
        Act::Charge(Charge::Fee(fee)) => format!("charge {}", fee.grouped()),
        Act::Charge(Charge::Interest(_)) => String::from("charge interest"),
    }
}

/// The kind of a message.
#[must_use]
pub fn message(channel: Channel, registered: bool) -> &'static str {
    match channel {
        Channel::Email => "e-mail",
        Channel::Sms => "text message",
        Channel::Letter if registered => "registered letter",
        Channel::Letter => "letter",
        Channel::Call => "call",
    }
}

/// What is charged: `a fee of 40.00 EUR`, `interest at 10% a year`.
#[must_use]
pub fn amount(charge: &Charge) -> String {
    match charge {
        Charge::Fee(fee) => format!("a fee of {}", fee.grouped()),
        Charge::Interest(rate) => format!("interest at {}", interest(rate)),
    }
}

fn interest(rate: &InterestRate) -> String {
    let points = match rate.points {
        0 => String::new(),
        1_000_000 => String::from(" plus 1 point"),
        points => format!(" plus {} points", number(points)),
    };
    match &rate.base {
        BaseRate::Fixed(rate) => format!("{}%{points} a year", number(*rate)),
        BaseRate::ByDate(file, _) => format!("the yearly rate of the day in {file}{points}"),
    }
}

fn copies(policy: &Policy, cc: &[crate::model::RoleId]) -> String {
    let names: Vec<String> = cc.iter().map(|&of| role(policy, of).to_owned()).collect();
    if names.is_empty() { String::new() } else { format!(", with a copy to {}", list(&names, "and")) }
}

fn attached(attach: &[Attachment]) -> String {
    let names = attach.iter().map(|attachment| match attachment {
        Attachment::Invoice => String::from("the invoice"),
        Attachment::Statement => String::from("a statement of account"),
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { String::new() } else { format!(", with {} attached", list(&names, "and")) }
}

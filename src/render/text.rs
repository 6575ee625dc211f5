//! A plan as a person reads it in a terminal: the headline first, then customer by customer.

use chrono::NaiveDate;

use crate::money::{Currency, Money};
use crate::plan::{Action, Blocker, Kind, Mode, Plan, Withheld};
use crate::snapshot::LoadError;
use crate::snapshot::problem::Problem;

/// Renders a plan; `colour` adds terminal colours.
#[must_use]
pub fn plan(plan: &Plan, colour: bool) -> String {
    let mut text = Text { out: String::new(), colour, today: plan.header.as_of };
    text.headline(plan);
    text.totals(plan);
    text.customers(plan);
    text.problems(plan);
    text.out
}

/// `1 problem`, `2 problems`.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// A problem of the data, with its place.
#[must_use]
pub fn problem(problem: &Problem) -> String {
    let place = problem.place.as_ref().map_or(String::new(), |place| {
        let line = place.line.map_or(String::new(), |line| format!(":{line}"));
        let column = place.column.as_ref().map_or(String::new(), |column| format!(" ({})", clean(column)));
        format!("{}{line}{column}: ", clean(&place.file))
    });
    let subject = match (&problem.invoice, &problem.customer) {
        (Some(invoice), _) => format!("{}: ", clean(invoice)),
        (None, Some(customer)) => format!("{}: ", clean(customer)),
        (None, None) => String::new(),
    };
    format!("{place}{subject}{}", clean(&problem.message))
}

/// Why the data cannot be read: each reason with its code, its place and how to mend it.
#[must_use]
pub fn unreadable(error: &LoadError) -> String {
    let mut text = String::new();
    for reason in &error.reasons {
        let line = reason.line.map_or(String::new(), |line| format!(":{line}"));
        let (file, message) = (clean(&reason.file), clean(&reason.message));
        text.push_str(&format!("error[{}]: {file}{line}: {message}\n", reason.code));
        for help in &reason.help {
            text.push_str(&format!("  = help: {}\n", clean(help)));
        }
    }
    text
}

/// Data for a terminal: one line, without characters that steer it or reorder what is read.
#[must_use]
pub fn clean(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

/// The width of the column before the rule's place.
const WIDE: usize = 96;

struct Text {
    out: String,
    colour: bool,
    today: NaiveDate,
}

/// A terminal colour.
#[derive(Clone, Copy)]
enum Colour {
    Bold,
    Green,
    Yellow,
    Cyan,
    Dim,
    Red,
}

impl Text {
    fn paint(&self, colour: Colour, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Bold => 1,
            Colour::Dim => 2,
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn headline(&mut self, plan: &Plan) {
        let header = &plan.header;
        let name = self.paint(Colour::Bold, &clean(&header.policy.name));
        let mut parts = vec![name, header.as_of.format("%A %-d %B %Y").to_string()];
        if header.receivables.is_empty() {
            parts.push(String::from("no open invoices"));
        }
        for sum in &header.receivables {
            let open =
                format!("{}, {}", count(sum.open.count as usize, "open invoice"), sum.open.amount.grouped());
            let overdue = match sum.overdue.count {
                0 => String::from("none overdue"),
                n => format!("of them {n} overdue, {}", sum.overdue.amount.grouped()),
            };
            parts.push(format!("{open}, {overdue}"));
        }
        self.line(&parts.join(" · "));
        if header.replay {
            let note = self.paint(Colour::Red, "This is a replay of a past day. Do not execute it.");
            self.line(&note);
        }
        if let Some(why) = &header.refused {
            let note = self.paint(Colour::Red, &format!("Every contact is withheld: {}.", clean(why)));
            self.line(&note);
        }
        self.line("");
    }

    fn totals(&mut self, plan: &Plan) {
        let of = |wanted: fn(&Action) -> bool| {
            plan.actions.iter().filter(move |action| wanted(action)).collect::<Vec<_>>()
        };
        let automatic = of(|action| action.mode == Mode::Automatic && action.kind.message().is_some());
        let approval = of(|action| action.mode == Mode::Approval);
        let calls = of(|action| action.mode == Mode::Manual && action.kind == Kind::Call);
        let manual = of(|action| action.mode == Mode::Manual && action.kind != Kind::Call);
        let internal = of(|action| action.mode == Mode::Automatic && action.kind.message().is_none());
        self.total(&automatic, "message goes out by itself", "messages go out by themselves");
        self.total(&approval, "waits for approval", "wait for approval");
        self.total(&calls, "call to make", "calls to make");
        self.total(&manual, "other task for a person", "other tasks for people");
        self.total(
            &internal,
            "note, flag or escalation is made by itself",
            "notes, flags and escalations are made by themselves",
        );
        let withheld: Vec<&Action> = plan.withheld.iter().map(|withheld| &withheld.action).collect();
        self.total(&withheld, "is withheld", "are withheld");
        if !plan.waiting.is_empty() {
            let next = plan.waiting.iter().filter_map(|waiting| waiting.next).min();
            let next = next.map_or(String::new(), |next| format!(", the next on {}", next.format("%-d %B")));
            let verb = if plan.waiting.len() == 1 { "has" } else { "have" };
            self.line(&format!("{:>4} {verb} nothing due{next}", plan.waiting.len()));
        }
        if !plan.problems.is_empty() {
            let what = if plan.problems.len() == 1 { "problem" } else { "problems" };
            self.line(&format!("{:>4} {what} in the data, listed at the end", plan.problems.len()));
        }
    }

    fn total(&mut self, actions: &[&Action], one: &str, many: &str) {
        if actions.is_empty() {
            return;
        }
        let words = if actions.len() == 1 { one } else { many };
        let line = format!("{:>4} {words:<52}{:>18}", actions.len(), amounts(actions.iter().copied()));
        self.line(&line);
    }

    fn customers(&mut self, plan: &Plan) {
        let mut actions = plan.actions.iter().peekable();
        let mut withheld = plan.withheld.iter().peekable();
        loop {
            let next = [actions.peek().map(|a| &a.customer), withheld.peek().map(|w| &w.action.customer)];
            let Some(customer) = next.into_iter().flatten().min().cloned() else { break };
            let mut own: Vec<&Action> = Vec::new();
            while let Some(action) = actions.next_if(|action| action.customer == customer) {
                own.push(action);
            }
            let mut kept: Vec<&Withheld> = Vec::new();
            while let Some(entry) = withheld.next_if(|entry| entry.action.customer == customer) {
                kept.push(entry);
            }
            self.customer(&customer, &own, &kept);
        }
    }

    fn customer(&mut self, id: &str, actions: &[&Action], withheld: &[&Withheld]) {
        let all = || actions.iter().copied().chain(withheld.iter().map(|entry| &entry.action));
        let name = all().find_map(|action| action.customer_name.as_deref()).unwrap_or(id);
        let mut invoices: Vec<_> =
            all().filter(|action| action.kind != Kind::Clear).flat_map(|action| &action.invoices).collect();
        invoices.sort_by(|a, b| a.id.cmp(&b.id));
        invoices.dedup_by(|a, b| a.id == b.id);
        let oldest = invoices.iter().map(|invoice| invoice.days_overdue).max().unwrap_or(0);
        let title = self.paint(Colour::Bold, &format!("{} ({})", clean(name).to_uppercase(), clean(id)));
        let age = match (oldest, invoices.len()) {
            (1.., 1) => format!(", overdue by {}", count(oldest as usize, "day")),
            (1.., _) => format!(", the oldest overdue by {}", count(oldest as usize, "day")),
            _ => String::new(),
        };
        let sum = sums(invoices.iter().map(|invoice| invoice.balance));
        self.line("");
        match invoices.len() {
            0 => self.line(&title),
            n => self.line(&format!("{title}   {}, {sum}{age}", count(n, "invoice"))),
        }
        for action in actions {
            self.action(action);
        }
        for entry in withheld {
            self.withheld(entry);
        }
    }

    fn action(&mut self, action: &Action) {
        let (verb, colour) = match (action.mode, action.kind) {
            (Mode::Approval, _) => ("approve", Colour::Yellow),
            (Mode::Manual, Kind::Call) => ("call", Colour::Cyan),
            (Mode::Manual, Kind::HandOff) => ("hand off", Colour::Cyan),
            (Mode::Manual, Kind::Task) => ("do", Colour::Cyan),
            (Mode::Manual, _) => ("by hand", Colour::Cyan),
            (Mode::Automatic, Kind::Notify) => ("notify", Colour::Dim),
            (Mode::Automatic, Kind::Flag) => ("flag", Colour::Dim),
            (Mode::Automatic, Kind::Escalate) => ("escalate", Colour::Dim),
            (Mode::Automatic, Kind::Clear) => ("clear", Colour::Dim),
            (Mode::Automatic, _) => ("send", Colour::Green),
        };
        let phrase = what(action);
        // The verb is not said twice: `flag pause_work`, `hand off to …`.
        let phrase = phrase.strip_prefix(verb).map_or(phrase.as_str(), str::trim_start).to_owned();
        let verb = self.paint(colour, &format!("{verb:<9}"));
        let ids: Vec<String> = action.invoices.iter().map(|invoice| clean(&invoice.id)).collect();
        let subject = format!("{phrase}{}", whom(action));
        self.entry(&format!("  {verb} {}", subject.trim_start()), &ids.join(", "));
        let because = &action.because;
        let place = rule_place(&because.rule, because.file.as_deref(), because.line);
        self.entry(&format!("            {}", clean(&because.sentence)), &place);
        if action.mode == Mode::Approval {
            for approver in &action.approvers {
                let done =
                    action.approved_by.iter().any(|by| *by == *approver.role || *by == *approver.address);
                let verb = if done { "has approved" } else { "decides" };
                let place = rule_place(&approver.rule, Some(&approver.file), Some(approver.line));
                self.entry(
                    &format!("            {} ({}) {verb}", clean(&approver.address), clean(&approver.role)),
                    &place,
                );
            }
        } else if !action.approved_by.is_empty() {
            let line = format!("            approved by {}", clean(&action.approved_by.join(", ")));
            self.line(&line);
        }
    }

    fn withheld(&mut self, entry: &Withheld) {
        let action = &entry.action;
        let ids: Vec<String> = action.invoices.iter().map(|invoice| clean(&invoice.id)).collect();
        let verb = self.paint(Colour::Red, "withheld ");
        let sum = sums(action.invoices.iter().map(|invoice| invoice.balance));
        self.entry(&format!("  {verb} {}, {sum}: {}", ids.join(", "), what(action)), "");
        for blocker in &entry.blockers {
            let place = blocker
                .rule
                .as_ref()
                .map_or(String::new(), |rule| rule_place(rule, blocker.file.as_deref(), blocker.line));
            self.entry(&format!("            {}", clean(&blocker.sentence)), &place);
        }
        let until = self.until(entry);
        self.line(&format!("            {until}"));
    }

    /// When it ends: a date where every blocker has one, else what has to happen.
    fn until(&self, entry: &Withheld) -> String {
        let day = |date: NaiveDate| date.format("%-d %B").to_string();
        let ends: Option<Vec<NaiveDate>> = entry.blockers.iter().map(|blocker| blocker.until).collect();
        match (ends.and_then(|ends| ends.into_iter().max()), entry.next) {
            (Some(end), Some(_)) if end <= self.today => String::from("until tomorrow"),
            (Some(end), Some(_)) => format!("through {}", day(end)),
            (_, Some(next)) => format!("{}; the next step comes on {}", remedy(&entry.blockers), day(next)),
            (_, None) => remedy(&entry.blockers).to_owned(),
        }
    }

    /// A line with the rule's place at its end.
    fn entry(&mut self, left: &str, right: &str) {
        let width = left.chars().count() - if self.colour { escapes(left) } else { 0 };
        let gap = WIDE.saturating_sub(width + right.chars().count()).max(2);
        let right = self.paint(Colour::Dim, right);
        self.line(&format!("{left}{:gap$}{right}", ""));
    }

    fn problems(&mut self, plan: &Plan) {
        if plan.problems.is_empty() {
            return;
        }
        self.line("");
        let title = self.paint(Colour::Bold, "PROBLEMS IN THE DATA");
        self.line(&title);
        for found in &plan.problems {
            self.line(&format!("  {}", problem(found)));
        }
    }
}

/// How many characters of a text are colour codes.
fn escapes(text: &str) -> usize {
    text.split('\x1b').skip(1).map(|code| code.find('m').map_or(0, |at| at + 2)).sum()
}

/// `standard, policy.dun:47`.
fn rule_place(rule: &str, file: Option<&str>, line: Option<u32>) -> String {
    let block = rule.split('/').next().unwrap_or(rule);
    match (file, line) {
        (Some(file), Some(line)) => {
            format!("{}, {}:{line}", clean(block), clean(file.rsplit(['/', '\\']).next().unwrap_or(file)))
        }
        _ => clean(block),
    }
}

/// To whom an action goes, or who does it.
fn whom(action: &Action) -> String {
    let actor =
        action.actor.as_ref().map(|actor| format!("{} ({})", clean(&actor.address), clean(&actor.role)));
    match (&action.recipient, actor, action.kind) {
        (Some(recipient), None, _) => format!(" to {}", clean(&recipient.address)),
        (Some(recipient), Some(actor), _) => format!(" to {}, by {actor}", clean(&recipient.address)),
        (None, Some(actor), Kind::Call | Kind::Task) => format!(": {actor}"),
        (None, Some(actor), Kind::HandOff | Kind::Escalate) => format!(" to {actor}"),
        (None, Some(actor), _) => format!(" {actor}"),
        (None, None, _) => String::new(),
    }
}

/// The language of a message, and the one it stands in for: ` (en for de)`.
fn language(action: &Action) -> String {
    match (&action.language, &action.recipient_language) {
        _ if action.kind.message().is_none() => String::new(),
        (None, _) => String::new(),
        (Some(language), Some(wanted)) if !language.eq_ignore_ascii_case(wanted) => {
            format!(" ({} for {})", clean(language), clean(wanted))
        }
        (Some(language), _) => format!(" ({})", clean(language)),
    }
}

/// What an action is, in a person's words.
fn what(action: &Action) -> String {
    let language = language(action);
    let template = clean(action.template.as_deref().unwrap_or(""));
    let flag = clean(action.flag.as_deref().unwrap_or(""));
    match action.kind {
        Kind::Email => format!("e-mail {template}{language}"),
        Kind::Sms => format!("text message {template}{language}"),
        Kind::Letter => format!("letter {template}{language}"),
        Kind::Call => String::from("telephone the customer"),
        Kind::Notify => String::from("notify"),
        Kind::Task => format!("“{}”", clean(action.body.as_deref().unwrap_or(&action.step))),
        Kind::HandOff => String::from("hand off"),
        Kind::Escalate => String::from("escalate"),
        Kind::Flag => format!("flag {flag}"),
        Kind::Clear => format!("clear {flag}"),
    }
}

/// What ends a withholding that no date ends.
fn remedy(blockers: &[Blocker]) -> &'static str {
    match blockers.first().map(|blocker| blocker.code) {
        Some("disputed") => "until the dispute is closed",
        Some("no_address") => "until the data has an address",
        Some("do_not_contact" | "insolvent" | "handed_over") => "until the data says otherwise",
        Some("never") => "as long as the rule stands",
        Some("problem") => "until the data is mended",
        Some("unknown_outcome") => "until someone writes into the ledger what became of it",
        Some("unknown_value") => "until the value is known",
        Some("missing_value") => "until the value is there, or the template does without",
        Some("allocate_first") => "until the credits are allocated",
        Some("stale_data") => "until the data is fresh, and says when it was taken",
        Some("no_template" | "template_fails") => "until the templates are mended",
        _ => "until that changes",
    }
}

fn amounts<'a>(actions: impl Iterator<Item = &'a Action>) -> String {
    let mut invoices: Vec<_> = actions.flat_map(|action| &action.invoices).collect();
    invoices.sort_by(|a, b| a.id.cmp(&b.id));
    invoices.dedup_by(|a, b| a.id == b.id);
    sums(invoices.iter().map(|invoice| invoice.balance))
}

/// Sums by currency, joined with a plus.
fn sums(amounts: impl Iterator<Item = Money>) -> String {
    let mut sums: std::collections::BTreeMap<Currency, i64> = std::collections::BTreeMap::new();
    for amount in amounts {
        let sum = sums.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.minor);
    }
    let texts: Vec<String> =
        sums.into_iter().map(|(currency, minor)| Money::new(minor, currency).grouped()).collect();
    texts.join(" + ")
}

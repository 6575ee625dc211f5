//! Steps, their actions, and restrictions.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Checker, charges, conditions, references};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{
    Act, Anchor, Approval, Channel, Condition, Forbidden, Moment, Offset, Repeat, Restriction,
    RestrictionKind, RoleId, RuleId, Rung, Step,
};
use crate::span::Span;
use crate::syntax::ast::{self, ActKind, Modifier, NeedsApproval, Never, Schedule, Spanned};

/// Where steps stand, which decides what they may count from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Ladder,
    CarveOut,
}

/// What stands after the commas of a step line.
#[derive(Default)]
struct Modifiers {
    when: Option<Condition>,
    approvals: Vec<Asked>,
    skip_if_missed: bool,
    formal: bool,
    deadline: Option<u32>,
}

/// Who must approve, and from when on.
#[derive(Clone, Copy)]
struct Asked {
    by: Option<RoleId>,
    from: Option<Moment>,
}

impl Asked {
    /// As the line of a rule asks for it.
    fn of(self, rule: RuleId) -> Approval {
        Approval { rule, by: self.by, from: self.from }
    }
}

/// The steps of one block and the keys they have taken.
pub(super) struct Steps<'a> {
    pub(super) block: &'a str,
    pub(super) home: Home,
    keys: BTreeMap<String, Span>,
    /// Whether a rung stands above that `previous` can count from, or what to say.
    above: Result<(), (&'static str, &'static str)>,
}

/// Above the first rung there is none.
const NO_RUNG_ABOVE: (&str, &str) =
    ("there is no rung above to count from", "count the first rung from `D` or `issue`, as in `D+10`");
/// A rung that comes back has no one day.
const REPEATED_RUNG_ABOVE: (&str, &str) =
    ("the rung above comes back again and again", "count from `D` or `issue`, or put this line above it");

impl<'a> Steps<'a> {
    pub(super) fn of(block: &'a str, home: Home) -> Steps<'a> {
        Steps { block, home, keys: BTreeMap::new(), above: Err(NO_RUNG_ABOVE) }
    }

    /// Checks a step line: the moment, how it comes back, and a step for each of its actions.
    pub(super) fn line(
        &mut self,
        c: &mut Checker,
        line: &ast::Step,
        span: Span,
    ) -> Option<(Moment, Option<Repeat>, Vec<Step>)> {
        let schedule = self.schedule(c, &line.schedule, span);
        self.above = if matches!(line.schedule, Schedule::At(_)) { Ok(()) } else { Err(REPEATED_RUNG_ABOVE) };
        let modifiers = self.modifiers(c, line);
        let mut steps = Vec::new();
        for action in &line.actions {
            steps.extend(self.step(c, action, span));
        }
        let (moment, repeat) = schedule?;
        let modifiers = modifiers?;
        for step in &mut steps {
            step.moment = moment;
            step.when.clone_from(&modifiers.when);
            step.approvals = modifiers.approvals.iter().map(|asked| asked.of(step.rule)).collect();
            step.skip_if_missed = modifiers.skip_if_missed;
            step.formal = modifiers.formal && step.acts.iter().any(Act::is_message);
            step.deadline =
                modifiers.deadline.filter(|_| step.acts.iter().any(|act| act.contact().is_some()));
        }
        Some((moment, repeat, steps))
    }

    fn schedule(&self, c: &mut Checker, schedule: &Schedule, span: Span) -> Option<(Moment, Option<Repeat>)> {
        match schedule {
            Schedule::At(moment) => Some((self.moment_of_step(c, moment)?, None)),
            Schedule::Every { period, from, times } => {
                if self.home == Home::CarveOut {
                    let error =
                        Diagnostic::error(Code::RepeatInCarveOut, span, "a step of a carve-out acts once");
                    c.report(
                        error.help("move the repeated step to a cadence, or write `at` instead of `every`"),
                    );
                }
                let from = self.moment(c, from);
                let times = times.and_then(|times| u32::try_from(times.node).ok());
                Some((from?, Some(Repeat { period: period.node, times })))
            }
        }
    }

    fn moment(&self, c: &mut Checker, moment: &ast::Moment) -> Option<Moment> {
        let anchor = match moment.anchor {
            Anchor::Due | Anchor::Issue | Anchor::EndOfMonth { .. } => Some(moment.anchor),
            Anchor::Dispute | Anchor::Promise | Anchor::Payment => self.event(c, moment.anchor, moment.span),
            Anchor::Previous => {
                let message = "`previous` is the rung above, and only a step with `at` in a ladder has one";
                let error = Diagnostic::error(Code::AnchorNotForLadder, moment.span, message);
                c.report(error.help("count from `D` or `issue` here"));
                None
            }
        };
        Some(Moment { anchor: anchor?, offset: moment.offset })
    }

    /// The moment of a step with `at`: in a ladder it may also count from the rung above.
    fn moment_of_step(&self, c: &mut Checker, moment: &ast::Moment) -> Option<Moment> {
        if self.home == Home::CarveOut || moment.anchor != Anchor::Previous {
            return self.moment(c, moment);
        }
        let wrong = if moment.offset.count <= 0 {
            Some(("a rung comes after the one above it", "write how many days later, as in `previous+10`"))
        } else {
            self.above.err()
        };
        if let Some((message, help)) = wrong {
            c.report(Diagnostic::error(Code::AnchorNotForLadder, moment.span, message).help(help));
            return None;
        }
        Some(Moment { anchor: Anchor::Previous, offset: moment.offset })
    }

    /// `dispute`, `promise` and `payment`, which only carve-outs can count from (R7).
    fn event(&self, c: &mut Checker, anchor: Anchor, span: Span) -> Option<Anchor> {
        if self.home == Home::CarveOut {
            return Some(anchor);
        }
        let (word, example) = match anchor {
            Anchor::Dispute => ("dispute", "carve-out disputes when invoice.disputed:"),
            Anchor::Payment => ("payment", "carve-out part_payments when invoice.partly_paid:"),
            _ => ("promise", "carve-out broken_promises when invoice.promise_broken:"),
        };
        let message = format!("only a carve-out can count from `{word}`");
        let error = Diagnostic::error(Code::AnchorNotForLadder, span, message);
        c.report(error.help(format!("put this line in a carve-out, such as `{example}`")));
        None
    }

    fn modifiers(&self, c: &mut Checker, line: &ast::Step) -> Option<Modifiers> {
        let mut guards = Vec::new();
        let mut checked = Modifiers::default();
        let mut sound = true;
        for modifier in &line.modifiers {
            match &modifier.node {
                Modifier::If(condition) => guards.push(conditions::condition(c, condition)),
                Modifier::Unless(condition) => {
                    guards.push(
                        conditions::condition(c, condition).map(|inner| Condition::Not(Box::new(inner))),
                    );
                }
                Modifier::NeedsApproval(approval) => match self.approval(c, approval) {
                    Some(asked) => checked.approvals.push(asked),
                    None => sound = false,
                },
                Modifier::SkipIfMissed => {
                    self.for_ladder(c, modifier.span, "if missed: skip");
                    checked.skip_if_missed = true;
                }
                Modifier::Formal => {
                    without(c, line, modifier.span, "formal", "a message", is_message);
                    checked.formal = true;
                }
                Modifier::Deadline(days) => {
                    self.for_ladder(c, modifier.span, "deadline");
                    without(c, line, modifier.span, "deadline", "a message or a call", is_contact);
                    checked.deadline = Some(small(*days));
                }
            }
        }
        let mut guards = guards.into_iter().collect::<Option<Vec<_>>>()?;
        checked.when = if guards.len() > 1 { Some(Condition::All(guards)) } else { guards.pop() };
        sound.then_some(checked)
    }

    /// Refuses in a carve-out what only a ladder can keep.
    fn for_ladder(&self, c: &mut Checker, span: Span, word: &str) {
        if self.home == Home::CarveOut {
            let message = format!("`{word}` is about the steps of a ladder, and a carve-out has none");
            c.report(Diagnostic::error(Code::Misplaced, span, message).help("leave it out here"));
        }
    }

    fn approval(&self, c: &mut Checker, approval: &NeedsApproval) -> Option<Asked> {
        let by = match &approval.by {
            Some(name) => Some(c.role(name)?),
            None => None,
        };
        let from = match &approval.from {
            Some(moment) => Some(self.moment(c, moment)?),
            None => None,
        };
        Some(Asked { by, from })
    }

    fn step(&mut self, c: &mut Checker, action: &ast::Action, line: Span) -> Option<Step> {
        let (first, others) = action.alternatives.split_first()?;
        let key = self.key(c, first);
        let rule = c.rule(self.block, Some(&key), line);
        others.iter().for_each(|other| stand_in(c, other));
        if !others.is_empty() && !matches!(first.kind, ActKind::Message { .. }) {
            let error = Diagnostic::error(
                Code::Misplaced,
                first.span,
                "`else` says what to do when a message has no address",
            );
            c.report(error.help("only `email`, `sms` and `letter` can be followed by `else`"));
        }
        let acts: Vec<Option<Act>> = action.alternatives.iter().map(|part| act(c, part)).collect();
        let moment = Moment { anchor: Anchor::Due, offset: Offset::ZERO };
        let key = match self.home {
            Home::Ladder => key,
            Home::CarveOut => format!("{}/{key}", self.block),
        };
        let formerly = self.formerly(c, first);
        Some(Step {
            key,
            formerly,
            rule,
            moment,
            when: None,
            approvals: Vec::new(),
            skip_if_missed: false,
            waits: first.wait.is_some(),
            formal: false,
            deadline: None,
            acts: acts.into_iter().collect::<Option<_>>()?,
        })
    }

    /// The keys that a step had before, as the ledger has them.
    fn formerly(&self, c: &mut Checker, act: &ast::Act) -> Vec<String> {
        let old = act.formerly.iter().map(|old| {
            let key = match self.home {
                Home::Ladder => old.node.clone(),
                Home::CarveOut => format!("{}/{}", self.block, old.node),
            };
            c.formerly.push((key.clone(), old.span));
            key
        });
        old.collect()
    }

    /// The step key: kind and object, or the name given with `as`; each once in a block.
    fn key(&mut self, c: &mut Checker, act: &ast::Act) -> String {
        let key = act.key_name.as_ref().map_or_else(|| key_of(&act.kind), |name| name.text.clone());
        if let Some(&first) = self.keys.get(&key) {
            let message = format!("`{}` has two steps that the ledger would remember as `{key}`", self.block);
            let help = match &act.key_name {
                Some(name) => format!("give one of them another name than `{}`", name.text),
                None => {
                    let text = c.input.sources.text(act.span);
                    format!("give one of them a name of its own: `{text} as NAME`")
                }
            };
            let error =
                Diagnostic::error(Code::DuplicateKey, act.span, message).label(first, "the first one");
            c.report(error.help(help));
        } else if self.home == Home::Ladder {
            one_meaning(c, &key, act);
        }
        self.keys.entry(key.clone()).or_insert(act.span);
        key
    }

    /// Checks a restriction; `data no older` only makes sense for everybody.
    pub(super) fn restriction(
        &self,
        c: &mut Checker,
        restriction: &ast::Restriction,
        span: Span,
        everywhere: bool,
    ) -> Option<Restriction> {
        let kind = match restriction {
            ast::Restriction::Never(kind) => never(*kind),
            ast::Restriction::OnlyByHand(None) => RestrictionKind::OnlyByHand(None),
            ast::Restriction::OnlyByHand(Some(name)) => RestrictionKind::OnlyByHand(Some(c.role(name)?)),
            ast::Restriction::NeedsApproval(approval) => {
                let asked = self.approval(c, approval)?;
                let rule = c.rule(self.block, Some(&words(c, span)), span);
                return Some(Restriction { rule, kind: RestrictionKind::NeedsApproval(asked.of(rule)) });
            }
            ast::Restriction::Hold { until, resume } => self.hold(c, *until, *resume)?,
            ast::Restriction::WriteAtMost { times, days } => {
                RestrictionKind::WriteAtMost { times: small(*times), days: small(*days) }
            }
            ast::Restriction::SendAtMost(messages) => RestrictionKind::SendAtMost(small(*messages)),
            ast::Restriction::Window(from, to) if from < to => RestrictionKind::Window(*from, *to),
            ast::Restriction::Window(..) => {
                let error = Diagnostic::error(Code::EmptyRange, span, "no time lies between the two");
                c.report(error.help("write the earlier time first: `messages between 08:00 and 19:00`"));
                return None;
            }
            ast::Restriction::DataNoOlder(days) if everywhere => RestrictionKind::DataNoOlder(small(*days)),
            ast::Restriction::DataNoOlder(_) => {
                let error = Diagnostic::error(
                    Code::Misplaced,
                    span,
                    "the age of the data is the same for every invoice",
                );
                c.report(error.help("put this line in `everywhere:`"));
                return None;
            }
        };
        Some(Restriction { rule: c.rule(self.block, Some(&words(c, span)), span), kind })
    }

    /// `hold`, which goes on some days after its end only where it can have one.
    fn hold(
        &self,
        c: &mut Checker,
        until: Option<NaiveDate>,
        resume: Option<Spanned<i64>>,
    ) -> Option<RestrictionKind> {
        if let Some(resume) = resume.filter(|_| until.is_none() && self.home != Home::CarveOut) {
            let error =
                Diagnostic::error(Code::Misplaced, resume.span, "this hold never ends, so nothing resumes");
            c.report(error.help("say until when, as in `hold until 2026-12-31 and resume 3 days later`, or move the line to a carve-out"));
            return None;
        }
        Some(RestrictionKind::Hold { until, resume: resume.map_or(0, |days| small(days.node)) })
    }
}

fn never(never: Never) -> RestrictionKind {
    RestrictionKind::Never(match never {
        Never::AutoSend => return RestrictionKind::NeverAutoSend,
        Never::Email => Forbidden::Channel(Channel::Email),
        Never::Sms => Forbidden::Channel(Channel::Sms),
        Never::Letter => Forbidden::Channel(Channel::Letter),
        Never::Call => Forbidden::Channel(Channel::Call),
        Never::Contact => Forbidden::Contact,
        Never::Escalate => Forbidden::Escalate,
        Never::Charge => Forbidden::Charge,
    })
}

fn is_message(kind: &ActKind) -> bool {
    matches!(kind, ActKind::Message { .. })
}

fn is_contact(kind: &ActKind) -> bool {
    is_message(kind) || matches!(kind, ActKind::Call(_))
}

/// Refuses a modifier on a line that has nothing it could be about.
fn without(
    c: &mut Checker,
    line: &ast::Step,
    span: Span,
    word: &str,
    needs: &str,
    fits: fn(&ActKind) -> bool,
) {
    let mut acts = line.actions.iter().flat_map(|action| &action.alternatives);
    if !acts.any(|act| fits(&act.kind)) {
        let message = format!("`{word}` belongs to {needs}, and this line has none");
        c.report(Diagnostic::error(Code::Misplaced, span, message).help(format!("leave `{word}` out here")));
    }
}

fn words(c: &Checker, span: Span) -> String {
    c.input.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The parser holds every number within bounds that fit.
fn small(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A key means one kind of thing in the whole policy: the ledger has nothing but the key to tell by.
fn one_meaning(c: &mut Checker, key: &str, act: &ast::Act) {
    let meaning = match &act.kind {
        ActKind::Message { channel, .. } => channel.word().to_owned(),
        ActKind::Call(_) => String::from("call"),
        ActKind::Notify(_) | ActKind::Task(..) => String::from("note or task"),
        other => key_of(other),
    };
    match c.keys.get(key) {
        Some((known, first)) if *known != meaning => {
            let message = format!(
                "`{key}` is another kind of step elsewhere, and the ledger could not tell them apart"
            );
            let error =
                Diagnostic::error(Code::DuplicateKey, act.span, message).label(*first, "the other one");
            c.report(error.help("give one of them another name with `as`"));
        }
        Some(_) => {}
        None => {
            c.keys.insert(key.to_owned(), (meaning, act.span));
        }
    }
}

fn key_of(kind: &ActKind) -> String {
    match kind {
        ActKind::Message { channel, template, .. } => format!("{} {}", channel.word(), template.text),
        ActKind::Call(role) => format!("call {}", role.text),
        ActKind::Notify(role) => format!("notify {}", role.text),
        ActKind::Task(text, _) => format!("task \"{}\"", text.node),
        ActKind::HandOff(role) => format!("hand off {}", role.text),
        ActKind::Escalate(role) => format!("escalate {}", role.text),
        ActKind::Flag(name) => format!("flag {}", name.text),
        ActKind::ChargeFee(_) => String::from("charge fee"),
        ActKind::ChargeInterest { .. } => String::from("charge interest"),
    }
}

fn act(c: &mut Checker, act: &ast::Act) -> Option<Act> {
    options(c, act);
    let with = act.with.as_ref().map(|name| template(c, name));
    match &act.kind {
        ActKind::Message { channel, template: name, registered } => {
            if let Some(span) = registered.filter(|_| *channel != Channel::Letter) {
                let error = Diagnostic::error(Code::Misplaced, span, "only a letter goes by registered post");
                c.report(error.help("leave `registered` out, or write a `letter`"));
            }
            let template = template(c, name);
            if *channel == Channel::Email {
                subjects(c, name);
            }
            let to = act.to.as_ref().map(|name| c.role(name));
            let cc: Vec<Option<RoleId>> = act.cc.iter().map(|name| c.role(name)).collect();
            Some(Act::Message {
                channel: *channel,
                template,
                registered: registered.is_some(),
                to: match to {
                    Some(role) => Some(role?),
                    None => None,
                },
                cc: cc.into_iter().collect::<Option<_>>()?,
                attach: act.attach.iter().map(|attachment| attachment.node).collect(),
            })
        }
        ActKind::Call(role) => Some(Act::Call { by: c.role(role)?, sheet: with }),
        ActKind::Notify(role) => Some(Act::Notify { role: c.role(role)?, note: with }),
        ActKind::Task(text, role) => Some(Act::Task { text: text.node.clone(), role: c.role(role)? }),
        ActKind::HandOff(role) => Some(Act::HandOff { role: c.role(role)? }),
        ActKind::Escalate(role) => Some(Act::Escalate { role: c.role(role)? }),
        ActKind::Flag(name) => Some(Act::Flag { name: name.text.clone() }),
        ActKind::ChargeFee(fee) => charges::fee(c, fee).map(Act::Charge),
        ActKind::ChargeInterest { rate, points } => {
            charges::interest(c, rate, points.as_deref(), act.span).map(Act::Charge)
        }
    }
}

/// What may not stand behind `else`.
fn stand_in(c: &mut Checker, other: &ast::Act) {
    let mut misplaced = |span: Span, what: &str, help: &str| {
        c.report(Diagnostic::error(Code::Misplaced, span, what).help(help));
    };
    if matches!(other.kind, ActKind::ChargeFee(_) | ActKind::ChargeInterest { .. }) {
        let help = "write it as a step of its own: nobody is charged for having no address";
        misplaced(other.span, "a charge does not stand in for a message", help);
    }
    let kept = "the step keeps the key of its first action";
    if let Some(name) = &other.key_name {
        misplaced(name.span, kept, "put `as` before `else`");
    }
    if let Some(old) = other.formerly.first() {
        misplaced(old.span, kept, "put `formerly` before `else`");
    }
    if let Some(span) = other.wait {
        misplaced(span, "only the first action of a step can be waited for", "leave `and wait` out here");
    }
}

/// Options that do not belong to the kind of action, and those that wait.
fn options(c: &mut Checker, act: &ast::Act) {
    let is_message = matches!(act.kind, ActKind::Message { .. });
    let takes_template = matches!(act.kind, ActKind::Call(_) | ActKind::Notify(_));
    let mut misplaced: Vec<(Span, &str, &str)> = Vec::new();
    if !is_message {
        misplaced.extend(act.to.iter().map(|name| (name.span, "to", "a message")));
        misplaced.extend(act.cc.iter().map(|name| (name.span, "cc", "a message")));
        misplaced.extend(act.attach.iter().map(|part| (part.span, "attach", "a message")));
    }
    if let Some(name) = act.with.as_ref().filter(|_| !takes_template) {
        misplaced.push((name.span, "with", "a call or a notification"));
    }
    for (span, word, whose) in misplaced {
        let error = Diagnostic::error(Code::Misplaced, span, format!("`{word}` belongs to {whose}"));
        c.report(error.help("leave it out here"));
    }
    let by_person = matches!(act.kind, ActKind::Call(_) | ActKind::Task(..) | ActKind::HandOff(_));
    if let Some(span) = act.wait.filter(|_| !by_person) {
        let error = Diagnostic::error(Code::Misplaced, span, "there is nobody to wait for here");
        c.report(error.help(
            "only `call`, `task` and `hand off` are done by a person who says so; leave `and wait` out",
        ));
    }
}

/// A template's name; one that is not in the folder is reported.
fn template(c: &mut Checker, name: &ast::Name) -> String {
    if let Some(templates) = c.input.templates
        && !templates.names().any(|known| known == name.text)
    {
        let known: Vec<String> = templates.names().map(str::to_owned).collect();
        let otherwise = match references(c.input.ast).templates {
            Some(_) => format!("add a file `{}.md` to the templates folder", name.text),
            None => String::from(
                "say where the templates are: add a line `templates \"templates\"` to the policy block",
            ),
        };
        c.unknown("template", name, &known, &otherwise);
    }
    name.text.clone()
}

/// An e-mail needs a subject, in every language.
fn subjects(c: &mut Checker, name: &ast::Name) {
    let Some(templates) = c.input.templates else { return };
    for id in templates.languages_of(&name.text).filter(|&id| !templates.has_subject(id)) {
        let message =
            format!("the template `{}` has no subject, and an e-mail needs one", templates.path(id));
        c.report(
            Diagnostic::error(Code::TemplateWithoutSubject, name.span, message)
                .help("begin the file with three lines: `---`, `subject: …`, `---`"),
        );
    }
}

/// Puts checked lines of a ladder together: the steps of one moment are one rung.
pub(super) fn add_to_rungs(rungs: &mut Vec<Rung>, moment: Moment, repeat: Option<Repeat>, steps: Vec<Step>) {
    let follows = moment.anchor == Anchor::Previous;
    match rungs.iter_mut().find(|rung| !follows && rung.moment == moment && rung.repeat == repeat) {
        Some(rung) => rung.steps.extend(steps),
        None => rungs.push(Rung { moment, repeat, steps }),
    }
}

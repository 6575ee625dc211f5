//! What a plan says, without rendered texts and hashes: the form in which the reference and the engine are compared.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use dun::plan::{Action, Plan, Withheld};

use super::approvals::Content;
use super::people::Person;

/// A rule of the policy: its name, file and line.
pub(crate) type Rule = (String, String, u32);

/// Someone who must approve, and the rule that asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Approver {
    pub(crate) person: Person,
    pub(crate) rule: Rule,
}

/// What withholds a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Blocker {
    pub(crate) code: &'static str,
    pub(crate) rule: Option<Rule>,
    pub(crate) until: Option<NaiveDate>,
}

/// An amount to book: its kind, minor units, the days that it is for, yearly rates, and what was charged before.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Charge {
    pub(crate) kind: &'static str,
    pub(crate) minor: i64,
    pub(crate) currency: String,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) to: Option<NaiveDate>,
    pub(crate) rate: Option<String>,
    pub(crate) before: Option<String>,
}

/// An invoice of an entry: id, balance, currency, due date, days overdue.
pub(crate) type Stated = (String, i64, String, NaiveDate, i64);

/// A step that an entry carries out.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Member {
    /// None named where it is the customer's.
    pub(crate) invoice: String,
    pub(crate) step: String,
    pub(crate) rung: Option<String>,
    pub(crate) segment: Option<String>,
    /// Of a customer's ladder: its currency, and the first day of the episode.
    pub(crate) currency: Option<String>,
    pub(crate) episode: Option<NaiveDate>,
}

impl Member {
    /// A step that stands in no ladder.
    pub(crate) fn of_invoice(invoice: &str, step: &str) -> Member {
        Member { invoice: invoice.to_owned(), step: step.to_owned(), ..Member::default() }
    }
}

/// An action, or a withheld step when it has blockers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) customer: String,
    pub(crate) invoices: Vec<Stated>,
    pub(crate) kind: &'static str,
    pub(crate) step: String,
    pub(crate) members: Vec<Member>,
    pub(crate) cadence: Option<String>,
    pub(crate) carve_out: Option<String>,
    pub(crate) mode: &'static str,
    pub(crate) actor: Option<Person>,
    pub(crate) approvers: Vec<Approver>,
    pub(crate) approved_by: Vec<String>,
    pub(crate) sender: Option<Person>,
    pub(crate) reply_to: Option<Person>,
    pub(crate) recipient: Option<Person>,
    pub(crate) cc: Vec<Person>,
    pub(crate) attachments: Vec<String>,
    pub(crate) template: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) language_wanted: Option<String>,
    pub(crate) language_fallback: bool,
    pub(crate) registered: bool,
    pub(crate) formal: bool,
    pub(crate) deadline: Option<NaiveDate>,
    pub(crate) flag: Option<String>,
    pub(crate) window: Option<(String, String)>,
    pub(crate) because: Option<Rule>,
    pub(crate) blockers: Vec<Blocker>,
    pub(crate) next: Option<NaiveDate>,
    pub(crate) charge: Option<Charge>,
    /// What an approval would cover; the reference's own, not compared.
    pub(crate) content: Option<Content>,
}

/// An open invoice with nothing due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Waiting {
    pub(crate) invoice: Stated,
    pub(crate) customer: String,
    pub(crate) stage: &'static str,
    pub(crate) since: Option<NaiveDate>,
    pub(crate) owner: Option<String>,
    pub(crate) next: Option<NaiveDate>,
}

/// A whole plan. Problems are code, customer, invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) entries: Vec<Entry>,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) problems: Vec<(String, Option<String>, Option<String>)>,
    /// Of each invoice that waits or of which something is withheld, the first later day on which a step of its ladders
    /// comes (R23).
    pub(crate) firsts: BTreeMap<String, NaiveDate>,
    /// Invoices and steps of marks of which it is open whether they are made up for: the rung above them is withheld by
    /// what is looked at last, such as a limit (R11).
    pub(crate) left_out: Vec<(String, String)>,
}

impl Entry {
    /// Its parts, each with its name.
    pub(crate) fn parts(&self) -> Vec<(&'static str, String)> {
        macro_rules! parts {
            ($($name:ident)*) => { vec![$((stringify!($name), format!("{:?}", self.$name))),*] };
        }
        parts! {
            customer invoices kind step members cadence carve_out mode actor approvers approved_by sender reply_to
            recipient cc attachments template language language_wanted language_fallback registered formal deadline
            flag window because blockers next charge
        }
    }

    /// With the lists that are sets in order.
    pub(crate) fn sorted(mut self) -> Entry {
        self.approvers.sort();
        self.approved_by.sort();
        self.blockers.sort();
        self.blockers.dedup();
        self.cc.sort();
        self
    }
}

impl Report {
    /// An action of the engine's plan.
    pub(crate) fn entry_of(action: &Action) -> Entry {
        of_action(action, Vec::new(), None).sorted()
    }

    /// The engine's plan.
    pub(crate) fn of(plan: &Plan) -> Report {
        let actions = plan.actions.iter().map(|action| of_action(action, Vec::new(), None));
        let entries = actions.chain(plan.withheld.iter().map(of_withheld)).collect();
        let waiting = plan.waiting.iter().map(|row| Waiting {
            invoice: (
                row.invoice.clone(),
                row.balance.minor,
                row.currency.to_string(),
                row.due_date,
                row.days_overdue,
            ),
            customer: row.customer.clone(),
            stage: row.stage.word(),
            since: row.since,
            owner: row.owner.clone(),
            next: row.next,
        });
        let problems = plan.problems.iter().map(|problem| {
            (problem.code.word().to_owned(), problem.customer.clone(), problem.invoice.clone())
        });
        Report { entries, waiting: waiting.collect(), problems: problems.collect(), ..Report::default() }
            .sorted()
    }

    /// What is compared: without the contents of approvals.
    pub(crate) fn compared(mut self) -> Report {
        self.entries.iter_mut().for_each(|entry| entry.content = None);
        self.sorted()
    }

    /// Without the entries about these invoices and steps.
    pub(crate) fn without(mut self, left_out: &[(String, String)]) -> Report {
        let is = |entry: &Entry| {
            left_out.iter().any(|(id, step)| entry.members[0].invoice == *id && entry.step == *step)
        };
        self.entries.retain(|entry| !is(entry));
        self.left_out.clear();
        self
    }

    /// The same, but for the days of the next steps.
    pub(crate) fn without_next(&self) -> Report {
        let mut report = self.clone();
        report.entries.iter_mut().for_each(|entry| entry.next = None);
        report.waiting.iter_mut().for_each(|row| row.next = None);
        report.firsts.clear();
        report
    }

    /// In one order, lists that are sets included.
    fn sorted(mut self) -> Report {
        self.entries = self.entries.into_iter().map(Entry::sorted).collect();
        self.entries.sort();
        self.waiting.sort();
        self.problems.sort();
        self
    }
}

fn of_withheld(withheld: &Withheld) -> Entry {
    let blockers = withheld.blockers.iter().map(|blocker| Blocker {
        code: blocker.code,
        rule: blocker.rule.as_ref().map(|rule| {
            (
                rule.to_string(),
                blocker.file.as_deref().unwrap_or_default().to_owned(),
                blocker.line.unwrap_or_default(),
            )
        }),
        until: blocker.until,
    });
    of_action(&withheld.action, blockers.collect(), withheld.next)
}

fn of_action(action: &Action, blockers: Vec<Blocker>, next: Option<NaiveDate>) -> Entry {
    assert_eq!(action.date, action.valid_on);
    let person = |person: &dun::plan::Person| (person.role.to_string(), person.address.to_string());
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    let stated = |invoice: &dun::plan::Invoice| {
        let currency = invoice.currency.to_string();
        (invoice.id.clone(), invoice.balance.minor, currency, invoice.due_date, invoice.days_overdue)
    };
    let member = |member: &dun::plan::Member| Member {
        invoice: member.invoice.clone().unwrap_or_default(),
        step: member.step.clone(),
        rung: member.rung.clone(),
        segment: text(&member.segment),
        currency: member.currency.map(|currency| currency.to_string()),
        episode: member.episode,
    };
    // The leading member is the action's own step.
    if let Some(lead) = action.members.first() {
        assert_eq!((&lead.step, &lead.rung, &lead.segment), (&action.step, &action.rung, &action.segment));
    }
    let approver = |approver: &dun::plan::Approver| Approver {
        person: (approver.role.to_string(), approver.address.to_string()),
        rule: (approver.rule.to_string(), approver.file.to_string(), approver.line),
    };
    let because = &action.because;
    Entry {
        customer: action.customer.clone(),
        invoices: action.invoices.iter().map(stated).collect(),
        kind: action.kind.word(),
        step: action.step.clone(),
        members: action.members.iter().map(member).collect(),
        cadence: text(&action.cadence),
        carve_out: text(&action.carve_out),
        mode: action.mode.word(),
        actor: action.actor.as_ref().map(person),
        approvers: action.approvers.iter().map(approver).collect(),
        approved_by: action.approved_by.clone(),
        sender: action.sender.as_ref().map(person),
        reply_to: action.reply_to.as_ref().map(person),
        recipient: action.recipient.as_ref().map(|recipient| {
            let address = match action.kind.word() {
                // How a postal address is written is no rule of the language.
                "letter" => String::from("by post"),
                _ => recipient.address.to_string(),
            };
            (recipient.role.to_string(), address)
        }),
        cc: action.cc.iter().map(person).collect(),
        attachments: action
            .attachments
            .iter()
            .map(|attached| format!("{attached:?}").to_lowercase())
            .collect(),
        template: action.template.clone(),
        language: action.language.clone(),
        language_wanted: action.recipient_language.clone(),
        language_fallback: action.language_fallback,
        registered: action.registered,
        formal: action.formal,
        deadline: action.deadline,
        flag: action.flag.clone(),
        window: action.window.as_ref().map(|window| (window.from.clone(), window.to.clone())),
        because: because
            .file
            .as_ref()
            .map(|file| (because.rule.to_string(), file.to_string(), because.line.unwrap_or(0))),
        blockers,
        next,
        charge: action.charge.as_ref().map(charge),
        content: None,
    }
}

fn charge(charge: &dun::plan::Charge) -> Charge {
    let kind = match charge.kind {
        dun::plan::ChargeKind::Fee => "fee",
        dun::plan::ChargeKind::Interest => "interest",
    };
    Charge {
        kind,
        minor: charge.amount.minor,
        currency: charge.currency.to_string(),
        from: charge.from,
        to: charge.to,
        rate: charge.rate.clone(),
        before: charge.before.clone(),
    }
}

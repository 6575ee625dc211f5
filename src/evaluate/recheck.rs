//! A saved plan against fresh data: the day is planned again, and each saved action is looked for in the new plan.
//!
//! What is found there and says the same stands. Everything else does not, and the facts say why.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::day::{Day, Options};
use super::facts::{CustomerState, InvoiceState};
use super::history::{self, Status};
use super::sentences;
use crate::compile::{HistoryKey, Program};
use crate::model::Stage;
use crate::plan::recheck::{Reason, Recheck, RecheckTotals, Rechecked};
use crate::plan::remark::without_remark;
use crate::plan::saved::{Named, SavedAction, SavedHeader, SavedMember, SavedPlan};
use crate::plan::{Action, Blocker, Plan, Withheld};
use crate::snapshot::Snapshot;
use crate::snapshot::ledger::LedgerRow;
use crate::snapshot::tables::InvoiceRow;
use crate::template::TemplateSet;

/// The version of a recheck's form.
const FORMAT_VERSION: u32 = 1;

/// What is carried out as it stands, and what is said when it is another thing now.
const PARTS: [(&str, &str, &[&str]); 4] = [
    ("recipient_changed", "it goes to somebody else now", &["recipient", "cc"]),
    (
        "text_changed",
        "its text is another one now",
        &["subject", "body", "body_format", "template", "language"],
    ),
    (
        "people_changed",
        "who acts, sends or gets the answers is somebody else now",
        &["actor", "sender", "reply_to"],
    ),
    (
        "details_changed",
        "its kind, enclosures, mark, deadline or hours are others now",
        &["kind", "attachments", "registered", "formal", "flag", "charge", "deadline", "window"],
    ),
];

/// What a content digest covers, the invoices apart.
const SEALED: [&str; 13] = [
    "kind",
    "actor",
    "sender",
    "reply_to",
    "recipient",
    "cc",
    "subject",
    "body",
    "body_format",
    "flag",
    "charge",
    "registered",
    "attachments",
];

/// Checks a saved plan against what the data says now. Nothing is carried out.
#[must_use]
pub fn recheck(
    program: &Program,
    templates: &TemplateSet,
    snapshot: &Snapshot,
    as_of: NaiveDate,
    saved: &SavedPlan,
) -> Recheck {
    let fresh = super::plan(program, templates, snapshot, as_of, Options::default());
    let day = Day::new(program, templates, snapshot, as_of, Options::default());
    let judge = Judge::new(&day, &fresh, saved);
    let mut seen = BTreeSet::new();
    let changed = judge.changed();
    let actions: Vec<Rechecked> = saved
        .actions
        .iter()
        .map(|action| {
            let mut reasons = judge.reasons(action);
            if !seen.insert(&action.key) {
                reasons.push(Reason::new("twice", "the plan has it twice: it was changed after it was made"));
            }
            rechecked(action, reasons, changed.is_empty())
        })
        .collect();
    let stand = actions.iter().filter(|action| action.stands).count() as u64;
    let totals = RecheckTotals {
        actions: actions.len() as u64,
        stand,
        fallen: actions.len() as u64 - stand,
        added: judge.added(),
    };
    Recheck {
        format_version: FORMAT_VERSION,
        plan_id: saved.header.plan_id.clone(),
        policy: saved.header.policy.name.clone(),
        planned_for: saved.header.as_of,
        as_of,
        taken: fresh.header.taken.clone(),
        engine: fresh.header.engine.clone(),
        refused: fresh.header.refused.clone(),
        changed,
        actions,
        totals,
    }
}

fn rechecked(action: &SavedAction, reasons: Vec<Reason>, whole_stands: bool) -> Rechecked {
    Rechecked { action: Named::from(action), stands: whole_stands && reasons.is_empty(), reasons }
}

/// The saved plan and the new one, side by side.
struct Judge<'d, 'a> {
    day: &'d Day<'a>,
    fresh: &'d Plan,
    saved: &'d SavedPlan,
    actions: FxHashMap<&'d str, &'d Action>,
    withheld: FxHashMap<&'d str, &'d Withheld>,
    /// The rows of the invoices, by id.
    rows: FxHashMap<&'a str, InvoiceRow>,
}

impl<'d, 'a> Judge<'d, 'a> {
    fn new(day: &'d Day<'a>, fresh: &'d Plan, saved: &'d SavedPlan) -> Judge<'d, 'a> {
        let members = |action: &'d Action| action.members.iter().map(|member| member.key.as_str());
        let actions = fresh.actions.iter().flat_map(|action| members(action).map(move |key| (key, action)));
        let withheld = fresh
            .withheld
            .iter()
            .flat_map(|withheld| members(&withheld.action).map(move |key| (key, withheld)));
        let snapshot = day.snapshot;
        let rows = snapshot.customer_rows().flat_map(|customer| snapshot.invoices_of(customer));
        Judge {
            day,
            fresh,
            saved,
            actions: actions.collect(),
            withheld: withheld.collect(),
            rows: rows.map(|row| (snapshot.invoice_id(row), row)).collect(),
        }
    }

    /// What speaks against the plan as a whole.
    fn changed(&self) -> Vec<Reason> {
        let (saved, fresh) = (&self.saved.header, &self.fresh.header);
        let mut changed = Vec::new();
        let mut differs = |code, what: &str, same: bool| {
            if !same {
                changed.push(Reason::new(code, format!("the {what} changed since the plan was made")));
            }
        };
        differs("policy_changed", "policy", saved.policy.digest == fresh.policy.digest);
        differs("templates_changed", "templates", saved.templates_digest == fresh.templates_digest);
        differs("calendars_changed", "calendars", saved.calendars_digest == fresh.calendars_digest);
        if saved.engine != fresh.engine {
            let sentence = format!("it was made by dun {}, and this is dun {}", saved.engine, fresh.engine);
            changed.push(Reason::new("engine_changed", sentence));
        }
        changed.extend(self.never_to_be_carried_out(saved));
        changed
    }

    /// A plan of another day, a replay, and one that withheld every contact.
    fn never_to_be_carried_out(&self, saved: &SavedHeader) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if saved.as_of != self.fresh.header.as_of {
            let sentence = format!("it is for {}, and the day is {}", saved.as_of, self.fresh.header.as_of);
            reasons.push(Reason::new("other_day", sentence));
        }
        if saved.replay {
            reasons.push(Reason::new("replay", "it is a replay of a past day, and never to be carried out"));
        }
        if let Some(why) = &saved.refused {
            reasons.push(Reason::new("refused", format!("it withheld every contact: {why}")));
        }
        reasons
    }

    /// How many actions of the new plan the saved one has not.
    fn added(&self) -> u64 {
        let saved: BTreeSet<&str> =
            self.saved.actions.iter().flat_map(|action| action.keys.iter().map(String::as_str)).collect();
        let is_new = |action: &&Action| !action.keys.iter().any(|key| saved.contains(key.as_str()));
        self.fresh.actions.iter().filter(is_new).count() as u64
    }

    /// Why an action does not stand; nothing when it does.
    fn reasons(&self, saved: &SavedAction) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if !saved.keys_fit() || saved.valid_on != self.saved.header.as_of {
            let sentence = "its keys or its day do not fit: it was changed after the plan was made";
            reasons.push(Reason::new("edited", sentence));
        }
        match saved.members.first().and_then(|member| self.actions.get(member.key.as_str())) {
            Some(fresh) if fresh.key == saved.key => reasons.extend(self.differences(saved, fresh)),
            _ => reasons.extend(saved.members.iter().filter_map(|member| self.without(saved, member))),
        }
        if reasons.is_empty() && saved.members.is_empty() {
            reasons.push(Reason::new("edited", "it has no step: it was changed after the plan was made"));
        }
        reasons
    }

    /// What an action would say otherwise today.
    fn differences(&self, saved: &SavedAction, fresh: &Action) -> Vec<Reason> {
        let now = serde_json::to_value(fresh).unwrap_or_default();
        let differs = |part: &str| saved.part(part) != &now[part];
        let mut reasons = amounts(saved, fresh);
        let is_about_other_invoices = reasons.iter().any(|reason| reason.code != "due_date_changed");
        let parts = PARTS.iter().filter(|(_, _, parts)| parts.iter().any(|part| differs(part)));
        reasons.extend(parts.map(|&(code, sentence, _)| Reason::new(code, sentence)));
        if saved.mode != fresh.mode.word() {
            let sentence = format!("it is {} now, and was {}", fresh.mode.word(), saved.mode);
            reasons.push(Reason::new("mode_changed", sentence));
        } else if asked(saved.part("approvers")) != asked(&now["approvers"]) {
            reasons.push(Reason::new("approvers_changed", "others have to approve it now"));
        }
        // On another day a text may say another number of days, and be the same to an approver.
        let is_same_day = self.saved.header.as_of == self.fresh.header.as_of;
        let says_otherwise = SEALED.iter().any(|part| differs(part)) || is_about_other_invoices;
        let is_edited = match saved.content == fresh.content {
            true => is_same_day && says_otherwise,
            false => reasons.is_empty(),
        };
        if is_edited || identity(&saved.whole) != identity(&now) {
            let sentence =
                "it does not fit its content digest or its steps: it was changed after the plan was made";
            reasons.insert(0, Reason::new("edited", sentence));
        }
        reasons
    }

    /// Why a step is not in the action that it was in: withheld, with others, or gone.
    fn without(&self, saved: &SavedAction, member: &SavedMember) -> Option<Reason> {
        let invoice = member.invoice.clone().filter(|_| saved.members.len() > 1);
        if let Some(withheld) = self.withheld.get(member.key.as_str()) {
            let why: Vec<&str> =
                withheld.blockers.iter().map(|blocker| without_remark(&blocker.sentence)).collect();
            let reason = Reason::new("withheld", format!("it is withheld now: {}", why.join("; ")));
            let blockers = withheld.blockers.iter().map(|blocker| Blocker {
                sentence: without_remark(&blocker.sentence).to_owned(),
                ..blocker.clone()
            });
            return Some(Reason { invoice, blockers: blockers.collect(), ..reason });
        }
        if self.actions.contains_key(member.key.as_str()) {
            // Those that stay are told by what became of the others.
            let others_stay = saved.members.iter().all(|other| self.actions.contains_key(other.key.as_str()));
            let sentence = if others_stay {
                "it goes out together with other invoices now"
            } else {
                "it goes out without the others now"
            };
            return Some(Reason { invoice, ..Reason::new("regrouped", sentence) });
        }
        Some(Reason { invoice, ..self.gone(saved, member) })
    }

    /// Why nothing asks for a step any more.
    fn gone(&self, saved: &SavedAction, member: &SavedMember) -> Reason {
        // A mark of a customer as a whole names no invoice.
        let Some(id) = member.invoice.as_deref() else {
            return Reason::new("not_due", "nothing asks for it any more");
        };
        let Some(&row) = self.rows.get(id) else { return self.lacking(id) };
        let customer = self.day.customer(self.day.snapshot.invoices.customer[row.index()]);
        let Some(invoice) = customer.invoices.iter().find(|invoice| invoice.row == row) else {
            return self.lacking(id);
        };
        let reason = self.settled(invoice).or_else(|| self.recorded(&customer, invoice, member));
        let reason = reason.or_else(|| self.moved(&customer, invoice, saved, member));
        reason.unwrap_or_else(|| Reason::new("not_due", "nothing asks for it any more"))
    }

    fn lacking(&self, invoice: &str) -> Reason {
        let about =
            |problem: &&crate::snapshot::problem::Problem| problem.invoice.as_deref() == Some(invoice);
        let why = self.day.snapshot.problems.iter().find(about);
        let why = why.map_or(String::new(), |problem| format!(": {}", problem.message));
        Reason::new("not_in_data", format!("the data has no invoice `{invoice}` that can be used{why}"))
    }

    fn settled(&self, invoice: &InvoiceState<'a>) -> Option<Reason> {
        let since = invoice.since.map(|since| format!(" since {}", sentences::date(since, self.day.today)));
        match invoice.stage {
            Stage::Paid => {
                Some(Reason::new("paid", format!("the invoice is settled{}", since.unwrap_or_default())))
            }
            Stage::Void => Some(Reason::new("void", "the invoice is void or written off")),
            Stage::NotIssued => Some(Reason::new("not_issued", "the invoice is not issued")),
            _ => None,
        }
    }

    /// What the ledger says of the step.
    fn recorded(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
        member: &SavedMember,
    ) -> Option<Reason> {
        let step = member.step.as_str();
        let wanted = HistoryKey::read(self.day.program, step);
        let same = |row: &&LedgerRow| {
            let name = self.day.history.name(row);
            let by_key = name.key.is_some() && (name.key, name.occurrence) == (wanted.key, wanted.occurrence);
            by_key || self.day.snapshot.text(row.step) == step
        };
        // A step of a ladder per customer is done for all that it is about, whichever invoice its row names.
        let counts = |row: &&LedgerRow| match member.episode {
            None => row.invoice.is_none_or(|own| own == invoice.row),
            Some(since) => row.date >= since,
        };
        let of_customer = self.day.snapshot.ledger_of_customer(customer.row);
        let rows = of_customer.filter(|row| row.date <= self.day.today).filter(counts).filter(same);
        let mut rows: Vec<&LedgerRow> = rows.collect();
        rows.sort_by(|a, b| self.day.snapshot.in_order(a, b));
        let (code, verb, on) = match history::status(rows.into_iter(), self.day.today) {
            Status::CarriedOut(on) => ("carried_out", "carried out", on),
            Status::Declined(on) => ("declined", "declined", on),
            _ => return None,
        };
        let on = sentences::date(on, self.day.today);
        Some(Reason::new(code, format!("the ledger has it as {verb} on {on}")))
    }

    /// What moved the invoice to where the step is not due.
    fn moved(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
        saved: &SavedAction,
        member: &SavedMember,
    ) -> Option<Reason> {
        match invoice.stage {
            Stage::Disputed => {
                let sentence = sentences::dispute(invoice.dispute, self.day.snapshot, self.day.today);
                return Some(Reason::new("disputed", without_remark(&sentence)));
            }
            Stage::Promised => {
                let sentence = sentences::promise(invoice.promised, self.day.today);
                return Some(Reason::new("promised", sentence));
            }
            _ => {}
        }
        let was = saved
            .invoices
            .iter()
            .find(|own| Some(&own.id) == member.invoice.as_ref())
            .map(|own| own.due_date);
        if let Some(was) = was.filter(|&was| was != invoice.due) {
            let sentence = format!("the invoice is due on {} now, and was on {was}", invoice.due);
            return Some(Reason::new("due_date_changed", sentence));
        }
        let placed = self.day.place(customer, invoice, |_, _| {});
        let name = placed.map(|placed| self.day.program.policy.segments[placed.segment.0].name.to_string());
        if member.segment.is_some() && member.segment != name {
            let now = name.unwrap_or_else(|| String::from("no segment"));
            let was = member.segment.as_deref().unwrap_or_default();
            let sentence = format!("the invoice falls into `{now}` now, and fell into `{was}`");
            return Some(Reason::new("segment_changed", sentence));
        }
        None
    }
}

/// Whose open balance is another one now.
fn amounts(saved: &SavedAction, fresh: &Action) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for was in &saved.invoices {
        let Some(now) = fresh.invoices.iter().find(|now| now.id == was.id) else {
            let sentence = format!("it is not about `{}` any more", was.id);
            reasons.push(Reason::new("invoices_changed", sentence));
            continue;
        };
        let (open, currency) = (now.balance.decimal(), now.currency.code());
        if (open.as_str(), currency) != (was.balance.as_str(), was.currency.as_str()) {
            let sentence =
                format!("{open} {currency} are open now, and {} {} were", was.balance, was.currency);
            let invoice = Some(was.id.clone()).filter(|_| saved.invoices.len() > 1);
            reasons.push(Reason { invoice, ..Reason::new("amount_changed", sentence) });
        }
        if now.due_date != was.due_date {
            let sentence =
                format!("`{}` is due on {} now, and was on {}", was.id, now.due_date, was.due_date);
            reasons.push(Reason::new("due_date_changed", sentence));
        }
    }
    let is_new = |id: &String| !saved.invoices.iter().any(|was| was.id == *id);
    let new = fresh.invoices.iter().filter(|now| is_new(&now.id));
    reasons.extend(
        new.map(|now| Reason::new("invoices_changed", format!("it is about `{}` as well now", now.id))),
    );
    reasons
}

/// Which action it is: whose, and the steps that are written into the ledger.
fn identity(action: &Value) -> Value {
    let subject = |member: &Value| match &member["episode"] {
        // The invoice that a ladder per customer is anchored on may be another one by now.
        Value::Null => member["invoice"].clone(),
        episode => episode.clone(),
    };
    let step = |member: &Value| json!([subject(member), member["step"], member["key"]]);
    let steps: Vec<Value> =
        action["members"].as_array().map_or(Vec::new(), |all| all.iter().map(step).collect());
    json!([action["customer"], action["step"], steps])
}

/// Who has to approve, wherever the rules stand that ask.
fn asked(approvers: &Value) -> Vec<Value> {
    let person = |approver: &Value| json!([approver["role"], approver["address"]]);
    approvers.as_array().map_or(Vec::new(), |approvers| approvers.iter().map(person).collect())
}

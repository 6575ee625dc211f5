//! Policies, data and whole plans as short texts.
//!
//! Data is written one row a line, see `tests/shared/rows.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{Days, NaiveDate};
use dun::compile::Program;
use dun::evaluate::{Options, plan};
use dun::plan::{Action, Mode, Plan};
use dun::snapshot::{LoadOptions, load, parse_document};
use dun::template::TemplateSet;

use crate::checked::{checked, with_usual_templates};
pub(crate) use crate::rows::document;

/// A policy with its templates, ready to plan with.
pub(crate) struct Case {
    program: Program,
    templates: TemplateSet,
}

/// The roles that every case has.
const ROLES: &str = "role finance = \"finance@acme.example\"\nrole manager = \"manager@acme.example\"\nrole owner = customer.owner\nrole legal = contact\n";

/// A policy from its blocks, with the usual policy block and roles before them.
pub(crate) fn case(blocks: &str) -> Case {
    case_with("", blocks)
}

/// The same with further settings.
pub(crate) fn case_with(settings: &str, blocks: &str) -> Case {
    let head = "policy \"T\"\n  currency EUR\n  timezone Europe/Paris\n  templates \"templates\"\n  sender finance\n  fallback finance\n";
    whole(&format!("{head}{settings}\n{ROLES}{blocks}"), &[])
}

/// The same with some templates of its own.
pub(crate) fn case_written(blocks: &str, templates: &[(&str, &str)]) -> Case {
    let head = "policy \"T\"\n  currency EUR\n  messages in en\n  timezone Europe/Paris\n  templates \"templates\"\n  sender finance\n  fallback finance\n";
    whole(&format!("{head}{ROLES}{blocks}"), templates)
}

/// A policy that names a file, with its text.
pub(crate) fn with_file(blocks: &str, path: &str, text: &str) -> Case {
    let head = "policy \"T\"\n  currency EUR\n  sender finance\n  fallback finance\n";
    let files = BTreeMap::from([(path.to_owned(), Ok(text.to_owned()))]);
    whole_with(&format!("{head}{ROLES}{blocks}"), &[], &files)
}

/// A whole policy text. Templates that it names and that are not given get a text of their own.
pub(crate) fn whole(text: &str, given: &[(&str, &str)]) -> Case {
    whole_with(text, given, &BTreeMap::new())
}

fn whole_with(text: &str, given: &[(&str, &str)], files: &BTreeMap<String, Result<String, String>>) -> Case {
    let all = with_usual_templates(text, given);
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (policy, templates) = checked(text, &all, files).unwrap_or_else(|found| {
        panic!(
            "{found}
{text}"
        )
    });
    Case { program: Program::new(policy), templates }
}

/// A date.
pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The day `days` later.
pub(crate) fn later(from: NaiveDate, days: u64) -> NaiveDate {
    from.checked_add_days(Days::new(days)).unwrap()
}

impl Case {
    /// The plan of a day.
    pub(crate) fn plan_with(&self, rows: &str, date: NaiveDate, options: Options) -> Plan {
        let options_of_data = LoadOptions::of(&self.program.policy);
        let text = document(rows);
        let snapshot = parse_document("data.yaml", &text, &options_of_data)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        plan(&self.program, &self.templates, &snapshot, date, options)
    }

    /// The plan of a day.
    pub(crate) fn plan_of(&self, rows: &str, date: &str) -> Plan {
        self.plan_with(rows, day(date), Options::default())
    }

    /// The whole plan of a day: actions, withheld, waiting, problems.
    pub(crate) fn plan(&self, rows: &str, date: &str) -> Vec<String> {
        lines(&self.plan_of(rows, date))
    }

    /// The whole plan of a day from a folder of tables.
    pub(crate) fn plan_folder(&self, files: &[(&str, &str)], date: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let options = LoadOptions::of(&self.program.policy);
        let snapshot = load(folder.path(), &options).unwrap_or_else(|error| panic!("{error}"));
        lines(&plan(&self.program, &self.templates, &snapshot, day(date), Options::default()))
    }

    /// Stage, its first day and owner of each waiting invoice.
    pub(crate) fn stages(&self, rows: &str, date: &str) -> Vec<String> {
        let plan = self.plan_of(rows, date);
        let since = |date: Option<NaiveDate>| date.map_or(String::from("none"), |date| date.to_string());
        let lines = plan.waiting.iter().map(|waiting| {
            let owner = waiting.owner.as_deref().unwrap_or("nobody");
            format!("{} {} {} {owner}", waiting.invoice, stage(waiting.stage), since(waiting.since))
        });
        lines.collect()
    }

    /// Plans each day and carries everything out, approvals included; what was done, day by day. On each day a
    /// second plan must find nothing left to do.
    pub(crate) fn timeline(&self, rows: &str, from: &str, to: &str) -> Vec<String> {
        self.timeline_deciding(rows, from, to, |_, action| Some(usual_outcome(action)))
    }

    /// The same with the outcome of each action chosen; none leaves it undone.
    pub(crate) fn timeline_deciding(
        &self,
        rows: &str,
        from: &str,
        to: &str,
        outcome: impl Fn(NaiveDate, &Action) -> Option<&'static str>,
    ) -> Vec<String> {
        let mut rows = rows.to_owned();
        let (mut date, to) = (day(from), day(to));
        let mut done = Vec::new();
        while date <= to {
            let plan = self.plan_with(&rows, date, Options::default());
            let mut all_done = true;
            for action in &plan.actions {
                let Some(outcome) = outcome(date, action) else {
                    all_done = false;
                    done.push(format!("{date} {} left", acted(action)));
                    continue;
                };
                let shown = if outcome == usual_outcome(action) { "" } else { outcome };
                done.push(format!("{date} {} {shown}", acted(action)).trim_end().to_owned());
                for row in ledger_rows(action, date, outcome) {
                    writeln!(rows, "\n{row}").unwrap();
                }
            }
            if all_done {
                let again = self.plan_with(&rows, date, Options::default());
                assert!(again.actions.is_empty(), "two runs on one day: {:#?}\n{rows}", lines(&again));
            }
            date = later(date, 1);
        }
        done
    }

    /// Law of R23: while nothing changes, no ladder step before `next`, and none at all without one.
    pub(crate) fn next_holds(&self, rows: &str, date: &str) {
        self.law_of_next(rows, date, true);
    }

    /// The same for those whose `next` is known.
    pub(crate) fn known_next_holds(&self, rows: &str, date: &str) {
        self.law_of_next(rows, date, false);
    }

    fn law_of_next(&self, rows: &str, date: &str, also_unknown: bool) {
        let today = day(date);
        let plan = self.plan_of(rows, date);
        let waiting = plan.waiting.iter().map(|waiting| (waiting.invoice.clone(), waiting.next));
        let acting: BTreeSet<&str> = plan
            .actions
            .iter()
            .flat_map(|action| action.invoices.iter().map(|invoice| invoice.id.as_str()))
            .collect();
        let withheld = plan.withheld.iter().flat_map(|withheld| {
            withheld.action.invoices.iter().map(|invoice| (invoice.id.clone(), withheld.next))
        });
        let mut promised: BTreeMap<String, NaiveDate> = BTreeMap::new();
        for (invoice, next) in waiting.chain(withheld).filter(|(id, _)| !acting.contains(id.as_str())) {
            let next = match next {
                Some(next) => next,
                None if also_unknown => later(today, 60),
                None => continue,
            };
            assert!(next > today, "{invoice}: next {next} is not after {today}");
            let first = promised.entry(invoice).or_insert(next);
            *first = next.min(*first);
        }
        let last = promised.values().max().copied().unwrap_or(today);
        let mut at = today;
        while at < last {
            let plan = self.plan_with(rows, at, Options::default());
            for action in plan.actions.iter().filter(|action| action.carve_out.is_none()) {
                for invoice in &action.invoices {
                    let early = promised.get(&invoice.id).is_some_and(|next| at < *next);
                    assert!(!early, "{} acts on {at}, before its next {promised:?}", acted(action));
                }
            }
            at = later(at, 1);
        }
    }
}

/// The ledger rows of an action carried out.
pub(crate) fn ledger_rows(action: &Action, date: NaiveDate, outcome: &str) -> Vec<String> {
    let rows = action.members.iter().map(|member| {
        let subject = member.invoice.as_ref().unwrap_or(&action.customer);
        let mut row = format!("history {subject} {date} {} {outcome}", member.step);
        if let Some(currency) = member.currency {
            write!(row, ", currency: {}", currency.code()).unwrap();
        }
        if let Some(rung) = &member.rung {
            write!(row, ", rung: {rung}").unwrap();
        }
        if let Some(channel) = action.kind.message() {
            write!(row, ", channel: {}", format!("{channel:?}").to_lowercase()).unwrap();
        }
        row
    });
    rows.collect()
}

fn usual_outcome(action: &Action) -> &'static str {
    if action.kind.message().is_some() { "sent" } else { "done" }
}

fn stage(stage: dun::model::Stage) -> String {
    serde_json::to_string(&stage).unwrap().trim_matches('"').to_owned()
}

fn members(action: &Action) -> String {
    let ids: Vec<_> = action.invoices.iter().map(|invoice| invoice.id.as_str()).collect();
    let subject = |member: &dun::plan::Member| match (&member.episode, &member.invoice) {
        (Some(_), _) => format!("{}: {}", action.customer, ids.join(" ")),
        (None, Some(invoice)) => invoice.clone(),
        (None, None) => action.customer.clone(),
    };
    let members: Vec<_> =
        action.members.iter().map(|member| format!("{} {}", member.step, subject(member))).collect();
    if members.is_empty() {
        return format!("{} {}", action.step, ids.join(" "));
    }
    members.join(" + ")
}

fn acted(action: &Action) -> String {
    let mode = match action.mode {
        Mode::Automatic => "automatic",
        Mode::Approval => "approval",
        Mode::Manual => "manual",
    };
    let approvers: Vec<_> = action.approvers.iter().map(|approver| &*approver.role).collect();
    let approvers = if approvers.is_empty() { String::new() } else { format!("({})", approvers.join(" ")) };
    let approved = if action.approved_by.is_empty() {
        String::new()
    } else {
        format!("[{}]", action.approved_by.join(" "))
    };
    format!("{mode}{approvers}{approved} {}", members(action))
}

/// A plan, whole: what acts, what is withheld with all its blockers, what waits, what is wrong.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    let next = |date: Option<NaiveDate>| date.map_or(String::from("none"), |date| date.to_string());
    let mut lines = Vec::new();
    for action in &plan.actions {
        lines.push(format!("{} acts {}", action.date, acted(action)));
    }
    for withheld in &plan.withheld {
        let codes: Vec<_> = withheld.blockers.iter().map(|blocker| blocker.code).collect();
        let members = members(&withheld.action);
        lines.push(format!("withheld {} {members} next {}", codes.join(" "), next(withheld.next)));
    }
    for waiting in &plan.waiting {
        let stage = stage(waiting.stage);
        lines.push(format!("waiting {} {stage} next {}", waiting.invoice, next(waiting.next)));
    }
    for problem in &plan.problems {
        lines.push(format!("problem {}", problem.code));
    }
    lines
}

//! The engine and the reference give the same plans, reasons included, for policies and data made up.
//!
//! A case is one plan compared: a policy, data and a day. A policy is tried on several data and several days each, so
//! cases are not independent of each other. `DUN_CASES` sets how many are tried at least, `DUN_SEED` which, and
//! `DUN_MINUTES` ends it sooner; without them they are the same every time. No `next` may be later than the first day on
//! which the reference finds a step (R23). A policy on which they differ is made smaller and printed whole: policy, data,
//! day and first difference.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use dun::calendar::{Calendar, add_days};
use dun::compile::Program;
use dun::evaluate::{Options, plan};
use dun::money::Money;
use dun::plan::{Action, Plan};
use dun::template::TemplateSet;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use rayon::prelude::*;

use crate::checked::checked;
use crate::coverage::Coverage;
use crate::data::{is_message, load};
use crate::generate::{Case, Run, Story, case};
use crate::interpreter::approvals::Approvals;
use crate::interpreter::report::{Entry, Report};
use crate::interpreter::{self, World};
use crate::line::line;
use crate::templates::Template;

/// How many cases without `DUN_CASES`.
const CASES: u64 = 2_000;
const SEED: u64 = 20_261_005;
/// Parts that are tried side by side; their number decides which cases there are, so it is fixed.
const PARTS: u64 = 32;
/// How many differences are shown; after so many nothing more is tried.
const SHOWN: usize = 3;

const MAIL: &str =
    "---\nsubject: \"About {{ invoice.id }}\"\n---\nPlease pay {{ total }} for {{ invoice.id }}.\n";
pub(crate) const TEMPLATES: [(&str, &str); 14] = [
    ("first.md", MAIL),
    ("first.fr.md", MAIL),
    ("second.md", MAIL),
    ("third.md", MAIL),
    ("third.de.md", MAIL),
    // No file for those who read neither French nor Belgian French.
    ("fourth.fr.md", MAIL),
    ("fourth.nl.md", MAIL),
    (
        "named.md",
        "---\nsubject: \"A\"\n---\nDear {{ customer.contact_name }}, {{ customer.name | default(\"you\") }}\n",
    ),
    ("daily.md", "---\nsubject: \"A\"\n---\n{{ invoice.days_overdue }} days, {{ total }}\n"),
    ("listed.md", "---\nsubject: \"A\"\n---\n{% for i in also_open %}{{ i.id }}{% endfor %} {{ count }}\n"),
    (
        "charged.md",
        "---\nsubject: \"A\"\n---\n{{ total }}, {{ interest_to_date }}, {{ total_with_charges }}\n",
    ),
    ("plain.md", MAIL),
    ("nudge_too.md", "{{ invoice.id }} {{ total }}\n"),
    ("by_post.md", "{{ invoice.id }} {{ total }}\n"),
];
pub(crate) const SHEET: (&str, &str) = ("sheet.md", "Call about {{ invoice.id }}: {{ invoice.balance }}\n");

/// A policy being tried.
struct Trial<'a> {
    case: &'a Case,
    program: Program,
    templates: TemplateSet,
    known: Vec<Template>,
    /// The ledger of the story that is played, and its approvals.
    history: Vec<String>,
    approvals: Approvals,
    coverage: Coverage,
}

impl<'a> Trial<'a> {
    fn new(case: &'a Case) -> Result<Trial<'a>, String> {
        let files: Vec<(&str, &str)> = TEMPLATES.into_iter().chain([SHEET]).collect();
        let (policy, templates) = checked(&case.policy(), &files, &case.files())?;
        Ok(Trial {
            case,
            program: Program::new(policy),
            templates,
            known: files.iter().map(|(path, text)| Template::new(path, text)).collect(),
            history: Vec::new(),
            approvals: Approvals::default(),
            coverage: Coverage::default(),
        })
    }

    /// Plays all stories, and tells the first difference.
    fn run(mut self) -> Result<Coverage, String> {
        for story in &self.case.stories {
            (self.history, self.approvals) = (Vec::new(), Approvals::default());
            self.play(story)?;
        }
        Ok(self.coverage)
    }

    /// Plans the days of a story and carries each plan out.
    fn play(&mut self, story: &Story) -> Result<(), String> {
        let mut day = self.case.base();
        for run in &story.runs {
            day = add_days(day, run.after);
            let (plan, reference) = self.plans(story, day, run.replay);
            // Marks below a rung of `latest` that a limit, a credit or a missing value keeps back: the engine makes up for
            // them all the same.
            let left_out = &reference.left_out;
            let engine = Report::of(&plan).without(left_out);
            let compared = reference.clone().compared().without(left_out);
            if engine.without_next() != compared.without_next() {
                return Err(self.told(
                    story,
                    day,
                    &difference(&engine.without_next(), &compared.without_next()),
                ));
            }
            let late = too_late(&Report::of(&plan), &reference);
            if !late.is_empty() {
                return Err(self.told(story, day, &late));
            }
            self.carry_out(day, run, &plan, &reference);
        }
        Ok(())
    }

    fn plans(&mut self, story: &Story, day: NaiveDate, replay: bool) -> (Plan, Report) {
        let snapshot = load(&self.program.policy, &story.document(&self.history));
        let played = RefCell::default();
        let always_open = Calendar::default();
        let world = World {
            policy: &self.program.policy,
            templates: &self.known,
            data: &snapshot,
            approvals: &self.approvals,
            known: day,
            today: day,
            replay,
            always_open: &always_open,
            played: &played,
        };
        let engine = plan(&self.program, &self.templates, &snapshot, day, Options { replay });
        let reference = interpreter::plan(&world);
        self.coverage.add(played.into_inner(), &reference);
        (engine, reference)
    }

    /// The ledger rows of what became of a plan.
    fn carry_out(&mut self, day: NaiveDate, run: &Run, plan: &Plan, reference: &Report) {
        for (at, action) in plan.actions.iter().enumerate() {
            let outcome = run.outcomes.get(at).unwrap_or(&run.outcomes[0]);
            let entry = Report::entry_of(action);
            match *outcome {
                "left" => {}
                "approved" if !entry.approvers.is_empty() && entry.approved_by.is_empty() => {
                    self.approve(day, action, &entry, reference);
                }
                outcome => self.history.extend(rows(&entry, day, outcome)),
            }
        }
    }

    fn approve(&mut self, day: NaiveDate, action: &Action, entry: &Entry, reference: &Report) {
        let Some(digest) = action.content.clone() else { return };
        let same = |other: &&Entry| Entry { content: None, ..(*other).clone() }.sorted() == *entry;
        let content = reference.entries.iter().find(same).and_then(|entry| entry.content.clone());
        // Marks that the reference leaves out cannot be approved.
        let Some(content) = content else { return };
        for approver in &entry.approvers {
            let (member, by) = (&entry.members[0], &approver.person.1);
            let currency =
                member.currency.as_ref().map_or(String::new(), |currency| format!(", currency: {currency}"));
            self.history.push(format!(
                "{{ invoice_id: {}, date: {day}, step: '{}', outcome: approved, key: {}, content: {digest}, approved_by: {by}{currency} }}",
                member.invoice, entry.step, action.key
            ));
        }
        self.approvals.0.insert((action.key.clone(), digest), content);
    }

    fn told(&self, story: &Story, day: NaiveDate, difference: &str) -> String {
        let document = story.document(&self.history);
        format!("\n{}\n{document}\non {day}:\n{difference}", self.case.policy())
    }
}

/// The ledger rows of an action with this outcome.
fn rows(entry: &Entry, day: NaiveDate, outcome: &str) -> Vec<String> {
    let message = is_message(entry);
    let (outcome, detail) = match (outcome, message) {
        ("bounced there", true) => ("bounced", entry.recipient.as_ref().filter(|_| entry.kind != "letter")),
        ("sent", false) | ("bounced" | "bounced there" | "approved" | "sent quietly", false) => {
            ("done", None)
        }
        ("sent quietly" | "approved", true) => ("sent", None),
        (outcome, _) => (outcome, None),
    };
    let address = detail.map_or(String::new(), |(_, address)| format!(", address: '{address}'"));
    // Interest of which the ledger does not say how much is asked about.
    let amount = entry.charge.as_ref().filter(|_| outcome != "assigned");
    let amount = amount.map_or(String::new(), |charge| {
        let money = Money::new(charge.minor, charge.currency.parse().unwrap());
        format!(", amount: {}", money.decimal())
    });
    let channel = if message { format!(", channel: {}", entry.kind) } else { String::new() };
    let members = entry.members.iter().map(|member| {
        let subject = match member.invoice.as_str() {
            "" => format!("customer_id: {}", entry.customer),
            invoice => format!("invoice_id: {invoice}"),
        };
        let rung = member.rung.as_ref().map_or(String::new(), |rung| format!(", rung: '{rung}'"));
        let currency =
            member.currency.as_ref().map_or(String::new(), |currency| format!(", currency: {currency}"));
        let step = &member.step;
        format!(
            "{{ {subject}, date: {day}, step: '{step}', outcome: {outcome}{rung}{channel}{address}{amount}{currency} }}"
        )
    });
    members.collect()
}

/// R23: the reference finds the first day on which a ladder step can come for an invoice with nothing to do today; no
/// `next` may promise a later one, or none.
fn too_late(engine: &Report, reference: &Report) -> String {
    let acts = |id: &str| {
        let acting = engine.entries.iter().filter(|entry| entry.blockers.is_empty());
        acting.flat_map(|entry| &entry.invoices).any(|about| about.0 == id)
    };
    let next_of = |id: &str| {
        let entries = engine.entries.iter().filter(|entry| entry.invoices.iter().any(|about| about.0 == id));
        let waiting = engine.waiting.iter().filter(|row| row.invoice.0 == id);
        entries.filter_map(|entry| entry.next).chain(waiting.filter_map(|row| row.next)).min()
    };
    let told = engine.entries.iter().flat_map(|entry| entry.invoices.iter().map(|about| about.0.as_str()));
    let ids: BTreeSet<&str> = told.chain(engine.waiting.iter().map(|row| row.invoice.0.as_str())).collect();
    let mut late = String::new();
    // What credits withhold depends on what is combined with it, which is not foreseen.
    let has_credit = |id: &str| {
        let about = engine.entries.iter().filter(|entry| entry.invoices.iter().any(|about| about.0 == id));
        about.flat_map(|entry| &entry.blockers).any(|blocker| blocker.code == "allocate_first")
    };
    for id in ids.into_iter().filter(|id| !acts(id) && !has_credit(id)) {
        let (next, first) = (next_of(id), reference.firsts.get(id).copied());
        if first.is_some_and(|first| next.is_none_or(|next| next > first)) {
            late.push_str(&format!("{id}: next {next:?} though something comes on {first:?}\n"));
        }
    }
    late
}

/// What one plan has and the other has not; of entries about the same step only the parts that differ.
fn difference(engine: &Report, reference: &Report) -> String {
    let mut text = String::new();
    let ours: Vec<&Entry> =
        engine.entries.iter().filter(|entry| !reference.entries.contains(entry)).collect();
    let mut theirs: Vec<&Entry> =
        reference.entries.iter().filter(|entry| !engine.entries.contains(entry)).collect();
    for entry in ours {
        let same = |other: &&Entry| {
            (&other.step, &other.members[0].invoice) == (&entry.step, &entry.members[0].invoice)
        };
        match theirs.iter().position(same) {
            None => text.push_str(&format!("only the engine: {}\n", line(entry, true))),
            Some(at) => {
                let other = theirs.remove(at);
                text.push_str(&format!("engine: {}\nreference: {}\n", line(entry, true), line(other, true)));
                for ((name, ours), (_, theirs)) in entry.parts().iter().zip(other.parts()) {
                    if *ours != theirs {
                        text.push_str(&format!("  {name}: engine {ours}\n  {name}: reference {theirs}\n"));
                    }
                }
            }
        }
    }
    theirs.iter().for_each(|entry| text.push_str(&format!("only the reference: {}\n", line(entry, true))));
    for row in engine.waiting.iter().filter(|row| !reference.waiting.contains(row)) {
        text.push_str(&format!("engine: {row:?}\n"));
    }
    for row in reference.waiting.iter().filter(|row| !engine.waiting.contains(row)) {
        text.push_str(&format!("reference: {row:?}\n"));
    }
    if engine.problems != reference.problems {
        text.push_str(&format!(
            "problems: engine {:?}\nreference {:?}\n",
            engine.problems, reference.problems
        ));
    }
    if text.is_empty() { String::from("the same entries, another number of times") } else { text }
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name)
        .ok()
        .map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A part of the cases: what they cover, or what differs, told whole. Policies are tried until there are enough, or
/// nothing more is wanted.
fn part(seed: u64, cases: u64, goes_on: impl Fn() -> bool) -> Result<Coverage, String> {
    let config = Config {
        cases: u32::MAX,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 3000,
        max_shrink_time: 3_000,
        // Policies are not made up anew while one is made smaller, which takes minutes.
        max_flat_map_regens: 200,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let covered = RefCell::new(Coverage::default());
    while covered.borrow().cases < cases && goes_on() {
        let tree = case().new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        let tried = runner.run_one(tree, |case| {
            let trial = Trial::new(&case)
                .map_err(|found| TestCaseError::fail(format!("{found}\n{}", case.policy())))?;
            let found = trial.run().map_err(TestCaseError::fail)?;
            covered.replace_with(|before| std::mem::take(before).join(found));
            Ok(())
        });
        match tried {
            Ok(_) => {}
            Err(TestError::Fail(reason, _)) => return Err(reason.to_string()),
            Err(TestError::Abort(reason)) => return Err(format!("given up: {reason}")),
        }
    }
    Ok(covered.into_inner())
}

#[test]
fn the_engine_does_what_the_reference_does() {
    let cases = number("DUN_CASES", CASES);
    let seed = number("DUN_SEED", SEED);
    let parts: Vec<u64> = (0..PARTS.min(cases)).collect();
    let each = cases.div_ceil(PARTS.min(cases));
    let (differing, minutes) = (AtomicUsize::new(0), number("DUN_MINUTES", 10_000));
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let goes_on = || differing.load(Ordering::Relaxed) < SHOWN && Instant::now() < until;
    let of_part = |at: &u64| {
        let tried = part(seed.wrapping_mul(1000).wrapping_add(*at), each, goes_on);
        differing.fetch_add(usize::from(tried.is_err()), Ordering::Relaxed);
        tried
    };
    let tried: Vec<Result<Coverage, String>> = parts.par_iter().map(of_part).collect();
    let (agreeing, differing): (Vec<_>, Vec<_>) = tried.into_iter().partition(Result::is_ok);
    let covered = agreeing.into_iter().flatten().fold(Coverage::default(), Coverage::join);
    show(&covered);
    let found: BTreeSet<(usize, String)> =
        differing.into_iter().filter_map(Result::err).map(|told| (told.len(), told)).collect();
    let told: Vec<String> = found.iter().take(SHOWN).map(|(_, told)| format!("{told}\n")).collect();
    assert!(
        found.is_empty(),
        "{} of {} parts differ so far; DUN_SEED={seed} DUN_CASES={cases}; the shortest:\n{}",
        found.len(),
        parts.len(),
        told.join("another:\n")
    );
    assert_eq!(covered.unlisted(), [""; 0]);
    // A large campaign leaves nothing out.
    let rare = if covered.cases >= 100_000 { covered.rare() } else { Vec::new() };
    assert!(rare.is_empty(), "too rare: {rare:#?}");
}

#[expect(clippy::print_stdout, reason = "the table is what a campaign is run for")]
fn show(covered: &Coverage) {
    println!("{}", covered.table());
}

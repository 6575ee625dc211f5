//! Whole policies that pass the check.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

/// The parts of a policy.
#[derive(Debug, Clone)]
pub(super) struct Text {
    settings: Vec<String>,
    fallback: bool,
    calendars: Vec<&'static str>,
    segments: Vec<(&'static str, Block)>,
    otherwise: Option<Block>,
    cadences: [Cadence; 2],
    carve_outs: Vec<(String, Block)>,
    everywhere: Vec<String>,
}

/// The lines of a block.
#[derive(Debug, Clone, Default)]
struct Block {
    uses: Vec<&'static str>,
    settings: Vec<String>,
    steps: Vec<Step>,
    restrictions: Vec<String>,
}

/// A ladder of invoices, or of customers (R14).
#[derive(Debug, Clone)]
struct Cadence {
    per_customer: bool,
    block: Block,
}

#[derive(Debug, Clone)]
struct Step {
    when: String,
    actions: Vec<Action>,
    modifiers: Vec<String>,
}

#[derive(Debug, Clone)]
struct Action {
    text: String,
    /// What is done instead, ` else …`, or nothing.
    stand_in: String,
    key: String,
    /// A key that it had before.
    formerly: Option<&'static str>,
    /// Can be told to wait for.
    waits: bool,
    message: bool,
    contact: bool,
}

const FAMILIES: [&str; 6] =
    ["one at a time", "latest", "one per run", "same day only", "all, 3 days apart", "all, 1 day apart"];
const WEEKENDS: [&str; 3] = ["next business day", "previous business day", "same day"];

const RATES: [&str; 3] = ["1 USD = 0.92 EUR", "1 EUR = 161.8 JPY", "3 USD = 450 JPY"];
const TERMS: [&str; 3] = ["10 days", "30 days end of month", "0 days end of month"];
const PILOTS: [&str; 4] =
    ["1 customers", "2 customers", "customers \"C0\", \"C1\"", "customers \"C1\", \"C9\""];

const CALENDARS: [&str; 4] = [
    "calendar plain:\n  closed saturday, sunday\n",
    "calendar french when customer.country is \"FR\":\n  closed sunday\n  holiday every 12-25\n  holiday «4»\n",
    "calendar german when customer.country is \"DE\":\n  closed saturday and sunday\n  holiday every 10-03\n  holiday «1» \"x\"\n",
    "calendar night when customer.sector is \"bars\":\n  closed monday, tuesday\n",
];

/// Conditions on one fact.
const FACTS: [&str; 51] = [
    "invoice.amount >= 500 USD",
    "invoice.balance < 90000 JPY",
    "invoice.balance in (1000 EUR, 10 USD)",
    "customer.balance between 300 USD and 900 USD",
    "customer.overdue_balance is known",
    "invoice.disputed",
    "invoice.promised",
    "invoice.promise_broken",
    "invoice.balance >= 500 EUR",
    "invoice.amount < 200 EUR",
    "invoice.balance between 100 EUR and 900 EUR",
    "invoice.amount in (1000 EUR, 1000 USD)",
    "invoice.days_overdue >= 10 days",
    "invoice.days_overdue < 4 days",
    "invoice.age > 20 days",
    "invoice.partly_paid",
    "invoice.escalated",
    "invoice.handed_over",
    "invoice.stage is \"overdue\"",
    "invoice.stage in (\"due_soon\", \"sent\")",
    "invoice.po_number is missing",
    "invoice.po_number is known",
    "invoice.tags has \"export\"",
    "invoice.messages_sent >= 2",
    "invoice.currency is \"USD\"",
    "invoice.due_date > «-9»",
    "invoice.dispute_reason is \"Late\"",
    "invoice.promise_date >= «2»",
    "invoice.issue_date between ‹-20› and ‹-8›",
    "customer.country is \"FR\"",
    "customer.country not in (\"FR\", \"DE\")",
    "customer.sector is not \"bars\"",
    "customer.kind is \"business\"",
    "customer.tags has \"VIP\"",
    "customer.tags is missing",
    "customer.segment is \"gold\"",
    "customer.credit_limit > 500 EUR",
    "customer.since <= 2020-12-31",
    "customer.do_not_contact",
    "customer.insolvent",
    "customer.balance > 1000 EUR",
    "customer.overdue_balance >= 500 EUR",
    "customer.overdue_count >= 2",
    "customer.oldest_overdue > 12 days",
    "customer.over_credit_limit",
    "customer.broken_promises >= 1",
    "customer.average_days_late > 3 days",
    "customer.days_since_message >= 4 days",
    "customer.phone is known",
    "today between ‹-2› and ‹6›",
    "today >= «3»",
];

fn condition() -> BoxedStrategy<String> {
    let fact = || select(FACTS.to_vec()).prop_map(String::from);
    prop_oneof![
        6 => fact(),
        1 => fact().prop_map(|fact| format!("not ({fact})")),
        1 => (fact(), fact()).prop_map(|(a, b)| format!("({a}) and ({b})")),
        1 => (fact(), fact()).prop_map(|(a, b)| format!("({a}) or ({b})")),
    ]
    .boxed()
}

fn some<T: std::fmt::Debug + Clone + 'static>(
    chance: f64,
    of: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Vec<T>> {
    prop::option::weighted(chance, of).prop_map(|one| one.into_iter().collect()).boxed()
}

fn role() -> BoxedStrategy<&'static str> {
    select(vec!["finance", "manager", "owner", "legal"]).boxed()
}

// ---- steps

fn moment_in_ladder() -> BoxedStrategy<String> {
    prop_oneof![
        12 => (0_i64..32).prop_map(|days| format!("at D+{days}")),
        2 => (1_i64..9).prop_map(|days| format!("at D-{days}")),
        2 => (0_i64..40).prop_map(|days| format!("at issue+{days}")),
        1 => (1_i64..8).prop_map(|days| format!("at D+{days} business days")),
        1 => Just(String::from("at D+1 month")),
        1 => (0_i64..20).prop_map(|days| format!("at end of month(D+{days})")),
        1 => (0_i64..9).prop_map(|days| format!("at end of month(D)+{days}")),
        1 => Just(String::from("at end of month(issue)")),
        2 => (1_i64..9).prop_map(|days| format!("at previous+{days}")),
        1 => (2_i64..10, 0_i64..20, 1_i64..5)
            .prop_map(|(period, from, times)| format!("every {period} days from D+{from}, at most {times} times:")),
        1 => (4_i64..9, 2_i64..20).prop_map(|(period, from)| format!("every {period} days from D+{from}:")),
        1 => (0_i64..9).prop_map(|from| format!("every 1 month from D+{from}, at most 3 times:")),
        1 => (2_i64..5).prop_map(|period| format!("every {period} business days from D+2, at most 3 times:")),
    ]
    .boxed()
}

fn moment_in_carve_out() -> BoxedStrategy<String> {
    prop_oneof![
        (0_i64..6).prop_map(|days| format!("at dispute+{days}")),
        (0_i64..6).prop_map(|days| format!("at promise+{days}")),
        (1_i64..3).prop_map(|days| format!("at promise+{days} business days")),
        Just(String::from("at promise-1")),
        (0_i64..6).prop_map(|days| format!("at payment+{days}")),
        (0_i64..20).prop_map(|days| format!("at D+{days}")),
        Just(String::from("at D-2")),
        (0_i64..30).prop_map(|days| format!("at issue+{days}")),
    ]
    .boxed()
}

fn message() -> BoxedStrategy<Action> {
    let options = (
        some(0.15, Just("to legal")),
        some(0.15, role().prop_map(|role| format!("cc {role}"))),
        some(0.1, select(vec!["attach invoice", "attach statement"])),
    );
    let other = prop_oneof![
        Just("sms nudge_too"),
        Just("call by finance"),
        Just("letter by_post"),
        Just("notify manager"),
        Just("email plain to legal")
    ];
    let kind =
        prop_oneof![5 => Just("email"), 2 => Just("sms"), 1 => Just("letter"), 1 => Just("registered")];
    let template = select(vec!["first", "second", "third", "fourth", "named", "daily", "listed", "charged"]);
    (kind, template, options, prop::option::weighted(0.15, other))
        .prop_map(|(kind, template, (to, cc, attach), other)| {
            let (channel, registered) =
                if kind == "registered" { ("letter", " registered") } else { (kind, "") };
            let mut text = format!("{channel} {template}{registered}");
            for option in
                to.into_iter().map(String::from).chain(cc).chain(attach.into_iter().map(String::from))
            {
                text.push_str(&format!(" {option}"));
            }
            let stand_in = other.map_or(String::new(), |other| format!(" else {other}"));
            let key = format!("{channel} {template}");
            Action { text, stand_in, formerly: None, key, waits: false, message: true, contact: true }
        })
        .boxed()
}

fn internal() -> BoxedStrategy<Action> {
    let plain = |text: String, key: String, waits: bool| Action {
        text,
        stand_in: String::new(),
        formerly: None,
        key,
        waits,
        message: false,
        contact: false,
    };
    let rate = select(vec![
        "10%",
        "0.5% plus 1.25 points",
        "\"rates.yaml\" plus 8 points",
        "\"rates.yaml\" plus 0 points",
        "\"late.yaml\" plus 2 points",
    ]);
    prop_oneof![
        2 => select(vec!["40 EUR", "12.50 USD"])
            .prop_map(move |fee| plain(format!("charge fee {fee}"), String::from("charge fee"), false)),
        5 => rate.prop_map(move |rate| plain(format!("charge interest at {rate}"), String::from("charge interest"), false)),
        3 => role().prop_map(move |role| plain(format!("notify {role}"), format!("notify {role}"), false)),
        1 => role().prop_map(move |role| plain(format!("notify {role} with sheet"), format!("notify {role}"), false)),
        1 => role().prop_map(move |role| plain(format!("task \"Ask\" for {role}"), String::from("task \"Ask\""), true)),
        1 => role().prop_map(move |role| plain(format!("hand off to {role}"), format!("hand off {role}"), true)),
        2 => select(vec!["manager", "legal"])
            .prop_map(move |role| plain(format!("escalate to {role}"), format!("escalate {role}"), false)),
        2 => select(vec!["pause", "watch"])
            .prop_map(move |flag| plain(format!("flag {flag}"), format!("flag {flag}"), false)),
    ]
    .boxed()
}

fn call() -> BoxedStrategy<Action> {
    (role(), some(0.3, Just(" with sheet")))
        .prop_map(|(role, sheet)| Action {
            text: format!("call by {role}{}", sheet.concat()),
            stand_in: String::new(),
            formerly: None,
            key: format!("call {role}"),
            waits: true,
            message: false,
            contact: true,
        })
        .boxed()
}

fn action() -> BoxedStrategy<Action> {
    let plain = prop_oneof![6 => message(), 2 => call(), 4 => internal()];
    let tail = prop_oneof![8 => Just(""), 6 => Just("wait"), 1 => Just("name"), 1 => Just("formerly")];
    (
        plain,
        tail,
        select(vec!["alpha", "beta", "gamma"]),
        select(vec!["email old", "call old", "flag old", "notify old"]),
    )
        .prop_map(|(mut action, tail, name, old)| {
            match tail {
                "wait" if action.waits => action.text.push_str(" and wait"),
                "name" => {
                    // A name stands for one kind of step in the whole file, and for one mark or role.
                    let of_mark =
                        ["escalate ", "flag ", "hand off "].iter().any(|kind| action.key.starts_with(kind));
                    let kind = match of_mark {
                        true => action.key.replace(' ', "_"),
                        false => {
                            action.key.trim_start_matches("charge ").split(' ').next().unwrap().to_owned()
                        }
                    };
                    action.key = format!("{kind}_{name}");
                    action.text.push_str(&format!(" as {}", action.key));
                }
                "formerly" => action.formerly = Some(old),
                _ => {}
            }
            action
        })
        .boxed()
}

fn modifier() -> BoxedStrategy<String> {
    prop_oneof![
        2 => Just(String::from("needs approval")),
        4 => role().prop_map(|role| format!("needs approval by {role}")),
        1 => (role(), 0_i64..20).prop_map(|(role, days)| format!("needs approval by {role} from D+{days}")),
        3 => condition().prop_map(|condition| format!("if {condition}")),
        2 => condition().prop_map(|condition| format!("unless {condition}")),
        2 => Just(String::from("if missed: skip")),
        1 => Just(String::from("formal")),
        1 => (1_i64..12).prop_map(|days| format!("deadline {days} days")),
    ]
    .boxed()
}

fn step(moment: BoxedStrategy<String>) -> BoxedStrategy<Step> {
    let actions = prop_oneof![
        4 => prop::collection::vec(action(), 1..2),
        1 => prop::collection::vec(action(), 2..4),
    ];
    let modifiers = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(modifier(), 1..3)];
    (moment, actions, modifiers)
        .prop_map(|(when, actions, modifiers)| Step { when, actions, modifiers })
        .boxed()
}

// ---- restrictions

fn restriction() -> BoxedStrategy<String> {
    prop_oneof![
        2 => select(vec!["never auto-send", "only by hand", "needs approval", "hold"]).prop_map(String::from),
        2 => select(vec!["never email", "never sms", "never letter", "never call", "never contact", "never escalate", "never charge"])
            .prop_map(String::from),
        1 => role().prop_map(|role| format!("only by hand by {role}")),
        2 => role().prop_map(|role| format!("needs approval by {role}")),
        1 => (role(), 0_i64..20).prop_map(|(role, days)| format!("needs approval by {role} from D+{days}")),
        1 => (role(), 0_i64..9).prop_map(|(role, days)| format!("needs approval by {role} from issue+{days}")),
        1 => (-3_i64..9).prop_map(|days| format!("hold until «{days}»")),
        1 => (-5_i64..9, 1_i64..5).prop_map(|(days, more)| format!("hold until «{days}» and resume {more} days later")),
        2 => limit(),
        2 => hours(vec!["08:00 and 12:00", "10:00 and 19:00", "13:00 and 18:30"]),
    ]
    .boxed()
}

fn hours(of: Vec<&'static str>) -> BoxedStrategy<String> {
    select(of).prop_map(|hours| format!("messages between {hours}")).boxed()
}

fn limit() -> BoxedStrategy<String> {
    prop_oneof![
        (2_i64..15).prop_map(|days| format!("write to a customer at most once every {days} days")),
        (2_i64..20).prop_map(|days| format!("write to a customer at most twice every {days} days")),
        (0_i64..3).prop_map(|times| format!("send at most {times} messages a day")),
    ]
    .boxed()
}

fn carve_out_restriction() -> BoxedStrategy<String> {
    prop_oneof![
        5 => Just(String::from("hold")),
        2 => (1_i64..6).prop_map(|days| format!("hold and resume {days} days later")),
        6 => restriction(),
    ]
    .boxed()
}

// ---- blocks

fn settings() -> BoxedStrategy<Vec<String>> {
    (
        some(0.7, select(FAMILIES.to_vec()).prop_map(|family| format!("catch up: {family}"))),
        some(0.35, select(WEEKENDS.to_vec()).prop_map(|weekends| format!("weekends: {weekends}"))),
    )
        .prop_map(|(family, weekends)| [family, weekends].concat())
        .boxed()
}

fn ladder() -> BoxedStrategy<Block> {
    let steps = prop::collection::vec(step(moment_in_ladder()), 0..6);
    let restrictions = prop_oneof![
        14 => Just(Vec::new()),
        4 => restriction().prop_map(|line| vec![line]),
        2 => hours(vec!["13:00 and 18:30"]).prop_map(|hours| vec![hours]),
    ];
    (settings(), steps, restrictions)
        .prop_map(|(settings, steps, restrictions)| Block {
            settings,
            steps,
            restrictions,
            ..Block::default()
        })
        .boxed()
}

fn cadence(per_customer: f64) -> BoxedStrategy<Cadence> {
    (prop::bool::weighted(per_customer), ladder())
        .prop_map(|(per_customer, mut block)| {
            if per_customer {
                block.steps.iter_mut().for_each(Step::make_overdue);
            }
            Cadence { per_customer, block }
        })
        .boxed()
}

fn segment() -> BoxedStrategy<Block> {
    let uses = select(vec![vec!["x"], vec!["x", "y"], vec!["y"], vec![]]);
    let steps =
        prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(step(moment_in_ladder()), 1..4)];
    (uses, steps, some(0.3, restriction()))
        .prop_map(|(uses, steps, restrictions)| Block { uses, steps, restrictions, ..Block::default() })
        .boxed()
}

fn carve_out() -> BoxedStrategy<(String, Block)> {
    let often = select(vec![
        "invoice.disputed",
        "invoice.disputed",
        "invoice.promised",
        "invoice.promised",
        "invoice.promised",
        "invoice.promise_broken",
        "customer.country is \"FR\"",
        "today between ‹-2› and ‹5›",
    ]);
    let when = prop_oneof![2 => often.prop_map(String::from), 1 => condition()];
    let steps = prop::collection::vec(step(moment_in_carve_out()), 0..3);
    (when, steps, prop::collection::vec(carve_out_restriction(), 0..3))
        .prop_map(|(when, steps, restrictions)| (when, Block { steps, restrictions, ..Block::default() }))
        .boxed()
}

pub(super) fn text() -> BoxedStrategy<Text> {
    let policy_settings = (
        settings(),
        some(0.3, Just(String::from("ignore balances under 5 EUR, 3 USD"))),
        some(0.15, Just(String::from("one message per invoice"))),
        some(0.7, Just(String::from("sender finance"))),
        some(0.2, role().prop_map(|role| format!("reply to {role}"))),
        prop::sample::subsequence(RATES.to_vec(), 0..=RATES.len()),
        some(0.5, select(TERMS.to_vec()).prop_map(|terms| format!("terms {terms}"))),
        some(0.05, select(PILOTS.to_vec()).prop_map(|pilot| format!("pilot: {pilot}"))),
    )
        .prop_map(|(a, b, c, d, e, rates, terms, pilot)| {
            let rates = rates.into_iter().map(|rate| format!("rate {rate}")).collect();
            [a, b, c, d, e, rates, terms, pilot].concat()
        });
    let segments = prop::collection::vec((select(FACTS.to_vec()), segment()), 0..3);
    let everywhere = prop_oneof![
        4 => Just(Vec::new()),
        3 => prop::collection::vec(prop_oneof![1 => restriction(), 2 => limit()], 1..3),
        1 => hours(vec!["08:00 and 12:00"]).prop_map(|hours| vec![hours]),
        1 => (0_i64..4).prop_map(|days| vec![format!("data no older than {days} days")]),
    ];
    (
        policy_settings,
        prop::bool::weighted(0.8),
        prop::sample::subsequence(CALENDARS.to_vec(), 0..4),
        segments,
        prop::option::weighted(0.95, segment()),
        [cadence(0.08), cadence(0.25)],
        prop::collection::vec(carve_out(), 0..3),
        everywhere,
    )
        .prop_map(|(settings, fallback, calendars, segments, otherwise, cadences, carve_outs, everywhere)| {
            Text { settings, fallback, calendars, segments, otherwise, cadences, carve_outs, everywhere }
        })
        .boxed()
}

// ---- writing

const ROLES: &str = "role finance = \"finance@acme.example\"\nrole manager = \"manager@acme.example\"\nrole owner = customer.owner\nrole legal = contact\n";

impl Text {
    pub(super) fn write(&self) -> String {
        let mut text = String::from(
            "policy \"P\"\n  currency EUR\n  timezone Europe/Paris\n  templates \"templates\"\n",
        );
        let fallback = self.fallback.then(|| String::from("fallback finance"));
        for line in self.settings.iter().chain(&fallback) {
            text.push_str(&format!("  {line}\n"));
        }
        text.push_str(ROLES);
        text.push_str(&self.calendars.concat());
        // One step of the file took the place of a former one.
        let mut former = BTreeSet::new();
        for (at, (when, block)) in self.segments.iter().enumerate() {
            text.push_str(&format!("segment s{at} when {when}:\n{}", block.write(false, &mut former)));
        }
        if let Some(block) = &self.otherwise {
            text.push_str(&format!("segment rest otherwise:\n{}", block.write(false, &mut former)));
        } else if self.segments.is_empty() {
            text.push_str("segment gold:\n  use x\n");
        }
        for (name, cadence) in ["x", "y"].iter().zip(&self.cadences) {
            let per_customer = if cadence.per_customer { " per customer" } else { "" };
            text.push_str(&format!(
                "cadence {name}{per_customer}:\n{}",
                cadence.block.write(false, &mut former)
            ));
        }
        for (at, (when, block)) in self.carve_outs.iter().enumerate() {
            text.push_str(&format!("carve-out c{at} when {when}:\n{}", block.write(true, &mut former)));
        }
        if !self.everywhere.is_empty() {
            text.push_str(&format!("everywhere:\n  {}\n", self.everywhere.join("\n  ")));
        }
        text
    }

    /// The keys of its steps, as the ledger names them.
    pub(super) fn keys(&self) -> Vec<String> {
        self.keys_of(|_| true)
    }

    /// Those of steps that their ladder waits for, and of the steps beside them.
    pub(super) fn waiting_keys(&self) -> Vec<String> {
        self.keys_of(|step| step.actions.iter().any(|action| action.text.contains(" and wait")))
    }

    fn keys_of(&self, is_wanted: impl Fn(&Step) -> bool) -> Vec<String> {
        let of_segments = self.segments.iter().map(|(_, block)| block).chain(&self.otherwise);
        let of_cadences = self.cadences.iter().map(|cadence| &cadence.block);
        let ladders = of_segments.chain(of_cadences).flat_map(|block| &block.steps);
        let mut keys: Vec<String> = Vec::new();
        for step in ladders.filter(|step| is_wanted(step)) {
            for action in &step.actions {
                keys.push(action.key.clone());
                if step.when.starts_with("every") {
                    keys.extend((1..3).map(|time| format!("{} #{time}", action.key)));
                }
            }
        }
        for (at, (_, block)) in self.carve_outs.iter().enumerate() {
            let steps = block.steps.iter().filter(|step| is_wanted(step));
            let actions = steps.flat_map(|step| &step.actions);
            keys.extend(actions.map(|action| format!("c{at}/{}", action.key)));
        }
        keys.sort();
        keys.dedup();
        keys
    }
}

impl Block {
    /// The lines that may stand in the block: keys once, `previous` not first, no contact where a carve-out holds.
    fn write(&self, in_carve_out: bool, former: &mut BTreeSet<&'static str>) -> String {
        let mut lines = Vec::new();
        if !self.uses.is_empty() {
            lines.push(format!("use {}", self.uses.join(", ")));
        }
        lines.extend(self.settings.iter().cloned());
        lines.extend(self.restrictions.iter().cloned());
        let holds = in_carve_out && self.restrictions.iter().any(|line| line.starts_with("hold"));
        let mut keys = BTreeSet::new();
        // `previous` follows a rung that does not repeat.
        let mut may_follow = false;
        for step in &self.steps {
            let fits = |action: &&Action| {
                let reaches = action.contact || action.text.starts_with("charge");
                !(holds && reaches)
            };
            let actions: Vec<&Action> =
                step.actions.iter().filter(fits).filter(|action| keys.insert(action.key.clone())).collect();
            let follows = step.when.contains("previous") && !may_follow;
            if !(actions.is_empty() || follows) {
                lines.push(step.write(&actions, in_carve_out, former));
                may_follow = !step.when.starts_with("every");
            }
        }
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }
}

impl Step {
    /// R14: a ladder per customer begins the day after the due date.
    fn make_overdue(&mut self) {
        self.when = self.when.replace("D-", "D+");
        let on_the_day =
            |when: &str| when.ends_with("D+0") || when.contains("D+0,") || when.ends_with("D+0:");
        if !self.when.contains("end of month") && on_the_day(&self.when) {
            self.when = self.when.replace("D+0", "D+1");
        }
    }

    fn write(&self, actions: &[&Action], in_carve_out: bool, former: &mut BTreeSet<&'static str>) -> String {
        let written = |action: &&Action| {
            let was = action.formerly.filter(|old| former.insert(old));
            let was = was.map_or(String::new(), |old| format!(" formerly {old}"));
            format!("{}{was}{}", action.text, action.stand_in)
        };
        let texts: Vec<String> = actions.iter().map(written).collect();
        let mut line = format!("{} {}", self.when, texts.join(" and "));
        let mut said = BTreeSet::new();
        for modifier in &self.modifiers {
            let word = modifier.split(' ').next().unwrap();
            let fits = match word {
                "formal" => actions.iter().all(|action| action.message),
                "deadline" => !in_carve_out && actions.iter().any(|action| action.contact),
                _ => !(in_carve_out && modifier == "if missed: skip"),
            };
            let kind = if modifier == "if missed: skip" { modifier.as_str() } else { word };
            if fits && (matches!(kind, "if" | "unless" | "needs") || said.insert(kind.to_owned())) {
                line.push_str(&format!(", {modifier}"));
            }
        }
        line
    }
}

//! Policy to program: what evaluation looks up often, worked out once.

pub mod history_key;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::field::{CustomerField, Field, InvoiceField, Subject};
use crate::model::{
    Act, Anchor, CatchUp, Catches, Condition, LadderId, Policy, RestrictionKind, Segment, Step,
};

pub use history_key::{HistoryKey, HistoryKind, credit_notice};

/// The number of a step key of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub u32);

/// A policy ready to be evaluated.
#[derive(Debug, Clone)]
pub struct Program {
    /// The policy.
    pub policy: Policy,
    /// What stands beside each ladder of the policy.
    pub ladders: Vec<LadderFacts>,
    /// What stands beside each segment of the policy.
    pub segments: Vec<SegmentFacts>,
    /// What segments ask about the customer alone, each once: it is the same for all invoices of one.
    pub customer_conditions: Vec<Condition>,
    /// The keys of each carve-out's steps.
    pub carve_out_keys: Vec<Vec<KeyId>>,
    /// Days before the due date of the earliest step before it, else seven (R3).
    pub due_soon_days: i64,
    /// The first of the everywhere restrictions on the age of the data, as days, with the strictest winning.
    pub data_no_older: Option<(crate::model::RuleId, u32)>,
    /// Whether time alone, with no new fact, can change what any condition of the policy says.
    pub changes_with_time: bool,
    /// Whether any restriction limits how many messages go out on a day (R19).
    pub limits_by_day: bool,
    /// Whether any condition of the policy asks what all invoices of a customer come to together.
    pub reads_account: bool,
    /// The ladders per customer (R14).
    pub customer_ladders: Vec<LadderId>,
    /// The keys of their steps.
    pub customer_keys: FxHashSet<KeyId>,
    /// Those of them that a ladder of invoices has as well.
    pub shared_keys: FxHashSet<KeyId>,
    keys: FxHashMap<String, KeyId>,
    former: FxHashSet<String>,
    acts: Vec<Act>,
}

/// Facts about a segment that do not depend on an invoice.
#[derive(Debug, Clone)]
pub struct SegmentFacts {
    /// What it asks about the customer alone.
    pub of_customer: OfCustomer,
    /// Whether time alone, with no new fact, can change what its condition says.
    pub changes_with_time: bool,
}

/// What a segment asks about the customer alone, among the program's customer conditions.
#[derive(Debug, Clone)]
pub enum OfCustomer {
    /// All.
    Whole(usize),
    /// Some parts of what must hold: when one does not, none of the customer's invoices is in the segment.
    Parts(Vec<usize>),
}

/// Facts about a ladder that do not depend on an invoice.
#[derive(Debug, Clone)]
pub struct LadderFacts {
    /// For each rung, whether one of its steps is a contact, which moves it off closed days.
    pub has_contact: Vec<bool>,
    /// Whether a step sets a deadline.
    pub has_deadline: bool,
    /// Whether a step makes the ladder wait for a person.
    pub has_wait: bool,
    /// Whether a step is never made up for: it comes on its day or not at all.
    pub has_skip: bool,
    /// For each rung, the keys of its steps.
    pub keys: Vec<Vec<KeyId>>,
}

impl Program {
    /// Compiles a policy.
    #[must_use]
    pub fn new(policy: Policy) -> Program {
        let changes_with_time = conditions(&policy).any(changes_day_by_day);
        let reads_account = conditions(&policy).any(reads_account);
        let mut customer_conditions = Vec::new();
        let segments = policy.segments.iter();
        let segments =
            segments.map(|segment| segment_facts(&policy, segment, &mut customer_conditions)).collect();
        let mut program = Program {
            ladders: Vec::new(),
            segments,
            customer_conditions,
            carve_out_keys: Vec::new(),
            due_soon_days: due_soon_days(&policy),
            data_no_older: data_no_older(&policy),
            changes_with_time,
            limits_by_day: limits_by_day(&policy),
            reads_account,
            customer_ladders: Vec::new(),
            customer_keys: FxHashSet::default(),
            shared_keys: FxHashSet::default(),
            keys: FxHashMap::default(),
            former: FxHashSet::default(),
            acts: Vec::new(),
            policy,
        };
        let ladders = std::mem::take(&mut program.policy.ladders);
        for (at, ladder) in ladders.iter().enumerate() {
            let keys: Vec<Vec<KeyId>> = ladder.rungs.iter().map(|rung| program.number(&rung.steps)).collect();
            if ladder.per_customer {
                program.customer_ladders.push(LadderId(at));
                program.customer_keys.extend(keys.iter().flatten());
            }
            let contact = |step: &Step| step.acts.iter().any(|act| act.contact().is_some());
            let has_contact = ladder.rungs.iter().map(|rung| rung.steps.iter().any(contact)).collect();
            let steps = || ladder.rungs.iter().flat_map(|rung| &rung.steps);
            let has_deadline = steps().any(|step| step.deadline.is_some());
            let has_wait = steps().any(|step| step.waits);
            let has_skip = steps().any(|step| step.skip_if_missed) || ladder.catch_up == CatchUp::SameDayOnly;
            program.ladders.push(LadderFacts { has_contact, has_deadline, has_wait, has_skip, keys });
        }
        let of_invoices = ladders.iter().zip(&program.ladders).filter(|(ladder, _)| !ladder.per_customer);
        let of_invoices = of_invoices.flat_map(|(_, facts)| facts.keys.iter().flatten().copied());
        program.shared_keys = of_invoices.filter(|key| program.customer_keys.contains(key)).collect();
        program.policy.ladders = ladders;
        let carve_outs = std::mem::take(&mut program.policy.carve_outs);
        program.carve_out_keys =
            carve_outs.iter().map(|carve_out| program.number(&carve_out.steps)).collect();
        program.policy.carve_outs = carve_outs;
        program
    }

    fn number(&mut self, steps: &[Step]) -> Vec<KeyId> {
        steps.iter().map(|step| self.number_of(step)).collect()
    }

    fn number_of(&mut self, step: &Step) -> KeyId {
        let next = KeyId(u32::try_from(self.acts.len()).unwrap_or(u32::MAX));
        let id = *self.keys.entry(step.key.clone()).or_insert(next);
        if id == next {
            self.acts.extend(step.acts.first().cloned());
        }
        for former in &step.formerly {
            self.keys.insert(former.clone(), id);
            self.former.insert(former.clone());
        }
        id
    }

    /// The keys of the policy's steps, those they had before included, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let mut keys: Vec<&str> = self.keys.keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys.into_iter()
    }

    /// Whether a step had this key before, and has another now.
    #[must_use]
    pub fn is_former(&self, text: &str) -> bool {
        self.former.contains(text)
    }

    /// The key of the policy with this text.
    #[must_use]
    pub fn key(&self, text: &str) -> Option<KeyId> {
        self.keys.get(text).copied()
    }

    /// What the step of a key does.
    #[must_use]
    pub fn act(&self, key: KeyId) -> &Act {
        &self.acts[key.0 as usize]
    }

    /// Whether a customer climbs a ladder as a whole.
    #[must_use]
    pub fn is_per_customer(&self, ladder: LadderId) -> bool {
        self.policy.ladders[ladder.0].per_customer
    }

    /// All ladders of the policy.
    #[must_use]
    pub fn ladder_ids(&self) -> Vec<LadderId> {
        (0..self.policy.ladders.len()).map(LadderId).collect()
    }

    /// The ladders that an invoice of a segment climbs.
    #[must_use]
    pub fn ladders_of(&self, segment: crate::model::SegmentId) -> &[LadderId] {
        &self.policy.segments[segment.0].ladders
    }
}

fn due_soon_days(policy: &Policy) -> i64 {
    let moments = policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().map(|rung| rung.moment));
    let before_due = moments.filter(|moment| moment.anchor == Anchor::Due && moment.offset.count < 0);
    // Business days are counted as calendar days here: the stage is for reading, not for acting.
    before_due.map(|moment| -moment.offset.count).max().unwrap_or(7)
}

fn limits_by_day(policy: &Policy) -> bool {
    let segments = policy.segments.iter().map(|segment| &segment.restrictions);
    let ladders = policy.ladders.iter().map(|ladder| &ladder.restrictions);
    let carve_outs = policy.carve_outs.iter().map(|carve_out| &carve_out.restrictions);
    let all = segments.chain(ladders).chain(carve_outs).chain([&policy.everywhere]).flatten();
    all.into_iter().any(|restriction| matches!(restriction.kind, RestrictionKind::SendAtMost(_)))
}

fn data_no_older(policy: &Policy) -> Option<(crate::model::RuleId, u32)> {
    let limits = policy.everywhere.iter().filter_map(|restriction| match restriction.kind {
        RestrictionKind::DataNoOlder(days) => Some((restriction.rule, days)),
        _ => None,
    });
    limits.min_by_key(|&(_, days)| days)
}

/// All conditions of a policy: those of its steps, segments, calendars and carve-outs.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    let ladders = policy.ladders.iter().flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
    let steps = ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
    let of_steps = steps.filter_map(|step| step.when.as_ref());
    let of_segments = policy.segments.iter().filter_map(|segment| match &segment.catches {
        Catches::When(condition) => Some(condition),
        Catches::Everything => None,
    });
    let of_calendars = policy.calendars.iter().filter_map(|calendar| calendar.when.as_ref());
    let of_carve_outs = policy.carve_outs.iter().map(|carve_out| &carve_out.when);
    of_steps.chain(of_segments).chain(of_calendars).chain(of_carve_outs)
}

fn segment_facts(policy: &Policy, segment: &Segment, asked: &mut Vec<Condition>) -> SegmentFacts {
    let Catches::When(condition) = &segment.catches else {
        return SegmentFacts { of_customer: OfCustomer::Parts(Vec::new()), changes_with_time: false };
    };
    let mut place = |condition: &Condition| {
        asked.iter().position(|known| known == condition).unwrap_or_else(|| {
            asked.push(condition.clone());
            asked.len() - 1
        })
    };
    let of_customer = match condition {
        whole if is_of_customer(policy, whole) => OfCustomer::Whole(place(whole)),
        Condition::All(parts) => {
            OfCustomer::Parts(parts.iter().filter(|part| is_of_customer(policy, part)).map(place).collect())
        }
        _ => OfCustomer::Parts(Vec::new()),
    };
    SegmentFacts { of_customer, changes_with_time: changes_with_time(condition) }
}

/// Whether a condition is about the customer alone.
fn is_of_customer(policy: &Policy, condition: &Condition) -> bool {
    let mut of_customer = true;
    condition.each_test(&mut |test| {
        of_customer &= match test.field {
            Field::Today | Field::Customer(_) => true,
            Field::Invoice(_) => false,
            Field::Own(at) => policy.fields[at].subject == Subject::Customer,
        };
    });
    of_customer
}

/// Whether a condition asks what all invoices of a customer come to together.
fn reads_account(condition: &Condition) -> bool {
    let mut reads = false;
    condition.each_test(&mut |test| {
        reads |= matches!(test.field, Field::Customer(field) if field.is_of_account());
    });
    reads
}

/// Whether a day passes by a condition unnoticed: dates that facts name, such as that of a promise, aside.
fn changes_day_by_day(condition: &Condition) -> bool {
    let mut changes = false;
    condition.each_test(&mut |test| {
        changes |= matches!(
            test.field,
            Field::Today
                | Field::Invoice(InvoiceField::DaysOverdue | InvoiceField::Age | InvoiceField::Stage)
                | Field::Customer(CustomerField::OldestOverdue | CustomerField::DaysSinceMessage)
        );
    });
    changes
}

/// Whether time alone, with no new fact, can change what a condition says.
#[must_use]
pub fn changes_with_time(condition: &Condition) -> bool {
    let mut changes = false;
    condition.each_test(&mut |test| {
        changes |= match test.field {
            Field::Today => true,
            Field::Invoice(field) => matches!(
                field,
                InvoiceField::DaysOverdue
                    | InvoiceField::Age
                    | InvoiceField::Promised
                    | InvoiceField::PromiseBroken
                    | InvoiceField::Stage
            ),
            Field::Customer(field) => matches!(
                field,
                CustomerField::OverdueBalance
                    | CustomerField::OverdueCount
                    | CustomerField::OldestOverdue
                    | CustomerField::BrokenPromises
                    | CustomerField::DaysSinceMessage
            ),
            Field::Own(_) => false,
        };
    });
    changes
}

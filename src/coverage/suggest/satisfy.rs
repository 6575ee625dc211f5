//! Worlds in which a condition holds, or does not.

use chrono::{Datelike as _, NaiveDate};

use super::world::{World, quoted};
use crate::model::field::{CustomerField, Field, FieldType, InvoiceField, Subject};
use crate::model::{Act, Amounts, Bounds, Condition, Policy, Predicate, Test};
use crate::money::Money;

/// How many ways to satisfy a condition are followed.
const MOST: usize = 8;

/// The ways to change a world so that a condition holds (or, with `wanted` false, does not). What only time can bring
/// about is left to it: whether it does is found out by running.
pub(super) fn satisfy(policy: &Policy, world: &World, condition: &Condition, wanted: bool) -> Vec<World> {
    let mut worlds = match (condition, wanted) {
        (Condition::Test(test), _) => one(policy, world, test, wanted),
        (Condition::Not(inner), _) => satisfy(policy, world, inner, !wanted),
        (Condition::All(parts), true) | (Condition::Any(parts), false) => {
            parts.iter().fold(vec![world.clone()], |worlds, part| {
                let next = worlds.iter().flat_map(|world| satisfy(policy, world, part, wanted));
                next.take(MOST).collect()
            })
        }
        (Condition::Any(parts), true) | (Condition::All(parts), false) => {
            parts.iter().flat_map(|part| satisfy(policy, world, part, wanted)).collect()
        }
    };
    worlds.truncate(MOST);
    worlds
}

fn one(policy: &Policy, world: &World, test: &Test, wanted: bool) -> Vec<World> {
    match &test.predicate {
        Predicate::Missing => missing(policy, world, test.field, wanted),
        Predicate::Flag => flag(policy, world, test.field, wanted),
        Predicate::Text(values) => text(policy, world, test.field, values, wanted),
        Predicate::Tag(tag) => tag_of(policy, world, test.field, tag, wanted),
        Predicate::Number(ranges) => number(policy, world, test.field, ranges, wanted),
        Predicate::Money(ranges) => money(policy, world, test.field, ranges, wanted),
        Predicate::Date(ranges) => date(policy, world, test.field, ranges, wanted),
        Predicate::Season(ranges) => season(world, ranges, wanted),
    }
}

/// Whose column a field is, and its name; none for what is worked out.
fn column(policy: &Policy, field: Field) -> Option<(Subject, &str)> {
    use CustomerField as C;
    use InvoiceField as I;
    match field {
        Field::Own(at) => Some((policy.fields[at].subject, policy.fields[at].name.as_str())),
        Field::Customer(
            own @ (C::Name
            | C::Email
            | C::Phone
            | C::Language
            | C::Country
            | C::Sector
            | C::Segment
            | C::Kind
            | C::Owner
            | C::Tags
            | C::CreditLimit
            | C::Since
            | C::DoNotContact),
        ) => Some((Subject::Customer, own.name())),
        Field::Customer(C::Insolvent) => Some((Subject::Customer, "insolvent_since")),
        Field::Invoice(own @ (I::PoNumber | I::Tags | I::HandedOver)) => Some((Subject::Invoice, own.name())),
        _ => None,
    }
}

/// With the column of a field, where it has one.
fn set(policy: &Policy, world: &World, field: Field, value: String) -> Vec<World> {
    match column(policy, field) {
        Some((subject, column)) => world.clone().with(subject, column, value).into_iter().collect(),
        None => vec![world.clone()],
    }
}

fn missing(policy: &Policy, world: &World, field: Field, wanted: bool) -> Vec<World> {
    if wanted { set(policy, world, field, quoted("")) } else { set(policy, world, field, quoted("known")) }
}

fn flag(policy: &Policy, world: &World, field: Field, wanted: bool) -> Vec<World> {
    let (due, later) = (world.after_due(2), world.after_due(60));
    let before = world.after_due(-5);
    let line = |line: String| vec![world.clone().line(line)];
    match field {
        _ if !wanted => match field {
            Field::Own(_) => set(policy, world, field, quoted("no")),
            _ => vec![world.clone()],
        },
        Field::Invoice(InvoiceField::Disputed) => {
            let at_once = world.clone().line(format!("dispute on {before}"));
            vec![world.clone().line(format!("dispute on {due}")), at_once]
        }
        Field::Invoice(InvoiceField::Promised) => line(format!("promise on {before} for {later}")),
        Field::Invoice(InvoiceField::PromiseBroken) => line(format!("promise on {before} for {due}")),
        Field::Invoice(InvoiceField::PartlyPaid) => {
            let half = Money::new(world.amount() / 2, world.currency);
            line(format!("payment {} {} on {before}", half.decimal(), half.currency))
        }
        Field::Invoice(InvoiceField::Escalated) => escalated(policy, world),
        Field::Customer(CustomerField::OverCreditLimit) => {
            world.clone().with(Subject::Customer, "credit_limit", String::from("1")).into_iter().collect()
        }
        _ => set(policy, world, field, quoted("yes")),
    }
}

/// Escalated before, where the policy has such a step.
fn escalated(policy: &Policy, world: &World) -> Vec<World> {
    let acts = super::super::reached::steps(policy).flat_map(|step| &step.acts);
    let mut roles = acts.filter_map(|act| match act {
        Act::Escalate { role } => Some(&policy.role(*role).name),
        _ => None,
    });
    let role = roles.next();
    let day = world.after_due(0);
    role.map(|role| world.clone().line(format!("past escalate to {role} done on {day}")))
        .into_iter()
        .collect()
}

fn text(policy: &Policy, world: &World, field: Field, values: &[String], wanted: bool) -> Vec<World> {
    let first = values.first().map_or("", String::as_str);
    match field {
        Field::Customer(CustomerField::Segment) if wanted => {
            let named = policy.segments.iter().any(|segment| *segment.name == *first);
            let world = world.clone();
            let segment = if named {
                world.in_segment(first)
            } else {
                world.with(Subject::Customer, "segment", quoted(first))
            };
            segment.into_iter().collect()
        }
        Field::Customer(CustomerField::Segment) => vec![world.clone()],
        Field::Invoice(InvoiceField::Currency) => {
            let currency = values.iter().find_map(|code| code.parse().ok()).filter(|_| wanted);
            vec![world.clone().in_currency(currency.unwrap_or(world.currency))]
        }
        Field::Invoice(InvoiceField::DisputeReason) if wanted => {
            vec![world.clone().line(format!("dispute on {} because {}", world.after_due(2), quoted(first)))]
        }
        Field::Invoice(InvoiceField::Stage) if wanted => stage(policy, world, first),
        _ if wanted => set(policy, world, field, quoted(first)),
        _ => set(policy, world, field, quoted(&other(policy, field, values))),
    }
}

/// A stage that only a fact can bring about; the others come with time.
fn stage(policy: &Policy, world: &World, stage: &str) -> Vec<World> {
    let field = match stage {
        "disputed" => InvoiceField::Disputed,
        "promised" => InvoiceField::Promised,
        "escalated" => InvoiceField::Escalated,
        _ => return vec![world.clone()],
    };
    flag(policy, world, Field::Invoice(field), true)
}

/// A text that is none of these.
fn other(policy: &Policy, field: Field, values: &[String]) -> String {
    let kind = match field {
        Field::Own(at) => policy.fields[at].kind.clone(),
        Field::Customer(field) => field.kind(),
        Field::Invoice(field) => field.kind(),
        Field::Today => FieldType::Date,
    };
    let known = if let FieldType::OneOf(words) = kind { words } else { vec![String::from("other")] };
    let free = |word: &&String| !values.iter().any(|value| value.eq_ignore_ascii_case(word));
    known.iter().find(free).cloned().unwrap_or_default()
}

fn tag_of(policy: &Policy, world: &World, field: Field, tag: &str, wanted: bool) -> Vec<World> {
    let tag = if wanted { tag } else { "other" };
    let with_tag = set(policy, world, field, quoted(tag));
    if wanted { with_tag } else { std::iter::once(world.clone()).chain(with_tag).collect() }
}

/// A number in millionths that fits the ranges, or does not.
fn number(policy: &Policy, world: &World, field: Field, ranges: &[Bounds<i64>], wanted: bool) -> Vec<World> {
    const ONE: i64 = 1_000_000;
    let Field::Own(_) = field else { return vec![world.clone()] };
    let fitting = |range: &Bounds<i64>| match (range.least, range.most, wanted) {
        (Some(least), _, true) => least,
        (None, Some(most), true) => most,
        (Some(least), _, false) => least.saturating_sub(ONE),
        (None, Some(most), false) => most.saturating_add(ONE),
        (None, None, _) => 0,
    };
    let values = ranges.iter().map(fitting);
    values.flat_map(|value| set(policy, world, field, (value / ONE).to_string())).collect()
}

fn money(policy: &Policy, world: &World, field: Field, ranges: &[Amounts], wanted: bool) -> Vec<World> {
    let of_invoice = matches!(
        field,
        Field::Invoice(InvoiceField::Amount | InvoiceField::Balance)
            | Field::Customer(CustomerField::Balance | CustomerField::OverdueBalance)
    );
    let mut worlds = Vec::new();
    for range in ranges {
        let Bounds { least, most } = range.whole();
        if !of_invoice {
            let value = if wanted { least.or(most) } else { least.map(|least| least.saturating_sub(1)) };
            let amount = Money::new(value.unwrap_or_default().max(0), range.currency);
            worlds.extend(set(policy, world, field, format!("{} {}", amount.decimal(), amount.currency)));
            continue;
        }
        let own = world.clone().in_currency(range.currency);
        if wanted {
            worlds.extend(own.between(least, most));
        } else {
            let below = least.and_then(|least| own.clone().between(None, Some(least.saturating_sub(1))));
            let above = most.and_then(|most| own.between(Some(most.saturating_add(1)), None));
            worlds.extend(below.into_iter().chain(above));
        }
    }
    worlds
}

fn date(
    policy: &Policy,
    world: &World,
    field: Field,
    ranges: &[Bounds<NaiveDate>],
    wanted: bool,
) -> Vec<World> {
    if !wanted {
        return vec![world.clone()];
    }
    let days = ranges.iter().filter_map(|range| range.least.or(range.most));
    let with = |day: NaiveDate| match field {
        Field::Today | Field::Invoice(InvoiceField::DueDate) => vec![world.clone().due_on(day)],
        Field::Invoice(InvoiceField::IssueDate) => {
            let due = day.checked_add_days(chrono::Days::new(30)).unwrap_or(day);
            vec![world.clone().due_on(due).issued_on(day)]
        }
        Field::Invoice(InvoiceField::PromiseDate) => {
            let made = day.pred_opt().unwrap_or(day);
            vec![world.clone().line(format!("promise on {made} for {day}"))]
        }
        _ => set(policy, world, field, day.to_string()),
    };
    days.flat_map(with).collect()
}

/// Due a little before a season, or a month before it.
fn season(world: &World, ranges: &[Bounds<(u32, u32)>], wanted: bool) -> Vec<World> {
    if !wanted {
        return vec![world.clone()];
    }
    let first = |range: &Bounds<(u32, u32)>| {
        let (month, day) = range.least.or(range.most)?;
        NaiveDate::from_ymd_opt(world.due.year(), month, day)
    };
    let before = |day: NaiveDate, days: u64| day.checked_sub_days(chrono::Days::new(days)).unwrap_or(day);
    let due = ranges.iter().filter_map(first).flat_map(|day| [before(day, 1), before(day, 30)]);
    due.map(|due| world.clone().due_on(due)).collect()
}

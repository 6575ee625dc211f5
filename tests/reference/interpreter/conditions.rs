//! R4: conditions that are true, false or unknown.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};
use dun::calendar::days_between;
use dun::model::condition::{Amounts, End};
use dun::model::field::{CustomerField, Field, InvoiceField};
use dun::model::{Bounds, Condition, Predicate, Test};
use dun::money::{Currency, Money};
use dun::snapshot::tables::{CustomerRow, InvoiceRow, OwnValue};

use super::World;
use super::facts::PromiseState;

/// R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

/// What a field holds; nothing when the data does not have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Missing,
    Text(String),
    /// In millionths.
    Number(i64),
    /// What it is the sum of, in one currency or several.
    Money(Vec<Money>),
    Date(NaiveDate),
    Flag(bool),
    Tags(Vec<String>),
}

impl World<'_> {
    /// R4: `and` is false as soon as one part is false, `or` true as soon as one is true.
    pub(super) fn truth(&self, invoice: InvoiceRow, condition: &Condition) -> Truth {
        let all = |parts: &[Condition], decides: Truth, otherwise: Truth| {
            let found: Vec<Truth> = parts.iter().map(|part| self.truth(invoice, part)).collect();
            match () {
                () if found.contains(&decides) => decides,
                () if found.contains(&Truth::Unknown) => Truth::Unknown,
                () => otherwise,
            }
        };
        match condition {
            Condition::Test(test) => {
                let truth = self.test(invoice, test);
                if truth == Truth::Unknown {
                    self.played("R4");
                }
                truth
            }
            Condition::Not(inner) => match self.truth(invoice, inner) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Condition::All(parts) => all(parts, Truth::False, Truth::True),
            Condition::Any(parts) => all(parts, Truth::True, Truth::False),
        }
    }

    /// R4: a comparison with a missing value is unknown.
    fn test(&self, invoice: InvoiceRow, test: &Test) -> Truth {
        let value = self.value(invoice, test.field);
        match (&test.predicate, value) {
            (Predicate::Missing, Value::Tags(tags)) => tags.is_empty().into(),
            // A sum over several currencies is known where each has a rate to that of the policy.
            (Predicate::Missing, Value::Money(parts)) => {
                let of_policy = Money::new(0, self.policy.settings.currency);
                let one = parts.iter().all(|part| part.currency == parts[0].currency);
                (!one && self.compared(&parts, of_policy).is_none()).into()
            }
            (Predicate::Missing, value) => (value == Value::Missing).into(),
            (_, Value::Missing) => Truth::Unknown,
            (Predicate::Flag, Value::Flag(flag)) => flag.into(),
            (Predicate::Text(texts), Value::Text(text)) => {
                texts.iter().any(|other| other.to_lowercase() == text.to_lowercase()).into()
            }
            (Predicate::Tag(tag), Value::Tags(tags)) => {
                tags.iter().any(|other| other.to_lowercase() == tag.to_lowercase()).into()
            }
            (Predicate::Number(ranges), Value::Number(number)) => {
                ranges.iter().any(|range| range.hold(number)).into()
            }
            (Predicate::Money(ranges), Value::Money(money)) => self.amounts(ranges, &money),
            (Predicate::Date(ranges), Value::Date(date)) => {
                ranges.iter().any(|range| range.hold(date)).into()
            }
            (Predicate::Season(seasons), Value::Date(date)) => {
                seasons.iter().any(|season| in_season(season, date)).into()
            }
            (predicate, value) => panic!("the check lets no {predicate:?} of {value:?} pass"),
        }
    }

    /// What a field of the catalogue holds on the day looked at.
    pub(super) fn value(&self, invoice: InvoiceRow, field: Field) -> Value {
        match field {
            Field::Today => Value::Date(self.today),
            Field::Invoice(field) => self.of_invoice(invoice, field),
            Field::Customer(field) => self.of_customer(self.customer_of(invoice), field),
            Field::Own(at) => self.own(invoice, at),
        }
    }

    fn own(&self, invoice: InvoiceRow, at: usize) -> Value {
        let (invoices, customers) = (&self.data.invoices.own, &self.data.customers.own);
        let of_invoice = invoices.get(at).and_then(|column| column.get(invoice.index()));
        let customer = self.customer_of(invoice).index();
        match of_invoice.or_else(|| customers.get(at).and_then(|column| column.get(customer))) {
            None if self.policy.fields[at].kind == dun::model::field::FieldType::Tags => {
                Value::Tags(Vec::new())
            }
            None => Value::Missing,
            Some(OwnValue::Text(text)) => Value::Text(self.data.text(text).to_owned()),
            Some(OwnValue::Number(number)) => Value::Number(number),
            Some(OwnValue::Money(money)) => Value::Money(vec![money]),
            Some(OwnValue::Date(date)) => Value::Date(date),
            Some(OwnValue::Flag(flag)) => Value::Flag(flag),
            Some(OwnValue::Tags(tags)) => tags_of(Some(self.data.text(tags))),
        }
    }

    fn of_invoice(&self, invoice: InvoiceRow, field: InvoiceField) -> Value {
        let table = &self.data.invoices;
        let row = invoice.index();
        let money = |minor| Value::Money(vec![Money::new(minor, self.currency(invoice))]);
        let promise = || self.promise(invoice);
        let is = |kept: PromiseState| promise().is_some_and(|promise| self.state_of(promise) == kept);
        match field {
            InvoiceField::Id => Value::Text(self.id(invoice).to_owned()),
            InvoiceField::Amount => money(self.amount(invoice)),
            InvoiceField::Balance => money(self.balance(invoice)),
            InvoiceField::Currency => Value::Text(self.currency(invoice).code().to_owned()),
            InvoiceField::IssueDate => date(self.issued_on(invoice)),
            InvoiceField::DueDate => Value::Date(self.due(invoice)),
            InvoiceField::DaysOverdue => whole(Some(self.days_overdue(invoice))),
            InvoiceField::Age => {
                whole(self.issued_on(invoice).map(|issued| days_between(issued, self.today)))
            }
            InvoiceField::Disputed => Value::Flag(self.dispute(invoice).is_some()),
            InvoiceField::DisputeReason => {
                text(self.text(self.dispute(invoice).and_then(|dispute| dispute.reason)))
            }
            InvoiceField::Promised => Value::Flag(is(PromiseState::Pending)),
            InvoiceField::PromiseDate => date(promise().map(|promise| promise.due)),
            InvoiceField::PromiseBroken => Value::Flag(is(PromiseState::Broken)),
            InvoiceField::PartlyPaid => {
                Value::Flag(self.balance(invoice) < self.amount(invoice) && self.balance(invoice) > 0)
            }
            InvoiceField::Escalated => Value::Flag(self.flag_set(invoice, "escalated").is_some()),
            InvoiceField::HandedOver => {
                Value::Flag(table.handed_over.get(row).is_some_and(|since| since.holds_on(self.known)))
            }
            InvoiceField::Stage => Value::Text(self.stage(invoice).0.word().to_owned()),
            InvoiceField::PoNumber => text(self.text(table.po_number.get(row))),
            InvoiceField::Tags => tags_of(self.text(table.tags.get(row))),
            InvoiceField::MessagesSent => {
                let rows = self.rows().into_iter().filter(|row| row.invoice == Some(invoice));
                whole(Some(rows.filter(|row| self.is_message_sent(row)).count().try_into().unwrap()))
            }
        }
    }

    fn of_customer(&self, customer: CustomerRow, field: CustomerField) -> Value {
        let table = &self.data.customers;
        let row = customer.index();
        let open = || self.open_invoices(customer);
        let overdue = || open().into_iter().filter(|invoice| self.days_overdue(*invoice) > 0);
        match field {
            CustomerField::Id => Value::Text(self.data.customer_id(customer).to_owned()),
            CustomerField::Name => text(self.text(table.name.get(row))),
            CustomerField::Email => text(self.text(table.email.get(row))),
            CustomerField::Phone => text(self.text(table.phone.get(row))),
            CustomerField::Language => text(self.text(table.language.get(row))),
            CustomerField::Country => text(self.text(table.country.get(row))),
            CustomerField::Sector => text(self.text(table.sector.get(row))),
            CustomerField::Segment => text(self.text(table.segment.get(row))),
            CustomerField::Kind => text(self.text(table.kind.get(row))),
            CustomerField::Owner => text(self.text(table.owner.get(row))),
            CustomerField::Tags => tags_of(self.text(table.tags.get(row))),
            CustomerField::CreditLimit => {
                let limit = table.credit_limit.get(row);
                limit.map_or(Value::Missing, |limit| {
                    Value::Money(vec![Money::new(limit, self.policy.settings.currency)])
                })
            }
            CustomerField::Since => date(table.since.get(row)),
            CustomerField::DoNotContact => Value::Flag(table.do_not_contact.get(row) == Some(true)),
            CustomerField::Insolvent => {
                Value::Flag(table.insolvent_since.get(row).is_some_and(|since| since.holds_on(self.known)))
            }
            CustomerField::Balance => Value::Money(self.balances(&open())),
            CustomerField::OverdueBalance => Value::Money(self.balances(&overdue().collect::<Vec<_>>())),
            CustomerField::OverdueCount => whole(Some(overdue().count().try_into().unwrap())),
            CustomerField::OldestOverdue => {
                whole(Some(overdue().map(|invoice| self.days_overdue(invoice)).max().unwrap_or(0)))
            }
            CustomerField::OverCreditLimit => {
                let limit = table.credit_limit.get(row);
                let limit = limit.map(|limit| Money::new(limit, self.policy.settings.currency));
                let order = limit.and_then(|limit| self.compared(&self.balances(&open()), limit));
                order.map_or(Value::Missing, |order| Value::Flag(order == Ordering::Greater))
            }
            CustomerField::BrokenPromises => whole(Some(self.broken_promises(customer))),
            CustomerField::AverageDaysLate => whole(self.average_days_late(customer)),
            CustomerField::DaysSinceMessage => {
                let rows = self.rows().into_iter().filter(|row| row.customer == customer);
                let last = rows.filter(|row| self.is_message_sent(row)).map(|row| row.date).max();
                whole(last.map(|last| days_between(last, self.today)))
            }
        }
    }

    /// The open balances of some invoices; of none they are nothing in the policy's currency.
    fn balances(&self, invoices: &[InvoiceRow]) -> Vec<Money> {
        let nothing = Money::new(0, self.policy.settings.currency);
        let balances =
            invoices.iter().map(|invoice| Money::new(self.balance(*invoice), self.currency(*invoice)));
        if invoices.is_empty() { vec![nothing] } else { balances.collect() }
    }

    // ---- rates

    /// R4: whether one of the ranges has the sum of the parts; unknown where one cannot be told and none has it.
    fn amounts(&self, ranges: &[Amounts], parts: &[Money]) -> Truth {
        let found: Vec<Truth> = ranges.iter().map(|range| self.within(*range, parts)).collect();
        match () {
            () if found.contains(&Truth::True) => Truth::True,
            () if found.contains(&Truth::Unknown) => Truth::Unknown,
            () => Truth::False,
        }
    }

    fn within(&self, range: Amounts, parts: &[Money]) -> Truth {
        let beyond = |end: Option<End>, outwards: Ordering| {
            let Some(end) = end else { return Truth::False };
            match self.compared(parts, Money::new(end.minor, range.currency)) {
                None => Truth::Unknown,
                Some(Ordering::Equal) => (!end.included).into(),
                Some(order) => (order == outwards).into(),
            }
        };
        match (beyond(range.least, Ordering::Less), beyond(range.most, Ordering::Greater)) {
            (Truth::False, Truth::False) => Truth::True,
            (Truth::Unknown, _) | (_, Truth::Unknown) => Truth::Unknown,
            _ => Truth::False,
        }
    }

    /// R4: how a sum compares with an amount, each part taken into its currency by the one rate of the two, exactly;
    /// none where a rate is missing.
    fn compared(&self, parts: &[Money], with: Money) -> Option<Ordering> {
        let (mut above, mut below) = (0_i128, 1_i128);
        for part in parts {
            let (own, other) = self.rate(part.currency, with.currency)?;
            if part.currency != with.currency {
                self.played("R4, by a rate");
            }
            let unit = |currency: Currency| 10_i128.pow(currency.exponent());
            let (up, down) =
                lowest(i128::from(part.minor) * other * unit(with.currency), own * unit(part.currency));
            (above, below) = lowest(above * down + up * below, below * down);
        }
        Some(above.cmp(&(i128::from(with.minor) * below)))
    }

    /// How many units of one currency are how many of another; rates are not chained.
    fn rate(&self, from: Currency, to: Currency) -> Option<(i128, i128)> {
        if from == to {
            return Some((1, 1));
        }
        let sides = self
            .policy
            .settings
            .rates
            .0
            .iter()
            .flat_map(|rate| [(rate.left, rate.right), (rate.right, rate.left)]);
        let mut fitting = sides.filter(|(own, other)| own.1 == from && other.1 == to);
        fitting.next().map(|(own, other)| (i128::from(own.0), i128::from(other.0)))
    }

    /// The mean days from due date to settlement over the settled invoices, early ones counting 0, rounded.
    fn average_days_late(&self, customer: CustomerRow) -> Option<i64> {
        let settled = self.invoices_of(customer).into_iter().filter_map(|invoice| self.days_late(invoice));
        let days: Vec<i64> = settled.collect();
        let count = i64::try_from(days.len()).unwrap();
        (count > 0).then(|| (days.iter().sum::<i64>() * 2 + count) / (count * 2))
    }

    fn days_late(&self, invoice: InvoiceRow) -> Option<i64> {
        if !self.is_issued(invoice) || self.is_void(invoice) || !self.is_settled(invoice) {
            return None;
        }
        let last = self.payments(invoice).iter().map(|row| row.date).max();
        let paid = self.data.invoices.paid_date.get(invoice.index()).filter(|paid| *paid <= self.known);
        let on = last.or(paid)?;
        Some(days_between(self.due(invoice), on).max(0))
    }
}

/// A fraction in lowest terms; what is below the line is more than nothing.
fn lowest(above: i128, below: i128) -> (i128, i128) {
    let (mut a, mut b) = (above.abs(), below);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (above / a, below / a)
}

/// Whether a date lies in a season, which may run over the new year.
pub(super) fn in_season(season: &Bounds<(u32, u32)>, date: NaiveDate) -> bool {
    let day = (date.month(), date.day());
    match (season.least, season.most) {
        (Some(least), Some(most)) if least > most => day >= least || day <= most,
        _ => season.hold(day),
    }
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Missing, |text| Value::Text(text.to_owned()))
}

fn date(date: Option<NaiveDate>) -> Value {
    date.map_or(Value::Missing, Value::Date)
}

fn whole(number: Option<i64>) -> Value {
    number.map_or(Value::Missing, |number| Value::Number(number * 1_000_000))
}

fn tags_of(tags: Option<&str>) -> Value {
    Value::Tags(tags.into_iter().flat_map(|tags| tags.split(';')).map(str::to_owned).collect())
}

//! What a template is told, and the message it gives.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::addresses::Holder;
use super::day::Day;
use super::facts::{CustomerState, InvoiceState, Promised, Value};
use super::obstacle::Why;
use crate::model::field::{CustomerField, Field, InvoiceField, Subject};
use crate::money::{Currency, Money};
use crate::snapshot::Snapshot;
use crate::snapshot::texts::Text;
use crate::template::{Fact, Record, TemplateId, TemplateSet};

/// Which facts each template reads: the others need not be gathered.
#[derive(Debug, Default)]
pub(super) struct Wanted(BTreeMap<TemplateId, Needs>);

#[derive(Debug, Default)]
struct Needs {
    lists: Vec<&'static str>,
    invoice: Vec<(Cow<'static, str>, Source)>,
    customer: Vec<(Cow<'static, str>, Source)>,
}

/// Where a fact of a record comes from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Field(Field),
    Column(ReadColumn),
}

/// Reads a text column at a row.
type ReadColumn = fn(&Snapshot, usize) -> Option<Text>;

/// The facts beside the catalogue that a template may read.
const CUSTOMER_COLUMNS: [(&str, ReadColumn); 5] = [
    ("contact_name", |snapshot, row| snapshot.customers.contact_name.get(row)),
    ("mobile", |snapshot, row| snapshot.customers.mobile.get(row)),
    ("street", |snapshot, row| snapshot.customers.street.get(row)),
    ("postcode", |snapshot, row| snapshot.customers.postcode.get(row)),
    ("city", |snapshot, row| snapshot.customers.city.get(row)),
];
const INVOICE_COLUMNS: [(&str, ReadColumn); 2] = [
    ("document_url", |snapshot, row| snapshot.invoices.document_url.get(row)),
    ("payment_link", |snapshot, row| snapshot.invoices.payment_link.get(row)),
];
const LISTS: [&str; 8] = [
    "invoices",
    "also_open",
    "open_invoices",
    "total",
    "interest_to_date",
    "total_with_charges",
    "contacts",
    "promises",
];

impl Wanted {
    pub(super) fn of(templates: &TemplateSet, own: &[crate::model::field::OwnField]) -> Wanted {
        let ids = templates.names().flat_map(|name| templates.languages_of(name));
        Wanted(ids.map(|id| (id, Needs::of(templates, id, own))).collect())
    }
}

impl Needs {
    fn of(templates: &TemplateSet, id: TemplateId, own: &[crate::model::field::OwnField]) -> Needs {
        let reads = |name: &str| templates.reads(id, name);
        let own_fields = |subject| {
            let fields = own.iter().enumerate().filter(move |(_, field)| field.subject == subject);
            fields.map(|(at, field)| (Cow::Owned(field.name.clone()), Source::Field(Field::Own(at))))
        };
        let of_invoice = InvoiceField::ALL
            .iter()
            .map(|&field| (field.name().into(), Source::Field(Field::Invoice(field))));
        let of_customer = CustomerField::ALL
            .iter()
            .map(|&field| (field.name().into(), Source::Field(Field::Customer(field))));
        let columns = |columns: &[(&'static str, ReadColumn)]| {
            columns
                .iter()
                .map(|&(name, read)| (Cow::Borrowed(name), Source::Column(read)))
                .collect::<Vec<_>>()
        };
        let invoice = of_invoice.chain(columns(&INVOICE_COLUMNS)).chain(own_fields(Subject::Invoice));
        let customer = of_customer.chain(columns(&CUSTOMER_COLUMNS)).chain(own_fields(Subject::Customer));
        Needs {
            lists: LISTS.into_iter().filter(|list| reads(list)).collect(),
            invoice: invoice.filter(|(name, _)| reads(name)).collect(),
            customer: customer.filter(|(name, _)| reads(name)).collect(),
        }
    }
}

/// A message as written.
pub(super) struct Written {
    pub(super) subject: Option<String>,
    pub(super) body: String,
    pub(super) format: &'static str,
}

impl<'a> Day<'a> {
    /// Writes a template about some of a customer's invoices, the leading one first.
    ///
    /// The error is what stands in its way.
    pub(super) fn write(
        &self,
        template: TemplateId,
        customer: &CustomerState<'a>,
        invoices: &[usize],
        deadline: Option<NaiveDate>,
    ) -> Result<Written, Why<'a>> {
        let facts = self.facts(template, customer, invoices, deadline);
        match self.templates.render(template, &facts) {
            Ok(rendered) => Ok(Written {
                subject: rendered.subject,
                body: rendered.body,
                format: self.templates.body_format(template).word(),
            }),
            Err(crate::template::RenderError::Missing { name, place }) => {
                Err(Why::MissingValue(format!("`{name}` has no value, and {place} needs it")))
            }
            Err(failed @ crate::template::RenderError::Failed { .. }) => {
                Err(Why::TemplateFails(failed.to_string()))
            }
        }
    }

    fn facts(
        &self,
        template: TemplateId,
        customer: &CustomerState<'a>,
        members: &[usize],
        deadline: Option<NaiveDate>,
    ) -> Fact {
        let Some(needs) = self.wanted.0.get(&template) else { return Fact::Missing };
        let Some(lead) = members.first().map(|&at| &customer.invoices[at]) else { return Fact::Missing };
        let currency = lead.balance.currency;
        let record = |invoice: &InvoiceState<'a>| self.record(&needs.invoice, customer, invoice);
        let open = || self.all_invoices(customer).iter().filter(|invoice| invoice.is_open());
        let is_member = |row| members.iter().any(|&at| customer.invoices[at].row == row);
        let total =
            members.iter().fold(0_i64, |sum, &at| sum.saturating_add(customer.invoices[at].balance.minor));
        let mut facts = Record::new()
            .with("today", self.today)
            .with("policy", Record::new().with("name", self.program.policy.name.as_str()))
            .with("sender", self.sender_record(customer, lead))
            .with("customer", self.record(&needs.customer, customer, lead))
            .with("invoice", record(lead))
            .with("count", members.len() as i64)
            .with("deadline", deadline);
        for &list in &needs.lists {
            facts.push(
                list,
                match list {
                    "invoices" => {
                        Fact::list(members.iter().map(|&at| Fact::from(record(&customer.invoices[at]))))
                    }
                    "also_open" => Fact::list(
                        open()
                            .filter(|invoice| invoice.balance.currency == currency && !is_member(invoice.row))
                            .map(|invoice| Fact::from(record(invoice))),
                    ),
                    "open_invoices" => Fact::list(open().map(|invoice| Fact::from(record(invoice)))),
                    "total" => Fact::Money(Money::new(total, currency)),
                    "interest_to_date" => self.money(self.interest_to_date(customer, members), currency),
                    "total_with_charges" => {
                        let interest = self.interest_to_date(customer, members);
                        let charges = interest.zip(self.fees_to_date(customer, members));
                        let whole = charges
                            .map(|(interest, fees)| total.saturating_add(interest).saturating_add(fees));
                        self.money(whole, currency)
                    }
                    "contacts" => self.contacts(customer),
                    _ => self.promises(customer),
                },
            );
        }
        Fact::from(facts)
    }

    fn money(&self, minor: Option<i64>, currency: Currency) -> Fact {
        minor.map_or(Fact::Missing, |minor| Fact::Money(Money::new(minor, currency)))
    }

    fn record(
        &self,
        fields: &[(Cow<'static, str>, Source)],
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Record {
        let facts = fields.iter().map(|(name, source)| {
            let fact = match source {
                Source::Field(field) => self.fact(self.value(*field, customer, invoice)),
                Source::Column(read) => {
                    let is_customer = CUSTOMER_COLUMNS.iter().any(|(known, _)| known == name);
                    let row = if is_customer { customer.row.index() } else { invoice.row.index() };
                    Fact::from(read(self.snapshot, row).map(|text| self.snapshot.text(text)))
                }
            };
            (name.clone(), fact)
        });
        facts.collect()
    }

    fn fact(&self, value: Value) -> Fact {
        match value {
            // A letter names one amount; which one, of several, is nobody's to guess.
            Value::Missing | Value::Sum(_) => Fact::Missing,
            Value::Text(text) => Fact::from(text),
            Value::Number(millionths) => Fact::Number(millionths / 1_000_000),
            Value::Money(money) => Fact::Money(money),
            Value::Date(date) => Fact::Date(date),
            Value::Flag(flag) => Fact::Flag(flag),
            Value::Tags(tags) => Fact::list(tags.split(';').filter(|tag| !tag.is_empty()).map(Fact::from)),
        }
    }

    fn sender_record(&self, customer: &CustomerState<'a>, invoice: &InvoiceState<'a>) -> Record {
        let sender =
            self.program.policy.settings.sender.and_then(|role| self.person(role, customer, invoice));
        let (name, address) = sender.map_or((None, None), |person| (Some(person.role), Some(person.address)));
        Record::new().with("name", name).with("address", address)
    }

    /// Past contacts of the customer, the latest first.
    fn contacts(&self, customer: &CustomerState<'a>) -> Fact {
        let rows = self.snapshot.ledger_of_customer(customer.row).filter(|row| row.date <= self.today);
        let mut rows: Vec<_> = rows.filter_map(|row| Some((row, self.history.channel(row)?))).collect();
        rows.sort_by_key(|(row, _)| std::cmp::Reverse((row.date, row.at(), row.invoice)));
        Fact::list(rows.into_iter().map(|(row, channel)| {
            let note =
                row.details.as_ref().and_then(|details| details.note).map(|note| self.snapshot.text(note));
            Fact::from(
                Record::new()
                    .with("date", row.date)
                    .with("step", self.snapshot.text(row.step))
                    .with("channel", channel.word())
                    .with("outcome", row.outcome.word())
                    .with("note", note),
            )
        }))
    }

    /// All promises of the customer, the latest first.
    fn promises(&self, customer: &CustomerState<'a>) -> Fact {
        let mut promises = Vec::new();
        for invoice in self.all_invoices(customer) {
            let made = self
                .snapshot
                .promises_of(invoice.row)
                .iter()
                .filter(|promise| promise.made.holds_on(self.today));
            promises.extend(made.map(|promise| (promise, invoice)));
        }
        promises.sort_by_key(|(promise, invoice)| {
            std::cmp::Reverse((promise.made.date(), promise.due, invoice.row))
        });
        Fact::list(promises.into_iter().map(|(promise, invoice)| {
            let state = match self.judge(promise, invoice.balance.minor) {
                Promised::Kept(_) => "kept",
                Promised::Broken(_) => "broken",
                Promised::Pending(_) | Promised::No => "pending",
            };
            let amount = promise.amount.map(|minor| Money::new(minor, invoice.balance.currency));
            Fact::from(
                Record::new()
                    .with("made", promise.made.date())
                    .with("due", promise.due)
                    .with("amount", amount)
                    .with("state", state)
                    .with("invoice", self.snapshot.invoice_id(invoice.row)),
            )
        }))
    }

    /// The sender of messages.
    pub(super) fn sender(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Holder<'a>> {
        self.program.policy.settings.sender.and_then(|role| self.person(role, customer, invoice))
    }

    /// Where answers to messages go.
    pub(super) fn reply_to(
        &self,
        customer: &CustomerState<'a>,
        invoice: &InvoiceState<'a>,
    ) -> Option<Holder<'a>> {
        self.program.policy.settings.reply_to.and_then(|role| self.person(role, customer, invoice))
    }
}

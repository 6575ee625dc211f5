//! Customers: reading, duplicates, those that only an invoice names, and their columns.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::columns::CustomerColumn as C;
use super::error::LoadError;
use super::order::{Numbers, by_text, by_texts};
use super::reading::read_rows;
use super::records::{Records, Schema};
use super::short_ids::ShortIds;
use super::values::{Context, Line, place};
use crate::code::Code;
use crate::model::Terms;
use crate::model::field::{CUSTOMER_KINDS, Subject};
use crate::snapshot::problem::Problem;
use crate::snapshot::tables::{Column, CustomerRow, Customers, OwnValue, Since};
use crate::snapshot::texts::{Text, Texts};

/// The columns that are kept as text, in order.
const TEXTS: [C; 15] = [
    C::Name,
    C::ContactName,
    C::Email,
    C::Mobile,
    C::Phone,
    C::Street,
    C::Postcode,
    C::City,
    C::Country,
    C::Language,
    C::Sector,
    C::Segment,
    C::Owner,
    C::Kind,
    C::Tags,
];

/// One customer as read.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) id: Text,
    texts: [Option<Text>; TEXTS.len()],
    credit_limit: Option<i64>,
    pub(super) terms: Option<Terms>,
    /// Whether terms are given that cannot be read: no due date may be counted then.
    pub(super) terms_unclear: bool,
    since: Option<NaiveDate>,
    do_not_contact: Option<bool>,
    insolvent_since: Option<Since>,
    own: Vec<Option<OwnValue>>,
    line: u64,
}

impl Draft {
    fn bare(id: Text) -> Draft {
        Draft {
            id,
            texts: [None; TEXTS.len()],
            credit_limit: None,
            terms: None,
            terms_unclear: false,
            since: None,
            do_not_contact: None,
            insolvent_since: None,
            own: Vec::new(),
            line: 0,
        }
    }

    fn read(line: &mut Line<'_, '_>) -> Option<Draft> {
        line.customer = line.cell(C::CustomerId);
        line.require(C::CustomerId, line.customer)?;
        line.look_at_ids();
        let mut draft = Draft::bare(line.text(C::CustomerId)?);
        draft.line = line.number();
        for (at, column) in TEXTS.into_iter().enumerate() {
            draft.texts[at] = match column {
                C::Kind => {
                    let kind = line.word(column, &CUSTOMER_KINDS, |word| {
                        CUSTOMER_KINDS.into_iter().find(|k| *k == word)
                    });
                    kind.map(|kind| line.context.texts.intern(kind))
                }
                C::Tags => line.tags(column),
                C::Country | C::Language | C::Sector | C::Segment | C::Owner => line.text(column),
                // Each customer has its own.
                _ => line.cell(column).map(|text| line.context.texts.add(text)),
            };
        }
        let currency = line.context.options.currency;
        draft.credit_limit = line.amount(C::CreditLimit, currency.exponent());
        draft.terms = line.terms(C::Terms);
        draft.terms_unclear = draft.terms.is_none() && line.is_given(C::Terms);
        draft.since = line.date(C::Since);
        draft.do_not_contact = line.flag(C::DoNotContact);
        draft.insolvent_since = line.since(C::InsolventSince, None);
        for (field, value) in line.own(Subject::Customer, currency) {
            draft.own.resize(line.context.options.fields.len(), None);
            draft.own[field] = Some(value);
        }
        Some(draft)
    }

    /// By what it says, whatever the line; rows of one id are told apart by this.
    fn compare(&self, other: &Draft, texts: &Texts) -> Ordering {
        let rest = |draft: &Draft| {
            (
                draft.credit_limit,
                (draft.terms, draft.terms_unclear),
                draft.since,
                draft.do_not_contact,
                draft.insolvent_since,
            )
        };
        by_texts(texts, self.texts, other.texts)
            .then_with(|| rest(self).cmp(&rest(other)))
            .then_with(|| own_key(&self.own, texts).cmp(&own_key(&other.own, texts)))
    }
}

/// Own values as text, to compare the few rows that share an id.
fn own_key(own: &[Option<OwnValue>], texts: &Texts) -> Vec<String> {
    let key = |value: &Option<OwnValue>| match value {
        Some(OwnValue::Text(text) | OwnValue::Tags(text)) => String::from(texts.get(*text)),
        other => format!("{other:?}"),
    };
    own.iter().map(key).collect()
}

/// All customers as read.
#[derive(Debug, Default)]
pub(super) struct CustomerDrafts {
    pub(super) list: Vec<Draft>,
    by_id: Numbers,
    /// The ids without the zeros in front of them, once one is asked for.
    bare_ids: Option<FxHashMap<String, Text>>,
    schema: Option<Arc<Schema>>,
}

impl CustomerDrafts {
    /// Reads the table; of rows with one id the least by content is kept.
    pub(super) fn read(
        records: Option<Records>,
        context: &mut Context<'_>,
    ) -> Result<CustomerDrafts, LoadError> {
        let mut drafts = CustomerDrafts::default();
        if let Some(records) = records {
            let list = &mut drafts.list;
            drafts.schema = Some(read_rows(records, context, |line| list.extend(Draft::read(line)))?);
        }
        drafts.drop_duplicates(context);
        for (at, draft) in drafts.list.iter().enumerate() {
            drafts.by_id.set(draft.id, u32::try_from(at).unwrap_or(u32::MAX));
        }
        Ok(drafts)
    }

    fn drop_duplicates(&mut self, context: &mut Context<'_>) {
        let Some(schema) = &self.schema else { return };
        let mut counts = Numbers::default();
        let duplicates = self.list.iter().filter(|draft| counts.count(draft.id) == 1).count();
        if duplicates == 0 {
            return;
        }
        let texts = &context.texts;
        self.list.sort_by(|a, b| by_text(texts, a.id, b.id).then_with(|| a.compare(b, texts)));
        self.list.dedup_by(|later, first| {
            let same = later.id == first.id;
            // Told at the second row of an id only: one problem a customer.
            if same && counts.get(first.id).is_some() {
                let id = texts.get(first.id);
                let lines = counts.get(first.id).unwrap_or(2);
                counts.set(first.id, u32::MAX);
                context.problems.push(Problem {
                    customer: Some(String::from(id)),
                    invoice: None,
                    code: Code::DuplicateCustomer,
                    message: format!("customer id `{id}` stands on {lines} lines; keep one of them"),
                    place: Some(place(schema, later.line.max(first.line), Some(C::CustomerId.into()))),
                    blocks: true,
                });
            }
            same
        });
    }

    /// The customer of an id, made up bare when the table does not have it; whether that was so.
    pub(super) fn find_or_add(&mut self, id: Text) -> (usize, bool) {
        if let Some(at) = self.by_id.get(id) {
            return (at as usize, false);
        }
        self.by_id.set(id, u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Draft::bare(id));
        (self.list.len() - 1, true)
    }

    /// Of the first `known` customers one whose id differs only in zeros in front.
    pub(super) fn alike_but_for_zeros(&mut self, id: Text, known: usize, texts: &Texts) -> Option<Text> {
        let bare = |id: Text| texts.get(id).trim_start_matches('0');
        let list = &self.list;
        let bare_ids = self.bare_ids.get_or_insert_with(|| {
            let mut ids: Vec<Text> = list[..known].iter().map(|draft| draft.id).collect();
            ids.sort_unstable_by(|a, b| by_text(texts, *a, *b));
            ids.into_iter().map(|id| (String::from(bare(id)), id)).collect()
        });
        bare_ids.get(bare(id)).copied()
    }

    /// The ids, to be looked for by many invoices.
    pub(super) fn short_ids(&self, texts: &Texts) -> ShortIds {
        ShortIds::of(self.list.iter().map(|draft| draft.id), texts)
    }

    /// The customer of an id.
    pub(super) fn find(&self, id: Text) -> Option<&Draft> {
        self.by_id.get(id).map(|at| &self.list[at as usize])
    }

    /// The table in order of ids, and the row of each id.
    pub(super) fn finish(mut self, context: &Context<'_>) -> (Customers, CustomerIndex) {
        let texts = &context.texts;
        self.list.sort_unstable_by(|a, b| by_text(texts, a.id, b.id));
        let mut rows = Numbers::default();
        for (at, draft) in self.list.iter().enumerate() {
            rows.set(draft.id, u32::try_from(at).unwrap_or(u32::MAX));
        }
        let index = CustomerIndex { rows, count: self.list.len() };
        (columns(&self.list, context.options.fields.len()), index)
    }
}

/// The row of each customer.
#[derive(Debug, Default)]
pub(super) struct CustomerIndex {
    rows: Numbers,
    count: usize,
}

impl CustomerIndex {
    /// How many customers there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The row of the customer with this id.
    pub(super) fn get(&self, id: Text) -> Option<CustomerRow> {
        self.rows.get(id).map(CustomerRow)
    }

    /// The row of the customer with this id.
    pub(super) fn named(&self, texts: &Texts, id: &str) -> Option<CustomerRow> {
        self.get(texts.find(id)?)
    }
}

fn columns(list: &[Draft], own: usize) -> Customers {
    fn column<T: Copy>(list: &[Draft], of: impl Fn(&Draft) -> Option<T>) -> Column<T> {
        Column::new(list.iter().map(of).collect())
    }
    let text = |wanted: C| {
        let at = TEXTS.iter().position(|column| *column == wanted).unwrap_or_default();
        column(list, |draft| draft.texts[at])
    };
    Customers {
        id: list.iter().map(|draft| draft.id).collect(),
        name: text(C::Name),
        contact_name: text(C::ContactName),
        email: text(C::Email),
        mobile: text(C::Mobile),
        phone: text(C::Phone),
        street: text(C::Street),
        postcode: text(C::Postcode),
        city: text(C::City),
        country: text(C::Country),
        language: text(C::Language),
        kind: text(C::Kind),
        sector: text(C::Sector),
        segment: text(C::Segment),
        owner: text(C::Owner),
        tags: text(C::Tags),
        credit_limit: column(list, |draft| draft.credit_limit),
        terms: column(list, |draft| draft.terms),
        since: column(list, |draft| draft.since),
        do_not_contact: column(list, |draft| draft.do_not_contact),
        insolvent_since: column(list, |draft| draft.insolvent_since),
        own: (0..own).map(|at| column(list, |draft| draft.own.get(at).copied().flatten())).collect(),
    }
}

//! Reading one record's cells into typed values, and noting what cannot be read.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};

use super::batch::{Batch, Row};
use super::columns::Table;
use super::dates::time_of_day;
use super::hints;
use super::options::LoadOptions;
use super::progress::Gauge;
use super::records::{Schema, Unfit};
use super::terms;
use crate::code::Code;
use crate::model::Terms;
use crate::model::field::{FieldType, Subject};
use crate::money::{Currency, Money};
use crate::snapshot::problem::{Place, Problem};
use crate::snapshot::tables::{OwnValue, Since};
use crate::snapshot::texts::{Text, Texts};
use crate::suggest::one_of;

/// By file: the columns it has and those that a table uses.
pub(super) type SeenAndUsed = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

/// What all tables share while they are read.
pub(super) struct Context<'o> {
    pub(super) options: &'o LoadOptions<'o>,
    pub(super) gauge: Gauge<'o>,
    pub(super) texts: Texts,
    pub(super) problems: Vec<Problem>,
    /// Invoices of which a line could not be read: they are left out, which is not news twice.
    pub(super) left_out: BTreeSet<String>,
    /// By file: the columns it has and those that a table uses.
    pub(super) columns: SeenAndUsed,
    currencies: Vec<(Currency, u32)>,
}

impl<'o> Context<'o> {
    /// Nothing read yet.
    pub(super) fn new(options: &'o LoadOptions<'o>, gauge: Gauge<'o>) -> Context<'o> {
        Context {
            options,
            gauge,
            texts: Texts::default(),
            problems: Vec::new(),
            left_out: BTreeSet::new(),
            columns: BTreeMap::new(),
            currencies: Vec::new(),
        }
    }

    /// A currency and its decimals; looked up once for each code.
    fn currency(&mut self, text: &str) -> Option<(Currency, u32)> {
        if let Some(&known) = self.currencies.iter().find(|(currency, _)| currency.code() == text) {
            return Some(known);
        }
        let currency: Currency = text.parse().ok()?;
        let known = (currency, currency.exponent());
        self.currencies.push(known);
        Some(known)
    }
}

/// One record while it is read; problems found in it name these ids.
pub(super) struct Line<'a, 'o> {
    pub(super) context: &'a mut Context<'o>,
    pub(super) schema: &'a Schema,
    row: Row<'a>,
    /// The customer's id, once it is read.
    pub(super) customer: Option<&'a str>,
    /// The invoice's id, once it is read.
    pub(super) invoice: Option<&'a str>,
}

impl<'a, 'o> Line<'a, 'o> {
    /// A record of a table.
    pub(super) fn new(context: &'a mut Context<'o>, schema: &'a Schema, row: Row<'a>) -> Line<'a, 'o> {
        Line { context, schema, row, customer: None, invoice: None }
    }

    /// Why the line cannot be read as a record.
    pub(super) fn no_record(&self) -> Option<&'a (Code, String)> {
        self.row.broken()
    }

    /// The line by itself, to be read again.
    pub(super) fn copied(&self) -> Batch {
        self.row.copied()
    }

    /// The line on which it starts.
    pub(super) fn number(&self) -> u64 {
        self.row.line()
    }

    /// Where a column of this record stands.
    pub(super) fn place(&self, slot: Option<usize>) -> Place {
        place(self.schema, self.row.line(), slot)
    }

    /// Notes a problem of this record; it withholds the contacts of the ids known so far.
    pub(super) fn problem(&mut self, code: Code, slot: Option<usize>, message: impl Into<String>) {
        let problem = Problem {
            customer: self.customer.map(String::from),
            invoice: self.invoice.map(String::from),
            code,
            message: message.into(),
            place: Some(self.place(slot)),
            blocks: self.customer.is_some() || self.invoice.is_some(),
        };
        self.context.problems.push(problem);
    }

    /// The name of a column, as the file has it where it has it.
    fn name(&self, slot: usize) -> &'a str {
        match self.schema.layout.name(slot) {
            "" => self.schema.table.columns().get(slot).copied().unwrap_or_default(),
            name => name,
        }
    }

    pub(super) fn unreadable(&mut self, slot: impl Into<usize>, expected: &str) {
        let slot = slot.into();
        self.unreadable_as(slot, expected, None);
    }

    /// Notes a value that cannot be read, with what it looks like. A document has no mapping to say so.
    fn unreadable_as(&mut self, slot: usize, expected: &str, hint: Option<String>) {
        let hint = hint.filter(|_| !self.schema.written_out);
        let advice = hint.unwrap_or_else(|| String::from("correct it in the data"));
        let message = format!("`{}` is not {expected}; {advice}", self.name(slot));
        self.problem(Code::UnreadableValue, Some(slot), message);
    }

    fn unfit(&mut self, slot: usize, unfit: Unfit) {
        let name = self.name(slot);
        let (code, message) = match unfit {
            Unfit::NotText if self.schema.typed => (
                Code::UnreadableText,
                format!("`{name}` holds bytes that are not UTF-8 text; write them as text"),
            ),
            Unfit::NotText => (
                Code::UnreadableText,
                format!(
                    "`{name}` holds bytes that are not text in the file's encoding; set `encoding` for the file, often \
                     `windows-1252`"
                ),
            ),
            Unfit::FormulaError => (
                Code::FormulaError,
                format!(
                    "`{name}` shows the error of a spreadsheet's formula; mend the formula and export again"
                ),
            ),
        };
        self.problem(code, Some(slot), message);
    }

    /// The text of a cell, translated by the mapping; nothing when it is empty.
    #[inline]
    pub(super) fn cell(&mut self, column: impl Into<usize>) -> Option<&'a str> {
        let slot = column.into();
        if self.row.is_blank(slot) { None } else { self.filled_cell(slot) }
    }

    fn filled_cell(&mut self, slot: usize) -> Option<&'a str> {
        let cell = match self.row.cell(slot) {
            Ok(cell) => cell,
            Err(unfit) => {
                self.unfit(slot, unfit);
                return None;
            }
        };
        let schema: &'a Schema = self.schema;
        match (cell, schema.values.get(slot)) {
            (Some(text), Some(Some(words))) => Some(words.get(text).map_or(text, String::as_str)),
            _ => cell,
        }
    }

    /// Reads the ids of the record, so that its problems name them.
    pub(super) fn name_ids(&mut self) {
        let [customer, invoice] = self.schema.ids;
        let problems = self.context.problems.len();
        self.customer = customer.and_then(|slot| self.cell(slot));
        self.invoice = invoice.and_then(|slot| self.cell(slot));
        if self.context.problems.len() > problems {
            self.withhold_all_if_nobody();
        }
        self.look_at_ids();
    }

    /// Notes ids that a spreadsheet has shortened: several may have become one.
    pub(super) fn look_at_ids(&mut self) {
        let ids = [self.customer, self.invoice];
        for (id, slot) in ids.into_iter().zip(self.schema.ids) {
            if id.is_some_and(hints::is_shortened) {
                let name = slot.map_or("", |slot| self.name(slot));
                let message = format!(
                    "`{name}` looks like 1.23E+05, a number that a spreadsheet has shortened; format the column as text and \
                     export it again"
                );
                self.problem(Code::ShortenedId, slot, message);
            }
        }
    }

    /// Whether an id is there that cannot be read, which is told already.
    pub(super) fn has_illegible_ids(&self) -> bool {
        self.schema.ids.into_iter().flatten().any(|slot| self.row.cell(slot).is_err())
    }

    /// Notes that the line is no record, with the ids that can be told.
    pub(super) fn broken(&mut self, code: Code, message: String) {
        self.name_ids();
        if code == Code::UnclosedQuote && self.schema.table.speaks_against_contacts() {
            // The lines that it took in may be about anybody.
            (self.customer, self.invoice) = (None, None);
        }
        self.problem(code, None, message);
        self.withhold_all_if_nobody();
        self.leave_out();
    }

    /// A line of which the ids cannot be read may be about anybody: when it could speak against contacts, the
    /// problem noted last withholds all of them.
    fn withhold_all_if_nobody(&mut self) {
        let named = self.customer.is_some() || self.invoice.is_some();
        if named || !self.schema.table.speaks_against_contacts() {
            return;
        }
        if let Some(problem) = self.context.problems.last_mut().filter(|problem| !problem.blocks) {
            problem.blocks = true;
            problem.message.push_str("; nobody can tell whom it is about, so every contact is withheld");
        }
    }

    /// Notes that the invoice of this line is left out.
    pub(super) fn leave_out(&mut self) {
        if let (Table::Invoices, Some(invoice)) = (self.schema.table, self.invoice) {
            self.context.left_out.insert(String::from(invoice));
        }
    }

    /// A required value; where the cell is empty that is a problem.
    pub(super) fn require<T>(&mut self, column: impl Into<usize>, value: Option<T>) -> Option<T> {
        let slot = column.into();
        if value.is_none() && self.row.cell(slot) == Ok(None) {
            let total = if self.schema.ids.contains(&Some(slot)) {
                ", or remove the line if it is a total"
            } else {
                ""
            };
            let message = format!("`{}` is missing; fill it in{total}", self.name(slot));
            self.problem(Code::MissingValue, Some(slot), message);
        }
        value
    }

    /// A text.
    pub(super) fn text(&mut self, column: impl Into<usize>) -> Option<Text> {
        let cell = self.cell(column)?;
        Some(self.context.texts.intern(cell))
    }

    /// A list of tags, sorted, each once, joined with `;`.
    pub(super) fn tags(&mut self, column: impl Into<usize>) -> Option<Text> {
        let cell = self.cell(column)?;
        let mut tags: Vec<&str> = cell.split([';', ',', '|']).map(str::trim).collect();
        tags.retain(|tag| !tag.is_empty());
        tags.sort_unstable();
        tags.dedup();
        match tags.as_slice() {
            [] => None,
            [only] => Some(self.context.texts.intern(only)),
            several => Some(self.context.texts.intern(&several.join(";"))),
        }
    }

    /// One of a list of words, in any case.
    pub(super) fn word<T>(
        &mut self,
        column: impl Into<usize>,
        words: &[&str],
        named: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        let value = named(cell).or_else(|| named(&cell.to_ascii_lowercase()));
        if value.is_none() {
            self.unreadable(slot, &one_of(words.iter().copied()));
        }
        value
    }

    /// A date.
    pub(super) fn date(&mut self, column: impl Into<usize>) -> Option<NaiveDate> {
        self.moment(column).map(|(date, _)| date)
    }

    /// A date, and the time of day where the cell has one.
    pub(super) fn moment(&mut self, column: impl Into<usize>) -> Option<(NaiveDate, Option<NaiveTime>)> {
        let slot = column.into();
        if let Some(date) = self.row.date(slot) {
            return Some((date, None));
        }
        let cell = self.cell(slot)?;
        let moment = self.schema.dates.parse(cell, self.context.options.timezone);
        if moment.is_none() {
            let expected = format!("{} between 1900 and 2200", self.schema.dates.describe());
            self.unreadable_as(slot, &expected, hints::date(cell, self.schema.table.name()));
        }
        moment
    }

    /// A time of day.
    pub(super) fn time(&mut self, column: impl Into<usize>) -> Option<NaiveTime> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        let time = time_of_day(cell, self.context.options.timezone);
        if time.is_none() {
            self.unreadable(slot, "a time like 14:30");
        }
        time
    }

    /// Since when something holds: a date, yes or no; other texts as `otherwise` says.
    pub(super) fn since(&mut self, column: impl Into<usize>, otherwise: Option<Since>) -> Option<Since> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        if let Some(flag) = flag(cell) {
            return flag.then_some(Since::Always);
        }
        let date = self.schema.dates.parse(cell, self.context.options.timezone);
        let since = date.map(|(date, _)| Since::Date(date)).or(otherwise);
        if since.is_none() {
            let expected = format!("yes, no or {}", self.schema.dates.describe());
            self.unreadable_as(slot, &expected, hints::date(cell, self.schema.table.name()));
        }
        since
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, column: impl Into<usize>) -> Option<bool> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        let value = flag(cell);
        if value.is_none() {
            self.unreadable(slot, "yes or no");
        }
        value
    }

    /// A number of days, such as `30` or `30 days`.
    pub(super) fn days(&mut self, column: impl Into<usize>) -> Option<u32> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        let number = ["days", "day"].iter().find_map(|unit| cell.strip_suffix(unit)).unwrap_or(cell);
        let days = number.trim_end().parse().ok().filter(|days| *days <= 3650);
        if days.is_none() {
            self.unreadable(slot, "a number of days up to 3650");
        }
        days
    }

    /// Terms of payment, such as `30 days` or `30 days end of month`.
    pub(super) fn terms(&mut self, column: impl Into<usize>) -> Option<Terms> {
        let slot = column.into();
        let cell = self.cell(slot)?;
        let read = terms::read(cell);
        if read.is_none() {
            let written = "`values: { terms: { \"Due on receipt\": 0 } }`";
            let hint = format!(
                "say how many days from the issue date, and with `end of month` if they go on to its end; words of your \
                 system are translated with such as {written} under `customers:` in snapshot.yaml"
            );
            self.unreadable_as(slot, "terms such as `30 days` or `30 days end of month`", Some(hint));
        }
        read
    }

    /// Whether a cell holds anything, readable or not.
    pub(super) fn is_given(&self, column: impl Into<usize>) -> bool {
        self.row.cell(column.into()) != Ok(None)
    }

    /// An amount, in minor units of a currency with this many decimals.
    pub(super) fn amount(&mut self, column: impl Into<usize>, exponent: u32) -> Option<i64> {
        let slot = column.into();
        match self.row.number(slot) {
            None => {
                let cell = self.cell(slot)?;
                let plain = plain_amount(cell, self.schema.numbers.decimal, exponent);
                plain.or_else(|| self.amount_of(slot, cell, exponent))
            }
            Some(number) => number.with_decimals(exponent).or_else(|| {
                let spelled = number.spelled(self.schema.numbers.decimal);
                self.amount_of(slot, &spelled, exponent)
            }),
        }
    }

    fn amount_of(&mut self, slot: usize, cell: &str, exponent: u32) -> Option<i64> {
        match self.schema.numbers.parse(cell, exponent) {
            Ok(minor) => Some(minor),
            Err(why) => {
                let hint = hints::amount(cell, self.schema.numbers, exponent, self.schema.table.name());
                self.unreadable_as(slot, &format!("an amount: {why}"), hint);
                None
            }
        }
    }

    /// A currency and its decimals; the policy's where the cell is empty.
    pub(super) fn currency(&mut self, column: impl Into<usize>) -> Option<(Currency, u32)> {
        let slot = column.into();
        let Some(cell) = self.cell(slot) else {
            let readable = self.row.cell(slot).is_ok();
            let default = self.context.options.currency;
            return self.context.currency(default.code()).filter(|_| readable);
        };
        let currency = self.context.currency(cell);
        if currency.is_none() {
            self.unreadable(slot, "the code of a currency, such as EUR");
        }
        currency
    }

    /// The values of the policy's own fields, each with the field's index; those that are missing are left out.
    pub(super) fn own(&mut self, subject: Subject, currency: Currency) -> Vec<(usize, OwnValue)> {
        let first = self.schema.table.columns().len();
        let fields = self.context.options.fields.iter().enumerate();
        let fields = fields.filter(|(_, field)| field.subject == subject);
        fields
            .filter_map(|(at, field)| Some((at, self.own_value(first + at, &field.kind, currency)?)))
            .collect()
    }

    fn own_value(&mut self, slot: usize, kind: &FieldType, currency: Currency) -> Option<OwnValue> {
        match kind {
            FieldType::Text => self.text(slot).map(OwnValue::Text),
            FieldType::OneOf(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let found = self.word(slot, &words, |cell| {
                    words.iter().find(|word| word.eq_ignore_ascii_case(cell)).copied()
                })?;
                Some(OwnValue::Text(self.context.texts.intern(found)))
            }
            FieldType::Number => self.amount(slot, 6).map(OwnValue::Number),
            FieldType::Days => self.days(slot).map(|days| OwnValue::Number(i64::from(days) * 1_000_000)),
            FieldType::Money => {
                let minor = self.amount(slot, currency.exponent())?;
                Some(OwnValue::Money(Money::new(minor, currency)))
            }
            FieldType::Date => self.date(slot).map(OwnValue::Date),
            FieldType::Flag => self.flag(slot).map(OwnValue::Flag),
            FieldType::Tags => self.tags(slot).map(OwnValue::Tags),
        }
    }
}

/// More digits may not fit.
const DIGITS: usize = 15;

/// Reads an amount as nearly all are written: digits, and perhaps a sign and a few decimals. Others are read with care.
fn plain_amount(text: &str, decimal: char, exponent: u32) -> Option<i64> {
    let (sign, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (-1, digits),
        digits => (1, digits),
    };
    let mut units: i64 = 0;
    let mut decimals = None;
    for (at, &byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => units = units * 10 + i64::from(byte - b'0'),
            point if char::from(point) == decimal && at > 0 && decimals.is_none() => {
                decimals = Some(digits.len() - at - 1);
            }
            _ => return None,
        }
        if at >= DIGITS {
            return None;
        }
    }
    let missing = exponent.checked_sub(u32::try_from(decimals.unwrap_or(0)).ok()?)?;
    let scale = 10_i64.checked_pow(missing).filter(|_| !digits.is_empty())?;
    units.checked_mul(scale).map(|minor| sign * minor)
}

/// Where a column of a record stands.
pub(super) fn place(schema: &Schema, line: u64, slot: Option<usize>) -> Place {
    let column = slot.map(|slot| schema.layout.name(slot)).filter(|name| !name.is_empty());
    Place { file: schema.file.clone(), line: Some(line), column: column.map(String::from) }
}

/// Yes or no, in the usual spellings.
fn flag(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["yes", "true", "1", "y"]) {
        Some(true)
    } else if is(["no", "false", "0", "n"]) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::NumberFormat;

    proptest! {
        #[test]
        fn plain_amounts_are_read_like_others(
            text in "-?[0-9]{0,16}[.,]?[0-9]{0,7}",
            decimal in prop::sample::select(vec!['.', ',']),
            exponent in 0_u32..7,
        ) {
            if let Some(minor) = plain_amount(&text, decimal, exponent) {
                prop_assert_eq!(NumberFormat { decimal }.parse(&text, exponent), Ok(minor));
            }
        }
    }
}

//! R14: the ladders of a customer, one for each currency, during an episode.

use std::cmp::Reverse;

use chrono::NaiveDate;
use dun::calendar::add_days;
use dun::model::LadderId;
use dun::money::Currency;
use dun::snapshot::ledger::LedgerRow;
use dun::snapshot::tables::{CustomerRow, InvoiceRow};

use super::World;
use super::ledger::{Named, moment_of};
use super::report::Blocker;

/// What a ladder is climbed on: an invoice, or what a customer owes in a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ground {
    /// The invoice; of a customer's ladder the one that it is anchored on.
    pub(super) invoice: InvoiceRow,
    /// The invoices whose restrictions, problems and unknown outcomes count.
    pub(super) seen: Vec<InvoiceRow>,
    pub(super) account: Option<Account>,
}

/// A customer's debts in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) customer: CustomerRow,
    pub(super) currency: Currency,
    /// The first day of the episode, if one goes on.
    pub(super) episode: Option<NaiveDate>,
    /// Whether it is one invoice that is kept out, shown as if it climbed alone.
    pub(super) held: bool,
}

/// A mark on a customer as a whole, as one row of the ledger sets it.
#[derive(Debug, Clone)]
pub(super) struct AccountMark {
    pub(super) name: String,
    /// The role that it was escalated to.
    pub(super) role: Option<String>,
    pub(super) since: NaiveDate,
    /// What its row names.
    pub(super) invoice: Option<InvoiceRow>,
    pub(super) currency: Option<Currency>,
    /// The currencies of episodes that it was set in and that go on.
    pub(super) standing: Vec<Currency>,
}

impl Ground {
    /// An invoice by itself.
    pub(super) fn of(invoice: InvoiceRow) -> Ground {
        Ground { invoice, seen: vec![invoice], account: None }
    }
}

impl<'a> World<'a> {
    // ---- episodes

    /// R14: the first day of the unbroken run of days up to today on which something of the currency was overdue.
    pub(super) fn episode(&self, customer: CustomerRow, currency: Currency) -> Option<NaiveDate> {
        let of_currency = self.invoices_of(customer).into_iter();
        let invoices: Vec<InvoiceRow> =
            of_currency.filter(|invoice| self.currency(*invoice) == currency).collect();
        let mut day = self.today;
        let mut first = None;
        while invoices.iter().any(|invoice| self.was_overdue(*invoice, day)) {
            first = Some(day);
            day = add_days(day, -1);
        }
        first
    }

    /// R14: whether an invoice was overdue on a day, by its dated payments; of one settled without a date nobody knows.
    fn was_overdue(&self, invoice: InvoiceRow, day: NaiveDate) -> bool {
        let issued = self.is_issued(invoice) && self.issued_on(invoice).is_none_or(|issued| issued <= day);
        if !issued || self.is_void(invoice) || day <= self.due(invoice) {
            return false;
        }
        if !self.own_rows(invoice).is_empty() {
            let paid = self.payments(invoice).into_iter().filter(|row| row.date <= day);
            let left = self.amount(invoice) - paid.map(|row| row.money.minor).sum::<i64>();
            return !self.is_little(invoice, left);
        }
        match self.data.invoices.paid_date.get(invoice.index()).filter(|paid| *paid <= self.known) {
            Some(paid) => day < paid,
            None => !self.is_settled(invoice),
        }
    }

    // ---- grounds

    /// R14: the ladders of a customer that its open invoices use, each with what it is climbed on; and each invoice
    /// that is kept out by itself.
    pub(super) fn accounts(&self, customer: CustomerRow) -> Vec<(LadderId, Ground)> {
        let ladders = (0..self.policy.ladders.len()).map(LadderId);
        let mut found = Vec::new();
        for id in ladders.filter(|id| self.policy.ladders[id.0].per_customer) {
            let uses = |invoice: &InvoiceRow| {
                self.segment(*invoice).is_some_and(|segment| segment.ladders.contains(&id))
            };
            let using: Vec<InvoiceRow> = self.open_invoices(customer).into_iter().filter(uses).collect();
            let mut currencies: Vec<Currency> = using.iter().map(|invoice| self.currency(*invoice)).collect();
            currencies.sort();
            currencies.dedup();
            for currency in currencies {
                let own = using.iter().copied().filter(|invoice| self.currency(*invoice) == currency);
                let grounds = self.grounds(customer, currency, own.collect());
                found.extend(grounds.into_iter().map(|ground| (id, ground)));
            }
        }
        found
    }

    /// R14: all invoices that nothing holds together, anchored on the one due first; the others alone.
    fn grounds(&self, customer: CustomerRow, currency: Currency, all: Vec<InvoiceRow>) -> Vec<Ground> {
        let (held, mut seen): (Vec<InvoiceRow>, Vec<InvoiceRow>) =
            all.into_iter().partition(|invoice| self.is_kept_out(*invoice));
        seen.sort_by_key(|invoice| {
            (self.due(*invoice), Reverse(self.balance(*invoice)), self.id(*invoice).to_owned())
        });
        let episode = self.episode(customer, currency);
        let account = |held| Some(Account { customer, currency, episode, held });
        let together =
            seen.first().map(|first| Ground { invoice: *first, seen: seen.clone(), account: account(false) });
        let alone = held.into_iter().map(|invoice| Ground { account: account(true), ..Ground::of(invoice) });
        together.into_iter().chain(alone).collect()
    }

    /// R14: what is on hold, in other hands, or outside of the pilot is not seen.
    fn is_kept_out(&self, invoice: InvoiceRow) -> bool {
        self.outside_pilot(invoice).is_some()
            || self.is_handed_over(invoice)
            || !self.holds_on(invoice).is_empty()
    }

    /// The invoices that a step is about: of a customer's ladder those that are overdue.
    pub(super) fn about(&self, ground: &Ground) -> Vec<InvoiceRow> {
        let mut about = ground.seen.clone();
        if ground.account.is_some() {
            about.retain(|invoice| self.days_overdue(*invoice) > 0);
        }
        about
    }

    /// The ledger rows that count: the invoice's, or those of the episode.
    pub(super) fn rows_on(&self, ground: &Ground) -> Vec<&'a LedgerRow> {
        let rows = self.rows().into_iter();
        match ground.account {
            None => rows.filter(|row| row.invoice == Some(ground.invoice)).collect(),
            Some(account) => {
                let own = rows.filter(|row| row.customer == account.customer);
                let counts = |row: &&LedgerRow| {
                    account.episode.is_some_and(|first| row.date >= first)
                        && self.currency_of(row).is_none_or(|currency| currency == account.currency)
                };
                own.filter(counts).collect()
            }
        }
    }

    /// The currency that a row is about: its own, else that of its invoice; none is all of them.
    pub(super) fn currency_of(&self, row: &LedgerRow) -> Option<Currency> {
        let own = row.details.as_ref().and_then(|details| details.currency);
        own.or(row.invoice.map(|invoice| self.currency(invoice)))
    }

    /// R16: what holds a step back: of a customer's ladder only what is kept out of it.
    pub(super) fn holds_of(&self, ground: &Ground) -> Vec<Blocker> {
        match ground.account {
            None => self.holds_on(ground.invoice),
            Some(account) if account.held => {
                let in_other_hands = self.is_handed_over(ground.invoice);
                let blocker = in_other_hands.then(|| self.blocker("handed_over", None, None));
                self.holds_on(ground.invoice).into_iter().chain(blocker).collect()
            }
            Some(_) => Vec::new(),
        }
    }

    // ---- marks

    fn has_accounts(&self) -> bool {
        self.policy.ladders.iter().any(|ladder| ladder.per_customer)
    }

    /// Whether a row is about the customer as a whole: it names no invoice, or a step of a customer's ladder. Where
    /// ladders of invoices have that step as well, only rows that name a currency are.
    pub(super) fn is_of_account(&self, row: &LedgerRow) -> bool {
        if !self.has_accounts() {
            return row.invoice.is_none();
        }
        let Some((key, _)) = self.known_step(self.name_of(row)) else { return row.invoice.is_none() };
        let stands_in = |per_customer: bool| {
            let ladders =
                self.policy.ladders.iter().filter(move |ladder| ladder.per_customer == per_customer);
            let mut steps = ladders.flat_map(|ladder| &ladder.rungs).flat_map(|rung| &rung.steps);
            steps.any(|step| step.key == key)
        };
        row.invoice.is_none() || stands_in(true) && (!stands_in(false) || names_currency(row))
    }

    /// R24: the flags and escalations of a customer as a whole that are set and not cleared.
    pub(super) fn account_marks(&self, customer: CustomerRow) -> Vec<AccountMark> {
        let rows: Vec<&LedgerRow> = self.standing_rows(customer);
        let marks = rows.into_iter().filter_map(|row| {
            let Named::Flag { name, role } = self.named(row) else { return None };
            let (since, invoice, currency) = (row.date, row.invoice, self.currency_of(row));
            let standing = self.going_on(customer, row);
            Some(AccountMark { name, role, since, invoice, currency, standing })
        });
        marks.filter(|mark| !self.is_cleared(customer, mark)).collect()
    }

    /// The rows of a customer as a whole that carried their step out and that no later one takes back, the oldest first.
    fn standing_rows(&self, customer: CustomerRow) -> Vec<&'a LedgerRow> {
        if !self.has_accounts() && self.data.customer_ledger.is_empty() {
            return Vec::new();
        }
        let mut rows = self.rows_of_customer(customer);
        rows.retain(|row| self.is_of_account(row));
        rows.sort_by_key(|row| (moment_of(row), self.name_of(row)));
        let same = |row: &LedgerRow| -> Vec<&LedgerRow> {
            let alike = rows.iter().copied();
            alike
                .filter(|other| other.step == row.step && self.currency_of(other) == self.currency_of(row))
                .collect()
        };
        let carried = rows.iter().filter(|row| row.outcome.carries_out());
        carried.filter(|row| self.last_carried(&same(row)).is_some()).copied().collect()
    }

    /// The currencies whose episode a row falls into, if that goes on.
    fn going_on(&self, customer: CustomerRow, row: &LedgerRow) -> Vec<Currency> {
        let mut currencies: Vec<Currency> =
            self.invoices_of(customer).into_iter().map(|invoice| self.currency(invoice)).collect();
        currencies.sort();
        currencies.dedup();
        let own = self.currency_of(row);
        currencies.retain(|currency| {
            own.is_none_or(|own| own == *currency)
                && self.episode(customer, *currency).is_some_and(|first| first <= row.date)
        });
        currencies
    }

    /// Whether a row on the customer, or on the invoice that the mark's row names, cleared it.
    fn is_cleared(&self, customer: CustomerRow, mark: &AccountMark) -> bool {
        let name = format!("clear {}", mark.name);
        let of_subject = |subject: Option<InvoiceRow>| {
            let rows = self.rows_of_customer(customer).into_iter();
            let clearing: Vec<&LedgerRow> =
                rows.filter(|row| row.invoice == subject && self.name_of(row) == name).collect();
            self.last_carried(&clearing).is_some_and(|(on, _)| on >= mark.since)
        };
        of_subject(None) || mark.invoice.is_some() && of_subject(mark.invoice)
    }

    /// Those of an invoice's currency.
    pub(super) fn account_marks_on(&self, invoice: InvoiceRow) -> Vec<AccountMark> {
        let mut marks = self.account_marks(self.customer_of(invoice));
        marks.retain(|mark| mark.standing.contains(&self.currency(invoice)));
        marks
    }

    /// R14: the rows of the customer as a whole that stand and fall into an episode of the invoice's currency.
    pub(super) fn account_rows(&self, invoice: InvoiceRow) -> Vec<&'a LedgerRow> {
        let customer = self.customer_of(invoice);
        let mut rows = self.standing_rows(customer);
        rows.retain(|row| self.going_on(customer, row).contains(&self.currency(invoice)));
        rows
    }
}

fn names_currency(row: &LedgerRow) -> bool {
    row.details.as_ref().is_some_and(|details| details.currency.is_some())
}

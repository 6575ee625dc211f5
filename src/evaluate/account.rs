//! The ladder that a customer climbs as a whole, once for each currency (R14).

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::candidate::{Bench, Candidate, Together};
use super::customer::Site;
use super::day::Day;
use super::facts::CustomerState;
use super::ladder::{Climber, Present, earlier};
use super::restrictions::{Scope, free_again};
use crate::calendar::add_days;
use crate::model::LadderId;
use crate::money::Currency;
use crate::snapshot::ledger::LedgerRow;

/// A ladder per customer, for one currency.
pub(super) struct Account<'s, 'a> {
    day: &'s Day<'a>,
    customer: &'s CustomerState<'a>,
    sites: &'s [Site<'a>],
    id: LadderId,
    /// The first day of the episode; none while nothing is overdue.
    episode: Option<NaiveDate>,
    /// The ledger rows of the episode.
    rows: Vec<LedgerRow>,
    present: Vec<Present>,
    /// The sites that the ladder sees, the one it is anchored on first.
    seen: Vec<usize>,
    /// The sites that something keeps out of it, each with what holds it.
    held: Vec<(usize, Scope<'a>)>,
    /// What restricts any invoice that the ladder sees.
    scope: Scope<'a>,
}

impl<'a> Day<'a> {
    /// The ladders per customer that the segments of a customer's open invoices use, with their currencies.
    pub(super) fn accounts<'s>(
        &'s self,
        customer: &'s CustomerState<'a>,
        sites: &'s [Site<'a>],
    ) -> Vec<Account<'s, 'a>> {
        let ladders = self.program.customer_ladders.iter();
        let accounts = ladders.flat_map(|&id| {
            let climbing = sites.iter().filter(move |site| self.uses(site, id));
            let currencies: BTreeSet<Currency> =
                climbing.map(|site| customer.invoices[site.at].balance.currency).collect();
            currencies.into_iter().map(move |currency| Account::new(self, customer, sites, id, currency))
        });
        accounts.collect()
    }

    fn uses(&self, site: &Site, id: LadderId) -> bool {
        self.program.ladders_of(site.placed.segment).contains(&id)
    }
}

impl<'s, 'a> Account<'s, 'a> {
    fn new(
        day: &'s Day<'a>,
        customer: &'s CustomerState<'a>,
        sites: &'s [Site<'a>],
        id: LadderId,
        currency: Currency,
    ) -> Account<'s, 'a> {
        let invoice = |site: &usize| &customer.invoices[sites[*site].at];
        let own = (0..sites.len())
            .filter(|site| day.uses(&sites[*site], id) && invoice(site).balance.currency == currency);
        let (mut held, mut seen) = (Vec::new(), Vec::new());
        for site in own {
            match sites[site].scope.kept_out() {
                Some(scope) => held.push((site, scope)),
                None => seen.push(site),
            }
        }
        seen.sort_by_key(|site| {
            let invoice = invoice(site);
            (invoice.due, Reverse(invoice.balance.minor), day.snapshot.invoice_id(invoice.row))
        });
        let episode = day.episode(customer.row, currency);
        let rows = episode.map_or(Vec::new(), |since| day.rows_of_episode(customer.row, currency, since));
        let scope = Scope::joined(seen.iter().map(|&site| &sites[site].scope));
        let segments: BTreeSet<_> = sites.iter().map(|site| site.placed.segment).collect();
        let present = segments.into_iter().flat_map(|segment| day.present_keys(segment)).copied().collect();
        Account { day, customer, sites, id, episode, rows, present, seen, held, scope }
    }

    /// Whether the ladder is the one of an invoice.
    pub(super) fn concerns(&self, id: LadderId, at: usize) -> bool {
        let held = self.held.iter().map(|(site, _)| site);
        self.id == id && self.seen.iter().chain(held).any(|&site| self.sites[site].at == at)
    }

    /// The ladder as an invoice meets it: with all that it sees, or, for one that is kept out, alone.
    pub(super) fn climber(&self, at: usize) -> Climber<'_, 'a> {
        let alone = self.held.iter().find(|(site, _)| self.sites[*site].at == at);
        let anchor = alone.map(|(site, _)| site).or(self.seen.first());
        let invoice = &self.customer.invoices[anchor.map_or(at, |&site| self.sites[site].at)];
        let calendar = self.day.calendar(self.customer, invoice);
        let scope = alone.map_or(&self.scope, |(_, scope)| scope);
        Climber {
            day: self.day,
            id: self.id,
            customer: self.customer,
            invoice,
            rows: &self.rows,
            calendar,
            rolling: self.day.rolling(Some(self.id), calendar),
            scope,
            free_from: free_again(&scope.holds, self.tomorrow()),
            present: &self.present,
        }
    }

    fn tomorrow(&self) -> NaiveDate {
        add_days(self.day.today, 1)
    }

    /// Adds the steps that are due; tells for each of its sites when the ladder could go on otherwise.
    pub(super) fn climb(&self, candidates: &mut Vec<Candidate<'a>>) -> Vec<(usize, Option<NaiveDate>)> {
        let before = candidates.len();
        let own = self.climb_of(self.seen.first(), &self.seen, candidates);
        let told: BTreeSet<usize> =
            candidates[before..].iter().flat_map(|candidate| candidate.about().iter().copied()).collect();
        let joining = self.joining(candidates);
        // An invoice that it asks nothing about today may be in its steps tomorrow.
        let again = |site: usize| {
            let is_told = told.is_empty() || told.contains(&self.sites[site].at);
            (!is_told).then(|| self.tomorrow())
        };
        let soonest = |site: usize| [own, joining, again(site)].into_iter().fold(None, earlier);
        let seen = self.seen.iter().map(|&site| (site, soonest(site)));
        let held = self.held.iter().map(|(site, scope)| {
            let free = free_again(&scope.holds, self.tomorrow()).or(self.freed_by_time(scope));
            (*site, free.and_then(|free| soonest(*site).map(|soonest| soonest.max(free))))
        });
        seen.chain(held).map(|(site, next)| (site, next.map(|next| next.max(self.first_day(site))))).collect()
    }

    /// Adds what is due for the invoices that are kept out, each alone; the first day on which one of them, or one
    /// of another segment, can join the ladder by itself, or its anchor can leave it, and bring it forward.
    fn joining(&self, candidates: &mut Vec<Candidate<'a>>) -> Option<NaiveDate> {
        let moves = self.sites.iter().any(|site| site.placed.may_move) || self.may_be_anchored_anew();
        let moves = moves.then(|| self.tomorrow());
        self.held.iter().fold(moves, |soonest, (site, scope)| {
            let before = candidates.len();
            let alone = self.climb_of(Some(site), std::slice::from_ref(site), candidates);
            let is_due = candidates.len() > before;
            let freed = free_again(&scope.holds, self.tomorrow()).filter(|_| is_due);
            [soonest, alone, freed, self.freed_by_time(scope)].into_iter().fold(None, earlier)
        })
    }

    /// Whether time alone may hold the invoice it is anchored on, so that others go on without that one.
    fn may_be_anchored_anew(&self) -> bool {
        let [anchor, _, ..] = self.seen.as_slice() else { return false };
        self.day.may_be_held(self.customer, &self.customer.invoices[self.sites[*anchor].at])
    }

    /// The first day on which an invoice is overdue and can be in the ladder's steps.
    fn first_day(&self, site: usize) -> NaiveDate {
        add_days(self.customer.invoices[self.sites[site].at].due, 1)
    }

    /// Tomorrow, when time alone may end what keeps a site out though nobody can tell the day.
    fn freed_by_time(&self, scope: &Scope) -> Option<NaiveDate> {
        let known = free_again(&scope.holds, self.tomorrow()).is_some();
        (!known && scope.changes_with_time(self.day)).then(|| self.tomorrow())
    }

    /// The steps due for some sites together, about those of them that are overdue.
    fn climb_of(
        &self,
        anchor: Option<&usize>,
        sites: &[usize],
        candidates: &mut Vec<Candidate<'a>>,
    ) -> Option<NaiveDate> {
        let anchor = &self.sites[*anchor?];
        let climber = self.climber(anchor.at);
        let climb = climber.climb();
        let about = self.overdue(sites);
        let Some(episode) = self.episode.filter(|_| !about.is_empty()) else {
            // What is left of a rung that was started on another invoice waits until this one is overdue.
            let left = sites.first().filter(|_| !climb.due.is_empty()).map(|&site| self.first_day(site));
            return earlier(climb.next, left);
        };
        let bench = Bench {
            day: self.day,
            customer: self.customer,
            at: anchor.at,
            scope: climber.scope,
            calendar: climber.calendar,
            segment: anchor.placed.segment,
            together: Some(Together {
                seen: sites.iter().map(|&site| self.sites[site].at).collect(),
                about,
                rows: &self.rows,
                episode,
            }),
        };
        let judged = bench.of_ladder(climb.due, candidates);
        candidates.extend(judged);
        climb.next
    }

    /// The invoices of some sites that are overdue, the most overdue first.
    fn overdue(&self, sites: &[usize]) -> Vec<usize> {
        let invoices = sites.iter().map(|&site| self.sites[site].at);
        invoices.filter(|&at| self.customer.invoices[at].days_overdue > 0).collect()
    }
}

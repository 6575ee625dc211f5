//! Charges that can reach a consumer. It works on the tree, so that it is told beside what else is wrong with them.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::{Checker, conditions};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{CustomerField, Field};
use crate::model::{Condition, Predicate, Rates, Test};
use crate::region::{Region, Space};
use crate::span::Span;
use crate::syntax::ast::{
    self, ActKind, Block, Clause, Modifier, Never, Restriction, RulesBlock, RulesHeader, SegmentCatches, Step,
};

/// Amounts are not looked at here, so neither are rates.
static NO_RATES: Rates = Rates(Vec::new());

/// What keeps charges from consumers, as one clause.
const CURE: &str = "unless customer.kind is \"consumer\"";

/// One finding for each charge that some consumer would get.
pub(super) fn charges(c: &Checker) -> Vec<Diagnostic> {
    if !c.input.ast.blocks.iter().any(has_charge) {
        return Vec::new();
    }
    let currency = c.input.ast.blocks.iter().find_map(currency).unwrap_or(crate::money::Currency::EUR);
    let mut charges = Charges {
        c,
        space: Space { fields: &c.names.fields, currency, rates: &NO_RATES },
        segments: Vec::new(),
    };
    charges.segments = charges.segments();
    let blocks = charges.blocks().filter(|block| !stops(block, true));
    if charges.blocks().any(|block| block.header == RulesHeader::Everywhere && stops(block, true)) {
        return Vec::new();
    }
    blocks.flat_map(|block| charges.block(block)).collect()
}

/// The charges of a tree and the segments that they meet.
struct Charges<'a> {
    c: &'a Checker<'a>,
    space: Space<'a>,
    /// Each segment, and what it catches that earlier ones do not.
    segments: Vec<(&'a RulesBlock, Option<Region>)>,
}

impl<'a> Charges<'a> {
    fn blocks(&self) -> impl Iterator<Item = &'a RulesBlock> + use<'a> {
        self.c.input.ast.blocks.iter().filter_map(|block| match block {
            Block::Rules(rules) => Some(rules),
            _ => None,
        })
    }

    fn segments(&self) -> Vec<(&'a RulesBlock, Option<Region>)> {
        let mut left = Some(Region::everything());
        let mut segments = Vec::new();
        for block in self.blocks() {
            let RulesHeader::Segment { name, catches } = &block.header else { continue };
            let region = match catches {
                SegmentCatches::When(condition) => self.holds(condition),
                SegmentCatches::Otherwise(_) => Some(Region::everything()),
                SegmentCatches::Recorded => self.space.holds(&word(CustomerField::Segment, &name.text)),
            };
            let both = left.as_ref().zip(region.as_ref());
            segments.push((block, both.and_then(|(left, region)| self.space.and(left, region))));
            left = both.and_then(|(left, region)| self.space.minus(left, region));
        }
        segments
    }

    /// A written condition, checked in silence: what is wrong with it has been reported.
    fn checked(&self, condition: &ast::Condition) -> Option<Condition> {
        let mut scratch = Checker {
            input: self.c.input,
            found: Vec::new(),
            rules: Vec::new(),
            names: Rc::clone(&self.c.names),
            keys: BTreeMap::new(),
            formerly: Vec::new(),
        };
        conditions::condition(&mut scratch, condition)
    }

    fn holds(&self, condition: &ast::Condition) -> Option<Region> {
        self.space.holds(&self.checked(condition)?)
    }

    fn block(&self, block: &'a RulesBlock) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for clause in &block.clauses {
            let Clause::Step(step) = &clause.node else { continue };
            let Some(act) =
                step.actions.iter().flat_map(|action| &action.alternatives).find(|act| is_charge(&act.kind))
            else {
                continue;
            };
            let contexts = self.contexts(block);
            let through =
                contexts.into_iter().find(|(_, invoices)| self.reaches_consumer(invoices, step, block));
            if let Some((header, _)) = through {
                found.push(self.finding(
                    act.span,
                    clause.span,
                    header.filter(|header| *header != block.span),
                ));
            }
        }
        found
    }

    fn finding(&self, charge: Span, line: Span, through: Option<Span>) -> Diagnostic {
        let message = "a consumer can be charged with this";
        let mut found = Diagnostic::warning(Code::ChargeToConsumer, charge, message)
            .help("fees and interest between businesses are seldom owed by consumers; leave them out, or name the customers who owe them");
        if let Some(segment) = through {
            found = found.label(segment, "through this segment");
        }
        let text = self.c.input.sources.text(line);
        if text.contains('\n') { found } else { found.fix(line, format!("{}, {CURE}", text.trim_end())) }
    }

    /// The invoices that come to a block, with the segment that brings them.
    fn contexts(&self, block: &'a RulesBlock) -> Vec<(Option<Span>, Region)> {
        let of =
            |(segment, region): &(&RulesBlock, Option<Region>)| Some((Some(segment.span), region.clone()?));
        match &block.header {
            RulesHeader::CarveOut { when, .. } => {
                self.holds(when).map(|region| (None, region)).into_iter().collect()
            }
            RulesHeader::Cadence { name, .. } => {
                let users = self
                    .segments
                    .iter()
                    .filter(|(segment, _)| uses(segment, &name.text) && !stops(segment, true));
                users.filter_map(of).collect()
            }
            _ => self
                .segments
                .iter()
                .filter(|(segment, _)| segment.span == block.span)
                .filter_map(of)
                .collect(),
        }
    }

    /// Whether a line surely acts for some consumer among these invoices.
    fn reaches_consumer(&self, invoices: &Region, step: &Step, block: &RulesBlock) -> bool {
        let is_ladder = !matches!(block.header, RulesHeader::CarveOut { .. });
        let left = || {
            let consumer = self.space.holds(&word(CustomerField::Kind, "consumer"))?;
            let mut left = self.space.and(invoices, &consumer)?;
            for modifier in &step.modifiers {
                left = match &modifier.node {
                    Modifier::If(condition) => self.space.and(&left, &self.holds(condition)?)?,
                    Modifier::Unless(condition) => {
                        self.space.and(&left, &self.space.fails(&self.checked(condition)?)?)?
                    }
                    _ => left,
                };
            }
            for other in self.blocks().filter(|other| stops(other, is_ladder)) {
                if let RulesHeader::CarveOut { when, .. } = &other.header {
                    left = self.space.and(&left, &self.space.fails(&self.checked(when)?)?)?;
                }
            }
            Some(!left.is_empty())
        };
        left().unwrap_or(false)
    }
}

fn word(field: CustomerField, word: &str) -> Condition {
    Condition::Test(Test { field: Field::Customer(field), predicate: Predicate::Text(vec![word.to_owned()]) })
}

fn currency(block: &Block) -> Option<crate::money::Currency> {
    let Block::Policy(policy) = block else { return None };
    policy.settings.iter().find_map(|setting| match setting.node {
        ast::Setting::Currency(currency) => Some(currency),
        _ => None,
    })
}

fn has_charge(block: &Block) -> bool {
    let Block::Rules(rules) = block else { return false };
    rules.clauses.iter().any(|clause| match &clause.node {
        Clause::Step(step) => {
            step.actions.iter().flat_map(|action| &action.alternatives).any(|act| is_charge(&act.kind))
        }
        _ => false,
    })
}

fn is_charge(kind: &ActKind) -> bool {
    matches!(kind, ActKind::ChargeFee(_) | ActKind::ChargeInterest { .. })
}

/// Whether a block forbids charges, or holds all steps of ladders.
fn stops(block: &RulesBlock, ladders: bool) -> bool {
    block.clauses.iter().any(|clause| match &clause.node {
        Clause::Restriction(Restriction::Never(Never::Charge)) => true,
        Clause::Restriction(Restriction::Hold { until: None, .. }) => ladders,
        _ => false,
    })
}

fn uses(segment: &RulesBlock, cadence: &str) -> bool {
    segment.clauses.iter().any(|clause| match &clause.node {
        Clause::Use(names) => names.iter().any(|name| name.text == cadence),
        _ => false,
    })
}

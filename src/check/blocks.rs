//! Segments, cadences, carve-outs and `everywhere`, and with them the policy as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::steps::{self, Home, Steps};
use super::{Checker, calendars, conditions, digest, scenarios, settings, shared};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::charge::BaseRate;
use crate::model::field::{CustomerField, Field};
use crate::model::{
    Act, Anchor, CarveOut, CatchUp, Catches, Charge, Condition, Ladder, LadderId, Policy, Predicate,
    Restriction, RestrictionKind, RuleId, Rung, Segment, Step, Test, Weekends,
};
use crate::span::Span;
use crate::syntax::ast::{
    self, Block, Clause, Name, RulesBlock, RulesHeader, Schedule, SegmentCatches, Spanned,
};

/// Checks everything and puts the policy together.
pub(super) fn policy(c: &mut Checker) -> Option<Policy> {
    let Some(block) = c.input.ast.blocks.iter().find_map(policy_block) else {
        let error = Diagnostic::global(Code::NoPolicyBlock, "the file has no policy block");
        c.report(error.help("begin the file with `policy \"Acme receivables\"` and a line `currency EUR`"));
        return None;
    };
    let settings = settings::settings(c, block);
    let calendars = calendars::calendars(c);
    let mut parts = Parts { catch_up: settings.catch_up, weekends: settings.weekends, ..Parts::default() };
    let rules = c.input.ast.blocks.iter().filter_map(|block| match block {
        Block::Rules(rules) => Some(rules),
        _ => None,
    });
    // Cadences first: segments use them whatever the order of the file.
    let (cadences, others): (Vec<_>, Vec<_>) =
        rules.partition(|block| matches!(block.header, RulesHeader::Cadence { .. }));
    cadences.into_iter().chain(others).for_each(|block| parts.add(c, block));
    if !c.input.ast.blocks.iter().any(is_segment) {
        let error = Diagnostic::error(
            Code::NoSegment,
            block.span,
            "the policy has no segment, so no invoice would be followed up",
        );
        c.report(error.help("add `segment everyone otherwise:` with the steps for all invoices"));
    }
    former_keys(c, &parts);
    scenarios::scenarios(c, &parts.ladders, &parts.carve_outs);
    Some(Policy {
        name: block.name.clone(),
        file: c.input.sources.get(c.input.file).name.to_string(),
        digest: digest(&[&c.input.sources.get(c.input.file).text]),
        calendar_digest: calendars::calendar_digest(&calendars, &parts.rates()),
        settings,
        roles: c.names.roles.clone(),
        fields: c.names.fields.clone(),
        calendars,
        ladders: parts.ladders,
        segments: parts.segments,
        carve_outs: parts.carve_outs,
        everywhere: parts.everywhere,
        rules: std::mem::take(&mut c.rules),
    })
}

/// A key that a step had before must mean that step alone, or the ledger could not tell whose rows they are.
fn former_keys(c: &mut Checker, parts: &Parts) {
    let of_ladders = parts.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let steps = of_ladders.chain(parts.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
    let keys: BTreeSet<&str> = steps.map(|step| step.key.as_str()).collect();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (key, span) in std::mem::take(&mut c.formerly) {
        if keys.contains(key.as_str()) {
            let message = format!(
                "`{key}` is still a step of the policy, so the ledger could not tell whose rows they are"
            );
            c.report(
                Diagnostic::error(Code::DuplicateKey, span, message)
                    .help("leave `formerly` out, or rename the other step"),
            );
        } else if let Some(first) = seen.get(&key) {
            let message = format!("two steps say that they were `{key}`");
            let error = Diagnostic::error(Code::DuplicateKey, span, message).label(*first, "the other one");
            c.report(error.help("keep `formerly` at the step that took its place"));
        }
        seen.entry(key).or_insert(span);
    }
}

fn policy_block(block: &Block) -> Option<&crate::syntax::ast::PolicyBlock> {
    if let Block::Policy(policy) = block { Some(policy) } else { None }
}

fn is_segment(block: &Block) -> bool {
    matches!(block, Block::Rules(RulesBlock { header: RulesHeader::Segment { .. }, .. }))
}

/// The blocks checked so far.
#[derive(Default)]
struct Parts {
    /// Of ladders that do not say it themselves.
    catch_up: CatchUp,
    /// Likewise.
    weekends: Weekends,
    ladders: Vec<Ladder>,
    segments: Vec<Segment>,
    carve_outs: Vec<CarveOut>,
    everywhere: Vec<Restriction>,
    otherwise: Option<Span>,
}

/// The lines of a block, checked.
struct Body {
    uses: Vec<Name>,
    rungs: Vec<Rung>,
    steps: Vec<Step>,
    restrictions: Vec<Restriction>,
    catch_up: Option<CatchUp>,
    weekends: Option<Weekends>,
}

impl Parts {
    /// The rates by date that its charges name.
    fn rates(&self) -> Vec<&BaseRate> {
        let of_ladders =
            self.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
        let steps = of_ladders.chain(self.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
        let rates = steps.flat_map(|step| &step.acts).filter_map(|act| match act {
            Act::Charge(Charge::Interest(rate)) => Some(&rate.base),
            _ => None,
        });
        rates.filter(|base| matches!(base, BaseRate::ByDate(..))).collect()
    }

    fn add(&mut self, c: &mut Checker, block: &RulesBlock) {
        match &block.header {
            RulesHeader::Cadence { name, per_customer } => self.cadence(c, block, name, *per_customer),
            RulesHeader::Segment { name, catches } => self.segment(c, block, name, catches),
            RulesHeader::CarveOut { name, when } => {
                let header = header(c, block, when.span());
                let when = conditions::condition(c, when);
                let rule = c.rule(&name.text, None, header);
                let body = body(c, block, &name.text, Home::CarveOut);
                held_contacts(c, block, &body);
                let (restrictions, steps) = (body.restrictions, body.steps);
                self.carve_outs.extend(when.map(|when| CarveOut {
                    name: shared(&name.text),
                    rule,
                    when,
                    restrictions,
                    steps,
                }));
            }
            RulesHeader::Everywhere => {
                let body = body(c, block, "everywhere", Home::Ladder);
                self.everywhere.extend(body.restrictions);
            }
        }
    }

    fn cadence(&mut self, c: &mut Checker, block: &RulesBlock, name: &Name, per_customer: Option<Span>) {
        let rule = c.rule(&name.text, None, block.span);
        let body = body(c, block, &name.text, Home::Ladder);
        let catch_up = body.catch_up.unwrap_or(self.catch_up);
        let weekends = body.weekends.unwrap_or(self.weekends);
        let restrictions = body.restrictions;
        self.ladders.push(Ladder {
            name: shared(&name.text),
            is_cadence: true,
            per_customer: per_customer.is_some(),
            rule,
            catch_up,
            weekends,
            rungs: body.rungs,
            restrictions,
        });
    }

    fn segment(&mut self, c: &mut Checker, block: &RulesBlock, name: &Name, catches: &SegmentCatches) {
        if let Some(otherwise) = self.otherwise {
            let message = format!("no invoice reaches the segment `{}`", name.text);
            c.report(
                Diagnostic::error(Code::AfterOtherwise, block.span, message)
                    .label(otherwise, "this one catches the rest")
                    .help("move the segment with `otherwise` to the end of the file"),
            );
        }
        let end = match catches {
            SegmentCatches::When(when) => when.span(),
            SegmentCatches::Otherwise(span) => *span,
            SegmentCatches::Recorded => name.span,
        };
        let header = header(c, block, end);
        let rule = c.rule(&name.text, None, header);
        let catches = self.catches(c, name, catches);
        let body = body(c, block, &name.text, Home::Ladder);
        let mut ladders = self.used(c, &body.uses);
        if !body.rungs.is_empty() {
            ladders.push(self.own_ladder(name, rule, body.rungs));
        }
        let restrictions = body.restrictions;
        self.segments.extend(catches.map(|catches| Segment {
            name: shared(&name.text),
            rule,
            catches,
            ladders,
            restrictions,
        }));
    }

    fn catches(&mut self, c: &mut Checker, name: &Name, catches: &SegmentCatches) -> Option<Catches> {
        match catches {
            SegmentCatches::When(condition) => conditions::condition(c, condition).map(Catches::When),
            SegmentCatches::Otherwise(span) => {
                self.otherwise = Some(*span);
                Some(Catches::Everything)
            }
            SegmentCatches::Recorded => Some(Catches::When(Condition::Test(Test {
                field: Field::Customer(CustomerField::Segment),
                predicate: Predicate::Text(vec![name.text.clone()]),
            }))),
        }
    }

    fn used(&self, c: &mut Checker, uses: &[Name]) -> Vec<LadderId> {
        let mut ladders: Vec<LadderId> = Vec::new();
        for name in uses {
            match c.names.cadences.iter().position(|known| *known == name.text).map(LadderId) {
                None => {
                    let known = c.names.cadences.clone();
                    c.unknown(
                        "cadence",
                        name,
                        &known,
                        &format!("add `cadence {}:` with its steps", name.text),
                    );
                }
                Some(ladder) if ladders.contains(&ladder) => {
                    let message = format!("the cadence `{}` is used twice", name.text);
                    c.report(Diagnostic::error(Code::SaidTwice, name.span, message).help("keep one of them"));
                }
                Some(ladder) => ladders.push(ladder),
            }
        }
        ladders
    }

    fn own_ladder(&mut self, name: &Name, rule: RuleId, rungs: Vec<Rung>) -> LadderId {
        let ladder = Ladder {
            name: shared(&name.text),
            is_cadence: false,
            per_customer: false,
            rule,
            catch_up: self.catch_up,
            weekends: self.weekends,
            rungs,
            restrictions: Vec::new(),
        };
        self.ladders.push(ladder);
        LadderId(self.ladders.len() - 1)
    }
}

/// The header of a block up to its colon, over several lines where its condition takes them.
fn header(c: &Checker, block: &RulesBlock, end: Span) -> Span {
    let text = &c.input.sources.get(end.file).text[end.end as usize..];
    let colon = text.find(':').unwrap_or(0);
    Span { end: end.end + u32::try_from(colon).unwrap_or(0), ..block.span }
}

fn body(c: &mut Checker, block: &RulesBlock, name: &str, home: Home) -> Body {
    let mut steps = Steps::of(name, home);
    let mut body = Body {
        uses: Vec::new(),
        rungs: Vec::new(),
        steps: Vec::new(),
        restrictions: Vec::new(),
        catch_up: None,
        weekends: None,
    };
    let (mut catch_up, mut weekends): (Option<Span>, Option<Span>) = (None, None);
    for clause in &block.clauses {
        if let Some(misplaced) = misplaced(&block.header, clause) {
            c.report(misplaced);
            continue;
        }
        match &clause.node {
            Clause::Use(names) => body.uses.extend(names.iter().cloned()),
            Clause::CatchUp(family) => {
                if let Some(first) = catch_up.replace(clause.span) {
                    c.report(settings::set_twice(clause.span, first));
                }
                body.catch_up = Some(*family);
            }
            Clause::Weekends(way) => {
                if let Some(first) = weekends.replace(clause.span) {
                    c.report(settings::set_twice(clause.span, first));
                }
                body.weekends = Some(*way);
            }
            Clause::Allow(_) => {}
            Clause::Restriction(restriction) => {
                let everywhere = block.header == RulesHeader::Everywhere;
                body.restrictions.extend(steps.restriction(c, restriction, clause.span, everywhere));
            }
            Clause::Step(line) => {
                let Some((moment, repeat, checked)) = steps.line(c, line, clause.span) else { continue };
                match home {
                    Home::Ladder => steps::add_to_rungs(&mut body.rungs, moment, repeat, checked),
                    Home::CarveOut => body.steps.extend(checked),
                }
            }
        }
    }
    body
}

/// What may not stand in this kind of block.
fn misplaced(header: &RulesHeader, clause: &Spanned<Clause>) -> Option<Diagnostic> {
    let (what, help) = match (header, &clause.node) {
        (RulesHeader::Cadence { .. }, Clause::Use(_)) => {
            ("a cadence cannot use another one", "use both in the segment")
        }
        (RulesHeader::CarveOut { .. }, Clause::Use(_)) => {
            ("a carve-out has no cadence", "write its steps here, each with `at`")
        }
        (RulesHeader::Everywhere, Clause::Use(_)) => {
            ("`everywhere` has no cadence", "use the cadence in a segment")
        }
        (RulesHeader::Everywhere, Clause::Step(_)) => (
            "`everywhere` has no steps, only restrictions",
            "put the step in a cadence, a segment or a carve-out",
        ),
        (RulesHeader::Cadence { per_customer: Some(_), .. }, Clause::Step(line)) if !is_overdue(line) => (
            "a ladder per customer begins the day after an invoice is due",
            "write `at D+1` or later, or put the step in a cadence that is not per customer",
        ),
        (RulesHeader::Cadence { .. }, _) => return None,
        (_, Clause::CatchUp(_) | Clause::Weekends(_)) => (
            "only a cadence and the policy block have this setting",
            "move the line to the cadence or to the policy block",
        ),
        _ => return None,
    };
    Some(Diagnostic::error(Code::Misplaced, clause.span, what).help(help))
}

/// Whether a step counted from the due date comes after it.
fn is_overdue(line: &ast::Step) -> bool {
    let (Schedule::At(moment) | Schedule::Every { from: moment, .. }) = line.schedule;
    moment.anchor != Anchor::Due || moment.offset.count > 0
}

/// A contact or a charge in a carve-out that holds could never happen (R16).
fn held_contacts(c: &mut Checker, block: &RulesBlock, body: &Body) {
    let Some(hold) =
        body.restrictions.iter().find(|restriction| matches!(restriction.kind, RestrictionKind::Hold { .. }))
    else {
        return;
    };
    let hold_line = c.rules[hold.rule.0 as usize].line;
    for step in body.steps.iter().filter(|step| step.acts.iter().any(Act::concerns_customer)) {
        let line = c.rules[step.rule.0 as usize].line;
        let clause = block.clauses.iter().find(|clause| {
            matches!(clause.node, Clause::Step(_)) && c.input.sources.line(clause.span) == line
        });
        let what = if step.acts.iter().any(Act::is_charge) { "charge" } else { "contact" };
        let message = format!("the hold in line {hold_line} stops this {what} for good");
        let error = Diagnostic::error(
            Code::ContactUnderHold,
            clause.map_or(block.span, |clause| clause.span),
            message,
        );
        c.report(error.help("put it in a carve-out of its own that does not hold, or leave out `hold`"));
    }
}

//! Cedar: a `permit` for each segment and each step, one request an invoice. Cedar knows no order of policies; it
//! evaluates them all and says which ones permit, of which the first segment and the last step are taken.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityUid, Policy, PolicyId, PolicySet, Request,
    RestrictedExpression,
};

use crate::Engine;
use crate::portfolio::{Answer, Invoice, STEPS, Test};

pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
    found: Vec<Answer>,
}

impl Cedar {
    pub fn new(segments: &[Vec<Test>], invoices: &[Invoice]) -> Cedar {
        let named = invoices.iter().enumerate();
        let known = named.flat_map(|(at, invoice)| [billed(at, invoice), owing(invoice)]);
        // A customer's record is the same at each of its invoices.
        let known: HashMap<EntityUid, Entity> = known.map(|entity| (entity.uid(), entity)).collect();
        let requests = invoices.iter().enumerate().map(|(at, invoice)| {
            let (principal, resource) = (customer_id(invoice), uid("Invoice", at));
            Request::new(principal, uid("Action", "remind"), resource, Context::empty(), None)
                .expect("a request")
        });
        Cedar {
            authorizer: Authorizer::new(),
            policies: policies(segments),
            entities: Entities::from_entities(known.into_values(), None).expect("sound entities"),
            requests: requests.collect(),
            found: Vec::new(),
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        let (mut first, mut last) = (usize::MAX, 0);
        for id in response.diagnostics().reason() {
            let id: &str = id.as_ref();
            let number = id[1..].parse().expect("a number");
            match id.starts_with('s') {
                true => first = first.min(number),
                false => last = last.max(number),
            }
        }
        (last > 0).then_some((first, last))
    }
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "cedar-policy"
    }

    fn evaluate(&mut self) {
        self.found = self.requests.iter().map(|request| self.answer(request)).collect();
    }

    fn answers(&mut self, _: usize) -> Vec<Answer> {
        std::mem::take(&mut self.found)
    }
}

fn uid(kind: &str, name: impl std::fmt::Display) -> EntityUid {
    format!("{kind}::\"{name}\"").parse().expect("a name")
}

fn customer_id(invoice: &Invoice) -> EntityUid {
    uid("Customer", invoice.customer)
}

fn entity(uid: EntityUid, attributes: Vec<(&str, RestrictedExpression)>) -> Entity {
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Entity::new(uid, attributes, HashSet::new()).expect("sound attributes")
}

fn billed(at: usize, invoice: &Invoice) -> Entity {
    let number = RestrictedExpression::new_long;
    entity(
        uid("Invoice", at),
        vec![("amount", number(invoice.amount)), ("days", number(invoice.days_overdue))],
    )
}

fn owing(invoice: &Invoice) -> Entity {
    let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
    let tags = RestrictedExpression::new_set(invoice.tags.iter().copied().map(text));
    let attributes =
        vec![("country", text(invoice.country)), ("sector", text(invoice.sector)), ("tags", tags)];
    entity(customer_id(invoice), attributes)
}

fn policies(segments: &[Vec<Test>]) -> PolicySet {
    let permit = |id: String, when: &str| {
        let text = format!("permit(principal, action, resource) when {{ {when} }};");
        Policy::parse(Some(PolicyId::new(id)), text).expect("a sound policy")
    };
    let of_segments = segments.iter().enumerate().map(|(at, tests)| {
        let parts: Vec<String> = tests.iter().map(condition).collect();
        let when = if parts.is_empty() { String::from("true") } else { parts.join(" && ") };
        permit(format!("s{at}"), &when)
    });
    let of_steps = STEPS.iter().enumerate();
    let of_steps =
        of_steps.map(|(at, (day, _))| permit(format!("d{}", at + 1), &format!("resource.days >= {day}")));
    PolicySet::from_policies(of_segments.chain(of_steps)).expect("each has a name of its own")
}

fn condition(test: &Test) -> String {
    match test {
        Test::Tag(tag) => format!("principal.tags.contains(\"{tag}\")"),
        Test::Sector(sector) => format!("principal.sector == \"{sector}\""),
        Test::Countries(countries) => {
            format!("[\"{}\"].contains(principal.country)", countries.join("\", \""))
        }
        Test::Below(cents) => format!("resource.amount < {cents}"),
    }
}

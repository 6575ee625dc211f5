//! Who of a policy's roles is on our side: a message to them reaches nobody at the customer.

use crate::model::field::{CustomerField, Field};
use crate::model::{Policy, RoleHolder};
use crate::plan::{Action, Kind};

/// The people of ours that a policy names: their roles, with the address where that is always the same.
#[derive(Debug)]
pub(super) struct Ours<'a>(Vec<(&'a str, Option<&'a str>)>);

/// What a message that names no role goes to.
const BILLING: &str = "billing";

impl<'a> From<&'a Policy> for Ours<'a> {
    fn from(policy: &'a Policy) -> Ours<'a> {
        let ours = policy.roles.iter().filter_map(|role| match &role.holder {
            RoleHolder::Address(address) => Some((role.name.as_str(), Some(address.as_str()))),
            RoleHolder::Field(Field::Customer(CustomerField::Email)) | RoleHolder::Contact => None,
            RoleHolder::Field(_) => Some((role.name.as_str(), None)).filter(|(name, _)| *name != BILLING),
        });
        Ours(ours.collect())
    }
}

impl Ours<'_> {
    /// Whether an action reaches the customer: a call, or a message to somebody of theirs, as a copy at least.
    pub(super) fn reach_customer_by(&self, action: &Action) -> bool {
        let has = |role: &str, address: &str| {
            let is_it = |own: Option<&str>| own.is_none_or(|own| own.eq_ignore_ascii_case(address));
            self.0.iter().any(|(name, own)| *name == role && is_it(*own))
        };
        let is_sent = || action.recipient.as_ref().is_none_or(|to| !has(&to.role, &to.address));
        let is_copied = || action.cc.iter().any(|copy| !has(&copy.role, &copy.address));
        action.kind == Kind::Call || (action.kind.message().is_some() && (is_sent() || is_copied()))
    }
}

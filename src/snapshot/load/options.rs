//! What the policy says about the data.

use chrono_tz::Tz;

use crate::model::Policy;
use crate::model::Terms;
use crate::model::field::OwnField;
use crate::money::Currency;

/// What the policy says about the data it is given.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions<'a> {
    /// The currency of rows that name none, and of credit limits.
    pub currency: Currency,
    /// The policy's own fields: columns to read besides the known ones.
    pub fields: &'a [OwnField],
    /// Terms for invoices without due date whose customer has none.
    pub terms: Option<Terms>,
    /// In which a timestamp becomes a date.
    pub timezone: Tz,
}

impl<'a> LoadOptions<'a> {
    /// What a policy says.
    #[must_use]
    pub fn of(policy: &'a Policy) -> LoadOptions<'a> {
        LoadOptions {
            currency: policy.settings.currency,
            fields: &policy.fields,
            terms: policy.settings.terms,
            timezone: policy.settings.timezone,
        }
    }
}

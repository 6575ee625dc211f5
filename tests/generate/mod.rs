//! Made-up values that several tests share.

pub(crate) mod policies;

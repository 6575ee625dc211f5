//! The checked policy: every name resolved, every value typed. What cannot be meant cannot be represented.

pub mod channel;
pub mod charge;
pub mod condition;
pub mod field;
pub mod policy;
pub mod rates;
pub mod rule;
pub mod stage;
pub mod step;
pub mod terms;

pub use channel::Channel;
pub use charge::{Charge, InterestRate};
pub use condition::{Amounts, Bounds, Condition, End, Predicate, Test};
pub use policy::{
    CarveOut, CatchUp, Catches, Ladder, LadderId, Policy, PolicyCalendar, Role, RoleHolder, RoleId, Segment,
    SegmentId, Settings, Weekends,
};
pub use rates::{Rate, Rates};
pub use rule::{Rule, RuleId};
pub use stage::Stage;
pub use step::{
    Act, Anchor, Approval, Attachment, Forbidden, Moment, Offset, Repeat, Restriction, RestrictionKind, Rung,
    Step, Unit,
};
pub use terms::Terms;

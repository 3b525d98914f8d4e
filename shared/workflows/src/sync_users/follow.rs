//! Hearing of each write as it happens: of one person's, for whoever watches it. Runs are watched by nobody.

use habitsync_domain::user_plan::{Action, Step};

use super::settle::Done;
use crate::ports::failure::VendorFailure;

/// Hears of writes to the portal.
pub trait FollowWrites {
    /// A write was tried, perhaps not for the last time, and this came of it.
    fn tried(&self, step: &Step, came_of: Result<(), &VendorFailure>);

    /// A person was done with. The action is what was written in the end: without what was refused.
    fn ended(&self, action: &Action, done: &Done);
}

/// Nobody.
impl FollowWrites for () {
    fn tried(&self, _: &Step, _: Result<(), &VendorFailure>) {}

    fn ended(&self, _: &Action, _: &Done) {}
}

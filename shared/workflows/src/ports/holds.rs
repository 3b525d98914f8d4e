//! Actions that wait for approval, and the decisions about them.

use std::future::Future;

use habitsync_domain::approvals::{Decision, Matter, PendingPlan, PlanDecision, PlanId};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::tenant::TenantId;
use jiff::Timestamp;

use super::failure::ServiceFailure;
use super::fleet::Due;

/// The stored decisions of one customer that are not over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredDecisions {
    /// Those that can be decoded: one for each employee and matter at most.
    pub decisions: Vec<Decision>,
    /// The employees and matters of the others.
    pub unreadable: Vec<(EmployeeId, Matter)>,
}

/// Reads the decisions about the customer's employees.
pub trait LoadDecisions {
    /// Every stored decision; one that cannot be decoded is named.
    fn load_decisions(&self) -> impl Future<Output = Result<StoredDecisions, ServiceFailure>> + Send;
}

/// Stores decisions about pending approvals.
pub trait SaveDecisions {
    /// Stores these, each in place of the earlier decision about the same employee and matter.
    fn save_decisions(&self, decisions: &[Decision]) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Removes a decision.
pub trait ForgetDecision {
    /// Removes just this decision; a newer one in its place stays.
    fn forget_decision(&self, decision: &Decision) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Reads a plan of removals.
pub trait LoadHold {
    /// Returns the plan with this id, held or not any more; none where there never was one, where it is too long ago, or where it
    /// cannot be read in full.
    fn load_hold(&self, id: &PlanId) -> impl Future<Output = Result<Option<PendingPlan>, ServiceFailure>> + Send;
}

/// Writes pending approvals.
pub trait SaveHold {
    /// Stores the plan with its decisions. If a decision was added to the stored plan meanwhile, the stored plan stays
    /// as it is. Until the first decision, the plan is due for the watchdog at `remind_at`.
    fn save_hold(
        &self,
        plan: &PendingPlan,
        remind_at: Timestamp,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;

    /// Ends the reminders of a plan that is no longer pending. Its record stays.
    fn close_hold(&self, id: &PlanId) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Records a decision about a plan.
pub trait RecordPlanDecision {
    /// Adds the word to the plan's record; one that decides about all of it ends the reminders. One conditional write.
    fn note_decision(
        &self,
        id: &PlanId,
        word: &PlanDecision,
    ) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// A plan that has been undecided for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueHold {
    /// Customer whose plan is pending.
    pub tenant: TenantId,
    /// Id of the plan.
    pub plan: PlanId,
    /// How many people wait in it.
    pub people: u64,
    /// Time since which the plan has been pending.
    pub since: Timestamp,
    /// Since when the operator was to hear of it.
    pub due_at: Timestamp,
}

/// Finds undecided plans.
pub trait ListDueHolds {
    /// Those that are due at `now`, the longest first, at most `limit`.
    fn list_due_holds(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Due<DueHold>, ServiceFailure>> + Send;

    /// The hold is due again at `until`; false where it has moved on meanwhile.
    fn postpone_hold(
        &self,
        hold: &DueHold,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}

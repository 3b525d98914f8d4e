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
    /// Decisions that can be decoded: one for each employee and subject at most.
    pub decisions: Vec<Decision>,
    /// The employees and matters of the others.
    pub unreadable: Vec<(EmployeeId, Matter)>,
}

/// Reads the decisions about the customer's employees.
pub trait LoadDecisions {
    /// Loads every stored decision; one that cannot be decoded is named.
    fn load_decisions(&self) -> impl Future<Output = Result<StoredDecisions, ServiceFailure>> + Send;
}

/// Stores decisions about pending approvals.
pub trait SaveDecisions {
    /// Stores these decisions, each in place of the earlier one about the same employee and subject.
    fn save_decisions(&self, decisions: &[Decision]) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Removes a decision.
pub trait ForgetDecision {
    /// Removes just this decision; a newer one in its place stays.
    fn forget_decision(&self, decision: &Decision) -> impl Future<Output = Result<(), ServiceFailure>> + Send;
}

/// Reads a plan of removals.
pub trait LoadHold {
    /// Returns the plan with this id, pending or not any more; none where there never was one, where it has expired, or
    /// where it cannot be read in full.
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
    /// Adds the decision to the plan's record, by one conditional write; a decision about the whole plan ends the
    /// reminders.
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
    /// Number of employees whose approval is pending.
    pub people: u64,
    /// Time since which the plan has been pending.
    pub since: Timestamp,
    /// Time since which the reminder has been due.
    pub due_at: Timestamp,
}

/// Finds undecided plans.
pub trait ListDueHolds {
    /// Lists at most `limit` plans whose reminder is due at `now`, the longest first.
    fn list_due_holds(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> impl Future<Output = Result<Due<DueHold>, ServiceFailure>> + Send;

    /// Makes the reminder due again at `until`; false where the plan has changed since.
    fn postpone_hold(
        &self,
        hold: &DueHold,
        until: Timestamp,
    ) -> impl Future<Output = Result<bool, ServiceFailure>> + Send;
}

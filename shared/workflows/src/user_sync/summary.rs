//! What a user sync found and did, in numbers and in lines.

use habitsync_domain::approvals::PlanId;
use habitsync_domain::people::problem::Problem;
use habitsync_domain::user_plan::{Drift, FieldNotice, LostField, LostSource, PendingApproval, PlanCounts};

use crate::jobs::outcome::Counts;
use crate::notifications::{Notified, Worklist};

/// Summary of a user sync.
#[derive(Debug, Clone, PartialEq)]
pub struct UserSyncSummary {
    /// Counts of the employees that were read, by the planner's verdict.
    pub planned: PlanCounts,
    /// Counts of the changes written.
    pub written: Written,
    /// Actions that this slice did not come to.
    pub left: u64,
    /// Deactivations that wait.
    pub held: Vec<PendingApproval>,
    /// Id of the plan with the pending approvals.
    pub held_plan: Option<PlanId>,
    /// Employees whose deactivation an operator has rejected.
    pub kept: usize,
    /// Employees whose records came back under another number.
    pub rekeyed: usize,
    /// Fields that too many employees lost at once: their updates were held.
    pub lost_fields: Vec<LostField>,
    /// Fields behind the filter and the user name that too many employees lost at once: their effects were suspended.
    pub lost_sources: Vec<LostSource>,
    /// Fields with the same problem for many employees.
    pub field_notices: Vec<FieldNotice>,
    /// Problems for the customer's worklist, one line each.
    pub problems: Vec<Problem>,
    /// Changes made in the portal outside HabitSync.
    pub drift: Vec<Drift>,
    /// Records of EmployeeConnect without an employee id.
    pub records_without_id: usize,
    /// Accounts of the portal whose records cannot be used.
    pub unusable_accounts: usize,
    /// Whether the portal's users were read and compared with the table.
    pub verified: bool,
    /// The worklist that the customer is notified of after the run; none where it is no news.
    pub worklist: Option<Worklist>,
    /// Whether the customer got a mail.
    pub notified: Notified,
}

/// Counts of the changes written to Tribal Habits, in employees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Number of accounts created.
    pub created: u64,
    /// Number of accounts changed.
    pub changed: u64,
    /// Number of accounts reactivated.
    pub reactivated: u64,
    /// Number of accounts deactivated.
    pub deactivated: u64,
    /// Deactivated accounts whose user name or e-mail was given to another employee.
    pub gave_up: u64,
    /// Links and mirrors stored without a request.
    pub remembered: u64,
    /// Employees whose changes could not be written.
    pub failed: u64,
}

impl Written {
    fn named(&self) -> [(&'static str, u64); 6] {
        [
            ("created", self.created),
            ("changed", self.changed),
            ("reactivated", self.reactivated),
            ("deactivated", self.deactivated),
            ("gave_up", self.gave_up),
            ("remembered", self.remembered),
        ]
    }

    /// Returns the number of actions carried out.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.named().into_iter().map(|(_, count)| count).sum()
    }
}

impl UserSyncSummary {
    /// The numbers, for logs and the run's record.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let overwritten = self.drift.iter().filter(|drift| drift.overwritten).count();
        let found = [
            ("held", self.held.len()),
            ("kept", self.kept),
            ("rekeyed", self.rekeyed),
            ("fields_held", self.lost_fields.len()),
            ("rules_suspended", self.lost_sources.len()),
            ("field_notices", self.field_notices.len()),
            ("problems", self.problems.len()),
            ("drifted", self.drift.len()),
            ("overwritten", overwritten),
            ("records_without_id", self.records_without_id),
            ("unusable_accounts", self.unusable_accounts),
        ];
        let counted = self.planned.named().into_iter().chain(found);
        let counted = counted.map(|(name, count)| (name, u64::try_from(count).unwrap_or(u64::MAX)));
        let written = self.written.named();
        counted
            .chain(written)
            .chain([("failed", self.written.failed), ("left", self.left)])
            .chain(self.notified.failed_count())
            .map(|(name, count)| (name.to_owned(), count))
            .collect()
    }
}

//! A plan: the ordered actions, the problems, and the counts of employees by eligibility.

use serde::Serialize;

use super::{
    Action, CommonProblem, Drift, FieldBaseline, FieldNotice, LastDayNotes, LostField, LostSource, PendingApproval,
    PlanCounts, RekeyedPair, ScopeLoss, Step,
};
use crate::approvals::{ChangeKind, Decision, Grounds, PerChange, ProposedChange};
use crate::identity::EmployeeId;
use crate::jobs::baseline_read::BaselineRead;
use crate::people::employment::Evidence;
use crate::people::problem::Problem;
use crate::people::rejected_writes::{RejectedPart, RejectedWrites, Rejection};

/// Active accounts before and after a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Seats {
    /// Before the plan: of the whole portal where the plan has read it, otherwise of the linked employees.
    pub now: usize,
    /// After it.
    pub after: usize,
    /// After it, with everything that waits for approval.
    pub after_approval: usize,
    /// Whether accounts that no employee has are counted, since the portal was read.
    pub of_whole_portal: bool,
}

/// The actions, in order, and the problems that prevent others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserPlan {
    /// Ordered: what frees a name or an e-mail before what takes it, managers before their reports.
    pub actions: Vec<Action>,
    /// The pending approvals, each with its hold reason.
    pub held: Vec<PendingApproval>,
    /// Employees whose records came back under another number.
    pub rekeyed: Vec<RekeyedPair>,
    /// Creates, renames and updates that no operator decided about, whether they go through or wait.
    pub undecided: PerChange<usize>,
    /// How many changes of each kind an operator agreed to that were not made before this plan.
    pub agreed: PerChange<usize>,
    /// Of the kinds of which there are more than the change limits admit: how many, whether or not an operator agreed to them.
    pub beyond_limits: PerChange<usize>,
    /// The actions that an operator rejected.
    pub kept: Vec<Action>,
    /// Decisions that are over: their evidence is gone, or has changed.
    pub decisions_over: Vec<Decision>,
    /// The measure of the reads to come; none where this one is too small to be it.
    pub good_read: Option<BaselineRead>,
    /// Fields that too many people lost at once: their updates are held for this run.
    pub lost_fields: Vec<LostField>,
    /// Fields behind the filter and the user name that many employees lost at once: what these make of it is suspended.
    pub lost_sources: Vec<LostSource>,
    /// Fields with which the same is wrong for many employees.
    pub field_notices: Vec<FieldNotice>,
    /// Problems that many employees have at once; each of them is among the problems all the same.
    pub common_problems: Vec<CommonProblem>,
    /// Employees who left the scope in far larger number than people do by themselves; none where that is not so.
    pub scope_loss: Option<ScopeLoss>,
    /// Employees about whose accounts something is not done because of lost sources.
    pub suspended: Vec<EmployeeId>,
    /// The values of the fields behind the filter and the user name, as later reads are measured by them.
    pub baseline: Option<FieldBaseline>,
    /// The evidence of every deactivation among the actions.
    pub removals: Vec<Evidence>,
    /// One line each for the customer's worklist.
    pub problems: Vec<Problem>,
    /// Changes that were made in the portal, outside HabitSync, since its last write or read.
    pub drift: Vec<Drift>,
    /// How the people who were read divide.
    pub counts: PlanCounts,
    /// Active accounts before and after it.
    pub seats: Seats,
    /// How many employees without a link are unclear: each may have an account all the same.
    pub unlinked: usize,
    /// Rejected writes whose values are still to be written: they back off, or an action tries them again.
    pub parked: Vec<RejectedWrites>,
    /// Obstacles that a run that read the portal found: runs that do not read it leave them alone.
    pub resting: Vec<Rejection>,
    /// The changes of the stored last days.
    pub last_days: LastDayNotes,
    /// Employees without any rejected write left.
    pub forgotten: Vec<EmployeeId>,
}

impl UserPlan {
    /// Notes an obstacle of an employee that only a run that reads the portal can see.
    pub(super) fn rest(&mut self, what: RejectedPart, digest: String, problem: Problem) {
        if problem.cause.needs_verifying() {
            self.resting.push(Rejection { what, digest, problem });
        }
    }

    /// Counts the actions, and those held, by the eligibility of their employees.
    pub(super) fn count_actions(&mut self) {
        let counts = &mut self.counts;
        for action in &self.actions {
            match &action.step {
                Step::Create(_) => counts.to_create += 1,
                Step::Change { .. } => counts.to_change += 1,
                Step::Deactivate { .. } | Step::GiveUp { .. } | Step::Remember { .. } => {}
            }
        }
        for evidence in &self.removals {
            *counts.removals_of(evidence).0 += 1;
        }
        for held in &self.held {
            match &held.evidence {
                Grounds::Deactivation(evidence) => *counts.removals_of(evidence).1 += 1,
                Grounds::Change(ProposedChange::Create) => counts.creates_held += 1,
                Grounds::Change(_) => counts.changes_held += 1,
            }
        }
    }
}

impl UserPlan {
    /// How many changes of this kind wait for approval.
    #[must_use]
    pub fn held_of(&self, kind: ChangeKind) -> usize {
        let held = self.held.iter();
        held.filter(|held| held.evidence.change() == Some(kind)).count()
    }
}

impl PlanCounts {
    /// Where people with this evidence are counted whose account is left as it is.
    pub(super) fn settled(&mut self, evidence: &Evidence) -> &mut usize {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => &mut self.leavers_settled,
            Evidence::Vanished => &mut self.missing_settled,
            Evidence::OutOfScope => &mut self.excluded_settled,
        }
    }

    /// Where deactivations with this evidence are counted: those to be made, those held.
    fn removals_of(&mut self, evidence: &Evidence) -> (&mut usize, &mut usize) {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => (&mut self.leavers_to_deactivate, &mut self.leavers_held),
            Evidence::Vanished => (&mut self.missing_to_deactivate, &mut self.missing_held),
            Evidence::OutOfScope => (&mut self.excluded_to_deactivate, &mut self.excluded_held),
        }
    }
}

//! A plan: the ordered actions, the problems, and the counts of employees by eligibility.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Action, Drift, FieldBaseline, FieldNotice, PendingApproval, PlanCounts, Step};
use crate::approvals::{ChangeKind, Decision, Grounds, PerChange, ProposedChange};
use crate::identity::{EmployeeId, UserName};
use crate::jobs::baseline_read::BaselineRead;
use crate::people::employment::Evidence;
use crate::people::last_day::LastDaySeen;
use crate::people::problem::{Cause, Problem};
use crate::people::rejected_writes::{RejectedPart, RejectedWrites, Rejection};
use crate::people::user::FieldName;

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
    pub deactivations: Vec<Evidence>,
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
    pub rejected_writes: Vec<RejectedWrites>,
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
        for evidence in &self.deactivations {
            *counts.deactivations_of(evidence).0 += 1;
        }
        for held in &self.held {
            match &held.evidence {
                Grounds::Deactivation(evidence) => *counts.deactivations_of(evidence).1 += 1,
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
    fn deactivations_of(&mut self, evidence: &Evidence) -> (&mut usize, &mut usize) {
        match evidence {
            Evidence::Terminated | Evidence::Ended { .. } => (&mut self.leavers_to_deactivate, &mut self.leavers_held),
            Evidence::Vanished => (&mut self.missing_to_deactivate, &mut self.missing_held),
            Evidence::OutOfScope => (&mut self.excluded_to_deactivate, &mut self.excluded_held),
        }
    }
}

/// One problem that many employees have at once.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonProblem {
    /// The problem, as the first of them has it.
    pub cause: Cause,
    /// The first of them.
    pub first: EmployeeId,
    /// Whether it is that there is no value.
    pub is_missing: bool,
    /// The most frequent words, of a status: other values may be personal data.
    pub words: Vec<String>,
    /// How many employees have it.
    pub employees: usize,
    /// The number of employees who work there, or may.
    pub of: usize,
}

/// Employees who left the scope, or now start later, in far larger number than people do by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeLoss {
    /// How many were in scope.
    pub had: u64,
    /// How many of them are not any more.
    pub lost: u64,
}

/// The changes of the stored last days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastDayNotes {
    /// Seen for the first time. One that is older than 31 days at that time is not stored: it never becomes recent.
    pub seen: Vec<LastDaySeen>,
    /// No longer in the record, or no longer beside an active status.
    pub forgotten: Vec<EmployeeId>,
}

/// A field whose updates are held for this run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostField {
    /// The portal's field.
    pub field: FieldName,
    /// The expression that fills it.
    pub source: String,
    /// How many people had a value.
    pub had: usize,
    /// How many of them have none any more.
    pub lost: usize,
}

/// A rule that decides who has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceRule {
    /// Who is in scope.
    Filter,
    /// The user name.
    UserName,
}

/// A field of EmployeeConnect that many employees lost at once, and a rule that reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostSource {
    /// The field, for instance `location`.
    pub field: String,
    /// How many employees had a value of the usual kind.
    pub had: u64,
    /// How many of them have none now.
    pub lost: u64,
    /// The rule whose effects are suspended.
    pub rule: SourceRule,
}

impl LostSource {
    /// Returns the writes that are suspended because of it, in words.
    #[must_use]
    pub const fn effect(&self) -> &'static str {
        match self.rule {
            SourceRule::Filter => "no account is created, reactivated, adopted, or deactivated for its scope",
            SourceRule::UserName => "no account is created, reactivated, adopted, or renamed",
        }
    }
}

/// A linked account whose employee is gone, and the record of a new number that describes the same person, according to
/// all known traits. Holds personal data for the operator's eyes; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RekeyedPair {
    /// The employee number that the account is linked to.
    pub former: EmployeeId,
    /// The employee's present number.
    pub current: EmployeeId,
    /// The employee's name as the customer knows it.
    pub person: String,
    /// The account's user name.
    pub user_name: UserName,
    /// The traits that the two records share.
    pub shared: Shared,
}

/// The traits that show that two records describe one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// The user name, and the person's name.
    UserName,
    /// The e-mail, and the person's name.
    Email,
    /// The person's full name and the first day.
    NameAndStart,
}

impl Shared {
    /// In words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::UserName => "same user name and name",
            Self::Email => "same e-mail and name",
            Self::NameAndStart => "same name and first day",
        }
    }
}

impl fmt::Debug for RekeyedPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RekeyedPair")
            .field("former", &self.former)
            .field("current", &self.current)
            .field("shared", &self.shared)
            .finish_non_exhaustive()
    }
}

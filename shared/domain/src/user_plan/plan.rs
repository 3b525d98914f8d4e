//! A plan: what to do, in order, what is in the way, and how the people who were read divide.

use super::{Action, Drift, HeldRemoval, LastDayNotes, LostField, PlanCounts, RekeyedPair, Step};
use crate::employment::Evidence;
use crate::hold::Decision;
use crate::identity::EmployeeId;
use crate::parking::{Parked, Refusal, Refused};
use crate::problem::Problem;
use crate::shrink::GoodRead;

/// What to do, in order, and what is in the way.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserPlan {
    /// Ordered: what frees a name or an e-mail before what takes it, managers before their reports.
    pub actions: Vec<Action>,
    /// Removals that wait for a word, each with why.
    pub held: Vec<HeldRemoval>,
    /// Employees whose records came back under another number.
    pub rekeyed: Vec<RekeyedPair>,
    /// People who would be removed, and whom somebody decided to keep.
    pub kept: Vec<EmployeeId>,
    /// Decisions that are over: their evidence is gone, or is another.
    pub decisions_over: Vec<Decision>,
    /// The measure of the reads to come; none where this one is too small to be it.
    pub good_read: Option<GoodRead>,
    /// Fields that too many people lost at once: their updates are held for this run.
    pub lost_fields: Vec<LostField>,
    /// The evidence of every deactivation among the actions.
    pub removals: Vec<Evidence>,
    /// One line each for the customer's worklist.
    pub problems: Vec<Problem>,
    /// What somebody else has changed in the portal since we last wrote or looked.
    pub drift: Vec<Drift>,
    /// How the people who were read divide.
    pub counts: PlanCounts,
    /// People without a link about whom something is unclear: each may have an account all the same.
    pub unlinked: usize,
    /// What has been refused and still is to be written: it rests, or is tried again by an action.
    pub parked: Vec<Parked>,
    /// What a run that read the portal saw to be in the way: left alone by those that do not read it.
    pub resting: Vec<Refusal>,
    /// What changes of the last days that are stored.
    pub last_days: LastDayNotes,
    /// Employees about whom nothing is refused any more.
    pub forgotten: Vec<EmployeeId>,
}

impl UserPlan {
    /// Notes that something is in the way of a person, as only a run that reads the portal can see.
    pub(super) fn rest(&mut self, what: Refused, digest: String, problem: Problem) {
        if problem.cause.needs_verifying() {
            self.resting.push(Refusal { what, digest, problem });
        }
    }

    /// Counts the actions and what is held by the part of the people they are of.
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
            *counts.removals_of(&held.evidence).1 += 1;
        }
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

//! A deactivation that there is evidence for.

use super::{Action, Permission, Step};
use crate::approvals::{HoldReason, Proposal};
use crate::people::employment::Evidence;
use crate::people::link::Person;
use crate::people::user::UserChange;

/// A deactivation that there is evidence for.
pub(super) struct Candidate<'a> {
    pub(super) person: &'a Person,
    pub(super) name: String,
    pub(super) evidence: Evidence,
    /// The hold reason that the approving operator must be shown, even where a limit also holds the action: the record
    /// has lost values, or a record of another number may describe the same person.
    pub(super) to_be_shown: Option<HoldReason>,
}

impl Candidate<'_> {
    /// As a decision is held against it.
    pub(super) fn proposal(&self) -> Proposal<'_> {
        Proposal {
            employee_id: &self.person.employee_id,
            user_name: &self.person.user_name,
            evidence: self.evidence.clone().into(),
            to_be_shown: self.to_be_shown,
        }
    }

    pub(super) fn into_action(self, approved: bool) -> Action {
        let reason = self.evidence.reason();
        Action {
            employee_id: self.person.employee_id.clone(),
            person: self.name,
            step: Step::Deactivate {
                before: Person {
                    active: true,
                    ..self.person.clone()
                },
                change: UserChange::deactivation(),
                evidence: self.evidence,
                approved,
            },
            reason: if approved {
                format!("{reason}; approved")
            } else {
                reason
            },
            digest: String::new(),
            permission: Permission::NotNeeded,
        }
    }
}

impl Action {
    /// The deactivation as it is once nothing is in its way and no operator has approved it yet; any other action as it is.
    pub(super) fn not_yet(mut self) -> Self {
        if let Step::Deactivate { approved, evidence, .. } = &mut self.step {
            *approved = false;
            self.reason = evidence.reason();
        }
        self
    }
}

//! What was decided about one person, and for how long that stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ApprovalVerdict, Grounds, HoldReason, Matter, PlanDecision, PlanId};
use crate::identity::{EmployeeId, UserName};

/// What was decided about one person. It stands until their evidence is another: one `DECISION` item of the table.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// About whom.
    pub employee_id: EmployeeId,
    /// The account they were linked to; of one that would be created, its user name.
    pub user_name: UserName,
    /// What was decided upon: the action, and its evidence.
    pub evidence: Grounds,
    /// The version of the configuration since which employees are decided about as when it was decided.
    pub version: u64,
    /// The plan in which it was shown.
    pub plan: PlanId,
    /// The word.
    pub word: PlanDecision,
    /// Why it was held when it was decided upon.
    pub because: HoldReason,
}

/// What a plan would do about one employee, as a decision is held against it.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// The employee.
    pub employee_id: &'a EmployeeId,
    /// The account; of one that would be created, its user name.
    pub user_name: &'a UserName,
    /// What would be done, and on what evidence.
    pub evidence: Grounds,
    /// What an approval must have been given in sight of, for instance that the record has been emptied.
    pub to_be_shown: Option<HoldReason>,
}

impl Decision {
    /// Whom, and what of the account, it is about.
    #[must_use]
    pub const fn about(&self) -> (&EmployeeId, Matter) {
        (&self.employee_id, self.evidence.matter())
    }

    /// Whether the decision is about just this: the same account, the same action on the same evidence. An approval also needs
    /// the same rules, whatever else the versions of the configuration changed since, and that the operator was shown what has to be shown, for instance that the record
    /// has been emptied; a rejection needs neither.
    #[must_use]
    pub fn stands(&self, proposal: &Proposal<'_>, version: u64) -> bool {
        let is_same = self.employee_id == *proposal.employee_id
            && self.user_name == *proposal.user_name
            && self.evidence == proposal.evidence;
        let was_shown = self.version == version && proposal.to_be_shown.is_none_or(|because| because == self.because);
        is_same && (self.word.verdict != ApprovalVerdict::Approved || was_shown)
    }

    /// The size of the shrunken read that was approved with it: whoever approves what it brings approves that it is as small as
    /// that.
    #[must_use]
    pub fn approved_read(&self) -> Option<u64> {
        match (self.word.verdict, self.because) {
            (ApprovalVerdict::Approved, HoldReason::Shrunk { to, .. }) => Some(to),
            (ApprovalVerdict::Approved | ApprovalVerdict::Rejected | ApprovalVerdict::Awaits, _) => None,
        }
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("employee_id", &self.employee_id)
            .field("evidence", &self.evidence)
            .field("verdict", &self.word.verdict)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

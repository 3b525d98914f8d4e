//! The decision about one employee's action, and for how long it stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ApprovalVerdict, Grounds, HoldReason, Matter, PlanDecision, PlanId};
use crate::identity::{EmployeeId, UserName};

/// An operator's decision about one employee's action: one `DECISION` item of the table. It stands until the action's
/// evidence changes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The employee whose account it concerns.
    pub employee_id: EmployeeId,
    /// The account they were linked to; of one that would be created, its user name.
    pub user_name: UserName,
    /// The action that the operator decided about, with its evidence.
    pub evidence: Grounds,
    /// The version of the configuration since which employees are decided about as when it was decided.
    pub version: u64,
    /// The plan in which it was shown.
    pub plan: PlanId,
    /// The operator's verdict, with its actor and time.
    #[serde(rename = "word")]
    pub made: PlanDecision,
    /// Why it was held when it was decided upon.
    #[serde(rename = "because")]
    pub hold_reason: HoldReason,
}

/// A plan's action on one employee's account, as it is compared with decisions.
#[derive(Debug, Clone)]
pub struct Proposal<'a> {
    /// The employee.
    pub employee_id: &'a EmployeeId,
    /// The account; of one that would be created, its user name.
    pub user_name: &'a UserName,
    /// The action, with its evidence.
    pub evidence: Grounds,
    /// The hold reason that an operator must have been shown for the approval to count, for instance that the record
    /// has been emptied.
    pub to_be_shown: Option<HoldReason>,
}

impl Decision {
    /// Returns the employee, and the part of the account, that the decision is about.
    #[must_use]
    pub const fn about(&self) -> (&EmployeeId, Matter) {
        (&self.employee_id, self.evidence.matter())
    }

    /// Whether the decision covers exactly this proposal: the same account, the same action on the same evidence. An
    /// approval also needs the same rules, apart from other changes between the configuration versions, and that the
    /// operator was shown the required hold reason, for instance that the record has been emptied; a rejection needs
    /// neither.
    #[must_use]
    pub fn stands(&self, proposal: &Proposal<'_>, version: u64) -> bool {
        let is_same = self.employee_id == *proposal.employee_id
            && self.user_name == *proposal.user_name
            && self.evidence == proposal.evidence;
        let was_shown =
            self.version == version && proposal.to_be_shown.is_none_or(|because| because == self.hold_reason);
        is_same && (self.made.verdict != ApprovalVerdict::Approved || was_shown)
    }

    /// The size, in employees, of the shrunken read that the operator approved with it: an approval of actions from
    /// such a read also approves that the read is as small as this.
    #[must_use]
    pub fn approved_read(&self) -> Option<u64> {
        match (self.made.verdict, self.hold_reason) {
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
            .field("verdict", &self.made.verdict)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

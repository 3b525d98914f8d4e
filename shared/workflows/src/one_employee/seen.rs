//! The result of a look at one employee, and what it cannot show.

use std::fmt;

use habitsync_domain::approvals::{Decision, PendingPlan};
use habitsync_domain::identity::EmployeeId;
use habitsync_domain::jobs::state::JobState;
use habitsync_domain::people::employee::Employee;
use habitsync_domain::people::last_day::LastDaySeen;
use habitsync_domain::people::link::{Person, PersonChange};
use habitsync_domain::people::rejected_writes::RejectedWrites;
use habitsync_domain::people::user::PortalUser;
use habitsync_domain::user_plan::PersonPlan;
use jiff::Timestamp;
use serde::Serialize;

use super::Match;

/// What a look at one person found. Holds personal data; `Debug` withholds it.
#[derive(Clone, PartialEq)]
pub struct SeenPerson {
    /// Who.
    pub employee_id: EmployeeId,
    /// Their record; none where EmployeeConnect says that there is no such employee.
    pub employee: Option<Employee>,
    /// Their manager's record, where theirs names one that is there.
    pub manager: Option<Employee>,
    /// The link and the mirror, as the table has them.
    pub link: Option<Person>,
    /// Which account is theirs.
    pub found: Match,
    /// The accounts that may be theirs, as the portal has them.
    pub accounts: Vec<PortalUser>,
    /// What a run would do about them.
    pub plan: PersonPlan,
    /// The operators' decision about the employee.
    pub decision: Option<Decision>,
    /// The customer's pending plan.
    pub held: Option<PendingPlan>,
    /// What the portal has been refusing of them.
    pub parked: Option<RejectedWrites>,
    /// When runs first saw last days beside an active status: the employee's, and the manager's.
    pub last_days: Vec<LastDaySeen>,
    /// The changes of the last 90 days, the newest first.
    pub changes: Vec<PersonChange>,
    /// What the job remembers.
    pub job: JobState,
    /// The facts that a run may see differently, since it reads all employees.
    pub unknown: Vec<Unknown>,
    /// When they were looked at.
    pub at: Timestamp,
    /// Since when rejected writes are tried again, where the look was for a sync that an operator asked for.
    pub(super) retries_from: Option<Timestamp>,
    /// All links, where the plan depends on them.
    pub(super) everybody: Option<Vec<Person>>,
}

/// A fact that a look at one employee cannot show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Whether the record of an employee without a link has the same user name or e-mail.
    OtherClaims,
    /// Whether an account under another user name has the e-mail.
    AccountByEmail,
    /// Whether the managers further up lead back to the person.
    LoopOfManagers,
    /// How many others would be removed with them.
    OtherRemovals,
    /// Custom fields that only others have, which a rule asks for by computed names.
    FieldsOfOthers,
}

impl Unknown {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherClaims => {
                "whether the record of somebody who is not linked yet asks for the same user name or e-mail: both would be disputed"
            }
            Self::AccountByEmail => {
                "whether an account under another user name has this e-mail: the portal can be asked for user names only"
            }
            Self::LoopOfManagers => "whether the managers above the manager lead back to this person",
            Self::OtherRemovals => {
                "how many others a run would remove: beyond the limits all of them, this one too, would wait for a word"
            }
            Self::FieldsOfOthers => {
                "custom fields that only other people have, which a rule asks for by a computed name"
            }
        }
    }
}

impl fmt::Debug for SeenPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenPerson")
            .field("employee_id", &self.employee_id)
            .field("plan", &self.plan.plan)
            .finish_non_exhaustive()
    }
}

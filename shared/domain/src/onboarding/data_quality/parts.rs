//! The parts that the portal's accounts belong to, and how many belong to each.

use std::fmt;

use serde::Serialize;

use crate::configuration::MatchKey;
use crate::identity::{EmployeeId, UserName};
use crate::user_plan::Eligibility;

/// An account of the portal. Holds personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PortalAccount {
    /// Its name.
    pub user_name: UserName,
    /// Its owner's name as the portal has it.
    pub person: String,
    /// Its e-mail, where it has one.
    pub email: Option<String>,
    /// Whether it can log in.
    pub active: bool,
    /// The part that it belongs to.
    #[serde(flatten)]
    pub part: Part,
}

/// The part of the accounts that one belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "part")]
pub enum Part {
    /// It is linked to an employee.
    Managed {
        /// The employee numbers concerned.
        employee_id: EmployeeId,
    },
    /// The next run adopts it.
    Matchable {
        /// The employee that it is adopted for.
        employee_id: EmployeeId,
        /// The key that matches.
        by: MatchKey,
    },
    /// An employee would match it, but no run adopts accounts for this employee.
    NotAdopted {
        /// The employee numbers concerned.
        employee_ids: Vec<EmployeeId>,
        /// Why no run does.
        why: NotAdopted,
    },
    /// Several people claim it, or one who has another account too: it is never guessed whose it is.
    Disputed {
        /// Who.
        claimed_by: Vec<EmployeeId>,
    },
    /// The configuration says that it is never touched.
    Protected,
    /// It is no employee's.
    Unknown,
}

/// Why no run adopts an account that an employee would match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAdopted {
    /// They have left.
    Left,
    /// They start too far in the future.
    StartsLater,
    /// The filter does not admit them.
    OutOfScope,
    /// Nothing can be decided about them.
    Undecided,
    /// Something else about them has to be mended first.
    SetAside,
}

impl NotAdopted {
    pub(super) const fn of(placement: Eligibility) -> Self {
        match placement {
            Eligibility::Left => Self::Left,
            Eligibility::StartsLater => Self::StartsLater,
            Eligibility::OutOfScope => Self::OutOfScope,
            Eligibility::Undecided => Self::Undecided,
            Eligibility::InScope => Self::SetAside,
        }
    }
}

/// How the accounts divide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AccountCounts {
    /// All of them.
    pub accounts: usize,
    /// Linked.
    pub managed: usize,
    /// Adopted by the next run, recognised by their user name.
    pub matchable_by_user_name: usize,
    /// Adopted by the next run, recognised by their e-mail.
    pub matchable_by_email: usize,
    /// Recognised, and not adopted.
    pub not_adopted: usize,
    /// Claimed by several people.
    pub disputed: usize,
    /// Never touched.
    pub protected: usize,
    /// No employee's.
    pub unknown: usize,
}

impl AccountCounts {
    pub(super) fn of(accounts: &[PortalAccount]) -> Self {
        let mut counts = Self::default();
        for account in accounts {
            counts.accounts += 1;
            *match &account.part {
                Part::Managed { .. } => &mut counts.managed,
                Part::Matchable {
                    by: MatchKey::UserName, ..
                } => &mut counts.matchable_by_user_name,
                Part::Matchable {
                    by: MatchKey::Email, ..
                } => &mut counts.matchable_by_email,
                Part::NotAdopted { .. } => &mut counts.not_adopted,
                Part::Disputed { .. } => &mut counts.disputed,
                Part::Protected => &mut counts.protected,
                Part::Unknown => &mut counts.unknown,
            } += 1;
        }
        counts
    }

    /// Whether every account is in exactly one part.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let matchable = self.matchable_by_user_name + self.matchable_by_email;
        self.accounts == self.managed + matchable + self.not_adopted + self.disputed + self.protected + self.unknown
    }
}

impl fmt::Debug for PortalAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PortalAccount")
            .field("active", &self.active)
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

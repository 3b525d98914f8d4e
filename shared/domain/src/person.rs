//! A person who is linked: which employee has which account, and the last value of each field that was written or seen.
//! The table's `PERSON` items; the mirror that makes unchanged people cost no request.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::{EmployeeId, UserName};
use crate::user::UserFields;

/// The stored link of one employee to one portal account, and the mirror of that account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The employee. One employee has one account.
    pub employee_id: EmployeeId,
    /// The account's user name today.
    pub user_name: UserName,
    /// User names the account had before, oldest first: a result that arrives late still finds its person.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// Whether the account is active, as last written or seen.
    pub active: bool,
    /// Each mapped field as last written or seen.
    pub fields: UserFields,
    /// When we last changed the account, and why.
    #[serde(default)]
    pub last_change: Option<LastChange>,
}

/// A user name that the account no longer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub user_name: UserName,
    /// The moment it was given up.
    pub until: Timestamp,
}

/// The last thing that was done to the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastChange {
    /// When.
    pub at: Timestamp,
    /// Why, in words for an operator; no personal data.
    pub reason: String,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("employee_id", &self.employee_id)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

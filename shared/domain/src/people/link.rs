//! The link of one employee to one account, with the mirror: the last value of each field that was written or read. The
//! table's `PERSON` items; thanks to the mirror, unchanged employees cost no request.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approvals::change::ChangeMarks;
use crate::identity::{EmployeeId, UserName};
use crate::people::employment::Evidence;
use crate::people::user::{FieldName, UserFields};

/// The stored link of one employee to one portal account, and the mirror of that account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The employee. One employee has one account.
    pub employee_id: EmployeeId,
    /// The account's user name today.
    pub user_name: UserName,
    /// User names the account had before, oldest first: a result that arrives late still finds its employee.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// Whether the account is active, as last written or seen.
    pub active: bool,
    /// Each mapped field as last written or seen.
    pub fields: UserFields,
    /// When we last changed the account, and why.
    #[serde(default)]
    pub last_change: Option<LastChange>,
    /// When we last deactivated the account, and on what evidence; kept when the employee is rehired.
    #[serde(default)]
    pub removed: Option<Deactivated>,
    /// When we last created, renamed and updated the account, as the change limits count it.
    #[serde(default, skip_serializing_if = "ChangeMarks::are_none")]
    pub marks: ChangeMarks,
    /// Fields that the portal stored otherwise than they were written.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rewrites: BTreeMap<FieldName, Rewrite>,
}

/// A value that the portal stored otherwise than it was written, by digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrite {
    /// Digest of the value that was written.
    pub written: String,
    /// Digest of the value that the portal showed right afterwards.
    pub stored: String,
    /// How often, at most twice.
    pub times: u8,
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
    /// Whether an operator linked the employee to the account: both count as one person, even where their names differ.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub linked_by_hand: bool,
}

/// A deactivation that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deactivated {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub evidence: Evidence,
    /// Whether an operator approved it: then it does not count towards the change limit.
    #[serde(default)]
    pub approved: bool,
}

/// The record of a change to an account, field by field: one `CHANGE` item of the table, kept for 90 days. Holds
/// personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChange {
    /// Whose account.
    pub employee_id: EmployeeId,
    /// When.
    pub at: Timestamp,
    /// Why, in words for an operator; no personal data.
    pub reason: String,
    /// The fields that HabitSync wrote, or found changed by others.
    pub fields: Vec<FieldChange>,
}

/// One field of an account before and after.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// `user_name`, `active`, or a field's name.
    pub field: String,
    /// The value before; none where it was not known.
    pub before: Option<String>,
    /// The value after; empty where it was cleared.
    pub after: String,
}

impl Person {
    /// Returns the link under this user name; a different user name until now becomes a former name.
    #[must_use]
    pub fn renamed(&self, name: &UserName, now: Timestamp) -> Self {
        let mut person = self.clone();
        if person.user_name != *name {
            let user_name = std::mem::replace(&mut person.user_name, name.clone());
            person.former_names.push(FormerName { user_name, until: now });
        }
        person
    }

    /// Returns the mirror's value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let name: FieldName = name.parse().ok()?;
        self.fields.0.get(&name).map(String::as_str)
    }

    /// Returns the employee's name as the portal has it; the employee number where it has none.
    #[must_use]
    pub fn display_name(&self) -> String {
        let names = [FieldName::FIRST_NAME, FieldName::LAST_NAME].map(|name| self.field(name));
        let names: Vec<_> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            format!("employee {}", self.employee_id)
        } else {
            names.join(" ")
        }
    }
}

impl fmt::Debug for PersonChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.fields.iter().map(|change| &change.field).collect();
        f.debug_struct("PersonChange")
            .field("employee_id", &self.employee_id)
            .field("at", &self.at)
            .field("fields", &fields)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("employee_id", &self.employee_id)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

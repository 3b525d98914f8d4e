//! One finding, and the employees and accounts that it concerns.

use std::fmt;

use serde::Serialize;

use super::Kind;
use crate::identity::{EmployeeId, UserName};
use crate::people::employee::Employee;
use crate::people::user::{FieldName, PortalUser};

/// A mistake in the data of one employee or account, or of several together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataQualityFinding {
    /// The kind of the mistake.
    pub kind: Kind,
    /// The employees or accounts concerned: all that share a value, the members of a loop in their order, or a single
    /// one.
    pub people: Vec<AffectedPerson>,
}

/// An employee or an account that a finding concerns. Holds personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AffectedPerson {
    /// The employee; none for an account that is no employee's.
    pub employee_id: Option<EmployeeId>,
    /// The account, where it is about one.
    pub user_name: Option<UserName>,
    /// The employee's name, as the record or the account has it.
    pub person: String,
    /// The field concerned, under its EmployeeConnect name where it comes from there.
    pub field: Option<String>,
    /// The value of the field.
    pub seen: Option<String>,
    /// Further information, in words; empty where there is none.
    pub note: String,
}

impl DataQualityFinding {
    /// Returns the sort key: the worst kind first, then the employee number, then the user name.
    pub(super) fn rank(&self) -> (Kind, Option<&EmployeeId>, Option<&UserName>) {
        let first = self.people.first();
        let employee_id = first.and_then(|first| first.employee_id.as_ref());
        (self.kind, employee_id, first.and_then(|first| first.user_name.as_ref()))
    }
}

impl AffectedPerson {
    /// An employee, account or object of which only a name is known.
    pub(super) const fn named(person: String) -> Self {
        Self {
            employee_id: None,
            user_name: None,
            person,
            field: None,
            seen: None,
            note: String::new(),
        }
    }

    /// This employee.
    pub(super) fn employee(employee: &Employee) -> Self {
        Self {
            employee_id: Some(employee.id().clone()),
            ..Self::named(employee.display_name())
        }
    }

    /// This account.
    pub(super) fn account(user: &PortalUser) -> Self {
        Self {
            user_name: Some(user.user_name.clone()),
            ..Self::named(name_of(user))
        }
    }

    /// Adds the field and its value.
    pub(super) fn with(self, field: impl Into<String>, seen: Option<&str>) -> Self {
        Self {
            field: Some(field.into()),
            seen: seen.map(str::to_owned),
            ..self
        }
    }

    /// Adds further information, in words.
    pub(super) fn noting(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }
}

/// The name of an account's owner as the portal has it; the user name where it has none.
pub(super) fn name_of(user: &PortalUser) -> String {
    let names = [FieldName::FIRST_NAME, FieldName::LAST_NAME].map(|name| {
        let name: FieldName = name.parse().ok()?;
        user.fields.0.get(&name).map(String::as_str)
    });
    let names: Vec<_> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        user.user_name.as_str().to_owned()
    } else {
        names.join(" ")
    }
}

impl fmt::Debug for AffectedPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Concerned")
            .field("employee_id", &self.employee_id)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

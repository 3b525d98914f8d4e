//! One finding, and whom it is about.

use std::fmt;

use serde::Serialize;

use super::Kind;
use crate::identity::{EmployeeId, UserName};
use crate::people::employee::Employee;
use crate::people::user::{FieldName, PortalUser};

/// Something that is wrong: about one person or account, or about several together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataQualityFinding {
    /// What is wrong.
    pub kind: Kind,
    /// Whom it is about: everybody who shares something, the members of a loop in their order, or one alone.
    pub people: Vec<AffectedPerson>,
}

/// Somebody, or an account, that a finding is about. Holds personal data; `Debug` withholds it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct AffectedPerson {
    /// The employee; none for an account that is no employee's.
    pub employee_id: Option<EmployeeId>,
    /// The account, where it is about one.
    pub user_name: Option<UserName>,
    /// The person's name, as the record or the account has it.
    pub person: String,
    /// What it is about: a field, as it is called in EmployeeConnect where it comes from there.
    pub field: Option<String>,
    /// What was seen there.
    pub seen: Option<String>,
    /// What else is to be known, in words; empty where nothing.
    pub note: String,
}

impl DataQualityFinding {
    /// The worst kind first, then whoever comes first.
    pub(super) fn rank(&self) -> (Kind, Option<&EmployeeId>, Option<&UserName>) {
        let first = self.people.first();
        let employee_id = first.and_then(|first| first.employee_id.as_ref());
        (self.kind, employee_id, first.and_then(|first| first.user_name.as_ref()))
    }
}

impl AffectedPerson {
    /// Somebody of whom a name is known, or a thing that has one.
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

    /// What was seen in which field.
    pub(super) fn with(self, field: impl Into<String>, seen: Option<&str>) -> Self {
        Self {
            field: Some(field.into()),
            seen: seen.map(str::to_owned),
            ..self
        }
    }

    /// With what is to be known.
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

//! The differences of an account from its mirror: for the record of a change, and for changes made outside HabitSync.

use std::fmt;

use crate::identity::EmployeeId;
use crate::people::link::{FieldChange, Person};
use crate::people::user::UserChange;

/// A value of an account that differs from the one last written or read.
#[derive(Clone, PartialEq, Eq)]
pub struct Drift {
    /// The employee whose account it is.
    pub employee_id: EmployeeId,
    /// The employee's name as the customer knows it.
    pub person: String,
    /// The portal's field, or `active`.
    pub field: String,
    /// The value last written or read.
    pub stored: String,
    /// The value that the portal has now.
    pub seen: String,
    /// Whether this run writes over it.
    pub overwritten: bool,
}

impl Drift {
    /// Returns every difference between the mirror of an account and the portal; `change` holds the values that this
    /// run writes.
    pub(super) fn between(stored: &Person, seen: &Person, person: &str, change: &UserChange) -> Vec<Self> {
        let fields = differences(Some(stored), seen);
        let is_overwritten = |field: &str| {
            change.fields.0.keys().any(|written| written.as_str() == field)
                || (field == "active" && change.active.is_some())
        };
        let drift = fields.into_iter().map(|FieldChange { field, before, after }| Self {
            employee_id: stored.employee_id.clone(),
            person: person.to_owned(),
            overwritten: is_overwritten(&field),
            field,
            stored: before.unwrap_or_default(),
            seen: after,
        });
        drift.collect()
    }
}

/// Everything in which an account differs from what it was; all of it where it was not known.
pub(super) fn differences(before: Option<&Person>, after: &Person) -> Vec<FieldChange> {
    let standard = |person: &Person| {
        [
            ("user_name", person.user_name.as_str().to_owned()),
            ("active", person.active.to_string()),
        ]
    };
    let values = |person: &Person| -> Vec<(String, String)> {
        let fields = person.fields.0.iter();
        let fields = fields.map(|(name, value)| (name.to_string(), value.clone()));
        let standard = standard(person).map(|(name, value)| (name.to_owned(), value));
        standard.into_iter().chain(fields).collect()
    };
    let known = before.map(values).unwrap_or_default();
    let value_before = |field: &str| {
        let found = known.iter().find(|(name, _)| name == field);
        found.map(|(_, value)| value.clone())
    };
    values(after)
        .into_iter()
        .map(|(field, after)| FieldChange {
            before: value_before(&field),
            field,
            after,
        })
        .filter(|change| change.before.as_deref().unwrap_or_default() != change.after)
        .collect()
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift")
            .field("employee_id", &self.employee_id)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

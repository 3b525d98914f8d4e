//! The account of an employee, and its values after a write.

use std::collections::BTreeSet;
use std::fmt;

use habitsync_domain::configuration::MatchKey;
use habitsync_domain::identity::UserName;
use habitsync_domain::people::link::Person;
use habitsync_domain::people::user::{PortalUser, UserFields};
use habitsync_domain::user_plan::reads_alike;
use serde::Serialize;

/// The owner of an account, as far as user names show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The linked one, under this name; it is gone from the portal where there is none of this name.
    Linked(UserName),
    /// One that is there already, recognised by this.
    By(MatchKey, UserName),
    /// None: they would get one.
    None,
}

/// An account read back after it was written. Holds personal data; `Debug` withholds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadBack {
    /// Whether the account is there at all.
    pub found: bool,
    /// Field by field; `user_name` and `active` among them.
    pub fields: Vec<FieldReadBack>,
}

/// One field of it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FieldReadBack {
    /// `user_name`, `active`, or the portal's field.
    pub field: String,
    /// What it should hold.
    pub expected: String,
    /// What it holds; none where the account is not there.
    pub seen: Option<String>,
    /// Whether they are the same, as the portal spells values.
    pub same: bool,
    /// Whether it was written just now.
    pub written: bool,
}

impl ReadBack {
    /// Compares the expected values with those in the portal.
    pub(super) fn of(expected: &Person, written: &BTreeSet<String>, seen: Option<&PortalUser>) -> Self {
        let own = [
            ("user_name", expected.user_name.as_str().to_owned()),
            ("active", expected.active.to_string()),
        ];
        let own = own.map(|(field, value)| (field.to_owned(), value));
        let UserFields(fields) = &expected.fields;
        let fields = fields.iter().map(|(field, value)| (field.to_string(), value.clone()));
        let fields = own.into_iter().chain(fields).map(|(field, expected)| {
            let seen = seen.map(|user| value_of(user, &field));
            FieldReadBack {
                same: seen.as_deref().is_some_and(|seen| reads_alike(seen, &expected)),
                written: written.contains(&field),
                field,
                expected,
                seen,
            }
        });
        Self {
            found: seen.is_some(),
            fields: fields.collect(),
        }
    }

    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_as_expected(&self) -> bool {
        self.found && self.fields.iter().all(|field| field.same)
    }
}

/// A field that the portal does not show is empty.
fn value_of(user: &PortalUser, field: &str) -> String {
    match field {
        "user_name" => user.user_name.as_str().to_owned(),
        "active" => user.active.to_string(),
        field => {
            let value = field.parse().ok().and_then(|name| user.fields.0.get(&name).cloned());
            value.unwrap_or_default()
        }
    }
}

impl fmt::Debug for FieldReadBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldReadBack")
            .field("field", &self.field)
            .field("same", &self.same)
            .finish_non_exhaustive()
    }
}

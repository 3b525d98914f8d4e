//! A user of the Tribal Habits portal: its fields when read and when written.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

use crate::identity::UserName;

/// A field of a portal user: one of the four standard ones or a custom field (`X-` and its name).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(CompactString);

/// A name that no field of a portal user has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a portal field is one of first_name, last_name, email, manager_email, or starts with X-")]
pub struct InvalidFieldName;

impl FieldName {
    /// `first_name`, required on create.
    pub const FIRST_NAME: &'static str = "first_name";
    /// `last_name`, required on create.
    pub const LAST_NAME: &'static str = "last_name";
    /// `email`, required on create and unique.
    pub const EMAIL: &'static str = "email";
    /// `manager_email`: one that equals a portal user's makes that user the team leader.
    pub const MANAGER_EMAIL: &'static str = "manager_email";

    /// The name as the portal spells it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a custom field of the customer's portal.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.0.starts_with("X-")
    }

    /// Whether a user cannot be created without it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(self.as_str(), Self::FIRST_NAME | Self::LAST_NAME | Self::EMAIL)
    }

    /// Whether this is the standard field for an e-mail address.
    #[must_use]
    pub fn is_email(&self) -> bool {
        self.0 == Self::EMAIL
    }

    /// Whether this is the standard field for the manager's e-mail address.
    #[must_use]
    pub fn is_manager_email(&self) -> bool {
        self.0 == Self::MANAGER_EMAIL
    }

    /// The standard field for an e-mail address.
    #[must_use]
    pub fn email() -> Self {
        Self(CompactString::const_new(Self::EMAIL))
    }

    /// The standard field for the manager's e-mail address.
    #[must_use]
    pub fn manager_email() -> Self {
        Self(CompactString::const_new(Self::MANAGER_EMAIL))
    }
}

impl FromStr for FieldName {
    type Err = InvalidFieldName;

    fn from_str(name: &str) -> Result<Self, InvalidFieldName> {
        let standard = [Self::FIRST_NAME, Self::LAST_NAME, Self::EMAIL, Self::MANAGER_EMAIL].contains(&name);
        let custom = name.strip_prefix("X-").is_some_and(|rest| !rest.trim().is_empty());
        if standard || custom {
            Ok(Self(CompactString::from(name)))
        } else {
            Err(InvalidFieldName)
        }
    }
}

impl TryFrom<String> for FieldName {
    type Error = InvalidFieldName;

    fn try_from(name: String) -> Result<Self, InvalidFieldName> {
        name.parse()
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0.into_string()
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Field values by name, as text. A field that is not there is not known (read) or not touched (written); an empty text
/// is an empty field (read) or clears it (written, assumed).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserFields(pub BTreeMap<FieldName, String>);

impl fmt::Debug for UserFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A user as the portal lists them. A null or missing field is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUser {
    /// Unique in the portal.
    pub user_name: UserName,
    /// Whether the account can log in.
    pub active: bool,
    /// Every field the portal sent but `user_name` and `active`, numbers as text.
    pub fields: UserFields,
}

/// A user to be created, active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Unique in the portal.
    pub user_name: UserName,
    /// First and last name, e-mail, and the other fields that the customer maps.
    pub fields: UserFields,
}

/// A change of a user; fields that are `None` or absent stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// The new user name, where the account is renamed.
    pub user_name: Option<UserName>,
    /// `false` deactivates, `true` reactivates.
    pub active: Option<bool>,
    /// Only the fields to write.
    pub fields: UserFields,
}

impl UserChange {
    /// A change that deactivates the account and nothing else.
    #[must_use]
    pub fn deactivation() -> Self {
        Self {
            active: Some(false),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_standard_one_or_a_named_custom_one() {
        for good in ["first_name", "manager_email", "X-Job Title"] {
            assert!(good.parse::<FieldName>().is_ok(), "{good}");
        }
        for bad in ["firstname", "user_name", "active", "X-", "X- ", "Job Title"] {
            assert_eq!(bad.parse::<FieldName>(), Err(InvalidFieldName), "{bad}");
        }
    }

    #[test]
    fn debug_names_the_fields_and_withholds_their_values() {
        let fields = UserFields(BTreeMap::from([(FieldName::email(), "jo@acme.example".to_owned())]));
        let printed = format!("{fields:?}");
        assert!(printed.contains("email") && !printed.contains("jo@"), "{printed}");
    }
}

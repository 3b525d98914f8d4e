//! What only one account may have: a user name, an e-mail.

use crate::people::link::Person;
use crate::people::user::FieldName;

/// A value that only one account may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unique {
    UserName,
    Email,
}

impl Unique {
    pub(super) const BOTH: [Self; 2] = [Self::UserName, Self::Email];

    /// As the customer calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::UserName => "user name",
            Self::Email => "e-mail",
        }
    }
}

/// A user name or an e-mail as it is compared.
pub(super) type Key = (Unique, String);

impl Person {
    /// Returns the value that only one account may have, in the form in which it is compared.
    pub(super) fn unique(&self, what: Unique) -> Option<String> {
        match what {
            Unique::UserName => Some(self.user_name.key()),
            Unique::Email => self
                .field(FieldName::EMAIL)
                .map(str::to_lowercase)
                .filter(|email| !email.is_empty()),
        }
    }
}

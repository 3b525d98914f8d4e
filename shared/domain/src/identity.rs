//! Identifiers of both vendors, parsed once and compared in one way.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::invisible;

/// A text that does not have the required form. Names the expected form, never the text: it may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct InvalidIdentity {
    /// The expected form of the value, for instance "an employee id is not empty".
    pub expected: &'static str,
}

/// EmployeeConnect's `employeeId`: stable for the life of the record (assumed).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmployeeId(String);

/// A Tribal Habits `user_name`, outer blanks removed. Equality ignores letter case, as the portal's does (assumed);
/// requests carry the original spelling.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// A valid e-mail address, outer blanks removed. Equality ignores letter case.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// A Tribal Habits topic's `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicId(pub i64);

/// A Tribal Habits topic's `code` (for instance `TH-9-456`): the external reference of its course.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicCode(pub String);

/// A Tribal Habits enrolment's `id`. A retake is another enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnrolmentId(pub i64);

/// An EmployeeConnect `courseId`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CourseId(pub String);

/// The expected form of an address or a user name that contains an invisible character.
pub(crate) const VISIBLE: &str = "a text without invisible characters";

impl EmployeeId {
    /// The id as EmployeeConnect writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmployeeId {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        parse_text(
            invisible::trimmed(text),
            100,
            "an employee id has 1 to 100 characters and no control characters",
        )
        .map(Self)
    }
}

impl UserName {
    /// The user name as it was given, without outer blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form in which user names are compared: lower case, without invisible characters around it.
    #[must_use]
    pub fn key(&self) -> String {
        invisible::trimmed(&self.0).to_lowercase()
    }
}

impl FromStr for UserName {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        parse_text(
            text,
            255,
            "a user name has 1 to 255 characters and no control characters",
        )
        .map(Self)
    }
}

impl EmailAddress {
    /// The address as it was given, without outer blanks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form in which addresses are compared: lower case.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidIdentity;

    fn from_str(text: &str) -> Result<Self, InvalidIdentity> {
        const EXPECTED: &str = "an e-mail address such as name@company.com.au";
        let text = parse_text(invisible::trimmed(text), 254, EXPECTED)?;
        if invisible::is_irregular(&text) {
            let expected = VISIBLE;
            return Err(InvalidIdentity { expected });
        }
        // A domain without a dot parses (`jo@localhost`) but can never be an employee's address.
        let options = email_address::Options::default()
            .with_required_tld()
            .without_display_text();
        email_address::EmailAddress::parse_with_options(&text, options)
            .map_err(|_| InvalidIdentity { expected: EXPECTED })?;
        Ok(Self(text))
    }
}

fn parse_text(text: &str, longest: usize, expected: &'static str) -> Result<String, InvalidIdentity> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(InvalidIdentity { expected })
    }
}

/// Text identities: read from a string through `FromStr`, written as one.
macro_rules! text_identity {
    ($($name:ident),+) => {$(
        impl TryFrom<String> for $name {
            type Error = InvalidIdentity;
            fn try_from(text: String) -> Result<Self, InvalidIdentity> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(identity: $name) -> Self {
                identity.0
            }
        }
    )+};
}
text_identity!(EmployeeId, UserName, EmailAddress);

/// Identities that are personal data: compared without regard to letter case, and never printed by `Debug`.
macro_rules! personal_identity {
    ($($name:ident),+) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.key() == other.key()
            }
        }
        impl Eq for $name {}
        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.key().cmp(&other.key())
            }
        }
        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.key().hash(state);
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(withheld)"))
            }
        }
    )+};
}
personal_identity!(UserName, EmailAddress);

macro_rules! shown_identity {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}
shown_identity!(EmployeeId, TopicId, TopicCode, EnrolmentId, CourseId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_letter_case_never_make_a_second_user_name() {
        let one: UserName = " Jo@Acme.com.au ".parse().expect("valid");
        let two: UserName = "jo@acme.com.au".parse().expect("valid");
        assert_eq!(one, two);
        assert_eq!(one.as_str(), "Jo@Acme.com.au");
    }

    #[test]
    fn an_email_address_needs_a_name_an_at_sign_and_a_domain_with_a_dot() {
        for bad in [
            "",
            "jo",
            "jo@",
            "@acme.com.au",
            "jo@acme",
            "jo acme@acme.com",
            "jo@acme..com",
            "Jo <jo@acme.com>",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?} was taken for an address");
        }
        for good in ["jo@acme.com.au", " jo.o'brien+x@acme.example ", "zoë@acme.com.au"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good:?} was refused");
        }
    }

    #[test]
    fn a_user_name_with_a_control_character_is_refused() {
        assert!("jo\r\nBcc: x".parse::<UserName>().is_err());
    }

    #[test]
    fn debug_never_prints_personal_identities() {
        let name: UserName = "jo@acme.com.au".parse().expect("valid");
        assert_eq!(format!("{name:?}"), "UserName(withheld)");
    }
}

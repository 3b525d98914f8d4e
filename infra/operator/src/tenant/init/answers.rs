//! The kick-off call's answers: asked one by one, or read from a TOML file with the same names.

use std::collections::BTreeMap;

use habitsync_domain::tenant::TenantId;
use serde::Deserialize;

/// What a customer says in the kick-off call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    /// The customer's name.
    pub(crate) name: String,
    /// The key of everything; made from the name unless given.
    pub(crate) tenant: TenantId,
    /// IANA time zone name, e.g. `Australia/Sydney`.
    pub(crate) time_zone: String,
    /// Address of the Tribal Habits portal.
    pub(crate) portal: String,
    /// Address of EmployeeConnect's API.
    pub(crate) employee_connect: String,
    /// `client_credentials` or `static_key`.
    #[serde(default = "client_credentials")]
    pub(crate) auth: String,
    /// What the user name is made of.
    #[serde(default)]
    pub(crate) user_name: UserNameFrom,
    /// Whether people sign in by single sign-on.
    #[serde(default)]
    pub(crate) sso: bool,
    /// Only people with an address of these domains; empty: all employees.
    #[serde(default)]
    pub(crate) email_domains: Vec<String>,
    /// People at these locations have no account.
    #[serde(default)]
    pub(crate) leave_out_locations: Vec<String>,
    /// Extra fields: Tribal Habits' name, EmployeeConnect's.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, String>,
    /// Whether topics become courses.
    #[serde(default = "yes")]
    pub(crate) courses: bool,
    /// Whether completions become results.
    #[serde(default = "yes")]
    pub(crate) results: bool,
    /// How often people and courses are synchronised.
    #[serde(default)]
    pub(crate) pace: Pace,
    /// Recipients of alerts.
    #[serde(default)]
    pub(crate) alerts: Vec<String>,
    /// Name of the contact that the letter is addressed to.
    #[serde(default)]
    pub(crate) contact: Option<String>,
}

/// What the user name is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UserNameFrom {
    /// The work e-mail.
    #[default]
    WorkEmail,
    /// EmployeeConnect's user id.
    UserId,
}

/// How often people and courses are synchronised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Pace {
    /// Every hour of working days.
    #[default]
    Hourly,
    /// Every two hours of working days.
    EveryTwoHours,
    /// Once a night.
    Nightly,
}

impl UserNameFrom {
    pub(crate) const ALL: [Self; 2] = [Self::WorkEmail, Self::UserId];

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::WorkEmail => "work e-mail",
            Self::UserId => "EmployeeConnect UserID",
        }
    }

    pub(super) const fn expression(self) -> &'static str {
        match self {
            Self::WorkEmail => "employee.workEmail",
            Self::UserId => "employee.userId",
        }
    }
}

impl Pace {
    pub(crate) const ALL: [Self; 3] = [Self::Hourly, Self::EveryTwoHours, Self::Nightly];

    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Hourly => "every hour of working days, 7 to 19",
            Self::EveryTwoHours => "every two hours of working days, 7 to 19",
            Self::Nightly => "every night at 2",
        }
    }

    pub(super) const fn users(self) -> &'static str {
        match self {
            Self::Hourly => "cron(0 7-19 ? * MON-FRI *)",
            Self::EveryTwoHours => "cron(0 7-19/2 ? * MON-FRI *)",
            Self::Nightly => "cron(0 2 ? * * *)",
        }
    }

    pub(super) const fn courses(self) -> &'static str {
        match self {
            Self::Hourly | Self::EveryTwoHours => "cron(0 8-18/2 ? * MON-FRI *)",
            Self::Nightly => "cron(30 2 ? * * *)",
        }
    }
}

/// A key made of a name: `Acme Pty Ltd` is `acme-pty-ltd`.
pub(super) fn key_of(name: &str) -> Option<TenantId> {
    let lower = name.to_lowercase();
    let words = lower.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let key: String = words.join("-").chars().take(32).collect();
    key.trim_end_matches('-').parse().ok()
}

fn client_credentials() -> String {
    "client_credentials".to_owned()
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_name_s_letters_and_digits() {
        let key = |name| key_of(name).map(String::from);
        assert_eq!(key("Acme Pty. Ltd").as_deref(), Some("acme-pty-ltd"));
        assert_eq!(key("  Müller & Söhne 2 ").as_deref(), Some("m-ller-s-hne-2"));
        assert_eq!(key("株式会社"), None);
        assert_eq!(
            key("a long nam a long nam a long nam a long nam").as_deref(),
            Some("a-long-nam-a-long-nam-a-long-nam")
        );
        assert_eq!(
            key("an extraordinarily long customer's name").as_deref(),
            Some("an-extraordinarily-long-customer")
        );
    }
}

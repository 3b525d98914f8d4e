//! The questions of the kick-off call, asked in a terminal; each says what a good answer is, and a wrong one is asked again.

#![expect(clippy::unnecessary_wraps, reason = "the shape that a check of a prompt has")]

use std::collections::BTreeMap;

use habitsync_domain::identity::EmailAddress;
use habitsync_domain::people::user::FieldName;
use habitsync_domain::tenant::TenantId;
use inquire::validator::{ErrorMessage, Validation};
use inquire::{Confirm, CustomUserError, InquireError, Select, Text};
use jiff::tz::TimeZone;
use url::Url;

use super::answers::{Answers, Pace, UserNameFrom, key_of};

type Checked = Result<Validation, CustomUserError>;

/// Asks all questions.
///
/// # Errors
/// The operator cancelled, or there is no terminal.
pub(super) fn ask() -> Result<Answers, InquireError> {
    let name = Text::new("Customer's name:").with_validator(is_said).prompt()?;
    let tenant = tenant(&name)?;
    let time_zone = Text::new("Time zone (IANA):")
        .with_default("Australia/Sydney")
        .with_validator(is_zone)
        .prompt()?;
    let portal = address("Tribal Habits portal:", &format!("https://{tenant}.tribalhabits.com"))?;
    let employee_connect = address(
        "EmployeeConnect API:",
        &format!("https://{tenant}.employeeconnect.com/api/v1"),
    )?;
    let user_name = one_of("User name is their:", &UserNameFrom::ALL, UserNameFrom::in_words)?;
    let sso = Confirm::new("Do people sign in by single sign-on?")
        .with_default(false)
        .prompt()?;
    Ok(Answers {
        email_domains: several(
            "Only people with an e-mail of a domain (empty: everybody):",
            is_said_or_empty,
        )?,
        leave_out_locations: several("Leave out people at a location (empty: nobody):", is_said_or_empty)?,
        fields: fields()?,
        courses: Confirm::new("Do topics become courses?").with_default(true).prompt()?,
        results: Confirm::new("Do completions become results?")
            .with_default(true)
            .prompt()?,
        pace: one_of("People come over:", &Pace::ALL, Pace::in_words)?,
        alerts: several("Who hears of what needs attention (e-mail):", is_address_or_empty)?,
        contact: Some(Text::new("Whom do we write to for the codes (first name):").prompt()?)
            .filter(|name| !name.is_empty()),
        auth: "client_credentials".to_owned(),
        name,
        tenant,
        time_zone,
        portal,
        employee_connect,
        user_name,
        sso,
    })
}

fn tenant(name: &str) -> Result<TenantId, InquireError> {
    let made = key_of(name).map(String::from).unwrap_or_default();
    let question = Text::new("Key (a-z, 0-9, '-'; never changed):").with_validator(is_parsed::<TenantId>);
    let typed = if made.is_empty() {
        question
    } else {
        question.with_default(&made)
    }
    .prompt()?;
    typed.parse().map_err(|error| InquireError::Custom(Box::new(error)))
}

fn address(question: &str, default: &str) -> Result<String, InquireError> {
    Text::new(question)
        .with_default(default)
        .with_validator(is_parsed::<Url>)
        .prompt()
}

/// One choice of several, each in its words.
fn one_of<T: Copy>(question: &str, all: &[T], words: impl Fn(T) -> &'static str) -> Result<T, InquireError> {
    let options = all.iter().map(|one| words(*one)).collect();
    let chosen = Select::new(question, options).raw_prompt()?;
    Ok(all[chosen.index])
}

/// Answers until an empty one.
fn several(question: &str, check: fn(&str) -> Checked) -> Result<Vec<String>, InquireError> {
    let mut answers = Vec::new();
    loop {
        let answer = Text::new(question).with_validator(check).prompt()?;
        if answer.trim().is_empty() {
            return Ok(answers);
        }
        answers.push(answer.trim().to_owned());
    }
}

fn fields() -> Result<BTreeMap<String, String>, InquireError> {
    let mut fields = BTreeMap::new();
    loop {
        let portal = Text::new("Extra field in Tribal Habits, e.g. X-Job Title (empty: no more):")
            .with_validator(|text: &str| {
                if text.is_empty() {
                    Ok(Validation::Valid)
                } else {
                    is_parsed::<FieldName>(text)
                }
            })
            .prompt()?;
        if portal.is_empty() {
            return Ok(fields);
        }
        let record = Text::new("Field in EmployeeConnect, e.g. jobTitle:")
            .with_validator(is_said)
            .prompt()?;
        fields.insert(portal, record);
    }
}

fn is_said(text: &str) -> Checked {
    let is_said = !text.trim().is_empty();
    Ok(if is_said {
        Validation::Valid
    } else {
        invalid("please answer")
    })
}

fn is_said_or_empty(_: &str) -> Checked {
    Ok(Validation::Valid)
}

fn is_zone(text: &str) -> Checked {
    let zone = TimeZone::get(text.trim());
    Ok(zone.map_or_else(|error| invalid(&error.to_string()), |_| Validation::Valid))
}

fn is_address_or_empty(text: &str) -> Checked {
    if text.is_empty() {
        Ok(Validation::Valid)
    } else {
        is_parsed::<EmailAddress>(text)
    }
}

fn is_parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Checked {
    Ok(text
        .trim()
        .parse::<T>()
        .map_or_else(|error| invalid(&error.to_string()), |_| Validation::Valid))
}

fn invalid(why: &str) -> Validation {
    Validation::Invalid(ErrorMessage::Custom(why.to_owned()))
}

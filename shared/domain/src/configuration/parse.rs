//! Reading the file: every error names its line and what is allowed there.

use std::str::FromStr;

use super::TenantConfiguration;
use crate::employee::CONTRACT_FIELDS;
use crate::user::FieldName;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", self.line.map(|line| format!("line {line}: ")).unwrap_or_default())]
pub struct InvalidConfiguration {
    /// The line it is about, from 1; none where something is missing altogether.
    pub line: Option<usize>,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl FromStr for TenantConfiguration {
    type Err = InvalidConfiguration;

    fn from_str(source: &str) -> Result<Self, InvalidConfiguration> {
        let configuration: Self = toml::from_str(source).map_err(|error| InvalidConfiguration {
            line: error.span().map(|span| line_of(source, span.start)),
            message: error.message().to_owned(),
        })?;
        check(source, &configuration)?;
        Ok(configuration)
    }
}

/// A day: the widest flexible window of EventBridge Scheduler.
const LONGEST_JITTER: u32 = 1440;

/// What no single value can show to be wrong.
fn check(source: &str, configuration: &TenantConfiguration) -> Result<(), InvalidConfiguration> {
    let users = &configuration.users;
    for required in [FieldName::FIRST_NAME, FieldName::LAST_NAME, FieldName::EMAIL] {
        if !users.fields.keys().any(|field| field.as_str() == required) {
            return Err(about(
                source,
                "[users.fields]",
                format!("{required} is required: the portal creates no user without it"),
            ));
        }
    }
    if let Some(status) = users
        .active_statuses
        .iter()
        .find(|status| users.terminated_statuses.contains(status))
    {
        return Err(about(
            source,
            "terminated_statuses",
            format!("{status:?} is both an active and a terminated status"),
        ));
    }
    if configuration.schedules.jitter_minutes > LONGEST_JITTER {
        let message =
            format!("jitter_minutes is at most {LONGEST_JITTER}: EventBridge Scheduler takes no wider window");
        return Err(about(source, "jitter_minutes", message));
    }
    check_named_fields(source, configuration)?;
    for (key, rate) in [
        ("[tribal_habits]", configuration.tribal_habits.requests_per_minute),
        ("[employee_connect]", configuration.employee_connect.requests_per_minute),
    ] {
        if rate == 0 {
            return Err(about(source, key, "requests_per_minute is at least 1".to_owned()));
        }
    }
    if !(1..=200).contains(&configuration.employee_connect.page_size) {
        return Err(about(source, "page_size", "page_size is between 1 and 200".to_owned()));
    }
    Ok(())
}

/// A misspelt contract field is found now, not on the first person at three in the morning.
fn check_named_fields(source: &str, configuration: &TenantConfiguration) -> Result<(), InvalidConfiguration> {
    for expression in configuration.users.expressions() {
        let named = expression.named_fields().record;
        if let Some(unknown) = named.iter().find(|field| !CONTRACT_FIELDS.contains(&field.as_str())) {
            let line = source
                .lines()
                .position(|line| line.contains(unknown.as_str()))
                .map(|index| index + 1);
            let known = CONTRACT_FIELDS.join(", ");
            let message =
                format!("employees have no field {unknown}; they have {known}; others are in customFields['…']");
            return Err(InvalidConfiguration { line, message });
        }
    }
    Ok(())
}

fn about(source: &str, key: &str, message: String) -> InvalidConfiguration {
    let line = source
        .lines()
        .position(|line| line.trim_start().starts_with(key))
        .map(|index| index + 1);
    InvalidConfiguration { line, message }
}

fn line_of(source: &str, offset: usize) -> usize {
    source[..offset.min(source.len())].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{EmptyMode, FieldType, WriteMode};

    /// The example of the documentation, whole.
    const ACME: &str = include_str!("acme.toml");

    fn error_of(source: &str) -> InvalidConfiguration {
        source.parse::<TenantConfiguration>().expect_err("was accepted")
    }

    #[test]
    fn the_documented_example_is_valid() {
        let acme: TenantConfiguration = ACME.parse().expect("valid");
        assert_eq!(acme.tenant.as_str(), "acme");
        let location = &acme.users.fields[&"X-Location".parse().expect("a field")];
        assert_eq!(
            (location.write, location.empty, location.kind),
            (WriteMode::Always, EmptyMode::Clear, FieldType::String)
        );
        assert_eq!(acme.limits.terminated.allows(400), 80);
        assert_eq!(acme.limits.vanished.allows(400), 2);
    }

    #[test]
    fn an_unknown_key_is_refused_on_its_line_with_what_is_allowed() {
        let error = error_of(&ACME.replace("page_size = 100", "pagesize = 100"));
        let line = ACME
            .lines()
            .position(|line| line.starts_with("page_size"))
            .expect("there")
            + 1;
        assert_eq!(error.line, Some(line));
        assert!(
            error.message.contains("pagesize") && error.message.contains("page_size"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_key_inside_a_field_mapping_is_refused_on_its_line() {
        let error = error_of(&ACME.replace("write = \"always\"", "mode = \"always\""));
        let line = ACME
            .lines()
            .position(|line| line.starts_with("\"X-Location\""))
            .expect("there")
            + 1;
        assert_eq!(error.line, Some(line), "{error}");
        assert!(error.message.contains("mode"), "{error}");
    }

    #[test]
    fn a_portal_without_a_required_field_is_refused() {
        let error = error_of(&ACME.replace("last_name = \"employee.lastName\"\n", ""));
        assert!(error.line.is_some() && error.message.contains("last_name"), "{error}");
    }

    #[test]
    fn an_expression_that_is_no_cel_is_refused_on_its_line() {
        let error = error_of(&ACME.replace("\"employee.lastName\"", "\"employee.lastName +\""));
        let line = ACME
            .lines()
            .position(|line| line.starts_with("last_name"))
            .expect("there")
            + 1;
        assert_eq!(error.line, Some(line), "{error}");
    }

    #[test]
    fn a_misspelt_contract_field_is_refused_on_its_line_with_those_there_are() {
        let error = error_of(&ACME.replace("employee.jobTitle", "employee.jobtitle"));
        let line = ACME
            .lines()
            .position(|line| line.starts_with("\"X-Job Title\""))
            .expect("there")
            + 1;
        assert_eq!(error.line, Some(line), "{error}");
        assert!(
            error.message.contains("jobtitle") && error.message.contains("jobTitle"),
            "{error}"
        );
    }

    #[test]
    fn a_zone_a_status_and_a_schedule_that_do_not_exist_are_refused() {
        for (good, bad) in [
            ("Australia/Sydney", "Australia/Sidney"),
            ("status = \"live\"", "status = \"running\""),
            ("rate(6 hours)", "every 6 hours"),
            ("jitter_minutes = 10", "jitter_minutes = 2000"),
        ] {
            assert!(error_of(&ACME.replace(good, bad)).line.is_some(), "{bad}");
        }
    }
}

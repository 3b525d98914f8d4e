//! From an employee to the user they should be: the customer's expressions, and each value parsed into what its field
//! holds. One field's bad value is that field's problem, one person's that person's.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::configuration::{EmptyMode, FieldMapping, FieldType, UsersConfiguration, WriteMode};
use crate::employee::Employee;
use crate::evaluator::Scope;
use crate::expression::Expression;
use crate::identity::{EmailAddress, UserName};
use crate::problem::{Cause, Problem};
use crate::user::FieldName;

/// The user an employee should be, as far as their record says.
#[derive(Clone, PartialEq, Eq)]
pub struct MappedUser {
    /// The user name.
    pub user_name: UserName,
    /// The fields that have a usable value, or are usably empty.
    pub fields: BTreeMap<FieldName, MappedField>,
    /// What is wrong with the fields that are left out.
    pub problems: Vec<Problem>,
}

/// One field's value and how it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct MappedField {
    /// The value; none where it is empty.
    pub value: Option<String>,
    /// When it is written.
    pub write: WriteMode,
    /// What an empty value does.
    pub empty: EmptyMode,
}

impl fmt::Debug for MappedUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.fields.keys()).finish()
    }
}

/// The person's name as the customer knows it, for a mail.
#[must_use]
pub fn display_name(employee: &Employee) -> String {
    let first = employee.text("preferredName").or_else(|| employee.text("firstName"));
    let name: Vec<_> = first.into_iter().chain(employee.text("lastName")).collect();
    if name.is_empty() {
        format!("employee {}", employee.id())
    } else {
        name.join(" ")
    }
}

/// A problem about this employee.
#[must_use]
pub fn problem(employee: &Employee, cause: Cause, seen: Option<String>) -> Problem {
    Problem {
        cause,
        employee_id: employee.id().clone(),
        person: display_name(employee),
        seen,
    }
}

/// Whether the customer's filter admits this person.
///
/// # Errors
/// The filter fails on them: the account is left alone, they are never taken as out of scope.
pub fn is_in_scope(users: &UsersConfiguration, employee: &Employee, scope: &Scope<'_>) -> Result<bool, Problem> {
    let Some(filter) = &users.filter else { return Ok(true) };
    filter.truth(scope).map_err(|error| {
        let cause = Cause::ExpressionFailed {
            what: "filter".to_owned(),
            message: error.to_string(),
        };
        problem(employee, cause, None)
    })
}

/// Maps one person.
///
/// # Errors
/// There is no usable user name, or an expression fails on them: the account is left alone.
pub fn map_user(users: &UsersConfiguration, employee: &Employee, scope: &Scope<'_>) -> Result<MappedUser, Problem> {
    let user_name = map_user_name(&users.user_name, employee, scope)?;
    let mut mapped = MappedUser {
        user_name,
        fields: BTreeMap::new(),
        problems: Vec::new(),
    };
    for (field, mapping) in &users.fields {
        match map_field(field, mapping, employee, scope) {
            Ok(value) => {
                let (write, empty) = (mapping.write, mapping.empty);
                mapped.fields.insert(field.clone(), MappedField { value, write, empty });
            }
            Err(problem) if matches!(problem.cause, Cause::ExpressionFailed { .. }) => return Err(problem),
            Err(problem) => mapped.problems.push(problem),
        }
    }
    Ok(mapped)
}

fn map_user_name(expression: &Expression, employee: &Employee, scope: &Scope<'_>) -> Result<UserName, Problem> {
    let text = evaluate("user_name", expression, employee, scope)?;
    let parsed = text.as_deref().unwrap_or_default().parse();
    parsed.map_err(|_| {
        problem(
            employee,
            Cause::NoUserName {
                source: expression.source().to_owned(),
            },
            text,
        )
    })
}

fn map_field(
    field: &FieldName,
    mapping: &FieldMapping,
    employee: &Employee,
    scope: &Scope<'_>,
) -> Result<Option<String>, Problem> {
    let seen = evaluate(field.as_str(), &mapping.value, employee, scope)?;
    let value = seen
        .as_ref()
        .map(|value| mapping.map.get(value).unwrap_or(value))
        .or(mapping.default.as_ref())
        .cloned();
    let unusable = |expected: &str| {
        let (field, source, expected) = (field.clone(), mapping.value.source().to_owned(), expected.to_owned());
        let cause = if field.is_required() {
            Cause::RequiredField {
                field,
                source,
                expected,
            }
        } else {
            Cause::InvalidValue {
                field,
                source,
                expected,
            }
        };
        problem(employee, cause, seen.clone())
    };
    match value {
        None if field.is_required() => Err(unusable("not empty")),
        None => Ok(None),
        Some(value) => parse_value(field, mapping.kind, &value).map(Some).map_err(unusable),
    }
}

fn evaluate(
    what: &str,
    expression: &Expression,
    employee: &Employee,
    scope: &Scope<'_>,
) -> Result<Option<String>, Problem> {
    expression.text(scope).map_err(|error| {
        let cause = Cause::ExpressionFailed {
            what: what.to_owned(),
            message: error.to_string(),
        };
        problem(employee, cause, None)
    })
}

/// The value as its field holds it, or what it should have been.
fn parse_value(field: &FieldName, kind: FieldType, value: &str) -> Result<String, &'static str> {
    if value.chars().any(char::is_control) {
        return Err("a text without control characters");
    }
    match field.as_str() {
        FieldName::EMAIL | FieldName::MANAGER_EMAIL => value
            .parse::<EmailAddress>()
            .map(String::from)
            .map_err(|error| error.expected),
        _ => match kind {
            FieldType::String | FieldType::List => Ok(value.to_owned()),
            FieldType::Date => value
                .parse::<Date>()
                .map(|date| date.to_string())
                .map_err(|_| "a date (yyyy-mm-dd)"),
            FieldType::Number => parse_number(value).ok_or("a number with at most two decimals"),
        },
    }
}

/// The portal takes `nn` or `nn.mm`.
fn parse_number(value: &str) -> Option<String> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits(whole) && all_digits(decimals) && decimals.len() <= 2).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::TenantConfiguration;
    use crate::evaluator::Evaluator;
    use serde_json::{Value, json};

    fn map(changes: &Value) -> Result<MappedUser, Problem> {
        let acme: TenantConfiguration = include_str!("configuration/acme.toml").parse().expect("valid");
        let mut record = json!({
            "employeeId": "E1", "firstName": "Joanna", "lastName": "Citizen", "workEmail": "jo@acme.com.au",
            "jobTitle": "Analyst", "startDate": "2024-01-08", "customFields": {"Division": "OPS"}
        });
        let fields = record.as_object_mut().expect("an object");
        fields.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(fields.clone()).expect("has an id");
        let evaluator = Evaluator::new([&employee], acme.users.expressions());
        map_user(&acme.users, &employee, &evaluator.scope(&employee, None))
    }

    fn value(mapped: &MappedUser, field: &str) -> Option<String> {
        mapped
            .fields
            .get(&field.parse().expect("a field"))
            .and_then(|field| field.value.clone())
    }

    #[test]
    fn values_are_trimmed_mapped_and_defaulted() {
        let mapped = map(&json!({"preferredName": " Jo "})).expect("maps");
        assert_eq!(value(&mapped, "first_name").as_deref(), Some("Jo"));
        assert_eq!(value(&mapped, "X-Division").as_deref(), Some("Operations"));
        let unassigned = map(&json!({"customFields": {"Division": null}})).expect("maps");
        assert_eq!(value(&unassigned, "X-Division").as_deref(), Some("Unassigned"));
        assert_eq!(mapped.problems, []);
    }

    #[test]
    fn a_person_without_a_user_name_is_named_with_the_expression_to_look_at() {
        let problem = map(&json!({"workEmail": null})).expect_err("no user name");
        assert_eq!(
            problem.cause,
            Cause::NoUserName {
                source: "employee.workEmail".to_owned()
            }
        );
        assert_eq!(problem.person, "Joanna Citizen");
    }

    #[test]
    fn a_malformed_email_is_a_problem_of_a_required_field_with_the_value_seen() {
        let mapped = map(&json!({"workEmail": "jo@acme"})).expect("maps");
        let [problem] = mapped.problems.as_slice() else {
            panic!("{:?}", mapped.problems)
        };
        assert!(matches!(&problem.cause, Cause::RequiredField { field, .. } if field.as_str() == "email"));
        assert_eq!(problem.seen.as_deref(), Some("jo@acme"));
    }

    #[test]
    fn an_invalid_date_leaves_that_field_out_and_the_rest_in() {
        let mapped = map(&json!({"startDate": "8/1/24"})).expect("maps");
        assert_eq!(value(&mapped, "X-Start Date"), None);
        assert_eq!(value(&mapped, "X-Job Title").as_deref(), Some("Analyst"));
        assert!(!mapped.problems[0].cause.blocks_person());
    }

    #[test]
    fn a_number_has_at_most_two_decimals() {
        for good in ["7", "7.5", "-7.25"] {
            assert!(parse_number(good).is_some(), "{good}");
        }
        for bad in ["", "7.", "7.255", "seven", "1e3"] {
            assert!(parse_number(bad).is_none(), "{bad}");
        }
    }
}

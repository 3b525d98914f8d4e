//! Maps an employee to the desired user: evaluates the customer's expressions, and parses each value for its field. A
//! bad value affects its own field only, a bad record its own employee only.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use crate::configuration::{FieldMapping, FieldType, UsersConfiguration};
use crate::expressions::evaluation::{EvaluatedValue, EvaluationFailed};
use crate::expressions::evaluator::EvaluationScope;
use crate::expressions::expression::Expression;
use crate::identity::{UserName, VISIBLE};
use crate::people::dates::{self, NotADate};
use crate::people::employee::Employee;
use crate::people::field_value::parse_value;
use crate::people::fields_seen::{FieldSeen, fields_seen};
use crate::people::problem::{Cause, Problem};
use crate::people::user::FieldName;
use crate::text::invisible;

/// The user an employee should be, as far as their record says.
#[derive(Clone, PartialEq)]
pub struct DesiredUser<'a> {
    /// The user name.
    pub user_name: UserName,
    /// The fields that have a usable value, or are usably empty, in the order of the configuration.
    pub fields: Vec<DesiredField<'a>>,
    /// The problems of the fields that are left out.
    pub problems: Vec<Problem>,
}

/// One field's value and how it is written.
#[derive(Clone, PartialEq)]
pub struct DesiredField<'a> {
    /// The portal's field.
    pub name: &'a FieldName,
    /// How it is filled.
    pub mapping: &'a FieldMapping,
    /// The value; none where it is empty.
    pub value: Option<Cow<'a, str>>,
}

impl DesiredUser<'_> {
    /// The value of a field; none where it is empty, not mapped or not usable.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        let found = self.fields.iter().find(|mapped| mapped.name.as_str() == field)?;
        found.value.as_deref()
    }

    /// The e-mail address.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.value(FieldName::EMAIL)
    }
}

impl fmt::Debug for DesiredUser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.fields.iter().map(|field| field.name))
            .finish()
    }
}

/// Whether the customer's filter admits this employee.
///
/// # Errors
/// The filter fails on the record: the account is left alone, and the employee never counts as out of scope.
pub fn is_in_scope(
    users: &UsersConfiguration,
    employee: &Employee,
    scope: &EvaluationScope<'_>,
) -> Result<bool, Problem> {
    let Some(filter) = &users.filter else { return Ok(true) };
    let records = [Some(scope.employee()), scope.manager()];
    if records
        .into_iter()
        .flatten()
        .any(|record| record.fields().are_irregular())
    {
        return admits_as_meant(filter, employee, scope);
    }
    filter
        .truth(scope)
        .map_err(|error| not_evaluated("filter", &error, employee))
}

/// Evaluates the filter on a record with invisible characters: returns the verdict where every possible reading gives
/// the same one, otherwise the employee's problem.
fn admits_as_meant(filter: &Expression, employee: &Employee, scope: &EvaluationScope<'_>) -> Result<bool, Problem> {
    let admits = |blank: &str| {
        let record = scope.employee().reading(blank);
        let manager = scope.manager().map(|manager| manager.reading(blank));
        let read = scope.evaluator().scope(&record, manager.as_ref());
        filter
            .truth(&read)
            .map_err(|error| not_evaluated("filter", &error, employee))
    };
    let (without, with) = (admits("")?, admits(" ")?);
    if without == with {
        return Ok(with);
    }
    let seen = fields_seen(filter, scope.employee(), scope.manager()).into_iter();
    let mut irregular = seen.filter(|field| field.text().is_some_and(|text| invisible::is_irregular(&text)));
    let field = irregular.next();
    let seen = field.as_ref().and_then(FieldSeen::text);
    let field = field.map_or_else(|| "filter".to_owned(), |field| field.field);
    Err(Problem::about(employee, Cause::InvisibleCharacters { field }, seen))
}

/// Maps one employee.
///
/// # Errors
/// There is no usable user name, or an expression fails on the record: the account is left alone.
pub fn map_user<'a>(
    users: &'a UsersConfiguration,
    employee: &'a Employee,
    scope: &EvaluationScope<'a>,
) -> Result<DesiredUser<'a>, Problem> {
    let mut mapped = DesiredUser {
        user_name: map_user_name(&users.user_name, employee, scope)?,
        fields: Vec::with_capacity(users.fields.len()),
        problems: Vec::new(),
    };
    for (name, mapping) in &users.fields {
        match map_field(name, mapping, employee, scope) {
            Ok(value) => mapped.fields.push(DesiredField { name, mapping, value }),
            Err(problem) if matches!(problem.cause, Cause::ExpressionFailed { .. }) => return Err(problem),
            Err(problem) => mapped.problems.push(problem),
        }
    }
    Ok(mapped)
}

/// Returns the e-mail of one employee, even where other fields are invalid; none where the configuration maps no
/// e-mail.
pub(crate) fn map_email<'a>(
    users: &'a UsersConfiguration,
    employee: &'a Employee,
    scope: &EvaluationScope<'a>,
) -> Option<Result<Option<Cow<'a, str>>, Problem>> {
    let (name, mapping) = users.fields.get_key_value(&FieldName::email())?;
    Some(map_field(name, mapping, employee, scope))
}

/// Everything that a record gives as the user name or the e-mail, valid or not: in lower case, without outer blanks.
pub(crate) fn claims<'a>(
    users: &'a UsersConfiguration,
    employee: &'a Employee,
    scope: &EvaluationScope<'a>,
) -> BTreeSet<String> {
    let email = users.fields.get(&FieldName::email()).map(|mapping| &mapping.value);
    let given = [Some(&users.user_name), email].into_iter().flatten();
    let given = given.filter_map(|expression| expression.text(scope).ok().flatten());
    let mapped = map_email(users, employee, scope).and_then(|email| email.ok().flatten());
    let record = employee.text("workEmail").map(Cow::Borrowed);
    let claims = given.chain(mapped).chain(record);
    let claims = claims.map(|claim| invisible::reading(invisible::trimmed(&claim), "").to_lowercase());
    claims.filter(|claim| !claim.is_empty()).collect()
}

pub(crate) fn map_user_name<'a>(
    expression: &'a Expression,
    employee: &Employee,
    scope: &EvaluationScope<'a>,
) -> Result<UserName, Problem> {
    let text = expression
        .text(scope)
        .map_err(|error| not_evaluated("user_name", &error, employee))?;
    let parsed = text.as_deref().unwrap_or_default().parse();
    let parsed = parsed
        .ok()
        .filter(|name: &UserName| !invisible::is_irregular(name.as_str()));
    parsed.ok_or_else(|| {
        let source = expression.source().to_owned();
        Problem::about(employee, Cause::NoUserName { source }, text.map(Cow::into_owned))
    })
}

pub(crate) fn map_field<'a>(
    field: &'a FieldName,
    mapping: &'a FieldMapping,
    employee: &'a Employee,
    scope: &EvaluationScope<'a>,
) -> Result<Option<Cow<'a, str>>, Problem> {
    let given = mapping
        .value
        .evaluate(scope)
        .map_err(|error| not_evaluated(field.as_str(), &error, employee))?;
    let seen = match given {
        EvaluatedValue::Nothing => None,
        EvaluatedValue::Text(text) => Some(text),
        EvaluatedValue::Items(items) if mapping.kind == FieldType::List => Some(Cow::Owned(items.join(LIST_SEPARATOR))),
        EvaluatedValue::Items(_) => {
            let message = "gives a list; only a field of type list holds one".to_owned();
            return Err(expression_failed(field.as_str(), message, employee));
        }
    };
    let unusable = |expected: &str| {
        Problem::about(
            employee,
            unusable(field, mapping, expected),
            seen.as_deref().map(str::to_owned),
        )
    };
    let value = match seen.clone() {
        Some(text) => Some(as_shown(field, text).map_err(&unusable)?),
        None => None,
    };
    let value = value.and_then(|value| translated(mapping, value));
    let value = match (value, mapping.kind) {
        (Some(value), FieldType::Date) => match scope.dates().read(&value) {
            Ok(date) => date.day().map(|day| Cow::Owned(day.to_string())),
            Err(NotADate) => return Err(unusable(dates::EXPECTED)),
        },
        (value, _) => value,
    };
    match value.or_else(|| mapping.default.as_deref().map(Cow::Borrowed)) {
        None if field.is_required() => Err(unusable("not empty")),
        None => Ok(None),
        Some(value) => parse_value(field, mapping.kind, value).map(Some).map_err(unusable),
    }
}

/// The text as readers see it: without characters of no width, and with a space in place of other blanks. In an address
/// nothing is replaced, and in a name no blank is: the intended form is not certain.
fn as_shown<'a>(field: &FieldName, text: Cow<'a, str>) -> Result<Cow<'a, str>, &'static str> {
    let is_name = matches!(field.as_str(), FieldName::FIRST_NAME | FieldName::LAST_NAME);
    if field.is_email() || field.is_manager_email() || !invisible::is_irregular(&text) {
        Ok(text)
    } else if is_name && invisible::has_odd_blank(&text) {
        Err(VISIBLE)
    } else {
        Ok(Cow::Owned(invisible::spaced(&text)))
    }
}

/// The portal joins the items of a list so.
pub(crate) const LIST_SEPARATOR: &str = ";";

/// The value as the customer's `map` has it, item by item in a list; none where nothing is left of it.
fn translated<'a>(mapping: &'a FieldMapping, value: Cow<'a, str>) -> Option<Cow<'a, str>> {
    let translate = |item: &str| mapping.map.get(item).map(String::as_str);
    match mapping.kind {
        FieldType::List => {
            let items = value
                .split(LIST_SEPARATOR)
                .map(str::trim)
                .filter(|item| !item.is_empty());
            let items: Vec<_> = items.map(|item| translate(item).unwrap_or(item)).collect();
            (!items.is_empty()).then(|| Cow::Owned(items.join(LIST_SEPARATOR)))
        }
        FieldType::String | FieldType::Date | FieldType::Number => {
            Some(translate(&value).map_or(value, Cow::Borrowed)).filter(|value| !value.is_empty())
        }
    }
}

fn unusable(field: &FieldName, mapping: &FieldMapping, expected: &str) -> Cause {
    let (field, source, expected) = (field.clone(), mapping.value.source().to_owned(), expected.to_owned());
    if field.is_required() {
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
    }
}

fn not_evaluated(what: &str, error: &EvaluationFailed, employee: &Employee) -> Problem {
    expression_failed(what, error.to_string(), employee)
}

fn expression_failed(what: &str, message: String, employee: &Employee) -> Problem {
    let what = what.to_owned();
    Problem::about(employee, Cause::ExpressionFailed { what, message }, None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::configuration::TenantConfiguration;
    use crate::expressions::evaluator::Evaluator;
    use serde_json::{Value, json};

    fn map(changes: &Value) -> Result<Mapped, Problem> {
        let acme: TenantConfiguration = include_str!("../configuration/acme.toml").parse().expect("valid");
        let mut record = json!({
            "employeeId": "E1", "firstName": "Joanna", "lastName": "Citizen", "workEmail": "jo@acme.com.au",
            "jobTitle": "Analyst", "startDate": "2024-01-08", "customFields": {"Division": "OPS"}
        });
        let fields = record.as_object_mut().expect("an object");
        fields.extend(changes.as_object().expect("an object").clone());
        let employee = Employee::from_record(fields.clone()).expect("has an id");
        let evaluator = Evaluator::new([], acme.users.expressions());
        let mapped = map_user(&acme.users, &employee, &evaluator.scope(&employee, None))?;
        let value = |field: &DesiredField<'_>| Some((field.name.to_string(), field.value.clone()?.into_owned()));
        Ok(Mapped {
            values: mapped.fields.iter().filter_map(value).collect(),
            problems: mapped.problems,
        })
    }

    #[derive(Debug)]
    struct Mapped {
        values: BTreeMap<String, String>,
        problems: Vec<Problem>,
    }

    fn value(mapped: &Mapped, field: &str) -> Option<String> {
        mapped.values.get(field).cloned()
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
}

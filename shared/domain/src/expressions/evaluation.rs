//! Evaluates an expression for one employee: to a text, the items of a list, or a truth value. An expression that is
//! one field of the employee needs no interpreter.

use std::borrow::Cow;

use cel::common::types::{CelBool, CelString};
use cel::common::value::CowVal;
use cel::{ExecutionError, Value};

use crate::expressions::cost::{LARGEST_ITEM, LONGEST_TEXT, MOST_ITEMS};
use crate::expressions::evaluator::EvaluationScope;
use crate::expressions::expression::Expression;
use crate::expressions::fields::RecordField;
use crate::expressions::record::{READING, whole_value};
use crate::people::fields::FieldValue;
use crate::text::invisible;

/// An expression that could not be evaluated for one employee. The message names operators and keys, not values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvaluationFailed(String);

/// The value of an expression for one employee. Personal data: it has no `Debug`.
pub enum EvaluatedValue<'e> {
    /// Null or an empty text.
    Nothing,
    /// A text without invisible characters around it; numbers and truth values as they are written.
    Text(Cow<'e, str>),
    /// The texts of a list.
    Items(Vec<String>),
}

impl Expression {
    /// Evaluates the expression for this employee.
    ///
    /// # Errors
    /// It cannot be evaluated for this employee, or gives a map.
    pub fn evaluate<'e>(&'e self, scope: &EvaluationScope<'e>) -> Result<EvaluatedValue<'e>, EvaluationFailed> {
        if let Some(field) = self.bare_field()
            && let Some(value) = kept(scope, field)
        {
            return match value {
                Cow::Borrowed(value) => given(value),
                Cow::Owned(FieldValue::Text(day)) => Ok(owned(&day)),
                Cow::Owned(_) => Ok(EvaluatedValue::Nothing),
            };
        }
        let value = self.interpret(scope)?;
        if let Some(text) = value.downcast_ref::<CelString>() {
            return Ok(text.as_borrowed().map_or_else(|| owned(text.inner()), borrowed));
        }
        given_value(Value::try_from(value.as_ref()).map_err(|error| self.failed(&error))?)
    }

    /// Evaluates the expression to a text.
    ///
    /// # Errors
    /// It cannot be evaluated for this employee, or gives a list or a map.
    pub fn text<'e>(&'e self, scope: &EvaluationScope<'e>) -> Result<Option<Cow<'e, str>>, EvaluationFailed> {
        match self.evaluate(scope)? {
            EvaluatedValue::Nothing => Ok(None),
            EvaluatedValue::Text(text) => Ok(Some(text)),
            EvaluatedValue::Items(_) => Err(EvaluationFailed("gives a list, not a text".to_owned())),
        }
    }

    /// Evaluates the expression to a truth value.
    ///
    /// # Errors
    /// It cannot be evaluated for this employee, or gives something else.
    pub fn truth(&self, scope: &EvaluationScope<'_>) -> Result<bool, EvaluationFailed> {
        let value = self.interpret(scope)?;
        match value.downcast_ref::<CelBool>() {
            Some(truth) => Ok(*truth.inner()),
            None => Err(EvaluationFailed(format!(
                "gives a {}, not true or false",
                value.get_type().name()
            ))),
        }
    }

    fn interpret<'s, 'e>(&'s self, scope: &'s EvaluationScope<'e>) -> Result<CowVal<'s, 'e>, EvaluationFailed> {
        if scope.is_too_large() {
            return Err(too_large());
        }
        Value::resolve_val(self.evaluated_tree(), scope.context()).map_err(|error| self.failed(&error))
    }

    /// The kind of failure without the values that took part in it: a key is named only where the expression itself writes it.
    fn failed(&self, error: &ExecutionError) -> EvaluationFailed {
        EvaluationFailed(match error {
            ExecutionError::NoSuchKey(key) if self.source().contains(key.as_str()) => {
                format!("there is no field {key}")
            }
            ExecutionError::NoSuchKey(_) => "there is no field of the name that it computes".to_owned(),
            ExecutionError::UndeclaredReference(name) => {
                format!("{name} is not known; an expression speaks of employee and manager")
            }
            ExecutionError::NoSuchOverload { .. } | ExecutionError::UnexpectedType { .. } => {
                "an operator or function does not fit its values (null, perhaps)".to_owned()
            }
            ExecutionError::FunctionError { function, .. } if function == READING => return too_large(),
            ExecutionError::FunctionError { function, .. } => format!("{function} failed"),
            _ => "cannot be evaluated".to_owned(),
        })
    }
}

/// The field's value, where it was kept; where not, the interpreter knows whether that is an error.
fn kept<'e>(scope: &EvaluationScope<'e>, field: RecordField<'_>) -> Option<Cow<'e, FieldValue>> {
    let fields = scope.employee().fields();
    match field {
        RecordField::Contract(name) => Some(scope.dates().as_expressions_see(name, fields.field(name)?)),
        RecordField::Custom(name) => fields.custom_field(name).map(Cow::Borrowed),
    }
}

fn given(value: &FieldValue) -> Result<EvaluatedValue<'_>, EvaluationFailed> {
    match value {
        FieldValue::Null => Ok(EvaluatedValue::Nothing),
        FieldValue::Text(text) => Ok(borrowed(text)),
        other => given_value(whole_value(other)),
    }
}

fn borrowed(text: &str) -> EvaluatedValue<'_> {
    match invisible::trimmed(text) {
        "" => EvaluatedValue::Nothing,
        text => EvaluatedValue::Text(Cow::Borrowed(text)),
    }
}

fn owned<'e>(text: &str) -> EvaluatedValue<'e> {
    match invisible::trimmed(text) {
        "" => EvaluatedValue::Nothing,
        text => EvaluatedValue::Text(Cow::Owned(text.to_owned())),
    }
}

fn given_value<'e>(value: Value) -> Result<EvaluatedValue<'e>, EvaluationFailed> {
    match value {
        Value::List(items) => items
            .iter()
            .cloned()
            .filter_map(|item| text_of(item).transpose())
            .collect::<Result<_, _>>()
            .map(EvaluatedValue::Items),
        value => Ok(text_of(value)?.map_or(EvaluatedValue::Nothing, |text| owned(&text))),
    }
}

/// The text of a simple value; none where it is null.
fn text_of(value: Value) -> Result<Option<String>, EvaluationFailed> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.to_string())),
        Value::Int(number) => Ok(Some(number.to_string())),
        Value::UInt(number) => Ok(Some(number.to_string())),
        Value::Float(number) => Ok(Some(number.to_string())),
        Value::Bool(truth) => Ok(Some(truth.to_string())),
        other => Err(EvaluationFailed(format!("gives a {}, not a text", other.type_of()))),
    }
}

fn too_large() -> EvaluationFailed {
    EvaluationFailed(format!(
        "a value of the record is larger than expressions read: {} KiB of text, lists of {MOST_ITEMS} items of {LARGEST_ITEM} bytes",
        LONGEST_TEXT / 1024
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::expressions::evaluator::Evaluator;
    use crate::people::employee::Employee;

    fn employee(record: Json) -> Employee {
        let Json::Object(record) = record else {
            panic!("a record is an object")
        };
        Employee::from_record(record).expect("has an id")
    }

    fn evaluate(source: &str, record: Json) -> Result<Option<String>, EvaluationFailed> {
        let employee = employee(record);
        let expression: Expression = source.parse().expect("compiles");
        let evaluator = Evaluator::new([], [&expression]);
        let text = expression.text(&evaluator.scope(&employee, None))?;
        Ok(text.map(Cow::into_owned))
    }

    #[test]
    fn a_contract_field_that_the_record_lacks_is_null() {
        let source = "employee.preferredName != null ? employee.preferredName : employee.firstName";
        assert_eq!(
            evaluate(source, json!({"employeeId": "E1", "firstName": "Jo"})),
            Ok(Some("Jo".into()))
        );
    }

    #[test]
    fn a_custom_field_that_only_a_colleague_has_is_null() {
        let one = employee(json!({"employeeId": "E1", "customFields": {"Division": "OPS"}}));
        let two = employee(json!({"employeeId": "E2"}));
        for source in [
            "employee.customFields['Division']",
            "employee.customFields['Div' + 'ision']",
        ] {
            let division: Expression = source.parse().expect("compiles");
            let evaluator = Evaluator::new(["Division"], [&division]);
            let text = |person| {
                division
                    .text(&evaluator.scope(person, None))
                    .expect("evaluates")
                    .map(Cow::into_owned)
            };
            assert_eq!((text(&one).as_deref(), text(&two)), (Some("OPS"), None), "{source}");
        }
    }

    #[test]
    fn a_custom_field_that_nobody_has_yet_is_null() {
        assert_eq!(
            evaluate("employee.customFields['Team']", json!({"employeeId": "E1"})),
            Ok(None)
        );
    }

    #[test]
    fn lower_and_trim_are_known() {
        let record = json!({"employeeId": "E1", "workEmail": " JO@ACME.COM.AU "});
        assert_eq!(
            evaluate("trim(lower(employee.workEmail))", record),
            Ok(Some("jo@acme.com.au".into()))
        );
    }

    #[test]
    fn a_failed_evaluation_says_what_is_missing_and_quotes_no_value() {
        let failed = evaluate(
            "lower(employee.workEmail)",
            json!({"employeeId": "E1", "firstName": "Zorro"}),
        );
        let message = failed.expect_err("null has no lower case").to_string();
        assert!(!message.contains("Zorro"), "{message}");
        let failed = evaluate("employee.shoeSize", json!({"employeeId": "E1"})).expect_err("no such field");
        assert!(failed.to_string().contains("shoeSize"), "{failed}");
    }

    proptest! {
        #[test]
        fn no_error_quotes_a_key_or_a_value_of_the_record(
            source in prop_oneof![
                Just("{'a': 'b'}[employee.workEmail]"),
                Just("employee.customFields[employee.workEmail]"),
                Just("employee[employee.workEmail]"),
                Just("{'a': employee}[employee.workEmail].location"),
                Just("int(employee.workEmail) > 0 ? 'a' : 'b'"),
                Just("employee.workEmail + 1"),
                Just("employee.tags[employee.workEmail]"),
                Just("employee.customFields.map(k, employee.customFields[k].nothing)[0]"),
                Just("employee.workEmail.matches(employee.workEmail) ? employee.x : 'b'"),
            ],
            mark in "[a-z]{3,8}",
        ) {
            let mark = format!("zorro-{mark}");
            let record = json!({
                "employeeId": "E1", "workEmail": format!("{mark}@acme.example"), "tags": [mark],
                "customFields": {mark.clone(): {mark.clone(): mark}}
            });
            let Ok(expression) = source.parse::<Expression>() else { return Ok(()) };
            let employee = employee(record);
            let evaluator = Evaluator::new([mark.as_str()], [&expression]);
            let scope = evaluator.scope(&employee, None);
            let errors = [expression.text(&scope).err(), expression.truth(&scope).err()];
            for error in errors.into_iter().flatten() {
                prop_assert!(!error.to_string().contains("zorro"), "{}: {}", source, error);
            }
        }
    }

    #[test]
    fn a_manager_is_null_or_somebody_with_fields() {
        let (one, boss) = (
            employee(json!({"employeeId": "E1", "managerEmail": "old@acme.com.au"})),
            employee(json!({"employeeId": "E2", "workEmail": "boss@acme.com.au"})),
        );
        let source = "manager != null && has(manager.workEmail) ? manager.workEmail : employee.managerEmail";
        let expression: Expression = source.parse().expect("compiles");
        let evaluator = Evaluator::new([], [&expression]);
        let text = |manager| {
            let text = expression.text(&evaluator.scope(&one, manager)).expect("evaluates");
            text.map(Cow::into_owned)
        };
        assert_eq!(text(Some(&boss)).as_deref(), Some("boss@acme.com.au"));
        assert_eq!(text(None).as_deref(), Some("old@acme.com.au"));
    }

    #[test]
    fn a_list_gives_its_items_and_is_no_text() {
        let record = json!({"employeeId": "E1", "customFields": {"Sites": ["Perth", null, 7]}});
        let employee = employee(record.clone());
        for source in [
            "employee.customFields['Sites']",
            "employee.customFields.Sites.filter(site, site != null)",
        ] {
            let expression: Expression = source.parse().expect("compiles");
            let evaluator = Evaluator::new([], [&expression]);
            let Ok(EvaluatedValue::Items(items)) = expression.evaluate(&evaluator.scope(&employee, None)) else {
                panic!("{source} gives no list")
            };
            assert_eq!(items, ["Perth", "7"]);
            assert!(evaluate(source, record.clone()).is_err());
        }
    }

    #[test]
    fn a_filter_gives_a_truth_value_or_an_error() {
        let truth = |source: &str| {
            let employee = employee(json!({"employeeId": "E1", "location": "Fiji"}));
            let expression: Expression = source.parse().expect("compiles");
            let evaluator = Evaluator::new([], [&expression]);
            expression.truth(&evaluator.scope(&employee, None))
        };
        assert_eq!(truth("employee.location in ['Fiji']"), Ok(true));
        assert_eq!(truth("employee.workEmail == null"), Ok(true));
        assert!(truth("employee.location").is_err());
    }
}

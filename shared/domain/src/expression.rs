//! Expressions of a customer's configuration: CEL, compiled once, evaluated per person.
//!
//! Whom it speaks of is in [`crate::evaluator`]. `lower` and `trim` are added to the standard functions.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use cel::{Program, Value};
use serde::Deserialize;

use crate::evaluator::Scope;
use crate::expression_checks::{self, ExpressionMistake};
use crate::expression_compiling;
use crate::expression_fields::{self, NamedFields, RecordField};
use crate::expression_truth;

const LONGEST_SOURCE: usize = 2048;
const DEEPEST_NESTING: usize = 20;

/// A compiled expression.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Expression {
    source: String,
    program: Arc<Program>,
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidExpression {
    /// Longer than 2 KiB.
    #[error("an expression has at most {LONGEST_SOURCE} bytes")]
    TooLong,
    /// Brackets nested deeper than 20 levels.
    #[error("an expression nests at most {DEEPEST_NESTING} levels of brackets")]
    TooDeep,
    /// A chain of operations that makes a syntax tree too deep to be evaluated safely.
    #[error(
        "an expression has at most {} operations one inside the other; a long choice between values is better written as map",
        expression_compiling::DEEPEST_TREE
    )]
    TooInvolved,
    /// Not CEL.
    #[error("not a CEL expression: {0}")]
    Unreadable(String),
}

/// An expression that could not be evaluated for one person. The message names operators and keys, not values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvaluationFailed(String);

impl Expression {
    /// The expression as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The fields of the record that it names.
    #[must_use]
    pub fn named_fields(&self) -> NamedFields {
        NamedFields::of(self.program.expression())
    }

    /// The field, where the whole expression is one field of the employee, such as `employee.workEmail` or
    /// `employee.customFields['Division']`, and nothing else.
    #[must_use]
    pub fn bare_field(&self) -> Option<RecordField<'_>> {
        expression_fields::bare_field(self.program.expression())
    }

    /// What fails in it whoever it is evaluated for: names, functions and fields that do not exist.
    #[must_use]
    pub fn mistakes(&self) -> Vec<ExpressionMistake> {
        expression_checks::mistakes(&self.program)
    }

    /// The custom fields that it names, each with the line inside it, from 0.
    #[must_use]
    pub fn custom_fields(&self) -> BTreeSet<(usize, String)> {
        expression_checks::custom_fields(&self.program)
    }

    /// Whether it can be told that it gives something else than true or false for everybody.
    #[must_use]
    pub fn is_never_a_truth_value(&self) -> bool {
        expression_truth::is_never_a_truth_value(self.program.expression())
    }

    /// The value as text: none where it is null or empty; numbers and truth values as they are written.
    ///
    /// # Errors
    /// It cannot be evaluated for this person, or gives a list or a map.
    pub fn text(&self, scope: &Scope<'_>) -> Result<Option<String>, EvaluationFailed> {
        let text = match self.value(scope)? {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim().to_owned(),
            Value::Int(number) => number.to_string(),
            Value::UInt(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
            other => return Err(EvaluationFailed(format!("gives a {}, not a text", other.type_of()))),
        };
        Ok((!text.is_empty()).then_some(text))
    }

    /// The value as a truth value.
    ///
    /// # Errors
    /// It cannot be evaluated for this person, or gives something else.
    pub fn truth(&self, scope: &Scope<'_>) -> Result<bool, EvaluationFailed> {
        match self.value(scope)? {
            Value::Bool(truth) => Ok(truth),
            other => Err(EvaluationFailed(format!(
                "gives a {}, not true or false",
                other.type_of()
            ))),
        }
    }

    fn value(&self, scope: &Scope<'_>) -> Result<Value, EvaluationFailed> {
        self.program
            .execute(scope.context())
            .map_err(|error| EvaluationFailed(describe(&error)))
    }
}

/// The kind of failure without the values that took part in it.
fn describe(error: &cel::ExecutionError) -> String {
    use cel::ExecutionError as E;
    match error {
        E::NoSuchKey(key) => format!("there is no field {key}"),
        E::UndeclaredReference(name) => format!("{name} is not known; an expression speaks of employee and manager"),
        E::NoSuchOverload { .. } => "an operator or function does not fit its values (null, perhaps)".to_owned(),
        E::FunctionError { function, .. } => format!("{function} failed"),
        _ => "cannot be evaluated".to_owned(),
    }
}

impl FromStr for Expression {
    type Err = InvalidExpression;

    fn from_str(source: &str) -> Result<Self, InvalidExpression> {
        if source.len() > LONGEST_SOURCE {
            return Err(InvalidExpression::TooLong);
        }
        if nesting(source) > DEEPEST_NESTING {
            return Err(InvalidExpression::TooDeep);
        }
        let program = expression_compiling::compile(source)?;
        Ok(Self {
            source: source.to_owned(),
            program: Arc::new(program),
        })
    }
}

/// The deepest nesting of brackets, brackets in text included: checked before compiling, so that a source made to be deep
/// never reaches the parser's recursion.
fn nesting(source: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for character in source.chars() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

impl TryFrom<String> for Expression {
    type Error = InvalidExpression;

    fn try_from(source: String) -> Result<Self, InvalidExpression> {
        source.parse()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.source)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::employee::Employee;
    use crate::evaluator::Evaluator;

    fn employee(record: Json) -> Employee {
        let Json::Object(record) = record else {
            panic!("a record is an object")
        };
        Employee::from_record(record).expect("has an id")
    }

    fn evaluate(source: &str, record: Json) -> Result<Option<String>, EvaluationFailed> {
        let employee = employee(record);
        let expression: Expression = source.parse().expect("compiles");
        let evaluator = Evaluator::new([&employee], [&expression]);
        expression.text(&evaluator.scope(&employee, None))
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
        let evaluator = Evaluator::new([&one, &two], []);
        let division: Expression = "employee.customFields['Division']".parse().expect("compiles");
        assert_eq!(division.text(&evaluator.scope(&one, None)), Ok(Some("OPS".into())));
        assert_eq!(division.text(&evaluator.scope(&two, None)), Ok(None));
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

    #[test]
    fn an_expression_that_is_too_long_too_deep_or_no_cel_is_refused() {
        assert_eq!(
            " ".repeat(2049).parse::<Expression>().expect_err("too long"),
            InvalidExpression::TooLong
        );
        assert_eq!(
            "(".repeat(21).parse::<Expression>().expect_err("too deep"),
            InvalidExpression::TooDeep
        );
        assert!(matches!(
            "employee.".parse::<Expression>(),
            Err(InvalidExpression::Unreadable(_))
        ));
    }
}

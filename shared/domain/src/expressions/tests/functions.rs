//! Every function that is listed can be called.

use serde_json::json;

use crate::expressions::evaluator::Evaluator;
use crate::expressions::expression::Expression;
use crate::expressions::functions::{FUNCTIONS, TYPES};
use crate::people::employee::Employee;

/// The error of an expression for one employee; none where it succeeds.
fn failure(source: &str) -> Option<String> {
    let record = json!({"employeeId": "E1", "location": "Fiji"});
    let employee = Employee::from_record(record.as_object().expect("a record").clone()).expect("has an id");
    let expression: Expression = source.parse().expect("compiles");
    let evaluator = Evaluator::new([], [&expression]);
    let text = expression.text(&evaluator.scope(&employee, None));
    text.err().map(|error| error.to_string())
}

#[test]
fn every_function_is_one_that_an_expression_can_call() {
    for (name, call) in [
        ("all", "[1].all(x, x > 0)"),
        ("bool", "bool('true')"),
        ("bytes", "size(bytes('x'))"),
        ("contains", "'x'.contains('x')"),
        ("double", "double('1')"),
        ("dyn", "dyn(1)"),
        ("endsWith", "'x'.endsWith('x')"),
        ("exists", "[1].exists(x, x > 0)"),
        ("existsOne", "[1].existsOne(x, x > 0)"),
        ("exists_one", "[1].exists_one(x, x > 0)"),
        ("filter", "[1].filter(x, x > 0)[0]"),
        ("has", "has(employee.location)"),
        ("int", "int('1')"),
        ("lower", "lower('X')"),
        ("map", "[1].map(x, x > 0, x)[0]"),
        ("matches", "'x'.matches('x') && matches('x', 'x')"),
        ("size", "size('x') + 'x'.size()"),
        ("startsWith", "'x'.startsWith('x')"),
        ("string", "string(1)"),
        ("trim", "trim(' x ')"),
        ("type", "type(1) == int"),
        ("uint", "uint(1)"),
    ] {
        assert!(FUNCTIONS.iter().any(|function| function.name == name), "{name}");
        assert_eq!(failure(call), None, "{call}");
    }
    let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert!(names.is_sorted(), "{names:?}");
}

#[test]
fn every_type_is_one_that_an_expression_can_name() {
    for name in TYPES {
        assert_eq!(failure(&format!("type(1) != {name} || true")), None, "{name}");
    }
}

#[test]
fn a_call_that_is_refused_would_fail_for_everybody() {
    for call in [
        "'X'.lower()",
        "' x '.trim()",
        "contains('x', 'x')",
        "'1'.int()",
        "optional.none()",
    ] {
        assert!(failure(call).is_some(), "{call}");
    }
}

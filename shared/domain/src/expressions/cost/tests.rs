//! The worst case of an expression is never exceeded.

use proptest::prelude::*;
use serde_json::json;

use crate::expressions::evaluation::EvaluatedValue;
use crate::expressions::evaluator::Evaluator;
use crate::expressions::expression::Expression;
use crate::people::employee::Employee;

use super::*;

/// Expressions that give a text or a list of texts, made of what makes values larger.
fn growing() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "'[a-z]{0,8}'",
        Just("employee.location".to_owned()),
        Just("['aa','b'].map(x,x+x)[0]".to_owned()),
    ];
    text.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}+{other})")),
            inner.clone().prop_map(|text| format!("lower({text})")),
            inner.clone().prop_map(|text| format!("[{text},'b'].map(x,x+x)[0]")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("(true?{one}:{other})")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("([{one}]+[{other}]).filter(x,x!='')[0]")),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_is_larger_than_its_worst_case(source in growing()) {
        let Ok(expression) = source.parse::<Expression>() else { return Ok(()) };
        let mut meter = Meter::default();
        let shape = meter.walk(expression.syntax_tree());
        let record = json!({"employeeId": "E1", "location": "İ".repeat(LONGEST_TEXT / 2)});
        let employee = Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id");
        let evaluator = Evaluator::new([], [&expression]);
        if let Ok(EvaluatedValue::Text(text)) = expression.evaluate(&evaluator.scope(&employee, None)) {
            prop_assert!(count(text.len()) <= shape.bytes(), "{} > {}: {}", text.len(), shape.bytes(), source);
        }
    }
}

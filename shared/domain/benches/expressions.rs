//! The dearest expressions that are accepted, each evaluated for a record of the largest values that an expression is given.
//!
//! `cargo bench -p habitsync-domain --bench expressions`

use divan::Bencher;
use habitsync_domain::expressions::evaluator::Evaluator;
use habitsync_domain::expressions::expression::Expression;
use habitsync_domain::people::employee::Employee;
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// Texts of 8 KiB and lists of 128 items of 250 bytes, of `a` and `b` in no order, so that no search ends early.
fn employee() -> Employee {
    let mut state = 1_u64;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if state >> 40 & 1 == 0 { 'a' } else { 'b' }
    };
    let text: String = (0..8_192).map(|_| letter()).collect();
    let items: Vec<Value> = (0..128).map(|at| json!(text[at * 60..at * 60 + 250])).collect();
    let fields = json!({"A": items, "B": items});
    let record = json!({"employeeId": "E1", "location": text, "firstName": text, "customFields": fields});
    Employee::from_record(record.as_object().expect("an object").clone()).expect("has an id")
}

/// Each is little below the budget: with a few steps more it is refused.
const DEAREST: [(&str, &str); 7] = [
    ("search", "matches(employee.location, '[ab]*a[ab]{180}c')"),
    (
        "search each item",
        "employee.customFields.A.all(a, matches(a, '[ab]*a[ab]{40}c') || true)",
    ),
    (
        "compare lists",
        "(employee.customFields.A == employee.customFields.B) && (employee.customFields.A.filter(a, a in employee.customFields.B) == [])",
    ),
    (
        "lists within lists",
        "[1].map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a]).map(a,[a,a])==[1]",
    ),
    (
        "texts made",
        "employee.customFields.A.map(a, lower(trim(a + a))).filter(a, a in employee.customFields.B).size() > 0",
    ),
    (
        "records made",
        "[employee, employee, employee].map(e, [e, e, e]).size() > 0",
    ),
    (
        "what a customer writes",
        "employee.location != null && lower(employee.location).endsWith('perth') && !(employee.firstName in ['Jo', 'Al'])",
    ),
];

#[divan::bench(args = DEAREST.map(|(name, _)| name))]
fn evaluated(bencher: Bencher<'_, '_>, name: &str) {
    let (_, source) = DEAREST.iter().find(|(known, _)| *known == name).expect("known");
    let expression: Expression = source.parse().expect("is accepted");
    let employee = employee();
    // A new evaluator each time: a search that has been made before is cheaper.
    bencher
        .with_inputs(|| Evaluator::new([], [&expression]))
        .bench_refs(|evaluator| drop(expression.evaluate(&evaluator.scope(&employee, None))));
}

//! Answers that a contract does not promise: one value of a good answer, or one of its keys, is extreme in each.

use serde_json::{Map, Value, json};

/// Marks what must not be shown where an answer is refused.
pub const PERSON: &str = "zebediah@acme.example";

/// Longer than any text of a good answer, in bytes.
const LONG: usize = 100_000;

/// Every answer that `good` becomes where one of its values, lists and objects included, is replaced by an extreme one.
#[must_use]
pub fn extremes(good: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect(good, String::new(), &mut pointers);
    let places = pointers
        .iter()
        .flat_map(|pointer| values().into_iter().map(move |value| (pointer, value)));
    places
        .map(|(pointer, value)| {
            let mut answer = good.clone();
            if let Some(place) = answer.pointer_mut(pointer) {
                *place = value;
            }
            answer
        })
        .collect()
}

fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                collect(value, format!("{pointer}/{name}"), pointers);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(value, format!("{pointer}/{index}"), pointers);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    pointers.push(pointer);
}

fn values() -> Vec<Value> {
    let long_key = |value: Value| Value::Object(Map::from_iter([(format!("{}{PERSON}", "k".repeat(LONG)), value)]));
    vec![
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e308),
        json!(-1e308),
        json!("900"),
        json!(""),
        json!(null),
        json!(true),
        json!([]),
        json!({}),
        json!("9999-12-31T23:59:59.999999999Z"),
        json!("-009999-01-02T01:59:59Z"),
        json!(format!("{PERSON}{}", "v".repeat(LONG))),
        long_key(json!(1)),
        json!([long_key(json!({PERSON: []}))]),
    ]
}

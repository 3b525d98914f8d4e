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

/// Answers to a list's request that are no list of the contract's, each with `text` for every text. The contract has the records
/// in the field `records`, and their id in the field `id`.
#[must_use]
pub fn odd_lists(records: &str, id: &str, text: &str) -> Vec<Value> {
    vec![
        json!(null),
        json!(text),
        json!([text]),
        json!({}),
        json!({records: text}),
        json!({records: {"0": text}}),
        json!({records: [text, 1, null]}),
        json!({records: [{}, {id: text}]}),
        json!({"errors": [text], records: []}),
        json!({"error": {"code": text}, "other": [{id: text}]}),
    ]
}

/// Every record that `good` becomes, as JSON text, where one of its values is extreme or missing, or the record is none at all, or has
/// a text or a number that JSON allows and most decoders refuse.
#[must_use]
pub fn odd_records(good: &Value) -> Vec<String> {
    let others = [
        "null",
        "7",
        "true",
        "[]",
        "{}",
        "\"E1\"",
        "[null]",
        "\"\\ud83d\"",
        "{\"id\":\"x\",\"x\":1e999}",
    ];
    let names = good.as_object().into_iter().flat_map(|fields| fields.keys());
    let missing = names.clone().map(|name| without(good, name).to_string());
    let broken = names.flat_map(|name| {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let values = [
            "1e999".to_owned(),
            "\"Jo \\ud83d\"".to_owned(),
            "\"Jo\nCitizen\"".to_owned(),
            deep,
        ];
        values.map(|value| with_text(good, name, &value))
    });
    let extremes = extremes(good).into_iter().map(|record| record.to_string());
    let others = others.into_iter().map(str::to_owned);
    extremes.chain(missing).chain(broken).chain(others).collect()
}

fn without(good: &Value, name: &str) -> Value {
    let mut record = good.clone();
    if let Some(fields) = record.as_object_mut() {
        fields.shift_remove(name);
    }
    record
}

/// The record with this JSON text in the place of a value.
fn with_text(good: &Value, name: &str, text: &str) -> String {
    let rest = without(good, name).to_string();
    let rest = rest.strip_prefix('{').unwrap_or_default();
    let comma = if rest == "}" { "" } else { "," };
    format!("{{\"{name}\":{text}{comma}{rest}")
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
        json!({PERSON: ["x"]}),
        json!([{PERSON: {PERSON: true}}]),
        long_key(json!(1)),
        json!([long_key(json!({PERSON: []}))]),
    ]
}

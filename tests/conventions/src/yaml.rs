//! A CloudFormation template as JSON: its short forms (`!Ref x`) written out (`{"Ref": "x"}`).

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};

use crate::project::text;

/// Reads a template by its path inside the workspace.
pub(crate) fn template(path: &str) -> Value {
    let text = text(path);
    let documents = Yaml::load_from_str(&text).expect("YAML");
    json(documents.first().expect("a document"))
}

fn json(node: &Yaml) -> Value {
    match node {
        Yaml::Value(scalar) => scalar_json(scalar),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(pairs) => pairs
            .iter()
            .map(|(key, value)| (key_text(key), json(value)))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Tagged(tag, node) => Map::from_iter([(function(&tag.suffix), json(node))]).into(),
        other => panic!("a template has no {other:?}"),
    }
}

fn scalar_json(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => (*value).into(),
        Scalar::Integer(value) => (*value).into(),
        Scalar::FloatingPoint(value) => value.into_inner().into(),
        Scalar::String(value) => value.as_ref().into(),
    }
}

fn key_text(key: &Yaml) -> String {
    key.as_str().unwrap_or_else(|| panic!("a key is {key:?}")).to_owned()
}

/// The long name of a short form: `Ref` and `Condition` are as they are, the others are functions.
fn function(short: &str) -> String {
    if ["Ref", "Condition"].contains(&short) {
        short.to_owned()
    } else {
        format!("Fn::{short}")
    }
}

#[test]
fn short_forms_are_written_out() {
    let documents = Yaml::load_from_str("a: !Ref b\nc: !Sub \"${d}\"\ne: [!GetAtt f.g, 1, true]").expect("YAML");
    let expected = serde_json::json!({
        "a": { "Ref": "b" }, "c": { "Fn::Sub": "${d}" }, "e": [{ "Fn::GetAtt": "f.g" }, 1, true],
    });
    assert_eq!(json(&documents[0]), expected);
}

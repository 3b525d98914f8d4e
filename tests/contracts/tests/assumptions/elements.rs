//! The undocumented elements of a contract, by name: `GET /users?page`, `PUT /users/{user_name} 422`,
//! `Topic.auto_enrol_links[].url`, `POST /oauth/token body.client_id`, `webhook enrolmentCompleted: signing`.
//!
//! An element has the confidence that it is labelled with, or else that of what it is in; without any it is assumed. A
//! documented one whose own text says that something about it is assumed counts as well. The shared responses and
//! limits state the properties that every operation has in common (success, 401, 429, any other status) once.

use std::collections::BTreeSet;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
const LABEL: &str = "x-confidence";

/// Every element of this contract that is not documented.
pub(crate) fn undocumented(contract: &str) -> BTreeSet<String> {
    let documents = Yaml::load_from_str(contract).expect("YAML");
    let contract = json(documents.first().expect("a document"));
    let mut elements = Elements::default();
    for limit in named(&contract, "/x-limits") {
        elements.add(format!("x-limits.{}", limit.0), limit.1, false);
    }
    for server in contract["servers"].as_array().into_iter().flatten() {
        elements.add("server".to_owned(), server, false);
    }
    for (path, item) in named(&contract, "/paths") {
        elements.path(path, item);
    }
    for (name, item) in named(&contract, "/webhooks") {
        elements.webhook(name, &item["post"]);
    }
    for (name, scheme) in named(&contract, "/components/securitySchemes") {
        elements.add(format!("security {name}"), scheme, false);
    }
    for (name, response) in named(&contract, "/components/responses") {
        elements.add(format!("response {name}"), response, false);
    }
    for (name, schema) in named(&contract, "/components/schemas") {
        let is_documented = is_documented(schema, false);
        if !elements.schema(name, schema, is_documented) {
            elements.add(name.clone(), schema, false);
        }
    }
    elements.0
}

#[derive(Default)]
struct Elements(BTreeSet<String>);

impl Elements {
    /// An element of something that is documented or not.
    fn add(&mut self, name: String, element: &Value, within_documented: bool) {
        let says_so = element["description"]
            .as_str()
            .is_some_and(|text| text.contains("assumed"));
        if !is_documented(element, within_documented) || says_so {
            self.0.insert(name);
        }
    }

    fn path(&mut self, path: &str, item: &Value) {
        for method in METHODS {
            let operation = &item[method];
            if operation.is_object() {
                self.operation(&format!("{} {path}", method.to_uppercase()), operation);
            }
        }
    }

    fn operation(&mut self, name: &str, operation: &Value) {
        let known = is_documented(operation, false);
        self.add(name.to_owned(), operation, false);
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "query" {
                let parameter_name = parameter["name"].as_str().unwrap_or_default();
                self.add(format!("{name}?{parameter_name}"), parameter, known);
            }
        }
        for content in contents(&operation["requestBody"]) {
            self.schema(&format!("{name} body"), content, known);
        }
        for (status, response) in named(operation, "/responses") {
            if matches!(status.as_str(), "403" | "404" | "409" | "422") {
                self.add(format!("{name} {status}"), response, known);
            }
            if status.starts_with('2') {
                for content in contents(response) {
                    self.schema(&format!("{name} answer"), content, known);
                }
            }
        }
    }

    /// What arrives here: its label names its parts.
    fn webhook(&mut self, name: &str, operation: &Value) {
        for (part, confidence) in named(operation, &format!("/{LABEL}")) {
            if confidence != "documented" {
                self.0.insert(format!("webhook {name}: {part}"));
            }
        }
        for content in contents(&operation["requestBody"]) {
            self.schema(&format!("webhook {name} body"), content, false);
        }
    }

    /// The properties of a schema, and theirs. Whether it has any.
    fn schema(&mut self, name: &str, schema: &Value, is_documented: bool) -> bool {
        let mut has_any = false;
        for (property, inner) in named(schema, "/properties") {
            has_any = true;
            self.property(&format!("{name}.{property}"), inner, is_documented);
        }
        for (pattern, inner) in named(schema, "/patternProperties") {
            let property = pattern.trim_start_matches('^').replace(".+", "*");
            self.property(&format!("{name}.{property}"), inner, is_documented);
        }
        has_any
    }

    fn property(&mut self, name: &str, property: &Value, within_documented: bool) {
        self.add(name.to_owned(), property, within_documented);
        let known = is_documented(property, within_documented);
        self.schema(name, property, known);
        self.schema(&format!("{name}[]"), &property["items"], known);
    }
}

/// By its own label, or else as what it is in. Where the label names several things, the wire is what they are called on.
fn is_documented(element: &Value, within_documented: bool) -> bool {
    match &element[LABEL] {
        Value::String(label) => label == "documented",
        Value::Object(labels) => labels.values().all(|label| label == "documented"),
        _ => within_documented,
    }
}

fn contents(of: &Value) -> impl Iterator<Item = &Value> {
    of["content"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, content)| &content["schema"])
}

fn named<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = (&'v String, &'v Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn json(node: &Yaml) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(truth)) => (*truth).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::FloatingPoint(number)) => number.into_inner().into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(pairs) => pairs
            .iter()
            .map(|(key, value)| (key_text(key), json(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => panic!("a contract has no {other:?}"),
    }
}

fn key_text(key: &Yaml) -> String {
    match key {
        Yaml::Value(Scalar::String(text)) => text.to_string(),
        Yaml::Value(Scalar::Integer(number)) => number.to_string(),
        other => panic!("no name: {other:?}"),
    }
}

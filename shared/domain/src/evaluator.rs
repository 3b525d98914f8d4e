//! The people expressions speak of, as CEL sees them: `employee` and `manager` are records in which every field of the
//! contract, and every custom field that anybody has or any expression names, is present, null where empty.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cel::objects::Key;
use cel::{Context, Value};
use serde_json::Value as Json;

use crate::employee::{CONTRACT_FIELDS, Employee};
use crate::expression::Expression;

type TextFunction = fn(Arc<String>) -> String;

/// What customers' expressions need beyond the standard functions.
const TEXT_FUNCTIONS: [(&str, TextFunction); 2] = [
    ("lower", |text| text.to_lowercase()),
    ("trim", |text| text.trim().to_owned()),
];

/// Evaluates expressions about people, with the functions and the fields that are known.
pub struct Evaluator {
    functions: Context<'static, 'static>,
    custom_fields: BTreeSet<String>,
}

/// One person, ready for expressions to be evaluated about them.
pub struct Scope<'e> {
    context: Context<'e, 'static>,
}

impl Evaluator {
    /// An evaluator that knows every custom field that any of these employees has or any of these expressions names.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "two different names are free in a new context")]
    pub fn new<'a>(
        employees: impl IntoIterator<Item = &'a Employee>,
        expressions: impl IntoIterator<Item = &'a Expression>,
    ) -> Self {
        let mut functions = Context::default();
        for (name, function) in TEXT_FUNCTIONS {
            functions
                .add_function(name, function)
                .expect("the name is free in a new context");
        }
        let had = employees
            .into_iter()
            .flat_map(custom_fields_of)
            .map(|(name, _)| name.clone());
        let named = expressions
            .into_iter()
            .flat_map(|expression| expression.named_fields().custom);
        let custom_fields = had.chain(named).collect();
        Self {
            functions,
            custom_fields,
        }
    }

    /// Everything expressions may ask about this person.
    #[must_use]
    pub fn scope(&self, employee: &Employee, manager: Option<&Employee>) -> Scope<'_> {
        let mut context = self.functions.new_inner_scope();
        context.add_variable_from_value("employee", self.record(employee));
        context.add_variable_from_value("manager", manager.map_or(Value::Null, |manager| self.record(manager)));
        Scope { context }
    }

    /// The whole record as a CEL map, missing fields null.
    fn record(&self, employee: &Employee) -> Value {
        let absent = CONTRACT_FIELDS.into_iter().map(|field| (Key::from(field), Value::Null));
        let present = employee
            .record()
            .iter()
            .map(|(field, value)| (Key::from(field.as_str()), cel_value(value)));
        let mut fields: HashMap<Key, Value> = absent.chain(present).collect();
        fields.insert(Key::from("customFields"), self.custom_record(employee));
        Value::Map(fields.into())
    }

    fn custom_record(&self, employee: &Employee) -> Value {
        let absent = self
            .custom_fields
            .iter()
            .map(|field| (Key::from(field.as_str()), Value::Null));
        let present = custom_fields_of(employee).map(|(field, value)| (Key::from(field.as_str()), cel_value(value)));
        Value::Map(absent.chain(present).collect::<HashMap<Key, Value>>().into())
    }
}

impl Scope<'_> {
    pub(crate) fn context(&self) -> &Context<'_, 'static> {
        &self.context
    }
}

fn custom_fields_of(employee: &Employee) -> impl Iterator<Item = (&String, &Json)> {
    employee
        .record()
        .get("customFields")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
}

fn cel_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::Float(number.as_f64().unwrap_or_default()), Value::Int),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::List(Arc::new(items.iter().map(cel_value).collect())),
        Json::Object(fields) => {
            let fields: HashMap<Key, Value> = fields
                .iter()
                .map(|(name, value)| (Key::from(name.as_str()), cel_value(value)))
                .collect();
            Value::Map(fields.into())
        }
    }
}

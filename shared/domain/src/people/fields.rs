//! The fields that are kept of an employee record. A customer of a hundred thousand people names a dozen fields of fifty, so
//! every record of a read keeps those alone, under names that all of them share.

use std::borrow::Cow;
use std::sync::Arc;

use compact_str::CompactString;
use serde_json::{Map, Value};

use crate::people::contract::CUSTOM_FIELDS;
use crate::text::invisible;

/// Which fields are kept, by name and in order: those of the record, then those of its `customFields`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    record: Vec<CompactString>,
    custom: Vec<CompactString>,
}

/// The value of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue {
    /// Null, an empty text, or not in the record.
    Null,
    /// True or false.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A text without the invisible characters around it, which never make a difference.
    Text(CompactString),
    /// A list or a map.
    Other(Box<Value>),
}

/// The values of one record, in the order of its shape.
#[derive(Clone, PartialEq)]
pub struct EmployeeFields {
    shape: Arc<Shape>,
    values: Box<[FieldValue]>,
    /// Whether a text holds a character that no reader sees.
    irregular: bool,
}

impl Shape {
    /// Every field that this record has.
    #[must_use]
    pub fn of_record(record: &Map<String, Value>) -> Self {
        let names = record.keys().filter(|name| *name != CUSTOM_FIELDS);
        Self {
            record: sorted(names.map(String::as_str)),
            custom: sorted(
                custom_fields_of(record)
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str()),
            ),
        }
    }

    /// The fields of these names, of the record and of its `customFields`.
    #[must_use]
    pub(crate) fn of_names<'a>(
        record: impl IntoIterator<Item = &'a str>,
        custom: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self {
            record: sorted(record.into_iter().filter(|name| *name != CUSTOM_FIELDS)),
            custom: sorted(custom.into_iter()),
        }
    }

    /// The fields of either.
    #[must_use]
    pub(crate) fn and(&self, other: &Self) -> Self {
        let custom = self.custom.iter().chain(&other.custom);
        Self::of_names(self.names().chain(other.names()), custom.map(CompactString::as_str))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.record.iter().map(CompactString::as_str)
    }
}

impl EmployeeFields {
    pub(crate) fn new(mut record: Map<String, Value>, shape: &Arc<Shape>) -> Self {
        let mut custom = match record.remove(CUSTOM_FIELDS) {
            Some(Value::Object(custom)) => custom,
            _ => Map::new(),
        };
        let record = shape.record.iter().map(|name| record.remove(name.as_str()));
        let custom = shape.custom.iter().map(|name| custom.remove(name.as_str()));
        let values: Box<[_]> = record.chain(custom).map(FieldValue::from).collect();
        Self {
            shape: Arc::clone(shape),
            irregular: values.iter().any(FieldValue::is_irregular),
            values,
        }
    }

    /// A field of the record; none where it was not kept.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldValue> {
        let index = position(&self.shape.record, name)?;
        self.values.get(index)
    }

    /// A field of `customFields`; none where it was not kept.
    #[must_use]
    pub fn custom_field(&self, name: &str) -> Option<&FieldValue> {
        let index = position(&self.shape.custom, name)?;
        self.values.get(self.shape.record.len() + index)
    }

    /// Every field of the record that was kept, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        self.shape.names().zip(&self.values)
    }

    /// Every field of `customFields` that was kept, by name.
    pub fn all_custom(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        let values = self.values.iter().skip(self.shape.record.len());
        self.shape.custom.iter().map(CompactString::as_str).zip(values)
    }
}

impl EmployeeFields {
    /// Whether a text holds a character that no reader sees.
    #[must_use]
    pub(crate) const fn are_irregular(&self) -> bool {
        self.irregular
    }
}

impl FieldValue {
    /// Whether it is a text that holds a character which no reader sees.
    pub(crate) fn is_irregular(&self) -> bool {
        matches!(self, Self::Text(text) if invisible::is_irregular(text))
    }

    /// The value as a record has it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Truth(truth) => Value::from(*truth),
            Self::Whole(number) => Value::from(*number),
            Self::Number(number) => Value::from(*number),
            Self::Text(text) => Value::from(text.as_str()),
            Self::Other(value) => Value::clone(value),
        }
    }
}

impl From<Option<Value>> for FieldValue {
    fn from(value: Option<Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Null,
            Some(Value::Bool(truth)) => Self::Truth(truth),
            Some(Value::Number(number)) => number
                .as_i64()
                .map_or_else(|| Self::Number(number.as_f64().unwrap_or_default()), Self::Whole),
            Some(Value::String(text)) => match tidied(&text) {
                Cow::Borrowed("") => Self::Null,
                text => Self::Text(CompactString::from(text)),
            },
            Some(other) => Self::Other(Box::new(tidied_inside(other))),
        }
    }
}

/// Returns the text without invisible characters around it, and without characters of no width inside it. The inside of
/// an address stays: an invisible character there is a mistake that its owner should see.
fn tidied(text: &str) -> Cow<'_, str> {
    match invisible::trimmed(text) {
        address if address.contains('@') => Cow::Borrowed(address),
        text => invisible::without_zero_width(text),
    }
}

/// A list or a map, each of its texts like that.
fn tidied_inside(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(tidied(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(tidied_inside).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, tidied_inside(value)))
            .collect(),
        other => other,
    }
}

/// The customer's own fields of a record.
#[must_use]
pub fn custom_fields_of(record: &Map<String, Value>) -> Option<&Map<String, Value>> {
    record.get(CUSTOM_FIELDS).and_then(Value::as_object)
}

fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<CompactString> {
    let mut names: Vec<_> = names.map(CompactString::from).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn position(names: &[CompactString], name: &str) -> Option<usize> {
    names.binary_search_by(|known| known.as_str().cmp(name)).ok()
}

//! An employee's record as CEL sees it: a view that hands out the fields that are asked for, or, for an expression that may
//! ask for any, a map of all of them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cel::common::traits::Indexer;
use cel::common::types::{CelBool, CelDouble, CelInt, CelNull, CelString, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use cel::objects::Key;
use cel::{ExecutionError, Value};
use serde_json::Value as Json;

use crate::expressions::cost::{LARGEST_ITEM, LONGEST_LITERAL, LONGEST_TEXT, MOST_ITEMS};
use crate::people::contract::{CONTRACT_FIELDS, CUSTOM_FIELDS, DATE_FIELDS};
use crate::people::dates::DateRules;
use crate::people::employee::Employee;
use crate::people::fields::{EmployeeFields, FieldValue};

/// The part of a record that a view shows.
#[derive(Clone, Copy)]
enum Part {
    Record,
    CustomFields,
}

/// A record, or its `customFields`: nothing is copied until it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct RecordView<'r> {
    fields: &'r EmployeeFields,
    dates: &'r DateRules,
    part: Part,
}

impl<'r> RecordView<'r> {
    pub(crate) fn new(employee: &'r Employee, dates: &'r DateRules) -> Self {
        Self {
            fields: employee.fields(),
            dates,
            part: Part::Record,
        }
    }

    /// A field of the record must be one of the contract; a custom field that no employee has is null.
    fn value<'b, 'v>(&self, name: &str) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        'r: 'v,
    {
        match self.part {
            Part::CustomFields => self.fields.custom_field(name).map_or_else(|| Ok(null()), cel_val),
            Part::Record if name == CUSTOM_FIELDS => Ok(CowVal::owned(Self {
                part: Part::CustomFields,
                ..*self
            })),
            Part::Record => match self.fields.field(name) {
                Some(value) => match self.dates.as_expressions_see(name, value) {
                    Cow::Borrowed(value) => cel_val(value),
                    Cow::Owned(FieldValue::Text(day)) => Ok(CowVal::owned(CelString::from(day.to_string()))),
                    Cow::Owned(_) => Ok(null()),
                },
                None if CONTRACT_FIELDS.contains(&name) => Ok(null()),
                None => Err(ExecutionError::no_such_key(name)),
            },
        }
    }
}

impl Indexer for RecordView<'_> {
    fn get<'b, 'v>(&'b self, index: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        match index.downcast_ref::<CelString>() {
            Some(name) => self.value(name.inner()),
            None => Err(ExecutionError::no_such_key("a field is named by a text")),
        }
    }

    fn steal<'v>(self: Box<Self>, index: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(index).map(CowVal::into_owned)
    }
}

impl Val for RecordView<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(*self)
    }
}

/// Withholds the record: it is personal data.
impl std::fmt::Debug for RecordView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordView")
    }
}

fn null<'b, 'v>() -> CowVal<'b, 'v> {
    CowVal::owned(CelNull)
}

/// The "function" that an error names where a value is too large for an expression.
pub(crate) const READING: &str = "reading a value";

/// The value, lent to an expression.
fn cel_val<'b>(value: &FieldValue) -> Result<CowVal<'b, '_>, ExecutionError> {
    if !fits(value) {
        return Err(ExecutionError::function_error(READING, "too large"));
    }
    Ok(match value {
        FieldValue::Null => null(),
        FieldValue::Truth(truth) => CowVal::owned(CelBool::from(*truth)),
        FieldValue::Whole(number) => CowVal::owned(CelInt::from(*number)),
        FieldValue::Number(number) => CowVal::owned(CelDouble::from(*number)),
        FieldValue::Text(text) => CowVal::owned(CelString::from(text.as_str())),
        FieldValue::Other(json) => {
            let value: Result<Box<dyn Val>, _> = cel_value(json).try_into();
            value.map_or_else(|_| null(), CowVal::Owned)
        }
    })
}

/// Whether every value of the record is within what [`crate::expressions::cost`] counts with.
pub(crate) fn all_fit(employee: &Employee) -> bool {
    let fields = employee.fields();
    let mut values = fields.all().chain(fields.all_custom()).map(|(_, value)| value);
    values.all(fits) && fields.all_custom().count() <= LONGEST_LITERAL
}

fn fits(value: &FieldValue) -> bool {
    let is_small = |item: &Json| bytes_within(item, LARGEST_ITEM).is_some();
    match value {
        FieldValue::Text(text) => text.len() <= LONGEST_TEXT,
        FieldValue::Other(json) => match json.as_ref() {
            Json::Array(items) => items.len() <= MOST_ITEMS && items.iter().all(is_small),
            Json::Object(fields) => {
                let is_short = |(name, value): (&String, &Json)| name.len() <= LARGEST_ITEM && is_small(value);
                fields.len() <= MOST_ITEMS && fields.iter().all(is_short)
            }
            _ => true,
        },
        _ => true,
    }
}

/// The bytes that are left of `most` once this value is taken from it; none where it is larger. Each item counts for itself.
fn bytes_within(value: &Json, most: usize) -> Option<usize> {
    let left = most.checked_sub(1)?;
    match value {
        Json::String(text) => left.checked_sub(text.len()),
        Json::Array(items) => items.iter().try_fold(left, |left, item| bytes_within(item, left)),
        Json::Object(fields) => fields.iter().try_fold(left, |left, (name, item)| {
            bytes_within(item, left.checked_sub(name.len())?)
        }),
        _ => Some(left),
    }
}

/// The record as a CEL map: every field of the contract and each of these custom fields, null where it is empty.
pub(crate) fn whole_record(employee: &Employee, custom_fields: &BTreeSet<String>, dates: &DateRules) -> Value {
    let fields = employee.fields();
    let absent = CONTRACT_FIELDS.into_iter().map(|name| (Key::from(name), Value::Null));
    let mut record: HashMap<Key, Value> = absent.chain(entries(fields.all())).collect();
    for field in DATE_FIELDS {
        let seen = fields.field(field).map(|value| dates.as_expressions_see(field, value));
        record.extend(seen.map(|seen| (Key::from(field), whole_value(&seen))));
    }
    let absent = custom_fields.iter().map(|name| (Key::from(name.as_str()), Value::Null));
    let custom: HashMap<Key, Value> = absent.chain(entries(fields.all_custom())).collect();
    record.insert(Key::from(CUSTOM_FIELDS), Value::Map(custom.into()));
    Value::Map(record.into())
}

fn entries<'a>(fields: impl Iterator<Item = (&'a str, &'a FieldValue)>) -> impl Iterator<Item = (Key, Value)> {
    fields.map(|(name, value)| (Key::from(name), whole_value(value)))
}

/// A field's value, copied.
pub(crate) fn whole_value(value: &FieldValue) -> Value {
    match value {
        FieldValue::Null => Value::Null,
        FieldValue::Truth(truth) => Value::Bool(*truth),
        FieldValue::Whole(number) => Value::Int(*number),
        FieldValue::Number(number) => Value::Float(*number),
        FieldValue::Text(text) => Value::from(text.as_str()),
        FieldValue::Other(json) => cel_value(json),
    }
}

fn cel_value(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::List(Arc::new(items.iter().map(cel_value).collect())),
        Json::Object(fields) => {
            let fields: HashMap<Key, Value> = fields
                .iter()
                .map(|(name, value)| (Key::from(name.as_str()), cel_value(value)))
                .collect();
            Value::Map(fields.into())
        }
        simple => whole_value(&FieldValue::from(Some(simple.clone()))),
    }
}

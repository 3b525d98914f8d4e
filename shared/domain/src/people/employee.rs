//! An employee as EmployeeConnect has them: fields by name, since a customer may map or filter on any of them, with the few
//! that have a meaning of their own read as what they are.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::identity::{EmployeeId, InvalidIdentity};
use crate::people::contract::{CUSTOM_FIELDS, DATE_FIELDS, MANAGER_ID, START_DATE, TERMINATION_DATE};
use crate::people::dates::{self, DateRules, DateValue};
use crate::people::fields::{EmployeeFields, FieldValue, Shape};
use crate::text::excerpt::Excerpt;
use crate::text::invisible;

/// So much of a list or a map is shown where a date belongs.
const LONGEST_STRUCTURE: usize = 100;

/// One employee record, of which only the id has been checked.
#[derive(Clone, PartialEq)]
pub struct Employee {
    id: EmployeeId,
    fields: EmployeeFields,
}

/// A field of the record that is not what the contract says it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is not {expected}")]
pub struct InvalidField {
    /// The record's field, for instance `terminationDate`.
    pub field: &'static str,
    /// The expected form, for instance "a date (yyyy-mm-dd)".
    pub expected: &'static str,
}

impl Employee {
    /// An employee with every field of the record EmployeeConnect sent.
    ///
    /// # Errors
    /// The record has no usable `employeeId`, so it identifies no employee.
    pub fn from_record(record: Map<String, Value>) -> Result<Self, InvalidIdentity> {
        let shape = Arc::new(Shape::of_record(&record));
        Self::shaped(record, &shape)
    }

    /// Returns an employee with the fields of this shape alone; unused fields are not kept.
    ///
    /// # Errors
    /// The record has no usable `employeeId`, so it identifies no employee.
    pub fn shaped(record: Map<String, Value>, shape: &Arc<Shape>) -> Result<Self, InvalidIdentity> {
        let id = record.get("employeeId").and_then(Value::as_str).unwrap_or_default();
        Ok(Self {
            id: id.parse()?,
            fields: EmployeeFields::new(record, shape),
        })
    }

    /// The employee's name as the customer knows it, for a mail.
    #[must_use]
    pub fn display_name(&self) -> String {
        let first = self.text("preferredName").or_else(|| self.text("firstName"));
        let name: Vec<_> = first.into_iter().chain(self.text("lastName")).collect();
        if name.is_empty() {
            format!("employee {}", self.id)
        } else {
            Excerpt::from(name.join(" ")).into()
        }
    }

    /// The same record with another text in this field, or with none: for asking what would be if it were so.
    #[must_use]
    pub(crate) fn with_text(&self, field: &str, value: Option<&str>) -> Self {
        let mut record: Map<String, Value> = own(self.fields.all()).collect();
        record.insert(
            CUSTOM_FIELDS.to_owned(),
            Value::Object(own(self.fields.all_custom()).collect()),
        );
        record.insert(field.to_owned(), value.map_or(Value::Null, Value::from));
        let shape = Arc::new(Shape::of_record(&record));
        Self {
            id: self.id.clone(),
            fields: EmployeeFields::new(record, &shape),
        }
    }

    /// The same record as its texts may have been meant, see [`invisible::reading`].
    #[must_use]
    pub(crate) fn reading(&self, blank: &str) -> Self {
        let read = |(name, value): (String, Value)| match value {
            Value::String(text) => (name, Value::String(invisible::reading(&text, blank))),
            other => (name, other),
        };
        let mut record: Map<String, Value> = own(self.fields.all()).map(read).collect();
        let custom = own(self.fields.all_custom()).map(read).collect();
        record.insert(CUSTOM_FIELDS.to_owned(), Value::Object(custom));
        let shape = Arc::new(Shape::of_record(&record));
        Self {
            id: self.id.clone(),
            fields: EmployeeFields::new(record, &shape),
        }
    }

    /// Returns the employee number.
    #[must_use]
    pub fn id(&self) -> &EmployeeId {
        &self.id
    }

    /// The fields that were kept of the record.
    #[must_use]
    pub fn fields(&self) -> &EmployeeFields {
        &self.fields
    }

    /// A text field; none where it is absent, null, empty or no text.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.fields.field(field) {
            Some(FieldValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The employment status, for instance `Active`; none where the record has none.
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        self.text("status")
    }

    /// The manager's employee id as text; a whole number names the same employee as its digits do. A value of another type is
    /// written as JSON, so that a reference which names no employee is reported as one.
    #[must_use]
    pub fn manager_id(&self) -> Option<Cow<'_, str>> {
        match self.fields.field(MANAGER_ID)? {
            FieldValue::Null => None,
            FieldValue::Text(text) => Some(Cow::Borrowed(text)),
            FieldValue::Number(number) if number.fract() == 0.0 => Some(Cow::Owned(format!("{number:.0}"))),
            _ => self.written(MANAGER_ID).map(Cow::Owned),
        }
    }

    /// The first day of the current employment.
    ///
    /// # Errors
    /// The field is there and not a date.
    pub fn start_date(&self, rules: &DateRules) -> Result<Option<Date>, InvalidField> {
        self.date(START_DATE, rules)
    }

    /// The last day employed, in the customer's time zone; it may lie in the future.
    ///
    /// # Errors
    /// The field is there and not a date.
    pub fn termination_date(&self, rules: &DateRules) -> Result<Option<Date>, InvalidField> {
        self.date(TERMINATION_DATE, rules)
    }

    fn date(&self, field: &'static str, rules: &DateRules) -> Result<Option<Date>, InvalidField> {
        match self.fields.field(field) {
            None | Some(FieldValue::Null) => Ok(None),
            Some(FieldValue::Text(text)) => rules.read(text).map(DateValue::day).map_err(|_| not_a_date(field)),
            Some(_) => Err(not_a_date(field)),
        }
    }

    /// The record's dates that stand for no date, each with its value.
    pub fn dates_that_stand_for_none<'e>(
        &'e self,
        rules: &'e DateRules,
    ) -> impl Iterator<Item = (&'static str, &'e str)> + use<'e> {
        let texts = DATE_FIELDS
            .into_iter()
            .filter_map(|field| Some((field, self.text(field)?)));
        texts.filter(|(_, text)| rules.stands_for_none(text))
    }

    /// A field's value as it is written in the record, a list or a map cut short; none where it is empty.
    #[must_use]
    pub fn written(&self, field: &str) -> Option<String> {
        match self.fields.field(field)?.to_json() {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string().chars().take(LONGEST_STRUCTURE).collect()),
        }
    }
}

fn own<'f>(fields: impl Iterator<Item = (&'f str, &'f FieldValue)>) -> impl Iterator<Item = (String, Value)> {
    fields.map(|(name, value)| (name.to_owned(), value.to_json()))
}

fn not_a_date(field: &'static str) -> InvalidField {
    InvalidField {
        field,
        expected: dates::EXPECTED,
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn employee(record: Value) -> Employee {
        let Value::Object(record) = record else {
            panic!("a record is an object")
        };
        Employee::from_record(record).expect("has an id")
    }

    #[test]
    fn a_record_without_an_employee_id_is_refused() {
        assert!(Employee::from_record(Map::new()).is_err());
    }

    #[test]
    fn an_empty_date_is_no_date_and_a_wrong_one_names_its_field() {
        assert_eq!(
            employee(json!({"employeeId": "E1", "startDate": ""})).start_date(&DateRules::default()),
            Ok(None)
        );
        let wrong = employee(json!({"employeeId": "E1", "terminationDate": "31/12/2026"}));
        assert_eq!(
            wrong.termination_date(&DateRules::default()),
            Err(not_a_date("terminationDate"))
        );
    }

    #[test]
    fn debug_prints_the_employee_id_and_nothing_personal() {
        let printed = format!("{:?}", employee(json!({"employeeId": "E1", "firstName": "Jo"})));
        assert!(printed.contains("E1") && !printed.contains("Jo"), "{printed}");
    }
}
